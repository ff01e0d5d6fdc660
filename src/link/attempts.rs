//! Work that is tried again, told from polls by what it counts, what it does with an answer, and how it
//! waits.

use heck::ToSnakeCase;

use super::eval::{Evaluator, number};
use super::program::Program;
use super::site::{Site, Work};
use super::value::{At, FunctionAt, Value};
use crate::facts::{
    AssignOp, BinaryOp, Expr, ExprId, FileFacts, FunctionId, Guard, GuardKind, LoopId, LoopKind, Origin,
    UnaryOp,
};
use crate::source::FileId;
use crate::vocabulary::Kind;

/// Rounds up to which an unnamed wait is a handful of attempts and not a poll.
const MAX_ATTEMPTS: f64 = 10.0;

impl Program {
    /// Work that is tried again because it failed: it re-arms in a `catch`, or counts attempts.
    pub(super) fn is_retry(&self, site: &Site) -> bool {
        let at = site.anchor;
        let facts = self.facts(at.file);
        match site.kind {
            Kind::RecursiveTimeout => {
                let in_catch = facts.guards_of(at.expr).any(|guard| guard.kind == GuardKind::Catch)
                    || facts.functions_around(at.expr).any(|function| {
                        let Some(declared) = facts.function(function) else {
                            return false;
                        };
                        // `.catch(() => setTimeout(again))`
                        declared.expr.and_then(|expr| Some((expr, facts.node(expr).parent?))).is_some_and(
                            |(expr, parent)| match facts.expr(parent) {
                                Expr::Call { callee, args, .. } => match facts.expr(*callee) {
                                    Expr::Member { name, .. } => {
                                        name == "catch" || (name == "then" && args.get(1) == Some(&expr))
                                    }
                                    _ => false,
                                },
                                _ => {
                                    declared.guard.is_some()
                                        && facts.guards_of(expr).any(|it| it.kind == GuardKind::Catch)
                                }
                            },
                        )
                    });
                in_catch
                    || self.counts_attempts(at)
                    || self.hands_on_its_count(site)
                    || site.interval.is_some_and(|delay| self.backs_off(delay))
                    || self.is_called_on_failure(at)
            }
            Kind::SleepLoop => match site.work {
                Work::Loop(file, id) => self.returns_on_success(file, id),
                _ => false,
            },
            _ => false,
        }
    }

    /// The function that arms the timer is called only where something failed.
    fn is_called_on_failure(&self, at: At) -> bool {
        let facts = self.facts(at.file);
        let holder = facts
            .functions_around(at.expr)
            .find(|it| facts.function(*it).is_some_and(|it| it.name.is_some()));
        let Some(function) = holder.filter(|it| *it != FunctionId::MODULE) else { return false };
        let function = FunctionAt { file: at.file, function };
        !self.has_caller(function, &|caller| !self.is_in_catch(caller.at)) && self.is_called(function)
    }

    /// Whether code stands in a `catch` block, or in a function that is handed to `.catch()`, perhaps
    /// through a wrapper: `.catch(action((error) => …))`.
    pub(super) fn is_in_catch(&self, at: At) -> bool {
        let facts = self.facts(at.file);
        if facts.guards_of(at.expr).any(|it| it.kind == GuardKind::Catch) {
            return true;
        }
        facts.functions_around(at.expr).any(|function| {
            let mut next = facts.function(function).and_then(|it| it.expr);
            for _ in 0..2 {
                let Some(parent) = next.and_then(|it| facts.node(it).parent) else { return false };
                let Some((callee, _)) = facts.call(parent) else { return false };
                if matches!(facts.expr(callee), Expr::Member { name, .. } if name == "catch") {
                    return true;
                }
                next = Some(parent);
            }
            false
        })
    }

    /// `retry(fn, retriesLeft - 1)` inside the timer's callback: the circle runs out.
    fn counts_attempts(&self, at: At) -> bool {
        let facts = self.facts(at.file);
        let Some((_, args)) = facts.call(at.expr) else {
            return false;
        };
        args.iter().any(|arg| {
            let Expr::Function(function) = facts.expr(*arg) else {
                return false;
            };
            facts.nodes_inside(*function).any(|(_, node)| match &node.expr {
                // `setSeconds(seconds - 1)` counts down and tries nothing.
                Expr::Call { callee, .. } if self.state_of_setter(at.file, *callee).is_some() => false,
                Expr::Call { args, .. } => args.iter().any(|arg| {
                    matches!(facts.expr(*arg), Expr::Binary { op: BinaryOp::Subtract, left, right }
                        if matches!(facts.expr(*right), Expr::Number(one) if *one == 1.0)
                            && matches!(facts.expr(*left), Expr::Ident { .. }))
                }),
                _ => false,
            })
        })
    }

