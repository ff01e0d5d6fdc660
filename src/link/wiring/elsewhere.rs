//! Whether code that the audit did not connect with a message names it nevertheless.
//!
//! That nobody sends a message, or that nobody handles it, is a claim about all code. A name that
//! stands in product code where nothing is known of it is enough to leave the claim.

use super::model::{Message, Spot};
use crate::link::program::Program;
use crate::source::{FileId, Role};

impl Program {
    /// Whether product code names a message on a line where it is neither defined, sent nor received.
    pub(super) fn is_named_elsewhere(&self, message: &Message) -> bool {
        let mut words = vec![message.name.as_str()];
        // `ORDER_EVENTS.CREATED`
        words.extend(message.defined.iter().map(|it| it.label.as_str()));
        words.sort_unstable();
        words.dedup();
        words
            .iter()
            .any(|word| self.files_with(word).iter().any(|file| self.stands_alone(*file, word, message)))
    }

    /// Product files that hold every part of a text.
    pub(super) fn files_with(&self, text: &str) -> Vec<FileId> {
        let parts = text.split(|it: char| !it.is_alphanumeric() && it != '_' && it != '$');
        let mut files: Option<Vec<FileId>> = None;
        // Words of one character are not in the index.
        for part in parts.filter(|it| it.chars().count() > 1) {
            let holding = self.mentions_of(part);
            files = Some(match files {
                None => holding,
                Some(known) => known.into_iter().filter(|it| holding.binary_search(it).is_ok()).collect(),
            });
        }
        let mut files = files.unwrap_or_default();
        files.retain(|it| self.file(*it).is_some_and(|it| it.role == Role::Product));
        files
    }

    /// Whether a file holds a text as a whole on a line of code that says nothing else of the message.
    fn stands_alone(&self, file: FileId, word: &str, message: &Message) -> bool {
        let text = self.text(file).unwrap_or_default();
        let spots = || {
            let emitted = message.emitted.iter().map(|it| &it.spot);
            let lists = message.defined.iter().chain(&message.routed).chain(&message.subscribed);
            lists.chain(emitted).filter(|it| it.place.file == file)
        };
        let is_spot =
            |line: u32| spots().any(|Spot { place, .. }| (place.line..=place.end_line).contains(&line));
        let holding = text.lines().zip(1_u32..).filter(|(line, _)| holds(line, word)).map(|it| it.1);
        let left: Vec<u32> = holding.filter(|it| !is_spot(*it)).collect();
        if left.is_empty() {
            return false;
        }
        let comments = self.comments(file);
        let is_comment =
            |line: u32| comments.iter().any(|it| it.alone && (it.first..=it.last).contains(&line));
        !left.into_iter().all(is_comment)
    }
}

/// Whether a line holds a text that no longer name goes on with.
fn holds(line: &str, word: &str) -> bool {
    let goes_on = |it: Option<char>| it.is_some_and(|it| it.is_alphanumeric() || "_$-".contains(it));
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|it| it.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|it| it.chars().next());
        !goes_on(before) && !goes_on(after)
    })
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn only_whole_names_count() {
        assert!(holds("send('order_created')", "order_created"));
        assert!(holds("emit(EVENTS.CREATED, it)", "EVENTS.CREATED"));
        assert!(!holds("send('order_created_v2')", "order_created"));
        assert!(!holds("send('pre-order')", "order"));
    }
}
