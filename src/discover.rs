//! Walks the roots; gives one sorted list of files, and the packages they belong to.
//!
//! Ignore rules are those of git, in force without a repository too. The machine's own global ignore
//! file is left out, so that two machines see the same tree. Whatever looks like source and is not
//! taken is named in [`Discovery::skipped`].

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::config::{Globs, Settings, View, Wrong};
use crate::error::Error;
use crate::source::{BackendFile, Language, Role, Skip, SourceFile};

mod backends;
pub mod packages;
mod role;

pub use packages::PackageDir;
pub use role::role;

/// Folders that hold other people's code, also where they are committed.
const NEVER: &[&str] = &["node_modules", "bower_components", ".yarn"];

/// Extensions of pages that import scripts and are none.
const PAGES: &[&str] = &["astro", "md", "mdx", "svelte", "vue"];

/// What to walk, and how.
#[derive(Debug, Clone, Default)]
pub struct DiscoverOptions {
    /// Files and folders; none stands for the current folder.
    pub paths: Vec<PathBuf>,
    /// Look into ignored files too. Hidden folders and `node_modules` stay out.
    pub no_ignore: bool,
    /// Globs relative to the root, of files or folders; when there are any, nothing else is taken.
    pub include: Vec<String>,
    /// Globs relative to the root, of files or folders that are left out.
    pub exclude: Vec<String>,
    /// Threads of the walk; 0 for as many as the machine has.
    pub threads: usize,
    /// What the config says of files; `include` takes the place of its own, `exclude` leaves out more.
    pub settings: Settings,
}

/// What the walk found.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// The root as the user named it: `.` or `apps/web`.
    pub root_label: String,
    /// Where it is. Never leaves the process.
    pub root: PathBuf,
    /// Sorted by the bytes of the path; a [`crate::source::FileId`] is an index into it.
    pub files: Vec<SourceFile>,
    /// HTML templates beside the source, by path: what they hand to components counts as a caller.
    pub templates: Vec<SourceFile>,
    /// Pages that import scripts and are none, by path: Markdown with components, other frameworks' files.
    pub pages: Vec<SourceFile>,
    /// Files of backends in other languages, by path.
    pub backends: Vec<BackendFile>,
    /// Sorted by folder.
    pub packages: Vec<PackageDir>,
    /// Sorted.
    pub skipped: Vec<Skip>,
}

/// Walks the given paths.
pub fn discover(options: &DiscoverOptions) -> Result<Discovery, Error> {
    let given = match options.paths.as_slice() {
        [] => &[PathBuf::from(".")],
        given => given,
    };
    let roots = given.iter().map(|path| canonical(path)).collect::<Result<Vec<_>, _>>()?;
    let root = common_folder(&roots);
    let view = View::new(&options.settings, &root);
    let taken =
        Arc::new(Taken { include: globs(&options.include)?, exclude: globs(&options.exclude)?, view });

    let mut found = walk(&root, &roots, &taken, options);
    found.leave_out_installed();
    found.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    found.files.dedup_by(|a, b| a.path == b.path);
    found.templates.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    found.templates.dedup_by(|a, b| a.path == b.path);
    found.pages.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    found.pages.dedup_by(|a, b| a.path == b.path);
    found.backends.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    found.backends.dedup_by(|a, b| a.path == b.path);
    let root_label = label(given, &root);
    if found.files.is_empty() {
        return Err(Error::NothingToAudit(root_label));
    }
    add_manifests_on_the_way(&mut found.manifests, &root, &roots);
    let packages = packages::read_all(&root, found.manifests, &mut found.skipped);
    found.skipped.sort_unstable();
    found.skipped.dedup();
    Ok(Discovery {
        root_label,
        root,
        files: found.files,
        templates: found.templates,
        pages: found.pages,
        backends: found.backends,
        packages,
        skipped: found.skipped,
    })
}

