use super::*;
use std::fs;

/// Reads a small backend; files are tests by `_test` in their names.
fn facts(files: &[(&str, &str)], known: &[&str]) -> BackendFacts {
    let folder = tempfile::tempdir().unwrap();
    let mut found = Vec::new();
    for (path, text) in files {
        let absolute = folder.path().join(path);
        fs::create_dir_all(absolute.parent().unwrap()).unwrap();
        fs::write(&absolute, text).unwrap();
        let language = match path.rsplit_once('.').unwrap().1 {
            "go" => BackendLanguage::Go,
            "py" => BackendLanguage::Python,
            "rb" => BackendLanguage::Ruby,
            "java" => BackendLanguage::Java,
            "cs" => BackendLanguage::CSharp,
            "kt" => BackendLanguage::Kotlin,
            "rs" => BackendLanguage::Rust,
            "php" => BackendLanguage::Php,
            "ex" => BackendLanguage::Elixir,
            other => panic!("{other}"),
        };
        let role = if path.contains("_test") { Role::Test } else { Role::Product };
        found.push(BackendFile { path: (*path).to_owned(), absolute, language, role });
    }
    let known = known.iter().map(SmolStr::new).collect();
    read(&found, &known, &Session::default(), &Limits::default())
}

/// `name line owner called`, a line each.
fn told(found: &[BackendEmission]) -> Vec<String> {
    let called = |it: Option<bool>| match it {
        Some(true) => "called",
        Some(false) => "never called",
        None => "unknown",
    };
    let tell = |it: &BackendEmission| {
        format!("{} {}:{} {} {}", it.name, it.file, it.place.line, it.owner, called(it.called))
    };
    found.iter().map(tell).collect()
}

const HUB: &str = r#"package ws

import "github.com/gorilla/websocket"

type MessageType string

const (
	TypeOrderCreated MessageType = "order_created"
	TypeOrderDeleted MessageType = "order_deleted"
)

type Message struct {
	Kind MessageType `json:"type"`
	Data any         `json:"data"`
}

type Hub struct {
	broadcast chan Message
	clients   map[*websocket.Conn]bool
}

func (h *Hub) BroadcastOrderCreated(order any) {
	h.broadcast <- Message{Kind: TypeOrderCreated, Data: order}
}

func (h *Hub) BroadcastOrderDeleted(order any) {
	h.broadcast <- Message{TypeOrderDeleted, order}
}
"#;

#[test]
fn a_struct_names_its_message_and_somebody_calls_its_function() {
    let service =
        "package orders\n\nfunc (s *Service) Create(o Order) {\n\ts.hub.BroadcastOrderCreated(o)\n}\n";
    let tests = "package ws\n\nfunc TestDeleted(t *testing.T) {\n\thub.BroadcastOrderDeleted(1)\n}\n";
    let main = "package main\n\nfunc main() { serve() }\n";
    let files =
        [("main.go", main), ("orders/service.go", service), ("ws/hub.go", HUB), ("ws/hub_test.go", tests)];
    for known in [&["order_created", "order_deleted"][..], &[]] {
        let facts = facts(&files, known);
        assert_eq!(
            told(&facts.emissions),
            [
                "order_created 2:23 Hub.BroadcastOrderCreated called",
                "order_deleted 2:27 Hub.BroadcastOrderDeleted never called",
            ]
        );
        let created = &facts.emissions[0];
        assert_eq!(created.label, "Message{Kind: TypeOrderCreated}");
        assert!(created.proven_type);
        let caller = created.caller.as_ref().unwrap();
        assert_eq!((caller.owner.as_str(), caller.place.file.0, caller.place.line), ("Service.Create", 1, 4));
        let sure = if known.is_empty() { Confidence::Likely } else { Confidence::Certain };
        assert_eq!(created.confidence, sure);
        assert_eq!(facts.files, 3);
        assert!(facts.receptions.is_empty());
    }
}

#[test]
fn a_library_may_be_called_from_outside() {
    let facts = facts(&[("ws/hub.go", HUB)], &["order_created"]);
    assert_eq!(facts.emissions[0].called, None);
}

