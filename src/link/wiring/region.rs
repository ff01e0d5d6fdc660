//! What becomes of a message: whether the code that a route leads to does anything with it, and
//! who supplied that code.

use rustc_hash::FxHashSet;

use super::flow::{Region, Route, guards_with};
use super::model::Spot;
use super::supply::Supplies;
use crate::catalog::rows::Effect;
use crate::facts::{Expr, ExprId, FileFacts, FunctionId, GuardId, JsxTag};
use crate::link::effects::Reach;
use crate::link::eval::Evaluator;
use crate::link::program::Program;
use crate::link::value::{At, Env, FunctionAt, Value};
use crate::vocabulary::Confidence;

/// Suppliers of suppliers that are followed.
const MAX_DEPTH: u32 = 4;

/// Methods of the language's collections that change them.
const CHANGES: [&str; 9] = ["add", "clear", "delete", "pop", "push", "set", "shift", "splice", "unshift"];

/// What becomes of a message at one route.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    /// Code that does something with it.
    pub subscribers: Vec<Spot>,
    /// Calls of optional handlers that nobody supplies.
    pub unsupplied: Vec<Spot>,
    /// It is written to a log.
    pub logged: bool,
    /// The route leads to no code at all.
    pub empty: bool,
}

impl Outcome {
    pub(super) fn merge(&mut self, other: Self) {
        self.subscribers.extend(other.subscribers);
        self.unsupplied.extend(other.unsupplied);
        self.logged |= other.logged;
        self.empty &= other.empty;
    }
}

impl Program {
    /// A place of a message's way.
    pub(super) fn spot(&self, at: At, label: String, confidence: Confidence) -> Spot {
        Spot { place: self.place(at), owner: self.owner(at), label, live: self.is_live(at), confidence }
    }

    /// What becomes of the messages that take a route.
    pub(super) fn outcome(&self, route: &Route) -> Outcome {
        match &route.region {
            Region::Functions(functions) => {
                let mut outcome = Outcome { empty: true, ..Outcome::default() };
                for (value, supplier) in functions {
                    outcome.merge(self.outcome_of_function(value, *supplier, 0));
                }
                outcome
            }
            Region::Guarded { test, holds } => self.outcome_of_guarded(*test, *holds),
            Region::PassedOn(call) => Outcome {
                subscribers: vec![self.spot(*call, self.label(*call), Confidence::Possible)],
                ..Outcome::default()
            },
            Region::Unheard => Outcome::default(),
        }
    }

    /// What a function that gets the message does.
    fn outcome_of_function(&self, value: &Value, supplier: At, depth: u32) -> Outcome {
        match value {
            Value::Function { at, .. } => {
                let reach = self.reach_until(std::slice::from_ref(value), supplier, does_something);
                let facts = self.facts(at.file);
                let nodes: Vec<ExprId> = facts.nodes_inside(at.function).map(|(expr, _)| expr).collect();
                let whole = self.function_place(*at, supplier);
                self.weigh(&reach, *at, &nodes, whole, depth)
            }
            Value::Parameter { .. } => {
                let label = self.label(supplier);
                self.outcome_of_parameter(value, self.spot(supplier, label, Confidence::Likely), depth)
            }
            _ => self.outcome_of_supply(value, supplier, depth),
        }
    }

    /// What becomes of a message that is handed to whatever callers supply. `spot` is the call.
    fn outcome_of_parameter(&self, parameter: &Value, spot: Spot, depth: u32) -> Outcome {
        let supplies = if depth < MAX_DEPTH {
            self.supplied(parameter)
        } else {
            Supplies { unseen: true, ..Supplies::default() }
        };
        let mut outcome = Outcome { empty: true, ..Outcome::default() };
        if supplies.found.is_empty() && !supplies.unseen {
            outcome.unsupplied.push(spot);
            outcome.empty = false;
            return outcome;
        }
        if supplies.found.is_empty() {
            outcome.subscribers.push(Spot { confidence: Confidence::Possible, ..spot });
            outcome.empty = false;
            return outcome;
        }
        for supply in supplies.found.into_iter().take(24) {
            outcome.merge(self.outcome_of_supply(&supply.value, supply.caller, depth + 1));
        }
        outcome
    }

