//! The whole way from the bytes of one file to all reports.
#![no_main]

#[path = "shared.rs"]
mod shared;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    shared::audited(&[("main.tsx", bytes)]);
});
