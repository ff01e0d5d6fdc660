//! Joins Go files: what constants stand for, which functions pass a message type through, what is
//! emitted, and who calls the functions that emit.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::go::{self, Call, Field, GoFile, Key, Shape, Text};
use super::words;
use super::{BackendEmission, BackendFacts, Caller, Loaded};
use crate::parse::parse;
use crate::scan::Words;
use crate::source::{BackendFile, FileId, Language, Skip, Span};
use crate::vocabulary::Confidence;

/// How often files may be asked for by the names that others hold.
const ROUNDS: usize = 5;
/// How many steps a text may take to its value.
const STEPS: usize = 3;
/// How many values of one variable are followed.
const MAX_VALUES: usize = 20;
/// Longest label, in characters.
const LONGEST_LABEL: usize = 80;
/// Words of files that may push. Any case, anywhere.
const PUSHING: &[&str] =
    &["broadcast", "publish", "emit", "websocket", "event-stream", "event:", "notify", "writejson"];
/// Words without which no file of a repository pushes to a client.
const CHANNELS: &[&str] =
    &["websocket", "event-stream", "socketio", "socket.io", "centrifug", "melody", "pusher", "sse"];

/// Reads what Go files send and receive.
pub(super) fn read(
    files: &[BackendFile],
    loaded: &[Loaded],
    known: &BTreeSet<SmolStr>,
    out: &mut BackendFacts,
) {
    let Ok(pushing) = AhoCorasick::builder().ascii_case_insensitive(true).build(PUSHING) else { return };
    let Ok(channels) = AhoCorasick::builder().ascii_case_insensitive(true).build(CHANNELS) else { return };
    let may_push = loaded.par_iter().any(|it| channels.is_match(&it.text));
    let mut read: Vec<Option<GoFile>> = loaded.iter().map(|_| None).collect();
    let mut words: BTreeSet<SmolStr> = known.iter().filter(|it| !it.is_empty()).cloned().collect();
    let mut asked = BTreeSet::new();
    let mut failed = FxHashSet::default();
    let mut answer = Answer::default();
    for round in 0..ROUNDS {
        let Ok(automaton) = Words::new(words.iter()) else { break };
        let wanted: Vec<usize> = (0..loaded.len())
            .into_par_iter()
            .filter(|at| read.get(*at).is_some_and(Option::is_none) && !failed.contains(at))
            .filter(|at| {
                loaded.get(*at).is_some_and(|it| {
                    automaton.starts(&it.text) || (round == 0 && may_push && pushing.is_match(&it.text))
                })
            })
            .collect();
        let parsed: Vec<_> = wanted.par_iter().map(|at| (*at, parse_one(files, loaded.get(*at)))).collect();
        for (at, parsed) in parsed {
            match parsed {
                Ok(file) => {
                    if let Some(slot) = read.get_mut(at) {
                        *slot = Some(file);
                    }
                }
                Err(skip) => {
                    failed.insert(at);
                    out.skips.push(skip);
                }
            }
        }
        asked.extend(words);
        let joined = Joined::new(files, loaded, &read, known, may_push, failed.is_empty());
        answer = joined.answer();
        words = answer.words.difference(&asked).cloned().collect();
        if words.is_empty() {
            break;
        }
    }
    // What was never asked for may hold a call.
    if let Ok(rest) = Words::new(words.iter()) {
        let is_unread = |at: usize| read.get(at).is_some_and(Option::is_none);
        let unseen = |name: &str| {
            words.contains(name)
                && loaded.iter().enumerate().any(|(at, it)| is_unread(at) && rest.starts(&it.text))
        };
        for emission in answer.emissions.iter_mut().filter(|it| it.called == Some(false)) {
            if unseen(emission.owner.rsplit('.').next().unwrap_or_default()) {
                emission.called = None;
            }
        }
    }
    out.emissions.extend(answer.emissions);
    out.receptions.extend(answer.receptions);
}

