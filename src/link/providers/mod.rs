//! React contexts: where each is created, provided, mounted and read, which readers stand outside of
//! every provider, and whether what it carries comes by push.

mod readers;
mod realtime;
mod routes;
mod tree;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::callers::CallSite;
use super::eval::Evaluator;
use super::label::names_hook;
use super::program::Program;
use super::resolve::Resolution;
use super::timer::Step;
use super::value::{At, FunctionAt, Value};
use crate::catalog::rows::Gives;
use crate::facts::{
    BinaryOp, BindingId, ExportTarget, Expr, ExprId, FileFacts, FunctionId, ImportedName, JsxTag, Origin,
    PathKey, PathStep, PropertyKey,
};
use crate::source::{FileId, Place, Role};
use crate::vocabulary::ProviderVerdict;

/// One React context with everything the audit says of it. Filled by `link::providers`.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Name of the context.
    pub context: String,
    /// Where it is created.
    pub created: Place,
    /// The component that makes its value available; empty when there is none.
    pub provider: String,
    /// Where that component is rendered.
    pub mounted: Vec<Place>,
    /// Where the context is read.
    pub consumers: Vec<Place>,
    /// Of a realtime context, readers that are certainly outside of every mounted provider: each way from a
    /// root of the app down to them was seen, and none passes one. Sorted by place.
    pub outside: Vec<Outside>,
    /// What it carries comes over a push channel.
    pub realtime: bool,
    /// Why it counts as realtime, from the provider to the channel; empty when it does not.
    pub evidence: Vec<Step>,
    /// A reader throws when it finds no provider of a realtime context.
    pub throws: bool,
    /// What readers get without a provider is `null` or `undefined`.
    pub default_is_nothing: bool,
    /// Whether an entry of the app reaches any reader.
    pub consumers_live: bool,
    /// A provider of a realtime context is handed on as a value, or exported for others: somebody unseen may
    /// render it.
    pub mount_unseen: bool,
    /// What follows.
    pub verdict: ProviderVerdict,
}

/// A component that reads a context outside of every provider.
#[derive(Debug, Clone)]
pub struct Outside {
    /// Where it reads: `useContext(Orders)`, or the hook that does.
    pub place: Place,
    /// Its name.
    pub component: String,
    /// The way from the root of the app down to it.
    pub chain: Vec<Step>,
}

/// What the files that mention a context do with it.
#[derive(Default)]
struct Use {
    /// `<Orders.Provider>` elements.
    provided: Vec<At>,
    /// `useContext(Orders)`, `<Orders.Consumer>`, `static contextType = Orders`.
    read: Vec<At>,
}

impl Program {
    /// Every context of product code, sorted by place.
    pub fn providers(&self) -> Vec<Provider> {
        let files = self.mentions_of("createContext");
        let mut providers: Vec<Provider> = files
            .par_iter()
            .filter(|file| self.file(**file).is_some_and(|it| it.role == Role::Product))
            .flat_map_iter(|file| self.guarded(*file, || self.contexts_of(*file)))
            .collect();
        providers.sort_by_key(|it| it.created);
        providers
    }

    fn contexts_of(&self, file: FileId) -> Vec<Provider> {
        let facts = self.facts(file);
        let made = facts.calls.iter().filter_map(|call| {
            let at = At { file, expr: *call };
            // Only what may be a context is worth a closer look.
            let is_context = self.may_make_context(at)
                && Evaluator::new(self)
                    .eval(at, &None)
                    .iter()
                    .any(|it| matches!(it, Value::Made { gives: Gives::Context, .. }));
            is_context.then_some(at)
        });
        made.filter_map(|at| self.context(at)).collect()
    }

