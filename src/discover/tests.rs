use super::*;
use crate::source::Role;
use std::fs;
use tempfile::TempDir;

fn tree(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn options(folder: &TempDir, paths: &[&str]) -> DiscoverOptions {
    DiscoverOptions {
        paths: paths.iter().map(|path| folder.path().join(path)).collect(),
        ..DiscoverOptions::default()
    }
}

fn paths(found: &Discovery) -> Vec<&str> {
    found.files.iter().map(|file| file.path.as_str()).collect()
}

fn reasons(found: &Discovery) -> Vec<(&str, &str)> {
    found.skipped.iter().map(|skip| (skip.file.as_str(), skip.reason.as_str())).collect()
}

#[test]
fn finds_source_sorted_by_bytes() {
    let folder = tree(&[
        ("b.ts", ""),
        ("a/z.tsx", ""),
        ("a.mjs", ""),
        ("Z.cts", ""),
        ("readme.md", ""),
        ("a b/ü.jsx", ""),
    ]);
    let found = discover(&options(&folder, &[""])).unwrap();
    assert_eq!(paths(&found), ["Z.cts", "a b/ü.jsx", "a.mjs", "a/z.tsx", "b.ts"]);
    assert_eq!(found.files[4].language, Language::TypeScript);
    assert_eq!(found.files[2].language, Language::Tsx);
    assert!(found.skipped.is_empty());
}

#[test]
fn installed_packages_of_python_are_not_the_teams() {
    let folder = tree(&[
        ("shop/views.py", ""),
        ("libs/flask/app.py", ""),
        ("libs/flask/static/debugger.js", ""),
        ("libs/flask-3.0.dist-info/METADATA", ""),
        ("shop_libs/orders.py", ""),
        ("src/main.ts", ""),
    ]);
    let found = discover(&options(&folder, &[""])).unwrap();
    let backends: Vec<_> = found.backends.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(backends, ["shop/views.py", "shop_libs/orders.py"]);
    assert_eq!(paths(&found), ["src/main.ts"]);
    assert_eq!(reasons(&found), [("libs/flask/static/debugger.js", "among installed packages of Python")]);
}

#[test]
fn pages_are_no_source() {
    let folder = tree(&[
        ("content/orders.mdx", ""),
        ("src/App.vue", ""),
        ("src/main.ts", ""),
        ("tests/orders.md", ""),
    ]);
    let found = discover(&options(&folder, &[""])).unwrap();
    let pages: Vec<_> = found.pages.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(pages, ["content/orders.mdx", "src/App.vue"]);
    assert_eq!(paths(&found), ["src/main.ts"]);
}

#[test]
fn ignore_rules_hold_without_a_repository() {
    let folder = tree(&[
        (".gitignore", "dist/\n"),
        ("src/main.ts", ""),
        ("dist/main.js", ""),
        ("src/node_modules/x/index.js", ""),
        (".cache/x.js", ""),
    ]);
    let mut options = options(&folder, &[""]);
    assert_eq!(paths(&discover(&options).unwrap()), ["src/main.ts"]);
    options.no_ignore = true;
    assert_eq!(paths(&discover(&options).unwrap()), ["dist/main.js", "src/main.ts"]);
}

#[test]
fn rules_above_the_root_count_in_a_repository_only() {
    let folder = tree(&[(".gitignore", "*.gen.ts\n"), ("app/a.gen.ts", ""), ("app/b.ts", "")]);
    let options = options(&folder, &["app"]);
    assert_eq!(paths(&discover(&options).unwrap()), ["a.gen.ts", "b.ts"]);
    fs::create_dir(folder.path().join(".git")).unwrap();
    assert_eq!(paths(&discover(&options).unwrap()), ["b.ts"]);
}

#[test]
fn what_a_name_tells_is_skipped_and_named() {
    let folder = tree(&[
        ("api.generated.ts", ""),
        ("jquery.min.js", ""),
        ("app.bundle.js", ""),
        ("types.d.ts", ""),
        ("types.d.mts", ""),
        ("x.min.ts", ""),
    ]);
    let found = discover(&options(&folder, &[""])).unwrap();
    assert_eq!(paths(&found), ["api.generated.ts", "x.min.ts"]);
    assert_eq!(
        reasons(&found),
        [
            ("app.bundle.js", "minified"),
            ("jquery.min.js", "minified"),
            ("types.d.mts", "declaration file"),
            ("types.d.ts", "declaration file"),
        ]
    );
}

#[test]
fn overlapping_roots_give_each_file_once() {
    let folder = tree(&[("apps/web/a.ts", ""), ("apps/web/b.ts", ""), ("libs/c.ts", ""), ("d.ts", "")]);
    let found = discover(&options(&folder, &["apps/web/a.ts", "apps", "libs", "apps/web"])).unwrap();
    assert_eq!(paths(&found), ["apps/web/a.ts", "apps/web/b.ts", "libs/c.ts"]);
    assert_eq!(found.root, folder.path().canonicalize().unwrap());
}

#[test]
fn one_file_is_a_root_too() {
    let folder =
        tree(&[("fixtures/a.ts", ""), ("fixtures/b.ts", ""), ("fixtures/package.json", r#"{"name":"x"}"#)]);
    let found = discover(&options(&folder, &["fixtures/a.ts"])).unwrap();
    assert_eq!(paths(&found), ["a.ts"]);
    assert_eq!(found.files[0].role, Role::Product);
    assert_eq!(found.packages[0].name.as_deref(), Some("x"));
}

#[test]
fn globs_name_files_or_folders() {
    let folder =
        tree(&[("src/a.ts", ""), ("src/old/b.ts", ""), ("src/old/deep/c.ts", ""), ("tools/d.ts", "")]);
    let mut options = options(&folder, &[""]);
    options.include = vec!["src".into()];
    options.exclude = vec!["**/old/".into()];
    assert_eq!(paths(&discover(&options).unwrap()), ["src/a.ts"]);
    options.include = vec!["src/*.ts".into()];
    options.exclude.clear();
    assert_eq!(paths(&discover(&options).unwrap()), ["src/a.ts"]);
    options.include = vec!["src/[".into()];
    assert!(matches!(discover(&options), Err(Error::Glob { glob, .. }) if glob == "src/["));
}

#[test]
fn nothing_there_stops_the_run() {
    let folder = tree(&[("readme.md", "")]);
    assert!(matches!(discover(&options(&folder, &[""])), Err(Error::NothingToAudit(_))));
    assert!(matches!(discover(&options(&folder, &["nowhere"])), Err(Error::NoSuchPath(_))));
    assert!(matches!(discover(&options(&folder, &["readme.md/x"])), Err(Error::NoSuchPath(_))));
}

#[cfg(unix)]
#[test]
fn links_pipes_and_odd_names_are_named() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    let folder = tree(&[("src/a.ts", ""), ("src/line\nbreak.ts", "")]);
    symlink(folder.path(), folder.path().join("src/loop")).unwrap();
    symlink(folder.path().join("src/a.ts"), folder.path().join("src/link.ts")).unwrap();
    symlink("/nowhere", folder.path().join("dangling")).unwrap();
    fs::write(folder.path().join(OsStr::from_bytes(b"odd\xff.ts")), "").unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(folder.path().join("pipe.ts")).status();
    assert!(pipe.unwrap().success());

    let found = discover(&options(&folder, &[""])).unwrap();
    assert_eq!(paths(&found), ["src/a.ts", "src/line\nbreak.ts"]);
    assert_eq!(
        reasons(&found),
        [
            ("odd\u{fffd}.ts", "file name is not UTF-8"),
            ("pipe.ts", "not a regular file"),
            ("src/link.ts", "symbolic link"),
            ("src/loop", "symbolic link"),
        ]
    );
}

#[test]
fn packages_are_read_with_their_workspaces() {
    let folder = tree(&[
        (".gitignore", "/libs/secret\n"),
        ("package.json", "\u{feff}{\"name\":\"shop\",\r\n\"workspaces\":[\"libs/*\",\"../*\",\"/etc/*\"]}"),
        (
            "libs/ui/package.json",
            r#"{"name":"@shop/ui","dependencies":{"react":"1"},"peerDependencies":{"swr":"2"}}"#,
        ),
        ("libs/secret/package.json", r#"{"name":"@shop/secret"}"#),
        ("tools/package.json", "{ broken"),
        ("libs/ui/index.ts", ""),
    ]);
    let found = discover(&options(&folder, &[""])).unwrap();
    let names: Vec<_> = found.packages.iter().map(|p| (p.dir.as_str(), p.name.as_deref().unwrap())).collect();
    assert_eq!(names, [("", "shop"), ("libs/secret", "@shop/secret"), ("libs/ui", "@shop/ui")]);
    let dependencies: Vec<_> = found.packages[2].dependencies.iter().collect();
    assert_eq!(dependencies, ["react", "swr"]);
    assert_eq!(reasons(&found), [("tools/package.json", "broken JSON")]);
}

#[test]
fn threads_change_nothing() {
    let names: Vec<String> = (0..200).map(|n| format!("d{}/f{n}.ts", n % 7)).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
    let folder = tree(&files);
    let run = |threads| {
        let found = discover(&DiscoverOptions { threads, ..options(&folder, &[""]) }).unwrap();
        paths(&found).into_iter().map(str::to_string).collect::<Vec<_>>()
    };
    assert_eq!(run(1), run(4));
}

#[test]
fn backends_stand_beside_the_source() {
    let folder = tree(&[
        (".gitignore", "/generated/\n"),
        ("web/main.ts", ""),
        ("server/hub.go", ""),
        ("server/hub_test.go", ""),
        ("server/vendor/lib/lib.go", ""),
        ("generated/api.go", ""),
        ("worker/.venv/lib/site.py", ""),
        ("worker/jobs.py", ""),
        ("engine/target/debug/build.rs", ""),
        ("engine/src/main.rs", ""),
        ("old/chat.rb", ""),
    ]);
    let mut options = options(&folder, &[""]);
    options.exclude = vec!["old".into()];
    let found = discover(&options).unwrap();
    assert_eq!(paths(&found), ["web/main.ts"]);
    let backends: Vec<_> = found.backends.iter().map(|file| (file.path.as_str(), file.role)).collect();
    let expected = [
        ("engine/src/main.rs", Role::Product),
        ("server/hub.go", Role::Product),
        ("server/hub_test.go", Role::Test),
        ("worker/jobs.py", Role::Product),
    ];
    assert_eq!(backends, expected);
    options.include = vec!["web".into()];
    assert!(discover(&options).unwrap().backends.is_empty());
}

#[test]
fn a_backend_alone_is_nothing_to_audit() {
    let folder = tree(&[("main.go", "package main")]);
    assert!(matches!(discover(&options(&folder, &[""])), Err(Error::NothingToAudit(_))));
}
