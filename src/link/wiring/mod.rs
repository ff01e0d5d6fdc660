//! Push wiring: each message type from the code that emits it to the component that shows it.
//!
//! `channels` finds what is done with channels, `flow` follows received messages to the places
//! that tell their types apart, `region` says what becomes of them there, `emits` traces what is
//! sent back to its type, and `verdict` joins the ends.

mod carry;
mod channels;
mod definitions;
mod emits;
mod flow;
mod layer;
mod lifetime;
pub mod model;
mod region;
mod shared;
mod supply;
mod types;
mod verdict;

pub use model::Wiring;

use crate::link::program::Program;

impl Program {
    /// Everything about push.
    pub(super) fn wiring(&self) -> Wiring {
        let traffic = self.traffic();
        let routed = self.routes(&traffic);
        let sending = self.sending(&traffic);
        let messages = self.messages(&traffic, &routed, &sending);
        let channels = self.channel_rows(&traffic, &routed);
        let kept_listeners = self.kept_listeners(&traffic);
        let loose_handlers = Vec::new();
        let missing_layer = self.missing_layer(&channels, &messages, &loose_handlers);
        Wiring { channels, messages, loose_handlers, missing_layer, kept_listeners }
    }
}
