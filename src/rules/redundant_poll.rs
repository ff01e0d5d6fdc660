//! Polling for data that push messages keep up to date already.

use super::found::{Findings, Wording};
use super::{Policy, Rule, Topic, words};
use crate::link::Linked;
use crate::link::data::Datum;
use crate::link::timer::{Step, Timer};
use crate::link::wiring::model::Refresh;
use crate::vocabulary::{Confidence, Kind, MessageVerdict, Severity};

/// Polls that have in common what they only touch in passing.
const SEVERAL: usize = 3;

pub(super) const RULE: Rule = Rule {
    id: "redundant-poll",
    summary: "Polling for data that push messages keep up to date already.",
    topic: Topic::Polling,
    docs: include_str!("redundant_poll.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Delete polling that push messages make needless in {}",
    title: "Needless polling",
    check,
};

fn check(linked: &Linked, policy: &Policy, findings: &mut Findings) {
    for (index, timer) in linked.timers.iter().enumerate() {
        // A poll that steps in while the connection is down is what it is for.
        if policy.network_poll(timer).is_none() || timer.is_fallback || is_handed_on(timer, linked) {
            continue;
        }
        let Some((refresh, datum, sure)) = made_needless_by(timer, linked) else {
            continue;
        };
        findings.timer(&RULE, RULE.severity, (index, timer), wording(timer, refresh, datum));
        findings.at_most(sure);
        let message = refresh.message.as_ref().map_or_else(String::new, |it| format!("{it}: "));
        let heard =
            Step { place: refresh.handler.place, label: format!("{message}{}", refresh.handler.label) };
        let does = Step { place: refresh.touch.place, label: refresh.touch.label.clone() };
        findings.because([heard, does]);
    }
}

/// Whether callers give the interval: then each of them is a poll of its own.
fn is_handed_on(timer: &Timer, linked: &Linked) -> bool {
    let fed_by =
        |it: &Timer| it.kind == Kind::IntervalParam && it.chain.iter().any(|it| it.place == timer.place);
    timer.interval_ms.is_none() && linked.timers.iter().any(|it| it.place != timer.place && fed_by(it))
}

/// Whether a poll only touches some data on its way, and asks for something else: a query that it has
/// reloaded when the task that it watches is done, or what every request touches.
fn is_in_passing(datum: &Datum, timer: &Timer, linked: &Linked) -> bool {
    if timer.query.as_ref() == Some(datum) {
        return false;
    }
    let queries = timer.touches.iter().filter(|it| matches!(it.datum, Datum::Query(_))).count();
    let asks_more = timer.query.is_some() || timer.requests_per_tick as usize > queries;
    let polls = linked.timers.iter().filter(|it| it.touches.iter().any(|it| it.datum == *datum));
    (asks_more && matches!(datum, Datum::Query(_))) || polls.count() >= SEVERAL
}

/// The handler that brings the same data up to date, the surest first.
fn made_needless_by<'a>(
    timer: &'a Timer,
    linked: &'a Linked,
) -> Option<(&'a Refresh, &'a Datum, Confidence)> {
    let works = linked.wiring.refreshes.iter().filter(|it| it.handler.live && arrives(it, linked));
    works
        .flat_map(|refresh| {
            timer.touches.iter().filter_map(move |own| {
                let sure = refresh.touch.datum.covers(&own.datum)?;
                (!is_in_passing(&own.datum, timer, linked)).then_some((refresh, &own.datum, sure))
            })
        })
        .min_by_key(|(refresh, _, sure)| (*sure, refresh.message.is_none()))
}

/// Whether the message gets through. Of one that is never sent, a poll may be the only news.
fn arrives(refresh: &Refresh, linked: &Linked) -> bool {
    let Some(name) = &refresh.message else { return true };
    linked.wiring.messages.iter().any(|it| it.name == *name && it.verdict == MessageVerdict::Wired)
}

fn wording(timer: &Timer, refresh: &Refresh, datum: &Datum) -> Wording {
    let (owner, every) = (words::owner(timer), words::every(timer));
    let news = match &refresh.message {
        Some(name) => format!("the push message {}", words::quote(name)),
        None => "a push message".to_owned(),
    };
    Wording {
        message: format!(
            "{owner} asks for {} {every} through {}, and {news} brings it up to date as well.",
            words::quote(&datum.words()),
            words::quote(&timer.api)
        ),
        impact: "As long as the messages arrive, these requests bring nothing new.".to_owned(),
        help: "Load once, again when the connection comes back, and delete the poll.".to_owned(),
    }
}
