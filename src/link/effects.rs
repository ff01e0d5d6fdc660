//! What running a function can do, itself or through what it calls, and by which chain.
//!
//! The walk is breadth-first, so that the chain it reports is a shortest one. It follows calls
//! into functions of the repository, into callbacks that a library runs at once, and through
//! one-shot timers; it does not follow listeners and timers that it meets, which are sites of
//! their own.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use heck::ToSnakeCase;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::abstracts::Supplied;
use super::data::{Datum, Touch};
use super::eval::Evaluator;
use super::program::Program;
use super::timer::Step;
use super::value::{Args, At, Env, FunctionAt, Value};
use crate::catalog::rows::{Effect, Gives};
use crate::facts::{Expr, ExprId, FileFacts, UnaryOp};
use crate::vocabulary::{Confidence, Limit, Side};

/// Times that one question walks one function, by different ways to it.
const MAX_RUNS: usize = 6;

/// What a walk found.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// Each effect with the shortest chain to it and how sure it is.
    pub effects: BTreeMap<Effect, (Vec<Step>, Confidence)>,
    /// Calls whose target could not be seen, with the chain to each.
    pub lost: Vec<Vec<Step>>,
    /// Calls of what only a caller supplies.
    pub parameters: Vec<(Value, Vec<Step>)>,
    /// Calls of abstract methods, each with the class that calls it.
    pub supplied: Vec<Supplied>,
    /// Calls in the first function that lead to a request.
    pub requests: u32,
    /// Every place that asks the network stands behind a condition of the first function.
    pub requests_guarded: bool,
    /// Functions that were walked, the first one too.
    pub walked: Vec<FunctionAt>,
    /// Calls into packages that the catalog says nothing about.
    pub unknown_library: bool,
    /// Calls of members that the catalog says nothing about, of packages that it knows.
    pub unnamed: bool,
    /// Such calls that are waited for, or of whose answer nothing is read: they do something.
    pub unknown_work: bool,
    /// Records of a database are removed.
    pub erases: bool,
    /// Something reads the answer of a request.
    pub answer_read: bool,
    /// The data that is asked for and set on the way.
    pub touches: Vec<Touch>,
    /// Sight was lost only behind conditions of the first function.
    pub lost_guarded: bool,
}

impl Reach {
    /// Whether an effect was found.
    pub fn has(&self, effect: Effect) -> bool {
        self.effects.contains_key(&effect)
    }

    /// The chain to an effect.
    pub fn chain(&self, effect: Effect) -> Option<&(Vec<Step>, Confidence)> {
        self.effects.get(&effect)
    }

    /// Adds what another walk found.
    pub fn merge(&mut self, other: Self) {
        for (effect, found) in other.effects {
            self.effects.entry(effect).or_insert(found);
        }
        self.lost.extend(other.lost);
        self.parameters.extend(other.parameters);
        self.supplied.extend(other.supplied);
        self.requests_guarded = if self.requests == 0 {
            other.requests_guarded
        } else {
            self.requests_guarded && (other.requests_guarded || other.requests == 0)
        };
        self.requests += other.requests;
        self.walked.extend(other.walked);
        self.unknown_library |= other.unknown_library;
        self.unnamed |= other.unnamed;
        self.unknown_work |= other.unknown_work;
        self.erases |= other.erases;
        self.answer_read |= other.answer_read;
        self.touches.extend(other.touches);
        self.lost_guarded &= other.lost_guarded;
    }
}

/// One link of a chain that shares its beginning with others.
struct Link {
    step: Step,
    length: usize,
    before: Option<Arc<Link>>,
}

fn steps(mut link: Option<&Arc<Link>>) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Some(this) = link {
        steps.push(this.step.clone());
        link = this.before.as_ref();
    }
    steps.reverse();
    steps
}

/// A function that waits to be walked.
struct Task {
    function: FunctionAt,
    env: Env,
    chain: Option<Arc<Link>>,
    /// The call of the first function on the way, and whether it is behind a condition.
    top: Option<(At, bool)>,
    /// Somebody uses what the function returns.
    answer_used: bool,
}

