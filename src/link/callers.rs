//! Who calls a function: calls and JSX elements anywhere in the program whose callee can be it.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::eval::Evaluator;
use super::imports::Ways;
use super::program::Program;
use super::value::{At, ClassAt, FunctionAt, Value};
use crate::facts::{ClassId, Expr, ExprId, FileFacts, FunctionId, FunctionKind, JsxTag, MemberKind, Origin};
use crate::scan;
use crate::source::{FileId, Role};

/// A call or JSX element that runs a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallSite {
    /// The call or element.
    pub at: At,
    /// In test code.
    pub is_test: bool,
}

/// How something may be called.
#[derive(Debug, Default)]
pub(super) struct CalledAs {
    /// Every name; sorted, without `default` and those of one letter.
    pub names: Vec<SmolStr>,
    /// Those of them that other files may know it by; sorted.
    outward: Vec<SmolStr>,
    /// The names that its own file exports it by, `default` among them.
    exported: FxHashSet<SmolStr>,
    /// Somebody else than those who import it may have it: as a member, as an argument, as what a function
    /// gives.
    is_handed_out: bool,
}

impl CalledAs {
    fn new(
        inward: Option<SmolStr>,
        outward: FxHashSet<SmolStr>,
        exported: FxHashSet<SmolStr>,
        is_handed_out: bool,
    ) -> Self {
        let sorted = |names: FxHashSet<SmolStr>| -> Vec<SmolStr> {
            let mut names: Vec<_> =
                names.into_iter().filter(|name| name != "default" && name.len() > 1).collect();
            names.sort_unstable();
            names
        };
        let names = sorted(outward.iter().cloned().chain(inward).collect());
        Self { names, outward: sorted(outward), exported, is_handed_out }
    }
}

impl Program {
    /// Every place that runs a function, sorted by file and place.
    pub fn callers(&self, function: FunctionAt) -> Arc<[CallSite]> {
        if let Some(known) = self.answers.callers.lock().ok().and_then(|it| it.get(&function).cloned()) {
            return known;
        }
        let found: Arc<[CallSite]> = self.find_callers(function).into();
        if let Ok(mut callers) = self.answers.callers.lock() {
            callers.insert(function, Arc::clone(&found));
        }
        found
    }

    fn find_callers(&self, function: FunctionAt) -> Vec<CallSite> {
        let called = self.called_as(function);
        let files = self.may_call(function.file, &called);
        let class = self.class_of(function);
        let files = files.into_par_iter();
        let sites = files.flat_map_iter(|file| self.calls_in(file, function, &called.names, &class));
        let mut sites: Vec<CallSite> = sites.collect();
        sites.sort_unstable();
        sites.dedup();
        sites
    }

    /// Whether anything calls a function.
    pub(super) fn is_called(&self, function: FunctionAt) -> bool {
        self.has_caller(function, &|_| true)
    }

    /// Whether a function has a caller for which a question holds.
    pub(super) fn has_caller(&self, function: FunctionAt, question: &dyn Fn(&CallSite) -> bool) -> bool {
        if let Some(known) = self.answers.callers.lock().ok().and_then(|it| it.get(&function).cloned()) {
            return known.iter().any(question);
        }
        self.find_caller(function, question).is_some()
    }

    /// A caller of a function for which a question holds. Looks at the nearest files first, and no further than it
    /// must; which one it finds does not hang on what was asked before.
    pub(super) fn find_caller(
        &self,
        function: FunctionAt,
        question: &dyn Fn(&CallSite) -> bool,
    ) -> Option<CallSite> {
        let called = self.called_as(function);
        let class = self.class_of(function);
        let first =
            |file: FileId| self.calls_in(file, function, &called.names, &class).into_iter().find(question);
        if let Some(found) = first(function.file) {
            return Some(found);
        }
        // Who imports it is likelier to call it than who holds the word.
        let next = Ways::of_importers(self.may_import(function.file), &called.exported);
        let is_next = |it: &FileId| next.importers.contains(it);
        let called_in = |file: FileId, ways: &Ways| {
            let is_called = self.may_call_in(file, &called, ways);
            is_called.then(|| first(file)).flatten()
        };
        next.importers.iter().find_map(|it| called_in(*it, &next)).or_else(|| {
            let ways = self.ways_of_exports(function.file, called.exported.iter().cloned(), true);
            let near = ways.importers.iter().copied().filter(|it| !is_next(it));
            let far = called.outward.iter().flat_map(|name| self.files_mentioning(function.file, name));
            let far = far.filter(|it| !ways.importers.contains(it) && *it != function.file);
            near.chain(far).find_map(|it| called_in(it, &ways))
        })
    }

