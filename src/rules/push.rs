//! What the rules about message types share: which of them they speak of, and how.

use super::found::{About, Findings, Wording};
use super::{Rule, words};
use crate::link::Linked;
use crate::link::wiring::model::{Message, Spot};
use crate::vocabulary::{Confidence, MessageVerdict, Severity};

/// Message types of a verdict that is sure enough to speak of.
pub(super) fn judged(linked: &Linked, verdict: MessageVerdict) -> impl Iterator<Item = &Message> {
    let messages = linked.wiring.messages.iter();
    messages.filter(move |it| it.verdict == verdict && it.confidence < Confidence::Possible && !it.protocol)
}

/// The place of a list that runs, or else the first.
pub(super) fn running(spots: &[Spot]) -> Option<&Spot> {
    spots.iter().find(|it| it.live).or(spots.first())
}

/// Adds a finding about a message type at one of its places.
pub(super) fn report(
    findings: &mut Findings,
    rule: &Rule,
    severity: Severity,
    message: &Message,
    spot: &Spot,
    wording: Wording,
) {
    let about = About {
        place: spot.place,
        owner: &spot.owner,
        subject: &message.name,
        api: &message.name,
        message: Some(&message.name),
        confidence: message.confidence,
        chain: &message.chain,
    };
    findings.push(rule, severity, &about, wording);
}

/// A holder of code, quoted; code outside every function has none.
pub(super) fn holder(owner: &str) -> String {
    if owner.trim().is_empty() { "This module".to_owned() } else { words::quote(owner) }
}

/// `` `a`, `b` and 3 more ``.
pub(super) fn some<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    /// Names that a sentence can carry.
    const SHOWN: usize = 3;
    let mut names: Vec<String> = names.into_iter().map(words::quote).collect();
    names.dedup();
    let left = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    match (names.as_mut_slice(), left) {
        (_, 1..) => format!("{} and {left} more", names.join(", ")),
        ([.., _, _], 0) => {
            let last = names.pop().unwrap_or_default();
            format!("{} and {last}", names.join(", "))
        }
        _ => names.concat(),
    }
}
