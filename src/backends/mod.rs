//! What backends in other languages send to the client.
//!
//! Go is read with its grammar: which values name a message, which function builds them, and whether
//! any code calls that function. The other languages are searched as text for the names of messages
//! that somebody already knows, and what is found there is no more than `possible`.
//!
//! Files are read when `link` asks, and of those only the ones that hold a word which matters.

mod go;
mod joined;
mod python;
mod strip;
mod text;
mod words;

use std::collections::BTreeSet;

use rayon::prelude::*;
use smol_str::SmolStr;

use crate::cache::Session;
use crate::facts::{self, Suppression};
use crate::parse;
use crate::scan::{self, Limits};
use crate::source::{BackendFile, BackendLanguage, FileId, Language, LineIndex, Place, Role, Skip};
use crate::vocabulary::Confidence;

/// What the backends send and receive.
#[derive(Debug, Clone, Default)]
pub struct BackendFacts {
    /// Number of files that were read.
    pub files: usize,
    /// Places that build or send a message, sorted by place and name.
    pub emissions: Vec<BackendEmission>,
    /// Places that tell a known message from others, sorted by place and name.
    pub receptions: Vec<BackendEmission>,
    /// Comments that silence findings, by file and in order. Their places are like those of emissions.
    pub suppressions: Vec<(Place, Suppression)>,
    /// Files that could not be read; sorted.
    pub skips: Vec<Skip>,
}

/// One place in a backend that names a message type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendEmission {
    /// The name on the wire.
    pub name: SmolStr,
    /// The file: an index into `Discovery::backends`.
    pub file: usize,
    /// Where. The file of the place is an index into `Discovery::backends` as well, until
    /// `Program::backend_facts` has moved it behind the ids of the source files.
    pub place: Place,
    /// Function or method around it, `Hub.BroadcastOrder`; empty when none is.
    pub owner: String,
    /// What stands there, in a few words: `Message{Type: TypeOrderCreated}`.
    pub label: String,
    /// Whether any code that is not a test mentions that function. `None`: not known.
    pub called: Option<bool>,
    /// How sure it is that this is the message.
    pub confidence: Confidence,
    /// A value whose field names a message type: it counts even when no client knows the name.
    pub proven_type: bool,
    /// What it is built with: a struct type or a function. What several known types share with it
    /// carries messages of this channel.
    pub family: SmolStr,
    /// One place that calls the function, the first by path.
    pub caller: Option<Caller>,
}

/// A place that calls the function of an emission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Where; its file is that of [`BackendEmission::place`].
    pub place: Place,
    /// The function that calls: `OrderService.Create`; empty outside any.
    pub owner: String,
    /// What stands there: `BroadcastOrder()`.
    pub label: String,
}

/// A file and its text.
struct Loaded {
    /// Index into `Discovery::backends`.
    file: usize,
    text: String,
}

/// What one look at a file gives.
struct Look {
    suppressions: Vec<(Place, Suppression)>,
    /// The file itself when it is Go.
    go: Option<Loaded>,
    found: Option<text::Found>,
}

/// Reads what product code of the backends says about messages. `known` are the types that the client,
/// or a constant of it, names. Runs on the current rayon pool; the answer does not depend on its size.
pub fn read(
    files: &[BackendFile],
    known: &BTreeSet<SmolStr>,
    session: &Session,
    limits: &Limits,
) -> BackendFacts {
    let wanted = |file: &BackendFile| {
        // A text search without words finds nothing; Go can prove a message that nobody knows.
        file.role == Role::Product && (file.language == BackendLanguage::Go || !known.is_empty())
    };
    let search = text::Search::new(known);
    let looked: Vec<Result<Look, Skip>> = files
        .par_iter()
        .enumerate()
        .filter(|(_, file)| wanted(file))
        .map(|(at, file)| {
            let text = session.text(&file.path, &file.absolute, limits)?;
            let id = FileId(u32::try_from(at).unwrap_or(u32::MAX));
            let suppressions = suppressions(id, &text, file.language);
            let loaded = Loaded { file: at, text };
            // The files of Go are read together; of the others no text outlives the look at it.
            let (go, found) = match file.language {
                BackendLanguage::Go => (Some(loaded), None),
                language => (None, search.as_ref().and_then(|it| it.look(language, &loaded))),
            };
            Ok(Look { suppressions, go, found })
        })
        .collect();

    let mut facts = BackendFacts::default();
    let mut go = Vec::new();
    for look in looked {
        match look {
            Ok(look) => {
                facts.files += 1;
                facts.suppressions.extend(look.suppressions);
                go.extend(look.go);
                let (emissions, receptions) = look.found.unwrap_or_default();
                facts.emissions.extend(emissions);
                facts.receptions.extend(receptions);
            }
            Err(skip) => facts.skips.push(skip),
        }
    }
    facts.suppressions.sort_by_key(|(place, _)| *place);
    joined::read(files, &go, known, &mut facts);
    let order = |it: &BackendEmission| (it.place, it.name.clone());
    for found in [&mut facts.emissions, &mut facts.receptions] {
        found.sort_by_key(order);
        found.dedup_by(|a, b| a.name == b.name && a.place == b.place);
    }
    facts.skips.sort();
    facts.skips.dedup();
    facts
}

fn suppressions(file: FileId, text: &str, language: BackendLanguage) -> Vec<(Place, Suppression)> {
    if !scan::may_suppress(text) {
        return Vec::new();
    }
    let comments = match language {
        BackendLanguage::Go => parse::parse(text.as_bytes(), Language::Go).map(|it| parse::comments(&it)),
        _ => Ok(strip::comments(text, language)),
    };
    let lines = LineIndex::new(text.as_bytes());
    // A file over its budget is named by whoever reads it for what it sends.
    let found = facts::suppressions(text, &comments.unwrap_or_default(), &lines);
    found.into_iter().map(|it| (lines.place(file, it.span), it)).collect()
}

#[cfg(test)]
mod tests;
