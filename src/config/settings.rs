//! What the config says, checked: the answers that the other rooms ask for.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;
use serde_json::{Map, Value};

use super::fault;
use super::file::{
    AreaFile, CatalogEntry, ConfigFile, Level, OverrideFile, RuleLevels, Suppressions, ThresholdsFile,
};
use super::globs::{Globs, Wrong};
use super::limits::Limits;
use super::tree::{Content, Node};
use super::{find, read};
use crate::catalog::{self, rows::LibraryFile};
use crate::error::Error;
use crate::vocabulary::FailOn;

/// How many globs a config may hold.
const MAX_GLOBS: usize = 2_000;
/// Extensions of source that paths may leave out.
const SOURCE: [&str; 8] = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"];

/// All that a config can say, with a default for each part that it does not speak of.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The folder that globs are relative to: that of the config. Empty without one.
    pub base: PathBuf,
    /// When there are any, only files that match are read.
    pub include: Globs,
    /// Files that are not read.
    pub exclude: Globs,
    /// Files in which nothing is reported.
    pub ignore: Globs,
    /// Files that something outside of the code runs.
    pub entries: Globs,
    /// What rules are set to, as far as they are named.
    pub rules: Vec<RuleSetting>,
    /// Where the lines between critical, warning and accepted run.
    pub thresholds: Thresholds,
    /// The least severe finding that makes the exit code 1, when the config says so.
    pub fail_on: Option<FailOn>,
    /// How comments that silence findings are treated.
    pub suppressions: Suppressions,
    /// How much work the audit does.
    pub limits: Limits,
    /// What libraries of the team's own mean.
    pub catalog: Vec<LibraryFile>,
    pub(super) areas: Vec<Area>,
    pub(super) overrides: Vec<Override>,
    printed: Printed,
}

/// What a rule is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSetting {
    /// As written; `rules` knows whether there is such a rule.
    pub id: String,
    /// What it is set to.
    pub level: Level,
    /// Where that stands: `unpoll.json:3:5`.
    pub place: String,
}

/// Where the lines between critical, warning and accepted run; all in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// A client that polls at a shorter interval than this is critical.
    pub poll_ms: f64,
    /// Polling at this interval or a longer one is accepted.
    pub accept_ms: f64,
    /// Asking the server at a shorter interval than this is hot.
    pub hot_ms: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { poll_ms: 60_000.0, accept_ms: 300_000.0, hot_ms: 1_000.0 }
    }
}

impl Thresholds {
    pub(super) fn with(self, file: ThresholdsFile) -> Self {
        let ms = |said: Option<super::file::Duration>, usual: f64| said.map_or(usual, |it| it.0);
        Self {
            poll_ms: ms(file.poll_ms, self.poll_ms),
            accept_ms: ms(file.accept_ms, self.accept_ms),
            hot_ms: ms(file.hot_ms, self.hot_ms),
        }
    }
}

/// A part of the product.
#[derive(Debug, Clone)]
pub(super) struct Area {
    pub(super) name: String,
    pub(super) files: Globs,
    pub(super) messages: Vec<String>,
}

/// Other settings for some files.
#[derive(Debug, Clone)]
pub(super) struct Override {
    pub(super) files: Globs,
    pub(super) rules: Vec<RuleSetting>,
    pub(super) thresholds: ThresholdsFile,
}

/// The config in force, to be shown.
#[derive(Debug, Clone, Default)]
pub struct Printed {
    /// Files that it was put together from; the first is the one that was found.
    pub files: Vec<String>,
    /// In the format of a config file.
    pub config: Value,
    /// For each setting, the place that it comes from: `thresholds.pollMs` from `unpoll.json:3:5`.
    pub origins: Vec<(String, String)>,
}

impl Settings {
    /// Names of rules with the places where they stand, overrides included.
    pub fn rule_names(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.rules.iter().chain(self.overrides.iter().flat_map(|it| &it.rules));
        all.map(|it| (it.id.as_str(), it.place.as_str()))
    }

    /// The config in force, to be shown.
    pub const fn printed(&self) -> &Printed {
        &self.printed
    }
}

