//! `doctor`: every gap is named, and after its lines and commands an approval counts.

mod accounts;
mod ci;
mod followed;
mod screens;

use exledger::features;
use exledger::features::doctor::answer::DoctorAnswer;
use exledger::features::doctor::check::{CheckName, CheckState, DoctorCheck};
use exledger::features::doctor::diagnosis::ApprovalsCount;
use exledger::session::Session;
use exledger::session::options::{Moment, Options};
use exledger::session::snapshot::walk::Scope;
use exledger::survey::remote::RemoteAddress;

use crate::support::repo::{Repo, git, speak};

pub(super) const ID: &str = "EXC-2026-7F3KQ";
pub(super) const POLICY: &str = "version: 1
name: example/payments
groups: {approvers: [dana@example.com, kim@example.com, lee@example.com, sam@example.com]}
people:
  agents: []
";
pub(super) const SIGNERS: &str = ".github/allowed_signers";
pub(super) const WORKFLOW: &str = ".github/workflows/exledger.yml";
/// A workflow with the jobs of `init`.
pub(super) const JOBS: &str = "name: exledger
on:
  pull_request:
  push: {branches: [main]}
permissions: {}
jobs:
  lint:
    runs-on: ubuntu-latest
    permissions: {contents: read}
    steps:
      - uses: actions/checkout@0123456789abcdef0123456789abcdef01234567 # v4
        with: {fetch-depth: 0, persist-credentials: false}
      - uses: example/exledger@0123456789abcdef0123456789abcdef01234567
      - run: exledger ci pull-request
  reviews:
    if: github.event_name == 'push'
    runs-on: ubuntu-latest
    environment: exledger
    permissions: {contents: write, pull-requests: write}
    steps:
      - uses: actions/checkout@0123456789abcdef0123456789abcdef01234567 # v4
        with: {fetch-depth: 0, persist-credentials: false}
      - uses: example/exledger@0123456789abcdef0123456789abcdef01234567
      - run: exledger ci merged
        env: {GH_TOKEN: \"${{ github.token }}\", EXLEDGER_KEY: \"${{ secrets.EXLEDGER_KEY }}\"}
";

/// Returns a ledger with this policy and the jobs, and Ana as the user.
pub(super) fn ledger(policy: &str) -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.config("user.name", "Ana Ruiz");
    repo.config("user.email", "ana@example.com");
    repo.by("lee")
        .write("exledger.yaml", policy)
        .write(SIGNERS, &speak::bridge_line())
        .write(WORKFLOW, JOBS)
        .commit("Keep exceptions in a ledger");
    repo.checkout();
    repo
}

/// Proposes a change of a file by Sam, and merges it as Dana.
pub(super) fn merge(repo: &Repo, path: &str, text: &str) {
    repo.branch("change").by("sam").write(path, text).commit("Change it");
    repo.by("dana").merge("change", "Merge branch 'change'");
    repo.set_ref("refs/heads/change", repo.tip("main"));
    repo.checkout();
}

pub(super) fn examine(repo: &Repo) -> DoctorAnswer {
    let session = Session::open(repo.path(), Options::default()).unwrap();
    features::doctor::answer(&session, &Moment::at(repo.now()), repo.path()).unwrap()
}

pub(super) fn verdict(repo: &Repo) -> &'static str {
    examine(repo).diagnosis.verdict().as_str()
}

/// Asserts that approvals count, and shows what is said to prevent it.
pub(super) fn assert_yes(repo: &Repo) {
    let diagnosis = examine(repo).diagnosis;
    let states = [CheckState::Problem, CheckState::Unknown];
    let gaps: Vec<&DoctorCheck> =
        diagnosis.checks.iter().filter(|it| states.contains(&it.state)).collect();
    assert!(diagnosis.verdict() == ApprovalsCount::Yes, "{gaps:#?}");
}

pub(super) fn check(repo: &Repo, name: CheckName) -> DoctorCheck {
    let checks = examine(repo).diagnosis.checks;
    checks.into_iter().find(|check| check.name == name).unwrap()
}

