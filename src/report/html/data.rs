//! What the script of the page draws: the JSON report, and beside it what only people want to see.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::Serialize;
use serde_json::Value;
use unicode_width::UnicodeWidthChar;

use crate::findings::audit::{Audit, Finding, TimerRow};
use crate::report::graph::{Choice, Graph};
use crate::report::{escape, frame, json, words};
use crate::rules;

/// Columns of a source line; a longer one is cut around what matters.
const WIDTH: usize = 160;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    report: json::Report<'a>,
    /// Titles of the rules that found something, by id.
    titles: BTreeMap<&'a str, &'a str>,
    /// For each finding of the report, what else is shown of it.
    findings: Vec<Shown<'a>>,
    /// For each timer of the report.
    timers: Vec<Timer>,
    graph: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    frame: Vec<Row>,
    /// `client · set-interval · always on`.
    facts: Option<String>,
    /// The code of each step of the evidence.
    steps: Vec<Option<&'a str>>,
    message_type: Option<&'a str>,
}

/// A source line, in three parts: what the finding covers stands in the middle.
#[derive(Serialize)]
struct Row {
    number: u32,
    text: [String; 3],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Timer {
    accepted: bool,
    how_often: String,
    gate_words: &'static str,
    /// Requests a minute, as people write it.
    rate: Option<String>,
}

/// The data as JSON that can stand in a script block and holds no text that misleads whoever reads it.
pub(super) fn json(audit: &Audit) -> io::Result<String> {
    let data = Data {
        report: json::Report::of(audit),
        titles: audit
            .findings
            .iter()
            .map(|it| (it.rule, rules::find(it.rule).map_or(it.rule, |rule| rule.title)))
            .collect(),
        findings: audit.findings.iter().map(|it| shown(it, audit)).collect(),
        timers: audit.timers.iter().map(timer).collect(),
        graph: Graph::of(audit, &Choice::default()).for_page(&open(audit))?,
    };
    let data = tame(serde_json::to_value(&data)?);
    Ok(inert(&serde_json::to_string(&data)?))
}

fn shown<'a>(finding: &'a Finding, audit: &Audit) -> Shown<'a> {
    let timer = finding.timer.and_then(|at| audit.timers.get(at));
    Shown {
        frame: frame::rows(finding, WIDTH).into_iter().map(row).collect(),
        facts: timer.map(|it| words::facts(it, &finding.message)),
        steps: finding.chain.iter().map(|it| it.code.as_deref()).collect(),
        message_type: finding.message_type.as_deref(),
    }
}

fn row(frame::Row { number, text, mark }: frame::Row) -> Row {
    let (start, length) = mark.unwrap_or((usize::MAX, 0));
    let mut parts = [const { String::new() }; 3];
    let [before, covered, after] = &mut parts;
    let mut cell = 0;
    for character in text.chars() {
        match cell {
            _ if cell < start => before.push(character),
            _ if cell < start + length => covered.push(character),
            _ => after.push(character),
        }
        cell += character.width().unwrap_or(0);
    }
    Row { number, text: parts }
}

fn timer(row: &TimerRow) -> Timer {
    Timer {
        accepted: row.is_accepted(),
        how_often: words::how_often(row),
        gate_words: words::gate(row.gate),
        rate: row.requests_per_minute.map(words::number),
    }
}

/// Message types of which a finding speaks that is neither known nor silenced: their cuts are red.
fn open(audit: &Audit) -> BTreeSet<&str> {
    let new = || audit.findings.iter().filter(|it| it.is_new());
    let fingerprints: BTreeSet<&str> = new().map(|it| it.fingerprint.as_str()).collect();
    let found = |it: &Option<String>| it.as_deref().is_some_and(|it| fingerprints.contains(it));
    let by_row = audit.messages.iter().filter(|it| found(&it.finding_fingerprint));
    by_row.map(|it| it.name.as_str()).chain(new().filter_map(|it| it.message_type.as_deref())).collect()
}

/// Spells out what would reorder or hide text on the screen, in every string. The depth is that of our own
/// structs.
fn tame(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(escape::terminal(&text).into_owned()),
        Value::Array(items) => items.into_iter().map(tame).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, tame(value))).collect(),
        other => other,
    }
}

/// JSON that no parser of HTML can take for an end of its block. The characters stand in strings only, and
/// JSON's own escapes mean the same.
fn inert(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_parted_by_what_is_seen() {
        let row = row(frame::Row { number: 7, text: "日 = poll();".into(), mark: Some((5, 4)) });
        assert_eq!(row.text, ["日 = ", "poll", "();"]);
    }
}
