//! Requests that happen through state, not through a call: a timer sets a state variable, and an
//! effect that depends on it, or a query whose key holds it, asks the server again.

use super::effects::Reach;
use super::eval::Evaluator;
use super::program::Program;
use super::timer::Step;
use super::value::{At, FunctionAt, Value};
use crate::catalog::rows::{Effect, Gives};
use crate::facts::{BindingId, Expr, ExprId, FileFacts, Origin, PathKey, PropertyKey};
use crate::source::FileId;
use crate::vocabulary::Confidence;

/// Own hooks that a state variable is followed into.
const MAX_HOPS: usize = 3;

impl Program {
    /// State variables of components that a function sets itself: `setRound(…)` sets `round`.
    pub(super) fn states_set_by(&self, function: FunctionAt) -> Vec<BindingId> {
        let facts = self.facts(function.file);
        facts
            .nodes_inside(function.function)
            .filter_map(|(_, node)| match node.expr {
                Expr::Call { callee, .. } => self.state_of_setter(function.file, callee),
                _ => None,
            })
            .collect()
    }

    pub(super) fn state_of_setter(&self, file: FileId, setter: ExprId) -> Option<BindingId> {
        let facts = self.facts(file);
        let Expr::Ident { binding: Some(binding), .. } = facts.expr(setter) else {
            return None;
        };
        let Origin::Value(made) = taken_at(facts, *binding, 1)? else {
            return None;
        };
        let made_of = Evaluator::new(self).eval(At { file, expr: made }, &None);
        let is_state = |it: &Value| matches!(it, Value::Made { gives: Gives::State, .. });
        if !made_of.iter().any(|it| is_state(it) || self.is_pair_with_setter(it)) {
            return None;
        }
        let value = (0..facts.bindings.len())
            .map(|at| BindingId(u32::try_from(at).unwrap_or(u32::MAX)))
            .find(|it| taken_at(facts, *it, 0) == Some(Origin::Value(made)))?;
        Some(value)
    }

    /// `[value, setValue]`, as a hook of the repository gives it.
    fn is_pair_with_setter(&self, value: &Value) -> bool {
        let Value::Array { at, env } = value else { return false };
        let Expr::Array(parts) = self.facts(at.file).expr(at.expr) else { return false };
        let [_, setter] = parts.as_ref() else { return false };
        let setter = At { file: at.file, expr: *setter };
        if self.state_of_setter(setter.file, setter.expr).is_some() {
            return true;
        }
        Evaluator::new(self).eval(setter, env).iter().any(|it| match it {
            Value::Function { at, .. } => !self.states_set_by(*at).is_empty(),
            _ => false,
        })
    }

    /// What setting state sets off, added to what a walk found.
    pub(super) fn follow_state(&self, reach: &mut Reach) {
        if reach.has(Effect::Network) {
            return;
        }
        let mut found: Option<(Vec<Step>, Confidence)> = None;
        for function in &reach.walked {
            for state in self.states_set_by(*function) {
                found = found.or_else(|| self.request_of_state(function.file, state, 0));
            }
            found = found.or_else(|| self.request_through_store(*function));
        }
        if let Some((chain, confidence)) = found {
            let set = reach.chain(Effect::State).map(|(chain, _)| chain.clone()).unwrap_or_default();
            let whole = set.into_iter().chain(chain).collect();
            reach.effects.insert(Effect::Network, (whole, confidence));
            reach.answer_read = true;
            reach.requests = reach.requests.max(1);
        }
    }

    /// The chain from a state variable to a request that its change sets off.
    pub(super) fn request_of_state(
        &self,
        file: FileId,
        state: BindingId,
        hops: usize,
    ) -> Option<(Vec<Step>, Confidence)> {
        if hops > MAX_HOPS {
            return None;
        }
        let facts = self.facts(file);
        for used in &facts.binding(state)?.uses {
            let mut expr = *used;
            // Up to the call of a hook that is given the state.
            for _ in 0..8 {
                let Some(parent) = facts.node(expr).parent else {
                    if let Some(found) = self.request_of_names(At { file, expr }, hops) {
                        return Some(found);
                    }
                    break;
                };
                if hides(facts, parent, expr) {
                    break;
                }
                if let Expr::Call { callee, args, .. } = facts.expr(parent)
                    && let Some(index) = args.iter().position(|it| *it == expr)
                {
                    let at = At { file, expr: parent };
                    if let Some(found) = self.request_of_call(at, *callee, index, *used, hops) {
                        return Some(found);
                    }
                    break;
                }
                expr = parent;
            }
        }
        None
    }

