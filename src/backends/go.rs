//! One Go file in owned facts: constants, struct types, values with fields that may name a message,
//! calls with texts in them, comparisons, and who mentions whom.

mod read;

pub(super) use read::collect;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::source::{LineIndex, Span};

/// A text as it stands in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    /// `"order_created"`
    Literal(SmolStr),
    /// `TypeOrderCreated`: a constant, a local variable or a parameter.
    Name(SmolStr),
    /// `events.TypeOrderCreated`
    Member(SmolStr, SmolStr),
}

/// Which part of a value a text stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// A field of a struct.
    Field(SmolStr),
    /// A key of a map, or of JSON in a string.
    Text(SmolStr),
    /// The nth field of a struct without names.
    Position(usize),
    /// The `event:` line of a server-sent event.
    EventLine,
}

/// A value with texts in it: a struct, a map, JSON in a string, an assigned field.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    /// Name of the struct type, without its package; empty for maps and the like.
    pub(super) type_name: SmolStr,
    pub(super) texts: Vec<(Key, Text, Span)>,
    pub(super) function: Option<usize>,
    /// It is handed to something that sends, in the same function.
    pub(super) sent: bool,
    /// It stands inside another value with a text that names a type.
    pub(super) nested: bool,
    /// The variable that holds it.
    variable: Option<SmolStr>,
}

/// A call with texts among its arguments.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// What it is called on: `hub` in `hub.Broadcast`; empty for a plain call.
    pub(super) receiver: SmolStr,
    pub(super) name: SmolStr,
    pub(super) arguments: Vec<Option<Text>>,
    pub(super) function: Option<usize>,
    pub(super) span: Span,
}

/// A function or method.
#[derive(Debug, Clone)]
pub(super) struct Function {
    /// Type of the receiver, empty for a function.
    pub(super) receiver: SmolStr,
    pub(super) name: SmolStr,
    pub(super) parameters: Vec<SmolStr>,
    end: usize,
}

impl Function {
    /// `Hub.Broadcast`
    pub(super) fn label(&self) -> String {
        let dot = if self.receiver.is_empty() { "" } else { "." };
        format!("{}{dot}{}", self.receiver, self.name)
    }
}

/// A field of a struct type: its name, and what JSON calls it.
pub(super) type Field = (SmolStr, SmolStr);

/// The facts of one file.
#[derive(Debug, Default)]
pub(super) struct GoFile {
    pub(super) package: SmolStr,
    pub(super) imports: Vec<SmolStr>,
    pub(super) constants: Vec<(SmolStr, Text)>,
    /// Struct types by name.
    pub(super) structs: Vec<(SmolStr, Vec<Field>)>,
    pub(super) functions: Vec<Function>,
    pub(super) shapes: Vec<Shape>,
    pub(super) calls: Vec<Call>,
    /// Cases and comparisons.
    pub(super) compared: Vec<(Text, Option<usize>, Span)>,
    /// What the local variables of each function were given.
    pub(super) locals: FxHashMap<(usize, SmolStr), Vec<Text>>,
    /// The first place at which each function, or the package itself, mentions a name.
    pub(super) mentions: FxHashMap<(SmolStr, Option<usize>), Span>,
    pub(super) lines: LineIndex,
}
