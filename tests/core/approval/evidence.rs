//! What counts as an approval, who may state it, and what does not count.

use exledger::approval::verdict::{NotCounted, VoteCounts};

use crate::support::approval::{check, file, ledger, verdict};
use crate::support::repo::Repo;

#[test]
fn a_claim_inside_the_merged_branch_counts_only_where_the_policy_says_so() {
    let nested = |repo: &Repo| {
        file(repo);
        let integration = repo.branch("integration");
        integration.by("dana").merge("file", "Merge branch 'file' into integration");
        repo.by("bot").merge("integration", "Merge branch 'integration'");
    };
    let repo = ledger("");
    nested(&repo);
    let denied = verdict(&repo);
    check("denied", &denied, "no", "none-recorded", &[], &["ana"]);
    let why: Vec<&VoteCounts> = denied.statements.iter().map(|it| &it.counts).collect();
    assert_eq!(why, [&VoteCounts::No(NotCounted::Bot), &VoteCounts::No(NotCounted::Nested)]);
    for policy in ["approval: {nested: allow}\n", "approval: {forge: kernel}\n"] {
        let repo = ledger(policy);
        nested(&repo);
        check(policy, &verdict(&repo), "yes", "claimed", &["dana"], &["ana"]);
    }
}

#[test]
fn what_a_bot_wrote_needs_a_person() {
    for (lander, satisfied, result) in [("lee", "yes", "claimed"), ("bot", "no", "none-recorded")] {
        let repo = ledger("");
        repo.branch("file")
            .by("bot")
            .write(crate::support::samples::ID, crate::support::samples::SAMPLE)
            .commit("File it");
        repo.by(lander).merge("file", "Merge branch 'file'");
        let verdict = verdict(&repo);
        assert_eq!(
            (crate::support::approval::said(&verdict).satisfied, verdict.result.as_str()),
            (satisfied, result),
            "{lander}"
        );
        assert!(verdict.flags.contains("bot-author"));
    }
}

#[test]
fn two_approvers_of_one_name_are_one_person() {
    let repo = ledger("tiers: [{name: standard, approvals: {count: 2}}]\n");
    file(&repo);
    repo.by("lee").merge("file", "Land it\n\nReviewed-by: LEE chen <lee@home.example.com>");
    let verdict = verdict(&repo);
    check("namesakes", &verdict, "no", "claimed", &["lee"], &["ana"]);
    assert!(verdict.flags.contains("same-name"));
}

#[test]
fn a_name_that_the_mailmap_replaces_still_tells_an_author_under_another_address() {
    let lee = "Lee Chen <lee@example.com> <root@one.example.com>\n";
    let ana = "Ana Ruiz <ana@example.com> <root@two.example.com>\n";
    for (mailmap, satisfied, result) in [
        (lee.to_owned(), "no", "unresolved"),
        // The identities of both are known.
        (lee.to_owned() + ana, "yes", "claimed"),
    ] {
        let repo = ledger("");
        crate::support::approval::govern(&repo, ".mailmap", &mailmap);
        repo.branch("file")
            .by("root <root@two.example.com>")
            .write(crate::support::samples::ID, crate::support::samples::SAMPLE)
            .commit("File it");
        repo.by("root <root@one.example.com>").merge("file", "Merge branch 'file'");
        let verdict = verdict(&repo);
        let said = crate::support::approval::said(&verdict);
        assert_eq!((said.satisfied, said.result), (satisfied, result), "{mailmap}");
    }
}

#[test]
fn whoever_merges_what_no_commit_of_the_branch_made_is_its_author() {
    let repo = ledger("");
    file(&repo);
    repo.by("lee").merge("file", "Merge branch 'file'");
    let old = repo.branch("old");
    let narrower = crate::support::samples::SAMPLE.replace("moderate", "low");
    repo.branch("change")
        .by("sam")
        .write(crate::support::samples::ID, &narrower)
        .commit("Change it");
    repo.by("lee").merge("change", "Merge branch 'change'");
    // The branch keeps the old content.
    old.by("dana").merge_ours(&["main"], "Merge branch 'main' into old");
    repo.by("dana").merge("old", "Merge branch 'old'");
    let verdict = verdict(&repo);
    check("alone", &verdict, "no", "self", &[], &["dana"]);
    assert!(verdict.flags.contains("content-made-in-merge"));
}

#[test]
fn an_author_without_address_leaves_the_version_undecided_unless_the_policy_knows_the_name() {
    for (policy, satisfied, result) in [
        ("", "undetermined", "indeterminate"),
        ("people: {logins: {Ana Ruiz: ana@example.com}}\n", "yes", "claimed"),
    ] {
        let repo = ledger(policy);
        repo.branch("file")
            .by("Ana Ruiz <>")
            .write(crate::support::samples::ID, crate::support::samples::SAMPLE)
            .commit("File it");
        repo.by("lee").merge("file", "Merge branch 'file'");
        let verdict = verdict(&repo);
        let said = crate::support::approval::said(&verdict);
        assert_eq!((said.satisfied, said.result), (satisfied, result), "{policy}");
    }
}

#[test]
fn the_mailmap_before_a_landing_or_at_the_tip_joins_two_addresses() {
    let line = "Ana Ruiz <ana@example.com> <ar@home.example.com>\n";
    for when in ["before", "after"] {
        let repo = ledger("");
        if when == "before" {
            repo.by("root").write(".mailmap", line).commit("Map");
        }
        file(&repo);
        repo.by("A. R. <ar@home.example.com>").merge("file", "Merge branch 'file'");
        if when == "after" {
            repo.by("root").write(".mailmap", line).commit("Map");
        }
        check(when, &verdict(&repo), "no", "self", &[], &["ana"]);
    }
}
