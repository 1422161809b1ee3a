//! Converts the content of approval files and notes into claims about a version.
//!
//! Uses policy, history's notes, approval's evidence and files. Pure. Start at [`of_file`] and [`of_notes`]. Follows
//! `docs/spec/approval.md`, S7, 1.12, E6 and E9.

use crate::approval::approval_event::{CountedFile, FileBacking};
use crate::approval::evidence::{Claim, EvidenceSource, Scene, VersionEvidenceSet, Vouched};
use crate::approval::identity::apart::{ForgeAnswer, SeparatedBy};
use crate::approval::identity::{Identity, IdentityResolver, NamedPerson};
use crate::approval::statement::file::ApprovalFile;
use crate::approval::verdict::{ApprovalObstacle, NotCounted, Vote};
use crate::history::notes::{Note, Notes};
use crate::history::objects::Oid;
use crate::history::refs::REVIEW_NOTES;
use crate::policy::demand::EvidenceKind;
use crate::policy::people::account::Account;
use crate::record::time::Instant;
use std::rc::Rc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatementAge {
    Fresh,
    /// It was given before a removal, a closure, a fired trigger or a newer approval.
    TooOld,
    /// It is a rejection, and the same person approved later.
    TakenBack,
}

pub(crate) fn of_file<'a>(
    evidence: &mut VersionEvidenceSet<'a>,
    scene: Scene<'a>,
    counted_file: &CountedFile<'a>,
    age: StatementAge,
) {
    let resolver = counted_file.landed.resolver.judging(scene.resolver.judge);
    let identity = resolver.identity("", counted_file.landed.file.by.as_str());
    let (vote, identity) = if counted_file.rejects() {
        (Vote::Vetoes, identity)
    } else {
        (Vote::Approves, named(scene, resolver, identity))
    };
    let bar = match (age, vote) {
        (StatementAge::TakenBack, _) => Some(NotCounted::Replaced),
        // A rejection stays in effect whatever lands in between.
        (StatementAge::TooOld, Vote::Approves) => Some(NotCounted::TooOld),
        _ => None,
    };
    let mut claim = Claim {
        vote,
        stated_by: Some(identity.clone()),
        vouched: Vouched::ForItself,
        stated_at: counted_file.stated_at,
        bar,
        reason: counted_file.landed.file.reason.clone(),
        source: Some(counted_file.landed.path.clone()),
        via: counted_file.landed.file.via.clone(),
        ..Claim::new(
            resolver,
            counted_file.landed.effective,
            NamedPerson::Someone(identity.clone()),
            EvidenceKind::Detached,
            EvidenceSource::Beside,
            counted_file.landed.commit,
        )
    };
    match &counted_file.backed {
        FileBacking::Unknown(obstacle) => {
            evidence.doubt.get_or_insert_with(|| obstacle.clone().into());
            return;
        }
        FileBacking::Signature(signer) => {
            claim.level = signer.proof();
            claim.key = Some(signer.key.clone());
            claim.key_claimed_in.clone_from(&signer.claimed_in);
            if let NamedPerson::Someone(identity) = &claim.who {
                claim.separated_by =
                    resolver.separated_by_key(identity, &signer.persons(resolver.at));
            }
        }
        FileBacking::Review(bridge) => {
            let mut bridge = bridge.clone();
            resolver.widen(&mut bridge);
            claim.kind = EvidenceKind::Review;
            claim.stated_by = Some(bridge);
            claim.separated_by = answered(&counted_file.landed.file, &identity);
            // What passes reviews on gives none.
            if resolver.key_set.keys.is_bridge(resolver.at, &identity.person) {
                claim.bar.get_or_insert(NotCounted::Bot);
            }
        }
    }
    evidence.claims.push(claim);
}

fn answered(file: &ApprovalFile, reviewer: &Identity) -> SeparatedBy {
    let stated = file.account.as_ref();
    let account = stated.and_then(|address| Account::of(address.as_str(), &[]));
    let Some(account) = account.or_else(|| reviewer.person.account.clone()) else {
        return SeparatedBy::Address;
    };
    let authors = file.authors.iter();
    let mut logins: Vec<(String, String)> =
        authors.map(|author| (author.email.to_string(), author.login.clone())).collect();
    logins.push((file.by.to_string(), account.login));
    SeparatedBy::Answer(Rc::new(ForgeAnswer { forge: account.forge, logins }))
}

/// Returns an identity with the names that the version's commits use for its address, since files contain no names.
///
/// This applies to approvals only: nobody may discard a rejection by typing a name.
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

/// Adds the votes in notes about a version: on its landing, and on the commits of its branch that landed its bytes.
pub(crate) fn of_notes<'a>(evidence: &mut VersionEvidenceSet<'a>, scene: Scene<'a>, notes: &Notes) {
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
            let claims = votes.map(|vote| of_vote(scene, about, note, &vote));
            evidence.claims.extend(claims);
        }
    }
}

struct NoteLabel<'n> {
    vote: Vote,
    who: &'n str,
}

/// Reads `Code-Review+2: A <a@example.com>`; `None` for a line that is not a vote.
fn vote(line: &str) -> Option<NoteLabel<'_>> {
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
    Some(NoteLabel { vote, who })
}

fn of_vote<'a>(scene: Scene<'a>, about: Oid, note: &Note, label: &NoteLabel<'_>) -> Claim<'a> {
    let resolver = scene.resolver;
    let author = note.commit.author();
    let stated_at: Instant = note.commit.committed().unwrap_or(scene.at).max(scene.at);
    let who = resolver.named(label.who);
    let place = EvidenceSource::Beside;
    Claim {
        vote: label.vote,
        stated_by: resolver.of_ident(author),
        vouched: if resolver.is_forge(author) { Vouched::ForItself } else { Vouched::ByStater },
        bar: (label.vote == Vote::Neither).then_some(NotCounted::Vote),
        source: Some(format!("{REVIEW_NOTES}:{about}")),
        ..Claim::new(resolver, stated_at, who, EvidenceKind::Note, place, note.commit.oid)
    }
}
