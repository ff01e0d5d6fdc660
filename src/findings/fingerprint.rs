//! Stable identity of a finding: 16 hex digits that survive moved lines and reformatting, so that
//! a baseline written today still knows the finding tomorrow.

use std::collections::HashMap;
use std::hash::Hasher;

use siphasher::sip::SipHasher13;

use crate::rules::Found;

/// Fingerprints of findings that are given in the order of the source: findings that nothing but
/// their place tells apart are numbered in that order.
pub(super) fn fingerprints<'a>(found: impl Iterator<Item = (&'a str, &'a Found)>) -> Vec<String> {
    let mut seen: HashMap<u64, u64> = HashMap::new();
    found
        .map(|(path, found)| {
            let key = hash(path, found);
            let ordinal = seen.entry(key).or_default();
            let mut hasher = SipHasher13::new();
            hasher.write_u64(key.to_le());
            hasher.write_u64(ordinal.to_le());
            *ordinal += 1;
            format!("{:016x}", hasher.finish())
        })
        .collect()
}

fn hash(path: &str, found: &Found) -> u64 {
    // The keys of this hasher are fixed, unlike those of the standard library's promise.
    let mut hasher = SipHasher13::new();
    let kind = found.kind.map_or("", |kind| kind.as_str());
    for part in [found.rule, path, &found.owner, &found.api, kind] {
        for letter in part.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
            hasher.write_u8(letter);
        }
        // No UTF-8 text holds this byte, so neighbours cannot lend each other letters.
        hasher.write_u8(0xff);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::samples::{finding_at, of_rule};

    fn of(found: &[Found]) -> Vec<String> {
        fingerprints(found.iter().map(|it| ("src/orders.ts", it)))
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
    fn a_fingerprint_never_changes_between_versions() {
        assert_eq!(of(&[finding_at(1, 1)]), ["5dbec9f5db497faa"]);
    }
}
