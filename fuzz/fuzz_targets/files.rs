//! Several files at once, split where a line says so: imports between them, manifests, templates, backends.
#![no_main]

#[path = "shared.rs"]
mod shared;

/// The names that the parts get, in this order.
const NAMES: [&str; 8] =
    ["main.tsx", "a.ts", "b.ts", "package.json", "tsconfig.json", "page.html", "hub.go", "ws.py"];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut parts = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(5).position(|it| it == b"\n---\n") {
        parts.push(&rest[..at]);
        rest = &rest[at + 5..];
    }
    parts.push(rest);
    let files: Vec<(&str, &[u8])> = NAMES.into_iter().zip(parts).collect();
    shared::audited(&files);
});
