//! `ci merged`: records who approved what was merged, signed, on the branch `exledger-approvals`.
//!
//! Start at [`MergedArgs`]. Follows `docs/spec/cli.md`, ci, and `docs/spec/approval.md`, 1.12. Nothing of a request is
//! checked out or run.

use std::mem::ManuallyDrop;
use std::thread;
use std::time::Duration;

use clap::Parser;

use crate::commands::approve::reviews::{not_counted, warning};
use crate::commands::ci::job::{ForgeArgs, ForgeJob};
use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, fault};
use crate::commands::exit::Outcome;
use crate::commands::next_steps::program;
use exledger::approval::evidence::reviews::Reviews;
use exledger::approval::sources::forge::pull_request;
use exledger::approval::sources::keys::Keys;
use exledger::approval::sources::message::CommitMessage;
use exledger::approval::sources::signature::ProcessKey;
use exledger::diag;
use exledger::diag::remedy::Remedy;
use exledger::diag::shell::folder_flag;
use exledger::features;
use exledger::features::approve::bridge_key::{ReviewKey, UncountedKey};
use exledger::features::approve::reviews::add_reviews;
use exledger::history::chain;
use exledger::history::objects::Oid;
use exledger::history::refs::APPROVALS_BRANCH;
use exledger::plan::reviews::ReviewResult;
use exledger::plan::reviews::skipped::SkippedReview;
use exledger::policy::people::nobody;
use exledger::session::error::Error;
use exledger::session::snapshot::walk::Scope;
use exledger::store::forge::{
    ENVIRONMENT, ForgeProgram, ForgeRequest, LandedCommit, RequestReviews,
};
use exledger::store::run::KEY_VARIABLE;

/// How long the forge may take to know which request made the newest commit.
const PAUSES: [u64; 3] = [0, 10, 30];

/// How often it is tried to push on top of what others pushed.
const PUSHES: usize = 3;

const MOST_LANDINGS: usize = 10_000;

/// Record who approved what was merged
///
/// For each pull request that a push merged: signs its reviews with the key in EXLEDGER_KEY, and pushes the statements to the
/// branch `exledger-approvals`. Comments where a review doesn't count, with the line to add; exits 1 then. In a clone, where
/// no key is, --pull-request starts the job.
#[derive(Debug, Parser)]
#[command(after_help = "EXAMPLE\n  exledger ci merged\n  exledger ci merged --pull-request 12")]
pub(crate) struct MergedArgs {
    #[command(flatten)]
    forge: ForgeArgs,

    /// Pull request whose reviews are recorded again [default: that of the event, otherwise all that the push merged]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pull_request: Option<u64>,
}

pub(super) const COMMAND: Command = Command::of::<MergedArgs>("merged");

impl Run for MergedArgs {
    const FORMATS: Formats = Formats::Only(&["table"]);
    const PAST: PastInstants = PastInstants::Refused("this command records what was merged");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let job = ForgeJob::open(ctx, &self.forge)?;
        let number = self.pull_request.map(Ok).or_else(|| read_number(&job)).transpose()?;
        if !job.is_running {
            let number = number.ok_or_else(|| {
                fault::usage_error(
                    "the key is in the job alone, so this can only start it",
                    "name the pull request with --pull-request NUMBER",
                )
            })?;
            job.asked(job.repository.start_merged(number, &job.branch()?))?;
            let shown = job.forge.request(number);
            if job.repository.client().dry_run {
                return Ok(Outcome::Fine);
            }
            ctx.hint(&format!("hint: the job that records the reviews of {shown} is started"));
            return Ok(Outcome::Fine);
        }
        let Some(key) = read_key(&job)? else {
            ctx.hint("hint: no review key is listed, so no review is recorded: approvals count by `exledger approve` alone");
            return Ok(Outcome::Fine);
        };
        let mut merged = ReviewRecorder {
            job: &job,
            key,
            files: Vec::new(),
            left_out: Vec::new(),
            outcome: Outcome::Fine,
        };
        let recorded = match number {
            Some(number) => merged.record_request(number),
            None => merged.record_push(),
        };
        // What can be told counts, whatever the forge doesn't answer afterwards.
        merged.deliver()?;
        merged.report_left_out()?;
        recorded.map(|()| merged.outcome)
    }
}

