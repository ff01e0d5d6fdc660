//! Which files import which, as their texts show: asked before anything is parsed.

use std::collections::BTreeSet;

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::islands::Islands;
use super::program::Program;
use super::resolve::Resolution;
use crate::facts::{BindingId, ExportTarget, Expr, ExprId, FileFacts, ImportedName, Origin};
use crate::scan;
use crate::source::FileId;

/// Parts of a value that are looked at for what it is made of.
const MAX_PARTS: usize = 400;

/// The imports of all files, as their texts show.
#[derive(Debug)]
pub(super) struct Imports {
    /// The files that may import each file; sorted.
    by: Vec<Vec<FileId>>,
    pub islands: Islands,
}

/// Where exports of a file may be had.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// The modules that export them, under whatever name.
    pub modules: FxHashSet<FileId>,
    /// The names under which those export them.
    pub names: BTreeSet<SmolStr>,
    /// Files that may import them from one of those; sorted.
    pub importers: BTreeSet<FileId>,
}

impl Ways {
    /// The ways from the file itself, without the modules that hand on what it exports.
    pub(super) fn of_importers(importers: &[FileId], names: &FxHashSet<SmolStr>) -> Self {
        Self {
            modules: FxHashSet::default(),
            names: names.iter().cloned().collect(),
            importers: importers.iter().copied().collect(),
        }
    }
}

impl Program {
    /// Whether the text of a file shows a specifier that a question holds for.
    pub(super) fn may_import_what(&self, file: FileId, question: impl Fn(&str) -> bool) -> bool {
        self.specifiers.get(file.index()).is_some_and(|it| it.iter().any(|it| question(it)))
    }

    /// Files that may import a file, sorted. None that does is left out.
    pub(super) fn may_import(&self, file: FileId) -> &[FileId] {
        self.imports().by.get(file.index()).map_or(&[], Vec::as_slice)
    }

    /// The graph of imports.
    pub(super) fn imports(&self) -> &Imports {
        self.imports.get_or_init(|| self.find_imports())
    }

    /// The ways of exports of a file to whoever may import them, as they are or as a part of something:
    /// `export const Orders = memo(OrdersInner)`.
    pub(super) fn ways_of_exports(
        &self,
        file: FileId,
        names: impl IntoIterator<Item = SmolStr>,
        with_parts: bool,
    ) -> Ways {
        let mut ways = Ways::default();
        let mut exports: Vec<(FileId, SmolStr)> = names.into_iter().map(|name| (file, name)).collect();
        let mut at = 0;
        while let Some((module, name)) = exports.get(at).cloned().filter(|_| self.has_room(at, file)) {
            at += 1;
            ways.modules.insert(module);
            ways.names.insert(name.clone());
            for importer in self.may_import(module).iter().copied() {
                let is_named = self.may_mention(importer, &name) || self.importing_wholes.contains(&importer);
                if is_named {
                    ways.importers.insert(importer);
                }
                if (is_named || self.exporting_all.contains(&importer)) && self.may_hand_on(importer) {
                    for handed in self.handed_on(importer, module, &name, with_parts) {
                        let export = (importer, handed);
                        if !exports.contains(&export) {
                            exports.push(export);
                        }
                    }
                }
            }
        }
        ways
    }

