//! The story of a team that turns the gate on: baseline, new findings, fixed findings, branches, in a real git
//! repository.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

mod support;

use std::fs;

use serde_json::Value;
use support::shop::{Shop, assert_valid, git, poll, unpoll};
use tempfile::TempDir;

/// The exit code of a check, its new findings as `rule file`, and the whole report.
fn check(shop: &Shop, args: &[&str]) -> (i32, Vec<String>, Value) {
    let (code, out, err) = shop.unpoll(&[&["check", "--format", "json"], args].concat());
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    assert_valid(&report, &shop.unpoll(&["schema", "report"]).1);
    let new = report["findings"].as_array().unwrap().iter().filter(|it| it["status"] == "new");
    let text = |it: &Value| format!("{} {}", it["ruleId"].as_str().unwrap(), it["file"].as_str().unwrap());
    (code, new.map(text).collect(), report.clone())
}

#[test]
fn a_team_turns_the_gate_on_and_nothing_new_gets_in() {
    let shop = Shop::new();
    let (code, out, _) = shop.unpoll(&["init"]);
    assert_eq!(code, 0, "{out}");
    // Without a baseline every finding is new.
    let (code, new, _) = check(&shop, &[]);
    assert_eq!((code, new), (1, vec!["network-poll src/Stock.tsx".to_owned()]));

    let (code, out, _) = shop.unpoll(&["baseline"]);
    assert_eq!(code, 0);
    assert!(out.starts_with(".unpoll-baseline.json: 1 finding\n"), "{out}");
    let (code, new, report) = check(&shop, &[]);
    assert_eq!((code, new.len()), (0, 0));
    assert_eq!(report["comparisons"][0]["known"], 1);
    let baseline = fs::read_to_string(shop.path().join(".unpoll-baseline.json")).unwrap();
    assert_valid(&serde_json::from_str(&baseline).unwrap(), &shop.unpoll(&["schema", "baseline"]).1);
    shop.commit("the baseline");

    shop.git(&["switch", "--quiet", "--create", "prices"]);
    shop.write("src/Prices.tsx", &poll("Prices", 5));
    shop.replace("src/main.tsx", "import { Stock }", "import { Prices } from './Prices'\nimport { Stock }");
    shop.replace("src/main.tsx", "<Stock />", "<Stock /><Prices />");
    for args in [&[][..], &["--since", "main"], &["--since", "main", "--no-baseline"], &["src"]] {
        let (code, new, _) = check(&shop, args);
        let file = if args == ["src"] { "Prices.tsx" } else { "src/Prices.tsx" };
        assert_eq!((code, new), (1, vec![format!("network-poll {file}")]), "{args:?}");
    }
    let (_, out, _) = shop.unpoll(&["check"]);
    assert!(out.contains("🔴 1 new finding against `.unpoll-baseline.json`"), "{out}");
    assert!(out.contains("1 finding known from `.unpoll-baseline.json`, none fixed"), "{out}");
    assert_eq!(shop.unpoll(&["check", "--fail-on", "never"]).0, 0);

    // Silenced where it stands, which takes a reason.
    let silence = |comment: &str| {
        let text = poll("Prices", 5).replace("    const timer", &format!("    {comment}\n    const timer"));
        shop.write("src/Prices.tsx", &text);
        let (code, new, _) = check(&shop, &[]);
        (code, new.join(", "))
    };
    assert_eq!(
        silence("// unpoll-disable-next-line network-poll -- prices have no push yet"),
        (0, String::new())
    );
    let (code, new) = silence("// unpoll-disable-next-line network-poll");
    assert_eq!(code, 1);
    assert!(new.contains("network-poll") && new.contains("unexplained-suppression"), "{new}");
    shop.write("src/Prices.tsx", &poll("Prices", 5));

    // Taken as known; the rest of the baseline stays.
    let (_, out, _) = shop.unpoll(&["baseline", "src"]);
    assert_eq!(out, ".unpoll-baseline.json: 2 findings, 1 more and 0 fewer than before\n");
    assert_eq!(check(&shop, &[]).0, 0);
    // The baseline does not say that it came with the branch.
    assert_eq!(check(&shop, &["--no-baseline", "--since", "main"]).0, 1);
    shop.commit("prices");
    shop.git(&["switch", "--quiet", "main"]);
    shop.git(&["merge", "--quiet", "prices"]);
    assert_eq!(check(&shop, &["--no-baseline", "--since", "main"]).0, 0);

    // Fixed: said, and pruned.
    shop.write("src/Prices.tsx", "export const Prices = () => null\n");
    let (code, new, report) = check(&shop, &[]);
    assert_eq!((code, new.len()), (0, 0));
    let fixed = &report["comparisons"][0]["fixed"];
    assert_eq!((&fixed[0]["file"], &fixed[0]["ruleId"]), (&"src/Prices.tsx".into(), &"network-poll".into()));
    let (_, out, _) = shop.unpoll(&["check"]);
    assert!(out.contains("1 fixed") && out.contains("unpoll baseline --prune"), "{out}");
    // An audit of another part leaves its line alone.
    assert_eq!(check(&shop, &["server"]).2["comparisons"][0]["fixed"], Value::Array(vec![]));
    let (_, out, _) = shop.unpoll(&["baseline", "--prune"]);
    assert_eq!(out, ".unpoll-baseline.json: 1 finding, 0 more and 1 fewer than before\n");
}

