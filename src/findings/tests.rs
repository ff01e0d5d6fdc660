//! The audit as a whole: order, links between findings and timers, counts, areas and next steps.

use super::audit::{Links, Priority};
use super::samples::{files, leftover, message, poll, sent, spot};
use super::*;
use crate::link::wiring::model::{LooseHandler, Wiring};
use crate::source::Skip;
use crate::vocabulary::{
    AreaBackend, AreaPolling, AreaPush, AreaStatus, Cleared, Confidence, Gate, Kind, MessageVerdict,
    ProviderVerdict, Severity, Verdict,
};

const PATHS: [&str; 4] = [
    "src/app/orders/page.tsx",
    "src/hooks/useProxyHealth.ts",
    "src/hooks/useWebSocket.ts",
    "server/sweep.ts",
];

fn audited(linked: Linked) -> Audit {
    audit(Root { label: ".".to_owned(), prefix: "" }, linked, &Policy::default(), Stats::default(), &|_| {
        Some("\n".repeat(500))
    })
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
        suppressions: Vec::new(),
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
    }
    assert_eq!(prints(moved), prints(fleet()));
}

#[test]
fn the_summary_counts() {
    let summary = audited(fleet()).summary;
    assert_eq!((summary.critical, summary.warning, summary.info, summary.accepted), (2, 4, 0, 1));
    // Two live polls of 12; the dormant one is no load.
    assert_eq!(summary.requests_per_minute, 24.0);
    // Four polls, and all of them are findings.
    assert_eq!((summary.links, summary.completion), (Links { present: 0, required: 4 }, Some(0.0)));
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
    let areas = audited(fleet()).areas;
    let areas: Vec<_> = areas.iter().map(|it| (&*it.name, it.polling, it.findings, it.status)).collect();
    assert_eq!(
        areas,
        [
            ("Orders", AreaPolling::Active, 3, AreaStatus::Blocked),
            ("Proxy Health", AreaPolling::Dormant, 2, AreaStatus::Attention),
            ("Server", AreaPolling::Accepted, 0, AreaStatus::Done),
            ("WebSocket", AreaPolling::Active, 1, AreaStatus::Attention),
        ]
    );
}

/// Messages of three areas: one that arrives, one that nobody hears, one whose sender nobody calls.
fn wired() -> Linked {
    let paths = [
        "src/app/campaigns/page.tsx",
        "src/app/proxies/page.tsx",
        "src/app/dashboard/page.tsx",
        "src/lib/websocket/router.ts",
        "server/stream/hub.ts",
    ];
    let mut unheard = sent("proxy_deleted", 4, 3);
    unheard.verdict = MessageVerdict::NoSubscriber;
    unheard.subscribed.clear();
    unheard.unsupplied = vec![spot(3, 9)];
    let mut dead = sent("dashboard_activity", 4, 2);
    dead.verdict = MessageVerdict::EmitDead;
    dead.emitted[0].called = Some(false);
    let messages = vec![sent("campaign_created", 4, 0), dead, unheard];
    Linked { files: files(&paths), wiring: Wiring { messages, ..Wiring::default() }, ..Linked::default() }
}

#[test]
fn areas_say_how_far_messages_get() {
    let audit = audited(wired());
    let areas: Vec<_> = audit.areas.iter().map(|it| (&*it.name, it.push, it.backend, it.status)).collect();
    assert_eq!(
        areas,
        [
            ("Campaigns", AreaPush::Connected, AreaBackend::Broadcasts, AreaStatus::Done),
            ("Dashboard", AreaPush::Connected, AreaBackend::None, AreaStatus::Attention),
            ("Proxies", AreaPush::NotConnected, AreaBackend::Broadcasts, AreaStatus::Blocked),
        ]
    );
    assert_eq!(audit.summary.links, Links { present: 7, required: 9 });
    // The router and the hub are shared; what is wrong there is wrong with the areas.
    let findings: Vec<_> = audit.findings.iter().map(|it| (it.rule, &*it.area)).collect();
    assert_eq!(findings, [("unsubscribed-message", "Proxies"), ("dead-emitter", "Dashboard")]);
}

#[test]
fn what_cannot_be_seen_is_neither_present_nor_missing() {
    let mut linked = wired();
    linked.files.truncate(4);
    linked.wiring.messages = vec![message("campaign_created", 0), message("proxy_deleted", 1)];
    linked.wiring.messages[1].emitter_unseen = false;
    linked.wiring.messages[1].verdict = MessageVerdict::NeverEmitted;
    linked.timers = vec![poll(2, 5, "Dashboard")];
    let audit = audited(linked);
    let backend: Vec<_> = audit.areas.iter().map(|it| (&*it.name, it.push, it.backend)).collect();
    assert_eq!(
        backend,
        [
            ("Campaigns", AreaPush::Connected, AreaBackend::Unknown),
            // No backend is among the files, so that it sends nothing for an area without push is not known.
            ("Dashboard", AreaPush::None, AreaBackend::Unknown),
            ("Proxies", AreaPush::Connected, AreaBackend::None),
        ]
    );
    // Routed and heard twice, one message that is never sent, one poll.
    assert_eq!(audit.summary.links, Links { present: 4, required: 6 });
}

