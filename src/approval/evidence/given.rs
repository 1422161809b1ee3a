//! Collects the claimed approvals and rejections of a version, and who stated them: merge actors, trailers, signatures,
//! approval files, notes.
//!
//! Pure. Start at `of_version`. Follows `docs/spec/approval.md`, E1 to E6, E9, S7 and 1.12. `count::weigh` decides whether
//! one counts.

use crate::approval::evidence::forge_merge::{self, ForgeLanding};
use crate::approval::evidence::statement_file::{ApprovalDecision, ApprovalFile, BadFile};
use crate::approval::people::at_landing::SignatureChecks;
use crate::approval::people::authors::{self, AuthorSet};
use crate::approval::people::identity::{Identity, IdentityResolver, NamedPerson};
use crate::approval::people::relation::{ForgeAnswer, Relation, SeparatedBy};
use crate::approval::sources::forge;
use crate::approval::sources::keys::Signer;
use crate::approval::sources::message::{CommitMessage, ForgeAdapter, Pinned};
use crate::approval::sources::signature::{SignatureState, Tag};
use crate::approval::verdict::{
    ApprovalObstacle, LevelReason, MOST_STATEMENTS, NotCounted, SelfAsserted, Statement, Vote,
    VoteCounts,
};
use crate::history::commit::Commit;
use crate::history::governance::Position;
use crate::history::notes::{Note, Notes};
use crate::history::objects::{Obstacle, Oid};
use crate::history::refs::REVIEW_NOTES;
use crate::history::version::Version;
use crate::policy;
use crate::policy::demand::{EvidenceKind, Proof, SelfApproval};
use crate::policy::people::account::Account;
use crate::record::address;
use crate::record::time::Instant;
use std::rc::Rc;

#[derive(Clone, Debug)]
pub(crate) struct GivenStatement<'a> {
    /// Complete once weighed.
    pub said: Statement,
    pub who: NamedPerson,
    pub stater: Option<Identity>,
    pub vouched: Vouched,
    pub place: EvidenceSource,
    /// When a file beside the record says that it was signed, which may be later than its landing claims to be.
    pub signed_at: Option<Instant>,
    pub resolver: IdentityResolver<'a>,
    /// A reason not to count it, whoever gave it.
    pub bar: Option<NotCounted>,
    pub separated_by: SeparatedBy,
    /// What the person is to the authors.
    pub relation: Relation,
    /// The forge's key that signed the merge. It says nothing about whose statements are whose.
    pub forge_key: Option<String>,
}

impl From<ApprovalDecision> for Vote {
    fn from(decision: ApprovalDecision) -> Vote {
        match decision {
            ApprovalDecision::Approve => Vote::Approves,
            ApprovalDecision::Reject => Vote::Vetoes,
        }
    }
}

impl<'a> GivenStatement<'a> {
    pub(crate) fn signed(&self) -> Option<(&str, Proof)> {
        Some((self.said.key.as_deref()?, self.said.level))
    }

    fn prove(&mut self, signer: &Signer) {
        self.said.level = signer.proof();
        self.said.key = Some(signer.key.clone());
        self.said.level_reason = signer.limit.clone().map(LevelReason::Key);
    }

    pub(crate) fn approves(&self) -> bool {
        self.said.counts == VoteCounts::Yes && self.said.vote == Vote::Approves
    }

