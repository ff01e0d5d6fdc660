//! Which names of areas mean the same, and what a message is about. `Proxy` of a hook, `Proxies` of a
//! route and the `proxy_` of a message are one area.

use std::collections::{BTreeMap, HashSet};

use super::areas;
use crate::config::View;
use crate::link::Linked;
use crate::link::wiring::model::{Message, Spot};
use crate::rules::Found;
use crate::source::{FileId, Language, Role};
use crate::vocabulary::Side;

/// Words at the start of a message's name that may name an area.
const MOST_WORDS: usize = 6;
/// Fewest letters that a word keeps when its plural is taken off.
const FEWEST_LETTERS: usize = 3;

/// The areas of one audit: for each key, the name that people see.
#[derive(Debug, Default)]
pub(super) struct Areas {
    names: BTreeMap<String, Name>,
    /// Areas of message types.
    messages: BTreeMap<String, String>,
    /// What the config says goes before what we would say.
    view: View,
}

/// A name, and how much it is worth: that of the config goes before that of a folder, that before one of a
/// file, then the longer one, which is the plural.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    source: Source,
    letters: usize,
    text: String,
}

/// Where a name comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    File,
    Folder,
    Config,
}

impl Areas {
    /// Collects the names of all that the audit speaks of, and of the folders of routes and features.
    pub(super) fn of(linked: &Linked, view: &View) -> Self {
        let mut areas = Self { view: view.clone(), ..Self::default() };
        for name in view.area_names() {
            areas.add(name.to_owned(), Source::Config);
        }
        let mut folders = HashSet::new();
        for file in linked.files.iter().filter(|it| it.role == Role::Product) {
            if folders.insert(file.path.rsplit_once('/').map_or("", |it| it.0))
                && let Some(name) = areas::feature(&file.path)
            {
                areas.add(name, Source::Folder);
            }
        }
        let timers = linked.timers.iter().map(|it| (it.place, &it.owner));
        let channels = linked.wiring.channels.iter().map(|it| (it.place, &it.owner));
        let handlers = linked.wiring.loose_handlers.iter().map(|it| (it.place, &it.owner));
        let providers = linked.providers.iter().map(|it| (it.created, &it.context));
        for (place, owner) in timers.chain(channels).chain(handlers).chain(providers) {
            if !linked.is_test(place.file) {
                areas.add(areas::area(linked.path(place.file), owner), Source::File);
            }
        }
        for message in &linked.wiring.messages {
            let configured = view.area_of_message(&message.name).map(str::to_owned);
            let area = configured.or_else(|| areas.about(&message.name));
            let area = area.unwrap_or_else(|| areas.nearest(message, linked));
            areas.messages.insert(message.name.to_string(), area);
        }
        areas
    }

    fn add(&mut self, text: String, source: Source) {
        let name = Name { source, letters: text.chars().count(), text };
        let known = self.names.entry(key(name.text.split(' '))).or_insert_with(|| Name {
            source: Source::File,
            letters: 0,
            text: String::new(),
        });
        if *known < name {
            *known = name;
        }
    }

    /// The area of a file, under the name that all code of the same area has.
    pub(super) fn of_file(&self, path: &str, owner: &str) -> String {
        if let Some(area) = self.view.area_of_file(path) {
            return area.to_owned();
        }
        let name = areas::area(path, owner);
        self.names.get(&key(name.split(' '))).map_or(name, |known| known.text.clone())
    }

    /// The area of a message type that is in the program.
    pub(super) fn of_message(&self, name: &str) -> String {
        self.messages.get(name).cloned().unwrap_or_default()
    }

    /// The area of a finding: that of its file. Of shared code that messages of all areas pass, it is
    /// the area of the message.
    pub(super) fn of_finding(&self, found: &Found, path: &str) -> String {
        match &found.message {
            Some(message) if areas::feature(path).is_none() && self.view.area_of_file(path).is_none() => {
                self.of_message(message)
            }
            _ => self.of_file(path, &found.owner),
        }
    }

    /// The area whose name a message type begins with; of several the longest name.
    fn about(&self, message: &str) -> Option<String> {
        let title = areas::title(message);
        let words: Vec<&str> = title.split(' ').take(MOST_WORDS).collect();
        let known = |count: usize| {
            let key = key(words.iter().take(count).copied());
            self.names.get(&key).filter(|it| !areas::is_general(&it.text))
        };
        (1..=words.len()).rev().find_map(known).map(|it| it.text.clone())
    }

