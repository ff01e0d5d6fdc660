//! What the targets share: a folder of files, audited as a whole. Included by each of them.

use std::path::Path;

use unpoll::findings::audit::Audit;

/// Audits files by name; panics when the audit does or names a bug of its own. Names lead nowhere else.
#[allow(dead_code)]
pub fn audited(files: &[(&str, &[u8])]) -> Option<Audit> {
    let tree = tempfile::tempdir().ok()?;
    for (name, bytes) in files {
        std::fs::write(tree.path().join(name), bytes).ok()?;
    }
    let audit = audit(tree.path(), unpoll::config::Settings::default())?;
    for format in unpoll::report::FORMATS {
        format.write(&audit, &unpoll::report::Options::default(), &mut Vec::new()).expect("a report is written");
    }
    Some(audit)
}

/// The audit of a folder under a config.
#[allow(dead_code)]
pub fn audit(folder: &Path, settings: unpoll::config::Settings) -> Option<Audit> {
    let paths = vec![folder.to_owned()];
    let options = unpoll::Options { paths, threads: Some(1), parse_all: true, settings, ..unpoll::Options::default() };
    let audit = unpoll::audit(&options, &unpoll::progress::Silent).ok()?;
    let broken: Vec<_> = audit.stats.skipped.iter().filter_map(unpoll::source::Skip::internal).collect();
    assert!(broken.is_empty(), "{broken:?}");
    Some(audit)
}
