//! Joins the ends of each message type's way and says where it is cut.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use smol_str::SmolStr;

use super::emits::Sending;
use super::flow::Routed;
use super::model::{Emission, Message, Spot};
use super::region::Outcome;
use crate::link::program::Program;
use crate::link::timer::Step;
use crate::link::value::At;
use crate::vocabulary::{Confidence, MessageVerdict, Side};

/// Messages by which the two ends of a channel keep it up. Nobody has to subscribe to them.
const PROTOCOL: [&str; 34] = [
    "ack",
    "auth",
    "authenticate",
    "authenticated",
    "close",
    "complete",
    "confirm_subscription",
    "connect",
    "connected",
    "connection",
    "connection_ack",
    "connection_error",
    "connection_init",
    "connection_keep_alive",
    "connection_terminate",
    "disconnect",
    "disconnected",
    "error",
    "handshake",
    "heartbeat",
    "heartbeat_ack",
    "hello",
    "init",
    "ka",
    "keepalive",
    "message",
    "open",
    "ping",
    "pong",
    "reject_subscription",
    "subscribe",
    "subscribed",
    "unsubscribe",
    "welcome",
];

/// What is known of one message type while its ends are joined.
#[derive(Default)]
struct Ends {
    emitted: Vec<Emission>,
    routed: Vec<(Spot, Side)>,
    outcome: Option<Outcome>,
}

impl Program {
    /// Every message type, sorted by name.
    pub(super) fn messages(&self, routed: &Routed, sending: &Sending) -> Vec<Message> {
        let mut ends: BTreeMap<SmolStr, Ends> = BTreeMap::new();
        let outcomes: Vec<Outcome> = routed
            .routes
            .par_iter()
            .map(|route| self.guarded(route.at.file, || self.outcome(route)))
            .collect();
        for (route, outcome) in routed.routes.iter().zip(outcomes) {
            let entry = ends.entry(route.name.clone()).or_default();
            let spot = self.spot(route.at, self.route_label(route.at, &route.name), Confidence::Certain);
            entry.routed.push((spot, self.side(route.at.file)));
            match &mut entry.outcome {
                Some(known) => known.merge(outcome),
                None => entry.outcome = Some(outcome),
            }
        }
        for emitted in sending.emitted.iter().filter(|it| !it.weak) {
            self.add_emission(&mut ends, emitted, Confidence::Certain);
        }
        let known: BTreeSet<SmolStr> = ends.keys().cloned().collect();
        for emitted in sending.emitted.iter().filter(|it| it.weak && known.contains(&it.name)) {
            self.add_emission(&mut ends, emitted, Confidence::Likely);
        }
        let sides = Sides::of(&ends, routed, sending, self);
        ends.into_iter().map(|(name, ends)| message(name, ends, &sides)).collect()
    }

    fn add_emission(
        &self,
        ends: &mut BTreeMap<SmolStr, Ends>,
        emitted: &super::emits::Emitted,
        confidence: Confidence,
    ) {
        let label = self.label(emitted.at);
        let spot = self.spot(emitted.at, label, confidence);
        let called = Some(self.is_live(emitted.at) && self.is_live(emitted.call));
        let side = self.side(emitted.call.file);
        let entry = ends.entry(emitted.name.clone()).or_default();
        if !entry.emitted.iter().any(|it| it.spot.place == spot.place) {
            entry.emitted.push(Emission { spot, side, called });
        }
    }

    /// A few words for the place that tells a type apart.
    fn route_label(&self, at: At, name: &str) -> String {
        let label = self.label(at);
        if label.contains(name) { label } else { format!("{label} \"{name}\"") }
    }
}

/// Which ends of the channels the audited code holds.
struct Sides {
    /// Server code that sends a message which a client knows.
    server_sends: bool,
    /// Client code that sends.
    client_sends: bool,
    /// Server code that receives a message which a client sends.
    server_receives: bool,
    /// Client code that receives.
    client_receives: bool,
    /// A registration whose name could not be seen, or a send whose type could not.
    open_routes: bool,
    open_sends: [bool; 2],
}

