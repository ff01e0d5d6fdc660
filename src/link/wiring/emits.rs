//! What code sends: the message types of every sending call, by its name argument or by the tag of
//! the object that it is handed, perhaps serialized, wrapped, or built by a caller.

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::channels::{Sent, Traffic};
use super::flow::TAGS;
use crate::facts::{BinaryOp, Expr, ExprId, Origin, PropertyKey};
use crate::link::eval::Evaluator;
use crate::link::program::Program;
use crate::link::value::{At, Env, Value};
use crate::source::{FileId, Role};

/// Expressions that one sent value is traced back through.
const MAX_STEPS: usize = 400;

/// Callers of callers that a sent value is traced back to.
const MAX_DEPTH: u32 = 8;

/// A message type that some code sends.
#[derive(Debug, Clone)]
pub(super) struct Emitted {
    /// The type.
    pub name: SmolStr,
    /// The place that decides it: the call, or the object that holds the tag.
    pub at: At,
    /// The sending call.
    pub call: At,
    /// It counts only when other code knows the type too: a word, or an object inside a named
    /// event.
    pub weak: bool,
}

/// All that code sends.
#[derive(Debug, Default)]
pub(super) struct Sending {
    /// Message types with their places.
    pub emitted: Vec<Emitted>,
    /// Calls whose type could not be seen: any type may be sent there.
    pub open: Vec<At>,
    /// Calls that send a named event, whose payload may have a type that could not be seen.
    pub open_payloads: Vec<At>,
}

/// Tracing one sent value back to what it was made of.
struct Trace<'p> {
    program: &'p Program,
    call: At,
    seen: FxHashSet<At>,
    found: Vec<Emitted>,
    weak: bool,
    /// Some of what is sent could not be seen.
    unseen: bool,
}

impl Program {
    /// The message types that product code sends.
    pub(super) fn sending(&self, traffic: &Traffic) -> Sending {
        let sent: Vec<&Sent> = traffic
            .sent
            .values()
            .filter(|it| self.file(it.at.file).is_some_and(|it| it.role == Role::Product))
            .collect();
        let found: Vec<Sending> =
            sent.par_iter().map(|it| self.guarded(it.at.file, || self.sent_by(it))).collect();
        let mut sending = Sending::default();
        for one in found {
            sending.emitted.extend(one.emitted);
            sending.open.extend(one.open);
            sending.open_payloads.extend(one.open_payloads);
        }
        sending
    }

    /// The message types of one sending call.
    fn sent_by(&self, sent: &Sent) -> Sending {
        let mut sending = Sending::default();
        for row in &sent.rows {
            if let Some(slot) = &row.name {
                for at in self.slot(sent.at, slot, &None) {
                    self.named(at, sent.at, &mut sending);
                }
                // The payload of a named event may have a type of its own.
                self.payloads_beside(sent.at, slot.argument, &mut sending);
            } else if let Some(slot) = &row.payload {
                for at in self.slot(sent.at, slot, &None) {
                    let (found, unseen) = self.trace(at, sent.at, false);
                    sending.open.extend(unseen.then_some(sent.at));
                    sending.emitted.extend(found);
                }
            } else if let Some(slot) = &row.text {
                for at in self.slot(sent.at, slot, &None) {
                    self.event_lines(at, sent.at, &mut sending);
                }
            }
            if !sending.emitted.is_empty() {
                return sending;
            }
        }
        sending.open.push(sent.at);
        sending
    }

    /// The names that an argument can have, in its own frame or in those of its callers.
    fn named(&self, at: At, call: At, sending: &mut Sending) {
        let mut found = Vec::new();
        self.at_deciding_callers(&[at], call, &mut |env, place| {
            // `io.emit(EVENTS[action])` may send any of several, and no more is known.
            let (names, open) = self.texts(at, env);
            let weak = open && names.len() > 1;
            found.extend(names.into_iter().map(|name| Emitted { name, at: place, call, weak }));
        });
        sending.emitted.extend(found);
    }

    fn payloads_beside(&self, call: At, name: Option<usize>, sending: &mut Sending) {
        let Some((_, args)) = self.facts(call.file).call(call.expr) else {
            return;
        };
        let others: Vec<At> = args
            .iter()
            .enumerate()
            .filter(|(index, _)| Some(*index) != name)
            .map(|(_, arg)| At { expr: *arg, ..call })
            .collect();
        for at in others {
            let (found, unseen) = self.trace(at, call, true);
            sending.open_payloads.extend(unseen.then_some(call));
            sending.emitted.extend(found);
        }
    }

    /// The message types that a sent value can have, and whether it can have others.
    fn trace(&self, at: At, call: At, weak: bool) -> (Vec<Emitted>, bool) {
        let seen = FxHashSet::default();
        let mut trace = Trace { program: self, call, seen, found: Vec::new(), weak, unseen: false };
        trace.back(at, &None, 0);
        (trace.found, trace.unseen)
    }

