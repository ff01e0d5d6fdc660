//! Statements: declarations, conditions, loops, imports and exports.

use smol_str::SmolStr;
use tree_sitter::Node as Syntax;

use super::expr::{
    Export, ExportTarget, Expr, ExprId, GuardKind, Import, ImportedName, Loop, LoopId, LoopKind, Origin,
    Property, PropertyKey, TypeLiteral, TypeMember, TypeMemberKind, TypePart,
};
use crate::source::Span;

use super::lower::{Lowerer, children, has_token, span, unquote};

impl<'t> Lowerer<'t> {
    /// The statements of a block, in order; an early exit guards what follows it.
    pub(super) fn statements(&mut self, block: Syntax<'t>) {
        let outer = self.guard;
        for statement in children(block) {
            self.statement(statement);
        }
        self.guard = outer;
    }

    fn block(&mut self, node: Syntax<'t>) {
        let scope = self.scopes.open(false);
        let outer = self.guard;
        if node.kind() == "statement_block" {
            self.statements(node);
        } else {
            self.statement(node);
        }
        self.guard = outer;
        self.scopes.close(scope);
    }

    fn statement(&mut self, node: Syntax<'t>) {
        if self.depth >= self.nesting {
            self.facts.too_deep += 1;
            self.push(Expr::Unseen, span(node));
            return;
        }
        self.depth += 1;
        self.statement_inside(node);
        self.depth -= 1;
    }

    fn statement_inside(&mut self, node: Syntax<'t>) {
        match node.kind() {
            "expression_statement" => {
                for child in children(node) {
                    let expr = self.expr(child);
                    self.module_statement(expr);
                }
            }
            "lexical_declaration" => {
                self.variables(node, false);
            }
            "variable_declaration" => {
                self.variables(node, true);
            }
            "function_declaration" | "generator_function_declaration" => {
                self.function_declaration(node);
            }
            "class_declaration" | "abstract_class_declaration" => {
                self.class_declaration(node);
            }
            "enum_declaration" => {
                self.enumeration(node);
            }
            "import_statement" => self.import(node),
            "export_statement" => self.export(node),
            "if_statement" => self.if_statement(node),
            "while_statement" | "do_statement" | "for_statement" | "for_in_statement" => {
                self.loop_statement(node)
            }
            "switch_statement" => self.switch(node),
            "try_statement" => {
                if let Some(body) = node.child_by_field_id(self.fields.body) {
                    self.block(body);
                }
                if let Some(handler) = node.child_by_field_id(self.fields.handler) {
                    self.guarded(None, true, GuardKind::Catch, |this| {
                        let scope = this.scopes.open(false);
                        if let Some(parameter) = handler.child_by_field_id(self.fields.parameter) {
                            this.pattern(parameter, Origin::Nothing, Vec::new(), false);
                        }
                        if let Some(body) = handler.child_by_field_id(self.fields.body) {
                            this.block(body);
                        }
                        this.scopes.close(scope);
                    });
                }
                if let Some(body) = node
                    .child_by_field_id(self.fields.finalizer)
                    .and_then(|it| it.child_by_field_id(self.fields.body))
                {
                    self.block(body);
                }
            }
            "return_statement" => {
                self.ends_loops(true);
                if let Some(value) = children(node).first() {
                    let value = self.expr(*value);
                    self.returns(value);
                }
            }
            "throw_statement" => {
                self.ends_loops(true);
                if let Some(value) = children(node).first() {
                    self.expr(*value);
                }
            }
            "break_statement" => self.ends_loops(false),
            "statement_block" => self.block(node),
            "labeled_statement" => {
                if let Some(body) = node.child_by_field_id(self.fields.body) {
                    self.statement(body);
                }
            }
            "internal_module" | "module" => {
                if let Some(name) =
                    node.child_by_field_id(self.fields.name).filter(|it| it.kind() == "identifier")
                {
                    self.declare(name, Origin::Nothing, Vec::new(), false);
                }
                if let Some(body) = node.child_by_field_id(self.fields.body) {
                    self.block(body);
                }
            }
            "interface_declaration" | "type_alias_declaration" => {
                self.type_declaration(node);
            }
            "ambient_declaration"
            | "function_signature"
            | "continue_statement"
            | "empty_statement"
            | "debugger_statement"
            | "hash_bang_line"
            | "import_alias" => {}
            // Syntax errors and whatever the grammar adds: look for code inside.
            "ERROR" => {
                for child in children(node) {
                    if child.kind().ends_with("statement") || child.kind().ends_with("declaration") {
                        self.statement(child);
                    } else {
                        self.expr(child);
                    }
                }
            }
            _ => {
                self.expr(node);
            }
        }
    }

