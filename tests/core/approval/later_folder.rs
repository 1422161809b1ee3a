//! Files that landed before their folder was a records folder: their approval at that time says nothing about an
//! exception.

use exledger::status::state::{InForce, RecordState, Status};

use crate::support::approval::{check, sealed_by, verdict, verdicts};
use crate::support::repo::Repo;
use crate::support::repo::speak::yes;
use crate::support::samples::{ID, SAMPLE};
use crate::support::status::record_state;

const WAIVER: &str = "waivers/EXC-2026-7F3KQ.yaml";
const BEFORE: &str = "version: 1\nrecords: [exceptions]\n";
const AFTER: &str = "version: 1\nrecords: [exceptions, waivers]\n";

/// A ledger in which Ana's file landed outside the folders of records, merged by Lee.
fn merged_elsewhere(text: &str) -> Repo {
    let repo = sealed_by("records: [exceptions]\n");
    repo.branch("file").by("ana").write(WAIVER, text).commit("Note it down");
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo
}

/// Changes the policy; Root proposes it and Dana merges it.
fn enact(repo: &Repo, policy: &str) {
    let branch = format!("policy-{}", repo.now().unix());
    repo.branch(&branch).by("root").write("exledger.yaml", policy).commit("Change the policy");
    repo.by("dana").merge(&branch, &format!("Merge branch '{branch}'"));
}

fn state(repo: &Repo) -> RecordState {
    record_state(repo, &repo.now().to_string())
}

#[test]
fn what_merged_a_file_before_its_folder_held_records_approves_no_record() {
    let repo = merged_elsewhere(SAMPLE);
    enact(&repo, AFTER);
    check("merged", &verdict(&repo), "no", "none-recorded", &[], &["ana"]);
    assert_eq!(state(&repo).status, Status::Unapproved);
    let statements = verdict(&repo).statements;
    let reasons = statements.iter().map(|it| format!("{:?}", it.counts));
    assert_eq!(reasons.collect::<Vec<_>>(), ["No(NoRecordYet)"]);
}

#[test]
fn a_signed_approval_of_its_bytes_approves_it() {
    let repo = merged_elsewhere(SAMPLE);
    enact(&repo, AFTER);
    let says = yes("sam", ID, SAMPLE, "2026-11-20T18:00:00Z");
    repo.by("lee").says(&says).commit("Bring it");
    check("signed", &verdict(&repo), "yes", "attested", &["sam"], &["ana"]);
    assert_eq!(state(&repo).status, Status::Active);
}

#[test]
fn whoever_made_it_before_stays_an_author_whatever_lands_later() {
    let repo = merged_elsewhere(SAMPLE);
    repo.by("sam").edit(WAIVER, "title: Invoices are read by a shared user").commit("Retitle it");
    enact(&repo, AFTER);
    repo.branch("longer").by("lee").edit(WAIVER, "expires: 2026-12-22").commit("Shorten it");
    repo.by("sam").merge("longer", "Merge branch 'longer'");
    check("amended", &verdict(&repo), "no", "self", &[], &["ana", "lee", "sam"]);
}

#[test]
fn a_comment_that_somebody_merges_afterwards_approves_nothing() {
    let repo = merged_elsewhere(SAMPLE);
    enact(&repo, AFTER);
    repo.branch("comment")
        .by("ana")
        .write(WAIVER, &format!("{SAMPLE}# Seen\n"))
        .commit("Comment it");
    repo.by("lee").merge("comment", "Merge branch 'comment'");
    let last = verdict(&repo);
    assert_eq!(last.satisfied, exledger::approval::verdict::Satisfied::No);
    assert_eq!(last.carries, Some(0));
}

#[test]
fn a_file_that_lands_with_the_change_of_the_policy_is_not_approved_by_that_merge() {
    let repo = sealed_by("records: [exceptions]\n");
    repo.branch("both")
        .by("ana")
        .write("exledger.yaml", AFTER)
        .write(WAIVER, SAMPLE)
        .commit("Keep waivers too");
    repo.by("lee").merge("both", "Merge branch 'both'");
    check("both", &verdict(&repo), "no", "none-recorded", &[], &["ana"]);
}

#[test]
fn an_emergency_has_no_grace_by_a_change_of_the_policy() {
    let repo = merged_elsewhere(&SAMPLE.replace("class: standard", "class: emergency"));
    enact(&repo, AFTER);
    let state = state(&repo);
    assert_eq!(
        (state.status, state.in_force),
        (Status::Unapproved, InForce::No),
        "{:?}",
        state.reasons
    );
}

#[test]
fn what_was_filed_from_elsewhere_stays_approved_when_its_former_folder_holds_records() {
    let repo = sealed_by("records: [exceptions]\n");
    repo.by("mal").write(WAIVER, SAMPLE).commit("Note it down");
    repo.branch("file")
        .by("ana")
        .rename(WAIVER, &format!("exceptions/{ID}.yaml"))
        .commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    check("filed", &verdict(&repo), "yes", "claimed", &["lee"], &["ana"]);
    enact(&repo, AFTER);
    let verdicts = verdicts(&repo, ID);
    check("first", &verdicts[0], "no", "self", &[], &["mal"]);
    // Moving a file does not make the mover an author.
    check("moved", &verdicts[1], "yes", "claimed", &["lee"], &["mal"]);
    assert_eq!(state(&repo).status, Status::Active);
}

#[test]
fn the_folders_of_the_first_policy_hold_records_from_the_beginning() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root").write("README.md", "Hi\n").commit("Begin");
    repo.branch("file").by("ana").write(WAIVER, SAMPLE).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo.by("root").write("exledger.yaml", AFTER).commit("Begin");
    check("first", &verdict(&repo), "yes", "claimed", &["lee"], &["ana"]);
}

#[test]
fn a_folder_that_held_no_records_for_a_while_introduces_them_anew() {
    let repo = sealed_by("records: [exceptions, waivers]\n");
    repo.branch("file").by("ana").write(WAIVER, SAMPLE).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    check("filed", &verdict(&repo), "yes", "claimed", &["lee"], &["ana"]);
    enact(&repo, BEFORE);
    enact(&repo, AFTER);
    check("again", &verdict(&repo), "no", "none-recorded", &[], &["ana"]);
    assert_eq!(state(&repo).status, Status::Unapproved);
}

/// Lee renames the records folder and updates the policy, which Dana merges.
fn rename(repo: &Repo) {
    repo.branch("rename")
        .by("lee")
        .write("exledger.yaml", "version: 1\nrecords: [waivers, exceptions]\n")
        .rename("exceptions", "waivers")
        .commit("Rename the folder");
    repo.by("dana").merge("rename", "Merge branch 'rename'");
}

#[test]
fn a_folder_renamed_together_with_its_files_moves_them() {
    let repo = sealed_by("records: [exceptions]\n");
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    rename(&repo);
    check("approved", &verdict(&repo), "yes", "claimed", &["lee"], &["ana"]);
    let repo = sealed_by("records: [exceptions]\n");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    rename(&repo);
    check("pushed", &verdict(&repo), "no", "self", &[], &["ana"]);
}
