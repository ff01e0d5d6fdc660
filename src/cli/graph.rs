//! `unpoll graph [PATHS…]`: draws the push wiring.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser};
use globset::{Glob, GlobSet, GlobSetBuilder};

use super::failure::Failure;
use super::outputs::{chosen, write_file};
use super::selection::{Selection, check_whole};
use crate::error::Error;
use crate::report::graph::{Choice, FORMATS, Graph};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How to draw it [default: mermaid, or what the extension of FILE implies].
    #[arg(short, long, value_name = "FORMAT", value_parser = formats())]
    format: Option<String>,
    /// Write it to FILE instead of stdout.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Draw only message types that match; may be given more than once.
    #[arg(long, value_name = "GLOB")]
    message: Vec<String>,
    /// Draw only the message types of that area; may be given more than once.
    #[arg(long, value_name = "NAME")]
    area: Vec<String>,
    /// Draw only message types whose line is cut.
    #[arg(long)]
    cut: bool,
    /// Also draw messages of the protocol, and types that are only declared.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    selection: Selection,
}

fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(FORMATS.iter().map(|it| PossibleValue::new(it.name).help(it.about)))
}

pub(super) fn run(args: &Args, stdout: &mut dyn Write) -> Result<ExitCode, Failure> {
    // A glob that does not parse is said at once, not after a long audit.
    let choice =
        Choice { messages: globs(&args.message)?, areas: args.area.clone(), cut: args.cut, all: args.all };
    let file = args.output.as_deref().filter(|file| *file != Path::new("-"));
    let audit = args.selection.audit(args.selection.settings()?, false)?;
    let graph = Graph::of(&audit, &choice);
    let mut bytes = Vec::new();
    let format = chosen(FORMATS, |it| (it.name, it.extensions), args.format.as_deref(), file)?;
    format.write(&graph, &mut bytes)?;
    match file {
        Some(file) => write_file(file, &bytes)?,
        None => stdout.write_all(&bytes)?,
    }
    check_whole(&audit, stdout)?;
    Ok(ExitCode::SUCCESS)
}

/// Names of messages are no paths: `*` stands for whatever.
fn globs(texts: &[String]) -> Result<GlobSet, Error> {
    let mut set = GlobSetBuilder::new();
    for text in texts {
        let wrong = |why: globset::Error| Error::Glob { glob: text.clone(), why: why.kind().to_string() };
        set.add(Glob::new(text).map_err(wrong)?);
    }
    set.build().map_err(|why| Error::Glob { glob: texts.join(", "), why: why.kind().to_string() })
}
