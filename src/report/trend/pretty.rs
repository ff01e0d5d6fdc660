//! For people: what burned down, by area, and what came and went with which commit. No line is wider than the terminal.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Change, Format, Measure, changes, chart, ends, looked_at};
use crate::history::Past;
use crate::report::escape::terminal;
use crate::report::{Options, Paint, words};
use crate::trend::Trend;

pub(super) const FORMAT: Format =
    Format { name: "pretty", about: "for people at a terminal", extensions: &["txt"], write };

/// Commits of which is told what came and went.
const MOST_COMMITS: usize = 20;
/// Findings of one commit that are shown.
const MOST_FINDINGS: usize = 8;
/// Commits that could not be audited of which is told why.
const MOST_FAILED: usize = 10;
/// Cells for the name of an area.
const MOST_NAME: usize = 28;
/// Narrower than that nothing can be laid out.
const LEAST_WIDTH: usize = 40;

fn write(trend: &Trend, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { out, paint: Paint::new(options.color), width: options.width.max(LEAST_WIDTH) };
    page.head(trend)?;
    let whole = Measure::ALL.map(|it| (it, it.title(), it.series(trend, None)));
    page.rows(&whole)?;
    for measure in Measure::ALL {
        let areas: Vec<_> =
            measure.by_area(trend).into_iter().map(|(area, values)| (measure, area, values)).collect();
        if !areas.is_empty() {
            page.title(&format!("{} by area", measure.title()))?;
            page.rows(&areas)?;
        }
    }
    page.changes(trend)?;
    page.failed(trend)
}

struct Page<'a> {
    out: &'a mut dyn Write,
    paint: Paint,
    width: usize,
}

impl Page<'_> {
    fn head(&mut self, trend: &Trend) -> io::Result<()> {
        let days = match (trend.points.first(), trend.points.last()) {
            (Some(first), Some(last)) => format!(", {} to {}", first.past.day(), last.past.day()),
            _ => String::new(),
        };
        let said = format!("{}{days}", looked_at(trend));
        let line = format!("Trend of {}: {said}", terminal(&trend.root));
        let line = cut(&line, self.width);
        writeln!(self.out, "{}\n", self.paint.bold(&line))
    }

    fn title(&mut self, title: &str) -> io::Result<()> {
        writeln!(self.out, "\n{}\n", self.paint.bold(title))
    }

    /// A table: name, first and last value, and the way between them as bars.
    fn rows(&mut self, rows: &[(Measure, &str, Vec<Option<f64>>)]) -> io::Result<()> {
        struct Row {
            name: String,
            first: String,
            last: String,
            bars: String,
        }
        let made = |(measure, name, values): &(Measure, &str, Vec<Option<f64>>)| {
            let (first, last) = ends(values);
            Row {
                name: cut(&terminal(name), MOST_NAME.min(self.width / 3)),
                first: measure.text(first),
                last: measure.text(last),
                bars: String::new(),
            }
        };
        let mut made: Vec<Row> = rows.iter().map(made).collect();
        let widest = |of: fn(&Row) -> &String| made.iter().map(|it| of(it).width()).max().unwrap_or(0);
        let (name, first, last) = (widest(|it| &it.name), widest(|it| &it.first), widest(|it| &it.last));
        let left = self.width.saturating_sub(2 + name + 2 + first + 3 + last + 2);
        for (row, (measure, _, values)) in made.iter_mut().zip(rows) {
            row.bars = chart::bars(values, measure.ceiling(values), left);
        }
        for row in made {
            let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(text.width()));
            writeln!(
                self.out,
                "  {}{}  {}{} {} {}{}  {}",
                row.name,
                pad(&row.name, name),
                pad(&row.first, first),
                row.first,
                self.paint.dim("→"),
                pad(&row.last, last),
                self.paint.bold(&row.last),
                self.paint.code(&row.bars)
            )?;
        }
        Ok(())
    }

    fn changes(&mut self, trend: &Trend) -> io::Result<()> {
        let changes = changes(trend);
        if changes.is_empty() {
            return Ok(());
        }
        self.title("What came and went")?;
        for (at, of_commit) in changes.iter().take(MOST_COMMITS) {
            let Some(point) = trend.points.get(*at) else { continue };
            let came = of_commit.iter().filter(|it| it.came).count();
            self.commit(&point.past, &format!("+{came} −{}", of_commit.len() - came))?;
            for change in of_commit.iter().take(MOST_FINDINGS) {
                self.change(change)?;
            }
            self.more(of_commit.len().saturating_sub(MOST_FINDINGS), "    ", "finding")?;
        }
        self.more(changes.len().saturating_sub(MOST_COMMITS), "  ", "commit")
    }

    fn commit(&mut self, past: &Past, said: &str) -> io::Result<()> {
        let head = format!("{}  {}  {said}", past.day(), past.commit.short());
        let subject = cut(&terminal(&past.subject), self.width.saturating_sub(head.width() + 4));
        let line = format!("  {}  {subject}", self.paint.bold(&head));
        writeln!(self.out, "{}", line.trim_end())
    }

    fn change(&mut self, change: &Change<'_>) -> io::Result<()> {
        let (last, entry) = (&change.life.last, &change.life.last.entry);
        let sign = if change.came { "+" } else { "−" };
        let sign = match change.came {
            true => self.paint.severity(last.severity, sign),
            false => self.paint.good(sign),
        };
        let place = format!("{}:{}", terminal(&entry.file), last.line);
        let text = format!("{}  {place}  {}", entry.rule, terminal(&entry.owner));
        let text = cut(text.trim_end(), self.width.saturating_sub(6));
        writeln!(self.out, "    {sign} {text}")
    }

    fn failed(&mut self, trend: &Trend) -> io::Result<()> {
        let failed: Vec<_> = trend.failed().collect();
        if failed.is_empty() {
            return Ok(());
        }
        self.title(&format!("{} could not be audited", words::count(failed.len(), "commit")))?;
        for (past, why) in failed.iter().take(MOST_FAILED) {
            let line = format!("{}  {}  {}", past.day(), past.commit.short(), terminal(why));
            writeln!(self.out, "  {}", cut(&line, self.width.saturating_sub(2)))?;
        }
        self.more(failed.len().saturating_sub(MOST_FAILED), "  ", "commit")
    }

    fn more(&mut self, hidden: usize, indent: &str, noun: &str) -> io::Result<()> {
        if hidden == 0 {
            return Ok(());
        }
        let more = format!(
            "{indent}… and {}; `--format json` has all",
            words::count(hidden, &format!("more {noun}"))
        );
        let more = cut(&more, self.width);
        writeln!(self.out, "{}", self.paint.dim(&more))
    }
}

/// Text in at most so many cells, with a mark where the rest is missing.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used > width {
            break;
        }
        out.push(letter);
    }
    out.push('…');
    out
}