/// The name of a path in reports: relative to the root, with `/`. `None` for a path outside the root
/// or with a name that is not UTF-8.
pub fn relative(root: &Path, path: &Path) -> Option<String> {
    let rest = path.strip_prefix(root).ok()?;
    let mut name = String::new();
    for part in rest.components() {
        let Component::Normal(part) = part else {
            return None;
        };
        if !name.is_empty() {
            name.push('/');
        }
        name.push_str(part.to_str()?);
    }
    Some(name)
}

/// Whether a walk never goes where a path leads: among other people's code, or into what is hidden.
pub fn is_never_walked(path: &Path) -> bool {
    let mut folders = path.parent().into_iter().flat_map(Path::components).map(Component::as_os_str);
    folders.any(|it| it == ".git" || it.to_str().is_some_and(|name| NEVER.contains(&name)))
}

/// Whether a file of that name may be one of the audit, or have a say in which are.
pub fn may_matter(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, it)| it);
    language(name).is_some()
        || backends::language(name).is_some()
        || PAGES.contains(&extension)
        || ["htm", "html", "json", "jsonc", "toml"].contains(&extension)
        || [".gitignore", ".ignore"].contains(&name)
}

/// Grammar by extension; `None` for what is no source.
pub fn language(name: &str) -> Option<Language> {
    let (_, extension) = name.rsplit_once('.')?;
    match extension {
        "ts" | "mts" | "cts" => Some(Language::TypeScript),
        "tsx" | "js" | "jsx" | "mjs" | "cjs" => Some(Language::Tsx),
        _ => None,
    }
}

/// Whether an audit could read a file of that name: for those that are not there to be looked at.
pub fn may_be_read(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, it)| it);
    language(name).is_some()
        || backends::language(name).is_some()
        || PAGES.contains(&extension)
        || matches!(extension, "html" | "htm" | "json" | "yaml" | "yml")
        || name.starts_with('.') && name.ends_with("ignore")
}

fn canonical(path: &Path) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            Error::NoSuchPath(path.to_path_buf())
        }
        _ => Error::Io { path: path.to_path_buf(), source },
    })
}

/// The folder that holds all roots; of a file, its parent.
pub(crate) fn common_folder(roots: &[PathBuf]) -> PathBuf {
    let mut folders = roots.iter().map(|path| folder_of(path));
    let first = folders.next().unwrap_or(Path::new("."));
    folders
        .fold(first, |common, folder| {
            common.ancestors().find(|above| folder.starts_with(above)).unwrap_or(common)
        })
        .to_path_buf()
}

fn folder_of(path: &Path) -> &Path {
    if path.is_dir() { path } else { path.parent().unwrap_or(path) }
}

/// What the user typed for the root, or the shortest way from here to it.
fn label(given: &[PathBuf], root: &Path) -> String {
    let typed = given.iter().flat_map(|path| path.ancestors());
    for above in typed {
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        if above.canonicalize().is_ok_and(|path| path == root) {
            return above.to_string_lossy().replace('\\', "/");
        }
    }
    let here = std::env::current_dir().and_then(|path| path.canonicalize()).unwrap_or_default();
    match here.strip_prefix(root) {
        Ok(down) => vec![".."; down.components().count().max(1)].join("/"),
        Err(_) => root.file_name().unwrap_or_default().to_string_lossy().into_owned(),
    }
}

/// Which paths the user's globs let through.
struct Taken {
    include: Globs,
    exclude: Globs,
    view: View,
}

impl Taken {
    fn file(&self, path: &str) -> bool {
        let included = !self.include.is_empty();
        (!included || self.include.covers(path))
            && !self.exclude.covers(path)
            && self.view.takes(path, included)
    }

    fn leaves_out(&self, folder: &str) -> bool {
        self.exclude.matches(folder) || self.view.leaves_out(folder)
    }
}

