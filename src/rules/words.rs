//! Facts of a timer in words, shared by the messages of all rules and by the reports.

use crate::link::timer::Timer;

/// Longest name that a message quotes, in characters: generated code has endless ones.
const LONGEST_NAME: usize = 120;

/// A name of the audited code between backticks. What would end the quotation, or a line, is
/// dropped here; everything else is for each report to escape.
pub(crate) fn quote(name: &str) -> String {
    let clean = || name.chars().filter(|letter| !letter.is_control() && *letter != '`');
    let mut quoted = String::from("`");
    quoted.extend(clean().take(LONGEST_NAME));
    quoted.push_str(if clean().nth(LONGEST_NAME).is_some() { "…`" } else { "`" });
    quoted
}

/// The owner of a timer, quoted; code outside every function has none.
pub(super) fn owner(timer: &Timer) -> String {
    if timer.owner.trim().is_empty() { "This module".to_owned() } else { quote(&timer.owner) }
}

/// `every 30 s`, or that nobody can tell from here.
pub(super) fn every(timer: &Timer) -> String {
    match timer.interval_ms {
        Some(ms) => each(ms),
        None if timer.interval_source.is_empty() => "at an interval decided at run time".to_owned(),
        None => format!("at an interval given by {}", plain(&timer.interval_source)),
    }
}

/// `every 30 s`, `every minute`.
pub(crate) fn each(ms: f64) -> String {
    let said = duration(ms);
    match said.as_str() {
        "0 ms" => "without a pause".to_owned(),
        "1 s" => "every second".to_owned(),
        "1 min" => "every minute".to_owned(),
        "1 h" => "every hour".to_owned(),
        "1 d" => "every day".to_owned(),
        _ => format!("every {said}"),
    }
}

/// The reason of a gate as a remark behind a clause, or nothing.
pub(super) fn reason(timer: &Timer) -> String {
    timer.gate_reason.as_deref().map_or_else(String::new, |reason| format!(" ({})", plain(reason)))
}

/// `30 s`, `1 min 30 s`, `2 h`.
pub(crate) fn duration(ms: f64) -> String {
    // The cast saturates, so hostile numbers stay numbers.
    let whole = ms.round() as u64;
    if whole < 1_000 {
        return format!("{whole} ms");
    }
    if whole < 60_000 {
        return format!("{} s", short(ms / 1_000.0));
    }
    let (large, small) = match whole / 1_000 {
        seconds @ ..3_600 => ((seconds / 60, "min"), (seconds % 60, "s")),
        seconds @ ..86_400 => ((seconds / 3_600, "h"), (seconds % 3_600 / 60, "min")),
        seconds => ((seconds / 86_400, "d"), (seconds % 86_400 / 3_600, "h")),
    };
    match small.0 {
        0 => format!("{} {}", large.0, large.1),
        rest => format!("{} {} {rest} {}", large.0, large.1, small.1),
    }
}

/// `2 requests a minute`, to begin a sentence, when the rate is known.
pub(super) fn rate(timer: &Timer) -> Option<String> {
    let rate = timer.requests_per_minute()?;
    let number = if rate < 0.1 { "Less than 0.1".to_owned() } else { short(rate) };
    Some(if number == "1" { "1 request a minute".to_owned() } else { format!("{number} requests a minute") })
}

/// One decimal where it says something.
fn short(number: f64) -> String {
    let digits = format!("{number:.1}");
    digits.strip_suffix(".0").map_or(digits.clone(), str::to_owned)
}

fn plain(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_like_speech() {
        for (ms, words) in [
            (0.0, "0 ms"),
            (16.67, "17 ms"),
            (1_500.0, "1.5 s"),
            (30_000.0, "30 s"),
            (59_999.0, "60 s"),
            (60_000.0, "1 min"),
            (90_000.0, "1 min 30 s"),
            (3_600_000.0, "1 h"),
            (5_400_000.0, "1 h 30 min"),
            (90_000_000.0, "1 d 1 h"),
            (f64::NAN, "0 ms"),
            (-5.0, "0 ms"),
        ] {
            assert_eq!(duration(ms), words, "{ms}");
        }
        assert!(duration(f64::INFINITY).ends_with('h'));
    }

    #[test]
    fn quoted_names_cannot_end_their_quotation() {
        assert_eq!(quote("useOrders"), "`useOrders`");
        assert_eq!(quote("a`b\n\u{1b}c"), "`abc`");
        assert_eq!(quote(&"x".repeat(121)), format!("`{}…`", "x".repeat(120)));
        assert_eq!(quote(&"x".repeat(120)), format!("`{}`", "x".repeat(120)));
    }
}
