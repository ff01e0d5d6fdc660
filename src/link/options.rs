//! Interval options of data libraries: from the place that writes the option forward to the call
//! of the library that reads it, through objects, names, spreads, returns and own functions.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::eval::Evaluator;
use super::label::names_hook;
use super::program::Program;
use super::site::{Site, Work};
use super::symbols::Definition;
use super::value::{At, FunctionAt, Value};
use crate::catalog::rows::{Effect, OffValue, TimerMeaning};
use crate::facts::{
    BindingId, ExportTarget, Expr, Function, FunctionId, JsxTag, Origin, PathKey, Property, PropertyKey,
};
use crate::source::{FileId, Span};
use crate::vocabulary::Kind;

/// Places that one option may flow through.
const MAX_HOPS: usize = 120;

/// Hands that a hook may go through before it is called.
const MAX_HANDS: usize = 3;

/// Functions that one name may stand for.
const MAX_CALLEES: usize = 16;

/// Arguments that a spread one is thought to hold.
const MAX_SPREAD: usize = 4;

/// Where an option ends up.
struct Sink {
    call: At,
    row: Option<TimerMeaning>,
    through_own_function: bool,
}

/// Something that carries the option, and the keys that lead from it to the interval.
struct Hop {
    at: At,
    keys: Vec<SmolStr>,
    through: bool,
}

impl Program {
    /// Sites of a file where an interval option of a data library is written.
    pub fn option_sites(&self, file: FileId) -> Vec<Site> {
        let facts = self.facts(file);
        let keys = self.option_keys();
        let is_key = |key: &PropertyKey| match key {
            PropertyKey::Name(name) => keys.contains(name.as_str()).then(|| name.clone()),
            _ => None,
        };
        let mut sites = Vec::new();
        for (index, node) in facts.nodes.iter().enumerate() {
            let expr = crate::facts::ExprId(u32::try_from(index).unwrap_or(u32::MAX));
            let properties: &[Property] = match &node.expr {
                Expr::Object(properties) => properties,
                Expr::Jsx { attributes, .. } => attributes,
                _ => continue,
            };
            for property in properties {
                let Some(key) = is_key(&property.key) else {
                    continue;
                };
                sites.extend(self.option_site(
                    At { file, expr },
                    properties,
                    property.value,
                    property.span,
                    key,
                ));
            }
        }
        for write in &facts.writes {
            if !keys.contains(write.name.as_str()) {
                continue;
            }
            let Expr::Ident { binding: Some(binding), .. } = facts.expr(write.object) else {
                continue;
            };
            // The object is a name: what the name reaches, the option reaches.
            let hops = self.uses_of(file, *binding).into_iter().map(|at| Hop {
                at,
                keys: vec![write.name.clone()],
                through: false,
            });
            let sink = self.flow(hops.collect());
            let span = facts.node(write.expr).span;
            sites.extend(sink.map(|sink| {
                self.site_of(&sink, At { file, expr: write.expr }, write.value, span, &write.name)
            }));
        }
        sites
    }

    fn option_site(
        &self,
        object: At,
        properties: &[Property],
        value: crate::facts::ExprId,
        span: Span,
        key: SmolStr,
    ) -> Option<Site> {
        let facts = self.facts(object.file);
        let hop = Hop { at: object, keys: vec![key.clone()], through: false };
        let sink = match facts.expr(object.expr) {
            Expr::Jsx { .. } => self.passed_to_element(&hop),
            _ => self.flow(vec![hop]).or_else(|| {
                // Options built for a library whose call is out of sight still name its work.
                let names_work = properties.iter().any(|it| {
                    matches!(&it.key, PropertyKey::Name(name) if name == "queryFn" || name == "queryKey")
                });
                names_work.then_some(Sink { call: object, row: None, through_own_function: false })
            }),
        }?;
        Some(self.site_of(&sink, object, value, span, &key))
    }

