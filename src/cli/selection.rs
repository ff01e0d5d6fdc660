//! What to audit: the paths and flags that every subcommand with an audit in it takes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::failure::Failure;
use super::progress::Bar;
use crate::cache::{Cache, Hits};
use crate::config::{self, Choice, Settings};
use crate::error::Error;
use crate::findings::audit::Audit;
use crate::report::escape;
use crate::report::words::count;
use crate::source::Skip;

// Headings of the help.
const FILES: &str = "Files";
const CONFIG: &str = "Config";
pub(super) const RUN: &str = "Run";

#[derive(Debug, Clone, clap::Args)]
pub(super) struct Selection {
    /// Files and folders to audit.
    #[arg(value_name = "PATHS", default_value = ".")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub flags: Flags,
    /// Find out everything anew, and remember nothing for the next run.
    #[arg(long, help_heading = RUN)]
    no_cache: bool,
}

/// Which files of the paths, and how to look at them.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Flags {
    /// Audit only files that match; may be given more than once.
    #[arg(long, value_name = "GLOB", help_heading = FILES)]
    include: Vec<String>,
    /// Leave out files that match; may be given more than once.
    #[arg(long, value_name = "GLOB", help_heading = FILES)]
    exclude: Vec<String>,
    /// Look into files that .gitignore and its like hide.
    #[arg(long, help_heading = FILES)]
    no_ignore: bool,
    #[command(flatten)]
    config: ConfigChoice,
    /// Number of worker threads [default: as many as there are cores].
    #[arg(long, help_heading = RUN, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Parse every file, not only those that something asks for.
    ///
    /// The report is the same and takes longer: this is for checking just that, and for a bug report
    /// about a missing finding.
    #[arg(long, help_heading = RUN, hide_short_help = true)]
    parse_all: bool,
}

/// Which config to take.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ConfigChoice {
    /// Take FILE as the config [default: unpoll.json, .jsonc or .toml, searched upwards].
    #[arg(long, help_heading = CONFIG, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Look for no config.
    #[arg(long, help_heading = CONFIG)]
    no_config: bool,
}

impl ConfigChoice {
    /// The config in force for a path.
    pub(super) fn settings(&self, path: &Path) -> Result<Settings, Error> {
        config::load(match &self.config {
            Some(file) => Choice::File(file),
            None if self.no_config => Choice::Defaults,
            None => Choice::From(path),
        })
    }
}

impl Selection {
    /// The config in force: that of the first path.
    pub(super) fn settings(&self) -> Result<Settings, Error> {
        self.flags.settings(&self.paths)
    }

    /// What to audit.
    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Whether a config counts when there is one.
    pub(super) const fn looks_for_a_config(&self) -> bool {
        !self.flags.config.no_config
    }

    /// Whether globs of the command line leave files out.
    pub(super) fn has_globs(&self) -> bool {
        !self.flags.include.is_empty() || !self.flags.exclude.is_empty()
    }

    /// Audits it. `quiet`: without a progress bar.
    pub(super) fn audit(&self, settings: Settings, quiet: bool) -> Result<Audit, Error> {
        crate::audit(&self.options(settings, None), &Bar::new(quiet))
    }

    /// Says on stderr what came out of the cache, and what is wrong with it.
    pub(super) fn note_cache(&self, options: &crate::Options) {
        let notes = match &options.cache {
            _ if self.no_cache => return,
            Some(cache) => {
                let mut notes = cache.notes();
                let folder = cache.usage().folder;
                notes.push(format!("from the cache in {}: {}", folder.display(), hits(cache)));
                notes
            }
            None => cache_of(&self.paths).err().into_iter().collect(),
        };
        say(&notes);
    }

    /// Where to remember, unless nowhere is wished for or possible. `with`: how.
    pub(super) fn cache(&self, with: impl Fn(Cache) -> Cache) -> Option<Arc<Cache>> {
        let cache = (!self.no_cache).then(|| cache_of(&self.paths).ok()).flatten();
        cache.map(with).map(Arc::new)
    }

    /// How to audit it. `anchor`: the folder that fingerprints count paths from.
    pub(super) fn options(&self, settings: Settings, anchor: Option<PathBuf>) -> crate::Options {
        crate::Options {
            anchor,
            cache: self.cache(|cache| cache),
            ..self.flags.options(self.paths.clone(), settings)
        }
    }
}

impl Flags {
    /// The config in force: that of the first path.
    pub(super) fn settings(&self, paths: &[PathBuf]) -> Result<Settings, Error> {
        self.config.settings(paths.first().map_or(Path::new("."), PathBuf::as_path))
    }

    /// How to look at some paths, without a cache.
    pub(super) fn options(&self, paths: Vec<PathBuf>, settings: Settings) -> crate::Options {
        crate::Options {
            paths,
            no_ignore: self.no_ignore,
            include: self.include.clone(),
            exclude: self.exclude.clone(),
            threads: self.threads.map(usize::from),
            parse_all: self.parse_all,
            settings,
            anchor: None,
            cache: None,
        }
    }
}

/// What came out of a cache, in words.
pub(super) fn hits(cache: &Cache) -> String {
    let Hits { reports, words, facts } = cache.hits();
    match reports {
        0 => format!("{} not scanned, {} not parsed", count(words, "file"), count(facts, "file")),
        _ => "the report of an earlier run over the same tree".to_owned(),
    }
}

/// Says notes on stderr.
pub(super) fn say(notes: &[String]) {
    notes.iter().for_each(|note| eprintln!("note: {}", escape::terminal(note)));
}

/// Where runs over some paths remember; the error says in words why nowhere.
pub(super) fn cache_of(paths: &[PathBuf]) -> Result<Cache, String> {
    let whole = paths.iter().map(|path| path.canonicalize()).collect::<Result<Vec<_>, _>>();
    let whole = whole.map_err(|why| format!("the paths cannot be followed: {why}"))?;
    Cache::of(&crate::discover::common_folder(&whole))
}

/// What a bug of ours cost an audit, if one did.
pub(super) fn bug(audit: &Audit) -> Option<String> {
    let broken = |skip: &Skip| Some(format!("{}: {}", skip.file, skip.internal()?));
    audit.stats.skipped.iter().find_map(broken)
}

/// Fails when a bug of ours cost a part of the audit: the rest stands, and nobody may take it for the
/// whole.
pub(super) fn check_whole(audit: &Audit, stdout: &mut dyn Write) -> Result<(), Failure> {
    match bug(audit) {
        None => Ok(()),
        Some(bug) => {
            stdout.flush()?;
            Err(Error::Internal(bug).into())
        }
    }
}
