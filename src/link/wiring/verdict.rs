//! Joins the ends of each message type's way and says where it is cut.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use smol_str::SmolStr;

use super::channels::{End, Traffic};
use super::definitions::Definitions;
use super::emits::Sending;
use super::flow::Routed;
use super::model::{Emission, Message, Spot};
use super::region::Outcome;
use crate::backends::BackendEmission;
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

fn is_protocol(name: &str) -> bool {
    PROTOCOL.contains(&name.to_ascii_lowercase().as_str())
}

/// What is known of one message type while its ends are joined.
#[derive(Default)]
struct Ends {
    defined: Vec<Spot>,
    emitted: Vec<(Emission, End)>,
    routed: Vec<(Spot, End)>,
    outcome: Option<Outcome>,
    /// The fields by which it is told apart.
    fields: BTreeSet<SmolStr>,
}

impl Program {
    /// Every message type, sorted by name.
    pub(super) fn messages(
        &self,
        traffic: &Traffic,
        routed: &Routed,
        sending: &Sending,
    ) -> (Vec<Message>, Definitions) {
        let mut ends: BTreeMap<SmolStr, Ends> = BTreeMap::new();
        let outcomes: Vec<Outcome> = routed
            .routes
            .par_iter()
            .map(|route| self.guarded(route.at.file, || self.outcome(route)))
            .collect();
        let sent: BTreeSet<&SmolStr> =
            sending.emitted.iter().filter(|it| !it.weak).map(|it| &it.name).collect();
        let routes = routed.routes.iter().zip(outcomes);
        for (route, outcome) in routes.filter(|(it, _)| !it.weak || sent.contains(&it.name)) {
            let entry = ends.entry(route.name.clone()).or_default();
            let spot = self.spot(route.at, self.route_label(route.at, &route.name), Confidence::Certain);
            let end = traffic
                .registrations
                .get(&route.from)
                .map_or(End::Server, |it| End::of(&it.channels, it.of_server, self.side(route.from.file)));
            entry.routed.push((spot, end));
            entry.fields.extend(route.field.clone());
            match &mut entry.outcome {
                Some(known) => known.merge(outcome),
                None => entry.outcome = Some(outcome),
            }
        }
        for emitted in sending.emitted.iter().filter(|it| !it.weak) {
            self.add_emission(traffic, &mut ends, emitted, Confidence::Certain);
        }
        let known: BTreeSet<SmolStr> = ends.keys().cloned().collect();
        for emitted in sending.emitted.iter().filter(|it| it.weak && known.contains(&it.name)) {
            self.add_emission(traffic, &mut ends, emitted, Confidence::Likely);
        }
        let mut definitions = self.add_definitions(&mut ends);
        definitions.envelopes = routed.routes.iter().flat_map(|it| self.envelopes(it.at)).collect();
        self.add_backends(&mut ends);
        let ends_of = |calls: &[At]| calls.iter().map(|at| self.end_of_send(traffic, *at)).collect();
        let sight = Sight::of(&ends, routed.open, ends_of(&sending.open), ends_of(&sending.open_payloads));
        let mut messages: Vec<Message> =
            ends.into_iter().map(|(name, ends)| message(name, ends, &sight)).collect();
        messages.par_iter_mut().for_each(|it| self.doubt(it));
        (messages, definitions)
    }

    /// Where the types are written down, and the types that are written down beside them.
    fn add_definitions(&self, ends: &mut BTreeMap<SmolStr, Ends>) -> Definitions {
        let near = |it: &Ends| -> Vec<_> {
            let emitted = it.emitted.iter().map(|(it, _)| it.spot.place.file);
            emitted.chain(it.routed.iter().map(|(it, _)| it.place.file)).collect()
        };
        let files = ends.values().flat_map(near).collect();
        // Every protocol has a `ping`: a list that holds one may be about anything.
        let known = ends.iter().filter(|(name, _)| !is_protocol(name));
        let known =
            known.map(|(name, ends)| (name.clone(), (!ends.routed.is_empty()).then(|| ends.fields.clone())));
        let known = known.collect();
        let definitions = self.definitions(&files, &known);
        for (name, spots) in &definitions.places {
            ends.entry(name.clone()).or_default().defined.clone_from(spots);
        }
        definitions
    }

