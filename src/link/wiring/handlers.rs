//! Functions that are written to receive messages, and that nothing registers.
//!
//! That a function is used nowhere is plain to see; that it was meant for messages is not. It takes
//! two signs of it, one of them strong: the type of its parameter, the message types that it tells
//! apart, the full name of a message in its own name, or a comment that says so.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;
use rayon::prelude::*;
use smol_str::SmolStr;

use super::comments::{Comment, may_say_unconnected};
use super::definitions::Definitions;
use super::model::{LooseHandler, Message};
use super::unused::Unused;
use crate::facts::{BinaryOp, BindingId, Expr, ExprId, FunctionId, Origin, UnaryOp};
use crate::link::eval::Evaluator;
use crate::link::label::names_component_or_hook;
use crate::link::program::Program;
use crate::link::timer::Step;
use crate::link::value::{At, FunctionAt, Value};
use crate::scan;
use crate::source::{FileId, Place, Role};
use crate::vocabulary::Confidence;

/// What a handler's name begins with, before the name of its message.
const PREFIXES: [&str; 8] = ["handle", "on", "process", "receive", "apply", "dispatch", "update", "sync"];

/// Words in names and folders that speak of push.
const PUSH_WORDS: [&str; 10] = [
    "websocket",
    "socket",
    "realtime",
    "message",
    "stream",
    "sse",
    "push",
    "broadcast",
    "live",
    "subscription",
];

/// Words of a text that may speak of a source which a handler waits for.
const SOURCE_WORDS: [&str; 8] =
    ["WebSocket", "websocket", "Websocket", "socket", "SSE", "EventSource", "realtime", "stream"];

/// Words of a text that may say that it is not connected yet.
const LINK_WORDS: [&str; 8] =
    ["connected", "connect", "wired", "wire", "hooked", "subscribe", "subscribed", "registered"];

/// Lines below a comment about several handlers in which these stand.
const GROUP_LINES: u32 = 120;

/// What is known about messages when handlers are looked for.
struct Known<'a> {
    /// Their names, without those of the protocol.
    names: BTreeSet<&'a SmolStr>,
    /// The same in the spelling of functions: `ProxyUpdated`, and how many words that is.
    spellings: Vec<(String, usize, &'a SmolStr)>,
    /// Files in which messages are sent, told apart or defined.
    near: BTreeSet<FileId>,
    /// Types that routers give to any message, each with its file.
    types: BTreeSet<(FileId, SmolStr)>,
}

/// A function with a name.
struct Candidate {
    function: FunctionAt,
    binding: BindingId,
}

impl Program {
    /// Functions written to receive messages that nothing registers, sorted by place.
    pub(super) fn loose_handlers(
        &self,
        messages: &[Message],
        definitions: &Definitions,
    ) -> Vec<LooseHandler> {
        if messages.is_empty() {
            return Vec::new();
        }
        let known = self.known(messages, definitions);
        let files: Vec<FileId> = self.files_with_handlers(&known, definitions).into_iter().collect();
        let found: Vec<Vec<LooseHandler>> = files
            .par_iter()
            .map(|file| self.guarded(*file, || self.loose_handlers_of(*file, &known)))
            .collect();
        let mut found: Vec<LooseHandler> = found.into_iter().flatten().collect();
        found.sort_by_key(|it| it.place);
        found
    }