#[test]
fn a_handler_that_lost_its_last_subscriber_is_seen_where_nobody_touched_anything() {
    let shop = Shop::new();
    shop.git(&["switch", "--quiet", "--create", "tidy"]);
    shop.replace("src/Board.tsx", "subscribe({ onShipped: (id) => setLast(id) })", "subscribe({})");
    let (code, new, report) = check(&shop, &["--since", "main"]);
    assert_eq!((code, new), (1, vec!["unsubscribed-message src/feed.ts".to_owned()]));
    let against = report["comparisons"][0]["against"].as_str().unwrap();
    assert!(against.starts_with("`main`, which the branch left at "), "{against}");
    shop.commit("tidy");
    assert_eq!(check(&shop, &["--since", "main"]).0, 1);
    assert_eq!(check(&shop, &["--since", "HEAD"]).0, 0);
}

#[test]
fn what_both_a_baseline_and_the_branch_point_know_is_fixed_for_neither() {
    let shop = Shop::new();
    shop.unpoll(&["init"]);
    shop.unpoll(&["baseline"]);
    shop.commit("the baseline");
    shop.git(&["switch", "--quiet", "--create", "prices"]);
    // A second poll that says the same as the known one: neither takes it for that.
    shop.replace(
        "src/Stock.tsx",
        "    return () => clearInterval(timer)",
        "    const other = setInterval(load, 30_000)\n    return () => { clearInterval(timer); clearInterval(other) }",
    );
    let (code, new, report) = check(&shop, &["--since", "main"]);
    assert_eq!((code, new), (1, vec!["network-poll src/Stock.tsx".to_owned()]));
    for comparison in report["comparisons"].as_array().unwrap() {
        assert_eq!(comparison["known"], 1, "{comparison}");
        assert_eq!(comparison["fixed"], Value::Array(vec![]), "{comparison}");
    }
}

#[test]
fn pruning_takes_nothing_in() {
    let shop = Shop::new();
    shop.unpoll(&["baseline"]);
    shop.write("src/Stock.tsx", &poll("Stock", 5));
    let (code, _, report) = check(&shop, &[]);
    assert_eq!(code, 1);
    assert_eq!(report["findings"][0]["change"], "its interval was 30 s and is now 5 s");
    shop.unpoll(&["baseline", "--prune"]);
    assert_eq!(check(&shop, &[]).0, 1, "what got worse is new until it is taken in");
    let (_, out, _) = shop.unpoll(&["check"]);
    assert!(
        out.contains("It was there before, and is worse: its interval was 30 s and is now 5 s."),
        "{out}"
    );
    // Slower is better: known, and after pruning that is the measure.
    shop.write("src/Stock.tsx", &poll("Stock", 50));
    assert_eq!(check(&shop, &[]).0, 0);
    shop.unpoll(&["baseline", "--prune"]);
    shop.write("src/Stock.tsx", &poll("Stock", 30));
    assert_eq!(check(&shop, &[]).0, 1);
}

#[test]
fn a_switch_that_turns_on_and_an_accepted_timer_that_becomes_a_poll_are_new() {
    let shop = Shop::new();
    shop.replace("src/Stock.tsx", "    const timer", "    if (!location.hash) return\n    const timer");
    shop.unpoll(&["baseline"]);
    assert_eq!(check(&shop, &[]).0, 0);
    shop.replace("src/Stock.tsx", "    if (!location.hash) return\n", "");
    let (code, new, report) = check(&shop, &[]);
    assert_eq!((code, new), (1, vec!["network-poll src/Stock.tsx".to_owned()]));
    assert_eq!(report["findings"][0]["change"], "its switch was `conditional` and is now `always`");

    shop.write("src/Stock.tsx", &poll("Stock", 600));
    let (_, out, _) = shop.unpoll(&["baseline"]);
    assert!(out.contains(": 0 findings"), "{out}");
    shop.write("src/Stock.tsx", &poll("Stock", 6));
    assert_eq!(check(&shop, &[]).0, 1);
}

