//! What interval a timer has: every value that its expression can have, folded to one answer.

use super::eval::{Evaluator, Values, number};
use super::program::Program;
use super::value::{At, Env, Value};
use crate::catalog::rows::OffValue;
use crate::facts::{BinaryOp, Expr, ExprId, Origin};

/// Values of one interval that are all named.
const MAX_CHOICES: usize = 4;

/// The interval in ms that a platform takes for none.
const NO_DELAY: f64 = 1.0;

/// The interval of a timer.
#[derive(Debug, Clone, Default)]
pub struct Interval {
    /// The smallest positive value in ms, or 0 when that is all there is; `None` when only
    /// callers or the run time decide.
    pub ms: Option<f64>,
    /// Every positive value in ms, from the smallest on.
    pub choices: Vec<f64>,
    /// Where it came from, in words.
    pub source: String,
    /// Parameters that decide it.
    pub parameters: Vec<Value>,
    /// One of its values turns the timer off.
    pub can_be_off: bool,
    /// All of its values turn the timer off.
    pub always_off: bool,
    /// Nothing is passed for it.
    pub absent: bool,
}

/// How the values of an interval are to be read.
#[derive(Debug, Clone)]
pub struct Reading<'c> {
    /// Milliseconds in one unit.
    pub unit_ms: f64,
    /// Values that turn the timer off.
    pub off: &'c [OffValue],
    /// Interval in ms when none is given.
    pub default_ms: Option<f64>,
}

impl Program {
    /// Folds the interval that an expression gives in a frame.
    pub fn interval(&self, at: At, env: &Env, reading: &Reading<'_>) -> Interval {
        let evaluator = Evaluator::new(self);
        let values = evaluator.eval(at, env);
        let mut interval = self.interval_of(&evaluator, values, at, reading);
        // A wrapper's caller wrote it.
        interval.source = self.interval_source(self.bound_in_frame(at, env).unwrap_or(at), &interval);
        if interval.ms.is_none()
            && let Some(floor) = self.floor_of_rest(at, env)
        {
            // How long it really lasts is told by the moment; the floor alone would say too much.
            interval.source = format!("the time until a moment, at least {floor} ms: {}", self.label(at));
            interval.parameters.clear();
        }
        // The smallest decides how bad it is; the others say when it is not.
        if (2..=MAX_CHOICES).contains(&interval.choices.len()) {
            let choices: Vec<String> = interval.choices.iter().map(f64::to_string).collect();
            interval.source = format!("{}: {} ms", interval.source, choices.join(" or "));
        }
        interval
    }

    /// Folds values to an interval; functions among them are asked for what they return.
    pub fn interval_of(
        &self,
        evaluator: &Evaluator<'_>,
        values: Values,
        at: At,
        reading: &Reading<'_>,
    ) -> Interval {
        let mut known = Values::new();
        for value in values {
            match value {
                Value::Function { .. } => {
                    known.extend(evaluator.call_with(&value, vec![Value::Unknown(at)], at))
                }
                _ => known.push(value),
            }
        }
        let mut interval =
            Interval { absent: known.iter().all(|it| matches!(it, Value::Undefined)), ..Interval::default() };
        let mut open = known.is_empty();
        let mut smallest: Option<f64> = None;
        let mut least = None;
        let mut zero = false;
        let mut off_at_zero = false;
        for value in known {
            if is_off(&value, reading.off) {
                interval.can_be_off = true;
                off_at_zero |= matches!(value, Value::Number(_));
                continue;
            }
            if let Value::Parameter { .. } = value {
                interval.parameters.push(value);
                continue;
            }
            match number(&value).map(|it| it * reading.unit_ms) {
                // What is no length of time (`NaN`, `Infinity`, `-1`) becomes 0.
                Some(ms) if ms > 0.0 && ms.is_finite() => {
                    interval.choices.push(ms);
                    smallest = Some(smallest.map_or(ms, |it: f64| it.min(ms)));
                }
                Some(_) => zero = true,
                None if matches!(value, Value::Undefined | Value::Null) => {
                    // No delay at all (`setInterval(work)`) is only what is left when no other is known.
                    match reading.default_ms.filter(|it| *it > 0.0) {
                        Some(default) if default <= NO_DELAY => least = Some(default),
                        Some(default) => {
                            smallest = Some(smallest.map_or(default, |it: f64| it.min(default)));
                        }
                        None => zero = true,
                    }
                }
                None => open = true,
            }
        }
        interval.choices.sort_by(f64::total_cmp);
        interval.choices.dedup();
        if !open && interval.parameters.is_empty() {
            smallest = smallest.or(least);
        }
        interval.ms = smallest.or((zero && !open && interval.parameters.is_empty()).then_some(0.0));
        if interval.ms.is_none() && off_at_zero && !open && interval.parameters.is_empty() {
            interval.ms = Some(0.0);
        }
        interval.always_off =
            interval.can_be_off && smallest.is_none() && !zero && !open && interval.parameters.is_empty();
        interval
    }

