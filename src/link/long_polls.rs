//! Loops that ask the server again as soon as it has answered: no delay stands in them, because the server
//! holds each request until it has something.

use super::eval::Evaluator;
use super::program::Program;
use super::value::At;
use crate::catalog::rows::Effect;
use crate::facts::{BindingId, Expr, ExprId, Loop, LoopId, LoopKind, UnaryOp};
use crate::source::FileId;
use crate::vocabulary::Confidence;

impl Program {
    /// Whether a loop without a delay is a long poll.
    ///
    /// What ends with its data (pages, a queue, a stream that is read) is none, so this takes a loop that
    /// nothing inside can end, and an awaited request in it.
    pub(super) fn is_long_poll(&self, file: FileId, id: LoopId) -> bool {
        let facts = self.facts(file);
        let Some(looped) = facts.loops.get(id.index()) else { return false };
        let is_endless = matches!(looped.kind, LoopKind::While | LoopKind::DoWhile | LoopKind::For)
            && !looped.ends_inside
            && looped.test.is_none_or(|test| self.only_others_end(file, looped, test));
        let awaits = || {
            (looped.first_node.0..looped.end_node.0).map(ExprId).any(|expr| {
                let node = facts.node(expr);
                matches!(node.expr, Expr::Await(_))
                    && node.in_loop == Some(id)
                    && node.function == looped.function
            })
        };
        if !is_endless || !awaits() || self.walks_pages(file, id) {
            return false;
        }
        let reach = self.reach_of_loop(file, id);
        reach.answer_read
            && reach.chain(Effect::Network).is_some_and(|(_, sure)| *sure < Confidence::Possible)
    }

    /// Whether only code elsewhere can make a condition fail: it is always true, or a flag that the loop
    /// does not write.
    fn only_others_end(&self, file: FileId, looped: &Loop, test: ExprId) -> bool {
        let facts = self.facts(file);
        if Evaluator::new(self).truth(At { file, expr: test }, &None) == Some(true) {
            return true;
        }
        let mut flag = test;
        while let Expr::Unary { op: UnaryOp::Not, value } = facts.expr(flag) {
            flag = *value;
        }
        let inside = |expr: ExprId| looped.first_node <= expr && expr < looped.end_node;
        match facts.expr(flag) {
            Expr::Ident { binding: Some(binding), .. } => {
                let written = |binding: &BindingId| {
                    facts.binding(*binding).is_none_or(|it| {
                        it.assigned.iter().any(|value| inside(*value)) || it.assigned.is_empty()
                    })
                };
                !written(binding)
            }
            // `this.running`, `signal.aborted`: flags, unlike `queue.length`.
            Expr::Member { name, .. } => {
                let is_flag = name != "length" && name != "size";
                is_flag && !facts.writes.iter().any(|it| it.name == *name && inside(it.expr))
            }
            _ => false,
        }
    }
}
