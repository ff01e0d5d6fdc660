//! Tables, lists and collections by which code tells message types apart.

use smol_str::SmolStr;

use super::carry::Carrier;
use super::flow::{Region, Walk, What, guards_with};
use crate::facts::{Expr, ExprId, Origin, PathKey, PathStep, PropertyKey};
use crate::link::eval::Evaluator;
use crate::link::program::Program;
use crate::link::value::{At, Value};

impl Program {
    /// The entries of a table that a loop registers one by one, when name and handler are what the loop has:
    /// `Object.entries(handlers).forEach(([name, handler]) => socket.on(name, handler))`.
    pub(super) fn looped_entries(&self, name: At, handler: At) -> Vec<(SmolStr, At)> {
        let Some((list, name_path)) = self.item_of(name) else { return Vec::new() };
        let Some((method, table)) = self.table_walked(list) else { return Vec::new() };
        let facts = self.facts(handler.file);
        let is_entry = match (method.as_str(), facts.expr(handler.expr)) {
            // `handlers[name]`
            ("keys", Expr::Index { index, .. }) => {
                name_path.is_none() && self.item_of(At { expr: *index, ..handler }) == Some((list, None))
            }
            ("entries", _) => name_path == Some(0) && self.item_of(handler) == Some((list, Some(1))),
            _ => false,
        };
        if !is_entry {
            return Vec::new();
        }
        let mut entries = Vec::new();
        for value in Evaluator::new(self).eval(table, &None) {
            let Value::Object { at, .. } = value else { continue };
            let Expr::Object(properties) = self.facts(at.file).expr(at.expr) else { continue };
            entries.extend(properties.iter().filter_map(|it| match &it.key {
                PropertyKey::Name(name) => Some((name.clone(), At { file: at.file, expr: it.value })),
                _ => None,
            }));
        }
        entries
    }

    /// The list that a name is an item of, and which part of the item: of `for (const x of list)`, or of a
    /// callback of the list.
    fn item_of(&self, at: At) -> Option<(At, Option<u32>)> {
        let facts = self.facts(at.file);
        let Expr::Ident { binding: Some(binding), .. } = facts.expr(at.expr) else { return None };
        let binding = facts.binding(*binding)?;
        let list = match binding.origin {
            Origin::Item(list) => list,
            Origin::Parameter { function, index: 0 } => {
                let callback = facts.function(function)?.expr?;
                let (callee, args) = facts.call(facts.node(callback).parent?)?;
                let Expr::Member { object, name } = facts.expr(callee) else { return None };
                let walks = args.first() == Some(&callback) && matches!(name.as_str(), "forEach" | "map");
                walks.then_some(*object)?
            }
            _ => return None,
        };
        let part = match binding.path.as_slice() {
            [] => None,
            [PathStep { key: PathKey::Index(index), .. }] => Some(*index),
            _ => return None,
        };
        Some((At { expr: list, ..at }, part))
    }

    /// `Object.keys(handlers)`: `keys`, and the table.
    fn table_walked(&self, list: At) -> Option<(SmolStr, At)> {
        let facts = self.facts(list.file);
        let (callee, args) = facts.call(list.expr)?;
        let Expr::Member { object, name } = facts.expr(callee) else { return None };
        let is_global =
            matches!(facts.expr(*object), Expr::Ident { name, binding: None } if name == "Object");
        let table = args.first().filter(|_| is_global)?;
        Some((name.clone(), At { expr: *table, ..list }))
    }
}

