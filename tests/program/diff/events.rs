//! Each event with its detail, the approvals it needs, and its findings.

use crate::diff::cases::{CASES, CLOSED};
use crate::diff::{ID, Ledger, POLICY, counts, found, record, told};

#[test]
fn each_change_is_named_with_its_detail_and_what_it_needs() {
    let ledger = Ledger::with(&[ID]);
    for (n, (edits, events, count, findings, code)) in CASES.iter().enumerate() {
        let (exit, diff) = ledger.after(&format!("case-{n}"), edits);
        assert_eq!(told(&diff), *events, "{edits:?}");
        assert!(counts(&diff).iter().all(|it| it == count), "{diff:#}");
        assert_eq!(found(&diff), *findings, "{edits:?}");
        assert_eq!(exit, *code, "{edits:?}");
    }
}

#[test]
fn what_files_a_record_is_filed_and_needs_what_its_tier_demands() {
    let ledger = Ledger::with(&[]);
    let text = record(ID).replace("moderate", "high");
    let work = ledger.repo.branch("new").by("ana");
    work.write(ID, &text).commit("File");
    let (exit, diff) = ledger.diff("new");
    assert_eq!(exit, 0);
    assert_eq!(told(&diff), ["filed: class standard, tier sensitive, until 2026-12-20"]);
    let needs = &diff["changes"][0]["events"][0]["needs"];
    assert_eq!(
        *needs,
        serde_json::json!({"count": 2, "each_of": ["platform", "security"], "must_include": []})
    );
}

#[test]
fn a_move_is_no_decision_and_a_deletion_is_forbidden() {
    let ledger = Ledger::with(&[ID]);
    let path = format!("exceptions/billing/{ID}.yaml");
    let work = ledger.repo.branch("move").by("ana");
    work.rename(ID, &path).commit("Move");
    let (exit, diff) = ledger.diff("move");
    let detail = format!("moved: exceptions/{ID}.yaml → {path}");
    assert_eq!((exit, told(&diff), counts(&diff)), (0, vec![detail], vec![0]));

    ledger.repo.branch("gone").by("ana").remove(ID).commit("Delete");
    let (exit, diff) = ledger.diff("gone");
    assert_eq!((exit, told(&diff)), (1, vec!["removed".to_owned()]));
    assert_eq!(found(&diff), ["error record-deleted"]);
    let finding = &diff["findings"][0];
    assert_eq!(finding["id"], ID);
    assert!(finding["line"].is_null() && finding["field"].is_null());
}

#[test]
fn a_closed_record_changes_by_its_post_closure_review_alone() {
    let ledger = Ledger::with(&[ID]);
    let work = ledger.repo.branch("close").by("ana");
    let text = work.text(ID) + CLOSED + "\n";
    work.write(ID, &text).commit("Close");
    ledger.repo.by("lee").merge("close", "Merge pull request #2 from ana/close");
    let review = CLOSED
        .replace('}', ", reviewed: {date: 2026-12-30, by: dana@example.com, outcome: effective}}");
    let (exit, diff) = ledger.after("review", &[(CLOSED, &review)]);
    assert_eq!(
        (exit, told(&diff)),
        (0, vec!["post-reviewed: 2026-12-30 by dana@example.com: effective".to_owned()])
    );
    for (branch, to) in [("reopen", ""), ("reword", &CLOSED.replace("retired", "gone") as &str)] {
        let (exit, diff) = ledger.after(branch, &[(CLOSED, to)]);
        assert_eq!((exit, found(&diff)), (1, vec!["error closed-edited".to_owned()]));
    }
    // What was decided by then, and is merged later, changes nothing.
    for (day, level) in [("2026-11-21", "note"), ("2026-12-30", "error")] {
        let handling =
            format!("{CLOSED}\nhandling: [{{date: {day}, stage: triage, by: ana@example.com}}]");
        let (exit, diff) = ledger.after(&format!("late-{level}"), &[(CLOSED, &handling)]);
        let expected = (i32::from(level == "error"), vec![format!("{level} closed-edited")]);
        assert_eq!((exit, found(&diff)), expected, "{day}");
    }
}

