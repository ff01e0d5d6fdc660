//! Sites of recurring work in one file: calls and elements that the catalog knows as timers, one-shot
//! timers that re-arm themselves, and loops that sleep.

use rayon::prelude::*;
use smol_str::{SmolStr, format_smolstr};

use super::eval::{Evaluator, Values};
use super::program::Program;
use super::value::{At, Env, FunctionAt, Value};
use crate::catalog::rows::{Effect, OffValue, Slot, Switch, TimerMeaning};
use crate::facts::{
    Expr, ExprId, FunctionId, GuardKind, ImportedName, JsxTag, LoopId, LoopKind, Origin, PropertyKey, UnaryOp,
};
use crate::source::{FileId, Place};
use crate::vocabulary::Kind;

/// Results of one function that are asked whether they sleep.
const MAX_RESULTS: usize = 6;

/// One place where work recurs, before anything is said of it.
#[derive(Debug, Clone)]
pub struct Site {
    /// What the reports point at.
    pub place: Place,
    /// How it recurs.
    pub kind: Kind,
    /// What recurs, as written.
    pub api: String,
    /// The call, element or option around which conditions and owners are looked for.
    pub anchor: At,
    /// Where the wrapper that a caller uses starts the timer.
    pub definition: Option<At>,
    /// The frame in which interval and work are evaluated.
    pub env: Env,
    /// The expression of the interval.
    pub interval: Option<At>,
    /// Milliseconds in one unit of it.
    pub unit_ms: f64,
    /// Interval in ms when none is given.
    pub default_ms: Option<f64>,
    /// Values of the interval that turn it off.
    pub off: Vec<OffValue>,
    /// The repeated work.
    pub work: Work,
    /// What the library does on each tick besides the work.
    pub effect: Option<Effect>,
    /// Options beside the interval that turn it off, with the call that carries them.
    pub switches: Vec<(Switch, At, Env)>,
    /// There is no handle to keep.
    pub self_clearing: bool,
    /// The interval is a cron expression.
    pub schedule: bool,
}

/// The repeated work of a site.
#[derive(Debug, Clone)]
pub enum Work {
    /// Functions.
    Functions(Values),
    /// The body of a loop.
    Loop(FileId, LoopId),
    /// The library does it alone.
    Library,
}

impl Program {
    /// Every site of a file that a catalog row or the syntax shows, option keys left out.
    pub fn sites_of(&self, file: FileId) -> Vec<Site> {
        let facts = self.facts(file);
        let mut sites = Vec::new();
        for call in facts.calls.iter().chain(&facts.elements) {
            let at = At { file, expr: *call };
            let callee = match facts.expr(*call) {
                Expr::Call { callee, .. } | Expr::Jsx { tag: JsxTag::Component(callee), .. } => *callee,
                _ => continue,
            };
            let callee = At { file, expr: callee };
            if !self.may_be_timer(callee) && !self.may_wait_again(at) {
                continue;
            }
            let called = Evaluator::new(self).eval(callee, &None).into_iter();
            for value in called.flat_map(|it| self.or_handed_over(it)) {
                let (package, symbol) = match value {
                    Value::Library { package, symbol, .. } => (package, symbol),
                    Value::Function { .. } => match self.scheduler_of_the_tree(callee) {
                        Some(scheduler) => scheduler,
                        None => {
                            // The repository's own `sleep`.
                            if self.waiting(at).is_some() {
                                sites.extend(self.awaited_recursion(at));
                            }
                            continue;
                        }
                    },
                    _ => continue,
                };
                let symbol = if symbol.is_empty() { SmolStr::new_static("default") } else { symbol };
                let rows = self.catalog().timers(&package, &symbol);
                // Options are found from their keys, wherever those stand.
                let named = |row: &&&TimerMeaning| {
                    row.kind != Kind::QueryOption
                        || row.interval.as_ref().is_some_and(|slot| slot.option.is_none())
                };
                let rows: Vec<_> = rows.iter().filter(named).collect();
                let applies = rows
                    .iter()
                    .find(|row| self.applies(at, row, true))
                    .or(rows.last().filter(|row| self.applies(at, row, false)));
                sites.extend(applies.and_then(|row| self.timer_call(at, row)));
                if let Some(row) = self.catalog().once(&package, &symbol) {
                    sites.extend(self.rearming(at, row.callback, row.interval, row.kind));
                }
                if self.catalog().delay(&package, &symbol).is_some() {
                    sites.extend(self.awaited_recursion(at));
                }
            }
        }
        // `hidden ? requestAnimationFrame(step) : requestAnimationFrame(draw)` is one loop.
        let mut drawing = rustc_hash::FxHashSet::default();
        sites.retain(|it| it.kind != Kind::Raf || drawing.insert(facts.node(it.anchor.expr).function));
        sites.extend(self.sleep_loops(file));
        sites
    }

