//! Messages that go through operators: `feed.pipe(filter(isOrder), map(toRow)).subscribe(show)`. Such a
//! pipe is cold: without a subscriber nothing in it runs.

use rustc_hash::FxHashSet;

use super::channels::{Found, Traffic};
use super::flow::{Region, Route, Routed, Walk};
use crate::link::eval::Evaluator;
use crate::link::program::Program;
use crate::link::value::{At, Value};

/// Pipes on pipes that are followed.
const MAX_PIPES: u32 = 6;

/// All that one pipe leads to.
struct Piping<'p> {
    walk: Walk<'p>,
    routes: Vec<Route>,
    /// Pipes and subscriptions that were come to.
    seen: FxHashSet<At>,
}

/// What the messages of a pipe have come through.
#[derive(Clone, Default)]
struct Stream {
    /// Where only some of the messages go on: the routes of those.
    selected: Option<Vec<Route>>,
    /// Code that gets all of them, before any were selected.
    whole: Vec<(Vec<Value>, usize)>,
    /// Code that gets those that were selected.
    rest: Vec<(Value, At)>,
}

impl Program {
    /// Whether a registration is on what a pipe gives: it gets what the pipe lets through.
    pub(super) fn is_behind_pipe(&self, registration: At) -> bool {
        self.library_called(registration).iter().any(|(package, symbol)| {
            let made = symbol.rsplit_once("().").map(|(made, _)| made);
            made.is_some_and(|made| self.catalog().receives(package, made).iter().any(|row| row.pipe))
        })
    }

    /// The routes of the messages that go through a pipe.
    pub(super) fn routes_of_pipe(&self, pipe: At, traffic: &Traffic) -> Routed {
        let mut piping =
            Piping { walk: Walk::new(self, traffic, pipe), routes: Vec::new(), seen: FxHashSet::default() };
        self.follow_pipe(pipe, Stream::default(), &mut piping, traffic, 0);
        piping.walk.run();
        let mut routed = piping.walk.finish();
        routed.routes.extend(piping.routes);
        routed
    }

    fn follow_pipe(
        &self,
        pipe: At,
        mut stream: Stream,
        piping: &mut Piping<'_>,
        traffic: &Traffic,
        depth: u32,
    ) {
        self.through_operators(pipe, &mut stream, traffic);
        let (found, escapes) = self.follow_channel(pipe, false);
        let mut is_heard = false;
        let mut goes_on = false;
        // The nearest comes first, and takes what is behind it.
        for one in &found {
            if let Found::Registered(at, row, ..) = one
                && row.pipe
            {
                goes_on = true;
                if depth < MAX_PIPES && piping.seen.insert(*at) {
                    self.follow_pipe(*at, stream.clone(), piping, traffic, depth + 1);
                }
            }
        }
        for one in found {
            match one {
                Found::Registered(at, row, ..) if !row.pipe && piping.seen.insert(at) => {
                    is_heard = true;
                    for handler in row.handler.iter().flat_map(|slot| self.handler_exprs(at, slot)) {
                        let values = Evaluator::new(self).eval(handler, &None);
                        stream.receives(values, row.parameter, handler);
                    }
                }
                Found::Heard(at) => is_heard |= piping.seen.insert(at),
                _ => {}
            }
        }
        if goes_on && !is_heard {
            return;
        }
        if escapes {
            stream.rest.push((Value::Unknown(pipe), pipe));
        }
        if is_heard || escapes {
            let whole = &stream.whole;
            whole.iter().for_each(|(functions, parameter)| piping.walk.start(functions, *parameter, None, 0));
        }
        let region = if is_heard || escapes { Region::Functions(stream.rest) } else { Region::Unheard };
        let selected = stream.selected.unwrap_or_default().into_iter();
        piping.routes.extend(selected.map(|route| Route { region: region.clone(), ..route }));
    }

    /// What the operators of one pipe do with its messages, in order.
    fn through_operators(&self, pipe: At, stream: &mut Stream, traffic: &Traffic) {
        let Some((_, operators)) = self.facts(pipe.file).call(pipe.expr) else {
            return;
        };
        for operator in operators {
            let operator = At { expr: *operator, ..pipe };
            let row = self.library_called(operator).into_iter().find_map(|(package, symbol)| {
                let rows = self.catalog().operators(&package, &symbol);
                rows.into_iter()
                    .find_map(|row| Some((row, *self.slot(operator, &row.function, &None).first()?)))
            });
            let Some((row, function)) = row else { continue };
            let functions = Evaluator::new(self).eval(function, &None);
            if row.selects && stream.selected.is_none() {
                let mut walk = Walk::new(self, traffic, pipe);
                walk.start(&functions, row.parameter, None, 0);
                walk.run();
                let selects = |it: &Route| matches!(it.region, Region::Guarded { holds: true, .. });
                let routes: Vec<Route> = walk.finish().routes.into_iter().filter(selects).collect();
                if !routes.is_empty() {
                    stream.selected = Some(routes);
                }
            } else if !row.selects {
                stream.receives(functions, row.parameter, function);
            }
        }
    }
}

impl Stream {
    /// Functions get the messages that have come so far.
    fn receives(&mut self, functions: Vec<Value>, parameter: usize, at: At) {
        match self.selected {
            Some(_) => self.rest.extend(functions.into_iter().map(|it| (it, at))),
            None => self.whole.push((functions, parameter)),
        }
    }
}