    fn context(&self, created: At) -> Option<Provider> {
        let binding = self.binding_of_value(created)?;
        let name = self.facts(created.file).binding(binding)?.name.clone();
        let mut uses = Use::default();
        let factory = self.factory_around(created);
        let holder = factory.unwrap_or(binding);
        let ways = self.ways_of_exports(created.file, self.exported_as(created.file, holder), false);
        let mut files = ways.importers.clone();
        files.insert(created.file);
        // `theme.OrdersContext`, of an object in a module that imports it.
        let around: FxHashSet<FileId> =
            ways.importers.iter().flat_map(|it| self.may_import(*it)).copied().collect();
        let mentioning = self.files_mentioning(created.file, &name).into_iter();
        files.extend(mentioning.filter(|it| name.ends_with("Context") && around.contains(it)));
        for file in files {
            if self.file(file).is_some_and(|it| it.role == Role::Product) {
                self.uses_in(file, created, &ways.modules, &mut uses);
            }
        }
        let mut names = Vec::new();
        uses.provided = self.elements_of_aliases(uses.provided, &mut names);
        let evidence = self.realtime(created, &name, &uses.provided);
        // Of what has to do with push, every reader and every mount counts. Of other contexts one is enough.
        if evidence.is_some() {
            uses.read.retain(|at| !self.is_in_idle_hook(*at));
        } else if uses.read.iter().all(|at| self.is_in_idle_hook(*at)) {
            uses.read.clear();
        }
        let mut mounted = Vec::new();
        for element in &uses.provided {
            if self.is_tag_of_alias(*element, &names) {
                mounted.push(self.place(*element));
                continue;
            }
            let (component, places) = self.mounts_of(*element, evidence.is_some());
            names.extend(component);
            mounted.extend(places);
        }
        names.sort();
        names.dedup();
        mounted.sort_unstable();
        mounted.dedup();
        let mut consumers: Vec<Place> = uses.read.iter().map(|at| self.place(*at)).collect();
        consumers.sort_unstable();
        consumers.dedup();
        let is_loaded = mounted.iter().any(|it| self.is_loaded(it.file));
        // The walk up to the roots of the app is long: who stands outside of another's provider has nothing
        // to do with push, and what an entry loads is rendered.
        let tree = (evidence.is_some() || !is_loaded).then(|| self.tree_of(&uses.provided));
        if let Some(tree) = &tree {
            if tree.is_dead && !is_loaded {
                // Every component that renders a provider is itself rendered by nothing, and no entry of the
                // app even loads it.
                mounted.clear();
            } else if mounted.is_empty() {
                // Under another name, or handed on as a value.
                mounted.extend(tree.rendered);
            }
        }
        let verdict = match (uses.provided.is_empty(), mounted.is_empty(), consumers.is_empty()) {
            (true, _, false) => ProviderVerdict::DefaultValueUsed,
            (false, true, _) => ProviderVerdict::NeverMounted,
            (_, _, true) => ProviderVerdict::NoConsumers,
            (false, false, false) => ProviderVerdict::Ok,
        };
        // What one instance of several lacks, another may have.
        if self.facts(created.file).node(created.expr).function != FunctionId::MODULE
            && verdict != ProviderVerdict::Ok
        {
            return None;
        }
        let readers = if evidence.is_some() { self.readers(&uses.read) } else { Vec::new() };
        let outside = tree.as_ref().map(|tree| self.outside(tree, &readers, verdict));
        Some(Provider {
            context: name.to_string(),
            created: self.place(created),
            provider: names.join(", "),
            outside: outside.unwrap_or_default(),
            realtime: evidence.is_some(),
            evidence: evidence.unwrap_or_default(),
            throws: readers.iter().any(|it| it.throws),
            default_is_nothing: self.defaults_to_nothing(created),
            consumers_live: uses.read.iter().any(|at| self.is_live(*at)),
            mount_unseen: tree.is_some_and(|it| it.hidden),
            mounted,
            consumers,
            verdict,
        })
    }

    /// The name of the outermost function inside which a context is made, each time that it is called.
    fn factory_around(&self, created: At) -> Option<BindingId> {
        let facts = self.facts(created.file);
        let around = facts.functions_around(created.expr).filter(|it| *it != FunctionId::MODULE).last()?;
        let expr = facts.function(around).and_then(|it| it.expr);
        let bindings = (0_u32..).zip(&facts.bindings);
        let mut named = bindings.filter(|(_, it)| match it.origin {
            Origin::Function(function) => function == around,
            Origin::Value(value) => Some(value) == expr && it.path.is_empty(),
            _ => false,
        });
        named.next().map(|(id, _)| BindingId(id))
    }