    /// What a call runs; of what callers hand over, theirs: `usePollWhile(pending, startPolling)`.
    fn or_handed_over(&self, value: Value) -> Values {
        if !matches!(value, Value::Parameter { .. }) {
            return vec![value];
        }
        let is_timer = |it: &Value| match it {
            Value::Library { package, symbol, .. } => !self.catalog().timers(package, symbol).is_empty(),
            _ => false,
        };
        let handed = self.given_values(&value).into_iter().find(is_timer);
        vec![handed.unwrap_or(value)]
    }

    /// The scheduler that a callee is by its import, in the tree that holds the package itself: the source of
    /// the package tells what a server does with a schedule no better than an installed one.
    fn scheduler_of_the_tree(&self, callee: At) -> Option<(SmolStr, SmolStr)> {
        let facts = self.facts(callee.file);
        let (root, member) = match facts.expr(callee.expr) {
            Expr::Member { object, name } => (*object, Some(name)),
            _ => (callee.expr, None),
        };
        let Expr::Ident { binding: Some(binding), .. } = facts.expr(root) else { return None };
        let Origin::Import(import) = facts.binding(*binding)?.origin else { return None };
        let import = facts.imports.get(import as usize)?;
        let ImportedName::Named(name) = &import.name else { return None };
        let symbol = member.map_or_else(|| name.clone(), |member| format_smolstr!("{name}.{member}"));
        let timers = self.catalog().timers(&import.specifier, &symbol);
        timers.iter().any(|it| it.kind == Kind::Cron).then(|| (import.specifier.clone(), symbol))
    }

    /// Whether a row of overloads is the one that a call means.
    fn applies(&self, at: At, row: &TimerMeaning, with_work: bool) -> bool {
        let filled =
            |slot: &Option<Slot>| slot.as_ref().is_none_or(|slot| !self.slot(at, slot, &None).is_empty());
        let has_interval = || row.interval.is_none() || self.interval_slot(at, row).is_some();
        (!row.needs_interval || has_interval()) && (!with_work || filled(&row.work))
    }

    /// The expression of the interval of a call that a catalog row names.
    fn interval_slot(&self, at: At, row: &TimerMeaning) -> Option<At> {
        let slot = row.interval.as_ref()?;
        let mut found = self.slot(at, slot, &None);
        if found.is_empty() && row.kind == Kind::Cron {
            found = self.handed_schedule(at, slot);
        }
        found.into_iter().next()
    }

    /// Sites in files without a starting word: they get a delay or a timer from another file of
    /// the repository.
    pub fn indirect_sites(&self) -> Vec<Site> {
        let timed = self.seeds().par_iter().flat_map_iter(|it| self.files_timed_by(*it));
        let mut files: Vec<FileId> = timed.collect();
        files.par_sort_unstable();
        files.dedup();
        files.retain(|file| self.seeds().binary_search(file).is_err());
        files.into_par_iter().flat_map_iter(|file| self.sites_of(file)).collect()
    }

    /// Files that may get a delay or a timer of a file.
    fn files_timed_by(&self, seed: FileId) -> Vec<FileId> {
        let facts = self.facts(seed);
        let mut files = Vec::new();
        for call in &facts.calls {
            let holder = facts.node(*call).function;
            let Some(promise) = self.promise_around(seed, holder) else {
                continue;
            };
            if self.delay_of(promise).is_none() {
                continue;
            }
            let function = FunctionAt { file: seed, function: facts.node(promise.expr).function };
            files.extend(self.callers(function).iter().map(|it| it.at.file));
        }
        for export in &facts.exports {
            let at = At { file: seed, expr: Self::nowhere() };
            let values = Evaluator::new(self).export(seed, &export.name, at);
            let is_timer = values.iter().any(|value| match value {
                Value::Library { package, symbol, .. } => {
                    let catalog = self.catalog();
                    !symbol.is_empty()
                        && (!catalog.timers(package, symbol).is_empty()
                            || catalog.once(package, symbol).is_some()
                            || catalog.delay(package, symbol).is_some())
                }
                _ => false,
            });
            if is_timer {
                files.extend(self.files_mentioning(seed, &export.name));
            }
        }
        files
    }

    /// The site of a call that a catalog row names, whose interval is an argument or option of it.
    fn timer_call(&self, at: At, row: &TimerMeaning) -> Option<Site> {
        let facts = self.facts(at.file);
        let interval = self.interval_slot(at, row);
        // `for await (const _ of setInterval(5_000))`: the loop is the work.
        let looped = facts.loops.iter().position(|it| it.iterable == Some(at.expr));
        let decorated = self.decorated(at);
        let work = match (&row.work, looped) {
            _ if decorated.is_some() => Work::Functions(decorated.into_iter().collect()),
            (_, Some(looped)) => Work::Loop(at.file, LoopId(u32::try_from(looped).unwrap_or(u32::MAX))),
            (Some(slot), None) => {
                let evaluator = Evaluator::new(self);
                let mut values = Values::new();
                for part in self.slot(at, slot, &None) {
                    values.extend(evaluator.eval(part, &None));
                }
                Work::Functions(values)
            }
            (None, None) if row.kind == Kind::Rxjs => Work::Functions(self.piped_work(at)),
            (None, None) => Work::Library,
        };
        Some(Site {
            place: self.place(at),
            kind: row.kind,
            api: self.callee_label(at),
            anchor: at,
            definition: None,
            env: None,
            interval,
            unit_ms: row.unit_ms,
            default_ms: row.default_ms.or((row.kind == Kind::SetInterval).then_some(0.0)),
            off: row.off.clone(),
            work,
            effect: row.effect,
            switches: row.switch.iter().map(|it| (it.clone(), at, None)).collect(),
            self_clearing: row.self_clearing || matches!(row.kind, Kind::Rxjs | Kind::Cron),
            schedule: row.schedule,
        })
    }

