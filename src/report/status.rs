//! How far the migration is: the rows that the status tables of the formats show, each with a sign, a
//! few words, and the place that proves it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::words;
use crate::findings::audit::{Area, Audit, Finding, MessageRow, ProviderRow, SpotRow};
use crate::rules::{self, Topic, words::each};
use crate::vocabulary::{
    AreaPolling, AreaPush, AreaStatus, Cleared, MessageVerdict, ProviderVerdict, Severity, Side,
};

/// How good something is. The worst of a group is its largest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// Nothing to judge, or nothing could be seen.
    Unseen,
    Good,
    Attention,
    Bad,
}

impl Mark {
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Unseen => "–",
            Self::Good => "✅",
            Self::Attention => "⚠️",
            Self::Bad => "🔴",
        }
    }

    const fn of(severity: Severity) -> Self {
        match severity {
            Severity::Critical => Self::Bad,
            Severity::Warning => Self::Attention,
            Severity::Info => Self::Good,
        }
    }

    pub(super) const fn of_status(status: AreaStatus) -> Self {
        match status {
            AreaStatus::Done => Self::Good,
            AreaStatus::Attention => Self::Attention,
            AreaStatus::Blocked => Self::Bad,
        }
    }
}

/// One row of a status table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// An area or a part of the infrastructure. Hostile text.
    pub(super) name: String,
    pub(super) mark: Mark,
    /// What it is like.
    pub(super) words: String,
    /// `path:line` of what proves it; empty when nothing does. Hostile text.
    pub(super) evidence: String,
}

/// Rows that belong together.
pub(super) struct Group {
    pub(super) title: &'static str,
    /// What all of its rows amount to.
    pub(super) words: &'static str,
    pub(super) mark: Mark,
    pub(super) lines: Vec<Line>,
}

impl Group {
    /// `words` say what the group is like when its worst mark is unseen, good, attention and bad.
    fn of(title: &'static str, words: [&'static str; 4], lines: Vec<Line>) -> Self {
        let mark = lines.iter().map(|it| it.mark).max().unwrap_or(Mark::Good);
        let [unseen, good, attention, bad] = words;
        let words = match mark {
            Mark::Unseen => unseen,
            Mark::Good => good,
            Mark::Attention if lines.iter().any(|it| it.mark == Mark::Good) => attention,
            Mark::Attention | Mark::Bad => bad,
        };
        Self { title, words, mark, lines }
    }

    fn worst_first(mut self) -> Self {
        // Stable: equals stay in the order of the areas.
        self.lines.sort_by_key(|it| Reverse(it.mark));
        self
    }
}

/// Whether there is any push to speak of.
pub(super) fn has_push(audit: &Audit) -> bool {
    audit.areas.iter().any(|it| it.push != AreaPush::None)
        || audit.messages.iter().any(MessageRow::is_judged)
        || audit.channels.iter().any(|it| it.remote)
}

/// Areas that are worth a row, the worst first, and those that are done without any push.
pub(super) fn areas(audit: &Audit) -> (Vec<&Area>, Vec<&Area>) {
    let told = |it: &&Area| it.status != AreaStatus::Done || it.push != AreaPush::None;
    let (mut told, done): (Vec<&Area>, Vec<&Area>) = audit.areas.iter().partition(told);
    // Stable: equals stay in the order of their names.
    told.sort_by_key(|it| Reverse((it.status, it.push != AreaPush::None, it.findings)));
    (told, done)
}

/// What still polls, one row for each area; all that is acceptable shares one.
pub(super) fn polling(audit: &Audit) -> Group {
    let polls = |it: &&Area| it.unknown > 0 || it.polling > AreaPolling::Accepted;
    let mut lines: Vec<Line> = areas(audit)
        .0
        .into_iter()
        .filter(polls)
        .map(|area| {
            let worst = audit.findings.iter().find(|it| it.area == area.name && !is_push(it));
            let lost = || audit.timers.iter().find(|it| it.area == area.name && it.recurs());
            let evidence =
                worst.map(|it| (&it.file, it.line)).or_else(|| lost().map(|it| (&it.file, it.line)));
            Line {
                name: area.name.clone(),
                mark: worst.map_or(Mark::Attention, |it| Mark::of(it.severity)),
                words: polling_words(audit, area),
                evidence: evidence.map_or_else(String::new, |(file, line)| place(file, line)),
            }
        })
        .collect();
    let accepted = audit.timers.iter().filter(|it| it.is_accepted());
    let first = accepted.clone().next();
    lines.extend(first.map(|first| Line {
        name: "Acceptable intervals".to_owned(),
        mark: Mark::Good,
        words: words::count(accepted.count(), "timer"),
        evidence: place(&first.file, first.line),
    }));
    Group::of("Legacy Polling", ["Not Seen", "Eliminated", "Mostly Eliminated", "Remaining"], lines)
        .worst_first()
}

