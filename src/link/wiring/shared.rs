//! State that components share through a library: what is set in one place is read in others.

use smol_str::SmolStr;

use super::carry::Carrier;
use crate::catalog::rows::{Gives, SharedUse};
use crate::facts::{BindingId, Expr, ImportedName, Origin};
use crate::link::eval::Evaluator;
use crate::link::program::Program;
use crate::link::resolve::Resolution;
use crate::link::symbols::Definition;
use crate::link::value::{At, FunctionAt, Value};
use crate::source::FileId;

/// Calls around the initializer of a store: `create()(devtools(persist((set) => …)))`.
const MAX_WRAPPERS: usize = 6;

impl Program {
    /// Reads of the state that calling `setter` sets, when it is a setter of shared state.
    pub(super) fn shared_reads(&self, setter: &Value, keys: &[SmolStr]) -> Vec<Carrier> {
        match setter {
            // `const [, setSocket] = useAtom(socketAtom)`
            Value::Library { package, symbol, call: Some((hook, _)) } => {
                let row = self.catalog().shared(package, symbol).filter(|it| it.does == SharedUse::Sets);
                if let Some(row) = row {
                    let state = if row.itself {
                        self.binding_of_value(*hook).map(|binding| (hook.file, binding))
                    } else {
                        self.argument_at(*hook, 0).and_then(|at| self.declared(at))
                    };
                    return state.map(|it| self.reads_of_state(it, keys)).unwrap_or_default();
                }
                // `useStore.setState({ socket })`
                match symbol.strip_suffix(".setState") {
                    Some(_) => self.reads_of_store(*hook, keys),
                    None => Vec::new(),
                }
            }
            // `create((set) => …)`
            Value::Parameter { function, index: 0, path } if path.is_empty() => {
                self.reads_by_store(*function, keys)
            }
            _ => Vec::new(),
        }
    }

    /// Expressions that read the state which a name stands for.
    fn reads_of_state(&self, (file, binding): (FileId, BindingId), keys: &[SmolStr]) -> Vec<Carrier> {
        let uses = self.uses_of(file, binding).into_iter();
        uses.flat_map(|used| self.read_by_call(used, keys).into_iter().chain(self.read_itself(used, keys)))
            .collect()
    }

    /// `useAtomValue(socketAtom)`
    fn read_by_call(&self, used: At, keys: &[SmolStr]) -> Vec<Carrier> {
        let facts = self.facts(used.file);
        let Some(call) = facts.node(used.expr).parent else { return Vec::new() };
        let Some((callee, args)) = facts.call(call) else { return Vec::new() };
        if args.first() != Some(&used.expr) {
            return Vec::new();
        }
        let at = At { expr: call, ..used };
        let symbols = self.library_symbols(At { expr: callee, ..used });
        let read = symbols.into_iter().filter_map(|(package, symbol)| {
            if self.reads_state(&package, &format!("{symbol}()"), false) {
                Some(Carrier { at, keys: keys.to_vec() })
            } else if self.reads_state(&package, &format!("{symbol}().0"), false) {
                let mut longer = vec![SmolStr::new_static("0")];
                longer.extend(keys.iter().cloned());
                Some(Carrier { at, keys: longer })
            } else {
                None
            }
        });
        read.collect()
    }

    /// `$socket.get()`, `$socket.value`
    fn read_itself(&self, used: At, keys: &[SmolStr]) -> Option<Carrier> {
        let facts = self.facts(used.file);
        let member = facts.node(used.expr).parent?;
        if !matches!(facts.expr(member), Expr::Member { object, .. } if *object == used.expr) {
            return None;
        }
        let call = facts.node(member).parent.filter(|it| facts.call(*it).is_some_and(|(it, _)| it == member));
        self.library_symbols(At { expr: member, ..used }).into_iter().find_map(|(package, symbol)| {
            let expr = match call {
                Some(call) if self.reads_state(&package, &format!("{symbol}()"), true) => call,
                _ if self.reads_state(&package, &symbol, true) => member,
                _ => return None,
            };
            Some(Carrier { at: At { expr, ..used }, keys: keys.to_vec() })
        })
    }

    fn reads_state(&self, package: &str, symbol: &str, itself: bool) -> bool {
        let row = self.catalog().shared(package, symbol);
        row.is_some_and(|it| it.does == SharedUse::Reads && it.itself == itself)
    }

    fn library_symbols(&self, at: At) -> Vec<(SmolStr, SmolStr)> {
        let values = Evaluator::new(self).eval(at, &None).into_iter();
        values
            .filter_map(|it| match it {
                Value::Library { package, symbol, .. } => Some((package, symbol)),
                _ => None,
            })
            .collect()
    }

