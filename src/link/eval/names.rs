//! Names: bindings, parameters, destructuring and imports.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::facts::{Binding, BindingId, Expr, ExprId, Import, ImportedName, Origin, PathKey, UnaryOp};
use crate::link::value::{Args, At, ClassAt, Env, Frame, FunctionAt, Value};
use crate::source::FileId;

use super::{Evaluator, MAX_VALUES, Values, merge, number};

impl Evaluator<'_> {
    /// Every value of a declared name. `mention` is where it is read, when that is known.
    pub fn binding(&self, file: FileId, id: BindingId, env: &Env, mention: Option<ExprId>) -> Values {
        let facts = self.facts(file);
        let Some(binding) = facts.binding(id) else {
            return Values::new();
        };
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
            Origin::Item(walked) => {
                let walked = At { file, expr: walked };
                match self.items_behind(walked, env) {
                    (items, false) if !items.is_empty() => self.destructure(items, binding, file, env, at),
                    // `for (const [key, value] of map)`
                    (items, true)
                        if binding.path.len() == 1
                            && binding.path.first().is_some_and(|it| it.key == PathKey::Index(1)) =>
                    {
                        items
                    }
                    _ => self.destructure(self.items(self.eval(walked, env), at), binding, file, env, at),
                }
            }
            Origin::Nothing => Values::new(),
        };
        if !matches!(binding.origin, Origin::Import(_)) {
            for value in binding.assigned.iter().take(6) {
                merge(&mut values, self.eval(At { file, expr: *value }, env));
            }
            // A counter is at least one when it is used as a factor.
            if binding.is_counted {
                let counted: Values =
                    values.iter().filter_map(number).map(|it| Value::Number(it + 1.0)).collect();
                merge(&mut values, counted);
            }
        }
        let lost = values.iter().all(|value| matches!(value, Value::Unknown(_) | Value::Parameter { .. }));
        if lost && let Some(annotation) = binding.annotation {
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
    pub(in crate::link) fn is_updated(&self, file: FileId, used: ExprId) -> bool {
        let facts = self.facts(file);
        let parent = facts.node(used).parent.map(|parent| facts.expr(parent));
        matches!(parent, Some(Expr::Unary { op: UnaryOp::Update, .. }))
    }

    /// Instances of the class that a type names.
    pub(super) fn instance_of_type(&self, annotation: At) -> Values {
        self.eval(annotation, &None)
            .into_iter()
            .filter_map(|value| match value {
                Value::Class(class) => Some(Value::Instance { class, made: None }),
                Value::Library { package, symbol, call } if package != "global" && !symbol.is_empty() => {
                    Some(Value::Library { package, symbol: format_smolstr!("{symbol}()"), call })
                }
                Value::Library { package, symbol, call }
                    if matches!(symbol.as_str(), "WebSocket" | "EventSource" | "Map" | "Set") =>
                {
                    Some(Value::Library { package, symbol: format_smolstr!("{symbol}()"), call })
                }
                _ => None,
            })
            .collect()
    }

    /// Takes apart a value as a pattern does.
    pub(super) fn destructure(
        &self,
        mut values: Values,
        binding: &Binding,
        file: FileId,
        env: &Env,
        at: At,
    ) -> Values {
        let of_parameter = self.is_parameter(file, binding.origin);
        for step in &binding.path {
            let written = of_parameter && is_written(&values);
            let mut next = Values::new();
            for value in values {
                merge(&mut next, self.take(value, &step.key, at));
            }
            if !(written && is_given(&next)) {
                self.apply_default(&mut next, step.default, file, env);
            }
            values = next;
        }
        values
    }

    /// `const { interval = 5_000 } = options` of a function's own options.
    fn is_parameter(&self, file: FileId, origin: Origin) -> bool {
        let Origin::Value(value) = origin else { return false };
        let facts = self.facts(file);
        let Expr::Ident { binding: Some(whole), .. } = facts.expr(value) else { return false };
        facts.binding(*whole).is_some_and(|it| matches!(it.origin, Origin::Parameter { .. }))
    }

    pub(super) fn take(&self, value: Value, key: &PathKey, at: At) -> Values {
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
    pub(super) fn apply_default(
        &self,
        values: &mut Values,
        default: Option<ExprId>,
        file: FileId,
        env: &Env,
    ) {
        let Some(default) = default else { return };
        let open = values
            .iter()
            .any(|value| !matches!(value.is_nullish(), Some(false)) && !matches!(value, Value::Null));
        if open || values.is_empty() {
            values.retain(|value| !matches!(value, Value::Undefined));
            merge(values, self.eval(At { file, expr: default }, env));
        }
    }

    pub(super) fn parameter(
        &self,
        function: FunctionAt,
        index: u32,
        path: &[crate::facts::PathStep],
        env: &Env,
        at: At,
    ) -> Values {
        let facts = self.facts(function.file);
        let Some(declared) = facts.function(function.function) else {
            return vec![Value::Unknown(at)];
        };
        let parameter = declared.params.get(index as usize);
        let mut frame = env.as_ref();
        while let Some(running) = frame.filter(|running| running.function != function) {
            frame = running.outer.as_ref();
        }
        let mut values = match frame {
            Some(running) => self.argument(running, function, index, parameter.is_some_and(|it| it.rest), at),
            None => match self.injected(function, index, path) {
                Some(injected) => return injected,
                None => self
                    .handed(function, index, env)
                    .unwrap_or_else(|| vec![Value::Parameter { function, index, path: Arc::from([]) }]),
            },
        };
        let own_env = frame.cloned().or_else(|| env.clone());
        let called = frame.is_some_and(|it| matches!(it.args, Args::Call { .. }));
        if !(called && is_given(&values)) {
            self.apply_default(&mut values, parameter.and_then(|it| it.default), function.file, &own_env);
        }
        for step in path {
            let written = called && is_written(&values);
            let mut next = Values::new();
            for value in values {
                merge(&mut next, self.take(value, &step.key, at));
            }
            // `useRows({ period: settings.period })` gives something, and not what stands for nothing.
            if !(written && is_given(&next)) {
                self.apply_default(&mut next, step.default, function.file, &own_env);
            }
            values = next;
        }
        values
    }

    /// What a dependency-injection container hands to a parameter by its name.
    pub(super) fn injected(
        &self,
        function: FunctionAt,
        index: u32,
        path: &[crate::facts::PathStep],
    ) -> Option<Values> {
        if !path.is_empty() {
            return None;
        }
        let facts = self.facts(function.file);
        let binding = facts.function(function.function)?.params.get(index as usize)?.binding?;
        let name = &facts.binding(binding)?.name;
        if let Some((package, symbol)) = self.program.catalog().injected(name) {
            return Some(vec![Value::Library { package: package.into(), symbol: symbol.into(), call: None }]);
        }
        self.program.registered(function.file, name)
    }

    pub(super) fn argument(
        &self,
        frame: &Frame,
        function: FunctionAt,
        position: u32,
        rest: bool,
        at: At,
    ) -> Values {
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
                        if args.iter().take(index + 1).any(|arg| matches!(facts.expr(*arg), Expr::Spread(_)))
                        {
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
    pub(super) fn items(&self, values: Values, at: At) -> Values {
        let mut items = Values::new();
        for value in values {
            match value {
                Value::Array { at, env } => {
                    if let Expr::Array(parts) = self.facts(at.file).expr(at.expr) {
                        if parts.len() > MAX_VALUES {
                            self.is_cut.set(true);
                        }
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

    pub(super) fn import(&self, at: At, import: &Import) -> Values {
        let namespace = self.module(at, &import.specifier);
        match &import.name {
            ImportedName::Namespace | ImportedName::Nothing => namespace,
            ImportedName::Named(name) => {
                let mut values = Values::new();
                for module in namespace {
                    merge(
                        &mut values,
                        match module {
                            Value::Module(file) => self.export(file, name, at),
                            Value::Library { package, call, .. } => {
                                let symbol =
                                    if name == "default" { SmolStr::default() } else { name.clone() };
                                vec![Value::Library { package, symbol, call }]
                            }
                            other => vec![other],
                        },
                    );
                }
                values
            }
        }
    }

    pub(super) fn module(&self, at: At, specifier: &str) -> Values {
        vec![match self.program.resolve(at.file, specifier) {
            crate::link::resolve::Resolution::File(file) => Value::Module(file),
            crate::link::resolve::Resolution::Package { name } => {
                Value::Library { package: name, symbol: SmolStr::default(), call: None }
            }
            crate::link::resolve::Resolution::Missing => Value::Unknown(at),
        }]
    }

    /// Every value that a module exports under a name, through re-exports.
    pub fn export(&self, file: FileId, name: &str, at: At) -> Values {
        if self.is_spent() {
            return vec![Value::Unknown(at)];
        }
        match self.program.export(file, name) {
            Some(crate::link::symbols::Definition::Binding(file, binding)) => {
                self.binding(file, binding, &None, None)
            }
            Some(crate::link::symbols::Definition::Expr(at)) => self.eval(at, &None),
            Some(crate::link::symbols::Definition::Module(file)) => vec![Value::Module(file)],
            Some(crate::link::symbols::Definition::Library { package, symbol }) => {
                vec![Value::Library { package, symbol, call: None }]
            }
            None => vec![Value::Unknown(at)],
        }
    }
}

/// Whether values are objects that stand in the source.
fn is_written(values: &[Value]) -> bool {
    values.iter().all(|it| matches!(it, Value::Object { .. } | Value::Props { .. }))
}

/// Whether a caller gives something, be it out of sight: a default, which stands for nothing, says nothing of it.
fn is_given(values: &[Value]) -> bool {
    !values.is_empty() && !values.iter().any(|it| matches!(it, Value::Undefined | Value::Parameter { .. }))
}