#[test]
fn shapes_of_go_messages() {
    for (text, expected) in [
        ("hub.Broadcast(gin.H{\"type\": \"order_created\"})", 1),
        ("conn.WriteJSON(map[string]any{\"event\": \"order_created\", \"data\": 1})", 1),
        (
            "data, _ := json.Marshal(map[string]string{\"type\": \"order_created\"})\n\thub.broadcast <- data",
            1,
        ),
        ("conn.WriteMessage(1, []byte(`{\"type\": \"order_created\"}`))", 1),
        ("conn.WriteMessage(1, []byte(\"{\\\"type\\\":\\\"order_created\\\"}\"))", 1),
        ("fmt.Fprintf(w, \"event: order_created\\ndata: %s\\n\\n\", data)", 1),
        ("fmt.Fprintf(w, \"event: %s\\ndata: %s\\n\\n\", \"order_created\", data)", 1),
        ("c.SSEvent(\"order_created\", data)", 1),
        ("kind := \"order_created\"\n\tm := Event{Type: kind}\n\tsend(m)", 1),
        ("m := &Event{}\n\tm.Type = \"order_created\"\n\thub.Send(m)", 1),
        (
            "for _, m := range []Event{{Type: \"order_created\"}, {Type: \"order_deleted\"}} {\n\t\thub.Send(m)\n\t}",
            2,
        ),
        // The inner type is what the data is about.
        ("hub.Send(Event{Type: \"order_created\", Data: Payload{Type: \"express\"}})", 1),
        // An answer to one request, a setting, a log line, a query.
        ("writeJSON(w, map[string]any{\"type\": \"order_error\"})", 0),
        ("send(c, http.StatusOK, gin.H{\"type\": \"order_error\"})", 0),
        ("s := Storage{Type: \"postgres\"}\n\topen(s)", 0),
        ("log.Printf(\"order_created\")", 0),
        ("orders.Find(bson.M{\"type\": \"order_created\"})", 0),
        ("// hub.Broadcast(Event{Type: \"order_created\"})", 0),
        ("types := []MessageType{\"order_created\"}\n\tuse(types)", 0),
    ] {
        let text =
            format!("package main\n\nimport \"nhooyr.io/websocket\"\n\nfunc main() {{\n\t{text}\n}}\n");
        let facts = facts(&[("main.go", &text)], &[]);
        assert_eq!(facts.emissions.len(), expected, "{text}\n{:#?}", told(&facts.emissions));
    }
}

#[test]
fn known_names_count_in_calls() {
    let text = r#"package main

func main() {
	hub.Broadcast("order_created", order)
	io.To(room).Emit("order_deleted", order)
	queue(NewMessage(TypeOrderMoved, order))
	hub.Broadcast("order_unknown", order)
	logger.LogEvent("order_created")
	server.OnEvent("/", "order_cancel", cancel)
	cache.Lookup("order_created")
}

const TypeOrderMoved = "order_moved"
"#;
    let facts =
        facts(&[("main.go", text)], &["order_created", "order_deleted", "order_moved", "order_cancel"]);
    assert_eq!(
        told(&facts.emissions),
        ["order_created 0:4 main called", "order_deleted 0:5 main called", "order_moved 0:6 main called"]
    );
    assert_eq!(facts.emissions[2].label, "NewMessage(TypeOrderMoved)");
    assert_eq!(told(&facts.receptions), ["order_cancel 0:9 main called"]);
}

#[test]
fn a_function_may_pass_the_type_through() {
    let hub = "package ws\n\nfunc (h *Hub) publish(kind string, data any) {\n\th.out <- Message{Type: kind, Data: data}\n}\n\
        func (h *Hub) PublishFleet(kind string, data any) { h.publish(kind, data) }\n";
    let fleet = "package fleet\n\nimport \"shop/events\"\n\nfunc Move() {\n\thub.PublishFleet(events.TruckMoved, 1)\n}\n\nfunc Park() {\n\thub.PublishFleet(\"truck_parked\", 1)\n}\n";
    let events = "package events\n\nconst TruckMoved = \"truck_moved\"\n";
    let main = "package main\n\nimport _ \"golang.org/x/net/websocket\"\n\nfunc main() { fleet.Move() }\n";
    let files =
        [("events/names.go", events), ("fleet/fleet.go", fleet), ("main.go", main), ("ws/hub.go", hub)];
    let facts = facts(&files, &[]);
    assert_eq!(
        told(&facts.emissions),
        ["truck_moved 1:6 Move called", "truck_parked 1:10 Park never called"]
    );
    assert!(facts.emissions.iter().all(|it| it.proven_type));
}

