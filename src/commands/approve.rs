//! `approve`: approves or rejects the present bytes of a record, with a signature.
//!
//! [`features::approve::prepare`] decides; arguments, prompts and the answer are here.
//! `reviews` writes approval files for a forge's reviews. Follows `docs/spec/cli.md`, approve,
//! and `docs/spec/approval.md`, S7, 1.12, G2.

mod answer;
mod git_commands;
pub(crate) mod reviews;

use exledger::features::approve;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use clap::Parser;

use crate::ask;
use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::fault::Fault;
use crate::commands::context::{Ctx, fault};
use crate::commands::exit::Outcome;
use crate::commands::{context, next_steps, picker};
use exledger::approval::evidence::statement_file::ApprovalDecision;
use exledger::diag::shell::quoted;
use exledger::features;
use exledger::features::approve::draft::{ApprovalDraft, check_reason};
use exledger::features::approve::prepared::PreparedApproval;
use exledger::features::approve::request::{ApprovalRequest, NamedSubject};
use exledger::features::approve::show::{Counting, Done, SignedStatement};
use exledger::policy;
use exledger::session::Session;
use exledger::session::error::Undetermined;
use exledger::session::locate::above;
use exledger::session::options::Options;
use exledger::store::files;

/// Sign an approval
///
/// Signs the current bytes of a record with an SSH key and adds the statement to the local branch exledger-approvals,
/// for you to push. The approval covers exactly these bytes, before and after they are merged, however the branch is
/// merged. It counts once it is pushed, and once the signers file lists the key.
///
/// The key is taken from --key FILE, or else from git's exledger.signingKey (a path, or key::ssh-ed25519 … for a key in
/// an agent), or else from user.signingkey if that is an SSH key. The way git signs commits does not change.
#[derive(Debug, Parser)]
#[command(after_help = "\
EXAMPLE
  exledger approve 7F3KQ --reason \"The alert was tested on 19 November\"
  exledger approve 7F3KQ --ref billing-key
  exledger approve 7F3KQ --reject --reason \"The scope names every invoice\"
  exledger approve --governance exledger.yaml
  exledger approve --from-reviews reviews.json --key bridge_key")]
pub(crate) struct ApproveArgs {
    /// Record id, any unambiguous prefix or suffix of it, or the path of its file; asked for on a terminal
    id: Option<String>,

    /// Reason, on one line; it becomes part of the signed statement
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    /// Veto this version instead of approving it; needs --reason
    #[arg(long)]
    reject: bool,

    /// Approve a change to a governance file, such as exledger.yaml, instead of a record
    #[arg(long, value_name = "PATH", num_args = 0..=1)]
    governance: Option<Option<PathBuf>>,

    /// Approve the record as a branch has it, without checking it out
    #[arg(long = "ref", value_name = "BRANCH")]
    branch: Option<String>,

    /// Write the files to this folder instead, to be merged beside the record
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Who approves [default: git's user.email]
    #[arg(long, value_name = "EMAIL")]
    by: Option<String>,

    /// SSH key to sign with, private or public half; with --from-reviews the bridge's, and required
    #[arg(long, value_name = "FILE")]
    key: Option<String>,

    /// Commit under your own name, signed as git is configured and with a sign-off; for
    /// forges that reject anonymous commits
    #[arg(long)]
    as_me: bool,

    /// Show what would be signed and written, but write nothing
    #[arg(long)]
    dry_run: bool,

    /// Record the forge's reviews of a merged pull request, read from JSON; - for stdin
    #[arg(
        long,
        value_name = "FILE",
        requires = "key",
        conflicts_with_all = ["id", "reason", "reject", "governance", "branch", "out", "by", "as_me"]
    )]
    from_reviews: Option<PathBuf>,
}

pub(crate) const COMMAND: Command = Command::of::<ApproveArgs>("approve");

impl Run for ApproveArgs {
    const PAST: PastInstants = PastInstants::Refused("what is approved is the present content");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ctx = &ctx.for_drafts();
        match &self.from_reviews {
            Some(file) => {
                let key = self.key.as_deref().unwrap_or_default();
                reviews::run(ctx, file, key, !self.dry_run)
            }
            None => approve(&self, ctx),
        }
    }
}

