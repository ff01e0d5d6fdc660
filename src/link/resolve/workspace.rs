//! From what a package of the tree publishes to the source it is built from.
//!
//! `"exports": "./dist/index.js"` names a file that a fresh clone does not have; the source is
//! `src/index.ts`, by a convention that nearly all packages follow.

use serde_json::Value;

/// Conditions of `exports`, the ones that name source before those that name output.
pub(super) const CONDITIONS: &[&str] =
    &["source", "development", "import", "module", "browser", "default", "types", "require", "node"];

/// Folders that a build writes.
const OUTPUT: &[&str] = &["dist", "lib", "build", "out", "esm", "cjs", "es"];

/// Splits a bare specifier into the package name and the path in it.
pub(super) fn split(specifier: &str) -> (&str, &str) {
    let scope = if specifier.starts_with('@') { specifier.find('/').map_or(0, |at| at + 1) } else { 0 };
    let end = specifier.get(scope..).and_then(|rest| rest.find('/')).map(|at| scope + at);
    match end {
        Some(end) => (specifier.get(..end).unwrap_or_default(), specifier.get(end + 1..).unwrap_or_default()),
        None => (specifier, ""),
    }
}

/// Paths in the package that may hold the source of `subpath` (empty for the package itself), best
/// first, extensions to be tried.
pub(super) fn sources(manifest: &Value, subpath: &str) -> Vec<String> {
    let mut targets = Vec::new();
    if let Some(exports) = manifest.get("exports") {
        exported(exports, subpath, &mut targets);
    }
    if subpath.is_empty() {
        let fields = ["source", "module", "main", "browser", "types", "typings"];
        targets.extend(fields.iter().filter_map(|field| manifest.get(field)?.as_str().map(str::to_string)));
    }
    let mut sources = Vec::new();
    for target in &targets {
        let target = target.trim_start_matches("./");
        sources.push(target.to_string());
        sources.extend(unbuilt(target));
    }
    let last = if subpath.is_empty() { "index" } else { subpath };
    sources.extend([format!("src/{last}"), last.to_string()]);
    sources
}

/// `dist/esm/orders.js` → `src/esm/orders.js`, `src/orders.js`, `orders.js`.
fn unbuilt(target: &str) -> Vec<String> {
    let mut rest = target;
    let mut sources = Vec::new();
    while let Some((_, below)) = rest.split_once('/').filter(|(folder, _)| OUTPUT.contains(folder)) {
        sources.push(if below.starts_with("src/") { below.to_string() } else { format!("src/{below}") });
        rest = below;
    }
    if rest != target {
        sources.push(rest.to_string());
    }
    sources
}

fn exported(exports: &Value, subpath: &str, targets: &mut Vec<String>) {
    let key = if subpath.is_empty() { ".".to_string() } else { format!("./{subpath}") };
    let by_path = exports.as_object().filter(|map| map.keys().any(|key| key.starts_with('.')));
    let Some(map) = by_path else {
        if subpath.is_empty() {
            conditional(exports, "", targets);
        }
        return;
    };
    if let Some(target) = map.get(&key) {
        return conditional(target, "", targets);
    }
    // The most specific pattern wins, as in Node.
    let fitting = map.iter().filter_map(|(pattern, target)| {
        let (before, after) = pattern.split_once('*')?;
        let star = key.strip_prefix(before)?.strip_suffix(after)?;
        Some((before.len(), star, target))
    });
    if let Some((_, star, target)) = fitting.max_by_key(|(length, ..)| *length) {
        conditional(target, star, targets);
    }
}

/// The targets of one entry, all conditions in order. The depth is that of the JSON, which its parser bounds.
fn conditional(target: &Value, star: &str, targets: &mut Vec<String>) {
    match target {
        Value::String(path) => targets.push(path.replace('*', star)),
        Value::Array(any) => any.iter().for_each(|target| conditional(target, star, targets)),
        Value::Object(map) => {
            let known = CONDITIONS.iter().filter_map(|condition| map.get(*condition));
            let others = map.iter().filter(|(key, _)| !CONDITIONS.contains(&key.as_str()));
            known
                .chain(others.map(|(_, target)| target))
                .for_each(|target| conditional(target, star, targets));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_end_where_the_path_starts() {
        assert_eq!(split("react"), ("react", ""));
        assert_eq!(split("react/jsx-runtime"), ("react", "jsx-runtime"));
        assert_eq!(split("@shop/ui"), ("@shop/ui", ""));
        assert_eq!(split("@shop/ui/table/row"), ("@shop/ui", "table/row"));
        assert_eq!(split("@"), ("@", ""));
        assert_eq!(split("@/x"), ("@/x", ""));
        assert_eq!(split(""), ("", ""));
    }

    #[test]
    fn output_leads_to_source() {
        let manifest = json!({
            "main": "./dist/index.js",
            "exports": { "./*": { "types": "./dist/*.d.ts", "import": "./dist/esm/*.mjs" }, "./a/*": "./lib/a-*.js" },
        });
        assert_eq!(
            sources(&manifest, ""),
            ["dist/index.js", "src/index.js", "index.js", "src/index", "index"]
        );
        assert_eq!(
            sources(&manifest, "table"),
            [
                "dist/esm/table.mjs",
                "src/esm/table.mjs",
                "src/table.mjs",
                "table.mjs",
                "dist/table.d.ts",
                "src/table.d.ts",
                "table.d.ts",
                "src/table",
                "table",
            ]
        );
        assert_eq!(sources(&manifest, "a/b")[0], "lib/a-b.js");
    }
}
