//! What a rule gives: a finding before it has a path, an area and a fingerprint.

use smol_str::SmolStr;

use super::Rule;
use super::suppress::Idle;
use crate::facts::Suppression;
use crate::link::providers::Provider;
use crate::link::timer::{Leftover, Step, Timer};
use crate::source::Place;
use crate::vocabulary::{Confidence, Kind, Severity};

/// One problem at one place, as a rule words it.
#[derive(Debug, Clone)]
pub struct Found {
    /// Id of the rule.
    pub rule: &'static str,
    /// What the policy says.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// Message, impact and help.
    pub wording: Wording,
    /// Component, hook or function that holds it; for a leftover its own name.
    pub owner: String,
    /// What a heading names: a timer's owner, a leftover, a message type, a handler, a context.
    pub subject: String,
    /// What recurs, as written; for a leftover what it is.
    pub api: String,
    /// How it recurs, when it is a timer.
    pub kind: Option<Kind>,
    /// How sure the evidence is.
    pub confidence: Confidence,
    /// The evidence, in order.
    pub chain: Vec<Step>,
    /// Index into `Linked::timers` of the timer it speaks of.
    pub timer: Option<usize>,
    /// The message type it speaks of.
    pub message: Option<SmolStr>,
    /// Index into `Linked::suppressions` of the comment that silences it.
    pub suppression: Option<usize>,
}

/// What a finding about push points at.
pub(super) struct About<'a> {
    /// Where.
    pub place: Place,
    /// Component, hook, class or function that holds it.
    pub owner: &'a str,
    /// What a heading names.
    pub subject: &'a str,
    /// What stands there, as written; the finding's identity beside its owner.
    pub api: &'a str,
    /// The message type it speaks of.
    pub message: Option<&'a SmolStr>,
    /// How sure the evidence is.
    pub confidence: Confidence,
    /// The evidence, in order.
    pub chain: &'a [Step],
}

/// The three texts of a finding, each of them whole sentences that repeat nothing of the others.
#[derive(Debug, Clone)]
pub struct Wording {
    /// What is there.
    pub message: String,
    /// Why it matters.
    pub impact: String,
    /// What to do.
    pub help: String,
}

/// Collects what the rules find.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    list: Vec<Found>,
    idle: Vec<Idle>,
}

impl Findings {
    /// For rules about comments: what is known of them once all other rules were asked.
    pub(super) fn about(idle: Vec<Idle>) -> Self {
        Self { list: Vec::new(), idle }
    }

    /// Comments that silence nothing; known to rules about comments only.
    pub(super) fn take_idle(&mut self) -> Vec<Idle> {
        std::mem::take(&mut self.idle)
    }

    /// Adds a finding about a timer, with the timer's own evidence.
    pub(super) fn timer(
        &mut self,
        rule: &Rule,
        severity: Severity,
        (index, timer): (usize, &Timer),
        wording: Wording,
    ) {
        self.list.push(Found {
            rule: rule.id,
            severity,
            place: timer.place,
            wording,
            owner: timer.owner.clone(),
            subject: timer.owner.clone(),
            api: timer.api.clone(),
            kind: Some(timer.kind),
            confidence: timer.confidence,
            chain: timer.chain.clone(),
            timer: Some(index),
            message: None,
            suppression: None,
        });
    }

    /// Adds evidence to the finding that was added last.
    pub(super) fn because(&mut self, steps: impl IntoIterator<Item = Step>) {
        if let Some(last) = self.list.last_mut() {
            last.chain.extend(steps);
        }
    }

    /// Makes the finding that was added last no surer than this.
    pub(super) fn at_most(&mut self, confidence: Confidence) {
        if let Some(last) = self.list.last_mut() {
            last.confidence = last.confidence.max(confidence);
        }
    }

    /// Adds a finding about configuration that nothing reads.
    pub(super) fn leftover(&mut self, rule: &Rule, leftover: &Leftover, wording: Wording) {
        self.list.push(Found {
            rule: rule.id,
            severity: rule.severity,
            place: leftover.place,
            wording,
            owner: leftover.name.clone(),
            subject: leftover.name.clone(),
            api: leftover.what.to_owned(),
            kind: None,
            // A read through a computed key or from outside the repository cannot be seen.
            confidence: Confidence::Likely,
            chain: leftover.chain.clone(),
            timer: None,
            message: None,
            suppression: None,
        });
    }

    /// Adds a finding about push.
    pub(super) fn push(&mut self, rule: &Rule, severity: Severity, about: &About<'_>, wording: Wording) {
        self.list.push(Found {
            rule: rule.id,
            severity,
            place: about.place,
            wording,
            owner: about.owner.to_owned(),
            subject: about.subject.to_owned(),
            api: about.api.to_owned(),
            kind: None,
            confidence: about.confidence,
            chain: about.chain.to_vec(),
            timer: None,
            message: about.message.cloned(),
            suppression: None,
        });
    }

    /// Adds a finding about a React context.
    pub(super) fn provider(
        &mut self,
        rule: &Rule,
        severity: Severity,
        provider: &Provider,
        place: Place,
        wording: Wording,
        chain: Vec<Step>,
    ) {
        self.list.push(Found {
            rule: rule.id,
            severity,
            place,
            wording,
            owner: provider.context.clone(),
            subject: provider.context.clone(),
            api: provider.provider.clone(),
            kind: None,
            confidence: Confidence::Likely,
            chain,
            timer: None,
            message: None,
            suppression: None,
        });
    }

    /// Adds a finding about a comment that silences findings.
    pub(super) fn comment(&mut self, rule: &Rule, place: Place, comment: &Suppression, wording: Wording) {
        let mut api = comment.word.to_string();
        for name in &comment.rules {
            api.push(' ');
            api.push_str(name);
        }
        self.list.push(Found {
            rule: rule.id,
            severity: rule.severity,
            place,
            wording,
            owner: String::new(),
            subject: String::new(),
            api,
            kind: None,
            confidence: Confidence::Certain,
            chain: Vec::new(),
            timer: None,
            message: None,
            suppression: None,
        });
    }

    /// What was found, rule by rule.
    pub(super) fn into_vec(self) -> Vec<Found> {
        self.list
    }
}
