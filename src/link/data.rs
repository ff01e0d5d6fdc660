//! What data a piece of code brings up to date: by this a poll and the handler of a push message are
//! known to do the same work.

use smol_str::{SmolStr, StrExt, format_smolstr};

use super::eval::Evaluator;
use super::program::Program;
use super::stores::fields_set;
use super::value::{At, Env, Value};
use crate::catalog::rows::{DataMeaning, DataNames};
use crate::facts::{BinaryOp, Expr, ExprId, FileFacts, FunctionId, GuardKind, Origin, PropertyKey};
use crate::source::Place;
use crate::vocabulary::Confidence;

/// Parts of a key that are read.
const MAX_PARTS: usize = 12;

/// Names of calls that only read what an address holds.
const READERS: &str = "default fetch get getjson json ofetch $fetch";

/// Addresses of the session itself, which wrappers of all requests ask for.
const SESSION: &str = "auth csrf graphql login logout oauth refresh rpc session token";

/// Data, by the name under which a cache, a server or a component keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Datum {
    /// An entry of a cache of answers, by its key.
    Query(Vec<Part>),
    /// What an address of the server holds. `*` stands for what is not known of it.
    Address(SmolStr),
    /// A state variable of a component, or a field of a store.
    State(Place, SmolStr),
}

/// A part of a query's key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// A text or a number.
    Text(SmolStr),
    /// Something with a declaration: a query document.
    Made(Place),
    /// What only the run time knows, as written.
    Open(SmolStr),
}

/// Code that asks for data or sets it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Touch {
    /// What.
    pub datum: Datum,
    /// Where.
    pub place: Place,
    /// What stands there.
    pub label: String,
}

impl Datum {
    /// Whether bringing this up to date brings the other up to date too, and how sure that is. A key
    /// stands for all keys that begin with it.
    pub fn covers(&self, other: &Self) -> Option<Confidence> {
        match (self, other) {
            (Self::Query(whole), Self::Query(one)) => {
                if whole.is_empty() || whole.len() > one.len() {
                    return None;
                }
                let mut sure = Confidence::Likely;
                for (at, (a, b)) in whole.iter().zip(one).enumerate() {
                    match (a, b) {
                        _ if a == b && !matches!(a, Part::Open(_)) => {}
                        // The first part is the name of the data.
                        (Part::Open(_), _) | (_, Part::Open(_)) if at > 0 => sure = Confidence::Possible,
                        _ => return None,
                    }
                }
                Some(sure)
            }
            (Self::Address(a), Self::Address(b)) if a == b => {
                Some(if a.contains('*') { Confidence::Possible } else { Confidence::Likely })
            }
            (a, b) => (a == b).then_some(Confidence::Likely),
        }
    }

    /// Whether both are one entry of one cache, and how sure that is.
    pub fn is_same_query(&self, other: &Self) -> Option<Confidence> {
        match (self, other) {
            // The first part is the name of the data: where that is open, nothing says that they are one.
            (Self::Query(a), Self::Query(b)) if a == b && !matches!(a.first(), Some(Part::Open(_))) => {
                let open =
                    || a.iter().filter_map(|it| if let Part::Open(label) = it { Some(label) } else { None });
                match open().next() {
                    None => Some(Confidence::Likely),
                    // What a label leaves out may differ.
                    Some(_) => (!open().any(|it| it.contains('…'))).then_some(Confidence::Possible),
                }
            }
            _ => None,
        }
    }

    /// A few words for it.
    pub fn words(&self) -> String {
        match self {
            Self::Query(parts) => {
                let parts = parts.iter().map(|part| match part {
                    Part::Text(text) => text.as_str(),
                    Part::Made(_) => "document",
                    Part::Open(label) => label.as_str(),
                });
                format!("the query {}", parts.collect::<Vec<_>>().join("/"))
            }
            Self::Address(address) => address.to_string(),
            Self::State(_, name) => format!("the state {name}"),
        }
    }
}

