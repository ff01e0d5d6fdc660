//! Quick fixes: a comment that silences a finding, to be completed with the reason.

use std::path::Path;

use crate::discover;
use crate::parse;
use crate::source::Language;

/// What the reason says until a person has said better.
const REASON: &str = "TODO: say why it may stay";

/// A text to be put at a byte of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Insertion {
    pub offset: usize,
    pub text: String,
}

/// How a comment is written at some place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Slashes,
    Hash,
    Jsx,
}

/// A comment above the line of a finding, which begins at a byte of the text. `None` where none can stand: in the
/// middle of a text.
pub(super) fn above(path: &Path, text: &str, offset: usize, rule: &str) -> Option<Insertion> {
    let start = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
    let form = form(path, text, start)?;
    let line = text.get(start..)?;
    let indent: String = line.chars().take_while(|it| matches!(it, ' ' | '\t')).collect();
    let comment = written(form, &format!("unpoll-disable-next-line {rule} -- {REASON}"));
    Some(Insertion { offset: start, text: format!("{indent}{comment}{}", line_end(text)) })
}

/// A comment that silences a rule in the whole file.
pub(super) fn for_file(path: &Path, text: &str, rule: &str) -> Option<Insertion> {
    let form = form(path, text, 0)?;
    let comment = written(form, &format!("unpoll-disable-file {rule} -- {REASON}"));
    // What starts a script or a page of PHP has to stay first.
    let has_first = text.starts_with("#!") || text.starts_with("<?");
    let offset = if has_first { text.find('\n').map_or(text.len(), |at| at + 1) } else { 0 };
    Some(Insertion { offset, text: format!("{comment}{}", line_end(text)) })
}

fn written(form: Form, words: &str) -> String {
    match form {
        Form::Slashes => format!("// {words}"),
        Form::Hash => format!("# {words}"),
        Form::Jsx => format!("{{/* {words} */}}"),
    }
}

/// The line end that a file has.
fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// How a comment is written at the start of a line; `None` where it would be a part of a text.
fn form(path: &Path, text: &str, start: usize) -> Option<Form> {
    let name = path.file_name()?.to_string_lossy();
    let Some(language) = discover::language(&name) else {
        let extension = path.extension()?.to_str()?;
        return Some(if ["ex", "exs", "py", "rb"].contains(&extension) { Form::Hash } else { Form::Slashes });
    };
    form_in_script(text, start, language)
}

fn form_in_script(text: &str, start: usize, language: Language) -> Option<Form> {
    let tree = parse::parse(text.as_bytes(), language).ok()?;
    // The smallest node that goes on over the start of the line.
    let mut around = tree.root_node().descendant_for_byte_range(start, start);
    while let Some(node) = around.filter(|it| start <= it.start_byte() || it.end_byte() <= start) {
        around = node.parent();
    }
    match around.map_or("", |it| it.kind()) {
        "jsx_element" | "jsx_fragment" | "jsx_text" => Some(Form::Jsx),
        "template_string" | "string" | "string_fragment" | "regex" | "regex_pattern" | "comment" => None,
        _ => Some(Form::Slashes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with the comment above the line that holds `poll(`.
    fn silenced(name: &str, text: &str) -> Option<String> {
        let offset = text.find("poll(").unwrap();
        let Insertion { offset, text: comment } = above(Path::new(name), text, offset, "network-poll")?;
        let mut text = text.to_owned();
        text.insert_str(offset, &comment);
        Some(text.replace(&format!(" network-poll -- {REASON}"), ""))
    }

    #[test]
    fn code_gets_a_line_comment() {
        let code = "function a() {\n  const b =\n    poll(5)\n}\n";
        let expected = "function a() {\n  const b =\n    // unpoll-disable-next-line\n    poll(5)\n}\n";
        assert_eq!(silenced("a.ts", code).unwrap(), expected);
        assert_eq!(silenced("a.ts", "poll(5)\r\nb").unwrap(), "// unpoll-disable-next-line\r\npoll(5)\r\nb");
        assert_eq!(silenced("a.go", "\tpoll(5)\n").unwrap(), "\t// unpoll-disable-next-line\n\tpoll(5)\n");
        assert_eq!(silenced("a.py", "  poll(5)\n").unwrap(), "  # unpoll-disable-next-line\n  poll(5)\n");
    }

    #[test]
    fn between_tags_it_stands_in_braces() {
        let page = "const a = <main>\n  <B every={poll(5)} />\n</main>;\n";
        let expected =
            "const a = <main>\n  {/* unpoll-disable-next-line */}\n  <B every={poll(5)} />\n</main>;\n";
        assert_eq!(silenced("a.tsx", page).unwrap(), expected);
        let fragment = "const a = <>\n  text {poll(5)}\n</>;\n";
        assert!(silenced("a.tsx", fragment).unwrap().contains("  {/* unpoll-disable-next-line */}\n  text"));
    }

    #[test]
    fn among_attributes_and_in_braces_it_is_code() {
        let attribute = "const a = <main>\n  <B\n    every={poll(5)}\n  />\n</main>;\n";
        assert!(silenced("a.tsx", attribute).unwrap().contains("    // unpoll-disable-next-line\n    every"));
        let braces = "const a = <main>\n  {on &&\n    poll(5)}\n</main>;\n";
        assert!(silenced("a.tsx", braces).unwrap().contains("    // unpoll-disable-next-line\n    poll"));
        let hook = "function A() {\n  useQuery({\n    refetchInterval: poll(5),\n  });\n  return <p />;\n}\n";
        assert!(silenced("a.tsx", hook).unwrap().contains("    // unpoll-disable-next-line\n    refetch"));
    }

    #[test]
    fn a_text_is_left_alone() {
        assert_eq!(silenced("a.ts", "const a = `\n ${poll(5)}`;\n"), None);
        let inside = "const a = `${[\n  poll(5),\n]}`;\n";
        assert!(silenced("a.ts", inside).unwrap().contains("  // unpoll-disable-next-line\n  poll"));
    }

    #[test]
    fn a_file_is_silenced_at_its_top() {
        let at = |text: &str| for_file(Path::new("a.ts"), text, "hot-timer").unwrap().offset;
        assert_eq!(at("poll(5)\n"), 0);
        assert_eq!(at("#!/usr/bin/env node\npoll(5)\n"), 20);
    }
}
