//! The fixtures themselves: their comments are well formed and their code parses.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

mod support;

use support::{cases, comments, sources};

#[test]
fn comments_are_well_formed() {
    let mut wrong = Vec::new();
    for case in cases() {
        for (file, text) in sources(&case) {
            match comments::read(&text) {
                Err(why) => wrong.push(format!("{}/{file} {why}", case.name)),
                Ok(read) => wrong.extend(
                    read.findings
                        .iter()
                        .filter(|(_, finding)| unpoll::rules::find(&finding.rule).is_none())
                        .map(|(line, finding)| format!("{}/{file}:{line} no rule `{finding}`", case.name)),
                ),
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn code_parses() {
    let mut wrong = Vec::new();
    for case in cases() {
        for (file, text) in sources(&case) {
            let language = match file.rsplit_once('.') {
                Some((_, "ts" | "mts" | "cts")) => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
                Some((_, "go")) => tree_sitter_go::LANGUAGE,
                _ => tree_sitter_typescript::LANGUAGE_TSX,
            };
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&language.into()).expect("the grammar loads");
            let tree = parser.parse(&text, None).expect("a fixture parses");
            if let Some(line) = first_error(&tree) {
                wrong.push(format!("{}/{file}:{line} does not parse", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The line, from 1, of the first node that is not of its language.
fn first_error(tree: &tree_sitter::Tree) -> Option<usize> {
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            return Some(node.start_position().row + 1);
        }
        if cursor.goto_first_child() || cursor.goto_next_sibling() {
            continue;
        }
        loop {
            if !cursor.goto_parent() {
                return None;
            }
            if cursor.goto_next_sibling() {
                break;
            }
        }
    }
}
