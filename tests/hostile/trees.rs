//! Trees that are no honest checkouts: names that break out of reports, what is no file, links that lead out, folders
//! without an end, manifests and configs of compilers that never stop.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{POLL, assert_skipped, audit, audited, polls, tree};

#[test]
fn names_that_mean_something_to_a_shell_or_a_terminal() {
    let names =
        ["-rf.ts", "two\nlines.ts", "'\"`$(touch x)`.ts", "\u{1b}]0;title\u{7}.ts", "\u{202e}st.ts", " .ts"];
    let files: Vec<String> = names.iter().map(|name| format!("src/{name}")).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|path| (path.as_str(), POLL)).collect();
    let tree = tree(&files);
    let audit = audited(&tree);
    for (path, _) in files {
        assert!(polls(&audit, path, 1), "{path:?}");
    }
    // Every report keeps them from acting.
    for format in unpoll::report::FORMATS {
        let text = crate::support::report(&audit, format.name, &unpoll::report::Options::default());
        let acts = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!text.contains(acts), "{}", format.name);
        assert!(!text.lines().any(|line| line.starts_with("lines.ts")), "{}", format.name);
    }
}

#[test]
fn pipes_and_devices_are_not_read() {
    let tree = tree(&[]);
    let made = Command::new("mkfifo").arg(tree.path().join("src/pipe.ts")).status().unwrap();
    assert!(made.success());
    for special in ["package.json", "tsconfig.json", "src/page.html"] {
        assert!(Command::new("mkfifo").arg(tree.path().join(special)).status().unwrap().success());
    }
    symlink("/dev/zero", tree.path().join("src/zero.ts")).unwrap();
    let audit = audited(&tree);
    assert_skipped(&audit, "src/pipe.ts");
    assert_skipped(&audit, "src/zero.ts");
}

#[test]
fn links_do_not_lead_out_of_the_tree() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.ts"), POLL).unwrap();
    let tree = tree(&[("src/use.ts", "import { load } from './linked/secret'\nsetInterval(load, 1000)\n")]);
    symlink(outside.path().join("secret.ts"), tree.path().join("src/secret.ts")).unwrap();
    symlink(outside.path(), tree.path().join("src/linked")).unwrap();
    symlink("/", tree.path().join("src/all")).unwrap();
    let audit = audited(&tree);
    assert_skipped(&audit, "src/secret.ts");
    assert_skipped(&audit, "src/linked");
    assert_eq!(audit.stats.files_read, 2);
}

#[test]
fn a_folder_four_thousand_levels_deep() {
    let tree = tree(&[]);
    // Too long a path for one call, so in parts: each but the last becomes the end of the one before.
    let part = |name: &str| {
        let mut path = tree.path().join("src").join(name);
        fs::create_dir(&path).unwrap();
        for _ in 1..1_300 {
            path.push("d");
            fs::create_dir(&path).unwrap();
        }
        path
    };
    let [_, _, third] = ["a", "b", "c"].map(part);
    fs::write(third.join("deep.ts"), POLL).unwrap();
    fs::rename(tree.path().join("src/b"), third.join("d")).unwrap();
    fs::rename(tree.path().join("src/c"), tree.path().join("src/a").join("d/".repeat(1_299)).join("d"))
        .unwrap();
    let audit = audited(&tree);
    // What is too deep to open is named.
    assert!(audit.stats.skipped.iter().any(|it| it.file.starts_with("src/a/d/d/d")), "{:?}", audit.stats);
    let removed = Command::new("rm").arg("-rf").arg(tree.path().join("src/a")).status();
    assert!(removed.unwrap().success());
}

#[test]
fn compiler_configs_that_loop_or_climb_out() {
    let watch = "import { load } from '@/load'\nimport { x } from '#up'\nsetInterval(load, 4000)\nsetInterval(x, 4000)\n";
    let climbing = r##"{ "compilerOptions": { "baseUrl": "../../../../../../..", "rootDirs": ["/", "../.."],
        "paths": { "@/*": ["../../../../../etc/*", "/etc/*", "./src/*"], "#up": ["#up", "*", "../*"] } } }"##;
    let tree = tree(&[
        ("tsconfig.json", climbing),
        ("src/watch.ts", watch),
        ("src/load.ts", "export const load = () => fetch('/api/load')\n"),
        ("a/tsconfig.json", r#"{ "extends": "../b/tsconfig.json", "references": [{ "path": "../b" }] }"#),
        (
            "b/tsconfig.json",
            r#"{ "extends": ["../a/tsconfig.json", "../c"], "references": [{ "path": "../a" }] }"#,
        ),
        ("a/src/watch.ts", watch),
        ("b/src/watch.ts", watch),
        (
            "package.json",
            r##"{ "name": "shop", "main": "../../etc/passwd", "imports": { "#up": "#up" }, "workspaces": ["../../**", "/**", "**"] }"##,
        ),
    ]);
    audited(&tree);
}

#[test]
fn a_manifest_of_a_hundred_megabytes() {
    let tree = tree(&[]);
    let mut file = fs::File::create(tree.path().join("package.json")).unwrap();
    file.write_all(b"{ \"dependencies\": {").unwrap();
    for _ in 0..100 {
        file.write_all(" ".repeat(1 << 20).as_bytes()).unwrap();
    }
    file.write_all(b"} }").unwrap();
    assert_skipped(&audited(&tree), "package.json");
}

