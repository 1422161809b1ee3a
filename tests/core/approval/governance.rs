//! Changes of governance files: each evaluated by itself, under the state before it.

use exledger::approval;
use exledger::approval::verdict::ApprovalVerdict;
use exledger::rules::audit::policy_bypass::{self, Why};

use crate::support::approval::{check, ledger, verdict};
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};

fn verdicts(repo: &Repo, path: &str) -> Vec<ApprovalVerdict> {
    let history = repo.history();
    let mut counted = approval::judge(&history).counted;
    counted.verdicts.remove(path).unwrap()
}

#[test]
fn a_change_of_policy_needs_a_second_person() {
    let repo = ledger(
        "groups: {security: [dana@example.com, sam@example.com]}\ntiers: [{name: standard, approvals: {count: 2}}]\n",
    );
    let first = repo.by("ana").text("exledger.yaml");
    repo.by("ana").write("exledger.yaml", "version: 1\n").commit("Loosen it");
    repo.by("ana").write("exledger.yaml", &first).commit("Put it back");
    repo.branch("tight")
        .by("ana")
        .write("exledger.yaml", "version: 1\napproval: {proof: attested}\n")
        .commit("Tighten it");
    repo.by("dana").merge("tight", "Merge branch 'tight'");
    let verdicts = verdicts(&repo, "exledger.yaml");
    assert_eq!(verdicts.len(), 4);
    assert_eq!(verdicts[0].policy_commit, None, "the first is judged by nobody");
    check("pushed", &verdicts[1], "no", "self", &[], &["ana"]);
    assert_eq!((verdicts[1].needed.count, verdicts[1].needed.each_of.len()), (1, 0));
    check("merged", &verdicts[3], "yes", "claimed", &["dana"], &["ana"]);
}

#[test]
fn each_file_is_judged_by_itself() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root")
        .write("exledger.yaml", "version: 1\npeople: {roster: people.csv}\n")
        .write(
            "people.csv",
            "email,name,team,active\nroot@example.com,Root,,yes\nlee@example.com,Lee,,yes\n",
        )
        .commit("List people");
    repo.branch("more")
        .by("ana")
        .write("people.csv", "email,name,team,active\n")
        .commit("List people");
    repo.branch("more")
        .by("lee")
        .write(".mailmap", "Ana Ruiz <ana@example.com> <ar@example.com>\n")
        .commit("Map people");
    repo.by("lee").merge("more", "Merge branch 'more'");
    check("roster", &verdicts(&repo, "people.csv")[1], "yes", "claimed", &["lee"], &["ana"]);
    check("mailmap", &verdicts(&repo, ".mailmap")[0], "no", "self", &[], &["lee"]);
}

/// Returns the changes that made governance versions approved, by path, version and why.
fn loosened(repo: &Repo) -> Vec<(String, usize, Why)> {
    let history = repo.history();
    let approvals = approval::judge(&history);
    let found = policy_bypass::find(&history, &approvals).into_iter();
    found
        .flat_map(|version| version.thanks_to)
        .map(|change| (change.path, change.version, change.why))
        .collect()
}

const TWO: &str = "tiers: [{name: standard, approvals: {count: 2}}]\n";
const ONE: &str = "version: 1\ntiers: [{name: standard, approvals: {count: 1}}]\n";

/// Changes the policy so that one approver is enough: by one person, merged by another if given.
fn loosen(repo: &Repo, by: &str, merged_by: Option<&str>) {
    let Some(lander) = merged_by else {
        repo.by(by).write("exledger.yaml", ONE).commit("Loosen it");
        return;
    };
    repo.branch("loosen").by(by).write("exledger.yaml", ONE).commit("Loosen it");
    repo.by(lander).merge("loosen", "Merge branch 'loosen'");
}

fn file(repo: &Repo) {
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
}

fn tighten(repo: &Repo) {
    let text = format!("version: 1\n{TWO}");
    repo.branch("tight").by("sam").write("exledger.yaml", &text).commit("Tighten it");
    repo.by("lee").merge("tight", "Merge branch 'tight'");
}

#[test]
fn a_change_that_nobody_approved_helps_no_version() {
    let repo = ledger(TWO);
    loosen(&repo, "sam", None);
    repo.wait("60d");
    file(&repo);
    assert_eq!(loosened(&repo), []);
    check("too few", &verdict(&repo), "no", "claimed", &["lee"], &["ana"]);
    // If the old policy would have approved it too, no change is named.
    let repo = ledger("");
    loosen(&repo, "sam", None);
    file(&repo);
    assert_eq!(loosened(&repo), []);
}

