//! The database: what a dashboard reads, and what the next run need not find out again.
//!
//! Whoever names the file vouches for it. It holds text of the audited code, which is hostile, but never as SQL.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};

use super::snapshot::{Figures, Snapshot};
use super::{Point, Trend};
use crate::error::Error;
use crate::history::{Commit, Past};

const SCHEMA: &str = include_str!("store.sql");
/// Marks the file as ours, for `file` and for us: "unpo".
const APPLICATION: i32 = 0x756e_706f;
/// Raised when the tables change.
const VERSION: i32 = 1;

/// A database of trends.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    connection: Connection,
}

impl Store {
    /// Opens a database, or makes it.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or written, or is something else.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let failed = |error: rusqlite::Error| fault(path, &error);
        // Without the flag by which a file may be called like an address with orders in it.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        let mut store = Self { path: path.to_owned(), connection };
        store.prepare().map_err(failed)?.map_or(Ok(store), Err)
    }

    /// Makes the tables of a new file. `Some` when it is not new and not ours.
    fn prepare(&mut self) -> rusqlite::Result<Option<Error>> {
        // Nothing that somebody wrote into the schema runs.
        self.connection.pragma_update(None, "trusted_schema", false)?;
        let number = |name| self.connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        let [application, version] = [number("application_id")?, number("user_version")?];
        let tables: usize =
            self.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let refused = |why: String, help: &str| Error::Database {
            file: self.path.display().to_string(),
            why,
            help: help.to_owned(),
        };
        match (tables, application, version) {
            (0, 0, 0) => {
                let transaction = self.connection.transaction()?;
                transaction.execute_batch(SCHEMA)?;
                transaction.pragma_update(None, "application_id", APPLICATION)?;
                transaction.pragma_update(None, "user_version", VERSION)?;
                transaction.commit().map(|()| None)
            }
            (_, APPLICATION, VERSION) => Ok(None),
            (_, APPLICATION, other) => Ok(Some(refused(
                format!("another unpoll wrote it (version {other}; this one reads version {VERSION})"),
                "name another file; everything in it can be found out anew",
            ))),
            _ => Ok(Some(refused(
                "it is a database of something else".to_owned(),
                "name another file with --db FILE: a new one, or one that `unpoll trend` wrote",
            ))),
        }
    }

    /// What an earlier run found at a commit. `asked`: all else that decides it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn recall(&self, commit: &Commit, asked: &str) -> Result<Option<Snapshot>, Error> {
        const QUESTION: &str =
            "SELECT body FROM audited JOIN snapshots ON snapshot = id WHERE commit_id = ? AND asked = ?";
        let mut question = self.connection.prepare_cached(QUESTION).map_err(|it| fault(&self.path, &it))?;
        let body = question.query_row(params![commit.id(), asked], |row| row.get::<_, String>(0)).optional();
        // What cannot be read any more is found out again.
        Ok(body.map_err(|it| fault(&self.path, &it))?.and_then(|it: String| serde_json::from_str(&it).ok()))
    }

    /// Remembers what was found at a commit.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn keep(&mut self, commit: &Commit, asked: &str, snapshot: &Snapshot) -> Result<(), Error> {
        let body = serde_json::to_string(snapshot).map_err(|error| Error::Internal(error.to_string()))?;
        let digest = blake3::hash(body.as_bytes()).to_string();
        let mut keep = || {
            let transaction = self.connection.transaction()?;
            transaction.execute(
                "INSERT INTO snapshots (digest, body) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING",
                params![digest, body],
            )?;
            transaction.execute(
                "INSERT OR REPLACE INTO audited SELECT ?, ?, id FROM snapshots WHERE digest = ?",
                params![commit.id(), asked, digest],
            )?;
            transaction.commit()
        };
        keep().map_err(|it| fault(&self.path, &it))
    }

    /// Writes a trend in place of the one that is there.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&mut self, trend: &Trend) -> Result<(), Error> {
        let mut write = || {
            let transaction = self.connection.transaction()?;
            replace(&transaction, trend)?;
            transaction.commit()
        };
        write().map_err(|it| fault(&self.path, &it))
    }
}

fn replace(to: &Transaction<'_>, trend: &Trend) -> rusqlite::Result<()> {
    to.execute_batch("DELETE FROM findings; DELETE FROM areas; DELETE FROM commits; DELETE FROM trend;")?;
    to.execute(
        "INSERT INTO trend VALUES (?, ?, ?, ?)",
        params![env!("CARGO_PKG_VERSION"), trend.root, trend.every.to_string(), trend.in_range],
    )?;
    for (at, Point { past, outcome }) in trend.points.iter().enumerate() {
        commit(to, at, past, outcome.as_ref())?;
    }
    let name = |at: Option<usize>| at.and_then(|it| trend.points.get(it)).map(|it| it.past.commit.id());
    let mut insert = to.prepare(
        "INSERT INTO findings (fingerprint, rule, severity, area, file, line, owner, api, message, interval_ms, gate, \
         suppressed, introduced, removed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    for life in &trend.lives {
        let (last, entry) = (&life.last, &life.last.entry);
        insert.execute(params![
            entry.fingerprint,
            entry.rule,
            last.severity.as_str(),
            last.area,
            entry.file,
            last.line,
            entry.owner,
            entry.api,
            entry.message,
            entry.interval_ms,
            entry.gate.map(|it| it.as_str()),
            last.suppressed,
            name(life.introduced),
            name(life.removed),
        ])?;
    }
    Ok(())
}

