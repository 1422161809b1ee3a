//! A request for an exception by an agent: drafted beside the files of the approved branch, and kept on a branch of its own if
//! the session may make one.
//!
//! Start at `Session::request`. Follows `docs/spec/cli.md`, requests by agents. A request grants nothing: it is a proposal like
//! that of any other branch.

use std::path::Path;

use serde_json::{Map, Value};

use crate::approval::next::who::Identities;
use crate::approval::people::listed::{self, ListedPeople};
use crate::approval::sources::keys::Keys;
use crate::features::new::answer::{Filing, FilingBase};
use crate::features::new::request::{AnswerInput, FilingRequest};
use crate::features::new::review;
use crate::features::request::branch::RequestBranches;
use crate::features::request::plan::{ExceptionRequest, RequestBranch, RequestedException};
use crate::features::{new, request};
use crate::history::paths::LedgerPrefix;
use crate::history::refs::ApprovedRef;
use crate::history::tree::CommitTree;
use crate::plan::answers::Answers;
use crate::plan::draft::RecordDraft;
use crate::plan::setting::Filer;
use crate::policy::governance::{Governance, State};
use crate::policy::people;
use crate::record::address::Address;
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::session::{locate, mainline};
use crate::status::state::{Pending, RecordState};
use crate::store::git::Repository;

/// How many requests are drafted in one session.
pub const MOST_REQUESTS: usize = 10;

/// The requests of one session, and whether they are kept on branches.
#[derive(Debug)]
pub struct RequestLog {
    keeps_branches: bool,
    drafted: Vec<DraftedRequest>,
}

#[derive(Debug)]
struct DraftedRequest {
    answers: Map<String, Value>,
    path: String,
    made: RequestedException,
}

struct ApprovedTip<'s> {
    repository: &'s Repository,
    chosen: ApprovedRef,
    prefix: LedgerPrefix,
    governance: Governance,
}

impl RequestLog {
    /// Returns the log of a session that only drafts: nothing is written.
    pub fn without_branches() -> RequestLog {
        RequestLog { keeps_branches: false, drafted: Vec::new() }
    }

    /// Returns the log of a session that keeps each request on a branch, written as git's user.
    pub(crate) fn on_branches(located: &Located) -> Result<RequestLog, Error> {
        let tip = ApprovedTip::of(located)?;
        tip.requester()?;
        tip.need_approvers()?;
        Ok(RequestLog { keeps_branches: true, drafted: Vec::new() })
    }

    /// Tells whether this session requested a record, and nothing else is proposed under its id: each proposal is the commit
    /// that holds the request, on the branch of the request.
    pub fn is_own(&self, state: &RecordState) -> bool {
        let of_id = self.drafted.iter().filter(|drafted| drafted.made.id == state.id());
        let mut branches = of_id.filter_map(|drafted| drafted.made.branch.as_ref());
        branches.any(|branch| state.pending.iter().all(|pending| is_on(branch, pending)))
    }

    fn known(
        &self,
        answers: &Answers,
        tip: &CommitTree<'_>,
    ) -> Result<Option<&DraftedRequest>, Error> {
        for drafted in self.drafted.iter().rev().filter(|it| it.answers == *answers.fields()) {
            if tip.entry(&drafted.path)?.is_none() {
                return Ok(Some(drafted));
            }
        }
        Ok(None)
    }
}

/// Tells whether a proposal is a request as it was written, in this clone or pushed under the same name.
fn is_on(branch: &RequestBranch, pending: &Pending) -> bool {
    let Some(name) = &pending.branch else {
        return false;
    };
    // Names of other branches end like this one, too; they are texts of others.
    let is_named = *name == branch.name
        || name.split_once('/').is_some_and(|(_, of_remote)| *of_remote == branch.name);
    is_named && pending.commit.as_ref() == Some(&branch.commit)
}

impl<'s> ApprovedTip<'s> {
    fn of(located: &'s Located) -> Result<ApprovedTip<'s>, Error> {
        let repository = located.repository()?;
        let chosen = mainline::approved_ref(located)?;
        let prefix = repository.ledger_prefix(&located.root);
        let tree = CommitTree::of_commit(repository, chosen.tip, &prefix)?;
        let governance = locate::governance(&tree)?;
        if governance.state == State::Absent {
            return Err(Undetermined::NoPolicy { reference: chosen.reference }.into());
        }
        Ok(ApprovedTip { repository, chosen, prefix, governance })
    }

    fn tree(&self) -> Result<CommitTree<'s>, Error> {
        Ok(CommitTree::of_commit(self.repository, self.chosen.tip, &self.prefix)?)
    }

    fn need_approvers(&self) -> Result<(), Usage> {
        let keys = Keys::from_governance(&self.governance, &self.governance);
        if ListedPeople::of(&self.governance, &keys).is_empty() {
            let help = "have that approved in the ledger, or leave out --drafts";
            return Err(Usage::refused(listed::NOBODY, help));
        }
        Ok(())
    }

    /// Returns git's user, who must be a person: the author and the requester of what is drafted.
    fn requester(&self) -> Result<Filer, Usage> {
        let help = "set it in the ledger's clone to the person who runs the agent: git config user.email YOU@EXAMPLE.COM";
        let (name, email) = self.repository.user();
        let Some(email) = email else {
            return Err(Usage::refused(
                "git's user.email is not set, so a draft has no requester",
                help,
            ));
        };
        if Address::new(&email).is_none() {
            return Err(Usage::refused(
                format!("git's user.email is {email}, which is not an email address"),
                help,
            ));
        }
        let person =
            people::identify(&self.governance, name.as_deref().unwrap_or_default(), &email);
        if Identities::from_governance(&self.governance).is_no_person(&person) {
            return Err(Usage::refused(
                format!(
                    "git's user.email is {email}, which is a bot, an agent or a service: a person must be the requester"
                ),
                help,
            ));
        }
        Ok(Filer { name, email: Some(email) })
    }
}

