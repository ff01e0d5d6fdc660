//! How long it takes from a key in an editor to the diagnostics of what it did, in a repository of 4,000 files.
//!
//! `cargo bench --bench lsp` makes that repository; `cargo bench --bench lsp -- FOLDER FILE` takes a file of another.
//! Each edit is sent when the one before was answered, and the time is that of a client: with the pause that the
//! server makes, the protocol and the pipes.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    dead_code,
    reason = "a benchmark that cannot set up has nothing to measure"
)]

#[path = "../tests/support/editor.rs"]
mod editor;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use editor::{Editor, capabilities};
use serde_json::json;

const AREAS: usize = 100;
/// Components of each area; with the files that every area has, and those of all areas, it comes to 4,000 files.
const COMPONENTS: usize = 33;
const EDITS: usize = 60;

/// An app as teams have them: areas with a client, hooks, a store, pages and many components; one hub of messages.
fn generate(root: &Path) -> usize {
    let mut files = 0;
    let mut put = |path: String, text: String| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
        files += 1;
    };
    put(
        "package.json".into(),
        r#"{ "name": "app", "dependencies": { "react": "19", "@tanstack/react-query": "5" } }"#.into(),
    );
    put(
        "tsconfig.json".into(),
        r#"{ "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["src/*"] } } }"#.into(),
    );
    put(
        "src/lib/client.ts".into(),
        "export const api = {\n  get: (path: string) => fetch(`/api/${path}`).then((it) => it.json()),\n};\n"
            .into(),
    );
    let mut routes = String::new();
    let mut main = "import { createRoot } from 'react-dom/client';\n".to_owned();
    for area in 0..AREAS {
        // Writing to a `String` cannot fail.
        _ = writeln!(main, "import {{ Page{area} }} from '@/areas/a{area}/Page';");
        _ = writeln!(routes, "    case 'area{area}_updated': return handlers.onArea{area}(message.data);");
        let folder = format!("src/areas/a{area}");
        put(
            format!("{folder}/types.ts"),
            format!("export interface Row{area} {{ id: string; name: string }}\n"),
        );
        put(
            format!("{folder}/api.ts"),
            format!(
                "import {{ api }} from '@/lib/client';\nexport const load{area} = () => api.get('area{area}');\n"
            ),
        );
        let interval = if area % 10 == 0 { "refetchInterval: 30_000," } else { "staleTime: 60_000," };
        put(
            format!("{folder}/useRows.ts"),
            format!(
                "import {{ useQuery }} from '@tanstack/react-query';\nimport {{ load{area} }} from './api';\n\nexport function useRows{area}() {{\n  return useQuery({{ queryKey: ['area{area}'], queryFn: load{area}, {interval} }});\n}}\n"
            ),
        );
        put(
            format!("{folder}/useClock.ts"),
            format!(
                "import {{ useEffect, useState }} from 'react';\n\nexport function useClock{area}() {{\n  const [now, setNow] = useState(Date.now());\n  useEffect(() => {{\n    const id = setInterval(() => setNow(Date.now()), 1_000);\n    return () => clearInterval(id);\n  }}, []);\n  return now;\n}}\n"
            ),
        );
        put(format!("{folder}/index.ts"), "export * from './Page';\nexport * from './useRows';\n".into());
        let mut page = format!(
            "import {{ useRows{area} }} from './useRows';\nimport {{ useClock{area} }} from './useClock';\n"
        );
        let mut body = String::new();
        for at in 0..COMPONENTS {
            _ = writeln!(page, "import {{ Part{area}x{at} }} from './parts/Part{at}';");
            _ = writeln!(body, "      <Part{area}x{at} rows={{rows.data}} now={{now}} />");
            put(
                format!("{folder}/parts/Part{at}.tsx"),
                format!(
                    "import {{ useEffect, useMemo, useState }} from 'react';\nimport type {{ Row{area} }} from '../types';\n\nexport function Part{area}x{at}({{ rows, now }}: {{ rows?: Row{area}[]; now: number }}) {{\n  const [filter, setFilter] = useState('');\n  const shown = useMemo(() => (rows ?? []).filter((row) => row.name.includes(filter)), [rows, filter]);\n  useEffect(() => {{\n    document.title = `${{shown.length}} of {at} at ${{now}}`;\n  }}, [shown, now]);\n  return (\n    <section>\n      <input value={{filter}} onChange={{(event) => setFilter(event.target.value)}} />\n      {{shown.map((row) => (\n        <p key={{row.id}}>{{row.name}}</p>\n      ))}}\n    </section>\n  );\n}}\n"
                ),
            );
        }
        put(
            format!("{folder}/Page.tsx"),
            format!(
                "{page}\nexport function Page{area}() {{\n  const rows = useRows{area}();\n  const now = useClock{area}();\n  return (\n    <main>\n{body}    </main>\n  );\n}}\n"
            ),
        );
    }
    put(
        "src/lib/messages.ts".into(),
        format!(
            "export function route(message: any, handlers: any) {{\n  switch (message.type) {{\n{routes}  }}\n}}\nexport function connect(handlers: any) {{\n  const socket = new WebSocket('/ws');\n  socket.onmessage = (event) => route(JSON.parse(event.data), handlers);\n  return () => socket.close();\n}}\n"
        ),
    );
    _ = writeln!(main, "createRoot(document.body).render(<>");
    (0..AREAS).for_each(|area| _ = writeln!(main, "  <Page{area} />"));
    put("src/main.tsx".into(), format!("{main}</>);\n"));
    files
}

fn main() {
    let given: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let (root, files): (PathBuf, Vec<&str>) = match given.as_slice() {
        [root, files @ ..] if !files.is_empty() => (root.into(), files.iter().map(String::as_str).collect()),
        _ => {
            println!("{} files", generate(folder.path()));
            let of_kinds = [
                "src/areas/a7/parts/Part7.tsx",
                "src/areas/a7/useRows.ts",
                "src/lib/client.ts",
                "src/main.tsx",
            ];
            (folder.path().to_owned(), of_kinds.to_vec())
        }
    };
    let root = root.canonicalize().expect("a folder");
    for file in files {
        let path = root.join(file);
        let text = fs::read_to_string(&path).expect("a file");
        let start = Instant::now();
        let mut editor = Editor::start(&[&root], &capabilities());
        editor.open(&path, &format!("{text}\nsetInterval(() => fetch('/api/typed'), 5_000);\n"));
        let is_there = |all: &[serde_json::Value]| {
            all.iter().any(|it| it["message"].as_str().is_some_and(|it| it.contains("every 7 s ")))
        };
        // Two looks, so that the server has learned how long one takes.
        editor.diagnostics(&path, |all| !all.is_empty());
        let cold = start.elapsed();
        let mut times = Vec::new();
        for edit in 0..EDITS {
            let polls = edit % 2 == 0;
            let more = if polls { "setInterval(() => fetch('/api/typed'), 7_000);\n" } else { "" };
            let version = i32::try_from(edit).expect("few edits") + 2;
            let start = Instant::now();
            editor.change(&path, version, json!([{ "text": format!("{text}\n{more}") }]));
            editor.diagnostics(&path, |all| is_there(all) == polls);
            times.push(start.elapsed());
        }
        times.sort_unstable();
        let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or(Duration::MAX);
        println!(
            "{file}: first look {cold:.2?}; an edit {:.1?} median, {:.1?} at best, {:.1?} at the 95th percentile",
            at(50),
            at(0),
            at(95)
        );
        assert!(editor.quit().success(), "the server ends in due form");
    }
}
