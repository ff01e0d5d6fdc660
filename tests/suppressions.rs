//! Comments that silence findings, from outside: exit codes, reports, what the config changes, and whether the docs
//! are right about them. Where each comment reaches is the matter of `fixtures/suppressions`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

const WITH_REASON: &str = "// unpoll-disable-next-line network-poll -- the kiosk has no socket\n";
const WITHOUT: &str = "// unpoll-disable-next-line network-poll\n";
const POLL: &str = "setInterval(() => fetch('/api/orders'), 5_000);\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    // Whatever stands above a temporary folder is none of our business.
    fs::create_dir(folder.path().join(".git")).unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn unpoll(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = Command::cargo_bin("unpoll").unwrap().current_dir(folder).args(args).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// The JSON report about one file of the orders.
fn report(code: &str, config: &str) -> Value {
    let shop = folder(&[("src/orders/main.ts", code), ("unpoll.json", config)]);
    let (exit, json) = unpoll(shop.path(), &["--format", "json", "--fail-on", "never"]);
    assert_eq!(exit, Some(0));
    serde_json::from_str(&json).unwrap()
}

/// Findings as `rule status`, sorted.
fn findings(report: &Value) -> Vec<String> {
    let said = |it: &Value| format!("{} {}", it["ruleId"].as_str().unwrap(), it["status"].as_str().unwrap());
    let mut found: Vec<String> = report["findings"].as_array().unwrap().iter().map(said).collect();
    found.sort();
    found
}

#[test]
fn a_silenced_finding_does_not_fail_the_run() {
    let exit = |comment: &str, config: &str, level: &str| {
        let code = format!("{comment}{POLL}");
        let shop = folder(&[("src/main.ts", &code), ("unpoll.json", config)]);
        unpoll(shop.path(), &["--fail-on", level]).0
    };
    let lax = r#"{ "suppressions": { "requireReason": false } }"#;
    assert_eq!(exit("", "{}", "critical"), Some(1));
    assert_eq!(exit(WITH_REASON, "{}", "critical"), Some(0));
    assert_eq!(exit(WITH_REASON, "{}", "info"), Some(0));
    assert_eq!(exit(WITHOUT, "{}", "critical"), Some(1));
    assert_eq!(exit(WITHOUT, lax, "info"), Some(0));
    // A comment that silences nothing is a warning.
    assert_eq!(exit(&format!("{WITH_REASON}\nexport {{}};\n{WITH_REASON}"), "{}", "critical"), Some(0));
    assert_eq!(exit(&format!("{WITH_REASON}\nexport {{}};\n{WITH_REASON}"), "{}", "warning"), Some(1));
}

#[test]
fn the_report_keeps_it_and_counts_it_nowhere() {
    let before = report(POLL, "{}");
    let after = report(&format!("{WITH_REASON}{POLL}"), "{}");
    let finding = &after["findings"][0];
    assert_eq!(findings(&after), ["network-poll suppressed"]);
    assert_eq!(
        finding["suppression"],
        json!({ "reason": "the kiosk has no socket", "location": "src/orders/main.ts:1" })
    );
    assert_eq!((&finding["severity"], &finding["line"]), (&json!("critical"), &json!(2)));
    assert_eq!(finding["fingerprint"], before["findings"][0]["fingerprint"]);
    assert_eq!(finding["fingerprint"], after["timers"][0]["findingFingerprint"]);
    let told = |report: &Value| {
        let (summary, area) = (&report["summary"], &report["areas"][0]);
        json!([
            summary["critical"],
            summary["suppressed"],
            summary["accepted"],
            summary["byRule"],
            summary["links"],
            summary["requestsPerMinute"],
            area["polling"],
            area["status"],
            area["findings"],
            report["nextSteps"].as_array().unwrap().len(),
        ])
    };
    let links = |required: u32| json!({ "present": 0, "required": required });
    assert_eq!(
        told(&before),
        json!([1, 0, 0, { "network-poll": 1 }, links(1), 12, "active", "blocked", 1, 1])
    );
    assert_eq!(told(&after), json!([0, 1, 0, {}, links(0), 12, "accepted", "done", 0, 0]));
}

#[test]
fn people_are_told_of_it() {
    let shop = folder(&[("src/main.ts", &format!("{WITH_REASON}{POLL}"))]);
    let (_, pretty) = unpoll(shop.path(), &[]);
    assert!(
        pretty.contains("No findings") && pretty.contains("1 finding suppressed, with reasons"),
        "{pretty}"
    );
    let (_, markdown) = unpoll(shop.path(), &["--format", "markdown"]);
    let line = "- `src/main.ts:2` - `network-poll`: the kiosk has no socket (comment at `src/main.ts:1`)";
    assert!(markdown.contains(line), "{markdown}");
    assert_eq!(unpoll(shop.path(), &["--quiet"]), (Some(0), String::new()));
}

#[test]
fn mistakes_come_with_what_to_do() {
    let help = |comment: &str| {
        let report = report(&format!("{comment}\n{POLL}"), "{}");
        let all = report["findings"].as_array().unwrap();
        let about = |it: &&Value| it["ruleId"].as_str().unwrap().ends_with("-suppression");
        let said = all.iter().filter(about).map(|it| format!("{} {}", it["message"], it["help"]));
        said.collect::<Vec<_>>().join("\n").replace('"', "")
    };
    for (comment, parts) in [
        ("// unpoll-disable-next-line netwrok-poll -- a", &["called `netwrok-poll`", "`network-poll`?"][..]),
        ("// unpoll-disable-next-line qqq -- a", &["called `qqq`", "`unpoll rules`"]),
        ("// unpoll-disable-nextline network-poll -- a", &["`unpoll-disable-next-line`?"]),
        ("// unpoll-ignore network-poll -- a", &["begins with `unpoll-ignore`", "Did you mean"]),
        ("// unpoll-disable-next-line network-poll", &["gives no reason", "two dashes"]),
        ("// unpoll-disable-line network-poll -- a", &["no finding of `network-poll`", "Delete the comment"]),
        ("// unpoll-disable-next-line network-poll, hot-timer -- a", &["`hot-timer`", "out of the comment"]),
    ] {
        let said = help(comment);
        assert!(parts.iter().all(|part| said.contains(part)), "{comment}: {said}");
        assert_eq!(said.lines().count(), 1, "{comment}: {said}");
    }
}

#[test]
fn the_config_decides_what_is_said_of_comments() {
    let unused = "// unpoll-disable-file hot-timer, network-poll -- none is here\nconsole.log('poll');\n";
    let said = |config: &str| findings(&report(unused, config));
    assert_eq!(said("{}"), ["unused-suppression new"]);
    assert_eq!(said(r#"{ "suppressions": { "reportUnused": false } }"#), [""; 0]);
    assert_eq!(said(r#"{ "rules": { "unused-suppression": "off" } }"#), [""; 0]);
    assert_eq!(said(r#"{ "ignore": ["src"] }"#), [""; 0]);
    // A rule that is off has nothing to say, and neither has anybody about a comment that names it.
    let off = r#"{ "rules": { "hot-timer": "off" }, "overrides": [{ "files": ["src/orders"], "rules": { "network-poll": "off" } }] }"#;
    assert_eq!(said(off), [""; 0]);
    let elsewhere = r#"{ "overrides": [{ "files": ["src/chat"], "rules": { "network-poll": "off" } }] }"#;
    assert_eq!(said(elsewhere), ["unused-suppression new"]);
    let lax = r#"{ "suppressions": { "requireReason": false } }"#;
    let report = report(&format!("{WITHOUT}{POLL}"), lax);
    assert_eq!(findings(&report), ["network-poll suppressed"]);
    assert_eq!(
        report["findings"][0]["suppression"],
        json!({ "reason": null, "location": "src/orders/main.ts:1" })
    );
}

#[test]
fn a_file_full_of_comments_takes_no_longer_than_another() {
    let mut code = String::new();
    for number in 0..20_000 {
        writeln!(code, "// unpoll-disable-next-line network-poll, hot-timer -- {number}").unwrap();
    }
    code += POLL;
    let before = Instant::now();
    let report = report(&code, "{}");
    assert!(before.elapsed() < Duration::from_secs(20), "{:?}", before.elapsed());
    assert_eq!(report["summary"]["suppressed"], 1);
    assert_eq!(report["summary"]["byRule"], json!({ "unused-suppression": 20_000 }));
}

/// Each section of the docs is a small project in which nothing is left to do.
#[test]
fn the_examples_of_the_docs_silence_what_they_say() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/suppressions.md");
    let mut shown = 0;
    for section in fs::read_to_string(docs).unwrap().split("\n## ") {
        let examples = section.split("\n```").skip(1).step_by(2);
        let files: Vec<(&str, &str)> = examples
            .map(|it| {
                let (info, text) = it.split_once('\n').unwrap();
                (info.split_once("file=").expect("the fence of an example names its file").1, text)
            })
            .collect();
        if files.is_empty() {
            continue;
        }
        let project = folder(&files);
        let (exit, json) = unpoll(project.path(), &["--format", "json", "--fail-on", "info"]);
        let report: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(exit, Some(0), "{section}\n{:?}", findings(&report));
        for (file, text) in &files {
            let all = report["findings"].as_array().unwrap();
            let here = all.iter().filter(|it| it["file"] == *file).count();
            assert!(here >= text.matches("unpoll-disable").count(), "{file} in {section}");
            shown += here;
        }
    }
    assert!(shown >= 9, "{shown} findings are shown");
}
