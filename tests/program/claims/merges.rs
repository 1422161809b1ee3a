//! Merges: whoever merges approves nothing of their own, and is an author of what they change on the way.

use super::{
    POLICY, REVOKED, SIGNED, answer, approvals, approved, errors, is_new, ledger, sign, status,
};
use crate::cli;
use crate::support::repo::speak::{no, public, yes};
use crate::support::repo::{Repo, Work, git};
use crate::support::samples::{ID, SAMPLE};
use serde_json::json;
use std::path::Path;

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

/// What the approved branch takes away, and how to see that it still does.
struct Taking {
    name: &'static str,
    /// Lands it on the approved branch.
    take: fn(&Repo),
    /// Whether it still counts.
    holds: fn(&Repo) -> bool,
}

pub(super) const CLOSED: &str = "closure: {outcome: withdrawn, date: 2026-11-20, by: lee@example.com, reason: Filed by mistake}\n";
pub(super) const SECOND: &str = "EXC-2026-2B3CD";

/// Lands a further record that Dana alone approves by her key, and tells whether that is enough.
pub(super) fn lands_by_dana(repo: &Repo) -> bool {
    let text = SAMPLE.replace(ID, SECOND);
    repo.by("ana").write(SECOND, &text).commit("File another");
    let at = repo.now().to_string();
    let says = yes("dana", SECOND, &text, &at).ledger("example/payments");
    sign(repo, "ana", &[says]);
    answer(repo, &["show", SECOND])["record"]["status"] == "active"
}

const TAKINGS: [Taking; 6] = [
    Taking {
        name: "a closure",
        take: |repo| {
            repo.by("dana").write(ID, &(SAMPLE.to_owned() + CLOSED)).commit("Close it");
        },
        holds: |repo| status(repo) == "closed",
    },
    Taking {
        name: "a removal",
        take: |repo| {
            repo.by("dana").remove(ID).commit("Remove it");
        },
        holds: |repo| status(repo) == "unapproved",
    },
    Taking {
        name: "a narrowing",
        take: |repo| {
            repo.by("dana").edit(ID, "expires: 2026-11-30").commit("Shorten it");
        },
        holds: |repo| answer(repo, &["show", ID])["record"]["not_after"] == "2026-12-01T00:00:00Z",
    },
    Taking {
        name: "a rejection",
        take: |repo| {
            let at = repo.now().to_string();
            let says = no("lee", ID, SAMPLE, &at).ledger("example/payments");
            sign(repo, "lee", &[says]);
        },
        holds: |repo| status(repo) != "active",
    },
    Taking {
        name: "a count",
        take: |repo| {
            let text = repo.by("dana").text(POLICY);
            repo.by("dana").write(POLICY, &text.replace("count: 1", "count: 2")).commit("Two");
        },
        holds: |repo| !lands_by_dana(repo),
    },
    Taking {
        name: "a revocation",
        take: |repo| {
            repo.by("lee").write(REVOKED, &(public("dana") + "\n")).commit("Revoke a key");
        },
        holds: |repo| !lands_by_dana(repo),
    },
];

/// A record of Ana that Dana approved, where one signature is enough.
pub(super) fn signed_by_one() -> Repo {
    let policy = SIGNED.replace("count: 2, each_of: [security, platform]", "count: 1");
    let repo = ledger(&policy, &["dana", "lee"]);
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    sign(&repo, "ana", &approvals(&repo, &[("dana", "dana")], SAMPLE));
    if is_new("signed by one") {
        assert_eq!(status(&repo), "active");
    }
    repo
}

