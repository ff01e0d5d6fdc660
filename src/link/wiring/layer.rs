//! The layer that is missing between push channels and components: a source of messages is there,
//! several components wait for it, and nothing hands them what it receives.

use rustc_hash::FxHashSet;

use super::model::{Channel, LooseHandler, Message, MissingLayer, Spot};
use crate::link::label::names_component_or_hook;
use crate::link::program::Program;
use crate::link::timer::Step;
use crate::vocabulary::{Confidence, MessageVerdict, Side};

/// Components that have to wait, or to open connections of their own, before a layer is missing.
const SEVERAL: usize = 2;

impl Program {
    /// The missing layer, when components wait for messages that nothing hands them, or open
    /// connections of their own.
    pub(super) fn missing_layer(
        &self,
        channels: &[Channel],
        messages: &[Message],
        loose: &[LooseHandler],
    ) -> Option<MissingLayer> {
        let remote = || channels.iter().filter(|it| it.remote && it.live && it.side == Side::Client);
        let mut starving: Vec<Spot> = loose
            .iter()
            .filter(|it| it.live && names_component_or_hook(&it.owner))
            .map(|it| Spot {
                place: it.place,
                owner: it.owner.clone(),
                label: it.name.to_string(),
                live: it.live,
                confidence: it.confidence,
            })
            .collect();
        let mut seen = FxHashSet::default();
        starving.retain(|it| seen.insert((it.place.file, it.owner.clone())));
        // Only plain connections: a hook of a library shares or closes its own.
        let own_channels: Vec<Spot> = remote()
            .filter(|it| !it.subscription && !it.messages.is_empty() && names_component_or_hook(&it.owner))
            .filter(|it| !it.owner.ends_with("Provider") && !it.owner.starts_with("use"))
            // A class is a service of its own, whatever its name.
            .filter(|it| !it.owner.contains('.'))
            .map(|it| Spot {
                place: it.place,
                owner: it.owner.clone(),
                label: it.api.clone(),
                live: it.live,
                confidence: Confidence::Likely,
            })
            .collect();
        if starving.len() < SEVERAL && own_channels.len() < SEVERAL {
            return None;
        }
        // The router that calls handlers which nobody supplies, or else the first channel.
        let unfed = messages
            .iter()
            .filter(|it| it.verdict == MessageVerdict::NoSubscriber)
            .find_map(|it| it.routed.iter().find(|it| it.live));
        let (place, source) = match (unfed, remote().next()) {
            (Some(route), _) if starving.len() >= SEVERAL => (route.place, route.owner.clone()),
            (_, Some(channel)) => (channel.place, channel.owner.clone()),
            _ => return None,
        };
        let waits = starving.iter().map(|it| Step {
            place: it.place,
            label: format!("{} waits for messages in {}", it.owner, it.label),
        });
        let opens = own_channels
            .iter()
            .map(|it| Step { place: it.place, label: format!("{} opens {}", it.owner, it.label) });
        let mut chain = vec![Step { place, label: format!("{source} receives messages") }];
        chain.extend(waits.chain(opens));
        Some(MissingLayer { place, source, own_channels, starving, chain })
    }
}
