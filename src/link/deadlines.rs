//! Delays that last until a moment: what is left of a period by the clock.

use super::eval::{Evaluator, number};
use super::program::Program;
use super::site::{Site, Work};
use super::value::{At, Env, Value};
use crate::facts::{Expr, ExprId};

impl Program {
    /// A delay that is what is left of a period, by the clock: a debounce, or the next full hour.
    pub(super) fn waits_for_the_rest(&self, site: &Site) -> bool {
        site.interval.is_some_and(|delay| self.is_rest(delay))
    }

    fn is_rest(&self, delay: At) -> bool {
        let facts = self.facts(delay.file);
        let span = facts.node(delay.expr).span;
        let is_clock = |expr: ExprId| match facts.expr(expr) {
            Expr::Member { object, name } => {
                name == "now"
                    && matches!(facts.expr(*object), Expr::Ident { name, binding: None } if name == "Date" || name == "performance")
            }
            Expr::Call { callee, construct: true, .. } => {
                matches!(facts.expr(*callee), Expr::Ident { name, binding: None } if name == "Date")
            }
            _ => false,
        };
        let holds_clock = |value: ExprId| {
            let inside = facts.node(value).span;
            facts.nodes.iter().enumerate().any(|(at, node)| {
                inside.start <= node.span.start
                    && node.span.end <= inside.end
                    && is_clock(ExprId(u32::try_from(at).unwrap_or(u32::MAX)))
            })
        };
        facts.nodes.iter().enumerate().any(|(at, node)| {
            if node.span.start < span.start || span.end < node.span.end {
                return false;
            }
            match &node.expr {
                Expr::Ident { binding: Some(binding), .. } => {
                    facts.binding(*binding).is_some_and(|it| match it.origin {
                        crate::facts::Origin::Value(value) => holds_clock(value),
                        _ => false,
                    })
                }
                _ => is_clock(ExprId(u32::try_from(at).unwrap_or(u32::MAX))),
            }
        })
    }

    /// The least that a delay until a moment lasts: `Math.max(expires - Date.now(), 30_000)`.
    pub(super) fn floor_of_rest(&self, delay: At, env: &Env) -> Option<f64> {
        let facts = self.facts(delay.file);
        let (callee, args) = facts.call(delay.expr)?;
        let Expr::Member { object, name } = facts.expr(callee) else { return None };
        let of_math = matches!(facts.expr(*object), Expr::Ident { name, binding: None } if name == "Math");
        let [left, right] = args else { return None };
        if !of_math || name != "max" {
            return None;
        }
        let part = |expr: ExprId| At { expr, ..delay };
        [(*left, *right), (*right, *left)].into_iter().find_map(|(rest, floor)| {
            let floors: Option<Vec<f64>> =
                Evaluator::new(self).eval(part(floor), env).iter().map(number).collect();
            let floor = floors?.into_iter().reduce(f64::min).filter(|it| *it > 0.0 && it.is_finite())?;
            self.is_rest(part(rest)).then_some(floor)
        })
    }

    /// Whether a one-shot timer always arms itself again, whatever its work came to.
    pub(super) fn always_rearms(&self, site: &Site) -> bool {
        let facts = self.facts(site.anchor.file);
        let Work::Functions(values) = &site.work else { return false };
        let holder = facts.node(site.anchor.expr).function;
        let is_free = |expr: ExprId| facts.guards_of(expr).next().is_none();
        is_free(site.anchor.expr)
            && values.iter().any(|value| match value {
                Value::Function { at, .. } if at.file == site.anchor.file => {
                    at.function == holder
                        || self
                            .direct_callees(at.file, at.function)
                            .into_iter()
                            .any(|(callee, by)| is_free(by) && self.leads_back(at.file, callee, holder))
                }
                _ => false,
            })
    }
}
