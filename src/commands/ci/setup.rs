//! `ci setup`: gives the job that records reviews its key, once.
//!
//! Start at [`SetupArgs`]. Follows `docs/spec/cli.md`, ci. The private half is made in memory and given to the forge at once;
//! it is never on a disk.

use anyhow::Context;
use clap::Parser;

use crate::ask;
use crate::commands::ci::job::{ForgeArgs, ForgeJob};
use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::fault::Fault;
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, fault};
use crate::commands::exit::Outcome;
use crate::commands::next_steps::{self, program};
use exledger::approval::sources::keys::{self, Keys};
use exledger::approval::sources::signature::ProcessKey;
use exledger::diag;
use exledger::diag::shell::quoted;
use exledger::history::refs::APPROVALS_BRANCH;
use exledger::history::tree::CommitTree;
use exledger::ledger::tree::Tree;
use exledger::policy;
use exledger::policy::people::nobody;
use exledger::session::locate;
use exledger::session::snapshot::walk::Scope;
use exledger::store::edits::{Write, WriteLock};
use exledger::store::forge::{ENVIRONMENT, KeyPlace, Protection};
use exledger::store::run::KEY_VARIABLE;

/// Give the job that records reviews its key, once
///
/// For an administrator. Makes the environment `exledger` for the approved branch alone, stores the private half of a new key
/// there, which is never on a disk, protects the branch `exledger-approvals`, and prints the line that lists the key. While
/// no policy is merged, the line is added to the signers file. A key that is listed already stays.
#[derive(Debug, Parser)]
#[command(after_help = "EXAMPLE\n  exledger ci setup\n  exledger ci setup --dry-run")]
pub(crate) struct SetupArgs {
    #[command(flatten)]
    forge: ForgeArgs,

    /// Don't ask before the first call
    #[arg(long)]
    yes: bool,

    /// Make a new key although one is listed: no review counts until its line is approved
    #[arg(long)]
    new_key: bool,
}

pub(super) const COMMAND: Command = Command::of::<SetupArgs>("setup");

impl Run for SetupArgs {
    const FORMATS: Formats = Formats::Only(&["table"]);
    const PAST: PastInstants = PastInstants::Refused("this command changes the present setup");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let job = ForgeJob::open(ctx, &self.forge)?;
        let listed = if self.new_key { Vec::new() } else { listed_keys(&job)? };
        if !self.yes && !self.forge.dry_run {
            agree(&job, &listed)?;
        }
        // Before the place is made.
        let place = match listed.is_empty() {
            true => KeyPlace::Absent,
            false => job.asked(job.repository.key_place())?,
        };
        let default = job.asked(job.repository.default_branch())?;
        let mut branches = vec![job.branch()?];
        // Schedules run on the default branch.
        branches
            .extend(Some(default).filter(|branch| !branch.is_empty() && *branch != branches[0]));
        if let Protection::Refused(why) = job.asked(job.repository.protect_key(&branches))? {
            return Err(unstored(&job, &why)?);
        }
        // Before a key is stored: each run makes another one.
        let unprotected = match job.repository.protect_approvals() {
            Err(error) if error.is_refusal() => Some(error),
            done => {
                job.asked(done)?;
                None
            }
        };
        let outcome = match place {
            KeyPlace::Absent => store_key(&job)?,
            KeyPlace::Empty | KeyPlace::Filled => keep_key(&job, &listed, place)?,
        };
        let Some(error) = unprotected else { return Ok(outcome) };
        job.ctx.tell(&format!(
            "warning: the key is stored, but {APPROVALS_BRANCH} is not protected: {error}; protect it by hand: no force push, no deletion"
        ));
        Ok(Outcome::ProblemsFound)
    }
}

// Nobody can list a key later where all is squashed and no job records reviews: so it is said while the ledger can still begin with one.
fn unstored(job: &ForgeJob<'_>, why: &str) -> anyhow::Result<anyhow::Error> {
    let cause = format!(
        "nothing was stored, since the key would not be protected: {why}; reviews count by `exledger approve` alone"
    );
    let signers = locate::governance(job.session.tree())?.policy.approval.signers;
    let list = match has_landed(job)? {
        true => format!(
            "list the approvers' keys in {signers}, in a change that somebody else merges with a merge commit: a squash names nobody"
        ),
        false => format!(
            "list the approvers' keys before the first policy is merged: `{} init --person LOGIN=ADDRESS=KEYFILE` writes {signers}",
            program(job.ctx)
        ),
    };
    Ok(fault::undetermined(cause, list))
}

// Returns the fingerprints of the review keys that count on the approved branch.
fn listed_keys(job: &ForgeJob<'_>) -> anyhow::Result<Vec<String>> {
    if !has_landed(job)? {
        return Ok(Vec::new());
    }
    let snapshot = job.ctx.approved_only(&job.session, Scope::Worklist)?;
    snapshot.refuse_incomplete()?;
    let governance = snapshot.governance();
    Ok(Keys::from_governance(governance, governance).bridges())
}

