//! Finds the boxes and arrows of the picture: what goes the same way is drawn once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Edge, Graph, Kind, Node};
use crate::findings::audit::{MessageRow, SpotRow};
use crate::vocabulary::{Confidence, MessageVerdict};

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
    /// Those of all these of which it is a guess that the message comes by.
    possible: BTreeSet<Key>,
    verdict: MessageVerdict,
    guessed: bool,
}

impl Way {
    fn of(message: &MessageRow) -> Self {
        let mut way = Self {
            emitters: BTreeSet::new(),
            routes: BTreeSet::new(),
            handlers: BTreeSet::new(),
            possible: BTreeSet::new(),
            verdict: message.verdict,
            guessed: message.confidence == Confidence::Possible,
        };
        let mut sure = BTreeSet::new();
        for (key, spot) in code(message) {
            let guess = spot.confidence == Confidence::Possible;
            if guess { &mut way.possible } else { &mut sure }.insert(key.clone());
            match key.kind {
                Kind::Emitter => way.emitters.insert(key),
                Kind::Route => way.routes.insert(key),
                _ => way.handlers.insert(key),
            };
        }
        way.possible.retain(|it| !sure.contains(it));
        way
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

/// The code on the way of a message, with the boxes that it belongs to.
fn code(message: &MessageRow) -> impl Iterator<Item = (Key, &SpotRow)> {
    let emitted = message.emitted.iter();
    let emitted = emitted.map(|it| (Key::of(Kind::Emitter, &it.spot, it.called != Some(false)), &it.spot));
    let routed = message.routed.iter().map(|it| (Key::of(Kind::Route, it, it.live), it));
    let subscribed = message.subscribed.iter().map(|it| (Key::of(Kind::Handler, it, it.live), it));
    emitted.chain(routed).chain(subscribed)
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

/// What there is to say of an arrow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Plain,
    /// It is a guess that a message comes by.
    Possible,
    /// The line is cut, and why.
    Cut(String),
}

/// The picture while it grows: boxes and arrows are found again by what they stand for.
#[derive(Debug, Default)]
pub(super) struct Plan {
    nodes: BTreeMap<Key, Sketch>,
    edges: BTreeMap<(Key, Key, Mark), BTreeSet<String>>,
}

impl Plan {
    /// The picture of these messages.
    pub(super) fn of<'a>(messages: impl Iterator<Item = &'a MessageRow>) -> Self {
        let mut plan = Self::default();
        for ((way, _), messages) in bundles(messages) {
            plan.draw(&way, &messages);
        }
        plan
    }

    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

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
        for (key, spot) in messages.iter().flat_map(|it| code(it)) {
            self.nodes.entry(key).or_default().at.insert(spot.line);
        }
        let line = |from: &Key, to: &Key| {
            let guess = [from, to].into_iter().any(|it| way.possible.contains(it));
            (from.clone(), to.clone(), if guess { Mark::Possible } else { Mark::Plain })
        };
        let mut edges: Vec<_> = way.emitters.iter().map(|it| line(it, &message)).collect();
        edges.extend(way.routes.iter().map(|it| line(&message, it)));
        for handler in &way.handlers {
            edges.extend(way.routes_to(handler).into_iter().map(|it| line(it, handler)));
        }
        for Gap { before, missing, after } in gaps(way, &message, messages) {
            self.nodes.entry(missing.clone()).or_default().messages.extend(names.iter().cloned());
            let why = Mark::Cut(way.why());
            edges.extend(before.into_iter().map(|it| (it.clone(), missing.clone(), why.clone())));
            edges.extend(after.into_iter().map(|it| (missing.clone(), it.clone(), why.clone())));
        }
        for edge in edges {
            self.edges.entry(edge).or_default().extend(names.iter().cloned());
        }
    }

    pub(super) fn graph(self, note: &'static str) -> Graph {
        let ids: BTreeMap<&Key, String> =
            self.nodes.keys().zip(1..).map(|(key, number)| (key, format!("n{number}"))).collect();
        let id = |key: &Key| ids.get(key).cloned().unwrap_or_default();
        let edges = self.edges.iter().map(|((from, to, mark), messages)| Edge {
            from: id(from),
            to: id(to),
            label: match mark {
                Mark::Plain => self.turning(from, messages),
                Mark::Possible => "possible".to_owned(),
                Mark::Cut(why) => why.clone(),
            },
            cut: matches!(mark, Mark::Cut(_)),
            guess: *mark == Mark::Possible,
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
