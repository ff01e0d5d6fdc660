//! Whether anything uses a function: a name that stands only in a list of dependencies, behind
//! `void`, or in an object that nobody takes it out of, is not used.

use smol_str::SmolStr;

use crate::facts::{BindingId, ExportTarget, Expr, ExprId, Origin, PropertyKey};
use crate::link::program::Program;
use crate::link::value::FunctionAt;
use crate::source::{FileId, Role};

/// Names that a function is given one after the other.
const MAX_NAMES: u32 = 4;

/// How a function's name stands in the code although nothing uses it.
#[derive(Debug, Default)]
pub(super) struct Unused {
    /// It is exported.
    exported: bool,
    /// It stands in a list of dependencies.
    depended_on: bool,
    /// It stands alone, behind `void`, or as the value of a name that nothing uses.
    silenced: bool,
    /// The function in whose result it is handed out.
    handed_out_by: Option<SmolStr>,
    /// Its mentions.
    mentions: Vec<ExprId>,
}

impl Unused {
    /// How it is used, as the end of a sentence: "it is …". `by_comment`: a comment silences the
    /// warning about it.
    pub fn words(&self, by_comment: bool) -> String {
        match (&self.handed_out_by, self.depended_on, self.silenced, self.exported) {
            (Some(owner), ..) => format!("handed out by `{owner}` and taken by nobody"),
            (None, true, false, _) => "named only in a list of dependencies".to_owned(),
            (None, true, true, _) => "named only in a list of dependencies and silenced".to_owned(),
            (None, false, true, _) => "only silenced".to_owned(),
            (None, false, false, true) => "exported and imported nowhere".to_owned(),
            (None, false, false, false) if by_comment => {
                "used nowhere, and a comment silences that".to_owned()
            }
            (None, false, false, false) => "used nowhere".to_owned(),
        }
    }

    /// Lines on which it is mentioned.
    pub fn lines(&self, program: &Program, file: FileId) -> Vec<u32> {
        let facts = program.facts(file);
        self.mentions.iter().map(|it| program.place_of_span(file, facts.node(*it).span).line).collect()
    }
}

impl Program {
    /// How a function is mentioned that nothing uses; `None` when something uses it, or may.
    pub(super) fn unused(&self, file: FileId, binding: BindingId, function: FunctionAt) -> Option<Unused> {
        let mut unused = Unused::default();
        self.mentions(file, binding, function, 0, &mut unused).then_some(unused)
    }

    /// Whether no mention of a name is a use.
    fn mentions(
        &self,
        file: FileId,
        binding: BindingId,
        function: FunctionAt,
        depth: u32,
        unused: &mut Unused,
    ) -> bool {
        let facts = self.facts(file);
        let Some(declared) = facts.binding(binding) else { return false };
        if depth > MAX_NAMES || !declared.assigned.is_empty() || self.may_be_imported(file, binding, unused) {
            return false;
        }
        let inside = |expr: ExprId| {
            facts.function(function.function).is_some_and(|it| it.first_node <= expr && expr < it.end_node)
        };
        declared.uses.iter().filter(|it| !inside(**it)).all(|mention| {
            unused.mentions.push(*mention);
            self.is_no_use(file, *mention, function, depth, unused)
        })
    }

    /// Whether a mention of a function does nothing with it.
    fn is_no_use(
        &self,
        file: FileId,
        mention: ExprId,
        function: FunctionAt,
        depth: u32,
        unused: &mut Unused,
    ) -> bool {
        let facts = self.facts(file);
        let node = facts.node(mention);
        if facts.function(node.function).is_some_and(|it| it.returns.contains(&mention)) {
            return false;
        }
        match node.parent.map(|parent| (parent, facts.expr(parent))) {
            None => {
                // `void handleOrder;`, or `const _handle = handleOrder`
                unused.silenced = true;
                let named = |origin: Origin| origin == Origin::Value(mention);
                facts.bindings.iter().enumerate().filter(|(_, it)| named(it.origin)).all(|(index, it)| {
                    let id = BindingId(u32::try_from(index).unwrap_or(u32::MAX));
                    it.path.is_empty() && self.mentions(file, id, function, depth + 1, unused)
                })
            }
            // `void handleOrder`: what stands before the last of several is thrown away.
            Some((_, Expr::Sequence(parts))) if parts.last() != Some(&mention) => {
                unused.silenced = true;
                true
            }
            Some((parent, Expr::Unary { .. })) => facts.node(parent).parent.is_none(),
            Some((parent, Expr::Array(_))) => {
                let dependencies = facts
                    .node(parent)
                    .parent
                    .and_then(|call| facts.call(call))
                    .is_some_and(|(_, args)| args.len() >= 2 && args.last() == Some(&parent));
                unused.depended_on |= dependencies;
                dependencies
            }
            Some((parent, Expr::Object(properties))) => {
                let key = properties.iter().find(|it| it.value == mention).map(|it| &it.key);
                let Some(PropertyKey::Name(key)) = key else { return false };
                let owner = facts.function(facts.node(parent).function);
                let Some((owner, name)) = owner.and_then(|it| Some((it, it.name.clone()?))) else {
                    return false;
                };
                // Only what a function gives back at once: an object with a name may go anywhere.
                let given_back = owner.returns.contains(&parent);
                let taken = self.mentions_near(file, key).into_iter().any(|other| {
                    other != file && self.file(other).is_some_and(|it| it.role == Role::Product)
                });
                unused.handed_out_by = Some(name);
                given_back && !taken && !self.reads_member(file, key)
            }
            Some(_) => false,
        }
    }

    /// Whether a name is exported and another file may import it.
    fn may_be_imported(&self, file: FileId, binding: BindingId, unused: &mut Unused) -> bool {
        let facts = self.facts(file);
        let named = facts.exports.iter().filter(|export| match &export.target {
            ExportTarget::Binding(it) => *it == binding,
            ExportTarget::Expr(expr) => {
                matches!(facts.expr(*expr), Expr::Ident { binding: Some(it), .. } if *it == binding)
            }
            ExportTarget::From { .. } => false,
        });
        for export in named {
            unused.exported = true;
            let product =
                |it: &FileId| *it != file && self.file(*it).is_some_and(|it| it.role == Role::Product);
            // Who imports the whole module, or hands on all of it, takes this name along.
            let wholesale = || {
                self.may_import(file).iter().filter(|it| product(it)).any(|other| {
                    if !self.exporting_all.contains(other) && !self.importing_wholes.contains(other) {
                        return false;
                    }
                    let theirs = self.facts(*other);
                    !theirs.export_stars.is_empty()
                        || theirs.imports.iter().any(|it| it.name == crate::facts::ImportedName::Namespace)
                })
            };
            if !self.has_entries()
                || self.is_published(file)
                || export.name == "default"
                || self.mentions_near(file, &export.name).iter().any(product)
                || wholesale()
            {
                return true;
            }
        }
        false
    }
}
