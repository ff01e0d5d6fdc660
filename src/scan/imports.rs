//! What the text of a module tells of its imports without a parse: whom it may import, and whether it may
//! export what it imports.
//!
//! Never too few: a word in a comment or a string counts, and whoever asks confirms with the facts.

use memchr::memmem::Finder;
use smol_str::{SmolStr, StrExt};

use super::is_word;

/// Bytes within which the brackets of a parameter list are matched.
const MAX_HEAD: usize = 2_000;

/// Calls around a function that are looked through.
const MAX_WRAPPERS: usize = 4;

/// Everything that may be the specifier of an import, an export, a `require` or an `import()`: sorted, each
/// once.
pub fn specifiers(text: &str) -> Vec<SmolStr> {
    let mut found = Vec::new();
    for (keyword, is_whole) in [("from", true), ("import", true), ("require", false)] {
        for at in Finder::new(keyword).find_iter(text.as_bytes()) {
            let before = text.get(..at).and_then(|it| it.chars().next_back());
            if is_whole && before.is_some_and(is_word) {
                continue;
            }
            let Some(rest) = text.get(at + keyword.len()..) else { continue };
            let rest = skip_blank(rest);
            let inner = rest.strip_prefix('(').map_or(rest, skip_blank);
            found.extend(quoted(inner));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a module may import the whole of another: a namespace, `import()`, `require`.
pub fn may_import_wholes(text: &str) -> bool {
    let has = |word: &str| Finder::new(word).find(text.as_bytes()).is_some();
    has("* as") || has("require") || has("import(")
}

/// Whether a module may export what it imports, as it is or as a part of something: not when all that it
/// exports are functions, classes and types of its own.
pub fn may_hand_on(text: &str) -> bool {
    Finder::new("export").find_iter(text.as_bytes()).any(|at| {
        let Some(rest) = text.get(at + "export".len()..) else { return false };
        // `exports.load = require("./load")`
        if rest.starts_with('s') {
            return true;
        }
        let rest = skip_blank(rest);
        let rest = after_word(rest, "type").unwrap_or(rest);
        if rest.starts_with(['{', '*', '=']) {
            return true;
        }
        match after_word(rest, "default") {
            Some(rest) if is_function(rest) => false,
            Some(rest) => {
                let name = first_word(rest);
                name.is_empty() || !is_own_function(text, name)
            }
            None => declared(rest).is_some_and(|(_, value)| !is_function(value)),
        }
    })
}

/// Whether a name of a text is that of a function or a class which stands right there.
fn is_own_function(text: &str, name: &str) -> bool {
    Finder::new(name).find_iter(text.as_bytes()).any(|at| {
        let (Some(before), Some(rest)) = (text.get(..at), text.get(at..)) else { return false };
        let before = before.trim_end();
        let is_word = first_word(rest) == name;
        let follows = |keyword: &str| before.ends_with(keyword);
        let is_value = || after_name(rest, name).is_some_and(is_function);
        is_word && (follows("function") || follows("class") || follows("const") && is_value())
    })
}

/// `const orders = …`: the name, and what follows the `=`.
fn declared(rest: &str) -> Option<(&str, &str)> {
    let rest = ["const", "let", "var"].iter().find_map(|word| after_word(rest, word))?;
    let name = first_word(rest);
    // A pattern names parts of something.
    Some((name, after_name(rest, name).unwrap_or_default()))
}

/// What is behind the first `=` after a name that is no part of an arrow or a comparison.
fn after_name<'t>(rest: &'t str, name: &str) -> Option<&'t str> {
    let rest = rest.get(name.len()..)?;
    let head = rest.get(..rest.len().min(MAX_HEAD)).unwrap_or(rest);
    let (at, _) =
        head.match_indices('=').find(|(at, _)| !matches!(rest.as_bytes().get(at + 1), Some(b'>' | b'=')))?;
    rest.get(at + 1..).map(skip_blank)
}

/// Whether a value is a function or a class, also in calls that wrap it: `observer(function Orders() {})`.
fn is_function(value: &str) -> bool {
    let mut value = value;
    for _ in 0..MAX_WRAPPERS {
        if is_bare_function(value) {
            return true;
        }
        let callee = value.find(|it| !(is_word(it) || it == '.')).unwrap_or(value.len());
        let Some(rest) = value.get(callee..).filter(|_| callee > 0) else { return false };
        // `forwardRef<HTMLElement, Props>((props, ref) => …)`
        let rest = match rest.strip_prefix('<') {
            Some(types) => types.split_once(">(").map_or("", |(_, given)| given),
            None => rest.strip_prefix('(').unwrap_or_default(),
        };
        value = skip_blank(rest);
    }
    false
}

fn is_bare_function(value: &str) -> bool {
    let value = after_word(value, "async").unwrap_or(value);
    if ["function", "class", "abstract"].iter().any(|it| after_word(value, it).is_some()) {
        return true;
    }
    let name = first_word(value);
    if !name.is_empty() {
        return value.get(name.len()..).is_some_and(|rest| skip_blank(rest).starts_with("=>"));
    }
    // The parameters of an arrow function, perhaps after those of its types.
    let Some(open) = value.find('(').filter(|at| *at == 0 || value.starts_with('<')) else { return false };
    let mut depth = 0_u32;
    for (at, byte) in value.bytes().enumerate().skip(open).take(MAX_HEAD) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let rest = value.get(at + 1..).map(skip_blank).unwrap_or_default();
            return rest.starts_with("=>") || rest.starts_with(':');
        }
    }
    false
}

