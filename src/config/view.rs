//! The settings as seen from the audited root: paths of the audit go in, answers come out.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::file::Level;
use super::globs::Globs;
use super::settings::{Settings, Thresholds};
use crate::vocabulary::Severity;

/// Answers of the settings about paths of the audit, which are relative to its root.
#[derive(Debug, Clone, Default)]
pub struct View {
    settings: Settings,
    place: Place,
}

/// Where the audited root is, seen from the folder of the config.
#[derive(Debug, Clone, Default)]
enum Place {
    /// In it, or it itself: what stands before a path of the audit.
    Below(String),
    /// Above it: how paths of the audit begin that globs can speak of.
    Above(String),
    /// Somewhere else: no glob speaks of any path.
    #[default]
    Apart,
}

impl View {
    /// The settings as seen from a folder.
    pub fn new(settings: &Settings, root: &Path) -> Self {
        let inner = |outer: &Path, inner: &Path| inner.strip_prefix(outer).ok().map(slashed);
        let place = if settings.base == PathBuf::new() {
            Place::Apart
        } else if let Some(prefix) = inner(&settings.base, root) {
            Place::Below(prefix)
        } else {
            inner(root, &settings.base).map_or(Place::Apart, Place::Above)
        };
        Self { settings: settings.clone(), place }
    }

    /// All that decides the answers, wherever on the machine the config is.
    pub(crate) fn identity(&self) -> String {
        let mut settings = self.settings.clone();
        settings.base = PathBuf::new();
        format!("{settings:?} {:?}", self.place)
    }

    /// All that the config says.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A path of the audit as the globs of the config see it.
    pub fn path<'a>(&self, path: &'a str) -> Option<Cow<'a, str>> {
        match &self.place {
            Place::Below(prefix) if prefix.is_empty() => Some(Cow::Borrowed(path)),
            Place::Below(prefix) => Some(Cow::Owned(format!("{prefix}/{path}"))),
            Place::Above(prefix) => {
                Some(Cow::Borrowed(path.strip_prefix(prefix.as_str())?.strip_prefix('/')?))
            }
            Place::Apart => None,
        }
    }

    fn covers(&self, globs: &Globs, path: &str) -> bool {
        !globs.is_empty() && self.path(path).is_some_and(|path| globs.covers(&path))
    }

    /// Whether the config wants a file read. `included`: the command line has said so already.
    pub fn takes(&self, path: &str, included: bool) -> bool {
        let Settings { include, exclude, .. } = &self.settings;
        (included || include.is_empty() || self.covers(include, path)) && !self.covers(exclude, path)
    }

    /// Whether nothing in a folder is wanted.
    pub fn leaves_out(&self, folder: &str) -> bool {
        self.covers(&self.settings.exclude, folder)
    }

    /// Whether nothing in a file is to be reported.
    pub fn is_ignored(&self, path: &str) -> bool {
        self.covers(&self.settings.ignore, path)
    }

    /// Whether the config calls a file an entry of the app.
    pub fn is_entry(&self, path: &str) -> bool {
        self.covers(&self.settings.entries, path)
    }

    /// The thresholds for most files.
    pub const fn usual(&self) -> Thresholds {
        self.settings.thresholds
    }

    /// The thresholds for a file.
    pub fn thresholds(&self, path: &str) -> Thresholds {
        let others = self.settings.overrides.iter().filter(|it| self.covers(&it.files, path));
        others.fold(self.settings.thresholds, |thresholds, it| thresholds.with(it.thresholds))
    }

    /// What a rule is set to for a file.
    pub fn level(&self, rule: &str, path: &str) -> Level {
        let others = self.settings.overrides.iter().filter(|it| self.covers(&it.files, path));
        let lists = std::iter::once(&self.settings.rules).chain(others.map(|it| &it.rules));
        let named = lists.flatten().rfind(|it| it.id == rule);
        named.map_or(Level::On, |it| it.level)
    }

    /// The severity of a finding, given the one that its rule chose; `None` when the rule is off there.
    pub fn severity(&self, rule: &str, path: &str, own: Severity) -> Option<Severity> {
        match self.level(rule, path) {
            Level::Off => None,
            level => Some(level.severity().unwrap_or(own)),
        }
    }

    /// Whether a rule is on for any file.
    pub fn asks(&self, rule: &str) -> bool {
        let usual = self.settings.rules.iter().find(|it| it.id == rule);
        let others = self.settings.overrides.iter().flat_map(|it| &it.rules).filter(|it| it.id == rule);
        usual.is_none_or(|it| it.level != Level::Off) || others.into_iter().any(|it| it.level != Level::Off)
    }

    /// The area that the config puts a file in.
    pub fn area_of_file(&self, path: &str) -> Option<&str> {
        if self.settings.areas.is_empty() {
            return None;
        }
        let path = self.path(path)?;
        let matching = self.settings.areas.iter().filter_map(|it| Some((it.files.longest(&path)?, it)));
        longest(matching).map(|it| it.name.as_str())
    }

    /// The area that the config puts a message type in.
    pub fn area_of_message(&self, name: &str) -> Option<&str> {
        let matching = self.settings.areas.iter().filter_map(|it| {
            let begins = it.messages.iter().filter(|prefix| name.starts_with(prefix.as_str()));
            Some((begins.map(String::len).max()?, it))
        });
        longest(matching).map(|it| it.name.as_str())
    }

    /// Names of the areas that the config has.
    pub fn area_names(&self) -> impl Iterator<Item = &str> {
        self.settings.areas.iter().map(|it| it.name.as_str())
    }
}

/// Of equal ones the first.
fn longest<T>(matching: impl Iterator<Item = (usize, T)>) -> Option<T> {
    matching.reduce(|best, it| if it.0 > best.0 { it } else { best }).map(|it| it.1)
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
