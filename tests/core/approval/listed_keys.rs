//! The keys that approve a change of governance are those listed before it landed, whenever its file changed last.

use crate::approval::detached::judged;
use crate::support::approval::{govern, said, sealed};
use crate::support::repo::Repo;
use crate::support::repo::speak::{signer, yes};
use crate::support::samples::ID;

const POLICY: &str = "exledger.yaml";
const SIGNERS: &str = ".github/allowed_signers";

/// Root changes a governance file in the approved branch, with an approval that somebody signed.
fn change(repo: &Repo, path: &str, text: &str, signed_by: &str) -> &'static str {
    let at = repo.now().to_string();
    repo.by("root")
        .write(path, text)
        .says(&yes(signed_by, ID, text, &at).governance(path))
        .commit("Change it");
    let verdicts = judged(repo).counted.verdicts.remove(path).unwrap();
    said(verdicts.last().unwrap()).satisfied
}

#[test]
fn a_key_whose_removal_was_approved_approves_no_policy_any_more() {
    let repo = sealed();
    let policy = |records: &str| {
        format!("version: 1\napproval: {{proof: attested}}\nrecords: [{records}]\n")
    };
    assert_eq!(change(&repo, POLICY, &policy("exceptions"), "dana"), "yes");
    assert_eq!(change(&repo, SIGNERS, &signer("sam"), "sam"), "yes");
    assert_eq!(change(&repo, POLICY, &policy("exceptions, more"), "dana"), "no");
    repo.by("root").write(POLICY, &policy("exceptions")).commit("Put it back");
    assert_eq!(change(&repo, POLICY, &policy("exceptions, others"), "sam"), "yes");
}

#[test]
fn a_key_that_was_listed_after_the_first_policy_approves_later_ones() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root").write(POLICY, "version: 1\n").commit("Begin");
    govern(&repo, SIGNERS, &signer("dana"));
    let after = "version: 1\nrecords: [exceptions]\n";
    assert_eq!(change(&repo, POLICY, after, "dana"), "yes");
    // The list itself, too, and late.
    assert_eq!(change(&repo, SIGNERS, &(signer("dana") + &signer("kim")), "dana"), "yes");
    let last = "version: 1\nrecords: [exceptions, more]\n";
    repo.by("root").write(POLICY, last).commit("Change it again");
    repo.by("lee")
        .says(&yes("kim", ID, last, &repo.now().to_string()).governance(POLICY))
        .commit("Approve it");
    let verdicts = judged(&repo).counted.verdicts.remove(POLICY).unwrap();
    assert_eq!(said(verdicts.last().unwrap()).satisfied, "yes");
}
