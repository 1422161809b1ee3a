//! Where the files of an approval go: beside the records, into a folder, or onto a branch as one commit.
//!
//! Start at [`found`] and [`write`]. Follows `docs/spec/cli.md`, approve.

use crate::commands::approve::ApproveArgs;
use crate::commands::approve::committer::Committer;
use crate::commands::approve::side::Side;
use crate::commands::approve::subject::Subject;
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::next_steps;
use exledger::approval::statement::file::ApprovalDecision;
use exledger::approval::statement::file::ApprovalFile;
use exledger::approval::statement::limits::SIGNATURE;
use exledger::history::branch::Branch;
use exledger::history::objects::Oid;
use exledger::ledger::tree::Tree;
use exledger::session::Session;
use exledger::session::snapshot::Snapshot;
use exledger::store::commits::{CommitDraft, ScribeError};
use exledger::store::edits::{self, Write};
use exledger::store::files::{self, FileError};
use exledger::store::git::Repository;
use exledger::store::git::heads::{BranchPlace, NamedBranch};
use exledger::store::sign::Setup;
use exledger::survey::shell::quoted;
use exledger::view::approve::Done;
use std::path::{Path, PathBuf};

/// The most bytes of an approval file that is there already.
const MOST: u64 = 64 * 1024;

/// What an approval is put with.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub(super) args: &'a ApproveArgs,
    pub(super) ctx: &'a Ctx,
    pub(super) home: &'a Session,
    pub(super) approved: &'a Snapshot<'a>,
    pub(super) side: &'a Side<'a>,
    pub(super) subject: &'a Subject,
    pub(super) committer: &'a Committer,
    /// What signs commits, where git does so by an SSH key and they bear a name.
    pub(super) commit_setup: Option<&'a Setup>,
}

/// Where an approval was put, and what to run next.
pub(super) struct Put {
    pub(super) done: Done,
    pub(super) next: Vec<String>,
}

/// The two files of an approval that are there already.
pub(super) struct Found {
    pub(super) text: Vec<u8>,
    pub(super) signature: Option<Vec<u8>>,
}

