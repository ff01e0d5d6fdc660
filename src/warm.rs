//! The audit of a tree that somebody works on: made again after every change, from what is in memory.
//!
//! Facts of files that did not change stay, and so does how specifiers are resolved; what hangs on several files
//! is asked anew. The walk is repeated when a change may have brought or taken files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::cache::{self, Desk, Session};
use crate::config::Settings;
use crate::discover::{self, Discovery, packages};
use crate::error::Error;
use crate::findings::audit::Audit;
use crate::link::program::{Known, Program};
use crate::progress::Progress;
use crate::source::FileId;
use crate::{Options, Subject};

/// Gives the config in force; asked again whenever it may have changed.
pub type Settle = Box<dyn Fn() -> Result<Settings, Error> + Send>;

/// A tree and its audits.
pub struct Warm {
    options: Options,
    settle: Settle,
    desk: Arc<Desk>,
    stage: Option<Stage>,
    /// Source files that changed since the last audit.
    edited: BTreeSet<FileId>,
    /// Whole paths of what changed since the last walk.
    touched: FxHashSet<PathBuf>,
    /// What has to be done before the next audit.
    due: Due,
}

/// How much a change undoes; the greater undoes the less too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Nothing,
    /// Link anew.
    Link,
    /// Walk anew: files may have come or gone.
    Walk,
    /// Resolve all specifiers anew, too.
    Resolve,
}

/// What is in memory.
struct Stage {
    pool: rayon::ThreadPool,
    program: Program,
    subject: Subject,
    root: PathBuf,
    /// What the walk found, as text.
    names: String,
    /// The files of the audit by whole path; `None` for those that are no source.
    files: FxHashMap<PathBuf, Option<FileId>>,
}

impl Warm {
    /// Nothing is read yet. The settings of the options are those that `settle` gives. While the flag is set, an
    /// audit that runs comes to an end without answers.
    pub fn new(options: Options, settle: Settle, called_off: Arc<AtomicBool>) -> Self {
        Self {
            options,
            settle,
            desk: Arc::new(Desk::new(called_off)),
            stage: None,
            edited: BTreeSet::new(),
            touched: FxHashSet::default(),
            due: Due::Resolve,
        }
    }

    /// The text of a file as the last audit saw it, when it read the file.
    pub fn text(&self, path: &Path) -> Option<Arc<str>> {
        self.desk.text(path)
    }

    /// The folder that paths of the audit start from; `None` before the first audit.
    pub fn root(&self) -> Option<&Path> {
        self.stage.as_ref().map(|it| it.root.as_path())
    }

    /// Takes a text for that of a file, a whole path, until it is [closed](Warm::close).
    pub fn open(&mut self, path: &Path, text: Arc<str>) {
        let is_news = self.desk.text(path).is_none_or(|old| old != text);
        self.desk.open(path, text);
        if is_news {
            self.edited(path);
        }
    }

    /// Gives a file back to the disk.
    pub fn close(&mut self, path: &Path) {
        let was = self.desk.text(path);
        self.desk.close(path);
        self.desk.forget(path);
        if was.is_none_or(|was| std::fs::read_to_string(path).map_or(true, |now| *now != *was)) {
            self.edited(path);
        }
    }

    /// Hears that something changed on disk: what a whole path leads to, or led to.
    pub fn changed(&mut self, path: &Path) {
        self.desk.forget(path);
        let Some(stage) = &self.stage else { return };
        let is_there = path.exists();
        match stage.files.get(path) {
            // What an editor has open counts more than the disk.
            Some(_) if is_there && self.desk.is_open(path) => {}
            Some(_) if is_there => self.edited(path),
            _ => self.due = self.due.max(self.undone_by(path, is_there)),
        }
        self.touched.insert(path.to_owned());
    }

    fn edited(&mut self, path: &Path) {
        let Some(stage) = &self.stage else { return };
        match stage.files.get(path) {
            Some(Some(id)) => _ = self.edited.insert(*id),
            Some(None) => {}
            None => return,
        }
        self.touched.insert(path.to_owned());
        self.due = self.due.max(Due::Link);
    }

