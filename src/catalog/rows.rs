//! The format of `catalog/*.toml`: what one row says about a third-party API.
//!
//! Every row names *symbols*. A symbol is how a value is reached from a package:
//!
//! | symbol | is |
//! | --- | --- |
//! | `useQuery` | the export of that name, also through a namespace or default import |
//! | `default` | the default export (or the whole CommonJS module) itself |
//! | `create().get` | the member `get` of what calling (or constructing) `create` gives |
//! | `useLazyQuery().0` | the first element of the array that the call gives |
//! | `use*Query` | `*` inside a name stands for any characters of that name |
//! | `createTRPCReact().**.useQuery` | `**` stands for any number of members and calls |
//!
//! The package `global` holds what the platform offers without an import; `window.`, `self.`,
//! `globalThis.`, `global.` and `top.` in front are dropped before the lookup.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::vocabulary::{Confidence, Kind, Side};

/// One `catalog/*.toml` file: what one library, or a family with the same API, means.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LibraryFile {
    /// Name for people.
    pub library: String,
    /// Import specifiers. `swr` also stands for `swr/…`; `node:` in front is dropped.
    pub packages: Vec<String>,
    /// Code that imports this runs there.
    #[serde(default)]
    pub side: Option<Side>,
    /// Calls and elements that make work recur.
    #[serde(default)]
    pub timer: Vec<TimerMeaning>,
    /// One-shot schedulers: recurring work when the callback schedules itself again.
    #[serde(default)]
    pub once: Vec<OnceMeaning>,
    /// Calls that give a promise which settles after a delay.
    #[serde(default)]
    pub delay: Vec<DelayMeaning>,
    /// Calls that stop a timer.
    #[serde(default)]
    pub stop: Vec<StopMeaning>,
    /// What calling a symbol does.
    #[serde(default)]
    pub effect: Vec<EffectMeaning>,
    /// What calling a symbol gives, where sight goes on through it.
    #[serde(default)]
    pub returns: Vec<ReturnsMeaning>,
    /// Reducers, whose initial state can be read.
    #[serde(default)]
    pub reducer: Vec<ReducerMeaning>,
    /// Action creators, each with the reducer that runs when what it gives is dispatched.
    #[serde(default)]
    pub action: Vec<ActionMeaning>,
    /// Wrappers that hand props from a store to a component.
    #[serde(default)]
    pub supply: Vec<SupplyMeaning>,
    /// Names under which a dependency-injection container hands a symbol to a parameter.
    #[serde(default)]
    pub injected: Vec<InjectedMeaning>,
    /// What a method of that name does on a receiver that cannot be seen.
    #[serde(default)]
    pub method: Vec<MethodMeaning>,
    /// Methods that register something under a name, for a dependency-injection container.
    #[serde(default)]
    pub registry: Vec<RegistryMeaning>,
    /// Member names that tell the state of a connection.
    #[serde(default)]
    pub status: Vec<StatusMeaning>,
    /// Calls that open a push channel.
    #[serde(default)]
    pub channel: Vec<ChannelMeaning>,
    /// Calls, assignments and options that register code for messages of a channel.
    #[serde(default)]
    pub receive: Vec<ReceiveMeaning>,
    /// Calls that send a message.
    #[serde(default)]
    pub emit: Vec<EmitMeaning>,
    /// Calls that end a channel, a subscription or a listener.
    #[serde(default)]
    pub close: Vec<CloseMeaning>,
    /// What a library hands to the callbacks that it is given.
    #[serde(default)]
    pub callback: Vec<CallbackMeaning>,
    /// State that components share under a key: what one writes, the others read.
    #[serde(default)]
    pub shared: Vec<SharedMeaning>,
    /// Calls that ask for or change an entry of a cache of answers.
    #[serde(default)]
    pub data: Vec<DataMeaning>,
    /// What a symbol is in the tree of components.
    #[serde(default)]
    pub tree: Vec<TreeMeaning>,
    /// Schemas that demand one of the strings that they are given.
    #[serde(default)]
    pub literal: Vec<LiteralMeaning>,
    /// Schedules that have names.
    #[serde(default)]
    pub schedule: Vec<ScheduleMeaning>,
    /// Operators between a channel and whoever subscribes to it.
    #[serde(default)]
    pub operator: Vec<OperatorMeaning>,
}