fn parse_one(files: &[BackendFile], loaded: Option<&Loaded>) -> Result<GoFile, Skip> {
    let Some((loaded, file)) = loaded.and_then(|it| Some((it, files.get(it.file)?))) else {
        return Ok(GoFile::default());
    };
    Skip::guard(&file.path, || {
        let tree = parse(loaded.text.as_bytes(), Language::Go)
            .map_err(|reason| Skip { file: file.path.clone(), reason: reason.to_owned() })?;
        Ok(go::collect(&loaded.text, &tree))
    })?
}

/// What one look at the files gives.
#[derive(Default)]
struct Answer {
    emissions: Vec<BackendEmission>,
    receptions: Vec<BackendEmission>,
    /// Names that other files may explain or use.
    words: BTreeSet<SmolStr>,
}

/// A function that passes one of its parameters on as a message type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Relay {
    parameter: usize,
    arity: usize,
    /// What it sends counts even when nobody knows the name.
    proven: bool,
}

/// A place that mentions a function: file, the function around it, where.
type Mention = (usize, Option<usize>, Span);

/// All Go files that were read, by number in the list of loaded ones.
struct Joined<'a> {
    loaded: &'a [Loaded],
    read: Vec<(usize, &'a str, &'a GoFile)>,
    known: &'a BTreeSet<SmolStr>,
    may_push: bool,
    complete: bool,
    has_main: bool,
    /// Methods may be called by name at run time.
    reflects: bool,
    /// By folder and by package, then name.
    constants: FxHashMap<(&'a str, &'a str), Vec<(usize, &'a Text)>>,
    structs: FxHashMap<&'a str, Vec<(&'a str, &'a [Field])>>,
    /// How many functions have a name.
    declared: FxHashMap<&'a str, usize>,
    mentions: FxHashMap<&'a str, Vec<Mention>>,
}

/// What a text comes to.
#[derive(Default)]
struct Resolved {
    names: BTreeSet<SmolStr>,
    /// Index of a parameter of the function around it.
    parameter: Option<usize>,
    /// A name that no file read so far explains.
    open: Option<SmolStr>,
}

impl<'a> Joined<'a> {
    fn new(
        files: &'a [BackendFile],
        loaded: &'a [Loaded],
        read: &'a [Option<GoFile>],
        known: &'a BTreeSet<SmolStr>,
        may_push: bool,
        complete: bool,
    ) -> Self {
        let folder = |it: &Loaded| {
            let path = files.get(it.file).map_or("", |file| file.path.as_str());
            path.rsplit_once('/').map_or("", |(folder, _)| folder)
        };
        let read: Vec<_> = loaded
            .iter()
            .zip(read)
            .enumerate()
            .filter_map(|(at, (loaded, file))| Some((at, folder(loaded), file.as_ref()?)))
            .collect();
        let mut joined = Self {
            loaded,
            known,
            may_push,
            complete,
            has_main: loaded.iter().any(|it| it.text.contains("package main")),
            reflects: loaded.iter().any(|it| it.text.contains("wailsapp/") || it.text.contains("\"net/rpc")),
            constants: FxHashMap::default(),
            structs: FxHashMap::default(),
            declared: FxHashMap::default(),
            mentions: FxHashMap::default(),
            read: Vec::new(),
        };
        for (at, folder, file) in &read {
            for (name, text) in &file.constants {
                joined.constants.entry((folder, name)).or_default().push((*at, text));
                // A package is imported by its name; folders hold a `/` or are named as it is.
                if *folder != file.package {
                    joined.constants.entry((&file.package, name)).or_default().push((*at, text));
                }
            }
            for (name, fields) in &file.structs {
                joined.structs.entry(name).or_default().push((folder, fields));
            }
            for function in &file.functions {
                *joined.declared.entry(&function.name).or_default() += 1;
            }
            for ((name, function), span) in &file.mentions {
                joined.mentions.entry(name).or_default().push((*at, *function, *span));
            }
        }
        for places in joined.mentions.values_mut() {
            places.sort_unstable_by_key(|(at, function, span)| (*at, span.start, *function));
        }
        joined.read = read;
        joined
    }

