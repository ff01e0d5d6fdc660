//! The one file reader, and which words the bytes of a file hold.
//!
//! No syntax here: a word in a comment or a string counts. A word too many costs a parse, a word too
//! few would cost a finding.

pub mod calls;
pub mod imports;
pub mod remarks;

use std::fs::File;
use std::hash::Hasher;
use std::io::Read;
use std::path::Path;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};
use rayon::prelude::*;
use rustc_hash::FxHasher;

use crate::error::Error;
use crate::source::{FileId, Skip, SourceFile};

/// What a file may be at most.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes on disk.
    pub max_bytes: u64,
    /// Mean bytes a line, in a file over [`Limits::minified_from`], beyond which it is minified.
    pub mean_line: usize,
    /// Bytes of one line that makes up most of a file, beyond which it is minified.
    pub longest_line: usize,
    /// Files up to this many bytes are never called minified.
    pub minified_from: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 4 << 20, mean_line: 500, longest_line: 50_000, minified_from: 20_000 }
    }
}

/// What bundlers put on top of their output, and the line length from which it counts as proof.
const BUNDLE_BANNER: &str = "/*! For license information";
const BUNDLE_LINE: usize = 1_000;

/// Reads a file as text: UTF-8, or UTF-16 that says so. A byte order mark is dropped, so that columns
/// are those an editor shows.
pub fn read(file: &SourceFile, limits: &Limits) -> Result<String, Skip> {
    read_at(&file.path, &file.absolute, limits)
}

/// The same for a file in any language: its name in reports, and where it is.
pub fn read_at(path: &str, absolute: &Path, limits: &Limits) -> Result<String, Skip> {
    read_text(absolute, limits).map_err(|reason| Skip { file: path.to_owned(), reason })
}

/// What [`read_at`] would give if the file held that text: an editor has it open and has not saved it.
pub fn read_open(path: &str, text: &str, limits: &Limits) -> Result<String, Skip> {
    let text = if text.len() as u64 > limits.max_bytes {
        Err(too_large(limits.max_bytes))
    } else if is_binary(text) {
        Err("binary".to_string())
    } else {
        refuse_minified(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(), limits)
    };
    text.map_err(|reason| Skip { file: path.to_owned(), reason })
}

fn read_text(absolute: &Path, limits: &Limits) -> Result<String, String> {
    let bytes = read_bytes(absolute, limits.max_bytes)?;
    refuse_minified(decode(bytes)?, limits)
}

fn refuse_minified(text: String, limits: &Limits) -> Result<String, String> {
    if is_minified(&text, limits) { Err("minified".to_string()) } else { Ok(text) }
}

fn read_bytes(absolute: &Path, max_bytes: u64) -> Result<Vec<u8>, String> {
    let why = |error: std::io::Error| format!("cannot be read: {}", error.kind());
    let source = File::open(absolute).map_err(why)?;
    let size = source.metadata().map_err(why)?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(max_bytes)).unwrap_or_default() + 1);
    if size <= max_bytes {
        // The file may have grown since; so the limit holds here as well.
        source.take(max_bytes + 1).read_to_end(&mut bytes).map_err(why)?;
    }
    if size > max_bytes || bytes.len() as u64 > max_bytes {
        return Err(too_large(max_bytes));
    }
    Ok(bytes)
}

fn too_large(max_bytes: u64) -> String {
    match max_bytes >> 20 {
        mib if mib << 20 == max_bytes => format!("larger than {mib} MiB"),
        _ => format!("larger than {max_bytes} bytes"),
    }
}

fn decode(mut bytes: Vec<u8>) -> Result<String, &'static str> {
    let text = match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        _ => {
            let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
            String::from_utf8(bytes.split_off(mark))
                .map_err(|error| if error.as_bytes().contains(&0) { "binary" } else { "not UTF-8" })?
        }
    };
    if is_binary(&text) { Err("binary") } else { Ok(text) }
}

/// Real source holds a NUL now and then, typed into a string as a separator: `` `${kind}\0${name}` ``
/// with the byte itself. One in a hundred is no source.
fn is_binary(text: &str) -> bool {
    text.as_bytes().contains(&0) && text.bytes().filter(|byte| *byte == 0).count() * 100 > text.len()
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, &'static str> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("not UTF-16");
    }
    char::decode_utf16(pairs.iter().copied().map(unit)).collect::<Result<_, _>>().map_err(|_| "not UTF-16")
}

