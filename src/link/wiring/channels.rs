//! Push channels of the program: where they are opened, and every call on them that registers a
//! handler, sends a message, or ends something.

use std::collections::{BTreeMap, VecDeque};

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use smol_str::{SmolStr, format_smolstr};

use super::carry::{Carrier, Trail, Use};
use crate::catalog::rows::{ChannelMeaning, EmitMeaning, ReceiveMeaning, Slot};
use crate::facts::{Expr, ExprId};
use crate::link::eval::Evaluator;
use crate::link::program::Program;
use crate::link::value::{At, Value};
use crate::source::{FileId, Role};
use crate::vocabulary::Side;

/// Longest symbol that is followed, in bytes.
const MAX_SYMBOL: usize = 120;

/// A call that opens a channel.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    /// The call.
    pub at: At,
    /// Its meaning.
    pub row: ChannelMeaning,
    /// It leaves our sight: what others do with it cannot be seen.
    pub escapes: bool,
    /// Calls that end it.
    pub closes: Vec<At>,
}

/// A call or assignment that registers code for messages, or a value that is the message.
#[derive(Debug, Clone)]
pub(super) struct Registration {
    /// The call, the assignment, or the value.
    pub at: At,
    /// Its meaning.
    pub row: ReceiveMeaning,
    /// The function that is assigned.
    pub assigned: Option<At>,
    /// The channels that it is known to stand on: indexes into [`Traffic::opened`].
    pub channels: Vec<usize>,
    /// The library is one of servers.
    pub of_server: bool,
}

/// A call that sends.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    /// The call.
    pub at: At,
    /// Its meanings, in the order to try.
    pub rows: Vec<EmitMeaning>,
    /// The channels that it is known to send on.
    pub channels: Vec<usize>,
    /// The library is one of servers.
    pub of_server: bool,
}

/// The end of a channel that code holds. What one kind sends, the other receives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// It opened the connection: these of [`Traffic::opened`], as far as known.
    Opener(Vec<usize>),
    /// It answers connections.
    Server,
}

impl End {
    /// The end that code of a side holds.
    pub(super) fn of(channels: &[usize], of_server: bool, side: Side) -> Self {
        if channels.is_empty() && (of_server || side == Side::Server) {
            Self::Server
        } else {
            Self::Opener(channels.to_vec())
        }
    }
}

/// Everything that code does with channels.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    /// Channels, in order of their places.
    pub opened: Vec<Opened>,
    /// By place.
    pub registrations: BTreeMap<At, Registration>,
    /// By place.
    pub sent: BTreeMap<At, Sent>,
    /// Calls that remove a listener.
    pub unlistened: FxHashSet<At>,
}

impl Program {
    /// What product code does with push channels.
    pub(super) fn traffic(&self) -> Traffic {
        let mut traffic = Traffic::default();
        let files = self.push_files().into_par_iter();
        let found: Vec<Vec<Found>> =
            files.map(|file| self.guarded(file, || self.direct_traffic(file))).collect();
        for found in found.into_iter().flatten() {
            traffic.add(found, None);
        }
        traffic.opened.sort_by_key(|it| it.at);
        traffic.opened.dedup_by_key(|it| it.at);
        for index in 0..traffic.opened.len() {
            let Some(at) = traffic.opened.get(index).map(|it| it.at) else {
                continue;
            };
            let (found, escapes) = self.guarded(at.file, || self.follow_channel(at, false));
            for one in found {
                traffic.add(one, Some(index));
            }
            if let Some(opened) = traffic.opened.get_mut(index) {
                opened.escapes |= escapes;
            }
        }
        traffic
    }

    /// Product files that name a channel of the platform or import a package that has one.
    fn push_files(&self) -> Vec<FileId> {
        let mut files = Vec::new();
        for word in self.catalog().channel_words() {
            // The index knows words; a specifier such as `socket.io-client` is made of several.
            let mut holding: Option<Vec<FileId>> = None;
            for part in word
                .split(|it: char| !it.is_alphanumeric() && it != '_' && it != '$')
                .filter(|it| !it.is_empty())
            {
                let more = self.mentions_of(part);
                holding = Some(match holding {
                    None => more,
                    Some(known) => known.into_iter().filter(|it| more.binary_search(it).is_ok()).collect(),
                });
            }
            let holding = holding.unwrap_or_default();
            if self.catalog().is_platform_channel(word) {
                files.extend(holding);
            } else {
                let symbols = self.catalog().channel_symbols(word);
                let names_one =
                    |file: FileId| symbols.is_empty() || symbols.iter().any(|it| self.may_mention(file, it));
                let speaking = holding.into_iter().filter(|it| names_one(*it));
                files.extend(speaking.filter(|it| self.imports_package(*it, word)));
            }
        }
        files.sort_unstable();
        files.dedup();
        files.retain(|it| self.file(*it).is_some_and(|it| it.role == Role::Product));
        files
    }

