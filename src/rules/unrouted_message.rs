//! Messages with handlers to which nothing leads.

use super::found::{Findings, Wording};
use super::{Policy, Rule, Topic, push, words};
use crate::link::Linked;
use crate::link::wiring::model::Message;
use crate::vocabulary::{MessageVerdict, Severity};

pub(super) const RULE: Rule = Rule {
    id: "unrouted-message",
    summary: "A message type that is sent and has a handler, but that no route tells from others.",
    topic: Topic::Wiring,
    docs: include_str!("unrouted_message.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Route the messages that have handlers in {}",
    title: "Unrouted message",
    check,
};

fn check(linked: &Linked, _policy: &Policy, findings: &mut Findings) {
    for message in push::judged(linked, MessageVerdict::Unrouted) {
        let sent = message.emitted.iter().map(|it| &it.spot).find(|it| it.live);
        if let Some(spot) = sent.or(message.defined.first()) {
            push::report(findings, &RULE, RULE.severity, message, spot, wording(message));
        }
    }
}

fn wording(message: &Message) -> Wording {
    Wording {
        message: format!(
            "{} has a handler, but nothing that receives messages recognises it.",
            words::quote(&message.name)
        ),
        impact: "It arrives and is dropped with everything that is not known.".to_owned(),
        help: "Add it to the switch or table that routes the other messages.".to_owned(),
    }
}
