//! A flowchart that GitHub and many editors draw.

use std::io::{self, Write};

use super::{Format, Graph, Kind, Node};
use crate::report::escape::mermaid;

pub(super) const FORMAT: Format =
    Format { name: "mermaid", about: "a flowchart for Markdown", extensions: &["mmd", "mermaid"], write };

fn write(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "flowchart LR\n  %% {}", graph.note)?;
    for (number, (area, nodes)) in (1..).zip(graph.areas()) {
        writeln!(out, "  subgraph a{number}[\"{}\"]", mermaid(area))?;
        for node in nodes {
            writeln!(out, "    {}", shape(node))?;
        }
        writeln!(out, "  end")?;
    }
    for node in graph.outside() {
        writeln!(out, "  {}", shape(node))?;
    }
    for edge in &graph.edges {
        let arrow = if edge.cut { "-.->" } else { "-->" };
        let label =
            if edge.label.is_empty() { String::new() } else { format!("|\"{}\"|", mermaid(&edge.label)) };
        writeln!(out, "  {} {arrow}{label} {}", edge.from, edge.to)?;
    }
    let cut: Vec<String> = graph
        .edges
        .iter()
        .enumerate()
        .filter(|(_, edge)| edge.cut)
        .map(|(number, _)| number.to_string())
        .collect();
    if !cut.is_empty() {
        writeln!(out, "  linkStyle {} stroke:#d1242f,color:#d1242f", cut.join(","))?;
        writeln!(out, "  classDef missing stroke:#d1242f,stroke-dasharray:4 4")?;
    }
    if graph.nodes.iter().any(is_idle) {
        writeln!(out, "  classDef idle stroke-dasharray:4 4")?;
    }
    Ok(())
}

/// Code that nothing gets to.
fn is_idle(node: &Node) -> bool {
    !node.runs && node.kind != Kind::Missing
}

fn shape(node: &Node) -> String {
    let (open, close) = match node.kind {
        Kind::Emitter => ("([", "])"),
        Kind::Message => ("[", "]"),
        Kind::Route => ("{{", "}}"),
        Kind::Handler => ("(", ")"),
        Kind::Missing => (">", "]"),
    };
    let class = match node.kind {
        Kind::Missing => ":::missing",
        _ if is_idle(node) => ":::idle",
        _ => "",
    };
    let lines: Vec<String> = node.lines.iter().map(|it| mermaid(it)).collect();
    format!("{}{open}\"{}\"{close}{class}", node.id, lines.join("<br>"))
}
