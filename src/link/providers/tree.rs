//! The ways of an element or component up to the roots of the app: who renders it, inside of what.
//!
//! The walk goes upward from a place in the source. Each step asks where the value goes: into an
//! element around it, out of a function, through a name, an import, a route table. What it cannot
//! follow makes the answer "could not see", which is never taken for an answer.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::catalog::rows::TreePart;
use crate::facts::{
    BindingId, ClassId, ExportTarget, Expr, ExprId, FunctionId, ImportedName, JsxTag, MemberKind, Origin,
    PathKey, PropertyKey,
};
use crate::link::eval::Evaluator;
use crate::link::program::Program;
use crate::link::resolve::Resolution;
use crate::link::timer::Step;
use crate::link::value::{At, FunctionAt, Value};
use crate::source::{FileId, Place, Role};

/// Components that one walk may look into for where they put what they are given.
const MAX_NESTED: u32 = 12;

/// Methods of arrays and promises that hand on what their callback gives.
const HANDS_ON: &[&str] =
    &["concat", "filter", "flat", "flatMap", "map", "reverse", "slice", "sort", "then", "toSorted"];

/// Everything that the ways up from a place told.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// Some way passes a provider.
    pub inside: bool,
    /// Some way could not be followed to its end.
    pub unseen: bool,
    /// The first way that was followed to a root without a provider, from the root down.
    pub root: Option<Vec<Step>>,
    /// Functions whose result holds the place.
    pub passed: FxHashSet<FunctionAt>,
    /// Some way leaves the function that bounds the walk.
    left: bool,
}

/// What a component does with something that it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Puts {
    /// It renders it under a provider.
    Inside,
    /// It renders it, but under no provider.
    Plain,
    /// Could not be seen.
    Unseen,
}

/// One step of a way that shares its rest with others; the rest leads down to where the walk began.
struct Link {
    step: Step,
    below: Option<Arc<Link>>,
}

type Way = Option<Arc<Link>>;

fn steps(mut link: Option<&Arc<Link>>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    while let Some(this) = link {
        if steps.last().is_none_or(|last| last.place != this.step.place) {
            steps.push(this.step.clone());
        }
        link = this.below.as_ref();
    }
    steps
}

/// The tree of the app as one context sees it.
pub(super) struct Tree<'p> {
    pub(super) program: &'p Program,
    /// Elements that provide the context.
    provided: FxHashSet<At>,
    /// Functions whose result holds such an element.
    pub(super) holders: FxHashSet<FunctionAt>,
    puts: RefCell<FxHashMap<(FunctionAt, SmolStr), Puts>>,
    nested: Cell<u32>,
}

/// A walk that is going on.
struct Walk {
    queue: Vec<(At, Way)>,
    seen: FxHashSet<At>,
    exported: FxHashSet<(FileId, SmolStr)>,
    bound: Option<FunctionAt>,
    ways: Ways,
}

impl Walk {
    fn push(&mut self, at: At, way: &Way) {
        if self.seen.insert(at) {
            self.queue.push((at, way.clone()));
        }
    }

    fn put(&mut self, puts: Puts) -> bool {
        self.ways.inside |= puts == Puts::Inside;
        self.ways.unseen |= puts == Puts::Unseen;
        puts == Puts::Plain
    }
}

impl<'p> Tree<'p> {
    /// The tree as a context sees it that these elements provide.
    pub fn new(program: &'p Program, provided: FxHashSet<At>) -> Self {
        let (puts, nested) = Default::default();
        Self { program, provided, holders: FxHashSet::default(), puts, nested }
    }

    /// All ways up from an element.
    pub fn above_element(&self, element: At) -> Ways {
        let mut walk = self.walk(None);
        walk.push(element, &None);
        self.run(walk)
    }

    /// All ways up from what runs in a function: its elements and calls.
    pub fn above_function(&self, function: FunctionAt, way: Step) -> Ways {
        let mut walk = self.walk(None);
        let way = Some(Arc::new(Link { step: way, below: None }));
        self.out_of(function, &way, &mut walk);
        self.run(walk)
    }

