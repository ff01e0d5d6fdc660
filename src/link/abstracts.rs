//! Template methods: a class whose timer runs what only its subclasses supply.

use smol_str::SmolStr;

use super::effects::Reach;
use super::eval::Evaluator;
use super::program::Program;
use super::site::{Site, Work};
use super::timer::Step;
use super::value::{Args, At, ClassAt, Env, FunctionAt, Value};
use crate::facts::{ClassId, Expr, ExprId, MemberKind};
use crate::source::{FileId, Role};
use crate::vocabulary::Kind;

/// Classes that one chain of `extends` may have.
const MAX_BASES: usize = 8;

/// A call of a method that subclasses supply.
#[derive(Debug, Clone)]
pub struct Supplied {
    /// The class that calls it.
    pub class: ClassAt,
    /// Its name.
    pub method: SmolStr,
    /// The calls on the way to it.
    pub chain: Vec<Step>,
}

impl Program {
    /// The class around a call of `this.name()` whose subclasses supply the method.
    pub(super) fn supplied_by_subclasses(&self, call: At, callee: ExprId) -> Option<(ClassAt, SmolStr)> {
        let facts = self.facts(call.file);
        let Expr::Member { object, name } = facts.expr(callee) else { return None };
        if !matches!(facts.expr(*object), Expr::This) {
            return None;
        }
        let class = ClassAt { file: call.file, class: self.class_around(call.file, call.expr)? };
        let declares = |class: &ClassAt| {
            self.facts(class.file).classes.get(class.class.index()).is_some_and(|it| {
                it.members.iter().any(|it| it.name == *name && matches!(it.kind, MemberKind::Abstract))
            })
        };
        self.with_bases(class).iter().any(declares).then(|| (class, name.clone()))
    }

    /// Only of the class that holds the timer is the missing method a definition; of any other object
    /// it is a call that could not be followed.
    pub(super) fn keep_own_templates(&self, timer: At, reach: &mut Reach) {
        let own = self.class_around(timer.file, timer.expr).map(|class| ClassAt { file: timer.file, class });
        let family = own.map(|class| self.with_bases(class)).unwrap_or_default();
        for supplied in std::mem::take(&mut reach.supplied) {
            let class = supplied.class;
            let related =
                family.contains(&class) || own.is_some_and(|own| self.with_bases(class).contains(&own));
            if related {
                reach.supplied.push(supplied);
            } else {
                reach.lost.push(supplied.chain);
            }
        }
    }

    /// The timers that a template makes of its subclasses: each with the work and the pause that the
    /// subclass supplies.
    pub(super) fn subclass_sites(&self, template: &Site, reach: &Reach) -> Vec<Site> {
        let Some(supplied) = reach.supplied.first() else { return Vec::new() };
        let evaluator = Evaluator::new(self);
        let makes = |class: ClassAt| {
            let base = self.facts(class.file).classes.get(class.class.index())?.extends?;
            let instance = Value::Instance { class, made: None };
            let at = At { file: class.file, expr: base };
            let mut work = evaluator.member(&instance, &supplied.method, at);
            work.retain(|it| matches!(it, Value::Function { .. }));
            let (interval, env) = self.pause_of(template, reach, &instance).unzip();
            (!work.is_empty()).then(|| Site {
                place: self.place(at),
                kind: Kind::IntervalHook,
                api: self.label(at),
                anchor: self.own_method(class, &supplied.method).unwrap_or(at),
                definition: Some(template.anchor),
                env: env.unwrap_or_default(),
                interval,
                work: Work::Functions(work),
                self_clearing: true,
                ..template.clone()
            })
        };
        self.concrete_subclasses(supplied.class).into_iter().filter_map(makes).collect()
    }

    /// The expression of a template's pause, and the frame in which an instance of a subclass waits for it.
    fn pause_of(&self, template: &Site, reach: &Reach, instance: &Value) -> Option<(At, Env)> {
        let own = template.interval?;
        let given = Evaluator::new(self).eval(own, &template.env);
        let given = given.iter().flat_map(|it| self.given_for(it)).filter(|it| {
            let holder = self.outermost_function(it.call);
            holder.is_some_and(|it| reach.walked.contains(&it))
        });
        given.map(|it| it.value).chain([own]).find_map(|at| {
            let method = self.outermost_function(at)?;
            let env = Evaluator::new(self).frame(
                method,
                Args::Values(Vec::new()),
                Some(instance.clone()),
                &None,
                &None,
            );
            Some((at, env))
        })
    }

    /// A place in the method that a class itself declares.
    fn own_method(&self, class: ClassAt, name: &str) -> Option<At> {
        let facts = self.facts(class.file);
        let declared = facts.classes.get(class.class.index())?;
        let function = declared.members.iter().find_map(|it| match it.kind {
            MemberKind::Method(function) if it.name == name => Some(function),
            _ => None,
        })?;
        let first = facts.function(function)?.first_node;
        let at = At { file: class.file, expr: first };
        (self.outermost_function(at) == Some(FunctionAt { file: class.file, function })).then_some(at)
    }

    /// Classes of product code that extend a class, perhaps through others, and leave nothing open.
    fn concrete_subclasses(&self, base: ClassAt) -> Vec<ClassAt> {
        let mut found = vec![base];
        let mut next = 0;
        while let Some(class) = found.get(next).copied().filter(|_| self.has_room(found.len(), base.file)) {
            next += 1;
            let name = self.facts(class.file).classes.get(class.class.index()).and_then(|it| it.name.clone());
            let files = name.map(|it| self.files_mentioning(class.file, &it)).unwrap_or_default();
            let product = |file: &FileId| self.file(*file).is_some_and(|it| it.role == Role::Product);
            for file in files.into_iter().chain([class.file]).filter(product) {
                for index in 0..self.facts(file).classes.len() {
                    let other = ClassAt { file, class: ClassId(u32::try_from(index).unwrap_or(u32::MAX)) };
                    if !found.contains(&other) && self.with_bases(other).get(1) == Some(&class) {
                        found.push(other);
                    }
                }
            }
        }
        found.retain(|it| *it != base && !self.is_open(*it));
        found
    }

    /// Whether a class leaves a method to its subclasses.
    fn is_open(&self, class: ClassAt) -> bool {
        let mut closed: Vec<&SmolStr> = Vec::new();
        for class in self.with_bases(class) {
            let members = self.facts(class.file).classes.get(class.class.index()).map(|it| &it.members);
            for member in members.into_iter().flatten() {
                if closed.contains(&&member.name) {
                    continue;
                }
                if matches!(member.kind, MemberKind::Abstract) {
                    return true;
                }
                closed.push(&member.name);
            }
        }
        false
    }

    /// A class and those that it extends.
    fn with_bases(&self, class: ClassAt) -> Vec<ClassAt> {
        let mut family = vec![class];
        let mut next = Some(class);
        while let Some(class) = next.filter(|_| family.len() <= MAX_BASES) {
            let extends = self.facts(class.file).classes.get(class.class.index()).and_then(|it| it.extends);
            let bases = extends
                .map(|expr| Evaluator::new(self).eval(At { file: class.file, expr }, &None))
                .unwrap_or_default();
            next = bases.into_iter().find_map(|it| match it {
                Value::Class(base) if !family.contains(&base) => Some(base),
                _ => None,
            });
            family.extend(next);
        }
        family
    }
}
