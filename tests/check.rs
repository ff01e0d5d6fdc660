//! The story of a team that turns the gate on: baseline, new findings, fixed findings, branches, in a real git
//! repository.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use tempfile::TempDir;

const MAIN: &str = "\
import { createRoot } from 'react-dom/client'
import { Board } from './Board'
import { Stock } from './Stock'

createRoot(document.getElementById('root')!).render(<><Board /><Stock /></>)
";

/// A poll that is there from the start.
const STOCK: &str = "\
import { useEffect, useState } from 'react'

export function Stock() {
  const [stock, setStock] = useState(0)
  useEffect(() => {
    const load = () => fetch('/api/stock').then((answer) => answer.json()).then(setStock)
    const timer = setInterval(load, 30_000)
    return () => clearInterval(timer)
  }, [])
  return <b>{stock}</b>
}
";

/// Tells messages apart, and hands them to whoever subscribes.
const FEED: &str = "\
interface Handlers {
  onShipped?: (id: string) => void
}

const subscribers = new Set<Handlers>()
const socket = new WebSocket('wss://orders.example')

socket.onmessage = (event) => {
  const message = JSON.parse(event.data)
  for (const handlers of subscribers) {
    switch (message.type) {
      case 'order_shipped':
        handlers.onShipped?.(message.id)
        break
    }
  }
}

export function subscribe(handlers: Handlers) {
  subscribers.add(handlers)
  return () => subscribers.delete(handlers)
}
";

const BOARD: &str = "\
import { useEffect, useState } from 'react'
import { subscribe } from './feed'

export function Board() {
  const [last, setLast] = useState('')
  useEffect(() => {
    const stop = subscribe({ onShipped: (id) => setLast(id) })
    return () => void stop()
  }, [])
  return <p>{last}</p>
}
";

const SERVER: &str = "\
import { WebSocketServer } from 'ws'

const server = new WebSocketServer({ port: 8080 })
server.on('connection', (socket) => {
  socket.send(JSON.stringify({ type: 'order_shipped', id: '1' }))
})
";

struct Shop {
    folder: TempDir,
}

impl Shop {
    fn new() -> Self {
        let shop = Self { folder: TempDir::new().unwrap() };
        shop.write(
            "package.json",
            "{ \"name\": \"shop\", \"dependencies\": { \"react\": \"19.0.0\", \"ws\": \"8.0.0\" } }\n",
        );
        for (path, text) in [
            ("src/main.tsx", MAIN),
            ("src/Stock.tsx", STOCK),
            ("src/feed.ts", FEED),
            ("src/Board.tsx", BOARD),
            ("server/index.ts", SERVER),
        ] {
            shop.write(path, text);
        }
        shop.git(&["init", "--quiet", "--initial-branch=main"]);
        shop.commit("the shop");
        shop
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn replace(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path().join(path)).unwrap();
        assert!(text.contains(from), "{path} holds no {from}");
        self.write(path, &text.replace(from, to));
    }

    fn git(&self, args: &[&str]) {
        let ran = git(self.path(), args);
        assert!(ran.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&ran.stderr));
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    fn unpoll(&self, args: &[&str]) -> (i32, String, String) {
        unpoll(self.path(), args)
    }

    /// The exit code of a check, its new findings as `rule file`, and the whole report.
    fn check(&self, args: &[&str]) -> (i32, Vec<String>, Value) {
        let (code, out, err) = self.unpoll(&[&["check", "--format", "json"], args].concat());
        let report: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
        assert_valid(&report, &self.unpoll(&["schema", "report"]).1);
        let new = report["findings"].as_array().unwrap().iter().filter(|it| it["status"] == "new");
        let text =
            |it: &Value| format!("{} {}", it["ruleId"].as_str().unwrap(), it["file"].as_str().unwrap());
        (code, new.map(text).collect(), report.clone())
    }
}

fn git(folder: &Path, args: &[&str]) -> Output {
    Command::new("git")
        .args(["-c", "user.name=Shop", "-c", "user.email=shop@example.com", "-c", "commit.gpgsign=false"])
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap()
}

fn unpoll(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let ran = Command::new(cargo_bin!("unpoll")).args(args).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (ran.status.code().unwrap(), text(ran.stdout), text(ran.stderr))
}

fn assert_valid(document: &Value, schema: &str) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    if let Err(error) = jsonschema::validate(&schema, document) {
        panic!("{error}\n{document:#}");
    }
}

/// A component with a poll of its own.
fn poll(name: &str, seconds: u32) -> String {
    STOCK
        .replace("Stock", name)
        .replace("30_000", &format!("{seconds}_000"))
        .replace("/api/stock", "/api/prices")
}

