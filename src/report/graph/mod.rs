//! The push wiring as a picture: emitter → message type → route → handler, and where the line is cut.
//!
//! One model, made from the message types of the audit, and formats that know nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use globset::GlobSet;

use crate::findings::audit::{Audit, MessageRow, SpotRow};
use crate::vocabulary::{Confidence, MessageVerdict};

mod dot;
mod json;
mod mermaid;
#[cfg(test)]
mod tests;

pub use json::SCHEMA;

/// Every format, in the order in which help lists them; the first is the default.
pub const FORMATS: &[Format] = &[mermaid::FORMAT, dot::FORMAT, json::FORMAT];

/// A way to write a graph.
#[derive(Debug)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// What it is for, for the help text.
    pub about: &'static str,
    /// File extensions that imply it.
    pub extensions: &'static [&'static str],
    write: fn(&Graph, &mut dyn Write) -> io::Result<()>,
}

impl Format {
    /// Writes the graph.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub fn write(&self, graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
        (self.write)(graph, out)
    }
}

/// Which message types to draw.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Globs for their names; an empty set lets all pass.
    pub messages: GlobSet,
    /// Names of areas, in whatever case; none lets all pass.
    pub areas: Vec<String>,
    /// Only those whose line is cut.
    pub cut: bool,
    /// Also those of the protocol and those that are only declared.
    pub all: bool,
}

impl Choice {
    fn takes(&self, message: &MessageRow) -> bool {
        let area = || self.areas.iter().any(|it| it.to_lowercase() == message.area.to_lowercase());
        let beside_the_point = message.protocol || message.verdict == MessageVerdict::DeclaredOnly;
        (self.all || !beside_the_point)
            && (!self.cut || message.verdict != MessageVerdict::Wired)
            && (self.areas.is_empty() || area())
            && (self.messages.is_empty() || self.messages.is_match(&message.name))
    }
}

/// What a node stands for. The order is that of a message's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Emitter,
    /// Message types of one area that go exactly the same way.
    Message,
    Route,
    Handler,
    /// What would have to stand where a line is cut.
    Missing,
}

/// A box of the picture. All its texts are hostile.
#[derive(Debug)]
struct Node {
    /// `n1`, `n2`, …
    id: String,
    kind: Kind,
    /// What the box says, line by line.
    lines: Vec<String>,
    /// Where its code stands; empty for message types and what is missing.
    file: String,
    /// Lines from 1 in that file, on which its code names a message.
    at: BTreeSet<u32>,
    /// Area of message types, else empty.
    area: String,
    /// Names of the message types that pass it.
    messages: BTreeSet<String>,
    /// Of message types: where their line is cut, if it is.
    verdict: Option<MessageVerdict>,
    /// Whether the program ever gets there, as far as is known.
    runs: bool,
}

/// An arrow of the picture.
#[derive(Debug)]
struct Edge {
    from: String,
    to: String,
    /// Why the line is cut; or which messages turn off here, where a route has several ways out.
    label: String,
    /// No message gets by here.
    cut: bool,
    /// Names of the message types that go this way, or would.
    messages: BTreeSet<String>,
}

/// The push wiring of an audit: what the formats draw, in its final order.
#[derive(Debug)]
pub struct Graph {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// What to say instead of a picture.
    note: &'static str,
}

impl Graph {
    /// The wiring of those message types that are chosen.
    pub fn of(audit: &Audit, choice: &Choice) -> Self {
        let mut plan = Plan::default();
        for ((way, _), messages) in bundles(audit.messages.iter().filter(|it| choice.takes(it))) {
            plan.draw(&way, &messages);
        }
        let note = match (plan.nodes.is_empty(), audit.messages.is_empty()) {
            (true, true) => "There is no push wiring.",
            (true, false) => {
                "No message type was chosen; --all adds those of the protocol and those only declared."
            }
            (false, _) => "Dashed red is a cut line. Code that was not audited is not drawn.",
        };
        plan.graph(note)
    }

    /// Names of the areas that hold message types, with the boxes of each; in order.
    fn areas(&self) -> Vec<(&str, Vec<&Node>)> {
        let mut areas: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
        for node in self.nodes.iter().filter(|it| it.kind == Kind::Message) {
            areas.entry(&node.area).or_default().push(node);
        }
        areas.into_iter().collect()
    }

    /// The boxes that belong to no area.
    fn outside(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|it| it.kind != Kind::Message)
    }
}

/// What makes two boxes one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    kind: Kind,
    /// The file of code, the area of message types, the words for what is missing.
    group: String,
    /// The owner of code; message types; the messages that miss it.
    names: Vec<String>,
    runs: bool,
}

impl Key {
    fn of(kind: Kind, spot: &SpotRow, runs: bool) -> Self {
        Self { kind, group: spot.file.clone(), names: vec![spot.owner.clone()], runs }
    }

