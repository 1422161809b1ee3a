//! The next steps after an approval: the commands that commit its files, or push its commit.
//!
//! Start at [`after`].

use crate::commands::context::Ctx;
use crate::commands::next_steps;
use exledger::features::approve::committer::Committer;
use exledger::features::approve::destination::{WrittenApproval, commit_subject};
use exledger::features::approve::draft::ApprovalDraft;
use exledger::features::approve::prepared::PreparedApproval;
use exledger::policy::people::nobody;
use exledger::session::Session;
use exledger::store::git::Repository;
use exledger::store::sign::CommitSigning;
use exledger::survey::shell::quoted;

/// Returns the commands that send the written files to the approved ref.
pub(super) fn after(
    ctx: &Ctx,
    session: &Session,
    (prepared, draft): (&PreparedApproval<'_>, &ApprovalDraft<'_>),
    written: &WrittenApproval,
) -> anyhow::Result<Vec<String>> {
    let repository = session.repository()?;
    let subject = commit_subject(&prepared.content.name, prepared.decision);
    Ok(match written {
        WrittenApproval::WorkTree => {
            commit(ctx, session, (&prepared.committer, &draft.all_paths()), &subject)?
        }
        WrittenApproval::Folder { counts_at } => {
            let folder = counts_at.rsplit_once('/').map_or("", |(folder, _)| folder);
            let paths = draft.all_paths();
            let from = paths.iter().map(|path| quoted(path)).collect::<Vec<_>>().join(" ");
            let to = quoted(folder);
            vec![
                format!("mkdir -p {to} && cp {from} {to}/"),
                format!("git add {to}"),
                commit_command(&prepared.committer, "git", &subject, repository),
            ]
        }
        WrittenApproval::Branch(added) => {
            let pushed = if added.is_on_branch {
                added.branch.clone()
            } else {
                // The local branch of that name has commits of its own, and stays as it is.
                format!("{}:refs/heads/{}", added.id, added.branch)
            };
            let git = next_steps::git_command(ctx, session);
            vec![format!("{git} push {} {}", added.remote, quoted(&pushed))]
        }
    })
}

/// Returns the commands that commit files written before; empty if they are committed.
pub(super) fn again(
    ctx: &Ctx,
    session: &Session,
    (prepared, draft): (&PreparedApproval<'_>, &ApprovalDraft<'_>),
) -> anyhow::Result<Vec<String>> {
    if !draft.awaits_commit()? {
        return Ok(Vec::new());
    }
    let subject = commit_subject(&prepared.content.name, prepared.decision);
    commit(ctx, session, (&prepared.committer, &draft.all_paths()), &subject)
}

/// Returns the commands that commit the files written beside the records.
fn commit(
    ctx: &Ctx,
    session: &Session,
    (committer, paths): (&Committer, &[String]),
    subject: &str,
) -> anyhow::Result<Vec<String>> {
    let git = next_steps::git_command(ctx, session);
    let own = next_steps::own_branch(session);
    let name = branch_name(subject);
    let mut commands = Vec::new();
    if own.is_none() {
        commands.push(format!("{git} switch -c {name}"));
    }
    let files = paths.iter().map(|path| quoted(path)).collect::<Vec<_>>().join(" ");
    commands.push(format!("{git} add {files}"));
    commands.push(commit_command(committer, &git, subject, session.repository()?));
    commands.push(next_steps::push(ctx, session, &own.unwrap_or(name)));
    Ok(commands)
}

/// Returns the command that commits the added files, for a shell.
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

/// Returns a branch name made from the subject of a commit.
fn branch_name(subject: &str) -> String {
    let plain = |char: char| match char {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => char,
        _ => '-',
    };
    let name: String = subject.chars().map(plain).collect();
    match name.strip_prefix("Approve") {
        Some(rest) => format!("approve{rest}"),
        None => name.replacen("Reject", "reject", 1),
    }
}
