//! `extends`: one file put over others, each value keeping its place.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::file::{ConfigFile, Suppressions};
use super::tree::{Content, Entry, Node, Source};
use super::{fault, find, read, settings::Thresholds};
use crate::error::Error;

/// How many files may extend each other in a row.
const MAX_DEPTH: usize = 10;
/// How many files may take part.
const MAX_FILES: usize = 50;

/// Lists that grow; other lists take the place of those below.
const GROWING: [&str; 5] = ["catalog", "entries", "exclude", "ignore", "overrides"];
/// What is about a file and no setting.
const OF_FILES: [&str; 2] = ["$schema", "extends"];

/// The defaults, under what a file extends, under the file itself.
pub(super) fn merged(found: Option<Node>) -> Result<Node, Error> {
    let defaults = defaults();
    let Some(node) = found else { return Ok(defaults) };
    let mut reading = Reading::default();
    let own = reading.with_bases(node)?;
    Ok(over(defaults, own))
}

/// What holds where nothing is said.
fn defaults() -> Node {
    let source = Arc::new(Source { name: "default".to_owned(), ..Source::default() });
    let (thresholds, suppressions) = (Thresholds::default(), Suppressions::default());
    let value = json!({
        "thresholds": {
            "pollMs": thresholds.poll_ms as u64,
            "acceptMs": thresholds.accept_ms as u64,
            "hotMs": thresholds.hot_ms as u64,
        },
        "suppressions": {
            "requireReason": suppressions.require_reason,
            "reportUnused": suppressions.report_unused,
        },
    });
    Node::of_value(value, &source)
}

/// The files on the way, so that none extends itself.
#[derive(Default)]
struct Reading {
    open: Vec<PathBuf>,
    files: usize,
}

impl Reading {
    fn with_bases(&mut self, node: Node) -> Result<Node, Error> {
        // Mistakes are said of the file that they stand in, even where another file wins.
        let file: ConfigFile = read::config(&node)?;
        self.open.push(node.origin.source.path.clone());
        let mut below: Option<Node> = None;
        for (number, name) in file.extends.0.iter().enumerate() {
            let number = number.to_string();
            let listed = node.origin_of(&["extends", &number]).clone();
            let wrong = |why: String, help: &str| fault(&listed, why, help);
            self.files += 1;
            if self.files > MAX_FILES || self.open.len() > MAX_DEPTH {
                let why = format!("extends more than {MAX_FILES} files, or more than {MAX_DEPTH} in a row");
                return Err(wrong(why, "put what they share into one file"));
            }
            let base = locate(name, node.origin.source.folder()).map_err(|(why, help)| wrong(why, &help))?;
            let base = match base {
                Base::File(path) => find::read(&path)?,
                Base::Folder(folder) => find::in_folder(&folder)?.ok_or_else(|| {
                    wrong(format!("`{name}` holds no config"), "name the file: `package/unpoll.json`")
                })?,
            };
            if self.open.contains(&base.origin.source.path) {
                let why = format!("`{name}` extends itself in the end");
                return Err(wrong(why, "take one of the `extends` on the way out"));
            }
            let base = self.with_bases(base)?;
            below = Some(match below {
                Some(below) => over(below, base),
                None => base,
            });
        }
        self.open.pop();
        Ok(match below {
            Some(below) => over(below, node),
            None => node,
        })
    }
}

enum Base {
    File(PathBuf),
    /// The folder of an npm package.
    Folder(PathBuf),
}

/// What `extends` names: a path from the folder of the file, or a package in a `node_modules` at or above it.
fn locate(name: &str, folder: &Path) -> Result<Base, (String, String)> {
    let is_path = name.starts_with("./") || name.starts_with("../") || Path::new(name).is_absolute();
    if is_path {
        return folder.join(name).canonicalize().map(Base::File).map_err(|_| {
            (format!("no such file: `{name}`"), "the path is relative to this config".to_owned())
        });
    }
    let parts: BTreeSet<_> = name.split('/').collect();
    if !parts.is_disjoint(&BTreeSet::from(["", ".", ".."])) {
        return Err((format!("`{name}` is no package"), "a path begins with `./`".to_owned()));
    }
    let installed = folder.ancestors().map(|above| above.join("node_modules").join(name));
    match installed.into_iter().find_map(|path| path.canonicalize().ok()) {
        Some(path) if path.is_dir() => Ok(Base::Folder(path)),
        Some(path) => Ok(Base::File(path)),
        None if folder.join(name).is_file() => {
            Err((format!("no package is called `{name}`"), format!("for the file write `./{name}`")))
        }
        None => Err((
            format!("no package `{name}` is installed"),
            "install it, or write a path that begins with `./`".to_owned(),
        )),
    }
}

/// One layer over another.
fn over(below: Node, above: Node) -> Node {
    let origin = above.origin.clone();
    let (Content::Table(mut entries), Content::Table(news)) = (below.content, above.content) else {
        return Node { content: Content::Null, origin };
    };
    entries.retain(|it| !OF_FILES.contains(&it.key.as_str()));
    for new in news.into_iter().filter(|it| !OF_FILES.contains(&it.key.as_str())) {
        match entries.iter_mut().find(|it| it.key == new.key) {
            Some(old) => old.put(new),
            None => entries.push(new),
        }
    }
    Node { content: Content::Table(entries), origin }
}

impl Entry {
    /// A setting over the same setting of a layer below.
    fn put(&mut self, mut new: Self) {
        match (&mut self.value.content, &mut new.value.content) {
            (Content::Table(old), Content::Table(news)) if read::OBJECTS.contains(&self.key.as_str()) => {
                for new in news.drain(..) {
                    old.retain(|it| it.key != new.key);
                    old.push(new);
                }
            }
            (Content::List(old), Content::List(news)) if GROWING.contains(&self.key.as_str()) => {
                old.append(news);
            }
            _ => *self = new,
        }
    }
}
