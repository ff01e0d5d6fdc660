//! `unpoll [PATHS…]`: audits, writes the reports, and answers with the exit code.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use super::failure::Failure;
use super::outputs::{Output, Outputs, write_file};
use super::progress::Bar;
use super::terminal::Screen;
use crate::error::Error;
use crate::findings::audit::Audit;
use crate::report;
use crate::source::Skip;
use crate::vocabulary::{FindingStatus, Severity};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders to audit.
    #[arg(value_name = "PATHS", default_value = ".")]
    paths: Vec<PathBuf>,
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
    /// Audit only files that match; may be given more than once.
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,
    /// Leave out files that match; may be given more than once.
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Look into files that .gitignore and its like hide.
    #[arg(long)]
    no_ignore: bool,
    /// Number of worker threads [default: as many as there are cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Parse every file, not only those that something asks for.
    ///
    /// The report is the same and takes longer: this is for checking just that, and for a bug report
    /// about a missing finding.
    #[arg(long, hide_short_help = true)]
    parse_all: bool,
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
    let options = crate::Options {
        paths: args.paths.clone(),
        no_ignore: args.no_ignore,
        include: args.include.clone(),
        exclude: args.exclude.clone(),
        threads: args.threads.map(usize::from),
        parse_all: args.parse_all,
    };
    let progress = Bar::new(args.quiet);
    let audit = crate::audit(&options, &progress)?;
    drop(progress);
    write_reports(&audit, args, screen, stdout)?;
    // The rest of the audit stands, and nobody may take it for the whole.
    let broken = |skip: &Skip| Some(format!("{}: {}", skip.file, skip.internal()?));
    if let Some(bug) = audit.stats.skipped.iter().find_map(broken) {
        stdout.flush()?;
        return Err(Error::Internal(bug).into());
    }
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
