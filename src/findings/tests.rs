//! The audit as a whole: order, links between findings and timers, counts, areas and next steps.

use super::audit::{AreaPolling, Priority};
use super::samples::{files, leftover, poll};
use super::*;
use crate::source::Skip;
use crate::vocabulary::{Cleared, Gate, Kind, Severity, Verdict};

const PATHS: [&str; 4] = [
    "src/app/orders/page.tsx",
    "src/hooks/useProxyHealth.ts",
    "src/hooks/useWebSocket.ts",
    "server/sweep.ts",
];

fn audited(linked: Linked) -> Audit {
    audit(".".to_owned(), linked, &Policy::default(), Stats::default(), &|_| Some("\n".repeat(500)))
}

fn fleet() -> Linked {
    let timers = vec![
        Timer { verdict: Verdict::StatusPoll, ..poll(2, 216, "useWebSocket") },
        Timer { verdict: Verdict::Housekeeping, ..poll(3, 12, "sweep") },
        Timer { gate: Gate::OffByDefault, ..poll(1, 274, "useProxyHealth") },
        Timer { cleared: Cleared::No, ..poll(0, 40, "OrdersPage") },
        Timer { verdict: Verdict::Test, ..poll(3, 90, "sweep") },
        poll(0, 20, "OrdersPage"),
    ];
    let skipped = vec![Skip { file: "z.ts".to_owned(), reason: "minified".to_owned() }];
    Linked {
        wiring: Default::default(),
        providers: Vec::new(),
        files: files(&PATHS),
        timers,
        leftovers: vec![leftover(1, 3, "HEALTH_MS")],
        skipped,
    }
}

#[test]
fn findings_are_sorted_and_linked_to_their_timers() {
    let audit = audited(fleet());
    let findings: Vec<_> =
        audit.findings.iter().map(|it| (it.severity, it.file.as_str(), it.line, it.rule)).collect();
    assert_eq!(
        findings,
        [
            (Severity::Critical, PATHS[0], 20, "network-poll"),
            (Severity::Critical, PATHS[0], 40, "network-poll"),
            (Severity::Warning, PATHS[0], 40, "uncleared-timer"),
            (Severity::Warning, PATHS[1], 3, "leftover-config"),
            (Severity::Warning, PATHS[1], 274, "dormant-poll"),
            (Severity::Warning, PATHS[2], 216, "status-poll"),
        ]
    );
    assert!(audit.timers.is_sorted_by_key(|it| (it.file.clone(), it.line, it.column)));
    for finding in &audit.findings {
        let timer = finding.timer.map(|at| &audit.timers[at]);
        assert_eq!(timer.is_none(), finding.rule == "leftover-config");
        assert!(timer.is_none_or(|it| (&it.file, it.line) == (&finding.file, finding.line)));
        assert_eq!(finding.frame.as_ref().unwrap().lines.len(), 5);
    }
    // The uncleared poll points at the more severe of its two findings.
    let poll = audit.timers.iter().find(|it| it.line == 40).unwrap();
    assert_eq!(poll.finding_fingerprint.as_ref(), Some(&audit.findings[1].fingerprint));
    let distinct: std::collections::BTreeSet<_> = audit.findings.iter().map(|it| &it.fingerprint).collect();
    assert_eq!(distinct.len(), 6);
    assert_eq!(audit.stats.skipped.len(), 1);
}

#[test]
fn the_order_of_the_link_changes_nothing() {
    let mut turned = fleet();
    turned.timers.reverse();
    turned.leftovers.reverse();
    assert_eq!(format!("{:#?}", audited(turned)), format!("{:#?}", audited(fleet())));
}

#[test]
fn fingerprints_survive_moved_lines() {
    let prints = |linked| audited(linked).findings.into_iter().map(|it| it.fingerprint).collect::<Vec<_>>();
    let mut moved = fleet();
    for timer in &mut moved.timers {
        timer.place.line += 7;
        timer.place.column = 1;
        timer.interval_ms = Some(6_000.0);
    }
    assert_eq!(prints(moved), prints(fleet()));
}