#[test]
fn cases_and_comparisons_receive() {
    let text = "package main\n\nfunc (c *Client) read(m Message) {\n\tswitch m.Type {\n\tcase TypeJoin:\n\t\tc.join()\n\tcase \"chat_leave\":\n\t}\n\
        \tif m.Type == \"chat_typing\" {\n\t}\n}\n\nconst TypeJoin = \"chat_join\"\n\n\
        var handlers = map[string]Handler{\"chat_read\": handleRead}\n";
    let facts = facts(&[("main.go", text)], &["chat_join", "chat_leave", "chat_typing", "chat_read"]);
    assert!(facts.emissions.is_empty(), "{:?}", told(&facts.emissions));
    assert_eq!(
        told(&facts.receptions),
        [
            "chat_join 0:5 Client.read never called",
            "chat_leave 0:7 Client.read never called",
            "chat_typing 0:9 Client.read never called",
            "chat_read 0:15  unknown",
        ]
    );
}

#[test]
fn functions_as_values_are_called() {
    let text = "package main\n\nfunc main() { http.HandleFunc(\"/x\", stream) }\n\n\
        func stream(w http.ResponseWriter, r *http.Request) {\n\tfmt.Fprint(w, \"event: tick_tock\\ndata: 1\\n\\n\")\n}\n\n\
        func init() { hub.Send(Event{Type: \"server_start\"}) }\n\n\
        func again() { hub.Send(Event{Type: \"server_loop\"}); again() }\n";
    let facts = facts(&[("main.go", text)], &["tick_tock", "server_start", "server_loop"]);
    assert_eq!(
        told(&facts.emissions),
        [
            "tick_tock 0:6 stream called",
            "server_start 0:9 init called",
            "server_loop 0:11 again never called"
        ]
    );
}

#[test]
fn a_backend_without_push_proves_nothing() {
    let text = "package main\n\nfunc main() { mail.Send(EmailMessage{Type: \"welcome_mail\"}) }\n";
    assert!(facts(&[("main.go", text)], &[]).emissions.is_empty());
    assert_eq!(facts(&[("main.go", text)], &["welcome_mail"]).emissions.len(), 1);
}

#[test]
fn settings_are_no_messages_and_strangers_only_possible_ones() {
    let text = "package main\n\nfunc main() {\n\tuse(QueueConfig{Type: \"order_created\"})\n\tuse(Row{Type: \"order_created\"})\n}\n";
    let facts = facts(&[("main.go", text)], &["order_created"]);
    assert_eq!(told(&facts.emissions), ["order_created 0:5 main called"]);
    assert_eq!(
        (facts.emissions[0].confidence, facts.emissions[0].proven_type),
        (Confidence::Possible, false)
    );
}

