//! Finds, reads, merges and checks the config; hands on [`Settings`], every question answered.
//!
//! A config is a tree of values that know where they stand in which file (`tree`), found (`find`), put over what
//! it extends (`layers`), read into our types (`file`, `read`) and checked (`settings`).

mod file;
mod find;
mod globs;
mod layers;
mod limits;
mod read;
mod schema;
mod settings;
#[cfg(test)]
mod tests;
mod tree;
mod view;

use std::path::{Path, PathBuf};

pub use file::{Level, Suppressions};
pub use globs::{Globs, Wrong};
pub use limits::Limits;
pub use schema::schema;
pub use settings::{Printed, RuleSetting, Settings, Thresholds};
pub use view::View;

use crate::error::{Error, nearest};

/// Which config to take.
#[derive(Debug, Clone, Copy)]
pub enum Choice<'a> {
    /// The one that is found upwards from a path, if there is any.
    From(&'a Path),
    /// That file.
    File(&'a Path),
    /// None.
    Defaults,
}

/// Loads the config with all that it extends.
///
/// # Errors
///
/// When a file cannot be read, or something in it is not as it must be; the error says where.
pub fn load(choice: Choice<'_>) -> Result<Settings, Error> {
    let found = match choice {
        Choice::From(path) => find::nearest(path)?,
        Choice::File(path) => {
            let path = path.canonicalize().map_err(|source| Error::Io { path: path.to_owned(), source })?;
            Some(find::read(&path)?)
        }
        Choice::Defaults => None,
    };
    let base = found.as_ref().map_or_else(PathBuf::new, |node| node.origin.source.folder().to_owned());
    settings::settings(&layers::merged(found)?, base)
}

/// Names of the configs that stand in a folder; of a manifest only one that has our key.
pub fn names_in(folder: &Path) -> Vec<&'static str> {
    find::names_in(folder)
}

/// The name of a rule in the config that is none.
///
/// # Errors
///
/// When `known` lacks one; it points at the place in the config.
pub fn check_rules<'a>(
    settings: &Settings,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), Error> {
    for (id, place) in settings.rule_names() {
        if !known.clone().any(|it| it == id) {
            let near = nearest(id, known).map(|it| format!("did you mean `{it}`? "));
            return Err(Error::Config {
                place: place.to_owned(),
                why: format!("no rule is called `{id}`"),
                help: format!("{}`unpoll rules` lists them all", near.unwrap_or_default()),
            });
        }
    }
    Ok(())
}

fn fault(origin: &tree::Origin, why: impl Into<String>, help: &str) -> Error {
    Error::Config { place: origin.to_string(), why: why.into(), help: help.to_owned() }
}
