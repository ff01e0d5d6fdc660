//! Intervals of schedules: cron expressions, and texts such as `5 minutes`.

use chrono::{DateTime, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds};

use super::eval::Evaluator;
use super::fold::Interval;
use super::program::Program;
use super::site::{Site, Work};
use super::value::{At, Env, Value};
use crate::catalog::rows::Slot;
use crate::vocabulary::Kind;

/// Runs of a schedule that are looked at for the shortest pause between two.
const RUNS: usize = 64;

impl Program {
    /// The shortest pause of the schedule that an expression gives.
    pub fn schedule(&self, at: At, env: &Env) -> Interval {
        let values = Evaluator::new(self).eval(at, env);
        let ms = values
            .iter()
            .filter_map(|value| match value {
                Value::Text(text) => pause_ms(text),
                Value::Number(ms) => Some(*ms),
                Value::Library { package, symbol, .. } => {
                    self.catalog().schedule(package, symbol).and_then(|row| pause_ms(&row.every))
                }
                _ => None,
            })
            .reduce(f64::min);
        let parameters = values.into_iter().filter(|it| matches!(it, Value::Parameter { .. })).collect();
        Interval { ms, parameters, source: format!("schedule {}", self.label(at)), ..Interval::default() }
    }

    /// Whether a site is a wrapper round a scheduler, whose callers say when: each of them is a schedule
    /// of its own, and the wrapper is none. Followed for one call: a caller that hands on what it was
    /// given itself is shown with a schedule that is not known.
    pub(super) fn wraps_a_scheduler(&self, site: &Site, interval: &Interval) -> bool {
        site.kind == Kind::Cron
            && site.env.is_none()
            && matches!(site.work, Work::Library)
            && interval.ms.is_none()
            && interval.parameters.iter().any(|it| !self.given_for(it).is_empty())
    }

    /// The expressions of a schedule inside an object that callers hand over as a whole:
    /// `queue.add(name, data, { repeat })`.
    pub(super) fn handed_schedule(&self, call: At, slot: &Slot) -> Vec<At> {
        let Some((whole, part)) = slot.option.as_deref().and_then(|it| it.rsplit_once('.')) else {
            return Vec::new();
        };
        let outer = Slot { option: Some(whole.to_owned()), ..slot.clone() };
        let evaluator = Evaluator::new(self);
        let handed = self.slot(call, &outer, &None).into_iter().flat_map(|at| evaluator.eval(at, &None));
        let mut found = Vec::new();
        for parameter in handed.filter(|it| matches!(it, Value::Parameter { .. })) {
            for value in self.given_values(&parameter) {
                self.option_exprs(value, &[part], &mut found, 0);
            }
        }
        found
    }
}

/// The shortest pause of a schedule in ms: of a cron expression with five or six fields (the sixth,
/// in front, is seconds), or of words such as `5 minutes`.
pub fn pause_ms(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(cron) = CronParser::builder().seconds(Seconds::Optional).build().parse(text) {
        return shortest(&cron);
    }
    let (count, unit) = text.split_once(' ').unwrap_or(("1", text));
    let count: f64 = count.parse().ok()?;
    let unit_ms = match unit.trim_end_matches('s') {
        "second" => 1_000.0,
        "minute" => 60_000.0,
        "hour" => 3_600_000.0,
        "day" => 86_400_000.0,
        "week" => 604_800_000.0,
        _ => return None,
    };
    Some(count * unit_ms)
}

fn shortest(cron: &Cron) -> Option<f64> {
    // A fixed day, so that the answer does not depend on when it is asked.
    let start = DateTime::<Utc>::from_timestamp(1_767_571_200, 0)?;
    let runs: Vec<_> = cron.iter_from(start, croner::Direction::Forward).take(RUNS).collect();
    let pauses = runs.windows(2).filter_map(|pair| match pair {
        [earlier, later] => Some((*later - *earlier).num_milliseconds()),
        _ => None,
    });
    #[expect(clippy::cast_precision_loss, reason = "pauses are far below 2^52 ms")]
    pauses.min().map(|ms| ms as f64)
}

#[cfg(test)]
mod tests {
    use super::pause_ms;

    #[test]
    fn schedules_become_their_shortest_pause() {
        assert_eq!(pause_ms("*/5 * * * *"), Some(300_000.0));
        assert_eq!(pause_ms("*/30 * * * * *"), Some(30_000.0));
        assert_eq!(pause_ms("0 3 * * *"), Some(86_400_000.0));
        assert_eq!(pause_ms("5 minutes"), Some(300_000.0));
        assert_eq!(pause_ms("whenever"), None);
    }
}
