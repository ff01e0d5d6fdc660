//! Stable identity of a finding: 16 hex digits that survive moved lines and reformatting, so that
//! a baseline written today still knows the finding tomorrow; and that change with what the finding says: a
//! timer that is faster or differently switched is another one to whoever keeps lists of findings.

use std::collections::HashMap;
use std::hash::Hasher;

use siphasher::sip::SipHasher13;

use crate::link::timer::Timer;
use crate::rules::Found;

/// A finding, and what it is known by beside its own words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub found: &'a Found,
    /// Its path, from the folder that identities count from.
    pub path: &'a str,
    /// The timer that it speaks of, if any.
    pub timer: Option<&'a Timer>,
}

/// Fingerprints of findings that are given in the order of the source: findings that nothing but
/// their place tells apart are numbered in that order.
pub(super) fn fingerprints<'a>(found: impl Iterator<Item = Subject<'a>>) -> Vec<String> {
    let mut seen: HashMap<u64, u64> = HashMap::new();
    found
        .map(|subject| {
            let key = hash(subject);
            let ordinal = seen.entry(key).or_default();
            let mut hasher = SipHasher13::new();
            hasher.write_u64(key.to_le());
            hasher.write_u64(ordinal.to_le());
            *ordinal += 1;
            format!("{:016x}", hasher.finish())
        })
        .collect()
}

fn hash(Subject { found, path, timer }: Subject<'_>) -> u64 {
    // The keys of this hasher are fixed, unlike those of the standard library's promise.
    let mut hasher = SipHasher13::new();
    let kind = found.kind.map_or("", |kind| kind.as_str());
    let message = found.message.as_deref().unwrap_or_default();
    let interval = timer.and_then(|it| it.interval_ms).map_or_else(String::new, |ms| ms.to_string());
    let gate = timer.map_or("", |it| it.gate.as_str());
    for part in [found.rule, path, &found.owner, &normal(&found.api), kind, message, &interval, gate] {
        hasher.write(part.as_bytes());
        // No UTF-8 text holds this byte, so neighbours cannot lend each other letters.
        hasher.write_u8(0xff);
    }
    hasher.finish()
}

/// Code as every formatter leaves it: without white space, with one kind of quotes, and without commas and
/// semicolons at an end.
pub(super) fn normal(code: &str) -> String {
    let mut letters = code.chars().filter(|it| !it.is_whitespace()).peekable();
    let mut normal = String::with_capacity(code.len());
    while let Some(letter) = letters.next() {
        match letter {
            '"' | '`' => normal.push('\''),
            ',' | ';' if letters.peek().is_none_or(|next| matches!(next, ')' | ']' | '}')) => {}
            letter => normal.push(letter),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::samples::{finding_at, of_rule, poll};
    use crate::vocabulary::Gate;

    fn of(found: &[Found]) -> Vec<String> {
        fingerprints(found.iter().map(|found| Subject { found, path: "src/orders.ts", timer: None }))
    }

    #[test]
    fn moved_and_reformatted_code_keeps_its_fingerprint() {
        let before = [finding_at(10, 5), finding_at(20, 5)];
        let mut after = [finding_at(110, 1), finding_at(111, 9)];
        after[1].api = "set\n  Interval".to_owned();
        assert_eq!(of(&before), of(&after));
    }

    #[test]
    fn equal_findings_of_one_owner_are_told_apart() {
        let prints = of(&[finding_at(10, 5), finding_at(20, 5), of_rule("uncleared-timer")]);
        let distinct: std::collections::BTreeSet<_> = prints.iter().collect();
        assert_eq!(distinct.len(), 3);
        assert!(prints.iter().all(|it| it.len() == 16 && it.bytes().all(|b| b.is_ascii_hexdigit())));
    }

    #[test]
    fn quotes_and_trailing_commas_are_matters_of_taste() {
        assert_eq!(normal("on(\"order\", fn,\n)"), normal("on('order', fn)"));
        assert_ne!(normal("on('order')"), normal("on('orders')"));
    }

    #[test]
    fn a_timer_that_changes_is_another_finding() {
        let found = finding_at(10, 5);
        let of = |timer: Timer| {
            fingerprints(std::iter::once(Subject {
                found: &found,
                path: "src/orders.ts",
                timer: Some(&timer),
            }))
        };
        let before = of(poll(0, 10, "useOrders"));
        assert_eq!(before, of(poll(0, 99, "useOrders")));
        assert_ne!(before, of(Timer { interval_ms: Some(1_000.0), ..poll(0, 10, "useOrders") }));
        assert_ne!(before, of(Timer { gate: Gate::Conditional, ..poll(0, 10, "useOrders") }));
    }

    #[test]
    fn a_fingerprint_never_changes_between_versions() {
        assert_eq!(of(&[finding_at(1, 1)]), ["b11e2fece1405415"]);
    }
}
