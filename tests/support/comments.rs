//! The comments in fixtures that say what the audit must find.
//!
//! They stand on the line that they speak of, or alone on the lines directly above it; several may stack:
//!
//! ```text
//! // expect: set-interval network-poll 5_000 gate=always cleared=yes
//! // finds: network-poll critical
//! const timer = setInterval(loadOrders, 5_000)
//! ```
//!
//! `// expect: <kind> <verdict> [interval] [key=value …]`: the interval in ms, or `dynamic` for one that the
//! audit must not know; keys are `gate`, `side`, `cleared`, `live`, `confidence`, `owner` and `rpm` (requests a
//! minute). Only what is written is compared.
//! `// finds: <rule> [severity] [suppressed]`: the last word when a comment of the audited code silences it.
//! `// message: <type> <verdict>` on any place of that message type: where it is declared, sent, told apart or
//! handed over. A type with several places needs one comment; more must agree.
//! `// channel: [closed=…] [reconnects=true|false|unknown] [live=…] [carries=<type>,<type>]` on the call that
//! opens it.
//!
//! In JSX all stand in `{/* … */}`.

use std::str::FromStr;

use serde::de::DeserializeOwned;
use unpoll::findings::audit::{ChannelRow, Finding, TimerRow};
use unpoll::vocabulary::{Cleared, Confidence, Gate, Kind, MessageVerdict, Severity, Side, Verdict};

/// How a comment that is meant for us begins.
const MARKS: [&str; 4] = ["expect:", "finds:", "message:", "channel:"];

/// What the comments of one file say, each with the line (from 1) that it speaks of.
#[derive(Debug, Default)]
pub struct Expectations {
    /// `expect:` comments.
    pub timers: Vec<(u32, ExpectedTimer)>,
    /// `finds:` comments.
    pub findings: Vec<(u32, ExpectedFinding)>,
    /// `message:` comments.
    pub messages: Vec<(u32, ExpectedMessage)>,
    /// `channel:` comments.
    pub channels: Vec<(u32, ExpectedChannel)>,
}

/// One `expect:` comment; fields that it does not write are not compared.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedTimer {
    /// As written, for messages.
    pub text: String,
    kind: Kind,
    verdict: Verdict,
    interval: Option<Interval>,
    gate: Option<Gate>,
    side: Option<Side>,
    cleared: Option<Cleared>,
    live: Option<bool>,
    confidence: Option<Confidence>,
    owner: Option<String>,
    requests_per_minute: Option<f64>,
}

/// One `finds:` comment.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedFinding {
    /// Id of the rule.
    pub rule: String,
    severity: Option<Severity>,
    suppressed: bool,
}

/// One `message:` comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedMessage {
    /// The name on the wire.
    pub name: String,
    /// Where its line is cut, if it is.
    pub verdict: MessageVerdict,
}

/// One `channel:` comment; fields that it does not write are not compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedChannel {
    /// As written, for messages.
    pub text: String,
    closed: Option<Cleared>,
    /// `Some(None)`: it must not be known.
    reconnects: Option<Option<bool>>,
    live: Option<bool>,
    carries: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Interval {
    Milliseconds(f64),
    Dynamic,
}

impl ExpectedTimer {
    /// Whether a reported timer is what the comment says.
    pub fn matches(&self, timer: &TimerRow) -> bool {
        let interval = match self.interval {
            None => true,
            Some(Interval::Dynamic) => timer.interval_ms.is_none(),
            Some(Interval::Milliseconds(expected)) => {
                timer.interval_ms.is_some_and(|actual| (actual - expected).abs() < 0.5)
            }
        };
        let requests = self.requests_per_minute.is_none_or(|expected| {
            timer.requests_per_minute.is_some_and(|actual| (actual - expected).abs() < 0.01)
        });
        interval
            && requests
            && self.kind == timer.kind
            && self.verdict == timer.verdict
            && self.gate.is_none_or(|gate| gate == timer.gate)
            && self.side.is_none_or(|side| side == timer.side)
            && self.cleared.is_none_or(|cleared| cleared == timer.cleared)
            && self.live.is_none_or(|live| live == timer.live)
            && self.confidence.is_none_or(|confidence| confidence == timer.confidence)
            && self.owner.as_ref().is_none_or(|owner| *owner == timer.owner)
    }
}

