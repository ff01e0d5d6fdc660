//! Which commits of a history are looked at.

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

use chrono::Datelike;

use crate::history::Past;

/// How often to look. The first and the last commit are always looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// At one commit in so many, counted from the first.
    Nth(NonZeroUsize),
    /// At the last commit of each day of UTC.
    Day,
    /// At the last commit of each week, which begins on Monday.
    Week,
    /// At the last commit of each month.
    Month,
}

impl FromStr for Every {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "commit" => Ok(Self::Nth(NonZeroUsize::MIN)),
            "day" => Ok(Self::Day),
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            number => number.parse().map(Self::Nth).map_err(|_| {
                "say `commit`, `day`, `week`, `month`, or a number of commits from 1".to_owned()
            }),
        }
    }
}

impl fmt::Display for Every {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nth(NonZeroUsize::MIN) => out.write_str("commit"),
            Self::Nth(number) => number.fmt(out),
            Self::Day => out.write_str("day"),
            Self::Week => out.write_str("week"),
            Self::Month => out.write_str("month"),
        }
    }
}

impl Every {
    /// The commits to look at, of commits that follow on each other.
    pub fn choose(self, commits: Vec<Past>) -> Vec<Past> {
        let last = commits.len().saturating_sub(1);
        let mut keep = Vec::with_capacity(commits.len());
        for (at, past) in commits.iter().enumerate() {
            let ends_period = commits.get(at + 1).is_none_or(|next| self.period(past) != self.period(next));
            keep.push(match self {
                Self::Nth(number) => at % number == 0,
                Self::Day | Self::Week | Self::Month => ends_period,
            });
        }
        let chosen = commits.into_iter().zip(keep).enumerate();
        chosen.filter(|(at, (_, keep))| *keep || *at == 0 || *at == last).map(|(_, (past, _))| past).collect()
    }

    /// What a commit shares with those of the same day, week or month.
    fn period(self, past: &Past) -> (i32, u32) {
        let day = past.committed_at.date_naive();
        match self {
            Self::Nth(_) => (0, 0),
            Self::Day => (day.year(), day.ordinal()),
            Self::Week => (day.iso_week().year(), day.iso_week().week()),
            Self::Month => (day.year(), day.month()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::lives::tests::past;

    /// Names of the commits of a few days that are looked at.
    fn chosen(every: &str) -> Vec<String> {
        // A Monday, twice; the Sunday after it; the Monday after that; the next month.
        let days = ["2026-06-22", "2026-06-22", "2026-06-28", "2026-06-29", "2026-07-02"];
        let commits = days.iter().enumerate().map(|(at, day)| past(&at.to_string(), day)).collect();
        let every: Every = every.parse().unwrap();
        every.choose(commits).iter().map(|it| it.commit.id().to_owned()).collect()
    }

    #[test]
    fn ends_of_periods_and_both_ends_are_looked_at() {
        assert_eq!(chosen("commit"), ["0", "1", "2", "3", "4"]);
        assert_eq!(chosen("2"), ["0", "2", "4"]);
        assert_eq!(chosen("3"), ["0", "3", "4"]);
        assert_eq!(chosen("day"), ["0", "1", "2", "3", "4"]);
        assert_eq!(chosen("week"), ["0", "2", "4"]);
        assert_eq!(chosen("MONTH"), ["0", "3", "4"]);
    }

    #[test]
    fn what_it_is_called_is_what_it_is_read_from() {
        for text in ["commit", "7", "day", "week", "month"] {
            assert_eq!(text.parse::<Every>().unwrap().to_string(), text);
        }
        for wrong in ["0", "-1", "fortnight", "", "1.5"] {
            assert!(wrong.parse::<Every>().unwrap_err().contains("`week`"), "{wrong}");
        }
    }
}
