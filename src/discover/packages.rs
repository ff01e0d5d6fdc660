//! The packages of a tree: what each `package.json` calls itself and depends on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use globset::GlobBuilder;
use serde_json::Value;
use walkdir::WalkDir;

use super::{NEVER, lossy, relative};
use crate::source::Skip;

/// Name of the file that makes a folder a package.
pub const MANIFEST: &str = "package.json";

/// A manifest beyond this is no manifest.
const MAX_BYTES: u64 = 4 << 20;

/// How deep `**` in a workspace pattern looks.
const MAX_WORKSPACE_DEPTH: usize = 6;

/// A folder with a `package.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageDir {
    /// Relative to the root, with `/`; empty for the root itself.
    pub dir: String,
    /// What other packages import it as.
    pub name: Option<String>,
    /// Names of all it depends on: at run time, for development, as peer, optionally.
    pub dependencies: BTreeSet<String>,
    /// Patterns of its workspace members, also those of a `pnpm-workspace.yaml` beside it.
    pub workspaces: Vec<String>,
    /// Others may install it: it is not private, and says what to import of it.
    pub published: bool,
}

/// Reads the manifests that the walk met, and those of the workspace members that it did not: a
/// member may stand in a hidden or ignored folder and still give others its name.
pub(super) fn read_all(root: &Path, met: BTreeSet<PathBuf>, skipped: &mut Vec<Skip>) -> Vec<PackageDir> {
    let mut packages = BTreeMap::new();
    let mut todo = met;
    while let Some(manifest) = todo.pop_first() {
        let Some(folder) = manifest.parent() else { continue };
        let Some(dir) = relative(root, folder) else {
            continue;
        };
        if packages.contains_key(&dir) {
            continue;
        }
        match read_manifest(&manifest) {
            Ok(value) => {
                let package = package(dir.clone(), folder, &value);
                todo.extend(package.workspaces.iter().flat_map(|pattern| members(root, folder, pattern)));
                packages.insert(dir, package);
            }
            Err(reason) => skipped.push(Skip { file: lossy(root, &manifest), reason: reason.to_string() }),
        }
    }
    packages.into_values().collect()
}

/// A `package.json` as it stands; the error is the reason of a skip.
pub fn read_manifest(path: &Path) -> Result<Value, &'static str> {
    parse_manifest(&read_small(path)?)
}

/// The text of a `package.json`; the error is the reason of a skip.
pub fn parse_manifest(text: &str) -> Result<Value, &'static str> {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|_| "broken JSON")
}

/// A small text file that steers resolution; the error is the reason of a skip.
pub fn read_small(path: &Path) -> Result<String, &'static str> {
    // Opening a FIFO would wait for a writer that never comes.
    if !path.is_file() {
        return Err("not a regular file");
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|_| "cannot be read")?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err("larger than 4 MiB");
    }
    String::from_utf8(bytes).map_err(|_| "not UTF-8")
}

fn package(dir: String, folder: &Path, manifest: &Value) -> PackageDir {
    let dependencies = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"]
        .into_iter()
        .filter_map(|key| manifest.get(key)?.as_object())
        .flat_map(|names| names.keys().cloned())
        .collect();
    let mut workspaces = match manifest.get("workspaces") {
        Some(Value::Object(yarn)) => texts(yarn.get("packages")),
        patterns => texts(patterns),
    };
    if let Ok(text) = read_small(&folder.join("pnpm-workspace.yaml")) {
        workspaces.extend(pnpm_workspaces(&text));
    }
    let name = manifest.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
    let private = manifest.get("private").and_then(Value::as_bool).unwrap_or(false);
    let offers = ["exports", "main", "module", "types"].iter().any(|key| manifest.get(key).is_some());
    let published = !private && offers && name.is_some();
    PackageDir { dir, name: name.map(str::to_string), dependencies, workspaces, published }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_string)).collect()
}

/// The `packages:` list. The file is YAML, but that list is one pattern a line in every repository,
/// or one bracketed line.
fn pnpm_workspaces(text: &str) -> Vec<String> {
    let unquoted = |item: &str| item.trim().trim_matches(['"', '\'']).to_string();
    let mut patterns = Vec::new();
    let mut in_packages = false;
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or_default().trim_end();
        if let Some(rest) = line.strip_prefix("packages:") {
            in_packages = true;
            let inner = rest.trim().trim_start_matches('[').trim_end_matches(']');
            patterns.extend(inner.split(',').map(unquoted));
        } else if let Some(item) = line.trim_start().strip_prefix("- ").filter(|_| in_packages) {
            patterns.push(unquoted(item));
        } else if !line.is_empty() && !line.starts_with([' ', '#']) {
            in_packages = false;
        }
    }
    patterns.retain(|pattern| !pattern.is_empty());
    patterns
}

/// Manifests of the folders that a workspace pattern names, ignore rules or not.
fn members(root: &Path, folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    let is_plain = |part: Component| matches!(part, Component::Normal(_));
    if pattern.is_empty() || pattern.starts_with('!') || !Path::new(pattern).components().all(is_plain) {
        return Vec::new();
    }
    let Ok(glob) = GlobBuilder::new(pattern).literal_separator(true).build() else {
        return Vec::new();
    };
    let glob = glob.compile_matcher();
    let parts: Vec<&str> = pattern.split('/').collect();
    let fixed = parts.iter().take_while(|part| !part.contains(['*', '?', '[', '{'])).count();
    let start = parts.iter().take(fixed).fold(folder.to_path_buf(), |path, part| path.join(part));
    // A symbolic link in the fixed part could lead anywhere.
    if !start.canonicalize().is_ok_and(|path| path.starts_with(root)) {
        return Vec::new();
    }
    let depth = if pattern.contains("**") { MAX_WORKSPACE_DEPTH } else { parts.len() - fixed };
    WalkDir::new(start)
        .max_depth(depth)
        .into_iter()
        .filter_entry(|entry| {
            entry.file_type().is_dir()
                && entry.file_name().to_str().is_some_and(|name| !NEVER.contains(&name))
        })
        .filter_map(Result::ok)
        .filter(|entry| entry.path().strip_prefix(folder).is_ok_and(|path| glob.is_match(path)))
        .map(|entry| entry.path().join(MANIFEST))
        .filter(|path| path.is_file())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pnpm_lists_are_read_in_both_spellings() {
        let lines = "# all\npackages:\n  - apps/*\n  - \"packages/*\" # shared\n\ncatalog:\n  - no\n";
        assert_eq!(pnpm_workspaces(lines), ["apps/*", "packages/*"]);
        assert_eq!(pnpm_workspaces("packages: ['apps/*', libs/ui]\n"), ["apps/*", "libs/ui"]);
        assert_eq!(pnpm_workspaces("packages:\n- apps/*\n"), ["apps/*"]);
    }

    #[test]
    fn manifests_may_be_of_any_shape() {
        let odd =
            serde_json::json!({ "name": 7, "dependencies": ["x"], "workspaces": { "packages": ["a/*", 1] } });
        let read = package(String::new(), Path::new("/nowhere"), &odd);
        assert_eq!(read.name, None);
        assert!(read.dependencies.is_empty());
        assert_eq!(read.workspaces, ["a/*"]);
    }
}
