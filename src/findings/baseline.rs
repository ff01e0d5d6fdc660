//! The findings that a team lives with for now: `.unpoll-baseline.json`.
//!
//! Sorted, and one finding a line, so that two branches that both change it merge.

use std::fmt::Write as _;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};

use super::audit::{Audit, Finding};
use crate::error::Error;
use crate::vocabulary::Gate;

/// The usual name of the file.
pub const NAME: &str = ".unpoll-baseline.json";

/// Raised when older files can no longer be compared with.
const VERSION: u32 = 1;

/// Findings that were there before; they fail nothing as long as they get no worse.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Baseline {
    /// Version of this format.
    version: u32,
    /// Sorted by file, rule and owner.
    pub findings: Vec<Entry>,
}

/// One finding that was there before.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entry {
    /// Path from the folder of the baseline, with `/`.
    pub file: String,
    /// Id of the rule.
    pub rule: String,
    /// Component, hook, class or function that holds it.
    pub owner: String,
    /// What stands there, as written.
    pub api: String,
    /// The message type that it speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Interval of the timer in ms, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_ms: Option<f64>,
    /// The switch in front of the timer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
    /// Stable identity, 16 hex digits.
    pub fingerprint: String,
}

impl Entry {
    /// The entry of a finding. `prefix`: the way from the folder of the baseline to the root of the audit.
    pub fn of(finding: &Finding, audit: &Audit, prefix: &str) -> Self {
        let timer = finding.timer.and_then(|at| audit.timers.get(at));
        Self {
            file: under(prefix, &finding.file),
            rule: finding.rule.to_owned(),
            owner: finding.owner.clone(),
            api: finding.api.split_whitespace().collect::<Vec<_>>().join(" "),
            message: finding.message_type.clone(),
            interval_ms: timer.and_then(|it| it.interval_ms),
            gate: timer.map(|it| it.gate),
            fingerprint: finding.fingerprint.clone(),
        }
    }

    fn order(&self) -> impl Ord + use<'_> {
        (&self.file, &self.rule, &self.owner, &self.fingerprint)
    }
}

/// A path of the audit as seen from the folder that a prefix leads away from.
pub fn under(prefix: &str, file: &str) -> String {
    if prefix.is_empty() { file.to_owned() } else { format!("{prefix}/{file}") }
}

impl Baseline {
    /// A baseline of these findings.
    pub fn new(mut findings: Vec<Entry>) -> Self {
        findings.sort_by(|one, other| one.order().cmp(&other.order()));
        // What two branches added alike stands there twice after a merge.
        findings.dedup();
        Self { version: VERSION, findings }
    }

    /// All findings of an audit that no comment silences.
    pub fn of(audit: &Audit, prefix: &str) -> Self {
        let heard = audit.findings.iter().filter(|it| !it.is_suppressed());
        Self::new(heard.map(|it| Entry::of(it, audit, prefix)).collect())
    }

    /// Reads the text of a baseline. `name`: what to call the file in an error.
    ///
    /// # Errors
    ///
    /// When it is none, or one of another version.
    pub fn parse(text: &str, name: &str) -> Result<Self, Error> {
        /// All that is sure of a file of any version.
        #[derive(Deserialize)]
        struct Any {
            version: u32,
        }
        let wrong =
            |why: String, help: &str| Error::Baseline { file: name.to_owned(), why, help: help.to_owned() };
        let version = match serde_json::from_str::<Any>(text) {
            Ok(Any { version }) => version,
            Err(_) if text.contains("<<<<<<<") && text.contains(">>>>>>>") => {
                let help = "keep the lines of both sides, then run `unpoll baseline --prune`";
                return Err(wrong("it holds the marks of a merge conflict".to_owned(), help));
            }
            Err(error) => return Err(wrong(format!("it is no baseline: {error}"), REWRITE)),
        };
        if version > VERSION {
            let why =
                format!("a newer unpoll wrote it (version {version}; this one reads version {VERSION})");
            return Err(wrong(why, "update unpoll, or write the baseline again with `unpoll baseline`"));
        }
        if version < VERSION {
            let why = format!("it is stale: version {version}, and this unpoll reads version {VERSION}");
            return Err(wrong(why, REWRITE));
        }
        let read: Self =
            serde_json::from_str(text).map_err(|error| wrong(format!("it is corrupt: {error}"), REWRITE))?;
        Ok(Self::new(read.findings))
    }

