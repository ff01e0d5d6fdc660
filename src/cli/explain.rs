//! `unpoll explain RULE`: the rule's own Markdown, laid out for a terminal.

use std::io::{self, Write};
use std::process::ExitCode;

use super::failure::Failure;
use super::terminal::Screen;
use crate::error::{Error, nearest};
use crate::report::Paint;
use crate::rules;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Id of the rule; `unpoll rules` lists them.
    rule: String,
}

pub(super) fn run(args: &Args, screen: Screen, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let Some(rule) = rules::find(&args.rule) else {
        return Err(Failure::Stopped {
            error: Error::UnknownRule(args.rule.clone()),
            hint: hint(&args.rule),
        });
    };
    let paint = Paint::new(screen.color);
    let severity = paint.severity(rule.severity, rule.severity.as_str());
    let since = paint.dim(&format!("since {}", rule.since));
    writeln!(out, "{}  {severity}  {since}\n", paint.bold(rule.id))?;
    render(rule.docs, paint, screen.width.clamp(40, 90), out)?;
    Ok(ExitCode::SUCCESS)
}

fn ids() -> impl Iterator<Item = &'static str> {
    rules::all().iter().map(|rule| rule.id)
}

/// The rule that looks like what was typed, or else all that have it as a word: `poll`, `handler`.
fn hint(typed: &str) -> Option<String> {
    let with_word = || ids().filter(|id| id.split('-').any(|word| word.eq_ignore_ascii_case(typed)));
    let meant = nearest(typed, ids()).map_or_else(|| with_word().collect(), |id| vec![id]);
    (!meant.is_empty()).then(|| format!("did you mean `{}`?", meant.join("`, `")))
}

/// Lays out the part of Markdown that rules use: headings, paragraphs, lists, tables as they are, fences.
fn render(markdown: &str, paint: Paint, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut fence = None;
    let mut paragraph = String::new();
    for line in markdown.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        if let Some(opened) = fence {
            if ticks >= opened && line.len() == ticks {
                fence = None;
            } else {
                writeln!(out, "{}", paint.code(&format!("    {}", rules::without_mark(line))).trim_end())?;
            }
            continue;
        }
        let is_item = line.starts_with("- ");
        if ticks >= 3 || is_item || line.is_empty() || line.starts_with(['#', '|']) {
            flush(&mut paragraph, paint, width, out)?;
        }
        if ticks >= 3 {
            fence = Some(ticks);
            let info = line.trim_start_matches('`');
            if let Some(file) = info.split_whitespace().find_map(|word| word.strip_prefix("file=")) {
                writeln!(out, "    {}", paint.dim(file))?;
            }
        } else if let Some(heading) = line.strip_prefix('#') {
            writeln!(out, "{}", paint.bold(heading.trim_start_matches('#').trim()))?;
        } else if line.is_empty() {
            writeln!(out)?;
        } else if line.starts_with('|') {
            writeln!(out, "{}", paint.sentence(line))?;
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    flush(&mut paragraph, paint, width, out)
}

fn flush(paragraph: &mut String, paint: Paint, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let text = std::mem::take(paragraph);
    if text.is_empty() {
        return Ok(());
    }
    let hanging = if text.starts_with("- ") { "  " } else { "" };
    let wrapping = textwrap::Options::new(width).subsequent_indent(hanging).break_words(false);
    writeln!(out, "{}", textwrap::fill(&paint.sentence(&text), wrapping))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(markdown: &str, width: usize) -> String {
        let mut out = Vec::new();
        render(markdown, Paint::new(false), width, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn markdown_is_laid_out() {
        let markdown = "One line\nand another.\n\n## Why\n\n- first item that is\n  long\n- second\n\n```tsx file=src/A.tsx\nconst a = 1; // expect\n\n# not a heading\n```\nEnd.";
        let expected = "One line and\nanother.\n\nWhy\n\n- first item\n  that is long\n- second\n\n    src/A.tsx\n    const a = 1;\n\n    # not a heading\nEnd.\n";
        assert_eq!(rendered(markdown, 14), expected);
    }

    #[test]
    fn every_rule_can_be_explained() {
        for rule in rules::all() {
            assert!(rendered(rule.docs, 80).len() > 80, "{}", rule.id);
        }
    }

    #[test]
    fn slips_of_the_finger_find_their_rule() {
        for rule in rules::all() {
            let mut typed = rule.id.to_owned();
            typed.remove(3);
            assert_eq!(nearest(&typed, ids()), Some(rule.id));
        }
        assert_eq!(hint("zzz"), None);
        let poll =
            "did you mean `dormant-poll`, `doubled-poll`, `network-poll`, `redundant-poll`, `status-poll`?";
        assert_eq!(hint("poll").as_deref(), Some(poll));
    }
}