/// Mallory works on top of an earlier commit, and pushes a merge of the approved branch into that, or of a branch that holds
/// it some merges below. Records, rules and approvals are hers.
pub(super) fn reroute(repo: &Repo, fork: git2::Oid, depth: usize, octopus: bool, subject: &str) {
    let fork = fork.to_string();
    let mut brought = "main".to_owned();
    for n in 0..depth {
        let name = format!("below{n}");
        let below = repo.branch_from(&name, &fork);
        below.by("mallory").write("README.md", &format!("{n}\n")).commit("Work");
        repo.branch(&name).by("mallory").merge_ours(&[&*brought], "Merge branch 'below' into main");
        brought = name;
    }
    repo.branch_from("mine", &fork).by("mallory").write("docs/mine.md", "Mine\n").commit("Work");
    let merge = if octopus {
        repo.branch_from("other", &fork).by("mallory").write("docs/o.md", "O\n").commit("Work");
        repo.branch("mine").by("mallory").merge_ours(&["other", &*brought], subject)
    } else {
        repo.branch("mine").by("mallory").merge_ours(&[&*brought], subject)
    };
    repo.set_ref("refs/heads/main", merge);
}

#[test]
fn merge_brings_nothing_back() {
    let subjects = [
        "Merge branch 'main' of https://example.com/repo",
        "Merge branch 'main' into mine",
        "Merge branch 'mine' into main",
        "Merge remote-tracking branch 'origin/main'",
        "Merge pull request #7 from example/mine",
        "Merge branch 'release'\n\nSee merge request example/payments!7",
        "Tidy up",
    ];
    for (first, taking) in TAKINGS.iter().enumerate() {
        let chosen = subjects.into_iter().enumerate().cycle().skip(2 * first).take(2);
        for (n, subject) in chosen {
            let depth = n % 5;
            let repo = signed_by_one();
            let fork = repo.tip("main");
            (taking.take)(&repo);
            reroute(&repo, fork, depth, n % 3 == 0, subject);
            if n % 2 == 0 {
                repo.by("mallory").write("README.md", "More\n").commit("Reopen on top");
            }
            let how = format!("{}, {depth} merges below, {subject}", taking.name);
            let run = errors(&repo);
            assert!(run.contains(&"mainline-suspicious".to_owned()), "{how}: {run:?}");
            assert!((taking.holds)(&repo), "{how}: {}", status(&repo));
        }
        // A record that was broken first, and is put back on top.
        if ["a closure", "a removal", "a narrowing"].contains(&taking.name) {
            let repo = signed_by_one();
            let fork = repo.tip("main");
            (taking.take)(&repo);
            repo.branch_from("mine", &fork.to_string())
                .by("mallory")
                .write(ID, "id: [\n")
                .commit("Break it");
            repo.branch("mine").by("mallory").merge_ours(&["main"], "Tidy up");
            let merge = repo.branch("mine").by("mallory").write(ID, SAMPLE).commit("Put it back");
            repo.set_ref("refs/heads/main", merge);
            assert!((taking.holds)(&repo), "{}, broken first: {}", taking.name, status(&repo));
        }
    }
    // Nothing was taken: nothing is.
    let repo = signed_by_one();
    let fork = repo.tip("main");
    repo.by("dana").write("README.md", "Payments\n").commit("Describe it");
    reroute(&repo, fork, 1, false, "Tidy up");
    assert_eq!(status(&repo), "active");
    assert!(lands_by_dana(&repo));
    assert!(!errors(&repo).contains(&"mainline-suspicious".to_owned()));
}

