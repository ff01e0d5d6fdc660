//! The history of a migration, in a real git repository: what each commit held, and which commit brought and ended
//! each finding.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Value, json};
use support::shop::{Shop, assert_valid, git, poll, unpoll};
use tempfile::TempDir;
use unicode_width::UnicodeWidthStr;
use walkdir::WalkDir;

/// A shop whose prices came with a poll, which was made faster, moved, and removed; whose board lost its subscriber
/// and got it back. The names of the commits, the oldest first.
fn history() -> (Shop, Vec<String>) {
    let shop = Shop::new();
    let mut commits = vec![shop.head()];
    shop.write("src/Prices.tsx", &poll("Prices", 20));
    shop.replace("src/main.tsx", "import { Stock }", "import { Prices } from './Prices'\nimport { Stock }");
    shop.replace("src/main.tsx", "<Stock />", "<Stock /><Prices />");
    commits.push(shop.commit_on("2026-01-07", "prices, by polling"));
    shop.replace("src/Board.tsx", "subscribe({ onShipped: (id) => setLast(id) })", "subscribe({})");
    commits.push(shop.commit_on("2026-01-09", "the board forgets to subscribe"));
    shop.write("src/Prices.tsx", &poll("Prices", 5));
    commits.push(shop.commit_on("2026-01-15", "faster prices"));
    shop.replace("src/Board.tsx", "subscribe({})", "subscribe({ onShipped: (id) => setLast(id) })");
    commits.push(shop.commit_on("2026-01-17", "the board subscribes again"));
    fs::rename(shop.path().join("src/Prices.tsx"), shop.path().join("src/Costs.tsx")).unwrap();
    shop.replace("src/main.tsx", "./Prices", "./Costs");
    commits.push(shop.commit_on("2026-01-24", "costs, not prices"));
    shop.write("src/Costs.tsx", "export const Prices = () => null\n");
    commits.push(shop.commit_on("2026-02-04", "=no more polling of prices"));
    (shop, commits)
}

/// Runs `unpoll trend`, which must go well; its stdout.
fn trend(shop: &Shop, args: &[&str]) -> String {
    let (code, out, err) = shop.unpoll(&[&["trend"], args].concat());
    assert_eq!((code, err.as_str()), (0, ""), "{args:?}: {out}");
    out
}

fn trend_json(shop: &Shop, args: &[&str]) -> Value {
    let document = serde_json::from_str(&trend(shop, &[&["--format", "json"], args].concat())).unwrap();
    assert_valid(&document, &shop.unpoll(&["schema", "trend"]).1);
    document
}

fn list(of: &Value) -> &Vec<Value> {
    of.as_array().unwrap()
}

/// Every file of a folder with its bytes, but for what git needs for itself.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let walk =
        WalkDir::new(folder).into_iter().filter_entry(|it| it.file_name() != ".git").map(Result::unwrap);
    let file = |it: walkdir::DirEntry| (it.path().to_owned(), fs::read(it.path()).unwrap());
    walk.filter(|it| it.file_type().is_file()).map(file).collect()
}

