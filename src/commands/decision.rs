//! The common part of all decisions on the command line: prepare, write, show, and print the next steps.
//!
//! Start at [`decide`]. A command says which records to select and what `plan` makes
//! of each. Follows `docs/spec/cli.md`, decisions.

use clap::Args;

use crate::commands::context::{Ctx, fault};
use crate::commands::exit::Outcome;
use crate::commands::{context, next_steps};
use exledger::features;
use exledger::features::decide;
use exledger::features::decide::answer::PreparedDecision;
use exledger::features::decide::decided::DecidedRecord;
use exledger::features::decide::select::Which;
use exledger::features::decide::show::{Decided, DecisionResult};
use exledger::history::change::event::ChangeEvent;
use exledger::plan::decision::{DecisionInput, DecisionRefusal, Planned};
use exledger::record::address::Address;
use exledger::rules::change_cases;
use exledger::session::Session;
use exledger::view::patch;

/// The flags that every decision takes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Decision")]
pub(crate) struct DecisionFlags {
    /// Who decides [default: git's user.email]
    #[arg(long, value_name = "EMAIL")]
    pub by: Option<String>,

    /// Show the change, but write nothing
    #[arg(long)]
    pub dry_run: bool,
}

pub(crate) struct DecisionJob<'j> {
    /// The command's name.
    pub command: &'static str,
    /// What happens to each record.
    pub event: ChangeEvent,
    /// The records.
    pub which: Which<'j>,
    /// Whether the decision depends on history; otherwise history only determines who must approve.
    pub needs_history: bool,
    /// Who decides, and whether anything is written.
    pub flags: &'j DecisionFlags,
    /// Plans what the decision changes in one record.
    pub plan: &'j dyn Fn(&DecisionInput<'_>) -> Result<Planned, DecisionRefusal>,
}

/// Prepares and writes a decision about some records: all of them, or none.
pub(crate) fn decide(ctx: &Ctx, job: &DecisionJob<'_>) -> anyhow::Result<Outcome> {
    let session = ctx.home()?;
    session.repository()?;
    session.work_tree()?;
    let by = decider(&session, job.flags)?;
    let progress = ctx.progress(context::READING);
    let prepared = features::decide::prepare(
        &session,
        &ctx.moment(),
        &decide::answer::Job {
            event: job.event,
            which: job.which,
            needs_history: job.needs_history,
            by,
            plan: job.plan,
        },
    );
    drop(progress);
    let prepared = ctx.noting(prepared)?;
    ctx.of_notices(&prepared.notices);
    let written = if job.flags.dry_run {
        false
    } else {
        prepared.write()?;
        true
    };
    let answer = view_answer(ctx, job, &session, &prepared, written);
    drop(prepared);
    ctx.show(decide::show::doc(&answer))?;
    if ctx.format.name != "table" && ctx.format.name != "markdown" {
        // A script reads the answer; who must approve is printed for the person who runs it.
        for decided in &answer.records {
            let needs = decided.needs.as_ref();
            if let Some(needs) = needs.filter(|need| *need != change_cases::NOBODY) {
                ctx.hint(&format!("hint: {}: {needs}", decided.id));
            }
        }
    }
    Ok(Outcome::Fine)
}

pub(crate) fn decider(session: &Session, flags: &DecisionFlags) -> anyhow::Result<Address> {
    if let Some(by) = &flags.by {
        return address("--by", by);
    }
    let email = session.repository()?.user().1.ok_or_else(|| {
        fault::usage_error(
            "nobody is given as the one who decides",
            "give your address with --by EMAIL, or set git's user.email",
        )
    })?;
    Address::new(email.trim()).ok_or_else(|| {
        fault::usage_error(
            format!("git's user.email is {email}, which is not an address"),
            "set it: git config user.email YOU@EXAMPLE.COM, or use --by EMAIL",
        )
    })
}

fn view_answer(
    ctx: &Ctx,
    job: &DecisionJob<'_>,
    session: &Session,
    prepared: &PreparedDecision<'_>,
    written: bool,
) -> DecisionResult {
    let decided = |one: &DecidedRecord| {
        let before = String::from_utf8_lossy(&one.bytes);
        let path = &one.before.path;
        Decided {
            id: one.before.stem().to_owned(),
            path: path.clone(),
            event: one.event.as_str(),
            changes: one.edited.changes.clone(),
            findings: one.findings.clone(),
            needs: one.needs.clone(),
            remarks: one.remarks.clone(),
            patch: patch::patch(&from_top(session, path), &before, &one.edited.text),
        }
    };
    let next = if written {
        next_steps::after(ctx, job.command, session, &prepared.records)
    } else {
        Vec::new()
    };
    DecisionResult {
        command: job.command,
        is_several: match job.which {
            Which::One(_) | Which::Several([_], _) => false,
            Which::Several(..) | Which::Of { .. } => true,
        },
        records: prepared.records.iter().map(decided).collect(),
        is_written: written,
        next,
    }
}

pub(crate) fn from_top(session: &Session, path: &str) -> String {
    let repository = session.repository_or_none();
    let top =
        repository.and_then(|repository| repository.prefix(session.root())).unwrap_or_default();
    match top.trim_end_matches('/') {
        "" => path.to_owned(),
        top => format!("{top}/{path}"),
    }
}

pub(crate) fn address(flag: &str, text: &str) -> anyhow::Result<Address> {
    Address::new(text.trim()).ok_or_else(|| {
        fault::usage_error(
            format!("{flag} {text} is not an address"),
            "write it as name@example.com",
        )
    })
}
