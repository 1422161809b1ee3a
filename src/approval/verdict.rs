//! The verdict on the approval of one version: who made it, who approved it, what is missing, and why.
//!
//! Pure. Start at [`ApprovalVerdict`]. Follows `docs/spec/approval.md`, 1.8 and 1.9, and `docs/spec/cli.md`, `why_not`.

use crate::approval::count::accepted::AcceptedKinds;
use crate::approval::evidence::statement_file::BadFile;
use crate::approval::people::relation::UnknownAccount;
use crate::history::ident::IdentProblem;
use crate::history::objects::{Obstacle, Oid};
use crate::history::version::TrailKey;
use crate::policy::demand::{EvidenceKind, Proof};
use crate::policy::governance::KeyLimit;
use crate::policy::people::nobody;
use crate::policy::people::person::Person;
use crate::policy::tier::Needed;
use crate::record::time::{Instant, Term};
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use strum::{Display, IntoStaticStr};

/// The verdicts on each record: one for each version, oldest first.
pub type JudgedTrails = BTreeMap<TrailKey, Vec<Rc<ApprovalVerdict>>>;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApprovalVerdict {
    pub satisfied: Satisfied,
    /// Whether this version becomes the approved one: the normal requirement (ignoring the exemption for closures and
    /// narrowing changes) is met by non-authors.
    pub becomes_approved: BecomesApproved,
    /// Since when it was approved, if only something that takes approvals back has ended that: it still takes away what it took
    /// then.
    pub was_approved: Option<Instant>,
    pub result: FourEyes,
    pub needed: Needed,
    /// The counted approvers, one entry per person, sorted by address.
    pub approvers: Vec<Statement>,
    /// Everyone named as having made the content, sorted by address.
    pub authors: Vec<Author>,
    /// The authors of this landing alone (A1 to A4), without those left over from earlier versions.
    pub makers: Vec<Person>,
    /// The index of the version whose verdict it carries on (V5 to V7b, V9); `None` if it has its own.
    pub carries: Option<usize>,
    /// The person who landed it, as git names them; `None` if git does not say.
    pub landed_by: Option<Person>,
    /// The pull request that the landing names, such as `#12` or `!7`.
    pub pull_request: Option<String>,
    pub missing: Vec<MissingApproval>,
    /// What a version that needs nobody, since it only narrows, lacks to become the approved one; `None` for any other.
    pub missing_if_exempt: Option<Vec<MissingApproval>>,
    /// What the policy that judges it accepts, where anything is missing.
    pub accepted: AcceptedKinds,
    /// The flags of `docs/spec/cli.md`.
    pub flags: BTreeSet<&'static str>,
    pub statements: Vec<Statement>,
    /// Approval files that landed while the version was at the tip and apply to no version: invalid ones, and those
    /// about other bytes. They are shown, but affect no verdict.
    pub refused: Vec<Statement>,
    /// People outside the author set of the last approved version who made this version or approved it with
    /// counted evidence. With such a witness, reviews and verifications that it adds also count while a
    /// degraded record grants nothing (V9).
    pub witnesses: Vec<Person>,
    /// When the first witness was known; later than the landing if they approved later.
    pub witnessed_at: Option<Instant>,
    /// Co-authors without a known address, who are left out.
    pub unresolved: Vec<String>,
    /// Whether an emergency counts as approved for a limited time because one person landed it.
    pub grace: Grace,
    /// When the requirement was met: the landing's effective time, or later if the approval came later.
    pub approved_at: Option<Instant>,
    /// The commit on the approved branch that met it: the landing, or that of a later approval (event `approved`).
    pub approved_in: Option<String>,
    /// How the verdict changed over time, oldest first: its state at the landing, then one entry for each later landing
    /// that changed it. The last entry is the current verdict; empty for content that has not landed.
    pub turns: Vec<VerdictChange>,
    /// The commit whose governance judged it; `None` if there was no governance before.
    pub policy_commit: Option<String>,
}

impl ApprovalVerdict {
    pub(crate) fn without_evidence(result: FourEyes) -> ApprovalVerdict {
        ApprovalVerdict { result, ..ApprovalVerdict::default() }
    }

    /// Returns the people who made the version.
    pub fn author_persons(&self) -> Vec<Person> {
        self.authors.iter().map(|author| author.person.clone()).collect()
    }

    pub(crate) fn is_approved(&self) -> bool {
        self.becomes_approved == BecomesApproved::AsApproved && self.satisfied == Satisfied::Yes
    }

    /// Returns what it lacks to become the approved version, also if it needs nobody itself; `None` if that can't help, or is done.
    pub fn lacking(&self) -> Option<&[MissingApproval]> {
        match self.satisfied {
            Satisfied::No => Some(&self.missing),
            Satisfied::Yes => self.missing_if_exempt.as_deref(),
            Satisfied::Undetermined(_) => None,
        }
    }

