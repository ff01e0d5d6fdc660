//! The program: every file's facts, read when they are first asked for, and the questions that
//! need several files.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::callers::CallSite;
use super::eval::{Evaluator, Values};
use super::imports::Imports;
use super::resolve::{Resolution, Resolver};
use super::sieve::TimerNames;
use super::symbols::Definition;
use super::templates::{self, Attribute};
use super::value::{At, Env, FunctionAt, Value};
use crate::backends::{self, BackendFacts};
use crate::cache::Session;
use crate::catalog::Catalog;
use crate::catalog::rows::Gives;
use crate::config::{self, View};
use crate::discover::Discovery;
use crate::error::Error;
use crate::facts::{
    self, BindingId, ClassId, Expr, ExprId, FileFacts, JsxTag, Origin, PropertyKey, Suppression,
};
use crate::scan::{self, Limits, Mentions, Words};
use crate::source::{BackendFile, FileId, Place, Skip, SourceFile, Span};
use crate::vocabulary::Limit;

/// All files of the audit and what is known of them.
pub struct Program {
    session: Arc<Session>,
    files: Vec<SourceFile>,
    catalog: Catalog,
    resolver: Resolver,
    mentions: Mentions,
    limits: Limits,
    work: config::Limits,
    /// Words that can start a finding.
    starting: Words,
    /// Words of options that mean polling.
    option_words: Words,
    parse_all: bool,
    /// Files in packages whose container injects by name.
    injecting: Vec<FileId>,
    templates: Vec<SourceFile>,
    pages: Vec<SourceFile>,
    backends: Vec<BackendFile>,
    option_keys: FxHashSet<String>,
    /// What the walk passed over.
    not_walked: Vec<Skip>,
    /// What one pass over each file told, but for what has a table of its own.
    words: Vec<FileWords>,
    facts: Vec<OnceLock<Box<FileFacts>>>,
    /// Why a file has no facts.
    unread: Vec<OnceLock<Skip>>,
    /// What each file may import, as its text shows.
    pub(super) specifiers: Vec<Vec<SmolStr>>,
    /// The graph of imports.
    pub(super) imports: OnceLock<Imports>,
    /// Whether each file may export what it imports.
    pub(super) hands_on: Vec<OnceLock<bool>>,
    seeds: Vec<FileId>,
    polling_files: Vec<FileId>,
    /// Files that may pass on all that other modules export.
    pub(super) exporting_all: FxHashSet<FileId>,
    /// Files that may import other modules as a whole.
    pub(super) importing_wholes: FxHashSet<FileId>,
    /// Files with comments that silence findings.
    suppressing_files: Vec<FileId>,
    /// Files that name something of the platform which hands values to callbacks.
    callback_files: FxHashSet<FileId>,
    /// Files that the config calls entries.
    pub(super) entries: FxHashSet<FileId>,
    /// Files that rows of the team's own speak of, with the package that they are in those rows.
    own_files: FxHashMap<FileId, SmolStr>,
    pub(super) answers: Answers,
}

/// What was found out on the way and hangs on several files: none of it outlives a change of one.
#[derive(Default)]
pub(super) struct Answers {
    hit: Mutex<BTreeSet<(FileId, Limit)>>,
    skipped: Mutex<Vec<Skip>>,
    /// Islands of the files in packages whose container injects by name.
    injecting_islands: OnceLock<FxHashSet<u32>>,
    /// Files that pages import.
    pub(super) on_pages: OnceLock<FxHashSet<FileId>>,
    template_attributes: OnceLock<Vec<Attribute>>,
    backend_suppressions: Mutex<Vec<(Place, Suppression)>>,
    hands_to_callbacks: Vec<OnceLock<bool>>,
    pub(super) has_entries: OnceLock<bool>,
    /// The names under which timers are called.
    pub(super) timer_names: OnceLock<TimerNames>,
    /// Stores with reducers, each with where those stand.
    pub(super) stores: OnceLock<Vec<(At, At)>>,
    /// What says which props a store supplies to which component.
    pub(super) connected: OnceLock<super::connected::Connected>,
    /// What names of each file stand for, as far as anybody asked.
    pub(super) exports: Vec<Mutex<FxHashMap<SmolStr, Option<Definition>>>>,
    pub(super) callers: Mutex<FxHashMap<FunctionAt, std::sync::Arc<[CallSite]>>>,
    registered: Mutex<FxHashMap<(u32, SmolStr), Option<Values>>>,
}