impl ApproveArgs {
    fn request<'a>(
        &'a self,
        id: Option<&'a str>,
        folder: &'a Path,
    ) -> anyhow::Result<ApprovalRequest<'a>> {
        let subject = match (&self.governance, id) {
            (None, id) => NamedSubject::Record(id.unwrap_or_default()),
            (Some(Some(path)), None) => NamedSubject::Governance(path),
            (Some(None), Some(path)) => NamedSubject::Governance(Path::new(path)),
            (Some(_), _) => {
                return Err(fault::usage_error(
                    "--governance takes the path of a single governance file",
                    "approve records and governance files one by one",
                ));
            }
        };
        Ok(ApprovalRequest {
            subject,
            decision: if self.reject {
                ApprovalDecision::Reject
            } else {
                ApprovalDecision::Approve
            },
            branch: self.branch.as_deref(),
            out: self.out.as_deref(),
            by: self.by.as_deref(),
            as_me: self.as_me,
            folder,
        })
    }

    /// Returns the command that does the same again: with every flag that was given.
    fn again(
        &self,
        ctx: &Ctx,
        prepared: &PreparedApproval<'_>,
        draft: &ApprovalDraft<'_>,
    ) -> String {
        let program = next_steps::program(ctx);
        let plain = prepared.content.command();
        let words = plain.strip_prefix("exledger").unwrap_or_default();
        let mut command = format!("{program}{words}");
        let out = self.out.as_ref().map(|folder| folder.display().to_string());
        if self.reject {
            command.push_str(" --reject");
        }
        for (flag, value) in [
            ("ref", &self.branch),
            ("reason", &draft.file.reason),
            ("out", &out),
            ("by", &self.by),
            ("key", &self.key),
        ] {
            if let Some(value) = value {
                command.push_str(&format!(" --{flag} {}", quoted(value)));
            }
        }
        if self.as_me {
            command.push_str(" --as-me");
        }
        command
    }
}

fn picked(args: &ApproveArgs, ctx: &Ctx) -> anyhow::Result<Option<String>> {
    if args.governance.is_some() || args.id.is_some() {
        return Ok(args.id.clone());
    }
    let waiting = || {
        let home = ctx.home()?;
        let approved = ctx.approved(&home)?;
        match picker::waiting(&approved) {
            none if none.is_empty() => picker::open(&home),
            waiting => Ok(waiting),
        }
    };
    picker::id_or_ask(ctx, "approve", None, &waiting).map(Some)
}

fn approve(args: &ApproveArgs, ctx: &Ctx) -> anyhow::Result<Outcome> {
    let id = match (picked(args, ctx)?, args.governance.is_some()) {
        (Some(id), false) => Some(picker::record_named(ctx, &id, args.branch.as_deref())?),
        (id, _) => id,
    };
    let request = args.request(id.as_deref(), &ctx.folder)?;
    let session = ctx.home()?;
    let above = ledger_above(ctx, &session, &request)?;
    let (session, request) = match &above {
        None => (session, request),
        Some((place, path)) => {
            let options = Options { root: Some(place.clone()), ..ctx.options() };
            let subject = NamedSubject::Governance(path);
            (Session::open(place, options)?, ApprovalRequest { subject, ..request })
        }
    };
    let progress = ctx.progress(context::READING);
    let found = features::approve::prepare(&session, &ctx.moment(), &request);
    drop(progress);
    // It holds the whole history, which takes long to free.
    let prepared = ManuallyDrop::new(ctx.noting(found)?);
    ctx.of_notices(&prepared.notices);
    let reason = ask_reason(args, ctx, &prepared)?;
    let draft = prepared.draft(reason.as_deref())?;
    let retry = args.again(ctx, &prepared, &draft);
    let mut answer = answer::unsigned(&prepared, &draft);
    if draft.counts_already() {
        (answer.done, answer.counting) = (Done::Before, Counting::Counts);
        if !args.dry_run {
            answer.next = git_commands::again(ctx, &session, (&draft, &retry))?;
        }
        ctx.show(approve::show::signed(&answer))?;
        return Ok(Outcome::Fine);
    }
    if args.dry_run {
        answer.done = Done::Never(draft.text.clone());
        ctx.show(approve::show::signed(&answer))?;
        return Ok(Outcome::Fine);
    }
    let key = prepared.key(args.key.as_deref(), &ctx.folder)?;
    confirm(ctx, &prepared, &draft)?;
    let signed = draft.sign(&key)?;
    if signed.is_repeated() {
        answer.done = Done::Before;
        answer.next = git_commands::again(ctx, &session, (&draft, &retry))?;
    } else {
        let written = signed.write()?;
        answer.done = answer::done(&written);
        answer.next = git_commands::after(ctx, &session, (&prepared, &draft), (&written, &retry))?;
    }
    answer::add_signature(&mut answer, &prepared, &signed.signature);
    if matches!(answer.counting, Counting::NotYet { .. }) && prepared.content.has_landed() {
        // A statement keeps its time, and for what has landed the keys of that time count.
        answer.next = vec![format!("{retry}   # again, once that is merged")];
    }
    ctx.show(approve::show::signed(&answer))?;
    hint(ctx, &answer);
    Ok(match answer.counting {
        Counting::Counts => Outcome::Fine,
        _ => Outcome::ProblemsFound,
    })
}

