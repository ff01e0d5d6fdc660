//! Good configs and what they come to; bad ones and what they are told.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::vocabulary::{FailOn, Severity};

/// A folder with files; the first of them is the config.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn loaded(files: &[(&str, &str)]) -> Result<(Settings, TempDir), String> {
    let folder = folder(files);
    match load(Choice::File(&folder.path().join(files[0].0))) {
        Ok(settings) => Ok((settings, folder)),
        Err(error) => {
            let root = folder.path().canonicalize().unwrap();
            let said = format!("{error}\n  help: {}", error.help());
            Err(said.replace(&format!("{}/", root.display()), ""))
        }
    }
}

/// The settings of one `unpoll.json`, as seen from its folder.
fn view(text: &str) -> View {
    let (settings, folder) = loaded(&[("unpoll.json", text)]).unwrap();
    View::new(&settings, &folder.path().canonicalize().unwrap())
}

const BAD: &[&[(&str, &str)]] = &[
    // Syntax.
    &[("unpoll.json", "{\n  \"rules\": {\n    \"network-poll\": \"off\"\n")],
    &[("unpoll.json", "{ 'failOn': 'never' }")],
    &[("unpoll.json", "[]")],
    &[("unpoll.json", "{ \"failOn\": \"never\" \"rules\": {} }")],
    &[("unpoll.json", "{\n  \"failOn\": \"never\",\n  \"failOn\": \"info\"\n}")],
    &[("unpoll.toml", "failOn = \"never\"\nrules = {\n")],
    &[("unpoll.toml", "failOn = \"never\"\n[thresholds]\npollMs = 1979-05-27\n")],
    &[("unpoll.toml", "failOn = \"never\"\nfailOn = \"info\"\n")],
    &[("package.json", "{ \"unpoll\": { /* none here */ } }")],
    &[("package.json", "{ \"name\": \"shop\" }")],
    &[("unpoll.yaml", "failOn: never\n")],
    // Keys.
    &[("unpoll.json", "{\n  \"rules\": {},\n  \"treshold\": {}\n}")],
    &[("unpoll.toml", "[thresholds]\naccept = \"5m\"\n")],
    &[("unpoll.json", "{ \"overrides\": [{ \"files\": [\"src\"] }, { \"file\": [\"lib\"] }] }")],
    &[("unpoll.json", "{ \"severities\": {} }")],
    &[("unpoll.json", "{ \"areas\": { \"Orders\": { \"globs\": [] } } }")],
    &[("package.json", "{\n  \"unpoll\": { \"fail-on\": \"never\" }\n}")],
    // Values.
    &[("unpoll.json", "{ \"rules\": { \"network-poll\": \"warn\" } }")],
    &[("unpoll.json", "{ \"rules\": { \"network-poll\": 2 } }")],
    &[("unpoll.json", "{ \"rules\": [\"network-poll\"] }")],
    &[("unpoll.json", "{ \"failOn\": \"error\" }")],
    &[("unpoll.json", "{ \"thresholds\": { \"pollMs\": \"5 minuets\" } }")],
    &[("unpoll.json", "{ \"thresholds\": { \"pollMs\": -5 } }")],
    &[("unpoll.json", "{ \"thresholds\": { \"pollMs\": true } }")],
    &[("unpoll.json", "{ \"include\": \"src\" }")],
    &[("unpoll.json", "{ \"exclude\": [\"src/**\", 7] }")],
    &[("unpoll.json", "{ \"suppressions\": { \"requireReason\": \"yes\" } }")],
    &[("unpoll.json", "{ \"areas\": { \"Orders\": [\"src/orders\"] } }")],
    &[("unpoll.json", "{ \"overrides\": [{ \"rules\": {} }] }")],
    // What the types cannot say.
    &[("unpoll.json", "{ \"ignore\": [\"src/**\", \"src/{a\"] }")],
    &[("unpoll.json", "{ \"entries\": [\"../main.ts\"] }")],
    &[("unpoll.json", "{ \"areas\": { \"Orders\": {} } }")],
    &[("unpoll.json", "{ \"areas\": { \"Orders\": { \"messages\": [\"\"] } } }")],
    &[("unpoll.json", "{ \"overrides\": [{ \"files\": [] }] }")],
    // Others files.
    &[("unpoll.json", "{ \"extends\": \"./base.json\" }")],
    &[("unpoll.json", "{ \"extends\": [\"base.json\"] }"), ("base.json", "{}")],
    &[("unpoll.json", "{ \"extends\": [\"@shop/unpoll-config\"] }")],
    &[("unpoll.json", "{ \"extends\": 5 }")],
    &[
        ("unpoll.json", "{ \"extends\": \"./a.json\" }"),
        ("a.json", "{ \"extends\": \"./b.toml\" }"),
        ("b.toml", "extends = \"./a.json\"\n"),
    ],
    &[("unpoll.json", "{ \"extends\": \"./base.toml\" }"), ("base.toml", "failOn = \"always\"\n")],
    // The catalog.
    &[(
        "unpoll.json",
        "{ \"catalog\": [{ \"library\": \"Hooks\", \"packages\": [\"@shop/hooks\", \"./src/usePoling\"] }] }",
    )],
    &[("unpoll.json", "{ \"catalog\": [\"./hooks.toml\"] }")],
    &[
        ("unpoll.json", "{ \"catalog\": [\"./hooks.toml\"] }"),
        (
            "hooks.toml",
            "library = \"Hooks\"\npackages = [\"@shop/hooks\"]\n\n[[timers]]\nat = [\"usePolling\"]\n",
        ),
    ],
    &[
        ("unpoll.json", "{ \"catalog\": [\"./hooks.toml\"] }"),
        (
            "hooks.toml",
            "library = \"Hooks\"\npackages = [\"@shop/hooks\"]\n[[timer]]\nat = [\"usePolling\"]\nkind = \"interval\"\n",
        ),
    ],
    &[(
        "unpoll.json",
        "{ \"catalog\": [{ \"library\": \"Hooks\", \"packages\": [\"@shop/hooks\"], \"timer\": [{ \"at\": [\"usePolling\"], \"kind\": \"query-option\" }] }] }",
    )],
    &[(
        "unpoll.json",
        "{ \"catalog\": [{ \"library\": \"Hooks\", \"packages\": [\"@shop/hooks\"], \"timer\": [{ \"at\": [\"a..b\"], \"kind\": \"raf\", \"work\": { \"arg\": 0 } }] }] }",
    )],
    &[("unpoll.json", "{ \"catalog\": [{ \"packages\": [\"@shop/hooks\"] }] }")],
];

