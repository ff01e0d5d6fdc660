//! `unpoll` proves how far a TypeScript/React codebase has moved from polling to push.
//!
//! The whole story on one screen: a repository goes in, an [`findings::audit::Audit`] comes out,
//! and each room of the program is passed once:
//!
//! ```text
//! args + config → discover → scan → parse → facts → link → rules → findings → report → exit code
//! ```

pub mod catalog;
pub mod cli;
pub mod discover;
pub mod error;
pub mod facts;
pub mod findings;
pub mod link;
pub mod parse;
pub mod progress;
pub mod report;
pub mod rules;
pub mod scan;
pub mod source;
pub mod vocabulary;

use std::path::PathBuf;

use crate::error::Error;
use crate::findings::audit::{Audit, Stats, Summary};
use crate::progress::Progress;

/// How to audit.
#[derive(Debug, Clone)]
pub struct Options {
    /// Files and folders to audit.
    pub paths: Vec<PathBuf>,
    /// Look into files that `.gitignore` and its like hide.
    pub no_ignore: bool,
    /// Globs: when there are any, only files that match one are audited.
    pub include: Vec<String>,
    /// Globs: files that match one are not audited.
    pub exclude: Vec<String>,
    /// Number of worker threads; `None`: as many as the machine has.
    pub threads: Option<usize>,
    /// Parse every file instead of those that something asks for.
    pub parse_all: bool,
}

/// Audits the paths of the options.
///
/// # Errors
///
/// When a path does not exist, a glob does not parse, or nothing is there to audit.
pub fn audit(options: &Options, progress: &dyn Progress) -> Result<Audit, Error> {
    progress.stage("reading", options.paths.len());
    for path in &options.paths {
        if !path.exists() {
            return Err(Error::NoSuchPath(path.clone()));
        }
        progress.step();
    }
    Ok(Audit {
        root: options
            .paths
            .first()
            .map_or_else(|| ".".into(), |path| path.display().to_string()),
        summary: Summary::default(),
        findings: Vec::new(),
        timers: Vec::new(),
        areas: Vec::new(),
        next_steps: Vec::new(),
        stats: Stats::default(),
    })
}
