//! For GitHub Actions: workflow commands, which become annotations beside the code of a pull request.

use std::io::{self, Write};

use super::escape::terminal;
use super::{Format, Options, fresh, place, words};
use crate::findings::audit::{Audit, Finding};
use crate::vocabulary::Severity;

pub(super) const FORMAT: Format = Format {
    name: super::GITHUB,
    about: "for GitHub Actions: annotations, and the Markdown report as job summary",
    extensions: &[],
    write,
};

/// GitHub keeps that many errors, warnings and notices of one step, and drops the rest in silence.
const MOST: usize = 10;

fn write(audit: &Audit, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut hidden = 0;
    for severity in [Severity::Critical, Severity::Warning, Severity::Info] {
        let findings: Vec<&Finding> = fresh(audit).filter(|it| it.severity == severity).collect();
        findings.iter().take(MOST).try_for_each(|finding| annotation(audit, finding, out))?;
        hidden += findings.len().saturating_sub(MOST);
    }
    if hidden > 0 {
        let more = words::count(hidden, "more finding");
        writeln!(out, "… and {more}: GitHub shows {MOST} of each severity; the job summary lists all.")?;
    }
    Ok(())
}

fn annotation(audit: &Audit, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let Finding { severity, rule, line, column, message, impact, help, .. } = finding;
    let command = match severity {
        Severity::Critical => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let file = property(&place::from_here(&audit.root, &finding.file));
    // An end counts only where the annotation stays on one line.
    let end = match finding.end_line == *line && finding.end_column > *column {
        true => format!(",endColumn={}", finding.end_column),
        false => String::new(),
    };
    let title = property(&format!("unpoll: {rule}"));
    // A new line of the annotation; words of ours follow it, so that nothing can look like a command.
    let text = format!("{} {}%0AWhat to do: {}", data(message), data(impact), data(help));
    writeln!(out, "::{command} file={file},line={line},col={column}{end},title={title}::{text}")
}

/// Text of a workflow command, escaped as `@actions/core` does it.
fn data(text: &str) -> String {
    terminal(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The same for a property, which a comma or a colon would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::vocabulary::FindingStatus;

    #[test]
    fn findings_become_annotations() {
        let text = sample::render(FORMAT, &sample::audit());
        let first = "::error file=apps/web/src/lib/hooks/useProxyHealth.ts,line=274,col=16,endColumn=52,\
            title=unpoll%3A network-poll::`useProxyHealth` asks the server again";
        assert!(text.starts_with(first), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("::warning ")).count(), 2);
    }

    #[test]
    fn more_than_github_shows_is_counted() {
        let mut audit = sample::audit();
        audit.findings = vec![sample::finding(); 14];
        audit.findings[13].status = FindingStatus::Baseline;
        let text = sample::render(FORMAT, &audit);
        assert_eq!(text.lines().filter(|line| line.starts_with("::")).count(), MOST);
        assert!(text.ends_with(
            "… and 3 more findings: GitHub shows 10 of each severity; the job summary lists all.\n"
        ));
    }

    #[test]
    fn a_hostile_name_starts_no_command_and_no_property() {
        let mut audit = sample::hostile();
        for finding in &mut audit.findings {
            for text in [&mut finding.file, &mut finding.message, &mut finding.impact, &mut finding.help] {
                text.push_str("\n::error::x\r\n::stop-commands::y%0A::error::z,line=9:");
            }
        }
        let text = sample::render(FORMAT, &audit);
        sample::assert_tame(&text);
        assert_eq!(text.lines().count(), 3, "{text}");
        for line in text.lines() {
            assert!(!line.contains("%0A::") && !line.contains("%0D"), "{line}");
            let properties = line.split("::").nth(1).unwrap();
            assert!(matches!(properties.matches(',').count(), 3 | 4), "{line}");
            assert_eq!(line.matches("%0A").count(), 1, "{line}");
        }
    }
}
