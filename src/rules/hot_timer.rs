//! Timers that run far more often than somebody meant.

use super::found::{Findings, Wording};
use super::policy::Heat;
use super::{Policy, Rule, Topic, words};
use crate::link::Linked;
use crate::link::timer::Timer;
use crate::vocabulary::Severity;

pub(super) const RULE: Rule = Rule {
    id: "hot-timer",
    summary: "A timer that runs without a pause, or asks the server several times a second.",
    topic: Topic::Polling,
    docs: include_str!("hot_timer.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Slow down the timers of {}",
    title: "Hot timer",
    check,
};

fn check(linked: &Linked, policy: &Policy, findings: &mut Findings) {
    for (index, timer) in linked.timers.iter().enumerate() {
        if let Some(heat) = policy.heat(timer) {
            findings.timer(&RULE, RULE.severity, (index, timer), wording(timer, heat));
        }
    }
}

fn wording(timer: &Timer, heat: Heat) -> Wording {
    let (owner, api) = (words::owner(timer), words::quote(&timer.api));
    let (message, help) = match heat {
        Heat::Overflow => (
            format!(
                "{owner} gives {api} a delay that is longer than a timer can wait, so that it fires at once."
            ),
            "Wait at most 2,147,483,647 ms (24.8 days), or check a stored date on a slower timer.",
        ),
        Heat::NoPause => (
            format!("{owner} gives {api} no delay, and it asks the server as fast as it can."),
            "Give it an interval, or ask when something has changed.",
        ),
        Heat::SubSecond => (
            format!("{owner} asks the server {} through {api}.", words::every(timer)),
            "Push the changes, or ask less often.",
        ),
    };
    Wording {
        message,
        impact: "Each open page keeps the server, and its own thread, busy.".to_owned(),
        help: help.to_owned(),
    }
}
