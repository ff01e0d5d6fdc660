//! The thread that audits: one tree for each folder of the workspace, each kept warm.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use gen_lsp_types::{Diagnostic, Uri};
use rustc_hash::FxHashMap;

use super::diagnostics::Around;
use super::positions::{Encoding, Lines};
use crate::error::Error;
use crate::findings::audit::{Audit, Finding};
use crate::progress::Silent;
use crate::source::Skip;
use crate::warm::Warm;

/// Something that happened to the trees. Paths are whole.
#[derive(Debug)]
pub(super) enum Change {
    /// A folder of the workspace: where it is, and what the client calls that place.
    Folder(PathBuf, PathBuf),
    /// A folder left the workspace.
    NoFolder(PathBuf),
    /// An editor shows a text for a file.
    Open(PathBuf, Document),
    /// It does so no longer.
    Close(PathBuf),
    /// Something changed on disk.
    Disk(PathBuf),
}

/// A text that an editor shows.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub uri: Uri,
    pub version: i32,
    pub text: Arc<str>,
}

/// What came of some changes.
pub(super) struct Outcome {
    /// Of each folder that was audited.
    pub folders: Vec<(PathBuf, Result<Vec<Told>, Error>)>,
    /// How long it took.
    pub took: Duration,
    /// Bugs of ours that cost a part of an audit, in words.
    pub bugs: Vec<String>,
}

/// What is told of one file.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub path: PathBuf,
    pub uri: Uri,
    /// Of the text that was audited, when an editor shows it.
    pub version: Option<i32>,
    pub diagnostics: Vec<Diagnostic>,
}

/// How folders are audited, and what the client understands.
pub(super) struct Setup {
    /// Makes ready to audit a folder.
    pub prepare: super::Prepare,
    pub encoding: Encoding,
    pub related: bool,
    /// Set by others when nobody waits for the audit that runs.
    pub called_off: Arc<AtomicBool>,
}

struct Folder {
    root: PathBuf,
    /// What the client calls the root: it may have come by a link.
    named: PathBuf,
    warm: Option<Warm>,
}

struct Trees {
    setup: Setup,
    folders: Vec<Folder>,
    open: FxHashMap<PathBuf, Document>,
}

/// Starts the thread: batches of changes go in, what came of each comes out. It ends with the channel of changes.
///
/// # Errors
///
/// When the system gives no thread.
pub(super) fn start(
    setup: Setup,
    batches: Receiver<Vec<Change>>,
    outcomes: Sender<Outcome>,
) -> std::io::Result<thread::JoinHandle<()>> {
    let mut trees = Trees { setup, folders: Vec::new(), open: FxHashMap::default() };
    thread::Builder::new().name("audits".to_owned()).spawn(move || {
        while let Ok(batch) = batches.recv() {
            let waiting: Vec<Vec<Change>> = batches.try_iter().collect();
            for change in std::iter::once(batch).chain(waiting).flatten() {
                trees.apply(change);
            }
            if outcomes.send(trees.audit()).is_err() {
                return;
            }
        }
    })
}

impl Trees {
    fn apply(&mut self, change: Change) {
        match change {
            Change::Folder(root, named) => {
                if !self.folders.iter().any(|it| it.root == root) {
                    self.folders.push(Folder { root, named, warm: None });
                }
            }
            Change::NoFolder(root) => self.folders.retain(|it| it.root != root),
            Change::Open(path, document) => {
                for warm in self.warm_around(&path) {
                    warm.open(&path, Arc::clone(&document.text));
                }
                self.open.insert(path, document);
            }
            Change::Close(path) => {
                self.open.remove(&path);
                self.warm_around(&path).for_each(|it| it.close(&path));
            }
            // What stands above a folder may be its config.
            Change::Disk(path) => {
                self.folders.iter_mut().filter_map(|it| it.warm.as_mut()).for_each(|it| it.changed(&path))
            }
        }
    }

    fn warm_around(&mut self, path: &Path) -> impl Iterator<Item = &mut Warm> {
        let around = self.folders.iter_mut().filter(move |it| path.starts_with(&it.root));
        around.filter_map(|it| it.warm.as_mut())
    }

    fn audit(&mut self) -> Outcome {
        let start = Instant::now();
        self.setup.called_off.store(false, std::sync::atomic::Ordering::Relaxed);
        let mut outcome = Outcome { folders: Vec::new(), took: Duration::ZERO, bugs: Vec::new() };
        let roots: Vec<PathBuf> = self.folders.iter().map(|it| it.root.clone()).collect();
        let Self { setup, folders, open } = self;
        for folder in folders {
            let warm = folder.warm.get_or_insert_with(|| {
                let mut warm = (setup.prepare)(&folder.root, &setup.called_off);
                open.iter().for_each(|(path, it)| warm.open(path, Arc::clone(&it.text)));
                warm
            });
            // A bug of ours costs this audit, and what was in memory for the next: it may be broken off in the middle.
            let told = match Skip::guard("audit", || warm.audit(&Silent)) {
                Ok(Ok(None)) => continue,
                Ok(Ok(Some(audit))) => {
                    let bugs = audit.stats.skipped.iter();
                    outcome
                        .bugs
                        .extend(bugs.filter_map(|it| Some(format!("{}: {}", it.file, it.internal()?))));
                    Ok(told(&audit, folder, &roots, setup, open))
                }
                Ok(Err(error)) => Err(error),
                Err(skip) => {
                    folder.warm = None;
                    Err(Error::Internal(skip.internal().unwrap_or_default().to_owned()))
                }
            };
            outcome.folders.push((folder.root.clone(), told));
        }
        outcome.took = start.elapsed();
        outcome
    }
}

/// What is told of the files of a folder, in the order of their paths. Of nested folders, the inner one tells.
fn told(
    audit: &Audit,
    folder: &Folder,
    roots: &[PathBuf],
    setup: &Setup,
    open: &FxHashMap<PathBuf, Document>,
) -> Vec<Told> {
    let Some(warm) = &folder.warm else { return Vec::new() };
    let text = |path: &Path| warm.text(path).map(|it| it.to_string());
    let uri = |path: &Path| match open.get(path) {
        Some(document) => Some(document.uri.clone()),
        None => {
            let inside = path.strip_prefix(&folder.root).ok()?;
            // Joining nothing would add a slash.
            let named =
                if inside.as_os_str().is_empty() { folder.named.clone() } else { folder.named.join(inside) };
            Uri::from_file_path(named).ok()
        }
    };
    let around = Around {
        root: warm.root().unwrap_or(&folder.root),
        encoding: setup.encoding,
        text: &text,
        uri: &uri,
        related: setup.related,
    };
    let mut files: std::collections::BTreeMap<&str, Vec<&Finding>> = std::collections::BTreeMap::new();
    for finding in audit.findings.iter().filter(|it| it.is_new()) {
        files.entry(finding.file.as_str()).or_default().push(finding);
    }
    let is_inner = |root: &Path| root != folder.root && root.starts_with(&folder.root);
    let tell = |(file, findings): (&str, Vec<&Finding>)| {
        let path = around.path(file);
        if roots.iter().any(|root| is_inner(root) && path.starts_with(root)) {
            return None;
        }
        let text = text(&path).unwrap_or_default();
        let lines = Lines::of(&text, setup.encoding);
        Some(Told {
            uri: uri(&path)?,
            version: open.get(&path).map(|it| it.version),
            diagnostics: findings.iter().map(|it| around.diagnostic(it, &lines)).collect(),
            path,
        })
    };
    files.into_iter().filter_map(tell).collect()
}
