//! The next steps after an approval: the commands that push its commit, or put its files beside the record.
//!
//! Start at [`after`].

use crate::commands::context::Ctx;
use crate::commands::next_steps;
use exledger::approval::evidence::statement_file::ApprovalDecision;
use exledger::diag::shell::quoted;
use exledger::features::approve::committer::Committer;
use exledger::features::approve::destination::{WrittenApproval, commit_subject};
use exledger::features::approve::draft::ApprovalDraft;
use exledger::features::approve::prepared::PreparedApproval;
use exledger::history::refs::APPROVALS_BRANCH;
use exledger::policy::people::nobody;
use exledger::session::Session;
use exledger::store::git::Repository;
use exledger::store::sign::CommitSigning;

pub(super) fn after(
    ctx: &Ctx,
    session: &Session,
    (prepared, draft): (&PreparedApproval<'_>, &ApprovalDraft<'_>),
    (written, retry): (&WrittenApproval, &str),
) -> anyhow::Result<Vec<String>> {
    let repository = session.repository()?;
    let subject = commit_subject(&prepared.content.name, prepared.decision);
    Ok(match written {
        WrittenApproval::Folder { counts_at } => {
            let folder = counts_at.rsplit_once('/').map_or("", |(folder, _)| folder);
            let paths = draft.all_paths();
            let from = paths.iter().map(|path| quoted(path)).collect::<Vec<_>>().join(" ");
            let to = quoted(folder);
            let prefix = repository.ledger_prefix(session.root());
            let (options, _) = repository.before_adding(&prefix, "git", &|_| false);
            vec![
                format!("mkdir -p {to} && cp {from} {to}/"),
                format!("git add{options} {to}"),
                commit_command(&prepared.committer, "git", &subject, repository),
            ]
        }
        WrittenApproval::Branch { remote, .. } => {
            let mut commands = send(ctx, session, remote.as_deref(), retry)?;
            if prepared.decision == ApprovalDecision::Reject {
                let git = next_steps::git_command(ctx, session.root());
                let files = draft.all_paths();
                let files = files.iter().map(|path| quoted(path)).collect::<Vec<_>>().join(" ");
                // Whoever may delete the branch must not end it.
                commands.push(format!(
                    "beside the record, in a pull request: {git} restore --source={APPROVALS_BRANCH} -- {files}"
                ));
            }
            commands
        }
    })
}

/// Returns the commands that send what was signed before and is not sent yet, on top of what others sent.
pub(super) fn again(
    ctx: &Ctx,
    session: &Session,
    (draft, retry): (&ApprovalDraft<'_>, &str),
) -> anyhow::Result<Vec<String>> {
    send(ctx, session, draft.resend()?, retry)
}

fn send(
    ctx: &Ctx,
    session: &Session,
    remote: Option<&str>,
    retry: &str,
) -> anyhow::Result<Vec<String>> {
    let Some(remote) = remote else { return Ok(Vec::new()) };
    Ok(vec![send_command(ctx, session, remote)?, format!("{retry}   # again, if that is refused")])
}

/// Returns the commands that push the local statements, on top of what others pushed if the remote has the branch.
pub(super) fn send_command(ctx: &Ctx, session: &Session, remote: &str) -> anyhow::Result<String> {
    let git = next_steps::git_command(ctx, session.root());
    let fetch = session.repository()?.fetch_of(remote, APPROVALS_BRANCH);
    let (fetch, remote) = (fetch.trim_start_matches("git"), quoted(remote));
    Ok(format!("{git}{fetch}; {git} push {remote} {APPROVALS_BRANCH}"))
}

fn commit_command(
    committer: &Committer,
    git: &str,
    subject: &str,
    repository: &Repository,
) -> String {
    let message = quoted(subject);
    let unsigned = match repository.commit_signing() {
        CommitSigning::Unsigned => "",
        // The placeholder author has no signing key.
        CommitSigning::Ssh | CommitSigning::Other(_) => " --no-gpg-sign",
    };
    match committer {
        Committer::Nobody => format!(
            "{git} -c user.name={} -c user.email={} commit{unsigned} -m {message}",
            quoted(nobody::NAME),
            nobody::EMAIL
        ),
        Committer::Me { .. } => format!("{git} commit -s -m {message}"),
    }
}
