//! Makes hostile text harmless for a medium. Paths, names, labels and source lines of the audited
//! code pass through here on their way out.

use std::borrow::Cow;
use std::fmt::Write;

/// One line of text for a terminal: what a terminal would obey, reorder or hide is spelled out,
/// as `\u{1b}`, `\u{202e}` or `\n`.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.contains(must_be_spelled_out) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if must_be_spelled_out(character) {
            spell_out(character, &mut out);
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// A JSON document, which may well end up on a terminal: the characters that JSON allows and a
/// terminal obeys become JSON's own escapes, which mean the same. They can stand in strings only.
pub fn json(document: &str) -> Cow<'_, str> {
    let escaped = |character: char| character != '\n' && must_be_spelled_out(character);
    if !document.contains(escaped) {
        return Cow::Borrowed(document);
    }
    let mut out = String::with_capacity(document.len() + 16);
    for character in document.chars() {
        if escaped(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a `String` cannot fail.
                _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// Text for a place inside a Markdown paragraph, heading, list item or table cell: it shows as it
/// is, and starts no markup, link, HTML, table cell or block.
pub fn markdown(text: &str) -> String {
    let text = terminal(text);
    let mut out = String::with_capacity(text.len() + 16);
    // `1. ` or `- ` at the start of a list item or paragraph would open a list of its own.
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    for (at, character) in text.char_indices() {
        let starts_block = match character {
            '-' | '+' | '=' => at == 0,
            '.' | ')' => at == digits && digits > 0,
            // `https:\//…` reads the same and is no link.
            '/' => text.get(..at).is_some_and(|before| before.ends_with(':')),
            _ => false,
        };
        if starts_block
            || matches!(
                character,
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '&' | '~' | '#' | '$'
            )
        {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// Text as a Markdown code span, whatever backticks it holds. Not for table cells, where a `|`
/// inside a code span still ends the cell.
pub fn markdown_code(text: &str) -> String {
    let text = terminal(text);
    if text.trim().is_empty() {
        return String::new();
    }
    let longest_run = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest_run + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A sentence of ours that quotes audited names between backticks: the quoted parts become code
/// spans, all else is escaped. A backtick smuggled in by a name can at worst move what is code.
pub fn markdown_sentence(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let balanced = parts.len() % 2 == 1;
    // Two spans that touch would read as one with a longer fence.
    let inner = parts.get(1..parts.len().saturating_sub(1)).unwrap_or_default();
    if !balanced || inner.iter().any(|part| part.trim().is_empty()) {
        return markdown(text);
    }
    let piece = |(at, part): (usize, &&str)| {
        if at % 2 == 1 { markdown_code(part) } else { markdown(part) }
    };
    parts.iter().enumerate().map(piece).collect()
}

/// Text for a quoted label of a Mermaid chart: it shows as it is, and ends no label, starts no
/// directive, and holds nothing that is markup to Mermaid, which reads labels as HTML and Markdown.
pub fn mermaid(text: &str) -> String {
    let text = terminal(text);
    let mut out = String::with_capacity(text.len() + 16);
    // `1. ` or `- ` at the start would open a list, which Mermaid refuses to draw.
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    for (at, character) in text.char_indices() {
        let shows = match character {
            ' ' | ',' | '(' | '\'' | '?' | '!' => true,
            // `_emphasis_` needs an underscore at an end of a word; names have them inside.
            '_' => {
                let before = text.get(..at).and_then(|it| it.chars().next_back());
                [before, text.get(at + 1..).and_then(|it| it.chars().next())]
                    .into_iter()
                    .all(|it| it.is_some_and(char::is_alphanumeric))
            }
            '-' => at > 0,
            // `www.` and `https://` would become links.
            '.' => at != digits && !text.get(..at).is_some_and(|before| before.ends_with("www")),
            ')' => at != digits,
            '/' => !text.get(..at).is_some_and(|before| before.ends_with(':')),
            // `fa:` would become a picture.
            ':' => text.get(at + 1..).is_some_and(|after| after.starts_with(' ')),
            _ => character.is_alphanumeric() || !character.is_ascii(),
        };
        match character {
            _ if shows => out.push(character),
            '"' => out.push_str("#quot;"),
            '&' => out.push_str("#amp;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            // Writing to a `String` cannot fail.
            other => _ = write!(out, "#{};", u32::from(other)),
        }
    }
    out
}

/// Text for a quoted string of Graphviz: it shows as it is. Graphviz knows escapes of its own and
/// those of HTML.
pub fn dot(text: &str) -> String {
    terminal(text).replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}

/// Text for a cell of a CSV file: a spreadsheet takes it for text, and not for a formula that it would work out.
pub fn csv(text: &str) -> Cow<'_, str> {
    let text = terminal(text);
    if text.starts_with(['=', '+', '-', '@']) { Cow::Owned(format!("'{text}")) } else { text }
}

/// Whether a terminal (or a person in front of it) can be led astray by the character.
fn must_be_spelled_out(character: char) -> bool {
    character.is_control()
        || matches!(character,
            // Marks and overrides of the writing direction.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Line ends that are no control characters.
            | '\u{2028}' | '\u{2029}'
            // Invisible, so that two different names look the same. U+200D joins emoji and stays.
            | '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{200c}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            // No characters at all, and forbidden in XML.
            | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

fn spell_out(character: char, out: &mut String) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        // Writing to a `String` cannot fail.
        other => _ = write!(out, "{}", other.escape_unicode()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nothing_of_it() {
        assert_eq!(terminal("plain – ünïcode 👩‍💻"), "plain – ünïcode 👩‍💻");
        assert_eq!(terminal("\u{1b}[31mred\u{7}"), r"\u{1b}[31mred\u{7}");
        assert_eq!(terminal("\u{9b}2J"), r"\u{9b}2J");
        assert_eq!(terminal("a\u{202e}b\u{2066}c"), r"a\u{202e}b\u{2066}c");
        assert_eq!(terminal("one\r\ntwo\tthree\u{2028}"), r"one\r\ntwo\tthree\u{2028}");
    }

    #[test]
    fn json_means_the_same() {
        let text = "a\u{9b}b\u{202e}c\u{e0041}d\u{1b}é";
        let document = serde_json::to_string(text).unwrap();
        let escaped = json(&document);
        assert_eq!(escaped, r#""a\u009bb\u202ec\udb40\udc41d\u001bé""#);
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
    }

    #[test]
    fn markdown_shows_it_as_it_is() {
        assert_eq!(markdown("a|b"), r"a\|b");
        assert_eq!(markdown("<img src=x>"), r"\<img src=x\>");
        assert_eq!(markdown("`code` *bold* [x](y)"), r"\`code\` \*bold\* \[x\](y)");
        assert_eq!(markdown("one\n## two"), r"one\\n\#\# two");
        assert_eq!(markdown("- item"), r"\- item");
        assert_eq!(markdown("12. item"), r"12\. item");
        assert_eq!(markdown("see https://evil.example"), r"see https:\//evil.example");
        assert_eq!(markdown("5-minute v1.2"), "5-minute v1.2");
    }

    #[test]
    fn a_code_span_cannot_be_left() {
        assert_eq!(markdown_code("a<b>|c"), "`a<b>|c`");
        assert_eq!(markdown_code("a`b``c"), "```a`b``c```");
        assert_eq!(markdown_code("`"), "`` ` ``");
        assert_eq!(markdown_code(""), "");
    }

    #[test]
    fn a_mermaid_label_cannot_be_left() {
        assert_eq!(mermaid("server/hub.go order_created"), "server/hub.go order_created");
        assert_eq!(mermaid(r#"a"] --> b["c"#), "a#quot;#93; --#gt; b#91;#quot;c");
        assert_eq!(mermaid("%%{init: {}}%%"), "#37;#37;#123;init: #123;#125;#125;#37;#37;");
        assert_eq!(mermaid("one\n\u{1b}[2J; #quot;"), "one#92;n#92;u#123;1b#125;#91;2J#59; #35;quot#59;");
        assert_eq!(mermaid("`<b>*_x_"), "#96;#lt;b#gt;#42;#95;x#95;");
        assert_eq!(mermaid("an _em_ a_b fa:x: y:"), "an #95;em#95; a_b fa#58;x: y#58;");
        assert_eq!(mermaid("1. a"), "1#46; a");
        assert_eq!(mermaid("- a"), "#45; a");
        assert_eq!(mermaid("see https://evil.example"), "see https#58;#47;/evil.example");
        assert_eq!(mermaid(""), "");
    }

    #[test]
    fn a_dot_string_cannot_be_left() {
        assert_eq!(dot("server/hub.go"), "server/hub.go");
        assert_eq!(dot(r#"a"]; b -> c ["d"#), r#"a\"]; b -> c [\"d"#);
        assert_eq!(dot(r#"end\"#), r#"end\\"#);
        assert_eq!(dot("one\n\\N &lt;"), r"one\\n\\N &amp;lt;");
    }

    #[test]
    fn a_cell_is_no_formula() {
        assert_eq!(csv("Orders"), "Orders");
        assert_eq!(csv("=1+1"), "'=1+1");
        assert_eq!(csv("-1"), "'-1");
        assert_eq!(csv("\t=1+1"), "\\t=1+1");
    }

    #[test]
    fn quoted_names_become_code() {
        assert_eq!(markdown_sentence("`load_all` polls <b>"), r"`load_all` polls \<b\>");
        assert_eq!(markdown_sentence("an odd ` one"), r"an odd \` one");
        assert_eq!(markdown_sentence("`a``b`"), r"\`a\`\`b\`");
        assert_eq!(markdown_sentence("``"), r"\`\`");
    }
}
