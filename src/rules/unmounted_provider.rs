//! A realtime context that components read while its provider is never rendered.

use super::found::{Findings, Wording};
use super::words::quote;
use super::{Policy, Rule, Topic};
use crate::link::Linked;
use crate::link::providers::Provider;
use crate::link::timer::Step;
use crate::vocabulary::{ProviderVerdict, Severity};

pub(super) const RULE: Rule = Rule {
    id: "unmounted-provider",
    summary: "A realtime context that components read while nothing renders its provider.",
    topic: Topic::Providers,
    docs: include_str!("unmounted_provider.md"),
    severity: Severity::Critical,
    since: "0.1.0",
    step: "Mount the provider of {}",
    title: "Provider never mounted",
    check,
};

fn check(linked: &Linked, _policy: &Policy, findings: &mut Findings) {
    for provider in &linked.providers {
        let is_it = provider.realtime && provider.verdict == ProviderVerdict::NeverMounted;
        if is_it && !provider.mount_unseen && !provider.consumers.is_empty() {
            let severity = if provider.consumers_live { Severity::Critical } else { Severity::Warning };
            let read = provider
                .consumers
                .iter()
                .map(|place| Step { place: *place, label: format!("reads {}", provider.context) });
            let chain = provider.evidence.iter().cloned().chain(read).collect();
            findings.provider(&RULE, severity, provider, provider.created, wording(provider), chain);
        }
    }
}

fn wording(provider: &Provider) -> Wording {
    let context = quote(&provider.context);
    let component = match provider.provider.as_str() {
        "" => "its provider".to_owned(),
        name => quote(name),
    };
    let impact = match (provider.throws, provider.consumers_live) {
        (true, true) => "The first component that reads it throws.",
        (false, true) => "What arrives over the channel never reaches the components that read it.",
        (_, false) => "Nothing renders the readers either, so this part of the push wiring is dead.",
    };
    Wording {
        message: format!("{context} carries realtime data, but nothing renders {component}."),
        impact: impact.to_owned(),
        help: format!("Render {component} above the components that read it, or delete both."),
    }
}