#[test]
fn a_team_turns_the_gate_on_and_nothing_new_gets_in() {
    let shop = Shop::new();
    let (code, out, _) = shop.unpoll(&["init"]);
    assert_eq!(code, 0, "{out}");
    // Without a baseline every finding is new.
    let (code, new, _) = shop.check(&[]);
    assert_eq!((code, new), (1, vec!["network-poll src/Stock.tsx".to_owned()]));

    let (code, out, _) = shop.unpoll(&["baseline"]);
    assert_eq!(code, 0);
    assert!(out.starts_with(".unpoll-baseline.json: 1 finding\n"), "{out}");
    let (code, new, report) = shop.check(&[]);
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
        let (code, new, _) = shop.check(args);
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
        let (code, new, _) = shop.check(&[]);
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
    assert_eq!(shop.check(&[]).0, 0);
    // The baseline does not say that it came with the branch.
    assert_eq!(shop.check(&["--no-baseline", "--since", "main"]).0, 1);
    shop.commit("prices");
    shop.git(&["switch", "--quiet", "main"]);
    shop.git(&["merge", "--quiet", "prices"]);
    assert_eq!(shop.check(&["--no-baseline", "--since", "main"]).0, 0);

    // Fixed: said, and pruned.
    shop.write("src/Prices.tsx", "export const Prices = () => null\n");
    let (code, new, report) = shop.check(&[]);
    assert_eq!((code, new.len()), (0, 0));
    let fixed = &report["comparisons"][0]["fixed"];
    assert_eq!((&fixed[0]["file"], &fixed[0]["ruleId"]), (&"src/Prices.tsx".into(), &"network-poll".into()));
    let (_, out, _) = shop.unpoll(&["check"]);
    assert!(out.contains("1 fixed") && out.contains("unpoll baseline --prune"), "{out}");
    // An audit of another part leaves its line alone.
    assert_eq!(shop.check(&["server"]).2["comparisons"][0]["fixed"], Value::Array(vec![]));
    let (_, out, _) = shop.unpoll(&["baseline", "--prune"]);
    assert_eq!(out, ".unpoll-baseline.json: 1 finding, 0 more and 1 fewer than before\n");
}

#[test]
fn a_handler_that_lost_its_last_subscriber_is_seen_where_nobody_touched_anything() {
    let shop = Shop::new();
    shop.git(&["switch", "--quiet", "--create", "tidy"]);
    shop.replace("src/Board.tsx", "subscribe({ onShipped: (id) => setLast(id) })", "subscribe({})");
    let (code, new, report) = shop.check(&["--since", "main"]);
    assert_eq!((code, new), (1, vec!["unsubscribed-message src/feed.ts".to_owned()]));
    let against = report["comparisons"][0]["against"].as_str().unwrap();
    assert!(against.starts_with("`main`, which the branch left at "), "{against}");
    shop.commit("tidy");
    assert_eq!(shop.check(&["--since", "main"]).0, 1);
    assert_eq!(shop.check(&["--since", "HEAD"]).0, 0);
}

#[test]
fn pruning_takes_nothing_in() {
    let shop = Shop::new();
    shop.unpoll(&["baseline"]);
    shop.write("src/Stock.tsx", &poll("Stock", 5));
    let (code, _, report) = shop.check(&[]);
    assert_eq!(code, 1);
    assert_eq!(report["findings"][0]["change"], "its interval was 30 s and is now 5 s");
    shop.unpoll(&["baseline", "--prune"]);
    assert_eq!(shop.check(&[]).0, 1, "what got worse is new until it is taken in");
    let (_, out, _) = shop.unpoll(&["check"]);
    assert!(
        out.contains("It was there before, and is worse: its interval was 30 s and is now 5 s."),
        "{out}"
    );
    // Slower is better: known, and after pruning that is the measure.
    shop.write("src/Stock.tsx", &poll("Stock", 50));
    assert_eq!(shop.check(&[]).0, 0);
    shop.unpoll(&["baseline", "--prune"]);
    shop.write("src/Stock.tsx", &poll("Stock", 30));
    assert_eq!(shop.check(&[]).0, 1);
}

#[test]
fn a_switch_that_turns_on_and_an_accepted_timer_that_becomes_a_poll_are_new() {
    let shop = Shop::new();
    shop.replace("src/Stock.tsx", "    const timer", "    if (!location.hash) return\n    const timer");
    shop.unpoll(&["baseline"]);
    assert_eq!(shop.check(&[]).0, 0);
    shop.replace("src/Stock.tsx", "    if (!location.hash) return\n", "");
    let (code, new, report) = shop.check(&[]);
    assert_eq!((code, new), (1, vec!["network-poll src/Stock.tsx".to_owned()]));
    assert_eq!(report["findings"][0]["change"], "its switch was `conditional` and is now `always`");

    shop.write("src/Stock.tsx", &poll("Stock", 600));
    let (_, out, _) = shop.unpoll(&["baseline"]);
    assert!(out.contains(": 0 findings"), "{out}");
    shop.write("src/Stock.tsx", &poll("Stock", 6));
    assert_eq!(shop.check(&[]).0, 1);
}

#[test]
fn moved_files_and_moved_lines_are_not_new() {
    let shop = Shop::new();
    shop.unpoll(&["baseline"]);
    fs::rename(shop.path().join("src/Stock.tsx"), shop.path().join("src/Shelf.tsx")).unwrap();
    shop.replace("src/main.tsx", "./Stock", "./Shelf");
    shop.replace("src/Shelf.tsx", "export function", "// A shelf.\n\nexport function");
    let (code, _, report) = shop.check(&[]);
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
    assert_eq!(shop.check(&[]).0, 0);
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
    assert_eq!(shop.check(&["--since", "main"]).0, 0);
    let names: Vec<String> =
        fs::read_dir(shop.path()).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!names.iter().any(|it| it.ends_with("-ran")), "{names:?}");
}
