//! What calls give: functions, library rows, stores, conversions of the language.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::catalog::rows::Gives;
use crate::facts::{BinaryOp, Expr, ExprId};
use crate::link::value::{Args, At, Env, Frame, FunctionAt, Value};

use super::{Evaluator, MAX_FRAMES, Values, merge, number};

impl Evaluator<'_> {
    /// A new frame, unless too many are running or the function is running already.
    pub fn frame(
        &self,
        function: FunctionAt,
        args: Args,
        this: Option<Value>,
        outer: &Env,
        caller: &Env,
    ) -> Env {
        let depth = caller.as_ref().map_or(0, |frame| frame.depth) + 1;
        if depth > MAX_FRAMES {
            return outer.clone();
        }
        Some(Arc::new(Frame { function, args, this, outer: outer.clone(), depth }))
    }

    pub(super) fn call_expr(&self, at: At, callee: ExprId, construct: bool, env: &Env) -> Values {
        let facts = self.facts(at.file);
        if let Some(folded) = self.fold_builtin(at, callee, env) {
            return folded;
        }
        if let Some(found) = self.found_by_class(at, callee, env) {
            return found;
        }
        let mut values = Values::new();
        for callee in self.eval(At { expr: callee, ..at }, env) {
            merge(&mut values, self.call(&callee, at, construct, env));
        }
        // `f.bind(this)` gives `f`, `items.map(f)` a list: members of functions are handled by `member`.
        if let Expr::Member { name, .. } = facts.expr(callee)
            && name == "bind"
        {
            return self.eval(At { expr: callee, ..at }, env);
        }
        values
    }

    /// `extensions.find((it) => it instanceof Redis)`: an instance of that class, whatever the list.
    fn found_by_class(&self, at: At, callee: ExprId, env: &Env) -> Option<Values> {
        let facts = self.facts(at.file);
        let Expr::Member { name, .. } = facts.expr(callee) else {
            return None;
        };
        let (_, [test]) = facts.call(at.expr)? else {
            return None;
        };
        let Expr::Function(function) = facts.expr(*test) else {
            return None;
        };
        let [returned] = facts.function(*function)?.returns.as_slice() else {
            return None;
        };
        let Expr::Binary { op: BinaryOp::InstanceOf, right, .. } = facts.expr(*returned) else {
            return None;
        };
        let classes = self.eval(At { expr: *right, ..at }, env).into_iter();
        let instances: Values = classes
            .filter_map(|it| match it {
                Value::Class(class) => Some(Value::Instance { class, made: None }),
                _ => None,
            })
            .collect();
        (["find", "findLast"].contains(&name.as_str()) && !instances.is_empty()).then_some(instances)
    }

    /// Number conversions and clamps of the language.
    pub(super) fn fold_builtin(&self, at: At, callee: ExprId, env: &Env) -> Option<Values> {
        let facts = self.facts(at.file);
        let (_, args) = facts.call(at.expr)?;
        let name = match facts.expr(callee) {
            Expr::Ident { name, binding: None } => name.as_str(),
            Expr::Member { object, name } => match facts.expr(*object) {
                Expr::Ident { name: object, binding: None } if object == "Math" || object == "Number" => {
                    name.as_str()
                }
                _ => return None,
            },
            _ => return None,
        };
        let first = || args.first().map(|arg| self.eval(At { expr: *arg, ..at }, env)).unwrap_or_default();
        let each = |change: fn(f64) -> f64| {
            first()
                .into_iter()
                .map(|value| match number(&value) {
                    Some(number) => Value::Number(change(number)),
                    // `Number('often')`
                    None if matches!(&value, Value::Text(text) if !starts_as_number(text)) => {
                        Value::Number(f64::NAN)
                    }
                    None if matches!(value, Value::Parameter { .. } | Value::Undefined) => value,
                    None => Value::Unknown(at),
                })
                .collect()
        };
        Some(match name {
            "Number" | "parseInt" | "parseFloat" => each(|it| it),
            "round" => each(f64::round),
            "floor" | "trunc" => each(f64::floor),
            "ceil" => each(f64::ceil),
            "abs" => each(f64::abs),
            "pow" => match args {
                [_, exponent] => self.arithmetic(
                    at,
                    BinaryOp::Power,
                    &first(),
                    &self.eval(At { expr: *exponent, ..at }, env),
                ),
                _ => vec![Value::Unknown(at)],
            },
            "max" | "min" => {
                let larger = name == "max";
                let mut best: Values = Vec::new();
                for (position, arg) in args.iter().enumerate() {
                    let values = match facts.expr(*arg) {
                        Expr::Spread(list) => self.items_made(At { expr: *list, ..at }, env),
                        _ => self.eval(At { expr: *arg, ..at }, env),
                    };
                    if position == 0 {
                        best = values;
                        continue;
                    }
                    let mut next = Values::new();
                    for a in &best {
                        for b in &values {
                            let value = match (number(a), number(b)) {
                                (Some(a), Some(b)) => Value::Number(if larger { a.max(b) } else { a.min(b) }),
                                // The bound of a clamp alone says nothing of the interval.
                                (None, _) => a.clone(),
                                (_, None) => b.clone(),
                            };
                            merge(&mut next, vec![value]);
                        }
                    }
                    best = next;
                }
                best
            }
            "Boolean" => first()
                .iter()
                .map(|it| it.is_falsy().map_or(Value::Unknown(at), |falsy| Value::Bool(!falsy)))
                .collect(),
            _ => return None,
        })
    }

    /// What a list holds that is made item by item: `orders.map((order) => pace(order.kind))`.
    fn items_made(&self, list: At, env: &Env) -> Values {
        let facts = self.facts(list.file);
        let Some((callee, [make, ..])) = facts.call(list.expr) else {
            return vec![Value::Unknown(list)];
        };
        if !matches!(facts.expr(callee), Expr::Member { name, .. } if name == "map") {
            return vec![Value::Unknown(list)];
        }
        let makers = self.eval(At { expr: *make, ..list }, env);
        makers.iter().flat_map(|it| self.call_with(it, vec![Value::Unknown(list)], list)).collect()
    }

    /// Every value that calling a value gives, at a call expression.
    pub fn call(&self, callee: &Value, at: At, construct: bool, env: &Env) -> Values {
        match callee {
            Value::Function { at: function, env: outer, this } if construct => {
                let _ = (outer, this);
                vec![Value::Built(*function)]
            }
            Value::Function { at: function, env: outer, this } => {
                let this = this.as_deref().cloned();
                let frame = self.frame(*function, Args::Call { at, env: env.clone() }, this, outer, env);
                self.call_function(callee, frame, at)
            }
            Value::Class(class) => vec![Value::Instance { class: *class, made: Some((at, env.clone())) }],
            Value::Library { package, symbol, .. } => self.call_library(package, symbol, at, env),
            Value::Made { gives: Gives::Store, at: made, env: store_env, argument, package, symbol } => {
                let set = Value::Library {
                    package: package.clone(),
                    symbol: format_smolstr!("{symbol}().setState"),
                    call: Some((*made, store_env.clone())),
                };
                let state = self.store_state(*made, store_env, *argument, set, at);
                let selector = self.facts(at.file).call(at.expr).and_then(|(_, args)| args.first().copied());
                match selector {
                    Some(selector) => self
                        .eval(At { expr: selector, ..at }, env)
                        .iter()
                        .filter(|it| matches!(it, Value::Function { .. }))
                        .flat_map(|selector| self.call_with(selector, state.clone(), at))
                        .collect(),
                    None => state,
                }
            }
            Value::Made { package, symbol, .. } => vec![Value::Library {
                package: package.clone(),
                symbol: format_smolstr!("{symbol}()()"),
                call: Some((at, env.clone())),
            }],
            Value::Parameter { function, index, path } if path.len() < 8 => {
                let mut longer = path.to_vec();
                longer.push(SmolStr::new_static("()"));
                vec![Value::Parameter { function: *function, index: *index, path: longer.into() }]
            }
            _ => vec![Value::Unknown(at)],
        }
    }

    /// Calls a value with arguments that the analysis supplies.
    pub fn call_with(&self, callee: &Value, args: Values, at: At) -> Values {
        match callee {
            Value::Function { at: function, env, this } => {
                let frame = self.frame(*function, Args::Values(args), this.as_deref().cloned(), env, env);
                self.call_function(callee, frame, at)
            }
            Value::Parameter { function, index, path } if path.len() < 8 => {
                let mut longer = path.to_vec();
                longer.push(SmolStr::new_static("()"));
                vec![Value::Parameter { function: *function, index: *index, path: longer.into() }]
            }
            _ => vec![Value::Unknown(at)],
        }
    }

    pub(super) fn call_function(&self, callee: &Value, frame: Env, at: At) -> Values {
        let Value::Function { at: function, env, .. } = callee else {
            return vec![Value::Unknown(at)];
        };
        let facts = self.facts(function.file);
        let Some(declared) = facts.function(function.function) else {
            return vec![Value::Unknown(at)];
        };
        if declared.is_generator {
            return vec![Value::Unknown(at)];
        }
        let inner = frame.or_else(|| env.clone());
        if declared.returns.is_empty() {
            return vec![Value::Undefined];
        }
        let mut values = Values::new();
        for returned in declared.returns.iter().take(12) {
            merge(&mut values, self.eval(At { file: function.file, expr: *returned }, &inner));
        }
        values
    }

    pub(super) fn call_library(&self, package: &SmolStr, symbol: &SmolStr, at: At, env: &Env) -> Values {
        let facts = self.facts(at.file);
        let name = if symbol.is_empty() { "default" } else { symbol };
        let given = facts.call(at.expr).map_or(0, |(_, args)| args.len());
        // `create<State>()((set) => …)`: the first call only fixes the type.
        let is_whole = |gives: Gives, argument: usize| gives != Gives::Store || argument < given;
        let row = self.program.catalog().returns(package, name);
        let Some(row) = row.filter(|row| is_whole(row.gives, row.argument)) else {
            if symbol.len() > 200 {
                return vec![Value::Unknown(at)];
            }
            return vec![Value::Library {
                package: package.clone(),
                symbol: format_smolstr!("{name}()"),
                call: Some((at, env.clone())),
            }];
        };
        let argument = facts.call(at.expr).and_then(|(_, args)| args.get(row.argument).copied());
        let argument_values = || -> Values {
            let Some(argument) = argument else {
                return vec![Value::Undefined];
            };
            let mut values = self.eval(At { expr: argument, ..at }, env);
            if let Some(option) = &row.option {
                for key in option.split('.') {
                    values = values.iter().flat_map(|value| self.member(value, key, at)).collect();
                }
            }
            values
        };
        match row.gives {
            Gives::Argument => match row.times {
                None => argument_values(),
                Some(times) => {
                    self.arithmetic(at, BinaryOp::Multiply, &argument_values(), &[Value::Number(times)])
                }
            },
            Gives::Call => {
                argument_values().iter().flat_map(|value| self.call_with(value, Vec::new(), at)).collect()
            }
            Gives::Lazy => argument_values()
                .iter()
                .flat_map(|value| match value {
                    Value::Function { .. } => self.call_with(value, Vec::new(), at),
                    _ => vec![value.clone()],
                })
                .flat_map(|value| match value {
                    Value::Module(file) => self.export(file, "default", at),
                    _ => vec![value],
                })
                .collect(),
            Gives::ContextValue => {
                self.program.context_values(self, argument.map(|expr| At { expr, ..at }), env)
            }
            Gives::Selected => {
                let selected = self.selected(argument.map(|expr| At { expr, ..at }), env);
                if selected.is_empty() {
                    // What a store holds is seen only where the store is.
                    return vec![Value::Library {
                        package: package.clone(),
                        symbol: format_smolstr!("{name}()"),
                        call: Some((at, env.clone())),
                    }];
                }
                selected
            }
            gives @ (Gives::Ref | Gives::State | Gives::Store | Gives::Runner | Gives::Context) => {
                vec![Value::Made {
                    gives,
                    argument: row.argument,
                    at,
                    env: env.clone(),
                    package: package.clone(),
                    symbol: symbol.clone(),
                }]
            }
        }
    }

    /// The state object of a store: what calling its initializer gives. `set`: what that is given first, to
    /// change the state with.
    pub(super) fn store_state(&self, made: At, env: &Env, argument: usize, set: Value, at: At) -> Values {
        let Some((_, args)) = self.facts(made.file).call(made.expr) else {
            return vec![Value::Unknown(at)];
        };
        let Some(initial) = args.get(argument) else {
            return vec![Value::Unknown(at)];
        };
        self.eval(At { file: made.file, expr: *initial }, env)
            .iter()
            .flat_map(|value| match value {
                Value::Function { .. } => self.call_with(value, vec![set.clone()], at),
                _ => vec![value.clone()],
            })
            .collect()
    }

    /// The function that calling a runner (`createAsyncThunk`) runs.
    pub fn runner(&self, made: At, env: &Env, argument: usize) -> Values {
        match self.facts(made.file).call(made.expr).and_then(|(_, args)| args.get(argument)) {
            Some(function) => self.eval(At { file: made.file, expr: *function }, env),
            None => Values::new(),
        }
    }
}

/// Whether `parseInt` reads anything in a text: `'30s'` is 30 to it.
fn starts_as_number(text: &str) -> bool {
    text.trim_start().trim_start_matches(['+', '-', '.']).starts_with(|it: char| it.is_ascii_digit())
        || text.trim().is_empty()
}
