//! The error for a text that names no record that could be approved: why, and where such a record exists.
//!
//! Start at [`explain`].

use crate::approval::evidence::statement_file::ApprovalDecision;
use crate::diag::remedy::Remedy;
use crate::diag::shell::quoted;
use crate::ledger::NotFound;
use crate::record::id::Id;
use crate::session::error::{Error, Usage};
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::proposals::Elsewhere;
use crate::session::snapshot::walk::Scope;

pub(super) fn explain(
    (located, at): (&Located, &Moment),
    (text, decision): (&str, ApprovalDecision),
    error: &NotFound,
) -> Error {
    let like = match error {
        NotFound::Ambiguous(names) => return ambiguous(text, names).into(),
        NotFound::Unknown(like) => like,
    };
    // Proposals are read only here: most approvals need no branch but their own.
    let snapshot = Snapshot::open(located, at, Scope::About(&[text])).ok();
    let remedy: Remedy = match snapshot.as_ref().and_then(|snapshot| snapshot.elsewhere(text)) {
        Some(Elsewhere { id, branch: Some(branch) }) => {
            on(&branch, (&id, decision), &format!("{branch} proposes it"))
        }
        Some(Elsewhere { id, branch: None }) => {
            let chosen = snapshot.as_ref().map(|snapshot| snapshot.origin().1.reference.as_str());
            on(approved(chosen.unwrap_or_default()), (&id, decision), "it is on the approved ref")
        }
        None => {
            let list = "run `exledger list --all` for the ids; give the branch that contains it with --ref";
            match like.as_slice() {
                [] => list.into(),
                like => format!("did you mean {}? {list}", like.join(" or ")).into(),
            }
        }
    };
    let notices = snapshot.map(|snapshot| snapshot.notices().to_vec());
    Usage::Refused {
        what: format!("there is no record {text} here"),
        remedy,
        notices: notices.unwrap_or_default(),
    }
    .into()
}

/// Fails if the record has other bytes on the approved ref: what is signed of older ones counts for nothing.
pub(super) fn refuse_older(
    reference: &str,
    path: &str,
    (id, decision): (&str, ApprovalDecision),
) -> Usage {
    let branch = approved(reference);
    Usage::Refused {
        what: format!("this checkout is behind {branch}, where {path} has other bytes"),
        remedy: on(branch, (id, decision), "decide about those"),
        notices: Vec::new(),
    }
}

fn approved(reference: &str) -> &str {
    let heads = reference.strip_prefix("refs/heads/");
    heads.or_else(|| reference.strip_prefix("refs/remotes/")).unwrap_or(reference)
}

fn on(branch: &str, (id, decision): (&str, ApprovalDecision), note: &str) -> Remedy {
    match decision {
        // Without the flags of a rejection the command would approve it.
        ApprovalDecision::Reject => format!("{note}: add `--ref {}`", quoted(branch)).into(),
        ApprovalDecision::Approve => {
            let approve = format!("exledger approve {id} --ref {}", quoted(branch));
            Remedy::run([approve]).after(note)
        }
    }
}

fn ambiguous(text: &str, names: &[String]) -> Usage {
    let are_paths = names.iter().all(|name| Id::new(name).is_none());
    let (what, help) = if are_paths {
        ("files of one id", "give one of them its own id, or remove it")
    } else {
        ("records", "say which")
    };
    Usage::refused(
        format!("{text} names {} {what}", names.len()),
        format!("{help}: {}", names.join(", ")),
    )
}
