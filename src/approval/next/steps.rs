//! What can still be done about an approval, as data: what is missing, in which ways it can be given and by whom, and what
//! stands in the way.
//!
//! The only place that knows that; `next::text` words it. Of what has landed, `count::missing` names who can fill each place.
//! Pure. Start at [`steps`]. Follows `docs/spec/status.md`, findings
//! and reasons, and `docs/spec/cli.md`, `how[]`: a way is named only if it counts under the policy that judges the content.

use crate::approval::count::accepted::AcceptedKinds;
use crate::approval::count::requirement::{self, VersionDemand, combined_demand};
use crate::approval::next::who::{self, Eligibility, KnownIdentities};
use crate::approval::people::relation::{self, UnknownAccount};
use crate::approval::sources::keys::Keys;
use crate::approval::sources::{forge, signature};
use crate::approval::verdict::{
    ApprovalVerdict, FourEyes, MissingApproval, NotCounted, Statement, Vote, VoteCounts,
};
use crate::policy::demand::{AuthorProof, EvidenceKind, Proof, SelfApproval};
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::Record;
use crate::record::time::Instant;

/// The maximum number of uncounted approval files explained for a version.
const MOST_FILES: usize = 3;

/// Content that is not approved, where it stands.
#[derive(Clone, Copy)]
pub enum Standing<'a> {
    /// On a branch, or in the work tree.
    Proposed(ProposedContent<'a>),
    Landed(&'a ApprovalVerdict),
}

/// Content that has not landed, and what is known about it.
#[derive(Clone, Copy)]
pub struct ProposedContent<'p> {
    /// The governance that counts where it will land.
    pub governance: &'p Governance,
    pub record: &'p Record,
    pub approved: Option<&'p Record>,
    pub change: ChangeContext<'p>,
    /// Whether evidence of others is asked for a review or a verification, and `makers` are the authors of what is approved.
    pub is_witness: bool,
    /// Whether it carries on the result of what landed unapproved, which only a statement about the bytes can change.
    pub carries_on: bool,
    /// Whether a record of this id was removed: statements are older than that, which ends their effect.
    pub was_removed: bool,
}

/// What was said of content that has not landed, and what would land it.
#[derive(Clone, Copy)]
pub struct ChangeContext<'p> {
    pub makers: &'p [Person],
    /// Those who signed an approval of these bytes.
    pub approvals: &'p [Person],
    /// Those who signed a rejection of these bytes, each with the reason.
    pub rejections: &'p [(Person, Option<String>)],
    /// Those who signed an approval of another text that never landed, each with its sha256.
    pub of_other_bytes: &'p [(Person, String)],
    /// Those of them whose statement is in this clone alone, whose remote's branch counts.
    pub unpushed: &'p [Person],
    pub remote: Option<&'p str>,
    pub merging: Merging,
    /// When a merge would land it.
    pub at: Instant,
}

