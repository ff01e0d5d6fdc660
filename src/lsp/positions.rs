//! Places of the audit and positions of the protocol: lines from 0, and columns in the units that the client chose.

use gen_lsp_types::{Position, PositionEncodingKind, Range};

/// In what the columns of positions are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Encoding {
    Utf8,
    /// What every client knows.
    #[default]
    Utf16,
    Utf32,
}

impl Encoding {
    /// The best of those that a client offers: bytes cost nothing to count.
    pub(super) fn of(offered: &[PositionEncodingKind]) -> Self {
        let has = |kind| offered.contains(&kind);
        match () {
            () if has(PositionEncodingKind::UTF8) => Self::Utf8,
            () if has(PositionEncodingKind::UTF32) => Self::Utf32,
            () => Self::Utf16,
        }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn width(self, letter: char) -> usize {
        match self {
            Self::Utf8 => letter.len_utf8(),
            Self::Utf16 => letter.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// A text and where its lines begin.
pub(super) struct Lines<'a> {
    text: &'a str,
    encoding: Encoding,
    /// As the protocol counts lines: `\n`, `\r\n` and `\r` end one.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str, encoding: Encoding) -> Self {
        let bytes = text.as_bytes();
        let ends = |at: usize| match bytes.get(at) {
            Some(b'\n') => true,
            Some(b'\r') => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let starts = std::iter::once(0).chain((0..bytes.len()).filter(|at| ends(*at)).map(|at| at + 1));
        Self { text, encoding, starts: starts.collect() }
    }

    /// The position of a byte of the text.
    pub(super) fn position(&self, offset: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let before = self.text.get(start..offset).unwrap_or_default();
        let column: usize = before.chars().map(|it| self.encoding.width(it)).sum();
        Position { line: unsigned(line), character: unsigned(column) }
    }

    /// The byte at a position; one that is not there stands for the nearest before it.
    pub(super) fn offset(&self, position: Position) -> usize {
        let Some(line) = self.line(position.line) else { return self.text.len() };
        let start = self.starts.get(position.line as usize).copied().unwrap_or_default();
        let (mut column, mut offset) = (0, start);
        for letter in line.chars() {
            column += self.encoding.width(letter);
            if column > position.character as usize {
                break;
            }
            offset += letter.len_utf8();
        }
        offset
    }

    /// A line without its end.
    pub(super) fn line(&self, line: u32) -> Option<&'a str> {
        let start = *self.starts.get(line as usize)?;
        let end = self.starts.get(line as usize + 1).copied().unwrap_or(self.text.len());
        Some(self.text.get(start..end)?.trim_end_matches(['\n', '\r']))
    }

    /// A line from its first letter to its last.
    pub(super) fn whole_line(&self, line: u32) -> Option<Range> {
        let text = self.line(line)?;
        let start = self.starts.get(line as usize)? + text.len() - text.trim_start().len();
        Some(Range { start: self.position(start), end: self.position(start + text.trim().len()) })
    }

    /// The byte at a place of the audit: line and column from 1, the column in characters, and only `\n` ends a line.
    pub(super) fn byte_at(&self, line: u32, column: u32) -> usize {
        let above = line.saturating_sub(1) as usize;
        let start = match above.checked_sub(1) {
            None => 0,
            Some(last) => self.text.match_indices('\n').nth(last).map_or(self.text.len(), |(at, _)| at + 1),
        };
        let rest = self.text.get(start..).unwrap_or_default();
        let rest = rest.split('\n').next().unwrap_or_default();
        let before = rest.chars().take(column.saturating_sub(1) as usize).map(char::len_utf8);
        start + before.sum::<usize>()
    }

    /// A range of the audit.
    pub(super) fn range(&self, (line, column): (u32, u32), (end_line, end_column): (u32, u32)) -> Range {
        Range {
            start: self.position(self.byte_at(line, column)),
            end: self.position(self.byte_at(end_line, end_column)),
        }
    }
}

/// A text after a part of it was replaced.
pub(super) fn replaced(text: &str, range: Range, new: &str, encoding: Encoding) -> String {
    let lines = Lines::of(text, encoding);
    let start = lines.offset(range.start);
    let end = lines.offset(range.end).max(start);
    let (before, after) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
    [before, new, after].concat()
}

fn unsigned(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn columns_are_counted_in_the_units_of_the_client() {
        let text = "a\r\nxé😀b";
        let b = text.find('b').unwrap();
        let column = |encoding| Lines::of(text, encoding).position(b);
        assert_eq!(column(Encoding::Utf8), at(1, 7));
        assert_eq!(column(Encoding::Utf16), at(1, 4));
        assert_eq!(column(Encoding::Utf32), at(1, 3));
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            let lines = Lines::of(text, encoding);
            assert_eq!(lines.offset(lines.position(b)), b);
            assert_eq!(lines.byte_at(2, 4), b);
        }
    }

    #[test]
    fn positions_outside_the_text_are_brought_back() {
        let lines = Lines::of("ab\ncd\r\n", Encoding::Utf16);
        assert_eq!(lines.offset(at(0, 9)), 2);
        assert_eq!(lines.offset(at(1, 9)), 5);
        assert_eq!(lines.offset(at(9, 0)), 7);
        // In the middle of a pair of surrogates.
        assert_eq!(Lines::of("😀", Encoding::Utf16).offset(at(0, 1)), 0);
    }

    #[test]
    fn a_line_that_ends_as_in_old_days_is_one_for_the_protocol_alone() {
        let lines = Lines::of("a\rb\nc", Encoding::Utf16);
        assert_eq!(lines.position(lines.byte_at(2, 1)), at(2, 0));
        assert_eq!(lines.position(lines.byte_at(1, 3)), at(1, 0));
    }

    #[test]
    fn parts_are_replaced() {
        let range = Range { start: at(0, 2), end: at(1, 1) };
        assert_eq!(replaced("😀a\nbc", range, "-", Encoding::Utf16), "😀-c");
        let backwards = Range { start: at(1, 1), end: at(0, 0) };
        assert_eq!(replaced("a\nbc", backwards, "-", Encoding::Utf16), "a\nb-c");
    }

    proptest::proptest! {
        #[test]
        fn every_byte_has_its_position(text in "[a\r\né😀 ]{0,40}") {
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                let lines = Lines::of(&text, encoding);
                for (offset, letter) in text.char_indices() {
                    // Between `\r` and `\n` nothing can stand.
                    if !matches!(letter, '\r' | '\n') {
                        proptest::prop_assert_eq!(lines.offset(lines.position(offset)), offset);
                    }
                }
            }
        }
    }
}
