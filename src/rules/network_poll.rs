//! Recurring work that keeps asking the server: the classic leftover poll.

use super::found::{Findings, Wording};
use super::{Policy, Rule, Topic, words};
use crate::link::Linked;
use crate::link::timer::Timer;
use crate::vocabulary::{Kind, Severity, Side};

pub(super) const RULE: Rule = Rule {
    id: "network-poll",
    summary: "Recurring work that asks the server for data again and again.",
    topic: Topic::Polling,
    docs: include_str!("network_poll.md"),
    severity: Severity::Critical,
    since: "0.1.0",
    step: "Replace polling with push messages in {}",
    title: "Polling",
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
    let (asker, replacement) = match timer.side {
        Side::Client => ("open client", "Subscribe to a push message for this data"),
        Side::Server => ("running instance", "Let the source notify the server (webhook, queue, stream)"),
    };
    let removal = match timer.kind {
        Kind::QueryOption | Kind::IntervalParam => "drop the interval",
        _ => "delete the timer",
    };
    let impact = match words::rate(timer) {
        Some(rate) => format!("{rate} from every {asker}."),
        None => format!("Every {asker} adds to the load."),
    };
    Wording {
        message: format!(
            "{owner} asks the server again {every} through {api}, whether anything changed or not."
        ),
        impact,
        help: format!("{replacement} and {removal}."),
    }
}
