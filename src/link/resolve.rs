//! Specifier to file: what `import … from "specifier"` means in one folder of the tree.
//!
//! `oxc_resolver` answers for relative paths, tsconfig aliases and `#imports`. It is given the
//! discovered tree as its file system, so an answer is always a discovered file. What it leaves open
//! is tried as a package of the tree, built or not, and then as one of the conventions that bundlers
//! set up in places we do not read.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use oxc_resolver::{ResolveContext, ResolveOptions, ResolverGeneric, TsConfig, TsconfigDiscovery};
use rustc_hash::FxHashMap;
use serde_json::Value;
use smol_str::SmolStr;

use crate::cache::Session;
use crate::discover::{Discovery, PackageDir, packages};
use crate::source::{FileId, Skip};

mod tree;
mod tsconfig;
mod workspace;

use tree::{Shared, Tree};

/// What a specifier stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// A file of the audit.
    File(FileId),
    /// Code from elsewhere: an installed package or the platform.
    Package {
        /// The specifier as written, with `node:` dropped.
        name: SmolStr,
    },
    /// Relative or aliased, and no source file of the audit: not there, left out of it, or no source
    /// (styles, images, JSON).
    Missing,
}

/// Extensions in the order in which they are tried. No declaration files: they have no code.
const EXTENSIONS: &[&str] = &[".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

/// Aliases that templates set up in a bundler's config.
const CONVENTIONAL: &[&str] = &["@/", "~/"];

/// Resolves specifiers; shared by threads.
pub struct Resolver {
    oxc: ResolverGeneric<Shared>,
    tree: Arc<Tree>,
    folders: Vec<Folder>,
    /// Folder of each file and page, as an index into `folders`.
    folder_of: Vec<usize>,
    /// Number of files; the pages come after them.
    files: usize,
    packages: Vec<Package>,
    /// Several when a tree holds copies.
    packages_by_name: FxHashMap<String, Vec<usize>>,
    cache: RwLock<FxHashMap<(usize, SmolStr), Resolution>>,
}

/// A folder that holds source files.
struct Folder {
    absolute: PathBuf,
    /// The file that stands for all in the folder when its tsconfig is looked for: the first, so that
    /// the answer does not hang on who asks first.
    first: PathBuf,
    tsconfig: OnceLock<Option<Arc<TsConfig>>>,
    /// Packages around it, the nearest first.
    packages: Vec<usize>,
}

struct Package {
    dir: PackageDir,
    absolute: PathBuf,
    manifest: OnceLock<Value>,
}

impl Resolver {
    /// A resolver for a discovered tree. Reads nothing yet.
    pub fn new(found: &Discovery, session: &Arc<Session>) -> Self {
        let packages: Vec<Package> = found
            .packages
            .iter()
            .map(|dir| Package {
                dir: dir.clone(),
                absolute: found.root.join(&dir.dir),
                manifest: OnceLock::new(),
            })
            .collect();
        let by_dir: FxHashMap<&str, usize> =
            packages.iter().enumerate().map(|(at, package)| (package.dir.dir.as_str(), at)).collect();
        let mut packages_by_name: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (at, package) in packages.iter().enumerate() {
            if let Some(name) = &package.dir.name {
                packages_by_name.entry(name.clone()).or_default().push(at);
            }
        }

        let mut folders: Vec<Folder> = Vec::new();
        let mut known: FxHashMap<&str, usize> = FxHashMap::default();
        let mut folder_of = Vec::with_capacity(found.files.len());
        for file in found.files.iter().chain(&found.pages) {
            let dir = file.path.rsplit_once('/').map_or("", |(dir, _)| dir);
            let at = *known.entry(dir).or_insert_with(|| {
                folders.push(Folder {
                    absolute: found.root.join(dir),
                    first: file.absolute.clone(),
                    tsconfig: OnceLock::new(),
                    packages: above(dir).filter_map(|dir| by_dir.get(dir).copied()).collect(),
                });
                folders.len() - 1
            });
            folder_of.push(at);
        }
        let tree = Arc::new(Tree::of(found, Arc::clone(session)));
        Self {
            oxc: ResolverGeneric::new_with_file_system(Shared(Arc::clone(&tree)), options()),
            tree,
            folders,
            folder_of,
            files: found.files.len(),
            packages,
            packages_by_name,
            cache: RwLock::default(),
        }
    }

    /// The package that a file is in, as a number.
    pub fn package_of(&self, file: FileId) -> Option<usize> {
        let folder = self.folder_of.get(file.index()).and_then(|at| self.folders.get(*at));
        folder.and_then(|it| it.packages.first()).copied()
    }

    /// Whether a file belongs to a package that others may install.
    pub fn is_published(&self, file: FileId) -> bool {
        let nearest = self.package_of(file).and_then(|at| self.packages.get(at));
        nearest.is_some_and(|it| it.dir.published)
    }

    /// Names of the packages that the package of a file depends on.
    pub fn dependencies_of(&self, file: FileId) -> impl Iterator<Item = &str> {
        let nearest = self.package_of(file).and_then(|at| self.packages.get(at));
        nearest.into_iter().flat_map(|it| it.dir.dependencies.iter().map(String::as_str))
    }

    /// What a specifier means in a file.
    pub fn resolve(&self, from: FileId, specifier: &str) -> Resolution {
        let at = self.folder_of.get(from.index()).copied();
        let Some((at, folder)) = at.and_then(|at| Some((at, self.folders.get(at)?))) else {
            return Resolution::Missing;
        };
        let key = (at, SmolStr::new(specifier));
        if let Some(known) = self.cache.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let answer = self.look_up(folder, specifier);
        self.cache.write().unwrap_or_else(PoisonError::into_inner).insert(key, answer.clone());
        answer
    }

    /// What a specifier means on a page, by its index among the pages of the tree.
    pub fn resolve_on_page(&self, page: usize, specifier: &str) -> Resolution {
        let page = u32::try_from(self.files + page).unwrap_or(u32::MAX);
        self.resolve(FileId(page), specifier)
    }

    /// Configs that turned out broken so far, each named once; sorted.
    pub fn skipped(&self) -> Vec<Skip> {
        self.tree.skipped()
    }

    /// Whether a package around a file names another among its dependencies.
    pub fn file_depends_on(&self, file: FileId, name: &str) -> bool {
        let folder = self.folder_of.get(file.index()).and_then(|at| self.folders.get(*at));
        folder.is_some_and(|folder| self.depends_on(folder, name))
    }

    fn look_up(&self, folder: &Folder, specifier: &str) -> Resolution {
        let package = |name: &str| Resolution::Package { name: SmolStr::new(name) };
        let plain = without_loader(specifier);
        if let Some(builtin) = plain.strip_prefix("node:") {
            return package(builtin);
        }
        if has_scheme(plain) {
            return package(specifier);
        }
        if plain.is_empty() {
            return Resolution::Missing;
        }
        let tsconfig = self.tsconfig(folder);
        let found = self
            .by_rules(folder, plain, tsconfig)
            .or_else(|| if plain.starts_with('.') { None } else { self.by_name(folder, plain) });
        match found {
            Some(file) => Resolution::File(file),
            None if self.must_be_here(folder, plain, tsconfig) => Resolution::Missing,
            None => package(plain),
        }
    }

    /// Relative paths, aliases of the tsconfig, `#imports`.
    fn by_rules(&self, folder: &Folder, specifier: &str, tsconfig: Option<&TsConfig>) -> Option<FileId> {
        let mut context = ResolveContext::default();
        let found =
            self.oxc.resolve_with_context(&folder.absolute, specifier, tsconfig, &mut context).ok()?;
        self.tree.file_at(found.path())
    }

    /// Packages of the tree, then conventions.
    fn by_name(&self, folder: &Folder, specifier: &str) -> Option<FileId> {
        let (name, rest) = workspace::split(specifier);
        if let Some(package) = self.package_named(folder, name) {
            let sources = workspace::sources(package.manifest(&self.tree), rest);
            let found = sources.iter().find_map(|source| self.probe(&package.dir.dir, source));
            if found.is_some() {
                return found;
            }
        }
        if let Some(path) = CONVENTIONAL.iter().find_map(|alias| specifier.strip_prefix(alias)) {
            return self.by_convention(folder, path);
        }
        // `/src/main.tsx` is what Vite calls the file of its own root; `src/orders` and `orders/list`
        // need a folder, or each `util` would be the package of that name.
        let is_path = !rest.is_empty() && !specifier.starts_with('@');
        if is_path && !self.depends_on(folder, name) { self.by_convention(folder, specifier) } else { None }
    }

    /// The package of a name; of several, the one that shares most folders with who asks, then the first in order.
    fn package_named(&self, folder: &Folder, name: &str) -> Option<&Package> {
        let shared = |package: &Package| {
            let both = package.absolute.components().zip(folder.absolute.components());
            both.take_while(|(one, other)| one == other).count()
        };
        let named = self.packages_by_name.get(name)?.iter().filter_map(|at| self.packages.get(*at));
        named.rev().max_by_key(|it| shared(it))
    }

    fn by_convention(&self, folder: &Folder, path: &str) -> Option<FileId> {
        let around = folder.packages.iter().filter_map(|at| Some(self.packages.get(*at)?.dir.dir.as_str()));
        around
            .chain([""])
            .find_map(|dir| self.probe(dir, &format!("src/{path}")).or_else(|| self.probe(dir, path)))
    }

    /// Whether a specifier that was not found is a gap in the tree, and not somebody else's package.
    fn must_be_here(&self, folder: &Folder, specifier: &str, tsconfig: Option<&TsConfig>) -> bool {
        let (name, _) = workspace::split(specifier);
        if specifier.starts_with(['.', '/', '#', '~']) || specifier.starts_with("@/") {
            return true;
        }
        if self.packages_by_name.contains_key(name) {
            return true;
        }
        // `"vite": ["./node_modules/vite/…"]` is an alias too.
        !self.depends_on(folder, name) && tsconfig.is_some_and(|tsconfig| is_aliased(tsconfig, specifier))
    }

    fn depends_on(&self, folder: &Folder, name: &str) -> bool {
        let mut around = folder.packages.iter().filter_map(|at| self.packages.get(*at));
        around.any(|package| package.dir.dependencies.contains(name))
    }

    /// A discovered file at a path in a folder, its extension to be tried or to be replaced.
    fn probe(&self, dir: &str, path: &str) -> Option<FileId> {
        let path = join(dir, path)?;
        if let Some(file) = self.tree.file(&path) {
            return Some(file);
        }
        let stem = without_extension(&path);
        let as_files = [path.as_str(), stem]
            .into_iter()
            .flat_map(|stem| EXTENSIONS.iter().map(move |extension| format!("{stem}{extension}")));
        let as_folder = EXTENSIONS.iter().map(|extension| {
            if path.is_empty() { format!("index{extension}") } else { format!("{path}/index{extension}") }
        });
        as_files.chain(as_folder).find_map(|path| self.tree.file(&path))
    }

    fn tsconfig<'a>(&self, folder: &'a Folder) -> Option<&'a TsConfig> {
        let find = || {
            let owner = self.oxc.find_tsconfig(&folder.first).ok().flatten();
            owner.or_else(|| self.nearest_tsconfig(&folder.absolute))
        };
        folder.tsconfig.get_or_init(find).as_deref()
    }

    /// No config claims the folder (tests are often left out of all of them): then the nearest, or
    /// the part of it that has aliases.
    fn nearest_tsconfig(&self, folder: &Path) -> Option<Arc<TsConfig>> {
        let path = folder
            .ancestors()
            .map(|above| above.join("tsconfig.json"))
            .find(|path| self.tree.json_at(path).is_some())?;
        let Ok(config) = self.oxc.resolve_tsconfig(&path) else {
            self.tree.skip(&path, "cannot be used".to_string());
            return None;
        };
        let has_aliases = |config: &Arc<TsConfig>| {
            config.compiler_options.paths.is_some() || config.compiler_options.base_url.is_some()
        };
        let part = config.references_resolved.iter().find(|part| has_aliases(part));
        Some(part.filter(|_| !has_aliases(&config)).map_or_else(|| Arc::clone(&config), Arc::clone))
    }
}