    /// Returns since when it is approved and in effect, also where it held before, as only narrowing; `None` if it isn't.
    pub(crate) fn approved_since(&self) -> Option<Instant> {
        let effect = |turn: &&VerdictChange| turn.becomes_approved == BecomesApproved::AsApproved;
        let turn = self.turns.iter().rev().take_while(effect).last().map(|turn| turn.at);
        self.is_approved().then(|| self.approved_at.max(turn).unwrap_or(Instant::MIN))
    }

    /// Returns since when it was approved, also if a rejection has taken that back; `None` if it never was.
    pub(crate) fn had_effect(&self) -> Option<Instant> {
        self.approved_since().or(self.was_approved)
    }

    pub(crate) fn counted_statements(&self) -> impl Iterator<Item = &Statement> {
        let is_counted = |statement: &&Statement| {
            statement.counts == VoteCounts::Yes && statement.vote == Vote::Approves
        };
        self.statements.iter().filter(is_counted)
    }
}

/// The state of a verdict from one landing on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictChange {
    pub at: Instant,
    /// The landing: that of the version itself, or of later evidence.
    pub commit: String,
    pub satisfied: Satisfied,
    pub becomes_approved: BecomesApproved,
    pub result: FourEyes,
}

/// Whether the first version of an emergency counts as approved before it has its approvals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Grace {
    /// It does not: not the first version, not an emergency, or not landed by a person.
    #[default]
    None,
    Within(GracePeriod),
    Rejected(GracePeriod),
    /// It would, but for rules that nobody approved: it grants nothing, and uses up that of a later one nevertheless.
    Denied(GracePeriod),
    /// An earlier emergency about the same subject had it.
    UsedUp(Box<UsedGrace>),
}

/// The time in which an emergency counts without approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GracePeriod {
    /// The earliest of the landing's effective time and the times of the commits that made the version.
    pub begin: Instant,
    /// How long it lasts, by the policy before the landing.
    pub term: Term,
}

/// The earlier emergency that leaves no grace to a later one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedGrace {
    pub period: GracePeriod,
    pub by: String,
    /// A maker or lander of both; `None` if those of the earlier one are unknown.
    pub person: Option<Person>,
}

/// Whether the requirement on a version is met. Undetermined never counts as met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Satisfied {
    Yes,
    #[default]
    No,
    Undetermined(Box<ApprovalObstacle>),
}

/// Whether a version becomes the approved one, which later versions are compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BecomesApproved {
    AsApproved,
    /// It only narrows or ends what was approved, or is not approved at all.
    #[default]
    AsLanded,
}

/// The four-eyes result of a version: the first that applies.
#[derive(Clone, Copy, Debug, Default, Display, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum FourEyes {
    /// The landing's signature is bad.
    InvalidSignature,
    /// Required objects or names are missing.
    Indeterminate,
    Vetoed,
    /// Signed approvals alone meet the requirement.
    Attested,
    /// Signed approvals and merges that the forge signed meet it without others.
    ForgeSigned,
    /// Some counted evidence is only claimed: whoever wrote the commit could have written it.
    Claimed,
    /// No approval counts, but one would if its author were identified.
    Unresolved,
    #[strum(serialize = "self")]
    SelfApproved,
    #[default]
    NoneRecorded,
    /// No approval applies: the version removes the record.
    #[strum(serialize = "n/a")]
    NotApplicable,
}

impl Vote {
    /// Returns the value of `decision` in `docs/spec/cli.md`.
    pub fn decision(self) -> &'static str {
        match self {
            Vote::Approves => "approve",
            Vote::Vetoes => "reject",
            Vote::Neither => "neither",
        }
    }
}

impl FourEyes {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns what the approvals prove that make the result; `None` if it is made by none.
    pub fn proof(self) -> Option<Proof> {
        match self {
            FourEyes::Attested => Some(Proof::Attested),
            FourEyes::ForgeSigned => Some(Proof::ForgeSigned),
            FourEyes::Claimed => Some(Proof::Claimed),
            _ => None,
        }
    }

