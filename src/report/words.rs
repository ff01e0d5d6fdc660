//! Numbers and durations as people say them.

use crate::findings::audit::{Audit, ChainStep, Comparison, Finding, Links, Priority, Summary, TimerRow};
use crate::rules::words::each;
use crate::vocabulary::{ComparedWith, Gate, Kind, Severity};

const UNITS: [(f64, &str); 5] = [
    (86_400_000.0, "day"),
    (3_600_000.0, "hour"),
    (60_000.0, "minute"),
    (1_000.0, "second"),
    (1.0, "millisecond"),
];

/// `1 file`, `2 files`, `1,204 files`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number))
}

/// `1,204`.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// At most two decimals, none for nothing: `12`, `8.57`, `<0.01`.
pub fn number(value: f64) -> String {
    if value > 0.0 && value < 0.01 {
        return "<0.01".into();
    }
    let text = format!("{value:.2}");
    text.strip_suffix(".00").or_else(|| text.strip_suffix('0')).map_or_else(|| text.clone(), str::to_owned)
}

/// `46 requests/min`.
pub fn requests(per_minute: f64) -> String {
    match number(per_minute).as_str() {
        "1" => "1 request/min".into(),
        number => format!("{number} requests/min"),
    }
}

/// A share in percent, rounded down so that only a finished migration says 100 %.
pub fn percent(share: f64) -> String {
    format!("{} %", number((share * 10.0).floor() / 10.0))
}

/// `60.7 % migrated (17 of 28 links in place)`, when any link is required.
pub fn completion(summary: &Summary) -> Option<String> {
    let Links { present, required } = summary.links;
    let (share, present, required) = (percent(summary.completion?), thousands(present), thousands(required));
    Some(format!("{share} migrated ({present} of {required} links in place)"))
}

/// How often, as the object of a sentence: `every 30 s`, `every frame`, `interval from parameter rate`.
pub fn how_often(timer: &TimerRow) -> String {
    match timer.interval_ms {
        Some(ms) => each(ms),
        None if timer.kind == Kind::Raf => "every frame".into(),
        None if timer.interval_source.is_empty() => "dynamic interval".into(),
        None => format!("interval from {}", timer.interval_source),
    }
}

/// How often, as a thing: `5-minute interval`, `every frame`, `interval from parameter rate`.
pub fn interval(timer: &TimerRow) -> String {
    match timer.interval_ms.filter(|ms| *ms >= 1.0) {
        Some(ms) => {
            let (amount, noun) = in_unit(ms);
            format!("{}-{noun} interval", number(amount))
        }
        None => how_often(timer),
    }
}

/// The largest unit that gives a whole number; seconds may keep one decimal.
fn in_unit(ms: f64) -> (f64, &'static str) {
    for (size, noun) in UNITS {
        let amount = ms / size;
        let grain = if size == 1_000.0 { 10.0 } else { 1.0 };
        if amount >= 1.0 && (amount * grain).fract() == 0.0 {
            return (amount, noun);
        }
    }
    (ms, "millisecond")
}

/// What stands before a timer, without the reason: `always on`.
pub fn gate(gate: Gate) -> &'static str {
    match gate {
        Gate::Always => "always on",
        Gate::Conditional => "conditional",
        Gate::OffByDefault => "off by default",
        Gate::OffAtAllCallers => "off at all callers",
    }
}

/// `client · set-interval · conditional (only while visible)`: what the message of a finding leaves out.
pub fn facts(timer: &TimerRow, message: &str) -> String {
    let mut facts = vec![timer.side.to_string(), timer.kind.to_string()];
    let reason = timer.gate_reason.as_deref();
    facts.push(match reason.filter(|reason| !message.contains(reason)) {
        Some(reason) => format!("{} ({reason})", gate(timer.gate)),
        None => gate(timer.gate).into(),
    });
    // A dormant poll's message has said so.
    if !timer.live && !message.contains("reaches this code") {
        facts.push("not reached from any entry".into());
    }
    facts.join(" · ")
}

/// The evidence without its first step when that is only the place of the finding.
pub fn way(finding: &Finding) -> &[ChainStep] {
    match finding.chain.as_slice() {
        [first, rest @ ..] if (&first.file, first.line) == (&finding.file, finding.line) => rest,
        all => all,
    }
}

/// The step at which sight was lost, when it is another place than the timer itself.
pub fn lost_at(timer: &TimerRow) -> Option<&ChainStep> {
    let elsewhere = |step: &&ChainStep| (&step.file, step.line) != (&timer.file, timer.line);
    timer.chain.last().filter(elsewhere)
}

/// The sign of a severity.
pub const fn sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "🔴",
        Severity::Warning => "⚠️",
        Severity::Info => "💡",
    }
}

/// `high`, `medium`, `low`.
pub const fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::High => "high",
        Priority::Medium => "medium",
        Priority::Low => "low",
    }
}

/// How many findings are neither known nor silenced, and against what.
pub fn news(audit: &Audit) -> Option<String> {
    let against: Vec<&str> = audit.comparisons.iter().map(|it| it.against.as_str()).collect();
    let new = audit.findings.iter().filter(|it| it.is_new()).count();
    let number = if new == 0 { "Nothing new".to_owned() } else { count(new, "new finding") };
    (!against.is_empty()).then(|| format!("{number} against {}", against.join(" and ")))
}

/// What a comparison found beside what is new.
pub fn compared(it: &Comparison) -> String {
    let fixed = match (it.fixed.len(), it.kind) {
        (0, _) => "none fixed".to_owned(),
        (fixed, ComparedWith::Baseline) => {
            format!("{} fixed: `unpoll baseline --prune` takes them out", thousands(fixed))
        }
        (fixed, ComparedWith::Commit) => format!("{} fixed", thousands(fixed)),
    };
    format!("{} known from {}, {fixed}", count(it.known, "finding"), it.against)
}

/// How many findings comments silence; `None` when none does.
pub fn suppressed(audit: &Audit) -> Option<String> {
    let all = || audit.findings.iter().filter_map(|it| it.suppression.as_ref());
    let bare = all().filter(|it| it.reason.is_none()).count();
    let number = count(Some(all().count()).filter(|it| *it > 0)?, "finding");
    Some(match bare {
        0 => format!("{number} suppressed, with reasons"),
        bare => format!("{number} suppressed, {} without a reason", thousands(bare)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_choose_the_unit_people_would() {
        let said = [0.5, 500.0, 1_500.0, 1_234.0, 30_000.0, 90_000.0, 5_400_000.0, -1.0].map(|ms| {
            let (amount, noun) = in_unit(ms);
            format!("{} {noun}", number(amount))
        });
        assert_eq!(
            said,
            [
                "0.5 millisecond",
                "500 millisecond",
                "1.5 second",
                "1234 millisecond",
                "30 second",
                "90 second",
                "90 minute",
                "-1 millisecond"
            ]
        );
        assert_eq!([1.0, 0.5, 46.0].map(requests), ["1 request/min", "0.5 requests/min", "46 requests/min"]);
    }

    #[test]
    fn numbers_carry_no_noise() {
        assert_eq!([12.0, 8.571_4, 0.5, 0.001, 0.0].map(number), ["12", "8.57", "0.5", "<0.01", "0"]);
        assert_eq!([0, 999, 1_204, 1_000_000].map(thousands), ["0", "999", "1,204", "1,000,000"]);
        assert_eq!(percent(99.96), "99.9 %");
        assert_eq!(percent(100.0), "100 %");
    }
}