    /// The places of one file that run a function.
    fn calls_in(
        &self,
        file: FileId,
        function: FunctionAt,
        names: &[SmolStr],
        class: &Option<SmolStr>,
    ) -> Vec<CallSite> {
        let facts = self.facts(file);
        let is_test = self.file(file).is_some_and(|it| it.role == Role::Test);
        let callees = facts.calls.iter().chain(&facts.elements).filter_map(|call| match facts.expr(*call) {
            Expr::Call { callee, .. } | Expr::Jsx { tag: JsxTag::Component(callee), .. } => {
                Some((*call, *callee))
            }
            _ => None,
        });
        let mut sites = Vec::new();
        for (call, callee) in callees {
            if !could_name(facts, callee, names) {
                continue;
            }
            let values = Evaluator::new(self).eval(At { file, expr: callee }, &None);
            let is_element = matches!(facts.expr(call), Expr::Jsx { .. });
            let is_it = values.iter().any(|value| match value {
                Value::Function { at, .. } => *at == function,
                Value::Class(class) => {
                    self.constructor_of(*class) == Some(function)
                        || (is_element && self.render_of(*class) == Some(function))
                }
                _ => false,
            }) || is_open(&values)
                && class.as_ref().is_some_and(|it| owner_is(facts, callee, it));
            if is_it {
                sites.push(CallSite { at: At { file, expr: call }, is_test });
            }
        }
        sites
    }

    /// The name of the class that a function is a method of.
    fn class_of(&self, function: FunctionAt) -> Option<SmolStr> {
        let facts = self.facts(function.file);
        let class = facts.function(function.function)?.class?;
        facts.classes.get(class.index())?.name.clone()
    }

    /// The method that a member means which only a caller knows, when its owner is called like the one class
    /// that has it: `orderService.load`, of `class OrderService`.
    pub(super) fn method_by_name(&self, member: At) -> Option<Value> {
        let facts = self.facts(member.file);
        let Expr::Member { name, .. } = facts.expr(member.expr) else { return None };
        let owner = owner_of(facts, member.expr)?;
        let mut letters = owner.chars();
        let class_name: SmolStr = letters.next()?.to_uppercase().chain(letters.by_ref()).collect();
        let mut found = Vec::new();
        for file in self.files_mentioning(member.file, &class_name) {
            if self.file(file).is_none_or(|it| it.role == Role::Test) {
                continue;
            }
            for (at, class) in self.facts(file).classes.iter().enumerate() {
                if class.name.as_ref() != Some(&class_name) {
                    continue;
                }
                let class_at = ClassAt { file, class: ClassId(u32::try_from(at).ok()?) };
                let method = class.members.iter().find_map(|it| match it.kind {
                    MemberKind::Method(function) if it.name == *name => Some(function),
                    _ => None,
                });
                found.push((class_at, method));
            }
        }
        let [(class, Some(function))] = found.as_slice() else { return None };
        Some(Value::Function {
            at: FunctionAt { file: class.file, function: *function },
            env: None,
            this: Some(Arc::new(Value::Instance { class: *class, made: None })),
        })
    }

    /// The constructor that a class declares.
    pub fn constructor_of(&self, class: ClassAt) -> Option<FunctionAt> {
        let declared = self.facts(class.file).classes.get(class.class.index())?;
        Some(FunctionAt { file: class.file, function: declared.constructor? })
    }

    /// Every name under which a function may be called: its own, those of what wraps it
    /// (`const Orders = memo(OrdersInner)`), and those that it is exported as.
    pub fn names_of(&self, function: FunctionAt) -> Vec<SmolStr> {
        self.called_as(function).names
    }

