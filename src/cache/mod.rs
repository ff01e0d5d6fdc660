//! What one run remembers for the next: the facts of files, and whole reports.
//!
//! Everything is found by content. A file's bytes are read in every run, and only what follows from
//! them is remembered; so no clock and no file time can make an answer stale. Two levels:
//!
//! - **Reports**: the audit of a tree in which nothing changed. Its key is made of every file's bytes,
//!   the settings and the build; with it go the answers of the disk to all else that the run asked
//!   (manifests, tsconfigs, templates, backends), and those are asked again.
//! - **Facts**: of each file, the words that it holds and, when something asked for them, its facts.
//!
//! A cache in `node_modules` lies inside the audited tree, which is hostile: a forged one could make
//! findings disappear. So all of it is sealed with a secret that only this user has ([`seal`]), and
//! what the secret does not vouch for is not read any further. The digests of files are keyed with
//! it too: nobody can write a file that is taken for another.
//!
//! Whatever is wrong with a cache (foreign, broken, not to be written) costs time and nothing else.

mod pack;
mod place;
mod reports;
mod seal;
mod session;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

pub use self::session::{Asked, Session};

/// Bytes that a folder of caches may take.
const LIMIT: u64 = 256 << 20;

/// Bytes that stand for others, made with the secret of the user.
pub type Digest = [u8; 16];

/// Where a run may remember something.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    /// What the files of one audited root begin with.
    name: String,
    secret: seal::Secret,
    limit: u64,
    notes: Mutex<Vec<String>>,
    reports: AtomicUsize,
    words: AtomicUsize,
    facts: AtomicUsize,
}

/// What came out of a cache instead of being found out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hits {
    /// Whole reports.
    pub reports: usize,
    /// Files that were not scanned.
    pub words: usize,
    /// Files that were not parsed.
    pub facts: usize,
}

/// What a cache takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Where it is.
    pub folder: PathBuf,
    /// Number of files.
    pub files: usize,
    /// Bytes in them.
    pub bytes: u64,
}

impl Cache {
    /// The cache for an audited root, an absolute path.
    ///
    /// # Errors
    ///
    /// When there is no place for one; in words.
    pub fn of(root: &Path) -> Result<Self, String> {
        let place = place::of(root)?;
        Self::in_folder(&place.folder, &place.secrets, root)
    }

    /// A cache in a folder of one's own choice, with the secret beside it.
    ///
    /// # Errors
    ///
    /// When the secret can be neither read nor written; in words.
    pub fn in_folder(folder: &Path, secrets: &Path, root: &Path) -> Result<Self, String> {
        let secret = seal::Secret::of(secrets)
            .map_err(|why| format!("no secret for the cache in {}: {why}", secrets.display()))?;
        let name = secret.digest([root.as_os_str().as_encoded_bytes()]);
        let name = name.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            folder: folder.to_owned(),
            name,
            secret,
            limit: LIMIT,
            notes: Mutex::default(),
            reports: AtomicUsize::new(0),
            words: AtomicUsize::new(0),
            facts: AtomicUsize::new(0),
        })
    }

    /// The same with another limit of bytes.
    #[must_use]
    pub fn with_limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// What went wrong and cost time, in words.
    pub fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was saved so far.
    pub fn hits(&self) -> Hits {
        let [reports, words, facts] =
            [&self.reports, &self.words, &self.facts].map(|it| it.load(Ordering::Relaxed));
        Hits { reports, words, facts }
    }

    /// How much is there.
    pub fn usage(&self) -> Usage {
        let files = place::files(&self.folder);
        Usage {
            folder: self.folder.clone(),
            files: files.len(),
            bytes: files.iter().map(|file| file.bytes).sum(),
        }
    }

    /// Forgets everything; says what was there.
    ///
    /// # Errors
    ///
    /// When a file cannot be removed.
    pub fn clear(&self) -> std::io::Result<Usage> {
        let usage = self.usage();
        place::files(&self.folder).iter().try_for_each(|file| std::fs::remove_file(&file.path))?;
        Ok(usage)
    }

    fn pack(&self) -> PathBuf {
        self.folder.join(format!("{}{}", place::FACTS, self.name))
    }

    fn report(&self, key: &Digest) -> PathBuf {
        let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("{}{key}", place::REPORT))
    }

    fn note(&self, note: String) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }

    /// Writes one of our files, and lets go of the oldest when all together are too large.
    fn write(&self, path: &Path, parts: &[&[u8]]) {
        let written = place::make(&self.folder).and_then(|()| seal::replace(path, parts));
        if let Err(why) = written {
            self.note(format!("the cache in {} cannot be written: {why}", self.folder.display()));
            return;
        }
        let mut room = self.limit;
        for file in place::files(&self.folder) {
            match room.checked_sub(file.bytes) {
                Some(rest) => room = rest,
                // Somebody else may have removed it.
                None => _ = std::fs::remove_file(&file.path),
            }
        }
    }
}
