//! Message names that TypeScript types spell out.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::flow::TAGS;
use crate::facts::{Expr, ExprId, FileFacts, Origin, TypeMember};
use crate::link::program::Program;
use crate::link::resolve::Resolution;
use crate::link::symbols::Definition;
use crate::source::FileId;

/// What a type stands for.
#[derive(Debug, Default)]
pub(super) struct TypeNames {
    /// Its strings that tell messages apart: values of a tag, or of a union.
    pub names: Vec<SmolStr>,
    /// The types that were looked into.
    pub types: Vec<(FileId, SmolStr)>,
}

impl Program {
    /// The message types that a parameter's type stands for: those of an interface with a tag, of a
    /// union of them, or of a union of strings, wherever they are declared. Sorted.
    pub(super) fn message_types_of(&self, file: FileId, annotation: ExprId) -> Vec<SmolStr> {
        let Expr::Ident { name, .. } = self.facts(file).expr(annotation) else {
            return Vec::new();
        };
        let mut names = self.names_of_type(file, name).names;
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The strings of a type that is seen in a file under a name.
    pub(super) fn names_of_type(&self, file: FileId, name: &SmolStr) -> TypeNames {
        let mut found = TypeNames::default();
        let mut seen = FxHashSet::default();
        let mut left = vec![(file, name.clone())];
        while let Some((file, name)) = left.pop() {
            let Some((file, name)) = self.home_of_type(file, &name) else {
                continue;
            };
            if !self.has_room(seen.len(), file) || !seen.insert((file, name.clone())) {
                continue;
            }
            let facts = self.facts(file);
            if !declares_type(facts, &name) {
                continue;
            }
            for (member, _) in tags(facts, &name) {
                found.names.extend(member.literals.iter().map(|(text, _)| text.clone()));
            }
            let literals = facts.type_literals.iter().filter(|it| it.owner == name);
            found.names.extend(literals.map(|it| it.text.clone()));
            let parts = facts.type_parts.iter().filter(|it| it.owner == name);
            left.extend(parts.map(|it| (file, it.name.clone())));
            found.types.push((file, name));
        }
        found
    }

    /// The file and the name under which a type, or a constant, is declared.
    pub(super) fn home_of_type(&self, file: FileId, name: &SmolStr) -> Option<(FileId, SmolStr)> {
        let facts = self.facts(file);
        if declares_type(facts, name) {
            return Some((file, name.clone()));
        }
        let binding = facts.bindings.iter().find(|it| it.name == *name)?;
        let Origin::Import(import) = binding.origin else {
            return Some((file, name.clone()));
        };
        let import = facts.imports.get(import as usize)?;
        let crate::facts::ImportedName::Named(imported) = &import.name else {
            return None;
        };
        let Resolution::File(target) = self.resolve(file, &import.specifier) else {
            return None;
        };
        match self.export(target, imported)? {
            Definition::Binding(home, binding) => {
                Some((home, self.facts(home).binding(binding)?.name.clone()))
            }
            _ => None,
        }
    }
}

/// Whether a file declares an interface or alias of that name.
pub(super) fn declares_type(facts: &FileFacts, name: &str) -> bool {
    facts.type_members.iter().any(|it| it.owner.as_deref() == Some(name))
        || facts.type_literals.iter().any(|it| it.owner == name)
        || facts.type_parts.iter().any(|it| it.owner == name)
}

/// The members of a type that tell messages apart, with their field: all of the one field that
/// tells most, as near to the top as there is one.
pub(super) fn tags<'f>(facts: &'f FileFacts, owner: &str) -> Vec<(&'f TypeMember, SmolStr)> {
    let own: Vec<&TypeMember> = facts
        .type_members
        .iter()
        .filter(|it| it.owner.as_deref() == Some(owner) && !it.literals.is_empty())
        .collect();
    let rank = |it: &TypeMember| TAGS.iter().position(|tag| *tag == it.name).map(|at| (it.nesting, at));
    let Some(best) = own.iter().filter_map(|it| rank(it)).filter(|(nesting, _)| *nesting < 2).min() else {
        return Vec::new();
    };
    own.into_iter().filter(|it| rank(it) == Some(best)).map(|it| (it, it.name.clone())).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::catalog::Catalog;
    use crate::config::View;
    use crate::discover::{DiscoverOptions, discover};

    #[test]
    fn annotations_lead_to_the_names_of_their_messages() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).unwrap();
        write(
            "messages.ts",
            "export interface Created { type: 'order_created'; detail: { kind: 'big' | 'small' } }\n\
             type Gone = { type: 'order_gone' } | { type: 'order_lost' }\n\
             export type OrderMessage = Created | (Gone) | undefined\n\
             export type Topic = 'orders' | 'stock'\n\
             export interface Order { id: string }\n\
             export type Loop = Loop | Pool\nexport type Pool = Loop\n",
        );
        write("index.ts", "export * from './messages'\n");
        write(
            "show.ts",
            "import type { OrderMessage as Message, Topic, Order, Loop, Created } from './index'\n\
             export function a(it: Message) {}\nexport function b(it: Topic) {}\n\
             export function c(it: Order) {}\nexport function d(it: Loop) {}\n\
             export function e(it: Created) {}\nexport function f(it: Missing) {}\n",
        );
        let options =
            DiscoverOptions { paths: vec![folder.path().to_path_buf()], ..DiscoverOptions::default() };
        let discovery = discover(&options).unwrap();
        let program = Program::open(
            discovery,
            Catalog::embedded().unwrap(),
            &View::default(),
            (true, crate::link::program::Known::default()),
            std::sync::Arc::default(),
            &|| (),
        )
        .unwrap();
        let file = FileId(
            u32::try_from(program.files().iter().position(|it| it.path == "show.ts").unwrap()).unwrap(),
        );
        let types_of = |function: &str| {
            let facts = program.facts(file);
            let function = facts.functions.iter().find(|it| it.name.as_deref() == Some(function)).unwrap();
            program.message_types_of(file, function.params[0].annotation.unwrap())
        };
        assert_eq!(types_of("a"), ["order_created", "order_gone", "order_lost"]);
        assert_eq!(types_of("b"), ["orders", "stock"]);
        assert_eq!(types_of("e"), ["order_created"]);
        for quiet in ["c", "d", "f"] {
            assert!(types_of(quiet).is_empty(), "{quiet}");
        }
    }
}
