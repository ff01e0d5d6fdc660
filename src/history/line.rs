//! The line of commits that led to the one that is checked out: each is the first parent of the next, so that a
//! branch counts when it was merged, as a whole.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};

use super::{Commit, Repository, fault, said, unreadable};
use crate::error::Error;

/// Name, parents, seconds since 1970, and first line of a commit; the name of no commit holds a null.
const FORMAT: &str = "--format=%H%x00%P%x00%ct%x00%s";

/// Where a line begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// With the commits of that time.
    Time(DateTime<Utc>),
    /// With that commit; when it is not of the line, with the one where it left the line.
    Commit(Commit),
}

/// A commit of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Which.
    pub commit: Commit,
    /// When it came into the history.
    pub committed_at: DateTime<Utc>,
    /// The first line of its message. Hostile text.
    pub subject: String,
}

impl Past {
    /// When it came into the history: `2026-03-01T12:00:00Z`.
    pub fn time(&self) -> String {
        self.committed_at.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// On which day: `2026-03-01`.
    pub fn day(&self) -> String {
        self.committed_at.date_naive().to_string()
    }
}

/// Commits that led to the present, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Each is the first parent of the next; those before a time are left out.
    pub commits: Vec<Past>,
    /// The first of them is the first of the history: nothing was there before it.
    pub from_root: bool,
}

impl Repository {
    /// What `--since` means: the name of a commit, or else a date.
    ///
    /// # Errors
    ///
    /// When it is neither.
    pub fn since(&self, text: &str) -> Result<Since, Error> {
        let of_date = |it: char| it.is_ascii_digit() || "-/:.+TZ".contains(it);
        let looks_like_date =
            text.chars().all(of_date) && text.contains(['-', '/']) && !text.starts_with('-');
        match self.commit(text) {
            // What has no ancestor in common with the present says nothing of its line.
            Ok(named) => self.merge_base(text).map(|_| Since::Commit(named)),
            Err(_) if looks_like_date => date(text).map(Since::Time).ok_or_else(|| {
                fault(
                    format!("`{text}` is no date, and no commit is called so"),
                    "write a date as 2026-03-01 or 2026-03-01T12:00:00Z, or name a branch, a tag or a commit",
                )
            }),
            Err(error) => Err(error),
        }
    }

    /// The line of commits from `since`, or else from the first one, to the one that is checked out.
    ///
    /// # Errors
    ///
    /// When the clone does not hold it.
    pub fn line(&self, since: Option<&Since>) -> Result<Line, Error> {
        let head = self.commit("HEAD")?;
        let listed = self.git(["rev-list", "--first-parent", FORMAT, head.id(), "--"])?;
        if !listed.status.success() {
            return Err(unreadable(&head, &said(&listed.stderr)));
        }
        let text = String::from_utf8_lossy(&listed.stdout);
        let mut commits: Vec<(Past, bool)> = text.lines().filter_map(past).collect();
        let cut = match commits.last() {
            Some((oldest, true)) => self.is_cut(&oldest.commit)?,
            _ => false,
        };
        // To begin with the last one that a shallow clone holds takes none of those that it lacks.
        let mut lacks = cut;
        match since {
            None => {}
            Some(Since::Time(from)) => commits.retain(|(it, _)| it.committed_at >= *from),
            Some(Since::Commit(from)) => {
                let not_before = format!("^{}", from.id());
                let counted =
                    self.git(["rev-list", "--first-parent", "--count", head.id(), &not_before, "--"])?;
                let after: usize = said(&counted.stdout)
                    .parse()
                    .map_err(|_| unreadable(&head, "its ancestors cannot be counted"))?;
                lacks &= after >= commits.len();
                commits.truncate(after.saturating_add(1));
            }
        }
        let reaches_end = commits.last().is_some_and(|(_, is_root)| *is_root);
        if reaches_end && lacks {
            return Err(fault(
                "this clone is shallow and does not hold the commits that are asked for".to_owned(),
                "fetch the history first: `git fetch --unshallow`, or `fetch-depth: 0` where the checkout is \
                 configured; or begin later with --since",
            ));
        }
        commits.reverse();
        let commits = commits.into_iter().map(|(past, _)| past).collect();
        Ok(Line { commits, from_root: reaches_end && !cut })
    }

    /// Whether a commit seems to have no parent only because the clone is shallow.
    fn is_cut(&self, commit: &Commit) -> Result<bool, Error> {
        if !self.is_shallow()? {
            return Ok(false);
        }
        // As it was written; the clone says elsewhere that it forgets the parents.
        let raw = self.git(["cat-file", "commit", commit.id()])?;
        let text = String::from_utf8_lossy(&raw.stdout);
        let head = text.split("\n\n").next().unwrap_or_default();
        Ok(head.lines().any(|it| it.starts_with("parent ")))
    }
}

/// Reads one commit, and whether it has no parent; `None` for the lines between.
fn past(line: &str) -> Option<(Past, bool)> {
    let mut parts = line.splitn(4, '\0');
    let (name, parents, time, subject) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let committed_at = DateTime::from_timestamp(time.parse().ok()?, 0).unwrap_or_default();
    let past = Past { commit: Commit(name.to_owned()), committed_at, subject: subject.to_owned() };
    Some((past, parents.is_empty()))
}

/// `2026-03-01` or `2026-03-01T12:00:00Z`; days begin in UTC, as everywhere in the reports.
fn date(text: &str) -> Option<DateTime<Utc>> {
    let day = |text: &str| Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN));
    let time = || DateTime::parse_from_rfc3339(text).ok().map(|it| it.to_utc());
    day(text).map(|it| it.and_utc()).or_else(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_or_times() {
        let said = |text: &str| date(text).map(|it| it.to_rfc3339());
        assert_eq!(said("2026-03-01").unwrap(), "2026-03-01T00:00:00+00:00");
        assert_eq!(said("2026-03-01T12:30:00+02:00").unwrap(), "2026-03-01T10:30:00+00:00");
        for wrong in ["2026-13-01", "2026-02-30", "01/03/2026", "2026-03-01T25:00:00Z", "20260301", ""] {
            assert_eq!(said(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_time_that_no_calendar_has_is_the_first_one() {
        let (read, is_root) = past("abc\x00\x0099999999999999999\x00subject\x00with a null").unwrap();
        assert_eq!(read.committed_at, DateTime::<Utc>::default());
        assert_eq!((read.subject.as_str(), is_root), ("subject\x00with a null", true));
        assert_eq!(past("commit abc"), None);
    }
}
