//! Whether a timer is stopped when its owner goes away.

use super::eval::Evaluator;
use super::label::names_component_or_hook;
use super::program::Program;
use super::site::Site;
use super::value::{At, ClassAt, Value};
use crate::facts::{ExportTarget, Expr, ExprId, FileFacts, FunctionId, FunctionKind, Origin};
use crate::vocabulary::{Cleared, Kind, Side};

/// What keeps the handle of a timer.
enum Handle {
    /// A name.
    Name(crate::facts::BindingId),
    /// A member: `this.timer`, `ref.current`.
    Member(smol_str::SmolStr),
    /// Somebody else: returned, stored in a collection, passed on.
    Elsewhere,
    /// Nobody.
    Dropped,
}

impl Program {
    /// Whether a site is stopped. Benefit of the doubt where the handle leaves our sight.
    pub fn cleared(&self, site: &Site, side: Side) -> Cleared {
        if site.kind == Kind::Rxjs {
            return if self.is_unsubscribed(site.anchor) { Cleared::Yes } else { Cleared::NotNeeded };
        }
        if site.self_clearing
            || !matches!(
                site.kind,
                Kind::SetInterval | Kind::IntervalHook | Kind::RecursiveTimeout | Kind::Raf
            )
        {
            return Cleared::NotNeeded;
        }
        let at = site.anchor;
        let facts = self.facts(at.file);
        if !matches!(facts.expr(at.expr), Expr::Call { .. }) {
            return Cleared::NotNeeded;
        }
        let owner = facts.functions_around(at.expr).collect::<Vec<_>>();
        let stopped = match handle(facts, at.expr) {
            Handle::Elsewhere => true,
            Handle::Name(binding) => self.is_stopped(
                at,
                |expr| matches!(facts.expr(expr), Expr::Ident { binding: Some(it), .. } if *it == binding),
            ) || facts
                .binding(binding)
                .is_some_and(|it| it.uses.iter().any(|used| leaves_sight(facts, *used))),
            Handle::Member(name) => self.is_stopped(
                at,
                |expr| matches!(facts.expr(expr), Expr::Member { name: it, .. } if *it == name),
            ),
            Handle::Dropped => false,
        };
        if stopped {
            return Cleared::Yes;
        }
        if owner.iter().all(|it| *it == FunctionId::MODULE) || side == Side::Server {
            return Cleared::NotNeeded;
        }
        // A circle that a condition can end, ends.
        let conditional = facts.guards_of(at.expr).next().is_some()
            || owner.iter().any(|it| {
                facts.function(*it).is_some_and(|function| {
                    function.kind == FunctionKind::Arrow
                        && function.expr.is_some_and(|expr| facts.node(expr).guard.is_some())
                })
            });
        if site.kind != Kind::SetInterval && conditional {
            let ends = |test: ExprId| self.ends_with_its_owner(At { expr: test, ..at });
            let by_owner = facts.guards_of(at.expr).filter_map(|it| it.test).any(ends);
            return if by_owner { Cleared::Yes } else { Cleared::NotNeeded };
        }
        let in_component = owner.iter().any(|it| {
            facts
                .function(*it)
                .is_some_and(|function| function.name.as_deref().is_some_and(names_component_or_hook))
        });
        // Elsewhere only instances come and go.
        let class = owner.iter().find_map(|it| facts.function(*it)?.class);
        let passes = class.is_some_and(|class| !self.lives_with_its_module(ClassAt { file: at.file, class }));
        if in_component || passes { Cleared::No } else { Cleared::NotNeeded }
    }

    /// Whether a class has one instance that a module keeps for itself and its importers.
    fn lives_with_its_module(&self, class: ClassAt) -> bool {
        let Some(name) =
            self.facts(class.file).classes.get(class.class.index()).and_then(|it| it.name.clone())
        else {
            return true;
        };
        self.files_mentioning(class.file, &name).into_iter().any(|file| {
            let facts = self.facts(file);
            facts.calls.iter().any(|call| match facts.expr(*call) {
                Expr::Call { callee, construct: true, .. } => {
                    let at = At { file, expr: *call };
                    let kept = facts.node(*call).function == FunctionId::MODULE
                        && (facts.exports.iter().any(|it| matches!(it.target, ExportTarget::Expr(expr) if expr == *call))
                            || self.binding_of_value(at).is_some_and(|it| facts.exports.iter().any(|export| match export.target {
                                ExportTarget::Binding(binding) => binding == it,
                                ExportTarget::Expr(expr) => matches!(facts.expr(expr), Expr::Ident { binding: Some(binding), .. } if *binding == it),
                                ExportTarget::From { .. } => false,
                            })));
                    kept && Evaluator::new(self)
                        .eval(At { file, expr: *callee }, &None)
                        .iter()
                        .any(|it| matches!(it, Value::Class(found) if *found == class))
                }
                _ => false,
            })
        })
    }

