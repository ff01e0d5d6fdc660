use super::*;
use crate::discover::{DiscoverOptions, discover};
use std::fs;
use tempfile::TempDir;

/// A tree on disk and its resolver. Each file is a name and a text.
struct Case {
    _folder: TempDir,
    found: Discovery,
    resolver: Resolver,
}

fn case(files: &[(&str, &str)]) -> Case {
    case_in("", files)
}

fn case_in(root: &str, files: &[(&str, &str)]) -> Case {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let paths = vec![folder.path().join(root)];
    let found = discover(&DiscoverOptions { paths, ..DiscoverOptions::default() }).unwrap();
    let resolver = Resolver::new(&found, &Arc::default());
    Case { _folder: folder, found, resolver }
}

impl Case {
    /// The path, `package NAME` or `missing`.
    fn resolve(&self, from: &str, specifier: &str) -> String {
        let at = self.found.files.iter().position(|file| file.path == from).unwrap();
        match self.resolver.resolve(FileId(at as u32), specifier) {
            Resolution::File(file) => self.found.files[file.index()].path.clone(),
            Resolution::Package { name } => format!("package {name}"),
            Resolution::Missing => "missing".to_string(),
        }
    }

    fn skipped(&self) -> Vec<String> {
        self.resolver.skipped().iter().map(|skip| format!("{}: {}", skip.file, skip.reason)).collect()
    }
}

#[test]
fn relative_paths() {
    let case = case(&[
        ("src/a.ts", ""),
        ("src/orders.ts", ""),
        ("src/orders.js", ""),
        ("src/typed.d.ts", ""),
        ("src/typed.js", ""),
        ("src/list/index.tsx", ""),
        ("src/style.css", ""),
        ("src/worker.mts", ""),
        (".gitignore", "hidden.ts"),
        ("src/hidden.ts", ""),
    ]);
    assert_eq!(case.resolve("src/a.ts", "./orders"), "src/orders.ts");
    assert_eq!(case.resolve("src/a.ts", "./orders.js"), "src/orders.ts");
    assert_eq!(case.resolve("src/a.ts", "./typed"), "src/typed.js");
    assert_eq!(case.resolve("src/a.ts", "./list"), "src/list/index.tsx");
    assert_eq!(case.resolve("src/list/index.tsx", "../orders?worker"), "src/orders.ts");
    assert_eq!(case.resolve("src/a.ts", "!raw-loader!./worker.mjs"), "src/worker.mts");
    for gap in ["./style.css", "./nothing", "./hidden", "", "../../../../etc/passwd", "/etc/passwd", "./"] {
        assert_eq!(case.resolve("src/a.ts", gap), "missing", "{gap}");
    }
}

