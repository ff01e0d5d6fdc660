//! Requests that bring something to the server and ask it for nothing: what was gathered here, what was
//! changed here, how far a stream was read.

use heck::ToSnakeCase;
use rustc_hash::FxHashSet;

use super::effects::Reach;
use super::program::Program;
use super::site::Site;
use super::timer::Step;
use super::value::{At, FunctionAt};
use crate::catalog::rows::Effect;
use crate::facts::{BinaryOp, BindingId, Expr, ExprId, FileFacts, FunctionId, LoopKind, Origin};
use crate::vocabulary::Kind;

/// Names between what was taken out of a buffer and what is sent.
const MAX_NAMES: usize = 4;

impl Program {
    /// Work that empties a buffer and sends what was in it. Of the answer it may keep what it needs to go
    /// on, or log it; shown to nobody, it is not what the request is for.
    pub(super) fn sends_what_it_gathered(&self, reach: &Reach, chain: &[Step]) -> bool {
        let shown = reach.answer_read && (reach.has(Effect::State) || reach.has(Effect::Dom));
        !shown
            && self.steps_of(reach, chain).any(|call| {
                let facts = self.facts(call.file);
                let names = self.drained(call, reach);
                let Some((_, args)) = facts.call(call.expr) else { return false };
                args.iter().any(|arg| names.is_in(self, At { expr: *arg, ..call }))
            })
    }

    /// Work that stores what was changed here, and only when it was: the condition in front of the
    /// request is one that the work itself settles, `if (!dirty) return; dirty = false; save()`.
    pub(super) fn saves_what_changed(&self, reach: &Reach, chain: &[Step]) -> bool {
        self.steps_of(reach, chain).any(|call| {
            let facts = self.facts(call.file);
            let tests = || facts.guards_of(call.expr).filter_map(|it| it.test);
            self.is_write(call, chain)
                && tests().any(|test| self.is_settled(At { expr: test, ..call }, reach))
        })
    }

    /// Tells the other end how far a stream was read, or that somebody still listens.
    pub(super) fn acknowledges(&self, site: &Site, reach: &Reach, chain: &[Step]) -> bool {
        let recurs = matches!(site.kind, Kind::SetInterval | Kind::RecursiveTimeout | Kind::IntervalHook);
        let shown = reach.has(Effect::State) || reach.has(Effect::Dom);
        recurs
            && !shown
            && reach.requests <= 1
            && chain.iter().any(|step| {
                let name = last_name(&step.label).to_snake_case();
                let words: Vec<&str> = name.split('_').collect();
                let is_named = |it: &&str| matches!(*it, "ack" | "acknowledge" | "keepalive");
                words.iter().any(is_named) || words.windows(2).any(|it| it == ["keep", "alive"])
            })
    }

    /// The request that was found only takes a lock, before the work that was not found: `lock.acquire()`.
    pub(super) fn takes_a_lock(&self, chain: &[Step]) -> bool {
        let is_named = |word: &str| {
            let spelled = |step: &Step| last_name(&step.label).to_snake_case();
            chain.iter().any(|step| spelled(step).split('_').any(|it| it == word))
        };
        is_named("lock") && is_named("acquire")
    }

    /// The way to a request is that of taking something away: `purgeDrafts()`, and then `client.send()`;
    /// or it is the only one, and takes away itself.
    pub(super) fn deletes(&self, reach: &Reach, chain: &[Step]) -> bool {
        let takes_away = |name: &str| {
            let name = name.to_snake_case();
            name.split('_').next().is_some_and(|it| matches!(it, "delete" | "purge"))
        };
        let works_at_it = || {
            let work = reach.walked.first().and_then(|it| self.facts(it.file).function(it.function));
            work.and_then(|it| it.name.as_deref()).is_some_and(takes_away)
        };
        chain.iter().any(|step| takes_away(last_name(&step.label)))
            && (chain.len() > 1 || (reach.requests <= 1 && works_at_it()))
    }

    /// A request whose name says that it only keeps something alive.
    pub(super) fn is_keep_alive(&self, chain: &[Step], reach: &Reach) -> bool {
        let walked =
            reach.walked.iter().filter_map(|it| self.facts(it.file).function(it.function)?.name.as_deref());
        chain.iter().map(|step| last_name(&step.label)).chain(walked).any(names_a_ping)
    }

    /// A call on the way to a request says that it only keeps something alive, and of what it gives
    /// nothing is read but whether it worked, for the log.
    pub(super) fn pings_unheard(&self, reach: &Reach, chain: &[Step]) -> bool {
        let shown = reach.has(Effect::State) || reach.has(Effect::Dom);
        !shown
            && reach.requests <= 1
            && self.steps_of(reach, chain).any(|call| {
                let facts = self.facts(call.file);
                let named = facts.call(call.expr).is_some_and(|(callee, _)| match facts.expr(callee) {
                    Expr::Ident { name, .. } | Expr::Member { name, .. } => names_a_ping(name),
                    _ => false,
                });
                named && (!self.answer_is_used(call, false) || self.is_only_checked(call))
            })
    }

