//! `unpoll init`: looks at the repository, writes a small config, and says what it saw and what comes next.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use super::failure::Failure;
use super::outputs::write_file;
use super::progress::Bar;
use super::schema::config_schema;
use crate::catalog::Catalog;
use crate::config;
use crate::discover::{DiscoverOptions, Discovery, discover};
use crate::error::Error;
use crate::findings::audit::Audit;
use crate::report::escape;
use crate::source::{BackendLanguage, Role};
use crate::vocabulary::{AreaPolling, AreaPush, Verdict};

const CONFIG: &str = "unpoll.jsonc";
const SCHEMA: &str = "unpoll.schema.json";
/// Names that a list spells out.
const MOST_NAMED: usize = 8;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder to look at, in which the config is written.
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
    /// Replace an unpoll.jsonc that is there.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    refuse(args)?;
    let seen = Seen::of(&args.folder)?;
    write_file(&args.folder.join(SCHEMA), config_schema().as_bytes())?;
    write_file(&args.folder.join(CONFIG), seen.config().as_bytes())?;
    for line in seen.report() {
        writeln!(out, "{}", escape::terminal(&line))?;
    }
    writeln!(
        out,
        "\nWrote {CONFIG}, and {SCHEMA} for editors.\n\nNext:\n  \
         unpoll                         audits with it\n  \
         unpoll --format markdown       writes the document for a pull request\n  \
         unpoll config --print          shows what is in force\n  \
         unpoll explain network-poll    tells what a rule finds"
    )?;
    Ok(ExitCode::SUCCESS)
}

/// A second config beside the first would make both useless.
fn refuse(args: &Args) -> Result<(), Error> {
    let there = config::names_in(&args.folder);
    let Some(name) = there.iter().find(|name| !args.force || **name != CONFIG) else { return Ok(()) };
    let help = if *name == CONFIG { "--force replaces it" } else { "change it, or remove it first" };
    Err(Error::Config {
        place: args.folder.join(name).display().to_string(),
        why: "there is a config already".to_owned(),
        help: help.to_owned(),
    })
}

/// What a look at the repository tells.
struct Seen {
    discovery: Discovery,
    audit: Audit,
    polling: BTreeSet<String>,
    push: BTreeSet<String>,
}

impl Seen {
    fn of(folder: &Path) -> Result<Self, Error> {
        let paths = vec![folder.to_owned()];
        let discovery = discover(&DiscoverOptions { paths: paths.clone(), ..DiscoverOptions::default() })?;
        let audit = crate::audit(&crate::Options { paths, ..crate::Options::default() }, &Bar::new(false))?;
        let catalog = Catalog::embedded()?;
        let dependencies = || discovery.packages.iter().flat_map(|it| &it.dependencies).cloned();
        let polling = dependencies().filter(|it| catalog.polls(it)).collect();
        let push = dependencies().filter(|it| catalog.pushes(it)).collect();
        Ok(Self { discovery, audit, polling, push })
    }

    /// Folders of the packages below the top one.
    fn members(&self) -> Vec<&str> {
        let folders = self.discovery.packages.iter().map(|it| it.dir.as_str());
        folders.filter(|dir| !dir.is_empty()).collect()
    }

    /// Names of areas that recur or have push, those with work to do first.
    fn areas(&self) -> Vec<&str> {
        let speaks = |it: &&crate::findings::audit::Area| {
            it.polling != AreaPolling::None || it.push != AreaPush::None || it.findings > 0
        };
        let mut areas: Vec<_> = self.audit.areas.iter().filter(speaks).collect();
        areas.sort_by_key(|it| std::cmp::Reverse((it.worst, it.findings)));
        areas.into_iter().map(|it| it.name.as_str()).collect()
    }