    pub(crate) fn new(
        resolver: IdentityResolver<'a>,
        at: Instant,
        who: NamedPerson,
        kind: EvidenceKind,
        place: EvidenceSource,
        commit: Oid,
    ) -> GivenStatement<'a> {
        let said = Statement {
            person: who.person().clone(),
            vote: Vote::Approves,
            counts: VoteCounts::Yes,
            groups: Vec::new(),
            level: Proof::Claimed,
            level_reason: None,
            kind,
            self_asserted: SelfAsserted::Yes,
            is_author: false,
            stated_by: None,
            commit: commit.to_string(),
            at,
            stated_at: at,
            reason: None,
            source: None,
            key: None,
            via: None,
        };
        GivenStatement {
            said,
            who,
            stater: None,
            vouched: Vouched::ByStater,
            place,
            signed_at: None,
            resolver,
            bar: None,
            separated_by: SeparatedBy::Address,
            relation: Relation::Different,
            forge_key: None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EvidenceSource {
    Landing,
    Nested,
    /// Outside the history of the content: in an approval file, or in a note.
    Beside,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vouched {
    /// The person, by their own act or key, or a bridge, by its key.
    ForItself,
    /// The forge that composed the text, if the policy names that forge.
    ByForge,
    ByStater,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct VersionEvidenceSet<'a> {
    pub given: Vec<GivenStatement<'a>>,
    pub landed_by: Option<Identity>,
    pub pull_request: Option<String>,
    pub signature: Option<SignatureState>,
    pub doubt: Option<ApprovalObstacle>,
}

impl<'a> VersionEvidenceSet<'a> {
    /// Adds the author of a forge's squash as the one who landed it, since git names nobody else.
    pub(crate) fn add_squash_author(&mut self, scene: Scene<'a>) {
        let landing = &scene.version.commit;
        let is_squash = landing.parents.len() < 2 && scene.resolver.is_forge(landing.committer());
        if is_squash && let Some(author) = scene.resolver.actor(landing.author()) {
            self.given.push(merge(scene, author, EvidenceSource::Landing, landing));
        }
    }

    pub(crate) fn limit(&mut self) {
        if self.given.len() > MOST_STATEMENTS {
            self.given.clear();
            self.doubt.get_or_insert(ApprovalObstacle::TooManyStatements);
        }
    }

    fn bar(&mut self, why_not: &NotCounted, is_barred: impl Fn(&GivenStatement<'a>) -> bool) {
        for given in self.given.iter_mut().filter(|given| is_barred(given)) {
            given.bar.get_or_insert_with(|| why_not.clone());
        }
    }

    pub(crate) fn bar_approvals_from(&mut self, position: usize, why_not: &NotCounted) {
        let given = self.given.iter_mut().skip(position);
        for given in given.filter(|given| given.said.vote == Vote::Approves) {
            given.bar.get_or_insert_with(|| why_not.clone());
        }
    }

    /// Discards signatures made inside the branch before an instant: they have already been used (S7).
    pub(crate) fn bar_before(&mut self, instant: Instant) {
        self.bar(&NotCounted::TooOld, |given| {
            let is_inside =
                given.place == EvidenceSource::Nested || given.said.kind == EvidenceKind::Mergetag;
            is_inside && given.said.key.is_some() && given.said.stated_at < instant
        });
    }

    pub(crate) fn bar_stated_by(&mut self, makers: &AuthorSet, resolver: IdentityResolver<'a>) {
        let is_maker = |stater: &Identity| {
            !makers.relation(resolver, stater, &SeparatedBy::Address).is_different()
        };
        self.bar(&NotCounted::SelfAsserted, |given| {
            given.vouched == Vouched::ByStater && given.stater.as_ref().is_some_and(is_maker)
        });
    }

    /// Counts only approvals in approval files, which name the bytes, because the landing did not introduce a record.
    pub(crate) fn bar_all_but_files(&mut self) {
        self.bar(&NotCounted::NoRecordYet, |given| {
            let is_of_file =
                matches!(given.said.kind, EvidenceKind::Detached | EvidenceKind::Review);
            given.said.vote == Vote::Approves && !is_of_file
        });
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub resolver: IdentityResolver<'a>,
    pub version: &'a Version,
    pub at: Instant,
    pub signature_checks: &'a SignatureChecks<'a>,
    pub self_approval: SelfApproval,
}

impl<'a> Scene<'a> {
    fn given(
        self,
        who: NamedPerson,
        kind: EvidenceKind,
        place: EvidenceSource,
        commit: &Commit,
    ) -> GivenStatement<'a> {
        GivenStatement::new(self.resolver, self.at, who, kind, place, commit.oid)
    }
}

pub(crate) fn of_landing<'a>(scene: Scene<'a>) -> VersionEvidenceSet<'a> {
    let landing = &scene.version.commit;
    let text = landing.message();
    VersionEvidenceSet {
        landed_by: authors::landed_by(scene.resolver, landing),
        pull_request: forge::pull_request(&CommitMessage::read(&text)),
        ..VersionEvidenceSet::default()
    }
}

pub(crate) fn of_unsigned<'a>(scene: Scene<'a>) -> VersionEvidenceSet<'a> {
    let landing = &scene.version.commit;
    let mut evidence = of_landing(scene);
    // Where authors approve, and git names nobody who landed it, its author did (D8).
    let authors_may = landing.parents.len() < 2 && scene.self_approval == SelfApproval::Allow;
    let author = || if authors_may { scene.resolver.actor(landing.author()) } else { None };
    if let Some(identity) = evidence.landed_by.clone().or_else(author) {
        evidence.given.push(merge(scene, identity, EvidenceSource::Landing, landing));
    }
    evidence.given.extend(trailers(scene, landing, EvidenceSource::Landing));
    evidence
}

