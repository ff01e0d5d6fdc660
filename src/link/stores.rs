//! Requests that happen through a store: a timer sets a part of it, and what reads that part asks the
//! server again.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::eval::Evaluator;
use super::program::Program;
use super::timer::Step;
use super::value::{Args, At, FunctionAt, Value};
use crate::catalog::rows::Gives;
use crate::facts::{
    AssignOp, BindingId, Expr, ExprId, FileFacts, FunctionId, Origin, PathKey, PropertyKey, UnaryOp,
};
use crate::source::{FileId, Role};
use crate::vocabulary::Confidence;

/// A part of a store's state.
struct Cell {
    of: Holder,
    key: SmolStr,
}

/// What keeps a state.
#[derive(Clone, Copy)]
enum Holder {
    /// A store that is a hook, by the call that makes it.
    Store(At),
    /// A slice of a store, by the object that it begins with.
    Slice(At),
}

impl Program {
    /// The chain from what a function sets in a store to a request that this sets off.
    pub(super) fn request_through_store(&self, function: FunctionAt) -> Option<(Vec<Step>, Confidence)> {
        self.cells_set_by(function).iter().find_map(|cell| {
            let readers = match cell.of {
                Holder::Store(store) => self.readers_of(store, &cell.key),
                Holder::Slice(initial) => self.selectors_of(initial, &cell.key),
            };
            readers.into_iter().find_map(|(file, reader)| self.request_of_state(file, reader, 0))
        })
    }

    /// Parts of stores that a function sets itself: `set((state) => ({ round: state.round + 1 }))` in the
    /// initializer of a store; `dispatch(asked())`, where the reducer of `asked` sets some.
    fn cells_set_by(&self, function: FunctionAt) -> Vec<Cell> {
        let facts = self.facts(function.file);
        let mut cells = Vec::new();
        for (_, node) in facts.nodes_inside(function.function) {
            let Expr::Call { callee, args, .. } = &node.expr else { continue };
            let (Expr::Ident { .. } | Expr::Member { .. }) = facts.expr(*callee) else { continue };
            let setters = Evaluator::new(self).eval(At { file: function.file, expr: *callee }, &None);
            if let Some((store, given)) =
                setters.iter().find_map(|it| self.store_set_by(it)).zip(args.first())
            {
                let of = Holder::Store(store);
                cells.extend(fields_changed(facts, *given).map(|key| Cell { of, key }));
            }
            cells.extend(setters.iter().flat_map(|it| self.cells_of_action(it)));
        }
        cells
    }

    /// Parts of a slice's state that the reducer of an action creator sets.
    fn cells_of_action(&self, creator: &Value) -> Vec<Cell> {
        let creator = match creator {
            Value::Dispatching(creator) => creator,
            _ => creator,
        };
        let Value::Library { package, symbol, call: Some((slice, env)) } = creator else { return Vec::new() };
        let Some((row, name)) = self.catalog().action(package, symbol).zip(symbol.rsplit('.').next()) else {
            return Vec::new();
        };
        let evaluator = Evaluator::new(self);
        let given = |slot| -> Vec<Value> {
            self.slot(*slice, slot, env).into_iter().flat_map(|it| evaluator.eval(it, env)).collect()
        };
        let initial = given(&row.initial).into_iter().find_map(|it| match it {
            Value::Object { at, .. } => Some(Holder::Slice(at)),
            _ => None,
        });
        let Some(of) = initial else { return Vec::new() };
        let reducers = given(&row.cases).into_iter().flat_map(|it| evaluator.member(&it, name, *slice));
        let keys = reducers.flat_map(|it| match it {
            Value::Function { at, .. } => self.keys_written_by(at),
            _ => Vec::new(),
        });
        keys.map(|key| Cell { of, key }).collect()
    }

    /// The members of its state that a reducer changes: `state.round += 1`, or `({ ...state, round })`. To
    /// write what is written out changes nothing the second time: `state.loading = false`.
    fn keys_written_by(&self, reducer: FunctionAt) -> Vec<SmolStr> {
        let facts = self.facts(reducer.file);
        let mut keys = Vec::new();
        for (_, node) in facts.nodes_inside(reducer.function) {
            let (target, value) = match node.expr {
                Expr::Assign { op: AssignOp::Set, target, value } => (target, Some(value)),
                Expr::Assign { target, .. } | Expr::Unary { op: UnaryOp::Update, value: target } => {
                    (target, None)
                }
                _ => continue,
            };
            if let Expr::Member { object, name } = facts.expr(target)
                && is_parameter(facts, *object, reducer.function)
                && value.is_none_or(|it| !is_literal(facts, it))
            {
                keys.push(name.clone());
            }
        }
        let returned = facts.function(reducer.function).map(|it| it.returns.as_slice()).unwrap_or_default();
        for returned in returned {
            keys.extend(fields_changed(facts, *returned));
        }
        keys
    }