    /// `const OrdersProvider = Orders.Provider`: its elements stand for it, and its name goes into `names`.
    fn elements_of_aliases(&self, provided: Vec<At>, names: &mut Vec<String>) -> Vec<At> {
        let mut elements = Vec::new();
        for at in provided {
            let tags = self.alias_of(at).map(|(name, tags)| {
                names.push(name);
                tags
            });
            match tags {
                Some(tags) => elements.extend(tags),
                None => elements.push(at),
            }
        }
        elements
    }

    /// The name that `Orders.Provider` is the value of, and the elements of that name, if it has any.
    fn alias_of(&self, provider: At) -> Option<(String, Vec<At>)> {
        let facts = self.facts(provider.file);
        if !matches!(facts.expr(provider.expr), Expr::Member { .. }) {
            return None;
        }
        let binding = self.binding_of_value(provider)?;
        let name = facts.binding(binding)?.name.to_string();
        let uses = self.uses_of(provider.file, binding).into_iter();
        let shipped = uses.filter(|it| self.file(it.file).is_some_and(|it| it.role == Role::Product));
        let tags = shipped.filter_map(|used| {
            let facts = self.facts(used.file);
            let parent = facts.node(used.expr).parent?;
            let is_tag = matches!(facts.expr(parent), Expr::Jsx { tag: JsxTag::Component(it), .. } if *it == used.expr);
            is_tag.then_some(At { expr: parent, ..used })
        });
        let tags: Vec<At> = tags.collect();
        (!tags.is_empty()).then_some((name, tags))
    }

    /// Whether an element is that of an alias of a provider.
    fn is_tag_of_alias(&self, element: At, aliases: &[String]) -> bool {
        let facts = self.facts(element.file);
        let Expr::Jsx { tag: JsxTag::Component(tag), .. } = facts.expr(element.expr) else { return false };
        matches!(facts.expr(*tag), Expr::Ident { name, .. } if aliases.iter().any(|it| it == name.as_str()))
    }

    /// Whether a context is read by a hook that nobody calls, as when all components import another hook of
    /// the same name. What a package publishes may be called from outside.
    fn is_in_idle_hook(&self, read: At) -> bool {
        let facts = self.facts(read.file);
        let outermost = facts.functions_around(read.expr).filter(|it| *it != FunctionId::MODULE).last();
        let Some(function) = outermost else { return false };
        let hook = facts.function(function).and_then(|it| it.name.as_deref()).filter(|it| names_hook(it));
        let own = FunctionAt { file: read.file, function };
        hook.is_some_and(|name| {
            !self.is_published(read.file)
                && !self.is_called(own)
                && !self.is_used_as_a_value(own, name)
                && !self.is_imported_elsewhere(own, name)
        })
    }

    /// Whether another file imports a function or what may be it, be it to hand it on.
    fn is_imported_elsewhere(&self, function: FunctionAt, name: &str) -> bool {
        let is_another = |value: &Value| matches!(value, Value::Function { at, .. } if *at != function);
        self.files_mentioning(function.file, name).into_iter().filter(|it| *it != function.file).any(|file| {
            let facts = self.facts(file);
            let imported = |index: u32| {
                let import = facts.imports.get(index as usize);
                import.is_some_and(|it| it.name == ImportedName::Named(name.into()))
            };
            let mut mentions = facts.bindings.iter().filter_map(|it| match it.origin {
                Origin::Import(index) if imported(index) => it.uses.first().copied(),
                _ => None,
            });
            mentions.any(|expr| !Evaluator::new(self).eval(At { file, expr }, &None).iter().all(is_another))
        })
    }

    /// What readers get without a provider is `null` or `undefined`, perhaps as `null!` or `{} as T`.
    fn defaults_to_nothing(&self, created: At) -> bool {
        let default = self.facts(created.file).call(created.expr).and_then(|(_, args)| args.first());
        let Some(default) = default else { return true };
        match self.facts(created.file).expr(*default) {
            // Members of an empty object are all `undefined`.
            Expr::Object(properties) => properties.is_empty(),
            _ => Evaluator::new(self)
                .eval(At { expr: *default, ..created }, &None)
                .iter()
                .any(|it| matches!(it, Value::Null | Value::Undefined)),
        }
    }