struct Walk<'p> {
    program: &'p Program,
    /// What waits, each with the call that runs it.
    queue: VecDeque<(Task, At)>,
    /// The call that runs the function being walked.
    running: At,
    /// Functions by the call that ran them and the call around that one: a wrapper may run in a
    /// wrapper.
    seen: FxHashSet<(FunctionAt, Option<(At, At)>)>,
    reach: Reach,
    /// Calls of the first function that lead to a request.
    requesting: FxHashSet<At>,
    unguarded: bool,
    /// Somebody uses what the function that is being walked returns.
    answer_used: bool,
    /// Expressions that were read.
    expressions: u32,
    /// An effect that ends the walk.
    enough: Option<fn(Effect) -> bool>,
}

impl Program {
    /// What calling a value with these arguments can do. `from` is where it is called.
    pub fn reach(&self, work: &[Value], args: &[Value], from: At) -> Reach {
        let mut walk = Walk::new(self);
        walk.values(work, args, from);
        walk.finish()
    }

    /// [`Self::reach`] that ends as soon as an effect is found which satisfies `enough`.
    pub fn reach_until(&self, work: &[Value], from: At, enough: fn(Effect) -> bool) -> Reach {
        let mut walk = Walk::new(self);
        walk.enough = Some(enough);
        walk.values(work, &[], from);
        walk.finish()
    }

    /// [`Self::reach_call`] that ends as soon as an effect is found which satisfies `enough`.
    pub fn reach_call_until(&self, at: At, callees: &[Value], enough: fn(Effect) -> bool) -> Reach {
        let mut walk = Walk::new(self);
        walk.enough = Some(enough);
        walk.call_of(at, callees);
        walk.finish()
    }

    /// What one call of known targets can do.
    pub fn reach_call(&self, at: At, callees: &[Value]) -> Reach {
        let mut walk = Walk::new(self);
        walk.call_of(at, callees);
        walk.finish()
    }
}

impl<'p> Walk<'p> {
    fn values(&mut self, work: &[Value], args: &[Value], from: At) {
        let evaluator = Evaluator::new(self.program);
        for value in work {
            match value {
                Value::Function { at, env, this } => {
                    let frame =
                        evaluator.frame(*at, Args::Values(args.to_vec()), this.as_deref().cloned(), env, env);
                    self.enqueue(
                        Task { function: *at, env: frame, chain: None, top: None, answer_used: false },
                        from,
                    );
                }
                Value::Dispatching(creator) => {
                    self.values(&[creator.as_ref().clone()], args, from);
                    self.dispatched(creator, from, &None, None, None, &evaluator);
                }
                // The work is a function of a library, or something that could not be seen.
                _ => self.value_called(value, from, None, None, None, &evaluator),
            }
        }
    }

    fn call_of(&mut self, at: At, callees: &[Value]) {
        let program = self.program;
        let evaluator = Evaluator::new(program);
        let known: Vec<&Value> = callees
            .iter()
            .filter(|it| !matches!(it, Value::Unknown(_) | Value::Undefined | Value::Null))
            .collect();
        for value in &known {
            self.value_called(value, at, None, None, Some((at, false)), &evaluator);
        }
        if known.is_empty()
            && let Some((callee, _)) = program.facts(at.file).call(at.expr)
        {
            let function =
                FunctionAt { file: at.file, function: program.facts(at.file).node(at.expr).function };
            let task = Task { function, env: None, chain: None, top: None, answer_used: true };
            self.unseen_call(at, callee, callees.first(), &task, Some((at, false)), &evaluator);
        }
    }

    fn new(program: &'p Program) -> Self {
        Self {
            program,
            queue: VecDeque::new(),
            running: At { file: crate::source::FileId(u32::MAX), expr: ExprId(u32::MAX) },
            seen: FxHashSet::default(),
            reach: Reach { lost_guarded: true, ..Reach::default() },
            requesting: FxHashSet::default(),
            unguarded: false,
            answer_used: true,
            expressions: 0,
            enough: None,
        }
    }

    fn finish(mut self) -> Reach {
        self.run();
        let Self { mut reach, requesting, unguarded, .. } = self;
        reach.requests = u32::try_from(requesting.len()).unwrap_or(u32::MAX);
        reach.requests_guarded = !requesting.is_empty() && !unguarded;
        reach
    }
    fn enqueue(&mut self, task: Task, from: At) {
        let function = task.function;
        let length = task.chain.as_ref().map_or(0, |link| link.length);
        let work = self.program.work();
        let is_over = |amount: usize, limit: u32| amount >= limit as usize;
        let over = [
            (is_over(self.seen.len(), work.functions), Limit::Functions),
            (is_over(length, work.chain), Limit::Chain),
            (self.expressions >= work.expressions, Limit::Expressions),
        ];
        if let Some((_, limit)) = over.into_iter().find(|(over, _)| *over) {
            self.program.reached(limit, function.file);
            self.lose(task.chain.as_ref());
            return;
        }
        // One function may be run by several calls with different callbacks, but not for ever.
        if self.seen.contains(&(function, None)) || !self.seen.insert((function, Some((from, self.running))))
        {
            return;
        }
        if self.seen.iter().filter(|(it, _)| *it == function).count() > MAX_RUNS {
            self.seen.insert((function, None));
        }
        self.queue.push_back((task, from));
    }

