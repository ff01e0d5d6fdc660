//! The history of an audit; one file a format. Paths, names of areas and subjects of commits are hostile text.

use std::io::{self, Write};

use super::{Options, words};
use crate::trend::Trend;
use crate::trend::lives::Life;
use crate::trend::snapshot::Figures;

mod chart;
mod csv;
mod html;
mod json;
mod pretty;
#[cfg(test)]
mod tests;

pub use json::schema;

/// Every format, in the order in which help lists them.
pub const FORMATS: &[Format] = &[pretty::FORMAT, json::FORMAT, html::FORMAT, csv::FORMAT];

/// A way to write a trend.
#[derive(Debug)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// What it is for, for the help text.
    pub about: &'static str,
    /// File extensions that imply it.
    pub extensions: &'static [&'static str],
    write: fn(&Trend, &Options, &mut dyn Write) -> io::Result<()>,
}

impl Format {
    /// Writes the trend.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub fn write(&self, trend: &Trend, options: &Options, out: &mut dyn Write) -> io::Result<()> {
        (self.write)(trend, options, out)
    }
}

/// What burns down, or up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Polls,
    Requests,
    Unconnected,
    Completion,
}

impl Measure {
    const ALL: [Self; 4] = [Self::Polls, Self::Requests, Self::Unconnected, Self::Completion];

    const fn title(self) -> &'static str {
        match self {
            Self::Polls => "Polls",
            Self::Requests => "Requests a minute",
            Self::Unconnected => "Unconnected handlers",
            Self::Completion => "Completion",
        }
    }

    fn of(self, figures: &Figures) -> Option<f64> {
        match self {
            Self::Polls => Some(figures.polls as f64),
            Self::Requests => Some(figures.requests_per_minute),
            Self::Unconnected => Some(figures.unconnected as f64),
            Self::Completion => figures.links.completion(),
        }
    }

    /// A value as people say it.
    fn text(self, value: Option<f64>) -> String {
        match (self, value) {
            (_, None) => "–".to_owned(),
            (Self::Completion, Some(value)) => words::percent(value),
            (_, Some(value)) => words::number(value),
        }
    }

    /// Where the scale ends: at the whole for shares, else at the largest value.
    fn ceiling(self, values: &[Option<f64>]) -> f64 {
        match self {
            Self::Completion => 100.0,
            _ => values.iter().flatten().copied().fold(0.0, f64::max),
        }
    }

    /// Its value at each commit; of an area, or of the whole. An area that is not there has nothing to do.
    fn series(self, trend: &Trend, area: Option<&str>) -> Vec<Option<f64>> {
        let value = |figures: Option<&Figures>| match figures {
            Some(figures) => self.of(figures),
            None if self == Self::Completion => None,
            None => Some(0.0),
        };
        let points = trend.points.iter().map(|point| {
            let snapshot = point.outcome.as_ref().ok()?;
            value(area.map_or(Some(&snapshot.figures), |area| snapshot.area(area)))
        });
        points.collect()
    }

    /// Whether a row of its values says anything: nothing to do at any time is no news.
    fn tells(self, values: &[Option<f64>]) -> bool {
        values.iter().flatten().any(|it| self == Self::Completion || *it > 0.0)
    }

    /// The areas of which it says anything, with its value at each commit.
    fn by_area(self, trend: &Trend) -> Vec<(&str, Vec<Option<f64>>)> {
        let areas = trend.areas().into_iter().map(|area| (area, self.series(trend, Some(area))));
        areas.filter(|(_, values)| self.tells(values)).collect()
    }
}

/// Whether any measure says anything of an area.
fn tells(trend: &Trend, area: &str) -> bool {
    Measure::ALL.iter().any(|it| it.tells(&it.series(trend, Some(area))))
}

/// The first and the last value that is known.
fn ends(values: &[Option<f64>]) -> (Option<f64>, Option<f64>) {
    let known = || values.iter().filter(|it| it.is_some());
    (known().next().copied().flatten(), known().next_back().copied().flatten())
}

/// What came and what went with a commit.
#[derive(Debug, Clone, Copy)]
struct Change<'a> {
    life: &'a Life,
    came: bool,
}

/// What came and went, by commit, the youngest first; in each what went first.
fn changes(trend: &Trend) -> Vec<(usize, Vec<Change<'_>>)> {
    let mut by_commit = std::collections::BTreeMap::<usize, Vec<Change<'_>>>::new();
    for came in [false, true] {
        for life in &trend.lives {
            let at = if came { life.introduced } else { life.removed };
            if let Some(at) = at {
                by_commit.entry(at).or_default().push(Change { life, came });
            }
        }
    }
    by_commit.into_iter().rev().collect()
}

/// `24 of 340 commits, the last of each week`.
fn looked_at(trend: &Trend) -> String {
    use crate::trend::every::Every;
    let (looked, all) = (trend.points.len(), words::count(trend.in_range, "commit"));
    match trend.every {
        _ if looked == trend.in_range => all,
        Every::Nth(number) => format!("{} of {all}, one in {number}", words::thousands(looked)),
        every => format!("{} of {all}, the last of each {every}", words::thousands(looked)),
    }
}