    /// The names that hold a part of a slice's state: `const round = useSelector((state) => state.board.round)`,
    /// `const { round } = useSelector((state) => state.board)`.
    fn selectors_of(&self, initial: At, key: &SmolStr) -> Vec<(FileId, BindingId)> {
        let mut files = self.files_mentioning(initial.file, key);
        for name in files.iter().flat_map(|file| self.selectors_in(*file, key)).collect::<FxHashSet<_>>() {
            files.extend(self.files_mentioning(initial.file, &name));
        }
        files.sort_unstable();
        files.dedup();
        let mut readers = Vec::new();
        for file in files.into_iter().filter(|it| self.is_product(*it)) {
            let facts = self.facts(file);
            for (id, binding) in (0_u32..).zip(&facts.bindings) {
                let Origin::Value(value) = binding.origin else { continue };
                let Some((callee, [select, ..])) = facts.call(value) else { continue };
                let whole = match binding.path.as_slice() {
                    [] => false,
                    [step] if matches!(&step.key, PathKey::Name(name) if name == key) => true,
                    _ => continue,
                };
                let evaluator = Evaluator::new(self);
                let is_reader = |it: &Value| match it {
                    Value::Library { package, symbol, .. } => {
                        self.catalog().returns(package, symbol).is_some_and(|it| it.gives == Gives::Selected)
                    }
                    _ => false,
                };
                if !evaluator.eval(At { file, expr: callee }, &None).iter().any(is_reader) {
                    continue;
                }
                let reads = evaluator.eval(At { file, expr: *select }, &None).iter().any(|it| match it {
                    Value::Function { at, .. } => {
                        let key = (!whole).then_some(key.as_str());
                        self.reads_slice(&evaluator, *at, key, initial)
                    }
                    _ => false,
                });
                if reads {
                    readers.push((file, BindingId(id)));
                }
            }
        }
        readers
    }

    /// Names of the functions of a file that give a member of that name: `selectRound`.
    fn selectors_in(&self, file: FileId, key: &str) -> Vec<SmolStr> {
        let facts = self.facts(file);
        let gives = |expr: &ExprId| matches!(facts.expr(*expr), Expr::Member { name, .. } if name == key);
        let selectors = (0_u32..).zip(&facts.functions).filter(|(_, it)| it.returns.iter().any(gives));
        selectors.flat_map(|(id, _)| self.names_of(FunctionAt { file, function: FunctionId(id) })).collect()
    }

    /// Whether a selector gives the state that begins with that object, or that member of it.
    fn reads_slice(
        &self,
        evaluator: &Evaluator<'_>,
        selector: FunctionAt,
        key: Option<&str>,
        initial: At,
    ) -> bool {
        let facts = self.facts(selector.file);
        let Some(declared) = facts.function(selector.function) else { return false };
        evaluator.root_states().into_iter().any(|(_, state)| {
            let frame = evaluator.frame(selector, Args::Values(vec![state]), None, &None, &None);
            declared.returns.iter().any(|returned| {
                let slice = match (key, facts.expr(*returned)) {
                    (None, _) => *returned,
                    (Some(key), Expr::Member { object, name }) if name == key => *object,
                    _ => return false,
                };
                let slices = evaluator.eval(At { file: selector.file, expr: slice }, &frame);
                slices.iter().any(|it| matches!(it, Value::Object { at, .. } if *at == initial))
            })
        })
    }

    fn is_product(&self, file: FileId) -> bool {
        self.file(file).is_some_and(|it| it.role == Role::Product)
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
    fn readers_of(&self, store: At, key: &SmolStr) -> Vec<(FileId, BindingId)> {
        let name = self
            .binding_of_value(store)
            .and_then(|it| self.facts(store.file).binding(it))
            .map(|it| it.name.clone());
        let Some(name) = name else { return Vec::new() };
        let mut readers = Vec::new();
        for file in self.files_mentioning(store.file, &name) {
            if !self.is_product(file) {
                continue;
            }
            let facts = self.facts(file);
            for (id, binding) in (0_u32..).zip(&facts.bindings) {
                let Origin::Value(value) = binding.origin else { continue };
                let Some((callee, args)) = facts.call(value) else { continue };
                let reads = match (args, binding.path.as_slice()) {
                    ([], [step]) => matches!(&step.key, PathKey::Name(name) if name == key),
                    ([select, ..], []) => selects(facts, *select, key),
                    _ => false,
                };
                let is_hook =
                    |it: &Value| matches!(it, Value::Made { gives: Gives::Store, at, .. } if *at == store);
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

/// The fields of them that may be others than they were: to set what is written out changes nothing the
/// second time.
fn fields_changed(facts: &FileFacts, given: ExprId) -> impl Iterator<Item = SmolStr> + '_ {
    fields_set(facts, given).filter(|(_, value)| !is_literal(facts, *value)).map(|(key, _)| key)
}

/// Whether a selector gives that member of its state.
fn selects(facts: &FileFacts, selector: ExprId, key: &str) -> bool {
    let Expr::Function(function) = facts.expr(selector) else { return false };
    facts.function(*function).is_some_and(|it| {
        it.returns.iter().any(|returned| match facts.expr(*returned) {
            Expr::Member { object, name } => name == key && is_parameter(facts, *object, *function),
            _ => false,
        })
    })
}

/// Whether an expression is the first parameter of a function.
fn is_parameter(facts: &FileFacts, expr: ExprId, function: FunctionId) -> bool {
    match facts.expr(expr) {
        Expr::Ident { binding: Some(binding), .. } => facts
            .binding(*binding)
            .is_some_and(|it| it.origin == Origin::Parameter { function, index: 0 } && it.path.is_empty()),
        _ => false,
    }
}

/// Whether an expression is the same whenever it runs.
fn is_literal(facts: &FileFacts, expr: ExprId) -> bool {
    matches!(facts.expr(expr), Expr::Bool(_) | Expr::Number(_) | Expr::Text(_) | Expr::Null | Expr::Undefined)
}