#[test]
fn each_commit_tells_what_was_there_and_each_finding_when_it_came_and_went() {
    let (shop, commits) = history();
    let document = trend_json(&shop, &["--every", "commit"]);
    let ids: Vec<&Value> = list(&document["commits"]).iter().map(|it| &it["id"]).collect();
    assert_eq!(ids, commits.iter().map(|it| json!(it)).collect::<Vec<_>>().iter().collect::<Vec<_>>());
    let figures = |name: &str| -> Vec<&Value> {
        list(&document["commits"]).iter().map(|it| &it["figures"][name]).collect()
    };
    assert_eq!(figures("polls"), [1, 2, 2, 2, 2, 2, 1].map(|it| json!(it)).iter().collect::<Vec<_>>());
    assert_eq!(
        figures("requestsPerMinute"),
        [2, 5, 5, 14, 14, 14, 2].map(|it| json!(it)).iter().collect::<Vec<_>>()
    );
    assert_eq!(figures("unconnected"), [0, 0, 1, 1, 0, 0, 0].map(|it| json!(it)).iter().collect::<Vec<_>>());
    let completion: Vec<f64> = figures("completion").iter().map(|it| it.as_f64().unwrap()).collect();
    assert!(completion[2] < completion[1] && completion[6] > completion[5], "{completion:?}");
    assert_eq!(document["commits"][6]["committedAt"], "2026-02-04T12:00:00Z");
    assert_eq!((&document["fromRoot"], &document["failed"]), (&json!(true), &json!(0)));

    let told: Vec<Value> = list(&document["findings"])
        .iter()
        .map(|it| json!([it["rule"], it["file"], it["intervalMs"], it["introduced"], it["removed"]]))
        .collect();
    let expected = [
        json!(["network-poll", "src/Stock.tsx", 30_000, commits[0], null]),
        json!(["network-poll", "src/Costs.tsx", 5_000, commits[1], commits[6]]),
        json!(["unsubscribed-message", "src/feed.ts", null, commits[2], commits[4]]),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_commit_says_what_an_audit_of_its_checkout_says() {
    let (shop, commits) = history();
    let document = trend_json(&shop, &["--every", "commit"]);
    for (commit, told) in commits.iter().zip(list(&document["commits"])) {
        shop.git(&["checkout", "--quiet", commit]);
        let report: Value =
            serde_json::from_str(&shop.unpoll(&["--format", "json", "--fail-on", "never"]).1).unwrap();
        let summary = &report["summary"];
        for name in ["requestsPerMinute", "completion", "critical", "warning", "info"] {
            assert_eq!(told["figures"][name], summary[name], "{name} of {commit}");
        }
        let areas = |of: &Value| list(of).iter().map(|it| it["name"].clone()).collect::<Vec<_>>();
        assert_eq!(areas(&told["areas"]), areas(&report["areas"]));
    }
}

#[test]
fn the_work_tree_and_the_index_are_not_touched() {
    let (shop, _) = history();
    shop.write("src/Draft.tsx", &poll("Draft", 1));
    shop.write("src/Stock.tsx", "export const Stock = 'not committed'\n");
    let index = fs::read(shop.path().join(".git/index")).unwrap();
    let before = files(shop.path());
    let document = trend_json(&shop, &["--every", "commit"]);
    assert_eq!(files(shop.path()), before);
    assert_eq!(fs::read(shop.path().join(".git/index")).unwrap(), index);
    // Commits are audited, and not what lies in front of them.
    assert_eq!(document["commits"][6]["figures"]["polls"], 1);
}

#[test]
fn the_range_and_the_step_choose_commits() {
    let (shop, commits) = history();
    let chosen = |args: &[&str]| -> Vec<usize> {
        let document = trend_json(&shop, args);
        let place = |it: &Value| commits.iter().position(|known| it["id"] == known.as_str()).unwrap();
        list(&document["commits"]).iter().map(place).collect()
    };
    assert_eq!(chosen(&[]), [0, 2, 4, 5, 6]);
    assert_eq!(chosen(&["--every", "month"]), [0, 5, 6]);
    assert_eq!(chosen(&["--every", "3"]), [0, 3, 6]);
    assert_eq!(chosen(&["--every", "4"]), [0, 4, 6]);
    assert_eq!(chosen(&["--every", "commit", "--since", "2026-01-16"]), [4, 5, 6]);
    assert_eq!(chosen(&["--every", "commit", "--since", "2026-01-24T12:00:00Z"]), [5, 6]);
    assert_eq!(chosen(&["--every", "commit", "--since", &commits[3]]), [3, 4, 5, 6]);
    assert_eq!(chosen(&["--every", "commit", "--since", "HEAD"]), [6]);

    // What was there before all that is looked at came with none of it.
    let document = trend_json(&shop, &["--every", "commit", "--since", &commits[3]]);
    let costs = list(&document["findings"]).iter().find(|it| it["file"] == "src/Costs.tsx").unwrap();
    assert_eq!((&costs["introduced"], &costs["removed"]), (&Value::Null, &json!(commits[6])));
    assert_eq!(document["fromRoot"], false);
}

#[test]
fn a_branch_counts_when_it_was_merged() {
    let (shop, commits) = history();
    shop.git(&["switch", "--quiet", "--create", "work"]);
    shop.write("src/Costs.tsx", &poll("Prices", 5));
    let inside = shop.commit_on("2026-02-05", "polling again");
    shop.git(&["switch", "--quiet", "main"]);
    shop.write("README.md", "The shop.\n");
    let before = shop.commit_on("2026-02-06", "a word about the shop");
    shop.git(&["merge", "--quiet", "--no-ff", "--message", "Merge work", "work"]);
    let document = trend_json(&shop, &["--every", "commit"]);
    let ids: Vec<&str> = list(&document["commits"]).iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert!(!ids.contains(&inside.as_str()));
    let last = list(&document["findings"]).last().unwrap();
    assert_eq!(last["introduced"], shop.head().as_str());
    // A commit that came in by a merge stands for the one where its branch began.
    let document = trend_json(&shop, &["--every", "commit", "--since", &inside]);
    let ids: Vec<&str> = list(&document["commits"]).iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [commits[6].as_str(), before.as_str(), shop.head().as_str()]);
}

#[test]
fn the_database_answers_questions_and_the_next_run() {
    let (shop, commits) = history();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("trend.db");
    let args =
        |format| ["--every", "commit", "--no-cache", "--db", file.to_str().unwrap(), "--format", format];
    let first = ["json", "pretty", "csv", "html"].map(|format| trend(&shop, &args(format)));
    let again = ["json", "pretty", "csv", "html"].map(|format| trend(&shop, &args(format)));
    assert_eq!(first, again);
    let without = trend(&shop, &["--every", "commit", "--no-cache", "--format", "json"]);
    assert_eq!(first[0], without);

    let database = Connection::open(&file).unwrap();
    let ask = |question: &str| -> Vec<(String, Option<String>)> {
        let mut question = database.prepare(question).unwrap();
        let rows = question.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let some = |it: &str| Some(it.to_owned());
    assert_eq!(
        ask("SELECT rule, removed FROM findings WHERE introduced IS NOT NULL ORDER BY id"),
        [
            ("network-poll".to_owned(), None),
            ("network-poll".to_owned(), some(&commits[6])),
            ("unsubscribed-message".to_owned(), some(&commits[4])),
        ]
    );
    assert_eq!(
        ask("SELECT subject, CAST(polls AS TEXT) FROM commits ORDER BY position DESC LIMIT 2"),
        [("=no more polling of prices".to_owned(), some("1")), ("costs, not prices".to_owned(), some("2"))]
    );
    // The areas add up to the whole.
    let whole = ask("SELECT id, CAST(polls AS TEXT) FROM commits ORDER BY id");
    let summed =
        ask("SELECT commit_id, CAST(sum(polls) AS TEXT) FROM areas GROUP BY commit_id ORDER BY commit_id");
    assert_eq!(whole, summed);

    // The next run finds out only what is not there: a forged answer comes back.
    database
        .execute_batch("UPDATE snapshots SET body = replace(body, 'src/Costs.tsx', 'src/Told.tsx')")
        .unwrap();
    let told = trend(&shop, &args("json"));
    assert!(told.contains("src/Told.tsx") && !told.contains("src/Costs.tsx"));
    // And another question is not answered by it.
    let all = [&args("json")[..], &["--exclude", "**/Stock.tsx"]].concat();
    assert!(!trend(&shop, &all).contains("src/Told.tsx"));
}

#[test]
fn csv_has_a_row_for_each_commit_and_area() {
    let (shop, commits) = history();
    let text = trend(&shop, &["--every", "commit", "--format", "csv"]);
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(
        &rows.headers().unwrap().iter().collect::<Vec<_>>()[..5],
        ["commit", "committed_at", "subject", "area", "polls"]
    );
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    let whole: Vec<(&str, &str)> =
        rows.iter().filter(|it| it[3].is_empty()).map(|it| (&it[0], &it[4])).collect();
    let expected: Vec<(&str, &str)> =
        commits.iter().map(String::as_str).zip(["1", "2", "2", "2", "2", "2", "1"]).collect();
    assert_eq!(whole, expected);
    assert!(rows.len() > whole.len());
    // A spreadsheet would work it out.
    assert_eq!(&rows.last().unwrap()[2], "'=no more polling of prices");
}

#[test]
fn pretty_fits_a_terminal() {
    let (shop, commits) = history();
    let text = trend(&shop, &["--every", "commit"]);
    for line in text.lines() {
        assert!(line.width() <= 100, "{line}");
    }
    assert!(text.starts_with("Trend of .: 7 commits, "), "{text}");
    assert!(text.contains("Requests a minute        2 →    2  ▂▄▄███▂\n"), "{text}");
    let came = format!(
        "2026-01-07  {}  +1 −0  prices, by polling\n    + network-poll  src/Costs.tsx:7  Prices\n",
        &commits[1][..9]
    );
    assert!(text.contains(&came), "{text}");
    let went =
        format!("2026-02-04  {}  +0 −1  =no more polling of prices\n    − network-poll", &commits[6][..9]);
    assert!(text.contains(&went), "{text}");
}

#[test]
fn the_page_stands_alone_and_lets_nothing_run() {
    let (shop, _) = history();
    shop.write("README.md", "The shop.\n");
    shop.commit_on("2026-02-05", "<script>alert(1)</script> & \"more\" \u{202e}");
    shop.write("src/Costs.tsx", &poll("Prices", 5));
    shop.commit_on("2026-02-06", "<img src=x onerror=alert(1)>");
    let file = shop.path().join("trend.html");
    assert_eq!(trend(&shop, &["--every", "commit", "-o", "trend.html"]), "");
    let page = fs::read_to_string(file).unwrap();
    assert!(page.starts_with("<!doctype html>"), "{page}");
    assert!(page.contains("default-src &#39;none&#39;; style-src &#39;sha256-"), "{page}");
    for forbidden in
        ["<script", "<img", "<link", "http://", "https://", "\u{202e}", " style=", "url(", "@import"]
    {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("&#60;img src=x onerror=alert(1)&#62;"), "{page}");
    assert_eq!(page.matches("<figure>").count(), 4);
    assert!(page.contains("prefers-color-scheme: dark"));
    let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    use base64::Engine;
    use sha2::Digest;
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style.as_bytes()));
    assert!(
        page.contains(&format!("sha256-{}&#39;", hash.replace('+', "&#43;")))
            || page.contains(&format!("sha256-{hash}&#39;")),
        "{hash}"
    );
}

