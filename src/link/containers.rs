//! What collections hold: the values that code adds to a `Set`, `Map`, list or table which one name
//! or field keeps.

use super::program::Program;
use super::value::{At, ClassAt};
use crate::facts::{BindingId, ClassId, Expr, ExprId, FileFacts, MemberKind, Origin};

/// Names and calls through which an expression is traced to the collection that it comes from.
const MAX_DEPTH: u32 = 6;

/// Entries of one collection that are looked at.
const MAX_ENTRIES: usize = 64;

/// What keeps a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    /// A name.
    Name(BindingId),
    /// A field of a class.
    Field(ClassAt, ExprId),
}

/// Something that code adds to a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The key, of a keyed collection.
    pub key: Option<At>,
    /// What is added.
    pub value: At,
}

impl Program {
    /// What code of its file adds to the collection that `made` builds.
    pub fn entries_of(&self, made: At) -> Vec<Entry> {
        let Some(holder) = self.holder_of(made) else {
            return Vec::new();
        };
        let facts = self.facts(made.file);
        let mut entries = Vec::new();
        let mut add = |key: Option<ExprId>, value: ExprId| {
            let at = |expr| At { file: made.file, expr };
            entries.push(Entry { key: key.map(at), value: at(value) });
        };
        for call in &facts.calls {
            let Some((callee, args)) = facts.call(*call) else {
                continue;
            };
            let Expr::Member { object, name } = facts.expr(callee) else {
                continue;
            };
            let value = match (name.as_str(), args) {
                ("add" | "push" | "unshift", [value, ..]) => *value,
                ("set", [_, value]) => *value,
                _ => continue,
            };
            let mut key = None;
            if self.comes_from(made.file, *object, holder, &mut key, 0) {
                let own_key = args.first().copied().filter(|_| name == "set");
                add(own_key.or(key), value);
            }
        }
        for node in &facts.nodes {
            let Expr::Assign { target, value, .. } = &node.expr else {
                continue;
            };
            if let Expr::Index { object, index } = facts.expr(*target) {
                let mut key = None;
                if self.comes_from(made.file, *object, holder, &mut key, 0) {
                    entries.push(Entry {
                        key: Some(At { file: made.file, expr: *index }),
                        value: At { file: made.file, expr: *value },
                    });
                }
            }
        }
        entries.truncate(MAX_ENTRIES);
        entries
    }

