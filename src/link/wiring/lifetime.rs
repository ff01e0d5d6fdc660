//! How long channels and listeners live: whether they end with the component that made them, and
//! whether a channel comes back after it broke.

use smol_str::SmolStr;

use super::channels::{Opened, Registration, Traffic};
use super::flow::Routed;
use super::model::{Channel, KeptListener};
use crate::catalog::rows::Reconnects;
use crate::facts::{Expr, ExprId, FunctionId, Origin};
use crate::link::eval::Evaluator;
use crate::link::label::names_hook;
use crate::link::program::Program;
use crate::link::value::{At, FunctionAt, Value};
use crate::source::Role;
use crate::vocabulary::{Cleared, Confidence};

/// Functions through which a call that ends something is traced to a cleanup.
const MAX_HOPS: usize = 4;

impl Program {
    /// The channels of product code as the reports show them.
    pub(super) fn channel_rows(&self, traffic: &Traffic, routed: &Routed) -> Vec<Channel> {
        let mut rows: Vec<Channel> = traffic
            .opened
            .iter()
            .enumerate()
            .filter(|(_, opened)| self.file(opened.at.file).is_some_and(|it| it.role == Role::Product))
            .map(|(index, opened)| self.channel_row(index, opened, traffic, routed))
            .collect();
        rows.sort_by_key(|it| it.place);
        rows
    }

    fn channel_row(&self, index: usize, opened: &Opened, traffic: &Traffic, routed: &Routed) -> Channel {
        let at = opened.at;
        let on_it = |at: &At| {
            traffic.registrations.get(at).is_some_and(|it| it.channels.contains(&index) || it.at == opened.at)
        };
        let mut messages: Vec<SmolStr> =
            routed.routes.iter().filter(|route| on_it(&route.from)).map(|route| route.name.clone()).collect();
        messages.sort();
        messages.dedup();
        let mut receivers: Vec<_> = traffic
            .registrations
            .values()
            .filter(|it| it.channels.contains(&index) || it.at == opened.at)
            .filter(|it| !self.hears_only_of_the_connection(it))
            .map(|it| self.spot(it.at, self.label(it.at), Confidence::Certain))
            .collect();
        receivers.sort();
        receivers.dedup();
        Channel {
            place: self.place(at),
            api: self.callee_label(at),
            owner: self.owner(at),
            side: self.side(at.file),
            live: self.is_live(at),
            closed: self.is_closed(opened),
            reconnects: match opened.row.reconnects {
                Reconnects::Yes => Some(true),
                Reconnects::No => Some(self.is_told_to_reconnect(opened) || self.reopens(at)),
            },
            remote: !opened.row.local,
            subscription: opened.row.subscription,
            messages,
            receivers,
        }
    }

    /// `socket.addEventListener("open", …)`: no message comes by there.
    fn hears_only_of_the_connection(&self, registration: &Registration) -> bool {
        let row = &registration.row;
        let slots = row.name.iter().flat_map(|slot| self.slot(registration.at, slot, &None));
        let names: Vec<SmolStr> = slots.flat_map(|at| self.texts(at, &None).0).collect();
        let is_reserved = |name: &SmolStr| {
            row.reserved.iter().any(|listed| match listed.strip_suffix('*') {
                Some(start) => name.starts_with(start),
                None => name == listed,
            })
        };
        !names.is_empty() && names.iter().all(is_reserved)
    }

    /// Whether an option of the call makes the library open the channel again.
    fn is_told_to_reconnect(&self, opened: &Opened) -> bool {
        let slots = opened.row.reconnect_switch.iter().flat_map(|slot| self.slot(opened.at, slot, &None));
        let evaluator = Evaluator::new(self);
        slots.flat_map(|at| evaluator.eval(at, &None).into_iter().map(move |it| (at, it))).any(
            |(at, value)| match value {
                Value::Function { .. } => {
                    evaluator.call_with(&value, Vec::new(), at).iter().any(|it| it.is_falsy() != Some(true))
                }
                _ => value.is_falsy() == Some(false),
            },
        )
    }

