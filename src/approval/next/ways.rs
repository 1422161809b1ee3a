//! The ways in which a version can still be approved, under the policy that judges it.
//!
//! Uses policy, `approval`'s sources. Pure. Start at [`ApprovalWays`]. Follows `docs/spec/status.md`, findings and
//! reasons: an answer never suggests a way that the policy does not accept.

use crate::approval::sources::forge;
use crate::approval::sources::keys::Keys;
use crate::approval::sources::message::{CommitMessage, Pinned};
use crate::policy::demand::{EvidenceKind, Forge, Proof, SelfApproval};
use crate::policy::governance::Governance;
use crate::policy::tier;
use crate::record::vocabulary::Vocabulary;

/// A way to approve a version that has landed, or is about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApprovalWay {
    /// `exledger approve`: a signed file about the exact bytes.
    SignedFile,
    /// The same, once a key is listed; none is yet.
    SignedFileOnceListed,
    /// The forge's reviews, recorded with `exledger approve --from-reviews`.
    ForgeReviews,
    /// A merge commit by a non-author that lands a changed text.
    Merge,
    /// The same, with further approvers named in the merge commit.
    MergeWithTrailers,
    /// The same, with a merge commit signed by a listed key.
    SignedMerge,
    /// A vote in git notes on the landing.
    ReviewNote,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApprovalWays {
    pub ways: Vec<ApprovalWay>,
    /// Whether an author may be the one who approves.
    pub authors_may: bool,
    /// Whether a key is listed, or the policy accepts the approval needed to list the first one.
    pub can_list_keys: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AcceptedKinds {
    pub merges: bool,
    pub trailers: bool,
    pub signed_merges: bool,
    pub signed_files: bool,
    pub bridged_reviews: bool,
    /// Forge reviews that the forge itself writes into the merge, because the policy names that forge.
    pub forge_reviews: bool,
    pub notes: bool,
}

impl AcceptedKinds {
    pub(crate) fn new(governance: &Governance, demand: &tier::TierDemand) -> AcceptedKinds {
        let approval = &governance.policy.approval;
        let is_claimed = demand.proof == Proof::Claimed;
        let accepts = |kind: EvidenceKind| approval.accept.contains(&kind);
        let merges = is_claimed && accepts(EvidenceKind::Merge);
        let trailers = is_claimed && accepts(EvidenceKind::Trailer);
        let has_bridge = Keys::from_governance(governance, governance).has_bridge();
        let writes_reviews = matches!(
            approval.forge,
            Forge::Gitlab | Forge::Gitea | Forge::Bitbucket | Forge::Gerrit
        );
        AcceptedKinds {
            merges,
            trailers: merges && trailers && reads_approved_by(approval.forge),
            signed_merges: accepts(EvidenceKind::Signature),
            signed_files: accepts(EvidenceKind::Detached),
            bridged_reviews: is_claimed && has_bridge && accepts(EvidenceKind::Review),
            forge_reviews: trailers && writes_reviews,
            notes: is_claimed && approval.heeds_notes(),
        }
    }
}

/// Tells whether `Approved-by` in the message of an ordinary merge names an approver for a forge.
fn reads_approved_by(forge: Forge) -> bool {
    let message = CommitMessage::read("Merge branch 'ask'\n\nApproved-by: N <n@example.com>\n");
    let adapter = forge::named(forge.as_str()).unwrap_or(&forge::GENERIC);
    !(adapter.approvals)(&message, Pinned::ByPolicy).is_empty()
}

impl ApprovalWay {
    pub const ALL: &'static [ApprovalWay] = &[
        ApprovalWay::SignedFile,
        ApprovalWay::SignedFileOnceListed,
        ApprovalWay::ForgeReviews,
        ApprovalWay::Merge,
        ApprovalWay::MergeWithTrailers,
        ApprovalWay::SignedMerge,
        ApprovalWay::ReviewNote,
    ];

    /// Returns the kind of way in JSON: `merge`, `review` or `sign`.
    pub fn as_str(self) -> &'static str {
        match self {
            ApprovalWay::SignedFile | ApprovalWay::SignedFileOnceListed => "sign",
            ApprovalWay::ForgeReviews | ApprovalWay::ReviewNote => "review",
            ApprovalWay::Merge | ApprovalWay::MergeWithTrailers | ApprovalWay::SignedMerge => {
                "merge"
            }
        }
    }

    /// Returns what an approval given in this way proves.
    pub fn level(self) -> Proof {
        match self {
            ApprovalWay::SignedFile
            | ApprovalWay::SignedFileOnceListed
            | ApprovalWay::SignedMerge => Proof::Attested,
            ApprovalWay::ForgeReviews
            | ApprovalWay::ReviewNote
            | ApprovalWay::Merge
            | ApprovalWay::MergeWithTrailers => Proof::Claimed,
        }
    }

    /// Returns the command for a record that landed in a commit; `…` stands for what only a person can supply.
    pub fn command(self, id: &str, landing: &str) -> String {
        match self {
            ApprovalWay::SignedFile | ApprovalWay::SignedFileOnceListed => {
                format!("exledger approve {id}")
            }
            ApprovalWay::ForgeReviews => "exledger approve --from-reviews … --key …".to_owned(),
            ApprovalWay::Merge | ApprovalWay::MergeWithTrailers => "git merge --no-ff …".to_owned(),
            ApprovalWay::SignedMerge => "git merge --no-ff -S …".to_owned(),
            ApprovalWay::ReviewNote => format!("git notes --ref=review append -m … {landing}"),
        }
    }

    /// Returns an instruction, as the end of a sentence: `run ...`. `signers` is the path of the signers file.
    pub fn phrase(self, id: &str, signers: &str) -> String {
        match self {
            ApprovalWay::SignedFile => format!("run `exledger approve {id}`"),
            ApprovalWay::SignedFileOnceListed => {
                format!("run `exledger approve {id}` once {signers} lists their key")
            }
            ApprovalWay::ForgeReviews => "have the reviews of its pull request recorded (`exledger approve --from-reviews FILE --key KEY`)"
                .to_owned(),
            ApprovalWay::Merge => "merge a change to its text with a merge commit".to_owned(),
            ApprovalWay::MergeWithTrailers => {
                "merge a change to its text with a merge commit that ends with \
                 `Approved-by: NAME <ADDRESS>` for each further approver"
                    .to_owned()
            }
            ApprovalWay::SignedMerge => {
                format!(
                    "merge a change to its text with a merge commit signed by a key that {signers} lists"
                )
            }
            ApprovalWay::ReviewNote => {
                "add `Code-Review+2: NAME <ADDRESS>` in a note in refs/notes/review on the merge"
                    .to_owned()
            }
        }
    }
}