    /// What has to be done for a change of something that is no file of the audit, or no longer.
    fn undone_by(&self, path: &Path, is_there: bool) -> Due {
        if discover::is_never_walked(path) {
            return Due::Nothing;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_folder = if is_there {
            path.is_dir()
        } else {
            self.stage.iter().flat_map(|it| it.files.keys()).any(|file| file.starts_with(path))
        };
        if self.desk.is_steering(path) || name == packages::MANIFEST {
            Due::Resolve
        } else if is_folder || discover::may_matter(&name) {
            Due::Walk
        } else {
            Due::Nothing
        }
    }

    /// The audit of the tree as it is now; `None` when nothing changed since the last one, or when it was called
    /// off.
    ///
    /// # Errors
    ///
    /// Those of [`crate::audit`], and those of the config.
    pub fn audit(&mut self, progress: &dyn Progress) -> Result<Option<Audit>, Error> {
        if self.due >= Due::Walk {
            self.walk(progress)?;
        }
        let Some(stage) = self.stage.as_mut().filter(|_| self.due >= Due::Link) else { return Ok(None) };
        let Stage { pool, program, subject, .. } = stage;
        let edited = std::mem::take(&mut self.edited);
        let audit = pool.install(|| {
            program.again(&edited);
            crate::judge(program, subject.clone(), progress)
        });
        if self.desk.is_called_off() {
            return Ok(None);
        }
        self.due = Due::Nothing;
        Ok(Some(audit))
    }

    /// Brings what is in memory up to what the disk holds now. When it fails, all stays as it was.
    fn walk(&mut self, progress: &dyn Progress) -> Result<(), Error> {
        let settings = (self.settle)()?;
        crate::rules::check_names(&settings)?;
        let options = Options { settings, ..self.options.clone() };
        let found = crate::find(&options, progress)?;
        let names = cache::names(&found);
        let (old, new) = (&self.options.settings, &options.settings);
        let is_settled = said(old) == said(new);
        let is_same = |it: &Stage| it.names == names && it.root == found.root;
        if self.due < Due::Resolve && is_settled && self.stage.as_ref().is_some_and(is_same) {
            // Something came and went, or is none of ours.
            self.due = if self.edited.is_empty() { Due::Nothing } else { Due::Link };
            return Ok(());
        }
        // Facts hang on how deep code is looked into, and which files are read at all.
        let keeps_facts = said(&(&old.catalog, old.limits)) == said(&(&new.catalog, new.limits));
        if !keeps_facts {
            self.desk.forget_all();
        }
        let pool = crate::pool(&options)?;
        let known = match self.stage.take().filter(|_| keeps_facts) {
            Some(stage) => stage.program.into_known(|it| self.touched.contains(&it.absolute)),
            None => Known::default(),
        };
        self.edited.clear();
        self.touched.clear();
        self.due = Due::Resolve;
        let subject = Subject::of(&options, &found);
        let root = found.root.clone();
        let files = places(&found);
        let session = Arc::new(Session::at(&self.desk, &found));
        let program =
            pool.install(|| crate::open(&options, found, known, &subject.view, &session, progress))?;
        self.stage = Some(Stage { pool, program, subject, root, names, files });
        self.options = options;
        self.due = Due::Link;
        Ok(())
    }
}

/// All files of a walk by whole path.
fn places(found: &Discovery) -> FxHashMap<PathBuf, Option<FileId>> {
    let sources = (0..).map(FileId).zip(&found.files).map(|(id, it)| (it.absolute.clone(), Some(id)));
    let others = found.templates.iter().chain(&found.pages).map(|it| &it.absolute);
    let others = others.chain(found.backends.iter().map(|it| &it.absolute));
    sources.chain(others.map(|it| (it.clone(), None))).collect()
}

/// All that something says, to compare it with something that says the same.
fn said(it: &dyn std::fmt::Debug) -> String {
    format!("{it:?}")
}
