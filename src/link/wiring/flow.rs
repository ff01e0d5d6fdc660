//! Messages on their way: from the handler that a channel calls to every place that tells their
//! types apart.

use std::collections::VecDeque;

use heck::ToSnakeCase;
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::carry::{Carrier, Trail, Use};
use super::channels::{Registration, Traffic};
use crate::facts::{Expr, ExprId, GuardId, Origin};
use crate::link::eval::Evaluator;
use crate::link::program::Program;
use crate::link::value::{At, Value};
use crate::source::Role;

/// Members of a message inside which its tag is still looked for.
const MAX_NESTING: u32 = 2;

/// Fields that tell messages apart, the most telling first.
pub(super) const TAGS: [&str; 28] = [
    "type",
    "event",
    "messageType",
    "message_type",
    "eventType",
    "event_type",
    "eventName",
    "event_name",
    "msgType",
    "msg_type",
    "msgtype",
    "action",
    "kind",
    "operation",
    "op",
    "opcode",
    "cmd",
    "command",
    "method",
    "topic",
    "channel",
    "name",
    "subtype",
    "subType",
    "t",
    "ev",
    "e",
    "subject",
];

/// Words of the names of events that may carry any message.
const ENVELOPES: [&str; 25] = [
    "all",
    "any",
    "broadcast",
    "client",
    "data",
    "envelope",
    "event",
    "events",
    "incoming",
    "message",
    "messages",
    "msg",
    "new",
    "notify",
    "on",
    "packet",
    "payload",
    "push",
    "receive",
    "received",
    "relay",
    "server",
    "socket",
    "stream",
    "ws",
];

/// The depth of a message that its event names already: what its fields tell apart are no message types.
const NAMED: u32 = 1 << 8;

/// Stands for the field of a name that the channel gives beside the message.
const BY_CHANNEL: &str = "()";

/// A place that tells one message type from others.
#[derive(Debug, Clone)]
pub(super) struct Route {
    /// The message type.
    pub name: SmolStr,
    /// The registration, comparison or entry.
    pub at: At,
    /// The field that it is told by; `None` when the channel does it.
    pub field: Option<SmolStr>,
    /// Members of the message around that field.
    pub nesting: u32,
    /// The code that it leads to.
    pub region: Region,
    /// The registration that it began with.
    pub from: At,
    /// A single name in a field of a named event: it may be about what the event is on.
    pub weak: bool,
}

/// Code that a message type leads to.
#[derive(Debug, Clone)]
pub(super) enum Region {
    /// What runs when a condition holds, or, with `false`, when it does not.
    Guarded {
        /// The condition.
        test: At,
        /// Which way.
        holds: bool,
    },
    /// Functions, with the call that hands them over.
    Functions(Vec<(Value, At)>),
    /// A call that sends what a table has for it.
    PassedOn(At),
    /// Code that waits for a subscriber, and has none.
    Unheard,
}

/// What is followed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum What {
    /// A message, or a member of it: how deep, and the name that it was last read by.
    Message(u32, SmolStr),
    /// The name of its type: field and depth. The field is `BY_CHANNEL` when the channel gives the name.
    Tag(SmolStr, u32),
    /// What a table has for the message: the table, field and depth.
    Translation(At, SmolStr, u32),
}

/// Everything that one registration leads to.
pub(super) struct Walk<'p> {
    pub(super) program: &'p Program,
    traffic: &'p Traffic,
    from: At,
    queue: VecDeque<(Carrier, What)>,
    seen: FxHashSet<(Carrier, What)>,
    routes: Vec<Route>,
    trail: Trail,
    /// Buses of the process that the messages are put on, which have been entered.
    buses: FxHashSet<At>,
}

/// What `routes` found.
#[derive(Debug, Default)]
pub(super) struct Routed {
    /// Every route.
    pub routes: Vec<Route>,
    /// A name of a registration could not be seen: any type may be handled there.
    pub open: bool,
}

impl Program {
    /// Where the message types of all registrations are told apart.
    pub(super) fn routes(&self, traffic: &Traffic) -> Routed {
        let mut routed = Routed::default();
        let registrations: Vec<&Registration> = traffic
            .registrations
            .values()
            .filter(|it| self.file(it.at.file).is_some_and(|it| it.role == Role::Product))
            .collect();
        let found: Vec<Routed> = registrations
            .par_iter()
            .map(|it| self.guarded(it.at.file, || self.routes_of(it, traffic)))
            .collect();
        for one in found {
            routed.routes.extend(one.routes);
            routed.open |= one.open;
        }
        routed
    }

