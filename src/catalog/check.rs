//! What a catalog file must keep to, beyond what its types say. Mistakes name the file and the key.

use rustc_hash::FxHashSet;

use super::rows::{LibraryFile, Slot, TimerMeaning};
use super::symbol::Pattern;
use crate::error::Error;
use crate::vocabulary::Kind;

/// Reads one file and checks it.
pub(super) fn read(file: &str, text: &str) -> Result<LibraryFile, Error> {
    let library: LibraryFile = toml::from_str(text).map_err(|error| {
        let line =
            error.span().map_or(1, |span| 1 + text.bytes().take(span.start).filter(|b| *b == b'\n').count());
        fault(file, format!("line {line}: {}", error.message().trim_end()))
    })?;
    check(&library, Lists::InOrder).map_err(|why| fault(file, why))?;
    Ok(library)
}

/// A mistake in a catalog file.
pub(super) fn fault(file: &str, why: String) -> Error {
    Error::Catalog { file: file.to_owned(), why }
}

/// How lists of names must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lists {
    /// In byte order, so that a reader of our own files finds a name and a diff stays small.
    InOrder,
    /// In any.
    AsTheyAre,
}

/// Checks rows.
///
/// # Errors
///
/// The first mistake, in words that name its key.
pub fn check(library: &LibraryFile, lists: Lists) -> Result<(), String> {
    if library.packages.is_empty() {
        return Err("`packages` is empty".into());
    }
    if let Some(package) = library.packages.iter().find(|p| p.is_empty() || p.starts_with("node:")) {
        return Err(format!("`packages` holds `{package}`: write the specifier, without `node:`"));
    }
    // Overloads share a symbol, so timers may name one twice.
    each(library.timer.iter().map(|row| &row.at), "timer", true, lists)?;
    each(library.once.iter().map(|row| &row.at), "once", false, lists)?;
    each(library.delay.iter().map(|row| &row.at), "delay", false, lists)?;
    each(library.stop.iter().map(|row| &row.at), "stop", false, lists)?;
    each(library.effect.iter().map(|row| &row.at), "effect", false, lists)?;
    each(library.returns.iter().map(|row| &row.at), "returns", false, lists)?;
    each(library.reducer.iter().map(|row| &row.at), "reducer", false, lists)?;
    each(library.action.iter().map(|row| &row.at), "action", false, lists)?;
    each(library.supply.iter().map(|row| &row.at), "supply", false, lists)?;
    each(library.channel.iter().map(|row| &row.at), "channel", false, lists)?;
    each(library.receive.iter().map(|row| &row.at), "receive", true, lists)?;
    each(library.emit.iter().map(|row| &row.at), "emit", true, lists)?;
    each(library.close.iter().map(|row| &row.at), "close", false, lists)?;
    each(library.callback.iter().map(|row| &row.at), "callback", true, lists)?;
    each(library.shared.iter().map(|row| &row.at), "shared", false, lists)?;
    each(library.data.iter().map(|row| &row.at), "data", false, lists)?;
    each(library.literal.iter().map(|row| &row.at), "literal", false, lists)?;
    each(library.schedule.iter().map(|row| &row.at), "schedule", false, lists)?;
    each(library.operator.iter().map(|row| &row.at), "operator", true, lists)?;
    each(library.tree.iter().map(|row| &row.at), "tree", false, lists)?;
    for row in &library.emit {
        let given = [&row.name, &row.payload, &row.text].iter().filter(|slot| slot.is_some()).count();
        if given != 1 {
            return Err(format!("`emit` {:?}: wants one of `name`, `payload` and `text`", row.at));
        }
    }
    for row in &library.timer {
        timer(row).map_err(|why| format!("`timer` {:?}: {why}", row.at))?;
    }
    for row in &library.once {
        if !matches!(row.kind, Kind::RecursiveTimeout | Kind::Raf) {
            return Err(format!(
                "`once` {:?}: `kind` is `{}`, not `recursive-timeout` or `raf`",
                row.at, row.kind
            ));
        }
    }
    for row in &library.injected {
        Pattern::parse(&row.at).map_err(|why| format!("`injected` symbol `{}` {why}", row.at))?;
    }
    let mut methods = FxHashSet::default();
    for row in &library.method {
        ordered(&row.names, "method` `names", lists)?;
        if let Some(name) = row.names.iter().find(|name| !methods.insert(*name)) {
            return Err(format!("`method` names `{name}` twice"));
        }
    }
    for row in &library.status {
        ordered(&row.members, "status` `members", lists)?;
    }
    Ok(())
}

