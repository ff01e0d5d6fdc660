//! One tsconfig made of a whole `extends` chain.
//!
//! Without installed packages a chain often ends in nothing (`@tsconfig/node22`), and a resolver that
//! stops there loses the aliases written beside it. So the chain is joined here, iteratively and with
//! a bound; what is broken or missing is left out and named, and the rest counts.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use oxc_resolver::{CompilerOptions, ExtendsField, TsConfig};
use serde_json::{Map, Value, json};

use crate::cache::Session;

/// Configs in one `extends` chain. Real chains have two or three.
const MAX_CHAIN: usize = 32;

const CONFIG_DIR: &str = "${configDir}";

/// Where the packages of the tree are, by name; and what to do with a config that is wrong.
pub(super) struct Surroundings<'a> {
    pub session: &'a Session,
    pub packages: &'a BTreeMap<String, PathBuf>,
    pub report: &'a dyn Fn(&Path, String),
}

/// The config as text, with all it extends inside and every path absolute.
pub(super) fn flattened(path: &Path, around: &Surroundings) -> String {
    let main = Chain { directory: path.parent().unwrap_or(path).to_path_buf() };
    let mut flat = Flat::default();
    let mut seen: Vec<PathBuf> = Vec::new();
    // A stack whose top is the nearest in precedence: later entries of `extends` win. With each config
    // come those that led to it.
    let mut todo = vec![(path.to_path_buf(), Vec::new())];
    while let Some((path, mut trail)) = todo.pop() {
        if trail.contains(&path) {
            (around.report)(&path, "extends itself".to_string());
            continue;
        }
        if seen.contains(&path) {
            continue;
        }
        if seen.len() == MAX_CHAIN {
            (around.report)(&path, format!("more than {MAX_CHAIN} configs extend each other"));
            break;
        }
        seen.push(path.clone());
        match load(&path, around.session) {
            Ok(config) => {
                trail.push(path.clone());
                let bases = extended(&config, &path, around);
                todo.extend(bases.into_iter().map(|base| (base, trail.clone())));
                main.add(config, &path, around.session, &mut flat);
            }
            Err(reason) => (around.report)(&path, reason.to_string()),
        }
    }
    flat.into_text(is_owner_of_all(path))
}

/// A plain `tsconfig.json` is there for all files below it, whatever it compiles: its `include` is
/// for the compiler, while bundlers and test runners use its aliases everywhere.
fn is_owner_of_all(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "tsconfig.json" || name == "jsconfig.json")
}

fn load(path: &Path, session: &Session) -> Result<TsConfig, &'static str> {
    let text = session.small(path)?;
    TsConfig::parse(true, path, path, text).map_err(|_| "broken JSON")
}

fn extended(config: &TsConfig, path: &Path, around: &Surroundings) -> Vec<PathBuf> {
    let specifiers: &[String] = match &config.extends {
        Some(ExtendsField::Single(one)) => std::slice::from_ref(one),
        Some(ExtendsField::Multiple(all)) => all,
        None => &[],
    };
    let directory = path.parent().unwrap_or(path);
    specifiers
        .iter()
        .filter_map(|specifier| {
            let found = candidates(specifier, directory, around)
                .into_iter()
                .find_map(|path| config_at(&path, around.session));
            // Packages are rarely installed where audits run, and what they hold is compiler strictness.
            if found.is_none() && specifier.starts_with(['.', '/']) && !specifier.contains("node_modules/") {
                (around.report)(path, format!("extends `{specifier}`, which is not there"));
            }
            found
        })
        .collect()
}

fn candidates(specifier: &str, directory: &Path, around: &Surroundings) -> Vec<PathBuf> {
    if specifier.starts_with('.') || specifier.starts_with('/') {
        return vec![normal(&directory.join(specifier))];
    }
    let (name, rest) = super::workspace::split(specifier);
    let own = around.packages.get(name).map(|folder| normal(&folder.join(rest)));
    let installed = directory.ancestors().map(|folder| folder.join("node_modules").join(specifier));
    own.into_iter().chain(installed.map(|path| normal(&path))).collect()
}

