//! Requests that happen through a store: a timer sets a part of it, and what reads that part asks the
//! server again.

use smol_str::SmolStr;

use super::eval::Evaluator;
use super::program::Program;
use super::timer::Step;
use super::value::{At, FunctionAt, Value};
use crate::catalog::rows::Gives;
use crate::facts::{BindingId, Expr, ExprId, FileFacts, FunctionId, Origin, PathKey, PropertyKey};
use crate::source::{FileId, Role};
use crate::vocabulary::Confidence;

/// A part of a store's state.
struct Cell {
    /// The call that makes the store.
    store: At,
    key: SmolStr,
}

impl Program {
    /// The chain from what a function sets in a store to a request that this sets off.
    pub(super) fn request_through_store(&self, function: FunctionAt) -> Option<(Vec<Step>, Confidence)> {
        self.cells_set_by(function).iter().find_map(|cell| {
            let readers = self.readers_of(cell);
            readers.into_iter().find_map(|(file, reader)| self.request_of_state(file, reader, 0))
        })
    }

    /// Parts of stores that a function sets itself: `set((state) => ({ round: state.round + 1 }))` in the
    /// initializer of a store.
    fn cells_set_by(&self, function: FunctionAt) -> Vec<Cell> {
        let facts = self.facts(function.file);
        let mut cells = Vec::new();
        for (_, node) in facts.nodes_inside(function.function) {
            let Expr::Call { callee, args, .. } = &node.expr else { continue };
            let (Expr::Ident { .. } | Expr::Member { .. }) = facts.expr(*callee) else { continue };
            let setters = Evaluator::new(self).eval(At { file: function.file, expr: *callee }, &None);
            let Some(store) = setters.iter().find_map(|it| self.store_set_by(it)) else { continue };
            let Some(given) = args.first() else { continue };
            cells.extend(fields_set(facts, *given).map(|(key, _)| Cell { store, key }));
        }
        cells
    }

    /// The store that a call of a value sets: `useOrders.setState`, or the first thing that the initializer
    /// of a store is given.
    pub(super) fn store_set_by(&self, setter: &Value) -> Option<At> {
        match setter {
            Value::Library { symbol, call: Some((made, _)), .. } if symbol.ends_with("().setState") => {
                let values = Evaluator::new(self).eval(*made, &None);
                let is_store = values.iter().any(|it| matches!(it, Value::Made { gives: Gives::Store, .. }));
                is_store.then_some(*made)
            }
            Value::Parameter { function, index: 0, path } if path.is_empty() => self.store_of(*function),
            _ => None,
        }
    }

    /// The names that hold a part of a store: `const round = useBoard((state) => state.round)`.
    fn readers_of(&self, cell: &Cell) -> Vec<(FileId, BindingId)> {
        let name = self
            .binding_of_value(cell.store)
            .and_then(|it| self.facts(cell.store.file).binding(it))
            .map(|it| it.name.clone());
        let Some(name) = name else { return Vec::new() };
        let mut readers = Vec::new();
        for file in self.files_mentioning(&name) {
            if self.file(file).is_none_or(|it| it.role != Role::Product) {
                continue;
            }
            let facts = self.facts(file);
            for (id, binding) in (0_u32..).zip(&facts.bindings) {
                let Origin::Value(value) = binding.origin else { continue };
                let Some((callee, args)) = facts.call(value) else { continue };
                let reads = match (args, binding.path.as_slice()) {
                    ([], [step]) => matches!(&step.key, PathKey::Name(key) if *key == cell.key),
                    ([select, ..], []) => selects(facts, *select, &cell.key),
                    _ => false,
                };
                let is_hook = |it: &Value| matches!(it, Value::Made { gives: Gives::Store, at, .. } if *at == cell.store);
                if reads && Evaluator::new(self).eval(At { file, expr: callee }, &None).iter().any(is_hook) {
                    readers.push((file, BindingId(id)));
                }
            }
        }
        readers
    }
}

/// The fields that setting the state of a store sets, each with its value: `set({ orders })`,
/// `set((state) => ({ round: state.round + 1 }))`.
pub(super) fn fields_set(facts: &FileFacts, given: ExprId) -> impl Iterator<Item = (SmolStr, ExprId)> + '_ {
    let object = match facts.expr(given) {
        Expr::Function(update) => facts.function(*update).and_then(|it| it.returns.first().copied()),
        _ => Some(given),
    };
    let fields = match object.map(|it| facts.expr(it)) {
        Some(Expr::Object(fields)) => fields.as_ref(),
        _ => &[],
    };
    fields.iter().filter_map(|it| match &it.key {
        PropertyKey::Name(name) => Some((name.clone(), it.value)),
        _ => None,
    })
}

/// Whether a selector gives that member of its state.
fn selects(facts: &FileFacts, selector: ExprId, key: &str) -> bool {
    let Expr::Function(function) = facts.expr(selector) else { return false };
    let is_state = |expr: ExprId, of: FunctionId| match facts.expr(expr) {
        Expr::Ident { binding: Some(binding), .. } => facts
            .binding(*binding)
            .is_some_and(|it| it.origin == Origin::Parameter { function: of, index: 0 }),
        _ => false,
    };
    facts.function(*function).is_some_and(|it| {
        it.returns.iter().any(|returned| match facts.expr(*returned) {
            Expr::Member { object, name } => name == key && is_state(*object, *function),
            _ => false,
        })
    })
}
