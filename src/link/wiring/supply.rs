//! What callers supply for a parameter, and what strings an expression can be: the two questions
//! that every part of a message's way asks.

use smol_str::SmolStr;

use crate::facts::{BinaryOp, ExportTarget, Expr, ExprId, Origin};
use crate::link::eval::{Evaluator, Values};
use crate::link::program::Program;
use crate::link::value::{At, Env, FunctionAt, Value};
use crate::source::Role;

/// Callers of callers that are asked.
const MAX_DEPTH: u32 = 5;

/// Parameters that one question asks callers for.
const MAX_ASKED: usize = 40;

/// A parameter that callers are asked for: of which function, which, and the path inside it.
type Asked = (FunctionAt, u32, Vec<SmolStr>);

/// A value that a caller supplies.
#[derive(Debug, Clone)]
pub(super) struct Supply {
    /// The call or element.
    pub caller: At,
    /// What it supplies.
    pub value: Value,
}

/// What callers supply for a parameter.
#[derive(Debug, Clone, Default)]
pub(super) struct Supplies {
    /// Values that are something.
    pub found: Vec<Supply>,
    /// Somebody may supply more: a caller could not be seen, or what one hands over.
    pub unseen: bool,
}

impl Program {
    /// What product callers supply for a parameter, through functions that hand theirs on.
    /// `undefined` and `null` supply nothing.
    pub(super) fn supplied(&self, parameter: &Value) -> Supplies {
        let mut supplies = Supplies::default();
        self.supplied_to(parameter, 0, &mut Vec::new(), &mut supplies);
        supplies
    }

    /// Product calls of a function: those that are seen to call it, and those of a method whose name
    /// is so much its own that a receiver out of sight can only have it from there.
    pub(super) fn likely_callers(&self, function: FunctionAt) -> Vec<At> {
        let seen = self.callers(function);
        let mut calls: Vec<At> = seen.iter().filter(|it| !it.is_test).map(|it| it.at).collect();
        if !calls.is_empty() {
            return calls;
        }
        for name in self.names_of(function).iter().filter(|name| is_distinctive(name)) {
            let files = self.files_mentioning(function.file, name);
            let definitions: usize = files.iter().map(|file| self.definitions_of_name(*file, name)).sum();
            if definitions != 1 {
                continue;
            }
            for file in files {
                let facts = self.facts(file);
                if self.file(file).is_none_or(|it| it.role == Role::Test) {
                    continue;
                }
                for call in &facts.calls {
                    let at = At { file, expr: *call };
                    let Some((callee, _)) = facts.call(*call) else { continue };
                    let named = matches!(facts.expr(callee), Expr::Member { name: read, .. } if read == name);
                    let unseen = named
                        && Evaluator::new(self).eval(At { file, expr: callee }, &None).iter().all(|it| {
                            matches!(
                                it,
                                Value::Unknown(_) | Value::Parameter { .. } | Value::Undefined | Value::Null
                            )
                        });
                    if unseen {
                        calls.push(at);
                    }
                }
            }
        }
        calls
    }

    /// Functions that a file gives a name to: methods, members of objects, declarations.
    fn definitions_of_name(&self, file: crate::source::FileId, name: &str) -> usize {
        let facts = self.facts(file);
        facts.functions.iter().filter(|it| it.name.as_deref() == Some(name)).count()
    }

    /// Whether a file exports a function, or the class that it is a method of.
    fn is_exported(&self, function: FunctionAt) -> bool {
        let facts = self.facts(function.file);
        let declared = facts.function(function.function);
        let class = declared.and_then(|it| it.class);
        let expr = declared.and_then(|it| it.expr);
        let holds = |binding: &crate::facts::Binding| match binding.origin {
            Origin::Function(it) => it == function.function,
            Origin::Class(it) => Some(it) == class,
            Origin::Value(value) => Some(value) == expr,
            _ => false,
        };
        facts.exports.iter().any(|export| match &export.target {
            ExportTarget::Binding(binding) => facts.binding(*binding).is_some_and(holds),
            ExportTarget::Expr(value) => match facts.expr(*value) {
                Expr::Ident { binding: Some(binding), .. } => facts.binding(*binding).is_some_and(holds),
                _ => Some(*value) == expr,
            },
            ExportTarget::From { .. } => false,
        })
    }

    /// Whether code may call a function though no caller of it was found: its name is used as a
    /// value, or a file out of our sight's reach mentions it.
    fn may_be_called_unseen(&self, function: FunctionAt) -> bool {
        if self.is_inline_callback(function) || self.is_option_of_unseen(function) {
            return true;
        }
        let facts = self.facts(function.file);
        let names = self.names_of(function);
        if names.is_empty() {
            return true;
        }
        names.iter().any(|name| {
            let elsewhere = self.mentions_near(function.file, name).into_iter().any(|file| {
                file != function.file && self.file(file).is_some_and(|it| it.role == Role::Product)
            });
            elsewhere
                || facts.nodes.iter().any(|node| match &node.expr {
                    Expr::Ident { name: used, .. } | Expr::Member { name: used, .. } => used == name,
                    _ => false,
                })
        })
    }