    /// The method that a decorator stands before: `@Interval(10_000) pull() {}`.
    fn decorated(&self, at: At) -> Option<Value> {
        let facts = self.facts(at.file);
        facts.classes.iter().enumerate().find_map(|(index, class)| {
            let member = class.members.iter().find(|it| it.decorators.contains(&at.expr))?;
            let crate::facts::MemberKind::Method(function) = member.kind else {
                return None;
            };
            let class = super::value::ClassAt {
                file: at.file,
                class: crate::facts::ClassId(u32::try_from(index).unwrap_or(u32::MAX)),
            };
            Some(Value::Function {
                at: FunctionAt { file: at.file, function },
                env: None,
                this: Some(std::sync::Arc::new(Value::Instance { class, made: None })),
            })
        })
    }

    /// Functions among the operators and subscribers that an observable is piped into.
    fn piped_work(&self, at: At) -> Values {
        let facts = self.facts(at.file);
        let evaluator = Evaluator::new(self);
        let mut values = Values::new();
        let mut expr = at.expr;
        // `source.pipe(repeat({ delay }))` runs its source again.
        if let Some(pipe) = facts.node(at.expr).parent
            && let Some((callee, _)) = facts.call(pipe)
            && let Expr::Member { object, name } = facts.expr(callee)
            && name == "pipe"
        {
            let source = match facts.expr(*object) {
                Expr::Ident { binding: Some(binding), .. } => {
                    match facts.binding(*binding).map(|it| it.origin) {
                        Some(crate::facts::Origin::Value(value)) => value,
                        _ => *object,
                    }
                }
                _ => *object,
            };
            if let Some((_, args)) = facts.call(source) {
                values.extend(args.iter().flat_map(|arg| evaluator.eval(At { expr: *arg, ..at }, &None)));
            }
            expr = callee;
        }
        for _ in 0..12 {
            let Some(parent) = facts.node(expr).parent else {
                break;
            };
            if let Expr::Call { callee, args, .. } = facts.expr(parent)
                && *callee == expr
            {
                for arg in args {
                    // `switchMap(() => load())` is a call whose arguments are the functions.
                    let inner: Vec<ExprId> = match facts.expr(*arg) {
                        Expr::Call { args, .. } => args.to_vec(),
                        _ => vec![*arg],
                    };
                    for arg in inner {
                        values.extend(evaluator.eval(At { expr: arg, ..at }, &None));
                    }
                }
            }
            expr = parent;
        }
        values
            .retain(|it| matches!(it, Value::Function { .. } | Value::Parameter { .. } | Value::Unknown(_)));
        values
    }

    /// The expressions that a slot of a call holds.
    pub fn slot(&self, call: At, slot: &Slot, env: &Env) -> Vec<At> {
        let facts = self.facts(call.file);
        let roots: Vec<Value> = match facts.expr(call.expr) {
            Expr::Jsx { .. } => vec![Value::Props { at: call, env: env.clone() }],
            Expr::Call { args, .. } => {
                let chosen: Vec<ExprId> = match (slot.argument, &slot.option) {
                    (Some(index), None) => {
                        return args.get(index).map(|arg| At { expr: *arg, ..call }).into_iter().collect();
                    }
                    (Some(index), Some(_)) => args.get(index).copied().into_iter().collect(),
                    (None, _) => args.to_vec(),
                };
                let evaluator = Evaluator::new(self);
                chosen.into_iter().flat_map(|arg| evaluator.eval(At { expr: arg, ..call }, env)).collect()
            }
            _ => return Vec::new(),
        };
        let Some(option) = &slot.option else {
            return Vec::new();
        };
        let keys: Vec<&str> = option.split('.').collect();
        let mut found = Vec::new();
        for root in roots {
            self.option_exprs(root, &keys, &mut found, 0);
        }
        found
    }

