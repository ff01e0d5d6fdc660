//! Facts that were collected in parts link to the report of one run, byte for byte.

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

use assert_cmd::Command;
use support::compare::report as fail_with;
use support::{Case, cases, options, report};
use tempfile::TempDir;
use unpoll::Options;
use unpoll::cache::Cache;
use unpoll::progress::Silent;

fn json(root: &Path, cache: Option<&Arc<Cache>>) -> String {
    let options = Options { cache: cache.cloned(), ..options(root, 2, false) };
    report(&unpoll::audit(&options, &Silent).unwrap(), "json", &unpoll::report::Options::default())
}

/// Every fixture, cut into three parts without any regard for its packages.
#[test]
fn any_cut_links_to_the_report_of_one_run() {
    let same = |case: &Case| -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let sources = support::sources(case);
        let part = |number: usize| {
            let taken = sources.iter().skip(number).step_by(3).map(|(path, _)| case.root.join(path));
            let options = Options { paths: taken.collect(), ..options(&case.root, 1, false) };
            let file = folder.path().join(format!("{number}.facts"));
            (!options.paths.is_empty()).then(|| {
                fs::write(&file, unpoll::part(&options, &Silent).unwrap().bytes).unwrap();
                file
            })
        };
        let parts = Arc::new(Cache::of_parts((0..3).filter_map(part).collect()));
        let (plain, linked) = (json(&case.root, None), json(&case.root, Some(&parts)));
        match () {
            () if plain != linked => Err("the parts change the report"),
            () if !parts.notes().is_empty() => Err("a part is not understood"),
            () if parts.hits().words == 0 => Err("nothing came from the parts"),
            () => Ok(()),
        }
        .map_err(|why| format!("{} {why}", case.name))
    };
    let cases = cases();
    fail_with(cases.iter().filter_map(|case| same(case).err()).collect(), cases.len());
}

/// The example, and in it a package without source: an app polls by what two packages hand it, one of them through
/// an alias of the config above them all.
fn workspace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/turborepo");
    support::copy(&example, folder.path());
    let settings = folder.path().join("packages/settings");
    fs::create_dir(&settings).unwrap();
    fs::write(settings.join("package.json"), "{ \"name\": \"@shop/settings\" }").unwrap();
    folder
}

fn unpoll(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("unpoll").unwrap();
    command.current_dir(folder).args(args);
    command
}

fn output(mut command: Command) -> (String, String) {
    let output = command.output().unwrap();
    assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

const PACKAGES: [&str; 4] = ["apps/web", "packages/api", "packages/settings", "packages/timing"];

/// Makes a part of each package, in a process and a folder of its own.
fn collect(root: &Path) -> Vec<PathBuf> {
    for package in PACKAGES {
        let (said, _) = output(unpoll(&root.join(package), &["facts", "-o", "unpoll.facts"]));
        let files = if package == "packages/settings" { "0 files" } else { "1 file" };
        assert_eq!(said, format!("unpoll.facts: {files}, 0.1 MiB\n"));
    }
    PACKAGES.iter().map(|package| root.join(package).join("unpoll.facts")).collect()
}

fn link(root: &Path, args: &[&str]) -> (String, String) {
    let parts = PACKAGES.map(|package| format!("{package}/unpoll.facts"));
    let mut command = unpoll(root, &["link", "--format", "json"]);
    command.args(parts).args(args);
    output(command)
}

#[test]
fn parts_of_other_processes_link_to_the_report_of_one_run() {
    let folder = workspace();
    let root = folder.path();
    let (plain, _) = output(unpoll(root, &["--no-cache", "--format", "json"]));
    assert!(plain.contains("\"verdict\": \"network-poll\""), "{plain}");
    let parts = collect(root);
    let (linked, notes) = link(root, &["--verbose"]);
    assert_eq!(plain, linked);
    assert_eq!(notes, "note: from 4 parts: 3 files not scanned, 3 files not parsed\n");

    let first = parts.iter().map(fs::read).collect::<Result<Vec<_>, _>>().unwrap();
    collect(root);
    assert_eq!(
        first,
        parts.iter().map(fs::read).collect::<Result<Vec<_>, _>>().unwrap(),
        "same in, same out"
    );
}

#[test]
fn what_a_part_does_not_know_is_parsed() {
    let folder = workspace();
    let root = folder.path();
    let parts = collect(root);
    let quiet = "export const EVERY_FEW_SECONDS = 1;\nexport const repeat = () => 1;\n";
    fs::write(root.join("packages/timing/src/index.ts"), quiet).unwrap();
    let (plain, _) = output(unpoll(root, &["--no-cache", "--format", "json"]));
    assert!(!plain.contains("\"verdict\": \"network-poll\""));
    assert_eq!(link(root, &[]), (plain.clone(), String::new()));

    let sound = fs::read(&parts[0]).unwrap();
    for at in (0..sound.len()).step_by(7) {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x10;
        fs::write(&parts[0], bytes).unwrap();
        let linked = json(root, Some(&Arc::new(Cache::of_parts(parts.clone()))));
        assert_eq!(json(root, None), linked, "byte {at}");
    }
    fs::write(&parts[0], "nothing of ours").unwrap();
    let (linked, notes) = link(root, &[]);
    assert_eq!(linked, plain);
    assert!(notes.contains("apps/web/unpoll.facts is damaged"), "{notes}");
    fs::remove_file(&parts[0]).unwrap();
    let mut absent = unpoll(root, &["link", "apps/web/unpoll.facts"]);
    absent.assert().code(2);
}