/// Names of a schedule: `CronExpression.EVERY_HOUR`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleMeaning {
    /// Symbols.
    pub at: Vec<String>,
    /// A cron expression, or words such as `5 minutes`: the shortest pause between two runs.
    pub every: String,
}

/// A schema that demands one of the strings that it is given: `z.literal("order_created")`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LiteralMeaning {
    /// Symbols.
    pub at: Vec<String>,
}

/// A call that makes an operator, given to a `pipe`: `filter((message) => message.type === "order")`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperatorMeaning {
    /// Symbols.
    pub at: Vec<String>,
    /// The function that gets each message.
    pub function: Slot,
    /// The parameter of the function that holds the message.
    #[serde(default)]
    pub parameter: usize,
    /// Only messages for which the function answers yes go on.
    #[serde(default)]
    pub selects: bool,
}

/// What a symbol is in the tree of components.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TreeMeaning {
    /// Symbols.
    pub at: Vec<String>,
    /// Which part.
    pub part: TreePart,
}

/// A part of the tree of components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TreePart {
    /// A call that renders its arguments as a tree of their own: `createRoot().render`.
    Root,
    /// An element at which a layout shows the route inside it: `<Outlet />`.
    Outlet,
    /// The props of a component that is a class.
    Props,
}

/// Where a call carries something: an argument, or an option inside an argument or the props.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// Zero-based argument; for an option, the argument that holds the object. Absent with
    /// `option`: any argument. A JSX element's props are argument 0.
    #[serde(default)]
    pub argument: Option<usize>,
    /// Dotted path inside that argument: `refetchInterval`, `defaultOptions.queries.refetchInterval`.
    /// An array on the way stands for each of its elements: `useQueries`' `queries.refetchInterval`.
    #[serde(default)]
    pub option: Option<String>,
}

/// A call or element that makes work recur.
///
/// Several rows may name one symbol: overloads, tried in order. The first applies whose `work`
/// argument is there and whose interval is, where the row cannot do without one (a `query-option`,
/// or `needs_interval`). The last row applies without its work.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimerMeaning {
    /// Symbols.
    pub at: Vec<String>,
    /// How it recurs.
    pub kind: Kind,
    /// Where the interval stands. Without a value there, a `query-option` is no timer and other
    /// kinds use `default_ms`.
    pub interval: Option<Slot>,
    /// Without a value at `interval` the call is no timer, whatever its kind: RxJS's `timer(due)`.
    #[serde(default)]
    pub needs_interval: bool,
    /// Where the repeated function stands. Absent: the library does `effect` itself.
    #[serde(default)]
    pub work: Option<Slot>,
    /// What the library does on each tick besides running `work`; decides the verdict when
    /// `work` is absent or cannot be seen (with confidence `likely`).
    #[serde(default)]
    pub effect: Option<Effect>,
    /// Milliseconds in one unit of the interval.
    #[serde(default = "one")]
    pub unit_ms: f64,
    /// Interval in ms when none is given.
    #[serde(default)]
    pub default_ms: Option<f64>,
    /// Values of the interval that turn it off: any of `false`, `null`, `undefined`, `0`.
    #[serde(default)]
    pub off: Vec<OffValue>,
    /// Options beside the interval that turn it off when they have this value:
    /// `{ option = "enabled", off = "false" }`.
    #[serde(default)]
    pub switch: Vec<Switch>,
    /// Members of what the call gives that start it: until one is called, it rests.
    #[serde(default)]
    pub starts: Vec<String>,
    /// The interval is a cron expression (or a `5 minutes` text), not a number.
    #[serde(default)]
    pub schedule: bool,
    /// There is no handle: the library stops it when the component unmounts.
    #[serde(default)]
    pub self_clearing: bool,
}

/// A value that turns a timer off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OffValue {
    /// `false`
    False,
    /// `true`, for options such as `skip`
    True,
    /// `null`
    Null,
    /// `undefined`
    Undefined,
    /// `0`
    #[serde(rename = "0")]
    Zero,
}

/// An option that turns a timer off.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// Its dotted path beside the interval's own object; or, with `argument`, inside that argument.
    #[serde(default)]
    pub option: Option<String>,
    /// The argument that switches (SWR's key), or that holds `option`.
    #[serde(default)]
    pub argument: Option<usize>,
    /// The value that turns it off.
    pub off: OffValue,
}