fn store_key(job: &ForgeJob<'_>) -> anyhow::Result<Outcome> {
    let key = ProcessKey::random();
    let secret = key.one_line().context("encoding the key")?;
    job.asked(job.repository.store_key(&secret))?;
    drop(secret);
    let line = key.signers_line(nobody::REVIEWS, keys::REVIEW).context("encoding the key")?;
    if !job.repository.client().dry_run {
        list_key(job, &line)?;
    }
    Ok(Outcome::Fine)
}

// Says that the listed key stays: the public half of a new one would have to be approved first.
fn keep_key(job: &ForgeJob<'_>, listed: &[String], place: KeyPlace) -> anyhow::Result<Outcome> {
    let signers = locate::governance(job.session.tree())?.policy.approval.signers;
    let keys = diag::names(listed);
    let new = format!("{} ci setup --new-key", program(job.ctx));
    if place == KeyPlace::Empty {
        job.ctx.tell(&format!(
            "error: the review key {keys} is listed in {signers}, but the forge shows no secret {KEY_VARIABLE} in the environment {ENVIRONMENT}: if nobody has the key any more, make a new one with `{new}`"
        ));
        return Ok(Outcome::ProblemsFound);
    }
    job.ctx.tell(&format!(
        "hint: the review key {keys} is listed in {signers} and stays, and so does the secret {KEY_VARIABLE}; `{new}` makes another key"
    ));
    let Some(gap) = job.workflow_gap()? else { return Ok(Outcome::Fine) };
    job.ctx.tell(&format!("error: {} (`{}`)", gap.sentence(), gap.line));
    Ok(Outcome::ProblemsFound)
}

fn agree(job: &ForgeJob<'_>, listed: &[String]) -> anyhow::Result<()> {
    if job.ctx.person == ask::Prompting::Away {
        return Err(fault::usage_error(
            "nobody can be asked here whether the forge may be changed",
            "add --yes, or see the calls with --dry-run",
        ));
    }
    let repository = &job.repository.client().repository;
    let branch = job.branch()?;
    let key = match listed.is_empty() {
        true => "store a new key there",
        false => "store a new key there if it does not exist yet",
    };
    let question = format!(
        "Make the environment {ENVIRONMENT} of {repository} for {branch} alone, {key}, and protect {APPROVALS_BRANCH}"
    );
    match ask::agreed(&question) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Fault::Interrupted.into()),
        Err(error) => Err(fault::unasked(&error, "add --yes")),
    }
}

/// Prints the line that lists the key; before the first policy is merged, adds it to the work tree.
fn list_key(job: &ForgeJob<'_>, line: &str) -> anyhow::Result<()> {
    let tree = job.session.tree();
    let governance = locate::governance(tree)?;
    let signers = &governance.policy.approval.signers;
    job.ctx.print(format!("{line}\n").as_bytes())?;
    if has_landed(job)? {
        let approve = format!("{} approve --governance {}", program(job.ctx), quoted(signers));
        job.ctx.tell(&format!(
            "hint: add this line to {signers}, in a pull request that somebody else merges; under squash it needs `{approve}` by a listed key; the line of an earlier key goes"
        ));
        return Ok(());
    }
    let before = tree.bytes(signers)?;
    let text = String::from_utf8_lossy(before.as_deref().unwrap_or_default()).into_owned();
    // The key of an earlier run is replaced.
    let is_earlier = |line: &&str| line.split_whitespace().next() == Some(nobody::REVIEWS);
    let mut lines: Vec<&str> = text.lines().filter(|line| !is_earlier(line)).collect();
    lines.push(line);
    let after = format!("{}\n", lines.join("\n")).into_bytes();
    let lock = WriteLock::open(job.session.repository()?.common_dir());
    let writes = [Write { path: signers.clone(), before, after }];
    let files = job.session.work_tree()?;
    lock.and_then(|lock| lock.write(files, &writes))
        .with_context(|| format!("adding the line to {signers}"))?;
    let git = next_steps::git_command(job.ctx, job.session.root());
    job.ctx.tell(&format!(
        "hint: the line is in {signers}: commit it with the first policy: {git} add {}",
        quoted(signers)
    ));
    Ok(())
}

fn has_landed(job: &ForgeJob<'_>) -> anyhow::Result<bool> {
    let Some(approved) = &job.approved else {
        return Ok(false);
    };
    let git = job.session.repository()?;
    let prefix = git.ledger_prefix(job.session.root());
    let tree = CommitTree::of_commit(git, approved.tip, &prefix)?;
    Ok(tree.kind(policy::FILE)?.is_some())
}
