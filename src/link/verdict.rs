//! What a timer's repeated work does: from effects to a verdict.

use heck::ToSnakeCase;

use super::effects::Reach;
use super::fold::Interval;
use super::label::names_component_or_hook;
use super::program::Program;
use super::site::{Site, Work};
use super::timer::Step;
use super::value::{At, FunctionAt, Value};
use crate::catalog::rows::Effect;
use crate::facts::{BinaryOp, Expr, ExprId, FunctionId, GuardKind, LoopId, UnaryOp};
use crate::source::FileId;
use crate::vocabulary::{Confidence, Kind, Side, Verdict};

/// A verdict with its evidence.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// What the work does.
    pub verdict: Verdict,
    /// The chain after the timer itself.
    pub chain: Vec<Step>,
    /// How sure.
    pub confidence: Confidence,
    /// Network calls of one tick.
    pub requests: u32,
}

impl Program {
    /// What running the work of a site can do.
    pub fn reach_of(&self, site: &Site) -> Reach {
        let mut reach = match &site.work {
            Work::Functions(values) => self.reach(values, &[], site.anchor),
            Work::Loop(file, id) => self.reach_of_loop(*file, *id),
            Work::Library => Reach::default(),
        };
        self.keep_own_templates(site.anchor, &mut reach);
        reach
    }

    /// A loop's body is asked call by call.
    pub(super) fn reach_of_loop(&self, file: FileId, id: LoopId) -> Reach {
        let facts = self.facts(file);
        let mut reach = Reach::default();
        let Some(looped) = facts.loops.get(id.index()) else {
            return reach;
        };
        for expr in (looped.first_node.0..looped.end_node.0).map(ExprId) {
            let at = At { file, expr };
            let Expr::Call { callee, .. } = facts.expr(expr) else {
                continue;
            };
            if facts.node(expr).function != looped.function || self.delay_of(at).is_some() {
                continue;
            }
            let values = super::eval::Evaluator::new(self).eval(At { file, expr: *callee }, &None);
            let mut inner = self.reach_call(at, &values);
            let step = Step { place: self.place(at), label: self.label(at) };
            for (chain, _) in inner.effects.values_mut() {
                if chain.first() != Some(&step) {
                    chain.insert(0, step.clone());
                }
            }
            inner.requests = u32::from(inner.has(Effect::Network) || inner.has(Effect::Database));
            inner.requests_guarded = false;
            reach.merge(inner);
        }
        reach
    }