/// A one-shot scheduler.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OnceMeaning {
    /// Symbols.
    pub at: Vec<String>,
    /// What it is when the callback schedules itself again: `recursive-timeout` or `raf`.
    pub kind: Kind,
    /// Argument that holds the callback.
    pub callback: usize,
    /// Argument that holds the delay in ms.
    #[serde(default)]
    pub interval: Option<usize>,
}

/// A call that gives a promise which settles after a delay.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DelayMeaning {
    /// Symbols.
    pub at: Vec<String>,
    /// Argument that holds the delay.
    pub argument: usize,
    /// Milliseconds in one unit.
    #[serde(default = "one")]
    pub unit_ms: f64,
}

/// A call that stops timers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StopMeaning {
    /// Symbols.
    pub at: Vec<String>,
}

/// What running a call does, as far as a verdict cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Sends a request for data: HTTP, GraphQL, RPC.
    Network,
    /// Asks a database, cache server or queue over the network.
    Database,
    /// Opens a push channel.
    ChannelOpen,
    /// Sends on a push channel.
    ChannelSend,
    /// Registers a listener: the callbacks it is given do not run now.
    Listen,
    /// Reads the state of a connection.
    StatusRead,
    /// Reports metrics, analytics or errors.
    Telemetry,
    /// Writes a log line.
    Log,
    /// Reads or writes local storage or files.
    Storage,
    /// Changes component or store state.
    State,
    /// Touches the page or the window.
    Dom,
    /// Reads the clock.
    Clock,
    /// Asks another process of the same machine: IPC, child processes.
    Process,
    /// Removes entries from a collection or flushes a buffer.
    Sweep,
    /// Nothing that a verdict cares about; callbacks it is given run now.
    Pure,
}

/// What calling a symbol does.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EffectMeaning {
    /// Symbols.
    pub at: Vec<String>,
    /// What it does.
    pub effect: Effect,
    /// The same symbol as a JSX element, or as a read without a call, does it too.
    #[serde(default)]
    pub without_call: bool,
}

/// What calling a symbol gives.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnsMeaning {
    /// Symbols.
    pub at: Vec<String>,
    /// The shape of the result.
    pub gives: Gives,
    /// The argument that it is made of.
    #[serde(default)]
    pub argument: usize,
    /// The function is an option of that argument, at this dotted path.
    #[serde(default)]
    pub option: Option<String>,
    /// The result is so many times the argument, which is a number: `minutesToMilliseconds(5)`.
    #[serde(default)]
    pub times: Option<f64>,
}

/// A reducer: a value, named as code reaches it, that keeps a part of a store's state.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReducerMeaning {
    /// Symbols: `createSlice().reducer`.
    pub at: Vec<String>,
    /// Where its first state stands in the call on the way.
    #[serde(default)]
    pub initial: Option<Slot>,
    /// Where the reducers stand that it is put together from, by the name of their part of the state.
    #[serde(default)]
    pub parts: Option<Slot>,
    /// It is the store itself: what selectors are given is its state.
    #[serde(default)]
    pub root: bool,
}

/// An action creator, named as code reaches it: `createSlice().actions.*`. The slots are of the call on the
/// way to it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionMeaning {
    /// Symbols.
    pub at: Vec<String>,
    /// The table in which the reducer stands under the name of the creator.
    pub cases: Slot,
    /// The state that the reducer is given at first.
    pub initial: Slot,
}

/// A call whose outcome, called with a component, hands props from a store to it: `connect(mapState, actions)`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplyMeaning {
    /// Symbols.
    pub at: Vec<String>,
    /// A selector of an object of props.
    pub state: Slot,
    /// An object of action creators, or a function that gives one when it is called with `dispatch`.
    pub actions: Slot,
    /// The symbol, of the same package, of what the function is called with.
    pub dispatch: String,
}

