//! `unpoll rules`: the rules, a line each.

use std::io::Write;
use std::process::ExitCode;

use super::failure::Failure;
use super::terminal::Screen;
use crate::report::Paint;
use crate::rules::{self, Rule};

pub(super) fn run(screen: Screen, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let paint = Paint::new(screen.color);
    let rules = rules::all();
    let longest = |text: fn(&Rule) -> &str| rules.iter().map(|rule| text(rule).len()).max().unwrap_or(0);
    let (ids, severities) = (longest(|rule| rule.id), longest(|rule| rule.severity.as_str()));
    let indent = " ".repeat(ids + severities + 4);
    let wrapping = textwrap::Options::new(screen.width.max(indent.len() + 20))
        .initial_indent(&indent)
        .subsequent_indent(&indent);
    for rule in rules {
        let id = paint.code(&format!("{:ids$}", rule.id));
        let severity = paint.severity(rule.severity, &format!("{:severities$}", rule.severity.as_str()));
        let summary = textwrap::fill(rule.summary, &wrapping);
        writeln!(out, "{id}  {severity}  {}", paint.sentence(summary.trim_start()))?;
    }
    writeln!(out, "\n{}", paint.dim("`unpoll explain RULE` tells more of one."))?;
    Ok(ExitCode::SUCCESS)
}
