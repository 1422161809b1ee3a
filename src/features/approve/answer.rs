//! Approves or rejects present content: checks that the approval would count, drafts and signs
//! it, and writes its files.
//!
//! Start at `prepare_approval`: it refuses an approval that would not count before anything is signed. `draft` writes and
//! signs an approval, `reviews` writes approval files for a forge's reviews. Follows `docs/spec/cli.md`, approve,
//! and `docs/spec/approval.md`, S7, 1.12, G2.

use crate::approval::count::requirement;
use crate::approval::evidence::statement::LedgerName;
use crate::approval::evidence::statement_file::ApprovalDecision;
use crate::approval::next::text;
use crate::approval::next::who::{self, ContentPeople};
use crate::approval::verdict::{NotCounted, Statement, VoteCounts};
use crate::diag::Level;
use crate::diag::remedy::Remedy;
use crate::diag::shell;
use crate::features::approve::committer::Committer;
use crate::features::approve::destination::Destination;
use crate::features::approve::prepared::PreparedApproval;
use crate::features::approve::request::ApprovalRequest;
use crate::features::approve::source::ContentSource;
use crate::features::approve::subject::{ApprovalContent, ApprovalTarget, governance_file, record};
use crate::history::paths::LedgerPrefix;
use crate::policy;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::address::Address;
use crate::rules::case::RuleContext;
use crate::rules::extra_schema::ExtraSchema;
use crate::rules::lint;
use crate::rules::past::RecordPast;
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::locate::Located;
use crate::session::notice::Notice;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Scope;
use crate::store::files;
use crate::store::git::Repository;
use crate::store::sign::CommitSigning;

pub(crate) fn prepare_approval<'s>(
    located: &'s Located,
    at: &Moment,
    request: &ApprovalRequest<'_>,
) -> Result<PreparedApproval<'s>, Error> {
    let repository = located.repository()?;
    let below = policy_below(located, request);
    let id = match request.subject {
        crate::features::approve::request::NamedSubject::Record(id) => Some(id),
        crate::features::approve::request::NamedSubject::Governance(_) => None,
    };
    let scope = Scope::About(id.as_slice());
    let snapshot = Snapshot::open_with_policies_below(located, at, (below.clone(), scope))?;
    if let Some(path) = &below {
        refuse_governed_elsewhere(&snapshot, path)?;
    }
    refuse_backdated(&snapshot, at)?;
    let source = ContentSource::open(located, &snapshot, request.branch)?;
    let judging = source.judging(&snapshot);
    let (person, by) = approver(request, repository, judging)?;
    let content = match request.subject {
        crate::features::approve::request::NamedSubject::Governance(path) => {
            governance_file::find((located, at), &snapshot, &source, (path, request.folder))?
        }
        crate::features::approve::request::NamedSubject::Record(id) => {
            record::find((located, at), &snapshot, &source, (id, request.decision))?
        }
    };
    refuse_uncounted(&content, &person, request.decision, judging)?;
    let committer = Committer::choose(request.as_me, repository)?;
    let signs_commit = matches!(committer, Committer::Me { .. })
        && request.out.is_none()
        && repository.commit_signing() == CommitSigning::Ssh;
    let commit_setup = if signs_commit {
        let home = located.options.home.as_deref();
        let setup = repository.signing_of_commits(home, request.folder);
        Some(setup.map_err(crate::features::approve::sign::unsigned)?)
    } else {
        None
    };
    let destination = Destination::choose(located, &snapshot, request)?;
    if request.out.is_none() {
        committer.check(repository)?;
    }
    let mut notices = refuse_unsound(&content, &source, request.decision)?;
    let mut beside = Vec::new();
    if request.decision == ApprovalDecision::Approve {
        let around = (&content, &person);
        let (redesigns, more) = crate::features::approve::beside::linked_redesigns(
            (located, at),
            &snapshot,
            &source,
            around,
        )?;
        beside = redesigns;
        notices.extend(more);
    }
    Ok(PreparedApproval {
        content,
        beside,
        source,
        decision: request.decision,
        person,
        committer,
        notices,
        by,
        at: at.clone(),
        located,
        snapshot,
        destination,
        commit_setup,
    })
}

fn policy_below(located: &Located, request: &ApprovalRequest<'_>) -> Option<String> {
    let crate::features::approve::request::NamedSubject::Governance(path) = request.subject else {
        return None;
    };
    let typed = Some(path.to_string_lossy().into_owned());
    let below = |path: &String| {
        let folder = path.strip_suffix(policy::FILE).and_then(|folder| folder.strip_suffix('/'));
        folder.is_some_and(|folder| !folder.split('/').any(|part| matches!(part, "" | "." | "..")))
    };
    let inside = files::inside(&located.root, request.folder, path);
    inside.filter(below).or(typed.filter(below))
}

/// Refuses a policy below that counts: from then on it is for the people of its own ledger.
fn refuse_governed_elsewhere(snapshot: &Snapshot<'_>, path: &str) -> Result<(), Error> {
    let folder = path.strip_suffix(policy::FILE).unwrap_or_default().trim_end_matches('/');
    let outward = snapshot.prefix().outward(folder).unwrap_or_default().join("/");
    if !snapshot.policies().counts(&LedgerPrefix::new(&outward))? {
        return Ok(());
    }
    Err(Usage::refused(
        format!("{path} counts, and a change of it is for the people of that ledger to approve"),
        Remedy::run([shell::command(
            "exledger -C",
            &[folder, "approve", "--governance", policy::FILE],
        )]),
    )
    .into())
}

