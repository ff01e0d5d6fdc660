//! Answers what a symbol of a package means. Asked for every call expression, so an exact symbol
//! costs two hash lookups, and patterns are tried only in packages that have some.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::check::{fault, read};
use super::embedded::FILES;
use super::rows::{
    ActionMeaning, CallbackMeaning, ChannelMeaning, CloseMeaning, DataMeaning, DelayMeaning, EffectMeaning,
    EmitMeaning, InjectedMeaning, LibraryFile, LiteralMeaning, MethodMeaning, OnceMeaning, OperatorMeaning,
    ReceiveMeaning, ReducerMeaning, RegistryMeaning, ReturnsMeaning, ScheduleMeaning, SharedMeaning,
    StopMeaning, SupplyMeaning, TimerMeaning, TreeMeaning, TreePart,
};
use super::symbol::{Pattern, first_name, is_pattern, last_name};
use crate::error::Error;
use crate::vocabulary::{Kind, Side};

/// The package of what needs no import.
const PLATFORM: &str = "global";

/// Everything known about third-party APIs.
///
/// A package is asked for by its import specifier. The nearest one that has rows answers:
/// `swr/immutable` has its own, `swr/_internal` falls back to `swr`. `node:` is dropped.
/// Symbols are spelled as [`super::rows`] says; a namespace, a default import and a whole
/// CommonJS module are the same thing, so `axios.get` is `get` and `axios(…)` is `default`.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    packages: FxHashMap<String, Arc<Package>>,
    injected: FxHashMap<String, (String, String)>,
    methods: FxHashMap<String, MethodMeaning>,
    registries: FxHashMap<String, RegistryMeaning>,
    status: FxHashSet<String>,
    reads: FxHashSet<String>,
    /// Symbols of stores with reducers.
    stores: std::collections::BTreeSet<String>,
    own: FxHashSet<String>,
}

/// What is known of one package.
#[derive(Debug, Clone, Default)]
struct Package {
    side: Option<Side>,
    timer: Shelf<TimerMeaning>,
    once: Shelf<OnceMeaning>,
    delay: Shelf<DelayMeaning>,
    stop: Shelf<StopMeaning>,
    effect: Shelf<EffectMeaning>,
    returns: Shelf<ReturnsMeaning>,
    reducer: Shelf<ReducerMeaning>,
    action: Shelf<ActionMeaning>,
    supply: Shelf<SupplyMeaning>,
    channel: Shelf<ChannelMeaning>,
    receive: Shelf<ReceiveMeaning>,
    emit: Shelf<EmitMeaning>,
    close: Shelf<CloseMeaning>,
    callback: Shelf<CallbackMeaning>,
    shared: Shelf<SharedMeaning>,
    data: Shelf<DataMeaning>,
    tree: Shelf<TreeMeaning>,
    literal: Shelf<LiteralMeaning>,
    schedule: Shelf<ScheduleMeaning>,
    operator: Shelf<OperatorMeaning>,
}

/// The rows of one meaning, by symbol.
#[derive(Debug)]
struct Shelf<Row> {
    exact: FxHashMap<String, Vec<Arc<Row>>>,
    /// The closest pattern first.
    patterns: Vec<(Pattern, String, Arc<Row>)>,
}

impl<Row> Clone for Shelf<Row> {
    fn clone(&self) -> Self {
        Self { exact: self.exact.clone(), patterns: self.patterns.clone() }
    }
}

impl<Row> Default for Shelf<Row> {
    fn default() -> Self {
        Self { exact: FxHashMap::default(), patterns: Vec::new() }
    }
}

impl Package {
    /// The names that code which opens or answers channels begins with.
    fn words(&self) -> impl Iterator<Item = &str> {
        let channels = self.channel.entries().map(|(symbol, _)| symbol);
        let sends = self.emit.entries().map(|(symbol, _)| symbol);
        let handed = self.callback.entries().map(|(symbol, _)| symbol);
        channels.chain(sends).chain(handed).map(first_name)
    }
}