    /// The collection that an expression reads from, through `.get(key)`, `.values()`, `[key]` and
    /// local names: the expression that holds it, and the key on the way.
    fn comes_from(
        &self,
        file: crate::source::FileId,
        expr: ExprId,
        holder: Holder,
        key: &mut Option<ExprId>,
        depth: u32,
    ) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        let facts = self.facts(file);
        if self.is_holder(file, expr, holder) {
            return true;
        }
        let mut part = |part: ExprId| self.comes_from(file, part, holder, key, depth + 1);
        match facts.expr(expr) {
            Expr::Ident { binding: Some(binding), .. } => match facts.binding(*binding) {
                Some(declared) => {
                    let first = match declared.origin {
                        Origin::Value(value) if declared.path.is_empty() => part(value),
                        _ => false,
                    };
                    first || declared.assigned.iter().take(3).any(|value| part(*value))
                }
                None => false,
            },
            Expr::Call { callee, args, .. } => match facts.expr(*callee) {
                Expr::Member { object, name }
                    if matches!(
                        name.as_str(),
                        "get" | "values" | "entries" | "slice" | "filter" | "concat"
                    ) =>
                {
                    let found = part(*object);
                    if found && name == "get" && key.is_none() {
                        *key = args.first().copied();
                    }
                    found
                }
                _ => false,
            },
            Expr::Index { object, index } => {
                let found = part(*object);
                if found && key.is_none() {
                    *key = Some(*index);
                }
                found
            }
            Expr::Member { object, name } if name == "current" => part(*object),
            Expr::Binary { left, right, .. } => part(*left) || part(*right),
            Expr::Assign { target, value, .. } => part(*target) || part(*value),
            _ => false,
        }
    }

    fn is_holder(&self, file: crate::source::FileId, expr: ExprId, holder: Holder) -> bool {
        let facts = self.facts(file);
        match holder {
            Holder::Name(binding) => {
                matches!(facts.expr(expr), Expr::Ident { binding: Some(it), .. } if *it == binding)
            }
            Holder::Field(class, value) => match facts.expr(expr) {
                Expr::Member { object, name } if matches!(facts.expr(*object), Expr::This) => {
                    field_name(facts, class.class, value).is_some_and(|it| it == *name)
                        && self.class_around(file, expr) == Some(class.class)
                }
                _ => false,
            },
        }
    }

    /// What keeps the value that an expression makes.
    fn holder_of(&self, made: At) -> Option<Holder> {
        let facts = self.facts(made.file);
        let mut expr = made.expr;
        // `useRef(new Set())`, `new Set() as Listeners`
        for _ in 0..3 {
            if let Some(binding) = self.binding_of_value(At { expr, ..made }) {
                return Some(Holder::Name(binding));
            }
            for (index, class) in facts.classes.iter().enumerate() {
                let class_at = ClassAt { file: made.file, class: ClassId(u32::try_from(index).ok()?) };
                let holds = class
                    .members
                    .iter()
                    .any(|it| matches!(it.kind, MemberKind::Field(Some(value)) if value == expr));
                if holds {
                    return Some(Holder::Field(class_at, expr));
                }
            }
            let write = facts.writes.iter().find(|it| it.value == expr);
            if let Some(write) = write
                && matches!(facts.expr(write.object), Expr::This)
            {
                let class = self.class_around(made.file, write.expr)?;
                return Some(Holder::Field(ClassAt { file: made.file, class }, expr));
            }
            let parent = facts.node(expr).parent?;
            match facts.expr(parent) {
                Expr::Call { callee, .. } if *callee != expr => expr = parent,
                Expr::Assign { target, .. } => {
                    return match facts.expr(*target) {
                        Expr::Ident { binding: Some(binding), .. } => Some(Holder::Name(*binding)),
                        _ => None,
                    };
                }
                _ => return None,
            }
        }
        None
    }

    /// The expression that builds the collection which an expression reads, and whether its items
    /// are pairs of key and value.
    pub fn collection_behind(&self, at: At) -> (At, bool) {
        let facts = self.facts(at.file);
        let mut expr = at.expr;
        let mut pairs = true;
        for _ in 0..MAX_DEPTH {
            match facts.expr(expr) {
                Expr::Call { callee, args, .. } => match facts.expr(*callee) {
                    Expr::Member { object, name } => match (name.as_str(), facts.expr(*object)) {
                        ("values" | "from", Expr::Ident { name, binding: None })
                            if name == "Object" || name == "Array" =>
                        {
                            pairs &= name == "Array";
                            let Some(arg) = args.first() else { break };
                            expr = *arg;
                        }
                        ("values", _) => {
                            pairs = false;
                            expr = *object;
                        }
                        ("entries" | "slice" | "filter" | "reverse" | "toReversed", _) => expr = *object,
                        _ => break,
                    },
                    _ => break,
                },
                Expr::Array(parts) => match parts.as_ref() {
                    [only] => match facts.expr(*only) {
                        Expr::Spread(inner) => expr = *inner,
                        _ => break,
                    },
                    _ => break,
                },
                _ => break,
            }
        }
        (At { expr, ..at }, pairs)
    }
}

/// The name of the class member whose value an expression is.
fn field_name(facts: &FileFacts, class: ClassId, value: ExprId) -> Option<smol_str::SmolStr> {
    let declared = facts.classes.get(class.index())?;
    let member =
        declared.members.iter().find(|it| matches!(it.kind, MemberKind::Field(Some(own)) if own == value));
    member
        .map(|it| it.name.clone())
        .or_else(|| facts.writes.iter().find(|it| it.value == value).map(|it| it.name.clone()))
}