    /// The expressions of an option inside a value, through nested objects and lists.
    pub(super) fn option_exprs(&self, value: Value, keys: &[&str], found: &mut Vec<At>, depth: u32) {
        let Some((key, rest)) = keys.split_first() else {
            return;
        };
        if depth > 8 {
            return;
        }
        let evaluator = Evaluator::new(self);
        let (at, env) = match &value {
            Value::Object { at, env } | Value::Props { at, env } => (*at, env.clone()),
            Value::Array { at, env } => {
                if let Expr::Array(parts) = self.facts(at.file).expr(at.expr) {
                    for part in parts.iter().take(16) {
                        for item in evaluator.eval(At { expr: *part, ..*at }, env) {
                            self.option_exprs(item, keys, found, depth + 1);
                        }
                    }
                }
                return;
            }
            _ => return,
        };
        let facts = self.facts(at.file);
        let properties = match facts.expr(at.expr) {
            Expr::Object(properties) => properties,
            Expr::Jsx { attributes, .. } => attributes,
            _ => return,
        };
        for property in properties.iter().rev() {
            let inner = At { file: at.file, expr: property.value };
            match &property.key {
                PropertyKey::Name(name) if name == key => {
                    if rest.is_empty() {
                        found.push(inner);
                    } else {
                        for value in evaluator.eval(inner, &env) {
                            self.option_exprs(value, rest, found, depth + 1);
                        }
                    }
                    return;
                }
                PropertyKey::Spread => {
                    let before = found.len();
                    for value in evaluator.eval(inner, &env) {
                        self.option_exprs(value, keys, found, depth + 1);
                    }
                    if found.len() > before {
                        return;
                    }
                }
                _ => {}
            }
        }
    }

    /// A one-shot timer whose callback leads back to the function that holds it.
    fn rearming(&self, at: At, callback: usize, interval: Option<usize>, kind: Kind) -> Option<Site> {
        let facts = self.facts(at.file);
        let (_, args) = facts.call(at.expr)?;
        let evaluator = Evaluator::new(self);
        let callbacks = evaluator.eval(At { expr: *args.get(callback)?, ..at }, &None);
        let holder = facts.node(at.expr).function;
        // `new Promise(r => setTimeout(r, ms))` sleeps; what awaits it decides.
        if self.is_promise_executor(at.file, holder)
            && callbacks
                .iter()
                .any(|it| matches!(it, Value::Parameter { function, .. } if function.function == holder))
        {
            return self.awaited_recursion(self.promise_around(at.file, holder)?).map(|site| Site {
                place: self.place(at),
                interval: interval.and_then(|index| args.get(index)).map(|expr| At { expr: *expr, ..at }),
                api: self.callee_label(at),
                kind,
                ..site
            });
        }
        let starts: Vec<FunctionAt> = callbacks
            .iter()
            .filter_map(|it| match it {
                Value::Function { at, .. } => Some(*at),
                _ => None,
            })
            .collect();
        let own: Vec<FunctionId> =
            starts.iter().filter(|start| start.file == at.file).map(|start| start.function).collect();
        let reloads = self.image_reloads(at, &own);
        let rearms = own.iter().any(|start| self.leads_back(at.file, *start, holder))
            || self.effect_rearms(at, &own)
            || reloads;
        if kind == Kind::Raf && self.is_spaced_by_a_timeout(at.file, &own, holder) {
            return None;
        }
        if !rearms || self.walks_its_data(at, &own) {
            return None;
        }
        Some(Site {
            place: self.place(at),
            kind,
            api: self.callee_label(at),
            anchor: at,
            definition: None,
            env: None,
            interval: interval.and_then(|index| args.get(index)).map(|expr| At { expr: *expr, ..at }),
            unit_ms: 1.0,
            default_ms: (kind == Kind::RecursiveTimeout).then_some(0.0),
            off: Vec::new(),
            // The whole circle: what runs between two firings.
            work: if reloads { Work::Library } else { Work::Functions(callbacks) },
            effect: reloads.then_some(Effect::Network),
            switches: Vec::new(),
            self_clearing: false,
            schedule: false,
        })
    }

    /// Whether a timeout stands in the circle of a frame or idle moment: the timeout is what recurs, and
    /// `setTimeout(() => requestIdleCallback(save), 5_000)` is one timer.
    fn is_spaced_by_a_timeout(&self, file: FileId, starts: &[FunctionId], holder: FunctionId) -> bool {
        let facts = self.facts(file);
        let mut queue = starts.to_vec();
        let mut seen = rustc_hash::FxHashSet::default();
        while let Some(function) = queue.pop() {
            if seen.len() > 60 || !seen.insert(function) {
                continue;
            }
            let leads_on = facts.own_nodes(function).any(|(expr, _)| {
                let Some((callee, args)) = facts.call(expr) else { return false };
                Evaluator::new(self).eval(At { file, expr: callee }, &None).iter().any(|value| {
                    let Value::Library { package, symbol, .. } = value else { return false };
                    let row = self.catalog().once(package, symbol);
                    let callback = row.filter(|it| it.kind == Kind::RecursiveTimeout);
                    callback.and_then(|it| args.get(it.callback)).is_some_and(|arg| {
                        let mut run = self.own_functions(At { file, expr: *arg });
                        run.any(|it| self.leads_back(file, it, holder))
                    })
                })
            });
            // Beside the frame it is another way to wait: `hidden ? setTimeout(tick) : requestAnimationFrame(tick)`.
            if leads_on && function != holder {
                return true;
            }
            queue.extend(self.direct_callees(file, function).into_iter().map(|(callee, _)| callee));
        }
        false
    }

