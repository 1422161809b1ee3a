//! Each way in which forges land a change: its author, its approver, and the evidence.
//!
//! One row for each way that the heads of `src/approval/sources/forge` list; what counts is `docs/spec/approval.md`, 2. Ana
//! filed the record on a branch; if nothing else is known of a forge, only the person who merged is the approver.

use crate::support::approval::{ledger, said, verdict};
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};
use exledger::approval::verdict::SelfAsserted;

/// How a branch lands on the mainline.
#[derive(Clone, Copy)]
enum Way {
    Merge,
    Squash,
    Rebase,
}

/// One landing, and the expected result.
struct Row {
    name: &'static str,
    policy: &'static str,
    way: Way,
    author: &'static str,
    committer: &'static str,
    message: &'static str,
    result: &'static str,
    approvers: &'static [(&'static str, &'static str)],
    authors: &'static [&'static str],
}

const LOGINS: &str = "people: {logins: {notriddle: dana@example.com, Amanieu: dana@example.com, epriestley: dana@example.com}}\n";

const ROWS: &[Row] = &[
    Row {
        name: "GitHub merge",
        policy: "",
        way: Way::Merge,
        author: "lee",
        committer: "github",
        message: "Merge pull request #1505 from ana/fix/tui\n\nFix the TUI",
        result: "claimed",
        approvers: &[("lee", "merge")],
        authors: &["ana"],
    },
    Row {
        name: "GitHub squash",
        policy: "",
        way: Way::Squash,
        author: "ana",
        committer: "github",
        message: "File it (#864)\n\n* File it\n\n---------\n\nCo-authored-by: Kim <kim@example.com>\nSigned-off-by: Dana <dana@example.com>",
        result: "none-recorded",
        approvers: &[],
        authors: &["ana", "kim"],
    },
    Row {
        name: "GitHub rebase",
        policy: "",
        way: Way::Rebase,
        author: "ana",
        committer: "lee",
        message: "File it",
        result: "claimed",
        approvers: &[("lee", "merge")],
        authors: &["ana"],
    },
    Row {
        name: "GitHub web edit on main",
        policy: "",
        way: Way::Squash,
        author: "ana",
        committer: "github",
        message: "Update EXC-2026-7F3KQ.yaml",
        result: "none-recorded",
        approvers: &[],
        authors: &["ana"],
    },
    Row {
        name: "GitHub via prow",
        policy: "",
        way: Way::Merge,
        author: "kubernetes-prow[bot] <prow@example.com>",
        committer: "github",
        message: "Merge pull request #1505 from ana/fix/tui\n\nFix the TUI",
        result: "none-recorded",
        approvers: &[],
        authors: &["ana"],
    },
    Row {
        name: "Mergify, which names logins only",
        policy: LOGINS,
        way: Way::Merge,
        author: "mergify[bot] <mergify@example.com>",
        committer: "github",
        message: "File it (#2105)\n\nTitle\n\nApproved-by: notriddle",
        result: "none-recorded",
        approvers: &[],
        authors: &["ana"],
    },
    Row {
        name: "bors-ng, pinned",
        policy: "approval: {forge: bors}\npeople: {logins: {notriddle: dana@example.com}}\n",
        way: Way::Merge,
        author: "bors[bot] <bors@example.com>",
        committer: "github",
        message: "Merge #1015\n\n1015: Title r=notriddle a=dependabot-preview[bot]\n\nCo-authored-by: Ana Ruiz <ana@example.com>",
        result: "claimed",
        approvers: &[("dana", "trailer")],
        authors: &["ana"],
    },
    Row {
        name: "bors-ng, not pinned",
        policy: LOGINS,
        way: Way::Merge,
        author: "bors[bot] <bors@example.com>",
        committer: "github",
        message: "Merge #1015\n\n1015: Title r=notriddle a=dependabot-preview[bot]",
        result: "none-recorded",
        approvers: &[],
        authors: &["ana"],
    },
    Row {
        name: "homu, pinned",
        policy: "approval: {forge: homu}\npeople: {logins: {Amanieu: dana@example.com}}\n",
        way: Way::Merge,
        author: "bors <bors@rust-lang.org>",
        committer: "bors <bors@rust-lang.org>",
        message: "Auto merge of #572 - cuviper:ci-msrv, r=Amanieu",
        result: "claimed",
        approvers: &[("dana", "trailer")],
        authors: &["ana"],
    },
    Row {
        name: "GitLab merge",
        policy: "",
        way: Way::Merge,
        author: "lee",
        committer: "gitlab",
        message: "Merge branch 'file' into 'main'\n\nFile it\n\nSee merge request group/proj!7223",
        result: "claimed",
        approvers: &[("lee", "merge")],
        authors: &["ana"],
    },
    Row {
        name: "GitLab merge until 2025",
        policy: "",
        way: Way::Merge,
        author: "lee",
        committer: "lee",
        message: "Merge branch 'file' into 'main'\n\nFile it\n\nSee merge request group/proj!7223",
        result: "claimed",
        approvers: &[("lee", "merge")],
        authors: &["ana"],
    },
    Row {
        name: "GitLab with a template: reviewers are no approvers",
        policy: "approval: {forge: gitlab}\n",
        way: Way::Merge,
        author: "bot",
        committer: "gitlab",
        message: "Merge branch 'file' into 'main'\n\nFile it\n\nSee merge request group/proj!7223\nApproved-by: Dana Kim <dana@example.com>\nReviewed-by: Sam Ito <sam@example.com>",
        result: "claimed",
        approvers: &[("dana", "trailer")],
        authors: &["ana"],
    },
    Row {
        name: "Bitbucket Cloud: the author opened, the committer merged",
        policy: "",
        way: Way::Merge,
        author: "kim",
        committer: "lee",
        message: "Merged in michal/ufl-constant (pull request #116)\n\nFile it\n\nApproved-by: Dana Kim <dana@example.com>",
        result: "claimed",
        approvers: &[("dana", "trailer"), ("lee", "merge")],
        authors: &["ana", "kim"],
    },
    Row {
        name: "Bitbucket DC",
        policy: "",
        way: Way::Merge,
        author: "lee",
        committer: "lee",
        message: "Pull request #68: Title\n\nMerge in PROJ/repo from a to main\n\n* commit '0123456':\n  File it",
        result: "claimed",
        approvers: &[("lee", "merge")],
        authors: &["ana"],
    },
    Row {
        name: "Gerrit, merged by its gate",
        policy: "",
        way: Way::Merge,
        author: "Zuul <zuul@review.example.com>",
        committer: "gerrit",
        message: "Merge \"Deprecate version attribute\"",
        result: "none-recorded",
        approvers: &[],
        authors: &["ana"],
    },
    Row {
        name: "Gerrit, merged by a person",
        policy: "",
        way: Way::Merge,
        author: "lee",
        committer: "gerrit",
        message: "Merge \"Deprecate version attribute\"",
        result: "claimed",
        approvers: &[("lee", "merge")],
        authors: &["ana"],
    },
    Row {
        name: "Gerrit, merged by a person into another branch",
        policy: "",
        way: Way::Merge,
        author: "lee",
        committer: "gerrit",
        message: "Merge \"Deprecate version attribute\" into stable/2026",
        result: "none-recorded",
        approvers: &[],
        authors: &["ana"],
    },
    Row {
        name: "Gerrit cherry-pick, pinned",
        policy: "approval: {forge: gerrit}\n",
        way: Way::Squash,
        author: "ana",
        committer: "lee",
        message: "File it\n\nReviewed-by: Sam Ito <sam@example.com>\nChange-Id: I1\nReviewed-on: https://review.example.com/c/p/+/12\nReviewed-by: Dana Kim <dana@example.com>\nTested-by: Kim <kim@example.com>",
        result: "claimed",
        approvers: &[("dana", "trailer"), ("lee", "merge"), ("sam", "trailer")],
        authors: &["ana"],
    },
    Row {
        name: "Gerrit cherry-pick, not pinned: its author may have typed the footers",
        policy: "",
        way: Way::Squash,
        author: "ana",
        committer: "gerrit",
        message: "File it\n\nChange-Id: I1\nReviewed-on: https://review.example.com/c/p/+/12\nReviewed-by: Dana Kim <dana@example.com>",
        result: "claimed",
        approvers: &[],
        authors: &["ana"],
    },
    Row {
        name: "Gerrit rebase-if-necessary",
        policy: "",
        way: Way::Rebase,
        author: "ana",
        committer: "lee",
        message: "File it",
        result: "claimed",
        approvers: &[("lee", "merge")],
        authors: &["ana"],
    },
    Row {
        name: "Gitea merge",
        policy: "",
        way: Way::Merge,
        author: "lee",
        committer: "lee",
        message: "Merge pull request 'File it' (#12) from file into main\n\nReviewed-on: https://git.example.com/p/pulls/12\nReviewed-by: Dana Kim <dana@example.com>\nReviewed-by: Dana Kim <dana@example.com>",
        result: "claimed",
        approvers: &[("dana", "trailer"), ("lee", "merge")],
        authors: &["ana"],
    },
    Row {
        name: "Gitea squash, pinned",
        policy: "approval: {forge: gitea}\n",
        way: Way::Squash,
        author: "ana",
        committer: "Gitea <gitea@git.example.com>",
        message: "File it (#12)\n\nReviewed-on: https://git.example.com/p/pulls/12\nReviewed-by: Dana Kim <dana@example.com>\nCo-authored-by: Kim <kim@example.com>\nCo-committed-by: Kim <kim@example.com>",
        result: "claimed",
        approvers: &[("dana", "trailer")],
        authors: &["ana", "kim"],
    },
    Row {
        name: "Gitea rebase",
        policy: "",
        way: Way::Rebase,
        author: "ana",
        committer: "lee",
        message: "File it",
        result: "claimed",
        approvers: &[("lee", "merge")],
        authors: &["ana"],
    },
    Row {
        name: "Azure DevOps: the author opened, the committer completed",
        policy: "",
        way: Way::Merge,
        author: "kim",
        committer: "lee",
        message: "Merged PR 10794979: File it\n\nThe description is cut off...\n\nRelated work items: #51114542",
        result: "claimed",
        approvers: &[("lee", "merge")],
        authors: &["ana", "kim"],
    },
    Row {
        name: "Phabricator, pinned: reviewers are no approvers",
        policy: "approval: {forge: phabricator}\npeople: {logins: {epriestley: dana@example.com, avivey: sam@example.com}}\n",
        way: Way::Squash,
        author: "ana",
        committer: "lee",
        message: "File it\n\nReviewers: avivey\n\nReviewed By: #blessed_reviewers, epriestley\n\nDifferential Revision: https://secure.example.com/D21870",
        result: "claimed",
        approvers: &[("dana", "trailer"), ("lee", "merge")],
        authors: &["ana"],
    },
    Row {
        name: "Phabricator, not pinned",
        policy: LOGINS,
        way: Way::Squash,
        author: "ana",
        committer: "lee",
        message: "File it\n\nReviewed By: epriestley\n\nDifferential Revision: https://secure.example.com/D21870",
        result: "claimed",
        approvers: &[("lee", "merge")],
        authors: &["ana"],
    },
    Row {
        name: "kernel style, pinned",
        policy: "approval: {forge: kernel}\n",
        way: Way::Squash,
        author: "ana",
        committer: "lee",
        message: "File it\n\nReviewed-by: Dana Kim <dana@example.com>\nAcked-by: Kim <kim@example.com>\nTested-by: Sam Ito <sam@example.com>\nSigned-off-by: Lee Chen <lee@example.com>",
        result: "claimed",
        approvers: &[("dana", "trailer"), ("kim", "trailer"), ("lee", "merge")],
        authors: &["ana"],
    },
    Row {
        name: "a plain merge",
        policy: "",
        way: Way::Merge,
        author: "lee",
        committer: "lee",
        message: "Merge branch 'file'",
        result: "claimed",
        approvers: &[("lee", "merge")],
        authors: &["ana"],
    },
];