/// How changes come to the approved branch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merging {
    /// Whether a job of the forge records the reviews of merged pull requests.
    pub has_review_job: bool,
    /// Whether most of the newest pull requests were squashed into commits that name nobody who merged them.
    pub squashes: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NextSteps {
    pub missing: Vec<MissingApproval>,
    /// The ways; empty if none is needed, or none counts.
    pub steps: Vec<ApprovalStep>,
    /// Whether one of the authors may be among the approvers.
    pub authors_may: bool,
    /// Whether only a review or a verification asks for it, which others than the authors of what is approved make count (V9).
    pub is_witness: bool,
    /// The people whose approval does not count: authors, requesters, and before it lands owners who may not approve.
    pub barred: Vec<Person>,
    /// Why it is not approved, what must happen first, or why no way counts.
    pub blockers: Vec<Blocker>,
    /// Those who signed an approval of the proposed bytes, which counts once it lands.
    pub signed: Vec<Person>,
    /// Whether only a job can record the forge's reviews, since it alone has the key.
    pub by_job: bool,
    /// The number of the pull request that landed it, if the landing names one.
    pub request: Option<String>,
    /// The forge that the policy names, if its merges list the reviewers and no job records them.
    pub forge: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalStep {
    pub way: ApprovalWay,
    /// The people who can take it, sorted; empty if anyone can who is not an author, and for what has landed.
    pub who: Vec<Person>,
    /// What must happen first.
    pub after: Option<Blocker>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApprovalWay {
    /// `exledger approve`: a signed file about the exact bytes.
    SignedFile,
    /// The forge's reviews, recorded with `exledger approve --from-reviews`.
    ForgeReviews,
    /// A merge commit by a non-author that lands the content, or a changed text if it has landed.
    Merge,
    /// The same, by the forge's button: the forge signs it.
    ForgeMerge,
    /// The same, with further approvers named in the merge commit.
    MergeWithTrailers,
    /// The same, with a merge commit signed by a listed key.
    SignedMerge,
    /// A vote in git notes on the landing.
    ReviewNote,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocker {
    // Why content that landed is not approved.
    OnlyAuthors {
        authors: Vec<Person>,
    },
    Squashed,
    OnlyMachines,
    NothingCounts,
    AccountUnknown(UnknownAccount),
    NameUnknown,
    NobodyListed,
    OnlyAuthorsSay {
        authors: Vec<Person>,
    },
    TooFew,
    Rejected {
        by: Vec<Person>,
        in_note: bool,
    },
    BadSignature,
    NotApproved,
    FileRefused {
        by: Person,
        reason: NotCounted,
    },
    // What bars an approval of content that has not landed.
    SignedRejection {
        by: Person,
        reason: Option<String>,
    },
    /// What they signed counts for nobody else until it is pushed to the remote.
    Unpushed {
        by: Vec<Person>,
        remote: String,
    },
    AuthorUnknown {
        account: String,
        forge: String,
        add: String,
    },
    /// An approval is missing that nobody can give.
    NobodyNamed,
    /// The policy accepts no kind of approval that somebody could give.
    NothingAccepted,
    /// It leaves the text that landed as it is, so that a merge approves nothing.
    CarriesOn,
    /// The version of the governance file before it does not count, so that only a signature approves it.
    FollowsUncounted,
    NoKeyListed,
    /// Nothing counts unless the commits of the authors are signed.
    AuthorsUnsigned,
    // Why a policy leaves no way at all.
    PolicyCannotBeMet,
    KeysCannotBeListed,
}

impl ApprovalWay {
    pub const ALL: &'static [ApprovalWay] = &[
        ApprovalWay::SignedFile,
        ApprovalWay::ForgeReviews,
        ApprovalWay::Merge,
        ApprovalWay::ForgeMerge,
        ApprovalWay::MergeWithTrailers,
        ApprovalWay::SignedMerge,
        ApprovalWay::ReviewNote,
    ];

    /// Returns the kind of way in JSON: `merge`, `review` or `sign`.
    pub fn as_str(self) -> &'static str {
        match self {
            ApprovalWay::SignedFile => "sign",
            ApprovalWay::ForgeReviews | ApprovalWay::ReviewNote => "review",
            ApprovalWay::Merge
            | ApprovalWay::ForgeMerge
            | ApprovalWay::MergeWithTrailers
            | ApprovalWay::SignedMerge => "merge",
        }
    }

    /// Returns what an approval given in this way proves.
    pub fn level(self) -> Proof {
        match self {
            ApprovalWay::SignedFile | ApprovalWay::SignedMerge => Proof::Attested,
            ApprovalWay::ForgeMerge => Proof::ForgeSigned,
            ApprovalWay::ForgeReviews
            | ApprovalWay::ReviewNote
            | ApprovalWay::Merge
            | ApprovalWay::MergeWithTrailers => Proof::Claimed,
        }
    }

    fn is_repeatable(self) -> bool {
        matches!(
            self,
            ApprovalWay::ForgeReviews | ApprovalWay::SignedFile | ApprovalWay::ReviewNote
        )
    }
}

impl NextSteps {
    /// Returns the step that comes first for content on a branch: whoever has a key signs, others review where a job records it.
    pub fn nearest_on_branch(&self) -> Option<&ApprovalStep> {
        let is_signed =
            |step: &&ApprovalStep| step.way == ApprovalWay::SignedFile && step.after.is_none();
        let is_review = |step: &&ApprovalStep| step.way == ApprovalWay::ForgeReviews;
        let mut steps = self.steps.iter();
        steps.clone().find(is_signed).or_else(|| steps.find(is_review)).or(self.nearest())
    }

    /// Returns the step that can be taken immediately; a forge's reviews must be fetched first.
    pub fn nearest(&self) -> Option<&ApprovalStep> {
        let is_immediate = |step: &&ApprovalStep| step.way != ApprovalWay::ForgeReviews;
        self.steps.iter().find(is_immediate).or(self.steps.first())
    }

    /// Tells whether the nearest step is a signed file, by a key that is listed.
    pub fn is_signed(&self) -> bool {
        let is_signed =
            |step: &ApprovalStep| step.way == ApprovalWay::SignedFile && step.after.is_none();
        self.nearest().is_some_and(is_signed)
    }
}

/// Returns what can still be done about the approval of some content.
pub fn steps(standing: Standing<'_>) -> NextSteps {
    match standing {
        Standing::Proposed(content) => of_proposed(content),
        Standing::Landed(verdict) => match verdict.lacking() {
            Some(missing) => {
                let next = by_policy(verdict.accepted, missing.to_vec(), Merging::default());
                let files = refused_files(verdict).take(MOST_FILES);
                let blockers = std::iter::once(cause(verdict)).chain(files);
                NextSteps {
                    request: verdict.pull_request.as_deref().and_then(forge::request_number),
                    barred: verdict.author_persons(),
                    blockers: blockers.chain(next.blockers).collect(),
                    ..next
                }
            }
            None => NextSteps::default(),
        },
    }
}

/// Returns the steps that a policy leaves open, whoever takes them: the two nearest.
pub fn by_policy(
    accepted: AcceptedKinds,
    missing: Vec<MissingApproval>,
    merging: Merging,
) -> NextSteps {
    let AcceptedKinds { needs_one, has_keys, can_list_keys, .. } = accepted;
    let merges = accepted.merges && needs_one;
    let signs = accepted.signed_files && can_list_keys;
    // Somebody without a key gets one only through an approved change, so merging comes first.
    let ways = [
        (accepted.bridged_reviews, ApprovalWay::ForgeReviews),
        (signs && has_keys, ApprovalWay::SignedFile),
        (merges, ApprovalWay::Merge),
        (accepted.forge_merges && !accepted.merges && needs_one, ApprovalWay::ForgeMerge),
        (signs && !has_keys, ApprovalWay::SignedFile),
        (accepted.trailers && !(merges || signs && has_keys), ApprovalWay::MergeWithTrailers),
        (can_list_keys && accepted.signed_merges && !merges && needs_one, ApprovalWay::SignedMerge),
        (accepted.notes, ApprovalWay::ReviewNote),
    ];
    let open = ways.into_iter().filter(|(is_open, _)| *is_open);
    let step = |(_, way)| ApprovalStep {
        way,
        who: Vec::new(),
        after: match way {
            ApprovalWay::SignedFile if !has_keys => Some(Blocker::NoKeyListed),
            _ => None,
        },
    };
    let mut steps: Vec<ApprovalStep> = open.map(step).collect();
    leave_out_merges(&mut steps, merging);
    steps.truncate(2);
    let blockers = match (steps.is_empty(), can_list_keys) {
        (false, _) => Vec::new(),
        (true, true) => vec![Blocker::PolicyCannotBeMet],
        (true, false) => vec![Blocker::KeysCannotBeListed],
    };
    NextSteps {
        missing,
        steps,
        authors_may: accepted.authors_may,
        by_job: accepted.bridged_by_job,
        blockers,
        ..NextSteps::default()
    }
}

// A squash names nobody who merged: where most are, a merge is offered only if nothing else can be done at once.
fn leave_out_merges(steps: &mut Vec<ApprovalStep>, merging: Merging) {
    let is_other = |step: &ApprovalStep| step.way.as_str() != "merge";
    if merging.squashes && steps.iter().any(|step| is_other(step) && step.after.is_none()) {
        steps.retain(is_other);
    }
}

/// Returns the same for a change on a branch, whatever the change is; it would land at `at`.
pub fn for_change(
    governance: &Governance,
    record: &Record,
    makers: &[Person],
    (at, merging): (Instant, Merging),
) -> NextSteps {
    let demand = combined_demand(governance, Some(record), None);
    let keys = Keys::from_governance(governance, governance);
    let accepted =
        AcceptedKinds::new(governance, &demand.terms, (&keys, at), merging.has_review_job);
    by_policy(accepted, who::lacking(governance, record, None, makers, &[]), merging)
}

/// Returns the same for a review or a verification, whose evidence is that of others than the authors of what is approved.
pub fn for_review(
    governance: &Governance,
    record: &Record,
    authors: &[Person],
    (at, merging): (Instant, Merging),
) -> NextSteps {
    let demand = of_one(combined_demand(governance, Some(record), None));
    let keys = Keys::from_governance(governance, governance);
    let accepted = AcceptedKinds::new(governance, &demand.terms, (&keys, at), false);
    let missing = who::lacking_witness(governance, record, authors, &[]);
    let next = by_policy(accepted, missing, merging);
    NextSteps { authors_may: false, is_witness: true, ..next }
}

// Returns a demand for one person, of whichever group.
fn of_one(mut demand: VersionDemand) -> VersionDemand {
    demand.terms.count = 1;
    demand.terms.each_of.clear();
    demand
}

fn cause(verdict: &ApprovalVerdict) -> Blocker {
    let statements = &verdict.statements;
    match verdict.result {
        FourEyes::SelfApproved => Blocker::OnlyAuthors { authors: verdict.author_persons() },
        FourEyes::NoneRecorded if verdict.landed_by.is_none() => Blocker::Squashed,
        FourEyes::NoneRecorded => {
            let only_machines =
                !statements.is_empty() && statements.iter().all(Statement::is_of_machine);
            if only_machines { Blocker::OnlyMachines } else { Blocker::NothingCounts }
        }
        FourEyes::Unresolved => unresolved(verdict),
        FourEyes::Claimed if verdict.approvers.is_empty() => {
            Blocker::OnlyAuthorsSay { authors: verdict.author_persons() }
        }
        FourEyes::Claimed | FourEyes::ForgeSigned | FourEyes::Attested => Blocker::TooFew,
        FourEyes::Vetoed => {
            let vetoes = statements.iter().filter(|statement| statement.vote == Vote::Vetoes);
            let vetoes = vetoes.filter(|statement| statement.counts == VoteCounts::Yes);
            let in_note = vetoes.clone().any(|statement| statement.kind == EvidenceKind::Note);
            let by = relation::each_once(vetoes.map(|statement| statement.person.clone()));
            Blocker::Rejected { in_note, by }
        }
        FourEyes::InvalidSignature => Blocker::BadSignature,
        FourEyes::Indeterminate | FourEyes::NotApplicable => Blocker::NotApproved,
    }
}

fn unresolved(verdict: &ApprovalVerdict) -> Blocker {
    let reasons = verdict.statements.iter().filter_map(|statement| match &statement.counts {
        VoteCounts::No(reason) => Some((statement.vote, reason)),
        VoteCounts::Yes => None,
    });
    let unknown = reasons.clone().find_map(|(_, reason)| match reason {
        NotCounted::UnknownAccount(unknown) => Some(unknown),
        _ => None,
    });
    if let Some(unknown) = unknown {
        return Blocker::AccountUnknown(unknown.clone());
    }
    let is_name_unknown = |(vote, reason): (Vote, &NotCounted)| {
        vote == Vote::Approves
            && matches!(
                reason,
                NotCounted::Unresolved
                    | NotCounted::NoPerson
                    | NotCounted::SameNameAsAuthor
                    | NotCounted::UnnamedForge(_)
            )
    };
    let mut reasons = reasons;
    if reasons.any(is_name_unknown) { Blocker::NameUnknown } else { Blocker::NobodyListed }
}

fn refused_files(verdict: &ApprovalVerdict) -> impl Iterator<Item = Blocker> {
    let counts = |statement: &&Statement| {
        let mut approvers = verdict.approvers.iter();
        approvers.any(|approver| approver.person.key == statement.person.key)
    };
    let refused = verdict.refused.iter().filter(|statement| statement.vote == Vote::Approves);
    refused.filter(move |it| !counts(it)).filter_map(|statement| match &statement.counts {
        VoteCounts::Yes => None,
        VoteCounts::No(reason) => {
            Some(Blocker::FileRefused { by: statement.person.clone(), reason: reason.clone() })
        }
    })
}

fn of_proposed(content: ProposedContent<'_>) -> NextSteps {
    let (governance, record, change) = (content.governance, content.record, content.change);
    let known = KnownIdentities::from_governance(governance);
    let eligibility =
        Eligibility::new((governance, &known), record, content.approved, change.makers);
    let eligibility = if content.is_witness { eligibility.of_others() } else { eligibility };
    let counts = |person: &&Person| {
        !content.was_removed && eligibility.can_sign(person, signature::APPROVAL)
    };
    let signed: Vec<Person> = change.approvals.iter().filter(counts).cloned().collect();
    let demand = combined_demand(governance, Some(record), content.approved);
    let demand = if content.is_witness { of_one(demand) } else { demand };
    let keys = Keys::from_governance(governance, governance);
    let accepted = AcceptedKinds::new(
        governance,
        &demand.terms,
        (&keys, change.at),
        change.merging.has_review_job,
    );
    let merges = accepted.merges || accepted.forge_merges;
    let proposal = Proposal {
        governance,
        accepted: if content.carries_on { accepted.naming_bytes() } else { accepted },
        demand,
        eligibility,
        missing: match content.is_witness {
            true => who::lacking_witness(governance, record, change.makers, &signed),
            false => who::lacking(governance, record, content.approved, change.makers, &signed),
        },
        signed,
    };
    let no_merge = if content.carries_on && merges { Some(Blocker::CarriesOn) } else { None };
    proposal.next_steps(change, content.is_witness, no_merge)
}

pub(super) struct Proposal<'p> {
    pub(super) governance: &'p Governance,
    pub(super) accepted: AcceptedKinds,
    pub(super) eligibility: Eligibility<'p>,
    pub(super) missing: Vec<MissingApproval>,
    pub(super) demand: VersionDemand,
    pub(super) signed: Vec<Person>,
}