    fn site_of(&self, sink: &Sink, object: At, value: crate::facts::ExprId, span: Span, key: &str) -> Site {
        let row = sink.row.as_ref();
        let in_call =
            matches!(self.facts(sink.call.file).expr(sink.call.expr), Expr::Call { .. } | Expr::Jsx { .. });
        let env = None;
        let work = match row.and_then(|row| row.work.as_ref()) {
            Some(slot) => {
                let evaluator = Evaluator::new(self);
                let mut values: Vec<Value> = self
                    .slot(sink.call, slot, &env)
                    .into_iter()
                    .flat_map(|at| evaluator.eval(at, &None))
                    .collect();
                values.retain(|it| matches!(it, Value::Function { .. }));
                if values.is_empty() { Work::Library } else { Work::Functions(values) }
            }
            None => Work::Library,
        };
        let api = if in_call { format!("{} {key}", self.callee_label(sink.call)) } else { key.to_owned() };
        Site {
            place: self.facts(object.file).lines.place(object.file, span),
            kind: if sink.through_own_function { Kind::IntervalParam } else { Kind::QueryOption },
            api,
            anchor: object,
            definition: None,
            env,
            interval: Some(At { file: object.file, expr: value }),
            unit_ms: row.map_or(1.0, |row| row.unit_ms),
            default_ms: None,
            off: row.map_or_else(
                || vec![OffValue::False, OffValue::Null, OffValue::Undefined, OffValue::Zero],
                |row| row.off.clone(),
            ),
            work,
            effect: row.map_or(Some(Effect::Network), |row| row.effect),
            switches: row
                .map(|row| row.switch.iter().map(|it| (it.clone(), sink.call, None)).collect())
                .unwrap_or_default(),
            self_clearing: true,
            schedule: false,
        }
    }

    /// Follows carriers of an option until a library reads it.
    fn flow(&self, start: Vec<Hop>) -> Option<Sink> {
        let mut queue = std::collections::VecDeque::from(start);
        let mut seen = FxHashSet::default();
        while let Some(hop) = queue.pop_front() {
            if seen.len() > MAX_HOPS || !seen.insert((hop.at, hop.keys.len())) {
                continue;
            }
            let mut next = Vec::new();
            if let Some(sink) = self.step(&hop, &mut next) {
                return Some(sink);
            }
            queue.extend(next);
        }
        None
    }

    fn step(&self, hop: &Hop, next: &mut Vec<Hop>) -> Option<Sink> {
        let facts = self.facts(hop.at.file);
        let file = hop.at.file;
        let go = |expr, keys: Vec<SmolStr>| Hop { at: At { file, expr }, keys, through: hop.through };
        // A name that holds it.
        for (index, binding) in facts.bindings.iter().enumerate() {
            if binding.origin != Origin::Value(hop.at.expr) {
                continue;
            }
            if let Some(keys) = follow_path(&binding.path, &hop.keys) {
                let id = BindingId(u32::try_from(index).unwrap_or(u32::MAX));
                next.extend(self.uses_of(file, id).into_iter().map(|at| Hop {
                    at,
                    keys: keys.clone(),
                    through: hop.through,
                }));
            }
        }
        // The default export and other exported values.
        for export in &facts.exports {
            if matches!(&export.target, ExportTarget::Expr(expr) if *expr == hop.at.expr) {
                next.extend(self.uses_of_export(file, &export.name).into_iter().map(|at| Hop {
                    at,
                    keys: hop.keys.clone(),
                    through: hop.through,
                }));
            }
        }
        let function = facts.node(hop.at.expr).function;
        if facts.function(function).is_some_and(|it| it.returns.contains(&hop.at.expr)) {
            self.returned_from(file, function, hop, next);
        }
        let parent = facts.node(hop.at.expr).parent?;
        match facts.expr(parent) {
            Expr::Object(properties) => {
                let property = properties.iter().find(|it| it.value == hop.at.expr)?;
                let keys = match &property.key {
                    PropertyKey::Name(name) => {
                        // The bare interval under the library's own key.
                        if hop.keys.is_empty() && !self.option_keys().contains(name.as_str()) {
                            return None;
                        }
                        let mut keys = vec![name.clone()];
                        keys.extend(hop.keys.iter().cloned());
                        keys
                    }
                    PropertyKey::Spread => hop.keys.clone(),
                    PropertyKey::Computed(_) => return None,
                };
                next.push(go(parent, keys));
                None
            }
            Expr::Array(_)
            | Expr::Conditional { .. }
            | Expr::Binary { .. }
            | Expr::Await(_)
            | Expr::Sequence(_)
            | Expr::Spread(_) => {
                next.push(go(parent, hop.keys.clone()));
                None
            }
            Expr::Assign { target, value, .. } if *value == hop.at.expr => {
                match facts.expr(*target) {
                    Expr::Ident { binding: Some(binding), .. } => {
                        next.extend(self.uses_of(file, *binding).into_iter().map(|at| Hop {
                            at,
                            keys: hop.keys.clone(),
                            through: hop.through,
                        }));
                    }
                    // `options.query = {…}` adds to what a name holds.
                    Expr::Member { object, name } => {
                        if let Expr::Ident { binding: Some(binding), .. } = facts.expr(*object) {
                            let mut keys = vec![name.clone()];
                            keys.extend(hop.keys.iter().cloned());
                            next.extend(self.uses_of(file, *binding).into_iter().map(|at| Hop {
                                at,
                                keys: keys.clone(),
                                through: hop.through,
                            }));
                        }
                    }
                    _ => {}
                }
                None
            }
            Expr::Member { name, .. } => {
                let (first, rest) = hop.keys.split_first()?;
                if first == name {
                    next.push(go(parent, rest.to_vec()));
                }
                None
            }
            Expr::Jsx { attributes, .. } => {
                let property = attributes.iter().find(|it| it.value == hop.at.expr)?;
                let mut keys = hop.keys.clone();
                if let PropertyKey::Name(name) = &property.key {
                    keys.insert(0, name.clone());
                }
                self.passed_to_element(&Hop { at: At { file, expr: parent }, keys, through: hop.through })
                    .or_else(|| {
                        self.enter_component(
                            &Hop {
                                at: At { file, expr: parent },
                                keys: self.jsx_keys(file, parent, hop),
                                through: true,
                            },
                            next,
                        );
                        None
                    })
            }
            Expr::Call { callee, args, .. } if *callee != hop.at.expr => {
                let index = args.iter().position(|it| *it == hop.at.expr)?;
                self.passed_to_call(hop, At { file, expr: parent }, At { file, expr: *callee }, index, next)
            }
            _ => None,
        }
    }

