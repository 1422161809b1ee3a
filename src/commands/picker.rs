//! Records, triggers and controls chosen from a list, where a command needs one that is not named.
//!
//! Start at [`id_or_ask`]. Without a terminal a missing name is a usage error, which says how to give it.

use crate::ask;
use crate::ask::prompting::Prompt;
use crate::commands::context::{Ctx, fault};
use crate::commands::prompts;
use exledger::diag::remedy::Remedy;
use exledger::features;
use exledger::features::decide::select;
use exledger::history::tree::CommitTree;
use exledger::ledger::tree::Tree;
use exledger::ledger::{self, Files};
use exledger::plan::offer;
use exledger::plan::offer::Offer;
use exledger::record::Record;
use exledger::session::snapshot::Snapshot;
use exledger::session::{Session, locate};
use exledger::status::state::{RecordState, Status};
use exledger::store::files;
use exledger::survey::due::{DueRecord, Horizon};
use exledger::survey::queue::{self, QueueItem};
use exledger::survey::select::Filter;
use std::path::Path;

const HINT: &str = "type a part of its id or title, or use the arrow keys";

/// Returns the given id; without one, the one that the user chooses among some records.
pub(crate) fn id_or_ask(
    ctx: &Ctx,
    command: &str,
    given: Option<&str>,
    offers: &dyn Fn() -> anyhow::Result<Vec<Offer>>,
) -> anyhow::Result<String> {
    if let Some(id) = given {
        return record_named(ctx, id, None);
    }
    named(ctx, command, given)?;
    match offers()? {
        offers if offers.is_empty() => Err(unnamed(command)),
        offers => pick("Which record", offers, "name an id"),
    }
}

/// Returns an id as it was typed, or a path as the ledger writes it: that of a record's file in the work tree or, if it
/// is absent there, on the approved ref or a branch. The bare name of a file is an id with a suffix, unless it is here.
pub(crate) fn record_named(ctx: &Ctx, text: &str, branch: Option<&str>) -> anyhow::Result<String> {
    if is_path(ctx, text) {
        path_of_record(ctx, text, &known(ctx, branch)?)
    } else {
        Ok(text.to_owned())
    }
}

/// Returns ids and paths as [`record_named`] does; the names of the records are listed once.
pub(crate) fn records_named(ctx: &Ctx, texts: &[String]) -> anyhow::Result<Vec<String>> {
    if !texts.iter().any(|text| is_path(ctx, text)) {
        return Ok(texts.to_vec());
    }
    let known = known(ctx, None)?;
    let named = |text: &String| match is_path(ctx, text) {
        true => path_of_record(ctx, text, &known),
        false => Ok(text.clone()),
    };
    texts.iter().map(named).collect()
}

/// Tells whether a text names a file, rather than a record by its id.
fn is_path(ctx: &Ctx, text: &str) -> bool {
    let typed = text.trim();
    typed.contains(['/', '\\'])
        || (ledger::id_of(typed) != typed && ctx.folder.join(typed).symlink_metadata().is_ok())
}

fn path_of_record(ctx: &Ctx, text: &str, known: &[Files]) -> anyhow::Result<String> {
    let typed = text.trim();
    let is_known = |path: &String| {
        let find =
            |files: &Files| files.records.binary_search_by(|file| file.path.cmp(path)).is_ok();
        known.iter().any(find)
    };
    let path = files::inside(ctx.home()?.root(), &ctx.folder, Path::new(typed));
    if let Some(path) = path.filter(is_known) {
        return Ok(path);
    }
    let id = ledger::id_of(typed);
    Err(match known.iter().find_map(|files| files.find(id).ok()) {
        Some(file) => fault::usage_error(
            format!("{typed} is not the file of {id}"),
            format!("give its id; its file is {}", file.path),
        ),
        None => fault::usage_error(
            format!("there is no record {typed}"),
            "give an id, as `exledger list` shows it",
        ),
    })
}

fn known(ctx: &Ctx, branch: Option<&str>) -> anyhow::Result<Vec<Files>> {
    let home = ctx.home()?;
    let mut known = Vec::new();
    if let Ok(tree) = home.work_tree() {
        known.push(records(tree)?);
    }
    let Some(repository) = home.repository_or_none() else {
        return Ok(known);
    };
    let prefix = repository.ledger_prefix(home.root());
    let approved = home.approved_ref().ok().map(|approved| approved.tip);
    let branch = branch.and_then(|name| repository.find(&format!("refs/heads/{name}")));
    for tip in approved.into_iter().chain(branch.map(|found| found.oid)) {
        let tree = CommitTree::of_commit(repository, tip, &prefix);
        known.extend(tree.ok().and_then(|tree| records(&tree).ok()));
    }
    Ok(known)
}