/// Checks a merged tree.
pub(super) fn settings(tree: &Node, base: PathBuf) -> Result<Settings, Error> {
    let file = read::config(tree)?;
    let mut checking = Checking { tree, base: &base, globs: 0 };
    let ConfigFile { include, exclude, ignore, entries, rules, thresholds, .. } = &file;
    let areas = file.areas.iter().map(|(name, area)| checking.area(name, area)).collect::<Result<_, _>>()?;
    let overrides = file.overrides.iter().enumerate().map(|(at, it)| checking.other(at, it));
    let overrides = overrides.collect::<Result<_, _>>()?;
    let catalog = file.catalog.iter().enumerate().map(|(at, it)| checking.library(at, it));
    let catalog = catalog.collect::<Result<_, _>>()?;
    let [include, exclude, ignore, entries] =
        [(include, "include"), (exclude, "exclude"), (ignore, "ignore"), (entries, "entries")]
            .map(|(texts, key)| checking.globs(texts, &[key]));
    Ok(Settings {
        include: include?,
        exclude: exclude?,
        ignore: ignore?,
        entries: entries?,
        rules: checking.rules(rules, &["rules"]),
        thresholds: Thresholds::default().with(*thresholds),
        fail_on: file.fail_on,
        suppressions: file.suppressions,
        limits: checking.limits(file.limits)?,
        catalog,
        areas,
        overrides,
        printed: printed(tree),
        base,
    })
}

struct Checking<'a> {
    tree: &'a Node,
    base: &'a Path,
    globs: usize,
}

