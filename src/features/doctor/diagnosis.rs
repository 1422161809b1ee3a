//! Whether an approval counts in this repository: one check for each thing that could prevent it.
//!
//! Pure. Start at [`diagnose`]. Follows `docs/spec/cli.md`, doctor. Nothing is decided here about identities, keys or ways
//! to approve: `policy` and `approval` are asked.

use crate::approval::sources::keys::KeySet;
use crate::diag::shell::quoted;
use crate::features::doctor::accounts::UnmappedAccount;
use crate::features::doctor::check::{CheckName, CheckState, DoctorCheck};
use crate::features::doctor::facts::DoctorFacts;
use crate::features::doctor::requirements::Requirements;
use crate::features::doctor::signed_merges::ForgeMerges;
use crate::history::chain;
use crate::policy::governance::State;
use crate::policy::{self, governance};
use crate::record::vocabulary::words;

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
        Diagnosis { checks, logins: Vec::new(), forges: Vec::new() }
    }
}

/// Makes all checks.
pub fn diagnose(facts: &DoctorFacts<'_>) -> Diagnosis {
    let (reference, clone) = (
        crate::features::doctor::setup::reference(facts),
        crate::features::doctor::setup::clone(facts),
    );
    if facts.governance.state == State::Absent {
        let policy = DoctorCheck::unknown(CheckName::Policy, governance::NO_POLICY);
        let is_written =
            facts.in_work_tree.is_some_and(|governance| governance.state == State::Sound);
        let policy = match &facts.unmerged {
            Some(branch) => {
                let approved = facts.stamp.reference.as_deref().map_or("", chain::branch);
                let message =
                    format!("{} is on {branch}, and not merged into {approved} yet", policy::FILE);
                let policy = DoctorCheck::unknown(CheckName::Policy, message);
                // The forge may refuse pushes to the approved branch.
                let to = if branch == approved { ":refs/heads/ledger" } else { "" };
                let push =
                    facts.remote_name.map(|name| format!("git push {} HEAD{to}", quoted(name)));
                push.into_iter().fold(policy, DoctorCheck::with_command)
            }
            None if is_written => {
                policy.with_command("git add exledger.yaml").with_command("git commit")
            }
            None => policy.with_command(facts.init),
        };
        return Diagnosis::stopped(vec![reference, clone], policy);
    }
    let keys = KeySet::from_governance(facts.governance, &[]);
    let requirements = Requirements::new(facts, &keys.keys);
    let (accounts, logins) = crate::features::doctor::accounts::check(facts);
    let forge = crate::features::doctor::setup::seen_forge(facts);
    let checks = vec![
        reference,
        clone,
        crate::features::doctor::setup::policy(facts),
        crate::features::doctor::setup::name(facts),
        crate::features::doctor::setup::merges(facts),
        accounts,
        crate::features::doctor::you::check(facts, &keys),
        requirements.groups(),
        crate::features::doctor::requirements::approvers(facts.governance, &keys.keys),
        requirements.keys(),
        crate::features::doctor::setup::forge(facts, forge),
        crate::features::doctor::bridge::check(facts, forge, &requirements, &keys.keys),
        crate::features::doctor::setup::folders(facts),
        crate::features::doctor::setup::history(facts),
        crate::features::doctor::ci::check(facts, forge, &keys.keys),
    ];
    Diagnosis { checks, logins, forges: facts.forges.to_vec() }
}
