//! Which switch stands before a timer.

use smol_str::SmolStr;

use super::callers::CallSite;
use super::eval::{Evaluator, number};
use super::fold::{Interval, is_off};
use super::label::names_component_or_hook;
use super::program::Program;
use super::site::Site;
use super::value::{Args, At, Env, FunctionAt, Value};
use crate::catalog::rows::{Effect, OffValue, Slot};
use crate::facts::{
    BinaryOp, Binding, Expr, ExprId, FunctionId, FunctionKind, GuardKind, Origin, PathKey, PathStep,
    PropertyKey, UnaryOp,
};
use crate::vocabulary::{Gate, Kind};

/// A gate and the switch in words.
pub type Gated = (Gate, Option<String>);

impl Program {
    /// The strongest gate of a site: `off-at-all-callers` over `off-by-default` over `conditional`.
    pub fn gate(&self, site: &Site, interval: &Interval, requests_guarded: bool) -> Gated {
        let mut gate: Gated = (Gate::Always, None);
        let mut add = |next: Gated| {
            if next.0 > gate.0 {
                gate = next;
            }
        };
        if let Some(expr) = site.interval {
            let label = self.label(expr);
            if site.kind == Kind::QueryOption && interval.ms.is_none() {
                for parameter in &interval.parameters {
                    add(self.parameter_gate(parameter, site, &label));
                }
            }
            if interval.can_be_off {
                let by_default = interval.ms.is_none()
                    && interval.parameters.is_empty()
                    && !self.has_unseen_arm(expr, &site.env, 0);
                let kind = if by_default { Gate::OffByDefault } else { Gate::Conditional };
                add((kind, Some(format!("the interval {label} can turn it off"))));
            }
        }
        if let Some(setter) = site.interval.and_then(|expr| self.setter_to_off(expr, site)) {
            add((Gate::Conditional, Some(format!("{setter} can turn it off"))));
        }
        for (switch, call, env) in &site.switches {
            let slot = Slot { argument: switch.argument, option: switch.option.clone() };
            // A wrapper hands on what stands beside the interval.
            let mut places = match (site.kind, switch.option.as_deref()) {
                (Kind::IntervalParam, Some(option)) => self.beside_interval(site, option),
                _ => Vec::new(),
            };
            if places.is_empty() {
                places = self.slot(*call, &slot, env);
            }
            for at in places {
                let evaluator = Evaluator::new(self);
                // `useSWR(() => id && path)`, `isPaused: () => document.hidden`
                let answers = |value: Value| match value {
                    Value::Function { .. } => self.answers_of(&value, at),
                    _ => vec![value],
                };
                let values: Vec<Value> = evaluator.eval(at, env).into_iter().flat_map(answers).collect();
                let off = values
                    .iter()
                    .filter(|it| {
                        is_off(it, &[switch.off])
                            || (it.is_falsy() == Some(true)
                                && matches!(switch.off, OffValue::False | OffValue::Null))
                    })
                    .count();
                let open = values.iter().any(|it| it.is_falsy().is_none());
                // A key that is put together is a key; only one that can be nothing switches.
                let is_key = switch.argument.is_some() && switch.off == OffValue::Null;
                if off > 0 || (open && !is_key) {
                    add((
                        Gate::Conditional,
                        Some(format!(
                            "{} is {}",
                            switch.option.as_deref().unwrap_or("the key"),
                            self.label(at)
                        )),
                    ));
                }
            }
        }
        self.gates_around(site.anchor, site, &mut add);
        if let Some(definition) = site.definition {
            self.gates_around(definition, site, &mut add);
        }
        if let Some(reason) = self.rests_until_started(site) {
            add((Gate::Conditional, Some(reason)));
        }
        if self.stops_itself(site) {
            add((Gate::Conditional, Some("the callback stops it when it is done".to_owned())));
        }
        if site.kind == Kind::SleepLoop
            && let super::site::Work::Loop(file, id) = site.work
            && let Some(test) = self.facts(file).loops.get(id.index()).and_then(|it| it.test)
            && Evaluator::new(self).truth(At { file, expr: test }, &None) != Some(true)
        {
            add((Gate::Conditional, Some(format!("while {}", self.label(At { file, expr: test })))));
        }
        // A query that is given nothing to ask for rests: `useOrder(id ?? skipToken)`.
        for call in site.switches.iter().map(|(_, call, _)| *call).take(1) {
            let facts = self.facts(call.file);
            let skips = facts.call(call.expr).is_some_and(|(_, args)| {
                args.iter().any(|arg| {
                    let span = facts.node(*arg).span;
                    facts.nodes.iter().any(|node| {
                        span.start <= node.span.start
                            && node.span.end <= span.end
                            && matches!(&node.expr, Expr::Ident { name, .. } if name == "skipToken")
                    })
                })
            });
            if skips {
                add((Gate::Conditional, Some("skipToken can stand in for its argument".to_owned())));
            }
        }
        if requests_guarded {
            add((Gate::Conditional, Some("its work stands behind one".to_owned())));
        }
        gate
    }

