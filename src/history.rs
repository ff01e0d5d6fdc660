//! Reads commits through git: where a branch left another one, the line of commits that led to the present, and the
//! tree that stood there.
//!
//! The repository is untrusted: of git only commands are used that read objects. They run no hook, no filter,
//! no pager and no helper, and fetch nothing.

mod line;
mod tree;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub use line::{Line, Past, Since};
pub use tree::Tree;

use crate::error::Error;

/// A git repository with a work tree.
#[derive(Debug)]
pub struct Repository {
    top: PathBuf,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit(String);

impl Commit {
    /// A commit of that name.
    #[cfg(test)]
    pub(crate) fn named(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The first letters of its name, enough for people.
    pub fn short(&self) -> &str {
        self.0.get(..9).unwrap_or(&self.0)
    }

    /// Its whole name.
    pub fn id(&self) -> &str {
        &self.0
    }
}

impl Repository {
    /// The repository that a path is in.
    ///
    /// # Errors
    ///
    /// When there is none, or git cannot be run.
    pub fn of(path: &Path) -> Result<Self, Error> {
        let path = path.canonicalize().map_err(|_| Error::NoSuchPath(path.to_owned()))?;
        let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
        let here = Self { top: folder.to_owned() };
        let found = here.git(["rev-parse", "--show-toplevel"])?;
        if !found.status.success() {
            return Err(fault(
                format!(
                    "{} is in no git repository that can be read: {}",
                    folder.display(),
                    said(&found.stderr)
                ),
                "run it inside a clone; without git, compare with a baseline: `unpoll baseline`",
            ));
        }
        let top = PathBuf::from(said(&found.stdout));
        let top = top.canonicalize().map_err(|source| Error::Io { path: top, source })?;
        Ok(Self { top })
    }

    /// The top of its work tree.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// The commit where the checked-out branch left `reference`.
    ///
    /// # Errors
    ///
    /// When the name is none, or the clone does not hold that commit.
    pub fn merge_base(&self, reference: &str) -> Result<Commit, Error> {
        let named = self.commit(reference)?;
        let head = self.commit("HEAD")?;
        let found = self.git(["merge-base", named.0.as_str(), head.0.as_str()])?;
        match said(&found.stdout).lines().next() {
            Some(base) if found.status.success() => Ok(Commit(base.to_owned())),
            _ if self.is_shallow()? => Err(fault(
                format!(
                    "this clone is shallow and does not hold the commit where the branch left `{reference}`"
                ),
                "fetch the history first: `git fetch --unshallow`, or `fetch-depth: 0` where the checkout is configured",
            )),
            _ => Err(fault(
                format!("HEAD and `{reference}` have no commit in common"),
                "name the branch that this one was made from",
            )),
        }
    }

    fn commit(&self, reference: &str) -> Result<Commit, Error> {
        // Git would refuse most of these too; that it never sees them is surer.
        let is_hostile =
            reference.starts_with('-') || reference.chars().any(|it| it.is_control() || it.is_whitespace());
        if reference.is_empty() || is_hostile {
            return Err(fault(
                format!("`{reference}` is no name of a commit"),
                "give a branch, a tag or a commit: `--since origin/main`",
            ));
        }
        let peeled = format!("{reference}^{{commit}}");
        let found = self.git(["rev-parse", "--verify", "--quiet", "--end-of-options", &peeled])?;
        if found.status.success() {
            return Ok(Commit(said(&found.stdout)));
        }
        let help = if self.is_shallow()? {
            "this clone is shallow: fetch the branch first, as in `git fetch origin main`, or check out with `fetch-depth: 0`"
        } else {
            "give a branch, a tag or a commit that is here, as in `--since origin/main`; `git fetch` brings it"
        };
        Err(fault(format!("there is no commit called `{reference}`"), help))
    }

    fn is_shallow(&self) -> Result<bool, Error> {
        Ok(said(&self.git(["rev-parse", "--is-shallow-repository"])?.stdout) == "true")
    }

    /// What to say when this clone does not hold a file of a commit that an audit would read.
    pub fn lacks(&self, commit: &Commit, file: &str) -> Error {
        unreadable(commit, &format!("this clone does not hold {file}"))
    }

    fn git<const N: usize>(&self, args: [&str; N]) -> Result<Output, Error> {
        self.command(args).stdin(Stdio::null()).output().map_err(|error| {
            fault(
                format!("git could not be run: {error}"),
                "install git, or compare with a baseline: `unpoll baseline`",
            )
        })
    }

    fn command<const N: usize>(&self, args: [&str; N]) -> Command {
        let mut command = Command::new("git");
        command
            .arg("--no-pager")
            .args([
                "-c",
                "core.fsmonitor=false",
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "protocol.allow=never",
            ])
            .args(args.map(OsStr::new))
            .current_dir(&self.top)
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            // The name of a commit stands for what it was made of, also where the repository replaces objects.
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C");
        // Inside a hook these point at the repository of the hook, by a path that only holds where it runs.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"] {
            command.env_remove(name);
        }
        command
    }
}

/// The text of an answer, without the end of its line.
fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}

fn unreadable(commit: &Commit, why: &str) -> Error {
    fault(
        format!("git cannot read commit {}: {why}", commit.short()),
        "in a partial clone, fetch its files first: `git fetch --refetch --no-filter`",
    )
}

fn fault(why: String, help: &str) -> Error {
    Error::Git { why, help: help.to_owned() }
}
