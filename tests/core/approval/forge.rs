//! The messages of each forge: the forge that `auto` detects, the pull request, the people named.

use std::collections::BTreeSet;

use exledger::approval::sources::forge;
use exledger::approval::sources::message::{self, CommitMessage, Pinned};
use exledger::policy::demand::Forge;

const GITHUB: (&str, &str) = ("GitHub", "noreply@github.com");
const LEE: (&str, &str) = ("Lee Chen", "lee@example.com");

/// A message, its committer, the forge that `auto` detects, and the pull request named.
struct Chosen {
    message: &'static str,
    committer: (&'static str, &'static str),
    forge: &'static str,
    pull_request: Option<&'static str>,
}

const fn chosen(
    message: &'static str,
    committer: (&'static str, &'static str),
    forge: &'static str,
    pull_request: Option<&'static str>,
) -> Chosen {
    Chosen { message, committer, forge, pull_request }
}

const CHOSEN: &[Chosen] = &[
    chosen("Merge pull request #1505 from ana/fix/tui\n\nTitle", GITHUB, "github", Some("#1505")),
    chosen("Title (#864)\n\n* commit", GITHUB, "github", Some("#864")),
    chosen("Edit a file", GITHUB, "github", None),
    chosen("Merge pull request #7 from ana/renew", LEE, "generic", Some("#7")),
    chosen(
        "Merge branch 'x' into 'main'\n\nTitle\n\nSee merge request group/proj!7223",
        ("GitLab", "noreply@gitlab.com"),
        "gitlab",
        Some("!7223"),
    ),
    chosen(
        "Merge branch 'x' into 'main'\n\nTitle\n\nSee merge request https://gitlab.example.com/g/p/-/merge_requests/12\n\nApproved-by: Dana <dana@example.com>",
        LEE,
        "gitlab",
        Some("!12"),
    ),
    chosen("Merge branch 'x' into 'main'\n\nSee merge request of last week", LEE, "generic", None),
    chosen(
        "Merge pull request 'Title' (#12) from renew into main\n\nReviewed-on: https://git.example.com/p/pulls/12\nReviewed-by: Dana <dana@example.com>",
        LEE,
        "gitea",
        Some("#12"),
    ),
    chosen(
        "Title (!12)\n\nReviewed-on: https://git.example.com/p/pulls/12",
        LEE,
        "gitea",
        Some("!12"),
    ),
    chosen("Title (#12)", LEE, "generic", Some("#12")),
    chosen("Merged in ana/renew (pull request #116)\n\nTitle", LEE, "bitbucket", Some("#116")),
    chosen(
        "Pull request #68: Title\n\nMerge in PROJ/repo from a to b\n\n* commit 'abc':",
        LEE,
        "bitbucket",
        Some("#68"),
    ),
    chosen("Pull request #68: Title", LEE, "generic", Some("#68")),
    chosen(
        "Merged PR 10794979: Title\n\nRelated work items: #51114542",
        LEE,
        "azure",
        Some("#10794979"),
    ),
    chosen("Merge \"Deprecate version attribute\"", LEE, "gerrit", None),
    chosen("Merge \"Deprecate it\" into stable/2026", LEE, "gerrit", None),
    chosen("Merge changes Iab,Icd", LEE, "gerrit", None),
    chosen(
        "Title\n\nChange-Id: I1\nReviewed-on: https://review.example.com/c/p/+/12\nReviewed-by: Dana <dana@example.com>",
        LEE,
        "gerrit",
        Some("https://review.example.com/c/p/+/12"),
    ),
    chosen("Merge #1015\n\n1015: Title r=dkim a=ana", LEE, "generic", Some("#1015")),
    chosen("Auto merge of #572 - ana:renew, r=dkim", LEE, "generic", Some("#572")),
    chosen("Revert \"Merge pull request #7 from ana/renew\"", LEE, "generic", None),
    chosen("Revert \"Title (#864)\"", LEE, "generic", None),
];

