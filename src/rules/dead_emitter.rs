//! Functions that send a message and that nothing calls.

use super::found::{Findings, Wording};
use super::{Policy, Rule, Topic, push, words};
use crate::link::Linked;
use crate::vocabulary::{MessageVerdict, Severity};

pub(super) const RULE: Rule = Rule {
    id: "dead-emitter",
    summary: "A message type that is only sent by code that nothing calls.",
    topic: Topic::Wiring,
    docs: include_str!("dead_emitter.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Call the functions that send push messages in {}",
    title: "Dead emitter",
    check,
};

fn check(linked: &Linked, _policy: &Policy, findings: &mut Findings) {
    for message in push::judged(linked, MessageVerdict::EmitDead) {
        let Some(emission) = message.emitted.first() else {
            continue;
        };
        let wording = Wording {
            message: format!(
                "{} is sent by {}, which nothing calls.",
                words::quote(&message.name),
                match emission.spot.owner.as_str() {
                    "" => "this module".to_owned(),
                    owner => words::quote(owner),
                }
            ),
            impact: "The clients that handle it never hear of the change.".to_owned(),
            help: "Call it where the change happens, or delete it together with its handlers.".to_owned(),
        };
        push::report(findings, &RULE, RULE.severity, message, &emission.spot, wording);
    }
}
