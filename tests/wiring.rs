//! Message types and channels of the push fixtures against the comments in their files.
//!
//! Whatever the audit says of push must be expected, and a case of these themes must expect something.
//! `support/comments.rs` tells how to write it; `UNPOLL_FIXTURE` narrows as for the timers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops loudly where something is not as it must be"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use support::comments::{self, ExpectedChannel, ExpectedMessage};
use support::compare::{At, audit, by_place, difference, report, unmatched};
use support::{Case, cases, sources};
use unpoll::findings::audit::{ChannelRow, MessageRow, SpotRow};

/// Themes whose cases have push channels, each of them.
const THEMES: [&str; 3] = ["migration/", "push-libraries/", "push/"];

#[test]
fn every_message_and_channel_is_expected() {
    let cases: Vec<Case> =
        cases().into_iter().filter(|case| THEMES.iter().any(|theme| case.name.starts_with(theme))).collect();
    let wrong = cases.iter().flat_map(|case| compare(case).unwrap_or_else(|why| vec![why])).collect();
    report(wrong, cases.len());
}

/// Every difference between a case's comments and its audit, as readable text.
fn compare(case: &Case) -> Result<Vec<String>, String> {
    let mut messages: BTreeMap<String, Vec<(At, ExpectedMessage)>> = BTreeMap::new();
    let mut channels: BTreeMap<At, Vec<ExpectedChannel>> = BTreeMap::new();
    for (file, text) in sources(case) {
        let read = comments::read(&text).map_err(|why| format!("{} {file} {why}", case.name))?;
        for (line, message) in read.messages {
            messages.entry(message.name.clone()).or_default().push(((file.clone(), line), message));
        }
        for (line, channel) in read.channels {
            channels.entry((file.clone(), line)).or_default().push(channel);
        }
    }
    if messages.is_empty() && channels.is_empty() {
        return Err(format!("{} expects nothing of push", case.name));
    }

    let audit = audit(case, 1, false)?;
    let mut wrong = compare_messages(case, &messages, &audit.messages);
    let got = by_place(&audit.channels, |channel| (channel.file.clone(), channel.line));
    for (at, expected, got) in unmatched(channels, got, ExpectedChannel::matches) {
        let expected = expected.iter().map(|channel| channel.text.clone());
        wrong.push(difference(case, &at, "channel", expected, got.into_iter().map(describe_channel)));
    }
    Ok(wrong)
}

/// Messages pair up by type; a comment must agree on the verdict and stand on one of the type's places.
fn compare_messages(
    case: &Case,
    expected: &BTreeMap<String, Vec<(At, ExpectedMessage)>>,
    got: &[MessageRow],
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, comments) in expected {
        let row = got.iter().find(|row| row.name == *name);
        for (at, comment) in comments {
            if row.is_none_or(|row| row.verdict != comment.verdict || !places(row).contains(at)) {
                let expected = std::iter::once(format!("{name} {} here", comment.verdict));
                wrong.push(difference(case, at, "message", expected, row.into_iter().map(describe_message)));
            }
        }
    }
    for row in got.iter().filter(|row| !expected.contains_key(&row.name)) {
        let at = places(row).into_iter().next().unwrap_or_default();
        let got = std::iter::once(describe_message(row));
        wrong.push(difference(case, &at, "message", std::iter::empty(), got));
    }
    wrong
}

/// Every place that a message type has.
fn places(row: &MessageRow) -> BTreeSet<At> {
    let spots = [&row.defined, &row.routed, &row.subscribed, &row.unsupplied].into_iter().flatten();
    let place = |spot: &SpotRow| (spot.file.clone(), spot.line);
    spots.map(place).chain(row.emitted.iter().map(|it| place(&it.spot))).collect()
}

fn describe_message(row: &MessageRow) -> String {
    let places = |spots: &[SpotRow]| {
        spots.iter().map(|it| format!("{}:{}", it.file, it.line)).collect::<Vec<_>>().join(" ")
    };
    let emitted: Vec<SpotRow> = row.emitted.iter().map(|it| it.spot.clone()).collect();
    format!(
        "{} {} defined[{}] emitted[{}] routed[{}] subscribed[{}] unsupplied[{}]",
        row.name,
        row.verdict,
        places(&row.defined),
        places(&emitted),
        places(&row.routed),
        places(&row.subscribed),
        places(&row.unsupplied)
    )
}

fn describe_channel(row: &ChannelRow) -> String {
    let reconnects = row.reconnects.map_or_else(|| "unknown".to_owned(), |it| it.to_string());
    format!(
        "{} closed={} reconnects={reconnects} live={} carries={}",
        row.api,
        row.closed,
        row.live,
        row.messages.join(",")
    )
}
