//! Which calls may be of a timer: asked before what they call is looked for in other files.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::program::Program;
use super::resolve::Resolution;
use super::value::At;
use crate::catalog::Catalog;
use crate::facts::{Expr, ExprId, FileFacts, ImportedName, JsxTag, MemberKind, Origin, PathKey, PropertyKey};

/// Names that are followed to what they stand for.
const MAX_NAMES: u32 = 6;

/// The names under which timers and delays are called.
#[derive(Debug, Default)]
pub(super) struct TimerNames {
    whole: FxHashSet<SmolStr>,
    /// What stands before and after the `*` of a name.
    open: Vec<(SmolStr, SmolStr)>,
}

impl TimerNames {
    fn of(catalog: &Catalog) -> Self {
        let mut names = Self::default();
        for name in catalog.timer_names() {
            match name.split_once('*') {
                Some((before, after)) => {
                    names.open.push((before.into(), after.rsplit('*').next().unwrap_or_default().into()));
                }
                None => {
                    names.whole.insert(name.into());
                }
            }
        }
        names
    }

    fn holds(&self, name: &str) -> bool {
        self.whole.contains(name)
            || self
                .open
                .iter()
                .any(|(before, after)| name.starts_with(before.as_str()) && name.ends_with(after.as_str()))
    }
}

impl Program {
    /// Whether a callee may be a timer or a delay of a library or the platform. Never no when it is one.
    pub(super) fn may_be_timer(&self, callee: At) -> bool {
        let names = self.answers.timer_names.get_or_init(|| self.find_timer_names());
        self.stands_for_timer(callee, names, 0)
    }

    fn stands_for_timer(&self, at: At, names: &TimerNames, depth: u32) -> bool {
        if depth > MAX_NAMES {
            return true;
        }
        let facts = self.facts(at.file);
        let deeper = |expr: ExprId| self.stands_for_timer(At { expr, ..at }, names, depth + 1);
        match facts.expr(at.expr) {
            Expr::Ident { name, .. } if names.holds(name) => true,
            Expr::Ident { binding: None, .. } => false,
            Expr::Ident { binding: Some(binding), .. } => {
                let Some(binding) = facts.binding(*binding) else { return true };
                let is_part = || {
                    binding.path.iter().any(|it| matches!(&it.key, PathKey::Name(key) if names.holds(key)))
                };
                match binding.origin {
                    Origin::Import(import) => match facts.imports.get(import as usize) {
                        Some(it) => match &it.name {
                            ImportedName::Named(name) if name == "default" => {
                                match self.resolve(at.file, &it.specifier) {
                                    Resolution::File(from) => self.seeds().binary_search(&from).is_ok(),
                                    _ => true,
                                }
                            }
                            ImportedName::Named(name) => names.holds(name),
                            _ => true,
                        },
                        None => true,
                    },
                    _ if !binding.path.is_empty() => {
                        is_part() || binding.path.iter().any(|it| !matches!(it.key, PathKey::Name(_)))
                    }
                    Origin::Value(value) => deeper(value),
                    Origin::Function(_) | Origin::Class(_) | Origin::Parameter { .. } => false,
                    _ => true,
                }
            }
            Expr::Member { name, .. } if names.holds(name) => true,
            Expr::Member { object, name } => {
                matches!(name.as_str(), "call" | "apply" | "bind") && deeper(*object)
            }
            Expr::Call { callee, args, .. } => deeper(*callee) || args.iter().any(|it| deeper(*it)),
            Expr::Function(_) | Expr::Class(_) | Expr::Object(_) | Expr::Text(_) => false,
            _ => true,
        }
    }

    /// Names of the catalog, and those that seeds give to what is so called.
    fn find_timer_names(&self) -> TimerNames {
        let mut names = TimerNames::of(self.catalog());
        let mut given = FxHashSet::default();
        for seed in self.seeds() {
            let facts = self.facts(*seed);
            let is_timer = |expr: ExprId| last_name(facts, expr).is_some_and(|it| names.holds(it));
            for binding in &facts.bindings {
                let is_it = match binding.origin {
                    Origin::Value(value) => is_timer(value),
                    _ => false,
                };
                if is_it || binding.path.iter().any(|it| it.default.is_some_and(is_timer)) {
                    given.insert(binding.name.clone());
                }
            }
            for parameter in facts.functions.iter().flat_map(|it| &it.params) {
                if parameter.default.is_some_and(is_timer)
                    && let Some(binding) = parameter.binding.and_then(|it| facts.binding(it))
                {
                    given.insert(binding.name.clone());
                }
            }
            for member in facts.classes.iter().flat_map(|it| &it.members) {
                if matches!(member.kind, MemberKind::Field(Some(value)) if is_timer(value)) {
                    given.insert(member.name.clone());
                }
            }
            given.extend(facts.writes.iter().filter(|it| is_timer(it.value)).map(|it| it.name.clone()));
            for node in &facts.nodes {
                let properties = match &node.expr {
                    Expr::Object(properties) => properties.as_ref(),
                    Expr::Jsx { tag: JsxTag::Component(_), attributes, .. } => attributes.as_ref(),
                    _ => continue,
                };
                given.extend(properties.iter().filter(|it| is_timer(it.value)).filter_map(
                    |it| match &it.key {
                        PropertyKey::Name(name) => Some(name.clone()),
                        _ => None,
                    },
                ));
            }
            // `export { setIntervalAsync as repeat } from "…"`
            given.extend(facts.exports.iter().filter_map(|export| {
                let is_it = match &export.target {
                    crate::facts::ExportTarget::From { name: ImportedName::Named(name), .. } => {
                        name == "default" || names.holds(name)
                    }
                    crate::facts::ExportTarget::Expr(expr) => is_timer(*expr),
                    crate::facts::ExportTarget::Binding(binding) => {
                        facts.binding(*binding).is_some_and(|it| match it.origin {
                            Origin::Value(value) => is_timer(value),
                            Origin::Import(_) => names.holds(&it.name),
                            _ => false,
                        })
                    }
                    crate::facts::ExportTarget::From { .. } => false,
                };
                is_it.then(|| export.name.clone())
            }));
        }
        names.whole.extend(given);
        names
    }
}

/// The name that an expression ends in.
fn last_name(facts: &FileFacts, expr: ExprId) -> Option<&SmolStr> {
    match facts.expr(expr) {
        Expr::Ident { name, .. } | Expr::Member { name, .. } => Some(name),
        _ => None,
    }
}