#[test]
fn who_could_approve_is_named_and_nobody_of_those_who_made_it() {
    let ledger = Ledger::with(&[ID]);
    let work = ledger.repo.branch("raise").by("sam").with("ana");
    work.replace(ID, "level: moderate", "level: high").commit("Raise the risk");
    let run = ledger.run(&["diff", "main", "raise"]);
    assert!(
        run.out.contains("group platform other than the authors (lee@example.com)"),
        "{}",
        run.out
    );
    assert!(
        run.out.contains("group security other than the authors (dana@example.com)"),
        "{}",
        run.out
    );
}

#[test]
fn an_entry_of_a_decision_stays_as_it_was() {
    let ledger = Ledger::with(&[ID]);
    let reviews = "reviews: [{date: 2026-12-04, by: lee@example.com, outcome: reduce}, \
                   {date: 2026-12-11, by: lee@example.com, outcome: still-needed}]";
    let (exit, diff) = ledger.after("review", &[("", reviews)]);
    assert_eq!((exit, counts(&diff)), (0, vec![0]));
    ledger.repo.by("lee").merge("review", "Merge pull request #2 from ana/review");
    let first = "{date: 2026-12-04, by: lee@example.com, outcome: reduce}, ";
    for (branch, from, to) in [
        ("rewrite", "outcome: reduce", "outcome: close"),
        ("remove", first, ""),
        ("remove-all", reviews, ""),
    ] {
        let (exit, diff) = ledger.after(branch, &[(from, to)]);
        assert_eq!(
            (exit, found(&diff)),
            (1, vec!["error decision-rewritten".to_owned()]),
            "{branch}"
        );
        assert_eq!(counts(&diff), [1], "{branch}: it reopens the approval");
    }
    let third = "still-needed}, {date: 2026-12-18, by: sam@example.com, outcome: close}]";
    let (exit, diff) = ledger.after("add", &[("still-needed}]", third)]);
    assert_eq!((exit, found(&diff)), (0, Vec::new()));
}

#[test]
fn whoever_filed_a_record_does_not_approve_that_it_ends_later_or_waives_more() {
    let policy =
        POLICY.replace("approvals: {count: 1}", "approvals: {count: 1, each_of: [platform]}");
    let ledger = Ledger::of(&policy, &[]);
    ledger.repo.branch("file").by("lee").write(ID, &record(ID)).commit("File");
    ledger.repo.by("ana").merge("file", "Merge pull request #1 from lee/file");
    for (branch, from, to, who) in [
        ("widen", "[read]", "[read, write]", "(ana@example.com)"),
        ("extend", "expires: 2026-12-20", "expires: 2026-12-31", "(ana@example.com)"),
        ("reword", "title: Nightly", "title: The nightly", "(ana@example.com, lee@example.com)"),
    ] {
        ledger.repo.branch(branch).by("sam").replace(ID, from, to).commit("Change");
        let run = ledger.run(&["diff", "main", branch]);
        let line = format!("in group platform other than the authors {who}");
        assert!(run.out.contains(&line), "{branch}: {}", run.out);
    }
}

#[test]
fn a_renewal_says_which_of_how_many_by_history_too() {
    let ledger = Ledger::with(&[ID]);
    // An end that moved without a renewal entry, and that Lee approved by merging it, was a renewal, too.
    let (_, diff) = ledger.after("silent", &[("expires: 2026-12-20", "expires: 2027-01-10")]);
    assert_eq!(found(&diff), ["error silent-extension"]);
    ledger.repo.by("dana").merge("silent", "Merge pull request #2 from ana/silent");
    let entry =
        "renewals: [{date: 2027-01-08, from: 2027-01-10, until: 2027-01-31, reason: It lives on}]";
    let (exit, diff) =
        ledger.after("renew", &[("expires: 2027-01-10", "expires: 2027-01-31"), ("", entry)]);
    assert_eq!((exit, told(&diff)), (0, vec!["renewed: +21 d (2nd of 2)".to_owned()]));
}
