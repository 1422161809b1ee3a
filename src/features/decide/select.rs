//! Which files a decision covers: ids, a filter of `list`, or all open records of an owner.
//!
//! Start at `paths`. A filter matches the fields that `list` knows (status, tier, end) and those of the work tree.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::rc::Rc;

use crate::diag::remedy::Remedy;
use crate::diag::shell::quoted;
use crate::history::objects::Obstacle;
use crate::ledger::{File, Files, NotFound};
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::record::Record;
use crate::record::address::Address;
use crate::record::{file, near};
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::locate::{self, Located};
use crate::session::notice::Notice;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Scope;
use crate::status::reason;
use crate::status::state::RecordState;
use crate::survey::next_step;
use crate::survey::select::{self, Filter, Selection};

/// Which records a decision covers.
#[derive(Clone, Copy, Debug)]
pub enum Which<'w> {
    /// One record, by its id or an unambiguous prefix or suffix of it.
    One(&'w str),
    /// Several records, by id or by a filter.
    Several(&'w [String], &'w Filter),
    /// The open ones of an owner, under any address of theirs, except those that already list the new owner's address.
    Of { owner: &'w Address, heir: &'w Address },
}

/// An open record of the work tree, as shown in a list to choose from.
#[derive(Clone, Debug)]
pub struct OpenRecord {
    /// The name of its file, without the extension.
    pub id: String,
    /// On one line; empty if it has none.
    pub title: String,
}

pub(super) fn paths(
    located: &Located,
    at: &Moment,
    governance: &Governance,
    which: Which<'_>,
    notices: &mut Vec<Notice>,
) -> Result<Vec<String>, Error> {
    let files = Files::list(&located.tree, &governance.policy.records)?;
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut take = |file: &File| found.insert(file.stem().to_owned(), file.path.clone());
    match which {
        Which::One(id) => drop(take(named((located, at), &files, id)?)),
        Which::Several([], filter) => {
            if *filter == Filter::default() {
                return Err(unnamed().into());
            }
            for file in filtered(located, at, &files, filter, notices)? {
                take(file);
            }
        }
        Which::Several(ids, filter) => {
            if *filter != Filter::default() {
                return Err(Usage::refused(
                    "both ids and a filter are given",
                    "give ids, or use a filter",
                )
                .into());
            }
            for id in ids {
                take(named((located, at), &files, id)?);
            }
        }
        Which::Of { owner, heir } => {
            let is_own = |email: &Address| {
                let key = |address: &Address| people::key_of(governance, address.as_str());
                (email != heir || owner == heir) && key(email) == key(owner)
            };
            let own = of_owner(located, &files, &is_own)?;
            if own.is_empty() {
                return Err(no_owner(located, &files, owner)?.into());
            }
            own.into_iter().for_each(|file| drop(take(file)));
        }
    }
    if found.is_empty() {
        return Err(Usage::Refused {
            what: "no record matches".to_owned(),
            remedy: "run `exledger list` with the same filter".into(),
            notices: mem::take(notices),
        }
        .into());
    }
    Ok(found.into_values().collect())
}

pub(crate) fn open_records(located: &Located) -> Result<Vec<OpenRecord>, Error> {
    let governance = locate::governance(located.work_tree()?)?;
    let files = Files::list(&located.tree, &governance.policy.records)?;
    let mut open = Vec::new();
    for file in &files.records {
        let source = files.read(&located.tree, file)?;
        if source.node("closure").is_none() {
            let title = source.text("title").unwrap_or_default();
            open.push(OpenRecord {
                id: file.stem().to_owned(),
                title: title.split_whitespace().collect::<Vec<_>>().join(" "),
            });
        }
    }
    Ok(open)
}

pub(crate) fn read_named(
    located: &Located,
    at: &Moment,
    governance: &Governance,
    id: &str,
) -> Result<Option<Record>, Error> {
    let files = Files::list(&located.tree, &governance.policy.records)?;
    let file = named((located, at), &files, id)?;
    Ok(files.read(&located.tree, file)?.record)
}

/// Returns the files that match a filter; ended records only if it names their status.
fn filtered<'f>(
    located: &Located,
    at: &Moment,
    files: &'f Files,
    filter: &Filter,
    notices: &mut Vec<Notice>,
) -> Result<Vec<&'f File>, Error> {
    let snapshot = Snapshot::open(located, at, Scope::Everything)?;
    notices.extend(snapshot.notices.iter().cloned());
    let mut found = Vec::new();
    let mut stated = Vec::new();
    for state in &snapshot.record_states {
        let file = files.find(&state.key).ok();
        let file = file.filter(|file| file.stem().eq_ignore_ascii_case(&state.key));
        let here = match file {
            Some(file) => as_here(located, files, file, state)?,
            None => state.clone(),
        };
        let ended = select::is_ended(here.status) && !filter.names_ended();
        let selection = snapshot.selection(filter, &here);
        stated.push(here);
        match selection {
            Selection::No => {}
            _ if ended => {}
            Selection::Undetermined => {
                let obstacle = reason::obstacle(&state.reasons).and_then(|it| it.object());
                let remedy = obstacle.map_or_else(|| snapshot.extent().remedy(), Obstacle::remedy);
                return Err(Undetermined::Meant { id: state.key.clone(), remedy }.into());
            }
            Selection::Yes => match file {
                Some(file) => found.push(file),
                None => notices.push(Notice::NotInWorkTree { id: state.key.clone() }),
            },
        }
    }
    let hints = snapshot.filter_hints(filter, stated.iter());
    notices.extend(hints.into_iter().map(|sentence| Notice::NotStated { sentence }));
    Ok(found)
}