#[test]
fn moved_files_and_moved_lines_are_not_new() {
    let shop = Shop::new();
    shop.unpoll(&["baseline"]);
    fs::rename(shop.path().join("src/Stock.tsx"), shop.path().join("src/Shelf.tsx")).unwrap();
    shop.replace("src/main.tsx", "./Stock", "./Shelf");
    shop.replace("src/Shelf.tsx", "export function", "// A shelf.\n\nexport function");
    let (code, _, report) = check(&shop, &[]);
    assert_eq!((code, &report["comparisons"][0]["fixed"]), (0, &Value::Array(vec![])));
}

#[test]
fn a_baseline_that_cannot_be_used_is_refused_with_a_way_out() {
    let shop = Shop::new();
    for (text, why) in [
        ("", "it is no baseline"),
        ("{\"version\": 9}", "a newer unpoll wrote it"),
        ("{\"version\": 0, \"findings\": []}", "it is stale"),
        ("{\"version\": 1, \"findings\": {}}", "it is corrupt"),
    ] {
        shop.write(".unpoll-baseline.json", text);
        for command in [&["check"][..], &["baseline", "--prune"]] {
            let (code, _, err) = shop.unpoll(command);
            assert_eq!(code, 2, "{err}");
            assert!(err.contains(".unpoll-baseline.json: ") && err.contains(why), "{err}");
            assert!(err.contains("help: "), "{err}");
        }
    }
    assert_eq!(shop.unpoll(&["baseline"]).0, 0, "a broken one may be written anew");
    assert_eq!(check(&shop, &[]).0, 0);
    let (code, _, err) = shop.unpoll(&["check", "--baseline", "other.json"]);
    assert_eq!(code, 2);
    assert!(err.contains("no such file or folder: other.json"), "{err}");
}

#[test]
fn names_of_commits_are_checked_before_git_sees_them() {
    let shop = Shop::new();
    for name in ["--output=x", "-x", "a b", "", "main\n", "nothing", "HEAD:src"] {
        let (code, _, err) = shop.unpoll(&["check", &format!("--since={name}")]);
        assert_eq!(code, 2, "{name}: {err}");
        assert!(err.contains("help: "), "{err}");
    }
    assert!(!shop.path().join("x").exists());
}

#[test]
fn a_shallow_clone_says_what_it_lacks() {
    let shop = Shop::new();
    shop.git(&["switch", "--quiet", "--create", "work"]);
    shop.write("src/Stock.tsx", &poll("Stock", 5));
    shop.commit("faster");
    shop.git(&["switch", "--quiet", "main"]);
    shop.write("README.md", "The shop.\n");
    shop.commit("main moves on");
    let clones = TempDir::new().unwrap();
    let url = format!("file://{}", shop.path().display());
    let clone = |depth: &str, name: &str| {
        let args = ["clone", "--quiet", "--no-single-branch", depth, "--branch", "work", &url, name];
        assert!(git(clones.path(), &args).status.success());
        unpoll(&clones.path().join(name), &["check", "--since", "origin/main", "--quiet"])
    };
    let (code, _, err) = clone("--depth=1", "shallow");
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("this clone is shallow") && err.contains("git fetch --unshallow"), "{err}");
    let (code, out, _) = clone("--depth=9", "deep");
    assert_eq!(code, 1);
    assert!(out.contains("src/Stock.tsx:7:"), "{out}");
}

#[test]
fn a_hostile_repository_runs_nothing() {
    let shop = Shop::new();
    shop.git(&["config", "core.fsmonitor", "touch fsmonitor-ran; false"]);
    shop.git(&["config", "core.pager", "touch pager-ran"]);
    shop.git(&["config", "filter.evil.smudge", "touch filter-ran"]);
    shop.git(&["config", "diff.external", "touch diff-ran"]);
    shop.write(".git/hooks/post-checkout", "#!/bin/sh\ntouch hook-ran\n");
    shop.write(".gitattributes", "* filter=evil\n");
    assert_eq!(check(&shop, &["--since", "main"]).0, 0);
    let names: Vec<String> =
        fs::read_dir(shop.path()).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!names.iter().any(|it| it.ends_with("-ran")), "{names:?}");
}