fn is_minified(text: &str, limits: &Limits) -> bool {
    if text.len() <= limits.minified_from {
        return false;
    }
    let (mut lines, mut longest, mut start) = (0, 0, 0);
    for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
        lines += 1;
        longest = longest.max(end - start);
        start = end + 1;
    }
    text.len() / lines > limits.mean_line
        || (longest > limits.longest_line && longest > text.len() / 2)
        || (longest > BUNDLE_LINE && text.trim_start().starts_with(BUNDLE_BANNER))
}

/// Whether a tool wrote a file: its name or the first lines of its text say so.
pub fn is_generated(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.contains(".generated.")
        || name.contains(".gen.")
        || path.split('/').any(|it| it == "__generated__")
    {
        return true;
    }
    let head: String = text.chars().take(600).collect();
    [
        "@generated",
        "Code generated by",
        "This file is auto-generated",
        "This file was automatically generated",
    ]
    .iter()
    .any(|mark| head.contains(mark))
        || head.to_ascii_lowercase().contains("do not edit this file")
}

/// Whether a text speaks of polling at all: it holds `poll` in any case.
pub fn speaks_of_polling(text: &str) -> bool {
    static POLL: std::sync::OnceLock<Option<AhoCorasick>> = std::sync::OnceLock::new();
    POLL.get_or_init(|| AhoCorasick::builder().ascii_case_insensitive(true).build(["poll"]).ok())
        .as_ref()
        .is_none_or(|poll| poll.is_match(text))
}

/// Whether a text may hold a comment that silences findings.
pub fn may_suppress(text: &str) -> bool {
    text.contains("unpoll-")
}

/// Whether a text may pass on all that another module exports: `export * from "./orders"`.
pub fn may_export_all(text: &str) -> bool {
    static EXPORT: std::sync::OnceLock<memchr::memmem::Finder<'static>> = std::sync::OnceLock::new();
    let export = EXPORT.get_or_init(|| memchr::memmem::Finder::new("export"));
    export.find_iter(text.as_bytes()).any(|at| {
        // A comment may stand between the two.
        let rest = text.get(at + "export".len()..).unwrap_or_default().trim_start();
        rest.starts_with(['*', '/'])
    })
}

/// The words that can start a finding.
#[derive(Debug, Clone)]
pub struct Words {
    automaton: AhoCorasick,
}

impl Words {
    /// Builds the search for a list of words: identifiers, or package names such as `socket.io-client`.
    pub fn new<W: AsRef<[u8]>>(words: impl IntoIterator<Item = W>) -> Result<Self, Error> {
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::DFA))
            .match_kind(MatchKind::LeftmostLongest)
            .build(words.into_iter().filter(|word| !word.as_ref().is_empty()))
            .map_err(|why| Error::Internal(format!("starting words: {why}")))?;
        Ok(Self { automaton })
    }

    /// Whether the text holds one of the words, not as a part of a longer one.
    pub fn starts(&self, text: &str) -> bool {
        let (mut from, mut to) = (0, text.len());
        // The search gives the longest word at the first place that has one. When that is only a part
        // of something longer, the shorter words there get their turn (`mqtt` in `mqtt.connectAsync`,
        // after `mqtt.connect`), then the places behind. An overlapping search would say
        // it in one line, at a tenth of the speed.
        loop {
            let is_narrowed = to < text.len();
            match self.automaton.find(Input::new(text).range(from..to)) {
                Some(found) if is_whole(text, found.start(), found.end()) => return true,
                Some(found) if !is_narrowed || found.start() == from => {
                    (from, to) = (found.start(), found.end() - 1);
                }
                None if !is_narrowed => return false,
                _ => (from, to) = (from + 1, text.len()),
            }
        }
    }
}

fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let (Some(before), Some(word), Some(after)) = (text.get(..start), text.get(start..end), text.get(end..))
    else {
        return false;
    };
    let joins = |left: &str, right: &str| {
        left.chars().next_back().is_some_and(is_word) && right.chars().next().is_some_and(is_word)
    };
    !joins(before, word) && !joins(word, after)
}

