//! Where a value goes: from the expression that holds it forward through names, files, objects,
//! fields, calls, returns, hooks, state and React contexts.
//!
//! One step at a time, and without knowing what is carried: channels and messages are both
//! followed by it. What only their own rules can decide (a member is read, a library is called)
//! comes back as a [`Use`].

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::catalog::rows::Gives;
use crate::facts::{
    BinaryOp, BindingId, ClassId, ExportTarget, Expr, ExprId, FunctionId, JsxTag, MemberKind, Origin,
    PathKey, PropertyKey,
};
use crate::link::eval::Evaluator;
use crate::link::program::Program;
use crate::link::value::{At, ClassAt, FunctionAt, Value};
use crate::source::{FileId, Role};

/// An expression, and the keys that lead from its value to what is carried.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Carrier {
    /// The expression.
    pub at: At,
    /// Keys from its value inward; none when the value itself is what is carried.
    pub keys: Vec<SmolStr>,
}

/// A call that a value is an argument of.
#[derive(Clone, Copy)]
struct Entry<'a> {
    call: At,
    /// Which argument.
    index: usize,
    /// Keys that lead from the argument to what is carried.
    keys: &'a [SmolStr],
}

/// What is done with a carried value where only its own rules can say what follows.
#[derive(Debug, Clone)]
pub(super) enum Use {
    /// A member of it is read: the member expression and the name.
    Member(At, SmolStr),
    /// A member of it is taken by destructuring: the name, and what is bound.
    Taken(SmolStr, BindingId, usize),
    /// It is called, at this call.
    Called(At),
    /// It is handed to a call, as this argument, whose callee is not a function of the repository.
    Argument {
        /// The call.
        call: At,
        /// Which argument.
        index: usize,
        /// What the callee can be.
        callees: Vec<Value>,
    },
    /// It is an argument of this call of a function of the repository, which it is followed into.
    Entered(At),
    /// It selects an entry of something: `handlers[it]`.
    Key(At),
    /// It is an operand of this comparison.
    Compared(At),
    /// It is put into something under a key that only the run time knows: `{ [id]: it }`, `list[id] = it`.
    Filed,
}

/// The calls by which one walk went into functions. What came in by a call goes back to that call,
/// and not to everybody who calls the function.
#[derive(Debug, Default)]
pub(super) struct Trail {
    entered: FxHashMap<FunctionAt, Vec<At>>,
    returned: FxHashMap<FunctionAt, Vec<Vec<SmolStr>>>,
}

impl Trail {
    /// Goes into a function. What it was already seen to return comes out at this call too.
    fn enter(&mut self, function: FunctionAt, call: At, next: &mut Vec<Carrier>) {
        let calls = self.entered.entry(function).or_default();
        if !calls.contains(&call) {
            calls.push(call);
            let returned = self.returned.get(&function).into_iter().flatten();
            next.extend(returned.map(|keys| Carrier { at: call, keys: keys.clone() }));
        }
    }

    /// The calls that a function was entered by; `None` when it holds the value by itself.
    fn back(&mut self, function: FunctionAt, keys: &[SmolStr]) -> Option<Vec<At>> {
        let calls = self.entered.get(&function)?;
        self.returned.entry(function).or_default().push(keys.to_vec());
        Some(calls.clone())
    }
}