impl Package {
    fn manifest(&self, tree: &Tree) -> &Value {
        self.manifest
            .get_or_init(|| tree.manifest(&self.absolute.join(packages::MANIFEST)).unwrap_or_default())
    }
}

fn options() -> ResolveOptions {
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    let written = [
        (".js", &[".ts", ".tsx", ".js", ".jsx"][..]),
        (".jsx", &[".tsx", ".jsx"]),
        (".mjs", &[".mts", ".mjs"]),
        (".cjs", &[".cts", ".cjs"]),
    ];
    ResolveOptions {
        tsconfig: Some(TsconfigDiscovery::Auto),
        extensions: texts(&[EXTENSIONS, &[".json"]].concat()),
        extension_alias: written.iter().map(|(from, to)| (from.to_string(), texts(to))).collect(),
        condition_names: texts(workspace::CONDITIONS),
        main_fields: texts(&["source", "module", "main"]),
        // Installed packages are never part of the audit.
        modules: Vec::new(),
        node_path: false,
        symlinks: false,
        ..ResolveOptions::default()
    }
}

/// `!raw-loader!./orders.ts?worker` → `./orders.ts`.
fn without_loader(specifier: &str) -> &str {
    let last = specifier.rsplit('!').next().unwrap_or_default();
    last.split('?').next().unwrap_or_default()
}

/// `https://…`, `data:…`, `virtual:…`, `bun:test`.
fn has_scheme(specifier: &str) -> bool {
    specifier.split(['/', '.']).next().is_some_and(|first| first.contains(':'))
}

fn is_aliased(tsconfig: &TsConfig, specifier: &str) -> bool {
    tsconfig.compiler_options.paths.iter().flat_map(|paths| paths.keys()).any(|pattern| {
        match pattern.split_once('*') {
            Some(("", "")) => false,
            Some((before, after)) => specifier.starts_with(before) && specifier.ends_with(after),
            None => specifier == pattern,
        }
    })
}

/// The folder and all above it, down to the empty name of the root.
fn above(dir: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(dir), |dir| {
        (!dir.is_empty()).then(|| dir.rsplit_once('/').map_or("", |(above, _)| above))
    })
}

/// Joins by text; `None` when the path climbs out of the root.
fn join(dir: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in dir.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn without_extension(path: &str) -> &str {
    let declarations = [".d.ts", ".d.mts", ".d.cts"];
    let mut extensions = declarations.iter().chain(EXTENSIONS);
    extensions.find_map(|extension| path.strip_suffix(extension)).unwrap_or(path)
}

#[cfg(test)]
mod tests;