    /// The function that goes on when a promise is settled: it awaits it, or gives it back to a chain of its
    /// own: `return load().then(() => sleep(4_000)).then(again)`.
    fn waiting(&self, promise: At) -> Option<FunctionId> {
        let facts = self.facts(promise.file);
        let function = facts.node(promise.expr).function;
        if self.is_awaited(promise) {
            return Some(function);
        }
        let step = facts.function(function).filter(|it| it.returns.contains(&promise.expr))?.expr?;
        let (callee, args) = facts.call(facts.node(step).parent?)?;
        let chained = matches!(facts.expr(callee), Expr::Member { name, .. } if name == "then");
        (chained && args.contains(&step)).then(|| facts.node(step).function)
    }

    /// Whether a function may wait for a promise and then call itself.
    fn may_wait_again(&self, promise: At) -> bool {
        let Some(holder) = self.waiting(promise).filter(|it| *it != FunctionId::MODULE) else { return false };
        let facts = self.facts(promise.file);
        if facts.node(promise.expr).in_loop.is_some() {
            return false;
        }
        // What a step of a chain calls may lead back through others.
        if facts.node(promise.expr).function != holder {
            return true;
        }
        let names = self.names_of(FunctionAt { file: promise.file, function: holder });
        let is_named = |expr: ExprId| match facts.expr(expr) {
            Expr::Ident { name, .. } | Expr::Member { name, .. } => names.contains(name),
            _ => true,
        };
        facts.own_nodes(holder).any(|(_, node)| match &node.expr {
            Expr::Call { callee, args, .. } => {
                is_named(*callee)
                    || args.iter().any(|it| {
                        matches!(facts.expr(*it), Expr::Ident { .. } | Expr::Member { .. }) && is_named(*it)
                    })
            }
            Expr::Assign { value, .. } => is_named(*value),
            _ => false,
        })
    }

    /// A function that waits for a delay and then calls itself.
    fn awaited_recursion(&self, delay: At) -> Option<Site> {
        let facts = self.facts(delay.file);
        let holder = self.waiting(delay)?;
        if facts.node(delay.expr).in_loop.is_some() || holder == FunctionId::MODULE {
            return None;
        }
        let (interval, unit_ms) = self.delay_of(delay)?;
        let chained = facts.node(delay.expr).function != holder;
        let again = self
            .direct_callees(delay.file, holder)
            .into_iter()
            .any(|(it, _)| it == holder || (chained && self.leads_back(delay.file, it, holder)));
        again.then(|| {
            let function = FunctionAt { file: delay.file, function: holder };
            Site {
                place: self.place(delay),
                kind: Kind::RecursiveTimeout,
                api: self.callee_label(delay),
                anchor: delay,
                definition: None,
                env: interval.as_ref().map(|(_, env)| env.clone()).unwrap_or_default(),
                interval: interval.map(|(at, _)| at),
                unit_ms,
                default_ms: None,
                off: Vec::new(),
                work: Work::Functions(vec![Value::Function { at: function, env: None, this: None }]),
                effect: None,
                switches: Vec::new(),
                self_clearing: true,
                schedule: false,
            }
        })
    }

    fn is_awaited(&self, at: At) -> bool {
        let facts = self.facts(at.file);
        facts.node(at.expr).parent.is_some_and(|parent| matches!(facts.expr(parent), Expr::Await(_)))
    }

    fn is_promise_executor(&self, file: FileId, function: FunctionId) -> bool {
        self.promise_around(file, function).is_some()
    }

    /// `new Promise(function)`.
    fn promise_around(&self, file: FileId, function: FunctionId) -> Option<At> {
        let facts = self.facts(file);
        let expr = facts.function(function)?.expr?;
        let parent = facts.node(expr).parent?;
        match facts.expr(parent) {
            Expr::Call { callee, construct: true, .. } => {
                matches!(facts.expr(*callee), Expr::Ident { name, binding: None } if name == "Promise")
                    .then_some(At { file, expr: parent })
            }
            _ => None,
        }
    }

    /// Functions of the same file that a function calls, or hands to something that runs them, each
    /// with the call or assignment that does it.
    pub(super) fn direct_callees(&self, file: FileId, function: FunctionId) -> Vec<(FunctionId, ExprId)> {
        let facts = self.facts(file);
        let mut callees = Vec::new();
        for (expr, node) in facts.own_nodes(function) {
            let at = At { file, expr };
            let evaluator = Evaluator::new(self);
            let by = |callee: FunctionId| (callee, expr);
            // `socket.onclose = () => setTimeout(connect, 3_000)`: the channel's end runs it.
            if let Expr::Assign { target, value, .. } = &node.expr
                && let Expr::Member { object, .. } = facts.expr(*target)
                && self.is_channel(At { file, expr: *object })
            {
                callees.extend(self.own_functions(At { file, expr: *value }).map(by));
            }
            let Expr::Call { callee, args, .. } = &node.expr else {
                continue;
            };
            if let Expr::Member { object, name } = facts.expr(*callee)
                && self.catalog().method(name).is_some_and(|it| it.effect == Effect::Listen)
                && self.is_channel(At { file, expr: *object })
            {
                for arg in args {
                    callees.extend(self.own_functions(At { file, expr: *arg }).map(by));
                }
                continue;
            }
            let called = evaluator.eval(At { expr: *callee, ..at }, &None);
            let mut runs_arguments = called.is_empty();
            for value in &called {
                match value {
                    Value::Function { at, .. } if at.file == file => callees.push(by(at.function)),
                    Value::Function { .. } | Value::Class(_) => {}
                    Value::Library { package, symbol, .. } => {
                        let name = if symbol.is_empty() { "default" } else { symbol.as_str() };
                        let listens = self
                            .catalog()
                            .effect(package, name)
                            .is_some_and(|it| it.effect == Effect::Listen);
                        runs_arguments |= !listens;
                    }
                    _ => {
                        let name = match facts.expr(*callee) {
                            Expr::Member { name, .. } => self.catalog().method(name),
                            _ => None,
                        };
                        runs_arguments |= name.is_none_or(|it| it.effect != Effect::Listen);
                    }
                }
            }
            if runs_arguments {
                for arg in args {
                    if !matches!(
                        facts.expr(*arg),
                        Expr::Function(_) | Expr::Ident { .. } | Expr::Member { .. }
                    ) {
                        continue;
                    }
                    callees.extend(self.own_functions(At { file, expr: *arg }).map(by));
                }
            }
        }
        callees
    }

