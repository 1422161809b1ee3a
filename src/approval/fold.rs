//! The fold: the versions of one trail, oldest first, each judged by what was known when it landed.
//!
//! Uses record, policy, history, `approval`'s parts. Pure. Start at [`trail`]. Follows `docs/spec/approval.md`, V5 to
//! V9, A5, D3 and M7.

use std::collections::BTreeSet;

use crate::approval::authors::{self, AuthorSet};
use crate::approval::carry;
use crate::approval::demand::{self, Demand};
use crate::approval::evidence::{self, Evidence};
use crate::approval::four_eyes::{self, Case, MergeActor, Outcome};
use crate::approval::identity::Lens;
use crate::approval::law::{Laws, State};
use crate::approval::witness;
use crate::approval::{FourEyes, Grace, Satisfied, Stands, Verdict};
use crate::history::History;
use crate::history::change::differ;
use crate::history::mainline::{Flag, Landing};
use crate::history::version::{Change, Trail, Version};
use crate::policy::tier::Needed;
use crate::record::Record;
use crate::record::time::{Instant, When};

/// What the versions so far leave behind for the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Series {
    /// The last version that stands as approved, by its index.
    pub approved: Option<usize>,
    /// The oldest version of a clone that ends there: for demands it counts as approved.
    pub inherited: Option<usize>,
    /// Who filed the series.
    pub filer: AuthorSet,
    /// The author set of the last approved version; that of the first while there is none.
    pub reference: AuthorSet,
    /// Who made what landed since without being approved.
    pub waiting: AuthorSet,
    /// Whether a closure or a fired entry landed since the last approved version.
    pub interrupted: Interrupted,
}

/// Whether an approved content may come back with its approval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Interrupted {
    /// It may.
    #[default]
    No,
    /// A closure or a fired entry landed in between.
    Yes,
}

/// A verdict that a version carries on, by the index of the version that it was given to, and the flag that says so.
struct Carried {
    from: usize,
    flag: Option<&'static str>,
}

/// The fold over one trail.
pub(crate) struct Fold<'a> {
    pub history: &'a History,
    laws: &'a Laws<'a>,
    trail: &'a Trail,
    pub series: Series,
    verdicts: Vec<Verdict>,
}

/// One version in its place.
pub(crate) struct Step<'a> {
    pub index: usize,
    pub version: &'a Version,
    pub record: Option<&'a Record>,
    landing: Option<&'a Landing>,
    pub state: State<'a>,
    pub lens: Lens<'a>,
    pub at: Instant,
}

/// Judges the versions of a trail, one verdict each.
pub(crate) fn trail(history: &History, laws: &Laws, trail: &Trail) -> Vec<Verdict> {
    let mut fold = Fold {
        history,
        laws,
        trail,
        series: Series::default(),
        verdicts: Vec::with_capacity(trail.versions.len()),
    };
    for index in 0..trail.versions.len() {
        let Some(step) = fold.step(index) else { break };
        let verdict = fold.verdict(&step);
        fold.verdicts.push(verdict);
    }
    fold.verdicts
}