#[test]
fn a_commit_that_cannot_be_read_is_named_and_the_run_goes_on() {
    let (shop, commits) = history();
    let object = git(shop.path(), &["rev-parse", &format!("{}:src/Prices.tsx", commits[3])]).stdout;
    let object = String::from_utf8(object).unwrap();
    let (folder, file) = object.trim().split_at(2);
    fs::remove_file(shop.path().join(".git/objects").join(folder).join(file)).unwrap();
    let (code, out, err) = shop.unpoll(&["trend", "--every", "commit", "--format", "json"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.starts_with("note: 3 commits could not be audited\n"), "{err}");
    assert!(err.contains(&format!("note: commit {}: git cannot read", &commits[3][..9])), "{err}");
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["failed"], 3);
    let failure = document["commits"][3]["failure"].as_str().unwrap();
    assert!(failure.contains("does not hold src/Prices.tsx"), "{failure}");
    assert_eq!(document["commits"][6]["figures"]["polls"], 1);
    // The last that has it is not known, but the first that has it no more is.
    let prices = list(&document["findings"]).iter().find(|it| it["file"] == "src/Prices.tsx").unwrap();
    assert_eq!((&prices["introduced"], &prices["removed"]), (&json!(commits[1]), &json!(commits[6])));
    let (_, out, _) = shop.unpoll(&["trend", "--every", "commit"]);
    assert!(out.contains("3 commits could not be audited"), "{out}");
}

