//! The severity table, the words of each rule, and the registry as a whole.

use std::path::Path;

use super::*;
use crate::config::{Thresholds, View};
use crate::link::timer::{Leftover, Step, Timer};
use crate::source::{FileId, Language, Place, Role, SourceFile};
use crate::vocabulary::{Cleared, Confidence, Gate, Kind, Side, Verdict};

fn place(line: u32) -> Place {
    Place { file: FileId(0), line, column: 5, end_line: line, end_column: 16 }
}

fn poll() -> Timer {
    Timer {
        place: place(274),
        kind: Kind::SetInterval,
        verdict: Verdict::NetworkPoll,
        interval_ms: Some(30_000.0),
        interval_source: "30_000".to_owned(),
        gate: Gate::Always,
        gate_reason: None,
        side: Side::Client,
        live: true,
        cleared: Cleared::Yes,
        owner: "useProxyHealth".to_owned(),
        api: "setInterval".to_owned(),
        requests_per_tick: 1,
        query: None,
        touches: Vec::new(),
        is_fallback: false,
        confidence: Confidence::Certain,
        chain: vec![Step { place: place(274), label: "setInterval(runHealthChecks)".to_owned() }],
    }
}

fn linked(timers: Vec<Timer>, leftovers: Vec<Leftover>, role: Role) -> Linked {
    let file = SourceFile {
        path: "src/lib/hooks/useProxyHealth.ts".to_owned(),
        absolute: "useProxyHealth.ts".into(),
        language: Language::TypeScript,
        role,
    };
    Linked {
        suppressions: Vec::new(),
        wiring: Default::default(),
        providers: Vec::new(),
        files: vec![file],
        timers,
        leftovers,
        skipped: vec![],
    }
}

fn found(timers: Vec<Timer>) -> Vec<Found> {
    check(&linked(timers, vec![], Role::Product), &Policy::default()).0
}

/// The cell of the design's table, written down a second time and in another order.
fn expected(timer: &Timer) -> Option<(&'static str, Severity)> {
    let slow = match timer.interval_ms {
        Some(ms) => ms >= 300_000.0,
        None => timer.kind == Kind::Cron,
    };
    let off = [Gate::OffByDefault, Gate::OffAtAllCallers].contains(&timer.gate) || !timer.live;
    match timer.verdict {
        Verdict::NetworkPoll | Verdict::StatusPoll if slow => None,
        Verdict::NetworkPoll | Verdict::StatusPoll if off => Some(("dormant-poll", Severity::Warning)),
        Verdict::StatusPoll => Some(("status-poll", Severity::Warning)),
        Verdict::NetworkPoll if timer.side == Side::Server => Some(("network-poll", Severity::Warning)),
        Verdict::NetworkPoll => match timer.interval_ms {
            Some(60_000.0..) => Some(("network-poll", Severity::Warning)),
            _ => Some(("network-poll", Severity::Critical)),
        },
        _ => None,
    }
}

