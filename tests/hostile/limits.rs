//! Limits: a question that comes to one says so, and what lies behind it is unknown, never fine.

use std::fmt::Write as _;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

use crate::tree;

/// What `unpoll` reports with such limits in the config.
fn reported(tree: &TempDir, limits: &str) -> Value {
    std::fs::create_dir_all(tree.path().join(".git")).unwrap();
    std::fs::write(tree.path().join("unpoll.json"), format!("{{ \"limits\": {limits} }}")).unwrap();
    let mut command = Command::cargo_bin("unpoll").unwrap();
    let ran = command.current_dir(tree).args(["--format", "json"]).output().unwrap();
    assert!(ran.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&ran.stderr));
    serde_json::from_slice(&ran.stdout).unwrap()
}

/// The verdict about the timer of `src/deep.ts`, and why that file was skipped.
fn verdict(report: &Value) -> (Option<&str>, Option<&str>) {
    let of = |list: &'static str, key: &'static str| {
        let items = report.pointer(list).unwrap().as_array().unwrap();
        items.iter().find(|it| it["file"] == "src/deep.ts").map(|it| it[key].as_str().unwrap())
    };
    (of("/timers", "verdict"), of("/stats/skipped", "reason"))
}

#[track_caller]
fn assert_limited(code: &str, key: &str, low: u32) {
    let tree = tree(&[("src/deep.ts", code)]);
    assert_eq!(verdict(&reported(&tree, "{}")), (Some("network-poll"), None));
    let limited = reported(&tree, &format!("{{ \"{key}\": {low} }}"));
    let reason = format!("not followed beyond the limit `{key}` of the config");
    assert_eq!(verdict(&limited), (Some("unknown"), Some(reason.as_str())));
}

fn calls(count: usize) -> String {
    let mut text = format!("setInterval(run0, 1000)\nfunction run{count}() {{ fetch('/api') }}\n");
    for at in 0..count {
        writeln!(text, "function run{at}() {{ run{}() }}", at + 1).unwrap();
    }
    text
}

#[test]
fn calls_in_a_row() {
    assert_limited(&calls(10), "chain", 5);
}

#[test]
fn functions_of_one_question() {
    assert_limited(&calls(10), "functions", 5);
}

#[test]
fn expressions_of_one_question() {
    let work = "log(1);\n".repeat(100);
    assert_limited(&format!("setInterval(() => {{\n{work}fetch('/api')\n}}, 1000)\n"), "expressions", 100);
}

#[test]
fn steps_of_one_question() {
    let mut names = String::from("const load = () => fetch('/api'), draw = () => {}, t0 = 1\n");
    for at in 0..10 {
        writeln!(names, "const t{} = t{at} + t{at}", at + 1).unwrap();
    }
    let tree = tree(&[("src/deep.ts", &format!("{names}setInterval(() => (t7 ? load : draw)(), 1000)\n"))]);
    assert_eq!(verdict(&reported(&tree, "{}")), (Some("network-poll"), None));
    let limited = reported(&tree, "{ \"steps\": 100 }");
    let reason = "not followed beyond the limit `steps` of the config";
    assert_eq!(verdict(&limited).1, Some(reason));
    // Whatever was seen before counts; that it is fine cannot be said.
    assert!(matches!(verdict(&limited).0, Some("network-poll" | "unknown")), "{limited:#}");
}

#[test]
fn nesting() {
    let code = format!("setInterval(() => {}fetch('/api'){}, 1000)\n", "(".repeat(60), ")".repeat(60));
    let tree = tree(&[("src/deep.ts", &code)]);
    assert_eq!(verdict(&reported(&tree, "{}")), (Some("network-poll"), None));
    let limited = reported(&tree, "{ \"nesting\": 20 }");
    assert_eq!(verdict(&limited), (Some("unknown"), Some("1 places nested too deep to look into")));
}

#[test]
fn bytes_of_a_file() {
    let code = format!("setInterval(() => fetch('/api'), 1000)\n{}", "// and so on\n".repeat(100));
    let tree = tree(&[("src/deep.ts", &code)]);
    let limited = reported(&tree, "{ \"fileBytes\": 1000 }");
    assert_eq!(verdict(&limited), (None, Some("larger than 1000 bytes")));
}

#[test]
fn more_functions_than_one_value_can_be() {
    let mut table = String::new();
    for at in 0..40 {
        let work = if at == 39 { "fetch('/api')" } else { "draw()" };
        writeln!(table, "  k{at}: () => {work},").unwrap();
    }
    let code = format!("const table = {{\n{table}}}\nsetInterval(() => table[kind](), 1000)\n");
    let tree = tree(&[("src/deep.ts", &code)]);
    assert_eq!(verdict(&reported(&tree, "{}")).0, Some("unknown"));
}

#[test]
fn limits_out_of_range_are_refused() {
    let tree = tree(&[]);
    for (limits, said) in [
        ("{ \"chain\": 0 }", "`chain`: 0 is out of range"),
        ("{ \"nesting\": 999999 }", "it is a number from 10 to 5000"),
        ("{ \"depth\": 3 }", "unknown key `depth`"),
        ("[1]", "expected an object, found a list"),
    ] {
        std::fs::write(tree.path().join("unpoll.json"), format!("{{ \"limits\": {limits} }}")).unwrap();
        let mut command = Command::cargo_bin("unpoll").unwrap();
        let ran = command.current_dir(&tree).output().unwrap();
        let text = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.code() == Some(2) && text.contains(said), "{limits}: {text}");
    }
}

/// A message that is handed from function to function before its type is looked at.
#[test]
fn places_of_one_question() {
    let mut code = String::from(
        "const socket = new WebSocket('/ws')\nsocket.onmessage = (event) => run0(JSON.parse(event.data))\n",
    );
    for at in 0..8 {
        writeln!(code, "function run{at}(message) {{ run{}(message) }}", at + 1).unwrap();
    }
    code.push_str("function run8(message) { if (message.type === 'order_shipped') show(message) }\n");
    let tree = tree(&[("src/deep.ts", &code)]);
    let types = |report: &Value| report["messages"].as_array().unwrap().len();
    let whole = reported(&tree, "{}");
    assert_eq!((types(&whole), verdict(&whole).1), (1, None));
    let limited = reported(&tree, "{ \"places\": 10 }");
    let reason = "not followed beyond the limit `places` of the config";
    assert_eq!((types(&limited), verdict(&limited).1), (0, Some(reason)));
}
