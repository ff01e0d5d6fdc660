//! The rules as pages of documentation, from the same text that `unpoll explain` prints.

use std::fmt::Write;

use super::Rule;

/// Where the source of `unpoll` is at home; empty as long as it has no public home.
pub(crate) const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

impl Rule {
    /// Where the page about the rule is, in a repository that may have no home.
    pub(crate) fn address(&self, repository: &str) -> Option<String> {
        let address = format!("{repository}/blob/main/docs/rules/{}.md", self.id);
        (!repository.is_empty()).then_some(address)
    }

    /// The page about the rule.
    pub fn page(&self) -> String {
        let mut page = format!("# {}\n\nAt most {}; since {}.\n\n", self.id, self.severity, self.since);
        for line in self.docs.lines() {
            page.push_str(without_mark(line));
            page.push('\n');
        }
        page
    }
}

/// The line without the mark by which tests know where the rule must fire; no reader needs it.
pub(crate) fn without_mark(line: &str) -> &str {
    line.split_once(" // expect").map_or(line, |(code, _)| code)
}

/// The page that leads to all others.
pub fn index() -> String {
    let mut page = "# Rules\n\n| rule | at most | finds |\n| --- | --- | --- |\n".to_owned();
    for Rule { id, severity, summary, .. } in super::all() {
        // Writing to a `String` cannot fail.
        _ = writeln!(page, "| [`{id}`]({id}.md) | {severity} | {summary} |");
    }
    page
}