impl Program {
    /// The entry of a cache that calling a value of a library asks for or changes.
    pub(super) fn query_of(&self, callee: &Value, at: At, env: &Env) -> Option<Datum> {
        let Value::Library { package, symbol, call } = callee else {
            return None;
        };
        let name = if symbol.is_empty() { "default" } else { symbol.as_str() };
        let row = self.catalog().data(package, name)?;
        let (keyed, env) = match (row.made, call) {
            (true, Some((made, made_env))) => (*made, made_env),
            (true, None) => return None,
            (false, _) => (at, env),
        };
        let mut parts = names_of(row, symbol);
        let first = |slot| self.slot(keyed, slot, env).into_iter().next();
        parts.extend(row.key.iter().find_map(|it| self.key_parts(first(it)?, env)).unwrap_or_default());
        if !parts.is_empty() {
            parts.extend(row.input.as_ref().and_then(|it| self.input(first(it)?, env)));
        }
        parts.truncate(MAX_PARTS);
        (!parts.is_empty()).then_some(Datum::Query(parts))
    }

    /// The parts of a key: those of a list, or the one that a text or a document is.
    fn key_parts(&self, at: At, env: &Env) -> Option<Vec<Part>> {
        let value = self.only(at, env)?;
        let Value::Array { at: list, env } = &value else {
            return self.key_part(&value, at).map(|part| vec![part]);
        };
        let Expr::Array(items) = self.facts(list.file).expr(list.expr) else {
            return None;
        };
        let mut parts = Vec::new();
        for item in items.iter().take(MAX_PARTS) {
            let item = At { file: list.file, expr: *item };
            match self.facts(item.file).expr(item.expr) {
                // `[...orderKeys.all, id]`
                Expr::Spread(inner) => {
                    let inner = At { expr: *inner, ..item };
                    match self.only(inner, env) {
                        Some(Value::Array { .. }) if parts.len() < MAX_PARTS => {
                            parts.extend(self.key_parts(inner, env)?);
                        }
                        _ => parts.push(Part::Open(self.label(inner).into())),
                    }
                }
                _ => {
                    parts.extend(self.input(item, env));
                }
            }
        }
        Some(parts)
    }

    /// What narrows a query down: `{ project, page: 2 }`, `id`. `undefined` does not.
    fn input(&self, at: At, env: &Env) -> Option<Part> {
        let value = self.only(at, env);
        if matches!(value, Some(Value::Undefined)) {
            return None;
        }
        let Expr::Object(fields) = self.facts(at.file).expr(at.expr) else {
            let known = value.and_then(|it| self.key_part(&it, at));
            return Some(known.unwrap_or_else(|| Part::Open(self.label(at).into())));
        };
        let mut words: Vec<String> = fields
            .iter()
            .take(MAX_PARTS)
            .map(|it| {
                let value = self.label(At { expr: it.value, ..at });
                match &it.key {
                    PropertyKey::Name(name) => format!("{name}: {value}"),
                    _ => value,
                }
            })
            .collect();
        words.sort();
        Some(Part::Open(words.join(", ").into()))
    }

    /// The one value of an expression, when it can have no other.
    fn only(&self, at: At, env: &Env) -> Option<Value> {
        let mut values = Evaluator::new(self).eval(at, env).into_iter();
        let first = values.next();
        first.filter(|it| {
            values.next().is_none() && !matches!(it, Value::Unknown(_) | Value::Parameter { .. })
        })
    }

    fn key_part(&self, value: &Value, at: At) -> Option<Part> {
        match value {
            Value::Text(text) => Some(Part::Text(text.clone())),
            Value::Number(number) => Some(Part::Text(number.to_string().into())),
            // A document that `gql` made, or one of a generated module.
            Value::Library { call: Some((made, _)), .. } if self.is_made_once(*made) => {
                Some(Part::Made(self.place(*made)))
            }
            Value::Object { at: object, .. } if (at.expr, at.file) != (object.expr, object.file) => {
                self.is_made_once(*object).then(|| Part::Made(self.place(*object)))
            }
            _ => None,
        }
    }

    /// Whether a module makes a thing when it is loaded. What a function makes is another with each call:
    /// `apiPath('orders')` and `apiPath('fleet')` are joined at one place and are not one.
    fn is_made_once(&self, made: At) -> bool {
        self.facts(made.file).node(made.expr).function == FunctionId::MODULE
    }