/// Returns the status of the record, and the result of its approval.
pub(super) fn stands(repo: &Repo) -> (String, String) {
    let session = Session::open(repo.path(), Options::default()).unwrap();
    let snapshot = session.snapshot(&Moment::at(repo.now()), Scope::Everything).unwrap();
    let [state] = snapshot.records() else { panic!("not one record") };
    let result = state.approval.as_ref().map(|verdict| verdict.result.as_str().to_owned());
    (state.status.as_str().to_owned(), result.unwrap_or_default())
}

#[test]
fn a_sound_ledger_answers_yes_and_gives_all_checks_in_order() {
    let repo = ledger(POLICY);
    let diagnosis = examine(&repo).diagnosis;
    assert_yes(&repo);
    let names: Vec<CheckName> = diagnosis.checks.iter().map(|check| check.name).collect();
    assert_eq!(names, CheckName::ALL);
    let notes: Vec<&str> = diagnosis
        .checks
        .iter()
        .filter(|check| check.state == CheckState::Note)
        .map(|check| check.name.as_str())
        .collect();
    assert_eq!(notes, ["ref", "merges", "ci"], "a local branch, nothing merged, and no job ran");
    assert_eq!(diagnosis.ci(), ApprovalsCount::Unknown);
    assert!(diagnosis.logins.is_empty());
}

#[test]
fn a_ledger_without_a_name_is_told_the_line_from_its_remote() {
    let repo = ledger(&POLICY.replace("name: example/payments\n", ""));
    let name = check(&repo, CheckName::Name);
    assert_eq!(
        (name.state, name.lines.as_slice()),
        (CheckState::Note, &["name: TEAM/LEDGER".to_owned()][..])
    );
    repo.config("remote.origin.url", "https://ana:secret@git.example.com/payments/ledger.git");
    repo.set_ref("refs/remotes/origin/main", repo.tip("main"));
    let name = check(&repo, CheckName::Name);
    assert_eq!(name.lines, ["name: payments/ledger"]);
    let whole = format!("{:?}", examine(&repo).diagnosis);
    assert!(!whole.contains("secret"), "{whole}");
}

#[test]
fn before_the_first_policy_is_merged_that_of_the_checkout_is_examined() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("lee").write("README.md", "Payments\n").commit("Begin");
    repo.checkout();
    repo.scribble("exledger.yaml", POLICY);
    repo.config("user.email", "ana@example.com");
    let diagnosis = examine(&repo).diagnosis;
    assert_eq!((diagnosis.verdict(), diagnosis.is_first), (ApprovalsCount::Unknown, true));
    let policy = check(&repo, CheckName::Policy);
    assert_eq!(policy.state, CheckState::Note);
    let commit = "git commit -m \"Keep exceptions in a ledger\"";
    assert_eq!(policy.commands, ["git add exledger.yaml", commit]);
    let unknown = diagnosis.checks.iter().filter(|check| check.state == CheckState::Unknown);
    let names: Vec<&str> = unknown.map(|check| check.name.as_str()).collect();
    assert_eq!(names, ["bridge"], "nothing shows how requests are merged");
    // It is committed on a branch, and waits for its merge.
    let switch = |branch: &str| git(repo.path(), &["checkout", "-q", "-f", branch]);
    repo.branch("ledger").by("lee").write("exledger.yaml", POLICY).commit("Keep a ledger");
    switch("ledger");
    let policy = check(&repo, CheckName::Policy);
    let message = "exledger.yaml is on ledger, and not merged into main yet: the other checks are made as if it were";
    assert_eq!(policy.message, message);
    assert_eq!(policy.commands, Vec::<String>::new());
    let begin = repo.tip("main");
    repo.config("remote.origin.url", "https://github.com/example/payments.git");
    repo.set_ref("refs/remotes/origin/main", begin);
    assert_eq!(check(&repo, CheckName::Policy).commands, ["git push -u origin ledger"]);
    git(repo.path(), &["checkout", "-q", "--detach"]);
    let push = ["git push origin HEAD:refs/heads/ledger"];
    assert_eq!(check(&repo, CheckName::Policy).commands, push, "nothing is left to commit");
    repo.set_ref("refs/remotes/origin/ledger", repo.tip("ledger"));
    assert_eq!(check(&repo, CheckName::Policy).commands, Vec::<String>::new());
    git(repo.path(), &["update-ref", "-d", "refs/remotes/origin/ledger"]);
    repo.set_ref("refs/heads/main", repo.tip("ledger"));
    switch("main");
    let push = check(&repo, CheckName::Policy).commands;
    assert_eq!(push, ["git push origin HEAD:refs/heads/ledger"], "main may be protected");
    git(repo.path(), &["remote", "remove", "origin"]);
    git(repo.path(), &["update-ref", "-d", "refs/remotes/origin/main"]);
    git(repo.path(), &["reset", "-q", "--hard", &begin.to_string()]);
    repo.scribble("exledger.yaml", POLICY);
    repo.by("lee")
        .write("exledger.yaml", POLICY)
        .write(SIGNERS, &speak::bridge_line())
        .write(WORKFLOW, JOBS)
        .commit("Keep a ledger");
    repo.config("user.email", "ana@example.com");
    assert_yes(&repo);
}