#[test]
fn broken_configs_break_nothing() {
    let text = "{ \"extends\": \"./b.toml\", \"rules\": { \"hot-timer\": \"off\" }, \"thresholds\": { \"pollMs\": \"5s\" },
        \"areas\": { \"Orders\": { \"files\": [\"src/{a,b}/**\"] } }, \"catalog\": [{ \"library\": \"H\", \"packages\": [\"h\"],
        \"timer\": [{ \"at\": [\"useX().0\"], \"kind\": \"raf\", \"off\": [\"0\"] }] }], // é
        \"overrides\": [{ \"files\": [\"a\"], \"thresholds\": { \"hotMs\": 1.5 } }] }";
    let toml = "exclude = ['a']\n[[overrides]]\nfiles = ['b']\nrules.network-poll = 'info'\n";
    assert!(loaded(&[("unpoll.json", text), ("b.toml", toml)]).is_ok());
    let changed = |text: &str, at: usize, letter: &str| format!("{}{letter}{}", &text[..at], &text[at + 1..]);
    for (name, text) in [("unpoll.json", text), ("unpoll.toml", toml)] {
        for at in (0..text.len()).filter(|at| text.is_char_boundary(*at) && text.is_char_boundary(at + 1)) {
            for broken in [
                text[..at].to_owned(),
                changed(text, at, "\""),
                changed(text, at, "{"),
                changed(text, at, "7"),
            ] {
                // Whatever it says, it says it at a place, and gives advice.
                if let Err(said) = loaded(&[(name, &broken), ("b.toml", toml)]) {
                    assert!(said.contains("help: ") && said.contains(name), "{broken}\n{said}");
                }
            }
        }
    }
}