    /// The area of the client code that shows a message, or else of what stands nearest to that.
    fn nearest(&self, message: &Message, linked: &Linked) -> String {
        let emitted = message.emitted.iter().map(|it| &it.spot);
        let spots: Vec<&Spot> =
            message.subscribed.iter().chain(&message.routed).chain(emitted).chain(&message.defined).collect();
        let client = spots.iter().find(|it| side(it.place.file, linked) == Side::Client);
        client
            .or(spots.first())
            .map_or_else(String::new, |it| self.of_file(linked.path(it.place.file), &it.owner))
    }
}

/// The side of a file, by its language and its folders.
pub(super) fn side(file: FileId, linked: &Linked) -> Side {
    let language = linked.files.get(file.index()).map(|it| it.language);
    let foreign = matches!(language, Some(Language::Go | Language::Text));
    if foreign || areas::is_server(linked.path(file)) { Side::Server } else { Side::Client }
}

/// What names of one area have in common: their letters without spaces and case, the last word
/// without its plural. A crate for plurals knows more words and gets others wrong (`caches` becomes
/// `cach`, `cache` stays); here it is enough that both forms become the same.
fn key<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut words: Vec<String> = words.map(str::to_lowercase).collect();
    if let Some(last) = words.last_mut() {
        *last = without_plural(last);
    }
    words.concat()
}

fn without_plural(word: &str) -> String {
    let short = word
        .strip_suffix("es")
        .or_else(|| word.strip_suffix('s').filter(|it| !it.ends_with('s')))
        .or_else(|| word.strip_suffix('e'))
        .filter(|it| it.chars().count() >= FEWEST_LETTERS)
        .unwrap_or(word);
    match short.strip_suffix('y') {
        Some(stem) => format!("{stem}i"),
        None => short.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::samples::{files, message, poll};

    #[test]
    fn both_forms_of_a_word_have_one_key() {
        for (one, many) in [
            ("proxy", "proxies"),
            ("order", "orders"),
            ("cache", "caches"),
            ("release", "releases"),
            ("process", "processes"),
            ("address", "addresses"),
            ("key", "keys"),
            ("movie", "movies"),
            ("bus", "buses"),
        ] {
            assert_eq!(without_plural(one), without_plural(many), "{one}");
        }
        for (one, other) in [("proxy", "prox"), ("access", "acces"), ("as", "a"), ("es", "")] {
            assert_ne!(without_plural(one), without_plural(other), "{one}");
        }
    }

    fn fleet() -> Linked {
        let paths = [
            "src/app/proxies/page.tsx",
            "src/hooks/useProxy.ts",
            "src/hooks/useProxyHealth.ts",
            "src/lib/websocket/message-handlers.ts",
            "src/components/MeshCore/List.tsx",
            "server/stream/hub.ts",
        ];
        let timers = vec![poll(1, 3, "useProxy"), poll(2, 3, "useProxyHealth"), poll(5, 3, "sweep")];
        let messages = [
            "proxy_list_update",
            "proxies.changed",
            "ProxyUpdated",
            "proxy:health:changed",
            "meshcore:contact",
            "server_restarted",
            "order_created",
            "",
        ];
        let messages = messages.iter().map(|name| message(name, 3)).collect();
        Linked {
            files: files(&paths),
            timers,
            wiring: crate::link::wiring::model::Wiring { messages, ..Default::default() },
            ..Linked::default()
        }
    }

    #[test]
    fn names_of_one_area_merge() {
        let areas = Areas::of(&fleet(), &View::default());
        assert_eq!(areas.of_file("src/hooks/useProxy.ts", "useProxy"), "Proxies");
        assert_eq!(areas.of_file("src/app/proxies/page.tsx", ""), "Proxies");
        assert_eq!(areas.of_file("src/hooks/useProxyHealth.ts", ""), "Proxy Health");
        // A name that nothing else has stays as it is.
        assert_eq!(areas.of_file("src/hooks/useOrders.ts", ""), "Orders");
    }

    #[test]
    fn messages_belong_to_what_they_are_named_after() {
        let areas = Areas::of(&fleet(), &View::default());
        for (name, area) in [
            ("proxy_list_update", "Proxies"),
            ("proxies.changed", "Proxies"),
            ("ProxyUpdated", "Proxies"),
            ("proxy:health:changed", "Proxy Health"),
            ("meshcore:contact", "Mesh Core"),
            // Our own word for servers is no area that a message is about.
            ("server_restarted", "WebSocket"),
            ("order_created", "WebSocket"),
            ("", "WebSocket"),
        ] {
            assert_eq!(areas.of_message(name), area, "{name}");
        }
    }
}
