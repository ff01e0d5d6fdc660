//! What an expression can be: a demand-driven evaluator that follows names through scopes, files,
//! calls, classes and destructuring, and gives every value that it sees.
//!
//! It is cautious: where sight is lost the answer holds [`Value::Unknown`] or
//! [`Value::Parameter`], never a guess. Work is bounded by `limits.steps` of the config and by
//! [`MAX_DEPTH`].

mod calls;
mod handed;
mod members;
mod names;
mod reducers;

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::facts::{BinaryOp, Expr, ExprId, FileFacts, Origin, UnaryOp};
use crate::link::program::Program;
use crate::link::value::{At, ClassAt, Env, FunctionAt, Value};
use crate::source::FileId;

/// Nested questions that one question may ask.
const MAX_DEPTH: u32 = 60;

/// Running functions that one question may stand in.
const MAX_FRAMES: u32 = 10;

/// Values that one expression may have before the rest is dropped.
const MAX_VALUES: usize = 24;

/// Steps from a number back to the chance that it is made of.
const MAX_CHANCE: u32 = 6;

/// Every value that an expression was seen to have.
pub type Values = Vec<Value>;

/// One question to the program, with its budget.
pub struct Evaluator<'p> {
    pub(super) program: &'p Program,
    steps: Cell<u32>,
    depth: Cell<u32>,
    /// A limit was reached, and values were dropped.
    is_cut: Cell<bool>,
    /// Expressions that are being evaluated, to end circles.
    running: RefCell<Vec<(At, usize)>>,
}

/// Identity of a frame, to tell two runs of one expression apart.
fn frame_id(env: &Env) -> usize {
    env.as_ref().map_or(0, |frame| Arc::as_ptr(frame).addr())
}

/// Adds values that are not there yet, by a cheap comparison.
fn merge(into: &mut Values, more: Values) {
    for value in more {
        if into.len() >= MAX_VALUES {
            return;
        }
        let known = into.iter().any(|other| match (other, &value) {
            (Value::Number(a), Value::Number(b)) => a == b || (a.is_nan() && b.is_nan()),
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Null, Value::Null) | (Value::Undefined, Value::Undefined) => true,
            (Value::Unknown(a), Value::Unknown(b)) => a == b,
            (
                Value::Parameter { function: f, index: i, path: p },
                Value::Parameter { function: g, index: j, path: q },
            ) => f == g && i == j && p == q,
            _ => false,
        });
        if !known {
            into.push(value);
        }
    }
}

/// A question that is being asked; leaving it takes it off the list again.
struct Asking<'e> {
    running: &'e RefCell<Vec<(At, usize)>>,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.running.borrow_mut().pop();
    }
}

impl<'p> Evaluator<'p> {
    /// A new question.
    pub fn new(program: &'p Program) -> Self {
        Self {
            program,
            steps: Cell::new(0),
            depth: Cell::new(0),
            is_cut: Cell::new(false),
            running: RefCell::new(Vec::new()),
        }
    }