/// What the timers of an area amount to: `still polls, every 30 s`, by the shortest interval.
pub(super) fn polling_words(audit: &Audit, area: &Area) -> String {
    let said = match area.polling {
        AreaPolling::None => "none".to_owned(),
        AreaPolling::Accepted => "acceptable intervals".to_owned(),
        AreaPolling::Dormant => "does not run, but code remains".to_owned(),
        AreaPolling::Active => {
            let active =
                audit.findings.iter().filter(|it| it.area == area.name && rules::is_active_poll(it.rule));
            let intervals = active.filter_map(|it| audit.timers.get(it.timer?)?.interval_ms);
            match intervals.min_by(f64::total_cmp) {
                Some(shortest) => format!("still polls, {}", each(shortest)),
                None => "still polls".to_owned(),
            }
        }
    };
    let unknown = format!("{} not seen through", words::thousands(area.unknown));
    match (area.polling, area.unknown) {
        (_, 0) => said,
        (AreaPolling::None, _) => unknown,
        _ => format!("{said}; {unknown}"),
    }
}

/// How far messages get in each area that has any.
pub(super) fn components(audit: &Audit) -> Group {
    let pushed = audit.areas.iter().filter(|it| it.push != AreaPush::None);
    let lines = pushed.map(|area| {
        let (mark, state) = match area.push {
            AreaPush::None | AreaPush::Connected => (Mark::Good, "connected"),
            AreaPush::Partial => (Mark::Attention, "partly connected"),
            AreaPush::NotConnected => not_connected(audit, area),
        };
        let own = || audit.messages.iter().filter(|it| it.area == area.name && arrival(it).is_some());
        let arrived = own().filter(|it| arrival(it) == Some(true)).count();
        let words = match own().count() {
            0 => state.to_owned(),
            all => {
                let (arrived, all) = (words::thousands(arrived), words::thousands(all));
                format!("{state}, {arrived} of {all} message types arrive")
            }
        };
        Line { name: area.name.clone(), mark, words, evidence: push_evidence(audit, area) }
    });
    let states = ["Not Seen", "Complete", "Mostly Complete", "Incomplete"];
    Group::of("Frontend Components", states, lines.collect()).worst_first()
}

/// That no message of an area arrives is as bad as the worst finding about it.
fn not_connected(audit: &Audit, area: &Area) -> (Mark, &'static str) {
    let own = || audit.findings.iter().filter(|it| it.area == area.name && is_push(it));
    let handlers = own().any(|it| topic(it) == Some(Topic::Components));
    let mark = own().map(|it| Mark::of(it.severity)).max().unwrap_or(Mark::Attention);
    (mark, if handlers { "handlers not connected" } else { "nothing hears its messages" })
}

/// Whether a message for a client gets to code that runs; `None` when that cannot be said.
fn arrival(message: &MessageRow) -> Option<bool> {
    let judged = message.is_judged() && message.to_client() && !message.receiver_unseen;
    let cut = [
        MessageVerdict::NoSubscriber,
        MessageVerdict::Unrouted,
        MessageVerdict::EmittedUnhandled,
        MessageVerdict::LogOnly,
    ];
    judged.then(|| !cut.contains(&message.verdict))
}