fn records(tree: &dyn Tree) -> anyhow::Result<Files> {
    Ok(Files::list(tree, &locate::governance(tree)?.policy.records)?)
}

/// Refuses a missing id if nobody can be prompted: before anything is read.
pub(crate) fn named(ctx: &Ctx, command: &str, given: Option<&str>) -> anyhow::Result<()> {
    if given.is_none() && !prompts::can_prompt(ctx) { Err(unnamed(command)) } else { Ok(()) }
}

fn unnamed(command: &str) -> anyhow::Error {
    fault::usage_error(
        "no record is named",
        format!("give its id after `exledger {command}`; `exledger list --all` shows the ids"),
    )
}

/// Returns the given ids; without any, and without a filter, the open record that the user chooses.
pub(crate) fn ids_or_ask(
    ctx: &Ctx,
    ids: &[String],
    filter: &Filter,
) -> anyhow::Result<Vec<String>> {
    if !ids.is_empty() || *filter != Filter::default() {
        return records_named(ctx, ids);
    }
    if !prompts::can_prompt(ctx) {
        return Err(select::unnamed().into());
    }
    match open(&ctx.home()?)? {
        offers if offers.is_empty() => Err(select::unnamed().into()),
        offers => Ok(vec![pick("Which record", offers, "name ids")?]),
    }
}

/// Returns the given id; without one, the one of a record's triggers or controls that the user chooses.
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
    let home = ctx.home()?;
    let governance = locate::governance(home.work_tree()?)?;
    let record = features::decide::read_record(&home, &ctx.moment(), &governance, id)?;
    if let Some(record) = record.as_ref().filter(|record| parts(record).is_empty()) {
        let id = &record.id;
        return Err(fault::usage_error(
            format!("{id} has no {what}s"),
            Remedy::run([format!("exledger close {id}")]).after("if it is over"),
        ));
    }
    let offers = record.filter(|_| prompts::can_prompt(ctx)).map(|record| parts(&record));
    match offers {
        Some(offers) => pick(&format!("Which {what}"), offers, &format!("name a {what}")),
        None => Err(fault::usage_error(
            format!("no {what} is named"),
            format!("give its id after `exledger {command} {id}`"),
        )),
    }
}

pub(crate) fn open(home: &Session) -> anyhow::Result<Vec<Offer>> {
    let open = features::decide::list_open_records(home)?.into_iter();
    Ok(open.map(|open| offer(open.id, open.title)).collect())
}

pub(crate) fn among(snapshot: &Snapshot<'_>, fits: &dyn Fn(&RecordState) -> bool) -> Vec<Offer> {
    snapshot.records().iter().filter(|state| fits(state)).map(record_offer).collect()
}

/// Returns what waits for an approval, for a list: what the queue says to approve, most urgent first, then the rest.
pub(crate) fn waiting(snapshot: &Snapshot<'_>) -> Vec<Offer> {
    let horizon = Horizon::from_policy(&snapshot.governance().policy);
    let records = snapshot.records().iter();
    let queue = queue::collect(records.clone(), &RecordState::id, &horizon, snapshot.around());
    let is_due = |item: &&QueueItem<'_>| item.due.as_ref().is_some_and(DueRecord::asks_approval);
    let mut waiting: Vec<&RecordState> =
        queue.iter().filter(is_due).map(|item| item.record_state).collect();
    for state in records {
        let waits = matches!(state.status, Status::Proposed | Status::Unapproved);
        if waits && !waiting.iter().any(|known| known.key == state.key) {
            waiting.push(state);
        }
    }
    waiting.into_iter().map(record_offer).collect()
}

fn record_offer(state: &RecordState) -> Offer {
    let title = state.known_content().map_or("", |record| record.title.as_str());
    offer(state.id().to_owned(), format!("{}: {title}", state.status.as_str()))
}

pub(crate) fn offer(id: String, detail: impl Into<String>) -> Offer {
    Offer { shown: id.clone(), detail: detail.into(), value: id }
}

/// Returns the value of the choice that the user takes; `instead` says how to do without the prompt.
pub(crate) fn pick(question: &str, offers: Vec<Offer>, instead: &str) -> anyhow::Result<String> {
    let prompt = Prompt { label: question, question, hint: HINT, ..Prompt::default() };
    let fitting = |typed: &str| offer::fitting(offers.clone(), typed);
    let picked = ask::pick(&prompt, &fitting, Some(0), &|_| Ok(()));
    Ok(picked.map_err(|error| fault::unasked(&error, instead))?.value)
}
