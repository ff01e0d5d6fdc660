//! From an exported name to its definition, through re-exports and barrels.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::program::Program;
use super::resolve::Resolution;
use super::value::At;
use crate::facts::{BindingId, ExportTarget, Expr, Import, ImportedName, Origin};
use crate::source::FileId;

/// What an exported name stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Definition {
    /// A name declared in a file.
    Binding(FileId, BindingId),
    /// A value: `export default x`.
    Expr(At),
    /// A whole module: `export * as x from`.
    Module(FileId),
    /// Something of a third-party package that the repository re-exports.
    Library {
        /// The package.
        package: SmolStr,
        /// The export; empty for the namespace and the default.
        symbol: SmolStr,
    },
}

impl Program {
    /// The definition of an exported name; `None` when the file does not export it or a barrel
    /// on the way could not be resolved.
    pub fn export(&self, file: FileId, name: &str) -> Option<Definition> {
        let known = self.answers.exports.get(file.index())?;
        if let Some(found) = known.lock().ok().and_then(|it| it.get(name).cloned()) {
            return found;
        }
        let found = self.export_through(file, name, &mut FxHashSet::default());
        if let Ok(mut known) = known.lock() {
            known.insert(SmolStr::new(name), found.clone());
        }
        found
    }

    fn export_through(
        &self,
        file: FileId,
        name: &str,
        seen: &mut FxHashSet<(FileId, SmolStr)>,
    ) -> Option<Definition> {
        if seen.len() > 500 || !seen.insert((file, SmolStr::new(name))) {
            return None;
        }
        if !self.may_export(file, name) {
            return None;
        }
        let facts = self.facts(file);
        if let Some(export) = facts.export(name) {
            return match &export.target {
                ExportTarget::Binding(binding) => self.follow_import(file, *binding, seen),
                ExportTarget::Expr(expr) => match facts.expr(*expr) {
                    Expr::Ident { binding: Some(binding), .. } => self.follow_import(file, *binding, seen),
                    _ => Some(Definition::Expr(At { file, expr: *expr })),
                },
                ExportTarget::From { specifier, name, .. } => self.follow(file, specifier, name, seen),
            };
        }
        // The whole of a CommonJS module may be one object: `module.exports = { load }`.
        if name != "default"
            && let Some(whole) = facts.export("default")
            && let ExportTarget::Expr(expr) = whole.target
            && let Expr::Object(properties) = facts.expr(expr)
            && facts.export_stars.is_empty()
            && let Some(property) = properties
                .iter()
                .find(|it| matches!(&it.key, crate::facts::PropertyKey::Name(key) if key == name))
        {
            return Some(Definition::Expr(At { file, expr: property.value }));
        }
        if name == "default" {
            return None;
        }
        facts.export_stars.iter().find_map(|specifier| {
            self.follow(file, specifier, &ImportedName::Named(SmolStr::new(name)), seen)
        })
    }

    /// A name that is itself an import is followed to where it comes from.
    fn follow_import(
        &self,
        file: FileId,
        binding: BindingId,
        seen: &mut FxHashSet<(FileId, SmolStr)>,
    ) -> Option<Definition> {
        let facts = self.facts(file);
        let Origin::Import(import) = facts.binding(binding)?.origin else {
            return Some(Definition::Binding(file, binding));
        };
        let Import { specifier, name, .. } = facts.imports.get(import as usize)?;
        self.follow(file, specifier, name, seen)
    }

    fn follow(
        &self,
        from: FileId,
        specifier: &str,
        name: &ImportedName,
        seen: &mut FxHashSet<(FileId, SmolStr)>,
    ) -> Option<Definition> {
        match (self.resolve(from, specifier), name) {
            (Resolution::File(file), ImportedName::Named(name)) => self.export_through(file, name, seen),
            (Resolution::File(file), _) => Some(Definition::Module(file)),
            (Resolution::Package { name: package }, name) => Some(Definition::Library {
                package,
                symbol: match name {
                    ImportedName::Named(name) if name != "default" => name.clone(),
                    _ => SmolStr::default(),
                },
            }),
            (Resolution::Missing, _) => None,
        }
    }
}
