//! Messages that code waits for and that nothing sends.

use super::found::{Findings, Wording};
use super::{Policy, Rule, Topic, push, words};
use crate::link::Linked;
use crate::vocabulary::{MessageVerdict, Severity};

pub(super) const RULE: Rule = Rule {
    id: "unemitted-message",
    summary: "A message type that is handled, but that nothing in the audited code sends.",
    topic: Topic::Wiring,
    docs: include_str!("unemitted_message.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Send the messages that are waited for in {}",
    title: "Never emitted",
    check,
};

fn check(linked: &Linked, _policy: &Policy, findings: &mut Findings) {
    for message in push::judged(linked, MessageVerdict::NeverEmitted) {
        if let Some(route) = push::running(&message.routed).filter(|it| it.live) {
            let wording = Wording {
                message: format!(
                    "{} is handled here, but the other end of the channel never sends it.",
                    words::quote(&message.name)
                ),
                impact: "The code that waits for it never runs.".to_owned(),
                help: "Send it where the data changes, or delete the handler.".to_owned(),
            };
            push::report(findings, &RULE, RULE.severity, message, route, wording);
        }
    }
}
