//! Messages that are received and told apart, and then handed to nobody.

use super::found::{Findings, Wording};
use super::{Policy, Rule, Topic, push, words};
use crate::link::Linked;
use crate::link::wiring::model::Message;
use crate::vocabulary::{MessageVerdict, Severity};

pub(super) const RULE: Rule = Rule {
    id: "unsubscribed-message",
    summary: "A message type that is received and routed, but handed to no code that runs.",
    topic: Topic::Wiring,
    docs: include_str!("unsubscribed_message.md"),
    severity: Severity::Critical,
    since: "0.1.0",
    step: "Subscribe to the push messages that nothing handles in {}",
    title: "No subscriber",
    check,
};

fn check(linked: &Linked, policy: &Policy, findings: &mut Findings) {
    for message in push::judged(linked, MessageVerdict::NoSubscriber) {
        if let Some(route) = push::running(&message.routed) {
            let severity = policy.unheard(route.live, message.confidence);
            push::report(findings, &RULE, severity, message, route, wording(message));
        }
    }
}

fn wording(message: &Message) -> Wording {
    let name = words::quote(&message.name);
    let why = match (message.unsupplied.first(), message.subscribed.first()) {
        (Some(call), _) => format!("nobody supplies {}", words::quote(&call.label)),
        (None, Some(dead)) => {
            format!("{}, which handles it, is never rendered or run", push::holder(&dead.owner))
        }
        (None, None) => "no code is handed to it".to_owned(),
    };
    Wording {
        message: format!("{name} is received and told apart here, but {why}."),
        impact: "What it tells never reaches the screen.".to_owned(),
        help: "Supply its handler from a mounted component, provider or service, or delete the route."
            .to_owned(),
    }
}
