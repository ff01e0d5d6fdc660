//! Findings into an `Audit`: fingerprints, areas, next steps, counts and the final order.

pub mod audit;
pub mod baseline;
pub mod compare;

mod areas;
mod fingerprint;
mod frame;
mod links;
mod naming;
mod next_steps;
#[cfg(test)]
mod samples;
mod summary;
mod wiring;

use std::cmp::Reverse;
use std::collections::HashSet;

use audit::{Audit, ChainStep, Finding, ProviderRow, Stats, TimerRow};
use fingerprint::Subject;
use frame::Texts;
use links::Evidence;
use naming::Areas;

use crate::config::View;
use crate::link::Linked;
use crate::link::providers::Provider;
use crate::link::timer::{Step, Timer};
use crate::link::wiring::model::Message;
use crate::rules::{self, Found, Policy};
use crate::source::{FileId, Place, Role};
use crate::vocabulary::{FindingStatus, Side};

/// What is audited.
#[derive(Debug, Clone)]
pub struct Root<'a> {
    /// What the user named.
    pub label: String,
    /// The way to it from the folder that fingerprints count from.
    pub prefix: &'a str,
}

/// Asks all rules about the linked program and puts everything that a report shows in its final
/// order.
///
/// `sources` gives the text of a file for frames and columns; a
/// file that is gone costs its frames and nothing else.
pub fn audit(
    Root { label: root, prefix }: Root<'_>,
    mut linked: Linked,
    policy: &Policy,
    mut stats: Stats,
    sources: &dyn Fn(FileId) -> Option<String>,
) -> Audit {
    drop_ignored(&mut linked, policy.view());
    // Rules name timers by their index, so the final order has to stand before they are asked.
    let mut timers = std::mem::take(&mut linked.timers);
    timers.sort_by(|a, b| timer_order(&linked, a).cmp(&timer_order(&linked, b)));
    linked.timers = timers;
    let areas = Areas::of(&linked, policy.view());
    let providers: Vec<ProviderRow> =
        linked.providers.iter().map(|it| provider_row(it, &linked, &areas)).collect();
    let mut texts = Texts::new(sources);
    let mut rows: Vec<TimerRow> =
        linked.timers.iter().map(|it| timer_row(it, &linked, &mut texts, &areas)).collect();
    let (found, broken) = rules::check(&linked, policy);
    let found = in_order(found, &linked);
    let paths: Vec<String> =
        found.iter().map(|it| baseline::under(prefix, linked.path(it.place.file))).collect();
    let fingerprints = fingerprint::fingerprints(found.iter().zip(&paths).map(|(found, path)| Subject {
        found,
        path,
        timer: found.timer.and_then(|at| linked.timers.get(at)),
    }));

    let mut owned: Vec<Owned> = found
        .into_iter()
        .zip(fingerprints)
        .map(|(found, fingerprint)| Owned {
            finding: finding(&found, fingerprint, &linked, &mut texts, &areas),
            name: name(found),
        })
        .collect();
    // Stable: what is equally severe stays in the order of the source.
    owned.sort_by_key(|it| Reverse(it.finding.severity));

    // What is still to be dealt with goes before what a comment silences.
    let (new, silenced): (Vec<&Owned>, Vec<_>) = owned.iter().partition(|it| !it.finding.is_suppressed());
    for Owned { finding, .. } in new.iter().copied().chain(silenced) {
        if let Some(row) = finding.timer.and_then(|at| rows.get_mut(at)) {
            // The first finding is the most severe one.
            row.finding_fingerprint.get_or_insert_with(|| finding.fingerprint.clone());
        }
    }
    stats.skipped.append(&mut linked.skipped);
    stats.skipped.extend(broken);
    stats.skipped.sort();
    stats.skipped.dedup();
    let messages = wiring::messages(&linked, &owned, &areas);
    let channels = wiring::channels(&linked, &mut texts, &areas);
    let next_steps = next_steps::next_steps(new, &rows);
    let findings: Vec<Finding> = owned.into_iter().map(|it| it.finding).collect();
    let evidence = Evidence {
        findings: &findings,
        timers: &rows,
        messages: &messages,
        channels: &channels,
        providers: &providers,
    };
    let links = links::links(evidence);
    let backend = stats.backend_files > 0 || has_server(&linked);
    let (summary, areas) =
        (summary::summary(&findings, &rows, &links), summary::areas(evidence, &links, backend));
    Audit {
        root,
        summary,
        messages,
        channels,
        providers,
        areas,
        next_steps,
        findings,
        timers: rows,
        stats,
        comparisons: Vec::new(),
    }
}

/// Takes out what stands in files of which the config wants to hear nothing. Messages that pass through such
/// files are followed all the same.
fn drop_ignored(linked: &mut Linked, view: &View) {
    let ignored: HashSet<FileId> = (0..)
        .map(FileId)
        .zip(&linked.files)
        .filter(|(_, it)| view.is_ignored(&it.path))
        .map(|it| it.0)
        .collect();
    if ignored.is_empty() {
        return;
    }
    let kept = |place: &Place| !ignored.contains(&place.file);
    linked.timers.retain(|it| kept(&it.place));
    linked.providers.retain(|it| kept(&it.created));
    linked.leftovers.retain(|it| kept(&it.place));
    linked.wiring.channels.retain(|it| kept(&it.place));
    linked.wiring.loose_handlers.retain(|it| kept(&it.place));
    linked.wiring.messages.retain(|it| {
        let sent = it.emitted.iter().map(|it| &it.spot);
        sent.chain(&it.defined).chain(&it.routed).chain(&it.subscribed).any(|it| kept(&it.place))
    });
}