impl Proposal<'_> {
    // `no_merge` is why no merge approves it, though the policy accepts merges.
    pub(super) fn next_steps(
        self,
        change: ChangeContext<'_>,
        is_witness: bool,
        no_merge: Option<Blocker>,
    ) -> NextSteps {
        let ChangeContext { rejections, of_other_bytes, merging, .. } = change;
        let stated = rejections.iter().cloned();
        let mut blockers: Vec<Blocker> =
            stated.map(|(by, reason)| Blocker::SignedRejection { by, reason }).collect();
        let is_rejected = !blockers.is_empty();
        let is_said = |by: &&Person| {
            let rejects = rejections.iter().map(|(rejects, _)| rejects);
            self.signed.iter().chain(rejects).any(|person| person.key == by.key)
        };
        let unpushed = relation::each_once(change.unpushed.iter().filter(is_said).cloned());
        if let (Some(remote), false) = (change.remote, unpushed.is_empty()) {
            blockers.push(Blocker::Unpushed { by: unpushed, remote: remote.to_owned() });
        }
        if self.missing.is_empty() {
            let signed = self.signed;
            return NextSteps { signed, blockers, is_witness, ..NextSteps::default() };
        }
        let mut steps = self.steps();
        leave_out_merges(&mut steps, merging);
        let unknown = self.unknown_authors();
        if !self.can_be_met(&steps) {
            steps.clear();
            if unknown.is_empty() {
                blockers.push(no_merge.unwrap_or_else(|| self.why_no_way()));
            }
        }
        blockers.extend(unknown);
        let older = of_other_bytes.iter();
        let is_signed = |by: &Person| self.signed.iter().any(|signed| signed.key == by.key);
        let older = older.filter(|(by, _)| !is_signed(by));
        blockers.extend(older.take(MOST_FILES).map(|(by, sha256)| Blocker::FileRefused {
            by: by.clone(),
            reason: NotCounted::OtherBytes(sha256.clone()),
        }));
        let approval = &self.governance.policy.approval;
        if approval.authors == AuthorProof::Attested {
            blockers.push(Blocker::AuthorsUnsigned);
        }
        if is_rejected {
            steps.clear();
        }
        let writes_reviews = self.accepted.forge_reviews && !merging.has_review_job;
        NextSteps {
            steps,
            authors_may: approval.self_approval == SelfApproval::Allow && !is_witness,
            is_witness,
            barred: self.eligibility.barred(),
            blockers,
            signed: self.signed,
            by_job: self.accepted.bridged_by_job,
            request: None,
            forge: if writes_reviews { Some(approval.forge.as_str()) } else { None },
            missing: self.missing,
        }
    }

    fn steps(&self) -> Vec<ApprovalStep> {
        let accepted = &self.accepted;
        let needs_one = self.n_missing() <= 1;
        let mut steps = Vec::new();
        if accepted.bridged_reviews || accepted.forge_reviews {
            steps.extend(self.by_claim(ApprovalWay::ForgeReviews));
        }
        if accepted.forge_merges {
            steps.extend(self.by_forge());
        } else if accepted.merges {
            steps.extend(self.by_claim(ApprovalWay::Merge));
        } else if accepted.trailers {
            steps.extend(self.by_claim(ApprovalWay::MergeWithTrailers));
        } else if accepted.signed_merges && needs_one {
            steps.extend(self.by_key(ApprovalWay::SignedMerge, signature::GIT));
        }
        if accepted.signed_files {
            steps.extend(self.by_key(ApprovalWay::SignedFile, signature::APPROVAL));
        }
        if accepted.notes {
            steps.extend(self.by_claim(ApprovalWay::ReviewNote));
        }
        let others = steps.iter().any(|step| step.way.is_repeatable());
        let is_merge = |way| matches!(way, ApprovalWay::Merge | ApprovalWay::ForgeMerge);
        if let Some(merge) = steps.iter_mut().find(|step| is_merge(step.way))
            && !needs_one
            && !others
            && accepted.trailers
        {
            merge.way = ApprovalWay::MergeWithTrailers;
        }
        steps
    }

    fn by_claim(&self, way: ApprovalWay) -> Option<ApprovalStep> {
        if self.is_open() && !self.eligibility.is_for_listed() {
            return Some(ApprovalStep { way, who: Vec::new(), after: None });
        }
        let mut named = self.eligibility.named(&self.missing);
        named.retain(|person| self.eligibility.may_claim(person));
        by_people(way, named)
    }

    /// Where a claim is not enough, only listed people can approve so.
    fn by_forge(&self) -> Option<ApprovalStep> {
        let way = ApprovalWay::ForgeMerge;
        if self.demand.terms.proof == Proof::Claimed {
            return self.by_claim(way);
        }
        let mut who = self.eligibility.candidates(&self.missing);
        who.retain(|person| self.is_left(person) && self.eligibility.may_press_merge(person));
        by_people(way, who)
    }

    fn by_key(&self, way: ApprovalWay, namespace: &str) -> Option<ApprovalStep> {
        if self.is_open() && self.eligibility.has_unnamed_signers(namespace) {
            return Some(ApprovalStep { way, who: Vec::new(), after: None });
        }
        if self.is_open() {
            let mut signers = self.eligibility.signers(namespace);
            signers.retain(|person| self.is_left(person));
            return by_people(way, signers);
        }
        let mut named = self.eligibility.named(&self.missing);
        named.retain(|person| self.eligibility.can_sign(person, namespace));
        by_people(way, named)
    }

    fn is_open(&self) -> bool {
        let of_groups = |person: &Person| {
            let mut groups = self.missing.iter().filter(|missing| missing.group.is_some());
            groups.any(|missing| missing.who.iter().any(|other| other.key == person.key))
        };
        let is_role = |missing: &&MissingApproval| {
            let is_role = missing.group.is_none() && !missing.is_for_anyone;
            is_role && !missing.who.iter().any(of_groups)
        };
        let n_named = self.groups_left().len() + self.missing.iter().filter(is_role).count();
        self.n_missing() > n_named && self.missing.iter().any(|missing| missing.is_for_anyone)
    }

    // Tells whether a person's approval doesn't count yet.
    fn is_left(&self, person: &Person) -> bool {
        !self.signed.iter().any(|signed| signed.key == person.key)
    }

    fn n_missing(&self) -> usize {
        let needed = usize::try_from(self.demand.terms.needed().count).unwrap_or(usize::MAX);
        needed.saturating_sub(self.signed.len()).max(self.groups_left().len()).max(1)
    }

    fn groups_left(&self) -> Vec<&str> {
        self.missing.iter().filter_map(|missing| missing.group.as_deref()).collect()
    }

    /// Tells whether the steps together can give every approval that is missing: one merge gives one of them.
    fn can_be_met(&self, steps: &[ApprovalStep]) -> bool {
        if steps.is_empty() || self.missing.iter().any(is_for_nobody) {
            return false;
        }
        let can_step = |person: &Person| {
            let mut steps = steps.iter();
            steps.any(|step| step.who.is_empty() || step.who.iter().any(|it| it.key == person.key))
        };
        let mut named = self.missing.iter().filter(|missing| !missing.is_for_anyone);
        if named.any(|missing| !missing.who.iter().any(can_step)) {
            return false;
        }
        if steps.iter().any(|step| step.way == ApprovalWay::MergeWithTrailers) {
            return true;
        }
        let merges = usize::from(steps.iter().any(|step| !step.way.is_repeatable()));
        let repeatable: Vec<&ApprovalStep> =
            steps.iter().filter(|step| step.way.is_repeatable()).collect();
        let is_open_ended = repeatable.iter().any(|step| step.who.is_empty());
        if is_open_ended || self.demand.terms.each_of.is_empty() && self.is_open() {
            let n_signers: usize = repeatable.iter().map(|step| step.who.len()).sum();
            return is_open_ended || n_signers + merges >= self.n_missing();
        }
        let groups = self.groups_left();
        let member_of = |steps: &[&ApprovalStep]| -> Vec<Vec<String>> {
            let people =
                relation::each_once(steps.iter().flat_map(|step| step.who.iter().cloned()));
            people.iter().map(|person| people::groups_of(self.governance, person)).collect()
        };
        let all: Vec<&ApprovalStep> = steps.iter().collect();
        requirement::unfilled(&groups, &member_of(&all)).is_empty()
            && requirement::unfilled(&groups, &member_of(&repeatable)).len() <= merges
    }

    fn unknown_authors(&self) -> Vec<Blocker> {
        let authors = self.eligibility.unknown_authors();
        let unknown = authors.iter().filter_map(|author| {
            let account = author.unmapped()?;
            let key = account.login_key(&self.governance.policy.people);
            Some(Blocker::AuthorUnknown {
                account: account.to_string(),
                forge: account.forge.clone(),
                add: relation::to_add(&[key]),
            })
        });
        unknown.collect()
    }

    fn why_no_way(&self) -> Blocker {
        if self.missing.iter().any(is_for_nobody) {
            Blocker::NobodyNamed
        } else if self.accepted.signed_files {
            Blocker::NoKeyListed
        } else {
            Blocker::NothingAccepted
        }
    }
}

fn by_people(way: ApprovalWay, who: Vec<Person>) -> Option<ApprovalStep> {
    if who.is_empty() { None } else { Some(ApprovalStep { way, who, after: None }) }
}

pub(crate) fn is_for_nobody(missing: &MissingApproval) -> bool {
    missing.who.is_empty() && !missing.is_for_anyone
}
