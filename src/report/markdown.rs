//! The migration document that teams write by hand, computed: what still polls, what is acceptable,
//! how far each area is, what to do next.

mod status;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::escape::{markdown, markdown_code, markdown_sentence};
use super::status::{is_push, topic};
use super::{Format, Options, fresh, words};
use crate::findings::audit::{Audit, Finding, Priority, TimerRow};
use crate::rules::{self, Topic};
use crate::source::Skip;
use crate::vocabulary::{Severity, Verdict};

pub(super) const FORMAT: Format = Format {
    name: "markdown",
    about: "the migration document, computed",
    extensions: &["md", "markdown"],
    write,
};

/// Files named for each reason not to look at them; `--verbose` and the JSON report name all.
const NAMED_SKIPS: usize = 3;

fn write(audit: &Audit, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    head(audit, out)?;
    issues(audit, Severity::Critical, "Critical Issues (Still Polling)", out)?;
    issues(audit, Severity::Warning, "Warnings", out)?;
    issues(audit, Severity::Info, "Notes", out)?;
    accepted(audit, out)?;
    push_issues(audit, out)?;
    unknown(audit, out)?;
    status::areas(audit, out)?;
    status::push_model(audit, out)?;
    next_steps(audit, out)?;
    suppressed(audit, out)?;
    foot(audit, out)
}

fn head(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    let summary = &audit.summary;
    writeln!(out, "# Remaining Legacy Polling Code\n")?;
    let mut parts = vec![
        format!("🔴 {} critical", words::thousands(summary.critical)),
        format!("⚠️ {}", words::count(summary.warning, "warning")),
        format!("✅ {} accepted", words::thousands(summary.accepted)),
        words::requests(summary.requests_per_minute),
    ];
    if let Some(unknown) = summary.by_verdict.get(&Verdict::Unknown) {
        parts.insert(3, format!("❔ {} not seen through", words::thousands(*unknown)));
    }
    parts.extend(words::completion(summary));
    writeln!(out, "Audit of {}: {}", markdown_code(&audit.root), parts.join(" · "))?;
    let Some(news) = words::news(audit) else { return Ok(()) };
    writeln!(out, "\n**{}**\n", markdown_sentence(&news))?;
    audit.comparisons.iter().try_for_each(|it| writeln!(out, "- {}", markdown_sentence(&words::compared(it))))
}

/// Findings about timers.
fn issues(audit: &Audit, severity: Severity, title: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut findings = fresh(audit).filter(|it| it.severity == severity && !is_push(it)).peekable();
    // The two sections that people look for say so when they are empty.
    if findings.peek().is_none() {
        return if severity == Severity::Info { Ok(()) } else { writeln!(out, "\n## {title}\n\nNone. ✅") };
    }
    writeln!(out, "\n## {title}")?;
    findings.try_for_each(|finding| issue(audit, finding, "###", out))
}

/// Findings about push, by what they are about.
fn push_issues(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    const GROUPS: [(Topic, &str); 3] = [
        (Topic::Components, "Missing Component Integration"),
        (Topic::Wiring, "Infrastructure Exists But Is Not Wired"),
        (Topic::Providers, "Providers"),
    ];
    let Some(worst) = fresh(audit).filter(|it| is_push(it)).map(|it| it.severity).max() else {
        return Ok(());
    };
    writeln!(out, "\n## Incomplete Push Implementation {}", words::sign(worst))?;
    for (wanted, title) in GROUPS {
        let mut findings = fresh(audit).filter(|it| topic(it) == Some(wanted)).peekable();
        if findings.peek().is_some() {
            writeln!(out, "\n### {title}")?;
        }
        findings.try_for_each(|finding| issue(audit, finding, "####", out))?;
    }
    Ok(())
}

fn issue(audit: &Audit, finding: &Finding, level: &str, out: &mut dyn Write) -> io::Result<()> {
    let timer = finding.timer.and_then(|at| audit.timers.get(at));
    let title = markdown(rules::find(finding.rule).map_or(finding.rule, |rule| rule.title));
    let about = match finding.subject.trim() {
        "" => format!(" in {}", markdown_code(&finding.file)),
        subject if timer.is_some() => format!(" in {}", markdown_code(subject)),
        subject => format!(": {}", markdown_code(subject)),
    };
    writeln!(out, "\n{level} {title}{about} {}\n", words::sign(finding.severity))?;
    writeln!(out, "- File: {}", place(&finding.file, finding.line))?;
    let (message, rule) = (markdown_sentence(&finding.message), markdown_code(finding.rule));
    writeln!(out, "- Issue: {message} ({rule})")?;
    writeln!(out, "- Impact: {}", markdown_sentence(&finding.impact))?;
    if let Some(timer) = timer {
        writeln!(out, "- Timer: {}", markdown(&words::facts(timer, &finding.message)))?;
    }
    let way = words::way(finding);
    if !way.is_empty() {
        writeln!(out, "- Evidence:")?;
    }
    for (at, step) in way.iter().enumerate() {
        let place = place(&step.file, step.line);
        writeln!(out, "  {}. {place} {}", at + 1, markdown_code(&step.label))?;
    }
    writeln!(out, "- Fix: {}", markdown_sentence(&finding.help))
}

