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
//! findings disappear. So all of it is sealed with a secret that only this user has (`seal`), and
//! what the secret does not vouch for is not read any further.
//!
//! - **Parts**: the facts of some packages, in a file that the user keeps and hands on. Whoever names a part
//!   vouches for it; so its seal tells damage alone.
//!
//! A tree that somebody works on is audited again and again by one process, which keeps texts in memory instead
//! (`desk`).
//!
//! Whatever is wrong with a cache (foreign, broken, not to be written) costs time and nothing else.

mod desk;
mod pack;
mod place;
mod reports;
mod seal;
mod session;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

pub use self::desk::Desk;
use self::reports::Stored;
pub(crate) use self::session::names;
pub use self::session::{Asked, Session};

/// Bytes that a folder of caches may take.
const LIMIT: u64 = 256 << 20;

/// Bytes that stand for others.
pub type Digest = [u8; 32];

/// What earlier runs found out, and where a run may remember something.
#[derive(Debug, Default)]
pub struct Cache {
    home: Option<Home>,
    parts: Vec<PathBuf>,
    notes: Mutex<Vec<String>>,
    /// The last report, in a run that audits one tree after another.
    last: Option<Mutex<Option<(Digest, Stored)>>>,
    reports: AtomicUsize,
    words: AtomicUsize,
    facts: AtomicUsize,
}

/// The folder in which runs remember.
#[derive(Debug)]
struct Home {
    folder: PathBuf,
    /// What the files of one audited root are called.
    name: String,
    secret: seal::Secret,
    limit: u64,
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
        let name = short(&secret.seal([root.as_os_str().as_encoded_bytes()]));
        let home = Home { folder: folder.to_owned(), name, secret, limit: LIMIT };
        Ok(Self { home: Some(home), ..Self::default() })
    }

    /// The facts of some parts, and no place to remember anything.
    #[must_use]
    pub fn of_parts(parts: Vec<PathBuf>) -> Self {
        Self { parts, ..Self::default() }
    }

    /// The same with another limit of bytes.
    #[must_use]
    pub fn with_limit(mut self, bytes: u64) -> Self {
        if let Some(home) = &mut self.home {
            home.limit = bytes;
        }
        self
    }

    /// The same for many audits of one process, of trees that follow on each other: the last report is remembered
    /// in memory and none in the folder, where they would push out the facts.
    #[must_use]
    pub fn with_last_report_only(mut self) -> Self {
        self.last = Some(Mutex::default());
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
        let Some(home) = &self.home else { return Usage::default() };
        let files = place::files(&home.folder);
        Usage {
            folder: home.folder.clone(),
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
        place::files(&usage.folder).iter().try_for_each(|file| std::fs::remove_file(&file.path))?;
        Ok(usage)
    }

    fn note(&self, note: String) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }

    /// Whether there is a place for reports.
    const fn remembers_reports(&self) -> bool {
        self.home.is_some() || self.last.is_some()
    }

    /// The report that was remembered under a key.
    fn report(&self, key: &Digest) -> Option<Stored> {
        if let Some(last) = &self.last {
            let last = last.lock().unwrap_or_else(PoisonError::into_inner);
            return last.as_ref().filter(|(of, _)| of == key).map(|(_, stored)| stored.clone());
        }
        let home = self.home.as_ref()?;
        reports::read(&home.report(key), key, &home.secret, home.limit)
    }

    /// Remembers a report under a key.
    fn keep_report(&self, key: Digest, stored: Stored) {
        if let Some(last) = &self.last {
            *last.lock().unwrap_or_else(PoisonError::into_inner) = Some((key, stored));
        } else if let Some(home) = &self.home
            && let Some(pieces) = reports::pieces(&stored, &key, &home.secret)
        {
            self.write(home, &home.report(&key), &pieces);
        }
    }

    /// Writes one of our files.
    fn write(&self, home: &Home, path: &Path, pieces: &[impl AsRef<[u8]>]) {
        if let Err(why) = home.write(path, pieces) {
            self.note(format!("the cache in {} cannot be written: {why}", home.folder.display()));
        }
    }
}

impl Home {
    fn pack(&self) -> PathBuf {
        self.folder.join(format!("{}{}", place::FACTS, self.name))
    }

    fn report(&self, key: &Digest) -> PathBuf {
        self.folder.join(format!("{}{}", place::REPORT, short(key)))
    }

    /// Writes a file, and lets go of the oldest when all together are too large.
    fn write(&self, path: &Path, pieces: &[impl AsRef<[u8]>]) -> std::io::Result<()> {
        place::make(&self.folder)?;
        seal::replace(path, pieces)?;
        let mut room = self.limit;
        for file in place::files(&self.folder) {
            match room.checked_sub(file.bytes) {
                Some(rest) => room = rest,
                // Somebody else may have removed it.
                None => _ = std::fs::remove_file(&file.path),
            }
        }
        Ok(())
    }
}

/// Enough of a digest for the name of a file: what is in it tells the rest.
fn short(digest: &Digest) -> String {
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