#[test]
fn the_policy_is_the_table_of_the_design() {
    const INTERVALS: [Option<f64>; 8] = [
        None,
        Some(0.0),
        Some(5_000.0),
        Some(59_999.0),
        Some(60_000.0),
        Some(299_999.0),
        Some(300_000.0),
        Some(3_600_000.0),
    ];
    let mut cells = 0;
    for &kind in Kind::ALL {
        for &verdict in Verdict::ALL {
            for &gate in Gate::ALL {
                for &side in Side::ALL {
                    for live in [true, false] {
                        for interval_ms in INTERVALS {
                            let timer = Timer { kind, verdict, gate, side, live, interval_ms, ..poll() };
                            let expected: Vec<_> = expected(&timer).into_iter().collect();
                            // How hot it runs is a question of its own.
                            let found: Vec<_> = found(vec![timer.clone()])
                                .iter()
                                .map(|it| (it.rule, it.severity))
                                .filter(|it| it.0 != "hot-timer")
                                .collect();
                            assert_eq!(found, expected, "{timer:?}");
                            cells += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(cells, 9 * 10 * 4 * 2 * 2 * 8);
}

#[test]
fn heat_is_a_finding_of_its_own() {
    let hot = |kind, verdict, ms: f64| {
        let timer = Timer { kind, verdict, interval_ms: Some(ms), ..poll() };
        found(vec![timer]).iter().any(|it| it.rule == "hot-timer")
    };
    for (kind, verdict, ms, expected) in [
        (Kind::SetInterval, Verdict::UiTimer, 2_147_483_647.0, false),
        (Kind::SetInterval, Verdict::UiTimer, 2_147_483_648.0, true),
        (Kind::Cron, Verdict::NetworkPoll, 2_592_000_000.0, false),
        (Kind::SetInterval, Verdict::NetworkPoll, 0.0, true),
        (Kind::RecursiveTimeout, Verdict::NetworkPoll, 0.0, false),
        (Kind::QueryOption, Verdict::NetworkPoll, 999.0, true),
        (Kind::QueryOption, Verdict::NetworkPoll, 1_000.0, false),
        (Kind::SetInterval, Verdict::UiTimer, 16.0, false),
        (Kind::SetInterval, Verdict::Test, 16.0, false),
    ] {
        assert_eq!(hot(kind, verdict, ms), expected, "{kind:?} {verdict:?} {ms}");
    }
}

#[test]
fn an_uncleared_timer_is_a_finding_of_its_own() {
    for &verdict in Verdict::ALL {
        for &cleared in Cleared::ALL {
            let timer = Timer { verdict, cleared, ..poll() };
            let fires = found(vec![timer]).iter().any(|it| it.rule == "uncleared-timer");
            let runs = !matches!(verdict, Verdict::Test | Verdict::Definition | Verdict::Disabled);
            assert_eq!(fires, runs && cleared == Cleared::No, "{verdict} {cleared}");
        }
    }
    let rules: Vec<_> =
        found(vec![Timer { cleared: Cleared::No, ..poll() }]).iter().map(|it| it.rule).collect();
    assert_eq!(rules, ["network-poll", "uncleared-timer"]);
}

#[test]
fn thresholds_can_be_moved() {
    let thresholds = Thresholds { poll_ms: 10_000.0, accept_ms: 20_000.0, ..Thresholds::default() };
    let mut settings = config::load(config::Choice::Defaults).unwrap();
    settings.thresholds = thresholds;
    let strict = Policy::new(View::new(&settings, Path::new("/")), &linked(vec![], vec![], Role::Product));
    assert_eq!(
        strict.network_poll(&Timer { interval_ms: Some(9_999.0), ..poll() }),
        Some(Severity::Critical)
    );
    assert_eq!(
        strict.network_poll(&Timer { interval_ms: Some(10_000.0), ..poll() }),
        Some(Severity::Warning)
    );
    assert_eq!(strict.network_poll(&poll()), None);
}

#[test]
fn messages_say_what_why_and_what_to_do() {
    let gated =
        Timer { gate: Gate::OffByDefault, gate_reason: Some("enableHealthChecks".to_owned()), ..poll() };
    let waiting = Timer {
        kind: Kind::QueryOption,
        api: "useQuery refetchInterval".to_owned(),
        interval_ms: None,
        interval_source: "parameter rate".to_owned(),
        gate: Gate::Conditional,
        gate_reason: Some("visible".to_owned()),
        ..poll()
    };
    let messages: Vec<_> = found(vec![
        poll(),
        Timer { side: Side::Server, interval_ms: Some(120_000.0), ..poll() },
        waiting,
        gated.clone(),
        Timer { live: false, verdict: Verdict::StatusPoll, ..gated },
        Timer { verdict: Verdict::StatusPoll, cleared: Cleared::No, ..poll() },
    ])
    .into_iter()
    .map(|it| format!("{} {} {}", it.wording.message, it.wording.impact, it.wording.help))
    .collect();
    insta::assert_snapshot!(messages.join("\n"), @r"
    `useProxyHealth` would ask the server again every 30 s, but it is off by default (enableHealthChecks). The switch can bring the polling back. Delete the polling code and its switch.
    `useProxyHealth` would read connection state every 30 s, but no entry of the app reaches this code. One import brings the polling back. Delete the code.
    `useProxyHealth` asks the server again every 30 s through `setInterval`, whether anything changed or not. 2 requests a minute from every open client. Subscribe to a push message for this data and delete the timer.
    `useProxyHealth` asks the server again every 2 min through `setInterval`, whether anything changed or not. 0.5 requests a minute from every running instance. Let the source notify the server (webhook, queue, stream) and delete the timer.
    `useProxyHealth` asks the server again at an interval given by parameter rate through `useQuery refetchInterval`, whether anything changed or not. Every open client adds to the load. Subscribe to a push message for this data and drop the interval.
    `useProxyHealth` reads connection state every 30 s through `setInterval` instead of hearing of its change. What it shows can be 30 s old, and most reads see no change. Subscribe to the connection's open, close and status events instead.
    `useProxyHealth` starts `setInterval` every 30 s and nothing stops it. It goes on after its owner is gone, and each new start adds one more. Keep the handle and clear it on cleanup, unmount or stop.
    ");
}

#[test]
fn leftovers_of_product_code_are_findings() {
    let leftover =
        Leftover { place: place(3), name: "healthCheckInterval".to_owned(), what: "option", chain: vec![] };
    let leftovers = |role| check(&linked(vec![], vec![leftover.clone()], role), &Policy::default()).0;
    let product = leftovers(Role::Product);
    assert_eq!(product.len(), 1);
    assert_eq!((product[0].rule, product[0].severity), ("leftover-config", Severity::Warning));
    assert!(product[0].wording.message.starts_with("The option `healthCheckInterval` configures polling"));
    assert!(leftovers(Role::Test).is_empty());
}

#[test]
fn a_rule_that_breaks_takes_only_its_own_findings_with_it() {
    const BROKEN: Rule =
        Rule { id: "broken-rule", check: |_, _, _| panic!("no such timer"), ..network_poll::RULE };
    let linked = linked(vec![poll()], vec![], Role::Product);
    let (found, broken) =
        ask(&[&BROKEN, &network_poll::RULE], &linked, &Policy::default(), Findings::default);
    assert_eq!(found.len(), 1);
    let told: Vec<_> = broken.iter().map(|it| (it.file.as_str(), it.reason.as_str())).collect();
    assert_eq!(told, [("rule broken-rule", "internal error: no such timer")]);
}

#[test]
fn the_registry_is_sorted_and_well_named() {
    assert!(all().is_sorted_by(|a, b| a.id < b.id));
    for rule in all() {
        let id = rule.id;
        assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{id}");
        assert!(id.contains('-') && !id.starts_with("no-") && !id.starts_with("prefer-"), "{id}");
        assert!(rule.summary.ends_with('.') && rule.summary.len() < 100, "{id}");
        assert_eq!(rule.step.matches("{}").count(), 1, "{id}");
        assert_eq!(rule.since.split('.').filter(|part| part.parse::<u32>().is_ok()).count(), 3, "{id}");
        assert_eq!(find(id).map(|it| it.id), Some(id));
    }
    assert!(find("network_poll").is_none());
}

#[test]
fn every_rule_is_documented() {
    const SECTIONS: [&str; 6] =
        ["What it finds", "Why it matters", "Example", "Use instead", "When it stays quiet", "Options"];
    for Rule { id, summary, docs, .. } in all() {
        assert_eq!(docs.lines().next(), Some(*summary), "{id}");
        let sections: Vec<_> = docs.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(sections, SECTIONS, "{id}");
        let (before, after) = docs.split_once("## Use instead").unwrap();
        assert!(before.contains("// expect") && !after.contains("// expect"), "{id}");
        for part in [before, after] {
            assert!(part.contains("```ts"), "{id}");
            assert_eq!(part.matches("```").count() % 2, 0, "{id}");
        }
    }
}
