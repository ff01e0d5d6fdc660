//! Every timer of the program with everything the audit says of it.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::data::{Datum, Touch};
use super::effects::Reach;
use super::eval::Evaluator;
use super::fold::{Interval, Reading};
use super::program::Program;
use super::site::{Site, Work};
use super::timer::{Step, Timer};
use super::value::{At, FunctionAt, Value};
use crate::facts::{Expr, FunctionId};
use crate::source::{FileId, Role};
use crate::vocabulary::{Gate, Kind, Verdict};

/// Calls through which a definition or a forwarded interval is followed.
const MAX_ROUNDS: usize = 5;

/// A judged site, and the sites that follow from it.
struct Judged {
    /// `None` for a step that is followed and not shown.
    timer: Option<Timer>,
    more: Vec<Pending>,
}

/// A site that waits to be judged; of an `interval-param`, with what it feeds.
struct Pending {
    site: Site,
    feeds: Option<Box<Fed>>,
    /// A step inside the definition itself: followed, and not shown.
    inner: bool,
}

/// The timer that a handed-over interval feeds.
#[derive(Clone)]
struct Fed {
    timer: Timer,
    base: Site,
    /// The functions that hand the interval on, with the call of each, innermost first.
    hops: Vec<(FunctionAt, At)>,
}

impl Program {
    /// All timers, sorted by place.
    pub fn timers(&self) -> Vec<Timer> {
        let mut pending: Vec<Pending> = self
            .seeds()
            .par_iter()
            .map(|file| {
                self.guarded(*file, || {
                    let mut sites = self.sites_of(*file);
                    sites.extend(self.option_sites(*file));
                    sites
                })
            })
            .collect::<Vec<_>>()
            .into_iter()
            .flatten()
            .map(|site| Pending { site, feeds: None, inner: false })
            .collect();
        pending.extend(self.indirect_sites().into_iter().map(|site| Pending {
            site,
            feeds: None,
            inner: false,
        }));
        let mut timers: BTreeMap<(FileId, u32, u32), Timer> = BTreeMap::new();
        for _ in 0..MAX_ROUNDS {
            pending.retain(|it| !timers.contains_key(&key(&it.site)));
            pending.sort_by_key(|it| (key(&it.site), it.site.kind));
            pending.dedup_by_key(|it| key(&it.site));
            if pending.is_empty() {
                break;
            }
            let judged: Vec<Judged> = pending
                .par_iter()
                .filter_map(|it| self.guarded(it.site.place.file, || self.judged(it)))
                .collect();
            pending = Vec::new();
            for Judged { timer, more } in judged {
                pending.extend(more);
                timers.extend(timer.map(|it| ((it.place.file, it.place.line, it.place.column), it)));
            }
        }
        timers.into_values().collect()
    }

