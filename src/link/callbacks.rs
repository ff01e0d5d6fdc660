//! Timers that a definition makes of its callers: calls that hand over the work (`interval-hook`)
//! and places that hand over the interval (`interval-param`).

use smol_str::SmolStr;

use super::connected::Component;
use super::eval::{Evaluator, Values};
use super::program::Program;
use super::site::{Site, Work};
use super::value::{Args, At, Env, Frame, FunctionAt, Value};
use crate::catalog::rows::OffValue;
use crate::facts::{Expr, ExprId, PropertyKey};
use crate::source::Span;
use crate::vocabulary::Kind;

/// What a caller hands over, and where it is written.
pub struct Given {
    /// The call or element.
    pub call: At,
    /// The value.
    pub value: At,
    /// The key, argument or attribute.
    pub span: Span,
}

impl Program {
    /// The values that callers give for a parameter.
    pub fn given(&self, function: FunctionAt, index: u32, path: &[SmolStr]) -> Vec<Given> {
        let rest = self
            .facts(function.file)
            .function(function.function)
            .and_then(|it| it.params.get(index as usize))
            .is_some_and(|it| it.rest);
        let (index, path) = match (rest, path.split_first()) {
            (true, Some((first, path))) => match first.parse::<usize>() {
                Ok(extra) => (index as usize + extra, path),
                Err(_) => return Vec::new(),
            },
            (true, None) => return Vec::new(),
            (false, _) => (index as usize, path),
        };
        self.callers(function)
            .iter()
            .filter(|it| !it.is_test)
            .enumerate()
            .take_while(|(at, _)| self.has_room(*at, function.file))
            .filter_map(|(_, caller)| self.given_at(caller.at, index, path))
            .collect()
    }

    /// What one call or element gives.
    pub(super) fn given_at(&self, call: At, index: usize, path: &[SmolStr]) -> Option<Given> {
        let facts = self.facts(call.file);
        match facts.expr(call.expr) {
            Expr::Jsx { .. } => {
                let (value, span) = self.property_at(call, path.first()?, path.get(1..)?, &None)?;
                Some(Given { call, value, span })
            }
            Expr::Call { args, .. } => {
                let arg = At { expr: *args.get(index)?, ..call };
                let (value, span) = match path.split_first() {
                    None => (arg, facts.node(arg.expr).span),
                    Some((first, rest)) => self.inside(arg, first, rest)?,
                };
                Some(Given { call, value, span })
            }
            _ => None,
        }
    }

    /// The property that a path leads to inside what an expression can be.
    fn inside(&self, at: At, first: &SmolStr, rest: &[SmolStr]) -> Option<(At, Span)> {
        Evaluator::new(self).eval(at, &None).into_iter().find_map(|value| match value {
            Value::Object { at, env } => self.property_at(at, first, rest, &env),
            _ => None,
        })
    }

