//! For people at a terminal: what to fix first, with the source and the evidence beside it.

mod status;

use std::collections::BTreeMap;
use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::escape::terminal;
use super::{Format, Options, Paint, compact, frame, fresh, words};
use crate::findings::audit::{Audit, ChainStep, Finding, TimerRow};
use crate::vocabulary::{Confidence, FindingStatus, Severity, Verdict};

pub(super) const FORMAT: Format =
    Format { name: "pretty", about: "for people at a terminal", extensions: &["txt"], write };

/// Text narrower than this would be unreadable, wider would be hard to read.
const READABLE: std::ops::RangeInclusive<usize> = 40..=110;
/// Steps of a chain at its start and at its end that are shown when it is a long one.
const START: usize = 4;
const END: usize = 3;
/// Timers not seen through that are listed without being asked for.
const MOST_UNKNOWN: usize = 5;
/// Findings that are gone, by name; the JSON report names all.
const MOST_FIXED: usize = 10;
/// Findings that a brief report tells at length: about what people read before they begin to scroll.
const AT_LENGTH: usize = 12;
/// Lines for the next steps of a brief report. With areas, counts and commands they fill one screen.
const STEP_LINES: usize = 8;

fn write(audit: &Audit, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let width = options.width.clamp(*READABLE.start(), *READABLE.end());
    let at_length = if options.brief { AT_LENGTH } else { usize::MAX };
    let mut page = Page { out, paint: Paint::new(options.color), width, at_length };
    if options.quiet {
        return compact::write(audit, options, page.out);
    }
    for severity in [Severity::Critical, Severity::Warning, Severity::Info] {
        page.group(audit, severity)?;
    }
    if options.accepted {
        page.accepted(audit)?;
    }
    if !audit.comparisons.is_empty() {
        return page.comparisons(audit);
    }
    page.unknown(audit, options)?;
    page.areas(audit, options)?;
    page.summary(audit, options)?;
    page.next_steps(audit, options)
}

struct Page<'a> {
    out: &'a mut dyn Write,
    paint: Paint,
    width: usize,
    /// Findings that may still be told at length.
    at_length: usize,
}

