//! Data that handlers of push messages bring up to date: what a poll for the same data is needless for.

use rayon::prelude::*;
use smol_str::SmolStr;

use super::channels::{Registration, Traffic};
use super::flow::{Region, Route, Routed, guards_with};
use super::model::Refresh;
use crate::facts::Expr;
use crate::link::data::Touch;
use crate::link::effects::Reach;
use crate::link::eval::Evaluator;
use crate::link::program::Program;
use crate::link::value::{At, Value};
use crate::source::{FileId, Role};
use crate::vocabulary::Confidence;

impl Program {
    /// What the handlers of messages bring up to date, sorted, as far as one of these polls may ask for the same.
    /// What only handlers of no known message do is named without one.
    pub(super) fn refreshes(&self, traffic: &Traffic, routed: &Routed, polls: &[FileId]) -> Vec<Refresh> {
        let polled = self.islands_of(polls);
        let is_near = |file: FileId| self.is_on(file, &polled);
        let by_type = routed
            .routes
            .par_iter()
            .filter(|it| is_near(it.at.file))
            .flat_map_iter(|route| self.guarded(route.at.file, || self.refreshed_by_route(route)));
        let mut refreshes: Vec<Refresh> = by_type.collect();
        let product = |it: &&Registration| {
            is_near(it.at.file) && self.file(it.at.file).is_some_and(|it| it.role == Role::Product)
        };
        let registrations: Vec<&Registration> = traffic.registrations.values().filter(product).collect();
        let untyped: Vec<Refresh> = registrations
            .par_iter()
            .flat_map_iter(|it| self.guarded(it.at.file, || self.refreshed_by_handler(it)))
            .collect();
        let known = |it: &Refresh| refreshes.iter().any(|typed| typed.touch == it.touch);
        let untyped: Vec<Refresh> = untyped.into_iter().filter(|it| !known(it)).collect();
        refreshes.extend(untyped);
        refreshes.sort();
        refreshes.dedup();
        refreshes
    }

    fn refreshed_by_route(&self, route: &Route) -> Vec<Refresh> {
        let touches = match &route.region {
            Region::Functions(functions) => {
                functions.iter().flat_map(|(value, supplier)| self.touched_by(value, *supplier)).collect()
            }
            Region::Guarded { test, holds } => self.touched_under(*test, *holds),
            Region::PassedOn(_) | Region::Unheard => Vec::new(),
        };
        self.refresh_rows(touches, Some(&route.name), route.at)
    }

    fn refreshed_by_handler(&self, registration: &Registration) -> Vec<Refresh> {
        let at = registration.at;
        let handlers = match (&registration.row.handler, registration.assigned) {
            (_, Some(assigned)) => vec![assigned],
            (Some(slot), None) => self.handler_exprs(at, slot),
            (None, None) => Vec::new(),
        };
        let values = handlers.into_iter().flat_map(|it| Evaluator::new(self).eval(it, &None));
        let touches = values.flat_map(|it| self.touched_by(&it, at)).collect();
        self.refresh_rows(touches, None, at)
    }

    fn refresh_rows(&self, touches: Vec<Touch>, message: Option<&SmolStr>, at: At) -> Vec<Refresh> {
        let handler = self.spot(at, self.label(at), Confidence::Likely);
        let row = |touch| Refresh { touch, message: message.cloned(), handler: handler.clone() };
        touches.into_iter().map(row).collect()
    }

    /// The data that running a handler is about; of one that callers supply, what all of theirs are.
    fn touched_by(&self, handler: &Value, from: At) -> Vec<Touch> {
        match handler {
            Value::Parameter { .. } => {
                let supplied = self.supplied(handler).found.into_iter().map(|it| it.value);
                let supplied: Vec<Value> = supplied
                    .filter(|it| matches!(it, Value::Function { .. } | Value::Library { .. }))
                    .collect();
                self.reach(&supplied, &[], from).touches
            }
            _ => {
                let mut touches = self.reach(std::slice::from_ref(handler), &[], from).touches;
                let (place, label) = (self.place(from), self.label(from));
                touches.extend(self.state_of(handler).map(|datum| Touch { datum, place, label }));
                touches
            }
        }
    }

    /// The data that the code under a condition is about.
    fn touched_under(&self, test: At, holds: bool) -> Vec<Touch> {
        let facts = self.facts(test.file);
        let guards = guards_with(facts, test.expr, holds);
        let mut reach = Reach::default();
        for expr in self.nodes_under(test, &guards) {
            let Expr::Call { callee, .. } = facts.expr(expr) else { continue };
            let call = At { expr, ..test };
            let values = Evaluator::new(self).eval(At { expr: *callee, ..test }, &None);
            reach.merge(self.reach_call(call, &values));
            // What callers supply does the work: `handlers.onOrder?.(message)`.
            for value in values.iter().filter(|it| matches!(it, Value::Parameter { .. })) {
                reach.touches.extend(self.touched_by(value, call));
            }
        }
        reach.touches
    }
}