#[test]
fn packages_from_elsewhere() {
    let case = case(&[
        ("package.json", r#"{"dependencies":{"chart":"1"}}"#),
        ("src/a.ts", ""),
        ("src/chart/bar.ts", ""),
        ("src/util.ts", ""),
        ("node_modules/swr/index.js", ""),
    ]);
    for (specifier, name) in [
        ("react", "react"),
        ("node:fs/promises", "fs/promises"),
        ("@tanstack/react-query", "@tanstack/react-query"),
        ("swr", "swr"),
        ("util", "util"),
        ("chart/bar", "chart/bar"),
        ("https://esm.sh/swr@2", "https://esm.sh/swr@2"),
        ("virtual:pwa-register", "virtual:pwa-register"),
    ] {
        assert_eq!(case.resolve("src/a.ts", specifier), format!("package {name}"));
    }
}

#[test]
fn tsconfig_paths_base_url_and_extends() {
    let case = case(&[
        (
            "tsconfig.base.json",
            r##"{ "compilerOptions": { "baseUrl": "app", /* c */ "paths": { "@@/*": ["react/*"], "Api": ["./api"], }, } }"##,
        ),
        (
            "tsconfig.json",
            "\u{feff}{ \"extends\": [\"@tsconfig/node22\", \"./tsconfig.base\"], \"include\": [\"app\"] }",
        ),
        ("app/main.ts", ""),
        ("app/api/index.ts", ""),
        ("app/react/Row.tsx", ""),
        ("app/stores/orders.ts", ""),
        ("other/legacy.js", ""),
    ]);
    for from in ["app/main.ts", "other/legacy.js"] {
        assert_eq!(case.resolve(from, "@@/Row"), "app/react/Row.tsx");
        assert_eq!(case.resolve(from, "Api"), "app/api/index.ts");
        assert_eq!(case.resolve(from, "stores/orders"), "app/stores/orders.ts");
        assert_eq!(case.resolve(from, "@@/Gone"), "missing");
        assert_eq!(case.resolve(from, "react"), "package react");
    }
    assert!(case.skipped().is_empty());
}

#[test]
fn the_nearest_config_counts() {
    let case = case(&[
        ("tsconfig.json", r#"{ "compilerOptions": { "paths": { "lib/*": ["./libs/*"] } } }"#),
        ("web/jsconfig.json", r#"{ "compilerOptions": { "paths": { "lib/*": ["./own/*"] } } }"#),
        ("web/a.js", ""),
        ("web/own/x.js", ""),
        ("libs/x.ts", ""),
        ("main.ts", ""),
    ]);
    assert_eq!(case.resolve("main.ts", "lib/x"), "libs/x.ts");
    assert_eq!(case.resolve("web/a.js", "lib/x"), "web/own/x.js");
}

#[test]
fn project_references() {
    let case = case(&[
        (
            "tsconfig.json",
            r#"{ "files": [], "references": [{ "path": "./tsconfig.app.json" }, { "path": "./gone" }, { "path": "." }] }"#,
        ),
        (
            "tsconfig.app.json",
            r##"{ "compilerOptions": { "paths": { "#ui/*": ["./src/ui/*"] } }, "include": ["src"] }"##,
        ),
        ("src/a.ts", ""),
        ("src/ui/row.ts", ""),
        ("scripts/b.ts", ""),
    ]);
    assert_eq!(case.resolve("src/a.ts", "#ui/row"), "src/ui/row.ts");
    assert_eq!(case.resolve("scripts/b.ts", "#ui/row"), "src/ui/row.ts");
}

#[test]
fn config_above_the_audited_root() {
    let case = case_in(
        "src",
        &[
            ("tsconfig.json", r#"{ "extends": "./gone", "compilerOptions": { "baseUrl": "src" } }"#),
            ("src/a.ts", ""),
            ("src/x/b.ts", ""),
        ],
    );
    assert_eq!(case.resolve("a.ts", "x/b"), "x/b.ts");
    assert_eq!(case.skipped(), ["../tsconfig.json: extends `./gone`, which is not there"]);
}

#[test]
fn broken_configs_are_named_once_and_stop_nothing() {
    let case = case(&[
        ("tsconfig.json", "{ broken"),
        (
            "a/tsconfig.json",
            r#"{ "extends": "./tsconfig.json", "compilerOptions": { "paths": { "up/*": ["../../../../*"] } } }"#,
        ),
        ("b/tsconfig.json", r#"{ "extends": "./one.json" }"#),
        ("b/one.json", r#"{ "extends": "./two.json", "compilerOptions": { "baseUrl": "." } }"#),
        ("b/two.json", r#"{ "extends": "./one.json" }"#),
        ("c/tsconfig.json", "7"),
        ("c/package.json", "{ broken"),
        ("main.ts", ""),
        ("a/main.ts", ""),
        ("a/x.ts", ""),
        ("b/main.ts", ""),
        ("b/x.ts", ""),
        ("c/main.ts", ""),
        ("c/x.ts", ""),
    ]);
    assert_eq!(case.resolve("main.ts", "./a/x"), "a/x.ts");
    assert_eq!(case.resolve("main.ts", "./a/main"), "a/main.ts");
    assert_eq!(case.resolve("a/main.ts", "./x"), "a/x.ts");
    assert_eq!(case.resolve("a/main.ts", "up/etc/passwd"), "missing");
    assert_eq!(case.resolve("b/main.ts", "x"), "b/x.ts");
    assert_eq!(case.resolve("c/main.ts", "./x"), "c/x.ts");
    assert_eq!(
        case.skipped(),
        [
            "a/tsconfig.json: extends itself",
            "b/one.json: extends itself",
            "c/tsconfig.json: broken JSON",
            "tsconfig.json: broken JSON",
        ]
    );
}

#[test]
fn a_long_chain_of_configs_comes_to_an_end() {
    let names: Vec<String> =
        (0..500).map(|n| if n == 0 { "tsconfig.json".into() } else { format!("t{n}.json") }).collect();
    let texts: Vec<String> = (1..=500).map(|n| format!(r#"{{ "extends": "./t{n}.json" }}"#)).collect();
    let mut files: Vec<_> = names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    files.extend([("a.ts", ""), ("b.ts", "")]);
    let case = case(&files);
    assert_eq!(case.resolve("a.ts", "./b"), "b.ts");
    assert_eq!(case.skipped(), ["t32.json: more than 32 configs extend each other"]);
}

#[test]
fn workspace_packages_lead_to_their_source() {
    let case = case(&[
        ("package.json", r#"{"name":"shop","workspaces":["packages/*"]}"#),
        ("apps/web/package.json", r#"{"name":"web","dependencies":{"@shop/ui":"workspace:*"}}"#),
        ("apps/web/main.ts", ""),
        ("apps/web/tsconfig.json", r#"{ "extends": "@shop/config/react.json" }"#),
        ("packages/config/package.json", r#"{"name":"@shop/config"}"#),
        (
            "packages/config/react.json",
            r#"{ "compilerOptions": { "paths": { "@/*": ["${configDir}/core/*"] } } }"#,
        ),
        ("apps/web/core/store.ts", ""),
        (
            "packages/ui/package.json",
            r#"{"name":"@shop/ui","main":"./dist/index.js","exports":{".":{"import":"./dist/index.mjs"},"./table":"./dist/table/index.js"}}"#,
        ),
        ("packages/ui/src/index.ts", ""),
        ("packages/ui/src/table/index.tsx", ""),
        ("packages/ui/src/chart.tsx", ""),
        ("packages/hooks/package.json", r#"{"name":"@shop/hooks","main":"lib/use-orders.js"}"#),
        ("packages/hooks/use-orders.ts", ""),
        ("packages/plain/package.json", r#"{"name":"plain"}"#),
        ("packages/plain/index.js", ""),
    ]);
    let from = "apps/web/main.ts";
    assert_eq!(case.resolve(from, "@shop/ui"), "packages/ui/src/index.ts");
    assert_eq!(case.resolve(from, "@shop/ui/table"), "packages/ui/src/table/index.tsx");
    assert_eq!(case.resolve(from, "@shop/ui/chart"), "packages/ui/src/chart.tsx");
    assert_eq!(case.resolve(from, "@shop/ui/gone"), "missing");
    assert_eq!(case.resolve(from, "@shop/hooks"), "packages/hooks/use-orders.ts");
    assert_eq!(case.resolve(from, "plain"), "packages/plain/index.js");
    assert_eq!(case.resolve(from, "@shop/other"), "package @shop/other");
    assert_eq!(case.resolve(from, "@/store"), "apps/web/core/store.ts");
}

#[test]
fn conventions_without_any_config() {
    let case = case(&[
        ("web/package.json", r#"{"name":"web"}"#),
        ("web/src/main.ts", ""),
        ("web/src/orders/list.ts", ""),
        ("web/tools/x.ts", ""),
    ]);
    let from = "web/src/main.ts";
    for specifier in
        ["@/orders/list", "~/orders/list", "src/orders/list", "orders/list", "/src/orders/list.ts"]
    {
        assert_eq!(case.resolve(from, specifier), "web/src/orders/list.ts", "{specifier}");
    }
    assert_eq!(case.resolve(from, "~/tools/x"), "web/tools/x.ts");
    assert_eq!(case.resolve(from, "@/gone"), "missing");
    assert_eq!(case.resolve(from, "lodash/get"), "package lodash/get");
}

#[test]
fn subpath_imports_of_the_own_package() {
    let case = case(&[
        (
            "package.json",
            r##"{"name":"web","imports":{"#orders":"./src/orders.js","#lib/*":"./src/lib/*.ts"}}"##,
        ),
        ("src/main.ts", ""),
        ("src/orders.ts", ""),
        ("src/lib/x.ts", ""),
    ]);
    assert_eq!(case.resolve("src/main.ts", "#orders"), "src/orders.ts");
    assert_eq!(case.resolve("src/main.ts", "#lib/x"), "src/lib/x.ts");
    assert_eq!(case.resolve("src/main.ts", "#gone"), "missing");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn any_specifier_and_any_config_give_an_answer(
        specifier in "\\PC{0,12}|[./@#~*?!:%\\\\a]{0,12}",
        alias in "[./@#~*{}$a]{0,8}",
        target in "[./*{}$a]{0,8}",
    ) {
        let config = serde_json::json!({
            "extends": target,
            "include": [alias, target],
            "references": [{ "path": target }],
            "compilerOptions": { "baseUrl": target, "rootDirs": [target, alias], "paths": { &alias: [target] } },
        });
        let manifest = serde_json::json!({
            "name": alias, "main": target, "exports": { &alias: target }, "imports": { &alias: target },
        });
        let case = case(&[
            ("a/tsconfig.json", &config.to_string()),
            ("a/package.json", &manifest.to_string()),
            ("a/a.ts", ""),
            ("a/a/index.ts", ""),
        ]);
        case.resolve("a/a.ts", &specifier);
        case.resolve("a/a.ts", &alias.replace('*', "a"));
        case.resolve("a/a.ts", "./a");
    }
}