    fn judged(&self, pending: &Pending) -> Option<Judged> {
        let site = &pending.site;
        let reading = Reading { unit_ms: site.unit_ms, off: &site.off, default_ms: site.default_ms };
        let interval = match (site.interval, site.schedule) {
            (Some(at), true) => self.schedule(at, &site.env),
            (Some(at), false) => self.interval(at, &site.env, &reading),
            (None, _) => Interval {
                ms: site.default_ms,
                source: "the library's default".to_owned(),
                ..Interval::default()
            },
        };
        let interval = self.own_interval(site, &reading).unwrap_or(interval);
        if site.kind == Kind::IntervalParam && interval.absent {
            return None;
        }
        let mut reach = match &pending.feeds {
            Some(_) => Reach::default(),
            None => self.reach_of(site),
        };
        // What a component repeats on behalf of its parents is seen at the parents.
        self.ask_callers(site, &mut reach, 0);
        self.follow_state(&mut reach);
        let is_test = self.file(site.place.file).is_some_and(|it| it.role == Role::Test);
        let mut judgement = self.judge(site, &reach, &interval);
        if let Some(fed) = &pending.feeds {
            if judgement.verdict != Verdict::Disabled {
                judgement.verdict = fed.timer.verdict;
            }
            judgement.chain = fed.timer.chain.clone();
            judgement.confidence = fed.timer.confidence;
            judgement.requests = fed.timer.requests_per_tick;
        }
        if self.wraps_a_scheduler(site, &interval) {
            judgement.verdict = Verdict::Definition;
        }
        if is_test {
            judgement.verdict = Verdict::Test;
        }
        // A schedule runs where the wrapper that makes it does, in which its interval stands.
        let home = site.interval.filter(|_| site.kind == Kind::Cron && site.env.is_some());
        let side = self.side(home.unwrap_or(site.anchor).file);
        let (gate, gate_reason) = match judgement.verdict {
            Verdict::Disabled => (Gate::OffByDefault, None),
            _ => self.gate(site, &interval, reach.requests_guarded),
        };
        let (query, touches) = match &pending.feeds {
            _ if judgement.verdict != Verdict::NetworkPoll => (None, Vec::new()),
            Some(fed) => (fed.timer.query.clone(), fed.timer.touches.clone()),
            None => self.polled(site, &reach),
        };
        let is_fallback = gate == Gate::Conditional && gate_reason.as_deref().is_some_and(names_connection);
        let first = Step { place: site.place, label: self.headline(site, &interval) };
        let mut chain = vec![first];
        chain.extend(judgement.chain);
        let timer = Timer {
            place: site.place,
            kind: site.kind,
            verdict: judgement.verdict,
            interval_ms: interval.ms,
            interval_source: interval.source.clone(),
            gate,
            gate_reason,
            side,
            live: self.is_live(site.anchor),
            cleared: self.cleared(site, side),
            owner: self.owner(site.anchor),
            api: site.api.clone(),
            requests_per_tick: judgement.requests,
            query,
            touches,
            is_fallback,
            confidence: judgement.confidence,
            chain,
        };
        let more = self.following(site, &timer, &reach, &interval, pending);
        Some(Judged { timer: (!pending.inner).then_some(timer), more })
    }

    /// The entry of a cache that a site polls, and all data that one round brings up to date.
    fn polled(&self, site: &Site, reach: &Reach) -> (Option<Datum>, Vec<Touch>) {
        let call = site.switches.first().map_or(site.anchor, |(_, call, _)| *call);
        let callees = match self.facts(call.file).call(call.expr) {
            Some((callee, _)) => Evaluator::new(self).eval(At { expr: callee, ..call }, &site.env),
            None => Vec::new(),
        };
        let query = callees.iter().find_map(|it| self.query_of(it, call, &site.env));
        let own =
            query.iter().map(|it| Touch { datum: it.clone(), place: site.place, label: site.api.clone() });
        let mut touches: Vec<Touch> = reach.touches.iter().cloned().chain(own).collect();
        touches.sort();
        touches.dedup();
        (query, touches)
    }

    /// The function around a place that stands in no other; `None` in the module itself.
    pub(super) fn outermost_function(&self, at: At) -> Option<FunctionAt> {
        let around = self.facts(at.file).functions_around(at.expr);
        let function = around.filter(|it| *it != FunctionId::MODULE).last()?;
        Some(FunctionAt { file: at.file, function })
    }

    /// Follows what callers give for the parameters that the work calls, unless that is all there
    /// is to the work. Of what nobody gives, sight is lost.
    fn ask_callers(&self, site: &Site, reach: &mut Reach, depth: u32) {
        for (parameter, chain) in std::mem::take(&mut reach.parameters) {
            if depth == 0 && self.is_bare_definition(site, &parameter, &chain) {
                reach.parameters.push((parameter, chain));
                continue;
            }
            let values = self.given_values(&parameter);
            if values.is_empty() || depth >= 4 {
                reach.lost.push(chain);
                continue;
            }
            let mut inner = self.reach(&values, &[], site.anchor);
            let evidence = inner.effects.values_mut().map(|(steps, _)| steps);
            let evidence = evidence
                .chain(inner.lost.iter_mut())
                .chain(inner.parameters.iter_mut().map(|(_, steps)| steps));
            for steps in evidence {
                steps.splice(0..0, chain.iter().cloned());
            }
            self.ask_callers(site, &mut inner, depth + 1);
            reach.merge(inner);
        }
    }

