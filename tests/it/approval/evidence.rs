//! What counts as a word of approval: merge actors and trailers, by whom they are stated, and what is no word.

use exledger::approval::{Counts, WhyNot};

use crate::approval::{check, file, ledger, verdict};
use crate::repo::Repo;

/// How the branch `file` lands, and what that says.
struct Case {
    what: &'static str,
    policy: &'static str,
    land: fn(&Repo),
    satisfied: &'static str,
    result: &'static str,
    approvers: &'static [&'static str],
    authors: &'static [&'static str],
    flags: &'static [&'static str],
}

const BASE: Case = Case {
    what: "",
    policy: "",
    land: |_| {},
    satisfied: "no",
    result: "none-recorded",
    approvers: &[],
    authors: &["ana"],
    flags: &[],
};

const APPROVED_BY_DANA: &str = "Land it (#7)\n\nApproved-by: Dana Kim <dana@example.com>";

const CASES: &[Case] = &[
    Case {
        what: "a merge by a second person",
        land: |repo| {
            drop(
                repo.by("lee")
                    .merge("file", "Merge pull request #7 from ana/file"),
            )
        },
        satisfied: "yes",
        result: "claimed",
        approvers: &["lee"],
        ..BASE
    },
    Case {
        what: "a merge on the forge by a second person",
        land: |repo| {
            drop(
                repo.by("lee")
                    .through("github")
                    .merge("file", "Merge pull request #7 from ana/file"),
            );
        },
        satisfied: "yes",
        result: "claimed",
        approvers: &["lee"],
        ..BASE
    },
    Case {
        what: "a merge by the author",
        land: |repo| {
            drop(
                repo.by("ana")
                    .merge("file", "Merge pull request #7 from ana/file"),
            )
        },
        result: "self",
        ..BASE
    },
    Case {
        what: "a merge by the author's other address, which only the name betrays",
        land: |repo| {
            drop(
                repo.by("Ana  RUIZ <ana@home.example.com>")
                    .merge("file", "Merge branch 'file'"),
            );
        },
        result: "unresolved",
        ..BASE
    },
    Case {
        what: "a direct push",
        land: |repo| drop(repo.by("ana").squash("file", "File it")),
        result: "self",
        ..BASE
    },
    Case {
        what: "a squash on GitHub, which names nobody",
        land: |repo| {
            drop(
                repo.by("ana")
                    .through("github")
                    .squash("file", "File it (#7)"),
            )
        },
        ..BASE
    },
    Case {
        what: "a squash on GitHub with a trailer, which GitHub does not write",
        land: |repo| {
            drop(
                repo.by("ana")
                    .through("github")
                    .squash("file", APPROVED_BY_DANA),
            )
        },
        ..BASE
    },
    Case {
        what: "a squash with generic trailers, pinned, that its author wrote",
        policy: "approval: {forge: generic}\n",
        land: |repo| {
            drop(
                repo.by("ana")
                    .through("github")
                    .squash("file", APPROVED_BY_DANA),
            )
        },
        result: "claimed",
        ..BASE
    },
    Case {
        what: "the same where self-asserted words count",
        policy: "approval: {forge: generic, self_asserted: allow}\n",
        land: |repo| {
            drop(
                repo.by("ana")
                    .through("github")
                    .squash("file", APPROVED_BY_DANA),
            )
        },
        satisfied: "yes",
        result: "claimed",
        approvers: &["dana"],
        ..BASE
    },
    Case {
        what: "a squash with generic trailers, pinned, that someone else commits",
        policy: "approval: {forge: generic}\n",
        land: |repo| {
            drop(
                repo.by("ana")
                    .through("lee")
                    .squash("file", APPROVED_BY_DANA),
            )
        },
        satisfied: "yes",
        result: "claimed",
        approvers: &["dana", "lee"],
        flags: &["committer-may-have-edited"],
        ..BASE
    },
    Case {
        what: "the same under auto, where whoever commits keeps the author's words unread",
        land: |repo| {
            drop(
                repo.by("ana")
                    .through("lee")
                    .squash("file", APPROVED_BY_DANA),
            )
        },
        satisfied: "yes",
        result: "claimed",
        approvers: &["lee"],
        flags: &["committer-may-have-edited"],
        ..BASE
    },
    Case {
        what: "a merge by the author who names an approver",
        land: |repo| drop(repo.by("ana").merge("file", APPROVED_BY_DANA)),
        result: "claimed",
        ..BASE
    },
    Case {
        what: "a merge by a second person who names a third",
        land: |repo| drop(repo.by("lee").merge("file", APPROVED_BY_DANA)),
        satisfied: "yes",
        result: "claimed",
        approvers: &["dana", "lee"],
        ..BASE
    },
    Case {
        what: "a merge whose message names a group and nobody",
        land: |repo| {
            drop(repo.by("ana").merge(
                "file",
                "Land it\n\nApproved-by: #security\nReviewed-by: TBD",
            ))
        },
        result: "unresolved",
        ..BASE
    },
    Case {
        what: "a merge whose message names a login that the policy does not know",
        land: |repo| drop(repo.by("bot").merge("file", "Land it\n\nApproved-by: dkim")),
        result: "unresolved",
        ..BASE
    },
    Case {
        what: "a merge whose message names a login that the policy knows",
        policy: "people: {logins: {dkim: dana@example.com}}\n",
        land: |repo| drop(repo.by("bot").merge("file", "Land it\n\nApproved-by: dkim")),
        satisfied: "yes",
        result: "claimed",
        approvers: &["dana"],
        ..BASE
    },
    Case {
        what: "a merge by a bot",
        land: |repo| {
            drop(
                repo.by("bot")
                    .merge("file", "Merge pull request #7 from ana/file"),
            )
        },
        ..BASE
    },
    Case {
        what: "a merge by an agent",
        policy: "people: {agents: ['agent-*@example.com']}\n",
        land: |repo| {
            drop(
                repo.by("agent")
                    .merge("file", "Merge pull request #7 from ana/file"),
            )
        },
        ..BASE
    },
    Case {
        what: "a co-author who merges",
        land: |repo| {
            repo.branch("file")
                .by("ana")
                .with("lee")
                .edit(crate::history::ID, "expires: 2026-12-19")
                .commit("Shorten");
            repo.by("lee").merge("file", "Merge branch 'file'");
        },
        result: "self",
        authors: &["ana", "lee"],
        ..BASE
    },
    Case {
        what: "a merge in which GitLab, pinned, names the approver and the author merged",
        policy: "approval: {forge: gitlab}\n",
        land: |repo| {
            drop(repo.by("ana").through("gitlab").merge(
                "file",
                "Merge branch 'file' into 'main'\n\nFile it\n\nSee merge request g/p!7\n\nApproved-by: Dana Kim <dana@example.com>",
            ));
        },
        satisfied: "yes",
        result: "claimed",
        approvers: &["dana"],
        ..BASE
    },
    Case {
        what: "the same under auto",
        land: |repo| {
            drop(repo.by("ana").through("gitlab").merge(
                "file",
                "Merge branch 'file' into 'main'\n\nFile it\n\nSee merge request g/p!7\n\nApproved-by: Dana Kim <dana@example.com>",
            ));
        },
        result: "claimed",
        ..BASE
    },
    Case {
        what: "a merge on Bitbucket, whose author opened and whose committer merged",
        land: |repo| {
            drop(
                repo.by("sam")
                    .through("lee")
                    .merge("file", "Merged in ana/file (pull request #7)\n\nFile it"),
            );
        },
        satisfied: "yes",
        result: "claimed",
        approvers: &["lee"],
        authors: &["ana", "sam"],
        ..BASE
    },
    Case {
        what: "a kind that the policy does not accept",
        policy: "approval: {accept: [trailer]}\n",
        land: |repo| drop(repo.by("lee").merge("file", "Merge branch 'file'")),
        ..BASE
    },
    Case {
        what: "a claim where the policy wants proof",
        policy: "approval: {proof: attested}\n",
        land: |repo| drop(repo.by("lee").merge("file", "Merge branch 'file'")),
        ..BASE
    },
    Case {
        what: "authors who are to be attested",
        policy: "approval: {authors: attested}\n",
        land: |repo| drop(repo.by("lee").merge("file", "Merge branch 'file'")),
        satisfied: "cannot say",
        result: "indeterminate",
        approvers: &["lee"],
        ..BASE
    },
    Case {
        what: "a self-managed forge that commits for people",
        policy: "people: {forges: ['forge@git.example.com']}\n",
        land: |repo| {
            drop(
                repo.by("ana")
                    .through("Forge <forge@git.example.com>")
                    .squash("file", "File it (#7)"),
            )
        },
        ..BASE
    },
    Case {
        what: "an author who may approve by the policy",
        policy: "approval: {self_approval: allow}\n",
        land: |repo| drop(repo.by("ana").merge("file", "Merge branch 'file'")),
        satisfied: "yes",
        result: "self",
        approvers: &["ana"],
        ..BASE
    },
    Case {
        what: "an author who may approve, and whose squash names nobody",
        policy: "approval: {self_approval: allow}\n",
        land: |repo| {
            drop(
                repo.by("ana")
                    .through("github")
                    .squash("file", "File it (#7)"),
            )
        },
        satisfied: "yes",
        result: "self",
        approvers: &["ana"],
        ..BASE
    },
    Case {
        what: "an author who may approve beside another: the other's word",
        policy: "approval: {self_approval: allow, forge: generic, self_asserted: allow}\n",
        land: |repo| drop(repo.by("ana").merge("file", APPROVED_BY_DANA)),
        satisfied: "yes",
        result: "claimed",
        approvers: &["ana", "dana"],
        ..BASE
    },
    Case {
        what: "an owner who may not approve",
        policy: "approval: {owner_may_approve: false}\n",
        land: |repo| {
            let text =
                crate::history::SAMPLE.replace("Ana Ruiz, email: ana@", "Lee Chen, email: lee@");
            crate::approval::file_as(repo, &text);
            repo.by("lee").merge("file", "Merge branch 'file'");
        },
        ..BASE
    },
];

