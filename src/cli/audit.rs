//! `unpoll [PATHS…]`: audits, writes the reports, and answers with the exit code.

use std::io::Write;
use std::process::ExitCode;

use clap::ValueEnum;

use super::failure::Failure;
use super::outputs::{Output, Outputs, write_file};
use super::selection::{Selection, check_whole};
use super::terminal::Screen;
use crate::error::Error;
use crate::findings::audit::Audit;
use crate::report;
use crate::vocabulary::{FindingStatus, Severity};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    outputs: Outputs,
    /// Findings only, a line each; nothing when there are none.
    #[arg(short, long)]
    quiet: bool,
    /// Also list the files that were skipped, and why.
    #[arg(short, long, conflicts_with = "quiet")]
    verbose: bool,
    /// Also list the timers that are fine as they are.
    #[arg(long, conflicts_with = "quiet")]
    accepted: bool,
    /// Exit with 1 when a finding is at least this severe.
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    fail_on: FailOn,
    #[command(flatten)]
    selection: Selection,
}

/// The least severe finding that makes the exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum FailOn {
    /// Critical findings.
    #[default]
    Critical,
    /// Warnings, and critical findings.
    Warning,
    /// Any finding.
    Info,
    /// Nothing: report, and exit with 0.
    Never,
}

impl FailOn {
    fn is_reached(self, audit: &Audit) -> bool {
        let least = match self {
            Self::Critical => Severity::Critical,
            Self::Warning => Severity::Warning,
            Self::Info => Severity::Info,
            Self::Never => return false,
        };
        audit.findings.iter().any(|finding| finding.status == FindingStatus::New && finding.severity >= least)
    }
}

pub(super) fn run(args: &Args, screen: Screen, stdout: &mut dyn Write) -> Result<ExitCode, Failure> {
    let audit = args.selection.audit(args.quiet)?;
    write_reports(&audit, args, screen, stdout)?;
    check_whole(&audit, stdout)?;
    Ok(ExitCode::from(u8::from(args.fail_on.is_reached(&audit))))
}

/// Files first: whoever closes stdout early still gets them.
fn write_reports(audit: &Audit, args: &Args, screen: Screen, stdout: &mut dyn Write) -> Result<(), Failure> {
    let on_paper = report::Options {
        quiet: args.quiet,
        accepted: args.accepted,
        verbose: args.verbose,
        ..report::Options::default()
    };
    let on_screen = report::Options { color: screen.color, width: screen.width, ..on_paper };
    let Outputs(outputs) = &args.outputs;
    for Output { format, file } in outputs {
        let Some(file) = file else { continue };
        let mut bytes = Vec::new();
        format
            .write(audit, &on_paper, &mut bytes)
            .map_err(|source| Error::Io { path: file.clone(), source })?;
        write_file(file, &bytes)?;
    }
    for Output { format, .. } in outputs.iter().filter(|output| output.file.is_none()) {
        format.write(audit, &on_screen, stdout)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn reached(audit: &Audit) -> [bool; 4] {
        [FailOn::Critical, FailOn::Warning, FailOn::Info, FailOn::Never].map(|level| level.is_reached(audit))
    }

    #[test]
    fn the_fail_level_counts_new_findings_at_or_above_it() {
        let mut audit = sample::audit();
        audit.findings.truncate(2);
        assert_eq!(reached(&audit), [true, true, true, false]);
        audit.findings[0].status = FindingStatus::Baseline;
        assert_eq!(reached(&audit), [false, true, true, false]);
        audit.findings[1].severity = Severity::Info;
        assert_eq!(reached(&audit), [false, false, true, false]);
        audit.findings.clear();
        assert_eq!(reached(&audit), [false; 4]);
    }
}