    fn outcome_of_supply(&self, value: &Value, caller: At, depth: u32) -> Outcome {
        match value {
            Value::Undefined | Value::Null => Outcome { empty: true, ..Outcome::default() },
            Value::Function { .. } | Value::Parameter { .. } if depth < MAX_DEPTH => {
                self.outcome_of_function(value, caller, depth)
            }
            // `{ execute: () => …, label }`: whoever looked the entry up calls what is in it.
            Value::Object { at, env } => self.outcome_of_object(*at, env, depth),
            // A function of a library, a setter of state, or something that could not be seen: somebody
            // takes it.
            _ => Outcome {
                subscribers: vec![self.spot(caller, self.label(caller), Confidence::Likely)],
                ..Outcome::default()
            },
        }
    }

    /// What the functions of an object do.
    fn outcome_of_object(&self, object: At, env: &Env, depth: u32) -> Outcome {
        let mut outcome = Outcome { empty: true, ..Outcome::default() };
        let Expr::Object(properties) = self.facts(object.file).expr(object.expr) else {
            return outcome;
        };
        for property in properties {
            let at = At { file: object.file, expr: property.value };
            for value in Evaluator::new(self).eval(at, env) {
                if matches!(value, Value::Function { .. } | Value::Parameter { .. }) {
                    outcome.merge(self.outcome_of_supply(&value, at, depth + 1));
                }
            }
        }
        outcome
    }

    /// Where a function stands: its own expression, or the place that hands it over.
    fn function_place(&self, function: FunctionAt, supplier: At) -> At {
        let declared = self.facts(function.file).function(function.function);
        match declared.and_then(|it| it.expr) {
            Some(expr) => At { file: function.file, expr },
            None => supplier,
        }
    }

    pub(super) fn outcome_of_guarded(&self, test: At, holds: bool) -> Outcome {
        let facts = self.facts(test.file);
        let guards = guards_with(facts, test.expr, holds);
        // A type guard: what its callers guard with it.
        let function = facts.node(test.expr).function;
        let answers = facts
            .function(function)
            .is_some_and(|it| it.returns.iter().any(|returned| is_part(facts, *returned, test.expr)));
        if guards.is_empty() && answers && function != FunctionId::MODULE {
            let mut outcome = Outcome { empty: true, ..Outcome::default() };
            let callers = self.callers(FunctionAt { file: test.file, function });
            for caller in callers.iter().filter(|it| !it.is_test).take(24) {
                let inner = guards_with(self.facts(caller.at.file), caller.at.expr, holds);
                if inner.is_empty() {
                    outcome.merge(Outcome {
                        subscribers: vec![self.spot(caller.at, self.label(caller.at), Confidence::Likely)],
                        ..Outcome::default()
                    });
                } else {
                    outcome.merge(self.outcome_of_guards(caller.at, &inner));
                }
            }
            return outcome;
        }
        if guards.is_empty() {
            // The answer of the comparison is kept: `const mine = message.type === "order"`.
            return Outcome {
                subscribers: vec![self.spot(test, self.label(test), Confidence::Possible)],
                ..Outcome::default()
            };
        }
        self.outcome_of_guards(test, &guards)
    }

    /// The expressions of a condition's own function that run under one of the guards.
    pub(super) fn nodes_under(&self, test: At, guards: &[(GuardId, bool)]) -> Vec<ExprId> {
        let facts = self.facts(test.file);
        let ids: FxHashSet<GuardId> = guards.iter().map(|(id, _)| *id).collect();
        let inside = |expr: ExprId| {
            let mut next = facts.node(expr).guard;
            for _ in 0..64 {
                let Some(id) = next else { return false };
                if ids.contains(&id) {
                    return true;
                }
                next = facts.guards.get(id.index()).and_then(|it| it.parent);
            }
            false
        };
        let function = facts.node(test.expr).function;
        facts.own_nodes(function).map(|(expr, _)| expr).filter(|expr| inside(*expr)).collect()
    }