#[test]
fn the_way_a_branch_lands_says_who_approved() {
    for case in CASES {
        let repo = ledger(case.policy);
        file(&repo);
        (case.land)(&repo);
        let verdict = verdict(&repo);
        check(
            case.what,
            &verdict,
            case.satisfied,
            case.result,
            case.approvers,
            case.authors,
        );
        let flags: Vec<&str> = verdict.flags.iter().copied().collect();
        assert_eq!(flags, case.flags, "{}", case.what);
    }
}

#[test]
fn a_claim_inside_the_merged_branch_counts_only_where_the_policy_says_so() {
    let nested = |repo: &Repo| {
        file(repo);
        let integration = repo.branch("integration");
        integration
            .by("dana")
            .merge("file", "Merge branch 'file' into integration");
        repo.by("bot")
            .merge("integration", "Merge branch 'integration'");
    };
    let repo = ledger("");
    nested(&repo);
    let denied = verdict(&repo);
    check("denied", &denied, "no", "none-recorded", &[], &["ana"]);
    let why: Vec<&Counts> = denied.statements.iter().map(|it| &it.counts).collect();
    assert_eq!(why, [&Counts::No(WhyNot::Bot), &Counts::No(WhyNot::Nested)]);
    for policy in ["approval: {nested: allow}\n", "approval: {forge: kernel}\n"] {
        let repo = ledger(policy);
        nested(&repo);
        check(
            policy,
            &verdict(&repo),
            "yes",
            "claimed",
            &["dana"],
            &["ana"],
        );
    }
}

