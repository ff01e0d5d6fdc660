//! Callbacks that an HTML template hands to a component: `<orders-table on-refresh="ctrl.load">`.
//!
//! AngularJS applications mount React components through a registry, and then no JSX shows who
//! supplies a prop. The template does, by the registered tag and the dashed name of the prop.

use heck::ToKebabCase;
use html5gum::{Token, Tokenizer};
use smol_str::SmolStr;

use super::eval::{Evaluator, Values};
use super::program::Program;
use super::value::{At, ClassAt, FunctionAt, Value};
use crate::facts::{Expr, FileFacts, FunctionKind, MemberKind};
use crate::source::FileId;

/// An attribute of a custom element in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attribute {
    /// Index of the template.
    pub template: usize,
    /// The element.
    pub tag: String,
    /// The attribute.
    pub name: String,
    /// The last name of its expression: `load` of `(ctrl.load)`.
    pub target: String,
}

/// Every attribute of a custom element that names something of a controller.
pub(super) fn attributes(template: usize, text: &str) -> Vec<Attribute> {
    let mut found = Vec::new();
    for token in Tokenizer::new(text).flatten() {
        let Token::StartTag(tag) = token else { continue };
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        if !name.contains('-') {
            continue;
        }
        for (key, value) in &tag.attributes {
            let value = String::from_utf8_lossy(value);
            let path = value.trim().trim_matches(|it| it == '(' || it == ')').trim_end_matches("()");
            let is_path = !path.is_empty()
                && path.chars().all(|it| it.is_alphanumeric() || matches!(it, '.' | '_' | '$'));
            if is_path && let Some(target) = path.rsplit('.').next() {
                found.push(Attribute {
                    template,
                    tag: name.clone(),
                    name: String::from_utf8_lossy(key).into_owned(),
                    target: target.to_owned(),
                });
            }
        }
    }
    found
}

impl Program {
    /// The functions that templates hand to a prop of a component.
    pub(super) fn template_values(&self, component: FunctionAt, prop: &str) -> Values {
        let attributes = self.template_attributes();
        if attributes.is_empty() || self.injecting_island(component.file).is_none() {
            return Values::new();
        }
        let prop = prop.to_kebab_case();
        let tags = self.registered_tags(component);
        let mut values = Values::new();
        for attribute in attributes.iter().filter(|it| it.name == prop && tags.contains(&it.tag)) {
            values.extend(self.controller_functions(attribute));
        }
        values
    }

    /// Tags under which a component is registered, in dashes.
    fn registered_tags(&self, component: FunctionAt) -> Vec<String> {
        let names = self.names_of(component);
        let mut tags = Vec::new();
        for file in names.iter().flat_map(|name| self.files_mentioning(component.file, name)) {
            let facts = self.facts(file);
            for call in &facts.calls {
                let Some((callee, [key, value, ..])) = facts.call(*call) else {
                    continue;
                };
                let (Expr::Member { name: method, .. }, Expr::Text(tag)) =
                    (facts.expr(callee), facts.expr(*key))
                else {
                    continue;
                };
                if self.catalog().registry(method).is_some()
                    && self.holds_component(file, facts, *value, component, &names)
                {
                    tags.push(tag.to_kebab_case());
                }
            }
        }
        tags.sort();
        tags.dedup();
        tags
    }

    /// Whether a registered value wraps the component, however deep.
    fn holds_component(
        &self,
        file: FileId,
        facts: &FileFacts,
        value: crate::facts::ExprId,
        component: FunctionAt,
        names: &[SmolStr],
    ) -> bool {
        let span = facts.node(value).span;
        facts.bindings.iter().filter(|it| names.contains(&it.name)).flat_map(|it| &it.uses).any(|used| {
            let at = facts.node(*used).span;
            span.start <= at.start
                && at.end <= span.end
                && Evaluator::new(self)
                    .eval(At { file, expr: *used }, &None)
                    .iter()
                    .any(|it| matches!(it, Value::Function { at, .. } if *at == component))
        })
    }

    /// Functions of the name that a template uses, in the files beside it.
    fn controller_functions(&self, attribute: &Attribute) -> Values {
        let Some(template) = self.template_path(attribute.template) else {
            return Values::new();
        };
        let folder = template.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut values = Values::new();
        for file in self.mentions_of(&attribute.target) {
            let beside =
                self.file(file).and_then(|it| it.path.rsplit_once('/')).is_some_and(|(it, _)| it == folder);
            if !beside {
                continue;
            }
            let facts = self.facts(file);
            for (index, class) in facts.classes.iter().enumerate() {
                for member in class.members.iter().filter(|it| it.name == attribute.target.as_str()) {
                    if let MemberKind::Method(function) = member.kind {
                        let class = ClassAt {
                            file,
                            class: crate::facts::ClassId(u32::try_from(index).unwrap_or(u32::MAX)),
                        };
                        values.push(Value::Function {
                            at: FunctionAt { file, function },
                            env: None,
                            this: Some(std::sync::Arc::new(Value::Instance { class, made: None })),
                        });
                    }
                }
            }
            for (index, function) in facts.functions.iter().enumerate() {
                let named = function.name.as_deref() == Some(attribute.target.as_str());
                if named && function.class.is_none() && function.kind != FunctionKind::Module {
                    let function = crate::facts::FunctionId(u32::try_from(index).unwrap_or(u32::MAX));
                    values.push(Value::Function { at: FunctionAt { file, function }, env: None, this: None });
                }
            }
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::attributes;

    #[test]
    fn attributes_of_custom_elements_name_controller_functions() {
        let found = attributes(
            3,
            r#"<div on-refresh="skip"></div><orders-table rows="ctrl.rows" on-refresh="(ctrl.load)" big="a > b">"#,
        );
        let short: Vec<_> =
            found.iter().map(|it| (it.tag.as_str(), it.name.as_str(), it.target.as_str())).collect();
        assert!(short.contains(&("orders-table", "on-refresh", "load")));
        assert!(!short.iter().any(|(tag, ..)| *tag == "div"));
        assert!(!short.iter().any(|(_, name, _)| *name == "big"));
    }
}
