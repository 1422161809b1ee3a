//! The branches that hold requests: one commit each on top of the approved branch, written as git objects.
//!
//! Start at [`RequestBranches::write`]. Work tree, index, HEAD and remotes stay as they are, and nothing is pushed.

use crate::features::new::answer::Filing;
use crate::features::request::plan::RequestBranch;
use crate::history::objects::Oid;
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::ledger::tree::Tree;
use crate::plan::answers::Answers;
use crate::plan::draft::RecordDraft;
use crate::plan::setting::Filer;
use crate::record::id::Id;
use crate::record::time::Instant;
use crate::session::error::{Error, Undetermined};
use crate::store::commits::{CommitDraft, ScribeError, WriterSignature};
use crate::store::git::Repository;

/// The folder of the branches; each is named by the id of its record.
const FOLDER: &str = "exledger/request/";

pub(super) struct RequestBranches<'r> {
    pub(super) repository: &'r Repository,
    pub(super) prefix: &'r LedgerPrefix,
}

impl RequestBranches<'_> {
    /// Returns the branch that holds the same request under another id, which has not landed, and the draft under that
    /// id. The filing goes on with that id.
    pub(super) fn equal(
        &self,
        tip: &CommitTree<'_>,
        filing: &mut Filing<'_>,
        answers: &Answers,
    ) -> Result<Option<(RecordDraft, RequestBranch)>, Error> {
        let refs =
            self.repository.refs().map_err(|error| Undetermined::other(error.to_string(), ""))?;
        let own = filing.id.clone();
        for (reference, commit) in &refs.names {
            let Some(name) = reference.strip_prefix("refs/heads/") else {
                continue;
            };
            let Some(id) = name.strip_prefix(FOLDER).and_then(Id::new) else {
                continue;
            };
            filing.id = id;
            let draft = filing.draft(answers);
            if tip.entry(&draft.path)?.is_some() {
                continue;
            }
            // A branch that can't be read holds no equal request.
            let tree = CommitTree::of_commit(self.repository, *commit, self.prefix);
            let bytes = tree.ok().and_then(|tree| tree.bytes(&draft.path).ok().flatten());
            if bytes.as_deref() == Some(draft.text.as_bytes()) {
                let branch = RequestBranch { name: name.to_owned(), commit: commit.to_string() };
                return Ok(Some((draft, branch)));
            }
        }
        filing.id = own;
        Ok(None)
    }

    /// Writes a draft as one commit on top of a commit, and lets a new branch point at it.
    pub(super) fn write(
        &self,
        base: Oid,
        draft: &RecordDraft,
        (id, requester): (&Id, &Filer),
        at: Instant,
    ) -> Result<RequestBranch, Error> {
        let writer = self.repository.scribe().map_err(failed)?;
        let base = writer.commit_of(base).map_err(failed)?;
        let email = requester.email.as_deref().unwrap_or_default();
        let name = requester.name.as_deref().unwrap_or(email);
        let signature = WriterSignature { name, email, at };
        let outside = || {
            let what = format!("the path {} leads out of the repository", draft.path);
            Undetermined::other(what, "correct `records` in exledger.yaml")
        };
        let path = self.prefix.outward(&draft.path).ok_or_else(outside)?.join("/");
        let commit = writer
            .commit(&CommitDraft {
                parents: &[base],
                changes: &[(path, Some(draft.text.clone().into_bytes()))],
                author: signature.clone(),
                committer: signature,
                message: &format!(
                    "Request {id}\n\nFiled by an agent through `exledger mcp`. It grants nothing.\n"
                ),
            })
            .map_err(failed)?;
        let name = format!("{FOLDER}{id}");
        writer.move_branch(&name, None, commit).map_err(failed)?;
        Ok(RequestBranch { name, commit: commit.to_string() })
    }
}

fn failed(error: ScribeError) -> Error {
    let help =
        "check that this user can write to the ledger's clone, or run the server without --drafts";
    Undetermined::other(format!("the request can't be kept on a branch: {error}"), help).into()
}
