//! One file per subcommand; knows each room by its front door.
//!
//! Reports go to stdout, all else to stderr. Exit codes: 0 nothing at or above the fail level,
//! 1 something, 2 `unpoll` could not do its job.

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::failure::Failure;
use self::terminal::ColorChoice;

mod audit;
mod baseline;
mod cache;
mod check;
mod comparison;
mod completions;
mod config;
mod explain;
mod facts;
mod failure;
mod graph;
mod init;
mod job_summary;
mod link;
mod lsp;
mod misspelled;
mod offers;
mod outputs;
mod progress;
mod rules;
mod schema;
mod selection;
mod terminal;
mod trend;
mod watch;

const AFTER_HELP: &str = "\
Examples:
  unpoll                                         audit the current folder
  unpoll apps/web --format markdown=POLLING.md   write the migration document
  unpoll explain network-poll                    what a rule finds, and what to use instead
  unpoll --watch                                 audit again whenever a file changes
  unpoll graph --cut -o push.mmd                 draw the push messages that get lost
  unpoll init                                    write a small config
  unpoll baseline                                take the findings of today as known, and then
  unpoll check --since origin/main               fail on what this branch adds
  unpoll --format sarif=unpoll.sarif --format github
  unpoll trend --since 2026-01-01 -o trend.html  draw how the polling went away

Exit codes:
  0  no finding at or above the --fail-on level
  1  at least one
  2  unpoll could not do its job: wrong usage, unreadable input, a bug";

/// Proves, with evidence, how far a TypeScript/React codebase has moved from polling to push.
#[derive(Debug, Parser)]
#[command(name = "unpoll", version, after_help = AFTER_HELP, max_term_width = 100)]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    audit: audit::Args,
    /// When to use colours; NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE are heard too.
    #[arg(long, help_heading = selection::RUN, value_enum, value_name = "WHEN", default_value_t, global = true)]
    color: ColorChoice,
}

/// In the order in which people come to need them.
#[derive(Debug, Subcommand)]
enum Command {
    /// Audit files and folders (what happens without a subcommand).
    Audit(audit::Args),
    /// Explain a rule: what it finds, why it matters, what to use instead.
    Explain(explain::Args),
    /// List all rules.
    Rules,
    /// Draw the push wiring: who sends what, where it arrives, where it is cut.
    Graph(graph::Args),
    /// Look at the repository and write a small config.
    Init(init::Args),
    /// Check the config, or show what is in force.
    Config(config::Args),
    /// Take the findings of today as known: write the baseline, or shrink it.
    Baseline(baseline::Args),
    /// Fail on findings that are neither in the baseline nor older than the branch.
    Check(check::Args),
    /// Audit the history: how polling went away, and what brought or ended each finding.
    Trend(trend::Args),
    /// Collect the facts of a part of the tree, for `link`.
    Facts(facts::Args),
    /// Audit a tree whose facts were collected in parts.
    Link(link::Args),
    /// Show findings in an editor, as the code is typed: a language server.
    Lsp(lsp::Args),
    /// Show what earlier runs remember, and where; `clear` forgets it.
    Cache(cache::Args),
    /// Print a JSON Schema: of the report, the graph, the trend, the config or the baseline.
    Schema(schema::Args),
    /// Print the completions of a shell.
    Completions(completions::CompletionsArgs),
    /// Print the manual page.
    Man(completions::ManArgs),
}

/// Runs the program on the process's arguments.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version arrive here too, and are no failure.
            if error.use_stderr() {
                if let Some(failure) = misspelled::instead_of_usage(&error, std::env::args_os()) {
                    return finish(Err(failure));
                }
                _ = error.print();
                return ExitCode::from(2);
            }
            return finish(error.print().map(|()| ExitCode::SUCCESS).map_err(Failure::from));
        }
    };
    // The hook has already said where it broke; this says whose mistake it is.
    finish(catch_unwind(AssertUnwindSafe(|| run(cli))).unwrap_or_else(|_| Err(Failure::bug())))
}

fn finish(ran: Result<ExitCode, Failure>) -> ExitCode {
    match ran {
        Ok(code) => code,
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            _ = write!(io::stderr(), "{failure}");
            ExitCode::from(2)
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let screen = terminal::Screen::of_stdout(cli.color);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let Some(command) = cli.command else {
        let ran = audit::run(&cli.audit, screen, &mut out).map_err(misspelled::instead_of_path)?;
        out.flush()?;
        return Ok(ran);
    };
    let code = match command {
        Command::Audit(args) => audit::run(&args, screen, &mut out)?,
        Command::Check(args) => check::run(&args, screen, &mut out)?,
        Command::Baseline(args) => baseline::run(&args, &mut out)?,
        Command::Graph(args) => graph::run(&args, &mut out)?,
        Command::Trend(args) => trend::run(&args, screen, &mut out)?,
        Command::Init(args) => init::run(&args, &mut out)?,
        Command::Config(args) => config::run(&args, &mut out)?,
        Command::Facts(args) => facts::run(&args, &mut out)?,
        Command::Link(args) => link::run(&args, screen, &mut out)?,
        Command::Lsp(args) => {
            // Another thread writes there.
            drop(out);
            return lsp::run(args);
        }
        Command::Cache(args) => cache::run(&args, &mut out)?,
        Command::Explain(args) => explain::run(&args, screen, &mut out)?,
        Command::Rules => rules::run(screen, &mut out)?,
        Command::Schema(args) => schema::run(&args, &mut out)?,
        Command::Completions(args) => completions::completions(&args, &mut out)?,
        Command::Man(args) => completions::man(&args, &mut out)?,
    };
    out.flush()?;
    Ok(code)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
