//! Every format over a trend that is made up.

use unicode_width::UnicodeWidthStr;

use super::*;
use crate::findings::audit::Links;
use crate::trend::every::Every;
use crate::trend::lives::tests::{past, sighting};
use crate::trend::snapshot::{AreaFigures, Snapshot};
use crate::trend::{Point, Trend};
use crate::vocabulary::AreaStatus;

/// An area that burns down over a few commits, one of which could not be read. `hostile` stands wherever others decide.
fn sample(hostile: &str) -> Trend {
    let figures = |polls: usize| Figures {
        polls,
        requests_per_minute: 2.5 * polls as f64,
        unconnected: polls / 2,
        links: Links { present: 4 - polls, required: 4 },
        critical: polls,
        ..Figures::default()
    };
    let name = format!("Orders{hostile}");
    let mut points: Vec<Point> = [4, 3, 3, 1]
        .into_iter()
        .enumerate()
        .map(|(at, polls)| {
            let area =
                AreaFigures { name: name.clone(), status: AreaStatus::Blocked, figures: figures(polls) };
            let snapshot = Snapshot { figures: figures(polls), areas: vec![area], findings: Vec::new() };
            let mut past = past(&format!("{at}a1b2c3d4e5f6"), &format!("2026-03-0{}", at + 1));
            past.subject = format!("orders by push {at}{hostile}");
            Point { past, outcome: Ok(snapshot) }
        })
        .collect();
    points[2].outcome = Err(format!("git cannot read it{hostile}"));
    let mut last = sighting(&format!("src/orders{hostile}.ts"), 5_000.0);
    last.entry.owner.push_str(hostile);
    last.area = name;
    let life = |introduced, removed| Life { last: last.clone(), introduced, removed };
    Trend {
        root: format!("apps/web{hostile}"),
        every: Every::Week,
        in_range: 40,
        from_root: false,
        points,
        lives: vec![life(None, Some(1)), life(Some(1), None), life(Some(3), None)],
    }
}

fn render(name: &str, trend: &Trend, options: Options) -> String {
    let format = FORMATS.iter().find(|it| it.name == name).unwrap();
    let mut out = Vec::new();
    format.write(trend, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn one_of_everything() {
    for format in FORMATS {
        let text = render(format.name, &sample(""), Options::default());
        insta::assert_snapshot!(format!("trend_{}", format.name), text);
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for hostile in ["", " with a name that goes on and on 名前 until nobody reads it any more"] {
        for width in [40, 60, 100, 200] {
            let text = render("pretty", &sample(hostile), Options { width, ..Options::default() });
            for line in text.lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
        }
    }
}

#[test]
fn hostile_text_drives_nothing() {
    let trend = sample("\u{1b}[2J\u{202e}</title><script>alert(1)</script>\"'\n=1+1");
    for format in FORMATS {
        for color in [false, true] {
            let text = render(format.name, &trend, Options { color, width: 400, ..Options::default() });
            assert!(!text.contains('\u{202e}') && !text.contains("\u{1b}[2J"), "{text}");
        }
    }
    assert!(!render("html", &trend, Options::default()).contains("<script"));
}

#[test]
fn nothing_at_all_can_be_written() {
    let trend = Trend { points: Vec::new(), lives: Vec::new(), ..sample("") };
    for format in FORMATS {
        assert!(!render(format.name, &trend, Options::default()).contains("NaN"));
    }
}
