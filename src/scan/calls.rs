//! Whether a text may call something of a name: asked before a file is parsed for its calls.
//!
//! Never too few: what looks like a call in a comment counts.

use memchr::memmem::Finder;

use super::is_word;

/// What a text does with a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    /// `load()`, `<Orders>`, `new Feed`, also under a name that stands for it.
    pub plain: bool,
    /// `api.load()`, `<Tabs.List>`.
    pub member: bool,
}

/// How a text may call something of a name.
pub fn calls(text: &str, name: &str) -> Calls {
    let mut calls = Calls::default();
    if name.is_empty() {
        return Calls { plain: true, member: true };
    }
    for at in Finder::new(name).find_iter(text.as_bytes()) {
        let (Some(before), Some(after)) = (text.get(..at), text.get(at + name.len()..)) else { continue };
        if before.ends_with(is_word) || after.starts_with(is_word) {
            continue;
        }
        let before = before.trim_end();
        let is_member = before.ends_with('.') && !before.ends_with("..");
        let is_called = is_element(before)
            || ends_with_word(before, "new")
            || is_called(after)
            || stands_for_it(after).is_some_and(|alias| alias.is_none_or(|it| is_called_somewhere(text, it)));
        calls.member |= is_called && is_member;
        calls.plain |= is_called && !is_member;
        if calls.plain && calls.member {
            break;
        }
    }
    calls
}

/// Whether a text holds a name in quotes.
pub fn quotes(text: &str, name: &str) -> bool {
    let is_quote = |it: char| matches!(it, '"' | '\'' | '`');
    Finder::new(name).find_iter(text.as_bytes()).any(|at| {
        let (before, after) = (text.get(..at), text.get(at + name.len()..));
        before.is_some_and(|it| it.ends_with(is_quote)) && after.is_some_and(|it| it.starts_with(is_quote))
    })
}

/// Whether the clause of an import of the text holds a name.
pub fn imports_name(text: &str, name: &str) -> bool {
    super::imports::imported_words(text).contains(&name)
}

/// `<`, `<Tabs.`
fn is_element(before: &str) -> bool {
    before.trim_end_matches(|it| is_word(it) || it == '.').ends_with('<')
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|rest| !rest.ends_with(is_word))
}

/// What follows a name that is called: `(…)`, `<T>(…)`, `?.(…)`, a template, `!(…)`, `)(…)`.
fn is_called(after: &str) -> bool {
    let after = skip(after);
    after.starts_with(['(', '<', '`', '!', ')'])
        || after.strip_prefix("?.").is_some_and(|rest| skip(rest).starts_with(['(', '<', '`']))
}

/// `load as sync`, `load: sync`: the other name, or that there is one that cannot be told.
fn stands_for_it(after: &str) -> Option<Option<&str>> {
    let after = skip(after);
    let rest = match after.strip_prefix(':') {
        Some(rest) => skip(rest),
        None => {
            let rest = after.strip_prefix("as")?;
            if rest.starts_with(is_word) {
                return None;
            }
            skip(rest)
        }
    };
    let word = rest.get(..rest.find(|it| !is_word(it)).unwrap_or(rest.len())).unwrap_or_default();
    let is_plain = skip(rest.get(word.len()..).unwrap_or_default()).starts_with([',', '}', '=', ')', ';']);
    if word.is_empty() || (after.starts_with(':') && !is_plain) { None } else { Some(Some(word)) }
}

/// Whether a text calls or hands on a name: what is called is looked for by one name only.
fn is_called_somewhere(text: &str, name: &str) -> bool {
    Finder::new(name).find_iter(text.as_bytes()).any(|at| {
        let (Some(before), Some(after)) = (text.get(..at), text.get(at + name.len()..)) else { return true };
        !before.ends_with(is_word)
            && !after.starts_with(is_word)
            && (is_called(after) || is_element(before.trim_end()) || ends_with_word(before.trim_end(), "new"))
    })
}

fn skip(text: &str) -> &str {
    super::imports::skip_blank(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_call_is_seen() {
        for text in [
            "load()",
            "await load (x)",
            "load<Order>(x)",
            "load?.()",
            "load`x`",
            "load!()",
            "(load)()",
            "new load",
            "<load />",
            "import { load as sync } from './a'; sync()",
            "const { load: sync } = api; sync()",
            "const { load: sync = noop } = api\nsync()",
            "load /* now */ ()",
        ] {
            assert_eq!(calls(text, "load"), Calls { plain: true, member: false }, "{text}");
        }
        for text in ["api.load()", "api?.load()", "<Tabs.load>", "new api.load()", "api\n  .load()"] {
            assert_eq!(calls(text, "load"), Calls { plain: false, member: true }, "{text}");
        }
    }

    #[test]
    fn what_only_mentions_it_is_not() {
        for text in [
            "const load = 1",
            "{ load: 5 }",
            "{ load: sync }",
            "preload()",
            "loads()",
            "x.load = y",
            "return load",
            "'load'",
            "load, other()",
        ] {
            assert_eq!(calls(text, "load"), Calls::default(), "{text}");
        }
    }

    #[test]
    fn names_of_imports_are_known() {
        assert!(imports_name("import { load, sync } from './a'", "load"));
        assert!(!imports_name("import { sync } from './load'\nload()", "load"));
    }
}
