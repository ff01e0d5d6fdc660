//! Components that a wrapper hands props to from a store: `connect(mapState, actions)(Orders)`.

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use super::eval::{Evaluator, Values};
use super::program::Program;
use super::resolve::Resolution;
use super::symbols::Definition;
use super::value::{At, ClassAt, FunctionAt, Value};
use crate::catalog::rows::{Gives, SupplyMeaning, TreePart};
use crate::facts::{BindingId, Expr, ExprId, ImportedName, JsxTag, MemberKind, Origin};
use crate::source::FileId;

/// Wrappers around one component: `connect(mapState)(withRouter(memo(Orders)))`.
const MAX_WRAPPERS: u32 = 6;

/// Classes that one class is thought to extend.
const MAX_BASES: usize = 8;

/// What renders: a function, or a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Component {
    /// `function Orders(props) {}`
    Function(FunctionAt),
    /// `class Orders extends Component {}`
    Class(ClassAt),
}

/// The calls that say what each component is supplied with.
pub(super) type Connected = FxHashMap<Component, Vec<At>>;

impl Program {
    /// What a store supplies for a prop of a component.
    pub(super) fn connected_prop(
        &self,
        evaluator: &Evaluator<'_>,
        component: Component,
        prop: &str,
    ) -> Values {
        let mut values = Values::new();
        for call in self.suppliers_of(component) {
            let Some((row, package)) = self.supplier(*call) else { continue };
            for slot in self.slot(*call, &row.actions, &None) {
                for actions in evaluator.eval(slot, &None) {
                    // `(dispatch) => ({ load: () => dispatch(load()) })`
                    let actions = match actions {
                        Value::Function { .. } => {
                            let symbol = row.dispatch.as_str().into();
                            let dispatch = Value::Library { package: package.clone(), symbol, call: None };
                            evaluator.call_with(&actions, vec![dispatch], *call)
                        }
                        _ => vec![Value::dispatching(actions)],
                    };
                    values.extend(actions.iter().flat_map(|it| evaluator.member(it, prop, *call)));
                }
            }
            for selector in self.slot(*call, &row.state, &None) {
                values.extend(evaluator.selected_part(selector, Some(prop), &None));
            }
        }
        values.retain(|it| !matches!(it, Value::Undefined));
        values
    }

    /// Whether a member of what a class extends holds the props of a component.
    pub(super) fn are_props(&self, package: &str, base: &str, member: &str) -> bool {
        self.catalog().tree_part(package, &format_smolstr!("{base}().{member}")) == Some(TreePart::Props)
    }

    /// Whether a store supplies props of a component that is a class.
    pub(super) fn is_connected(&self, class: ClassAt) -> bool {
        !self.suppliers_of(Component::Class(class)).is_empty()
    }

    /// The props that the elements of a component give which is a class: as if its `render` took them.
    pub(super) fn class_props(&self, class: ClassAt) -> Option<Value> {
        let function = self.render_of(class)?;
        Some(Value::Parameter { function, index: 0, path: std::sync::Arc::from([]) })
    }

    /// The `render` of a component that is a class.
    pub(super) fn render_of(&self, class: ClassAt) -> Option<FunctionAt> {
        let declared = self.facts(class.file).classes.get(class.class.index())?;
        let render = declared.members.iter().find_map(|it| match it.kind {
            MemberKind::Method(function) if it.name == "render" && !it.is_static => Some(function),
            _ => None,
        })?;
        self.is_component_class(class).then_some(FunctionAt { file: class.file, function: render })
    }

    /// Whether what a class extends, in the end, has props.
    fn is_component_class(&self, class: ClassAt) -> bool {
        let mut class = class;
        for _ in 0..MAX_BASES {
            let declared = self.facts(class.file).classes.get(class.class.index());
            let Some(base) = declared.and_then(|it| it.extends) else { return false };
            let mut next = None;
            for base in Evaluator::new(self).eval(At { file: class.file, expr: base }, &None) {
                match base {
                    Value::Library { package, symbol, .. } if self.are_props(&package, &symbol, "props") => {
                        return true;
                    }
                    Value::Class(base) => next = Some(base),
                    _ => {}
                }
            }
            let Some(base) = next else { return false };
            class = base;
        }
        false
    }

    /// The context that an element hands to the functions inside it: `<Ctx.Consumer>`.
    pub(super) fn consumed(&self, element: At) -> Option<At> {
        let facts = self.facts(element.file);
        let Expr::Jsx { tag: JsxTag::Component(tag), .. } = facts.expr(element.expr) else { return None };
        let Expr::Member { object, name } = facts.expr(*tag) else { return None };
        if name != "Consumer" {
            return None;
        }
        Evaluator::new(self).eval(At { expr: *object, ..element }, &None).into_iter().find_map(
            |it| match it {
                Value::Made { gives: Gives::Context, at, .. } => Some(at),
                _ => None,
            },
        )
    }

    /// The functions that an element has as its children.
    pub(super) fn rendered_by(&self, element: At) -> Vec<FunctionAt> {
        let facts = self.facts(element.file);
        let Expr::Jsx { children, .. } = facts.expr(element.expr) else { return Vec::new() };
        let function = |child: &ExprId| match facts.expr(*child) {
            Expr::Function(function) => Some(FunctionAt { file: element.file, function: *function }),
            _ => None,
        };
        children.iter().filter_map(function).collect()
    }