impl Desk<'_> {
    /// Returns the words that name what is approved on a command line.
    pub(super) fn words(&self) -> String {
        match self.subject.source {
            Some(_) => self.subject.name.clone(),
            None => format!("--governance {}", quoted(&self.subject.name)),
        }
    }

    /// Returns where the files of an approval go, as the answer names them: what is signed, and its signature.
    pub(super) fn paths(&self, file: &ApprovalFile) -> [String; 2] {
        let path = file.path(&self.subject.matter.folder);
        let path = match &self.args.out {
            Some(out) => {
                let name = path.rsplit('/').next().unwrap_or(&path);
                out.join(name).to_string_lossy().into_owned()
            }
            None => path,
        };
        [path.clone(), format!("{path}{SIGNATURE}")]
    }

    /// Returns the files that are there already.
    pub(super) fn found(&self, [text, signature]: &[String; 2]) -> anyhow::Result<Option<Found>> {
        let bytes = |path: &str| match (&self.args.out, &self.side.branch) {
            (Some(_), _) => match files::read(&self.place(path), MOST) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(FileError::Absent(_)) => Ok(None),
                Err(error) => Err(fault::cannot_say(error.to_string(), "")),
            },
            (None, Some(_)) => self.side.tree.bytes(path).map_err(anyhow::Error::from),
            (None, None) => self.home.tree().bytes(path).map_err(anyhow::Error::from),
        };
        let signature = bytes(signature)?;
        Ok(bytes(text)?.map(|text| Found { text, signature }))
    }

    /// Returns the place of a file in the folder that was named.
    fn place(&self, path: &str) -> PathBuf {
        self.ctx.folder.join(Path::new(path))
    }

    /// Refuses a branch that a commit can't be added to, before anything is signed.
    pub(super) fn ready(&self) -> anyhow::Result<()> {
        let (Some(branch), None) = (&self.side.branch, &self.args.out) else {
            return Ok(());
        };
        let repository = self.home.repository()?;
        if branch.at == BranchPlace::Here
            && let Some(folder) = repository.checked_out(&branch.short)
        {
            return Err(fault::misuse(
                format!(
                    "{} is checked out in {}, whose files would fall behind it",
                    branch.short,
                    folder.display()
                ),
                "run it there without --ref, and commit the files; or write them elsewhere with --out DIR",
            ));
        }
        let remote = remote(repository, branch);
        let theirs = repository.tip_of(Some(&remote), &branch.short);
        if let (BranchPlace::Here, Some(theirs)) = (&branch.at, theirs)
            && is_ahead(repository, branch.tip, theirs)?
        {
            return Err(fault::misuse(
                format!(
                    "{remote}/{0} has commits that {0} lacks here, so its push would be refused",
                    branch.short
                ),
                format!("approve what is there: --ref {remote}/{}", branch.short),
            ));
        }
        Ok(())
    }

    /// Writes the two files.
    pub(super) fn write(
        &self,
        paths: &[String; 2],
        bytes: [&[u8]; 2],
        file: &ApprovalFile,
    ) -> anyhow::Result<Put> {
        let refused = |error: FileError| match error {
            FileError::Failed(..) => fault::cannot_say(error.to_string(), ""),
            _ => fault::misuse(
                error.to_string(),
                "remove what stands there, or use --out DIR",
            ),
        };
        let said = said(&self.subject.name, file.decision);
        if self.args.out.is_some() {
            for (path, bytes) in paths.iter().zip(bytes) {
                edits::put_at(&self.place(path), bytes).map_err(refused)?;
            }
            let home = file.path(&self.subject.matter.folder);
            return Ok(Put {
                done: Done::Written,
                next: self.carry(paths, &home, &said)?,
            });
        }
        let Some(branch) = &self.side.branch else {
            let files = paths.iter().cloned().zip(bytes.map(<[u8]>::to_vec));
            beside(self.home, files)?;
            return Ok(Put {
                done: Done::Written,
                next: self.commit(paths, &said)?,
            });
        };
        self.add(branch, paths, bytes, &said)
    }

    /// Returns the commands that commit what was written beside the records.
    pub(super) fn commit(&self, paths: &[String], said: &str) -> anyhow::Result<Vec<String>> {
        let git = next_steps::git(self.ctx, self.home);
        let own = next_steps::own_branch(self.home);
        let mut commands = Vec::new();
        let name = slug(said);
        if own.is_none() {
            commands.push(format!("{git} switch -c {name}"));
        }
        let paths: Vec<String> = paths.iter().map(|path| quoted(path)).collect();
        commands.push(format!("{git} add {}", paths.join(" ")));
        let repository = self.home.repository()?;
        commands.push(self.committer.command(&git, said, repository));
        commands.push(next_steps::push(self.ctx, self.home, &own.unwrap_or(name)));
        Ok(commands)
    }

    /// Returns the commands that bring files from another folder to where they count.
    fn carry(&self, paths: &[String; 2], home: &str, said: &str) -> anyhow::Result<Vec<String>> {
        let folder = home.rsplit_once('/').map_or("", |(folder, _)| folder);
        let from = paths.each_ref().map(|path| quoted(path)).join(" ");
        let to = quoted(folder);
        let repository = self.home.repository()?;
        Ok(vec![
            format!("mkdir -p {to} && cp {from} {to}/"),
            format!("git add {to}"),
            self.committer.command("git", said, repository),
        ])
    }

    /// Adds the files to a branch, as one commit of git objects alone.
    fn add(
        &self,
        branch: &NamedBranch,
        paths: &[String; 2],
        bytes: [&[u8]; 2],
        said: &str,
    ) -> anyhow::Result<Put> {
        let repository = self.home.repository()?;
        let failed = |error: ScribeError| {
            fault::cannot_say(
                error.to_string(),
                "write the files elsewhere with --out DIR",
            )
        };
        let scribe = repository.scribe().map_err(failed)?;
        let tip = scribe.commit_of(branch.tip).map_err(failed)?;
        let mut changes = Vec::new();
        for (path, bytes) in paths.iter().zip(bytes) {
            let segments = self.approved.prefix().outward(path).unwrap_or_default();
            changes.push((segments.join("/"), Some(bytes.to_vec())));
        }
        let hand = self.committer.hand(self.ctx.instant());
        let draft = CommitDraft {
            parents: &[tip],
            changes: &changes,
            author: hand.clone(),
            committer: hand,
            message: &self.committer.message(said),
        };
        let made = match self.commit_setup {
            Some(setup) => scribe.commit_signed(&draft, setup),
            None => scribe.commit(&draft),
        };
        let made = made.map_err(failed)?;
        let remote = remote(repository, branch);
        let git = next_steps::git(self.ctx, self.home);
        let (short, commit) = (&branch.short, made.to_string());
        let from = match &branch.at {
            BranchPlace::Here => Some(Some(tip)),
            BranchPlace::Remote(_) => follows(repository, branch)?
                .map(|local| match local {
                    Some(local) => scribe.commit_of(local).map(Some),
                    None => Ok(None),
                })
                .transpose()
                .map_err(failed)?,
        };
        let push = match from {
            Some(from) => {
                scribe.move_branch(short, from, made).map_err(failed)?;
                format!("{git} push {remote} {}", quoted(short))
            }
            // The branch of that name here has commits of its own, and stays as it is.
            None => format!(
                "{git} push {remote} {}",
                quoted(&format!("{commit}:refs/heads/{short}"))
            ),
        };
        let branch = match from {
            Some(_) => short.clone(),
            None => format!("{remote}/{short}, not pushed yet"),
        };
        Ok(Put {
            done: Done::Committed { commit, branch },
            next: vec![push],
        })
    }
}

