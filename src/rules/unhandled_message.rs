//! Messages that are sent and that nobody listens to.

use super::found::{Findings, Wording};
use super::{Policy, Rule, Topic, push, words};
use crate::link::Linked;
use crate::vocabulary::{MessageVerdict, Severity};

pub(super) const RULE: Rule = Rule {
    id: "unhandled-message",
    summary: "A message type that is sent, but that nothing at the other end handles.",
    topic: Topic::Wiring,
    docs: include_str!("unhandled_message.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Handle the messages that are sent in {}",
    title: "Emitted but unhandled",
    check,
};

fn check(linked: &Linked, _policy: &Policy, findings: &mut Findings) {
    for message in push::judged(linked, MessageVerdict::EmittedUnhandled) {
        let running = message.emitted.iter().find(|it| it.called != Some(false));
        let Some(emission) = running else {
            continue;
        };
        let wording = Wording {
            message: format!(
                "{} is sent here, but nothing at the other end of the channel handles it.",
                words::quote(&message.name)
            ),
            impact: "It costs traffic and changes nothing.".to_owned(),
            help: "Handle it where its data is shown, or stop sending it.".to_owned(),
        };
        push::report(findings, &RULE, RULE.severity, message, &emission.spot, wording);
    }
}
