//! The language server, as an editor sees it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

#[path = "support/editor.rs"]
mod editor;

use std::fs;
use std::path::{Path, PathBuf};

use editor::{Editor, capabilities, uri};
use lsp_server::Message;
use serde_json::{Value, json};
use tempfile::TempDir;

const API: &str = "export const loadOrders = () => fetch('/api/orders');\n";
const QUIET: &str = "import { loadOrders } from './api';\nloadOrders();\n";
const POLL: &str = "import { loadOrders } from './api';\n/* 😀 */ setInterval(loadOrders, 5_000);\n";

/// A repository without a poll on disk, and its main file.
fn orders() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let main = root.join("src/main.ts");
    fs::create_dir(root.join("src")).unwrap();
    fs::write(root.join("package.json"), r#"{ "name": "orders" }"#).unwrap();
    fs::write(root.join("src/api.ts"), API).unwrap();
    fs::write(&main, QUIET).unwrap();
    (folder, root, main)
}

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().map(|it| it["code"].as_str().unwrap()).collect()
}

fn has(diagnostics: &[Value], rule: &str) -> bool {
    codes(diagnostics).contains(&rule)
}

fn of<'a>(diagnostics: &'a [Value], rule: &str) -> &'a Value {
    diagnostics.iter().find(|it| it["code"] == rule).unwrap()
}

fn position(line: u32, character: u32) -> Value {
    json!({ "line": line, "character": character })
}

/// The text after the edits of a quick fix, which only insert.
fn edited(text: &str, edits: &Value) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    for edit in edits.as_array().unwrap() {
        assert_eq!(edit["range"]["start"], edit["range"]["end"]);
        assert_eq!(edit["range"]["start"]["character"], 0);
        let line = edit["range"]["start"]["line"].as_u64().unwrap();
        lines.insert(usize::try_from(line).unwrap(), edit["newText"].as_str().unwrap().to_owned());
    }
    lines.concat()
}

/// What `unpoll explain` prints, but for the mark-up, as one line.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|it| !"#`*".contains(*it))
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_poll_is_shown_explained_and_silenced_while_it_is_typed() {
    let (_folder, root, main) = orders();
    let mut editor = Editor::start(&[&root], &capabilities());
    assert_eq!(editor.capabilities["positionEncoding"], "utf-16");
    editor.open(&main, POLL);
    let found = editor.diagnostics(&main, |it| has(it, "network-poll"));
    let poll = of(&found, "network-poll");
    assert_eq!((&poll["severity"], &poll["source"]), (&json!(1), &json!("unpoll")));
    // The emoji is two units of UTF-16.
    assert_eq!(poll["range"]["start"], position(1, 9));
    assert!(poll["message"].as_str().unwrap().contains("every 5 s"), "{poll}");
    let related = poll["relatedInformation"].as_array().unwrap();
    let there = related.iter().find(|it| it["message"].as_str().unwrap().contains("fetch()")).unwrap();
    assert_eq!(there["location"]["uri"], uri(&root.join("src/api.ts")));
    assert_eq!(there["location"]["range"]["start"], position(0, 0));

    let at = json!({ "textDocument": { "uri": uri(&main) }, "position": position(1, 12) });
    let hover = editor.ask("textDocument/hover", at);
    let explained =
        assert_cmd::Command::cargo_bin("unpoll").unwrap().args(["explain", "network-poll"]).output().unwrap();
    let explained = String::from_utf8(explained.stdout).unwrap();
    let shown = plain(hover["contents"]["value"].as_str().unwrap());
    let (_, text) = explained.split_once("\n\n").unwrap();
    let words = plain(text);
    assert!(shown.contains(words.split(" Example ").next().unwrap()), "{shown}\n{words}");

    let params = json!({
        "textDocument": { "uri": uri(&main) },
        "range": poll["range"],
        "context": { "diagnostics": [poll] },
    });
    let actions = editor.ask("textDocument/codeAction", params);
    let edits = &actions[0]["edit"]["changes"][uri(&main)];
    let silenced = edited(POLL, edits);
    assert!(silenced.contains("\n// unpoll-disable-next-line network-poll -- "), "{silenced}");
    editor.change(&main, 2, json!([{ "text": silenced }]));
    editor.diagnostics(&main, |it| !has(it, "network-poll") && !has(it, "unused-suppression"));

    // In the comment, the name of the rule is explained.
    let at = json!({ "textDocument": { "uri": uri(&main) }, "position": position(1, 32) });
    assert!(
        editor.ask("textDocument/hover", at)["contents"]["value"]
            .as_str()
            .unwrap()
            .starts_with("# network-poll")
    );
    assert!(editor.quit().success());
}