#[test]
fn the_forge_is_chosen_by_its_committer_then_by_its_own_form() {
    for case in CHOSEN {
        let message = CommitMessage::read(case.message);
        let found = forge::choose(case.committer, &message);
        assert_eq!(found.name, case.forge, "{}", case.message);
        let pull_request = forge::pull_request(&message);
        assert_eq!(pull_request.as_deref(), case.pull_request, "{}", case.message);
    }
}

const DANA: &str = "Dana Kim <dana@example.com>";
const LEE_CHEN: &str = "Lee Chen <lee@example.com>";

/// The people named in a message, and whether the forge composed the line.
type Named = &'static [(&'static str, bool)];

const APPROVALS: &[(&str, &str, Named)] = &[
    (
        "generic",
        "T\n\nReviewed-by: Dana Kim <dana@example.com>\nAcked-by: Lee Chen <lee@example.com>",
        &[(DANA, false), (LEE_CHEN, false)],
    ),
    ("generic", "T\n\nReviewed-by: Dana Kim <dana@example.com>\n\nText after it", &[]),
    ("generic", "T\n\nSee: this\nand prose\nReviewed-by: Dana Kim <dana@example.com>", &[]),
    ("generic", "Reviewed-by: Dana Kim <dana@example.com>", &[]),
    ("generic", "T\r\n\r\nApproved-by: Dana Kim\r\n <dana@example.com>\r\n", &[(DANA, false)]),
    (
        "generic",
        "T\n\nTested-by: Dana Kim <dana@example.com>\nSigned-off-by: Lee Chen <lee@example.com>",
        &[],
    ),
    ("github", "T\n\nApproved-by: Dana Kim <dana@example.com>", &[]),
    (
        "gitlab",
        "Merge branch 'x' into 'main'\n\nSee merge request g/p!7\nApproved-by: Dana Kim <dana@example.com>",
        &[(DANA, true)],
    ),
    (
        "gitlab",
        "T\n\nApproved-by: Dana Kim <dana@example.com>\nReviewed-by: Lee Chen <lee@example.com>",
        &[(DANA, false)],
    ),
    (
        "bitbucket",
        "Merged in x (pull request #1)\n\nT\n\nApproved-by: Dana Kim <dana@example.com>",
        &[(DANA, true)],
    ),
    // The title is chosen by whoever opens the pull request.
    ("bitbucket", "Merged in x (pull request #1)\n\nApproved-by: Dana Kim <dana@example.com>", &[]),
    (
        "bitbucket",
        "Merged in x (pull request #1)\r\n\r\nApproved-by: Dana Kim <dana@example.com>\r\n\r\n",
        &[],
    ),
    (
        "bitbucket",
        "Pull request #68: T\n\nMerge in P/r from a to b\n\nApproved-by: Dana Kim <dana@example.com>",
        &[(DANA, true)],
    ),
    ("bitbucket", "T\n\nApproved-by: Dana Kim <dana@example.com>", &[(DANA, false)]),
    (
        "gerrit",
        "T\n\nReviewed-by: Lee Chen <lee@example.com>\nReviewed-on: https://r.example.com/1\nReviewed-by: Dana Kim <dana@example.com>",
        &[(LEE_CHEN, false), (DANA, true)],
    ),
    (
        "gitea",
        "T (#1)\n\nReviewed-on: https://g.example.com/1\nReviewed-by: Dana Kim <dana@example.com>",
        &[(DANA, true)],
    ),
    ("gitea", "T (#1)\n\nReviewed-by: Dana Kim <dana@example.com>", &[]),
    ("azure", "Merged PR 1: T\n\nApproved-by: Dana Kim <dana@example.com>", &[]),
    (
        "kernel",
        "T\n\nReviewed-by: Dana Kim <dana@example.com>\nApproved-by: Lee Chen <lee@example.com>",
        &[(DANA, false)],
    ),
    (
        "phabricator",
        "T\n\nReviewers: lee\n\nReviewed By: #blessed, dkim\n\nDifferential Revision: https://p.example.com/D21870",
        &[("#blessed", false), ("dkim", false)],
    ),
    ("homu", "Auto merge of #572 - ana:renew, r=dkim", &[("dkim", false)]),
    ("homu", "Auto merge of #572 - ana:renew, r=dkim and more", &[]),
    (
        "bors",
        "Merge #12 #13\n\n12: One r=dkim a=ana\n13: Two r=lee,sam a=ana\n",
        &[("dkim", false), ("lee", false), ("sam", false)],
    ),
    ("bors", "Merge #12\n\n12: One a=ana\n\n12: One r=dkim a=ana", &[]),
    ("bors", "Merge #12\n\nText first\n12: One r=dkim a=ana", &[]),
    ("bors", "Merge #12\n\n13: Other r=dkim a=ana", &[]),
    ("bors", "Merge #12\n\n12: r= in the title r=dkim a=ana", &[("dkim", false)]),
];