    fn outcome_of_guards(&self, test: At, guards: &[(GuardId, bool)]) -> Outcome {
        let facts = self.facts(test.file);
        let function = facts.node(test.expr).function;
        let mut nodes = self.nodes_under(test, guards);
        // Callbacks inside: `setOrders((orders) => …)`.
        let nested: Vec<ExprId> = nodes
            .iter()
            .filter_map(|expr| match facts.expr(*expr) {
                Expr::Function(inner) => Some(*inner),
                _ => None,
            })
            .flat_map(|inner| facts.nodes_inside(inner).map(|(expr, _)| expr).collect::<Vec<_>>())
            .collect();
        let returned = facts.function(function).is_some_and(|it| {
            it.returns.iter().any(|it| {
                nodes.contains(it)
                    && !matches!(facts.expr(*it), Expr::Undefined | Expr::Null | Expr::Call { .. })
            })
        });
        let calls: Vec<At> = nodes
            .iter()
            .filter(|expr| matches!(facts.expr(**expr), Expr::Call { .. }))
            .map(|expr| At { file: test.file, expr: *expr })
            .collect();
        let mut reach = Reach::default();
        let mut unsupplied = Vec::new();
        for call in calls {
            let Some((callee, _)) = facts.call(call.expr) else { continue };
            let values = Evaluator::new(self).eval(At { expr: callee, ..call }, &None);
            if !values.is_empty() && values.iter().all(|it| matches!(it, Value::Undefined | Value::Null)) {
                unsupplied.push(self.spot(call, self.label(call), Confidence::Likely));
                continue;
            }
            reach.merge(self.reach_call_until(call, &values, does_something));
            if reach.effects.keys().any(|it| does_something(*it)) {
                break;
            }
        }
        nodes.extend(nested);
        let region = FunctionAt { file: test.file, function };
        let mut outcome = self.weigh(&reach, region, &nodes, self.first_of(test, &nodes), 0);
        outcome.unsupplied.extend(unsupplied);
        if returned {
            outcome.subscribers.push(self.spot(test, self.label(test), Confidence::Likely));
        }
        outcome
    }

    /// The first expression of a region, or its condition when there is none.
    fn first_of(&self, test: At, nodes: &[ExprId]) -> At {
        let facts = self.facts(test.file);
        let first = nodes
            .iter()
            .filter(|expr| matches!(facts.expr(**expr), Expr::Call { .. } | Expr::Assign { .. }))
            .min_by_key(|expr| facts.node(**expr).span.start);
        first.map_or(test, |expr| At { expr: *expr, ..test })
    }

    /// Weighs what code does: `nodes` is its own text, `reach` what it leads to.
    fn weigh(&self, reach: &Reach, region: FunctionAt, nodes: &[ExprId], place: At, depth: u32) -> Outcome {
        let file = region.file;
        let facts = self.facts(file);
        let logged = reach.has(Effect::Log) && !self.logs_failures_only(file, nodes);
        let effective = reach.effects.keys().any(|effect| does_something(*effect));
        let writes = nodes.iter().any(|expr| self.keeps_something(At { file, expr: *expr }, region.function))
            || reach.walked.iter().any(|walked| {
                let facts = self.facts(walked.file);
                facts
                    .nodes_inside(walked.function)
                    .any(|(expr, _)| self.keeps_something(At { file: walked.file, expr }, walked.function))
            });
        let mut outcome = Outcome { logged, ..Outcome::default() };
        if effective || writes {
            outcome.subscribers.push(self.spot(place, self.label(place), Confidence::Certain));
        } else if !reach.lost.is_empty() || reach.unknown_library || reach.unnamed {
            outcome.subscribers.push(self.spot(place, self.label(place), Confidence::Likely));
        }
        // What callers supply is asked for even where the route does something itself.
        for (parameter, chain) in &reach.parameters {
            let Some(step) = chain.last() else { continue };
            let spot = Spot {
                place: step.place,
                owner: self.owner(place),
                label: step.label.clone(),
                live: self.is_live(place),
                confidence: Confidence::Likely,
            };
            outcome.merge(self.outcome_of_parameter(parameter, spot, depth));
        }
        let calls = nodes.iter().any(|expr| {
            matches!(facts.expr(*expr), Expr::Call { .. } | Expr::Jsx { tag: JsxTag::Component(_), .. })
        });
        outcome.empty = !calls && !writes && outcome.subscribers.is_empty();
        // Calls into own code that could be seen and do nothing that the audit names still handle it.
        if !outcome.empty && outcome.subscribers.is_empty() && outcome.unsupplied.is_empty() && !logged {
            outcome.subscribers.push(self.spot(place, self.label(place), Confidence::Likely));
        }
        outcome
    }

