//! The values that expressions can have, as far as the source tells.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::catalog::rows::Gives;
use crate::facts::{ClassId, ExprId, FunctionId};
use crate::source::FileId;

/// An expression of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct At {
    /// Its file.
    pub file: FileId,
    /// The expression there.
    pub expr: ExprId,
}

/// A function of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionAt {
    /// Its file.
    pub file: FileId,
    /// The function there.
    pub function: FunctionId,
}

/// A class of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassAt {
    /// Its file.
    pub file: FileId,
    /// The class there.
    pub class: ClassId,
}

/// Which calls led here: the arguments of the functions that are being run. `None`: nobody knows
/// the arguments, and parameters stay [`Value::Parameter`].
pub type Env = Option<Arc<Frame>>;

/// One running function.
#[derive(Debug)]
pub struct Frame {
    /// Which.
    pub function: FunctionAt,
    /// What it was called with.
    pub args: Args,
    /// `this` inside it.
    pub this: Option<Value>,
    /// The running functions around its declaration.
    pub outer: Env,
    /// Number of frames on the way here, counted through callers.
    pub depth: u32,
}

/// The arguments of a running function.
#[derive(Debug)]
pub enum Args {
    /// Those of a call or a JSX element (whose props are its only argument), in the caller's frame.
    Call {
        /// The call or element.
        at: At,
        /// The caller's frame.
        env: Env,
    },
    /// Given by the analysis: what a library passes to a callback.
    Values(Vec<Value>),
}

/// What an expression can be.
#[derive(Debug, Clone)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A string.
    Text(SmolStr),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `undefined`, or a member that is not there.
    Undefined,
    /// A function with the frames around it.
    Function {
        /// Which.
        at: FunctionAt,
        /// Frames around its declaration.
        env: Env,
        /// What it was taken from: `api.load` has `api`.
        this: Option<Arc<Value>>,
    },
    /// An object literal.
    Object {
        /// Which.
        at: At,
        /// The frame that it stands in.
        env: Env,
    },
    /// An array literal.
    Array {
        /// Which.
        at: At,
        /// The frame that it stands in.
        env: Env,
    },
    /// The props of a JSX element.
    Props {
        /// The element.
        at: At,
        /// The frame that it stands in.
        env: Env,
    },
    /// Another object without some of its members: `const { a, ...rest } = whole`.
    Rest {
        /// The whole.
        of: Arc<Value>,
        /// What was taken out.
        without: Arc<[SmolStr]>,
    },
    /// A class itself.
    Class(ClassAt),
    /// An instance of a class.
    Instance {
        /// Of which.
        class: ClassAt,
        /// The construction, with the frame that it stands in, when it was seen.
        made: Option<(At, Env)>,
    },
    /// What a constructor function builds: its `this`.
    Built(FunctionAt),
    /// The namespace of a module.
    Module(FileId),
    /// Something of a third-party package or of the platform.
    Library {
        /// As imported; `global` for the platform.
        package: SmolStr,
        /// How it is reached from there; see `catalog::rows`.
        symbol: SmolStr,
        /// The latest call on that way, with its frame: where options stand.
        call: Option<(At, Env)>,
    },
    /// What the catalog says that a library call gives.
    Made {
        /// The shape.
        gives: Gives,
        /// Argument of the call that it is made of.
        argument: usize,
        /// The call.
        at: At,
        /// Its frame.
        env: Env,
        /// Package and symbol of what was called.
        package: SmolStr,
        /// Likewise.
        symbol: SmolStr,
    },
    /// An action creator, or an object of them: what one gives is dispatched when it is called. Made by
    /// [`Value::dispatching`].
    Dispatching(Arc<Value>),
    /// The props of a component that is a class.
    ClassProps(ClassAt),
    /// What only a caller of `function` knows.
    Parameter {
        /// Whose parameter.
        function: FunctionAt,
        /// Which.
        index: u32,
        /// Members taken from it; `()` stands for calling it.
        path: Arc<[SmolStr]>,
    },
    /// Sight was lost here.
    Unknown(At),
}

impl Value {
    /// Action creators whose outcome is dispatched.
    pub fn dispatching(creators: Self) -> Self {
        match creators {
            Self::Function { .. }
            | Self::Object { .. }
            | Self::Library { .. }
            | Self::Made { .. }
            | Self::Module(_) => Self::Dispatching(Arc::new(creators)),
            _ => creators,
        }
    }

    /// Whether a condition on it fails: `false`, `null`, `undefined`, `0`, `''`. `None`: not known.
    pub fn is_falsy(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(!value),
            Self::Null | Self::Undefined => Some(true),
            Self::Number(value) => Some(*value == 0.0 || value.is_nan()),
            Self::Text(text) => Some(text.is_empty()),
            Self::Library { symbol, call: None, .. } if symbol.starts_with("process.env") => None,
            // `document.hidden`, `navigator.onLine`
            Self::Library { package, symbol, call: None } if package == "global" && symbol.contains('.') => {
                None
            }
            Self::Library { call: None, .. }
            | Self::Function { .. }
            | Self::Object { .. }
            | Self::Array { .. }
            | Self::Props { .. }
            | Self::Class(_)
            | Self::Instance { .. }
            | Self::Module(_)
            | Self::Dispatching(_)
            | Self::ClassProps(_)
            | Self::Made { .. } => Some(false),
            _ => None,
        }
    }

    /// `null` or `undefined`. `None`: not known.
    pub fn is_nullish(&self) -> Option<bool> {
        match self {
            Self::Null | Self::Undefined => Some(true),
            Self::Parameter { .. } | Self::Unknown(_) | Self::Library { call: Some(_), .. } => None,
            Self::Library { symbol, .. } if symbol.starts_with("process.env") => None,
            _ => Some(false),
        }
    }
}
