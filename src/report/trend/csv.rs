//! For spreadsheets: a row for each commit and area, and one for the whole, whose area is empty.

use std::borrow::Cow;
use std::io::{self, Write};

use super::Format;
use crate::history::Past;
use crate::report::{Options, escape};
use crate::trend::Trend;
use crate::trend::snapshot::Figures;

pub(super) const FORMAT: Format = Format {
    name: "csv",
    about: "for spreadsheets: a row for each commit and area",
    extensions: &["csv"],
    write,
};

const HEAD: [&str; 14] = [
    "commit",
    "committed_at",
    "subject",
    "area",
    "polls",
    "requests_per_minute",
    "unconnected",
    "links_present",
    "links_required",
    "completion",
    "critical",
    "warning",
    "info",
    "failure",
];

fn write(trend: &Trend, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    rows.write_record(HEAD)?;
    for point in &trend.points {
        match &point.outcome {
            Ok(snapshot) => {
                rows.write_record(row(&point.past, "", &snapshot.figures))?;
                for area in &snapshot.areas {
                    rows.write_record(row(&point.past, &area.name, &area.figures))?;
                }
            }
            Err(why) => {
                let mut cells = commit(&point.past).to_vec();
                cells.resize(HEAD.len() - 1, String::new());
                cells.push(escape::csv(why).into_owned());
                rows.write_record(cells)?;
            }
        }
    }
    rows.flush()
}

fn row(past: &Past, area: &str, figures: &Figures) -> Vec<String> {
    let Figures { polls, requests_per_minute, unconnected, links, critical, warning, info } = figures;
    let numbers = [
        polls.to_string(),
        requests_per_minute.to_string(),
        unconnected.to_string(),
        links.present.to_string(),
        links.required.to_string(),
        links.completion().map_or_else(String::new, |it| it.to_string()),
        critical.to_string(),
        warning.to_string(),
        info.to_string(),
        String::new(),
    ];
    let area = std::iter::once(escape::csv(area)).map(Cow::into_owned);
    commit(past).into_iter().chain(area).chain(numbers).collect()
}

fn commit(past: &Past) -> [String; 3] {
    [past.commit.id().to_owned(), past.time(), escape::csv(&past.subject).into_owned()]
}
