//! Policies that require signatures: of authors, in a tier, and of the only author who may approve.

use crate::approval::signed::sealed;
use crate::support::approval::{check, file, said, verdict};
use crate::support::repo::speak::signer;
use crate::support::samples::{ID, SAMPLE};

#[test]
fn authors_must_sign_where_the_policy_says_so() {
    let policy = "approval: {authors: attested}\n";
    for (key, satisfied, result) in [
        (Some("ana"), "yes", "claimed"),
        (None, "undetermined", "indeterminate"),
        (Some("mallory"), "undetermined", "indeterminate"),
    ] {
        let repo = sealed(policy, &(signer("ana") + &signer("mallory")));
        let work = repo.branch("file").by("ana").write(ID, SAMPLE);
        match key {
            Some(key) => work.signed(key).commit("File it"),
            None => work.commit("File it"),
        };
        repo.by("lee").merge("file", "Merge branch 'file'");
        let verdict = verdict(&repo);
        let found = said(&verdict);
        assert_eq!((found.satisfied, found.result), (satisfied, result), "{key:?}");
        let attested = verdict.authors[0].is_attested;
        assert_eq!(attested, key == Some("ana"));
        let signer_joined = found.authors.contains(&"mallory".to_owned());
        assert_eq!(signer_joined, key == Some("mallory"));
    }
}

#[test]
fn one_member_of_the_author_set_may_approve_by_signature_where_the_policy_lets_them() {
    let policy = "approval: {self_approval: allow, proof: attested}\n";
    let repo = sealed(policy, &signer("ana"));
    repo.by("ana").signed("ana").write(ID, SAMPLE).commit("File it");
    check("signed", &verdict(&repo), "yes", "self", &["ana"], &["ana"]);
    let repo = sealed(policy, &signer("ana"));
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    check("unsigned", &verdict(&repo), "no", "self", &[], &["ana"]);
    // One of them, but no more: two authors are not four eyes.
    let two =
        "approval: {self_approval: allow}\ntiers: [{name: standard, approvals: {count: 2}}]\n";
    let repo = sealed(two, &(signer("ana") + &signer("kim")));
    repo.branch("file").by("ana").with("kim").signed("kim").write(ID, SAMPLE).commit("File it");
    repo.by("ana").signed("ana").merge("file", "Merge branch 'file'");
    let verdict = verdict(&repo);
    assert_eq!((said(&verdict).satisfied, verdict.approvers.len()), ("no", 1));
}

#[test]
fn a_tier_may_want_signatures_that_the_rest_does_not() {
    let policy = "tiers:\n- {name: sensitive, match: {risk: [moderate]}, approvals: {proof: attested}}\n- {name: standard}\n";
    let repo = sealed(policy, &signer("lee"));
    file(&repo);
    repo.by("lee").merge("file", "Merge branch 'file'");
    check("unsigned", &verdict(&repo), "no", "none-recorded", &[], &["ana"]);
    let repo = sealed(policy, &signer("lee"));
    repo.branch("file").by("ana").write(ID, &SAMPLE.replace("moderate", "low")).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    check("lower risk", &verdict(&repo), "yes", "claimed", &["lee"], &["ana"]);
}
