//! Timers that a library makes and does not start: `const poll = useInterval(load, 5_000); poll.start()`.

use super::eval::Evaluator;
use super::program::Program;
use super::site::Site;
use super::value::{At, Value};
use crate::facts::{Expr, ExprId, FunctionId, Origin, PathKey};

impl Program {
    /// Why a timer rests at first, when its library does not start it and no effect does so at once.
    pub(super) fn rests_until_started(&self, site: &Site) -> Option<String> {
        let starts = self.starts_of(site.anchor);
        if starts.is_empty() || self.is_told_to_start(site.anchor) {
            return None;
        }
        let calls = self.calls_of_members(site.anchor, &starts);
        let at_once = calls.iter().any(|call| self.runs_with_its_owner(*call));
        let name = calls.first().map(|call| self.callee_label(*call)).or_else(|| starts.first().cloned())?;
        (!at_once).then(|| format!("runs after {name}()"))
    }

    /// The members that start what a call gives.
    fn starts_of(&self, call: At) -> Vec<String> {
        let Some((callee, _)) = self.facts(call.file).call(call.expr) else { return Vec::new() };
        let called = Evaluator::new(self).eval(At { expr: callee, ..call }, &None);
        let rows = called.iter().filter_map(|it| match it {
            Value::Library { package, symbol, .. } => self.catalog().timer(package, symbol),
            _ => None,
        });
        rows.flat_map(|it| it.starts.iter().cloned()).collect()
    }

    /// `useInterval(load, 5_000, { autoInvoke: true })`
    fn is_told_to_start(&self, call: At) -> bool {
        let facts = self.facts(call.file);
        let Some((_, args)) = facts.call(call.expr) else { return false };
        args.iter().any(|arg| match facts.expr(*arg) {
            Expr::Object(properties) => {
                properties.iter().any(|it| matches!(facts.expr(it.value), Expr::Bool(true)))
            }
            _ => false,
        })
    }

    /// Calls of members of what a call gives: `poll.start()`, or `const { start } = …; start()`.
    fn calls_of_members(&self, made: At, members: &[String]) -> Vec<At> {
        let facts = self.facts(made.file);
        let is_named = |name: &str| members.iter().any(|it| it == name);
        let mut calls = Vec::new();
        let mut called = |callee: ExprId| {
            let parent = facts.node(callee).parent;
            let is_it = |expr: &ExprId| facts.call(*expr).is_some_and(|(own, _)| own == callee);
            calls.extend(parent.filter(is_it).map(|expr| At { expr, ..made }));
        };
        for (_, binding) in facts.bindings_from(Origin::Value(made.expr)) {
            for used in &binding.uses {
                match binding.path.as_slice() {
                    [] => {
                        let member = facts.node(*used).parent;
                        let is_start = |expr: &ExprId| matches!(facts.expr(*expr), Expr::Member { name, .. } if is_named(name));
                        member.filter(is_start).into_iter().for_each(&mut called);
                    }
                    [step] if matches!(&step.key, PathKey::Name(name) if is_named(name)) => called(*used),
                    _ => {}
                }
            }
        }
        calls
    }

    /// Whether an effect makes a call without a condition.
    fn runs_with_its_owner(&self, call: At) -> bool {
        let facts = self.facts(call.file);
        let function = facts.node(call.expr).function;
        let declared = facts.function(function).filter(|_| function != FunctionId::MODULE);
        let Some(own) = declared.and_then(|it| it.expr) else { return false };
        let Some((callee, args)) = facts.node(own).parent.and_then(|it| facts.call(it)) else { return false };
        args.first() == Some(&own)
            && facts.guards_of(call.expr).next().is_none()
            && self.is_effect(At { expr: callee, ..call }, true)
    }
}
