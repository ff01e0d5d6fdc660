//! The repository that the benches measure: the example of the migration, many times over, as apps of one tree.

#![allow(dead_code, reason = "each bench takes what it needs")]

use std::fs;
use std::path::Path;

use rayon::{ThreadPool, ThreadPoolBuilder};
use tempfile::TempDir;
use unpoll::config::Settings;
use unpoll::discover::{DiscoverOptions, Discovery, discover};
use walkdir::WalkDir;

const COPIES: usize = 20;

fn copy(from: &Path, to: &Path) {
    for entry in WalkDir::new(from) {
        let entry = entry.expect("the fixture can be walked");
        let target = to.join(entry.path().strip_prefix(from).expect("a walk stays under its root"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).expect("a folder");
        } else {
            fs::copy(entry.path(), target).expect("a file");
        }
    }
}

/// Writes the repository; it goes away with what is returned.
pub fn repository() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/migration/proxy-dashboard");
    for number in 0..COPIES {
        copy(&fixture, &folder.path().join(format!("apps/dashboard{number}")));
    }
    folder
}

/// The files of the repository.
pub fn files(folder: &Path) -> Discovery {
    let options = DiscoverOptions { paths: vec![folder.to_path_buf()], ..DiscoverOptions::default() };
    discover(&options).expect("the tree just written")
}

/// Threads that can read nested code, as an audit has them.
pub fn pool() -> ThreadPool {
    let stack = unpoll::facts::stack_bytes(Settings::default().limits.nesting);
    ThreadPoolBuilder::new().stack_size(stack).build().expect("threads")
}
