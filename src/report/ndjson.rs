//! For log pipelines: the JSON report taken apart, one record a line. Each line names its type and holds
//! the record under that name, in the same shape as in the JSON report.

use std::io::{self, Write};

use serde::Serialize;

use super::json::{Report, Stats, Summary, Tool};
use super::{Format, Options, escape};
use crate::findings::audit::Audit;

pub(super) const FORMAT: Format = Format {
    name: "ndjson",
    about: "for log pipelines: the JSON report, one record a line",
    extensions: &["ndjson", "jsonl"],
    write,
};

/// What the report says of the run as a whole: the first line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    schema_version: u32,
    tool: Tool,
    root: &'a str,
    summary: Summary<'a>,
    stats: Stats<'a>,
}

fn write(audit: &Audit, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let Report {
        schema_version,
        tool,
        root,
        summary,
        findings,
        timers,
        messages,
        channels,
        providers,
        areas,
        next_steps,
        comparisons,
        stats,
    } = Report::of(audit);
    line("audit", &Head { schema_version, tool, root, summary, stats }, out)?;
    findings.iter().try_for_each(|it| line("finding", it, out))?;
    timers.iter().try_for_each(|it| line("timer", it, out))?;
    messages.iter().try_for_each(|it| line("message", it, out))?;
    channels.iter().try_for_each(|it| line("channel", it, out))?;
    providers.iter().try_for_each(|it| line("provider", it, out))?;
    areas.iter().try_for_each(|it| line("area", it, out))?;
    next_steps.iter().try_for_each(|it| line("nextStep", it, out))?;
    comparisons.iter().try_for_each(|it| line("comparison", it, out))
}

/// The record lies inside of the line because records have fields of their own called `type`.
fn line(kind: &str, record: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let record = serde_json::to_string(record)?;
    writeln!(out, r#"{{"type":"{kind}","{kind}":{}}}"#, escape::json(&record))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{SCHEMA, sample};
    use serde_json::Value;

    /// Checks every line against the schema of the report; gives the types in order.
    fn types(report: &str) -> Vec<String> {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let line = serde_json::json!({ "$schema": schema["$schema"], "$defs": schema["$defs"],
            "properties": schema["properties"], "$ref": "#/$defs/line" });
        let validator = jsonschema::draft202012::new(&line).unwrap();
        let check = |line: &str| {
            let record: Value = serde_json::from_str(line).unwrap();
            let mistakes: Vec<String> = validator.iter_errors(&record).map(|it| it.to_string()).collect();
            assert!(mistakes.is_empty(), "{mistakes:#?}\n{line}");
            record["type"].as_str().unwrap().to_owned()
        };
        report.lines().map(check).collect()
    }

    #[test]
    fn every_record_is_a_line_of_the_schema() {
        let audit = sample::audit();
        let mut types = types(&sample::render(FORMAT, &audit));
        let count = |wanted: &str| types.iter().filter(|it| *it == wanted).count();
        assert_eq!((count("finding"), count("timer")), (audit.findings.len(), audit.timers.len()));
        assert_eq!((count("message"), count("area")), (audit.messages.len(), audit.areas.len()));
        types.dedup();
        let order = ["audit", "finding", "timer", "message", "channel", "provider", "area", "nextStep"];
        assert_eq!(types, order);
    }

    #[test]
    fn a_hostile_name_makes_no_line_of_its_own() {
        let (tame, hostile) = (sample::audit(), sample::hostile());
        let text = sample::render(FORMAT, &hostile);
        sample::assert_tame(&text);
        assert_eq!(types(&text), types(&sample::render(FORMAT, &tame)));
        let finding: Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
        assert_eq!(finding["finding"]["file"], sample::HOSTILE);
    }
}
