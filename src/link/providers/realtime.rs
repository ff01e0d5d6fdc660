//! Whether what a context carries comes over a push channel.

use rustc_hash::FxHashSet;

use crate::catalog::rows::Effect;
use crate::facts::{Expr, ExprId, FunctionId, JsxTag, MemberKind, PropertyKey};
use crate::link::eval::Evaluator;
use crate::link::program::Program;
use crate::link::timer::Step;
use crate::link::value::{At, ClassAt, FunctionAt, Value};
use crate::source::FileId;

/// Parts of names that speak of push.
const WORDS: &[&str] = &[
    "live",
    "push",
    "realtime",
    "signalr",
    "socket",
    "sockets",
    "sse",
    "stream",
    "streams",
    "websocket",
    "ws",
];

impl Program {
    /// Why a context is realtime: the way from its provider to a push channel. `None`: it is not.
    pub(super) fn realtime(&self, created: At, name: &str, provided: &[At]) -> Option<Vec<Step>> {
        for at in provided {
            let facts = self.facts(at.file);
            let element = match facts.expr(at.expr) {
                Expr::Jsx { .. } => Some(at.expr),
                _ => facts.node(at.expr).parent.filter(|it| matches!(facts.expr(*it), Expr::Jsx { .. })),
            };
            let Some(element) = element else { continue };
            let own = facts
                .functions_around(element)
                .filter(|it| *it != FunctionId::MODULE)
                .last()
                .map(|function| FunctionAt { file: at.file, function });
            let step = Step { place: self.place(*at), label: self.label(*at) };
            // A component that provides several contexts says nothing about one of them.
            if let Some(own) = own.filter(|it| self.contexts_provided_by(*it) == 1)
                && let Some(chain) = self.channel_below(own, at.file)
            {
                return Some([vec![step], chain].concat());
            }
            if let Some(chain) = self.value_from_channel(At { expr: element, ..*at }) {
                return Some([vec![step], chain].concat());
            }
        }
        self.named_for_push(created, name, provided)
    }

    /// Number of contexts that a component provides.
    fn contexts_provided_by(&self, component: FunctionAt) -> usize {
        let facts = self.facts(component.file);
        let mut names: FxHashSet<&str> = FxHashSet::default();
        for (_, node) in facts.nodes_inside(component.function) {
            let Expr::Jsx { tag: JsxTag::Component(tag), .. } = &node.expr else { continue };
            match facts.expr(*tag) {
                Expr::Member { object, name } if name == "Provider" => {
                    if let Expr::Ident { name, .. } = facts.expr(*object) {
                        names.insert(name);
                    }
                }
                // `<Orders value={…}>`
                Expr::Ident { name, .. } if name.ends_with("Context") => {
                    names.insert(name);
                }
                _ => {}
            }
        }
        names.len().max(1)
    }

    /// The way from a component to a push channel that it, or what it calls, uses.
    fn channel_below(&self, component: FunctionAt, file: FileId) -> Option<Vec<Step>> {
        let facts = self.facts(file);
        let from = facts.function(component.function).and_then(|it| it.expr).unwrap_or(ExprId(u32::MAX));
        let value = Value::Function { at: component, env: None, this: None };
        let reach = self.reach(&[value], &[], At { file, expr: from });
        for function in &reach.walked {
            let facts = self.facts(function.file);
            let places = facts.own_nodes(function.function).map(|(expr, _)| At { file: function.file, expr });
            if let Some(step) = places.into_iter().find_map(|at| self.channel_use(at)) {
                // The walk keeps its own way to a channel that is opened or sent on.
                let known =
                    [Effect::ChannelOpen, Effect::ChannelSend].iter().filter_map(|it| reach.chain(*it));
                let known = known
                    .map(|(chain, _)| chain)
                    .find(|chain| chain.last().is_some_and(|last| last.place == step.place));
                return Some(known.cloned().unwrap_or_else(|| vec![step]));
            }
        }
        None
    }

    /// Whether a call, construction or assignment opens a push channel, sends on one, or listens on one.
    fn channel_use(&self, at: At) -> Option<Step> {
        let facts = self.facts(at.file);
        let target = match facts.expr(at.expr) {
            Expr::Call { callee, .. } => *callee,
            Expr::Assign { target, .. } if matches!(facts.expr(*target), Expr::Member { .. }) => *target,
            _ => return None,
        };
        let values = match facts.expr(target) {
            Expr::Member { object, name } => {
                let evaluator = Evaluator::new(self);
                let objects = evaluator.eval(At { expr: *object, ..at }, &None);
                objects.iter().flat_map(|it| evaluator.member(it, name, at)).collect()
            }
            _ => Evaluator::new(self).eval(At { expr: target, ..at }, &None),
        };
        let is_push = values.iter().any(|value| match value {
            Value::Library { package, symbol, .. } => self.is_push_symbol(package, symbol),
            _ => false,
        });
        is_push.then(|| Step { place: self.place(at), label: self.label(at) })
    }

