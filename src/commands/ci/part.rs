//! Another command as a part of a job: its answer and its messages are read, and its exit code.
//!
//! Start at [`JobPart::run`].

use crate::commands::command::Run;
use crate::commands::context::{Ctx, fault};
use crate::commands::exit::Outcome;

/// The largest text of a comment or an issue, in bytes: forges refuse more than 65,536 characters.
const MOST_BYTES: usize = 58_000;

#[derive(Clone, Debug, Default)]
pub(super) struct JobPart {
    pub(super) answers: Vec<String>,
    pub(super) messages: String,
    pub(super) outcome: Option<Outcome>,
}

impl JobPart {
    pub(super) fn run<A: Run>(
        ctx: &Ctx,
        formats: &[&str],
        arguments: &[&str],
    ) -> anyhow::Result<JobPart> {
        let (inner, captured) = ctx.capturing(A::FORMATS, formats)?;
        let arguments = std::iter::once("exledger").chain(arguments.iter().copied());
        let ran = A::try_parse_from(arguments)?.run(&inner);
        let text = captured.take();
        let mut part = JobPart {
            answers: text.answers,
            messages: text.messages,
            outcome: ran.as_ref().ok().copied(),
        };
        if let Err(error) = ran {
            part.messages.push_str(&fault::shown(&error, &ctx.folder_flag()));
        }
        Ok(part)
    }

    pub(super) fn outcome(&self) -> Outcome {
        self.outcome.unwrap_or(Outcome::Undetermined)
    }

    pub(super) fn answer(&self, format: usize) -> &str {
        self.answers.get(format).map_or("", String::as_str)
    }

    pub(super) fn json(&self, format: usize) -> serde_json::Value {
        serde_json::from_str(self.answer(format)).unwrap_or_default()
    }
}

/// Cuts a Markdown text to the size that forges accept, between two lines and outside a code block.
pub(super) fn shorten(text: &str, rest: &str) -> String {
    let mut kept = String::new();
    let mut fence = None;
    for (at, line) in text.lines().enumerate() {
        if kept.len() + line.len() + 1 > MOST_BYTES {
            if let Some(fence) = fence {
                kept.push_str(&format!("{fence}\n"));
            }
            let left = text.lines().count() - at;
            kept.push_str(&format!("\n{left} more lines: {rest}\n"));
            return kept;
        }
        kept.push_str(line);
        kept.push('\n');
        let ticks = line.len() - line.trim_start_matches('`').len();
        let mark = line.get(..ticks).filter(|mark| mark.len() >= 3);
        fence = match (fence, mark) {
            (Some(open), Some(_)) if line == open => None,
            (None, mark) => mark,
            (open, _) => open,
        };
    }
    kept
}
