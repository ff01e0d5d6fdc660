//! The same files give the same bytes, whatever order they are named or found in.

use std::path::PathBuf;

use crate::support::{Case, cases, report, sources};

#[test]
fn the_order_in_which_files_are_named_changes_nothing() {
    let changes = |case: &Case| {
        let mut paths: Vec<PathBuf> = sources(case).iter().map(|(path, _)| case.root.join(path)).collect();
        // The folder itself keeps manifests and pages in.
        paths.push(case.root.clone());
        let json = |paths: &[PathBuf], threads: usize| {
            let options = unpoll::Options {
                paths: paths.to_vec(),
                threads: Some(threads),
                ..unpoll::Options::default()
            };
            let audit = unpoll::audit(&options, &unpoll::progress::Silent).map_err(|why| why.to_string())?;
            Ok::<String, String>(report(&audit, "json", &unpoll::report::Options::default()))
        };
        let sorted = json(&paths, 1);
        paths.reverse();
        let reversed = json(&paths, 8);
        sorted != reversed
    };
    let wrong: Vec<_> = std::thread::scope(|scope| {
        let cases = cases();
        let half = |part: &[Case]| {
            let part = part.to_vec();
            scope.spawn(move || part.into_iter().filter(changes).map(|case| case.name).collect::<Vec<_>>())
        };
        let halves = cases.chunks(cases.len() / 2 + 1).map(half).collect::<Vec<_>>();
        halves.into_iter().flat_map(|it| it.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[cfg(unix)]
#[test]
fn the_order_in_which_a_folder_lists_its_files_changes_nothing() {
    let mut reports = Vec::new();
    for step in [1, 7, 11] {
        let tree = crate::tree(&[]);
        for at in 0..60 {
            // Each of the numbers once, and in another order each time.
            let at = at * step % 60;
            let next = (at + 1) % 60;
            let work = if at % 10 == 0 { "fetch('/api')".to_owned() } else { format!("f{next}()") };
            let text = format!(
                "import {{ f{next} }} from './f{next}'\nexport const f{at} = () => {work}\nsetInterval(f{at}, 900)\n"
            );
            std::fs::write(tree.path().join(format!("src/f{at}.ts")), text).unwrap();
        }
        let audit = crate::audited(&tree);
        assert!(audit.findings.len() >= 60, "{} findings", audit.findings.len());
        let text = report(&audit, "json", &unpoll::report::Options::default());
        reports.push(text.replace(&tree.path().display().to_string(), ""));
    }
    assert!(reports.windows(2).all(|pair| pair[0] == pair[1]));
}
