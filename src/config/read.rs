//! A tree into one of our types. What goes wrong is said at the value that it goes wrong at, with the
//! nearest name that would have been right.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use super::fault;
use super::file::ConfigFile;
use super::tree::{Content, Node, Origin};
use crate::error::{Error, nearest};

/// Settings that are objects.
pub(super) const OBJECTS: [&str; 5] = ["areas", "limits", "rules", "suppressions", "thresholds"];
/// Names that a help line lists; of more it says only the nearest.
const MOST_LISTED: usize = 16;

/// Reads a tree as a `T`.
pub(super) fn read<T: DeserializeOwned>(node: &Node) -> Result<T, Error> {
    serde_path_to_error::deserialize(node.to_value()).map_err(|error| {
        let path: Vec<String> = steps(error.path());
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        explain(node, &path, &error.inner().to_string())
    })
}

/// Reads a tree as a config.
pub(super) fn config(node: &Node) -> Result<ConfigFile, Error> {
    // Serde would take a list for an object: its first element for the first key, and so on.
    let areas = node.get("areas").into_iter().flat_map(Node::children);
    let overrides = node.get("overrides").filter(|it| matches!(it.content, Content::List(_)));
    let parts = OBJECTS.iter().filter_map(|key| node.get(key)).chain(areas);
    let objects = parts.chain(overrides.into_iter().flat_map(Node::children)).chain([node]);
    for object in objects {
        if !matches!(object.content, Content::Table(_)) {
            return Err(fault(&object.origin, format!("expected an object, found {}", object.kind()), DOCS));
        }
    }
    read(node)
}

fn steps(path: &Path) -> Vec<String> {
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().filter_map(step).collect()
}

/// What serde says, in our words and at the place that it means.
fn explain(node: &Node, path: &[&str], said: &str) -> Error {
    let mut quoted = said.split('`').skip(1).step_by(2);
    if said.starts_with("unknown field") {
        let key = quoted.next().unwrap_or_default();
        return fault(&key_origin(node, path, key), format!("unknown key `{key}`"), &instead(key, quoted));
    }
    let origin = node.origin_of(path);
    let tell = |why: String, help: &str| fault(origin, format!("{}{why}", of(path)), help);
    if said.starts_with("unknown variant") {
        let value = quoted.next().unwrap_or_default();
        return tell(format!("unknown value `{value}`"), &instead(value, quoted));
    }
    if said.starts_with("missing field") {
        let key = quoted.next().unwrap_or_default();
        return fault(origin, format!("`{key}` is missing here"), DOCS);
    }
    match said.strip_prefix("invalid type: ").and_then(|it| it.split_once(", expected ")) {
        Some((found, wanted)) => tell(format!("expected {}, found {}", plain(wanted), plain(found)), DOCS),
        None => tell(said.to_owned(), DOCS),
    }
}

/// What serde calls a kind of value, in the words of a config.
fn plain(kind: &str) -> String {
    match kind {
        "string or map" | "a string" => "a text".to_owned(),
        "a sequence" | "sequence" => "a list".to_owned(),
        "map" => "an object".to_owned(),
        _ => kind.replace('`', "").replacen("string ", "the text ", 1),
    }
}

/// What helps where nothing is near.
pub(super) const DOCS: &str = "docs/configuration.md tells what each key takes";

/// The key that a value belongs to, before what is said of it.
fn of(path: &[&str]) -> String {
    let key = path.iter().rev().find(|it| it.parse::<usize>().is_err());
    key.map_or_else(String::new, |key| format!("`{key}`: "))
}

/// Where a key stands: in the table at the end of the path, which may end with the key itself.
fn key_origin(node: &Node, path: &[&str], key: &str) -> Origin {
    let above = match path.split_last() {
        Some((last, above)) if *last == key => above,
        _ => path,
    };
    let table = above.iter().try_fold(node, |node, step| node.get(step));
    let entry = table.and_then(|table| table.entry(key));
    entry.map_or_else(|| node.origin_of(path).clone(), |entry| entry.origin.clone())
}

/// The nearest of the known names, or all when they are few.
pub(super) fn instead<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let near = nearest(typed, known.iter().copied()).map(|it| format!("did you mean `{it}`?"));
    let listed = || {
        let names: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
        format!("known are {}", names.join(", "))
    };
    match near {
        Some(near) => near,
        None if (1..=MOST_LISTED).contains(&known.len()) => listed(),
        None => DOCS.to_owned(),
    }
}
