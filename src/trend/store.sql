-- What `docs/trend.md` tells of. `PRAGMA user_version` is the version of these tables.

CREATE TABLE trend (
    tool TEXT NOT NULL,
    root TEXT NOT NULL,
    every TEXT NOT NULL,
    commits_in_range INTEGER NOT NULL
) STRICT;

CREATE TABLE commits (
    id TEXT PRIMARY KEY,
    position INTEGER NOT NULL UNIQUE,
    committed_at TEXT NOT NULL,
    subject TEXT NOT NULL,
    failure TEXT,
    polls INTEGER,
    requests_per_minute REAL,
    unconnected INTEGER,
    links_present INTEGER,
    links_required INTEGER,
    completion REAL,
    critical INTEGER,
    warning INTEGER,
    info INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE areas (
    commit_id TEXT NOT NULL REFERENCES commits (id),
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    polls INTEGER NOT NULL,
    requests_per_minute REAL NOT NULL,
    unconnected INTEGER NOT NULL,
    links_present INTEGER NOT NULL,
    links_required INTEGER NOT NULL,
    completion REAL,
    critical INTEGER NOT NULL,
    warning INTEGER NOT NULL,
    info INTEGER NOT NULL,
    PRIMARY KEY (commit_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE findings (
    id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    rule TEXT NOT NULL,
    severity TEXT NOT NULL,
    area TEXT NOT NULL,
    file TEXT NOT NULL,
    line INTEGER NOT NULL,
    owner TEXT NOT NULL,
    api TEXT NOT NULL,
    message TEXT,
    interval_ms REAL,
    gate TEXT,
    suppressed INTEGER NOT NULL,
    introduced TEXT REFERENCES commits (id),
    removed TEXT REFERENCES commits (id)
) STRICT;

CREATE INDEX findings_by_fingerprint ON findings (fingerprint);

-- What runs remember for the next: commits with equal audits share a snapshot.
CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE audited (
    commit_id TEXT NOT NULL,
    -- Stands for the build of unpoll, the config, the paths and the flags.
    asked TEXT NOT NULL,
    snapshot INTEGER NOT NULL REFERENCES snapshots (id),
    PRIMARY KEY (commit_id, asked)
) STRICT, WITHOUT ROWID;
