//! `--watch`, as a person at a terminal sees it.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops loudly where something is not as it must be"
)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const POLL: &str = "setInterval(() => fetch('/api/orders'), 5_000);\n";
const PATIENCE: Duration = Duration::from_secs(60);

/// A watching process and what it writes, line by line.
struct Watching {
    process: Child,
    out: Receiver<String>,
    said: Receiver<String>,
}

fn lines(of: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(of).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

impl Watching {
    fn start(root: &Path, args: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_unpoll"))
            .args(args)
            .current_dir(root)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (out, said) = (lines(process.stdout.take().unwrap()), lines(process.stderr.take().unwrap()));
        Self { process, out, said }
    }

    fn wait(lines: &Receiver<String>, wanted: &str) -> String {
        loop {
            let line = lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no line with `{wanted}`"));
            if line.contains(wanted) {
                return line;
            }
        }
    }

    /// Ctrl-C.
    fn interrupt(mut self) -> Option<i32> {
        Command::new("kill").args(["-INT", &self.process.id().to_string()]).status().unwrap();
        self.process.wait().unwrap().code()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        _ = self.process.kill();
    }
}

#[test]
fn changes_are_told_in_a_line_and_ctrl_c_is_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join("src")).unwrap();
    fs::create_dir_all(root.join("node_modules/a")).unwrap();
    let main = root.join("src/main.ts");
    fs::write(&main, POLL).unwrap();
    let args = ["--watch", "--quiet", "--format", "compact", "--format", "markdown=POLLING.md"];
    let watching = Watching::start(root, &args);
    Watching::wait(&watching.out, "src/main.ts:1:1");
    Watching::wait(&watching.said, "watching for changes");

    // Ignored folders and our own report come first: an audit for one of them would be told before the next.
    fs::write(root.join("node_modules/a/index.ts"), POLL).unwrap();
    fs::write(root.join("src/late.ts"), POLL).unwrap();
    let line = watching.said.recv_timeout(PATIENCE).unwrap();
    assert!(line.starts_with("changed: 1 new (network-poll in src/late.ts); 2 findings ("), "{line}");
    Watching::wait(&watching.out, "src/late.ts:1:1");
    assert!(fs::read_to_string(root.join("POLLING.md")).unwrap().contains("late.ts"));

    fs::write(&main, "// nothing\n").unwrap();
    let line = watching.said.recv_timeout(PATIENCE).unwrap();
    assert!(line.starts_with("changed: 1 gone (network-poll in src/main.ts); 1 finding ("), "{line}");
    fs::write(&main, "// still nothing\n").unwrap();
    let line = watching.said.recv_timeout(PATIENCE).unwrap();
    assert!(line.starts_with("changed: nothing in the findings; 1 finding ("), "{line}");

    // A mistake in the config is told, and what comes after it too.
    fs::write(root.join("unpoll.json"), "{ broken").unwrap();
    Watching::wait(&watching.said, "error: ");
    fs::remove_file(root.join("unpoll.json")).unwrap();
    fs::write(&main, POLL).unwrap();
    Watching::wait(&watching.said, "changed: 1 new");
    assert_eq!(watching.interrupt(), Some(0));
}

#[test]
fn a_gate_watches_too() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("main.ts"), POLL).unwrap();
    assert!(
        Command::new(env!("CARGO_BIN_EXE_unpoll"))
            .arg("baseline")
            .current_dir(root)
            .status()
            .unwrap()
            .success()
    );
    let watching = Watching::start(root, &["check", "--watch"]);
    Watching::wait(&watching.said, "watching for changes");
    fs::write(root.join("late.ts"), POLL).unwrap();
    // What is in the baseline is not counted.
    Watching::wait(&watching.said, "changed: 1 new (network-poll in late.ts); 1 finding (");
    assert_eq!(watching.interrupt(), Some(0));
}
