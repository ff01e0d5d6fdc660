//! The facts of many files in one: a sealed index in front, what it speaks of behind.
//!
//! ```text
//! magic · length of the index · seal of the index · index · words and facts of each file, in its order
//! ```
//!
//! A part that the user keeps is the same, sealed with no secret.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::Digest;
use super::seal::{self, Secret, digest};

const MAGIC: [u8; 8] = *b"unpollF1";
/// Bytes in front of the index.
const HEAD: u64 = 8 + 8 + size_of::<Digest>() as u64;
/// Runs that wrote the pack after which a file that none of them saw is dropped.
const OLDEST: u8 = 8;
/// A pack is written anew when that part of it, one in so many bytes, is news: to read a few files
/// again costs less than to write all of it.
const NEWS: u64 = 50;

/// What is known of one file.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Entry {
    digest: Digest,
    words: Blob,
    /// Empty when nobody asked for them.
    facts: Blob,
    /// Number of writing runs that did not see the file.
    age: u8,
}

/// Some bytes behind the index.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Blob {
    length: u32,
    digest: Digest,
}

#[derive(Serialize, Deserialize)]
struct Index {
    /// What made it: other builds and other catalogs would say other things.
    stamp: Digest,
    entries: Vec<Entry>,
}

/// A pack as it was found.
#[derive(Default)]
pub(super) struct Pack {
    entries: Vec<Entry>,
    by_digest: FxHashMap<Digest, (usize, usize)>,
    file: Option<Mutex<File>>,
    start: u64,
    data: OnceLock<Vec<u8>>,
}

/// What a run learned of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct News {
    pub words: Vec<u8>,
    pub facts: Option<Vec<u8>>,
}

