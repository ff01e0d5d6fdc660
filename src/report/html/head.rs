//! The head of the page: how far the migration is, what is new, what to do next. Every text is tame here;
//! the template escapes it for HTML.

use std::collections::BTreeMap;

use crate::findings::audit::{self, Audit, Comparison, Priority};
use crate::report::broadcasts::{Cell, Operation, broadcasts};
use crate::report::status::{self, Mark};
use crate::report::{escape, words};
use crate::source::Skip;
use crate::vocabulary::{AreaStatus, Verdict};

/// Rows that people still read as a table; the rest is folded.
const MOST: usize = 12;

pub(super) struct Head {
    pub(super) root: String,
    pub(super) version: &'static str,
    /// `2 areas blocked, 3 need attention, 1 done`; nothing where there are no areas.
    pub(super) standing: String,
    pub(super) completion: Option<Completion>,
    pub(super) tiles: Vec<Tile>,
    /// Nothing where nothing was compared.
    pub(super) news: Option<Sentence>,
    pub(super) comparisons: Vec<Compared>,
    /// Whether there is any push to speak of.
    pub(super) push: bool,
    /// At most two: those to see, and those folded.
    pub(super) areas: Vec<Vec<Area>>,
    pub(super) done: Vec<String>,
    pub(super) groups: Vec<Group>,
    pub(super) backend: Option<Backend>,
    pub(super) steps: Vec<Steps>,
    pub(super) suppressed: Option<String>,
    pub(super) looked_at: String,
    pub(super) skipped: Vec<Skipped>,
}

pub(super) struct Completion {
    /// `60.7 %`.
    pub(super) percent: String,
    /// The same, for drawing: 0 to 100.
    pub(super) share: f64,
    pub(super) links: String,
}

/// A number that managers ask for.
pub(super) struct Tile {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) mark: &'static str,
}

/// A sentence of ours in pieces; those that quote the audited code are marked.
pub(super) struct Sentence(pub(super) Vec<(bool, String)>);

pub(super) struct Compared {
    pub(super) words: Sentence,
    /// `network-poll`, `useOrders`, `src/orders.ts`.
    pub(super) fixed: Vec<[String; 3]>,
}

pub(super) struct Area {
    pub(super) name: String,
    pub(super) polling: String,
    pub(super) push: String,
    pub(super) backend: String,
    pub(super) rate: String,
    pub(super) findings: String,
    pub(super) links: Option<(usize, usize)>,
    pub(super) status: String,
    pub(super) mark: &'static str,
}

pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) words: &'static str,
    pub(super) mark: &'static str,
    /// At most two: those to see, and those folded.
    pub(super) lines: Vec<Vec<Line>>,
}

/// A name, its mark, what it is like, and the place that proves it.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) mark: &'static str,
    pub(super) words: String,
    pub(super) evidence: String,
}

