//! Whether the same approval was given before, and with which key.
//!
//! Start at [`find`]. Follows `docs/spec/cli.md`, approve.

use crate::approval::evidence::approvals_branch;
use crate::approval::evidence::statement_file::ApprovalFile;
use crate::approval::sources::keys::Keys;
use crate::approval::sources::signature::{self, SignatureState};
use crate::approval::verdict::{Statement, Vote, VoteCounts};
use crate::features::approve::destination::ExistingFiles;
use crate::features::approve::subject::{ApprovalContent, LandedContent};
use crate::ledger::tree::Tree;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EarlierApproval {
    /// There is none, or none that is still valid.
    None,
    /// It is signed by a key that is listed for the person.
    Counts,
    /// It is signed by the key of this fingerprint, which is not listed for the person.
    SignedBy(String),
}

/// Returns the earlier approval if it is still valid: it has a sound signature and is newer than the last event of the
/// record, or it counts already.
pub(super) fn find(
    existing: &ExistingFiles,
    (file, person): (&ApprovalFile, &Person),
    content: &ApprovalContent,
    (snapshot, present, at): (&Snapshot<'_>, &Governance, &Moment),
) -> EarlierApproval {
    let Ok(earlier) = ApprovalFile::read(&existing.text) else {
        return EarlierApproval::None;
    };
    let holds = is_same(&earlier, file)
        && earlier.via.is_none()
        && still_holds(&earlier, (file, person), content, (snapshot, at));
    let judging = content.rules_before().unwrap_or([present; 2]);
    if holds { signer(existing, (person, judging), (present, at)) } else { EarlierApproval::None }
}

/// Tells whether two files state the same; a new file without a reason matches any reason.
fn is_same(earlier: &ApprovalFile, file: &ApprovalFile) -> bool {
    fn statement(file: &ApprovalFile) -> impl PartialEq + '_ {
        (&file.ledger, &file.about, &file.sha256, file.decision, &file.by)
    }
    statement(earlier) == statement(file)
        && (file.reason.is_none() || earlier.reason == file.reason)
}

// Tells whether the same person decided otherwise since then, on the branch or beside the records (E6).
fn is_replaced(earlier: &ApprovalFile, content: &ApprovalContent, snapshot: &Snapshot<'_>) -> bool {
    let path = earlier.path(&content.target.folder);
    let Ok(trees) = snapshot.statement_trees() else { return true };
    trees.all().any(|tree| {
        let bytes = tree.bytes(&path).ok().flatten();
        let later = bytes.and_then(|bytes| ApprovalFile::read(&bytes).ok());
        later.is_some_and(|later| {
            later.by == earlier.by && later.decision != earlier.decision && later.at >= earlier.at
        })
    })
}

// Tells whether nothing would change if it were stated again: what was said of content that landed is judged there.
fn still_holds(
    earlier: &ApprovalFile,
    (file, person): (&ApprovalFile, &Person),
    content: &ApprovalContent,
    (snapshot, at): (&Snapshot<'_>, &Moment),
) -> bool {
    let path = file.path(&content.target.folder);
    if let Some(landed) = &content.landed {
        // A file that landed before its key was listed never counts; another one has to land.
        if landed.refused.contains(&path) {
            return false;
        }
        let vote = Vote::from(earlier.decision);
        let is_it = |said: &&Statement| {
            said.source.as_deref() == Some(path.as_str())
                && said.stated_at == earlier.at
                && said.vote == vote
        };
        let mut judged = landed.statements.iter().filter(is_it).peekable();
        if judged.peek().is_some() {
            let groups = people::groups_of(snapshot.governance(), person);
            return judged.any(|said| landed.is_in_effect(said, person, &groups));
        }
    }
    // Of a version that has not landed: it would have waited too long by the time that it does (S7).
    if content.landed.is_none() && earlier.at.plus_seconds(approvals_branch::WAITS) < at.instant() {
        return false;
    }
    !is_replaced(earlier, content, snapshot)
        && snapshot.latest(&file.about).is_none_or(|latest| latest < earlier.at)
}

impl LandedContent {
    // Tells whether a statement of a person counts for all that it could count for today; `groups` are those of today.
    fn is_in_effect(&self, said: &Statement, person: &Person, groups: &[String]) -> bool {
        said.person.key == person.key
            && said.counts == VoteCounts::Yes
            && (said.vote == Vote::Vetoes
                || self.is_approved
                || groups.iter().all(|group| said.groups.contains(group)))
    }
}

fn signer(
    existing: &ExistingFiles,
    (person, judging): (&Person, [&Governance; 2]),
    (present, at): (&Governance, &Moment),
) -> EarlierApproval {
    let signature = existing.signature.as_deref().unwrap_or_default();
    let checked = signature::detached(signature, &existing.text);
    let is_listed = |governance: &Governance| {
        let keys = Keys::from_governance(governance, present);
        let state = checked.state(&keys, at.instant());
        matches!(state, SignatureState::Attested(signer) if signer.is(governance, person))
    };
    match checked.key() {
        _ if judging.into_iter().all(is_listed) => EarlierApproval::Counts,
        Some(key) => EarlierApproval::SignedBy(key.fingerprint()),
        None => EarlierApproval::None,
    }
}