    fn property_at(&self, object: At, key: &SmolStr, rest: &[SmolStr], env: &Env) -> Option<(At, Span)> {
        let facts = self.facts(object.file);
        let properties = match facts.expr(object.expr) {
            Expr::Object(properties) => properties,
            Expr::Jsx { attributes, .. } => attributes,
            _ => return None,
        };
        for property in properties.iter().rev() {
            let value = At { expr: property.value, ..object };
            match &property.key {
                PropertyKey::Name(name) if name == key => {
                    return match rest.split_first() {
                        None => Some((value, property.span)),
                        Some((first, rest)) => self.inside(value, first, rest),
                    };
                }
                PropertyKey::Spread => {
                    let found =
                        Evaluator::new(self).eval(value, env).into_iter().find_map(|value| match value {
                            Value::Object { at, env } if at != object => {
                                self.property_at(at, key, rest, &env)
                            }
                            _ => None,
                        });
                    if found.is_some() {
                        return found;
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The site that a call makes of a definition whose work is a parameter.
    pub fn hooked_sites(&self, definition: &Site, work: &Value) -> Vec<Site> {
        let Value::Parameter { function, index, path } = work else {
            return Vec::new();
        };
        let mut path: Vec<SmolStr> = path.to_vec();
        while path.last().is_some_and(|last| last == "()") {
            path.pop();
        }
        self.given(*function, *index, &path)
            .into_iter()
            .map(|given| {
                let env = self.frame_at(*function, given.call, &None);
                let values = self.handed_work(given.value);
                Site {
                    place: self.place(given.call),
                    kind: Kind::IntervalHook,
                    api: self.callee_label(given.call),
                    anchor: given.call,
                    definition: Some(definition.definition.unwrap_or(definition.anchor)),
                    env,
                    work: Work::Functions(values),
                    // A wrapper's caller pauses it with `null` or `false`.
                    off: vec![OffValue::False, OffValue::Null],
                    self_clearing: true,
                    ..definition.clone()
                }
            })
            .collect()
    }

    /// The work that a caller hands over. `orderService.load.bind(orderService)` is its method.
    fn handed_work(&self, value: At) -> Values {
        let facts = self.facts(value.file);
        let values = Evaluator::new(self).eval(value, &None);
        if !values.iter().all(|it| matches!(it, Value::Parameter { .. } | Value::Unknown(_))) {
            return values;
        }
        let bound = facts.call(value.expr).and_then(|(callee, _)| match facts.expr(callee) {
            Expr::Member { object, name } if name == "bind" => Some(At { expr: *object, ..value }),
            _ => None,
        });
        self.method_by_name(bound.unwrap_or(value)).map_or(values, |it| vec![it])
    }

    /// What callers give for a parameter.
    pub fn given_for(&self, parameter: &Value) -> Vec<Given> {
        match parameter {
            Value::Parameter { function, index, path } if !path.iter().any(|step| step == "()") => {
                self.given(*function, *index, path)
            }
            _ => Vec::new(),
        }
    }

    /// The site at which a caller hands over the interval of a timer, through some functions that
    /// hand it on, innermost first.
    pub fn param_site(
        &self,
        timer: &Site,
        parameter: &Value,
        given: &Given,
        hops: &[(FunctionAt, At)],
    ) -> Site {
        let facts = self.facts(given.call.file);
        let name = match parameter {
            Value::Parameter { path, .. } => path.last().cloned().unwrap_or_default(),
            _ => SmolStr::default(),
        };
        let hops = hops.iter().rev();
        let outer = hops.fold(None, |env, (function, call)| self.frame_at(*function, *call, &env));
        let env = match &timer.env {
            Some(frame) => self.framed_in(frame, &outer),
            None => outer,
        };
        Site {
            place: facts.lines.place(given.call.file, given.span),
            kind: Kind::IntervalParam,
            api: format!("{} {name}", self.callee_label(given.call)).trim_end().to_owned(),
            anchor: given.call,
            definition: Some(timer.definition.unwrap_or(timer.anchor)),
            env,
            self_clearing: true,
            ..timer.clone()
        }
    }

    /// A frame whose outermost caller runs in another frame.
    fn framed_in(&self, frame: &Frame, outer: &Env) -> Env {
        let Args::Call { at, env } = &frame.args else { return outer.clone() };
        let caller = match env {
            Some(inner) => self.framed_in(inner, outer),
            None => outer.clone(),
        };
        let args = Args::Call { at: *at, env: caller.clone() };
        Evaluator::new(self).frame(frame.function, args, frame.this.clone(), &frame.outer, &caller)
    }

    /// Whether a function is a component: capitalised, and used as an element.
    pub fn is_component(&self, function: FunctionAt) -> bool {
        let named = self.names_of(function).iter().any(|name| name.starts_with(char::is_uppercase));
        let facts = self.facts(function.file);
        let renders = || {
            facts.function(function.function).is_some_and(|it| {
                it.returns.iter().any(|returned| matches!(facts.expr(*returned), Expr::Jsx { .. }))
            })
        };
        named
            && (renders()
                || self
                    .callers(function)
                    .iter()
                    .any(|it| matches!(self.facts(it.at.file).expr(it.at.expr), Expr::Jsx { .. })))
    }

    /// What the callers of a function give for a parameter, or templates for a prop, in their own
    /// frames.
    pub fn given_values(&self, parameter: &Value) -> Values {
        let Value::Parameter { function, index, path } = parameter else {
            return Values::new();
        };
        let mut path: Vec<SmolStr> = path.to_vec();
        while path.last().is_some_and(|last| last == "()") {
            path.pop();
        }
        let evaluator = Evaluator::new(self);
        let values: Values = self
            .given(*function, *index, &path)
            .into_iter()
            .flat_map(|given| evaluator.eval(given.value, &None))
            .collect();
        match (values.is_empty(), path.as_slice()) {
            (true, [prop]) if self.is_component(*function) => {
                let supplied = self.connected_prop(&evaluator, Component::Function(*function), prop);
                if supplied.is_empty() { self.template_values(*function, prop) } else { supplied }
            }
            _ => values,
        }
    }

    /// A node id that stands for no expression.
    pub fn nowhere() -> ExprId {
        ExprId(u32::MAX)
    }
}
