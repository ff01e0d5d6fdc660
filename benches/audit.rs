//! How long a whole audit takes: the example of the migration, twenty times over.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark that cannot set up has nothing to measure")]

use std::fs;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use unpoll::progress::Silent;
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

fn audit(bench: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/migration/proxy-dashboard");
    for number in 0..COPIES {
        copy(&fixture, &folder.path().join(format!("apps/dashboard{number}")));
    }
    let mut group = bench.benchmark_group("audit");
    group.sample_size(10);
    for (name, parse_all) in [("asked", false), ("parse-all", true)] {
        let options = unpoll::Options {
            paths: vec![folder.path().to_owned()],
            parse_all,
            ..unpoll::Options::default()
        };
        group.bench_function(name, |bench| {
            bench.iter(|| unpoll::audit(&options, &Silent).expect("an audit"));
        });
    }
    group.finish();
}

criterion_group!(benches, audit);
criterion_main!(benches);
