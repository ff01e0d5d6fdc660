//! Errors that stop a run. A file that cannot be read or parsed does not: it is a [`crate::source::Skip`].

use std::path::PathBuf;

/// Why `unpoll` could not do its job: exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path on the command line that is not there.
    #[error("no such file or folder: {}", .0.display())]
    NoSuchPath(PathBuf),
    /// Nothing to audit under the given paths.
    #[error("no TypeScript or JavaScript source under {0}")]
    NothingToAudit(String),
    /// A glob that does not parse.
    #[error("invalid glob `{glob}`: {why}")]
    Glob {
        /// As typed.
        glob: String,
        /// What the parser says.
        why: String,
    },
    /// A file that could not be read or written.
    #[error("{}: {source}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A catalog file with a mistake.
    #[error("catalog {file}: {why}")]
    Catalog {
        /// Which.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// A config with a mistake.
    #[error("{place}: {why}")]
    Config {
        /// `unpoll.json:3:5`, or the file alone.
        place: String,
        /// What is wrong.
        why: String,
        /// What to do.
        help: String,
    },
    /// A baseline that cannot be compared with.
    #[error("{file}: {why}")]
    Baseline {
        /// Which.
        file: String,
        /// What is wrong.
        why: String,
        /// What to do.
        help: String,
    },
    /// A database that cannot be used.
    #[error("{file}: {why}")]
    Database {
        /// Which.
        file: String,
        /// What is wrong.
        why: String,
        /// What to do.
        help: String,
    },
    /// What git would not or could not tell.
    #[error("{why}")]
    Git {
        /// What is wrong.
        why: String,
        /// What to do.
        help: String,
    },
    /// A tree that does not hold still.
    #[error("a file changed while it was read")]
    Changing,
    /// What cannot be watched.
    #[error("changes cannot be watched: {0}")]
    Watch(String),
    /// An editor that does not speak as it should.
    #[error("the editor does not keep to the language server protocol: {0}")]
    Protocol(String),
    /// A name that is no rule.
    #[error("no rule is called `{0}`")]
    UnknownRule(String),
    /// A name that is no subcommand.
    #[error("no subcommand is called `{0}`")]
    UnknownCommand(String),
    /// Anything that is our own bug.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Error {
    /// One line that names what to do.
    pub fn help(&self) -> String {
        match self {
            Self::NoSuchPath(_) => "check the spelling, or run without a path to audit the current folder".into(),
            Self::NothingToAudit(_) => {
                "name a folder that holds .ts, .tsx, .js or .jsx files; --no-ignore also looks into ignored ones".into()
            }
            Self::Glob { .. } => "globs look like `src/**/*.tsx`; quote them so that the shell leaves them alone".into(),
            Self::Io { .. } => "check that the file exists and that you may read or write it".into(),
            Self::Catalog { .. } => "see the table in src/catalog/rows.rs for the keys of a row".into(),
            Self::Config { help, .. } | Self::Baseline { help, .. }
            | Self::Database { help, .. } | Self::Git { help, .. } => help.clone(),
            Self::Changing => "run it again when nothing else writes into the folder".into(),
            Self::Watch(_) => {
                "leave folders out of the audit, or let the system watch more (Linux: fs.inotify.max_user_watches)".into()
            }
            Self::Protocol(_) => "let an editor start `unpoll lsp`; it is of no use in a terminal".into(),
            Self::UnknownCommand(_) => "`unpoll --help` lists them all".into(),
            Self::UnknownRule(_) => "`unpoll rules` lists them all".into(),
            Self::Internal(_) => "this is a bug of unpoll: please report it with the command that you ran".into(),
        }
    }
}

/// The name that looks most like what was typed, when any does.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const ALIKE: f64 = 0.8;
    let scored = known.into_iter().map(|name| (strsim::jaro_winkler(typed, name), name));
    let best = scored.max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.filter(|(score, _)| *score >= ALIKE).map(|(_, name)| name)
}
