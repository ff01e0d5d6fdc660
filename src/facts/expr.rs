//! The normal form of one file: what `lower` fills and `link` asks.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::index::Index;
use super::suppressions::Suppression;
use crate::source::{LineIndex, Span};

/// Declares an index into one of the arenas of [`FileFacts`].
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u32);

        impl $name {
            /// The id as an index.
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of the next entry of an arena with `len` entries.
            pub(super) fn next(len: usize) -> Self {
                Self(u32::try_from(len).unwrap_or(u32::MAX))
            }
        }
    };
}

id!(
    /// An expression.
    ExprId
);
id!(
    /// A function; 0 is the module itself.
    FunctionId
);
id!(
    /// A class.
    ClassId
);
id!(
    /// A declared name.
    BindingId
);
id!(
    /// A condition around code.
    GuardId
);
id!(
    /// A loop.
    LoopId
);

impl FunctionId {
    /// The code of the module outside of every function.
    pub const MODULE: Self = Self(0);
}

/// Everything one file says on its own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FileFacts {
    /// Expressions; children stand before their parent.
    pub nodes: Vec<Node>,
    /// Functions; the first is the module.
    pub functions: Vec<Function>,
    /// Classes.
    pub classes: Vec<Class>,
    /// Declared names.
    pub bindings: Vec<Binding>,
    /// Conditions around code.
    pub guards: Vec<Guard>,
    /// Loops.
    pub loops: Vec<Loop>,
    /// Static imports and `require` calls bound to a name.
    pub imports: Vec<Import>,
    /// What other files can import.
    pub exports: Vec<Export>,
    /// Specifiers of `export * from`.
    pub export_stars: Vec<SmolStr>,
    /// Calls and constructions, in source order of their ends.
    pub calls: Vec<ExprId>,
    /// What `import(…)` names: the specifiers, each with its call.
    pub import_calls: Vec<(ExprId, ExprId)>,
    /// JSX elements, likewise.
    pub elements: Vec<ExprId>,
    /// Assignments to a member: `x.y = value`.
    pub writes: Vec<Write>,
    /// Members of interfaces and object types.
    pub type_members: Vec<TypeMember>,
    /// Strings of type aliases that are unions of them.
    pub type_literals: Vec<TypeLiteral>,
    /// What type aliases are made of.
    pub type_parts: Vec<TypePart>,
    /// The file begins with `'use client'`, `'use server'`, …
    pub directive: Option<SmolStr>,
    /// Comments by which people silence findings.
    pub suppressions: Vec<Suppression>,
    /// Where lines start.
    pub lines: LineIndex,
    /// Number of places that were nested too deep to look into.
    pub too_deep: u32,
    #[serde(skip)]
    pub(super) index: OnceLock<Index>,
}

/// One expression and where it stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Node {
    /// What it is.
    pub expr: Expr,
    /// Where.
    pub span: Span,
    /// The expression that it is a direct part of.
    pub parent: Option<ExprId>,
    /// The function whose body holds it.
    pub function: FunctionId,
    /// The innermost condition around it inside that function.
    pub guard: Option<GuardId>,
    /// The innermost loop around it inside that function.
    pub in_loop: Option<LoopId>,
}