fn accepted(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    const GROUPS: [(&str, &[Verdict]); 4] = [
        ("Slow Polls", &[Verdict::NetworkPoll, Verdict::StatusPoll]),
        ("Heartbeats", &[Verdict::Heartbeat]),
        ("Housekeeping", &[Verdict::Housekeeping]),
        ("Retries", &[Verdict::Retry]),
    ];
    writeln!(out, "\n## Acceptable Infrastructure Monitoring")?;
    let accepted: Vec<&TimerRow> = audit.timers.iter().filter(|timer| timer.is_accepted()).collect();
    if accepted.is_empty() {
        writeln!(out, "\nNone.")?;
    }
    for (title, verdicts) in GROUPS {
        let timers = accepted
            .iter()
            .filter(|timer| verdicts.contains(&timer.verdict))
            .map(|timer| format!("- {} ✅", timer_line(timer)));
        list(title, timers, out)?;
    }
    // Clocks and animations are many and beside the point: one line.
    let clocks: Vec<_> = accepted.iter().filter(|timer| timer.verdict == Verdict::UiTimer).collect();
    let files: BTreeSet<_> = clocks.iter().map(|timer| &timer.file).collect();
    let (timers, files) = (words::count(clocks.len(), "timer"), words::count(files.len(), "file"));
    let line = format!("- {timers} in {files}: clocks, countdowns, animations, waiting for the page ✅");
    list("User Interface", (!clocks.is_empty()).then_some(line).into_iter(), out)?;
    let switched_off = audit.timers.iter().filter(|it| it.verdict == Verdict::Disabled);
    list("Intervals That Are Literally Off", switched_off.map(|timer| format!("- {}", holder(timer))), out)
}

/// Timers that the audit could not judge, each with the place where sight was lost.
fn unknown(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    let mut timers = audit.timers.iter().filter(|timer| timer.verdict == Verdict::Unknown).peekable();
    if timers.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "\n## Not Seen Through ❔\n")?;
    for timer in timers {
        write!(out, "- {}", timer_line(timer))?;
        match words::lost_at(timer) {
            Some(step) => writeln!(
                out,
                ": sight was lost at {} {}",
                place(&step.file, step.line),
                markdown_code(&step.label)
            )?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}

/// A list under a heading of its own, or nothing when it is empty.
fn list(title: &str, lines: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        writeln!(out, "\n### {title}\n")?;
    }
    lines.try_for_each(|line| writeln!(out, "{line}"))
}

/// `useClock.ts:12` - 1-second interval in `useClock`.
fn timer_line(timer: &TimerRow) -> String {
    let place = place(&timer.file, timer.line);
    let interval = markdown(&words::interval(timer));
    match timer.owner.trim() {
        "" => format!("{place} - {interval}"),
        owner => format!("{place} - {interval} in {}", markdown_code(owner)),
    }
}

fn holder(timer: &TimerRow) -> String {
    let (place, api) = (place(&timer.file, timer.line), markdown_code(&timer.api));
    match timer.owner.trim() {
        "" => format!("{place} - {api}"),
        owner => format!("{place} - {api} in {}", markdown_code(owner)),
    }
}

fn next_steps(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    if audit.next_steps.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Next Steps")?;
    let titles = [
        (Priority::High, "High Priority"),
        (Priority::Medium, "Medium Priority"),
        (Priority::Low, "Low Priority"),
    ];
    for (priority, title) in titles {
        let mut steps = audit.next_steps.iter().filter(|step| step.priority == priority).peekable();
        if steps.peek().is_some() {
            writeln!(out, "\n### {title}\n")?;
        }
        for (at, step) in steps.enumerate() {
            writeln!(out, "{}. {}", at + 1, markdown_sentence(&step.text))?;
        }
    }
    Ok(())
}