#[test]
fn the_summary_counts() {
    let summary = audited(fleet()).summary;
    assert_eq!((summary.critical, summary.warning, summary.info, summary.accepted), (2, 4, 0, 1));
    // Two live polls of 12; the dormant one is no load.
    assert_eq!(summary.requests_per_minute, 24.0);
    assert_eq!(summary.completion, Some(20.0));
    assert_eq!(summary.by_verdict[&Verdict::NetworkPoll], 3);
    assert_eq!(summary.by_rule["uncleared-timer"], 1);
    assert_eq!(audited(Linked::default()).summary.completion, None);
    assert!(audited(Linked::default()).summary.requests_per_minute.is_sign_positive());
}

#[test]
fn an_interval_and_the_hook_that_runs_on_it_are_one_load() {
    let option = Timer { kind: Kind::QueryOption, ..poll(1, 9, "useProxyHealth") };
    let mut param = Timer { kind: Kind::IntervalParam, ..poll(0, 5, "OrdersPage") };
    let load = |timers: &[&Timer]| {
        let timers = timers.iter().map(|it| (*it).clone()).collect();
        audited(Linked { files: files(&PATHS), timers, ..Linked::default() }).summary.requests_per_minute
    };
    assert_eq!(load(&[&option, &param]), 24.0);
    param.chain.extend(option.chain.clone());
    assert_eq!(load(&[&option, &param]), 12.0);
    assert_eq!(load(&[&param]), 12.0);
    // A switched-off caller takes nothing from the hook's own load.
    param.gate = Gate::OffByDefault;
    assert_eq!(load(&[&option, &param]), 12.0);
}

#[test]
fn areas_have_the_status_of_their_worst_timer() {
    let areas: Vec<_> =
        audited(fleet()).areas.into_iter().map(|it| (it.name, it.polling, it.findings, it.worst)).collect();
    assert_eq!(
        areas,
        [
            ("Orders".to_owned(), AreaPolling::Active, 3, Some(Severity::Critical)),
            ("Proxy Health".to_owned(), AreaPolling::Dormant, 2, Some(Severity::Warning)),
            ("Server".to_owned(), AreaPolling::Accepted, 0, None),
            ("WebSocket".to_owned(), AreaPolling::Active, 1, Some(Severity::Warning)),
        ]
    );
}

#[test]
fn next_steps_name_the_place() {
    let steps = audited(fleet()).next_steps;
    assert!(steps.is_sorted_by_key(|it| it.priority));
    assert_eq!(steps[0].fingerprints.len(), 2);
    let texts: Vec<_> = steps.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "Replace polling with push messages in `OrdersPage` (`src/app/orders/page.tsx`)",
            "Subscribe to connection events instead of polling connection state in `useWebSocket` (`src/hooks/useWebSocket.ts`)",
            "Clear the timers started in `OrdersPage` (`src/app/orders/page.tsx`)",
            "Delete the dormant polling in `useProxyHealth` (`src/hooks/useProxyHealth.ts`)",
            "Delete the polling configuration that nothing reads: `HEALTH_MS` (`src/hooks/useProxyHealth.ts`)",
        ]
    );
}

#[test]
fn many_findings_become_few_steps() {
    for (folders, most) in [(3, 3), (40, 8)] {
        let paths: Vec<String> =
            (0..200).map(|at| format!("src/app/area{}/file{at}.tsx", at % folders)).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let timers = (0..200).map(|at| poll(at, 1, "load")).collect();
        let audit = audited(Linked { files: files(&paths), timers, ..Linked::default() });
        assert_eq!(audit.next_steps.len(), most);
        assert!(audit.next_steps.iter().all(|it| it.priority == Priority::High && it.text.len() < 200));
        let ended: usize = audit.next_steps.iter().map(|it| it.fingerprints.len()).sum();
        assert_eq!(ended, audit.findings.len());
    }
}

#[test]
fn a_missing_source_costs_its_frame_only() {
    let audit = audit(".".to_owned(), fleet(), &Policy::default(), Stats::default(), &|_| None);
    assert_eq!(audit.findings.len(), 6);
    assert!(audit.findings.iter().all(|it| it.frame.is_none() && !it.message.is_empty()));
}