#[test]
fn a_comment_between_tags_silences() {
    let (_folder, root, main) = orders();
    let gauge = "import { loadOrders } from './api';\nimport useSWR from 'swr';\nexport function Gauge({ every }: { every: number }) {\n  const { data } = useSWR('/api/orders', loadOrders, {\n    // unpoll-disable-next-line network-poll -- whoever shows it answers\n    refreshInterval: every,\n  });\n  return <meter value={data} />;\n}\n";
    fs::write(root.join("src/Gauge.tsx"), gauge).unwrap();
    fs::write(root.join("package.json"), r#"{ "dependencies": { "react": "19", "swr": "2" } }"#).unwrap();
    fs::write(&main, "import './Page';\n").unwrap();
    let page = root.join("src/Page.tsx");
    let text = "import { createRoot } from 'react-dom/client';\nimport { Gauge } from './Gauge';\ncreateRoot(document.body).render(\n  <main>\n    <Gauge every={2000} />\n  </main>,\n);\n";
    fs::write(&page, text).unwrap();
    let mut editor = Editor::start(&[&root], &capabilities());
    editor.open(&page, text);
    let found = editor.diagnostics(&page, |it| has(it, "network-poll"));
    let poll = of(&found, "network-poll");
    let params = json!({
        "textDocument": { "uri": uri(&page) },
        "range": poll["range"],
        "context": { "diagnostics": [poll], "only": ["quickfix"] },
    });
    let actions = editor.ask("textDocument/codeAction", params);
    let silenced = edited(text, &actions[0]["edit"]["changes"][uri(&page)]);
    assert!(silenced.contains("\n    {/* unpoll-disable-next-line network-poll -- "), "{silenced}");
    editor.change(&page, 2, json!([{ "text": silenced }]));
    editor.diagnostics(&page, <[Value]>::is_empty);
    assert!(editor.quit().success());
}

#[test]
fn typing_in_one_file_changes_what_is_said_of_another() {
    let (_folder, root, main) = orders();
    fs::write(&main, POLL).unwrap();
    let api = root.join("src/api.ts");
    let mut editor = Editor::start(&[&root], &capabilities());
    editor.diagnostics(&main, |it| has(it, "network-poll"));
    editor.open(&api, API);
    // `fetch` becomes `log`, by parts: the positions of the second count with the first in place.
    let range = |from, to| json!({ "start": position(0, from), "end": position(0, to) });
    let changes = json!([
        { "range": range(32, 37), "text": "console.l" },
        { "range": range(41, 41), "text": "og" },
    ]);
    editor.change(&api, 2, changes);
    editor.diagnostics(&main, |it| !has(it, "network-poll"));
    // What was not saved is gone with the window.
    editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri(&api) } }));
    editor.diagnostics(&main, |it| has(it, "network-poll"));
    assert!(editor.quit().success());
}

