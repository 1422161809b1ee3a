//! Whether an approval counts in this repository: one check for each thing that could prevent it.
//!
//! Pure. Start at [`diagnose`]. Follows `docs/spec/cli.md`, doctor. Nothing is decided here about identities, keys or ways
//! to approve: `policy` and `approval` are asked.

use crate::approval::sources::keys::KeySet;
use crate::features::doctor::accounts::UnmappedAccount;
use crate::features::doctor::check::{CheckName, CheckState, DoctorCheck};
use crate::features::doctor::facts::DoctorFacts;
use crate::features::doctor::requirements::Requirements;
use crate::features::doctor::signed_merges::ForgeMerges;
use crate::features::doctor::{accounts, bridge, ci, requirements, setup, signed_merges, you};
use crate::history::chain;
use crate::policy::governance::{Governance, State};
use crate::policy::{self, governance};
use crate::record::vocabulary::words;
use std::sync::Arc;

words! {
    /// Whether an approval counts here.
    pub enum ApprovalsCount {
        Yes,
        /// Something prevents it, at least for some people or tiers.
        No,
        /// The approved ref, its history or its policy can't be determined.
        Unknown,
    }
}

/// The result of all checks.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// All checks, in the order of [`CheckName::ALL`].
    pub checks: Vec<DoctorCheck>,
    /// The accounts that the policy maps to nobody, most important first.
    pub logins: Vec<UnmappedAccount>,
    /// The merges of each forge in the newest commits.
    pub forges: Vec<ForgeMerges>,
    /// Whether they are about the policy of the checkout, since none has landed.
    pub is_first: bool,
}

impl Diagnosis {
    /// Returns the checks that decide whether approvals count.
    pub fn deciding(&self) -> impl Iterator<Item = &DoctorCheck> {
        let is_aside = |name| matches!(name, CheckName::History | CheckName::Ci);
        self.checks.iter().filter(move |check| !is_aside(check.name))
    }

    /// Returns whether the jobs of `ci` run and their key is proven to be protected; a doubt is `unknown`.
    pub fn ci(&self) -> ApprovalsCount {
        match self.checks.iter().find(|check| check.name == CheckName::Ci).map(|check| check.state)
        {
            Some(CheckState::Ok) => ApprovalsCount::Yes,
            Some(CheckState::Problem) => ApprovalsCount::No,
            Some(CheckState::Note | CheckState::Unknown) | None => ApprovalsCount::Unknown,
        }
    }

    /// Returns the answer to the question: any doubt is `unknown`, any problem `no`.
    pub fn verdict(&self) -> ApprovalsCount {
        let has = |state| self.deciding().any(|check| check.state == state);
        if has(CheckState::Unknown) {
            ApprovalsCount::Unknown
        } else if has(CheckState::Problem) {
            ApprovalsCount::No
        } else {
            ApprovalsCount::Yes
        }
    }

    /// Returns the answer if one of the first checks can't be made: those before it are given, the others depend on it.
    pub fn stopped(before: Vec<DoctorCheck>, at: DoctorCheck) -> Diagnosis {
        let cause = at.name.as_str();
        let mut checks = before;
        checks.push(at);
        let rest = CheckName::ALL.iter().copied().skip(checks.len());
        let rest: Vec<DoctorCheck> =
            rest.map(|name| DoctorCheck::unknown(name, format!("depends on {cause}"))).collect();
        checks.extend(rest);
        Diagnosis { checks, logins: Vec::new(), forges: Vec::new(), is_first: false }
    }
}

