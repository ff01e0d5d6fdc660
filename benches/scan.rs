//! How fast a tree is read and searched: the floor under every audit.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark that cannot set up has nothing to measure")]

use std::fmt::Write;
use std::fs;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use unpoll::discover::{DiscoverOptions, Discovery, discover};
use unpoll::scan::{Limits, Mentions, Words, identifiers, read};

const FILES: usize = 400;

/// Components of 8 KB; one in fifty polls.
fn component(number: usize) -> String {
    let mut text = String::from("import { useEffect } from 'react';\n");
    for part in 0..40 {
        let _ = write!(
            text,
            "export function Order{number}Row{part}({{ order, onSelect }}: RowProps) {{\n  \
             const total = order.lines.reduce((sum, line) => sum + line.price * line.count, 0);\n  \
             return <li className=\"row\" onClick={{() => onSelect(order.id)}}>{{total}}</li>;\n}}\n"
        );
    }
    if number.is_multiple_of(50) {
        text.push_str("setInterval(() => fetch('/api/orders'), 5000);\n");
    }
    text
}

fn tree(folder: &std::path::Path) -> Discovery {
    for number in 0..FILES {
        let parent = folder.join(format!("src/area{}", number % 20));
        fs::create_dir_all(&parent).expect("a folder");
        fs::write(parent.join(format!("Order{number}.tsx")), component(number)).expect("a file");
    }
    let options = DiscoverOptions { paths: vec![folder.to_path_buf()], ..DiscoverOptions::default() };
    discover(&options).expect("the tree just written")
}

fn scan(bench: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let found = tree(folder.path());
    let limits = Limits::default();
    let texts: Vec<String> = found.files.iter().filter_map(|file| read(file, &limits).ok()).collect();
    let bytes = texts.iter().map(String::len).sum::<usize>() as u64;
    let words = Words::new([
        "setInterval",
        "refetchInterval",
        "pollInterval",
        "refreshInterval",
        "pollingInterval",
        "WebSocket",
        "EventSource",
        "socket.io-client",
        "useInterval",
        "requestAnimationFrame",
    ])
    .expect("plain words");

    let mut group = bench.benchmark_group("scan");
    group.throughput(Throughput::Bytes(bytes)).sample_size(20);
    group.bench_function("read", |bench| {
        bench.iter(|| found.files.iter().filter(|file| read(file, &limits).is_ok()).count());
    });
    group.bench_function("words", |bench| {
        bench.iter(|| texts.iter().filter(|text| words.starts(text)).count())
    });
    group.bench_function("identifiers", |bench| {
        bench.iter(|| texts.iter().map(|text| identifiers(text).len()).sum::<usize>());
    });
    let sets: Vec<_> = texts.iter().map(|text| identifiers(text)).collect();
    group.bench_function("mentions", |bench| bench.iter(|| Mentions::new(&sets)));
    group.finish();
}

criterion_group!(benches, scan);
criterion_main!(benches);