    /// Whether all that some code logs is what it caught: the log is then not what it is for.
    fn logs_failures_only(&self, file: crate::source::FileId, nodes: &[ExprId]) -> bool {
        let facts = self.facts(file);
        let logs = |expr: &&ExprId| {
            let Some((callee, _)) = facts.call(**expr) else { return false };
            Evaluator::new(self).eval(At { file, expr: callee }, &None).iter().any(|it| match it {
                Value::Library { package, symbol, .. } => {
                    self.catalog().effect(package, symbol).is_some_and(|row| row.effect == Effect::Log)
                }
                _ => false,
            })
        };
        let mut logs = nodes.iter().filter(logs).peekable();
        logs.peek().is_some()
            && logs.all(|expr| facts.guards_of(*expr).any(|it| it.kind == crate::facts::GuardKind::Catch))
    }

    /// Whether an expression keeps something for later: it writes a member, or a name of a function
    /// around its own, or changes a collection that `function` did not make.
    fn keeps_something(&self, at: At, function: FunctionId) -> bool {
        let facts = self.facts(at.file);
        match facts.expr(at.expr) {
            Expr::Assign { target, .. } => match facts.expr(*target) {
                Expr::Ident { binding: Some(binding), .. } => {
                    facts.binding(*binding).is_some_and(|it| it.function != facts.node(at.expr).function)
                }
                _ => true,
            },
            Expr::Await(_) | Expr::Yield(_) => false,
            Expr::Unary { op: crate::facts::UnaryOp::Update | crate::facts::UnaryOp::Delete, .. } => true,
            Expr::Call { callee, .. } => match facts.expr(*callee) {
                Expr::Member { object, name } if CHANGES.contains(&name.as_str()) => {
                    outlives(facts, *object, function)
                }
                _ => false,
            },
            _ => false,
        }
    }
}

/// Whether what an expression stands for was there before a function ran, and is not what it was given.
fn outlives(facts: &FileFacts, object: ExprId, function: FunctionId) -> bool {
    let mut expr = object;
    for _ in 0..16 {
        match facts.expr(expr) {
            Expr::Member { object, .. } | Expr::Index { object, .. } => expr = *object,
            Expr::This => return true,
            Expr::Ident { binding: Some(binding), .. } => {
                let Some(declared) = facts.binding(*binding) else { return false };
                let mut around = facts.functions_around(expr).skip_while(|it| *it != function).skip(1);
                return around.any(|it| it == declared.function);
            }
            _ => return false,
        }
    }
    false
}

/// Whether an effect is more than looking at the message.
const fn does_something(effect: Effect) -> bool {
    !matches!(effect, Effect::Log | Effect::Clock | Effect::Pure)
}

/// Whether an expression is another or stands inside it.
fn is_part(facts: &FileFacts, whole: ExprId, part: ExprId) -> bool {
    let mut expr = Some(part);
    for _ in 0..64 {
        match expr {
            Some(at) if at == whole => return true,
            Some(at) => expr = facts.node(at).parent,
            None => return false,
        }
    }
    false
}
