//! The command line from outside: flags, streams and exit codes. What an audit finds is tested elsewhere.

#![allow(clippy::unwrap_used, reason = "a test stops loudly where something is not as it must be")]

use std::fs;
use std::path::Path;
use std::process::Stdio;

use assert_cmd::Command;
use tempfile::TempDir;

/// A project without any recurring work.
fn clean() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("orders.ts"), "export const orders = ['first', 'second'];\n").unwrap();
    folder
}

/// A page that asks the server every five seconds.
fn polling() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("app/orders")).unwrap();
    let page = "'use client';\nimport { useEffect, useState } from 'react';\n\
        export default function Page() {\n\
        \x20 const [orders, setOrders] = useState([]);\n\
        \x20 useEffect(() => {\n\
        \x20   const id = setInterval(() => fetch('/api/orders').then(r => r.json()).then(setOrders), 5_000);\n\
        \x20   return () => clearInterval(id);\n\
        \x20 }, []);\n\
        \x20 return <ul>{orders.length}</ul>;\n}\n";
    fs::write(folder.path().join("app/orders/page.tsx"), page).unwrap();
    folder
}

fn unpoll(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("unpoll").unwrap();
    command.current_dir(folder);
    for variable in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command
}

struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_clean_project_exits_with_0_and_says_so_on_stdout() {
    let ran = run(&mut unpoll(clean().path()));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.contains("No findings"), "{}", ran.stdout);
}

#[test]
fn quiet_says_nothing_about_a_clean_project() {
    let ran = run(unpoll(clean().path()).arg("--quiet"));
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""));
}

#[test]
fn findings_at_or_above_the_fail_level_exit_with_1() {
    let folder = polling();
    for (level, code) in [("critical", 1), ("warning", 1), ("info", 1), ("never", 0)] {
        let ran = run(unpoll(folder.path()).args(["--fail-on", level]));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(code), ""), "{level}");
        assert!(ran.stdout.contains("app/orders/page.tsx:6:"), "{}", ran.stdout);
    }
    assert_eq!(run(&mut unpoll(folder.path())).code, Some(1));
}

#[test]
fn the_subcommand_audit_is_what_happens_without_one() {
    let folder = clean();
    let (long, short) = (run(unpoll(folder.path()).args(["audit", "."])), run(&mut unpoll(folder.path())));
    assert_eq!((long.code, long.stdout), (short.code, short.stdout));
}

#[test]
fn wrong_usage_exits_with_2() {
    for arguments in
        [&["--frobnicate"][..], &["--format", "pdf"], &["--fail-on", "often"], &["--threads", "0"]]
    {
        let ran = run(unpoll(clean().path()).args(arguments));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    }
}

#[test]
fn a_missing_path_exits_with_2_and_names_it() {
    let ran = run(unpoll(clean().path()).arg("nowhere"));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.starts_with("error: no such file or folder: nowhere\nhelp: "), "{}", ran.stderr);
}

#[test]
fn help_and_version_exit_with_0() {
    let folder = clean();
    let (short, long) = (run(unpoll(folder.path()).arg("-h")), run(unpoll(folder.path()).arg("--help")));
    assert_eq!((short.code, long.code), (Some(0), Some(0)));
    assert!(!short.stdout.contains("--parse-all") && long.stdout.contains("--parse-all"));
    let version = run(unpoll(folder.path()).arg("--version"));
    assert_eq!(version.stdout.trim_end(), concat!("unpoll ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn formats_go_to_their_files_and_the_rest_to_stdout() {
    let folder = clean();
    let arguments = ["--format", "pretty", "--format", "json", "-o", "audit.json", "-o", "POLLING.md"];
    let ran = run(unpoll(folder.path()).args(arguments));
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains("No findings"), "{}", ran.stdout);
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("audit.json")).unwrap()).unwrap();
    assert_eq!((json["schemaVersion"].as_u64(), json["tool"]["name"].as_str()), (Some(1), Some("unpoll")));
    let document = fs::read_to_string(folder.path().join("POLLING.md")).unwrap();
    assert!(document.starts_with("# Remaining Legacy Polling Code\n"), "{document}");
}

#[test]
fn a_report_that_cannot_be_written_exits_with_2() {
    let ran = run(unpoll(clean().path()).args(["-o", "nowhere/audit.json"]));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.starts_with("error: nowhere/audit.json: "), "{}", ran.stderr);
}

#[test]
fn colours_follow_the_flag_and_the_environment() {
    let folder = clean();
    let coloured = |prepare: &dyn Fn(&mut Command)| {
        let mut command = unpoll(folder.path());
        prepare(&mut command);
        run(&mut command).stdout.contains('\u{1b}')
    };
    assert!(!coloured(&|_| {}));
    assert!(coloured(&|command| _ = command.args(["--color", "always"])));
    assert!(coloured(&|command| _ = command.env("FORCE_COLOR", "1")));
    assert!(coloured(&|command| _ = command.env("CLICOLOR_FORCE", "1")));
    assert!(!coloured(&|command| _ = command.env("FORCE_COLOR", "1").env("NO_COLOR", "1")));
    assert!(!coloured(&|command| _ = command.env("FORCE_COLOR", "1").args(["--color", "never"])));
    assert!(!coloured(&|command| _ = command.args(["--color", "always", "--format", "json"])));
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    for arguments in [
        &["schema"][..],
        &["rules"],
        &["explain", "network-poll"],
        &["graph"],
        &["--format", "json"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_unpoll"))
            .args(arguments)
            .current_dir(clean().path())
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{arguments:?}");
    }
}

#[test]
fn rules_are_listed_and_explained() {
    let folder = clean();
    let rules = run(unpoll(folder.path()).arg("rules"));
    assert!(rules.code == Some(0) && rules.stdout.contains("network-poll"), "{}", rules.stdout);
    let text = run(unpoll(folder.path()).args(["explain", "network-poll"]));
    assert!(text.code == Some(0) && text.stdout.starts_with("network-poll  critical"), "{}", text.stdout);
}

#[test]
fn an_unknown_rule_exits_with_2_and_suggests_the_nearest() {
    let ran = run(unpoll(clean().path()).args(["explain", "netwrok-pol"]));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.contains("did you mean `network-poll`?"), "{}", ran.stderr);
}

#[test]
fn the_schema_is_json() {
    let ran = run(unpoll(clean().path()).arg("schema"));
    let schema: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
}
