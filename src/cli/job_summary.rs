//! The Markdown report at the end of a job of GitHub Actions.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::findings::audit::Audit;
use crate::report::{Format, Options};

/// GitHub takes no larger summary of a step, and drops all of one that is.
const LIMIT: usize = 1024 * 1024;
const CUT: &[u8] = b"\n*The rest is cut off: GitHub shows no longer summary.*\n";

/// Adds the report to the summary of the job, when this runs in one.
pub(super) fn append(audit: &Audit, options: &Options) -> Result<(), Error> {
    let named = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|name| !name.is_empty());
    let (Some(file), Some(markdown)) = (named.map(PathBuf::from), Format::find("markdown")) else {
        return Ok(());
    };
    let mut report = Vec::new();
    let written = markdown.write(audit, options, &mut report).and_then(|()| append_to(&file, &report));
    written.map_err(|source| Error::Io { path: file, source })
}

fn append_to(path: &Path, report: &[u8]) -> io::Result<()> {
    // Steps share nothing, but commands of one step do: what stands there stays.
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let there = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    file.write_all(&fitting(report, LIMIT.saturating_sub(there)))
}

/// The whole lines of the report for which there is room, with a word about the rest.
fn fitting(report: &[u8], room: usize) -> Vec<u8> {
    if report.len() <= room {
        return report.to_vec();
    }
    let kept = report.get(..room.saturating_sub(CUT.len())).unwrap_or_default();
    let lines = kept.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let mut text = kept.get(..lines).unwrap_or_default().to_vec();
    if room >= CUT.len() {
        text.extend_from_slice(CUT);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("summary.md");
        append_to(&file, b"# one\n").unwrap();
        append_to(&file, b"# two\n").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"# one\n# two\n");
    }

    #[test]
    fn a_summary_is_never_too_long_for_github() {
        let report = "| é |\n".repeat(100);
        for room in [0, 10, CUT.len(), 200, report.len() - 1, report.len()] {
            let text = String::from_utf8(fitting(report.as_bytes(), room)).unwrap();
            assert!(text.len() <= room && (text.is_empty() || text.ends_with('\n')), "{room}: {text}");
            let whole = room == report.len();
            assert_eq!(text.contains("cut off"), room >= CUT.len() && !whole, "{room}");
        }
    }
}
