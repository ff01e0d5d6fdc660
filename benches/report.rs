//! How long each format takes to write a report.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark that cannot set up has nothing to measure")]

use criterion::{Criterion, criterion_group, criterion_main};
use unpoll::progress::Silent;
use unpoll::report::{FORMATS, Options};

mod generated;

fn report(bench: &mut Criterion) {
    let folder = generated::repository();
    let options = unpoll::Options { paths: vec![folder.path().to_owned()], ..unpoll::Options::default() };
    let audit = unpoll::audit(&options, &Silent).expect("an audit");
    let mut group = bench.benchmark_group("report");
    group.sample_size(20);
    for format in FORMATS {
        group.bench_function(format.name, |bench| {
            bench.iter(|| {
                let mut out = Vec::new();
                format.write(&audit, &Options::default(), &mut out).expect("memory takes everything");
                out
            });
        });
    }
    group.finish();
}

criterion_group!(benches, report);
criterion_main!(benches);