/// What follows a word, blanks dropped.
fn after_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(word)?;
    (!rest.starts_with(is_word)).then(|| skip_blank(rest))
}

/// The word that a text begins with.
fn first_word(text: &str) -> &str {
    text.get(..text.find(|it| !is_word(it)).unwrap_or(text.len())).unwrap_or_default()
}

/// The words of the clauses of all imports.
pub(super) fn imported_words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for at in Finder::new("import").find_iter(text.as_bytes()) {
        let rest = text.get(at + "import".len()..).unwrap_or_default();
        let clause = rest.find(['\'', '"', ';', '(']).and_then(|end| rest.get(..end)).unwrap_or(rest);
        words.extend(clause.split(|it| !is_word(it)).filter(|it| !it.is_empty()));
    }
    words
}

/// Drops blanks and comments.
pub(super) fn skip_blank(text: &str) -> &str {
    let mut text = text.trim_start();
    loop {
        let rest = match text.strip_prefix("//") {
            Some(line) => line.split_once('\n').map(|it| it.1),
            None => text.strip_prefix("/*").and_then(|it| it.split_once("*/")).map(|it| it.1),
        };
        match rest {
            Some(rest) => text = rest.trim_start(),
            None => return text,
        }
    }
}

/// The string that a text begins with; of escapes only those that stand for themselves are read: `".\/load"`.
fn quoted(text: &str) -> Option<SmolStr> {
    let quote = text.chars().next().filter(|it| matches!(it, '\'' | '"' | '`'))?;
    let rest = text.get(1..)?;
    let inner = rest.get(..rest.find([quote, '\n'])?)?;
    (!inner.is_empty()).then(|| inner.replace_smolstr("\\", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_are_found_wherever_they_stand() {
        let text = "import orders, { type Order as Row } from './orders'\nimport \"./side\"\n\
            export * from `./all`\nconst late = () => import(/* webpackChunkName: \"late\" */ './late')\n\
            const old = require( './old' )\nconst from = 'a'; fromage('./no')\nimport{b}from'./tight'\n\
            import '.\\/odd'";
        let found = specifiers(text);
        for wanted in ["./orders", "./side", "./all", "./late", "./old", "./tight", "./odd"] {
            assert!(found.iter().any(|it| it == wanted), "{wanted} is not among {found:?}");
        }
        assert!(!found.iter().any(|it| it == "./no"));
    }

    #[test]
    fn a_module_that_exports_what_it_imports_is_known() {
        for text in [
            "export { load } from './orders'",
            "export * from './orders'",
            "export type { Order } from './orders'",
            "import Orders from './orders'\nexport default Orders",
            "import { Orders as Board } from './orders'\nexport default (Board)",
            "import { load } from './orders'\nexport { load as sync }",
            "module.exports = require('./orders')",
            "import orders = require('./orders')\nexport = orders",
            "import { Inner } from './inner'\nexport const Orders = memo(Inner)",
            "import { Inner } from './inner'\nconst Orders = memo(Inner)\nexport default Orders",
            "import { Inner } from './inner'\nexport default memo(Inner)",
        ] {
            assert!(may_hand_on(text), "{text}");
        }
        for text in [
            "import { load } from './orders'\nexport default Board\nfunction Board() {}",
            "import { load } from './orders'\nexport const sync = () => load()",
            "export function load() {}",
            "export async function load() {}\nexport class Feed {}\nexport type Id = string",
            "export const load = async (id: () => void, [b] = []): Promise<void> => {}",
            "export const each = <T>(list: T[]) => list\nexport default async () => {}",
            "export const Orders = observer(function Orders() {})",
            "export const Row = React.memo(forwardRef<HTMLElement, Props>((props, ref) => null))",
            "const Board: FC<Props> = ({ rows }) => null\nexport default Board",
        ] {
            assert!(!may_hand_on(text), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(export|const|from|import|=|=>|[a-z '\"(){},*/\n]){0,40}") {
            let _ = (specifiers(&text), may_hand_on(&text));
        }
    }
}