    /// Whether the work is nothing but a call of what the caller gave, whose answer nobody reads:
    /// then each caller is a timer of its own. Otherwise the work has a mind of its own, and what
    /// callers give is a part of it.
    fn is_bare_definition(&self, site: &Site, parameter: &Value, chain: &[Step]) -> bool {
        if Self::deciding_function(parameter).is_some_and(|it| self.is_component(it)) {
            return false;
        }
        let Value::Parameter { function, index, path } = parameter else {
            return false;
        };
        // A method of an object that callers hand over is no callback.
        let handed: Vec<_> = path.iter().filter(|step| *step != "()").cloned().collect();
        if !handed.is_empty() && self.given(*function, *index, &handed).is_empty() {
            return false;
        }
        match (&site.work, site.kind) {
            (Work::Functions(values), Kind::IntervalHook) => {
                values.iter().any(|it| matches!(it, Value::Parameter { .. }))
            }
            // Deeper in, it is a part of what the loop does: the fields that a logger asks for.
            (_, Kind::SleepLoop) => chain.len() <= 2,
            // Through a function of the same wrapper too: `const run = async () => { …; await work(); … }`.
            _ => {
                let within = chain.len() == 2 && self.is_called_within(*function, site, parameter);
                (chain.len() <= 1 || within) && !self.has_a_mind_of_its_own(site, parameter)
            }
        }
    }

    /// Whether a wrapper holds both its timer and every call of what it was given, and reads no answer.
    fn is_called_within(&self, wrapper: FunctionAt, site: &Site, parameter: &Value) -> bool {
        let facts = self.facts(wrapper.file);
        let holds = site.anchor.file == wrapper.file
            && facts.functions_around(site.anchor.expr).any(|it| it == wrapper.function);
        let evaluator = Evaluator::new(self);
        let mut calls = facts.nodes_inside(wrapper.function).filter(|(_, node)| match node.expr {
            Expr::Call { callee, .. } => evaluator
                .eval(At { file: wrapper.file, expr: callee }, &None)
                .iter()
                .any(|it| is_same_parameter(it, parameter)),
            _ => false,
        });
        holds && calls.all(|(expr, _)| !self.answer_is_used(At { file: wrapper.file, expr }, false))
    }

    /// Whether the work reads what the parameter answers, or calls it once at its end: it stops the
    /// timer in the same breath.
    fn has_a_mind_of_its_own(&self, site: &Site, parameter: &Value) -> bool {
        let Work::Functions(values) = &site.work else {
            return false;
        };
        values.iter().any(|value| {
            let Value::Function { at, .. } = value else {
                return false;
            };
            let facts = self.facts(at.file);
            let evaluator = Evaluator::new(self);
            let stops: Vec<_> = facts
                .own_nodes(at.function)
                .filter_map(|(_, node)| match node.expr {
                    Expr::Call { callee, .. } => {
                        Some((node.guard?, evaluator.eval(At { file: at.file, expr: callee }, &None)))
                    }
                    _ => None,
                })
                .filter(|(_, called)| {
                    called.iter().any(|it| match it {
                        Value::Library { package, symbol, .. } => self.catalog().is_stop(package, symbol),
                        _ => false,
                    })
                })
                .map(|(guard, _)| guard)
                .collect();
            facts.own_nodes(at.function).any(|(expr, node)| {
                let Expr::Call { callee, .. } = node.expr else {
                    return false;
                };
                let called = evaluator.eval(At { file: at.file, expr: callee }, &None);
                let calls_it = called.iter().any(|it| is_same_parameter(it, parameter));
                let at_its_end = node.guard.is_some_and(|guard| stops.contains(&guard));
                calls_it && (at_its_end || self.answer_is_used(At { file: at.file, expr }, false))
            })
        })
    }

