//! Which findings of an audit were there before, which are new or worse, and which are gone.

use std::collections::HashMap;

use super::audit::{Audit, Comparison, Finding, Fixed};
use super::baseline::{Baseline, Entry, under};
use crate::rules::words;
use crate::vocabulary::{ComparedWith, FindingStatus, Gate};

/// How the audit and what it is compared with see paths.
#[derive(Clone, Copy)]
pub struct Paths<'a> {
    /// The way from the folder that the entries' paths begin at to the root of the audit.
    pub prefix: &'a str,
    /// Whether the audit would have found what a file of the entries holds: others are left alone.
    pub was_audited: &'a dyn Fn(&str) -> bool,
}

/// Marks the findings that were there before, and says what is gone.
///
/// A finding was there before when an entry has its fingerprint, or else its rule, file, owner, callee and
/// message, or else all of these but the file, as after a move. It is **new** all the same when it got worse:
/// its interval shorter, or its switch more often on.
pub fn compare(
    audit: &mut Audit,
    baseline: &Baseline,
    (kind, against): (ComparedWith, &str),
    paths: Paths<'_>,
) {
    let heard = (0..).zip(&audit.findings).filter(|(_, it)| !it.is_suppressed());
    let entries = heard.map(|(at, it)| (at, Entry::of(it, audit, paths.prefix))).collect();
    let mut matching = Matching::new(&baseline.findings, entries);
    matching.pair_all();

    let known = matching.known.len();
    for at in matching.known {
        if let Some(finding) = audit.findings.get_mut(at) {
            finding.status = FindingStatus::Baseline;
            finding.change = None;
        }
    }
    for (at, change) in matching.worse {
        // What something else knows already is no news.
        if let Some(finding) = audit.findings.get_mut(at).filter(|it| it.is_new()) {
            finding.change = Some(change);
        }
    }
    let fixed = matching.free.into_iter().filter(|it| (paths.was_audited)(&it.file));
    let fixed: Vec<Fixed> = fixed
        .map(|it| Fixed { rule: it.rule.clone(), file: it.file.clone(), owner: it.owner.clone() })
        .collect();
    audit.comparisons.push(Comparison { kind, against: against.to_owned(), known, fixed });
}

/// A baseline that knows of nothing new: entries whose finding is gone are left out, and those whose finding
/// got better are as good as it is now.
pub fn pruned(audit: &Audit, baseline: &Baseline, paths: Paths<'_>) -> Baseline {
    let entries = (0..)
        .zip(&audit.findings)
        .filter(|(_, it)| !it.is_suppressed())
        .map(|(at, it)| (at, Entry::of(it, audit, paths.prefix)))
        .collect();
    let mut matching = Matching::new(&baseline.findings, entries);
    matching.pair_all();
    let elsewhere = matching.free.iter().filter(|it| !(paths.was_audited)(&it.file)).map(|it| (*it).clone());
    // What got worse keeps its line: to take it out would make one finding two.
    let kept = matching.worsened.iter().map(|it| (*it).clone());
    let entries: Vec<Entry> = matching.better.into_iter().chain(elsewhere).chain(kept).collect();
    Baseline::new(entries)
}

/// For each finding of an audit the one of an earlier audit that it is, by its place in that list: worse or not.
/// `None` for those that are new.
pub fn continued(before: &[Entry], now: &[Entry]) -> Vec<Option<usize>> {
    let mut matching = Matching::new(before, now.iter().cloned().enumerate().collect());
    matching.pair_all();
    let mut places = vec![None; now.len()];
    for (at, old) in matching.pairs {
        if let Some(place) = places.get_mut(at) {
            *place = before.iter().position(|it| std::ptr::eq(it, old));
        }
    }
    places
}

