//! Joins the facts of all files into a `Program` that answers questions.

mod abstracts;
mod attempts;
mod callbacks;
mod callers;
mod choices;
mod circles;
mod cleanup;
mod connected;
mod containers;
pub mod data;
mod deadlines;
mod effects;
mod eval;
mod fold;
mod gates;
mod imports;
mod islands;
mod label;
mod leftovers;
mod logged;
mod long_polls;
mod options;
mod pages;
pub mod program;
pub mod providers;
mod reachability;
mod rearming;
pub mod resolve;
mod schedule;
mod sieve;
mod site;
mod starts;
mod state;
mod stores;
mod symbols;
mod templates;
pub mod timer;
mod timers;
mod upkeep;
mod value;
mod verdict;
pub mod wiring;

use crate::facts::Suppression;
use crate::source::{FileId, Place, Role, Skip, SourceFile};
use timer::{Leftover, Timer};

/// The answers of the linked program: all that rules and findings may ask for.
#[derive(Debug, Clone, Default)]
pub struct Linked {
    /// Every discovered file, then every file of a backend in another language; a [`FileId`] is an
    /// index into it.
    pub files: Vec<SourceFile>,
    /// Every timer, accepted ones and those of test code too.
    pub timers: Vec<Timer>,
    /// Every React context of product code.
    pub providers: Vec<providers::Provider>,
    /// Push channels and message types.
    pub wiring: wiring::Wiring,
    /// Configuration about polling that nothing reads.
    pub leftovers: Vec<Leftover>,
    /// Comments that silence findings, by file and in order.
    pub suppressions: Vec<(Place, Suppression)>,
    /// Files that linking passed over.
    pub skipped: Vec<Skip>,
}

impl Linked {
    /// Relative path of a file, empty for an id that was never given out.
    pub fn path(&self, file: FileId) -> &str {
        self.files.get(file.index()).map_or("", |file| &file.path)
    }

    /// Whether a file is test, story, mock or example code.
    pub fn is_test(&self, file: FileId) -> bool {
        self.files.get(file.index()).is_some_and(|file| file.role == Role::Test)
    }
}
