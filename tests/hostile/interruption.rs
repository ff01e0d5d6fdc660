//! Killed, interrupted, or out of room at any moment: what was written before stays, or what is written now is whole.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::tree;

const OUTPUTS: [&str; 3] = ["out.json", "out.sarif", "POLLING.md"];

fn shop() -> TempDir {
    let page = "setInterval(() => fetch('/api/orders'), 5000)\n".repeat(300);
    let tree = tree(&[("src/orders.ts", &page)]);
    fs::create_dir(tree.path().join(".git")).unwrap();
    tree
}

fn unpoll(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unpoll"));
    command.current_dir(folder).args(args).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

const AUDIT: [&str; 7] = ["audit", "-o", "out.json", "-o", "out.sarif", "-o", "POLLING.md"];
const BASELINE: [&str; 1] = ["baseline"];

fn contents(folder: &Path, name: &str) -> Option<String> {
    fs::read_to_string(folder.join(name)).ok()
}

/// Runs a command again and again, each time stopping it a little later, until it comes to its end; after each the
/// files are what they were or what they become.
fn stopped_at_any_moment(args: &[&str], files: &[&str], signal: &str) {
    let shop = shop();
    assert!(unpoll(shop.path(), args).status().unwrap().code().is_some_and(|code| code < 2));
    let whole: Vec<_> = files.iter().map(|it| contents(shop.path(), it).unwrap()).collect();
    let before = Instant::now();
    assert!(unpoll(shop.path(), args).status().unwrap().code().is_some());
    let takes = before.elapsed().max(Duration::from_millis(40));
    let old = "what stood there before\n";
    let rounds = 40;
    for round in 0..rounds {
        for name in files {
            if args == BASELINE {
                fs::remove_file(shop.path().join(name)).ok();
            } else {
                fs::write(shop.path().join(name), old).unwrap();
            }
        }
        let mut child = unpoll(shop.path(), args).spawn().unwrap();
        std::thread::sleep(takes * round / rounds * 5 / 4);
        let id = child.id().to_string();
        let _ = Command::new("kill").args([signal, &id]).stderr(Stdio::null()).status();
        child.wait().unwrap();
        for (name, whole) in files.iter().zip(&whole) {
            let is = contents(shop.path(), name);
            let untouched = if args == BASELINE { is.is_none() } else { is.as_deref() == Some(old) };
            assert!(untouched || is.as_ref() == Some(whole), "{signal} {round}: {name} is half");
        }
    }
    // Whatever was left behind is in nobody's way.
    assert!(unpoll(shop.path(), args).status().unwrap().code().is_some_and(|code| code < 2));
}

#[test]
fn killed() {
    stopped_at_any_moment(&AUDIT, &OUTPUTS, "-KILL");
    stopped_at_any_moment(&BASELINE, &[".unpoll-baseline.json"], "-KILL");
}

#[test]
fn interrupted_and_terminated() {
    stopped_at_any_moment(&AUDIT, &OUTPUTS, "-INT");
    stopped_at_any_moment(&BASELINE, &[".unpoll-baseline.json"], "-TERM");
}

/// A limit on the size of files stands for a disk that fills up: writing fails in the middle.
#[test]
fn out_of_room() {
    let shop = shop();
    let old = "what stood there before\n";
    for kib in [0, 1, 4, 16, 64] {
        for name in OUTPUTS {
            fs::write(shop.path().join(name), old).unwrap();
        }
        let script = format!("trap '' XFSZ; ulimit -f {kib}; exec \"$0\" \"$@\"");
        let mut command = Command::new("bash");
        command.current_dir(&shop).args(["-c", &script, env!("CARGO_BIN_EXE_unpoll")]).args(AUDIT);
        let ran = command.output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{kib}: {said}");
        assert!(
            said.contains("out.json") || said.contains("out.sarif") || said.contains("POLLING.md"),
            "{said}"
        );
        for name in OUTPUTS {
            let is = contents(shop.path(), name).unwrap();
            let whole = match name {
                "POLLING.md" => is.starts_with("# "),
                _ => serde_json::from_str::<serde_json::Value>(&is).is_ok(),
            };
            assert!(is == old || whole, "{kib}: {name} is half");
        }
        let left = fs::read_dir(shop.path()).unwrap().flatten();
        let left: Vec<_> =
            left.filter(|it| it.file_name().to_string_lossy().starts_with(".unpoll-")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
