//! What an audit is compared with: a baseline, and the commit where the branch began.

use std::fs;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::progress::Bar;
use super::selection::Selection;
use crate::Options;
use crate::discover::{self, relative};
use crate::error::Error;
use crate::findings::audit::Audit;
use crate::findings::baseline::{Baseline, NAME, under};
use crate::findings::compare::{Paths, compare, take_as_known};
use crate::history::{Commit, Repository, Tree};
use crate::vocabulary::ComparedWith;

/// A larger file is no baseline: a line has a few hundred bytes.
const MAX_BYTES: u64 = 256 << 20;

/// What a run looks at, and the baseline that belongs to it.
pub(super) struct Scope {
    /// The audited files and folders, whole paths.
    roots: Vec<PathBuf>,
    /// Whether globs of the command line leave files out.
    globs: bool,
    /// The file of the baseline, whether it is there or not.
    pub file: PathBuf,
    /// Its folder, whole: where fingerprints and entries count paths from.
    pub anchor: PathBuf,
    /// The way from there to the root of the audit.
    prefix: String,
}

impl Scope {
    /// The scope of a selection. `file`: the baseline that the user named.
    pub fn of(selection: &Selection, file: Option<&Path>) -> Result<Self, Error> {
        let whole = |path: &PathBuf| path.canonicalize().map_err(|_| Error::NoSuchPath(path.clone()));
        let roots = selection.paths().iter().map(whole).collect::<Result<Vec<_>, _>>()?;
        let root = discover::common_folder(&roots);
        let file = match file {
            Some(file) => file.to_owned(),
            None => usual(&root),
        };
        let folder = file.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let anchor = folder.canonicalize().map_err(|source| Error::Io { path: folder.to_owned(), source })?;
        let prefix = relative(&anchor, &root).unwrap_or_default();
        Ok(Self { roots, globs: selection.has_globs(), file, anchor, prefix })
    }

    /// What people call the baseline.
    pub fn name(&self) -> String {
        let here = std::env::current_dir().ok().and_then(|it| it.canonicalize().ok());
        let whole = self.anchor.join(self.file.file_name().unwrap_or_default());
        here.and_then(|here| relative(&here, &whole)).unwrap_or_else(|| self.file.display().to_string())
    }

