//! What one version passes on to the next: remaining authors, carried results, restored content.

use exledger::approval::verdict::{ApprovalVerdict, BecomesApproved};

use crate::support::approval::{approved, check, file, verdict, verdicts};
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};

#[test]
fn a_moved_file_and_new_layout_carry_the_result() {
    let repo = approved("");
    repo.by("ana").rename(ID, "exceptions/billing/EXC-2026-7F3KQ.yaml").commit("Move it");
    check("moved", &verdict(&repo), "yes", "claimed", &["lee"], &["ana"]);
    let path = "exceptions/billing/EXC-2026-7F3KQ.yaml";
    repo.by("sam").replace(path, "class:", "# why\nclass:").commit("Comment");
    let verdict = verdict(&repo);
    check("cosmetic", &verdict, "yes", "claimed", &["lee"], &["ana"]);
    assert!(verdict.flags.contains("cosmetic"));
}

#[test]
fn a_review_does_not_reopen_approval_and_its_removal_does() {
    let repo = approved("");
    let review = "reviews: [{date: 2026-11-21, by: ana@example.com, outcome: still-needed}]";
    repo.by("ana").edit(ID, review).commit("Review it");
    let reviewed = verdict(&repo);
    check("reviewed", &reviewed, "yes", "claimed", &["lee"], &["ana"]);
    assert!(reviewed.witnesses.is_empty(), "its own author looked");
    let both = "reviews: [{date: 2026-11-21, by: ana@example.com, outcome: still-needed}, {date: 2026-11-22, by: sam@example.com, outcome: still-needed}]";
    repo.by("sam").edit(ID, both).commit("Review it too");
    let again = verdict(&repo);
    check("reviewed by another", &again, "yes", "claimed", &["lee"], &["ana"]);
    assert_eq!(again.witnesses.len(), 1);
    repo.by("sam").edit(ID, review).commit("Take it back");
    check("taken back", &verdict(&repo), "no", "self", &[], &["sam"]);
}

#[test]
fn unapproved_authors_stay_until_a_version_is_approved() {
    let repo = approved("");
    repo.by("lee").edit(ID, "expires: 2027-01-10").commit("Extend it");
    // Lee pushed an extension; by merging a further change of it he would approve his own content.
    repo.branch("more").by("ana").edit(ID, "title: Another title of the same").commit("More");
    repo.by("lee").merge("more", "Merge branch 'more'");
    check("merged by an earlier author", &verdict(&repo), "no", "self", &[], &["ana", "lee"]);
    repo.branch("even").by("ana").edit(ID, "title: Yet another title of it").commit("Even more");
    repo.by("dana").merge("even", "Merge branch 'even'");
    check("merged by a third", &verdict(&repo), "yes", "claimed", &["dana"], &["ana", "lee"]);
    repo.branch("text").by("lee").edit(ID, "title: The last title of all").commit("Text");
    repo.by("ana").merge("text", "Merge branch 'text'");
    check("approved since", &verdict(&repo), "yes", "claimed", &["ana"], &["lee"]);
}

#[test]
fn the_filer_never_approves_a_later_end() {
    let repo = approved("");
    repo.branch("renew").by("lee").edit(ID, "expires: 2027-01-10").commit("Renew");
    repo.by("ana").merge("renew", "Merge branch 'renew'");
    check("renewed", &verdict(&repo), "no", "self", &[], &["ana", "lee"]);
}

#[test]
fn the_requester_is_an_author_now_and_of_the_next_version() {
    let repo = crate::support::approval::ledger("");
    crate::support::approval::file_as(&repo, &format!("{SAMPLE}requester: dana@example.com\n"));
    repo.by("dana").merge("file", "Merge branch 'file'");
    check("the requester merged", &verdict(&repo), "no", "self", &[], &["ana", "dana"]);
    repo.branch("again").by("ana").edit(ID, "title: Another title of the same").commit("Again");
    repo.by("lee").merge("again", "Merge branch 'again'");
    check("another merged", &verdict(&repo), "yes", "claimed", &["lee"], &["ana", "dana"]);
    repo.branch("drop").by("ana").edit(ID, "requester: sam@example.com").commit("Other requester");
    repo.by("dana").merge("drop", "Merge branch 'drop'");
    check(
        "the former requester merged",
        &verdict(&repo),
        "no",
        "self",
        &[],
        &["ana", "dana", "sam"],
    );
}

#[test]
fn a_return_to_the_approved_content_is_that_version_again() {
    let repo = approved("");
    repo.by("sam").edit(ID, "expires: 2027-01-10").commit("Extend it");
    check("extended", &verdict(&repo), "no", "self", &[], &["ana", "sam"]);
    repo.by("sam").write(ID, SAMPLE).commit("Revert it");
    let restored = verdict(&repo);
    check("reverted", &restored, "yes", "claimed", &["lee"], &["ana"]);
    assert!(restored.flags.contains("restored-to-approved-content"));
    // An author whose change was reverted may approve again.
    repo.branch("text").by("ana").edit(ID, "title: Another title of the same").commit("Text");
    repo.by("sam").merge("text", "Merge branch 'text'");
    check("free again", &verdict(&repo), "yes", "claimed", &["sam"], &["ana"]);
}