    /// Whether a channel ends with its owner. Benefit of the doubt where it leaves our sight.
    fn is_closed(&self, opened: &Opened) -> Cleared {
        if opened.row.self_closing {
            return Cleared::NotNeeded;
        }
        let home = |at: At| (at.file, self.facts(at.file).node(at.expr).function);
        if opened.closes.iter().any(|at| home(*at) == home(opened.at) || self.runs_at_the_end(*at)) {
            return Cleared::Yes;
        }
        if opened.row.gives_stop && self.answer_is_used(opened.at, true) {
            return Cleared::Yes;
        }
        if !self.comes_and_goes(opened.at) {
            return Cleared::NotNeeded;
        }
        if opened.escapes { Cleared::NotNeeded } else { Cleared::No }
    }

    /// Whether code belongs to a component or hook, of which instances come and go.
    fn comes_and_goes(&self, at: At) -> bool {
        let facts = self.facts(at.file);
        facts.functions_around(at.expr).any(|function| {
            let declared = facts.function(function).filter(|it| it.class.is_none());
            // A function with a capital that gives back a connection is no component.
            declared.and_then(|it| it.name.as_deref()).is_some_and(|name| {
                names_hook(name) || self.is_component(FunctionAt { file: at.file, function })
            })
        })
    }

    /// Whether a call runs when its owner goes away: in a function that another returns, in a method
    /// that ends things, or in something that one of these calls.
    fn runs_at_the_end(&self, call: At) -> bool {
        let mut waiting = vec![call];
        let mut seen = Vec::new();
        for _ in 0..MAX_HOPS {
            let mut next = Vec::new();
            for at in std::mem::take(&mut waiting) {
                let facts = self.facts(at.file);
                for function in self.runs_with(at) {
                    let Some(declared) = facts.function(function).filter(|_| function != FunctionId::MODULE)
                    else {
                        continue;
                    };
                    let returned = declared.expr.is_some_and(|expr| {
                        facts.function(declared.parent).is_some_and(|outer| outer.returns.contains(&expr))
                    });
                    if returned || declared.class.is_some() {
                        return true;
                    }
                    let own = FunctionAt { file: at.file, function };
                    if !seen.contains(&own) {
                        seen.push(own);
                        next.extend(self.callers(own).iter().take(20).map(|it| it.at));
                        // `return disconnect`, `onUnmount(disconnect)`
                        if self.is_returned_by_name(own) {
                            return true;
                        }
                    }
                }
            }
            waiting = next;
        }
        false
    }

    /// The function that holds a call, and those around it that run it at once: a callback of a list or
    /// of a promise. A handler that is assigned, or the body of an effect, runs at another time.
    fn runs_with(&self, at: At) -> Vec<FunctionId> {
        let facts = self.facts(at.file);
        let mut found = Vec::new();
        for function in facts.functions_around(at.expr) {
            found.push(function);
            let handed = facts
                .function(function)
                .and_then(|it| it.expr)
                .and_then(|expr| facts.node(expr).parent)
                .and_then(|parent| facts.call(parent))
                .map(|(callee, _)| callee);
            let at_once = handed.is_some_and(|callee| match facts.expr(callee) {
                Expr::Member { .. } => true,
                Expr::Ident { name, .. } => !names_hook(name),
                // `(() => {…})()`
                _ => true,
            });
            if !at_once {
                break;
            }
        }
        found
    }

    /// Whether a function's name is returned from the function that declares it.
    fn is_returned_by_name(&self, function: FunctionAt) -> bool {
        let facts = self.facts(function.file);
        let declared = facts.function(function.function);
        let own = declared.and_then(|it| it.expr);
        facts.bindings.iter().any(|binding| {
            let is_it = match binding.origin {
                Origin::Function(it) => it == function.function,
                Origin::Value(value) => {
                    Some(value) == own
                        || facts.call(value).is_some_and(|(_, args)| args.first().copied() == own)
                }
                _ => false,
            };
            is_it
                && binding.uses.iter().any(|used| {
                    let node = facts.node(*used);
                    let returns = |it: &ExprId| {
                        facts.function(node.function).is_some_and(|function| function.returns.contains(it))
                    };
                    // `return { socket, disconnect }`
                    let inside = node.parent.filter(|it| matches!(facts.expr(*it), Expr::Object(_)));
                    returns(used) || inside.is_some_and(|it| returns(&it))
                })
        })
    }

