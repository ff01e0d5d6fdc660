//! Whatever an audited repository holds, the audit comes back: soon, with what it could not see named, and the same
//! each time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

mod bad_input;
mod interruption;
mod limits;
mod mutations;
mod order;
mod shapes;
#[path = "../support/mod.rs"]
mod support;
#[cfg(unix)]
mod trees;
mod wide;

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use unpoll::error::Error;
use unpoll::findings::audit::Audit;

/// A poll that every audit here must still find, on line 1 of `src/main.ts`.
const POLL: &str = "setInterval(() => fetch('/api/orders'), 5000)\n";

/// A tree with the poll that must be found, and the files of one test.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let tree = TempDir::new().unwrap();
    for (path, text) in [("src/main.ts", POLL)].iter().chain(files) {
        let path = tree.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    tree
}

fn audit(root: &Path) -> Result<Audit, Error> {
    let options = unpoll::Options {
        paths: vec![root.to_owned()],
        threads: Some(1),
        parse_all: false,
        ..unpoll::Options::default()
    };
    unpoll::audit(&options, &unpoll::progress::Silent)
}

/// The audit of a tree, in which the good file's poll was found whatever lies beside it.
fn audited(tree: &TempDir) -> Audit {
    let audit = audit(tree.path()).unwrap();
    assert!(polls(&audit, "src/main.ts", 1), "the good file is not audited: {:#?}", audit.stats);
    audit
}

fn polls(audit: &Audit, file: &str, line: u32) -> bool {
    audit
        .findings
        .iter()
        .any(|finding| finding.rule == "network-poll" && finding.file == file && finding.line == line)
}

fn assert_skipped(audit: &Audit, file: &str) {
    let skipped = &audit.stats.skipped;
    assert!(
        skipped.iter().any(|skip| skip.file == file && !skip.reason.is_empty()),
        "{file} is not in {skipped:#?}"
    );
}
