//! The state of a store as its reducers begin it: `useSelector((state) => state.refresh.seconds)`.

use rayon::prelude::*;

use super::{Evaluator, Values, merge};
use crate::catalog::rows::Gives;
use crate::facts::Expr;
use crate::link::program::Program;
use crate::link::value::{At, Env, Value};
use crate::source::{FileId, Role};

impl Evaluator<'_> {
    /// What a selector gives of the state of the program's stores, and [`Value::Unknown`] beside it for what
    /// reducers write later. Empty when no store is seen to have it.
    pub(super) fn selected(&self, selector: Option<At>, env: &Env) -> Values {
        selector.map(|it| self.selected_part(it, None, env)).unwrap_or_default()
    }

    /// [`Self::selected`], or a member of that.
    pub(in crate::link) fn selected_part(&self, selector: At, part: Option<&str>, env: &Env) -> Values {
        let mut found = Values::new();
        for select in self.eval(selector, env).iter().filter(|it| matches!(it, Value::Function { .. })) {
            for (store, state) in self.root_states() {
                for value in self.call_with(select, vec![state], store) {
                    merge(
                        &mut found,
                        match part {
                            Some(name) => self.member(&value, name, store),
                            None => vec![value],
                        },
                    );
                }
            }
        }
        let is_seen = |it: &Value| !matches!(it, Value::Unknown(_) | Value::Undefined);
        if !found.iter().any(is_seen) {
            return Values::new();
        }
        // A store that lacks the part is another one.
        found.retain(is_seen);
        merge(&mut found, vec![Value::Unknown(selector)]);
        found
    }

    /// The states that the program's stores begin with, each with its store.
    pub(in crate::link) fn root_states(&self) -> Vec<(At, Value)> {
        let stores = self.program.answers.stores.get().into_iter().flatten();
        stores
            .flat_map(|(store, parts)| self.states(*parts, &None).into_iter().map(|it| (*store, it)))
            .collect()
    }

    /// The states that a reducer, or a table of reducers, begins with.
    fn states(&self, reducer: At, env: &Env) -> Values {
        let mut found = Values::new();
        for value in self.eval(reducer, env) {
            match value {
                Value::Object { at, env } => found.push(Value::Made {
                    gives: Gives::Selected,
                    argument: 0,
                    at,
                    env,
                    package: "global".into(),
                    symbol: "state".into(),
                }),
                Value::Library { package, symbol, call: Some((call, env)) } => {
                    let Some(row) = self.program.catalog().reducer(&package, &symbol) else { continue };
                    for initial in row.initial.iter().flat_map(|slot| self.program.slot(call, slot, &env)) {
                        merge(&mut found, self.begun(initial, &env));
                    }
                    for parts in row.parts.iter().flat_map(|slot| self.program.slot(call, slot, &env)) {
                        merge(&mut found, self.states(parts, &env));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// A first state, which may be given as a function that makes it.
    fn begun(&self, initial: At, env: &Env) -> Values {
        let values = self.eval(initial, env);
        let begun = values.iter().flat_map(|value| match value {
            Value::Function { .. } => self.call_with(value, Vec::new(), initial),
            _ => vec![value.clone()],
        });
        begun.collect()
    }

    /// A member of the state that a table of reducers keeps.
    pub(super) fn part_of_state(&self, table: At, env: &Env, name: &str, at: At) -> Values {
        let mut reducers = Vec::new();
        let whole = Value::Object { at: table, env: env.clone() };
        self.program.option_exprs(whole, &[name], &mut reducers, 0);
        let mut found = Values::new();
        for reducer in reducers {
            merge(&mut found, self.states(reducer, env));
        }
        if found.is_empty() { vec![Value::Unknown(at)] } else { found }
    }
}

impl Program {
    /// The stores of product code, each with where its reducers stand; sorted. Looked for before anything
    /// else is asked: what makes a store cannot itself depend on what stores hold.
    pub(in crate::link) fn find_stores(&self) -> Vec<(At, At)> {
        let mut files: Vec<_> =
            self.catalog().store_words().flat_map(|word| self.mentions_of(word)).collect();
        files.sort_unstable();
        files.dedup();
        files.retain(|it| self.file(*it).is_some_and(|it| it.role == Role::Product));
        files.into_par_iter().flat_map_iter(|it| self.stores_of(it)).collect()
    }

    fn stores_of(&self, file: FileId) -> Vec<(At, At)> {
        let facts = self.facts(file);
        let mut found = Vec::new();
        for call in &facts.calls {
            let Expr::Call { .. } = facts.expr(*call) else { continue };
            let at = At { file, expr: *call };
            for value in Evaluator::new(self).eval(at, &None) {
                let Value::Library { package, symbol, call: Some((made, env)) } = value else {
                    continue;
                };
                let row = self.catalog().reducer(&package, &symbol).filter(|it| it.root && made == at);
                let parts = row.and_then(|it| it.parts.as_ref());
                found.extend(parts.into_iter().flat_map(|slot| self.slot(at, slot, &env)).map(|it| (at, it)));
            }
        }
        found
    }
}
