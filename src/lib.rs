//! `unpoll` proves how far a TypeScript/React codebase has moved from polling to push.
//!
//! The whole story on one screen: a repository goes in, an [`findings::audit::Audit`] comes out,
//! and each room of the program is passed once:
//!
//! ```text
//! args + config → discover → scan → parse → facts, backends → link → rules → findings → report → exit code
//! ```

pub mod backends;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod discover;
pub mod error;
pub mod facts;
pub mod findings;
pub mod history;
pub mod link;
pub mod parse;
pub mod progress;
pub mod report;
pub mod rules;
pub mod scan;
pub mod source;
pub mod vocabulary;

use std::path::PathBuf;

use crate::config::{Settings, View};
use crate::error::Error;
use crate::findings::audit::{Audit, Stats};
use crate::progress::Progress;

/// How to audit.
#[derive(Debug, Clone, Default)]
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
    /// What the config says.
    pub settings: Settings,
    /// The folder that fingerprints count paths from; the root of the audit when it is none or not inside.
    pub anchor: Option<PathBuf>,
}

/// Audits the paths of the options.
///
/// # Errors
///
/// When a path does not exist, a glob does not parse, the config names a rule that is none, or nothing
/// is there to audit.
pub fn audit(options: &Options, progress: &dyn Progress) -> Result<Audit, Error> {
    let settings = &options.settings;
    rules::check_names(settings)?;
    let threads =
        options.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    // Nested code is walked by recursion of a bounded depth, which needs more stack than usual.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(facts::stack_bytes(settings.limits.nesting))
        .build()
        .map_err(|error| Error::Internal(error.to_string()))?;
    progress.stage("looking for files", 0);
    let discovery = discover::discover(&discover::DiscoverOptions {
        paths: options.paths.clone(),
        no_ignore: options.no_ignore,
        include: options.include.clone(),
        exclude: options.exclude.clone(),
        threads,
        settings: settings.clone(),
    })?;
    let label = discovery.root_label.clone();
    let prefix = options.anchor.as_ref().and_then(|it| discover::relative(it, &discovery.root));
    let prefix = prefix.unwrap_or_default();
    let view = View::new(settings, &discovery.root);
    let mut catalog = catalog::Catalog::embedded()?;
    for library in &settings.catalog {
        catalog.extend(library.clone());
    }
    progress.stage("reading", discovery.files.len());
    pool.install(|| {
        let program =
            link::program::Program::open(discovery, catalog, &view, options.parse_all, &|| progress.step())?;
        progress.stage("following calls", 0);
        let linked = program.link();
        let stats = Stats {
            files_discovered: program.files().len(),
            backend_files: program.backends().len(),
            files_read: program.files_read(),
            files_parsed: program.files_parsed(),
            bytes_read: program.bytes_read(),
            skipped: Vec::new(),
        };
        let policy = rules::Policy::new(view, &linked);
        let root = findings::Root { label, prefix: &prefix };
        Ok(findings::audit(root, linked, &policy, stats, &|file| program.text(file)))
    })
}
