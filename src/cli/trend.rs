//! `unpoll trend [PATHS…]`: audits commits of the history, and draws what burned down.
//!
//! The work tree is not touched: commits are read through git into one temporary folder, which is taken from each
//! commit to the next, and what a file says is remembered under its content.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser};

use super::comparison::Scope;
use super::failure::Failure;
use super::outputs::{chosen, write_file};
use super::progress::Bar;
use super::selection::{Selection, bug, say};
use super::terminal::Screen;
use crate::Options;
use crate::cache::Cache;
use crate::error::Error;
use crate::history::{Commit, Past, Repository, Since, Tree};
use crate::progress::Silent;
use crate::report;
use crate::report::trend::FORMATS;
use crate::report::words::count;
use crate::trend::Trend;
use crate::trend::every::Every;
use crate::trend::snapshot::Snapshot;
use crate::trend::store::Store;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How to write it [default: pretty, or what the extension of FILE implies].
    #[arg(short, long, value_name = "FORMAT", value_parser = formats())]
    format: Option<String>,
    /// Write it to FILE instead of stdout.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Begin at a day, as in 2026-03-01, or with a commit [default: with the first commit].
    #[arg(long, value_name = "DATE|REV")]
    since: Option<String>,
    /// Audit each `commit`, each so many commits, or the last one of each `day`, `week` or `month`.
    ///
    /// The first and the last commit are always audited. A finding is said to come with the first audited commit that
    /// has it: only `commit` names the very one.
    #[arg(long, value_name = "STEP", default_value = "week")]
    every: Every,
    /// Keep all of it in a SQLite database, for dashboards and for the next run, which audits new commits only.
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// Draw no progress bar.
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    selection: Selection,
}

fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(FORMATS.iter().map(|it| PossibleValue::new(it.name).help(it.about)))
}

pub(super) fn run(args: &Args, screen: Screen, stdout: &mut dyn Write) -> Result<ExitCode, Failure> {
    let file = args.output.as_deref().filter(|file| *file != Path::new("-"));
    let format = chosen(FORMATS, |it| (it.name, it.extensions), args.format.as_deref(), file)?;
    let trend = trend(args)?;
    let options =
        report::Options { color: screen.color && file.is_none(), width: screen.width, ..Default::default() };
    let mut bytes = Vec::new();
    format.write(&trend, &options, &mut bytes)?;
    match file {
        Some(file) => write_file(file, &bytes)?,
        None => stdout.write_all(&bytes)?,
    }
    let failed: Vec<String> =
        trend.failed().map(|(past, why)| format!("commit {}: {why}", past.commit.short())).collect();
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    // The rest of the report stands, and nobody may take it for the whole.
    stdout.flush()?;
    say(&[format!("{} could not be audited", count(failed.len(), "commit"))]);
    say(&failed);
    Ok(ExitCode::from(2))
}

fn trend(args: &Args) -> Result<Trend, Error> {
    let settings = args.selection.settings()?;
    let scope = Scope::of(&args.selection, None)?;
    let repository = scope.repository()?;
    let since = args.since.as_deref().map(|it| repository.since(it)).transpose()?;
    let line = repository.line(since.as_ref())?;
    if let (true, Some(Since::Time(_)), Some(text)) = (line.commits.is_empty(), &since, &args.since) {
        return Err(Error::Git {
            why: format!("no commit is as young as {text}"),
            help: "begin earlier, or check out the branch that you mean".to_owned(),
        });
    }
    let mut options = args.selection.options(settings, Some(scope.anchor.clone()));
    options.cache = args.selection.cache(Cache::with_last_report_only);
    let (root, asked) = question(&scope, &repository, &options)?;
    // A database that cannot be used is said at once, not after many audits.
    let store = args.db.as_deref().map(Store::open).transpose()?;
    let mut look = Look { scope, repository, options, asked, store, tree: None };
    let progress = Bar::new(args.quiet);
    let trend = Trend::of(root, line, args.every, &progress, |past| look.at(past))?;
    if let Some(store) = &mut look.store {
        store.write(&trend)?;
    }
    Ok(trend)
}

/// What is asked of each commit: for people, and all that decides the answer.
fn question(scope: &Scope, repository: &Repository, options: &Options) -> Result<(String, String), Error> {
    let (roots, anchor) = scope.ways(repository)?;
    let name = |path: &PathBuf| match path.to_string_lossy().replace('\\', "/") {
        name if name.is_empty() => ".".to_owned(),
        name => name,
    };
    let root = roots.iter().map(name).collect::<Vec<_>>().join(", ");
    let mut settings = options.settings.clone();
    settings.base = settings.base.strip_prefix(repository.top()).map(Path::to_owned).unwrap_or_default();
    let Options { no_ignore, include, exclude, .. } = options;
    let decides = (env!("UNPOLL_BUILD"), settings, &roots, anchor, no_ignore, include, exclude);
    Ok((root, blake3::hash(format!("{decides:?}").as_bytes()).to_string()))
}

/// Looks at one commit after another.
struct Look {
    scope: Scope,
    repository: Repository,
    options: Options,
    asked: String,
    store: Option<Store>,
    /// Stands at the commit before, unless that could not be read.
    tree: Option<Tree>,
}

impl Look {
    /// What was there at a commit, or why that cannot be told; an error when no commit can be looked at.
    fn at(&mut self, past: &Past) -> Result<Result<Snapshot, String>, Error> {
        let known = self.store.as_ref().map(|it| it.recall(&past.commit, &self.asked)).transpose()?.flatten();
        if let Some(known) = known {
            return Ok(Ok(known));
        }
        let tree = match self.tree.take() {
            Some(tree) => tree,
            None => Tree::empty()?,
        };
        let top = format!("{}{}", tree.path().display(), std::path::MAIN_SEPARATOR);
        match self.audit(&past.commit, tree) {
            Ok((snapshot, is_repeatable)) => {
                if let Some(store) = self.store.as_mut().filter(|_| is_repeatable) {
                    store.keep(&past.commit, &self.asked, &snapshot)?;
                }
                Ok(Ok(snapshot))
            }
            // These lie in the commit; all others would come again with the next.
            Err(
                error @ (Error::Git { .. }
                | Error::Io { .. }
                | Error::NoSuchPath(_)
                | Error::Changing
                | Error::Internal(_)),
            ) => Ok(Err(error.to_string().replace(&top, ""))),
            Err(error) => Err(error),
        }
    }

    /// Audits a commit; also says whether the next run would find the same.
    fn audit(&mut self, commit: &Commit, mut tree: Tree) -> Result<(Snapshot, bool), Error> {
        let (options, prefix) =
            self.scope.options_at(commit, (&self.repository, &mut tree), &self.options)?;
        self.tree = Some(tree);
        let audit = catch_unwind(AssertUnwindSafe(|| crate::audit(&options, &Silent)))
            .unwrap_or_else(|_| Err(Error::Internal("unpoll panicked".to_owned())));
        match audit {
            Ok(audit) => match bug(&audit) {
                Some(bug) => Err(Error::Internal(bug)),
                None => Ok((Snapshot::of(&audit, &prefix), audit.is_repeatable())),
            },
            // There was nothing yet.
            Err(Error::NothingToAudit(_)) => Ok((Snapshot::default(), true)),
            Err(error) => Err(error),
        }
    }
}
