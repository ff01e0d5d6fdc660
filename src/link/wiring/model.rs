//! What the linked program says about push: channels, message types, and handlers that hear nothing.

use smol_str::SmolStr;

use crate::link::data::Touch;
use crate::link::timer::Step;
use crate::source::Place;
use crate::vocabulary::{Cleared, Confidence, MessageVerdict, Side};

/// Everything about push in the program. Filled by `Program::wiring`.
#[derive(Debug, Clone, Default)]
pub struct Wiring {
    /// Every push connection of product code, sorted by place.
    pub channels: Vec<Channel>,
    /// Every message type, sorted by name.
    pub messages: Vec<Message>,
    /// Functions written to receive messages that nothing registers, sorted by place.
    pub loose_handlers: Vec<LooseHandler>,
    /// Components that share a message source with nothing between them, when there are any.
    pub missing_layer: Option<MissingLayer>,
    /// Data that handlers of messages bring up to date, sorted.
    pub refreshes: Vec<Refresh>,
    /// Listeners on a channel that outlives the component which adds them, and that nothing removes;
    /// sorted by place.
    pub kept_listeners: Vec<KeptListener>,
}

/// A place on the way of a message, or where a channel is used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// Where.
    pub place: Place,
    /// Component, hook, class or function around it; empty in the module itself.
    pub owner: String,
    /// What stands there, in a few words: `socket.on("order")`, `case "order"`.
    pub label: String,
    /// Whether an entry of the app reaches it.
    pub live: bool,
    /// How sure it is that the message comes by.
    pub confidence: Confidence,
}

/// A push connection.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Where it is opened.
    pub place: Place,
    /// What opens it, as written: `new WebSocket`, `io`.
    pub api: String,
    /// Component, hook, class or function that opens it.
    pub owner: String,
    /// Client or server.
    pub side: Side,
    /// Whether an entry of the app reaches it.
    pub live: bool,
    /// Whether it is closed when its owner goes away.
    pub closed: Cleared,
    /// Whether it comes back by itself after it broke. `None`: could not be seen.
    pub reconnects: Option<bool>,
    /// It leaves the machine: not a channel between tabs or workers.
    pub remote: bool,
    /// It is one of several subscriptions on a connection that the library shares.
    pub subscription: bool,
    /// Names of the message types that it carries, sorted.
    pub messages: Vec<SmolStr>,
    /// Where message handlers are registered with it.
    pub receivers: Vec<Spot>,
}

/// A message type: the name that tells messages on a channel apart.
#[derive(Debug, Clone)]
pub struct Message {
    /// The name on the wire.
    pub name: SmolStr,
    /// Constants, enum members, type members and schemas that name it.
    pub defined: Vec<Spot>,
    /// Where it is built or sent, other backends included.
    pub emitted: Vec<Emission>,
    /// Where it is told apart: a case, a comparison, a table, `on("name")`.
    pub routed: Vec<Spot>,
    /// Where somebody supplies the code that it reaches.
    pub subscribed: Vec<Spot>,
    /// Optional members of handler interfaces that the routes call and that nobody supplies.
    pub unsupplied: Vec<Spot>,
    /// The audited roots hold no code that could send it: `emitted` says nothing.
    pub emitter_unseen: bool,
    /// The audited roots hold no code that could receive it: `routed` says nothing.
    pub receiver_unseen: bool,
    /// A message of the protocol (`ping`, `connection_ack`), which nobody needs to subscribe to.
    pub protocol: bool,
    /// Where its line is cut, if it is.
    pub verdict: MessageVerdict,
    /// How sure the verdict is.
    pub confidence: Confidence,
    /// The evidence in order: definition, emission, route, subscription.
    pub chain: Vec<Step>,
}

/// One place that builds or sends a message.
#[derive(Debug, Clone)]
pub struct Emission {
    /// Where.
    pub spot: Spot,
    /// Client or server.
    pub side: Side,
    /// Whether any code that is not a test calls the function that sends it. `None`: not known.
    pub called: Option<bool>,
}

/// A function that is written to receive messages and that nothing registers.
#[derive(Debug, Clone)]
pub struct LooseHandler {
    /// Where it stands.
    pub place: Place,
    /// Its name.
    pub name: SmolStr,
    /// The component or hook that holds it.
    pub owner: String,
    /// Message types that it is about, when they could be seen; sorted.
    pub messages: Vec<SmolStr>,
    /// Why it counts as a message handler, as clauses: ``its parameter is a `ProxyMessage` ``.
    pub reasons: Vec<String>,
    /// How its name is used though nothing registers it: `in a dependency array only`.
    pub used: String,
    /// A comment near it that says that it is not connected yet, on one line.
    pub quote: Option<String>,
    /// Whether an entry of the app reaches it.
    pub live: bool,
    /// How sure it is.
    pub confidence: Confidence,
    /// The evidence.
    pub chain: Vec<Step>,
}

/// Data that the handler of a message brings up to date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refresh {
    /// What, and where it is asked for or set.
    pub touch: Touch,
    /// The message type, when one is told apart.
    pub message: Option<SmolStr>,
    /// The code that the message reaches.
    pub handler: Spot,
}

/// The layer that is missing between push channels and components.
#[derive(Debug, Clone)]
pub struct MissingLayer {
    /// Where the message source stands: the router or the channel.
    pub place: Place,
    /// What that is, in words: `routeMessage`.
    pub source: String,
    /// Components that open a channel of their own.
    pub own_channels: Vec<Spot>,
    /// Components that hold handlers which nothing feeds.
    pub starving: Vec<Spot>,
    /// The evidence.
    pub chain: Vec<Step>,
}

/// A listener that nothing removes.
#[derive(Debug, Clone)]
pub struct KeptListener {
    /// Where it is registered.
    pub place: Place,
    /// The call, as written.
    pub api: String,
    /// The component or hook that registers it.
    pub owner: String,
    /// The message that it listens for, if it names one.
    pub message: Option<SmolStr>,
    /// Whether an entry of the app reaches it.
    pub live: bool,
    /// The evidence.
    pub chain: Vec<Step>,
}
