//! One run and its cache: the door to the disk for all that is read after the walk.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::pack::{News, Pack};
use super::reports::{Observation, Question, Stored};
use super::seal::{Secret, digest};
use super::{Cache, Desk, Digest, Home};
use crate::discover::{Discovery, packages};
use crate::facts::{self, FileFacts};
use crate::scan::{self, Limits};
use crate::source::{FileId, Skip, SourceFile};

/// Reads for one run, and remembers what was read.
#[derive(Default)]
pub struct Session {
    root: PathBuf,
    memory: Option<Memory>,
    desk: Option<Arc<Desk>>,
}

struct Memory {
    cache: Arc<Cache>,
    /// That of the cache itself.
    own: Pack,
    parts: Vec<Pack>,
    /// What made the facts.
    stamp: Digest,
    /// All that was asked, beside the bytes of files.
    asked: Digest,
    /// What the source files hold, in order of their ids.
    sources: Vec<OnceLock<Digest>>,
    words: Mutex<FxHashMap<Digest, Vec<u8>>>,
    seen: Mutex<BTreeMap<Question, Digest>>,
    /// Something changed while we looked, or cannot be written down.
    unsteady: AtomicBool,
}

/// What decides the answers of a run beside the tree.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// All that decides the facts of a file beside its bytes.
    pub facts: &'a str,
    /// All the rest.
    pub report: &'a str,
}

impl Session {
    /// A session for a discovered tree; without a cache it only reads.
    pub fn of(cache: Option<&Arc<Cache>>, found: &Discovery, asked: Asked<'_>) -> Self {
        let memory = cache.map(|cache| {
            // The hashes of words are those of the machine's own integers.
            let build = format!("{} {} {}", env!("UNPOLL_BUILD"), usize::BITS, cfg!(target_endian = "big"));
            let stamp = digest([build.as_bytes(), asked.facts.as_bytes()]);
            let names = names(found);
            let own = cache.home.as_ref();
            let part = |path: &PathBuf| {
                let pack = Pack::open(path, &stamp, &Secret::NONE, u64::MAX);
                if pack.is_none() {
                    cache.note(format!(
                        "{} is damaged, or made by another build or with another config: its files are parsed again",
                        path.display()
                    ));
                }
                pack
            };
            Memory {
                own: own
                    .and_then(|home| Pack::open(&home.pack(), &stamp, &home.secret, home.limit))
                    .unwrap_or_default(),
                parts: cache.parts.iter().filter_map(part).collect(),
                cache: Arc::clone(cache),
                stamp,
                asked: digest([&stamp[..], asked.report.as_bytes(), names.as_bytes()]),
                sources: vec![OnceLock::new(); found.files.len()],
                words: Mutex::default(),
                seen: Mutex::default(),
                unsteady: AtomicBool::new(false),
            }
        });
        Self { root: found.root.clone(), memory, desk: None }
    }

    /// A session that reads what lies on a desk, and remembers nothing for other processes.
    pub fn at(desk: &Arc<Desk>, found: &Discovery) -> Self {
        Self { root: found.root.clone(), memory: None, desk: Some(Arc::clone(desk)) }
    }

    /// Whether nobody waits for the answers any more.
    pub fn is_called_off(&self) -> bool {
        self.desk.as_ref().is_some_and(|it| it.is_called_off())
    }

    /// The report of an earlier run that would be that of this one. Reads every file, but not on a first run:
    /// then there is nothing to compare with. Runs on the current rayon pool.
    pub fn recall<T: DeserializeOwned>(&self, files: &[SourceFile]) -> Option<T> {
        let limits = &Limits::default();
        let memory = self.memory.as_ref().filter(|it| it.packs().any(|pack| !pack.is_empty()))?;
        files.par_iter().zip(&memory.sources).for_each(|(file, slot)| {
            _ = slot.set(digest_of(file, &scan::read(file, limits)));
        });
        let stored = memory.cache.report(&memory.key()?)?;
        let holds = |it: &Observation| self.ask(&it.question, limits) == it.answer;
        let report = stored
            .observations
            .par_iter()
            .all(holds)
            .then(|| postcard::from_bytes(&stored.report).ok())??;
        memory.cache.reports.fetch_add(1, Ordering::Relaxed);
        Some(report)
    }

    /// Remembers the report of this run.
    pub fn keep(&self, report: &impl Serialize) {
        let Some(memory) = self.steady().filter(|it| it.cache.remembers_reports()) else { return };
        let (Some(key), Ok(report)) = (memory.key(), postcard::to_stdvec(report)) else { return };
        let seen = memory.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let observations =
            seen.into_iter().map(|(question, answer)| Observation { question, answer }).collect();
        memory.cache.keep_report(key, Stored { observations, report });
    }