/// Refuses a typed time before the last landing: the statement would be judged by the rules of that time, whoever has left since.
fn refuse_backdated(snapshot: &Snapshot<'_>, at: &Moment) -> Result<(), Usage> {
    let stamp = snapshot.stamp();
    match (at.on, stamp.effective) {
        (Some(on), Some(landed)) if on < landed => {
            let reference = stamp.label.as_deref().unwrap_or("the approved ref");
            let what = format!("--on {on} is before {landed}, the time of the tip of {reference}");
            Err(Usage::refused(what, "a signature states when it is given: leave out --on"))
        }
        _ => Ok(()),
    }
}

fn approver(
    request: &ApprovalRequest<'_>,
    repository: &Repository,
    governance: &Governance,
) -> Result<(Person, Address), Usage> {
    let help = "set it: git config user.email YOU@EXAMPLE.COM, or use --by EMAIL";
    let (name, own) = repository.user();
    let email = request
        .by
        .map(str::to_owned)
        .or(own)
        .ok_or_else(|| Usage::refused("git's user.email is not set", help))?;
    let person = people::identify(governance, &name.unwrap_or_default(), &email);
    let by = Address::new(&person.key)
        .ok_or_else(|| Usage::refused(format!("{email} is not an email address"), help))?;
    Ok((person, by))
}

pub(super) fn refuse_uncounted(
    content: &ApprovalContent,
    person: &Person,
    decision: ApprovalDecision,
    present: &Governance,
) -> Result<(), Usage> {
    let judging = match &content.landed {
        Some(landed) => &landed.governance,
        None => present,
    };
    let ApprovalTarget { makers, owners, .. } = &content.target;
    let records = [content.record(), content.last_approved.as_deref()];
    let people = ContentPeople { makers, owners, records };
    // What landed bears names beside its addresses, which a statement about it has, too (I5).
    let stated = content.landed.iter().flat_map(|landed| &landed.statements);
    let is_namesake = |said: &Statement| {
        said.person.key == person.key && said.counts == VoteCounts::No(NotCounted::SameNameAsAuthor)
    };
    let namesake = (decision == ApprovalDecision::Approve && stated.into_iter().any(is_namesake))
        .then_some(NotCounted::SameNameAsAuthor);
    match who::refusal(people, person, decision, [judging, present]).or(namesake) {
        None => Ok(()),
        Some(reason) => {
            let (reason, help) = text::refusal(&reason);
            let what = format!("it would not count: {} {reason}", person.display);
            Err(Usage::refused(what, help))
        }
    }
}

/// Refuses a record that can't be read, and one with errors that can still be corrected; returns the notices.
fn refuse_unsound(
    content: &ApprovalContent,
    source: &ContentSource<'_>,
    decision: ApprovalDecision,
) -> Result<Vec<Notice>, Error> {
    let path = &content.path;
    let mut notices = Vec::new();
    if !content.is_committed {
        notices.push(Notice::NotCommitted { path: path.clone() });
    }
    if let Some(patch) = &content.inherits {
        notices.push(Notice::FollowsUncounted { path: path.clone(), patch: patch.clone() });
    }
    if decision == ApprovalDecision::Reject {
        return Ok(notices);
    }
    let governance = &source.governance;
    let Some(file) = &content.file else {
        let names_it = governance.paths().contains(path);
        return match requirement::impossible(governance, None).filter(|_| names_it) {
            Some(what) => Err(Usage::Refused {
                what,
                remedy: format!(
                    "add members to groups and keys to {}, or ask for less, and approve that",
                    governance.policy.approval.signers
                )
                .into(),
                notices: Vec::new(),
            }
            .into()),
            None => Ok(notices),
        };
    };
    let context = RuleContext {
        governance,
        extra_schema: &ExtraSchema::of(governance),
        tree: source.files(),
        instant: None,
        neighbours: None,
    };
    let findings = lint::record(file, &context, RecordPast::UNKNOWN)?;
    let errors: Vec<String> = findings
        .iter()
        .filter(|finding| finding.level == Level::Error)
        .map(|finding| format!("{}: {}", finding.rule, finding.message))
        .collect();
    if errors.is_empty() {
        return Ok(notices);
    }
    if file.record.is_some() && content.landed.is_some() {
        let path = path.clone();
        notices.push(Notice::LandedWithErrors { path, errors });
        return Ok(notices);
    }
    Err(Usage::Refused {
        what: format!(
            "{path} does not pass lint, and fixing it would need another approval\n  {}",
            errors.join("\n  ")
        ),
        remedy: "ask the author to fix it first: `exledger lint` shows where".into(),
        notices,
    }
    .into())
}

pub(super) fn written(name: &LedgerName, snapshot: &Snapshot<'_>) -> Result<String, Undetermined> {
    let written = name.written().map(str::to_owned);
    written.ok_or_else(|| Undetermined::other(
        "the policy has no `name`, and the ledger's first commit, whose id is used instead, is not in this clone",
        snapshot.extent().remedy(),
    ))
}