    /// A call of itself with one attempt more, where an answer was refused or later each time:
    /// `if (!answer.ok) { await sleep(1_000); return send(order, attempt + 1) }`.
    fn hands_on_its_count(&self, site: &Site) -> bool {
        let at = site.anchor;
        let facts = self.facts(at.file);
        let around: Vec<FunctionId> =
            facts.functions_around(at.expr).filter(|it| *it != FunctionId::MODULE).collect();
        let names: Vec<_> =
            around.iter().flat_map(|it| self.names_of(FunctionAt { file: at.file, function: *it })).collect();
        let again = around.first().is_some_and(|holder| {
            facts.nodes_inside(*holder).any(|(_, node)| {
                let Expr::Call { callee, args, .. } = &node.expr else { return false };
                let named = matches!(facts.expr(*callee), Expr::Ident { name, .. } | Expr::Member { name, .. }
                    if names.contains(name));
                named && args.iter().any(|arg| is_one_attempt_more(facts, *arg))
            })
        });
        let refused = || {
            let tests = facts.guards_of(at.expr).filter_map(|it| Some((it.test?, it.holds)));
            tests.into_iter().any(|(test, holds)| holds && refuses(facts, test, holds, 0))
        };
        again && (refused() || site.interval.is_some_and(|delay| self.slows_down(delay)))
    }

    /// A loop that leaves with the answer of the first try that works: it sleeps only where one failed,
    /// or the request stands in a `try` that returns.
    fn returns_on_success(&self, file: FileId, id: LoopId) -> bool {
        let facts = self.facts(file);
        let Some(looped) = facts.loops.get(id.index()) else {
            return false;
        };
        if self.sleeps_on_failure(file, id) || self.gives_up(file, id) {
            return true;
        }
        let mut nodes = (looped.first_node.0..looped.end_node.0).map(ExprId);
        let has_catch = nodes.any(|expr| facts.guards_of(expr).any(|guard| guard.kind == GuardKind::Catch));
        if self.counts_its_rounds(file, id)
            && (self.leaves_with_what_worked(file, id) || (has_catch && self.waits_longer(file, id)))
        {
            return true;
        }
        // `return await request()` without looking at the answer.
        let returns_answer = facts.function(looped.function).is_some_and(|it| {
            it.returns.iter().any(|returned| {
                let inside = looped.first_node <= *returned && *returned < looped.end_node;
                let unguarded = facts.guards_of(*returned).next().is_none();
                inside
                    && unguarded
                    && !matches!(facts.expr(*returned), Expr::Undefined | Expr::Bool(_) | Expr::Null)
            })
        });
        has_catch && returns_answer
    }

    /// Whether a loop sleeps nowhere but after a failure: in a `catch`, or after an answer was looked at
    /// and refused: `if (!response.ok) { await sleep(…); continue }`, or `if (response.ok) return …` in a
    /// loop that counts its rounds. One that also sleeps when all went well goes on for ever.
    fn sleeps_on_failure(&self, file: FileId, id: LoopId) -> bool {
        let facts = self.facts(file);
        let refused = |sleep: ExprId| {
            facts.guards_of(sleep).filter_map(|it| Some((it.test?, it.holds))).any(|(test, holds)| {
                refuses(facts, test, holds, 0) && (holds || self.counts_its_rounds(file, id))
            })
        };
        let caught = |sleep: ExprId| facts.guards_of(sleep).any(|it| it.kind == GuardKind::Catch);
        let failed = |sleep: ExprId| caught(sleep) || refused(sleep);
        let mut sleeps = self.sleeps_of(file, id).peekable();
        if self.ends_with_a_try(file, id) {
            return sleeps.any(failed);
        }
        sleeps.peek().is_some() && sleeps.all(failed)
    }

    /// Whether the head of a loop asks for what a try said: `while (!ready) { ready = await isReady() }`.
    fn ends_with_a_try(&self, file: FileId, id: LoopId) -> bool {
        let facts = self.facts(file);
        let Some(looped) = facts.loops.get(id.index()) else { return false };
        let inside = |expr: ExprId| looped.first_node <= expr && expr < looped.end_node;
        let said = |part: ExprId| match facts.expr(part) {
            Expr::Ident { binding: Some(binding), .. } => facts.binding(*binding).is_some_and(|it| {
                let mut said = it.assigned.iter().filter(|value| inside(**value));
                said.any(|value| matches!(facts.expr(*value), Expr::Await(_)))
            }),
            _ => false,
        };
        looped.test.is_some_and(|test| facts.parts_of(test).any(said))
    }