    pub(crate) fn of_proof(proof: Proof) -> FourEyes {
        match proof {
            Proof::Attested => FourEyes::Attested,
            Proof::ForgeSigned => FourEyes::ForgeSigned,
            Proof::Claimed => FourEyes::Claimed,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Author {
    #[serde(flatten)]
    pub person: Person,
    /// Whether a signature by a listed key proves it.
    #[serde(rename = "attested")]
    pub is_attested: bool,
    /// Whether a commit of their own shows it; co-authors and requesters, whom others name, may still reject by a label.
    #[serde(skip)]
    pub by_own_commit: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vote {
    Approves,
    Vetoes,
    Neither,
}

/// What one person says of a version, and whether it counts; in JSON an approver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    #[serde(flatten)]
    pub person: Person,
    #[serde(skip)]
    pub vote: Vote,
    #[serde(skip)]
    pub counts: VoteCounts,
    pub groups: Vec<String>,
    pub level: Proof,
    #[serde(serialize_with = "level_reason")]
    pub level_reason: Option<LevelReason>,
    pub kind: EvidenceKind,
    /// Whether a member of the author set stated it.
    pub self_asserted: SelfAsserted,
    /// Whether this is, or may be, the one author whom the policy lets approve.
    #[serde(skip)]
    pub is_author: bool,
    /// The person who stated it, as git names them.
    pub stated_by: Option<Person>,
    pub commit: String,
    /// When that commit landed, at the earliest.
    pub at: Instant,
    /// When it was said: of what is signed, when it was signed.
    #[serde(skip)]
    pub stated_at: Instant,
    pub reason: Option<String>,
    /// The path of the approval file, or its note.
    pub source: Option<String>,
    pub key: Option<String>,
    pub via: Option<String>,
}

impl Statement {
    /// Tells whether it doesn't count because a bot or an agent made it, or passed it on for somebody.
    pub fn is_of_machine(&self) -> bool {
        matches!(self.counts, VoteCounts::No(NotCounted::Bot | NotCounted::StatedByMachine(_)))
    }
}

fn level_reason<S: Serializer>(reason: &Option<LevelReason>, to: S) -> Result<S::Ok, S::Error> {
    reason.as_ref().map(ToString::to_string).serialize(to)
}

fn short(commit: &str) -> &str {
    commit.get(..7).unwrap_or(commit)
}

/// Why an approval proves less than one of its kind can.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LevelReason {
    #[error("{0} is not in people.forges")]
    ForgeNotNamed(String),
    #[error("no key is listed for {0}")]
    NoForgeKey(String),
    #[error("{0} signs its merges, and not this one")]
    NotSigned(String),
    #[error("the signature is over other bytes, or by another key")]
    OtherBytes,
    #[error("the signature is of a kind that is not read here")]
    Unread,
    #[error("the signature is by a revoked key")]
    RevokedKey,
    #[error("the signature is by a key that was not valid then")]
    KeyNotValid,
    #[error("{0} is not listed")]
    NotListed(String),
    /// The key of `people.logins` that names the account's number.
    #[error("people.logins has no number for {login}: write {key}")]
    NoNumber { login: String, key: String },
    #[error("the merge does not say which {0}")]
    AnyAccount(String),
    /// An approval that proves no more put the forge into the policy.
    #[error("a claim put {forge} into people.forges ({})", short(commit))]
    ForgeByClaim { forge: String, commit: Arc<str> },
    #[error("a claim says who {email} is ({})", short(commit))]
    NamedByClaim { email: String, commit: Arc<str> },
    #[error(
        "signed by a key {} a {} ({})",
        if .0.is_of_name { "whose owner" } else { "that" },
        match (.0.proof, .0.is_of_name) {
            (Proof::Claimed, true) => "claim named",
            (Proof::Claimed, false) => "claim listed",
            (_, true) => "forge-signed approval named",
            (_, false) => "forge-signed approval listed",
        },
        short(&.0.commit)
    )]
    Key(KeyLimit),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VoteCounts {
    Yes,
    No(NotCounted),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCounted {
    #[error("is an author")]
    Author,
    #[error("is a bot or an agent")]
    Bot,
    #[error("owns the record, and the policy has owner_may_approve: false")]
    Owner,
    #[error("stated by an author of the content")]
    SelfAsserted,
    /// Whoever typed or passed on what another person said is this bot or agent.
    #[error("stated by {0}, a bot, an agent or a forge, whose word for others doesn't count")]
    StatedByMachine(String),
    #[error("stated on a commit inside the merged branch")]
    Nested,
    #[error("the policy does not accept this kind")]
    Kind,
    #[error("the policy requires {}", .0.required())]
    Proof(Proof),
    #[error("{0}, and the policy requires more")]
    Level(LevelReason),
    #[error("same-name-as-author: the name, or a similar address, belongs to an author")]
    SameNameAsAuthor,
    #[error(
        "the version before it does not count: only `exledger approve --governance`, which shows the difference from the one that counts, approves it"
    )]
    FollowsUncounted,
    /// Only listed people approve this, and the person, or whoever stated it, is not one: the whole reason.
    #[error("{0}")]
    NotListed(String),
    /// The forge account may belong to an author, or to somebody already counted.
    #[error("{0}")]
    UnknownAccount(UnknownAccount),
    #[error("is a forge, not a person")]
    Forge,
    /// The address has the form that forges use; as `people.forges` would list it.
    #[error(
        "may be a forge, on a host that the policy does not name: add \"{0}\" to people.forges if it is one, or to a group if it is a person"
    )]
    UnnamedForge(String),
    #[error("is not known to the policy")]
    Unresolved,
    /// `TBD`, a group, nothing.
    #[error("does not name a person")]
    NoPerson,
    #[error("by its subject, the merge is one of the approved branch, or into another one")]
    SuspiciousMerge,
    #[error(
        "was given when the file was not a record, or was not one all the time since: only a signed approval or a review of its bytes counts"
    )]
    NoRecordYet,
    #[error(
        "is about a merge that only brings back what its branch took away, and shows none of it: only an approval of its bytes counts"
    )]
    BroughtBack,
    /// Whether it counted until then.
    #[error("was replaced by a later review")]
    Replaced { had_counted: bool },
    #[error("neither approved nor rejected")]
    Vote,
    #[error(
        "was given before a removal, a closure, a fired trigger, a newer approval or what a merged branch took away"
    )]
    TooOld,
    #[error("was signed more than 30 days before these bytes landed")]
    WaitedTooLong,
    #[error("the file does not count: {0}")]
    BadFile(BadFile),
    /// The approval file is about other bytes than the version's, with this sha256.
    #[error("is for other bytes (sha256 {}…)", .0.get(..12).unwrap_or(.0))]
    OtherBytes(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MissingApproval {
    pub need: String,
    #[serde(skip)]
    pub group: Option<String>,
    /// Who could give it, if the policy names them.
    pub who: Vec<Person>,
    /// Whether anyone but the authors could give it.
    #[serde(skip)]
    pub is_for_anyone: bool,
    /// What must first be added to the policy: `` `nweber: ADDRESS` to people.logins ``.
    #[serde(skip)]
    pub add: Option<String>,
}

/// Whether an approval was stated only by a member of the author set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SelfAsserted {
    No,
    Yes,
    /// The forge composed the text, and the policy names that forge.
    ForgeUi,
}

