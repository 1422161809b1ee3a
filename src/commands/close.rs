//! `close`: closes exceptions after checks, and records someone else's later review of the closure.
//!
//! Follows `docs/spec/cli.md`, decisions.

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::filter::Filters;
use crate::commands::context::listed_values::ListedValues;
use crate::commands::context::{Ctx, fault};
use crate::commands::decision::{DecisionFlags, DecisionJob};
use crate::commands::exit::Outcome;
use crate::commands::{decision, picker, prompts};
use clap::Parser;
use exledger::diag::remedy::Remedy;
use exledger::diag::shell;
use exledger::features;
use exledger::features::decide::select::Which;
use exledger::history::change::event::ChangeEvent;
use exledger::plan::close;
use exledger::plan::close::{Closing, Lack};
use exledger::plan::decision::{DecisionInput, DecisionRefusal, Planned};
use exledger::policy::closing::TIMES;
use exledger::record::scalar::Scalar;
use exledger::record::time::Day;
use exledger::record::vocabulary::{ClosureOutcome, PostReviewOutcome, Vocabulary as _};
use exledger::session::{Session, locate};
use exledger::survey::select::Filter;
use std::collections::BTreeMap;

/// End one
///
/// Records the outcome, the reason, the answers to the closure checklist, and the evidence. If the policy requires
/// more, lists what is missing and changes nothing. Evidence files are copied to `evidence/` and recorded with their
/// digest. With --reviewed, records someone else's review of the closure; --access-verified alone adds to a closed one when
/// somebody looked whether its access is gone.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger close 7F3KQ --outcome remediated --reason \"Job retired, key destroyed\" \\\n    --check rotated=E1 --evidence E1=log:rotate.txt --access-verified after=2026-11-20\n  exledger close 7F3KQ --reviewed --outcome effective\n  exledger close 7F3KQ --access-verified after=2026-11-20"
)]
pub(crate) struct CloseArgs {
    /// Record ids, any unambiguous prefixes or suffixes of them, or file paths; or use filters
    ids: Vec<String>,

    /// Outcome; with --reviewed, the result of the review (one of the last three)
    #[arg(long, value_name = "OUTCOME", value_parser = outcomes())]
    outcome: Option<String>,

    /// Reason for closing
    #[arg(long, conflicts_with = "reviewed")]
    reason: Option<String>,

    /// Checklist item and its answer (an evidence id or a sentence); repeatable
    #[arg(long, value_name = "ITEM=ANSWER", conflicts_with = "reviewed")]
    check: Vec<String>,

    /// Evidence: a file, URL or commit; repeatable
    #[arg(long, value_name = "ID=KIND:PATH|URL|COMMIT", conflicts_with = "reviewed")]
    evidence: Vec<String>,

    /// Date on which access was verified before, during or after the exception; repeatable
    #[arg(long, value_name = "WHEN=DATE", conflicts_with = "reviewed")]
    access_verified: Vec<String>,

    /// How it is prevented from happening again
    #[arg(long, conflicts_with = "reviewed")]
    prevention: Option<String>,

    /// Date by which someone else must review the closure [default: set by the tier]
    #[arg(long, value_name = "DATE", value_parser = read_day, conflicts_with = "reviewed")]
    review_by: Option<Day>,

    /// Record someone else's review of a closure
    #[arg(long)]
    reviewed: bool,

    #[command(flatten)]
    flags: DecisionFlags,

    #[command(flatten)]
    filters: Filters,
}

pub(crate) const COMMAND: Command = Command::of::<CloseArgs>("close");

impl Run for CloseArgs {
    const PAST: PastInstants =
        PastInstants::Refused("a decision is recorded now; --on sets its date");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        if self.reviewed {
            return self.review(ctx);
        }
        let ids = picker::ids_or_ask(ctx, &self.ids, &self.filters.filter())?;
        if self.only_verifies(ctx, &ids)? {
            let access = access(&self.access_verified, ctx.instant().day())?;
            return self
                .decide(ctx, &ids, ChangeEvent::Amended, &|taken| close::verified(taken, &access));
        }
        let closing = self.closing(ctx, &ids)?;
        self.decide(ctx, &ids, ChangeEvent::Closed, &|taken| close::close(taken, &closing))
    }
}