#[test]
fn a_version_that_needs_its_authors_own_change_of_the_week_before_is_found() {
    for (wait, found) in
        [("6d", vec![("exledger.yaml".to_owned(), 1, Why::ByAuthor)]), ("8d", vec![])]
    {
        let repo = ledger(TWO);
        loosen(&repo, "ana", Some("lee"));
        repo.wait(wait);
        file(&repo);
        assert_eq!(loosened(&repo), found, "{wait}");
    }
    let repo = ledger(TWO);
    loosen(&repo, "sam", Some("lee"));
    file(&repo);
    assert_eq!(loosened(&repo), [], "somebody else's");
}

#[test]
fn a_version_that_needs_a_change_that_was_soon_undone_is_found() {
    for (wait, found) in
        [("5d", vec![("exledger.yaml".to_owned(), 1, Why::Undone)]), ("8d", vec![])]
    {
        let repo = ledger(TWO);
        loosen(&repo, "sam", Some("lee"));
        file(&repo);
        repo.wait(wait);
        tighten(&repo);
        assert_eq!(loosened(&repo), found, "{wait}");
    }
    let repo = ledger(TWO);
    loosen(&repo, "sam", Some("lee"));
    file(&repo);
    repo.branch("more")
        .by("sam")
        .write("exledger.yaml", &format!("{ONE}due: {{soon: 20d}}\n"))
        .commit("Remind earlier");
    repo.by("lee").merge("more", "Merge branch 'more'");
    assert_eq!(loosened(&repo), [], "a later change that undoes nothing");
}

#[test]
fn a_key_that_an_author_listed_the_day_before_is_found() {
    use crate::support::repo::speak::{signer, yes};
    let repo = ledger("approval: {proof: attested}\n");
    repo.branch("keys")
        .by("ana")
        .write(".github/allowed_signers", &signer("dana"))
        .commit("List a key");
    repo.by("lee").merge("keys", "Merge branch 'keys'");
    repo.wait("1d");
    repo.by("ana")
        .write(ID, SAMPLE)
        .says(&yes("dana", ID, SAMPLE, "2026-11-21T12:30:00Z"))
        .commit("File it");
    assert_eq!(loosened(&repo), [(".github/allowed_signers".to_owned(), 0, Why::ByAuthor)]);
}

#[test]
fn a_list_of_keys_or_people_that_an_author_moved_the_day_before_is_found() {
    use crate::support::repo::speak::{signer, yes};
    let repo = ledger("");
    repo.branch("keys")
        .by("ana")
        .write("exledger.yaml", "version: 1\napproval: {signers: docs/keys.txt}\n")
        .write("docs/keys.txt", &signer("dana"))
        .commit("Move the keys");
    repo.by("lee").merge("keys", "Merge branch 'keys'");
    repo.wait("1d");
    repo.by("ana")
        .write(ID, SAMPLE)
        .says(&yes("dana", ID, SAMPLE, "2026-11-21T12:30:00Z"))
        .commit("File it");
    assert!(loosened(&repo).contains(&("exledger.yaml".to_owned(), 1, Why::ByAuthor)));

    // By the roster, the approving address has the author's name.
    let policy = |path: &str| {
        format!("version: 1\napproval: {{proof: attested}}\npeople: {{roster: {path}}}\n")
    };
    let people = "email,name,team,active\nsam@example.com,Sam,,yes\n";
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root")
        .write("exledger.yaml", &policy("people.csv"))
        .write("people.csv", &format!("{people}lee@example.com,Ana Ruiz,,yes\n"))
        .write(".github/allowed_signers", &(signer("lee") + &signer("sam")))
        .commit("Begin");
    repo.branch("people")
        .by("ana")
        .write("exledger.yaml", &policy("docs/people.csv"))
        .write("docs/people.csv", people)
        .commit("Move the roster");
    repo.by("sam").signed("sam").merge("people", "Merge branch 'people'");
    repo.wait("1d");
    repo.by("ana")
        .write(ID, SAMPLE)
        .says(&yes("lee", ID, SAMPLE, "2026-11-21T12:30:00Z"))
        .commit("File it");
    check("moved", &verdict(&repo), "yes", "attested", &["lee"], &["ana"]);
    assert!(loosened(&repo).contains(&("exledger.yaml".to_owned(), 1, Why::ByAuthor)));
}