    /// The address that a call reads. `name`: of what is called.
    pub(super) fn requested(&self, at: At, name: &str, env: &Env) -> Option<Datum> {
        let facts = self.facts(at.file);
        let (_, args) = facts.call(at.expr)?;
        let part = |expr: ExprId| At { expr, ..at };
        let reads = || {
            let word = name.rsplit('.').next().unwrap_or(name).to_lowercase_smolstr();
            let options = args.get(1).and_then(|it| self.only(part(*it), env));
            let method = options.map(|it| Evaluator::new(self).member(&it, "method", at));
            let only_reads = method.is_none_or(|it| {
                it.iter().all(|it| match it {
                    Value::Text(text) => text.eq_ignore_ascii_case("get"),
                    Value::Undefined => true,
                    _ => false,
                })
            });
            READERS.split(' ').any(|it| it == word) && only_reads
        };
        let address = self.address(part(*args.first()?), env).filter(|_| reads())?;
        (!is_session(&address)).then_some(Datum::Address(address))
    }

    /// The address that an expression spells, with `*` for what is not known.
    fn address(&self, at: At, env: &Env) -> Option<SmolStr> {
        let mut text = String::new();
        self.spell(at, env, &mut text, 0);
        let known = text.chars().filter(|it| it.is_alphanumeric()).count();
        (known >= 3 && text.contains('/')).then(|| SmolStr::new(text))
    }

    fn spell(&self, at: At, env: &Env, text: &mut String, depth: u32) {
        let part = |expr: ExprId| At { expr, ..at };
        match self.facts(at.file).expr(at.expr) {
            Expr::Template(parts) if depth < 8 => {
                parts.iter().for_each(|it| self.spell(part(*it), env, text, depth + 1));
            }
            Expr::Binary { op: BinaryOp::Add, left, right } if depth < 8 => {
                self.spell(part(*left), env, text, depth + 1);
                self.spell(part(*right), env, text, depth + 1);
            }
            _ => match self.only(at, env) {
                Some(Value::Text(known)) => text.push_str(&known),
                _ if !text.ends_with('*') => text.push('*'),
                _ => {}
            },
        }
    }

    /// The state that a call of a setter sets to something that it did not make up itself.
    pub(super) fn state_set(&self, callee: &Value, at: At) -> Vec<Datum> {
        let facts = self.facts(at.file);
        let Some(value) = facts.call(at.expr).and_then(|(_, args)| args.first().copied()) else {
            return Vec::new();
        };
        let brings = |value: ExprId| brings_news(facts, at.expr, value);
        match callee {
            // `const [orders, setOrders] = useState()`, `dispatch(ordersReceived(page))`
            Value::Library { symbol, call: Some((made, _)), .. }
                if symbol.ends_with("().1") || symbol.contains(".actions.") =>
            {
                let name = symbol.rsplit_once(".actions.").map_or("", |(_, it)| it);
                let name = if name.is_empty() { self.state_name(*made) } else { SmolStr::new(name) };
                brings(value).then(|| Datum::State(self.place(*made), name)).into_iter().collect()
            }
            _ => {
                let Some(store) = self.store_set_by(callee) else { return Vec::new() };
                let fields = fields_set(facts, value).filter(|(_, value)| brings(*value));
                fields.map(|(name, _)| Datum::State(self.place(store), name)).collect()
            }
        }
    }

    /// The state that a setter sets which is itself handed over: `socket.on("orders", setOrders)`.
    pub(super) fn state_of(&self, setter: &Value) -> Option<Datum> {
        match setter {
            Value::Library { symbol, call: Some((made, _)), .. } if symbol.ends_with("().1") => {
                Some(Datum::State(self.place(*made), self.state_name(*made)))
            }
            _ => None,
        }
    }

    /// `orders` of `const [orders, setOrders] = useState()`.
    fn state_name(&self, made: At) -> SmolStr {
        let facts = self.facts(made.file);
        let name = facts.bindings_from(Origin::Value(made.expr)).next();
        name.map(|(_, it)| it.name.clone()).unwrap_or_default()
    }
}