impl Pack {
    /// Opens a pack; `None` when there is none that the secret vouches for.
    pub fn open(path: &Path, stamp: &Digest, secret: &Secret, limit: u64) -> Option<Self> {
        let (mut file, size) = seal::open(path, limit)?;
        let (mut magic, mut length, mut sealed) = ([0; 8], [0; 8], Digest::default());
        file.read_exact(&mut magic).ok().filter(|()| magic == MAGIC)?;
        file.read_exact(&mut length).ok()?;
        file.read_exact(&mut sealed).ok()?;
        let length = u64::from_le_bytes(length);
        let start = HEAD.checked_add(length).filter(|start| *start <= size)?;
        let mut index = vec![0; usize::try_from(length).ok()?];
        file.read_exact(&mut index).ok()?;
        // Not a byte of the index is looked at before.
        (secret.seal([&MAGIC[..], &index]) == sealed).then_some(())?;
        let index: Index = postcard::from_bytes(&index).ok()?;
        (index.stamp == *stamp).then_some(())?;
        let mut at = 0;
        let mut by_digest = FxHashMap::default();
        for (number, entry) in index.entries.iter().enumerate() {
            by_digest.insert(entry.digest, (number, at));
            at += entry.words.length as usize + entry.facts.length as usize;
        }
        (start + at as u64 == size).then_some(Self {
            entries: index.entries,
            by_digest,
            file: Some(Mutex::new(file)),
            start,
            data: OnceLock::new(),
        })
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The words of a file.
    pub fn words(&self, digest: &Digest) -> Option<&[u8]> {
        let (entry, at) = self.find(digest)?;
        self.blob(entry.words, at)
    }

    /// The facts of a file.
    pub fn facts(&self, digest: &Digest) -> Option<&[u8]> {
        let (entry, at) = self.find(digest).filter(|(entry, _)| entry.facts.length > 0)?;
        self.blob(entry.facts, at + entry.words.length as usize)
    }

    /// Whether the facts of a file are there.
    pub fn has_facts(&self, digest: &Digest) -> bool {
        self.find(digest).is_some_and(|(entry, _)| entry.facts.length > 0)
    }

    fn find(&self, digest: &Digest) -> Option<(&Entry, usize)> {
        let (number, at) = *self.by_digest.get(digest)?;
        Some((self.entries.get(number)?, at))
    }

    fn blob(&self, blob: Blob, at: usize) -> Option<&[u8]> {
        let bytes = self.data().get(at..at.checked_add(blob.length as usize)?)?;
        (digest([bytes]) == blob.digest).then_some(bytes)
    }

    /// All behind the index; read when first asked for.
    fn data(&self) -> &[u8] {
        self.data.get_or_init(|| {
            let read = |file: &Mutex<File>| {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                let mut data = Vec::new();
                file.seek(SeekFrom::Start(self.start)).ok()?;
                file.read_to_end(&mut data).ok()?;
                Some(data)
            };
            self.file.as_ref().and_then(read).unwrap_or_default()
        })
    }

    /// Whether what a run learned is worth writing the pack anew.
    pub fn is_worth(&self, news: &FxHashMap<Digest, News>) -> bool {
        let size = |it: &News| (it.words.len() + it.facts.as_ref().map_or(0, Vec::len)) as u64;
        let fresh: u64 = news.values().map(size).sum();
        let old: u64 = self.entries.iter().map(Entry::bytes).sum();
        fresh > 0 && fresh.saturating_mul(NEWS) >= old
    }

    /// The pack with the news of a run that saw the files `seen`, as the pieces of a file of at most `limit`
    /// bytes.
    pub fn with<'a>(
        &'a self,
        news: &'a FxHashMap<Digest, News>,
        seen: &[Digest],
        (stamp, secret): (&Digest, &Secret),
        limit: u64,
    ) -> Option<Vec<Cow<'a, [u8]>>> {
        let mut writer = Writer { index: Vec::new(), pieces: vec![Cow::default(); 2], room: limit / 2 };
        let mut done = rustc_hash::FxHashSet::default();
        for digest in seen.iter().filter(|digest| done.insert(**digest)) {
            let new = news.get(digest);
            let words = new.map(|it| it.words.as_slice()).filter(|it| !it.is_empty());
            let facts = new.and_then(|it| it.facts.as_deref());
            // What is damaged must not get a new seal.
            if let Some(words) = words.or_else(|| self.words(digest)) {
                writer.add(*digest, (words, facts.or_else(|| self.facts(digest)).unwrap_or_default()), 0);
            }
        }
        let mut unseen: Vec<&Entry> = self.entries.iter().filter(|it| !done.contains(&it.digest)).collect();
        unseen.retain(|it| it.age < OLDEST);
        unseen.sort_by_key(|it| it.age);
        for Entry { digest, age, .. } in unseen {
            if let Some(words) = self.words(digest) {
                writer.add(*digest, (words, self.facts(digest).unwrap_or_default()), age + 1);
            }
        }
        let index = postcard::to_stdvec(&Index { stamp: *stamp, entries: writer.index }).ok()?;
        let mut head = MAGIC.to_vec();
        head.extend((index.len() as u64).to_le_bytes());
        head.extend(secret.seal([&MAGIC[..], &index]));
        writer.pieces.splice(..2, [head.into(), index.into()]);
        Some(writer.pieces)
    }
}

impl Entry {
    fn bytes(&self) -> u64 {
        u64::from(self.words.length) + u64::from(self.facts.length)
    }
}

/// A pack in the making.
struct Writer<'a> {
    index: Vec<Entry>,
    /// Two in front for the head and the index.
    pieces: Vec<Cow<'a, [u8]>>,
    room: u64,
}

impl<'a> Writer<'a> {
    /// Adds a file, as long as there is room.
    fn add(&mut self, file: Digest, (words, facts): (&'a [u8], &'a [u8]), age: u8) {
        let blob =
            |bytes: &[u8]| Some(Blob { length: u32::try_from(bytes.len()).ok()?, digest: digest([bytes]) });
        let (Some(room), Some(of_words), Some(of_facts)) =
            (self.room.checked_sub((words.len() + facts.len()) as u64), blob(words), blob(facts))
        else {
            return;
        };
        self.room = room;
        self.pieces.extend([words.into(), facts.into()]);
        self.index.push(Entry { digest: file, words: of_words, facts: of_facts, age });
    }
}
