//! What of an audit is kept of each commit.

use serde::{Deserialize, Serialize};

use crate::findings::audit::{Area, Audit, Finding, Links, TimerRow};
use crate::findings::baseline::Entry;
use crate::rules;
use crate::vocabulary::{AreaStatus, Severity, Verdict};

/// What was there at a commit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Of all that was audited.
    pub figures: Figures,
    /// Of each area, sorted by name.
    pub areas: Vec<AreaFigures>,
    /// Sorted by severity (critical first), then path and line.
    pub findings: Vec<Sighting>,
}

/// What burns down.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Polls of the network or of connection state that carry a finding, also one that a comment silences.
    pub polls: usize,
    /// Requests a minute of the live ones among them whose interval is known.
    pub requests_per_minute: f64,
    /// Handlers and message types that nothing connects: findings that say so, also those that a comment silences.
    pub unconnected: usize,
    /// The links of the way from polling to push.
    pub links: Links,
    /// Findings by severity, but for those that comments silence.
    pub critical: usize,
    /// Findings by severity, but for those that comments silence.
    pub warning: usize,
    /// Findings by severity, but for those that comments silence.
    pub info: usize,
}

/// What burns down in an area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AreaFigures {
    /// `Proxies`, `Dashboard`.
    pub name: String,
    /// How far it is.
    pub status: AreaStatus,
    /// Its figures.
    pub figures: Figures,
}

/// A finding as it stood at a commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    /// What it is known by.
    pub entry: Entry,
    /// After the severity policy.
    pub severity: Severity,
    /// Name of the area that it belongs to.
    pub area: String,
    /// Line from 1.
    pub line: u32,
    /// A comment silences it.
    pub suppressed: bool,
}

impl Snapshot {
    /// What of an audit is kept. `prefix`: the way from the folder that fingerprints count from to its root.
    pub fn of(audit: &Audit, prefix: &str) -> Self {
        let figures = Figures {
            requests_per_minute: audit.summary.requests_per_minute,
            links: audit.summary.links,
            ..counted(&audit.timers.iter().collect::<Vec<_>>(), &audit.findings.iter().collect::<Vec<_>>())
        };
        let areas = audit.areas.iter().map(|it| of_area(it, audit)).collect();
        let sighting = |finding: &Finding| Sighting {
            entry: Entry::of(finding, audit, prefix),
            severity: finding.severity,
            area: finding.area.clone(),
            line: finding.line,
            suppressed: finding.is_suppressed(),
        };
        Self { figures, areas, findings: audit.findings.iter().map(sighting).collect() }
    }

    /// The figures of an area; none when it was not there.
    pub fn area(&self, name: &str) -> Option<&Figures> {
        self.areas.iter().find(|it| it.name == name).map(|it| &it.figures)
    }
}

fn of_area(area: &Area, audit: &Audit) -> AreaFigures {
    let timers: Vec<&TimerRow> = audit.timers.iter().filter(|it| it.area == area.name).collect();
    let findings: Vec<&Finding> = audit.findings.iter().filter(|it| it.area == area.name).collect();
    let figures = Figures {
        requests_per_minute: area.requests_per_minute,
        links: area.links,
        ..counted(&timers, &findings)
    };
    AreaFigures { name: area.name.clone(), status: area.status, figures }
}

fn counted(timers: &[&TimerRow], findings: &[&Finding]) -> Figures {
    let polls = |it: &&&TimerRow| matches!(it.verdict, Verdict::NetworkPoll | Verdict::StatusPoll);
    let of = |severity| findings.iter().filter(|it| !it.is_suppressed() && it.severity == severity).count();
    Figures {
        polls: timers.iter().filter(polls).filter(|it| !it.is_accepted()).count(),
        unconnected: findings.iter().filter(|it| rules::is_unconnected(it.rule)).count(),
        critical: of(Severity::Critical),
        warning: of(Severity::Warning),
        info: of(Severity::Info),
        ..Figures::default()
    }
}
