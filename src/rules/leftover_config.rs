//! Configuration of a poll that is gone.

use super::found::{Findings, Wording};
use super::{Policy, Rule, Topic, words};
use crate::link::Linked;
use crate::link::timer::Leftover;
use crate::vocabulary::Severity;

pub(super) const RULE: Rule = Rule {
    id: "leftover-config",
    summary: "Configuration about polling that nothing reads.",
    topic: Topic::Leftovers,
    docs: include_str!("leftover_config.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Delete the polling configuration that nothing reads: {}",
    title: "Configuration that nothing reads",
    check,
};

fn check(linked: &Linked, _: &Policy, findings: &mut Findings) {
    for leftover in &linked.leftovers {
        if !linked.is_test(leftover.place.file) {
            findings.leftover(&RULE, leftover, wording(leftover));
        }
    }
}

fn wording(leftover: &Leftover) -> Wording {
    let (what, name) = (leftover.what, words::quote(&leftover.name));
    Wording {
        message: format!("The {what} {name} configures polling, but nothing reads it."),
        impact: "It promises a poll that is not there and invites one back.".to_owned(),
        help: format!("Delete the {what} {name}."),
    }
}
