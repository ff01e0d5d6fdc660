//! Whether a timer is stopped when its owner goes away.

use super::eval::Evaluator;
use super::program::Program;
use super::site::Site;
use super::value::{At, Value};
use crate::facts::{Expr, ExprId, FileFacts, FunctionId, FunctionKind, Origin};
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
        if site.self_clearing || !matches!(site.kind, Kind::SetInterval | Kind::IntervalHook | Kind::RecursiveTimeout | Kind::Raf) {
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
            Handle::Name(binding) => self.is_stopped(at, |expr| {
                matches!(facts.expr(expr), Expr::Ident { binding: Some(it), .. } if *it == binding)
            }) || facts.binding(binding).is_some_and(|it| it.uses.iter().any(|used| leaves_sight(facts, *used))),
            Handle::Member(name) => self.is_stopped(at, |expr| matches!(facts.expr(expr), Expr::Member { name: it, .. } if *it == name)),
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
                facts.function(*it).is_some_and(|function| function.kind == FunctionKind::Arrow && function.expr.is_some_and(|expr| facts.node(expr).guard.is_some()))
            });
        if site.kind != Kind::SetInterval && conditional {
            return Cleared::Yes;
        }
        let in_component = owner.iter().any(|it| {
            facts.function(*it).is_some_and(|function| {
                function.name.as_deref().is_some_and(|name| {
                    name.starts_with(char::is_uppercase)
                        || name.strip_prefix("use").is_some_and(|rest| rest.starts_with(char::is_uppercase))
                })
            })
        });
        // Outside components the owner's life is not known.
        if in_component { Cleared::No } else { Cleared::NotNeeded }
    }

    /// Whether a call that stops timers, anywhere in the file, is given such an expression.
    fn is_stopped(&self, at: At, is_handle: impl Fn(ExprId) -> bool) -> bool {
        let facts = self.facts(at.file);
        facts.calls.iter().any(|call| {
            let Some((callee, args)) = facts.call(*call) else { return false };
            // `timer.close()`, `handle.stop()`
            if let Expr::Member { object, name } = facts.expr(callee)
                && is_handle(*object)
                && matches!(name.as_str(), "close" | "stop" | "cancel" | "clear" | "unsubscribe" | "dispose" | "remove")
            {
                return true;
            }
            args.iter().any(|arg| is_handle(*arg) || mentions(facts, *arg, &is_handle)) && self.is_stop_call(At { file: at.file, expr: callee })
        })
    }

    fn is_stop_call(&self, callee: At) -> bool {
        Evaluator::new(self).eval(callee, &None).iter().any(|value| match value {
            Value::Library { package, symbol, .. } => self.catalog().is_stop(package, symbol),
            // A helper of the repository that is handed the handle.
            Value::Function { .. } | Value::Parameter { .. } | Value::Unknown(_) => true,
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
        Expr::Assign { value, target, .. } => *value == expr && matches!(facts.expr(*target), Expr::Member { .. } | Expr::Index { .. }),
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
        let Some(parent) = facts.node(expr).parent else { return Handle::Dropped };
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
