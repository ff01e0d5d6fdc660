//! Real code with something missing, doubled, swapped or cut off: what an editor saves while somebody types, and
//! what a hostile hand makes of it.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::{cases, options, sources};

/// What one audit may take in an unoptimised build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone)]
enum Change {
    Delete(Index, usize),
    Duplicate(Index, usize),
    Swap(Index, Index),
    Insert(Index, Index),
    Truncate(Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 1..4_usize).prop_map(|(at, count)| Change::Delete(at, count)),
        (at(), 1..20_usize).prop_map(|(at, count)| Change::Duplicate(at, count)),
        (at(), at()).prop_map(|(one, other)| Change::Swap(one, other)),
        (at(), at()).prop_map(|(at, token)| Change::Insert(at, token)),
        at().prop_map(Change::Truncate),
    ]
}

/// What is put where it does not belong.
const ODD: [&str; 24] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "`",
    "${",
    "=>",
    "...",
    "<",
    "/>",
    "?.",
    "async ",
    "await ",
    "yield ",
    "class ",
    "export default ",
    "import(",
    "\0",
    "\u{2028}",
    "/*",
    "'",
    "setInterval(",
];

/// Words, runs of blanks, and every other character alone.
fn tokens(text: &str) -> Vec<&str> {
    let kind = |c: char| {
        if c.is_alphanumeric() || c == '_' {
            1
        } else if c.is_whitespace() {
            2
        } else {
            0
        }
    };
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut before = 0;
    for (at, c) in text.char_indices() {
        if at > start && (kind(c) != before || before == 0) {
            tokens.push(&text[start..at]);
            start = at;
        }
        before = kind(c);
    }
    tokens.push(&text[start..]);
    tokens
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut tokens = tokens(text);
    for change in changes {
        let len = tokens.len();
        if len == 0 {
            break;
        }
        match change {
            Change::Delete(at, count) => {
                let at = at.index(len);
                tokens.drain(at..len.min(at + count));
            }
            Change::Duplicate(at, count) => {
                let at = at.index(len);
                let copy: Vec<&str> = tokens[at..len.min(at + count)].to_vec();
                tokens.splice(at..at, copy);
            }
            Change::Swap(one, other) => tokens.swap(one.index(len), other.index(len)),
            Change::Insert(at, token) => tokens.insert(at.index(len), ODD[token.index(ODD.len())]),
            Change::Truncate(at) => tokens.truncate(at.index(len)),
        }
    }
    tokens.concat()
}

/// Audits some files; panics of ours and slowness fail.
fn survives(files: &[(String, String)]) {
    let tree = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = tree.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let before = Instant::now();
    let audit = unpoll::audit(&options(tree.path(), 1, true), &unpoll::progress::Silent).unwrap();
    assert!(before.elapsed() < PATIENCE, "{:?}", before.elapsed());
    let broken: Vec<_> = audit.stats.skipped.iter().filter(|it| it.internal().is_some()).collect();
    assert!(broken.is_empty(), "{broken:?}");
    for format in unpoll::report::FORMATS {
        crate::support::report(&audit, format.name, &unpoll::report::Options::default());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn changed_code_is_survived(case: Index, file: Index, changes in prop::collection::vec(change(), 1..12)) {
        let cases = cases();
        let mut files = sources(&cases[case.index(cases.len())]);
        if !files.is_empty() {
            let at = file.index(files.len());
            files[at].1 = changed(&files[at].1, &changes);
            survives(&files);
        }
    }
}

#[test]
fn code_that_is_cut_off_anywhere_is_survived() {
    // Each cut of some fixtures as a file of its own, all in one audit: every byte of the small ones.
    let mut files = Vec::new();
    for case in cases().iter().step_by(12) {
        for (path, text) in sources(case) {
            let step = text.len() / 60 + 1;
            let cuts = (0..text.len()).step_by(step).filter(|at| text.is_char_boundary(*at));
            let name = format!("{}/{path}", case.name).replace('/', "-");
            files.extend(cuts.map(|at| (format!("cut{at}-{name}"), text[..at].to_owned())));
        }
    }
    assert!(files.len() > 1_000, "{}", files.len());
    for some in files.chunks(500) {
        survives(some);
    }
}
