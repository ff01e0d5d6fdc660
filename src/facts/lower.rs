//! Expressions, functions and classes: from tree-sitter nodes to the arena of [`FileFacts`].
//!
//! The walk recurses, and is therefore bounded: beyond so many levels of nesting an expression
//! becomes [`Expr::Unseen`] and is counted in [`FileFacts::too_deep`]. Threads that run it need
//! [`super::stack_bytes`] of stack.

use smol_str::SmolStr;
use tree_sitter::Node as Syntax;

use super::expr::{
    AssignOp, BinaryOp, Binding, BindingId, Class, ClassId, ClassMember, Expr, ExprId, FileFacts, Function,
    FunctionId, FunctionKind, Guard, GuardId, GuardKind, JsxTag, LoopId, MemberKind, Node, Origin, Parameter,
    PathStep, Property, PropertyKey, UnaryOp, Write,
};
use super::scope::Scopes;
use crate::parse::Fields;
use crate::source::{LineIndex, Span};

/// Reads the tree of one file, so many levels of nesting deep.
pub(super) fn lower(text: &str, tree: &tree_sitter::Tree, nesting: u32) -> FileFacts {
    let mut lowerer = Lowerer {
        text,
        fields: Fields::of(tree),
        facts: FileFacts { lines: LineIndex::new(text.as_bytes()), ..FileFacts::default() },
        scopes: Scopes::new(),
        function: FunctionId::MODULE,
        guard: None,
        in_loop: None,
        depth: 0,
        nesting,
    };
    let root = tree.root_node();
    lowerer.facts.functions.push(Function {
        name: None,
        kind: FunctionKind::Module,
        span: span(root),
        is_async: true,
        is_generator: false,
        params: Vec::new(),
        returns: Vec::new(),
        parent: FunctionId::MODULE,
        expr: None,
        class: None,
        first_node: ExprId(0),
        end_node: ExprId(0),
        guard: None,
    });
    lowerer.statements(root);
    lowerer.finish()
}

/// The walk: the facts so far, and where it stands.
pub(super) struct Lowerer<'t> {
    pub(super) text: &'t str,
    pub(super) fields: &'static Fields,
    pub(super) facts: FileFacts,
    pub(super) scopes: Scopes,
    pub(super) function: FunctionId,
    pub(super) guard: Option<GuardId>,
    pub(super) in_loop: Option<LoopId>,
    pub(super) depth: u32,
    pub(super) nesting: u32,
}

pub(super) fn span(node: Syntax<'_>) -> Span {
    Span {
        start: u32::try_from(node.start_byte()).unwrap_or(u32::MAX),
        end: u32::try_from(node.end_byte()).unwrap_or(u32::MAX),
    }
}

/// The named children of a node, comments left out.
pub(super) fn children<'t>(node: Syntax<'t>) -> Vec<Syntax<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| child.kind() != "comment").collect()
}

/// Whether a node has a token of this kind among its direct children.
pub(super) fn has_token(node: Syntax<'_>, token: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|child| child.kind() == token)
}

impl<'t> Lowerer<'t> {
    fn finish(mut self) -> FileFacts {
        let end = self.next_expr();
        if let Some(module) = self.facts.functions.first_mut() {
            module.end_node = end;
        }
        for (expr, to) in self.scopes.resolve() {
            if let Some(Node { expr: Expr::Ident { binding, .. }, .. }) =
                self.facts.nodes.get_mut(expr.index())
            {
                *binding = Some(to);
            }
            if let Some(binding) = self.facts.bindings.get_mut(to.index()) {
                binding.uses.push(expr);
            }
        }
        // Values assigned to names are known only now that names are resolved.
        for node in &self.facts.nodes {
            let (target, value) = match &node.expr {
                Expr::Assign { target, value, op } if *op != AssignOp::Arithmetic => (*target, Some(*value)),
                Expr::Unary { op: UnaryOp::Update, value } => (*value, None),
                _ => continue,
            };
            let Some(Node { expr: Expr::Ident { binding: Some(binding), .. }, .. }) =
                self.facts.nodes.get(target.index())
            else {
                continue;
            };
            if let Some(binding) = self.facts.bindings.get_mut(binding.index()) {
                binding.assigned.extend(value);
                binding.is_counted |= value.is_none();
            }
        }
        self.facts
    }

