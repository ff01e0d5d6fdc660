//! What a person is told when a run stops.

use std::fmt;
use std::io;

use crate::error::Error;
use crate::report::escape;

/// Why the run stopped, and what to do about it.
#[derive(Debug)]
pub(super) enum Failure {
    /// Any room says no; the hint, when there is one, comes before the help of the error itself.
    Stopped { error: Error, hint: Option<String> },
    /// Stdout could not be written to.
    Stdout(io::Error),
}

impl Failure {
    pub(super) fn bug() -> Self {
        Error::Internal("unpoll panicked".into()).into()
    }

    /// Whoever read the report has seen enough: that is their right and no failure.
    pub(super) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Stdout(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (title, help) = match self {
            Self::Stopped { error, hint: None } => (error.to_string(), error.help()),
            Self::Stopped { error, hint: Some(hint) } => {
                (error.to_string(), format!("{hint} {}", error.help()))
            }
            Self::Stdout(error) => (format!("stdout: {error}"), "check where the output goes".into()),
        };
        writeln!(out, "error: {}\nhelp: {}", escape::terminal(&title), escape::terminal(&help))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Stopped { error, hint: None }
    }
}

/// Only stdout is written to without an [`Error`] that names the file.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Stdout(error)
    }
}