pub(crate) fn of_version<'a>(scene: Scene<'a>) -> VersionEvidenceSet<'a> {
    let (version, landing) = (scene.version, &scene.version.commit);
    let mut evidence = of_unsigned(scene);
    let signature = scene.signature_checks.of_landing(version.landing, landing);
    if let Some(committer) = forge_merge::unnamed_forge(scene.resolver, &signature, landing) {
        let why_not = NotCounted::UnnamedForge(committer.person.display.clone());
        let is_stater = |stater: &Identity| stater.is_surely(&committer);
        evidence.bar(&why_not, |given| given.stater.as_ref().is_some_and(is_stater));
    }
    evidence.given.extend(signed_commit(scene, &signature, EvidenceSource::Landing, landing));
    evidence.signature = Some(signature);
    let mut all = evidence.given.iter_mut();
    if let Some(given) = all.find(|given| given.said.kind == EvidenceKind::Merge) {
        prove_by_forge(scene, given);
    }
    for commit in &version.nested {
        evidence.given.extend(nested(scene, commit));
        let signature = scene.signature_checks.of_branch(version.landing, commit);
        let signature = signed_commit(scene, &signature, EvidenceSource::Nested, commit)
            .filter(|given| !is_own(scene, given, commit));
        evidence.given.extend(signature.map(|given| stated_by_signer(given, commit.committed())));
    }
    for tag in &version.tags {
        let signature = scene.signature_checks.of_tag(version.landing, tag);
        let place = if tag.carrier.oid == landing.oid {
            EvidenceSource::Landing
        } else {
            EvidenceSource::Nested
        };
        let given = signed(scene, &signature, place, &tag.carrier);
        let time = Tag::read(&tag.raw).and_then(|tag| tag.time());
        evidence.given.extend(given.map(|given| {
            let mut given = stated_by_signer(given, time);
            given.said.kind = EvidenceKind::Mergetag;
            given
        }));
    }
    evidence
}

/// Dates a statement by its signer's time, or by the landing if that is earlier: an approval signed before a rejection does
/// not take it back by landing later. A signature without a time counts as the oldest.
fn stated_by_signer(mut given: GivenStatement<'_>, time: Option<Instant>) -> GivenStatement<'_> {
    given.said.stated_at = time.unwrap_or(Instant::MIN).min(given.said.stated_at);
    given
}

/// Tells whether a statement is an author's own signature of a commit of one parent, where that is not an approval.
fn is_own(scene: Scene<'_>, given: &GivenStatement<'_>, commit: &Commit) -> bool {
    let author = scene.resolver.of_ident(commit.author());
    let own = given.who.identity().zip(author).is_some_and(|(signer, author)| signer.is(&author));
    own && commit.parents.len() < 2 && scene.self_approval == SelfApproval::Forbid
}

fn merge<'a>(
    scene: Scene<'a>,
    actor: Identity,
    place: EvidenceSource,
    commit: &Commit,
) -> GivenStatement<'a> {
    let who = NamedPerson::Someone(actor.clone());
    GivenStatement {
        stater: Some(actor),
        vouched: Vouched::ForItself,
        ..scene.given(who, EvidenceKind::Merge, place, commit)
    }
}

fn signed_commit<'a>(
    scene: Scene<'a>,
    signature: &SignatureState,
    place: EvidenceSource,
    commit: &Commit,
) -> Option<GivenStatement<'a>> {
    let is_by_proxy = |given: &GivenStatement| {
        let signer = given.said.key.as_deref().zip(given.who.identity());
        signer.is_some_and(|signer| forge_merge::is_by_proxy(scene.resolver, signer, commit))
    };
    signed(scene, signature, place, commit).filter(|given| !is_by_proxy(given))
}

