//! Known message types as exact texts in the source of other languages: no more than `possible`.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use smol_str::SmolStr;

use super::python::is_sent;
use super::strip::strip;
use super::{BackendEmission, Loaded};
use crate::source::{BackendLanguage, FileId, LineIndex, Span};
use crate::vocabulary::Confidence;

/// Lines before and after one that has to speak of messages, when the name alone is too plain.
const AROUND: usize = 3;
/// Words by which a line speaks of messages. Lower case.
const SIGNS: &[&str] = &["emit", "broadcast", "send", "publish", "push", "notify", "type", "event"];
/// Longest label, in characters.
const LONGEST_LABEL: usize = 80;
/// Bytes around a name that tell what the code does with it; a line can be very long.
const LOOK: usize = 200;
/// How far up the function around a line is looked for.
const LINES_UP: usize = 200;

/// What a file sends and what it receives.
pub(super) type Found = (Vec<BackendEmission>, Vec<BackendEmission>);

/// Looks for known names.
pub(super) struct Search<'n> {
    names: Vec<&'n SmolStr>,
    search: AhoCorasick,
}

impl<'n> Search<'n> {
    /// `None` when there is nothing to look for.
    pub fn new(known: &'n BTreeSet<SmolStr>) -> Option<Self> {
        let names: Vec<&SmolStr> = known.iter().filter(|it| !it.is_empty()).collect();
        let patterns = names.iter().map(|it| it.as_bytes());
        let search = AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns).ok()?;
        (!names.is_empty()).then_some(Self { names, search })
    }

    /// What a file says of the names, if it may.
    pub fn look(&self, language: BackendLanguage, loaded: &Loaded) -> Option<Found> {
        may_name_one(&loaded.text, &self.search).then(|| look(language, loaded, &self.search, &self.names))
    }
}

/// Whether a known name stands in a text where [`opening`] may find it opened.
fn may_name_one(text: &str, search: &AhoCorasick) -> bool {
    search.find_overlapping_iter(text).any(|hit| {
        let before = hit.start().checked_sub(1).and_then(|at| text.as_bytes().get(at));
        before.is_some_and(|it| matches!(it, b'"' | b'\'' | b':' | b' '))
    })
}

fn look(language: BackendLanguage, loaded: &Loaded, search: &AhoCorasick, names: &[&SmolStr]) -> Found {
    let code = strip(&loaded.text, language);
    let lines: Vec<&str> = code.split('\n').collect();
    let index = LineIndex::new(code.as_bytes());
    let file = FileId(u32::try_from(loaded.file).unwrap_or(u32::MAX));
    let (mut emissions, mut receptions) = (Vec::new(), Vec::new());
    let mut spoken: Option<(usize, bool)> = None;
    for hit in search.find_overlapping_iter(&code) {
        let (Some(name), Some(before), Some(after)) =
            (names.get(hit.pattern().as_usize()), code.get(..hit.start()), code.get(hit.end()..))
        else {
            continue;
        };
        let Some(width) = opening(before, after, language) else { continue };
        let at = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        let span = Span { start: at(hit.start()), end: at(hit.end()) };
        let place = index.place(file, span);
        let line = (place.line as usize).saturating_sub(1);
        if spoken.is_none_or(|(at, _)| at != line) {
            spoken = Some((line, speaks_of_messages(&lines, line)));
        }
        if is_plain(name) && spoken.is_some_and(|(_, speaks)| !speaks) {
            continue;
        }
        let emission = BackendEmission {
            name: (*name).clone(),
            file: loaded.file,
            place,
            owner: owner(&lines, line),
            label: cut(lines.get(line).copied().unwrap_or_default()),
            called: None,
            confidence: Confidence::Possible,
            proven_type: false,
            family: SmolStr::default(),
            caller: None,
        };
        let start = before.len() - width;
        let line_before = tail(before.get(..start).unwrap_or_default()).rsplit('\n').next();
        let line_after = head(after.get(1..).unwrap_or_default()).split('\n').next();
        if is_received(line_before.unwrap_or_default(), line_after.unwrap_or_default(), language) {
            receptions.push(emission);
        } else if language != BackendLanguage::Python
            || width != 1
            || is_sent(before.get(..start).unwrap_or_default(), after.get(1..).unwrap_or_default())
        {
            emissions.push(emission);
        }
    }
    (emissions, receptions)
}

/// The last bytes of a text, on the border of a character.
fn tail(text: &str) -> &str {
    let from = text.len().saturating_sub(LOOK);
    (from..=text.len()).find_map(|from| text.get(from..)).unwrap_or_default()
}

/// The first bytes of a text, on the border of a character.
fn head(text: &str) -> &str {
    (0..=text.len().min(LOOK)).rev().find_map(|to| text.get(..to)).unwrap_or_default()
}