    fn routes_of(&self, registration: &Registration, traffic: &Traffic) -> Routed {
        let row = &registration.row;
        let mut routed = Routed::default();
        if row.data_only || self.is_behind_pipe(registration.at) {
            return routed;
        }
        if row.pipe {
            return self.routes_of_pipe(registration.at, traffic);
        }
        let mut walk = Walk::new(self, traffic, registration.at);
        if row.value {
            walk.push(
                Carrier { at: registration.at, keys: Vec::new() },
                What::Message(0, SmolStr::default()),
            );
            walk.run();
            return walk.finish();
        }
        let handlers: Vec<(Option<SmolStr>, At)> = match (&row.handler, registration.assigned) {
            (_, Some(assigned)) => vec![(None, assigned)],
            (Some(slot), None)
                if slot.option.as_deref().is_some_and(|it| it == "*" || it.ends_with(".*")) =>
            {
                self.handler_table(registration.at, slot)
                    .into_iter()
                    .map(|(name, at)| (Some(name), at))
                    .collect()
            }
            (Some(slot), None) => {
                self.handler_exprs(registration.at, slot).into_iter().map(|at| (None, at)).collect()
            }
            (None, None) => Vec::new(),
        };
        let name_at =
            row.name.as_ref().and_then(|slot| self.slot(registration.at, slot, &None).first().copied());
        let handlers = handlers.into_iter().flat_map(|(own_name, handler)| {
            let entries = name_at.map(|name| self.looped_entries(name, handler)).unwrap_or_default();
            let entries: Vec<_> = entries.into_iter().map(|(name, at)| (Some(name), at)).collect();
            if entries.is_empty() { vec![(own_name, handler)] } else { entries }
        });
        for (own_name, handler) in handlers {
            let mut exprs = vec![handler];
            exprs.extend(name_at.filter(|_| own_name.is_none()));
            self.at_deciding_callers(&exprs, registration.at, &mut |env, place| {
                let (names, open) = match (&own_name, name_at) {
                    (Some(name), _) => (vec![name.clone()], false),
                    (None, Some(at)) => self.texts(at, env),
                    (None, None) => (Vec::new(), false),
                };
                let values = Evaluator::new(self).eval(handler, env);
                let named = own_name.is_some() || name_at.is_some();
                if named && (open || names.is_empty()) {
                    routed.open = true;
                }
                for name in &names {
                    let name =
                        row.strip.as_ref().and_then(|it| name.strip_prefix(it.as_str())).unwrap_or(name);
                    let is = |listed: &String| match listed.strip_suffix('*') {
                        Some(start) => name.starts_with(start),
                        None => name == listed,
                    };
                    if row.unnamed.iter().any(|listed| name == listed) {
                        walk.start(&values, row.parameter, row.payload.as_deref(), 0);
                    } else if !row.reserved.iter().any(is) {
                        walk.routes.push(Route {
                            name: SmolStr::new(name),
                            at: place,
                            field: None,
                            nesting: 0,
                            region: Region::Functions(values.iter().map(|it| (it.clone(), place)).collect()),
                            from: registration.at,
                            weak: false,
                        });
                        // One event may carry messages that have a type of their own.
                        let depth = if names_an_envelope(name) { 0 } else { NAMED };
                        walk.start(&values, row.parameter, row.payload.as_deref(), depth);
                    }
                }
                if !named || open {
                    walk.start(&values, row.parameter, row.payload.as_deref(), 0);
                    if let Some(parameter) = row.name_parameter {
                        walk.start_tag(&values, parameter);
                    }
                }
            });
        }
        walk.run();
        let found = walk.finish();
        routed.routes.extend(found.routes);
        routed
    }
}

impl<'p> Walk<'p> {
    pub(super) fn new(program: &'p Program, traffic: &'p Traffic, from: At) -> Self {
        Self {
            program,
            traffic,
            from,
            queue: VecDeque::new(),
            seen: FxHashSet::default(),
            routes: Vec::new(),
            trail: Trail::default(),
            buses: FxHashSet::default(),
        }
    }