    /// All ways up from the elements of a class.
    pub fn above_class(&self, file: FileId, class: ClassId, way: Step) -> Ways {
        let mut walk = self.walk(None);
        let way = Some(Arc::new(Link { step: way, below: None }));
        self.out_of_class(file, class, &way, &mut walk);
        self.run(walk)
    }

    /// Whether a function itself renders an element that provides the context.
    pub fn provides_itself(&self, function: FunctionAt) -> bool {
        let facts = self.program.facts(function.file);
        self.provided.iter().any(|it| {
            it.file == function.file && facts.functions_around(it.expr).any(|it| it == function.function)
        })
    }

    fn walk(&self, bound: Option<FunctionAt>) -> Walk {
        let (queue, seen, exported, ways) = Default::default();
        Walk { queue, seen, exported, bound, ways }
    }

    fn run(&self, mut walk: Walk) -> Ways {
        while let Some((at, way)) = walk.queue.pop() {
            if !self.program.has_room(walk.seen.len(), at.file) {
                walk.ways.unseen = true;
                break;
            }
            self.above(at, &way, &mut walk);
        }
        walk.ways
    }

    fn link(&self, place: Place, label: String, way: &Way) -> Way {
        Some(Arc::new(Link { step: Step { place, label }, below: way.clone() }))
    }

    /// Takes one step up from a place.
    fn above(&self, at: At, way: &Way, walk: &mut Walk) {
        let facts = self.program.facts(at.file);
        let Some(parent) = facts.node(at.expr).parent else {
            return self.end_of_expression(at, way, walk);
        };
        let up = At { expr: parent, ..at };
        match facts.expr(parent) {
            Expr::Jsx { tag: JsxTag::Component(tag), .. } if *tag == at.expr => {
                let way = self.link(self.program.place(up), self.program.label(up), way);
                // The provider's own element holds what it is given, not itself.
                walk.push(up, &way);
            }
            Expr::Jsx { attributes, .. } => {
                let attribute = attributes.iter().find(|it| it.value == at.expr);
                let given = match attribute.map(|it| &it.key) {
                    Some(PropertyKey::Name(name)) => name.clone(),
                    _ => SmolStr::new_static("children"),
                };
                let puts = self.element_puts(up, &given, at.expr);
                if walk.put(puts) {
                    walk.push(up, way);
                }
            }
            Expr::Object(properties) => {
                // `{ element: <Layout />, children: [{ element: <Page /> }] }`
                let beside = properties.iter().map(|it| it.value).filter(|it| *it != at.expr);
                let puts = self.beside(at.file, beside);
                if walk.put(puts) {
                    walk.push(up, way);
                }
            }
            Expr::Call { callee, .. } if *callee == at.expr => walk.push(up, way),
            Expr::Call { callee, args, construct } => {
                let index = args.iter().position(|it| *it == at.expr).unwrap_or(usize::MAX);
                self.argument(up, *callee, index, *construct, way, walk);
            }
            Expr::Member { .. } => self.member_of(at, up, way, walk),
            Expr::Assign { target, value, .. } if *value == at.expr => match facts.expr(*target) {
                Expr::Ident { binding: Some(binding), .. } => self.named(at.file, *binding, way, walk),
                Expr::Member { name, .. } => self.part(at, name, way, walk),
                _ => walk.ways.unseen = true,
            },
            Expr::Index { object, .. } if *object == at.expr => walk.push(up, way),
            Expr::Conditional { .. }
            | Expr::Binary { .. }
            | Expr::Sequence(_)
            | Expr::Array(_)
            | Expr::Spread(_)
            | Expr::Await(_) => walk.push(up, way),
            Expr::Yield(_) => walk.ways.unseen = true,
            _ => {}
        }
    }

    /// `Page.displayName = …`, `pages.map(…)`, `routes.orders`.
    fn member_of(&self, at: At, up: At, way: &Way, walk: &mut Walk) {
        let facts = self.program.facts(at.file);
        let outer = facts.node(up.expr).parent.map(|outer| (outer, facts.expr(outer)));
        match outer {
            Some((_, Expr::Assign { target, .. })) if *target == up.expr => {}
            Some((outer, Expr::Call { callee, .. })) if *callee == up.expr => {
                walk.push(At { expr: outer, ..at }, way);
            }
            _ => {
                let is_component =
                    self.values(at).iter().any(|it| matches!(it, Value::Function { .. } | Value::Class(_)));
                if !is_component {
                    walk.push(up, way);
                }
            }
        }
    }

