//! For machines: the versioned graph whose shape `schema/graph.schema.json` fixes.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;

use super::{Format, Graph, Kind};
use crate::report::escape;
use crate::vocabulary::MessageVerdict;

pub(super) const FORMAT: Format = Format {
    name: "json",
    about: "for machines; `unpoll schema graph` prints its schema",
    extensions: &["json"],
    write,
};

/// The JSON Schema of the graph.
pub const SCHEMA: &str = include_str!("../../../schema/graph.schema.json");

/// Raised when a consumer of the graph would have to change.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    schema_version: u32,
    nodes: Vec<Node<'a>>,
    edges: Vec<Edge<'a>>,
}

#[derive(Serialize)]
struct Node<'a> {
    id: &'a str,
    kind: &'static str,
    label: String,
    file: Option<&'a str>,
    lines: &'a BTreeSet<u32>,
    area: Option<&'a str>,
    messages: &'a BTreeSet<String>,
    verdict: Option<MessageVerdict>,
    runs: bool,
}

#[derive(Serialize)]
struct Edge<'a> {
    from: &'a str,
    to: &'a str,
    label: &'a str,
    cut: bool,
    messages: &'a BTreeSet<String>,
}

fn write(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    let nodes = graph.nodes.iter().map(|node| Node {
        id: &node.id,
        kind: node.kind.name(),
        label: node.lines.join("\n"),
        file: Some(node.file.as_str()).filter(|it| !it.is_empty()),
        lines: &node.at,
        area: Some(node.area.as_str()).filter(|_| node.kind == Kind::Message),
        messages: &node.messages,
        verdict: node.verdict,
        runs: node.runs,
    });
    let edges = graph.edges.iter().map(|edge| Edge {
        from: &edge.from,
        to: &edge.to,
        label: &edge.label,
        cut: edge.cut,
        messages: &edge.messages,
    });
    let document =
        Document { schema_version: SCHEMA_VERSION, nodes: nodes.collect(), edges: edges.collect() };
    writeln!(out, "{}", escape::json(&serde_json::to_string_pretty(&document)?))
}