    fn jsx_keys(&self, file: FileId, element: crate::facts::ExprId, hop: &Hop) -> Vec<SmolStr> {
        let mut keys = hop.keys.clone();
        if let Expr::Jsx { attributes, .. } = self.facts(file).expr(element)
            && let Some(Property { key: PropertyKey::Name(name), .. }) =
                attributes.iter().find(|it| it.value == hop.at.expr)
        {
            keys.insert(0, name.clone());
        }
        keys
    }

    /// What a function returns reaches whoever calls it; what a callback returns, the call that runs it.
    fn returned_from(&self, file: FileId, function: FunctionId, hop: &Hop, next: &mut Vec<Hop>) {
        let facts = self.facts(file);
        let Some(Function { expr, .. }) = facts.function(function) else {
            return;
        };
        if let Some(parent) = expr.and_then(|expr| facts.node(expr).parent)
            && let Expr::Call { callee, .. } = facts.expr(parent)
            && *expr != Some(*callee)
        {
            next.push(Hop { at: At { file, expr: parent }, keys: hop.keys.clone(), through: hop.through });
        }
        for caller in self.callers(FunctionAt { file, function }).iter().filter(|it| !it.is_test).take(12) {
            next.push(Hop { at: caller.at, keys: hop.keys.clone(), through: hop.through });
        }
    }

