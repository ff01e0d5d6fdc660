//! The severity table: which timers are a finding, and how much it matters. At most one of
//! `network_poll`, `dormant_poll` and `status_poll` speaks of a timer; `uncleared` and `heat` are
//! questions of their own.

use rustc_hash::FxHashMap;

use crate::config::{Thresholds, View};
use crate::link::Linked;
use crate::link::timer::Timer;
use crate::source::FileId;
use crate::vocabulary::{Cleared, Confidence, Gate, Kind, Severity, Side, Verdict};

/// Longest delay of a timer; a longer one overflows its 32 bits and fires at once.
/// <https://developer.mozilla.org/docs/Web/API/Window/setTimeout#maximum_delay_value>
const MOST_MS: f64 = 2_147_483_647.0;

/// Why a timer runs too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heat {
    /// Its delay overflows.
    Overflow,
    /// It has no delay.
    NoPause,
    /// It asks the server more than once a second.
    SubSecond,
}

/// What the team decided: where the lines between critical, warning and accepted run, and what rules are set to.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    view: View,
    usual: Thresholds,
    /// Files that have thresholds of their own.
    others: FxHashMap<FileId, Thresholds>,
}

impl Policy {
    /// The policy for a linked program.
    pub fn new(view: View, linked: &Linked) -> Self {
        let usual = view.usual();
        let files = linked.timers.iter().map(|timer| timer.place.file);
        let others = files.map(|file| (file, view.thresholds(linked.path(file))));
        let others = others.filter(|(_, thresholds)| *thresholds != usual).collect();
        Self { usual, others, view }
    }

    /// What the config says of paths.
    pub const fn view(&self) -> &View {
        &self.view
    }

    fn thresholds(&self, timer: &Timer) -> Thresholds {
        self.others.get(&timer.place.file).copied().unwrap_or(self.usual)
    }

    /// Polling that runs.
    pub fn network_poll(&self, timer: &Timer) -> Option<Severity> {
        if timer.verdict != Verdict::NetworkPoll || is_dormant(timer) || self.accepts(timer) {
            return None;
        }
        // An interval that cannot be seen may be any: it counts as short.
        let short = timer.interval_ms.is_none_or(|ms| ms < self.thresholds(timer).poll_ms);
        Some(if short && timer.side == Side::Client { Severity::Critical } else { Severity::Warning })
    }

    /// Polling that is switched off or that nothing reaches.
    pub fn dormant_poll(&self, timer: &Timer) -> Option<Severity> {
        let polls = matches!(timer.verdict, Verdict::NetworkPoll | Verdict::StatusPoll);
        (polls && is_dormant(timer) && !self.accepts(timer)).then_some(Severity::Warning)
    }

    /// Reading connection state again and again.
    pub fn status_poll(&self, timer: &Timer) -> Option<Severity> {
        let polls = timer.verdict == Verdict::StatusPoll;
        (polls && !is_dormant(timer) && !self.accepts(timer)).then_some(Severity::Warning)
    }

    /// A timer that nothing stops, whatever it does: that its work could not be seen does not
    /// make it stop.
    pub fn uncleared(&self, timer: &Timer) -> Option<Severity> {
        let runs = !matches!(timer.verdict, Verdict::Test | Verdict::Definition | Verdict::Disabled);
        (runs && timer.cleared == Cleared::No).then_some(Severity::Warning)
    }

    /// Running far more often than somebody meant.
    pub fn heat(&self, timer: &Timer) -> Option<Heat> {
        let runs = !matches!(timer.verdict, Verdict::Test | Verdict::Definition | Verdict::Disabled)
            && !is_dormant(timer)
            && timer.kind != Kind::Cron;
        let ms = timer.interval_ms.filter(|_| runs)?;
        let asks = timer.verdict == Verdict::NetworkPoll;
        if ms > MOST_MS {
            Some(Heat::Overflow)
        } else if asks && ms == 0.0 && matches!(timer.kind, Kind::SetInterval | Kind::IntervalHook) {
            Some(Heat::NoPause)
        } else if asks && ms > 0.0 && ms < self.thresholds(timer).hot_ms {
            Some(Heat::SubSecond)
        } else {
            None
        }
    }

    /// A message, or a handler of one, that never meets the other. Dead code and doubts are no
    /// reason to stop a release.
    pub fn unheard(&self, live: bool, confidence: Confidence) -> Severity {
        if live && confidence < Confidence::Possible { Severity::Critical } else { Severity::Warning }
    }

    fn accepts(&self, timer: &Timer) -> bool {
        // A schedule that users or the configuration write is a task plan, not leftover polling.
        let planned = timer.kind == Kind::Cron && timer.interval_ms.is_none();
        planned || timer.interval_ms.is_some_and(|ms| ms >= self.thresholds(timer).accept_ms)
    }
}

fn is_dormant(timer: &Timer) -> bool {
    !timer.live || matches!(timer.gate, Gate::OffByDefault | Gate::OffAtAllCallers)
}
