//! Where the config is: in the folder of the first audited path, or the nearest one above it that has any.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::tree::{Node, Source, Syntax};
use crate::error::Error;

/// Names of a config, besides the key of a manifest.
pub(super) const NAMES: [&str; 3] = ["unpoll.json", "unpoll.jsonc", "unpoll.toml"];
/// The manifest of npm, and our key in it.
const MANIFEST: &str = "package.json";
const KEY: &str = "unpoll";
const QUOTED: &str = "\"unpoll\"";
/// A larger file is no config.
const MAX_BYTES: u64 = 1 << 20;

/// The config that is in force for a path: searched for upwards, to the top of the git repository or, outside
/// of one, of the file system.
pub(super) fn nearest(path: &Path) -> Result<Option<Node>, Error> {
    // What is not there is for the walk to complain about.
    let Ok(path) = path.canonicalize() else { return Ok(None) };
    let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
    for folder in folder.ancestors() {
        if let Some(found) = in_folder(folder)? {
            return Ok(Some(found));
        }
        if folder.join(".git").exists() {
            return Ok(None);
        }
    }
    Ok(None)
}

/// The config of one folder.
pub(super) fn in_folder(folder: &Path) -> Result<Option<Node>, Error> {
    match names_in(folder).as_slice() {
        [] => Ok(None),
        [found] => read(&folder.join(found)).map(Some),
        [first, second, ..] => Err(Error::Config {
            place: name(&folder.join(first)),
            why: format!("there is a second config beside it: {second}"),
            help: "keep one of the two; --config FILE takes one for this run".to_owned(),
        }),
    }
}

/// Names of the configs in a folder.
pub(super) fn names_in(folder: &Path) -> Vec<&'static str> {
    let mut found: Vec<&str> = NAMES.into_iter().filter(|name| folder.join(name).is_file()).collect();
    let manifest = folder.join(MANIFEST);
    // A broken manifest is for others to complain about.
    if is_mentioned(&manifest) && key_of(&manifest).is_ok_and(|it| it.is_some()) {
        found.push(MANIFEST);
    }
    found
}

/// Whether a manifest could hold a config: most do not, and a broken one is none of our business then.
fn is_mentioned(manifest: &Path) -> bool {
    load(manifest).is_ok_and(|text| text.contains(QUOTED))
}

/// Reads a config file; of a manifest our key.
pub(super) fn read(path: &Path) -> Result<Node, Error> {
    let file = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
    if file == MANIFEST {
        return key_of(path)?.ok_or_else(|| Error::Config {
            place: name(path),
            why: format!("it has no key `{KEY}`"),
            help: "the config of a manifest stands under that key".to_owned(),
        });
    }
    let syntax = match path.extension().and_then(|it| it.to_str()) {
        Some("json" | "jsonc") => Syntax::Jsonc,
        Some("toml") => Syntax::Toml,
        _ => {
            return Err(Error::Config {
                place: name(path),
                why: "the name does not say how it is written".to_owned(),
                help: "end it with .json, .jsonc or .toml".to_owned(),
            });
        }
    };
    Node::parse(&source(path)?, syntax)
}

fn key_of(manifest: &Path) -> Result<Option<Node>, Error> {
    Ok(Node::parse(&source(manifest)?, Syntax::Json)?.get(KEY).cloned())
}

fn source(path: &Path) -> Result<Arc<Source>, Error> {
    let text = load(path)?;
    let text = text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned);
    Ok(Arc::new(Source { name: name(path), path: path.to_owned(), text }))
}

fn load(path: &Path) -> Result<String, Error> {
    let wrong = |why: &str, help: &str| Error::Config {
        place: name(path),
        why: why.to_owned(),
        help: help.to_owned(),
    };
    let failed = |source| Error::Io { path: path.to_owned(), source };
    // Opening a FIFO would wait for a writer that never comes.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(wrong("not a regular file", "name a .json, .jsonc or .toml file"));
    }
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(wrong("larger than 1 MiB", "no config needs that much"));
    }
    String::from_utf8(bytes).map_err(|_| wrong("not UTF-8", "save it as UTF-8"))
}

/// What a message calls a file: as seen from here, where that is shorter.
pub(super) fn name(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|it| it.canonicalize()).unwrap_or_default();
    let seen = path.strip_prefix(&here).unwrap_or(path);
    seen.display().to_string().replace('\\', "/")
}