    /// Sight ends here, whatever conditions stand around.
    fn lose(&mut self, chain: Option<&Arc<Link>>) {
        self.reach.lost.push(steps(chain));
        self.reach.lost_guarded = false;
    }

    fn run(&mut self) {
        while let Some((task, from)) = self.queue.pop_front() {
            if self.enough.is_some_and(|enough| self.reach.effects.keys().any(|it| enough(*it))) {
                return;
            }
            self.running = from;
            self.reach.walked.push(task.function);
            self.answer_used = task.answer_used;
            self.function(&task);
        }
    }

    fn function(&mut self, task: &Task) {
        let facts = self.program.facts(task.function.file);
        for (expr, node) in facts.own_nodes(task.function.function) {
            let at = At { file: task.function.file, expr };
            if self.expressions >= self.program.work().expressions {
                self.program.reached(Limit::Expressions, at.file);
                self.lose(task.chain.as_ref());
                return;
            }
            self.expressions += 1;
            let is_switch = |test| !self.program.ends_with_its_owner(At { expr: test, ..at });
            let guarded = || facts.guards_of(expr).any(|it| it.test.is_none_or(is_switch));
            let top = task.top.or_else(|| Some((at, guarded())));
            match &node.expr {
                Expr::Call { callee, .. } => self.call(at, *callee, task, top),
                Expr::Member { name, object } if self.program.catalog().is_status_member(name) => {
                    self.status_member(at, *object, task);
                }
                // `hub.state`: a member that means something only on what a library made.
                // `typeof window.document` asks where it runs.
                Expr::Member { name, .. }
                    if self.program.catalog().is_read_member(name) && !is_of_typeof(facts, expr) =>
                {
                    for value in Evaluator::new(self.program).eval(at, &task.env) {
                        let Value::Library { package, symbol, .. } = value else {
                            continue;
                        };
                        let row =
                            self.program.catalog().effect(&package, &symbol).filter(|row| row.without_call);
                        if let Some(row) = row {
                            let label = self.program.label(at);
                            self.found(row.effect, at, task.chain.as_ref(), &label, Confidence::Certain, top);
                        }
                    }
                }
                Expr::Unary { op: UnaryOp::Delete, .. } => {
                    self.found(
                        Effect::Sweep,
                        at,
                        task.chain.as_ref(),
                        "deletes an entry",
                        Confidence::Certain,
                        top,
                    );
                }
                Expr::Assign { target, .. } => self.assignment(at, *target, task, top),
                Expr::Unseen => self.lose(task.chain.as_ref()),
                _ => {}
            }
        }
    }

    fn status_member(&mut self, at: At, object: ExprId, task: &Task) {
        let facts = self.program.facts(at.file);
        // `socket.connected = true` writes it.
        let is_target = facts.node(at.expr).parent.is_some_and(
            |parent| matches!(facts.expr(parent), Expr::Assign { target, .. } if *target == at.expr),
        );
        // `frame.contentWindow.document.readyState` is about a page, not a connection.
        let of_page = match facts.expr(object) {
            Expr::Ident { name, .. } | Expr::Member { name, .. } => {
                name == "document" || name == "contentDocument"
            }
            _ => false,
        };
        if is_target || of_page || self.is_of_a_node(at, object, task) {
            return;
        }
        let label = self.program.label(at);
        self.found(Effect::StatusRead, at, task.chain.as_ref(), &label, Confidence::Certain, None);
    }

