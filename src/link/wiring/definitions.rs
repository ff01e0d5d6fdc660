//! Where message types are written down before anybody sends or receives them: constants, enums,
//! tagged types, unions of strings, schemas.
//!
//! A list of strings says nothing of what it is for. It counts as a list of message types once
//! enough of its strings travel on a channel; then the others are message types too.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::flow::TAGS;
use super::model::Spot;
use super::types::tags;
use crate::facts::{Expr, ExprId, FileFacts, FunctionId, ImportedName, Origin, Property, PropertyKey};
use crate::link::eval::Evaluator;
use crate::link::program::Program;
use crate::link::resolve::Resolution;
use crate::link::symbols::Definition;
use crate::link::value::{At, Value};
use crate::source::{FileId, Role, Span};
use crate::vocabulary::Confidence;

/// Strings of a list that must travel on a channel before the others count as message types.
const SEVERAL: usize = 2;

/// One in so many strings must travel.
const SHARE: usize = 2;

/// Tables inside tables that are still one list.
const MAX_NESTING: u32 = 3;

/// Strings of one list.
const MAX_NAMES: usize = 2_000;

/// Where message types are written down.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    /// The places of each message type.
    pub places: BTreeMap<SmolStr, Vec<Spot>>,
    /// The files that were searched.
    pub files: BTreeSet<FileId>,
    /// Interfaces, aliases, enums and constants that hold message types, each with its file.
    pub types: BTreeSet<(FileId, SmolStr)>,
    /// Types of the repository that routers give to any message, each with its file: `(message: StreamMessage)`.
    pub envelopes: BTreeSet<(FileId, SmolStr)>,
}

/// Strings that stand together.
#[derive(Debug, Default)]
struct List {
    names: Vec<Named>,
}

/// A string that may be a message type.
#[derive(Debug)]
struct Named {
    name: SmolStr,
    span: Span,
    /// The constant, enum, interface or alias that holds it.
    owner: SmolStr,
    /// How it is written there: `CREATED`, `type`.
    key: SmolStr,
    /// The field that it is the value of, where a type or a schema says so.
    tag: Option<SmolStr>,
}

impl Program {
    /// Where message types are defined: the known ones, and those that stand in a list with them.
    /// `near`: the files in which they are sent and told apart. `known`: the fields by which each is
    /// told, none when the channel itself names it; `None` when it is told nowhere.
    pub(super) fn definitions(
        &self,
        near: &BTreeSet<FileId>,
        known: &BTreeMap<SmolStr, Option<BTreeSet<SmolStr>>>,
    ) -> Definitions {
        let files = self.files_with_definitions(near);
        let mut types = BTreeSet::new();
        let mut places: BTreeMap<SmolStr, Vec<Spot>> = BTreeMap::new();
        for file in &files {
            let file = *file;
            for list in self.guarded(file, || self.lists_of(file)) {
                let travels = |it: &Named| match (&it.tag, known.get(&it.name)) {
                    (Some(tag), Some(Some(fields))) => fields.contains(tag),
                    (_, Some(_)) => true,
                    (_, None) => false,
                };
                let counts = list.counts(travels);
                // A constant of its own is about the one message that it names.
                let alone =
                    list.names.iter().all(|it| list.names.first().is_some_and(|one| one.name == it.name));
                for named in list.names.iter().filter(|it| counts || alone && travels(it)) {
                    let place = self.place_of_span(file, named.span);
                    types.insert((file, named.owner.clone()));
                    let spots = places.entry(named.name.clone()).or_default();
                    if spots.iter().all(|it| it.place != place) {
                        let label = match named.key.as_str() {
                            "" => named.owner.to_string(),
                            key => format!("{}.{key}", named.owner),
                        };
                        let owner = named.owner.to_string();
                        spots.push(Spot { place, owner, label, live: true, confidence: Confidence::Certain });
                    }
                }
            }
        }
        places.values_mut().for_each(|spots| spots.sort());
        Definitions { places, files, types, envelopes: BTreeSet::new() }
    }