    pub(super) fn push(&mut self, carrier: Carrier, what: What) {
        self.queue.push_back((carrier, what));
    }

    /// The handlers get the message as a parameter, perhaps inside an envelope.
    pub(super) fn start(&mut self, handlers: &[Value], parameter: usize, payload: Option<&str>, depth: u32) {
        let keys: Vec<SmolStr> =
            payload.map(|it| it.split('.').map(SmolStr::new).collect()).unwrap_or_default();
        self.enter(handlers, parameter, &keys, &What::Message(depth, SmolStr::default()));
    }

    fn start_tag(&mut self, handlers: &[Value], parameter: usize) {
        self.enter(handlers, parameter, &[], &What::Tag(SmolStr::new_static(BY_CHANNEL), 0));
    }

    /// Follows something into functions as one of their parameters.
    fn enter(&mut self, functions: &[Value], index: usize, keys: &[SmolStr], what: &What) {
        for value in functions {
            match value {
                Value::Function { at, .. } => {
                    let (mut next, mut uses) = (Vec::new(), Vec::new());
                    self.program.enter_parameter(*at, index, keys, &mut next, &mut uses);
                    for carrier in next {
                        self.push(carrier, what.clone());
                    }
                    for used in uses {
                        self.used(&Carrier { at: self.from, keys: Vec::new() }, at.file, used, what);
                    }
                }
                Value::Parameter { .. } => {
                    let supplied: Vec<Value> =
                        self.program.supplied(value).found.into_iter().map(|it| it.value).collect();
                    let functions: Vec<Value> =
                        supplied.into_iter().filter(|it| matches!(it, Value::Function { .. })).collect();
                    self.enter(&functions, index, keys, what);
                }
                _ => {}
            }
        }
    }

    pub(super) fn run(&mut self) {
        while let Some((carrier, what)) = self.queue.pop_front() {
            if !self.program.has_room(self.seen.len(), carrier.at.file)
                || !self.seen.insert((carrier.clone(), what.clone()))
            {
                continue;
            }
            if self.program.file(carrier.at.file).is_none_or(|it| it.role == Role::Test) {
                continue;
            }
            let mut next = Vec::new();
            let uses = self.program.carry(&carrier, &mut self.trail, &mut next);
            for mut found in next {
                // What a table has may be sent inside a message, and is no less sent for that.
                if matches!(what, What::Translation(..)) {
                    found.keys.clear();
                }
                self.push(found, what.clone());
            }
            if carrier.keys.is_empty() {
                for used in uses {
                    self.used(&carrier, carrier.at.file, used, &what);
                }
            }
        }
    }

    fn used(&mut self, carrier: &Carrier, file: crate::source::FileId, used: Use, what: &What) {
        let plain = |at: At| Carrier { at, keys: Vec::new() };
        match (used, what) {
            // `data.toString()`, `message.json()`: the same message in another spelling.
            (Use::Member(at, name), What::Message(..))
                if matches!(name.as_str(), "toString" | "json" | "string" | "text")
                    && self.call_of(at).is_some() =>
            {
                self.queue.extend(self.call_of(at).map(|call| (plain(call), what.clone())));
            }
            (Use::Member(at, name), What::Message(nesting, _)) => {
                if let Some(inner) = member_of_message(&name, *nesting) {
                    self.push(plain(at), inner);
                }
            }
            (Use::Taken(name, binding, step), What::Message(nesting, _)) => {
                let whole =
                    self.program.facts(file).binding(binding).is_some_and(|it| it.path.len() == step + 1);
                if whole && let Some(inner) = member_of_message(&name, *nesting) {
                    for at in self.program.uses_of(file, binding) {
                        self.push(plain(at), inner.clone());
                    }
                }
            }
            (Use::Entered(call), What::Message(..)) => self.push(plain(call), what.clone()),
            (Use::Argument { call, index, callees }, What::Message(..)) => {
                self.handed_over(call, index, &callees, what);
            }
            (Use::Member(at, _), What::Translation(..)) => self.push(plain(at), what.clone()),
            (Use::Taken(_, binding, _), What::Translation(..)) => {
                for at in self.program.uses_of(file, binding) {
                    self.push(plain(at), what.clone());
                }
            }
            (Use::Argument { call, .. }, What::Translation(table, field, nesting)) => {
                if self.traffic.sent.contains_key(&call) {
                    self.translated(*table, call, field, *nesting);
                } else {
                    self.push(plain(call), what.clone());
                }
            }
            // A message that is nothing but a word, or a field with a name of its own.
            (Use::Compared(at), What::Message(nesting, field)) => {
                self.compared(carrier.at, at, &field.clone(), nesting.saturating_sub(1));
            }
            (Use::Compared(at), What::Tag(field, nesting)) => {
                self.compared(carrier.at, at, &field.clone(), *nesting);
            }
            (Use::Key(at), What::Message(0, _)) => self.selects(at, &SmolStr::default(), 0),
            (Use::Key(at), What::Tag(field, nesting)) => self.selects(at, &field.clone(), *nesting),
            (Use::Member(at, name), What::Tag(..)) => {
                // `message.type.toLowerCase()`
                let same = matches!(name.as_str(), "toLowerCase" | "toUpperCase" | "trim" | "toString");
                if same && let Some(call) = self.call_of(at) {
                    self.push(plain(call), what.clone());
                }
            }
            (Use::Argument { call, index, callees }, What::Tag(field, nesting)) => {
                self.looked_up(carrier.at, call, index, &callees, &field.clone(), *nesting);
                self.handed_over(call, index, &callees, what);
            }
            _ => {}
        }
    }