    /// The names under which a file exports one of its own, or what it calls the same.
    fn exported_as(&self, file: FileId, binding: BindingId) -> Vec<SmolStr> {
        let facts = self.facts(file);
        let is_it = |expr: ExprId| matches!(facts.expr(expr), Expr::Ident { binding: Some(it), .. } if *it == binding);
        let stands_for = |other: BindingId| {
            other == binding
                || facts.binding(other).is_some_and(|it| {
                    it.path.is_empty() && matches!(it.origin, Origin::Value(value) if is_it(value))
                })
        };
        let exports = facts.exports.iter().filter(|it| match it.target {
            ExportTarget::Binding(other) => stands_for(other),
            // `export default { OrdersContext }`
            ExportTarget::Expr(expr) => is_it(expr) || matches!(facts.expr(expr), Expr::Object(_)),
            ExportTarget::From { .. } => false,
        });
        exports.map(|it| it.name.clone()).collect()
    }

    /// `modules`: those that export the context.
    fn uses_in(&self, file: FileId, context: At, modules: &FxHashSet<FileId>, uses: &mut Use) {
        let facts = self.facts(file);
        let is_context = |expr: ExprId| {
            let values = Evaluator::new(self).eval(At { file, expr }, &None);
            values
                .iter()
                .any(|it| matches!(it, Value::Made { gives: Gives::Context, at, .. } if *at == context))
        };
        let named = self.context_names(file, modules);
        let names_it = |expr: ExprId| match facts.expr(expr) {
            Expr::Ident { binding: Some(binding), .. } => {
                named.get(binding).is_some_and(|made| made.contains(&context))
            }
            // `contexts.Orders` of a module, `theme.OrdersContext` of anything.
            Expr::Member { object, name } => {
                (name.ends_with("Context") || self.is_namespace(At { file, expr: *object }))
                    && is_context(expr)
            }
            _ => false,
        };
        let is_it = |expr: ExprId| choices(facts, expr).into_iter().any(names_it);
        for (index, node) in facts.nodes.iter().enumerate() {
            let at = At { file, expr: ExprId(u32::try_from(index).unwrap_or(u32::MAX)) };
            match &node.expr {
                // `Orders.Provider` and `Orders.Consumer` count wherever they are named.
                Expr::Member { object, name } if name == "Provider" && is_it(*object) => {
                    uses.provided.push(at)
                }
                Expr::Member { object, name } if name == "Consumer" && is_it(*object) => uses.read.push(at),
                // Since React 19 the context itself is the element.
                Expr::Jsx { tag: JsxTag::Component(tag), attributes, .. }
                    if attributes
                        .iter()
                        .any(|it| matches!(&it.key, PropertyKey::Name(key) if key == "value"))
                        && is_it(*tag) =>
                {
                    uses.provided.push(at);
                }
                Expr::Call { callee, args, .. }
                    if args.iter().any(|arg| is_it(*arg))
                        && self.reads_context(At { file, expr: *callee }) =>
                {
                    uses.read.push(at);
                }
                Expr::Assign { target, value, .. } => {
                    let is_type =
                        matches!(facts.expr(*target), Expr::Member { name, .. } if name == "contextType");
                    if is_type && is_it(*value) {
                        uses.read.push(at);
                    }
                }
                _ => {}
            }
        }
        // `const { Provider, Consumer } = Orders`
        for binding in &facts.bindings {
            if let Origin::Value(expr) = binding.origin
                && let [PathStep { key: PathKey::Name(part), .. }] = binding.path.as_slice()
                && (part == "Provider" || part == "Consumer")
                && is_it(expr)
            {
                let uses = if part == "Provider" { &mut uses.provided } else { &mut uses.read };
                uses.push(At { file, expr });
            }
        }
        for class in &facts.classes {
            for member in class.members.iter().filter(|it| it.is_static && it.name == "contextType") {
                if let crate::facts::MemberKind::Field(Some(value)) = member.kind
                    && is_it(value)
                {
                    uses.read.push(At { file, expr: value });
                }
            }
        }
    }

