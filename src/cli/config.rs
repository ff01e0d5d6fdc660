//! `unpoll config`: checks the config; with `--print` shows what is in force and where it comes from.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use super::failure::Failure;
use super::selection::ConfigChoice;
use crate::config::Printed;
use crate::{report::escape, rules};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file or folder whose config is meant.
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// Print the config in force as JSON, with the place that each setting comes from.
    #[arg(long)]
    print: bool,
    #[command(flatten)]
    choice: ConfigChoice,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let settings = args.choice.settings(&args.path)?;
    rules::check_names(&settings)?;
    let Printed { files, config, origins } = settings.printed();
    if args.print {
        let origins: BTreeMap<_, _> = origins.iter().cloned().collect();
        let shown = json!({ "files": files, "config": config, "origins": origins });
        writeln!(out, "{shown:#}")?;
    } else if files.is_empty() {
        writeln!(out, "No config: the defaults are in force. `unpoll init` writes one.")?;
    } else {
        writeln!(out, "{}: no mistakes.", escape::terminal(&files.join(", ")))?;
    }
    Ok(ExitCode::SUCCESS)
}
