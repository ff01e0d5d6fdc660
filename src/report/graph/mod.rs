//! The push wiring as a picture: emitter → message type → route → handler, and where the line is cut.
//!
//! One model, made from the message types of the audit, and formats that know nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use globset::GlobSet;

use self::plan::Plan;
use crate::findings::audit::{Audit, MessageRow};
use crate::vocabulary::MessageVerdict;

mod dot;
mod json;
mod mermaid;
mod page;
mod plan;
#[cfg(test)]
mod tests;

pub use json::SCHEMA;

/// Every format, in the order in which help lists them; the first is the default.
pub const FORMATS: &[Format] = &[mermaid::FORMAT, dot::FORMAT, json::FORMAT];

/// A way to write a graph.
#[derive(Debug)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// What it is for, for the help text.
    pub about: &'static str,
    /// File extensions that imply it.
    pub extensions: &'static [&'static str],
    write: fn(&Graph, &mut dyn Write) -> io::Result<()>,
}

impl Format {
    /// Writes the graph.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub fn write(&self, graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
        (self.write)(graph, out)
    }
}

/// Which message types to draw.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Globs for their names; an empty set lets all pass.
    pub messages: GlobSet,
    /// Names of areas, in whatever case; none lets all pass.
    pub areas: Vec<String>,
    /// Only those whose line is cut.
    pub cut: bool,
    /// Also those of the protocol and those that are only declared.
    pub all: bool,
}

impl Choice {
    fn takes(&self, message: &MessageRow) -> bool {
        let area = || self.areas.iter().any(|it| it.to_lowercase() == message.area.to_lowercase());
        let beside_the_point = message.protocol || message.verdict == MessageVerdict::DeclaredOnly;
        (self.all || !beside_the_point)
            && (!self.cut || message.verdict != MessageVerdict::Wired)
            && (self.areas.is_empty() || area())
            && (self.messages.is_empty() || self.messages.is_match(&message.name))
    }
}

/// What a node stands for. The order is that of a message's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Emitter,
    /// Message types of one area that go exactly the same way.
    Message,
    Route,
    Handler,
    /// What would have to stand where a line is cut.
    Missing,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Emitter => "emitter",
            Self::Message => "message",
            Self::Route => "route",
            Self::Handler => "handler",
            Self::Missing => "missing",
        }
    }
}

/// A box of the picture. All its texts are hostile.
#[derive(Debug)]
struct Node {
    /// `n1`, `n2`, …
    id: String,
    kind: Kind,
    /// What the box says, line by line.
    lines: Vec<String>,
    /// Where its code stands; empty for message types and what is missing.
    file: String,
    /// Lines from 1 in that file, on which its code names a message.
    at: BTreeSet<u32>,
    /// Area of message types, else empty.
    area: String,
    /// Names of the message types that pass it.
    messages: BTreeSet<String>,
    /// Of message types: where their line is cut, if it is.
    verdict: Option<MessageVerdict>,
    /// Whether the program ever gets there, as far as is known.
    runs: bool,
}

/// An arrow of the picture.
#[derive(Debug)]
struct Edge {
    from: String,
    to: String,
    /// Why the line is cut; or that it is a guess; or which messages turn off here, where a route has
    /// several ways out.
    label: String,
    /// No message gets by here.
    cut: bool,
    /// It is a guess that one comes by.
    guess: bool,
    /// Names of the message types that go this way, or would.
    messages: BTreeSet<String>,
}

/// The push wiring of an audit: what the formats draw, in its final order.
#[derive(Debug)]
pub struct Graph {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// What to say instead of a picture.
    note: &'static str,
}

impl Graph {
    /// The wiring of those message types that are chosen.
    pub fn of(audit: &Audit, choice: &Choice) -> Self {
        let plan = Plan::of(audit.messages.iter().filter(|it| choice.takes(it)));
        let note = match (plan.is_empty(), audit.messages.is_empty()) {
            (true, true) => "There is no push wiring.",
            (true, false) => {
                "No message type was chosen; --all adds those of the protocol and those only declared."
            }
            (false, _) => "Dashed red is a cut line. Code that was not audited is not drawn.",
        };
        plan.graph(note)
    }

    /// Names of the areas that hold message types, with the boxes of each; in order.
    fn areas(&self) -> Vec<(&str, Vec<&Node>)> {
        let mut areas: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
        for node in self.nodes.iter().filter(|it| it.kind == Kind::Message) {
            areas.entry(&node.area).or_default().push(node);
        }
        areas.into_iter().collect()
    }

    /// The boxes that belong to no area.
    fn outside(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|it| it.kind != Kind::Message)
    }
}
