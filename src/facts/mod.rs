//! One walk over a tree gives owned [`FileFacts`]; trees die here.
//!
//! The facts of a file are its program in a small normal form: expressions in an arena, functions,
//! classes, bindings with their scopes resolved, and the conditions ("guards") and loops around each
//! expression. They depend on that file's bytes alone, know no other file and no library, and hold
//! no reference into the tree.

mod expr;
mod index;
mod lower;
mod patterns;
mod scope;
mod statements;
mod stored;
mod suppressions;

pub use expr::{
    AssignOp, BinaryOp, Binding, BindingId, Class, ClassId, ClassMember, Export, ExportTarget, Expr, ExprId,
    FileFacts, Function, FunctionId, FunctionKind, Guard, GuardId, GuardKind, Import, ImportedName, JsxTag,
    Loop, LoopId, LoopKind, MemberKind, Node, Origin, Parameter, PathKey, PathStep, Property, PropertyKey,
    TypeLiteral, TypeMember, TypeMemberKind, TypePart, UnaryOp, Write,
};

pub use stored::{from_bytes, to_bytes};
pub use suppressions::{Reach, SUPPRESSION_WORDS, Suppression, suppressions};

use crate::{parse, scan};

/// The stack that a thread needs to read code nested that deep, in an unoptimised build.
pub const fn stack_bytes(nesting: u32) -> usize {
    (32 << 20) + (64 << 10) * nesting as usize
}

/// Reads one parsed file. Needs a thread with [`stack_bytes`] of stack.
pub fn collect(text: &str, tree: &tree_sitter::Tree, nesting: u32) -> FileFacts {
    let mut facts = lower::lower(text, tree, nesting);
    if scan::may_suppress(text) {
        facts.suppressions = suppressions(text, &parse::comments(tree), &facts.lines);
    }
    facts.shrink();
    facts
}