    /// The values of an option in the object that holds the interval.
    fn beside_interval(&self, site: &Site, option: &str) -> Vec<At> {
        let Some(interval) = site.interval else { return Vec::new() };
        let facts = self.facts(interval.file);
        let Some(object) = facts.node(interval.expr).parent else { return Vec::new() };
        let key = option.rsplit('.').next().unwrap_or(option);
        match facts.expr(object) {
            Expr::Object(properties) => properties
                .iter()
                .filter(|it| matches!(&it.key, PropertyKey::Name(name) if name == key))
                .map(|it| At { expr: it.value, ..interval })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Whether one arm of a choice was not seen at all: `orders.length ? paceOf(orders) : 0` rests only when
    /// there are none.
    fn has_unseen_arm(&self, at: At, env: &Env, depth: u32) -> bool {
        let facts = self.facts(at.file);
        let part = |expr: ExprId| At { expr, ..at };
        match facts.expr(at.expr) {
            _ if depth > 4 => false,
            Expr::Conditional { yes, no, .. } => [*yes, *no].into_iter().any(|arm| {
                let values = Evaluator::new(self).eval(part(arm), env);
                let is_lost = |it: &Value| matches!(it, Value::Unknown(_) | Value::Library { .. });
                !values.is_empty() && values.iter().all(is_lost)
                    || self.has_unseen_arm(part(arm), env, depth + 1)
            }),
            Expr::Ident { binding: Some(binding), .. } => match facts.binding(*binding) {
                Some(Binding { origin: Origin::Value(value), path, .. }) if path.is_empty() => {
                    self.has_unseen_arm(part(*value), env, depth + 1)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// What a function of a key or a switch answers. `if (!last.next) return null` looks at what the library
    /// hands it, and ends a list that is already there.
    fn answers_of(&self, value: &Value, at: At) -> Vec<Value> {
        let Value::Function { at: function, env, .. } = value else { return Vec::new() };
        let facts = self.facts(function.file);
        let given = |expr: ExprId| {
            let is_parameter = |binding| {
                facts.binding(binding).is_some_and(
                    |it| matches!(it.origin, Origin::Parameter { function: of, .. } if of == function.function),
                )
            };
            facts.parts_of(expr).all(|it| match facts.expr(it) {
                Expr::Ident { binding, .. } => binding.is_some_and(is_parameter),
                _ => true,
            })
        };
        let returns = facts.function(function.function).map(|it| it.returns.as_slice()).unwrap_or_default();
        let ends_a_list = |expr: ExprId| {
            let nearest = facts.guards_of(expr).next().and_then(|it| it.test);
            matches!(facts.expr(expr), Expr::Null) && nearest.is_some_and(given)
        };
        if !returns.iter().any(|it| ends_a_list(*it)) {
            return Evaluator::new(self).call_with(value, Vec::new(), at);
        }
        let kept = returns.iter().filter(|it| !ends_a_list(**it)).take(12);
        kept.flat_map(|it| Evaluator::new(self).eval(At { file: function.file, expr: *it }, env)).collect()
    }

    /// The setter that turns off an interval which is a state: `setPause(pause ? 0 : 5_000)`.
    fn setter_to_off(&self, interval: At, site: &Site) -> Option<String> {
        let facts = self.facts(interval.file);
        let Expr::Ident { binding: Some(state), .. } = facts.expr(interval.expr) else { return None };
        facts.calls.iter().find_map(|call| {
            let (callee, args) = facts.call(*call)?;
            let value = At { expr: *args.first()?, ..interval };
            let sets = self.state_of_setter(interval.file, callee) == Some(*state);
            let stops = || Evaluator::new(self).eval(value, &None).iter().any(|it| is_off(it, &site.off));
            (sets && stops()).then(|| self.label(At { expr: callee, ..interval }))
        })
    }

    /// The conditions around a place, and around what starts it, up to the component, hook or method.
    fn gates_around(&self, start: At, site: &Site, add: &mut impl FnMut(Gated)) {
        let mut at = start;
        loop {
            let facts = self.facts(at.file);
            for guard in facts.guards_of(at.expr) {
                let (Some(test), true) = (guard.test, guard.kind != GuardKind::Catch) else { continue };
                // Where only the sleep of a round stands behind a condition, the loop goes on.
                let of_sleep = guard.kind != GuardKind::EarlyExit && self.is_within_loop(site, test);
                let mut add = |(gate, words): Gated| {
                    add(if of_sleep { (gate.min(Gate::Conditional), words) } else { (gate, words) });
                };
                self.test_gates(At { expr: test, ..at }, guard.holds, site, &mut add);
            }
            let function = facts.node(at.expr).function;
            let Some(declared) = facts.function(function).filter(|_| function != FunctionId::MODULE) else {
                break;
            };
            if is_boundary(declared) {
                if let Some(reason) = self.only_called_under_conditions(at.file, function, declared) {
                    add((Gate::Conditional, Some(reason)));
                }
                break;
            }
            if let Some(reason) = self.started_by_event(at.file, function) {
                add((Gate::Conditional, Some(reason)));
                break;
            }
            // The declaration may itself stand behind a condition.
            match declared.expr {
                Some(expr) => at = At { file: at.file, expr },
                None => break,
            }
        }
    }

    fn is_within_loop(&self, site: &Site, expr: ExprId) -> bool {
        let super::site::Work::Loop(file, id) = site.work else { return false };
        let looped = self.facts(file).loops.get(id.index());
        looped.is_some_and(|it| it.first_node <= expr && expr < it.end_node)
    }

    /// A method or function that every caller calls under a condition: `if (auto) this.start()`.
    fn only_called_under_conditions(
        &self,
        file: crate::source::FileId,
        function: FunctionId,
        declared: &crate::facts::Function,
    ) -> Option<String> {
        if declared.kind == FunctionKind::Constructor || is_component_or_hook(declared) {
            return None;
        }
        let function = FunctionAt { file, function };
        let condition = |it: &CallSite| {
            let test = self.facts(it.at.file).guards_of(it.at.expr).find_map(|guard| guard.test)?;
            Some(At { file: it.at.file, expr: test })
        };
        if self.has_caller(function, &|it| !it.is_test && condition(it).is_none()) {
            return None;
        }
        let first = self.callers(function).iter().find(|it| !it.is_test).and_then(condition)?;
        Some(format!("started under the condition {}", self.label(first)))
    }

    /// Whether the repeated work stops its own timer: it waits for something and is done.
    fn stops_itself(&self, site: &Site) -> bool {
        let super::site::Work::Functions(values) = &site.work else {
            return false;
        };
        matches!(site.kind, Kind::SetInterval | Kind::IntervalHook)
            && values.iter().any(|value| {
                let Value::Function { at, .. } = value else {
                    return false;
                };
                let facts = self.facts(at.file);
                facts.own_nodes(at.function).any(|(_, node)| match node.expr {
                    Expr::Call { callee, .. } => self.is_stop(At { file: at.file, expr: callee }),
                    _ => false,
                })
            })
    }

    /// An interval that only callers give: off when none does.
    fn parameter_gate(&self, parameter: &Value, site: &Site, label: &str) -> Gated {
        let Value::Parameter { function, .. } = parameter else {
            return (Gate::Always, None);
        };
        let callers = self.callers(*function);
        let live: Vec<_> = callers.iter().filter(|it| !it.is_test).collect();
        let mut any_on = false;
        let mut any_said_off = false;
        let mut all_rest = true;
        for caller in &live {
            let env = self.frame_at(*function, caller.at, &None);
            let Some(interval) = site.interval else { continue };
            let values = self.interval(
                interval,
                &env,
                &super::fold::Reading { unit_ms: site.unit_ms, off: &site.off, default_ms: None },
            );
            let on = !values.always_off && !values.absent;
            any_on |= on;
            // Its value when nobody has chosen one is off.
            all_rest &= !on || (values.can_be_off && values.ms.is_none() && values.parameters.is_empty());
            any_said_off |= values.always_off && !values.absent;
        }
        match (any_on, any_said_off) {
            (true, _) if all_rest => {
                (Gate::OffByDefault, Some(format!("{label} is off by default at every caller")))
            }
            (true, _) => (Gate::Conditional, Some(format!("callers decide {label}"))),
            (false, true) => (Gate::OffAtAllCallers, Some(format!("every caller turns {label} off"))),
            (false, false) => (Gate::OffByDefault, Some(format!("no caller passes {label}"))),
        }
    }

    /// The frame of a function at one of its callers.
    pub fn frame_at(&self, function: FunctionAt, caller: At, env: &Env) -> Env {
        Evaluator::new(self).frame(function, Args::Call { at: caller, env: env.clone() }, None, &None, env)
    }

    fn test_gates(&self, test: At, holds: bool, site: &Site, add: &mut impl FnMut(Gated)) {
        let facts = self.facts(test.file);
        let part = |expr| At { expr, ..test };
        match facts.expr(test.expr) {
            Expr::Unary { op: UnaryOp::Not, value } => self.test_gates(part(*value), !holds, site, add),
            Expr::Binary { op: BinaryOp::And, left, right } if holds => {
                self.test_gates(part(*left), true, site, add);
                self.test_gates(part(*right), true, site, add);
            }
            Expr::Binary { op: BinaryOp::Or, left, right } if !holds => {
                self.test_gates(part(*left), false, site, add);
                self.test_gates(part(*right), false, site, add);
            }
            _ => {
                if let Some(gate) = self.atom_gate(test, holds, site) {
                    add(gate);
                }
            }
        }
    }

    /// What one plain condition does to a timer that needs it to hold, or not to.
    fn atom_gate(&self, test: At, holds: bool, site: &Site) -> Option<Gated> {
        let facts = self.facts(test.file);
        if self.ends_with_its_owner(test) {
            return None;
        }
        if self.order_in_frame(test, &site.env) == Some(holds) {
            return None;
        }
        let label = self.label(self.bound_in_frame(test, &site.env).unwrap_or(test));
        // `typeof window !== 'undefined'` asks for the side, not for a switch.
        if label.starts_with('!') && label.contains("window") || label.contains("typeof") {
            return None;
        }
        if let Expr::Binary { op: BinaryOp::Equal | BinaryOp::NotEqual, left, .. } = facts.expr(test.expr)
            && matches!(facts.expr(*left), Expr::Unary { op: UnaryOp::Other, .. })
        {
            return None;
        }
        let words = if holds { format!("only while {label}") } else { format!("not while {label}") };
        let evaluator = Evaluator::new(self);
        if let Some(truth) = evaluator.truth(test, &site.env) {
            return (truth != holds).then_some((Gate::OffByDefault, Some(words)));
        }
        let values = evaluator.eval(test, &site.env);
        let parameter = values.iter().find_map(|it| match it {
            Value::Parameter { function, .. } => Some(*function),
            _ => None,
        });
        let Some(function) = parameter else {
            let rests = holds && self.rests_until_chosen(test, 0);
            return Some((if rests { Gate::OffByDefault } else { Gate::Conditional }, Some(words)));
        };
        let fails = |value: &Value| value.is_falsy().map(|falsy| falsy == holds);
        let default_off = values.iter().any(|it| fails(it) == Some(true));
        let callers = self.callers(function);
        let live: Vec<_> = callers.iter().filter(|it| !it.is_test).collect();
        let mut all_off = !live.is_empty();
        let mut all_on = !live.is_empty();
        let mut said_off = false;
        for caller in &live {
            let env = self.frame_at(function, caller.at, &None);
            let truth = evaluator.truth(test, &env);
            all_off &= truth == Some(!holds);
            all_on &= truth == Some(holds);
            said_off |= truth == Some(!holds) && self.says_something(&values, caller.at);
        }
        Some(match (all_off, all_on) {
            (true, _) if said_off => (Gate::OffAtAllCallers, Some(words)),
            (true, _) => (Gate::OffByDefault, Some(words)),
            (_, true) => return None,
            _ if default_off && live.is_empty() => (Gate::OffByDefault, Some(words)),
            _ => (Gate::Conditional, Some(words)),
        })
    }

    /// Whether a comparison with a number holds for what a caller gives: `interval <= 0` for 3000.
    fn order_in_frame(&self, test: At, env: &Env) -> Option<bool> {
        let Expr::Binary { op, left, right } = self.facts(test.file).expr(test.expr) else { return None };
        let is_bound = |expr: ExprId| self.bound_in_frame(At { expr, ..test }, env).is_some();
        if !op.is_order() || !(is_bound(*left) || is_bound(*right)) {
            return None;
        }
        let evaluator = Evaluator::new(self);
        let numbers = |expr: ExprId| -> Option<Vec<f64>> {
            let values = evaluator.eval(At { expr, ..test }, env);
            values.iter().map(number).collect()
        };
        let (left, right) = (numbers(*left)?, numbers(*right)?);
        let holds = |a: f64, b: f64| match op {
            BinaryOp::Less => a < b,
            BinaryOp::AtMost => a <= b,
            BinaryOp::More => a > b,
            _ => a >= b,
        };
        let first = holds(*left.first()?, *right.first()?);
        let same = left.iter().all(|a| right.iter().all(|b| holds(*a, *b) == first));
        same.then_some(first)
    }

    /// What the caller of a wrapper wrote for a parameter that an expression reads, also through
    /// `const { interval } = options`.
    pub(super) fn bound_in_frame(&self, read: At, env: &Env) -> Option<At> {
        let facts = self.facts(read.file);
        let names = |path: &[PathStep]| -> Option<Vec<SmolStr>> {
            let name = |it: &PathStep| match &it.key {
                PathKey::Name(name) => Some(name.clone()),
                _ => None,
            };
            path.iter().map(name).collect()
        };
        let declared = |expr: ExprId| match facts.expr(expr) {
            Expr::Ident { binding: Some(binding), .. } => {
                facts.binding(*binding).filter(|it| it.assigned.is_empty() && !it.is_counted)
            }
            _ => None,
        };
        let mut binding = declared(read.expr)?;
        let mut path = names(&binding.path)?;
        if let Origin::Value(whole) = binding.origin {
            binding = declared(whole)?;
            path.splice(0..0, names(&binding.path)?);
        }
        let Origin::Parameter { function, index } = binding.origin else { return None };
        let mut frame = env.as_ref();
        while let Some(running) = frame.filter(|it| it.function != FunctionAt { file: read.file, function }) {
            frame = running.outer.as_ref();
        }
        let Args::Call { at: call, env: caller } = &frame?.args else { return None };
        let given = self.given_at(*call, index as usize, &path)?.value;
        // A wrapper of the wrapper may only hand it on.
        Some(self.bound_in_frame(given, caller).unwrap_or(given))
    }

    /// Whether a condition only asks if the component is still there: a flag or ref that the cleanup of
    /// an effect sets, or an abort signal. What is gone does not poll, and that is no switch.
    pub(super) fn ends_with_its_owner(&self, test: At) -> bool {
        let facts = self.facts(test.file);
        let mut expr = test.expr;
        while let Expr::Unary { op: UnaryOp::Not, value } = facts.expr(expr) {
            expr = *value;
        }
        let is_cleanup = |at: ExprId| {
            let function = facts.node(at).function;
            facts.function(function).is_some_and(|it| {
                let around = facts.function(it.parent).filter(|_| function != FunctionId::MODULE);
                it.expr.is_some_and(|own| around.is_some_and(|around| around.returns.contains(&own)))
            })
        };
        match facts.expr(expr) {
            Expr::Ident { binding: Some(binding), .. } => {
                facts.binding(*binding).is_some_and(|it| it.assigned.iter().any(|value| is_cleanup(*value)))
            }
            Expr::Member { object, name } if name == "current" => {
                let holder = self.label(At { expr: *object, ..test });
                let mut writes = facts.writes.iter().filter(|it| it.name == "current");
                writes.any(|it| is_cleanup(it.expr) && self.label(At { expr: it.object, ..test }) == holder)
            }
            Expr::Member { object, name } if name == "aborted" => {
                matches!(facts.expr(*object), Expr::Ident { name, .. } | Expr::Member { name, .. } if name == "signal")
            }
            _ => false,
        }
    }

    /// Whether a caller gives a parameter at all, be it to turn something off.
    fn says_something(&self, values: &[Value], caller: At) -> bool {
        values.iter().any(|value| match value {
            Value::Parameter { function, index, path } => {
                self.given(*function, *index, path).iter().any(|given| given.call == caller)
            }
            _ => false,
        })
    }

    /// Why a function does not run with its owner: it is a handler, or only handlers call it.
    fn started_by_event(&self, file: crate::source::FileId, function: FunctionId) -> Option<String> {
        let facts = self.facts(file);
        let declared = facts.function(function)?;
        let expr = declared.expr;
        if let Some(parent) = expr.and_then(|expr| facts.node(expr).parent)
            && matches!(facts.expr(parent), Expr::Jsx { .. })
        {
            return Some("started by an event handler".to_owned());
        }
        let name = declared.name.clone()?;
        // Mentions outside of itself that run it, or hand it to something that does.
        let runs = facts
            .bindings
            .iter()
            .filter(|it| it.name == name && it.function == declared.parent)
            .flat_map(|it| &it.uses)
            .any(|used| {
                let inside = facts.functions_around(*used).any(|it| it == function);
                let parent = facts.node(*used).parent.map(|parent| facts.expr(parent));
                !inside
                    && match parent {
                        Some(Expr::Call { callee, args, .. }) => {
                            *callee == *used
                                || (args.contains(used)
                                    && !matches!(facts.expr(*callee), Expr::Member { name, .. }
                                        if self.catalog().method(name).is_some_and(|it| it.effect == Effect::Listen)))
                        }
                        _ => false,
                    }
            });
        (!runs).then(|| format!("started by {name}"))
    }
}

/// Components, hooks, methods and declared functions of the module: what they hold runs with them.
fn is_boundary(function: &crate::facts::Function) -> bool {
    if function.class.is_some() || function.kind == FunctionKind::Method {
        return true;
    }
    is_component_or_hook(function) || (function.parent == FunctionId::MODULE && function.name.is_some())
}

fn is_component_or_hook(function: &crate::facts::Function) -> bool {
    function.name.as_deref().is_some_and(names_component_or_hook)
}