    fn is_same_code(&self, other: &Self) -> bool {
        (&self.group, &self.names) == (&other.group, &other.names)
    }

    fn lines(&self) -> Vec<String> {
        match self.kind {
            Kind::Message => self.names.clone(),
            Kind::Missing => vec![self.group.clone()],
            _ => self.names.iter().chain([&self.group]).filter(|it| !it.is_empty()).cloned().collect(),
        }
    }
}

/// The way that a message takes. Message types with the same one are drawn as one box.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    emitters: BTreeSet<Key>,
    routes: BTreeSet<Key>,
    handlers: BTreeSet<Key>,
    verdict: MessageVerdict,
    guessed: bool,
}

impl Way {
    fn of(message: &MessageRow) -> Self {
        let keys = |kind, spots: &[SpotRow]| spots.iter().map(|it| Key::of(kind, it, it.live)).collect();
        let emitted = message.emitted.iter();
        Self {
            emitters: emitted.map(|it| Key::of(Kind::Emitter, &it.spot, it.called != Some(false))).collect(),
            routes: keys(Kind::Route, &message.routed),
            handlers: keys(Kind::Handler, &message.subscribed),
            verdict: message.verdict,
            guessed: message.confidence == Confidence::Possible,
        }
    }

    /// What a cut line is labelled with.
    fn why(&self) -> String {
        let doubt = if self.guessed { "possibly " } else { "" };
        format!("{doubt}{}", self.verdict)
    }

    /// The routes that hand a message on to a handler. One that is handled where it is told apart goes
    /// no other way.
    fn routes_to<'a>(&'a self, handler: &Key) -> Vec<&'a Key> {
        let own: Vec<&Key> = self.routes.iter().filter(|it| it.is_same_code(handler)).collect();
        let shared = |route: &&Key| !self.handlers.iter().any(|it| it.is_same_code(route));
        let others: Vec<&Key> = self.routes.iter().filter(shared).collect();
        [own, others].into_iter().find(|it| !it.is_empty()).unwrap_or_else(|| self.routes.iter().collect())
    }
}

/// Message types by their way and area, each list sorted by name.
fn bundles<'a>(
    messages: impl Iterator<Item = &'a MessageRow>,
) -> BTreeMap<(Way, &'a str), Vec<&'a MessageRow>> {
    let mut bundles: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for message in messages {
        bundles.entry((Way::of(message), message.area.as_str())).or_default().push(message);
    }
    bundles
}

/// What is known of a box while the picture grows.
#[derive(Debug, Default)]
struct Sketch {
    at: BTreeSet<u32>,
    messages: BTreeSet<String>,
    verdict: Option<MessageVerdict>,
}

/// The picture while it grows: boxes and arrows are found again by what they stand for.
#[derive(Debug, Default)]
struct Plan {
    nodes: BTreeMap<Key, Sketch>,
    /// From, to, and why the line is cut there, if it is.
    edges: BTreeMap<(Key, Key, Option<String>), BTreeSet<String>>,
}

impl Plan {
    /// Draws the way of some message types of one area.
    fn draw(&mut self, way: &Way, messages: &[&MessageRow]) {
        let Some(first) = messages.first() else { return };
        let names: BTreeSet<String> = messages.iter().map(|it| it.name.clone()).collect();
        let message = Key {
            kind: Kind::Message,
            group: first.area.clone(),
            names: names.iter().cloned().collect(),
            runs: true,
        };
        self.nodes.entry(message.clone()).or_default().verdict = Some(way.verdict);
        for key in way.emitters.iter().chain(&way.routes).chain(&way.handlers).chain([&message]) {
            self.nodes.entry(key.clone()).or_default().messages.extend(names.iter().cloned());
        }
        for it in messages {
            self.note_lines(it);
        }
        let line = |from: &Key, to: &Key| (from.clone(), to.clone(), None);
        let mut edges: Vec<_> = way.emitters.iter().map(|it| line(it, &message)).collect();
        edges.extend(way.routes.iter().map(|it| line(&message, it)));
        for handler in &way.handlers {
            edges.extend(way.routes_to(handler).into_iter().map(|it| line(it, handler)));
        }
        for Gap { before, missing, after } in gaps(way, &message, messages) {
            self.nodes.entry(missing.clone()).or_default().messages.extend(names.iter().cloned());
            let why = Some(way.why());
            edges.extend(before.into_iter().map(|it| (it.clone(), missing.clone(), why.clone())));
            edges.extend(after.into_iter().map(|it| (missing.clone(), it.clone(), why.clone())));
        }
        for edge in edges {
            self.edges.entry(edge).or_default().extend(names.iter().cloned());
        }
    }

    /// Where the code of the boxes names a message.
    fn note_lines(&mut self, message: &MessageRow) {
        let emitted = message.emitted.iter();
        let emitted = emitted.map(|it| (Kind::Emitter, &it.spot, it.called != Some(false)));
        let routed = message.routed.iter().map(|it| (Kind::Route, it, it.live));
        let subscribed = message.subscribed.iter().map(|it| (Kind::Handler, it, it.live));
        for (kind, spot, runs) in emitted.chain(routed).chain(subscribed) {
            self.nodes.entry(Key::of(kind, spot, runs)).or_default().at.insert(spot.line);
        }
    }

    fn graph(self, note: &'static str) -> Graph {
        let ids: BTreeMap<&Key, String> =
            self.nodes.keys().zip(1..).map(|(key, number)| (key, format!("n{number}"))).collect();
        let id = |key: &Key| ids.get(key).cloned().unwrap_or_default();
        let edges = self.edges.iter().map(|((from, to, why), messages)| Edge {
            from: id(from),
            to: id(to),
            label: why.clone().unwrap_or_else(|| self.turning(from, messages)),
            cut: why.is_some(),
            messages: messages.clone(),
        });
        let edges = edges.collect();
        let nodes = self.nodes.iter().map(|(key, sketch)| {
            let (file, area) = match key.kind {
                Kind::Message => (String::new(), key.group.clone()),
                Kind::Missing => Default::default(),
                _ => (key.group.clone(), String::new()),
            };
            let Sketch { at, messages, verdict } = sketch;
            Node {
                id: id(key),
                kind: key.kind,
                lines: key.lines(),
                file,
                at: at.clone(),
                area,
                messages: messages.clone(),
                verdict: *verdict,
                runs: key.runs,
            }
        });
        Graph { nodes: nodes.collect(), edges, note }
    }

    /// The messages that leave a route by one of several ways; all of them need no words.
    fn turning(&self, from: &Key, messages: &BTreeSet<String>) -> String {
        let passing = self.nodes.get(from).map_or(0, |it| it.messages.len());
        if from.kind != Kind::Route || messages.len() == passing {
            return String::new();
        }
        listed(messages.iter().map(String::as_str).collect())
    }
}

/// `order_created, order_paid`, or how many they are.
fn listed(messages: Vec<&str>) -> String {
    const NAMED: usize = 3;
    if messages.len() > NAMED { format!("{} messages", messages.len()) } else { messages.join(", ") }
}

/// Where a line is cut: the boxes before it and after it, and what would have to stand there.
struct Gap<'a> {
    before: Vec<&'a Key>,
    missing: Key,
    after: Vec<&'a Key>,
}