    /// `anchor.isConnected`: nodes of a page have a member of that name too, so that it takes something
    /// that was seen to be no node, or is called after a connection.
    fn is_of_a_node(&self, at: At, object: ExprId, task: &Task) -> bool {
        let facts = self.program.facts(at.file);
        let (Expr::Member { name, .. }, Expr::Ident { name: of, .. } | Expr::Member { name: of, .. }) =
            (facts.expr(at.expr), facts.expr(object))
        else {
            return false;
        };
        if name != "isConnected" || names_a_connection(of) {
            return false;
        }
        Evaluator::new(self.program).eval(At { expr: object, ..at }, &task.env).iter().all(|it| match it {
            Value::Library { package, .. } | Value::Made { package, .. } => {
                package == "global" || package == "react"
            }
            Value::Instance { .. } | Value::Object { .. } | Value::Function { .. } | Value::Class(_) => false,
            _ => true,
        })
    }

    fn assignment(&mut self, at: At, target: ExprId, task: &Task, top: Option<(At, bool)>) {
        let facts = self.program.facts(at.file);
        let Expr::Member { object, name } = facts.expr(target) else {
            return;
        };
        let evaluator = Evaluator::new(self.program);
        for value in evaluator.eval(At { expr: *object, ..at }, &task.env) {
            let Value::Library { package, symbol, .. } = value else {
                continue;
            };
            let symbol = if symbol.is_empty() { name.to_string() } else { format!("{symbol}.{name}") };
            if let Some(row) = self.program.catalog().effect(&package, &symbol) {
                let label = self.program.label(at);
                self.found(row.effect, at, task.chain.as_ref(), &label, Confidence::Likely, top);
            }
        }
    }

    fn found(
        &mut self,
        effect: Effect,
        at: At,
        chain: Option<&Arc<Link>>,
        label: &str,
        confidence: Confidence,
        top: Option<(At, bool)>,
    ) {
        if matches!(effect, Effect::Network | Effect::Database)
            && let Some((call, guarded)) = top
        {
            self.requesting.insert(call);
            self.unguarded |= !guarded;
        }
        if effect == Effect::Network {
            self.reach.answer_read |= self.program.answer_is_used(at, self.answer_used);
        }
        // What a `catch` writes to a log is never the work itself.
        if effect == Effect::Log && self.program.is_in_catch(at) {
            return;
        }
        let known = self.reach.effects.get(&effect);
        // The first chain is the shortest; a surer one still wins.
        if known.is_some_and(|(_, sure)| *sure <= confidence) {
            return;
        }
        let mut chain = steps(chain);
        chain.push(Step { place: self.program.place(at), label: label.to_owned() });
        self.reach.effects.insert(effect, (chain, confidence));
    }

    fn call(&mut self, at: At, callee: ExprId, task: &Task, top: Option<(At, bool)>) {
        let evaluator = Evaluator::new(self.program);
        let values = evaluator.eval(At { expr: callee, ..at }, &task.env);
        if evaluator.is_cut() {
            if evaluator.is_spent() {
                self.program.reached(Limit::Steps, at.file);
            }
            let link = self.link(at, task.chain.as_ref());
            self.lose(Some(&link));
        }
        let mut lost = None;
        let mut seen = false;
        for value in &values {
            if matches!(value, Value::Unknown(_) | Value::Undefined | Value::Null) {
                lost = Some(value);
                continue;
            }
            seen = true;
            self.value_called(value, at, Some(task), task.chain.as_ref(), top, &evaluator);
        }
        if !seen {
            self.unseen_call(at, callee, lost, task, top, &evaluator);
        }
    }