impl Serialize for SelfAsserted {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            SelfAsserted::No => Some(false),
            SelfAsserted::Yes => Some(true),
            SelfAsserted::ForgeUi => None,
        }
        .serialize(to)
    }
}

/// The maximum number of authors of a version: each is compared with the others and with every approver.
pub(crate) const MOST_AUTHORS: usize = 2_000;

/// The maximum number of approvals and rejections of a version, which are compared with each other.
pub(crate) const MOST_STATEMENTS: usize = 2_000;

/// Why the authors or approvers of a version can't be determined; the text includes the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalObstacle {
    #[error("{}; {}", .0, .0.repair())]
    Object(#[from] Obstacle),
    #[error("the policy that judges it: {}; {}", .0, .0.repair())]
    Policy(Obstacle),
    #[error("an approval file: {}; {}", .0, .0.repair())]
    ApprovalFile(Obstacle),
    #[error("the notes: {}; {}", .0, .0.repair())]
    Notes(Obstacle),
    #[error(
        "more than {MOST_AUTHORS} authors are named, which is too many to compare; commit the change again under the names of its real authors"
    )]
    TooManyAuthors,
    #[error(
        "more than {MOST_STATEMENTS} approvals and rejections are stated, which is too many to compare; file the change again, in commits without them"
    )]
    TooManyStatements,
    #[error("commit {commit} is malformed ({header}: {problem}); its author must commit it again")]
    Malformed { commit: Oid, header: &'static str, problem: IdentProblem },
    #[error("the author of commit {commit} has no usable address; map the name in people.logins")]
    NoAddress { commit: Oid },
    /// The author of a commit that makes content is the address reserved for adding approval files.
    #[error(
        "the author of commit {commit} is {}, which is not a person and may only add approval files: restore what was approved before, or remove the file, then make the change again under its author's own name",
        nobody::EMAIL
    )]
    Nobody { commit: Oid },
    #[error(
        "author not attested: commit {commit} is not signed by a listed key of its author; remove the record, and file it again in a commit that is"
    )]
    NotAttested { commit: Oid },
}

impl ApprovalObstacle {
    pub fn object(&self) -> Option<&Obstacle> {
        match self {
            ApprovalObstacle::Object(obstacle)
            | ApprovalObstacle::Policy(obstacle)
            | ApprovalObstacle::ApprovalFile(obstacle)
            | ApprovalObstacle::Notes(obstacle) => Some(obstacle),
            _ => None,
        }
    }
}