    /// Functions of the same file that an expression can be.
    fn own_functions(&self, at: At) -> impl Iterator<Item = FunctionId> {
        Evaluator::new(self).eval(at, &None).into_iter().filter_map(move |it| match it {
            Value::Function { at: function, .. } if function.file == at.file => Some(function.function),
            _ => None,
        })
    }

    /// Whether an expression is a push connection.
    fn is_channel(&self, at: At) -> bool {
        Evaluator::new(self).eval(at, &None).iter().any(|value| match value {
            Value::Library { package, symbol, .. } => symbol
                .strip_suffix("()")
                .and_then(|opened| self.catalog().effect(package, opened))
                .is_some_and(|row| row.effect == Effect::ChannelOpen),
            _ => false,
        })
    }

    /// Loops with an awaited delay that go on until something changes elsewhere.
    fn sleep_loops(&self, file: FileId) -> Vec<Site> {
        let facts = self.facts(file);
        let mut sites = Vec::new();
        for (index, looped) in facts.loops.iter().enumerate() {
            // Walking a list ends with the list.
            if matches!(looped.kind, LoopKind::ForIn | LoopKind::ForAwait) {
                continue;
            }
            let id = LoopId(u32::try_from(index).unwrap_or(u32::MAX));
            let delay = (looped.first_node.0..looped.end_node.0).map(ExprId).find_map(|expr| {
                let node = facts.node(expr);
                let Expr::Await(value) = node.expr else {
                    return None;
                };
                let inside = node.function == looped.function && self.loop_holds(file, id, node.in_loop);
                let own = inside && node.in_loop == Some(id);
                Some((own.then(|| self.delay_of(At { file, expr: value }))??, expr))
            });
            // The conditions around the sleep are those of the next round; of a request that waits by itself, those at
            // the end.
            let last = ExprId(looped.end_node.0.saturating_sub(1));
            let Some(((interval, unit_ms), anchor)) =
                delay.or_else(|| self.is_long_poll(file, id).then_some(((None, 1.0), last)))
            else {
                continue;
            };
            let delay = interval.as_ref().map(|(at, _)| *at);
            let tries_again = looped.kind == LoopKind::ForOf && self.is_item_of(looped.iterable, file, delay);
            if (looped.kind == LoopKind::ForOf && !tries_again) || self.walks_a_list(file, id) {
                continue;
            }
            let at = At { file, expr: anchor };
            sites.push(Site {
                place: facts.lines.place(file, looped.span),
                kind: Kind::SleepLoop,
                api: match looped.kind {
                    LoopKind::While => "while loop",
                    LoopKind::DoWhile => "do loop",
                    _ => "for loop",
                }
                .to_owned(),
                anchor: at,
                definition: None,
                env: interval.as_ref().map(|(_, env)| env.clone()).unwrap_or_default(),
                interval: interval.map(|(at, _)| at),
                unit_ms,
                default_ms: None,
                off: Vec::new(),
                work: Work::Loop(file, id),
                effect: None,
                switches: Vec::new(),
                self_clearing: true,
                schedule: false,
            });
        }
        sites
    }

    /// Whether a delay is an item of the list that a loop walks: `for (const wait of [500, 1000])`.
    fn is_item_of(&self, list: Option<ExprId>, file: FileId, delay: Option<At>) -> bool {
        let (Some(list), Some(delay)) = (list, delay.filter(|it| it.file == file)) else { return false };
        let facts = self.facts(file);
        let span = facts.node(delay.expr).span;
        facts.bindings.iter().filter(|it| it.origin == Origin::Item(list)).any(|it| {
            let mut used = it.uses.iter().map(|used| facts.node(*used).span);
            used.any(|it| span.start <= it.start && it.end <= span.end)
        })
    }

