//! For Prometheus and Grafana: gauges in the OpenMetrics text format.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::escape::terminal;
use super::{Format, Options, fresh};
use crate::findings::audit::Audit;
use crate::vocabulary::{AreaStatus, Severity};

pub(super) const FORMAT: Format = Format {
    name: "openmetrics",
    about: "for Prometheus and Grafana: gauges",
    extensions: &["prom", "openmetrics"],
    write,
};

fn write(audit: &Audit, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Gauges(gauges(audit))));
    let mut metrics = String::new();
    text::encode(&mut metrics, &registry).map_err(io::Error::other)?;
    out.write_all(metrics.as_bytes())
}

type Labels = Vec<(&'static str, String)>;

/// The families of the library come in no fixed order; these do.
#[derive(Debug)]
struct Gauge {
    name: &'static str,
    help: &'static str,
    samples: BTreeMap<Labels, f64>,
}

#[derive(Debug)]
struct Gauges(Vec<Gauge>);

impl Collector for Gauges {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for Gauge { name, help, samples } in &self.0 {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            for (labels, value) in samples {
                match labels.is_empty() {
                    true => family.encode_gauge(value)?,
                    false => family.encode_family(labels)?.encode_gauge(value)?,
                }
            }
        }
        Ok(())
    }
}

/// Samples with the same labels are one: a format may not hold two of them.
fn gauge(name: &'static str, help: &'static str, samples: impl IntoIterator<Item = (Labels, f64)>) -> Gauge {
    let mut sums = BTreeMap::new();
    for (labels, value) in samples {
        *sums.entry(labels).or_insert(0.0) += value;
    }
    Gauge { name, help, samples: sums }
}

