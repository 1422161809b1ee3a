//! Foxtrot merges: content that had landed on the former first-parent line of the approved branch, and what the merge
//! undoes.

use crate::cli::{self, Run};
use crate::support::audit::filed;
use crate::support::repo::speak::{Says, no, signer, yes};
use crate::support::repo::{Repo, Work};
use crate::support::samples::{ID, SAMPLE};

const ON: &str = "2026-11-25T12:00:00Z";
const POLICY: &str = "exledger.yaml";
const PULL: &str = "Merge branch 'main' of https://example.com/repo";
const CLOSED: &str = "closure: {outcome: withdrawn, date: 2026-11-20, by: lee@example.com, reason: Filed by mistake}\n";

/// Sam, who has worked since a given commit of the approved branch, merges its tip into his work and pushes the result.
fn pull(repo: &Repo, fork: &str, message: &str, text: Option<&str>) {
    repo.branch_from("mine", fork)
        .by("sam")
        .write("README.md", "Mine\n")
        .commit("Work on something else");
    let work = repo.branch("mine").by("sam");
    let work = match text {
        Some(text) => work.write(ID, text),
        None => work,
    };
    let merge = work.merge("main", message);
    repo.set_ref("refs/heads/main", merge);
}

/// Returns the status of the record, and its end.
fn status(repo: &Repo) -> (String, String) {
    let run = cli::run(repo.path(), &["show", ID, "--on", ON, "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let text = |key: &str| json["record"][key].as_str().unwrap_or_default().to_owned();
    (text("status"), text("not_after"))
}

fn verify(repo: &Repo) -> Run {
    cli::run(repo.path(), &["verify", "--on", ON])
}

/// Lands a change that removes something.
type Lose = fn(&Repo);

/// The ways to remove something, each as it lands on the former line, with its name.
fn losses() -> Vec<(&'static str, Lose)> {
    vec![
        ("removal", |repo| {
            repo.by("lee").remove(ID).commit("Remove it");
        }),
        ("closure", |repo| {
            let text = SAMPLE.to_owned() + CLOSED;
            repo.by("lee").write(ID, &text).commit("Close it");
        }),
        ("narrowing", |repo| {
            repo.by("lee").edit(ID, "expires: 2026-11-30").commit("Shorten it");
        }),
    ]
}

/// The subjects that such a merge may have: none of them changes what counts.
const SUBJECTS: [&str; 7] = [
    PULL,
    "Merge branch 'main'",
    "Merge branch 'main' into mine",
    "Merge branch 'mine' into main",
    "Merge pull request #7 from example/mine",
    "Merge remote-tracking branch 'origin/main'",
    "Tidy up",
];

#[test]
fn what_a_merge_leaves_out_counts_until_it_is_approved_anew() {
    for (n, (what, lose)) in losses().into_iter().enumerate() {
        let repo = filed();
        let fork = repo.tip("main").to_string();
        lose(&repo);
        let lost = status(&repo);
        let main = repo.tip("main");
        // All subjects for the first, and two of them for each other.
        let subjects = SUBJECTS.into_iter().cycle().skip(2 * n);
        for subject in subjects.take(if n == 0 { SUBJECTS.len() } else { 2 }) {
            repo.set_ref("refs/heads/main", main);
            pull(&repo, &fork, subject, Some(SAMPLE));
            let as_lost = |repo: &Repo| match what {
                "removal" => status(repo).0 == "unapproved",
                _ => status(repo) == lost,
            };
            assert!(as_lost(&repo), "{what}, {subject}: {:?}", status(&repo));
            let run = verify(&repo);
            assert_eq!(run.code, 1, "{what}, {subject}: {}", run.out);
            let said = format!("left out the {what} of commit");
            assert!(run.out.contains(&said), "{what}, {subject}: {}", run.out);
            // What is put on top of it reopens nothing by itself.
            repo.by("sam").edit(ID, "title: Invoices, read as before").commit("Retitle it");
            assert!(as_lost(&repo), "{what}, {subject}: {:?}", status(&repo));
        }
        // The way out: somebody approves it anew.
        repo.clock("2026-11-21T09:00:00Z");
        repo.branch("anew")
            .by("ana")
            .edit(ID, "title: Invoices still read with the shared user")
            .commit("Retitle it");
        repo.by("lee").merge("anew", "Merge branch 'anew'");
        assert_eq!(status(&repo).0, "active", "{what}");
        let run = verify(&repo);
        assert_eq!(run.code, 0, "{what}: {}", run.out);
        assert!(run.out.contains("it has been approved anew"), "{what}: {}", run.out);
    }
}

#[test]
fn what_was_undone_without_approval_before_the_merge_counts_too() {
    for (what, lose) in losses() {
        let repo = filed();
        let fork = repo.tip("main").to_string();
        let whole = status(&repo);
        lose(&repo);
        repo.by("sam").write(ID, SAMPLE).commit("Put it back");
        pull(&repo, &fork, PULL, None);
        assert_ne!(status(&repo), whole, "{what}");
    }
}

#[test]
fn a_foxtrot_merge_that_keeps_what_landed_leaves_records_as_they_are() {
    for (what, lose) in losses() {
        let repo = filed();
        let fork = repo.tip("main").to_string();
        lose(&repo);
        let before = status(&repo).0;
        pull(&repo, &fork, PULL, None);
        assert_eq!(status(&repo).0, before, "{what}");
        let run = verify(&repo);
        assert!(run.out.contains("says that it merged the approved branch"), "{}", run.out);
        assert!(!run.out.contains("left out the"), "{}", run.out);
    }
}

#[test]
fn a_draft_that_was_narrower_for_a_while_costs_nothing_in_what_needs_an_approval() {
    let repo = filed();
    let work = repo.branch("work");
    work.by("ana").edit(ID, "expires: 2026-11-22").commit("Shorten it");
    repo.by("dana").write("README.md", "More\n").commit("Write something else");
    repo.branch("work").by("ana").merge("main", "Merge branch 'main' into work");
    let better = SAMPLE.replace("title: ", "title: Really, ");
    repo.branch("work").by("ana").write(ID, &better).commit("Think better of it");
    repo.by("lee").merge("work", "Merge branch 'work'");
    assert_eq!(status(&repo).0, "active");
    let run = verify(&repo);
    assert_eq!(run.code, 0, "{}", run.out);
}

#[test]
fn what_git_merged_from_the_line_into_a_branch_is_not_taken_by_the_branch() {
    let repo = filed();
    let commented = SAMPLE.replace("title: ", "# Shown to auditors.\ntitle: ");
    repo.branch("work").by("ana").write(ID, &commented).commit("Comment on it");
    let narrower = SAMPLE.replace("2026-12-20", "2026-12-01");
    repo.by("lee").write(ID, &narrower).commit("Shorten it");
    repo.branch("work").by("ana").merge("main", "Merge branch 'main' into work");
    repo.branch("again").by("ana").write(ID, SAMPLE).commit("Renew it");
    repo.by("lee").merge("again", "Merge branch 'again'");
    let renewed = status(&repo);
    assert_eq!(renewed.0, "active");
    repo.by("sam").write("README.md", "More\n").commit("Describe it");
    repo.by("sam").merge("work", "Merge branch 'work'");
    assert!(repo.by("sam").text(ID).contains("auditors"));
    assert_eq!(status(&repo), renewed);
    let run = verify(&repo);
    assert!(!run.out.contains("left out"), "{}", run.out);
}

/// Rules for Dana and Lee, who sign.
fn rules(days: u32) -> String {
    format!(
        "version: 1\nname: corp/pay\ngroups: {{all: [dana@example.com, lee@example.com]}}\napproval: {{proof: attested}}\ntiers: [{{name: standard, max_term: {days}d, approvals: {{count: 1}}}}]\n"
    )
}

fn begun() -> Repo {
    let repo = Repo::at("2026-11-18T09:00:00Z");
    let keys = signer("dana") + &signer("lee");
    let work = repo.by("dana").write(POLICY, &rules(90)).write(".github/allowed_signers", &keys);
    work.commit("Keep exceptions in a ledger");
    repo
}

#[test]
fn rules_that_were_replaced_where_a_branch_was_merged_are_over() {
    let repo = begun();
    let agree = |work: Work<'_>, days: u32| {
        let text = rules(days) + "lint: {}\n";
        let says = yes("lee", ID, &text, &repo.now().to_string());
        let says = says.ledger("corp/pay").governance(POLICY);
        work.write(POLICY, &text).says(&says).commit("Agree on others");
    };
    let develop = repo.branch("develop");
    agree(develop.by("ana"), 120);
    repo.branch_from("feature", "develop").by("sam").write("a", "A\n").commit("Work");
    repo.wait("1d");
    agree(develop.by("ana"), 150);
    repo.wait("1d").branch("feature").by("sam").write("b", "B\n").commit("Work on");
    develop.by("lee").merge("feature", "Merge branch 'feature' into develop");
    repo.by("lee").merge("develop", "Merge branch 'develop'");
    repo.checkout();
    let run = cli::run(repo.path(), &["list", "--on", ON]);
    assert_eq!((run.code, &*run.err), (0, ""), "{}", run.err);
}

#[test]
fn branches_that_keep_up_cost_nothing() {
    let repo = begun();
    let agreed = |branch: &str, days: u32| {
        let text = rules(days) + "lint: {}\n";
        let says = yes("lee", ID, &text, &repo.now().to_string());
        let says = says.ledger("corp/pay").governance(POLICY);
        repo.branch(branch).by("ana").write(POLICY, &text).says(&says).commit("Agree on others");
        repo.wait("1d");
    };
    let land = |branch: &str, into: &str| {
        repo.branch(into).by("lee").merge(branch, &format!("Merge branch '{branch}' into {into}"));
        repo.wait("1d").checkout();
        let run = cli::run(repo.path(), &["list", "--on", "2027-01-25T12:00:00Z"]);
        assert_eq!((run.code, &*run.err), (0, ""), "{branch} into {into}: {}", run.err);
    };
    repo.branch("work").by("sam").write("a", "A\n").commit("Work");
    agreed("main", 120);
    repo.branch("next");
    // Signed before the branch takes over what counted until then.
    agreed("next", 150);
    land("main", "work");
    land("next", "main");
    land("work", "main");
    // It takes over the last of two, and then each.
    for days in [214, 211, 216] {
        let branch = format!("rules-{days}");
        repo.branch_from(&branch, "main");
        agreed(&branch, days);
        land(&branch, "main");
        if days != 214 {
            land("main", "work");
        }
    }
    repo.branch("work").by("sam").write("b", "B\n").commit("Work on");
    land("work", "main");
    // A fix that reaches the other branch late.
    repo.branch_from("develop", "main");
    repo.branch_from("fix", "main");
    agreed("fix", 218);
    land("fix", "main");
    repo.branch_from("fix-2", "main");
    agreed("fix-2", 219);
    land("fix-2", "main");
    land("fix", "develop");
    land("main", "develop");
    land("develop", "main");
}

#[test]
fn a_rejection_binds_what_grants_whatever_stands_there() {
    for way in ["straight", "left out", "left out, broken first"] {
        let repo = begun();
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        let says = |vote: fn(&str, &str, &str, &str) -> Says, who: &str| {
            vote(who, ID, SAMPLE, &repo.now().to_string()).ledger("corp/pay")
        };
        repo.by("lee").says(&says(yes, "lee")).commit("Approve it");
        repo.checkout();
        assert_eq!(status(&repo).0, "active");
        let fork = repo.tip("main").to_string();
        let rejection = says(no, "dana");
        let other = match way {
            "left out, broken first" => "id: [broken\n".to_owned(),
            _ => SAMPLE.replace("Nightly", "Hourly"),
        };
        if way == "straight" {
            repo.by("sam").write(ID, &other).commit("Change it");
            repo.by("dana").says(&rejection).commit("Reject it");
        } else {
            repo.by("dana").says(&rejection).commit("Reject it");
            repo.branch_from("mine", &fork).by("sam").write(ID, &other).commit("Change it");
            let work = repo.branch("mine").by("sam").unsays(&rejection);
            let merge = work.write(ID, &other).merge("main", "Tidy up");
            repo.set_ref("refs/heads/main", merge);
        }
        repo.checkout();
        assert_ne!(status(&repo).0, "active", "{way}");
        repo.by("sam").write(ID, SAMPLE).commit("Put it back");
        repo.checkout();
        assert_ne!(status(&repo).0, "active", "{way}");
    }
}
