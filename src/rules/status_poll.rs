//! Reading the state of a connection on a timer, although the connection says when it changes.

use super::found::{Findings, Wording};
use super::{Policy, Rule, Topic, words};
use crate::link::Linked;
use crate::link::timer::Timer;
use crate::vocabulary::Severity;

pub(super) const RULE: Rule = Rule {
    id: "status-poll",
    summary: "Connection state that is read on a timer instead of on its change.",
    topic: Topic::Polling,
    docs: include_str!("status_poll.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Subscribe to connection events instead of polling connection state in {}",
    title: "Connection state read on a timer",
    check,
};

fn check(linked: &Linked, policy: &Policy, findings: &mut Findings) {
    for (index, timer) in linked.timers.iter().enumerate() {
        if let Some(severity) = policy.status_poll(timer) {
            findings.timer(&RULE, severity, (index, timer), wording(timer));
        }
    }
}

fn wording(timer: &Timer) -> Wording {
    let (owner, every) = (words::owner(timer), words::every(timer));
    let stale = match timer.interval_ms {
        Some(ms) => format!("can be {} old", words::duration(ms)),
        None => "can be stale".to_owned(),
    };
    Wording {
        message: format!(
            "{owner} reads connection state {every} through {} instead of hearing of its change.",
            words::quote(&timer.api)
        ),
        impact: format!("What it shows {stale}, and most reads see no change."),
        help: "Subscribe to the connection's open, close and status events instead.".to_owned(),
    }
}