    /// Whether a file imports a package or a part of it, at once or later: `await import("ably")`.
    fn imports_package(&self, file: FileId, package: &str) -> bool {
        let is_it = |specifier: &str| {
            let specifier = specifier.strip_prefix("node:").unwrap_or(specifier);
            specifier.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if !self.may_import_what(file, is_it) {
            return false;
        }
        let facts = self.facts(file);
        facts.imports.iter().any(|it| is_it(&it.specifier))
            || facts
                .import_calls
                .iter()
                .any(|(specifier, _)| matches!(facts.expr(*specifier), Expr::Text(text) if is_it(text)))
    }

    /// What the calls and assignments of one file say on their own.
    fn direct_traffic(&self, file: FileId) -> Vec<Found> {
        let facts = self.facts(file);
        let mut found = Vec::new();
        for call in &facts.calls {
            let Expr::Call { callee, .. } = facts.expr(*call) else {
                continue;
            };
            let at = At { file, expr: *call };
            for value in Evaluator::new(self).eval(At { file, expr: *callee }, &None) {
                if let Value::Library { package, symbol, .. } = value {
                    self.called(at, &package, &symbol, false, &mut found);
                }
            }
        }
        for write in &facts.writes {
            let at = At { file, expr: write.expr };
            for value in Evaluator::new(self).eval(At { file, expr: write.object }, &None) {
                if let Value::Library { package, symbol, .. } = value {
                    let symbol = format_smolstr!("{symbol}.{}", write.name);
                    self.assigned_to(at, &package, &symbol, At { file, expr: write.value }, &mut found);
                }
            }
        }
        found
    }

    /// The meanings of a call of a symbol. `of_bus`: only what it means for a bus of the process.
    fn called(&self, at: At, package: &str, symbol: &str, of_bus: bool, found: &mut Vec<Found>) {
        let name = if symbol.is_empty() { "default" } else { symbol };
        let catalog = self.catalog();
        if let Some(row) = catalog.channel(package, name).filter(|row| !row.bus) {
            found.push(Found::Opened(at, row.clone()));
        }
        let rows = catalog.receives(package, name);
        match rows.iter().find(|row| row.bus == of_bus && self.receives_here(at, row)) {
            Some(row) => {
                let row = Box::new((*row).clone());
                found.push(Found::Registered(at, row, None, self.is_of_server(package)));
            }
            // `feed.pipe(tap(show)).subscribe()`
            None if rows.iter().any(|row| row.handler.is_some()) => found.push(Found::Heard(at)),
            None => {}
        }
        let rows: Vec<EmitMeaning> = catalog
            .emits(package, name)
            .into_iter()
            .filter(|row| {
                if row.bus != of_bus {
                    return false;
                }
                let evaluator = Evaluator::new(self);
                row.when.as_ref().is_none_or(|it| evaluator.argument_is(at, it.argument, &it.text))
            })
            .cloned()
            .collect();
        if !rows.is_empty() {
            found.push(Found::Sent(at, rows, self.is_of_server(package)));
        }
        if let Some(row) = catalog.close(package, name) {
            found.push(Found::Closed(at, row.listener));
        }
    }

    /// The symbols of libraries that a call calls, each with its package.
    pub(super) fn library_called(&self, call: At) -> Vec<(SmolStr, SmolStr)> {
        let Some((callee, _)) = self.facts(call.file).call(call.expr) else {
            return Vec::new();
        };
        let values = Evaluator::new(self).eval(At { expr: callee, ..call }, &None).into_iter();
        let named = values.filter_map(|it| match it {
            Value::Library { package, symbol, .. } if symbol.is_empty() => {
                Some((package, SmolStr::new_static("default")))
            }
            Value::Library { package, symbol, .. } => Some((package, symbol)),
            _ => None,
        });
        named.collect()
    }

    fn is_of_server(&self, package: &str) -> bool {
        self.catalog().side_of(package) == Some(Side::Server)
    }

    /// Whether a row is the one that a call means: its handler is there, and its condition holds.
    fn receives_here(&self, at: At, row: &ReceiveMeaning) -> bool {
        let evaluator = Evaluator::new(self);
        if row.value || !row.when.as_ref().is_none_or(|it| evaluator.argument_is(at, it.argument, &it.text)) {
            return false;
        }
        row.pipe || row.handler.as_ref().is_some_and(|slot| !self.handler_exprs(at, slot).is_empty())
    }

    /// The expressions of a handler slot; with `option = "*"` the values of every member.
    pub(super) fn handler_exprs(&self, call: At, slot: &Slot) -> Vec<At> {
        if slot.option.as_deref().is_some_and(|option| option == "*" || option.ends_with(".*")) {
            return self.handler_table(call, slot).into_iter().map(|(_, at)| at).collect();
        }
        let facts = self.facts(call.file);
        self.slot(call, slot, &None)
            .into_iter()
            // `subscribe(event?, handler)`: a text is no handler.
            .filter(|at| {
                at.file != call.file
                    || !matches!(facts.expr(at.expr), Expr::Text(_) | Expr::Object(_) | Expr::Array(_))
            })
            .collect()
    }

    /// The members of an object of handlers: key and function.
    pub(super) fn handler_table(&self, call: At, slot: &Slot) -> Vec<(SmolStr, At)> {
        let facts = self.facts(call.file);
        let option = slot.option.as_deref().unwrap_or_default();
        let objects: Vec<At> = match option.strip_suffix(".*") {
            Some(inner) => {
                let slot = Slot { argument: slot.argument, option: Some(inner.to_owned()) };
                self.slot(call, &slot, &None)
            }
            None => facts
                .call(call.expr)
                .and_then(|(_, args)| args.get(slot.argument.unwrap_or(0)))
                .map(|arg| At { expr: *arg, ..call })
                .into_iter()
                .collect(),
        };
        let mut members = Vec::new();
        for object in objects {
            for value in Evaluator::new(self).eval(object, &None) {
                let Value::Object { at, .. } = value else {
                    continue;
                };
                if let Expr::Object(properties) = self.facts(at.file).expr(at.expr) {
                    members.extend(properties.iter().filter_map(|it| match &it.key {
                        crate::facts::PropertyKey::Name(name) => {
                            Some((name.clone(), At { file: at.file, expr: it.value }))
                        }
                        _ => None,
                    }));
                }
            }
        }
        members
    }

    fn assigned_to(&self, at: At, package: &str, symbol: &str, value: At, found: &mut Vec<Found>) {
        let row = self
            .catalog()
            .receives(package, symbol)
            .into_iter()
            .find(|row| row.handler.is_none() && !row.value);
        let ends = matches!(self.facts(value.file).expr(value.expr), Expr::Null | Expr::Undefined);
        match row {
            Some(_) if ends => found.push(Found::Closed(at, true)),
            Some(row) => found.push(Found::Registered(
                at,
                Box::new(row.clone()),
                Some(value),
                self.is_of_server(package),
            )),
            None => {}
        }
    }

    /// Follows what a call gives, a channel or what is made of one, to the calls on it. Also tells whether
    /// it leaves our sight.
    pub(super) fn follow_channel(&self, opened: At, of_bus: bool) -> (Vec<Found>, bool) {
        let mut found = Vec::new();
        let mut escapes = false;
        let mut queue: VecDeque<(Carrier, SmolStr, SmolStr)> = VecDeque::new();
        let mut trail = Trail::default();
        let mut seen: FxHashSet<(Carrier, SmolStr)> = FxHashSet::default();
        if self.facts(opened.file).call(opened.expr).is_none() {
            return (found, true);
        }
        for (package, symbol) in self.library_called(opened) {
            let carrier = Carrier { at: opened, keys: Vec::new() };
            queue.push_back((carrier, package, format_smolstr!("{symbol}()")));
        }
        while let Some((carrier, package, symbol)) = queue.pop_front() {
            if !self.has_room(seen.len(), opened.file) || !seen.insert((carrier.clone(), symbol.clone())) {
                continue;
            }
            if self.file(carrier.at.file).is_none_or(|it| it.role == Role::Test) {
                continue;
            }
            let mut next = Vec::new();
            let uses = self.carry(&carrier, &mut trail, &mut next);
            queue.extend(next.into_iter().map(|it| (it, package.clone(), symbol.clone())));
            let mut go = |at: At, symbol: SmolStr| {
                if symbol.len() <= MAX_SYMBOL {
                    queue.push_back((Carrier { at, keys: Vec::new() }, package.clone(), symbol));
                }
            };
            for used in uses {
                match used {
                    // `{ on: socket.on.bind(socket) }`; Pusher's `bind` is the library's own.
                    Use::Member(at, name)
                        if name == "bind"
                            && self.catalog().receives(&package, &format!("{symbol}.bind")).is_empty() =>
                    {
                        if let Some(call) = self.facts(at.file).node(at.expr).parent {
                            go(At { expr: call, ..at }, symbol.clone());
                        }
                    }
                    Use::Member(at, name) => {
                        let longer = format_smolstr!("{symbol}.{name}");
                        self.member_of_channel(at, &package, &longer, &mut found);
                        go(at, longer);
                    }
                    Use::Taken(name, binding, step) => {
                        let longer = format_smolstr!("{symbol}.{name}");
                        let file = carrier.at.file;
                        let whole =
                            self.facts(file).binding(binding).is_some_and(|it| it.path.len() == step + 1);
                        if whole {
                            for at in self.uses_of(file, binding) {
                                self.member_of_channel(at, &package, &longer, &mut found);
                                go(at, longer.clone());
                            }
                        }
                    }
                    Use::Called(call) => {
                        self.called(call, &package, &symbol, of_bus, &mut found);
                        go(call, format_smolstr!("{symbol}()"));
                    }
                    Use::Argument { callees, .. } => {
                        escapes |= callees.iter().any(|it| match it {
                            // What is kept in state is followed to where the state is read.
                            Value::Library { package, symbol, .. } => !self.is_state_setter(package, symbol),
                            Value::Unknown(_) | Value::Parameter { .. } => true,
                            _ => false,
                        });
                    }
                    // Whoever knows the key closes it; what is read from it (`socket.id`) is not it.
                    Use::Filed => escapes |= symbol.ends_with("()"),
                    Use::Entered(_) | Use::Key(_) | Use::Compared(_) => {}
                }
            }
        }
        (found, escapes)
    }

    /// Adds the registrations on a bus that one call makes.
    pub(super) fn follow_bus(&self, made: At, traffic: &mut Traffic) {
        for found in self.follow_channel(made, true).0 {
            traffic.add(found, None);
        }
    }

    /// A member of a channel: the latest message itself, or something a handler is assigned to.
    fn member_of_channel(&self, at: At, package: &str, symbol: &str, found: &mut Vec<Found>) {
        if let Some(row) = self.catalog().receives(package, symbol).into_iter().find(|row| row.value) {
            found.push(Found::Registered(at, Box::new(row.clone()), None, self.is_of_server(package)));
        }
        let facts = self.facts(at.file);
        if let Some(parent) = facts.node(at.expr).parent
            && let Expr::Assign { target, value, .. } = facts.expr(parent)
            && *target == at.expr
        {
            let value = At { expr: *value, ..at };
            self.assigned_to(At { expr: parent, ..at }, package, symbol, value, found);
        }
    }

    /// The argument of a call at an index.
    pub(super) fn argument_at(&self, call: At, index: usize) -> Option<At> {
        let (_, args) = self.facts(call.file).call(call.expr)?;
        args.get(index).map(|arg: &ExprId| At { expr: *arg, ..call })
    }
}

/// One thing that a call or assignment means.
pub(super) enum Found {
    Opened(At, ChannelMeaning),
    Registered(At, Box<ReceiveMeaning>, Option<At>, bool),
    /// Messages are asked for, and no code is given that gets them.
    Heard(At),
    Sent(At, Vec<EmitMeaning>, bool),
    Closed(At, bool),
}

impl Traffic {
    fn add(&mut self, found: Found, channel: Option<usize>) {
        match found {
            Found::Opened(at, row) => {
                // Followed channels open no others: `io.of("/x")` is the same connection.
                if channel.is_none() {
                    self.opened.push(Opened { at, row, escapes: false, closes: Vec::new() });
                }
            }
            Found::Registered(at, row, assigned, of_server) => {
                let entry = self.registrations.entry(at).or_insert_with(|| Registration {
                    at,
                    row: *row,
                    assigned,
                    channels: Vec::new(),
                    of_server,
                });
                entry.channels.extend(channel);
            }
            Found::Sent(at, rows, of_server) => {
                let entry =
                    self.sent.entry(at).or_insert_with(|| Sent { at, rows, channels: Vec::new(), of_server });
                entry.channels.extend(channel);
            }
            Found::Heard(_) => {}
            Found::Closed(at, true) => {
                self.unlistened.insert(at);
            }
            Found::Closed(at, false) => {
                if let Some(opened) = channel.and_then(|it| self.opened.get_mut(it)) {
                    opened.closes.push(at);
                }
            }
        }
    }
}