fn read_number(job: &ForgeJob<'_>) -> Option<anyhow::Result<u64>> {
    let text = job.event("/inputs/pull_request").or(job.variable("EXLEDGER_MERGE_REQUEST"))?;
    let number = text.parse().ok().filter(|number| *number > 0);
    Some(number.ok_or_else(|| {
        fault::usage_error(
            "the number of a pull request has digits only",
            "start the job again with the number alone",
        )
    }))
}

/// Returns the key that signs; `None` if no review key is listed, so that nothing it signs would count.
fn read_key(job: &ForgeJob<'_>) -> anyhow::Result<Option<ProcessKey>> {
    let bad = match job.ctx.variable(KEY_VARIABLE).map(ProcessKey::read) {
        Some(Ok(key)) => return Ok(Some(key)),
        Some(Err(bad)) => Some(bad),
        None => None,
    };
    let snapshot = job.ctx.approved_only(&job.session, Scope::Worklist)?;
    snapshot.refuse_incomplete()?;
    let governance = snapshot.governance();
    let is_listed = Keys::from_governance(governance, governance).has_bridge();
    let (why, remedy) = match (bad, is_listed) {
        (None, false) => return Ok(None),
        (None, true) => (format!("{KEY_VARIABLE} is not set in this job"), with_key(job)?),
        (Some(bad), false) => {
            (format!("of {KEY_VARIABLE}, {bad}"), Remedy::run(["exledger ci setup"]))
        }
        // The public half of a new key has to be approved before anything that it signs counts.
        (Some(bad), true) => {
            let remedy = Remedy::run(["exledger ci setup --new-key"]);
            (format!("of {KEY_VARIABLE}, {bad}"), remedy)
        }
    };
    Err(fault::undetermined(format!("no review was recorded: {why}"), remedy))
}

// Returns how a job gets the key that is listed: a new key would be another one.
fn with_key(job: &ForgeJob<'_>) -> anyhow::Result<Remedy> {
    let lacks = match (job.forge, job.workflow_gap()?) {
        (_, Some(gap)) => format!("look at the workflow: {} (`{}`)", gap.message, gap.line),
        (ForgeProgram::Github, None) => format!(
            "the job needs `environment: {ENVIRONMENT}`, and its step `{KEY_VARIABLE}: ${{{{ secrets.{KEY_VARIABLE} }}}}` below `env`"
        ),
        (ForgeProgram::Gitlab, None) => {
            format!("the job needs `environment: {{name: {ENVIRONMENT}}}`")
        }
    };
    Ok(Remedy::from(format!(
        "a review key is listed: {lacks}. If the workflow is right, the forge has lost the key, and `exledger ci setup --new-key` makes another"
    )))
}

struct ReviewRecorder<'j> {
    job: &'j ForgeJob<'j>,
    key: ProcessKey,
    files: Vec<(String, Vec<u8>)>,
    left_out: Vec<LeftOut>,
    outcome: Outcome,
}

// Reviews of what a landing brought that are not recorded, or do not count.
struct LeftOut {
    landing: Oid,
    // The request to comment on.
    number: Option<u64>,
    // What the comment says, or the log without a request; empty if none is left out.
    text: String,
    // Whether the comment has lines to add, by which an account is known from then on.
    has_lines: bool,
}

