//! Accounts of unknown people: who is named, with which line, and whose account it may be.

use exledger::features::doctor::check::{CheckName, CheckState};

use super::{ID, POLICY, assert_yes, check, examine, ledger, merge, stands, verdict};
use crate::cli_approve::RECORD;
use crate::support::repo::Repo;

const OMAR: &str = "Omar Diaz <888+odiaz@users.noreply.github.com>";
const PLAIN_OMAR: &str = "Omar Diaz <omar@example.com>";
const NWEBER: &str = "nweber <777+nweber@users.noreply.github.com>";

/// Nina files a record, and Omar merges it under his private address.
fn merged_by_omar(repo: &Repo, branch: &str) {
    repo.branch(branch).by("nina").write(ID, RECORD).commit("File it");
    let message = format!("Merge pull request #1 from nina/{branch}");
    repo.by(OMAR).through("github").merge(branch, &message);
    repo.checkout();
}

#[test]
fn an_unknown_merger_is_named_and_after_the_line_the_merge_counts() {
    let repo = ledger(POLICY);
    merged_by_omar(&repo, "file");
    assert_eq!(stands(&repo), ("unapproved".into(), "unresolved".into()));
    assert_eq!(verdict(&repo), "no");
    let accounts = check(&repo, CheckName::Accounts);
    assert_eq!(accounts.state, CheckState::Problem);
    assert_eq!(accounts.lines, ["888+odiaz: ADDRESS"]);

    let mapped = POLICY.replace("people:\n", "people:\n  logins: {odiaz: omar@example.com}\n");
    repo.scribble("exledger.yaml", &mapped);
    let waiting = examine(&repo).diagnosis;
    assert_eq!(waiting.logins[0].address.as_deref(), Some("omar@example.com"));
    let accounts = check(&repo, CheckName::Accounts);
    assert!(accounts.message.contains("once it is merged and"), "{}", accounts.message);
    assert!(accounts.lines.is_empty());

    merge(&repo, "exledger.yaml", &mapped);
    assert_yes(&repo);
    let changed = RECORD.replace("moderate", "low");
    repo.branch("again").by("nina").write(ID, &changed).commit("File it again");
    repo.by(OMAR).through("github").merge("again", "Merge pull request #2 from nina/again");
    assert_eq!(stands(&repo), ("active".into(), "claimed".into()));
    assert_yes(&repo);
}

#[test]
fn a_guess_stands_beside_the_line_and_never_in_it() {
    let repo = ledger(POLICY);
    repo.branch("docs").by(PLAIN_OMAR).write("README.md", "Payments\n").commit("Describe it");
    repo.by("lee").merge("docs", "Merge branch 'docs'");
    merged_by_omar(&repo, "file");
    let login = &examine(&repo).diagnosis.logins[0];
    assert_eq!(
        (login.login.as_str(), login.forge.as_str()),
        ("888+odiaz", "users.noreply.github.com")
    );
    assert_eq!(login.address, None);
    let because = "merged or committed 1 commit; same name (Omar Diaz) as omar@example.com: ask whether it is their account";
    assert_eq!(login.because, because);

    // Somebody with a role is never proposed.
    for with_role in [
        "groups: {security: [omar@example.com]}\n",
        "people: {logins: {someone: omar@example.com}}\n",
    ] {
        let policy = format!("version: 1\nname: example/payments\n{with_role}");
        let repo = ledger(&policy);
        repo.branch("docs").by(PLAIN_OMAR).write("README.md", "Payments\n").commit("Describe it");
        repo.by("lee").merge("docs", "Merge branch 'docs'");
        merged_by_omar(&repo, "file");
        assert_eq!(examine(&repo).diagnosis.logins[0].because, "merged or committed 1 commit");
    }
}

