//! Who reads a context, and which of them stand outside of every provider.

use rustc_hash::FxHashSet;

use super::Outside;
use super::tree::{Tree, Ways};
use crate::facts::{ClassId, Expr, ExprId, JsxTag, Origin};
use crate::link::label::names_hook;
use crate::link::program::Program;
use crate::link::timer::Step;
use crate::link::value::{At, FunctionAt};
use crate::source::{FileId, Place};
use crate::vocabulary::ProviderVerdict;

/// A place in a component that reads a context, itself or through hooks.
pub(super) struct Reader {
    /// The call of `useContext` or of a hook, or the consumer element.
    at: At,
    /// What it is a part of.
    part: Part,
    /// Nothing is rendered when there is no provider: it throws.
    pub throws: bool,
}

/// What holds a reading place.
enum Part {
    /// `useContext(Orders)` in a component.
    Component(FunctionAt),
    /// `<Orders.Consumer>`
    Element(At),
    /// `static contextType = Orders`
    Class(FileId, ClassId),
}

/// The app's tree for one context, and what it says of the providers.
pub(super) struct Providing<'p> {
    tree: Tree<'p>,
    /// A provider is handed on as a value, or rendered where nobody can see.
    pub hidden: bool,
    /// An element on the way from a provider up to a root.
    pub rendered: Option<Place>,
    /// Each way up from each provider ends in a component that nothing renders.
    pub is_dead: bool,
}

impl Program {
    /// The tree of the app as a context sees it that is provided at these places.
    pub(super) fn tree_of(&self, provided: &[At]) -> Providing<'_> {
        let mut elements: FxHashSet<At> = FxHashSet::default();
        let mut hidden = false;
        for at in provided {
            let facts = self.facts(at.file);
            let is_tag = |expr: ExprId, tag: ExprId| matches!(facts.expr(expr), Expr::Jsx { tag: JsxTag::Component(it), .. } if *it == tag);
            match facts.node(at.expr).parent {
                _ if matches!(facts.expr(at.expr), Expr::Jsx { .. }) => {
                    elements.insert(*at);
                }
                Some(parent) if is_tag(parent, at.expr) => {
                    elements.insert(At { expr: parent, ..*at });
                }
                // `const { Provider } = Orders`, `createElement(Orders.Provider, …)`
                _ => hidden = true,
            }
        }
        let mut tree = Tree::new(self, elements.clone());
        let mut is_dead = !elements.is_empty() && !hidden;
        let mut rendered = None;
        let mut holders: FxHashSet<FunctionAt> = FxHashSet::default();
        let mut ordered: Vec<At> = elements.iter().copied().collect();
        ordered.sort_unstable();
        for element in &ordered {
            let Ways { unseen, root, passed, .. } =
                Tree::new(self, FxHashSet::default()).above_element(*element);
            hidden |= unseen;
            is_dead &= !unseen && root.is_none();
            rendered = rendered.or(root.and_then(|chain| chain.last().map(|step| step.place)));
            holders.extend(passed);
        }
        tree.holders = holders;
        Providing { tree, hidden, rendered, is_dead }
    }

    /// The components that read a context, found through the hooks that read it.
    pub(super) fn readers(&self, read: &[At]) -> Vec<Reader> {
        let mut readers = Vec::new();
        let mut queue: Vec<(At, bool)> = read.iter().rev().map(|at| (*at, false)).collect();
        let mut seen: FxHashSet<At> = FxHashSet::default();
        while let Some((at, throws)) = queue.pop() {
            if !self.has_room(seen.len(), at.file) || !seen.insert(at) {
                continue;
            }
            let facts = self.facts(at.file);
            let node = facts.node(at.expr);
            if !matches!(node.expr, Expr::Call { .. }) {
                let parent = node.parent.map(|expr| At { expr, ..at });
                let element = parent.filter(|it| matches!(facts.expr(it.expr), Expr::Jsx { .. }));
                let part = match (element, self.class_around(at.file, at.expr)) {
                    (Some(element), _) => Part::Element(element),
                    (None, Some(class)) => Part::Class(at.file, class),
                    (None, None) => continue,
                };
                readers.push(Reader { at, part, throws });
                continue;
            }
            let function = FunctionAt { file: at.file, function: node.function };
            let throws = throws || self.throws_without(at);
            let is_hook =
                facts.function(node.function).and_then(|it| it.name.as_deref()).is_some_and(names_hook);
            if is_hook {
                let callers = self.callers(function);
                queue.extend(callers.iter().rev().filter(|it| !it.is_test).map(|it| (it.at, throws)));
            } else {
                readers.push(Reader { at, part: Part::Component(function), throws });
            }
        }
        readers
    }

    /// `if (!orders) throw new Error(…)` after `const orders = useContext(Orders)`.
    fn throws_without(&self, read: At) -> bool {
        let facts = self.facts(read.file);
        let Some(binding) = facts.bindings.iter().find(|it| it.origin == Origin::Value(read.expr)) else {
            return false;
        };
        let is_about = |expr: ExprId| {
            let mut parts = vec![expr];
            while let Some(part) = parts.pop() {
                if binding.uses.contains(&part) {
                    return true;
                }
                facts.expr(part).each_child(|child| parts.push(child));
            }
            false
        };
        facts.own_nodes(facts.node(read.expr).function).any(|(expr, node)| {
            let Expr::Call { callee, construct: true, .. } = node.expr else { return false };
            let is_error = matches!(facts.expr(callee), Expr::Ident { name, .. } if name.ends_with("Error"));
            is_error && node.parent.is_none() && facts.guards_of(expr).filter_map(|it| it.test).any(&is_about)
        })
    }

    /// Readers that are certainly outside of every mounted provider.
    pub(super) fn outside(
        &self,
        providing: &Providing<'_>,
        readers: &[Reader],
        verdict: ProviderVerdict,
    ) -> Vec<Outside> {
        let nothing_provides =
            matches!(verdict, ProviderVerdict::DefaultValueUsed | ProviderVerdict::NeverMounted)
                && !providing.hidden;
        if providing.hidden {
            return Vec::new();
        }
        let mut outside: Vec<Outside> = Vec::new();
        for reader in readers {
            let Reader { at, part, .. } = reader;
            let step = Step { place: self.place(*at), label: self.label(*at) };
            let ways = match part {
                // A provider that reads what is provided above it may well be the first.
                Part::Component(function) if providing.tree.provides_itself(*function) => continue,
                Part::Component(function) => providing.tree.above_function(*function, step),
                Part::Element(element) => {
                    let mut ways = providing.tree.above_element(*element);
                    if let Some(root) = &mut ways.root {
                        root.push(step);
                    }
                    ways
                }
                Part::Class(file, class) => providing.tree.above_class(*file, *class, step),
            };
            if let Some(chain) = ways.root
                && (nothing_provides || !ways.inside && !ways.unseen)
            {
                let component = self.owner(*at);
                outside.push(Outside { place: self.place(*at), component, chain });
            }
        }
        outside.sort_by_key(|it| it.place);
        outside.dedup_by_key(|it| it.place);
        outside
    }
}