/// An expression.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Expr {
    /// A name; `binding` is `None` for what the file does not declare.
    Ident {
        /// As written.
        name: SmolStr,
        /// What it refers to.
        binding: Option<BindingId>,
    },
    /// `this`
    This,
    /// `super`
    Super,
    /// A number.
    Number(f64),
    /// A string, or a template without substitutions.
    Text(SmolStr),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `undefined`, `void …`
    Undefined,
    /// A template with substitutions; literal parts are `Text`.
    Template(Box<[ExprId]>),
    /// An object literal, or an enum.
    Object(Box<[Property]>),
    /// An array literal.
    Array(Box<[ExprId]>),
    /// `...x` in a call or an array.
    Spread(ExprId),
    /// A call.
    Call {
        /// What is called.
        callee: ExprId,
        /// With what.
        args: Box<[ExprId]>,
        /// `new f()`
        construct: bool,
    },
    /// `import(x)`
    ImportCall(ExprId),
    /// `object.name`
    Member {
        /// Left of the dot.
        object: ExprId,
        /// Right of it; private names keep their `#`.
        name: SmolStr,
    },
    /// `object[index]`
    Index {
        /// The container.
        object: ExprId,
        /// The key.
        index: ExprId,
    },
    /// A function of any form.
    Function(FunctionId),
    /// A class.
    Class(ClassId),
    /// `!x`, `-x`, …
    Unary {
        /// Which.
        op: UnaryOp,
        /// Operand.
        value: ExprId,
    },
    /// `a + b`, `a && b`, …
    Binary {
        /// Which.
        op: BinaryOp,
        /// Left operand.
        left: ExprId,
        /// Right operand.
        right: ExprId,
    },
    /// `test ? yes : no`
    Conditional {
        /// The condition.
        test: ExprId,
        /// Value when it holds.
        yes: ExprId,
        /// Value when it does not.
        no: ExprId,
    },
    /// An assignment.
    Assign {
        /// `=`, `??=`, …
        op: AssignOp,
        /// What is assigned to.
        target: ExprId,
        /// The value.
        value: ExprId,
    },
    /// `await x`
    Await(ExprId),
    /// `yield x`
    Yield(Option<ExprId>),
    /// A JSX element.
    Jsx {
        /// Its name.
        tag: JsxTag,
        /// Attributes, spreads included.
        attributes: Box<[Property]>,
        /// Elements and expressions inside it.
        children: Box<[ExprId]>,
    },
    /// `a, b`
    Sequence(Box<[ExprId]>),
    /// Something without meaning for the audit (a regular expression).
    Opaque,
    /// Something that is nested too deep to look into: it may be anything.
    Unseen,
}

/// The name of a JSX element.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum JsxTag {
    /// `<div>`
    Intrinsic(SmolStr),
    /// `<Orders>`, `<Ctx.Provider>`
    Component(ExprId),
    /// `<>`
    Fragment,
}

/// One entry of an object literal or one JSX attribute.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Property {
    /// Its key.
    pub key: PropertyKey,
    /// Its value; of a spread, what is spread.
    pub value: ExprId,
    /// Where the key stands.
    pub span: Span,
    /// `{ x }`
    pub shorthand: bool,
    /// `get x() {…}`: reading it runs the function.
    pub getter: bool,
}

/// The key of a property.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum PropertyKey {
    /// A name, also in quotes, or a number as text.
    Name(SmolStr),
    /// `[expr]`
    Computed(ExprId),
    /// `...expr`
    Spread,
}

/// Unary operators that a value can be folded through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Minus,
    /// `+`
    Plus,
    /// `delete`
    Delete,
    /// `++`, `--`
    Update,
    /// `typeof`, `~`
    Other,
}

/// Binary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `**`
    Power,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `??`
    Nullish,
    /// `==`, `===`
    Equal,
    /// `!=`, `!==`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `instanceof`
    InstanceOf,
    /// The rest.
    Other,
}

impl BinaryOp {
    /// `<`, `<=`, `>` or `>=`.
    pub const fn is_order(self) -> bool {
        matches!(self, Self::Less | Self::AtMost | Self::More | Self::AtLeast)
    }

    /// `==`, `===`, `!=` or `!==`.
    pub const fn is_equality(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual)
    }
}

/// Assignment operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AssignOp {
    /// `=`
    Set,
    /// `||=`, `&&=`, `??=`
    Logical,
    /// `+=` and the other arithmetic ones.
    Arithmetic,
}

/// A function of any form.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Function {
    /// Its own name, or that of what it is assigned to.
    pub name: Option<SmolStr>,
    /// Form.
    pub kind: FunctionKind,
    /// Where it stands.
    pub span: Span,
    /// `async`
    pub is_async: bool,
    /// `function*`
    pub is_generator: bool,
    /// Parameters in order.
    pub params: Vec<Parameter>,
    /// Values that it returns.
    pub returns: Vec<ExprId>,
    /// The function around it; the module's is itself.
    pub parent: FunctionId,
    /// Its own expression node, if it is one (declarations, methods and the module have none).
    pub expr: Option<ExprId>,
    /// The class that it is a member of.
    pub class: Option<ClassId>,
    /// First of the nodes of its body and parameters, nested functions included.
    pub first_node: ExprId,
    /// One past the last.
    pub end_node: ExprId,
    /// Condition around its declaration, in the function around it.
    pub guard: Option<GuardId>,
}

/// Form of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FunctionKind {
    /// The module.
    Module,
    /// `function f() {}` as a statement.
    Declaration,
    /// `function () {}` as a value.
    Expression,
    /// `() => {}`: `this` is that of the function around it.
    Arrow,
    /// A method of a class or object.
    Method,
    /// `constructor() {}`
    Constructor,
}

