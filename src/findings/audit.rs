//! The audit: everything that a report shows. Made once, by `findings`, and only read after that.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::parse;
use crate::rules;
use crate::source::Skip;
use crate::vocabulary::{
    AreaBackend, AreaPolling, AreaPush, AreaStatus, Cleared, ComparedWith, Confidence, FindingStatus, Gate,
    Kind, MessageVerdict, ProviderVerdict, Severity, Side, Verdict,
};

/// The id of a rule of this build.
pub type RuleId = &'static str;

/// A finished audit of one or more roots.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Audit {
    /// What the user named, as given: `.` or `apps/web`. Never an absolute path of the machine
    /// unless the user typed one.
    pub root: String,
    /// Counts for the head of a report.
    pub summary: Summary,
    /// Sorted by severity (critical first), then path, line, column, rule.
    pub findings: Vec<Finding>,
    /// Every timer found, accepted ones too; sorted by path, line, column.
    pub timers: Vec<TimerRow>,
    /// Every message type, sorted by name.
    pub messages: Vec<MessageRow>,
    /// Every push connection, sorted by path and line.
    pub channels: Vec<ChannelRow>,
    /// Every React context of product code; sorted by where it is created.
    pub providers: Vec<ProviderRow>,
    /// Parts of the product with their status; sorted by name.
    pub areas: Vec<Area>,
    /// What to do, most urgent first.
    pub next_steps: Vec<NextStep>,
    /// What was looked at and what was not.
    pub stats: Stats,
    /// What it was compared with, if anything.
    pub comparisons: Vec<Comparison>,
}

impl Audit {
    /// Whether the next run over the same tree says the same: nothing ran out of time, and nothing of ours broke.
    pub fn is_repeatable(&self) -> bool {
        self.stats.skipped.iter().all(|it| it.internal().is_none() && it.reason != parse::OVER_BUDGET)
    }
}

/// How an audit differs from an earlier one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Comparison {
    /// With what.
    pub kind: ComparedWith,
    /// Its name, for people: `.unpoll-baseline.json`, `the merge base with main (1a2b3c4)`.
    pub against: String,
    /// Number of findings that were there before.
    pub known: usize,
    /// Findings that are gone.
    pub fixed: Vec<Fixed>,
}

/// A finding that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fixed {
    /// Id of the rule.
    pub rule: String,
    /// Path, with `/`, from the folder of what the audit was compared with.
    pub file: String,
    /// Component, hook, class or function that held it.
    pub owner: String,
}

/// Counts for the head of a report.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Summary {
    /// Findings by severity.
    pub critical: usize,
    /// Findings by severity.
    pub warning: usize,
    /// Findings by severity.
    pub info: usize,
    /// Findings that comments silence; they are in no other count.
    pub suppressed: usize,
    /// Timers that are fine as they are and carry no finding.
    pub accepted: usize,
    /// Requests a minute of all live, not switched-off network polls whose interval is known.
    pub requests_per_minute: f64,
    /// The links of the way from polling to push.
    pub links: Links,
    /// Share of the links that are present, 0 to 100. `None` when none is required.
    pub completion: Option<f64>,
    /// Number of timers by verdict.
    pub by_verdict: BTreeMap<Verdict, usize>,
    /// Number of findings by rule id.
    #[serde(deserialize_with = "counts_by_rule")]
    pub by_rule: BTreeMap<RuleId, usize>,
}

/// Links of the way from polling to push: polls that are gone or acceptable, messages that are sent,
/// routed and handed to code that runs, providers that are mounted and read, handlers that are
/// registered. Counted by `findings::links`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// Those that are there.
    pub present: usize,
    /// Those that are needed, as far as both their ends are among the audited code.
    pub required: usize,
}

impl Links {
    /// How far the migration is: the links that are present among those that are required, in percent; `None` when
    /// none is.
    pub fn completion(self) -> Option<f64> {
        (self.required > 0).then(|| 100.0 * self.present as f64 / self.required as f64)
    }
}

/// One step of the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainStep {
    /// Relative path with `/`.
    pub file: String,
    /// Line from 1.
    pub line: u32,
    /// What stands there, in a few words: `loadOrders() → fetch()`. Text of the audited code:
    /// hostile until a report has escaped it.
    pub label: String,
    /// The source line, without what surrounds it and cut to a sane length. Hostile text. Only findings carry
    /// it, and only of files that could be read again.
    pub code: Option<String>,
}

