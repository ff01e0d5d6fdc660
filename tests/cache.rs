//! Whatever a cache holds, the report is that of a run without one.

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

use proptest::prelude::*;
use support::compare::report as fail_with;
use support::{Case, cases, options};
use unpoll::cache::{Cache, Hits};
use walkdir::WalkDir;

/// The JSON report of a folder, with or without a cache.
fn json(root: &Path, cache: Option<&Arc<Cache>>, parse_all: bool) -> String {
    let options = unpoll::Options { cache: cache.cloned(), ..options(root, 2, parse_all) };
    match unpoll::audit(&options, &unpoll::progress::Silent) {
        Ok(audit) => support::report(&audit, "json", &unpoll::report::Options::default()),
        Err(error) => error.to_string(),
    }
}

/// The cache of a root, as a run of its own sees it.
fn cache(folder: &Path, root: &Path) -> Arc<Cache> {
    Arc::new(Cache::in_folder(folder, folder, root).unwrap())
}

fn without_stats(report: &str) -> &str {
    report.rsplit_once("\n  \"stats\": {").map_or(report, |it| it.0)
}

/// Our files in the folder of a cache, reports first.
fn stored(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_wanted = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with(prefix);
    names.filter(is_wanted).collect()
}

#[test]
fn warm_is_cold() {
    let folder = tempfile::tempdir().unwrap();
    let same = |case: &Case| -> Result<(), String> {
        let plain = json(&case.root, None, false);
        let first = json(&case.root, Some(&cache(folder.path(), &case.root)), false);
        let again = cache(folder.path(), &case.root);
        let second = json(&case.root, Some(&again), false);
        let is_report = again.hits() == Hits { reports: 1, words: 0, facts: 0 };
        stored(folder.path(), "report-").iter().for_each(|file| fs::remove_file(file).unwrap());
        let third = cache(folder.path(), &case.root);
        let from_facts = json(&case.root, Some(&third), false);
        let Hits { reports, words, .. } = third.hits();
        match () {
            () if plain != first => Err("a cache that is empty changes the report"),
            () if plain != second => Err("a remembered report is another one"),
            () if plain != from_facts => Err("remembered facts change the report"),
            () if !is_report => Err("no report was remembered"),
            () if reports > 0 || words == 0 => Err("no facts were remembered"),
            () => Ok(()),
        }
        .map_err(|why| format!("{} {why}", case.name))
    };
    let cases = cases();
    fail_with(cases.iter().filter_map(|case| same(case).err()).collect(), cases.len());
}