#[test]
fn merge_brings_nothing_back_that_another_file_took() {
    let (more, other) = (format!("exceptions/m/{ID}.yaml"), "exceptions/x.yaml");
    let closed = SAMPLE.to_owned() + CLOSED;
    let narrow = SAMPLE.replace("expires: 2026-12-20", "expires: 2026-11-30");
    type Act<'a> = (&'a str, &'a dyn Fn(&Repo));
    let acts: [Act; 4] = [
        ("closed in a second file", &|repo| {
            repo.by("lee").write(&more, &closed).commit("Close it");
        }),
        ("closed in a second file, and folded", &|repo| {
            repo.by("eve").write(&more, &closed).commit("Close it");
            repo.by("lee").remove(&more).write(ID, &closed).commit("Fold them");
        }),
        ("narrowed under another name", &|repo| {
            repo.by("ana").remove(ID).write(other, &narrow).commit("Narrow it");
            repo.by("ana").remove(other).write(ID, &narrow).commit("Name it");
            sign(repo, "ana", &approvals(repo, &[("dana", "dana")], &narrow));
        }),
        ("narrowed in a second file, and folded", &|repo| {
            repo.by("ana").write(&more, &narrow).commit("Narrow it");
            repo.by("ana").remove(&more).write(ID, &narrow).commit("Fold them");
            sign(repo, "ana", &approvals(repo, &[("dana", "dana")], &narrow));
        }),
    ];
    for (what, act) in acts {
        for depth in [0, 2] {
            let repo = signed_by_one();
            let fork = repo.tip("main");
            act(&repo);
            reroute(&repo, fork, depth, false, "Tidy up");
            assert!(errors(&repo).contains(&"mainline-suspicious".to_owned()), "{what}");
            repo.clock("2026-12-05T09:00:00Z");
            assert_ne!(status(&repo), "active", "{what}, {depth} below");
        }
    }
}

#[test]
fn merge_takes_no_approval_from_what_a_second_file_began() {
    let other = format!("exceptions/m/{ID}.yaml");
    let repo = signed_by_one();
    // The second file comes as the first breaks: what stays begins anew, and is approved anew.
    repo.by("ana").write(ID, "id: [\n").write(&other, SAMPLE).commit("File it again");
    repo.by("ana").remove(ID).commit("Remove what broke");
    assert_eq!(status(&repo), "unapproved");
    sign(&repo, "ana", &approvals(&repo, &[("dana", "dana")], SAMPLE));
    assert_eq!(status(&repo), "active");
    let fork = repo.tip("main");
    repo.by("dana").edit(&other, "expires: 2026-11-30").commit("Shorten it");
    reroute(&repo, fork, 0, false, "Tidy up");
    let shown = answer(&repo, &["show", ID]);
    let record = &shown["record"];
    assert_eq!(
        (&record["status"], &record["not_after"]),
        (&json!("active"), &json!("2026-12-01T00:00:00Z"))
    );
}

#[test]
fn who_restores_below_a_merge_does_not_approve_it() {
    // Omar closes it, and a branch of Lee's holds it open nevertheless; a bot merges that below another commit of the line.
    for keeps_first in [false, true] {
        let repo = signed_by_one();
        let fork = repo.tip("main");
        repo.by("ana").edit(ID, "expires: 2026-12-19").commit("Shorten it");
        let open = repo.by("ana").text(ID);
        sign(&repo, "ana", &approvals(&repo, &[("dana", "dana")], &open));
        let before = repo.tip("main").to_string();
        repo.by("omar").write(ID, &(open.clone() + CLOSED)).commit("Close it");
        repo.branch_from("old", &before).by("lee").write("docs/a.md", "A\n").commit("Work");
        let says = "Merge branch 'old' into back";
        if keeps_first {
            repo.branch_from("back", "old").by("lee").merge_ours(&["main"], says);
        } else {
            repo.branch_from("back", "main").by("lee").write(ID, &open).merge("old", says);
        }
        let bot = "merge[bot] <7+merge[bot]@users.noreply.github.com>";
        let mine = repo.branch_from("mine", &fork.to_string());
        mine.by(bot).write("docs/b.md", "B\n").commit("Work");
        let merge = repo.branch("mine").by(bot).merge("back", "Merge branch 'back'");
        repo.set_ref("refs/heads/main", merge);
        assert_ne!(status(&repo), "active", "{keeps_first}");
        sign(&repo, "lee", &approvals(&repo, &[("lee", "lee")], &open));
        assert_ne!(status(&repo), "active", "{keeps_first}, and Lee approves");
        sign(&repo, "lee", &approvals(&repo, &[("dana", "dana")], &open));
        assert_eq!(status(&repo), "active", "{keeps_first}, and Dana approves");
    }
}

