//! The thread that speaks with the client.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, after, never, select, unbounded};
use gen_lsp_types::{
    ChangeNotifications, CodeAction, CodeActionKind, CodeActionOptions, CodeActionParams, Diagnostic,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWatchedFilesRegistrationOptions,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    FileSystemWatcher, GlobPattern, HoverParams, InitializeParams, InitializeResult, LogMessageParams,
    MessageType, PublishDiagnosticsParams, Range, Registration, RegistrationParams, ServerCapabilities,
    ServerInfo, TextDocumentContentChangeEvent, TextDocumentSyncKind, TextDocumentSyncOptions, TextEdit, Uri,
    WorkspaceEdit, WorkspaceFolder, WorkspaceFolders, WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Prepare;
use super::actions::{self, Insertion};
use super::diagnostics::SOURCE;
use super::folders::{self, Change, Document, Outcome, Setup, Told};
use super::hover::{self, rule_of};
use super::positions::{Encoding, Lines, replaced};
use crate::error::Error;
use crate::rules::Rule;
use crate::watch::Watch;

/// A pause in typing after which it is time to look: as long as half a look takes, within these bounds.
const SHORTEST_PAUSE: Duration = Duration::from_millis(15);
const LONGEST_PAUSE: Duration = Duration::from_millis(400);
/// Somebody who types without a pause still sees something after this long.
const PATIENCE: Duration = Duration::from_secs(1);

/// Files that may have a say in an audit.
const WATCHED: [&str; 2] = [
    "**/*.{ts,mts,cts,tsx,js,jsx,mjs,cjs,json,jsonc,toml,htm,html,astro,md,mdx,svelte,vue,go,py,rb,java,kt,kts,cs,rs,php,ex,exs}",
    "**/{.gitignore,.ignore}",
];

/// What the client can do.
#[derive(Debug, Clone, Copy, Default)]
struct Client {
    encoding: Encoding,
    /// Shows places that belong to a diagnostic.
    related: bool,
    /// Tells what changes on disk when it is asked to.
    watches: bool,
}

struct Server {
    sender: Sender<Message>,
    client: Client,
    documents: FxHashMap<PathBuf, Document>,
    /// Folders of the workspace, or documents that are in none.
    folders: Vec<PathBuf>,
    told: FxHashMap<PathBuf, Told>,
    /// By folder.
    by_folder: FxHashMap<PathBuf, Vec<PathBuf>>,
    pending: Vec<Change>,
    /// When the pending changes began, and when the last of them came.
    since: Option<(Instant, Instant)>,
    pause: Duration,
    batches: Sender<Vec<Change>>,
    called_off: Arc<AtomicBool>,
    shown_at: Instant,
    /// What watches the disk, where the client does not.
    watches: Vec<(PathBuf, Watch)>,
    seen: Sender<Vec<PathBuf>>,
    next_request: i32,
    said: Option<String>,
}

/// Serves a client until it says goodbye; whether in due form.
pub(super) fn serve(connection: Connection, prepare: Prepare) -> Result<bool, Error> {
    let (id, params) = connection.initialize_start().map_err(broken)?;
    let params: InitializeParams = serde_json::from_value(params).map_err(broken)?;
    let client = client_of(&params);
    let result = serde_json::to_value(InitializeResult {
        capabilities: capabilities(client.encoding),
        server_info: Some(ServerInfo {
            name: SOURCE.to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    });
    connection.initialize_finish(id, result.map_err(broken)?).map_err(broken)?;

    let (batches, to_audit) = unbounded();
    let (from_audit, outcomes) = unbounded();
    let (seen, on_disk) = unbounded();
    let called_off = Arc::<AtomicBool>::default();
    let setup = Setup {
        prepare,
        encoding: client.encoding,
        related: client.related,
        called_off: Arc::clone(&called_off),
    };
    folders::start(setup, to_audit, from_audit).map_err(broken)?;
    let mut server = Server {
        sender: connection.sender.clone(),
        client,
        documents: FxHashMap::default(),
        folders: Vec::new(),
        told: FxHashMap::default(),
        by_folder: FxHashMap::default(),
        pending: Vec::new(),
        since: None,
        pause: SHORTEST_PAUSE,
        batches,
        called_off,
        shown_at: Instant::now(),
        watches: Vec::new(),
        seen,
        next_request: 0,
        said: None,
    };
    server.watch_by_client();
    for folder in folders_of(&params) {
        server.add_folder(&folder);
    }
    server.run(&connection, &outcomes, &on_disk)
}

/// A client that does not keep to the protocol, or a machine that gives no thread.
fn broken(why: impl std::fmt::Display) -> Error {
    Error::Protocol(why.to_string())
}

impl Server {
    fn run(
        &mut self,
        connection: &Connection,
        outcomes: &Receiver<Outcome>,
        on_disk: &Receiver<Vec<PathBuf>>,
    ) -> Result<bool, Error> {
        loop {
            let due = self.due().map_or_else(never, after);
            select! {
                recv(connection.receiver) -> message => match message {
                    Ok(Message::Request(request)) => {
                        if connection.handle_shutdown(&request).map_err(broken)? {
                            return Ok(true);
                        }
                        self.answer(request)?;
                    }
                    Ok(Message::Notification(it)) if it.method == "exit" => return Ok(false),
                    Ok(Message::Notification(it)) => self.hear(it)?,
                    Ok(Message::Response(_)) => {}
                    // Whoever started us is gone.
                    Err(_) => return Ok(false),
                },
                recv(outcomes) -> outcome => match outcome {
                    Ok(outcome) => self.show(outcome)?,
                    Err(why) => return Err(Error::Internal(format!("the audits ended: {why}"))),
                },
                recv(on_disk) -> paths => self.disk(paths.unwrap_or_default()),
                recv(due) -> _ => self.flush(),
            }
        }
    }

    /// How long to wait before the pending changes are looked at.
    fn due(&self) -> Option<Duration> {
        let (first, last) = self.since?;
        let at = (last + self.pause).min(first + PATIENCE);
        Some(at.saturating_duration_since(Instant::now()))
    }

    fn flush(&mut self) {
        self.since = None;
        // When nobody audits any more, `run` hears of it.
        _ = self.batches.send(std::mem::take(&mut self.pending));
    }

    fn add(&mut self, change: Change) {
        let now = Instant::now();
        self.pending.push(change);
        self.since = Some((self.since.map_or(now, |(first, _)| first), now));
        // What runs is about a text that is gone; but somebody who goes on typing wants to see something too.
        if self.shown_at.elapsed() < PATIENCE {
            self.called_off.store(true, Ordering::Relaxed);
        }
    }

    fn hear(&mut self, Notification { method, params }: Notification) -> Result<(), Error> {
        let heard = match method.as_str() {
            "textDocument/didOpen" => read(params).map(|it| self.opened(it)),
            "textDocument/didChange" => read(params).map(|it| self.edited(it)),
            "textDocument/didClose" => read(params).map(|it| self.closed(it)),
            "workspace/didChangeWatchedFiles" => read(params).map(|it: DidChangeWatchedFilesParams| {
                self.disk(it.changes.iter().filter_map(|it| path_of(&it.uri)).collect());
            }),
            "workspace/didChangeWorkspaceFolders" => {
                read(params).map(|it: DidChangeWorkspaceFoldersParams| {
                    it.event
                        .removed
                        .iter()
                        .filter_map(|it| path_of(&it.uri))
                        .for_each(|it| self.remove_folder(&it));
                    it.event.added.iter().for_each(|it| self.add_folder(&it.uri));
                })
            }
            // `initialized`, `$/cancelRequest` and what only other servers care for: every answer of ours is short.
            _ => Ok(()),
        };
        heard.or_else(|why| self.log(MessageType::Warning, format!("{method}: {why}")))
    }

    fn answer(&mut self, Request { id, method, params }: Request) -> Result<(), Error> {
        let answer = match method.as_str() {
            "textDocument/hover" => read(params).map(|it| value(self.hover(&it))),
            "textDocument/codeAction" => read(params).map(|it| value(self.actions(&it))),
            _ => {
                let why = format!("{method} is not offered");
                let code = ErrorCode::MethodNotFound as i32;
                return self.send(Message::Response(Response::new_err(id, code, why)));
            }
        };
        let response = match answer {
            Ok(answer) => Response::new_ok(id, answer),
            Err(why) => Response::new_err(id, ErrorCode::InvalidParams as i32, why),
        };
        self.send(Message::Response(response))
    }

    fn opened(&mut self, DidOpenTextDocumentParams { text_document: it }: DidOpenTextDocumentParams) {
        let Some(path) = path_of(&it.uri) else { return };
        if !self.folders.iter().any(|folder| path.starts_with(folder)) && path.is_file() {
            // A file that is opened alone is audited alone.
            self.folders.push(path.clone());
            self.add(Change::Folder(path.clone(), it.uri.to_file_path().unwrap_or_else(|()| path.clone())));
        }
        let document = Document { uri: it.uri, version: it.version, text: it.text.into() };
        self.documents.insert(path.clone(), document.clone());
        self.add(Change::Open(path, document));
    }

    fn edited(
        &mut self,
        DidChangeTextDocumentParams { text_document, content_changes }: DidChangeTextDocumentParams,
    ) {
        let Some(path) = path_of(&text_document.text_document_identifier.uri) else { return };
        let Some(document) = self.documents.get_mut(&path) else { return };
        document.version = text_document.version;
        for change in content_changes {
            document.text = match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(it) => {
                    replaced(&document.text, it.range, &it.text, self.client.encoding).into()
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(it) => it.text.into(),
            };
        }
        let document = document.clone();
        self.add(Change::Open(path, document));
    }

    fn closed(&mut self, DidCloseTextDocumentParams { text_document }: DidCloseTextDocumentParams) {
        let Some(path) = path_of(&text_document.uri) else { return };
        self.documents.remove(&path);
        self.add(Change::Close(path.clone()));
        if self.folders.contains(&path) {
            self.remove_folder(&path);
        }
    }

    fn disk(&mut self, paths: Vec<PathBuf>) {
        paths.into_iter().for_each(|path| self.add(Change::Disk(path)));
    }

    fn add_folder(&mut self, uri: &Uri) {
        let (Some(path), Ok(named)) = (path_of(uri), uri.to_file_path()) else { return };
        if self.folders.contains(&path) {
            return;
        }
        if !self.client.watches {
            let seen = self.seen.clone();
            match Watch::start(std::slice::from_ref(&path), move |paths| _ = seen.send(paths)) {
                Ok(watch) => self.watches.push((path.clone(), watch)),
                Err(error) => _ = self.log(MessageType::Warning, format!("{error}; {}", error.help())),
            }
        }
        self.folders.push(path.clone());
        self.add(Change::Folder(path, named));
    }

    fn remove_folder(&mut self, path: &Path) {
        self.folders.retain(|it| it != path);
        self.watches.retain(|(folder, _)| folder != path);
        self.add(Change::NoFolder(path.to_owned()));
        // Files that an outer folder holds are told of again by its next audit.
        self.tell(path, Vec::new());
    }

    /// Asks the client to say what changes on disk.
    fn watch_by_client(&mut self) {
        if !self.client.watches {
            return;
        }
        let watcher = |glob: &str| FileSystemWatcher {
            glob_pattern: GlobPattern::Pattern(glob.to_owned()),
            kind: None,
        };
        let watchers = WATCHED.into_iter().map(watcher).collect();
        let options = value(DidChangeWatchedFilesRegistrationOptions { watchers });
        let registration = Registration {
            id: "unpoll-files".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: serde_json::from_value(options).ok(),
        };
        self.next_request += 1;
        let params = value(RegistrationParams { registrations: vec![registration] });
        let request = Request {
            id: RequestId::from(self.next_request),
            method: "client/registerCapability".to_owned(),
            params,
        };
        _ = self.send(Message::Request(request));
    }

    /// Shows what came of some changes.
    fn show(&mut self, outcome: Outcome) -> Result<(), Error> {
        self.pause = (outcome.took / 2).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
        for (folder, told) in outcome.folders {
            self.shown_at = Instant::now();
            match told {
                Ok(told) => {
                    self.said = None;
                    self.tell(&folder, told);
                }
                // An empty folder is no mistake.
                Err(error @ Error::NothingToAudit(_)) => {
                    self.tell(&folder, Vec::new());
                    self.log(MessageType::Info, error.to_string())?;
                }
                Err(error) => self.complain(format!("{error}; {}", error.help()))?,
            }
        }
        outcome
            .bugs
            .into_iter()
            .try_for_each(|bug| self.log(MessageType::Error, format!("internal error: {bug}")))
    }

    /// Tells the client of the files of a folder, as far as anything is new.
    fn tell(&mut self, folder: &Path, told: Vec<Told>) {
        let before = self.by_folder.remove(folder).unwrap_or_default();
        let paths: Vec<PathBuf> = told.iter().map(|it| it.path.clone()).collect();
        for path in before.into_iter().filter(|it| !paths.contains(it)) {
            if let Some(old) = self.told.remove(&path) {
                let version = self.documents.get(&path).map(|it| it.version);
                self.publish(old.uri, version, Vec::new());
            }
        }
        for told in told {
            // An editor may call a file by another name once it is open.
            if let Some(old) = self.told.get(&told.path).filter(|old| old.uri != told.uri) {
                self.publish(old.uri.clone(), None, Vec::new());
            }
            let is_same = |old: &Told| {
                old.diagnostics == told.diagnostics && old.version == told.version && old.uri == told.uri
            };
            if !self.told.get(&told.path).is_some_and(is_same) {
                self.publish(told.uri.clone(), told.version, told.diagnostics.clone());
            }
            self.told.insert(told.path.clone(), told);
        }
        if !paths.is_empty() {
            self.by_folder.insert(folder.to_owned(), paths);
        }
    }

    fn publish(&self, uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
        let params = PublishDiagnosticsParams { uri, version, diagnostics };
        _ = self.notify("textDocument/publishDiagnostics", params);
    }

    fn hover(&self, params: &HoverParams) -> Option<gen_lsp_types::Hover> {
        let at = &params.text_document_position_params;
        let path = path_of(&at.text_document.uri)?;
        let text = self.text(&path)?;
        let told = self.told.get(&path).map(|it| it.diagnostics.as_slice()).unwrap_or_default();
        hover::hover(told, &Lines::of(&text, self.client.encoding), at.position)
    }

    /// Comments that silence what the client shows; it has moved its diagnostics along with the text.
    fn actions(&self, params: &CodeActionParams) -> Vec<CodeAction> {
        let wanted = params.context.only.as_ref();
        if wanted.is_some_and(|it| {
            !it.iter().any(|it| matches!(it, CodeActionKind::QuickFix | CodeActionKind::Empty))
        }) {
            return Vec::new();
        }
        let uri = &params.text_document.uri;
        let text = path_of(uri).and_then(|path| Some((self.text(&path)?, path)));
        let Some((text, path)) = text else { return Vec::new() };
        let lines = Lines::of(&text, self.client.encoding);
        let ours = params.context.diagnostics.iter().filter(|it| it.source.as_deref() == Some(SOURCE));
        ours.filter(|it| overlap(it.range, params.range))
            .flat_map(|it| silencing(it, uri, &path, &text, &lines))
            .collect()
    }

    fn text(&self, path: &Path) -> Option<Arc<str>> {
        let open = self.documents.get(path).map(|it| Arc::clone(&it.text));
        open.or_else(|| std::fs::read_to_string(path).ok().map(Arc::from))
    }

    /// Tells a person what is wrong, once.
    fn complain(&mut self, message: String) -> Result<(), Error> {
        if self.said.as_ref() == Some(&message) {
            return Ok(());
        }
        self.said = Some(message.clone());
        self.notify(
            "window/showMessage",
            LogMessageParams { kind: MessageType::Error, message: format!("unpoll: {message}") },
        )
    }

    fn log(&self, kind: MessageType, message: String) -> Result<(), Error> {
        self.notify("window/logMessage", LogMessageParams { kind, message })
    }

    fn notify(&self, method: &str, params: impl Serialize) -> Result<(), Error> {
        self.send(Message::Notification(Notification { method: method.to_owned(), params: value(params) }))
    }

    fn send(&self, message: Message) -> Result<(), Error> {
        self.sender.send(message).map_err(broken)
    }
}

/// The quick fixes for a diagnostic.
fn silencing(
    diagnostic: &Diagnostic,
    uri: &Uri,
    path: &Path,
    text: &str,
    lines: &Lines<'_>,
) -> Vec<CodeAction> {
    // No comment silences what is said of comments.
    let Some(rule) = rule_of(diagnostic).filter(|it| !crate::rules::is_about_comments(it.id)) else {
        return Vec::new();
    };
    let action = |title: String, Insertion { offset, text }: Insertion| {
        let at = lines.position(offset);
        let edit = TextEdit { range: Range { start: at, end: at }, new_text: text };
        CodeAction {
            title,
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![diagnostic.clone()]),
            edit: Some(WorkspaceEdit {
                changes: Some([(uri.clone(), vec![edit])].into_iter().collect()),
                ..WorkspaceEdit::default()
            }),
            ..CodeAction::default()
        }
    };
    let Rule { id, .. } = rule;
    let offset = lines.offset(diagnostic.range.start);
    let above = actions::above(path, text, offset, id);
    let above = above.map(|it| action(format!("Silence `{id}` here, with a reason"), it));
    let file = actions::for_file(path, text, id);
    let file = file.map(|it| action(format!("Silence `{id}` in this file, with a reason"), it));
    above.into_iter().chain(file).collect()
}

fn overlap(one: Range, other: Range) -> bool {
    one.start <= other.end && other.start <= one.end
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, String> {
    serde_json::from_value(params).map_err(|why| why.to_string())
}

/// What the protocol calls something; none of its types fails.
fn value(it: impl Serialize) -> Value {
    serde_json::to_value(it).unwrap_or_default()
}

/// The whole path of a document, where all links are followed; `None` for what is on no disk.
fn path_of(uri: &Uri) -> Option<PathBuf> {
    let path = uri.to_file_path().ok()?;
    if let Ok(whole) = path.canonicalize() {
        return Some(whole);
    }
    // Gone, or not there yet.
    let folder = path.parent().and_then(|it| it.canonicalize().ok());
    Some(folder.and_then(|it| Some(it.join(path.file_name()?))).unwrap_or(path))
}

fn client_of(params: &InitializeParams) -> Client {
    let capabilities = &params.capabilities;
    let offered = capabilities.general.as_ref().and_then(|it| it.position_encodings.as_deref());
    let published = capabilities.text_document.as_ref().and_then(|it| it.publish_diagnostics.as_ref());
    let related = published.and_then(|it| it.diagnostics_capabilities.related_information);
    let watched = capabilities.workspace.as_ref().and_then(|it| it.did_change_watched_files.as_ref());
    Client {
        encoding: Encoding::of(offered.unwrap_or_default()),
        related: related.unwrap_or_default(),
        watches: watched.and_then(|it| it.dynamic_registration).unwrap_or_default(),
    }
}

fn folders_of(params: &InitializeParams) -> Vec<Uri> {
    match &params.workspace_folders_initialize_params.workspace_folders {
        Some(WorkspaceFolders::WorkspaceFolderList(folders)) => {
            folders.iter().map(|WorkspaceFolder { uri, .. }| uri.clone()).collect()
        }
        // Clients of old know only one.
        #[expect(deprecated, reason = "they say so in this field")]
        _ => params.root_uri.iter().cloned().collect(),
    }
}

fn capabilities(encoding: Encoding) -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::Incremental),
        ..TextDocumentSyncOptions::default()
    };
    let actions = CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QuickFix]),
        ..CodeActionOptions::default()
    };
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(sync.into()),
        hover_provider: Some(true.into()),
        code_action_provider: Some(actions.into()),
        workspace: Some(WorkspaceOptions {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(ChangeNotifications::Bool(true)),
            }),
            ..WorkspaceOptions::default()
        }),
        ..ServerCapabilities::default()
    }
}