impl ReviewRecorder<'_> {
    fn raise(&mut self, outcome: Outcome) {
        self.outcome = self.outcome.max(outcome);
    }

    fn record_request(&mut self, number: u64) -> anyhow::Result<()> {
        let job = self.job;
        let request = job.asked(job.repository.request(number))?;
        let (shown, branch) = (job.forge.request(number), job.branch()?);
        let landing = request.landing.as_deref().and_then(Oid::from_hex);
        let why = match landing {
            _ if request.base != branch => format!("{shown} is not for {branch}"),
            Some(landing) => return self.record(&request, landing),
            None => format!("{shown} is not merged"),
        };
        job.ctx.tell(&format!("error: {why}, so its reviews are not recorded"));
        self.raise(Outcome::ProblemsFound);
        Ok(())
    }

    fn record_push(&mut self) -> anyhow::Result<()> {
        let job = self.job;
        let (landings, newest) = pushed(job)?;
        for landing in landings {
            let pauses = if landing == newest { &PAUSES[..] } else { &PAUSES[..1] };
            match merged_by(job, landing, pauses)? {
                MergedBy::Request(request) => self.record(&request, landing)?,
                MergedBy::Nothing => self.compare_message(landing)?,
                MergedBy::Others(others) => self.leave_out_others(landing, &others)?,
            }
        }
        Ok(())
    }

    // Who made the commits that the forge does not list might review them.
    fn leave_out_unlisted(&mut self, number: u64, landing: Oid) {
        let shown = self.job.forge.request(number);
        let text = String::from(
            "No review of this pull request is recorded: the forge does not list all of its commits (GitHub lists 250), so who made them is \
             not known. Somebody else approves each record with `exledger approve ID`.\n",
        );
        self.job.ctx.tell(&format!(
            "error: could not determine who made {shown}: the forge does not list its commits up to the head (GitHub lists 250), so no \
             review was recorded: have each record approved with `exledger approve ID`"
        ));
        self.raise(Outcome::Undetermined);
        self.left_out.push(LeftOut { landing, number: Some(number), text, has_lines: false });
    }

    // A commit of a rebase names the request that the last one merged; others, as those into another branch, say nothing here.
    fn leave_out_others(&mut self, landing: Oid, others: &[ForgeRequest]) -> anyhow::Result<()> {
        let (job, branch) = (self.job, self.job.branch()?);
        if others.iter().any(|request| request.base == branch && request.landing.is_some()) {
            return Ok(());
        }
        let shown: Vec<String> =
            others.iter().map(|request| job.forge.request(request.number)).collect();
        let shown = diag::names(&shown);
        let text = format!("{landing} is part of {shown}, not merged into {branch} by it");
        self.left_out.push(LeftOut { landing, number: None, text, has_lines: false });
        Ok(())
    }

    // Only what still waits is a problem: who approved may be enough without those who don't count.
    fn report_left_out(&mut self) -> anyhow::Result<()> {
        let job = self.job;
        let left_out = std::mem::take(&mut self.left_out);
        let mut waiting = vec![Vec::new(); left_out.len()];
        if left_out.iter().any(|left| !left.text.is_empty()) {
            let landings: Vec<Oid> = left_out.iter().map(|left| left.landing).collect();
            waiting = features::approve::waiting(&job.session, &job.ctx.moment(), &landings)?;
        }
        let marker = job.marker("exledger-reviews")?;
        for (left, waiting) in left_out.into_iter().zip(waiting) {
            let is_left_out = !(left.text.is_empty() || waiting.is_empty());
            if is_left_out {
                self.raise(Outcome::ProblemsFound);
            }
            let waits = diag::names(&waiting);
            match left.number {
                None if is_left_out => job.ctx.tell(&format!(
                    "error: {}: its reviews are not recorded, and {waits} waits for approval",
                    left.text
                )),
                None => {}
                Some(number) if is_left_out => {
                    let shown = job.forge.request(number);
                    job.ctx.tell(&format!("error: of {shown}, {waits} waits for approval"));
                    job.comment(number, &marker, &left.text, true)?;
                }
                Some(number) if left.text.is_empty() => {
                    let text = "No approval of this pull request is left out.\n";
                    job.comment(number, &marker, text, false)?;
                }
                Some(number) => {
                    let shown = job.forge.request(number);
                    job.ctx.hint(&format!("hint: all of {shown} is approved without that"));
                    let all = "All of this pull request is approved.\n".to_owned();
                    let text = if left.has_lines { left.text } else { all };
                    job.comment(number, &marker, &text, left.has_lines)?;
                }
            }
        }
        Ok(())
    }

    // Doesn't take the forge's word where the message of a landing names a request.
    fn compare_message(&mut self, landing: Oid) -> anyhow::Result<()> {
        let job = self.job;
        let commit = chain::read(job.session.repository()?, landing)?;
        let named = pull_request(&CommitMessage::read(&commit.message()));
        let number = named.as_deref().and_then(|named| named.get(1..)?.parse().ok());
        // Another forge's form is about a request of another repository.
        let number = number.filter(|number| named == Some(job.forge.request(*number)));
        let Some(number) = number else { return Ok(()) };
        let shown = job.forge.request(number);
        job.ctx.tell(&format!(
            "error: could not determine which request merged {landing}: the forge names none, and its message names {shown}: run `{} ci merged --pull-request {number}` in a clone, once the forge shows {shown} as merged",
            program(job.ctx)
        ));
        self.raise(Outcome::Undetermined);
        Ok(())
    }

    fn record(&mut self, request: &ForgeRequest, landing: Oid) -> anyhow::Result<()> {
        let job = self.job;
        let commit = chain::read(job.session.repository()?, landing);
        let Ok(commit) = commit else {
            job.ctx.tell(&format!(
                "error: {landing}, which merged {}, is not in this clone",
                job.forge.request(request.number)
            ));
            self.raise(Outcome::ProblemsFound);
            return Ok(());
        };
        let author = (commit.parents.len() < 2).then(|| commit.author().email.clone());
        let landed = LandedCommit { oid: landing.to_string(), author };
        let RequestReviews { answer, has_all_commits, undated } =
            job.asked(job.repository.reviews(request, &landed))?;
        if !has_all_commits {
            self.leave_out_unlisted(request.number, landing);
            return Ok(());
        }
        let reviews = Reviews::read(answer.to_string().as_bytes()).map_err(|error| {
            fault::undetermined(format!("the forge's answer can't be used: {error}"), "")
        })?;
        fetch_reviewed(job, request, &reviews)?;
        let prepared =
            match features::approve::prepare_reviews(&job.session, &job.ctx.moment(), &reviews) {
                // It holds the whole history, which takes long to free.
                Ok(prepared) => ManuallyDrop::new(prepared),
                Err(Error::Usage(refused)) => {
                    job.ctx.tell(&format!("error: {refused}: no review was recorded"));
                    self.raise(Outcome::ProblemsFound);
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            };
        let signed = prepared.files(ReviewKey::InProcess(&self.key))?;
        let result = &prepared.result;
        let missing = |review: &SkippedReview| matches!(review, SkippedReview::Missing { .. });
        if result.skipped.iter().any(missing) {
            self.raise(Outcome::Undetermined);
        }
        self.files.extend(signed.files);
        let (text, has_lines) =
            report(job, request, (&reviews, result, &signed.uncounted), &undated)?;
        self.left_out.push(LeftOut { landing, number: Some(request.number), text, has_lines });
        Ok(())
    }

    fn deliver(&mut self) -> anyhow::Result<()> {
        let (job, client) = (self.job, self.job.repository.client());
        if self.files.is_empty() {
            return Ok(());
        }
        let approved = job.approved()?;
        let remote = approved.remote.as_deref();
        let git = job.session.repository()?;
        let branch = format!("refs/heads/{APPROVALS_BRANCH}");
        let tracked =
            remote.map(|remote| format!("+{branch}:refs/remotes/{remote}/{APPROVALS_BRANCH}"));
        let mut refused = None;
        for _ in 0..=PUSHES {
            if client.dry_run {
                client.push(&format!("{branch}:{branch}")).ok();
                return Ok(());
            }
            let tip = add_reviews(git, remote, &self.files, job.ctx.now).map_err(|error| {
                fault::undetermined(format!("the statements were not committed: {error}"), "")
            })?;
            if git.tip_of(remote, APPROVALS_BRANCH) == Some(tip) {
                return Ok(());
            }
            match client.push(&format!("{branch}:{branch}")) {
                Ok(()) => {
                    // A push to an address leaves what this clone knows of the remote.
                    let is_known = git.tip_of(remote, APPROVALS_BRANCH) == Some(tip);
                    let _ =
                        tracked.as_ref().filter(|_| !is_known).map(|branch| client.fetch(branch));
                    return Ok(());
                }
                Err(error) => refused = Some(error),
            }
            // Others may have pushed in the meantime; before the first push there is no such branch.
            let _ = tracked.as_ref().map(|refspec| client.fetch(refspec));
        }
        let cause = refused.map(|error| error.to_string()).unwrap_or_default();
        Err(fault::undetermined(
            format!("{APPROVALS_BRANCH} was not pushed: {cause}"),
            format!(
                "if a rule protects every branch, let the app of Actions bypass it for {APPROVALS_BRANCH}; then run the job again"
            ),
        ))
    }
}