#[test]
fn what_was_taken_is_kept_with_the_id() {
    for dated in ["2026-11-20T12:00:00Z", "2027-03-01T09:00:00Z"] {
        for taking in TAKINGS.iter().take(2) {
            // The line parts from before the record was filed.
            let policy = SIGNED.replace("count: 2, each_of: [security, platform]", "count: 1");
            let repo = ledger(&policy, &["dana", "lee"]);
            let fork = repo.tip("main");
            repo.by("ana").write(ID, SAMPLE).commit("File it");
            let says = approvals(&repo, &[("dana", "dana")], SAMPLE);
            repo.wait("1h");
            sign(&repo, "ana", &says);
            assert_eq!(status(&repo), "active");
            let taken = repo.now();
            // The clock of whoever takes it may be wrong: it is no earlier than what it follows.
            repo.clock("2026-11-01T09:00:00Z");
            (taking.take)(&repo);
            repo.clock(dated);
            reroute(&repo, fork, 0, false, "Tidy up");
            repo.clock(&taken.to_string()).wait("1h");
            repo.by("mallory").write(ID, SAMPLE).commit("File it again");
            sign(&repo, "mallory", &says);
            assert_ne!(status(&repo), "active", "{} {dated}", taking.name);
            // What is approved after it counts.
            sign(&repo, "mallory", &approvals(&repo, &[("dana", "dana")], SAMPLE));
            assert_eq!(status(&repo), "active", "{} {dated}, approved anew", taking.name);
        }
    }
}

#[test]
fn merge_elsewhere_approves_nothing() {
    let policy = SIGNED.replace("count: 2, each_of: [security, platform]", "count: 1");
    let merged = |others: &[&str], subject: &str| {
        let repo = ledger(&policy, &["dana"]);
        repo.branch("work").by("dana").write("README.md", "Payments\n").commit("Describe it");
        repo.branch("other").by("lee").write("OTHER.md", "Other\n").commit("Add another");
        repo.by("mallory").write(ID, SAMPLE).commit("File it");
        let work = repo.branch("work").by("dana").signed("dana");
        let merge = match others {
            [other] => work.merge(other, subject),
            _ => work.octopus(others, subject),
        };
        repo.set_ref("refs/heads/main", merge);
        repo
    };
    // As git words it for what is named on its command line, and GitHub for a request of the owner that the policy names.
    let (one, two) = (&["main"][..], &["main", "other"][..]);
    for (others, subject) in [
        (one, "Merge branch 'main' into work"),
        (one, "Merge branch 'acme:main' into main"),
        (one, "Merge pull request #3 from example/main"),
        (one, "Merge branch 'Example:work' into main"),
        (one, "Merge commit 'main^0' into work"),
        (one, "Merge commit '5cf8d57e' into work"),
        (one, "Merge tag 'v1' into work"),
        (one, "Merge tag 'v1' of https://example.com/repo into work"),
        (two, "Merge branches 'main' and 'other' into work"),
        (two, "Merge remote-tracking branches 'origin/main' and 'origin/other' into work"),
        (two, "Merge commits 'main^0' and 'other^0' into work"),
        (two, "Merge tags 'v1' and 'v2' into work"),
        (two, "Merge branch 'main' into work"),
    ] {
        let repo = merged(others, subject);
        assert_eq!(status(&repo), "unapproved", "{subject}");
        assert!(!errors(&repo).is_empty(), "{subject}");
        sign(&repo, "mallory", &approvals(&repo, &[("dana", "dana")], SAMPLE));
        assert_eq!(status(&repo), "active", "{subject}, and Dana approves");
    }
    // Dana merges the request into the approved branch.
    for subject in [
        "Merge commit 'file^0'",
        "Merge tag 'v1'",
        "Merge branches 'file' and 'other'",
        "Merge pull request #3 from mallory/main",
        "Merge pull request #3 from example/file",
    ] {
        let repo = ledger(&policy, &["dana"]);
        repo.branch("file").by("mallory").write(ID, SAMPLE).commit("File it");
        repo.branch("other").by("lee").write("OTHER.md", "Other\n").commit("Add another");
        let work = repo.by("dana").signed("dana");
        match subject.contains("branches") {
            true => work.octopus(&["file", "other"], subject),
            false => work.merge("file", subject),
        };
        assert_eq!(status(&repo), "active", "{subject}");
    }
}

