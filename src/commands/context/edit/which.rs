//! Which files a decision is about: ids, a filter of `list`, or all open records of an owner.
//!
//! Start at [`Ctx::which`]. A filter is asked of what `list` knows (status, tier, end) and of what the work tree says.

use exledger::session::locate;
use std::collections::BTreeMap;

use crate::ask;
use crate::commands::context::Ctx;
use crate::commands::context::edit::Which;
use crate::commands::context::fault;
use crate::commands::context::filter::Filters;
use exledger::ledger::{File, Files};
use exledger::policy::governance::Governance;
use exledger::policy::people;
use exledger::record::Record;
use exledger::record::address::Address;
use exledger::session::Session;
use exledger::status::state::RecordState;
use exledger::survey::select::{self, Filter, Meant, Sameness};

impl Ctx {
    /// Returns the paths of the records that are meant, each once, by id.
    pub(super) fn which(
        &self,
        home: &Session,
        governance: &Governance,
        which: Which<'_>,
    ) -> anyhow::Result<Vec<String>> {
        let files = Files::list(home.tree(), &governance.policy.records)?;
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        let mut take = |file: &File| found.insert(file.stem().to_owned(), file.path.clone());
        match which {
            Which::One(id) => drop(take(named(&files, id)?)),
            Which::Several([], filters) => {
                let filter = filters.filter();
                if filter == Filter::default() {
                    return Err(unnamed());
                }
                for file in self.filtered(home, &files, &filter)? {
                    take(file);
                }
            }
            Which::Several(ids, filters) => {
                if filters.filter() != Filter::default() {
                    return Err(fault::misuse(
                        "both ids and a filter are given",
                        "name the records, or filter for them",
                    ));
                }
                for id in ids {
                    take(named(&files, id)?);
                }
            }
            Which::Of { owner, heir } => {
                let is_own = |email: &Address| {
                    let key = |it: &Address| people::key_of(governance, it.as_str());
                    (email != heir || owner == heir) && key(email) == key(owner)
                };
                for file in of_owner(home, &files, &is_own)? {
                    take(file);
                }
            }
        }
        if found.is_empty() {
            return Err(fault::misuse(
                "no record is meant",
                "run `exledger list` with the same filter",
            ));
        }
        Ok(found.into_values().collect())
    }

    /// Returns the ids that are given; where neither they nor a filter are, the one that a person at the terminal chooses
    /// among the open records.
    ///
    /// # Errors
    /// [`fault::Fault::Misuse`] where nobody names one.
    pub(crate) fn ids_or_ask(
        &self,
        ids: &[String],
        filters: &Filters,
    ) -> anyhow::Result<Vec<String>> {
        if !ids.is_empty() || filters.filter() != Filter::default() {
            return Ok(ids.to_vec());
        }
        if !self.asks() {
            return Err(unnamed());
        }
        let home = self.home()?;
        let governance = locate::governance(home.work_tree()?)?;
        let files = Files::list(home.tree(), &governance.policy.records)?;
        let mut open = Vec::new();
        for file in &files.records {
            let source = files.read(home.tree(), file)?;
            if source.node("closure").is_none() {
                let title = source.text("title").unwrap_or_default();
                let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
                open.push((file.stem(), format!("{}  {title}", file.stem())));
            }
        }
        let shown: Vec<&str> = open.iter().map(|(_, shown)| shown.as_str()).collect();
        if shown.is_empty() {
            return Err(unnamed());
        }
        let chosen = ask::choice("Which record", &shown, 0)
            .map_err(|error| fault::unasked(&error, "name ids"))?;
        let chosen = open.get(chosen).map(|(id, _)| (*id).to_owned());
        chosen.map(|id| vec![id]).ok_or_else(unnamed)
    }

    /// Returns what a record says whose id is given, to ask about it; `None` where it can't be read.
    ///
    /// # Errors
    /// [`fault::Fault::Misuse`] where none or several are named.
    pub(crate) fn peek(
        &self,
        home: &Session,
        governance: &Governance,
        id: &str,
    ) -> anyhow::Result<Option<Record>> {
        let files = Files::list(home.tree(), &governance.policy.records)?;
        let file = named(&files, id)?;
        let source = files.read(home.tree(), file);
        Ok(source?.record)
    }

    /// Returns the files that a filter finds; ended ones only where it names their status.
    fn filtered<'f>(
        &self,
        home: &Session,
        files: &'f Files,
        filter: &Filter,
    ) -> anyhow::Result<Vec<&'f File>> {
        let approved = self.approved(home)?;
        let control = |control: &_, asked: &str| approved.same(control, asked);
        let same = Sameness {
            control: &control,
            governance: approved.governance(),
        };
        let mut found = Vec::new();
        for standing in approved.records() {
            let file = files.find(&standing.key).ok();
            let file = file.filter(|file| file.stem().eq_ignore_ascii_case(&standing.key));
            let here = match file {
                Some(file) => as_here(home, files, file, standing)?,
                None => standing.clone(),
            };
            let ended = select::is_ended(here.status) && !filter.names_ended();
            match filter.meant(&here, same, approved.stamp().instant) {
                Meant::No => {}
                _ if ended => {}
                Meant::CannotSay => {
                    return Err(fault::cannot_say(
                        format!("whether {} is meant", standing.key),
                        "run `git fetch --unshallow`, in CI check out with `fetch-depth: 0`",
                    ));
                }
                Meant::Yes => match file {
                    Some(file) => found.push(file),
                    None => self.hint(&format!(
                        "hint: {} is not in the work tree, so it is left out",
                        standing.key
                    )),
                },
            }
        }
        Ok(found)
    }
}

/// Returns a record as the history knows it, with what its file in the work tree says.
fn as_here(
    home: &Session,
    files: &Files,
    file: &File,
    standing: &RecordState,
) -> anyhow::Result<RecordState> {
    let source = files.read(home.tree(), file)?;
    let mut here = standing.clone();
    if let Some(record) = source.record {
        here.effective = None;
        here.stated = Some(std::rc::Rc::new(record));
    }
    Ok(here)
}

/// Returns the files of the open records of an owner.
fn of_owner<'f>(
    home: &Session,
    files: &'f Files,
    is_own: &dyn Fn(&Address) -> bool,
) -> anyhow::Result<Vec<&'f File>> {
    let mut found = Vec::new();
    for file in &files.records {
        let source = files.read(home.tree(), file)?;
        let owner = source.value::<Address>("owner.email");
        let is_closed = source.node("closure").is_some();
        if owner.is_some_and(|owner| is_own(&owner)) && !is_closed {
            found.push(file);
        }
    }
    Ok(found)
}

fn unnamed() -> anyhow::Error {
    fault::misuse(
        "no record is named",
        "name ids, or say which with a filter of `exledger list`, such as --owner",
    )
}

fn named<'f>(files: &'f Files, text: &str) -> anyhow::Result<&'f File> {
    files.find(text).map_err(|error| {
        let help = "run `exledger list --all` for the ids; one that is only on another branch needs that branch checked out";
        fault::not_named(text, &error, "no record in the work tree is named", help)
    })
}