    /// The names of a file that stand for contexts, with what they stand for. A name means the same
    /// wherever it is mentioned, and a context is made once for all.
    fn context_names(&self, file: FileId, modules: &FxHashSet<FileId>) -> FxHashMap<BindingId, Vec<At>> {
        let facts = self.facts(file);
        let bindings = (0_u32..).zip(&facts.bindings);
        let is_of_modules = |import: u32| {
            facts.imports.get(import as usize).is_some_and(|it| match self.resolve(file, &it.specifier) {
                Resolution::File(from) => modules.contains(&from),
                _ => false,
            })
        };
        let constant = bindings.filter(|(_, it)| match it.origin {
            Origin::Import(import) => is_of_modules(import),
            // Inside a function only what is made right there: `createStore(() => createContext())`.
            Origin::Value(value) => {
                it.function == FunctionId::MODULE || self.may_make_context(At { file, expr: value })
            }
            _ => false,
        });
        let contexts = constant.filter_map(|(id, it)| {
            let mention = At { file, expr: *it.uses.first()? };
            let values = Evaluator::new(self).eval(mention, &None);
            let made = values.into_iter().filter_map(|it| match it {
                Value::Made { gives: Gives::Context, at, .. } => Some(at),
                _ => None,
            });
            Some((BindingId(id), made.collect::<Vec<At>>()))
        });
        contexts.filter(|(_, made)| !made.is_empty()).collect()
    }

    /// Whether an expression looks like what makes a context.
    fn may_make_context(&self, at: At) -> bool {
        let facts = self.facts(at.file);
        let Some((callee, _)) = facts.call(at.expr) else { return false };
        matches!(facts.expr(callee), Expr::Ident { name, .. } | Expr::Member { name, .. } if name.ends_with("Context"))
    }

    /// Whether an expression names a whole module: `import * as contexts from "./contexts"`.
    fn is_namespace(&self, at: At) -> bool {
        let facts = self.facts(at.file);
        let Expr::Ident { binding: Some(binding), .. } = facts.expr(at.expr) else { return false };
        let Some(Origin::Import(import)) = facts.binding(*binding).map(|it| it.origin) else { return false };
        facts.imports.get(import as usize).is_some_and(|it| it.name == ImportedName::Namespace)
    }

    /// Whether a call with a context among its arguments reads it: a row says so, or the function
    /// that is called hands its parameter on to one that does, or cannot be seen.
    fn reads_context(&self, callee: At) -> bool {
        Evaluator::new(self).eval(callee, &None).iter().any(|value| match value {
            Value::Library { package, symbol, .. } => match self.catalog().returns(package, symbol) {
                Some(row) => row.gives == Gives::ContextValue,
                // `useContextSelector(Orders, …)` of some package.
                None => symbol.contains("ontext") && package != "global",
            },
            Value::Function { .. } | Value::Unknown(_) | Value::Parameter { .. } => true,
            _ => false,
        })
    }

    /// The component around a provider element and the places that render it; if not `all`, then one of those
    /// that an entry of the app loads, if there is one.
    fn mounts_of(&self, element: At, all: bool) -> (Option<String>, Vec<Place>) {
        let facts = self.facts(element.file);
        // The outermost function is the component; a render callback inside it is a part of it.
        let component = facts.functions_around(element.expr).filter(|it| *it != FunctionId::MODULE).last();
        let Some(function) = component else {
            return (None, vec![self.place(element)]);
        };
        let name = self.owner(element).split('.').next().unwrap_or_default().to_owned();
        let own = FunctionAt { file: element.file, function };
        let class = facts.function(function).and_then(|it| it.class);
        if class.is_none() && !all {
            let loaded = |it: &CallSite| !it.is_test && self.is_loaded(it.at.file);
            if let Some(found) = self.find_caller(own, &loaded) {
                return (Some(name), vec![self.place(found.at)]);
            }
        }
        let mut places: Vec<Place> = match class {
            Some(class) => self.class_elements(element.file, class),
            None => self.callers(own).iter().filter(|it| !it.is_test).map(|it| self.place(it.at)).collect(),
        };
        if places.is_empty() {
            places = self.handed_to_calls(own);
        }
        if places.is_empty() && self.is_used_as_a_value(own, &name) {
            places.push(self.place(element));
        }
        (Some(name), places)
    }

