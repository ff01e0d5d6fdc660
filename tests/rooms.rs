//! The rooms of `src/` point one way: a room uses shared ground and the rooms before it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

/// What every room may use.
const SHARED_GROUND: [&str; 4] = ["source", "vocabulary", "error", "progress"];
/// The way that a repository takes, as ARCHITECTURE.md draws it; the catalog knows nobody.
const ROOMS: [&str; 18] = [
    "history", "catalog", "config", "discover", "scan", "parse", "facts", "cache", "backends", "link",
    "rules", "findings", "trend", "warm", "report", "watch", "lsp", "cli",
];

/// A file of `src/`: its room and its text without the tests in it.
fn files() -> Vec<(String, String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = WalkDir::new(&src).sort_by_file_name().into_iter().map(Result::unwrap);
    let rust = files.filter(|entry| entry.path().extension().is_some_and(|it| it == "rs"));
    let read = |entry: walkdir::DirEntry| {
        let inside = entry.path().strip_prefix(&src).unwrap();
        let first = inside.iter().next().unwrap().to_str().unwrap();
        let room = first.trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(entry.path()).unwrap();
        let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
        (inside.display().to_string(), room, product)
    };
    rust.map(read).filter(|(path, ..)| !path.ends_with("tests.rs")).collect()
}

/// The rooms that a text names: `crate::link::…` and `use crate::{link::…, rules}`.
fn named(text: &str) -> BTreeSet<String> {
    let word =
        |text: &str| text.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for rest in text.split("crate::").skip(1) {
        let Some(list) = rest.strip_prefix('{') else {
            found.insert(word(rest));
            continue;
        };
        let (mut depth, mut at_name) = (0, true);
        for (at, letter) in list.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => at_name = true,
                letter if at_name && letter.is_alphabetic() => {
                    found.insert(word(&list[at..]));
                    at_name = false;
                }
                _ => {}
            }
        }
    }
    found
}

#[test]
fn rooms_point_one_way() {
    let mut wrong = Vec::new();
    for (path, room, text) in files() {
        if room == "lib" || room == "main" {
            continue;
        }
        let place = ROOMS.iter().position(|it| *it == room);
        assert!(
            place.is_some() || SHARED_GROUND.contains(&room.as_str()),
            "`{room}` has no place in the order"
        );
        for used in named(&text) {
            let Some(other) = ROOMS.iter().position(|it| *it == used) else {
                continue;
            };
            // Shared ground comes before all rooms.
            if place.is_none_or(|place| other > place) {
                wrong.push(format!("src/{path} uses `{used}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn names_are_read_from_lists_too() {
    let text = "use crate::{facts::{self, Expr}, link::Linked,\n    rules};\nfn a() { crate::scan::read() }";
    let expected = ["facts", "link", "rules", "scan"].map(str::to_owned);
    assert_eq!(named(text), BTreeSet::from(expected));
}