/// What the names on the way to a symbol say of the key.
fn names_of(row: &DataMeaning, symbol: &str) -> Vec<Part> {
    let names: Vec<&str> = symbol.split('.').collect();
    match row.names {
        DataNames::Nothing => Vec::new(),
        DataNames::Way => {
            let inner = names.split_last().map_or(&[][..], |(_, inner)| inner);
            inner.iter().filter(|it| !it.ends_with("()")).map(|it| Part::Text(SmolStr::new(it))).collect()
        }
        DataNames::Hook => {
            let endpoint = |name: &&str| {
                let stem = name.trim_end_matches("()").strip_prefix("use")?;
                let stem = ["QuerySubscription", "InfiniteQuery", "Query"]
                    .iter()
                    .find_map(|end| stem.strip_suffix(end))?;
                let mut letters = stem.chars();
                let first = letters.next()?.to_lowercase();
                Some(Part::Text(format_smolstr!("{first}{}", letters.as_str())))
            };
            names.iter().find_map(endpoint).into_iter().collect()
        }
    }
}

/// Whether an address is about the session and not about data.
fn is_session(address: &str) -> bool {
    address
        .split(|it: char| !it.is_alphanumeric())
        .any(|word| SESSION.split(' ').any(|it| word.eq_ignore_ascii_case(it)))
}

/// Whether a value that is set comes from somewhere: `setOrders(page.orders)`, and not `setLoading(true)`,
/// `setNow(Date.now())`, `setRound((round) => round + 1)`, or what was caught.
fn brings_news(facts: &FileFacts, call: ExprId, value: ExprId) -> bool {
    if facts.guards_of(call).any(|it| it.kind == GuardKind::Catch) {
        return false;
    }
    let span = facts.node(value).span;
    let inside = |expr: ExprId| {
        let own = facts.node(expr).span;
        span.start <= own.start && own.end <= span.end
    };
    facts.nodes.iter().any(|node| {
        let Expr::Ident { binding: Some(binding), .. } = &node.expr else {
            return false;
        };
        let Some(binding) = facts.binding(*binding) else {
            return false;
        };
        let own = match binding.origin {
            // A parameter of an updater in the value, or of what was caught.
            Origin::Parameter { function, .. } => facts
                .function(function)
                .and_then(|it| it.expr)
                .is_some_and(|expr| inside(expr) || is_catcher(facts, expr)),
            Origin::Import(_) | Origin::Function(_) | Origin::Class(_) => true,
            _ => false,
        };
        span.start <= node.span.start && node.span.end <= span.end && !own
    })
}

/// `load().catch((error) => …)`
fn is_catcher(facts: &FileFacts, function: ExprId) -> bool {
    let call = facts.node(function).parent.and_then(|it| facts.call(it));
    call.is_some_and(|(callee, _)| matches!(facts.expr(callee), Expr::Member { name, .. } if name == "catch"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(parts: &[&str]) -> Datum {
        let part = |it: &&str| match it.strip_prefix('?') {
            Some(open) => Part::Open(SmolStr::new(open)),
            None => Part::Text(SmolStr::new(it)),
        };
        Datum::Query(parts.iter().map(part).collect())
    }

    #[test]
    fn a_key_covers_those_that_begin_with_it() {
        let list = query(&["orders", "list", "?page"]);
        assert_eq!(query(&["orders"]).covers(&list), Some(Confidence::Likely));
        assert_eq!(query(&["orders", "?kind"]).covers(&list), Some(Confidence::Possible));
        assert_eq!(query(&["orders", "one"]).covers(&list), None);
        assert_eq!(query(&["?all"]).covers(&list), None);
        assert_eq!(list.covers(&query(&["orders"])), None);
    }

    #[test]
    fn names_give_the_beginning_of_a_key() {
        let row = |names| DataMeaning { at: Vec::new(), key: Vec::new(), names, input: None, made: false };
        let text = |it: &str| Part::Text(SmolStr::new(it));
        assert_eq!(
            names_of(&row(DataNames::Way), "createTRPCReact().useUtils().orders.list.invalidate"),
            [text("orders"), text("list")]
        );
        assert_eq!(
            names_of(&row(DataNames::Hook), "createApi().useGetOrdersQuery().refetch"),
            [text("getOrders")]
        );
        assert_eq!(names_of(&row(DataNames::Nothing), "useQuery"), []);
    }

    #[test]
    fn addresses_of_the_session_are_no_data() {
        assert!(is_session("/api/auth/refresh"));
        assert!(!is_session("/api/authors"));
    }
}