    fn known<'a>(&self, messages: &'a [Message], definitions: &Definitions) -> Known<'a> {
        let names: BTreeSet<&SmolStr> =
            messages.iter().filter(|it| !it.protocol).map(|it| &it.name).collect();
        let spellings = names.iter().map(|name| {
            let spelled = name.to_upper_camel_case();
            let words = spelled.chars().filter(|it| it.is_uppercase()).count();
            (spelled, words, *name)
        });
        let spots = messages.iter().flat_map(|it| it.routed.iter().chain(&it.defined));
        let near: BTreeSet<FileId> =
            spots.map(|it| it.place.file).chain(definitions.files.iter().copied()).collect();
        Known { spellings: spellings.collect(), names, near, types: definitions.envelopes.clone() }
    }

    /// Product files in which a handler may stand: by the names of message types and of their
    /// TypeScript types, and by the words of comments.
    fn files_with_handlers(&self, known: &Known<'_>, definitions: &Definitions) -> BTreeSet<FileId> {
        let mut files: BTreeSet<FileId> = BTreeSet::new();
        for (spelled, words, name) in &known.spellings {
            // One word is no more the name of a message than of anything else.
            if *words > 1 {
                let holds = |it: &FileId| self.text(*it).is_none_or(|text| text.contains(name.as_str()));
                files.par_extend(self.files_with(name).into_par_iter().filter(holds));
            }
            // `onChange` is the name of much; then the message must be told apart, or a comment must speak.
            let tells = |it: &FileId| {
                let text = if *words > 1 { None } else { self.text(*it) };
                text.is_none_or(|it| scan::calls::quotes(&it, name) || may_say_unconnected(&it))
            };
            for prefix in PREFIXES {
                let named = self.mentions_of(&format!("{prefix}{spelled}"));
                files.par_extend(named.into_par_iter().filter(tells));
            }
        }
        for (home, name) in known.types.iter().chain(&definitions.types) {
            files.insert(*home);
            files.extend(self.ways_of_exports(*home, [name.clone()], false).importers);
        }
        let mentioning = |words: &[&str]| -> BTreeSet<FileId> {
            words.iter().flat_map(|it| self.mentions_of(it)).collect()
        };
        let links = mentioning(&LINK_WORDS);
        let spoken = mentioning(&SOURCE_WORDS).into_iter().filter(|it| links.contains(it));
        let spoken = spoken.enumerate().take_while(|(at, file)| self.has_room(*at, *file));
        let spoken: Vec<FileId> = spoken.map(|(_, file)| file).collect();
        let says = |it: &FileId| {
            self.text(*it).is_some_and(|text| may_say_unconnected(&text))
                && self.comments(*it).iter().any(Comment::says_unconnected)
        };
        files.par_extend(spoken.into_par_iter().filter(says));
        files.retain(|it| self.file(*it).is_some_and(|it| it.role == Role::Product));
        files
    }

    fn loose_handlers_of(&self, file: FileId, known: &Known<'_>) -> Vec<LooseHandler> {
        let candidates = self.named_functions(file);
        let unused: Vec<(Candidate, Unused)> = candidates
            .into_iter()
            .filter_map(|it| self.unused(file, it.binding, it.function).map(|unused| (it, unused)))
            .collect();
        if unused.is_empty() {
            return Vec::new();
        }
        let comments = self.comments(file);
        unused
            .into_iter()
            .filter_map(|(candidate, unused)| self.loose_handler(&candidate, &unused, &comments, known))
            .collect()
    }

    /// Functions of a file that a name is bound to, also through `useCallback`.
    fn named_functions(&self, file: FileId) -> Vec<Candidate> {
        let facts = self.facts(file);
        let mut found = Vec::new();
        for (index, binding) in facts.bindings.iter().enumerate() {
            let id = BindingId(u32::try_from(index).unwrap_or(u32::MAX));
            let function = match binding.origin {
                Origin::Function(function) => Some(FunctionAt { file, function }),
                Origin::Value(expr) if binding.path.is_empty() => {
                    let inline = match facts.expr(expr) {
                        Expr::Function(_) => true,
                        Expr::Call { args, .. } => {
                            args.first().is_some_and(|it| matches!(facts.expr(*it), Expr::Function(_)))
                        }
                        _ => false,
                    };
                    let values = || Evaluator::new(self).eval(At { file, expr }, &None).into_iter();
                    inline.then(values).into_iter().flatten().find_map(|it| match it {
                        Value::Function { at, .. } if at.file == file => Some(at),
                        _ => None,
                    })
                }
                _ => None,
            };
            found.extend(function.map(|function| Candidate { function, binding: id }));
        }
        found
    }

    fn loose_handler(
        &self,
        candidate: &Candidate,
        unused: &Unused,
        comments: &[Comment],
        known: &Known<'_>,
    ) -> Option<LooseHandler> {
        let FunctionAt { file, function } = candidate.function;
        let facts = self.facts(file);
        let declared = facts.function(function)?;
        let binding = facts.binding(candidate.binding)?;
        // A component is rendered and a hook is called: neither is handed messages.
        if names_component_or_hook(&binding.name) {
            return None;
        }
        if self.only_answers(candidate.function) {
            return None;
        }
        let place = self.place_of_span(file, binding.span);
        let mut signs = Signs::default();
        self.sign_of_parameter(candidate.function, known, &mut signs);
        self.sign_of_body(candidate.function, known, &mut signs);
        sign_of_name(&binding.name, known, &mut signs);
        let quote = comment_about(comments, &binding.name, place.line, &unused.lines(self, file));
        let quote = quote.filter(|it| !it.group || !signs.reasons.is_empty()).map(|it| it.comment);
        if let Some(comment) = quote {
            signs.strong("a comment says that it is to be connected");
            signs.chain.push(Step { place: line_of(file, comment), label: comment.quote() });
        }
        if known.near.contains(&file) || self.imports_one_of(file, &known.near) {
            signs.weak("it stands beside the message types");
        }
        if signs.strong == 0 || signs.reasons.len() < 2 {
            return None;
        }
        let silenced = comments.iter().any(|it| it.last + 1 == place.line && it.silences_unused());
        let at = At { file, expr: declared.first_node };
        let owner = self.owner_of_function(candidate.function);
        let mut chain =
            vec![Step { place, label: format!("{} is {}", binding.name, unused.words(silenced)) }];
        chain.extend(signs.chain);
        Some(LooseHandler {
            place,
            name: binding.name.clone(),
            owner,
            messages: signs.messages.into_iter().collect(),
            confidence: if signs.strong > 1 { Confidence::Certain } else { Confidence::Likely },
            reasons: signs.reasons,
            used: unused.words(silenced),
            quote: quote.map(Comment::quote),
            live: self.is_live(at),
            chain,
        })
    }

    /// Whether all that a function does is to say yes or no: `(it) => it.type === "order_created"` asks
    /// about a message and receives none.
    fn only_answers(&self, at: FunctionAt) -> bool {
        let facts = self.facts(at.file);
        let is_test = |expr: ExprId| match facts.expr(expr) {
            Expr::Binary { op, .. } => op.is_order() || op.is_equality() || *op == BinaryOp::InstanceOf,
            Expr::Unary { op, .. } => *op == UnaryOp::Not,
            Expr::Bool(_) => true,
            _ => false,
        };
        let is_answer = |expr: ExprId| match facts.expr(expr) {
            Expr::Binary { op: BinaryOp::And | BinaryOp::Or, right, .. } => is_test(*right),
            _ => is_test(expr),
        };
        let Some(declared) = facts.function(at.function) else { return false };
        let spans: Vec<_> = declared.returns.iter().map(|it| facts.node(*it).span).collect();
        let mut calls = facts.own_nodes(at.function).filter(|(_, it)| matches!(it.expr, Expr::Call { .. }));
        let all_asked = calls
            .all(|(_, it)| spans.iter().any(|span| span.start <= it.span.start && it.span.end <= span.end));
        all_asked && !spans.is_empty() && declared.returns.iter().all(|it| is_answer(*it))
    }

    /// The type of its parameter is that of a message.
    fn sign_of_parameter(&self, at: FunctionAt, known: &Known<'_>, signs: &mut Signs) {
        let facts = self.facts(at.file);
        let Some(annotation) =
            facts.function(at.function).and_then(|it| it.params.first()).and_then(|it| it.annotation)
        else {
            return;
        };
        let Expr::Ident { name, .. } = facts.expr(annotation) else { return };
        let types = self.message_types_of(at.file, annotation);
        let about: Vec<&SmolStr> = types.iter().filter(|it| known.names.contains(it)).collect();
        if !about.is_empty() {
            // A union of all messages says nothing about one of them.
            if about.len() <= 3 {
                signs.messages.extend(about.into_iter().cloned());
            }
            signs.strong(&format!("its parameter is a `{name}`"));
        } else if self.home_of_type(at.file, name).is_some_and(|it| known.types.contains(&it)) {
            signs.strong(&format!("its parameter is a `{name}`"));
        }
    }

    /// It tells message types apart.
    fn sign_of_body(&self, at: FunctionAt, known: &Known<'_>, signs: &mut Signs) {
        let facts = self.facts(at.file);
        let mut told = Vec::new();
        for (_, node) in facts.nodes_inside(at.function) {
            let Expr::Binary { op: BinaryOp::Equal | BinaryOp::NotEqual, left, right } = node.expr else {
                continue;
            };
            let reads_tag = |expr| match facts.expr(expr) {
                Expr::Member { name, .. } => super::flow::TAGS.contains(&name.as_str()),
                Expr::Ident { name, .. } => super::flow::TAGS.iter().take(10).any(|tag| tag == name),
                _ => false,
            };
            for (tag, other) in [(left, right), (right, left)] {
                if reads_tag(tag) {
                    for value in Evaluator::new(self).eval(At { file: at.file, expr: other }, &None) {
                        if let Value::Text(text) = value
                            && known.names.contains(&text)
                        {
                            told.push(text);
                        }
                    }
                }
            }
        }
        if !told.is_empty() {
            signs.strong("it tells message types apart");
            signs.messages.extend(told);
        }
    }

    fn imports_one_of(&self, file: FileId, near: &BTreeSet<FileId>) -> bool {
        let facts = self.facts(file);
        facts.imports.iter().any(|it| match self.resolve(file, &it.specifier) {
            crate::link::resolve::Resolution::File(target) => near.contains(&target),
            _ => false,
        })
    }

    /// The component, hook or function around a function.
    fn owner_of_function(&self, at: FunctionAt) -> String {
        let facts = self.facts(at.file);
        let parent = facts.function(at.function).map(|it| it.parent);
        match parent.filter(|it| *it != FunctionId::MODULE) {
            Some(parent) => {
                let first = facts.function(parent).map(|it| it.first_node);
                first.map(|expr| self.owner(At { file: at.file, expr })).unwrap_or_default()
            }
            None => String::new(),
        }
    }
}

