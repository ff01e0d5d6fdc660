//! What an expression can be: a demand-driven evaluator that follows names through scopes, files,
//! calls, classes and destructuring, and gives every value that it sees.
//!
//! It is cautious: where sight is lost the answer holds [`Value::Unknown`] or
//! [`Value::Parameter`], never a guess. Work is bounded by [`MAX_STEPS`] and [`MAX_DEPTH`].

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::program::Program;
use super::value::{Args, At, ClassAt, Env, Frame, FunctionAt, Value};
use crate::catalog::rows::Gives;
use crate::facts::{
    BinaryOp, Binding, BindingId, Expr, ExprId, FileFacts, FunctionId, FunctionKind, Import, ImportedName,
    MemberKind, Origin, PathKey, Property, PropertyKey, UnaryOp,
};
use crate::source::FileId;

/// Expressions that one question may look at.
const MAX_STEPS: u32 = 4_000;

/// Nested questions that one question may ask.
const MAX_DEPTH: u32 = 60;

/// Running functions that one question may stand in.
const MAX_FRAMES: u32 = 10;

/// Values that one expression may have before the rest is dropped.
const MAX_VALUES: usize = 24;

/// Every value that an expression was seen to have.
pub type Values = Vec<Value>;

/// One question to the program, with its budget.
pub struct Evaluator<'p> {
    pub(super) program: &'p Program,
    steps: Cell<u32>,
    depth: Cell<u32>,
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
            (Value::Number(a), Value::Number(b)) => a == b,
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

impl<'p> Evaluator<'p> {
    /// A new question.
    pub fn new(program: &'p Program) -> Self {
        Self { program, steps: Cell::new(0), depth: Cell::new(0), running: RefCell::new(Vec::new()) }
    }

