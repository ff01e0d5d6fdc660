//! Lays out the source lines around a finding for a terminal: tabs expanded, hostile characters
//! spelled out, long lines cut to a window around what matters.

use unicode_width::UnicodeWidthStr;

use super::escape;
use crate::findings::audit::Finding;

const TAB: usize = 4;
/// Cells of context kept on the left when a long line is cut.
const LEAD: usize = 24;

/// One laid-out source line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub number: u32,
    pub text: String,
    /// First cell and number of cells to underline, on the line of the finding.
    pub mark: Option<(usize, usize)>,
}

/// The rows of a finding's frame, none when it has no frame. No row is wider than `width` cells.
pub(super) fn rows(finding: &Finding, width: usize) -> Vec<Row> {
    let Some(frame) = &finding.frame else {
        return Vec::new();
    };
    let numbered = || (frame.first_line..).zip(&frame.lines);
    let marked =
        numbered().find(|(number, _)| *number == finding.line).map(|(_, line)| mark(&cells(line), finding));
    let from = match marked {
        Some((start, length)) if start + length > width && start > LEAD => start - LEAD,
        _ => 0,
    };
    let row = |(number, line): (u32, &String)| {
        let mark = marked.filter(|_| number == finding.line).map(|(start, length)| {
            let start = start - from;
            (start, length.min(width.saturating_sub(start)).max(1))
        });
        Row { number, text: window(&cells(line), from, width), mark }
    };
    numbered().map(row).collect()
}

/// A character as shown: where it stands in the source and on the screen.
struct Cell {
    byte: usize,
    start: usize,
    width: usize,
    text: String,
}

fn cells(line: &str) -> Vec<Cell> {
    let mut at = 0;
    let shown = |(byte, character): (usize, char)| {
        let text = match character {
            '\t' => " ".repeat(TAB - at % TAB),
            other => escape::terminal(other.encode_utf8(&mut [0; 4])).into_owned(),
        };
        let width = text.width();
        let cell = Cell { byte, start: at, width, text };
        at += width;
        cell
    };
    line.trim_end().char_indices().map(shown).collect()
}

/// First cell and number of cells that the finding covers on its first line.
fn mark(cells: &[Cell], finding: &Finding) -> (usize, usize) {
    let end_of_line = cells.last().map_or(0, |cell| cell.start + cell.width);
    let cell_at = |column: u32| {
        let byte = (column as usize).saturating_sub(1);
        cells.iter().find(|cell| cell.byte >= byte).map_or(end_of_line, |cell| cell.start)
    };
    let start = cell_at(finding.column);
    let end = if finding.end_line > finding.line { end_of_line } else { cell_at(finding.end_column) };
    (start, end.saturating_sub(start).max(1))
}

/// The part of a line from the cell `from`, at most `width` cells, with `…` where it was cut.
fn window(cells: &[Cell], from: usize, width: usize) -> String {
    let mut text = String::new();
    let mut used = 0;
    let end = cells.last().map_or(0, |cell| cell.start + cell.width);
    let too_long = end.saturating_sub(from) > width;
    let room = if too_long { width.saturating_sub(1) } else { width };
    for cell in cells.iter().filter(|cell| cell.start >= from) {
        if used + cell.width > room {
            break;
        }
        if used == 0 && from > 0 && cell.width == 1 {
            text.push('…');
        } else {
            text.push_str(&cell.text);
        }
        used += cell.width;
    }
    if too_long {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::audit::Frame;
    use crate::report::sample;

    fn finding(line: &str, column: u32, end_column: u32) -> Finding {
        Finding {
            line: 7,
            column,
            end_line: 7,
            end_column,
            frame: Some(Frame { first_line: 7, lines: vec![line.into()] }),
            ..sample::finding()
        }
    }

    #[test]
    fn columns_are_bytes_and_marks_are_cells() {
        let rows = rows(&finding("\té日 = poll()", 10, 14), 80);
        assert_eq!(rows, [Row { number: 7, text: "    é日 = poll()".into(), mark: Some((10, 4)) }]);
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let line = format!("{}poll(){}", "x".repeat(500), "y".repeat(500));
        let rows = rows(&finding(&line, 501, 507), 40);
        assert_eq!(rows[0].text, format!("…{}poll(){}…", "x".repeat(23), "y".repeat(9)));
        assert_eq!(rows[0].mark, Some((24, 6)));
    }

    #[test]
    fn escape_sequences_are_spelled_out_under_the_mark() {
        let rows = rows(&finding("\u{1b}[2Jpoll()", 5, 9), 80);
        assert_eq!(rows[0].text, r"\u{1b}[2Jpoll()");
        assert_eq!(rows[0].mark, Some((9, 4)));
    }

    #[test]
    fn places_outside_the_line_do_not_panic() {
        for (column, end_column) in [(0, 0), (900, 2), (u32::MAX, u32::MAX)] {
            assert_eq!(rows(&finding("short", column, end_column), 3).len(), 1);
            assert_eq!(rows(&finding("", column, end_column), 0).len(), 1);
        }
    }
}