impl Page<'_> {
    fn group(&mut self, audit: &Audit, severity: Severity) -> io::Result<()> {
        let findings: Vec<&Finding> = fresh(audit).filter(|finding| finding.severity == severity).collect();
        if findings.is_empty() {
            return Ok(());
        }
        let title = match severity {
            Severity::Critical => "Critical",
            Severity::Warning => "Warnings",
            Severity::Info => "Info",
        };
        let title = format!("{} {title} ({})", words::sign(severity), words::thousands(findings.len()));
        writeln!(self.out, "{}\n", self.paint.severity(severity, &title))?;
        let (long, short) = findings.split_at(self.at_length.min(findings.len()));
        self.at_length -= long.len();
        long.iter().try_for_each(|finding| self.finding(audit, finding))?;
        self.listed(audit, short, !long.is_empty())
    }

    /// Findings in a line each, `after` some that were told at length.
    fn listed(&mut self, audit: &Audit, findings: &[&Finding], after: bool) -> io::Result<()> {
        if findings.is_empty() {
            return Ok(());
        }
        let number = match after {
            true => format!("… and {} more, ", words::thousands(findings.len())),
            false => String::new(),
        };
        let note = format!("  {number}a line each; --verbose tells them at length");
        writeln!(self.out, "{}\n", self.paint.dim(&note))?;
        for finding in findings {
            let place = format!("{}:{}:{}", terminal(&finding.file), finding.line, finding.column);
            let rule = self.paint.severity(finding.severity, finding.rule);
            let timer = finding.timer.and_then(|at| audit.timers.get(at));
            let what = timer.map_or_else(|| finding.subject.clone(), owner_and_interval);
            writeln!(self.out, "  {place}  {rule}  {}", self.paint.dim(&terminal(&what)))?;
        }
        writeln!(self.out)
    }

    fn finding(&mut self, audit: &Audit, finding: &Finding) -> io::Result<()> {
        let place = format!("{}:{}:{}", terminal(&finding.file), finding.line, finding.column);
        let rule = self.paint.severity(finding.severity, finding.rule);
        let doubt = match finding.confidence {
            Confidence::Certain => String::new(),
            doubt => self.paint.dim(&format!("  ({doubt})")),
        };
        writeln!(self.out, "  {}  {rule}{doubt}", self.paint.bold(&place))?;
        let text = format!("{} {}", finding.message, finding.impact);
        self.text("  ", "  ", &text)?;
        if let Some(change) = &finding.change {
            self.text("  ", "  ", &format!("It was there before, and is worse: {change}."))?;
        }
        self.frame(finding)?;
        if let Some(timer) = finding.timer.and_then(|at| audit.timers.get(at)) {
            self.text("  ", "  ", &words::facts(timer, &finding.message))?;
        }
        self.chain(finding)?;
        let label = self.paint.good("help:");
        self.text(&format!("  {label} "), "        ", &finding.help)?;
        writeln!(self.out)
    }

    fn frame(&mut self, finding: &Finding) -> io::Result<()> {
        let digits = finding.frame.as_ref().map_or(0, |frame| {
            let last = frame.first_line.saturating_add(u32::try_from(frame.lines.len()).unwrap_or(u32::MAX));
            last.to_string().len()
        });
        let rows = frame::rows(finding, self.width.saturating_sub(digits + 8));
        if rows.is_empty() {
            return Ok(());
        }
        writeln!(self.out)?;
        for row in rows {
            let number = format!("{:>digits$}", row.number);
            let Some((start, length)) = row.mark else {
                let line = format!("    {number} │ {}", row.text);
                writeln!(self.out, "{}", self.paint.dim(line.trim_end()))?;
                continue;
            };
            let arrow = self.paint.severity(finding.severity, "❯");
            writeln!(
                self.out,
                "  {arrow} {} {} {}",
                self.paint.bold(&number),
                self.paint.dim("│"),
                row.text
            )?;
            let underline = self.paint.severity(finding.severity, &"^".repeat(length));
            let gutter = self.paint.dim(&format!("    {:digits$} │", ""));
            writeln!(self.out, "{gutter} {:start$}{underline}", "")?;
        }
        writeln!(self.out)
    }

    /// The way from the finding to what it does in the end; the frame has shown where it starts.
    fn chain(&mut self, finding: &Finding) -> io::Result<()> {
        let (start, hidden, end) = shortened(words::way(finding));
        let shown = || start.iter().chain(end);
        let places: Vec<String> =
            shown().map(|step| format!("{}:{}", terminal(&step.file), step.line)).collect();
        // One long path does not push the labels of all others out of sight.
        let longest =
            places.iter().map(|place| place.width()).filter(|width| *width <= 60).max().unwrap_or(0);
        for (at, (step, place)) in shown().zip(&places).enumerate() {
            if hidden > 0 && at == start.len() {
                let more = format!("    … {}", words::count(hidden, "more step"));
                writeln!(self.out, "{}", self.paint.dim(&more))?;
            }
            let arrow = self.paint.dim("↳ ");
            let gap = " ".repeat(longest.saturating_sub(place.width()) + 2);
            self.text(&format!("    {arrow}{}{gap}", self.paint.code(place)), "        ", &step.label)?;
        }
        Ok(())
    }

    fn accepted(&mut self, audit: &Audit) -> io::Result<()> {
        let accepted: Vec<&TimerRow> = audit.timers.iter().filter(|timer| timer.is_accepted()).collect();
        if accepted.is_empty() {
            return Ok(());
        }
        let title = format!("✅ Accepted ({})", words::thousands(accepted.len()));
        writeln!(self.out, "{}\n", self.paint.good(&title))?;
        let verdict_width = accepted.iter().map(|timer| timer.verdict.as_str().len()).max().unwrap_or(0);
        for timer in accepted {
            let verdict = format!("{:verdict_width$}", timer.verdict.as_str());
            let place = self.paint.code(&format!("{}:{}", terminal(&timer.file), timer.line));
            let note = self.paint.dim(&terminal(&owner_and_interval(timer)));
            writeln!(self.out, "  {verdict}  {place}  {note}")?;
        }
        writeln!(self.out)
    }

    /// Timers whose work nobody could see: not accused, and not accepted either.
    fn unknown(&mut self, audit: &Audit, options: &Options) -> io::Result<()> {
        let unknown: Vec<&TimerRow> =
            audit.timers.iter().filter(|timer| timer.verdict == Verdict::Unknown).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let title = format!("❔ Not seen through ({})", words::thousands(unknown.len()));
        writeln!(self.out, "{}\n", self.paint.bold(&title))?;
        let most = if options.accepted { unknown.len() } else { MOST_UNKNOWN };
        for timer in unknown.iter().take(most) {
            let place = format!("{}:{}", terminal(&timer.file), timer.line);
            let place = self.paint.code(&place);
            self.text(&format!("  {place}  "), "      ", &owner_and_interval(timer))?;
            if let Some(step) = words::lost_at(timer) {
                let place = format!("{}:{}", terminal(&step.file), step.line);
                let (lost, place) = (self.paint.dim("sight lost at"), self.paint.code(&place));
                self.text(&format!("      {lost} {place}  "), "        ", &step.label)?;
            }
        }
        let hidden = unknown.len().saturating_sub(most);
        if hidden > 0 {
            let more = format!("  … and {} more; --accepted lists them", words::thousands(hidden));
            writeln!(self.out, "{}", self.paint.dim(&more))?;
        }
        writeln!(self.out)
    }

    fn summary(&mut self, audit: &Audit, options: &Options) -> io::Result<()> {
        let (summary, stats) = (&audit.summary, &audit.stats);
        let counts = [
            (Severity::Critical, summary.critical, "critical"),
            (Severity::Warning, summary.warning, if summary.warning == 1 { "warning" } else { "warnings" }),
            (Severity::Info, summary.info, "info"),
        ];
        let said: Vec<String> = counts
            .into_iter()
            .filter(|(_, number, _)| *number > 0)
            .map(|(severity, number, noun)| {
                let text = format!("{} {} {noun}", words::sign(severity), words::thousands(number));
                self.paint.severity(severity, &text)
            })
            .collect();
        let verdict = if said.is_empty() { self.paint.good("✅ No findings") } else { said.join("   ") };
        writeln!(self.out, "{verdict}")?;
        if summary.accepted > 0 {
            let hint = if options.accepted { "" } else { "; --accepted lists them" };
            let by_verdict = accepted_by_verdict(audit);
            let text = format!("✅ {} accepted: {by_verdict}{hint}", words::thousands(summary.accepted));
            self.text("", "   ", &text)?;
        }
        let known = audit.findings.iter().filter(|it| it.status == FindingStatus::Baseline).count();
        if known > 0 {
            writeln!(self.out, "   {} in the baseline", words::count(known, "finding"))?;
        }
        if let Some(suppressed) = words::suppressed(audit) {
            writeln!(self.out, "   {suppressed}")?;
        }
        if audit.timers.is_empty() && audit.channels.is_empty() && audit.messages.is_empty() {
            writeln!(self.out, "   nothing in this code recurs, and nothing is pushed to it")?;
        } else {
            let load = words::requests(summary.requests_per_minute);
            self.text("   ", "   ", &format!("{load} from live polls of known interval"))?;
        }
        if let Some(completion) = words::completion(summary) {
            self.text("   ", "   ", &completion)?;
        }
        let skipped = match stats.skipped.len() {
            0 => String::new(),
            number if options.verbose => format!(", {} skipped:", words::thousands(number)),
            number => format!(", {} skipped (--verbose says why)", words::thousands(number)),
        };
        let files = words::count(stats.files_discovered, "source file");
        let parsed = words::thousands(stats.files_parsed);
        let backends = match stats.backend_files {
            0 => String::new(),
            number => format!(" and {} of backends", words::count(number, "file")),
        };
        let place = if audit.root == "." { String::new() } else { format!(" in {}", audit.root) };
        let looked = format!("looked at {files} ({parsed} parsed){backends}{place}{skipped}");
        self.text("   ", "   ", &looked)?;
        if options.verbose {
            for skip in &stats.skipped {
                let line = format!("     {}  {}", terminal(&skip.file), terminal(&skip.reason));
                writeln!(self.out, "{}", self.paint.dim(&line))?;
            }
        }
        Ok(())
    }

    /// The answer of a gate: what is new has been shown, what was known and what is gone follows.
    fn comparisons(&mut self, audit: &Audit) -> io::Result<()> {
        let new = fresh(audit).map(|it| it.severity).max();
        let news = terminal(&words::news(audit).unwrap_or_default()).into_owned();
        let line = match new {
            Some(worst) => self.paint.severity(worst, &format!("{} {news}", words::sign(worst))),
            None => self.paint.good(&format!("✅ {news}")),
        };
        writeln!(self.out, "{line}")?;
        for comparison in &audit.comparisons {
            self.text("   ", "   ", &words::compared(comparison))?;
            for fixed in comparison.fixed.iter().take(MOST_FIXED) {
                let line =
                    format!("     {}  {}  {}", fixed.rule, terminal(&fixed.file), terminal(&fixed.owner));
                writeln!(self.out, "{}", self.paint.dim(line.trim_end()))?;
            }
            let hidden = comparison.fixed.len().saturating_sub(MOST_FIXED);
            if hidden > 0 {
                writeln!(
                    self.out,
                    "{}",
                    self.paint.dim(&format!("     … and {} more", words::thousands(hidden)))
                )?;
            }
        }
        words::suppressed(audit).map_or(Ok(()), |silenced| writeln!(self.out, "   {silenced}"))
    }

    fn next_steps(&mut self, audit: &Audit, options: &Options) -> io::Result<()> {
        if audit.next_steps.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "\n{}", self.paint.bold("Next steps"))?;
        let mut room = if options.brief { STEP_LINES } else { usize::MAX };
        let mut told = 0;
        for step in &audit.next_steps {
            let priority = self.paint.dim(&format!("{:6}", words::priority(step.priority)));
            let lines = self.wrapped(&format!("  {priority}  "), "          ", &step.text);
            // The most urgent one is told however long it is.
            if told > 0 && lines.len() > room {
                break;
            }
            room = room.saturating_sub(lines.len());
            told += 1;
            lines.iter().try_for_each(|line| writeln!(self.out, "{line}"))?;
        }
        match audit.next_steps.len().saturating_sub(told) {
            0 => Ok(()),
            hidden => {
                let more = format!("  … and {} more; --verbose lists them", words::thousands(hidden));
                writeln!(self.out, "{}", self.paint.dim(&more))
            }
        }
    }

    fn text(&mut self, first: &str, rest: &str, text: &str) -> io::Result<()> {
        self.wrapped(first, rest, text).iter().try_for_each(|line| writeln!(self.out, "{line}"))
    }

    /// Wraps audited or own text; escapes it, and paints what stands between backticks.
    fn wrapped(&self, first: &str, rest: &str, text: &str) -> Vec<String> {
        let text = format!("{first}{}", self.paint.sentence(&terminal(text)));
        let options = textwrap::Options::new(self.width)
            .subsequent_indent(rest)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        textwrap::wrap(&text, options).into_iter().map(|line| line.trim_end().to_owned()).collect()
    }
}