#[test]
fn protocols_declarations_and_guesses_need_no_links() {
    let mut linked = wired();
    linked.wiring.messages = vec![
        Message { protocol: true, ..message("ping", 0) },
        Message { verdict: MessageVerdict::DeclaredOnly, ..message("proxy_moved", 0) },
        Message {
            verdict: MessageVerdict::LogOnly,
            confidence: Confidence::Possible,
            ..message("proxy_seen", 0)
        },
    ];
    let audit = audited(linked);
    assert_eq!((audit.summary.links, audit.summary.completion), (Links::default(), None));
    assert!(audit.areas.is_empty());
}

#[test]
fn a_handler_that_nothing_registers_is_a_missing_link() {
    let mut linked = wired();
    linked.wiring.messages.truncate(1);
    let handler = |file, name: &str| LooseHandler {
        place: samples::place(file, 4, 1),
        name: name.into(),
        owner: "Page".to_owned(),
        messages: vec!["campaign_created".into()],
        reasons: vec![],
        used: "never used".to_owned(),
        quote: None,
        live: true,
        confidence: Confidence::Certain,
        chain: vec![],
    };
    linked.wiring.loose_handlers = vec![handler(0, "handleCreated"), handler(1, "handleProxy")];
    let audit = audited(linked);
    // A handler belongs to its page, whatever the message is about.
    let areas: Vec<_> = audit.areas.iter().map(|it| (&*it.name, it.push, it.status)).collect();
    assert_eq!(
        areas,
        [
            ("Campaigns", AreaPush::Partial, AreaStatus::Blocked),
            ("Proxies", AreaPush::NotConnected, AreaStatus::Blocked),
        ]
    );
    assert_eq!(audit.summary.links, Links { present: 3, required: 5 });
    assert_eq!(
        audit.next_steps[0].text,
        "Connect the message handlers of Campaigns (`handleCreated` in `src/app/campaigns/page.tsx`)"
    );
}

#[test]
fn a_provider_is_mounted_and_read_or_its_area_is_not_connected() {
    let provider = |mounted: &[Place], consumers: &[Place]| Provider {
        context: "OrdersContext".to_owned(),
        created: samples::place(0, 3, 1),
        provider: "OrdersProvider".to_owned(),
        mounted: mounted.to_vec(),
        consumers: consumers.to_vec(),
        outside: vec![],
        realtime: true,
        evidence: vec![],
        throws: false,
        default_is_nothing: true,
        consumers_live: true,
        mount_unseen: false,
        verdict: ProviderVerdict::Ok,
    };
    let area = |provider: Provider| {
        let files = files(&["src/app/orders/context.tsx"]);
        let audit = audited(Linked { files, providers: vec![provider], ..Linked::default() });
        (audit.areas.first().map(|it| (it.push, it.status)), audit.summary.links)
    };
    let place = [samples::place(0, 9, 1)];
    let links = |present, required| Links { present, required };
    assert_eq!(area(provider(&place, &place)), (Some((AreaPush::Connected, AreaStatus::Done)), links(2, 2)));
    let unmounted = Provider { verdict: ProviderVerdict::NeverMounted, ..provider(&[], &place) };
    let seen_no_further = Provider { mount_unseen: true, ..unmounted.clone() };
    assert_eq!(area(unmounted), (Some((AreaPush::NotConnected, AreaStatus::Blocked)), links(1, 2)));
    assert_eq!(area(seen_no_further).1, links(1, 1));
    // Neither rendered nor read, it is dead code and no broken push.
    assert_eq!(area(provider(&[], &[])), (None, links(0, 0)));
}

#[test]
fn push_comes_before_the_polling_that_it_replaces() {
    let mut linked = wired();
    let idle = Timer { verdict: Verdict::StatusPoll, ..poll(0, 5, "Campaigns") };
    linked.timers =
        vec![idle, Timer { gate: Gate::OffByDefault, ..poll(1, 5, "Proxies") }, poll(2, 5, "Dashboard")];
    let rules: Vec<_> = audited(linked).next_steps.into_iter().map(|it| (it.priority, it.text)).collect();
    let begin: Vec<_> = rules.iter().map(|(priority, text)| (*priority, &text[..12])).collect();
    assert_eq!(
        begin,
        [
            // It asks 12 times a minute; the message only lacks a subscriber.
            (Priority::High, "Replace poll"),
            (Priority::High, "Subscribe to"),
            (Priority::Medium, "Call the fun"),
            (Priority::Medium, "Subscribe to"),
            (Priority::Medium, "Delete the d"),
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
            "Replace polling with push messages in Orders (`OrdersPage` in `src/app/orders/page.tsx`)",
            "Subscribe to connection events instead of polling connection state in WebSocket (`useWebSocket` in `src/hooks/useWebSocket.ts`)",
            "Clear the timers started in Orders (`OrdersPage` in `src/app/orders/page.tsx`)",
            "Delete the dormant polling in Proxy Health (`useProxyHealth` in `src/hooks/useProxyHealth.ts`)",
            "Delete the polling configuration that nothing reads: Proxy Health (`HEALTH_MS` in `src/hooks/useProxyHealth.ts`)",
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
    let audit = audit(
        Root { label: ".".to_owned(), prefix: "" },
        fleet(),
        &Policy::default(),
        Stats::default(),
        &|_| None,
    );
    assert_eq!(audit.findings.len(), 6);
    assert!(audit.findings.iter().all(|it| it.frame.is_none() && !it.message.is_empty()));
}