    /// Whether a delay is a power of something that is no constant: `Math.min(1000 * 2 ** round, 30_000)`.
    fn grows(&self, at: At) -> bool {
        let facts = self.facts(at.file);
        let is_open = |exponent: ExprId| {
            let values = Evaluator::new(self).eval(At { expr: exponent, ..at }, &None);
            !matches!(values.as_slice(), [Value::Number(_)])
        };
        facts.parts_of(at.expr).any(|part| match facts.expr(part) {
            Expr::Binary { op: BinaryOp::Power, right, .. } => is_open(*right),
            Expr::Call { callee, args, .. } => {
                matches!(facts.expr(*callee), Expr::Member { name, .. } if name == "pow")
                    && args.get(1).is_some_and(|it| is_open(*it))
            }
            _ => false,
        })
    }

    fn interval_source(&self, at: At, interval: &Interval) -> String {
        let facts = self.facts(at.file);
        let label = self.label(at);
        if self.grows(at) {
            return format!("{label}, which grows with each attempt");
        }
        match facts.expr(at.expr) {
            Expr::Number(_) => format!("literal {label}"),
            Expr::Binary {
                op: BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide,
                ..
            } => {
                format!("arithmetic {label}")
            }
            Expr::Function(_) => "a function that decides after each answer".to_owned(),
            Expr::Conditional { .. } => format!("condition {label}"),
            Expr::Ident { binding, .. } => {
                let origin = binding.and_then(|it| facts.binding(it)).map(|it| it.origin);
                match origin {
                    Some(Origin::Parameter { .. }) if interval.ms.is_some() => {
                        format!("default of parameter {label}")
                    }
                    Some(Origin::Parameter { .. }) => format!("parameter {label}"),
                    Some(Origin::Import(_)) => format!("imported constant {label}"),
                    Some(Origin::Value(value)) if self.grows(At { expr: value, ..at }) => {
                        format!("{label}, which grows with each attempt")
                    }
                    Some(Origin::Value(_)) if interval.ms.is_some() && interval.parameters.is_empty() => {
                        format!("constant {label}")
                    }
                    _ => label,
                }
            }
            _ => label,
        }
    }
}

/// Whether a value turns a timer off.
pub fn is_off(value: &Value, off: &[OffValue]) -> bool {
    off.iter().any(|it| match it {
        OffValue::False => matches!(value, Value::Bool(false)),
        OffValue::True => matches!(value, Value::Bool(true)),
        OffValue::Null => matches!(value, Value::Null),
        OffValue::Undefined => matches!(value, Value::Undefined),
        // A library that rests at 0 asks for a length of time; `NaN` and `Infinity` are none either.
        OffValue::Zero => matches!(value, Value::Number(number) if *number == 0.0 || !number.is_finite()),
    })
}
