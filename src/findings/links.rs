//! The links of a migration: what has to be there for a change on the server to reach the screen without
//! anybody asking for it. Completion and the status of each area are counted from them.

use std::collections::HashSet;

use super::areas;
use super::audit::{ChannelRow, Finding, Links, MessageRow, ProviderRow, TimerRow};
use crate::rules;
use crate::vocabulary::{AreaBackend, AreaPush, Confidence, MessageVerdict, Severity, Side, Verdict};

/// Which part of the way a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A poll that is no longer a finding.
    Poll,
    /// The backend sends a message.
    Broadcast,
    /// A client sends a message.
    Sent,
    /// A message is told apart where it arrives.
    Routed,
    /// A message to a client reaches code that runs.
    Arrives,
    /// A message to a server reaches code that runs.
    Handled,
    /// Something listens to a channel whose messages have no types.
    Heard,
    /// A realtime provider is rendered.
    Mounted,
    /// A realtime context is read.
    Consumed,
    /// A handler is registered with a channel.
    Registered,
}

impl Part {
    /// Whether it says how far the push messages of an area get in the client.
    const fn is_push(self) -> bool {
        matches!(self, Self::Arrives | Self::Heard | Self::Mounted | Self::Consumed | Self::Registered)
    }
}

/// One link.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link<'a> {
    /// The area that needs it.
    pub(super) area: &'a str,
    pub(super) part: Part,
    /// `None`: could not be seen.
    pub(super) present: Option<bool>,
}

/// What links are counted from.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'a> {
    pub(super) findings: &'a [Finding],
    pub(super) timers: &'a [TimerRow],
    pub(super) messages: &'a [MessageRow],
    pub(super) channels: &'a [ChannelRow],
    pub(super) providers: &'a [ProviderRow],
}

/// Every link that is required:
///
/// - for each recurring poll of the network or of connection state, one: present when the poll is
///   acceptable and carries no finding;
/// - for each message type, three: it is sent by code that runs, it is routed, it reaches code that
///   runs. Messages of the protocol and types that are only declared require none, and neither do
///   those of which the audit could only guess where they are cut;
/// - for each channel of a client whose messages have no types, one: something listens to it;
/// - for each realtime provider that something renders or reads, two: it is rendered, it is read;
/// - for each handler that nothing registers, one, which is missing.
///
/// A link whose end is not among the audited code is neither present nor missing and does not count; nor does a
/// missing one about which nothing is left to do, because comments silence what was found there.
pub(super) fn links(evidence: Evidence<'_>) -> Vec<Link<'_>> {
    let Evidence { findings, timers, messages, channels, providers } = evidence;
    let silenced: HashSet<&str> =
        findings.iter().filter(|it| it.is_suppressed()).map(|it| it.fingerprint.as_str()).collect();
    // A row names a finding that is still to be dealt with, if there is one.
    let is_silenced = |finding: Option<&String>| finding.is_some_and(|it| silenced.contains(it.as_str()));
    let polls = timers
        .iter()
        .filter(|it| matches!(it.verdict, Verdict::NetworkPoll | Verdict::StatusPoll))
        .map(|it| {
            let silenced = is_silenced(it.finding_fingerprint.as_ref());
            Link { area: &it.area, part: Part::Poll, present: (!silenced).then_some(it.is_accepted()) }
        });
    let untyped =
        |it: &&ChannelRow| it.live && it.remote && it.side == Side::Client && it.messages.is_empty();
    let heard = channels.iter().filter(untyped).map(|it| {
        // Who listens in a way that nobody foresaw is not seen.
        let present = (!it.receivers.is_empty()).then_some(true);
        Link { area: &it.area, part: Part::Heard, present }
    });
    let loose = findings.iter().filter(|it| rules::is_loose_handler(it.rule) && !it.is_suppressed());
    let loose = loose.map(|it| Link { area: &it.area, part: Part::Registered, present: Some(false) });
    let used = |it: &&ProviderRow| it.realtime && !(it.mounted.is_empty() && it.consumers.is_empty());
    let about = |it: &ProviderRow, is_meant: fn(&Finding) -> bool| {
        let created = |finding: &Finding| format!("{}:{}", finding.file, finding.line) == it.created;
        findings.iter().any(|finding| is_meant(finding) && created(finding))
    };
    // What a remark is about reaches the screen by another way.
    let remarked =
        move |it: &ProviderRow| about(it, |it| it.severity == Severity::Info || it.is_suppressed());
    let left_alone = move |it: &ProviderRow| about(it, Finding::is_suppressed);
    let contexts = providers.iter().filter(used).flat_map(move |it| {
        let (mounted, consumed) = (!it.mounted.is_empty(), !it.consumers.is_empty());
        let mounted = (mounted || !(it.mount_unseen || left_alone(it))).then_some(mounted);
        let consumed = (consumed || !remarked(it)).then_some(consumed);
        [(Part::Mounted, mounted), (Part::Consumed, consumed)].map(|(part, present)| Link {
            area: &it.area,
            part,
            present,
        })
    });
    let of_messages = messages.iter().flat_map(|message| {
        let silenced = is_silenced(message.finding_fingerprint.as_ref());
        let left = move |it: &bool| *it || !silenced;
        of_message(message).into_iter().map(move |it| Link { present: it.present.filter(left), ..it })
    });
    polls.chain(of_messages).chain(heard).chain(contexts).chain(loose).collect()
}

fn of_message(message: &MessageRow) -> Vec<Link<'_>> {
    if !message.is_judged() {
        return Vec::new();
    }
    let (sent, arrives) = match (message.to_client(), message.is_of_clients()) {
        (true, false) => (Part::Broadcast, Part::Arrives),
        (true, true) => (Part::Sent, Part::Arrives),
        (false, _) => (Part::Sent, Part::Handled),
    };
    let runs = message.emitted.iter().any(|it| it.called != Some(false));
    let reaches = matches!(
        message.verdict,
        MessageVerdict::Wired | MessageVerdict::NeverEmitted | MessageVerdict::EmitDead
    );
    [
        (sent, (!message.emitter_unseen).then_some(runs)),
        (Part::Routed, (!message.receiver_unseen).then_some(!message.routed.is_empty())),
        (arrives, (!message.receiver_unseen).then_some(reaches)),
    ]
    .map(|(part, present)| Link { area: &message.area, part, present })
    .to_vec()
}