    /// How a function may be called.
    fn called_as(&self, function: FunctionAt) -> CalledAs {
        let facts = self.facts(function.file);
        let Some(declared) = facts.function(function.function) else {
            return CalledAs::default();
        };
        // Who renders a component calls its `render`.
        if let Some(class) = declared.class
            && self.render_of(ClassAt { file: function.file, class }) == Some(function)
        {
            return self.class_called_as(function.file, class).unwrap_or_default();
        }
        let mut exported = FxHashSet::default();
        let mut is_handed_out = declared.class.is_some();
        // `onOrder(function show() {…})`: a function that is a value calls itself by its name, and nobody else does.
        let is_value = matches!(declared.kind, FunctionKind::Expression | FunctionKind::Arrow);
        let mut names: FxHashSet<SmolStr> = declared.name.iter().filter(|_| !is_value).cloned().collect();
        let mut values: Vec<ExprId> = declared.expr.into_iter().collect();
        let mut seen = FxHashSet::default();
        for (id, binding) in facts.bindings_from(Origin::Function(function.function)) {
            if !is_value {
                names.insert(binding.name.clone());
            }
            values.extend(binding.uses.iter().copied());
            exported.extend(facts.exports_of(id).map(|it| it.name.clone()));
        }
        while let Some(value) = values.pop() {
            if !seen.insert(value) || seen.len() > 200 {
                is_handed_out |= seen.len() > 200;
                continue;
            }
            let mut is_named = false;
            for (id, binding) in facts.bindings_from(Origin::Value(value)) {
                if binding.path.is_empty() {
                    is_named = true;
                    names.insert(binding.name.clone());
                    values.extend(binding.uses.iter().copied());
                    exported.extend(facts.exports_of(id).map(|it| it.name.clone()));
                }
            }
            is_named |= facts.exports.iter().any(|it| match it.target {
                crate::facts::ExportTarget::Expr(expr) => expr == value,
                _ => false,
            });
            // Climb through wrappers: `memo(f)`, `{ load: f }`, `f as T`.
            match facts.node(value).parent.map(|parent| (parent, facts.expr(parent))) {
                Some((parent, Expr::Call { callee, .. })) if *callee != value => {
                    if may_give_back(facts, *callee) {
                        values.push(parent);
                    } else {
                        is_handed_out = true;
                    }
                }
                Some((_, Expr::Call { .. })) => {}
                Some((_, Expr::Jsx { tag: JsxTag::Component(tag), .. })) if *tag == value => {}
                Some((_, Expr::Object(properties))) => {
                    is_handed_out = true;
                    names.extend(properties.iter().filter(|it| it.value == value).filter_map(|it| {
                        match &it.key {
                            crate::facts::PropertyKey::Name(name) => Some(name.clone()),
                            _ => None,
                        }
                    }));
                }
                Some((_, Expr::Assign { target, .. })) => {
                    is_handed_out = true;
                    if let Expr::Member { name, .. } | Expr::Ident { name, .. } = facts.expr(*target) {
                        names.insert(name.clone());
                    }
                }
                _ => is_handed_out |= !is_named,
            }
        }
        if let Some(class) = declared.class.and_then(|class| facts.classes.get(class.index())) {
            if class.constructor == Some(function.function) {
                names.extend(class.name.clone());
            }
            names.extend(class.members.iter().filter_map(|member| match member.kind {
                MemberKind::Method(own) | MemberKind::Getter(own) if own == function.function => {
                    Some(member.name.clone())
                }
                _ => None,
            }));
        }
        names.extend(exported.iter().cloned());
        if self.is_default_export(function) {
            exported.insert(SmolStr::new_static("default"));
        }
        CalledAs::new(declared.name.clone(), names, exported, is_handed_out)
    }

    /// How a class may be named by whoever makes or renders one.
    pub(super) fn class_called_as(&self, file: FileId, class: ClassId) -> Option<CalledAs> {
        let facts = self.facts(file);
        let name = facts.classes.get(class.index())?.name.clone()?;
        let mut exported: FxHashSet<SmolStr> =
            facts.exports.iter().map(|it| &it.name).filter(|it| *it == "default").cloned().collect();
        for (id, _) in facts.bindings_from(Origin::Class(class)) {
            exported.extend(facts.exports_of(id).map(|it| it.name.clone()));
        }
        Some(CalledAs::new(None, FxHashSet::from_iter([name]), exported, true))
    }

    /// The files that may call what a file declares, that file among them: sorted. Asked before anything is
    /// parsed.
    pub(super) fn may_call(&self, file: FileId, called: &CalledAs) -> Vec<FileId> {
        let ways = self.ways_of_exports(file, called.exported.iter().cloned(), true);
        let mut files: Vec<FileId> = ways.importers.iter().copied().collect();
        for name in &called.outward {
            files.extend(self.files_mentioning(file, name));
        }
        files.push(file);
        files.sort_unstable();
        files.dedup();
        files.retain(|it| *it == file || self.may_call_in(*it, called, &ways));
        files
    }

    fn may_call_in(&self, file: FileId, called: &CalledAs, ways: &Ways) -> bool {
        let imports = ways.importers.contains(&file);
        // What is imported as a whole or by default may have any name.
        if imports && (ways.names.contains("default") || self.importing_wholes.contains(&file)) {
            return true;
        }
        let Some(text) = self.text(file) else { return true };
        let by = |name: &SmolStr| scan::calls::calls(&text, name);
        if imports || called.is_handed_out {
            let mut names = called.outward.iter().chain(&ways.names);
            return names.any(|name| by(name) != scan::calls::Calls::default());
        }
        // `useOrders()` of another module of that name is not this one.
        called.outward.iter().any(|name| {
            let calls = by(name);
            calls.member || calls.plain && !scan::calls::imports_name(&text, name)
        })
    }

