//! Numbers as bars, in SVG: a group of bars for each label.
//!
//! Pure. Start at [`drawn`]. The number is shown above each bar, so color is never the only information.

use super::escape;
use crate::view::doc::ChartSeries;

const HIGH: f64 = 110.0;
const ABOVE: f64 = 16.0;
const BELOW: f64 = 32.0;
const GAP: usize = 10;

pub(super) fn drawn(series: &ChartSeries, anchor: &str) -> String {
    let numbers = series.bars.iter().flat_map(|(_, numbers)| numbers);
    let most = numbers.flatten().copied().fold(0.0, f64::max);
    if most <= 0.0 || series.labels.is_empty() {
        return String::new();
    }
    // A bar is as wide as its number.
    let bar = (format!("{most}").chars().count() * 7 + 3).max(14);
    let group = (series.bars.len() * bar).max(26) + GAP;
    let (wide, high) = (group * series.labels.len(), ABOVE + HIGH + BELOW);
    let title = escape::line(series.title);
    let mut out = format!(
        "<figure class=\"chart\"><figcaption>{title}</figcaption>\n<svg role=\"img\" aria-labelledby=\"{anchor}\" \
         viewBox=\"0 0 {wide} {high}\" width=\"{wide}\" height=\"{high}\">\n<title id=\"{anchor}\">{}</title>\n",
        escape::line(&words(series))
    );
    let base = ABOVE + HIGH;
    out.push_str(&format!(
        "<line class=\"axis\" x1=\"0\" y1=\"{base}\" x2=\"{wide}\" y2=\"{base}\"/>\n"
    ));
    for (nth, label) in series.labels.iter().enumerate() {
        let left = nth * group;
        let first = left + (group - series.bars.len() * bar) / 2;
        for (n, (_, numbers)) in series.bars.iter().enumerate() {
            let number = numbers.get(nth).copied().flatten();
            out.push_str(&one(n, first + n * bar, bar, number, most));
        }
        for (line, text) in label.split('\n').enumerate() {
            let (middle, y) = (left + group / 2, base + if line == 0 { 13.0 } else { 26.0 });
            let text = escape::line(text);
            out.push_str(&format!(
                "<text class=\"label\" x=\"{middle}\" y=\"{y}\">{text}</text>\n"
            ));
        }
    }
    out.push_str("</svg>\n");
    if series.bars.len() > 1 {
        out.push_str(&legend(series));
    }
    out.push_str("</figure>\n");
    out
}

fn words(series: &ChartSeries) -> String {
    let of_label = |(nth, label): (usize, &String)| {
        let numbers = series.bars.iter().filter_map(|(name, numbers)| {
            let number = numbers.get(nth).copied().flatten()?;
            Some(format!("{number} {name}"))
        });
        format!("{}: {}", label.replace('\n', " "), numbers.collect::<Vec<_>>().join(", "))
    };
    let labels: Vec<String> = series.labels.iter().enumerate().map(of_label).collect();
    format!("{}. {}", series.title, labels.join("; "))
}

fn one(nth: usize, x: usize, wide: usize, number: Option<f64>, most: f64) -> String {
    let Some(number) = number.filter(|number| *number > 0.0) else {
        return String::new();
    };
    let tall = (number / most * HIGH * 10.0).round() / 10.0;
    let y = ABOVE + HIGH - tall;
    let above = y - 4.0;
    let (wide, middle) = (wide - 2, x + (wide - 2) / 2);
    format!(
        "<rect class=\"bar-{nth}\" x=\"{x}\" y=\"{y:.1}\" width=\"{wide}\" height=\"{tall:.1}\"/>\
         <text class=\"number\" x=\"{middle}\" y=\"{above:.1}\">{number}</text>\n"
    )
}

fn legend(series: &ChartSeries) -> String {
    let names = series.bars.iter().enumerate().map(|(nth, (name, _))| {
        let name = escape::line(name);
        format!(
            "<li><svg class=\"swatch\" width=\"10\" height=\"10\" aria-hidden=\"true\"><rect class=\"bar-{nth}\" width=\"10\" height=\"10\"/></svg> \
             {name}</li>"
        )
    });
    format!("<ul class=\"legend\">{}</ul>\n", names.collect::<String>())
}