    /// `event: name` lines of a text, perhaps encoded, or made by a function.
    fn event_lines(&self, at: At, call: At, sending: &mut Sending) {
        let mut waiting = vec![at];
        for _ in 0..MAX_STEPS {
            let Some(at) = waiting.pop() else { return };
            let facts = self.facts(at.file);
            let here = |expr: ExprId| At { expr, ..at };
            match facts.expr(at.expr) {
                Expr::Template(parts) => self.event_lines_of(at.file, parts, call, sending),
                Expr::Text(_) => self.event_lines_of(at.file, &[at.expr], call, sending),
                // `"event: " + name + "\n"`
                Expr::Binary { op: BinaryOp::Add, .. } => {
                    let mut parts = Vec::new();
                    let mut left = vec![at.expr];
                    while let Some(expr) = left.pop().filter(|_| parts.len() < MAX_STEPS) {
                        match facts.expr(expr) {
                            Expr::Binary { op: BinaryOp::Add, left: a, right: b } => left.extend([*b, *a]),
                            Expr::Template(inner) => parts.extend(inner.iter().copied()),
                            _ => parts.push(expr),
                        }
                    }
                    self.event_lines_of(at.file, &parts, call, sending);
                }
                Expr::Call { callee, args, .. } => {
                    for value in Evaluator::new(self).eval(here(*callee), &None) {
                        match value {
                            Value::Function { at: function, .. } => {
                                let declared = self.facts(function.file).function(function.function);
                                let returned = declared.into_iter().flat_map(|it| &it.returns).take(6);
                                waiting.extend(returned.map(|expr| At { file: function.file, expr: *expr }));
                            }
                            // `encoder.encode(text)`
                            _ => waiting.extend(args.first().map(|arg| here(*arg))),
                        }
                    }
                }
                Expr::Ident { binding: Some(binding), .. } => {
                    if let Some(Origin::Value(value)) = facts.binding(*binding).map(|it| it.origin) {
                        waiting.push(here(value));
                    }
                }
                _ => {}
            }
        }
    }

    /// `event: name` lines of the parts of a text, in order.
    fn event_lines_of(&self, file: FileId, parts: &[ExprId], call: At, sending: &mut Sending) {
        let mut awaits_name = false;
        for part in parts {
            let at = At { file, expr: *part };
            let mut add = |name: &str, at: At| {
                let name = name.trim();
                if !name.is_empty() && !name.contains(char::is_whitespace) {
                    sending.emitted.push(Emitted { name: SmolStr::new(name), at, call, weak: false });
                }
            };
            match self.facts(file).expr(*part) {
                Expr::Text(text) => {
                    each_event_line(text, |name| add(name, at));
                    awaits_name = text.trim_end_matches(' ').ends_with("event:");
                }
                _ if awaits_name => {
                    awaits_name = false;
                    self.at_deciding_callers(&[at], at, &mut |env, place| {
                        self.texts(at, env).0.iter().for_each(|name| add(name, place));
                    });
                }
                _ => {}
            }
        }
    }
}

/// The names in the `event:` lines of a text that are whole.
fn each_event_line(text: &str, mut each: impl FnMut(&str)) {
    // Escapes stand in facts as they are written.
    let text = text.replace("\\r", "\n").replace("\\n", "\n");
    for line in text.split(['\n', '\r']) {
        if let Some(name) = line.strip_prefix("event:")
            && !name.trim().is_empty()
        {
            each(name);
        }
    }
}