#[test]
fn misnamed_closure_counts() {
    // Mallory gives the record a second file or another name, the owner closes it there, and she puts the old text back.
    let closed = SAMPLE.to_owned() + CLOSED;
    let (other, copy) = ("exceptions/other-name.yaml", format!("exceptions/team/{ID}.yaml"));
    type Spoiled<'a> = (&'a str, Vec<&'a str>);
    let cases: [Spoiled; 3] =
        [("doubled", vec![ID]), ("both closed", vec![ID, &copy]), ("misnamed", vec![other])];
    for (what, closes) in &cases {
        for is_left_out in [false, true] {
            let repo = signed_by_one();
            let work = repo.by("mallory");
            match *what {
                "misnamed" => work.write(other, SAMPLE).remove(ID).commit("Tidy up"),
                _ => work.write(&copy, SAMPLE).commit("Tidy up"),
            };
            let start =
                |work| closes.iter().fold(work, |work: Work, path| work.write(path, &closed));
            if is_left_out {
                start(repo.branch("close").by("dana")).commit("Close it");
                repo.by("mallory").merge_ours(&["close"], "Merge branch 'close'");
            } else {
                start(repo.by("dana")).commit("Close it");
            }
            let spoiled = if *what == "misnamed" { other } else { &copy };
            repo.by("mallory").write(ID, SAMPLE).remove(spoiled).commit("Tidy up");
            assert_eq!(status(&repo), "closed", "{what}, left out: {is_left_out}");
        }
    }
}

#[test]
fn clone_without_blobs_is_undetermined() {
    // Each of them is taken back by a push, so that the clone, which holds today's files alone, sees nothing of it.
    let policy = SIGNED.replace("count: 2, each_of: [security, platform]", "count: 1");
    for (n, taking) in TAKINGS.iter().enumerate() {
        let repo = signed_by_one();
        let clone = |repo: &Repo| {
            let partial = repo.clone_with(&["--filter=blob:none"]);
            let now = repo.now().to_string();
            cli::run(partial.path(), &["--on", &now, "check", "--application", "billing"]).code
        };
        assert_eq!(clone(&repo), 0, "nothing was taken");
        (taking.take)(&repo);
        match n {
            2 => {
                repo.by("mallory").write(ID, SAMPLE).commit("Restore it");
                // A push may restore what was approved, as long as it can be read.
                assert_eq!(status(&repo), "active");
            }
            4 => {
                repo.by("mallory").write(POLICY, &format!("{policy}# One\n")).commit("One");
            }
            5 => {
                repo.by("mallory").write(REVOKED, "# None\n").commit("Trust it");
            }
            _ => {
                repo.by("mallory").write(ID, SAMPLE).commit("Restore it");
            }
        }
        // A removal shows in the folder alone, and a rejection stands beside the record.
        let expected = if matches!(n, 1 | 3) { 1 } else { 3 };
        assert_eq!(clone(&repo), expected, "{}", taking.name);
    }
}

