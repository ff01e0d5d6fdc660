//! Push wiring: each message type from the code that emits it to the component that shows it.
//!
//! `channels` finds what is done with channels, `flow` follows received messages to the places
//! that tell their types apart, `region` says what becomes of them there, `emits` traces what is
//! sent back to its type, `definitions` finds where the types are written down, and `verdict` joins
//! the ends; `elsewhere` keeps it from claiming too much. `handlers` and `ready` look for functions
//! that wait for messages in vain.

mod carry;
mod channels;
mod comments;
mod definitions;
mod elsewhere;
mod emits;
mod flow;
mod handlers;
mod layer;
mod lifetime;
pub mod model;
mod pipes;
mod ready;
mod refreshes;
mod region;
mod searched;
mod shared;
mod supply;
mod tables;
mod types;
mod unused;
mod verdict;

pub use model::Wiring;

use crate::link::program::Program;
use crate::link::timer::Timer;
use crate::source::FileId;

impl Program {
    /// Everything about push. `timers`: what a message may make needless.
    pub(super) fn wiring(&self, timers: &[Timer]) -> Wiring {
        let traffic = self.traffic();
        let routed = self.routes(&traffic);
        let sending = self.sending(&traffic);
        let (mut messages, definitions) = self.messages(&traffic, &routed, &sending);
        let channels = self.channel_rows(&traffic, &routed);
        let kept_listeners = self.kept_listeners(&traffic);
        let loose_handlers = self.loose_handlers(&messages, &definitions);
        self.find_unrouted(&mut messages, &loose_handlers, routed.open);
        let missing_layer = self.missing_layer(&channels, &messages, &loose_handlers);
        let polls: Vec<FileId> =
            timers.iter().filter(|it| !it.touches.is_empty()).map(|it| it.place.file).collect();
        let refreshes = self.refreshes(&traffic, &routed, &polls);
        Wiring { channels, messages, loose_handlers, missing_layer, refreshes, kept_listeners }
    }
}