#[test]
fn what_a_bot_wrote_needs_a_person() {
    for (lander, satisfied, result) in [("lee", "yes", "claimed"), ("bot", "no", "none-recorded")] {
        let repo = ledger("");
        repo.branch("file")
            .by("bot")
            .write(crate::history::ID, crate::history::SAMPLE)
            .commit("File it");
        repo.by(lander).merge("file", "Merge branch 'file'");
        let verdict = verdict(&repo);
        assert_eq!(
            (
                crate::approval::said(&verdict).satisfied,
                verdict.result.word()
            ),
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
    repo.by("lee").merge(
        "file",
        "Land it\n\nReviewed-by: LEE chen <lee@home.example.com>",
    );
    let verdict = verdict(&repo);
    check("namesakes", &verdict, "no", "claimed", &["lee"], &["ana"]);
    assert!(verdict.flags.contains("same-name"));
}

#[test]
fn an_author_without_address_leaves_the_version_undecided_unless_the_policy_knows_the_name() {
    for (policy, satisfied, result) in [
        ("", "cannot say", "indeterminate"),
        (
            "people: {logins: {Ana Ruiz: ana@example.com}}\n",
            "yes",
            "claimed",
        ),
    ] {
        let repo = ledger(policy);
        repo.branch("file")
            .by("Ana Ruiz <>")
            .write(crate::history::ID, crate::history::SAMPLE)
            .commit("File it");
        repo.by("lee").merge("file", "Merge branch 'file'");
        let verdict = verdict(&repo);
        let said = crate::approval::said(&verdict);
        assert_eq!(
            (said.satisfied, said.result),
            (satisfied, result),
            "{policy}"
        );
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
        repo.by("A. R. <ar@home.example.com>")
            .merge("file", "Merge branch 'file'");
        if when == "after" {
            repo.by("root").write(".mailmap", line).commit("Map");
        }
        check(when, &verdict(&repo), "no", "self", &[], &["ana"]);
    }
}
