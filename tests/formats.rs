//! The report formats from outside: where they go, what the docs say of them, and what happens when stdout is
//! broken, full or closed. What is in a report is tested beside its format.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use unpoll::report::FORMATS;

const DOCS: &str = include_str!("../docs/formats.md");

/// A page that asks the server every five seconds.
fn shop() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("src/orders")).unwrap();
    let page = "import { useEffect } from 'react';\nexport default function Orders() {\n  useEffect(() => {\n    \
        const id = setInterval(() => fetch('/api/orders'), 5_000);\n    return () => clearInterval(id);\n  }, []);\n  return null;\n}\n";
    fs::write(folder.path().join("src/orders/page.tsx"), page).unwrap();
    folder
}

/// The program in that folder, heedless of the job that may run this test.
fn unpoll(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unpoll"));
    command.current_dir(folder).env_remove("GITHUB_STEP_SUMMARY");
    command
}

fn run(folder: &Path, arguments: &str) -> Output {
    unpoll(folder).args(arguments.split_whitespace()).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn several_formats_come_out_of_one_audit() {
    let shop = shop();
    let ran = run(shop.path(), "--format sarif=out.sarif --format github -f junit=unpoll.xml -o POLLING.md");
    assert_eq!((ran.status.code(), text(&ran.stderr)), (Some(1), ""));
    assert!(text(&ran.stdout).starts_with("::error file=src/orders/page.tsx,line=4,"), "{ran:?}");
    let file = |name: &str| fs::read_to_string(shop.path().join(name)).unwrap();
    assert!(file("out.sarif").contains("\"version\": \"2.1.0\""));
    assert!(file("unpoll.xml").starts_with("<?xml"));
    assert!(file("POLLING.md").starts_with("# "));
    // Temporary files are gone.
    assert_eq!(fs::read_dir(shop.path()).unwrap().count(), 4);
}

#[test]
fn two_reports_on_stdout_are_refused_with_a_way_out() {
    let ran = run(shop().path(), "--format json --format github");
    assert_eq!((ran.status.code(), text(&ran.stdout)), (Some(2), ""));
    let said = text(&ran.stderr);
    assert!(said.starts_with("error: two reports cannot both go to stdout: json and github"), "{said}");
    assert!(said.contains("`--format github=FILE`"), "{said}");
}

#[test]
fn a_misspelled_format_is_recognised() {
    let ran = run(shop().path(), "--format srif=out.sarif");
    assert_eq!(ran.status.code(), Some(2));
    assert!(text(&ran.stderr).contains("'sarif'"), "{ran:?}");
}

#[test]
fn the_job_summary_gets_the_document() {
    let shop = shop();
    let summary = shop.path().join("summary.md");
    fs::write(&summary, "# Build\n").unwrap();
    let summarised = |format: &str| {
        let ran =
            unpoll(shop.path()).args(["--format", format]).env("GITHUB_STEP_SUMMARY", &summary).output();
        assert_eq!(ran.unwrap().status.code(), Some(1));
        fs::read_to_string(&summary).unwrap()
    };
    assert_eq!(summarised("compact"), "# Build\n");
    let document = summarised("github");
    assert!(document.starts_with("# Build\n# Remaining Legacy Polling Code\n"), "{document}");
    let ran = unpoll(shop.path()).args(["-f", "github"]).env("GITHUB_STEP_SUMMARY", "no/where.md").output();
    let ran = ran.unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(text(&ran.stderr).starts_with("error: no/where.md: "), "{ran:?}");
}

#[test]
fn paths_start_where_unpoll_runs() {
    let shop = shop();
    for (folder, arguments, expected) in [
        (".", "src --format compact", "src/orders/page.tsx:4:"),
        ("src/orders", "../.. --format compact", "../../src/orders/page.tsx:4:"),
        (".", "./src/ --format github", "::error file=src/orders/page.tsx,"),
        (".", "src --quiet", "src/orders/page.tsx:4:"),
    ] {
        let ran = run(&shop.path().join(folder), arguments);
        assert!(text(&ran.stdout).starts_with(expected), "{arguments}: {}", text(&ran.stdout));
    }
}

/// A file of the team's own that is named to break out of every format.
#[cfg(unix)]
#[test]
fn a_hostile_file_name_makes_no_line_of_its_own() {
    let shop = shop();
    let page = fs::read(shop.path().join("src/orders/page.tsx")).unwrap();
    let name = "x\n::error::pwned\r\u{1b}[31m\u{202e}\"<a>&,:%0A.tsx";
    fs::write(shop.path().join("src/orders").join(name), page).unwrap();
    for format in FORMATS {
        let ran = run(shop.path(), &format!("--format {}", format.name));
        let said = text(&ran.stdout);
        let leak = |letter: char| (letter.is_control() && letter != '\n') || letter == '\u{202e}';
        assert!(!said.contains(leak), "{}: {said}", format.name);
        assert!(!said.lines().any(|line| line.starts_with("::error::")), "{}: {said}", format.name);
        // Only gauges name no file.
        assert!(!said.contains("%0A::"), "{}: {said}", format.name);
        assert!(said.contains("pwned") || format.name == "openmetrics", "{}: {said}", format.name);
    }
}

#[test]
fn a_reader_that_leaves_in_the_middle_is_no_failure() {
    let shop = shop();
    // Longer than what a pipe holds.
    let mut child = unpoll(shop.path())
        .args(["-f", "sarif"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let ran = child.wait_with_output().unwrap();
    assert_eq!((first.as_str(), ran.status.code(), text(&ran.stderr)), ("{\n", Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_exits_with_2_and_says_so() {
    let shop = shop();
    let formats = FORMATS.iter().map(|format| format!("--format {}", format.name));
    let others = ["rules", "schema", "explain network-poll", "graph", "completions bash", "man", "--help"];
    for arguments in formats.chain(others.map(str::to_owned)) {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = unpoll(shop.path()).args(arguments.split_whitespace()).stdout(full).output().unwrap();
        let said = text(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{arguments}: {said}");
        assert!(said.starts_with("error: stdout: ") && said.contains("\nhelp: "), "{arguments}: {said}");
        assert!(!said.contains("panicked"), "{arguments}: {said}");
    }
    let ran = run(shop.path(), "--format json=/dev/full");
    assert_eq!(ran.status.code(), Some(2));
    assert!(text(&ran.stderr).starts_with("error: /dev/full: "), "{ran:?}");
}

/// Nobody wants the report: the exit code is that of the audit, and files are written.
#[cfg(unix)]
#[test]
fn a_closed_stdout_leaves_the_exit_code() {
    let shop = shop();
    let closed = |arguments: &str| {
        let program = env!("CARGO_BIN_EXE_unpoll");
        let line = format!("exec '{program}' {arguments} >&-");
        let mut command = Command::new("sh");
        command.args(["-c", &line]).current_dir(shop.path()).env_remove("GITHUB_STEP_SUMMARY");
        command.output().unwrap()
    };
    let ran = closed("--format compact --format json=audit.json");
    assert_eq!((ran.status.code(), text(&ran.stderr)), (Some(1), ""));
    // Nothing but the report got into the file, although its number may have been that of stdout.
    let json = fs::read(shop.path().join("audit.json")).unwrap();
    assert!(serde_json::from_slice::<serde_json::Value>(&json).is_ok());
    assert_eq!(closed("--fail-on never").status.code(), Some(0));
    assert_eq!(closed("rules 2>&-").status.code(), Some(0));
}

#[test]
fn shells_and_man_get_what_they_read() {
    let shop = shop();
    for (shell, expected) in [
        ("bash", "complete -F _unpoll"),
        ("zsh", "#compdef unpoll"),
        ("fish", "complete -c unpoll"),
        ("powershell", "Register-ArgumentCompleter"),
        ("elvish", "edit:completion:arg-completer[unpoll]"),
    ] {
        let ran = run(shop.path(), &format!("completions {shell}"));
        let script = text(&ran.stdout);
        assert!(ran.status.success() && script.contains(expected), "{shell}: {script}");
        // Elvish and PowerShell are not told of values.
        let values = script.contains("openmetrics") || matches!(shell, "elvish" | "powershell");
        assert!(values && script.contains("explain"), "{shell}: {script}");
    }
    let page = run(shop.path(), "man");
    assert!(text(&page.stdout).contains(".TH unpoll 1") && text(&page.stdout).contains("unpoll\\-graph(1)"));
    let page = run(shop.path(), "man graph");
    assert!(text(&page.stdout).contains(".TH unpoll-graph 1  \"unpoll "), "{}", text(&page.stdout));
    let wrong = run(shop.path(), "man grph");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("did you mean `unpoll graph`?"), "{wrong:?}");
}

/// Sections of the docs and their first command.
fn documented() -> Vec<(&'static str, &'static str)> {
    let sections = DOCS.split("\n## ").skip(1);
    let command = |section: &'static str| {
        let (name, rest) = section.split_once('\n').unwrap();
        let (_, block) = rest.split_once("```sh\n").expect("a section shows a command");
        (name, block.split_once("\n```").unwrap().0)
    };
    sections.map(command).collect()
}

#[test]
fn the_docs_tell_of_every_format_and_no_other() {
    let named: Vec<&str> = documented().iter().map(|(name, _)| *name).collect();
    let formats: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    assert_eq!(named, formats);
    let readme = include_str!("../README.md");
    let row = readme.lines().find(|line| line.starts_with("| `-f`, `--format")).unwrap();
    for name in formats {
        assert!(
            DOCS.contains(&format!("| [`{name}`](#{name}) |")),
            "the table of docs/formats.md lacks {name}"
        );
        assert!(row.contains(&format!("`{name}`")), "the README lacks {name}");
    }
}

#[test]
fn the_commands_of_the_docs_run() {
    let intro = DOCS.split_once("```sh\n").unwrap().1.split_once("\n```").unwrap().0;
    let commands = documented().into_iter().map(|(_, command)| command);
    for command in commands.chain([intro]) {
        let shop = shop();
        let arguments = command.strip_prefix("unpoll ").expect("a command of ours");
        let ran = run(shop.path(), arguments);
        let code = if arguments.contains("--fail-on never") { 0 } else { 1 };
        assert_eq!((ran.status.code(), text(&ran.stderr)), (Some(code), ""), "{command}");
        for file in arguments.split_whitespace().filter_map(|word| word.split_once('=')) {
            assert!(fs::metadata(shop.path().join(file.1)).unwrap().len() > 0, "{command}");
        }
    }
}