    /// Sites at the callers of this one.
    fn following(
        &self,
        site: &Site,
        timer: &Timer,
        reach: &Reach,
        interval: &Interval,
        pending: &Pending,
    ) -> Vec<Pending> {
        let mut more = Vec::new();
        if timer.verdict == Verdict::Definition
            && matches!(
                site.kind,
                Kind::SetInterval | Kind::IntervalHook | Kind::RecursiveTimeout | Kind::Raf | Kind::SleepLoop
            )
        {
            for (parameter, _) in &reach.parameters {
                more.extend(self.hooked_sites(site, parameter).into_iter().map(|site| Pending {
                    site,
                    feeds: None,
                    inner: false,
                }));
            }
        }
        if timer.verdict == Verdict::Definition && self.wraps_a_scheduler(site, interval) {
            for parameter in &interval.parameters {
                let Some(function) = Self::deciding_function(parameter) else { continue };
                more.extend(self.given_for(parameter).into_iter().map(|given| {
                    let called = self.param_site(site, parameter, &given, &[(function, given.call)]);
                    let site = Site { kind: Kind::Cron, ..called };
                    Pending { site, feeds: None, inner: false }
                }));
            }
        }
        if timer.verdict == Verdict::Definition && reach.parameters.is_empty() {
            let sites = self.subclass_sites(site, reach).into_iter();
            more.extend(sites.map(|site| Pending { site, feeds: None, inner: false }));
        }
        let hands_on = matches!(timer.verdict, Verdict::NetworkPoll | Verdict::StatusPoll)
            || (timer.verdict == Verdict::Disabled && !interval.parameters.is_empty());
        if hands_on {
            let (base, hops) = match &pending.feeds {
                Some(fed) => (fed.base.clone(), fed.hops.clone()),
                None => (site.clone(), Vec::new()),
            };
            let mut parameters = interval.parameters.clone();
            // A default stands beside what callers pass.
            if parameters.is_empty()
                && let Some(at) = site.interval
                && self.floor_of_rest(at, &site.env).is_none()
            {
                parameters = self.parameters_in(at, &site.env);
            }
            for parameter in &parameters {
                let Some(function) = Self::deciding_function(parameter) else {
                    continue;
                };
                let given = self.given_for(parameter);
                // The call of an interval hook passes work and interval at once: it is one timer.
                if base.kind == Kind::IntervalHook && given.iter().any(|it| it.call == base.anchor) {
                    continue;
                }
                for given in given {
                    let mut hops = hops.clone();
                    hops.push((function, given.call));
                    let home = self.outermost_function(base.definition.unwrap_or(base.anchor));
                    let around = self.outermost_function(given.call);
                    // The circle's own edge re-arms it; it is no second timer.
                    let inner = around.is_some_and(|it| Some(it) == home || reach.walked.contains(&it));
                    let site = self.param_site(&base, parameter, &given, &hops);
                    let feeds = Fed { timer: timer.clone(), base: base.clone(), hops };
                    more.push(Pending { site, feeds: Some(Box::new(feeds)), inner });
                }
            }
        }
        more
    }

    /// The interval that the call of an interval hook passes itself: of a class that keeps it in a
    /// field, all constructions would speak otherwise.
    fn own_interval(&self, site: &Site, reading: &Reading<'_>) -> Option<Interval> {
        let at = site.interval.filter(|_| site.kind == Kind::IntervalHook)?;
        let parameters = self.parameters_in(at, &site.env);
        let given = parameters.iter().flat_map(|it| self.given_for(it)).find(|it| it.call == site.anchor)?;
        Some(self.interval(given.value, &None, reading))
    }

    /// Parameters that an interval with a default still lets callers choose.
    fn parameters_in(&self, at: At, env: &super::value::Env) -> Vec<Value> {
        Evaluator::new(self)
            .eval(at, env)
            .into_iter()
            .filter(|it| matches!(it, Value::Parameter { .. }))
            .collect()
    }

    fn headline(&self, site: &Site, interval: &Interval) -> String {
        let every = match interval.ms {
            Some(ms) => format!(" every {ms} ms"),
            None => String::new(),
        };
        format!("{}{every}", site.api)
    }
}

/// Whether two values are what callers give for one parameter, by one way into it.
fn is_same_parameter(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (
            Value::Parameter { function: f, index: i, path: p },
            Value::Parameter { function: g, index: j, path: q },
        ) => f == g && i == j && p.iter().filter(|it| *it != "()").eq(q.iter().filter(|it| *it != "()")),
        _ => false,
    }
}

/// Whether a switch, in words, asks for the state of a connection.
fn names_connection(reason: &str) -> bool {
    const WORDS: [&str; 11] = [
        "connect", "fallback", "offline", "online", "push", "realtime", "socket", "sse", "stream",
        "subscrib", "ws",
    ];
    let reason = reason.to_lowercase();
    WORDS.iter().any(|it| reason.contains(it))
}

fn key(site: &Site) -> (FileId, u32, u32) {
    (site.place.file, site.place.line, site.place.column)
}
