//! Merges: whoever merges approves nothing of their own, and is an author of what they change on the way.

use super::{SIGNED, approvals, errors, ledger, sign, status};
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};

const OPEN: &str = "version: 1\nname: example/payments\n";

#[test]
fn own_merge_approves_nothing() {
    type Act<'a> = (&'a str, &'a dyn Fn(&Repo));
    let acts: [Act; 9] = [
        ("a merge", &|repo| {
            repo.by("ana").merge("work", "Merge branch 'work'");
        }),
        ("a merge as on the forge", &|repo| {
            repo.by("ana").through("github").merge("work", "Merge pull request #7 from ana/work");
        }),
        ("a signed merge", &|repo| {
            repo.by("ana").signed("ana").merge("work", "Merge branch 'work'");
        }),
        ("a merge with a trailer", &|repo| {
            let typed = "Merge branch 'work'\n\nReviewed-by: Ana Ruiz <ana@example.com>";
            repo.by("ana").merge("work", typed);
        }),
        ("a merge of several branches", &|repo| {
            repo.branch("other").by("lee").write("README.md", "Payments\n").commit("Describe it");
            repo.by("ana").octopus(&["work", "other"], "Merge branches 'work' and 'other'");
        }),
        ("a squash", &|repo| {
            repo.by("ana").through("github").squash("work", "File it (#7)");
        }),
        ("a squash of her own", &|repo| {
            repo.by("ana").squash("work", "File it (#7)");
        }),
        ("a rebase", &|repo| {
            repo.by("ana").rebase("work");
        }),
        ("a branch in a branch", &|repo| {
            repo.branch("outer").by("ana").write("README.md", "Payments\n").commit("Describe it");
            repo.branch("outer").by("ana").merge("work", "Merge branch 'work' into outer");
            repo.by("ana").merge("outer", "Merge branch 'outer'");
        }),
    ];
    let filed = |policy: &str, author: &str| {
        let repo = ledger(policy, &["ana", "dana", "lee"]);
        repo.branch("work").by(author).write(ID, SAMPLE).commit("File it");
        repo
    };
    for (what, act) in acts {
        let repo = filed(OPEN, "ana");
        act(&repo);
        assert_eq!(status(&repo), "unapproved", "{what}");
        assert!(!errors(&repo).is_empty(), "{what}");
        sign(&repo, "ana", &approvals(&repo, &[("lee", "lee")], SAMPLE));
        assert_eq!(status(&repo), "active", "{what}, and Lee approves");
        // Under a typed author, only signatures keep her out.
        let repo = filed(SIGNED, "bob");
        act(&repo);
        assert_eq!(status(&repo), "unapproved", "{what} of a typed author");
    }
    let repo = filed(OPEN, "ana");
    repo.by("lee").merge("work", "Merge branch 'work'");
    assert_eq!(status(&repo), "active");
    // Claims are worth as much as the branch: this is why the page asks for more.
    let repo = filed(OPEN, "bob");
    repo.by("ana").merge("work", "Merge branch 'work'");
    assert_eq!(status(&repo), "active");
}

#[test]
fn merge_makes_an_author() {
    let later = SAMPLE.replace("2026-12-20", "2027-01-20");
    let filed = || {
        let repo = ledger(OPEN, &["dana", "lee"]);
        repo.branch("work").by("ana").write(ID, SAMPLE).commit("File it");
        repo
    };
    // Both sides changed it, and neither wrote what lands.
    let conflict = || {
        let repo = filed();
        repo.by("dana").merge("work", "Merge branch 'work'");
        let ours = SAMPLE.replace("2026-12-20", "2026-12-10");
        repo.branch("next")
            .by("ana")
            .write(ID, &SAMPLE.replace("2026-12-20", "2027-01-05"))
            .commit("Later");
        repo.branch("less").by("ana").write(ID, &ours).commit("Sooner");
        repo.by("dana").merge("less", "Merge branch 'less'");
        repo
    };
    let again = SAMPLE.replace("2026-12-20", "2026-12-30").replace("moderate", "low");
    type Act<'a> = (&'a str, &'a dyn Fn() -> Repo, &'a str);
    let acts: [Act; 5] = [
        (
            "a merge that changes it",
            &|| {
                let repo = filed();
                repo.by("lee").write(ID, &later).merge("work", "Merge branch 'work'");
                repo
            },
            &later,
        ),
        (
            "a merge that resolves a conflict",
            &|| {
                let repo = conflict();
                repo.by("lee").write(ID, &later).merge("next", "Merge branch 'next'");
                repo
            },
            &later,
        ),
        (
            "a resolution within what either side had",
            &|| {
                let repo = conflict();
                repo.by("lee").write(ID, &again).merge("next", "Merge branch 'next'");
                repo
            },
            &again,
        ),
        (
            "a squash that changes it",
            &|| {
                let repo = filed();
                repo.by("lee").write(ID, &later).squash("work", "File it (#7)");
                repo
            },
            &later,
        ),
        (
            "a merge that files it beside the branch",
            &|| {
                let repo = ledger(OPEN, &["dana", "lee"]);
                repo.branch("work")
                    .by("ana")
                    .write("README.md", "Payments\n")
                    .commit("Describe it");
                repo.by("lee").write(ID, &later).merge("work", "Merge branch 'work'");
                repo
            },
            &later,
        ),
    ];
    for (what, act, text) in acts {
        let repo = act();
        repo.clock("2026-12-12T09:00:00Z");
        assert_ne!(status(&repo), "active", "{what}");
        assert!(!errors(&repo).is_empty(), "{what}");
        sign(&repo, "ana", &approvals(&repo, &[("lee", "lee")], text));
        assert_ne!(status(&repo), "active", "{what}, and approved by who made it");
        sign(&repo, "ana", &approvals(&repo, &[("dana", "dana")], text));
        assert_eq!(status(&repo), "active", "{what}, and Dana approves");
    }
    // Who merges what the branch holds is no author of it.
    let repo = filed();
    repo.by("lee").merge("work", "Merge branch 'work'");
    assert_eq!(status(&repo), "active");
}