    /// Reads the baseline; `None` when there is none.
    pub fn baseline(&self) -> Result<Option<Baseline>, Error> {
        let io = |source| Error::Io { path: self.file.clone(), source };
        match fs::metadata(&self.file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(error)),
            Ok(it) if !it.is_file() || it.len() > MAX_BYTES => {
                return Err(Error::Baseline {
                    file: self.name(),
                    why: "it is no baseline: not a file, or far too large".to_owned(),
                    help: "name another one with --baseline FILE".to_owned(),
                });
            }
            Ok(_) => {}
        }
        let bytes = fs::read(&self.file).map_err(io)?;
        Baseline::parse(&String::from_utf8_lossy(&bytes), &self.name()).map(Some)
    }

    /// Gives the paths of entries their meaning.
    pub fn paths<T>(&self, then: impl FnOnce(Paths<'_>) -> T) -> T {
        let was_audited = |file: &str| {
            let path = self.anchor.join(file);
            // A file that globs leave out is there and was not looked at.
            self.roots.iter().any(|root| path.starts_with(root)) && !(self.globs && path.exists())
        };
        then(Paths { prefix: &self.prefix, was_audited: &was_audited })
    }

    /// Compares an audit with a baseline.
    pub fn compare(&self, audit: &mut Audit, baseline: &Baseline) {
        let against = format!("`{}`", self.name());
        self.paths(|paths| compare(audit, baseline, (ComparedWith::Baseline, &against), paths));
    }

    /// The repository that all of it is in.
    pub fn repository(&self) -> Result<Repository, Error> {
        Repository::of(self.roots.first().map_or(Path::new("."), PathBuf::as_path))
    }

    /// What the repository calls the audited files and folders, and the folder that fingerprints count from.
    pub fn ways(&self, repository: &Repository) -> Result<(Vec<PathBuf>, Option<PathBuf>), Error> {
        let top = repository.top();
        let inside = |it: &PathBuf| it.strip_prefix(top).map(Path::to_owned);
        let roots = self.roots.iter().map(|root| inside(root).map_err(|_| outside(root, repository)));
        Ok((roots.collect::<Result<_, _>>()?, inside(&self.anchor).ok()))
    }

    /// Takes a tree to a commit, and says how to audit the same files and folders there: with the rules of today,
    /// on the code of then. Also gives the way from the folder that fingerprints count from to the root of that audit.
    pub fn options_at(
        &self,
        commit: &Commit,
        (repository, tree): (&Repository, &mut Tree),
        options: &Options,
    ) -> Result<(Options, String), Error> {
        tree.move_to(commit, repository)?;
        if let Some(file) = tree.missing.iter().find(|it| discover::may_be_read(it)) {
            return Err(repository.lacks(commit, file));
        }
        let then = |path: &Path| path.strip_prefix(repository.top()).map(|it| tree.path().join(it)).ok();
        let mut before = options.clone();
        before.settings.base = then(&options.settings.base).unwrap_or_default();
        before.anchor = then(&self.anchor);
        before.paths.clear();
        for (root, inside) in self.roots.iter().zip(self.ways(repository)?.0) {
            let path = tree.path().join(&inside);
            before.paths.push(match path.is_file() {
                true if !root.is_dir() => path,
                _ if root.is_dir() => tree.folder(&inside)?,
                _ => tree.folder(inside.parent().unwrap_or(&inside))?,
            });
        }
        let root = discover::common_folder(&before.paths);
        let prefix = before.anchor.as_ref().and_then(|it| relative(it, &root)).unwrap_or_default();
        Ok((before, prefix))
    }

    /// Compares an audit with that of the commit where the branch left `reference`.
    pub fn compare_since(
        &self,
        audit: &mut Audit,
        options: &Options,
        reference: &str,
        quiet: bool,
    ) -> Result<(), Failure> {
        let repository = self.repository()?;
        let commit = repository.merge_base(reference)?;
        let mut tree = Tree::empty()?;
        let (before, prefix) = self.options_at(&commit, (&repository, &mut tree), options)?;
        let baseline = match crate::audit(&before, &Bar::new(quiet)) {
            Ok(before) => Baseline::of(&before, &prefix),
            // There was nothing yet.
            Err(Error::NothingToAudit(_)) => Baseline::default(),
            Err(error) => return Err(error.into()),
        };
        let against = format!("`{reference}`, which the branch left at {}", commit.short());
        self.paths(|paths| compare(audit, &baseline, (ComparedWith::Commit, &against), paths));
        let from_top = relative(repository.top(), &self.anchor).unwrap_or_default();
        let in_submodule = |file: &str| {
            let file = under(&from_top, file);
            tree.submodules
                .iter()
                .any(|it| file.strip_prefix(it.as_str()).is_some_and(|rest| rest.starts_with('/')))
        };
        take_as_known(audit, &self.prefix, &in_submodule);
        Ok(())
    }
}

fn outside(root: &Path, repository: &Repository) -> Error {
    Error::Git {
        why: format!("{} is outside of the repository {}", root.display(), repository.top().display()),
        help: "audit paths of one repository at a time".to_owned(),
    }
}

/// The baseline at or above the root of the audit, up to the top of the repository; or else where one would be
/// written: in the current folder, unless the root is elsewhere.
fn usual(root: &Path) -> PathBuf {
    for folder in root.ancestors() {
        let file = folder.join(NAME);
        if file.exists() {
            return file;
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    let here = std::env::current_dir().ok().and_then(|it| it.canonicalize().ok());
    here.filter(|it| root.starts_with(it)).unwrap_or_else(|| root.to_owned()).join(NAME)
}