    /// The calls in other files that a component is an argument of: `createElement(OrdersProvider, props)`.
    fn handed_to_calls(&self, component: FunctionAt) -> Vec<Place> {
        let facts = self.facts(component.file);
        let expr = facts.function(component.function).and_then(|it| it.expr);
        let holds = |origin: Origin| match origin {
            Origin::Function(function) => function == component.function,
            Origin::Value(value) => Some(value) == expr,
            _ => false,
        };
        let names = facts.bindings.iter().enumerate().filter(|(_, it)| holds(it.origin));
        let ids = names.filter_map(|(index, _)| u32::try_from(index).ok()).map(BindingId);
        let uses = ids.flat_map(|it| self.uses_of(component.file, it));
        let shipped = uses.filter(|it| {
            it.file != component.file && self.file(it.file).is_some_and(|it| it.role == Role::Product)
        });
        let calls = shipped.filter_map(|used| {
            let call = self.facts(used.file).node(used.expr).parent?;
            let (_, args) = self.facts(used.file).call(call)?;
            args.contains(&used.expr).then(|| self.place(At { file: used.file, expr: call }))
        });
        calls.collect()
    }

    /// Elements of a component that is a class.
    fn class_elements(&self, file: FileId, class: crate::facts::ClassId) -> Vec<Place> {
        let Some(called) = self.class_called_as(file, class) else { return Vec::new() };
        let files = self.may_call(file, &called);
        let mut places = Vec::new();
        for other in files {
            if self.file(other).is_some_and(|it| it.role == Role::Test) {
                continue;
            }
            let facts = self.facts(other);
            for element in &facts.elements {
                let Expr::Jsx { tag: JsxTag::Component(tag), .. } = facts.expr(*element) else {
                    continue;
                };
                let is_it = Evaluator::new(self).eval(At { file: other, expr: *tag }, &None).iter().any(
                    |it| matches!(it, Value::Class(found) if found.file == file && found.class == class),
                );
                if is_it {
                    places.push(self.place(At { file: other, expr: *element }));
                }
            }
        }
        places
    }

    /// A component that somebody names without rendering it here: a route table, a higher-order
    /// component, the default export that a framework renders.
    fn is_used_as_a_value(&self, component: FunctionAt, name: &str) -> bool {
        let facts = self.facts(component.file);
        let routed = facts.exports.iter().any(|it| it.name == "default")
            && self.is_live(self.start_of(component.file));
        let local = facts.bindings.iter().filter(|it| it.name == name).flat_map(|it| &it.uses).any(|used| {
            let exported =
                facts.exports.iter().any(|it| matches!(it.target, ExportTarget::Expr(expr) if expr == *used));
            !exported
        });
        local
            || (routed
                && self.file(component.file).is_some_and(|it| {
                    it.path.split('/').any(|part| matches!(part, "pages" | "app" | "routes"))
                }))
    }
}

/// What an expression can be that chooses between several, here or where its name is bound:
/// `isCloud ? CloudOrders : Orders`.
fn choices(facts: &FileFacts, expr: ExprId) -> Vec<ExprId> {
    let mut found = Vec::new();
    let mut queue = vec![expr];
    while let Some(expr) = queue.pop() {
        if found.len() + queue.len() > 16 {
            break;
        }
        match facts.expr(expr) {
            Expr::Conditional { yes, no, .. } => queue.extend([*yes, *no]),
            Expr::Binary { op: BinaryOp::Or | BinaryOp::Nullish, left, right } => {
                queue.extend([*left, *right])
            }
            Expr::Ident { binding: Some(binding), .. } => {
                let chosen = facts.binding(*binding).and_then(|it| match it.origin {
                    Origin::Value(value) if it.path.is_empty() => Some(value),
                    _ => None,
                });
                let chosen = chosen.filter(|it| matches!(facts.expr(*it), Expr::Conditional { .. }));
                queue.extend(chosen);
                found.push(expr);
            }
            _ => found.push(expr),
        }
    }
    found
}
