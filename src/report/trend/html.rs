//! For everybody: one page that stands alone. It has no script and asks nobody for anything, and its policy lets nothing
//! but its own style in; so even a mistake in the escaping executes nothing.

use std::io::{self, Write};

use askama::Template;
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::chart::{self, Frame};
use super::{Change, Format, Measure, changes, ends, looked_at, tells};
use crate::report::escape::terminal;
use crate::report::{Options, words};
use crate::trend::lives::Life;
use crate::trend::{Point, Trend};

pub(super) const FORMAT: Format = Format {
    name: "html",
    about: "one page for everybody, with charts",
    extensions: &["html", "htm"],
    write,
};

const STYLE: &str = include_str!("trend.css");
const CHART: Frame = Frame { width: 520.0, height: 200.0, labels: true };
const ROW: Frame = Frame { width: 160.0, height: 28.0, labels: false };

/// The page, as `trend.html` wants it. Texts of others have passed through `terminal`, which leaves nothing that
/// hides or turns round; the template escapes them for HTML.
#[derive(Template)]
#[template(path = "trend.html")]
struct Page<'a> {
    policy: String,
    style: &'a str,
    version: &'static str,
    root: String,
    looked_at: String,
    /// Days of the first and the last commit.
    first: String,
    last: String,
    charts: Vec<Chart>,
    areas: Vec<Row>,
    commits: Vec<Commit>,
    left: Vec<Found>,
    failed: Vec<Failed>,
}

/// A measure of the whole, drawn large.
struct Chart {
    title: &'static str,
    first: String,
    last: String,
    /// SVG that holds numbers and days alone.
    svg: String,
}

/// An area: each measure, in their order.
struct Row {
    name: String,
    cells: Vec<Chart>,
}

/// What came and went with a commit.
struct Commit {
    day: String,
    short: String,
    subject: String,
    came: Vec<Found>,
    went: Vec<Found>,
}

/// A finding.
struct Found {
    rule: String,
    severity: &'static str,
    place: String,
    owner: String,
    area: String,
    /// When it came, if that is known.
    since: Option<String>,
}

struct Failed {
    day: String,
    short: String,
    why: String,
}

fn write(trend: &Trend, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    // Browsers hash what they have parsed, and that holds no carriage returns.
    let style = STYLE.replace('\r', "");
    let hash = STANDARD.encode(Sha256::digest(style.as_bytes()));
    let places = places(trend);
    let chart = |measure: Measure, frame: Frame, values: &[Option<f64>]| {
        let titles: Vec<String> = trend
            .points
            .iter()
            .zip(values)
            .map(|(point, value)| format!("{}: {}", point.past.day(), measure.text(*value)))
            .collect();
        let (first, last) = ends(values);
        Chart {
            title: measure.title(),
            first: measure.text(first),
            last: measure.text(last),
            svg: chart::steps(frame, &places, values, measure.ceiling(values), &titles),
        }
    };
    let row = |area: &str| Row {
        name: terminal(area).into_owned(),
        cells: Measure::ALL.map(|it| chart(it, ROW, &it.series(trend, Some(area)))).into(),
    };
    let page = Page {
        policy: format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"),
        style: &style,
        version: env!("CARGO_PKG_VERSION"),
        root: terminal(&trend.root).into_owned(),
        looked_at: looked_at(trend),
        first: trend.points.first().map(|it| it.past.day()).unwrap_or_default(),
        last: trend.points.last().map(|it| it.past.day()).unwrap_or_default(),
        charts: Measure::ALL.map(|it| chart(it, CHART, &it.series(trend, None))).into(),
        areas: trend.areas().into_iter().filter(|it| tells(trend, it)).map(row).collect(),
        commits: changes(trend).into_iter().filter_map(|(at, it)| commit(trend, at, &it)).collect(),
        left: trend.lives.iter().filter(|it| it.removed.is_none()).map(|it| found(trend, it)).collect(),
        failed: trend
            .failed()
            .map(|(past, why)| Failed {
                day: past.day(),
                short: past.commit.short().to_owned(),
                why: terminal(why).into_owned(),
            })
            .collect(),
    };
    page.write_into(out)?;
    writeln!(out)
}

/// Where each commit stands in time, from 0 to 1; one whose clock was wrong stands where the one before it does.
fn places(trend: &Trend) -> Vec<f64> {
    let mut latest = i64::MIN;
    let times: Vec<i64> = trend
        .points
        .iter()
        .map(|Point { past, .. }| {
            latest = latest.max(past.committed_at.timestamp());
            latest
        })
        .collect();
    let (first, last) = (times.first().copied().unwrap_or(0), times.last().copied().unwrap_or(0));
    let whole = last.saturating_sub(first).max(1) as f64;
    times.iter().map(|it| it.saturating_sub(first) as f64 / whole).collect()
}

fn commit(trend: &Trend, at: usize, changes: &[Change<'_>]) -> Option<Commit> {
    let past = &trend.points.get(at)?.past;
    let of = |came| changes.iter().filter(|it| it.came == came).map(|it| found(trend, it.life)).collect();
    Some(Commit {
        day: past.day(),
        short: past.commit.short().to_owned(),
        subject: terminal(&past.subject).into_owned(),
        came: of(true),
        went: of(false),
    })
}

fn found(trend: &Trend, life: &Life) -> Found {
    let (last, entry) = (&life.last, &life.last.entry);
    let since = life.introduced.and_then(|at| trend.points.get(at));
    Found {
        rule: entry.rule.clone(),
        severity: last.severity.as_str(),
        place: format!("{}:{}", terminal(&entry.file), last.line),
        owner: terminal(&entry.owner).into_owned(),
        area: terminal(&last.area).into_owned(),
        since: since.map(|it| format!("{} {}", it.past.day(), it.past.commit.short())),
    }
}

/// `1 finding`, for the template.
fn findings(number: usize) -> String {
    words::count(number, "finding")
}