impl<Row> Shelf<Row> {
    /// Rows for one symbol, in the order of the file. A user's rows replace the built-in ones.
    fn put(&mut self, rows: &[Arc<Row>], symbols: impl Fn(&Row) -> &[String]) {
        let mut fresh: FxHashSet<&str> = FxHashSet::default();
        for row in rows {
            for symbol in symbols(row) {
                let first = fresh.insert(symbol);
                if !is_pattern(symbol) {
                    let known = self.exact.entry(symbol.clone()).or_default();
                    if first {
                        known.clear();
                    }
                    known.push(Arc::clone(row));
                } else if let Ok(pattern) = Pattern::parse(symbol) {
                    if first {
                        self.patterns.retain(|(_, known, _)| known != symbol);
                    }
                    self.patterns.push((pattern, symbol.clone(), Arc::clone(row)));
                }
            }
        }
        self.patterns.sort_by_key(|(pattern, ..)| std::cmp::Reverse(pattern.weight));
    }

    /// Rows for a symbol: those that name it, or else those of the closest pattern.
    fn all(&self, symbol: &str) -> Vec<&Row> {
        if let Some(rows) = self.exact.get(symbol) {
            return rows.iter().map(AsRef::as_ref).collect();
        }
        let mut hits = self.patterns.iter().filter(|(pattern, ..)| pattern.matches(symbol)).peekable();
        let Some((_, closest, _)) = hits.peek().copied() else {
            return Vec::new();
        };
        hits.filter(|(_, text, _)| text == closest).map(|(_, _, row)| row.as_ref()).collect()
    }

    fn first(&self, symbol: &str) -> Option<&Row> {
        if let Some(rows) = self.exact.get(symbol) {
            return rows.first().map(AsRef::as_ref);
        }
        self.patterns.iter().find(|(pattern, ..)| pattern.matches(symbol)).map(|(_, _, row)| row.as_ref())
    }

    /// Every symbol with its row, in no order.
    fn entries(&self) -> impl Iterator<Item = (&str, &Row)> {
        let exact = self
            .exact
            .iter()
            .flat_map(|(symbol, rows)| rows.iter().map(move |row| (symbol.as_str(), row.as_ref())));
        exact.chain(self.patterns.iter().map(|(_, symbol, row)| (symbol.as_str(), row.as_ref())))
    }
}

impl Catalog {
    /// The rows that come with the program. They are read once in a process.
    pub fn embedded() -> Result<Self, Error> {
        static EMBEDDED: OnceLock<Catalog> = OnceLock::new();
        if let Some(catalog) = EMBEDDED.get() {
            return Ok(catalog.clone());
        }
        let libraries: Vec<LibraryFile> =
            FILES.par_iter().map(|(file, text)| read(file, text)).collect::<Result<_, _>>()?;
        let mut catalog = Self::default();
        for ((file, _), library) in FILES.iter().zip(libraries) {
            catalog.refuse_repeats(file, &library)?;
            catalog.add(library);
        }
        Ok(EMBEDDED.get_or_init(|| catalog).clone())
    }

    /// Adds a team's rows, which have been checked. They win over the built-in ones, and over the code that
    /// a specifier of theirs leads to.
    pub fn extend(&mut self, library: LibraryFile) {
        self.own.extend(library.packages.iter().cloned());
        self.add(library);
    }

    /// Packages of a team's own rows, as written; `./…` stands for a file of the repository.
    pub fn own(&self) -> &FxHashSet<String> {
        &self.own
    }

    /// Calls and elements that make work recur: several for overloads, in the order to try them.
    pub fn timers(&self, package: &str, symbol: &str) -> Vec<&TimerMeaning> {
        self.all(package, symbol, |package| &package.timer)
    }

    /// A call that opens a push channel.
    pub fn channel(&self, package: &str, symbol: &str) -> Option<&ChannelMeaning> {
        self.first(package, symbol, |package| &package.channel)
    }

    /// Calls and assignments that register code for messages, in the order to try them.
    pub fn receives(&self, package: &str, symbol: &str) -> Vec<&ReceiveMeaning> {
        self.all(package, symbol, |package| &package.receive)
    }

    /// Calls that send a message, in the order to try them.
    pub fn emits(&self, package: &str, symbol: &str) -> Vec<&EmitMeaning> {
        self.all(package, symbol, |package| &package.emit)
    }

    /// A call that ends a channel, a subscription or a listener.
    pub fn close(&self, package: &str, symbol: &str) -> Option<&CloseMeaning> {
        self.first(package, symbol, |package| &package.close)
    }

    /// What a symbol is in the tree of components.
    pub fn tree_part(&self, package: &str, symbol: &str) -> Option<TreePart> {
        self.first(package, symbol, |package| &package.tree).map(|row| row.part)
    }

