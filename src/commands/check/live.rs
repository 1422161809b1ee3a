//! Many questions on one standard input, each answered from the state of the ledger at the time of the question.
//!
//! Start at [`run`]. Follows `docs/spec/cli.md`, check, `--stdin`. The answers are those of `features::live`; memory does not
//! grow with the questions: one line, one answer, one state of the ledger.

use std::sync::Arc;

use anyhow::Context;
use serde_json::Value;

use crate::ask::Progress;
use crate::commands::check::outcome;
use crate::commands::context::{self, Ctx};
use crate::commands::exit::Outcome;
use exledger::features::check::freshness::MaxAge;
use exledger::features::check::receipts::ReceiptLog;
use exledger::features::live::gate::LiveEvent;
use exledger::features::live::gate::LiveGate;
use exledger::features::live::gate::LiveOptions;
use exledger::formats::lines;
use exledger::formats::lines::KeptLine;
use exledger::gate::question::{self, LONGEST_LINE, NoQuestion, QuestionLine};
use exledger::session::error::Error;

pub(super) fn run(
    ctx: &Ctx,
    receipts: Arc<ReceiptLog>,
    max_age: Option<&MaxAge>,
) -> anyhow::Result<Outcome> {
    let mut gate = open(ctx, receipts, max_age)?;
    let mut worst = match gate.load(ctx.clock()) {
        Ok(()) => Outcome::Fine,
        Err(error @ Error::Usage(_)) => return Err(error.into()),
        Err(_) => Outcome::Undetermined,
    };
    let (mut buffer, mut is_asked) = (Vec::new(), false);
    while let Some(line) = next(&mut buffer)? {
        is_asked = true;
        let answer = gate.answer(&line, ctx.clock());
        worst = worst.max(outcome(ctx, &answer.check));
        let receipt = format!("{}\n", answer.receipt().line()?);
        // Without a reader, no further uses are consumed.
        if !ctx.deliver(receipt.as_bytes())? {
            break;
        }
    }
    // What asks may have failed before it wrote a question: nothing was allowed.
    if !is_asked {
        ctx.tell(
            "stdin holds no question, so nothing is decided: write one JSON object on each line",
        );
        worst = worst.max(Outcome::Undetermined);
    }
    Ok(worst)
}

fn open(
    ctx: &Ctx,
    receipts: Arc<ReceiptLog>,
    max_age: Option<&MaxAge>,
) -> anyhow::Result<LiveGate> {
    let (ctx, mut progress) = (ctx.clone(), None::<Progress>);
    let gate = LiveGate::open(options(&ctx, max_age), receipts)?;
    let report = move |event: LiveEvent<'_>| {
        drop(progress.take());
        match event {
            LiveEvent::Loading => drop(progress.replace(ctx.progress(context::READING))),
            LiveEvent::Loaded(notices) => ctx.of_notices(notices),
            LiveEvent::Failed(why) => {
                ctx.tell(&format!("warning: every answer is unknown until this is fixed: {why}"));
            }
        }
    };
    Ok(gate.reporting(Box::new(report)))
}

pub(super) fn options(ctx: &Ctx, max_age: Option<&MaxAge>) -> LiveOptions {
    LiveOptions {
        folder: ctx.folder.clone(),
        options: ctx.options(),
        on: ctx.globals.on.as_ref().map(|on| on.instant()),
        as_of: ctx.globals.as_of.clone(),
        max_age: max_age.cloned(),
    }
}

fn next(buffer: &mut Vec<u8>) -> anyhow::Result<Option<QuestionLine>> {
    loop {
        let mut stdin = std::io::stdin().lock();
        let kept = lines::next(&mut stdin, buffer, LONGEST_LINE);
        return Ok(match kept.context("can't read stdin")? {
            None => None,
            Some(KeptLine::Whole) if buffer.trim_ascii().is_empty() => continue,
            Some(KeptLine::Whole) => Some(question::read(buffer)),
            Some(KeptLine::TooLong) => {
                Some(QuestionLine { id: Value::Null, question: Err(NoQuestion::TooLong) })
            }
        });
    }
}
