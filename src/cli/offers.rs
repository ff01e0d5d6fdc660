//! What a person can do after an audit, until the repository is set up: the commands, with what each is for.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::comparison::Scope;
use super::selection::Selection;
use super::terminal::Screen;
use crate::config::Settings;
use crate::findings::audit::Audit;
use crate::report::{Format, Paint, escape};

/// The document to pass on: the first of these formats that there is, as a file of that name.
const DOCUMENTS: [(&str, &str, &str); 2] = [
    ("html", "unpoll.html", "the same as a page to pass on"),
    ("markdown", "POLLING.md", "the same as a document for a pull request"),
];

/// A command as to be typed, and what it is for.
type Offer = (String, String);

/// Says how to go on. A repository with a config and a baseline belongs to people who know.
pub(super) fn write(
    audit: &Audit,
    selection: &Selection,
    settings: &Settings,
    screen: Screen,
    out: &mut dyn Write,
) -> io::Result<()> {
    let no_config = settings.printed().files.is_empty() && selection.looks_for_a_config();
    let no_baseline = Scope::of(selection, None).is_ok_and(|scope| !scope.file.exists());
    let offers = offers(audit, selection.paths(), no_config, no_baseline);
    if offers.is_empty() {
        return Ok(());
    }
    let paint = Paint::new(screen.color);
    let program = program(std::env::var("npm_command").ok().as_deref());
    let longest = offers.iter().map(|(command, _)| command.chars().count()).max().unwrap_or(0);
    writeln!(out, "\n{}", paint.bold("To go on"))?;
    for (command, what) in offers {
        let gap = " ".repeat(longest.saturating_sub(command.chars().count()) + 2);
        writeln!(out, "  {}{gap}{what}", paint.code(&format!("{program} {}", escape::terminal(&command))))?;
    }
    Ok(())
}

/// What this program is called where it was typed.
fn program(npm_command: Option<&str>) -> &'static str {
    if npm_command == Some("exec") { "npx unpoll" } else { "unpoll" }
}

fn offers(audit: &Audit, paths: &[PathBuf], no_config: bool, no_baseline: bool) -> Vec<Offer> {
    let rule = frequent(audit);
    if !no_config && (!no_baseline || rule.is_none()) {
        return Vec::new();
    }
    let typed = typed(paths);
    let mut offers = Vec::new();
    let mut add = |command: String, what: &str| offers.push((command, what.to_owned()));
    if let Some(rule) = rule {
        add(format!("explain {rule}"), "what it finds, and what to use instead");
    }
    let document = DOCUMENTS.iter().find(|(format, ..)| Format::find(format).is_some());
    if let Some((format, file, what)) = document.filter(|_| !audit.timers.is_empty()) {
        add(format!("--format {format}={file}{typed}"), what);
    }
    if no_baseline && rule.is_some() {
        let what = "lets `unpoll check` fail on new findings only";
        add(format!("baseline{typed}"), what);
    }
    if no_config {
        // It writes into the folder, and takes one.
        let folder = if matches!(paths, [path] if path.is_dir()) { typed.as_str() } else { "" };
        add(format!("init{folder}"), "write a small config; there is none yet");
    }
    offers
}

/// The rule that most of the worst findings are of.
fn frequent(audit: &Audit) -> Option<&'static str> {
    let fresh = || audit.findings.iter().filter(|it| it.is_new());
    let worst = fresh().map(|it| it.severity).max()?;
    let rules = || fresh().filter(|it| it.severity == worst).map(|it| it.rule);
    let findings_of = |rule: &str| rules().filter(|it| *it == rule).count();
    // Of equals the one that stands first in the report.
    rules().rev().max_by_key(|rule| findings_of(rule))
}

/// The paths, to be typed again behind a command; nothing for the current folder.
fn typed(paths: &[PathBuf]) -> String {
    let word = |path: &PathBuf| {
        let text = path.to_str().filter(|text| is_plain(text))?;
        Some(format!(" {text}"))
    };
    match paths {
        [path] if path == Path::new(".") => String::new(),
        // How to quote a name depends on the shell.
        paths => paths.iter().map(word).collect::<Option<String>>().unwrap_or_else(|| " PATHS".to_owned()),
    }
}

/// Whether every shell takes a text as one word, and no program takes it for a flag.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && text.chars().all(|it| it.is_ascii_alphanumeric() || "._-/@+".contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn commands(audit: &Audit, paths: &[&str], no_config: bool, no_baseline: bool) -> Vec<String> {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let offers = offers(audit, &paths, no_config, no_baseline);
        offers.into_iter().map(|(command, _)| command).filter(|it| !it.starts_with("--format")).collect()
    }

    #[test]
    fn only_what_is_not_done_yet_is_offered() {
        let audit = sample::audit();
        assert_eq!(commands(&audit, &["."], true, true), ["explain network-poll", "baseline", "init"]);
        assert_eq!(commands(&audit, &["."], false, true), ["explain network-poll", "baseline"]);
        assert_eq!(commands(&audit, &["."], true, false), ["explain network-poll", "init"]);
        assert!(commands(&audit, &["."], false, false).is_empty());
        let clean = Audit { findings: Vec::new(), ..audit };
        assert_eq!(commands(&clean, &["."], true, true), ["init"]);
        assert!(commands(&clean, &["."], false, true).is_empty());
    }

    #[test]
    fn the_commands_speak_of_what_was_audited() {
        let audit = sample::audit();
        assert_eq!(commands(&audit, &["src"], true, true)[1..], ["baseline src", "init src"]);
        assert_eq!(commands(&audit, &["src", "tests"], true, true)[1..], ["baseline src tests", "init"]);
        for odd in ["two words", "$(reboot)", "-rf", "a;b"] {
            assert_eq!(commands(&audit, &[odd], true, true)[1], "baseline PATHS", "{odd}");
        }
    }

    #[test]
    fn who_runs_it_through_npx_reads_npx() {
        assert_eq!([None, Some("run"), Some("exec")].map(program), ["unpoll", "unpoll", "npx unpoll"]);
    }
}
