//! A config as it stands in a file, whatever the syntax: values that know where they were written.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jsonc_parser::ast;
use jsonc_parser::errors::ParseErrorKind;
use serde_json::{Map, Number, Value};
use toml::de::{DeTable, DeValue};
use toml::{Spanned, de};

use super::fault;
use crate::error::Error;

/// How deep lists and tables may stand in each other; our own format needs seven levels.
const MAX_DEPTH: usize = 32;

/// A file that settings come from, or the defaults.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// What a message calls it.
    pub(super) name: String,
    /// Where it is; nowhere for the defaults.
    pub(super) path: PathBuf,
    /// Empty for the defaults.
    pub(super) text: String,
}

impl Source {
    /// What paths in it are relative to.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}

/// Where a value was written.
#[derive(Debug, Clone, Default)]
pub(super) struct Origin {
    pub(super) source: Arc<Source>,
    /// In bytes.
    offset: usize,
}

impl Origin {
    /// The head of a file, for what is wrong with it as a whole.
    pub(super) fn head(source: &Arc<Source>) -> Self {
        Self { source: Arc::clone(source), offset: 0 }
    }
}

impl fmt::Display for Origin {
    /// `unpoll.json:3:5`; lines and columns count from 1, columns in characters.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Source { name, text, .. } = &*self.source;
        if text.is_empty() {
            return out.write_str(name);
        }
        let before = text.get(..self.offset).unwrap_or(text);
        let line = 1 + before.matches('\n').count();
        let column = 1 + before.rsplit('\n').next().unwrap_or_default().chars().count();
        write!(out, "{name}:{line}:{column}")
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    pub(super) content: Content,
    pub(super) origin: Origin,
}

/// A value.
#[derive(Debug, Clone, Default)]
pub(super) enum Content {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    /// In the order of the file; no key stands twice.
    Table(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) origin: Origin,
    pub(super) value: Node,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// Without comments: `package.json`.
    Json,
    /// With comments and trailing commas.
    Jsonc,
    Toml,
}

impl Node {
    /// Reads the text of a source.
    pub(super) fn parse(source: &Arc<Source>, syntax: Syntax) -> Result<Self, Error> {
        match syntax {
            Syntax::Toml => toml_tree(source),
            Syntax::Json | Syntax::Jsonc => json_tree(source, syntax == Syntax::Jsonc),
        }
    }

    /// A tree of values that no file holds.
    pub(super) fn of_value(value: Value, source: &Arc<Source>) -> Self {
        let content = match value {
            Value::Null => Content::Null,
            Value::Bool(it) => Content::Bool(it),
            Value::Number(it) => Content::Number(it),
            Value::String(it) => Content::Text(it),
            Value::Array(items) => {
                Content::List(items.into_iter().map(|it| Self::of_value(it, source)).collect())
            }
            Value::Object(items) => {
                let entry = |(key, value)| Entry {
                    key,
                    origin: Origin::head(source),
                    value: Self::of_value(value, source),
                };
                Content::Table(items.into_iter().map(entry).collect())
            }
        };
        Self { content, origin: Origin::head(source) }
    }

    /// The bare value.
    pub(super) fn to_value(&self) -> Value {
        match &self.content {
            Content::Null => Value::Null,
            Content::Bool(it) => Value::Bool(*it),
            Content::Number(it) => Value::Number(it.clone()),
            Content::Text(it) => Value::String(it.clone()),
            Content::List(items) => items.iter().map(Self::to_value).collect(),
            Content::Table(entries) => {
                let bare = entries.iter().map(|it| (it.key.clone(), it.value.to_value()));
                Value::Object(bare.collect::<Map<_, _>>())
            }
        }
    }

    /// What it is, for a message.
    pub(super) const fn kind(&self) -> &'static str {
        match self.content {
            Content::Null => "null",
            Content::Bool(_) => "a boolean",
            Content::Number(_) => "a number",
            Content::Text(_) => "a text",
            Content::List(_) => "a list",
            Content::Table(_) => "an object",
        }
    }

    /// The entry of a table.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        let Content::Table(entries) = &self.content else { return None };
        entries.iter().find(|it| it.key == key)
    }

    /// The value behind a key, or the element of that number.
    pub(super) fn get(&self, step: &str) -> Option<&Self> {
        match &self.content {
            Content::List(items) => items.get(step.parse::<usize>().ok()?),
            _ => self.entry(step).map(|it| &it.value),
        }
    }

    /// The values of a table, or the elements of a list.
    pub(super) fn children(&self) -> impl Iterator<Item = &Self> {
        let (entries, items) = match &self.content {
            Content::Table(entries) => (entries.as_slice(), [].as_slice()),
            Content::List(items) => ([].as_slice(), items.as_slice()),
            _ => ([].as_slice(), [].as_slice()),
        };
        entries.iter().map(|it| &it.value).chain(items)
    }

    /// Where the end of a path stands, or the last part of it that is there.
    pub(super) fn origin_of(&self, path: &[&str]) -> &Origin {
        let mut node = self;
        for step in path {
            let Some(next) = node.get(step) else { break };
            node = next;
        }
        &node.origin
    }
}