/// A finding and the name of what it is about.
struct Owned {
    finding: Finding,
    name: String,
}

/// What people call the matter of a finding: the handler that nothing registers, the message type
/// whose line is cut, or else the code that holds it.
fn name(found: Found) -> String {
    match found.message {
        _ if rules::is_loose_handler(found.rule) => found.api,
        Some(message) => message.to_string(),
        None => found.owner,
    }
}

/// Whether code of a server is among the audited files.
fn has_server(linked: &Linked) -> bool {
    let timers = linked.timers.iter().any(|it| it.side == Side::Server);
    let emits = |it: &Message| it.emitted.iter().any(|it| it.side == Side::Server);
    timers
        || linked.wiring.messages.iter().any(emits)
        || linked.files.iter().any(|it| it.role == Role::Product && areas::is_server(&it.path))
}

fn timer_order<'a>(linked: &'a Linked, timer: &'a Timer) -> impl Ord + use<'a> {
    (linked.path(timer.place.file), timer.place, timer.kind, &timer.api, &timer.owner)
}

/// The order of the source: path, line, column, rule.
fn in_order(mut found: Vec<Found>, linked: &Linked) -> Vec<Found> {
    let order = |it: &Found| (it.place.line, it.place.column, it.rule, it.timer);
    found.sort_by(|a, b| {
        let paths = linked.path(a.place.file).cmp(linked.path(b.place.file));
        paths.then_with(|| order(a).cmp(&order(b))).then_with(|| (&a.owner, &a.api).cmp(&(&b.owner, &b.api)))
    });
    found
}

fn finding(
    found: &Found,
    fingerprint: String,
    linked: &Linked,
    texts: &mut Texts<'_>,
    areas: &Areas,
) -> Finding {
    let path = linked.path(found.place.file);
    let (column, end_column) = texts.columns(found.place);
    let comment = found.suppression.and_then(|at| linked.suppressions.get(at));
    let suppression = comment.map(|(place, comment)| audit::Suppression {
        reason: comment.reason.as_ref().map(ToString::to_string),
        line: place.line,
    });
    let rules::Wording { message, impact, help } = found.wording.clone();
    Finding {
        rule: found.rule,
        severity: found.severity,
        message,
        impact,
        help,
        file: path.to_owned(),
        line: found.place.line,
        column,
        end_line: found.place.end_line,
        end_column,
        area: areas.of_finding(found, path),
        fingerprint,
        status: if suppression.is_some() { FindingStatus::Suppressed } else { FindingStatus::New },
        suppression,
        change: None,
        confidence: found.confidence,
        chain: proof(&found.chain, linked, texts),
        timer: found.timer,
        subject: found.subject.clone(),
        owner: found.owner.clone(),
        api: found.api.clone(),
        message_type: found.message.as_ref().map(ToString::to_string),
        frame: texts.frame(found.place),
    }
}

fn provider_row(provider: &Provider, linked: &Linked, areas: &Areas) -> ProviderRow {
    let at = |place: &Place| format!("{}:{}", linked.path(place.file), place.line);
    ProviderRow {
        context: provider.context.clone(),
        created: at(&provider.created),
        provider: provider.provider.clone(),
        mounted: provider.mounted.iter().map(at).collect(),
        consumers: provider.consumers.iter().map(at).collect(),
        outside: provider.outside.iter().map(|it| at(&it.place)).collect(),
        realtime: provider.realtime,
        mount_unseen: provider.mount_unseen,
        verdict: provider.verdict,
        area: areas.of_file(linked.path(provider.created.file), &provider.context),
    }
}

fn timer_row(timer: &Timer, linked: &Linked, texts: &mut Texts<'_>, areas: &Areas) -> TimerRow {
    let path = linked.path(timer.place.file);
    TimerRow {
        file: path.to_owned(),
        line: timer.place.line,
        column: texts.columns(timer.place).0,
        kind: timer.kind,
        verdict: timer.verdict,
        interval_ms: timer.interval_ms,
        interval_source: timer.interval_source.clone(),
        gate: timer.gate,
        gate_reason: timer.gate_reason.clone(),
        side: timer.side,
        live: timer.live,
        cleared: timer.cleared,
        owner: timer.owner.clone(),
        api: timer.api.clone(),
        requests_per_minute: timer.requests_per_minute(),
        confidence: timer.confidence,
        chain: chain(&timer.chain, linked),
        finding_fingerprint: None,
        area: areas.of_file(path, &timer.owner),
    }
}

fn chain(steps: &[Step], linked: &Linked) -> Vec<ChainStep> {
    let step = |step: &Step| ChainStep {
        file: linked.path(step.place.file).to_owned(),
        line: step.place.line,
        label: step.label.clone(),
        code: None,
    };
    steps.iter().map(step).collect()
}

/// A chain that shows the code of each step.
fn proof(steps: &[Step], linked: &Linked, texts: &mut Texts<'_>) -> Vec<ChainStep> {
    let with_code = |(row, step): (ChainStep, &Step)| ChainStep { code: texts.line(step.place), ..row };
    chain(steps, linked).into_iter().zip(steps).map(with_code).collect()
}

#[cfg(test)]
mod tests;
