//! Whether approving on the forge, or anything else, leaves an approval when pull requests are merged as they are here.
//!
//! Pure. Start at [`check`]. Follows `docs/spec/approval.md`, 1.12.

use crate::approval::sources::forge;
use crate::approval::sources::keys::Keys;
use crate::approval::sources::message::CommitMessage;
use crate::approval::sources::message::Pinned;
use crate::approval::sources::signature;
use crate::features::doctor::check::{CheckName, CheckState, DoctorCheck};
use crate::features::doctor::facts::DoctorFacts;
use crate::features::doctor::recent::RecentLanding;
use crate::features::doctor::requirements::Requirements;
use crate::policy::demand::{EvidenceKind, Forge};
use crate::policy::people::nobody;
use crate::survey::merging::{self, LandingKind};
use crate::{diag, policy};

pub(super) fn check(
    facts: &DoctorFacts<'_>,
    forge: Option<&str>,
    requirements: &Requirements<'_>,
    keys: &Keys,
) -> DoctorCheck {
    let check = by_reviews(facts, forge, requirements, keys);
    with_as_me(facts, check)
}

fn has_reviews(landing: &RecentLanding) -> bool {
    landing.files.iter().any(|file| file.file.via.is_some())
}

fn by_reviews(
    facts: &DoctorFacts<'_>,
    forge: Option<&str>,
    requirements: &Requirements<'_>,
    keys: &Keys,
) -> DoctorCheck {
    let name = CheckName::Bridge;
    let policy = &facts.governance.policy;
    let accepts_reviews = policy.approval.accept.contains(&EvidenceKind::Review);
    // Without a listed key nothing that the job states counts; the check `ci` says so.
    let reference = facts.stamp.reference.as_deref().unwrap_or_default();
    if let Some(job) = facts.ci.states_reviews(forge, reference).filter(|_| keys.has_bridge()) {
        if !accepts_reviews {
            let kinds: Vec<&str> =
                policy.approval.accept.iter().map(|kind| kind.as_str()).chain(["review"]).collect();
            let message = format!(
                "{job} records reviews, but approval.accept in {} leaves them out",
                policy::FILE
            );
            let line = format!("accept: [{}]", kinds.join(", "));
            return DoctorCheck::problem(name, message).with_lines([line]);
        }
        return DoctorCheck::ok(name, format!("{job} records the forge's reviews"));
    }
    let mut check = without_job(facts, requirements, keys);
    if let Some(gap) = facts.ci.review_gap(forge, reference).filter(|_| keys.has_bridge()) {
        check.message = format!("{}; {}", gap.sentence(), check.message);
        check.state = match check.state {
            CheckState::Ok => CheckState::Note,
            CheckState::Problem if gap.is_doubt => CheckState::Unknown,
            state => state,
        };
    }
    check
}