#[test]
fn what_cannot_be_asked_is_refused_with_a_way_out() {
    let (shop, _) = history();
    fs::write(shop.path().join("notes.db"), "not a database").unwrap();
    for (args, why) in [
        (&["--since", "2026-13-01"][..], "`2026-13-01` is no date, and no commit is called so"),
        (&["--since", "01/02/2026"], "is no date"),
        (&["--since", "nothing"], "there is no commit called `nothing`"),
        (&["--since=--output=x"], "is no name of a commit"),
        (&["--since", "a b"], "is no name of a commit"),
        (&["--since", "2099-01-01"], "no commit is as young as 2099-01-01"),
        (&["--db", "notes.db"], "not a database"),
        (&["--db", "nowhere/trend.db"], "unable to open"),
        (&["--exclude", "{"], "{"),
    ] {
        let (code, out, err) = shop.unpoll(&[&["trend"], args].concat());
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains(why) && err.contains("\nhelp: "), "{args:?}: {err}");
    }
    assert_eq!(shop.unpoll(&["trend", "--every", "fortnight"]).0, 2);
    let alone = TempDir::new().unwrap();
    fs::write(alone.path().join("main.ts"), "export {}\n").unwrap();
    let (code, _, err) = unpoll(alone.path(), &["trend"]);
    assert_eq!(code, 2);
    assert!(err.contains("is in no git repository"), "{err}");
}

