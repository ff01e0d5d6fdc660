//! Where code runs, and whether an entry of the app reaches it.

use heck::ToSnakeCase;
use rustc_hash::FxHashSet;

use super::program::Program;
use super::resolve::Resolution;
use super::value::{At, FunctionAt};
use crate::facts::{ExportTarget, Expr, ExprId, FunctionId, ImportedName, Origin};
use crate::source::{FileId, Role, SourceFile};
use crate::vocabulary::Side;

/// Methods of HTTP, as a route of Next exports them.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Modules of Node's that bundlers bring to browsers too.
const BUNDLED: &[&str] = &[
    "assert",
    "buffer",
    "crypto",
    "events",
    "os",
    "path",
    "process",
    "querystring",
    "stream",
    "timers",
    "url",
    "util",
    "zlib",
];

impl Program {
    /// Client or server, by directive, path, and the packages that a file imports.
    pub fn side(&self, file: FileId) -> Side {
        let Some(source) = self.file(file) else {
            return Side::Client;
        };
        let facts = self.facts(file);
        if facts.directive.as_deref() == Some("use client") {
            return Side::Client;
        }
        if facts.directive.as_deref() == Some("use server") {
            return Side::Server;
        }
        let is_tsx = source.path.ends_with(".tsx") || source.path.ends_with(".jsx");
        let segments: Vec<&str> = source.path.split('/').collect();
        let folders = segments.get(..segments.len().saturating_sub(1)).unwrap_or_default();
        // Next's `app/…/route.ts` exports a function for each method; Remix has components there.
        let answers = || facts.exports.iter().any(|it| METHODS.contains(&it.name.as_str()));
        let is_route = segments.last().is_some_and(|name| name.starts_with("route."));
        let route_handler = folders.windows(2).any(|pair| pair == ["pages", "api"])
            || (folders.contains(&"app") && is_route && answers());
        if route_handler {
            return Side::Server;
        }
        // `server.ts`, and `orders.server.ts` or `orders.client.ts` beside code of both. A `client.ts` alone
        // is a client of anything.
        let stem = segments.last().and_then(|name| name.rsplit_once('.')).map_or("", |(stem, _)| stem);
        match stem.rsplit('.').find(|it| matches!(*it, "server" | "client")) {
            Some("server") if !is_tsx => return Side::Server,
            Some("client") if stem != "client" => return Side::Client,
            _ => {}
        }
        // Of a route without a component, only what answers requests is left.
        let answers_routes = || {
            let is_named = |name: &str| facts.exports.iter().any(|it| it.name == name);
            (is_named("loader") || is_named("action")) && !is_named("default")
        };
        if folders.contains(&"routes") && !is_tsx && answers_routes() {
            return Side::Server;
        }
        let client_folder = folders.iter().any(|it| *it == "client" || names_a_client(it));
        let server_folder =
            folders.iter().any(|it| matches!(*it, "server" | "backend" | "workers" | "cron" | "scripts"));
        if server_folder && !is_tsx && (!client_folder || folders.contains(&"server")) {
            return Side::Server;
        }
        let sides: Vec<Side> = facts
            .imports
            .iter()
            .filter(|it| !it.type_only)
            .filter_map(|it| self.catalog().side_of(&it.specifier))
            .collect();
        // Servers have clients of their own, of queues and jobs, in a folder of that name.
        let of_a_server = || {
            let mut specifiers = facts.imports.iter().filter(|it| !it.type_only).map(|it| &it.specifier);
            specifiers
                .any(|it| self.catalog().side_of(it) == Some(Side::Server) && !BUNDLED.contains(&it.as_str()))
        };
        let client_folder = client_folder && (folders.iter().any(|it| names_a_client(it)) || !of_a_server());
        if sides.contains(&Side::Client) || is_tsx || client_folder {
            return Side::Client;
        }
        if sides.contains(&Side::Server) || self.is_of_server_package(file) {
            Side::Server
        } else {
            Side::Client
        }
    }

    /// Whether the package of a file depends on what servers use, and on nothing that clients use.
    fn is_of_server_package(&self, file: FileId) -> bool {
        let sides: Vec<Side> =
            self.dependencies_of(file).iter().filter_map(|it| self.catalog().side_of(it)).collect();
        sides.contains(&Side::Server) && !sides.contains(&Side::Client)
    }

