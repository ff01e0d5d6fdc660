//! When each finding came and when it went. A finding is the same as long as `findings::compare` says so: it may
//! move to another line or file, and get better or worse.

use super::Point;
use super::snapshot::Sighting;
use crate::findings::baseline::Entry;
use crate::findings::compare::continued;

/// A finding from its first commit to its last. One that comes back later is another.
#[derive(Debug, Clone, PartialEq)]
pub struct Life {
    /// As it was seen last.
    pub last: Sighting,
    /// The first commit that was looked at and has it. `None`: it was there before the first of all.
    pub introduced: Option<usize>,
    /// The first commit that was looked at and has it no more. `None`: the last one has it.
    pub removed: Option<usize>,
}

/// The lives of all findings, in the order in which they came. `from_root`: nothing was there before the first commit.
/// A commit whose audit failed says nothing of any.
pub(super) fn lives(points: &[Point], from_root: bool) -> Vec<Life> {
    let mut lives: Vec<Life> = Vec::new();
    // Those that are there, by their place among all.
    let mut alive: Vec<usize> = Vec::new();
    let mut is_first = true;
    for (at, point) in points.iter().enumerate() {
        let Ok(snapshot) = &point.outcome else { continue };
        let before: Vec<Entry> =
            alive.iter().filter_map(|it| lives.get(*it)).map(|it| it.last.entry.clone()).collect();
        let now: Vec<Entry> = snapshot.findings.iter().map(|it| it.entry.clone()).collect();
        let places = continued(&before, &now);
        let mut still = Vec::with_capacity(now.len());
        for (sighting, place) in snapshot.findings.iter().zip(places) {
            let known = place.and_then(|it| alive.get(it)).copied();
            match known.and_then(|it| lives.get_mut(it)) {
                Some(life) => {
                    life.last = sighting.clone();
                    still.extend(known);
                }
                None => {
                    still.push(lives.len());
                    let introduced = (!is_first || from_root && at == 0).then_some(at);
                    lives.push(Life { last: sighting.clone(), introduced, removed: None });
                }
            }
        }
        for gone in alive.iter().filter(|it| !still.contains(it)) {
            if let Some(life) = lives.get_mut(*gone) {
                life.removed = Some(at);
            }
        }
        alive = still;
        is_first = false;
    }
    lives
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::history::{Commit, Past};
    use crate::trend::snapshot::Snapshot;
    use crate::vocabulary::Severity;

    /// A commit of a day.
    pub(crate) fn past(name: &str, day: &str) -> Past {
        let committed_at =
            chrono::DateTime::parse_from_rfc3339(&format!("{day}T12:00:00Z")).unwrap().to_utc();
        Past { commit: Commit::named(name), committed_at, subject: format!("the {name}") }
    }

    pub(crate) fn sighting(file: &str, interval_ms: f64) -> Sighting {
        let entry = Entry {
            file: file.to_owned(),
            rule: "network-poll".to_owned(),
            owner: "useOrders".to_owned(),
            api: "setInterval".to_owned(),
            message: None,
            interval_ms: Some(interval_ms),
            gate: None,
            fingerprint: format!("{file} {interval_ms}"),
        };
        Sighting {
            entry,
            severity: Severity::Critical,
            area: "Orders".to_owned(),
            line: 3,
            suppressed: false,
        }
    }

    pub(crate) fn point(name: &str, findings: &[Sighting]) -> Point {
        let outcome = Ok(Snapshot { findings: findings.to_vec(), ..Snapshot::default() });
        Point { past: past(name, "2026-06-22"), outcome }
    }

    fn told(points: &[Point], from_root: bool) -> Vec<(String, Option<usize>, Option<usize>)> {
        let lives = lives(points, from_root);
        lives.into_iter().map(|it| (it.last.entry.fingerprint, it.introduced, it.removed)).collect()
    }

    #[test]
    fn findings_come_and_go_and_come_back_as_others() {
        let (a, b) = (sighting("a.ts", 5.0), sighting("b.ts", 5.0));
        let points = [
            point("0", std::slice::from_ref(&a)),
            point("1", &[a.clone(), b.clone()]),
            point("2", std::slice::from_ref(&b)),
            point("3", &[a, b]),
        ];
        let of = |name: &str| format!("{name}.ts 5");
        let expected =
            |first| vec![(of("a"), first, Some(2)), (of("b"), Some(1), None), (of("a"), Some(3), None)];
        assert_eq!(told(&points, true), expected(Some(0)));
        assert_eq!(told(&points, false), expected(None));
    }

    #[test]
    fn a_finding_that_moves_or_gets_worse_lives_on() {
        let points = [
            point("0", &[sighting("a.ts", 30.0)]),
            point("1", &[sighting("a.ts", 5.0)]),
            point("2", &[sighting("b.ts", 5.0)]),
        ];
        assert_eq!(told(&points, true), [("b.ts 5".to_owned(), Some(0), None)]);
    }

    #[test]
    fn a_commit_that_could_not_be_audited_ends_nothing() {
        let lost = Point { past: past("1", "2026-06-22"), outcome: Err("no such object".to_owned()) };
        let points =
            [point("0", &[sighting("a.ts", 5.0)]), lost.clone(), point("2", &[sighting("a.ts", 5.0)])];
        assert_eq!(told(&points, true), [("a.ts 5".to_owned(), Some(0), None)]);
        // What was there before the first that could be audited may be older.
        let points = [lost, point("1", &[sighting("a.ts", 5.0)])];
        assert_eq!(told(&points, false), [("a.ts 5".to_owned(), None, None)]);
    }
}