/// A key without a literal address identifies nobody; of several people on a line, the one named by the commit is shown.
fn signed<'a>(
    scene: Scene<'a>,
    signature: &SignatureState,
    place: EvidenceSource,
    commit: &Commit,
) -> Option<GivenStatement<'a>> {
    let SignatureState::Attested(signer) = signature else {
        return None;
    };
    // A forge signs what it commits, for nobody, also where the policy does not name it.
    let committer = commit.committer();
    if scene.resolver.is_forge(committer) && signer.is_owned_by(committer.email.trim()) {
        return None;
    }
    let who = match scene.resolver.signer(signer, commit) {
        Some(identity) => NamedPerson::Someone(identity),
        None => scene.resolver.nobody_known(&signer.written()),
    };
    let identity = who.identity().cloned();
    let separated_by = identity.as_ref().map(|identity| {
        scene.resolver.separated_by_key(identity, &signer.persons(scene.resolver.at))
    });
    let mut given = GivenStatement {
        separated_by: separated_by.unwrap_or_default(),
        stater: identity,
        vouched: Vouched::ForItself,
        ..scene.given(who, EvidenceKind::Signature, place, commit)
    };
    given.prove(signer);
    Some(given)
}

fn nested<'a>(scene: Scene<'a>, commit: &Commit) -> Vec<GivenStatement<'a>> {
    let actor = authors::landed_by(scene.resolver, commit);
    let by_another = commit.parents.len() > 1
        || actor
            .as_ref()
            .zip(scene.resolver.of_ident(commit.author()))
            .is_some_and(|(actor, author)| !actor.is(&author));
    let mut given: Vec<GivenStatement> = actor
        .filter(|_| by_another)
        .map(|identity| merge(scene, identity, EvidenceSource::Nested, commit))
        .into_iter()
        .collect();
    given.extend(trailers(scene, commit, EvidenceSource::Nested));
    given
}

fn profile(
    resolver: IdentityResolver,
    commit: &Commit,
    message: &CommitMessage,
) -> (&'static ForgeAdapter, Pinned) {
    let pinned = resolver.at.policy.approval.forge;
    match forge::named(pinned.as_str()) {
        Some(forge) if pinned != policy::demand::Forge::Auto => (forge, Pinned::ByPolicy),
        _ => {
            let committer = commit.committer();
            let chosen = forge::choose((&committer.name, &committer.email), message);
            (chosen, Pinned::ByCommit)
        }
    }
}

fn trailers<'a>(
    scene: Scene<'a>,
    commit: &Commit,
    place: EvidenceSource,
) -> Vec<GivenStatement<'a>> {
    let resolver = scene.resolver;
    let text = commit.message();
    let message = CommitMessage::read(&text);
    let (forge, pinned) = profile(resolver, commit, &message);
    let author = || resolver.actor(commit.author());
    // Under `auto`, the committer of a rebased commit may keep the author's text without reading it.
    let stater = match pinned {
        Pinned::ByCommit if commit.parents.len() < 2 => author(),
        _ => authors::landed_by(resolver, commit).or_else(author),
    };
    (forge.approvals)(&message, pinned)
        .into_iter()
        .map(|line| {
            let who = resolver.named(&line.value);
            GivenStatement {
                stater: stater.clone(),
                vouched: match (pinned, place, line.is_by_forge) {
                    (Pinned::ByPolicy, EvidenceSource::Landing, true) => Vouched::ByForge,
                    _ => Vouched::ByStater,
                },
                ..scene.given(who, EvidenceKind::Trailer, place, commit)
            }
        })
        .collect()
}

#[derive(Clone, Debug)]
pub(crate) struct LandedApprovalFile<'a> {
    pub place: Position,
    pub commit: Oid,
    pub effective: Instant,
    pub path: String,
    pub file: ApprovalFile,
    /// Resolves identities as of the file's landing.
    pub resolver: IdentityResolver<'a>,
    pub is_of_branch: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct CountedFile<'a> {
    pub landed: LandedApprovalFile<'a>,
    /// The time that the file states, or that of its landing if that is earlier.
    pub stated_at: Instant,
    pub backed: FileBacking,
    /// Whether it names the bytes of the governance file that counted when it landed.
    pub continues: bool,
    /// Whether it may count for a version that lands later.
    pub waits: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum FileBacking {
    Signature(Signer),
    Review(Identity),
    Unknown(Obstacle),
}

#[derive(Clone, Debug)]
pub(crate) enum StatementEvent<'a> {
    CountedFile(Box<CountedFile<'a>>),
    Gap {
        place: Position,
        /// The first digits of the sha256 of the approved bytes, taken from the file name.
        digits: String,
        obstacle: Obstacle,
    },
    Refused(Box<LandedApprovalFile<'a>>, BadFile),
}

impl StatementEvent<'_> {
    pub(crate) fn place(&self) -> Position {
        match self {
            StatementEvent::CountedFile(counted_file) => counted_file.landed.place,
            StatementEvent::Gap { place, .. } => *place,
            StatementEvent::Refused(landed, _) => landed.place,
        }
    }
}