#[test]
fn known_names_are_searched_in_other_languages() {
    for (path, text, emitted, received) in [
        ("a.py", "def save(order):\n    # 'order_created'\n    emit('order_created', order)\n", 1, 0),
        ("a.py", "def save(order):\n    \"\"\"Sends 'order_created'.\"\"\"\n", 0, 0),
        ("a.py", "@sio.on('order_created')\ndef created(): pass\n", 0, 1),
        ("a.py", "if message['type'] == \"order_created\":\n", 0, 1),
        ("a.py", "yield f\"event: order_created\\ndata: {x}\\n\\n\"\n", 1, 0),
        ("a.py", "print('see order_created')\n", 0, 0),
        ("a.rb", "def save\n  broadcast(type: :order_created)\nend\n", 1, 0),
        ("a.rb", "x = { order_created: 1 }\ny = Orders::order_created\n", 0, 0),
        ("a.rb", "case type\nwhen 'order_created' then 1\nend\n", 0, 1),
        (
            "A.java",
            "class A {\n  void save() {\n    send(\"order_created\"); // \"order_created\"\n  }\n}\n",
            1,
            0,
        ),
        ("A.java", "case \"order_created\":\n", 0, 1),
        ("A.kt", "\"order_created\" -> load()\nhub.send(\"order_created\")\n", 1, 1),
        ("A.cs", "await Clients.All.SendAsync(\"order_created\", order);\n", 1, 0),
        ("a.rs", "match kind {\n    \"order_created\" => load(),\n}\ntx.send(\"order_created\")\n", 1, 1),
        ("a.rs", "#[cfg(test)]\nmod tests { fn a() { send(\"order_created\") } }\n", 0, 0),
        ("a.php", "public function broadcastAs() {\n    return 'order_created';\n}\n", 1, 0),
        (
            "a.ex",
            "def handle_in(\"order_created\", _, socket) do\n  broadcast!(socket, \"order_created\", %{})\n",
            1,
            1,
        ),
        ("a_test.py", "emit('order_created')\n", 0, 0),
    ] {
        let facts = facts(&[(path, text)], &["order_created"]);
        let counts = (facts.emissions.len(), facts.receptions.len());
        assert_eq!(counts, (emitted, received), "{text}");
        for it in &facts.emissions {
            assert_eq!((it.confidence, it.called, it.proven_type), (Confidence::Possible, None, false));
        }
    }
}

#[test]
fn plain_names_need_a_sign() {
    let known = ["open", "error"];
    assert!(facts(&[("a.rb", "mode = 'open'\n\n\n\n\nemit(x)\n")], &known).emissions.is_empty());
    assert_eq!(facts(&[("a.rb", "mode = 'open'\n\n\nemit(x)\n")], &known).emissions.len(), 1);
    // In Python the brackets around a text tell whether it is sent.
    assert!(facts(&[("a.py", "mode = 'open'\n\n\nemit(x)\n")], &known).emissions.is_empty());
    assert_eq!(facts(&[("a.py", "emit('open')\n")], &known).emissions.len(), 1);
}

#[test]
fn text_is_found_where_it_stands() {
    let text = "class Orders:\n    async def save(self, order):\n        if order:\n            # é\n            await push('é', 'order_created')\n";
    let facts = facts(&[("a.py", text)], &["order_created"]);
    let found = &facts.emissions[0];
    assert_eq!((found.place.line, found.owner.as_str()), (5, "save"));
    assert_eq!(found.label, "await push('é', 'order_created')");
    assert_eq!(facts.files, 1);
}

#[test]
fn hostile_text_is_survived() {
    let deep = format!("package main\nfunc f() {{ {} }}", "send(Event{Type: \"a_b\", X: ".repeat(20_000));
    let brackets = format!("package main\nvar x = {}", "[".repeat(100_000));
    let nul = "package main\nfunc main() { hub.Send(Event{Type: \"a\0_b\"}) }\n";
    let cut = &HUB[..HUB.len() / 2];
    let files = [("deep.go", deep.as_str()), ("brackets.go", &brackets), ("nul.go", nul), ("cut.go", cut)];
    let facts = facts(&files, &["a_b", "order_created"]);
    assert!(facts.skips.iter().all(|it| it.internal().is_none()), "{:?}", facts.skips);
    let line = "'a_b' \"a_b\" /* ".repeat(1_500);
    for path in ["a.py", "a.rb", "A.java", "a.php", "a.ex", "a.rs"] {
        super::tests::facts(&[(path, &line)], &["a_b", "a", "b"]);
    }
}

#[test]
fn threads_change_nothing() {
    let files: Vec<(String, String)> = (0..40)
        .map(|at| {
            let text = format!("package main\nfunc f{at}() {{ hub.Send(Event{{Type: \"order_{at}\"}}) }}\nfunc main() {{ websocket(); f{}() }}\n", at / 2);
            (format!("p{at}/main.go"), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| facts(&files, &[]).emissions)
    };
    let alone = run(1);
    assert_eq!(alone.len(), 40);
    assert_eq!(alone, run(4));
}
