//! Tells what changes on disk, as far as an audit may care.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, select, unbounded};
use ignore::{DirEntry, WalkBuilder};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::discover;
use crate::error::Error;

/// Changes are told once nothing more happened for this long: one save is many events.
const CALM: Duration = Duration::from_millis(40);
/// A folder in which something happens all the time is told of after so many changes all the same.
const MANY: usize = 2_000;
/// Where the system watches whole trees by itself. Elsewhere each folder costs, and ignored ones are left out.
const WATCHES_TREES: bool = cfg!(any(target_os = "macos", windows));
/// What tools put into a folder of build output.
const OUTPUT_TAG: &str = "CACHEDIR.TAG";

/// Watches until it is dropped.
#[derive(Debug)]
pub struct Watch {
    /// The thread that watches ends with it.
    _alive: Sender<()>,
}

impl Watch {
    /// Watches files and folders with all that is in them, but for ignored folders, and what lies directly in the
    /// folders above them up to the top of the repository: a config may stand there. `hear` gets whole paths.
    ///
    /// # Errors
    ///
    /// When the system watches no more folders.
    pub fn start(
        paths: &[PathBuf],
        mut hear: impl FnMut(Vec<PathBuf>) + Send + 'static,
    ) -> Result<Self, Error> {
        let (events, changes) = unbounded();
        let handler = move |event: notify::Result<Event>| {
            // To read a file is no change; and we read them all.
            if let Ok(event) = event.map(|it| (!matches!(it.kind, EventKind::Access(_))).then_some(it.paths))
            {
                // Nobody listens any more when it fails.
                _ = events.send(event.unwrap_or_default());
            }
        };
        let mut watcher = notify::recommended_watcher(handler).map_err(|why| failed(&why))?;
        for path in paths {
            add(&mut watcher, path)?;
            for above in above(path) {
                // Some folders above may be closed to us.
                _ = watcher.watch(above, RecursiveMode::NonRecursive);
            }
        }
        let (alive, ended) = unbounded();
        let work = move || {
            while let Some(paths) = next(&changes, &ended) {
                for folder in paths.iter().filter(|it| !WATCHES_TREES && it.is_dir()) {
                    // Not to hear of a new folder is no reason to hear of nothing.
                    _ = add(&mut watcher, folder);
                }
                hear(paths);
            }
        };
        thread::Builder::new()
            .name("watch".to_owned())
            .spawn(work)
            .map_err(|why| Error::Watch(why.to_string()))?;
        Ok(Self { _alive: alive })
    }
}

/// The folders above a path, up to the top of its repository; none outside of one.
fn above(path: &Path) -> Vec<&Path> {
    let is_top = |it: &Path| it.join(".git").exists();
    let Some(top) = path.ancestors().find(|it| is_top(it)) else {
        return path.parent().filter(|_| path.is_file()).into_iter().collect();
    };
    path.ancestors().skip(1).take_while(|it| it.starts_with(top)).collect()
}

fn add(watcher: &mut RecommendedWatcher, path: &Path) -> Result<(), Error> {
    if !path.is_dir() {
        // The folder around it is watched: whoever saves a file may put another one in its place.
        return Ok(());
    }
    if WATCHES_TREES {
        return watcher.watch(path, RecursiveMode::Recursive).map_err(|why| failed(&why));
    }
    let mut walk = WalkBuilder::new(path);
    // Ignore rules as in `discover`, but for those that a flag may switch off.
    walk.git_global(false).filter_entry(|it| it.depth() == 0 || is_watched(it));
    let folders = walk.build().filter_map(Result::ok).filter(is_folder);
    folders.into_iter().try_for_each(|it| {
        let watched = watcher.watch(it.path(), RecursiveMode::NonRecursive);
        match watched {
            // Gone again, or closed to us.
            Err(why) if matches!(why.kind, notify::ErrorKind::Io(_) | notify::ErrorKind::PathNotFound) => {
                Ok(())
            }
            other => other.map_err(|why| failed(&why)),
        }
    })
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|it| it.is_dir())
}

fn is_watched(entry: &DirEntry) -> bool {
    is_folder(entry)
        && !discover::is_never_walked(&entry.path().join("x"))
        && !entry.path().join(OUTPUT_TAG).exists()
}

/// The next changes, each path once, when it is calm again; `None` at the end.
fn next(changes: &Receiver<Vec<PathBuf>>, ended: &Receiver<()>) -> Option<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> = Vec::new();
    while paths.is_empty() {
        select! {
            recv(changes) -> first => paths.extend(first.ok()?),
            recv(ended) -> _ => return None,
        }
    }
    while paths.len() < MANY {
        match changes.recv_timeout(CALM) {
            Ok(more) => paths.extend(more),
            Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => return None,
        }
        paths.sort_unstable();
        paths.dedup();
    }
    Some(paths)
}

fn failed(why: &notify::Error) -> Error {
    Error::Watch(why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_heard_and_ignored_folders_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("src/deep")).unwrap();
        std::fs::create_dir_all(root.join("node_modules/a")).unwrap();
        let (sender, heard) = std::sync::mpsc::channel();
        let watch =
            Watch::start(std::slice::from_ref(&root), move |paths| sender.send(paths).unwrap_or_default())
                .unwrap();
        std::fs::write(root.join("node_modules/a/index.js"), "1").unwrap();
        std::fs::write(root.join("src/deep/a.ts"), "1").unwrap();
        // A change may be told more than once, and with others.
        let hear = |wanted: &Path| {
            loop {
                let paths = heard.recv_timeout(Duration::from_secs(20)).unwrap();
                assert!(paths.iter().all(|it| it.starts_with(root.join("src"))), "{paths:?}");
                if paths.iter().any(|it| it == wanted) {
                    break;
                }
            }
        };
        hear(&root.join("src/deep/a.ts"));
        std::fs::create_dir(root.join("src/new")).unwrap();
        hear(&root.join("src/new"));
        std::fs::write(root.join("src/new/b.ts"), "1").unwrap();
        hear(&root.join("src/new/b.ts"));
        drop(watch);
        std::fs::write(root.join("src/deep/c.ts"), "2").unwrap();
        assert!(heard.iter().all(|paths| !paths.contains(&root.join("src/deep/c.ts"))));
    }
}
