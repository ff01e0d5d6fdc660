//! A component that reads a realtime context where no provider stands above it.

use super::found::{Findings, Wording};
use super::words::quote;
use super::{Policy, Rule, Topic};
use crate::link::Linked;
use crate::link::providers::{Outside, Provider};
use crate::vocabulary::{ProviderVerdict, Severity};

pub(super) const RULE: Rule = Rule {
    id: "context-outside-provider",
    summary: "A component that reads a realtime context outside of every provider.",
    topic: Topic::Providers,
    docs: include_str!("context_outside_provider.md"),
    severity: Severity::Critical,
    since: "0.1.0",
    step: "Put a realtime provider above {}",
    title: "Context read outside its provider",
    check,
};

fn check(linked: &Linked, _policy: &Policy, findings: &mut Findings) {
    // Where no provider is rendered at all, `unmounted-provider` says it once for all readers.
    let told = |it: &&Provider| it.realtime && it.verdict != ProviderVerdict::NeverMounted;
    for provider in linked.providers.iter().filter(told) {
        for reader in &provider.outside {
            let breaks = provider.throws || provider.default_is_nothing;
            let severity = if breaks { Severity::Critical } else { Severity::Warning };
            let (place, wording) = (reader.place, wording(provider, reader));
            findings.provider(&RULE, severity, provider, place, wording, reader.chain.clone());
        }
    }
}

fn wording(provider: &Provider, reader: &Outside) -> Wording {
    let context = quote(&provider.context);
    let component = match reader.component.as_str() {
        "" => "A component".to_owned(),
        name => quote(name),
    };
    let impact = if provider.throws {
        "Reading it throws as soon as the component is rendered."
    } else if provider.default_is_nothing {
        "It gets no value, so no message ever reaches it."
    } else {
        "It sees the default value for ever, whatever arrives over the channel."
    };
    let (message, help) = match provider.verdict {
        ProviderVerdict::DefaultValueUsed => (
            format!("{component} reads {context}, which nothing in the program provides."),
            "Write a provider that is fed by the channel and render it above the component.".to_owned(),
        ),
        _ => (
            format!("{component} reads {context} where no provider stands above it."),
            match provider.provider.as_str() {
                "" => "Render the component below the provider.".to_owned(),
                name => format!("Render it below {}, or move that further up.", quote(name)),
            },
        ),
    };
    Wording { message, impact: impact.to_owned(), help }
}
