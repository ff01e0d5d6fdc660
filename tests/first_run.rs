//! What somebody sees who runs `unpoll` for the first time: what was looked at, what was found, and how to go on.

#![allow(clippy::unwrap_used, reason = "a test stops loudly where something is not as it must be")]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// Lines of a terminal that people can be expected to have.
const SCREEN: usize = 40;

/// A repository of its own with as many pages that poll. None of them is clean.
fn shop(pages: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    // Or a config of whoever runs the tests could be found above.
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::write(folder.path().join("package.json"), r#"{ "name": "shop" }"#).unwrap();
    fs::write(folder.path().join("prices.ts"), "export const prices = [1, 2, 3];\n").unwrap();
    for number in 0..pages {
        let page = folder.path().join(format!("app/part{number}"));
        fs::create_dir_all(&page).unwrap();
        let code = format!(
            "'use client';\nimport {{ useEffect, useState }} from 'react';\n\
             export default function Page() {{\n\
             \x20 const [orders, setOrders] = useState([]);\n\
             \x20 useEffect(() => {{\n\
             \x20   const id = setInterval(() => fetch('/api/{number}').then(r => r.json()).then(setOrders), 5_000);\n\
             \x20   return () => clearInterval(id);\n\
             \x20 }}, []);\n\
             \x20 return <ul>{{orders.length}}</ul>;\n}}\n"
        );
        fs::write(page.join("page.tsx"), code).unwrap();
    }
    folder
}

struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ran {
    /// The part of the report behind all findings.
    fn end(&self) -> &str {
        self.stdout.split_once("\nAreas").map_or(self.stdout.as_str(), |(_, end)| end)
    }
}

fn run(folder: &Path, arguments: &str) -> Ran {
    run_as(folder, arguments, None)
}

fn run_as(folder: &Path, arguments: &str, npm_command: Option<&str>) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unpoll"));
    command.current_dir(folder).args(arguments.split_whitespace()).env_remove("npm_command");
    if let Some(value) = npm_command {
        command.env("npm_command", value);
    }
    let output = command.output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn assert_says(text: &str, expected: &[&str]) {
    for part in expected {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
}

#[test]
fn a_first_run_fits_a_screen_and_says_how_to_go_on() {
    let ran = run(shop(1).path(), "");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
    assert!(ran.stdout.lines().count() <= SCREEN, "{}", ran.stdout);
    assert_says(
        &ran.stdout,
        &[
            "app/part0/page.tsx:6:16  network-poll",
            "🔴 1 critical",
            "looked at 2 source files (1 parsed)",
            "\nNext steps\n",
            "\nTo go on\n  unpoll explain network-poll ",
            "\n  unpoll baseline ",
            "\n  unpoll init ",
        ],
    );
}

#[test]
fn many_findings_do_not_push_the_end_away() {
    let ran = run(shop(60).path(), "");
    assert!(ran.end().lines().count() <= SCREEN, "{}", ran.end());
    assert_says(
        ran.end(),
        &["🔴 60 critical", "looked at 61 source files", "\nNext steps\n", "\nTo go on\n", "… and 55 more"],
    );
    // The most urgent ones at length, and no finding without its place.
    assert_eq!(ran.stdout.matches("help: ").count(), 12, "{}", ran.stdout);
    assert_says(&ran.stdout, &["… and 48 more, a line each", "page.tsx:6:16  network-poll  Page, every 5 s"]);
    assert_eq!(ran.stdout.matches("page.tsx:6:16  network-poll").count(), 60);
}

#[test]
fn verbose_and_files_tell_all_at_length() {
    let shop = shop(60);
    let verbose = run(shop.path(), "--verbose");
    assert_eq!(verbose.stdout.matches("help: ").count(), 60);
    run(shop.path(), "-o report.txt");
    let report = fs::read_to_string(shop.path().join("report.txt")).unwrap();
    assert_eq!(report.matches("help: ").count(), 60);
    // How to go on is said to somebody at a terminal.
    assert!(!report.contains("To go on"), "{report}");
}

#[test]
fn what_is_offered_works_and_is_offered_no_more() {
    let shop = shop(1);
    let offered =
        |ran: &Ran| ran.stdout.split_once("To go on\n").map_or(String::new(), |(_, it)| it.to_owned());
    let first = run(shop.path(), "");
    for line in offered(&first).lines() {
        let command = line.trim_start().split("  ").next().unwrap();
        let ran = run(shop.path(), command.strip_prefix("unpoll ").unwrap());
        assert!(matches!(ran.code, Some(0 | 1)), "{command}: {}", ran.stderr);
    }
    assert!(shop.path().join("unpoll.jsonc").exists() && shop.path().join(".unpoll-baseline.json").exists());
    let after = run(shop.path(), "");
    assert_eq!((offered(&after).as_str(), after.code), ("", Some(1)));
    assert_says(&after.stdout, &["\nNext steps\n"]);
}

#[test]
fn machines_get_no_advice() {
    let shop = shop(1);
    for arguments in ["--quiet", "--format json", "--format compact", "--format markdown", "check"] {
        assert!(!run(shop.path(), arguments).stdout.contains("To go on"), "{arguments}");
    }
}

#[test]
fn through_npx_the_commands_are_those_of_npx() {
    let ran = run_as(shop(1).path(), "", Some("exec"));
    assert_says(&ran.stdout, &["\n  npx unpoll init "]);
}

#[test]
fn the_commands_name_the_audited_folder() {
    let shop = shop(1);
    let ran = run(shop.path(), "app");
    assert_says(&ran.stdout, &[" in app", "\n  unpoll baseline app ", "\n  unpoll init app "]);
}

#[test]
fn code_without_recurring_work_is_told_so() {
    let ran = run(shop(0).path(), "");
    assert_eq!(ran.code, Some(0));
    assert_says(&ran.stdout, &["✅ No findings", "nothing in this code recurs", "looked at 1 source file "]);
    assert!(ran.stdout.lines().count() <= 8, "{}", ran.stdout);
}

#[test]
fn the_help_is_in_groups_with_examples_at_the_end() {
    let folder = shop(0);
    for flag in ["-h", "--help"] {
        let help = run(folder.path(), flag).stdout;
        let headings =
            ["\nCommands:\n", "\nArguments:\n", "\nReport:\n", "\nFiles:\n", "\nConfig:\n", "\nRun:\n"];
        assert_says(&help, &headings);
        let places: Vec<_> = headings.iter().map(|it| help.find(it).unwrap()).collect();
        assert!(places.is_sorted(), "{help}");
        assert!(help.find("\nExamples:\n") > places.last().copied(), "{help}");
        // One command, one line.
        let commands = help.split_once("\nCommands:\n").unwrap().1.split("\n\n").next().unwrap();
        assert!(
            commands.lines().all(|line| line.starts_with("  ") && !line.starts_with("   ")),
            "{commands}"
        );
    }
    assert_says(&run(folder.path(), "check --help").stdout, &["\nComparison:\n", "\nReport:\n"]);
}

#[test]
fn slips_are_recognised() {
    let folder = shop(0);
    for (typed, expected) in [
        ("bassline", "help: did you mean `unpoll baseline`?"),
        ("chekc --since main", "error: no subcommand is called `chekc`\nhelp: did you mean `unpoll check`?"),
        ("help chekc", "help: did you mean `unpoll check`?"),
        ("man chekc", "help: did you mean `unpoll check`?"),
        ("--formt json", "a similar argument exists: '--format'"),
        ("check --sinse main", "a similar argument exists: '--since'"),
        ("--format markdwn", "a similar value exists: 'markdown'"),
        ("graph --format mermiad", "a similar value exists: 'mermaid'"),
        ("--fail-on warnings", "a similar value exists: 'warning'"),
        ("explain netwrok-poll", "did you mean `network-poll`?"),
        ("explain handler", "did you mean `log-only-handler`, `unconnected-handler`?"),
    ] {
        let ran = run(folder.path(), typed);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{typed}");
        assert_says(&ran.stderr, &[expected]);
    }
    // A folder that is there is one, whatever it is called.
    fs::create_dir(folder.path().join("chekc")).unwrap();
    assert!(!run(folder.path(), "chekc --since main").stderr.contains("did you mean `unpoll"));
}
