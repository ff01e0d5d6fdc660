//! Configuration about polling that nothing reads any more.

use super::program::Program;
use super::timer::{Leftover, Step};
use super::value::At;
use crate::facts::{BindingId, Expr, ExprId, FunctionId, Origin, PathKey, PropertyKey, TypeMemberKind};
use crate::source::{FileId, Role, Span};

/// Words beside `poll` that make a name one about polling, and not about votes.
const COMPANIONS: [&str; 11] = [
    "interval",
    "rate",
    "ms",
    "delay",
    "enable",
    "enabled",
    "frequency",
    "period",
    "timeout",
    "seconds",
    "every",
];

impl Program {
    /// Leftovers of all files that speak of polling, sorted by place.
    pub fn leftovers(&self) -> Vec<Leftover> {
        let mut leftovers = Vec::new();
        for file in self.polling_files() {
            if self.file(*file).is_some_and(|it| it.role == Role::Product) {
                self.unread_names(*file, &mut leftovers);
                self.unread_objects(*file, &mut leftovers);
                self.unread_type_members(*file, &mut leftovers);
            }
        }
        leftovers.sort_by_key(|it| it.place);
        leftovers.dedup_by_key(|it| it.place);
        leftovers
    }

    /// Constants and parameters.
    fn unread_names(&self, file: FileId, leftovers: &mut Vec<Leftover>) {
        let facts = self.facts(file);
        for (index, binding) in facts.bindings.iter().enumerate() {
            if !binding.uses.is_empty() || !binding.assigned.is_empty() {
                continue;
            }
            // `{ pollInterval: rate }` is about polling whatever the local name is.
            let key = binding.path.iter().rev().find_map(|step| match &step.key {
                PathKey::Name(name) => Some(name.clone()),
                _ => None,
            });
            let name = key.unwrap_or_else(|| binding.name.clone());
            if !self.is_about_polling(&name) {
                continue;
            }
            let what = match binding.origin {
                // Taking a member out of the rest, `({ pollInterval, ...rest })`, drops it on purpose.
                Origin::Parameter { function, .. } if !has_rest_sibling(facts, function) => "parameter",
                Origin::Value(_) if binding.function == FunctionId::MODULE && binding.path.is_empty() => {
                    "constant"
                }
                _ => continue,
            };
            let id = BindingId(u32::try_from(index).unwrap_or(u32::MAX));
            if self.uses_of(file, id).is_empty() && !self.is_reexported(file, &binding.name) {
                leftovers.push(self.leftover(file, binding.span, name.to_string(), what));
            }
        }
    }

    /// Objects with an interval option that no name leads to a reader.
    fn unread_objects(&self, file: FileId, leftovers: &mut Vec<Leftover>) {
        let facts = self.facts(file);
        let keys = self.option_keys();
        for (index, binding) in facts.bindings.iter().enumerate() {
            let Origin::Value(value) = binding.origin else {
                continue;
            };
            let Expr::Object(properties) = facts.expr(value) else {
                continue;
            };
            if binding.function != FunctionId::MODULE || !binding.uses.is_empty() {
                continue;
            }
            let id = BindingId(u32::try_from(index).unwrap_or(u32::MAX));
            let unread = || self.uses_of(file, id).is_empty() && !self.is_reexported(file, &binding.name);
            for property in properties {
                if let PropertyKey::Name(key) = &property.key
                    && keys.contains(key.as_str())
                    && unread()
                {
                    leftovers.push(self.leftover(
                        file,
                        property.span,
                        format!("{}.{key}", binding.name),
                        "option",
                    ));
                }
            }
        }
    }

    /// Members of types that no code of the program mentions beside their declaration.
    fn unread_type_members(&self, file: FileId, leftovers: &mut Vec<Leftover>) {
        let facts = self.facts(file);
        for member in facts.type_members.iter().filter(|it| it.kind != TypeMemberKind::Method) {
            if !self.is_about_polling(&member.name)
                || self.mentions_near(file, &member.name).iter().any(|it| *it != file)
            {
                continue;
            }
            let read_here = facts.bindings.iter().any(|it| {
                it.name == member.name
                    || it
                        .path
                        .iter()
                        .any(|step| matches!(&step.key, PathKey::Name(key) if *key == member.name))
            }) || facts.nodes.iter().any(|node| match &node.expr {
                Expr::Member { name, .. } | Expr::Ident { name, .. } => *name == member.name,
                Expr::Object(properties) => properties
                    .iter()
                    .any(|it| matches!(&it.key, PropertyKey::Name(key) if *key == member.name)),
                _ => false,
            });
            if !read_here {
                leftovers.push(self.leftover(file, member.span, member.name.to_string(), "interface member"));
            }
        }
    }

    fn leftover(&self, file: FileId, span: Span, name: String, what: &'static str) -> Leftover {
        let place = self.place_of_span(file, span);
        let label = format!("{name} is declared and never read");
        Leftover { place, name, what, chain: vec![Step { place, label }] }
    }

    /// Whether a barrel hands a name on, so that readers may be out of sight.
    fn is_reexported(&self, file: FileId, name: &str) -> bool {
        let facts = self.facts(file);
        let exported = facts.exports.iter().any(|it| it.name == name);
        exported
            && self
                .mentions_near(file, name)
                .into_iter()
                .filter(|other| *other != file)
                .any(|other| !self.facts(other).nodes.is_empty() && self.mentions_in_code(other, name))
    }

    fn mentions_in_code(&self, file: FileId, name: &str) -> bool {
        let facts = self.facts(file);
        facts.exports.iter().any(|it| it.name == name)
            || facts.nodes.iter().any(|node| matches!(&node.expr, Expr::Ident { name: it, .. } | Expr::Member { name: it, .. } if it == name))
    }

    fn is_about_polling(&self, name: &str) -> bool {
        if self.option_keys().contains(name) {
            return true;
        }
        let words = words(name);
        let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
        has(&["poll", "polling"]) && has(&COMPANIONS)
    }

    /// The place of an expression that stands for a whole file.
    pub fn start_of(&self, file: FileId) -> At {
        At { file, expr: ExprId(0) }
    }
}

fn has_rest_sibling(facts: &crate::facts::FileFacts, function: FunctionId) -> bool {
    facts.bindings.iter().any(|it| {
        matches!(it.origin, Origin::Parameter { function: owner, .. } if owner == function)
            && it.path.iter().any(|step| matches!(step.key, PathKey::Rest(_)))
    })
}

/// The words of a camel-case, snake-case or upper-case name, in lower case.
fn words(name: &str) -> Vec<String> {
    use heck::ToSnakeCase;
    name.to_snake_case().split('_').map(str::to_owned).collect()
}
