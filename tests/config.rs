//! The config from outside: what it changes in an audit, what `init`, `config` and `schema config` do, and
//! whether the docs are right about it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A shop: two pages that poll, one message that nothing shows, a widget that only a host page starts, and a
/// hook of its own whose inside cannot be followed.
const SHOP: &[(&str, &str)] = &[
    (
        "src/orders/page.tsx",
        "import { useEffect } from 'react';\nexport default function Orders() {\n  useEffect(() => {\n    \
         const id = setInterval(() => fetch('/api/orders'), 30_000);\n    return () => clearInterval(id);\n  }, []);\n  return null;\n}\n",
    ),
    (
        "src/admin/page.tsx",
        "import { useEffect } from 'react';\nexport default function Admin() {\n  useEffect(() => {\n    \
         const id = setInterval(() => fetch('/api/users'), 90_000);\n    return () => clearInterval(id);\n  }, []);\n  return null;\n}\n",
    ),
    (
        "src/widget/start-up.ts",
        "export function start() {\n  setInterval(() => fetch('/api/stock'), 20_000);\n}\n",
    ),
    (
        "src/hooks/usePolling.ts",
        "import { register } from 'shop-scheduler';\nexport const usePolling = register('polling');\n",
    ),
    (
        "src/cart/page.tsx",
        "import { usePolling } from '../hooks/usePolling';\nexport default function Cart() {\n  \
         usePolling(() => fetch('/api/cart'), 15_000);\n  return null;\n}\n",
    ),
];

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    // Whatever stands above a temporary folder is none of our business.
    fs::create_dir(folder.path().join(".git")).unwrap();
    for (name, text) in files {
        write(folder.path(), name, text);
    }
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn unpoll(folder: &Path, args: &[&str]) -> Ran {
    let output = Command::cargo_bin("unpoll").unwrap().current_dir(folder).args(args).output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The JSON report of the shop under a config.
fn report(config: &str, args: &[&str]) -> Value {
    let shop = folder(SHOP);
    write(shop.path(), "unpoll.json", config);
    report_of(shop.path(), args)
}

fn report_of(folder: &Path, args: &[&str]) -> Value {
    let ran = unpoll(folder, &[&["--format", "json", "--fail-on", "never"], args].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// Findings as `severity rule file area`, sorted.
fn findings(report: &Value) -> Vec<String> {
    let text = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
    let said = |it: &Value| ["severity", "ruleId", "file", "area"].map(|key| text(it, key)).join(" ");
    let mut found: Vec<String> = report["findings"].as_array().unwrap().iter().map(said).collect();
    found.sort();
    found
}

const USUAL: [&str; 3] = [
    "critical network-poll src/orders/page.tsx Orders",
    "warning dormant-poll src/widget/start-up.ts Widget",
    "warning network-poll src/admin/page.tsx Admin",
];

#[test]
fn without_a_config_nothing_changes() {
    assert_eq!(findings(&report("{}", &[])), USUAL);
    assert_eq!(findings(&report("{ \"failOn\": 7 }", &["--no-config"])), USUAL);
}

#[test]
fn rules_and_overrides_set_severities_by_file() {
    let config = r#"{
        "rules": { "dormant-poll": "off", "network-poll": "info" },
        "overrides": [{ "files": ["src/admin"], "rules": { "network-poll": "critical" } }]
    }"#;
    let expected =
        ["critical network-poll src/admin/page.tsx Admin", "info network-poll src/orders/page.tsx Orders"];
    assert_eq!(findings(&report(config, &[])), expected);
}

#[test]
fn thresholds_move_the_lines_and_may_differ_by_file() {
    let stricter = r#"{ "thresholds": { "pollMs": "2m" } }"#;
    assert!(
        findings(&report(stricter, &[]))
            .contains(&"critical network-poll src/admin/page.tsx Admin".to_owned())
    );
    let looser = r#"{ "overrides": [{ "files": ["src/orders"], "thresholds": { "acceptMs": 30000 } }] }"#;
    assert_eq!(findings(&report(looser, &[])), USUAL[1..]);
}

#[test]
fn areas_of_the_config_win() {
    let config = r#"{ "areas": { "Back office": { "files": ["src/admin", "src/widget"] } } }"#;
    let expected = [
        "critical network-poll src/orders/page.tsx Orders",
        "warning dormant-poll src/widget/start-up.ts Back office",
        "warning network-poll src/admin/page.tsx Back office",
    ];
    assert_eq!(findings(&report(config, &[])), expected);
}

#[test]
fn entries_make_code_live() {
    let config = r#"{ "entries": ["src/widget/start-up.ts"] }"#;
    let main = "import { start } from './widget/start-up';\nexport const boot = () => start();\n";
    let shop = folder(SHOP);
    write(shop.path(), "src/host.ts", main);
    assert_eq!(findings(&report_of(shop.path(), &[])), USUAL);
    write(shop.path(), "unpoll.json", config);
    let found = findings(&report_of(shop.path(), &[]));
    assert!(found.contains(&"critical network-poll src/widget/start-up.ts Widget".to_owned()), "{found:?}");
}

#[test]
fn excluded_files_are_not_read_and_ignored_ones_not_reported() {
    let read = |report: &Value| report["stats"]["filesRead"].as_u64().unwrap();
    let all = report("{}", &[]);
    let excluded = report(r#"{ "exclude": ["src/orders"] }"#, &[]);
    assert_eq!(
        (findings(&excluded), read(&excluded)),
        (USUAL[1..].iter().map(ToString::to_string).collect(), read(&all) - 1)
    );
    let ignored = report(r#"{ "ignore": ["src/orders"] }"#, &[]);
    assert_eq!((findings(&ignored), read(&ignored)), (findings(&excluded), read(&all)));
    let timers = |report: &Value| report["timers"].to_string().contains("src/orders");
    assert!(timers(&all) && !timers(&ignored));
    let included = report(r#"{ "include": ["src/admin"] }"#, &[]);
    assert_eq!(findings(&included), USUAL[2..]);
    // The command line wins.
    assert_eq!(
        findings(&report(r#"{ "include": ["src/admin"] }"#, &["--include", "src/orders"])),
        USUAL[..1]
    );
}

#[test]
fn globs_count_from_the_config_wherever_the_audit_begins() {
    let config = r#"{ "ignore": ["src/orders"] }"#;
    assert_eq!(findings(&report(config, &["src/orders", "src/admin"])).len(), 1);
    let shop = folder(SHOP);
    write(shop.path(), "unpoll.json", config);
    assert_eq!(findings(&report_of(&shop.path().join("src/orders"), &[])), Vec::<String>::new());
    assert_eq!(findings(&report_of(&shop.path().join("src/orders"), &["--no-config"])).len(), 1);
}

/// Three lines teach a hook of the team's own, which no reading of its code explains.
#[test]
fn the_catalog_learns_a_hook_of_the_repository() {
    let config = r#"{ "catalog": [{ "library": "Our hooks", "packages": ["./src/hooks/usePolling"],
        "timer": [{ "at": ["usePolling"], "kind": "interval-hook", "work": { "argument": 0 }, "interval": { "argument": 1 } }] }] }"#;
    let cart = "critical network-poll src/cart/page.tsx Cart".to_owned();
    assert!(!findings(&report("{}", &[])).contains(&cart));
    let taught = report(config, &[]);
    assert!(findings(&taught).contains(&cart), "{:?}", findings(&taught));
    let timer =
        taught["timers"].as_array().unwrap().iter().find(|it| it["file"] == "src/cart/page.tsx").unwrap();
    assert_eq!((&timer["intervalMs"], &timer["kind"]), (&json!(15_000), &json!("interval-hook")));
}

#[test]
fn the_catalog_learns_a_socket_wrapper_from_a_file() {
    let bus = "library = \"Our bus\"\npackages = [\"@shop/bus\"]\n[[channel]]\nat = [\"connect\"]\n\
        [[receive]]\nat = [\"connect().on\"]\nname = { argument = 0 }\nhandler = { argument = 1 }\n";
    let page = "import { useEffect, useState } from 'react';\nimport { connect } from '@shop/bus';\n\
        const bus = connect('/orders');\nexport default function Live() {\n  const [orders, setOrders] = useState([]);\n  \
        useEffect(() => {\n    bus.on('order_created', (order) => setOrders((all) => [...all, order]));\n  }, []);\n  \
        return <ul>{orders.length}</ul>;\n}\n";
    let shop = folder(&[("src/live/page.tsx", page), ("polling/bus.toml", bus)]);
    let messages = |report: Value| report["messages"].to_string();
    assert!(!messages(report_of(shop.path(), &[])).contains("order_created"));
    write(shop.path(), "package.json", r#"{ "unpoll": { "catalog": ["./polling/bus.toml"] } }"#);
    let report = report_of(shop.path(), &[]);
    assert_eq!(report["channels"].as_array().unwrap().len(), 1);
    assert!(messages(report).contains("order_created"));
}

#[test]
fn fail_on_is_heard_and_the_flag_wins() {
    let shop = folder(SHOP);
    let code = |config: &str, args: &[&str]| {
        write(shop.path(), "unpoll.json", config);
        unpoll(shop.path(), args).code
    };
    assert_eq!(code("{}", &["src/admin"]), Some(0));
    assert_eq!(code(r#"{ "failOn": "warning" }"#, &["src/admin"]), Some(1));
    assert_eq!(code(r#"{ "failOn": "warning" }"#, &["src/admin", "--fail-on", "critical"]), Some(0));
    assert_eq!(code(r#"{ "failOn": "never" }"#, &["."]), Some(0));
}

#[test]
fn a_mistake_stops_the_run_before_it_reads_anything() {
    let shop = folder(SHOP);
    write(shop.path(), "unpoll.jsonc", "{\n  // of us\n  \"rules\": { \"netwrok-poll\": \"off\" }\n}\n");
    for args in [&[][..], &["graph"], &["config"], &["config", "--print"]] {
        let ran = unpoll(shop.path(), args);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
        let expected = "error: unpoll.jsonc:3:14: no rule is called `netwrok-poll`\n\
            help: did you mean `network-poll`? `unpoll rules` lists them all\n";
        assert_eq!(ran.stderr, expected);
    }
    write(shop.path(), "unpoll.toml", "");
    let ran = unpoll(shop.path(), &[]);
    let expected = "error: unpoll.jsonc: there is a second config beside it: unpoll.toml\n\
        help: keep one of the two; --config FILE takes one for this run\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), expected));
    assert_eq!(unpoll(shop.path(), &["--config", "unpoll.toml", "--fail-on", "never"]).code, Some(0));
    assert_eq!(unpoll(shop.path(), &["--config", "nowhere.toml"]).code, Some(2));
    assert_eq!(unpoll(shop.path(), &["--config", "unpoll.toml", "--no-config"]).code, Some(2));
}

#[test]
fn the_config_in_force_is_shown_with_its_sources() {
    let shop = folder(&[
        ("unpoll.json", "{\n  \"extends\": \"./base.toml\",\n  \"rules\": { \"hot-timer\": \"off\" }\n}\n"),
        ("base.toml", "exclude = [\"legacy\"]\n[thresholds]\npollMs = \"30s\"\n"),
    ]);
    let shown: Value = serde_json::from_str(&unpoll(shop.path(), &["config", "--print"]).stdout).unwrap();
    assert_eq!(
        shown,
        json!({
            "files": ["unpoll.json", "base.toml"],
            "config": {
                "exclude": ["legacy"],
                "rules": { "hot-timer": "off" },
                "suppressions": { "reportUnused": true, "requireReason": true },
                "thresholds": { "acceptMs": 300_000, "hotMs": 1_000, "pollMs": "30s" },
            },
            "origins": {
                "exclude.0": "base.toml:1:12",
                "rules.hot-timer": "unpoll.json:3:27",
                "suppressions.reportUnused": "default",
                "suppressions.requireReason": "default",
                "thresholds.acceptMs": "default",
                "thresholds.hotMs": "default",
                "thresholds.pollMs": "base.toml:3:10",
            },
        })
    );
    schema().validate(&shown["config"]).unwrap();
    assert_eq!(unpoll(shop.path(), &["config"]).stdout, "unpoll.json, base.toml: no mistakes.\n");
    let none = unpoll(shop.path(), &["config", "--no-config"]).stdout;
    assert_eq!(none, "No config: the defaults are in force. `unpoll init` writes one.\n");
}

#[test]
fn init_says_what_it_saw_and_writes_a_config_that_holds() {
    let shop = folder(SHOP);
    write(
        shop.path(),
        "package.json",
        r#"{ "workspaces": ["packages/*"], "dependencies": { "swr": "2", "socket.io-client": "4", "react": "19" } }"#,
    );
    write(shop.path(), "packages/ui/package.json", r#"{ "name": "@shop/ui" }"#);
    write(shop.path(), "server/hub.go", "package server\n");
    let ran = unpoll(shop.path(), &["init"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for part in [
        "Looked at 5 files, a monorepo: packages/ui.\n",
        "polling   swr; 3 timers, 3 of them ask the server\n",
        "push      socket.io-client; 0 connections, 0 message types\n",
        "backends  Go (1 file)\n",
        "areas     Orders, ",
        "findings  1 critical, 2 warnings\n",
        "first     Replace polling with push messages in ",
        "Wrote unpoll.jsonc, and unpoll.schema.json for editors.\n",
        "unpoll config --print",
    ] {
        assert!(ran.stdout.contains(part), "{part}\nis not in\n{}", ran.stdout);
    }
    let text = fs::read_to_string(shop.path().join("unpoll.jsonc")).unwrap();
    schema().validate(&jsonc(&text)).unwrap();
    assert_eq!(unpoll(shop.path(), &["config"]).stdout, "unpoll.jsonc: no mistakes.\n");
    assert_eq!(findings(&report_of(shop.path(), &[])), USUAL);
    // What stands there as a comment is right too, once somebody takes the marks away.
    let bare: String = text
        .lines()
        .map(|line| {
            line.trim_start()
                .strip_prefix("// ")
                .filter(|it| it.starts_with('"') || it.starts_with("  \""))
                .unwrap_or(line)
                .to_owned()
                + "\n"
        })
        .collect();
    schema().validate(&jsonc(&bare)).unwrap();
    assert!(
        jsonc(&bare)["catalog"].is_array()
            && jsonc(&bare)["overrides"][0]["files"] == json!(["packages/ui/**"])
    );
}

#[test]
fn init_replaces_nothing_unasked() {
    let shop = folder(SHOP);
    write(shop.path(), "unpoll.jsonc", "{ \"failOn\": \"never\" }");
    let ran = unpoll(shop.path(), &["init"]);
    let refused = "error: ./unpoll.jsonc: there is a config already\nhelp: --force replaces it\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), refused));
    assert!(fs::read_to_string(shop.path().join("unpoll.jsonc")).unwrap().contains("never"));
    assert_eq!(unpoll(shop.path(), &["init", "--force"]).code, Some(0));
    assert!(!fs::read_to_string(shop.path().join("unpoll.jsonc")).unwrap().contains("\"never\""));
    write(shop.path(), "unpoll.toml", "");
    let ran = unpoll(shop.path(), &["init", "--force"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("change it, or remove it first"), "{}", ran.stderr);
}

fn schema() -> jsonschema::Validator {
    let printed = unpoll(Path::new("."), &["schema", "config"]).stdout;
    jsonschema::draft202012::new(&serde_json::from_str(&printed).unwrap()).unwrap()
}

fn jsonc(text: &str) -> Value {
    jsonc_parser::parse_to_serde_value(text, &jsonc_parser::ParseOptions::default()).unwrap()
}

/// `UNPOLL_UPDATE_DOCS=1 cargo test --test config` writes it.
#[test]
fn the_committed_schema_is_that_of_the_program() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/config.schema.json");
    let printed = unpoll(Path::new("."), &["schema", "config"]).stdout;
    if std::env::var_os("UNPOLL_UPDATE_DOCS").is_some() {
        fs::write(&committed, &printed).unwrap();
    }
    assert!(fs::read_to_string(committed).unwrap() == printed, "schema/config.schema.json is not current");
}

#[test]
fn the_schema_refuses_what_the_program_refuses() {
    let schema = schema();
    for wrong in [
        json!({ "rule": {} }),
        json!({ "rules": { "network-polls": "off" } }),
        json!({ "rules": { "network-poll": "warn" } }),
        json!({ "overrides": [{}] }),
        json!({ "failOn": "error" }),
        json!({ "catalog": [{ "packages": ["@shop/hooks"] }] }),
        json!({ "thresholds": { "pollMs": -1 } }),
    ] {
        assert!(!schema.is_valid(&wrong), "{wrong}");
        let shop = folder(&[("unpoll.json", &wrong.to_string())]);
        assert_eq!(unpoll(shop.path(), &["config"]).code, Some(2), "{wrong}");
    }
}

/// Every example of the docs is a config that loads and that its schema allows.
#[test]
fn the_docs_show_configs_that_hold() {
    let docs =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md")).unwrap();
    let schema = schema();
    let mut shown = 0;
    for section in docs.split("\n## ") {
        let files = blocks(section);
        let folder = folder(&[]);
        for (name, text) in &files {
            write(folder.path(), name, text);
        }
        for (name, text) in files.iter().filter(|(name, _)| !name.contains('/')) {
            let value = match name.ends_with(".toml") {
                true => toml::from_str(text).unwrap(),
                false => jsonc(text),
            };
            schema.validate(&value).unwrap_or_else(|error| panic!("{error}\n{text}"));
            let ran = unpoll(folder.path(), &["config", "--config", name]);
            assert_eq!(ran.code, Some(0), "{}\n{text}", ran.stderr);
            shown += 1;
        }
    }
    let keys = schema_keys();
    assert!(shown >= keys.len() - 2, "{shown} examples of {} keys", keys.len());
    for key in keys {
        assert!(docs.contains(&format!("| [`{key}`](#")), "docs/configuration.md has no row for `{key}`");
    }
}

#[test]
fn the_readme_shows_a_config_that_the_schema_allows() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let examples: Vec<&str> =
        readme.split("```jsonc\n").skip(1).map(|it| it.split("```").next().unwrap()).collect();
    assert!(!examples.is_empty());
    for example in examples {
        schema().validate(&jsonc(example)).unwrap_or_else(|error| panic!("{error}\n{example}"));
    }
}

fn schema_keys() -> Vec<String> {
    let printed: Value = serde_json::from_str(&unpoll(Path::new("."), &["schema", "config"]).stdout).unwrap();
    printed["properties"].as_object().unwrap().keys().cloned().collect()
}

/// The fenced blocks of a text that name a file.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(info) if !open => {
                let file = info.split(' ').find_map(|word| word.strip_prefix("file="));
                found.push((file.expect("the fence of an example names its file").to_owned(), String::new()));
                open = true;
            }
            Some(_) => open = false,
            None if open => found.last_mut().unwrap().1 += &format!("{line}\n"),
            None => {}
        }
    }
    found
}
