//! Which tier a record is in, and what tier and class together require of it.
//!
//! Pure. Start at [`resolve`]. Follows `docs/spec/policy.md`, tiers and classes: leaving a field out is never an advantage.

mod choose;
pub mod fact;
mod facts;

use crate::diag::sorting::StableSort as _;
use crate::policy::Policy;
use crate::policy::demand::Proof;
use crate::policy::tier::choose::{Choice, TierMaps};
use crate::policy::tier::fact::{Fact, Facts, Wildcard};
use crate::policy::tiers::{Degraded, EmergencyRule, Match, Must, Require, Tier};
use crate::record::time::Term;
use std::collections::BTreeSet;

/// A maximum term, and its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    pub term: Term,
    /// Its source: `tier standard`, `class emergency`.
    pub by: String,
}

/// A tier whose requirements are added because the record does not state a field that would rule the tier out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    pub tier: String,
    /// The fields to state for another result, as paths in a record.
    pub fields: Vec<&'static str>,
}

/// What tier and class together require of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The tier: the first in the policy's order of the base tier and of the tiers added to it.
    pub tier: String,
    /// The first tier that matches by stated fields.
    pub base: String,
    /// The first tier if no tier matched by a cause or a baseline, which don't decide who approves.
    pub approving: String,
    /// The first tier when names are compared by bytes, and that when they are folded, if it is another one.
    pub firsts: Vec<String>,
    /// The tiers added because of missing fields, in the policy's order.
    pub silent: Vec<Silence>,
    /// Why tiers are added because the record spells a name otherwise than the policy; `None` if none is.
    pub spelling: Option<String>,
    /// Why it is this tier, in sentences; names the fields to state for another result.
    pub why: Vec<String>,
    /// The maximum terms between two decisions, one per unit; all apply.
    pub max_term: Vec<Limit>,
    /// The maximum terms from begin to end, one per unit; all apply.
    pub max_total: Vec<Limit>,
    /// The maximum number of renewals.
    pub max_renewals: u32,
    /// The number of people who must approve.
    pub count: u32,
    /// The groups that must each provide one approver.
    pub each_of: BTreeSet<String>,
    /// Who must be among the approvers.
    pub must_include: BTreeSet<Must>,
    /// The weakest level of proof that counts.
    pub proof: Proof,
    /// The fields that the record must state.
    pub require: BTreeSet<Require>,
    /// The review intervals, one per unit, all apply; empty if no review is required.
    pub review_every: Vec<Term>,
    /// How long the first version of an emergency counts before it is approved.
    pub review_within: Option<Term>,
    /// Whether it still grants while degraded.
    pub degraded: Degraded,
    /// How long after its end the closure must be reviewed; zero for never.
    pub post_closure_review: Term,
    /// Whether its scope may contain a wildcard.
    pub wildcard: Wildcard,
}

impl Resolved {
    /// Returns the addition to a help text if missing fields or a spelling add tiers: which fields to state, or how the
    /// policy spells a name. Empty if there are none.
    pub fn silence(&self) -> String {
        let why = self.why.iter().take(self.silent.len());
        why.chain(&self.spelling).map(|why| format!("; {why}")).collect()
    }

    /// Tells whether one of some tiers, by name, is its tier, however names are compared.
    pub fn is_in(&self, tiers: &[String]) -> bool {
        self.firsts.iter().any(|first| tiers.contains(first))
    }

