//! The page is read as a browser reads it: by a tokenizer of HTML that knows what is text in a script.

use std::collections::{BTreeMap, BTreeSet};

use html5gum::Tokenizer;
use html5gum::emitters::default::{DefaultEmitter, Token};
use serde_json::Value;

use super::*;
use crate::findings::audit::{Comparison, Fixed, MessageRow};
use crate::report::{escape, json, sample};
use crate::vocabulary::{ComparedWith, FindingStatus};

/// Elements that have no end.
const VOID: [&str; 6] = ["meta", "br", "wbr", "input", "img", "link"];

struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    /// What stands behind its start, up to the next tag.
    text: String,
}

/// The elements of a page in which everything that is opened is closed, in order.
fn elements(page: &str) -> Vec<Element> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut elements: Vec<Element> = Vec::new();
    let mut open = Vec::new();
    for Ok(token) in Tokenizer::new_with_emitter(page, emitter) {
        match token {
            Token::StartTag(tag) => {
                let name = text(&tag.name);
                if !tag.self_closing && !VOID.contains(&name.as_str()) {
                    open.push(name.clone());
                }
                let attributes = tag.attributes.iter().map(|(name, value)| (text(name), text(value)));
                elements.push(Element { name, attributes: attributes.collect(), text: String::new() });
            }
            Token::EndTag(tag) => assert_eq!(open.pop(), Some(text(&tag.name))),
            Token::String(said) => {
                // What a browser hashes ends where its block ends.
                let block = |it: &Element| ["script", "style"].contains(&it.name.as_str());
                let inside = |it: &Element| open.last() == Some(&it.name);
                if let Some(element) = elements.last_mut().filter(|it| !block(it) || inside(it)) {
                    element.text.push_str(&text(&said));
                }
            }
            Token::Doctype(_) => assert!(elements.is_empty()),
            Token::Comment(comment) => panic!("{comment:?}"),
            Token::Error(error) => panic!("{error:?}"),
        }
    }
    assert!(open.is_empty(), "{open:?}");
    elements
}

fn named<'a>(elements: &'a [Element], name: &str) -> Vec<&'a Element> {
    elements.iter().filter(|it| it.name == name).collect()
}

fn render(audit: &Audit) -> String {
    sample::render(FORMAT, audit)
}

fn data_of(page: &str) -> Value {
    let elements = elements(page);
    let scripts = named(&elements, "script");
    assert_eq!(scripts[0].attributes["type"], "application/json");
    serde_json::from_str(&scripts[0].text).unwrap()
}

/// One that was compared with a baseline.
fn compared() -> Audit {
    let mut audit = sample::audit();
    audit.findings[2].status = FindingStatus::Baseline;
    audit.comparisons.push(Comparison {
        kind: ComparedWith::Baseline,
        against: ".unpoll-baseline.json".into(),
        known: 1,
        fixed: vec![Fixed {
            rule: "network-poll".into(),
            file: "src/old.ts".into(),
            owner: sample::HOSTILE.into(),
        }],
    });
    audit
}

/// Nothing but a root and numbers that are zero.
fn empty() -> Audit {
    let mut audit = sample::audit();
    audit.findings.clear();
    audit.timers.clear();
    audit.messages.clear();
    audit.channels.clear();
    audit.providers.clear();
    audit.areas.clear();
    audit.next_steps.clear();
    audit.summary = Default::default();
    audit
}

#[test]
fn every_page_is_whole() {
    for audit in [sample::audit(), sample::hostile(), compared(), empty()] {
        let page = render(&audit);
        sample::assert_tame(&page);
        let elements = elements(&page);
        let ids: Vec<&String> = elements.iter().filter_map(|it| it.attributes.get("id")).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{ids:?}");
        let lead = elements.iter().filter_map(|it| it.attributes.get("href")?.strip_prefix('#'));
        lead.for_each(|id| assert!(ids.iter().any(|it| *it == id), "{id}"));
        assert_eq!(["html", "title", "main", "h1"].map(|it| named(&elements, it).len()), [1; 4]);
        assert_eq!(named(&elements, "html")[0].attributes["lang"], "en");
    }
}

