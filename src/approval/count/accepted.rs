//! Which kinds of evidence the policy that judges some content accepts for it, and whether keys are listed to sign with.
//!
//! Pure. Start at [`AcceptedKinds::new`]. Follows `docs/spec/approval.md`, E1 to E3, D4 and D8.

use crate::approval::sources::forge;
use crate::approval::sources::keys::Keys;
use crate::approval::sources::message::{CommitMessage, Pinned};
use crate::approval::sources::signature;
use crate::policy::demand::{EvidenceKind, Forge, Proof, SelfApproval};
use crate::policy::governance::Governance;
use crate::policy::tier;
use crate::record::time::Instant;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AcceptedKinds {
    pub merges: bool,
    /// Merges that the forge signs.
    pub forge_merges: bool,
    pub trailers: bool,
    pub signed_merges: bool,
    pub signed_files: bool,
    /// Forge reviews that a bridge signs, where there are some to record.
    pub bridged_reviews: bool,
    /// Whether a job alone has the key that signs these, that of `ci setup`.
    pub bridged_by_job: bool,
    /// Forge reviews that the forge itself writes into the merge, because the policy names that forge.
    pub forge_reviews: bool,
    pub notes: bool,
    /// Whether one person is enough.
    pub needs_one: bool,
    /// Whether an author may be the one who approves.
    pub authors_may: bool,
    pub has_keys: bool,
    /// Whether a key is listed, or the policy accepts the approval needed to list the first one.
    pub can_list_keys: bool,
}

impl AcceptedKinds {
    /// `can_record_reviews` tells whether reviews of a pull request could be recorded; a merge would land at `at`.
    pub fn new(
        governance: &Governance,
        demand: &tier::TierDemand,
        (keys, at): (&Keys, Instant),
        can_record_reviews: bool,
    ) -> AcceptedKinds {
        let approval = &governance.policy.approval;
        let is_claimed = demand.proof == Proof::Claimed;
        let accepts = |kind: EvidenceKind| approval.accept.contains(&kind);
        let merges = is_claimed && accepts(EvidenceKind::Merge);
        let trailers = is_claimed && accepts(EvidenceKind::Trailer);
        let bridged_reviews = can_record_reviews && is_claimed && accepts(EvidenceKind::Review);
        let writes_reviews = matches!(
            approval.forge,
            Forge::Gitlab | Forge::Gitea | Forge::Bitbucket | Forge::Gerrit
        );
        AcceptedKinds {
            merges,
            forge_merges: accepts(EvidenceKind::Merge)
                && demand.proof <= Proof::ForgeSigned
                && keys.prove_merges(governance, Some(at)),
            trailers: trailers && reads_approved_by(approval.forge),
            signed_merges: accepts(EvidenceKind::Signature),
            signed_files: accepts(EvidenceKind::Detached),
            bridged_reviews: bridged_reviews && keys.has_bridge(),
            bridged_by_job: keys.has_job_bridge_alone(),
            forge_reviews: trailers && writes_reviews,
            notes: is_claimed && approval.heeds_notes(),
            needs_one: demand.needed().count <= 1,
            authors_may: approval.self_approval == SelfApproval::Allow,
            has_keys: keys.any_for(&[signature::APPROVAL]),
            // The change that lists the first key is approved by a merge (G2).
            can_list_keys: !keys.is_empty()
                || accepts(EvidenceKind::Merge)
                || trailers && reads_approved_by(approval.forge),
        }
    }

    /// Returns the kinds that name the bytes: no other approves what a change leaves as it is (V6).
    pub(crate) fn naming_bytes(self) -> AcceptedKinds {
        AcceptedKinds {
            merges: false,
            forge_merges: false,
            trailers: false,
            signed_merges: false,
            forge_reviews: false,
            notes: false,
            ..self
        }
    }
}

/// Tells whether `Approved-by` in the message of an ordinary merge names an approver for a forge.
fn reads_approved_by(forge: Forge) -> bool {
    let message = CommitMessage::read("Merge branch 'ask'\n\nApproved-by: N <n@example.com>\n");
    let adapter = forge::named(forge.as_str()).unwrap_or(&forge::GENERIC);
    !(adapter.approvals)(&message, Pinned::ByPolicy).is_empty()
}
