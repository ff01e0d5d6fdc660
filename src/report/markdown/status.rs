//! The status table of the migration document: what still polls, which components hear messages, what
//! carries them, and what the backend sends.

use std::io::{self, Write};

use super::super::broadcasts::{Cell, Operation, broadcasts};
use super::super::escape::markdown;
use super::super::status::{self, Group, Mark};
use super::super::words;
use crate::findings::audit::{Area, Audit};

/// Rows that people still read as a table; the JSON report has all.
const MOST: usize = 15;
/// Areas that are only named.
const NAMED: usize = 8;

pub(super) fn areas(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    if audit.areas.is_empty() {
        return Ok(());
    }
    let push = status::has_push(audit);
    let (told, done) = status::areas(audit);
    writeln!(out, "\n## Status by Area")?;
    if !told.is_empty() {
        writeln!(out, "\n{}", if push { WITH_PUSH } else { WITHOUT_PUSH })?;
    }
    for area in told.iter().take(MOST) {
        let mut cells = vec![area.name.clone(), status::polling_words(audit, area)];
        if push {
            cells.extend([area.push.to_string(), area.backend.to_string()]);
        }
        let mark = Mark::of_status(area.status);
        cells.extend([words::thousands(area.findings), format!("{} {}", mark.sign(), area.status)]);
        row(&cells, out)?;
    }
    more(told.len(), "area", out)?;
    if !done.is_empty() {
        writeln!(out, "\nDone: {} ✅", names(&done))?;
    }
    Ok(())
}

const WITH_PUSH: &str = "| Area | Polling | Push | Backend | Findings | Status |\n\
                         | --- | --- | --- | --- | ---: | --- |";
const WITHOUT_PUSH: &str = "| Area | Polling | Findings | Status |\n| --- | --- | ---: | --- |";

/// Nothing at all where there is no push: then the areas have said everything.
pub(super) fn push_model(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    if !status::has_push(audit) {
        return Ok(());
    }
    writeln!(out, "\n## Push Model Status")?;
    group(&status::polling(audit), "Area", out)?;
    group(&status::components(audit), "Area", out)?;
    group(&status::infrastructure(audit), "Part", out)?;
    backend(audit, out)
}

fn group(group: &Group, what: &str, out: &mut dyn Write) -> io::Result<()> {
    if group.lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### {} ({} {})\n", group.title, group.words, group.mark.sign())?;
    writeln!(out, "| {what} | Status | Evidence |\n| --- | --- | --- |")?;
    for line in group.lines.iter().take(MOST) {
        let words = format!("{} {}", line.mark.sign(), line.words);
        row(&[line.name.clone(), words, line.evidence.clone()], out)?;
    }
    more(group.lines.len(), "row", out)
}

fn backend(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    let (areas, unseen) = broadcasts(audit);
    let cells = || areas.iter().flat_map(|(_, cells)| cells.values());
    let state = match cells().map(|it| it.mark).max() {
        Some(Mark::Good) if unseen > 0 => "Not All Seen –",
        Some(Mark::Good) => "Complete ✅",
        Some(_) if cells().any(|it| it.mark == Mark::Good) => "Mostly Complete ⚠️",
        Some(_) => "Incomplete 🔴",
        None => "Not Seen –",
    };
    if areas.is_empty() && unseen == 0 {
        return Ok(());
    }
    writeln!(out, "\n### Backend Broadcasts ({state})")?;
    if unseen > 0 {
        let unseen = words::count(unseen, "message type");
        writeln!(out, "\nWhat sends {unseen} is not among the audited code.")?;
    }
    if areas.is_empty() {
        return Ok(());
    }
    let titles = Operation::ALL.map(Operation::title).join(" | ");
    writeln!(out, "\n| Area | {titles} |\n| --- | --- | --- | --- | --- |")?;
    for (area, operations) in areas.iter().take(MOST) {
        let told = |it: &Operation| operations.get(it).map_or_else(|| "–".to_owned(), cell);
        let mut cells = vec![(*area).to_owned()];
        cells.extend(Operation::ALL.iter().map(told));
        row(&cells, out)?;
    }
    more(areas.len(), "area", out)
}

/// `✅ server/stream/hub.go:12`, `⚠️ 2 of 3 never called · server/stream/hub.go:12`.
fn cell(cell: &Cell) -> String {
    let Cell { mark, messages, missing, words, evidence } = cell;
    let said = match (messages, missing) {
        (1, _) => (*words).to_owned(),
        (all, 0) => words::count(*all, "type"),
        (all, missing) => format!("{} of {} {words}", words::thousands(*missing), words::thousands(*all)),
    };
    let said = if said.is_empty() { said } else { format!("{said} · ") };
    format!("{} {said}{evidence}", mark.sign())
}

fn row(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = cells.iter().map(|it| markdown(it)).collect();
    writeln!(out, "| {} |", cells.join(" | "))
}

fn more(all: usize, noun: &str, out: &mut dyn Write) -> io::Result<()> {
    match all.saturating_sub(MOST) {
        0 => Ok(()),
        hidden => writeln!(out, "\n… and {}.", words::count(hidden, &format!("more {noun}"))),
    }
}

/// `Clock, Monitoring and 3 more`.
fn names(areas: &[&Area]) -> String {
    let named: Vec<String> = areas.iter().take(NAMED).map(|it| markdown(&it.name)).collect();
    match areas.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        hidden => format!("{} and {} more", named.join(", "), words::thousands(hidden)),
    }
}