    /// `Tabs.List = List`: wherever `Tabs.List` is named.
    fn part(&self, at: At, name: &SmolStr, way: &Way, walk: &mut Walk) {
        let functions = |values: &[Value]| -> Vec<FunctionAt> {
            let function = |it: &Value| match it {
                Value::Function { at, .. } => Some(*at),
                _ => None,
            };
            values.iter().filter_map(function).collect()
        };
        let own = functions(&self.values(at));
        if own.is_empty() {
            walk.ways.unseen = true;
            return;
        }
        for file in self.program.files_mentioning(at.file, name) {
            if !self.ships(file) {
                continue;
            }
            for (index, node) in self.program.facts(file).nodes.iter().enumerate() {
                let Expr::Member { name: member, .. } = &node.expr else { continue };
                let it = At { file, expr: ExprId(u32::try_from(index).unwrap_or(u32::MAX)) };
                if member == name && functions(&self.values(it)).iter().any(|it| own.contains(it)) {
                    walk.push(it, way);
                }
            }
        }
    }

    /// The value is an argument of a call.
    fn argument(&self, call: At, callee: ExprId, index: usize, construct: bool, way: &Way, walk: &mut Walk) {
        let facts = self.program.facts(call.file);
        if let Expr::Member { name, .. } = facts.expr(callee)
            && HANDS_ON.contains(&name.as_str())
        {
            walk.push(call, way);
            return;
        }
        let values = self.values(At { expr: callee, ..call });
        if values.is_empty() || construct {
            walk.ways.unseen = true;
        }
        for value in values {
            match value {
                Value::Library { package, symbol, .. } => {
                    if self.program.catalog().tree_part(&package, &symbol) == Some(TreePart::Root) {
                        let way = self.link(self.program.place(call), self.program.label(call), way);
                        walk.ways.root.get_or_insert_with(|| steps(way.as_ref()));
                        continue;
                    }
                    // `createElement(Layout, null, page)`, `providers.reduceRight((inner, Provider) => …, page)`
                    let others = facts.call(call.expr).map(|(_, args)| args).unwrap_or_default();
                    let others = || others.iter().copied().filter(|it| others.get(index) != Some(it));
                    let wraps = others().any(|it| matches!(facts.expr(it), Expr::Function(_)));
                    let puts = if wraps { Puts::Unseen } else { self.beside(call.file, others()) };
                    if walk.put(puts) {
                        walk.push(call, way);
                    }
                }
                // A higher-order component: wherever it puts its parameter.
                Value::Function { at: function, .. } => {
                    let binding = self
                        .program
                        .facts(function.file)
                        .function(function.function)
                        .and_then(|it| it.params.get(index))
                        .filter(|it| !it.rest)
                        .and_then(|it| it.binding);
                    match binding {
                        Some(binding) => self.named(function.file, binding, way, walk),
                        None => walk.ways.unseen = true,
                    }
                }
                _ => walk.ways.unseen = true,
            }
        }
    }

    /// The value is a whole expression: returned, named, exported, or dropped.
    fn end_of_expression(&self, at: At, way: &Way, walk: &mut Walk) {
        let facts = self.program.facts(at.file);
        let mut went_on = false;
        let function = facts.node(at.expr).function;
        if facts.function(function).is_some_and(|it| it.returns.contains(&at.expr)) {
            went_on = true;
            self.out_of(FunctionAt { file: at.file, function }, way, walk);
        }
        for origin in [Origin::Value(at.expr), Origin::Item(at.expr)] {
            for (binding, _) in facts.bindings_from(origin) {
                went_on = true;
                self.named(at.file, binding, way, walk);
            }
        }
        for export in &facts.exports {
            if matches!(export.target, ExportTarget::Expr(expr) if expr == at.expr) {
                went_on = true;
                self.exported(at.file, &export.name, way, walk);
            }
        }
        let is_field = facts.classes.iter().flat_map(|it| &it.members).any(|it| match it.kind {
            MemberKind::Field(value) => value == Some(at.expr),
            _ => false,
        });
        let is_default =
            facts.functions.iter().flat_map(|it| &it.params).any(|it| it.default == Some(at.expr))
                || facts.bindings.iter().flat_map(|it| &it.path).any(|it| it.default == Some(at.expr));
        let is_base = facts.classes.iter().any(|it| it.extends == Some(at.expr));
        // A call that drops its result has put the value somewhere.
        walk.ways.unseen |=
            is_field || is_default || is_base || !went_on && matches!(facts.expr(at.expr), Expr::Call { .. });
    }