    /// A loop that ends with its data: it counts through a list, or asks for page after page.
    fn walks_a_list(&self, file: FileId, id: LoopId) -> bool {
        let facts = self.facts(file);
        let Some(test) = facts.loops.get(id.index()).and_then(|it| it.test) else {
            return false;
        };
        // `while (rest.length) { send(rest.splice(0, 10)); … }`
        if matches!(facts.expr(test), Expr::Member { name, .. } if name == "length" || name == "size") {
            return true;
        }
        if Evaluator::new(self).truth(At { file, expr: test }, &None) == Some(true)
            || asks_for_an_end(facts, test)
        {
            return false;
        }
        if self.counts_rounds(file, id) {
            return true;
        }
        let counts = match facts.expr(test) {
            Expr::Binary { op, left, right } if op.is_order() => [left, right].into_iter().any(|side| {
                matches!(facts.expr(*side), Expr::Member { name, .. } if name == "length" || name == "size")
            }),
            _ => false,
        };
        counts || self.walks_pages(file, id)
    }

    /// A loop that does the same so many times and never stops early: it waits for nothing.
    fn counts_rounds(&self, file: FileId, id: LoopId) -> bool {
        let facts = self.facts(file);
        let Some(looped) = facts.loops.get(id.index()).filter(|it| it.kind == LoopKind::For) else {
            return false;
        };
        let counted = looped.test.is_some_and(|test| match facts.expr(test) {
            Expr::Binary { op, left, right } if op.is_order() => {
                [left, right].into_iter().any(|side| match facts.expr(*side) {
                    Expr::Ident { binding: Some(binding), .. } => {
                        facts.binding(*binding).is_some_and(|it| it.is_counted)
                    }
                    _ => false,
                })
            }
            _ => false,
        });
        let inside = |expr: ExprId| looped.first_node <= expr && expr < looped.end_node;
        let returns =
            facts.function(looped.function).is_some_and(|it| it.returns.iter().any(|it| inside(*it)));
        let stops_early = (looped.first_node.0..looped.end_node.0).any(|expr| {
            facts
                .guards_of(ExprId(expr))
                .any(|it| it.kind == GuardKind::EarlyExit && it.test.is_some_and(inside))
        });
        counted && !returns && !stops_early
    }

    fn loop_holds(&self, file: FileId, outer: LoopId, inner: Option<LoopId>) -> bool {
        let mut next = inner;
        while let Some(id) = next {
            if id == outer {
                return true;
            }
            next = self.facts(file).loops.get(id.index()).and_then(|it| it.parent);
        }
        false
    }

    /// The delay that an awaited expression sleeps for: its interval (with the frame to evaluate it
    /// in) and unit. `None` when it does not sleep.
    pub fn delay_of(&self, awaited: At) -> Option<(Option<(At, Env)>, f64)> {
        self.delay_in(awaited, &None, 0)
    }