/// Whether a character can stand in an identifier; close enough to the Unicode tables of ECMAScript.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The hashes of all words of two or more characters that can be identifiers, sorted, each once.
pub fn identifiers(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let mut hashes = Vec::with_capacity(bytes.len() / 12);
    let mut at = 0;
    while at < bytes.len() {
        let (start, end) = next_word(text, at);
        if let Some(word) = bytes.get(start..end)
            && word.len() > 1
            && !word.first().is_some_and(u8::is_ascii_digit)
        {
            hashes.push(hash(word));
        }
        at = end;
    }
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// The next word at or after an offset; empty at the end of the text.
fn next_word(text: &str, from: usize) -> (usize, usize) {
    let mut start = from;
    while let Some((false, width)) = word_at(text, start) {
        start += width;
    }
    let mut end = start;
    while let Some((true, width)) = word_at(text, end) {
        end += width;
    }
    (start, end)
}

/// Whether a word goes on at this offset, and the width of the character there.
#[inline]
fn word_at(text: &str, at: usize) -> Option<(bool, usize)> {
    let byte = *text.as_bytes().get(at)?;
    if byte.is_ascii() {
        return Some((byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$', 1));
    }
    let c = text.get(at..)?.chars().next()?;
    Some((is_word(c), c.len_utf8()))
}

#[inline]
fn hash(word: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(word);
    let hash = hasher.finish();
    // The low half of both halves: either alone is weaker.
    (hash ^ (hash >> 32)) as u32
}

/// Which files hold a word: how `link` finds the users of a name without parsing everything.
#[derive(Debug, Clone, Default)]
pub struct Mentions {
    /// Hash in the upper, file in the lower half; sorted.
    pairs: Vec<u64>,
}

impl Mentions {
    /// Joins what [`identifiers`] gave for each file, in file order.
    pub fn new(files: &[Vec<u32>]) -> Self {
        let mut pairs = Vec::with_capacity(files.iter().map(Vec::len).sum());
        for (file, hashes) in (0_u64..).zip(files) {
            pairs.extend(hashes.iter().map(|hash| u64::from(*hash) << 32 | file));
        }
        pairs.par_sort_unstable();
        Self { pairs }
    }

    /// Takes other words for those of a file, as [`identifiers`] gave them.
    pub fn replace(&mut self, file: FileId, hashes: &[u32]) {
        let news: Vec<u64> = hashes.iter().map(|hash| u64::from(*hash) << 32 | u64::from(file.0)).collect();
        let mut news = news.into_iter().peekable();
        let mut pairs = Vec::with_capacity(self.pairs.len() + news.len());
        for pair in self.pairs.iter().copied().filter(|pair| *pair as u32 != file.0) {
            while let Some(new) = news.next_if(|new| *new < pair) {
                pairs.push(new);
            }
            pairs.push(pair);
        }
        pairs.extend(news);
        self.pairs = pairs;
    }

    /// The words of each file, as [`identifiers`] gave them.
    pub fn into_files(self, count: usize) -> Vec<Vec<u32>> {
        let mut files = vec![Vec::new(); count];
        for pair in self.pairs {
            if let Some(hashes) = files.get_mut(pair as u32 as usize) {
                hashes.push((pair >> 32) as u32);
            }
        }
        files
    }

    /// Whether a file holds the word, as far as [`Mentions::files_mentioning`] knows.
    pub fn holds(&self, file: FileId, word: &str) -> bool {
        let pair = u64::from(hash(word.as_bytes())) << 32 | u64::from(file.0);
        self.pairs.binary_search(&pair).is_ok()
    }

    /// The files that hold the word, sorted. Two words can share a hash, so a file may not hold it
    /// after all; none that does is left out. Words of one character are not kept.
    pub fn files_mentioning(&self, word: &str) -> Vec<FileId> {
        let hash = u64::from(hash(word.as_bytes()));
        let first = self.pairs.partition_point(|pair| *pair >> 32 < hash);
        let rest = self.pairs.get(first..).unwrap_or_default();
        rest.iter().take_while(|pair| **pair >> 32 == hash).map(|pair| FileId(*pair as u32)).collect()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn generated_files_say_so() {
        assert!(super::is_generated("src/api/orders.gen.ts", ""));
        assert!(super::is_generated("src/__generated__/schema.ts", ""));
        assert!(super::is_generated(
            "src/api.ts",
            "/* eslint-disable */\n// This file is auto-generated by a tool\n"
        ));
        assert!(!super::is_generated("src/generator.ts", "export function generate() {}"));
    }

    use super::*;
    use crate::source::{Language, Role};

    fn read_as(bytes: &[u8]) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let absolute = folder.path().join("a.ts");
        std::fs::write(&absolute, bytes).unwrap();
        let file =
            SourceFile { path: "a.ts".into(), absolute, language: Language::TypeScript, role: Role::Product };
        read(&file, &Limits::default()).map_err(|skip| skip.reason)
    }

    fn skip(reason: &str) -> Result<String, String> {
        Err(reason.to_string())
    }

    #[test]
    fn text_is_read_whatever_its_marks() {
        assert_eq!(read_as(b"let a;\r\n").unwrap(), "let a;\r\n");
        assert_eq!(read_as(b"\xef\xbb\xbflet a;").unwrap(), "let a;");
        assert_eq!(read_as(b"\xff\xfea\0;\0").unwrap(), "a;");
        assert_eq!(read_as(b"\xfe\xff\0a\0;").unwrap(), "a;");
        assert_eq!(read_as(b"").unwrap(), "");
    }

    #[test]
    fn what_is_no_text_is_named() {
        assert_eq!(read_as(b"a\0b"), skip("binary"));
        assert_eq!(read_as(b"\x7fELF\0\xff"), skip("binary"));
        assert!(read_as(format!("key = `a\0b`;{}", "load();\n".repeat(20)).as_bytes()).is_ok());
        assert_eq!(read_as(b"caf\xe9"), skip("not UTF-8"));
        assert_eq!(read_as(b"\xff\xfea"), skip("not UTF-16"));
        assert_eq!(read_as(b"\xff\xfe\0\0"), skip("binary"));
        assert_eq!(read_as(&vec![b'\n'; (4 << 20) + 1]), skip("larger than 4 MiB"));
        assert!(read_as(&vec![b'\n'; 4 << 20]).is_ok());
    }

    #[test]
    fn minified_is_known_by_shape() {
        let line = format!("{}\n", "f(1);".repeat(250));
        assert_eq!(read_as(line.repeat(30).as_bytes()), skip("minified"));
        assert!(read_as(line.repeat(10).as_bytes()).is_ok());
        let data = format!("{}const data = \"{}\";\n", "load();\n".repeat(1000), "x".repeat(60_000));
        assert_eq!(read_as(data.as_bytes()), skip("minified"));
        let code = format!("{}const logo = \"{}\";\n", "load();\n".repeat(10_000), "x".repeat(60_000));
        assert!(read_as(code.as_bytes()).is_ok());
        let bundle = format!("{BUNDLE_BANNER} please see */\n{}{line}{line}", "load();\n".repeat(3000));
        assert_eq!(read_as(bundle.as_bytes()), skip("minified"));
    }

    proptest::proptest! {
        #[test]
        fn every_whole_word_counts(text in "[ab.]{0,12}", words in proptest::collection::vec("[ab.]{1,4}", 1..6)) {
            let whole = |word: &String| {
                (0..text.len()).any(|at| text[at..].starts_with(word) && is_whole(&text, at, at + word.len()))
            };
            proptest::prop_assert_eq!(Words::new(&words).unwrap().starts(&text), words.iter().any(whole));
        }

        #[test]
        fn each_word_of_any_text_is_found(text in "[a-z$_0-9 é→\\u{a0}().]{0,60}") {
            let mentions = Mentions::new(&[identifiers(&text)]);
            for word in text.split(|c| !is_word(c)).filter(|word| word.len() > 1) {
                if word.starts_with(|c: char| c.is_ascii_digit()) {
                    continue;
                }
                proptest::prop_assert_eq!(mentions.files_mentioning(word), [FileId(0)]);
                proptest::prop_assert!(Words::new([word]).unwrap().starts(&text));
            }
        }

        #[test]
        fn any_bytes_are_read_or_named(bytes: Vec<u8>) {
            let _ = decode(bytes);
        }
    }

    #[test]
    fn words_count_only_when_whole() {
        let words =
            Words::new(["setInterval", "poll", "pollInterval", "socket.io", "socket.io-client"]).unwrap();
        for text in [
            "setInterval(",
            "a.setInterval",
            "pollInterval",
            "\u{a0}poll\u{a0}",
            "'socket.io-client'",
            "socket.io-clientele",
            "x = poll",
        ] {
            assert!(words.starts(text), "{text}");
        }
        assert!(!Words::new([""]).unwrap().starts("poll"));
        for text in
            ["clearsetInterval", "setIntervals", "polling", "_poll", "poll$", "épollé", "websocket.io", ""]
        {
            assert!(!words.starts(text), "{text}");
        }
    }

    #[test]
    fn mentions_find_each_file_that_holds_a_word() {
        let texts = ["useOrders(x)", "const useOrdersList = 1", "// naïve useOrders", "42px π πr"];
        let mentions = Mentions::new(&texts.map(identifiers));
        assert_eq!(mentions.files_mentioning("useOrders"), [FileId(0), FileId(2)]);
        assert_eq!(mentions.files_mentioning("useOrdersList"), [FileId(1)]);
        assert_eq!(mentions.files_mentioning("naïve"), [FileId(2)]);
        assert_eq!(mentions.files_mentioning("πr"), [FileId(3)]);
        assert!(mentions.files_mentioning("42px").is_empty());
        assert!(mentions.files_mentioning("orders").is_empty());
        assert!(Mentions::new(&[]).files_mentioning("x").is_empty());
    }
}