/// One problem at one place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Finding {
    /// Id of the rule.
    #[serde(deserialize_with = "rule_id")]
    pub rule: RuleId,
    /// After the severity policy.
    pub severity: Severity,
    /// What is there: a whole sentence, as are `impact` and `help`.
    pub message: String,
    /// Why it matters.
    pub impact: String,
    /// What to do.
    pub help: String,
    /// Relative path with `/`.
    pub file: String,
    /// Line from 1.
    pub line: u32,
    /// Column from 1.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// One past the last column.
    pub end_column: u32,
    /// Name of the area that it belongs to.
    pub area: String,
    /// Stable identity, 16 hex digits.
    pub fingerprint: String,
    /// New, known or silenced.
    pub status: FindingStatus,
    /// How a finding that was there before got worse, in words; it is new again.
    pub change: Option<String>,
    /// The comment that silences it, when one does.
    pub suppression: Option<Suppression>,
    /// How sure the evidence is.
    pub confidence: Confidence,
    /// The evidence, in order.
    pub chain: Vec<ChainStep>,
    /// Index into `Audit::timers` of the timer it speaks of, if any.
    pub timer: Option<usize>,
    /// The message type that it speaks of, if any.
    pub message_type: Option<String>,
    /// What a heading names: a timer's owner, a leftover, a message type, a handler, a context.
    pub subject: String,
    /// Component, hook, class or function that holds it; for a leftover its own name.
    pub owner: String,
    /// What stands there, as written.
    pub api: String,
    /// The source around the place, for code frames.
    pub frame: Option<Frame>,
}

/// A comment of the audited code that silences a finding of its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// Why, as the comment says. Hostile text. `None`: it does not say, and the config lets it.
    pub reason: Option<String>,
    /// First line of the comment, in the file of the finding.
    pub line: u32,
}

impl Finding {
    /// Whether the team has still to deal with it: neither in the baseline nor silenced.
    pub fn is_new(&self) -> bool {
        self.status == FindingStatus::New
    }

    /// Whether a comment silences it.
    pub fn is_suppressed(&self) -> bool {
        self.status == FindingStatus::Suppressed
    }
}

/// A few lines of the audited source. Hostile text.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Frame {
    /// Number of the first line.
    pub first_line: u32,
    /// The lines, without line ends, each cut to a sane length.
    pub lines: Vec<String>,
}

/// One timer, as reports show it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TimerRow {
    /// Relative path with `/`.
    pub file: String,
    /// Line of the call or of the option key.
    pub line: u32,
    /// Column from 1.
    pub column: u32,
    /// How it recurs.
    pub kind: Kind,
    /// What it does.
    pub verdict: Verdict,
    /// Milliseconds; `None` when only callers or the run time decide.
    pub interval_ms: Option<f64>,
    /// Where the interval came from, in words: `5_000`, `constant POLL_MS`, `parameter rate`.
    pub interval_source: String,
    /// The switch in front of it.
    pub gate: Gate,
    /// Which switch, in words, when there is one.
    pub gate_reason: Option<String>,
    /// Client or server.
    pub side: Side,
    /// Whether an entry of the app reaches the code.
    pub live: bool,
    /// Whether it is stopped with its owner.
    pub cleared: Cleared,
    /// Component, hook, class or function that holds it.
    pub owner: String,
    /// What recurs, as written: `setInterval`, `useQuery refetchInterval`.
    pub api: String,
    /// Requests a minute, `None` when the interval is dynamic or nothing is requested.
    pub requests_per_minute: Option<f64>,
    /// How sure the verdict is.
    pub confidence: Confidence,
    /// The evidence, in order.
    pub chain: Vec<ChainStep>,
    /// Fingerprint of the finding about it, if there is one.
    pub finding_fingerprint: Option<String>,
    /// Name of the area that it belongs to.
    pub area: String,
}

impl TimerRow {
    /// Whether the product itself does recurring work here that the audit has to judge.
    pub fn recurs(&self) -> bool {
        !matches!(self.verdict, Verdict::Test | Verdict::Definition | Verdict::Disabled)
    }

    /// Whether the audit lists it as acceptable: seen through, shown, and no finding about it.
    pub fn is_accepted(&self) -> bool {
        self.recurs() && self.verdict != Verdict::Unknown && self.finding_fingerprint.is_none()
    }
}

/// A place on a message's way, as reports show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotRow {
    /// Relative path with `/`.
    pub file: String,
    /// Line from 1.
    pub line: u32,
    /// Component, hook, class or function around it; empty in a module itself.
    pub owner: String,
    /// What stands there, in a few words. Hostile text.
    pub label: String,
    /// Client or server, by the language and the folders of the file.
    pub side: Side,
    /// Whether an entry of the app reaches it.
    pub live: bool,
    /// How sure it is that the message comes by.
    pub confidence: Confidence,
}

/// A place that sends a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmissionRow {
    /// Where.
    pub spot: SpotRow,
    /// Client or server.
    pub side: Side,
    /// Whether any code that is not a test calls the function that sends it; `None`: not known.
    pub called: Option<bool>,
}