/// The shape of a call's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Gives {
    /// The argument itself: `useCallback(f)`, `memo(C)`, `debounce(f)`.
    Argument,
    /// What calling the argument gives: `useMemo(() => x)`.
    Call,
    /// An object whose `current` is the argument: `useRef(x)`.
    Ref,
    /// A pair of a value, first the argument (or what calling it gives), and its setter.
    State,
    /// A store hook whose state is what calling the argument gives: zustand's `create`.
    Store,
    /// A function that, when called, calls the function which the argument gives when called:
    /// `createAsyncThunk(name, run)`; calling the result runs `argument`.
    Runner,
    /// What the argument, a function, gives when it is called with the state of the program's store:
    /// `useSelector(select)`.
    Selected,
    /// The action creators of the argument, each of which dispatches what it gives:
    /// `bindActionCreators(actions)`.
    Dispatching,
    /// A React context whose default value is the argument.
    Context,
    /// The value of the context that is the argument: `useContext(C)`.
    ContextValue,
    /// The component that the argument's promise or function loads: `lazy(() => import(…))`.
    Lazy,
}

/// A name under which a container injects a symbol: AngularJS's `$http`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InjectedMeaning {
    /// The parameter's name.
    pub name: String,
    /// The symbol that it holds.
    pub at: String,
}

/// Methods that register a value (argument 1) under a name (argument 0), by which a container
/// hands it to parameters: AngularJS's `factory('Orders', makeOrders)`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistryMeaning {
    /// Method names.
    pub names: Vec<String>,
    /// `call`: what calling the value gives; `argument`: the value, or an instance when it is a class.
    pub gives: Gives,
}

/// What a method does on a receiver that cannot be seen.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MethodMeaning {
    /// Method names.
    pub names: Vec<String>,
    /// What it does.
    pub effect: Effect,
    /// How much the name proves.
    pub confidence: Confidence,
}

/// Member names that tell the state of a connection: `readyState`, `isConnected`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusMeaning {
    /// Member (or getter) names.
    pub members: Vec<String>,
}

/// A call (or `new`) that opens a push channel, or a subscription that is one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelMeaning {
    /// Symbols of what is called.
    pub at: Vec<String>,
    /// Whether it comes back by itself after it broke.
    #[serde(default)]
    pub reconnects: Reconnects,
    /// An option that makes it come back: `true`, or a function that can answer so.
    #[serde(default)]
    pub reconnect_switch: Option<Slot>,
    /// It ends with its component: a hook.
    #[serde(default)]
    pub self_closing: bool,
    /// What the call gives ends the subscription when it is called: `const stop = onSnapshot(…)`.
    #[serde(default)]
    pub gives_stop: bool,
    /// A subscription on a connection that is shared: several of them open no more connections.
    #[serde(default)]
    pub subscription: bool,
    /// It stays on the machine: between tabs, workers or processes.
    #[serde(default)]
    pub local: bool,
    /// It stays in the process: no channel of its own, but messages of channels are put on it.
    #[serde(default)]
    pub bus: bool,
}

/// Whether a channel comes back by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reconnects {
    /// The library does it.
    Yes,
    /// Only code of the repository can.
    #[default]
    No,
}

/// A call, an assignment (`socket.onmessage = …`, symbol `WebSocket().onmessage`) or an option that
/// registers code for messages.
///
/// Several rows may name one symbol: the first applies whose `handler` holds a function and whose
/// `when` holds.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveMeaning {
    /// Symbols of what is called or assigned to.
    pub at: Vec<String>,
    /// Where the function stands. Absent for an assignment, and for a value that is itself the
    /// message (`value = true`). With `option = "*"` every member of that object is a handler and
    /// its key the name.
    #[serde(default)]
    pub handler: Option<Slot>,
    /// The symbol is the latest message itself: `useWebSocket().lastJsonMessage`.
    #[serde(default)]
    pub value: bool,
    /// Where the name of the message stands. Absent: the name is a field of the message.
    #[serde(default)]
    pub name: Option<Slot>,
    /// The name is given to the handler as this parameter: `onAny((name, …) => …)`.
    #[serde(default)]
    pub name_parameter: Option<usize>,
    /// Names for which the message's own field still decides: `message`.
    #[serde(default)]
    pub unnamed: Vec<String>,
    /// Names that tell of the connection and carry no message: `connect`, `close`. A trailing `*`
    /// stands for any rest.
    #[serde(default)]
    pub reserved: Vec<String>,
    /// The parameter of the handler that holds the message.
    #[serde(default)]
    pub parameter: usize,
    /// Dotted path from that parameter to the message: `data` of a `MessageEvent`.
    #[serde(default)]
    pub payload: Option<String>,
    /// The arguments are operators, and messages go through them to whoever subscribes to what the call
    /// gives.
    #[serde(default)]
    pub pipe: bool,
    /// There are no names: the message is the data itself, such as a document snapshot.
    #[serde(default)]
    pub data_only: bool,
    /// Applies only when this argument is this text.
    #[serde(default)]
    pub when: Option<ArgumentIs>,
    /// Names are compared without regard to case.
    #[serde(default)]
    pub ignore_case: bool,
    /// Dropped from the front of names: Echo's `.`.
    #[serde(default)]
    pub strip: Option<String>,
    /// What the call gives removes the listener when it is called.
    #[serde(default)]
    pub gives_stop: bool,
    /// It is of a bus: it counts where messages of a channel are put on that bus.
    #[serde(default)]
    pub bus: bool,
}