impl Trace<'_> {
    /// Looks for tagged objects among what an expression is made of.
    fn back(&mut self, at: At, env: &Env, depth: u32) {
        if depth > MAX_DEPTH * 4 || self.seen.len() > MAX_STEPS || !self.seen.insert(at) {
            return;
        }
        let program = self.program;
        let mut seen_through = false;
        for value in Evaluator::new(program).eval(at, env) {
            match &value {
                Value::Object { at: object, env } => {
                    seen_through = true;
                    self.object(*object, env, depth);
                }
                Value::Instance { .. } => {
                    seen_through = true;
                    for tag in TAGS {
                        for text in Evaluator::new(program).member(&value, tag, at) {
                            if let Value::Text(name) = text {
                                self.add(name, at);
                            }
                        }
                    }
                }
                Value::Text(text) => {
                    seen_through = true;
                    self.text(text, at);
                }
                Value::Parameter { function, path, .. } => {
                    seen_through = true;
                    if path.is_empty() && !program.is_inline_callback(*function) {
                        self.callers(&value, depth);
                    } else {
                        let supplies = program.supplied(&value);
                        self.unseen |= supplies.unseen || supplies.found.is_empty();
                        for supply in supplies.found {
                            if let Value::Object { at, env } = supply.value {
                                self.object(at, &env, depth + 1);
                            }
                        }
                    }
                }
                Value::Array { at: list, env } => {
                    if let Expr::Array(parts) = program.facts(list.file).expr(list.expr) {
                        for part in parts {
                            self.back(At { file: list.file, expr: *part }, env, depth + 1);
                        }
                    }
                }
                _ => {}
            }
        }
        if !seen_through {
            let before = self.found.len();
            self.parts(at, env, depth);
            let known =
                matches!(program.facts(at.file).expr(at.expr), Expr::Number(_) | Expr::Null | Expr::Bool(_));
            self.unseen |= self.found.len() == before && !known;
        }
    }

    /// The expressions that a caller hands over for a parameter.
    fn callers(&mut self, parameter: &Value, depth: u32) {
        let Value::Parameter { function, index, .. } = parameter else {
            return;
        };
        let callers = self.program.likely_callers(*function);
        self.unseen |= callers.is_empty();
        for caller in callers.into_iter().take(200) {
            if let Some(argument) = self.program.argument_at(caller, *index as usize) {
                self.back(argument, &None, depth + 1);
            }
        }
    }

    /// What a call, a name or an operator is made of.
    fn parts(&mut self, at: At, env: &Env, depth: u32) {
        let facts = self.program.facts(at.file);
        match facts.expr(at.expr) {
            Expr::Call { args, callee, .. } => {
                let args = args.to_vec();
                let receiver = match facts.expr(*callee) {
                    Expr::Member { object, .. } => Some(*object),
                    _ => None,
                };
                for arg in args.into_iter().chain(receiver) {
                    self.back(At { expr: arg, ..at }, env, depth + 1);
                }
            }
            Expr::Ident { binding: Some(binding), .. } => {
                if let Some(binding) = facts.binding(*binding) {
                    if let Origin::Value(value) = binding.origin {
                        self.back(At { expr: value, ..at }, env, depth + 1);
                    }
                    for value in binding.assigned.iter().take(6) {
                        self.back(At { expr: *value, ..at }, env, depth + 1);
                    }
                }
            }
            Expr::Function(_) | Expr::Class(_) | Expr::Member { .. } => {}
            other => {
                let mut children = Vec::new();
                other.each_child(|child| children.push(child));
                for child in children {
                    self.back(At { expr: child, ..at }, env, depth + 1);
                }
            }
        }
    }

    /// The tag of an object literal; of one without, the tag of what it spreads.
    fn object(&mut self, object: At, env: &Env, depth: u32) {
        let program = self.program;
        let facts = program.facts(object.file);
        let Expr::Object(properties) = facts.expr(object.expr) else {
            return;
        };
        for tag in TAGS {
            let property =
                properties.iter().find(|it| matches!(&it.key, PropertyKey::Name(name) if name == tag));
            let Some(property) = property else { continue };
            let value = At { file: object.file, expr: property.value };
            let before = self.found.len();
            let mut found = Vec::new();
            program.at_deciding_callers(&[value], object, &mut |frame, place| {
                let frame = if frame.is_some() { frame } else { env };
                let (names, _) = program.texts(value, frame);
                found.extend(names.into_iter().map(|name| (name, place)));
            });
            for (name, place) in found {
                self.add(name, place);
            }
            if self.found.len() > before {
                return;
            }
        }
        let inner: Vec<ExprId> = properties
            .iter()
            .filter(|it| matches!(it.key, PropertyKey::Spread) || depth < 2)
            .map(|it| it.value)
            .collect();
        for value in inner {
            let at = At { file: object.file, expr: value };
            if matches!(facts.expr(value), Expr::Object(_) | Expr::Ident { .. } | Expr::Call { .. }) {
                self.back(at, env, depth + 1);
            }
        }
    }

    /// A text that is a serialized message, or a message that is one word.
    fn text(&mut self, text: &str, at: At) {
        if let Ok(serde_json::Value::Object(object)) = serde_json::from_str(text) {
            let tag = TAGS.iter().find_map(|tag| object.get(*tag)?.as_str());
            if let Some(tag) = tag {
                self.add(SmolStr::new(tag), at);
            }
            return;
        }
        let is_word = !text.is_empty() && text.len() <= 64 && !text.contains(char::is_whitespace);
        if is_word {
            let weak = self.weak;
            self.weak = true;
            self.add(SmolStr::new(text), at);
            self.weak = weak;
        }
    }

    fn add(&mut self, name: SmolStr, at: At) {
        let (call, weak) = (self.call, self.weak);
        self.found.push(Emitted { name, at, call, weak });
    }
}