    fn facts(&self, file: FileId) -> &'p FileFacts {
        self.program.facts(file)
    }

    /// Every value of an expression in a frame.
    pub fn eval(&self, at: At, env: &Env) -> Values {
        let key = (at, frame_id(env));
        if self.steps.get() >= MAX_STEPS || self.depth.get() >= MAX_DEPTH || self.running.borrow().contains(&key) {
            return vec![Value::Unknown(at)];
        }
        self.steps.set(self.steps.get() + 1);
        self.depth.set(self.depth.get() + 1);
        self.running.borrow_mut().push(key);
        let values = self.eval_inside(at, env);
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
                vec![Value::Function { at: FunctionAt { file: at.file, function: *function }, env: env.clone(), this: None }]
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
            Expr::Template(_) | Expr::Super | Expr::Spread(_) | Expr::Yield(_) | Expr::Jsx { .. } | Expr::Opaque => {
                vec![Value::Unknown(at)]
            }
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
                let mut values = self.eval(At { expr: yes, ..at }, env);
                merge(&mut values, self.eval(At { expr: no, ..at }, env));
                values
            }
        }
    }

    /// Whether a condition always holds, never holds, or cannot be told.
    pub fn truth(&self, at: At, env: &Env) -> Option<bool> {
        match self.facts(at.file).expr(at.expr) {
            // A comparison is not folded: both of its outcomes are shown.
            Expr::Binary {
                op: BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::Compare | BinaryOp::Other, ..
            } => None,
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
                    merge(&mut values, left.into_iter().filter(|value| value.is_falsy() == Some(true)).collect());
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
                let decided = !left.is_empty() && left.iter().all(|value| is_replaced(value) == Some(false));
                let mut values: Values = left.into_iter().filter(|value| is_replaced(value) != Some(true)).collect();
                if !decided {
                    merge(&mut values, part(right));
                }
                values
            }
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder | BinaryOp::Power => {
                self.arithmetic(at, op, &part(left), &part(right))
            }
            BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::Compare | BinaryOp::Other => vec![Value::Unknown(at)],
        }
    }

    fn arithmetic(&self, at: At, op: BinaryOp, left: &[Value], right: &[Value]) -> Values {
        let mut values = Values::new();
        for a in left {
            for b in right {
                let value = match (number(a), number(b)) {
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

    // --- names -------------------------------------------------------------------------------

    /// Every value of a declared name. `mention` is where it is read, when that is known.
    pub fn binding(&self, file: FileId, id: BindingId, env: &Env, mention: Option<ExprId>) -> Values {
        let facts = self.facts(file);
        let Some(binding) = facts.binding(id) else { return Values::new() };
        let at = At { file, expr: mention.unwrap_or(ExprId(u32::MAX)) };
        let mut values = match binding.origin {
            Origin::Import(import) => match facts.imports.get(import as usize) {
                Some(import) => self.import(at, import),
                None => vec![Value::Unknown(at)],
            },
            Origin::Parameter { function, index } => {
                self.parameter(FunctionAt { file, function }, index, &binding.path, env, at)
            }
            Origin::Value(value) => {
                let values = self.eval(At { file, expr: value }, env);
                self.destructure(values, binding, file, env, at)
            }
            Origin::Function(function) => {
                vec![Value::Function { at: FunctionAt { file, function }, env: env.clone(), this: None }]
            }
            Origin::Class(class) => vec![Value::Class(ClassAt { file, class })],
            Origin::Item(items) => {
                let items = self.items(self.eval(At { file, expr: items }, env), at);
                self.destructure(items, binding, file, env, at)
            }
            Origin::Nothing => Values::new(),
        };
        if !matches!(binding.origin, Origin::Import(_)) {
            for value in binding.assigned.iter().take(6) {
                merge(&mut values, self.eval(At { file, expr: *value }, env));
            }
            // A counter is at least one when it is used as a factor.
            if binding.uses.iter().any(|used| self.is_updated(file, *used)) {
                let counted: Values = values.iter().filter_map(number).map(|it| Value::Number(it + 1.0)).collect();
                merge(&mut values, counted);
            }
        }
        let lost = values.iter().all(|value| matches!(value, Value::Unknown(_) | Value::Parameter { .. }));
        if lost
            && let Some(annotation) = binding.annotation
        {
            let typed = self.instance_of_type(At { file, expr: annotation });
            if !typed.is_empty() {
                // A parameter stays one, so that callers are still asked; the type is what else is known.
                values.retain(|value| matches!(value, Value::Parameter { .. }));
                merge(&mut values, typed);
            }
        }
        if values.is_empty() {
            values.push(Value::Unknown(at));
        }
        values
    }

    /// `attempt++`
    fn is_updated(&self, file: FileId, used: ExprId) -> bool {
        let facts = self.facts(file);
        let parent = facts.node(used).parent.map(|parent| facts.expr(parent));
        matches!(parent, Some(Expr::Unary { op: UnaryOp::Update, .. }))
    }

    /// Instances of the class that a type names.
    fn instance_of_type(&self, annotation: At) -> Values {
        self.eval(annotation, &None)
            .into_iter()
            .filter_map(|value| match value {
                Value::Class(class) => Some(Value::Instance { class, made: None }),
                Value::Library { package, symbol, call } if package != "global" && !symbol.is_empty() => {
                    Some(Value::Library { package, symbol: format_smolstr!("{symbol}()"), call })
                }
                Value::Library { package, symbol, call } if matches!(symbol.as_str(), "WebSocket" | "EventSource" | "Map" | "Set") => {
                    Some(Value::Library { package, symbol: format_smolstr!("{symbol}()"), call })
                }
                _ => None,
            })
            .collect()
    }

    /// Takes apart a value as a pattern does.
    fn destructure(&self, mut values: Values, binding: &Binding, file: FileId, env: &Env, at: At) -> Values {
        for step in &binding.path {
            let mut next = Values::new();
            for value in values {
                merge(&mut next, self.take(value, &step.key, at));
            }
            self.apply_default(&mut next, step.default, file, env);
            values = next;
        }
        values
    }

    fn take(&self, value: Value, key: &PathKey, at: At) -> Values {
        match key {
            PathKey::Name(name) => self.member(&value, name, at),
            PathKey::Index(index) => self.index(&value, *index, at),
            PathKey::Rest(without) => vec![match value {
                Value::Parameter { .. } | Value::Unknown(_) | Value::Library { .. } => value,
                _ => Value::Rest { of: Arc::new(value), without: without.to_vec().into() },
            }],
            PathKey::Unknown => vec![Value::Unknown(at)],
        }
    }

    /// A default replaces `undefined`, and stands beside what only callers know.
    fn apply_default(&self, values: &mut Values, default: Option<ExprId>, file: FileId, env: &Env) {
        let Some(default) = default else { return };
        let open = values.iter().any(|value| !matches!(value.is_nullish(), Some(false)) && !matches!(value, Value::Null));
        if open || values.is_empty() {
            values.retain(|value| !matches!(value, Value::Undefined));
            merge(values, self.eval(At { file, expr: default }, env));
        }
    }

    fn parameter(
        &self,
        function: FunctionAt,
        index: u32,
        path: &[crate::facts::PathStep],
        env: &Env,
        at: At,
    ) -> Values {
        let facts = self.facts(function.file);
        let Some(declared) = facts.function(function.function) else { return vec![Value::Unknown(at)] };
        let parameter = declared.params.get(index as usize);
        let mut frame = env.as_ref();
        while let Some(running) = frame.filter(|running| running.function != function) {
            frame = running.outer.as_ref();
        }
        let mut values = match frame {
            Some(running) => self.argument(running, function, index, parameter.is_some_and(|it| it.rest), at),
            None => match self.injected(function, index, path) {
                Some(injected) => return injected,
                None => vec![Value::Parameter { function, index, path: Arc::from([]) }],
            },
        };
        let own_env = frame.cloned().or_else(|| env.clone());
        self.apply_default(&mut values, parameter.and_then(|it| it.default), function.file, &own_env);
        for step in path {
            let mut next = Values::new();
            for value in values {
                merge(&mut next, self.take(value, &step.key, at));
            }
            self.apply_default(&mut next, step.default, function.file, &own_env);
            values = next;
        }
        values
    }

    /// What a dependency-injection container hands to a parameter by its name.
    fn injected(&self, function: FunctionAt, index: u32, path: &[crate::facts::PathStep]) -> Option<Values> {
        if !path.is_empty() {
            return None;
        }
        let facts = self.facts(function.file);
        let binding = facts.function(function.function)?.params.get(index as usize)?.binding?;
        let name = &facts.binding(binding)?.name;
        if let Some((package, symbol)) = self.program.catalog().injected(name) {
            return Some(vec![Value::Library { package: package.into(), symbol: symbol.into(), call: None }]);
        }
        self.program.registered(name)
    }

    fn argument(&self, frame: &Frame, function: FunctionAt, position: u32, rest: bool, at: At) -> Values {
        let index = position as usize;
        match &frame.args {
            Args::Values(values) => match values.get(index) {
                Some(_) if rest => vec![Value::Unknown(at)],
                Some(value) => vec![value.clone()],
                // A library calls it with something of its own.
                None => vec![Value::Parameter { function, index: position, path: Arc::from([]) }],
            },
            Args::Call { at: call, env } => {
                let facts = self.facts(call.file);
                match facts.expr(call.expr) {
                    Expr::Jsx { .. } if index == 0 => vec![Value::Props { at: *call, env: env.clone() }],
                    Expr::Call { args, .. } => {
                        if rest {
                            // `...args` of `f(a, b)`: the call itself stands for the list.
                            return vec![Value::Array { at: *call, env: env.clone() }];
                        }
                        if args.iter().take(index + 1).any(|arg| matches!(facts.expr(*arg), Expr::Spread(_))) {
                            return vec![Value::Unknown(*call)];
                        }
                        match args.get(index) {
                            Some(arg) => self.eval(At { file: call.file, expr: *arg }, env),
                            None => vec![Value::Undefined],
                        }
                    }
                    _ => vec![Value::Undefined],
                }
            }
        }
    }

    /// The items of arrays, of any position.
    fn items(&self, values: Values, at: At) -> Values {
        let mut items = Values::new();
        for value in values {
            match value {
                Value::Array { at, env } => {
                    if let Expr::Array(parts) = self.facts(at.file).expr(at.expr) {
                        for part in parts.iter().take(MAX_VALUES) {
                            merge(&mut items, self.eval(At { expr: *part, ..at }, &env));
                        }
                    }
                }
                _ => merge(&mut items, vec![Value::Unknown(at)]),
            }
        }
        items
    }

    // --- imports -----------------------------------------------------------------------------

    fn import(&self, at: At, import: &Import) -> Values {
        let namespace = self.module(at, &import.specifier);
        match &import.name {
            ImportedName::Namespace | ImportedName::Nothing => namespace,
            ImportedName::Named(name) => {
                let mut values = Values::new();
                for module in namespace {
                    merge(&mut values, match module {
                        Value::Module(file) => self.export(file, name, at),
                        Value::Library { package, call, .. } => {
                            let symbol = if name == "default" { SmolStr::default() } else { name.clone() };
                            vec![Value::Library { package, symbol, call }]
                        }
                        other => vec![other],
                    });
                }
                values
            }
        }
    }

    fn module(&self, at: At, specifier: &str) -> Values {
        vec![match self.program.resolve(at.file, specifier) {
            super::resolve::Resolution::File(file) => Value::Module(file),
            super::resolve::Resolution::Package { name } => {
                Value::Library { package: name, symbol: SmolStr::default(), call: None }
            }
            super::resolve::Resolution::Missing => Value::Unknown(at),
        }]
    }

    /// Every value that a module exports under a name, through re-exports.
    pub fn export(&self, file: FileId, name: &str, at: At) -> Values {
        if self.steps.get() >= MAX_STEPS {
            return vec![Value::Unknown(at)];
        }
        match self.program.export(file, name) {
            Some(super::symbols::Definition::Binding(file, binding)) => self.binding(file, binding, &None, None),
            Some(super::symbols::Definition::Expr(at)) => self.eval(at, &None),
            Some(super::symbols::Definition::Module(file)) => vec![Value::Module(file)],
            Some(super::symbols::Definition::Library { package, symbol }) => {
                vec![Value::Library { package, symbol, call: None }]
            }
            None => vec![Value::Unknown(at)],
        }
    }

    // --- members -----------------------------------------------------------------------------

    fn member_expr(&self, at: At, object: ExprId, name: &SmolStr, env: &Env) -> Values {
        let facts = self.facts(at.file);
        let mut values = Values::new();
        for value in self.eval(At { expr: object, ..at }, env) {
            merge(&mut values, self.member(&value, name, at));
        }
        // `config.refreshInterval = rate` and `$scope.load = …` add members to what a name holds.
        if let Expr::Ident { binding: Some(binding), .. } = facts.expr(object) {
            let written: Vec<_> = facts.writes.iter().filter(|write| {
                write.name == *name
                    && write.expr != at.expr
                    && matches!(facts.expr(write.object), Expr::Ident { binding: Some(other), .. } if other == binding)
            }).collect();
            if !written.is_empty() {
                values.retain(|value| !matches!(value, Value::Undefined | Value::Unknown(_) | Value::Parameter { .. }));
            }
            for write in written.into_iter().take(6) {
                merge(&mut values, self.eval(At { expr: write.value, ..at }, env));
            }
        }
        values
    }

    /// Every value of a member of a value.
    pub fn member(&self, value: &Value, name: &str, at: At) -> Values {
        match value {
            Value::Object { at: object, env } => match self.facts(object.file).expr(object.expr) {
                Expr::Object(properties) => self
                    .property(properties, name, *object, env, at)
                    .unwrap_or_else(|| self.added_members(*object, name, env)),
                _ => vec![Value::Unknown(at)],
            },
            Value::Props { at: element, env } => match self.facts(element.file).expr(element.expr) {
                Expr::Jsx { attributes, .. } => {
                    self.property(attributes, name, *element, env, at).unwrap_or_else(|| vec![Value::Undefined])
                }
                _ => vec![Value::Unknown(at)],
            },
            Value::Rest { of, without } => {
                if without.iter().any(|taken| taken == name) {
                    vec![Value::Undefined]
                } else {
                    self.member(of, name, at)
                }
            }
            Value::Class(class) => self.class_member(*class, name, true, value, at, 0),
            Value::Instance { class, .. } => self.class_member(*class, name, false, value, at, 0),
            Value::Built(function) => self.built_member(*function, name, at),
            Value::Module(file) => self.export(*file, name, at),
            Value::Library { package, symbol, call } => {
                let symbol = match (symbol.is_empty(), name) {
                    (true, "default") => SmolStr::default(),
                    (true, _) => SmolStr::new(name),
                    (false, _) => format_smolstr!("{symbol}.{name}"),
                };
                if symbol.len() > 200 {
                    return vec![Value::Unknown(at)];
                }
                vec![Value::Library { package: package.clone(), symbol, call: call.clone() }]
            }
            Value::Parameter { function, index, path } => {
                if path.len() >= 8 {
                    return vec![Value::Unknown(at)];
                }
                let mut longer = path.to_vec();
                longer.push(SmolStr::new(name));
                vec![Value::Parameter { function: *function, index: *index, path: longer.into() }]
            }
            Value::Made { gives: Gives::Ref, at: made, env, argument, .. } if name == "current" => {
                self.ref_current(*made, env, *argument, at)
            }
            Value::Made { gives: Gives::Store, package, symbol, at: made, env, argument } => match name {
                "getState" | "getInitialState" => vec![Value::Made {
                    gives: Gives::Store,
                    package: package.clone(),
                    symbol: symbol.clone(),
                    at: *made,
                    env: env.clone(),
                    argument: *argument,
                }],
                _ => vec![Value::Library {
                    package: package.clone(),
                    symbol: format_smolstr!("{symbol}().{name}"),
                    call: Some((*made, env.clone())),
                }],
            },
            Value::Made { package, symbol, at: made, env, .. } => vec![Value::Library {
                package: package.clone(),
                symbol: format_smolstr!("{symbol}().{name}"),
                call: Some((*made, env.clone())),
            }],
            Value::Function { at: function, env, .. } => match name {
                "call" | "apply" | "bind" => vec![value.clone()],
                _ => {
                    let _ = env;
                    self.function_member(*function, name, at)
                }
            },
            Value::Array { .. } => builtin("Array", name),
            Value::Text(_) => builtin("String", name),
            Value::Number(_) | Value::Bool(_) => builtin("Number", name),
            Value::Null | Value::Undefined => vec![Value::Undefined],
            Value::Unknown(lost) => vec![Value::Unknown(*lost)],
        }
    }

    /// `service.load = …` on the name that holds an object literal; `undefined` when nobody adds it.
    fn added_members(&self, object: At, name: &str, env: &Env) -> Values {
        let facts = self.facts(object.file);
        let mut values = Values::new();
        if let Some(binding) = self.program.binding_of_value(object) {
            for write in facts.writes.iter().filter(|write| {
                write.name == name
                    && matches!(facts.expr(write.object), Expr::Ident { binding: Some(other), .. } if *other == binding)
            }) {
                merge(&mut values, self.eval(At { file: object.file, expr: write.value }, env));
            }
        }
        if values.is_empty() { vec![Value::Undefined] } else { values }
    }

    /// The value of a property, looking through spreads; `None` when it is certainly not there.
    fn property(&self, properties: &[Property], name: &str, object: At, env: &Env, at: At) -> Option<Values> {
        let mut open = Values::new();
        for property in properties.iter().rev() {
            let value = At { file: object.file, expr: property.value };
            match &property.key {
                PropertyKey::Name(key) if key == name => {
                    let mut values = self.eval(value, env);
                    if property.getter {
                        values = values.iter().flat_map(|getter| self.call_with(getter, Vec::new(), at)).collect();
                    }
                    // Methods and functions of an object literal have it as `this`.
                    for value in &mut values {
                        if let Value::Function { this: this @ None, .. } = value {
                            *this = Some(Arc::new(Value::Object { at: object, env: env.clone() }));
                        }
                    }
                    merge(&mut open, values);
                    return Some(open);
                }
                PropertyKey::Spread => {
                    let mut definite = false;
                    for spread in self.eval(value, env) {
                        let found = self.member(&spread, name, at);
                        definite |= found.iter().any(|it| {
                            !matches!(it, Value::Undefined | Value::Unknown(_) | Value::Parameter { .. } | Value::Library { call: Some(_), .. })
                        });
                        merge(&mut open, found.into_iter().filter(|it| !matches!(it, Value::Undefined | Value::Unknown(_))).collect());
                    }
                    if definite {
                        return Some(open);
                    }
                }
                PropertyKey::Name(_) | PropertyKey::Computed(_) => {}
            }
        }
        (!open.is_empty()).then_some(open)
    }

    fn ref_current(&self, made: At, env: &Env, argument: usize, at: At) -> Values {
        let facts = self.facts(made.file);
        let mut values = match facts.call(made.expr).and_then(|(_, args)| args.get(argument)) {
            Some(initial) => self.eval(At { file: made.file, expr: *initial }, env),
            None => vec![Value::Undefined],
        };
        let Some(binding) = self.program.binding_of_value(made) else { return values };
        for write in facts.writes.iter().filter(|write| {
            write.name == "current"
                && matches!(facts.expr(write.object), Expr::Ident { binding: Some(other), .. } if *other == binding)
        }) {
            merge(&mut values, self.eval(At { file: made.file, expr: write.value }, env));
        }
        if values.len() > 1 {
            values.retain(|value| !matches!(value, Value::Null | Value::Undefined));
        }
        let _ = at;
        values
    }

    fn function_member(&self, function: FunctionAt, name: &str, at: At) -> Values {
        let facts = self.facts(function.file);
        let names_it = |expr: ExprId| matches!(facts.expr(expr), Expr::Ident { binding: Some(binding), .. }
            if facts.binding(*binding).is_some_and(|it| it.origin == Origin::Function(function.function)));
        let mut values = Values::new();
        for write in facts.writes.iter().filter(|write| write.name == name && names_it(write.object)) {
            merge(&mut values, self.eval(At { file: function.file, expr: write.value }, &None));
        }
        if values.is_empty() { vec![Value::Unknown(at)] } else { values }
    }

    /// `this.x = …` inside a constructor function.
    fn built_member(&self, function: FunctionAt, name: &str, at: At) -> Values {
        let facts = self.facts(function.file);
        let mut values = Values::new();
        for write in facts.writes.iter().filter(|write| write.name == name) {
            let inside = facts.functions_around(write.expr).any(|it| it == function.function);
            let on_this = matches!(facts.expr(write.object), Expr::This)
                || matches!(facts.expr(write.object), Expr::Ident { binding: Some(binding), .. }
                    if matches!(facts.binding(*binding).map(|it| it.origin), Some(Origin::Value(value)) if matches!(facts.expr(value), Expr::This)));
            if inside && on_this {
                merge(&mut values, self.eval(At { file: function.file, expr: write.value }, &None));
            }
        }
        // A factory gives an object in place of `this`.
        if values.is_empty() {
            for returned in self.returned(function) {
                if !matches!(returned, Value::Unknown(_) | Value::Built(_)) {
                    merge(&mut values, self.member(&returned, name, at));
                }
            }
        }
        if values.is_empty() { vec![Value::Unknown(at)] } else { values }
    }

    /// What a function returns when nobody knows its arguments.
    pub fn returned(&self, function: FunctionAt) -> Values {
        let value = Value::Function { at: function, env: None, this: None };
        self.call_function(&value, None, At { file: function.file, expr: ExprId(u32::MAX) })
    }

    fn class_member(&self, class: ClassAt, name: &str, is_static: bool, this: &Value, at: At, depth: u32) -> Values {
        let facts = self.facts(class.file);
        let Some(declared) = facts.classes.get(class.class.index()) else { return vec![Value::Unknown(at)] };
        let env = self.instance_env(this, class);
        let mut values = Values::new();
        if let Some(member) = declared.members.iter().find(|it| it.name == name && it.is_static == is_static) {
            match member.kind {
                MemberKind::Method(function) => {
                    return vec![Value::Function {
                        at: FunctionAt { file: class.file, function },
                        env,
                        this: Some(Arc::new(this.clone())),
                    }];
                }
                MemberKind::Getter(function) => {
                    let getter = Value::Function {
                        at: FunctionAt { file: class.file, function },
                        env,
                        this: Some(Arc::new(this.clone())),
                    };
                    return self.call_with(&getter, Vec::new(), at);
                }
                MemberKind::Field(Some(value)) => {
                    let mut initial = self.eval(At { file: class.file, expr: value }, &env);
                    for value in &mut initial {
                        if let Value::Function { this: this_slot @ None, .. } = value {
                            *this_slot = Some(Arc::new(this.clone()));
                        }
                    }
                    merge(&mut values, initial);
                }
                MemberKind::Field(None) => {}
            }
            merge(&mut values, self.this_writes(class, name, &env));
            let lost = values.iter().all(|it| matches!(it, Value::Unknown(_) | Value::Parameter { .. } | Value::Null | Value::Undefined));
            if lost
                && let Some(annotation) = member.annotation
            {
                let typed = self.instance_of_type(At { file: class.file, expr: annotation });
                if !typed.is_empty() {
                    return typed;
                }
            }
        } else {
            merge(&mut values, self.this_writes(class, name, &env));
        }
        if values.is_empty()
            && depth < 8
            && let Some(base) = declared.extends
        {
            for base in self.eval(At { file: class.file, expr: base }, &None) {
                merge(&mut values, match base {
                    Value::Class(base) => self.class_member(base, name, is_static, this, at, depth + 1),
                    Value::Library { package, symbol, .. } => {
                        let object = if is_static { symbol } else { format_smolstr!("{symbol}()") };
                        vec![Value::Library { package, symbol: format_smolstr!("{object}.{name}"), call: None }]
                    }
                    _ => vec![Value::Unknown(at)],
                });
            }
        }
        if values.is_empty() { vec![Value::Undefined] } else { values }
    }

    /// `this.name = value` anywhere in a class.
    fn this_writes(&self, class: ClassAt, name: &str, env: &Env) -> Values {
        let facts = self.facts(class.file);
        let mut values = Values::new();
        for write in facts.writes.iter().filter(|it| it.name == name && matches!(facts.expr(it.object), Expr::This)) {
            if self.program.class_around(class.file, write.expr) == Some(class.class) {
                merge(&mut values, self.eval(At { file: class.file, expr: write.value }, env));
            }
        }
        if values.len() > 1 {
            values.retain(|value| !matches!(value, Value::Null | Value::Undefined));
        }
        values
    }

    /// The frame of the constructor of an instance: its parameters are known where it was made.
    fn instance_env(&self, this: &Value, class: ClassAt) -> Env {
        let Value::Instance { class: own, made: Some((at, env)) } = this else { return None };
        let constructor = self.facts(class.file).classes.get(class.class.index())?.constructor?;
        if *own != class {
            return None;
        }
        self.frame(
            FunctionAt { file: class.file, function: constructor },
            Args::Call { at: *at, env: env.clone() },
            Some(this.clone()),
            &None,
            env,
        )
    }

    fn this(&self, at: At, env: &Env) -> Values {
        let facts = self.facts(at.file);
        // The nearest function that has a `this` of its own.
        for function in facts.functions_around(at.expr) {
            let Some(declared) = facts.function(function) else { continue };
            if let Some(class) = declared.class {
                // A frame may know which instance it is.
                let mut frame = env.as_ref();
                while let Some(running) = frame {
                    if running.function == (FunctionAt { file: at.file, function })
                        && let Some(this) = &running.this
                    {
                        return vec![this.clone()];
                    }
                    frame = running.outer.as_ref();
                }
                let class = ClassAt { file: at.file, class };
                let is_static = facts.classes.get(class.class.index()).is_some_and(|it| {
                    it.members.iter().any(|member| {
                        member.is_static && matches!(member.kind, MemberKind::Method(own) | MemberKind::Getter(own) if own == function)
                    })
                });
                return vec![if is_static { Value::Class(class) } else { Value::Instance { class, made: None } }];
            }
            if declared.kind == FunctionKind::Arrow {
                continue;
            }
            if function == FunctionId::MODULE {
                break;
            }
            let mut frame = env.as_ref();
            while let Some(running) = frame {
                if running.function == (FunctionAt { file: at.file, function })
                    && let Some(this) = &running.this
                {
                    return vec![this.clone()];
                }
                frame = running.outer.as_ref();
            }
            // A method of an object literal, or else a constructor function.
            if let Some(parent) = declared.expr.and_then(|expr| facts.node(expr).parent)
                && matches!(facts.expr(parent), Expr::Object(_))
            {
                return vec![Value::Object { at: At { expr: parent, ..at }, env: env.clone() }];
            }
            return vec![Value::Built(FunctionAt { file: at.file, function })];
        }
        if let Some(class) = self.program.class_around(at.file, at.expr) {
            return vec![Value::Instance { class: ClassAt { file: at.file, class }, made: None }];
        }
        vec![Value::Unknown(at)]
    }

    fn index_expr(&self, at: At, object: ExprId, index: ExprId, env: &Env) -> Values {
        let keys = self.eval(At { expr: index, ..at }, env);
        let objects = self.eval(At { expr: object, ..at }, env);
        let mut values = Values::new();
        for object in &objects {
            for key in &keys {
                merge(&mut values, match key {
                    Value::Text(name) => self.member(object, name, at),
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a small index")]
                    Value::Number(number) if number.fract() == 0.0 && (0.0..1_000_000.0).contains(number) => {
                        self.index(object, *number as u32, at)
                    }
                    // Any entry of a table that is written out.
                    _ => match object {
                        Value::Object { at: table, env } => match self.facts(table.file).expr(table.expr) {
                            Expr::Object(entries) => entries
                                .iter()
                                .take(MAX_VALUES)
                                .filter(|entry| matches!(entry.key, PropertyKey::Name(_)))
                                .flat_map(|entry| self.eval(At { file: table.file, expr: entry.value }, env))
                                .collect(),
                            _ => vec![Value::Unknown(at)],
                        },
                        Value::Array { .. } => self.items(vec![object.clone()], at),
                        _ => vec![Value::Unknown(at)],
                    },
                });
            }
        }
        values
    }

    /// Every value of an item of a value.
    pub fn index(&self, value: &Value, index: u32, at: At) -> Values {
        match value {
            Value::Array { at: array, env } => {
                let facts = self.facts(array.file);
                let parts: &[ExprId] = match facts.expr(array.expr) {
                    Expr::Array(parts) => parts,
                    // The list that a rest parameter gathers.
                    Expr::Call { args, .. } => args,
                    _ => return vec![Value::Unknown(at)],
                };
                match parts.get(index as usize) {
                    Some(part) if !matches!(facts.expr(*part), Expr::Spread(_)) => self.eval(At { file: array.file, expr: *part }, env),
                    Some(_) => vec![Value::Unknown(at)],
                    None => vec![Value::Undefined],
                }
            }
            Value::Made { gives: Gives::State, at: made, env, argument, package, symbol } => match index {
                0 => {
                    let Some((_, args)) = self.facts(made.file).call(made.expr) else { return vec![Value::Unknown(at)] };
                    let Some(initial) = args.get(*argument) else { return vec![Value::Undefined] };
                    let mut values = Values::new();
                    for value in self.eval(At { file: made.file, expr: *initial }, env) {
                        merge(&mut values, match value {
                            Value::Function { .. } => self.call_with(&value, Vec::new(), at),
                            _ => vec![value],
                        });
                    }
                    // Whatever the setter writes later is not seen.
                    merge(&mut values, vec![Value::Unknown(*made)]);
                    values
                }
                _ => vec![Value::Library {
                    package: package.clone(),
                    symbol: format_smolstr!("{symbol}().{index}"),
                    call: Some((*made, env.clone())),
                }],
            },
            Value::Undefined | Value::Null => vec![Value::Undefined],
            _ => self.member(value, &index.to_string(), at),
        }
    }

    // --- calls -------------------------------------------------------------------------------

    /// A new frame, unless too many are running or the function is running already.
    pub fn frame(&self, function: FunctionAt, args: Args, this: Option<Value>, outer: &Env, caller: &Env) -> Env {
        let depth = caller.as_ref().map_or(0, |frame| frame.depth) + 1;
        if depth > MAX_FRAMES {
            return outer.clone();
        }
        Some(Arc::new(Frame { function, args, this, outer: outer.clone(), depth }))
    }

    fn call_expr(&self, at: At, callee: ExprId, construct: bool, env: &Env) -> Values {
        let facts = self.facts(at.file);
        if let Some(folded) = self.fold_builtin(at, callee, env) {
            return folded;
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

    /// Number conversions and clamps of the language.
    fn fold_builtin(&self, at: At, callee: ExprId, env: &Env) -> Option<Values> {
        let facts = self.facts(at.file);
        let (_, args) = facts.call(at.expr)?;
        let name = match facts.expr(callee) {
            Expr::Ident { name, binding: None } => name.as_str(),
            Expr::Member { object, name } => match facts.expr(*object) {
                Expr::Ident { name: object, binding: None } if object == "Math" || object == "Number" => name.as_str(),
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
                [_, exponent] => {
                    self.arithmetic(at, BinaryOp::Power, &first(), &self.eval(At { expr: *exponent, ..at }, env))
                }
                _ => vec![Value::Unknown(at)],
            },
            "max" | "min" => {
                let larger = name == "max";
                let mut best: Values = Vec::new();
                for (position, arg) in args.iter().enumerate() {
                    let values = self.eval(At { expr: *arg, ..at }, env);
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
            "Boolean" => first().iter().map(|it| it.is_falsy().map_or(Value::Unknown(at), |falsy| Value::Bool(!falsy))).collect(),
            _ => return None,
        })
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
            Value::Made { gives: Gives::Store, at: made, env: store_env, argument, .. } => {
                let state = self.store_state(*made, store_env, *argument, at);
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

    fn call_function(&self, callee: &Value, frame: Env, at: At) -> Values {
        let Value::Function { at: function, env, .. } = callee else { return vec![Value::Unknown(at)] };
        let facts = self.facts(function.file);
        let Some(declared) = facts.function(function.function) else { return vec![Value::Unknown(at)] };
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

    fn call_library(&self, package: &SmolStr, symbol: &SmolStr, at: At, env: &Env) -> Values {
        let facts = self.facts(at.file);
        let name = if symbol.is_empty() { "default" } else { symbol };
        let Some(row) = self.program.catalog().returns(package, name) else {
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
            let Some(argument) = argument else { return vec![Value::Undefined] };
            let mut values = self.eval(At { expr: argument, ..at }, env);
            if let Some(option) = &row.option {
                for key in option.split('.') {
                    values = values.iter().flat_map(|value| self.member(value, key, at)).collect();
                }
            }
            values
        };
        match row.gives {
            Gives::Argument => argument_values(),
            Gives::Call => argument_values().iter().flat_map(|value| self.call_with(value, Vec::new(), at)).collect(),
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
            Gives::ContextValue => self.program.context_values(self, argument.map(|expr| At { expr, ..at }), env),
            gives @ (Gives::Ref | Gives::State | Gives::Store | Gives::Runner | Gives::Context) => vec![Value::Made {
                gives,
                argument: row.argument,
                at,
                env: env.clone(),
                package: package.clone(),
                symbol: symbol.clone(),
            }],
        }
    }

    /// The state object of a store: what calling its initializer gives.
    fn store_state(&self, made: At, env: &Env, argument: usize, at: At) -> Values {
        let Some((_, args)) = self.facts(made.file).call(made.expr) else { return vec![Value::Unknown(at)] };
        let Some(initial) = args.get(argument) else { return vec![Value::Unknown(at)] };
        self.eval(At { file: made.file, expr: *initial }, env)
            .iter()
            .flat_map(|value| match value {
                Value::Function { .. } => self.call_with(value, Vec::new(), at),
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

fn builtin(object: &str, name: &str) -> Values {
    vec![Value::Library {
        package: SmolStr::new_static("global"),
        symbol: format_smolstr!("{object}.prototype.{name}"),
        call: None,
    }]
}

/// A value as a number; numeric strings are coerced, as the language does.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}
