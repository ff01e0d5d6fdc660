//! A realtime provider that is rendered while nothing reads what it provides.

use super::found::{Findings, Wording};
use super::words::quote;
use super::{Policy, Rule, Topic};
use crate::link::Linked;
use crate::link::providers::Provider;
use crate::link::timer::Step;
use crate::vocabulary::{MessageVerdict, ProviderVerdict, Severity};

pub(super) const RULE: Rule = Rule {
    id: "unconsumed-provider",
    summary: "A realtime provider that is mounted while nothing reads its context.",
    topic: Topic::Providers,
    docs: include_str!("unconsumed_provider.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Read or remove the realtime context of {}",
    title: "Provider without consumers",
    check,
};

fn check(linked: &Linked, _policy: &Policy, findings: &mut Findings) {
    for provider in &linked.providers {
        let is_it = provider.realtime && provider.verdict == ProviderVerdict::NoConsumers;
        if is_it && !provider.mounted.is_empty() {
            let mounted = provider
                .mounted
                .iter()
                .map(|place| Step { place: *place, label: format!("renders {}", provider.provider) });
            let chain = mounted.chain(provider.evidence.iter().cloned()).collect();
            // What the channel brings reaches the screen by another way; only the context is left over.
            let severity = if feeds_others(linked, provider) { Severity::Info } else { RULE.severity };
            findings.provider(&RULE, severity, provider, provider.created, wording(provider), chain);
        }
    }
}

/// Whether messages that come in at the provider's file arrive somewhere.
fn feeds_others(linked: &Linked, provider: &Provider) -> bool {
    let file = provider.created.file;
    linked.wiring.messages.iter().any(|it| {
        it.verdict == MessageVerdict::Wired
            && it.routed.iter().any(|route| route.place.file == file)
            && it.subscribed.iter().any(|spot| spot.live)
    })
}

fn wording(provider: &Provider) -> Wording {
    let context = quote(&provider.context);
    Wording {
        message: format!("{context} carries realtime data, and nothing reads it."),
        impact: "Nothing gets the messages this way; unless the provider also feeds a store, the channel is \
                 kept for nobody."
            .to_owned(),
        help: "Read the context where the data is shown, or remove the provider.".to_owned(),
    }
}