    pub(super) fn source(&self, node: Syntax<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    pub(super) fn name_of(&self, node: Syntax<'_>) -> SmolStr {
        SmolStr::new(self.source(node))
    }

    pub(super) fn next_expr(&self) -> ExprId {
        ExprId::next(self.facts.nodes.len())
    }

    /// Adds an expression and makes it the parent of its parts.
    pub(super) fn push(&mut self, expr: Expr, span: Span) -> ExprId {
        let id = self.next_expr();
        let nodes = &mut self.facts.nodes;
        expr.each_child(|child| {
            if let Some(child) = nodes.get_mut(child.index()) {
                child.parent = Some(id);
            }
        });
        nodes.push(Node {
            expr,
            span,
            parent: None,
            function: self.function,
            guard: self.guard,
            in_loop: self.in_loop,
        });
        id
    }

    pub(super) fn mention(&mut self, node: Syntax<'_>) -> ExprId {
        let name = self.name_of(node);
        let expr = match name.as_str() {
            "undefined" => Expr::Undefined,
            _ => Expr::Ident { name: name.clone(), binding: None },
        };
        let is_name = matches!(expr, Expr::Ident { .. });
        let id = self.push(expr, span(node));
        if is_name {
            self.scopes.mention(id, name);
        }
        id
    }

    pub(super) fn declare(
        &mut self,
        name: Syntax<'_>,
        origin: Origin,
        path: Vec<PathStep>,
        var: bool,
    ) -> BindingId {
        let text = self.name_of(name);
        let id = BindingId::next(self.facts.bindings.len());
        self.facts.bindings.push(Binding {
            name: text.clone(),
            span: span(name),
            origin,
            path,
            function: self.function,
            annotation: None,
            assigned: Vec::new(),
            uses: Vec::new(),
            is_counted: false,
        });
        self.scopes.declare(text, id, var);
        id
    }

    /// Runs `inside` with one more condition around the code.
    pub(super) fn guarded<T>(
        &mut self,
        test: Option<ExprId>,
        holds: bool,
        kind: GuardKind,
        inside: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outer = self.guard;
        self.add_guard(test, holds, kind);
        let result = inside(self);
        self.guard = outer;
        result
    }

    /// Puts a condition around everything that follows in this block.
    pub(super) fn add_guard(&mut self, test: Option<ExprId>, holds: bool, kind: GuardKind) {
        let id = GuardId::next(self.facts.guards.len());
        self.facts.guards.push(Guard { parent: self.guard, test, holds, kind });
        self.guard = Some(id);
    }

    /// Any expression.
    pub(super) fn expr(&mut self, node: Syntax<'t>) -> ExprId {
        if self.depth >= self.nesting {
            self.facts.too_deep += 1;
            return self.push(Expr::Unseen, span(node));
        }
        self.depth += 1;
        let id = self.expr_inside(node);
        self.depth -= 1;
        id
    }

    fn field(&mut self, node: Syntax<'t>, field: u16) -> ExprId {
        match node.child_by_field_id(field) {
            Some(child) => self.expr(child),
            None => self.push(Expr::Opaque, span(node)),
        }
    }

    fn first(&mut self, node: Syntax<'t>) -> ExprId {
        match children(node).first() {
            Some(child) => self.expr(*child),
            None => self.push(Expr::Opaque, span(node)),
        }
    }

    fn expr_inside(&mut self, node: Syntax<'t>) -> ExprId {
        let at = span(node);
        match node.kind() {
            "identifier"
            | "type_identifier"
            | "shorthand_property_identifier"
            | "undefined"
            | "jsx_identifier" => self.mention(node),
            "this" => self.push(Expr::This, at),
            "super" => self.push(Expr::Super, at),
            "number" => {
                let value = parse_number(self.source(node));
                self.push(value.map_or(Expr::Opaque, Expr::Number), at)
            }
            "string" => {
                let text = unquote(self.source(node));
                self.push(Expr::Text(text), at)
            }
            "template_string" => self.template(node),
            "true" => self.push(Expr::Bool(true), at),
            "false" => self.push(Expr::Bool(false), at),
            "null" => self.push(Expr::Null, at),
            "parenthesized_expression" | "non_null_expression" | "instantiation_expression" => {
                self.first(node)
            }
            "as_expression" | "satisfies_expression" => self.first(node),
            "type_assertion" => match children(node).last() {
                Some(value) => self.expr(*value),
                None => self.push(Expr::Opaque, at),
            },
            "jsx_expression" => match children(node).first() {
                Some(inner) => self.expr(*inner),
                None => self.push(Expr::Undefined, at),
            },
            "member_expression" | "nested_identifier" | "jsx_namespace_name" => {
                let object = self.field(node, self.fields.object);
                let name = node
                    .child_by_field_id(self.fields.property)
                    .map(|name| self.name_of(name))
                    .unwrap_or_default();
                self.push(Expr::Member { object, name }, at)
            }
            "subscript_expression" => {
                let object = self.field(node, self.fields.object);
                let index = self.field(node, self.fields.index);
                match self.facts.expr(index) {
                    // `a['b']` is `a.b`.
                    Expr::Text(name) => {
                        let name = name.clone();
                        self.push(Expr::Member { object, name }, at)
                    }
                    _ => self.push(Expr::Index { object, index }, at),
                }
            }
            "call_expression" => self.call(node),
            "new_expression" => {
                let callee = self.field(node, self.fields.constructor);
                let args = node
                    .child_by_field_id(self.fields.arguments)
                    .map(|args| self.all(args))
                    .unwrap_or_default();
                let id = self.push(Expr::Call { callee, args: args.into(), construct: true }, at);
                self.facts.calls.push(id);
                id
            }
            "arrow_function" | "function_expression" | "function" | "generator_function" => {
                let function = self.function(node, None);
                self.function_value(function, at)
            }
            "class" | "class_declaration" | "abstract_class_declaration" => {
                let class = self.class(node);
                self.push(Expr::Class(class), at)
            }
            "object" => self.object(node),
            "array" => {
                let items = self.all(node);
                self.push(Expr::Array(items.into()), at)
            }
            "spread_element" => {
                let value = self.first(node);
                self.push(Expr::Spread(value), at)
            }
            "await_expression" => {
                let value = self.first(node);
                self.push(Expr::Await(value), at)
            }
            "yield_expression" => {
                let value = children(node).first().map(|value| self.expr(*value));
                self.push(Expr::Yield(value), at)
            }
            "unary_expression" => {
                let op = match node.child_by_field_id(self.fields.operator).map(|op| op.kind()) {
                    Some("!") => UnaryOp::Not,
                    Some("-") => UnaryOp::Minus,
                    Some("+") => UnaryOp::Plus,
                    Some("delete") => UnaryOp::Delete,
                    Some("void") => {
                        let value = self.field(node, self.fields.argument);
                        // The work of `void load()` still happens.
                        let nothing = self.push(Expr::Undefined, at);
                        return self.push(Expr::Sequence([value, nothing].into()), at);
                    }
                    _ => UnaryOp::Other,
                };
                let value = self.field(node, self.fields.argument);
                self.push(Expr::Unary { op, value }, at)
            }
            "update_expression" => {
                let value = self.field(node, self.fields.argument);
                self.push(Expr::Unary { op: UnaryOp::Update, value }, at)
            }
            "binary_expression" => self.binary(node),
            "ternary_expression" => {
                let test = self.field(node, self.fields.condition);
                let yes = self.guarded(Some(test), true, GuardKind::Ternary, |this| {
                    this.field(node, self.fields.consequence)
                });
                let no = self.guarded(Some(test), false, GuardKind::Ternary, |this| {
                    this.field(node, self.fields.alternative)
                });
                self.push(Expr::Conditional { test, yes, no }, at)
            }
            "assignment_expression" => self.assign(node, AssignOp::Set),
            "augmented_assignment_expression" => {
                let op = match node.child_by_field_id(self.fields.operator).map(|op| op.kind()) {
                    Some("||=" | "&&=" | "??=") => AssignOp::Logical,
                    _ => AssignOp::Arithmetic,
                };
                self.assign(node, op)
            }
            "sequence_expression" => {
                let parts = self.all(node);
                self.push(Expr::Sequence(parts.into()), at)
            }
            "jsx_element" | "jsx_self_closing_element" | "jsx_fragment" => self.jsx(node),
            _ => {
                // Unknown syntax and error nodes: keep what can be seen inside them.
                let parts = self.all(node);
                if parts.is_empty() {
                    self.push(Expr::Opaque, at)
                } else {
                    self.push(Expr::Sequence(parts.into()), at)
                }
            }
        }
    }

    /// Every named child as an expression.
    fn all(&mut self, node: Syntax<'t>) -> Vec<ExprId> {
        children(node).into_iter().map(|child| self.expr(child)).collect()
    }

    fn template(&mut self, node: Syntax<'t>) -> ExprId {
        let at = span(node);
        let parts = children(node);
        if !parts.iter().any(|part| part.kind() == "template_substitution") {
            let text = self.source(node).trim_matches('`');
            return self.push(Expr::Text(SmolStr::new(text)), at);
        }
        let mut lowered = Vec::with_capacity(parts.len());
        for part in parts {
            lowered.push(match part.kind() {
                "template_substitution" => self.first(part),
                _ => {
                    let text = self.name_of(part);
                    self.push(Expr::Text(text), span(part))
                }
            });
        }
        self.push(Expr::Template(lowered.into()), at)
    }

    fn call(&mut self, node: Syntax<'t>) -> ExprId {
        let at = span(node);
        let Some(callee) = node.child_by_field_id(self.fields.function) else {
            return self.push(Expr::Opaque, at);
        };
        let arguments = node.child_by_field_id(self.fields.arguments);
        if callee.kind() == "import" {
            let specifier = arguments.and_then(|args| children(args).first().copied());
            let specifier = match specifier {
                Some(specifier) => self.expr(specifier),
                None => self.push(Expr::Opaque, at),
            };
            let call = self.push(Expr::ImportCall(specifier), at);
            self.facts.import_calls.push((specifier, call));
            return call;
        }
        let callee = self.expr(callee);
        let args = match arguments {
            // A tagged template: the tag gets the template.
            Some(template) if template.kind() == "template_string" => vec![self.expr(template)],
            Some(args) => self.all(args),
            None => Vec::new(),
        };
        let id = self.push(Expr::Call { callee, args: args.into(), construct: false }, at);
        self.facts.calls.push(id);
        id
    }

    fn binary(&mut self, node: Syntax<'t>) -> ExprId {
        let op = match node.child_by_field_id(self.fields.operator).map(|op| op.kind()).unwrap_or_default() {
            "+" => BinaryOp::Add,
            "-" => BinaryOp::Subtract,
            "*" => BinaryOp::Multiply,
            "/" => BinaryOp::Divide,
            "%" => BinaryOp::Remainder,
            "**" => BinaryOp::Power,
            "&&" => BinaryOp::And,
            "||" => BinaryOp::Or,
            "??" => BinaryOp::Nullish,
            "==" | "===" => BinaryOp::Equal,
            "!=" | "!==" => BinaryOp::NotEqual,
            "<" => BinaryOp::Less,
            "<=" => BinaryOp::AtMost,
            ">" => BinaryOp::More,
            ">=" => BinaryOp::AtLeast,
            "instanceof" => BinaryOp::InstanceOf,
            _ => BinaryOp::Other,
        };
        let left = self.field(node, self.fields.left);
        let right = match op {
            BinaryOp::And => {
                self.guarded(Some(left), true, GuardKind::Logical, |this| this.field(node, self.fields.right))
            }
            BinaryOp::Or | BinaryOp::Nullish => self
                .guarded(Some(left), false, GuardKind::Logical, |this| this.field(node, self.fields.right)),
            _ => self.field(node, self.fields.right),
        };
        self.push(Expr::Binary { op, left, right }, span(node))
    }

    fn assign(&mut self, node: Syntax<'t>, op: AssignOp) -> ExprId {
        let target = self.field(node, self.fields.left);
        let value = self.field(node, self.fields.right);
        let id = self.push(Expr::Assign { op, target, value }, span(node));
        let name = match self.facts.expr(target) {
            Expr::Member { object, name } => {
                let (object, name) = (*object, name.clone());
                self.facts.writes.push(Write { object, name: name.clone(), value, expr: id });
                Some(name)
            }
            Expr::Ident { name, .. } => Some(name.clone()),
            _ => None,
        };
        if let Some(name) = name {
            self.name_value(value, &name);
        }
        id
    }

    /// Gives a function value the name of what it is assigned to.
    pub(super) fn name_value(&mut self, value: ExprId, name: &SmolStr) {
        let Expr::Function(function) = self.facts.expr(value) else {
            return;
        };
        let function = *function;
        if let Some(function) = self.facts.functions.get_mut(function.index()) {
            function.name.get_or_insert_with(|| name.clone());
        }
    }

    fn function_value(&mut self, function: FunctionId, at: Span) -> ExprId {
        let id = self.push(Expr::Function(function), at);
        if let Some(function) = self.facts.functions.get_mut(function.index()) {
            function.expr = Some(id);
        }
        id
    }

    /// Any function: declaration, expression, arrow or method.
    pub(super) fn function(&mut self, node: Syntax<'t>, class: Option<ClassId>) -> FunctionId {
        let id = FunctionId::next(self.facts.functions.len());
        let name = node.child_by_field_id(self.fields.name).map(|name| unquote(self.source(name)));
        let kind = match node.kind() {
            "arrow_function" => FunctionKind::Arrow,
            "method_definition" if name.as_deref() == Some("constructor") && class.is_some() => {
                FunctionKind::Constructor
            }
            "method_definition" => FunctionKind::Method,
            "function_declaration" | "generator_function_declaration" => FunctionKind::Declaration,
            _ => FunctionKind::Expression,
        };
        self.facts.functions.push(Function {
            name,
            kind,
            span: span(node),
            is_async: has_token(node, "async"),
            is_generator: has_token(node, "*"),
            params: Vec::new(),
            returns: Vec::new(),
            parent: self.function,
            expr: None,
            class,
            first_node: self.next_expr(),
            end_node: self.next_expr(),
            guard: self.guard,
        });
        let outer = (self.function, self.guard.take(), self.in_loop.take());
        self.function = id;
        let scope = self.scopes.open(true);
        // A function expression can call itself by its own name.
        if kind == FunctionKind::Expression
            && let Some(name) = node.child_by_field_id(self.fields.name)
        {
            self.declare(name, Origin::Function(id), Vec::new(), false);
        }
        let params = self.parameters(node, id);
        if let Some(function) = self.facts.functions.get_mut(id.index()) {
            function.params = params;
        }
        match node.child_by_field_id(self.fields.body) {
            Some(body) if body.kind() == "statement_block" => self.statements(body),
            Some(body) => {
                let value = self.expr(body);
                self.returns(value);
            }
            None => {}
        }
        self.scopes.close(scope);
        (self.function, self.guard, self.in_loop) = outer;
        let end = self.next_expr();
        if let Some(function) = self.facts.functions.get_mut(id.index()) {
            function.end_node = end;
        }
        id
    }

    pub(super) fn returns(&mut self, value: ExprId) {
        if let Some(function) = self.facts.functions.get_mut(self.function.index()) {
            function.returns.push(value);
        }
    }

    fn parameters(&mut self, node: Syntax<'t>, function: FunctionId) -> Vec<Parameter> {
        // `x => …` has a bare name in place of the list.
        if let Some(name) = node.child_by_field_id(self.fields.parameter) {
            let binding = self.declare(name, Origin::Parameter { function, index: 0 }, Vec::new(), false);
            return vec![Parameter { binding: Some(binding), default: None, rest: false, annotation: None }];
        }
        let Some(list) = node.child_by_field_id(self.fields.parameters) else {
            return Vec::new();
        };
        let mut params = Vec::new();
        for child in children(list) {
            if !matches!(child.kind(), "required_parameter" | "optional_parameter") {
                continue;
            }
            let Some(pattern) = child.child_by_field_id(self.fields.pattern) else {
                continue;
            };
            if pattern.kind() == "this" {
                continue;
            }
            let origin =
                Origin::Parameter { function, index: u32::try_from(params.len()).unwrap_or(u32::MAX) };
            let annotation =
                child.child_by_field_id(self.fields.type_).and_then(|annotation| self.annotation(annotation));
            let rest = pattern.kind() == "rest_pattern";
            let pattern = if rest { children(pattern).first().copied().unwrap_or(pattern) } else { pattern };
            let binding = self.pattern(pattern, origin, Vec::new(), false);
            let default = child.child_by_field_id(self.fields.value).map(|value| self.expr(value));
            if let Some(binding) = binding.and_then(|binding| self.facts.bindings.get_mut(binding.index())) {
                binding.annotation = annotation;
            }
            params.push(Parameter { binding, default, rest, annotation });
        }
        params
    }

    /// The name of a type annotation, when it is a plain or generic name: `: Portal`, `: Map<…>`.
    pub(super) fn annotation(&mut self, node: Syntax<'t>) -> Option<ExprId> {
        self.type_members_of(node);
        let mut named = *children(node).first()?;
        if named.kind() == "generic_type" {
            named = named.child_by_field_id(self.fields.name)?;
        }
        match named.kind() {
            "type_identifier" => Some(self.mention(named)),
            "nested_type_identifier" => {
                let module = named.child_by_field_id(self.fields.module)?;
                let object = self.expr(module);
                let name = self.name_of(named.child_by_field_id(self.fields.name)?);
                Some(self.push(Expr::Member { object, name }, span(named)))
            }
            _ => None,
        }
    }

    fn decorators(&mut self, node: Syntax<'t>) -> Vec<ExprId> {
        let mut cursor = node.walk();
        let decorators: Vec<_> =
            node.children(&mut cursor).filter(|child| child.kind() == "decorator").collect();
        decorators.into_iter().map(|decorator| self.first(decorator)).collect()
    }

    /// A class of any form.
    pub(super) fn class(&mut self, node: Syntax<'t>) -> ClassId {
        let id = ClassId::next(self.facts.classes.len());
        let name = node.child_by_field_id(self.fields.name).map(|name| self.name_of(name));
        let decorators = self.decorators(node);
        self.facts.classes.push(Class {
            name,
            extends: None,
            constructor: None,
            members: Vec::new(),
            span: span(node),
            decorators,
        });
        let mut extends = None;
        for heritage in children(node).into_iter().filter(|child| child.kind() == "class_heritage") {
            for clause in children(heritage) {
                match clause.kind() {
                    "extends_clause" => {
                        extends = clause.child_by_field_id(self.fields.value).map(|value| self.expr(value))
                    }
                    "implements_clause" => {}
                    _ => extends = Some(self.expr(clause)),
                }
            }
        }
        let mut members = Vec::new();
        let mut constructor = None;
        // Decorators of methods stand before them as siblings.
        let mut waiting = Vec::new();
        for member in node.child_by_field_id(self.fields.body).map(children).unwrap_or_default() {
            match member.kind() {
                "decorator" => {
                    let decorator = self.first(member);
                    waiting.push(decorator);
                }
                "method_definition" => {
                    let decorators = std::mem::take(&mut waiting);
                    let function = self.function(member, Some(id));
                    if self.facts.function(function).is_some_and(|it| it.kind == FunctionKind::Constructor) {
                        constructor = Some(function);
                        self.parameter_properties(member, function, &mut members);
                        continue;
                    }
                    let Some(name) = member.child_by_field_id(self.fields.name) else {
                        continue;
                    };
                    let kind = if has_token(member, "get") {
                        MemberKind::Getter(function)
                    } else {
                        MemberKind::Method(function)
                    };
                    members.push(ClassMember {
                        name: unquote(self.source(name)),
                        is_static: has_token(member, "static"),
                        kind,
                        annotation: None,
                        decorators,
                        span: span(name),
                    });
                }
                "abstract_method_signature" => {
                    let Some(name) = member.child_by_field_id(self.fields.name) else { continue };
                    members.push(ClassMember {
                        name: unquote(self.source(name)),
                        is_static: false,
                        kind: MemberKind::Abstract,
                        annotation: None,
                        decorators: std::mem::take(&mut waiting),
                        span: span(name),
                    });
                }
                "public_field_definition" | "field_definition" => {
                    let mut decorators = std::mem::take(&mut waiting);
                    decorators.extend(self.decorators(member));
                    let name = member
                        .child_by_field_id(self.fields.name)
                        .or_else(|| member.child_by_field_id(self.fields.property));
                    let Some(name) = name else { continue };
                    let annotation =
                        member.child_by_field_id(self.fields.type_).and_then(|it| self.annotation(it));
                    let value = member.child_by_field_id(self.fields.value).map(|value| self.expr(value));
                    let key = unquote(self.source(name));
                    if let Some(value) = value {
                        self.name_value(value, &key);
                        self.claim_for_class(value, id);
                    }
                    members.push(ClassMember {
                        name: key,
                        is_static: has_token(member, "static"),
                        kind: MemberKind::Field(value),
                        annotation,
                        decorators,
                        span: span(name),
                    });
                }
                "class_static_block" => {
                    if let Some(body) = member.child_by_field_id(self.fields.body) {
                        self.statements(body);
                    }
                }
                _ => {}
            }
        }
        if let Some(class) = self.facts.classes.get_mut(id.index()) {
            class.extends = extends;
            class.constructor = constructor;
            class.members = members;
        }
        id
    }

    /// `poll = async () => {…}` in a class body: `this` inside is the instance.
    fn claim_for_class(&mut self, value: ExprId, class: ClassId) {
        let mut functions = Vec::new();
        match self.facts.expr(value) {
            Expr::Function(function) => functions.push(*function),
            // `sync = debounce(() => {…})`
            Expr::Call { args, .. } => {
                functions.extend(args.iter().filter_map(|arg| match self.facts.expr(*arg) {
                    Expr::Function(function) => Some(*function),
                    _ => None,
                }))
            }
            _ => {}
        }
        for function in functions {
            if let Some(function) = self.facts.functions.get_mut(function.index()) {
                function.class = Some(class);
            }
        }
    }

    /// `constructor(private api: Api)` declares the field `api`.
    fn parameter_properties(
        &mut self,
        node: Syntax<'t>,
        function: FunctionId,
        members: &mut Vec<ClassMember>,
    ) {
        let list = node.child_by_field_id(self.fields.parameters).map(children).unwrap_or_default();
        let params = self.facts.function(function).map(|it| it.params.clone()).unwrap_or_default();
        for (param, node) in
            params.iter().zip(list.into_iter().filter(|it| it.kind().ends_with("_parameter")))
        {
            let is_property = children(node)
                .iter()
                .any(|it| it.kind() == "accessibility_modifier" || it.kind() == "override_modifier")
                || has_token(node, "readonly");
            let Some(pattern) = node.child_by_field_id(self.fields.pattern).filter(|_| is_property) else {
                continue;
            };
            let outer = std::mem::replace(&mut self.function, function);
            let value =
                self.push(Expr::Ident { name: self.name_of(pattern), binding: param.binding }, span(pattern));
            self.function = outer;
            members.push(ClassMember {
                name: self.name_of(pattern),
                is_static: false,
                kind: MemberKind::Field(Some(value)),
                annotation: param.annotation,
                decorators: Vec::new(),
                span: span(pattern),
            });
        }
    }

    fn object(&mut self, node: Syntax<'t>) -> ExprId {
        let mut properties = Vec::new();
        for entry in children(node) {
            let property = match entry.kind() {
                "pair" => {
                    let Some(key_node) = entry.child_by_field_id(self.fields.key) else {
                        continue;
                    };
                    let key = self.key(key_node);
                    let value = self.field(entry, self.fields.value);
                    if let PropertyKey::Name(name) = &key {
                        let name = name.clone();
                        self.name_value(value, &name);
                    }
                    Property { key, value, span: span(key_node), shorthand: false, getter: false }
                }
                "shorthand_property_identifier" => {
                    let value = self.mention(entry);
                    let key = PropertyKey::Name(self.name_of(entry));
                    Property { key, value, span: span(entry), shorthand: true, getter: false }
                }
                "spread_element" => {
                    let value = self.first(entry);
                    Property {
                        key: PropertyKey::Spread,
                        value,
                        span: span(entry),
                        shorthand: false,
                        getter: false,
                    }
                }
                "method_definition" => {
                    let Some(name) = entry.child_by_field_id(self.fields.name) else {
                        continue;
                    };
                    let key = self.key(name);
                    let function = self.function(entry, None);
                    let value = self.function_value(function, span(entry));
                    Property {
                        key,
                        value,
                        span: span(name),
                        shorthand: false,
                        getter: has_token(entry, "get"),
                    }
                }
                _ => continue,
            };
            properties.push(property);
        }
        self.push(Expr::Object(properties.into()), span(node))
    }

    pub(super) fn key(&mut self, node: Syntax<'t>) -> PropertyKey {
        if node.kind() == "computed_property_name" {
            let expr = self.first(node);
            return match self.facts.expr(expr) {
                Expr::Text(name) => PropertyKey::Name(name.clone()),
                _ => PropertyKey::Computed(expr),
            };
        }
        PropertyKey::Name(unquote(self.source(node)))
    }

    fn jsx(&mut self, node: Syntax<'t>) -> ExprId {
        let open = node.child_by_field_id(self.fields.open_tag).unwrap_or(node);
        let tag = match open.child_by_field_id(self.fields.name) {
            None => JsxTag::Fragment,
            Some(name) => {
                let text = self.source(name);
                let is_component = name.kind() == "member_expression"
                    || name.kind() == "nested_identifier"
                    || text.starts_with(|first: char| first.is_uppercase() || first == '_' || first == '$');
                if is_component {
                    JsxTag::Component(self.expr(name))
                } else {
                    JsxTag::Intrinsic(SmolStr::new(text))
                }
            }
        };
        let mut attributes = Vec::new();
        for attribute in children(open) {
            match attribute.kind() {
                "jsx_attribute" => {
                    let parts = children(attribute);
                    let Some(name) = parts.first() else { continue };
                    let value = match parts.get(1) {
                        Some(value) => self.expr(*value),
                        None => self.push(Expr::Bool(true), span(*name)),
                    };
                    let key = self.name_of(*name);
                    self.name_value(value, &key);
                    attributes.push(Property {
                        key: PropertyKey::Name(key),
                        value,
                        span: span(*name),
                        shorthand: false,
                        getter: false,
                    });
                }
                "jsx_expression" => {
                    let Some(inner) = children(attribute).first().copied() else {
                        continue;
                    };
                    let inner = if inner.kind() == "spread_element" {
                        children(inner).first().copied().unwrap_or(inner)
                    } else {
                        inner
                    };
                    let value = self.expr(inner);
                    attributes.push(Property {
                        key: PropertyKey::Spread,
                        value,
                        span: span(attribute),
                        shorthand: false,
                        getter: false,
                    });
                }
                _ => {}
            }
        }
        let mut inside = Vec::new();
        if node.kind() != "jsx_self_closing_element" {
            for child in children(node) {
                if matches!(
                    child.kind(),
                    "jsx_expression" | "jsx_element" | "jsx_self_closing_element" | "jsx_fragment"
                ) {
                    inside.push(self.expr(child));
                }
            }
        }
        let id =
            self.push(Expr::Jsx { tag, attributes: attributes.into(), children: inside.into() }, span(node));
        self.facts.elements.push(id);
        id
    }
}

/// The content of a quoted string or name; escapes other than of quotes stay as written.
pub(super) fn unquote(text: &str) -> SmolStr {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'));
    let inner = match quote {
        Some(quote) => text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)).unwrap_or(text),
        None => text,
    };
    if inner.contains('\\') {
        SmolStr::new(inner.replace("\\'", "'").replace("\\\"", "\""))
    } else {
        SmolStr::new(inner)
    }
}

/// The value of a number literal: decimal, hex, octal, binary, with separators, big integers.
fn parse_number(text: &str) -> Option<f64> {
    let digits: String = text.chars().filter(|digit| *digit != '_').collect();
    let digits = digits.strip_suffix('n').unwrap_or(&digits);
    let lower = digits.to_ascii_lowercase();
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(rest) = lower.strip_prefix(prefix) {
            #[expect(clippy::cast_precision_loss, reason = "JavaScript numbers have the same precision")]
            return u64::from_str_radix(rest, radix).ok().map(|value| value as f64);
        }
    }
    lower.parse().ok()
}
