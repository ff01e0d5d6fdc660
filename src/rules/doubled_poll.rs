//! One query that several places poll at different intervals.

use std::cmp::Ordering;

use super::found::{Findings, Wording};
use super::{Policy, Rule, Topic, words};
use crate::link::Linked;
use crate::link::data::Datum;
use crate::link::timer::{Step, Timer};
use crate::vocabulary::{Confidence, Severity};

pub(super) const RULE: Rule = Rule {
    id: "doubled-poll",
    summary: "One query that several places poll at different intervals.",
    topic: Topic::Polling,
    docs: include_str!("doubled_poll.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Poll each query in one place only in {}",
    title: "Doubled polling",
    check,
};

fn check(linked: &Linked, policy: &Policy, findings: &mut Findings) {
    for (index, timer) in linked.timers.iter().enumerate() {
        if policy.network_poll(timer).is_none() {
            continue;
        }
        let Some((faster, datum, sure)) = outrun_by(timer, linked, policy) else {
            continue;
        };
        let place = format!("{}:{}", linked.path(faster.place.file), faster.place.line);
        findings.timer(&RULE, RULE.severity, (index, timer), wording(timer, faster, datum, &place));
        findings.at_most(sure);
        let label = format!("{} {}", faster.api, words::every(faster));
        findings.because([Step { place: faster.place, label }]);
    }
}

/// The fastest other poll of the same query.
fn outrun_by<'a>(
    timer: &'a Timer,
    linked: &'a Linked,
    policy: &Policy,
) -> Option<(&'a Timer, &'a Datum, Confidence)> {
    let (own, query) = (timer.interval_ms?, timer.query.as_ref()?);
    let others = linked.timers.iter().filter(|it| it.interval_ms.is_some_and(|ms| ms < own));
    others
        .filter(|it| policy.network_poll(it).is_some())
        .filter_map(|it| Some((it, query, it.query.as_ref()?.is_same_query(query)?)))
        .min_by(|(a, _, _), (b, _, _)| a.interval_ms.partial_cmp(&b.interval_ms).unwrap_or(Ordering::Equal))
}

fn wording(timer: &Timer, faster: &Timer, datum: &Datum, place: &str) -> Wording {
    let (owner, every, query) = (words::owner(timer), words::every(timer), words::quote(&datum.words()));
    Wording {
        message: format!(
            "{owner} polls {query} {every}, and {} polls it {} ({}).",
            words::owner(faster),
            words::every(faster),
            words::quote(place)
        ),
        impact: "Where both are mounted the shorter interval wins, and this one says nothing.".to_owned(),
        help: "Poll in one hook that both use, or push the data to the one cache entry.".to_owned(),
    }
}