impl Sides {
    fn of(ends: &BTreeMap<SmolStr, Ends>, routed: &Routed, sending: &Sending, program: &Program) -> Self {
        let sends = |side: Side| {
            ends.values().any(|it| !it.routed.is_empty() && it.emitted.iter().any(|it| it.side == side))
        };
        let receives = |side: Side| ends.values().any(|it| it.routed.iter().any(|(_, own)| *own == side));
        let open = |side: Side| sending.open.iter().any(|at| program.side(at.file) == side);
        Self {
            server_sends: sends(Side::Server),
            client_sends: sends(Side::Client),
            server_receives: receives(Side::Server),
            client_receives: receives(Side::Client),
            open_routes: routed.open,
            open_sends: [open(Side::Client), open(Side::Server)],
        }
    }
}

fn message(name: SmolStr, ends: Ends, sides: &Sides) -> Message {
    let Ends { mut emitted, routed, outcome } = ends;
    emitted.sort_by(|a, b| a.spot.cmp(&b.spot));
    let outcome = outcome.unwrap_or_default();
    let on_client = routed.iter().any(|(_, side)| *side == Side::Client);
    let from_client = emitted.iter().any(|it| it.side == Side::Client);
    let from_server = emitted.iter().any(|it| it.side == Side::Server);
    // Peers of one kind may talk to each other through a relay that is not audited.
    let emitter_unseen =
        emitted.is_empty() && if on_client { !sides.server_sends } else { !sides.client_sends };
    let receiver_unseen = routed.is_empty()
        && (sides.open_routes
            || (from_client && !sides.server_receives)
            || (from_server && !sides.client_receives));
    let protocol = PROTOCOL.contains(&name.to_ascii_lowercase().as_str());
    let mut spots: Vec<Spot> = routed.into_iter().map(|(spot, _)| spot).collect();
    let mut subscribed = outcome.subscribers;
    let mut unsupplied = outcome.unsupplied;
    for list in [&mut spots, &mut subscribed, &mut unsupplied] {
        list.sort();
        list.dedup_by_key(|it| it.place);
    }
    let open_sends = sides.open_sends.get(usize::from(on_client)).copied().unwrap_or_default();
    let (verdict, confidence) = if spots.is_empty() {
        match (emitted.is_empty(), receiver_unseen || protocol) {
            (true, _) => (MessageVerdict::DeclaredOnly, Confidence::Likely),
            (false, true) => (MessageVerdict::Wired, Confidence::Possible),
            (false, false) => (MessageVerdict::EmittedUnhandled, Confidence::Likely),
        }
    } else if !subscribed.iter().any(|it| it.live) && !protocol {
        let nothing = outcome.empty && unsupplied.is_empty();
        match (outcome.logged && unsupplied.is_empty(), nothing && subscribed.is_empty()) {
            (true, _) => (MessageVerdict::LogOnly, Confidence::Likely),
            // `case "order": break;` drops it on purpose.
            (_, true) => (MessageVerdict::LogOnly, Confidence::Possible),
            _ => (MessageVerdict::NoSubscriber, Confidence::Likely),
        }
    } else if emitted.is_empty() && !emitter_unseen && !protocol {
        let confidence = if open_sends { Confidence::Possible } else { Confidence::Likely };
        (MessageVerdict::NeverEmitted, confidence)
    } else if !emitted.is_empty() && emitted.iter().all(|it| it.called == Some(false)) {
        (MessageVerdict::EmitDead, Confidence::Likely)
    } else {
        let sure = subscribed.iter().map(|it| it.confidence).min().unwrap_or(Confidence::Likely);
        (MessageVerdict::Wired, if emitter_unseen { sure.max(Confidence::Likely) } else { sure })
    };
    let mut chain = Vec::new();
    let mut step = |spot: &Spot, what: &str| {
        chain.push(Step { place: spot.place, label: format!("{what} {}", spot.label) });
    };
    if let Some(first) = emitted.first() {
        step(&first.spot, "emitted:");
    }
    if let Some(first) = spots.first() {
        step(first, "routed:");
    }
    if let Some(first) = subscribed.iter().find(|it| it.live).or(subscribed.first()) {
        step(first, "reaches");
    } else if let Some(first) = unsupplied.first() {
        step(first, "nobody supplies");
    }
    Message {
        name,
        defined: Vec::new(),
        emitted,
        routed: spots,
        subscribed,
        unsupplied,
        emitter_unseen,
        receiver_unseen,
        protocol,
        verdict,
        confidence,
        chain,
    }
}