impl Walk<'_> {
    /// `handlers[message.type]`
    pub(super) fn selects(&mut self, entry: At, field: &SmolStr, nesting: u32) {
        let facts = self.program.facts(entry.file);
        let Expr::Index { object, .. } = facts.expr(entry.expr) else {
            return;
        };
        let object = At { expr: *object, ..entry };
        self.table(object, field, nesting);
        self.push(Carrier { at: entry, keys: Vec::new() }, What::Translation(object, field.clone(), nesting));
    }

    /// `socket.send(ANSWERS[message.type])`: every name that a table translates is passed on.
    pub(super) fn translated(&mut self, table: At, sent: At, field: &SmolStr, nesting: u32) {
        for value in Evaluator::new(self.program).eval(table, &None) {
            let Value::Object { at, .. } = value else { continue };
            let Expr::Object(properties) = self.program.facts(at.file).expr(at.expr) else {
                continue;
            };
            for property in properties {
                if let PropertyKey::Name(name) = &property.key {
                    self.route(name.clone(), sent, field, nesting, Region::PassedOn(sent));
                }
            }
        }
    }

    /// Every entry of a table that is keyed by message type.
    fn table(&mut self, object: At, field: &SmolStr, nesting: u32) {
        let values = Evaluator::new(self.program).eval(object, &None);
        for value in values {
            match &value {
                Value::Object { .. } => self.object_table(&value, field, nesting),
                Value::Parameter { .. } => {
                    for supply in self.program.supplied(&value).found {
                        self.object_table(&supply.value, field, nesting);
                    }
                }
                _ => {}
            }
        }
        let (source, _) = self.program.collection_behind(object);
        for made in self.program.collections(source) {
            self.initial_entries(made, field, nesting);
            for entry in self.program.entries_of(made) {
                let Some(key) = entry.key else { continue };
                self.added_entry(key, entry.value, field, nesting);
            }
        }
    }

    fn object_table(&mut self, object: &Value, field: &SmolStr, nesting: u32) {
        let Value::Object { at, env } = object else {
            return;
        };
        let Expr::Object(properties) = self.program.facts(at.file).expr(at.expr) else {
            return;
        };
        for property in properties {
            let value = At { file: at.file, expr: property.value };
            let names = match &property.key {
                PropertyKey::Name(name) => vec![name.clone()],
                PropertyKey::Computed(key) => self.program.texts(At { expr: *key, ..value }, env).0,
                PropertyKey::Spread => {
                    for inner in Evaluator::new(self.program).eval(value, env) {
                        if !matches!(&inner, Value::Object { at: own, .. } if own == at) {
                            self.object_table(&inner, field, nesting);
                        }
                    }
                    continue;
                }
            };
            let values = Evaluator::new(self.program).eval(value, env);
            // A table of labels routes nothing.
            if !values.iter().any(|it| self.program.holds_code(it)) {
                continue;
            }
            for name in names {
                let functions = values.iter().map(|it| (it.clone(), value)).collect();
                self.route(name, value, field, nesting, Region::Functions(functions));
            }
        }
    }

    /// `new Map([["order", show]])`
    fn initial_entries(&mut self, made: At, field: &SmolStr, nesting: u32) {
        let facts = self.program.facts(made.file);
        let Some(list) = self.program.argument_at(made, 0) else {
            return;
        };
        let Expr::Array(pairs) = facts.expr(list.expr) else {
            return;
        };
        for pair in pairs {
            let Expr::Array(parts) = facts.expr(*pair) else {
                continue;
            };
            if let [key, value] = parts.as_ref() {
                let at = |expr: ExprId| At { expr, ..made };
                self.added_entry(at(*key), at(*value), field, nesting);
            }
        }
    }

    /// `listeners.set(type, show)`, wherever the caller decides what type and function are.
    fn added_entry(&mut self, key: At, value: At, field: &SmolStr, nesting: u32) {
        let program = self.program;
        let mut found = Vec::new();
        program.at_deciding_callers(&[key, value], value, &mut |env, place| {
            let (names, _) = program.texts(key, env);
            let values = Evaluator::new(program).eval(value, env);
            let functions: Vec<(Value, At)> = values
                .into_iter()
                .filter(|it| {
                    matches!(it, Value::Function { .. } | Value::Parameter { .. } | Value::Unknown(_))
                })
                .map(|it| (it, place))
                .collect();
            if !functions.is_empty() {
                found.extend(names.into_iter().map(|name| (name, place, functions.clone())));
            }
        });
        for (name, place, functions) in found {
            self.route(name, place, field, nesting, Region::Functions(functions));
        }
    }

    /// A tag is handed to a lookup: `handlers.get(type)`, `["a", "b"].includes(type)`.
    pub(super) fn looked_up(
        &mut self,
        tag: At,
        call: At,
        index: usize,
        callees: &[Value],
        field: &SmolStr,
        nesting: u32,
    ) {
        if index != 0 {
            return;
        }
        let facts = self.program.facts(call.file);
        let Some((callee, _)) = facts.call(call.expr) else {
            return;
        };
        let Expr::Member { object, name } = facts.expr(callee) else {
            return;
        };
        let object = At { expr: *object, ..call };
        match name.as_str() {
            "get" => self.table(object, field, nesting),
            "includes" | "has" if self.leaves_out(call) => {}
            "includes" | "has" => {
                let lists = Evaluator::new(self.program).eval(object, &None);
                for list in lists {
                    let Value::Array { at, env } = list else { continue };
                    let Expr::Array(parts) = self.program.facts(at.file).expr(at.expr) else {
                        continue;
                    };
                    for part in parts {
                        for name in self.program.texts(At { file: at.file, expr: *part }, &env).0 {
                            let region = Region::Guarded { test: call, holds: true };
                            self.route(name, call, field, nesting, region);
                        }
                    }
                }
            }
            _ => {}
        }
        let _ = (tag, callees);
    }

    /// `if (NOISE.includes(message.type)) return`: those in the list are dropped, and all others go on.
    fn leaves_out(&self, test: At) -> bool {
        let goes_on = !guards_with(self.program.facts(test.file), test.expr, false).is_empty();
        goes_on && {
            let outcome = self.program.outcome_of_guarded(test, true);
            outcome.subscribers.is_empty() && outcome.unsupplied.is_empty()
        }
    }
}