    /// The names under which a file exports what it imports of another.
    fn handed_on(&self, file: FileId, from: FileId, name: &str, with_parts: bool) -> Vec<SmolStr> {
        let facts = self.facts(file);
        let is_from = |specifier: &str| self.resolve(file, specifier) == Resolution::File(from);
        let is_it = |imported: &ImportedName| match imported {
            ImportedName::Named(imported) => imported == name,
            ImportedName::Namespace => true,
            ImportedName::Nothing => false,
        };
        let imports = |binding: BindingId| match facts.binding(binding).map(|it| it.origin) {
            Some(Origin::Import(import)) => {
                facts.imports.get(import as usize).is_some_and(|it| is_it(&it.name) && is_from(&it.specifier))
            }
            _ => false,
        };
        let exports = facts.exports.iter().filter(|export| match &export.target {
            ExportTarget::From { specifier, name, .. } => is_it(name) && is_from(specifier),
            ExportTarget::Binding(binding) => {
                imports(*binding) || with_parts && made_of(facts, Made::Name(*binding), &imports)
            }
            ExportTarget::Expr(expr) => match facts.expr(*expr) {
                Expr::Ident { binding: Some(binding), .. } if imports(*binding) => true,
                // `module.exports = require("./orders")`
                Expr::Call { .. } if !with_parts => true,
                _ => with_parts && made_of(facts, Made::Value(*expr), &imports),
            },
        });
        let mut names: Vec<SmolStr> = exports.map(|it| it.name.clone()).collect();
        if name != "default" && facts.export_stars.iter().any(|it| is_from(it)) {
            names.push(SmolStr::new(name));
        }
        names
    }

    /// Whether a file may export what it imports.
    fn may_hand_on(&self, file: FileId) -> bool {
        let Some(known) = self.hands_on.get(file.index()) else { return true };
        *known.get_or_init(|| self.text(file).is_none_or(|text| scan::imports::may_hand_on(&text)))
    }

    fn find_imports(&self) -> Imports {
        let importers: Vec<(FileId, &Vec<SmolStr>)> = (0..).map(FileId).zip(&self.specifiers).collect();
        let edges: Vec<(FileId, FileId)> = importers
            .into_par_iter()
            .flat_map_iter(|(importer, specifiers)| {
                specifiers.iter().filter_map(move |it| match self.resolve(importer, it) {
                    Resolution::File(file) if file != importer => Some((importer, file)),
                    _ => None,
                })
            })
            .collect();
        let mut imported_by = vec![Vec::new(); self.specifiers.len()];
        for (importer, file) in &edges {
            if let Some(importers) = imported_by.get_mut(file.index()) {
                importers.push(*importer);
            }
        }
        imported_by.iter_mut().for_each(Vec::dedup);
        let packages = (0..).map(FileId).zip(&self.specifiers).map(|(file, _)| self.package_number(file));
        Imports { islands: Islands::new(packages.collect(), edges.into_iter()), by: imported_by }
    }
}

/// Something whose making is looked at.
enum Made {
    Name(BindingId),
    Value(ExprId),
}

/// Whether a value is made of one of the names that a question holds for: `memo(Orders)`, `{ Orders }`. What
/// its functions do when they run does not count.
fn made_of(facts: &FileFacts, made: Made, is_it: &dyn Fn(BindingId) -> bool) -> bool {
    let mut parts = vec![made];
    let mut seen = FxHashSet::default();
    for _ in 0..MAX_PARTS {
        let Some(part) = parts.pop() else { return false };
        match part {
            Made::Name(binding) if is_it(binding) => return true,
            Made::Name(binding) => {
                let value = facts.binding(binding).map(|it| it.origin);
                if let Some(Origin::Value(value)) = value
                    && seen.insert(binding)
                {
                    parts.push(Made::Value(value));
                }
            }
            Made::Value(expr) => match facts.expr(expr) {
                Expr::Ident { binding: Some(binding), .. } => parts.push(Made::Name(*binding)),
                // What a call gives is made of its arguments; of a method, only a bound function is the same.
                Expr::Call { callee, args, .. } => {
                    match facts.expr(*callee) {
                        // `module.exports = require("./orders")`
                        Expr::Ident { name, .. } if name == "require" => return true,
                        Expr::Member { object, name } if name == "bind" => parts.push(Made::Value(*object)),
                        _ => {}
                    }
                    parts.extend(args.iter().map(|it| Made::Value(*it)));
                }
                other => other.each_child(|child| parts.push(Made::Value(child))),
            },
        }
    }
    true
}