fn labels<const N: usize>(pairs: [(&'static str, &str); N]) -> Labels {
    pairs.map(|(key, value)| (key, terminal(value).into_owned())).to_vec()
}

fn gauges(audit: &Audit) -> Vec<Gauge> {
    const RATE: &str = "Requests a minute of live polls whose interval is known, from one client.";
    const SHARE: &str = "Share of the links of the way from polling to push that are present.";
    let Audit { summary, stats, areas, .. } = audit;
    let findings = audit.findings.iter().map(|it| {
        let (severity, status) = (it.severity.as_str(), it.status.as_str());
        let of = [("area", &*it.area), ("rule", it.rule), ("severity", severity), ("status", status)];
        (labels(of), 1.0)
    });
    // Zeros too: a line that falls to nothing tells more than a line that ends.
    let severities = areas.iter().flat_map(|area| {
        Severity::ALL.iter().map(|severity| {
            let own = fresh(audit).filter(|it| it.area == area.name && it.severity == *severity);
            (labels([("area", &area.name), ("severity", severity.as_str())]), own.count() as f64)
        })
    });
    let timers =
        audit.timers.iter().map(|it| (labels([("area", &it.area), ("verdict", it.verdict.as_str())]), 1.0));
    let links = areas.iter().flat_map(|it| {
        let missing = it.links.required.saturating_sub(it.links.present);
        [("present", it.links.present), ("missing", missing)]
            .map(|(state, number)| (labels([("area", &it.name), ("state", state)]), number as f64))
    });
    let completion = areas
        .iter()
        .filter(|it| it.links.required > 0)
        .map(|it| (labels([("area", &it.name)]), it.links.present as f64 / it.links.required as f64));
    let rates = areas.iter().map(|it| (labels([("area", &it.name)]), it.requests_per_minute));
    let statuses = AreaStatus::ALL.iter().map(|status| {
        let number = areas.iter().filter(|it| it.status == *status).count();
        (labels([("status", status.as_str())]), number as f64)
    });
    let files = [
        ("discovered", stats.files_discovered),
        ("read", stats.files_read),
        ("parsed", stats.files_parsed),
        ("skipped", stats.skipped.len()),
    ]
    .map(|(state, number)| (labels([("state", state)]), number as f64));
    let version = (labels([("version", env!("CARGO_PKG_VERSION"))]), 1.0);
    let whole = |value: f64| (Labels::new(), value);
    vec![
        gauge("unpoll_build", "The version of unpoll that audited.", [version]),
        gauge("unpoll_findings", "Findings; a status of new is what is left to do.", findings),
        gauge("unpoll_area_findings", "New findings.", severities),
        gauge("unpoll_timers", "Recurring work, by what it does.", timers),
        gauge("unpoll_requests_per_minute", RATE, [whole(summary.requests_per_minute)]),
        gauge("unpoll_area_requests_per_minute", RATE, rates),
        gauge("unpoll_area_links", "Links of the way from polling to push.", links),
        gauge("unpoll_area_completion_ratio", SHARE, completion),
        gauge("unpoll_completion_ratio", SHARE, summary.completion.map(|percent| whole(percent / 100.0))),
        gauge("unpoll_areas", "Areas, by how far they are.", statuses),
        gauge("unpoll_files", "Files, by what was done with them.", files),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::vocabulary::FindingStatus;
    use std::collections::BTreeSet;

    /// The samples of an exposition, after a check of its grammar:
    /// <https://prometheus.io/docs/specs/om/open_metrics_spec/#abnf>.
    fn samples(text: &str) -> BTreeSet<String> {
        sample::assert_tame(text);
        let body = text.strip_suffix("# EOF\n").unwrap();
        let mut found = BTreeSet::new();
        let mut family = "";
        for line in body.lines() {
            if let Some(described) = line.strip_prefix("# ") {
                let words: Vec<&str> = described.splitn(3, ' ').collect();
                assert!(matches!(words[0], "HELP" | "TYPE") && words.len() == 3, "{line}");
                assert!(words[0] != "TYPE" || (words[1], words[2]) == (family, "gauge"), "{line}");
                family = words[1];
                continue;
            }
            let rest = line.strip_prefix(family).unwrap_or_else(|| panic!("{line} is no {family}"));
            let value = match rest.strip_prefix('{') {
                Some(rest) => after_labels(rest).unwrap_or_else(|| panic!("{line}")),
                None => rest,
            };
            let number: f64 = value.strip_prefix(' ').unwrap().parse().unwrap();
            assert!(number.is_finite() && number >= 0.0, "{line}");
            let (series, _) = line.rsplit_once(' ').unwrap();
            assert!(found.insert(series.to_owned()), "twice: {line}");
        }
        found
    }

    /// What stands behind `label="value",…}`.
    fn after_labels(mut rest: &str) -> Option<&str> {
        loop {
            let (name, value) = rest.split_once("=\"")?;
            assert!(name.bytes().all(|it| it.is_ascii_lowercase() || it == b'_'), "{name}");
            let mut escaped = false;
            let end = value.find(|letter| {
                assert!(!escaped || matches!(letter, '\\' | '"' | 'n'), "{value}");
                let ends = letter == '"' && !escaped;
                escaped = letter == '\\' && !escaped;
                ends
            })?;
            let (_, after) = value.split_at(end + 1);
            match after.strip_prefix(',') {
                Some(more) => rest = more,
                None => return after.strip_prefix('}'),
            }
        }
    }

    #[test]
    fn everything_is_measured() {
        let text = sample::render(FORMAT, &sample::audit());
        samples(&text);
        for line in [
            r#"unpoll_findings{area="Proxies",rule="network-poll",severity="critical",status="new"} 1.0"#,
            r#"unpoll_area_findings{area="Dashboard",severity="critical"} 0.0"#,
            r#"unpoll_area_completion_ratio{area="Proxies"} 0.6"#,
            r#"unpoll_area_requests_per_minute{area="Proxies"} 2.0"#,
            "unpoll_requests_per_minute 2.0",
            r#"unpoll_areas{status="done"} 1.0"#,
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn known_findings_have_a_status_of_their_own() {
        let mut audit = sample::audit();
        audit.findings[0].status = FindingStatus::Baseline;
        audit.summary.completion = None;
        let text = sample::render(FORMAT, &audit);
        samples(&text);
        assert!(text.contains(r#"severity="critical",status="baseline"} 1.0"#), "{text}");
        assert!(text.contains(r#"unpoll_area_findings{area="Proxies",severity="critical"} 0.0"#), "{text}");
        assert!(!text.contains("\nunpoll_completion_ratio"), "{text}");
    }

    #[test]
    fn a_hostile_name_stays_a_label() {
        let mut audit = sample::hostile();
        audit.areas[0].name = "a\"} 1\n# EOF\nunpoll_x{b=\"".into();
        audit.findings[0].area = "ends with \\".into();
        let tame = samples(&sample::render(FORMAT, &sample::audit()));
        let hostile = samples(&sample::render(FORMAT, &audit));
        assert!(hostile.iter().any(|it| it.contains(r#"area="ends with \\","#)));
        assert!(hostile.len() <= tame.len());
    }
}
