//! Whatever lies in a tree, the audit comes back: what cannot be read is named, the rest is audited.

use std::fs;

use tempfile::TempDir;
use unpoll::error::Error;

use crate::{assert_skipped, audit, audited, polls, tree};

#[test]
fn a_path_that_is_not_there_stops_the_run() {
    let tree = TempDir::new().unwrap();
    let error = audit(&tree.path().join("nowhere")).unwrap_err();
    assert!(matches!(&error, Error::NoSuchPath(path) if path.ends_with("nowhere")), "{error}");
}

#[test]
fn an_empty_tree_stops_the_run() {
    let tree = TempDir::new().unwrap();
    let error = audit(tree.path()).unwrap_err();
    assert!(matches!(error, Error::NothingToAudit(_)), "{error}");
}

#[test]
fn a_broken_tsconfig_is_named() {
    let tree = tree(&[
        ("tsconfig.json", r#"{ "compilerOptions": { "paths": "#),
        ("src/watch.ts", "import { load } from '@/load'\nsetInterval(load, 4000)\n"),
        ("src/load.ts", "export const load = () => fetch('/api/load')\n"),
    ]);
    let audit = audited(&tree);
    assert_skipped(&audit, "tsconfig.json");
}

#[test]
fn a_tsconfig_that_extends_itself_is_named() {
    let tree = tree(&[
        ("tsconfig.json", r#"{ "extends": "./tsconfig.json" }"#),
        ("src/watch.ts", "import { load } from '@/load'\nsetInterval(load, 4000)\n"),
    ]);
    let audit = audited(&tree);
    assert_skipped(&audit, "tsconfig.json");
}

#[test]
fn text_that_is_not_utf8_is_named() {
    let tree = tree(&[]);
    fs::write(tree.path().join("src/latin.ts"), b"// caf\xe9\nsetInterval(() => fetch('/'), 1000)\n")
        .unwrap();
    assert_skipped(&audited(&tree), "src/latin.ts");
}

#[test]
fn a_binary_is_named() {
    let tree = tree(&[]);
    let mut bytes: Vec<u8> = (0..4096_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    bytes.extend_from_slice(b"setInterval(\0refetchInterval\0");
    fs::write(tree.path().join("src/image.ts"), bytes).unwrap();
    assert_skipped(&audited(&tree), "src/image.ts");
}

#[test]
fn fifty_megabytes_are_named() {
    let line = "setInterval(() => fetch('/api/generated'), 1000)\n";
    let tree = tree(&[("src/generated.ts", &line.repeat(50_000_000 / line.len()))]);
    assert_skipped(&audited(&tree), "src/generated.ts");
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;

    let tree = tree(&[("src/secret.ts", "setInterval(() => fetch('/'), 1000)\n")]);
    let secret = tree.path().join("src/secret.ts");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&secret).is_ok() {
        return; // root reads everything
    }
    assert_skipped(&audited(&tree), "src/secret.ts");
}

#[cfg(unix)]
#[test]
fn a_folder_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;

    let tree = tree(&[("src/vault/secret.ts", "setInterval(() => fetch('/'), 1000)\n")]);
    let vault = tree.path().join("src/vault");
    fs::set_permissions(&vault, fs::Permissions::from_mode(0o000)).unwrap();
    let hidden = fs::read_dir(&vault).is_err();
    let audit = audited(&tree);
    fs::set_permissions(&vault, fs::Permissions::from_mode(0o755)).unwrap();
    if hidden {
        assert_skipped(&audit, "src/vault");
    }
}

#[test]
fn minified_code_is_named() {
    let line = "!function(){var n=setInterval(function(){fetch('/m')},1e3);clearInterval(n)}();";
    let bundle = line.repeat(5000);
    let tree = tree(&[("src/vendor.min.js", line), ("src/bundle.js", &bundle)]);
    let audit = audited(&tree);
    assert_skipped(&audit, "src/vendor.min.js");
    assert_skipped(&audit, "src/bundle.js");
}

#[test]
fn a_timer_before_a_syntax_error_is_found() {
    let broken =
        "setInterval(() => fetch('/api/before'), 3000)\n\nfunction ( { ] class } => < 'never closed\n";
    let tree = tree(&[("src/main.tsx", broken)]);
    let audit = audited(&tree);
    assert!(polls(&audit, "src/main.tsx", 1), "{:#?}", audit.timers);
}

#[test]
fn syntax_errors_of_every_kind_are_survived() {
    let endings = [
        "`${`${`${",
        "/* never closed",
        "'",
        "\"",
        "/[",
        "<A><B>",
        "{{{{",
        "@",
        "\\",
        "=>",
        "?.",
        "\u{feff}",
    ];
    let files: Vec<(String, String)> = endings
        .iter()
        .enumerate()
        .map(|(at, ending)| {
            (
                format!("src/broken{at}.tsx"),
                format!("setInterval(() => fetch('/api'), 1000)\nconst x = {ending}"),
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    audited(&tree(&files));
}

#[cfg(unix)]
#[test]
fn a_symlink_loop_ends() {
    let tree = tree(&[]);
    std::os::unix::fs::symlink("..", tree.path().join("src/again")).unwrap();
    std::os::unix::fs::symlink("self.ts", tree.path().join("src/self.ts")).unwrap();
    std::os::unix::fs::symlink("nowhere.ts", tree.path().join("src/dangling.ts")).unwrap();
    let audit = audited(&tree);
    assert_eq!(audit.timers.len(), 1, "{:#?}", audit.timers);
}

#[test]
fn imports_in_a_circle_end() {
    let tree = tree(&[
        ("src/index.ts", "import { a } from './a'\nsetInterval(a, 2000)\n"),
        ("src/a.ts", "import { b } from './b'\nexport const a = () => b()\n"),
        ("src/b.ts", "import { c } from './c'\nexport const b = () => c()\n"),
        ("src/c.ts", "import { a } from './a'\nexport const c = () => { a(); return fetch('/api/c') }\n"),
    ]);
    let audit = audited(&tree);
    assert!(polls(&audit, "src/index.ts", 2), "{:#?}", audit.timers);
}

#[test]
fn barrels_that_export_each_other_end() {
    let tree = tree(&[
        (
            "src/index.ts",
            "import { load, gone } from './a'\nsetInterval(load, 2000)\nsetInterval(gone, 2000)\n",
        ),
        ("src/a.ts", "export * from './b'\nexport * from './load'\n"),
        ("src/b.ts", "export * from './a'\nexport * from './b'\n"),
        ("src/load.ts", "export const load = () => fetch('/api/load')\n"),
    ]);
    let audit = audited(&tree);
    assert!(polls(&audit, "src/index.ts", 2), "{:#?}", audit.timers);
}

#[test]
fn values_that_need_themselves_end() {
    let text = "const a = b\nconst b = a\nconst o = { ...o, rate: o.rate }\nlet f = () => f()\n\
                class A extends B {}\nclass B extends A { poll() { super.poll(); this.poll() } }\n\
                export const g = h(g), h = g(h)\nfunction same(x = same(x)) { return same(x) }\n\
                setInterval(f, a)\nsetInterval(o.rate, o.rate)\nsetInterval(() => new B().poll(), same())\n\
                setInterval(g, h)\nconst t = setInterval(() => t, t)\n";
    audited(&tree(&[("src/index.ts", text)]));
}

#[test]
fn a_long_way_through_files_ends() {
    let links = 400;
    let mut files = vec![(
        "src/index.ts".to_owned(),
        "import { run } from './link0'\nsetInterval(run, 2000)\n".to_owned(),
    )];
    for at in 0..links {
        let next = at + 1;
        let text = format!("import {{ run as next }} from './link{next}'\nexport const run = () => next()\n");
        files.push((format!("src/link{at}.ts"), text));
    }
    files.push((format!("src/link{links}.ts"), "export const run = () => fetch('/api/end')\n".to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    audited(&tree(&files));
}

#[test]
fn deep_code_is_survived() {
    let nested = |open: &str, middle: &str, close: &str, depth: usize| {
        format!("{}{middle}{}", open.repeat(depth), close.repeat(depth))
    };
    let deep = [
        ("parentheses", nested("(", "1", ")", 20_000)),
        ("brackets", nested("[", "1", "]", 20_000)),
        ("members", format!("a{}", ".b".repeat(5_000))),
        ("calls", nested("f(", "1", ")", 5_000)),
        ("chained calls", format!("a{}", ".b()".repeat(5_000))),
        ("arrows", nested("() => (", "fetch('/deep')", ")", 3_000)),
        ("functions", nested("function f() { ", "fetch('/deep')", " }", 3_000)),
        ("sums", format!("1{}", " + 1".repeat(20_000))),
        ("ternaries", format!("{}1", "a ? 2 : ".repeat(5_000))),
        ("templates", nested("`${", "1", "}`", 2_000)),
        ("elements", nested("<a>", "x", "</a>", 5_000)),
        ("objects", nested("{ a: ", "1", " }", 5_000)),
        ("negations", format!("{}1", "!".repeat(20_000))),
    ];
    let files: Vec<(String, String)> = deep
        .iter()
        .map(|(name, code)| {
            let text = format!("const deep = {code}\nsetInterval(() => deep(), deep)\n");
            (format!("src/{}.tsx", name.replace(' ', "-")), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    audited(&tree(&files));
}