    /// The same from the names that hold a value: `const range = given ?? ownRange`.
    fn request_of_names(&self, value: At, hops: usize) -> Option<(Vec<Step>, Confidence)> {
        let facts = self.facts(value.file);
        let ids = (0..facts.bindings.len()).map(|it| BindingId(u32::try_from(it).unwrap_or(u32::MAX)));
        let mut held = ids.filter(|it| {
            let held = facts.binding(*it).filter(|it| it.path.is_empty());
            held.is_some_and(|it| it.origin == Origin::Value(value.expr))
        });
        held.find_map(|it| self.request_of_state(value.file, it, hops + 1))
    }

    /// Whether a memo depends on a state that its function does not read: `useMemo(() => lastHour(),
    /// [tick])` is computed again, with another outcome, at each tick. What reads the state may well
    /// come to the same: the day of a clock that ticks every second.
    fn is_forced(&self, call: At, state: ExprId) -> bool {
        let facts = self.facts(call.file);
        let run = facts.call(call.expr).and_then(|(_, args)| args.first().copied());
        let (Some(run), Expr::Ident { binding: Some(binding), .. }) = (run, facts.expr(state)) else {
            return false;
        };
        let Expr::Function(function) = facts.expr(run) else { return false };
        facts.binding(*binding).is_some_and(|it| {
            !it.uses.iter().any(|used| facts.functions_around(*used).any(|around| around == *function))
        })
    }

    fn request_of_call(
        &self,
        call: At,
        callee: ExprId,
        index: usize,
        state: ExprId,
        hops: usize,
    ) -> Option<(Vec<Step>, Confidence)> {
        let facts = self.facts(call.file);
        let step = Step {
            place: self.place(At { expr: state, ..call }),
            label: format!("{} depends on it", self.callee_label(call)),
        };
        for value in Evaluator::new(self).eval(At { expr: callee, ..call }, &None) {
            match value {
                Value::Library { package, symbol, .. } => {
                    let name = if symbol.is_empty() { "default" } else { symbol.as_str() };
                    let asks = self
                        .catalog()
                        .timers(&package, name)
                        .iter()
                        .any(|row| row.effect == Some(Effect::Network));
                    if asks {
                        return Some((vec![step], Confidence::Likely));
                    }
                    // `useMemo(make, [state])`
                    let memo = self.catalog().returns(&package, name);
                    if index == 1
                        && memo.is_some_and(|it| it.gives == Gives::Call)
                        && self.is_forced(call, state)
                        && let Some((chain, confidence)) = self.request_of_names(call, hops)
                    {
                        return Some((std::iter::once(step).chain(chain).collect(), confidence));
                    }
                    // `useEffect(run, [state])`
                    let (_, args) = facts.call(call.expr)?;
                    let in_list = args.get(index).is_some_and(|it| matches!(facts.expr(*it), Expr::Array(_)));
                    if index == 1 && in_list && self.catalog().returns(&package, name).is_none() {
                        let run = At { expr: *args.first()?, ..call };
                        let reach = self.reach(&Evaluator::new(self).eval(run, &None), &[], run);
                        if let Some((chain, confidence)) = reach.chain(Effect::Network) {
                            let whole = std::iter::once(step).chain(chain.iter().cloned()).collect();
                            return Some((whole, (*confidence).max(Confidence::Likely)));
                        }
                    }
                }
                Value::Function { at: function, .. } => {
                    let inner = self.facts(function.file);
                    for (at, binding) in inner.bindings.iter().enumerate() {
                        let is_it = matches!(binding.origin, Origin::Parameter { function: owner, index: position }
                            if owner == function.function && position as usize == index);
                        if is_it {
                            let binding = BindingId(u32::try_from(at).unwrap_or(u32::MAX));
                            if let Some((chain, confidence)) =
                                self.request_of_state(function.file, binding, hops + 1)
                            {
                                return Some((std::iter::once(step).chain(chain).collect(), confidence));
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        None
    }
}

/// Whether what stands around a value keeps its changes from a query: a comparison, which seldom comes
/// out otherwise, or an option that is no part of the key.
fn hides(facts: &FileFacts, parent: ExprId, expr: ExprId) -> bool {
    const OPTIONS: [&str; 5] = ["enabled", "initialData", "placeholderData", "select", "skip"];
    match facts.expr(parent) {
        Expr::Binary { op, .. } => op.is_order() || op.is_equality(),
        Expr::Object(properties) => properties.iter().any(|it| {
            let is_option = matches!(&it.key, PropertyKey::Name(name) if OPTIONS.contains(&name.as_str()));
            is_option && it.value == expr
        }),
        _ => false,
    }
}

/// Where a name comes from that takes one item out of a pair.
pub(super) fn taken_at(facts: &FileFacts, binding: BindingId, index: u32) -> Option<Origin> {
    let binding = facts.binding(binding)?;
    match binding.path.as_slice() {
        [step] if step.key == PathKey::Index(index) => Some(binding.origin),
        _ => None,
    }
}
