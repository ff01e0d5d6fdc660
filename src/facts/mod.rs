//! One walk over a tree gives owned [`FileFacts`]; trees die here.
//!
//! The facts of a file are its program in a small normal form: expressions in an arena, functions,
//! classes, bindings with their scopes resolved, and the conditions ("guards") and loops around each
//! expression. They depend on that file's bytes alone, know no other file and no library, and hold
//! no reference into the tree.

mod expr;
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

pub use lower::STACK_BYTES;
pub use stored::{from_bytes, to_bytes};
pub use suppressions::{Reach, SUPPRESSION_WORDS, Suppression, suppressions};

use crate::{parse, scan};

/// Reads one parsed file. Needs a thread with [`STACK_BYTES`] of stack.
pub fn collect(text: &str, tree: &tree_sitter::Tree) -> FileFacts {
    let mut facts = lower::lower(text, tree);
    if scan::may_suppress(text) {
        facts.suppressions = suppressions(text, &parse::comments(tree), &facts.lines);
    }
    facts
}
