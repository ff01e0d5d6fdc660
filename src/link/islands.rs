//! Which files a value can pass between, before anything is parsed. Files of one package can reach each other
//! in many ways: imports, globals, containers, templates. Files of two packages can only where one imports
//! from the other, or through those between them. So a name that a package of a monorepo uses is not looked for in
//! packages that have nothing to do with it.

use rustc_hash::FxHashSet;

use super::program::Program;
use crate::source::FileId;

/// The island of each file, as a number that only its files have.
#[derive(Debug, Default)]
pub(super) struct Islands {
    of_file: Vec<u32>,
}

impl Islands {
    /// Joins the packages of files, given as numbers, over imports from one file to another.
    pub(super) fn new(mut of_file: Vec<u32>, imports: impl Iterator<Item = (FileId, FileId)>) -> Self {
        let count = of_file.iter().max().map_or(0, |it| it + 1);
        let mut above: Vec<u32> = (0..count).collect();
        for (from, to) in imports {
            let (Some(from), Some(to)) = (of_file.get(from.index()), of_file.get(to.index())) else {
                continue;
            };
            let (from, to) = (top(&mut above, *from), top(&mut above, *to));
            // The lower number stands for both, whatever comes first.
            if let Some(slot) = above.get_mut(from.max(to) as usize) {
                *slot = from.min(to);
            }
        }
        for package in &mut of_file {
            *package = top(&mut above, *package);
        }
        Self { of_file }
    }

    /// The island of a file.
    pub(super) fn of(&self, file: FileId) -> Option<u32> {
        self.of_file.get(file.index()).copied()
    }
}

/// The number that stands for all that a package was joined with. Shortens the way for the next.
fn top(above: &mut [u32], package: u32) -> u32 {
    let mut at = package;
    while let Some(next) = above.get(at as usize).copied().filter(|it| *it != at) {
        let further = above.get(next as usize).copied().unwrap_or(next);
        if let Some(slot) = above.get_mut(at as usize) {
            *slot = further;
        }
        at = further;
    }
    at
}

impl Program {
    /// Whether a value can pass between two files at all.
    pub(super) fn may_reach(&self, one: FileId, other: FileId) -> bool {
        let islands = &self.imports().islands;
        islands.of(one) == islands.of(other)
    }

    /// The islands of files.
    pub(super) fn islands_of(&self, files: &[FileId]) -> FxHashSet<u32> {
        files.iter().filter_map(|it| self.imports().islands.of(*it)).collect()
    }

    /// Whether a file is on one of some islands.
    pub(super) fn is_on(&self, file: FileId, islands: &FxHashSet<u32>) -> bool {
        self.imports().islands.of(file).is_some_and(|it| islands.contains(&it))
    }

    /// The files of a list that a value can pass to or from a file.
    pub(super) fn near(&self, file: FileId, mut files: Vec<FileId>) -> Vec<FileId> {
        files.retain(|it| self.may_reach(file, *it));
        files
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_join_packages_and_nothing_else_does() {
        let imports = [(FileId(4), FileId(2)), (FileId(2), FileId(5))];
        let islands = Islands::new(vec![0, 0, 1, 2, 3, 4], imports.into_iter());
        let of = |file: u32| islands.of(FileId(file));
        assert_eq!(of(0), of(1));
        assert_eq!(of(4), of(2));
        assert_eq!(of(4), of(5));
        assert_ne!(of(0), of(2));
        assert_ne!(of(3), of(2));
        assert_eq!(of(9), None);
    }

    proptest::proptest! {
        #[test]
        fn the_order_of_imports_does_not_matter(edges in proptest::collection::vec((0u32..20, 0u32..20), 0..40)) {
            let packages: Vec<u32> = (0..20).collect();
            let files = |it: &(u32, u32)| (FileId(it.0), FileId(it.1));
            let one = Islands::new(packages.clone(), edges.iter().map(files));
            let other = Islands::new(packages, edges.iter().rev().map(files));
            proptest::prop_assert_eq!(one.of_file, other.of_file);
        }
    }
}
