//! Comments that say of a handler that it is not connected yet. They are read when they are asked for: the
//! facts of a file have none.

use crate::link::program::Program;
use crate::parse;
use crate::scan;
use crate::source::{FileId, Language, LineIndex};

/// Longest quotation, in characters.
const LONGEST: usize = 200;

/// A comment, or several on lines that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comment {
    /// Its first line, from 1.
    pub first: u32,
    /// Its last line.
    pub last: u32,
    /// What it says, on one line.
    pub text: String,
    /// No code stands on its lines.
    pub alone: bool,
}

/// What is done to a handler to make it hear something; beginnings of words, as in the other lists.
const LINKS: &str = "attach connect feed fed hook integrat plug regist subscrib wire wiring";
/// What it would hear.
const SOURCES: &str = "bus channel context eventsource provider push real-time realtime server-sent socket sse stream subscription websocket ws";
/// Why it does not yet.
const DELAYS: [&str; 20] = [
    "can be",
    "could be",
    "eventually",
    "fixme",
    "for now",
    "future",
    "later",
    "must be",
    "needs to",
    "not connected",
    "not wired",
    "not yet",
    "once",
    "pending",
    "should be",
    "to be",
    "todo",
    "unused",
    "will be",
    "yet to",
];

/// Whether a comment of a text may say that something still has to be connected to a source of messages.
pub(super) fn may_say_unconnected(text: &str) -> bool {
    says_unconnected(&scan::remarks::remarks(text).to_lowercase())
}

fn says_unconnected(text: &str) -> bool {
    let any = |list: &str| list.split_ascii_whitespace().any(|it| begins_a_word(text, it));
    DELAYS.iter().any(|it| begins_a_word(text, it)) && any(LINKS) && any(SOURCES)
}

impl Comment {
    /// Whether it says that something still has to be connected to a source of messages.
    pub fn says_unconnected(&self) -> bool {
        says_unconnected(&self.text.to_lowercase())
    }

    /// Whether it silences the warning about a name that nothing uses.
    pub fn silences_unused(&self) -> bool {
        ["eslint-disable", "oxlint-disable", "biome-ignore", "@ts-ignore", "@ts-expect-error"]
            .iter()
            .any(|it| self.text.contains(it))
            && (self.text.contains("nused") || self.text.starts_with("@ts"))
    }

    /// Whether it holds a name as a word.
    pub fn names(&self, name: &str) -> bool {
        self.text.split(|it: char| !it.is_alphanumeric() && it != '_' && it != '$').any(|it| it == name)
    }

    /// Whether it speaks of several.
    pub fn is_about_several(&self) -> bool {
        let text = self.text.to_lowercase();
        ["these", "handlers", "callbacks", "listeners"].iter().any(|it| begins_a_word(&text, it))
    }

    /// Its text, shortened for a sentence.
    pub fn quote(&self) -> String {
        match self.text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", self.text.get(..end).unwrap_or(&self.text).trim_end()),
            None => self.text.clone(),
        }
    }
}

fn begins_a_word(text: &str, start: &str) -> bool {
    text.match_indices(start).any(|(at, _)| {
        let before = text.get(..at).and_then(|it| it.chars().next_back());
        before.is_none_or(|it| !it.is_alphanumeric())
    })
}

impl Program {
    /// The comments of a file.
    pub(super) fn comments(&self, file: FileId) -> Vec<Comment> {
        let language = self.file(file).map(|it| it.language);
        let read = self.text(file).zip(language);
        read.map_or_else(Vec::new, |(text, language)| comments(&text, language))
    }
}

/// The comments of a text, none when it cannot be parsed. Those that stand beside code on its line count too.
fn comments(text: &str, language: Language) -> Vec<Comment> {
    const MARKS: [char; 3] = ['/', '*', '!'];
    let Ok(tree) = parse::parse(text.as_bytes(), language) else { return Vec::new() };
    let lines = LineIndex::new(text.as_bytes());
    let mut found: Vec<Comment> = Vec::new();
    for parse::Comment { span, around } in parse::comments(&tree) {
        let cut = |from: u32, to: u32| text.get(from as usize..to as usize).unwrap_or_default();
        let words =
            |line: &str| line.trim_matches(|it: char| it.is_whitespace() || MARKS.contains(&it)).to_owned();
        let said: Vec<String> =
            cut(span.start, span.end).lines().map(words).filter(|it| !it.is_empty()).collect();
        let (first, column) = lines.position(around.start);
        let before = cut(around.start.saturating_sub(column - 1), around.start);
        let after = text.get(around.end as usize..).unwrap_or_default().lines().next().unwrap_or_default();
        let alone = before.trim().is_empty() && after.trim().is_empty();
        let (last, _) = lines.position(around.end);
        match found.last_mut() {
            Some(above) if alone && above.alone && above.last + 1 == first => {
                above.last = last;
                if !above.text.is_empty() && !said.is_empty() {
                    above.text.push(' ');
                }
                above.text.push_str(&said.join(" "));
            }
            _ => found.push(Comment { first, last, text: said.join(" "), alone }),
        }
    }
    found.retain(|it| !it.text.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_follow_each_other_are_one_comment() {
        let text = "// Future: these will be\n// connected by a provider.\ncode() // behind\n\n/**\n * A block.\n */\n\
                    const list = <ul>\n{/* in JSX */}\n{/* goes on */}\n</ul>\nconst url = \"https://x // no\"\n";
        let found: Vec<_> =
            comments(text, Language::Tsx).into_iter().map(|it| (it.first, it.last, it.text)).collect();
        assert_eq!(
            found,
            [
                (1, 2, "Future: these will be connected by a provider.".to_owned()),
                (3, 3, "behind".to_owned()),
                (5, 7, "A block.".to_owned()),
                (9, 10, "in JSX goes on".to_owned()),
            ]
        );
    }

    #[test]
    fn only_what_waits_for_a_source_is_unconnected() {
        let says =
            |text: &str| Comment { first: 1, last: 1, text: text.to_owned(), alone: true }.says_unconnected();
        assert!(says("Future: these handlers will be connected via the socket context"));
        assert!(says("TODO wire this up to the order stream"));
        assert!(says("handleOrder can be connected to a WebSocket provider"));
        assert!(!says("Connects to the socket"));
        assert!(!says("Will be shown later"));
        assert!(!says("TODO: hook into the form"));
        assert!(!says("disconnected users will be upstreamed"));
    }

    #[test]
    fn long_comments_are_shortened() {
        let long = Comment { first: 1, last: 1, text: "ä".repeat(1_000), alone: true };
        assert_eq!(long.quote().chars().count(), LONGEST + 1);
    }
}