    /// The call whose callee an expression is.
    fn call_of(&self, callee: At) -> Option<At> {
        let facts = self.program.facts(callee.file);
        let parent = facts.node(callee.expr).parent?;
        let (called, _) = facts.call(parent)?;
        (called == callee.expr).then_some(At { expr: parent, ..callee })
    }

    /// A message is handed to a library, to what a caller supplied, or put on a bus.
    fn handed_over(&mut self, call: At, index: usize, callees: &[Value], what: &What) {
        for callee in callees {
            match callee {
                Value::Library { package, symbol, .. } => {
                    let name = if symbol.is_empty() { "default" } else { symbol };
                    let puts = !self.program.catalog().emits(package, name).is_empty();
                    if puts {
                        self.onto_bus(call, what);
                    } else if matches!(what, What::Message(..)) {
                        // `JSON.parse(event.data)`, `schema.parse(message)`
                        self.push(Carrier { at: call, keys: Vec::new() }, what.clone());
                    }
                }
                Value::Parameter { .. } => {
                    let supplied: Vec<Value> =
                        self.program.supplied(callee).found.into_iter().map(|it| it.value).collect();
                    self.enter(&supplied, index, &[], what);
                }
                Value::Function { .. } => self.enter(std::slice::from_ref(callee), index, &[], what),
                _ => {
                    if matches!(what, What::Message(..)) {
                        self.push(Carrier { at: call, keys: Vec::new() }, what.clone());
                    }
                }
            }
        }
    }

    /// `bus.emit(message.type, message)`: who listens on that bus gets it.
    fn onto_bus(&mut self, call: At, what: &What) {
        let facts = self.program.facts(call.file);
        let Some((callee, _)) = facts.call(call.expr) else {
            return;
        };
        let Expr::Member { object, .. } = facts.expr(callee) else {
            return;
        };
        for value in Evaluator::new(self.program).eval(At { expr: *object, ..call }, &None) {
            let Value::Library { package, symbol, call: Some((made, _)) } = value else {
                continue;
            };
            let opens = symbol.strip_suffix("()").and_then(|it| {
                self.program.catalog().channel(&package, if it.is_empty() { "default" } else { it })
            });
            if !opens.is_some_and(|row| row.bus) || !self.buses.insert(made) {
                continue;
            }
            for registration in self.program.registrations_on(made) {
                let inner = self.program.routes_of_bus(&registration, self.from);
                for (values, parameter, keys) in inner.unnamed {
                    self.enter(&values, parameter, &keys, what);
                }
                self.routes.extend(inner.routes);
            }
        }
    }