    /// `build.query({ onCacheEntryAdded(arg, { updateCachedData }) { … } })`: a member of an object that
    /// is handed to code out of sight.
    fn is_option_of_unseen(&self, function: FunctionAt) -> bool {
        let facts = self.facts(function.file);
        let own = facts.function(function.function).and_then(|it| it.expr);
        let call = own.and_then(|own| facts.call_with_member(own));
        let callee = call.and_then(|call| facts.call(call)).map(|(callee, _)| callee);
        callee.is_some_and(|expr| {
            let callees = Evaluator::new(self).eval(At { file: function.file, expr }, &None);
            !callees.iter().all(|it| matches!(it, Value::Function { .. } | Value::Class(_)))
        })
    }

    fn supplied_to(&self, parameter: &Value, depth: u32, asked: &mut Vec<Asked>, supplies: &mut Supplies) {
        let Value::Parameter { function, index, path } = parameter else {
            return;
        };
        // Code that hands one parameter round in circles, or through very many callers.
        let question = (*function, *index, path.to_vec());
        if asked.contains(&question) {
            return;
        }
        if depth >= MAX_DEPTH || asked.len() >= MAX_ASKED {
            supplies.unseen = true;
            return;
        }
        asked.push(question);
        let evaluator = Evaluator::new(self);
        supplies.unseen |= self.is_published(function.file) && self.is_exported(*function);
        let callers = self.likely_callers(*function);
        if callers.is_empty() {
            supplies.unseen |= self.may_be_called_unseen(*function);
        }
        for (visited, caller) in callers.into_iter().enumerate() {
            if !self.has_room(visited, function.file) {
                supplies.unseen = true;
                break;
            }
            let mut values = self.given_by(caller, *index as usize, *function);
            for step in path.iter().take_while(|step| *step != "()") {
                values = values.iter().flat_map(|it| evaluator.member(it, step, caller)).collect();
            }
            for value in values {
                match &value {
                    Value::Undefined | Value::Null | Value::Bool(_) => {}
                    Value::Parameter { .. } => self.supplied_to(&value, depth + 1, asked, supplies),
                    Value::Unknown(_) => supplies.unseen = true,
                    _ => supplies.found.push(Supply { caller, value }),
                }
            }
        }
    }

    /// The values of an argument of a call, or the props of an element.
    fn given_by(&self, call: At, index: usize, function: FunctionAt) -> Values {
        let facts = self.facts(call.file);
        let rest = self
            .facts(function.file)
            .function(function.function)
            .and_then(|it| it.params.get(index))
            .is_some_and(|it| it.rest);
        match facts.expr(call.expr) {
            Expr::Jsx { .. } if index == 0 => vec![Value::Props { at: call, env: None }],
            Expr::Call { .. } if rest => vec![Value::Array { at: call, env: None }],
            Expr::Call { args, .. } => match args.get(index) {
                Some(arg) => Evaluator::new(self).eval(At { expr: *arg, ..call }, &None),
                None => vec![Value::Undefined],
            },
            _ => Values::new(),
        }
    }

    /// The strings that an expression can be, narrowed by the conditions around it, and whether it
    /// can be something else too.
    pub(super) fn texts(&self, at: At, env: &Env) -> (Vec<SmolStr>, bool) {
        let narrowed = self.narrowed(at);
        if !narrowed.is_empty() {
            return (narrowed, false);
        }
        let mut texts = Vec::new();
        // Some entry of a table: which one, nobody can tell.
        let mut open = self.is_looked_up(at, 0);
        for value in Evaluator::new(self).eval(at, env) {
            match value {
                Value::Text(text) => texts.push(text),
                Value::Undefined | Value::Null => {}
                Value::Parameter { .. } => {
                    let supplies = self.supplied(&value);
                    open |= supplies.unseen || supplies.found.is_empty();
                    for supply in supplies.found {
                        match supply.value {
                            Value::Text(text) => texts.push(text),
                            _ => open = true,
                        }
                    }
                }
                _ => open = true,
            }
        }
        texts.sort_unstable();
        texts.dedup();
        (texts, open)
    }

    /// Whether an expression reads an entry of a table under a key that no code spells out.
    pub(super) fn is_looked_up(&self, at: At, depth: u32) -> bool {
        let facts = self.facts(at.file);
        if depth > 6 {
            return false;
        }
        let part = |expr: ExprId| At { expr, ..at };
        match facts.expr(at.expr) {
            Expr::Index { object, index } => {
                let known = Evaluator::new(self)
                    .eval(part(*index), &None)
                    .iter()
                    .all(|it| matches!(it, Value::Text(_) | Value::Number(_)));
                !known || self.is_looked_up(part(*object), depth + 1)
            }
            Expr::Member { object, .. } => self.is_looked_up(part(*object), depth + 1),
            Expr::Ident { binding: Some(binding), .. } => match facts.binding(*binding).map(|it| it.origin) {
                Some(Origin::Value(value)) => self.is_looked_up(part(value), depth + 1),
                _ => false,
            },
            Expr::Call { callee, .. } => {
                Evaluator::new(self).eval(part(*callee), &None).iter().any(|it| match it {
                    Value::Function { at, .. } => {
                        self.facts(at.file).function(at.function).is_some_and(|declared| {
                            let mut returns = declared.returns.iter();
                            returns.any(|it| self.is_looked_up(At { file: at.file, expr: *it }, depth + 1))
                        })
                    }
                    _ => false,
                })
            }
            _ => false,
        }
    }

