//! `unpoll check [PATHS…]`: a gate that fails on new findings only.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use super::audit::{REPORT, Reports, is_reached};
use super::comparison::Scope;
use super::failure::Failure;
use super::selection::{Selection, check_whole};
use super::terminal::Screen;
use super::watch::{self, Job};
use crate::vocabulary::FailOn;

/// Heading of the help.
const COMPARISON: &str = "Comparison";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    reports: Reports,
    /// Compare with FILE [default: .unpoll-baseline.json, searched upwards].
    #[arg(long, help_heading = COMPARISON, value_name = "FILE", conflicts_with = "no_baseline")]
    baseline: Option<PathBuf>,
    /// Compare with no baseline.
    #[arg(long, help_heading = COMPARISON)]
    no_baseline: bool,
    /// Report only what this branch adds: compare with the commit where it left REF, as in origin/main.
    ///
    /// Both trees are audited whole, so that a finding in a file that nobody touched counts too when a change
    /// elsewhere caused it. What is not committed yet belongs to the branch.
    #[arg(long, help_heading = COMPARISON, value_name = "REF")]
    since: Option<String>,
    /// Exit with 1 when a new finding is at least this severe [default: what the config says, or info].
    #[arg(long, help_heading = REPORT, value_enum, value_name = "LEVEL")]
    fail_on: Option<FailOn>,
    /// Check again whenever something changes, until Ctrl-C.
    #[arg(long, conflicts_with = "since")]
    watch: bool,
    #[command(flatten)]
    selection: Selection,
}

pub(super) fn run(args: &Args, screen: Screen, stdout: &mut dyn Write) -> Result<ExitCode, Failure> {
    let settings = args.selection.settings()?;
    let fail_on = args.fail_on.or(settings.fail_on).unwrap_or(FailOn::Info);
    let scope = Scope::of(&args.selection, args.baseline.as_deref())?;
    // A baseline that cannot be read is said at once, not after a long audit.
    let baseline = if args.no_baseline { None } else { scope.baseline()? };
    if let (None, Some(file)) = (&baseline, &args.baseline) {
        return Err(crate::error::Error::NoSuchPath(file.clone()).into());
    }
    let options = args.selection.options(settings, Some(scope.anchor.clone()));
    if args.watch {
        let compare = |audit: &mut _| baseline.iter().for_each(|it| scope.compare(audit, it));
        let (selection, reports) = (&args.selection, &args.reports);
        return watch::run(&Job { selection, options, reports, screen, compare: &compare }, stdout);
    }
    let mut audit = crate::audit(&options, &super::progress::Bar::new(args.reports.quiet))?;
    match &baseline {
        Some(baseline) => scope.compare(&mut audit, baseline),
        None if args.since.is_none() && !args.no_baseline && !args.reports.quiet => {
            eprintln!("note: there is no baseline, so every finding is new; `unpoll baseline` writes one");
        }
        None => {}
    }
    if let Some(reference) = &args.since {
        scope.compare_since(&mut audit, &options, reference, args.reports.quiet)?;
    }
    args.reports.write(&audit, screen, stdout)?;
    if args.reports.verbose {
        args.selection.note_cache(&options);
    }
    check_whole(&audit, stdout)?;
    Ok(ExitCode::from(u8::from(is_reached(fail_on, &audit))))
}
