//! Whatever was in memory, the audit after a change is that of a cold run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use support::compare::report as fail_with;
use support::{Case, cases, options, sources};
use unpoll::config::{Choice, load};
use unpoll::findings::audit::Audit;
use unpoll::progress::Silent;
use unpoll::warm::Warm;

fn warm(root: &Path, called_off: &Arc<AtomicBool>) -> Warm {
    let base = root.to_owned();
    let settle = Box::new(move || load(Choice::From(&base)));
    Warm::new(options(root, 2, false), settle, Arc::clone(called_off))
}

/// The report but for the counts of what was read and parsed: more may be in memory than a cold run asks for.
fn told(audit: &Audit) -> String {
    let report = support::report(audit, "json", &unpoll::report::Options::default());
    report.rsplit_once("\n  \"stats\": {").unwrap().0.to_owned()
}

fn cold(root: &Path) -> Result<String, String> {
    let settings = load(Choice::From(root)).map_err(|why| why.to_string())?;
    let options = unpoll::Options { settings, ..options(root, 2, false) };
    unpoll::audit(&options, &Silent).map(|it| told(&it)).map_err(|why| why.to_string())
}

/// A tree that is changed under a warm audit.
struct Tree {
    root: PathBuf,
    warm: Warm,
    /// What the last audit said.
    last: Result<String, String>,
    _folder: tempfile::TempDir,
}

impl Tree {
    fn of(case: &Case) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Its own repository, with no rules and no config above.
        let root = folder.path().canonicalize().unwrap().join("it");
        support::copy(&case.root, &root);
        fs::create_dir_all(root.join(".git")).unwrap();
        let warm = warm(&root, &Arc::default());
        let mut tree = Self { root, warm, last: Err(String::new()), _folder: folder };
        tree.audit();
        tree
    }

    fn audit(&mut self) {
        match self.warm.audit(&Silent) {
            Ok(Some(audit)) => self.last = Ok(told(&audit)),
            Ok(None) => {}
            Err(why) => self.last = Err(why.to_string()),
        }
    }

    fn check(&mut self, what: &str) -> Result<(), String> {
        self.audit();
        let cold = cold(&self.root);
        if cold == self.last { Ok(()) } else { Err(what.to_owned()) }
    }

    fn write(&mut self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        self.warm.changed(&path);
    }

    fn remove(&mut self, path: &str) {
        let path = self.root.join(path);
        fs::remove_file(&path).unwrap();
        self.warm.changed(&path);
    }
}

/// Changes a tree in the ways of people, and compares after each.
fn change(case: &Case) -> Result<(), String> {
    let mut tree = Tree::of(case);
    tree.check("at the start")?;
    let files = sources(case);
    for (path, text) in files.iter().step_by(1 + files.len() / 4) {
        let half: String = text.split_inclusive('\n').take(text.lines().count() / 2).collect();
        tree.write(path, &half);
        tree.check(&format!("half of {path}"))?;
        tree.write(path, &format!("{text}\nsetInterval(() => fetch('/api/late'), 7_000);\n"));
        tree.check(&format!("more in {path}"))?;
        tree.remove(path);
        tree.check(&format!("without {path}"))?;
        tree.write(path, text);
        tree.check(&format!("with {path} again"))?;
    }
    tree.write(
        "src/late/index.ts",
        "export * from '../main';\nsetInterval(() => fetch('/api/late'), 7_000);\n",
    );
    tree.check("a new folder")?;
    tree.write("unpoll.json", r#"{ "rules": { "network-poll": "info" } }"#);
    tree.check("a config")?;
    tree.write("tsconfig.json", r#"{ "compilerOptions": { "baseUrl": "src/late" } }"#);
    tree.check("other aliases")?;
    tree.write(".gitignore", "late\n");
    tree.check("an ignored folder")?;
    tree.remove("unpoll.json");
    tree.check("no config")
}

#[test]
fn warm_is_cold_after_every_change() {
    let cases = cases();
    let failures_of = |cases: &[Case]| -> Vec<String> {
        cases
            .iter()
            .filter(|it| !it.root.join("unpoll.json").exists())
            .filter_map(|case| change(case).err().map(|why| format!("{}: {why}", case.name)))
            .collect()
    };
    // Small repositories leave much of a machine idle.
    let (some, others) = cases.split_at(cases.len() / 2);
    let failures = std::thread::scope(|scope| {
        let others = scope.spawn(|| failures_of(others));
        [failures_of(some), others.join().unwrap()].concat()
    });
    fail_with(failures, cases.len());
}

const POLL: &str = "setInterval(() => fetch('/api/orders'), 5_000);\n";

fn small() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let main = root.join("main.ts");
    fs::write(&main, POLL).unwrap();
    (folder, root, main)
}

#[test]
fn nothing_is_done_when_nothing_changed() {
    let (_folder, root, main) = small();
    let mut warm = warm(&root, &Arc::default());
    assert!(warm.audit(&Silent).unwrap().is_some());
    assert!(warm.audit(&Silent).unwrap().is_none());
    fs::create_dir(root.join("node_modules")).unwrap();
    for other in ["node_modules/a.ts", "notes.txt", "data.json"] {
        fs::write(root.join(other), "1").unwrap();
        warm.changed(&root.join(other));
        assert!(warm.audit(&Silent).unwrap().is_none(), "{other}");
    }
    // What an editor has open counts, saved or not.
    warm.open(&main, "".into());
    assert!(warm.audit(&Silent).unwrap().unwrap().findings.is_empty());
    fs::write(&main, "// saved\n").unwrap();
    warm.changed(&main);
    assert!(warm.audit(&Silent).unwrap().is_none());
    fs::write(&main, POLL).unwrap();
    warm.close(&main);
    assert_eq!(warm.audit(&Silent).unwrap().unwrap().findings.len(), 1);
}

#[test]
fn an_audit_that_was_called_off_is_made_later() {
    let (_folder, root, main) = small();
    let flag = Arc::<AtomicBool>::default();
    let mut warm = warm(&root, &flag);
    flag.store(true, Ordering::Relaxed);
    assert!(warm.audit(&Silent).unwrap().is_none());
    flag.store(false, Ordering::Relaxed);
    assert_eq!(warm.audit(&Silent).unwrap().unwrap().findings.len(), 1);
    warm.open(&main, POLL.repeat(2).into());
    flag.store(true, Ordering::Relaxed);
    assert!(warm.audit(&Silent).unwrap().is_none());
    flag.store(false, Ordering::Relaxed);
    assert_eq!(warm.audit(&Silent).unwrap().unwrap().findings.len(), 2);
}