    /// What was seen, a line each.
    fn report(&self) -> Vec<String> {
        let Self { discovery, audit, .. } = self;
        let members = self.members();
        let packages = match members.len() {
            0 if discovery.packages.is_empty() => "without a package.json".to_owned(),
            0 => "one package".to_owned(),
            _ => format!("a monorepo: {}", named(&members)),
        };
        let polls = audit.timers.iter().filter(|it| it.verdict == Verdict::NetworkPoll).count();
        let recurring = audit.timers.iter().filter(|it| it.recurs()).count();
        let libraries = |names: &BTreeSet<String>| match names.len() {
            0 => "no library for it".to_owned(),
            _ => named(&names.iter().map(String::as_str).collect::<Vec<_>>()),
        };
        let summary = &audit.summary;
        let mut lines = vec![
            format!("Looked at {}, {packages}.", count(discovery.files.len(), "file")),
            format!(
                "  polling   {}; {}, {polls} of them ask the server",
                libraries(&self.polling),
                count(recurring, "timer")
            ),
            format!(
                "  push      {}; {}, {}",
                libraries(&self.push),
                count(audit.channels.len(), "connection"),
                count(audit.messages.len(), "message type")
            ),
            format!("  backends  {}", self.backends()),
            format!("  areas     {}", named(&self.areas())),
            format!("  findings  {} critical, {}", summary.critical, count(summary.warning, "warning")),
        ];
        lines.extend(audit.next_steps.first().map(|it| format!("  first     {}", it.text)));
        lines
    }

    fn backends(&self) -> String {
        let mut files: BTreeMap<BackendLanguage, usize> = BTreeMap::new();
        for file in self.discovery.backends.iter().filter(|it| it.role == Role::Product) {
            *files.entry(file.language).or_default() += 1;
        }
        let said =
            files.into_iter().map(|(language, number)| format!("{language:?} ({})", count(number, "file")));
        let said: Vec<String> = said.collect();
        if said.is_empty() { "none in other languages".to_owned() } else { said.join(", ") }
    }

    /// The config: what most teams set, and the rest as comments with names of this repository.
    fn config(&self) -> String {
        let area = self.areas().first().map_or("Orders", |name| *name).to_owned();
        let slug = area.to_lowercase().replace(' ', "-");
        let message = self.audit.messages.iter().find(|it| it.area == area);
        let prefix = message
            .map(|it| it.name.as_str())
            .and_then(prefix)
            .map_or_else(|| format!("{slug}_"), str::to_owned);
        let example = json!({ area: { "files": [format!("src/{slug}/**")], "messages": [prefix] } });
        let part = self.members().first().map_or_else(|| "src/admin".to_owned(), |it| (*it).to_owned());
        let other = json!([{ "files": [format!("{part}/**")], "rules": { "network-poll": "warning" } }]);
        format!(
            r#"{{
  "$schema": "./{SCHEMA}",

  // Polling below `pollMs` is critical, from `acceptMs` on it is accepted.
  "thresholds": {{ "pollMs": "1m", "acceptMs": "5m" }},

  // More that can be said; docs/configuration.md tells of each. Without `failOn`, an audit fails on a critical
  // finding, and `unpoll check` on any that is new.
  // "failOn": "warning",
  // "exclude": ["src/generated"],
  // "areas": {example},
  // "overrides": {other},
  // "catalog": [{{ "library": "Our hooks", "packages": ["./src/hooks/usePolling"],
  //   "timer": [{{ "at": ["usePolling"], "kind": "interval-hook", "work": {{ "argument": 0 }}, "interval": {{ "argument": 1 }} }}] }}],

  // Rules that are off, or more or less severe here; `unpoll rules` lists them.
  "rules": {{}}
}}
"#
        )
    }
}

/// How a plain name of a message begins: `order_` of `order_created`. What could break out of a comment is none.
fn prefix(message: &str) -> Option<&str> {
    let end = message.find(['_', ':', '.', '-', '/'])?;
    message.get(..=end).filter(|it| it.chars().rev().skip(1).all(char::is_alphanumeric))
}

/// `3 files`, `1 file`.
fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// The first of several names, and how many more there are.
fn named(names: &[&str]) -> String {
    let shown = names.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST_NAMED) {
        0 if names.is_empty() => "none".to_owned(),
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