/// A condition on an argument.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArgumentIs {
    /// Which.
    pub argument: usize,
    /// Its text.
    pub text: String,
}

/// A call that sends a message. Exactly one of `name`, `payload` and `text` is given; several rows
/// for one symbol are tried in order.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmitMeaning {
    /// Symbols of what is called.
    pub at: Vec<String>,
    /// Where the name stands.
    #[serde(default)]
    pub name: Option<Slot>,
    /// Where the message stands, which has the name in a field, perhaps serialized.
    #[serde(default)]
    pub payload: Option<Slot>,
    /// Where a text stands that names it in an `event: name` line.
    #[serde(default)]
    pub text: Option<Slot>,
    /// Applies only when this argument is this text.
    #[serde(default)]
    pub when: Option<ArgumentIs>,
    /// It is of a bus: what is sent stays in the process.
    #[serde(default)]
    pub bus: bool,
}

/// A call that ends a channel, a subscription or a listener.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseMeaning {
    /// Symbols of what is called.
    pub at: Vec<String>,
    /// It removes a listener and leaves the channel open: `off`.
    #[serde(default)]
    pub listener: bool,
}

/// What a library hands to a callback: the socket of `io.on("connection", (socket) => …)`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallbackMeaning {
    /// Symbols of what is called.
    pub at: Vec<String>,
    /// The argument (or option of it) that holds the callback.
    pub callback: Slot,
    /// Applies only when this argument is this text.
    #[serde(default)]
    pub when: Option<ArgumentIs>,
    /// The symbol, of the same package, of each parameter in order; empty for one without meaning.
    pub gives: Vec<String>,
}

/// State that is shared under the first argument of a call, jotai's `useAtom(atom)`, or that is what a call
/// made: nanostores' `atom(0).set(1)`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SharedMeaning {
    /// Symbols of what does it: `useAtom().1` sets, `useAtom().0` and `useAtomValue()` read.
    pub at: Vec<String>,
    /// Whether it sets the state or reads it.
    pub does: SharedUse,
    /// The state is what the call on the way made, and not what stands under that call's first argument.
    #[serde(default)]
    pub itself: bool,
}

/// What is done with shared state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SharedUse {
    /// Calling it with a value sets the state.
    Sets,
    /// It is the state.
    Reads,
}

/// A call that asks for or changes an entry of a cache of answers: by its key a poll and a push
/// handler are known to be about the same data.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataMeaning {
    /// Symbols.
    pub at: Vec<String>,
    /// Where the key stands: the first of these that holds a text, a list or a document.
    #[serde(default)]
    pub key: Vec<Slot>,
    /// What the names on the way to the symbol say of the key.
    #[serde(default)]
    pub names: DataNames,
    /// Where what the query asks for is narrowed down: an argument, variables.
    #[serde(default)]
    pub input: Option<Slot>,
    /// The key is that of the call which gave the function: `useQuery({ queryKey }).refetch()`.
    #[serde(default)]
    pub made: bool,
}

/// What the names on the way to a symbol say of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DataNames {
    /// Nothing.
    #[default]
    Nothing,
    /// They begin it: `trpc.orders.list.useQuery()`.
    Way,
    /// The hook is named after the endpoint of its cache: `useGetOrdersQuery`.
    Hook,
}

const fn one() -> f64 {
    1.0
}
