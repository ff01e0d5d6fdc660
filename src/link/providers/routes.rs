//! What frameworks make of a module by its path: a route under the layouts of the folders around it.

use super::tree::{Puts, Tree};
use crate::link::resolve::Resolution;
use crate::link::value::Value;
use crate::source::FileId;

/// A module that a framework renders.
pub(super) struct Route {
    /// Which framework, in words.
    pub kind: &'static str,
    /// Whether what the framework puts around it provides the context.
    pub puts: Puts,
    /// Nothing else renders such an export.
    pub only: bool,
}

/// What Next's `app` folder renders by name.
const APP_FILES: &[&str] =
    &["default", "error", "global-error", "layout", "loading", "not-found", "page", "template"];

/// Exports of a route module that hold components.
const ROUTE_EXPORTS: &[&str] =
    &["default", "Component", "ErrorBoundary", "HydrateFallback", "Layout", "Route"];

impl Tree<'_> {
    /// What a framework does with an export of a module.
    pub(super) fn route(&self, file: FileId, export: &str) -> Option<Route> {
        let path = self.program.file(file)?.path.as_str();
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let stem = name.split('.').next().unwrap_or_default();
        if self.program.depends_on(file, "next") && export == "default" {
            if let Some(route) = self.app_route(folder, stem) {
                return Some(route);
            }
            if let Some(route) = self.page_route(file, folder, stem) {
                return Some(route);
            }
        }
        if ROUTE_EXPORTS.contains(&export) {
            return self.file_route(file, folder, stem);
        }
        None
    }

    /// Next's `app` folder: a page stands in the layouts and templates of its folder and of those above.
    fn app_route(&self, folder: &str, stem: &str) -> Option<Route> {
        let top = folder_named(folder, "app").filter(|_| APP_FILES.contains(&stem))?;
        let mut puts = Puts::Plain;
        let mut dir = folder;
        loop {
            let own = dir == folder;
            for around in ["template", "layout"] {
                // A layout stands in the layouts above it, and holds the template of its folder.
                let outside = own && (stem == "layout" || stem == around) || stem == "global-error";
                if !outside && let Some(file) = self.component_file(dir, around) {
                    let parallel = folder.split('/').any(|part| part.starts_with('@'));
                    puts = puts.and(match self.default_puts(file, "children") {
                        Puts::Plain => Puts::Plain,
                        _ if parallel => Puts::Unseen,
                        other => other,
                    });
                }
            }
            if dir == top {
                break;
            }
            dir = dir.rsplit_once('/')?.0;
        }
        Some(Route { kind: "Next.js app router", puts, only: false })
    }

    /// Next's `pages` folder: every page stands in `_app`.
    fn page_route(&self, file: FileId, folder: &str, stem: &str) -> Option<Route> {
        let top = folder_named(folder, "pages")?;
        let kind = "Next.js pages router";
        if matches!(stem, "_app" | "_document") {
            return Some(Route { kind, puts: Puts::Plain, only: false });
        }
        // `Page.getLayout = …` is called by `_app`.
        let own_layout = self.program.facts(file).writes.iter().any(|it| it.name.ends_with("ayout"));
        let puts = match self.component_file(top, "_app") {
            _ if own_layout => Puts::Unseen,
            Some(app) => self.default_puts(app, "Component"),
            None => Puts::Plain,
        };
        Some(Route { kind, puts, only: false })
    }

    /// Remix, React Router and TanStack Router: route modules in the root's outlet, and in the outlets
    /// of the modules that their names put around them.
    fn file_route(&self, file: FileId, folder: &str, stem: &str) -> Option<Route> {
        let depends = |names: &[&str]| names.iter().any(|name| self.program.depends_on(file, name));
        let (kind, root) = if depends(&["@remix-run/react", "@react-router/dev"]) {
            ("Remix or React Router", "root")
        } else if depends(&["@tanstack/react-router", "@tanstack/react-start"]) {
            ("TanStack Router", "__root")
        } else {
            return None;
        };
        let routes = folder_named(folder, "routes");
        // Remix has `app/root.tsx`, TanStack `routes/__root.tsx`; elsewhere `root` is a name like any other.
        let is_root = stem == root && (routes.is_some() || folder.rsplit('/').next() == Some("app"));
        if !is_root && routes.is_none() {
            return None;
        }
        let mut puts = Puts::Plain;
        if !is_root {
            for holder in &self.holders {
                let Some(path) = self.program.file(holder.file).map(|it| it.path.as_str()) else { continue };
                let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
                let is_route = name.split('.').next() == Some(root) || folder_named(dir, "routes").is_some();
                // Which of the others is around this one, only the router knows.
                if is_route && holder.file != file {
                    puts = puts.and(match self.outlet_puts(*holder) {
                        Puts::Inside if name.split('.').next() != Some(root) => Puts::Unseen,
                        other => other,
                    });
                }
            }
        }
        Some(Route { kind, puts, only: true })
    }

    /// What the default export of a file does with a prop.
    fn default_puts(&self, file: FileId, prop: &str) -> Puts {
        let values = self.default_export(file);
        let mut puts = if values.is_empty() { Puts::Unseen } else { Puts::Plain };
        for value in values {
            puts = puts.and(match value {
                Value::Function { at, .. } => self.component_puts(at, prop),
                Value::Class(_) if self.holders.is_empty() => Puts::Plain,
                _ => Puts::Unseen,
            });
        }
        puts
    }

    fn default_export(&self, file: FileId) -> Vec<Value> {
        let at = crate::link::value::At { file, expr: crate::facts::ExprId(u32::MAX) };
        crate::link::eval::Evaluator::new(self.program).export(file, "default", at)
    }

    fn component_file(&self, folder: &str, stem: &str) -> Option<FileId> {
        let position = self.program.files().iter().position(|it| {
            let rest = it.path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
            rest.and_then(|rest| rest.strip_prefix(stem))
                .is_some_and(|rest| matches!(rest, ".tsx" | ".jsx" | ".ts" | ".js"))
        })?;
        u32::try_from(position).ok().map(FileId)
    }

    /// Whether a module is, or is passed on by, what others import from a package: anybody may render
    /// what it exports.
    pub(super) fn is_published(&self, file: FileId) -> bool {
        let Some(path) = self.program.file(file).map(|it| it.path.as_str()) else { return true };
        let name = path.rsplit('/').next().unwrap_or(path);
        name.starts_with("index.")
            || self.program.may_import(file).iter().copied().filter(|it| self.ships(*it)).any(|other| {
                if !self.program.exporting_all.contains(&other) {
                    return false;
                }
                let mut stars = self.program.facts(other).export_stars.iter();
                stars.any(|it| self.program.resolve(other, it) == Resolution::File(file))
            })
    }
}

/// The part of a folder's path down to the last part of that name.
fn folder_named<'f>(folder: &'f str, name: &str) -> Option<&'f str> {
    let mut dir = folder;
    loop {
        if dir.rsplit('/').next() == Some(name) {
            return Some(dir);
        }
        dir = dir.rsplit_once('/')?.0;
    }
}

impl Puts {
    /// Both around one thing.
    fn and(self, other: Self) -> Self {
        super::tree::worse(self, other)
    }
}