    /// Whether a symbol belongs to a push channel that leaves the machine.
    fn is_push_symbol(&self, package: &str, symbol: &str) -> bool {
        let symbol = if symbol.is_empty() { "default" } else { symbol };
        let opener = symbol.split("()").next().unwrap_or(symbol);
        let catalog = self.catalog();
        match catalog.channel(package, opener) {
            Some(row) => !row.local,
            None => {
                let sends = catalog.effect(package, symbol).map(|it| it.effect);
                matches!(sends, Some(Effect::ChannelOpen | Effect::ChannelSend))
                    || catalog.channel(package, symbol).is_some_and(|row| !row.local)
                    || !catalog.receives(package, symbol).is_empty()
                    || !catalog.emits(package, symbol).is_empty()
            }
        }
    }

    /// The way from the value that an element provides to a push channel.
    fn value_from_channel(&self, element: At) -> Option<Vec<Step>> {
        let facts = self.facts(element.file);
        let Expr::Jsx { attributes, .. } = facts.expr(element.expr) else { return None };
        let value =
            attributes.iter().find(|it| matches!(&it.key, PropertyKey::Name(key) if key == "value"))?;
        let evaluator = Evaluator::new(self);
        let mut values = evaluator.eval(At { expr: value.value, ..element }, &None);
        for at in 0..values.len() {
            if let Some(Value::Object { at: object, env }) = values.get(at).cloned()
                && let Expr::Object(properties) = self.facts(object.file).expr(object.expr)
            {
                for property in properties {
                    values.extend(evaluator.eval(At { expr: property.value, ..object }, &env));
                }
            }
        }
        values.truncate(60);
        let here = |value: ExprId| Step {
            place: self.place(At { expr: value, ..element }),
            label: self.label(At { expr: value, ..element }),
        };
        values.iter().find_map(|it| match it {
            Value::Library { package, symbol, .. } if symbol.contains("()") => {
                self.is_push_symbol(package, symbol.split("()").next()?).then(|| vec![here(value.value)])
            }
            Value::Instance { class, .. } => {
                self.class_with_channel(*class).map(|step| vec![here(value.value), step])
            }
            Value::Function { at, .. } if at.file != element.file => self.channel_below(*at, at.file),
            _ => None,
        })
    }

    /// Where a class uses a push channel.
    fn class_with_channel(&self, class: ClassAt) -> Option<Step> {
        let facts = self.facts(class.file);
        let declared = facts.classes.get(class.class.index())?;
        let methods = declared.members.iter().filter_map(|it| match it.kind {
            MemberKind::Method(method) | MemberKind::Getter(method) => Some(method),
            MemberKind::Field(_) | MemberKind::Abstract => None,
        });
        declared.constructor.into_iter().chain(methods).find_map(|method| {
            let mut nodes = facts.nodes_inside(method);
            nodes.find_map(|(expr, _)| self.channel_use(At { file: class.file, expr }))
        })
    }

    /// A call of a method of something that holds a channel: `stream.isConnected()`.
    fn asks_a_channel(&self, at: At) -> Option<Step> {
        let facts = self.facts(at.file);
        let (callee, _) = facts.call(at.expr)?;
        let Expr::Member { object, .. } = facts.expr(callee) else { return None };
        let values = Evaluator::new(self).eval(At { expr: *object, ..at }, &None);
        let holds = values.iter().any(
            |it| matches!(it, Value::Instance { class, .. } if self.class_with_channel(*class).is_some()),
        );
        holds.then(|| Step { place: self.place(at), label: self.label(at) })
    }

    /// A context whose name speaks of push, in a file that touches a channel.
    fn named_for_push(&self, created: At, name: &str, provided: &[At]) -> Option<Vec<Step>> {
        if !speaks_of_push(name) {
            return None;
        }
        let mut files: Vec<FileId> =
            std::iter::once(created.file).chain(provided.iter().map(|it| it.file)).collect();
        files.sort_unstable();
        files.dedup();
        let step = files.into_iter().find_map(|file| {
            let count = self.facts(file).nodes.len();
            let places =
                || (0..u32::try_from(count).unwrap_or(u32::MAX)).map(|at| At { file, expr: ExprId(at) });
            places()
                .find_map(|at| self.channel_use(at))
                .or_else(|| places().find_map(|at| self.asks_a_channel(at)))
        })?;
        Some(vec![Step { place: self.place(created), label: format!("`{name}` is created") }, step])
    }
}

/// `OrderStreamContext`, `WebSocketContext`, `SSEContext`.
fn speaks_of_push(name: &str) -> bool {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    let letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        // `SSEContext` is `SSE` and `Context`.
        let starts = letter.is_uppercase()
            && (!before.is_uppercase() || letters.get(at + 1).is_some_and(|next| next.is_lowercase()));
        if starts || words.is_empty() || *letter == '_' {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase().filter(|it| it.is_alphanumeric()));
        }
        before = *letter;
    }
    words.iter().any(|word| WORDS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_speak_in_whole_words() {
        for name in ["OrderStreamContext", "WebSocketContext", "SSEContext", "socketContext", "LIVE_ORDERS"] {
            assert!(speaks_of_push(name), "{name}");
        }
        for name in ["DeliveryContext", "RowsContext", "ClassesContext", "Olive", "PushedContext"] {
            assert!(!speaks_of_push(name), "{name}");
        }
    }
}
