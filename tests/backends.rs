//! A backend in another language stands behind the source files: its places lead to its own text.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

use std::collections::BTreeSet;
use std::fs;

use unpoll::catalog::Catalog;
use unpoll::config::View;
use unpoll::discover::{DiscoverOptions, discover};
use unpoll::link::program::Program;

#[test]
fn places_of_backends_lead_to_their_files() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).unwrap();
    write("orders.ts", "export const ORDER = 'order_created';\n");
    write("chat.ts", "export const CHAT = 'chat_sent';\n");
    write("main.go", "package main\n\nfunc main() { sendOrder() }\n");
    write(
        "hub.go",
        "package main\n\nfunc sendOrder() {\n\thub.Broadcast(Message{Type: \"order_created\"})\n}\n",
    );
    write("hub_test.go", "package main\n\nfunc TestHub() { hub.Broadcast(\"chat_sent\") }\n");
    fs::write(folder.path().join("broken.go"), b"package main\n\xff").unwrap();
    let options = DiscoverOptions { paths: vec![folder.path().to_path_buf()], ..DiscoverOptions::default() };
    let discovery = discover(&options).unwrap();
    let program = Program::open(
        discovery,
        Catalog::embedded().unwrap(),
        &View::default(),
        (false, unpoll::link::program::Known::default()),
        std::sync::Arc::default(),
        &|| (),
    )
    .unwrap();
    assert_eq!((program.files().len(), program.backends().len()), (2, 4));

    let known = BTreeSet::from(["order_created".into(), "chat_sent".into()]);
    let facts = program.backend_facts(&known);
    let [emission] = facts.emissions.as_slice() else { panic!("{:#?}", facts.emissions) };
    let linked = program.link();
    assert_eq!(linked.path(emission.place.file), "hub.go");
    assert!(!linked.is_test(emission.place.file));
    assert_eq!(program.backends()[emission.file].path, "hub.go");
    let text = program.text(emission.place.file).unwrap();
    let line = text.lines().nth(emission.place.line as usize - 1).unwrap();
    assert!(line[emission.place.column as usize - 1..].starts_with("Type: \"order_created\""), "{line}");
    let caller = emission.caller.as_ref().unwrap();
    assert_eq!((linked.path(caller.place.file), caller.owner.as_str()), ("main.go", "main"));
    assert!(linked.skipped.iter().any(|skip| skip.file == "broken.go" && skip.reason == "not UTF-8"));
}