impl ApprovalWays {
    /// Returns the way that can be taken immediately; a forge's reviews must be fetched first.
    pub fn nearest(&self) -> Option<ApprovalWay> {
        let is_immediate = |way: &&ApprovalWay| **way != ApprovalWay::ForgeReviews;
        self.ways.iter().find(is_immediate).or(self.ways.first()).copied()
    }

    /// Returns the ways in which a policy allows content with the given requirement to be approved.
    /// `has_pull_request` tells whether the landing names a pull request, whose reviews could be recorded.
    pub(crate) fn for_terms(
        governance: &Governance,
        demand: &tier::TierDemand,
        keys: &Keys,
        has_pull_request: bool,
    ) -> ApprovalWays {
        let approval = &governance.policy.approval;
        let accepted = AcceptedKinds::new(governance, demand);
        let needs_one = demand.needed().count <= 1;
        // The change that lists the first key is approved by a merge (G2).
        let can_list_keys = !keys.is_empty() || approval.accept.contains(&EvidenceKind::Merge);
        let merges = accepted.merges && needs_one;
        let signs = accepted.signed_files && can_list_keys;
        let can_sign = signs && !keys.is_empty();
        // Somebody without a key gets one only through an approved change, so merging comes first.
        let ways = [
            (accepted.bridged_reviews && has_pull_request, ApprovalWay::ForgeReviews),
            (can_sign, ApprovalWay::SignedFile),
            (merges, ApprovalWay::Merge),
            (signs && keys.is_empty(), ApprovalWay::SignedFileOnceListed),
            (accepted.trailers && !needs_one && !can_sign, ApprovalWay::MergeWithTrailers),
            (
                can_list_keys && accepted.signed_merges && !merges && needs_one,
                ApprovalWay::SignedMerge,
            ),
            (accepted.notes, ApprovalWay::ReviewNote),
        ];
        let open = ways.into_iter().filter(|(is_open, _)| *is_open).map(|(_, way)| way);
        ApprovalWays {
            ways: open.take(2).collect(),
            authors_may: approval.self_approval == SelfApproval::Allow,
            can_list_keys,
        }
    }

    /// Returns the ways as a sentence about who may approve; `signers` is the path of the signers file.
    pub fn sentence(&self, id: &str, signers: &str) -> String {
        let who = if self.authors_may { "someone" } else { "someone else" };
        match self.phrase(id, signers) {
            Some(phrase) => format!("{who} must {phrase}"),
            None => self.no_way(),
        }
    }

    /// Returns the ways as instructions: `run ..., or merge ...`; `None` if there are none.
    pub fn phrase(&self, id: &str, signers: &str) -> Option<String> {
        let phrases: Vec<String> = self.ways.iter().map(|way| way.phrase(id, signers)).collect();
        if phrases.is_empty() { None } else { Some(phrases.join(", or ")) }
    }

    /// Explains that no way exists, and what must change.
    pub fn no_way(&self) -> String {
        let change = if self.can_list_keys {
            "the policy accepts no kind of approval that meets its own requirement, so nobody can approve a change of it either: start a new ledger, with `detached` in `approval.accept`"
        } else {
            "no key is listed, and the policy accepts no approval that could list one: start a new ledger, with the signers file in the same change as its first policy"
        };
        change.to_owned()
    }
}
