//! A realtime provider that is rendered while nothing reads what it provides.

use super::found::{Findings, Wording};
use super::words::quote;
use super::{Policy, Rule, Topic};
use crate::link::Linked;
use crate::link::providers::Provider;
use crate::link::timer::Step;
use crate::vocabulary::{ProviderVerdict, Severity};

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
            findings.provider(&RULE, RULE.severity, provider, provider.created, wording(provider), chain);
        }
    }
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