    /// The strings that the conditions around an expression leave it: inside
    /// `case "a": case "b":` of `switch (event.name)`, `event.name` is one of the two.
    fn narrowed(&self, at: At) -> Vec<SmolStr> {
        let facts = self.facts(at.file);
        if !matches!(facts.expr(at.expr), Expr::Member { .. } | Expr::Ident { .. }) {
            return Vec::new();
        }
        let shape = self.label(at);
        for guard in facts.guards_of(at.expr).filter(|it| it.holds) {
            let Some(test) = guard.test else { continue };
            let mut texts = Vec::new();
            if self.equal_texts(At { expr: test, ..at }, &shape, &mut texts) && !texts.is_empty() {
                return texts;
            }
        }
        Vec::new()
    }

    /// The strings of `x === "a" || x === "b"`; false when the condition is of another form.
    fn equal_texts(&self, test: At, shape: &str, texts: &mut Vec<SmolStr>) -> bool {
        let facts = self.facts(test.file);
        let part = |expr: ExprId| At { expr, ..test };
        match facts.expr(test.expr) {
            Expr::Binary { op: BinaryOp::Or, left, right } => {
                self.equal_texts(part(*left), shape, texts) && self.equal_texts(part(*right), shape, texts)
            }
            Expr::Binary { op: BinaryOp::Equal, left, right } => {
                let other = if self.label(part(*left)) == shape {
                    *right
                } else if self.label(part(*right)) == shape {
                    *left
                } else {
                    return false;
                };
                for value in Evaluator::new(self).eval(part(other), &None) {
                    let Value::Text(text) = value else {
                        return false;
                    };
                    texts.push(text);
                }
                true
            }
            _ => false,
        }
    }

    /// The functions whose parameters the given expressions wait for: none when they are all known.
    pub(super) fn waits_for(&self, exprs: &[At], env: &Env) -> Option<FunctionAt> {
        exprs.iter().find_map(|at| {
            if !self.narrowed(*at).is_empty() {
                return None;
            }
            let values = Evaluator::new(self).eval(*at, env);
            values.iter().find_map(|value| match value {
                Value::Parameter { function, .. } if !self.is_inline_callback(*function) => Some(*function),
                _ => None,
            })
        })
    }

    /// Runs a question about expressions at every caller that decides them: once as they stand when
    /// nothing waits for a caller, else once in the frame of each caller, with that call.
    pub(super) fn at_deciding_callers(&self, exprs: &[At], place: At, ask: &mut dyn FnMut(&Env, At)) {
        self.deciding(exprs, place, &None, &mut Vec::new(), &mut 0, ask);
    }

    fn deciding(
        &self,
        exprs: &[At],
        place: At,
        env: &Env,
        inside: &mut Vec<FunctionAt>,
        places: &mut usize,
        ask: &mut dyn FnMut(&Env, At),
    ) {
        let waits = self.waits_for(exprs, env);
        let deeper = inside.len() < MAX_DEPTH as usize && self.has_room(*places, place.file);
        let Some(function) = waits.filter(|it| deeper && !inside.contains(it)) else {
            *places += 1;
            ask(env, place);
            return;
        };
        let mut any = false;
        inside.push(function);
        for caller in self.likely_callers(function) {
            if !self.has_room(*places, place.file) {
                break;
            }
            any = true;
            let outer = self.frame_at(function, caller, &None);
            // The innermost function runs in the frame of the one that decides.
            let inner = match env {
                None => outer,
                Some(frame) => self.reframed(frame, &outer),
            };
            self.deciding(exprs, caller, &inner, inside, places, ask);
        }
        inside.pop();
        if !any {
            *places += 1;
            ask(env, place);
        }
    }

    /// A frame whose caller runs in another frame.
    fn reframed(&self, frame: &crate::link::value::Frame, outer: &Env) -> Env {
        match &frame.args {
            crate::link::value::Args::Call { at, .. } => self.frame_at(frame.function, *at, outer),
            crate::link::value::Args::Values(_) => outer.clone(),
        }
    }
}

/// Whether a name is made of several words and long enough to be one thing's own.
fn is_distinctive(name: &str) -> bool {
    name.len() >= 10 && name.chars().skip(1).any(char::is_uppercase) && name.starts_with(char::is_lowercase)
}
