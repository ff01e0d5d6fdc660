//! What is only written to a log: answers that are looked at for success alone, and sinks of loggers.

use super::eval::Evaluator;
use super::program::Program;
use super::value::{At, ClassAt, Env, Value};
use crate::catalog::rows::Effect;
use crate::facts::{Expr, ExprId, FileFacts, MemberKind, Origin};
use crate::source::{FileId, Role};

/// Calls and members around a look at an answer, up to the call that logs it.
const MAX_AROUND: usize = 10;

impl Program {
    /// Whether of what a call gives nothing is looked at but whether it worked, and that only to log or
    /// throw: `const answer = await beat(); if (!answer.ok) console.error("no answer")`.
    pub(super) fn is_only_checked(&self, call: At) -> bool {
        let facts = self.facts(call.file);
        let mut value = call.expr;
        while let Some(parent) = facts.node(value).parent
            && matches!(facts.expr(parent), Expr::Await(_))
        {
            value = parent;
        }
        let mut names = facts.bindings_from(Origin::Value(value)).peekable();
        names.peek().is_some()
            && names.all(|(_, name)| {
                name.path.is_empty()
                    && name.uses.iter().all(|used| {
                        let Some(look) = facts.node(*used).parent else { return false };
                        let is_check = matches!(facts.expr(look), Expr::Member { object, name }
                            if object == used && says_whether_it_worked(name));
                        is_check && (is_logged(facts, look) || only_decides_what_is_logged(facts, look))
                    })
            })
    }

    /// Whether a call is that of a function that others may hang on a logger: a field of a class that
    /// writes to the console itself, which nobody in sight sets to anything that does more.
    pub(super) fn is_sink_of_a_log(
        &self,
        call: At,
        callee: ExprId,
        env: &Env,
        evaluator: &Evaluator<'_>,
    ) -> bool {
        let Expr::Member { object, name } = self.facts(call.file).expr(callee) else { return false };
        let owners = evaluator.eval(At { expr: *object, ..call }, env);
        let mut classes = owners.iter().map(|owner| match owner {
            Value::Class(class) => Some((*class, true)),
            Value::Instance { class, .. } => Some((*class, false)),
            _ => None,
        });
        !owners.is_empty()
            && classes.all(|it| it.is_some_and(|(class, is_static)| self.is_sink(class, name, is_static)))
    }

    fn is_sink(&self, class: ClassAt, name: &str, is_static: bool) -> bool {
        let facts = self.facts(class.file);
        let Some(declared) = facts.classes.get(class.class.index()) else { return false };
        let is_open = declared.members.iter().any(|it| {
            it.name == name && it.is_static == is_static && matches!(it.kind, MemberKind::Field(None))
        });
        is_open && writes_to_the_console(facts, declared.span) && self.is_set_to_what_logs(class, name)
    }

    /// Whether all that is assigned to a member of a class, if anything, does no more than log.
    fn is_set_to_what_logs(&self, class: ClassAt, name: &str) -> bool {
        let facts = self.facts(class.file);
        let class_name = facts.classes.get(class.class.index()).and_then(|it| it.name.as_deref());
        let Some(class_name) = class_name else { return false };
        let naming = self.mentions_of(class_name);
        let files = self.mentions_of(name).into_iter().filter(|it| naming.binary_search(it).is_ok());
        let does_more = |effect: Effect| {
            !matches!(
                effect,
                Effect::Clock
                    | Effect::Log
                    | Effect::Process
                    | Effect::Pure
                    | Effect::Storage
                    | Effect::Telemetry
            )
        };
        let is_test = |file: FileId| self.file(file).is_some_and(|it| it.role == Role::Test);
        files.filter(|file| !is_test(*file)).all(|file| {
            self.facts(file).writes.iter().filter(|it| it.name == name).all(|write| {
                let at = At { file, expr: write.value };
                let values = Evaluator::new(self).eval(at, &None);
                let reach = self.reach_until(&values, at, does_more);
                !reach.effects.is_empty() && !reach.effects.keys().any(|it| does_more(*it))
            })
        })
    }
}

/// `answer.ok`, `result.error`
fn says_whether_it_worked(name: &str) -> bool {
    matches!(name, "error" | "ok" | "status" | "statusText" | "success")
}

/// Whether an expression stands in what is logged or thrown.
fn is_logged(facts: &FileFacts, expr: ExprId) -> bool {
    let mut at = expr;
    for _ in 0..MAX_AROUND {
        let Some(parent) = facts.node(at).parent else { return false };
        if is_call_of_a_log(facts, parent) {
            return true;
        }
        at = parent;
    }
    false
}

/// Whether an expression is part of a condition, and nothing happens under it but that something is logged
/// or thrown.
fn only_decides_what_is_logged(facts: &FileFacts, expr: ExprId) -> bool {
    let look = facts.node(expr).span;
    let decides = |test: ExprId| {
        let span = facts.node(test).span;
        span.start <= look.start && look.end <= span.end
    };
    let function = facts.node(expr).function;
    let mut is_condition = facts.guards.iter().filter_map(|it| it.test).filter(|it| decides(*it)).peekable();
    let returns_something = || {
        let returns = facts.function(function).map(|it| it.returns.as_slice()).unwrap_or_default();
        returns.iter().any(|it| {
            facts.guards_of(*it).filter_map(|guard| guard.test).any(decides)
                && !matches!(facts.expr(*it), Expr::Undefined)
        })
    };
    is_condition.peek().is_some()
        && !returns_something()
        && facts.own_nodes(function).all(|(at, node)| {
            let governed = || facts.guards_of(at).filter_map(|it| it.test).any(decides);
            match node.expr {
                Expr::Assign { .. } => !governed(),
                Expr::Call { .. } => is_call_of_a_log(facts, at) || is_logged(facts, at) || !governed(),
                _ => true,
            }
        })
}

/// `console.error(…)`, `this.logger.warn(…)`, `new Error(…)`
fn is_call_of_a_log(facts: &FileFacts, expr: ExprId) -> bool {
    let Some((callee, _)) = facts.call(expr) else { return false };
    match facts.expr(callee) {
        Expr::Member { name, .. } => {
            matches!(name.as_str(), "debug" | "error" | "info" | "log" | "trace" | "warn")
        }
        Expr::Ident { name, .. } => name.ends_with("Error"),
        _ => false,
    }
}

/// Whether code inside a span names the console.
fn writes_to_the_console(facts: &FileFacts, span: crate::source::Span) -> bool {
    facts.nodes.iter().any(|node| {
        span.start <= node.span.start
            && node.span.end <= span.end
            && matches!(&node.expr, Expr::Ident { name, binding: None } if name == "console")
    })
}
