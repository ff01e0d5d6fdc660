//! For Graphviz: `dot -Tsvg`.

use std::io::{self, Write};

use super::{Format, Graph, Kind, Node};
use crate::report::escape::dot;

pub(super) const FORMAT: Format =
    Format { name: "dot", about: "for Graphviz", extensions: &["dot", "gv"], write };

fn write(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "// {}", graph.note)?;
    writeln!(out, "digraph \"push wiring\" {{")?;
    writeln!(out, "  rankdir=LR;")?;
    writeln!(out, "  node [fontname=\"sans-serif\"];")?;
    writeln!(out, "  edge [fontname=\"sans-serif\"];")?;
    for (number, (area, nodes)) in (1..).zip(graph.areas()) {
        // Only what is called a cluster is drawn with a frame.
        writeln!(out, "  subgraph \"cluster_{number}\" {{")?;
        writeln!(out, "    label=\"{}\";", dot(area))?;
        for node in nodes {
            writeln!(out, "    {}", shape(node))?;
        }
        writeln!(out, "  }}")?;
    }
    for node in graph.outside() {
        writeln!(out, "  {}", shape(node))?;
    }
    for edge in &graph.edges {
        let mut attributes = Vec::new();
        if !edge.label.is_empty() {
            attributes.push(format!("label=\"{}\"", dot(&edge.label)));
        }
        if edge.cut {
            attributes.push("style=dashed, color=\"#d1242f\", fontcolor=\"#d1242f\"".to_owned());
        }
        let attributes = match attributes.as_slice() {
            [] => String::new(),
            some => format!(" [{}]", some.join(", ")),
        };
        writeln!(out, "  \"{}\" -> \"{}\"{attributes};", edge.from, edge.to)?;
    }
    writeln!(out, "}}")
}

fn shape(node: &Node) -> String {
    let look = match (node.kind, node.runs) {
        (Kind::Missing, _) => "shape=note, style=dashed, color=\"#d1242f\"",
        (Kind::Emitter, true) => "shape=oval",
        (Kind::Emitter, false) => "shape=oval, style=dashed",
        (Kind::Message, _) => "shape=box",
        (Kind::Route, true) => "shape=hexagon",
        (Kind::Route, false) => "shape=hexagon, style=dashed",
        (Kind::Handler, true) => "shape=box, style=rounded",
        (Kind::Handler, false) => "shape=box, style=\"rounded,dashed\"",
    };
    let lines: Vec<String> = node.lines.iter().map(|it| dot(it)).collect();
    format!("\"{}\" [label=\"{}\", {look}];", node.id, lines.join("\\n"))
}
