//! What the approved ref says of every record at the instant asked about: the one way from repository to answers.
//!
//! Start at [`Ctx::approved`]. Follows `docs/spec/cli.md`, which tree, which clock, and `docs/spec/approval.md`, T5.

use std::collections::BTreeMap;

use crate::approval::{self, Approvals};
use crate::commands::Outcome;
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::context::globals::AsOf;
use crate::commands::context::place::{self, Home};
use crate::commands::context::proposals::{self, Proposed};
use crate::diag;
use crate::history::History;
use crate::history::chain::{self, Chain, Now};
use crate::history::ident::Ident;
use crate::history::mainline::Guard;
use crate::history::objects::{Kind, Objects, Obstacle, Oid};
use crate::history::paths::Prefix;
use crate::history::refs::Chosen;
use crate::history::tree::CommitTree;
use crate::history::version::{Key, Trail};
use crate::history::walk;
use crate::policy;
use crate::policy::governance::{Governance, State};
use crate::policy::people;
use crate::record::reference::ControlRef;
use crate::record::time::Instant;
use crate::status::{self, Standing, Status};
use crate::store::git::Repository;
use crate::view;
use crate::view::shape::{self, Simulated, Stamp};

/// Every record at an instant, and what that was computed from.
pub struct Approved<'h> {
    /// What the answer bears.
    pub stamp: Stamp,
    /// The governance of the approved ref's tree.
    pub governance: Governance,
    /// Every record of its mainline, by key.
    pub standings: Vec<Standing>,
    pub(super) repository: &'h Repository,
    pub(super) history: History,
    pub(super) prefix: Prefix,
    pub(super) chosen: Chosen,
    pub(super) approvals: Approvals,
    proposals: Option<Proposed>,
}

/// The mainline that is asked about, and the instant.
struct Asked {
    chain: Chain,
    instant: Instant,
}