fn globs(texts: &[String]) -> Result<Globs, Error> {
    Globs::new(texts).map_err(|Wrong { at, why }| {
        let glob = at.and_then(|at| texts.get(at)).cloned().unwrap_or_else(|| texts.join(", "));
        Error::Glob { glob, why }
    })
}

#[derive(Default)]
struct Found {
    files: Vec<SourceFile>,
    templates: Vec<SourceFile>,
    pages: Vec<SourceFile>,
    backends: Vec<BackendFile>,
    manifests: BTreeSet<PathBuf>,
    /// Folders in which packages of Python are installed.
    installed: BTreeSet<String>,
    skipped: Vec<Skip>,
}

impl Found {
    /// Leaves out what stands in folders of installed packages: other people's code.
    fn leave_out_installed(&mut self) {
        let installed = std::mem::take(&mut self.installed);
        let inside = |path: &str| {
            let mut ends = path.match_indices('/');
            ends.any(|(end, _)| path.get(..end).is_some_and(|it| installed.contains(it)))
        };
        self.backends.retain(|it| !inside(&it.path));
        let reason = "among installed packages of Python";
        let skips = self.files.iter().filter(|it| inside(&it.path));
        self.skipped.extend(skips.map(|it| Skip { file: it.path.clone(), reason: reason.to_owned() }));
        self.files.retain(|it| !inside(&it.path));
        self.templates.retain(|it| !inside(&it.path));
        self.pages.retain(|it| !inside(&it.path));
    }
}

enum Item {
    File(SourceFile),
    Template(SourceFile),
    Page(SourceFile),
    Backend(BackendFile),
    Manifest(PathBuf),
    Installed(String),
    Skip(Skip),
}

fn walk(root: &Path, roots: &[PathBuf], taken: &Arc<Taken>, options: &DiscoverOptions) -> Found {
    // In a repository, rules count up to its top and no further, as in git. Outside one there is no
    // top, and the rules of folders above the root are none of our business.
    let in_repository = root.ancestors().any(|folder| folder.join(".git").exists());
    let mut builder = WalkBuilder::empty();
    for path in roots {
        builder.add(path);
    }
    builder
        .standard_filters(!options.no_ignore)
        .hidden(true)
        .git_global(false)
        .require_git(in_repository)
        .parents(in_repository && !options.no_ignore)
        .follow_links(false)
        .threads(options.threads);
    let (top, wanted) = (root.to_path_buf(), Arc::clone(taken));
    builder.filter_entry(move |entry| !is_pruned(entry, &top, &wanted));

    let (sender, items) = channel();
    builder.build_parallel().run(|| {
        let sender: Sender<Item> = sender.clone();
        Box::new(move |entry| {
            if let Some(item) = look(entry, root, taken) {
                // Only fails when nobody listens any more.
                let _ = sender.send(item);
            }
            WalkState::Continue
        })
    });
    drop(sender);

    let mut found = Found::default();
    for item in items {
        match item {
            Item::File(file) => found.files.push(file),
            Item::Template(file) => found.templates.push(file),
            Item::Page(file) => found.pages.push(file),
            Item::Backend(file) => found.backends.push(file),
            Item::Manifest(path) => {
                found.manifests.insert(path);
            }
            Item::Installed(folder) => {
                found.installed.insert(folder);
            }
            Item::Skip(skip) => found.skipped.push(skip),
        }
    }
    found
}

fn is_pruned(entry: &DirEntry, root: &Path, taken: &Taken) -> bool {
    if entry.depth() == 0 || !entry.file_type().is_some_and(|kind| kind.is_dir()) {
        return false;
    }
    entry.file_name().to_str().is_some_and(|name| NEVER.contains(&name))
        || relative(root, entry.path()).is_some_and(|path| taken.leaves_out(&path))
}