/// A parameter.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Parameter {
    /// The name, when it is a plain one.
    pub binding: Option<BindingId>,
    /// `x = default`
    pub default: Option<ExprId>,
    /// `...x`
    pub rest: bool,
    /// The name of its type, as an expression.
    pub annotation: Option<ExprId>,
}

/// A class.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Class {
    /// Its name.
    pub name: Option<SmolStr>,
    /// What it extends.
    pub extends: Option<ExprId>,
    /// Its constructor.
    pub constructor: Option<FunctionId>,
    /// The other members.
    pub members: Vec<ClassMember>,
    /// Where it stands.
    pub span: Span,
    /// Names of its decorators: `Injectable`, `WebSocketGateway`.
    pub decorators: Vec<ExprId>,
}

/// A member of a class.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClassMember {
    /// Its name.
    pub name: SmolStr,
    /// `static`
    pub is_static: bool,
    /// What it is.
    pub kind: MemberKind,
    /// The name of its type, as an expression.
    pub annotation: Option<ExprId>,
    /// Its decorators, as calls or names.
    pub decorators: Vec<ExprId>,
    /// Where its name stands.
    pub span: Span,
}

/// What a class member is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum MemberKind {
    /// A method.
    Method(FunctionId),
    /// A getter.
    Getter(FunctionId),
    /// A field with its initial value. A parameter property of the constructor is a field whose
    /// value is the parameter.
    Field(Option<ExprId>),
    /// A method or getter that subclasses supply.
    Abstract,
}

/// A declared name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Binding {
    /// Its name.
    pub name: SmolStr,
    /// Where it is declared.
    pub span: Span,
    /// Where its value comes from.
    pub origin: Origin,
    /// The way from that value to this name, through destructuring.
    pub path: Vec<PathStep>,
    /// The function in which it is declared.
    pub function: FunctionId,
    /// The name of its type, as an expression.
    pub annotation: Option<ExprId>,
    /// Values assigned to it after its declaration.
    pub assigned: Vec<ExprId>,
    /// Every mention of it after its declaration.
    pub uses: Vec<ExprId>,
    /// It is counted up or down somewhere: `attempt++`.
    pub is_counted: bool,
}

/// Where the value of a binding comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Origin {
    /// An import: index into [`FileFacts::imports`].
    Import(u32),
    /// A parameter of a function.
    Parameter {
        /// Whose.
        function: FunctionId,
        /// Which.
        index: u32,
    },
    /// `const x = value`
    Value(ExprId),
    /// `function x() {}`
    Function(FunctionId),
    /// `class X {}`
    Class(ClassId),
    /// An item of what a loop walks: `for (const x of items)`.
    Item(ExprId),
    /// Declared without a value (`let x;`), caught, or a type.
    Nothing,
}

/// One step of destructuring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PathStep {
    /// What is taken out.
    pub key: PathKey,
    /// Its value when there is none.
    pub default: Option<ExprId>,
}

/// What a step of destructuring takes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PathKey {
    /// `{ name }`
    Name(SmolStr),
    /// `[_, x]`
    Index(u32),
    /// `...rest`, without these names.
    Rest(Box<[SmolStr]>),
    /// `{ [expr]: x }`
    Unknown,
}

/// A condition around code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Guard {
    /// The next condition outward, in the same function.
    pub parent: Option<GuardId>,
    /// What is tested.
    pub test: Option<ExprId>,
    /// Whether the code runs when the test holds, or when it does not.
    pub holds: bool,
    /// Form.
    pub kind: GuardKind,
}

/// Form of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GuardKind {
    /// `if`
    If,
    /// `a ? b : c`
    Ternary,
    /// `a && b`, `a || b`, `a ?? b`
    Logical,
    /// After `if (test) return;`
    EarlyExit,
    /// `case`
    Case,
    /// Inside `catch`
    Catch,
}

/// A loop.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Loop {
    /// Form.
    pub kind: LoopKind,
    /// Condition under which it goes on.
    pub test: Option<ExprId>,
    /// What `for … of` and `for … in` walk.
    pub iterable: Option<ExprId>,
    /// The whole statement.
    pub span: Span,
    /// The function that holds it.
    pub function: FunctionId,
    /// The condition around it.
    pub guard: Option<GuardId>,
    /// The next loop outward, in the same function.
    pub parent: Option<LoopId>,
    /// Something inside ends it: `break`, `return` or `throw`.
    pub ends_inside: bool,
    /// First node of head and body.
    pub first_node: ExprId,
    /// One past the last.
    pub end_node: ExprId,
}