/// Returns the folder of the ledger above, and the path of the policy on disk, if the policy to approve is this ledger's own, and
/// it is for the people of that one to approve it.
fn ledger_above(
    ctx: &Ctx,
    session: &Session,
    request: &ApprovalRequest<'_>,
) -> anyhow::Result<Option<(PathBuf, PathBuf)>> {
    let NamedSubject::Governance(path) = request.subject else {
        return Ok(None);
    };
    if files::inside(session.root(), &ctx.folder, path).as_deref() != Some(policy::FILE) {
        return Ok(None);
    }
    let Some(below) = above::policy_below(session.located(), ctx.now)? else {
        return Ok(None);
    };
    match below.place.clone().filter(|_| below.restore.is_none()) {
        Some(place) => {
            let path = place.join(below.path_from_above());
            Ok(Some((place, path)))
        }
        None => Err(Undetermined::PolicyBelow(Box::new(below)).into()),
    }
}

fn ask_reason(
    args: &ApproveArgs,
    ctx: &Ctx,
    prepared: &PreparedApproval<'_>,
) -> anyhow::Result<Option<String>> {
    if let Some(reason) = &args.reason {
        return Ok(Some(reason.trim().to_owned()));
    }
    if prepared.decision == ApprovalDecision::Approve {
        return Ok(None);
    }
    let missing = || fault::usage_error("a rejection needs a reason", "give it with --reason TEXT");
    match ctx.person {
        ask::Prompting::Away => Err(missing()),
        ask::Prompting::There => {
            let question = format!("Why do you reject {}", prepared.content.name);
            let check = |text: &str| check_reason(text).map_err(|refused| refused.to_string());
            ask::text(&question, None, &check).map(Some).map_err(|_| missing())
        }
    }
}

fn confirm(
    ctx: &Ctx,
    prepared: &PreparedApproval<'_>,
    draft: &ApprovalDraft<'_>,
) -> anyhow::Result<()> {
    if ctx.person == ask::Prompting::Away {
        return Ok(());
    }
    if let Some(preview) = answer::preview(prepared) {
        ctx.preview(preview);
    }
    match ask::agreed(&answer::question(prepared, draft)) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Fault::Interrupted.into()),
        Err(error) => Err(fault::unasked(&error, "skip the prompt with --no-input")),
    }
}

fn hint(ctx: &Ctx, answer: &SignedStatement) {
    if matches!(ctx.format.name, "table" | "markdown") {
        return;
    }
    if let Counting::NotYet { why, signers, line, way_out } = &answer.counting {
        let step = approve::show::first_step(signers, line.as_deref(), way_out.as_deref());
        let line = line.iter().map(|line| format!(":\n        {line}")).collect::<String>();
        ctx.tell(&format!(
            "warning: {}: {why}\n  help: first {step}{line}",
            approve::show::NOT_YET
        ));
    }
    let next = answer.next.join("\n  ");
    if !answer.next.is_empty() {
        ctx.hint(&format!("hint: it counts once it is sent:\n  {next}"));
    }
}
