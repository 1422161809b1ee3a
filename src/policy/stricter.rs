//! Tells whether a change of the governance files only adds requirements.
//!
//! Uses policy's types. Pure. Start at [`only_adds`]. Follows `docs/spec/rules.md` (`policy-unapproved`): larger
//! `count`, `each_of`, `must_include`, `require`; shorter limits; `attested`, `deny`, `forbid` instead of their
//! opposite; people removed from groups, roster, logins, bridges or signers, or added to bots, agents or revoked keys.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::Policy;
use crate::policy::demand::{Approval, Proof};
use crate::policy::governance::Governance;
use crate::policy::roster::Roster;
use crate::policy::settings::{AssetRule, People};
use crate::policy::tiers::{ClassRule, EmergencyRule, Tier};
use crate::record::address::Address;
use crate::record::time::Term;

/// Tells whether a change affects approvals: identity resolution or requirements.
pub fn bears_on_approval(before: &Governance, after: &Governance) -> bool {
    let part = |policy: &Policy| Policy {
        version: policy.version,
        name: policy.name.clone(),
        id_prefix: policy.id_prefix.clone(),
        records: policy.records.clone(),
        people: policy.people.clone(),
        groups: policy.groups.clone(),
        approval: policy.approval.clone(),
        assets: sensitivities(policy),
        tiers: policy.tiers.clone(),
        classes: policy.classes.clone(),
        ..Policy::default()
    };
    before.state != after.state
        || before.mailmap != after.mailmap
        || before.roster != after.roster
        || before.signers != after.signers
        || before.revoked != after.revoked
        || part(&before.policy) != part(&after.policy)
}

/// Returns the asset rules as far as they choose a tier.
fn sensitivities(policy: &Policy) -> Vec<AssetRule> {
    let rules = policy.assets.iter().filter(|asset| asset.sensitivity.is_some());
    rules.map(|asset| AssetRule { owner: None, notify: Vec::new(), ..asset.clone() }).collect()
}

/// Tells whether all changes make approval harder, or affect nothing that anybody could rely on.
pub fn only_adds(before: &Governance, after: &Governance) -> bool {
    let same = before.mailmap == after.mailmap
        && before.catalogs == after.catalogs
        && before.extra_schema == after.extra_schema
        && before.hooks == after.hooks
        && before.state == after.state;
    same && policy(&before.policy, &after.policy)
        && roster(before.roster.as_ref(), after.roster.as_ref())
        && lines(after.signers.as_deref()).is_subset(&lines(before.signers.as_deref()))
        && lines(before.revoked.as_deref()).is_subset(&lines(after.revoked.as_deref()))
}

/// Compares what has an order, then makes it equal; the rest must be equal.
fn policy(before: &Policy, after: &Policy) -> bool {
    let mut rest = before.clone();
    rest.people = people_rest(&before.people, &after.people);
    rest.groups.clone_from(&after.groups);
    rest.approval = approval_rest(&before.approval, &after.approval);
    rest.tiers.clone_from(&after.tiers);
    rest.classes.clone_from(&after.classes);
    rest == *after
        && people(&before.people, &after.people)
        && groups(&before.groups, &after.groups)
        && approval(&before.approval, &after.approval)
        && tiers(&before.tiers, &after.tiers)
        && class(&before.classes.standard, &after.classes.standard)
        && class(&before.classes.regulated, &after.classes.regulated)
        && class(&before.classes.third_party, &after.classes.third_party)
        && emergency(&before.classes.emergency, &after.classes.emergency)
}

fn people(before: &People, after: &People) -> bool {
    let stays = |(login, address): (&String, &Address)| before.logins.get(login) == Some(address);
    within(&before.bots, &after.bots)
        && within(&before.agents, &after.agents)
        && within(&after.bridges, &before.bridges)
        && after.logins.iter().all(stays)
}

fn people_rest(before: &People, after: &People) -> People {
    People {
        roster: before.roster.clone(),
        forges: before.forges.clone(),
        noreply: before.noreply.clone(),
        ..after.clone()
    }
}

fn groups(before: &BTreeMap<String, Vec<Address>>, after: &BTreeMap<String, Vec<Address>>) -> bool {
    after.iter().all(|(name, members)| {
        let known = before.get(name).map_or(&[] as &[Address], Vec::as_slice);
        within(members, known)
    })
}

fn roster(before: Option<&Roster>, after: Option<&Roster>) -> bool {
    match (before, after) {
        (None, None) => true,
        (Some(before), Some(after)) => after.entries.iter().all(|(address, entry)| {
            let known = before.entries.get(address);
            known.is_some_and(|known| {
                let mut left = known.clone();
                left.active &= entry.active;
                left == *entry
            })
        }),
        _ => false,
    }
}

/// The lines with content, trimmed.
fn lines(text: Option<&str>) -> BTreeSet<&str> {
    text.unwrap_or_default()
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

fn approval(before: &Approval, after: &Approval) -> bool {
    after.self_approval <= before.self_approval
        && after.self_asserted <= before.self_asserted
        && after.nested <= before.nested
        && after.authors >= before.authors
        && after.proof >= before.proof
}

fn approval_rest(before: &Approval, after: &Approval) -> Approval {
    Approval {
        self_approval: after.self_approval,
        self_asserted: after.self_asserted,
        nested: after.nested,
        authors: after.authors,
        proof: after.proof,
        ..before.clone()
    }
}

fn tiers(before: &[Tier], after: &[Tier]) -> bool {
    let mut pairs = before.iter().zip(after);
    before.len() == after.len() && pairs.all(|(before, after)| tier(before, after))
}

fn tier(before: &Tier, after: &Tier) -> bool {
    let (old, new) = (&before.approvals, &after.approvals);
    let same = before.name == after.name
        && before.matches == after.matches
        && before.post_closure_review == after.post_closure_review;
    same && shorter(before.max_term, after.max_term)
        && shorter(before.max_total, after.max_total)
        && after.max_renewals <= before.max_renewals
        && after.degraded <= before.degraded
        && may_shorten(before.review_every, after.review_every)
        && within(&before.require, &after.require)
        && new.count >= old.count
        && within(&old.each_of, &new.each_of)
        && within(&old.must_include, &new.must_include)
        && new.proof.unwrap_or(Proof::Claimed) >= old.proof.unwrap_or(Proof::Claimed)
}

fn class(before: &ClassRule, after: &ClassRule) -> bool {
    may_shorten(before.max_term, after.max_term)
        && within(&before.require, &after.require)
        && within(&before.each_of, &after.each_of)
        && after.count.unwrap_or(1) >= before.count.unwrap_or(1)
}

fn emergency(before: &EmergencyRule, after: &EmergencyRule) -> bool {
    let shared = |rule: &EmergencyRule| ClassRule {
        max_term: rule.max_term,
        require: rule.require.clone(),
        each_of: rule.each_of.clone(),
        count: rule.count,
    };
    class(&shared(before), &shared(after)) && may_shorten(before.review_within, after.review_within)
}

/// A limit in another unit may be longer on some days of the calendar.
fn shorter(before: Term, after: Term) -> bool {
    after.unit == before.unit && after.number <= before.number
}

fn may_shorten(before: Option<Term>, after: Option<Term>) -> bool {
    match (before, after) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(before), Some(after)) => shorter(before, after),
    }
}

fn within<T: PartialEq>(few: &[T], many: &[T]) -> bool {
    few.iter().all(|item| many.contains(item))
}
