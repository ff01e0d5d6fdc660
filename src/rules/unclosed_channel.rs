//! Connections that a component opens and never closes.

use super::found::{About, Findings, Wording};
use super::{Policy, Rule, Topic, push, words};
use crate::link::Linked;
use crate::link::timer::Step;
use crate::vocabulary::{Cleared, Confidence, Severity};

pub(super) const RULE: Rule = Rule {
    id: "unclosed-channel",
    summary: "A push connection that stays open when the component that opened it is gone.",
    topic: Topic::Wiring,
    docs: include_str!("unclosed_channel.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Close push connections with their components in {}",
    title: "Channel never closed",
    check,
};

fn check(linked: &Linked, _policy: &Policy, findings: &mut Findings) {
    for channel in linked.wiring.channels.iter().filter(|it| it.closed == Cleared::No && it.live) {
        let (owner, api) = (push::holder(&channel.owner), words::quote(&channel.api));
        let wording = Wording {
            message: format!("{owner} opens a connection with {api} and never closes it."),
            impact: "Each mount leaves one more connection open, with its handlers.".to_owned(),
            help: "Return a cleanup from the effect that closes it.".to_owned(),
        };
        let chain = [Step { place: channel.place, label: channel.api.clone() }];
        let about = About {
            place: channel.place,
            owner: &channel.owner,
            subject: &channel.owner,
            api: &channel.api,
            message: None,
            confidence: Confidence::Likely,
            chain: &chain,
        };
        findings.push(&RULE, RULE.severity, &about, wording);
    }
}
