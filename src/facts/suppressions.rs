//! Comments by which people silence findings: what they say, and on which code they say it.
//!
//! ```text
//! // unpoll-disable-next-line network-poll, uncleared-timer -- the kiosk has no socket
//! ```

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::parse::Comment;
use crate::source::{LineIndex, Span};

/// Longest reason that is kept, in characters.
const LONGEST_REASON: usize = 500;
/// Most rules that one comment names.
const MOST_RULES: usize = 100;

/// One such comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// The comment.
    pub span: Span,
    /// The word that it begins with: `unpoll-disable-line`.
    pub word: SmolStr,
    /// On which code.
    pub reach: Reach,
    /// Ids of rules as written, each once; none: all rules. Hostile text.
    pub rules: Vec<SmolStr>,
    /// Why: what follows `--`. Hostile text.
    pub reason: Option<SmolStr>,
}

/// The code that a comment speaks of. Lines count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    /// The line below it that has code; `None` when there is none.
    NextLine(Option<u32>),
    /// Its own lines, the first and the last.
    Line(u32, u32),
    /// All code from here on.
    From,
    /// No code from here on: it ends what another comment began.
    Until,
    /// The whole file.
    File,
    /// None: there is no such comment.
    Unknown,
}

/// The words that such comments begin with.
pub const SUPPRESSION_WORDS: [&str; 5] = [
    "unpoll-disable",
    "unpoll-disable-file",
    "unpoll-disable-line",
    "unpoll-disable-next-line",
    "unpoll-enable",
];

/// What other words begin with that were meant to be one of them.
const MEANT: [&str; 3] = ["unpoll-disable", "unpoll-enable", "unpoll-ignore"];

/// Reads the comments of a file, which are given in order.
pub fn suppressions(text: &str, comments: &[Comment], lines: &LineIndex) -> Vec<Suppression> {
    let said: Vec<(Comment, Said)> = comments
        .iter()
        .filter_map(|comment| {
            let raw = text.get(comment.span.start as usize..comment.span.end as usize)?;
            Some((*comment, read(raw)?))
        })
        .collect();
    if said.is_empty() {
        return Vec::new();
    }
    let code = lines_of_code(text, comments, lines);
    let line = |offset: u32| lines.position(offset).0;
    let suppression = |(comment, said): (Comment, Said)| {
        let (first, last) = (line(comment.around.start), line(comment.around.end));
        let reach = match said.word.as_str() {
            "unpoll-disable" => Reach::From,
            "unpoll-enable" => Reach::Until,
            "unpoll-disable-file" => Reach::File,
            "unpoll-disable-line" => Reach::Line(first, last),
            "unpoll-disable-next-line" => {
                Reach::NextLine(code.get(code.partition_point(|it| *it <= last)).copied())
            }
            _ => Reach::Unknown,
        };
        Suppression { span: comment.span, word: said.word, reach, rules: said.rules, reason: said.reason }
    };
    said.into_iter().map(suppression).collect()
}

/// What a comment says.
struct Said {
    word: SmolStr,
    rules: Vec<SmolStr>,
    reason: Option<SmolStr>,
}

fn read(raw: &str) -> Option<Said> {
    let raw = raw.trim_start_matches(|it: char| it.is_whitespace() || "/*#!".contains(it));
    let length = raw.find(char::is_whitespace).unwrap_or(raw.len());
    let word = raw.get(..length)?.trim_end_matches(['*', '/']);
    if !SUPPRESSION_WORDS.contains(&word) && !MEANT.iter().any(|it| word.starts_with(it)) {
        return None;
    }
    let rest = raw.get(length..).unwrap_or_default().trim_end();
    let rest = rest.strip_suffix("*/").unwrap_or(rest);
    // The stars that decorate the lines of a block say nothing.
    let words = rest.lines().flat_map(|it| it.trim_start().trim_start_matches('*').split_whitespace());
    let rest = words.fold(String::new(), |text, word| text + " " + word);
    let (rules, reason) =
        rest.split_once(" --").map_or((rest.as_str(), None), |(rules, it)| (rules, Some(it)));
    let mut named: Vec<SmolStr> = Vec::new();
    for rule in rules.split([',', ' ']).filter(|it| !it.is_empty()).take(MOST_RULES) {
        if !named.iter().any(|it| it == rule) {
            named.push(rule.into());
        }
    }
    let reason = reason.map(|it| it.trim_start_matches('-').trim());
    let reason = reason.filter(|it| it.contains(char::is_alphanumeric));
    let reason = reason.map(|it| it.chars().take(LONGEST_REASON).collect());
    Some(Said { word: word.into(), rules: named, reason })
}

