//! For GitLab: the Code Quality report that merge requests show.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::{self, terminal};
use super::{Format, Options, fresh, place};
use crate::findings::audit::{Audit, Finding};
use crate::vocabulary::Severity;

pub(super) const FORMAT: Format =
    Format { name: "gitlab", about: "for GitLab: a Code Quality report", extensions: &[], write };

fn write(audit: &Audit, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let issues: Vec<Issue<'_>> = fresh(audit).map(|finding| Issue::of(finding, &audit.root)).collect();
    let report = serde_json::to_string_pretty(&issues)?;
    writeln!(out, "{}", escape::json(&report))
}

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

impl<'a> Issue<'a> {
    fn of(finding: &'a Finding, root: &str) -> Self {
        Self {
            description: terminal(&format!("{} {}", finding.message, finding.help)).into_owned(),
            check_name: finding.rule,
            fingerprint: &finding.fingerprint,
            severity: match finding.severity {
                Severity::Critical => "critical",
                Severity::Warning => "minor",
                Severity::Info => "info",
            },
            location: Location {
                path: place::in_repository(root, &finding.file),
                lines: Lines { begin: finding.line, end: finding.end_line.max(finding.line) },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::vocabulary::FindingStatus;
    use serde_json::{Value, json};

    /// What GitLab requires: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.
    fn assert_valid(report: &str) -> Vec<Value> {
        let schema = json!({ "type": "array", "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "location", "severity"],
            "properties": {
                "description": { "type": "string", "minLength": 1 },
                "check_name": { "type": "string", "minLength": 1 },
                "fingerprint": { "type": "string", "pattern": "^[0-9a-f]{16}$" },
                "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
                "location": {
                    "required": ["path", "lines"],
                    // Relative to the repository, without `./`.
                    "properties": { "path": { "type": "string", "pattern": "^[^./]" }, "lines": {
                        "required": ["begin"],
                        "properties": { "begin": { "type": "integer", "minimum": 1 } },
                    } },
                },
            },
        } });
        let report: Value = serde_json::from_str(report).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let mistakes: Vec<String> = validator.iter_errors(&report).map(|it| it.to_string()).collect();
        assert!(mistakes.is_empty(), "{mistakes:#?}");
        report.as_array().unwrap().clone()
    }

    #[test]
    fn new_findings_are_issues() {
        let mut audit = sample::audit();
        audit.findings[2].status = FindingStatus::Suppressed;
        let issues = assert_valid(&sample::render(FORMAT, &audit));
        assert_eq!(issues.len(), 2);
        let place =
            json!({ "path": "apps/web/src/app/proxies/Rate.tsx", "lines": { "begin": 9, "end": 11 } });
        assert_eq!((&issues[1]["location"], &issues[1]["severity"]), (&place, &json!("minor")));
    }

    #[test]
    fn hostile_text_stays_text() {
        let text = sample::render(FORMAT, &sample::hostile());
        sample::assert_tame(&text);
        let issues = assert_valid(&text);
        assert!(!issues[0]["description"].as_str().unwrap().contains('\n'));
    }
}