#[test]
fn a_shallow_clone_says_what_it_lacks() {
    let (shop, _) = history();
    let clones = TempDir::new().unwrap();
    let url = format!("file://{}", shop.path().display());
    assert!(git(clones.path(), &["clone", "--quiet", "--depth=3", &url, "shop"]).status.success());
    let clone = clones.path().join("shop");
    for args in [&["trend"][..], &["trend", "--since", "2026-01-01"]] {
        let (code, _, err) = unpoll(&clone, args);
        assert_eq!(code, 2, "{args:?}");
        assert!(err.contains("this clone is shallow") && err.contains("git fetch --unshallow"), "{err}");
    }
    // What it holds can be audited; but nobody knows when what is there at first came.
    for since in ["HEAD~2", "2026-01-20"] {
        let args = ["trend", "--since", since, "--format", "json", "--every", "commit"];
        let (code, out, err) = unpoll(&clone, &args);
        assert_eq!(code, 0, "{err}");
        let document: Value = serde_json::from_str(&out).unwrap();
        let costs = list(&document["findings"]).iter().find(|it| it["file"] == "src/Costs.tsx").unwrap();
        assert_eq!((&document["fromRoot"], &costs["introduced"]), (&json!(false), &Value::Null));
    }
}

#[test]
fn a_part_of_the_repository_may_come_and_go() {
    let (shop, _) = history();
    fs::create_dir(shop.path().join("web")).unwrap();
    fs::rename(shop.path().join("src"), shop.path().join("web/src")).unwrap();
    let moved = shop.commit_on("2026-03-01", "the web has a folder");
    // A folder where a file was, and back.
    shop.write("web/src/costs.json", "{}\n");
    shop.commit_on("2026-03-02", "a file");
    fs::remove_file(shop.path().join("web/src/costs.json")).unwrap();
    shop.write("web/src/costs.json/index.ts", "export {}\n");
    shop.commit_on("2026-03-03", "a folder");
    fs::remove_dir_all(shop.path().join("web/src/costs.json")).unwrap();
    shop.write("web/src/costs.json", "{}\n");
    shop.commit_on("2026-03-04", "a file again");
    let document = trend_json(&shop, &["web", "--every", "commit"]);
    assert_eq!((&document["root"], list(&document["commits"]).len()), (&json!("web"), 11));
    assert_eq!(document["commits"][6]["figures"]["polls"], 0);
    assert_eq!(document["commits"][10]["figures"]["polls"], 1);
    assert_eq!(document["findings"][0]["introduced"], moved.as_str());
}

#[test]
fn a_hostile_repository_runs_nothing() {
    let (shop, _) = history();
    shop.git(&["config", "core.fsmonitor", "touch fsmonitor-ran; false"]);
    shop.git(&["config", "core.pager", "touch pager-ran"]);
    shop.git(&["config", "log.showSignature", "true"]);
    shop.git(&["config", "gpg.program", "touch gpg-ran"]);
    shop.git(&["config", "filter.evil.smudge", "touch filter-ran"]);
    shop.git(&["config", "diff.external", "touch diff-ran"]);
    shop.write(".git/hooks/post-checkout", "#!/bin/sh\ntouch hook-ran\n");
    shop.write(".gitattributes", "* filter=evil diff=evil\n");
    trend(&shop, &["--every", "commit"]);
    let names: Vec<String> =
        fs::read_dir(shop.path()).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!names.iter().any(|it| it.ends_with("-ran")), "{names:?}");
}
