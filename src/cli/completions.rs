//! `unpoll completions` and `unpoll man`: what shells and `man` want to know about the command line.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use super::failure::Failure;
use super::misspelled;
use crate::error::Error;

#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArgs {
    /// For which shell.
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, clap::Args)]
pub(super) struct ManArgs {
    /// Of which subcommand [default: of unpoll itself].
    command: Option<String>,
}

pub(super) fn completions(args: &CompletionsArgs, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    // Into memory first: the generator knows no way to say that a write went wrong.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    out.write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn man(args: &ManArgs, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let mut page = Vec::new();
    let source = concat!("unpoll ", env!("CARGO_PKG_VERSION"));
    let man = clap_mangen::Man::new(documented(args.command.as_deref())?).source(source);
    man.render(&mut page).map_err(internal)?;
    out.write_all(&page)?;
    Ok(ExitCode::SUCCESS)
}

/// The command of a page. Building it gives it the name that `man` finds it by: `unpoll-graph`.
fn documented(subcommand: Option<&str>) -> Result<Command, Failure> {
    let mut all = Cli::command();
    all.build();
    let Some(wanted) = subcommand else { return Ok(all) };
    let Some(command) = all.find_subcommand(wanted) else {
        let (error, hint) = (Error::UnknownCommand(wanted.to_owned()), misspelled::hint(wanted));
        return Err(Failure::Stopped { error, hint });
    };
    Ok(command.clone())
}

fn internal(error: io::Error) -> Failure {
    Error::Internal(error.to_string()).into()
}