pub(crate) fn file(
    located: &Located,
    at: &Moment,
    asked: &ExceptionRequest,
    log: &mut RequestLog,
) -> Result<RequestedException, Error> {
    let tip = ApprovedTip::of(located)?;
    let requester = tip.requester();
    let requester = if log.keeps_branches { Some(requester?) } else { requester.ok() };
    let mut filing = prepare((located, &tip), at, asked)?;
    let email = requester.as_ref().and_then(|requester| requester.email.as_deref());
    let mut answers = filing.answers.clone();
    request::plan::complete(&mut answers, email);
    filing.file_as(requester.clone());
    if let Some(known) = log.known(&answers, &tip.tree()?)? {
        return known_again(tip.repository, known);
    }
    if log.drafted.len() >= MOST_REQUESTS {
        return Err(Usage::refused(
            format!("this session has made {MOST_REQUESTS} requests, and makes no more"),
            "wait until people have decided about them",
        )
        .into());
    }
    let draft = filing.draft(&answers);
    let mut made = checked(&filing, &draft)?;
    let mut path = draft.path.clone();
    if let (true, Some(requester)) = (log.keeps_branches, &requester) {
        let branches = RequestBranches { repository: tip.repository, prefix: &tip.prefix };
        match branches.equal(&tip.tree()?, &mut filing, &answers)? {
            Some((earlier, branch)) => {
                (made.id, made.yaml, path) = (filing.id.to_string(), earlier.text, earlier.path);
                made.branch = Some(branch);
            }
            None => {
                let written =
                    branches.write(tip.chosen.tip, &draft, (&filing.id, requester), at.now)?;
                made.branch = Some(written);
            }
        }
    }
    let answers = answers.fields().clone();
    log.drafted.push(DraftedRequest { answers, path, made: made.clone() });
    Ok(made)
}

/// Gathers the answers; a receipt gives what the arguments don't, and they must not ask for anything else.
fn prepare<'s>(
    (located, tip): (&'s Located, &ApprovedTip<'s>),
    at: &Moment,
    asked: &ExceptionRequest,
) -> Result<Filing<'s>, Error> {
    let bytes = asked.receipt.as_ref().map(|receipt| receipt.to_string().into_bytes());
    let gather = |given: &Answers| {
        let receipt = bytes.as_deref();
        let request = FilingRequest {
            receipt: receipt
                .map(|bytes| AnswerInput { path: Path::new(RECEIPT), bytes: Some(bytes) }),
            ..FilingRequest::of_answers(given, &located.root)
        };
        let base = FilingBase::Commit(tip.chosen.tip, tip.tree()?);
        new::answer::prepare_on((located, base), at, &request).map_err(as_arguments)
    };
    if bytes.is_some() {
        let of_receipt = gather(&Answers::default())?.answers;
        if let Some(name) = request::plan::differing(&asked.answers, &of_receipt) {
            return Err(Usage::refused(
                format!("`{name}` is not what the receipt asks about"),
                "leave it out, or leave out the receipt",
            )
            .into());
        }
    }
    gather(&asked.answers)
}

const RECEIPT: &str = "the argument `receipt`";

fn as_arguments(error: Error) -> Error {
    match error {
        Error::Usage(Usage::Refused { what, remedy, notices }) => Usage::Refused {
            what: request::plan::in_arguments(&what),
            remedy: remedy.map(|text| request::plan::in_arguments(&text)),
            notices,
        }
        .into(),
        other => other,
    }
}

fn checked(filing: &Filing<'_>, draft: &RecordDraft) -> Result<RequestedException, Error> {
    filing.refuse_incomplete(draft).map_err(|refused| as_arguments(refused.into()))?;
    let mut reviewed = filing.review(draft)?;
    let errors: Vec<String> = review::errors(&reviewed.findings)
        .map(|finding| request::plan::in_arguments(&review::in_one_line(finding)))
        .collect();
    if !errors.is_empty() || draft.source.record.is_none() {
        let what = format!("the request would not pass lint\n  {}", errors.join("\n  "));
        return Err(Usage::refused(what, "correct these fields, and ask again").into());
    }
    let of_tier = || draft.resolved.as_ref().map(|resolved| resolved.demand().needed());
    let needed = reviewed.needed.take().or_else(of_tier).ok_or_else(|| {
        Undetermined::other("which approvals the request needs", "file it with `exledger new`")
    })?;
    Ok(RequestedException {
        id: filing.id.to_string(),
        branch: None,
        yaml: draft.text.clone(),
        needed,
        findings: reviewed.findings,
    })
}

/// Returns a draft of this session again, whose branch must still exist.
fn known_again(
    repository: &Repository,
    known: &DraftedRequest,
) -> Result<RequestedException, Error> {
    if let Some(RequestBranch { name, .. }) = &known.made.branch
        && repository.tip_of(None, name).is_none()
    {
        return Err(Usage::refused(
            format!(
                "{} was requested in this session, and somebody has deleted its branch",
                known.made.id
            ),
            "ask the people who approve why; a request that differs is a new one",
        )
        .into());
    }
    Ok(known.made.clone())
}