    /// Whether the function that opens a channel is scheduled again by itself: a reconnect.
    fn reopens(&self, at: At) -> bool {
        let facts = self.facts(at.file);
        for function in facts.functions_around(at.expr).filter(|it| *it != FunctionId::MODULE) {
            if self.is_scheduled(FunctionAt { file: at.file, function }) {
                return true;
            }
            if facts.function(function).is_some_and(|it| it.name.is_some()) {
                return false;
            }
        }
        false
    }

    /// Whether a timer of its own file calls a function, or is handed it.
    fn is_scheduled(&self, own: FunctionAt) -> bool {
        let FunctionAt { file, function } = own;
        let facts = self.facts(file);
        let is_timer = |expr| {
            Evaluator::new(self).eval(At { file, expr }, &None).iter().any(|value| match value {
                Value::Library { package, symbol, .. } => {
                    let catalog = self.catalog();
                    catalog.once(package, symbol).is_some() || !catalog.timers(package, symbol).is_empty()
                }
                _ => false,
            })
        };
        let inside_timer = |expr| {
            let mut next = Some(expr);
            for _ in 0..24 {
                let Some(at_expr) = next else { return false };
                if let Expr::Call { callee, .. } = facts.expr(at_expr)
                    && is_timer(*callee)
                {
                    return true;
                }
                let node = facts.node(at_expr);
                next = node.parent.or_else(|| facts.function(node.function).and_then(|it| it.expr));
            }
            false
        };
        let is_named = facts.function(function).is_some_and(|it| it.name.is_some());
        let called =
            is_named && self.callers(own).iter().any(|it| it.at.file == file && inside_timer(it.at.expr));
        let value = facts.function(function).and_then(|it| it.expr);
        let handed = facts.bindings.iter().any(|binding| {
            let names_it = match binding.origin {
                Origin::Function(it) => it == function,
                // `const connect = useCallback(() => …)`
                Origin::Value(it) => value.is_some_and(|own| it == own || facts.node(own).parent == Some(it)),
                _ => false,
            };
            names_it && binding.uses.iter().any(|used| inside_timer(*used))
        });
        called || handed
    }

    /// Listeners that a component adds to a channel which outlives it, and that nothing removes.
    pub(super) fn kept_listeners(&self, traffic: &Traffic) -> Vec<KeptListener> {
        let mut kept = Vec::new();
        for registration in traffic.registrations.values() {
            let at = registration.at;
            let facts = self.facts(at.file);
            let is_call = matches!(facts.expr(at.expr), Expr::Call { .. });
            let product = self.file(at.file).is_some_and(|it| it.role == Role::Product);
            if !is_call || !product || !self.comes_and_goes(at) || registration.channels.is_empty() {
                continue;
            }
            if registration.row.gives_stop && self.answer_is_used(at, true) {
                continue;
            }
            let outermost = |expr| facts.functions_around(expr).filter(|it| *it != FunctionId::MODULE).last();
            let home = outermost(at.expr);
            // A channel that the component opens itself ends with it, or is a finding of its own.
            let outlives = registration
                .channels
                .iter()
                .filter_map(|it| traffic.opened.get(*it))
                .all(|opened| !self.comes_and_goes(opened.at) && !opened.row.self_closing);
            let ended_here = traffic
                .unlistened
                .iter()
                .chain(traffic.opened.iter().flat_map(|it| &it.closes))
                .any(|end| end.file == at.file && outermost(end.expr) == home);
            if !outlives || ended_here || self.class_around(at.file, at.expr).is_some() {
                continue;
            }
            let name = registration
                .row
                .name
                .as_ref()
                .and_then(|slot| self.slot(at, slot, &None).first().copied())
                .and_then(|at| self.texts(at, &None).0.into_iter().next());
            kept.push(KeptListener {
                place: self.place(at),
                api: self.callee_label(at),
                owner: self.owner(at),
                message: name,
                live: self.is_live(at),
                chain: vec![crate::link::timer::Step { place: self.place(at), label: self.label(at) }],
            });
        }
        kept.sort_by_key(|it| it.place);
        kept
    }
}