#[test]
fn mistakes_are_told_with_their_place_and_what_to_do() {
    let told = BAD.iter().map(|files| {
        let (name, text) = files[0];
        let said = loaded(files).map(|_| ()).unwrap_err();
        format!("{name}: {}\n  {said}\n", text.replace('\n', "⏎"))
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
}

#[test]
fn hostile_configs_are_refused_and_break_nothing() {
    let deep = |open: &str, close: &str| format!("{{\"a\":{}{}}}", open.repeat(5_000), close.repeat(5_000));
    let globs = |number: usize| format!("{{ \"exclude\": [{}] }}", vec!["\"src\""; number].join(","));
    for (name, text, part) in [
        ("unpoll.json", deep("[", "]"), "nested more than 32 levels deep"),
        ("unpoll.json", deep("{\"a\":", "}"), "nested"),
        ("unpoll.json", format!("{{\"a\":{}1{}}}", "[".repeat(40), "]".repeat(40)), "nested more than 32"),
        ("unpoll.toml", format!("a = {}{}", "[".repeat(5_000), "]".repeat(5_000)), "recurs"),
        ("unpoll.toml", format!("{} = 1", vec!["a"; 5_000].join(".")), "recurs"),
        ("unpoll.json", " ".repeat((1 << 20) + 1), "larger than 1 MiB"),
        ("unpoll.json", globs(2_001), "more than 2000 globs"),
        ("unpoll.json", format!("{{ \"include\": [\"{}\"] }}", "a".repeat(501)), "longer than 500 bytes"),
        ("unpoll.json", "{ \"thresholds\": { \"pollMs\": 1e999 } }".to_owned(), "number"),
        ("unpoll.toml", "thresholds.pollMs = nan".to_owned(), "number"),
    ] {
        let said = loaded(&[(name, &text)]).map(|_| ()).unwrap_err();
        assert!(said.contains(part), "{}\nwants {part}", said.get(..300).unwrap_or(&said));
    }
    let folder = folder(&[("unpoll.json", "")]);
    fs::write(folder.path().join("unpoll.json"), b"{ \"failOn\": \"\xff\" }").unwrap();
    let error = load(Choice::File(&folder.path().join("unpoll.json"))).unwrap_err();
    assert!(error.to_string().contains("not UTF-8"));
}

#[test]
fn a_chain_of_configs_has_an_end() {
    let names: Vec<String> = (0..12).map(|at| format!("{at}.json")).collect();
    let texts: Vec<String> = (1..13).map(|at| format!("{{ \"extends\": \"./{at}.json\" }}")).collect();
    let files: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    assert!(loaded(&files).map(|_| ()).unwrap_err().contains("more than 10 in a row"));
}

#[test]
fn without_a_config_the_defaults_hold() {
    let settings = load(Choice::Defaults).unwrap();
    assert_eq!(settings.thresholds, Thresholds::default());
    assert_eq!(settings.fail_on, None);
    assert!(settings.suppressions.require_reason && settings.suppressions.report_unused);
    let view = View::new(&settings, Path::new("/shop"));
    assert!(view.takes("src/orders.ts", false) && !view.is_ignored("src/orders.ts"));
    assert_eq!(view.level("network-poll", "src/orders.ts"), Level::On);
    let (empty, _folder) = loaded(&[("unpoll.jsonc", "// nothing yet\n")]).unwrap();
    assert_eq!(empty.thresholds, Thresholds::default());
}

#[test]
fn what_a_file_says_wins_over_what_it_extends() {
    let own =
        "{ \"extends\": [\"./base.toml\", \"@shop/unpoll\"], \"exclude\": [\"own\"], \"include\": [\"src\"],
        \"rules\": { \"hot-timer\": \"info\" }, \"areas\": { \"Orders\": { \"files\": [\"src/orders\"] } } }";
    let base = "exclude = [\"base\"]\ninclude = [\"base\"]\nfailOn = \"never\"\nrules = { hot-timer = \"off\", network-poll = \"off\" }
        areas.Orders.messages = [\"order_\"]\nareas.Fleet.messages = [\"truck_\"]\nthresholds.acceptMs = \"10m\"\n";
    let package = "{ \"thresholds\": { \"pollMs\": 2500 }, \"rules\": { \"network-poll\": \"on\" } }";
    let (settings, folder) = loaded(&[
        ("unpoll.json", own),
        ("base.toml", base),
        ("node_modules/@shop/unpoll/unpoll.json", package),
    ])
    .unwrap();
    let view = View::new(&settings, &folder.path().canonicalize().unwrap());
    assert_eq!(settings.fail_on, Some(FailOn::Never));
    assert_eq!(settings.thresholds, Thresholds { poll_ms: 2_500.0, accept_ms: 600_000.0, hot_ms: 1_000.0 });
    // Lists that leave out or add to grow; the list of what is taken is replaced.
    assert!(
        !view.takes("base/a.ts", false) && !view.takes("own/a.ts", false) && view.takes("src/a.ts", false)
    );
    assert_eq!(view.level("hot-timer", "src/a.ts"), Level::Info);
    assert_eq!(view.level("network-poll", "src/a.ts"), Level::On);
    // An area is one thing: it is replaced as a whole.
    assert_eq!(view.area_of_message("order_created"), None);
    assert_eq!(view.area_of_message("truck_moved"), Some("Fleet"));
    assert_eq!(view.area_of_file("src/orders/list.ts"), Some("Orders"));
}

#[test]
fn later_overrides_win_key_by_key() {
    let view = view(
        "{ \"rules\": { \"network-poll\": \"warning\", \"status-poll\": \"off\" }, \"overrides\": [
            { \"files\": [\"src/admin\"], \"rules\": { \"network-poll\": \"off\" }, \"thresholds\": { \"pollMs\": \"10s\" } },
            { \"files\": [\"src/admin/live\"], \"rules\": { \"network-poll\": \"critical\" }, \"thresholds\": { \"acceptMs\": \"1m\" } },
            { \"files\": [\"**/*.gen.ts\"], \"rules\": { \"status-poll\": \"on\" } }
        ] }",
    );
    let severity = |path| view.severity("network-poll", path, Severity::Info);
    assert_eq!(severity("src/orders.ts"), Some(Severity::Warning));
    assert_eq!(severity("src/admin/users.ts"), None);
    assert_eq!(severity("src/admin/live/users.ts"), Some(Severity::Critical));
    assert_eq!(view.severity("hot-timer", "src/orders.ts", Severity::Info), Some(Severity::Info));
    let live = view.thresholds("src/admin/live/users.ts");
    assert_eq!((live.poll_ms, live.accept_ms), (10_000.0, 60_000.0));
    // A rule that is off is asked where one file wants it.
    assert!(view.asks("status-poll") && view.asks("network-poll") && view.asks("hot-timer"));
}

#[test]
fn the_audited_root_may_be_below_the_config_or_above_it() {
    let files =
        [("shop/web/unpoll.json", "{ \"ignore\": [\"src/legacy\"] }"), ("shop/web/src/legacy/a.ts", "")];
    let (settings, folder) = loaded(&files).unwrap();
    let root = folder.path().canonicalize().unwrap();
    let ignores = |from: &str, path: &str| View::new(&settings, &root.join(from)).is_ignored(path);
    assert!(ignores("shop/web", "src/legacy/a.ts") && !ignores("shop/web", "src/a.ts"));
    assert!(ignores("shop/web/src", "legacy/a.ts") && ignores("shop/web/src/legacy", "a.ts"));
    assert!(ignores("", "shop/web/src/legacy/a.ts") && ignores("shop", "web/src/legacy/a.ts"));
    // Another part of the tree, and one that only begins alike.
    assert!(!ignores("shop", "api/src/legacy/a.ts") && !ignores("shop", "web2/src/legacy/a.ts"));
    assert!(!ignores("fleet", "src/legacy/a.ts"));
}

#[test]
fn the_longest_glob_or_prefix_names_the_area() {
    let view = view(
        "{ \"areas\": {
            \"Shop\": { \"files\": [\"src/**\"], \"messages\": [\"shop_\"] },
            \"Orders\": { \"files\": [\"src/shop/orders/**\"], \"messages\": [\"shop_order_\", \"cart_\"] }
        } }",
    );
    assert_eq!(view.area_of_file("src/shop/orders/list.ts"), Some("Orders"));
    assert_eq!(view.area_of_file("src/shop/list.ts"), Some("Shop"));
    assert_eq!(view.area_of_file("lib/list.ts"), None);
    assert_eq!(view.area_of_message("shop_order_created"), Some("Orders"));
    assert_eq!(view.area_of_message("shop_opened"), Some("Shop"));
    assert_eq!(view.area_of_message("truck_moved"), None);
}

#[test]
fn the_config_is_found_upwards_to_the_top_of_the_repository() {
    let folder = folder(&[
        ("unpoll.json", "{ \"failOn\": \"never\" }"),
        ("shop/.git/HEAD", ""),
        ("shop/package.json", "{ \"devDependencies\": { \"unpoll\": \"1\" } }"),
        ("shop/web/package.json", "{ \"unpoll\": { \"failOn\": \"info\" } }"),
        ("shop/web/src/main.ts", ""),
        ("shop/api/main.ts", ""),
        ("fleet/src/main.ts", ""),
        ("both/unpoll.toml", ""),
        ("both/unpoll.json", ""),
    ]);
    let found = |path: &str| load(Choice::From(&folder.path().join(path))).map(|it| it.fail_on);
    assert_eq!(found("shop/web/src").unwrap(), Some(FailOn::Info));
    assert_eq!(found("shop/web/src/main.ts").unwrap(), Some(FailOn::Info));
    assert_eq!(found("fleet/src").unwrap(), Some(FailOn::Never));
    // `shop` is a repository of its own: what stands above it is none of its business.
    assert_eq!(found("shop/api").unwrap(), None);
    let error = found("both").unwrap_err().to_string();
    assert!(error.ends_with("both/unpoll.json: there is a second config beside it: unpoll.toml"), "{error}");
}

#[test]
fn names_of_rules_are_checked_where_they_stand() {
    let files = [(
        "unpoll.json",
        "{ \"overrides\": [{ \"files\": [\"src\"],\n \"rules\": { \"network-polls\": \"off\" } }] }",
    )];
    let (settings, _folder) = loaded(&files).unwrap();
    let error = check_rules(&settings, ["hot-timer", "network-poll"].into_iter()).unwrap_err();
    assert!(error.to_string().ends_with("unpoll.json:2:13: no rule is called `network-polls`"), "{error}");
    assert_eq!(error.help(), "did you mean `network-poll`? `unpoll rules` lists them all");
}
