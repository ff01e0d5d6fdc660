//! Destructuring: which names a pattern declares, and the way to each.

use smol_str::SmolStr;
use tree_sitter::Node as Syntax;

use super::expr::{BindingId, Origin, PathKey, PathStep, PropertyKey};
use super::lower::{Lowerer, children};

impl<'t> Lowerer<'t> {
    /// Declares the names of a pattern. Gives the binding when the pattern is one plain name.
    pub(super) fn pattern(
        &mut self,
        node: Syntax<'t>,
        origin: Origin,
        path: Vec<PathStep>,
        var: bool,
    ) -> Option<BindingId> {
        if path.len() > 32 {
            self.facts.too_deep += 1;
            return None;
        }
        match node.kind() {
            "identifier" | "shorthand_property_identifier_pattern" => {
                return Some(self.declare(node, origin, path, var));
            }
            "object_pattern" => self.object_pattern(node, origin, &path, var),
            "array_pattern" => self.array_pattern(node, origin, &path, var),
            "assignment_pattern" => {
                // A default of the whole: it belongs to the step that led here.
                let default = node.child_by_field_id(self.fields.right).map(|value| self.expr(value));
                let mut path = path;
                if let Some(step) = path.last_mut() {
                    step.default = default;
                }
                let left = node.child_by_field_id(self.fields.left)?;
                return self.pattern(left, origin, path, var);
            }
            "parenthesized_expression" | "non_null_expression" => {
                let inner = *children(node).first()?;
                return self.pattern(inner, origin, path, var);
            }
            _ => {}
        }
        None
    }

    fn object_pattern(&mut self, node: Syntax<'t>, origin: Origin, path: &[PathStep], var: bool) {
        let mut taken: Vec<SmolStr> = Vec::new();
        let step = |key: PathKey, default| {
            let mut longer = path.to_vec();
            longer.push(PathStep { key, default });
            longer
        };
        for entry in children(node) {
            match entry.kind() {
                "shorthand_property_identifier_pattern" => {
                    let name = self.name_of(entry);
                    taken.push(name.clone());
                    self.declare(entry, origin, step(PathKey::Name(name), None), var);
                }
                "object_assignment_pattern" => {
                    let Some(left) = entry.child_by_field_id(self.fields.left) else {
                        continue;
                    };
                    let default = entry.child_by_field_id(self.fields.right).map(|value| self.expr(value));
                    let name = self.name_of(left);
                    taken.push(name.clone());
                    self.declare(left, origin, step(PathKey::Name(name), default), var);
                }
                "pair_pattern" => {
                    let (Some(key), Some(value)) = (
                        entry.child_by_field_id(self.fields.key),
                        entry.child_by_field_id(self.fields.value),
                    ) else {
                        continue;
                    };
                    let key = match self.key(key) {
                        PropertyKey::Name(name) => {
                            taken.push(name.clone());
                            PathKey::Name(name)
                        }
                        _ => PathKey::Unknown,
                    };
                    self.pattern(value, origin, step(key, None), var);
                }
                "rest_pattern" => {
                    let Some(inner) = children(entry).first().copied() else {
                        continue;
                    };
                    let rest = PathKey::Rest(taken.clone().into());
                    self.pattern(inner, origin, step(rest, None), var);
                }
                _ => {}
            }
        }
    }

    fn array_pattern(&mut self, node: Syntax<'t>, origin: Origin, path: &[PathStep], var: bool) {
        // Holes count: `const [, setRows] = …` takes the second item.
        let mut cursor = node.walk();
        let mut at = 0;
        let mut items = Vec::new();
        for child in node.children(&mut cursor) {
            match child.kind() {
                "," => at += 1,
                "[" | "]" | "comment" => {}
                _ => items.push((at, child)),
            }
        }
        for (at, item) in items {
            let mut longer = path.to_vec();
            if item.kind() == "rest_pattern" {
                longer.push(PathStep { key: PathKey::Unknown, default: None });
                if let Some(inner) = children(item).first() {
                    self.pattern(*inner, origin, longer, var);
                }
                continue;
            }
            longer.push(PathStep { key: PathKey::Index(at), default: None });
            self.pattern(item, origin, longer, var);
        }
    }
}