/// The lines on which something stands that is no comment, sorted.
fn lines_of_code(text: &str, comments: &[Comment], lines: &LineIndex) -> Vec<u32> {
    let mut found: Vec<u32> = Vec::new();
    let mut mark = |from: u32, to: u32| {
        let gap = text.get(from as usize..to as usize).unwrap_or_default();
        for (line, part) in (lines.position(from).0..).zip(gap.split('\n')) {
            if !part.trim().is_empty() && found.last() != Some(&line) {
                found.push(line);
            }
        }
    };
    let mut from = 0;
    for Comment { around, .. } in comments {
        mark(from, around.start);
        from = from.max(around.end);
    }
    mark(from, u32::try_from(text.len()).unwrap_or(u32::MAX));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;
    use crate::source::Language;

    fn all(text: &str) -> Vec<Suppression> {
        let tree = parse::parse(text.as_bytes(), Language::Tsx).unwrap();
        suppressions(text, &parse::comments(&tree), &LineIndex::new(text.as_bytes()))
    }

    fn one(text: &str) -> (Reach, Vec<String>, Option<String>) {
        let [it] = &all(text)[..] else { panic!("{text}: {:?}", all(text)) };
        (
            it.reach,
            it.rules.iter().map(ToString::to_string).collect(),
            it.reason.as_ref().map(ToString::to_string),
        )
    }

    #[test]
    fn rules_and_reason_are_told_apart() {
        for (text, rules, reason) in [
            ("// unpoll-disable-file network-poll -- a kiosk", &["network-poll"][..], Some("a kiosk")),
            (
                "//unpoll-disable-file network-poll,hot-timer  --- a -- b",
                &["network-poll", "hot-timer"],
                Some("a -- b"),
            ),
            (
                "/** unpoll-disable-file\n * network-poll -- a\n * kiosk\n */",
                &["network-poll"],
                Some("a kiosk"),
            ),
            ("/*unpoll-disable-file -- why*/", &[], Some("why")),
            ("/* unpoll-disable-file*/", &[], None),
            ("/*unpoll-disable-file*/", &[], None),
            ("// unpoll-disable-file network-poll -- ", &["network-poll"], None),
            ("// unpoll-disable-file network-poll -- …", &["network-poll"], None),
            ("// unpoll-disable-file network-poll a kiosk", &["network-poll", "a", "kiosk"], None),
            ("// unpoll-disable-file a a, a -- b", &["a"], Some("b")),
            ("// unpoll-disable-file network-poll -- a kiosk\r\nf()", &["network-poll"], Some("a kiosk")),
        ] {
            let rules: Vec<String> = rules.iter().map(ToString::to_string).collect();
            assert_eq!(one(text), (Reach::File, rules, reason.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn each_word_has_its_reach() {
        let reach = |text: &str| one(text).0;
        assert_eq!(reach("f() // unpoll-disable-line a -- b"), Reach::Line(1, 1));
        assert_eq!(reach("\n// unpoll-disable a -- b"), Reach::From);
        assert_eq!(reach("// unpoll-enable"), Reach::Until);
        assert_eq!(reach("// unpoll-disable-nextline a -- b\nf()"), Reach::Unknown);
        assert_eq!(reach("// unpoll-ignore a -- b\nf()"), Reach::Unknown);
        for text in [
            "// see unpoll-disable-line",
            "// unpoll-baseline.json",
            "const a = '// unpoll-disable-file a -- b'",
        ] {
            assert_eq!(all(text), [], "{text}");
        }
    }

    #[test]
    fn the_next_line_is_one_of_code() {
        for (below, line) in [
            ("\nf()", Some(2)),
            ("\n\n// more\n/* and\n more */\n f()", Some(6)),
            ("\n/* on the line */ f()", Some(2)),
            ("\n/* on\nthe last line */ f()", Some(3)),
            ("\r\n\r\nf()\r\n", Some(3)),
            ("\n// nothing\n", None),
            ("", None),
        ] {
            let text = format!("// unpoll-disable-next-line a -- b{below}");
            assert_eq!(one(&text).0, Reach::NextLine(line), "{text}");
        }
        let jsx = "const a = <ul>\n{/* unpoll-disable-next-line a -- b */}\n{/* more */}\n{\n/* and */\n}\n<Row /></ul>";
        assert_eq!(one(jsx).0, Reach::NextLine(Some(7)));
    }

    proptest::proptest! {
        #[test]
        fn any_comment_is_read(text in "(//|/\\*|#) ?unpoll-(dis|en)able(-line)?[a -,*/\\n\\r\\té…]{0,40}") {
            if let Some(said) = read(&text) {
                proptest::prop_assert!(said.rules.iter().all(|it| !it.is_empty()));
            }
        }

        #[test]
        fn any_text_and_any_comments_are_read(text in "\\PC{0,40}", spans: Vec<(u8, u8)>) {
            let span = |(start, length): (u8, u8)| Span { start: start.into(), end: u32::from(start) + u32::from(length) };
            let mut comments: Vec<Comment> = spans.into_iter().map(span).map(|it| Comment { span: it, around: it }).collect();
            comments.sort_by_key(|it| it.span.start);
            suppressions(&text, &comments, &LineIndex::new(text.as_bytes()));
            lines_of_code(&text, &comments, &LineIndex::new(text.as_bytes()));
        }
    }
}