fn look(entry: Result<DirEntry, ignore::Error>, root: &Path, taken: &Taken) -> Option<Item> {
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => return Some(Item::Skip(unreadable(&error, root))),
    };
    let kind = entry.file_type()?;
    if kind.is_dir() {
        // `pip install --target libs` writes `libs/flask` and `libs/flask-3.0.dist-info`.
        let name = entry.file_name().to_str().filter(|it| it.ends_with(".dist-info"));
        let folder = name.and(entry.path().parent()).and_then(|it| relative(root, it));
        return folder.filter(|it| !it.is_empty()).map(Item::Installed);
    }
    let path = entry.path();
    let name = entry.file_name().to_string_lossy();
    let language = language(&name);
    let backend = backends::language(&name);
    let skip = |reason: &str| Some(Item::Skip(Skip { file: lossy(root, path), reason: reason.to_string() }));

    if kind.is_symlink() {
        let hides_source = language.is_some() || backend.is_some() || path.is_dir();
        return if hides_source { skip("symbolic link") } else { None };
    }
    if !kind.is_file() {
        return skip("not a regular file");
    }
    if name == packages::MANIFEST {
        return Some(Item::Manifest(path.to_path_buf()));
    }
    let is_template = name.ends_with(".html") || name.ends_with(".htm");
    let is_page = name.rsplit_once('.').is_some_and(|(_, it)| PAGES.contains(&it));
    let language = match language {
        Some(language) => language,
        None if is_template || is_page || backend.is_some() => Language::Text,
        None => return None,
    };
    let Some(relative) = relative(root, path) else {
        return skip("file name is not UTF-8");
    };
    if !taken.file(&relative) {
        return None;
    }
    if let Some(language) = backend {
        let role = backends::role(&relative, language);
        let file = BackendFile { path: relative, absolute: path.to_path_buf(), language, role };
        return (!backends::is_vendored(&file)).then_some(Item::Backend(file));
    }
    if let Some(reason) = passed_over(&name) {
        return skip(reason);
    }
    let file = SourceFile { role: role(&relative), path: relative, absolute: path.to_path_buf(), language };
    Some(match file.role {
        // What a test shows is not what ships.
        Role::Test if is_page => return None,
        _ if is_page => Item::Page(file),
        _ if is_template => Item::Template(file),
        _ => Item::File(file),
    })
}

/// Why a name alone is enough to leave a source file out. Generated code stays in: the calls of a
/// timer often lead through a generated API client.
fn passed_over(name: &str) -> Option<&'static str> {
    let (stem, extension) = name.rsplit_once('.')?;
    let is_script = matches!(extension, "js" | "mjs" | "cjs");
    if !is_script && stem.ends_with(".d") {
        Some("declaration file")
    } else if is_script && (stem.ends_with(".min") || stem.ends_with(".bundle")) {
        Some("minified")
    } else {
        None
    }
}

fn unreadable(error: &ignore::Error, root: &Path) -> Skip {
    let mut inner = error;
    let mut path = root;
    loop {
        inner = match inner {
            ignore::Error::WithPath { path: at, err } => {
                path = at;
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            _ => break,
        };
    }
    let why = inner.io_error().map_or_else(|| "unknown cause".to_string(), |io| io.kind().to_string());
    Skip { file: lossy(root, path), reason: format!("cannot be read: {why}") }
}

/// The name of any path in `root`, for [`Skip`] only.
fn lossy(root: &Path, path: &Path) -> String {
    let rest = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = rest.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    if parts.is_empty() { ".".to_string() } else { parts.join("/") }
}

/// The walk starts at the given paths; the packages that hold those may be between them and the root.
fn add_manifests_on_the_way(manifests: &mut BTreeSet<PathBuf>, root: &Path, roots: &[PathBuf]) {
    for path in roots {
        let between = folder_of(path).ancestors().take_while(|folder| folder.starts_with(root));
        manifests.extend(between.map(|folder| folder.join(packages::MANIFEST)).filter(|path| path.is_file()));
    }
}

#[cfg(test)]
mod tests;