    /// Tells a server how this program is used or how it fares: the way to the request says so, the request
    /// brings something, and nothing of the answer is shown.
    pub(super) fn reports_on_itself(&self, reach: &Reach, chain: &[Step]) -> bool {
        let shown = reach.has(Effect::State) || reach.has(Effect::Dom);
        !shown
            && chain.iter().any(|step| names_a_report(last_name(&step.label)))
            && self.steps_of(reach, chain).any(|call| self.is_write(call, chain))
    }

    /// Whether a chain ends at a call that is waited for, and whose answer the work goes on with.
    pub(super) fn waits_for_an_answer(&self, reach: &Reach, chain: &[Step]) -> bool {
        let Some(last) = chain.last() else { return false };
        let mut calls = self.steps_of(reach, std::slice::from_ref(last));
        calls.any(|call| {
            let facts = self.facts(call.file);
            let parent = facts.node(call.expr).parent;
            parent.is_some_and(|it| matches!(facts.expr(it), Expr::Await(_)))
                && self.answer_is_used(call, false)
        })
    }

    /// Work that goes on with the rest of a list until none is left: it works on each item, and waits
    /// only while some remain: `if ((await count()) > 0) { await sleep(1_000); await drain() }`.
    pub(super) fn drains_by_recursion(&self, site: &Site) -> bool {
        let at = site.anchor;
        let facts = self.facts(at.file);
        let holder = facts.node(at.expr).function;
        let is_zero = |expr: ExprId| matches!(facts.expr(expr), Expr::Number(zero) if *zero == 0.0);
        let remain = |test: ExprId| {
            let named = match facts.expr(test) {
                Expr::Ident { binding: Some(binding), .. } => facts.binding(*binding).map(|it| it.origin),
                _ => None,
            };
            let test = match named {
                Some(Origin::Value(value)) => value,
                _ => test,
            };
            matches!(facts.expr(test), Expr::Binary { op: BinaryOp::More, right, .. } if is_zero(*right))
        };
        let mut tests = facts.guards_of(at.expr).filter(|it| it.holds).filter_map(|it| it.test);
        let works_on_each = || {
            facts.own_nodes(holder).any(|(_, node)| {
                let looped = node.in_loop.and_then(|it| facts.loops.get(it.index()));
                matches!(node.expr, Expr::Await(_)) && looped.is_some_and(|it| it.kind == LoopKind::ForOf)
            })
        };
        tests.any(remain) && works_on_each()
    }

    /// The call that writes to a stream, which the catalog does not know, what only keeps it open:
    /// `stream.writeln('{"type":"ping"}')`, or a comment of server-sent events (`:`).
    pub(super) fn keep_alive_write(&self, reach: &Reach) -> Option<At> {
        let is_known = |callee: At| {
            super::eval::Evaluator::new(self).eval(callee, &None).iter().any(|it| match it {
                super::value::Value::Library { package, symbol, .. } => {
                    self.catalog().effect(package, symbol).is_some()
                }
                _ => false,
            })
        };
        reach.walked.iter().find_map(|function| {
            let facts = self.facts(function.file);
            let at = |expr: ExprId| At { file: function.file, expr };
            let mut calls = facts.own_nodes(function.function);
            calls.find_map(|(expr, _)| {
                let (callee, args) = facts.call(expr)?;
                let Expr::Member { name, .. } = facts.expr(callee) else { return None };
                let writes = matches!(name.as_str(), "enqueue" | "send" | "write" | "writeSSE" | "writeln");
                let mut said = args.iter().flat_map(|arg| within(facts, *arg));
                let keeps = writes
                    && said.any(|it| match facts.expr(it) {
                        Expr::Text(text) => text.starts_with(':') || names_keep_alive(text),
                        Expr::Ident { name, .. } | Expr::Member { name, .. } => names_keep_alive(name),
                        _ => false,
                    });
                (keeps && !is_known(at(callee))).then(|| at(expr))
            })
        })
    }

