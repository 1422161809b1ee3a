//! Names: nobody approves their own record under a name or address that a reader takes for theirs.

use super::{CLAIMED, ledger, status};
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};

const ONE: &str = "version: 1\nname: example/payments\n";

/// A record by Hana Cope that somebody else merged.
fn merged(policy: &str, by: &str) -> Repo {
    let repo = ledger(policy, &[]);
    let work = repo.branch("file").by("Hana Cope <hana@example.com>");
    work.write(ID, SAMPLE).commit("File it");
    repo.by(by).merge("file", "Merge branch 'file'");
    repo
}

const ALIKE: [&str; 8] = [
    // Cyrillic, Greek and full-width letters.
    "Нana Соре <h@home.example.com>",
    "Ηana Cορe <h@home.example.com>",
    "Ｈana Cope <h@home.example.com>",
    // Joiners, an accent that is no part of the letter's form, turned words.
    "Ha\u{200d}na\u{2060} Cope <h@home.example.com>",
    "Cope Hana <h@home.example.com>",
    "COPE, \"Hana\" <h@home.example.com>",
    // The address alone.
    "Somebody <hаna@example.com>",
    "Somebody <HANA@examp1e.com>",
];

#[test]
fn names_that_look_alike_are_one_person() {
    for honest in ["Dana Kim <dana@example.com>", "Hàna Cope <h@home.example.com>"] {
        assert_eq!(status(&merged(ONE, honest)), "active", "{honest}");
    }
    for alike in ALIKE {
        assert_eq!(status(&merged(ONE, alike)), "unapproved", "merged by {alike}");
        // As a second author of the branch, and as one of two approvers.
        let repo = ledger(ONE, &[]);
        repo.branch("file").by("bob").with(alike).write(ID, SAMPLE).commit("File it");
        repo.by("Hana Cope <hana@example.com>").merge("file", "Merge branch 'file'");
        assert_eq!(status(&repo), "unapproved", "written by {alike}");
    }
    // Two groups, and one person under two names.
    let policy = CLAIMED.replace("dana@", "hana@").replace("lee@", "h@home.");
    for (other, expected) in [(ALIKE[0], "unapproved"), ("Lee Chan <h@home.example.com>", "active")]
    {
        let repo = ledger(&policy, &[]);
        repo.branch("file").by("bob").write(ID, SAMPLE).commit("File it");
        let both = format!("Reviewed-by: Hana Cope <hana@example.com>\nReviewed-by: {other}");
        repo.by("sam").merge("file", &format!("Merge branch 'file'\n\n{both}"));
        assert_eq!(status(&repo), expected, "{other}");
    }
}