    fn passed_to_call(
        &self,
        hop: &Hop,
        call: At,
        callee: At,
        index: usize,
        next: &mut Vec<Hop>,
    ) -> Option<Sink> {
        let mut unseen = true;
        let places = self.places_of(call, index);
        for value in self.callees_of(callee) {
            match value {
                Value::Library { package, symbol, .. } => {
                    let name = if symbol.is_empty() { SmolStr::new_static("default") } else { symbol };
                    let mut rows = places
                        .clone()
                        .filter_map(|index| self.reads_option(&package, &name, index, &hop.keys));
                    if let Some(row) = rows.next() {
                        return Some(Sink { call, row: Some(row), through_own_function: hop.through });
                    }
                    // A known library that says nothing of this name is as good as one out of sight.
                    unseen &= !self.catalog().knows_symbol(&package, &name);
                    // A wrapper that gives back what it is given: `useMemo(() => options)`.
                    if self.catalog().returns(&package, &name).is_some() {
                        next.push(Hop { at: call, keys: hop.keys.clone(), through: hop.through });
                        unseen = false;
                    }
                    if package == "global" {
                        unseen = false;
                        if matches!(name.as_str(), "Object.assign" | "Object.freeze")
                            || name.ends_with(".map")
                        {
                            next.push(Hop { at: call, keys: hop.keys.clone(), through: hop.through });
                        }
                    }
                }
                Value::Function { at: function, .. } => {
                    unseen = false;
                    places.clone().for_each(|index| self.enter_function(hop, function, index, next));
                }
                Value::Class(class) => {
                    unseen = false;
                    if let Some(constructor) =
                        self.facts(class.file).classes.get(class.class.index()).and_then(|it| it.constructor)
                    {
                        let constructor = FunctionAt { file: class.file, function: constructor };
                        places.clone().for_each(|index| self.enter_function(hop, constructor, index, next));
                    }
                }
                Value::Undefined | Value::Null | Value::Unknown(_) | Value::Parameter { .. } => {}
                _ => unseen = false,
            }
        }
        // A hook out of sight that is given the option of a data library.
        let facts = self.facts(callee.file);
        let name = match facts.expr(callee.expr) {
            Expr::Ident { name, .. } | Expr::Member { name, .. } => name.as_str(),
            _ => "",
        };
        let is_hook = names_hook(name);
        (unseen && is_hook && !hop.keys.is_empty()).then_some(Sink {
            call,
            row: None,
            through_own_function: hop.through,
        })
    }

    /// What a call runs. A hook may be handed over as a value, `<Orders useQuery={useGetOrdersQuery} />`: then
    /// it is what the callers hand over.
    fn callees_of(&self, callee: At) -> Vec<Value> {
        let mut found = Vec::new();
        let mut ways: Vec<Vec<(FunctionAt, At)>> = vec![Vec::new()];
        while let Some(way) = ways.pop() {
            let env =
                way.iter().rev().fold(None, |env, (function, call)| self.frame_at(*function, *call, &env));
            for value in Evaluator::new(self).eval(callee, &env) {
                if let Value::Parameter { function, path, .. } = &value
                    && way.len() < MAX_HANDS
                    && !path.iter().any(|it| it == "()")
                {
                    let callers = self.callers(*function);
                    let callers = callers.iter().filter(|it| !it.is_test).take(MAX_CALLEES);
                    ways.extend(callers.map(|it| [way.as_slice(), &[(*function, it.at)]].concat()));
                }
                found.push(value);
            }
            if found.len() > MAX_CALLEES {
                break;
            }
        }
        found
    }

    /// Where an argument may arrive: behind a spread one, nobody knows how many stand before it.
    fn places_of(&self, call: At, index: usize) -> std::ops::RangeInclusive<usize> {
        let facts = self.facts(call.file);
        let before = facts.call(call.expr).and_then(|(_, args)| args.get(..index)).unwrap_or_default();
        let spread = before.iter().filter(|it| matches!(facts.expr(**it), Expr::Spread(_))).count();
        let last = if spread > 0 { index + MAX_SPREAD } else { index };
        index - spread..=last
    }

    fn passed_to_element(&self, hop: &Hop) -> Option<Sink> {
        let facts = self.facts(hop.at.file);
        let Expr::Jsx { tag: JsxTag::Component(tag), .. } = facts.expr(hop.at.expr) else {
            return None;
        };
        Evaluator::new(self).eval(At { expr: *tag, ..hop.at }, &None).into_iter().find_map(
            |value| match value {
                Value::Library { package, symbol, .. } => {
                    let row = self.reads_option(&package, &symbol, 0, &hop.keys)?;
                    Some(Sink { call: hop.at, row: Some(row), through_own_function: hop.through })
                }
                _ => None,
            },
        )
    }

    fn enter_component(&self, hop: &Hop, next: &mut Vec<Hop>) {
        let facts = self.facts(hop.at.file);
        let Expr::Jsx { tag: JsxTag::Component(tag), .. } = facts.expr(hop.at.expr) else {
            return;
        };
        for value in Evaluator::new(self).eval(At { expr: *tag, ..hop.at }, &None) {
            if let Value::Function { at: function, .. } = value {
                self.enter_function(hop, function, 0, next);
            }
        }
    }

