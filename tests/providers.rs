//! Contexts of the cases in `fixtures/providers`: the verdict of each stands in a comment above the line
//! that creates it, with the number of readers that are outside of every provider when there are any:
//! `// context: ok outside=1`.

#![allow(clippy::expect_used, reason = "a test may say what it takes for granted")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const MARK: &str = "// context: ";

fn expected(case: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(case).into_iter().filter_map(Result::ok) {
        let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
        let path = entry.path().strip_prefix(case).expect("below the case").display().to_string();
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            if let Some(verdict) = line.trim().strip_prefix(MARK) {
                // Comments about findings may stand between.
                let comments = lines.iter().skip(index).take_while(|it| it.trim().starts_with("//")).count();
                found.insert(format!("{path}:{}", index + comments + 1), verdict.to_owned());
            }
        }
    }
    found
}

fn audited(case: PathBuf, parse_all: bool) -> BTreeMap<String, String> {
    let options =
        unpoll::Options { paths: vec![case], threads: Some(1), parse_all, ..unpoll::Options::default() };
    let audit = unpoll::audit(&options, &unpoll::progress::Silent).expect("the case can be audited");
    let said = |it: unpoll::findings::audit::ProviderRow| match it.outside.len() {
        0 => (it.created, it.verdict.to_string()),
        outside => (it.created, format!("{} outside={outside}", it.verdict)),
    };
    audit.providers.into_iter().map(said).collect()
}

#[test]
fn every_context_has_its_verdict() {
    let theme = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/providers");
    let cases = std::fs::read_dir(theme).expect("the theme is there");
    let mut seen = 0;
    let mut wrong = Vec::new();
    for case in cases.filter_map(Result::ok).map(|it| it.path()) {
        let expected = expected(&case);
        assert!(!expected.is_empty(), "{} expects nothing", case.display());
        for parse_all in [false, true] {
            let got = audited(case.clone(), parse_all);
            if got != expected {
                wrong.push(format!("{} parse_all={parse_all}: {got:?}, not {expected:?}", case.display()));
            }
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(seen >= 30);
}