#[test]
fn files_and_configs_that_come_and_go_are_heard_of() {
    let (_folder, root, main) = orders();
    let mut editor = Editor::start(&[&root], &capabilities());
    let changed = |editor: &mut Editor, path: &Path, kind: u8| {
        let change = json!({ "uri": uri(path), "type": kind });
        editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": [change] }));
    };
    let clock = root.join("src/clock.ts");
    fs::write(&clock, POLL).unwrap();
    changed(&mut editor, &clock, 1);
    editor.diagnostics(&clock, |it| has(it, "network-poll"));
    fs::write(&main, "import './clock';\n").unwrap();
    changed(&mut editor, &main, 2);

    let config = root.join("unpoll.json");
    fs::write(&config, r#"{ "rules": { "network-poll": "info" } }"#).unwrap();
    changed(&mut editor, &config, 1);
    editor.diagnostics(&clock, |it| has(it, "network-poll") && of(it, "network-poll")["severity"] == 3);
    // A mistake in the config is told, and what was found stays.
    fs::write(&config, r#"{ "rulez": {} }"#).unwrap();
    changed(&mut editor, &config, 2);
    let said = editor.wait(|it| match it {
        Message::Notification(it) if it.method == "window/showMessage" => Some(it.params.clone()),
        _ => None,
    });
    assert!(said["message"].as_str().unwrap().contains("rulez"), "{said}");
    fs::remove_file(&config).unwrap();
    changed(&mut editor, &config, 3);
    editor.diagnostics(&clock, |it| has(it, "network-poll") && of(it, "network-poll")["severity"] == 1);

    fs::remove_file(&clock).unwrap();
    changed(&mut editor, &clock, 3);
    editor.diagnostics(&clock, <[Value]>::is_empty);
    assert!(editor.quit().success());
}

#[test]
fn an_editor_that_watches_nothing_hears_all_the_same() {
    let (_folder, root, main) = orders();
    let mut editor =
        Editor::start(&[&root], &json!({ "general": { "positionEncodings": ["utf-16", "utf-8"] } }));
    assert_eq!(editor.capabilities["positionEncoding"], "utf-8");
    fs::write(&main, POLL).unwrap();
    let found = editor.diagnostics(&main, |it| has(it, "network-poll"));
    // Four bytes.
    assert_eq!(of(&found, "network-poll")["range"]["start"], position(1, 11));
    assert_eq!(of(&found, "network-poll")["relatedInformation"], Value::Null);
    assert!(editor.quit().success());
}

#[test]
fn folders_come_and_go() {
    let ((_one, first, _), (_two, second, main)) = (orders(), orders());
    fs::write(&main, POLL).unwrap();
    let mut editor = Editor::start(&[&first], &capabilities());
    let event = |added: &[&Path], removed: &[&Path]| {
        let list = |paths: &[&Path]| -> Value {
            paths.iter().map(|it| json!({ "uri": uri(it), "name": "orders" })).collect()
        };
        json!({ "event": { "added": list(added), "removed": list(removed) } })
    };
    editor.tell("workspace/didChangeWorkspaceFolders", event(&[&second], &[]));
    editor.diagnostics(&main, |it| has(it, "network-poll"));
    editor.tell("workspace/didChangeWorkspaceFolders", event(&[], &[&second]));
    editor.diagnostics(&main, <[Value]>::is_empty);
    // A file that is opened alone is audited alone: what it imports is not seen.
    editor.open(&main, "setInterval(() => fetch('/api/orders'), 5_000);\n");
    editor.diagnostics(&main, |it| has(it, "network-poll"));
    assert!(editor.quit().success());
}

#[test]
fn what_is_not_understood_breaks_nothing() {
    let (_folder, root, main) = orders();
    let mut editor = Editor::start(&[&root], &capabilities());
    editor.tell("textDocument/didOpen", json!({ "textDocument": 7 }));
    editor.tell("textDocument/didChange", json!({}));
    editor.tell("$/setTrace", json!({ "value": "off" }));
    editor.change(&root.join("src/never-opened.ts"), 3, json!([{ "text": "" }]));
    let unknown = serde_json::to_value(editor.request("textDocument/rename", json!({}))).unwrap();
    assert_eq!(unknown["error"]["code"], -32601);
    let wrong = serde_json::to_value(editor.request("textDocument/hover", json!({}))).unwrap();
    assert_eq!(wrong["error"]["code"], -32602);
    let untitled =
        json!({ "uri": "untitled:Untitled-1", "languageId": "typescript", "version": 1, "text": POLL });
    editor.tell("textDocument/didOpen", json!({ "textDocument": untitled }));
    let hover = json!({ "textDocument": { "uri": "untitled:Untitled-1" }, "position": position(0, 0) });
    assert_eq!(editor.ask("textDocument/hover", hover), Value::Null);
    editor.open(&main, POLL);
    // Far outside of the text.
    editor.change(
        &main,
        2,
        json!([{ "range": { "start": position(900, 9), "end": position(901, 1) }, "text": "\n// end\n" }]),
    );
    editor.diagnostics(&main, |it| has(it, "network-poll"));
    assert!(editor.quit().success());
}

#[test]
fn who_goes_without_goodbye_gets_another_exit_code() {
    let (_folder, root, _) = orders();
    let mut editor = Editor::start(&[&root], &capabilities());
    editor.tell("exit", Value::Null);
    assert_eq!(editor.end().code(), Some(1));
    let editor = Editor::start(&[&root], &capabilities());
    assert_eq!(editor.vanish().code(), Some(1));
}