impl ExpectedFinding {
    /// Whether a finding is what the comment says.
    pub fn matches(&self, finding: &Finding) -> bool {
        self.rule == finding.rule
            && self.severity.is_none_or(|severity| severity == finding.severity)
            && self.suppressed == finding.is_suppressed()
    }
}

impl ExpectedChannel {
    /// Whether a channel is what the comment says.
    pub fn matches(&self, channel: &ChannelRow) -> bool {
        self.closed.is_none_or(|closed| closed == channel.closed)
            && self.reconnects.is_none_or(|reconnects| reconnects == channel.reconnects)
            && self.live.is_none_or(|live| live == channel.live)
            && self.carries.as_ref().is_none_or(|carries| *carries == channel.messages)
    }
}

impl std::fmt::Display for ExpectedFinding {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", self.rule)?;
        self.severity.map_or(Ok(()), |severity| write!(out, " {severity}"))?;
        if self.suppressed { write!(out, " suppressed") } else { Ok(()) }
    }
}

impl FromStr for ExpectedTimer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let mut expected = Self {
            text: words.clone().collect::<Vec<_>>().join(" "),
            kind: word(words.next().ok_or("a kind is missing")?)?,
            verdict: word(words.next().ok_or("a verdict is missing")?)?,
            interval: None,
            gate: None,
            side: None,
            cleared: None,
            live: None,
            confidence: None,
            owner: None,
            requests_per_minute: None,
        };
        for field in words {
            match field.split_once('=') {
                None if field == "dynamic" => expected.interval = Some(Interval::Dynamic),
                None => expected.interval = Some(Interval::Milliseconds(number(&field.replace('_', ""))?)),
                Some(("gate", value)) => expected.gate = Some(word(value)?),
                Some(("side", value)) => expected.side = Some(word(value)?),
                Some(("cleared", value)) => expected.cleared = Some(word(value)?),
                Some(("live", value)) => expected.live = Some(yes_or_no(value)?),
                Some(("confidence", value)) => expected.confidence = Some(word(value)?),
                Some(("owner", value)) => expected.owner = Some(value.to_owned()),
                Some(("rpm", value)) => expected.requests_per_minute = Some(number(value)?),
                Some((key, _)) => return Err(format!("`{key}` is no field of a timer")),
            }
        }
        Ok(expected)
    }
}

impl FromStr for ExpectedFinding {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let rule = words.next().ok_or("a rule is missing")?.to_owned();
        let mut words = words.peekable();
        let severity = words.next_if(|it| *it != "suppressed").map(word).transpose()?;
        let suppressed = words.next_if_eq(&"suppressed").is_some();
        let expected = Self { rule, severity, suppressed };
        words.next().map_or(Ok(expected), |more| Err(format!("`{more}` says too much")))
    }
}

impl FromStr for ExpectedMessage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, verdict) = text.trim().rsplit_once(' ').ok_or("a verdict is missing")?;
        Ok(Self { name: name.trim().to_owned(), verdict: word(verdict)? })
    }
}

impl FromStr for ExpectedChannel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut expected =
            Self { text: text.trim().to_owned(), closed: None, reconnects: None, live: None, carries: None };
        for field in text.split_whitespace() {
            match field.split_once('=') {
                Some(("closed", value)) => expected.closed = Some(word(value)?),
                Some(("reconnects", "unknown")) => expected.reconnects = Some(None),
                Some(("reconnects", value)) => expected.reconnects = Some(Some(yes_or_no(value)?)),
                Some(("live", value)) => expected.live = Some(yes_or_no(value)?),
                Some(("carries", "")) => expected.carries = Some(vec![]),
                Some(("carries", value)) => {
                    expected.carries = Some(value.split(',').map(str::to_owned).collect())
                }
                _ => return Err(format!("`{field}` is no field of a channel")),
            }
        }
        Ok(expected)
    }
}

