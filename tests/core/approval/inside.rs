//! Signatures inside merged branches, and merged tags: what they prove, and for how long.

use exledger::approval::verdict::{NotCounted, VoteCounts};
use exledger::policy::demand::{EvidenceKind, Proof};
use exledger::record::time::Instant;

use crate::approval::signed::{ATTESTED, kinds, sealed};
use crate::support::approval::{check, file, said, verdict};
use crate::support::repo::speak::{signer, tag, tag_at};
use crate::support::samples::{ID, SAMPLE};

/// A policy that accepts evidence inside merged branches, including merged tags.
const NESTED: &str = "approval: {proof: attested, nested: allow, accept: [signature, mergetag]}\n";

#[test]
fn what_stands_inside_the_merged_branch_counts_only_where_the_policy_says_so() {
    for (policy, key, satisfied, result, approvers) in [
        ("", Some("dana"), "no", "none-recorded", vec![]),
        ("", None, "no", "none-recorded", vec![]),
        ("approval: {nested: allow}\n", Some("dana"), "yes", "attested", vec!["dana"]),
        ("approval: {nested: allow}\n", None, "yes", "claimed", vec!["dana"]),
    ] {
        let repo = sealed(policy, &signer("dana"));
        file(&repo);
        let integration = repo.branch("integration").by("dana");
        let integration = match key {
            Some(key) => integration.signed(key),
            None => integration,
        };
        integration.merge("file", "Merge branch 'file' into integration");
        repo.by("bot").merge("integration", "Merge branch 'integration'");
        let verdict = verdict(&repo);
        check(policy, &verdict, satisfied, result, &approvers, &["ana"]);
        if policy.is_empty() {
            let signed = verdict.statements.iter().find(|it| it.key.is_some());
            let why = signed.map(|it| it.counts.clone());
            assert_eq!(why, key.map(|_| VoteCounts::No(NotCounted::Nested)));
        }
    }
}

#[test]
fn a_rebase_that_signs_all_it_carries_approves_nothing() {
    // Dana rebases Ana's branch in a clone that signs every commit, and a bot merges it.
    let repo = sealed("", &signer("dana"));
    repo.branch("file")
        .by("ana")
        .through("dana")
        .signed("dana")
        .write(ID, SAMPLE)
        .commit("File it");
    repo.by("bot").merge("file", "Merge branch 'file'");
    check("rebased", &verdict(&repo), "no", "none-recorded", &[], &["ana"]);
}

#[test]
fn a_signature_inside_a_branch_has_had_its_turn_once_the_record_was_closed_or_removed() {
    for (signed, at, satisfied) in [
        ("commit", "2026-11-20T10:30:00Z", "no"),
        ("commit", "2026-11-21T10:30:00Z", "yes"),
        ("tag", "2026-11-20T10:30:00Z", "no"),
        ("tag", "2026-11-21T10:30:00Z", "yes"),
    ] {
        let repo = sealed(NESTED, &signer("dana"));
        file(&repo);
        repo.clock(at);
        let branch = repo.branch("integration").by("dana");
        match signed {
            "commit" => branch.signed("dana").merge("file", "Merge branch 'file'"),
            _ => branch.merge("file", "Merge branch 'file'"),
        };
        repo.clock("2026-11-20T12:00:00Z");
        repo.by("lee").write(ID, SAMPLE).commit("File the same");
        repo.by("lee").remove(ID).commit("Remove it");
        repo.clock("2026-11-22T12:00:00Z");
        let landing = repo.by("bot");
        let landing = match signed {
            "tag" => landing.header(&tag_at(repo.tip("file"), "dana", Instant::parse(at).unwrap())),
            _ => landing,
        };
        landing.write(ID, SAMPLE).merge("integration", "Merge branch 'integration'");
        let verdict = verdict(&repo);
        assert_eq!(said(&verdict).satisfied, satisfied, "{signed} {at}: {verdict:?}");
    }
}

#[test]
fn a_merged_tag_attests_where_it_names_a_commit_of_the_branch_with_these_bytes() {
    let build = |policy: &str, of: &str, key: &str| {
        let repo = sealed(policy, &signer("dana"));
        file(&repo);
        let later = repo.branch("file").by("ana").write("README.md", "More\n").commit("More");
        let before = repo.tip("main");
        let draft = repo
            .branch("draft")
            .by("ana")
            .write(ID, &SAMPLE.replace("moderate", "low"))
            .commit("Draft");
        let commit = match of {
            "the tip of the branch" => later,
            "a commit before" => before,
            _ => draft,
        };
        repo.by("bot").header(&tag(commit, key)).merge("file", "Merge tag 'reviewed'");
        verdict(&repo)
    };
    let tags = "approval: {proof: attested, accept: [mergetag]}\n";
    let tagged = build(tags, "the tip of the branch", "dana");
    check("tagged", &tagged, "yes", "attested", &["dana"], &["ana"]);
    assert_eq!(kinds(&tagged), [(EvidenceKind::Mergetag, Proof::Attested)]);
    for (of, key) in
        [("a commit before", "dana"), ("another branch", "dana"), ("the tip of the branch", "lee")]
    {
        let built = build(tags, of, key);
        check(of, &built, "no", "none-recorded", &[], &["ana"]);
    }
    // A release tag would approve everything in its tree: tags count only if the policy accepts them.
    let plain = build(ATTESTED, "the tip of the branch", "dana");
    check("by default", &plain, "no", "none-recorded", &[], &["ana"]);
}

#[test]
fn a_tag_that_was_merged_inside_the_branch_counts_where_what_stands_there_does() {
    let repo = sealed(NESTED, &signer("dana"));
    file(&repo);
    let tip = repo.tip("file");
    repo.branch("integration")
        .by("lee")
        .header(&tag(tip, "dana"))
        .merge("file", "Merge tag 'reviewed'");
    repo.by("bot").merge("integration", "Merge branch 'integration'");
    check("nested tag", &verdict(&repo), "yes", "attested", &["dana"], &["ana"]);
}