impl CloseArgs {
    fn decide(
        &self,
        ctx: &Ctx,
        ids: &[String],
        event: ChangeEvent,
        plan: &dyn Fn(&DecisionInput<'_>) -> Result<Planned, DecisionRefusal>,
    ) -> anyhow::Result<Outcome> {
        let which = Which::Several(ids, &self.filters.filter());
        let flags = &self.flags;
        let job = DecisionJob { command: "close", event, which, needs_history: false, flags, plan };
        decision::decide(ctx, &job)
    }

    /// Tells whether the dates of a check of access are all that is given, for records that are closed.
    fn only_verifies(&self, ctx: &Ctx, ids: &[String]) -> anyhow::Result<bool> {
        let has_more = self.outcome.is_some()
            || self.reason.is_some()
            || self.prevention.is_some()
            || self.review_by.is_some()
            || !self.check.is_empty()
            || !self.evidence.is_empty();
        if has_more || self.access_verified.is_empty() || ids.is_empty() {
            return Ok(false);
        }
        let home = ctx.home()?;
        let governance = locate::governance(home.work_tree()?)?;
        for id in ids {
            let record = features::decide::read_record(&home, &ctx.moment(), &governance, id)?;
            if record.is_none_or(|record| record.closure.is_none()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn review(&self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        if self.ids.is_empty() && self.filters.filter() == Filter::default() {
            return Err(fault::usage_error(
                "--reviewed needs a closed record",
                "give its id; `exledger queue` lists the closures that wait for review",
            ));
        }
        let question = "What did the review of the closure find";
        let outcome: PostReviewOutcome =
            prompts::word_or_ask(ctx, self.outcome.as_deref(), "--outcome", question)?;
        self.decide(ctx, &self.ids, ChangeEvent::PostReviewed, &|taken| {
            close::reviewed(taken, outcome)
        })
    }

    fn closing(&self, ctx: &Ctx, ids: &[String]) -> anyhow::Result<Closing> {
        let home = ctx.home()?;
        let outcome = self.outcome.as_deref();
        // A request is rejected by the command `reject`.
        let ends = |word: &str| word != ClosureOutcome::Rejected.as_str();
        let words = ClosureOutcome::words().into_iter().filter(|word| ends(word)).collect();
        prompts::needs(
            ctx,
            Some(("--outcome", words)),
            &[("--outcome", outcome.is_some()), ("--reason", self.reason.is_some())],
        )?;
        let outcome: ClosureOutcome =
            prompts::word_of_or_ask(ctx, outcome, "--outcome", "What was the outcome", &ends)?;
        if outcome == ClosureOutcome::Rejected {
            return Err(fault::usage_error(
                "a request is rejected, not closed as rejected",
                Remedy::run(ids.iter().map(|id| shell::command("exledger reject", &[id])))
                    .after("on its branch"),
            ));
        }
        let reason =
            prompts::text_or_ask(ctx, self.reason.as_deref(), "--reason", "Why can it be closed")?;
        let mut closing = Closing {
            outcome,
            reason,
            checks: pairs("--check", &self.check)?,
            evidence: ctx.shown(&home, &self.evidence)?,
            access: access(&self.access_verified, ctx.instant().day())?,
            prevention: self.prevention.clone(),
            review_by: self.review_by,
        };
        if prompts::can_prompt(ctx) {
            ask(ctx, &home, ids, &mut closing)?;
        }
        Ok(closing)
    }
}

fn ask(ctx: &Ctx, home: &Session, ids: &[String], closing: &mut Closing) -> anyhow::Result<()> {
    let [id] = ids else {
        return Ok(());
    };
    let governance = locate::governance(home.work_tree()?)?;
    let Some(record) = features::decide::read_record(home, &ctx.moment(), &governance, id)? else {
        return Ok(());
    };
    // Evidence comes first: the other answers may cite it.
    let (evidence, rest): (Vec<Lack>, Vec<Lack>) = close::missing(&governance, &record, closing)
        .into_iter()
        .partition(|lack| *lack == Lack::Evidence);
    for lack in evidence.into_iter().chain(rest) {
        let flag = lack.flag();
        match lack {
            Lack::Check(item, _) => {
                let question = format!("{item} (a sentence, or the id of evidence such as E1)");
                closing.checks.retain(|(known, _)| *known != item);
                let check_answer = |answer: &str| match close::flaw(&record, closing, answer) {
                    Some(flaw) => Err(format!("{flaw}; answer in a sentence")),
                    None => Ok(answer.to_owned()),
                };
                let answer = prompts::value_or_ask(ctx, &flag, &question, &check_answer)?;
                closing.checks.push((item, answer));
            }
            Lack::Access(time) => {
                let question = format!("Date on which access was verified, {time} (2026-12-19)");
                let day = prompts::value_or_ask(ctx, &flag, &question, &read_day)?;
                closing.access.insert(time.to_owned(), day);
            }
            Lack::Evidence => {
                let question = "Evidence? A file, a URL or a commit; it becomes E1";
                let read = |text: &str| {
                    let shown = ctx.shown(home, &[text.to_owned()]);
                    shown.map_err(|error| fault::on_one_line(&error))
                };
                closing.evidence = prompts::value_or_ask(ctx, &flag, question, &read)?;
            }
        }
    }
    Ok(())
}

/// Reads `ITEM=ANSWER` texts; each item may occur once.
fn pairs(flag: &str, texts: &[String]) -> anyhow::Result<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for text in texts {
        let split = text.split_once('=').map(|(item, answer)| (item.trim(), answer.trim()));
        let Some((item, answer)) =
            split.filter(|(item, answer)| !item.is_empty() && !answer.is_empty())
        else {
            return Err(fault::usage_error(
                format!("{flag} {text} has no answer"),
                "write ITEM=ANSWER, where the answer is an evidence id or a sentence",
            ));
        };
        if pairs.iter().any(|(known, _)| known == item) {
            return Err(fault::usage_error(
                format!("{flag} {item} is given twice"),
                "answer each item once",
            ));
        }
        pairs.push((item.to_owned(), answer.to_owned()));
    }
    Ok(pairs)
}

fn access(texts: &[String], today: Day) -> anyhow::Result<BTreeMap<String, Day>> {
    let mut days = BTreeMap::new();
    for (time, text) in pairs("--access-verified", texts)? {
        if !TIMES.contains(&time.as_str()) {
            return Err(fault::usage_error(
                format!("--access-verified {time} is not before, during or after"),
                format!("use one of {}", TIMES.join(", ")),
            ));
        }
        let day = read_day(&text).map_err(|what| fault::usage_error(what, ""))?;
        if day > today {
            return Err(fault::usage_error(
                format!("--access-verified {time}={day} is in the future"),
                format!("give the date on which somebody looked, {today} at the latest"),
            ));
        }
        days.insert(time, day);
    }
    Ok(days)
}

fn read_day(text: &str) -> Result<Day, String> {
    Day::parse(text).map_err(|error| format!("{}: {}", error.message, error.help))
}

fn outcomes() -> ListedValues {
    ListedValues::of::<ClosureOutcome>()
        .without(ClosureOutcome::Rejected.as_str())
        .and::<PostReviewOutcome>()
}
