//! `unpoll graph` from outside: the picture in each format, the flags, the exit codes.

#![allow(clippy::unwrap_used, reason = "a test stops loudly where something is not as it must be")]

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

const DASHBOARD: &str = "fixtures/migration/proxy-dashboard";

struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// Runs `unpoll graph` in a folder.
fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::cargo_bin("unpoll").unwrap();
    let output = command.current_dir(folder).arg("graph").args(arguments).output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The picture of the half-migrated dashboard.
fn dashboard(arguments: &[&str]) -> String {
    let ran = run(Path::new(env!("CARGO_MANIFEST_DIR")), &[&[DASHBOARD], arguments].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    ran.stdout
}

#[test]
fn mermaid() {
    let chart = dashboard(&[]);
    assert_eq!(chart, dashboard(&["--format", "mermaid", "--threads", "1"]));
    insta::assert_snapshot!(chart);
}

#[test]
fn dot() {
    insta::assert_snapshot!(dashboard(&["--format", "dot"]));
}

#[test]
fn json() {
    let graph = dashboard(&["--format", "json", "--all"]);
    let printed = Command::cargo_bin("unpoll").unwrap().args(["schema", "graph"]).output().unwrap();
    let schema: Value = serde_json::from_slice(&printed.stdout).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let value: Value = serde_json::from_str(&graph).unwrap();
    let mistakes: Vec<String> =
        validator.iter_errors(&value).map(|it| format!("{}: {it}", it.instance_path())).collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    let ids: Vec<&Value> = value["nodes"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
    for edge in value["edges"].as_array().unwrap() {
        assert!(ids.contains(&&edge["from"]) && ids.contains(&&edge["to"]), "{edge}");
    }
    insta::assert_snapshot!(graph);
}

#[test]
fn the_picture_can_be_narrowed() {
    let one = dashboard(&["--message", "campaign_d*"]);
    assert!(one.contains("campaign_deleted") && !one.contains("campaign_created"), "{one}");
    let area = dashboard(&["--area", "campaigns"]);
    assert!(area.contains("campaign_created") && !area.contains("proxy_deleted"), "{area}");
    let cut = dashboard(&["--cut"]);
    assert!(cut.contains("proxy_deleted") && !cut.contains("campaign_created"), "{cut}");
    assert!(!area.contains("ping") && dashboard(&["--all"]).contains("\"ping\""));
    assert!(dashboard(&["--exclude", "server"]).lines().all(|line| !line.contains("broadcast.go")));
}

#[test]
fn the_readme_shows_what_is_printed() {
    let readme = include_str!("../README.md");
    let chart = dashboard(&["--area", "Proxies"]);
    assert!(readme.contains(&format!("```mermaid\n{chart}```\n")), "the README should show\n{chart}");
}

#[test]
fn a_project_without_push_says_so() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("orders.ts"), "export const orders = ['first', 'second'];\n").unwrap();
    let ran = run(folder.path(), &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(ran.stdout, "flowchart LR\n  %% There is no push wiring.\n");
    let json = run(folder.path(), &["--format", "json"]);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json, serde_json::json!({ "schemaVersion": 1, "nodes": [], "edges": [] }));
}

#[test]
fn a_file_takes_the_format_of_its_extension() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("orders.ts"), "export const orders = [];\n").unwrap();
    let written = |arguments: &[&str], file: &str| {
        let ran = run(folder.path(), arguments);
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""));
        fs::read_to_string(folder.path().join(file)).unwrap()
    };
    assert!(written(&["-o", "push.gv"], "push.gv").contains("digraph"));
    assert!(written(&["-o", "push.JSON"], "push.JSON").starts_with('{'));
    assert!(written(&["-o", "push.txt"], "push.txt").starts_with("flowchart"));
    assert!(written(&["-f", "dot", "-o", "push.mmd"], "push.mmd").contains("digraph"));
    assert!(run(folder.path(), &["-o", "-"]).stdout.starts_with("flowchart"));
}

#[test]
fn wrong_usage_exits_with_2() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("orders.ts"), "export const orders = [];\n").unwrap();
    for arguments in [
        &["--format", "svg"][..],
        &["--message", "order_[a"],
        &["nowhere"],
        &["--exclude", "[a"],
        &["-o", "nowhere/push.mmd"],
    ] {
        let ran = run(folder.path(), arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    }
}