    fn answer(&self) -> Answer {
        let mut answer = Answer::default();
        let mut relays: FxHashMap<SmolStr, BTreeSet<Relay>> = FxHashMap::default();
        for (at, folder, file) in &self.read {
            for (name, _) in file.constants.iter().filter(|(_, it)| self.is_known(it)) {
                answer.words.insert(name.clone());
            }
            for shape in &file.shapes {
                self.shape((*at, folder, file), shape, &mut relays, &mut answer);
            }
            for (text, function, span) in &file.compared {
                let resolved = self.resolve(text, folder, file, *function, STEPS);
                for name in resolved.names.intersection(self.known) {
                    let found = self.found((*at, file), *function, *span, name, Confidence::Likely, false);
                    answer.receptions.push(found);
                }
            }
        }
        // Functions around functions that pass a type through: `s.broadcast(kind, …)` to `h.send(kind, …)`.
        for _ in 0..3 {
            let mut further = Vec::new();
            for (_, folder, file) in &self.read {
                for call in &file.calls {
                    let Some(relay) = self.relay(call, &relays) else { continue };
                    let text = call.arguments.get(relay.parameter).and_then(Option::as_ref);
                    let Some(text) = text else { continue };
                    let resolved = self.resolve(text, folder, file, call.function, STEPS);
                    further.extend(self.passes(file, call.function, resolved.parameter, relay.proven));
                }
            }
            let before: usize = relays.values().map(BTreeSet::len).sum();
            for (name, relay) in further {
                relays.entry(name).or_default().insert(relay);
            }
            if relays.values().map(BTreeSet::len).sum::<usize>() == before {
                break;
            }
        }
        answer.words.extend(relays.keys().cloned());
        for (at, folder, file) in &self.read {
            for call in &file.calls {
                self.call((*at, folder, file), call, &relays, &mut answer);
            }
        }
        for emission in &answer.emissions {
            if let Some(name) =
                emission.owner.rsplit('.').next().filter(|it| !matches!(*it, "" | "main" | "init"))
            {
                answer.words.insert(SmolStr::new(name));
            }
        }
        answer
    }

    fn is_known(&self, text: &Text) -> bool {
        matches!(text, Text::Literal(name) if self.known.contains(name))
    }

    /// What a text comes to: itself, a constant, what a local variable was given, a parameter.
    fn resolve(
        &self,
        text: &Text,
        folder: &str,
        file: &GoFile,
        function: Option<usize>,
        steps: usize,
    ) -> Resolved {
        let mut resolved = Resolved::default();
        let Some(steps) = steps.checked_sub(1) else { return resolved };
        let constants = match text {
            Text::Literal(name) => {
                resolved.names.insert(name.clone());
                return resolved;
            }
            Text::Name(name) => {
                let given = function.and_then(|it| file.locals.get(&(it, name.clone())));
                for value in given.into_iter().flatten().take(MAX_VALUES) {
                    if value != text {
                        let inner = self.resolve(value, folder, file, function, steps);
                        resolved.names.extend(inner.names);
                        resolved.parameter = resolved.parameter.or(inner.parameter);
                        resolved.open = resolved.open.or(inner.open);
                    }
                }
                let parameters = function.and_then(|it| file.functions.get(it)).map(|it| &it.parameters);
                let parameter = parameters.and_then(|it| it.iter().position(|it| it == name));
                resolved.parameter = resolved.parameter.or(parameter);
                if parameter.is_some() || !resolved.names.is_empty() {
                    return resolved;
                }
                self.constants.get(&(folder, name.as_str()))
            }
            Text::Member(package, name) => self.constants.get(&(package.as_str(), name.as_str())),
        };
        let name = match text {
            Text::Name(name) | Text::Member(_, name) | Text::Literal(name) => name,
        };
        let is_exported = name.chars().next().is_some_and(char::is_uppercase);
        match constants {
            Some(values) => {
                for (_, value) in values.iter().take(MAX_VALUES) {
                    if let Text::Literal(value) = value {
                        resolved.names.insert(value.clone());
                    } else if *value != text {
                        resolved.names.extend(self.resolve(value, folder, file, None, steps).names);
                    }
                }
                // Two packages of one name disagree: it is not known which one is meant.
                if resolved.names.len() > 1 {
                    resolved.names.clear();
                }
            }
            None if is_exported || matches!(text, Text::Name(_)) => resolved.open = Some(name.clone()),
            None => {}
        }
        resolved
    }