    /// The types of the repository that the functions around some code give to their parameters.
    pub(super) fn envelopes(&self, at: At) -> Vec<(FileId, SmolStr)> {
        let facts = self.facts(at.file);
        let functions = facts.functions_around(at.expr).filter_map(|it| facts.function(it));
        let annotations = functions.flat_map(|it| &it.params).filter_map(|it| it.annotation);
        let names = annotations.filter_map(|it| match facts.expr(it) {
            Expr::Ident { name, .. } => Some(name),
            _ => None,
        });
        let of_repository = names.filter(|name| !self.names_of_type(at.file, name).types.is_empty());
        of_repository.filter_map(|name| self.home_of_type(at.file, name)).collect()
    }

    /// The files near the wiring, and those that hold what they import: values and types.
    fn files_with_definitions(&self, near: &BTreeSet<FileId>) -> BTreeSet<FileId> {
        let mut files = near.clone();
        for file in near {
            let facts = self.facts(*file);
            for import in &facts.imports {
                let Resolution::File(target) = self.resolve(*file, &import.specifier) else { continue };
                let ImportedName::Named(name) = &import.name else {
                    files.insert(target);
                    continue;
                };
                match self.export(target, name) {
                    Some(Definition::Binding(home, _) | Definition::Module(home)) => files.insert(home),
                    Some(Definition::Expr(at)) => files.insert(at.file),
                    Some(Definition::Library { .. }) | None => false,
                };
                files.extend(self.names_of_type(target, name).types.into_iter().map(|(file, _)| file));
            }
        }
        files.retain(|it| self.file(*it).is_some_and(|it| it.role != Role::Test));
        files
    }

    /// Every list of a file.
    fn lists_of(&self, file: FileId) -> Vec<List> {
        let facts = self.facts(file);
        let mut lists = vec![tagged_types(facts), self.tagged_schemas(file)];
        lists.extend(unions(facts));
        for binding in facts.bindings.iter().filter(|it| it.function == FunctionId::MODULE) {
            let Origin::Value(value) = binding.origin else { continue };
            lists.push(self.list_of_value(At { file, expr: value }, &binding.name));
        }
        for class in &facts.classes {
            let owner = class.name.clone().unwrap_or_default();
            let mut list = List::default();
            for member in class.members.iter().filter(|it| it.is_static) {
                if let crate::facts::MemberKind::Field(Some(value)) = member.kind {
                    list.texts(facts, value, &owner, &member.name, 0);
                }
            }
            lists.push(list);
        }
        lists.retain(|it| !it.names.is_empty());
        lists
    }

    /// The strings of a constant: a string, an object, an array or an enum, frozen or in a schema.
    fn list_of_value(&self, at: At, owner: &SmolStr) -> List {
        let facts = self.facts(at.file);
        let mut list = List::default();
        match facts.expr(at.expr) {
            Expr::Call { args, .. } => {
                let literal = self.is_literal_schema(at);
                for value in Evaluator::new(self).eval(at, &None) {
                    // `Object.freeze({…})`
                    if let Value::Object { at: object, .. } | Value::Array { at: object, .. } = value
                        && object.file == at.file
                    {
                        list.texts(facts, object.expr, owner, "", 0);
                    }
                }
                for argument in args.iter().filter(|_| literal) {
                    list.texts(facts, *argument, owner, "", 0);
                }
            }
            _ => list.texts(facts, at.expr, owner, "", 0),
        }
        list
    }

    /// `z.object({ type: z.literal("order_created") })`: the strings that schemas demand of a tag.
    fn tagged_schemas(&self, file: FileId) -> List {
        let facts = self.facts(file);
        let mut list = List::default();
        for (index, node) in facts.nodes.iter().enumerate() {
            let Expr::Object(properties) = &node.expr else { continue };
            for property in properties {
                let PropertyKey::Name(key) = &property.key else { continue };
                let Expr::Call { args, .. } = facts.expr(property.value) else { continue };
                if TAGS.contains(&key.as_str()) && self.is_literal_schema(At { file, expr: property.value }) {
                    let owner = owner_of(facts, index);
                    let mut texts = List::default();
                    for argument in args {
                        texts.texts(facts, *argument, &owner, key, 0);
                    }
                    let tag = Some(key.clone());
                    list.names.extend(texts.names.into_iter().map(|it| Named { tag: tag.clone(), ..it }));
                }
            }
        }
        list
    }

