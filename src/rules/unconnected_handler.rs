//! Functions that are written to receive messages and that nothing registers.

use super::found::{About, Findings, Wording};
use super::{Policy, Rule, Topic, push, words};
use crate::link::Linked;
use crate::link::wiring::model::LooseHandler;
use crate::vocabulary::Severity;

pub(super) const RULE: Rule = Rule {
    id: "unconnected-handler",
    summary: "A function that is written to receive push messages, but that nothing registers.",
    topic: Topic::Components,
    docs: include_str!("unconnected_handler.md"),
    severity: Severity::Critical,
    since: "0.1.0",
    step: "Connect the message handlers of {}",
    title: "Handler not connected",
    check,
};

fn check(linked: &Linked, policy: &Policy, findings: &mut Findings) {
    for handler in &linked.wiring.loose_handlers {
        let about = About {
            place: handler.place,
            owner: &handler.owner,
            subject: &handler.name,
            api: &handler.name,
            message: handler.messages.first(),
            confidence: handler.confidence,
            chain: &handler.chain,
        };
        findings.push(&RULE, policy.unheard(handler.live, handler.confidence), &about, wording(handler));
    }
}

fn wording(handler: &LooseHandler) -> Wording {
    let messages = match handler.messages.as_slice() {
        [] => "push messages".to_owned(),
        names => push::some(names.iter().map(|it| it.as_str())),
    };
    let place = match handler.owner.as_str() {
        "" => String::new(),
        owner if owner == handler.name => String::new(),
        owner => format!(" in {}", words::quote(owner)),
    };
    let says = match &handler.quote {
        Some(quote) => format!(" A comment says so: {}.", words::quote(quote.trim_end_matches('.'))),
        None => String::new(),
    };
    Wording {
        message: format!(
            "{}{place} is written to receive {messages}, but nothing registers it: it is {}.{says}",
            words::quote(&handler.name),
            handler.used
        ),
        impact: "The messages arrive, and what people see stays as it was.".to_owned(),
        help: "Register it with the message stream, through a provider or a hook that is mounted here."
            .to_owned(),
    }
}