    /// The calls that say what a component is supplied with.
    fn suppliers_of(&self, component: Component) -> &[At] {
        self.answers
            .connected
            .get_or_init(|| self.find_connected())
            .get(&component)
            .map_or(&[], Vec::as_slice)
    }

    /// Looks at declarations and imports alone: an evaluator might ask for the same again.
    fn find_connected(&self) -> Connected {
        let mut found = Connected::default();
        for (package, word) in self.catalog().supply_words() {
            let mut files = self.mentions_of(word);
            for part in package.split(|it: char| !it.is_alphanumeric()).filter(|it| it.len() > 1) {
                let more = self.mentions_of(part);
                files.retain(|it| more.binary_search(it).is_ok());
            }
            for file in files {
                let facts = self.facts(file);
                for call in &facts.calls {
                    let Some((callee, [component, ..])) = facts.call(*call) else { continue };
                    let suppliers = self.suppliers_in(file, callee, 0);
                    if suppliers.is_empty() {
                        continue;
                    }
                    if let Some(component) = self.component_of(At { file, expr: *component }, 0) {
                        let known = found.entry(component).or_default();
                        known.extend(suppliers);
                        known.sort_unstable();
                        known.dedup();
                    }
                }
            }
        }
        found
    }

    /// `connect(…)`, a name that holds it, or such calls among the arguments of `compose(…)`.
    fn suppliers_in(&self, file: FileId, expr: ExprId, depth: u32) -> Vec<At> {
        let facts = self.facts(file);
        if depth > 2 {
            return Vec::new();
        }
        match facts.expr(expr) {
            Expr::Call { .. } if self.supplier(At { file, expr }).is_some() => vec![At { file, expr }],
            Expr::Call { args, .. } if depth < 2 => {
                let args = args.iter().take(MAX_WRAPPERS as usize);
                args.filter(|it| matches!(facts.expr(**it), Expr::Call { .. } | Expr::Ident { .. }))
                    .flat_map(|it| self.suppliers_in(file, *it, depth + 1))
                    .collect()
            }
            Expr::Ident { binding: Some(binding), .. } => match facts.binding(*binding) {
                Some(it) if it.path.is_empty() => match it.origin {
                    Origin::Value(value) if matches!(facts.expr(value), Expr::Call { .. }) => {
                        self.suppliers_in(file, value, depth + 1)
                    }
                    _ => Vec::new(),
                },
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// The row of a call that says what a component is supplied with, and its package.
    fn supplier(&self, call: At) -> Option<(&SupplyMeaning, SmolStr)> {
        let (callee, _) = self.facts(call.file).call(call.expr)?;
        let (package, name) = imported(self, call.file, callee)?;
        let row = self.catalog().supply(&package, &name)?;
        Some((row, package))
    }

    /// The component that an expression is or wraps.
    fn component_of(&self, at: At, depth: u32) -> Option<Component> {
        if depth > MAX_WRAPPERS {
            return None;
        }
        let facts = self.facts(at.file);
        match facts.expr(at.expr) {
            Expr::Function(function) => {
                Some(Component::Function(FunctionAt { file: at.file, function: *function }))
            }
            Expr::Class(class) => Some(Component::Class(ClassAt { file: at.file, class: *class })),
            Expr::Call { args, .. } => self.component_of(At { expr: *args.first()?, ..at }, depth + 1),
            Expr::Ident { binding: Some(binding), .. } => self.declared_component(at.file, *binding, depth),
            _ => None,
        }
    }

    fn declared_component(&self, file: FileId, binding: BindingId, depth: u32) -> Option<Component> {
        let facts = self.facts(file);
        let declared = facts.binding(binding).filter(|it| it.path.is_empty())?;
        match declared.origin {
            Origin::Function(function) => Some(Component::Function(FunctionAt { file, function })),
            Origin::Class(class) => Some(Component::Class(ClassAt { file, class })),
            Origin::Value(expr) => self.component_of(At { file, expr }, depth + 1),
            Origin::Import(import) => {
                let import = facts.imports.get(import as usize)?;
                let ImportedName::Named(name) = &import.name else { return None };
                let Resolution::File(from) = self.resolve(file, &import.specifier) else { return None };
                match self.export(from, name)? {
                    Definition::Binding(file, binding) if depth < MAX_WRAPPERS => {
                        self.declared_component(file, binding, depth + 1)
                    }
                    Definition::Expr(at) => self.component_of(at, depth + 1),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// The package and the export that a callee is spelled as: `createStore`, `Redux.createStore`.
fn imported(program: &Program, file: FileId, callee: ExprId) -> Option<(SmolStr, SmolStr)> {
    let facts = program.facts(file);
    let (callee, member) = match facts.expr(callee) {
        Expr::Member { object, name } => (*object, Some(name)),
        _ => (callee, None),
    };
    let Expr::Ident { binding: Some(binding), .. } = facts.expr(callee) else {
        return None;
    };
    let Origin::Import(import) = facts.binding(*binding)?.origin else {
        return None;
    };
    let import = facts.imports.get(import as usize)?;
    match (program.resolve(file, &import.specifier), &import.name, member) {
        (Resolution::Package { name }, ImportedName::Named(symbol), None) => Some((name, symbol.clone())),
        (Resolution::Package { name }, _, Some(member)) => Some((name, member.clone())),
        (Resolution::File(from), ImportedName::Named(name), None) => match program.export(from, name)? {
            Definition::Library { package, symbol } => Some((package, symbol)),
            _ => None,
        },
        _ => None,
    }
}
