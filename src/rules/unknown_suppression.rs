//! Comments that silence findings of a rule that does not exist, or that begin with a word that does not.

use super::found::{Findings, Wording};
use super::{Policy, Rule, Topic, words};
use crate::error::nearest;
use crate::facts::{Reach, SUPPRESSION_WORDS, Suppression};
use crate::link::Linked;
use crate::vocabulary::Severity;

pub(super) const RULE: Rule = Rule {
    id: "unknown-suppression",
    summary: "A comment that is to silence findings of a rule that does not exist.",
    topic: Topic::Comments,
    docs: include_str!("unknown_suppression.md"),
    severity: Severity::Warning,
    since: "0.1.0",
    step: "Correct the names in suppression comments of {}",
    title: "Unknown suppression",
    check,
};

fn check(linked: &Linked, _policy: &Policy, findings: &mut Findings) {
    for (place, comment) in &linked.suppressions {
        if comment.reach == Reach::Unknown {
            findings.comment(&RULE, *place, comment, no_such_comment(comment));
            continue;
        }
        // Words behind the first rule of a comment without `--` are a reason that lacks it.
        let named = if comment.reason.is_some() { comment.rules.len() } else { 1 };
        for name in comment.rules.iter().take(named) {
            if super::find(name).is_none() {
                findings.comment(&RULE, *place, comment, no_such_rule(name));
            }
        }
    }
}

fn no_such_rule(name: &str) -> Wording {
    let near = nearest(name, super::all().iter().map(|it| it.id));
    Wording {
        message: format!("No rule is called {}.", words::quote(name)),
        impact: "The comment silences nothing by that name.".to_owned(),
        help: match near {
            Some(near) => format!("Did you mean `{near}`? `unpoll rules` lists them all."),
            None => "`unpoll rules` lists them all; the reason goes behind two dashes.".to_owned(),
        },
    }
}

fn no_such_comment(comment: &Suppression) -> Wording {
    let near = nearest(&comment.word, SUPPRESSION_WORDS).unwrap_or("unpoll-disable-next-line");
    Wording {
        message: format!("No comment begins with {}.", words::quote(&comment.word)),
        impact: "It silences nothing.".to_owned(),
        help: format!("Did you mean `{near}`?"),
    }
}
