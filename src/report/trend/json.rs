//! For machines: the versioned document whose schema `unpoll schema trend` prints.

use std::io::{self, Write};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use super::Format;
use crate::report::json::Number;
use crate::report::{Options, escape};
use crate::trend::lives::Life;
use crate::trend::snapshot::{AreaFigures, Figures};
use crate::trend::{Point, Trend};
use crate::vocabulary::{AreaStatus, Gate, Severity};

pub(super) const FORMAT: Format = Format {
    name: "json",
    about: "for machines; `unpoll schema trend` prints its schema",
    extensions: &["json"],
    write,
};

/// Raised when a consumer of the document would have to change.
const SCHEMA_VERSION: u32 = 1;

/// The JSON Schema of the document.
pub fn schema() -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    format!("{:#}\n", generator.into_root_schema_for::<Document<'_>>().to_value())
}

/// How an audit changed over the history of a git repository.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields, title = "Trend")]
struct Document<'a> {
    /// Version of this format.
    schema_version: u32,
    /// What audited.
    tool: Tool,
    /// What was audited: paths from the top of the repository.
    root: &'a str,
    /// Which commits were audited: `commit`, a number of commits, `day`, `week` or `month`.
    every: String,
    /// Number of commits in the whole range.
    commits_in_range: usize,
    /// Nothing was there before the first commit of the range: it is the first of the history.
    from_root: bool,
    /// Number of commits whose audit failed.
    failed: usize,
    /// The audited commits, the oldest first.
    commits: Vec<Commit<'a>>,
    /// Every finding that was ever there, in the order in which they came.
    findings: Vec<Finding<'a>>,
}

/// What audited.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Tool {
    /// `unpoll`.
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// A commit that was audited.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
struct Commit<'a> {
    /// Its whole name.
    id: &'a str,
    /// When it came into the history, in UTC.
    committed_at: String,
    /// The first line of its message.
    subject: &'a str,
    /// Why it could not be audited; null when it was.
    failure: Option<&'a str>,
    /// What was there; null when it could not be audited.
    figures: Option<Numbers>,
    /// What was there in each area, sorted by name.
    areas: Vec<Area<'a>>,
}

/// What was there in a part of the product.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
struct Area<'a> {
    /// Its name.
    name: &'a str,
    /// How far it is.
    status: AreaStatus,
    /// What was there.
    figures: Numbers,
}

/// What burns down.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
struct Numbers {
    /// Polls of the network or of connection state that carry a finding, also one that a comment silences.
    polls: usize,
    /// Requests a minute of live polls whose interval is known, from one client.
    #[schemars(with = "f64")]
    requests_per_minute: Number,
    /// Handlers and message types that nothing connects, also those of which a comment silences the finding.
    unconnected: usize,
    /// Links of the way from polling to push that are there.
    links_present: usize,
    /// Links of the way from polling to push that are needed.
    links_required: usize,
    /// Share of the links that are there, 0 to 100; null when none is needed.
    #[schemars(with = "Option<f64>")]
    completion: Option<Number>,
    /// Critical findings that no comment silences.
    critical: usize,
    /// Warnings that no comment silences.
    warning: usize,
    /// Remarks that no comment silences.
    info: usize,
}

/// A finding from its first commit to its last; one that comes back later is another.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
struct Finding<'a> {
    /// Stable identity, 16 hex digits; as it was last.
    fingerprint: &'a str,
    /// Id of the rule.
    rule: &'a str,
    /// As it was last.
    severity: Severity,
    /// The area that it belongs to.
    area: &'a str,
    /// Path, with `/`, from the folder that fingerprints count from; as it was last.
    file: &'a str,
    /// Line from 1, as it was last.
    line: u32,
    /// Component, hook, class or function that holds it.
    owner: &'a str,
    /// What stands there, as written.
    api: &'a str,
    /// The message type that it speaks of.
    message: Option<&'a str>,
    /// Interval of the timer in ms, when it is known; as it was last.
    #[schemars(with = "Option<f64>")]
    interval_ms: Option<Number>,
    /// The switch in front of the timer, as it was last.
    gate: Option<Gate>,
    /// A comment silenced it when it was seen last.
    suppressed: bool,
    /// The first audited commit that has it; null when it was there before all of them.
    introduced: Option<&'a str>,
    /// The first audited commit that has it no more; null when the last one has it.
    removed: Option<&'a str>,
}

fn write(trend: &Trend, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let name = |at: Option<usize>| Some(trend.points.get(at?)?.past.commit.id());
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "unpoll", version: env!("CARGO_PKG_VERSION") },
        root: &trend.root,
        every: trend.every.to_string(),
        commits_in_range: trend.in_range,
        from_root: trend.from_root,
        failed: trend.failed().count(),
        commits: trend.points.iter().map(commit).collect(),
        findings: trend
            .lives
            .iter()
            .map(|life| finding(life, name(life.introduced), name(life.removed)))
            .collect(),
    };
    let text = serde_json::to_string_pretty(&document)?;
    writeln!(out, "{}", escape::json(&text))
}

fn commit(Point { past, outcome }: &Point) -> Commit<'_> {
    let snapshot = outcome.as_ref().ok();
    Commit {
        id: past.commit.id(),
        committed_at: past.time(),
        subject: &past.subject,
        failure: outcome.as_ref().err().map(String::as_str),
        figures: snapshot.map(|it| numbers(&it.figures)),
        areas: snapshot.map(|it| it.areas.iter().map(area).collect()).unwrap_or_default(),
    }
}

fn area(area: &AreaFigures) -> Area<'_> {
    Area { name: &area.name, status: area.status, figures: numbers(&area.figures) }
}

fn numbers(figures: &Figures) -> Numbers {
    Numbers {
        polls: figures.polls,
        requests_per_minute: Number(figures.requests_per_minute),
        unconnected: figures.unconnected,
        links_present: figures.links.present,
        links_required: figures.links.required,
        completion: figures.links.completion().map(Number),
        critical: figures.critical,
        warning: figures.warning,
        info: figures.info,
    }
}

fn finding<'a>(life: &'a Life, introduced: Option<&'a str>, removed: Option<&'a str>) -> Finding<'a> {
    let (last, entry) = (&life.last, &life.last.entry);
    Finding {
        fingerprint: &entry.fingerprint,
        rule: &entry.rule,
        severity: last.severity,
        area: &last.area,
        file: &entry.file,
        line: last.line,
        owner: &entry.owner,
        api: &entry.api,
        message: entry.message.as_deref(),
        interval_ms: entry.interval_ms.map(Number),
        gate: entry.gate,
        suppressed: last.suppressed,
        introduced,
        removed,
    }
}