impl Answers {
    /// No answers yet about so many files.
    fn none(files: usize) -> Self {
        Self {
            hands_to_callbacks: vec![OnceLock::new(); files],
            exports: std::iter::repeat_with(Mutex::default).take(files).collect(),
            ..Self::default()
        }
    }
}

/// What is known of files whose bytes are still the same, by path.
#[derive(Default)]
pub struct Known(FxHashMap<String, Scanned>);

static EMPTY: OnceLock<FileFacts> = OnceLock::new();

/// What one pass over a file's bytes tells.
#[derive(Default, Serialize, Deserialize)]
struct FileWords {
    identifiers: Vec<u32>,
    bytes: u64,
    starts: bool,
    suppresses: bool,
    exports_all: bool,
    speaks_of_polling: bool,
    generated: bool,
    specifiers: Vec<SmolStr>,
    imports_wholes: bool,
}

#[derive(Default)]
struct Scanned {
    words: FileWords,
    facts: Option<Box<FileFacts>>,
    skip: Option<Skip>,
}

impl Program {
    /// Reads and scans every file once that is not `known`, and parses those that can start a finding, or all of
    /// them. Runs on the current rayon pool; calls `step` after each file.
    pub fn open(
        discovery: Discovery,
        catalog: Catalog,
        view: &View,
        (parse_all, mut known): (bool, Known),
        session: Arc<Session>,
        step: &(dyn Fn() + Sync),
    ) -> Result<Self, Error> {
        let work = view.settings().limits;
        let limits = Limits { max_bytes: u64::from(work.file_bytes), ..Limits::default() };
        let starting = Words::new(catalog.starting_words())?;
        let option_words = Words::new(catalog.interval_option_keys())?;
        let scanning = Scanning {
            session: &session,
            limits: &limits,
            nesting: work.nesting,
            words: &starting,
            option_words: &option_words,
            parse_all,
        };
        let known: Vec<Option<Scanned>> = discovery.files.iter().map(|it| known.0.remove(&it.path)).collect();
        let mut scanned: Vec<Scanned> = known
            .into_par_iter()
            .zip(&discovery.files)
            .enumerate()
            .map(|(at, (known, file))| {
                let id = FileId(u32::try_from(at).unwrap_or(u32::MAX));
                let scanned = known.unwrap_or_else(|| scan_file(id, file, &scanning));
                step();
                scanned
            })
            .collect();
        let resolver = Resolver::new(&discovery, &session);
        let identifiers: Vec<Vec<u32>> =
            scanned.iter_mut().map(|it| std::mem::take(&mut it.words.identifiers)).collect();
        let mentions = Mentions::new(&identifiers);
        let option_keys: FxHashSet<String> =
            catalog.interval_option_keys().into_iter().map(str::to_owned).collect();
        let ids = || (0..).map(FileId).zip(&discovery.files);
        let entries = ids().filter(|(_, file)| view.is_entry(&file.path)).map(|(id, _)| id).collect();
        let own = |file: &SourceFile| {
            let path = view.path(&file.path)?;
            own_package(&catalog, &path)
        };
        let own_files = ids().filter_map(|(id, file)| Some((id, own(file)?))).collect();
        let injecting = ids().map(|it| it.0).filter(|it| resolver.file_depends_on(*it, "angular")).collect();
        let count = discovery.files.len();
        let mut program = Self {
            session,
            files: discovery.files,
            option_keys,
            catalog,
            resolver,
            mentions,
            limits,
            work,
            starting,
            option_words,
            parse_all,
            injecting,
            templates: discovery.templates,
            pages: discovery.pages,
            backends: discovery.backends,
            not_walked: discovery.skipped,
            words: std::iter::repeat_with(FileWords::default).take(count).collect(),
            facts: std::iter::repeat_with(OnceLock::new).take(count).collect(),
            unread: vec![OnceLock::new(); count],
            specifiers: vec![Vec::new(); count],
            imports: OnceLock::new(),
            hands_on: vec![OnceLock::new(); count],
            seeds: Vec::new(),
            polling_files: Vec::new(),
            suppressing_files: Vec::new(),
            exporting_all: FxHashSet::default(),
            importing_wholes: FxHashSet::default(),
            callback_files: FxHashSet::default(),
            entries,
            own_files,
            answers: Answers::none(count),
        };
        for (id, scanned) in (0..).map(FileId).zip(scanned) {
            program.put(id, scanned);
        }
        program.sort_out();
        Ok(program)
    }