#[test]
fn what_was_removed_or_closed_does_not_come_back_by_itself() {
    let closure = "closure: {outcome: withdrawn, date: 2026-11-21, by: ana@example.com, reason: No longer needed}";
    let fired = "fired: [{date: 2026-11-21, trigger: T1, by: ana@example.com}]";
    let text =
        format!("{SAMPLE}triggers: [{{id: T1, when: The vendor ships a fix, then: revoke}}]\n");
    for (what, n) in [("removed", 0), ("closed", 1), ("fired", 2)] {
        let repo = crate::support::approval::ledger("");
        crate::support::approval::file_as(&repo, &text);
        repo.by("lee").merge("file", "Merge branch 'file'");
        match n {
            0 => repo.by("ana").remove(ID).commit("Remove it"),
            1 => repo.by("ana").edit(ID, closure).commit("Close it"),
            _ => repo.by("ana").edit(ID, fired).commit("Fire it"),
        };
        repo.by("sam").write(ID, &text).commit("Bring it back");
        let back = verdict(&repo);
        assert_eq!(back.result.as_str(), "self", "{what}");
        // The previously approved content narrows nothing, so it needs no approval; a closed record stays closed.
        let satisfied = if what == "closed" { "yes" } else { "no" };
        assert_eq!(crate::support::approval::said(&back).satisfied, satisfied, "{what}");
        assert_eq!(back.becomes_approved, BecomesApproved::AsLanded, "{what}");
    }
}

#[test]
fn a_closure_demands_nobody() {
    let repo = approved("");
    let closure = "closure: {outcome: withdrawn, date: 2026-11-21, by: ana@example.com, reason: No longer needed}";
    repo.by("ana").edit(ID, closure).commit("Close it");
    let closed = verdict(&repo);
    check("closed", &closed, "yes", "self", &[], &["ana"]);
    assert_eq!(closed.needed.count, 0);
    repo.by("ana").remove(ID).commit("Remove it");
    let removed = verdict(&repo);
    check("removed", &removed, "no", "n/a", &[], &[]);
}

const CLOSURE: &str = "closure: {outcome: withdrawn, date: 2026-11-21, by: lee@example.com, reason: No longer needed}";

/// Lets Ana remove the closure on a branch, and Lee, who closed the record, merge that.
fn reopen(repo: &Repo, text: &str) -> ApprovalVerdict {
    repo.branch("reopen").by("ana").write(ID, text).commit("Reopen it");
    repo.by("lee").merge("reopen", "Merge branch 'reopen'");
    verdict(repo)
}

#[test]
fn a_closure_with_anything_else_in_it_keeps_its_authors() {
    let longer = SAMPLE.replace("2026-12-20", "2027-01-10");
    let titled = SAMPLE.replace("title: ", "title: More than ");
    let wider = format!("{SAMPLE}requester: lee@example.com\n");
    for text in [longer, titled, wider] {
        let repo = crate::support::approval::ledger("");
        file(&repo);
        repo.by("dana").merge("file", "Merge branch 'file'");
        let closed = format!("{text}{CLOSURE}\n");
        repo.by("lee").write(ID, &closed).commit("Close it");
        let authors = ["ana", "lee"];
        let back = reopen(&repo, &text);
        check("reopened by its closer", &back, "no", "self", &[], &authors);
        repo.branch("again")
            .by("ana")
            .replace(ID, "class:", "# why\nclass:")
            .edit(ID, "title: The title of a third version")
            .commit("Again");
        repo.by("dana").merge("again", "Merge branch 'again'");
        let again = verdict(&repo);
        check("merged by a third", &again, "yes", "claimed", &["dana"], &authors);
    }
}

#[test]
fn who_only_closes_a_record_made_nothing_of_it() {
    let text = SAMPLE.replace("title: ", "title: More than ");
    // Approved, and not yet approved.
    for approver in ["dana", "ana"] {
        let repo = crate::support::approval::ledger("");
        file(&repo);
        repo.by(approver).merge("file", "Merge branch 'file'");
        repo.by("lee").edit(ID, CLOSURE).commit("Close it");
        let back = reopen(&repo, &text);
        check(approver, &back, "yes", "claimed", &["lee"], &["ana"]);
    }
}

#[test]
fn who_filed_a_record_closed_stays_its_author() {
    let repo = crate::support::approval::ledger("");
    let closed = format!("{SAMPLE}{CLOSURE}\n");
    repo.by("lee").write(ID, &closed).commit("File it closed");
    let back = reopen(&repo, SAMPLE);
    check("reopened", &back, "no", "self", &[], &["ana", "lee"]);
}

#[test]
fn a_broken_or_doubled_file_is_never_approved() {
    let repo = approved("");
    repo.branch("broken").by("ana").write(ID, "id: [\n").commit("Break it");
    repo.by("lee").merge("broken", "Merge branch 'broken'");
    let all = verdicts(&repo, ID);
    assert_eq!(all.len(), 2);
    repo.branch("fixed").by("ana").write(ID, SAMPLE).commit("Mend it");
    repo.by("ana").merge("fixed", "Merge branch 'fixed'");
    let mended = verdict(&repo);
    check("mended", &mended, "yes", "claimed", &["lee"], &["ana"]);
    assert!(mended.flags.contains("restored-to-approved-content"));
}
