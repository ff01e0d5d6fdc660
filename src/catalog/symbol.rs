//! Symbols as patterns: `use*Query`, `createTRPCReact().**.useQuery`.

/// One step of a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A member or export, perhaps with `*` in its name.
    Name(String),
    /// A call (or `new`) of what stands before.
    Call,
    /// Any number of members and calls.
    Any,
}

/// A symbol with a `*` in it.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    steps: Vec<Step>,
    /// Characters that are spelled out: the more, the closer the pattern says what it means.
    pub(super) weight: usize,
}

impl Pattern {
    /// Reads a symbol; the error says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let steps = steps(text)
            .map(|step| match step {
                "" => Err("has an empty name in it"),
                "()" => Ok(Step::Call),
                "**" => Ok(Step::Any),
                name if name.contains("**") || name.contains(['(', ')', ' ']) => Err("is malformed"),
                name => Ok(Step::Name(name.to_owned())),
            })
            .collect::<Result<Vec<_>, _>>()?;
        if text.starts_with("default.") {
            return Err("begins with `default.`: a member of the default export is written without it");
        }
        let weight = text.chars().filter(|c| *c != '*').count();
        Ok(Self { steps, weight })
    }

    /// Whether a symbol without `*` is one of those that this pattern stands for.
    pub(super) fn matches(&self, symbol: &str) -> bool {
        let symbol: Vec<&str> = steps(symbol).collect();
        wildcard(
            &self.steps,
            &symbol,
            |step| *step == Step::Any,
            |step, text| match step {
                Step::Call => *text == "()",
                Step::Name(name) => *text != "()" && name_matches(name, text),
                Step::Any => false,
            },
        )
    }
}

/// Whether a symbol needs matching rather than comparing.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains('*')
}

/// The name that a symbol begins with: `scheduler` of `scheduler.wait`.
pub(super) fn first_name(symbol: &str) -> &str {
    steps(symbol).next().unwrap_or(symbol)
}

/// The last name of a symbol: `get` of `create().get`, `useLazyQuery` of `useLazyQuery().0`.
pub(super) fn last_name(symbol: &str) -> &str {
    steps(symbol)
        .filter(|step| !matches!(*step, "()" | "**") && !step.starts_with(|c: char| c.is_ascii_digit()))
        .last()
        .unwrap_or(symbol)
}

/// `create().get` as `create`, `()`, `get`.
fn steps(symbol: &str) -> impl Iterator<Item = &str> {
    symbol.split('.').flat_map(|part| {
        let name = part.trim_end_matches("()");
        let calls = (part.len() - name.len()) / 2;
        std::iter::once(name).chain(std::iter::repeat_n("()", calls))
    })
}

fn name_matches(pattern: &str, name: &str) -> bool {
    if !pattern.contains('*') {
        return pattern == name;
    }
    wildcard(pattern.as_bytes(), name.as_bytes(), |byte| *byte == b'*', |want, have| want == have)
}

/// Glob matching with one star that stands for any run of items. It goes back to the last star
/// only, so that its cost is bounded by the product of both lengths.
fn wildcard<P, T>(
    pattern: &[P],
    text: &[T],
    is_star: impl Fn(&P) -> bool,
    same: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(item) = text.get(read) {
        match pattern.get(at) {
            Some(want) if is_star(want) => {
                star = Some((at, read));
                at += 1;
            }
            Some(want) if same(want, item) => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((after, from)) = star else { return false };
                star = Some((after, from + 1));
                at = after + 1;
                read = from + 1;
            }
        }
    }
    pattern.iter().skip(at).all(is_star)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, symbol: &str) -> bool {
        Pattern::parse(pattern).unwrap().matches(symbol)
    }

    #[test]
    fn a_star_stands_for_part_of_one_name() {
        assert!(matches("use*Query", "useGetOrdersQuery"));
        assert!(matches("use*Query", "useQuery"));
        assert!(!matches("use*Query", "useGetOrdersQueryState"));
        assert!(!matches("use*Query", "use.Query"));
        assert!(matches("createApi().use*Query", "createApi().useGetOrdersQuery"));
    }

    #[test]
    fn two_stars_stand_for_any_members_and_calls() {
        let path = "createTRPCReact().**.useQuery";
        assert!(matches(path, "createTRPCReact().order.list.useQuery"));
        assert!(matches(path, "createTRPCReact().useQuery"));
        assert!(matches("supabase().**.select", "supabase().from().select"));
        assert!(!matches(path, "createTRPCReact.order.useQuery"));
        assert!(!matches(path, "createTRPCReact().order.useQuery.other"));
        assert!(matches("document.**", "document.body.append"));
        assert!(matches("document.**", "document"));
    }

    #[test]
    fn calls_are_not_names() {
        assert!(!matches("create().*", "create()()"));
        assert!(matches("create().*", "create().get"));
        assert!(matches("create()().*", "create()().get"));
    }

    #[test]
    fn malformed_symbols_are_refused() {
        for wrong in ["", "a..b", "a b", "a(b", "use**Query", "default.get"] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_last_name_is_the_word_a_file_must_hold() {
        assert_eq!(last_name("useLazyQuery().0"), "useLazyQuery");
        assert_eq!(last_name("create().get"), "get");
        assert_eq!(last_name("document.**"), "document");
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        assert!(!matches(&format!("{}b", "*a".repeat(40)), &"a".repeat(4000)));
    }
}