    /// Looks at some files anew, and forgets every answer that hangs on several files. Runs on the current rayon
    /// pool.
    pub fn again(&mut self, changed: &BTreeSet<FileId>) {
        let scanning = self.scanning();
        let scan = |id: &FileId| Some((*id, scan_file(*id, self.file(*id)?, &scanning)));
        let scanned: Vec<(FileId, Scanned)> = changed.par_iter().filter_map(scan).collect();
        for (id, mut scanned) in scanned {
            self.mentions.replace(id, &std::mem::take(&mut scanned.words.identifiers));
            if self.specifiers.get(id.index()) != Some(&scanned.words.specifiers) {
                self.imports = OnceLock::new();
            }
            self.put(id, scanned);
        }
        self.answers = Answers::none(self.files.len());
        self.sort_out();
    }

    /// What is known of all files but some, for another program over the same tree.
    pub fn into_known(self, but: impl Fn(&SourceFile) -> bool) -> Known {
        let identifiers = self.mentions.into_files(self.files.len());
        let scanned =
            self.words.into_iter().zip(identifiers).zip(self.specifiers).zip(self.facts).zip(self.unread);
        let files = self.files.into_iter().zip(scanned).filter(|(file, _)| !but(file));
        let known = files.map(|(file, ((((words, identifiers), specifiers), facts), unread))| {
            let words = FileWords { identifiers, specifiers, ..words };
            (file.path, Scanned { words, facts: facts.into_inner(), skip: unread.into_inner() })
        });
        Known(known.collect())
    }