fn at(source: &Arc<Source>, offset: usize) -> Origin {
    Origin { source: Arc::clone(source), offset }
}

fn too_deep(origin: &Origin) -> Error {
    fault(origin, format!("nested more than {MAX_DEPTH} levels deep"), "no setting needs that many levels")
}

fn json_tree(source: &Arc<Source>, comments: bool) -> Result<Node, Error> {
    let options = jsonc_parser::ParseOptions {
        allow_comments: comments,
        allow_trailing_commas: comments,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = jsonc_parser::parse_to_ast(&source.text, &Default::default(), &options);
    let parsed = parsed.map_err(|error| {
        let origin = at(source, error.range().start);
        match error.kind() {
            ParseErrorKind::NestingDepthExceeded => too_deep(&origin),
            kind => {
                let mut why = kind.to_string();
                why.get_mut(..1).map(str::make_ascii_lowercase).unwrap_or_default();
                fault(
                    &origin,
                    why,
                    "the syntax is that of JSON; .json and .jsonc may also have comments and trailing commas",
                )
            }
        }
    })?;
    let Some(value) = parsed.value else {
        return Ok(Node { content: Content::Table(Vec::new()), origin: Origin::head(source) });
    };
    json_node(source, value, 0)
}

fn json_node(source: &Arc<Source>, value: ast::Value<'_>, depth: usize) -> Result<Node, Error> {
    use jsonc_parser::common::Ranged;
    let origin = at(source, value.range().start);
    if depth > MAX_DEPTH {
        return Err(too_deep(&origin));
    }
    let content = match value {
        ast::Value::NullKeyword(_) => Content::Null,
        ast::Value::BooleanLit(it) => Content::Bool(it.value),
        ast::Value::StringLit(it) => Content::Text(it.value.into_owned()),
        ast::Value::NumberLit(it) => match it.value.parse() {
            Ok(number) => Content::Number(number),
            Err(_) => return Err(fault(&origin, "a number that is no JSON", "write it as `30000`")),
        },
        ast::Value::Array(it) => {
            let items = it.elements.into_iter().map(|it| json_node(source, it, depth + 1));
            Content::List(items.collect::<Result<_, _>>()?)
        }
        ast::Value::Object(it) => {
            let mut entries: Vec<Entry> = Vec::with_capacity(it.properties.len());
            let mut known = rustc_hash::FxHashSet::default();
            for property in it.properties {
                let origin = at(source, property.name.range().start);
                let key = property.name.into_string();
                if !known.insert(key.clone()) {
                    return Err(fault(&origin, format!("`{key}` stands twice"), "keep one of the two"));
                }
                let value = json_node(source, property.value, depth + 1)?;
                entries.push(Entry { key, origin, value });
            }
            Content::Table(entries)
        }
    };
    Ok(Node { content, origin })
}

fn toml_tree(source: &Arc<Source>) -> Result<Node, Error> {
    let table = DeTable::parse(&source.text).map_err(|error: de::Error| {
        let origin = at(source, error.span().map_or(0, |span| span.start));
        let why = error.message().trim_end().replace('\n', "; ");
        fault(&origin, why, "the syntax is that of TOML: https://toml.io")
    })?;
    let (start, table) = (table.span().start, table.into_inner());
    toml_table(source, start, table, 0)
}

fn toml_table(source: &Arc<Source>, start: usize, table: DeTable<'_>, depth: usize) -> Result<Node, Error> {
    let mut entries = Vec::new();
    for (key, value) in table {
        let origin = at(source, key.span().start);
        entries.push((
            origin.offset,
            Entry { key: key.into_inner().into_owned(), origin, value: toml_node(source, value, depth + 1)? },
        ));
    }
    // The parser sorts keys by name.
    entries.sort_by_key(|(offset, _)| *offset);
    let entries = entries.into_iter().map(|(_, entry)| entry).collect();
    Ok(Node { content: Content::Table(entries), origin: at(source, start) })
}

fn toml_node(source: &Arc<Source>, value: Spanned<DeValue<'_>>, depth: usize) -> Result<Node, Error> {
    let origin = at(source, value.span().start);
    if depth > MAX_DEPTH {
        return Err(too_deep(&origin));
    }
    let too_large = || fault(&origin, "a number out of range", "no setting needs a number that large");
    let content = match value.into_inner() {
        DeValue::String(it) => Content::Text(it.into_owned()),
        DeValue::Boolean(it) => Content::Bool(it),
        DeValue::Integer(it) => {
            let number = i64::from_str_radix(it.as_str(), it.radix()).map_err(|_| too_large())?;
            Content::Number(number.into())
        }
        DeValue::Float(it) => {
            let number = it.as_str().parse::<f64>().ok().and_then(Number::from_f64);
            Content::Number(number.ok_or_else(too_large)?)
        }
        DeValue::Datetime(_) => {
            return Err(fault(
                &origin,
                "a date, where no setting takes one",
                "put it between quotes if it is a text",
            ));
        }
        DeValue::Array(items) => {
            let items = items.into_iter().map(|it| toml_node(source, it, depth + 1));
            Content::List(items.collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => return toml_table(source, origin.offset, table, depth),
    };
    Ok(Node { content, origin })
}
