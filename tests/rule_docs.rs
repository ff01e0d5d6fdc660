//! The rules' Markdown as tests: its examples fire and stay quiet as it says, and `docs/rules` is current.
//!
//! `UNPOLL_UPDATE_DOCS=1 cargo test --test rule_docs` writes `docs/rules`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use unpoll::rules::{self, Rule};

/// What stands between a fence and its end: a file of a small project.
struct Block {
    file: String,
    text: String,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for line in markdown.lines() {
        match line.strip_prefix("```") {
            Some(info) if !open => {
                let file = info.split(' ').find_map(|word| word.strip_prefix("file="));
                let file = file.expect("the fence of an example names its file").to_owned();
                found.push(Block { file, text: String::new() });
                open = true;
            }
            Some(_) => open = false,
            None if open => found.last_mut().unwrap().text += &format!("{line}\n"),
            None => {}
        }
    }
    found
}

/// What `// expect` says, as `rule file:line`: the page's own rule, or those that it names.
fn expected(blocks: &[Block], id: &str) -> BTreeSet<String> {
    let mut expected = BTreeSet::new();
    for block in blocks {
        for (line, number) in block.text.lines().zip(1..) {
            let Some((_, named)) = line.split_once("// expect") else { continue };
            let rules = if named.is_empty() { id } else { named };
            let rules = rules.split_whitespace();
            expected.extend(rules.map(|rule| format!("{rule} {}:{number}", block.file)));
        }
    }
    expected
}

/// Every finding about a project of these files, as `rule file:line`.
fn findings(blocks: &[Block]) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    for block in blocks {
        let path = folder.path().join(&block.file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &block.text).unwrap();
    }
    let found = support::audit(folder.path()).findings;
    let new = found.iter().filter(|it| it.is_new());
    new.map(|it| format!("{} {}:{}", it.rule, it.file, it.line)).collect()
}

#[test]
fn examples_fire_exactly_their_rule() {
    for Rule { id, docs, .. } in rules::all() {
        let (before, after) = docs.split_once("## Use instead").unwrap();
        let example = blocks(before);
        let expected = expected(&example, id);
        assert!(expected.iter().any(|it| it.starts_with(id)), "{id}");
        assert_eq!(findings(&example), expected, "the example of {id}");
        assert_eq!(findings(&blocks(after)), BTreeSet::new(), "what {id} says to use instead");
    }
}

#[test]
fn the_rendered_docs_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let mut pages = vec![("README.md".to_owned(), rules::index())];
    pages.extend(rules::all().iter().map(|rule| (format!("{}.md", rule.id), rule.page())));
    if std::env::var_os("UNPOLL_UPDATE_DOCS").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for (name, page) in &pages {
            fs::write(folder.join(name), page).unwrap();
        }
    }
    for (name, page) in &pages {
        let written = fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert_eq!(&written, page, "docs/rules/{name}: run with UNPOLL_UPDATE_DOCS=1");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), pages.len(), "pages of rules that are gone");
}
