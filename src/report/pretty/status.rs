//! The areas with what is wrong in them or pushed to them, and what carries the messages.

use std::io;

use unicode_width::UnicodeWidthStr;

use super::super::escape::terminal;
use super::super::status::{self, Mark};
use super::super::{Options, words};
use super::Page;
use crate::findings::audit::{Area, Audit};

/// Areas that are listed.
const MOST: usize = 12;
/// Areas that a brief report lists.
const MOST_BRIEFLY: usize = 5;

impl Page<'_> {
    pub(super) fn areas(&mut self, audit: &Audit, options: &Options) -> io::Result<()> {
        let most = if options.brief { MOST_BRIEFLY } else { MOST };
        let push = status::has_push(audit);
        let (told, done) = status::areas(audit);
        if told.is_empty() {
            return Ok(());
        }
        let cells = |area: &&Area| {
            let mut cells = vec![terminal(&area.name).into_owned(), area.polling.to_string()];
            if push {
                cells.extend([area.push.to_string(), area.backend.to_string()]);
            }
            cells.push(format!("{} {}", Mark::of_status(area.status).sign(), area.status));
            cells
        };
        let mut head = vec!["Areas", "polling"];
        if push {
            head.extend(["push", "backend"]);
        }
        head.push("status");
        let head = head.into_iter().map(str::to_owned).collect();
        self.table(head, told.iter().take(most).map(cells))?;
        let hidden = told.len().saturating_sub(most);
        let rest = [(hidden, "more"), (done.len(), "done")];
        let rest: Vec<String> = rest
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{} {what}", words::thousands(number)))
            .collect();
        if !rest.is_empty() {
            writeln!(self.out, "{}", self.paint.dim(&format!("  … and {}", rest.join(", "))))?;
        }
        writeln!(self.out)?;
        if push { self.infrastructure(audit) } else { Ok(()) }
    }

    fn infrastructure(&mut self, audit: &Audit) -> io::Result<()> {
        let group = status::infrastructure(audit);
        if group.lines.is_empty() {
            return Ok(());
        }
        let rows = group.lines.iter().map(|line| {
            let said = format!("{} {}", line.mark.sign(), line.words);
            vec![line.name.clone(), said, terminal(&line.evidence).into_owned()]
        });
        let head =
            vec![group.title.to_owned(), format!("{} {}", group.mark.sign(), group.words.to_lowercase())];
        self.table(head, rows)?;
        writeln!(self.out)
    }

    /// Columns as wide as their widest cell; the last one is as wide as it is. The cells are escaped.
    fn table(&mut self, head: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> io::Result<()> {
        let indented = rows.map(|mut row| {
            if let Some(first) = row.first_mut() {
                first.insert_str(0, "  ");
            }
            row
        });
        let rows: Vec<Vec<String>> = std::iter::once(head).chain(indented).collect();
        let mut widths = Vec::new();
        for row in &rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.width().max(*width);
            }
        }
        for (at, row) in rows.iter().enumerate() {
            let padded = row.iter().zip(&widths).map(|(cell, width)| {
                let gap = " ".repeat(width.saturating_sub(cell.width()) + 2);
                format!("{cell}{gap}")
            });
            let line: String = padded.collect();
            let line = line.trim_end();
            writeln!(self.out, "{}", if at == 0 { self.paint.bold(line) } else { line.to_owned() })?;
        }
        Ok(())
    }
}
