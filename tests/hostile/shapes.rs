//! Code that is nested a hundred thousand deep or as long: walks that recurse and questions that read all would die.

use std::time::{Duration, Instant};

use crate::{audited, tree};

/// Levels, links or cases.
const MANY: usize = 100_000;

/// What the audit of one such file may take in an unoptimised build on a busy machine; a release takes less than
/// a second.
const PATIENCE: Duration = Duration::from_secs(20);

/// Each unit ends a line: a file of one line would count as minified and never be parsed.
fn nested(open: &str, middle: &str, close: &str) -> String {
    format!("{}{middle}{}", format!("{open}\n").repeat(MANY), format!("\n{close}").repeat(MANY))
}

fn repeated(first: &str, link: &str, last: &str) -> String {
    format!("{first}{}{last}", format!("{link}\n").repeat(MANY))
}

/// Audits a file with the code as a value that timers use and as what they run, and one with it on top.
fn survives(code: &str) {
    let used =
        format!("const deep = {code}\nsetInterval(() => deep(), deep)\nsetInterval(deep.load, deep.ms)\n");
    let run = format!("export const run = () => {{\n{code}\n}}\nsetInterval(run, 1000)\n");
    let tree = tree(&[("src/used.tsx", &used), ("src/run.tsx", &run), ("src/top.tsx", code)]);
    let before = Instant::now();
    let audit = audited(&tree);
    assert!(before.elapsed() < PATIENCE, "{:?}", before.elapsed());
    let broken: Vec<_> = audit.stats.skipped.iter().filter(|it| it.internal().is_some()).collect();
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn parentheses() {
    survives(&nested("(", "1", ")"));
    survives(&"(\n".repeat(MANY));
}

#[test]
fn arrays() {
    survives(&nested("[", "1", "]"));
}

#[test]
fn objects() {
    survives(&nested("{ load:", "1", "}"));
}

#[test]
fn elements() {
    survives(&nested("<a>", "x", "</a>"));
    survives(&"<a>\n".repeat(MANY));
}

#[test]
fn template_literals() {
    survives(&nested("`${", "1", "}`"));
    survives(&"`${\n".repeat(MANY));
}

#[test]
fn member_chains() {
    survives(&repeated("fleet", ".trucks", ".load"));
    survives(&repeated("fleet", ".then(() => fetch('/api'))", ""));
}

#[test]
fn arrow_chains() {
    survives(&repeated("", "x =>", "x"));
    survives(&nested("() => (", "fetch('/api')", ")"));
}

#[test]
fn calls_and_functions() {
    survives(&nested("load(", "1", ")"));
    survives(&nested("function load() {", "fetch('/api')", "}"));
}

#[test]
fn operators() {
    survives(&repeated("1", " + 1", ""));
    survives(&repeated("", "!", "1"));
    survives(&repeated("", "late ? 2 :", "1"));
}

#[test]
fn types() {
    survives(&format!("0 as {}", nested("Array<", "number", ">")));
    survives(&format!("0 as {}", repeated("", "Order |", "Truck")));
}

#[test]
fn blocks_and_conditions() {
    survives(&nested("{", "", "}"));
    survives(&repeated("", "if (late)", "load()"));
    survives(&repeated("", "if (late) load(); else", "save()"));
}

#[test]
fn a_switch_of_a_hundred_thousand_cases() {
    let cases: String = (0..MANY).map(|at| format!("case {at}: load(); break\n")).collect();
    survives(&format!("(() => {{ switch (kind) {{\n{cases}}} }})()"));
}