#[test]
fn lost_tip_is_not_approved_by_who_landed_what_stood_before() {
    let policy = "version: 1\napproval: {self_approval: allow}\n";
    let filed = || {
        let repo = ledger(policy, &[]);
        repo.branch("work").by("ana").write(ID, SAMPLE).commit("File it");
        repo.by("ana").through("github").squash("work", "File it (#7)");
        repo.config("exledger.approvedRef", "refs/remotes/origin/main");
        repo
    };
    let status = |repo: &Repo| {
        repo.set_ref("refs/remotes/origin/main", repo.tip("main"));
        status(repo)
    };
    assert_eq!(status(&filed()), "active", "authors approve");
    for taking in [Some(SAMPLE.to_owned() + CLOSED), None] {
        let repo = filed();
        let before = repo.tip("main");
        match &taking {
            Some(closed) => repo.by("lee").write(ID, closed).commit("Close it"),
            None => repo.by("lee").remove(ID).commit("Remove it"),
        };
        let lost = repo.tip("main");
        repo.set_ref("refs/heads/main", before);
        repo.by("mallory").write("README.md", "Payments\n").commit("Describe it");
        assert_eq!(status(&repo), "active", "in a clone that did not see it");
        repo.set_ref(&format!("refs/exledger/former/{lost}"), lost);
        assert_ne!(status(&repo), "active", "{taking:?}");
        // Who approves it anew ends that.
        let again = SAMPLE.replace("2026-12-20", "2026-12-19");
        repo.branch("again").by("ana").write(ID, &again).commit("File it anew");
        repo.by("dana").merge("again", "Merge branch 'again'");
        assert_eq!(status(&repo), "active", "{taking:?}, approved anew");
    }
}

#[test]
fn authors_do_not_approve_what_follows_unapproved_rules() {
    let policy = "version: 1\ngroups: {all: [ana@example.com, dana@example.com]}\napproval: {self_approval: allow}\n";
    let repo = ledger(policy, &[]);
    let loose = policy.replace("[ana@example.com, ", "[mallory@example.com, ana@example.com, ");
    repo.by("mallory").write(POLICY, &loose).commit("Join");
    let more = loose.clone() + "# More\n";
    repo.by("ana").through("github").write(POLICY, &more).commit("Say more (#8)");
    assert_eq!(answer(&repo, &["list"])["ledger"]["left_out"][0]["path"], POLICY);
}

#[test]
fn pushed_pins_take_nothing() {
    let repo = approved(SAMPLE);
    let before = repo.tip("main");
    repo.by("mallory").remove(ID).commit("Remove it");
    let pushed = repo.tip("main");
    repo.set_ref("refs/heads/main", before);
    let mirror = repo.clone_with(&["--mirror"]);
    let bare = repo.clone_with(&["--bare"]);
    git(bare.path(), &["remote", "remove", "origin"]);
    let now = repo.now().to_string();
    let is_allowed = |folder: &Path| {
        let words = ["check", "--application", "billing", "--on", &now];
        cli::run(folder, &words).code == 0
    };
    let pin = format!("refs/exledger/former/{pushed}");
    let from = repo.path().to_str().unwrap();
    repo.set_ref(&pin, pushed);
    repo.set_ref("refs/exledger/approvals", pushed);
    git(mirror.path(), &["fetch", "-q"]);
    git(bare.path(), &["fetch", "-q", from, &format!("{pin}:{pin}")]);
    for clone in [&mirror, &bare] {
        git(clone.path(), &["rev-parse", "--verify", &pin]);
        assert!(is_allowed(clone.path()), "{}", clone.path().display());
    }
    // A clone that alone writes its pins reads them.
    let own = repo.clone_with(&[]);
    git(own.path(), &["fetch", "-q", from, &format!("{pin}:{pin}")]);
    assert!(!is_allowed(own.path()));
    // A user's file makes no mirror of it.
    let home = crate::support::temporary();
    let mirrored = "[remote \"x\"]\n\tfetch = +refs/*:refs/*\n";
    std::fs::write(home.path().join(".gitconfig"), mirrored).unwrap();
    let words = ["check", "--application", "billing", "--on", &now];
    let home = home.path().to_str().unwrap().to_owned();
    assert_eq!(cli::run_with(own.path(), &words, &[("HOME", &home)]).code, 1);
}
