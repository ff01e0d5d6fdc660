//! The migration document that teams write by hand, computed: what still polls, what is acceptable,
//! how far each area is, what to do next.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::escape::{markdown, markdown_code, markdown_sentence};
use super::status::{self, Status};
use super::{Format, Options, words};
use crate::findings::audit::{Audit, Finding, Priority, TimerRow};
use crate::vocabulary::{FindingStatus, Severity, Verdict};

pub(super) const FORMAT: Format = Format {
    name: "markdown",
    about: "the migration document, computed",
    extensions: &["md", "markdown"],
    write,
};

fn write(audit: &Audit, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    head(audit, out)?;
    issues(audit, Severity::Critical, "Critical Issues", out)?;
    issues(audit, Severity::Warning, "Warnings", out)?;
    issues(audit, Severity::Info, "Notes", out)?;
    accepted(audit, out)?;
    areas(audit, out)?;
    next_steps(audit, out)?;
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
    if let Some(share) = summary.completion {
        parts.push(format!("{} migrated or acceptable", words::percent(share)));
    }
    writeln!(
        out,
        "Audit of {}: {}",
        markdown_code(&audit.root),
        parts.join(" · ")
    )
}

fn issues(audit: &Audit, severity: Severity, title: &str, out: &mut dyn Write) -> io::Result<()> {
    let fresh = |finding: &&Finding| finding.severity == severity && finding.status == FindingStatus::New;
    let mut findings = audit.findings.iter().filter(fresh).peekable();
    // The two sections that people look for say so when they are empty.
    if findings.peek().is_none() {
        return if severity == Severity::Info {
            Ok(())
        } else {
            writeln!(out, "\n## {title}\n\nNone. ✅")
        };
    }
    writeln!(out, "\n## {title}")?;
    findings.try_for_each(|finding| issue(audit, finding, out))
}

fn issue(audit: &Audit, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let timer = finding.timer.and_then(|at| audit.timers.get(at));
    let title = match timer {
        Some(timer) => format!("{} in {}", markdown_code(&timer.api), markdown_code(&timer.owner)),
        None => format!(
            "{} in {}",
            markdown_code(finding.rule),
            markdown_code(&finding.area)
        ),
    };
    writeln!(out, "\n### {title} {}\n", words::sign(finding.severity))?;
    writeln!(out, "- File: {}", place(&finding.file, finding.line))?;
    writeln!(
        out,
        "- Issue: {} ({})",
        markdown_sentence(&finding.message),
        markdown_code(finding.rule)
    )?;
    writeln!(out, "- Impact: {}", markdown_sentence(&finding.impact))?;
    if let Some(timer) = timer {
        writeln!(
            out,
            "- Runs: {}, {}",
            markdown(&words::how_often(timer)),
            markdown(&words::gate(timer))
        )?;
    }
    writeln!(out, "- Evidence:")?;
    for (at, step) in finding.chain.iter().enumerate() {
        writeln!(
            out,
            "  {}. {}: {}",
            at + 1,
            place(&step.file, step.line),
            markdown_code(&step.label)
        )?;
    }
    if !finding.help.is_empty() {
        writeln!(out, "- Fix: {}", markdown_sentence(&finding.help))?;
    }
    Ok(())
}

fn accepted(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    const GROUPS: [(&str, &[Verdict]); 6] = [
        ("Slow Polls", &[Verdict::NetworkPoll, Verdict::StatusPoll]),
        ("Heartbeats", &[Verdict::Heartbeat]),
        ("Housekeeping", &[Verdict::Housekeeping]),
        ("Retries", &[Verdict::Retry]),
        ("Switched Off", &[Verdict::Disabled]),
        ("Not Seen Through", &[Verdict::Unknown]),
    ];
    writeln!(out, "\n## Acceptable Infrastructure Monitoring")?;
    let accepted: Vec<&TimerRow> = audit.timers.iter().filter(|timer| timer.is_accepted()).collect();
    if accepted.is_empty() {
        return writeln!(out, "\nNone.");
    }
    for (title, verdicts) in GROUPS {
        let mut timers = accepted
            .iter()
            .filter(|timer| verdicts.contains(&timer.verdict))
            .peekable();
        if timers.peek().is_none() {
            continue;
        }
        writeln!(out, "\n### {title}\n")?;
        for timer in timers {
            let sign = if timer.verdict == Verdict::Unknown {
                "❔"
            } else {
                "✅"
            };
            let (place, owner) = (place(&timer.file, timer.line), markdown_code(&timer.owner));
            writeln!(
                out,
                "- {place} - {} in {owner} {sign}",
                markdown(&words::interval(timer))
            )?;
        }
    }
    // Clocks and animations are many and beside the point: one line.
    let clocks: Vec<_> = accepted
        .iter()
        .filter(|timer| timer.verdict == Verdict::UiTimer)
        .collect();
    if !clocks.is_empty() {
        let files: BTreeSet<_> = clocks.iter().map(|timer| &timer.file).collect();
        let (timers, files) = (
            words::count(clocks.len(), "timer"),
            words::count(files.len(), "file"),
        );
        writeln!(out, "\n### User Interface\n")?;
        writeln!(
            out,
            "- {timers} in {files}: clocks, countdowns, animations, waiting for the page ✅"
        )?;
    }
    Ok(())
}

fn areas(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    if audit.areas.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Status by Area\n")?;
    writeln!(
        out,
        "| Area | Polling | Findings | Status |\n| --- | --- | ---: | --- |"
    )?;
    for area in &audit.areas {
        let (name, polling, status) = (
            markdown(&area.name),
            status::polling(area.polling),
            Status::of(area),
        );
        writeln!(
            out,
            "| {name} | {polling} | {} | {} {} |",
            area.findings,
            status.sign(),
            status.as_str()
        )?;
    }
    Ok(())
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
        let mut steps = audit
            .next_steps
            .iter()
            .filter(|step| step.priority == priority)
            .peekable();
        if steps.peek().is_some() {
            writeln!(out, "\n### {title}\n")?;
        }
        for (at, step) in steps.enumerate() {
            writeln!(out, "{}. {}", at + 1, markdown_sentence(&step.text))?;
        }
    }
    Ok(())
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
    for skip in &stats.skipped {
        writeln!(out, "- {}: {}", markdown_code(&skip.file), markdown(&skip.reason))?;
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
        assert!(text.contains("## Critical Issues\n\nNone. ✅"), "{text}");
        assert!(text.contains("## Warnings\n\nNone. ✅"), "{text}");
        assert!(!text.contains("## Notes"), "{text}");
    }

    #[test]
    fn hostile_text_makes_no_line_cell_or_tag_of_its_own() {
        let (tame, hostile) = (render(&sample::audit()), render(&sample::hostile()));
        assert!(!hostile.contains(|character: char| character.is_control() && character != '\n'));
        assert!(!hostile.contains('\u{202e}'), "{hostile}");
        assert_eq!(headings(&tame), headings(&hostile));
        for line in hostile.lines().filter(|line| line.starts_with("| x")) {
            assert_eq!(line.replace(r"\|", "").matches('|').count(), 5, "{line}");
        }
        // Outside of code spans, whose fence is the longest run of backticks, no tag is open.
        for line in hostile.lines() {
            let outside: String = line.split("``").step_by(2).collect();
            assert!(!outside.replace(r"\<", "").contains('<'), "{line}");
        }
    }

    fn headings(document: &str) -> usize {
        document.lines().filter(|line| line.starts_with('#')).count()
    }
}
