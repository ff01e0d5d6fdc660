//! Comments that silence findings where there are none.

use super::found::{Findings, Wording};
use super::suppress::Idle;
use super::{Policy, Rule, Topic, words};
use crate::facts::Suppression;
use crate::link::Linked;
use crate::vocabulary::Severity;

pub(super) const RULE: Rule = Rule {
    id: "unused-suppression",
    summary: "A comment that silences findings where there are none.",
    topic: Topic::Comments,
    docs: include_str!("unused_suppression.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Delete comments that silence nothing in {}",
    title: "Unused suppression",
    check,
};

fn check(linked: &Linked, policy: &Policy, findings: &mut Findings) {
    if !policy.view().settings().suppressions.report_unused {
        return;
    }
    for idle in findings.take_idle() {
        if let Some((place, comment)) = linked.suppressions.get(idle.comment) {
            findings.comment(&RULE, *place, comment, wording(comment, &idle));
        }
    }
}

fn wording(comment: &Suppression, idle: &Idle) -> Wording {
    let word = words::quote(&comment.word);
    let names: Vec<String> = idle.rules.iter().map(|it| words::quote(it)).collect();
    let names = names.join(", ");
    let (message, help) = if idle.rules.is_empty() {
        (format!("{word} silences nothing: no rule finds anything there."), "Delete the comment.".to_owned())
    } else if idle.rules.len() == comment.rules.len() {
        (
            format!("{word} silences nothing: no finding of {names} is there."),
            "Delete the comment.".to_owned(),
        )
    } else {
        let message = format!("{word} names {names} for nothing: no such finding is there.");
        (message, format!("Take {names} out of the comment."))
    };
    let impact = "What comes to stand there later is silenced unseen.".to_owned();
    Wording { message, impact, help }
}