    /// Whether a call makes a schema that demands one of the strings that it is given.
    pub fn is_literal_schema(&self, package: &str, symbol: &str) -> bool {
        self.first(package, symbol, |package| &package.literal).is_some()
    }

    /// What a call hands to its callbacks, in the order to try them.
    pub fn callbacks(&self, package: &str, symbol: &str) -> Vec<&CallbackMeaning> {
        self.all(package, symbol, |package| &package.callback)
    }

    /// What is done with state that components share under a key.
    pub fn shared(&self, package: &str, symbol: &str) -> Option<&SharedMeaning> {
        self.first(package, symbol, |package| &package.shared)
    }

    /// What entry of a cache a call is about.
    pub fn data(&self, package: &str, symbol: &str) -> Option<&DataMeaning> {
        self.first(package, symbol, |package| &package.data)
    }

    /// Whether any row of the package says what callbacks are handed.
    pub fn hands_to_callbacks(&self, package: &str) -> bool {
        self.find(package).is_some_and(|(package, _)| package.callback.entries().next().is_some())
    }

    /// Whether any row says what calling a symbol does, gives or repeats.
    pub fn knows_symbol(&self, package: &str, symbol: &str) -> bool {
        self.timer(package, symbol).is_some()
            || self.effect(package, symbol).is_some()
            || self.returns(package, symbol).is_some()
            || self.once(package, symbol).is_some()
            || self.delay(package, symbol).is_some()
    }

    /// The first of [`Self::timers`].
    pub fn timer(&self, package: &str, symbol: &str) -> Option<&TimerMeaning> {
        self.first(package, symbol, |package| &package.timer)
    }

    /// A one-shot scheduler.
    pub fn once(&self, package: &str, symbol: &str) -> Option<&OnceMeaning> {
        self.first(package, symbol, |package| &package.once)
    }

    /// A call that gives a promise which settles after a delay.
    pub fn delay(&self, package: &str, symbol: &str) -> Option<&DelayMeaning> {
        self.first(package, symbol, |package| &package.delay)
    }

    /// The schedule that a symbol is the name of.
    pub fn schedule(&self, package: &str, symbol: &str) -> Option<&ScheduleMeaning> {
        self.first(package, symbol, |package| &package.schedule)
    }

    /// Whether a call stops a timer.
    pub fn is_stop(&self, package: &str, symbol: &str) -> bool {
        self.first(package, symbol, |package| &package.stop).is_some()
    }

    /// What calling a symbol does.
    pub fn effect(&self, package: &str, symbol: &str) -> Option<&EffectMeaning> {
        self.first(package, symbol, |package| &package.effect)
    }

    /// What calling a symbol gives, where sight goes on through it.
    pub fn returns(&self, package: &str, symbol: &str) -> Option<&ReturnsMeaning> {
        self.first(package, symbol, |package| &package.returns)
    }

    /// The state that a reducer keeps.
    pub fn reducer(&self, package: &str, symbol: &str) -> Option<&ReducerMeaning> {
        self.first(package, symbol, |package| &package.reducer)
    }

    /// What dispatching the outcome of an action creator runs.
    pub fn action(&self, package: &str, symbol: &str) -> Option<&ActionMeaning> {
        self.first(package, symbol, |package| &package.action)
    }

    /// What a wrapper hands from a store to a component.
    pub fn supply(&self, package: &str, symbol: &str) -> Option<&SupplyMeaning> {
        self.first(package, symbol, |package| &package.supply)
    }

    /// The calls that hand props from a store to a component, each with its package, sorted.
    pub fn supply_words(&self) -> Vec<(&str, &str)> {
        let rows = self.packages.iter().flat_map(|(name, package)| {
            package.supply.entries().map(move |(symbol, _)| (name.as_str(), first_name(symbol)))
        });
        let mut words: Vec<(&str, &str)> = rows.collect();
        words.sort_unstable();
        words
    }

    /// Names of the functions that make a store whose state selectors are given.
    pub fn store_words(&self) -> impl Iterator<Item = &str> {
        self.stores.iter().map(|symbol| symbol.trim_end_matches("()"))
    }

    /// The package and symbol that a dependency-injection container hands to a parameter of that name.
    pub fn injected(&self, name: &str) -> Option<(&str, &str)> {
        self.injected.get(name).map(|(package, symbol)| (package.as_str(), symbol.as_str()))
    }

    /// What an operator of a pipe does; of several rows the one whose function is there.
    pub fn operators(&self, package: &str, symbol: &str) -> Vec<&OperatorMeaning> {
        self.all(package, symbol, |package| &package.operator)
    }