/// The cuts of a way; none where the line holds.
fn gaps<'a>(way: &'a Way, message: &'a Key, rows: &[&MessageRow]) -> Vec<Gap<'a>> {
    let missing = |words: String, names: &[String]| Key {
        kind: Kind::Missing,
        group: words,
        names: names.to_vec(),
        runs: false,
    };
    let of_messages = |words: &str| missing(words.to_owned(), &message.names);
    // One for a piece of code, however many messages come by.
    let of_code = |words: &str, code: &Key| missing(words.to_owned(), &code.lines());
    // All messages of a route stand around it, so the words say which ones are meant.
    let named = |words: &str| {
        let names = message.names.iter().map(String::as_str).collect();
        of_messages(&format!("{words}: {}", listed(names)))
    };
    let routes = || if way.routes.is_empty() { vec![message] } else { way.routes.iter().collect() };
    let one = |before, missing, after| vec![Gap { before, missing, after }];
    match way.verdict {
        MessageVerdict::Wired | MessageVerdict::DeclaredOnly => vec![],
        MessageVerdict::EmitDead => {
            let gap = |it| Gap { before: vec![], missing: of_code("nothing calls it", it), after: vec![it] };
            way.emitters.iter().map(gap).collect()
        }
        MessageVerdict::NeverEmitted => one(vec![], of_messages("nothing sends it"), vec![message]),
        MessageVerdict::Unrouted => {
            one(vec![message], of_messages("nothing tells it apart"), way.handlers.iter().collect())
        }
        MessageVerdict::EmittedUnhandled => one(vec![message], of_messages("nothing handles it"), vec![]),
        MessageVerdict::LogOnly => one(routes(), named("only logged"), vec![]),
        MessageVerdict::NoSubscriber if !way.handlers.is_empty() => {
            let gap = |it| Gap { before: vec![it], missing: of_code("never runs", it), after: vec![] };
            way.handlers.iter().map(gap).collect()
        }
        MessageVerdict::NoSubscriber => {
            let labels: BTreeSet<&str> =
                rows.iter().flat_map(|it| &it.unsupplied).map(|it| it.label.as_str()).collect();
            let words = match listed(labels.into_iter().collect()) {
                labels if labels.is_empty() => named("nobody subscribes"),
                labels => of_messages(&format!("nobody supplies {labels}")),
            };
            one(routes(), words, vec![])
        }
    }
}