/// The place where the push of an area is cut, or else one where it arrives.
fn push_evidence(audit: &Audit, area: &Area) -> String {
    let cut = audit.findings.iter().filter(|it| it.area == area.name && is_push(it));
    let worst = cut.min_by_key(|it| (Reverse(it.severity), topic(it)));
    if let Some(worst) = worst.filter(|_| area.push != AreaPush::Connected) {
        return place(&worst.file, worst.line);
    }
    let messages = audit.messages.iter().filter(|it| it.area == area.name);
    let shown = |it: &&SpotRow| it.live && it.side == Side::Client;
    let arrives = messages.flat_map(|it| it.subscribed.iter().filter(shown)).next();
    let heard = audit.channels.iter().filter(|it| it.area == area.name).flat_map(|it| &it.receivers).next();
    let realtime = audit.providers.iter().filter(|it| it.area == area.name && it.realtime);
    let mounted = || realtime.flat_map(|it| &it.mounted).next().cloned();
    arrives.or(heard).map(at).or_else(mounted).unwrap_or_default()
}

/// What stands between the senders and the components, from the declaration to the component.
pub(super) fn infrastructure(audit: &Audit) -> Group {
    let way = [routing(audit), providers(audit)];
    // That a channel is opened says nothing of what comes over it.
    let seen = way.iter().any(Option::is_some);
    let [routing, providers] = way;
    let lines = [message_types(audit), handlers(audit), routing, channels(audit), providers];
    let states = ["Not Seen", if seen { "Complete" } else { "Opened" }, "Mostly Complete", "Incomplete"];
    Group::of("Push Infrastructure", states, lines.into_iter().flatten().collect())
}

fn line(name: &str, mark: Mark, words: String, evidence: Option<String>) -> Option<Line> {
    Some(Line { name: name.to_owned(), mark, words, evidence: evidence.unwrap_or_default() })
}

fn message_types(audit: &Audit) -> Option<Line> {
    let all: Vec<&MessageRow> = audit.messages.iter().filter(|it| !it.protocol).collect();
    let seen = all.iter().filter(|it| it.verdict != MessageVerdict::DeclaredOnly).count();
    let defined = all.iter().filter(|it| !it.defined.is_empty()).count();
    let words = format!("{} defined, {} in use", words::thousands(defined), words::thousands(seen));
    // Names that are written where they are used are no fault.
    let undefined = all.iter().any(|it| it.defined.is_empty());
    let mark = if undefined { Mark::Unseen } else { Mark::Good };
    let sent = all.iter().flat_map(|it| &it.emitted).map(|it| &it.spot);
    let evidence = all.iter().flat_map(|it| it.defined.iter().chain(&it.routed)).chain(sent).next();
    (!all.is_empty()).then(|| line("Message types", mark, words, evidence.map(at)))?
}

fn handlers(audit: &Audit) -> Option<Line> {
    const NAME: &str = "Handler interfaces";
    let open = audit.messages.iter().filter(|it| it.verdict == MessageVerdict::NoSubscriber);
    let open: BTreeSet<String> = open.flat_map(|it| &it.unsupplied).map(at).collect();
    if let Some(first) = open.first() {
        let words = format!("{} that nobody supplies", words::count(open.len(), "optional handler"));
        return line(NAME, Mark::Bad, words, Some(first.clone()));
    }
    let first = audit.messages.iter().filter(|it| !it.protocol).flat_map(|it| &it.routed).next()?;
    line(NAME, Mark::Good, "each handler that the routes call is supplied".to_owned(), Some(at(first)))
}

fn routing(audit: &Audit) -> Option<Line> {
    let all: Vec<_> = audit.messages.iter().filter(|it| it.is_judged() && !it.receiver_unseen).collect();
    let lost = all.iter().filter(|it| it.routed.is_empty()).count();
    let routed = words::thousands(all.len() - lost);
    let words = format!("{routed} of {} routed", words::count(all.len(), "message type"));
    let mark = match lost {
        0 => Mark::Good,
        _ if lost == all.len() => Mark::Bad,
        _ => Mark::Attention,
    };
    let unrouted = || all.iter().find(|it| it.routed.is_empty())?.emitted.first().map(|it| at(&it.spot));
    let first = all.iter().flat_map(|it| &it.routed).next().map(at);
    (!all.is_empty()).then(|| line("Routing logic", mark, words, unrouted().or(first)))?
}

