//! One fixture, one snapshot per format: what a team reads about an application halfway through its migration.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

mod support;

use std::path::Path;

use support::{audit, report};
use unpoll::findings::audit::Audit;
use unpoll::report::Options;

fn fixture(name: &str) -> Audit {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    let mut audit = audit(&root);
    // As if it had been typed in the folder of this file.
    audit.root = format!("fixtures/{name}");
    audit
}

/// The dashboard in one format, whatever version this is.
fn dashboard(format: &str, options: &Options) -> String {
    report(&fixture("migration/proxy-dashboard"), format, options)
        .replace(env!("CARGO_PKG_VERSION"), "[version]")
}

#[test]
fn pretty() {
    insta::assert_snapshot!(dashboard("pretty", &Options::default()));
}

#[test]
fn json() {
    insta::assert_snapshot!(dashboard("json", &Options::default()));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(dashboard("markdown", &Options::default()));
}

#[test]
fn compact() {
    insta::assert_snapshot!(dashboard("compact", &Options::default()));
}

#[test]
fn ndjson() {
    insta::assert_snapshot!(dashboard("ndjson", &Options::default()));
}

#[test]
fn sarif() {
    let mut report: serde_json::Value =
        serde_json::from_str(&dashboard("sarif", &Options::default())).unwrap();
    let schema = serde_json::from_str(include_str!("schemas/sarif-2.1.0.json")).unwrap();
    jsonschema::validate(&schema, &report).unwrap();
    // The pages of the rules are docs and would drown the rest: one shows where they go.
    let rules = &mut report["runs"][0]["tool"]["driver"]["rules"];
    rules.as_array_mut().unwrap().truncate(1);
    for form in ["text", "markdown"] {
        let page = rules[0]["help"][form].as_str().unwrap();
        rules[0]["help"][form] = page.lines().next().unwrap().into();
    }
    // A new rule moves the numbers of those behind it.
    for result in report["runs"][0]["results"].as_array_mut().unwrap() {
        assert!(result.as_object_mut().unwrap().remove("ruleIndex").is_some());
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&report).unwrap());
}

#[test]
fn github() {
    insta::assert_snapshot!(dashboard("github", &Options::default()));
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(dashboard("gitlab", &Options::default()));
}

#[test]
fn junit() {
    let report = dashboard("junit", &Options::default());
    let schema = uppsala::parse(include_str!("schemas/junit-10.xsd")).unwrap();
    let mistakes =
        uppsala::XsdValidator::from_schema(&schema).unwrap().validate(&uppsala::parse(&report).unwrap());
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    insta::assert_snapshot!(report);
}

#[test]
fn openmetrics() {
    insta::assert_snapshot!(dashboard("openmetrics", &Options::default()));
}

#[test]
fn the_numbers_of_the_areas_add_up() {
    for name in ["migration/proxy-dashboard", "callbacks/barrel-chain", "reachability/many-hops"] {
        let Audit { summary, areas, .. } = fixture(name);
        let links = areas.iter().map(|it| it.links);
        let sums = links.fold((0, 0), |sum, it| (sum.0 + it.present, sum.1 + it.required));
        assert_eq!(sums, (summary.links.present, summary.links.required), "{name}");
        let rate: f64 = areas.iter().map(|it| it.requests_per_minute).sum();
        assert!((rate - summary.requests_per_minute).abs() < 1e-9, "{name}: {rate}");
    }
}

/// Exact where timings are noisy: a change that reads or parses more shows up here.
#[test]
fn stats() {
    let stats = |name| {
        let stats = fixture(name).stats;
        format!(
            "{name}: {} found, {} read, {} parsed, {} skipped",
            stats.files_discovered,
            stats.files_read,
            stats.files_parsed,
            stats.skipped.len()
        )
    };
    let fixtures = ["migration/proxy-dashboard", "callbacks/barrel-chain", "reachability/many-hops"];
    insta::assert_snapshot!(fixtures.map(stats).join("\n"));
}