impl Program {
    /// One step forward: more carriers into `next`, and what else is done with it here.
    pub(super) fn carry(&self, carrier: &Carrier, trail: &mut Trail, next: &mut Vec<Carrier>) -> Vec<Use> {
        let Carrier { at, keys } = carrier;
        let file = at.file;
        let facts = self.facts(file);
        let mut uses = Vec::new();
        self.bound(carrier, next, &mut uses);
        let node = facts.node(at.expr);
        if facts.function(node.function).is_some_and(|it| it.returns.contains(&at.expr)) {
            self.returned(file, node.function, keys, trail, next);
        }
        // `case` compares with the value of its `switch`, which keeps its first parent only.
        if keys.is_empty() {
            for (index, other) in facts.nodes_inside(node.function) {
                if let Expr::Binary { left, right, .. } = &other.expr
                    && (*left == at.expr || *right == at.expr)
                {
                    uses.push(Use::Compared(At { file, expr: index }));
                }
            }
        }
        let Some(parent) = node.parent else {
            return uses;
        };
        let parent_at = At { file, expr: parent };
        let same = |expr: ExprId| Carrier { at: At { file, expr }, keys: keys.clone() };
        let prefixed = |expr: ExprId, key: &str| {
            let mut longer = vec![SmolStr::new(key)];
            longer.extend(keys.iter().cloned());
            Carrier { at: At { file, expr }, keys: longer }
        };
        match facts.expr(parent) {
            Expr::Object(properties) => {
                for property in properties.iter().filter(|it| it.value == at.expr) {
                    match &property.key {
                        PropertyKey::Name(name) => next.push(prefixed(parent, name)),
                        PropertyKey::Spread => next.push(same(parent)),
                        PropertyKey::Computed(_) => uses.push(Use::Filed),
                    }
                }
            }
            Expr::Array(parts) => {
                if let Some(index) = parts.iter().position(|it| *it == at.expr) {
                    next.push(prefixed(parent, &index.to_string()));
                }
            }
            Expr::Conditional { test, .. } if *test != at.expr => next.push(same(parent)),
            Expr::Binary { op: BinaryOp::And | BinaryOp::Or | BinaryOp::Nullish, .. } => {
                next.push(same(parent));
            }
            Expr::Await(_) | Expr::Spread(_) => next.push(same(parent)),
            Expr::Sequence(parts) if parts.last() == Some(&at.expr) => next.push(same(parent)),
            Expr::Assign { target, value, .. } if *value == at.expr => {
                next.push(same(parent));
                self.assigned(file, *target, keys, next);
                uses.extend(matches!(facts.expr(*target), Expr::Index { .. }).then_some(Use::Filed));
            }
            // `connect().then((connection) => …)`
            Expr::Member { object, name } if *object == at.expr && name == "then" => {
                for value in self.settles(parent_at).unwrap_or_default() {
                    if let Value::Function { at: function, .. } = value {
                        self.enter_parameter(function, 0, keys, next, &mut uses);
                    }
                }
            }
            Expr::Member { object, name } if *object == at.expr => match keys.split_first() {
                Some((first, rest)) if first == name => {
                    next.push(Carrier { at: parent_at, keys: rest.to_vec() });
                }
                Some(_) => {}
                None => uses.push(Use::Member(parent_at, name.clone())),
            },
            Expr::Index { object, index } => {
                if *index == at.expr {
                    uses.push(Use::Key(parent_at));
                } else if *object == at.expr
                    && let (Some((first, rest)), Expr::Text(text)) = (keys.split_first(), facts.expr(*index))
                    && first == text
                {
                    next.push(Carrier { at: parent_at, keys: rest.to_vec() });
                }
            }
            Expr::Jsx { tag, attributes, .. } => {
                if let Some(property) = attributes.iter().find(|it| it.value == at.expr) {
                    let mut inner = keys.clone();
                    if let PropertyKey::Name(name) = &property.key {
                        inner.insert(0, name.clone());
                    }
                    if let JsxTag::Component(tag) = tag {
                        self.enter_element(parent_at, At { file, expr: *tag }, &inner, next, &mut uses);
                    }
                }
            }
            Expr::Call { callee, .. } if *callee == at.expr => {
                uses.extend(keys.is_empty().then_some(Use::Called(parent_at)));
            }
            Expr::Call { callee, args, .. } => {
                if let Some(index) = args.iter().position(|it| *it == at.expr) {
                    let entry = Entry { call: parent_at, index, keys };
                    self.enter_call(&entry, At { file, expr: *callee }, trail, next, &mut uses);
                }
            }
            _ => {}
        }
        uses
    }

    /// What a promise calls when it has settled: the values of the first argument of `promise.then(…)`.
    fn settles(&self, then: At) -> Option<Vec<Value>> {
        let facts = self.facts(then.file);
        let call = facts.node(then.expr).parent?;
        let (callee, args) = facts.call(call)?;
        let handler = (callee == then.expr).then(|| args.first())??;
        Some(Evaluator::new(self).eval(At { expr: *handler, ..then }, &None))
    }

