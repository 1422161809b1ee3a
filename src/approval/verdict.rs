//! What the approval of one version comes to: who made it, who approved it, what is missing, and why.
//!
//! Uses record, policy. Pure. Start at [`ApprovalVerdict`]. Follows `docs/spec/approval.md`, 1.8 and 1.9.

use crate::approval::obstacle::ApprovalObstacle;
use crate::approval::relation::UnknownAccount;
use crate::approval::self_asserted::SelfAsserted;
use crate::approval::statement::bad_file::BadFile;
use crate::approval::ways::ApprovalWays;
use crate::history::objects::Obstacle;
use crate::policy::demand::{EvidenceKind, Proof};
use crate::policy::people::person::Person;
use crate::policy::tier::Needed;
use crate::record::time::{Instant, Term};
use std::collections::BTreeSet;
use strum::IntoStaticStr;

/// What is known about the approval of one version.
#[derive(Clone, Debug, PartialEq)]
pub struct ApprovalVerdict {
    /// Whether the policy's demand is met.
    pub satisfied: Satisfied,
    /// Whether this version becomes the approved one: the demand that holds without the mercy for closures and
    /// narrowings is met by persons outside the author set.
    pub stands: BecomesApproved,
    /// How it came about, in a word.
    pub result: FourEyes,
    /// What is demanded, in figures.
    pub needed: Needed,
    /// Who counts, one entry a person, sorted by address.
    pub approvers: Vec<Approver>,
    /// Everyone who is named as having made the content, sorted by address.
    pub authors: Vec<Author>,
    /// Who made this landing by itself (A1 to A4), without those whom earlier versions leave behind.
    pub makers: Vec<Person>,
    /// The version whose result it carries on (V5 to V7b, V9), by its index; `None` where it has its own.
    pub carries: Option<usize>,
    /// Who landed it, as git names them; `None` where git does not say.
    pub landed_by: Option<Person>,
    /// The pull request that the landing names, such as `#12` or `!7`.
    pub pull_request: Option<String>,
    /// What is still needed, and who could give it.
    pub missing: Vec<MissingApproval>,
    /// How it can still be approved, by the policy that judges it; nothing where it is, or where that is not known.
    pub ways: ApprovalWays,
    /// The flags of `docs/spec/cli.md`.
    pub flags: BTreeSet<&'static str>,
    /// Everyone who spoke, whether or not it counts.
    pub statements: Vec<Statement>,
    /// Approval files that landed while the version stood at the tip and bind no version: bad ones, and those about
    /// other bytes. They are shown, and nothing is judged by them.
    pub refused: Vec<Statement>,
    /// Who outside the author set of the last approved version made this one, or gave counting evidence for it: by
    /// them, what it adds to reviews and verifications counts also where a degraded record grants nothing (V9).
    pub witnesses: Vec<Person>,
    /// Since when there is one; later than the landing where the first of them spoke later.
    pub witnessed_at: Option<Instant>,
    /// Co-authors that no address is known of, and who are left out.
    pub unresolved: Vec<String>,
    /// Whether an emergency counts as approved for a while on the word of one person.
    pub grace: Grace,
    /// When the demand was met: the landing's effective time, later where the approval came later.
    pub approved_at: Option<Instant>,
    /// The mainline commit that met it: the landing's, or that of a later approval (event `approved`).
    pub approved_in: Option<String>,
    /// How the verdict came to be what it is, oldest first: as it landed, then once for each later landing whose
    /// evidence changed it. The last is what the verdict says; empty for what has not landed.
    pub turns: Vec<VerdictChange>,
    /// The commit whose governance judged it; `None` where none stood before.
    pub policy_commit: Option<String>,
}

impl ApprovalVerdict {
    /// Returns the verdict on content that nobody approved and that demands nothing yet, for callers to complete.
    pub(crate) fn without_evidence(result: FourEyes) -> ApprovalVerdict {
        ApprovalVerdict {
            satisfied: Satisfied::No,
            stands: BecomesApproved::AsLanded,
            result,
            needed: Needed::default(),
            approvers: Vec::new(),
            authors: Vec::new(),
            makers: Vec::new(),
            carries: None,
            landed_by: None,
            pull_request: None,
            missing: Vec::new(),
            ways: ApprovalWays::default(),
            flags: BTreeSet::new(),
            statements: Vec::new(),
            refused: Vec::new(),
            witnesses: Vec::new(),
            witnessed_at: None,
            unresolved: Vec::new(),
            grace: Grace::None,
            approved_at: None,
            approved_in: None,
            turns: Vec::new(),
            policy_commit: None,
        }
    }
}

/// What a verdict said from some landing on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictChange {
    /// The effective time of the landing.
    pub at: Instant,
    /// The landing: that of the version itself, or of later evidence.
    pub commit: String,
    /// Whether the demand was met from then on.
    pub satisfied: Satisfied,
    /// Whether the version was the approved one from then on.
    pub stands: BecomesApproved,
    pub result: FourEyes,
}

/// Whether the first version of an emergency counts as approved before its approvals are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grace {
    /// It does not: no first version, no emergency, or no person gave a word.
    None,
    /// For this long from its landing, by the policy before it.
    Within(Term),
    /// An earlier filing of the id may lie behind what this clone holds.
    Undetermined(Box<Obstacle>),
}

