//! Audits folders of code that nobody wrote by hand to please us: each as a whole, then some files at a time, and alone where that takes long.
//!
//! Fails when something of ours breaks, a file takes over a second, or the memory goes over a bound.
//! `scripts/corpora.sh FOLDER…` runs it.

#![allow(clippy::print_stdout, reason = "it tells what it measured")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use unpoll::findings::audit::Audit;
use unpoll::progress::Silent;

/// What one file may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the whole process may use at its peak, in KiB: 4 GiB.
const MEMORY: u64 = 4 << 20;

/// Files that are audited at a time.
const TOGETHER: usize = 50;

fn audit(paths: &[PathBuf], threads: Option<usize>) -> Result<Audit, String> {
    let options = unpoll::Options {
        paths: paths.to_vec(),
        no_ignore: true,
        threads,
        parse_all: true,
        ..unpoll::Options::default()
    };
    unpoll::audit(&options, &Silent).map_err(|why| why.to_string())
}

/// What of ours broke, and what was given up for its size.
fn broken(audit: &Audit) -> Vec<String> {
    let skipped = audit.stats.skipped.iter();
    skipped.filter_map(|it| Some(format!("{}: {}", it.file, it.internal()?))).collect()
}

/// The most memory that the process had, in KiB; `None` where the system does not say.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|it| it.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok())
}

fn run(folder: &Path) -> Result<Vec<String>, String> {
    let before = Instant::now();
    let whole = audit(&[folder.to_owned()], None)?;
    println!(
        "{}: {} files, {} timers, {} skipped, {:.1} s as a whole",
        folder.display(),
        whole.stats.files_parsed,
        whole.timers.len(),
        whole.stats.skipped.len(),
        before.elapsed().as_secs_f64()
    );
    let mut wrong = broken(&whole);
    let files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(|entry| Some(entry.ok()?.into_path()))
        .filter(|path| path.file_name().and_then(|it| it.to_str()).is_some_and(is_source))
        .collect();
    // Some that take less than a second together need no look at each.
    for some in files.chunks(TOGETHER) {
        let before = Instant::now();
        let found = audit(some, Some(1)).map(|audit| broken(&audit)).unwrap_or_default();
        wrong.extend(found);
        if before.elapsed() > PATIENCE {
            wrong.extend(some.iter().filter_map(|file| slow(file)));
        }
    }
    Ok(wrong)
}

/// What is wrong when a file takes too long alone.
fn slow(file: &Path) -> Option<String> {
    let before = Instant::now();
    // A file that is left out for its name is nothing to audit.
    let _ = audit(&[file.to_owned()], Some(1));
    let took = before.elapsed();
    println!("  {:.2} s: {}", took.as_secs_f64(), file.display());
    (took > PATIENCE).then(|| format!("{}: took {:.1} s", file.display(), took.as_secs_f64()))
}

fn is_source(name: &str) -> bool {
    unpoll::discover::language(name).is_some()
}

fn main() -> ExitCode {
    let folders: Vec<PathBuf> =
        std::env::args_os().skip(1).map(PathBuf::from).filter(|it| it.is_dir()).collect();
    let mut wrong = Vec::new();
    for folder in &folders {
        wrong.extend(run(folder).unwrap_or_else(|why| vec![why]));
    }
    if let Some(peak) = peak() {
        println!("{} MiB of memory at most", peak >> 10);
        if peak > MEMORY {
            wrong.push(format!("{} MiB of memory", peak >> 10));
        }
    }
    wrong.iter().for_each(|it| println!("{it}"));
    ExitCode::from(u8::from(!wrong.is_empty()))
}