    /// What a method of that name does on a receiver that cannot be seen.
    pub fn method(&self, name: &str) -> Option<&MethodMeaning> {
        self.methods.get(name)
    }

    /// Names of methods that register something for a dependency-injection container.
    pub fn registry_methods(&self) -> impl Iterator<Item = &str> {
        self.registries.keys().map(|it| &**it)
    }

    /// What a method of that name registers for a dependency-injection container.
    pub fn registry(&self, method: &str) -> Option<&RegistryMeaning> {
        self.registries.get(method)
    }

    /// Whether reading a member of that name, without a call, means something on what some library
    /// made: the `state` of a hub.
    pub fn is_read_member(&self, name: &str) -> bool {
        self.reads.contains(name)
    }

    /// Whether a member of that name tells the state of a connection.
    pub fn is_status_member(&self, name: &str) -> bool {
        self.status.contains(name)
    }

    /// Where code that imports the package runs.
    pub fn side_of(&self, package: &str) -> Option<Side> {
        self.find(package)?.0.side
    }

    /// Whether any row is about the package or one that holds it.
    pub fn knows_package(&self, package: &str) -> bool {
        self.find(package).is_some()
    }

    /// Whether any effect of a package is reached by a name: `Date` of the platform's `Date.now`.
    pub fn knows_name(&self, package: &str, name: &str) -> bool {
        self.find(package).is_some_and(|(package, _)| {
            package.effect.entries().any(|(symbol, _)| first_name(symbol).trim_end_matches("()") == name)
        })
    }

    /// Whether a package has calls that make work recur.
    pub fn polls(&self, package: &str) -> bool {
        self.packages.get(package).is_some_and(|it| it.timer.entries().next().is_some())
    }

    /// Whether a package opens push channels that leave the machine.
    pub fn pushes(&self, package: &str) -> bool {
        self.packages
            .get(package)
            .is_some_and(|it| it.channel.entries().any(|(_, row)| !row.local && !row.bus))
    }

    /// Words of which a file that starts a timer holds at least one, sorted. Most are identifiers:
    /// names of timers, schedulers and delays, and the interval options of data libraries, whose
    /// names are too common or the user's own (`useQuery`, `useGetOrdersQuery`).
    ///
    /// A default export can be called anything, and one lower-case word (`timer`, `add`) stands in
    /// every second file: there the package's specifier is the word. So a file that gets RxJS's
    /// `timer` through a re-export of its own repository may hold none.
    pub fn starting_words(&self) -> Vec<&str> {
        let mut words: Vec<&str> = Vec::new();
        for (name, package) in &self.packages {
            let word = |symbol| match last_name(symbol) {
                "default" if is_file(name) => stem(name),
                _ if name == PLATFORM || is_file(name) => first_name(symbol),
                last if last == "default" || last.bytes().all(|b| b.is_ascii_lowercase()) => name.as_str(),
                last => last,
            };
            for (symbol, row) in package.timer.entries() {
                let option = option_key(row).filter(|_| row.kind == Kind::QueryOption);
                words.push(option.unwrap_or_else(|| word(symbol)));
            }
            words.extend(package.once.entries().map(|(symbol, _)| word(symbol)));
            words.extend(package.delay.entries().map(|(symbol, _)| word(symbol)));
        }
        words.extend(self.injected.iter().filter_map(|(name, (package, symbol))| {
            let starts = self.timer(package, symbol).is_some() || self.once(package, symbol).is_some();
            starts.then_some(name.as_str())
        }));
        words.sort_unstable();
        words.dedup();
        words
    }

