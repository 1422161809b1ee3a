//! Which mainline is asked about, as of when, and by which policy.
//!
//! Start at [`Ctx::asked`]. Follows `docs/spec/cli.md`, which tree, which clock, and `docs/spec/approval.md`, T5.

use crate::commands::context::Ctx;
use crate::commands::context::approved::obstacle;
use crate::commands::context::fault;
use crate::commands::context::globals::AsOf;
use crate::commands::context::place::{self, Home};
use exledger::diag;
use exledger::history::chain::{self, Chain};
use exledger::history::paths::Prefix;
use exledger::history::refs::Chosen;
use exledger::history::tree::CommitTree;
use exledger::policy;
use exledger::policy::governance::{Governance, State};
use exledger::record::time::Instant;
use exledger::store::git::Repository;

/// The mainline that is asked about, before any record is looked at.
pub(crate) struct Asked<'h> {
    /// The repository.
    pub repository: &'h Repository,
    /// Where the ledger lies in it.
    pub prefix: Prefix,
    /// The approved ref.
    pub chosen: Chosen,
    /// Its first parents.
    pub chain: Chain,
    /// The governance of its tree.
    pub governance: Governance,
    /// The instant that is asked about.
    pub instant: Instant,
    /// Until when notes are heard; `None` for those of now.
    pub until: Option<Instant>,
}

/// A mainline as it stood at some time, and the instant that is asked about.
struct Timed {
    chain: Chain,
    instant: Instant,
    until: Option<Instant>,
}

impl Ctx {
    /// Finds the mainline that is asked about, and the policy of its tree.
    ///
    /// # Errors
    /// [`fault::Fault::CannotSay`] outside git, without an approved ref, under a policy with errors, or when the tip
    /// can't be read; [`fault::Fault::Misuse`] when `--as-of` names nothing on the mainline.
    pub(crate) fn asked<'h>(&self, home: &'h Home) -> anyhow::Result<Asked<'h>> {
        let repository = home.repository()?;
        // What is proposed here is read by the policy that is here.
        if self.globals.as_of.is_none() {
            place::sound(&Governance::read(&home.tree).map_err(|error| fault::tree(&error))?)?;
        }
        let chosen = self.approved_ref(repository)?;
        let timed = self.chain(repository, &chosen)?;
        let prefix = Prefix::new(&repository.prefix(&home.root).unwrap_or_default());
        let tree = CommitTree::of_commit(repository, timed.chain.mainline.tip, &prefix)
            .map_err(obstacle)?;
        let governance = self.governance(&tree)?;
        if governance.state == State::Absent && home.work_tree().is_err() {
            return Err(fault::cannot_say(
                format!("{} holds no {}", chosen.reference, policy::FILE),
                "name the ref of the ledger with --approved-ref",
            ));
        }
        let mainline = &timed.chain.mainline;
        let commits = diag::count(mainline.landings.len(), "commit");
        log::info!(
            "approved ref: {} at {}, {commits} by first parents",
            mainline.reference,
            mainline.tip
        );
        Ok(Asked {
            repository,
            prefix,
            chosen,
            chain: timed.chain,
            governance,
            instant: timed.instant,
            until: timed.until,
        })
    }

    /// Walks the mainline as it stood when it is asked about.
    fn chain(&self, repository: &Repository, chosen: &Chosen) -> anyhow::Result<Timed> {
        let chain = chain::walk(repository, chosen, self.now).map_err(obstacle)?;
        let on = self.globals.on.as_ref().map(|on| on.instant());
        let Some(as_of) = &self.globals.as_of else {
            return Ok(Timed {
                chain,
                instant: self.instant(),
                until: None,
            });
        };
        match as_of {
            AsOf::Moment(moment) => {
                let instant = moment.instant();
                let position = chain.mainline.at(instant).ok_or_else(|| {
                    fault::cannot_say(
                        format!(
                            "{} has no commit that was effective at {instant}",
                            chosen.reference
                        ),
                        "ask about a later day",
                    )
                })?;
                Ok(Timed {
                    chain: chain.cut(position),
                    instant: on.unwrap_or(instant),
                    until: Some(instant),
                })
            }
            AsOf::Revision(name) => {
                let position = on_mainline(repository, &chain, name)?;
                let chain = chain.cut(position);
                let effective = chain
                    .mainline
                    .landings
                    .last()
                    .map_or(self.now, |landing| landing.effective);
                Ok(Timed {
                    chain,
                    instant: on.unwrap_or(effective),
                    until: Some(effective),
                })
            }
        }
    }
}

/// Returns where on the mainline a revision stands.
fn on_mainline(repository: &Repository, chain: &Chain, name: &str) -> anyhow::Result<usize> {
    let found = repository.find(name).ok_or_else(|| {
        fault::misuse(
            format!("--as-of {name} names neither a day nor a commit"),
            "write a day as 2026-03-31, or name a commit of the approved ref",
        )
    })?;
    if let Some(position) = chain.mainline.position(found.oid) {
        return Ok(position);
    }
    let containing = chain
        .containing(repository, found.oid)
        .and_then(|position| chain.mainline.landings.get(position));
    let help = match containing {
        Some(landing) => format!(
            "ask with --as-of {}, the mainline commit that contains it",
            landing.oid
        ),
        None => "name a commit of the approved ref; no commit of it contains this one".to_owned(),
    };
    Err(fault::misuse(
        format!("{name} is not on {}", chain.mainline.reference),
        help,
    ))
}
