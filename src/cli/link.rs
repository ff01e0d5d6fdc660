//! `unpoll link PARTS…`: the audit of a tree whose facts were collected before, in parts.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use super::audit::{REPORT, Reports, is_reached};
use super::failure::Failure;
use super::progress::Bar;
use super::selection::{Flags, check_whole, hits, say};
use super::terminal::Screen;
use crate::Options;
use crate::cache::Cache;
use crate::error::Error;
use crate::report::words::count;
use crate::vocabulary::FailOn;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files that `unpoll facts` wrote.
    #[arg(value_name = "PARTS", required = true)]
    parts: Vec<PathBuf>,
    /// Audit PATH; may be given more than once.
    #[arg(long, value_name = "PATH", default_value = ".")]
    of: Vec<PathBuf>,
    #[command(flatten)]
    reports: Reports,
    /// Exit with 1 when a finding is at least this severe [default: what the config says, or critical].
    #[arg(long, help_heading = REPORT, value_enum, value_name = "LEVEL")]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    flags: Flags,
}

pub(super) fn run(args: &Args, screen: Screen, stdout: &mut dyn Write) -> Result<ExitCode, Failure> {
    if let Some(part) = args.parts.iter().find(|part| !part.is_file()) {
        return Err(Error::NoSuchPath(part.clone()).into());
    }
    let settings = args.flags.settings(&args.of)?;
    let fail_on = args.fail_on.or(settings.fail_on).unwrap_or_default();
    let parts = Arc::new(Cache::of_parts(args.parts.clone()));
    let options =
        Options { cache: Some(Arc::clone(&parts)), ..args.flags.options(args.of.clone(), settings) };
    let audit = crate::audit(&options, &Bar::new(args.reports.quiet))?;
    args.reports.write(&audit, screen, stdout)?;
    let mut notes = parts.notes();
    if args.reports.verbose {
        notes.push(format!("from {}: {}", count(args.parts.len(), "part"), hits(&parts)));
    }
    say(&notes);
    check_whole(&audit, stdout)?;
    Ok(ExitCode::from(u8::from(is_reached(fail_on, &audit))))
}
