//! The audited text behind a place: code frames, and columns as people count them.

use std::collections::HashMap;
use std::iter;

use super::audit::Frame;
use crate::source::{FileId, Place};

/// Lines shown before and after the place.
const AROUND: u32 = 2;
/// Longest line of a frame, in characters: minified code has only one.
const LONGEST_LINE: usize = 200;

/// Texts of audited files, each asked for once.
pub(super) struct Texts<'a> {
    read: &'a dyn Fn(FileId) -> Option<String>,
    seen: HashMap<FileId, Option<Text>>,
}

struct Text {
    text: String,
    /// Byte offset of each line.
    starts: Vec<usize>,
}

impl<'a> Texts<'a> {
    pub(super) fn new(read: &'a dyn Fn(FileId) -> Option<String>) -> Self {
        Self { read, seen: HashMap::new() }
    }

    /// First and last column of a place in characters; in bytes where the text is gone.
    pub(super) fn columns(&mut self, place: Place) -> (u32, u32) {
        let Some(text) = self.text(place.file) else {
            return (place.column, place.end_column);
        };
        (text.characters(place.line, place.column), text.characters(place.end_line, place.end_column))
    }

    /// The lines around the start of a place.
    pub(super) fn frame(&mut self, place: Place) -> Option<Frame> {
        let text = self.text(place.file)?;
        text.line(place.line)?;
        let first_line = place.line.saturating_sub(AROUND).max(1);
        let lines = (first_line..=place.line.saturating_add(AROUND))
            .map_while(|line| text.line(line))
            .map(|line| line.chars().take(LONGEST_LINE).collect())
            .collect();
        Some(Frame { first_line, lines })
    }

    /// The line on which a place starts, without the space around it.
    pub(super) fn line(&mut self, place: Place) -> Option<String> {
        let line = self.text(place.file)?.line(place.line)?.trim();
        Some(line.chars().take(LONGEST_LINE).collect())
    }

    fn text(&mut self, file: FileId) -> Option<&Text> {
        let text = self.seen.entry(file).or_insert_with(|| {
            let text = (self.read)(file)?;
            let starts = iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
            Some(Text { text, starts })
        });
        text.as_ref()
    }
}

impl Text {
    /// A line without its end; a text that ends with `\n` has no empty line behind it.
    fn line(&self, line: u32) -> Option<&str> {
        let start = self.starts.get(line.checked_sub(1)? as usize)?;
        let rest = self.text.get(*start..).filter(|rest| !rest.is_empty())?;
        let line = rest.split_once('\n').map_or(rest, |(line, _)| line);
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    fn characters(&self, line: u32, column: u32) -> u32 {
        let bytes = column.saturating_sub(1) as usize;
        let before = self.line(line).and_then(|line| line.get(..bytes));
        before.and_then(|before| u32::try_from(before.chars().count() + 1).ok()).unwrap_or(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: u32, column: u32) -> Place {
        Place { file: FileId(0), line, column, end_line: line, end_column: column + 1 }
    }

    fn frame_of(text: &str, line: u32) -> Option<Frame> {
        Texts::new(&|_| Some(text.to_owned())).frame(place(line, 1))
    }

    #[test]
    fn a_frame_has_two_lines_on_each_side() {
        let frame = frame_of("a\nb\r\nc\nd\ne\nf\n", 3).unwrap();
        assert_eq!(frame.first_line, 1);
        assert_eq!(frame.lines, ["a", "b", "c", "d", "e"]);
        assert_eq!(frame_of("a\nb\n", 1).unwrap().lines, ["a", "b"]);
        assert_eq!(frame_of("a\nb\n", 2).unwrap().first_line, 1);
        assert!(frame_of("a\nb\n", 9).is_none());
        assert!(frame_of("", 1).is_none());
    }

    #[test]
    fn long_lines_are_cut_between_characters() {
        let frame = frame_of(&"é".repeat(500), 1).unwrap();
        assert_eq!(frame.lines, ["é".repeat(200)]);
    }

    #[test]
    fn columns_count_characters() {
        let read = |_| Some("x\nconst café = 1;\n".to_owned());
        let mut texts = Texts::new(&read);
        assert_eq!(texts.columns(place(2, 12)), (11, 12));
        assert_eq!(texts.columns(place(2, 1)), (1, 2));
        // Inside a character or past the end: the number stays as it was.
        assert_eq!(texts.columns(Place { end_column: 900, ..place(2, 11) }), (11, 900));
        assert_eq!(Texts::new(&|_| None).columns(place(7, 12)), (12, 13));
    }

    #[test]
    fn a_file_is_read_once() {
        let reads = std::cell::Cell::new(0);
        let read = |_| {
            reads.set(reads.get() + 1);
            None
        };
        let mut texts = Texts::new(&read);
        texts.columns(place(1, 1));
        texts.frame(place(1, 1));
        assert_eq!(reads.get(), 1);
    }
}
