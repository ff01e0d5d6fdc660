//! Members of values: properties, class members, `this`, items.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::catalog::rows::Gives;
use crate::facts::{Expr, ExprId, FunctionId, FunctionKind, MemberKind, Origin, Property, PropertyKey};
use crate::link::connected::Component;
use crate::link::value::{Args, At, ClassAt, Env, FunctionAt, Value};

use super::{Evaluator, MAX_VALUES, Values, builtin, merge};

impl Evaluator<'_> {
    pub(super) fn member_expr(&self, at: At, object: ExprId, name: &SmolStr, env: &Env) -> Values {
        let facts = self.facts(at.file);
        let mut values = Values::new();
        for value in self.eval(At { expr: object, ..at }, env) {
            let value = match value {
                // `super.load()` is the base's method, not its static one.
                Value::Class(class) if matches!(facts.expr(object), Expr::Super) => {
                    Value::Instance { class, made: None }
                }
                _ => value,
            };
            let is_own = matches!(value, Value::Instance { .. });
            for found in self.member(&value, name, at) {
                let known = if is_own { self.props_given(&found, env, at) } else { None };
                merge(&mut values, known.unwrap_or_else(|| vec![found]));
            }
        }
        // `config.refreshInterval = rate` and `$scope.load = …` add members to what a name holds.
        if let Expr::Ident { binding: Some(binding), .. } = facts.expr(object) {
            let written: Vec<_> = facts.writes.iter().filter(|write| {
                write.name == *name
                    && write.expr != at.expr
                    && matches!(facts.expr(write.object), Expr::Ident { binding: Some(other), .. } if other == binding)
            }).collect();
            if !written.is_empty() {
                values.retain(|value| {
                    !matches!(value, Value::Undefined | Value::Unknown(_) | Value::Parameter { .. })
                });
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
                Expr::Object(properties) => {
                    let mut values = self
                        .property(properties, name, *object, env, at)
                        .unwrap_or_else(|| self.added_members(*object, name, env));
                    merge(&mut values, self.own_writes(*object, name, env));
                    values
                }
                _ => vec![Value::Unknown(at)],
            },
            Value::Props { at: element, env } => match self.facts(element.file).expr(element.expr) {
                Expr::Jsx { attributes, .. } => self
                    .property(attributes, name, *element, env, at)
                    .unwrap_or_else(|| vec![Value::Undefined]),
                _ => vec![Value::Unknown(at)],
            },
            Value::Rest { of, without } => {
                if without.iter().any(|taken| taken == name) {
                    vec![Value::Undefined]
                } else {
                    self.member(of, name, at)
                }
            }
            Value::Dispatching(creators) => {
                self.member(creators, name, at).into_iter().map(Value::dispatching).collect()
            }
            Value::ClassProps(class) => {
                let supplied = self.program.connected_prop(self, Component::Class(*class), name);
                match self.program.class_props(*class) {
                    _ if !supplied.is_empty() => supplied,
                    Some(props) => self.member(&props, name, at),
                    None => vec![Value::Unknown(at)],
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
            Value::Made { gives: Gives::Selected, at: parts, env, .. } => {
                self.part_of_state(*parts, env, name, at)
            }
            Value::Made { package, symbol, at: made, env, .. } => vec![Value::Library {
                package: package.clone(),
                symbol: format_smolstr!("{symbol}().{name}"),
                call: Some((*made, env.clone())),
            }],
            Value::Function { at: function, .. } => match name {
                "call" | "apply" | "bind" => vec![value.clone()],
                _ => self.function_member(*function, name, at),
            },
            Value::Array { .. } => builtin("Array", name),
            Value::Text(_) => builtin("String", name),
            Value::Number(_) | Value::Bool(_) => builtin("Number", name),
            Value::Null | Value::Undefined => vec![Value::Undefined],
            Value::Unknown(lost) => vec![Value::Unknown(*lost)],
        }
    }

    /// `this.connecting = true` in the methods of an object literal.
    fn own_writes(&self, object: At, name: &str, env: &Env) -> Values {
        let facts = self.facts(object.file);
        let mut values = Values::new();
        for write in
            facts.writes.iter().filter(|it| it.name == name && matches!(facts.expr(it.object), Expr::This))
        {
            let holder = facts.functions_around(write.expr).find_map(|it| {
                let declared = facts.function(it)?;
                (declared.kind != FunctionKind::Arrow).then_some(declared.expr?)
            });
            if holder.and_then(|it| facts.node(it).parent) == Some(object.expr) {
                merge(&mut values, self.eval(At { file: object.file, expr: write.value }, env));
            }
        }
        values
    }

    /// `service.load = …` on the name that holds an object literal; `undefined` when nobody adds it.
    pub(super) fn added_members(&self, object: At, name: &str, env: &Env) -> Values {
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
    pub(super) fn property(
        &self,
        properties: &[Property],
        name: &str,
        object: At,
        env: &Env,
        at: At,
    ) -> Option<Values> {
        let mut open = Values::new();
        for property in properties.iter().rev() {
            let value = At { file: object.file, expr: property.value };
            match &property.key {
                PropertyKey::Name(key) if key == name => {
                    let mut values = self.eval(value, env);
                    if property.getter {
                        values =
                            values.iter().flat_map(|getter| self.call_with(getter, Vec::new(), at)).collect();
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
                    let spreads = self.eval(value, env);
                    // `options = { ...defaults, ...options }` spreads what it is about to become.
                    let Some(_once) = self.once(value, env) else { continue };
                    for spread in spreads {
                        let found = self.member(&spread, name, at);
                        definite |= found.iter().any(|it| {
                            !matches!(
                                it,
                                Value::Undefined
                                    | Value::Unknown(_)
                                    | Value::Parameter { .. }
                                    | Value::Library { call: Some(_), .. }
                            )
                        });
                        merge(
                            &mut open,
                            found
                                .into_iter()
                                .filter(|it| !matches!(it, Value::Undefined | Value::Unknown(_)))
                                .collect(),
                        );
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

    pub(super) fn ref_current(&self, made: At, env: &Env, argument: usize, at: At) -> Values {
        let facts = self.facts(made.file);
        let mut values = match facts.call(made.expr).and_then(|(_, args)| args.get(argument)) {
            Some(initial) => self.eval(At { file: made.file, expr: *initial }, env),
            None => vec![Value::Undefined],
        };
        let Some(binding) = self.program.binding_of_value(made) else {
            return values;
        };
        for write in facts.writes.iter().filter(|write| {
            write.name == "current"
                && matches!(facts.expr(write.object), Expr::Ident { binding: Some(other), .. } if *other == binding)
        }) {
            merge(&mut values, self.eval(At { file: made.file, expr: write.value }, env));
        }
        if values.len() > 1 {
            values.retain(|value| !matches!(value, Value::Null | Value::Undefined));
        }
        // Whoever is handed the ref fills it.
        let is_empty = values.iter().all(|value| matches!(value, Value::Null | Value::Undefined));
        if is_empty && self.program.is_handed_on(made.file, binding) {
            values.push(Value::Unknown(at));
        }
        values
    }

    pub(super) fn function_member(&self, function: FunctionAt, name: &str, at: At) -> Values {
        let facts = self.facts(function.file);
        let names_it = |expr: ExprId| {
            matches!(facts.expr(expr), Expr::Ident { binding: Some(binding), .. }
            if facts.binding(*binding).is_some_and(|it| it.origin == Origin::Function(function.function)))
        };
        let mut values = Values::new();
        for write in facts.writes.iter().filter(|write| write.name == name && names_it(write.object)) {
            merge(&mut values, self.eval(At { file: function.file, expr: write.value }, &None));
        }
        if values.is_empty() { vec![Value::Unknown(at)] } else { values }
    }

    /// `this.x = …` inside a constructor function.
    pub(super) fn built_member(&self, function: FunctionAt, name: &str, at: At) -> Values {
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

    pub(super) fn class_member(
        &self,
        class: ClassAt,
        name: &str,
        is_static: bool,
        this: &Value,
        at: At,
        depth: u32,
    ) -> Values {
        let facts = self.facts(class.file);
        let Some(declared) = facts.classes.get(class.class.index()) else {
            return vec![Value::Unknown(at)];
        };
        let env = self.instance_env(this, class);
        let mut values = Values::new();
        if let Some(member) = declared.members.iter().find(|it| it.name == name && it.is_static == is_static)
        {
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
                MemberKind::Field(None) | MemberKind::Abstract => {}
            }
            merge(&mut values, self.this_writes(class, name, &env));
            let lost = values.iter().all(|it| {
                matches!(it, Value::Unknown(_) | Value::Parameter { .. } | Value::Null | Value::Undefined)
            });
            if lost && let Some(annotation) = member.annotation {
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
                merge(
                    &mut values,
                    match base {
                        Value::Class(base) => self.class_member(base, name, is_static, this, at, depth + 1),
                        Value::Library { package, symbol, .. } => {
                            if let Value::Instance { class: own, .. } = this
                                && self.program.are_props(&package, &symbol, name)
                            {
                                return vec![self.props_of(*own, at)];
                            }
                            let object = if is_static { symbol } else { format_smolstr!("{symbol}()") };
                            vec![Value::Library {
                                package,
                                symbol: format_smolstr!("{object}.{name}"),
                                call: None,
                            }]
                        }
                        _ => vec![Value::Unknown(at)],
                    },
                );
            }
        }
        if values.is_empty() { vec![Value::Undefined] } else { values }
    }

    /// `this.props` of a component.
    fn props_of(&self, class: ClassAt, at: At) -> Value {
        if self.program.is_connected(class) {
            return Value::ClassProps(class);
        }
        self.program.class_props(class).unwrap_or(Value::Unknown(at))
    }

    /// `this.props` where the element that renders the component is known.
    fn props_given(&self, props: &Value, env: &Env, at: At) -> Option<Values> {
        let Value::Parameter { function, index, path } = props else { return None };
        let mut frame = env.as_ref();
        while let Some(running) = frame.filter(|running| running.function != *function) {
            frame = running.outer.as_ref();
        }
        let running = frame.filter(|_| path.is_empty())?;
        Some(self.argument(running, *function, *index, false, at))
    }

    /// `this.name = value` anywhere in a class.
    pub(super) fn this_writes(&self, class: ClassAt, name: &str, env: &Env) -> Values {
        let facts = self.facts(class.file);
        let mut values = Values::new();
        for write in
            facts.writes.iter().filter(|it| it.name == name && matches!(facts.expr(it.object), Expr::This))
        {
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
    pub(super) fn instance_env(&self, this: &Value, class: ClassAt) -> Env {
        let Value::Instance { class: own, made: Some((at, env)) } = this else {
            return None;
        };
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

    pub(super) fn this(&self, at: At, env: &Env) -> Values {
        let facts = self.facts(at.file);
        // The nearest function that has a `this` of its own.
        for function in facts.functions_around(at.expr) {
            let Some(declared) = facts.function(function) else {
                continue;
            };
            if let Some(class) = declared.class {
                // A frame may know which instance it is.
                if let Some(this) = running_this(env, FunctionAt { file: at.file, function }) {
                    return vec![this];
                }
                let class = ClassAt { file: at.file, class };
                let is_static = facts.classes.get(class.class.index()).is_some_and(|it| {
                    it.members.iter().any(|member| {
                        member.is_static && matches!(member.kind, MemberKind::Method(own) | MemberKind::Getter(own) if own == function)
                    })
                });
                return vec![if is_static {
                    Value::Class(class)
                } else {
                    Value::Instance { class, made: None }
                }];
            }
            if declared.kind == FunctionKind::Arrow {
                continue;
            }
            if function == FunctionId::MODULE {
                break;
            }
            if let Some(this) = running_this(env, FunctionAt { file: at.file, function }) {
                return vec![this];
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

    pub(super) fn index_expr(&self, at: At, object: ExprId, index: ExprId, env: &Env) -> Values {
        let mut keys = self.eval(At { expr: index, ..at }, env);
        // What was kept from another day may be any key; the one that stands beside it is the default.
        if keys.iter().any(|it| matches!(it, Value::Text(_) | Value::Number(_))) {
            keys.retain(|it| !matches!(it, Value::Unknown(_) | Value::Library { .. }));
        }
        let objects = self.eval(At { expr: object, ..at }, env);
        let mut values = Values::new();
        for object in &objects {
            for key in &keys {
                merge(
                    &mut values,
                    match key {
                        Value::Text(name) => self.member(object, name, at),
                        #[expect(
                            clippy::cast_possible_truncation,
                            clippy::cast_sign_loss,
                            reason = "checked to be a small index"
                        )]
                        Value::Number(number)
                            if number.fract() == 0.0 && (0.0..1_000_000.0).contains(number) =>
                        {
                            self.index(object, *number as u32, at)
                        }
                        // Any entry of a table that is written out.
                        _ => match object {
                            Value::Object { at: table, env } => match self.facts(table.file).expr(table.expr)
                            {
                                Expr::Object(entries) => {
                                    if entries.len() > MAX_VALUES {
                                        self.is_cut.set(true);
                                    }
                                    entries
                                        .iter()
                                        .take(MAX_VALUES)
                                        .filter(|entry| matches!(entry.key, PropertyKey::Name(_)))
                                        .flat_map(|entry| {
                                            self.eval(At { file: table.file, expr: entry.value }, env)
                                        })
                                        .collect()
                                }
                                _ => vec![Value::Unknown(at)],
                            },
                            Value::Array { .. } => self.items(vec![object.clone()], at),
                            _ => vec![Value::Unknown(at)],
                        },
                    },
                );
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
                    Some(part) if !matches!(facts.expr(*part), Expr::Spread(_)) => {
                        self.eval(At { file: array.file, expr: *part }, env)
                    }
                    Some(_) => vec![Value::Unknown(at)],
                    None => vec![Value::Undefined],
                }
            }
            Value::Made { gives: Gives::State, at: made, env, argument, package, symbol } => match index {
                0 => {
                    let Some((_, args)) = self.facts(made.file).call(made.expr) else {
                        return vec![Value::Unknown(at)];
                    };
                    let Some(initial) = args.get(*argument) else {
                        return vec![Value::Undefined];
                    };
                    let mut values = Values::new();
                    for value in self.eval(At { file: made.file, expr: *initial }, env) {
                        merge(
                            &mut values,
                            match value {
                                Value::Function { .. } => self.call_with(&value, Vec::new(), at),
                                _ => vec![value],
                            },
                        );
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
}

/// `this` of a function that is being run.
fn running_this(env: &Env, function: FunctionAt) -> Option<Value> {
    let mut frame = env.as_ref();
    while let Some(running) = frame {
        if running.function == function && running.this.is_some() {
            return running.this.clone();
        }
        frame = running.outer.as_ref();
    }
    None
}
