//! Values that the tests of this room start from.

use crate::link::Linked;
use crate::link::timer::{Leftover, Step, Timer};
use crate::link::wiring::model::{Emission, Message, Spot};
use crate::rules::{Found, Policy, check};
use crate::source::{FileId, Language, Place, Role, SourceFile};
use crate::vocabulary::{Cleared, Confidence, Gate, Kind, MessageVerdict, Side, Verdict};

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
        query: None,
        touches: Vec::new(),
        is_fallback: false,
        confidence: Confidence::Certain,
        chain: vec![Step { place: place(file, line, 5), label: "setInterval(load)".to_owned() }],
    }
}

pub(super) fn leftover(file: u32, line: u32, name: &str) -> Leftover {
    Leftover { place: place(file, line, 1), name: name.to_owned(), what: "constant", chain: vec![] }
}

/// A place of a message, in code that runs.
pub(super) fn spot(file: u32, line: u32) -> Spot {
    Spot {
        place: place(file, line, 1),
        owner: String::new(),
        label: "case".to_owned(),
        live: true,
        confidence: Confidence::Certain,
    }
}

/// A message type that is routed in a file, reaches code there, and whose senders nobody saw.
pub(super) fn message(name: &str, file: u32) -> Message {
    Message {
        name: name.into(),
        defined: vec![],
        emitted: vec![],
        routed: vec![spot(file, 1)],
        subscribed: vec![spot(file, 2)],
        unsupplied: vec![],
        emitter_unseen: true,
        receiver_unseen: false,
        protocol: false,
        verdict: MessageVerdict::Wired,
        confidence: Confidence::Likely,
        chain: vec![],
    }
}

/// A message type that a server sends and that a client handles.
pub(super) fn sent(name: &str, server: u32, client: u32) -> Message {
    let emission = Emission { spot: spot(server, 1), side: Side::Server, called: Some(true) };
    Message { emitted: vec![emission], emitter_unseen: false, ..message(name, client) }
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