#[test]
fn authors_of_the_ledger_matter_and_others_only_until_anyone_is_mapped() {
    let repo = ledger(POLICY);
    repo.by(NWEBER).through("github").write("README.md", "Payments\n").commit("Describe it (#1)");
    repo.checkout();
    let accounts = check(&repo, CheckName::Accounts);
    assert_eq!(accounts.state, CheckState::Problem, "{}", accounts.message);
    let mapped = POLICY.replace("people:\n", "people:\n  logins: {odiaz: omar@example.com}\n");
    merge(&repo, "exledger.yaml", &mapped);
    let accounts = check(&repo, CheckName::Accounts);
    assert_eq!(accounts.state, CheckState::Note, "{}", accounts.message);
    assert_eq!(accounts.lines, ["777+nweber: ADDRESS"]);
    assert_yes(&repo);
    repo.by(NWEBER).through("github").write(ID, RECORD).commit("File it (#2)");
    assert_eq!(check(&repo, CheckName::Accounts).state, CheckState::Problem);
}

#[test]
fn co_authors_and_those_named_in_reviews_are_accounts_too() {
    let policy = POLICY.replace("people:\n", "people:\n  logins: {odiaz: omar@example.com}\n");
    let repo = ledger(&policy);
    repo.by("nina").with(NWEBER).through("github").write(ID, RECORD).commit("File it (#1)");
    repo.checkout();
    assert_eq!(check(&repo, CheckName::Accounts).lines, ["777+nweber: ADDRESS"]);
}

#[test]
fn bots_forges_and_plain_addresses_need_no_line() {
    let repo = ledger(POLICY);
    repo.by("bot").through("github").write("a.lock", "1\n").commit("Update (#1)");
    repo.branch("x").by("nina").write("README.md", "x\n").commit("Describe it");
    repo.by("lee").through("github").merge("x", "Merge pull request #2 from nina/x");
    repo.checkout();
    assert_eq!(check(&repo, CheckName::Accounts).state, CheckState::Ok);
    assert!(examine(&repo).diagnosis.logins.is_empty());
}

#[test]
fn your_own_account_is_a_problem_and_an_unset_address_is_not() {
    let repo = ledger(POLICY);
    repo.config("user.email", "777+nweber@users.noreply.github.com");
    let you = check(&repo, CheckName::You);
    assert_eq!(
        (you.state, you.lines.as_slice()),
        (CheckState::Problem, &["777+nweber: ADDRESS".to_owned()][..])
    );
    repo.config("user.email", "renovate[bot]@users.noreply.github.com");
    assert_eq!(check(&repo, CheckName::You).state, CheckState::Note);
    repo.config("user.email", "ana@example.com");
    let you = check(&repo, CheckName::You);
    assert_eq!(you.state, CheckState::Ok, "{}", you.message);
}

/// What GitLab writes: the target in quotes, and the request.
fn by_gitlab(branch: &str) -> String {
    format!("Merge branch '{branch}' into 'main'\n\nSee merge request example/payments!1")
}

#[test]
fn a_forge_that_nobody_names_is_a_problem_until_it_is_listed() {
    let forge = "GitLab <gitlab@git.example.com>";
    let repo = ledger(POLICY);
    repo.branch("file").by("nina").write(ID, RECORD).commit("File it");
    repo.by("omar").through(forge).merge("file", &by_gitlab("file"));
    repo.checkout();
    assert_eq!(stands(&repo).0, "unapproved");
    let check_of_forge = check(&repo, CheckName::Forge);
    assert_eq!(check_of_forge.state, CheckState::Problem, "{}", check_of_forge.message);
    assert_eq!(check_of_forge.lines, ["forges: [gitlab@git.example.com]"]);
    merge(&repo, "exledger.yaml", &format!("{POLICY}  forges: [gitlab@git.example.com]\n"));
    assert_yes(&repo);
    let changed = RECORD.replace("moderate", "low");
    repo.branch("again").by("nina").write(ID, &changed).commit("File it again");
    // Who merged the first version counts as its author, because the merge was not understood.
    repo.by("kim").through(forge).merge("again", &by_gitlab("again"));
    assert_eq!(stands(&repo), ("active".into(), "claimed".into()));
}