impl MessageRow {
    /// Whether links are required of it: a message of the product, and known well enough to say where
    /// its line is cut.
    pub fn is_judged(&self) -> bool {
        let guessed = self.confidence == Confidence::Possible && self.verdict != MessageVerdict::Wired;
        !self.protocol && !guessed && self.verdict != MessageVerdict::DeclaredOnly
    }

    /// Whether a client is to receive it. Of messages that nothing receives, those are meant that a
    /// server sends for a part of the product.
    pub fn to_client(&self) -> bool {
        let mut ends = self.routed.iter().chain(&self.subscribed).peekable();
        match ends.peek() {
            Some(_) => ends.any(|it| it.side == Side::Client),
            None => self.is_of_servers() && self.area != areas::SERVER_AREA,
        }
    }

    /// Whether only clients send it: a message between tabs or peers.
    pub fn is_of_clients(&self) -> bool {
        !self.emitted.is_empty() && !self.is_of_servers()
    }

    fn is_of_servers(&self) -> bool {
        self.emitted.iter().any(|it| it.side == Side::Server)
    }
}

/// The links that count, and those of them that are present.
pub(super) fn count(links: &[Link<'_>]) -> Links {
    let seen = |wanted: bool| links.iter().filter(|it| it.present == Some(wanted)).count();
    Links { present: seen(true), required: seen(true) + seen(false) }
}

/// How far the messages of an area get, from its links: where one is missing, push is connected in
/// part, and where none is present, not at all. That a message is routed, or its context read, helps
/// nobody without the last step.
pub(super) fn push<'a>(links: impl Iterator<Item = &'a Link<'a>>) -> AreaPush {
    let links: Vec<&Link<'_>> = links.filter(|it| it.part.is_push() && it.present.is_some()).collect();
    let present = |it: &&&Link<'_>| it.present == Some(true);
    // A context that is read while nothing provides it shows no message.
    let reaches = links.iter().filter(|it| it.part != Part::Consumed).any(|it| present(&it));
    match links.iter().filter(present).count() {
        _ if links.is_empty() => AreaPush::None,
        all if all == links.len() => AreaPush::Connected,
        _ if reaches => AreaPush::Partial,
        _ => AreaPush::NotConnected,
    }
}

/// Whether the backend sends the messages of an area. `backend`: the audited roots hold code of one.
///
/// A message whose senders could not be seen makes the answer `unknown`, unless it is known already
/// that another one is missing. An area without push has no broadcasts; when no backend is among the
/// audited code, even that is unknown.
pub(super) fn backend<'a>(links: impl Iterator<Item = &'a Link<'a>>, backend: bool) -> AreaBackend {
    let links: Vec<&Link<'_>> = links.collect();
    let sent = |present| links.iter().any(|it| it.part == Part::Broadcast && it.present == present);
    match (sent(Some(true)), sent(Some(false)), sent(None)) {
        (true, true, _) => AreaBackend::Partial,
        (true, false, false) => AreaBackend::Broadcasts,
        (false, true, false) => AreaBackend::None,
        (false, false, false) if backend && !links.iter().any(|it| it.part.is_push()) => AreaBackend::None,
        _ => AreaBackend::Unknown,
    }
}
