//! Subcommands that were meant and not hit. Since a path may stand where a subcommand does, the parser of the
//! command line takes `unpoll chekc` for an audit of that folder.

use std::ffi::OsString;
use std::path::Path;

use clap::error::ErrorKind;
use clap::{Command, CommandFactory};

use super::Cli;
use super::failure::Failure;
use crate::error::{Error, nearest};

/// `did you mean `unpoll check`?`, when a subcommand looks like what was typed.
pub(super) fn hint(typed: &str) -> Option<String> {
    let command = Cli::command();
    let known = command.get_subcommands().map(Command::get_name);
    nearest(typed, known.chain(["help"])).map(|name| format!("did you mean `unpoll {name}`?"))
}

/// Adds the hint to the failure of an audit without a subcommand, when its path is not there.
pub(super) fn instead_of_path(failure: Failure) -> Failure {
    match failure {
        Failure::Stopped { error: Error::NoSuchPath(path), hint: None } => {
            let hint = path.to_str().and_then(hint);
            Failure::Stopped { error: Error::NoSuchPath(path), hint }
        }
        other => other,
    }
}

/// The better answer to a command line that does not parse: its first word is nearly a subcommand, whose flags
/// an audit does not know.
pub(super) fn instead_of_usage(
    error: &clap::Error,
    words: impl IntoIterator<Item = OsString>,
) -> Option<Failure> {
    if !matches!(error.kind(), ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand) {
        return None;
    }
    let mut words = words.into_iter().skip(1).map(|word| word.to_string_lossy().into_owned());
    let first = words.next()?;
    let typed = if first == "help" { words.next()? } else { first };
    let is_known = Cli::command().find_subcommand(&typed).is_some();
    if is_known || typed.starts_with('-') || Path::new(&typed).exists() {
        return None;
    }
    let hint = Some(hint(&typed)?);
    Some(Failure::Stopped { error: Error::UnknownCommand(typed), hint })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_find_their_subcommand() {
        for (typed, meant) in
            [("chekc", "check"), ("bassline", "baseline"), ("rule", "rules"), ("hlep", "help")]
        {
            assert_eq!(hint(typed), Some(format!("did you mean `unpoll {meant}`?")));
        }
        assert_eq!(hint("apps/web"), None);
    }
}
