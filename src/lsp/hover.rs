//! What a rule says of itself, where one of its findings is or a comment names it.

use gen_lsp_types::{Code, Contents, Diagnostic, Hover, MarkupContent, MarkupKind, Position, Range};

use super::positions::Lines;
use crate::rules::{self, Rule};

/// What to show at a position.
pub(super) fn hover(told: &[Diagnostic], lines: &Lines<'_>, position: Position) -> Option<Hover> {
    let at = |it: &&Diagnostic| it.range.start <= position && position <= it.range.end;
    let found: Vec<(&Rule, Range)> =
        told.iter().filter(at).filter_map(|it| Some((rule_of(it)?, it.range))).collect();
    let (rules, range): (Vec<&Rule>, Range) = match found.first() {
        Some((_, range)) => (found.iter().map(|(rule, _)| *rule).collect(), *range),
        None => named(lines, position).map(|(rule, range)| (vec![rule], range))?,
    };
    let mut pages: Vec<String> = Vec::new();
    for rule in rules {
        let page = rule.page();
        if !pages.contains(&page) {
            pages.push(page);
        }
    }
    let value = pages.join("\n---\n\n");
    let contents = Contents::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(Hover { contents, range: Some(range) })
}

/// The rule that a diagnostic is of.
pub(super) fn rule_of(diagnostic: &Diagnostic) -> Option<&'static Rule> {
    match &diagnostic.code {
        Some(Code::String(id)) => rules::find(id),
        _ => None,
    }
}

/// The rule that a comment of ours names at a position.
fn named(lines: &Lines<'_>, position: Position) -> Option<(&'static Rule, Range)> {
    let line = lines.line(position.line)?;
    let start = lines.offset(Position { character: 0, ..position });
    let at = lines.offset(position).checked_sub(start)?;
    let first = line.find("unpoll-").filter(|first| *first <= at)?;
    let is_word = |it: char| it.is_ascii_alphanumeric() || it == '-';
    let (before, after) = (line.get(first..at)?, line.get(at..)?);
    let begin = at - before.chars().rev().take_while(|it| is_word(*it)).count();
    let end = at + after.chars().take_while(|it| is_word(*it)).count();
    let rule = rules::find(line.get(begin..end)?)?;
    Some((rule, Range { start: lines.position(start + begin), end: lines.position(start + end) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::positions::Encoding;

    #[test]
    fn names_in_comments_are_explained() {
        let text = "é\n  // unpoll-disable-line hot-timer, network-poll -- hot-timer\nhot-timer\n";
        let lines = Lines::of(text, Encoding::Utf16);
        let at = |line, character| named(&lines, Position { line, character }).map(|it| it.0.id);
        assert_eq!(at(1, 26), Some("hot-timer"));
        assert_eq!(at(1, 34), Some("hot-timer"));
        assert_eq!(at(1, 40), Some("network-poll"));
        assert_eq!(at(1, 8), None);
        assert_eq!(at(2, 2), None);
    }
}