    /// Says what a site does.
    pub fn judge(&self, site: &Site, reach: &Reach, interval: &Interval) -> Judgement {
        let judged = |verdict, chain: Vec<Step>, confidence, requests| Judgement {
            verdict,
            chain,
            confidence,
            requests,
        };
        let switchable = matches!(site.kind, Kind::QueryOption | Kind::IntervalParam | Kind::IntervalHook);
        if switchable && interval.always_off {
            return judged(Verdict::Disabled, Vec::new(), Confidence::Certain, 0);
        }
        let found = |effect: Effect| reach.chain(effect).cloned();
        // A job that reads a database in order to delete from it keeps house.
        let database = || found(Effect::Database).filter(|_| !reach.erases);
        let network = found(Effect::Network).or_else(database);
        if let Some((chain, _)) = &network
            && reach.requests <= 1
            && self.takes_a_lock(chain)
        {
            return judged(Verdict::Unknown, chain.clone(), Confidence::Possible, 0);
        }
        if let Some((chain, confidence)) = network {
            if self.deletes(reach, &chain) {
                return judged(Verdict::Housekeeping, chain, Confidence::Likely, reach.requests);
            }
            if self.is_retry(site) {
                return judged(Verdict::Retry, chain, confidence.max(Confidence::Likely), 0);
            }
            // A debounce: it does its work once, or waits for the rest of the period.
            if site.kind == Kind::RecursiveTimeout && reach.requests_guarded && self.waits_for_the_rest(site)
            {
                return judged(Verdict::UiTimer, chain, Confidence::Likely, 0);
            }
            if site.kind == Kind::RecursiveTimeout && self.runs_for_new_work(site, reach) {
                return judged(Verdict::UiTimer, chain, Confidence::Likely, 0);
            }
            if chain.len() > 1 && self.is_tween(site) {
                return judged(Verdict::UiTimer, chain, Confidence::Likely, 0);
            }
            if self.asks_when_it_is_over(site, reach, &chain) {
                return judged(Verdict::UiTimer, chain, Confidence::Likely, 0);
            }
            if let Work::Loop(file, id) = site.work
                && self.drains_batches(file, id)
            {
                return judged(Verdict::Housekeeping, chain, Confidence::Likely, reach.requests);
            }
            if self.keeps_a_lock(&chain) {
                return judged(Verdict::Heartbeat, chain, Confidence::Likely, reach.requests);
            }
            if self.acknowledges(site, reach, &chain) {
                return judged(Verdict::Heartbeat, chain, Confidence::Likely, reach.requests);
            }
            if site.kind == Kind::RecursiveTimeout && self.drains_by_recursion(site) {
                return judged(Verdict::Housekeeping, chain, Confidence::Likely, reach.requests);
            }
            if self.pings_unheard(reach, &chain) {
                return judged(Verdict::Heartbeat, chain, Confidence::Likely, reach.requests);
            }
            if self.sends_what_it_gathered(reach, &chain)
                || self.saves_what_changed(reach, &chain)
                || self.reports_on_itself(reach, &chain)
            {
                return judged(Verdict::Housekeeping, chain, Confidence::Likely, reach.requests);
            }
            if !reach.answer_read {
                // Nobody reads the answer: it cannot be a poll for data if it says what else it is.
                if self.is_keep_alive(&chain, reach) {
                    return judged(Verdict::Heartbeat, chain, Confidence::Likely, reach.requests);
                }
                if self.drains_a_buffer(reach) {
                    return judged(Verdict::Housekeeping, chain, Confidence::Likely, reach.requests);
                }
            }
            return judged(Verdict::NetworkPoll, chain, confidence, reach.requests.max(1));
        }
        if site.effect == Some(Effect::Network) {
            // The library fetches; where its fetcher is, the code does not say.
            let sure = if reach.walked.is_empty() { Confidence::Likely } else { Confidence::Possible };
            let seen = !reach.walked.is_empty()
                && reach.lost.is_empty()
                && reach.parameters.is_empty()
                && !reach.unknown_library;
            if !seen {
                return judged(
                    Verdict::NetworkPoll,
                    reach.lost.first().cloned().unwrap_or_default(),
                    sure,
                    1,
                );
            }
        }
        if let Some((chain, confidence)) = found(Effect::ChannelSend) {
            // What was asked before, out of sight, may be the work; the send may only tell of it.
            let asked = reach.lost.iter().find(|lost| self.waits_for_an_answer(reach, lost));
            if let Some(asked) = asked.filter(|_| !self.is_keep_alive(&chain, reach)) {
                return judged(Verdict::Unknown, asked.clone(), Confidence::Possible, 0);
            }
            return judged(Verdict::Heartbeat, chain, confidence, 0);
        }
        if let Some((chain, confidence)) = found(Effect::ChannelOpen) {
            return judged(Verdict::Retry, chain, confidence.max(Confidence::Likely), 0);
        }
        let tries_again = match site.work {
            Work::Loop(file, id) => self.tries_a_few_times(file, id),
            _ => false,
        };
        if tries_again || self.is_retry(site) {
            return judged(Verdict::Retry, Vec::new(), Confidence::Likely, 0);
        }
        let is_debounce = || site.kind == Kind::RecursiveTimeout && self.waits_for_the_rest(site);
        let is_supplied = !reach.parameters.is_empty() || !reach.supplied.is_empty();
        // What callers give is done again and again where the circle always closes.
        if is_debounce() && !(is_supplied && self.always_rearms(site)) {
            return judged(Verdict::UiTimer, Vec::new(), Confidence::Likely, 0);
        }
        if let Work::Loop(file, id) = site.work
            && self.drains_batches(file, id)
        {
            let chain = reach.parameters.first().map(|(_, chain)| chain.clone()).unwrap_or_default();
            return judged(Verdict::Housekeeping, chain, Confidence::Likely, 0);
        }
        if let Some((_, chain)) = reach.parameters.first() {
            return judged(Verdict::Definition, chain.clone(), Confidence::Certain, 0);
        }
        if let Some(supplied) = reach.supplied.first() {
            return judged(Verdict::Definition, supplied.chain.clone(), Confidence::Certain, 0);
        }
        if let Some((chain, confidence)) = found(Effect::StatusRead) {
            return judged(Verdict::StatusPoll, chain, confidence, 0);
        }
        let quiet = [
            (Effect::Sweep, Verdict::Housekeeping),
            (Effect::State, Verdict::UiTimer),
            (Effect::Dom, Verdict::UiTimer),
            (Effect::Telemetry, Verdict::Housekeeping),
            (Effect::Log, Verdict::Housekeeping),
            (Effect::Process, Verdict::Housekeeping),
            (Effect::Storage, Verdict::Housekeeping),
            (Effect::Clock, Verdict::UiTimer),
        ];
        if let Some(at) = self.keep_alive_write(reach) {
            let step = Step { place: self.place(at), label: self.label(at) };
            return judged(Verdict::Heartbeat, vec![step], Confidence::Likely, 0);
        }
        // A look at the clock says nothing of what was done beside it out of sight, and what is
        // logged, measured or tidied up nothing of work by a library that nobody knows.
        let sees_all = !reach.unknown_library && reach.lost.is_empty();
        let says_something = |effect: Effect| match effect {
            Effect::Clock => sees_all,
            Effect::Log | Effect::Sweep | Effect::Telemetry => !reach.unknown_work,
            _ => true,
        };
        // A frame is there to be seen, whatever is tidied up with its last one.
        let is_shown = |effect: Effect| matches!(effect, Effect::State | Effect::Dom);
        let shown = quiet.into_iter().filter(|(effect, _)| site.kind == Kind::Raf && is_shown(*effect));
        let mut quiet = shown.chain(quiet).filter(|(effect, _)| says_something(*effect));
        let quiet = quiet.find_map(|(effect, verdict)| Some((verdict, found(effect)?)));
        let lost = reach.lost.first().cloned();
        // A server has nobody to show a clock to: it keeps a rate, a token or a queue in order.
        let keeps_order = || {
            matches!(site.kind, Kind::SleepLoop | Kind::RecursiveTimeout)
                && self.side(site.anchor.file) == Side::Server
        };
        match (quiet, lost) {
            (Some((Verdict::UiTimer, (chain, _))), None) if keeps_order() => {
                judged(Verdict::Housekeeping, chain, Confidence::Likely, 0)
            }
            (Some((verdict, (chain, confidence))), None) => judged(verdict, chain, confidence, 0),
            // What is always done was seen; what was not seen is done at its end.
            (Some((verdict, (chain, _))), Some(_)) if reach.lost_guarded => {
                judged(verdict, chain, Confidence::Possible, 0)
            }
            // Something runs that we could not see, beside something harmless.
            (_, Some(chain)) if site.kind != Kind::Raf => {
                judged(Verdict::Unknown, chain, Confidence::Possible, 0)
            }
            (Some((verdict, (chain, _))), _) => judged(verdict, chain, Confidence::Likely, 0),
            (None, _) if matches!(site.kind, Kind::Raf) => {
                judged(Verdict::UiTimer, Vec::new(), Confidence::Likely, 0)
            }
            // A package that nobody knows did the work.
            (None, _)
                if reach.unknown_library || (reach.walked.is_empty() && site.kind != Kind::SleepLoop) =>
            {
                judged(Verdict::Unknown, Vec::new(), Confidence::Possible, 0)
            }
            // All of it was seen: it counts, it flips a flag, it waits.
            (None, _) if keeps_order() => judged(Verdict::Housekeeping, Vec::new(), Confidence::Likely, 0),
            (None, _) => judged(Verdict::UiTimer, Vec::new(), Confidence::Likely, 0),
        }
    }

