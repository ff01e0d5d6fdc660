//! One-shot timers that are armed again without a call: they set a state, and what hangs on it runs anew.

use super::eval::Evaluator;
use super::program::Program;
use super::value::{At, FunctionAt, Value};
use crate::facts::{BindingId, Expr, ExprId, FileFacts, FunctionId, JsxTag, Origin, PropertyKey};
use crate::source::FileId;

/// Calls from the callback of a timer to what sets the state.
const MAX_CALLS: usize = 2;

/// Names through which an image hangs on a state.
const MAX_NAMES: u32 = 4;

impl Program {
    /// Whether an effect's one-shot timer is armed again because it sets what the effect depends on:
    /// `useEffect(() => { setTimeout(load, 3_000) }, [orders])`, where `load` sets `orders`. Without a list it
    /// depends on every state.
    pub(super) fn effect_rearms(&self, timer: At, callbacks: &[FunctionId]) -> bool {
        let facts = self.facts(timer.file);
        let holder = facts.node(timer.expr).function;
        let Some(expr) = facts.function(holder).and_then(|it| it.expr) else {
            return false;
        };
        let Some((callee, args)) = facts.node(expr).parent.and_then(|parent| facts.call(parent)) else {
            return false;
        };
        let (run, list) = match args {
            [run] => (run, None),
            [run, list] => (run, Some(*list)),
            _ => return false,
        };
        if *run != expr || !self.is_effect(At { expr: callee, ..timer }, list.is_none()) {
            return false;
        }
        let run = self.run_by(timer.file, callbacks);
        let set = run
            .iter()
            .flat_map(|function| self.states_set_by(FunctionAt { file: timer.file, function: *function }))
            .filter(|state| {
                !self.is_emptied(timer, &run, *state) && !self.stays_as_set(timer.file, &run, *state)
            })
            .collect::<Vec<BindingId>>();
        match list.map(|it| facts.expr(it)) {
            None => !set.is_empty(),
            Some(Expr::Array(dependencies)) => dependencies.iter().any(
                |it| matches!(facts.expr(*it), Expr::Ident { binding: Some(binding), .. } if set.contains(binding)),
            ),
            Some(_) => false,
        }
    }

    /// Whether a hook runs what it is given. `useCallback(run, [state])` only remembers.
    pub(super) fn is_effect(&self, callee: At, needs_name: bool) -> bool {
        Evaluator::new(self).eval(callee, &None).iter().any(|value| match value {
            Value::Library { package, symbol, .. } => {
                let named = || symbol.starts_with("use") && symbol.ends_with("Effect");
                self.catalog().returns(package, symbol).is_none() && (!needs_name || named())
            }
            _ => false,
        })
    }

    /// Functions of a file, and those that they call there.
    fn run_by(&self, file: FileId, functions: &[FunctionId]) -> Vec<FunctionId> {
        let mut run = functions.to_vec();
        let mut last = run.clone();
        for _ in 0..MAX_CALLS {
            let called = last.iter().flat_map(|it| self.direct_callees(file, *it)).map(|(callee, _)| callee);
            last = called.filter(|it| !run.contains(it)).collect();
            last.sort_unstable();
            last.dedup();
            run.extend(&last);
        }
        run
    }

