//! Comparing what an audit says with what a case expects, and telling every difference at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use unpoll::findings::audit::Audit;

use super::{Case, options};

/// A place in a case: file and line.
pub type At = (String, u32);

/// Rows by the place that each stands at.
pub fn by_place<T>(rows: &[T], place: impl Fn(&T) -> At) -> BTreeMap<At, Vec<&T>> {
    let mut map: BTreeMap<At, Vec<&T>> = BTreeMap::new();
    for row in rows {
        map.entry(place(row)).or_default().push(row);
    }
    map
}

/// The places where expected and got do not pair up, with what is left over on each side.
pub fn unmatched<E, G>(
    mut expected: BTreeMap<At, Vec<E>>,
    mut got: BTreeMap<At, Vec<&G>>,
    matches: impl Fn(&E, &G) -> bool,
) -> Vec<(At, Vec<E>, Vec<&G>)> {
    let places: BTreeSet<At> = expected.keys().chain(got.keys()).cloned().collect();
    let mut left = Vec::new();
    for at in places {
        let mut got = got.remove(&at).unwrap_or_default();
        let mut expected = expected.remove(&at).unwrap_or_default();
        expected.retain(|wanted| match got.iter().position(|row| matches(wanted, row)) {
            Some(index) => {
                got.remove(index);
                false
            }
            None => true,
        });
        if !expected.is_empty() || !got.is_empty() {
            left.push((at, expected, got));
        }
    }
    left
}

/// One difference as readable text.
pub fn difference(
    case: &Case,
    (file, line): &At,
    what: &str,
    expected: impl Iterator<Item = String>,
    got: impl Iterator<Item = String>,
) -> String {
    let mut text = format!("{} {file}:{line}", case.name);
    let mut show = |word: &str, mut rows: Vec<String>| {
        if rows.is_empty() {
            rows.push(format!("no {what}"));
        }
        for row in rows {
            write!(text, "\n  {word:<8} {row}").expect("a string takes everything");
        }
    };
    show("expected", expected.collect());
    show("got", got.collect());
    text
}

/// Fails with everything that is wrong in all cases, if anything is.
pub fn report(wrong: Vec<String>, of: usize) {
    assert!(wrong.is_empty(), "\n{}\n\n{} differences in {of} cases\n", wrong.join("\n"), wrong.len());
}

/// Audits one case; a failure, or a panic, is told as one of its differences, so that the list goes on.
pub fn audit(case: &Case, threads: usize, parse_all: bool) -> Result<Audit, String> {
    let options = options(&case.root, threads, parse_all);
    let audited = std::panic::catch_unwind(|| unpoll::audit(&options, &unpoll::progress::Silent));
    match audited {
        Ok(audit) => audit.map_err(|error| format!("{} is not audited: {error}", case.name)),
        Err(_) => Err(format!("{} makes the audit panic", case.name)),
    }
}
