//! What lies there already: whether the same was said before, and by which key.
//!
//! Start at [`said`]. Follows `docs/spec/cli.md`, approve.

use crate::commands::approve::place::{Desk, Found};
use crate::commands::approve::subject::Landed;
use exledger::approval::keys::Keys;
use exledger::approval::signature::{self, SignatureState};
use exledger::approval::statement::file::ApprovalFile;
use exledger::ledger::tree::Tree;
use exledger::policy::people::person::Person;

/// What was said before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// Nothing of the kind, or nothing that holds any more.
    Nothing,
    /// The same, by a key that is listed for the person.
    Counts,
    /// The same, by the key of this fingerprint, which is not listed for the person.
    SignedBy(String),
}

/// Tells whether the same was said before and still holds: by a sound signature, after whatever happened to the record
/// last, or counted already.
pub(super) fn said(
    desk: &Desk<'_>,
    file: &ApprovalFile,
    paths: &[String; 2],
    person: &Person,
) -> anyhow::Result<Before> {
    let Some(found) = desk.found(paths)? else {
        return Ok(Before::Nothing);
    };
    let Ok(before) = ApprovalFile::read(&found.text) else {
        return Ok(Before::Nothing);
    };
    if !is_same(&before, file) || before.via.is_some() || !holds(desk, &before, file, person) {
        return Ok(Before::Nothing);
    }
    Ok(signer(desk, &found, person))
}

/// Tells whether two files say the same; one without a reason takes any.
fn is_same(before: &ApprovalFile, file: &ApprovalFile) -> bool {
    fn what(file: &ApprovalFile) -> impl PartialEq + '_ {
        (
            &file.ledger,
            &file.about,
            &file.sha256,
            file.decision,
            &file.by,
        )
    }
    what(before) == what(file) && (file.reason.is_none() || before.reason == file.reason)
}

/// Tells whether nothing that ended it happened since it was said.
fn holds(desk: &Desk<'_>, before: &ApprovalFile, file: &ApprovalFile, person: &Person) -> bool {
    let path = file.path(&desk.subject.matter.folder);
    let counts = match &desk.subject.landed {
        // A file that landed before its key was listed counts never; another one has to land.
        Landed::AtTip(_, _, refused) if refused.contains(&path) => return false,
        Landed::AtTip(_, counted, _) => counted
            .iter()
            .any(|it| it.person.key == person.key && it.source.as_deref() == Some(path.as_str())),
        Landed::NotYet => false,
    };
    let latest = desk.approved.latest(&file.about);
    counts || latest.is_none_or(|latest| latest < before.at)
}

fn signer(desk: &Desk<'_>, found: &Found, person: &Person) -> Before {
    let governance = &desk.approved.governance();
    let seal = signature::detached(found.signature.as_deref().unwrap_or_default(), &found.text);
    let state = seal.state(&Keys::of(governance, governance), desk.ctx.instant());
    match (state, seal.key()) {
        (SignatureState::Attested(signer), _) if signer.is(governance, person) => Before::Counts,
        (_, Some(key)) => Before::SignedBy(key.fingerprint()),
        (_, None) => Before::Nothing,
    }
}

/// Returns the commands that commit files which were written before, nothing where they are committed.
pub(super) fn next(desk: &Desk<'_>, paths: &[String; 2]) -> anyhow::Result<Vec<String>> {
    if desk.args.out.is_some() || desk.side.branch.is_some() {
        return Ok(Vec::new());
    }
    for path in paths {
        let committed = desk.side.tree.bytes(path)?;
        let written = desk.home.tree().bytes(path)?;
        if committed != written {
            return desk.commit(paths, &format!("Approve {}", desk.subject.name));
        }
    }
    Ok(Vec::new())
}
