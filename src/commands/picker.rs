//! Records, triggers and controls chosen from a list, where a command needs one that is not named.
//!
//! Start at [`id_or_ask`]. Without a terminal a missing name is a usage error, which says how to give it.

use crate::ask;
use crate::ask::prompting::Prompt;
use crate::commands::context::filter::Filters;
use crate::commands::context::{Ctx, fault};
use crate::commands::prompts;
use exledger::features;
use exledger::features::decide::select;
use exledger::plan::offer;
use exledger::plan::offer::Offer;
use exledger::record::Record;
use exledger::session::snapshot::Snapshot;
use exledger::session::{Session, locate};
use exledger::status::state::RecordState;
use exledger::survey::select::Filter;

/// How to choose from a list, shown above it.
const HINT: &str = "type a part of its id or title, or use the arrow keys";

/// Returns the given id; if there is none, the one that the user chooses among some records.
///
/// # Errors
/// [`fault::Fault::Usage`] if no id is given and nobody can be prompted, or there is nothing to choose from.
pub(crate) fn id_or_ask(
    ctx: &Ctx,
    command: &str,
    given: Option<&str>,
    offers: &dyn Fn() -> anyhow::Result<Vec<Offer>>,
) -> anyhow::Result<String> {
    if let Some(id) = given {
        return Ok(id.to_owned());
    }
    named(ctx, command, given)?;
    match offers()? {
        offers if offers.is_empty() => Err(unnamed(command)),
        offers => pick("Which record", offers, "name an id"),
    }
}

/// Refuses a missing id if nobody can be prompted: before anything is read.
///
/// # Errors
/// [`fault::Fault::Usage`] in that case.
pub(crate) fn named(ctx: &Ctx, command: &str, given: Option<&str>) -> anyhow::Result<()> {
    if given.is_none() && !prompts::can_prompt(ctx) { Err(unnamed(command)) } else { Ok(()) }
}

fn unnamed(command: &str) -> anyhow::Error {
    fault::usage_error(
        "no record is named",
        format!("give its id: exledger {command} ID; `exledger list --all` shows the ids"),
    )
}

/// Returns the given ids; if there are none, and no filter, the open record that the user chooses.
///
/// # Errors
/// If no id is given, and nobody can be prompted.
pub(crate) fn ids_or_ask(
    ctx: &Ctx,
    ids: &[String],
    filters: &Filters,
) -> anyhow::Result<Vec<String>> {
    if !ids.is_empty() || filters.filter() != Filter::default() {
        return Ok(ids.to_vec());
    }
    if !prompts::can_prompt(ctx) {
        return Err(select::unnamed().into());
    }
    match open(&ctx.home()?)? {
        offers if offers.is_empty() => Err(select::unnamed().into()),
        offers => Ok(vec![pick("Which record", offers, "name ids")?]),
    }
}

/// Returns the given id of a trigger or control; if there is none, the one that the user chooses among those of a record.
///
/// # Errors
/// [`fault::Fault::Usage`] if none is given and nobody can be prompted, or the record has none.
pub(crate) fn part_or_ask(
    ctx: &Ctx,
    (command, what): (&str, &str),
    id: &str,
    given: Option<&str>,
    parts: &dyn Fn(&Record) -> Vec<Offer>,
) -> anyhow::Result<String> {
    if let Some(part) = given {
        return Ok(part.to_owned());
    }
    let unnamed = || {
        fault::usage_error(
            format!("no {what} is named"),
            format!("give its id: exledger {command} {id} {}", what.to_uppercase()),
        )
    };
    if !prompts::can_prompt(ctx) {
        return Err(unnamed());
    }
    let home = ctx.home()?;
    let governance = locate::governance(home.work_tree()?)?;
    let record = features::decide::read_record(&home, &governance, id)?;
    match record.map(|record| parts(&record)).unwrap_or_default() {
        offers if offers.is_empty() => Err(unnamed()),
        offers => pick(&format!("Which {what}"), offers, &format!("name a {what}")),
    }
}

/// Returns the open records of the work tree, for a list.
///
/// # Errors
/// As [`features::decide::list_open_records`].
pub(crate) fn open(home: &Session) -> anyhow::Result<Vec<Offer>> {
    let open = features::decide::list_open_records(home)?.into_iter();
    Ok(open.map(|it| offer(it.id, it.title)).collect())
}

/// Returns the records of the approved ref and the proposals that fit, for a list.
pub(crate) fn among(snapshot: &Snapshot<'_>, fits: &dyn Fn(&RecordState) -> bool) -> Vec<Offer> {
    let one = |state: &RecordState| {
        let title = state.known_content().map_or("", |record| record.title.as_str());
        offer(state.id().to_owned(), format!("{}: {title}", state.status.as_str()))
    };
    snapshot.records().iter().filter(|state| fits(state)).map(one).collect()
}

/// Returns an entry of a list: an id, and what it is.
pub(crate) fn offer(id: String, detail: impl Into<String>) -> Offer {
    Offer { shown: id.clone(), detail: detail.into(), value: id }
}

/// Returns the value of the choice that the user takes; `instead` says how to do without the prompt.
///
/// # Errors
/// If the prompt has no answer.
pub(crate) fn pick(question: &str, offers: Vec<Offer>, instead: &str) -> anyhow::Result<String> {
    let prompt = Prompt { label: question, question, hint: HINT, ..Prompt::default() };
    let fitting = |typed: &str| offer::fitting(offers.clone(), typed);
    let picked = ask::pick(&prompt, &fitting, Some(0), &|_| Ok(()));
    Ok(picked.map_err(|error| fault::unasked(&error, instead))?.value)
}
