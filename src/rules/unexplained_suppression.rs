//! Comments that silence findings and do not say why.

use super::found::{Findings, Wording};
use super::suppress::is_heard;
use super::{Policy, Rule, Topic, words};
use crate::facts::{Reach, Suppression};
use crate::link::Linked;
use crate::vocabulary::Severity;

pub(super) const RULE: Rule = Rule {
    id: "unexplained-suppression",
    summary: "A comment that is to silence findings and does not say why.",
    topic: Topic::Comments,
    docs: include_str!("unexplained_suppression.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Say why findings are silenced in {}",
    title: "Suppression without a reason",
    check,
};

fn check(linked: &Linked, policy: &Policy, findings: &mut Findings) {
    for (place, comment) in &linked.suppressions {
        let silences = !matches!(comment.reach, Reach::Until | Reach::Unknown);
        if silences && !is_heard(comment, policy) {
            findings.comment(&RULE, *place, comment, wording(comment));
        }
    }
}

fn wording(comment: &Suppression) -> Wording {
    Wording {
        message: format!("{} gives no reason.", words::quote(&comment.word)),
        impact: "So it silences nothing: nobody could tell later whether it still holds.".to_owned(),
        help: "Write the reason behind two dashes, at the end of the comment: `-- the kiosk has no socket`."
            .to_owned(),
    }
}