    /// Whether something that runs reaches the code: an entry imports the file, through other
    /// files if need be, and the function around it is mentioned at all. Doubt counts as live; so does
    /// everything in a part of an app that shows none of what runs it.
    pub fn is_live(&self, at: At) -> bool {
        !self.has_entries() || (self.file_is_live(at.file) && self.function_is_mentioned(at))
    }

    /// Whether the exported function around an expression is used by anything. A helper of functions that
    /// nothing mentions is as dead as they are.
    fn function_is_mentioned(&self, at: At) -> bool {
        let facts = self.facts(at.file);
        // A route's component is used by the framework.
        let is_routed = facts.export("default").is_some()
            || facts.exports.iter().any(|it| matches!(it.target, ExportTarget::From { .. }));
        let mut asked = FxHashSet::default();
        let mut uses = vec![at.expr];
        while let Some(used) = uses.pop() {
            let Some(function) = self.function_to_be_mentioned(At { expr: used, ..at }) else { return true };
            if is_routed || !self.has_room(asked.len(), at.file) {
                return true;
            }
            if !asked.insert(function) {
                continue;
            }
            if self.function_is_used_elsewhere(FunctionAt { file: at.file, function }) {
                return true;
            }
            let named = facts.bindings_from(Origin::Function(function));
            uses.extend(named.flat_map(|(_, it)| &it.uses).copied());
        }
        false
    }

    /// The function whose use decides whether an expression runs; `None` when it runs without one.
    fn function_to_be_mentioned(&self, at: At) -> Option<FunctionId> {
        let facts = self.facts(at.file);
        let outermost = facts.functions_around(at.expr).filter(|it| *it != FunctionId::MODULE).last();
        let function = outermost?;
        let declared = facts.function(function)?;
        if declared.class.is_some() || declared.name.is_none() {
            return None;
        }
        // `socket.onmessage = () => …`: a value that no name holds is with whoever was given it.
        let given_away = declared.expr.is_some_and(|expr| {
            let kept = |parent| facts.bindings_from(Origin::Value(parent)).next().is_some();
            // `createApi({ endpoints: (build) => … })`
            let as_option = facts.call_with_member(expr).is_some();
            as_option
                || facts.node(expr).parent.is_some_and(|parent| match facts.expr(parent) {
                    Expr::Assign { target, .. } => !matches!(facts.expr(*target), Expr::Ident { .. }),
                    Expr::Call { .. } => !kept(parent),
                    _ => false,
                })
        });
        (!given_away).then_some(function)
    }

    /// Whether a name that holds a function as a value is used, or a page or another file mentions it.
    fn function_is_used_elsewhere(&self, function: FunctionAt) -> bool {
        let facts = self.facts(function.file);
        let value = facts.function(function.function).and_then(|it| it.expr);
        let is_use = |used: &ExprId| {
            let node = facts.node(*used);
            node.function != FunctionId::MODULE || node.parent.is_some()
        };
        let used_here = value.is_some_and(|value| {
            facts.bindings_from(Origin::Value(value)).any(|(_, it)| it.uses.iter().any(is_use))
        });
        used_here
            || self.is_on_a_page(function.file)
            || self.names_of(function).iter().any(|name| {
                self.mentions_near(function.file, name).into_iter().any(|file| {
                    file != function.file && self.file(file).is_some_and(|it| it.role == Role::Product)
                })
            })
    }

    /// Whether an entry of the app loads a file, through others if need be. Doubt counts as loaded.
    pub(super) fn is_loaded(&self, file: FileId) -> bool {
        !self.has_entries() || self.file_is_live(file)
    }

    fn file_is_live(&self, file: FileId) -> bool {
        let mut queue = vec![(file, None)];
        let mut seen = FxHashSet::default();
        while let Some((file, imported)) = queue.pop() {
            if seen.contains(&file) || imported.is_some_and(|it| !self.imports_at_run_time(file, it)) {
                continue;
            }
            seen.insert(file);
            if !self.has_room(seen.len(), file) || self.is_entry(file) || self.is_on_a_page(file) {
                return true;
            }
            // One importer after the other: the first that an entry leads to answers.
            let importers = self.may_import(file).iter().copied().filter(|it| !seen.contains(it));
            queue.extend(importers.map(|it| (it, Some(file))));
        }
        false
    }