/// Returns the commits of the approved branch that the push brought, oldest first, and the newest.
fn pushed(job: &ForgeJob<'_>) -> anyhow::Result<(Vec<Oid>, Oid)> {
    let named = job.variable("GITHUB_SHA").or(job.variable("CI_COMMIT_SHA"));
    let newest = named.and_then(Oid::from_hex).unwrap_or(job.approved()?.tip);
    let before = job.event("/before").or(job.variable("CI_COMMIT_BEFORE_SHA"));
    let Some(before) = before.and_then(Oid::from_hex) else {
        return Ok((vec![newest], newest));
    };
    let mut landings = vec![newest];
    while let Some(last) = landings.last().copied().filter(|_| landings.len() < MOST_LANDINGS) {
        let commit = chain::read(job.session.repository()?, last)?;
        match commit.parents.iter().next() {
            Some(parent) if *parent == before => {
                landings.reverse();
                return Ok((landings, newest));
            }
            Some(parent) => landings.push(*parent),
            None => break,
        }
    }
    // The push didn't begin on this line.
    Ok((vec![newest], newest))
}

// What a forge names for a commit.
enum MergedBy {
    Request(ForgeRequest),
    // Requests that hold the commit, and were merged by another one or into another branch.
    Others(Vec<ForgeRequest>),
    Nothing,
}