    /// An animation that ends by its progress: `if (share < 1) requestAnimationFrame(step)`.
    fn is_tween(&self, site: &Site) -> bool {
        let facts = self.facts(site.anchor.file);
        site.kind == Kind::Raf
            && facts
                .guards_of(site.anchor.expr)
                .filter_map(|it| it.test)
                .any(|test| matches!(facts.expr(test), Expr::Binary { op, .. } if op.is_order()))
    }

    /// The one request stands behind the call that stops the timer: it waits for something local, and
    /// asks once when that has come: `if (!popup.closed) return; clearInterval(timer); load()`.
    fn asks_when_it_is_over(&self, site: &Site, reach: &Reach, chain: &[Step]) -> bool {
        let (Work::Functions(values), Some(request)) = (&site.work, chain.first()) else { return false };
        if !matches!(site.kind, Kind::SetInterval | Kind::IntervalHook) || reach.requests != 1 {
            return false;
        }
        values.iter().any(|value| {
            let Value::Function { at, .. } = value else { return false };
            let facts = self.facts(at.file);
            let calls =
                || facts.own_nodes(at.function).filter(|(_, node)| matches!(node.expr, Expr::Call { .. }));
            let Some((asks, asked)) =
                calls().find(|(expr, _)| self.place(At { file: at.file, expr: *expr }) == request.place)
            else {
                return false;
            };
            let conditions =
                |expr: ExprId| facts.guards_of(expr).map(|it| (it.test, it.holds)).collect::<Vec<_>>();
            let around = conditions(asks);
            calls().any(|(expr, node)| {
                node.span.end <= asked.span.start
                    && conditions(expr).iter().all(|it| around.contains(it))
                    && facts
                        .call(expr)
                        .is_some_and(|(callee, _)| self.is_stop(At { file: at.file, expr: callee }))
            })
        })
    }

