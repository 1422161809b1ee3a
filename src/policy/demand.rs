//! The requirements for approvals: levels of proof, kinds of evidence, forges, and related switches.
//!
//! Pure. Start at [`Approval`]. Follows `docs/spec/policy.md` and `docs/spec/approval.md`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::record::time::{Term, Unit};
use crate::record::vocabulary::words;

/// Requirements for approvals in every tier.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Approval {
    /// Whether an author of a change may approve it; always reported.
    pub self_approval: SelfApproval,
    /// Whether an author's statement that someone else approved counts.
    pub self_asserted: Switch,
    /// Whether claims on commits inside a merged branch count.
    pub nested: Switch,
    /// Whether the commits that write the content must be signed with their authors' listed keys.
    pub authors: AuthorProof,
    /// Whether an owner of the record may approve it.
    pub owner_may_approve: bool,
    /// The weakest level of proof that counts.
    pub proof: Proof,
    /// What a change of the rules needs beyond the strongest that they ask of any record.
    pub governance: GovernanceApprovals,
    /// The records that listed people alone approve.
    pub listed: ListedFor,
    /// The kinds of evidence that count.
    pub accept: Vec<EvidenceKind>,
    /// The forge whose messages are read.
    pub forge: Forge,
    /// The OpenSSH allowed_signers file, for attested approvals.
    pub signers: String,
    /// The file of revoked public keys, one per line.
    pub revoked: String,
    /// How long a request may wait.
    pub request_sla: Term,
}

impl Approval {
    /// Tells whether notes count: if Gerrit is pinned, or `note` is among the accepted kinds.
    pub fn heeds_notes(&self) -> bool {
        self.forge == Forge::Gerrit || self.accept.contains(&EvidenceKind::Note)
    }

    /// Tells whether only signatures of listed keys count.
    pub fn needs_keys(&self) -> bool {
        let mut kinds = self.accept.iter();
        let is_signed = |kind: &EvidenceKind| {
            matches!(
                kind,
                EvidenceKind::Mergetag | EvidenceKind::Signature | EvidenceKind::Detached
            )
        };
        kinds.all(is_signed) && !self.heeds_notes()
    }
}

impl Default for Approval {
    fn default() -> Approval {
        Approval {
            self_approval: SelfApproval::Forbid,
            self_asserted: Switch::Deny,
            nested: Switch::Deny,
            authors: AuthorProof::Claimed,
            owner_may_approve: true,
            proof: Proof::Claimed,
            governance: GovernanceApprovals::default(),
            listed: ListedFor::Access,
            accept: vec![
                EvidenceKind::Merge,
                EvidenceKind::Trailer,
                EvidenceKind::Review,
                EvidenceKind::Signature,
                EvidenceKind::Detached,
            ],
            forge: Forge::Auto,
            signers: ".github/allowed_signers".to_owned(),
            revoked: ".github/revoked_keys".to_owned(),
            request_sla: Term { number: 3, unit: Unit::Days },
        }
    }
}

/// What a change of the rules needs beyond the strongest that they ask of any record; what is weaker has no effect.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GovernanceApprovals {
    /// How many people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub count: Option<u32>,
    /// The groups that must each give one person, a different one each.
    pub each_of: Vec<String>,
    /// The weakest level of proof that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

words! {
    /// The records that listed people alone approve.
    pub enum ListedFor {
        /// Those that state an identity or a credential.
        Access,
        /// Every record.
        All,
    }
}

words! {
    /// How firmly something is known; the weaker sorts first.
    pub enum Proof {
        /// Stated in git, where whoever wrote the commit could have written it.
        Claimed,
        /// The forge signed the merge: the account of the person pressed it.
        ForgeSigned,
        /// A signature by a listed key fixes the content.
        Attested,
    }
    impl {
        fn words() -> Vec<&'static str> {
            // The stronger first: the documentation recommends it.
            let words = Proof::ALL.iter().rev();
            words.map(|proof| proof.as_str()).collect()
        }
    }
}

words! {
    /// How firmly the authors of content are known; the weaker sorts first.
    pub enum AuthorProof {
        /// As git names them.
        Claimed,
        /// Each commit is signed by a listed key of its author.
        Attested,
    }
    impl {
        fn words() -> Vec<&'static str> {
            let words = AuthorProof::ALL.iter().rev();
            words.map(|proof| proof.as_str()).collect()
        }
    }
}

impl Proof {
    /// Returns what a policy requires that asks for this level, as the end of a sentence.
    pub fn required(self) -> &'static str {
        match self {
            Proof::Claimed => "an approval",
            Proof::ForgeSigned => "a merge that the forge signs, or a signature",
            Proof::Attested => "a signature",
        }
    }
}

impl AuthorProof {
    /// Returns what a change of the rules must prove where authors are known as firmly as this.
    pub fn for_rules(self) -> Proof {
        match self {
            AuthorProof::Claimed => Proof::Claimed,
            AuthorProof::Attested => Proof::Attested,
        }
    }
}

words! {
    /// Whether something counts; the stricter sorts first.
    pub enum Switch {
        /// It does not count.
        Deny,
        /// It counts.
        Allow,
    }
}

words! {
    /// Whether an author of a change may approve it.
    pub enum SelfApproval {
        /// Never.
        Forbid,
        /// As one of the approvers; always reported.
        Allow,
    }
}

words! {
    /// A kind of evidence that a policy may accept.
    pub enum EvidenceKind {
        /// A merge by someone who is not an author.
        Merge,
        /// A line at the end of a commit's message.
        Trailer,
        /// A review that a bridge brought over from the forge.
        Review,
        /// A signed tag that was merged.
        Mergetag,
        /// A signature of a commit.
        Signature,
        /// A signed file beside the records.
        Detached,
        /// A note on a commit; no branch rule protects it.
        Note,
    }
}

impl EvidenceKind {
    /// Returns how strong a kind is: of several statements by one person, the strongest is shown.
    pub fn strength(self) -> u8 {
        match self {
            EvidenceKind::Merge => 0,
            EvidenceKind::Trailer => 1,
            EvidenceKind::Review => 2,
            EvidenceKind::Note => 3,
            EvidenceKind::Mergetag => 4,
            EvidenceKind::Signature => 5,
            EvidenceKind::Detached => 6,
        }
    }
}

words! {
    /// The forge whose messages are read.
    pub enum Forge {
        /// Detected for each merge.
        Auto,
        /// GitHub.
        Github,
        /// GitLab.
        Gitlab,
        /// Gitea and Forgejo.
        Gitea,
        /// Gerrit.
        Gerrit,
        /// Bitbucket.
        Bitbucket,
        /// Azure DevOps.
        Azure,
        /// Plain git.
        Generic,
        /// The Linux kernel's conventions; only when named.
        Kernel,
        /// Phabricator and Phorge; only when named.
        Phabricator,
        /// bors-ng; only when named.
        Bors,
        /// homu; only when named.
        Homu,
    }
}
