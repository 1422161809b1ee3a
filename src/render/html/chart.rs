//! Numbers as bars, in SVG: a group of bars for each label.
//!
//! Uses `view::doc`. Pure. Start at [`drawn`]. The number is shown above each bar, so color
//! is never the only information.

use super::escape;
use crate::view::doc::ChartSeries;

/// The height of the bars, and of the space above and below them.
const HIGH: f64 = 120.0;
const ABOVE: f64 = 18.0;
const BELOW: f64 = 22.0;
/// The width of a bar, and of the gap between two groups.
const WIDE: usize = 22;
const GAP: usize = 26;

/// Returns a chart with its legend; empty if there is nothing to draw.
pub(super) fn drawn(series: &ChartSeries) -> String {
    let numbers = series.bars.iter().flat_map(|(_, numbers)| numbers);
    let most = numbers.flatten().copied().fold(0.0, f64::max);
    if most <= 0.0 || series.labels.is_empty() {
        return String::new();
    }
    let group = (series.bars.len() * WIDE).max(70) + GAP;
    let (wide, high) = (group * series.labels.len(), ABOVE + HIGH + BELOW);
    let title = escape::line(series.title);
    let mut out = format!(
        "<figure class=\"chart\"><figcaption>{title}</figcaption>\n<div class=\"scroll\"><svg role=\"img\" \
         aria-label=\"{title}\" width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {wide} {high}\">\n"
    );
    let base = ABOVE + HIGH;
    out.push_str(&format!(
        "<line class=\"axis\" x1=\"0\" y1=\"{base}\" x2=\"{wide}\" y2=\"{base}\"/>\n"
    ));
    for (nth, label) in series.labels.iter().enumerate() {
        let left = nth * group;
        let bars = series.bars.len() * WIDE;
        let first = left + (group - bars) / 2;
        for (bar, (name, numbers)) in series.bars.iter().enumerate() {
            let number = numbers.get(nth).copied().flatten();
            let x = first + bar * WIDE;
            out.push_str(&one(bar, x, name, label, number, most));
        }
        let (middle, y) = (left + group / 2, base + 15.0);
        let label = escape::line(label);
        out.push_str(&format!("<text class=\"label\" x=\"{middle}\" y=\"{y}\">{label}</text>\n"));
    }
    out.push_str("</svg></div>\n");
    if series.bars.len() > 1 {
        out.push_str(&legend(series));
    }
    out.push_str("</figure>\n");
    out
}

fn one(nth: usize, x: usize, name: &str, label: &str, number: Option<f64>, most: f64) -> String {
    let Some(number) = number.filter(|it| *it > 0.0) else {
        return String::new();
    };
    let tall = (number / most * HIGH * 10.0).round() / 10.0;
    let y = ABOVE + HIGH - tall;
    let (title, above) = (escape::line(&format!("{name}, {label}: {number}")), y - 4.0);
    let (wide, middle) = (WIDE - 4, x + (WIDE - 4) / 2);
    format!(
        "<rect class=\"bar-{nth}\" x=\"{x}\" y=\"{y:.1}\" width=\"{wide}\" height=\"{tall:.1}\"><title>{title}</title></rect>\
         <text class=\"number\" x=\"{middle}\" y=\"{above:.1}\">{number}</text>\n"
    )
}

fn legend(series: &ChartSeries) -> String {
    let names = series.bars.iter().enumerate().map(|(nth, (name, _))| {
        let name = escape::line(name);
        format!(
            "<li><svg width=\"10\" height=\"10\" aria-hidden=\"true\"><rect class=\"bar-{nth}\" width=\"10\" height=\"10\"/></svg> \
             {name}</li>"
        )
    });
    format!("<ul class=\"legend\">{}</ul>\n", names.collect::<String>())
}