    /// What only a statement of the module can be: a directive, or a CommonJS export.
    fn module_statement(&mut self, expr: ExprId) {
        match self.facts.expr(expr) {
            Expr::Text(text) if text.starts_with("use ") && self.facts.imports.is_empty() => {
                let text = text.clone();
                self.facts.directive.get_or_insert(text);
            }
            Expr::Assign { target, value, .. } => {
                let (target, value) = (*target, *value);
                if let Some(name) = self.commonjs_export(target) {
                    self.facts.exports.push(Export {
                        name,
                        target: ExportTarget::Expr(value),
                        span: self.facts.node(expr).span,
                    });
                }
            }
            _ => {}
        }
    }

    /// The name under which `module.exports = …`, `module.exports.x = …` or `exports.x = …` exports.
    fn commonjs_export(&self, target: ExprId) -> Option<SmolStr> {
        let is_name = |expr: ExprId, text: &str| matches!(self.facts.expr(expr), Expr::Ident { name, .. } if name == text);
        let is_module_exports = |expr: ExprId| matches!(self.facts.expr(expr), Expr::Member { object, name } if name == "exports" && is_name(*object, "module"));
        if is_module_exports(target) {
            return Some(SmolStr::new_static("default"));
        }
        match self.facts.expr(target) {
            Expr::Member { object, name } if is_name(*object, "exports") || is_module_exports(*object) => {
                Some(name.clone())
            }
            _ => None,
        }
    }

    fn variables(&mut self, node: Syntax<'t>, var: bool) -> Vec<(SmolStr, super::expr::BindingId)> {
        let mut declared = Vec::new();
        for declarator in children(node) {
            if declarator.kind() != "variable_declarator" {
                continue;
            }
            let Some(name) = declarator.child_by_field_id(self.fields.name) else {
                continue;
            };
            let annotation =
                declarator.child_by_field_id(self.fields.type_).and_then(|it| self.annotation(it));
            let value = declarator.child_by_field_id(self.fields.value).map(|value| self.expr(value));
            let first = self.facts.bindings.len();
            match value {
                Some(value) => {
                    if name.kind() == "identifier" {
                        let text = self.name_of(name);
                        self.name_value(value, &text);
                    }
                    match self.required(value) {
                        Some(specifier) => self.require(name, specifier),
                        None => {
                            self.pattern(name, Origin::Value(value), Vec::new(), var);
                        }
                    }
                }
                None => {
                    self.pattern(name, Origin::Nothing, Vec::new(), var);
                }
            }
            for (at, binding) in self.facts.bindings.iter_mut().enumerate().skip(first) {
                if binding.path.is_empty() {
                    binding.annotation = binding.annotation.or(annotation);
                }
                if binding.function == self.function {
                    declared.push((binding.name.clone(), super::expr::BindingId::next(at)));
                }
            }
        }
        declared
    }

