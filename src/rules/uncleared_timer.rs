//! A timer that outlives its owner.

use super::found::{Findings, Wording};
use super::{Policy, Rule, Topic, words};
use crate::link::Linked;
use crate::link::timer::Timer;
use crate::vocabulary::Severity;

pub(super) const RULE: Rule = Rule {
    id: "uncleared-timer",
    summary: "A timer that nothing stops when its owner goes away.",
    topic: Topic::Polling,
    docs: include_str!("uncleared_timer.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Clear the timers started in {}",
    title: "Timer that nothing stops",
    check,
};

fn check(linked: &Linked, policy: &Policy, findings: &mut Findings) {
    for (index, timer) in linked.timers.iter().enumerate() {
        if let Some(severity) = policy.uncleared(timer) {
            findings.timer(&RULE, severity, (index, timer), wording(timer));
        }
    }
}

fn wording(timer: &Timer) -> Wording {
    Wording {
        message: format!(
            "{} starts {} {} and nothing stops it.",
            words::owner(timer),
            words::quote(&timer.api),
            words::every(timer)
        ),
        impact: "It goes on after its owner is gone, and each new start adds one more.".to_owned(),
        help: "Keep the handle and clear it on cleanup, unmount or stop.".to_owned(),
    }
}
