//! How long it takes to link: from the facts of all files to timers, messages and providers.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark that cannot set up has nothing to measure")]

use std::path::Path;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use unpoll::cache::{Asked, Session};
use unpoll::catalog::Catalog;
use unpoll::config::{Settings, View};
use unpoll::link::program::{Known, Program};

mod generated;

/// A program with every file parsed, so that linking is all that is left.
fn open(folder: &Path, view: &View) -> Program {
    let found = generated::files(folder);
    let catalog = Catalog::embedded().expect("our own catalog");
    let session = Arc::new(Session::of(None, &found, Asked { facts: "", report: "" }));
    Program::open(found, catalog, view, (true, Known::default()), session, &|| {})
        .expect("the tree just written")
}

fn link(bench: &mut Criterion) {
    let folder = generated::repository();
    let view = View::new(&Settings::default(), folder.path());
    let mut group = bench.benchmark_group("link");
    group.sample_size(10);
    let pool = generated::pool();
    group.bench_function("link", |bench| {
        // A program remembers what it was asked, so that each round needs a fresh one.
        bench.iter_batched_ref(
            || pool.install(|| open(folder.path(), &view)),
            |program| pool.install(|| program.link()),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, link);
criterion_main!(benches);