    /// Whether a file's default export is, or wraps, a function.
    fn is_default_export(&self, function: FunctionAt) -> bool {
        let facts = self.facts(function.file);
        facts.export("default").is_some()
            && Evaluator::new(self)
                .export(function.file, "default", At { file: function.file, expr: ExprId(u32::MAX) })
                .iter()
                .any(|value| matches!(value, Value::Function { at, .. } if *at == function))
    }

    /// Files whose text holds every word of a file's name: the ones that can import its default.
    pub fn files_naming(&self, file: FileId) -> Vec<FileId> {
        let Some(source) = self.file(file) else {
            return Vec::new();
        };
        let mut segments = source.path.rsplit('/');
        let stem = segments.next().and_then(|name| name.split('.').next()).unwrap_or_default();
        let stem = if stem == "index" { segments.next().unwrap_or(stem) } else { stem };
        let mut files: Option<Vec<FileId>> = None;
        for word in
            stem.split(|it: char| !it.is_alphanumeric() && it != '_' && it != '$').filter(|it| it.len() > 1)
        {
            let more = self.mentions_near(file, word);
            files = Some(match files {
                None => more,
                Some(known) => known.into_iter().filter(|it| more.binary_search(it).is_ok()).collect(),
            });
        }
        files.unwrap_or_default()
    }

    /// The functions around a node that run when it does: callbacks are climbed to the function
    /// that a caller can name.
    pub fn named_function_around(&self, at: At) -> FunctionId {
        let facts = self.facts(at.file);
        facts
            .functions_around(at.expr)
            .find(|it| {
                facts
                    .function(*it)
                    .is_some_and(|function| function.name.is_some() || function.class.is_some())
            })
            .unwrap_or(FunctionId::MODULE)
    }
}

/// Whether what a call gives may be one of its arguments, or hold it: `memo(Orders)`, `React.memo(Orders)`,
/// `connect(…)(Orders)`. What `orders.map(show)` and `load().then(show)` give is something else.
fn may_give_back(facts: &FileFacts, callee: ExprId) -> bool {
    let mut at = callee;
    let mut is_member = false;
    loop {
        match facts.expr(at) {
            Expr::Ident { binding: Some(binding), .. } if is_member => {
                return facts.binding(*binding).is_none_or(|it| matches!(it.origin, Origin::Import(_)));
            }
            Expr::Member { object, .. } => {
                is_member = true;
                at = *object;
            }
            Expr::Call { callee, .. } if !is_member => at = *callee,
            Expr::Call { .. } => return false,
            _ => return true,
        }
    }
}

/// Whether only callers know a value.
fn is_open(values: &[Value]) -> bool {
    values.iter().all(|it| matches!(it, Value::Parameter { .. } | Value::Unknown(_)))
}

/// The last name of what a member is taken from: `orders` of `services.orders.load`.
fn owner_of(facts: &FileFacts, member: ExprId) -> Option<&SmolStr> {
    let Expr::Member { object, .. } = facts.expr(member) else { return None };
    match facts.expr(*object) {
        Expr::Ident { name, .. } | Expr::Member { name, .. } => Some(name),
        _ => None,
    }
}

/// Whether a member is taken from what is called like a class: `schedulerService.schedule`. Only names of
/// two words and more say so much.
fn owner_is(facts: &FileFacts, member: ExprId, class: &str) -> bool {
    let Some(owner) = owner_of(facts, member) else { return false };
    let (Some(first), Some(last)) = (owner.chars().next(), class.chars().next()) else { return false };
    first.is_lowercase()
        && first.to_uppercase().eq([last])
        && owner.get(first.len_utf8()..) == class.get(last.len_utf8()..)
        && owner.chars().any(char::is_uppercase)
}

/// Whether a callee is spelled like one of the names, or is an import that may rename it.
fn could_name(facts: &FileFacts, callee: ExprId, names: &[SmolStr]) -> bool {
    match facts.expr(callee) {
        Expr::Ident { name, binding } => {
            names.contains(name)
                || binding.and_then(|it| facts.binding(it)).is_some_and(|it| {
                    match it.origin {
                    Origin::Import(_) => true,
                    // `const { load: loadOrders } = api`
                    _ => it.path.iter().any(
                        |step| matches!(&step.key, crate::facts::PathKey::Name(key) if names.contains(key)),
                    ),
                }
                })
        }
        Expr::Member { name, .. } => names.contains(name),
        _ => false,
    }
}