    /// Whether an answer that was accepted ends a loop, wherever in it: `if (answer) { if (answer.ok) return
    /// answer.json(); error = … }`.
    fn leaves_with_what_worked(&self, file: FileId, id: LoopId) -> bool {
        let facts = self.facts(file);
        let Some(looped) = facts.loops.get(id.index()) else { return false };
        let inside = |expr: &ExprId| looped.first_node <= *expr && *expr < looped.end_node;
        let accepted = |guard: &Guard| {
            guard.test.is_some_and(|test| inside(&test) && refuses(facts, test, !guard.holds, 0))
        };
        let returned = || {
            let returns = facts.function(looped.function).map(|it| it.returns.as_slice()).unwrap_or_default();
            returns.iter().filter(|it| inside(it)).any(|it| facts.guards_of(*it).next().is_some_and(accepted))
        };
        let refused = |guard: &Guard| {
            guard.kind == GuardKind::EarlyExit
                && guard.test.is_some_and(|test| inside(&test) && refuses(facts, test, guard.holds, 0))
        };
        let mut nodes = (looped.first_node.0..looped.end_node.0).map(ExprId);
        nodes.any(|expr| facts.guards_of(expr).any(refused)) || returned()
    }

    /// Whether the sleep of a loop lasts longer with each attempt.
    fn waits_longer(&self, file: FileId, id: LoopId) -> bool {
        let facts = self.facts(file);
        self.sleeps_of(file, id).any(|sleep| {
            let Expr::Await(value) = facts.expr(sleep) else { return false };
            let delay = self.delay_of(At { file, expr: *value });
            delay.and_then(|(delay, _)| delay).is_some_and(|(delay, _)| self.slows_down(delay))
        })
    }

    /// Whether a loop says that it tries so many times, and these are a handful: `round <= retries`.
    pub(super) fn tries_a_few_times(&self, file: FileId, id: LoopId) -> bool {
        let facts = self.facts(file);
        let Some(test) = facts.loops.get(id.index()).and_then(|it| it.test) else { return false };
        facts.parts_of(test).any(|part| {
            self.count_against(file, id, part).is_some_and(|(counter, bound)| {
                let few = Evaluator::new(self).eval(At { file, expr: bound }, &None);
                let named = [counter, bound].into_iter().any(|it| names_retries(facts, it));
                named && few.iter().filter_map(number).all(|most| most <= MAX_ATTEMPTS + 1.0)
            })
        })
    }

    /// Whether a loop without a condition of its own gives up after a few attempts: `for (let attempt =
    /// 0; ; attempt++) { …; if (attempt >= attempts) throw …; await sleep(10_000) }`.
    fn gives_up(&self, file: FileId, id: LoopId) -> bool {
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
    fn backs_off(&self, delay: At) -> bool {
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

    /// Whether a delay is chosen by the number of the attempt: [`Self::backs_off`], `waits[attempt]`,
    /// `250 * attempt`, `delayOf(options, attempt)`; also under a name.
    fn slows_down(&self, delay: At) -> bool {
        let facts = self.facts(delay.file);
        let named = match facts.expr(delay.expr) {
            Expr::Ident { binding: Some(binding), .. } => {
                facts.binding(*binding).and_then(|it| match it.origin {
                    Origin::Value(value) => Some(value),
                    _ => None,
                })
            }
            _ => None,
        };
        let places = [Some(delay.expr), named];
        self.backs_off(delay)
            || places.into_iter().flatten().flat_map(|it| facts.parts_of(it)).any(|part| {
                match facts.expr(part) {
                    Expr::Index { index, .. } => names_attempts(facts, *index),
                    Expr::Binary { op: BinaryOp::Multiply, left, right } => {
                        names_attempts(facts, *left) || names_attempts(facts, *right)
                    }
                    Expr::Call { args, .. } => args.iter().any(|arg| names_attempts(facts, *arg)),
                    _ => false,
                }
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
                        && (Evaluator::new(self).is_updated(file, *used) || is_added_to(facts, *used))
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
        // `const [error, order] = await settled(load()); if (!error) break`
        Expr::Ident { name, .. } => holds && names_failure(name),
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

/// `round += 1`
fn is_added_to(facts: &FileFacts, used: ExprId) -> bool {
    let parent = facts.node(used).parent.map(|parent| facts.expr(parent));
    matches!(parent, Some(Expr::Assign { op: AssignOp::Arithmetic, target, .. }) if *target == used)
}

/// `error`, `lastError`, `err`
fn names_failure(name: &str) -> bool {
    let name = name.to_snake_case();
    name.rsplit('_').next().is_some_and(|it| matches!(it, "err" | "error" | "failure"))
}

/// `attempt + 1`
fn is_one_attempt_more(facts: &FileFacts, expr: ExprId) -> bool {
    match facts.expr(expr) {
        Expr::Binary { op: BinaryOp::Add, left, right } => {
            names_attempts(facts, *left) && matches!(facts.expr(*right), Expr::Number(one) if *one == 1.0)
        }
        _ => false,
    }
}

/// Whether a name in an expression says that something is tried again.
fn names_retries(facts: &FileFacts, expr: ExprId) -> bool {
    facts.parts_of(expr).any(|part| match facts.expr(part) {
        Expr::Ident { name, .. } | Expr::Member { name, .. } => {
            name.to_snake_case().split('_').any(|it| matches!(it, "retry" | "retries" | "tries"))
        }
        _ => false,
    })
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