    /// A tag, or a message that is a word, is compared with something.
    fn compared(&mut self, tag: At, comparison: At, field: &SmolStr, nesting: u32) {
        let facts = self.program.facts(comparison.file);
        let Expr::Binary { op, left, right } = facts.expr(comparison.expr) else {
            return;
        };
        let holds = match op {
            crate::facts::BinaryOp::Equal => true,
            crate::facts::BinaryOp::NotEqual => false,
            _ => return,
        };
        let other = if *left == tag.expr { *right } else { *left };
        // A search through a table tells no type from another; what it finds does.
        if let Some(entries) = self.program.searched_entries(At { expr: other, ..comparison }) {
            for entry in entries.into_iter().filter(|_| holds) {
                self.route(entry.name, entry.at, field, nesting, Region::Functions(entry.code));
            }
            return;
        }
        if self.program.is_looked_up(At { expr: other, ..comparison }, 0) {
            return;
        }
        for value in Evaluator::new(self.program).eval(At { expr: other, ..comparison }, &None) {
            if let Value::Text(name) = value {
                self.route(name, comparison, field, nesting, Region::Guarded { test: comparison, holds });
            }
        }
    }

    pub(super) fn route(&mut self, name: SmolStr, at: At, field: &SmolStr, nesting: u32, region: Region) {
        let field = (field != BY_CHANNEL).then(|| field.clone());
        self.routes.push(Route { name, at, field, nesting, region, from: self.from, weak: false });
    }

    /// Keeps, of several fields that were compared, the one that tells the types apart.
    pub(super) fn finish(self) -> Routed {
        let by_channel = self.routes.iter().any(|it| it.field.is_none());
        // Inside a named event only a field of the message itself can say more than the event.
        let deepest = if by_channel { 0 } else { MAX_NESTING };
        let told = |field: &str, nesting: u32| {
            let names: FxHashSet<&SmolStr> = self
                .routes
                .iter()
                .filter(|it| it.nesting == nesting && it.field.as_deref() == Some(field))
                .map(|it| &it.name)
                .collect();
            names.len()
        };
        // A word alone, or an unusual field, has to tell at least two apart.
        let chosen = (0..=deepest).find_map(|nesting| {
            let many = TAGS.iter().find(|field| told(field, nesting) >= 2);
            let one = || TAGS.iter().take(10).find(|field| told(field, nesting) == 1);
            let word = || (told("", nesting) >= 2).then_some(&"");
            many.or_else(one).or_else(word).map(|field| (SmolStr::new_static(field), nesting))
        });
        // `message.domain === "orders"`: a field that is named like no other has to tell several apart.
        let chosen = chosen.or_else(|| {
            let fields = self.routes.iter().filter_map(|it| Some((it.field.clone()?, it.nesting)));
            let fields = fields.filter(|(_, nesting)| *nesting <= deepest);
            fields.filter(|(field, nesting)| told(field, *nesting) >= 3).min_by_key(|(field, nesting)| {
                (*nesting, std::cmp::Reverse(told(field, *nesting)), field.clone())
            })
        });
        let keeps = |route: &Route| match &route.field {
            None => true,
            Some(field) => {
                chosen.as_ref().is_some_and(|(name, nesting)| field == name && route.nesting == *nesting)
                    // Inside a named event only a field that is a type says more than the event.
                    && (!by_channel
                        || TAGS.iter().take(10).any(|tag| field == tag)
                        || told(field, route.nesting) >= 3)
            }
        };
        let kept: Vec<bool> = self.routes.iter().map(keeps).collect();
        let single = by_channel && chosen.as_ref().is_some_and(|(field, nesting)| told(field, *nesting) == 1);
        let routes = self.routes.into_iter().zip(kept).filter_map(|(route, kept)| {
            let weak = single && route.field.is_some();
            kept.then_some(Route { weak, ..route })
        });
        Routed { routes: routes.collect(), open: false }
    }
}

/// Whether an event is named like what carries messages of any type: `server-message`.
fn names_an_envelope(event: &str) -> bool {
    let words = event.to_snake_case();
    !words.is_empty() && words.split('_').all(|it| ENVELOPES.contains(&it))
}

/// What a member of a message is.
fn member_of_message(name: &str, nesting: u32) -> Option<What> {
    if TAGS.contains(&name) {
        Some(What::Tag(SmolStr::new(name), nesting))
    } else {
        (nesting % NAMED < MAX_NESTING).then(|| What::Message(nesting + 1, SmolStr::new(name)))
    }
}

/// What a registration on a bus of the process leads to.
#[derive(Default)]
pub(super) struct OnBus {
    /// Routes by the names that it registers for.
    routes: Vec<Route>,
    /// Handlers that get every message: with the parameter and the keys to it.
    unnamed: Vec<(Vec<Value>, usize, Vec<SmolStr>)>,
}