impl<'a> Fold<'a> {
    fn step(&self, index: usize) -> Option<Step<'a>> {
        let version = self.trail.versions.get(index)?;
        let landing = self.history.mainline.landings.get(version.landing);
        let state = self.laws.before(version.landing);
        Some(Step {
            index,
            version,
            record: version.record.record().map(AsRef::as_ref),
            landing,
            lens: Lens {
                at: state.governance,
                tip: self.laws.tip(),
            },
            state,
            at: landing.map_or(Instant::MIN, |landing| landing.effective),
        })
    }

    fn verdict(&mut self, step: &Step<'a>) -> Verdict {
        match step.version.change {
            Change::Removed => {
                self.series = Series::default();
                return removed(step);
            }
            Change::Introduced | Change::Readded => self.series = Series::default(),
            Change::Inherited => {
                self.series = Series::default();
                return self.inherited(step);
            }
            Change::Amended | Change::Moved | Change::AmendedMoved => {
                if let Some(carried) = self.carried(step) {
                    return self.carry(step, &carried);
                }
            }
        }
        self.fresh(step)
    }

    fn record(&self, index: Option<usize>) -> Option<&'a Record> {
        let version = self.trail.versions.get(index?)?;
        version.record.record().map(AsRef::as_ref)
    }

    /// Returns the record that demands are also taken from, and that a narrower one is compared with.
    pub(crate) fn base(&self) -> Option<&'a Record> {
        self.record(self.series.approved.or(self.series.inherited))
    }

    /// Returns the verdict that a version carries on (V5, V6, V7b, V9).
    fn carried(&self, step: &Step) -> Option<Carried> {
        let from = step.index.checked_sub(1)?;
        let previous = |flag| Some(Carried { from, flag });
        if step.version.change == Change::Moved {
            return previous(None);
        }
        let after = step.record?;
        let before = self.record(Some(from));
        if before.is_some_and(|before| differ::is_equal(before, after)) {
            return previous(Some("cosmetic"));
        }
        if let Some(from) = self.series.approved
            && self.series.interrupted == Interrupted::No
            && self
                .record(Some(from))
                .is_some_and(|approved| differ::is_equal(approved, after))
        {
            let flag = Some("restored-to-approved-content");
            return Some(Carried { from, flag });
        }
        before.filter(|before| carry::only_adds(before, after))?;
        previous(None)
    }

    /// Gives a version the verdict of an earlier one; what it says itself serves the entries that it adds (V9).
    fn carry(&mut self, step: &Step, carried: &Carried) -> Verdict {
        let own = authors::of_version(step.lens, step.version);
        let demand = demand::of(step.state.governance, step.record, self.base());
        let evidence = evidence::of_version(step.lens, step.version);
        let outcome = step.hear(&self.series.reference, &demand, &evidence);
        let mut flags = step.flags(self.before(step));
        flags.extend(carried.flag);
        flags.extend(&own.flags);
        let witnesses = witness::of(step.lens, &own, &self.series.reference, &outcome);
        let mut verdict = match self.verdicts.get(carried.from) {
            Some(earlier) => earlier.clone(),
            None => return self.fresh(step),
        };
        verdict.makers = authors::people(&own);
        verdict.carries = Some(verdict.carries.unwrap_or(carried.from));
        verdict.landed_by = evidence.landed_by.map(|party| party.person);
        verdict.pull_request = evidence.pull_request;
        verdict.flags = flags;
        verdict.statements = outcome.statements;
        verdict.witnessed_at = (!witnesses.is_empty()).then_some(step.at);
        verdict.witnesses = witnesses;
        verdict.grace = Grace::None;
        verdict.approved_at = verdict.approved_at.map(|at| at.max(step.at));
        if verdict.stands == Stands::AsApproved {
            self.series.approved = Some(step.index);
            self.series.waiting = AuthorSet::default();
            self.series.interrupted = Interrupted::No;
        } else {
            self.interrupt(step);
        }
        verdict
    }

    pub(crate) fn before(&self, step: &Step) -> Option<&'a Record> {
        match step.version.change {
            Change::Introduced | Change::Readded | Change::Inherited => None,
            _ => self.record(step.index.checked_sub(1)),
        }
    }

    /// Judges the version that the oldest commit of a shallow clone holds: how it landed is not known.
    fn inherited(&mut self, step: &Step) -> Verdict {
        let doubt = match (&step.version.truncated, &self.history.mainline.boundary) {
            (Some(obstacle), _) | (None, Some(obstacle)) => {
                format!("{obstacle}; {}", obstacle.repair())
            }
            (None, None) => "how it landed is not known".to_owned(),
        };
        self.series.inherited = Some(step.index);
        self.series.filer.doubt = Some(doubt.clone());
        self.series.reference.doubt = Some(doubt.clone());
        let demand = demand::of(step.state.governance, step.record, None);
        let mut verdict = removed(step);
        verdict.satisfied = Satisfied::CannotSay(doubt);
        verdict.result = FourEyes::Indeterminate;
        verdict.needed = demand.terms.needed();
        verdict
    }
}

/// Returns the verdict on a version that removes the record: nobody approves that, and nobody need.
fn removed(step: &Step) -> Verdict {
    let evidence = evidence::of_version(step.lens, step.version);
    Verdict {
        satisfied: Satisfied::No,
        stands: Stands::AsLanded,
        result: FourEyes::NotApplicable,
        needed: Needed::default(),
        approvers: Vec::new(),
        authors: Vec::new(),
        makers: authors::people(&authors::of_version(step.lens, step.version)),
        carries: None,
        landed_by: evidence.landed_by.map(|party| party.person),
        pull_request: evidence.pull_request,
        missing: Vec::new(),
        flags: step.flags(None),
        statements: Vec::new(),
        witnesses: Vec::new(),
        witnessed_at: None,
        unresolved: Vec::new(),
        grace: Grace::None,
        approved_at: None,
        approved_in: None,
        turns: Vec::new(),
        policy_commit: step.state.commit.map(|commit| commit.to_string()),
    }
}

impl Step<'_> {
    pub(crate) fn hear(
        &self,
        authors: &AuthorSet,
        demand: &Demand,
        evidence: &Evidence,
    ) -> Outcome {
        let suspicious = self
            .landing
            .is_some_and(|landing| landing.flags.contains(&Flag::Suspicious));
        four_eyes::judge(Case {
            lens: self.lens,
            authors,
            demand,
            evidence,
            landing: &self.version.commit,
            at: self.at,
            self_approval: self.state.self_approval,
            merge: if suspicious {
                MergeActor::Suspicious
            } else {
                MergeActor::Speaks
            },
        })
    }

    /// Returns the flags of the landing itself, and whether the record starts before it.
    pub(crate) fn flags(&self, before: Option<&Record>) -> BTreeSet<&'static str> {
        let mut flags = BTreeSet::new();
        for flag in self.landing.iter().flat_map(|landing| &landing.flags) {
            match flag {
                Flag::FutureDated => flags.insert("future-dated"),
                Flag::ClockSkew => flags.insert("clock-skew"),
                Flag::Suspicious | Flag::Malformed => continue,
            };
        }
        if self.state.is_earlier {
            flags.insert("earlier-policy");
        }
        let starts = self.record.and_then(|record| record.starts.as_ref());
        let moved = before.is_none_or(|before| before.starts.as_ref() != starts);
        let earlier = starts.is_some_and(|starts| match starts {
            When::Day(day) => *day < self.at.day(),
            When::Instant(instant, _) => *instant < self.at,
        });
        if moved && earlier {
            flags.insert("retroactive");
        }
        flags
    }
}