/// What speaks for a function being a message handler.
#[derive(Default)]
struct Signs {
    /// How many of them are strong.
    strong: usize,
    reasons: Vec<String>,
    messages: BTreeSet<SmolStr>,
    chain: Vec<Step>,
}

impl Signs {
    fn strong(&mut self, reason: &str) {
        self.strong += 1;
        self.weak(reason);
    }

    fn weak(&mut self, reason: &str) {
        self.reasons.push(reason.to_owned());
    }
}

/// It is named after a message, or after push.
fn sign_of_name(name: &str, known: &Known<'_>, signs: &mut Signs) {
    let spelled = name.to_upper_camel_case();
    let about = PREFIXES.iter().find_map(|it| spelled.strip_prefix(&it.to_upper_camel_case()));
    let Some(about) = about else { return };
    if let Some((_, words, message)) = known.spellings.iter().find(|(it, ..)| it == about) {
        signs.messages.insert((*message).clone());
        // `onError` and `handleOpen` are named like any handler.
        if *words > 1 {
            signs.strong("it is named after the message");
        } else {
            signs.weak("it is named after the message");
        }
        return;
    }
    let lower = about.to_lowercase();
    if PUSH_WORDS.iter().any(|it| lower.contains(it)) {
        signs.weak("its name speaks of push");
    }
}

