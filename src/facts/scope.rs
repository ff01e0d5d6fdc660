//! Scopes of one file. Names are declared while the tree is walked and resolved after it, so that
//! hoisting needs no second walk.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::expr::{BindingId, ExprId};

/// Index of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ScopeId(usize);

#[derive(Debug, Default)]
struct Scope {
    parent: Option<ScopeId>,
    /// Functions and the module: where `var` declarations go.
    is_function: bool,
    names: FxHashMap<SmolStr, BindingId>,
}

/// All scopes of one file, and the mentions that wait to be resolved.
#[derive(Debug)]
pub(super) struct Scopes {
    scopes: Vec<Scope>,
    current: ScopeId,
    mentions: Vec<(ExprId, SmolStr, ScopeId)>,
}

impl Scopes {
    pub(super) fn new() -> Self {
        let module = Scope { parent: None, is_function: true, names: FxHashMap::default() };
        Self { scopes: vec![module], current: ScopeId(0), mentions: Vec::new() }
    }

    /// Opens a scope and gives the one to go back to.
    pub(super) fn open(&mut self, is_function: bool) -> ScopeId {
        let outer = self.current;
        self.current = ScopeId(self.scopes.len());
        self.scopes.push(Scope { parent: Some(outer), is_function, names: FxHashMap::default() });
        outer
    }

    pub(super) fn close(&mut self, outer: ScopeId) {
        self.current = outer;
    }

    /// Declares a name in the current block, or with `var` in the current function.
    pub(super) fn declare(&mut self, name: SmolStr, binding: BindingId, var: bool) {
        let mut at = self.current;
        if var {
            while let Some(Scope { is_function: false, parent: Some(parent), .. }) = self.scopes.get(at.0) {
                at = *parent;
            }
        }
        if let Some(scope) = self.scopes.get_mut(at.0) {
            scope.names.insert(name, binding);
        }
    }

    /// Remembers a mention of a name in the current scope.
    pub(super) fn mention(&mut self, expr: ExprId, name: SmolStr) {
        self.mentions.push((expr, name, self.current));
    }

    /// The mentions and what each refers to.
    pub(super) fn resolve(self) -> impl Iterator<Item = (ExprId, BindingId)> {
        let Self { scopes, mentions, .. } = self;
        mentions.into_iter().filter_map(move |(expr, name, mut at)| {
            loop {
                let scope = scopes.get(at.0)?;
                if let Some(binding) = scope.names.get(&name) {
                    return Some((expr, *binding));
                }
                at = scope.parent?;
            }
        })
    }
}
