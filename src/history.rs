//! Reads commits through git: where a branch left another one, and the tree that stood there.
//!
//! The repository is untrusted: of git only commands are used that read objects. They run no hook, no filter,
//! no pager and no helper, and fetch nothing.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::error::Error;

/// A larger file is no source: it is left out of a tree.
const MAX_BYTES: u64 = 8 << 20;

/// A git repository with a work tree.
#[derive(Debug)]
pub struct Repository {
    top: PathBuf,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit(String);

impl Commit {
    /// The first letters of its name, enough for people.
    pub fn short(&self) -> &str {
        self.0.get(..9).unwrap_or(&self.0)
    }
}

/// The files of a commit, in a folder that goes away with it.
#[derive(Debug)]
pub struct Tree {
    /// Removes it when the tree goes.
    _folder: TempDir,
    root: PathBuf,
    /// Folders of other repositories that the commit points at, relative to its top. They are not in it.
    pub submodules: Vec<String>,
}

impl Tree {
    /// Where its top is.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Puts a folder there if the commit has none, so that paths mean the same.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn folder(&self, relative: &Path) -> Result<PathBuf, Error> {
        let path = self.root.join(relative);
        fs::create_dir_all(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
        Ok(path)
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

    /// Writes the files of a commit to a temporary folder: as they are stored, without links.
    ///
    /// # Errors
    ///
    /// When git cannot give them or the folder cannot be written.
    pub fn tree(&self, commit: &Commit) -> Result<Tree, Error> {
        let listed = self.git(["ls-tree", "-r", "-z", "--long", "--full-tree", commit.0.as_str()])?;
        if !listed.status.success() {
            return Err(unreadable(commit, &listed.stderr));
        }
        let folder = tempfile::Builder::new().prefix("unpoll-").tempdir();
        let at = |path: &Path, source| Error::Io { path: path.to_owned(), source };
        let folder = folder.map_err(|source| at(&std::env::temp_dir(), source))?;
        let root = folder.path().canonicalize().map_err(|source| at(folder.path(), source))?;
        // Ignore rules count inside a repository only.
        fs::create_dir(root.join(".git")).map_err(|source| at(&root, source))?;
        let mut blobs = Vec::new();
        let mut submodules = Vec::new();
        for Item { mode, object, size, path } in listed.stdout.split(|it| *it == 0).filter_map(Item::of) {
            match mode {
                "100644" | "100755" if size.is_some_and(|it| it <= MAX_BYTES) => {
                    blobs.push((object, root.join(path)));
                }
                "160000" => submodules.push(path.to_string_lossy().replace('\\', "/")),
                _ => {}
            }
        }
        self.write(&blobs).map_err(|source| match source {
            Stop::Git(why) => unreadable(commit, why.as_bytes()),
            Stop::Io(path, source) => at(&path, source),
        })?;
        Ok(Tree { _folder: folder, root, submodules })
    }

    fn write(&self, blobs: &[(&str, PathBuf)]) -> Result<(), Stop> {
        let git = |why: &str| Stop::Git(why.to_owned());
        let mut child = self
            .command(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| Stop::Git(error.to_string()))?;
        let (Some(mut asks), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(git("its pipes are closed"));
        };
        std::thread::scope(|scope| {
            // It stops by itself when git is gone; what is missing then is noticed by the reader.
            scope.spawn(move || blobs.iter().try_for_each(|(object, _)| writeln!(asks, "{object}")));
            let mut answers = BufReader::new(answers);
            for (_, path) in blobs {
                let mut head = String::new();
                answers.read_line(&mut head).map_err(|error| Stop::Git(error.to_string()))?;
                let size =
                    head.strip_suffix('\n').and_then(|it| it.rsplit_once(" blob ")?.1.parse::<u64>().ok());
                let size = size.ok_or_else(|| git("an object of it is missing"))?;
                write_file(&mut answers, size, path).map_err(|error| Stop::Io(path.clone(), error))?;
                let mut end = [0];
                answers.read_exact(&mut end).map_err(|error| Stop::Git(error.to_string()))?;
            }
            Ok(())
        })?;
        // All that was asked for has come.
        _ = child.wait();
        Ok(())
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
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C");
        // Inside a hook these point at the repository of the hook, by a path that only holds where it runs.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"] {
            command.env_remove(name);
        }
        command
    }
}

/// Why a tree could not be written.
enum Stop {
    Git(String),
    Io(PathBuf, io::Error),
}

/// An entry of a tree: `mode type object size\tpath`.
struct Item<'a> {
    mode: &'a str,
    object: &'a str,
    size: Option<u64>,
    path: &'a Path,
}

impl<'a> Item<'a> {
    /// Reads one. `None` for what is none, and for a path that leads out of the tree.
    fn of(line: &'a [u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?;
        let (head, path) = line.split_once('\t')?;
        let mut words = head.split_ascii_whitespace();
        let (mode, _, object, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let path = Path::new(path);
        let inside =
            |it: Component<'_>| matches!(it, Component::Normal(name) if !name.eq_ignore_ascii_case(".git"));
        path.components().all(inside).then_some(Self { mode, object, size: size.parse().ok(), path })
    }
}

fn write_file(from: &mut impl Read, size: u64, path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::File::create_new(path)?;
    let copied = io::copy(&mut from.take(size), &mut file)?;
    if copied == size { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// The text of an answer, without the end of its line.
fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}

fn unreadable(commit: &Commit, why: &[u8]) -> Error {
    fault(
        format!("git cannot read commit {}: {}", commit.short(), said(why)),
        "in a partial clone, fetch its files first: `git fetch --refetch --no-filter`",
    )
}

fn fault(why: String, help: &str) -> Error {
    Error::Git { why, help: help.to_owned() }
}
