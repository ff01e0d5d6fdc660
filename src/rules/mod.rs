//! One question about the linked program per file. The registry is one sorted slice; help, docs
//! and the report formats' metadata are rendered from it.

mod dormant_poll;
mod found;
mod leftover_config;
mod network_poll;
mod policy;
mod status_poll;
mod uncleared_timer;
mod words;

pub use found::{Findings, Found, Wording};
pub use policy::Policy;

use crate::link::Linked;
use crate::vocabulary::Severity;

/// One rule: what it is called, what it says of itself, and the question that it asks.
#[derive(Debug)]
pub struct Rule {
    /// Names the pattern and reads well after "allow".
    pub id: &'static str,
    /// One sentence; also the first line of `docs`.
    pub summary: &'static str,
    /// The rule's Markdown, the only text about it.
    pub docs: &'static str,
    /// The most severe level that the policy gives a finding of it.
    pub severity: Severity,
    /// Version that brought it.
    pub since: &'static str,
    /// What to do about several findings at once, as an imperative; `{}` stands for where.
    pub(crate) step: &'static str,
    /// The question.
    pub(crate) check: fn(&Linked, &Policy, &mut Findings),
}

static RULES: &[Rule] = &[
    dormant_poll::RULE,
    leftover_config::RULE,
    network_poll::RULE,
    status_poll::RULE,
    uncleared_timer::RULE,
];

/// Every rule, sorted by id.
pub fn all() -> &'static [Rule] {
    RULES
}

/// The rule of that id.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// Asks every rule; findings come rule by rule, each in the order of the program.
pub fn check(linked: &Linked, policy: &Policy) -> Findings {
    let mut findings = Findings::default();
    for rule in RULES {
        (rule.check)(linked, policy, &mut findings);
    }
    findings
}

#[cfg(test)]
mod tests;