/// What comments in the code silence, folded away.
fn suppressed(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    let Some(title) = words::suppressed(audit) else { return Ok(()) };
    writeln!(out, "\n<details>\n<summary>{title}</summary>\n")?;
    for finding in &audit.findings {
        let Some(comment) = &finding.suppression else { continue };
        let rule = markdown_code(finding.rule);
        let (there, by) = (place(&finding.file, finding.line), place(&finding.file, comment.line));
        let reason = comment.reason.as_ref().map_or_else(|| "no reason given".to_owned(), |it| markdown(it));
        writeln!(out, "- {there} - {rule}: {reason} (comment at {by})")?;
    }
    writeln!(out, "\n</details>")
}

fn foot(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    let stats = &audit.stats;
    writeln!(
        out,
        "\n---\n\nComputed by `unpoll {}`: {} found, {} read, {} parsed.",
        env!("CARGO_PKG_VERSION"),
        words::count(stats.files_discovered, "file"),
        words::thousands(stats.files_read),
        words::thousands(stats.files_parsed),
    )?;
    if !stats.skipped.is_empty() {
        writeln!(out, "\nNot looked at:\n")?;
    }
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Skip { file, reason } in &stats.skipped {
        by_reason.entry(reason).or_default().push(file);
    }
    for (reason, files) in by_reason {
        let named: Vec<String> = files.iter().take(NAMED_SKIPS).map(|file| markdown_code(file)).collect();
        let more = match files.len().saturating_sub(NAMED_SKIPS) {
            0 => String::new(),
            hidden => format!(" and {} more", words::thousands(hidden)),
        };
        writeln!(out, "- {}: {}{more}", markdown(reason), named.join(", "))?;
    }
    Ok(())
}

fn place(file: &str, line: u32) -> String {
    markdown_code(&format!("{file}:{line}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn render(audit: &Audit) -> String {
        let mut out = Vec::new();
        write(audit, &Options::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_of_everything() {
        insta::assert_snapshot!(render(&sample::audit()).replace(env!("CARGO_PKG_VERSION"), "[version]"));
    }

    #[test]
    fn a_clean_audit_says_so() {
        let mut audit = sample::audit();
        audit.findings.clear();
        audit.timers.clear();
        let text = render(&audit);
        assert!(text.contains("## Critical Issues (Still Polling)\n\nNone. ✅"), "{text}");
        assert!(text.contains("## Warnings\n\nNone. ✅"), "{text}");
        assert!(!text.contains("## Notes"), "{text}");
    }

    #[test]
    fn hostile_text_makes_no_line_cell_or_tag_of_its_own() {
        let (tame, hostile) = (render(&sample::audit()), render(&sample::hostile()));
        assert!(!hostile.contains(|character: char| character.is_control() && character != '\n'));
        assert!(!hostile.contains('\u{202e}'), "{hostile}");
        assert_eq!(headings(&tame), headings(&hostile));
        let mut columns = 0;
        for line in hostile.lines() {
            let bars = line.replace(r"\|", "").matches('|').count();
            columns = if line.starts_with('|') && columns == 0 { bars } else { columns };
            assert!(!line.starts_with('|') || bars == columns, "{line}");
            columns = if line.starts_with('|') { columns } else { 0 };
        }
        // Outside of code spans, whose fence is the longest run of backticks, no tag is open.
        for line in hostile.lines() {
            let outside: String = line.split("``").step_by(2).collect();
            assert!(!outside.replace(r"\<", "").contains('<'), "{line}");
        }
    }

    #[test]
    fn what_comments_silence_is_folded_away_with_its_reasons() {
        let mut audit = sample::audit();
        assert!(!render(&audit).contains("<details>"));
        sample::suppress(&mut audit.findings[0], Some(sample::HOSTILE));
        sample::suppress(&mut audit.findings[1], None);
        let text = render(&audit);
        let (_, folded) =
            text.split_once("<summary>2 findings suppressed, 1 without a reason</summary>").unwrap();
        let (list, _) = folded.split_once("\n\n</details>").unwrap();
        assert_eq!(list.trim().lines().count(), 2, "{list}");
        assert!(list.contains("`network-poll`: ") && list.contains("no reason given"), "{list}");
        let hostile = |it: char| it.is_control() && it != '\n' || it == '\u{202e}';
        assert!(!list.contains(hostile) && !list.replace(r"\<", "").contains('<'), "{list}");
    }

    fn headings(document: &str) -> usize {
        document.lines().filter(|line| line.starts_with('#')).count()
    }
}
