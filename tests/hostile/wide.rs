//! Programs that are wide or go in circles: what one question costs must not grow with all that there is.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use unpoll::findings::audit::Audit;

use crate::{audited, polls, tree};

/// What an audit here may take in an unoptimised build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn soon(files: &[(String, String)]) -> Audit {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let tree = tree(&files);
    let before = Instant::now();
    let audit = audited(&tree);
    assert!(before.elapsed() < PATIENCE, "{:?}", before.elapsed());
    let broken: Vec<_> = audit.stats.skipped.iter().filter(|it| it.internal().is_some()).collect();
    assert!(broken.is_empty(), "{broken:?}");
    audit
}

fn one(text: String) -> Audit {
    soon(&[("src/wide.tsx".to_owned(), text)])
}

/// One line for each number.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, at| {
        writeln!(text, "{}", line(at)).unwrap();
        text
    })
}

#[test]
fn ten_thousand_imports_in_a_circle() {
    let count = 10_000;
    let file = |at: usize| {
        let next = (at + 1) % count;
        let start =
            if at.is_multiple_of(100) { format!("setInterval(run{at}, 1000)\n") } else { String::new() };
        let text =
            format!("import {{ run{next} }} from './f{next}'\nexport const run{at} = () => run{next}()\n");
        (format!("src/f{at}.ts"), text + &start)
    };
    let files: Vec<_> = (0..count).map(file).collect();
    assert_eq!(soon(&files).timers.len(), count / 100 + 1);
}

#[test]
fn a_thousand_barrels_that_export_each_other() {
    let count = 1_000;
    let file = |at: usize| {
        let stars = lines(10, |star| format!("export * from './b{}'", (at * 7 + star) % count));
        let text =
            format!("{stars}import {{ load }} from './b{}'\nsetInterval(load, 1000)\n", (at + 1) % count);
        (format!("src/b{at}.ts"), text)
    };
    let files: Vec<_> = (0..count).map(file).collect();
    assert_eq!(soon(&files).timers.len(), count + 1);
}

#[test]
fn classes_that_extend_each_other_in_a_circle() {
    let count = 5_000;
    let classes = lines(count, |at| {
        let next = (at + 1) % count;
        format!("class C{at} extends C{next} {{ load{at}() {{ this.load{next}() }} }}")
    });
    one(format!(
        "{classes}setInterval(() => new C0().poll(), 1000)\nsetInterval(() => new C0().load0(), 1000)\n"
    ));
}

#[test]
fn functions_that_all_call_each_other() {
    let count = 100;
    let functions = lines(count, |at| {
        let calls: Vec<String> = (0..count).map(|other| format!("f{other}()")).collect();
        format!("function f{at}() {{\n{}\n}}", calls.join(";\n"))
    });
    let audit = one(format!("{functions}{}", lines(count, |at| format!("setInterval(f{at}, 1000)"))));
    assert_eq!(audit.timers.len(), count + 1);
}

#[test]
fn components_that_render_one_another() {
    let count = 1_000;
    let text = lines(count, |at| {
        format!(
            "export function P{at}() {{ useEffect(() => {{ const id = setInterval(() => fetch('/api'), 1000); \
             return () => clearInterval(id) }}, []); return <P{}/> }}",
            at + 1
        )
    });
    assert_eq!(one(format!("import {{ useEffect }} from 'react'\n{text}")).timers.len(), count + 1);
}

#[test]
fn functions_that_run_one_another_much_later() {
    // Whether the first is used at all is asked through all the others.
    let text = lines(20_000, |at| format!("export function f{}() {{ f{at}() }}", at + 1));
    let start = "export function f0() { setInterval(() => fetch('/api'), 1000) }; start()\n";
    assert!(polls(&one(format!("{start}{text}")), "src/wide.tsx", 1));
}

#[test]
fn many_timers_of_one_function() {
    let text = lines(5_000, |at| format!("setInterval(() => load(), {})", at + 1));
    let audit = one(format!("const load = () => fetch('/api')\n{text}"));
    assert_eq!(audit.timers.len(), 5_001);
}

#[test]
fn many_exports_of_a_file_with_a_timer() {
    one(format!(
        "{}setInterval(() => f1(), 1000)\n",
        lines(20_000, |at| format!("export const f{at} = {at}"))
    ));
}

#[test]
fn values_that_double() {
    let doubled =
        lines(300, |at| format!("const s{} = `${{s{at}}}${{s{at}}}`, t{0} = t{at} + t{at}", at + 1));
    let types = lines(300, |at| format!("type T{at} = T{0} | T{0}", at + 1));
    let runs = lines(60, |at| format!("function r{at}(f) {{ r{0}(() => f()); r{0}(() => f()) }}", at + 1));
    let start = "const s0 = 'a', t0 = 'b'\n";
    one(format!(
        "{start}{doubled}{types}{runs}setInterval(() => fetch(s300 + t300), t300)\nsetInterval(() => r0(fetch), 1000)\n\
         const ws = new WebSocket(s300)\nws.onmessage = (e) => {{ const m: T0 = JSON.parse(e.data); if (m.type === 'a') set(m) }}\n"
    ));
}

#[test]
fn numbers_at_the_edge() {
    let odd =
        ["1e999", "-0", "2 ** 99999 ** 2", "NaN", "1 % 0", "5000n", "-1", "0x".to_owned().as_str(), "1_0_0"]
            .map(|number| format!("setInterval(() => fetch('/api'), {number})"))
            .join("\n");
    let audit = one(format!("{odd}\nsetInterval(() => fetch('/api'), 0x{})\n", "f".repeat(5_000)));
    assert!(polls(&audit, "src/wide.tsx", 9), "{:#?}", audit.timers);
}
