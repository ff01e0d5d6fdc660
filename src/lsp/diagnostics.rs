//! Findings as diagnostics.

use std::path::{Path, PathBuf};

use gen_lsp_types::{
    Code, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, Message,
    Range, Uri,
};

use super::positions::{Encoding, Lines};
use crate::findings::audit::{ChainStep, Finding};
use crate::report::escape;
use crate::rules;
use crate::vocabulary::Severity;

/// Who says so.
pub(super) const SOURCE: &str = "unpoll";

/// What stands around a finding.
pub(super) struct Around<'a> {
    /// The root of the audit.
    pub root: &'a Path,
    pub encoding: Encoding,
    /// The text of a file, as the audit saw it.
    pub text: &'a dyn Fn(&Path) -> Option<String>,
    /// What the client calls a file.
    pub uri: &'a dyn Fn(&Path) -> Option<Uri>,
    /// Whether the client shows related places.
    pub related: bool,
}

impl Around<'_> {
    /// The whole path of a file of the audit.
    pub fn path(&self, file: &str) -> PathBuf {
        file.split('/').fold(self.root.to_owned(), |path, part| path.join(part))
    }

    /// A finding as a diagnostic of its file.
    pub fn diagnostic(&self, finding: &Finding, lines: &Lines<'_>) -> Diagnostic {
        let (start, end) = ((finding.line, finding.column), (finding.end_line, finding.end_column));
        let related = self.related.then(|| finding.chain.iter().filter_map(|it| self.related(it)).collect());
        Diagnostic {
            range: lines.range(start, end),
            severity: Some(severity(finding.severity)),
            code: Some(Code::String(finding.rule.to_owned())),
            code_description: page(finding.rule).map(|href| CodeDescription { href }),
            source: Some(SOURCE.to_owned()),
            message: Message::String(message(finding)),
            tags: None,
            related_information: related,
            data: None,
        }
    }

    fn related(&self, step: &ChainStep) -> Option<DiagnosticRelatedInformation> {
        let path = self.path(&step.file);
        let text = (self.text)(&path).unwrap_or_default();
        let lines = Lines::of(&text, self.encoding);
        let start = lines.position(lines.byte_at(step.line, 1));
        let range = lines.whole_line(start.line).unwrap_or(Range { start, end: start });
        let location = Location { uri: (self.uri)(&path)?, range };
        Some(DiagnosticRelatedInformation { location, message: escape::terminal(&step.label).into_owned() })
    }
}

/// What is there, why it matters and what to do; a client shows it as it is, without any markup.
fn message(finding: &Finding) -> String {
    let Finding { message, impact, help, .. } = finding;
    let parts = [message, impact, help].into_iter().filter(|it| !it.is_empty());
    parts.map(|it| escape::terminal(it)).collect::<Vec<_>>().join("\n")
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Critical => DiagnosticSeverity::Error,
        Severity::Warning => DiagnosticSeverity::Warning,
        Severity::Info => DiagnosticSeverity::Information,
    }
}

/// The page about a rule, when this build knows where the pages are.
fn page(rule: &str) -> Option<Uri> {
    Uri::parse(&rules::find(rule)?.address(rules::REPOSITORY)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_finding_is_told_with_its_evidence() {
        let audit = sample::audit();
        let finding = audit.findings.iter().find(|it| !it.chain.is_empty()).unwrap();
        let text = |_: &Path| Some("\n".repeat(200));
        let uri = |path: &Path| Uri::from_file_path(path).ok();
        let root = std::env::temp_dir();
        let around = Around { root: &root, encoding: Encoding::Utf16, text: &text, uri: &uri, related: true };
        let long = "    x\n".repeat(400);
        let diagnostic = around.diagnostic(finding, &Lines::of(&long, Encoding::Utf16));
        assert_eq!(diagnostic.code, Some(Code::String(finding.rule.to_owned())));
        assert_eq!(diagnostic.range.start.line, finding.line - 1);
        assert_eq!(diagnostic.related_information.unwrap().len(), finding.chain.len());
    }
}
