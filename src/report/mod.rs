//! One file per format; an audit in, text out.
//!
//! Everything that comes from the audited code (paths, names, messages, source lines) is hostile:
//! each format escapes it for its own medium before it writes it.

use std::io::{self, Write};

use crate::findings::audit::{Audit, Finding};

mod broadcasts;
mod compact;
pub mod escape;
mod frame;
mod github;
mod gitlab;
pub mod graph;
mod html;
mod json;
mod junit;
mod markdown;
mod ndjson;
mod openmetrics;
mod paint;
mod place;
mod pretty;
mod sarif;
mod status;
pub mod trend;
pub mod words;

pub use json::SCHEMA;
pub use paint::Paint;

#[cfg(test)]
pub(crate) mod sample;

/// Every format, in the order in which help lists them. A new one is a file and a line here.
pub const FORMATS: &[Format] = &[
    pretty::FORMAT,
    compact::FORMAT,
    markdown::FORMAT,
    html::FORMAT,
    json::FORMAT,
    ndjson::FORMAT,
    sarif::FORMAT,
    github::FORMAT,
    gitlab::FORMAT,
    junit::FORMAT,
    openmetrics::FORMAT,
];

/// The format for people at a terminal.
pub const PRETTY: &str = "pretty";
/// The format whose user also wants the Markdown report as summary of the job.
pub const GITHUB: &str = "github";

/// A way to write an audit.
#[derive(Debug)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// What it is for, for the help text.
    pub about: &'static str,
    /// File extensions that imply it.
    pub extensions: &'static [&'static str],
    write: fn(&Audit, &Options, &mut dyn Write) -> io::Result<()>,
}

impl Format {
    /// The format of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// The format that a file extension implies.
    pub fn for_extension(extension: &str) -> Option<&'static Self> {
        FORMATS
            .iter()
            .find(|format| format.extensions.iter().any(|known| known.eq_ignore_ascii_case(extension)))
    }

    /// Writes the audit.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub fn write(&self, audit: &Audit, options: &Options, out: &mut dyn Write) -> io::Result<()> {
        (self.write)(audit, options, out)
    }
}

/// Findings that are neither in the baseline nor silenced: those that somebody still has to deal with.
fn fresh(audit: &Audit) -> impl Iterator<Item = &Finding> {
    audit.findings.iter().filter(|finding| finding.is_new())
}

/// How much to show, and on what. Formats for machines ignore all of it.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Colours, where the medium has them.
    pub color: bool,
    /// Columns of the medium.
    pub width: usize,
    /// Findings only, a line each; nothing when there are none.
    pub quiet: bool,
    /// List accepted timers one by one.
    pub accepted: bool,
    /// List skipped files with their reasons.
    pub verbose: bool,
    /// Tell what is most urgent at length and the rest in a line each, for a screen that scrolls.
    pub brief: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { color: false, width: 100, quiet: false, accepted: false, verbose: false, brief: false }
    }
}