/// Whether the demand on a version is met. Unknown is never yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Satisfied {
    Yes,
    /// It is not met.
    No,
    /// Objects that are needed to tell are missing or malformed.
    Undetermined(Box<ApprovalObstacle>),
}

/// Whether a version becomes the approved one, which later ones are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BecomesApproved {
    AsApproved,
    /// It only narrows or ends what was approved, or is not approved at all.
    AsLanded,
}

/// The four-eyes result of a version, the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum FourEyes {
    /// The landing's signature is bad.
    InvalidSignature,
    /// Objects or names that are needed to tell are missing.
    Indeterminate,
    /// A person outside the authors said no.
    Vetoed,
    /// Those who count by signature alone meet the demand.
    Attested,
    /// Somebody counts, by what whoever wrote the commit could have written.
    Claimed,
    /// Nobody counts, and somebody would if it were known who they are.
    Unresolved,
    /// Only authors spoke.
    #[strum(serialize = "self")]
    SelfApproved,
    /// Nobody spoke whose word counts.
    NoneRecorded,
    /// There is nothing to approve: the version removes the record.
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
    /// Returns the word of `docs/spec/approval.md`, 1.8.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Someone who made the content.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Author {
    pub person: Person,
    /// Whether a signature by a listed key shows it.
    pub is_attested: bool,
    /// Whether a commit of their own shows it: whom others name as co-author or requester may still say no.
    pub by_own_commit: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vote {
    Approves,
    /// No, for these bytes.
    Vetoes,
    /// Neither: a vote of less.
    Neither,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    pub person: Person,
    /// The groups of the policy that the person is in.
    pub groups: Vec<String>,
    pub level: Proof,
    pub kind: EvidenceKind,
    /// Whether a member of the author set stated it.
    pub self_asserted: SelfAsserted,
    /// Whether they are, or may be, the one author whom the policy lets approve.
    pub is_author: bool,
    /// Who stated it, as git names them.
    pub stated_by: Option<Person>,
    /// The commit that states it.
    pub commit: String,
    /// When that commit landed, at the earliest.
    pub at: Instant,
    pub reason: Option<String>,
    /// The path of the statement, or its note.
    pub source: Option<String>,
    /// The fingerprint of the key.
    pub key: Option<String>,
    /// The address of the forge's review.
    pub via: Option<String>,
}

/// One word that was said about a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The word, as it would count.
    pub approver: Approver,
    pub word: Vote,
    pub counts: VoteCounts,
}

/// Whether a word counts, and why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VoteCounts {
    Yes,
    No(NotCounted),
}

/// Why a word does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotCounted {
    /// The person made the content.
    Author,
    /// The person is a bot or an agent.
    Bot,
    /// The person owns the record, and the policy forbids that.
    Owner,
    /// Stated by a member of the author set.
    SelfAsserted,
    /// Stated on a commit inside the merged branch.
    Nested,
    /// The policy does not accept this kind.
    Kind,
    /// The policy demands a signature.
    Proof,
    /// The name of an author under another address.
    SameNameAsAuthor,
    /// A forge account that may be an author's, or that of somebody who counts.
    UnknownAccount(UnknownAccount),
    Forge,
    /// An address as forges have it, at a host that the policy does not name: as `people.forges` would list it.
    UnnamedForge(String),
    /// Nobody whom the policy knows under this name.
    Unresolved,
    /// No person is named: `TBD`, a group, nothing.
    NoPerson,
    /// The merge repeats what a foxtrot merge says.
    SuspiciousMerge,
    /// The file landed in no folder of records, or its folder held none for a while.
    NoRecordYet,
    /// The person said otherwise later.
    Replaced,
    /// A vote that is neither a yes nor a no.
    Vote,
    /// Said before a removal, a closure, a fired trigger or a newer approval.
    TooOld,
    /// A forge's review that landed with the content, or before it.
    NotLater,
    /// A forge's review whose commit changes more than approval files.
    Company,
    /// A file that states a forge's review lay elsewhere before: whoever moves it states nothing.
    Moved,
    /// A forge's review, and the commit that states it names several people or nobody.
    Staters,
    /// A forge's review, stated by a bot that the policy does not list as a bridge.
    UnlistedBot,
    /// A forge's review, stated by a bridge that has a key and did not sign.
    BridgeUnsigned,
    /// A forge's review, stated by a bridge that signed nothing, where git does not name who merged it, and the
    /// content demands groups or a person by name.
    BridgeThroughForge,
    /// The approval file that says so is bad, or the key that signed it does not count.
    BadFile(BadFile),
    /// An approval file about other bytes than those of the version; their sha256.
    OtherBytes(String),
}

/// Something that is still needed, and who could give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingApproval {
    /// What is needed, in words.
    pub need: String,
    /// The group that nobody stands for; `None` where it is a role, or people of any kind.
    pub group: Option<String>,
    /// Who could give it, where the policy names them.
    pub who: Vec<Person>,
    /// What the policy needs first: `` `nweber: ADDRESS` to people.logins ``.
    pub add: Option<String>,
}
