//! `unpoll facts PATHS… -o FILE`: the facts of a part of the tree, for `unpoll link`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use super::cache::mebibytes;
use super::failure::Failure;
use super::outputs::write_file;
use super::progress::Bar;
use super::selection::Flags;
use crate::report::escape;
use crate::report::words::count;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders whose facts to collect.
    #[arg(value_name = "PATHS", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Write them to FILE.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    flags: Flags,
}

pub(super) fn run(args: &Args, stdout: &mut dyn Write) -> Result<ExitCode, Failure> {
    let settings = args.flags.settings(&args.paths)?;
    let part = crate::part(&args.flags.options(args.paths.clone(), settings), &Bar::new(false))?;
    write_file(&args.output, &part.bytes)?;
    let (files, size) = (count(part.files, "file"), mebibytes(part.bytes.len() as u64));
    writeln!(stdout, "{}: {files}, {size} MiB", escape::terminal(&args.output.display().to_string()))?;
    Ok(ExitCode::SUCCESS)
}