    /// Whether the audited files hold anything that starts an app.
    pub(super) fn has_entries(&self) -> bool {
        let is_entry = |file: &SourceFile| file.role == Role::Product && is_named_like_an_entry(&file.path);
        *self
            .answers
            .has_entries
            .get_or_init(|| !self.entries.is_empty() || self.files().iter().any(is_entry))
    }

    /// Whether a file runs on its own: a route, a main module, a configuration, a script.
    fn is_entry(&self, file: FileId) -> bool {
        let Some(source) = self.file(file) else {
            return true;
        };
        if self.entries.contains(&file) {
            return true;
        }
        if source.role == Role::Test {
            return false;
        }
        if is_named_like_an_entry(&source.path) {
            return true;
        }
        if is_named_like_a_benchmark(&source.path) {
            return false;
        }
        // A module that does something when it is loaded, or exports nothing, is run by somebody.
        let facts = self.facts(file);
        facts.exports.is_empty() && facts.export_stars.is_empty()
            || facts.calls.iter().any(|call| {
                let node = facts.node(*call);
                let discarded = node.parent.is_none() && node.function == FunctionId::MODULE;
                discarded
                    && facts.bindings_from(Origin::Value(*call)).next().is_none()
                    && !facts
                        .exports
                        .iter()
                        .any(|it| matches!(it.target, ExportTarget::Expr(expr) if expr == *call))
            })
    }

    /// Whether a product file imports another one at run time.
    fn imports_at_run_time(&self, other: FileId, file: FileId) -> bool {
        self.file(other).is_some_and(|it| it.role == Role::Product)
            && {
                let facts = self.facts(other);
                let is_it = |specifier: &str| self.resolve(other, specifier) == Resolution::File(file);
                facts.imports.iter().any(|it| !it.type_only && is_it(&it.specifier))
                    || facts.export_stars.iter().any(|it| is_it(it))
                    || facts.exports.iter().any(|it| matches!(&it.target, ExportTarget::From { specifier, name, type_only: false } if *name != ImportedName::Nothing && is_it(specifier)))
                    || facts
                        .import_calls
                        .iter()
                        .any(|(specifier, _)| matches!(facts.expr(*specifier), Expr::Text(text) if is_it(text)))
                    || facts.calls.iter().filter_map(|call| facts.call(*call)).any(|(callee, args)| {
                        matches!(facts.expr(callee), Expr::Ident { name, .. } if name == "require")
                            && args.first().is_some_and(|it| matches!(facts.expr(*it), Expr::Text(text) if is_it(text)))
                    })
            }
    }
}

/// Whether a file is named like a script that measures the code beside it: `benchOrders.ts`. A developer
/// runs it by hand; the app does only when it imports it.
fn is_named_like_a_benchmark(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default().to_snake_case();
    matches!(stem.split('_').next(), Some("bench" | "benchmark"))
}

/// Whether a path says that something outside of the code runs the file: a framework's route, a main
/// module, a configuration, a script.
fn is_named_like_an_entry(path: &str) -> bool {
    let mut segments: Vec<&str> = path.split('/').collect();
    let name = segments.pop().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let by_name = matches!(
        stem,
        "index"
            | "main"
            | "app"
            | "App"
            | "_app"
            | "_document"
            | "server"
            | "worker"
            | "root"
            | "routes"
            | "page"
            | "layout"
            | "template"
            | "route"
            | "loading"
            | "error"
            | "middleware"
            | "instrumentation"
            | "client"
            | "entry"
            | "bootstrap"
            | "preload"
            | "background"
            | "popup"
            | "cli"
            | "sw"
            | "plugin"
    ) || name.contains(".config.")
        || stem.starts_with("entry");
    let by_folder = segments.iter().any(|it| {
        matches!(
            *it,
            "pages"
                | "routes"
                | "app"
                | "api"
                | "bin"
                | "scripts"
                | "cron"
                | "workers"
                | "plugins"
                | "public"
        )
    });
    by_name || by_folder
}

/// Whether a folder of that name holds code of a client, whatever it imports.
fn names_a_client(folder: &str) -> bool {
    matches!(folder, "frontend" | "web" | "renderer" | "electron" | "components" | "hooks")
}