    /// Names, fields and exports that the expression is the value of.
    fn bound(&self, carrier: &Carrier, next: &mut Vec<Carrier>, uses: &mut Vec<Use>) {
        let Carrier { at, keys } = carrier;
        let facts = self.facts(at.file);
        for (index, binding) in facts.bindings.iter().enumerate() {
            let is_item = binding.origin == Origin::Item(at.expr);
            if binding.origin != Origin::Value(at.expr) && !is_item {
                continue;
            }
            let id = BindingId(u32::try_from(index).unwrap_or(u32::MAX));
            self.enter_binding(at.file, id, keys, next, uses);
        }
        for (index, class) in facts.classes.iter().enumerate() {
            let class_at =
                ClassAt { file: at.file, class: ClassId(u32::try_from(index).unwrap_or(u32::MAX)) };
            for member in &class.members {
                if matches!(member.kind, MemberKind::Field(Some(value)) if value == at.expr) {
                    self.field_reads(class_at, &member.name, keys, next);
                }
            }
        }
        for export in &facts.exports {
            if matches!(&export.target, ExportTarget::Expr(expr) if *expr == at.expr) {
                let reads = self.uses_of_export(at.file, &export.name);
                next.extend(reads.into_iter().map(|at| Carrier { at, keys: keys.clone() }));
            }
        }
    }

    /// Every read of a name whose value, before destructuring, is carried at `keys`.
    pub(super) fn enter_binding(
        &self,
        file: FileId,
        id: BindingId,
        keys: &[SmolStr],
        next: &mut Vec<Carrier>,
        uses: &mut Vec<Use>,
    ) {
        let Some(binding) = self.facts(file).binding(id) else {
            return;
        };
        let mut left = keys;
        for (step, taken) in binding.path.iter().enumerate() {
            let key = match &taken.key {
                PathKey::Name(name) => name.clone(),
                PathKey::Index(index) => SmolStr::new(index.to_string()),
                PathKey::Rest(without) => {
                    if left.first().is_some_and(|first| without.contains(first)) {
                        return;
                    }
                    continue;
                }
                PathKey::Unknown => return,
            };
            match left.split_first() {
                Some((first, rest)) if *first == key => left = rest,
                Some(_) => return,
                None => {
                    uses.push(Use::Taken(key, id, step));
                    return;
                }
            }
        }
        next.extend(self.uses_of(file, id).into_iter().map(|at| Carrier { at, keys: left.to_vec() }));
    }

    /// Reads of what a value is assigned to.
    fn assigned(&self, file: FileId, target: ExprId, keys: &[SmolStr], next: &mut Vec<Carrier>) {
        let facts = self.facts(file);
        let longer = |name: &SmolStr| {
            let mut longer = vec![name.clone()];
            longer.extend(keys.iter().cloned());
            longer
        };
        match facts.expr(target) {
            Expr::Ident { binding: Some(binding), .. } => {
                let reads = self.uses_of(file, *binding);
                next.extend(reads.into_iter().map(|at| Carrier { at, keys: keys.to_vec() }));
            }
            Expr::Member { object, name } => match facts.expr(*object) {
                Expr::This => {
                    if let Some(class) = self.class_around(file, target) {
                        self.field_reads(ClassAt { file, class }, name, keys, next);
                    }
                }
                Expr::Ident { binding: Some(binding), .. } => {
                    let reads = self.uses_of(file, *binding);
                    next.extend(reads.into_iter().map(|at| Carrier { at, keys: longer(name) }));
                    for value in Evaluator::new(self).eval(At { file, expr: *object }, &None) {
                        if let Value::Instance { class, .. } = value {
                            self.field_reads(class, name, keys, next);
                        }
                    }
                }
                _ => {
                    for value in Evaluator::new(self).eval(At { file, expr: *object }, &None) {
                        if let Value::Instance { class, .. } | Value::Class(class) = value {
                            self.field_reads(class, name, keys, next);
                        }
                    }
                }
            },
            _ => {}
        }
    }

