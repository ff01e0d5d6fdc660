//! A tree that somebody works on: texts as they are now, saved or not, each read from the disk once.
//!
//! Nothing here is older than what its owner says has changed: whoever watches the disk has to
//! [`forget`](Desk::forget) what changed on it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::scan::{self, Limits};
use crate::source::Skip;

/// Texts of files by whole path, for the audits of one tree.
#[derive(Debug, Default)]
pub struct Desk {
    /// What an editor has open; it counts, whatever the disk holds.
    open: RwLock<FxHashMap<PathBuf, Arc<str>>>,
    /// What the disk gave.
    read: RwLock<FxHashMap<PathBuf, Result<Arc<str>, Skip>>>,
    /// Files that decide how specifiers are resolved, by being there or by what they say.
    steering: RwLock<FxHashSet<PathBuf>>,
    /// Set by others: the audit that runs comes to an end without answers.
    called_off: Arc<AtomicBool>,
}

impl Desk {
    /// An empty desk. While the flag is set, nobody waits for the audit that runs.
    pub fn new(called_off: Arc<AtomicBool>) -> Self {
        Self { called_off, ..Self::default() }
    }

    /// Takes a text for that of a file until it is closed.
    pub fn open(&self, path: &Path, text: Arc<str>) {
        self.open.write().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), text);
    }

    /// From now on the disk says again what a file holds.
    pub fn close(&self, path: &Path) {
        self.open.write().unwrap_or_else(PoisonError::into_inner).remove(path);
    }

    /// Forgets what the disk gave for a file.
    pub fn forget(&self, path: &Path) {
        self.read.write().unwrap_or_else(PoisonError::into_inner).remove(path);
    }

    /// Forgets all that the disk gave.
    pub fn forget_all(&self) {
        self.read.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.steering.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whether an editor has a file open.
    pub fn is_open(&self, path: &Path) -> bool {
        self.open.read().unwrap_or_else(PoisonError::into_inner).contains_key(path)
    }

    /// The text of a file, when an editor has it open or an audit has read it.
    pub fn text(&self, path: &Path) -> Option<Arc<str>> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        open.or_else(|| self.read.read().unwrap_or_else(PoisonError::into_inner).get(path)?.clone().ok())
    }

    /// Whether a file, there or not, had a say in how specifiers are resolved.
    pub fn is_steering(&self, path: &Path) -> bool {
        self.steering.read().unwrap_or_else(PoisonError::into_inner).contains(path)
    }

    /// Whether nobody waits for the audit that runs.
    pub fn is_called_off(&self) -> bool {
        self.called_off.load(Ordering::Relaxed)
    }

    pub(super) fn read(&self, name: &str, path: &Path, limits: &Limits) -> Result<String, Skip> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        if let Some(text) = open {
            return scan::read_open(name, &text, limits);
        }
        let known = self.read.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        let text = known.unwrap_or_else(|| {
            let text = scan::read_at(name, path, limits).map(Arc::from);
            let mut read = self.read.write().unwrap_or_else(PoisonError::into_inner);
            read.entry(path.to_owned()).or_insert(text).clone()
        });
        text.map(|it| it.as_ref().to_owned())
    }

    pub(super) fn steered_by(&self, path: &Path) {
        let is_known = self.is_steering(path);
        if !is_known {
            self.steering.write().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        }
    }
}
