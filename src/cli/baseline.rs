//! `unpoll baseline [PATHS…]`: takes the findings of today as known.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use super::comparison::Scope;
use super::failure::Failure;
use super::outputs::write_file;
use super::progress::Bar;
use super::selection::{Selection, check_whole};
use crate::error::Error;
use crate::findings::baseline::Baseline;
use crate::findings::compare::pruned;
use crate::report::escape;
use crate::report::words::count;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Write FILE [default: the .unpoll-baseline.json at or above the audited folder, or a new one here].
    #[arg(long, short, visible_alias = "baseline", value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only take out what is fixed; findings that are not in the baseline stay new.
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    selection: Selection,
}

pub(super) fn run(args: &Args, stdout: &mut dyn Write) -> Result<ExitCode, Failure> {
    let scope = Scope::of(&args.selection, args.output.as_deref())?;
    // A broken one may be written anew, but never pruned.
    let old = match scope.baseline() {
        Ok(old) => old,
        Err(error) if args.prune => return Err(error.into()),
        Err(_) => None,
    };
    if args.prune && old.is_none() {
        return Err(Error::NoSuchPath(scope.file).into());
    }
    let options = args.selection.options(args.selection.settings()?, Some(scope.anchor.clone()));
    let audit = crate::audit(&options, &Bar::new(false))?;
    // What a bug of ours hid would be taken as fixed.
    check_whole(&audit, stdout)?;
    let before = old.as_ref().map_or(0, |it| it.findings.len());
    let new = scope.paths(|paths| match &old {
        Some(old) if args.prune => pruned(&audit, old, paths),
        // Parts of the repository that were not looked at keep their lines.
        old => {
            let elsewhere =
                old.iter().flat_map(|it| &it.findings).filter(|it| !(paths.was_audited)(&it.file));
            let mut findings = Baseline::of(&audit, paths.prefix).findings;
            findings.extend(elsewhere.cloned());
            Baseline::new(findings)
        }
    });
    write_file(&scope.file, escape::json(&new.text()?).as_bytes())?;
    let known = |it: &Baseline, print: &str| it.findings.iter().any(|entry| entry.fingerprint == print);
    let gone = old.iter().flat_map(|it| &it.findings).filter(|it| !known(&new, &it.fingerprint)).count();
    let name = scope.name();
    write!(stdout, "{}: {}", escape::terminal(&name), count(new.findings.len(), "finding"))?;
    if old.is_some() {
        let added = (new.findings.len() + gone).saturating_sub(before);
        write!(stdout, ", {added} more and {gone} fewer than before")?;
    }
    writeln!(stdout)?;
    if old.is_none() {
        writeln!(stdout, "Commit it. `unpoll check` fails on findings that are not in it, from now on.")?;
    }
    Ok(ExitCode::SUCCESS)
}