#[test]
fn the_policy_lets_nothing_run_but_its_own_blocks() {
    let page = render(&sample::audit());
    let elements = elements(&page);
    let policy =
        |it: &&&Element| it.attributes.get("http-equiv").is_some_and(|it| it == "Content-Security-Policy");
    let metas = named(&elements, "meta");
    let policy = &metas.iter().find(policy).unwrap().attributes["content"];
    let block = |name| hash(&named(&elements, name).last().unwrap().text);
    let expected = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        block("style"),
        block("script")
    );
    assert_eq!(policy, &expected);
    assert_eq!(["style", "script"].map(|it| named(&elements, it).len()), [1, 2]);
    assert_eq!(hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

#[test]
fn it_stands_alone() {
    for element in elements(&render(&sample::hostile())) {
        for (name, value) in &element.attributes {
            assert!(
                !name.starts_with("on") && !["src", "style", "srcdoc", "action"].contains(&name.as_str())
            );
            assert!(name != "href" || value.starts_with('#'), "{value}");
        }
    }
    for reaches_out in ["url(", "@import", "@font-face"] {
        assert!(!STYLE.contains(reaches_out), "{reaches_out}");
    }
    for unsafe_way in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "DOMParser",
        "eval(",
        "Function(",
        "fetch(",
        "XMLHttpRequest",
        "WebSocket",
        "import(",
        "localStorage",
        "</",
    ] {
        assert!(!SCRIPT.contains(unsafe_way), "{unsafe_way}");
    }
}

/// What is left of a page without its texts.
fn shape(page: &str) -> Vec<(String, Vec<String>)> {
    let shape = |it: Element| (it.name, it.attributes.into_keys().collect());
    elements(page).into_iter().map(shape).collect()
}

#[test]
fn hostile_text_makes_no_element_of_its_own() {
    let mut hostile = sample::hostile();
    hostile.comparisons = compared().comparisons;
    hostile.comparisons[0].against = sample::HOSTILE.into();
    let page = render(&hostile);
    // Its backticks stay: those of our sentences make elements.
    let quoted = serde_json::to_string(sample::HOSTILE).unwrap();
    let tame = serde_json::to_string(&hostile).unwrap().replace(quoted.trim_matches('"'), "tame `b`");
    assert_eq!(shape(&page), shape(&render(&serde_json::from_str(&tame).unwrap())));
    let data = data_of(&page);
    let spelled = escape::terminal(sample::HOSTILE);
    assert_eq!(data["report"]["root"], *spelled);
    assert_eq!(data["findings"][0]["steps"][0], *spelled);
    assert!(!page.contains("</td><script>"), "{page}");
}

#[test]
fn the_data_is_the_report_and_more() {
    let audit = sample::audit();
    let page = render(&audit);
    let data = data_of(&page);
    let json: Value = serde_json::from_str(&sample::render(json::FORMAT, &audit)).unwrap();
    assert_eq!(data["report"], json);
    assert_eq!(data["findings"].as_array().unwrap().len(), audit.findings.len());
    assert_eq!(data["timers"].as_array().unwrap().len(), audit.timers.len());
    let here = &data["findings"][0]["frame"][2];
    assert_eq!((&here["number"], &here["text"][0]), (&274.into(), &"    const id = ".into()));
    assert_eq!(data["titles"].as_object().unwrap().len(), 3);
}

#[test]
fn the_head_reads_without_a_script() {
    let audit = compared();
    let page = render(&audit);
    let elements = elements(&page);
    let said: String = elements
        .iter()
        .filter(|it| !["script", "style"].contains(&it.name.as_str()))
        .map(|it| it.text.trim())
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    for text in [
        "77.7 %",
        "7 of 9 links in place",
        "1 area blocked, 1 needs attention, 1 done",
        "requests a minute from each client",
        "2 new findings against .unpoll-baseline.json",
        "src/old.ts",
        "still polls, every 30 s",
        "useProxyHealth",
        "Push Infrastructure",
        "Backend broadcasts",
        "Do first",
        "1,204 files found",
        "public/vendor.js",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }
    let steps: Vec<&str> =
        elements.iter().filter_map(|it| it.attributes.get("data-only")).map(String::as_str).collect();
    assert_eq!(steps, ["0123456789abcdef", "fedcba9876543210"]);
}

#[test]
fn only_cuts_that_somebody_has_to_deal_with_are_red() {
    let states = |audit: &Audit| -> BTreeSet<String> {
        let data = data_of(&render(audit));
        let edges = data["graph"]["edges"].as_array().unwrap();
        edges.iter().map(|it| it["state"].as_str().unwrap().to_owned()).collect()
    };
    let names = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<BTreeSet<_>>();
    let mut audit = sample::audit();
    assert_eq!(states(&audit), names(&["accepted", "holds"]));
    audit.messages.iter_mut().for_each(|it: &mut MessageRow| {
        it.finding_fingerprint = Some(audit.findings[0].fingerprint.clone());
    });
    assert_eq!(states(&audit), names(&["cut", "holds"]));
    audit.findings[0].status = FindingStatus::Baseline;
    assert_eq!(states(&audit), names(&["accepted", "holds"]));
}