    /// What backends in other languages send and receive.
    fn add_backends(&self, ends: &mut BTreeMap<SmolStr, Ends>) {
        let known: BTreeSet<SmolStr> = ends.keys().cloned().collect();
        let facts = self.backend_facts(&known);
        let spot = |it: &BackendEmission| Spot {
            place: it.place,
            owner: it.owner.clone(),
            label: it.label.clone(),
            live: true,
            confidence: it.confidence,
        };
        let familiar = familiar(&facts.emissions, &known);
        let counts = |it: &&BackendEmission| {
            known.contains(&it.name) || it.proven_type && familiar.contains(&it.family)
        };
        for emission in facts.emissions.iter().filter(counts) {
            let entry = ends.entry(emission.name.clone()).or_default();
            let emission = Emission { spot: spot(emission), side: Side::Server, called: emission.called };
            entry.emitted.push((emission, End::Server));
        }
        for reception in facts.receptions.iter().filter(|it| known.contains(&it.name)) {
            let entry = ends.entry(reception.name.clone()).or_default();
            // Of what this backend sends to itself nothing is said here.
            if entry.emitted.iter().any(|(_, end)| *end != End::Server) {
                entry.routed.push((spot(reception), End::Server));
                let outcome = entry.outcome.get_or_insert_with(Outcome::default);
                outcome.subscribers.push(spot(reception));
            }
        }
    }

    /// Takes back that a message is never sent, or never handled, where other code names it.
    fn doubt(&self, message: &mut Message) {
        let claims =
            matches!(message.verdict, MessageVerdict::NeverEmitted | MessageVerdict::EmittedUnhandled);
        if claims && self.is_named_elsewhere(message) {
            message.emitter_unseen |= message.verdict == MessageVerdict::NeverEmitted;
            message.receiver_unseen |= message.verdict == MessageVerdict::EmittedUnhandled;
            message.verdict = MessageVerdict::Wired;
            message.confidence = Confidence::Possible;
        }
    }

    fn end_of_send(&self, traffic: &Traffic, call: At) -> End {
        let side = self.side(call.file);
        traffic.sent.get(&call).map_or(End::Server, |it| End::of(&it.channels, it.of_server, side))
    }

    fn add_emission(
        &self,
        traffic: &Traffic,
        ends: &mut BTreeMap<SmolStr, Ends>,
        emitted: &super::emits::Emitted,
        confidence: Confidence,
    ) {
        let label = self.label(emitted.at);
        let spot = self.spot(emitted.at, label, confidence);
        let called = Some(self.is_live(emitted.at) && self.is_live(emitted.call));
        let side = self.side(emitted.call.file);
        let end = self.end_of_send(traffic, emitted.call);
        let entry = ends.entry(emitted.name.clone()).or_default();
        if !entry.emitted.iter().any(|(it, _)| it.spot.place == spot.place) {
            entry.emitted.push((Emission { spot, side, called }, end));
        }
    }

    /// A few words for the place that tells a type apart.
    fn route_label(&self, at: At, name: &str) -> String {
        let label = self.label(at);
        if label.contains(name) { label } else { format!("{label} \"{name}\"") }
    }
}

/// Struct types and functions of a backend that carry messages of the audited channels: at least half
/// of what is built with them is known here. Others carry telemetry, jobs or another client's messages.
fn familiar<'e>(emissions: &'e [BackendEmission], known: &BTreeSet<SmolStr>) -> BTreeSet<&'e SmolStr> {
    let mut names: BTreeMap<&SmolStr, BTreeSet<&SmolStr>> = BTreeMap::new();
    for emission in emissions {
        names.entry(&emission.family).or_default().insert(&emission.name);
    }
    names.retain(|_, names| names.iter().filter(|it| known.contains(**it)).count() * 2 >= names.len());
    names.into_keys().collect()
}

/// Which ends of the channels the audited code shows. A peer counts as seen once one message gets
/// from it or to it: a server in the same repository may be that of another channel.
struct Sight {
    /// Channels whose server sends something that is received on them.
    answered: BTreeSet<usize>,
    /// Channels on which something is sent that a server receives.
    heard: BTreeSet<usize>,
    /// A server receives something that an opener sends.
    server_hears: bool,
    /// An opener receives something that a server sends.
    server_is_heard: bool,
    /// A registration whose name could not be seen.
    open_routes: bool,
    /// Ends that send something whose type could not be seen.
    open_sends: Vec<End>,
    /// Ends that send named events whose payload may have a type that could not be seen.
    open_payloads: Vec<End>,
}