    /// The value is what a function returns.
    fn out_of(&self, function: FunctionAt, way: &Way, walk: &mut Walk) {
        walk.ways.passed.insert(function);
        if walk.bound == Some(function) {
            walk.ways.left = true;
            return;
        }
        let facts = self.program.facts(function.file);
        let Some(declared) = facts.function(function.function) else {
            return;
        };
        if let Some(expr) = declared.expr {
            walk.push(At { file: function.file, expr }, way);
        } else if let Some(class) = declared.class {
            self.out_of_class(function.file, class, way, walk);
        } else if function.function != FunctionId::MODULE {
            let mut is_named = false;
            for (binding, _) in facts.bindings_from(Origin::Function(function.function)) {
                is_named = true;
                self.named(function.file, binding, way, walk);
            }
            walk.ways.unseen |= !is_named;
        }
    }

    fn out_of_class(&self, file: FileId, class: ClassId, way: &Way, walk: &mut Walk) {
        let facts = self.program.facts(file);
        let mut is_named = false;
        for (binding, _) in facts.bindings_from(Origin::Class(class)) {
            is_named = true;
            self.named(file, binding, way, walk);
        }
        for (index, node) in facts.nodes.iter().enumerate() {
            if matches!(node.expr, Expr::Class(it) if it == class) {
                is_named = true;
                walk.push(At { file, expr: ExprId(u32::try_from(index).unwrap_or(u32::MAX)) }, way);
            }
        }
        walk.ways.unseen |= !is_named;
    }

    /// The value has a name: wherever that stands.
    fn named(&self, file: FileId, binding: BindingId, way: &Way, walk: &mut Walk) {
        let facts = self.program.facts(file);
        let Some(declared) = facts.binding(binding) else {
            return;
        };
        for used in &declared.uses {
            walk.push(At { file, expr: *used }, way);
        }
        for export in facts.exports_of(binding) {
            if matches!(export.target, ExportTarget::Binding(_)) {
                self.exported(file, &export.name, way, walk);
            }
        }
    }

    /// The value is exported: wherever it is imported, and what a framework makes of the module.
    fn exported(&self, file: FileId, name: &SmolStr, way: &Way, walk: &mut Walk) {
        if !walk.exported.insert((file, name.clone())) {
            return;
        }
        if let Some(route) = self.route(file, name) {
            let place = self.program.place_of_span(file, crate::source::Span::default());
            match route.puts {
                Puts::Plain => {
                    let way = self.link(place, format!("route module ({})", route.kind), way);
                    walk.ways.root.get_or_insert_with(|| steps(way.as_ref()));
                }
                other => {
                    walk.put(other);
                }
            }
            if route.only {
                return;
            }
        }
        let Some(target) = self.program.export(file, name) else {
            walk.ways.unseen = true;
            return;
        };
        let files = self.program.ways_of_exports(file, [name.clone()], false).importers;
        let before = walk.seen.len() + walk.exported.len();
        for other in files {
            if other == file || !self.ships(other) {
                continue;
            }
            let facts = self.program.facts(other);
            let gives = |specifier: &str, name: &SmolStr| match self.program.resolve(other, specifier) {
                Resolution::File(module) => {
                    module == file || self.program.export(module, name).as_ref() == Some(&target)
                }
                _ => false,
            };
            for import in facts.imports.iter().filter(|it| !it.type_only) {
                let Some(binding) = import.binding else { continue };
                match &import.name {
                    ImportedName::Named(imported)
                        if (imported == name || imported == "default")
                            && self.is_import_of(other, &import.specifier, imported, &target) =>
                    {
                        self.named(other, binding, way, walk);
                    }
                    ImportedName::Namespace if gives(&import.specifier, name) => {
                        self.members(other, binding, name, way, walk);
                    }
                    _ => {}
                }
            }
            for export in &facts.exports {
                if let ExportTarget::From { specifier, name: ImportedName::Named(from), .. } = &export.target
                    && (from == name || from == "default")
                    && self.is_import_of(other, specifier, from, &target)
                {
                    self.exported(other, &export.name, way, walk);
                }
            }
            for (specifier, call) in &facts.import_calls {
                if matches!(facts.expr(*specifier), Expr::Text(text) if gives(text, name)) {
                    walk.push(At { file: other, expr: *call }, way);
                }
            }
        }
        if walk.seen.len() + walk.exported.len() == before && self.is_published(file) {
            walk.ways.unseen = true;
        }
    }

