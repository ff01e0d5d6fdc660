//! Numbers and durations as people say them.

use crate::findings::audit::{Priority, TimerRow};
use crate::vocabulary::{Gate, Kind, Severity};

const UNITS: [(f64, &str, &str); 5] = [
    (86_400_000.0, "d", "day"),
    (3_600_000.0, "h", "hour"),
    (60_000.0, "min", "minute"),
    (1_000.0, "s", "second"),
    (1.0, "ms", "millisecond"),
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
    text.strip_suffix(".00")
        .or_else(|| text.strip_suffix('0'))
        .map_or_else(|| text.clone(), str::to_owned)
}

/// `46 requests/min`.
pub fn requests(per_minute: f64) -> String {
    format!("{} requests/min", number(per_minute))
}

/// A share in percent, rounded down so that only a finished migration says 100 %.
pub fn percent(share: f64) -> String {
    format!("{} %", number((share * 10.0).floor() / 10.0))
}

/// How often, as the object of a sentence: `every 30 s`, `every frame`, `interval from parameter rate`.
pub fn how_often(timer: &TimerRow) -> String {
    match timer.interval_ms {
        Some(ms) => format!("every {}", duration(ms)),
        None if timer.kind == Kind::Raf => "every frame".into(),
        None if timer.interval_source.is_empty() => "dynamic interval".into(),
        None => format!("dynamic interval ({})", timer.interval_source),
    }
}

/// How often, as a thing: `5-minute interval`, `every frame`, `dynamic interval (parameter rate)`.
pub fn interval(timer: &TimerRow) -> String {
    timer.interval_ms.map_or_else(
        || how_often(timer),
        |ms| {
            let (amount, _, noun) = in_unit(ms);
            format!("{}-{noun} interval", number(amount))
        },
    )
}

/// `500 ms`, `30 s`, `5 min`, `1.5 h`.
pub fn duration(ms: f64) -> String {
    let (amount, unit, _) = in_unit(ms);
    format!("{} {unit}", number(amount))
}

/// The largest unit that gives a whole number; seconds may keep one decimal.
fn in_unit(ms: f64) -> (f64, &'static str, &'static str) {
    for (size, short, long) in UNITS {
        let amount = ms / size;
        let grain = if size == 1_000.0 { 10.0 } else { 1.0 };
        if amount >= 1.0 && (amount * grain).fract() == 0.0 {
            return (amount, short, long);
        }
    }
    (ms, "ms", "millisecond")
}

/// What stands before a timer: `always on`, `off by default (prop enabled)`.
pub fn gate(timer: &TimerRow) -> String {
    let word = match timer.gate {
        Gate::Always => "always on",
        Gate::Conditional => "conditional",
        Gate::OffByDefault => "off by default",
        Gate::OffAtAllCallers => "off at all callers",
    };
    timer
        .gate_reason
        .as_ref()
        .map_or_else(|| word.into(), |reason| format!("{word} ({reason})"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_choose_the_unit_people_would() {
        let said: Vec<String> = [
            0.5,
            16.7,
            500.0,
            1_500.0,
            1_234.0,
            30_000.0,
            90_000.0,
            300_000.0,
            3_600_000.0,
            5_400_000.0,
            86_400_000.0,
            -1.0,
        ]
        .map(duration)
        .to_vec();
        assert_eq!(
            said,
            [
                "0.5 ms", "16.7 ms", "500 ms", "1.5 s", "1234 ms", "30 s", "90 s", "5 min", "1 h", "90 min",
                "1 d", "-1 ms"
            ]
        );
    }

    #[test]
    fn numbers_carry_no_noise() {
        assert_eq!(
            [12.0, 8.571_4, 0.5, 0.001, 0.0].map(number),
            ["12", "8.57", "0.5", "<0.01", "0"]
        );
        assert_eq!(
            [0, 999, 1_204, 1_000_000].map(thousands),
            ["0", "999", "1,204", "1,000,000"]
        );
        assert_eq!(percent(99.96), "99.9 %");
        assert_eq!(percent(100.0), "100 %");
    }
}
