//! One-shot timers that look as if they re-armed themselves, and end: the circle runs out of data, or
//! never closes.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::eval::Evaluator;
use super::program::Program;
use super::value::{At, FunctionAt, Value};
use crate::facts::{BinaryOp, Expr, ExprId, FileFacts, FunctionId, GuardKind, Origin, PropertyKey};
use crate::source::FileId;

impl Program {
    /// Whether running one function of a file leads to running another, inside that file.
    ///
    /// A reducer is walked with the action in hand: of `dispatch({ type: 'REMOVE' })` only the branch
    /// for that type runs.
    pub(super) fn leads_back(&self, file: FileId, start: FunctionId, target: FunctionId) -> bool {
        let mut queue: Vec<(FunctionId, Option<SmolStr>)> = vec![(start, None)];
        let mut seen = FxHashSet::default();
        while let Some((function, action)) = queue.pop() {
            if function == target {
                return true;
            }
            if !self.has_room(seen.len(), file) || !seen.insert((function, action.clone())) {
                continue;
            }
            for (callee, by) in self.direct_callees(file, function) {
                let at = At { file, expr: by };
                if !action.as_deref().is_some_and(|action| self.is_for_another(at, action)) {
                    queue.push((callee, self.action_of(at, action.as_ref())));
                }
            }
        }
        false
    }

    /// The type of the action that a call sends on: that of its literal, or the one that its function
    /// was given.
    fn action_of(&self, call: At, given: Option<&SmolStr>) -> Option<SmolStr> {
        let facts = self.facts(call.file);
        let (_, args) = facts.call(call.expr)?;
        args.iter().find_map(|arg| match facts.expr(*arg) {
            Expr::Object(properties) => {
                let is_type = |key: &PropertyKey| matches!(key, PropertyKey::Name(name) if name == "type");
                let value = properties.iter().find(|it| is_type(&it.key))?.value;
                self.only_text(At { expr: value, ..call })
            }
            Expr::Ident { binding: Some(binding), .. } => {
                let origin = facts.binding(*binding)?.origin;
                given.filter(|_| matches!(origin, Origin::Parameter { .. })).cloned()
            }
            _ => None,
        })
    }

    /// Whether code stands in a branch for other actions: `case 'DISMISS':`, `if (action.type === …)`.
    fn is_for_another(&self, at: At, action: &str) -> bool {
        let facts = self.facts(at.file);
        facts
            .guards_of(at.expr)
            .filter(|it| it.holds && matches!(it.kind, GuardKind::Case | GuardKind::If))
            .filter_map(|it| it.test)
            .any(|test| self.needs_another(At { expr: test, ..at }, action, 0))
    }

    fn needs_another(&self, test: At, action: &str, depth: u32) -> bool {
        match self.facts(test.file).expr(test.expr) {
            Expr::Binary { op: BinaryOp::Or, left, right } if depth < 16 => [left, right]
                .into_iter()
                .all(|part| self.needs_another(At { expr: *part, ..test }, action, depth + 1)),
            Expr::Binary { op: BinaryOp::Equal, left, right } => {
                let facts = self.facts(test.file);
                let of_type = matches!(facts.expr(*left), Expr::Member { name, .. } if name == "type");
                of_type && self.only_text(At { expr: *right, ..test }).is_some_and(|it| it != action)
            }
            _ => false,
        }
    }

    /// The one text that an expression can be.
    fn only_text(&self, at: At) -> Option<SmolStr> {
        match Evaluator::new(self).eval(at, &None).as_slice() {
            [Value::Text(text)] => Some(text.clone()),
            _ => None,
        }
    }

    /// Whether a circle moves a cursor on until its data ends: `if (start < items.length)
    /// setTimeout(() => this.slice(start + size), 100)`.
    pub(super) fn walks_its_data(&self, timer: At, callbacks: &[FunctionId]) -> bool {
        let facts = self.facts(timer.file);
        let around: Vec<FunctionId> = facts.functions_around(timer.expr).collect();
        let moves_on = |argument: ExprId, owner: FunctionId| {
            facts.parts_of(argument).any(|part| match facts.expr(part) {
                Expr::Binary { op: BinaryOp::Add, left, .. } => is_parameter_of(facts, *left, owner),
                _ => false,
            })
        };
        let hands_cursor_on = callbacks.iter().any(|start| {
            facts.nodes_inside(*start).any(|(_, node)| {
                let Expr::Call { callee, args, .. } = &node.expr else { return false };
                Evaluator::new(self).eval(At { expr: *callee, ..timer }, &None).iter().any(|it| match it {
                    Value::Function { at: FunctionAt { file, function }, .. } => {
                        *file == timer.file
                            && around.contains(function)
                            && args.iter().any(|argument| moves_on(*argument, *function))
                    }
                    _ => false,
                })
            })
        });
        hands_cursor_on && self.ends_with_a_list(timer, &around)
    }

    /// Whether a condition around a timer compares the length of something, in its own function or in
    /// those around it.
    fn ends_with_a_list(&self, timer: At, around: &[FunctionId]) -> bool {
        let facts = self.facts(timer.file);
        let declared = around.iter().filter_map(|it| facts.function(*it)?.expr);
        std::iter::once(timer.expr).chain(declared).any(|expr| {
            facts.guards_of(expr).filter_map(|it| it.test).any(|test| match facts.expr(test) {
                Expr::Binary { op, left, right } if op.is_order() => [left, right].into_iter().any(|side| {
                    matches!(facts.expr(*side), Expr::Member { name, .. } if name == "length" || name == "size")
                }),
                _ => false,
            })
        })
    }
}

/// Whether an expression names a parameter of a function, or something destructured out of one.
fn is_parameter_of(facts: &FileFacts, expr: ExprId, owner: FunctionId) -> bool {
    match facts.expr(expr) {
        Expr::Ident { binding: Some(binding), .. } => facts
            .binding(*binding)
            .is_some_and(|it| matches!(it.origin, Origin::Parameter { function, .. } if function == owner)),
        _ => false,
    }
}