    /// A call that makes a lock or lease last longer: `leaderLock.extend()`.
    fn keeps_a_lock(&self, chain: &[Step]) -> bool {
        chain.iter().any(|step| {
            let label = step.label.to_snake_case();
            let words: Vec<&str> = label.split('_').collect();
            let any = |list: &[&str]| list.iter().any(|it| words.contains(it));
            any(&["lock", "lease", "mutex"]) && any(&["extend", "renew", "touch", "prolong"])
        })
    }

    /// It goes on only while somebody has handed in more: the field in front of it holds what a caller
    /// gave (`this.waiting = order`), and the work itself empties it (`this.waiting = null`).
    fn runs_for_new_work(&self, site: &Site, reach: &Reach) -> bool {
        let at = site.anchor;
        let facts = self.facts(at.file);
        let tested = facts.guards_of(at.expr).filter(|it| it.holds).filter_map(|it| it.test);
        let fields = tested.flat_map(|test| {
            let inside = facts.node(test).span;
            facts.nodes.iter().filter_map(move |node| match &node.expr {
                Expr::Member { name, .. }
                    if inside.start <= node.span.start && node.span.end <= inside.end =>
                {
                    Some(name)
                }
                _ => None,
            })
        });
        let around = facts.functions_around(at.expr).find(|it| {
            // The timer's own callback and helpers inside belong to the method around them.
            facts.function(*it).is_some_and(|it| it.parent == FunctionId::MODULE)
        });
        let within = |function: FunctionId| {
            Some(function) == around || reach.walked.contains(&FunctionAt { file: at.file, function })
        };
        fields.collect::<Vec<_>>().into_iter().any(|field| {
            let writes = || facts.writes.iter().filter(|it| it.name == *field);
            let empties = writes().any(|it| {
                let nothing = match facts.expr(it.value) {
                    Expr::Null | Expr::Undefined => true,
                    Expr::Array(items) => items.is_empty(),
                    _ => false,
                };
                nothing && within(facts.node(it.expr).function)
            });
            let given = writes().any(|it| {
                let parameter = match facts.expr(it.value) {
                    Expr::Ident { binding: Some(binding), .. } => facts
                        .binding(*binding)
                        .is_some_and(|it| matches!(it.origin, crate::facts::Origin::Parameter { .. })),
                    _ => false,
                };
                parameter && !within(facts.node(it.expr).function)
            });
            empties && given
        })
    }

    /// A loop that takes one batch after the other until none is left, and works on each:
    /// `const page = await next(); if (!page.length) break; await remove(page); await sleep(100)`.
    fn drains_batches(&self, file: FileId, id: LoopId) -> bool {
        let facts = self.facts(file);
        let Some(looped) = facts.loops.get(id.index()) else { return false };
        let inside = |expr: ExprId| looped.first_node <= expr && expr < looped.end_node;
        let exits = (looped.first_node.0..looped.end_node.0).flat_map(|expr| facts.guards_of(ExprId(expr)));
        let tests = exits.filter(|it| it.kind == GuardKind::EarlyExit && !it.holds).filter_map(|it| it.test);
        let counted = |expr: ExprId| match facts.expr(expr) {
            Expr::Member { object, name } if name == "length" => Some(*object),
            _ => None,
        };
        tests.filter(|test| inside(*test)).any(|test| {
            let list = match facts.expr(test) {
                Expr::Unary { op: UnaryOp::Not, value } => counted(*value),
                Expr::Binary { op: BinaryOp::Equal, left, right }
                    if matches!(facts.expr(*right), Expr::Number(zero) if *zero == 0.0) =>
                {
                    counted(*left)
                }
                _ => None,
            };
            let binding = list.and_then(|it| self.root_binding(file, it)).and_then(|it| facts.binding(it));
            let span = facts.node(test).span;
            let tested = |used: ExprId| {
                let used = facts.node(used).span;
                span.start <= used.start && used.end <= span.end
            };
            // Beyond the test, more than its length is used: each item is worked on.
            binding.is_some_and(|it| {
                it.uses.iter().filter(|used| inside(**used) && !tested(**used)).any(|used| {
                    let mut at = *used;
                    while let Some(parent) = facts.node(at).parent
                        && let Expr::Member { object, name } = facts.expr(parent)
                        && *object == at
                        && name != "length"
                    {
                        at = parent;
                    }
                    let next = facts.node(at).parent.map(|parent| facts.expr(parent));
                    !matches!(next, Some(Expr::Member { name, .. }) if name == "length")
                })
            })
        })
    }

