//! Comments that silence findings, in any text.
#![no_main]

use unpoll::source::{Language, LineIndex};
use unpoll::{facts, parse};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(tree) = parse::parse(text.as_bytes(), Language::Tsx) else { return };
    let lines = LineIndex::new(text.as_bytes());
    for suppression in facts::suppressions(text, &parse::comments(&tree), &lines) {
        let _ = format!("{suppression:?}");
    }
});
