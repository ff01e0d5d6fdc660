//! Handlers that write the message to the console and do nothing else.

use super::found::{Findings, Wording};
use super::{Policy, Rule, Topic, push, words};
use crate::link::Linked;
use crate::vocabulary::{MessageVerdict, Severity};

pub(super) const RULE: Rule = Rule {
    id: "log-only-handler",
    summary: "A message type whose only handlers log it.",
    topic: Topic::Components,
    docs: include_str!("log_only_handler.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Act on the messages that are only logged in {}",
    title: "Log-only handler",
    check,
};

fn check(linked: &Linked, _policy: &Policy, findings: &mut Findings) {
    for message in push::judged(linked, MessageVerdict::LogOnly) {
        if let Some(route) = push::running(&message.routed).filter(|it| it.live) {
            let wording = Wording {
                message: format!(
                    "{} is handled by writing it to the log and by nothing else.",
                    words::quote(&message.name)
                ),
                impact: "What it tells never reaches the screen.".to_owned(),
                help: "Update what is shown when it arrives, or delete the handler.".to_owned(),
            };
            push::report(findings, &RULE, RULE.severity, message, route, wording);
        }
    }
}