    fn scanning(&self) -> Scanning<'_> {
        Scanning {
            session: &self.session,
            limits: &self.limits,
            nesting: self.work.nesting,
            words: &self.starting,
            option_words: &self.option_words,
            parse_all: self.parse_all,
        }
    }

    /// Takes in what a look at a file gave.
    fn put(&mut self, id: FileId, Scanned { mut words, facts, skip }: Scanned) {
        let at = id.index();
        let facts = skip.as_ref().map(|_| Box::default()).or(facts);
        if let Some(slot) = self.facts.get_mut(at) {
            *slot = facts.map(OnceLock::from).unwrap_or_default();
        }
        if let Some(slot) = self.unread.get_mut(at) {
            *slot = skip.map(OnceLock::from).unwrap_or_default();
        }
        if let Some(slot) = self.specifiers.get_mut(at) {
            *slot = std::mem::take(&mut words.specifiers);
        }
        if let Some(slot) = self.hands_on.get_mut(at) {
            *slot = OnceLock::new();
        }
        if let Some(slot) = self.words.get_mut(at) {
            *slot = words;
        }
    }

    /// Sorts out which files are asked first, by their words.
    fn sort_out(&mut self) {
        let words: Vec<(FileId, &FileWords)> = (0..).map(FileId).zip(&self.words).collect();
        let such = |is_such: fn(&FileWords) -> bool| {
            words.iter().filter(move |(_, it)| is_such(it)).map(|(id, _)| *id)
        };
        self.seeds = such(|it| it.starts).collect();
        self.polling_files = such(|it| it.speaks_of_polling).collect();
        self.suppressing_files = such(|it| it.suppresses).collect();
        self.exporting_all = such(|it| it.exports_all).collect();
        self.importing_wholes = such(|it| it.imports_wholes).collect();
        let handing = self.catalog.platform_callback_words();
        self.callback_files = handing.iter().flat_map(|word| self.mentions.files_mentioning(word)).collect();
    }

    /// Lets the next run know the facts that this one came by.
    pub fn keep_facts(&self) {
        self.session.keep_facts(|id| self.found(id));
    }

    /// The facts that this run came by, for another one to link; `None` when a file changed while we looked.
    pub fn part(&self) -> Option<Vec<u8>> {
        self.session.part(|id| self.found(id))
    }

    fn found(&self, id: FileId) -> Option<&FileFacts> {
        let facts = self.facts.get(id.index())?.get()?;
        (!facts.functions.is_empty()).then_some(&**facts)
    }

    /// Every file, in order of their ids.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The file of an id.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.index())
    }

    /// Files of backends in other languages. Their ids follow those of [`Program::files`].
    pub fn backends(&self) -> &[BackendFile] {
        &self.backends
    }

    /// Files that can start a finding, sorted.
    pub fn seeds(&self) -> &[FileId] {
        &self.seeds
    }

    /// Options of data libraries that mean polling wherever they stand.
    pub fn option_keys(&self) -> &FxHashSet<String> {
        &self.option_keys
    }

    /// Files whose text speaks of polling, sorted.
    pub fn polling_files(&self) -> &[FileId] {
        &self.polling_files
    }

    /// What third-party APIs mean.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Number of files whose facts were asked for.
    pub fn files_parsed(&self) -> usize {
        self.facts.iter().filter(|slot| slot.get().is_some_and(|facts| !facts.functions.is_empty())).count()
    }

    /// Answers everything that rules and findings may ask.
    pub fn link(&self) -> super::Linked {
        // Before questions run side by side: whoever waits for its own share of this work would take up a question
        // that waits for the whole.
        _ = self.imports();
        _ = self.answers.stores.set(self.find_stores());
        let timers = self.timers();
        let providers = self.providers();
        let leftovers = self.leftovers();
        let wiring = self.wiring(&timers);
        super::Linked {
            files: self
                .files
                .iter()
                .cloned()
                .chain(self.backends.iter().map(BackendFile::as_source))
                .collect(),
            timers,
            providers,
            wiring,
            leftovers,
            suppressions: self.suppressions(),
            skipped: self.skipped(),
        }
    }

    /// Comments that silence findings, by file and in order. Those of backends are known once those were read.
    fn suppressions(&self) -> Vec<(Place, Suppression)> {
        let of_file = |file: &FileId| {
            let all = self.facts(*file).suppressions.iter();
            all.map(|it| (self.place_of_span(*file, it.span), it.clone())).collect::<Vec<_>>()
        };
        let mut found: Vec<_> = self.suppressing_files.iter().flat_map(of_file).collect();
        found.extend(self.answers.backend_suppressions.lock().iter().flat_map(|it| it.iter().cloned()));
        found
    }

    /// The text of a file, for code frames.
    pub fn text(&self, id: FileId) -> Option<String> {
        match self.files.get(id.index()) {
            Some(file) => self.session.source(id, file, &self.limits).ok(),
            None => {
                let backend = self.backends.get(id.index().checked_sub(self.files.len())?)?;
                self.session.text(&backend.path, &backend.absolute, &self.limits).ok()
            }
        }
    }

    /// What backends in other languages send and receive, told by the message types that are
    /// `known`; its places carry the ids that follow those of [`Program::files`].
    pub fn backend_facts(&self, known: &BTreeSet<SmolStr>) -> BackendFacts {
        let mut facts = backends::read(&self.backends, known, &self.session, &self.limits);
        let offset = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        for emission in facts.emissions.iter_mut().chain(&mut facts.receptions) {
            let caller = emission.caller.iter_mut().map(|caller| &mut caller.place);
            for place in caller.chain([&mut emission.place]) {
                place.file = FileId(place.file.0.saturating_add(offset));
            }
        }
        for (place, _) in &mut facts.suppressions {
            place.file = FileId(place.file.0.saturating_add(offset));
        }
        if let Ok(mut suppressions) = self.answers.backend_suppressions.lock() {
            suppressions.clone_from(&facts.suppressions);
        }
        if let Ok(mut skipped) = self.answers.skipped.lock() {
            skipped.extend(facts.skips.iter().cloned());
        }
        facts
    }

    /// Number of files that could be read.
    pub fn files_read(&self) -> usize {
        // Of a file that could be read but not parsed, the words are known.
        let is_read =
            |(unread, words): (&OnceLock<Skip>, &FileWords)| unread.get().is_none() || words.bytes > 0;
        self.unread.iter().zip(&self.words).filter(|it| is_read(*it)).count()
    }

    /// Bytes of all files that were read.
    pub fn bytes_read(&self) -> u64 {
        self.words.iter().map(|it| it.bytes).sum()
    }

    /// Runs a question about a file; a bug of ours costs its answer, not the audit.
    pub(super) fn guarded<T: Default>(&self, file: FileId, question: impl FnOnce() -> T) -> T {
        // Nobody waits for the answers of an audit that was called off.
        if self.session.is_called_off() {
            return T::default();
        }
        let path = self.file(file).map_or("", |it| it.path.as_str());
        Skip::guard(path, question).unwrap_or_else(|skip| {
            if let Ok(mut skipped) = self.answers.skipped.lock() {
                skipped.push(skip);
            }
            T::default()
        })
    }

    /// How much work a question may do.
    pub(super) const fn work(&self) -> &config::Limits {
        &self.work
    }

    /// Remembers that a question about a file came to a limit. What lies behind it is unknown, and is said to be.
    pub(super) fn reached(&self, limit: Limit, file: FileId) {
        if let Ok(mut hit) = self.answers.hit.lock() {
            hit.insert((file, limit));
        }
    }

    /// Whether a question about a file may visit one more place after so many; when not, that is remembered.
    pub(super) fn has_room(&self, visited: usize, file: FileId) -> bool {
        let has_room = visited < self.work.places as usize;
        if !has_room {
            self.reached(Limit::Places, file);
        }
        has_room
    }

    fn limits_reached(&self) -> Vec<Skip> {
        let hit = self.answers.hit.lock().map(|it| it.clone()).unwrap_or_default();
        let skip = |(file, limit): (FileId, Limit)| {
            let file = self.file(file)?.path.clone();
            Some(Skip { file, reason: format!("not followed beyond the limit `{limit}` of the config") })
        };
        hit.into_iter().filter_map(skip).collect()
    }

    /// What was passed over, sorted.
    pub fn skipped(&self) -> Vec<Skip> {
        let mut skipped = self.answers.skipped.lock().map(|it| it.clone()).unwrap_or_default();
        skipped.extend(self.not_walked.iter().chain(self.unread.iter().filter_map(OnceLock::get)).cloned());
        let generated = self.files.iter().zip(&self.words).filter(|(_, words)| words.generated);
        skipped.extend(generated.map(|(file, _)| Skip {
            file: file.path.clone(),
            reason: "generated: only followed, not judged".to_owned(),
        }));
        skipped.extend(self.resolver.skipped());
        skipped.extend(self.limits_reached());
        for (file, slot) in self.files.iter().zip(&self.facts) {
            if let Some(deep) = slot.get().map(|facts| facts.too_deep).filter(|deep| *deep > 0) {
                let reason = format!("{deep} places nested too deep to look into");
                skipped.push(Skip { file: file.path.clone(), reason });
            }
        }
        skipped.sort();
        skipped.dedup();
        skipped
    }

    /// The facts of a file; parsed now if nobody asked before. Files that cannot be read are empty.
    pub fn facts(&self, id: FileId) -> &FileFacts {
        let empty = || EMPTY.get_or_init(FileFacts::default);
        let (Some(slot), Some(file)) = (self.facts.get(id.index()), self.files.get(id.index())) else {
            return empty();
        };
        slot.get_or_init(|| {
            if let Some(facts) = self.session.facts(id) {
                return facts;
            }
            let text = self.session.source(id, file, &self.limits);
            let parsed = text.and_then(|text| parse(&text, file, self.work.nesting));
            match parsed {
                Ok(facts) => facts,
                Err(skip) => {
                    _ = self.unread.get(id.index()).map(|it| it.set(skip));
                    Box::default()
                }
            }
        })
    }

    /// What HTML templates hand to custom elements; read when first asked for, and only where a
    /// container injects by name.
    pub(super) fn template_attributes(&self) -> &[Attribute] {
        self.answers.template_attributes.get_or_init(|| {
            if self.injecting.is_empty() {
                return Vec::new();
            }
            let read = |(at, file): (usize, &SourceFile)| match self.session.text(
                &file.path,
                &file.absolute,
                &self.limits,
            ) {
                Ok(text) => templates::attributes(at, &text),
                Err(_) => Vec::new(),
            };
            self.templates.iter().enumerate().flat_map(read).collect()
        })
    }

    /// Pages with their texts; those that cannot be read import nothing.
    pub(super) fn page_texts(&self) -> impl Iterator<Item = (usize, String)> {
        let read = |(at, page): (usize, &SourceFile)| {
            Some((at, self.session.text(&page.path, &page.absolute, &self.limits).ok()?))
        };
        self.pages.iter().enumerate().filter_map(read)
    }

    /// What an import specifier of a page stands for.
    pub(super) fn resolve_on_page(&self, page: usize, specifier: &str) -> Resolution {
        self.resolver.resolve_on_page(page, specifier)
    }

    /// The path of a template.
    pub(super) fn template_path(&self, at: usize) -> Option<&str> {
        self.templates.get(at).map(|file| file.path.as_str())
    }

    /// Whether a file gets anything from a library that hands things to callbacks.
    pub(super) fn hands_to_callbacks(&self, file: FileId) -> bool {
        let Some(known) = self.answers.hands_to_callbacks.get(file.index()) else { return false };
        *known.get_or_init(|| {
            self.callback_files.contains(&file)
                || self.facts(file).imports.iter().any(|it| self.catalog.hands_to_callbacks(&it.specifier))
        })
    }

    /// Names of the packages that the package of a file depends on.
    pub(super) fn dependencies_of(&self, file: FileId) -> Vec<&str> {
        self.resolver.dependencies_of(file).collect()
    }

    /// The number of the package that a file is in; files in none have a number of their own.
    pub(super) fn package_number(&self, file: FileId) -> u32 {
        self.resolver.package_of(file).map_or(0, |at| u32::try_from(at + 1).unwrap_or(u32::MAX - 1))
    }

    /// Whether code outside of the repository may import what a file exports.
    pub(super) fn is_published(&self, file: FileId) -> bool {
        self.resolver.is_published(file)
    }

    /// What an import specifier of a file stands for.
    pub fn resolve(&self, from: FileId, specifier: &str) -> Resolution {
        let package = |name: &str| Resolution::Package { name: SmolStr::new(name) };
        // What the team says of its own code goes before what the code says.
        let mut own = self.catalog.own().iter();
        if own.any(|name| specifier.strip_prefix(name.as_str()).is_some_and(is_end_or_subpath)) {
            return package(specifier);
        }
        match self.resolver.resolve(from, specifier) {
            Resolution::File(file) => {
                self.own_files.get(&file).map_or(Resolution::File(file), |name| package(name))
            }
            other => other,
        }
    }

    /// Whether a package around a file names another among its dependencies.
    pub fn depends_on(&self, file: FileId, name: &str) -> bool {
        self.resolver.file_depends_on(file, name)
    }

    /// Files that hold a word and that a value can pass to from a file, or from there to it; sorted. None when the
    /// word is too common to follow.
    pub(super) fn files_mentioning(&self, near: FileId, word: &str) -> Vec<FileId> {
        let files = self.mentions_near(near, word);
        if self.has_room(files.len(), near) { files } else { Vec::new() }
    }

    /// Files that hold a word and that a value can pass to from a file, or from there to it, however common it is.
    pub(super) fn mentions_near(&self, near: FileId, word: &str) -> Vec<FileId> {
        self.near(near, self.mentions.files_mentioning(word))
    }

    /// Whether a file can export a name: it holds it, or passes on what others export. Asked before a file is
    /// parsed for an answer that it cannot have.
    pub(super) fn may_export(&self, file: FileId, name: &str) -> bool {
        // Names of one letter are in no index, and what is spelled with escapes stands there differently.
        name.len() < 2
            || name == "default"
            || self.mentions.holds(file, name)
            || self.exporting_all.contains(&file)
    }

    /// Whether a file may speak of a name: it holds it as a word.
    pub(super) fn may_mention(&self, file: FileId, name: &str) -> bool {
        // Names of one letter are in no index.
        name.len() < 2 || name == "default" || self.mentions.holds(file, name)
    }

    /// Files that hold a word, however common it is.
    pub fn mentions_of(&self, word: &str) -> Vec<FileId> {
        self.mentions.files_mentioning(word)
    }

    /// The place of an expression.
    pub fn place(&self, at: At) -> Place {
        self.place_of_span(at.file, self.facts(at.file).node(at.expr).span)
    }

    /// The place of a span.
    pub fn place_of_span(&self, file: FileId, span: Span) -> Place {
        self.facts(file).lines.place(file, span)
    }

    /// The name that a value is bound to: `const x = value`.
    pub fn binding_of_value(&self, at: At) -> Option<BindingId> {
        let facts = self.facts(at.file);
        let mut expr = at.expr;
        // `const api = memo(value)` and `value as T` are climbed by the caller; here only direct ones.
        loop {
            let mut named = facts.bindings_from(Origin::Value(expr));
            if let Some((found, _)) = named.find(|(_, it)| it.path.is_empty()) {
                return Some(found);
            }
            match facts.node(expr).parent {
                Some(parent) if matches!(facts.expr(parent), Expr::Await(_)) => expr = parent,
                _ => return None,
            }
        }
    }

    /// The class whose body holds an expression.
    pub fn class_around(&self, file: FileId, expr: ExprId) -> Option<ClassId> {
        let facts = self.facts(file);
        let span = facts.node(expr).span;
        let innermost = facts
            .classes
            .iter()
            .enumerate()
            .filter(|(_, class)| class.span.start <= span.start && span.end <= class.span.end)
            .min_by_key(|(_, class)| class.span.end - class.span.start)?;
        u32::try_from(innermost.0).ok().map(ClassId)
    }

    /// What providers of a context give to its readers.
    pub(super) fn context_values(&self, evaluator: &Evaluator<'_>, context: Option<At>, env: &Env) -> Values {
        let Some(context) = context else {
            return Values::new();
        };
        let mut values = Values::new();
        for made in evaluator.eval(context, env) {
            let Value::Made { gives: Gives::Context, at: created, argument, .. } = made else {
                continue;
            };
            let Some(name) =
                self.binding_of_value(created).and_then(|it| self.facts(created.file).binding(it))
            else {
                continue;
            };
            for file in self.files_mentioning(created.file, &name.name) {
                let facts = self.facts(file);
                for element in &facts.elements {
                    let Expr::Jsx { tag: JsxTag::Component(tag), attributes, .. } = facts.expr(*element)
                    else {
                        continue;
                    };
                    // `<Orders.Provider value>`, or since React 19 `<Orders value>`.
                    let object = match facts.expr(*tag) {
                        Expr::Member { object, name } if name == "Provider" => *object,
                        _ => *tag,
                    };
                    let Some(value) = attributes
                        .iter()
                        .find(|it| matches!(&it.key, PropertyKey::Name(key) if key == "value"))
                    else {
                        continue;
                    };
                    let is_it = evaluator.eval(At { file, expr: object }, &None).iter().any(
                        |it| matches!(it, Value::Made { gives: Gives::Context, at, .. } if *at == created),
                    );
                    if is_it {
                        values.extend(evaluator.eval(At { file, expr: value.value }, &None));
                    }
                }
            }
            if values.is_empty()
                && let Some(default) =
                    self.facts(created.file).call(created.expr).and_then(|(_, args)| args.get(argument))
            {
                values.extend(evaluator.eval(At { file: created.file, expr: *default }, &None));
            }
        }
        values
    }

    /// What a dependency-injection registry of the repository holds under a name.
    pub(super) fn registered(&self, file: FileId, name: &SmolStr) -> Option<Values> {
        let island = self.injecting_island(file)?;
        let key = (island, name.clone());
        if let Some(known) = self.answers.registered.lock().ok().and_then(|it| it.get(&key).cloned()) {
            return known;
        }
        let found = self.find_registered(file, name);
        if let Ok(mut registered) = self.answers.registered.lock() {
            registered.insert(key, found.clone());
        }
        found
    }

    /// The island of a file, if a container injects by name there.
    pub(super) fn injecting_island(&self, file: FileId) -> Option<u32> {
        if self.injecting.is_empty() {
            return None;
        }
        let injecting = self.answers.injecting_islands.get_or_init(|| self.islands_of(&self.injecting));
        self.imports().islands.of(file).filter(|it| injecting.contains(it))
    }

    fn find_registered(&self, near: FileId, name: &SmolStr) -> Option<Values> {
        let evaluator = Evaluator::new(self);
        let mut files = self.files_mentioning(near, name);
        // `.service("orders", …)`, before any parse.
        files.retain(|it| {
            self.catalog.registry_methods().any(|method| self.may_mention(*it, method))
                && self.text(*it).is_none_or(|text| scan::calls::quotes(&text, name))
        });
        for file in files {
            let facts = self.facts(file);
            for call in &facts.calls {
                let Some((callee, [key, value, ..])) = facts.call(*call) else {
                    continue;
                };
                let Expr::Member { name: method, .. } = facts.expr(callee) else {
                    continue;
                };
                let Some(row) = self.catalog.registry(method) else {
                    continue;
                };
                if !matches!(facts.expr(*key), Expr::Text(text) if text == name) {
                    continue;
                }
                // `['$http', function ($http) {…}]` lists the names to inject before the function.
                let value = match facts.expr(*value) {
                    Expr::Array(parts) => parts.last().copied().unwrap_or(*value),
                    _ => *value,
                };
                let mut values = Values::new();
                for value in evaluator.eval(At { file, expr: value }, &None) {
                    values.extend(match (row.gives, &value) {
                        // What a factory returns is the thing itself, when it can be seen.
                        (Gives::Call, Value::Function { at, .. }) => {
                            let made = evaluator.returned(*at);
                            let lost =
                                made.iter().all(|it| matches!(it, Value::Unknown(_) | Value::Undefined));
                            if lost { vec![Value::Built(*at)] } else { made }
                        }
                        (_, Value::Class(class)) => vec![Value::Instance { class: *class, made: None }],
                        (_, Value::Function { at, .. }) => vec![Value::Built(*at)],
                        _ => vec![value.clone()],
                    });
                }
                return Some(values);
            }
        }
        None
    }
}

