//! Who approved each version, on real repositories and with messages that forges really wrote.

use exledger::approval;
use exledger::approval::verdict::{ApprovalVerdict, Satisfied};
use exledger::history::version::TrailKey;

use crate::support::repo::Repo;
use crate::support::repo::speak::signer;
use crate::support::samples::{ID, SAMPLE};

/// A ledger in which the sample was filed by Ana and merged by Lee.
pub(crate) fn filed() -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("dana").write("exledger.yaml", "version: 1\n").commit("Keep exceptions in a ledger");
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("lee").merge("file", "Merge pull request #7 from ana/file");
    repo
}

/// A verdict in the words used in answers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub satisfied: &'static str,
    pub result: &'static str,
    pub approvers: Vec<String>,
    pub authors: Vec<String>,
}

/// Returns the verdicts on all versions of a record.
pub(crate) fn verdicts(repo: &Repo, id: &str) -> Vec<std::rc::Rc<ApprovalVerdict>> {
    let history = repo.history();
    let mut approvals = approval::judge(&history);
    approvals.trails.remove(&TrailKey::Id(id.to_owned())).unwrap()
}

/// Returns the verdict on the last version of the sample.
pub(crate) fn verdict(repo: &Repo) -> ApprovalVerdict {
    verdicts(repo, ID).pop().unwrap().as_ref().clone()
}

pub(crate) fn local(email: &str) -> String {
    email.split('@').next().unwrap().to_owned()
}

/// Returns a verdict in the words used in answers.
pub(crate) fn said(verdict: &ApprovalVerdict) -> Said {
    Said {
        satisfied: match &verdict.satisfied {
            Satisfied::Yes => "yes",
            Satisfied::No => "no",
            Satisfied::Undetermined(_) => "undetermined",
        },
        result: verdict.result.as_str(),
        approvers: verdict.approvers.iter().map(|approver| local(&approver.person.email)).collect(),
        authors: verdict.authors.iter().map(|author| local(&author.person.email)).collect(),
    }
}

/// Checks a verdict: satisfied, result, approvers and authors by the local parts of their addresses.
pub(crate) fn check(
    what: &str,
    verdict: &ApprovalVerdict,
    satisfied: &str,
    result: &str,
    approvers: &[&str],
    authors: &[&str],
) {
    let found = said(verdict);
    let seen =
        (found.satisfied, found.result, found.approvers.as_slice(), found.authors.as_slice());
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let (approvers, authors) = (owned(approvers), owned(authors));
    assert_eq!(
        seen,
        (satisfied, result, approvers.as_slice(), authors.as_slice()),
        "{what}: {:?} {:?}",
        verdict.satisfied,
        verdict.missing
    );
}

/// A repository whose policy landed first, by someone who is not involved otherwise.
pub(crate) fn ledger(policy: &str) -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root").write("exledger.yaml", &format!("version: 1\n{policy}")).commit("Begin");
    repo
}

/// Changes a governance file as Root proposes it and Sam, who signs, merges it.
pub(crate) fn govern(repo: &Repo, path: &str, text: &str) {
    govern_by(repo, "sam", path, text);
}

/// Changes a governance file as Root proposes it and somebody, who signs, merges it.
pub(crate) fn govern_by(repo: &Repo, who: &str, path: &str, text: &str) {
    let branch = format!("govern-{}", repo.now().unix());
    repo.branch(&branch).by("root").write(path, text).commit("Change it");
    repo.by(who).signed(who).merge(&branch, &format!("Merge branch '{branch}'"));
}

/// Files the sample on a branch by Ana.
pub(crate) fn file(repo: &Repo) {
    file_as(repo, SAMPLE);
}

/// Files a record with the sample's id on a branch by Ana.
pub(crate) fn file_as(repo: &Repo, text: &str) {
    repo.branch("file").by("ana").write(ID, text).commit("File it");
}

/// A ledger in which Ana filed the sample and Lee merged it.
pub(crate) fn approved(policy: &str) -> Repo {
    let repo = ledger(policy);
    file(&repo);
    repo.by("lee").merge("file", "Merge pull request #7 from ana/file");
    repo
}

/// A ledger that requires signatures, and lists Dana's and Sam's keys.
pub(crate) fn sealed() -> Repo {
    sealed_by("approval: {proof: attested}\n")
}

pub(crate) fn sealed_by(policy: &str) -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root")
        .write("exledger.yaml", &format!("version: 1\n{policy}"))
        .write(".github/allowed_signers", &(signer("dana") + &signer("sam")))
        .commit("Begin");
    repo
}

pub(crate) fn amended() -> String {
    SAMPLE.replace("moderate", "low")
}
