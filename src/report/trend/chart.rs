//! Draws a row of numbers, in letters or as SVG. What is drawn holds numbers of ours alone, and no text of others.

use std::fmt::Write as _;

use crate::report::words;

/// Heights of a bar; nothing at all has the first one to itself.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Stands where nothing is known.
const GAP: char = '·';

/// Numbers as bars, one in a cell; when they are too many for the width, the last of those that share a cell.
pub(super) fn bars(values: &[Option<f64>], ceiling: f64, width: usize) -> String {
    let cells = values.len().min(width);
    let last_of = |cell: usize| (cell + 1) * values.len() / cells - 1;
    (0..cells).map(|cell| values.get(last_of(cell)).copied().flatten()).map(|it| bar(it, ceiling)).collect()
}

fn bar(value: Option<f64>, ceiling: f64) -> char {
    let Some(value) = value else { return GAP };
    if value <= 0.0 || ceiling <= 0.0 {
        return BARS[0];
    }
    let most = BARS.len() - 1;
    let height = ((value / ceiling) * most as f64).ceil() as usize;
    BARS.get(height.clamp(1, most)).copied().unwrap_or(GAP)
}

/// A drawing area, in units of SVG.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub width: f64,
    pub height: f64,
    /// With numbers of the scale on the left, and titles for who points at it.
    pub labels: bool,
}

/// A row of numbers as an SVG line of steps, filled down to nothing. `places`: where each stands, from 0 to 1.
/// `titles` are what shows when pointed at; they are ours and hold no markup.
pub(super) fn steps(
    frame: Frame,
    places: &[f64],
    values: &[Option<f64>],
    ceiling: f64,
    titles: &[String],
) -> String {
    let Frame { width, height, labels } = frame;
    let (left, margin) = if labels { (44.0, 8.0) } else { (2.0, 2.0) };
    let ceiling = if ceiling > 0.0 { ceiling } else { 1.0 };
    let x = |place: f64| left + place * (width - left - margin);
    let y = |value: f64| height - margin - (value / ceiling).clamp(0.0, 1.0) * (height - 2.0 * margin);
    let mut svg = format!("<svg viewBox=\"0 0 {width} {height}\" class=\"chart\" aria-hidden=\"true\">");
    if labels {
        for share in [0.0, 0.5, 1.0] {
            let (at, label) = (y(share * ceiling), words::number(share * ceiling));
            _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{left}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
                 <text class=\"scale\" x=\"{:.1}\" y=\"{:.1}\">{label}</text>",
                width - margin,
                left - 6.0,
                at + 4.0
            );
        }
    }
    for run in runs(places, values) {
        let mut line = String::new();
        for (number, (place, value)) in run.iter().enumerate() {
            _ = match number {
                0 => write!(line, "M{:.1} {:.1}", x(*place), y(*value)),
                _ => write!(line, "H{:.1}V{:.1}", x(*place), y(*value)),
            };
        }
        if let (Some((first, _)), Some((last, value))) = (run.first(), run.last()) {
            _ = write!(
                svg,
                "<path class=\"area\" d=\"{line}V{:.1}H{:.1}Z\"/><path class=\"line\" d=\"{line}\"/>\
                 <circle class=\"end\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2\"/>",
                y(0.0),
                x(*first),
                x(*last),
                y(*value)
            );
        }
    }
    for ((place, value), title) in places.iter().zip(values).zip(titles).filter(|_| labels) {
        if let Some(value) = value {
            _ = write!(
                svg,
                "<circle class=\"point\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\"><title>{title}</title></circle>",
                x(*place),
                y(*value)
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

/// The parts of a row in which all numbers are known.
fn runs(places: &[f64], values: &[Option<f64>]) -> Vec<Vec<(f64, f64)>> {
    let mut runs = vec![Vec::new()];
    for (place, value) in places.iter().zip(values) {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((*place, *value)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|it| !it.is_empty());
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_grow_with_numbers_and_nothing_stands_apart() {
        let values = [Some(0.0), Some(0.1), Some(5.0), Some(10.0), None];
        assert_eq!(bars(&values, 10.0, 80), "▁▂▅█·");
        assert_eq!(bars(&[Some(0.0); 3], 0.0, 80), "▁▁▁");
        assert_eq!(bars(&[], 1.0, 80), "");
        assert_eq!(bars(&values, 10.0, 0), "");
    }

    #[test]
    fn the_last_number_is_always_drawn() {
        let mut values = vec![Some(1.0); 999];
        values.push(Some(0.0));
        let drawn = bars(&values, 1.0, 10);
        assert_eq!(drawn, "█████████▁");
    }

    #[test]
    fn a_line_breaks_where_nothing_is_known() {
        let frame = Frame { width: 100.0, height: 40.0, labels: false };
        let titles = ["a", "b", "c", "d"].map(str::to_owned);
        let svg = steps(frame, &[0.0, 0.3, 0.6, 1.0], &[Some(2.0), Some(1.0), None, Some(0.0)], 2.0, &titles);
        assert_eq!(svg.matches("class=\"line\"").count(), 2);
        assert_eq!(svg.matches("<title>").count(), 0);
        let pointed = steps(Frame { labels: true, ..frame }, &[0.0, 1.0], &[Some(2.0), None], 2.0, &titles);
        assert_eq!(pointed.matches("<title>a</title>").count(), 1);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        let flat = steps(frame, &[0.0], &[Some(0.0)], 0.0, &titles);
        assert!(!flat.contains("NaN"), "{flat}");
    }
}
