//! How fast source becomes a tree, and a tree becomes facts; and how fast stored facts are read instead.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark that cannot set up has nothing to measure")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use unpoll::config::Settings;
use unpoll::scan::{Limits, read};
use unpoll::source::Language;
use unpoll::{facts, parse};

mod generated;

fn parsing(bench: &mut Criterion) {
    let folder = generated::repository();
    let nesting = Settings::default().limits.nesting;
    let sources: Vec<(String, Language)> = generated::files(folder.path())
        .files
        .iter()
        .filter_map(|file| Some((read(file, &Limits::default()).ok()?, file.language)))
        .collect();
    let tree = |text: &str, language| parse::parse(text.as_bytes(), language).expect("the example parses");
    let trees: Vec<_> = sources.iter().map(|(text, language)| (text, tree(text, *language))).collect();
    let bytes = sources.iter().map(|(text, _)| text.len()).sum::<usize>() as u64;

    // Nested code needs more stack than the thread of a bench has.
    let pool = generated::pool();
    let collect = || -> Vec<_> {
        pool.install(|| trees.iter().map(|(text, tree)| facts::collect(text, tree, nesting)).collect())
    };
    let stored: Vec<Vec<u8>> = collect().iter().filter_map(facts::to_bytes).collect();

    let mut group = bench.benchmark_group("parse");
    group.throughput(Throughput::Bytes(bytes)).sample_size(20);
    group.bench_function("trees", |bench| {
        bench.iter(|| sources.iter().map(|(text, language)| tree(text, *language)).collect::<Vec<_>>());
    });
    group.bench_function("facts", |bench| bench.iter(collect));
    group.bench_function("stored facts", |bench| {
        bench.iter(|| stored.iter().filter_map(|bytes| facts::from_bytes(bytes)).collect::<Vec<_>>());
    });
    group.finish();
}

criterion_group!(benches, parsing);
criterion_main!(benches);
