//! One question about the linked program per file. The registry is one sorted slice; help, docs
//! and the report formats' metadata are rendered from it.

mod context_outside_provider;
mod dead_emitter;
mod dormant_poll;
mod doubled_poll;
mod found;
mod hot_timer;
mod leftover_config;
mod log_only_handler;
mod missing_provider_layer;
mod network_poll;
mod page;
mod policy;
mod push;
mod redundant_poll;
mod status_poll;
mod suppress;
mod uncleared_timer;
mod unclosed_channel;
mod unconnected_handler;
mod unconsumed_provider;
mod unemitted_message;
mod unexplained_suppression;
mod unhandled_message;
mod unknown_suppression;
mod unmounted_provider;
mod unremoved_listener;
mod unrouted_message;
mod unsubscribed_message;
mod unused_suppression;
pub(crate) mod words;

pub(crate) use found::Findings;
pub use found::{Found, Wording};
pub use page::index;
pub(crate) use page::{REPOSITORY, without_mark};
pub use policy::Policy;

use crate::config::{self, Settings};
use crate::error::Error;
use crate::link::Linked;
use crate::source::Skip;
use crate::vocabulary::Severity;

/// One rule: what it is called, what it says of itself, and the question that it asks.
#[derive(Debug)]
pub struct Rule {
    /// Names the pattern and reads well after "allow".
    pub id: &'static str,
    /// One sentence; also the first line of `docs`.
    pub summary: &'static str,
    /// What it is about.
    pub topic: Topic,
    /// The rule's Markdown, the only text about it.
    pub docs: &'static str,
    /// The most severe level that the policy gives a finding of it.
    pub severity: Severity,
    /// Version that brought it.
    pub since: &'static str,
    /// What to do about several findings at once, as an imperative; `{}` stands for where.
    pub(crate) step: &'static str,
    /// What a finding of it is called in a heading, before `in` and a name.
    pub(crate) title: &'static str,
    /// The question.
    pub(crate) check: fn(&Linked, &Policy, &mut Findings),
}

/// What a rule is about. The order is that of the work: first push has to arrive, then nothing needs to
/// ask any more, and what is left over can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Code that should show messages and does not hear them.
    Components,
    /// Contexts that hand messages to components.
    Providers,
    /// The way of messages between what sends and what receives them.
    Wiring,
    /// Recurring work that runs.
    Polling,
    /// Polling that does not run, and what belonged to it.
    Leftovers,
    /// Comments that silence findings of all other rules, and nothing of these.
    Comments,
}

impl Topic {
    /// Whether it is about push, and not about timers.
    pub const fn is_push(self) -> bool {
        matches!(self, Self::Components | Self::Providers | Self::Wiring)
    }
}

static RULES: &[Rule] = &[
    context_outside_provider::RULE,
    dead_emitter::RULE,
    dormant_poll::RULE,
    doubled_poll::RULE,
    hot_timer::RULE,
    leftover_config::RULE,
    log_only_handler::RULE,
    missing_provider_layer::RULE,
    network_poll::RULE,
    redundant_poll::RULE,
    status_poll::RULE,
    uncleared_timer::RULE,
    unclosed_channel::RULE,
    unconnected_handler::RULE,
    unconsumed_provider::RULE,
    unemitted_message::RULE,
    unexplained_suppression::RULE,
    unhandled_message::RULE,
    unknown_suppression::RULE,
    unmounted_provider::RULE,
    unremoved_listener::RULE,
    unrouted_message::RULE,
    unsubscribed_message::RULE,
    unused_suppression::RULE,
];

/// Every rule, sorted by id.
pub fn all() -> &'static [Rule] {
    RULES
}

/// The rule of that id.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// Whether findings of a rule speak of polling that runs.
pub(crate) fn is_active_poll(id: &str) -> bool {
    id == network_poll::RULE.id || id == status_poll::RULE.id
}

/// Whether findings of a rule speak of polling that does not run.
pub(crate) fn is_dormant_poll(id: &str) -> bool {
    id == dormant_poll::RULE.id
}

/// Whether findings of a rule speak of message handlers that nothing registers.
pub(crate) fn is_loose_handler(id: &str) -> bool {
    id == unconnected_handler::RULE.id
}

/// Whether findings of a rule speak of a handler or a message type that is not connected: nothing registers it, nothing
/// tells it apart, or nothing gets it.
pub(crate) fn is_unconnected(id: &str) -> bool {
    is_loose_handler(id) || id == unsubscribed_message::RULE.id || id == unrouted_message::RULE.id
}

/// Whether findings of a rule speak of comments that silence others, and so of nothing in the product.
pub(crate) fn is_about_comments(id: &str) -> bool {
    find(id).is_some_and(|rule| rule.topic == Topic::Comments)
}

/// Refuses a config that speaks of a rule that is none.
///
/// # Errors
///
/// The first such name, with the place in the config.
pub fn check_names(settings: &Settings) -> Result<(), Error> {
    config::check_rules(settings, RULES.iter().map(|rule| rule.id))
}

/// Asks every rule that is on; findings come rule by rule, each in the order of the program, as severe as the
/// config wants them, with the comment that silences them if there is one. A rule that breaks is named among
/// the skips and takes only its own findings with it.
pub fn check(linked: &Linked, policy: &Policy) -> (Vec<Found>, Vec<Skip>) {
    let (about_comments, others): (Vec<_>, Vec<_>) = RULES.iter().partition(|it| it.topic == Topic::Comments);
    let (mut found, mut broken) = ask(&others, linked, policy, Findings::default);
    settle(&mut found, linked, policy);
    let idle = suppress::apply(&mut found, linked, policy);
    // What a broken rule would have found is not known, nor then which comments are needed.
    let idle = if broken.is_empty() { idle } else { Vec::new() };
    let (mut more, more_broken) = ask(&about_comments, linked, policy, || Findings::about(idle.clone()));
    settle(&mut more, linked, policy);
    found.append(&mut more);
    broken.extend(more_broken);
    (found, broken)
}

/// Makes findings as severe as the config wants them, and drops those that it does not want.
fn settle(found: &mut Vec<Found>, linked: &Linked, policy: &Policy) {
    let view = policy.view();
    found.retain_mut(|it| {
        let path = linked.path(it.place.file);
        let severity = view.severity(it.rule, path, it.severity).filter(|_| !view.is_ignored(path));
        it.severity = severity.unwrap_or(it.severity);
        severity.is_some()
    });
}

fn ask(
    rules: &[&Rule],
    linked: &Linked,
    policy: &Policy,
    start: impl Fn() -> Findings,
) -> (Vec<Found>, Vec<Skip>) {
    let (mut found, mut broken) = (Vec::new(), Vec::new());
    for rule in rules.iter().filter(|rule| policy.view().asks(rule.id)) {
        let mut findings = start();
        let asked = Skip::guard(&format!("rule {}", rule.id), || {
            (rule.check)(linked, policy, &mut findings);
        });
        match asked {
            Ok(()) => found.append(&mut findings.into_vec()),
            Err(skip) => broken.push(skip),
        }
    }
    (found, broken)
}

#[cfg(test)]
mod tests;