/// The bytes before a name that make it an exact text: a quote, the colon of a symbol, or the `event:`
/// of a server-sent event.
fn opening(before: &str, after: &str, language: BackendLanguage) -> Option<usize> {
    let quotes: &[char] = match language {
        BackendLanguage::Python | BackendLanguage::Ruby | BackendLanguage::Php | BackendLanguage::Elixir => {
            &['"', '\'']
        }
        _ => &['"'],
    };
    let last = before.chars().next_back()?;
    if quotes.contains(&last) && after.starts_with(last) {
        return Some(1);
    }
    let has_symbols = matches!(language, BackendLanguage::Ruby | BackendLanguage::Elixir);
    let is_word = |it: char| it.is_alphanumeric() || it == '_';
    let goes_on = after.chars().next().is_some_and(|it| is_word(it) || matches!(it, '?' | '!' | ':'));
    if has_symbols && last == ':' && !goes_on {
        let above = before.get(..before.len() - 1)?.chars().next_back();
        return above.is_none_or(|it| it != ':' && !is_word(it)).then_some(1);
    }
    let ends = after.starts_with('\n') || after.starts_with("\\n") || after.starts_with(quotes);
    let line = ends.then(|| before.trim_end_matches(' '))?.strip_suffix("event:")?;
    let starts = line.ends_with(quotes) || line.ends_with("\\n") || line.ends_with('\n');
    starts.then_some(before.len() - line.len())
}

/// Whether a name could be any word: `error`, `open`.
fn is_plain(name: &str) -> bool {
    let tells = |it: char| !it.is_alphanumeric() || it.is_uppercase();
    name.chars().count() < 4 || !name.contains(tells)
}

fn speaks_of_messages(lines: &[&str], line: usize) -> bool {
    let around = lines.iter().skip(line.saturating_sub(AROUND)).take(line.min(AROUND) + 1 + AROUND);
    around.into_iter().any(|line| {
        let line = head(line).to_ascii_lowercase();
        SIGNS.iter().any(|sign| line.contains(sign))
    })
}

/// Whether the code around a text tells messages apart instead of sending one.
fn is_received(before: &str, after: &str, language: BackendLanguage) -> bool {
    let before = before.trim();
    let compares = before.ends_with("==") || before.ends_with("!=");
    let compared = after.trim_start().starts_with("==") || after.trim_start().starts_with("!=");
    let first = before.split([' ', '(']).next().unwrap_or_default();
    let is_case = matches!(first, "case" | "when") || (before == "in" && language == BackendLanguage::Ruby);
    let is_arm = before.is_empty()
        && match language {
            BackendLanguage::Rust | BackendLanguage::Php | BackendLanguage::CSharp => {
                after.trim_start().starts_with("=>")
            }
            BackendLanguage::Kotlin | BackendLanguage::Elixir => after.trim_start().starts_with("->"),
            _ => false,
        };
    let call = before.strip_suffix('(').or_else(|| before.strip_suffix("( ")).unwrap_or_default();
    let call = call.rsplit(|it: char| !(it.is_alphanumeric() || it == '_')).next().unwrap_or_default();
    let registers = matches!(
        call,
        "on" | "On"
            | "on_event"
            | "handle_in"
            | "handle_info"
            | "handle_event"
            | "equals"
            | "subscribe"
            | "Subscribe"
            | "receive"
            | "addEventListener"
            | "EventListener"
            | "MessageMapping"
            | "SubscribeMessage"
    ) || (before.starts_with('@') && before.contains("on"));
    compares || compared || is_case || is_arm || registers
}

/// The function around a line, by its indentation; empty when none can be told.
fn owner(lines: &[&str], line: usize) -> String {
    let indent = |it: &str| it.len() - it.trim_start().len();
    let Some(own) = lines.get(line).map(|it| indent(it)) else { return String::new() };
    let mut inner = own;
    for above in lines.iter().take(line).rev().take(LINES_UP) {
        let text = above.trim();
        if text.is_empty() || indent(above) >= inner {
            continue;
        }
        inner = indent(above);
        if let Some(name) = declared(head(text)) {
            return name.to_owned();
        }
    }
    String::new()
}

/// The name that a line declares as a function.
fn declared(line: &str) -> Option<&str> {
    let is_word = |it: char| it.is_alphanumeric() || it == '_';
    let mut words = line.split_whitespace();
    if words.any(|word| matches!(word, "def" | "defp" | "fn" | "fun" | "function" | "func")) {
        // `def self.order_created(order)`
        let name = words.next()?.split(['(', '<', ',']).next()?;
        let name = name.rsplit('.').next()?;
        return name.chars().next().is_some_and(is_word).then(|| name.get(..name.len().min(60)))?;
    }
    let (head, _) = line.split_once('(').filter(|_| line.ends_with('{') || line.ends_with(')'))?;
    let (kind, name) = head.trim_end().rsplit_once([' ', '\t'])?;
    let control = |it: &str| {
        matches!(
            it,
            "if" | "for"
                | "while"
                | "switch"
                | "catch"
                | "return"
                | "new"
                | "else"
                | "using"
                | "lock"
                | "foreach"
                | "await"
        )
    };
    let plain = name.chars().all(is_word) && !control(name) && !kind.split_whitespace().any(control);
    (plain && !kind.contains(['=', '.', '@'])).then(|| name.get(..name.len().min(60)))?
}

fn cut(line: &str) -> String {
    let line = line.trim();
    match line.char_indices().nth(LONGEST_LABEL) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}