    /// A call whose target is known.
    fn value_called(
        &mut self,
        value: &Value,
        at: At,
        task: Option<&Task>,
        chain: Option<&Arc<Link>>,
        top: Option<(At, bool)>,
        evaluator: &Evaluator<'_>,
    ) {
        let env = task.map(|task| task.env.clone()).unwrap_or_default();
        let query = self.program.query_of(value, at, &env);
        self.touches(at, query.into_iter().chain(self.program.state_set(value, at)));
        match value {
            // A call of a server module from anywhere else is a request of the framework's.
            Value::Function { at: function, .. } if self.is_server_action(*function, at) => {
                let label = format!("{} runs on the server", self.program.label(at));
                self.found(Effect::Network, at, chain, &label, Confidence::Likely, top);
            }
            Value::Function { at: function, env: outer, this } => {
                let link = self.link(at, chain);
                let frame = evaluator.frame(
                    *function,
                    Args::Call { at, env: env.clone() },
                    this.as_deref().cloned(),
                    outer,
                    &env,
                );
                let answer_used = self.program.answer_is_used(at, task.is_none_or(|it| it.answer_used));
                self.enqueue(
                    Task { function: *function, env: frame, chain: Some(link), top, answer_used },
                    at,
                );
            }
            Value::Class(class) => {
                let facts = self.program.facts(class.file);
                if let Some(constructor) =
                    facts.classes.get(class.class.index()).and_then(|it| it.constructor)
                {
                    let link = self.link(at, chain);
                    let function = FunctionAt { file: class.file, function: constructor };
                    let this = Value::Instance { class: *class, made: Some((at, env.clone())) };
                    let frame = evaluator.frame(
                        function,
                        Args::Call { at, env: env.clone() },
                        Some(this),
                        &None,
                        &env,
                    );
                    self.enqueue(
                        Task { function, env: frame, chain: Some(link), top, answer_used: true },
                        at,
                    );
                }
            }
            Value::Library { package, symbol, .. } => {
                self.library_call(package, symbol, at, &env, chain, top, evaluator)
            }
            Value::Made { gives: Gives::Runner, at: made, env: made_env, argument, .. } => {
                for function in evaluator.runner(*made, made_env, *argument) {
                    self.handed(&function, at, &env, chain, top, evaluator);
                }
            }
            Value::Dispatching(creator) => {
                self.value_called(creator, at, task, chain, top, evaluator);
                self.dispatched(creator, at, &env, chain, top, evaluator);
            }
            Value::Made { package, symbol, .. } => {
                let symbol = SmolStr::new(format!("{symbol}()"));
                self.library_call(package, &symbol, at, &env, chain, top, evaluator);
            }
            Value::Parameter { function, path, .. } => {
                // A method that every such receiver has says enough.
                if let Some(name) = path.last()
                    && let Some(row) = self.program.catalog().method(name)
                {
                    // `span.setAttribute()`: a server has no page.
                    if row.effect == Effect::Dom && self.program.side(at.file) == Side::Server {
                        self.callbacks(at, &env, Effect::Pure, chain, top, evaluator);
                        return;
                    }
                    let (effect, confidence) = (row.effect, row.confidence);
                    let label = self.program.label(at);
                    self.found(effect, at, chain, &label, confidence.max(Confidence::Likely), top);
                    self.callbacks(at, &env, effect, chain, top, evaluator);
                    return;
                }
                let mut steps = steps(chain);
                steps.push(Step { place: self.program.place(at), label: self.program.label(at) });
                if !self.program.is_inline_callback(*function) {
                    // A circle comes by the same call again, by a longer way.
                    let known = |(_, chain): &(Value, Vec<Step>)| chain.last() == steps.last();
                    if !self.reach.parameters.iter().any(known) {
                        self.reach.parameters.push((value.clone(), steps));
                    }
                } else if !path.is_empty() {
                    // A library made it: `pool.connect((client) => client.sync())`.
                    self.reach.lost.push(steps);
                }
                self.callbacks(at, &env, Effect::Pure, chain, top, evaluator);
            }
            _ => {}
        }
    }

    /// `dispatch(load())`: a function that an action creator gives is run.
    fn dispatched(
        &mut self,
        creator: &Value,
        at: At,
        env: &Env,
        chain: Option<&Arc<Link>>,
        top: Option<(At, bool)>,
        evaluator: &Evaluator<'_>,
    ) {
        let label = self.program.label(at);
        self.found(Effect::State, at, chain, &label, Confidence::Certain, top);
        for given in evaluator.call_with(creator, Vec::new(), at) {
            self.handed(&given, at, env, chain, top, evaluator);
        }
    }