    fn is_import_of(
        &self,
        from: FileId,
        specifier: &str,
        name: &str,
        target: &crate::link::symbols::Definition,
    ) -> bool {
        match self.program.resolve(from, specifier) {
            Resolution::File(module) => self.program.export(module, name).as_ref() == Some(target),
            _ => false,
        }
    }

    /// Members of a namespace: `Pages.Orders`.
    fn members(&self, file: FileId, namespace: BindingId, name: &str, way: &Way, walk: &mut Walk) {
        let facts = self.program.facts(file);
        for used in facts.binding(namespace).map(|it| it.uses.as_slice()).unwrap_or_default() {
            match facts.node(*used).parent.map(|parent| (parent, facts.expr(parent))) {
                Some((parent, Expr::Member { name: member, .. })) => {
                    if member == name {
                        walk.push(At { file, expr: parent }, way);
                    }
                }
                // The whole namespace goes somewhere.
                _ => walk.ways.unseen = true,
            }
        }
    }

    /// What an element does with something that stands in it.
    fn element_puts(&self, element: At, given: &SmolStr, what: ExprId) -> Puts {
        if self.provided.contains(&element) {
            return Puts::Inside;
        }
        let facts = self.program.facts(element.file);
        let Expr::Jsx { tag: JsxTag::Component(tag), attributes, .. } = facts.expr(element.expr) else {
            return Puts::Plain;
        };
        let values = self.values(At { expr: *tag, ..element });
        let mut puts = if values.is_empty() { Puts::Unseen } else { Puts::Plain };
        for value in values {
            let this = match value {
                Value::Function { at, .. } => self.component_puts(at, given),
                // What is stored in a context is rendered by whoever reads it.
                Value::Library { .. } | Value::Made { .. } if given == "value" => Puts::Unseen,
                // `<Route element={<Layout />}>` holds what its children are, by an outlet.
                Value::Library { .. } => {
                    self.beside(element.file, attributes.iter().map(|it| it.value).filter(|it| *it != what))
                }
                Value::Made { .. } => Puts::Plain,
                Value::Class(_) if self.holders.is_empty() => Puts::Plain,
                _ => Puts::Unseen,
            };
            puts = worse(puts, this);
        }
        puts
    }

    /// What a component does with one of its props.
    pub(super) fn component_puts(&self, component: FunctionAt, prop: &str) -> Puts {
        let key = (component, SmolStr::new(prop));
        if let Some(known) = self.puts.borrow().get(&key) {
            return *known;
        }
        if self.nested.get() >= MAX_NESTED {
            return Puts::Unseen;
        }
        // A component inside itself adds nothing to what it does.
        self.puts.borrow_mut().insert(key.clone(), Puts::Plain);
        self.nested.set(self.nested.get() + 1);
        let puts = self.look_into(component, prop);
        self.nested.set(self.nested.get() - 1);
        self.puts.borrow_mut().insert(key, puts);
        puts
    }