/// Form of a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoopKind {
    /// `while`
    While,
    /// `do … while`
    DoWhile,
    /// `for (;;)`
    For,
    /// `for (k in o)`
    ForIn,
    /// `for (x of xs)`
    ForOf,
    /// `for await (x of xs)`
    ForAwait,
}

/// A name bound by an import.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Import {
    /// As written.
    pub specifier: SmolStr,
    /// What is imported.
    pub name: ImportedName,
    /// Vanishes at run time: `import type`.
    pub type_only: bool,
    /// The statement.
    pub span: Span,
    /// The local name; `None` for `import './x'`.
    pub binding: Option<BindingId>,
}

/// What an import takes from its module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportedName {
    /// `{ name }`; `default` is spelled so.
    Named(SmolStr),
    /// `* as x`, `require()`
    Namespace,
    /// Nothing: for its side effects.
    Nothing,
}

/// A name that other files can import.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Export {
    /// As importers spell it; `default` for the default export.
    pub name: SmolStr,
    /// What it is.
    pub target: ExportTarget,
    /// Where it is exported.
    pub span: Span,
}

/// What an export stands for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum ExportTarget {
    /// A name of this file.
    Binding(BindingId),
    /// A value.
    Expr(ExprId),
    /// A name of another file.
    From {
        /// As written.
        specifier: SmolStr,
        /// What is taken from there.
        name: ImportedName,
        /// `export type { Order } from './orders'`: nothing of it is there at run time.
        type_only: bool,
    },
}

/// An assignment to a member.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Write {
    /// The object.
    pub object: ExprId,
    /// The member.
    pub name: SmolStr,
    /// The value.
    pub value: ExprId,
    /// The assignment.
    pub expr: ExprId,
}

/// A member of an interface or object type.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TypeMember {
    /// Its name.
    pub name: SmolStr,
    /// Where it stands.
    pub span: Span,
    /// The interface or type alias that it is written in, however deep.
    pub owner: Option<SmolStr>,
    /// Members of the same type around it.
    pub nesting: u32,
    /// What it is.
    pub kind: TypeMemberKind,
    /// The strings that it can be, when its type is made of them: `type: "order_created"`.
    pub literals: Box<[(SmolStr, Span)]>,
}

/// What a member of a type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TypeMemberKind {
    /// A value.
    Value,
    /// A value that is a function: `onOrder?: (order: Order) => void`.
    Callback,
    /// A method: `onOrder?(order: Order): void`.
    Method,
}

/// One of the strings that a type alias stands for: `type Topic = "orders" | "stock"`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TypeLiteral {
    /// The alias.
    pub owner: SmolStr,
    /// The string.
    pub text: SmolStr,
    /// Where it stands.
    pub span: Span,
}

/// A name that a type alias stands for, alone or beside others: `type Message = Created | Gone`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TypePart {
    /// The alias.
    pub owner: SmolStr,
    /// The type, or the value after `typeof`: `z.infer<typeof message>`.
    pub name: SmolStr,
}

impl Expr {
    /// Calls `visit` with each direct part.
    pub fn each_child(&self, mut visit: impl FnMut(ExprId)) {
        let each = |entries: &[Property], visit: &mut dyn FnMut(ExprId)| {
            for entry in entries {
                if let PropertyKey::Computed(key) = entry.key {
                    visit(key);
                }
                visit(entry.value);
            }
        };
        match self {
            Self::Ident { .. }
            | Self::This
            | Self::Super
            | Self::Number(_)
            | Self::Text(_)
            | Self::Bool(_)
            | Self::Null
            | Self::Undefined
            | Self::Function(_)
            | Self::Class(_)
            | Self::Yield(None)
            | Self::Opaque
            | Self::Unseen => {}
            Self::Template(parts) | Self::Array(parts) | Self::Sequence(parts) => {
                parts.iter().copied().for_each(visit);
            }
            Self::Object(properties) => each(properties, &mut visit),
            Self::Spread(value)
            | Self::ImportCall(value)
            | Self::Await(value)
            | Self::Yield(Some(value))
            | Self::Unary { value, .. }
            | Self::Member { object: value, .. } => visit(*value),
            Self::Call { callee, args, .. } => {
                visit(*callee);
                args.iter().copied().for_each(visit);
            }
            Self::Index { object, index } => {
                visit(*object);
                visit(*index);
            }
            Self::Binary { left, right, .. } => {
                visit(*left);
                visit(*right);
            }
            Self::Conditional { test, yes, no } => {
                visit(*test);
                visit(*yes);
                visit(*no);
            }
            Self::Assign { target, value, .. } => {
                visit(*target);
                visit(*value);
            }
            Self::Jsx { tag, attributes, children } => {
                if let JsxTag::Component(tag) = tag {
                    visit(*tag);
                }
                each(attributes, &mut visit);
                children.iter().copied().for_each(visit);
            }
        }
    }
}

