//! The first screen of a page: figures, bars, shares, a timeline and a calendar, in HTML and SVG.
//!
//! Pure. Start at [`Picture`]. Each picture stands beside its words, so it is hidden from screen readers, and color is
//! never the only information. No attribute is a style: the page's policy forbids it.

use crate::render::html::escape;
use crate::view::doc::{StyledText, Tone};
use crate::view::page::{
    BarRow, BarTable, CalendarDay, DayTime, DueCalendar, Figure, SharePart, Timeline, TimelineRow,
};

pub(super) struct Picture<'p> {
    pub(super) inline: &'p dyn Fn(&StyledText) -> String,
    /// The heading above, for the captions of tables, escaped.
    pub(super) caption: &'p str,
}

fn fill(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "f-good",
        Tone::Fair => "f-plain",
        Tone::Warn => "f-warn",
        Tone::Bad => "f-bad",
        Tone::Muted => "f-muted",
        Tone::Plain | Tone::Strong | Tone::Id | Tone::Command | Tone::Code => "f-plain",
    }
}

impl Picture<'_> {
    pub(super) fn figures(&self, figures: &[Figure]) -> String {
        let one = |figure: &Figure| {
            let class = match figure.tone {
                Tone::Bad => " class=\"bad\"",
                Tone::Warn => " class=\"warn\"",
                Tone::Good => " class=\"good\"",
                _ => "",
            };
            format!(
                "<div><dt>{}</dt><dd><b{class}>{}</b> <span class=\"muted\">{}</span></dd></div>\n",
                escape::line(&figure.label),
                escape::line(&figure.value),
                escape::line(&figure.note),
            )
        };
        format!("<dl class=\"figures\">\n{}</dl>\n", figures.iter().map(one).collect::<String>())
    }

    pub(super) fn bars(&self, table: &BarTable) -> String {
        let length = |row: &BarRow| row.parts.iter().map(|(_, n)| n).sum::<usize>();
        let most = table.rows.iter().map(length).max().unwrap_or(0).max(1);
        let mut head = format!("<th scope=\"col\">{}</th>", escape::line(table.of));
        for (title, tone) in &table.counts {
            let mark = tone.map(swatch).unwrap_or_default();
            head.push_str(&format!(
                "<th scope=\"col\" class=\"n\">{mark}{}</th>",
                escape::line(title)
            ));
        }
        let rows = table.rows.iter().map(|row| {
            let mut left = 0;
            let areas: String = row
                .parts
                .iter()
                .map(|(tone, width)| {
                    let start = left;
                    left += width;
                    area(start, *width, most, 6, *tone)
                })
                .collect();
            let cells = row.counts.iter().map(|n| format!("<td class=\"n\">{n}</td>"));
            let label = (self.inline)(&row.label);
            format!(
                "<tr><th scope=\"row\">{label}<svg aria-hidden=\"true\" width=\"100%\" height=\"6\">{areas}</svg></th>{}</tr>\n",
                cells.collect::<String>()
            )
        });
        format!(
            "<table class=\"bars\">\n<caption class=\"vh\">{}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{}</tbody>\n</table>\n",
            self.caption,
            rows.collect::<String>()
        )
    }

    pub(super) fn shares(&self, parts: &[SharePart]) -> String {
        let all: usize = parts.iter().map(|part| part.count).sum();
        if all == 0 {
            return "<p class=\"muted\">none</p>\n".to_owned();
        }
        let mut left = 0;
        let areas: String = parts
            .iter()
            .map(|part| {
                let start = left;
                left += part.count;
                area(start, part.count, all, 14, part.tone)
            })
            .collect();
        let words = parts.iter().map(|part| {
            let percent = (part.count * 100 + all / 2) / all;
            let name = escape::line(&part.name);
            format!("<li>{}{name}: <b>{}</b> ({percent} %)</li>", swatch(part.tone), part.count)
        });
        format!(
            "<svg class=\"share\" aria-hidden=\"true\" width=\"100%\" height=\"14\">{areas}</svg>\n<ul class=\"legend\">{}</ul>\n",
            words.collect::<String>()
        )
    }

    pub(super) fn timeline(&self, timeline: &Timeline) -> String {
        let months: String = timeline
            .months
            .iter()
            .map(|(at, name)| {
                let (x, name) = (percent(*at), escape::line(name));
                // At the right end it would be cut.
                let beside = if *at > 850 { " dx=\"-4\" text-anchor=\"end\"" } else { " dx=\"4\"" };
                format!("<line x1=\"{x}\" x2=\"{x}\" y1=\"0\" y2=\"16\"/><text x=\"{x}\"{beside} y=\"12\">{name}</text>")
            })
            .collect();
        let today = percent(timeline.today);
        let rows: String = timeline.rows.iter().map(|row| self.period(row, &today)).collect();
        format!(
            "<ol class=\"timeline\">\n<li class=\"months\" aria-hidden=\"true\"><span></span><svg aria-hidden=\"true\" width=\"100%\" height=\"16\">{months}</svg>\
             <span class=\"muted\">the line is today</span></li>\n{rows}</ol>\n"
        )
    }

    fn period(&self, row: &TimelineRow, today: &str) -> String {
        let id = StyledText::with_tone(Tone::Id, &row.id);
        let (id, title) = ((self.inline)(&id), escape::line(&row.title));
        let words = (self.inline)(&row.words);
        let tone = row.words.0.first().map_or(Tone::Plain, |(tone, _)| *tone);
        let (x, width) = (percent(row.from), percent(row.to.saturating_sub(row.from).max(6)));
        let class = fill(tone);
        format!(
            "<li><span class=\"what\">{id} {title}</span><svg aria-hidden=\"true\" width=\"100%\" height=\"16\">\
             <rect class=\"track\" width=\"100%\" y=\"4\" height=\"8\"/><rect class=\"{class}\" x=\"{x}\" width=\"{width}\" y=\"4\" height=\"8\"/>\
             <line class=\"today\" x1=\"{today}\" x2=\"{today}\" y1=\"0\" y2=\"16\"/></svg><span class=\"when\">{words}</span></li>\n"
        )
    }

    pub(super) fn calendar(&self, calendar: &DueCalendar) -> String {
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let head: String = days.iter().map(|day| format!("<th scope=\"col\">{day}</th>")).collect();
        let all = || calendar.weeks.iter().flatten();
        let most = all().map(|day| day.ends + day.tasks).max().unwrap_or(0);
        let rows = calendar.weeks.iter().map(|week| {
            let first = week.first().map(|day| day.day.to_string()).unwrap_or_default();
            let name = first.split_once('-').map_or(first.as_str(), |(_, rest)| rest);
            let cells: String = week.iter().map(|day| cell(day, most)).collect();
            format!(
                "<tr><th scope=\"row\"><span class=\"vh\">week of </span>{name}</th>{cells}</tr>\n"
            )
        });
        format!(
            "<table class=\"calendar\">\n<caption class=\"vh\">{}</caption>\n<thead><tr><th scope=\"col\">from</th>{head}</tr></thead>\n\
             <tbody>\n{}</tbody>\n</table>\n",
            self.caption,
            rows.collect::<String>()
        )
    }
}

