//! What to do, most urgent first: findings that one piece of work would end, as one sentence.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use super::Owned;
use super::audit::{Finding, NextStep, Priority, TimerRow};
use super::summary::loads;
use crate::rules::{self, words::quote};
use crate::vocabulary::Severity;

/// Most steps that people still read as a list.
const MOST: usize = 12;
/// Steps that keep their own sentence when there are more; the rest becomes one for each rule.
const KEPT: usize = 7;
/// Most names in one sentence.
const NAMED: usize = 3;

/// Findings that one sentence speaks of.
struct Group<'a> {
    priority: Priority,
    rule: &'static str,
    requests_per_minute: f64,
    members: Vec<&'a Owned>,
}

/// One step for each area and cause; where that is too many, the least urgent ones become one for
/// each cause.
pub(super) fn next_steps<'a>(
    findings: impl IntoIterator<Item = &'a Owned>,
    timers: &[TimerRow],
) -> Vec<NextStep> {
    let mut by_area = grouped(findings, timers, |it| &it.finding.area);
    if by_area.len() <= MOST {
        return steps(by_area, in_area);
    }
    let rest = by_area.split_off(KEPT.min(by_area.len())).into_iter().flat_map(|group| group.members);
    let rest = grouped(rest, timers, |_| "");
    // The kept ones are the most urgent, so the list stays in order.
    steps(by_area, in_area).into_iter().chain(steps(rest, in_places)).collect()
}

/// Groups by severity, rule and the given key, most urgent first: by the load that they would take from
/// the server, then what has to be done before the rest can be.
fn grouped<'a>(
    findings: impl IntoIterator<Item = &'a Owned>,
    timers: &[TimerRow],
    key: impl Fn(&'a Owned) -> &'a str,
) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<_, Group<'a>> = BTreeMap::new();
    for owned in findings {
        let (rule, priority) = (owned.finding.rule, priority(owned.finding.severity));
        let group = groups.entry((priority, rule, key(owned))).or_insert_with(|| Group {
            priority,
            rule,
            requests_per_minute: 0.0,
            members: Vec::new(),
        });
        let timer = owned.finding.timer.filter(|_| rules::is_active_poll(rule)).and_then(|at| timers.get(at));
        group.requests_per_minute += timer.and_then(loads).unwrap_or(0.0);
        group.members.push(owned);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    // Stable: equals stay in the order of rule and name. A load never differs by its sign or is no
    // number, so its bits order as it does.
    let topic = |rule| rules::find(rule).map(|it| it.topic);
    groups.sort_by_key(|it| (it.priority, Reverse(it.requests_per_minute.to_bits()), topic(it.rule)));
    groups
}

fn steps<'a>(groups: Vec<Group<'a>>, place: fn(&[&'a Owned]) -> String) -> Vec<NextStep> {
    let step = |group: Group<'a>| NextStep {
        priority: group.priority,
        text: rules::find(group.rule).map_or("", |rule| rule.step).replacen("{}", &place(&group.members), 1),
        fingerprints: group.members.iter().map(|it| it.finding.fingerprint.clone()).collect(),
    };
    groups.into_iter().map(step).collect()
}

/// `Orders (useOrders and useStock in src/hooks/orders.ts)`, or with the files when there are several.
fn in_area(members: &[&Owned]) -> String {
    let Some(Owned { finding: Finding { area, file, .. }, .. }) = members.first() else {
        return String::new();
    };
    if members.iter().any(|it| it.finding.file != *file) {
        return format!("{area} ({})", enumeration(code(members, |it| &it.finding.file), "more files"));
    }
    let file = quote(file);
    match enumeration(code(members, |it| &it.name), "more") {
        names if names.is_empty() => format!("{area} ({file})"),
        names => format!("{area} ({names} in {file})"),
    }
}

/// `5 other places (Orders, Chat and Fleet)`; when they are all in one area, as that area.
fn in_places(members: &[&Owned]) -> String {
    let areas = || members.iter().map(|it| &it.finding.area);
    if areas().collect::<HashSet<_>>().len() == 1 {
        return in_area(members);
    }
    let named = enumeration(areas().cloned(), "more areas");
    format!("{} other places ({named})", members.len())
}

/// Names of the audited code between backticks; code outside of every function has none.
fn code<'a>(
    members: &'a [&'a Owned],
    name: impl Fn(&'a Owned) -> &'a String,
) -> impl Iterator<Item = String> {
    let names = members.iter().map(move |it| name(it));
    names.filter(|name| !name.trim().is_empty()).map(|name| quote(name))
}

/// The first few distinct names: `a`, `a and b`, `a, b, c and 4 more`.
fn enumeration(names: impl Iterator<Item = String>, more: &str) -> String {
    let mut seen = HashSet::new();
    let distinct: Vec<String> = names.filter(|name| seen.insert(name.clone())).collect();
    let hidden = distinct.len().saturating_sub(NAMED);
    match distinct.as_slice() {
        names if hidden > 0 => {
            let named: Vec<&str> = names.iter().map(String::as_str).take(NAMED).collect();
            let more = if hidden == 1 { more.trim_end_matches('s') } else { more };
            format!("{} and {hidden} {more}", named.join(", "))
        }
        [names @ .., last] if !names.is_empty() => format!("{} and {last}", names.join(", ")),
        names => names.concat(),
    }
}

fn priority(severity: Severity) -> Priority {
    match severity {
        Severity::Critical => Priority::High,
        Severity::Warning => Priority::Medium,
        Severity::Info => Priority::Low,
    }
}
