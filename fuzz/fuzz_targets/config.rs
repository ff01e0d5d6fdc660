//! A config in each of its formats, loaded and put to use.
#![no_main]

#[path = "shared.rs"]
mod shared;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(tree) = tempfile::tempdir() else { return };
    let page = "setInterval(() => fetch('/api/orders'), 5000)\n";
    if std::fs::write(tree.path().join("main.ts"), page).is_err() {
        return;
    }
    for name in ["unpoll.json", "unpoll.toml", "package.json"] {
        let path = tree.path().join(name);
        if std::fs::write(&path, bytes).is_err() {
            return;
        }
        match unpoll::config::load(unpoll::config::Choice::File(&path)) {
            // Errors are for people: they can be shown.
            Err(why) => assert!(!why.to_string().is_empty()),
            Ok(settings) => {
                shared::audit(tree.path(), settings);
            }
        }
    }
});