#[test]
fn a_forge_names_its_approvers_in_its_own_lines_alone() {
    for (name, text, expected) in APPROVALS {
        let forge = forge::named(name).unwrap();
        let said = (forge.approvals)(&CommitMessage::read(text), Pinned::ByPolicy);
        let found: Vec<(&str, bool)> =
            said.iter().map(|said| (said.value.as_str(), said.is_by_forge)).collect();
        assert_eq!(found, *expected, "{name}: {text}");
    }
}

#[test]
fn gitlabs_own_line_among_the_trailers_is_prose_where_gitlab_is_not_pinned() {
    let text = "T\n\nSee merge request g/p!7\nApproved-by: Dana Kim <dana@example.com>";
    let gitlab = forge::named("gitlab").unwrap();
    let said = (gitlab.approvals)(&CommitMessage::read(text), Pinned::ByCommit);
    assert!(said.is_empty());
}

#[test]
fn a_line_names_a_person_by_address_or_by_name() {
    let cases = [
        ("Dana Kim <dana@example.com>", (Some("Dana Kim"), Some("dana@example.com"))),
        ("<dana@example.com>", (None, Some("dana@example.com"))),
        ("dana@example.com", (None, Some("dana@example.com"))),
        ("dkim", (Some("dkim"), None)),
        ("@dkim", (Some("@dkim"), None)),
        ("Dana Kim <null>", (Some("Dana Kim"), None)),
        ("", (None, None)),
    ];
    for (value, expected) in cases {
        assert_eq!(message::person(value), expected, "{value}");
    }
    for nobody in ["", "TBD", "n/a", "N/A.", "#security", "none", "<>"] {
        assert!(message::is_nobody(nobody), "{nobody}");
    }
    for somebody in ["dkim", "Na <na@example.com>", "Dana Kim"] {
        assert!(!message::is_nobody(somebody), "{somebody}");
    }
}

#[test]
fn each_forge_has_its_file_and_its_line_in_the_table() {
    let folder = crate::support::project::root().join("src/approval/sources/forge");
    let mut files: Vec<String> = crate::support::project::files(&folder, "rs")
        .iter()
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|stem| stem != "mod")
        .collect();
    files.sort();
    // Two that only read trailers stand beside the table, and one with another that writes nearly the same.
    let beside = ["generic", "homu", "kernel"];
    let names = forge::ALL.iter().map(|forge| forge.name);
    let mut names: Vec<&str> = names.filter(|name| !beside.contains(name)).collect();
    names.sort_unstable();
    assert_eq!(files, names);
}

#[test]
fn each_forge_that_a_policy_may_name_is_read() {
    let named = Forge::ALL.iter().filter(|forge| **forge != Forge::Auto);
    let named: BTreeSet<&str> = named.map(|forge| forge.as_str()).collect();
    let read: BTreeSet<&str> = forge::ALL.iter().map(|forge| forge.name).collect();
    assert_eq!(named, read);
}
