//! Push wiring: each message type from the code that emits it to the component that shows it.

pub mod model;

pub use model::Wiring;
