//! The names by which Go code tells what it does: fields that name a message, calls that send.

use super::go::{Field, Key};

/// Fields that name a message type. The first that a value has is the one that counts.
const STRONG: &[&str] = &[
    "Type",
    "EventType",
    "MessageType",
    "Event",
    "type",
    "eventType",
    "event_type",
    "messageType",
    "message_type",
    "event",
];
/// Fields that may name one: it counts when the name is known.
const WEAK: &[&str] = &[
    "Action", "Name", "Topic", "Kind", "Method", "action", "kind", "topic", "channel", "method", "name",
    "op", "t",
];
/// How the names of message structs end.
const MESSAGES: &[&str] = &["Message", "Event", "Notification", "Envelope", "Payload", "Msg"];
/// How the names of structs end that are no messages whatever their fields say.
const SETTINGS: &[&str] = &["Config", "Options", "Settings", "Opts", "Query", "Filter", "Request"];
/// Words of calls that speak about an event and do not send it. Lower case.
const RECORDING: &[&str] =
    &["log", "track", "audit", "record", "trace", "parse", "get", "is", "has", "count"];
/// How calls begin that register a receiver. Lower case.
const RECEIVING: &[&str] = &["on", "handle", "subscribe", "register", "listen"];
/// Words of calls that make a message. Lower case.
const MAKING: &[&str] = &["message", "event", "msg", "trigger", "enqueue", "fire"];

/// Words in the name of a call that hands a message on. Lower case.
const SENDING: &[&str] =
    &["broadcast", "send", "publish", "emit", "notify", "write", "push", "dispatch", "sse", "fanout"];
/// Words in the name of a Go channel that carries messages away. Lower case.
const OUTGOING: &[&str] =
    &["broadcast", "send", "publish", "out", "event", "message", "msg", "notif", "push"];

/// Whether something of this name hands a message on.
pub(super) fn is_sending(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SENDING.iter().any(|word| name.contains(word))
}

/// Whether a Go channel of this name carries messages away.
pub(super) fn is_outgoing(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    OUTGOING.iter().any(|word| name.contains(word))
}

/// Whether a struct type of this name is a message.
pub(super) fn is_message(type_name: &str) -> bool {
    MESSAGES.iter().any(|end| type_name.ends_with(end))
}

/// Whether a struct type of this name is no message whatever its fields say.
pub(super) fn is_setting(type_name: &str) -> bool {
    SETTINGS.iter().any(|end| type_name.ends_with(end))
}

/// Whether a call with the name of a message receives it (`true`) or sends it; `None` when it does
/// neither.
pub(super) fn receives(receiver: &str, name: &str) -> Option<bool> {
    let name = name.to_ascii_lowercase();
    let receiver = receiver.to_ascii_lowercase();
    let speaks = ["log", "logger", "slog", "zap", "fmt", "errors", "strings", "os", "t"]
        .contains(&receiver.rsplit('.').next().unwrap_or_default());
    if speaks || RECORDING.iter().any(|word| name.starts_with(word)) {
        return None;
    }
    let receives = RECEIVING.iter().any(|word| name.starts_with(word));
    let makes = is_sending(&name) || MAKING.iter().any(|word| name.contains(word));
    (receives || makes).then_some(receives)
}

/// Whether a field of this rank names a message type by its own name.
pub(super) fn is_strong(rank: usize) -> bool {
    rank < STRONG.len()
}

/// How strongly a field names a message type: its place in [`STRONG`], or behind them all.
pub(super) fn rank(key: &Key, fields: Option<&[Field]>) -> Option<usize> {
    let place = |name: &str| {
        let strong = STRONG.iter().position(|it| *it == name);
        strong.or_else(|| WEAK.contains(&name).then_some(STRONG.len()))
    };
    let field = |(name, json): &Field| match json.as_str() {
        "" => place(name),
        json => place(json),
    };
    match key {
        Key::EventLine => Some(0),
        Key::Text(name) => place(name),
        Key::Field(name) => match fields.and_then(|it| it.iter().find(|it| it.0 == *name)) {
            Some(declared) => field(declared).or_else(|| place(name)),
            None => place(name),
        },
        Key::Position(at) => field(fields?.get(*at)?),
    }
}