/// Writes files beside the records, all or none; what is there is replaced.
pub(super) fn beside(
    home: &Session,
    files: impl Iterator<Item = (String, Vec<u8>)>,
) -> anyhow::Result<()> {
    let tree = home.work_tree()?;
    let failed = |error: FileError| match error {
        FileError::Failed(..) => fault::cannot_say(error.to_string(), "see who may write there"),
        _ => fault::misuse(
            format!("{error}, so nothing was written"),
            "move it away, or use --out DIR",
        ),
    };
    let desk = edits::WriteLock::open(home.repository()?.common_dir()).map_err(failed)?;
    let mut writes = Vec::new();
    for (path, after) in files {
        let before = tree.bytes(&path)?;
        writes.push(Write {
            path,
            before,
            after,
        });
    }
    desk.write(tree, &writes).map_err(failed)
}

/// Returns the subject of the commit.
fn said(name: &str, decision: ApprovalDecision) -> String {
    match decision {
        ApprovalDecision::Approve => format!("Approve {name}"),
        ApprovalDecision::Reject => format!("Reject {name}"),
    }
}

/// Returns a subject as the name of a branch.
fn slug(said: &str) -> String {
    let plain = |char: char| match char {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => char,
        _ => '-',
    };
    let name: String = said.chars().map(plain).collect();
    match name.strip_prefix("Approve") {
        Some(rest) => format!("approve{rest}"),
        None => name.replacen("Reject", "reject", 1),
    }
}

/// Returns the remote that a branch is pushed to.
fn remote(repository: &Repository, branch: &NamedBranch) -> String {
    match &branch.at {
        BranchPlace::Remote(remote) => remote.clone(),
        BranchPlace::Here => repository
            .setting(&format!("branch.{}.remote", branch.short))
            .filter(|remote| remote != ".")
            .unwrap_or_else(|| "origin".to_owned()),
    }
}

/// Tells whether a commit has something that another one lacks.
fn is_ahead(repository: &Repository, base: Oid, tip: Oid) -> anyhow::Result<bool> {
    let branch = Branch::between(repository, base, tip)?;
    Ok(branch.is_some())
}

/// Returns the tip of the local branch of the same name where it can follow a remote's: it has nothing of its own and
/// is checked out nowhere. Nothing inside where there is none yet.
fn follows(repository: &Repository, branch: &NamedBranch) -> anyhow::Result<Option<Option<Oid>>> {
    let Some(local) = repository.tip_of(None, &branch.short) else {
        return Ok(Some(None));
    };
    let stays =
        repository.checked_out(&branch.short).is_some() || is_ahead(repository, branch.tip, local)?;
    Ok((!stays).then_some(Some(local)))
}
