//! A baseline: read, written, and read again as the same.
#![no_main]

use unpoll::findings::baseline::Baseline;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(read) = Baseline::parse(text, "baseline") else { return };
    let written = read.text().expect("a baseline is written");
    let again = Baseline::parse(&written, "baseline").expect("what was written is read");
    assert_eq!(written, again.text().expect("a baseline is written"));
});
