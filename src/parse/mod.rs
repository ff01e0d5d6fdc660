//! Bytes to a tree-sitter tree.
//!
//! Parsing does not fail on wrong syntax: the tree then has holes, and `facts` steps around them.
//! What can run away is time (a minified megabyte on one line, random bytes), so each parse has a
//! budget, and a parse that is over it counts as a skip.

mod comments;
mod fields;

pub use comments::{Comment, comments};
pub use fields::Fields;

use std::cell::RefCell;
use std::ops::ControlFlow;

use tree_sitter::{ParseOptions, Parser, Tree};

use crate::source::Language;

/// Work that one file may take, counted in calls of the parser's progress callback: a clock would give another
/// audit on a busy machine. It comes to about a second; real files take 10–30 ms at the very most.
const BUDGET: u32 = 40_000;

/// Reason of the skip when a file takes longer than its budget.
pub const OVER_BUDGET: &str = "parse budget exceeded";

/// Reason of the skip when no grammar reads the language.
const NO_GRAMMAR: &str = "grammar does not load";

thread_local! {
    static TYPESCRIPT: RefCell<Option<Parser>> = RefCell::new(parser(Language::TypeScript));
    static TSX: RefCell<Option<Parser>> = RefCell::new(parser(Language::Tsx));
    static GO: RefCell<Option<Parser>> = RefCell::new(parser(Language::Go));
}

/// Parses a file; the error is the reason of a [`crate::source::Skip`].
pub fn parse(text: &[u8], language: Language) -> Result<Tree, &'static str> {
    parse_within(text, language, BUDGET)
}

fn parse_within(text: &[u8], language: Language, budget: u32) -> Result<Tree, &'static str> {
    let slot = match language {
        Language::TypeScript => &TYPESCRIPT,
        Language::Tsx => &TSX,
        Language::Go => &GO,
        Language::Text => return Err(NO_GRAMMAR),
    };
    slot.with_borrow_mut(|parser| {
        let parser = parser.as_mut().ok_or(NO_GRAMMAR)?;
        let mut left = budget;
        let mut progress = |_: &_| match left.checked_sub(1) {
            Some(rest) => {
                left = rest;
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(()),
        };
        let options = ParseOptions::new().progress_callback(&mut progress);
        let mut from = |offset: usize, _| text.get(offset..).unwrap_or_default();
        let tree = parser.parse_with_options(&mut from, None, Some(options));
        // Without this the next file would go on where an abandoned one stopped.
        parser.reset();
        tree.ok_or(OVER_BUDGET)
    })
}

fn parser(language: Language) -> Option<Parser> {
    let grammar = match language {
        Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
        Language::Tsx => tree_sitter_typescript::LANGUAGE_TSX,
        Language::Go => tree_sitter_go::LANGUAGE,
        Language::Text => return None,
    };
    let mut parser = Parser::new();
    parser.set_language(&grammar.into()).ok()?;
    Some(parser)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_grammar() {
        let cast = parse(b"const total = <number>order.total;", Language::TypeScript).unwrap();
        assert!(!cast.root_node().has_error());
        let element = parse(b"const row = <Row order={order} />;", Language::Tsx).unwrap();
        assert!(!element.root_node().has_error());
        let go =
            parse(b"package main\n\nfunc main() { hub.Broadcast(Message{Type: \"order\"}) }\n", Language::Go);
        assert!(!go.unwrap().root_node().has_error());
        assert!(parse(b"", Language::Text).is_err());
    }

    #[test]
    fn wrong_syntax_gives_a_tree_with_holes() {
        let tree = parse(b"function broken( { setInterval(load, 5000)", Language::TypeScript).unwrap();
        assert!(tree.root_node().has_error());
        assert!(parse(b"", Language::Tsx).is_ok());
    }

    #[test]
    fn a_nul_byte_ends_nothing() {
        let tree = parse(b"const key = `a\0b`;\nsetInterval(load, 5000);\n", Language::Tsx).unwrap();
        assert!(tree.root_node().to_sexp().contains("call_expression"));
    }

    #[test]
    fn deep_nesting_does_not_overflow() {
        let text = "[".repeat(100_000);
        // Either answer is fine; coming back is what counts.
        let _ = parse(text.as_bytes(), Language::TypeScript);
    }

    #[test]
    fn the_budget_holds_and_the_next_file_starts_afresh() {
        let long = "f(1);".repeat(400_000);
        let over = parse_within(long.as_bytes(), Language::TypeScript, 100);
        assert_eq!(over.err(), Some(OVER_BUDGET));
        let next = parse(b"load()", Language::TypeScript).unwrap();
        assert_eq!(next.root_node().end_byte(), 6);
        assert!(!next.root_node().has_error());
    }
}