impl Ctx {
    /// Judges every record on the approved ref, and adds what branches and the work tree propose.
    ///
    /// # Errors
    /// As [`Ctx::approved_only`].
    pub fn approved<'h>(&self, home: &'h Home) -> anyhow::Result<Approved<'h>> {
        let mut approved = self.approved_only(home)?;
        // What was proposed in the past is not known: branches move.
        if self.globals.as_of.is_none() {
            let proposals = proposals::read(self, home, &approved)?;
            let mut standings = std::mem::take(&mut approved.standings);
            proposals.join(&mut standings, &approved, approved.stamp.instant);
            approved.standings = standings;
            approved.proposals = Some(proposals);
        }
        Ok(approved)
    }

    /// Judges every record on the approved ref.
    ///
    /// # Errors
    /// [`fault::Fault::CannotSay`] outside git, without an approved ref, under a policy with errors, or when the tip
    /// can't be read; [`fault::Fault::Misuse`] when `--as-of` names nothing on the mainline.
    pub fn approved_only<'h>(&self, home: &'h Home) -> anyhow::Result<Approved<'h>> {
        self.walked(home, |repository, chain, prefix| {
            walk::walk(repository, chain, prefix)
        })
    }

    /// Judges every record on the approved ref, whose history is walked in a way of one's own.
    ///
    /// # Errors
    /// As [`Ctx::approved_only`].
    pub fn walked<'h>(
        &self,
        home: &'h Home,
        walk: impl FnOnce(&'h Repository, Chain, &Prefix) -> Result<History, Obstacle>,
    ) -> anyhow::Result<Approved<'h>> {
        let repository = home.repository()?;
        let _progress = self.progress("reading the history");
        // What is proposed here is read by the policy that is here.
        if self.globals.as_of.is_none() {
            place::sound(&Governance::read(&home.tree).map_err(|error| fault::tree(&error))?)?;
        }
        let chosen = self.approved_ref(repository)?;
        let asked = self.asked(repository, &chosen)?;
        let prefix = Prefix::new(&repository.prefix(&home.root).unwrap_or_default());
        let tree = CommitTree::of_commit(repository, asked.chain.mainline.tip, &prefix)
            .map_err(obstacle)?;
        let governance = self.governance(&tree)?;
        if governance.state == State::Absent && home.work_tree().is_err() {
            return Err(fault::cannot_say(
                format!("{} holds no {}", chosen.reference, policy::FILE),
                "name the ref of the ledger with --approved-ref",
            ));
        }
        let instant = asked.instant;
        let mainline = &asked.chain.mainline;
        let commits = diag::count(mainline.landings.len(), "commit");
        self.detail(&format!(
            "approved ref: {} at {}, {commits} by first parents",
            mainline.reference, mainline.tip
        ));
        let history = walk(repository, asked.chain, &prefix).map_err(obstacle)?;
        let mut approved = Approved {
            stamp: self.stamp(repository, &history, &governance, instant),
            standings: Vec::new(),
            governance,
            repository,
            prefix,
            chosen,
            proposals: None,
            approvals: approval::judge(&history),
            history,
        };
        approved.standings = approved.at(instant);
        Ok(approved)
    }

    /// Walks the mainline as it stood when it is asked about.
    fn asked(&self, repository: &Repository, chosen: &Chosen) -> anyhow::Result<Asked> {
        let walked =
            |chosen: &Chosen, now: Now| chain::walk(repository, chosen, now).map_err(obstacle);
        let on = self.globals.on.as_ref().map(|on| on.instant());
        let Some(as_of) = &self.globals.as_of else {
            let now = on.map_or(Now::Clock(self.now), Now::Asked);
            return Ok(Asked {
                chain: walked(chosen, now)?,
                instant: self.instant(),
            });
        };
        let at = |tip: Oid| Chosen {
            tip,
            ..chosen.clone()
        };
        match as_of {
            AsOf::Moment(moment) => {
                let instant = moment.instant();
                let chain = walked(chosen, Now::Asked(instant))?;
                let landing = chain
                    .mainline
                    .at(instant)
                    .and_then(|position| chain.mainline.landings.get(position));
                let tip = landing.ok_or_else(|| {
                    fault::cannot_say(
                        format!(
                            "{} has no commit that was effective at {instant}",
                            chosen.reference
                        ),
                        "ask about a later day",
                    )
                })?;
                let chain = walked(&at(tip.oid), Now::Asked(instant))?;
                Ok(Asked {
                    chain,
                    instant: on.unwrap_or(instant),
                })
            }
            AsOf::Revision(name) => {
                let tip = on_mainline(repository, &walked(chosen, Now::Clock(self.now))?, name)?;
                let chain = walked(&at(tip), Now::Asked(on.unwrap_or(Instant::MIN)))?;
                let effective = chain
                    .mainline
                    .landings
                    .last()
                    .map_or(self.now, |landing| landing.effective);
                Ok(Asked {
                    chain,
                    instant: on.unwrap_or(effective),
                })
            }
        }
    }

    fn stamp(
        &self,
        repository: &Repository,
        history: &History,
        governance: &Governance,
        instant: Instant,
    ) -> Stamp {
        let mainline = &history.mainline;
        let guard = match mainline.guard {
            Guard::Local => " (local, unprotected)".to_owned(),
            Guard::Remote => {
                let remote = mainline.reference.starts_with("refs/remotes/");
                let fetched = repository.fetched(&mainline.reference).filter(|_| remote);
                let words = |at: Instant| {
                    format!(" (fetched {})", shape::distance(at.min(self.now), self.now))
                };
                fetched.map(words).unwrap_or_default()
            }
        };
        let moved = self.globals.on.is_some() || self.globals.as_of.is_some();
        Stamp {
            name: governance.policy.name.clone(),
            reference: Some(mainline.reference.clone()),
            label: Some(format!("{}{guard}", mainline.reference)),
            commit: Some(mainline.tip.to_string()),
            effective: mainline.landings.last().map(|landing| landing.effective),
            instant,
            notes: None,
            simulated: if moved { Simulated::Yes } else { Simulated::No },
        }
    }

    /// Returns the outcome of an answer about records of which some can't be told, and says on stderr which.
    pub fn of_unknown<'a>(
        &self,
        unknown: impl Iterator<Item = &'a Standing>,
        outcome: Outcome,
    ) -> Outcome {
        let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for standing in unknown {
            let reason = standing.reasons.first().map_or("", String::as_str);
            let ids = by_reason.entry(reason).or_default();
            ids.push(view::record::id(standing));
        }
        for (reason, ids) in &by_reason {
            let about = match ids.as_slice() {
                [id] => (*id).to_owned(),
                ids => diag::count(ids.len(), "record"),
            };
            let reason = reason.strip_prefix("cannot say: ").unwrap_or(reason);
            self.tell(&format!("error: cannot say about {about}: {reason}"));
        }
        if by_reason.is_empty() {
            outcome
        } else {
            Outcome::CannotSay
        }
    }
}

