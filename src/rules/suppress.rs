//! Which comment silences which finding. A comment speaks of findings of its own file, by the place at which they
//! begin; how their evidence goes on elsewhere is nothing to it.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{Found, Policy};
use crate::config::Level;
use crate::facts::{Reach, Suppression};
use crate::link::Linked;
use crate::source::{FileId, Place};

/// A comment, or a part of one, that silences nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Idle {
    /// Index into `Linked::suppressions`.
    pub comment: usize,
    /// The rules that it could go without; all that it says, when it names none.
    pub rules: Vec<SmolStr>,
}

/// Whether a comment is heard: one that must have a reason and has none silences nothing.
pub(super) fn is_heard(comment: &Suppression, policy: &Policy) -> bool {
    comment.reason.is_some() || !policy.view().settings().suppressions.require_reason
}

/// Notes for each finding the comment that silences it, and gives the comments that silence nothing.
pub(super) fn apply(found: &mut [Found], linked: &Linked, policy: &Policy) -> Vec<Idle> {
    let mut by_file: FxHashMap<FileId, Vec<usize>> = FxHashMap::default();
    for (at, (place, comment)) in linked.suppressions.iter().enumerate() {
        if comment.reach == Reach::Until || is_heard(comment, policy) {
            by_file.entry(place.file).or_default().push(at);
        }
    }
    let mut used: FxHashSet<(usize, &str)> = FxHashSet::default();
    for finding in found {
        let all = by_file.get(&finding.place.file).map(Vec::as_slice).unwrap_or_default();
        finding.suppression = covering(all, linked, finding.rule, finding.place);
        used.extend(finding.suppression.map(|at| (at, finding.rule)));
    }
    let mut heard: Vec<usize> = by_file.into_values().flatten().collect();
    heard.sort_unstable();
    heard.into_iter().filter_map(|at| idle(at, linked, policy, &used)).collect()
}

/// The comment that silences a finding: the one that speaks of the least code.
fn covering(comments: &[usize], linked: &Linked, rule: &str, place: Place) -> Option<usize> {
    let all = || {
        let named = comments.iter().filter_map(|at| Some((*at, linked.suppressions.get(*at)?)));
        named.filter(|(_, (_, it))| it.rules.is_empty() || it.rules.iter().any(|name| name == rule))
    };
    let of = |wanted: &dyn Fn(Reach) -> bool| all().find(|(_, (_, it))| wanted(it.reach)).map(|(at, _)| at);
    let line = place.line;
    let own = of(&|it| matches!(it, Reach::Line(first, last) if (first..=last).contains(&line)));
    let above = || of(&|it| it == Reach::NextLine(Some(line)));
    // Of several that begin and end, the last word before the finding stands.
    let block = || {
        let is_before = |it: &Place| (it.end_line, it.end_column) <= (line, place.column);
        let is_word = |it: Reach| matches!(it, Reach::From | Reach::Until);
        let last = all().rfind(|(_, (at, it))| is_word(it.reach) && is_before(at))?;
        let (at, (_, comment)) = last;
        (comment.reach == Reach::From).then_some(at)
    };
    own.or_else(above).or_else(block).or_else(|| of(&|it| it == Reach::File))
}

fn idle(at: usize, linked: &Linked, policy: &Policy, used: &FxHashSet<(usize, &str)>) -> Option<Idle> {
    let (place, comment) = linked.suppressions.get(at)?;
    if matches!(comment.reach, Reach::Until | Reach::Unknown) {
        return None;
    }
    if comment.rules.is_empty() {
        let is_used = used.iter().any(|(used, _)| *used == at);
        return (!is_used).then(|| Idle { comment: at, rules: Vec::new() });
    }
    let path = linked.path(place.file);
    let is_idle = |rule: &SmolStr| {
        // A rule that is off has found nothing that could be silenced; that says nothing of the comment.
        let is_asked = super::find(rule).is_some() && policy.view().level(rule, path) != Level::Off;
        is_asked && !used.contains(&(at, rule.as_str()))
    };
    let rules: Vec<SmolStr> = comment.rules.iter().filter(|it| is_idle(it)).cloned().collect();
    (!rules.is_empty()).then_some(Idle { comment: at, rules })
}

#[cfg(test)]
mod tests {
    use crate::rules::{all, is_about_comments};

    #[test]
    fn the_rules_about_comments_are_those_that_no_comment_silences() {
        let about: Vec<&str> = all().iter().map(|it| it.id).filter(|it| is_about_comments(it)).collect();
        assert_eq!(about, ["unexplained-suppression", "unknown-suppression", "unused-suppression"]);
    }
}