    fn delay_in(&self, at: At, env: &Env, depth: u32) -> Option<(Option<(At, Env)>, f64)> {
        let facts = self.facts(at.file);
        let (callee, args) = facts.call(at.expr)?;
        if depth > 4 {
            return None;
        }
        let evaluator = Evaluator::new(self);
        // `new Promise(r => setTimeout(r, ms))`
        if matches!(facts.expr(at.expr), Expr::Call { construct: true, .. }) {
            if !matches!(facts.expr(callee), Expr::Ident { name, binding: None } if name == "Promise") {
                return None;
            }
            let Expr::Function(executor) = facts.expr(*args.first()?) else {
                return None;
            };
            return facts.nodes_inside(*executor).find_map(|(expr, _)| {
                let (callee, inner) = facts.call(expr)?;
                let row =
                    evaluator.eval(At { expr: callee, ..at }, env).into_iter().find_map(
                        |value| match value {
                            Value::Library { package, symbol, .. } => {
                                self.catalog().once(&package, &symbol).cloned()
                            }
                            _ => None,
                        },
                    )?;
                // The timer must settle the promise, at once or inside its callback.
                let callback = *inner.get(row.callback)?;
                let settles =
                    facts.function(*executor)?.params.iter().filter_map(|it| it.binding).any(|it| {
                        facts.binding(it).is_some_and(|it| {
                            it.uses.iter().any(|used| *used == callback || is_inside(facts, *used, callback))
                        })
                    });
                let interval = row
                    .interval
                    .and_then(|index| inner.get(index))
                    .map(|expr| (At { expr: *expr, ..at }, env.clone()));
                settles.then_some((interval, 1.0))
            });
        }
        for value in evaluator.eval(At { expr: callee, ..at }, env) {
            match value {
                Value::Library { package, symbol, .. } => {
                    let name = if symbol.is_empty() { "default" } else { symbol.as_str() };
                    if let Some(row) = self.catalog().delay(&package, name) {
                        let interval =
                            args.get(row.argument).map(|expr| (At { expr: *expr, ..at }, env.clone()));
                        return Some((interval, row.unit_ms));
                    }
                }
                // The repository's own `sleep`: a function whose whole result is a delay.
                Value::Function { at: function, env: outer, this } => {
                    let declared = self.facts(function.file).function(function.function)?.clone();
                    let frame = evaluator.frame(
                        function,
                        super::value::Args::Call { at, env: env.clone() },
                        this.as_deref().cloned(),
                        &outer,
                        env,
                    );
                    let inner_facts = self.facts(function.file);
                    let mut results: Vec<ExprId> = declared.returns.clone();
                    // `async function sleep(ms) { await new Promise(…) }`
                    if results.is_empty() {
                        results.extend(inner_facts.own_nodes(function.function).filter_map(|(_, node)| {
                            match node.expr {
                                Expr::Await(value) => Some(value),
                                _ => None,
                            }
                        }));
                    }
                    // `if (!signal) return new Promise(…)`: with and without a way to break it off.
                    for result in &mut results {
                        if let Expr::Await(value) = inner_facts.expr(*result) {
                            *result = *value;
                        }
                    }
                    results.retain(|it| !is_settled(inner_facts, *it));
                    let delays = results.iter().take(MAX_RESULTS).map(|it| {
                        let inner = At { file: function.file, expr: *it };
                        self.delay_in(inner, &frame, depth + 1)
                    });
                    if let Some(delays) = delays.collect::<Option<Vec<_>>>()
                        && let Some((interval, unit_ms)) = delays.into_iter().next()
                        && self.does_nothing_but(function, &results)
                    {
                        // The caller's own argument, where the delay is nothing but that.
                        let given = interval
                            .as_ref()
                            .and_then(|(interval, _)| self.argument_behind(*interval, function, args));
                        let given = given.map(|expr| (At { expr, ..at }, env.clone()));
                        return Some((given.or(interval), unit_ms));
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The argument that an expression of a function stands for, when it is a plain parameter.
    fn argument_behind(&self, at: At, function: FunctionAt, args: &[ExprId]) -> Option<ExprId> {
        let facts = self.facts(at.file);
        let Expr::Ident { binding: Some(binding), .. } = facts.expr(at.expr) else { return None };
        let binding = facts.binding(*binding).filter(|it| it.path.is_empty() && it.assigned.is_empty())?;
        match binding.origin {
            Origin::Parameter { function: owner, index }
                if at.file == function.file && owner == function.function =>
            {
                args.get(index as usize).copied()
            }
            _ => None,
        }
    }

    /// Whether a function calls nothing of its own beside its delays that does anything: a `sleep`, and not work
    /// that pauses on its way.
    fn does_nothing_but(&self, function: FunctionAt, delays: &[ExprId]) -> bool {
        let is_quiet = |it: &Effect| matches!(it, Effect::Pure | Effect::Log | Effect::Clock);
        let facts = self.facts(function.file);
        facts.own_nodes(function.function).all(|(expr, node)| match &node.expr {
            Expr::Call { .. } if is_settled(facts, expr) => true,
            Expr::Call { callee, .. } if !delays.contains(&expr) => Evaluator::new(self)
                .eval(At { file: function.file, expr: *callee }, &None)
                .iter()
                .all(|it| match it {
                    // `lengthOf('5s')`: a length is worked out, and nothing else is done.
                    Value::Function { .. } => {
                        let at = At { file: function.file, expr };
                        let is_awaited =
                            node.parent.is_some_and(|parent| matches!(facts.expr(parent), Expr::Await(_)));
                        !is_awaited
                            && self.answer_is_used(at, false)
                            && self.reach(std::slice::from_ref(it), &[], at).effects.keys().all(is_quiet)
                    }
                    Value::Library { package, symbol, .. } => {
                        let effect = self.catalog().effect(package, symbol).map(|row| row.effect);
                        effect.as_ref().is_some_and(is_quiet)
                    }
                    _ => false,
                }),
            _ => true,
        })
    }

    /// What is called, in a few words: `window.setInterval`.
    pub fn callee_label(&self, at: At) -> String {
        match self.facts(at.file).expr(at.expr) {
            Expr::Call { callee, .. } => self.label(At { expr: *callee, ..at }),
            _ => self.label(at),
        }
    }
}

/// Whether an expression stands inside a function value.
fn is_inside(facts: &crate::facts::FileFacts, expr: ExprId, function: ExprId) -> bool {
    match facts.expr(function) {
        Expr::Function(function) => facts.functions_around(expr).any(|it| it == *function),
        _ => false,
    }
}

/// What ends at once: `Promise.reject(reason)`, `signal.throwIfAborted()`.
fn is_settled(facts: &crate::facts::FileFacts, expr: ExprId) -> bool {
    let Some((callee, _)) = facts.call(expr) else { return false };
    match facts.expr(callee) {
        Expr::Member { object, name } => {
            let of_promise =
                matches!(facts.expr(*object), Expr::Ident { name, binding: None } if name == "Promise");
            name == "throwIfAborted" || (of_promise && matches!(name.as_str(), "reject" | "resolve"))
        }
        _ => false,
    }
}

/// `!signal.aborted`: nothing that the loop walks ends it, only who started it.
fn asks_for_an_end(facts: &crate::facts::FileFacts, test: ExprId) -> bool {
    match facts.expr(test) {
        Expr::Unary { op: UnaryOp::Not, value } => {
            matches!(facts.expr(*value), Expr::Member { name, .. } if name == "aborted")
        }
        _ => false,
    }
}
