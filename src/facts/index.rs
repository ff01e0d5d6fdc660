//! The declared names and the exports of a file by what they stand for, so that a question about one of
//! them does not read all. Generated files have thousands.

use super::expr::{Binding, BindingId, Export, ExportTarget, Expr, FileFacts, Origin};

/// Built when the first question comes.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// Bindings by where their values come from, those of one origin in source order.
    origins: Vec<(Origin, BindingId)>,
    /// Positions of exports by name, those of one name in source order.
    names: Vec<u32>,
    /// Positions of exports by the binding that they export, likewise.
    exported: Vec<(BindingId, u32)>,
}

impl Index {
    fn of(facts: &FileFacts) -> Self {
        let mut origins: Vec<_> =
            facts.bindings.iter().zip(0..).map(|(it, at)| (it.origin, BindingId(at))).collect();
        origins.sort_unstable();
        let mut names: Vec<u32> = facts.exports.iter().zip(0..).map(|(_, at)| at).collect();
        names.sort_by_key(|at| facts.exports.get(*at as usize).map(|it| &it.name));
        let mut exported: Vec<_> =
            facts.exports.iter().zip(0..).filter_map(|(it, at)| Some((facts.exported(it)?, at))).collect();
        exported.sort_unstable();
        Self { origins, names, exported }
    }
}

impl FileFacts {
    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(self))
    }

    /// The binding that an export exports: `export { load }`, `export default load`.
    fn exported(&self, export: &Export) -> Option<BindingId> {
        match &export.target {
            ExportTarget::Binding(binding) => Some(*binding),
            ExportTarget::Expr(expr) => match self.expr(*expr) {
                Expr::Ident { binding, .. } => *binding,
                _ => None,
            },
            ExportTarget::From { .. } => None,
        }
    }

    /// The names that get their values from one origin, in source order.
    pub fn bindings_from(&self, origin: Origin) -> impl Iterator<Item = (BindingId, &Binding)> {
        let origins = &self.index().origins;
        let start = origins.partition_point(|(it, _)| *it < origin);
        let found = origins.get(start..).unwrap_or_default().iter().take_while(move |(it, _)| *it == origin);
        found.filter_map(|(_, id)| Some((*id, self.binding(*id)?)))
    }

    /// The export of a name. A later `module.exports` wins, as when it runs.
    pub fn export(&self, name: &str) -> Option<&Export> {
        let named = |at: &u32| self.exports.get(*at as usize);
        let names = &self.index().names;
        let end = names.partition_point(|at| named(at).is_some_and(|it| it.name.as_str() <= name));
        names.get(end.checked_sub(1)?).and_then(named).filter(|it| it.name == name)
    }

    /// The exports of a declared name, in source order.
    pub fn exports_of(&self, binding: BindingId) -> impl Iterator<Item = &Export> {
        let exported = &self.index().exported;
        let start = exported.partition_point(|(it, _)| *it < binding);
        let found = exported.get(start..).unwrap_or_default().iter().take_while(move |it| it.0 == binding);
        found.filter_map(|(_, at)| self.exports.get(*at as usize))
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::{FileFacts, Origin, collect};
    use crate::parse::parse;
    use crate::source::Language;

    fn facts(text: &str) -> FileFacts {
        collect(text, &parse(text.as_bytes(), Language::TypeScript).unwrap(), 100)
    }

    #[test]
    fn questions_by_the_index_are_answered_as_by_reading_all() {
        let facts = facts(
            "import { api } from './api'\nexport const load = () => api.load(), { a, b } = load()\n\
             function watch() {}\nexport { watch, watch as observe, load as default }\nexport * from './x'\n\
             module.exports.save = load\nmodule.exports.save = watch\n",
        );
        assert!(facts.bindings.len() > 4 && facts.exports.len() > 5);
        for binding in &facts.bindings {
            let indexed: Vec<_> = facts.bindings_from(binding.origin).map(|(_, it)| it.span).collect();
            let read = facts.bindings.iter().filter(|it| it.origin == binding.origin);
            assert_eq!(indexed, read.map(|it| it.span).collect::<Vec<_>>());
        }
        for export in &facts.exports {
            let last = facts.exports.iter().rfind(|it| it.name == export.name).unwrap();
            assert_eq!(facts.export(&export.name).unwrap().span, last.span);
        }
        assert!(facts.export("nothing").is_none());
        let (watch, _) = facts
            .bindings_from(facts.bindings.iter().find(|it| it.name == "watch").unwrap().origin)
            .next()
            .unwrap();
        let names: Vec<_> = facts.exports_of(watch).map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["watch", "observe", "save"]);
        assert_eq!(facts.bindings_from(Origin::Nothing).count(), 0);
    }
}