    /// The name at the left end of `page.items.length`.
    fn root_binding(&self, file: FileId, expr: ExprId) -> Option<crate::facts::BindingId> {
        let facts = self.facts(file);
        let mut at = expr;
        while let Expr::Member { object, .. } = facts.expr(at) {
            at = *object;
        }
        match facts.expr(at) {
            Expr::Ident { binding, .. } => *binding,
            _ => None,
        }
    }

    /// A loop that asks for the next part of one answer: a cursor, page or offset moves on.
    pub fn walks_pages(&self, file: FileId, id: LoopId) -> bool {
        let facts = self.facts(file);
        let Some(looped) = facts.loops.get(id.index()) else {
            return false;
        };
        let nodes = || (looped.first_node.0..looped.end_node.0).map(ExprId);
        // Names that the loop changes and hands to what it awaits.
        let changed: Vec<_> = nodes()
            .filter_map(|expr| match facts.expr(expr) {
                Expr::Assign { target, .. } => Some(*target),
                Expr::Unary { op: UnaryOp::Update, value } => Some(*value),
                _ => None,
            })
            .filter_map(|target| match facts.expr(target) {
                Expr::Ident { binding, .. } => *binding,
                _ => None,
            })
            .collect();
        nodes().any(|expr| {
            let Expr::Await(value) = facts.expr(expr) else {
                return false;
            };
            if self.delay_of(At { file, expr: *value }).is_some() {
                return false;
            }
            let span = facts.node(*value).span;
            changed.iter().filter_map(|it| facts.binding(*it)).any(|binding| {
                binding.uses.iter().any(|used| {
                    let inner = facts.node(*used).span;
                    span.start <= inner.start && inner.end <= span.end && self.is_argument(file, *used)
                })
            })
        })
    }

    fn is_argument(&self, file: FileId, expr: ExprId) -> bool {
        let facts = self.facts(file);
        let mut at = expr;
        for _ in 0..6 {
            let Some(parent) = facts.node(at).parent else {
                return false;
            };
            match facts.expr(parent) {
                Expr::Call { callee, .. } => return *callee != at,
                Expr::Object(_) | Expr::Template(_) | Expr::Binary { .. } | Expr::Array(_) => at = parent,
                _ => return false,
            }
        }
        false
    }

    /// The component, hook, class or function that holds an expression.
    pub fn owner(&self, at: At) -> String {
        let facts = self.facts(at.file);
        let mut named: Vec<String> = Vec::new();
        for function in facts.functions_around(at.expr) {
            let Some(declared) = facts.function(function).filter(|_| function != FunctionId::MODULE) else {
                continue;
            };
            let Some(name) = &declared.name else {
                if let Some(binding) = declared.expr.and_then(|expr| self.wrapped_name(at.file, expr)) {
                    named.push(binding);
                }
                continue;
            };
            let class = declared
                .class
                .and_then(|class| facts.classes.get(class.index()))
                .and_then(|it| it.name.as_ref());
            named.push(match class {
                Some(class) => format!("{class}.{name}"),
                None => name.to_string(),
            });
        }
        if named.is_empty() {
            named.extend(self.decorated_name(at));
        }
        // A hook or component says more than the helper inside it.
        let outward = named.iter().rev().find(|name| names_component_or_hook(name));
        outward.or(named.first()).cloned().unwrap_or_default()
    }

    /// The method that a decorator stands before, with its class: `@Interval(10_000) pull() {}`.
    fn decorated_name(&self, at: At) -> Option<String> {
        let facts = self.facts(at.file);
        facts.classes.iter().find_map(|class| {
            let member = class.members.iter().find(|it| it.decorators.contains(&at.expr))?;
            let class = class.name.as_ref()?;
            Some(format!("{class}.{}", member.name))
        })
    }

    /// `const Orders = memo(() => …)` is called Orders.
    fn wrapped_name(&self, file: FileId, expr: ExprId) -> Option<String> {
        let facts = self.facts(file);
        let mut at = expr;
        for _ in 0..4 {
            at = facts.node(at).parent?;
            if !matches!(facts.expr(at), Expr::Call { .. }) {
                return None;
            }
            if let Some(binding) = self.binding_of_value(At { file, expr: at }) {
                return facts.binding(binding).map(|it| it.name.to_string());
            }
        }
        None
    }

    /// The function whose parameter decides, when a value is one.
    pub fn deciding_function(value: &Value) -> Option<FunctionAt> {
        match value {
            Value::Parameter { function, .. } => Some(*function),
            _ => None,
        }
    }
}