    /// The calls in walked functions that a chain goes through.
    fn steps_of<'a>(&'a self, reach: &'a Reach, chain: &'a [Step]) -> impl Iterator<Item = At> + 'a {
        let walked: FxHashSet<FunctionAt> = reach.walked.iter().copied().collect();
        walked.into_iter().flat_map(move |function| {
            let calls = self.facts(function.file).own_nodes(function.function);
            calls
                .filter(|(_, node)| matches!(node.expr, Expr::Call { .. }))
                .map(move |(expr, _)| At { file: function.file, expr })
                .filter(|at| chain.iter().any(|step| step.place == self.place(*at)))
        })
    }

    /// What the functions around a call take out of a buffer that they empty.
    fn drained(&self, call: At, reach: &Reach) -> Names {
        let facts = self.facts(call.file);
        let around: Vec<FunctionId> =
            facts.functions_around(call.expr).filter(|it| *it != FunctionId::MODULE).collect();
        let mut names = Names::default();
        for (expr, node) in around.iter().flat_map(|it| facts.own_nodes(*it)) {
            let buffer = match &node.expr {
                Expr::Call { .. } => {
                    let helper = reach.walked.iter().any(|it| {
                        !(it.file == call.file && around.contains(&it.function))
                            && self.calls_it(At { expr, ..call }, *it)
                            && self
                                .facts(it.file)
                                .own_nodes(it.function)
                                .any(|(expr, _)| emptied(self.facts(it.file), expr).is_some())
                    });
                    if helper || emptied(facts, expr).is_some() {
                        names.values.push(expr);
                    }
                    emptied(facts, expr).or_else(|| cleared(facts, expr))
                }
                _ => emptied(facts, expr),
            };
            names.labels.extend(buffer.map(|it| self.label(At { expr: it, ..call })));
        }
        // `const batch = queue.splice(0)`, `const sent = queue; queue = []`, `for (const event of batch)`
        for _ in 0..MAX_NAMES {
            for (index, binding) in facts.bindings.iter().enumerate() {
                let id = BindingId(u32::try_from(index).unwrap_or(u32::MAX));
                if let Origin::Value(value) | Origin::Item(value) = binding.origin
                    && around.contains(&binding.function)
                    && !names.bindings.contains(&id)
                    && names.is_in(self, At { expr: value, ..call })
                {
                    names.bindings.push(id);
                }
            }
        }
        names
    }

    fn calls_it(&self, call: At, function: FunctionAt) -> bool {
        self.facts(call.file).call(call.expr).is_some_and(|(callee, _)| {
            super::eval::Evaluator::new(self)
                .eval(At { expr: callee, ..call }, &None)
                .iter()
                .any(|it| matches!(it, super::value::Value::Function { at, .. } if *at == function))
        })
    }

    /// A call that stores: by its method, or by the name of what leads to it.
    fn is_write(&self, call: At, chain: &[Step]) -> bool {
        let facts = self.facts(call.file);
        let method = facts.call(call.expr).is_some_and(|(_, args)| {
            args.iter().flat_map(|arg| within(facts, *arg)).any(|it| {
                matches!(facts.expr(it), Expr::Text(text) if matches!(text.as_str(), "PUT" | "POST" | "PATCH"))
            })
        });
        let named = chain.iter().any(|step| {
            let name = last_name(&step.label).to_snake_case();
            name.split('_')
                .any(|it| matches!(it, "put" | "patch" | "post" | "save" | "autosave" | "persist" | "upload"))
        });
        method || named
    }

    /// Whether walked functions settle what a condition looks at: one side of a comparison, or a flag
    /// that says that something was changed.
    fn is_settled(&self, test: At, reach: &Reach) -> bool {
        let facts = self.facts(test.file);
        let is_name = |it: ExprId| !matches!(facts.expr(it), Expr::Number(_) | Expr::Text(_) | Expr::Null);
        let compares = within(facts, test.expr).any(|it| match facts.expr(it) {
            Expr::Binary { op: BinaryOp::Equal | BinaryOp::NotEqual, left, right } => {
                is_name(*left) && is_name(*right)
            }
            _ => false,
        });
        let names = within(facts, test.expr)
            .filter(|it| matches!(facts.expr(*it), Expr::Ident { .. } | Expr::Member { .. }))
            .filter(|it| compares || says_changed(&self.label(At { expr: *it, ..test })));
        let names: Vec<(ExprId, String)> =
            names.map(|it| (it, self.label(At { expr: it, ..test }))).collect();
        reach.walked.iter().filter(|it| it.file == test.file).any(|function| {
            let states = self.states_set_by(*function);
            names.iter().any(|(expr, label)| {
                matches!(facts.expr(*expr), Expr::Ident { binding: Some(binding), .. } if states.contains(binding))
                    || facts.own_nodes(function.function).any(|(_, node)| match node.expr {
                        Expr::Assign { target, .. } => self.label(At { expr: target, ..test }) == *label,
                        _ => false,
                    })
            })
        })
    }

    /// Work that empties a buffer of its own.
    pub(super) fn drains_a_buffer(&self, reach: &Reach) -> bool {
        reach.walked.iter().any(|function| {
            let facts = self.facts(function.file);
            facts.own_nodes(function.function).any(|(expr, _)| emptied(facts, expr).is_some())
        })
    }
}

