//! Comments out of source text: what is left has the same length and the same lines.

use crate::parse::Comment;
use crate::source::{BackendLanguage, Span};

/// How a language writes comments and texts.
struct Customs {
    line: &'static [&'static str],
    /// `/* … */`
    block: bool,
    /// `'x'` is one character and no text, and `'` may stand alone.
    character: bool,
    /// `"""` opens a text that may be documentation.
    triple: &'static [&'static str],
}

fn customs(language: BackendLanguage) -> Customs {
    let (line, block, character, triple): (&'static [_], _, _, &'static [_]) = match language {
        BackendLanguage::Python => (&["#"], false, false, &["\"\"\"", "'''"]),
        BackendLanguage::Ruby => (&["#"], false, false, &[]),
        BackendLanguage::Elixir => (&["#"], false, false, &["\"\"\"", "'''"]),
        BackendLanguage::Php => (&["//", "#"], true, false, &[]),
        BackendLanguage::Java | BackendLanguage::Kotlin | BackendLanguage::CSharp => {
            (&["//"], true, true, &["\"\"\""])
        }
        BackendLanguage::Rust | BackendLanguage::Go => (&["//"], true, true, &[]),
    };
    Customs { line, block, character, triple }
}

/// The text with comments, and texts that stand where documentation stands, turned into spaces; and
/// without the inline tests of Rust.
pub(super) fn strip(text: &str, language: BackendLanguage) -> String {
    let mut out = String::with_capacity(text.len());
    for_each_piece(text, language, |piece, is_comment| {
        if is_comment {
            out.extend(piece.chars().flat_map(|it| {
                let blank = if it == '\n' { '\n' } else { ' ' };
                std::iter::repeat_n(blank, it.len_utf8())
            }));
        } else {
            out.push_str(piece);
        }
    });
    out
}

/// Where comments stand, and texts that are documentation.
pub(super) fn comments(text: &str, language: BackendLanguage) -> Vec<Comment> {
    let (mut found, mut at) = (Vec::new(), 0);
    for_each_piece(text, language, |piece, is_comment| {
        let end = at + u32::try_from(piece.len()).unwrap_or_default();
        if is_comment {
            let span = Span { start: at, end };
            found.push(Comment { span, around: span });
        }
        at = end;
    });
    found
}

/// Calls `take` with all of a text, piece by piece, and whether each is a comment.
fn for_each_piece<'t>(text: &'t str, language: BackendLanguage, mut take: impl FnMut(&'t str, bool)) {
    let customs = customs(language);
    let text = match language {
        BackendLanguage::Rust => without_inline_tests(text),
        _ => text,
    };
    let (mut at, mut line_start) = (0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let line_before = text.get(line_start..at).unwrap_or_default();
        let (length, is_comment) = piece(rest, line_before, language, &customs);
        let piece = rest.get(..length).unwrap_or(rest);
        if let Some(end) = piece.rfind('\n') {
            line_start = at + end + 1;
        }
        take(piece, is_comment);
        at += piece.len().max(1);
    }
}

/// The length of what comes next, and whether it is a comment.
fn piece(rest: &str, line_before: &str, language: BackendLanguage, customs: &Customs) -> (usize, bool) {
    let until = |mark: &str, from: usize| {
        rest.get(from..).and_then(|it| it.find(mark)).map_or(rest.len(), |it| from + it + mark.len())
    };
    let begins_line = || line_before.trim().is_empty();
    // `#[Route("/orders")]` is an attribute, and part of a text `"#{name}"` never comes by here.
    let is_attribute = language == BackendLanguage::Php && rest.starts_with("#[");
    if !is_attribute && customs.line.iter().any(|mark| rest.starts_with(mark)) {
        return (rest.find('\n').unwrap_or(rest.len()), true);
    }
    if customs.block && rest.starts_with("/*") {
        return (until("*/", 2), true);
    }
    if language == BackendLanguage::Ruby && rest.starts_with("=begin") && line_before.is_empty() {
        return (until("\n=end", 0), true);
    }
    if let Some(mark) = customs.triple.iter().find(|mark| rest.starts_with(**mark)) {
        let is_documentation = match language {
            BackendLanguage::Python => begins_line(),
            BackendLanguage::Elixir => {
                line_before.len() < 40
                    && line_before.trim_start().starts_with('@')
                    && line_before.contains("doc")
            }
            _ => false,
        };
        return (until(mark, mark.len()), is_documentation);
    }
    match rest.chars().next() {
        Some('\'') if customs.character => (character(rest), false),
        Some(quote @ ('"' | '\'')) => (string(rest, quote), false),
        Some(other) => {
            // Everything up to the next sign that could matter is taken at once.
            let next = rest.find(['"', '\'', '#', '/', '=']).filter(|it| *it > 0);
            (
                next.unwrap_or_else(|| if "\"'#/=".contains(other) { other.len_utf8() } else { rest.len() }),
                false,
            )
        }
        None => (0, false),
    }
}

