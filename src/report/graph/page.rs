//! For the script of the HTML report, which lays the picture out by itself.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::{Edge, Graph, Node};
use crate::vocabulary::MessageVerdict;

#[derive(Serialize)]
struct Picture<'a> {
    nodes: Vec<Box<'a>>,
    edges: Vec<Arrow<'a>>,
    note: &'static str,
}

#[derive(Serialize)]
struct Box<'a> {
    id: &'a str,
    kind: &'static str,
    label: &'a [String],
    file: &'a str,
    lines: &'a BTreeSet<u32>,
    area: &'a str,
    messages: &'a BTreeSet<String>,
    verdict: Option<MessageVerdict>,
    runs: bool,
}

#[derive(Serialize)]
struct Arrow<'a> {
    from: &'a str,
    to: &'a str,
    label: &'a str,
    state: State,
    messages: &'a BTreeSet<String>,
}

/// How an arrow is drawn.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Holds,
    /// That a message comes by is a guess.
    Guess,
    Cut,
    /// A cut that nobody has to deal with: no finding speaks of it, or one that is known or silenced.
    Accepted,
}

impl Graph {
    /// The picture as data. Cuts are open where one of these message types would pass.
    ///
    /// # Errors
    ///
    /// When it cannot be written as JSON.
    pub(in crate::report) fn for_page(&self, open: &BTreeSet<&str>) -> serde_json::Result<Value> {
        let arrow = |edge| arrow(edge, open);
        serde_json::to_value(Picture {
            nodes: self.nodes.iter().map(node).collect(),
            edges: self.edges.iter().map(arrow).collect(),
            note: self.note,
        })
    }
}

fn node(node: &Node) -> Box<'_> {
    Box {
        id: &node.id,
        kind: node.kind.name(),
        label: &node.lines,
        file: &node.file,
        lines: &node.at,
        area: &node.area,
        messages: &node.messages,
        verdict: node.verdict,
        runs: node.runs,
    }
}

fn arrow<'a>(edge: &'a Edge, open: &BTreeSet<&str>) -> Arrow<'a> {
    let state = match edge.cut {
        false if edge.guess => State::Guess,
        false => State::Holds,
        true if edge.messages.iter().any(|it| open.contains(it.as_str())) => State::Cut,
        true => State::Accepted,
    };
    Arrow { from: &edge.from, to: &edge.to, label: &edge.label, state, messages: &edge.messages }
}