fn merged_by(job: &ForgeJob<'_>, landing: Oid, pauses: &[u64]) -> anyhow::Result<MergedBy> {
    let (branch, landing) = (job.branch()?, landing.to_string());
    let mut found = MergedBy::Nothing;
    for pause in pauses {
        if job.repository.client().waits {
            thread::sleep(Duration::from_secs(*pause));
        }
        let requests = job.asked(job.repository.requests_of(&landing))?;
        let is_own = |request: &ForgeRequest| {
            request.base == branch && request.landing.as_deref() == Some(landing.as_str())
        };
        if let Some(request) = requests.iter().find(|request| is_own(request)) {
            return Ok(MergedBy::Request(request.clone()));
        }
        if !requests.is_empty() {
            found = MergedBy::Others(requests);
        }
    }
    Ok(found)
}

fn fetch_reviewed(
    job: &ForgeJob<'_>,
    request: &ForgeRequest,
    reviews: &Reviews,
) -> anyhow::Result<()> {
    let client = job.repository.client();
    job.asked(client.fetch(&job.repository.request_ref(request.number)))?;
    for review in &reviews.reviews {
        if review.commit != Oid::NULL && !job.session.repository()?.holds(review.commit) {
            // One that no ref reaches any more may be gone; then the review can't be told.
            let _ = client.fetch(&review.commit.to_string());
        }
    }
    Ok(())
}

// Says which reviews don't count, and returns the comment about them, empty if all count, and whether it has lines to add.
fn report(
    job: &ForgeJob<'_>,
    request: &ForgeRequest,
    (reviews, result, uncounted): (&Reviews, &ReviewResult, &[UncountedKey]),
    undated: &[String],
) -> anyhow::Result<(String, bool)> {
    // On the forge, paths begin at the root of the repository.
    let folder = job.session.repository()?.prefix(job.session.root()).unwrap_or_default();
    let above = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let program = format!("exledger{}", folder_flag(&folder));
    let (mut text, mut refused) = (String::new(), String::new());
    for skipped in &result.skipped {
        job.ctx.tell(&format!("warning: {skipped}"));
        if let SkippedReview::Author { .. } | SkippedReview::Older { .. } = skipped {
            refused.push_str(&format!("- {skipped}\n"));
        }
    }
    for login in undated {
        let left = format!(
            "{login} approved {}, but the forge does not say when, so it is not known what they looked at, and it does not count: let them sign, with `{program} approve ID`",
            reviews.pull_request
        );
        job.ctx.tell(&format!("warning: {left}"));
        refused.push_str(&format!("- {left}\n"));
    }
    for review in &result.unresolved {
        job.ctx.tell(&warning(review, &reviews.pull_request));
        match (&review.line, review.step()) {
            (Some(_), Some(step)) if review.other_number.is_some() => {
                text.push_str(&format!("- {}: {step}\n", review.reason));
            }
            (Some(line), _) => {
                text.push_str(&format!("- `{line}`, in `people.logins`: {}\n", review.reason));
            }
            (None, _) => {
                refused.push_str("- that of an account that no longer exists: ask someone else\n");
            }
        }
    }
    if let Some(key) = uncounted.first() {
        job.ctx.tell(&not_counted(key, Some(nobody::REVIEWS)));
        text.push_str(&format!(
            "- `{} {}`, in `{above}{}`: the key that signed {}\n",
            nobody::REVIEWS,
            key.line,
            key.signers,
            key.listing
        ));
    }
    let shown = request.number;
    let mut parts = Vec::new();
    if !text.is_empty() {
        parts.push(format!(
            "These approvals do not count yet. Add each line in a pull request that somebody else merges, then run \
             `{program} ci merged --pull-request {shown}` in a clone.\n\n{text}"
        ));
    }
    if !refused.is_empty() {
        parts.push(format!("These approvals do not count.\n\n{refused}"));
    }
    Ok((parts.join("\n"), !text.is_empty()))
}
