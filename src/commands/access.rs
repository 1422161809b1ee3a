//! `access`: compares lists of live access with the ledger.
//!
//! Start at [`AccessArgs`]. Follows `docs/spec/cli.md`, access.

use exledger::features::access;
use std::io::BufReader;
use std::mem::ManuallyDrop;
use std::path::PathBuf;

use clap::Parser;
use clap::builder::NonEmptyStringValueParser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context;
use crate::commands::context::{Ctx, stdin};
use crate::commands::exit::Outcome;
use exledger::features::access::absence::NoAbsence;
use exledger::features::access::answer::{AccessAnswer, AccessSource};
use exledger::features::access::grant::AccessState;
use exledger::features::access::show::AccessView;
use exledger::policy::governance;
use exledger::policy::governance::NO_POLICY;
use exledger::session::error::Undetermined;
use exledger::store::files::FileError;
use exledger::store::streams;
use exledger::{diag, features};

/// Compare live access with the ledger
///
/// Reads lists of what systems grant, as JSON Lines: one object for each grant, with source, id, identity,
/// credential, asset, application, resource, action, environment, reference, since, expires and observed, as far as
/// they are known. Each grant is covered, pending, ended, wider, routine, none, or unparsed. Exits 1 for access that
/// no exception in force covers completely, and 3 if something can't be read or judged.
#[derive(Debug, Parser)]
#[command(after_help = "\
EXAMPLE
  exledger access vault.jsonl aws.jsonl
  exledger access vault.jsonl --complete 'vault:prod/**'
  vault list -format=json … | jq -c … | exledger access -")]
pub(crate) struct AccessArgs {
    /// Lists of grants as JSON Lines; - for stdin
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Identities or credentials that the lists contain all grants of: also show the ended exceptions whose access is
    /// gone
    #[arg(long, value_name = "PATTERN", value_parser = NonEmptyStringValueParser::new())]
    complete: Vec<String>,
}

pub(crate) const COMMAND: Command = Command::of::<AccessArgs>("access");

impl Run for AccessArgs {
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let session = ctx.home()?;
        let sources = open(ctx, &self.files)?;
        let names: Vec<String> = sources.iter().map(|source| source.name.clone()).collect();
        let progress = ctx.progress(context::READING);
        let answer = features::access::answer(&session, &ctx.moment(), sources, &self.complete)?;
        drop(progress);
        // The process ends with it, and freeing a long history takes a while.
        let answer = ManuallyDrop::new(answer);
        ctx.of_notices(answer.snapshot().notices());
        ctx.show(access::show::doc(&AccessView {
            stamp: answer.snapshot().stamp(),
            sources: &names,
            rows: &answer.rows,
            gone: answer.gone.as_deref().ok(),
            reads: ctx.format.reads,
        }))?;
        hint_absence(ctx, &answer);
        Ok(outcome(ctx, &answer))
    }
}

fn hint_absence(ctx: &Ctx, answer: &AccessAnswer<'_>) {
    let why = match answer.gone {
        Ok(_) | Err(NoAbsence::NotComplete) => return,
        Err(NoAbsence::Unread) => {
            "a line can't be read or names nobody in particular, so it may be about any record"
        }
        Err(NoAbsence::Empty) => "the lists have no grant, so they may not have been made at all",
    };
    ctx.hint(&format!("hint: nothing is shown as gone: {why}"));
}

fn outcome(ctx: &Ctx, answer: &AccessAnswer<'_>) -> Outcome {
    let rows = &answer.rows;
    if answer.snapshot().governance().state == governance::State::Absent {
        ctx.tell(&format!("error: could not determine what is covered: {NO_POLICY}"));
        return Outcome::Undetermined;
    }
    if rows.n_doubtful > 0 {
        let n = diag::count(rows.n_doubtful, "grant");
        ctx.tell(&format!("error: could not determine what covers {n}: see the messages"));
    }
    if rows.n_doubtful > 0
        || rows.n(AccessState::Unparsed) > 0
        || matches!(answer.gone, Err(NoAbsence::Empty))
    {
        return Outcome::Undetermined;
    }
    let mut states = AccessState::ALL.iter();
    if states.any(|state| state.is_problem() && rows.n(*state) > 0) {
        Outcome::ProblemsFound
    } else {
        Outcome::Fine
    }
}

fn open(ctx: &Ctx, paths: &[PathBuf]) -> anyhow::Result<Vec<AccessSource<'static>>> {
    stdin::only_once(paths)?;
    let failed = |error: FileError| {
        Undetermined::other(error.to_string(), "check that it exists and can be read")
    };
    let open = |path: &PathBuf| {
        let name = path.to_string_lossy().into_owned();
        if stdin::is_named(path) {
            return Ok(AccessSource { name, lines: Box::new(BufReader::new(std::io::stdin())) });
        }
        let opened = streams::open(&ctx.folder.join(path)).map_err(failed)?;
        Ok(AccessSource { name, lines: Box::new(opened.reader().map_err(failed)?) })
    };
    paths.iter().map(open).collect()
}
