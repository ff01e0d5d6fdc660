//! An editor for tests: starts `unpoll lsp` and speaks with it.

use std::io::BufReader;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use lsp_server::{Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

/// How long a test waits for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// An editor and its server.
pub struct Editor {
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Message>,
    next: i32,
    /// What the server said of itself.
    pub capabilities: Value,
    /// What the server wrote for people: `window/…`.
    pub said: Vec<Value>,
}

/// What an editor of today can do.
pub fn capabilities() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-16"] },
        "textDocument": { "publishDiagnostics": { "relatedInformation": true } },
        "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } },
    })
}

/// The URI of a file.
pub fn uri(path: &Path) -> String {
    gen_lsp_types::Uri::from_file_path(path).expect("a whole path").to_string()
}

impl Editor {
    /// Starts a server for some folders and shakes hands.
    pub fn start(folders: &[&Path], capabilities: &Value) -> Self {
        let mut server = Command::new(env!("CARGO_BIN_EXE_unpoll"))
            .args(["lsp", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let input = server.stdin.take();
        let mut output = BufReader::new(server.stdout.take().expect("it has an output"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Ok(Some(message)) = Message::read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut editor =
            Self { server, input, messages, next: 0, capabilities: Value::Null, said: Vec::new() };
        let folders: Vec<Value> =
            folders.iter().map(|it| json!({ "uri": uri(it), "name": "folder" })).collect();
        let params = json!({
            "processId": std::process::id(),
            "rootUri": null,
            "capabilities": capabilities,
            "workspaceFolders": folders,
        });
        editor.capabilities = editor.ask("initialize", params)["capabilities"].clone();
        editor.tell("initialized", json!({}));
        editor
    }

    fn send(&mut self, message: Message) {
        message.write(self.input.as_mut().expect("the server listens")).expect("the server listens");
    }

    /// Sends a notification.
    pub fn tell(&mut self, method: &str, params: Value) {
        self.send(Message::Notification(Notification { method: method.to_owned(), params }));
    }

    /// Sends a request and waits for its answer.
    pub fn request(&mut self, method: &str, params: Value) -> Response {
        self.next += 1;
        let id = RequestId::from(self.next);
        self.send(Message::Request(Request { id: id.clone(), method: method.to_owned(), params }));
        self.wait(|message| match message {
            Message::Response(response) if response.id == id => Some(response.clone()),
            _ => None,
        })
    }

    /// What a request is answered with.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let response = serde_json::to_value(self.request(method, params)).expect("an answer");
        assert!(response["error"].is_null(), "{method}: {response}");
        response["result"].clone()
    }

    /// Waits for a message that is wanted; answers requests of the server on the way.
    pub fn wait<T>(&mut self, wanted: impl Fn(&Message) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let message = self.messages.recv_timeout(left).expect("the server says what the test waits for");
            match &message {
                Message::Request(request) => {
                    self.send(Message::Response(Response::new_ok(request.id.clone(), Value::Null)));
                }
                Message::Notification(it) if it.method.starts_with("window/") => {
                    self.said.push(it.params.clone());
                }
                _ => {}
            }
            if let Some(found) = wanted(&message) {
                return found;
            }
        }
    }

    /// Waits until the diagnostics of a file are as wanted.
    pub fn diagnostics(&mut self, path: &Path, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let uri = uri(path);
        self.wait(|message| {
            let Message::Notification(it) = message else { return None };
            let is_it = it.method == "textDocument/publishDiagnostics" && it.params["uri"] == uri.as_str();
            let all = it.params["diagnostics"].as_array().filter(|_| is_it)?;
            wanted(all).then(|| all.clone())
        })
    }

    /// Shows a text for a file.
    pub fn open(&mut self, path: &Path, text: &str) {
        let document = json!({ "uri": uri(path), "languageId": "typescript", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Changes a text; a change without a range is of all of it.
    pub fn change(&mut self, path: &Path, version: i32, changes: Value) {
        let document = json!({ "uri": uri(path), "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Says goodbye in due form.
    pub fn quit(mut self) -> ExitStatus {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        self.end()
    }

    /// Goes without a word.
    pub fn vanish(mut self) -> ExitStatus {
        self.end()
    }

    /// Waits for the server to end.
    pub fn end(&mut self) -> ExitStatus {
        drop(self.input.take());
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.server.try_wait().expect("the server can be waited for") {
                return status;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the server does not end");
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // Only a test that failed leaves it running.
        _ = self.server.kill();
        _ = self.server.wait();
    }
}