    /// Returns the requirement for its approval.
    pub fn demand(&self) -> TierDemand {
        TierDemand {
            count: self.count,
            each_of: self.each_of.clone(),
            must_include: self.must_include.clone(),
            proof: self.proof,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierDemand {
    pub count: u32,
    /// The groups that must each provide one approver, a different person for each.
    pub each_of: BTreeSet<String>,
    /// People who must be among the approvers.
    pub must_include: BTreeSet<Must>,
    /// The weakest level of proof that counts.
    pub proof: Proof,
}

impl TierDemand {
    /// Returns the combination of both requirements: the larger count, the stronger proof, the
    /// groups and people of both.
    pub fn and(&self, other: &TierDemand) -> TierDemand {
        TierDemand {
            count: self.count.max(other.count),
            each_of: self.each_of.union(&other.each_of).cloned().collect(),
            must_include: self.must_include.union(&other.must_include).copied().collect(),
            proof: self.proof.max(other.proof),
        }
    }

    /// Returns the requirement in the form shown in answers: at least as many people as groups.
    pub fn needed(&self) -> Needed {
        let groups = u32::try_from(self.each_of.len()).unwrap_or(u32::MAX);
        Needed {
            count: self.count.max(groups),
            each_of: self.each_of.iter().cloned().collect(),
            must_include: self.must_include.iter().copied().collect(),
        }
    }
}

/// The approvals needed, as shown in answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Needed {
    /// The number of people; 0 if no approval is needed.
    pub count: u32,
    /// The groups that must each provide one approver.
    pub each_of: Vec<String>,
    /// People who must be among the approvers.
    pub must_include: Vec<Must>,
}

/// Returns what tier and class require of a record; `None` if a deciding field can't be read.
pub fn resolve(policy: &Policy, facts: &Facts) -> Option<Resolved> {
    let Fact::Stated(class) = facts.class else {
        return None;
    };
    let choice = choose::choose(policy, facts, TierMaps::All)?;
    let mut resolved = Resolved::of(policy, choice.base());
    for tier in choice.tiers() {
        resolved.add_tier(tier);
    }
    resolved.firsts = choice.firsts().map(|tier| tier.name.clone()).collect();
    resolved.firsts.dedup();
    if let Some(first) = choice.first_in(policy) {
        resolved.tier.clone_from(first);
        resolved.approving.clone_from(first);
    }
    resolved.add_class(class.as_str(), &policy.classes.of(class));
    resolved.wildcard = choice.wildcard();
    resolved.why = choice.why(class);
    let mut maps = policy.tiers.iter().flat_map(|tier| tier.matches.iter().flatten());
    if maps.any(Match::is_by_statement) {
        let approving = choose::choose(policy, facts, TierMaps::Approving)?;
        resolved.add_approving(&choice, &approving);
        if let Some(first) = approving.first_in(policy) {
            resolved.approving.clone_from(first);
        }
    }
    resolved.spelling = choice.spelling();
    let silent = choice.silent().iter();
    resolved.silent = silent
        .map(|(tier, fields)| Silence { tier: tier.name.clone(), fields: fields.clone() })
        .collect();
    if resolved.must_include.contains(&Must::RiskOwner) {
        resolved.require.insert(Require::RiskOwner);
    }
    Some(resolved)
}

/// Returns the maximum terms that may apply to a record of which not every deciding field can be read: those of each tier
/// that what is known does not rule out, and that of its class.
pub fn possible_terms(policy: &Policy, facts: &Facts) -> Vec<Limit> {
    let tiers = choose::possible(policy, facts).into_iter();
    let by_tier =
        tiers.map(|tier| Limit { term: tier.max_term, by: format!("tier {}", tier.name) });
    let by_class = match facts.class {
        Fact::Stated(class) => {
            let term = policy.classes.of(class).max_term;
            term.map(|term| Limit { term, by: format!("class {}", class.as_str()) })
        }
        Fact::Silent | Fact::Unreadable => None,
    };
    by_tier.chain(by_class).collect()
}

impl Resolved {
    fn of(policy: &Policy, tier: &Tier) -> Resolved {
        Resolved {
            tier: tier.name.clone(),
            base: tier.name.clone(),
            approving: tier.name.clone(),
            firsts: Vec::new(),
            silent: Vec::new(),
            spelling: None,
            why: Vec::new(),
            max_term: Vec::new(),
            max_total: Vec::new(),
            max_renewals: tier.max_renewals,
            count: tier.approvals.count,
            each_of: BTreeSet::new(),
            must_include: BTreeSet::new(),
            proof: policy.approval.proof,
            require: BTreeSet::new(),
            review_every: Vec::new(),
            review_within: None,
            degraded: tier.degraded,
            post_closure_review: tier.post_closure_review,
            wildcard: Wildcard::Refused,
        }
    }

    fn add_tier(&mut self, tier: &Tier) {
        let by = format!("tier {}", tier.name);
        shorten(&mut self.max_term, tier.max_term, &by);
        shorten(&mut self.max_total, tier.max_total, &by);
        self.max_renewals = self.max_renewals.min(tier.max_renewals);
        self.require.extend(tier.require.iter().copied());
        self.add_approvals(tier);
    }

    /// Adds the tiers that would apply without a cause or a baseline: they decide all but term, renewals and `require`.
    fn add_approving(&mut self, choice: &Choice<'_>, approving: &Choice<'_>) {
        let mut added = Vec::new();
        for tier in approving.tiers().filter(|tier| choice.tiers().all(|it| it.name != tier.name)) {
            self.add_approvals(tier);
            added.push(tier.name.as_str());
        }
        self.firsts.extend(approving.firsts().map(|tier| tier.name.clone()));
        if approving.wildcard() == Wildcard::Refused {
            self.wildcard = Wildcard::Refused;
        }
        if !added.is_empty() {
            self.why.push(format!(
                "tier {} decides who approves: a cause or a baseline does not",
                added.join(" and ")
            ));
        }
    }

    fn add_approvals(&mut self, tier: &Tier) {
        self.count = self.count.max(tier.approvals.count);
        self.each_of.extend(tier.approvals.each_of.iter().cloned());
        self.must_include.extend(tier.approvals.must_include.iter().copied());
        self.proof = self.proof.max(tier.approvals.proof.unwrap_or(self.proof));
        if let Some(interval) = tier.review_every {
            shorten_interval(&mut self.review_every, interval);
        }
        self.degraded = self.degraded.min(tier.degraded);
        if self.post_closure_review.seconds() < tier.post_closure_review.seconds() {
            self.post_closure_review = tier.post_closure_review;
        }
    }

    fn add_class(&mut self, name: &str, class: &EmergencyRule) {
        if let Some(term) = class.max_term {
            shorten(&mut self.max_term, term, &format!("class {name}"));
        }
        self.count = self.count.max(class.count.unwrap_or(0));
        self.each_of.extend(class.each_of.iter().cloned());
        self.require.extend(class.require.iter().copied());
        self.review_within = class.review_within;
    }
}

/// Adds a limit: of limits in the same unit the shortest is kept; limits in different units all apply.
fn shorten(limits: &mut Vec<Limit>, term: Term, by: &str) {
    let limit = Limit { term, by: by.to_owned() };
    match limits.iter_mut().find(|limit| limit.term.unit == term.unit) {
        Some(known) if known.term.number <= term.number => {}
        Some(known) => *known = limit,
        None => limits.push(limit),
    }
    limits.order_by_key(|limit| limit.term.unit);
}

pub(crate) fn shorten_interval(intervals: &mut Vec<Term>, term: Term) {
    match intervals.iter_mut().find(|interval| interval.unit == term.unit) {
        Some(known) => known.number = known.number.min(term.number),
        None => intervals.push(term),
    }
    intervals.order_by_key(|interval| interval.unit);
}