/// Checks the symbols of all rows of one meaning.
fn each<'a>(
    rows: impl Iterator<Item = &'a Vec<String>>,
    key: &str,
    repeats: bool,
    lists: Lists,
) -> Result<(), String> {
    let mut seen = FxHashSet::default();
    for at in rows {
        ordered(at, &format!("{key}` `at"), lists)?;
        for symbol in at {
            Pattern::parse(symbol).map_err(|why| format!("`{key}` symbol `{symbol}` {why}"))?;
            if !seen.insert(symbol) && !repeats {
                return Err(format!("`{key}` names `{symbol}` twice"));
            }
        }
    }
    Ok(())
}

fn ordered(names: &[String], key: &str, lists: Lists) -> Result<(), String> {
    if names.is_empty() {
        return Err(format!("`{key}` is empty"));
    }
    for (first, second) in names.iter().zip(names.iter().skip(1)) {
        if first == second {
            return Err(format!("`{key}` names `{first}` twice"));
        }
        if first > second && lists == Lists::InOrder {
            return Err(format!("`{key}` is not sorted: `{second}` comes before `{first}`"));
        }
    }
    Ok(())
}

fn timer(row: &TimerMeaning) -> Result<(), String> {
    for (key, slot) in [("interval", &row.interval), ("work", &row.work)] {
        if matches!(slot, Some(Slot { argument: None, option: None })) {
            return Err(format!("`{key}` names neither `argument` nor `option`"));
        }
    }
    if row.kind == Kind::QueryOption && row.interval.is_none() {
        return Err("a `query-option` needs an `interval`".into());
    }
    if row.switch.iter().any(|switch| switch.option.is_none() && switch.argument.is_none()) {
        return Err("`switch` names neither `argument` nor `option`".into());
    }
    if !(row.unit_ms.is_finite() && row.unit_ms > 0.0) {
        return Err("`unit_ms` is not above zero".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "library = \"Own\"\npackages = [\"own\"]\n";

    /// Loads one file on its own and gives what is wrong with it.
    fn fault(text: &str) -> String {
        read("own.toml", text).unwrap_err().to_string()
    }

    #[test]
    fn mistakes_name_the_file_and_the_key() {
        for (rows, part) in [
            ("[[timers]]\n", "unknown field `timers`"),
            ("[[effect]]\nat = [\"a\"]\neffect = \"pure\"\nsure = true\n", "unknown field `sure`"),
            ("[[effect]]\nat = [\"a\"]\neffect = \"magic\"\n", "line 5: unknown variant `magic`"),
            ("[[effect]]\nat = []\neffect = \"pure\"\n", "`effect` `at` is empty"),
            (
                "[[effect]]\nat = [\"b\", \"a\"]\neffect = \"pure\"\n",
                "`effect` `at` is not sorted: `a` comes before `b`",
            ),
            ("[[effect]]\nat = [\"a\", \"a\"]\neffect = \"pure\"\n", "`effect` `at` names `a` twice"),
            (
                "[[effect]]\nat = [\"a\"]\neffect = \"pure\"\n[[effect]]\nat = [\"a\"]\neffect = \"log\"\n",
                "`effect` names `a` twice",
            ),
            ("[[stop]]\nat = [\"a..b\"]\n", "`stop` symbol `a..b` has an empty name in it"),
            ("[[stop]]\nat = [\"default.b\"]\n", "`stop` symbol `default.b` begins with `default.`"),
            ("[[timer]]\nat = [\"a\"]\nkind = \"query-option\"\n", "a `query-option` needs an `interval`"),
            ("[[timer]]\nat = [\"a\"]\nkind = \"raf\"\nwork = {}\n", "`work` names neither"),
            ("[[timer]]\nat = [\"a\"]\nkind = \"raf\"\nunit_ms = 0\n", "`unit_ms` is not above zero"),
            (
                "[[timer]]\nat = [\"a\"]\nkind = \"raf\"\nswitch = [{ off = \"0\" }]\n",
                "`switch` names neither",
            ),
            ("[[once]]\nat = [\"a\"]\nkind = \"cron\"\ncallback = 0\n", "`kind` is `cron`"),
            ("[[status]]\nmembers = [\"b\", \"a\"]\n", "`status` `members` is not sorted"),
        ] {
            let error = fault(&format!("{HEAD}{rows}"));
            assert!(error.starts_with("catalog own.toml: ") && error.contains(part), "{error}\nwants {part}");
        }
        assert!(fault("library = \"Own\"\npackages = []\n").contains("`packages` is empty"));
        assert!(fault("library = \"Own\"\npackages = [\"node:fs\"]\n").contains("without `node:`"));
        assert!(fault("library = ").contains("line 1"));
    }
}
