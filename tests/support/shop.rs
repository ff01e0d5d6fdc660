//! A shop in a git repository of its own, halfway from polling to push; and the program, run as a process.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops loudly where something is not as it must be"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use tempfile::TempDir;

const MAIN: &str = "\
import { createRoot } from 'react-dom/client'
import { Board } from './Board'
import { Stock } from './Stock'

createRoot(document.getElementById('root')!).render(<><Board /><Stock /></>)
";

/// A poll that is there from the start.
const STOCK: &str = "\
import { useEffect, useState } from 'react'

export function Stock() {
  const [stock, setStock] = useState(0)
  useEffect(() => {
    const load = () => fetch('/api/stock').then((answer) => answer.json()).then(setStock)
    const timer = setInterval(load, 30_000)
    return () => clearInterval(timer)
  }, [])
  return <b>{stock}</b>
}
";

/// Tells messages apart, and hands them to whoever subscribes.
const FEED: &str = "\
interface Handlers {
  onShipped?: (id: string) => void
}

const subscribers = new Set<Handlers>()
const socket = new WebSocket('wss://orders.example')

socket.onmessage = (event) => {
  const message = JSON.parse(event.data)
  for (const handlers of subscribers) {
    switch (message.type) {
      case 'order_shipped':
        handlers.onShipped?.(message.id)
        break
    }
  }
}

export function subscribe(handlers: Handlers) {
  subscribers.add(handlers)
  return () => subscribers.delete(handlers)
}
";

const BOARD: &str = "\
import { useEffect, useState } from 'react'
import { subscribe } from './feed'

export function Board() {
  const [last, setLast] = useState('')
  useEffect(() => {
    const stop = subscribe({ onShipped: (id) => setLast(id) })
    return () => void stop()
  }, [])
  return <p>{last}</p>
}
";

const SERVER: &str = "\
import { WebSocketServer } from 'ws'

const server = new WebSocketServer({ port: 8080 })
server.on('connection', (socket) => {
  socket.send(JSON.stringify({ type: 'order_shipped', id: '1' }))
})
";

/// A git repository of a shop, in a folder of its own.
pub struct Shop {
    folder: TempDir,
}

impl Shop {
    /// The shop, with one commit.
    pub fn new() -> Self {
        let shop = Self { folder: TempDir::new().unwrap() };
        shop.write(
            "package.json",
            "{ \"name\": \"shop\", \"dependencies\": { \"react\": \"19.0.0\", \"ws\": \"8.0.0\" } }\n",
        );
        for (path, text) in [
            ("src/main.tsx", MAIN),
            ("src/Stock.tsx", STOCK),
            ("src/feed.ts", FEED),
            ("src/Board.tsx", BOARD),
            ("server/index.ts", SERVER),
        ] {
            shop.write(path, text);
        }
        shop.git(&["init", "--quiet", "--initial-branch=main"]);
        shop.commit_on("2026-01-05", "the shop");
        shop
    }

    /// Its top.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces a text that a file must hold.
    pub fn replace(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path().join(path)).unwrap();
        assert!(text.contains(from), "{path} holds no {from}");
        self.write(path, &text.replace(from, to));
    }

    /// Runs git, which must succeed.
    pub fn git(&self, args: &[&str]) {
        let ran = git(self.path(), args);
        assert!(ran.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&ran.stderr));
    }

    /// Commits everything.
    pub fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    /// Commits everything at noon of a day; the name of the commit.
    pub fn commit_on(&self, day: &str, message: &str) -> String {
        let time = format!("{day}T12:00:00Z");
        self.git(&["add", "--all"]);
        let args = ["commit", "--quiet", "--allow-empty", "--message", message, "--date", &time];
        let ran = git_with(self.path(), &args).env("GIT_COMMITTER_DATE", &time).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        self.head()
    }

    /// The name of the commit that is checked out.
    pub fn head(&self) -> String {
        String::from_utf8(git(self.path(), &["rev-parse", "HEAD"]).stdout).unwrap().trim().to_owned()
    }

    /// Runs unpoll; its exit code, stdout and stderr.
    pub fn unpoll(&self, args: &[&str]) -> (i32, String, String) {
        unpoll(self.path(), args)
    }
}

/// Runs git in a folder.
pub fn git(folder: &Path, args: &[&str]) -> Output {
    git_with(folder, args).output().unwrap()
}

fn git_with(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .args(["-c", "user.name=Shop", "-c", "user.email=shop@example.com", "-c", "commit.gpgsign=false"])
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    command
}

/// Runs unpoll in a folder; its exit code, stdout and stderr.
pub fn unpoll(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let ran = Command::new(cargo_bin!("unpoll")).args(args).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (ran.status.code().unwrap(), text(ran.stdout), text(ran.stderr))
}

/// Holds a document to a JSON Schema.
pub fn assert_valid(document: &Value, schema: &str) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    if let Err(error) = jsonschema::validate(&schema, document) {
        panic!("{error}\n{document:#}");
    }
}

/// A component with a poll of its own.
pub fn poll(name: &str, seconds: u32) -> String {
    STOCK
        .replace("Stock", name)
        .replace("30_000", &format!("{seconds}_000"))
        .replace("/api/stock", "/api/prices")
}