static NOTHING: Node = Node {
    expr: Expr::Opaque,
    span: Span { start: 0, end: 0 },
    parent: None,
    function: FunctionId::MODULE,
    guard: None,
    in_loop: None,
};

impl FileFacts {
    /// Gives back the room that lists kept for more: facts live as long as the program does.
    pub(super) fn shrink(&mut self) {
        self.nodes.shrink_to_fit();
        self.functions.shrink_to_fit();
        self.bindings.shrink_to_fit();
        self.guards.shrink_to_fit();
        self.calls.shrink_to_fit();
        self.elements.shrink_to_fit();
        self.imports.shrink_to_fit();
        self.type_members.shrink_to_fit();
    }

    /// The node of an id of this file.
    pub fn node(&self, id: ExprId) -> &Node {
        self.nodes.get(id.index()).unwrap_or(&NOTHING)
    }

    /// The expression of an id of this file.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.node(id).expr
    }

    /// The function of an id of this file.
    pub fn function(&self, id: FunctionId) -> Option<&Function> {
        self.functions.get(id.index())
    }

    /// The binding of an id of this file.
    pub fn binding(&self, id: BindingId) -> Option<&Binding> {
        self.bindings.get(id.index())
    }

    /// The nodes of a function's body and parameters, nested functions left out.
    pub fn own_nodes(&self, id: FunctionId) -> impl Iterator<Item = (ExprId, &Node)> {
        self.nodes_inside(id).filter(move |(_, node)| node.function == id)
    }

    /// The nodes of a function's body and parameters, nested functions included.
    pub fn nodes_inside(&self, id: FunctionId) -> impl Iterator<Item = (ExprId, &Node)> {
        let range = self.function(id).map_or(0..0, |function| function.first_node.0..function.end_node.0);
        range.map(|at| (ExprId(at), self.node(ExprId(at))))
    }

    /// The conditions around a node, innermost first, up to the edge of its function.
    pub fn guards_of(&self, id: ExprId) -> impl Iterator<Item = &Guard> {
        let mut next = self.node(id).guard;
        std::iter::from_fn(move || {
            let guard = self.guards.get(next?.index())?;
            next = guard.parent;
            Some(guard)
        })
    }

    /// An expression and all that it is made of, the last part first.
    pub fn parts_of(&self, id: ExprId) -> impl Iterator<Item = ExprId> {
        let whole = self.node(id).span;
        (0..=id.0).rev().map(ExprId).take_while(move |it| {
            let part = self.node(*it).span;
            whole.start <= part.start && part.end <= whole.end
        })
    }

    /// The functions around a node, innermost first, the module last.
    pub fn functions_around(&self, id: ExprId) -> impl Iterator<Item = FunctionId> {
        let mut next = Some(self.node(id).function);
        std::iter::from_fn(move || {
            let this = next?;
            next = self.function(this).filter(|_| this != FunctionId::MODULE).map(|function| function.parent);
            Some(this)
        })
    }

    /// The call that gets an expression as a member of an object, however deep: `build({ on: { it } })`.
    pub fn call_with_member(&self, id: ExprId) -> Option<ExprId> {
        let mut expr = id;
        for _ in 0..8 {
            let parent = self.node(expr).parent?;
            match self.expr(parent) {
                Expr::Object(_) | Expr::Array(_) => expr = parent,
                Expr::Call { callee, .. } => return (*callee != expr && expr != id).then_some(parent),
                _ => return None,
            }
        }
        None
    }

    /// The callee and arguments of a call or construction.
    pub fn call(&self, id: ExprId) -> Option<(ExprId, &[ExprId])> {
        match self.expr(id) {
            Expr::Call { callee, args, .. } => Some((*callee, args)),
            _ => None,
        }
    }
}