    /// The declaration that a name stands for, in its own file or where it is imported from.
    fn declared(&self, at: At) -> Option<(FileId, BindingId)> {
        let facts = self.facts(at.file);
        let Expr::Ident { binding: Some(binding), .. } = facts.expr(at.expr) else {
            return None;
        };
        let Origin::Import(import) = facts.binding(*binding)?.origin else {
            return Some((at.file, *binding));
        };
        let import = facts.imports.get(import as usize)?;
        let ImportedName::Named(name) = &import.name else {
            return None;
        };
        let Resolution::File(target) = self.resolve(at.file, &import.specifier) else {
            return None;
        };
        match self.export(target, name)? {
            Definition::Binding(file, binding) => Some((file, binding)),
            _ => None,
        }
    }

    /// Reads of the store whose initializer a function is.
    fn reads_by_store(&self, initializer: FunctionAt, keys: &[SmolStr]) -> Vec<Carrier> {
        let Some(store) = self.store_of(initializer) else {
            return Vec::new();
        };
        let mut reads = self.reads_of_store(store, keys);
        // `get().socket` in the initializer itself.
        let inside = self.calls_of_parameter(initializer, 1).into_iter();
        reads.extend(inside.map(|at| Carrier { at, keys: keys.to_vec() }));
        reads
    }

    /// The store whose initializer a function is.
    pub(in crate::link) fn store_of(&self, initializer: FunctionAt) -> Option<At> {
        let facts = self.facts(initializer.file);
        let mut expr = facts.function(initializer.function).and_then(|it| it.expr)?;
        for _ in 0..MAX_WRAPPERS {
            let parent = facts.node(expr).parent?;
            if !matches!(facts.expr(parent), Expr::Call { callee, .. } if *callee != expr) {
                return None;
            }
            expr = parent;
            let at = At { file: initializer.file, expr };
            let is_store = Evaluator::new(self)
                .eval(at, &None)
                .iter()
                .any(|it| matches!(it, Value::Made { gives: Gives::Store, .. }));
            if is_store && self.binding_of_value(at).is_some() {
                return Some(at);
            }
        }
        None
    }

    /// Calls of a parameter inside the function that declares it.
    fn calls_of_parameter(&self, function: FunctionAt, index: u32) -> Vec<At> {
        let facts = self.facts(function.file);
        let origin = Origin::Parameter { function: function.function, index };
        let uses = facts.bindings.iter().filter(|it| it.origin == origin && it.path.is_empty());
        uses.flat_map(|it| &it.uses)
            .filter_map(|used| {
                let parent = facts.node(*used).parent?;
                let (callee, _) = facts.call(parent)?;
                (callee == *used).then_some(At { file: function.file, expr: parent })
            })
            .collect()
    }

    /// Reads of a store by the hook that it is: `useStore((state) => state.socket)`.
    fn reads_of_store(&self, made: At, keys: &[SmolStr]) -> Vec<Carrier> {
        let Some(binding) = self.binding_of_value(made) else {
            return Vec::new();
        };
        let mut reads = Vec::new();
        for used in self.uses_of(made.file, binding) {
            let facts = self.facts(used.file);
            let Some(parent) = facts.node(used.expr).parent else { continue };
            let call = match facts.expr(parent) {
                Expr::Call { callee, .. } if *callee == used.expr => parent,
                Expr::Member { name, .. } if name == "getState" => match facts.node(parent).parent {
                    Some(call) => call,
                    None => continue,
                },
                _ => continue,
            };
            let at = At { file: used.file, expr: call };
            match self.argument_at(at, 0) {
                None => reads.push(Carrier { at, keys: keys.to_vec() }),
                // What the selector is given, and what it gives back.
                Some(selector) => {
                    for value in Evaluator::new(self).eval(selector, &None) {
                        let Value::Function { at: function, .. } = value else { continue };
                        let (mut inner, mut uses) = (Vec::new(), Vec::new());
                        self.enter_parameter(function, 0, keys, &mut inner, &mut uses);
                        reads.extend(inner);
                        reads.extend(self.selected(function, at, keys));
                    }
                }
            }
        }
        reads
    }

    /// The call of a store's hook, when its selector gives what is carried.
    fn selected(&self, selector: FunctionAt, call: At, keys: &[SmolStr]) -> Option<Carrier> {
        let facts = self.facts(selector.file);
        let declared = facts.function(selector.function)?;
        let mut expr = *declared.returns.first()?;
        let mut path = Vec::new();
        while let Expr::Member { object, name } = facts.expr(expr) {
            path.push(name.clone());
            expr = *object;
            if path.len() > 8 {
                return None;
            }
        }
        let is_state = matches!(facts.expr(expr), Expr::Ident { binding: Some(binding), .. }
            if facts.binding(*binding).is_some_and(|it| matches!(it.origin,
                Origin::Parameter { function, index: 0 } if function == selector.function) && it.path.is_empty()));
        path.reverse();
        (is_state && keys.starts_with(&path))
            .then(|| Carrier { at: call, keys: keys.get(path.len()..).unwrap_or_default().to_vec() })
    }
}
