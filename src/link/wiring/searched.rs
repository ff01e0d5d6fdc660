//! Tables of handlers that are searched: `HANDLERS.find((it) => it.type === message.type)?.run(message)`.

use smol_str::SmolStr;

use crate::facts::{Expr, Origin, PathKey, PropertyKey};
use crate::link::eval::Evaluator;
use crate::link::program::Program;
use crate::link::value::{At, Value};

/// Methods that look for entries of a list.
const SEARCHES: &[&str] = &["filter", "find", "findLast"];

/// Entries of a table that are read.
const MAX_ENTRIES: usize = 200;

/// An entry: the name that it is found by, where it stands, and its code.
pub(super) struct Entry {
    pub name: SmolStr,
    pub at: At,
    pub code: Vec<(Value, At)>,
}

impl Program {
    /// The entries of the table that a comparison searches. `field`: what the wanted name is compared with, a
    /// field of the entry. `None`: it searches no table that is written out.
    pub(super) fn searched_entries(&self, field: At) -> Option<Vec<Entry>> {
        let (list, key) = self.searched_list(field)?;
        let evaluator = Evaluator::new(self);
        let mut found = Vec::new();
        let mut is_seen = false;
        for table in evaluator.eval(list, &None) {
            let Value::Array { at: table, env } = table else { continue };
            let Expr::Array(items) = self.facts(table.file).expr(table.expr) else { continue };
            is_seen |= !items.is_empty();
            for item in items.iter().take(MAX_ENTRIES) {
                for entry in evaluator.eval(At { expr: *item, ..table }, &env) {
                    found.extend(self.entries_in(&entry, &key));
                }
            }
        }
        is_seen.then_some(found)
    }

    /// The list that a comparison inside a callback searches, and the field that it compares.
    fn searched_list(&self, field: At) -> Option<(At, SmolStr)> {
        let facts = self.facts(field.file);
        let (item, key) = match facts.expr(field.expr) {
            Expr::Member { object, name } => (*object, Some(name.clone())),
            _ => (field.expr, None),
        };
        let Expr::Ident { binding: Some(binding), .. } = facts.expr(item) else { return None };
        let binding = facts.binding(*binding)?;
        let Origin::Parameter { function, index: 0 } = binding.origin else { return None };
        let key = match (key, binding.path.as_slice()) {
            (Some(key), []) => key,
            // `({ type }) => type === message.type`
            (None, [step]) => match &step.key {
                PathKey::Name(name) => name.clone(),
                _ => return None,
            },
            _ => return None,
        };
        let callback = facts.function(function)?.expr?;
        let call = facts.node(callback).parent?;
        let (callee, args) = facts.call(call)?;
        let Expr::Member { object, name } = facts.expr(callee) else { return None };
        (args.first() == Some(&callback) && SEARCHES.contains(&name.as_str()))
            .then_some((At { expr: *object, ..field }, key))
    }

    /// The names and the code of one entry; none of a table that only describes.
    fn entries_in(&self, entry: &Value, key: &str) -> Vec<Entry> {
        let Value::Object { at, env } = entry else { return Vec::new() };
        let Expr::Object(properties) = self.facts(at.file).expr(at.expr) else { return Vec::new() };
        let part = |expr| At { expr, ..*at };
        let (mut names, mut code) = (Vec::new(), Vec::new());
        for property in properties {
            let PropertyKey::Name(name) = &property.key else { continue };
            let value = part(property.value);
            if name == key {
                names = self.texts(value, env).0;
                continue;
            }
            let values = Evaluator::new(self).eval(value, env).into_iter();
            code.extend(values.filter(|it| self.holds_code(it)).map(|it| (it, value)));
        }
        if code.is_empty() {
            return Vec::new();
        }
        names.into_iter().map(|name| Entry { name, at: *at, code: code.clone() }).collect()
    }
}
