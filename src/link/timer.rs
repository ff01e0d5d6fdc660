//! What `link` says of one timer, and of configuration about polling that nothing reads.

use super::data::{Datum, Touch};
use crate::source::Place;
use crate::vocabulary::{Cleared, Confidence, Gate, Kind, Side, Verdict};

/// One step of the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Step {
    /// Where.
    pub place: Place,
    /// What stands there, in a few words.
    pub label: String,
}

/// One site of recurring work with everything the audit says of it. Filled by `link::timers`.
#[derive(Debug, Clone)]
pub struct Timer {
    /// The call (`setInterval`), the option key, or the loop.
    pub place: Place,
    /// How it recurs.
    pub kind: Kind,
    /// What it does.
    pub verdict: Verdict,
    /// Milliseconds; `None` when only callers or the run time decide.
    pub interval_ms: Option<f64>,
    /// Where the interval came from, in words.
    pub interval_source: String,
    /// The switch in front of it.
    pub gate: Gate,
    /// Which switch, in words.
    pub gate_reason: Option<String>,
    /// Client or server.
    pub side: Side,
    /// Whether an entry of the app reaches the code.
    pub live: bool,
    /// Whether it is stopped with its owner.
    pub cleared: Cleared,
    /// Component, hook, class or function that holds it: `useProxyHealth`, `Portal.open`.
    pub owner: String,
    /// What recurs, as written: `setInterval`, `useQuery refetchInterval`.
    pub api: String,
    /// Network calls that one tick makes, as far as seen.
    pub requests_per_tick: u32,
    /// The entry of a cache that is polled, when it is one.
    pub query: Option<Datum>,
    /// The data that one round brings up to date, when it is a network poll; sorted.
    pub touches: Vec<Touch>,
    /// It runs only while a connection is down, as far as its switch tells.
    pub is_fallback: bool,
    /// How sure the verdict is.
    pub confidence: Confidence,
    /// The evidence, in order: the timer, then each call on the way to the effect or to the
    /// place where sight was lost.
    pub chain: Vec<Step>,
}

impl Timer {
    /// Requests a minute: 60 000 / interval × requests of one tick. `None` when the interval is
    /// dynamic or nothing is requested.
    pub fn requests_per_minute(&self) -> Option<f64> {
        let interval = self.interval_ms.filter(|ms| *ms > 0.0)?;
        (self.requests_per_tick > 0).then(|| 60_000.0 / interval * f64::from(self.requests_per_tick))
    }
}

/// An option, interface member, constant or parameter about polling that nothing reads.
#[derive(Debug, Clone)]
pub struct Leftover {
    /// Its declaration.
    pub place: Place,
    /// Its name: `healthCheckInterval`.
    pub name: String,
    /// What it is, in words: `constant`, `interface member`, `parameter`, `option`.
    pub what: &'static str,
    /// The evidence.
    pub chain: Vec<Step>,
}