impl Program {
    /// Registrations on what one call made.
    fn registrations_on(&self, made: At) -> Vec<Registration> {
        let mut traffic = Traffic::default();
        self.follow_bus(made, &mut traffic);
        traffic.registrations.into_values().collect()
    }

    /// The routes of a registration on a bus that carries messages of a channel.
    fn routes_of_bus(&self, registration: &Registration, from: At) -> OnBus {
        let mut on_bus = OnBus::default();
        let row = &registration.row;
        let Some(slot) = &row.handler else {
            return on_bus;
        };
        let name_at =
            row.name.as_ref().and_then(|slot| self.slot(registration.at, slot, &None).first().copied());
        let keys: Vec<SmolStr> =
            row.payload.as_deref().map(|it| it.split('.').map(SmolStr::new).collect()).unwrap_or_default();
        for handler in self.handler_exprs(registration.at, slot) {
            let mut exprs = vec![handler];
            exprs.extend(name_at);
            self.at_deciding_callers(&exprs, registration.at, &mut |env, place| {
                let values = Evaluator::new(self).eval(handler, env);
                for name in name_at.map(|at| self.texts(at, env).0).unwrap_or_default() {
                    on_bus.routes.push(Route {
                        name,
                        at: place,
                        field: None,
                        nesting: 0,
                        region: Region::Functions(values.iter().map(|it| (it.clone(), place)).collect()),
                        from,
                        weak: false,
                    });
                }
                on_bus.unnamed.push((values, row.parameter, keys.clone()));
            });
        }
        on_bus
    }

    /// Whether a value is a function, or an object with functions in it.
    pub(super) fn holds_code(&self, value: &Value) -> bool {
        match value {
            Value::Function { .. } | Value::Parameter { .. } | Value::Library { .. } => true,
            Value::Object { at, .. } => match self.facts(at.file).expr(at.expr) {
                Expr::Object(properties) => properties
                    .iter()
                    .any(|it| matches!(self.facts(at.file).expr(it.value), Expr::Function(_))),
                _ => false,
            },
            _ => false,
        }
    }

    /// The calls that make the collections an expression can be.
    pub(super) fn collections(&self, at: At) -> Vec<At> {
        Evaluator::new(self)
            .eval(at, &None)
            .into_iter()
            .filter_map(|value| match value {
                Value::Library { package, symbol, call: Some((made, _)) }
                    if package == "global" && matches!(symbol.as_str(), "Map()" | "Set()") =>
                {
                    Some(made)
                }
                Value::Object { at, .. } | Value::Array { at, .. } => Some(at),
                _ => None,
            })
            .collect()
    }
}

/// The conditions of a node that a test takes part in.
pub(super) fn guards_with(
    facts: &crate::facts::FileFacts,
    test: ExprId,
    holds: bool,
) -> Vec<(GuardId, bool)> {
    facts
        .guards
        .iter()
        .enumerate()
        .filter_map(|(index, guard)| {
            let way = takes_part(facts, guard.test?, test, holds)?;
            (way == guard.holds).then(|| Some((GuardId(u32::try_from(index).ok()?), way)))?
        })
        .collect()
}

/// Which way a whole condition goes when a part of it does.
fn takes_part(facts: &crate::facts::FileFacts, whole: ExprId, part: ExprId, holds: bool) -> Option<bool> {
    let mut expr = whole;
    let mut flipped = false;
    // Conditions nest as deep as code is written; a bound keeps hostile ones short.
    let mut left = vec![(expr, flipped)];
    for _ in 0..512 {
        (expr, flipped) = left.pop()?;
        if expr == part {
            return Some(holds != flipped);
        }
        match facts.expr(expr) {
            Expr::Unary { op: crate::facts::UnaryOp::Not, value } => left.push((*value, !flipped)),
            // `const mine = message.type === "order"; if (mine) …`
            Expr::Ident { binding: Some(binding), .. } => {
                if let Some(Origin::Value(value)) = facts.binding(*binding).map(|it| it.origin) {
                    left.push((value, flipped));
                }
            }
            Expr::Binary {
                op: crate::facts::BinaryOp::And | crate::facts::BinaryOp::Or,
                left: a,
                right: b,
            } => {
                left.push((*b, flipped));
                left.push((*a, flipped));
            }
            _ => {}
        }
    }
    None
}