/// Reads the comments of one file; an error names the line and what is wrong with it.
pub fn read(text: &str) -> Result<Expectations, String> {
    let mut expectations = Expectations::default();
    // Comments that stand alone wait here for the line that they speak of.
    let mut waiting: Vec<(u32, String)> = Vec::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        let (code, comment) = split(line);
        let stands_alone = code.is_empty() && comment.is_some();
        waiting.extend(comment.map(|comment| (number, comment)));
        if stands_alone {
            continue;
        }
        for (at, comment) in waiting.drain(..) {
            let wrong = |why: String| format!("line {at}: `{comment}`: {why}");
            if let Some(timer) = comment.strip_prefix("expect:") {
                expectations.timers.push((number, timer.parse().map_err(wrong)?));
            } else if let Some(finding) = comment.strip_prefix("finds:") {
                expectations.findings.push((number, finding.parse().map_err(wrong)?));
            } else if let Some(message) = comment.strip_prefix("message:") {
                expectations.messages.push((number, message.parse().map_err(wrong)?));
            } else if let Some(channel) = comment.strip_prefix("channel:") {
                expectations.channels.push((number, channel.parse().map_err(wrong)?));
            }
        }
    }
    match waiting.first() {
        Some((at, comment)) => Err(format!("line {at}: `{comment}` speaks of no line")),
        None => Ok(expectations),
    }
}

/// The code of a line, and the expectation that follows it.
fn split(line: &str) -> (&str, Option<String>) {
    let marker = ["{/*", "//"].iter().find_map(|open| {
        line.match_indices(open).find_map(|(at, open)| {
            let comment = line[at + open.len()..].trim().trim_end_matches("*/}").trim();
            let ours = MARKS.iter().any(|mark| comment.starts_with(mark));
            ours.then(|| (line[..at].trim(), comment.to_owned()))
        })
    });
    marker.map_or((line.trim(), None), |(code, comment)| (code, Some(comment)))
}

/// A word of the audit's vocabulary, by its public spelling.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(|error| error.to_string())
}