fn as_here(
    located: &Located,
    files: &Files,
    file: &File,
    state: &RecordState,
) -> Result<RecordState, Error> {
    let source = files.read(&located.tree, file)?;
    let mut here = state.clone();
    if let Some(record) = source.record {
        here.effective = None;
        here.stated = Some(Rc::new(record));
    }
    Ok(here)
}

fn of_owner<'f>(
    located: &Located,
    files: &'f Files,
    is_own: &dyn Fn(&Address) -> bool,
) -> Result<Vec<&'f File>, Error> {
    let mut found = Vec::new();
    for file in &files.records {
        let source = files.read(&located.tree, file)?;
        let owner = source.value::<Address>("owner.email");
        let is_closed = source.node("closure").is_some();
        if owner.is_some_and(|owner| is_own(&owner)) && !is_closed {
            found.push(file);
        }
    }
    Ok(found)
}

fn no_owner(located: &Located, files: &Files, owner: &Address) -> Result<Usage, Error> {
    let mut owners = BTreeSet::new();
    for file in &files.records {
        owners.extend(files.read(&located.tree, file)?.value::<Address>("owner.email"));
    }
    let similar = near::question(owner.as_str(), owners.iter().map(Address::as_str));
    Ok(Usage::refused(
        format!("no open record has the owner {owner}"),
        format!("{similar}run `exledger list` for the owners"),
    ))
}

/// Returns the error for a decision that names no record.
pub fn unnamed() -> Usage {
    Usage::refused(
        "there is no record",
        "give ids, or use a filter of `exledger list`, such as --owner",
    )
}

fn named<'f>(
    (located, at): (&Located, &Moment),
    files: &'f Files,
    text: &str,
) -> Result<&'f File, Usage> {
    files.find(text).map_err(|error| {
        let found = match error {
            NotFound::Unknown(_) => elsewhere(located, at, text),
            NotFound::Ambiguous(_) => None,
        };
        let list = "run `exledger list --all` for the ids; for a record on another branch, check out that branch";
        Usage::Record {
            text: text.to_owned(),
            // The record itself is found, so that none with a similar id is meant.
            error: if found.is_some() { NotFound::Unknown(Vec::new()) } else { error },
            nobody: "the work tree has no record",
            list: Box::new(found.unwrap_or_else(|| list.into())),
        }
    })
}

fn elsewhere(located: &Located, at: &Moment, text: &str) -> Option<Remedy> {
    let snapshot = Snapshot::open(located, at, Scope::About(&[text])).ok()?;
    if let Some(restore) = snapshot.find(text).ok().and_then(next_step::restore) {
        return Some(first("it was removed", restore));
    }
    Some(match snapshot.elsewhere(text)?.branch {
        Some(branch) => {
            let switch = format!("git switch {}", quoted(snapshot.to_switch(&branch)));
            first(&format!("{branch} proposes it"), switch)
        }
        None => brought_back(located, text).unwrap_or_else(|| match snapshot.asker().to_merge {
            Some(base) => {
                first("it is on the approved ref", format!("git merge {}", quoted(&base)))
            }
            None => "it is on the approved ref: check that out, then run the command again".into(),
        }),
    })
}

// Returns a command that comes before the one that was asked for.
fn first(why: &str, command: String) -> Remedy {
    let words = format!("{why}: run `{command}`, then the command again");
    Remedy::run([command]).after(words)
}

// Says how a file that git tracks here, and that is not here, comes back.
fn brought_back(located: &Located, text: &str) -> Option<Remedy> {
    let repository = located.repository_or_none()?;
    let id = text.to_ascii_uppercase();
    let found = repository.tracked().ok()?.into_iter().find(|file| {
        let stem = file::stem(&file.path).to_ascii_uppercase();
        let is_meant = stem.ends_with(&id) || stem.starts_with(&id);
        let place = || repository.work_dir().map(|top| top.join(&file.path));
        is_meant && file.path.ends_with(".yaml") && place().is_some_and(|place| !place.exists())
    })?;
    let is_sparse = repository.setting("core.sparsecheckout").as_deref() == Some("true");
    let path = repository.ledger_prefix(&located.root).inward(&found.path);
    match found.is_sparse {
        false => Some(first("it is missing here", format!("git checkout -- {}", quoted(&path)))),
        true if is_sparse => {
            let folder = quoted(found.path.rsplit_once('/')?.0);
            let add = format!("git sparse-checkout add {folder}");
            Some(first("a sparse checkout leaves it out", add))
        }
        true => None,
    }
}
