//! Values that the tests of this room start from.

use crate::link::Linked;
use crate::link::timer::{Leftover, Step, Timer};
use crate::rules::{Found, Policy, check};
use crate::source::{FileId, Language, Place, Role, SourceFile};
use crate::vocabulary::{Cleared, Confidence, Gate, Kind, Side, Verdict};

pub(super) fn place(file: u32, line: u32, column: u32) -> Place {
    Place { file: FileId(file), line, column, end_line: line, end_column: column + 11 }
}

pub(super) fn files(paths: &[&str]) -> Vec<SourceFile> {
    let file = |path: &&str| SourceFile {
        path: (*path).to_owned(),
        absolute: path.into(),
        language: Language::TypeScript,
        role: Role::Product,
    };
    paths.iter().map(file).collect()
}

/// A live poll of a client, every 5 s: 12 requests a minute.
pub(super) fn poll(file: u32, line: u32, owner: &str) -> Timer {
    Timer {
        place: place(file, line, 5),
        kind: Kind::SetInterval,
        verdict: Verdict::NetworkPoll,
        interval_ms: Some(5_000.0),
        interval_source: "5_000".to_owned(),
        gate: Gate::Always,
        gate_reason: None,
        side: Side::Client,
        live: true,
        cleared: Cleared::Yes,
        owner: owner.to_owned(),
        api: "setInterval".to_owned(),
        requests_per_tick: 1,
        confidence: Confidence::Certain,
        chain: vec![Step { place: place(file, line, 5), label: "setInterval(load)".to_owned() }],
    }
}

pub(super) fn leftover(file: u32, line: u32, name: &str) -> Leftover {
    Leftover { place: place(file, line, 1), name: name.to_owned(), what: "constant", chain: vec![] }
}

pub(super) fn finding_at(line: u32, column: u32) -> Found {
    let mut found = of_rule("network-poll");
    found.place = place(0, line, column);
    found
}

/// A finding of that rule about one and the same timer.
pub(super) fn of_rule(rule: &str) -> Found {
    let timer = Timer { cleared: Cleared::No, ..poll(0, 1, "useOrders") };
    let linked = Linked { timers: vec![timer], files: files(&["src/orders.ts"]), ..Linked::default() };
    check(&linked, &Policy::default()).0.into_iter().find(|it| it.rule == rule).unwrap()
}