    /// The specifier of `require('x')`.
    fn required(&self, value: ExprId) -> Option<SmolStr> {
        let (callee, args) = self.facts.call(value)?;
        let Expr::Ident { name, .. } = self.facts.expr(callee) else {
            return None;
        };
        match (name.as_str(), args) {
            ("require", [specifier]) => match self.facts.expr(*specifier) {
                Expr::Text(specifier) => Some(specifier.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    fn require(&mut self, name: Syntax<'t>, specifier: SmolStr) {
        if name.kind() == "identifier" {
            self.add_import(name, specifier, ImportedName::Namespace, false);
            return;
        }
        for entry in children(name) {
            let (key, local) = match entry.kind() {
                "shorthand_property_identifier_pattern" => (entry, entry),
                "pair_pattern" => {
                    match (
                        entry.child_by_field_id(self.fields.key),
                        entry.child_by_field_id(self.fields.value),
                    ) {
                        (Some(key), Some(value)) if value.kind() == "identifier" => (key, value),
                        _ => continue,
                    }
                }
                _ => continue,
            };
            let imported = ImportedName::Named(self.name_of(key));
            self.add_import(local, specifier.clone(), imported, false);
        }
    }

    fn add_import(&mut self, local: Syntax<'t>, specifier: SmolStr, name: ImportedName, type_only: bool) {
        let at = u32::try_from(self.facts.imports.len()).unwrap_or(u32::MAX);
        let binding = self.declare(local, Origin::Import(at), Vec::new(), false);
        self.facts.imports.push(Import {
            specifier,
            name,
            type_only,
            span: span(local),
            binding: Some(binding),
        });
    }

    fn import(&mut self, node: Syntax<'t>) {
        let type_only = has_token(node, "type");
        let Some(source) = node.child_by_field_id(self.fields.source) else {
            // `import x = require('y')`
            for clause in children(node).into_iter().filter(|it| it.kind() == "import_require_clause") {
                let parts = children(clause);
                if let (Some(local), Some(source)) =
                    (parts.first(), clause.child_by_field_id(self.fields.source))
                {
                    let specifier = unquote(self.source(source));
                    self.add_import(*local, specifier, ImportedName::Namespace, type_only);
                }
            }
            return;
        };
        let specifier = unquote(self.source(source));
        let Some(clause) = children(node).into_iter().find(|it| it.kind() == "import_clause") else {
            self.facts.imports.push(Import {
                specifier,
                name: ImportedName::Nothing,
                type_only: false,
                span: span(node),
                binding: None,
            });
            return;
        };
        for part in children(clause) {
            match part.kind() {
                "identifier" => {
                    let name = ImportedName::Named(SmolStr::new_static("default"));
                    self.add_import(part, specifier.clone(), name, type_only);
                }
                "namespace_import" => {
                    if let Some(local) = children(part).first() {
                        self.add_import(*local, specifier.clone(), ImportedName::Namespace, type_only);
                    }
                }
                "named_imports" => {
                    for entry in children(part) {
                        let Some(name) = entry.child_by_field_id(self.fields.name) else {
                            continue;
                        };
                        let local = entry.child_by_field_id(self.fields.alias).unwrap_or(name);
                        let imported = ImportedName::Named(unquote(self.source(name)));
                        let type_only = type_only || has_token(entry, "type");
                        self.add_import(local, specifier.clone(), imported, type_only);
                    }
                }
                _ => {}
            }
        }
    }

    fn export(&mut self, node: Syntax<'t>) {
        let at = span(node);
        let default = has_token(node, "default");
        let source = node.child_by_field_id(self.fields.source).map(|source| unquote(self.source(source)));
        if let Some(declaration) = node.child_by_field_id(self.fields.declaration) {
            let declared = match declaration.kind() {
                "lexical_declaration" => self.variables(declaration, false),
                "variable_declaration" => self.variables(declaration, true),
                "function_declaration" | "generator_function_declaration" => {
                    self.function_declaration(declaration).into_iter().collect()
                }
                "class_declaration" | "abstract_class_declaration" => {
                    self.class_declaration(declaration).into_iter().collect()
                }
                "enum_declaration" => self.enumeration(declaration).into_iter().collect(),
                "interface_declaration" | "type_alias_declaration" => {
                    let declared = self.type_declaration(declaration);
                    // A constant may share the name of its type; then the name stands for both.
                    let taken = |name: &SmolStr| self.facts.exports.iter().any(|it| it.name == *name);
                    declared.into_iter().filter(|(name, _)| !taken(name)).collect()
                }
                _ => {
                    self.statement(declaration);
                    Vec::new()
                }
            };
            for (name, binding) in declared {
                let name = if default { SmolStr::new_static("default") } else { name };
                self.facts.exports.push(Export { name, target: ExportTarget::Binding(binding), span: at });
            }
            return;
        }
        if let Some(value) = node.child_by_field_id(self.fields.value) {
            let value = self.expr(value);
            let name = SmolStr::new_static("default");
            self.facts.exports.push(Export { name, target: ExportTarget::Expr(value), span: at });
            return;
        }
        for part in children(node) {
            match part.kind() {
                "export_clause" => {
                    for entry in children(part) {
                        let Some(name) = entry.child_by_field_id(self.fields.name) else {
                            continue;
                        };
                        let exported = entry.child_by_field_id(self.fields.alias).unwrap_or(name);
                        let exported = unquote(self.source(exported));
                        let target = match &source {
                            Some(specifier) => ExportTarget::From {
                                specifier: specifier.clone(),
                                name: ImportedName::Named(unquote(self.source(name))),
                                type_only: has_token(node, "type") || has_token(entry, "type"),
                            },
                            None => ExportTarget::Expr(self.mention(name)),
                        };
                        self.facts.exports.push(Export { name: exported, target, span: span(entry) });
                    }
                }
                "namespace_export" => {
                    if let (Some(specifier), Some(name)) = (&source, children(part).first()) {
                        let target = ExportTarget::From {
                            specifier: specifier.clone(),
                            name: ImportedName::Namespace,
                            type_only: has_token(node, "type"),
                        };
                        let name = unquote(self.source(*name));
                        self.facts.exports.push(Export { name, target, span: at });
                    }
                }
                _ => {}
            }
        }
        if has_token(node, "*")
            && let Some(specifier) = source
        {
            self.facts.export_stars.push(specifier);
        }
    }

    fn function_declaration(&mut self, node: Syntax<'t>) -> Option<(SmolStr, super::expr::BindingId)> {
        let function = self.function(node, None);
        // `export default function () {}` has no name, and is found through its export.
        let Some(name) = node.child_by_field_id(self.fields.name) else {
            let value = self.push(Expr::Function(function), span(node));
            let name = SmolStr::new_static("default");
            self.facts.exports.push(Export { name, target: ExportTarget::Expr(value), span: span(node) });
            return None;
        };
        let binding = self.declare(name, Origin::Function(function), Vec::new(), true);
        Some((self.name_of(name), binding))
    }

    fn class_declaration(&mut self, node: Syntax<'t>) -> Option<(SmolStr, super::expr::BindingId)> {
        let class = self.class(node);
        let name = node.child_by_field_id(self.fields.name)?;
        let binding = self.declare(name, Origin::Class(class), Vec::new(), false);
        Some((self.name_of(name), binding))
    }

    /// An enum is an object whose members are its values.
    fn enumeration(&mut self, node: Syntax<'t>) -> Option<(SmolStr, super::expr::BindingId)> {
        let mut properties = Vec::new();
        let mut next = 0.0;
        for member in node.child_by_field_id(self.fields.body).map(children).unwrap_or_default() {
            let (name, value) = match member.kind() {
                "enum_assignment" => {
                    (member.child_by_field_id(self.fields.name), member.child_by_field_id(self.fields.value))
                }
                _ => (Some(member), None),
            };
            let Some(name) = name else { continue };
            let value = match value {
                Some(value) => self.expr(value),
                None => self.push(Expr::Number(next), span(name)),
            };
            next = match self.facts.expr(value) {
                Expr::Number(number) => number + 1.0,
                _ => next + 1.0,
            };
            properties.push(Property {
                key: PropertyKey::Name(unquote(self.source(name))),
                value,
                span: span(name),
                shorthand: false,
                getter: false,
            });
        }
        let object = self.push(Expr::Object(properties.into()), span(node));
        let name = node.child_by_field_id(self.fields.name)?;
        let binding = self.declare(name, Origin::Value(object), Vec::new(), false);
        Some((self.name_of(name), binding))
    }

    fn if_statement(&mut self, node: Syntax<'t>) {
        let Some(condition) = node.child_by_field_id(self.fields.condition) else {
            return;
        };
        let test = self.expr(condition);
        let consequence = node.child_by_field_id(self.fields.consequence);
        let alternative = node.child_by_field_id(self.fields.alternative);
        if let Some(body) = consequence {
            self.guarded(Some(test), true, GuardKind::If, |this| this.block(body));
        }
        if let Some(body) = alternative.and_then(|it| children(it).first().copied()) {
            self.guarded(Some(test), false, GuardKind::If, |this| this.block(body));
        }
        let leaves = |body: Option<Syntax<'t>>| body.is_some_and(always_leaves);
        match (leaves(consequence), leaves(alternative.and_then(|it| children(it).first().copied()))) {
            (true, false) => self.add_guard(Some(test), false, GuardKind::EarlyExit),
            (false, true) => self.add_guard(Some(test), true, GuardKind::EarlyExit),
            _ => {}
        }
    }

    fn switch(&mut self, node: Syntax<'t>) {
        let Some(value) = node.child_by_field_id(self.fields.value) else {
            return;
        };
        let value = self.expr(value);
        let scope = self.scopes.open(false);
        // `case "a": case "b": …` runs for both.
        let mut shared: Option<ExprId> = None;
        for case in node.child_by_field_id(self.fields.body).map(children).unwrap_or_default() {
            let label = case.child_by_field_id(self.fields.value);
            let test = label.map(|label| {
                let label = self.expr(label);
                // The comparison that `case` makes; `value` keeps its first parent for this.
                let op = super::expr::BinaryOp::Equal;
                self.push(Expr::Binary { op, left: value, right: label }, span(case))
            });
            let test = match (shared.take(), test) {
                (Some(left), Some(right)) => {
                    let op = super::expr::BinaryOp::Or;
                    Some(self.push(Expr::Binary { op, left, right }, span(case)))
                }
                // `case "a": default:` runs for everything.
                (Some(_), None) => None,
                (None, test) => test,
            };
            if children(case).iter().all(|statement| Some(*statement) == label) {
                shared = test;
                continue;
            }
            self.guarded(test.or(Some(value)), true, GuardKind::Case, |this| {
                for statement in children(case) {
                    if Some(statement) != label {
                        this.statement(statement);
                    }
                }
            });
        }
        self.scopes.close(scope);
    }

    fn loop_statement(&mut self, node: Syntax<'t>) {
        let kind = match node.kind() {
            "while_statement" => LoopKind::While,
            "do_statement" => LoopKind::DoWhile,
            "for_statement" => LoopKind::For,
            _ if has_token(node, "await") => LoopKind::ForAwait,
            _ if node.child_by_field_id(self.fields.operator).is_some_and(|op| op.kind() == "in") => {
                LoopKind::ForIn
            }
            _ => LoopKind::ForOf,
        };
        let id = LoopId::next(self.facts.loops.len());
        self.facts.loops.push(Loop {
            kind,
            test: None,
            iterable: None,
            span: span(node),
            function: self.function,
            guard: self.guard,
            parent: self.in_loop,
            ends_inside: false,
            first_node: self.next_expr(),
            end_node: self.next_expr(),
        });
        let scope = self.scopes.open(false);
        let outer_loop = self.in_loop;
        let outer_guard = self.guard;
        let mut iterable = None;
        if node.kind() == "for_in_statement" {
            iterable = node.child_by_field_id(self.fields.right).map(|right| self.expr(right));
            if let (Some(left), Some(iterable)) = (node.child_by_field_id(self.fields.left), iterable) {
                let var = node.child_by_field_id(self.fields.kind).is_some_and(|kind| kind.kind() == "var");
                self.pattern(left, Origin::Item(iterable), Vec::new(), var);
            }
        }
        if let Some(start) = node.child_by_field_id(self.fields.initializer) {
            self.statement(start);
        }
        self.in_loop = Some(id);
        let condition =
            node.child_by_field_id(self.fields.condition).filter(|it| it.kind() != "empty_statement");
        let test = condition.map(|it| match it.kind() {
            "expression_statement" => children(it).first().copied().unwrap_or(it),
            _ => it,
        });
        let test = test.map(|test| self.expr(test));
        if let Some(body) = node.child_by_field_id(self.fields.body) {
            self.block(body);
        }
        if let Some(step) = node.child_by_field_id(self.fields.increment) {
            self.expr(step);
        }
        self.in_loop = outer_loop;
        self.guard = outer_guard;
        self.scopes.close(scope);
        let end = self.next_expr();
        if let Some(this) = self.facts.loops.get_mut(id.index()) {
            this.test = test;
            this.iterable = iterable;
            this.end_node = end;
        }
    }

    /// Notes that the innermost loop, or all loops of the function, can end here.
    fn ends_loops(&mut self, all: bool) {
        let mut at = self.in_loop;
        while let Some(this) = at.and_then(|id| self.facts.loops.get_mut(id.index())) {
            this.ends_inside = true;
            at = this.parent.filter(|_| all);
        }
    }

    /// An interface or a type alias.
    fn type_declaration(&mut self, node: Syntax<'t>) -> Option<(SmolStr, super::expr::BindingId)> {
        self.type_members_of(node);
        let name = node.child_by_field_id(self.fields.name)?;
        let binding = self.declare(name, Origin::Nothing, Vec::new(), false);
        Some((self.name_of(name), binding))
    }

    /// Remembers the members of the object types inside a type, wherever they are nested.
    pub(super) fn type_members_of(&mut self, node: Syntax<'t>) {
        let owner = match node.kind() {
            "interface_declaration" | "type_alias_declaration" => {
                node.child_by_field_id(self.fields.name).map(|name| self.name_of(name))
            }
            _ => None,
        };
        if let Some(owner) = &owner
            && let Some(value) = node.child_by_field_id(self.fields.value)
        {
            let literals = self.string_types(value).into_iter();
            self.facts.type_literals.extend(literals.map(|(text, span)| TypeLiteral {
                owner: owner.clone(),
                text,
                span,
            }));
            let parts = self.type_parts(value).into_iter();
            self.facts.type_parts.extend(parts.map(|name| TypePart { owner: owner.clone(), name }));
        }
        let mut cursor = node.walk();
        let mut depth = 0_u32;
        // Depths of the members around the cursor.
        let mut members: Vec<u32> = Vec::new();
        loop {
            let at = cursor.node();
            if matches!(at.kind(), "property_signature" | "method_signature")
                && let Some(name) = at.child_by_field_id(self.fields.name)
            {
                let annotation = at.child_by_field_id(self.fields.type_).and_then(|it| it.named_child(0));
                let kind = match annotation {
                    _ if at.kind() == "method_signature" => TypeMemberKind::Method,
                    Some(it) if is_function_type(it) => TypeMemberKind::Callback,
                    _ => TypeMemberKind::Value,
                };
                let literals = annotation.map(|it| self.string_types(it)).unwrap_or_default().into();
                self.facts.type_members.push(TypeMember {
                    name: unquote(self.source(name)),
                    span: span(name),
                    owner: owner.clone(),
                    nesting: u32::try_from(members.len()).unwrap_or(u32::MAX),
                    kind,
                    literals,
                });
                members.push(depth);
            }
            if cursor.goto_first_child() {
                depth += 1;
                continue;
            }
            loop {
                if members.last() == Some(&depth) {
                    members.pop();
                }
                if depth == 0 {
                    return;
                }
                if cursor.goto_next_sibling() {
                    break;
                }
                cursor.goto_parent();
                depth -= 1;
            }
        }
    }

    /// The names that a type stands for: itself, members of a union, and values after `typeof`.
    fn type_parts(&self, node: Syntax<'t>) -> Vec<SmolStr> {
        let mut found = Vec::new();
        let mut left = vec![node];
        while let Some(part) = left.pop() {
            match part.kind() {
                "type_identifier" => found.push(self.name_of(part)),
                "union_type" | "parenthesized_type" => left.extend(children(part).into_iter().rev()),
                // `(typeof TOPICS)[keyof typeof TOPICS]`
                "lookup_type" => left.extend(children(part).first().copied()),
                "type_query" => {
                    left.extend(children(part).first().copied().filter(|it| it.kind() == "identifier"));
                }
                "identifier" => found.push(self.name_of(part)),
                // `z.infer<typeof message>`; of other generic types the arguments are no members.
                "generic_type" => {
                    let arguments = part.child_by_field_id(self.fields.type_arguments).map(children);
                    left.extend(
                        arguments.unwrap_or_default().into_iter().filter(|it| it.kind() == "type_query"),
                    );
                }
                _ => {}
            }
        }
        found
    }

    /// The strings of a literal type, or of a union that holds some.
    fn string_types(&self, node: Syntax<'t>) -> Vec<(SmolStr, Span)> {
        let mut found = Vec::new();
        let mut left = vec![node];
        while let Some(part) = left.pop() {
            match part.kind() {
                // Unions nest to the left, one level for each member.
                "union_type" | "parenthesized_type" => left.extend(children(part).into_iter().rev()),
                "literal_type" => {
                    if let Some(text) = children(part).first().filter(|it| it.kind() == "string") {
                        found.push((unquote(self.source(*text)), span(*text)));
                    }
                }
                _ => {}
            }
        }
        found
    }
}

/// `(message: T) => void`, perhaps in parentheses or beside `undefined`.
fn is_function_type(node: Syntax<'_>) -> bool {
    match node.kind() {
        "function_type" => true,
        "parenthesized_type" | "union_type" => children(node).into_iter().any(|part| {
            part.kind() == "function_type"
                || part.kind() == "parenthesized_type"
                    && children(part).first().is_some_and(|inner| inner.kind() == "function_type")
        }),
        _ => false,
    }
}

/// Whether a statement never lets the code after it run.
fn always_leaves(node: Syntax<'_>) -> bool {
    match node.kind() {
        "return_statement" | "throw_statement" | "continue_statement" | "break_statement" => true,
        "statement_block" => children(node).last().is_some_and(|last| {
            matches!(
                last.kind(),
                "return_statement" | "throw_statement" | "continue_statement" | "break_statement"
            )
        }),
        _ => false,
    }
}