    /// The function that passes a parameter on, if one does.
    fn passes(
        &self,
        file: &GoFile,
        function: Option<usize>,
        parameter: Option<usize>,
        proven: bool,
    ) -> Option<(SmolStr, Relay)> {
        let function = function.and_then(|it| file.functions.get(it))?;
        let relay = Relay { parameter: parameter?, arity: function.parameters.len(), proven };
        Some((function.name.clone(), relay))
    }

    /// The relay that a call speaks to. Names that several functions share say too little.
    fn relay(&self, call: &Call, relays: &FxHashMap<SmolStr, BTreeSet<Relay>>) -> Option<Relay> {
        let relay = relays.get(&call.name)?.iter().find(|it| {
            it.arity == call.arguments.len()
                || (it.arity < call.arguments.len() && it.parameter + 1 < it.arity)
        })?;
        let alone = self.declared.get(call.name.as_str()).is_some_and(|it| *it == 1);
        Some(Relay { proven: relay.proven && alone, ..*relay })
    }

    fn shape(
        &self,
        (at, folder, file): (usize, &str, &GoFile),
        shape: &Shape,
        relays: &mut FxHashMap<SmolStr, BTreeSet<Relay>>,
        answer: &mut Answer,
    ) {
        if words::is_setting(&shape.type_name) {
            return;
        }
        let is_message = words::is_message(&shape.type_name);
        let fields = self.fields(shape, folder);
        if fields.is_none()
            && shape.texts.iter().any(|(key, ..)| matches!(key, Key::Position(_) | Key::Field(_)))
            && (is_message || shape.sent)
        {
            answer.words.insert(shape.type_name.clone());
        }
        let ranked = shape.texts.iter().filter_map(|it| Some((words::rank(&it.0, fields)?, it)));
        let first = ranked.clone().map(|(rank, _)| rank).min();
        for (rank, (key, text, span)) in ranked {
            let strong = words::is_strong(rank);
            let proves =
                strong && first == Some(rank) && !shape.nested && self.may_push && (is_message || shape.sent);
            let resolved = self.resolve(text, folder, file, shape.function, STEPS);
            answer.words.extend(resolved.open.clone().filter(|_| proves || strong));
            if strong {
                let passed = self.passes(file, shape.function, resolved.parameter, proves);
                if let Some((name, relay)) = passed {
                    relays.entry(name).or_default().insert(relay);
                }
            }
            for name in &resolved.names {
                let confidence = match (self.known.contains(name), strong, is_message || shape.sent) {
                    (true, true, true) => Confidence::Certain,
                    (true, _, true) => Confidence::Likely,
                    (true, ..) => Confidence::Possible,
                    (false, ..) if proves => Confidence::Likely,
                    (false, ..) => continue,
                };
                let mut found = self.found((at, file), shape.function, *span, name, confidence, proves);
                found.family.clone_from(&shape.type_name);
                if !shape.type_name.is_empty() && !matches!(key, Key::EventLine) {
                    found.label = cut(&format!("{}{{{}}}", shape.type_name, found.label));
                }
                answer.emissions.push(found);
            }
        }
    }