/// A change that somebody makes to a tree.
#[derive(Debug, Clone)]
enum Edit {
    DropLine(prop::sample::Index, prop::sample::Index),
    RepeatLine(prop::sample::Index, prop::sample::Index),
    ChangeDigit(prop::sample::Index, u8),
    Append(prop::sample::Index, &'static str),
    Remove(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Touch(prop::sample::Index),
    Write(&'static str, &'static str),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    use prop::sample::Index;
    let digits = (any::<Index>(), b'0'..=b'9').prop_map(|(at, digit)| Edit::ChangeDigit(at, digit));
    let appended = prop::sample::select(vec![
        "\nsetInterval(() => fetch('/api/orders'), 7_000);\n",
        "\n// a remark\n",
        "\nexport const later = 1;\n",
        "\n// unpoll-disable-file -- not today\n",
        "\nfunction broken( {\n",
    ]);
    let written = prop::sample::select(vec![
        ("tsconfig.json", "{ \"compilerOptions\": { \"baseUrl\": \"src\" } }"),
        ("tsconfig.json", "{ broken"),
        ("package.json", "{ \"name\": \"orders\", \"dependencies\": { \"react\": \"19\" } }"),
        ("src/new.ts", "export * from './main';\n"),
        ("src/main.generated.ts", "setInterval(load, 5000);\n"),
        (".gitignore", "*.tsx\n"),
    ]);
    let edit = prop_oneof![
        any::<(Index, Index)>().prop_map(|(file, line)| Edit::DropLine(file, line)),
        any::<(Index, Index)>().prop_map(|(file, line)| Edit::RepeatLine(file, line)),
        digits,
        (any::<Index>(), appended).prop_map(|(file, text)| Edit::Append(file, text)),
        any::<Index>().prop_map(Edit::Remove),
        any::<(Index, Index)>().prop_map(|(one, other)| Edit::Swap(one, other)),
        any::<Index>().prop_map(Edit::Touch),
        written.prop_map(|(path, text)| Edit::Write(path, text)),
    ];
    prop::collection::vec(edit, 1..4)
}

fn apply(edit: &Edit, root: &Path) {
    let entries = WalkDir::new(root).sort_by_file_name().into_iter().map(Result::unwrap);
    let files: Vec<PathBuf> =
        entries.filter(|entry| entry.file_type().is_file()).map(|it| it.path().to_owned()).collect();
    if files.is_empty() {
        return;
    }
    let read = |path: &PathBuf| fs::read_to_string(path).unwrap();
    let lines = |path: &PathBuf| read(path).lines().map(str::to_owned).collect::<Vec<_>>();
    match edit {
        Edit::DropLine(file, line) | Edit::RepeatLine(file, line) => {
            let path = file.get(&files);
            let mut lines = lines(path);
            if !lines.is_empty() {
                let at = line.index(lines.len());
                match edit {
                    Edit::DropLine(..) => drop(lines.remove(at)),
                    _ => lines.insert(at, lines[at].clone()),
                }
            }
            fs::write(path, lines.join("\n")).unwrap();
        }
        Edit::ChangeDigit(file, digit) => {
            let path = file.get(&files);
            let text = read(path);
            let changed = text.replace(|it: char| it.is_ascii_digit(), &char::from(*digit).to_string());
            fs::write(path, changed).unwrap();
        }
        Edit::Append(file, text) => {
            let path = file.get(&files);
            fs::write(path, read(path) + text).unwrap();
        }
        Edit::Remove(file) => fs::remove_file(file.get(&files)).unwrap(),
        Edit::Swap(one, other) => {
            let (one, other) = (one.get(&files), other.get(&files));
            let texts = (read(one), read(other));
            fs::write(one, texts.1).unwrap();
            fs::write(other, texts.0).unwrap();
        }
        Edit::Touch(file) => {
            let path = file.get(&files);
            fs::write(path, read(path)).unwrap();
        }
        Edit::Write(path, text) => {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn warm_is_cold_after_any_edit(
        case in any::<prop::sample::Index>(),
        rounds in prop::collection::vec(edits(), 1..4),
    ) {
        let (folder, tree) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        // The name of the root is in the report.
        let root = tree.path().join("repo");
        support::copy(&case.get(&cases()).root, &root);
        json(&root, Some(&cache(folder.path(), &root)), false);
        for edits in &rounds {
            edits.iter().for_each(|edit| apply(edit, &root));
            let plain = json(&root, None, false);
            prop_assert_eq!(&plain, &json(&root, Some(&cache(folder.path(), &root)), false));
            prop_assert_eq!(&plain, &json(&root, Some(&cache(folder.path(), &root)), false));
            let all = json(&root, Some(&cache(folder.path(), &root)), true);
            prop_assert_eq!(without_stats(&plain), without_stats(&all));
        }
    }
}

/// A small tree with an alias, a manifest and a poll, and the folder of its cache.
fn orders() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("orders");
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("package.json", "{ \"name\": \"orders\" }");
    write("tsconfig.json", "{ \"compilerOptions\": { \"paths\": { \"#api/*\": [\"./src/api/*\"] } } }");
    write("src/main.ts", "import { load } from '#api/orders';\nsetInterval(load, 5_000);\n");
    write("src/api/orders.ts", "export const load = () => fetch('/api/orders');\n");
    write("src/mock/orders.ts", "export const load = () => console.log('none');\n");
    let cached = folder.path().join("cache");
    (folder, root, cached)
}

#[test]
fn what_steers_resolution_is_asked_again() {
    let (_folder, root, cached) = orders();
    let polls = json(&root, Some(&cache(&cached, &root)), false);
    assert!(polls.contains("\"verdict\": \"network-poll\""));
    let aliases = root.join("tsconfig.json");
    fs::write(&aliases, fs::read_to_string(&aliases).unwrap().replace("api/*\"]", "mock/*\"]")).unwrap();
    let quiet = json(&root, Some(&cache(&cached, &root)), false);
    assert!(!quiet.contains("\"verdict\": \"network-poll\""));
    // The config that the other one extends is not even in the tree.
    fs::write(&aliases, "{ \"extends\": \"../base.json\" }").unwrap();
    let lost = json(&root, Some(&cache(&cached, &root)), false);
    assert!(!lost.contains("\"verdict\": \"network-poll\""));
    let base = root.parent().unwrap().join("base.json");
    fs::write(base, "{ \"compilerOptions\": { \"paths\": { \"#api/*\": [\"./orders/src/api/*\"] } } }")
        .unwrap();
    let found = json(&root, Some(&cache(&cached, &root)), false);
    assert!(found.contains("\"verdict\": \"network-poll\""));
    assert_eq!(found, json(&root, None, false));
}

#[test]
fn one_changed_file_costs_one_file() {
    let (_folder, root, cached) = orders();
    json(&root, Some(&cache(&cached, &root)), false);
    fs::write(root.join("src/mock/orders.ts"), "export const load = () => setTimeout(load, 100);\n").unwrap();
    let warm = cache(&cached, &root);
    assert_eq!(json(&root, Some(&warm), false), json(&root, None, false));
    assert_eq!((warm.hits().reports, warm.hits().words), (0, 2));
}

#[test]
fn settings_and_paths_have_reports_of_their_own() {
    let (_folder, root, cached) = orders();
    let seen = |options: unpoll::Options| {
        let cache = cache(&cached, &root);
        let options = unpoll::Options { cache: Some(Arc::clone(&cache)), ..options };
        let audit = unpoll::audit(&options, &unpoll::progress::Silent).unwrap();
        (audit.findings.len(), cache.hits().reports)
    };
    let mut lenient = options(&root, 1, false);
    lenient.settings.thresholds.accept_ms = 1_000.0;
    assert_eq!(seen(options(&root, 1, false)), (1, 0));
    assert_eq!(seen(lenient.clone()), (0, 0));
    assert_eq!(seen(options(&root, 1, false)), (1, 1));
    assert_eq!(seen(lenient), (0, 1));
    assert_eq!(seen(options(&root.join("src/main.ts"), 1, false)).1, 0);
}

/// Runs with a cache whose files somebody changed; says what came out of it.
fn spoiled(spoil: impl Fn(&Path)) -> Hits {
    let (_folder, root, cached) = orders();
    let plain = json(&root, None, false);
    json(&root, Some(&cache(&cached, &root)), false);
    let files = [stored(&cached, "facts-"), stored(&cached, "report-")].concat();
    assert_eq!(files.len(), 2);
    files.iter().for_each(|file| spoil(file));
    let warm = cache(&cached, &root);
    assert_eq!(json(&root, Some(&warm), false), plain);
    let hits = warm.hits();
    // The next run stands on sound ground again, if there is a place for it.
    assert_eq!(json(&root, Some(&cache(&cached, &root)), false), plain);
    hits
}

#[test]
fn a_spoiled_cache_is_none() {
    assert_eq!(spoiled(|_| ()).reports, 1);
    let cold = Hits::default();
    for keep in [0, 1, 7, 8, 15, 16, 47, 48, 60] {
        let cut = |file: &Path| fs::write(file, &fs::read(file).unwrap()[..keep]).unwrap();
        assert_eq!(spoiled(cut), cold, "cut to {keep} bytes");
    }
    let short = |file: &Path| {
        let bytes = fs::read(file).unwrap();
        fs::write(file, &bytes[..bytes.len() - 1]).unwrap();
    };
    assert_eq!(spoiled(short), cold);
    let long = |file: &Path| fs::write(file, [fs::read(file).unwrap(), b"more".to_vec()].concat()).unwrap();
    assert_eq!(spoiled(long), cold);
    assert_eq!(spoiled(|file| fs::write(file, [0xff; 4096]).unwrap()), cold);
    let folder = |file: &Path| {
        fs::remove_file(file).unwrap();
        fs::create_dir(file).unwrap();
    };
    assert_eq!(spoiled(folder), cold);
}

#[test]
fn a_changed_byte_costs_time_and_nothing_else() {
    let (_folder, root, cached) = orders();
    let plain = json(&root, None, false);
    json(&root, Some(&cache(&cached, &root)), false);
    let report = stored(&cached, "report-").remove(0);
    each_byte_changed(&report, |at| {
        let warm = cache(&cached, &root);
        assert_eq!(json(&root, Some(&warm), false), plain, "byte {at} of a report");
        assert_eq!(warm.hits().reports, 0);
    });
    each_byte_changed(&stored(&cached, "facts-").remove(0), |at| {
        // The second run reads what the first one wrote.
        for _ in 0..2 {
            fs::remove_file(&report).unwrap();
            let warm = cache(&cached, &root);
            assert_eq!(json(&root, Some(&warm), false), plain, "byte {at} of facts");
            assert_eq!(warm.hits().reports, 0);
        }
    });
}

fn each_byte_changed(file: &Path, then: impl Fn(usize)) {
    let sound = fs::read(file).unwrap();
    for at in (0..sound.len()).step_by(sound.len() / 60 + 1) {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x40;
        fs::write(file, bytes).unwrap();
        then(at);
    }
}

#[test]
fn nobody_else_can_write_a_cache() {
    let (_folder, root, cached) = orders();
    let [mine, theirs] = ["mine", "theirs"].map(|name| root.parent().unwrap().join(name));
    let honest = || Arc::new(Cache::in_folder(&cached, &mine, &root).unwrap());
    json(&root, Some(&honest()), false);
    // Everything that somebody could commit: sound files, sealed with another secret.
    json(&root, Some(&Arc::new(Cache::in_folder(&theirs, &theirs, &root).unwrap())), false);
    for kind in ["facts-", "report-"] {
        let [own, forged] = [&cached, &theirs].map(|folder| stored(folder, kind).remove(0));
        fs::copy(forged, own).unwrap();
    }
    let victim = honest();
    assert_eq!(json(&root, Some(&victim), false), json(&root, None, false));
    assert_eq!(victim.hits(), Hits::default());
}

#[test]
fn a_folder_that_cannot_be_written_costs_a_note() {
    let (_folder, root, cached) = orders();
    let secrets = root.parent().unwrap().join("secrets");
    fs::write(&cached, "a file where the folder would be").unwrap();
    let cache = Arc::new(Cache::in_folder(&cached, &secrets, &root).unwrap());
    assert_eq!(json(&root, Some(&cache), false), json(&root, None, false));
    assert!(cache.notes()[0].contains("cannot be written"), "{:?}", cache.notes());
    let why = Cache::in_folder(&cached, &cached, &root).unwrap_err();
    assert!(why.contains("no secret"), "{why}");
}

#[test]
fn the_size_is_bounded_and_the_oldest_goes_first() {
    let (_folder, root, cached) = orders();
    let limit = 16_000;
    for round in 0..12 {
        fs::write(root.join("src/main.ts"), format!("setInterval(load, {round}_000);\n")).unwrap();
        let small = Cache::in_folder(&cached, &cached, &root).unwrap().with_limit(limit);
        json(&root, Some(&Arc::new(small)), false);
    }
    let usage = cache(&cached, &root).usage();
    assert!(usage.bytes > 0 && usage.bytes <= limit, "{usage:?}");
    let again = Arc::new(Cache::in_folder(&cached, &cached, &root).unwrap().with_limit(limit));
    json(&root, Some(&again), false);
    assert_eq!(again.hits().reports, 1, "the newest is there");
    assert_eq!(again.clear().unwrap().bytes, usage.bytes);
    assert_eq!(again.usage().files, 0);
}

#[test]
fn runs_at_the_same_time_do_not_disturb_each_other() {
    let (_folder, root, cached) = orders();
    let plain = json(&root, None, false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..4 {
                    let cache = cache(&cached, &root);
                    assert_eq!(json(&root, Some(&cache), false), plain);
                    _ = cache.clear();
                }
            });
        }
    });
    json(&root, Some(&cache(&cached, &root)), false);
    let last = cache(&cached, &root);
    assert_eq!(json(&root, Some(&last), false), plain);
    assert_eq!(last.hits().reports, 1);
}

