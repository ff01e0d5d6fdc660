//! A hand-built audit for the tests of the formats.

use std::collections::BTreeMap;

use crate::findings::audit::{
    Area, Audit, ChainStep, ChannelRow, EmissionRow, Finding, Frame, Links, MessageRow, NextStep, Priority,
    ProviderRow, SpotRow, Stats, Summary, Suppression, TimerRow,
};
use crate::report::{Format, Options, escape};
use crate::source::Skip;
use crate::vocabulary::{
    AreaBackend, AreaPolling, AreaPush, AreaStatus, Cleared, Confidence, FindingStatus, Gate, Kind,
    MessageVerdict, ProviderVerdict, Severity, Side, Verdict,
};

/// What an attacker would put into a name: a terminal escape, a bidi override, Markdown, HTML.
pub(crate) const HOSTILE: &str = "x\u{1b}[2J\u{202e}|a`b`</td><script>\n# [l](http://e)";

/// An audit in a format, for machines and paper.
pub(crate) fn render(format: Format, audit: &Audit) -> String {
    let mut out = Vec::new();
    format.write(audit, &Options::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Fails when a terminal or a reader could be led astray by the text.
pub(crate) fn assert_tame(text: &str) {
    let lines = text.lines().map(|line| (line, escape::terminal(line)));
    lines.for_each(|(line, tame)| assert_eq!(line, tame));
}

pub(crate) fn step(file: &str, line: u32, label: &str) -> ChainStep {
    ChainStep { file: file.into(), line, label: label.into(), code: None }
}

pub(crate) fn timer(file: &str, line: u32, verdict: Verdict, interval_ms: f64, owner: &str) -> TimerRow {
    TimerRow {
        file: file.into(),
        line,
        column: 5,
        kind: Kind::SetInterval,
        verdict,
        interval_ms: Some(interval_ms),
        interval_source: interval_ms.to_string(),
        gate: Gate::Always,
        gate_reason: None,
        side: Side::Client,
        live: true,
        cleared: Cleared::Yes,
        owner: owner.into(),
        api: "setInterval".into(),
        requests_per_minute: None,
        confidence: Confidence::Certain,
        chain: vec![step(file, line, "setInterval(…)")],
        finding_fingerprint: None,
        area: "Proxies".into(),
    }
}

pub(crate) fn finding() -> Finding {
    Finding {
        rule: "network-poll",
        severity: Severity::Critical,
        message: "`useProxyHealth` asks the server again every 30 s through `setInterval`, whether anything changed or not.".into(),
        impact: "2 requests a minute from every open client.".into(),
        help: "Subscribe to a push message for this data and delete the timer.".into(),
        file: "src/lib/hooks/useProxyHealth.ts".into(),
        line: 274,
        column: 16,
        end_line: 274,
        end_column: 52,
        area: "Proxies".into(),
        fingerprint: "0123456789abcdef".into(),
        status: FindingStatus::New,
        change: None,
        owner: "useProxyHealth".into(),
        api: "setInterval".into(),
        suppression: None,
        confidence: Confidence::Certain,
        chain: vec![
            step("src/lib/hooks/useProxyHealth.ts", 274, "setInterval(runHealthChecks, 30_000)"),
            step("src/lib/hooks/useProxyHealth.ts", 210, "runHealthChecks() → checkProxy()"),
            step("src/lib/api/proxies.ts", 18, "checkProxy() → fetch()"),
        ],
        timer: Some(1),
        message_type: None,
        subject: "useOrders".to_owned(),
        frame: Some(Frame {
            first_line: 272,
            lines: vec![
                "  useEffect(() => {".into(),
                "    if (!enabled) return;".into(),
                "    const id = setInterval(runHealthChecks, 30_000);".into(),
                "    return () => clearInterval(id);".into(),
                "  }, [enabled]);".into(),
            ],
        }),
    }
}

/// Lets a comment silence a finding.
pub(crate) fn suppress(finding: &mut Finding, reason: Option<&str>) {
    finding.status = FindingStatus::Suppressed;
    finding.suppression = Some(Suppression { reason: reason.map(str::to_owned), line: 3 });
}

fn area(name: &str, polling: AreaPolling, push: AreaPush, status: AreaStatus) -> Area {
    Area {
        name: name.into(),
        polling,
        push,
        backend: AreaBackend::Partial,
        status,
        unknown: 0,
        findings: 0,
        worst: None,
        links: Links { present: 2, required: 2 },
        requests_per_minute: 0.0,
    }
}

fn spot(file: &str, line: u32, side: Side) -> SpotRow {
    let label = "case".into();
    SpotRow {
        file: file.into(),
        line,
        owner: "".into(),
        label,
        side,
        live: true,
        confidence: Confidence::Certain,
    }
}

/// A message that arrives, one that nobody hears, and one whose sender is never called.
fn messages() -> Vec<MessageRow> {
    let router = "src/lib/websocket/router.ts";
    let message = |name: &str, line: u32, verdict: MessageVerdict, area: &str| MessageRow {
        name: name.into(),
        defined: vec![spot("src/lib/websocket/types.ts", line, Side::Client)],
        emitted: vec![EmissionRow {
            spot: spot("server/hub.go", line, Side::Server),
            side: Side::Server,
            called: Some(verdict != MessageVerdict::EmitDead),
        }],
        routed: vec![spot(router, line, Side::Client)],
        subscribed: vec![spot("src/app/campaigns/page.tsx", line, Side::Client)],
        unsupplied: vec![],
        emitter_unseen: false,
        receiver_unseen: false,
        protocol: false,
        verdict,
        confidence: Confidence::Likely,
        chain: vec![step(router, line, "case")],
        finding_fingerprint: None,
        area: area.into(),
    };
    vec![
        message("campaign_created", 11, MessageVerdict::Wired, "Campaigns"),
        message("campaign_deleted", 12, MessageVerdict::EmitDead, "Campaigns"),
        MessageRow {
            subscribed: vec![],
            unsupplied: vec![spot(router, 14, Side::Client)],
            ..message("proxy_list_update", 13, MessageVerdict::NoSubscriber, "Proxies")
        },
    ]
}

fn channel() -> ChannelRow {
    ChannelRow {
        file: "src/lib/websocket/Stream.ts".into(),
        line: 20,
        column: 9,
        api: "WebSocket".into(),
        owner: "Stream.open".into(),
        side: Side::Client,
        live: true,
        closed: Cleared::No,
        reconnects: None,
        remote: true,
        messages: vec!["campaign_created".into()],
        receivers: vec![spot("src/lib/websocket/Stream.ts", 24, Side::Client)],
        area: "Proxies".into(),
    }
}

fn provider() -> ProviderRow {
    ProviderRow {
        context: "FeedContext".into(),
        created: "src/contexts/FeedContext.tsx:5".into(),
        provider: "FeedProvider".into(),
        mounted: vec![],
        consumers: vec!["src/app/proxies/page.tsx:9".into()],
        outside: vec![],
        realtime: true,
        mount_unseen: false,
        verdict: ProviderVerdict::NeverMounted,
        area: "Proxies".into(),
    }
}

/// One of everything.
pub(crate) fn audit() -> Audit {
    let hook = "src/lib/hooks/useProxyHealth.ts";
    let mut poll = timer(hook, 274, Verdict::NetworkPoll, 30_000.0, "useProxyHealth");
    poll.gate = Gate::Conditional;
    poll.gate_reason = Some("enabled".into());
    poll.requests_per_minute = Some(2.0);
    poll.chain = finding().chain;
    poll.finding_fingerprint = Some("0123456789abcdef".into());
    let mut frame_loop = timer("src/app/dashboard/Chart.tsx", 40, Verdict::UiTimer, 0.0, "Chart");
    frame_loop.kind = Kind::Raf;
    frame_loop.interval_ms = None;
    frame_loop.api = "requestAnimationFrame".into();
    let mut dynamic = timer("src/app/proxies/Rate.tsx", 9, Verdict::StatusPoll, 0.0, "Rate");
    dynamic.interval_ms = None;
    dynamic.interval_source = "parameter rate".into();
    dynamic.finding_fingerprint = Some("fedcba9876543210".into());
    let mut unseen = timer("src/app/proxies/Refresh.tsx", 21, Verdict::Unknown, 15_000.0, "Refresh");
    unseen.chain.push(step("src/lib/registry.ts", 7, "registry.refresh()"));
    let timers = vec![
        frame_loop,
        poll,
        timer("src/app/dashboard/Clock.tsx", 12, Verdict::UiTimer, 1_000.0, "Clock"),
        timer(
            "src/contexts/WebSocketStatusContext.tsx",
            290,
            Verdict::StatusPoll,
            300_000.0,
            "WebSocketStatusProvider",
        ),
        timer("src/lib/websocket/Stream.ts", 88, Verdict::Heartbeat, 25_000.0, "Stream.open"),
        timer("src/lib/cache.ts", 31, Verdict::Housekeeping, 3_600_000.0, "Cache"),
        dynamic,
        unseen,
    ];
    let unmounted = Finding {
        rule: "unmounted-provider",
        severity: Severity::Warning,
        message: "`FeedContext` carries realtime data, but nothing renders `FeedProvider`.".into(),
        impact: "What arrives never reaches the components that read it.".into(),
        help: "Render `FeedProvider` above the components that read it.".into(),
        file: "src/contexts/FeedContext.tsx".into(),
        line: 5,
        fingerprint: "0011223344556677".into(),
        chain: vec![step("src/app/proxies/page.tsx", 9, "reads FeedContext")],
        timer: None,
        frame: None,
        ..finding()
    };
    let status = Finding {
        rule: "status-poll",
        severity: Severity::Warning,
        message: "`Rate` reads the state of the connection again and again.".into(),
        impact: "What it shows can be stale.".into(),
        help: "Subscribe to the change of the state.".into(),
        file: "src/app/proxies/Rate.tsx".into(),
        line: 9,
        column: 5,
        end_line: 11,
        end_column: 6,
        fingerprint: "fedcba9876543210".into(),
        confidence: Confidence::Likely,
        chain: vec![step("src/app/proxies/Rate.tsx", 9, "setInterval(…) → socket.readyState")],
        timer: Some(6),
        frame: None,
        ..finding()
    };
    Audit {
        comparisons: Vec::new(),
        messages: messages(),
        channels: vec![channel()],
        providers: vec![provider()],
        root: "apps/web".into(),
        summary: Summary {
            critical: 1,
            warning: 2,
            info: 0,
            suppressed: 0,
            accepted: 5,
            requests_per_minute: 2.0,
            links: Links { present: 7, required: 9 },
            completion: Some(700.0 / 9.0),
            by_verdict: BTreeMap::from([
                (Verdict::NetworkPoll, 1),
                (Verdict::StatusPoll, 2),
                (Verdict::Heartbeat, 1),
                (Verdict::Housekeeping, 1),
                (Verdict::UiTimer, 2),
                (Verdict::Unknown, 1),
            ]),
            by_rule: BTreeMap::from([("network-poll", 1), ("status-poll", 1), ("unmounted-provider", 1)]),
        },
        findings: vec![finding(), status, unmounted],
        timers,
        areas: vec![
            area("Campaigns", AreaPolling::None, AreaPush::Connected, AreaStatus::Attention),
            area("Dashboard", AreaPolling::Accepted, AreaPush::None, AreaStatus::Done),
            Area {
                unknown: 1,
                findings: 3,
                worst: Some(Severity::Critical),
                links: Links { present: 3, required: 5 },
                requests_per_minute: 2.0,
                ..area("Proxies", AreaPolling::Active, AreaPush::NotConnected, AreaStatus::Blocked)
            },
        ],
        next_steps: vec![
            NextStep {
                priority: Priority::High,
                text: "Replace the poll in `useProxyHealth` with a subscription.".into(),
                fingerprints: vec!["0123456789abcdef".into()],
            },
            NextStep {
                priority: Priority::Medium,
                text: "Subscribe to the connection state in `Rate`.".into(),
                fingerprints: vec!["fedcba9876543210".into()],
            },
        ],
        stats: Stats {
            files_discovered: 1_204,
            backend_files: 87,
            files_read: 1_203,
            files_parsed: 38,
            bytes_read: 4_812_000,
            skipped: vec![Skip { file: "public/vendor.js".into(), reason: "minified".into() }],
        },
    }
}

/// Hostile text in every place that comes from the audited code.
pub(crate) fn hostile() -> Audit {
    let mut audit = audit();
    audit.root = HOSTILE.into();
    for finding in &mut audit.findings {
        for text in [
            &mut finding.message,
            &mut finding.impact,
            &mut finding.help,
            &mut finding.file,
            &mut finding.area,
        ] {
            *text = HOSTILE.into();
        }
        finding.chain = vec![ChainStep { code: Some(HOSTILE.into()), ..step(HOSTILE, 1, HOSTILE) }];
        finding.frame = Some(Frame { first_line: finding.line, lines: vec![HOSTILE.into()] });
    }
    for timer in &mut audit.timers {
        for text in
            [&mut timer.file, &mut timer.interval_source, &mut timer.owner, &mut timer.api, &mut timer.area]
        {
            *text = HOSTILE.into();
        }
        timer.gate_reason = Some(HOSTILE.into());
        timer.interval_ms = None;
    }
    for area in &mut audit.areas {
        area.name = HOSTILE.into();
    }
    for message in &mut audit.messages {
        let emitted = message.emitted.iter_mut().map(|it| &mut it.spot);
        let lists =
            [&mut message.defined, &mut message.routed, &mut message.subscribed, &mut message.unsupplied];
        for spot in lists.into_iter().flatten().chain(emitted) {
            spot.file = HOSTILE.into();
            spot.label = HOSTILE.into();
        }
        message.name = HOSTILE.into();
        message.area = HOSTILE.into();
    }
    for text in audit.channels.iter_mut().flat_map(|it| [&mut it.file, &mut it.api, &mut it.area]) {
        *text = HOSTILE.into();
    }
    for text in audit.providers.iter_mut().flat_map(|it| [&mut it.created, &mut it.context, &mut it.area]) {
        *text = HOSTILE.into();
    }
    for step in &mut audit.next_steps {
        step.text = HOSTILE.into();
    }
    audit.stats.skipped = vec![Skip { file: HOSTILE.into(), reason: HOSTILE.into() }];
    audit
}
