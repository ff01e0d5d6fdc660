//! Shared ground: how a run tells the outside how far it is. Timing and drawing are the listener's affair.

/// Hears how far a run is. Called from many threads at once.
pub trait Progress: Sync {
    /// A stage begins; `total` is the number of steps it will take, 0 when nobody knows yet.
    fn stage(&self, name: &'static str, total: usize);
    /// One step of the stage is done.
    fn step(&self);
}

/// Hears and says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _name: &'static str, _total: usize) {}
    fn step(&self) {}
}