/// Makes all checks.
pub fn diagnose(facts: &DoctorFacts<'_>) -> Diagnosis {
    if facts.governance.state == State::Absent {
        return match written(facts) {
            Some(governance) if facts.is_first => diagnose_first(facts, governance),
            _ => {
                let before = vec![setup::reference(facts), setup::clone(facts)];
                Diagnosis::stopped(before, no_policy(facts))
            }
        };
    }
    let (mut checks, logins) = checks(facts);
    let written = facts.checkout.governance.as_ref().filter(|_| facts.checkout.is_ahead);
    if let Some(governance) = written.filter(|written| written.state == State::Sound) {
        // What a claim let in, a checkout does not prove.
        let claimed_names = Arc::clone(&facts.governance.claimed_names);
        let governance = &Governance { claimed_names, ..governance.clone() };
        let forges = signed_merges::count(governance, facts.recent);
        let (ci, forges) = (&facts.checkout.ci, forges.as_slice());
        let here = DoctorFacts { governance, ci, forges, ..facts.clone() };
        let mut commands = facts.checkout.commands.clone();
        for (check, here) in checks.iter_mut().zip(self::checks(&here).0) {
            if check.has_steps() && !here.has_steps() {
                check
                    .message
                    .push_str("; this checkout settles that once it is merged and approved");
                check.lines.clear();
                check.commands = std::mem::take(&mut commands);
            }
        }
    }
    Diagnosis { checks, logins, forges: facts.forges.to_vec(), is_first: false }
}

// Makes the checks as if the checkout were merged: the first policy counts at once.
fn diagnose_first(facts: &DoctorFacts<'_>, governance: &Governance) -> Diagnosis {
    let forges = signed_merges::count(governance, facts.recent);
    let ci = &facts.checkout.ci;
    let here = DoctorFacts { governance, ci, forges: &forges, ..facts.clone() };
    let (mut checks, logins) = checks(&here);
    let unmerged = unmerged(facts, CheckState::Note, "the other checks are made as if it were");
    for check in checks.iter_mut().filter(|check| check.name == CheckName::Policy) {
        check.clone_from(&unmerged);
    }
    Diagnosis { checks, logins, forges, is_first: true }
}

fn written<'f>(facts: &DoctorFacts<'f>) -> Option<&'f Governance> {
    facts.checkout.governance.as_ref().filter(|it| it.state == State::Sound)
}

fn unmerged(facts: &DoctorFacts<'_>, state: CheckState, rest: &str) -> DoctorCheck {
    let (file, checkout) = (policy::FILE, facts.checkout);
    let approved = facts.stamp.reference.as_deref().map_or("", chain::branch);
    let message = match &checkout.committed_on {
        Some(branch) => {
            format!("{file} is on {branch}, and not merged into {approved} yet: {rest}")
        }
        None => format!("{file} is in this checkout alone, not merged into {approved} yet: {rest}"),
    };
    let check = DoctorCheck::new(CheckName::Policy, state, message);
    checkout.commands.iter().fold(check, DoctorCheck::with_command)
}

fn no_policy(facts: &DoctorFacts<'_>) -> DoctorCheck {
    if facts.checkout.committed_on.is_some() || written(facts).is_some() {
        return unmerged(facts, CheckState::Unknown, "have it merged");
    }
    DoctorCheck::unknown(CheckName::Policy, governance::NO_POLICY).with_command(facts.init)
}

fn checks(facts: &DoctorFacts<'_>) -> (Vec<DoctorCheck>, Vec<UnmappedAccount>) {
    let keys = KeySet::from_governance(facts.governance, &[]);
    let requirements = Requirements::new(facts, &keys.keys);
    let (accounts, logins) = accounts::check(facts);
    let forge = setup::seen_forge(facts);
    let checks = vec![
        setup::reference(facts),
        setup::clone(facts),
        setup::policy(facts),
        setup::name(facts),
        setup::merges(facts),
        accounts,
        you::check(facts, &keys),
        requirements.groups(),
        requirements::approvers(facts.governance, &keys.keys),
        requirements.keys(),
        setup::forge(facts, forge),
        bridge::check(facts, forge, &requirements, &keys.keys),
        setup::folders(facts),
        setup::history(facts),
        ci::check(facts, forge, &keys.keys),
    ];
    (checks, logins)
}
