//! The story as the screen of `docs/agents.md`. Start at [`check`].
//!
//! What differs from run to run is replaced: ids and commits by the order in which they occur, days by their distance from the
//! first one, times of day by one.

use exledger::record::time::{Day, Instant};
use serde_json::Value;

use crate::agents_sdk::story::{Played, Step};
use crate::terminal::screens;

/// The day on which the story begins, on the page.
const DAY: &str = "2026-11-20";

/// How many arguments of a call are shown.
const MOST_ARGUMENTS: usize = 3;

/// Compares what an agent saw with the page; `UPDATE_GOLDEN=1` writes the page.
pub(super) fn check(played: &Played) {
    let mut names = Names { days: day_of(played.begun), ids: Vec::new() };
    let lines: Vec<String> = played.steps.iter().map(|step| names.replaced(&line(step))).collect();
    screens::taken("docs/agents.md", &[("transcript", lines.join("\n"))]);
}

fn line(step: &Step) -> String {
    match step {
        Step::Heading(text) => format!("# {text}"),
        Step::Call { tool, arguments, result } => {
            let text = result["content"][0]["text"].as_str().unwrap_or_default();
            format!("→ {tool} {}\n← {text}", shown(arguments))
        }
        Step::Typed(words) => {
            let quoted = |word: &String| match word.contains(' ') {
                true => format!("\"{word}\""),
                false => word.clone(),
            };
            format!("$ {}", words.iter().map(quoted).collect::<Vec<_>>().join(" "))
        }
    }
}

/// Returns the first arguments as JSON, with a receipt cut short.
fn shown(arguments: &Value) -> String {
    let entries = arguments.as_object().unwrap();
    let mut parts: Vec<String> = Vec::new();
    for (key, value) in entries.iter().take(MOST_ARGUMENTS) {
        let value = if value.is_object() { "{…}".to_owned() } else { value.to_string() };
        parts.push(format!("\"{key}\": {value}"));
    }
    if entries.len() > MOST_ARGUMENTS {
        parts.push("…".to_owned());
    }
    format!("{{{}}}", parts.join(", "))
}

fn day_of(instant: Instant) -> i64 {
    instant.unix().div_euclid(86_400)
}

/// What replaces the ids and days of a run.
struct Names {
    /// The first day of the run, in days since 1970.
    days: i64,
    /// The ids of records, in the order in which they occur.
    ids: Vec<String>,
}

impl Names {
    /// Returns a text with the ids, commits and times of the page.
    fn replaced(&mut self, text: &str) -> String {
        let is_part =
            |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == ':';
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(is_part) {
            let (before, from) = rest.split_at(start);
            let end = from.find(|letter| !is_part(letter)).unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            out.push_str(before);
            out.push_str(&self.word(word));
            rest = after;
        }
        out + rest
    }

    fn word(&mut self, word: &str) -> String {
        let bare = word.trim_end_matches(':');
        let tail = &word[bare.len()..];
        let is_hex = |text: &str| text.chars().all(|letter| letter.is_ascii_hexdigit());
        if bare.len() == 40 && is_hex(bare) {
            return format!("{}{tail}", "c".repeat(40));
        }
        if exledger::record::id::Id::new(bare).is_some() {
            let known = self.ids.iter().position(|id| id == bare);
            let place = known.unwrap_or_else(|| {
                self.ids.push(bare.to_owned());
                self.ids.len() - 1
            });
            return format!("{}{tail}", ["EXC-2026-7F3KQ", "EXC-2026-2B8MX"][place]);
        }
        let (day, time) = bare.split_once('T').map_or((bare, ""), |(day, time)| (day, time));
        let Some(instant) = Instant::parse(&format!("{day}T00:00:00Z")) else {
            return word.to_owned();
        };
        let first = Instant::parse(&format!("{DAY}T00:00:00Z")).unwrap();
        let moved = first.unix() + (day_of(instant) - self.days) * 86_400;
        let moved: Day = Instant::from_unix(moved).unwrap().day();
        let time = match time {
            "" => String::new(),
            "00:00:00Z" => "T00:00:00Z".to_owned(),
            _ => "T09:00:00Z".to_owned(),
        };
        format!("{moved}{time}{tail}")
    }
}