    /// Enters a question that must not be asked inside itself; `None` when it is being asked already.
    fn once(&self, at: At, env: &Env) -> Option<Asking<'_>> {
        let key = (at, frame_id(env));
        if self.running.borrow().contains(&key) {
            return None;
        }
        self.running.borrow_mut().push(key);
        Some(Asking { running: &self.running })
    }

    /// Whether the question has taken all its steps.
    pub fn is_spent(&self) -> bool {
        let spent = self.steps.get() >= self.program.work().steps;
        if spent {
            self.is_cut.set(true);
        }
        spent
    }

    /// Whether there may be values that no answer so far holds, because there was a limit.
    pub fn is_cut(&self) -> bool {
        self.is_cut.get()
    }

    fn facts(&self, file: FileId) -> &'p FileFacts {
        self.program.facts(file)
    }

    /// Every value of an expression in a frame.
    pub fn eval(&self, at: At, env: &Env) -> Values {
        let key = (at, frame_id(env));
        if self.is_spent() || self.depth.get() >= MAX_DEPTH || self.running.borrow().contains(&key) {
            return vec![Value::Unknown(at)];
        }
        self.steps.set(self.steps.get() + 1);
        self.depth.set(self.depth.get() + 1);
        self.running.borrow_mut().push(key);
        let values = self.eval_inside(at, env);
        if values.len() >= MAX_VALUES {
            self.is_cut.set(true);
        }
        self.running.borrow_mut().pop();
        self.depth.set(self.depth.get() - 1);
        values
    }

    fn eval_inside(&self, at: At, env: &Env) -> Values {
        let facts = self.facts(at.file);
        let part = |expr: ExprId| self.eval(At { expr, ..at }, env);
        match facts.expr(at.expr) {
            Expr::Number(number) => vec![Value::Number(*number)],
            Expr::Text(text) => vec![Value::Text(text.clone())],
            Expr::Bool(value) => vec![Value::Bool(*value)],
            Expr::Null => vec![Value::Null],
            Expr::Undefined => vec![Value::Undefined],
            Expr::Ident { name, binding: None } => vec![self.global(name)],
            Expr::Ident { binding: Some(binding), .. } => self.binding(at.file, *binding, env, Some(at.expr)),
            Expr::This => self.this(at, env),
            Expr::Function(function) => {
                vec![Value::Function {
                    at: FunctionAt { file: at.file, function: *function },
                    env: env.clone(),
                    this: None,
                }]
            }
            Expr::Class(class) => vec![Value::Class(ClassAt { file: at.file, class: *class })],
            Expr::Object(_) => vec![Value::Object { at, env: env.clone() }],
            Expr::Array(_) => vec![Value::Array { at, env: env.clone() }],
            Expr::Await(value) | Expr::Assign { value, .. } => part(*value),
            Expr::Sequence(parts) => parts.last().map(|last| part(*last)).unwrap_or_default(),
            Expr::Conditional { test, yes, no } => self.conditional(at, *test, *yes, *no, env),
            Expr::Binary { op, left, right } => self.binary(at, *op, *left, *right, env),
            Expr::Unary { op, value } => self.unary(at, *op, *value, env),
            Expr::Member { object, name } => self.member_expr(at, *object, name, env),
            Expr::Index { object, index } => self.index_expr(at, *object, *index, env),
            Expr::Call { callee, construct, .. } => self.call_expr(at, *callee, *construct, env),
            Expr::ImportCall(specifier) => match facts.expr(*specifier) {
                Expr::Text(specifier) => self.module(at, specifier),
                _ => vec![Value::Unknown(at)],
            },
            Expr::Super => self.base_class(at),
            Expr::Template(_)
            | Expr::Spread(_)
            | Expr::Yield(_)
            | Expr::Jsx { .. }
            | Expr::Opaque
            | Expr::Unseen => {
                vec![Value::Unknown(at)]
            }
        }
    }

    /// What the class around an expression extends.
    fn base_class(&self, at: At) -> Values {
        let facts = self.facts(at.file);
        let class = self.program.class_around(at.file, at.expr).and_then(|it| facts.classes.get(it.index()));
        match class.and_then(|it| it.extends) {
            Some(base) => self.eval(At { expr: base, ..at }, &None),
            None => vec![Value::Unknown(at)],
        }
    }

    fn global(&self, name: &str) -> Value {
        let symbol = match name {
            "window" | "self" | "globalThis" | "global" | "top" => SmolStr::default(),
            "NaN" => return Value::Number(f64::NAN),
            "Infinity" => return Value::Number(f64::INFINITY),
            _ => SmolStr::new(name),
        };
        Value::Library { package: SmolStr::new_static("global"), symbol, call: None }
    }

    fn conditional(&self, at: At, test: ExprId, yes: ExprId, no: ExprId, env: &Env) -> Values {
        match self.truth(At { expr: test, ..at }, env) {
            Some(true) => self.eval(At { expr: yes, ..at }, env),
            Some(false) => self.eval(At { expr: no, ..at }, env),
            None => {
                let mut values = Values::new();
                for arm in [yes, no] {
                    if !self.is_late(at.file, test, arm, if arm == yes { no } else { yes }) {
                        merge(&mut values, self.eval(At { expr: arm, ..at }, env));
                    }
                }
                values
            }
        }
    }

    /// Whether an arm is for who comes late: `taken > period ? 1 : period` waits as long as the period, or not at
    /// all once that is over.
    fn is_late(&self, file: FileId, test: ExprId, arm: ExprId, other: ExprId) -> bool {
        let facts = self.facts(file);
        let name = |expr: ExprId| match facts.expr(expr) {
            Expr::Ident { binding: Some(binding), .. } => Some(*binding),
            _ => None,
        };
        let at_once = matches!(facts.expr(arm), Expr::Number(number) if (0.0..=1.0).contains(number));
        match facts.expr(test) {
            Expr::Binary { op, left, right } if at_once && op.is_order() => {
                name(other).is_some_and(|it| name(*left) == Some(it) || name(*right) == Some(it))
            }
            _ => false,
        }
    }

    /// Whether a condition always holds, never holds, or cannot be told.
    pub fn truth(&self, at: At, env: &Env) -> Option<bool> {
        match self.facts(at.file).expr(at.expr) {
            Expr::Binary { op: op @ (BinaryOp::Equal | BinaryOp::NotEqual), left, right } => {
                let left = self.eval(At { expr: *left, ..at }, env);
                let right = self.eval(At { expr: *right, ..at }, env);
                let equal = equal(left.first()?, right.first()?)?;
                let same = |a: &Value| right.iter().all(|b| self::equal(a, b) == Some(equal));
                left.iter().all(same).then_some(equal == (*op == BinaryOp::Equal))
            }
            Expr::Binary { op: BinaryOp::InstanceOf | BinaryOp::Other, .. } => None,
            Expr::Binary { op, .. } if op.is_order() => None,
            _ => {
                let values = self.eval(at, env);
                let first = values.first()?.is_falsy()?;
                values.iter().all(|value| value.is_falsy() == Some(first)).then_some(!first)
            }
        }
    }

    fn binary(&self, at: At, op: BinaryOp, left: ExprId, right: ExprId, env: &Env) -> Values {
        let part = |expr: ExprId| self.eval(At { expr, ..at }, env);
        match op {
            BinaryOp::And => {
                let mut values = part(right);
                let left = part(left);
                if left.iter().any(|value| value.is_falsy() != Some(false)) {
                    merge(
                        &mut values,
                        left.into_iter().filter(|value| value.is_falsy() == Some(true)).collect(),
                    );
                    if values.iter().all(|value| value.is_falsy() != Some(true)) {
                        merge(&mut values, vec![Value::Bool(false)]);
                    }
                }
                values
            }
            BinaryOp::Or | BinaryOp::Nullish => {
                let is_replaced = |value: &Value| match op {
                    BinaryOp::Or => value.is_falsy(),
                    _ => value.is_nullish(),
                };
                let left = part(left);
                let is_there =
                    |value: &Value| is_replaced(value) == Some(false) && !self.may_be_missing(value);
                let decided = !left.is_empty() && left.iter().all(is_there);
                let mut values: Values =
                    left.into_iter().filter(|value| is_replaced(value) != Some(true)).collect();
                if !decided {
                    merge(&mut values, part(right));
                }
                values
            }
            BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Remainder
            | BinaryOp::Power => {
                // `PAUSE + Math.random() * 5_000` is the pause, or a little more.
                if op == BinaryOp::Add {
                    for (random, rest) in [(left, right), (right, left)] {
                        if self.is_random(at.file, random, 0) {
                            return part(rest);
                        }
                    }
                }
                self.arithmetic(at, op, &part(left), &part(right))
            }
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::AtMost
            | BinaryOp::More
            | BinaryOp::AtLeast
            | BinaryOp::InstanceOf
            | BinaryOp::Other => {
                vec![Value::Unknown(at)]
            }
        }
    }

    /// Whether a number is a share of chance: `Math.random()`, perhaps scaled, rounded, or under a name.
    fn is_random(&self, file: FileId, expr: ExprId, depth: u32) -> bool {
        let facts = self.facts(file);
        if depth > MAX_CHANCE {
            return false;
        }
        match facts.expr(expr) {
            Expr::Call { callee, args, .. } => match facts.expr(*callee) {
                Expr::Member { object, name } => {
                    let of_math =
                        matches!(facts.expr(*object), Expr::Ident { name, binding: None } if name == "Math");
                    let rounds = matches!(name.as_str(), "floor" | "round" | "ceil" | "trunc");
                    of_math
                        && (name == "random"
                            || (rounds
                                && args.first().is_some_and(|it| self.is_random(file, *it, depth + 1))))
                }
                _ => false,
            },
            Expr::Binary { op: BinaryOp::Multiply, left, right } => {
                self.is_random(file, *left, depth + 1) || self.is_random(file, *right, depth + 1)
            }
            Expr::Ident { binding: Some(binding), .. } => facts.binding(*binding).is_some_and(|it| {
                let plain = it.path.is_empty() && it.assigned.is_empty();
                matches!(it.origin, Origin::Value(value) if plain && self.is_random(file, value, depth + 1))
            }),
            _ => false,
        }
    }

    /// A global that the platform does not have is one of the program's own: `globalThis.prisma ??
    /// new PrismaClient()`.
    fn may_be_missing(&self, value: &Value) -> bool {
        let Value::Library { package, symbol, call: None } = value else { return false };
        let catalog = self.program.catalog();
        package == "global"
            && catalog.effect(package, symbol).is_none()
            && catalog.returns(package, symbol).is_none()
            && catalog.once(package, symbol).is_none()
            && catalog.timers(package, symbol).is_empty()
    }

    fn arithmetic(&self, at: At, op: BinaryOp, left: &[Value], right: &[Value]) -> Values {
        let mut values = Values::new();
        for a in left {
            for b in right {
                let of = |value: &Value| if op == BinaryOp::Add { number(value) } else { coerced(value) };
                let value = match (of(a), of(b)) {
                    (Some(a), Some(b)) => Value::Number(match op {
                        BinaryOp::Add => a + b,
                        BinaryOp::Subtract => a - b,
                        BinaryOp::Multiply => a * b,
                        BinaryOp::Divide => a / b,
                        BinaryOp::Remainder => a % b,
                        _ => a.powf(b),
                    }),
                    // A scaled parameter is still the caller's choice.
                    _ => match (a, b) {
                        (Value::Parameter { .. }, _) => a.clone(),
                        (_, Value::Parameter { .. }) => b.clone(),
                        _ => Value::Unknown(at),
                    },
                };
                merge(&mut values, vec![value]);
            }
        }
        values
    }

    fn unary(&self, at: At, op: UnaryOp, value: ExprId, env: &Env) -> Values {
        let values = self.eval(At { expr: value, ..at }, env);
        values
            .into_iter()
            .map(|value| match op {
                UnaryOp::Not => value.is_falsy().map_or(Value::Unknown(at), Value::Bool),
                UnaryOp::Minus => number(&value).map_or(Value::Unknown(at), |it| Value::Number(-it)),
                UnaryOp::Plus => match value {
                    Value::Parameter { .. } => value,
                    _ => number(&value).map_or(Value::Unknown(at), Value::Number),
                },
                UnaryOp::Update => value,
                UnaryOp::Delete | UnaryOp::Other => Value::Unknown(at),
            })
            .collect()
    }
}

