//! The format of a config file. The text of the JSON Schema is that of the comments here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::limits::Limits;
use crate::catalog::rows::LibraryFile;
use crate::vocabulary::{FailOn, Severity};

/// The config of unpoll: `unpoll.json`, `unpoll.jsonc`, `unpoll.toml`, or the key `unpoll` of a `package.json`.
///
/// Globs are relative to the folder of the config file that was found, also those of files that it extends.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(title = "unpoll config")]
pub(super) struct ConfigFile {
    /// Where this schema is: for editors.
    #[serde(rename = "$schema")]
    pub(super) schema: String,
    /// Other config files, or the names of npm packages that hold one: what stands here wins over them, and the
    /// later of several over the earlier.
    pub(super) extends: Extends,
    /// Globs: when there are any, only files that match one are read.
    pub(super) include: Vec<String>,
    /// Globs: files that match one are not read.
    pub(super) exclude: Vec<String>,
    /// Globs: files that match one are read, so that calls can be followed through them, but nothing in them is reported.
    pub(super) ignore: Vec<String>,
    /// Globs: files that something outside of the code runs, beside those whose names say so (routes, `main`, …).
    pub(super) entries: Vec<String>,
    /// What each rule is set to.
    pub(super) rules: RuleLevels,
    /// Where the lines between critical, warning and accepted run.
    pub(super) thresholds: ThresholdsFile,
    /// The parts of the product, by name. They win over what unpoll would call them.
    pub(super) areas: BTreeMap<String, AreaFile>,
    /// Other settings for some files. Of several that match a file the later wins.
    pub(super) overrides: Vec<OverrideFile>,
    /// The exit code is 1 when a finding is at least this severe.
    #[schemars(with = "FailOn")]
    pub(super) fail_on: Option<FailOn>,
    /// What libraries and wrappers of your own mean: rows, or the path of a TOML or JSON file with them.
    pub(super) catalog: Vec<CatalogEntry>,
    /// How comments that silence findings are treated.
    pub(super) suppressions: Suppressions,
    /// How much work the audit does before it says that it could not see.
    pub(super) limits: Limits,
}

/// A level for each rule that is named; all others stay `on`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(super) struct RuleLevels(pub(super) BTreeMap<String, Level>);

/// What a rule is set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not asked.
    Off,
    /// Asked, and its findings are as severe as the rule says.
    On,
    /// Its findings are remarks.
    Info,
    /// Its findings are warnings.
    Warning,
    /// Its findings are critical.
    Critical,
}

impl Level {
    /// The severity that takes the place of the rule's own.
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Off | Self::On => None,
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Critical => Some(Severity::Critical),
        }
    }
}

/// Where the lines between critical, warning and accepted run.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "Thresholds")]
pub(super) struct ThresholdsFile {
    /// A client that polls at a shorter interval than this is critical. Default: `"1m"`.
    pub(super) poll_ms: Option<Duration>,
    /// Polling at this interval or a longer one is accepted. Default: `"5m"`.
    pub(super) accept_ms: Option<Duration>,
    /// A client that asks the server at a shorter interval than this is hot. Default: `"1s"`.
    pub(super) hot_ms: Option<Duration>,
}

/// A part of the product. The longest glob or prefix that matches decides.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Area")]
pub(super) struct AreaFile {
    /// Globs of its files.
    pub(super) files: Vec<String>,
    /// How the names of its message types begin: `proxy_`.
    pub(super) messages: Vec<String>,
}

/// Other settings for some files.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Override")]
pub(super) struct OverrideFile {
    /// Globs of these files.
    pub(super) files: Vec<String>,
    /// What each rule is set to for them.
    #[serde(default)]
    pub(super) rules: RuleLevels,
    /// The thresholds for them.
    #[serde(default)]
    pub(super) thresholds: ThresholdsFile,
}

/// How comments that silence findings are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Suppressions {
    /// A comment without a reason silences nothing. Default: `true`.
    pub require_reason: bool,
    /// Comments that silence nothing are reported. Default: `true`.
    pub report_unused: bool,
}

impl Default for Suppressions {
    fn default() -> Self {
        Self { require_reason: true, report_unused: true }
    }
}

/// A duration: milliseconds, or a text such as `"30s"`, `"5m"`, `"1h 30m"`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Duration(pub(super) f64);

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Duration;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("milliseconds or a text such as \"30s\"")
            }

            fn visit_u64<E: serde::de::Error>(self, ms: u64) -> Result<Duration, E> {
                Ok(Duration(ms as f64))
            }

            fn visit_i64<E: serde::de::Error>(self, ms: i64) -> Result<Duration, E> {
                self.visit_f64(ms as f64)
            }

            fn visit_f64<E: serde::de::Error>(self, ms: f64) -> Result<Duration, E> {
                if ms >= 0.0 { Ok(Duration(ms)) } else { Err(E::custom("a duration is never negative")) }
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Duration, E> {
                let read = humantime::parse_duration(text);
                let read = read.map_err(|why| E::custom(format!("`{text}` is no duration: {why}")))?;
                Ok(Duration(read.as_secs_f64() * 1_000.0))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Milliseconds, or a text such as \"30s\", \"5m\", \"1h 30m\".",
            "type": ["number", "string"],
            "minimum": 0
        })
    }
}

/// One path or several.
#[derive(Debug, Clone, Default)]
pub(super) struct Extends(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for Extends {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Extends;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a path or a list of paths")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Extends, E> {
                Ok(Extends(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Extends, A::Error> {
                let mut paths = Vec::new();
                while let Some(path) = items.next_element()? {
                    paths.push(path);
                }
                Ok(Extends(paths))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl JsonSchema for Extends {
    fn schema_name() -> Cow<'static, str> {
        "Extends".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A path, the name of an npm package, or a list of these.",
            "type": ["string", "array"],
            "items": { "type": "string" }
        })
    }
}

/// Rows about libraries of your own, or the path of a file with them.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub(super) enum CatalogEntry {
    /// Relative to the config file.
    File(String),
    /// In the format of the files in `catalog/`.
    Library(Box<LibraryFile>),
}

impl<'de> Deserialize<'de> for CatalogEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = CatalogEntry;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a path, or rows about a library")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<CatalogEntry, E> {
                Ok(CatalogEntry::File(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CatalogEntry, A::Error> {
                let library = LibraryFile::deserialize(MapAccessDeserializer::new(map))?;
                Ok(CatalogEntry::Library(Box::new(library)))
            }
        }
        deserializer.deserialize_any(Read)
    }
}