impl CountedFile<'_> {
    pub(crate) fn signed(&self) -> Option<(&str, Proof)> {
        match &self.backed {
            FileBacking::Signature(signer) => Some((&signer.key, signer.proof())),
            FileBacking::Review(_) | FileBacking::Unknown(_) => None,
        }
    }

    pub(crate) fn rejects(&self) -> bool {
        self.landed.file.decision == ApprovalDecision::Reject
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatementAge {
    Fresh,
    // What came since is listed at `NotCounted::TooOld`.
    TooOld,
    WaitedTooLong,
    TakenBack,
}

pub(crate) fn add_file<'a>(
    evidence: &mut VersionEvidenceSet<'a>,
    scene: Scene<'a>,
    counted_file: &CountedFile<'a>,
    age: StatementAge,
) {
    let landed = &counted_file.landed;
    let resolver = landed.resolver.judging(scene.resolver.judge);
    let identity = resolver.identity("", landed.file.by.as_str());
    let (vote, identity) = if counted_file.rejects() {
        (Vote::Vetoes, identity)
    } else {
        (Vote::Approves, named(scene, resolver, identity))
    };
    let bar = match (age, vote) {
        (StatementAge::TakenBack, _) => Some(NotCounted::Replaced { had_counted: true }),
        // A rejection stays in effect whatever lands in between.
        (StatementAge::TooOld, Vote::Approves) => Some(NotCounted::TooOld),
        (StatementAge::WaitedTooLong, Vote::Approves) => Some(NotCounted::WaitedTooLong),
        _ => None,
    };
    let (who, place) = (NamedPerson::Someone(identity.clone()), EvidenceSource::Beside);
    let mut given = GivenStatement {
        stater: Some(identity.clone()),
        vouched: Vouched::ForItself,
        bar,
        ..GivenStatement::new(
            resolver,
            landed.effective,
            who,
            EvidenceKind::Detached,
            place,
            landed.commit,
        )
    };
    let said = &mut given.said;
    (said.vote, said.stated_at) = (vote, counted_file.stated_at);
    said.reason.clone_from(&landed.file.reason);
    said.source = Some(landed.path.clone());
    said.via.clone_from(&landed.file.via);
    match &counted_file.backed {
        FileBacking::Unknown(obstacle) => {
            evidence.doubt.get_or_insert_with(|| obstacle.clone().into());
            return;
        }
        FileBacking::Signature(signer) => {
            let is_beside = !landed.is_of_branch;
            given.signed_at = if is_beside { Some(landed.file.at) } else { None };
            given.prove(signer);
            given.separated_by = resolver.separated_by_key(&identity, &signer.persons(resolver.at));
        }
        FileBacking::Review(bridge) => {
            let mut bridge = bridge.clone();
            resolver.widen(&mut bridge);
            given.said.kind = EvidenceKind::Review;
            given.stater = Some(bridge);
            given.separated_by = answered(&landed.file, &identity);
            // A squash may name none of the commits of its branch.
            if scene.version.commit.parents.len() < 2
                && names_reviewer(&landed.file, &identity, resolver)
            {
                given.bar.get_or_insert(NotCounted::Author);
            }
            // What passes reviews on gives none.
            if resolver.key_set.keys.is_bridge(resolver.at, &identity.person) {
                given.bar.get_or_insert(NotCounted::Bot);
            }
        }
    }
    evidence.given.push(given);
}

/// Returns an identity with the names that the version's commits use for its address, since files contain no names. This applies to approvals only: nobody may discard a rejection by typing a name.
fn named(scene: Scene<'_>, resolver: IdentityResolver<'_>, mut identity: Identity) -> Identity {
    let version = scene.version;
    let commits = [&version.commit].into_iter().chain(&version.touched).chain(&version.nested);
    let idents = commits.flat_map(|commit| [commit.author(), commit.committer()]);
    for named in idents.filter_map(|ident| resolver.of_ident(ident)) {
        if named.is(&identity) {
            identity.named_like(&named);
        }
    }
    identity
}

