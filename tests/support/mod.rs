//! What the tests share: finding the fixtures, reading the comments in them, auditing, writing reports.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod comments;
pub mod compare;
pub mod shop;

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// One `fixtures/<theme>/<case>/`: a tiny repository with its expectations as comments.
#[derive(Debug, Clone)]
pub struct Case {
    /// `theme/case`, as `UNPOLL_FIXTURE` takes it.
    pub name: String,
    /// The folder: the root of its audit.
    pub root: PathBuf,
}

/// Every case, sorted by name; only those of `UNPOLL_FIXTURE=theme` or `UNPOLL_FIXTURE=theme/case` if it is set.
pub fn cases() -> Vec<Case> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let only = std::env::var("UNPOLL_FIXTURE").unwrap_or_default();
    let wanted = |name: &str| only.is_empty() || name == only || name.starts_with(&format!("{only}/"));
    let found: Vec<Case> = WalkDir::new(&fixtures)
        .min_depth(2)
        .max_depth(2)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("fixtures can be walked"))
        .filter(|entry| entry.file_type().is_dir())
        .map(|entry| Case { name: relative(&fixtures, entry.path()), root: entry.path().to_owned() })
        .filter(|case| wanted(&case.name))
        .collect();
    assert!(!found.is_empty(), "no fixture is called `{only}`");
    found
}

/// Every source file of a case: its path relative to the case with `/`, and its text.
pub fn sources(case: &Case) -> Vec<(String, String)> {
    WalkDir::new(&case.root)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("a fixture can be walked"))
        .filter(|entry| entry.file_type().is_file() && is_source(entry.path()))
        .map(|entry| {
            let text = std::fs::read_to_string(entry.path()).expect("a fixture is UTF-8");
            (relative(&case.root, entry.path()), text)
        })
        .collect()
}

/// How to audit a folder.
pub fn options(root: &Path, threads: usize, parse_all: bool) -> unpoll::Options {
    unpoll::Options {
        paths: vec![root.to_owned()],
        threads: Some(threads),
        parse_all,
        ..unpoll::Options::default()
    }
}

/// The audit of a folder.
pub fn audit(root: &Path) -> unpoll::findings::audit::Audit {
    let audited = unpoll::audit(&options(root, 1, false), &unpoll::progress::Silent);
    audited.expect("a folder of source can be audited")
}

/// An audit in one of the formats.
pub fn report(
    audit: &unpoll::findings::audit::Audit,
    format: &str,
    options: &unpoll::report::Options,
) -> String {
    let format = unpoll::report::Format::find(format).expect("the format exists");
    let mut bytes = Vec::new();
    format.write(audit, options, &mut bytes).expect("a buffer takes everything");
    String::from_utf8(bytes).expect("reports are UTF-8")
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    for entry in WalkDir::new(from) {
        let entry = entry.expect("a folder can be walked");
        let target = to.join(entry.path().strip_prefix(from).expect("a walk stays under its root"));
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).expect("a folder can be made");
        } else {
            std::fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}

fn is_source(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("go" | "ts" | "tsx" | "js" | "jsx" | "mts" | "cts" | "mjs" | "cjs"))
}

fn relative(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).expect("a walk stays under its root");
    inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
