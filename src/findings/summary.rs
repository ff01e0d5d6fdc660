//! Counts for the head of a report, and the status of each area.

use std::collections::{BTreeMap, HashSet};

use super::audit::{Area, AreaPolling, Finding, Summary, TimerRow};
use crate::rules;
use crate::vocabulary::{Gate, Kind, Severity, Verdict};

pub(super) fn summary(findings: &[Finding], timers: &[TimerRow]) -> Summary {
    let mut summary = Summary::default();
    for finding in findings {
        match finding.severity {
            Severity::Critical => summary.critical += 1,
            Severity::Warning => summary.warning += 1,
            Severity::Info => summary.info += 1,
        }
        *summary.by_rule.entry(finding.rule).or_default() += 1;
    }
    for timer in timers {
        *summary.by_verdict.entry(timer.verdict).or_default() += 1;
    }
    let recurring = timers.iter().filter(|timer| timer.recurs()).count();
    summary.accepted = timers.iter().filter(|timer| timer.is_accepted()).count();
    summary.completion = (recurring > 0).then(|| 100.0 * summary.accepted as f64 / recurring as f64);
    summary.requests_per_minute = requests_per_minute(timers);
    summary
}

/// The load of all live polls that are not switched off.
fn requests_per_minute(timers: &[TimerRow]) -> f64 {
    // The place that hands over an interval and the timer that runs on it are one load. The chain
    // of the former leads through the latter; the former knows the number, so it is the one counted.
    let fed: HashSet<(&str, u32)> = timers
        .iter()
        .filter(|timer| timer.kind == Kind::IntervalParam && loads(timer).is_some())
        .flat_map(|timer| {
            let own = (timer.file.as_str(), timer.line);
            timer.chain.iter().map(|step| (step.file.as_str(), step.line)).filter(move |place| *place != own)
        })
        .collect();
    timers
        .iter()
        .filter(|timer| !fed.contains(&(timer.file.as_str(), timer.line)))
        .filter_map(loads)
        // An empty float sum is -0.
        .fold(0.0, |sum, rate| sum + rate)
}

fn loads(timer: &TimerRow) -> Option<f64> {
    let runs = timer.live && matches!(timer.gate, Gate::Always | Gate::Conditional);
    timer.requests_per_minute.filter(|_| runs && timer.verdict == Verdict::NetworkPoll)
}

/// Every area that recurs or has a finding, sorted by name.
pub(super) fn areas(findings: &[Finding], timers: &[TimerRow]) -> Vec<Area> {
    let mut areas: BTreeMap<&str, Area> = BTreeMap::new();
    for timer in timers.iter().filter(|timer| timer.recurs()) {
        let area = areas.entry(&timer.area).or_insert_with(|| empty(&timer.area));
        // What nobody saw is neither polling nor acceptable.
        if timer.verdict == Verdict::Unknown {
            area.unknown += 1;
        } else {
            area.polling = area.polling.max(AreaPolling::Accepted);
        }
    }
    for finding in findings {
        let area = areas.entry(&finding.area).or_insert_with(|| empty(&finding.area));
        area.findings += 1;
        area.worst = area.worst.max(Some(finding.severity));
        area.polling = area.polling.max(match finding.rule {
            rule if rules::is_active_poll(rule) => AreaPolling::Active,
            "dormant-poll" => AreaPolling::Dormant,
            _ => AreaPolling::None,
        });
    }
    areas.into_values().collect()
}

fn empty(name: &str) -> Area {
    Area { name: name.to_owned(), polling: AreaPolling::None, unknown: 0, findings: 0, worst: None }
}
