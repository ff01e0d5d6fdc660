//! Rows of message types and channels.

use super::audit::{ChannelRow, EmissionRow, MessageRow, SpotRow};
use super::frame::Texts;
use super::naming::{Areas, side};
use super::{Owned, chain};
use crate::link::Linked;
use crate::link::wiring::model::{Emission, Message, Spot};

/// Every message type, with the finding about it.
pub(super) fn messages(linked: &Linked, owned: &[Owned], areas: &Areas) -> Vec<MessageRow> {
    linked.wiring.messages.iter().map(|message| row(message, linked, owned, areas)).collect()
}

fn row(message: &Message, linked: &Linked, owned: &[Owned], areas: &Areas) -> MessageRow {
    let spots = |list: &[Spot]| list.iter().map(|it| spot(it, linked)).collect();
    let all = || owned.iter().filter(|it| it.finding.message_type.as_deref() == Some(message.name.as_str()));
    let about = all().find(|it| !it.finding.is_suppressed()).or_else(|| all().next());
    MessageRow {
        name: message.name.to_string(),
        defined: spots(&message.defined),
        emitted: message.emitted.iter().map(|it| emission(it, linked)).collect(),
        routed: spots(&message.routed),
        subscribed: spots(&message.subscribed),
        unsupplied: spots(&message.unsupplied),
        emitter_unseen: message.emitter_unseen,
        receiver_unseen: message.receiver_unseen,
        protocol: message.protocol,
        verdict: message.verdict,
        confidence: message.confidence,
        chain: chain(&message.chain, linked),
        finding_fingerprint: about.map(|it| it.finding.fingerprint.clone()),
        area: areas.of_message(&message.name),
    }
}

fn spot(spot: &Spot, linked: &Linked) -> SpotRow {
    SpotRow {
        file: linked.path(spot.place.file).to_owned(),
        line: spot.place.line,
        owner: spot.owner.clone(),
        label: spot.label.clone(),
        side: side(spot.place.file, linked),
        live: spot.live,
        confidence: spot.confidence,
    }
}

fn emission(emission: &Emission, linked: &Linked) -> EmissionRow {
    EmissionRow { spot: spot(&emission.spot, linked), side: emission.side, called: emission.called }
}

/// Every push connection.
pub(super) fn channels(linked: &Linked, texts: &mut Texts<'_>, areas: &Areas) -> Vec<ChannelRow> {
    let mut rows: Vec<ChannelRow> = linked
        .wiring
        .channels
        .iter()
        .map(|channel| {
            let path = linked.path(channel.place.file);
            ChannelRow {
                file: path.to_owned(),
                line: channel.place.line,
                column: texts.columns(channel.place).0,
                api: channel.api.clone(),
                owner: channel.owner.clone(),
                side: channel.side,
                live: channel.live,
                closed: channel.closed,
                reconnects: channel.reconnects,
                remote: channel.remote,
                messages: channel.messages.iter().map(ToString::to_string).collect(),
                receivers: channel.receivers.iter().map(|it| spot(it, linked)).collect(),
                area: areas.of_file(path, &channel.owner),
            }
        })
        .collect();
    rows.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    rows
}