    /// Reads of a field of a class: `this.socket` in its own code, `portal.socket` elsewhere.
    fn field_reads(&self, class: ClassAt, name: &SmolStr, keys: &[SmolStr], next: &mut Vec<Carrier>) {
        let facts = self.facts(class.file);
        let mut files = vec![class.file];
        let own_name = facts.classes.get(class.class.index()).and_then(|it| it.name.clone());
        let is_private = name.starts_with('#');
        if let Some(own_name) = own_name.filter(|_| !is_private) {
            let mut users = self.files_mentioning(class.file, &own_name);
            // An instance goes under another name than its class.
            for export in &facts.exports {
                users.extend(self.files_mentioning(class.file, &export.name));
            }
            let readers = self.files_mentioning(class.file, name);
            users.retain(|it| readers.binary_search(it).is_ok());
            files.extend(users);
        }
        files.sort_unstable();
        files.dedup();
        for file in files {
            if self.file(file).is_some_and(|it| it.role == Role::Test) {
                continue;
            }
            let facts = self.facts(file);
            for (index, node) in facts.nodes.iter().enumerate() {
                let Expr::Member { object, name: read } = &node.expr else {
                    continue;
                };
                if read != name {
                    continue;
                }
                let expr = ExprId(u32::try_from(index).unwrap_or(u32::MAX));
                let is_it = match facts.expr(*object) {
                    Expr::This if file == class.file => self.class_around(file, expr) == Some(class.class),
                    _ => Evaluator::new(self)
                        .eval(At { file, expr: *object }, &None)
                        .iter()
                        .any(|it| matches!(it, Value::Instance { class: own, .. } | Value::Class(own) if *own == class)),
                };
                if is_it {
                    next.push(Carrier { at: At { file, expr }, keys: keys.to_vec() });
                }
            }
            // `const { socket } = this`
            for (index, binding) in facts.bindings.iter().enumerate() {
                let (Origin::Value(value), Some(first)) = (binding.origin, binding.path.first()) else {
                    continue;
                };
                if first.key != PathKey::Name(name.clone()) || binding.path.len() > 1 {
                    continue;
                }
                let is_it = Evaluator::new(self)
                    .eval(At { file, expr: value }, &None)
                    .iter()
                    .any(|it| matches!(it, Value::Instance { class: own, .. } if *own == class));
                if is_it {
                    let id = BindingId(u32::try_from(index).unwrap_or(u32::MAX));
                    let reads = self.uses_of(file, id);
                    next.extend(reads.into_iter().map(|at| Carrier { at, keys: keys.to_vec() }));
                }
            }
        }
    }

    /// What a function returns reaches its callers; what a getter returns, the reads of it.
    fn returned(
        &self,
        file: FileId,
        function: FunctionId,
        keys: &[SmolStr],
        trail: &mut Trail,
        next: &mut Vec<Carrier>,
    ) {
        let facts = self.facts(file);
        let Some(declared) = facts.function(function) else {
            return;
        };
        // `useMemo(() => io(url))`, `useState(() => …)`
        if let Some(expr) = declared.expr
            && let Some(parent) = facts.node(expr).parent
            && let Some((callee, args)) = facts.call(parent)
            && callee != expr
            && let Some(index) = args.iter().position(|it| *it == expr)
        {
            let at = At { file, expr: parent };
            for value in Evaluator::new(self).eval(At { file, expr: callee }, &None) {
                if let Value::Library { package, symbol, .. } = &value {
                    next.extend(self.given_back(package, symbol, at, index, keys, true));
                }
                // `set((state) => ({ ...state, last: message }))`
                next.extend(self.shared_reads(&value, keys));
            }
        }
        let getter = declared.class.and_then(|class| {
            let members = &facts.classes.get(class.index())?.members;
            let member =
                members.iter().find(|it| matches!(it.kind, MemberKind::Getter(own) if own == function))?;
            Some((ClassAt { file, class }, member.name.clone()))
        });
        if let Some((class, name)) = getter {
            self.field_reads(class, &name, keys, next);
            return;
        }
        let function = FunctionAt { file, function };
        let callers = trail.back(function, keys).unwrap_or_else(|| self.likely_callers(function));
        let callers = callers.into_iter().enumerate().take_while(|(at, _)| self.has_room(*at, file));
        next.extend(callers.map(|(_, at)| Carrier { at, keys: keys.to_vec() }));
    }

