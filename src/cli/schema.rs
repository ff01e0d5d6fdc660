//! `unpoll schema`: the JSON Schema of what `--format json` writes.

use std::io::Write;
use std::process::ExitCode;

use clap::ValueEnum;

use super::failure::Failure;
use crate::report;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Of which document.
    #[arg(value_enum, value_name = "DOCUMENT", default_value_t)]
    document: Document,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Document {
    /// The report of an audit.
    #[default]
    Report,
    /// What `unpoll graph` draws.
    Graph,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let schema = match args.document {
        Document::Report => report::SCHEMA,
        Document::Graph => report::graph::SCHEMA,
    };
    out.write_all(schema.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
