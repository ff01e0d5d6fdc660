//! Which changes of an area the backend tells its clients of, by the operation that a message is named
//! after.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use heck::ToSnakeCase;

use super::status::{Mark, at};
use crate::findings::audit::{Audit, MessageRow};

/// What a message says has happened, in the order of the table's columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operation {
    Create,
    Update,
    Delete,
    /// Something that happened to no record: an activity, an alarm.
    Event,
}

impl Operation {
    pub(super) const ALL: [Self; 4] = [Self::Create, Self::Update, Self::Delete, Self::Event];

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Update => "Update",
            Self::Delete => "Delete",
            Self::Event => "Event",
        }
    }

    /// The operation that a message type is named after; the last word that names one decides:
    /// `proxy_list_update`, `documents.add_user`.
    fn of(message: &str) -> Self {
        let name = message.to_snake_case();
        let operation = |word: &str| {
            let listed = |list: &str| list.split_ascii_whitespace().any(|it| it == word);
            WORDS.iter().find(|(_, list)| listed(list)).map(|(operation, _)| *operation)
        };
        name.rsplit('_').find_map(operation).unwrap_or(Self::Event)
    }
}

const WORDS: [(Operation, &str); 3] = [
    (
        Operation::Create,
        "add added adds create created creates creation insert inserted inserts new start started starts",
    ),
    (
        Operation::Update,
        "change changed changes edit edited modified moved patch patched progress rename renamed reordered replaced \
         restored set status sync synced update updated updates upsert upserted",
    ),
    (
        Operation::Delete,
        "archive archived clear cleared delete deleted deletes deletion destroy destroyed expired remove \
         removed removes revoked",
    ),
];

/// The messages of one area and operation.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) mark: Mark,
    /// Number of message types.
    pub(super) messages: usize,
    /// Number of those that nothing sends.
    pub(super) missing: usize,
    /// What is wrong; empty when nothing is.
    pub(super) words: &'static str,
    /// `path:line` of the worst one's emission, or of what waits for it. Hostile text.
    pub(super) evidence: String,
}

/// The messages of one area by operation.
type Row<'a> = (&'a str, BTreeMap<Operation, Cell>);

/// For each area to which a backend sends or should send, its messages by operation, the worst first;
/// and the number of message types whose senders could not be seen.
pub(super) fn broadcasts(audit: &Audit) -> (Vec<Row<'_>>, usize) {
    let mut areas: BTreeMap<&str, BTreeMap<Operation, Cell>> = BTreeMap::new();
    let sent = |it: &&MessageRow| it.is_judged() && it.to_client() && !it.is_of_clients();
    let mut unseen = 0;
    for message in audit.messages.iter().filter(sent) {
        if message.emitter_unseen {
            unseen += 1;
            continue;
        }
        let (mark, words, evidence) = emission(message);
        let operations = areas.entry(&message.area).or_default();
        let cell = operations.entry(Operation::of(&message.name)).or_insert_with(|| Cell {
            mark: Mark::Unseen,
            messages: 0,
            missing: 0,
            words: "",
            evidence: String::new(),
        });
        cell.messages += 1;
        cell.missing += usize::from(mark != Mark::Good);
        if cell.mark < mark {
            *cell = Cell { mark, words, evidence, ..*cell };
        }
    }
    let mut areas: Vec<Row<'_>> = areas.into_iter().collect();
    let worst = |cells: &BTreeMap<Operation, Cell>| cells.values().map(|it| it.mark).max();
    areas.sort_by_key(|(_, cells)| Reverse(worst(cells)));
    (areas, unseen)
}

fn emission(message: &MessageRow) -> (Mark, &'static str, String) {
    let runs = message.emitted.iter().find(|it| it.called != Some(false));
    match (runs, message.emitted.first()) {
        (Some(runs), _) => (Mark::Good, "", at(&runs.spot)),
        (None, Some(dead)) => (Mark::Attention, "never called", at(&dead.spot)),
        (None, None) => (Mark::Attention, "never sent", message.routed.first().map(at).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn each_operation_says_whether_the_backend_sends_it() {
        let mut audit = sample::audit();
        audit.messages[2].emitted.clear();
        audit.messages[2].emitter_unseen = true;
        let mut again = audit.messages[0].clone();
        again.name = "campaign_removed".into();
        audit.messages.push(again);
        let (rows, unseen) = broadcasts(&audit);
        assert_eq!(unseen, 1);
        let [("Campaigns", operations)] = rows.as_slice() else { panic!("{rows:?}") };
        let cells = operations.iter().map(|(operation, it)| {
            (operation.title(), it.mark, it.messages, it.missing, it.words, it.evidence.as_str())
        });
        assert_eq!(
            cells.collect::<Vec<_>>(),
            [
                ("Create", Mark::Good, 1, 0, "", "server/hub.go:11"),
                ("Delete", Mark::Attention, 2, 1, "never called", "server/hub.go:12"),
            ]
        );
    }

    #[test]
    fn messages_are_named_after_operations() {
        for (name, operation) in [
            ("campaign_created", Operation::Create),
            ("proxy_list_update", Operation::Update),
            ("campaign_progress", Operation::Update),
            ("collections.update_index", Operation::Update),
            ("documents.add_user", Operation::Create),
            ("ProxyDeleted", Operation::Delete),
            ("message:new", Operation::Create),
            ("dashboard_activity", Operation::Event),
            ("", Operation::Event),
        ] {
            assert_eq!(Operation::of(name), operation, "{name}");
        }
    }
}