    /// What a library call gives back of an argument. `called`: the argument is a function whose
    /// result is carried.
    fn given_back(
        &self,
        package: &str,
        symbol: &str,
        at: At,
        index: usize,
        keys: &[SmolStr],
        called: bool,
    ) -> Option<Carrier> {
        let name = if symbol.is_empty() { "default" } else { symbol };
        let row = self.catalog().returns(package, name).filter(|row| row.argument == index)?;
        let with = |key: &'static str| {
            let mut longer = vec![SmolStr::new_static(key)];
            longer.extend(keys.iter().cloned());
            longer
        };
        let keys = match (row.gives, called) {
            (Gives::Argument, false) | (Gives::Call, true) => keys.to_vec(),
            (Gives::State, _) => with("0"),
            (Gives::Ref, false) => with("current"),
            _ => return None,
        };
        Some(Carrier { at, keys })
    }

    fn enter_call(
        &self,
        entry: &Entry<'_>,
        callee: At,
        trail: &mut Trail,
        next: &mut Vec<Carrier>,
        uses: &mut Vec<Use>,
    ) {
        let Entry { call, index, keys } = *entry;
        let mut others = Vec::new();
        for value in Evaluator::new(self).eval(callee, &None) {
            match &value {
                Value::Function { at: function, .. } => {
                    uses.push(Use::Entered(call));
                    trail.enter(*function, call, next);
                    self.enter_parameter(*function, index, keys, next, uses);
                }
                Value::Class(class) => {
                    let constructor = self.facts(class.file).classes.get(class.class.index());
                    if let Some(function) = constructor.and_then(|it| it.constructor) {
                        let function = FunctionAt { file: class.file, function };
                        uses.push(Use::Entered(call));
                        trail.enter(function, call, next);
                        self.enter_parameter(function, index, keys, next, uses);
                    }
                }
                Value::Library { package, symbol, .. } => {
                    next.extend(self.given_back(package, symbol, call, index, keys, false));
                    self.enter_setter(package, symbol, callee, keys, next);
                    next.extend(self.shared_reads(&value, keys));
                    others.push(value);
                }
                _ => {
                    next.extend(self.shared_reads(&value, keys));
                    others.push(value);
                }
            }
        }
        if !others.is_empty() && keys.is_empty() {
            uses.push(Use::Argument { call, index, callees: others });
        }
    }

    /// Whether a symbol sets the state of a component: `useState().1`.
    pub(super) fn is_state_setter(&self, package: &str, symbol: &str) -> bool {
        let made = symbol.strip_suffix("().1");
        let row = made.and_then(|made| self.catalog().returns(package, made));
        row.is_some_and(|row| row.gives == Gives::State)
    }

    /// `setLast(message)` sets what `last` reads.
    fn enter_setter(
        &self,
        package: &str,
        symbol: &str,
        callee: At,
        keys: &[SmolStr],
        next: &mut Vec<Carrier>,
    ) {
        let is_setter = self.is_state_setter(package, symbol);
        if let Some(state) = is_setter.then(|| self.state_of_setter(callee.file, callee.expr)).flatten() {
            let reads = self.uses_of(callee.file, state);
            next.extend(reads.into_iter().map(|at| Carrier { at, keys: keys.to_vec() }));
        }
    }

    /// An argument goes on as the names that the parameter declares.
    pub(super) fn enter_parameter(
        &self,
        function: FunctionAt,
        index: usize,
        keys: &[SmolStr],
        next: &mut Vec<Carrier>,
        uses: &mut Vec<Use>,
    ) {
        let facts = self.facts(function.file);
        for (position, binding) in facts.bindings.iter().enumerate() {
            let Origin::Parameter { function: owner, index: at } = binding.origin else {
                continue;
            };
            if owner != function.function {
                continue;
            }
            let at = at as usize;
            let rest = facts.function(owner).and_then(|it| it.params.get(at)).is_some_and(|it| it.rest);
            let mut keys = keys.to_vec();
            if rest && index >= at {
                keys.insert(0, SmolStr::new((index - at).to_string()));
            } else if at != index {
                continue;
            }
            let id = BindingId(u32::try_from(position).unwrap_or(u32::MAX));
            self.enter_binding(function.file, id, &keys, next, uses);
            // `constructor(private readonly socket: Socket)`
            for (index, class) in facts.classes.iter().enumerate() {
                if class.constructor != Some(owner) {
                    continue;
                }
                let class_at =
                    ClassAt { file: function.file, class: ClassId(u32::try_from(index).unwrap_or(u32::MAX)) };
                for member in &class.members {
                    let is_it = matches!(member.kind, MemberKind::Field(Some(value))
                        if matches!(facts.expr(value), Expr::Ident { binding: Some(own), .. } if *own == id));
                    if is_it {
                        self.field_reads(class_at, &member.name, &keys, next);
                    }
                }
            }
        }
    }

    fn enter_element(
        &self,
        element: At,
        tag: At,
        keys: &[SmolStr],
        next: &mut Vec<Carrier>,
        uses: &mut Vec<Use>,
    ) {
        let evaluator = Evaluator::new(self);
        for value in evaluator.eval(tag, &None) {
            match value {
                Value::Function { at: function, .. } => {
                    uses.push(Use::Entered(element));
                    self.enter_parameter(function, 0, keys, next, uses);
                }
                // `<Ctx value={…}>`, and below `<Ctx.Provider value={…}>`
                Value::Made { gives: Gives::Context, at: context, .. } => {
                    self.context_reads(context, keys, next, uses);
                }
                Value::Class(class) => {
                    uses.push(Use::Entered(element));
                    if let Some(constructor) = self.constructor_of(class) {
                        self.enter_parameter(constructor, 0, keys, next, uses);
                    }
                    self.props_reads(class, keys, next);
                }
                _ => {}
            }
        }
        if let Expr::Member { object, name } = self.facts(tag.file).expr(tag.expr)
            && name == "Provider"
        {
            for value in evaluator.eval(At { expr: *object, ..tag }, &None) {
                if let Value::Made { gives: Gives::Context, at: context, .. } = value {
                    self.context_reads(context, keys, next, uses);
                }
            }
        }
    }

    /// Reads of `this.props` in a component that is a class.
    fn props_reads(&self, class: ClassAt, keys: &[SmolStr], next: &mut Vec<Carrier>) {
        let facts = self.facts(class.file);
        let reads = facts.nodes.iter().enumerate().filter_map(|(index, node)| match &node.expr {
            Expr::Member { object, name } if name == "props" && matches!(facts.expr(*object), Expr::This) => {
                Some(ExprId(u32::try_from(index).unwrap_or(u32::MAX)))
            }
            _ => None,
        });
        let own = reads.filter(|it| self.class_around(class.file, *it) == Some(class.class));
        next.extend(own.map(|expr| Carrier { at: At { file: class.file, expr }, keys: keys.to_vec() }));
    }

    /// What reads a context: `useContext(Ctx)`, `<Ctx.Consumer>{(value) => …}</Ctx.Consumer>`.
    fn context_reads(&self, context: At, keys: &[SmolStr], next: &mut Vec<Carrier>, uses: &mut Vec<Use>) {
        let Some((first, rest)) = keys.split_first() else {
            return;
        };
        if first != "value" {
            return;
        }
        let Some(name) = self
            .binding_of_value(context)
            .and_then(|it| self.facts(context.file).binding(it))
            .map(|it| it.name.clone())
        else {
            return;
        };
        let mut files = self.files_mentioning(context.file, &name);
        files.push(context.file);
        files.sort_unstable();
        files.dedup();
        for file in files {
            let facts = self.facts(file);
            for call in &facts.calls {
                let Some((callee, [argument, ..])) = facts.call(*call) else {
                    continue;
                };
                let evaluator = Evaluator::new(self);
                let reads = evaluator.eval(At { file, expr: callee }, &None).iter().any(|it| match it {
                    Value::Library { package, symbol, .. } => self
                        .catalog()
                        .returns(package, symbol)
                        .is_some_and(|row| row.gives == Gives::ContextValue),
                    _ => false,
                });
                let is_it = reads
                    && evaluator.eval(At { file, expr: *argument }, &None).iter().any(
                        |it| matches!(it, Value::Made { gives: Gives::Context, at, .. } if *at == context),
                    );
                if is_it {
                    next.push(Carrier { at: At { file, expr: *call }, keys: rest.to_vec() });
                }
            }
            for element in &facts.elements {
                let at = At { file, expr: *element };
                if self.consumed(at) != Some(context) {
                    continue;
                }
                for function in self.rendered_by(at) {
                    self.enter_parameter(function, 0, rest, next, uses);
                }
            }
        }
    }
}
