//! Foxtrot merges: content that had landed on the former first-parent line of the approved branch, and what the merge
//! undoes.

use crate::cli::{self, Run};
use crate::support::audit::filed;
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};

const ON: &str = "2026-11-25T12:00:00Z";
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

fn status(repo: &Repo) -> (String, i32) {
    let run = cli::run(repo.path(), &["show", ID, "--on", ON, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let status = json["record"]["status"].as_str().or(json["status"].as_str());
    (status.unwrap_or(&run.out).to_owned(), run.code)
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

#[test]
fn what_a_foxtrot_merge_throws_off_leaves_the_record_unknown_until_it_is_repaired() {
    for (what, lose) in losses() {
        let repo = filed();
        let fork = repo.tip("main").to_string();
        lose(&repo);
        pull(&repo, &fork, PULL, Some(SAMPLE));
        assert_eq!(status(&repo).0, "unknown", "{what}");
        let run = verify(&repo);
        assert_eq!(run.code, 3, "{what}: {}", run.out);
        let said = format!("removed the {what} of commit");
        assert!(run.out.contains(&said), "{what}: {}", run.out);
        // One way out: the discarded change lands again.
        repo.clock("2026-11-21T09:00:00Z");
        let main = repo.tip("main");
        lose(&repo);
        assert_ne!(status(&repo).0, "unknown", "{what}");
        assert!(!verify(&repo).out.contains(&said), "{what}");
        // The other one: the record is approved again.
        repo.set_ref("refs/heads/main", main);
        repo.branch("anew")
            .by("ana")
            .edit(ID, "title: Invoices still read with the shared user")
            .commit("Retitle it");
        repo.by("lee").merge("anew", "Merge branch 'anew'");
        assert_eq!(status(&repo).0, "active", "{what}");
        assert!(!verify(&repo).out.contains(&said), "{what}");
    }
}

#[test]
fn what_was_undone_without_approval_on_the_former_line_is_thrown_off_too() {
    for (what, lose) in losses() {
        let repo = filed();
        let fork = repo.tip("main").to_string();
        lose(&repo);
        repo.by("sam").write(ID, SAMPLE).commit("Put it back");
        pull(&repo, &fork, PULL, None);
        assert_eq!(status(&repo).0, "unknown", "{what}");
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
        assert!(run.out.contains("merges the approved branch into itself"), "{}", run.out);
        assert!(!run.out.contains("removed the"), "{}", run.out);
    }
}

#[test]
fn a_merge_into_the_approved_branch_tells_its_former_line_whatever_the_foxtrot_is_called() {
    for (landing, unknown) in
        [("Merge branch 'close' into 'main'", true), ("Merge branch 'close' into develop", false)]
    {
        let repo = filed();
        let fork = repo.tip("main").to_string();
        repo.branch("close").by("ana").write(ID, &(SAMPLE.to_owned() + CLOSED)).commit("Close it");
        repo.by("lee").merge("close", landing);
        pull(&repo, &fork, "Tidy up", Some(SAMPLE));
        assert_eq!(status(&repo).0 == "unknown", unknown, "{landing}");
    }
}

#[test]
fn drafts_of_an_ordinary_branch_throw_nothing_off() {
    let repo = filed();
    let work = repo.branch("work");
    work.by("ana").edit(ID, "expires: 2026-11-22").commit("Shorten it");
    repo.by("dana").write("README.md", "More\n").commit("Write something else");
    repo.branch("work").by("ana").merge("main", "Merge branch 'main' into work");
    repo.branch("work").by("ana").write(ID, SAMPLE).commit("Think better of it");
    repo.by("lee").merge("work", "Merge branch 'work'");
    assert_eq!(status(&repo).0, "active");
    assert!(!verify(&repo).out.contains("mainline-suspicious"));
}
