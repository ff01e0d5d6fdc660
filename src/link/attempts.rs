//! Work that is tried again, told from polls by what it counts, what it does with an answer, and how it
//! waits.

use heck::ToSnakeCase;

use super::eval::{Evaluator, number};
use super::program::Program;
use super::value::{At, Value};
use crate::facts::{BinaryOp, Expr, ExprId, FileFacts, GuardKind, LoopId, LoopKind, UnaryOp};
use crate::source::FileId;

/// Rounds up to which an unnamed wait is a handful of attempts and not a poll.
const MAX_ATTEMPTS: f64 = 10.0;

impl Program {
    /// Whether a loop sleeps only after an answer was looked at and refused: `if (!response.ok) {
    /// await sleep(…); continue }`, or `if (response.ok) return …` in a loop that counts its rounds.
    pub(super) fn sleeps_on_refusal(&self, file: FileId, id: LoopId) -> bool {
        let facts = self.facts(file);
        self.sleeps_of(file, id).any(|sleep| {
            facts.guards_of(sleep).filter_map(|it| Some((it.test?, it.holds))).any(|(test, holds)| {
                refuses(facts, test, holds, 0) && (holds || self.counts_its_rounds(file, id))
            })
        })
    }

    /// Whether a loop without a condition of its own gives up after a few attempts: `for (let attempt =
    /// 0; ; attempt++) { …; if (attempt >= attempts) throw …; await sleep(10_000) }`.
    pub(super) fn gives_up(&self, file: FileId, id: LoopId) -> bool {
        let facts = self.facts(file);
        let headless =
            facts.loops.get(id.index()).is_some_and(|it| it.kind == LoopKind::For && it.test.is_none());
        headless
            && self.sleeps_of(file, id).any(|sleep| {
                let exits = facts.guards_of(sleep).filter(|it| it.kind == GuardKind::EarlyExit && !it.holds);
                exits.filter_map(|it| it.test).any(|test| {
                    self.count_against(file, id, test).is_some_and(|(counter, bound)| {
                        let few = Evaluator::new(self).eval(At { file, expr: bound }, &None);
                        names_attempts(facts, counter)
                            && few.iter().filter_map(number).all(|most| most <= MAX_ATTEMPTS)
                    })
                })
            })
    }

    /// Whether a delay grows with each failed attempt: `BASE * 2 ** attempt`, also in a helper.
    pub(super) fn backs_off(&self, delay: At) -> bool {
        let mut places = vec![delay];
        if let Some((callee, _)) = self.facts(delay.file).call(delay.expr) {
            for value in Evaluator::new(self).eval(At { expr: callee, ..delay }, &None) {
                let Value::Function { at, .. } = value else { continue };
                let returns = self.facts(at.file).function(at.function).map(|it| it.returns.clone());
                let returns = returns.unwrap_or_default().into_iter();
                places.extend(returns.map(|expr| At { file: at.file, expr }));
            }
        }
        places.into_iter().any(|at| {
            let facts = self.facts(at.file);
            facts.parts_of(at.expr).any(|part| match facts.expr(part) {
                Expr::Binary { op: BinaryOp::Power, right, .. } => names_attempts(facts, *right),
                Expr::Call { callee, args, .. } => {
                    matches!(facts.expr(*callee), Expr::Member { name, .. } if name == "pow")
                        && args.get(1).is_some_and(|exponent| names_attempts(facts, *exponent))
                }
                _ => false,
            })
        })
    }

    /// The awaited delays that belong to a loop.
    fn sleeps_of(&self, file: FileId, id: LoopId) -> impl Iterator<Item = ExprId> {
        let facts = self.facts(file);
        let looped = facts.loops.get(id.index());
        let nodes = looped.map_or(0..0, |it| it.first_node.0..it.end_node.0).map(ExprId);
        nodes.filter(move |expr| match facts.expr(*expr) {
            Expr::Await(value) => {
                looped.is_some_and(|it| it.function == facts.node(*expr).function)
                    && self.delay_of(At { file, expr: *value }).is_some()
            }
            _ => false,
        })
    }

    /// Whether the head of a loop compares a counter of it with a bound.
    fn counts_its_rounds(&self, file: FileId, id: LoopId) -> bool {
        let test = self.facts(file).loops.get(id.index()).and_then(|it| it.test);
        test.is_some_and(|test| self.count_against(file, id, test).is_some())
    }

    /// The counter of a loop that a test compares, and what with.
    fn count_against(&self, file: FileId, id: LoopId, test: ExprId) -> Option<(ExprId, ExprId)> {
        let facts = self.facts(file);
        let looped = facts.loops.get(id.index())?;
        let Expr::Binary { op, left, right } = facts.expr(test) else { return None };
        let is_counter = |expr: ExprId| match facts.expr(expr) {
            Expr::Ident { binding: Some(binding), .. } => facts.binding(*binding).is_some_and(|it| {
                it.uses.iter().any(|used| {
                    looped.first_node <= *used
                        && *used < looped.end_node
                        && Evaluator::new(self).is_updated(file, *used)
                })
            }),
            _ => false,
        };
        let pairs = [(*left, *right), (*right, *left)];
        pairs.into_iter().filter(|_| op.is_order()).find(|(counter, _)| is_counter(*counter))
    }
}

/// Whether a test that holds, or not, means that an answer was refused.
fn refuses(facts: &FileFacts, test: ExprId, holds: bool, depth: u32) -> bool {
    if depth > 8 {
        return false;
    }
    let part = |expr: &ExprId| refuses(facts, *expr, holds, depth + 1);
    match facts.expr(test) {
        Expr::Unary { op: UnaryOp::Not, value } => refuses(facts, *value, !holds, depth + 1),
        Expr::Member { name, .. } => !holds && name == "ok",
        Expr::Binary { op: BinaryOp::And, left, right } if holds => part(left) || part(right),
        Expr::Binary { op: BinaryOp::Or, left, right } if !holds => part(left) || part(right),
        Expr::Binary { op: BinaryOp::And | BinaryOp::Or, left, right } => part(left) && part(right),
        Expr::Binary { op: BinaryOp::Equal | BinaryOp::AtLeast | BinaryOp::More, left, right } => {
            holds
                && matches!(facts.expr(*left), Expr::Member { name, .. } if name == "status" || name == "statusCode")
                && matches!(facts.expr(*right), Expr::Number(code) if *code >= 399.0)
        }
        _ => false,
    }
}

/// Whether a name in an expression speaks of attempts.
fn names_attempts(facts: &FileFacts, expr: ExprId) -> bool {
    facts.parts_of(expr).any(|part| match facts.expr(part) {
        Expr::Ident { name, .. } | Expr::Member { name, .. } => name.to_snake_case().split('_').any(|word| {
            matches!(
                word,
                "attempt"
                    | "attempts"
                    | "retry"
                    | "retries"
                    | "try"
                    | "tries"
                    | "failure"
                    | "failures"
                    | "errors"
            )
        }),
        _ => false,
    })
}