    /// Remembers the facts of this run.
    pub fn keep_facts<'a>(&self, facts: impl Fn(FileId) -> Option<&'a FileFacts> + Sync) {
        let Some((memory, home)) = self.steady().and_then(|it| Some((it, it.cache.home.as_ref()?))) else {
            return;
        };
        let news = memory.news(facts);
        let Home { secret, limit, .. } = home;
        if memory.own.is_worth(&news)
            && let Some(pieces) = memory.own.with(&news, &memory.digests(), (&memory.stamp, secret), *limit)
        {
            memory.cache.write(home, &home.pack(), &pieces);
        }
    }

    /// The facts of this run as the bytes of a part; `None` when a file changed while we looked.
    pub fn part<'a>(&self, facts: impl Fn(FileId) -> Option<&'a FileFacts> + Sync) -> Option<Vec<u8>> {
        let memory = self.steady()?;
        let made = (&memory.stamp, &Secret::NONE);
        Some(Pack::default().with(&memory.news(facts), &memory.digests(), made, u64::MAX)?.concat())
    }

    /// What is remembered, unless something changed in between: facts would go under the digest of what was.
    fn steady(&self) -> Option<&Memory> {
        self.memory.as_ref().filter(|it| !it.unsteady.load(Ordering::Relaxed))
    }

    /// The words of a file as an earlier run told them, when its bytes were read and are the same.
    pub fn words(&self, file: FileId) -> Option<&[u8]> {
        let memory = self.memory.as_ref()?;
        let digest = memory.sources.get(file.index())?.get()?;
        let words = memory.packs().find_map(|pack| pack.words(digest))?;
        memory.cache.words.fetch_add(1, Ordering::Relaxed);
        Some(words)
    }

    /// Remembers the words of a file that was read.
    pub fn learn(&self, file: FileId, words: impl FnOnce() -> Option<Vec<u8>>) {
        let Some(memory) = &self.memory else { return };
        let digest = memory.sources.get(file.index()).and_then(OnceLock::get);
        if let (Some(digest), Some(words)) = (digest, words()) {
            memory.words.lock().unwrap_or_else(PoisonError::into_inner).insert(*digest, words);
        }
    }

    /// The facts of a file from an earlier run, when its bytes were read and are the same.
    pub fn facts(&self, file: FileId) -> Option<Box<FileFacts>> {
        let memory = self.memory.as_ref()?;
        let digest = memory.sources.get(file.index())?.get()?;
        let facts = memory.packs().find_map(|pack| facts::from_bytes(pack.facts(digest)?))?;
        memory.cache.facts.fetch_add(1, Ordering::Relaxed);
        Some(facts)
    }

    /// Reads a source file.
    ///
    /// # Errors
    ///
    /// Why it is passed over.
    pub fn source(&self, id: FileId, file: &SourceFile, limits: &Limits) -> Result<String, Skip> {
        let text = self.read(&file.path, &file.absolute, limits);
        if let Some(memory) = &self.memory
            && let Some(slot) = memory.sources.get(id.index())
        {
            let digest = digest_of(file, &text);
            if *slot.get_or_init(|| digest) != digest {
                memory.unsteady.store(true, Ordering::Relaxed);
            }
        }
        text
    }

    /// Reads a file that is no source file: a template, a page, a backend.
    ///
    /// # Errors
    ///
    /// Why it is passed over.
    pub fn text(&self, path: &str, absolute: &Path, limits: &Limits) -> Result<String, Skip> {
        let text = self.read(path, absolute, limits);
        self.saw(absolute, Question::Text, || digest_of_text(&text));
        text
    }

    fn read(&self, path: &str, absolute: &Path, limits: &Limits) -> Result<String, Skip> {
        match &self.desk {
            None => scan::read_at(path, absolute, limits),
            Some(desk) => desk.read(path, absolute, limits),
        }
    }

    /// Whether there is a file that steers resolution.
    pub fn is_file(&self, path: &Path) -> bool {
        self.steered_by(path);
        let answer = path.is_file();
        self.saw(path, Question::IsFile, || digest_of_bool(answer));
        answer
    }

    /// Reads a small file that steers resolution.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    pub fn small(&self, path: &Path) -> Result<String, &'static str> {
        self.steered_by(path);
        let text = packages::read_small(path);
        self.saw(path, Question::Small, || digest_of_small(&text));
        text
    }

    fn steered_by(&self, path: &Path) {
        if let Some(desk) = &self.desk {
            desk.steered_by(path);
        }
    }

    fn saw(&self, path: &Path, question: fn(String) -> Question, answer: impl FnOnce() -> Digest) {
        let Some(memory) = &self.memory else { return };
        let Some(path) = way(&self.root, path) else {
            return memory.unsteady.store(true, Ordering::Relaxed);
        };
        let answer = answer();
        let mut seen = memory.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen.entry(question(path)).or_insert(answer) != answer {
            memory.unsteady.store(true, Ordering::Relaxed);
        }
    }

    /// What the disk says today.
    fn ask(&self, question: &Question, limits: &Limits) -> Digest {
        match question {
            Question::IsFile(path) => digest_of_bool(self.root.join(path).is_file()),
            Question::Small(path) => digest_of_small(&packages::read_small(&self.root.join(path))),
            Question::Text(path) => digest_of_text(&scan::read_at(path, &self.root.join(path), limits)),
        }
    }
}

