//! The model, and that no format can be led astray by a name.

use globset::{Glob, GlobSetBuilder};
use serde_json::Value;

use super::*;
use crate::findings::audit::SpotRow;
use crate::report::sample;
use crate::vocabulary::Confidence;

/// Names that would leave a label, an id, a line or the terminal's good graces.
const NASTY: [&str; 6] = [
    "a\"] --> b[\"c",
    "end\\",
    "one\ntwo %% three",
    "%%{init: {\"theme\": \"dark\"}}%%",
    "\u{1b}[31m{{x}}|y|(z)\u{202e}",
    "`**bold**` <script>alert(1)</script> #quot; &amp; fa:fa-ban",
];

fn graph(audit: &Audit) -> Graph {
    Graph::of(audit, &Choice { all: true, ..Choice::default() })
}

fn render(format: &Format, graph: &Graph) -> String {
    let mut out = Vec::new();
    format.write(graph, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn json(graph: &Graph) -> Value {
    let value: Value = serde_json::from_str(&render(&json::FORMAT, graph)).unwrap();
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let mistakes: Vec<String> =
        validator.iter_errors(&value).map(|it| format!("{}: {it}", it.instance_path())).collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    value
}

/// Each arrow as `from → to (why)`, boxes by their first line; `✂` marks a cut.
fn arrows(graph: &Graph) -> Vec<String> {
    let first = |id: &str| graph.nodes.iter().find(|it| it.id == id).unwrap().lines[0].clone();
    let said = |edge: &Edge| {
        let why = if edge.label.is_empty() { String::new() } else { format!(" ({})", edge.label) };
        let arrow = if edge.cut { "✂" } else { "→" };
        format!("{} {arrow} {}{why}", first(&edge.from), first(&edge.to))
    };
    graph.edges.iter().map(said).collect()
}

/// One message whose line is cut in that way, and what becomes of the rest of it.
fn cut(verdict: MessageVerdict, change: impl FnOnce(&mut MessageRow)) -> Vec<String> {
    let mut audit = sample::audit();
    audit.messages.truncate(1);
    let message = &mut audit.messages[0];
    message.verdict = verdict;
    message.emitted[0].spot.owner = "broadcast".into();
    message.routed[0].owner = "route".into();
    message.subscribed[0].owner = "Page".into();
    change(message);
    arrows(&graph(&audit))
}

#[test]
fn a_line_is_cut_where_something_is_missing() {
    assert_eq!(
        cut(MessageVerdict::Wired, |_| ()),
        ["broadcast → campaign_created", "campaign_created → route", "route → Page"]
    );
    let dead = cut(MessageVerdict::EmitDead, |it| it.emitted[0].called = Some(false));
    assert!(dead.contains(&"nothing calls it ✂ broadcast (emit-dead)".into()), "{dead:?}");
    let silent = cut(MessageVerdict::NeverEmitted, |it| it.emitted.clear());
    assert_eq!(
        silent,
        ["campaign_created → route", "route → Page", "nothing sends it ✂ campaign_created (never-emitted)"]
    );
    let unrouted = cut(MessageVerdict::Unrouted, |it| it.routed.clear());
    assert_eq!(
        unrouted,
        [
            "broadcast → campaign_created",
            "campaign_created ✂ nothing tells it apart (unrouted)",
            "nothing tells it apart ✂ Page (unrouted)",
        ]
    );
    let unhandled = cut(MessageVerdict::EmittedUnhandled, |it| {
        it.routed.clear();
        it.subscribed.clear();
    });
    assert_eq!(
        unhandled,
        ["broadcast → campaign_created", "campaign_created ✂ nothing handles it (emitted-unhandled)"]
    );
    let logged = cut(MessageVerdict::LogOnly, |it| {
        it.subscribed.clear();
        it.confidence = Confidence::Possible;
    });
    assert_eq!(logged[2..], ["route ✂ only logged: campaign_created (possibly log-only)"]);
    let unheard = cut(MessageVerdict::NoSubscriber, |it| it.subscribed.clear());
    assert_eq!(unheard[2..], ["route ✂ nobody subscribes: campaign_created (no-subscriber)"]);
    let idle = cut(MessageVerdict::NoSubscriber, |it| it.subscribed[0].live = false);
    assert_eq!(idle[2..], ["route → Page", "Page ✂ never runs (no-subscriber)"]);
    let declared = cut(MessageVerdict::DeclaredOnly, |it| {
        it.emitted.clear();
        it.routed.clear();
        it.subscribed.clear();
    });
    assert!(declared.is_empty());
}

#[test]
fn what_goes_the_same_way_is_drawn_once() {
    let mut audit = sample::audit();
    audit.messages.truncate(1);
    let mut again = audit.messages[0].clone();
    again.name = "campaign_archived".into();
    again.routed[0].line = 99;
    let elsewhere = MessageRow { name: "proxy_moved".into(), area: "Proxies".into(), ..again.clone() };
    audit.messages.extend([again, elsewhere]);
    let graph = graph(&audit);
    let boxes: Vec<_> = graph.nodes.iter().map(|it| (it.kind, it.lines.join(" "))).collect();
    assert_eq!(
        boxes,
        [
            (Kind::Emitter, "server/hub.go".to_owned()),
            (Kind::Message, "campaign_archived campaign_created".to_owned()),
            (Kind::Message, "proxy_moved".to_owned()),
            (Kind::Route, "src/lib/websocket/router.ts".to_owned()),
            (Kind::Handler, "src/app/campaigns/page.tsx".to_owned()),
        ]
    );
    assert_eq!(graph.nodes[3].at, BTreeSet::from([11, 99]));
    assert_eq!(graph.nodes[3].messages.len(), 3);
}

#[test]
fn a_handler_beside_its_route_is_reached_from_there_alone() {
    let mut audit = sample::audit();
    audit.messages.truncate(1);
    let message = &mut audit.messages[0];
    let here = SpotRow { owner: "Here".into(), ..message.routed[0].clone() };
    let there = SpotRow { owner: "There".into(), ..here.clone() };
    let hub = SpotRow { owner: "hub".into(), ..here.clone() };
    let page = SpotRow { owner: "Page".into(), ..here.clone() };
    message.routed = vec![here.clone(), there.clone(), hub];
    message.subscribed = vec![here, there, page];
    let arrows = arrows(&graph(&audit));
    assert_eq!(arrows[4..], ["Here → Here", "There → There", "hub → Page"]);
}

#[test]
fn a_guess_is_called_possible() {
    let guessed = |message: &mut MessageRow| message.emitted[0].spot.confidence = Confidence::Possible;
    let arrows = cut(MessageVerdict::Wired, guessed);
    assert_eq!(arrows[0], "broadcast → campaign_created (possible)");
    // One place that is sure is enough.
    let arrows = cut(MessageVerdict::Wired, |message| {
        message.emitted.push(message.emitted[0].clone());
        guessed(message);
    });
    assert_eq!(arrows[0], "broadcast → campaign_created");
}

#[test]
fn only_what_was_chosen_is_drawn() {
    let mut audit = sample::audit();
    audit.messages[0].protocol = true;
    audit.messages.push(MessageRow {
        name: "campaign_paused".into(),
        verdict: MessageVerdict::DeclaredOnly,
        ..audit.messages[0].clone()
    });
    let names = |choice: Choice| {
        let names = Graph::of(&audit, &choice).nodes.into_iter().filter(|it| it.kind == Kind::Message);
        names.flat_map(|it| it.lines).collect::<Vec<_>>().join(" ")
    };
    let globs = |text| GlobSetBuilder::new().add(Glob::new(text).unwrap()).build().unwrap();
    assert_eq!(names(Choice::default()), "campaign_deleted proxy_list_update");
    let all = Choice { all: true, ..Choice::default() };
    assert_eq!(names(all.clone()), "campaign_created campaign_deleted campaign_paused proxy_list_update");
    assert_eq!(
        names(Choice { cut: true, ..all.clone() }),
        "campaign_deleted campaign_paused proxy_list_update"
    );
    assert_eq!(
        names(Choice { messages: globs("*_{created,update}"), ..all }),
        "campaign_created proxy_list_update"
    );
    assert_eq!(names(Choice { areas: vec!["proxies".into()], ..Choice::default() }), "proxy_list_update");
    let nothing = Graph::of(&audit, &Choice { areas: vec!["Orders".into()], ..Choice::default() });
    assert!(nothing.nodes.is_empty() && nothing.note.starts_with("No message type was chosen"));
}

#[test]
fn the_order_of_the_messages_changes_nothing() {
    let audit = sample::audit();
    let mut turned = audit.clone();
    turned.messages.reverse();
    for format in FORMATS {
        assert_eq!(render(format, &graph(&audit)), render(format, &graph(&turned)), "{}", format.name);
    }
}

/// An audit in which every name is that text.
fn named(text: &str) -> Audit {
    let mut audit = sample::audit();
    for message in &mut audit.messages {
        let emitted = message.emitted.iter_mut().map(|it| &mut it.spot);
        let lists = [&mut message.routed, &mut message.subscribed, &mut message.unsupplied];
        for spot in lists.into_iter().flatten().chain(emitted) {
            (spot.file, spot.owner, spot.label) = (text.into(), text.into(), text.into());
        }
        message.name.push_str(text);
        message.area = text.into();
    }
    audit
}

#[test]
fn hostile_names_change_no_line_of_a_chart() {
    let plain = graph(&named("x"));
    for text in NASTY.into_iter().chain([sample::HOSTILE]) {
        let hostile = graph(&named(text));
        for format in [&mermaid::FORMAT, &dot::FORMAT] {
            let (said, expected) = (render(format, &hostile), render(format, &plain));
            assert!(!said.contains(|it: char| it.is_control() && it != '\n'), "{said}");
            // Without what stands in quotes, both are the same chart.
            let bare = |chart: &str| outside_of_quotes(chart, format.name == "dot");
            assert_eq!(bare(&said), bare(&expected), "{} of {text:?}:\n{said}", format.name);
        }
        assert_eq!(json(&hostile)["nodes"][0]["file"], text);
    }
}

/// The text without its quoted parts. `escapes`: a backslash takes the meaning of the next character.
fn outside_of_quotes(text: &str, escapes: bool) -> String {
    let (mut out, mut quoted) = (String::new(), false);
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted = !quoted,
            '\\' if escapes && quoted => _ = characters.next(),
            other if !quoted => out.push(other),
            other => assert_ne!(other, '\n', "a line ends inside of a string: {text}"),
        }
    }
    assert!(!quoted, "a string never ends: {text}");
    out
}

#[test]
fn mermaid_is_shown_no_markup_of_its_own() {
    for text in NASTY {
        let chart = render(&mermaid::FORMAT, &graph(&named(text)));
        for mark in ["%%{", "<script", "`", "**", "fa:fa", "--> b"] {
            assert!(!chart.contains(mark), "{mark} in {chart}");
        }
    }
}

#[test]
fn the_schema_names_every_verdict() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    let listed = schema["$defs"]["node"]["properties"]["verdict"]["enum"].as_array().unwrap();
    let words: Vec<String> = listed.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    assert_eq!(words, MessageVerdict::ALL.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(listed.len(), words.len() + 1);
}

#[test]
fn nothing_to_draw_is_said() {
    let mut audit = sample::audit();
    audit.messages.clear();
    let graph = graph(&audit);
    assert_eq!(render(&mermaid::FORMAT, &graph), "flowchart LR\n  %% There is no push wiring.\n");
    assert!(render(&dot::FORMAT, &graph).starts_with("// There is no push wiring.\ndigraph"));
    assert_eq!(json(&graph)["nodes"], Value::Array(vec![]));
}
