//! Shared ground: source files, places in them, and what was passed over.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Number of a discovered file: its index in the sorted list that `discover` gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl FileId {
    /// The id as an index into per-file tables.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Which tree-sitter grammar reads a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// `.ts`, `.mts`, `.cts`: angle-bracket casts, no JSX.
    TypeScript,
    /// `.tsx` and every JavaScript flavour: JSX, no angle-bracket casts.
    Tsx,
    /// `.go`: a backend.
    Go,
    /// No grammar: templates, and backends that are searched as text.
    Text,
}

/// What a backend is written in, when it is not TypeScript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BackendLanguage {
    /// `.go`
    Go,
    /// `.py`
    Python,
    /// `.rb`
    Ruby,
    /// `.java`
    Java,
    /// `.kt`, `.kts`
    Kotlin,
    /// `.cs`
    CSharp,
    /// `.rs`
    Rust,
    /// `.php`
    Php,
    /// `.ex`, `.exs`
    Elixir,
}

/// A file of a backend in another language: it may send what the audited client receives.
#[derive(Debug, Clone)]
pub struct BackendFile {
    /// Relative to the audited root, with `/`.
    pub path: String,
    /// Where to read it. Never leaves the process.
    pub absolute: PathBuf,
    /// Language by extension.
    pub language: BackendLanguage,
    /// Product or test code, by path and by the customs of the language.
    pub role: Role,
}

impl BackendFile {
    /// The file as a source of places and code frames.
    pub fn as_source(&self) -> SourceFile {
        let language = match self.language {
            BackendLanguage::Go => Language::Go,
            _ => Language::Text,
        };
        SourceFile { path: self.path.clone(), absolute: self.absolute.clone(), language, role: self.role }
    }
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Code that ships.
    Product,
    /// Test, story, mock, fixture, benchmark or example code.
    Test,
}

/// A file that the audit may read.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Relative to the audited root, with `/`: the name every report uses.
    pub path: String,
    /// Where to read it. Never leaves the process.
    pub absolute: PathBuf,
    /// Grammar by extension.
    pub language: Language,
    /// Product or test code, by path.
    pub role: Role,
}

/// A range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A range in one file as people count: lines and columns from 1, columns in UTF-8 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// One past the last column.
    pub end_column: u32,
}

/// Byte offsets at which the lines of one file start.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes a text; `\n` ends a line, as editors and tree-sitter count.
    pub fn new(text: &[u8]) -> Self {
        let mut starts = vec![0];
        starts.extend(
            text.iter()
                .enumerate()
                .filter(|(_, byte)| **byte == b'\n')
                .filter_map(|(at, _)| u32::try_from(at + 1).ok()),
        );
        Self { starts }
    }

    /// Whether lines come one after the other, as all lookups take for granted.
    pub(crate) fn is_sound(&self) -> bool {
        self.starts.first().is_none_or(|first| *first == 0) && self.starts.is_sorted()
    }

    /// Line and column, both from 1, of a byte offset.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|at| self.starts.get(at)).copied().unwrap_or(0);
        (u32::try_from(line).unwrap_or(u32::MAX), offset - start + 1)
    }

    /// The place of a span.
    pub fn place(&self, file: FileId, span: Span) -> Place {
        let (line, column) = self.position(span.start);
        let (end_line, end_column) = self.position(span.end);
        Place { file, line, column, end_line, end_column }
    }
}

/// A file, or a part of one, that the audit did not look at, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skip {
    /// Relative path with `/`.
    pub file: String,
    /// Why, in a few plain words: `minified`, `not UTF-8`, `larger than 4 MiB`.
    pub reason: String,
}

/// How the reason of a skip begins when the mistake is ours.
const INTERNAL: &str = "internal error: ";

impl Skip {
    /// Does work that a bug of ours may break off; names it as ours instead of ending the run.
    ///
    /// # Errors
    ///
    /// When the work panics: the skip says so in the name of `what`, a path or a rule.
    pub fn guard<T>(what: &str, work: impl FnOnce() -> T) -> Result<T, Self> {
        // What the work was changing when it broke is dropped with it.
        catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
            let said = panic.downcast_ref::<&str>().copied();
            let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
            Self { file: what.to_owned(), reason: format!("{INTERNAL}{}", said.unwrap_or("panicked")) }
        })
    }

    /// What broke, when `unpoll` itself is to blame.
    pub fn internal(&self) -> Option<&str> {
        self.reason.strip_prefix(INTERNAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_is_named_as_ours() {
        assert_eq!(Skip::guard("src/orders.ts", || 7), Ok(7));
        let broken = Skip::guard("src/orders.ts", || -> u8 { panic!("at {}", 3) }).unwrap_err();
        assert_eq!((broken.file.as_str(), broken.reason.as_str()), ("src/orders.ts", "internal error: at 3"));
        assert_eq!(broken.internal(), Some("at 3"));
    }
}