pub(super) struct Backend {
    pub(super) operations: [&'static str; 4],
    /// An area and its cells.
    pub(super) rows: Vec<(String, Vec<Line>)>,
    pub(super) unseen: Option<String>,
}

pub(super) struct Steps {
    pub(super) title: &'static str,
    /// What to do, and the findings that it deals with, apart from each other by a space.
    pub(super) steps: Vec<(Sentence, String)>,
}

pub(super) struct Skipped {
    pub(super) reason: String,
    pub(super) files: Vec<String>,
}

impl Head {
    pub(super) fn of(audit: &Audit) -> Self {
        let (told, done) = status::areas(audit);
        let stats = &audit.stats;
        Self {
            root: shown(&audit.root),
            version: env!("CARGO_PKG_VERSION"),
            standing: standing(audit),
            completion: audit.summary.completion.map(|share| completion(share, audit)),
            tiles: tiles(audit),
            news: words::news(audit).as_deref().map(sentence),
            comparisons: audit.comparisons.iter().map(compared).collect(),
            push: status::has_push(audit),
            areas: folded(told.into_iter().map(|it| area(it, audit)).collect()),
            done: done.into_iter().map(|it| shown(&it.name)).collect(),
            groups: groups(audit),
            backend: backend(audit),
            steps: steps(audit),
            suppressed: words::suppressed(audit),
            looked_at: format!(
                "{} found, {} read, {} parsed",
                words::count(stats.files_discovered, "file"),
                words::thousands(stats.files_read),
                words::thousands(stats.files_parsed)
            ),
            skipped: skipped(audit),
        }
    }
}

/// Text of the audited code without what would reorder or hide it.
fn shown(text: &str) -> String {
    escape::terminal(text).into_owned()
}

/// Parts a sentence at its backticks. One that a name smuggled in can at worst move what looks like code.
fn sentence(text: &str) -> Sentence {
    let text = shown(text);
    let balanced = text.matches('`').count().is_multiple_of(2);
    if !balanced {
        return Sentence(vec![(false, text)]);
    }
    let pieces = text.split('`').enumerate().map(|(at, piece)| (at % 2 == 1, piece.to_owned()));
    Sentence(pieces.filter(|(_, piece)| !piece.is_empty()).collect())
}

/// The first rows, and the rest if there is one.
fn folded<T>(mut rows: Vec<T>) -> Vec<Vec<T>> {
    // One row more is shorter than a line that says so.
    let rest = if rows.len() > MOST + 1 { rows.split_off(MOST) } else { Vec::new() };
    [rows, rest].into_iter().filter(|it| !it.is_empty()).collect()
}

/// The class of a mark; the style sheet draws it.
const fn class(mark: Mark) -> &'static str {
    match mark {
        Mark::Unseen => "unseen",
        Mark::Good => "good",
        Mark::Attention => "attention",
        Mark::Bad => "bad",
    }
}

fn completion(share: f64, audit: &Audit) -> Completion {
    let links = audit.summary.links;
    let (present, required) = (words::thousands(links.present), words::thousands(links.required));
    Completion {
        percent: words::percent(share),
        share: share.clamp(0.0, 100.0),
        links: format!("{present} of {required} links in place"),
    }
}

fn standing(audit: &Audit) -> String {
    let number = |status| audit.areas.iter().filter(|it| it.status == status).count();
    let states = [
        (AreaStatus::Blocked, "blocked", "blocked"),
        (AreaStatus::Attention, "needs attention", "need attention"),
        (AreaStatus::Done, "done", "done"),
    ];
    let told = states.into_iter().map(|(status, one, many)| (number(status), one, many));
    let mut told = told.filter(|(number, ..)| *number > 0).map(|(number, one, many)| {
        let state = if number == 1 { one } else { many };
        (number, state)
    });
    let Some((first, state)) = told.next() else { return String::new() };
    let rest: String =
        told.map(|(number, state)| format!(", {} {state}", words::thousands(number))).collect();
    format!("{} {state}{rest}", words::count(first, "area"))
}

fn tiles(audit: &Audit) -> Vec<Tile> {
    let summary = &audit.summary;
    let tile = |value: String, label: &str, mark| Tile { value, label: label.to_owned(), mark: class(mark) };
    let unless_zero = |number: usize, mark| if number == 0 { Mark::Good } else { mark };
    let plural = |number: usize, one, many| if number == 1 { one } else { many };
    let polls = if summary.requests_per_minute > 0.0 { Mark::Attention } else { Mark::Good };
    let rate = words::number(summary.requests_per_minute);
    let label =
        if rate == "1" { "request a minute from each client" } else { "requests a minute from each client" };
    let mut tiles = vec![
        tile(rate, label, polls),
        tile(
            words::thousands(summary.critical),
            plural(summary.critical, "critical finding", "critical findings"),
            unless_zero(summary.critical, Mark::Bad),
        ),
        tile(
            words::thousands(summary.warning),
            plural(summary.warning, "warning", "warnings"),
            unless_zero(summary.warning, Mark::Attention),
        ),
        tile(
            words::thousands(summary.accepted),
            plural(summary.accepted, "accepted timer", "accepted timers"),
            Mark::Good,
        ),
    ];
    if let Some(unknown) = summary.by_verdict.get(&Verdict::Unknown).filter(|it| **it > 0) {
        let label = plural(*unknown, "timer not seen through", "timers not seen through");
        tiles.push(tile(words::thousands(*unknown), label, Mark::Unseen));
    }
    tiles
}