fn without_job(
    facts: &DoctorFacts<'_>,
    requirements: &Requirements<'_>,
    keys: &Keys,
) -> DoctorCheck {
    let (name, recent) = (CheckName::Bridge, facts.recent);
    let accept = &facts.governance.policy.approval.accept;
    let accepts_merges = accept.contains(&EvidenceKind::Merge);
    let n_nameless =
        recent.count(|landing| landing.kind == LandingKind::Squash && !landing.names_merger);
    let is_nameless = n_nameless > 0 || !accepts_merges;
    let n_by_hand = recent.count(has_reviews);
    let has_signers = requirements.n_signers() > 0;
    let names_approvers = recent.count(|landing| names_approvers(facts, landing)) > 0;
    if is_nameless && accept.contains(&EvidenceKind::Review) && n_by_hand > 0 && keys.has_bridge() {
        let n = diag::count(n_by_hand, "commit");
        return DoctorCheck::ok(name, format!("reviews are recorded by hand, in {n}"));
    }
    if is_nameless && names_approvers {
        return DoctorCheck::ok(name, "the forge names the approvers in its messages");
    }
    let cause = match (accepts_merges, n_nameless) {
        (false, _) => "the policy accepts no merge as approval".to_owned(),
        (true, 1) => "a squash names no approver".to_owned(),
        (true, _) => "squashes name no approver".to_owned(),
    };
    if is_nameless && has_signers {
        let message = format!(
            "{cause}, and no reviews are recorded: approve with a signature, which counts however it is merged"
        );
        return DoctorCheck::note(name, message).with_command("exledger approve ID");
    }
    if is_nameless {
        return no_way(facts, &cause);
    }
    if facts.is_first
        && !has_signers
        && recent.count(|landing| landing.kind != LandingKind::Direct) == 0
    {
        let signers = &facts.governance.policy.approval.signers;
        let message = format!(
            "nothing shows how requests are merged here: a merge commit by someone else counts, but a squash names no approver, and nobody could approve anything after one: list a key in {signers} before this is merged, or that of a job (`exledger ci setup`)"
        );
        return DoctorCheck::unknown(name, message).with_lines([key_line()]);
    }
    if recent.count(|landing| landing.kind == LandingKind::Rebase) > 0 && !has_signers {
        let message = "a rebase names whoever pressed the button, and no reviews are recorded: someone other than the author must merge";
        return DoctorCheck::note(name, message);
    }
    let several = requirements.of_several();
    if !several.is_empty() && !has_signers && !names_approvers {
        let message = format!(
            "a merge names one approver, and {} needs more: add the job that records reviews, or list keys and sign",
            several.join(", ")
        );
        return DoctorCheck::note(name, message).with_command("exledger approve ID");
    }
    let n_merges = recent.count(|landing| landing.kind == LandingKind::Merge);
    let message = match (n_merges, has_signers) {
        (_, true) => "approvals are signed",
        (0, false) => "no reviews are recorded; a merge by someone else counts",
        (_, false) => "merge commits name the approver",
    };
    DoctorCheck::ok(name, message)
}

fn no_way(facts: &DoctorFacts<'_>, cause: &str) -> DoctorCheck {
    let signers = &facts.governance.policy.approval.signers;
    let how = match facts.is_first {
        true => "before this is merged",
        false => "in a change that somebody else merges with a merge commit",
    };
    let message = format!(
        "{cause}, and no key is listed, so approving on the forge doesn't count: list the approvers' keys in {signers}, {how}, and sign"
    );
    DoctorCheck::problem(CheckName::Bridge, message)
        .with_lines([key_line()])
        .with_command("exledger approve ID")
}

fn key_line() -> String {
    format!("ADDRESS namespaces=\"{}\" ssh-ed25519 AAAA…", signature::APPROVAL)
}

/// Tells whether the message of a squash names approvers that count: the policy pins the forge that composes it.
fn names_approvers(facts: &DoctorFacts<'_>, landing: &RecentLanding) -> bool {
    let approval = &facts.governance.policy.approval;
    let is_pinned = approval.forge != Forge::Auto;
    if !is_pinned || !approval.accept.contains(&EvidenceKind::Trailer) {
        return false;
    }
    let adapter = forge::named(approval.forge.as_str());
    let text = landing.commit.message();
    let message = CommitMessage::read(&text);
    adapter.is_some_and(|adapter| !(adapter.approvals)(&message, Pinned::ByPolicy).is_empty())
}

/// Names `--as-me` if every commit is signed or signed off, so that the forge may demand it.
fn with_as_me(facts: &DoctorFacts<'_>, mut check: DoctorCheck) -> DoctorCheck {
    let governance = facts.governance;
    let mut n_commits = 0;
    for landing in &facts.recent.landings {
        let own = std::iter::once(&landing.commit).chain(&landing.branch);
        for commit in own {
            let is_of_forge = merging::is_forge(governance, commit.committer());
            // A forge signs its merges itself, whatever it demands of others.
            if is_of_forge && commit.parents.len() > 1 || nobody::is_address(&commit.author().email)
            {
                continue;
            }
            let trailers = commit.trailers(&|_| false);
            let is_signed_off = trailers.iter().any(|trailer| trailer.is("Signed-off-by"));
            if !is_signed_off && (is_of_forge || commit.signature().is_none()) {
                return check;
            }
            n_commits += 1;
        }
    }
    if n_commits == 0 || facts.user.commits_as_me {
        return check;
    }
    check.message.push_str(
        "; every commit here is signed or signed off: if the forge demands it, approve with `exledger approve --as-me`",
    );
    if check.state == CheckState::Ok {
        check.state = CheckState::Note;
    }
    check.with_command("git config exledger.approvalAuthor me")
}
