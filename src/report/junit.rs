//! For test dashboards: JUnit XML. An area of the product is a suite, a finding in it a test that fails;
//! an area without a new finding passes.
//!
//! Written with the attributes of Jenkins' schema alone: what it does not know, some reader refuses.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::escape::terminal;
use super::{Format, Options, fresh, place};
use crate::findings::audit::{Audit, Finding};

pub(super) const FORMAT: Format = Format {
    name: "junit",
    about: "for test dashboards: JUnit XML, a failed test for each finding",
    extensions: &["xml"],
    write,
};

fn write(audit: &Audit, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: BTreeMap<&str, Vec<&Finding>> =
        audit.areas.iter().map(|area| (area.name.as_str(), Vec::new())).collect();
    for finding in fresh(audit) {
        suites.entry(&finding.area).or_default().push(finding);
    }
    // A report without any test would be taken for a run that broke.
    if suites.is_empty() {
        suites.insert("unpoll", Vec::new());
    }
    let failed: usize = suites.values().map(Vec::len).sum();
    let tests: usize = suites.values().map(|findings| findings.len().max(1)).sum();
    let (failed, tests) = (failed.to_string(), tests.to_string());
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer
        .create_element("testsuites")
        .with_attributes([("name", "unpoll"), ("tests", &tests), ("failures", &failed), ("errors", "0")])
        .write_inner_content(|writer| {
            suites.iter().try_for_each(|(area, findings)| suite(area, findings, audit, writer))
        })?;
    out.write_all(&writer.into_inner())?;
    writeln!(out)
}

fn suite(area: &str, findings: &[&Finding], audit: &Audit, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let (area, failed) = (terminal(area), findings.len().to_string());
    let tests = findings.len().max(1).to_string();
    writer
        .create_element("testsuite")
        .with_attributes([("name", area.as_ref()), ("tests", &tests), ("failures", &failed), ("errors", "0")])
        .write_inner_content(|writer| {
            if findings.is_empty() {
                let attributes = [("classname", area.as_ref()), ("name", "no new findings")];
                writer.create_element("testcase").with_attributes(attributes).write_empty()?;
            }
            findings.iter().try_for_each(|finding| test(finding, &area, audit, writer))
        })?;
    Ok(())
}

fn test(finding: &Finding, area: &str, audit: &Audit, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let spot = |file: &str, line: u32| {
        let file = place::from_here(&audit.root, file);
        format!("{}:{line}", terminal(&file))
    };
    let place = spot(&finding.file, finding.line);
    let name = format!("{} {place}", finding.rule);
    let message = terminal(&finding.message);
    let mut text =
        format!("{place}\n{}\nWhat to do: {}\n", terminal(&finding.impact), terminal(&finding.help));
    for step in &finding.chain {
        text.push_str(&format!("  {} {}\n", spot(&step.file, step.line), terminal(&step.label)));
    }
    writer
        .create_element("testcase")
        .with_attributes([("classname", area), ("name", name.as_str())])
        .write_inner_content(|writer| {
            writer
                .create_element("failure")
                .with_attributes([("type", finding.severity.as_str()), ("message", message.as_ref())])
                .write_text_content(BytesText::new(&text))?;
            Ok(())
        })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::vocabulary::FindingStatus;
    use uppsala::{Document, XsdValidator};

    /// Fails unless the report is well-formed and what the schema of Jenkins asks for.
    fn assert_valid(report: &str) {
        let schema = uppsala::parse(include_str!("../../tests/schemas/junit-10.xsd")).unwrap();
        let validator = XsdValidator::from_schema(&schema).unwrap();
        let mistakes: Vec<String> =
            validator.validate(&parsed(report)).iter().map(ToString::to_string).collect();
        assert!(mistakes.is_empty(), "{mistakes:#?}\n{report}");
        sample::assert_tame(report);
    }

    fn parsed(report: &str) -> Document<'_> {
        uppsala::parse(report).unwrap_or_else(|mistake| panic!("{mistake}\n{report}"))
    }

    fn count(report: &str, element: &str) -> usize {
        parsed(report).get_elements_by_tag_name(element).len()
    }

    #[test]
    fn areas_are_suites_and_findings_fail() {
        let report = sample::render(FORMAT, &sample::audit());
        assert_valid(&report);
        let counted = ["testsuite", "testcase", "failure"].map(|element| count(&report, element));
        assert_eq!(counted, [3, 5, 3]);
        assert!(
            report.contains(r#"<testsuites name="unpoll" tests="5" failures="3" errors="0">"#),
            "{report}"
        );
    }

    #[test]
    fn the_schema_refuses_what_it_does_not_know() {
        let schema = uppsala::parse(include_str!("../../tests/schemas/junit-10.xsd")).unwrap();
        let validator = XsdValidator::from_schema(&schema).unwrap();
        let refused = |report| !validator.validate(&parsed(report)).is_empty();
        assert!(!refused("<testsuites name='a'/>"));
        assert!(refused("<testsuites surprise='a'/>"));
        assert!(refused("<testsuites><testsuite name='a'/></testsuites>"));
    }

    #[test]
    fn known_findings_do_not_fail_and_something_always_passes() {
        let mut audit = sample::audit();
        for finding in &mut audit.findings {
            finding.status = FindingStatus::Baseline;
        }
        let report = sample::render(FORMAT, &audit);
        assert_valid(&report);
        assert_eq!(["testcase", "failure"].map(|element| count(&report, element)), [3, 0]);
        audit.areas.clear();
        let report = sample::render(FORMAT, &audit);
        assert_valid(&report);
        assert_eq!(count(&report, "testcase"), 1);
    }

    #[test]
    fn hostile_text_makes_no_element_of_its_own() {
        let mut audit = sample::hostile();
        audit.findings[0].message = "]]> &lt; \u{0}\u{b}\u{fffe}\u{ffff}\" '><failure/>".into();
        audit.findings[1].help = "]]><testcase name='x'/><!-- & -->".into();
        let report = sample::render(FORMAT, &audit);
        assert_valid(&report);
        assert_eq!(["testcase", "failure"].map(|element| count(&report, element)), [3, 3]);
    }
}