    /// An argument goes on as the names that the parameter declares.
    fn enter_function(&self, hop: &Hop, function: FunctionAt, index: usize, next: &mut Vec<Hop>) {
        let facts = self.facts(function.file);
        for (position, binding) in facts.bindings.iter().enumerate() {
            let Origin::Parameter { function: owner, index: at } = binding.origin else {
                continue;
            };
            if owner != function.function {
                continue;
            }
            let at = at as usize;
            let rest = facts.function(owner).and_then(|it| it.params.get(at)).is_some_and(|it| it.rest);
            let mut keys = hop.keys.clone();
            if rest && index >= at {
                keys.insert(0, SmolStr::new((index - at).to_string()));
            } else if at != index {
                continue;
            }
            let Some(keys) = follow_path(&binding.path, &keys) else {
                continue;
            };
            let id = BindingId(u32::try_from(position).unwrap_or(u32::MAX));
            next.extend(self.uses_of(function.file, id).into_iter().map(|at| Hop {
                at,
                keys: keys.clone(),
                through: true,
            }));
        }
    }

    /// The row of a library call that reads an option at these keys of an argument.
    fn reads_option(
        &self,
        package: &str,
        symbol: &str,
        index: usize,
        keys: &[SmolStr],
    ) -> Option<TimerMeaning> {
        self.catalog()
            .timers(package, symbol)
            .into_iter()
            .find(|row| {
                row.interval.as_ref().is_some_and(|slot| {
                    slot.argument.is_none_or(|it| it == index)
                        && slot
                            .option
                            .as_deref()
                            .is_some_and(|option| option.split('.').eq(keys.iter().map(SmolStr::as_str)))
                })
            })
            .cloned()
    }

    /// Every mention of a name, in its own file and where it is imported.
    pub fn uses_of(&self, file: FileId, binding: BindingId) -> Vec<At> {
        let facts = self.facts(file);
        let Some(declared) = facts.binding(binding) else {
            return Vec::new();
        };
        let mut uses: Vec<At> = declared.uses.iter().map(|expr| At { file, expr: *expr }).collect();
        for export in &facts.exports {
            let is_it = match &export.target {
                ExportTarget::Binding(it) => *it == binding,
                ExportTarget::Expr(expr) => {
                    matches!(facts.expr(*expr), Expr::Ident { binding: Some(it), .. } if *it == binding)
                }
                ExportTarget::From { .. } => false,
            };
            if is_it {
                uses.extend(self.imports_of(&Definition::Binding(file, binding), file, &export.name));
            }
        }
        uses
    }

    pub(super) fn uses_of_export(&self, file: FileId, name: &str) -> Vec<At> {
        match self.export(file, name) {
            Some(definition) => self.imports_of(&definition, file, name),
            None => Vec::new(),
        }
    }

    /// Mentions of an exported name in the files that import it.
    fn imports_of(&self, definition: &Definition, file: FileId, name: &str) -> Vec<At> {
        let candidates =
            if name == "default" { self.files_naming(file) } else { self.files_mentioning(file, name) };
        let mut uses = Vec::new();
        for other in candidates.into_iter().filter(|it| *it != file) {
            let facts = self.facts(other);
            for import in &facts.imports {
                let (Some(binding), crate::facts::ImportedName::Named(imported)) =
                    (import.binding, &import.name)
                else {
                    continue;
                };
                if name != "default" && imported != name {
                    continue;
                }
                let super::resolve::Resolution::File(target) = self.resolve(other, &import.specifier) else {
                    continue;
                };
                if self.export(target, imported).as_ref() == Some(definition) {
                    uses.extend(
                        facts
                            .binding(binding)
                            .map(|it| it.uses.as_slice())
                            .unwrap_or_default()
                            .iter()
                            .map(|expr| At { file: other, expr: *expr }),
                    );
                }
            }
        }
        uses
    }
}

/// The keys that are left after destructuring; `None` when the pattern takes something else.
fn follow_path(path: &[crate::facts::PathStep], keys: &[SmolStr]) -> Option<Vec<SmolStr>> {
    let mut left = keys;
    for step in path {
        match &step.key {
            PathKey::Name(name) => {
                let (first, rest) = left.split_first()?;
                if first != name {
                    return None;
                }
                left = rest;
            }
            PathKey::Rest(without) => {
                if left.first().is_some_and(|first| without.contains(first)) {
                    return None;
                }
            }
            PathKey::Index(index) => {
                let (first, rest) = left.split_first()?;
                if first.parse() != Ok(*index) {
                    return None;
                }
                left = rest;
            }
            PathKey::Unknown => return None,
        }
    }
    Some(left.to_vec())
}
