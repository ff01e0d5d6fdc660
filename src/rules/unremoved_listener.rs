//! Listeners that a component adds to a shared connection and never removes.

use super::found::{About, Findings, Wording};
use super::{Policy, Rule, Topic, push, words};
use crate::link::Linked;
use crate::vocabulary::{Confidence, Severity};

pub(super) const RULE: Rule = Rule {
    id: "unremoved-listener",
    summary: "A message listener that stays on a shared connection when its component is gone.",
    topic: Topic::Wiring,
    docs: include_str!("unremoved_listener.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Remove message listeners with their components in {}",
    title: "Listener never removed",
    check,
};

fn check(linked: &Linked, _policy: &Policy, findings: &mut Findings) {
    for kept in linked.wiring.kept_listeners.iter().filter(|it| it.live) {
        let of = kept.message.as_deref().map(|it| format!(" for {}", words::quote(it))).unwrap_or_default();
        let wording = Wording {
            message: format!(
                "{} adds a listener{of} with {} and never removes it.",
                push::holder(&kept.owner),
                words::quote(&kept.api)
            ),
            impact: "Each mount adds one more, and all of them run for every message.".to_owned(),
            help: "Return a cleanup from the effect that removes the same listener.".to_owned(),
        };
        let about = About {
            place: kept.place,
            owner: &kept.owner,
            subject: &kept.owner,
            api: kept.message.as_deref().unwrap_or(&kept.api),
            message: kept.message.as_ref(),
            confidence: Confidence::Likely,
            chain: &kept.chain,
        };
        findings.push(&RULE, RULE.severity, &about, wording);
    }
}
