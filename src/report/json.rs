//! For machines: the versioned report whose shape `schema/report.schema.json` fixes.
//!
//! It has structs of its own, so that inner types can change and the report does not.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::{Format, Options, escape, words};
use crate::findings::audit::{self, Audit, ChainStep, ProviderRow, SpotRow};
use crate::source::Skip;
use crate::vocabulary::{
    AreaBackend, AreaPolling, AreaPush, AreaStatus, Cleared, ComparedWith, Confidence, FindingStatus, Gate,
    Kind, MessageVerdict, ProviderVerdict, Severity, Side, Verdict,
};

pub(super) const FORMAT: Format = Format {
    name: "json",
    about: "for machines; `unpoll schema` prints its schema",
    extensions: &["json"],
    write,
};

/// The JSON Schema of the report.
pub const SCHEMA: &str = include_str!("../../schema/report.schema.json");

/// Raised when a consumer of the report would have to change.
const SCHEMA_VERSION: u32 = 1;

fn write(audit: &Audit, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let report = serde_json::to_string_pretty(&Report::of(audit))?;
    writeln!(out, "{}", escape::json(&report))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report<'a> {
    pub(super) schema_version: u32,
    pub(super) tool: Tool,
    pub(super) root: &'a str,
    pub(super) summary: Summary<'a>,
    pub(super) findings: Vec<Finding<'a>>,
    pub(super) timers: Vec<Timer<'a>>,
    pub(super) messages: Vec<Message<'a>>,
    pub(super) channels: Vec<Channel<'a>>,
    pub(super) providers: Vec<Provider<'a>>,
    pub(super) areas: Vec<Area<'a>>,
    pub(super) next_steps: Vec<NextStep<'a>>,
    pub(super) comparisons: Vec<Comparison<'a>>,
    pub(super) stats: Stats<'a>,
}

#[derive(Serialize)]
pub(super) struct Comparison<'a> {
    kind: ComparedWith,
    against: &'a str,
    known: usize,
    fixed: Vec<Fixed<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fixed<'a> {
    rule_id: &'a str,
    file: &'a str,
    owner: &'a str,
}