    /// The text of the file.
    ///
    /// # Errors
    ///
    /// Never in practice: strings and numbers always have a text.
    pub fn text(&self) -> Result<String, Error> {
        let mut text = format!("{{\n  \"version\": {},\n  \"findings\": [", self.version);
        for (at, entry) in self.findings.iter().enumerate() {
            let line = serde_json::to_string(entry).map_err(|error| Error::Internal(error.to_string()))?;
            let comma = if at == 0 { "" } else { "," };
            // Writing to a string cannot fail.
            _ = write!(text, "{comma}\n    {line}");
        }
        text.push_str(if self.findings.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
        Ok(text)
    }
}

const REWRITE: &str = "write it again with `unpoll baseline`, or take the last good one from the history";

/// The JSON Schema of the file.
pub fn schema() -> String {
    let generator = SchemaSettings::draft2020_12().into_generator();
    format!("{:#}\n", generator.into_root_schema_for::<Baseline>().to_value())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(file: &str, rule: &str) -> Entry {
        Entry {
            file: file.to_owned(),
            rule: rule.to_owned(),
            owner: "useOrders".to_owned(),
            api: "setInterval".to_owned(),
            message: None,
            interval_ms: Some(5_000.0),
            gate: Some(Gate::Always),
            fingerprint: "00".to_owned(),
        }
    }

    #[test]
    fn it_is_sorted_and_has_one_finding_a_line() {
        let entries = vec![
            entry("src/b.ts", "network-poll"),
            entry("src/a.ts", "status-poll"),
            entry("src/a.ts", "hot-timer"),
        ];
        let baseline = Baseline::new(entries);
        insta::assert_snapshot!(baseline.text().unwrap());
        assert_eq!(Baseline::parse(&baseline.text().unwrap(), "x").unwrap(), baseline);
        assert_eq!(Baseline::new(vec![]).text().unwrap(), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
    }

    #[test]
    fn what_cannot_be_compared_with_is_refused_with_a_reason() {
        for (text, why, help) in [
            ("", "is no baseline", "write it again"),
            ("{\"findings\": []}", "is no baseline", "write it again"),
            ("{\"version\": 2, \"all\": []}", "a newer unpoll wrote it", "update unpoll"),
            ("{\"version\": 0}", "stale", "write it again"),
            ("{\"version\": 1, \"findings\": [3]}", "corrupt", "write it again"),
            ("{\n<<<<<<< ours\n=======\n>>>>>>> theirs\n}", "merge conflict", "both sides"),
        ] {
            let error = Baseline::parse(text, "team.json").unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
            assert!(error.to_string().starts_with("team.json: "), "{error}");
            assert!(error.help().contains(help), "{}", error.help());
        }
    }

    #[test]
    fn a_merge_that_kept_a_line_twice_is_fine() {
        let twice = Baseline::new(vec![entry("src/a.ts", "hot-timer"), entry("src/a.ts", "hot-timer")]);
        assert_eq!(twice.findings.len(), 1);
    }

    #[test]
    fn what_was_written_is_read_to_the_last_digit() {
        let text = r#"{"version":1,"findings":[{"file":"src/orders.ts","rule":"network-poll","owner":"Orders",
            "api":"setInterval","intervalMs":50033333333333333333333333333333333333333333333333333333333333333333333333333333333333333330.0,
            "fingerprint":"0123456789abcdef"}]}"#;
        let written = Baseline::parse(text, "baseline").unwrap().text().unwrap();
        assert_eq!(Baseline::parse(&written, "baseline").unwrap().text().unwrap(), written);
    }
}