    /// Whether a call makes a schema of literals.
    fn is_literal_schema(&self, call: At) -> bool {
        let Some((callee, _)) = self.facts(call.file).call(call.expr) else { return false };
        Evaluator::new(self).eval(At { expr: callee, ..call }, &None).iter().any(|it| match it {
            Value::Library { package, symbol, .. } => self.catalog().is_literal_schema(package, symbol),
            _ => false,
        })
    }
}

impl List {
    /// Whether enough of the strings travel on a channel. In a table of tables
    /// (`lock: { client: "locked", server: "lock" }`) each column may be about another end.
    fn counts(&self, travels: impl Fn(&Named) -> bool) -> bool {
        let mut columns: BTreeMap<&str, (BTreeSet<&SmolStr>, BTreeSet<&SmolStr>)> = BTreeMap::new();
        for named in &self.names {
            let column = named.key.split_once('.').map_or("", |(_, column)| column);
            let (all, travelling) = columns.entry(column).or_default();
            all.insert(&named.name);
            if travels(named) {
                travelling.insert(&named.name);
            }
        }
        columns
            .values()
            .any(|(all, travelling)| travelling.len() >= SEVERAL && travelling.len() * SHARE >= all.len())
    }

    /// Takes the strings of a value, those of tables inside it included.
    fn texts(&mut self, facts: &FileFacts, value: ExprId, owner: &SmolStr, key: &str, nesting: u32) {
        if nesting > MAX_NESTING || self.names.len() >= MAX_NAMES {
            return;
        }
        match facts.expr(value) {
            Expr::Text(text) if is_name(text) => self.names.push(Named {
                name: text.clone(),
                span: facts.node(value).span,
                owner: owner.clone(),
                key: SmolStr::new(key),
                tag: None,
            }),
            Expr::Object(properties) => {
                for Property { key: own, value, .. } in properties {
                    if let PropertyKey::Name(own) = own {
                        let key = if key.is_empty() {
                            own.clone()
                        } else {
                            smol_str::format_smolstr!("{key}.{own}")
                        };
                        self.texts(facts, *value, owner, &key, nesting + 1);
                    }
                }
            }
            Expr::Array(items) => {
                for item in items {
                    self.texts(facts, *item, owner, key, nesting + 1);
                }
            }
            _ => {}
        }
    }
}

/// A word or several, as message types are written: no sentence, path or style.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 80
        && text.starts_with(|it: char| it.is_alphabetic())
        && text.chars().all(|it| it.is_alphanumeric() || "_-.:/".contains(it))
}

/// The tagged types of a file: `interface Created { type: "order_created" }`.
fn tagged_types(facts: &FileFacts) -> List {
    let mut seen = FxHashSet::default();
    let mut list = List::default();
    let owners = facts.type_members.iter().filter_map(|it| it.owner.as_ref());
    for owner in owners.filter(|it| seen.insert((*it).clone())) {
        for (member, field) in tags(facts, owner) {
            list.names.extend(member.literals.iter().filter(|it| is_name(&it.0)).map(|(text, span)| Named {
                name: text.clone(),
                span: *span,
                owner: owner.clone(),
                key: field.clone(),
                tag: Some(field.clone()),
            }));
        }
    }
    list
}

/// Unions of strings, each a list of its own.
fn unions(facts: &FileFacts) -> Vec<List> {
    let mut lists: BTreeMap<&SmolStr, List> = BTreeMap::new();
    for literal in facts.type_literals.iter().filter(|it| is_name(&it.text)) {
        lists.entry(&literal.owner).or_default().names.push(Named {
            name: literal.text.clone(),
            span: literal.span,
            owner: literal.owner.clone(),
            key: SmolStr::default(),
            tag: None,
        });
    }
    lists.into_values().collect()
}

/// The constant whose value holds a node.
fn owner_of(facts: &FileFacts, index: usize) -> SmolStr {
    let mut at = ExprId(u32::try_from(index).unwrap_or(u32::MAX));
    while let Some(parent) = facts.node(at).parent {
        at = parent;
    }
    let binding = facts.bindings.iter().find(|it| it.origin == Origin::Value(at));
    binding.map(|it| it.name.clone()).unwrap_or_default()
}