impl<'a> Comparison<'a> {
    fn of(it: &'a audit::Comparison) -> Self {
        let fixed = |it: &'a audit::Fixed| Fixed { rule_id: &it.rule, file: &it.file, owner: &it.owner };
        Self {
            kind: it.kind,
            against: &it.against,
            known: it.known,
            fixed: it.fixed.iter().map(fixed).collect(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message<'a> {
    #[serde(rename = "type")]
    name: &'a str,
    defined: Vec<String>,
    emitted: Vec<String>,
    routed: Vec<String>,
    subscribed: Vec<String>,
    unsupplied: Vec<String>,
    verdict: MessageVerdict,
    area: &'a str,
    confidence: Confidence,
    protocol: bool,
    emitter_unseen: bool,
    receiver_unseen: bool,
    chain: Vec<Step<'a>>,
    finding_fingerprint: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Channel<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    api: &'a str,
    owner: &'a str,
    messages: &'a [String],
    closed: bool,
    cleared: Cleared,
    reconnects: Option<bool>,
    side: Side,
    live: bool,
    remote: bool,
    receivers: Vec<String>,
    area: &'a str,
}

#[derive(Serialize)]
pub(super) struct Provider<'a> {
    context: &'a str,
    created: &'a str,
    provider: &'a str,
    mounted: &'a [String],
    consumers: &'a [String],
    outside: &'a [String],
    realtime: bool,
    verdict: ProviderVerdict,
    area: &'a str,
}

impl<'a> Provider<'a> {
    fn of(row: &'a ProviderRow) -> Self {
        Self {
            context: &row.context,
            created: &row.created,
            provider: &row.provider,
            mounted: &row.mounted,
            consumers: &row.consumers,
            outside: &row.outside,
            realtime: row.realtime,
            verdict: row.verdict,
            area: &row.area,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary<'a> {
    critical: usize,
    warning: usize,
    info: usize,
    suppressed: usize,
    accepted: usize,
    requests_per_minute: Number,
    links: Links,
    completion: Option<Number>,
    by_verdict: &'a BTreeMap<Verdict, usize>,
    by_rule: &'a BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct Links {
    present: usize,
    required: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Finding<'a> {
    rule_id: &'a str,
    severity: Severity,
    message: &'a str,
    impact: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    area: &'a str,
    fingerprint: &'a str,
    status: FindingStatus,
    change: Option<&'a str>,
    suppression: Option<Suppression<'a>>,
    confidence: Confidence,
    chain: Vec<Step<'a>>,
    help: &'a str,
}

#[derive(Serialize)]
struct Suppression<'a> {
    reason: Option<&'a str>,
    location: String,
}

#[derive(Serialize)]
struct Step<'a> {
    file: &'a str,
    line: u32,
    label: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Timer<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    kind: Kind,
    verdict: Verdict,
    interval_ms: Option<Number>,
    interval_source: &'a str,
    gate: Gate,
    gate_reason: Option<&'a str>,
    side: Side,
    live: bool,
    cleared: Cleared,
    owner: &'a str,
    api: &'a str,
    requests_per_minute: Option<Number>,
    confidence: Confidence,
    chain: Vec<Step<'a>>,
    finding_fingerprint: Option<&'a str>,
    area: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Area<'a> {
    name: &'a str,
    polling: AreaPolling,
    push: AreaPush,
    backend: AreaBackend,
    status: AreaStatus,
    findings: usize,
    unknown: usize,
    links: Links,
    requests_per_minute: Number,
}

#[derive(Serialize)]
pub(super) struct NextStep<'a> {
    priority: &'static str,
    text: &'a str,
    fingerprints: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stats<'a> {
    files_discovered: usize,
    backend_files: usize,
    files_read: usize,
    files_parsed: usize,
    bytes_read: u64,
    skipped: &'a [Skip],
}

/// A quantity: `5000`, not `5000.0`; `null` when it is no finite number.
pub(super) struct Number(pub(super) f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Up to here every whole `f64` is exactly an `i64` too.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let Self(value) = *self;
        if value.fract() == 0.0 && value.abs() <= EXACT {
            #[expect(clippy::cast_possible_truncation, reason = "whole, and within the exact range")]
            serializer.serialize_i64(value as i64)
        } else {
            // serde_json writes what is not finite as `null`.
            serializer.serialize_f64(value)
        }
    }
}

impl Links {
    fn of(links: audit::Links) -> Self {
        Self { present: links.present, required: links.required }
    }
}

impl<'a> Report<'a> {
    pub(super) fn of(audit: &'a Audit) -> Self {
        let summary = &audit.summary;
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            root: &audit.root,
            summary: Summary {
                critical: summary.critical,
                warning: summary.warning,
                info: summary.info,
                suppressed: summary.suppressed,
                accepted: summary.accepted,
                requests_per_minute: Number(summary.requests_per_minute),
                links: Links::of(summary.links),
                completion: summary.completion.map(Number),
                by_verdict: &summary.by_verdict,
                by_rule: &summary.by_rule,
            },
            findings: audit.findings.iter().map(Finding::of).collect(),
            timers: audit.timers.iter().map(Timer::of).collect(),
            messages: audit.messages.iter().map(Message::of).collect(),
            channels: audit.channels.iter().map(Channel::of).collect(),
            providers: audit.providers.iter().map(Provider::of).collect(),
            areas: audit.areas.iter().map(Area::of).collect(),
            next_steps: audit.next_steps.iter().map(NextStep::of).collect(),
            comparisons: audit.comparisons.iter().map(Comparison::of).collect(),
            stats: Stats {
                files_discovered: audit.stats.files_discovered,
                backend_files: audit.stats.backend_files,
                files_read: audit.stats.files_read,
                files_parsed: audit.stats.files_parsed,
                bytes_read: audit.stats.bytes_read,
                skipped: &audit.stats.skipped,
            },
        }
    }
}