fn cell(day: &CalendarDay, most: usize) -> String {
    let text = day.day.to_string();
    let number = text.rsplit('-').next().unwrap_or_default().trim_start_matches('0');
    let due = day.ends + day.tasks;
    let level = match due {
        0 => "",
        _ if due * 3 > most * 2 => " d3",
        _ if due * 3 > most => " d2",
        _ => " d1",
    };
    let (time, said) = match day.time {
        DayTime::Past => ("past", ""),
        DayTime::Today => ("today", "<span class=\"vh\">today </span>"),
        DayTime::Future => ("day", ""),
    };
    let count = match due {
        0 => String::new(),
        _ => format!(
            "<b>{due}</b><span class=\"vh\"> due: {} end, {} to do</span>",
            day.ends, day.tasks
        ),
    };
    format!("<td class=\"{time}{level}\">{said}<small>{number}</small>{count}</td>")
}

fn swatch(tone: Tone) -> String {
    let class = fill(tone);
    format!(
        "<svg class=\"swatch\" aria-hidden=\"true\" width=\"10\" height=\"10\"><rect class=\"{class}\" width=\"10\" height=\"10\"/></svg>"
    )
}

/// Returns a part of a bar, in per cent of its width.
fn area(left: usize, width: usize, all: usize, high: usize, tone: Tone) -> String {
    if width == 0 {
        return String::new();
    }
    let share = |n: usize| percent(u16::try_from(n * 1000 / all.max(1)).unwrap_or(1000));
    let class = fill(tone);
    format!(
        "<rect class=\"{class}\" x=\"{}\" width=\"{}\" height=\"{high}\"/>",
        share(left),
        share(width)
    )
}

fn percent(thousandths: u16) -> String {
    match thousandths % 10 {
        0 => format!("{}%", thousandths / 10),
        rest => format!("{}.{rest}%", thousandths / 10),
    }
}
