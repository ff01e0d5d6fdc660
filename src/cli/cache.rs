//! `unpoll cache [PATHS…]`: where runs remember, how much it is, and forgetting it.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::failure::Failure;
use super::selection::cache_of;
use crate::error::Error;
use crate::report::escape;
use crate::report::words::count;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    of: Of,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Remove it.
    Clear(Of),
}

#[derive(Debug, clap::Args)]
struct Of {
    /// Files and folders whose audits remember.
    #[arg(value_name = "PATHS", default_value = ".")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, stdout: &mut dyn Write) -> Result<ExitCode, Failure> {
    let (Of { paths }, clears) = match &args.action {
        Some(Action::Clear(of)) => (of, true),
        None => (&args.of, false),
    };
    if let Some(path) = paths.iter().find(|path| !path.exists()) {
        return Err(Error::NoSuchPath(path.clone()).into());
    }
    let cache = match cache_of(paths) {
        Ok(cache) => cache,
        Err(why) => {
            writeln!(stdout, "nowhere: {}", escape::terminal(&why))?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    let usage = if clears {
        cache.clear().map_err(|source| Error::Io { path: cache.usage().folder, source })?
    } else {
        cache.usage()
    };
    let folder = usage.folder.display().to_string();
    let (files, size) = (count(usage.files, "file"), mebibytes(usage.bytes));
    let done = if clears { ", removed" } else { "" };
    writeln!(stdout, "{}: {files}, {size} MiB{done}", escape::terminal(&folder))?;
    Ok(ExitCode::SUCCESS)
}

/// One digit behind the point; a little is never nothing.
pub(super) fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10).div_ceil(1 << 20);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::mebibytes;

    #[test]
    fn sizes_are_rounded_up() {
        assert_eq!(mebibytes(0), "0.0");
        assert_eq!(mebibytes(1), "0.1");
        assert_eq!(mebibytes(5 << 20), "5.0");
        assert_eq!(mebibytes((12 << 20) + 1), "12.1");
    }
}
