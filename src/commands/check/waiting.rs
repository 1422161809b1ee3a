//! Waits while an answer is pending.
//!
//! Start at [`settled`]. Follows `docs/spec/cli.md`, check, `--wait`. Ctrl-C ends the process as the system does, so that
//! nothing is stored and shells report 130.

use std::thread;
use std::time::{Duration, Instant as Elapsed};

use serde_json::Value;

use crate::commands::check::fresh::{self, Fetcher};
use crate::commands::context::Ctx;
use exledger::features::check::freshness::MaxAge;
use exledger::features::live::gate::LiveGate;
use exledger::gate::answer::Question;
use exledger::gate::question::{QuestionLine, TimedQuestion};
use exledger::gate::receipt::CheckAnswer;

const PAUSE: Duration = Duration::from_secs(1);

/// The longest time to wait, in seconds.
const LONGEST: u64 = 24 * 3_600;

/// Answers a question as soon as the answer is settled, or when the time is up. Only that answer is stored.
/// With a fetcher, the approved ref is fetched again when the time is up: what was merged in the last seconds counts.
pub(super) fn settled(
    ctx: &Ctx,
    gate: &mut LiveGate,
    (question, wait): (&Question, Duration),
    mut fetcher: Option<Fetcher>,
) -> anyhow::Result<CheckAnswer> {
    let begun = Elapsed::now();
    let progress = ctx.progress("waiting for approval");
    gate.load(ctx.clock())?;
    let question = Ok(TimedQuestion { question: question.clone(), at: None });
    let line = QuestionLine { id: Value::Null, question };
    let mut before = None;
    loop {
        let left = wait.saturating_sub(begun.elapsed());
        if left.is_zero() {
            if let Some(running) = fetcher.take() {
                // Two fetches at a time would be in each other's way.
                drop(running);
                fresh::fetch_last(ctx);
            }
            drop(progress);
            let answer = gate.answer(&line, ctx.clock());
            return Ok(gate.relabelled(answer.check, ctx.clock()));
        }
        match gate.settled(&line, ctx.clock(), before) {
            Ok(answer) => return Ok(gate.relabelled(answer.check, ctx.clock())),
            Err(unsettled) => before = Some(unsettled),
        }
        thread::sleep(PAUSE.min(left));
    }
}

pub(super) fn time(text: &str) -> Result<Duration, String> {
    let seconds = if !text.ends_with('d') { MaxAge::parse(text).ok() } else { None };
    let seconds = seconds.and_then(|term| u64::try_from(term.seconds()).ok());
    seconds.filter(|seconds| *seconds <= LONGEST).map(Duration::from_secs).ok_or_else(|| {
        "write a whole number with s, m (minutes) or h, such as 30s, 10m or 2h, and at most 24h"
            .to_owned()
    })
}