#[test]
fn the_first_merge_that_ends_every_approval_is_named_before_it() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("lee").write("README.md", "Payments\n").commit("Begin");
    repo.checkout();
    repo.config("user.email", "ana@example.com");
    repo.scribble("exledger.yaml", POLICY);
    let bridge = check(&repo, CheckName::Bridge);
    assert_eq!((bridge.state, bridge.lines.len()), (CheckState::Unknown, 1), "{bridge:?}");
    assert_eq!(verdict(&repo), "unknown");
    assert!(bridge.message.contains("nobody could approve anything after one"), "{bridge:?}");
    repo.branch("work").by("sam").write("a", "a\n").commit("Work");
    repo.by("sam").through("github").squash("work", "Work (#1)");
    repo.checkout();
    repo.scribble("exledger.yaml", POLICY);
    let bridge = check(&repo, CheckName::Bridge);
    assert_eq!(bridge.state, CheckState::Problem, "{bridge:?}");
    assert!(bridge.message.contains("before this is merged"), "{bridge:?}");
    assert_eq!(verdict(&repo), "no");
    repo.scribble(SIGNERS, &speak::bridge_line());
    repo.scribble(WORKFLOW, JOBS);
    assert_yes(&repo);
    // A policy that was removed is no first one: the last one judges what comes.
    let repo = ledger(POLICY);
    repo.by("lee").remove("exledger.yaml").commit("Remove the policy");
    repo.by("lee").remove(WORKFLOW).commit("Remove the job");
    repo.checkout();
    repo.scribble("exledger.yaml", POLICY);
    assert!(!examine(&repo).diagnosis.is_first);
    assert_eq!(verdict(&repo), "unknown");
}

