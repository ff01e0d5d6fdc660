//! Who fills what is nothing at first: people, by what they click, or the code, once it has an answer.

use super::label::names_component_or_hook;
use super::label::names_hook;
use super::program::Program;
use super::value::{At, Value};
use crate::facts::{BindingId, Expr, ExprId, FunctionId, Origin, PathKey, PropertyKey};
use crate::source::FileId;

/// Names that one function is followed through.
const MAX_NAMES: u32 = 5;

/// First words of props through which people choose: `onChange`, `setPause`, `toggle`.
const CHOICES: [&str; 8] = ["change", "handle", "on", "open", "select", "set", "toggle", "update"];

/// What comes after `on` when a page or a library speaks, and no one who uses it.
const OWN_EVENTS: [&str; 24] = [
    "can",
    "complete",
    "completed",
    "connect",
    "connected",
    "data",
    "error",
    "init",
    "layout",
    "load",
    "loaded",
    "loading",
    "message",
    "mount",
    "play",
    "playing",
    "progress",
    "ready",
    "receive",
    "render",
    "resize",
    "settled",
    "success",
    "update",
];

impl Program {
    /// Whether something is nothing until somebody chooses: the first of a pair that a hook gives for
    /// `null`, `0` or `false`, as in `const [pause, setPause] = useSessionStorage('pause', null)`, also
    /// behind a look at what is allowed.
    pub(super) fn rests_until_chosen(&self, at: At, depth: u32) -> bool {
        let facts = self.facts(at.file);
        let again = |expr: ExprId| depth < 6 && self.rests_until_chosen(At { expr, ..at }, depth + 1);
        let is_nothing = |expr: &ExprId| is_nothing(facts.expr(*expr));
        match facts.expr(at.expr) {
            Expr::Conditional { yes, no, .. } => {
                (is_nothing(yes) && again(*no)) || (is_nothing(no) && again(*yes))
            }
            Expr::Ident { binding: Some(binding), .. } => {
                let Some(binding) = facts.binding(*binding) else { return false };
                let Origin::Value(value) = binding.origin else { return false };
                match (binding.path.as_slice(), facts.call(value)) {
                    ([], _) => again(value),
                    ([step], Some((callee, args))) if step.key == PathKey::Index(0) => {
                        let is_hook =
                            matches!(facts.expr(callee), Expr::Ident { name, .. } if names_hook(name));
                        is_hook && args.iter().any(is_nothing) && self.is_chosen(at.file, binding.origin)
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// Whether the setter of a pair is there, and runs from what people do alone. One that an effect, an answer or
    /// `ref={setElement}` runs is called without them.
    fn is_chosen(&self, file: FileId, pair: Origin) -> bool {
        let facts = self.facts(file);
        let is_setter =
            |path: &[crate::facts::PathStep]| matches!(path, [step] if step.key == PathKey::Index(1));
        let mut setters =
            facts.bindings.iter().filter(|it| it.origin == pair && is_setter(&it.path)).peekable();
        let is_emptied = |used: ExprId| {
            let call = facts.node(used).parent.and_then(|it| facts.call(it));
            call.is_some_and(|(callee, args)| {
                callee == used && args.first().is_none_or(|it| is_nothing(facts.expr(*it)))
            })
        };
        setters.peek().is_some()
            && setters
                .flat_map(|it| &it.uses)
                .filter(|used| !is_emptied(**used))
                .all(|used| self.is_for_people(At { file, expr: *used }, 0))
    }

    /// Whether a mention of a function runs it, or hands it to something that runs it, when people act.
    pub(super) fn is_for_people(&self, used: At, depth: u32) -> bool {
        let facts = self.facts(used.file);
        let Some(parent) = facts.node(used.expr).parent else { return false };
        match facts.expr(parent) {
            Expr::Jsx { attributes: properties, .. } | Expr::Object(properties) => {
                properties.iter().any(|it| {
                    it.value == used.expr && matches!(&it.key, PropertyKey::Name(name) if is_choice(name))
                })
            }
            Expr::Conditional { .. } | Expr::Binary { .. } => {
                depth < MAX_NAMES && self.is_for_people(At { expr: parent, ..used }, depth + 1)
            }
            // `[setPause]` of a hook only names what it hangs on.
            Expr::Array(_) => self.is_dependencies(At { expr: parent, ..used }),
            Expr::Call { callee, .. } => {
                let remembered = *callee != used.expr && self.is_memo(At { expr: *callee, ..used });
                match remembered {
                    true => self.names_are_for_people(At { expr: parent, ..used }, depth),
                    false => self.runs_for_people(used.file, facts.node(used.expr).function, depth),
                }
            }
            _ => false,
        }
    }

    /// Whether a function runs when people act: it is a handler, or only handlers run it.
    fn runs_for_people(&self, file: FileId, function: FunctionId, depth: u32) -> bool {
        let facts = self.facts(file);
        let Some(declared) = facts.function(function).filter(|_| function != FunctionId::MODULE) else {
            return false;
        };
        if depth > MAX_NAMES || declared.name.as_deref().is_some_and(names_component_or_hook) {
            return false;
        }
        let Some(own) = declared.expr else {
            return self.mentions_are_for_people(file, Origin::Function(function), function, depth);
        };
        match facts.node(own).parent.map(|parent| facts.expr(parent)) {
            Some(Expr::Jsx { .. } | Expr::Object(_) | Expr::Conditional { .. } | Expr::Binary { .. }) => {
                self.is_for_people(At { file, expr: own }, depth + 1)
            }
            Some(Expr::Call { callee, .. }) if *callee != own => {
                self.is_for_people(At { file, expr: own }, depth + 1)
            }
            _ => self.mentions_are_for_people(file, Origin::Value(own), function, depth),
        }
    }

    fn names_are_for_people(&self, value: At, depth: u32) -> bool {
        self.mentions_are_for_people(value.file, Origin::Value(value.expr), FunctionId::MODULE, depth)
    }

    fn mentions_are_for_people(&self, file: FileId, origin: Origin, own: FunctionId, depth: u32) -> bool {
        let facts = self.facts(file);
        let is_within =
            |used: &ExprId| own != FunctionId::MODULE && facts.functions_around(*used).any(|it| it == own);
        let named = facts.bindings.iter().filter(|it| it.origin == origin && it.path.is_empty());
        let mut uses = named.flat_map(|it| &it.uses).filter(|used| !is_within(used)).peekable();
        depth < MAX_NAMES
            && uses.peek().is_some()
            && uses.all(|used| self.is_for_people(At { file, expr: *used }, depth + 1))
    }

    /// `useCallback`, and what else gives back what it is given.
    fn is_memo(&self, callee: At) -> bool {
        super::eval::Evaluator::new(self).eval(callee, &None).iter().any(|it| match it {
            Value::Library { package, symbol, .. } => self.catalog().returns(package, symbol).is_some(),
            _ => false,
        })
    }

    /// Whether a list is what a hook depends on: `useEffect(run, [box])`.
    fn is_dependencies(&self, list: At) -> bool {
        let facts = self.facts(list.file);
        let call = facts.node(list.expr).parent.and_then(|it| facts.call(it));
        call.is_some_and(|(callee, args)| {
            let name = match facts.expr(callee) {
                Expr::Ident { name, .. } | Expr::Member { name, .. } => name,
                _ => return false,
            };
            names_hook(name) && args.len() > 1 && args.last() == Some(&list.expr)
        })
    }

    /// Whether somebody else may fill a ref: it is handed on, as in `ref={box}`, `useInView(box)` or `return box`.
    pub(super) fn is_handed_on(&self, file: FileId, reference: BindingId) -> bool {
        let facts = self.facts(file);
        facts.binding(reference).is_some_and(|it| {
            it.uses.iter().any(|used| {
                let parent = facts.node(*used).parent;
                match parent.map(|parent| facts.expr(parent)) {
                    Some(Expr::Member { name, .. }) => name != "current",
                    Some(Expr::Array(_)) => {
                        !parent.is_some_and(|expr| self.is_dependencies(At { file, expr }))
                    }
                    _ => true,
                }
            })
        })
    }
}

/// Whether a prop is there for people to choose by.
fn is_choice(name: &str) -> bool {
    let name = heck::AsSnakeCase(name).to_string();
    let mut words = name.split('_');
    match words.next() {
        Some("on") => words.next().is_some_and(|it| !OWN_EVENTS.contains(&it)),
        Some(first) => CHOICES.contains(&first),
        None => false,
    }
}

fn is_nothing(expr: &Expr) -> bool {
    match expr {
        Expr::Null | Expr::Undefined | Expr::Bool(false) => true,
        Expr::Number(number) => *number == 0.0,
        _ => false,
    }
}