/// One message type, as reports show it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MessageRow {
    /// The name on the wire. Hostile text.
    pub name: String,
    /// Where it is declared.
    pub defined: Vec<SpotRow>,
    /// Where it is sent.
    pub emitted: Vec<EmissionRow>,
    /// Where it is told from others.
    pub routed: Vec<SpotRow>,
    /// Code that it reaches.
    pub subscribed: Vec<SpotRow>,
    /// Optional handlers on its way that nobody supplies.
    pub unsupplied: Vec<SpotRow>,
    /// What could send it is not among the audited code.
    pub emitter_unseen: bool,
    /// What could receive it is not among the audited code.
    pub receiver_unseen: bool,
    /// A message of the protocol, which nobody needs to subscribe to.
    pub protocol: bool,
    /// Where its line is cut, if it is.
    pub verdict: MessageVerdict,
    /// How sure the verdict is.
    pub confidence: Confidence,
    /// The evidence, in order.
    pub chain: Vec<ChainStep>,
    /// Fingerprint of the first finding about it.
    pub finding_fingerprint: Option<String>,
    /// Name of the area that it belongs to.
    pub area: String,
}

/// One push connection, as reports show it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChannelRow {
    /// Relative path with `/`.
    pub file: String,
    /// Line of the call that opens it.
    pub line: u32,
    /// Column from 1.
    pub column: u32,
    /// What opens it, as written.
    pub api: String,
    /// Component, hook, class or function that opens it.
    pub owner: String,
    /// Client or server.
    pub side: Side,
    /// Whether an entry of the app reaches it.
    pub live: bool,
    /// Whether it is closed with its owner.
    pub closed: Cleared,
    /// Whether it comes back by itself; `None`: could not be seen.
    pub reconnects: Option<bool>,
    /// It leaves the machine.
    pub remote: bool,
    /// Names of the message types that it carries, sorted.
    pub messages: Vec<String>,
    /// Where handlers are registered with it.
    pub receivers: Vec<SpotRow>,
    /// Name of the area that it belongs to.
    pub area: String,
}

/// One React context, as reports show it. Places are `path:line`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProviderRow {
    /// Its name.
    pub context: String,
    /// Where it is created.
    pub created: String,
    /// The component that provides it; empty when there is none.
    pub provider: String,
    /// Where that component is rendered; one such place where the context has nothing to do with push.
    pub mounted: Vec<String>,
    /// Where the context is read.
    pub consumers: Vec<String>,
    /// Readers that are certainly outside of every mounted provider.
    pub outside: Vec<String>,
    /// What it carries comes over a push channel.
    pub realtime: bool,
    /// Somebody unseen may render its provider.
    pub mount_unseen: bool,
    /// Whether it reaches anybody.
    pub verdict: ProviderVerdict,
    /// Name of the area that it belongs to.
    pub area: String,
}

/// A part of the product that people name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Area {
    /// `Proxies`, `Dashboard`.
    pub name: String,
    /// What its timers amount to.
    pub polling: AreaPolling,
    /// How far its push messages get.
    pub push: AreaPush,
    /// Whether the backend sends them.
    pub backend: AreaBackend,
    /// How far it is.
    pub status: AreaStatus,
    /// Number of timers in it that could not be seen through.
    pub unknown: usize,
    /// Number of findings in it.
    pub findings: usize,
    /// The most severe finding in it.
    pub worst: Option<Severity>,
    /// Its links of the way from polling to push.
    pub links: Links,
    /// Its share of [`Summary::requests_per_minute`].
    pub requests_per_minute: f64,
}

/// Urgency of a next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Priority {
    /// Critical findings.
    High,
    /// Warnings.
    Medium,
    /// The rest.
    Low,
}

/// Something to do, with the findings that it would end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NextStep {
    /// Urgency.
    pub priority: Priority,
    /// One imperative sentence.
    pub text: String,
    /// Findings it would end.
    pub fingerprints: Vec<String>,
}

/// What was looked at and what was not.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Stats {
    /// Source files found.
    pub files_discovered: usize,
    /// Files of backends in other languages found.
    pub backend_files: usize,
    /// Files read.
    pub files_read: usize,
    /// Files parsed.
    pub files_parsed: usize,
    /// Bytes read.
    pub bytes_read: u64,
    /// Files passed over, with the reason; sorted.
    pub skipped: Vec<Skip>,
}

fn rule_id<'de, D: Deserializer<'de>>(from: D) -> Result<RuleId, D::Error> {
    let id = String::deserialize(from)?;
    rules::find(&id).map(|rule| rule.id).ok_or_else(|| D::Error::custom("no rule has that id"))
}

fn counts_by_rule<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<RuleId, usize>, D::Error> {
    let counts = BTreeMap::<String, usize>::deserialize(from)?.into_iter();
    let known = counts.map(|(id, count)| Some((rules::find(&id)?.id, count)));
    known.collect::<Option<_>>().ok_or_else(|| D::Error::custom("no rule has that id"))
}