#[test]
fn what_the_checkout_has_already_is_asked_for_no_more_but_to_be_merged() {
    let repo = ledger(&POLICY.replace("name: example/payments\n", ""));
    repo.by("lee").remove(SIGNERS).commit("Clear the list");
    repo.checkout();
    let here = "; this checkout settles that once it is merged and approved";
    let left = |name: CheckName| {
        let check = check(&repo, name);
        assert!(!check.message.ends_with(here) || check.lines.is_empty(), "{:?}", check.lines);
        check.commands
    };
    assert_eq!(left(CheckName::Ci), ["exledger ci setup"]);
    repo.config("remote.origin.url", "https://github.com/example/payments.git");
    repo.set_ref("refs/remotes/origin/main", repo.tip("main"));
    repo.scribble("exledger.yaml", POLICY);
    repo.scribble(SIGNERS, &speak::bridge_line());
    // The commands are given once.
    assert_eq!(left(CheckName::Ci), Vec::<String>::new());
    let rest = ["git commit -m \"Change the rules of the ledger\"", "git push -u origin ledger"];
    let add = "git add .github/allowed_signers exledger.yaml";
    assert_eq!(left(CheckName::Name), [["git switch -c ledger", add], rest].concat());
    git(repo.path(), &["switch", "-q", "-c", "ledger"]);
    git(repo.path(), &["add", "."]);
    assert_eq!(left(CheckName::Name), rest);
    git(repo.path(), &["commit", "-q", "-m", "Change the rules"]);
    assert_eq!(left(CheckName::Name), rest[1..]);
    repo.set_ref("refs/remotes/origin/ledger", repo.tip("ledger"));
    assert_eq!(left(CheckName::Name), Vec::<String>::new());
    assert!(check(&repo, CheckName::Ci).message.ends_with(here));
    // A checkout that is behind settles nothing that the approved branch took back.
    git(repo.path(), &["switch", "-q", "-C", "old", "ledger~2"]);
    assert_eq!(left(CheckName::Ci), ["exledger ci setup"]);
}

#[test]
fn a_policy_that_cannot_be_read_and_a_missing_ref_are_unknown() {
    let repo = ledger(POLICY);
    repo.scribble("exledger.yaml", "version: 1\nrecrods: [x]\n");
    let policy = check(&repo, CheckName::Policy);
    assert_eq!(policy.state, CheckState::Unknown);
    assert!(policy.message.contains("recrods"), "{}", policy.message);
    assert_eq!(policy.commands, ["exledger lint"]);

    let empty = Repo::at("2026-11-20T09:00:00Z");
    empty.scribble("exledger.yaml", POLICY);
    let diagnosis = examine(&empty).diagnosis;
    assert_eq!(diagnosis.verdict(), ApprovalsCount::Unknown);
    assert_eq!(diagnosis.checks.len(), CheckName::ALL.len());
    assert_eq!(check(&empty, CheckName::Ref).state, CheckState::Unknown);
}

#[test]
fn an_address_of_a_remote_is_read_in_every_form() {
    for (url, host, path, forge) in [
        ("https://github.com/example/ledger.git", "github.com", "example/ledger", Some("github")),
        ("git@github.com:example/ledger.git", "github.com", "example/ledger", Some("github")),
        ("ssh://git@GitLab.example.com:22/a/b/c/", "gitlab.example.com", "a/b/c", Some("gitlab")),
        ("https://x:y@git.example.com/a", "git.example.com", "a", None),
        ("git@bitbucket.org:a/b", "bitbucket.org", "a/b", Some("bitbucket")),
    ] {
        let address = RemoteAddress::parse(url).unwrap();
        assert_eq!((address.host.as_str(), address.path.as_str()), (host, path), "{url}");
        assert_eq!(address.forge(), forge, "{url}");
    }
    for url in ["", "/srv/git/x.git", "../x", "file:///srv/x", "C:\\x", "https://h/a b", "a:\nb"] {
        assert_eq!(RemoteAddress::parse(url), None, "{url}");
    }
}

#[test]
fn a_change_of_the_rules_by_the_only_listed_person_is_landed_again_the_other_way_round() {
    let policy = POLICY.replace(", kim@example.com, lee@example.com, sam@example.com", "");
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let first = repo.by("dana").write("exledger.yaml", &policy);
    first.write(SIGNERS, &speak::signer("dana")).commit("Keep exceptions in a ledger");
    repo.branch("change").by("dana").write("exledger.yaml", POLICY).commit("List others");
    repo.by("kim").merge("change", "Merge branch 'change'");
    repo.checkout();
    let found = check(&repo, CheckName::Policy);
    assert_eq!(found.state, CheckState::Problem);
    let again = "written by somebody who is not listed and merged by somebody who is";
    assert!(found.message.contains(again), "{}", found.message);
    assert!(found.commands[0].starts_with("git checkout "), "{:?}", found.commands);
}
