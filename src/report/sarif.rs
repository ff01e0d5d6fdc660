//! For code scanning: SARIF 2.1.0, with every finding, what is known about it, and its evidence as a flow
//! through the code.

mod model;

use std::collections::BTreeMap;
use std::io::{self, Write};

use self::model::{
    ArtifactLocation, CodeFlow, Configuration, Driver, Invocation, Location, Log, Notification,
    PhysicalLocation, Region, ResultProperties, Rule, RuleProperties, Run, SarifResult, Suppression, Text,
    ThreadFlow, ThreadFlowLocation, Tool, UriBase,
};
use super::escape::{self, markdown_sentence, terminal};
use super::{Format, Options, place};
use crate::findings::audit::{Audit, Finding};
use crate::rules;
use crate::source::Skip;
use crate::vocabulary::{FindingStatus, Severity};

pub(super) const FORMAT: Format =
    Format { name: "sarif", about: "for code scanning: SARIF 2.1.0", extensions: &["sarif"], write };

/// What paths are relative to: the folder that `unpoll` ran in, which consumers take for the repository.
const BASE: &str = "%SRCROOT%";

fn write(audit: &Audit, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let report = serde_json::to_string_pretty(&log(audit))?;
    writeln!(out, "{}", escape::json(&report))
}

fn log(audit: &Audit) -> Log {
    let root = &audit.root;
    let base = UriBase { description: text("The folder that unpoll ran in.") };
    let broken = audit.stats.skipped.iter().any(|skip| skip.internal().is_some());
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: env!("CARGO_PKG_NAME"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: (!rules::REPOSITORY.is_empty()).then(|| rules::REPOSITORY.to_owned()),
                rules: rules::all().iter().map(|it| rule(it, rules::REPOSITORY)).collect(),
            },
        },
        invocations: [Invocation {
            execution_successful: !broken,
            tool_execution_notifications: audit.stats.skipped.iter().map(|it| skipped(it, root)).collect(),
        }],
        original_uri_base_ids: BTreeMap::from([(BASE, base)]),
        column_kind: "unicodeCodePoints",
        results: audit.findings.iter().map(|it| result(it, root)).collect(),
    };
    Log { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] }
}

fn rule(rule: &rules::Rule, repository: &str) -> Rule {
    let page = rule.page();
    Rule {
        id: rule.id,
        short_description: text(rule.summary),
        full_description: text(rule.summary),
        help: Text { text: page.clone(), markdown: Some(page) },
        help_uri: rule.address(repository),
        default_configuration: Configuration { level: level(rule.severity) },
        properties: RuleProperties { tags: [if rule.topic.is_push() { "push" } else { "polling" }] },
    }
}

fn result(finding: &Finding, root: &str) -> SarifResult {
    let said = format!("{} {}", finding.message, finding.help);
    let location = |step: &_| ThreadFlowLocation { location: step_location(step, root) };
    let flow: Vec<ThreadFlowLocation> = finding.chain.iter().map(location).collect();
    SarifResult {
        rule_id: finding.rule,
        rule_index: rules::all().iter().position(|it| it.id == finding.rule),
        level: level(finding.severity),
        message: Text { markdown: Some(markdown_sentence(&said)), ..text(&said) },
        locations: [located(&finding.file, Some(region(finding)), root)],
        // GitHub knows a finding again by the first of the two, which it would else make of the lines.
        partial_fingerprints: BTreeMap::from([
            ("primaryLocationLineHash", finding.fingerprint.clone()),
            ("unpoll/v1", finding.fingerprint.clone()),
        ]),
        code_flows: match flow.is_empty() {
            true => Vec::new(),
            false => vec![CodeFlow { thread_flows: [ThreadFlow { locations: flow }] }],
        },
        baseline_state: match finding.status {
            FindingStatus::New => Some("new"),
            FindingStatus::Baseline => Some("unchanged"),
            // It is in the code and not in the baseline; what silences it says so below.
            FindingStatus::Suppressed => None,
        },
        suppressions: finding.suppression.iter().map(|it| suppression(it, finding, root)).collect(),
        properties: ResultProperties {
            area: terminal(&finding.area).into_owned(),
            confidence: finding.confidence.as_str(),
            impact: terminal(&finding.impact).into_owned(),
            help: terminal(&finding.help).into_owned(),
        },
    }
}

fn suppression(
    suppression: &crate::findings::audit::Suppression,
    finding: &Finding,
    root: &str,
) -> Suppression {
    Suppression {
        kind: "inSource",
        justification: suppression.reason.as_deref().map(|reason| terminal(reason).into_owned()),
        location: located(&finding.file, Some(line(suppression.line)), root),
    }
}

fn step_location(step: &crate::findings::audit::ChainStep, root: &str) -> Location {
    Location { message: Some(text(&step.label)), ..located(&step.file, Some(line(step.line)), root) }
}

fn skipped(skip: &Skip, root: &str) -> Notification {
    // What broke in us may be a rule, and a rule is no file.
    let broken = skip.internal().is_some();
    Notification {
        level: if broken { "error" } else { "note" },
        message: text(&format!("{}: {}", skip.file, skip.reason)),
        locations: if broken { Vec::new() } else { vec![located(&skip.file, None, root)] },
    }
}