fn landed(row: &Row) -> Repo {
    let repo = ledger(row.policy);
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    let work = repo.by(row.author).through(row.committer);
    match row.way {
        Way::Merge => work.merge("file", row.message),
        Way::Squash | Way::Rebase => work.squash("file", row.message),
    };
    repo
}

#[test]
fn each_way_of_landing_names_its_authors_and_its_approvers() {
    for row in ROWS {
        let verdict = verdict(&landed(row));
        let found = said(&verdict);
        let approvers: Vec<(String, &str)> = found
            .approvers
            .iter()
            .cloned()
            .zip(verdict.approvers.iter().map(|it| it.kind.as_str()))
            .collect();
        let expected: Vec<(String, &str)> =
            row.approvers.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
        assert_eq!(approvers, expected, "{}", row.name);
        assert_eq!(found.result, row.result, "{}", row.name);
        assert_eq!(found.authors, row.authors, "{}", row.name);
        let one_parent = matches!(row.way, Way::Rebase);
        assert!(!one_parent || verdict.flags.contains("committer-may-have-edited"), "{}", row.name);
    }
}

#[test]
fn text_that_a_pinned_forge_composed_is_nobodys_own_word() {
    for name in ["GitLab with a template: reviewers are no approvers", "Gitea squash, pinned"] {
        let row = ROWS.iter().find(|row| row.name == name).unwrap();
        let verdict = verdict(&landed(row));
        assert_eq!(verdict.approvers[0].self_asserted, SelfAsserted::ForgeUi, "{name}");
    }
}
