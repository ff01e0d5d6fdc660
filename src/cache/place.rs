//! Where caches are: in the `node_modules` of the audited tree, else in the user's cache folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Names the folder that caches are in, instead of all others.
const VARIABLE: &str = "UNPOLL_CACHE_DIR";
/// What names of files with facts begin with.
pub(super) const FACTS: &str = "facts-";
/// What names of files with a report begin with.
pub(super) const REPORT: &str = "report-";

/// What names of files begin with while they are written; a run that was killed leaves one.
pub(super) const TEMPORARY: &str = ".unpoll-";

/// A folder for caches, and the folder of the secret that seals them.
pub(super) struct Place {
    pub folder: PathBuf,
    pub secrets: PathBuf,
}

/// One of our files.
pub(super) struct CacheFile {
    pub path: PathBuf,
    pub bytes: u64,
    written: SystemTime,
}

/// The place for an audited root.
pub(super) fn of(root: &Path) -> Result<Place, String> {
    if let Some(folder) = std::env::var_os(VARIABLE).filter(|it| !it.is_empty()) {
        // Whoever names the folder vouches for it: it may travel between machines as a whole.
        let folder = PathBuf::from(folder);
        return Ok(Place { secrets: folder.clone(), folder });
    }
    let own = dirs::cache_dir()
        .ok_or_else(|| format!("no folder for caches is known; {VARIABLE} can name one"))?
        .join("unpoll");
    let folder = node_modules(root).map_or_else(|| own.clone(), |it| it.join(".cache").join("unpoll"));
    Ok(Place { folder, secrets: own })
}

/// The nearest `node_modules` at the root or above it in the repository.
fn node_modules(root: &Path) -> Option<PathBuf> {
    let top = root.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(root);
    let inside = root.ancestors().take_while(|folder| folder.starts_with(top));
    // Through a symbolic link we could be made to write anywhere.
    inside.map(|folder| folder.join("node_modules")).find(|folder| is_folder(folder))
}

/// A folder that is really there, and not a link to one.
fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

/// Makes the folder of a cache.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    if let Some(above) = folder.parent().filter(|it| it.ends_with("node_modules/.cache")) {
        for part in [above, folder] {
            if !is_folder(part) {
                fs::create_dir(part)?;
            }
        }
        return Ok(());
    }
    fs::create_dir_all(folder)
}

/// Our files in a folder, the newest first.
pub(super) fn files(folder: &Path) -> Vec<CacheFile> {
    if !is_folder(folder) {
        return Vec::new();
    }
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| {
        let name = entry.file_name();
        name.to_str().is_some_and(|name| [FACTS, REPORT, TEMPORARY].iter().any(|it| name.starts_with(it)))
    });
    let mut files: Vec<CacheFile> = ours
        .filter_map(|entry| {
            let found = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            let written = found.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            Some(CacheFile { path: entry.path(), bytes: found.len(), written })
        })
        .collect();
    files.sort_by(|a, b| b.written.cmp(&a.written).then_with(|| a.path.cmp(&b.path)));
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_real_node_modules_of_the_repository_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        let web = top.join("repo/apps/web");
        fs::create_dir_all(&web).unwrap();
        fs::create_dir_all(top.join("node_modules")).unwrap();
        fs::create_dir(top.join("repo/.git")).unwrap();
        assert_eq!(node_modules(&web), None, "that of a folder above the repository is not ours");
        fs::create_dir(top.join("repo/node_modules")).unwrap();
        assert_eq!(node_modules(&web), Some(top.join("repo/node_modules")));
        fs::create_dir(web.join("node_modules")).unwrap();
        assert_eq!(node_modules(&web), Some(web.join("node_modules")));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let modules = folder.path().join("node_modules");
        symlink(elsewhere.path(), &modules).unwrap();
        assert_eq!(node_modules(folder.path()), None);

        fs::remove_file(&modules).unwrap();
        fs::create_dir(&modules).unwrap();
        symlink(elsewhere.path(), modules.join(".cache")).unwrap();
        assert!(make(&modules.join(".cache/unpoll")).is_err());

        fs::remove_file(modules.join(".cache")).unwrap();
        fs::create_dir(modules.join(".cache")).unwrap();
        symlink(elsewhere.path(), modules.join(".cache/unpoll")).unwrap();
        assert!(make(&modules.join(".cache/unpoll")).is_err());
        fs::write(elsewhere.path().join("facts-1"), "").unwrap();
        assert!(files(&modules.join(".cache/unpoll")).is_empty());
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1);
    }
}
