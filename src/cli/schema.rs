//! `unpoll schema`: the JSON Schemas of what is written and read.

use std::io::Write;
use std::process::ExitCode;

use clap::ValueEnum;

use super::failure::Failure;
use crate::findings::baseline;
use crate::{config, report, rules};

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
    /// The config file.
    Config,
    /// The baseline file.
    Baseline,
    /// What `unpoll trend` writes.
    Trend,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let schema = match args.document {
        Document::Report => report::SCHEMA.to_owned(),
        Document::Graph => report::graph::SCHEMA.to_owned(),
        Document::Config => config_schema(),
        Document::Baseline => baseline::schema(),
        Document::Trend => report::trend::schema(),
    };
    out.write_all(schema.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// The JSON Schema of the config, with the rules that there are.
pub(super) fn config_schema() -> String {
    config::schema(rules::all().iter().map(|rule| (rule.id, rule.summary)))
}