/// Runs the program in a folder, with the user's cache folder beside it; gives stdout and stderr.
fn unpoll(root: &Path, args: &[&str]) -> (String, String) {
    let mut command = assert_cmd::Command::cargo_bin("unpoll").unwrap();
    let users = root.parent().unwrap().join("users");
    command.current_dir(root).args(args).env("XDG_CACHE_HOME", users).env("UNPOLL_CACHE_DIR", "");
    let output = command.output().unwrap();
    assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

#[cfg(target_os = "linux")]
#[test]
fn runs_of_the_program_remember_in_node_modules_or_in_the_users_cache_folder() {
    let (folder, root, _) = orders();
    let users = folder.path().join("users/unpoll");
    let audit = ["--format", "json", "--verbose"];
    let (plain, silence) = unpoll(&root, &["--format", "json", "--verbose", "--no-cache"]);
    assert_eq!((silence.as_str(), users.exists()), ("", false), "--no-cache leaves no trace");

    let (first, said) = unpoll(&root, &audit);
    assert_eq!(first, plain);
    assert!(said.ends_with("/users/unpoll: 0 files not scanned, 0 files not parsed\n"), "{said}");
    let (second, said) = unpoll(&root, &audit);
    assert_eq!(second, plain);
    assert!(said.ends_with("/users/unpoll: the report of an earlier run over the same tree\n"), "{said}");
    assert_eq!(stored(&users, "").len(), 3, "facts, a report and the secret");

    let modules = root.join("node_modules");
    fs::create_dir(&modules).unwrap();
    unpoll(&root, &audit);
    let inside = modules.join(".cache/unpoll");
    assert_eq!(stored(&inside, "").len(), 2, "the secret is not where the audited code is");
    let (shown, _) = unpoll(&root, &["cache"]);
    assert!(shown.ends_with("orders/node_modules/.cache/unpoll: 2 files, 0.1 MiB\n"), "{shown}");
    let (cleared, _) = unpoll(&root, &["cache", "clear"]);
    assert!(cleared.ends_with(": 2 files, 0.1 MiB, removed\n"), "{cleared}");
    assert!(stored(&inside, "").is_empty());
    assert_eq!(stored(&users, "").len(), 3, "other folders are left alone");
}
