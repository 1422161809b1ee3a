//! Old content that a merge inside a branch takes from earlier landings: the author of that merge is an author of it.

use crate::support::approval::{check, said, sealed, verdict};
use crate::support::repo::Repo;
use crate::support::repo::speak::yes;
use crate::support::samples::{ID, SAMPLE};

/// A record that Ana filed and Lee shortened, and the branch `before` at what Ana filed.
fn shortened() -> Repo {
    let repo = sealed();
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    repo.branch("before").by("ana").write("README.md", "Before\n").commit("Elsewhere");
    repo.by("lee").edit(ID, "expires: 2026-12-01").commit("Shorten it");
    repo
}

/// Sam approves the longer end with his own key, and a bot lands his branch.
fn land(repo: &Repo) {
    let says = yes("sam", ID, SAMPLE, "2026-11-20T12:00:00Z");
    repo.branch("x").by("sam").says(&says).commit("Approve it");
    repo.by("bot").merge("x", "Merge branch 'x'");
}

fn check_sam_is_an_author(repo: &Repo) {
    let verdict = verdict(repo);
    let said = said(&verdict);
    assert!(said.authors.contains(&"sam".to_owned()), "{said:?}");
    assert_eq!(said.satisfied, "no", "{said:?}");
}

#[test]
fn who_takes_an_older_side_in_a_branch_is_an_author_of_what_it_brings_back() {
    let repo = shortened();
    repo.branch("x").by("sam").write(ID, SAMPLE).merge("before", "Merge branch 'before' into x");
    land(&repo);
    check_sam_is_an_author(&repo);
}

#[test]
fn who_keeps_the_older_side_that_the_branch_began_with_is_an_author_too() {
    let repo = shortened();
    let before = repo.tip("before").to_string();
    repo.branch_from("x", &before).by("ana").write("README.md", "Draft\n").commit("Elsewhere");
    repo.branch("x").by("sam").write(ID, SAMPLE).merge("main", "Merge branch 'main' into x");
    land(&repo);
    check_sam_is_an_author(&repo);
}

#[test]
fn a_draft_of_somebody_else_on_the_branch_hides_nobody() {
    let repo = shortened();
    repo.branch("x")
        .by("dana")
        .edit(ID, "title: Invoices still read with the shared user")
        .commit("Retitle it");
    repo.branch("x").by("sam").write(ID, SAMPLE).merge("before", "Merge branch 'before' into x");
    land(&repo);
    check_sam_is_an_author(&repo);
}

#[test]
fn who_only_brings_a_branch_up_to_date_is_no_author() {
    let repo = shortened();
    let before = repo.tip("before").to_string();
    repo.branch_from("x", &before).by("ana").write("README.md", "Draft\n").commit("Elsewhere");
    repo.branch("x").by("sam").merge("main", "Merge branch 'main' into x");
    repo.branch("x").by("ana").write(ID, SAMPLE).commit("Put the end back");
    land(&repo);
    check("up to date", &verdict(&repo), "yes", "attested", &["sam"], &["ana", "lee"]);
}
