//! Each way in which a branch lands, and what it shows about approval.

use crate::support::approval::{check, file, ledger, verdict};
use crate::support::repo::Repo;

/// How the branch `file` lands, and the expected verdict.
struct Case {
    what: &'static str,
    policy: &'static str,
    land: fn(&Repo) -> git2::Oid,
    satisfied: &'static str,
    result: &'static str,
    approvers: &'static [&'static str],
    authors: &'static [&'static str],
    flags: &'static [&'static str],
}

const BASE: Case = Case {
    what: "",
    policy: "",
    land: |repo| repo.tip("file"),
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
        land: |repo| repo.by("lee").merge("file", "Merge pull request #7 from ana/file"),
        satisfied: "yes",
        result: "claimed",
        approvers: &["lee"],
        ..BASE
    },
    Case {
        what: "a merge on the forge by a second person",
        land: |repo| {
            repo.by("lee").through("github").merge("file", "Merge pull request #7 from ana/file")
        },
        satisfied: "yes",
        result: "claimed",
        approvers: &["lee"],
        ..BASE
    },
    Case {
        what: "a merge by the author",
        land: |repo| repo.by("ana").merge("file", "Merge pull request #7 from ana/file"),
        result: "self",
        ..BASE
    },
    Case {
        what: "a merge by the author's other address, which only the name betrays",
        land: |repo| {
            repo.by("Ana  RUIZ <ana@home.example.com>").merge("file", "Merge branch 'file'")
        },
        result: "unresolved",
        ..BASE
    },
    Case {
        what: "a direct push",
        land: |repo| repo.by("ana").squash("file", "File it"),
        result: "self",
        ..BASE
    },
    Case {
        what: "a squash on GitHub, which names nobody",
        land: |repo| repo.by("ana").through("github").squash("file", "File it (#7)"),
        ..BASE
    },
    Case {
        what: "a squash on GitHub with a trailer, which GitHub does not write",
        land: |repo| repo.by("ana").through("github").squash("file", APPROVED_BY_DANA),
        ..BASE
    },
    Case {
        what: "a squash with generic trailers, pinned, that its author wrote",
        policy: "approval: {forge: generic}\n",
        land: |repo| repo.by("ana").through("github").squash("file", APPROVED_BY_DANA),
        result: "claimed",
        ..BASE
    },
    Case {
        what: "the same where self-asserted words count",
        policy: "approval: {forge: generic, self_asserted: allow}\n",
        land: |repo| repo.by("ana").through("github").squash("file", APPROVED_BY_DANA),
        satisfied: "yes",
        result: "claimed",
        approvers: &["dana"],
        ..BASE
    },
    Case {
        what: "a squash with generic trailers, pinned, that someone else commits",
        policy: "approval: {forge: generic}\n",
        land: |repo| repo.by("ana").through("lee").squash("file", APPROVED_BY_DANA),
        satisfied: "yes",
        result: "claimed",
        approvers: &["dana", "lee"],
        flags: &["committer-may-have-edited"],
        ..BASE
    },
    Case {
        what: "the same under auto, where whoever commits keeps the author's words unread",
        land: |repo| repo.by("ana").through("lee").squash("file", APPROVED_BY_DANA),
        satisfied: "yes",
        result: "claimed",
        approvers: &["lee"],
        flags: &["committer-may-have-edited"],
        ..BASE
    },
    Case {
        what: "a merge by the author who names an approver",
        land: |repo| repo.by("ana").merge("file", APPROVED_BY_DANA),
        result: "claimed",
        ..BASE
    },
    Case {
        what: "a merge by a second person who names a third",
        land: |repo| repo.by("lee").merge("file", APPROVED_BY_DANA),
        satisfied: "yes",
        result: "claimed",
        approvers: &["dana", "lee"],
        ..BASE
    },
    Case {
        what: "a merge whose message names a group and nobody",
        land: |repo| {
            repo.by("ana").merge("file", "Land it\n\nApproved-by: #security\nReviewed-by: TBD")
        },
        result: "unresolved",
        ..BASE
    },
    Case {
        what: "a merge whose message names a login that the policy does not know",
        policy: "approval: {forge: gitlab}\n",
        land: |repo| repo.by("bot").merge("file", "Land it\n\nApproved-by: dkim"),
        result: "unresolved",
        ..BASE
    },
    Case {
        what: "a merge whose message names a login that the policy knows",
        policy: "approval: {forge: gitlab}\npeople: {logins: {dkim: dana@example.com}}\n",
        land: |repo| repo.by("bot").merge("file", "Land it\n\nApproved-by: dkim"),
        satisfied: "yes",
        result: "claimed",
        approvers: &["dana"],
        ..BASE
    },
    Case {
        what: "the same where no forge is pinned, whose words a machine may have taken from anybody",
        policy: "people: {logins: {dkim: dana@example.com}}\n",
        land: |repo| repo.by("bot").merge("file", "Land it\n\nApproved-by: dkim"),
        ..BASE
    },
    Case {
        what: "a merge by a bot",
        land: |repo| repo.by("bot").merge("file", "Merge pull request #7 from ana/file"),
        ..BASE
    },
    Case {
        what: "a merge by an agent",
        policy: "people: {agents: ['agent-*@example.com']}\n",
        land: |repo| repo.by("agent").merge("file", "Merge pull request #7 from ana/file"),
        ..BASE
    },
    Case {
        what: "a co-author who merges",
        land: |repo| {
            repo.branch("file")
                .by("ana")
                .with("lee")
                .edit(crate::support::samples::ID, "expires: 2026-12-19")
                .commit("Shorten");
            repo.by("lee").merge("file", "Merge branch 'file'")
        },
        result: "self",
        authors: &["ana", "lee"],
        ..BASE
    },
    Case {
        what: "a merge in which GitLab, pinned, names the approver and the author merged",
        policy: "approval: {forge: gitlab}\n",
        land: |repo| {
            repo.by("ana").through("gitlab").merge(
                "file",
                "Merge branch 'file' into 'main'\n\nFile it\n\nSee merge request g/p!7\n\nApproved-by: Dana Kim <dana@example.com>",
            )
        },
        satisfied: "yes",
        result: "claimed",
        approvers: &["dana"],
        ..BASE
    },
    Case {
        what: "the same under auto",
        land: |repo| {
            repo.by("ana").through("gitlab").merge(
                "file",
                "Merge branch 'file' into 'main'\n\nFile it\n\nSee merge request g/p!7\n\nApproved-by: Dana Kim <dana@example.com>",
            )
        },
        result: "claimed",
        ..BASE
    },
    Case {
        what: "a merge on Bitbucket, whose author opened and whose committer merged",
        land: |repo| {
            repo.by("sam")
                .through("lee")
                .merge("file", "Merged in ana/file (pull request #7)\n\nFile it")
        },
        satisfied: "yes",
        result: "claimed",
        approvers: &["lee"],
        authors: &["ana", "sam"],
        ..BASE
    },
    Case {
        what: "a merge on Bitbucket, whose opener typed an approval as the title",
        policy: "tiers: [{name: standard, approvals: {count: 2}}]\n",
        land: |repo| {
            repo.by("sam").through("lee").merge(
                "file",
                "Merged in ana/file (pull request #7)\n\nApproved-by: Dana Kim <dana@example.com>",
            )
        },
        result: "claimed",
        approvers: &["lee"],
        authors: &["ana", "sam"],
        ..BASE
    },
    Case {
        what: "a kind that the policy does not accept",
        policy: "approval: {accept: [trailer]}\n",
        land: |repo| repo.by("lee").merge("file", "Merge branch 'file'"),
        ..BASE
    },
    Case {
        what: "a claim where the policy wants proof",
        policy: "approval: {proof: attested}\n",
        land: |repo| repo.by("lee").merge("file", "Merge branch 'file'"),
        ..BASE
    },
    Case {
        what: "authors who are to be attested",
        policy: "approval: {authors: attested}\n",
        land: |repo| repo.by("lee").merge("file", "Merge branch 'file'"),
        satisfied: "undetermined",
        result: "indeterminate",
        approvers: &["lee"],
        ..BASE
    },
    Case {
        what: "a self-managed forge that commits for people",
        policy: "people: {forges: ['forge@git.example.com']}\n",
        land: |repo| {
            repo.by("ana").through("Forge <forge@git.example.com>").squash("file", "File it (#7)")
        },
        ..BASE
    },
    Case {
        what: "an author who may approve by the policy",
        policy: "approval: {self_approval: allow}\n",
        land: |repo| repo.by("ana").merge("file", "Merge branch 'file'"),
        satisfied: "yes",
        result: "self",
        approvers: &["ana"],
        ..BASE
    },
    Case {
        what: "an author who may approve, and whose squash names nobody",
        policy: "approval: {self_approval: allow}\n",
        land: |repo| repo.by("ana").through("github").squash("file", "File it (#7)"),
        satisfied: "yes",
        result: "self",
        approvers: &["ana"],
        ..BASE
    },
    Case {
        what: "an author who may approve beside another: the other's word",
        policy: "approval: {self_approval: allow, forge: generic, self_asserted: allow}\n",
        land: |repo| repo.by("ana").merge("file", APPROVED_BY_DANA),
        satisfied: "yes",
        result: "claimed",
        approvers: &["ana", "dana"],
        ..BASE
    },
    Case {
        what: "an owner who may not approve",
        policy: "approval: {owner_may_approve: false}\n",
        land: |repo| {
            let text = crate::support::samples::SAMPLE
                .replace("Ana Ruiz, email: ana@", "Lee Chen, email: lee@");
            crate::support::approval::file_as(repo, &text);
            repo.by("lee").merge("file", "Merge branch 'file'")
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
        check(case.what, &verdict, case.satisfied, case.result, case.approvers, case.authors);
        let flags: Vec<&str> = verdict.flags.iter().copied().collect();
        assert_eq!(flags, case.flags, "{}", case.what);
    }
}