    /// The fields of the struct type of a value, when it was seen.
    fn fields(&self, shape: &Shape, folder: &str) -> Option<&'a [Field]> {
        let found = self.structs.get(shape.type_name.as_str())?;
        let near = found.iter().find(|(at, _)| *at == folder);
        near.or_else(|| found.first().filter(|_| found.len() == 1)).map(|(_, fields)| *fields)
    }

    fn call(
        &self,
        (at, folder, file): (usize, &str, &GoFile),
        call: &Call,
        relays: &FxHashMap<SmolStr, BTreeSet<Relay>>,
        answer: &mut Answer,
    ) {
        let relay = self.relay(call, relays);
        let Some(receives) = words::receives(&call.receiver, &call.name).or(relay.map(|_| false)) else {
            return;
        };
        for (position, text) in call.arguments.iter().enumerate() {
            let Some(text) = text else { continue };
            let relay = relay.filter(|it| it.parameter == position);
            let resolved = self.resolve(text, folder, file, call.function, STEPS);
            if relay.is_some() {
                answer.words.extend(resolved.open.clone());
            }
            for name in &resolved.names {
                let known = self.known.contains(name);
                let proven = relay.is_some_and(|it| it.proven);
                if !known && !proven {
                    continue;
                }
                let sure = if relay.is_some() && known { Confidence::Certain } else { Confidence::Likely };
                let mut found = self.found((at, file), call.function, call.span, name, sure, proven);
                found.family.clone_from(&call.name);
                found.label = match (call.receiver.as_str(), text) {
                    ("", text) => cut(&format!("{}({})", call.name, written(text))),
                    (receiver, text) => cut(&format!("{receiver}.{}({})", call.name, written(text))),
                };
                if receives && relay.is_none() {
                    answer.receptions.push(found);
                } else {
                    answer.emissions.push(found);
                }
            }
        }
    }

    fn found(
        &self,
        (at, file): (usize, &GoFile),
        function: Option<usize>,
        span: Span,
        name: &SmolStr,
        confidence: Confidence,
        proven_type: bool,
    ) -> BackendEmission {
        let loaded = self.loaded.get(at);
        let text = loaded.map_or("", |it| it.text.as_str());
        let (called, caller) = self.called(at, file, function);
        BackendEmission {
            name: name.clone(),
            file: loaded.map_or(0, |it| it.file),
            place: file.lines.place(self.file_id(at), span),
            owner: function.and_then(|it| file.functions.get(it)).map(|it| it.label()).unwrap_or_default(),
            label: cut(text.get(span.start as usize..span.end as usize).unwrap_or_default()),
            called,
            confidence,
            proven_type,
            family: SmolStr::default(),
            caller,
        }
    }

    fn file_id(&self, at: usize) -> FileId {
        FileId(self.loaded.get(at).and_then(|it| u32::try_from(it.file).ok()).unwrap_or(u32::MAX))
    }

    /// Whether code other than the function itself mentions it, and the first place that does.
    fn called(&self, at: usize, file: &GoFile, function: Option<usize>) -> (Option<bool>, Option<Caller>) {
        let Some(declared) = function.and_then(|it| file.functions.get(it)) else { return (None, None) };
        if declared.receiver.is_empty() && matches!(declared.name.as_str(), "main" | "init") {
            return (Some(true), None);
        }
        let mentions = self.mentions.get(declared.name.as_str()).into_iter().flatten();
        let mut others = mentions.filter(|(other, inside, _)| (*other, *inside) != (at, function));
        if let Some((other, inside, span)) = others.next() {
            let file = self.read.iter().find(|it| it.0 == *other).map(|it| it.2);
            let caller = file.map(|file| Caller {
                place: file.lines.place(self.file_id(*other), *span),
                owner: inside.and_then(|it| file.functions.get(it)).map(|it| it.label()).unwrap_or_default(),
                label: format!("{}()", declared.name),
            });
            return (Some(true), caller);
        }
        let exported = declared.name.chars().next().is_some_and(char::is_uppercase);
        // A library is called from outside, and a framework calls methods by their names.
        let outside = exported && (!self.has_main || (self.reflects && !declared.receiver.is_empty()));
        let by_framework = !declared.receiver.is_empty()
            && ["ServeHTTP", "Handle", "Process", "Execute", "Consume", "On"]
                .iter()
                .any(|it| declared.name.starts_with(it));
        let seen = self.complete && !outside && !by_framework;
        (seen.then_some(false), None)
    }
}

fn written(text: &Text) -> String {
    match text {
        Text::Literal(name) => format!("\"{name}\""),
        Text::Name(name) => name.to_string(),
        Text::Member(package, name) => format!("{package}.{name}"),
    }
}

/// On one line, and not too long.
fn cut(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim();
    match line.char_indices().nth(LONGEST_LABEL) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}
