//! The files of a commit in a temporary folder, which can be taken from one commit to the next.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;

use super::{Commit, Repository, said, unreadable};
use crate::error::Error;

/// A larger file is no source: it is left out of a tree.
const MAX_BYTES: u64 = 8 << 20;

/// The files of a commit, in a folder that goes away with it: as they are stored, without links.
#[derive(Debug)]
pub struct Tree {
    /// Removes it when the tree goes.
    _folder: TempDir,
    root: PathBuf,
    /// Object of each file of the commit that it stands at, by path.
    files: BTreeMap<PathBuf, String>,
    /// Folders that the commit has not, see [`Tree::folder`].
    made: Vec<PathBuf>,
    /// Folders of other repositories that the commit points at, relative to its top. They are not in it.
    pub submodules: Vec<String>,
    /// Paths of files, relative to its top, that this clone does not hold. They are not in it.
    pub missing: Vec<String>,
}

impl Tree {
    /// One without files.
    ///
    /// # Errors
    ///
    /// When there is no place for it.
    pub fn empty() -> Result<Self, Error> {
        let folder = tempfile::Builder::new().prefix("unpoll-").tempdir();
        let folder = folder.map_err(|source| at(&std::env::temp_dir(), source))?;
        let root = folder.path().canonicalize().map_err(|source| at(folder.path(), source))?;
        // Ignore rules count inside a repository only.
        fs::create_dir(root.join(".git")).map_err(|source| at(&root, source))?;
        Ok(Self {
            _folder: folder,
            root,
            files: BTreeMap::new(),
            made: Vec::new(),
            submodules: Vec::new(),
            missing: Vec::new(),
        })
    }

    /// Where its top is.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Puts a folder there if the commit has none, so that paths mean the same.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn folder(&mut self, relative: &Path) -> Result<PathBuf, Error> {
        let path = self.root.join(relative);
        if !path.is_dir() {
            fs::create_dir_all(&path).map_err(|source| at(&path, source))?;
            self.made.push(relative.to_owned());
        }
        Ok(path)
    }

    /// Takes it to another commit: only what differs is read and written.
    ///
    /// # Errors
    ///
    /// When git cannot give the files or the folder cannot be written. The tree is of no use then.
    pub fn move_to(&mut self, commit: &Commit, repository: &Repository) -> Result<(), Error> {
        let listed = repository.git(["ls-tree", "-r", "-z", "--full-tree", commit.id()])?;
        if !listed.status.success() {
            return Err(unreadable(commit, &said(&listed.stderr)));
        }
        let mut files = BTreeMap::new();
        self.submodules.clear();
        for Item { mode, object, path } in listed.stdout.split(|it| *it == 0).filter_map(Item::of) {
            match mode {
                "100644" | "100755" => _ = files.insert(path.to_owned(), object.to_owned()),
                "160000" => self.submodules.push(slashed(path)),
                _ => {}
            }
        }
        for folder in std::mem::take(&mut self.made) {
            self.prune(&folder);
        }
        // What goes makes room first: where a file was, a folder may come.
        for (path, object) in &self.files {
            if files.get(path) != Some(object) {
                let whole = self.root.join(path);
                match fs::remove_file(&whole) {
                    // It was too large, or this clone does not hold it.
                    Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(at(&whole, why)),
                    _ => path.parent().map(|it| self.prune(it)),
                };
            }
        }
        let fresh: Vec<(&Path, &str)> = files
            .iter()
            .filter(|(path, object)| self.files.get(*path) != Some(object))
            .map(|(path, object)| (path.as_path(), object.as_str()))
            .collect();
        let missing = self.write(&fresh, repository).map_err(|stop| match stop {
            Stop::Git(why) => unreadable(commit, &why),
            Stop::Io(path, source) => at(&path, source),
        })?;
        self.missing.retain(|it| files.contains_key(Path::new(it)));
        self.missing.extend(missing);
        self.missing.sort_unstable();
        self.missing.dedup();
        self.files = files;
        Ok(())
    }

    /// Removes a folder and those above it, as far as they are empty.
    fn prune(&self, folder: &Path) {
        let inside = folder.ancestors().filter(|it| !it.as_os_str().is_empty());
        _ = inside.map(|it| fs::remove_dir(self.root.join(it))).take_while(Result::is_ok).count();
    }

    /// Writes files; gives the paths of those that this clone does not hold.
    fn write(&self, files: &[(&Path, &str)], repository: &Repository) -> Result<Vec<String>, Stop> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let git = |error: io::Error| Stop::Git(error.to_string());
        let mut child = repository
            .command(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(git)?;
        let (Some(mut asks), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Stop::Git("its pipes are closed".to_owned()));
        };
        let missing = std::thread::scope(|scope| {
            // It stops by itself when git is gone; what is missing then is noticed by the reader.
            scope.spawn(move || files.iter().try_for_each(|(_, object)| writeln!(asks, "{object}")));
            let mut answers = BufReader::new(answers);
            let mut missing = Vec::new();
            for (path, object) in files {
                let mut head = String::new();
                answers.read_line(&mut head).map_err(git)?;
                let head = head.trim_end();
                if head.strip_prefix(object) == Some(" missing") {
                    missing.push(slashed(path));
                    continue;
                }
                let size = head.rsplit_once(" blob ").and_then(|(_, size)| size.parse::<u64>().ok());
                let size = size.ok_or_else(|| Stop::Git("an object of it is missing".to_owned()))?;
                // With the end of the line behind it.
                if size > MAX_BYTES {
                    skip(&mut answers, size + 1).map_err(git)?;
                    continue;
                }
                let path = self.root.join(path);
                write_file(&mut answers, size, &path).map_err(|error| Stop::Io(path, error))?;
                skip(&mut answers, 1).map_err(git)?;
            }
            Ok(missing)
        })?;
        // All that was asked for has come.
        _ = child.wait();
        Ok(missing)
    }
}

/// Why a tree could not be written.
enum Stop {
    Git(String),
    Io(PathBuf, io::Error),
}

/// An entry of a tree: `mode type object\tpath`.
struct Item<'a> {
    mode: &'a str,
    object: &'a str,
    path: &'a Path,
}

impl<'a> Item<'a> {
    /// Reads one. `None` for what is none, and for a path that leads out of the tree.
    fn of(line: &'a [u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?;
        let (head, path) = line.split_once('\t')?;
        let mut words = head.split_ascii_whitespace();
        let (mode, _, object) = (words.next()?, words.next()?, words.next()?);
        let path = Path::new(path);
        let inside =
            |it: Component<'_>| matches!(it, Component::Normal(name) if !name.eq_ignore_ascii_case(".git"));
        path.components().all(inside).then_some(Self { mode, object, path })
    }
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn at(path: &Path, source: io::Error) -> Error {
    Error::Io { path: path.to_owned(), source }
}

fn write_file(from: &mut impl Read, size: u64, path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::File::create_new(path)?;
    let copied = io::copy(&mut from.take(size), &mut file)?;
    if copied == size { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn skip(from: &mut impl Read, size: u64) -> io::Result<()> {
    let read = io::copy(&mut from.take(size), &mut io::sink())?;
    if read == size { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