    /// Whether the subscription at the end of a pipe is ended somewhere.
    fn is_unsubscribed(&self, source: At) -> bool {
        let facts = self.facts(source.file);
        let mut last = source.expr;
        // `interval(1_000).pipe(…).subscribe(…)`; `repeat()` stands inside `pipe`.
        while let Some(parent) = facts.node(last).parent
            && matches!(facts.expr(parent), Expr::Member { .. } | Expr::Call { .. })
        {
            last = parent;
        }
        match handle(facts, last) {
            Handle::Elsewhere => true,
            Handle::Name(binding) => self.is_stopped(
                source,
                |expr| matches!(facts.expr(expr), Expr::Ident { binding: Some(it), .. } if *it == binding),
            ),
            Handle::Member(name) => self.is_stopped(
                source,
                |expr| matches!(facts.expr(expr), Expr::Member { name: it, .. } if *it == name),
            ),
            Handle::Dropped => false,
        }
    }

    /// Whether a call that stops timers, anywhere in the file, is given such an expression.
    fn is_stopped(&self, at: At, is_handle: impl Fn(ExprId) -> bool) -> bool {
        let facts = self.facts(at.file);
        let set = facts.node(at.expr);
        facts.calls.iter().any(|call| {
            let Some((callee, args)) = facts.call(*call) else {
                return false;
            };
            // Clearing the old one before setting the new one restarts; it does not stop.
            let stop = facts.node(*call);
            if stop.function == set.function && stop.span.end <= set.span.start {
                return false;
            }
            // `timer.close()`, `handle.stop()`
            if let Expr::Member { object, name } = facts.expr(callee)
                && is_handle(*object)
                && matches!(
                    name.as_str(),
                    "close" | "stop" | "cancel" | "clear" | "unsubscribe" | "dispose" | "remove"
                )
            {
                return true;
            }
            args.iter().any(|arg| is_handle(*arg) || mentions(facts, *arg, &is_handle))
                && self.may_stop(At { file: at.file, expr: callee })
        })
    }

    /// Whether a callee may stop the timer that it is handed: also a helper of the repository.
    fn may_stop(&self, callee: At) -> bool {
        self.is_stop(callee)
            || Evaluator::new(self)
                .eval(callee, &None)
                .iter()
                .any(|it| matches!(it, Value::Function { .. } | Value::Parameter { .. } | Value::Unknown(_)))
    }

    /// Whether a callee is what the platform or a library stops timers with: `clearInterval`.
    pub(super) fn is_stop(&self, callee: At) -> bool {
        Evaluator::new(self).eval(callee, &None).iter().any(|it| match it {
            Value::Library { package, symbol, .. } => self.catalog().is_stop(package, symbol),
            _ => false,
        })
    }
}

fn mentions(facts: &FileFacts, expr: ExprId, is_handle: &impl Fn(ExprId) -> bool) -> bool {
    let mut found = false;
    facts.expr(expr).each_child(|child| found |= is_handle(child));
    found
}

/// A handle that is returned, stored or passed on.
fn leaves_sight(facts: &FileFacts, expr: ExprId) -> bool {
    let node = facts.node(expr);
    if facts.function(node.function).is_some_and(|it| it.returns.contains(&expr)) {
        return true;
    }
    node.parent.is_some_and(|parent| match facts.expr(parent) {
        Expr::Object(_) | Expr::Array(_) => true,
        Expr::Assign { value, target, .. } => {
            *value == expr && matches!(facts.expr(*target), Expr::Member { .. } | Expr::Index { .. })
        }
        _ => false,
    })
}

fn handle(facts: &FileFacts, call: ExprId) -> Handle {
    let mut expr = call;
    loop {
        if let Some(found) = facts.bindings.iter().position(|it| it.origin == Origin::Value(expr)) {
            return Handle::Name(crate::facts::BindingId(u32::try_from(found).unwrap_or(u32::MAX)));
        }
        if facts.function(facts.node(expr).function).is_some_and(|it| it.returns.contains(&expr)) {
            return Handle::Elsewhere;
        }
        let Some(parent) = facts.node(expr).parent else {
            return Handle::Dropped;
        };
        match facts.expr(parent) {
            Expr::Assign { target, value, .. } if *value == expr => {
                return match facts.expr(*target) {
                    Expr::Ident { binding: Some(binding), .. } => Handle::Name(*binding),
                    Expr::Member { name, .. } => Handle::Member(name.clone()),
                    _ => Handle::Elsewhere,
                };
            }
            Expr::Call { callee, .. } if *callee != expr => return Handle::Elsewhere,
            Expr::Object(_) | Expr::Array(_) => return Handle::Elsewhere,
            // `setInterval(…).unref()` is still dropped; `a && setInterval(…)` too.
            _ => expr = parent,
        }
    }
}