/// Names and expressions that hold what was taken out of a buffer.
#[derive(Default)]
struct Names {
    /// The buffers, as written.
    labels: Vec<String>,
    /// Calls that give what was in them.
    values: Vec<ExprId>,
    /// Names of it.
    bindings: Vec<BindingId>,
}

impl Names {
    /// Whether an expression holds any of them.
    fn is_in(&self, program: &Program, at: At) -> bool {
        let facts = program.facts(at.file);
        within(facts, at.expr).any(|expr| match facts.expr(expr) {
            Expr::Ident { binding: Some(binding), .. } if self.bindings.contains(binding) => true,
            Expr::Ident { .. } | Expr::Member { .. } => {
                self.labels.contains(&program.label(At { expr, ..at }))
            }
            _ => self.values.contains(&expr),
        })
    }
}

/// The set or map that a call empties: `changes.clear()`.
fn cleared(facts: &FileFacts, expr: ExprId) -> Option<ExprId> {
    let (callee, args) = facts.call(expr)?;
    match facts.expr(callee) {
        Expr::Member { object, name } if name == "clear" && args.is_empty() => Some(*object),
        _ => None,
    }
}

/// The buffer that an expression empties: `queue.splice(0)`, `queue = []`, `queue.length = 0`.
fn emptied(facts: &FileFacts, expr: ExprId) -> Option<ExprId> {
    let is_zero = |expr: ExprId| matches!(facts.expr(expr), Expr::Number(zero) if *zero == 0.0);
    match facts.expr(expr) {
        Expr::Call { callee, args, .. } => match facts.expr(*callee) {
            Expr::Member { object, name }
                if name == "splice" && args.first().is_some_and(|it| is_zero(*it)) =>
            {
                Some(*object)
            }
            _ => None,
        },
        Expr::Assign { target, value, .. } => match (facts.expr(*target), facts.expr(*value)) {
            (_, Expr::Array(items)) if items.is_empty() => Some(*target),
            (Expr::Member { object, name }, _) if name == "length" && is_zero(*value) => Some(*object),
            _ => None,
        },
        _ => None,
    }
}

/// An expression and everything inside it.
fn within(facts: &FileFacts, expr: ExprId) -> impl Iterator<Item = ExprId> {
    let span = facts.node(expr).span;
    facts.nodes.iter().enumerate().filter_map(move |(index, node)| {
        let inside = span.start <= node.span.start && node.span.end <= span.end;
        inside.then(|| ExprId(u32::try_from(index).unwrap_or(u32::MAX)))
    })
}

/// `acknowledge` of `this.replica.acknowledge()`.
fn last_name(label: &str) -> &str {
    label.trim_end_matches("()").rsplit(['.', ' ']).next().unwrap_or_default()
}

/// `ping`, `sendHeartbeat`, `keepSessionAlive`
fn names_a_ping(name: &str) -> bool {
    let name = name.to_snake_case();
    let words: Vec<&str> = name.split('_').collect();
    words.iter().any(|it| matches!(*it, "ping" | "heartbeat" | "keepalive"))
        || (words.contains(&"keep") && words.contains(&"alive"))
        || words.windows(2).any(|pair| pair == ["heart", "beat"])
}

/// `sendTelemetry`, `reportUsage`, `postBeacon`: what is said is about the program itself.
fn names_a_report(name: &str) -> bool {
    let name = name.to_snake_case();
    let words: Vec<&str> = name.split('_').collect();
    let says = |it: &&str| {
        matches!(*it, "emit" | "flush" | "post" | "publish" | "push" | "report" | "send" | "track" | "upload")
    };
    let of_itself = |it: &&str| {
        matches!(
            *it,
            "analytics" | "beacon" | "metrics" | "stats" | "telemetry" | "trace" | "traces" | "usage"
        )
    };
    words.first().is_some_and(says) && words.iter().any(of_itself)
}

/// `isDirty.current`, `this.hasUnsavedChanges`
fn says_changed(label: &str) -> bool {
    const WORDS: [&str; 7] = ["dirty", "changed", "changes", "modified", "pending", "touched", "unsaved"];
    label.to_snake_case().split('_').any(|it| WORDS.contains(&it))
}

/// `ping`, `KEEPALIVE`, `event: heartbeat`
fn names_keep_alive(text: &str) -> bool {
    let spelled = text.to_snake_case();
    let words: Vec<&str> = spelled.split('_').collect();
    words.iter().any(|it| matches!(*it, "heartbeat" | "keepalive" | "ping"))
        || words.windows(2).any(|it| it == ["keep", "alive"] || it == ["heart", "beat"])
}