/// The length of a text in quotes; to the end if nothing closes it.
fn string(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return at + letter.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// The length of `'x'` or `'\n'`, or of the quote alone before a lifetime.
fn character(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    match letters.next() {
        Some((_, '\\')) => {
            let close = letters.skip(1).take(10).find(|(_, it)| *it == '\'');
            close.map_or(1, |(at, _)| at + 1)
        }
        Some(_) => match letters.next() {
            Some((at, '\'')) => at + 1,
            _ => 1,
        },
        None => 1,
    }
}

/// `#[cfg(test)] mod tests` stands last by custom.
fn without_inline_tests(text: &str) -> &str {
    let is_module = |at: &usize| {
        let rest = text.get(*at..).and_then(|it| it.strip_prefix("#[cfg(test)]")).unwrap_or_default();
        rest.trim_start().starts_with("mod ")
    };
    let found = text.match_indices("#[cfg(test)]").map(|(at, _)| at).find(is_module);
    found.and_then(|at| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, language: BackendLanguage) -> String {
        let stripped = strip(text, language);
        assert_eq!(stripped.lines().count(), text.lines().count(), "{text}");
        stripped.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_go_and_texts_stay() {
        use BackendLanguage::*;
        for (language, text, expected) in [
            (Python, "a = \"#x\" # \"order\"\n", "a = \"#x\""),
            (
                Python,
                "def f():\n    \"\"\"Sends\n    'order'.\"\"\"\n    g('''x''')\n",
                "def f(): g('''x''')",
            ),
            (Ruby, "=begin\nsend 'order'\n=end\nx \"#{a}\" # é\n", "x \"#{a}\""),
            (Java, "/* \"order\"\n */ f(\"http://x\", '\"'); // \"order\"\n", "f(\"http://x\", '\"');"),
            (Kotlin, "f(\"\"\"a // b\"\"\") // c\n", "f(\"\"\"a // b\"\"\")"),
            (
                Rust,
                "fn f<'a>(x: &'a str) { g('\"', \"//\") } // 'a\n",
                "fn f<'a>(x: &'a str) { g('\"', \"//\") }",
            ),
            (Rust, "f();\n#[cfg(test)]\nmod tests { \"order\" }", "f();"),
            (Php, "#[Route('/a')]\n$a = 'it\\'s'; # \"order\"\n", "#[Route('/a')] $a = 'it\\'s';"),
            (Elixir, "@doc \"\"\"\n\"order\"\n\"\"\"\ndef f, do: \"x\"", "@doc def f, do: \"x\""),
            (CSharp, "f(\"a\\\"//b\"); /* open", "f(\"a\\\"//b\");"),
        ] {
            if language == Rust && text.contains("cfg") {
                assert_eq!(strip(text, language).trim(), expected);
            } else {
                assert_eq!(words(text, language), expected, "{language:?}");
            }
        }
    }

    #[test]
    fn comments_that_silence_are_read_in_every_language() {
        let reads = |text: &str, language| {
            let lines = crate::source::LineIndex::new(text.as_bytes());
            let found = crate::facts::suppressions(text, &comments(text, language), &lines);
            found.into_iter().map(|it| (lines.position(it.span.start).0, it.reach)).collect::<Vec<_>>()
        };
        use crate::facts::Reach::NextLine;
        let python = "a = '# unpoll-disable-line x -- y'\n# unpoll-disable-next-line x -- y\n\nemit('b')\n";
        assert_eq!(reads(python, BackendLanguage::Python), [(2, NextLine(Some(4)))]);
        let java = "f(\"/* unpoll-disable x -- y */\");\n/* unpoll-disable-next-line x -- y */\nemit();\n";
        assert_eq!(reads(java, BackendLanguage::Java), [(2, NextLine(Some(3)))]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_keeps_its_bytes_in_place(text in "[a'\"#/*\\\\\\n=é@{}-]{0,60}") {
            for language in [BackendLanguage::Python, BackendLanguage::Ruby, BackendLanguage::Java, BackendLanguage::Elixir, BackendLanguage::Php] {
                let stripped = strip(&text, language);
                proptest::prop_assert_eq!(stripped.len(), text.len());
                proptest::prop_assert_eq!(stripped.matches('\n').count(), text.matches('\n').count());
                for it in comments(&text, language) {
                    let blank = &stripped[it.span.start as usize..it.span.end as usize];
                    proptest::prop_assert!(blank.trim().is_empty());
                }
            }
        }
    }
}