fn commit(
    to: &Transaction<'_>,
    at: usize,
    past: &Past,
    outcome: Result<&Snapshot, &String>,
) -> rusqlite::Result<()> {
    let (id, time) = (past.commit.id(), past.time());
    to.prepare_cached(
        "INSERT INTO commits (id, position, committed_at, subject, failure) VALUES (?, ?, ?, ?, ?)",
    )?
    .execute(params![id, at, time, past.subject, outcome.err()])?;
    let Ok(Snapshot { figures, areas, .. }) = outcome else { return Ok(()) };
    let Figures { polls, requests_per_minute, unconnected, links, critical, warning, info } = figures;
    to.prepare_cached(
        "UPDATE commits SET polls = ?, requests_per_minute = ?, unconnected = ?, links_present = ?, \
         links_required = ?, completion = ?, critical = ?, warning = ?, info = ? WHERE id = ?",
    )?
    .execute(params![
        polls,
        requests_per_minute,
        unconnected,
        links.present,
        links.required,
        links.completion(),
        critical,
        warning,
        info,
        id
    ])?;
    let mut insert = to.prepare_cached("INSERT INTO areas VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
    for area in areas {
        let Figures { polls, requests_per_minute, unconnected, links, critical, warning, info } =
            &area.figures;
        insert.execute(params![
            id,
            area.name,
            area.status.as_str(),
            polls,
            requests_per_minute,
            unconnected,
            links.present,
            links.required,
            links.completion(),
            critical,
            warning,
            info
        ])?;
    }
    Ok(())
}

fn fault(path: &Path, error: &rusqlite::Error) -> Error {
    let help = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => {
            "name another file with --db FILE: a new one, or one that `unpoll trend` wrote"
        }
        Some(rusqlite::ErrorCode::DatabaseBusy) => {
            "another run writes it: wait for that one, or name another file"
        }
        _ => "check that its folder exists and that you may write there; if it is damaged, delete it",
    };
    Error::Database { file: path.display().to_string(), why: error.to_string(), help: help.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::lives::tests::{point, sighting};

    #[test]
    fn what_was_found_is_remembered_for_the_same_question_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trend.db");
        let commit = Commit::named("abc");
        let found = point("abc", &[sighting("a.ts", 0.1 + 0.2)]).outcome.unwrap();
        Store::open(&path).unwrap().keep(&commit, "all", &found).unwrap();
        let store = Store::open(&path).unwrap();
        assert_eq!(store.recall(&commit, "all").unwrap().unwrap(), found);
        assert_eq!(store.recall(&commit, "else").unwrap(), None);
        assert_eq!(store.recall(&Commit::named("def"), "all").unwrap(), None);
    }

    #[test]
    fn equal_audits_are_kept_once() {
        let mut store = Store::open(Path::new(":memory:")).unwrap();
        let found = point("0", &[sighting("a.ts", 5.0)]).outcome.unwrap();
        for name in ["0", "1", "1"] {
            store.keep(&Commit::named(name), "all", &found).unwrap();
        }
        let count = |table: &str| -> usize {
            let question = format!("SELECT count(*) FROM {table}");
            store.connection.query_row(&question, [], |row| row.get(0)).unwrap()
        };
        assert_eq!((count("snapshots"), count("audited")), (1, 2));
    }

    #[test]
    fn foreign_files_are_refused_and_stay_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE shop (id)").unwrap();
        let before = std::fs::read(&path).unwrap();
        assert!(Store::open(&path).unwrap_err().to_string().contains("of something else"));
        assert_eq!(std::fs::read(&path).unwrap(), before);

        let text = folder.path().join("notes.txt");
        std::fs::write(
            &text,
            "no database at all, but long enough to look like one to a hasty reader".repeat(9),
        )
        .unwrap();
        let error = Store::open(&text).unwrap_err();
        assert!(error.to_string().contains("not a database") && error.help().contains("--db"), "{error}");

        let newer = folder.path().join("newer.db");
        let connection = Store::open(&newer).unwrap().connection;
        connection.pragma_update(None, "user_version", 9).unwrap();
        drop(connection);
        assert!(Store::open(&newer).unwrap_err().to_string().contains("version 9"));
        assert!(Store::open(&folder.path().join("nowhere/trend.db")).is_err());
    }
}