impl<'a> Finding<'a> {
    fn of(finding: &'a audit::Finding) -> Self {
        Self {
            rule_id: finding.rule,
            severity: finding.severity,
            message: &finding.message,
            impact: &finding.impact,
            file: &finding.file,
            line: finding.line,
            column: finding.column,
            end_line: finding.end_line,
            end_column: finding.end_column,
            area: &finding.area,
            fingerprint: &finding.fingerprint,
            status: finding.status,
            change: finding.change.as_deref(),
            suppression: finding.suppression.as_ref().map(|it| Suppression {
                reason: it.reason.as_deref(),
                location: format!("{}:{}", finding.file, it.line),
            }),
            confidence: finding.confidence,
            chain: chain(&finding.chain),
            help: &finding.help,
        }
    }
}

impl<'a> Timer<'a> {
    fn of(timer: &'a audit::TimerRow) -> Self {
        Self {
            file: &timer.file,
            line: timer.line,
            column: timer.column,
            kind: timer.kind,
            verdict: timer.verdict,
            interval_ms: timer.interval_ms.map(Number),
            interval_source: &timer.interval_source,
            gate: timer.gate,
            gate_reason: timer.gate_reason.as_deref(),
            side: timer.side,
            live: timer.live,
            cleared: timer.cleared,
            owner: &timer.owner,
            api: &timer.api,
            requests_per_minute: timer.requests_per_minute.map(Number),
            confidence: timer.confidence,
            chain: chain(&timer.chain),
            finding_fingerprint: timer.finding_fingerprint.as_deref(),
            area: &timer.area,
        }
    }
}

/// `path:line` of places.
fn places<'a>(spots: impl IntoIterator<Item = &'a SpotRow>) -> Vec<String> {
    spots.into_iter().map(|it| format!("{}:{}", it.file, it.line)).collect()
}

impl<'a> Message<'a> {
    fn of(message: &'a audit::MessageRow) -> Self {
        Self {
            name: &message.name,
            defined: places(&message.defined),
            emitted: places(message.emitted.iter().map(|it| &it.spot)),
            routed: places(&message.routed),
            subscribed: places(&message.subscribed),
            unsupplied: places(&message.unsupplied),
            verdict: message.verdict,
            area: &message.area,
            confidence: message.confidence,
            protocol: message.protocol,
            emitter_unseen: message.emitter_unseen,
            receiver_unseen: message.receiver_unseen,
            chain: chain(&message.chain),
            finding_fingerprint: message.finding_fingerprint.as_deref(),
        }
    }
}

impl<'a> Channel<'a> {
    fn of(channel: &'a audit::ChannelRow) -> Self {
        Self {
            file: &channel.file,
            line: channel.line,
            column: channel.column,
            api: &channel.api,
            owner: &channel.owner,
            messages: &channel.messages,
            closed: channel.closed != Cleared::No,
            cleared: channel.closed,
            reconnects: channel.reconnects,
            side: channel.side,
            live: channel.live,
            remote: channel.remote,
            receivers: places(&channel.receivers),
            area: &channel.area,
        }
    }
}

impl<'a> Area<'a> {
    fn of(area: &'a audit::Area) -> Self {
        Self {
            name: &area.name,
            polling: area.polling,
            push: area.push,
            backend: area.backend,
            status: area.status,
            findings: area.findings,
            unknown: area.unknown,
            links: Links::of(area.links),
            requests_per_minute: Number(area.requests_per_minute),
        }
    }
}

impl<'a> NextStep<'a> {
    fn of(step: &'a audit::NextStep) -> Self {
        Self { priority: words::priority(step.priority), text: &step.text, fingerprints: &step.fingerprints }
    }
}

