//! What inline callbacks are handed: items of collections, and what a library gives them.

use smol_str::SmolStr;

use crate::facts::{Expr, ExprId, JsxTag, Origin, PropertyKey};
use crate::link::value::{At, Env, FunctionAt, Value};

use super::{Evaluator, Values, merge};

/// Where a function is handed over: the call, which argument, and the option inside it.
type Given = (ExprId, usize, Option<SmolStr>);

/// Methods that run a callback for each item of what they are called on.
const WALKS: [&str; 9] = ["every", "filter", "find", "flatMap", "forEach", "map", "some", "findLast", "flat"];

impl Evaluator<'_> {
    /// What a function is handed as a parameter by the call that it is an argument of.
    pub(super) fn handed(&self, function: FunctionAt, index: u32, env: &Env) -> Option<Values> {
        let facts = self.facts(function.file);
        let own = facts.function(function.function)?.expr;
        if index == 0
            && let Some(values) =
                own.and_then(|own| self.consumed(At { file: function.file, expr: own }, env))
        {
            return Some(values);
        }
        let given = own.and_then(|own| self.argument_of(function, own));
        if let Some((call, 0)) = given
            && index == 0
            && let Some((callee, _)) = facts.call(call)
            && let Expr::Member { object, name } = facts.expr(callee)
            && WALKS.contains(&name.as_str())
        {
            let (items, _) = self.items_behind(At { file: function.file, expr: *object }, env);
            if !items.is_empty() {
                return Some(items);
            }
        }
        if !self.program.hands_to_callbacks(function.file) {
            return None;
        }
        let given = given.map(|(call, position)| (call, position, None));
        let given = given.or_else(|| own.and_then(|own| self.option_of(function, own)));
        let given = given.or_else(|| self.named_argument(function));
        let handed = given.and_then(|given| self.handed_by_library(function, given, index, env));
        handed.or_else(|| self.typed_pattern(function, index))
    }

    /// What a context hands to a function inside `<Ctx.Consumer>`.
    fn consumed(&self, function: At, env: &Env) -> Option<Values> {
        let facts = self.facts(function.file);
        let parent = facts.node(function.expr).parent?;
        let Expr::Jsx { tag: JsxTag::Component(tag), children, .. } = facts.expr(parent) else { return None };
        let Expr::Member { object, name } = facts.expr(*tag) else { return None };
        if name != "Consumer" || !children.contains(&function.expr) {
            return None;
        }
        let values = self.program.context_values(self, Some(At { expr: *object, ..function }), env);
        (!values.is_empty()).then_some(values)
    }

    /// `({ document }: onStatelessPayload) => …`: a parameter that is taken apart at once has no name
    /// that could carry its type.
    fn typed_pattern(&self, function: FunctionAt, index: u32) -> Option<Values> {
        let declared = self.facts(function.file).function(function.function)?;
        let parameter = declared.params.get(index as usize)?;
        if parameter.binding.is_some() {
            return None;
        }
        let typed = self.instance_of_type(At { file: function.file, expr: parameter.annotation? });
        let of_library = typed.iter().all(|it| matches!(it, Value::Library { .. }));
        (of_library && !typed.is_empty()).then_some(typed)
    }

    /// The call in whose options an expression stands: the call, which argument, and the option.
    fn option_of(&self, function: FunctionAt, expr: ExprId) -> Option<Given> {
        let facts = self.facts(function.file);
        let object = facts.node(expr).parent?;
        let Expr::Object(properties) = facts.expr(object) else {
            return None;
        };
        let option = properties.iter().find(|it| it.value == expr).and_then(|it| match &it.key {
            PropertyKey::Name(name) => Some(name.clone()),
            _ => None,
        })?;
        let (call, position) = self.argument_of(function, object)?;
        Some((call, position, Some(option)))
    }

    /// The call that an expression is an argument of, and which.
    fn argument_of(&self, function: FunctionAt, expr: ExprId) -> Option<(ExprId, usize)> {
        let facts = self.facts(function.file);
        let parent = facts.node(expr).parent?;
        let (callee, args) = facts.call(parent)?;
        if callee == expr {
            return None;
        }
        Some((parent, args.iter().position(|arg| *arg == expr)?))
    }

    /// `io.on("connection", welcome)`: the call that a function is handed to by its name.
    fn named_argument(&self, function: FunctionAt) -> Option<Given> {
        let facts = self.facts(function.file);
        let own = facts.function(function.function)?.expr;
        let binding = facts.bindings.iter().find(|it| match it.origin {
            Origin::Function(declared) => declared == function.function,
            Origin::Value(value) => Some(value) == own && it.path.is_empty(),
            _ => false,
        })?;
        binding.uses.iter().find_map(|used| {
            let direct = self.argument_of(function, *used).map(|(call, position)| (call, position, None));
            direct.or_else(|| self.option_of(function, *used))
        })
    }

    fn handed_by_library(
        &self,
        function: FunctionAt,
        (call, position, option): Given,
        index: u32,
        env: &Env,
    ) -> Option<Values> {
        let (callee, _) = self.facts(function.file).call(call)?;
        let at = At { file: function.file, expr: call };
        self.eval(At { expr: callee, ..at }, env).into_iter().find_map(|value| {
            let Value::Library { package, symbol, .. } = value else {
                return None;
            };
            let name = if symbol.is_empty() { "default" } else { &symbol };
            let rows = self.program.catalog().callbacks(&package, name);
            let row = rows.into_iter().find(|row| {
                row.callback.argument == Some(position)
                    && row.callback.option.as_deref() == option.as_deref()
                    && row.when.as_ref().is_none_or(|when| self.argument_is(at, when.argument, &when.text))
            })?;
            let gives = row.gives.get(index as usize).filter(|it| !it.is_empty())?;
            Some(vec![Value::Library { package, symbol: SmolStr::new(gives), call: Some((at, env.clone())) }])
        })
    }

    /// Whether an argument of a call is a text.
    pub fn argument_is(&self, call: At, argument: usize, text: &str) -> bool {
        let facts = self.facts(call.file);
        facts.call(call.expr).and_then(|(_, args)| args.get(argument)).is_some_and(|arg| {
            self.eval(At { expr: *arg, ..call }, &None)
                .iter()
                .any(|it| matches!(it, Value::Text(own) if own == text))
        })
    }

    /// The items of the collection that an expression reads, as far as they are seen, and whether
    /// walking it gives pairs of key and value.
    pub(super) fn items_behind(&self, at: At, env: &Env) -> (Values, bool) {
        let (source, mut pairs) = self.program.collection_behind(at);
        let mut items = Values::new();
        let mut is_map = false;
        for value in self.eval(source, env) {
            let (made, own) = match &value {
                Value::Library { package, symbol, call: Some((made, _)) } if package == "global" => {
                    if !matches!(symbol.as_str(), "Map()" | "Set()") {
                        continue;
                    }
                    is_map |= symbol == "Map()";
                    (*made, Values::new())
                }
                Value::Array { at, .. } => (*at, self.items(vec![value.clone()], *at)),
                _ => continue,
            };
            merge(&mut items, own.into_iter().filter(|it| !matches!(it, Value::Unknown(_))).collect());
            for entry in self.program.entries_of(made) {
                merge(&mut items, self.eval(entry.value, &None));
            }
        }
        items.retain(|it| !matches!(it, Value::Unknown(_)));
        pairs &= is_map;
        (items, pairs)
    }
}
