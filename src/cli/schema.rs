//! `unpoll schema`: the JSON Schema of the JSON report.

use std::io::Write;
use std::process::ExitCode;

use super::failure::Failure;
use crate::report;

pub(super) fn run(out: &mut dyn Write) -> Result<ExitCode, Failure> {
    out.write_all(report::SCHEMA.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
