//! Gives the build a name made of its sources: what another build remembered is not taken for ours.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::Hasher;
use std::path::Path;

/// All that decides what the program answers.
const SOURCES: [&str; 4] = ["src", "catalog", "Cargo.toml", "Cargo.lock"];

fn main() {
    let mut hasher = DefaultHasher::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
        add(Path::new(source), &mut hasher);
    }
    println!("cargo::rustc-env=UNPOLL_BUILD={:016x}", hasher.finish());
}

fn add(path: &Path, hasher: &mut DefaultHasher) {
    hasher.write(path.as_os_str().as_encoded_bytes());
    if let Ok(entries) = fs::read_dir(path) {
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths.iter().for_each(|path| add(path, hasher));
    } else if let Ok(bytes) = fs::read(path) {
        hasher.write_usize(bytes.len());
        hasher.write(&bytes);
    }
}
