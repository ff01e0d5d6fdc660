//! `unpoll [PATHS…]`: audits, writes the reports, says how to go on, and answers with the exit code.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::failure::Failure;
use super::job_summary;
use super::offers;
use super::outputs::{Output, Outputs, write_file};
use super::progress::Bar;
use super::selection::{self, Selection, check_whole};
use super::terminal::Screen;
use super::watch::{self, Job};
use crate::error::Error;
use crate::findings::audit::Audit;
use crate::report;
use crate::vocabulary::{FailOn, Severity};

/// Heading of the help.
pub(super) const REPORT: &str = "Report";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    reports: Reports,
    /// Exit with 1 when a finding is at least this severe [default: what the config says, or critical].
    #[arg(long, help_heading = REPORT, value_enum, value_name = "LEVEL")]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    selection: Selection,
    /// Audit again whenever something changes, until Ctrl-C.
    #[arg(long, help_heading = selection::RUN)]
    watch: bool,
}

/// Which reports, and how much in them.
#[derive(Debug, clap::Args)]
pub(super) struct Reports {
    #[command(flatten)]
    outputs: Outputs,
    /// Findings only, a line each; nothing when there are none.
    #[arg(short, long, help_heading = REPORT)]
    pub quiet: bool,
    /// Tell every finding and next step at length, and which files were skipped.
    #[arg(short, long, help_heading = REPORT, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Also list the timers that are fine as they are.
    #[arg(long, help_heading = REPORT, conflicts_with = "quiet")]
    accepted: bool,
}

impl ValueEnum for FailOn {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let about = match self {
            Self::Critical => "Critical findings",
            Self::Warning => "Warnings, and critical findings",
            Self::Info => "Any finding",
            Self::Never => "Nothing: report, and exit with 0",
        };
        Some(PossibleValue::new(self.as_str()).help(about))
    }
}

/// Whether the exit code is 1.
pub(super) fn is_reached(level: FailOn, audit: &Audit) -> bool {
    let least = match level {
        FailOn::Critical => Severity::Critical,
        FailOn::Warning => Severity::Warning,
        FailOn::Info => Severity::Info,
        FailOn::Never => return false,
    };
    audit.findings.iter().any(|finding| finding.is_new() && finding.severity >= least)
}

pub(super) fn run(args: &Args, screen: Screen, stdout: &mut dyn Write) -> Result<ExitCode, Failure> {
    let settings = args.selection.settings()?;
    let fail_on = args.fail_on.or(settings.fail_on).unwrap_or_default();
    let options = args.selection.options(settings, None);
    if args.watch {
        let (selection, reports) = (&args.selection, &args.reports);
        return watch::run(&Job { selection, options, reports, screen, compare: &|_| {} }, stdout);
    }
    let audit = crate::audit(&options, &Bar::new(args.reports.quiet))?;
    args.reports.write(&audit, screen, stdout)?;
    if args.reports.is_for_a_person() {
        offers::write(&audit, &args.selection, &options.settings, screen, stdout)?;
    }
    if args.reports.verbose {
        args.selection.note_cache(&options);
    }
    check_whole(&audit, stdout)?;
    Ok(ExitCode::from(u8::from(is_reached(fail_on, &audit))))
}

impl Reports {
    /// Whether stdout gets the report that people read at a terminal.
    fn is_for_a_person(&self) -> bool {
        let Outputs(outputs) = &self.outputs;
        !self.quiet && outputs.iter().any(|it| it.file.is_none() && it.format.name == report::PRETTY)
    }

    /// The files that they go to, whole paths.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let Outputs(outputs) = &self.outputs;
        let whole = |it: &Output| it.file.as_ref()?.canonicalize().ok();
        outputs.iter().filter_map(whole).collect()
    }

    /// Writes them, files first: whoever closes stdout early still gets them.
    pub(super) fn write(&self, audit: &Audit, screen: Screen, stdout: &mut dyn Write) -> Result<(), Failure> {
        let args = self;
        let on_paper = report::Options {
            quiet: args.quiet,
            accepted: args.accepted,
            verbose: args.verbose,
            ..report::Options::default()
        };
        // Paper does not scroll away.
        let brief = !args.verbose;
        let on_screen = report::Options { color: screen.color, width: screen.width, brief, ..on_paper };
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
        if outputs.iter().any(|output| output.format.name == report::GITHUB) {
            job_summary::append(audit, &on_paper)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::vocabulary::FindingStatus;

    fn reached(audit: &Audit) -> [bool; 4] {
        [FailOn::Critical, FailOn::Warning, FailOn::Info, FailOn::Never].map(|level| is_reached(level, audit))
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
