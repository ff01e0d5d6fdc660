//! Fingerprints are the memory of a baseline: they outlive whatever changes the looks of code and not its meaning.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use unpoll::progress::Silent;
use walkdir::WalkDir;

/// Repositories with findings of every kind: timers, messages, providers, leftovers.
const CASES: [&str; 3] = ["migration/proxy-dashboard", "doubled-poll", "redundant-poll"];

/// The files of a case by their path in it.
fn files(case: &str) -> BTreeMap<PathBuf, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(case);
    let entries = WalkDir::new(&folder).into_iter().map(Result::unwrap).filter(|it| it.file_type().is_file());
    entries
        .map(|it| {
            let path = it.path().strip_prefix(&folder).unwrap().to_owned();
            (path, fs::read_to_string(it.path()).unwrap())
        })
        .collect()
}

/// Fingerprints, sorted, with what they stand for.
fn fingerprints(files: &BTreeMap<PathBuf, String>) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let options = unpoll::Options { paths: vec![folder.path().to_owned()], ..unpoll::Options::default() };
    let audit = unpoll::audit(&options, &Silent).unwrap();
    let findings = audit.findings.into_iter();
    let mut found: Vec<_> = findings.map(|it| (it.fingerprint, format!("{} {}", it.rule, it.file))).collect();
    found.sort();
    found
}

fn is_script(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "ts" || it == "tsx")
}

/// A change of looks.
#[derive(Debug, Clone)]
enum Change {
    /// Lines above all code, but below directives.
    LinesAbove(usize),
    /// Each line is indented further.
    Indent(usize),
    /// Line ends of the other kind.
    CarriageReturns,
    /// A blank line after each line that ends a statement.
    Breathe,
    /// Top-level functions change places: the first one goes last.
    Rotate,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (1..40_usize).prop_map(Change::LinesAbove),
        (1..9_usize).prop_map(Change::Indent),
        Just(Change::CarriageReturns),
        Just(Change::Breathe),
        Just(Change::Rotate),
    ]
}

fn changed(text: &str, change: &Change) -> String {
    match change {
        Change::LinesAbove(number) => {
            let (directive, rest) = match text.split_once('\n') {
                Some((first, rest)) if first.starts_with(['\'', '"']) => (format!("{first}\n"), rest),
                _ => (String::new(), text),
            };
            format!("{directive}{}{rest}", "// The fleet.\n".repeat(*number))
        }
        // What stands in a template literal would change with it.
        Change::Indent(_) | Change::CarriageReturns if text.contains('`') => text.to_owned(),
        Change::Indent(width) => text.lines().map(|line| format!("{}{line}\n", " ".repeat(*width))).collect(),
        Change::CarriageReturns => text.replace('\n', "\r\n"),
        Change::Breathe if text.contains('`') => text.to_owned(),
        Change::Breathe => text.replace("}\n", "}\n\n"),
        Change::Rotate => rotated(text),
    }
}

/// Function declarations may stand in any order.
fn rotated(text: &str) -> String {
    let mut parts: Vec<String> = vec![String::new()];
    for line in text.split_inclusive('\n') {
        let begins = ["export function ", "function ", "export async function ", "async function "];
        if begins.iter().any(|it| line.starts_with(it)) {
            parts.push(String::new());
        }
        parts.last_mut().unwrap().push_str(line);
        if line.trim_end() == "}" {
            parts.push(String::new());
        }
    }
    let is_function = |part: &String| part.starts_with("function ") || part.starts_with("export function ");
    let functions: Vec<usize> = (0..parts.len()).filter(|at| is_function(&parts[*at])).collect();
    if let (Some(first), Some(last)) = (functions.first(), functions.last())
        && first != last
    {
        let part = parts.remove(*first);
        parts.insert(*last, part);
    }
    parts.concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn looks_change_no_fingerprint(changes in prop::collection::vec(change(), 1..4), case in 0..CASES.len()) {
        let before = files(CASES[case]);
        let mut after = before.clone();
        for (_, text) in after.iter_mut().filter(|(path, _)| is_script(path)) {
            for change in &changes {
                *text = changed(text, change);
            }
        }
        prop_assert_eq!(fingerprints(&before), fingerprints(&after));
    }
}

#[test]
fn the_cases_have_findings_and_functions_to_move() {
    for case in CASES {
        let files = files(case);
        assert!(fingerprints(&files).len() >= 3, "{case}");
        assert!(files.values().any(|text| rotated(text) != *text), "{case}");
    }
}
