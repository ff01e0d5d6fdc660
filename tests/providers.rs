//! Contexts of the cases in `fixtures/providers`: the verdict of each stands in a comment
//! (`// context: never-mounted`) above the line that creates it.

#![allow(clippy::expect_used, reason = "a test may say what it takes for granted")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const MARK: &str = "// context: ";

fn expected(case: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(case).into_iter().filter_map(Result::ok) {
        let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
        let path = entry.path().strip_prefix(case).expect("below the case").display().to_string();
        for (index, line) in text.lines().enumerate() {
            if let Some(verdict) = line.trim().strip_prefix(MARK) {
                found.insert(format!("{path}:{}", index + 2), verdict.to_owned());
            }
        }
    }
    found
}

fn audited(case: PathBuf, parse_all: bool) -> BTreeMap<String, String> {
    let options = unpoll::Options {
        paths: vec![case],
        no_ignore: false,
        include: Vec::new(),
        exclude: Vec::new(),
        threads: Some(1),
        parse_all,
    };
    let audit = unpoll::audit(&options, &unpoll::progress::Silent).expect("the case can be audited");
    audit.providers.into_iter().map(|it| (it.created, it.verdict.to_string())).collect()
}

#[test]
fn every_context_has_its_verdict() {
    let theme = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/providers");
    let cases = std::fs::read_dir(theme).expect("the theme is there");
    let mut seen = 0;
    for case in cases.filter_map(Result::ok).map(|it| it.path()) {
        let expected = expected(&case);
        assert!(!expected.is_empty(), "{} expects nothing", case.display());
        assert_eq!(audited(case.clone(), false), expected, "{}", case.display());
        assert_eq!(audited(case.clone(), true), expected, "{} with all parsed", case.display());
        seen += 1;
    }
    assert!(seen >= 5);
}