fn number(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| format!("`{text}` is neither true nor false"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_speaks_of_its_own_line() {
        let read =
            read("const a = 1\nsetInterval(load, 5_000) // expect: set-interval network-poll 5_000").unwrap();
        assert_eq!(read.timers.len(), 1);
        assert_eq!(read.timers[0].0, 2);
        assert_eq!(read.timers[0].1.interval, Some(Interval::Milliseconds(5000.0)));
    }

    #[test]
    fn comments_alone_stack_above_the_line_that_they_speak_of() {
        let text = "// expect: set-interval network-poll dynamic gate=conditional rpm=1.5\n  \
                    // finds: network-poll critical\n  // finds: uncleared-timer\nsetInterval(load, rate)";
        let read = read(text).unwrap();
        let (line, timer) = &read.timers[0];
        assert_eq!(
            (*line, timer.interval, timer.gate),
            (4, Some(Interval::Dynamic), Some(Gate::Conditional))
        );
        assert_eq!(timer.requests_per_minute, Some(1.5));
        let found: Vec<String> =
            read.findings.iter().map(|(at, finding)| format!("{at} {finding}")).collect();
        assert_eq!(found, ["4 network-poll critical", "4 uncleared-timer"]);
    }

    #[test]
    fn jsx_comments_are_read() {
        let read =
            read("  {/* expect: interval-param network-poll 3000 */}\n  <Orders refresh={3000} />").unwrap();
        assert_eq!(read.timers[0].0, 2);
        assert_eq!(read.timers[0].1.text, "interval-param network-poll 3000");
    }

    #[test]
    fn a_web_address_before_a_comment_hides_nothing() {
        let read = read("ping('https://shop.test') // expect: cron network-poll side=server").unwrap();
        assert_eq!(read.timers[0].1.side, Some(Side::Server));
    }

    #[test]
    fn only_what_is_written_is_compared() {
        let timer = TimerRow {
            file: "src/main.ts".into(),
            line: 3,
            column: 1,
            kind: Kind::SetInterval,
            verdict: Verdict::NetworkPoll,
            interval_ms: Some(5000.0),
            interval_source: "5_000".into(),
            gate: Gate::Always,
            gate_reason: None,
            side: Side::Client,
            live: true,
            cleared: Cleared::NotNeeded,
            owner: "main".into(),
            api: "setInterval".into(),
            requests_per_minute: Some(12.0),
            confidence: Confidence::Certain,
            chain: vec![],
            finding_fingerprint: None,
            area: "Orders".into(),
        };
        for (comment, says_so) in [
            ("set-interval network-poll", true),
            ("set-interval network-poll 5_000 gate=always side=client live=true rpm=12 owner=main", true),
            ("set-interval network-poll confidence=certain cleared=not-needed", true),
            ("raf network-poll", false),
            ("set-interval ui-timer", false),
            ("set-interval network-poll 5001", false),
            ("set-interval network-poll dynamic", false),
            ("set-interval network-poll gate=conditional", false),
            ("set-interval network-poll side=server", false),
            ("set-interval network-poll live=false", false),
            ("set-interval network-poll cleared=yes", false),
            ("set-interval network-poll confidence=likely", false),
            ("set-interval network-poll rpm=6", false),
            ("set-interval network-poll owner=Orders", false),
        ] {
            let expected: ExpectedTimer = comment.parse().unwrap();
            assert_eq!(expected.matches(&timer), says_so, "{comment}");
        }
    }

    #[test]
    fn messages_and_channels_stack_with_the_rest() {
        let text = "// finds: unsubscribed-message\n// message: order placed no-subscriber\n\
                    socket.on('order placed', show)\n\
                    io() // channel: closed=not-needed reconnects=unknown carries=a,b";
        let read = read(text).unwrap();
        assert_eq!((read.findings.len(), read.findings[0].0), (1, 3));
        let [(3, message)] = read.messages.as_slice() else { panic!("{:?}", read.messages) };
        assert_eq!((message.name.as_str(), message.verdict), ("order placed", MessageVerdict::NoSubscriber));
        let [(4, channel)] = read.channels.as_slice() else { panic!("{:?}", read.channels) };
        assert_eq!((channel.closed, channel.reconnects), (Some(Cleared::NotNeeded), Some(None)));
        assert_eq!(channel.carries.as_deref(), Some(["a".to_owned(), "b".to_owned()].as_slice()));
    }

    #[test]
    fn only_what_is_written_of_a_channel_is_compared() {
        let channel = ChannelRow {
            file: "src/main.ts".into(),
            line: 3,
            column: 1,
            api: "io".into(),
            owner: "main".into(),
            side: Side::Client,
            live: true,
            closed: Cleared::Yes,
            reconnects: Some(true),
            remote: true,
            messages: vec!["order".into(), "price".into()],
            receivers: vec![],
            area: "Orders".into(),
        };
        for (comment, says_so) in [
            ("", true),
            ("closed=yes reconnects=true live=true carries=order,price", true),
            ("closed=not-needed", false),
            ("reconnects=false", false),
            ("reconnects=unknown", false),
            ("live=false", false),
            ("carries=order", false),
            ("carries=", false),
        ] {
            let expected: ExpectedChannel = comment.parse().unwrap();
            assert_eq!(expected.matches(&channel), says_so, "{comment}");
        }
    }

    #[test]
    fn mistakes_name_their_line() {
        for (text, part) in [
            ("\n// expect: set-interval network-pull\nx", "line 2"),
            ("x // expect: set-interval", "a verdict is missing"),
            ("x // expect: raf ui-timer 16ms", "is no number"),
            ("x // expect: raf ui-timer speed=1", "is no field of a timer"),
            ("x // finds: network-poll grave", "grave"),
            ("x // finds: network-poll critical now", "says too much"),
            ("x\n// expect: raf ui-timer", "speaks of no line"),
            ("x // message: wired", "a verdict is missing"),
            ("x // message: order wireed", "wireed"),
            ("x // channel: closed", "is no field of a channel"),
            ("x // channel: reconnects=maybe", "neither true nor false"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
