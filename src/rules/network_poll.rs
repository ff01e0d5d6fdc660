//! Recurring work that keeps asking the server: the classic leftover poll.

use super::found::{Findings, Wording};
use super::{Policy, Rule, words};
use crate::link::Linked;
use crate::link::timer::Timer;
use crate::vocabulary::{Gate, Kind, Severity, Side};

pub(super) const RULE: Rule = Rule {
    id: "network-poll",
    summary: "Recurring work that asks the server for data again and again.",
    docs: include_str!("network_poll.md"),
    severity: Severity::Critical,
    since: "0.1.0",
    step: "Replace the polling in {} with push messages",
    check,
};

fn check(linked: &Linked, policy: &Policy, findings: &mut Findings) {
    for (index, timer) in linked.timers.iter().enumerate() {
        if let Some(severity) = policy.network_poll(timer) {
            findings.timer(&RULE, severity, (index, timer), wording(timer));
        }
    }
}

fn wording(timer: &Timer) -> Wording {
    let (owner, every, api) = (words::owner(timer), words::every(timer), words::quote(&timer.api));
    let condition = match timer.gate {
        Gate::Conditional => format!(", under a condition{}", words::reason(timer)),
        _ => String::new(),
    };
    let (asker, replacement) = match timer.side {
        Side::Client => ("open client", "subscribe to a push message for this data"),
        Side::Server => (
            "running instance",
            "let the source notify the server (webhook, queue, stream)",
        ),
    };
    let removal = match timer.kind {
        Kind::QueryOption | Kind::IntervalParam => "drop the interval",
        _ => "delete the timer",
    };
    let rate = words::rate(timer);
    let cost = match &rate {
        Some(rate) => format!("{rate} from every {asker}"),
        None => format!("every {asker} adds to the load"),
    };
    let help = format!("{replacement} and {removal}");
    Wording {
        message: format!(
            "{owner} asks the server again {every} through {api}{condition}: {cost}, whether anything changed \
             or not. {}.",
            capitalised(&help)
        ),
        impact: rate.map_or_else(|| every.clone(), |rate| format!("{every}, {rate}")),
        help,
    }
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
