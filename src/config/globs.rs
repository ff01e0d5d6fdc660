//! Globs as a user writes them: `src/legacy` covers all that is in it.

use std::fmt;
use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Longest glob, in bytes.
const LONGEST: usize = 500;

/// A set of globs for paths with `/`, relative to one folder.
#[derive(Clone, Default)]
pub struct Globs {
    set: GlobSet,
    /// As written, in their order.
    texts: Vec<String>,
}

/// What was written says all, and shorter than the automata made of it.
impl fmt::Debug for Globs {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.texts.fmt(out)
    }
}

/// Which of several globs is none, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Number of the glob; none when they cannot be used together.
    pub at: Option<usize>,
    /// As the parser says it.
    pub why: String,
}

impl Globs {
    /// Reads globs.
    ///
    /// # Errors
    ///
    /// When one does not parse.
    pub fn new(texts: &[String]) -> Result<Self, Wrong> {
        let mut set = GlobSetBuilder::new();
        for (at, text) in texts.iter().enumerate() {
            let wrong = |why: String| Wrong { at: Some(at), why };
            let plain = text.trim_start_matches("./").trim_end_matches('/');
            if plain.len() > LONGEST {
                return Err(wrong(format!("longer than {LONGEST} bytes")));
            }
            let glob = GlobBuilder::new(plain).literal_separator(true).build();
            set.add(glob.map_err(|why| wrong(why.kind().to_string()))?);
        }
        let set = set.build().map_err(|why| Wrong { at: None, why: why.kind().to_string() })?;
        Ok(Self { set, texts: texts.to_vec() })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Whether one of them names the path itself.
    pub fn matches(&self, path: &str) -> bool {
        self.set.is_match(path)
    }

    /// Whether one of them names the path or a folder above it.
    pub fn covers(&self, path: &str) -> bool {
        !self.is_empty() && Path::new(path).ancestors().any(|above| self.set.is_match(above))
    }

    /// The length of the longest one that covers the path.
    pub fn longest(&self, path: &str) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        let hits = Path::new(path).ancestors().flat_map(|above| self.set.matches(above));
        hits.filter_map(|at| self.texts.get(at)).map(String::len).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(texts: &[&str]) -> Result<Globs, Wrong> {
        Globs::new(&texts.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn a_folder_covers_what_is_in_it() {
        let legacy = globs(&["./src/legacy/", "**/*.gen.ts"]).unwrap();
        assert!(legacy.covers("src/legacy/orders/list.ts") && legacy.covers("app/api.gen.ts"));
        assert!(!legacy.covers("src/legacy.ts") && !legacy.covers("lib/src/legacy/a.ts"));
        assert!(legacy.matches("src/legacy") && !legacy.matches("src/legacy/orders"));
        assert!(!globs(&[]).unwrap().covers(""));
    }

    #[test]
    fn the_longest_says_most() {
        let areas = globs(&["src/**", "src/orders/**", "src"]).unwrap();
        assert_eq!(areas.longest("src/orders/list.ts"), Some(13));
        assert_eq!(areas.longest("src/a.ts"), Some(6));
        assert_eq!(areas.longest("lib/a.ts"), None);
    }

    #[test]
    fn the_wrong_one_is_named() {
        assert_eq!(globs(&["src/**", "src/{a"]).unwrap_err().at, Some(1));
        assert!(globs(&[&"a".repeat(501)]).unwrap_err().why.contains("longer"));
    }
}
