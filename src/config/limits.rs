//! How much work the audit does before it says that it could not see.

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::Deserialize;

/// How much work the audit does before it says that it could not see. A file where a limit is reached is listed among
/// the skipped ones, and what lies behind it counts as unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    /// A larger file is not read. Default: 4194304, which is 4 MiB.
    #[schemars(range(min = 1, max = 268_435_456))]
    pub file_bytes: u32,
    /// Levels of nested code that are looked into. Default: 1000.
    #[schemars(range(min = 10, max = 5_000))]
    pub nesting: u32,
    /// Calls in a row that one question follows. Default: 16.
    #[schemars(range(min = 1, max = 200))]
    pub chain: u32,
    /// Functions that one question walks through. Default: 250.
    #[schemars(range(min = 1, max = 10_000))]
    pub functions: u32,
    /// Expressions that one question reads in these functions. Default: 50000.
    #[schemars(range(min = 100, max = 10_000_000))]
    pub expressions: u32,
    /// Steps from names to values that one question takes. Default: 4000.
    #[schemars(range(min = 100, max = 1_000_000))]
    pub steps: u32,
    /// Places that one question visits: callers, readers, mounts, uses of a name. Default: 4000.
    #[schemars(range(min = 10, max = 1_000_000))]
    pub places: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 4 << 20,
            nesting: 1_000,
            chain: 16,
            functions: 250,
            expressions: 50_000,
            steps: 4_000,
            places: 4_000,
        }
    }
}

impl Limits {
    /// Each limit by its key, with the values that it takes.
    pub(super) fn entries(self) -> [(&'static str, u32, RangeInclusive<u32>); 7] {
        [
            ("fileBytes", self.file_bytes, 1..=256 << 20),
            ("nesting", self.nesting, 10..=5_000),
            ("chain", self.chain, 1..=200),
            ("functions", self.functions, 1..=10_000),
            ("expressions", self.expressions, 100..=10_000_000),
            ("steps", self.steps, 100..=1_000_000),
            ("places", self.places, 10..=1_000_000),
        ]
    }
}
