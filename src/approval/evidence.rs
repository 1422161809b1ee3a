//! What was said about a version, by whom, and who stated it: merge actors and trailers.
//!
//! Uses history's versions and commits, policy, `approval::forge`. Pure. Start at [`of_version`]. Follows
//! `docs/spec/approval.md`, E1 to E5. Whether a word counts is judged in `approval::four_eyes`.

use crate::approval::authors;
use crate::approval::forge::{self, Composed, Forge, Pinned};
use crate::approval::identity::{Lens, Named, Party};
use crate::approval::message::Message;
use crate::history::commit::Commit;
use crate::history::objects::Oid;
use crate::history::version::Version;
use crate::policy;
use crate::policy::demand::EvidenceKind;
use crate::record::word::Word;

/// A word that somebody is said to have given; always an approval, as merges and trailers say nothing else.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    /// Whose word it is.
    pub who: Named,
    /// How it was given.
    pub kind: EvidenceKind,
    /// Who stated it; `None` where git does not say.
    pub stated_by: Option<Party>,
    /// Where.
    pub place: Place,
    /// Who composed the text.
    pub composed: Composed,
    /// The commit that states it.
    pub commit: Oid,
}

/// Where a word was stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// At the landing.
    Landing,
    /// At a commit inside the merged branch.
    Nested,
}

/// What git records about the approval of a version.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    /// The words.
    pub claims: Vec<Claim>,
    /// Who landed it.
    pub landed_by: Option<Party>,
    /// The pull request that the landing names.
    pub pull_request: Option<String>,
}

/// Returns what was said at a version's landing and on the commits of its branch that landed the same bytes.
pub(crate) fn of_version(lens: Lens, version: &Version) -> Evidence {
    let landing = &version.commit;
    let text = landing.message();
    let message = Message::read(&text);
    let mut claims = Vec::new();
    let landed_by = authors::landed_by(lens, landing);
    if let Some(party) = &landed_by {
        claims.push(merge(party, Place::Landing, landing));
    }
    claims.extend(trailers(lens, landing, Place::Landing));
    for commit in &version.nested {
        claims.extend(nested(lens, commit));
    }
    Evidence {
        claims,
        landed_by,
        pull_request: forge::pull_request(&message),
    }
}

fn merge(party: &Party, place: Place, commit: &Commit) -> Claim {
    Claim {
        who: Named::Someone(party.clone()),
        kind: EvidenceKind::Merge,
        stated_by: Some(party.clone()),
        place,
        composed: Composed::ByHand,
        commit: commit.oid,
    }
}

/// Returns what a commit inside a merged branch says. One by its own author says nothing about approval.
fn nested(lens: Lens, commit: &Commit) -> Vec<Claim> {
    let actor = authors::landed_by(lens, commit);
    let by_another = commit.parents.len() > 1
        || match (&actor, lens.of_ident(&commit.author)) {
            (Some(actor), Some(author)) => !actor.is(&author),
            _ => false,
        };
    let mut claims: Vec<Claim> = actor
        .filter(|_| by_another)
        .map(|party| merge(&party, Place::Nested, commit))
        .into_iter()
        .collect();
    claims.extend(trailers(lens, commit, Place::Nested));
    claims
}

/// Returns the forge whose text a commit is read by, and whether the policy names it.
fn profile(lens: Lens, commit: &Commit, message: &Message) -> (&'static Forge, Pinned) {
    let pinned = lens.at.policy.approval.forge;
    match forge::named(pinned.word()) {
        Some(forge) if pinned != policy::demand::Forge::Auto => (forge, Pinned::ByPolicy),
        _ => {
            let committer = &commit.committer;
            let chosen = forge::choose((&committer.name, &committer.email), message);
            (chosen, Pinned::ByCommit)
        }
    }
}

fn trailers(lens: Lens, commit: &Commit, place: Place) -> Vec<Claim> {
    let text = commit.message();
    let message = Message::read(&text);
    let (forge, pinned) = profile(lens, commit, &message);
    let author = || lens.of_ident(&commit.author);
    // Under `auto`, whoever commits a rebased commit keeps the author's words unread.
    let stated_by = match pinned {
        Pinned::ByCommit if commit.parents.len() < 2 => author(),
        _ => authors::landed_by(lens, commit).or_else(author),
    };
    (forge.approvals)(&message, pinned)
        .into_iter()
        .map(|said| Claim {
            who: lens.named(&said.value),
            kind: EvidenceKind::Trailer,
            stated_by: stated_by.clone(),
            place,
            composed: match (pinned, place) {
                (Pinned::ByPolicy, Place::Landing) => said.composed,
                _ => Composed::ByHand,
            },
            commit: commit.oid,
        })
        .collect()
}
