//! Audits every `fixtures/<theme>/<case>/` and compares what it finds with the comments in the files.
//!
//! A new case is a new folder and no Rust; `support/comments.rs` tells how to write what must be found.
//! `UNPOLL_FIXTURE=theme/case` runs one case, `UNPOLL_FIXTURE=theme` one theme.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use support::comments::{self, ExpectedFinding, ExpectedTimer};
use support::compare::{At, audit, by_place, difference, report, unmatched};
use support::{Case, cases, sources};
use unpoll::findings::audit::{Audit, Finding, TimerRow};

#[test]
fn every_timer_and_finding_is_expected() {
    let cases = cases();
    let wrong = cases.iter().flat_map(|case| compare(case).unwrap_or_else(|why| vec![why])).collect();
    report(wrong, cases.len());
}

#[test]
fn demand_driven_is_parse_all() {
    let same = |case: &Case| -> Result<(), String> {
        let (asked, all) = (json(&audit(case, 1, false)?), json(&audit(case, 1, true)?));
        equal(without_stats(&asked), without_stats(&all))
            .map_err(|why| format!("{} parsing everything changes\n{why}", case.name))
    };
    let cases = cases();
    report(cases.iter().filter_map(|case| same(case).err()).collect(), cases.len());
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let same = |case: &Case| -> Result<(), String> {
        let alone = json(&audit(case, 1, false)?);
        for threads in [2, 8] {
            let together = json(&audit(case, threads, false)?);
            equal(&alone, &together)
                .map_err(|why| format!("{} {threads} threads change\n{why}", case.name))?;
        }
        Ok(())
    };
    let cases = cases();
    report(cases.iter().filter_map(|case| same(case).err()).collect(), cases.len());
}

/// The first line at which two texts differ.
fn equal(left: &str, right: &str) -> Result<(), String> {
    let differs = left.lines().zip(right.lines()).find(|(left, right)| left != right);
    match differs {
        Some((left, right)) => Err(format!("  {}\n  {}", left.trim(), right.trim())),
        None if left.len() == right.len() => Ok(()),
        None => Err("  one goes on where the other ends".to_owned()),
    }
}

fn json(audit: &Audit) -> String {
    support::report(audit, "json", &unpoll::report::Options::default())
}

/// The report up to its last part: how many files were parsed may differ.
fn without_stats(report: &str) -> &str {
    report.rsplit_once("\n  \"stats\": {").expect("the stats come last").0
}

/// Every difference between a case's comments and its audit, as readable text.
fn compare(case: &Case) -> Result<Vec<String>, String> {
    let mut timers: BTreeMap<At, Vec<ExpectedTimer>> = BTreeMap::new();
    let mut findings: BTreeMap<At, Vec<ExpectedFinding>> = BTreeMap::new();
    for (file, text) in sources(case) {
        let read = comments::read(&text).map_err(|why| format!("{} {file} {why}", case.name))?;
        for (line, timer) in read.timers {
            timers.entry((file.clone(), line)).or_default().push(timer);
        }
        for (line, finding) in read.findings {
            findings.entry((file.clone(), line)).or_default().push(finding);
        }
    }

    let audit = audit(case, 1, false)?;
    let mut wrong = Vec::new();
    let got = by_place(&audit.timers, |timer| (timer.file.clone(), timer.line));
    for (at, expected, got) in unmatched(timers, got, ExpectedTimer::matches) {
        let expected = expected.iter().map(|timer| timer.text.clone());
        wrong.push(difference(case, &at, "timer", expected, got.into_iter().map(describe_timer)));
    }
    let got = by_place(&audit.findings, |finding| (finding.file.clone(), finding.line));
    for (at, expected, got) in unmatched(findings, got, ExpectedFinding::matches) {
        let expected = expected.iter().map(ToString::to_string);
        wrong.push(difference(case, &at, "finding", expected, got.into_iter().map(describe_finding)));
    }
    Ok(wrong)
}

fn describe_timer(timer: &TimerRow) -> String {
    let interval = timer.interval_ms.map_or_else(|| "dynamic".to_owned(), |ms| ms.to_string());
    let mut text = format!(
        "{} {} {interval} gate={} side={} cleared={} live={} confidence={} owner={}",
        timer.kind,
        timer.verdict,
        timer.gate,
        timer.side,
        timer.cleared,
        timer.live,
        timer.confidence,
        timer.owner
    );
    if let Some(requests) = timer.requests_per_minute {
        write!(text, " rpm={requests}").expect("a string takes everything");
    }
    for step in &timer.chain {
        write!(text, "\n           {}:{} {}", step.file, step.line, step.label)
            .expect("a string takes everything");
    }
    text
}

fn describe_finding(finding: &Finding) -> String {
    let suppressed = if finding.is_suppressed() { " suppressed" } else { "" };
    format!("{} {}{suppressed}: {}", finding.rule, finding.severity, finding.message)
}
