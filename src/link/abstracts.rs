//! Template methods: a class whose timer runs what only its subclasses supply.

use super::effects::Reach;
use super::eval::Evaluator;
use super::program::Program;
use super::value::{At, ClassAt, Value};
use crate::facts::{Expr, ExprId, MemberKind};

/// Classes that one chain of `extends` may have.
const MAX_BASES: usize = 8;

impl Program {
    /// The class around a call of `this.name()` whose subclasses supply the method.
    pub(super) fn supplied_by_subclasses(&self, call: At, callee: ExprId) -> Option<ClassAt> {
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
        self.with_bases(class).iter().any(declares).then_some(class)
    }

    /// Only of the class that holds the timer is the missing method a definition; of any other object
    /// it is a call that could not be followed.
    pub(super) fn keep_own_templates(&self, timer: At, reach: &mut Reach) {
        let own = self.class_around(timer.file, timer.expr).map(|class| ClassAt { file: timer.file, class });
        let family = own.map(|class| self.with_bases(class)).unwrap_or_default();
        for (class, chain) in std::mem::take(&mut reach.supplied) {
            let related =
                family.contains(&class) || own.is_some_and(|own| self.with_bases(class).contains(&own));
            if related {
                reach.supplied.push((class, chain));
            } else {
                reach.lost.push(chain);
            }
        }
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