fn builtin(object: &str, name: &str) -> Values {
    vec![Value::Library {
        package: SmolStr::new_static("global"),
        symbol: format_smolstr!("{object}.prototype.{name}"),
        call: None,
    }]
}

/// Whether two values are equal, strictly or loosely. `None`: not known, or the two ways differ.
fn equal(a: &Value, b: &Value) -> Option<bool> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Some(a == b),
        (Value::Text(a), Value::Text(b)) => Some(a == b),
        (Value::Bool(a), Value::Bool(b)) => Some(a == b),
        (Value::Null, Value::Null) | (Value::Undefined, Value::Undefined) => Some(true),
        (Value::Null | Value::Undefined, other) | (other, Value::Null | Value::Undefined) => {
            (other.is_nullish() == Some(false)).then_some(false)
        }
        _ => None,
    }
}

/// A value as `-`, `*` and `/` take it: a text that is no number becomes `NaN`, as the language does.
/// A member that was not seen may still be there, so that `undefined` stays what it is.
fn coerced(value: &Value) -> Option<f64> {
    match value {
        Value::Text(text) if text.trim().is_empty() => Some(0.0),
        Value::Text(_) => number(value).or(Some(f64::NAN)),
        _ => number(value),
    }
}

/// A value as a number; numeric strings are coerced.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Text(text) => text.trim().parse().ok(),
        Value::Library { package, symbol, call: None } if package == "global" => match symbol.as_str() {
            "Number.NaN" => Some(f64::NAN),
            "Number.POSITIVE_INFINITY" => Some(f64::INFINITY),
            "Number.MAX_SAFE_INTEGER" => Some(9_007_199_254_740_991.0),
            _ => None,
        },
        _ => None,
    }
}
