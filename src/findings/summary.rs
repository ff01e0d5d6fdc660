//! Counts for the head of a report, and the status of each area.

use std::collections::{BTreeMap, HashSet};

use super::areas::SERVER_AREA;
use super::audit::{Area, Finding, Links, Summary, TimerRow};
use super::links::{self, Evidence, Link};
use crate::rules;
use crate::vocabulary::{AreaBackend, AreaPolling, AreaPush, AreaStatus, Gate, Kind, Severity, Verdict};

pub(super) fn summary(findings: &[Finding], timers: &[TimerRow], links: &[Link<'_>]) -> Summary {
    let mut summary = Summary::default();
    for finding in findings {
        if finding.is_suppressed() {
            summary.suppressed += 1;
            continue;
        }
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
    summary.accepted = timers.iter().filter(|timer| timer.is_accepted()).count();
    summary.links = links::count(links);
    summary.completion = summary.links.completion();
    summary.requests_per_minute = total(rates(timers));
    summary
}

/// The load of all live polls that are not switched off: each timer with its requests a minute.
fn rates(timers: &[TimerRow]) -> impl Iterator<Item = (&TimerRow, f64)> {
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
        .filter(move |timer| !fed.contains(&(timer.file.as_str(), timer.line)))
        .filter_map(|timer| Some((timer, loads(timer)?)))
}

fn total<'a>(rates: impl Iterator<Item = (&'a TimerRow, f64)>) -> f64 {
    // An empty float sum is -0.
    rates.fold(0.0, |sum, (_, rate)| sum + rate)
}

/// Requests a minute of a poll that runs.
pub(super) fn loads(timer: &TimerRow) -> Option<f64> {
    let runs = timer.live && matches!(timer.gate, Gate::Always | Gate::Conditional);
    timer.requests_per_minute.filter(|_| runs && timer.verdict == Verdict::NetworkPoll)
}

/// Every area that recurs, has push or a finding, sorted by name. `backend`: the audited roots hold
/// code of one.
pub(super) fn areas(evidence: Evidence<'_>, links: &[Link<'_>], backend: bool) -> Vec<Area> {
    let mut areas: BTreeMap<&str, Area> = BTreeMap::new();
    for timer in evidence.timers.iter().filter(|timer| timer.recurs()) {
        let area = areas.entry(&timer.area).or_insert_with(|| empty(&timer.area));
        // What nobody saw is neither polling nor acceptable.
        if timer.verdict == Verdict::Unknown {
            area.unknown += 1;
        } else {
            area.polling = area.polling.max(AreaPolling::Accepted);
        }
    }
    for link in links {
        areas.entry(link.area).or_insert_with(|| empty(link.area));
    }
    // A comment says nothing of how far the product is.
    let counts = |it: &&Finding| !it.is_suppressed() && !rules::is_about_comments(it.rule);
    for finding in evidence.findings.iter().filter(counts) {
        let area = areas.entry(&finding.area).or_insert_with(|| empty(&finding.area));
        area.findings += 1;
        area.worst = area.worst.max(Some(finding.severity));
        area.polling = area.polling.max(match finding.rule {
            rule if rules::is_active_poll(rule) => AreaPolling::Active,
            rule if rules::is_dormant_poll(rule) => AreaPolling::Dormant,
            _ => AreaPolling::None,
        });
        // Without a link of its own, what is wrong with push is all that is known of it. Code of a
        // server shows nothing, so nothing has to arrive there.
        let push = rules::find(finding.rule).is_some_and(|rule| rule.topic.is_push());
        if push && finding.area != SERVER_AREA && finding.severity > Severity::Info {
            area.push = AreaPush::Partial;
        }
    }
    for (name, area) in &mut areas {
        let own = || links.iter().filter(|it| it.area == *name);
        area.push = match links::push(own()) {
            AreaPush::None => area.push,
            push => push,
        };
        area.backend = links::backend(own(), backend);
        area.links = links::count(&own().copied().collect::<Vec<_>>());
        area.requests_per_minute = total(rates(evidence.timers).filter(|(timer, _)| timer.area == *name));
        area.status = status(area, own());
    }
    areas.into_values().collect()
}

/// Blocked by a critical finding; done when nothing in it is wrong, no link is missing, and each of its
/// timers was seen through. A remark is nothing wrong, and that no backend is among the audited code
/// is nothing to mend in an area.
fn status<'a>(area: &Area, mut links: impl Iterator<Item = &'a Link<'a>>) -> AreaStatus {
    let complete = area.unknown == 0 && !links.any(|it| it.present == Some(false));
    match area.worst {
        Some(Severity::Critical) => AreaStatus::Blocked,
        None | Some(Severity::Info) if complete => AreaStatus::Done,
        _ => AreaStatus::Attention,
    }
}

fn empty(name: &str) -> Area {
    Area {
        name: name.to_owned(),
        polling: AreaPolling::None,
        push: AreaPush::None,
        backend: AreaBackend::Unknown,
        status: AreaStatus::Done,
        unknown: 0,
        findings: 0,
        worst: None,
        links: Links::default(),
        requests_per_minute: 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::links::Part;

    #[test]
    fn a_remark_leaves_an_area_done_and_a_missing_link_does_not() {
        let area = |worst| Area { worst, ..empty("Orders") };
        let link = |present| Link { area: "Orders", part: Part::Routed, present };
        let whole = [link(Some(true)), link(None)];
        for (worst, expected) in [
            (None, AreaStatus::Done),
            (Some(Severity::Info), AreaStatus::Done),
            (Some(Severity::Warning), AreaStatus::Attention),
            (Some(Severity::Critical), AreaStatus::Blocked),
        ] {
            assert_eq!(status(&area(worst), whole.iter()), expected);
        }
        assert_eq!(status(&area(None), [link(Some(false))].iter()), AreaStatus::Attention);
        assert_eq!(status(&Area { unknown: 1, ..area(None) }, whole.iter()), AreaStatus::Attention);
    }
}