#[test]
fn manifests_and_configs_that_are_nested_without_end() {
    let deep = "{\"a\":".repeat(100_000);
    let list = "[".repeat(100_000);
    let tree = tree(&[
        ("package.json", &deep),
        ("tsconfig.json", &deep),
        ("src/package.json", &list),
        ("src/tsconfig.json", &list),
    ]);
    audited(&tree);
}

#[test]
fn one_line_of_fifty_megabytes() {
    let tree = tree(&[("src/line.ts", &"setInterval(() => fetch('/api'), 1000);".repeat(1_300_000))]);
    assert_skipped(&audited(&tree), "src/line.ts");
}

#[test]
fn texts_of_every_encoding() {
    let tree = tree(&[
        ("src/crlf.ts", "// orders\r\nsetInterval(() => fetch('/api'), 1000)\r\n"),
        ("src/mark.ts", "\u{feff}setInterval(() => fetch('/api'), 1000)\n"),
        ("src/separators.ts", "// orders\u{2028}setInterval(() => fetch('/api'), 1000)\u{2029}"),
        (
            "src/nul.ts",
            "const key = 'a\0b' // what stands between the two parts of a key\nsetInterval(() => fetch('/api/orders/' + key), 1000)\n",
        ),
        ("src/surrogate.ts", "const lone = '\\ud800'\nsetInterval(() => fetch('/api' + lone), 1000)\n"),
    ]);
    let utf16: Vec<u8> = format!("\u{feff}{POLL}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(tree.path().join("src/utf16.ts"), utf16).unwrap();
    // A surrogate without its other half, in UTF-16 and as it would be in UTF-8.
    fs::write(tree.path().join("src/half.ts"), b"\xff\xfe\x00\xd8a\0").unwrap();
    fs::write(tree.path().join("src/wtf8.ts"), b"setInterval(() => fetch('\xed\xa0\x80'), 1000)\n").unwrap();
    let audit = audited(&tree);
    for (file, line) in
        [("crlf", 2), ("mark", 1), ("separators", 1), ("nul", 2), ("surrogate", 2), ("utf16", 1)]
    {
        assert!(polls(&audit, &format!("src/{file}.ts"), line), "{file}: {:#?}", audit.stats);
    }
    assert_skipped(&audit, "src/half.ts");
    assert_skipped(&audit, "src/wtf8.ts");
}

#[test]
fn files_that_grow_vanish_and_change_during_the_run() {
    let files: Vec<String> = (0..40).map(|at| format!("src/f{at}.ts")).collect();
    let named: Vec<(&str, &str)> = files.iter().map(|path| (path.as_str(), POLL)).collect();
    let tree = tree(&named);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut round = 0_usize;
            while !done.load(Ordering::Relaxed) {
                for (at, file) in files.iter().enumerate() {
                    let path = tree.path().join(file);
                    // A tree that is being worked on: any of these may fail, and does no harm.
                    let _ = match (at + round) % 4 {
                        0 => fs::remove_file(&path),
                        1 => fs::write(&path, POLL.repeat(2_000)),
                        2 => fs::write(&path, ""),
                        _ => fs::remove_file(&path)
                            .and_then(|()| fs::create_dir(&path))
                            .and_then(|()| fs::remove_dir(&path)),
                    };
                }
                round += 1;
            }
        });
        for _ in 0..10 {
            let audit = audit(tree.path());
            done.store(audit.is_err(), Ordering::Relaxed);
            let audit = audit.unwrap();
            assert!(polls(&audit, "src/main.ts", 1));
            assert!(
                audit.stats.skipped.iter().all(|it| it.internal().is_none()),
                "{:?}",
                audit.stats.skipped
            );
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn git_runs_nothing_that_a_repository_configures() {
    let tree = tree(&[(".gitattributes", "* filter=evil diff=evil\n"), ("src/orders.ts", POLL)]);
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command
            .current_dir(tree.path())
            .args(["-c", "user.name=t", "-c", "user.email=t@example.org"])
            .args(args);
        let ran = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(ran.success(), "{args:?}");
    };
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "orders"]);
    let trap = "touch pwned; false";
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.gitProxy",
        "core.askPass",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "credential.helper",
        "uploadpack.packObjectsHook",
        "alias.rev-parse",
        "alias.merge-base",
        "alias.ls-tree",
        "alias.cat-file",
        "pager.rev-parse",
        "pager.ls-tree",
        "trace2.eventTarget",
    ] {
        let value = if key.starts_with("alias.") { format!("!{trap}") } else { trap.to_owned() };
        git(&["config", key, &value]);
    }
    git(&["config", "core.hooksPath", "hooks"]);
    let hooks = tree.path().join("hooks");
    fs::create_dir(&hooks).unwrap();
    for hook in
        ["post-checkout", "pre-commit", "post-index-change", "reference-transaction", "fsmonitor-watchman"]
    {
        let path = hooks.join(hook);
        fs::write(&path, format!("#!/bin/sh\ntouch {}/pwned\n", tree.path().display())).unwrap();
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&path, executable).unwrap();
    }
    let ran = Command::new(env!("CARGO_BIN_EXE_unpoll"))
        .current_dir(&tree)
        .args(["check", "--since", "HEAD"])
        .output();
    let ran = ran.unwrap();
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    let pwned = walkdir::WalkDir::new(tree.path()).into_iter().flatten().any(|it| it.file_name() == "pwned");
    assert!(!pwned, "something of the repository ran");
}