/// A comment and the function that it speaks of.
struct About<'c> {
    comment: &'c Comment,
    /// It speaks of several functions, of which this may be one.
    group: bool,
}

/// The comment that says of a function that it is not connected: it names it, stands right above it
/// or above a mention of it, or stands above several of which it is one.
fn comment_about<'c>(comments: &'c [Comment], name: &str, line: u32, mentions: &[u32]) -> Option<About<'c>> {
    /// Blank lines and decorators between a comment and what it is about.
    const GAP: u32 = 2;
    let above = |it: &Comment, line: u32| it.last < line && line - it.last <= GAP;
    let says = || comments.iter().filter(|it| it.says_unconnected());
    let named = says().find(|it| it.names(name));
    let near = || {
        says().find(|it| {
            above(it, line)
                || (line..=line + GAP).contains(&it.first)
                || mentions.iter().any(|mention| above(it, *mention) || it.first == *mention)
        })
    };
    let group = || {
        let mut groups = says().filter(|it| it.is_about_several());
        groups.find(|it| it.last < line && line - it.last <= GROUP_LINES)
    };
    let own = named.or_else(near).map(|comment| About { comment, group: false });
    own.or_else(|| group().map(|comment| About { comment, group: true }))
}

fn line_of(file: FileId, comment: &Comment) -> Place {
    Place { file, line: comment.first, column: 1, end_line: comment.last, end_column: 1 }
}
