//! For editors and grep: a finding a line, and nothing when there are none.

use std::io::{self, Write};

use super::escape::terminal;
use super::{Format, Options, Paint, fresh, place};
use crate::findings::audit::Audit;

pub(super) const FORMAT: Format = Format {
    name: "compact",
    about: "for editors and grep: file:line:column: severity rule: message",
    extensions: &[],
    write,
};

pub(super) fn write(audit: &Audit, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint::new(options.color);
    fresh(audit).try_for_each(|finding| {
        let file = place::from_here(&audit.root, &finding.file);
        let place = format!("{}:{}:{}", terminal(&file), finding.line, finding.column);
        let severity = paint.severity(finding.severity, finding.severity.as_str());
        let message = paint.sentence(&terminal(&finding.message));
        writeln!(out, "{}: {severity} {}: {message}", paint.bold(&place), finding.rule)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::vocabulary::FindingStatus;

    #[test]
    fn a_line_says_where_and_what() {
        let text = sample::render(FORMAT, &sample::audit());
        let first =
            "apps/web/src/lib/hooks/useProxyHealth.ts:274:16: critical network-poll: `useProxyHealth` asks";
        assert!(text.starts_with(first), "{text}");
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn known_findings_are_not_shown() {
        let mut audit = sample::audit();
        audit.findings[0].status = FindingStatus::Baseline;
        audit.findings[1].status = FindingStatus::Suppressed;
        let text = sample::render(FORMAT, &audit);
        assert!(text.lines().count() == 1 && text.contains("unmounted-provider"), "{text}");
        assert_eq!(sample::render(FORMAT, &Audit { findings: Vec::new(), ..audit }), "");
    }

    #[test]
    fn a_hostile_name_makes_no_line_of_its_own() {
        let text = sample::render(FORMAT, &sample::hostile());
        sample::assert_tame(&text);
        assert_eq!(text.lines().count(), 3, "{text}");
    }
}
