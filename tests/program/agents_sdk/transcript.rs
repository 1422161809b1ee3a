//! The story as a page: `docs/agents-transcript.md`. Start at [`check`].
//!
//! What differs from run to run is replaced: ids and commits by the order in which they occur, days by their distance from the
//! first one, times of day by one.

use exledger::record::time::{Day, Instant};
use serde_json::Value;

use crate::agents_sdk::story::{Played, Step};
use crate::support::project;

const PAGE: &str = "docs/agents-transcript.md";

/// The day on which the story begins, on the page.
const DAY: &str = "2026-11-20";

const TITLE: &str = "# Transcript: an agent asks, and people decide

One server, started once, by Ana for her agent:

```text
exledger mcp --ledger /srv/ledger --as agent:coder --drafts --receipts /srv/receipts.jsonl
```

This page is written by a test (`tests/program/agents_sdk`), which plays the story in a real repository through the official SDKs for
Python (protocol 2026-07-28 and 2025-11-25) and TypeScript, and compares what each of them saw with it. `→` is a call of the agent
with its arguments, `←` the text that it gets to read; the data beside the text is left out. How to set this up:
[agents.md](agents.md).
";

/// Compares what an agent saw with the page; `UPDATE_GOLDEN=1` writes the page.
pub(super) fn check(played: &Played) {
    let page = page(played);
    let path = project::root().join(PAGE);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, page).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap();
    assert_eq!(page, expected, "{PAGE} is no longer what happens: UPDATE_GOLDEN=1 writes it");
}

fn page(played: &Played) -> String {
    let mut page = TITLE.to_owned();
    let mut names = Names { days: day_of(played.begun), ids: Vec::new() };
    let mut number = 0;
    for step in &played.steps {
        page.push('\n');
        match step {
            Step::Heading(text) => {
                number += 1;
                page.push_str(&format!("## {number}. {text}\n"));
            }
            Step::Text(text) => page.push_str(&format!("{text}\n")),
            Step::Call { tool, arguments, result } => {
                let text = result["content"][0]["text"].as_str().unwrap_or_default();
                let arguments = shown(arguments);
                page.push_str(
                    &names.replaced(&format!("```text\n→ {tool} {arguments}\n← {text}\n```\n")),
                );
                if let Some(yaml) = result["structuredContent"]["yaml"].as_str() {
                    page.push_str(&names.replaced(&format!("\n```yaml\n{yaml}```\n")));
                }
            }
            Step::Typed(words) => {
                let quoted = |word: &String| match word.contains(' ') {
                    true => format!("\"{word}\""),
                    false => word.clone(),
                };
                let words: Vec<String> = words.iter().map(quoted).collect();
                page.push_str(&names.replaced(&format!("```text\n$ {}\n```\n", words.join(" "))));
            }
        }
    }
    page
}

/// Returns arguments as JSON, one key a line if there are many, with a receipt cut short.
fn shown(arguments: &Value) -> String {
    let entries = arguments.as_object().unwrap();
    let mut lines = Vec::new();
    for (key, value) in entries {
        let value = match value {
            Value::Object(_) => "{…}".to_owned(),
            value => value.to_string(),
        };
        lines.push(format!("\"{key}\": {value}"));
    }
    match lines.len() {
        0..=3 => format!("{{{}}}", lines.join(", ")),
        _ => format!("{{\n    {}\n  }}", lines.join(",\n    ")),
    }
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
