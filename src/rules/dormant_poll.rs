//! Polling that does not run today: switched off, or reached by nothing. It is one flag or one
//! import away from coming back.

use super::found::{Findings, Wording};
use super::{Policy, Rule, Topic, words};
use crate::link::Linked;
use crate::link::timer::Timer;
use crate::vocabulary::{Gate, Severity, Verdict};

pub(super) const RULE: Rule = Rule {
    id: "dormant-poll",
    summary: "Polling that is switched off or unreachable, but whose code remains.",
    topic: Topic::Leftovers,
    docs: include_str!("dormant_poll.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Delete the dormant polling in {}",
    title: "Dormant polling",
    check,
};

fn check(linked: &Linked, policy: &Policy, findings: &mut Findings) {
    for (index, timer) in linked.timers.iter().enumerate() {
        if let Some(severity) = policy.dormant_poll(timer) {
            findings.timer(&RULE, severity, (index, timer), wording(timer));
        }
    }
}

fn wording(timer: &Timer) -> Wording {
    let (owner, every, reason) = (words::owner(timer), words::every(timer), words::reason(timer));
    let work = match timer.verdict {
        Verdict::StatusPoll => "read connection state",
        _ => "ask the server again",
    };
    // Dead code comes first: whatever its switch says, nobody can turn it.
    let (why, impact, help) = match timer.gate {
        _ if !timer.live => (
            "no entry of the app reaches this code".to_owned(),
            "One import brings the polling back.",
            "Delete the code.",
        ),
        Gate::OffAtAllCallers => {
            (format!("every caller switches it off{reason}"), SWITCHED_OFF, DELETE_SWITCH)
        }
        _ => (format!("it is off by default{reason}"), SWITCHED_OFF, DELETE_SWITCH),
    };
    Wording {
        message: format!("{owner} would {work} {every}, but {why}."),
        impact: impact.to_owned(),
        help: help.to_owned(),
    }
}

const SWITCHED_OFF: &str = "The switch can bring the polling back.";
const DELETE_SWITCH: &str = "Delete the polling code and its switch.";