/// Pairs entries of a baseline with findings, each at most once.
struct Matching<'a> {
    /// Entries without a finding.
    free: Vec<&'a Entry>,
    /// Findings without an entry, by their index.
    open: Vec<(usize, Entry)>,
    /// Findings that were there before, worse or not, and their entries.
    pairs: Vec<(usize, &'a Entry)>,
    /// Findings that were there before and are no worse.
    known: Vec<usize>,
    /// What they are now.
    better: Vec<Entry>,
    /// Findings that got worse, and how.
    worse: Vec<(usize, String)>,
    /// Their entries.
    worsened: Vec<&'a Entry>,
}

impl<'a> Matching<'a> {
    fn new(before: &'a [Entry], entries: HashMap<usize, Entry>) -> Self {
        let mut open: Vec<(usize, Entry)> = entries.into_iter().collect();
        open.sort_by_key(|(at, _)| *at);
        Self {
            free: before.iter().collect(),
            open,
            pairs: Vec::new(),
            known: Vec::new(),
            better: Vec::new(),
            worse: Vec::new(),
            worsened: Vec::new(),
        }
    }

    /// By fingerprint, or else by what the finding says and its file, or else without the file.
    fn pair_all(&mut self) {
        self.pair(|entry| entry.fingerprint.clone());
        self.pair(|entry| key(entry, &entry.file));
        self.pair(|entry| key(entry, ""));
    }

    /// Pairs what has equal keys: first what got no worse, and only what is left with what did.
    fn pair(&mut self, key: impl Fn(&Entry) -> String) {
        for allow_worse in [false, true] {
            let mut by_key: HashMap<String, Vec<&'a Entry>> = HashMap::new();
            // Taken from the end, so that the first entry goes to the first finding.
            for entry in self.free.iter().rev() {
                by_key.entry(key(entry)).or_default().push(entry);
            }
            let open = std::mem::take(&mut self.open);
            for (at, entry) in open {
                let entries = by_key.get_mut(&key(&entry));
                let found = entries.and_then(|it| {
                    let place = it.iter().rposition(|old| allow_worse || worsening(old, &entry).is_none())?;
                    Some(it.remove(place))
                });
                let Some(old) = found else {
                    self.open.push((at, entry));
                    continue;
                };
                self.free.retain(|it| !std::ptr::eq(*it, old));
                self.pairs.push((at, old));
                match worsening(old, &entry) {
                    Some(change) => {
                        self.worse.push((at, change));
                        self.worsened.push(old);
                    }
                    None => {
                        self.known.push(at);
                        self.better.push(entry);
                    }
                }
            }
        }
    }
}

/// What tells findings apart besides their order. `file`: theirs, or nothing.
fn key(entry: &Entry, file: &str) -> String {
    let message = entry.message.as_deref().unwrap_or_default();
    let api: String = entry.api.split_whitespace().collect();
    [file, &entry.rule, &entry.owner, &api, message].join("\u{0}")
}

/// How a finding got worse, in words.
fn worsening(old: &Entry, new: &Entry) -> Option<String> {
    if let (Some(before), Some(now)) = (old.interval_ms, new.interval_ms)
        && now < before
    {
        let [before, now] = [before, now].map(words::duration);
        return Some(format!("its interval was {before} and is now {now}"));
    }
    if let (Some(before), Some(now)) = (old.gate, new.gate)
        && openness(now) > openness(before)
    {
        return Some(format!("its switch was `{before}` and is now `{now}`"));
    }
    None
}

/// How often a switch lets a timer run.
const fn openness(gate: Gate) -> u8 {
    match gate {
        Gate::OffAtAllCallers => 0,
        Gate::OffByDefault => 1,
        Gate::Conditional => 2,
        Gate::Always => 3,
    }
}

/// Takes as known what stands in code that is not the team's own to change here, such as a submodule.
pub fn take_as_known(audit: &mut Audit, prefix: &str, is_known: &dyn Fn(&str) -> bool) {
    let of = |finding: &&mut Finding| finding.is_new() && is_known(&under(prefix, &finding.file));
    for finding in audit.findings.iter_mut().filter(of) {
        finding.status = FindingStatus::Baseline;
    }
}
