//! The layer that should stand between a message source and the components that wait for it.

use super::found::{About, Findings, Wording};
use super::{Policy, Rule, Topic, push};
use crate::link::Linked;
use crate::link::wiring::model::MissingLayer;
use crate::vocabulary::{Confidence, Severity};

pub(super) const RULE: Rule = Rule {
    id: "missing-provider-layer",
    summary: "Components wait for messages, or open connections of their own, because nothing shares one.",
    topic: Topic::Providers,
    docs: include_str!("missing_provider_layer.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Put a provider between the message source and the components of {}",
    title: "Missing provider layer",
    check,
};

fn check(linked: &Linked, _policy: &Policy, findings: &mut Findings) {
    let Some(layer) = &linked.wiring.missing_layer else {
        return;
    };
    let about = About {
        place: layer.place,
        owner: &layer.source,
        subject: &layer.source,
        api: "provider layer",
        message: None,
        confidence: Confidence::Likely,
        chain: &layer.chain,
    };
    findings.push(&RULE, RULE.severity, &about, wording(layer));
}

fn wording(layer: &MissingLayer) -> Wording {
    let source = push::holder(&layer.source);
    let owners =
        |spots: &[crate::link::wiring::model::Spot]| push::some(spots.iter().map(|it| it.owner.as_str()));
    if layer.starving.is_empty() {
        return Wording {
            message: format!("{} each open a connection of their own.", owners(&layer.own_channels)),
            impact: "Every page holds several connections that carry the same messages.".to_owned(),
            help: "Open one connection in a provider or service, and subscribe the components to it."
                .to_owned(),
        };
    }
    Wording {
        message: format!(
            "{source} receives messages, but no context, store or service hands them to {}.",
            owners(&layer.starving)
        ),
        impact: "Messages are received and routed, and the components do not hear of them.".to_owned(),
        help: "Add a provider that subscribes the components, routes each message to its handler, and \
               opens and closes the connection for them."
            .to_owned(),
    }
}