impl Approved<'_> {
    /// Judges every record at an instant, by the governance of the tree that is asked about.
    pub fn at(&self, instant: Instant) -> Vec<Standing> {
        let open = self
            .history
            .trails
            .iter()
            .filter(|(_, trail)| trail.became.is_none());
        let mut standings: Vec<Standing> =
            open.map(|(key, _)| self.standing(key, instant)).collect();
        if let Some(proposals) = &self.proposals {
            proposals.join(&mut standings, self, instant);
        }
        standings
    }

    /// Judges one record at an instant.
    pub(super) fn standing(&self, key: &Key, instant: Instant) -> Standing {
        let verdicts = self
            .approvals
            .trails
            .get(key)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let (history, governance) = (&self.history, &self.governance);
        status::evaluate(
            status::Subject {
                key,
                history,
                verdicts,
                governance,
            },
            instant,
        )
    }

    /// Returns the bytes of a record's file as it landed; of a removed one, as it last did.
    pub fn bytes(&self, standing: &Standing) -> Option<Vec<u8>> {
        match self.trail(standing) {
            Some(trail) => {
                let files = trail
                    .versions
                    .iter()
                    .rev()
                    .find_map(|version| version.files.first());
                self.blob(files?.blob)
            }
            None => self.proposals.as_ref()?.bytes(standing, self),
        }
    }

    pub(super) fn trail(&self, standing: &Standing) -> Option<&Trail> {
        let trails = &self.history.trails;
        let by_path = || trails.get(&Key::Path(standing.key.clone()));
        trails.get(&Key::Id(standing.key.clone())).or_else(by_path)
    }

    pub(super) fn blob(&self, oid: Oid) -> Option<Vec<u8>> {
        match self.repository.read(oid) {
            Ok((Kind::Blob, bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// Returns what a control is called: its id in the catalog's own form, and its official title.
    pub fn title(&self, control: &ControlRef) -> Option<(String, String)> {
        let found = self.governance.control(control)?;
        Some((found.canonical(), found.control.title.clone()))
    }

    /// Returns who filed a record: the author of the commit that added it.
    ///
    /// Of a merged branch this is its first commit that touches the record.
    pub fn filer(&self, standing: &Standing) -> Option<String> {
        let person = |ident: &Ident| {
            let person = people::identify(&self.governance, &ident.name, &ident.email);
            person.is_resolved().then_some(person.email)
        };
        let Some(trail) = self.trail(standing) else {
            return standing
                .pending
                .first()?
                .author
                .as_ref()
                .map(|author| author.email.clone());
        };
        let first = trail.versions.first()?;
        let touched = first
            .touched
            .iter()
            .min_by_key(|commit| commit.committer.time);
        person(&touched.unwrap_or(&first.commit).author)
    }

    /// Tells whether two forms name one control.
    pub fn same(&self, control: &ControlRef, asked: &str) -> bool {
        let canonical = |control: &ControlRef| {
            self.governance
                .control(control)
                .map(|found| found.canonical())
        };
        let asked = ControlRef::new(asked).and_then(|asked| canonical(&asked));
        asked.is_some() && canonical(control) == asked
    }
}

/// Tells whether a record can't be told.
pub fn is_unknown(standing: &&Standing) -> bool {
    standing.status == Status::Unknown
}

/// Returns the commit of a revision that is on the mainline.
fn on_mainline(repository: &Repository, chain: &Chain, name: &str) -> anyhow::Result<Oid> {
    let found = repository.find(name).ok_or_else(|| {
        fault::misuse(
            format!("--as-of {name} names neither a day nor a commit"),
            "write a day as 2026-03-31, or name a commit of the approved ref",
        )
    })?;
    if chain.mainline.position(found.oid).is_some() {
        return Ok(found.oid);
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

/// Returns the error of an object that can't be had, with what repairs it.
pub fn obstacle(obstacle: Obstacle) -> anyhow::Error {
    fault::cannot_say(obstacle.to_string(), obstacle.repair())
}