fn parse(text: &str, file: &SourceFile, nesting: u32) -> Result<Box<FileFacts>, Skip> {
    Skip::guard(&file.path, || {
        let tree = crate::parse::parse(text.as_bytes(), file.language)
            .map_err(|reason| Skip { file: file.path.clone(), reason: reason.to_owned() })?;
        Ok(Box::new(facts::collect(text, &tree, nesting)))
    })?
}

fn is_end_or_subpath(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

/// The package of the team's own rows that a file is: `./src/hooks/usePolling`, with or without the extension,
/// of a folder its `index`.
fn own_package(catalog: &Catalog, path: &str) -> Option<SmolStr> {
    if catalog.own().is_empty() {
        return None;
    }
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let folder = stem.strip_suffix("/index");
    let names = [Some(path), Some(stem), folder].into_iter().flatten().map(|it| format!("./{it}"));
    names.into_iter().find(|name| catalog.own().contains(name)).map(SmolStr::from)
}

/// What files are scanned for, and how.
struct Scanning<'a> {
    session: &'a Session,
    limits: &'a Limits,
    nesting: u32,
    words: &'a Words,
    option_words: &'a Words,
    parse_all: bool,
}

fn scan_file(id: FileId, file: &SourceFile, scanning: &Scanning<'_>) -> Scanned {
    let session = scanning.session;
    let known = session.words(id).and_then(|bytes| postcard::from_bytes::<FileWords>(bytes).ok());
    if let Some(words) = known {
        let facts = scanning.wants(&words).then(|| session.facts(id)).flatten();
        if facts.is_some() || !scanning.wants(&words) {
            return Scanned { words, facts, skip: None };
        }
    }
    let text = match session.source(id, file, scanning.limits) {
        Ok(text) => text,
        Err(skip) => return Scanned { skip: Some(skip), ..Scanned::default() },
    };
    let words = words_of(file, &text, scanning);
    let parsed = scanning.wants(&words).then(|| parse(&text, file, scanning.nesting));
    let (facts, skip) = match parsed {
        Some(Ok(facts)) => (Some(facts), None),
        Some(Err(skip)) => (None, Some(skip)),
        None => (None, None),
    };
    if skip.is_none() {
        session.learn(id, || postcard::to_stdvec(&words).ok());
    }
    Scanned { words, facts, skip }
}

impl Scanning<'_> {
    /// Whether a file is parsed before anybody asks.
    fn wants(&self, words: &FileWords) -> bool {
        words.starts || words.suppresses || self.parse_all
    }
}

fn words_of(file: &SourceFile, text: &str, scanning: &Scanning<'_>) -> FileWords {
    // Calls lead through generated clients, but nobody mends what stands in one.
    let generated = scan::is_generated(&file.path, text);
    // Our own name holds `poll`, so that one search is enough for most files.
    let speaks_of_polling = !generated && scan::speaks_of_polling(text);
    FileWords {
        identifiers: scan::identifiers(text),
        bytes: text.len() as u64,
        starts: !generated && scanning.words.starts(text),
        suppresses: speaks_of_polling && scan::may_suppress(text),
        exports_all: scan::may_export_all(text),
        speaks_of_polling: speaks_of_polling || (!generated && scanning.option_words.starts(text)),
        generated,
        specifiers: scan::imports::specifiers(text),
        imports_wholes: scan::imports::may_import_wholes(text),
    }
}