    fn look_into(&self, component: FunctionAt, prop: &str) -> Puts {
        let facts = self.program.facts(component.file);
        let mut walk = self.walk(Some(component));
        let file = component.file;
        let mut wholes: Vec<ExprId> = Vec::new();
        let takes = |key: &PathKey| match key {
            PathKey::Name(name) => name == prop,
            PathKey::Rest(without) => !without.iter().any(|it| it == prop),
            PathKey::Index(_) | PathKey::Unknown => false,
        };
        for binding in &facts.bindings {
            let is_props = matches!(binding.origin, Origin::Parameter { function, index: 0 } if function == component.function);
            if !is_props {
                continue;
            }
            match binding.path.first().map(|step| &step.key) {
                None => wholes.extend(&binding.uses),
                Some(key) if takes(key) => {
                    binding.uses.iter().for_each(|used| walk.push(At { file, expr: *used }, &None));
                }
                Some(_) => {}
            }
        }
        for whole in wholes {
            let at = At { file, expr: whole };
            match facts.node(whole).parent.map(|parent| (parent, facts.expr(parent))) {
                None => {
                    for binding in facts.bindings.iter().filter(|it| it.origin == Origin::Value(whole)) {
                        if binding.path.first().is_none_or(|step| takes(&step.key)) {
                            binding.uses.iter().for_each(|used| walk.push(At { file, expr: *used }, &None));
                        }
                    }
                }
                Some((parent, Expr::Member { name, .. })) => {
                    if name == prop {
                        walk.push(At { file, expr: parent }, &None);
                    }
                }
                Some(_) => walk.push(at, &None),
            }
        }
        let ways = self.run(walk);
        match (ways.inside, ways.unseen) {
            (true, _) => Puts::Inside,
            (_, true) => Puts::Unseen,
            _ => Puts::Plain,
        }
    }

    /// What stands beside a child of a route: a layout with a provider may hold it by an outlet.
    fn beside(&self, file: FileId, values: impl Iterator<Item = ExprId>) -> Puts {
        let facts = self.program.facts(file);
        let mut puts = Puts::Plain;
        if self.holders.is_empty() {
            return puts;
        }
        for value in values {
            let mut parts = vec![value];
            while let Some(part) = parts.pop() {
                let expr = facts.expr(part);
                expr.each_child(|child| parts.push(child));
                // `children: [{ … }]` are routes of their own, not what holds this one.
                if matches!(expr, Expr::Object(_)) {
                    parts.clear();
                    continue;
                }
                let component = match expr {
                    Expr::Function(function) => Some(FunctionAt { file, function: *function }),
                    Expr::Ident { name, .. } | Expr::Member { name, .. }
                        if name.starts_with(char::is_uppercase) =>
                    {
                        self.values(At { file, expr: part }).iter().find_map(|it| match it {
                            Value::Function { at, .. } => Some(*at),
                            _ => None,
                        })
                    }
                    _ => None,
                };
                let provides = self.provided.contains(&At { file, expr: part });
                if let Some(component) = component.filter(|it| self.holders.contains(it)) {
                    puts = worse(puts, self.outlet_puts(component));
                } else if provides {
                    puts = worse(puts, Puts::Unseen);
                }
            }
        }
        puts
    }

    /// Where a layout has its outlet.
    pub(super) fn outlet_puts(&self, layout: FunctionAt) -> Puts {
        let facts = self.program.facts(layout.file);
        let mut walk = self.walk(Some(layout));
        for (expr, node) in facts.nodes_inside(layout.function) {
            let Expr::Jsx { tag: JsxTag::Component(tag), .. } = node.expr else { continue };
            let is_outlet = self.values(At { file: layout.file, expr: tag }).iter().any(|it| {
                matches!(it, Value::Library { package, symbol, .. }
                    if self.program.catalog().tree_part(package, symbol) == Some(TreePart::Outlet))
            });
            if is_outlet {
                walk.push(At { file: layout.file, expr }, &None);
            }
        }
        if walk.queue.is_empty() {
            return Puts::Unseen;
        }
        let ways = self.run(walk);
        match (ways.inside, ways.unseen) {
            (true, _) => Puts::Inside,
            (_, true) => Puts::Unseen,
            _ => Puts::Plain,
        }
    }

    pub(super) fn values(&self, at: At) -> Vec<Value> {
        Evaluator::new(self.program).eval(at, &None)
    }

    pub(super) fn ships(&self, file: FileId) -> bool {
        self.program.file(file).is_some_and(|it| it.role == Role::Product)
    }
}

pub(super) fn worse(a: Puts, b: Puts) -> Puts {
    match (a, b) {
        (Puts::Inside, _) | (_, Puts::Inside) => Puts::Inside,
        (Puts::Unseen, _) | (_, Puts::Unseen) => Puts::Unseen,
        _ => Puts::Plain,
    }
}