    /// The names that calls of timers and delays end in, perhaps with `*`.
    pub fn timer_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for package in self.packages.values() {
            names.extend(package.timer.entries().map(|(symbol, _)| last_name(symbol)));
            names.extend(package.once.entries().map(|(symbol, _)| last_name(symbol)));
            names.extend(package.delay.entries().map(|(symbol, _)| last_name(symbol)));
        }
        names.extend(self.injected.iter().filter_map(|(name, (package, symbol))| {
            let starts = self.timer(package, symbol).is_some() || self.once(package, symbol).is_some();
            starts.then_some(name.as_str())
        }));
        names
    }

    /// Words of which a file that opens a push channel, or listens or sends on one, holds at least
    /// one, sorted: names of the platform's channels, and the specifiers of packages.
    pub fn channel_words(&self) -> Vec<&str> {
        let mut words: Vec<&str> = Vec::new();
        for (name, package) in &self.packages {
            let speaks =
                package.channel.entries().next().is_some() || package.emit.entries().next().is_some();
            if name == PLATFORM {
                words.extend(package.words());
            } else if is_file(name) {
                // Whoever imports it says where it is in a way of their own, but the names stay.
                words.extend(package.words().map(|it| if it == "default" { stem(name) } else { it }));
            } else if speaks {
                words.push(name);
            }
        }
        words.sort_unstable();
        words.dedup();
        words
    }

    /// The names of a package of which a file mentions one when it does with a channel what rows speak of;
    /// empty when the package goes under any name.
    pub fn channel_symbols(&self, package: &str) -> Vec<&str> {
        let symbols: Vec<&str> = self.packages.get(package).into_iter().flat_map(|it| it.words()).collect();
        if symbols.contains(&"default") { Vec::new() } else { symbols }
    }

    /// Whether a word names a channel of the platform.
    pub fn is_platform_channel(&self, word: &str) -> bool {
        self.packages.get(PLATFORM).is_some_and(|it| it.words().any(|known| known == word))
    }

    /// Names of the platform that hand something to callbacks: `Bun.serve`, `ReadableStream`.
    pub fn platform_callback_words(&self) -> Vec<&str> {
        let callbacks = self.packages.get(PLATFORM).into_iter().flat_map(|it| it.callback.entries());
        let mut words: Vec<&str> = callbacks.map(|(symbol, _)| first_name(symbol)).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// Options of data libraries that hold an interval and mean polling wherever they stand,
    /// sorted: `pollInterval`, `refetchInterval` … An option such as `interval` is not among them.
    pub fn interval_option_keys(&self) -> Vec<&str> {
        let rows = self.packages.values().flat_map(|package| package.timer.entries());
        let queries = rows.filter(|(_, row)| row.kind == Kind::QueryOption);
        let mut keys: Vec<&str> = queries.filter_map(|(_, row)| option_key(row)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn first<'a, Row: 'a>(
        &'a self,
        package: &str,
        symbol: &str,
        shelf: impl Fn(&'a Package) -> &'a Shelf<Row>,
    ) -> Option<&'a Row> {
        let (package, subpath) = self.find(package)?;
        let shelf = shelf(package);
        spellings(symbol, subpath).find_map(|text| shelf.first(&text))
    }

    fn all<'a, Row: 'a>(
        &'a self,
        package: &str,
        symbol: &str,
        shelf: impl Fn(&'a Package) -> &'a Shelf<Row>,
    ) -> Vec<&'a Row> {
        let Some((package, subpath)) = self.find(package) else {
            return Vec::new();
        };
        let shelf = shelf(package);
        let mut rows = spellings(symbol, subpath).map(|text| shelf.all(&text));
        rows.find(|rows| !rows.is_empty()).unwrap_or_default()
    }

    /// The nearest package that has rows, and the part of the specifier below it.
    fn find<'s>(&self, specifier: &'s str) -> Option<(&Package, &'s str)> {
        let specifier = specifier.strip_prefix("node:").unwrap_or(specifier);
        let mut name = specifier;
        loop {
            if let Some(package) = self.packages.get(name) {
                return Some((package, specifier.get(name.len()..)?));
            }
            name = name.rsplit_once('/')?.0;
        }
    }

    fn add(&mut self, library: LibraryFile) {
        let timer = shared(library.timer);
        let once = shared(library.once);
        let delay = shared(library.delay);
        let stop = shared(library.stop);
        let reads = library.effect.iter().filter(|row| row.without_call);
        self.reads.extend(reads.flat_map(|row| row.at.iter().map(|at| last_name(at).to_owned())));
        let effect = shared(library.effect);
        let returns = shared(library.returns);
        self.stores.extend(library.reducer.iter().filter(|row| row.root).flat_map(|row| row.at.clone()));
        let reducer = shared(library.reducer);
        let action = shared(library.action);
        let supply = shared(library.supply);
        let channel = shared(library.channel);
        let receive = shared(library.receive);
        let emit = shared(library.emit);
        let close = shared(library.close);
        let callback = shared(library.callback);
        let shared_state = shared(library.shared);
        let data = shared(library.data);
        let tree = shared(library.tree);
        let literal = shared(library.literal);
        let schedule = shared(library.schedule);
        let operator = shared(library.operator);
        for name in &library.packages {
            let package = Arc::make_mut(self.packages.entry(name.clone()).or_default());
            package.side = library.side.or(package.side);
            package.timer.put(&timer, |row| &row.at);
            package.once.put(&once, |row| &row.at);
            package.delay.put(&delay, |row| &row.at);
            package.stop.put(&stop, |row| &row.at);
            package.effect.put(&effect, |row| &row.at);
            package.returns.put(&returns, |row| &row.at);
            package.reducer.put(&reducer, |row| &row.at);
            package.action.put(&action, |row| &row.at);
            package.supply.put(&supply, |row| &row.at);
            package.channel.put(&channel, |row| &row.at);
            package.receive.put(&receive, |row| &row.at);
            package.emit.put(&emit, |row| &row.at);
            package.close.put(&close, |row| &row.at);
            package.callback.put(&callback, |row| &row.at);
            package.shared.put(&shared_state, |row| &row.at);
            package.data.put(&data, |row| &row.at);
            package.tree.put(&tree, |row| &row.at);
            package.literal.put(&literal, |row| &row.at);
            package.schedule.put(&schedule, |row| &row.at);
            package.operator.put(&operator, |row| &row.at);
        }
        let home = library.packages.first().cloned().unwrap_or_default();
        let names =
            library.injected.into_iter().map(|InjectedMeaning { name, at }| (name, (home.clone(), at)));
        self.injected.extend(names);
        for row in library.method {
            self.methods.extend(row.names.iter().map(|name| (name.clone(), row.clone())));
        }
        for row in library.registry {
            self.registries.extend(row.names.iter().map(|name| (name.clone(), row.clone())));
        }
        self.status.extend(library.status.into_iter().flat_map(|row| row.members));
    }

    /// Two built-in files must not say two things of one symbol.
    fn refuse_repeats(&self, file: &str, library: &LibraryFile) -> Result<(), Error> {
        let effects = library.effect.iter().flat_map(|row| &row.at);
        let returns = library.returns.iter().flat_map(|row| &row.at);
        let timers = library.timer.iter().flat_map(|row| &row.at);
        for name in &library.packages {
            let Some(package) = self.packages.get(name) else {
                continue;
            };
            let known = effects.clone().find(|at| package.effect.exact.contains_key(*at));
            let known = known.or_else(|| returns.clone().find(|at| package.returns.exact.contains_key(*at)));
            let known = known.or_else(|| timers.clone().find(|at| package.timer.exact.contains_key(*at)));
            if let Some(symbol) = known {
                return Err(fault(file, format!("`{symbol}` of `{name}` has a row in an earlier file")));
            }
        }
        for row in &library.method {
            if let Some(name) = row.names.iter().find(|name| self.methods.contains_key(*name)) {
                return Err(fault(file, format!("`method` `{name}` has a row in an earlier file")));
            }
        }
        Ok(())
    }
}

/// Whether a package of a team's own rows is a file of the repository.
pub fn is_file(package: &str) -> bool {
    package.starts_with("./")
}

/// The name of a file without folders and extension: what its default export is called as a rule.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split_once('.').map_or(name, |(stem, _)| stem)
}

/// Rows that many symbols and packages point to.
fn shared<Row>(rows: Vec<Row>) -> Vec<Arc<Row>> {
    rows.into_iter().map(Arc::new).collect()
}

/// Last segment of the interval's option.
fn option_key(row: &TimerMeaning) -> Option<&str> {
    row.interval.as_ref()?.option.as_deref()?.rsplit('.').next()
}

/// The ways in which the rows of a package may spell a symbol of its subpath: the default export
/// of `lodash/debounce` is the `debounce` of `lodash`.
fn spellings<'s>(symbol: &'s str, subpath: &str) -> impl Iterator<Item = Cow<'s, str>> + use<'s> {
    let symbol = symbol.strip_prefix("default.").unwrap_or(symbol);
    let file = subpath.rsplit('/').next().unwrap_or(subpath);
    let file = file.split_once('.').map_or(file, |(stem, _)| stem);
    let rest = symbol.strip_prefix("default").filter(|rest| rest.is_empty() || rest.starts_with("()"));
    let named = rest.filter(|_| !file.is_empty()).map(|rest| Cow::Owned(format!("{file}{rest}")));
    named.into_iter().chain(std::iter::once(Cow::Borrowed(symbol)))
}
