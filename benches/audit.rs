//! How long a whole audit takes.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark that cannot set up has nothing to measure")]

use criterion::{Criterion, criterion_group, criterion_main};
use unpoll::progress::Silent;

mod generated;

fn audit(bench: &mut Criterion) {
    let folder = generated::repository();
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