pub(crate) fn add_notes<'a>(
    evidence: &mut VersionEvidenceSet<'a>,
    scene: Scene<'a>,
    notes: &Notes,
) {
    if !scene.resolver.judge.policy.approval.heeds_notes() {
        return;
    }
    if let Some(obstacle) = &notes.missing {
        evidence.doubt.get_or_insert_with(|| ApprovalObstacle::Notes(obstacle.clone()));
    }
    let commits = [&scene.version.commit].into_iter().chain(&scene.version.nested);
    for about in commits.map(|commit| commit.oid) {
        if let Some(note) = notes.about.get(&about) {
            let votes = note.text.lines().filter_map(vote);
            evidence.given.extend(votes.map(|vote| of_vote(scene, about, note, vote)));
        }
    }
}

/// Reads `Code-Review+2: A <a@example.com>`; `None` for a line that is not a vote.
fn vote(line: &str) -> Option<(Vote, &str)> {
    let (voted, who) = line.trim_end().split_once(": ")?;
    let (label, figure) = voted.split_at_checked(voted.rfind(['+', '-'])?)?;
    let is_label = label.starts_with(|first: char| first.is_ascii_alphabetic())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let (sign, digits) = figure.split_at_checked(1)?;
    let is_figure = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_label || !is_figure {
        return None;
    }
    let figure: u32 = digits.parse().unwrap_or(u32::MAX);
    let vote = match (sign, figure) {
        ("-", 2..) => Vote::Vetoes,
        ("+", 2) if label == "Code-Review" => Vote::Approves,
        _ => Vote::Neither,
    };
    Some((vote, who))
}

fn of_vote<'a>(
    scene: Scene<'a>,
    about: Oid,
    note: &Note,
    (vote, who): (Vote, &str),
) -> GivenStatement<'a> {
    let resolver = scene.resolver;
    let author = note.commit.author();
    let stated_at: Instant = note.commit.committed().unwrap_or(scene.at).max(scene.at);
    let who = resolver.named(who);
    let place = EvidenceSource::Beside;
    let mut given = GivenStatement {
        stater: resolver.of_ident(author),
        vouched: if resolver.is_forge(author) { Vouched::ForItself } else { Vouched::ByStater },
        bar: if vote == Vote::Neither { Some(NotCounted::Vote) } else { None },
        ..GivenStatement::new(resolver, stated_at, who, EvidenceKind::Note, place, note.commit.oid)
    };
    given.said.vote = vote;
    given.said.source = Some(format!("{REVIEW_NOTES}:{about}"));
    given
}

// Returns what a recorded review says about the accounts of its reviewer and of the authors.
fn answered(file: &ApprovalFile, reviewer: &Identity) -> SeparatedBy {
    let Some(account) = reviewer_account(file, reviewer) else {
        return SeparatedBy::Address;
    };
    let authors = file.authors.iter();
    let mut logins: Vec<(String, String)> =
        authors.map(|author| (author.email.to_string(), author.login.clone())).collect();
    logins.push((file.by.to_string(), account.login));
    SeparatedBy::Answer(Rc::new(ForgeAnswer { forge: account.forge, logins }))
}

// Tells whether a recorded review names its reviewer as an author of the request.
fn names_reviewer(
    file: &ApprovalFile,
    reviewer: &Identity,
    resolver: IdentityResolver<'_>,
) -> bool {
    let account = reviewer_account(file, reviewer);
    let is_own_login = |login: &str| {
        account.as_ref().is_some_and(|account| address::lower(login) == account.login)
    };
    file.authors.iter().any(|author| {
        let named = resolver.identity("", author.email.as_str());
        named.is(reviewer) || is_own_login(&author.login)
    })
}

fn reviewer_account(file: &ApprovalFile, reviewer: &Identity) -> Option<Account> {
    let stated = file.account.as_ref();
    let account = stated.and_then(|address| Account::of(address.as_str(), &[]));
    account.or_else(|| reviewer.person.account.clone())
}

fn prove_by_forge(scene: Scene<'_>, given: &mut GivenStatement<'_>) {
    let landing = ForgeLanding {
        resolver: scene.resolver,
        checks: scene.signature_checks,
        landing: scene.version.landing,
        commit: &scene.version.commit,
    };
    let Some(person) = given.who.identity().map(|identity| &identity.person) else { return };
    match landing.signer(person) {
        Some(Ok(signer)) => {
            given.said.level = signer.proof().min(Proof::ForgeSigned);
            given.forge_key = Some(signer.key);
            given.said.level_reason =
                signer.limit.filter(|limit| limit.proof < Proof::ForgeSigned).map(LevelReason::Key);
        }
        Some(Err(reason)) => given.said.level_reason = Some(reason),
        None => {}
    }
}