fn compared(it: &Comparison) -> Compared {
    let fixed = it.fixed.iter().map(|it| [&it.rule, &it.owner, &it.file].map(|it| shown(it)));
    Compared { words: sentence(&words::compared(it)), fixed: fixed.collect() }
}

fn area(area: &audit::Area, audit: &Audit) -> Area {
    Area {
        name: shown(&area.name),
        polling: shown(&status::polling_words(audit, area)),
        push: area.push.to_string().replace('-', " "),
        backend: area.backend.to_string(),
        rate: words::number(area.requests_per_minute),
        findings: words::thousands(area.findings),
        links: Some((area.links.present, area.links.required)).filter(|(_, required)| *required > 0),
        status: area.status.to_string(),
        mark: class(Mark::of_status(area.status)),
    }
}

fn groups(audit: &Audit) -> Vec<Group> {
    if !status::has_push(audit) {
        return Vec::new();
    }
    let groups = [status::polling(audit), status::components(audit), status::infrastructure(audit)];
    let line = |it: status::Line| Line {
        name: shown(&it.name),
        mark: class(it.mark),
        words: shown(&it.words),
        evidence: shown(&it.evidence),
    };
    groups
        .into_iter()
        .filter(|it| !it.lines.is_empty())
        .map(|it| Group {
            title: it.title,
            words: it.words,
            mark: class(it.mark),
            lines: folded(it.lines.into_iter().map(line).collect()),
        })
        .collect()
}

fn backend(audit: &Audit) -> Option<Backend> {
    let (areas, unseen) = broadcasts(audit);
    let unseen = (unseen > 0).then(|| words::count(unseen, "message type"));
    let cells = |operations: &BTreeMap<Operation, Cell>| {
        Operation::ALL.iter().map(|it| operations.get(it).map_or_else(nothing, cell)).collect()
    };
    let rows: Vec<_> = areas.iter().map(|(name, operations)| (shown(name), cells(operations))).collect();
    let push = status::has_push(audit);
    (push && (!rows.is_empty() || unseen.is_some())).then(|| Backend {
        operations: Operation::ALL.map(Operation::title),
        rows,
        unseen,
    })
}

fn nothing() -> Line {
    Line { name: String::new(), mark: "", words: String::new(), evidence: String::new() }
}

fn cell(cell: &Cell) -> Line {
    let words = match (cell.messages, cell.missing) {
        (1, 0) => "sent".to_owned(),
        (all, 0) => words::count(all, "type"),
        (1, _) => cell.words.to_owned(),
        (all, missing) => {
            format!("{} of {} {}", words::thousands(missing), words::thousands(all), cell.words)
        }
    };
    Line { name: String::new(), mark: class(cell.mark), words, evidence: shown(&cell.evidence) }
}

fn steps(audit: &Audit) -> Vec<Steps> {
    let titles =
        [(Priority::High, "Do first"), (Priority::Medium, "Then"), (Priority::Low, "When there is time")];
    let of = |wanted| audit.next_steps.iter().filter(move |it| it.priority == wanted);
    titles
        .into_iter()
        .map(|(wanted, title)| Steps {
            title,
            steps: of(wanted).map(|it| (sentence(&it.text), it.fingerprints.join(" "))).collect(),
        })
        .filter(|it: &Steps| !it.steps.is_empty())
        .collect()
}

fn skipped(audit: &Audit) -> Vec<Skipped> {
    let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for Skip { file, reason } in &audit.stats.skipped {
        by_reason.entry(reason).or_default().push(shown(file));
    }
    by_reason.into_iter().map(|(reason, files)| Skipped { reason: shown(reason), files }).collect()
}