impl Memory {
    fn packs(&self) -> impl Iterator<Item = &Pack> {
        std::iter::once(&self.own).chain(&self.parts)
    }

    /// Digests of the files that were read.
    fn digests(&self) -> Vec<Digest> {
        self.sources.iter().filter_map(|it| it.get().copied()).collect()
    }

    /// What this run found out, and the own pack does not hold.
    fn news<'a>(&self, facts: impl Fn(FileId) -> Option<&'a FileFacts> + Sync) -> FxHashMap<Digest, News> {
        let words = std::mem::take(&mut *self.words.lock().unwrap_or_else(PoisonError::into_inner));
        let mut news: FxHashMap<Digest, News> =
            words.into_iter().map(|(digest, words)| (digest, News { words, facts: None })).collect();
        let made: Vec<(Digest, Vec<u8>)> = self
            .sources
            .par_iter()
            .enumerate()
            .filter_map(|(at, slot)| {
                let digest = *slot.get()?;
                let new = !self.own.has_facts(&digest);
                let facts = facts(FileId(u32::try_from(at).ok()?)).filter(|_| new)?;
                Some((digest, facts::to_bytes(facts)?))
            })
            .collect();
        for (digest, facts) in made {
            news.entry(digest).or_default().facts = Some(facts);
        }
        news
    }

    /// What this run asks, the bytes of all files included; `None` before they were read.
    fn key(&self) -> Option<Digest> {
        let sources = self.sources.iter().map(|it| it.get().copied()).collect::<Option<Vec<_>>>()?;
        Some(digest([&self.asked[..], sources.as_flattened()]))
    }
}

/// What stands for all that decides what a source file says: its bytes, its grammar, and whether its name tells that
/// a tool wrote it. So a file may be moved, and a package be looked at from elsewhere.
fn digest_of(file: &SourceFile, text: &Result<String, Skip>) -> Digest {
    let name = format!("{:?} {}", file.language, scan::is_generated(&file.path, ""));
    digest([name.as_bytes(), &digest_of_text(text)])
}

fn digest_of_text(text: &Result<String, Skip>) -> Digest {
    match text {
        Ok(text) => digest([&b"+"[..], text.as_bytes()]),
        Err(skip) => digest([&b"-"[..], skip.reason.as_bytes()]),
    }
}

fn digest_of_small(text: &Result<String, &str>) -> Digest {
    match text {
        Ok(text) => digest([&b"+"[..], text.as_bytes()]),
        Err(reason) => digest([&b"-"[..], reason.as_bytes()]),
    }
}

fn digest_of_bool(answer: bool) -> Digest {
    digest([&[u8::from(answer)][..]])
}

/// All that the walk found, but for where it is and what the source files hold.
pub(crate) fn names(found: &Discovery) -> String {
    // A new field has to be thought of.
    let Discovery { root_label, root: _, files, templates, pages, backends, packages, skipped } = found;
    let sources = |files: &[SourceFile]| -> Vec<_> {
        files.iter().map(|it| format!("{:?}", (&it.path, it.language, it.role))).collect()
    };
    let backends = backends.iter().map(|it| format!("{:?}", (&it.path, it.language, it.role))).collect();
    let lists = [sources(files), sources(templates), sources(pages), backends];
    // Quoted by `Debug`, so that no name runs into the next.
    format!("{root_label:?} {lists:?} {packages:?} {skipped:?}")
}

/// The way from the root to a path, by text; `None` when it cannot be written down.
fn way(root: &Path, path: &Path) -> Option<String> {
    let shared = root.ancestors().find(|above| path.starts_with(above))?;
    let up = root.strip_prefix(shared).ok()?.components().map(|_| Some(".."));
    let down = path.strip_prefix(shared).ok()?.components().map(|part| match part {
        Component::Normal(part) => part.to_str(),
        _ => None,
    });
    Some(up.chain(down).collect::<Option<Vec<_>>>()?.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_lead_down_and_up() {
        let root = Path::new("/repo/apps/web");
        assert_eq!(way(root, Path::new("/repo/apps/web/src/a.json")).unwrap(), "src/a.json");
        assert_eq!(way(root, Path::new("/repo/tsconfig.json")).unwrap(), "../../tsconfig.json");
        assert_eq!(way(root, Path::new("/repo/apps/web/../x")), None);
        assert_eq!(way(root, Path::new("relative")), None);
    }
}