fn located(file: &str, region: Option<Region>, root: &str) -> Location {
    let artifact_location = ArtifactLocation { uri: place::uri(root, file), uri_base_id: BASE };
    Location { physical_location: PhysicalLocation { artifact_location, region }, message: None }
}

fn region(finding: &Finding) -> Region {
    let Finding { line, column, end_line, end_column, .. } = *finding;
    let start = (line.max(1), column.max(1));
    let end = (end_line.max(1), end_column.max(1)).max(start);
    Region {
        start_line: start.0,
        start_column: Some(start.1),
        end_line: Some(end.0),
        end_column: Some(end.1),
    }
}

fn line(line: u32) -> Region {
    Region { start_line: line.max(1), start_column: None, end_line: None, end_column: None }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// Plain text, in which `[…](…)` would be a link and whose empty form the standard forbids.
fn text(text: &str) -> Text {
    let text = terminal(text).replace("](", "] (");
    Text { text: if text.is_empty() { "–".into() } else { text }, markdown: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use serde_json::{Value, json};

    /// The report, checked against the schema of OASIS.
    fn valid(audit: &Audit) -> Value {
        let text = sample::render(FORMAT, audit);
        sample::assert_tame(&text);
        let schema: Value =
            serde_json::from_str(include_str!("../../tests/schemas/sarif-2.1.0.json")).unwrap();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        let report: Value = serde_json::from_str(&text).unwrap();
        let mistakes: Vec<String> =
            validator.iter_errors(&report).map(|it| format!("{}: {it}", it.instance_path())).collect();
        assert!(mistakes.is_empty(), "{mistakes:#?}");
        report
    }

    #[test]
    fn every_finding_is_a_result_with_its_evidence() {
        let run = valid(&sample::audit())["runs"][0].take();
        let result = &run["results"][0];
        assert_eq!(run["results"].as_array().unwrap().len(), 3);
        let rule = result["ruleIndex"].as_u64().unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][usize::try_from(rule).unwrap()]["id"], "network-poll");
        assert_eq!((&result["level"], &result["baselineState"]), (&json!("error"), &json!("new")));
        let place = &result["locations"][0]["physicalLocation"];
        let artifact = json!({ "uri": "apps/web/src/lib/hooks/useProxyHealth.ts", "uriBaseId": "%SRCROOT%" });
        assert_eq!(place["artifactLocation"], artifact);
        let region = json!({ "startLine": 274, "startColumn": 16, "endLine": 274, "endColumn": 52 });
        assert_eq!(place["region"], region);
        let flow = result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
        assert_eq!(flow.len(), 3);
        assert_eq!(flow[2]["location"]["message"]["text"], "checkProxy() → fetch()");
        assert_eq!(result["partialFingerprints"]["primaryLocationLineHash"], "0123456789abcdef");
        assert_eq!(run["invocations"][0]["toolExecutionNotifications"][0]["level"], "note");
    }

    #[test]
    fn the_status_is_told_in_the_words_of_the_standard() {
        let mut audit = sample::audit();
        audit.findings[0].status = FindingStatus::Baseline;
        audit.findings[1].status = FindingStatus::Suppressed;
        audit.findings[1].suppression = Some(crate::findings::audit::Suppression {
            reason: Some("the vendor has no push".into()),
            line: 8,
        });
        let report = valid(&audit);
        let results = &report["runs"][0]["results"];
        assert_eq!(results[0]["baselineState"], "unchanged");
        assert_eq!(results[1]["baselineState"], Value::Null);
        let suppression = &results[1]["suppressions"][0];
        assert_eq!(suppression["justification"], "the vendor has no push");
        assert_eq!(suppression["location"]["physicalLocation"]["region"]["startLine"], 8);
    }

    #[test]
    fn a_bug_of_ours_is_no_success() {
        let mut audit = sample::audit();
        audit.stats.skipped.push(Skip::guard("rule hot-timer", || panic!("no")).map(|()| "").unwrap_err());
        let invocation = valid(&audit)["runs"][0]["invocations"][0].take();
        assert_eq!(invocation["executionSuccessful"], false);
        assert_eq!(invocation["toolExecutionNotifications"][1]["level"], "error");
    }

    #[test]
    fn hostile_text_makes_no_link_and_no_path_of_its_own() {
        let mut audit = sample::hostile();
        audit.findings[0].file = "../../etc/a b#?.ts".into();
        audit.findings[0].message = String::new();
        audit.findings[0].chain[0].label = String::new();
        (audit.findings[1].line, audit.findings[1].column, audit.findings[1].end_column) = (0, 0, 0);
        let report = valid(&audit);
        let results = report["runs"][0]["results"].as_array().unwrap();
        assert!(!results[1]["message"]["text"].as_str().unwrap().contains("]("));
        for result in results {
            let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            let plain = |letter: char| letter.is_ascii_alphanumeric() || "-._~/%".contains(letter);
            assert!(uri.chars().all(plain), "{uri}");
        }
    }

    #[test]
    fn rules_lead_to_their_pages_once_there_is_a_public_home() {
        let first = &rules::all()[0];
        let there = rule(first, "https://example.org/unpoll").help_uri.unwrap();
        assert_eq!(there, format!("https://example.org/unpoll/blob/main/docs/rules/{}.md", first.id));
        assert_eq!(rule(first, "").help_uri, None);
    }
}
