//! The audit of the governance files: each version of each file, under the governance before it.
//!
//! Pure. Start at [`Audit::governance`]. Follows `docs/spec/approval.md`, G2.

use crate::approval::governance::key_levels::{Admission, AdmittedKey};
use crate::approval::sources::keys;
use crate::approval::sources::signature;
use crate::approval::verdict::{NotCounted, Satisfied, Vote, VoteCounts};
use crate::diag::{Finding, Level};
use crate::history::version::{Trail, TrailKey, Version, VersionChange};
use crate::policy;
use crate::policy::governance::MAILMAP;
use crate::policy::redesign::file;
use crate::rules::audit::Audit;
use crate::rules::audit_cases::{GovernanceCounts, Healed, KeyUse, LandedCase, RedesignVersions};
use crate::rules::lint;

impl Audit<'_> {
    /// Returns the findings about the governance files.
    pub fn governance(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let counted = &self.approvals.counted;
        for (path, trail) in &self.history.governance {
            let verdicts = counted.verdicts.get(path).map_or(&[][..], Vec::as_slice);
            for (index, (version, verdict)) in trail.versions.iter().zip(verdicts).enumerate() {
                let Some(landing) = self.history.mainline.landings.get(version.landing) else {
                    continue;
                };
                let landed_there = &self.history.states;
                let both = [landed_there.before(version.landing), landed_there.at(version.landing)];
                // `mainline-suspicious` names what no landing made.
                if version.taken_away().is_some() {
                    continue;
                }
                // A policy below is judged by its own ledger once it counts.
                let is_below = self.history.policies_below.contains(path);
                let began = counted.versions_of(path).first().copied();
                if is_below && began.is_some_and(|began| began < index) {
                    continue;
                }
                // Before a policy names it, it is a file like any other.
                let mut states = both.into_iter();
                let is_governed = states.any(|state| state.governs(&self.history.prefix, path));
                if !is_governed && !is_below {
                    continue;
                }
                let is_redesign =
                    both.iter().any(|state| state.holds_redesign(&self.history.prefix, path));
                let redesign = is_redesign.then(|| self.redesign(path, trail, index)).flatten();
                let governance_before = counted.states.before(version.landing);
                // A file that no counting policy names changes nothing, so it can't add requirements.
                let was_read = |index| {
                    let from = counted.counts_from(path, index);
                    from.is_some_and(|from| {
                        counted.states.at(from).names(&self.history.prefix, path)
                    })
                };
                let mut later = index + 1..trail.versions.len();
                let last = index + 1 == trail.versions.len();
                let healed = if later.clone().any(|later| counted.is_approved(path, later)) {
                    Healed::Yes
                } else if later.any(|later| counted.counts_from(path, later).is_some()) {
                    Healed::Restored
                } else {
                    Healed::No
                };
                let landed = LandedCase {
                    is_governance: true,
                    is_redesign,
                    redesign: redesign.as_ref(),
                    path,
                    id: None,
                    version,
                    record: None,
                    before: None,
                    verdict,
                    landing,
                    governance_before,
                    self_approval: governance_before.governance.policy.approval.self_approval,
                    after: counted.states.at(version.landing),
                    today: self.governance,
                    approved: None,
                    at_tip: last,
                    level: if healed == Healed::No { Level::Error } else { Level::Warning },
                    healed,
                    counts: Some(if counted.is_approved(path, index) {
                        GovernanceCounts::AsApproved
                    } else if was_read(index) {
                        GovernanceCounts::AsStricter
                    } else {
                        GovernanceCounts::No
                    }),
                    keys: self.unsigned_keys(path, version),
                    closing: None,
                    loosened: &[],
                    signatures: self.signatures(version.landing),
                    urgent: None,
                    lapse: None,
                };
                if version.change != VersionChange::Inherited {
                    let context = self.context(&governance_before.governance, landing.effective);
                    findings.extend(lint::landed(&landed, &context, |_| true));
                }
            }
        }
        findings
    }

    /// Returns the keys that count at the tip and that this version let in, or gave to another person, without signatures.
    fn unsigned_keys(&self, path: &str, version: &Version) -> Vec<KeyUse<'_>> {
        let counted = &self.approvals.counted;
        let lists = self.history.prefix.plain(&counted.tip.policy.approval.signers) == path;
        let names = [policy::FILE, MAILMAP].contains(&path);
        let is_unsigned = |key: &&AdmittedKey| {
            key.commit == version.commit.oid
                && match key.by {
                    Admission::ClaimedName => names,
                    Admission::ForgeSigned => names || lists,
                    _ => lists,
                }
                && !matches!(key.by, Admission::Signatures | Admission::Trusted)
                && signature::OF_PEOPLE
                    .iter()
                    .any(|namespace| keys::is_good_for(&key.line, namespace))
        };
        let found = counted.keys.iter().filter(is_unsigned);
        let policies = self.history.governance.get(policy::FILE);
        let first = policies.and_then(|trail| trail.versions.first());
        let completes_policy = first.is_some_and(|first| first.landing < version.landing);
        found.map(|key| self.key_use(key, completes_policy)).collect()
    }

    fn key_use<'k>(&self, key: &'k AdmittedKey, completes_policy: bool) -> KeyUse<'k> {
        let fingerprint = key.line.key.fingerprint();
        let mut key_use =
            KeyUse { key, completes_policy, approved: Vec::new(), refused: Vec::new() };
        for (trail, verdicts) in &self.approvals.trails {
            let (TrailKey::Id(id), Some(verdict)) = (trail, verdicts.last()) else {
                continue;
            };
            let mut signed = verdict.statements.iter().filter(|statement| {
                statement.key.as_ref() == Some(&fingerprint) && statement.vote == Vote::Approves
            });
            if signed.clone().any(|statement| statement.counts == VoteCounts::Yes) {
                key_use.approved.push(id.clone());
            } else if verdict.satisfied == Satisfied::No
                && signed.any(|it| matches!(it.counts, VoteCounts::No(NotCounted::Level(_))))
            {
                key_use.refused.push(id.clone());
            }
        }
        key_use
    }

    fn redesign(&self, path: &str, trail: &Trail, index: usize) -> Option<RedesignVersions> {
        let read = |index: usize| {
            let blob = trail.versions.get(index)?.files.first()?.blob;
            file::read(path, self.history.governance_bytes.get(&blob)?).redesign
        };
        Some(RedesignVersions { before: index.checked_sub(1).and_then(read), after: read(index)? })
    }
}