    /// The calls of the setter of a state inside functions.
    fn settings<'a>(
        &'a self,
        file: FileId,
        functions: &'a [FunctionId],
        state: BindingId,
    ) -> impl Iterator<Item = (ExprId, &'a [ExprId])> {
        let facts = self.facts(file);
        let calls = functions.iter().flat_map(move |it| facts.nodes_inside(*it)).map(|(expr, _)| expr);
        calls.filter_map(move |expr| {
            let (callee, args) = facts.call(expr)?;
            (self.state_of_setter(file, callee) == Some(state)).then_some((expr, args))
        })
    }

    /// Whether callbacks only empty a state that a condition in front of the timer looks at: `if (!draft)
    /// return; setTimeout(() => { save(draft); setDraft(null) }, 400)` ends after one round.
    fn is_emptied(&self, timer: At, callbacks: &[FunctionId], state: BindingId) -> bool {
        let facts = self.facts(timer.file);
        let tested = facts.guards_of(timer.expr).filter_map(|it| it.test).any(|test| {
            let span = facts.node(test).span;
            facts.binding(state).is_some_and(|it| {
                it.uses
                    .iter()
                    .map(|used| facts.node(*used).span)
                    .any(|it| span.start <= it.start && it.end <= span.end)
            })
        });
        tested
            && self.settings(timer.file, callbacks, state).all(|(_, args)| {
                match args.first().map(|it| facts.expr(*it)) {
                    None | Some(Expr::Undefined | Expr::Null | Expr::Bool(false)) => true,
                    Some(Expr::Text(text)) => text.is_empty(),
                    Some(Expr::Ident { name, binding: None }) => name == "undefined",
                    _ => false,
                }
            })
    }

    /// Whether a state stays what callbacks set it to: one constant, and nobody but people sets another. Setting it
    /// once more changes nothing.
    fn stays_as_set(&self, file: FileId, callbacks: &[FunctionId], state: BindingId) -> bool {
        let facts = self.facts(file);
        let mut constant = None;
        for (_, args) in self.settings(file, callbacks, state) {
            let Some(value) = args.first().and_then(|it| constant_of(facts, *it)) else { return false };
            if constant.get_or_insert_with(|| value.clone()) != &value {
                return false;
            }
        }
        let is_within = |expr: ExprId| facts.functions_around(expr).any(|it| callbacks.contains(&it));
        let elsewhere = facts.calls.iter().filter_map(|call| {
            let (callee, args) = facts.call(*call)?;
            let is_it = self.state_of_setter(file, callee) == Some(state) && !is_within(*call);
            is_it.then_some((callee, args))
        });
        let mut others =
            elsewhere.filter(|(_, args)| args.first().and_then(|it| constant_of(facts, *it)) != constant);
        constant.is_some() && others.all(|(callee, _)| self.is_for_people(At { file, expr: callee }, 0))
    }

    /// Whether an image that has loaded is loaded anew: its address holds a state that the timer sets, and the
    /// timer is armed by `onLoad` of that image.
    pub(super) fn image_reloads(&self, timer: At, callbacks: &[FunctionId]) -> bool {
        let facts = self.facts(timer.file);
        let holder = facts.node(timer.expr).function;
        let is_loading =
            |key: &PropertyKey| matches!(key, PropertyKey::Name(name) if name.eq_ignore_ascii_case("onload"));
        facts.elements.iter().any(|element| {
            let Expr::Jsx { tag, attributes, .. } = facts.expr(*element) else { return false };
            let Some(loaded) = attributes.iter().find(|it| is_loading(&it.key)) else { return false };
            let arms = Evaluator::new(self).eval(At { expr: loaded.value, ..timer }, &None).iter().any(|it| {
                matches!(it, Value::Function { at, .. } if at.file == timer.file && at.function == holder)
            });
            if !arms || !self.draws_image(timer.file, tag) {
                return false;
            }
            let set: Vec<BindingId> = callbacks
                .iter()
                .flat_map(|it| self.states_set_by(FunctionAt { file: timer.file, function: *it }))
                .filter(|state| self.is_stamped(timer.file, callbacks, *state))
                .collect();
            let is_address = |key: &PropertyKey| match (tag, key) {
                (JsxTag::Intrinsic(_), PropertyKey::Name(name)) => name == "src" || name == "srcSet",
                (_, PropertyKey::Name(name)) => !name.to_ascii_lowercase().ends_with("style"),
                _ => false,
            };
            attributes
                .iter()
                .filter(|it| it.value != loaded.value && is_address(&it.key))
                .any(|it| set.iter().any(|state| holds_name(facts, it.value, *state, 0)))
        })
    }

    /// Whether a state is set to the time or to chance, which only makes an address another one. A number that
    /// counts walks through pictures.
    fn is_stamped(&self, file: FileId, callbacks: &[FunctionId], state: BindingId) -> bool {
        let facts = self.facts(file);
        let is_stamp = |expr: ExprId| match facts.expr(expr) {
            Expr::Member { object, name } => {
                matches!(name.as_str(), "now" | "random")
                    && matches!(facts.expr(*object), Expr::Ident { name, binding: None }
                        if matches!(name.as_str(), "Date" | "Math" | "performance"))
            }
            Expr::Call { callee, construct: true, .. } => {
                matches!(facts.expr(*callee), Expr::Ident { name, binding: None } if name == "Date")
            }
            _ => false,
        };
        self.settings(file, callbacks, state)
            .any(|(_, args)| args.iter().any(|it| facts.parts_of(*it).any(is_stamp)))
    }

    /// Whether an element is an image, or a component with one that says when it has loaded.
    fn draws_image(&self, file: FileId, tag: &JsxTag) -> bool {
        let is_image = |tag: &JsxTag| matches!(tag, JsxTag::Intrinsic(name) if matches!(name.as_str(), "img" | "iframe"));
        let JsxTag::Component(component) = tag else { return is_image(tag) };
        Evaluator::new(self).eval(At { file, expr: *component }, &None).iter().any(|it| match it {
            Value::Function { at, .. } => {
                self.facts(at.file).nodes_inside(at.function).any(|(_, node)| match &node.expr {
                    Expr::Jsx { tag, attributes, .. } => {
                        is_image(tag)
                            && attributes
                                .iter()
                                .any(|it| matches!(&it.key, PropertyKey::Name(name) if name == "onLoad"))
                    }
                    _ => false,
                })
            }
            _ => false,
        })
    }
}

/// A constant as text.
fn constant_of(facts: &FileFacts, expr: ExprId) -> Option<String> {
    match facts.expr(expr) {
        Expr::Null => Some("null".to_owned()),
        Expr::Undefined => Some("undefined".to_owned()),
        Expr::Bool(value) => Some(value.to_string()),
        Expr::Number(number) => Some(number.to_string()),
        Expr::Text(text) => Some(format!("\"{text}\"")),
        _ => None,
    }
}

/// Whether an expression reads a name, itself or through names that are made of it.
fn holds_name(facts: &FileFacts, expr: ExprId, name: BindingId, depth: u32) -> bool {
    let mut inside = facts.parts_of(expr).filter_map(|it| match facts.expr(it) {
        Expr::Ident { binding, .. } => *binding,
        _ => None,
    });
    inside.any(|read| {
        read == name
            || depth < MAX_NAMES
                && facts.binding(read).is_some_and(|it| match it.origin {
                    Origin::Value(value) if it.path.is_empty() => holds_name(facts, value, name, depth + 1),
                    _ => false,
                })
    })
}
