//! `unpoll` proves how far a TypeScript/React codebase has moved from polling to push.
//!
//! The whole story on one screen: a repository goes in, an [`findings::audit::Audit`] comes out,
//! and each room of the program is passed once:
//!
//! ```text
//! args + config → discover → scan → parse → facts, backends → link → rules → findings → report → exit code
//! ```

pub mod backends;
pub mod cache;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod discover;
pub mod error;
pub mod facts;
pub mod findings;
pub mod history;
pub mod link;
pub mod lsp;
pub mod parse;
pub mod progress;
pub mod report;
pub mod rules;
pub mod scan;
pub mod source;
pub mod trend;
pub mod vocabulary;
pub mod warm;
pub mod watch;

use std::path::PathBuf;
use std::sync::Arc;

use crate::cache::{Asked, Cache, Session};
use crate::config::{Settings, View};
use crate::error::Error;
use crate::findings::audit::{Audit, Stats};
use crate::link::program::{Known, Program};
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
    /// Where to remember what the next run need not find out again; `None`: nowhere.
    pub cache: Option<Arc<Cache>>,
}

/// Audits the paths of the options.
///
/// # Errors
///
/// When a path does not exist, a glob does not parse, the config names a rule that is none, or nothing
/// is there to audit.
pub fn audit(options: &Options, progress: &dyn Progress) -> Result<Audit, Error> {
    rules::check_names(&options.settings)?;
    pool(options)?.install(|| {
        let found = find(options, progress)?;
        let subject = Subject::of(options, &found);
        let asked = format!("{} {:?} {}", subject.view.identity(), subject.prefix, options.parse_all);
        let session = session(options, options.cache.as_ref(), &found, &asked);
        if let Some(audit) = session.recall(&found.files) {
            return Ok(audit);
        }
        let program = open(options, found, Known::default(), &subject.view, &session, progress)?;
        let audit = judge(&program, subject, progress);
        program.keep_facts();
        if audit.is_repeatable() {
            session.keep(&audit);
        }
        Ok(audit)
    })
}

/// What an audit is of.
#[derive(Clone)]
struct Subject {
    /// What the user named.
    label: String,
    /// The way to it from the folder that fingerprints count from.
    prefix: String,
    view: View,
}

impl Subject {
    fn of(options: &Options, found: &discover::Discovery) -> Self {
        let prefix = options.anchor.as_ref().and_then(|it| discover::relative(it, &found.root));
        Self {
            label: found.root_label.clone(),
            prefix: prefix.unwrap_or_default(),
            view: View::new(&options.settings, &found.root),
        }
    }
}

/// Links a program and asks the rules about it.
fn judge(program: &Program, subject: Subject, progress: &dyn Progress) -> Audit {
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
    let policy = rules::Policy::new(subject.view, &linked);
    let root = findings::Root { label: subject.label, prefix: &subject.prefix };
    findings::audit(root, linked, &policy, stats, &|file| program.text(file))
}

/// The facts of some files, for an audit elsewhere to link.
pub struct Part {
    /// What to write into a file for [`Cache::of_parts`].
    pub bytes: Vec<u8>,
    /// Number of files whose facts are in it.
    pub files: usize,
}

/// Makes a part of all files under the paths of the options: nobody knows yet what others will ask of them.
///
/// # Errors
///
/// When a path does not exist, a glob does not parse, or a file changes while it is read.
pub fn part(options: &Options, progress: &dyn Progress) -> Result<Part, Error> {
    pool(options)?.install(|| {
        let found = match find(options, progress) {
            // A package without source is a package still.
            Err(Error::NothingToAudit(_)) => discover::Discovery::default(),
            found => found?,
        };
        let view = View::new(&options.settings, &found.root);
        let session = session(options, Some(&Arc::default()), &found, "");
        let all = Options { parse_all: true, ..options.clone() };
        let program = open(&all, found, Known::default(), &view, &session, progress)?;
        let bytes = program.part().ok_or(Error::Changing)?;
        Ok(Part { bytes, files: program.files_parsed() })
    })
}

fn threads(options: &Options) -> usize {
    options.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// Nested code is walked by recursion of a bounded depth, which needs more stack than usual.
fn pool(options: &Options) -> Result<rayon::ThreadPool, Error> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads(options))
        .stack_size(facts::stack_bytes(options.settings.limits.nesting))
        .build()
        .map_err(|error| Error::Internal(error.to_string()))
}

fn find(options: &Options, progress: &dyn Progress) -> Result<discover::Discovery, Error> {
    progress.stage("looking for files", 0);
    discover::discover(&discover::DiscoverOptions {
        paths: options.paths.clone(),
        no_ignore: options.no_ignore,
        include: options.include.clone(),
        exclude: options.exclude.clone(),
        threads: threads(options),
        settings: options.settings.clone(),
    })
}

/// `asked`: all that decides the report, beside the tree and the catalog.
fn session(
    options: &Options,
    cache: Option<&Arc<Cache>>,
    found: &discover::Discovery,
    asked: &str,
) -> Arc<Session> {
    // Facts hang on how deep code is looked into, and which files are read at all.
    let facts = &format!("{:?} {:?}", options.settings.catalog, options.settings.limits);
    Arc::new(Session::of(cache, found, Asked { facts, report: asked }))
}

fn open(
    options: &Options,
    found: discover::Discovery,
    known: Known,
    view: &View,
    session: &Arc<Session>,
    progress: &dyn Progress,
) -> Result<Program, Error> {
    progress.stage("reading", found.files.len());
    let mut catalog = catalog::Catalog::embedded()?;
    for library in &options.settings.catalog {
        catalog.extend(library.clone());
    }
    Program::open(found, catalog, view, (options.parse_all, known), Arc::clone(session), &|| {
        progress.step();
    })
}