impl Sight {
    fn of(
        ends: &BTreeMap<SmolStr, Ends>,
        open_routes: bool,
        open_sends: Vec<End>,
        open_payloads: Vec<End>,
    ) -> Self {
        let mut sight = Self {
            answered: BTreeSet::new(),
            heard: BTreeSet::new(),
            server_hears: false,
            server_is_heard: false,
            open_routes,
            open_sends,
            open_payloads,
        };
        // Every protocol has a `ping`: it proves nothing of whose it is.
        for ends in ends.iter().filter(|(name, _)| !is_protocol(name)).map(|(_, ends)| ends) {
            // A word in the text of a backend does not show that all it sends is in sight.
            let from_server = ends
                .emitted
                .iter()
                .any(|(it, end)| *end == End::Server && it.spot.confidence < Confidence::Possible);
            let to_server = ends.routed.iter().any(|(_, end)| *end == End::Server);
            for (_, end) in &ends.routed {
                if let (End::Opener(channels), true) = (end, from_server) {
                    sight.answered.extend(channels);
                    sight.server_is_heard = true;
                }
            }
            for (_, end) in &ends.emitted {
                if let (End::Opener(channels), true) = (end, to_server) {
                    sight.heard.extend(channels);
                    sight.server_hears = true;
                }
            }
        }
        sight
    }

    /// Whether all that could send to this end is in sight. `in_payload`: a field of the message names
    /// its type.
    fn sees_senders_to(&self, end: &End, in_payload: bool) -> bool {
        let open = || {
            let payloads = self.open_payloads.iter().filter(|_| in_payload);
            self.open_sends.iter().chain(payloads)
        };
        match end {
            End::Opener(channels) => {
                let answered = channels.iter().any(|it| self.answered.contains(it))
                    || channels.is_empty() && self.server_is_heard;
                answered && !open().any(|it| *it == End::Server)
            }
            End::Server => self.server_hears && !open().any(|it| matches!(it, End::Opener(_))),
        }
    }

    /// Whether all that could receive from this end is in sight.
    fn sees_receivers_of(&self, end: &End) -> bool {
        let seen = match end {
            End::Opener(channels) => {
                channels.iter().any(|it| self.heard.contains(it)) || channels.is_empty() && self.server_hears
            }
            End::Server => self.server_is_heard,
        };
        seen && !self.open_routes
    }
}

fn message(name: SmolStr, ends: Ends, sight: &Sight) -> Message {
    let Ends { defined, emitted, routed, outcome, fields } = ends;
    let outcome = outcome.unwrap_or_default();
    let emitter_unseen =
        emitted.is_empty() && !routed.iter().any(|(_, end)| sight.sees_senders_to(end, !fields.is_empty()));
    let receiver_unseen = routed.is_empty()
        && !emitted
            .iter()
            .any(|(it, end)| it.spot.confidence < Confidence::Possible && sight.sees_receivers_of(end));
    let mut emitted: Vec<Emission> = emitted.into_iter().map(|(it, _)| it).collect();
    emitted.sort_by(|a, b| a.spot.cmp(&b.spot));
    let protocol = is_protocol(&name);
    let mut spots: Vec<Spot> = routed.into_iter().map(|(spot, _)| spot).collect();
    let mut subscribed = outcome.subscribers;
    let mut unsupplied = outcome.unsupplied;
    for list in [&mut spots, &mut subscribed, &mut unsupplied] {
        list.sort();
        list.dedup_by_key(|it| it.place);
    }
    let (verdict, confidence) = if spots.is_empty() {
        match (emitted.is_empty(), receiver_unseen || protocol) {
            (true, _) => (MessageVerdict::DeclaredOnly, Confidence::Likely),
            // A word in the text of a backend does not show that it is sent.
            (false, _) if emitted.iter().all(|it| it.spot.confidence == Confidence::Possible) => {
                (MessageVerdict::DeclaredOnly, Confidence::Possible)
            }
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
        (MessageVerdict::NeverEmitted, Confidence::Likely)
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
    if let Some(first) = defined.first() {
        step(first, "defined:");
    }
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
        defined,
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
