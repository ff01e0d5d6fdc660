//! `--watch`: audits again whenever something changes, and says in a line what came of it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crossbeam_channel::{select, unbounded};

use super::audit::Reports;
use super::failure::Failure;
use super::progress::Bar;
use super::selection::{Selection, check_whole};
use super::terminal::Screen;
use crate::Options;
use crate::error::Error;
use crate::findings::audit::{Audit, Finding};
use crate::report::escape;
use crate::report::words::count;
use crate::warm::Warm;
use crate::watch::Watch;

/// Findings that a line names.
const NAMED: usize = 3;

/// What is audited, and what is told of it.
pub(super) struct Job<'a> {
    pub selection: &'a Selection,
    pub options: Options,
    pub reports: &'a Reports,
    pub screen: Screen,
    /// What is done to an audit before anybody sees it.
    pub compare: &'a dyn Fn(&mut Audit),
}

/// Audits until Ctrl-C, which is the way to end it and no failure.
pub(super) fn run(job: &Job<'_>, stdout: &mut dyn Write) -> Result<ExitCode, Failure> {
    let called_off = Arc::<AtomicBool>::default();
    let selection = job.selection.clone();
    let settle = Box::new(move || selection.settings());
    let mut warm = Warm::new(job.options.clone(), settle, Arc::clone(&called_off));
    // Before the first look: what changes meanwhile is not lost.
    let (seen, changes) = unbounded();
    let whole = |path: &PathBuf| path.canonicalize().map_err(|_| Error::NoSuchPath(path.clone()));
    let paths = job.selection.paths().iter().map(whole).collect::<Result<Vec<_>, _>>()?;
    let _watch = Watch::start(&paths, move |paths| _ = seen.send(paths))?;
    let mut known = BTreeMap::new();
    if let Some(mut audit) = warm.audit(&Bar::new(job.reports.quiet))? {
        (job.compare)(&mut audit);
        job.tell(&audit, stdout)?;
        known = named(&audit);
    }
    let (stop, stopped) = unbounded();
    ctrlc::set_handler(move || {
        called_off.store(true, Ordering::Relaxed);
        _ = stop.send(());
    })
    .map_err(|why| Error::Watch(why.to_string()))?;
    eprintln!("watching for changes; Ctrl-C ends it");
    loop {
        select! {
            recv(stopped) -> _ => return Ok(ExitCode::SUCCESS),
            recv(changes) -> paths => {
                let own = job.reports.files();
                // What we write ourselves is no change.
                let others = paths.unwrap_or_default().into_iter().filter(|it| !own.contains(it));
                others.for_each(|it| warm.changed(&it));
            }
        }
        let start = Instant::now();
        match warm.audit(&Bar::new(true)) {
            Ok(None) => {}
            Ok(Some(mut audit)) => {
                (job.compare)(&mut audit);
                let now = named(&audit);
                if now != known {
                    writeln!(stdout)?;
                    job.tell(&audit, stdout)?;
                }
                eprintln!("{} ({:.2} s)", difference(&known, &now), start.elapsed().as_secs_f64());
                known = now;
            }
            // A config in the middle of being written is no reason to stop.
            Err(error) => eprint!("{}", Failure::from(error)),
        }
    }
}

impl Job<'_> {
    fn tell(&self, audit: &Audit, stdout: &mut dyn Write) -> Result<(), Failure> {
        self.reports.write(audit, self.screen, stdout)?;
        stdout.flush()?;
        // A bug of ours is told, and the next audit may do without it.
        if let Err(failure) = check_whole(audit, stdout) {
            eprint!("{failure}");
        }
        Ok(())
    }
}

/// Findings by what they are, however they move, with what people call them.
type Named = BTreeMap<String, String>;

fn named(audit: &Audit) -> Named {
    let name = |it: &Finding| (it.fingerprint.clone(), format!("{} in {}", it.rule, it.file));
    audit.findings.iter().filter(|it| it.is_new()).map(name).collect()
}

/// How an audit differs from the one before, in a line.
fn difference(before: &Named, now: &Named) -> String {
    let only = |one: &Named, other: &Named| -> Vec<String> {
        one.iter().filter(|(it, _)| !other.contains_key(*it)).map(|(_, name)| name.clone()).collect()
    };
    let (new, gone) = (only(now, before), only(before, now));
    let list = |names: &[String], what: &str| {
        let mut shown: Vec<String> =
            names.iter().take(NAMED).map(|it| escape::terminal(it).into_owned()).collect();
        shown.extend(names.len().checked_sub(NAMED).filter(|it| *it > 0).map(|more| format!("{more} more")));
        (!names.is_empty()).then(|| format!("{} {what} ({})", names.len(), shown.join(", ")))
    };
    let parts: Vec<String> = list(&new, "new").into_iter().chain(list(&gone, "gone")).collect();
    let left = count(now.len(), "finding");
    match parts.as_slice() {
        [] => format!("changed: nothing in the findings; {left}"),
        parts => format!("changed: {}; {left}", parts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(names: &[&str]) -> Named {
        names.iter().map(|it| ((*it).to_owned(), format!("network-poll in {it}.ts"))).collect()
    }

    #[test]
    fn a_line_says_what_is_new_and_what_is_gone() {
        let said = |before: &[&str], now: &[&str]| difference(&some(before), &some(now));
        assert_eq!(said(&["a"], &["a"]), "changed: nothing in the findings; 1 finding");
        assert_eq!(
            said(&["a", "b"], &["b", "c"]),
            "changed: 1 new (network-poll in c.ts), 1 gone (network-poll in a.ts); 2 findings"
        );
        assert!(
            said(&["a", "b", "c", "d", "e"], &[]).contains(
                "5 gone (network-poll in a.ts, network-poll in b.ts, network-poll in c.ts, 2 more)"
            )
        );
    }
}