fn channels(audit: &Audit) -> Option<Line> {
    let all: Vec<_> = audit.channels.iter().filter(|it| it.remote).collect();
    let kept: Vec<_> = all.iter().filter(|it| it.live && it.closed == Cleared::No).collect();
    let evidence = kept.first().copied().or(all.first()).map(|it| place(&it.file, it.line));
    let opened = words::thousands(all.len());
    let (mark, words) = match kept.len() {
        0 => (Mark::Good, format!("{opened} opened")),
        kept => (Mark::Attention, format!("{opened} opened, {} never closed", words::thousands(kept))),
    };
    (!all.is_empty()).then(|| line("Channels", mark, words, evidence))?
}

fn providers(audit: &Audit) -> Option<Line> {
    let used = audit.providers.iter().filter(|it| it.realtime);
    let used: Vec<_> = used.filter(|it| !(it.mounted.is_empty() && it.consumers.is_empty())).collect();
    let hanging: Vec<_> = used.iter().filter(|it| it.verdict != ProviderVerdict::Ok).collect();
    let said = |it: &&ProviderRow| {
        let about = audit.findings.iter().find(|found| place(&found.file, found.line) == it.created);
        about.map_or(Mark::Unseen, |found| Mark::of(found.severity))
    };
    let mark = hanging.iter().map(|it| said(it)).max().unwrap_or(Mark::Good);
    let fine = words::thousands(used.len() - hanging.len());
    let words = format!("{fine} of {} mounted and read", words::thousands(used.len()));
    let evidence = hanging.first().copied().or(used.first())?.created.clone();
    line("Realtime providers", mark, words, Some(evidence))
}

pub(super) fn topic(finding: &Finding) -> Option<Topic> {
    rules::find(finding.rule).map(|rule| rule.topic)
}

/// Whether a finding is about push, and not about timers.
pub(super) fn is_push(finding: &Finding) -> bool {
    topic(finding).is_some_and(Topic::is_push)
}

pub(super) fn at(spot: &SpotRow) -> String {
    place(&spot.file, spot.line)
}

fn place(file: &str, line: u32) -> String {
    format!("{file}:{line}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn said(group: &Group) -> Vec<String> {
        let said = |it: &Line| format!("{} {}: {} @ {}", it.mark.sign(), it.name, it.words, it.evidence);
        group.lines.iter().map(said).collect()
    }

    #[test]
    fn each_row_leads_to_a_place() {
        let audit = sample::audit();
        assert_eq!(
            said(&components(&audit)),
            [
                "⚠️ Proxies: nothing hears its messages, 0 of 1 message types arrive @ src/contexts/FeedContext.tsx:5",
                "✅ Campaigns: connected, 2 of 2 message types arrive @ src/app/campaigns/page.tsx:11",
            ]
        );
        assert_eq!(
            said(&infrastructure(&audit)),
            [
                "✅ Message types: 3 defined, 3 in use @ src/lib/websocket/types.ts:11",
                "🔴 Handler interfaces: 1 optional handler that nobody supplies @ src/lib/websocket/router.ts:14",
                "✅ Routing logic: 3 of 3 message types routed @ src/lib/websocket/router.ts:11",
                "⚠️ Channels: 1 opened, 1 never closed @ src/lib/websocket/Stream.ts:20",
                "⚠️ Realtime providers: 0 of 1 mounted and read @ src/contexts/FeedContext.tsx:5",
            ]
        );
        assert_eq!((infrastructure(&audit).words, infrastructure(&audit).mark), ("Incomplete", Mark::Bad));
    }

    #[test]
    fn polling_that_is_left_names_its_areas() {
        let mut audit = sample::audit();
        let group = polling(&audit);
        assert_eq!((group.words, group.mark), ("Remaining", Mark::Bad));
        assert_eq!(
            said(&group),
            [
                "🔴 Proxies: still polls, every 30 s; 1 not seen through @ src/lib/hooks/useProxyHealth.ts:274",
                "✅ Acceptable intervals: 5 timers @ src/app/dashboard/Chart.tsx:40",
            ]
        );
        audit.areas.clear();
        assert_eq!(polling(&audit).words, "Eliminated");
    }

    #[test]
    fn without_push_nothing_is_said_of_it() {
        let mut audit = sample::audit();
        assert!(has_push(&audit));
        audit.areas.iter_mut().for_each(|it| it.push = AreaPush::None);
        audit.messages.clear();
        audit.channels.clear();
        assert!(!has_push(&audit));
    }
}
