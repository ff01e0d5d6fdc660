//! The discovered tree as a file system: the resolver sees what the audit sees, and nothing else.
//!
//! A source file that was not discovered (ignored, declaration, in `node_modules`) is not there, so
//! resolution goes on to the next candidate. Only the JSON files that steer resolution come from disk.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use oxc_resolver::{FileMetadata, FileSystem, ResolveError};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use super::tsconfig::{Surroundings, flattened};
use crate::cache::Session;
use crate::discover::packages::{self, MANIFEST};
use crate::discover::{Discovery, relative};
use crate::source::{FileId, Skip};

/// What `tsconfig.json` may be called in a JavaScript project.
const JSCONFIG: &str = "jsconfig.json";

#[derive(Default)]
pub(super) struct Tree {
    session: Arc<Session>,
    root: PathBuf,
    /// By path relative to the root.
    files: FxHashMap<String, FileId>,
    folders: FxHashSet<String>,
    /// Folders of the packages in the tree, by package name.
    packages: BTreeMap<String, PathBuf>,
    skipped: Mutex<BTreeSet<Skip>>,
}

impl Tree {
    pub fn of(found: &Discovery, session: Arc<Session>) -> Self {
        let mut folders = FxHashSet::default();
        let mut files = FxHashMap::default();
        for (id, file) in (0..).zip(&found.files) {
            files.insert(file.path.clone(), FileId(id));
            let mut folder = file.path.as_str();
            while let Some((above, _)) = folder.rsplit_once('/') {
                if !folders.insert(above.to_string()) {
                    break;
                }
                folder = above;
            }
        }
        folders.insert(String::new());
        folders.extend(found.packages.iter().map(|package| package.dir.clone()));
        let names = found.packages.iter().rev();
        let packages = names
            .filter_map(|package| Some((package.name.clone()?, found.root.join(&package.dir))))
            .collect();
        Self { session, root: found.root.clone(), files, folders, packages, skipped: Mutex::default() }
    }

    /// The discovered file at an absolute path.
    pub fn file_at(&self, path: &Path) -> Option<FileId> {
        self.files.get(&relative(&self.root, path)?).copied()
    }

    /// The discovered file at a path relative to the root.
    pub fn file(&self, path: &str) -> Option<FileId> {
        self.files.get(path).copied()
    }

    pub fn skipped(&self) -> Vec<Skip> {
        let skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        skipped.iter().cloned().collect()
    }

    pub fn skip(&self, path: &Path, reason: String) {
        let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        skipped.insert(Skip { file: self.name(path), reason });
    }

    /// A name for reports; a config above the root is named by the way up to it.
    fn name(&self, path: &Path) -> String {
        if let Some(name) = relative(&self.root, path) {
            return name;
        }
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let up = self.root.ancestors().position(|above| path.parent() == Some(above)).unwrap_or_default();
        format!("{}{file}", "../".repeat(up))
    }

    fn kind(&self, path: &Path) -> io::Result<FileMetadata> {
        let name = relative(&self.root, path);
        let is_file = name.as_ref().is_some_and(|name| self.files.contains_key(name))
            || (path.extension().is_some_and(|extension| extension == "json")
                && self.json_at(path).is_some());
        let is_folder = name.is_some_and(|name| self.folders.contains(&name));
        if is_file || is_folder {
            Ok(FileMetadata::new(is_file, is_folder, false))
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }

    /// The JSON file that answers for a path.
    pub fn json_at(&self, path: &Path) -> Option<PathBuf> {
        if self.session.is_file(path) {
            return Some(path.to_path_buf());
        }
        let is_tsconfig = path.file_name()? == "tsconfig.json";
        Some(path.with_file_name(JSCONFIG)).filter(|other| is_tsconfig && self.session.is_file(other))
    }

    /// The manifest at a path.
    pub fn manifest(&self, path: &Path) -> Result<Value, &'static str> {
        packages::parse_manifest(&self.session.small(path)?)
    }
}

/// The tree as the resolver holds it.
#[derive(Default)]
pub(super) struct Shared(pub Arc<Tree>);

impl FileSystem for Shared {
    fn new() -> Self {
        Self::default()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read_to_string(path).map(String::into_bytes)
    }

    /// Gives something valid for every file: one broken manifest would otherwise fail each import
    /// below it. `discover` has named broken manifests already.
    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        let path = self.0.json_at(path).ok_or(io::ErrorKind::NotFound)?;
        if path.file_name().is_some_and(|name| name == MANIFEST) {
            let manifest = self.0.manifest(&path).ok().filter(Value::is_object);
            return Ok(manifest.map_or_else(|| "{}".to_string(), |manifest| manifest.to_string()));
        }
        let report = |path: &Path, reason| self.0.skip(path, reason);
        Ok(flattened(
            &path,
            &Surroundings { session: &self.0.session, packages: &self.0.packages, report: &report },
        ))
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.0.kind(path)
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.0.kind(path)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        Ok(path.to_path_buf())
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_path_buf())
    }
}