fn chain(steps: &[ChainStep]) -> Vec<Step<'_>> {
    steps.iter().map(|step| Step { file: &step.file, line: step.line, label: &step.label }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use serde_json::Value;

    fn render(audit: &Audit) -> String {
        let mut out = Vec::new();
        write(audit, &Options::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn assert_valid(report: &str) {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let report: Value = serde_json::from_str(report).unwrap();
        let mistakes: Vec<String> = validator
            .iter_errors(&report)
            .map(|mistake| format!("{}: {mistake}", mistake.instance_path()))
            .collect();
        assert!(mistakes.is_empty(), "{mistakes:#?}");
    }

    #[test]
    fn one_of_everything() {
        let report = render(&sample::audit());
        assert_valid(&report);
        insta::assert_snapshot!(report.replace(env!("CARGO_PKG_VERSION"), "[version]"));
    }

    #[test]
    fn the_schema_names_every_answer_of_every_vocabulary() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        assert!(jsonschema::draft202012::meta::is_valid(&schema));
        let listed = |name: &str| -> Vec<String> {
            let words = schema["$defs"][name]["enum"].as_array().unwrap();
            words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
        };
        macro_rules! same {
            ($($name:literal $set:ty),+) => {
                $(assert_eq!(listed($name), <$set>::ALL.iter().map(ToString::to_string).collect::<Vec<_>>());)+
            };
        }
        same!("kind" Kind, "verdict" Verdict, "gate" Gate, "side" Side, "cleared" Cleared);
        same!("areaPolling" AreaPolling, "areaPush" AreaPush, "areaBackend" AreaBackend, "areaStatus" AreaStatus);
        same!("messageVerdict" MessageVerdict, "confidence" Confidence, "severity" Severity, "findingStatus" FindingStatus);
    }

    #[test]
    fn hostile_text_and_odd_numbers_stay_valid() {
        let mut audit = sample::hostile();
        audit.timers[0].interval_ms = Some(f64::INFINITY);
        audit.timers[1].interval_ms = Some(16.7);
        audit.timers[2].interval_ms = Some(1e300);
        audit.summary.completion = None;
        let report = render(&audit);
        assert_valid(&report);
        assert!(report.contains(r"\u001b[2J\u202e") && !report.contains('\u{202e}'), "{report}");
        let value: Value = serde_json::from_str(&report).unwrap();
        assert_eq!(value["root"], sample::HOSTILE);
        assert_eq!(value["timers"][0]["intervalMs"], Value::Null);
        assert_eq!(value["timers"][1]["intervalMs"], 16.7);
    }

    #[test]
    fn a_silenced_finding_says_by_which_comment() {
        let mut audit = sample::audit();
        sample::suppress(&mut audit.findings[0], Some(sample::HOSTILE));
        sample::suppress(&mut audit.findings[1], None);
        let report = render(&audit);
        assert_valid(&report);
        let value: Value = serde_json::from_str(&report).unwrap();
        let [first, second, third] = [0, 1, 2].map(|at| &value["findings"][at]);
        assert_eq!(
            (&first["status"], &first["suppression"]["reason"]),
            (&"suppressed".into(), &sample::HOSTILE.into())
        );
        assert_eq!(first["suppression"]["location"], format!("{}:3", audit.findings[0].file));
        assert_eq!(second["suppression"]["reason"], Value::Null);
        assert_eq!((&third["status"], &third["suppression"]), (&"new".into(), &Value::Null));
    }

    #[test]
    fn whole_numbers_are_integers() {
        let said: Vec<String> = [5_000.0, -0.0, 8.5, f64::NAN]
            .map(|value| serde_json::to_string(&Number(value)).unwrap())
            .to_vec();
        assert_eq!(said, ["5000", "0", "8.5", "null"]);
    }
}