/// A config may be named with or without its extension, or by its folder.
fn config_at(path: &Path, session: &Session) -> Option<PathBuf> {
    let mut with_extension = path.as_os_str().to_owned();
    with_extension.push(".json");
    [path.to_path_buf(), PathBuf::from(with_extension), path.join("tsconfig.json")]
        .into_iter()
        .find(|path| path.extension().is_some_and(|extension| extension == "json") && session.is_file(path))
}

struct Chain {
    /// Folder of the config that starts the chain: what `${configDir}` stands for.
    directory: PathBuf,
}

#[derive(Default)]
struct Flat {
    base_url: Option<PathBuf>,
    paths: Option<Map<String, Value>>,
    root_dirs: Option<Vec<PathBuf>>,
    files: Option<Vec<PathBuf>>,
    include: Option<Vec<PathBuf>>,
    exclude: Option<Vec<PathBuf>>,
    references: Option<Vec<PathBuf>>,
}

impl Chain {
    /// Adds a config; what is there already came from one that extends it, and stays.
    fn add(&self, config: TsConfig, path: &Path, session: &Session, flat: &mut Flat) {
        let directory = path.parent().unwrap_or(path);
        let all = |paths: Option<Vec<PathBuf>>| paths.map(|paths| self.absolute_all(directory, paths));
        let CompilerOptions { base_url, paths, root_dirs, .. } = config.compiler_options;
        let base_url = base_url.map(|base| self.absolute(directory, &base));
        flat.base_url = flat.base_url.take().or(base_url);
        if let (None, Some(paths)) = (&flat.paths, paths) {
            let base = flat.base_url.as_deref().unwrap_or(directory);
            let aliases = paths.into_iter().map(|(key, to)| (key, json!(self.absolute_all(base, to))));
            flat.paths = Some(aliases.collect());
        }
        flat.root_dirs = flat.root_dirs.take().or(all(root_dirs));
        flat.files = flat.files.take().or(all(config.files));
        flat.include = flat.include.take().or(all(config.include));
        flat.exclude = flat.exclude.take().or(all(config.exclude));
        // References are the one thing that is not inherited.
        let references = config.references.into_iter().map(|one| self.absolute(directory, &one.path));
        flat.references.get_or_insert_with(|| {
            references.filter_map(|path| config_at(&path, session)).filter(|other| other != path).collect()
        });
    }

    fn absolute_all(&self, base: &Path, paths: Vec<PathBuf>) -> Vec<PathBuf> {
        paths.iter().map(|path| self.absolute(base, path)).collect()
    }

    fn absolute(&self, base: &Path, path: &Path) -> PathBuf {
        let text = path.to_string_lossy();
        match text.strip_prefix(CONFIG_DIR) {
            Some(rest) => normal(&self.directory.join(rest.trim_start_matches('/'))),
            None => normal(&base.join(path)),
        }
    }
}

impl Flat {
    fn into_text(self, owns_all: bool) -> String {
        let references: Vec<Value> =
            self.references.unwrap_or_default().iter().map(|path| json!({ "path": path })).collect();
        let mut config = json!({
            "compilerOptions": {
                "allowJs": true,
                "baseUrl": self.base_url,
                "paths": self.paths,
                "rootDirs": self.root_dirs,
            },
        });
        if let Some(config) = config.as_object_mut() {
            if !owns_all || !references.is_empty() {
                config.insert("files".into(), json!(self.files));
                config.insert("include".into(), json!(self.include));
                config.insert("exclude".into(), json!(self.exclude));
            }
            config.insert("references".into(), Value::Array(references));
        }
        config.to_string()
    }
}

/// Resolves `.` and `..` by text; above the top there is nothing.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}