    /// A function that a library runs with arguments of its own.
    fn handed(
        &mut self,
        value: &Value,
        at: At,
        env: &Env,
        chain: Option<&Arc<Link>>,
        top: Option<(At, bool)>,
        evaluator: &Evaluator<'_>,
    ) {
        if let Value::Function { at: function, env: outer, this } = value {
            let link = self.link(at, chain);
            let args = Args::Values(Vec::new());
            let frame = evaluator.frame(*function, args, this.as_deref().cloned(), outer, env);
            self.enqueue(
                Task { function: *function, env: frame, chain: Some(link), top, answer_used: true },
                at,
            );
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one call")]
    fn library_call(
        &mut self,
        package: &str,
        symbol: &str,
        at: At,
        env: &Env,
        chain: Option<&Arc<Link>>,
        top: Option<(At, bool)>,
        evaluator: &Evaluator<'_>,
    ) {
        let catalog = self.program.catalog();
        let name = if symbol.is_empty() { "default" } else { symbol };
        if let Some(once) = catalog.once(package, name) {
            self.callback(at, once.callback, env, chain, top, evaluator);
            return;
        }
        // A timer that is met on the way is a site of its own.
        if !catalog.timers(package, name).is_empty() && catalog.effect(package, name).is_none() {
            return;
        }
        let last = name.rsplit('.').next().unwrap_or(name);
        let listens =
            name.contains('.') && catalog.method(last).is_some_and(|row| row.effect == Effect::Listen);
        let effect = match catalog.effect(package, name) {
            // A broad row (`document.**`) says less than the name of the method.
            Some(row) if listens && row.effect == Effect::Dom => Effect::Listen,
            Some(row) => {
                let label = self.program.label(at);
                self.reach.erases |= row.effect == Effect::Database && is_erasing(last);
                let effect = match row.effect {
                    // Deleting records is keeping house, wherever they are kept.
                    Effect::Database if is_erasing(last) => Effect::Sweep,
                    Effect::Network if self.sends_telemetry(at, env, evaluator) => Effect::Telemetry,
                    effect => effect,
                };
                self.found(effect, at, chain, &label, Confidence::Certain, top);
                if effect == Effect::Network {
                    self.touches(at, self.program.requested(at, name, env).into_iter());
                }
                row.effect
            }
            None => {
                // A method of something that a library gave, such as `response.json()`.
                match catalog.method(last).filter(|_| name.contains('.')) {
                    Some(row) => {
                        let label = self.program.label(at);
                        self.found(
                            row.effect,
                            at,
                            chain,
                            &label,
                            row.confidence.max(Confidence::Likely),
                            top,
                        );
                        row.effect
                    }
                    None => {
                        let is_known = catalog.knows_package(package);
                        let is_unknown = !is_known || self.is_own_global(at, package, name);
                        self.reach.unknown_library |= is_unknown;
                        self.reach.unnamed |= is_known;
                        self.reach.unknown_work |= is_unknown && self.is_work(at);
                        Effect::Pure
                    }
                }
            }
        };
        self.callbacks(at, env, effect, chain, top, evaluator);
    }

    /// `client.send(new PutMetricDataCommand(…))`: the command says what the request is for.
    fn sends_telemetry(&self, at: At, env: &Env, evaluator: &Evaluator<'_>) -> bool {
        let facts = self.program.facts(at.file);
        let Some(command) = facts.call(at.expr).and_then(|(_, args)| args.first()) else { return false };
        let Expr::Call { callee, construct: true, .. } = facts.expr(*command) else { return false };
        evaluator.eval(At { expr: *callee, ..at }, env).iter().any(|value| match value {
            Value::Library { package, symbol, .. } => {
                let row = self.program.catalog().effect(package, symbol);
                row.is_some_and(|row| row.effect == Effect::Telemetry)
            }
            _ => false,
        })
    }

    fn is_server_action(&self, function: FunctionAt, from: At) -> bool {
        let is_server = |file| self.program.facts(file).directive.as_deref() == Some("use server");
        is_server(function.file) && !is_server(from.file)
    }

    /// Something of the program's own that is kept on the global object, and waited for:
    /// `await globalThis.singletons["db"].order.findMany()`.
    fn is_own_global(&self, at: At, package: &str, symbol: &str) -> bool {
        let first = symbol.split('.').next().unwrap_or(symbol).trim_end_matches("()");
        package == "global"
            && self.is_awaited(at)
            && symbol.contains('.')
            && !self.program.catalog().knows_name(package, first)
    }

    /// The work itself is waited for; what gives back a value at once only helps it.
    fn is_work(&self, at: At) -> bool {
        self.is_awaited(at) || !self.program.answer_is_used(at, true)
    }

    fn is_awaited(&self, at: At) -> bool {
        let facts = self.program.facts(at.file);
        facts.node(at.expr).parent.is_some_and(|parent| matches!(facts.expr(parent), Expr::Await(_)))
    }

    /// A call whose target could not be seen.
    fn unseen_call(
        &mut self,
        at: At,
        callee: ExprId,
        value: Option<&Value>,
        task: &Task,
        top: Option<(At, bool)>,
        evaluator: &Evaluator<'_>,
    ) {
        let facts = self.program.facts(at.file);
        if self.is_work(at)
            && let Some((class, method)) = self.program.supplied_by_subclasses(at, callee)
        {
            let mut steps = steps(task.chain.as_ref());
            steps.push(Step { place: self.program.place(at), label: self.program.label(at) });
            self.reach.supplied.push(Supplied { class, method, chain: steps });
            return;
        }
        let name = match facts.expr(callee) {
            Expr::Member { name, .. } => Some(name),
            _ => None,
        };
        let row = name.and_then(|name| self.program.catalog().method(name));
        if let (Some(row), Some(name)) = (row, name) {
            if row.effect == Effect::Dom && self.program.side(at.file) == Side::Server {
                self.callbacks(at, &task.env, Effect::Pure, task.chain.as_ref(), top, evaluator);
                return;
            }
            let label = self.program.label(at);
            self.found(
                row.effect,
                at,
                task.chain.as_ref(),
                &label,
                row.confidence.max(Confidence::Likely),
                top,
            );
            if row.effect == Effect::Network {
                self.touches(at, self.program.requested(at, name, &task.env).into_iter());
            }
            self.callbacks(at, &task.env, row.effect, task.chain.as_ref(), top, evaluator);
            return;
        }
        if self.program.is_sink_of_a_log(at, callee, &task.env, evaluator) {
            let label = self.program.label(at);
            self.found(Effect::Log, at, task.chain.as_ref(), &label, Confidence::Likely, top);
            return;
        }
        // Calling `undefined` does nothing: an optional callback that nobody gave.
        let optional = match (value, facts.expr(callee)) {
            (Some(Value::Undefined | Value::Null), Expr::Member { object, .. }) => {
                evaluator.eval(At { expr: *object, ..at }, &task.env).iter().all(|it| {
                    matches!(
                        it,
                        Value::Props { .. }
                            | Value::Parameter { .. }
                            | Value::Rest { .. }
                            | Value::Made { .. }
                            | Value::Object { .. }
                    )
                })
            }
            (Some(Value::Undefined | Value::Null), _) => true,
            _ => false,
        };
        // What is waited for, and whose answer is read, is no callback that may be left out.
        let is_asked = self.is_awaited(at) && self.program.answer_is_used(at, true);
        if !optional || is_asked {
            let mut steps = steps(task.chain.as_ref());
            steps.push(Step {
                place: self.program.place(at),
                label: format!("{} could not be followed", self.program.label(at)),
            });
            self.reach.lost.push(steps);
            self.reach.lost_guarded &= top.is_some_and(|(_, guarded)| guarded);
        }
        self.callbacks(at, &task.env, Effect::Pure, task.chain.as_ref(), top, evaluator);
    }

    /// The functions among the arguments of a library call: it runs them, unless it registers them.
    fn callbacks(
        &mut self,
        at: At,
        env: &Env,
        effect: Effect,
        chain: Option<&Arc<Link>>,
        top: Option<(At, bool)>,
        evaluator: &Evaluator<'_>,
    ) {
        if effect == Effect::Listen {
            return;
        }
        let count = self.program.facts(at.file).call(at.expr).map_or(0, |(_, args)| args.len());
        for index in 0..count {
            self.callback(at, index, env, chain, top, evaluator);
        }
    }

    fn callback(
        &mut self,
        at: At,
        index: usize,
        env: &Env,
        chain: Option<&Arc<Link>>,
        top: Option<(At, bool)>,
        evaluator: &Evaluator<'_>,
    ) {
        let facts = self.program.facts(at.file);
        let Some(arg) = facts.call(at.expr).and_then(|(_, args)| args.get(index)) else {
            return;
        };
        let can_be_function = matches!(
            facts.expr(*arg),
            Expr::Function(_)
                | Expr::Ident { .. }
                | Expr::Member { .. }
                | Expr::Call { .. }
                | Expr::Conditional { .. }
        );
        if !can_be_function {
            return;
        }
        for value in evaluator.eval(At { expr: *arg, ..at }, env) {
            match &value {
                Value::Function { at: function, env: outer, this } => {
                    // An inline callback is part of the call's line: it adds no step.
                    let inline = matches!(facts.expr(*arg), Expr::Function(_));
                    let link = if inline { chain.cloned() } else { Some(self.link(at, chain)) };
                    let frame = evaluator.frame(
                        *function,
                        Args::Values(Vec::new()),
                        this.as_deref().cloned(),
                        outer,
                        env,
                    );
                    self.enqueue(
                        Task { function: *function, env: frame, chain: link, top, answer_used: true },
                        at,
                    );
                }
                // `dispatch(fetchOrders())` runs the thunk.
                Value::Made { gives: Gives::Runner, .. } => {
                    self.value_called(&value, at, None, chain, top, evaluator)
                }
                _ => {}
            }
        }
    }

    /// Notes the data that a call is about.
    fn touches(&mut self, at: At, data: impl Iterator<Item = Datum>) {
        let (place, label) = (self.program.place(at), self.program.label(at));
        self.reach.touches.extend(data.map(|datum| Touch { datum, place, label: label.clone() }));
    }

    fn link(&self, at: At, before: Option<&Arc<Link>>) -> Arc<Link> {
        Arc::new(Link {
            step: Step { place: self.program.place(at), label: self.program.label(at) },
            length: before.map_or(0, |link| link.length) + 1,
            before: before.cloned(),
        })
    }
}

/// `typeof window.document`
fn is_of_typeof(facts: &FileFacts, expr: ExprId) -> bool {
    let parent = facts.node(expr).parent.map(|parent| facts.expr(parent));
    matches!(parent, Some(Expr::Unary { op: UnaryOp::Other, .. }))
}

/// Whether something is called after a connection: `chatSocket`, `hubConnection`.
fn names_a_connection(name: &str) -> bool {
    name.to_snake_case().split('_').any(|word| {
        matches!(word, "socket" | "ws" | "websocket" | "connection" | "client" | "channel" | "hub" | "stream")
    })
}

/// Whether a database call of that name removes records.
fn is_erasing(method: &str) -> bool {
    let method = method.trim_end_matches("()");
    ["delete", "destroy", "truncate", "purge", "remove", "vacuum"].iter().any(|verb| method.starts_with(verb))
}

impl Program {
    /// Whether anything uses what a call gives. `returned_used`: somebody uses what the function
    /// around it returns.
    pub fn answer_is_used(&self, at: At, returned_used: bool) -> bool {
        let facts = self.facts(at.file);
        let mut expr = at.expr;
        for _ in 0..12 {
            let node = facts.node(expr);
            if facts.function(node.function).is_some_and(|it| it.returns.contains(&expr)) {
                return returned_used;
            }
            if facts.bindings_from(crate::facts::Origin::Value(expr)).next().is_some() {
                return true;
            }
            let Some(parent) = node.parent else { return false };
            match facts.expr(parent) {
                Expr::Await(_) | Expr::Sequence(_) => expr = parent,
                // `.then(() => …)` does not look at the answer, `.then((answer) => …)` does.
                Expr::Member { name, .. } => {
                    let Some(call) = facts.node(parent).parent else {
                        return true;
                    };
                    let Expr::Call { args, .. } = facts.expr(call) else {
                        return true;
                    };
                    let ignores = match name.as_str() {
                        "catch" | "finally" => true,
                        "then" => args.iter().all(|arg| match facts.expr(*arg) {
                            Expr::Function(function) => {
                                facts.function(*function).is_some_and(|it| it.params.is_empty())
                            }
                            _ => false,
                        }),
                        _ => false,
                    };
                    if !ignores {
                        return true;
                    }
                    expr = call;
                }
                _ => return true,
            }
        }
        true
    }

    /// Whether a function is an argument of a call and has no name by which others could call it:
    /// what it is given, the callee decides.
    pub fn is_inline_callback(&self, function: FunctionAt) -> bool {
        let facts = self.facts(function.file);
        let Some(mut expr) = facts.function(function.function).and_then(|it| it.expr) else {
            return false;
        };
        let Some(mut parent) = facts.node(expr).parent else {
            return false;
        };
        // `['$http', ($http) => …]` lists what a container injects.
        if let Expr::Array(_) = facts.expr(parent)
            && let Some(outer) = facts.node(parent).parent
        {
            (expr, parent) = (parent, outer);
        }
        match facts.expr(parent) {
            Expr::Call { callee, .. } if *callee != expr => {
                // `memo((props) => …)` and `useCallback((id) => …)` hand the function on.
                let wraps = Evaluator::new(self)
                    .eval(At { file: function.file, expr: *callee }, &None)
                    .iter()
                    .any(|value| match value {
                        Value::Library { package, symbol, .. } => {
                            self.catalog().returns(package, symbol).is_some()
                        }
                        _ => false,
                    });
                !wraps
            }
            _ => false,
        }
    }
}
