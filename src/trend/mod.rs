//! How the audit changed over the history: what was there at each commit that was looked at (`snapshot`), which
//! commits those are (`every`), when each finding came and went (`lives`), and all of it in a database (`store`).

pub mod every;
pub mod lives;
pub mod snapshot;
pub mod store;

use crate::error::Error;
use crate::history::{Line, Past};
use crate::progress::Progress;
use every::Every;
use lives::Life;
use snapshot::Snapshot;

/// The history of an audit.
#[derive(Debug, Clone)]
pub struct Trend {
    /// What was audited: the paths as the repository calls them.
    pub root: String,
    /// Which commits were looked at.
    pub every: Every,
    /// Number of commits in the whole range.
    pub in_range: usize,
    /// Nothing was there before the first of them.
    pub from_root: bool,
    /// Each commit that was looked at, the oldest first.
    pub points: Vec<Point>,
    /// Each finding that was ever there, in the order in which they came.
    pub lives: Vec<Life>,
}

/// A commit that was looked at.
#[derive(Debug, Clone)]
pub struct Point {
    /// Which.
    pub past: Past,
    /// What was there, or why that could not be found out.
    pub outcome: Result<Snapshot, String>,
}

impl Trend {
    /// Looks at commits of a line, and then at what came and went between them. `look`: what was there, or why one
    /// commit could not be audited.
    ///
    /// # Errors
    ///
    /// When `look` gives up.
    pub fn of(
        root: String,
        line: Line,
        every: Every,
        progress: &dyn Progress,
        mut look: impl FnMut(&Past) -> Result<Result<Snapshot, String>, Error>,
    ) -> Result<Self, Error> {
        let in_range = line.commits.len();
        let chosen = every.choose(line.commits);
        progress.stage("auditing commits", chosen.len());
        let mut points = Vec::with_capacity(chosen.len());
        for past in chosen {
            points.push(Point { outcome: look(&past)?, past });
            progress.step();
        }
        let lives = lives::lives(&points, line.from_root);
        Ok(Self { root, every, in_range, from_root: line.from_root, points, lives })
    }

    /// The commits whose audit went through, with their places among all that were looked at.
    pub fn seen(&self) -> impl DoubleEndedIterator<Item = (usize, &Past, &Snapshot)> {
        let points = self.points.iter().enumerate();
        points.filter_map(|(at, it)| Some((at, &it.past, it.outcome.as_ref().ok()?)))
    }

    /// The commits whose audit failed, and why.
    pub fn failed(&self) -> impl Iterator<Item = (&Past, &str)> {
        self.points.iter().filter_map(|it| Some((&it.past, it.outcome.as_ref().err()?.as_str())))
    }

    /// Names of the areas that ever were, those with the most to do first and last seen, then by name.
    pub fn areas(&self) -> Vec<&str> {
        let mut areas = std::collections::BTreeMap::new();
        for (_, _, snapshot) in self.seen() {
            for area in &snapshot.areas {
                let most: &mut usize = areas.entry(area.name.as_str()).or_default();
                *most = (*most).max(area.figures.polls + area.figures.unconnected);
            }
        }
        let mut areas: Vec<(&str, usize)> = areas.into_iter().collect();
        areas.sort_by_key(|(_, most)| std::cmp::Reverse(*most));
        areas.into_iter().map(|(name, _)| name).collect()
    }
}