/// The start of a chain, the number of steps in the middle that are left out, and its end.
fn shortened(chain: &[ChainStep]) -> (&[ChainStep], usize, &[ChainStep]) {
    match chain.len() {
        // To leave out one step and say so saves nothing.
        0..=8 => (chain, 0, &[]),
        length => {
            let (start, rest) = chain.split_at(START.min(length));
            let hidden = rest.len().saturating_sub(END);
            (start, hidden, rest.get(hidden..).unwrap_or_default())
        }
    }
}

/// `useClock, every second`; code outside every function has no owner.
fn owner_and_interval(timer: &TimerRow) -> String {
    let how_often = words::how_often(timer);
    match timer.owner.trim() {
        "" => how_often,
        owner => format!("{owner}, {how_often}"),
    }
}

/// `6 ui-timer, 5 heartbeat`, most frequent first.
fn accepted_by_verdict(audit: &Audit) -> String {
    let mut numbers = BTreeMap::new();
    for timer in audit.timers.iter().filter(|timer| timer.is_accepted()) {
        *numbers.entry(timer.verdict).or_insert(0_usize) += 1;
    }
    let mut numbers: Vec<_> = numbers.into_iter().collect();
    numbers.sort_by_key(|(verdict, number)| (std::cmp::Reverse(*number), *verdict));
    let said: Vec<String> = numbers
        .into_iter()
        .map(|(verdict, number)| format!("{} {verdict}", words::thousands(number)))
        .collect();
    said.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn render(audit: &Audit, options: Options) -> String {
        let mut out = Vec::new();
        write(audit, &options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_of_everything() {
        let options = Options { accepted: true, verbose: true, ..Options::default() };
        insta::assert_snapshot!(render(&sample::audit(), options));
    }

    #[test]
    fn quiet_says_one_line_a_finding_and_nothing_when_clean() {
        let quiet = Options { quiet: true, ..Options::default() };
        assert_eq!(render(&sample::audit(), quiet).lines().count(), 3);
        let clean = Audit { findings: Vec::new(), ..sample::audit() };
        assert_eq!(render(&clean, quiet), "");
    }

    #[test]
    fn known_findings_are_counted_and_not_shown() {
        let mut audit = sample::audit();
        audit.findings[1].status = FindingStatus::Baseline;
        let text = render(&audit, Options::default());
        assert!(!text.contains("Rate.tsx:9:5"), "{text}");
        assert!(text.contains("1 finding in the baseline"), "{text}");
        let mut audit = sample::audit();
        sample::suppress(&mut audit.findings[1], Some("a kiosk"));
        let text = render(&audit, Options::default());
        assert!(!text.contains("Rate.tsx:9:5"), "{text}");
        assert!(text.contains("1 finding suppressed, with reasons"), "{text}");
    }

    #[test]
    fn hostile_text_cannot_drive_the_terminal() {
        for (color, quiet) in [(false, false), (true, false), (true, true)] {
            let options = Options { color, quiet, accepted: true, verbose: true, ..Options::default() };
            let text = render(&sample::hostile(), options);
            assert!(!text.contains('\u{202e}') && !text.contains("\u{1b}[2J"), "{text}");
            assert!(text.contains(r"\u{1b}[2J\u{202e}"), "{text}");
            assert!(
                color || !text.contains(|character: char| character.is_control() && character != '\n'),
                "{text}"
            );
        }
    }

    #[test]
    fn lines_of_our_own_fit_the_width() {
        let text = render(&sample::audit(), Options { width: 72, ..Options::default() });
        let places = |line: &&str| !line.contains(".ts:") && !line.contains(".tsx:");
        for line in text.lines().filter(places) {
            assert!(line.width() <= 72, "{line}");
        }
    }
}