impl Checking<'_> {
    fn limits(&self, limits: Limits) -> Result<Limits, Error> {
        for (key, value, range) in limits.entries() {
            if !range.contains(&value) {
                let why = format!("`{key}`: {value} is out of range");
                let help = format!("it is a number from {} to {}", range.start(), range.end());
                return Err(fault(self.tree.origin_of(&["limits", key]), why, &help));
            }
        }
        Ok(limits)
    }

    fn globs(&mut self, texts: &[String], path: &[&str]) -> Result<Globs, Error> {
        let origin = |at: usize| {
            let at = at.to_string();
            self.tree.origin_of(&[path, &[at.as_str()]].concat()).clone()
        };
        self.globs += texts.len();
        if self.globs > MAX_GLOBS {
            let why = format!("more than {MAX_GLOBS} globs");
            return Err(fault(&origin(0), why, "say it with fewer: `src/legacy` covers all that is in it"));
        }
        let outside = |text: &String| text.starts_with('/') || text.split('/').any(|part| part == "..");
        if let Some(at) = texts.iter().position(outside) {
            let why = "a glob that leaves the folder of the config";
            return Err(fault(&origin(at), why, "globs begin at that folder: `src/**/*.tsx`"));
        }
        Globs::new(texts).map_err(|Wrong { at, why }| {
            let text = at.and_then(|at| texts.get(at)).map_or("", String::as_str);
            let why = format!("`{text}` is no glob: {why}");
            fault(&origin(at.unwrap_or(0)), why, "globs look like `src/**/*.tsx`")
        })
    }

    fn rules(&self, rules: &RuleLevels, path: &[&str]) -> Vec<RuleSetting> {
        let setting = |(id, level): (&String, &Level)| {
            let table = path.iter().try_fold(self.tree, |node, step| node.get(step));
            let place = table.and_then(|it| it.entry(id)).map(|it| it.origin.to_string());
            RuleSetting { id: id.clone(), level: *level, place: place.unwrap_or_default() }
        };
        rules.0.iter().map(setting).collect()
    }

    fn area(&mut self, name: &str, area: &AreaFile) -> Result<Area, Error> {
        let table = self.tree.get("areas").and_then(|it| it.entry(name));
        let wrong = |why: &str, help: &str| {
            let origin = table.map_or(&self.tree.origin, |it| &it.origin);
            Err(fault(origin, why, help))
        };
        if name.trim().is_empty() {
            return wrong("an area without a name", "call it as people do: `Orders`");
        }
        if area.files.is_empty() && area.messages.is_empty() {
            return wrong(
                "an area that holds nothing",
                "give it globs of `files`, or prefixes of `messages`",
            );
        }
        if area.messages.iter().any(String::is_empty) {
            return wrong("an empty prefix, which every message begins with", "write a prefix: `order_`");
        }
        let files = self.globs(&area.files, &["areas", name, "files"])?;
        Ok(Area { name: name.to_owned(), files, messages: area.messages.clone() })
    }

    fn other(&mut self, at: usize, file: &OverrideFile) -> Result<Override, Error> {
        let at = at.to_string();
        if file.files.is_empty() {
            let origin = self.tree.origin_of(&["overrides", &at]);
            return Err(fault(
                origin,
                "an override for no files",
                "say which: `\"files\": [\"src/admin/**\"]`",
            ));
        }
        Ok(Override {
            files: self.globs(&file.files, &["overrides", &at, "files"])?,
            rules: self.rules(&file.rules, &["overrides", &at, "rules"]),
            thresholds: file.thresholds,
        })
    }

    fn library(&self, at: usize, entry: &CatalogEntry) -> Result<LibraryFile, Error> {
        let at = at.to_string();
        let origin = self.tree.origin_of(&["catalog", &at]);
        let of_file;
        let (rows, library) = match entry {
            CatalogEntry::Library(library) => {
                (self.tree.get("catalog").and_then(|it| it.get(&at)), library.as_ref().clone())
            }
            CatalogEntry::File(path) => {
                let file = origin.source.folder().join(path);
                let missing = |_| {
                    let help = "the path is relative to this config";
                    fault(origin, format!("no such file: `{path}`"), help)
                };
                of_file = find::read(&file.canonicalize().map_err(missing)?)?;
                (Some(&of_file), read::read(&of_file)?)
            }
        };
        let rows = rows.unwrap_or(self.tree);
        catalog::check(&library, catalog::Lists::AsTheyAre)
            .map_err(|why| fault(&rows.origin, why, read::DOCS))?;
        let lost = library.packages.iter().position(|it| catalog::is_file(it) && !self.is_there(it));
        match lost.and_then(|at| Some((at.to_string(), library.packages.get(at)?))) {
            Some((at, path)) => {
                let why = format!("no such file: `{path}`");
                let help = "paths of packages are relative to the folder of the config that was found; the extension may be left out";
                Err(fault(rows.origin_of(&["packages", &at]), why, help))
            }
            None => Ok(library),
        }
    }

    /// Whether a file of the repository is there, its extension left out or not.
    fn is_there(&self, path: &str) -> bool {
        let path = self.base.join(path);
        let parent = path.parent().unwrap_or(self.base);
        path.exists()
            || path.file_name().and_then(|it| it.to_str()).is_some_and(|stem| {
                SOURCE.iter().any(|extension| parent.join(format!("{stem}.{extension}")).is_file())
            })
    }
}

/// Settings one by one: those of objects by their keys, lists element by element.
fn printed(tree: &Node) -> Printed {
    let mut origins = Vec::new();
    let mut config = Map::new();
    if let Content::Table(entries) = &tree.content {
        for entry in entries {
            config.insert(entry.key.clone(), entry.value.to_value());
            match &entry.value.content {
                Content::Table(inner) => origins.extend(
                    inner.iter().map(|it| (format!("{}.{}", entry.key, it.key), it.value.origin.to_string())),
                ),
                Content::List(items) => origins.extend(
                    (0..)
                        .zip(items)
                        .map(|(at, it): (usize, _)| (format!("{}.{at}", entry.key), it.origin.to_string())),
                ),
                _ => origins.push((entry.key.clone(), entry.value.origin.to_string())),
            }
        }
    }
    let mut files = FxHashSet::default();
    let names = std::iter::once(&tree.origin).chain(tree.children().flat_map(|it| {
        it.children().map(|it| &it.origin).chain(std::iter::once(&it.origin)).collect::<Vec<_>>()
    }));
    let named = names.map(|it| &it.source).filter(|it| !it.text.is_empty());
    let files = named.filter(|it| files.insert(it.path.clone())).map(|it| it.name.clone()).collect();
    Printed { files, config: Value::Object(config), origins }
}
