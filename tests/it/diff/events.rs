//! Each event with its detail, what it needs, and which findings it has.

use crate::diff::{ID, Ledger, counts, found, told};

/// Edits of the record, the events, how many people they need, the findings, the exit code.
type Case = (
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
    u64,
    &'static [&'static str],
    i32,
);

const RENEWED: &str =
    "renewals: [{date: 2026-12-18, from: 2026-12-20, until: 2027-01-10, reason: The job lives on}]";
const TWICE: &str = "renewals: [{date: 2026-12-18, from: 2026-12-20, until: 2027-01-10, reason: The job lives on}, \
     {date: 2027-01-08, from: 2027-01-10, until: 2027-01-31, reason: It still does}]";
const TRANSFER: &str =
    "transfers: [{date: 2026-12-01, from: ana@example.com, to: lee@example.com}]";
const CLOSED: &str =
    "closure: {outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: Job retired}";

const CASES: &[Case] = &[
    (
        &[
            ("expires: 2026-12-20", "expires: 2027-01-10"),
            ("", RENEWED),
        ],
        &["renewed: +21 d (1st of 2)"],
        1,
        &[],
        0,
    ),
    (
        &[("expires: 2026-12-20", "expires: 2027-01-31"), ("", TWICE)],
        &["renewed: +42 d (2nd of 2)"],
        1,
        &[],
        0,
    ),
    (
        &[("expires: 2026-12-20", "expires: 2027-01-10")],
        &["extended: +21 d, now until 2027-01-10"],
        1,
        &["error silent-extension"],
        1,
    ),
    (
        &[
            ("expires: 2026-12-20", "expires: 2027-01-20"),
            ("", RENEWED),
        ],
        &["extended: +31 d, now until 2027-01-20"],
        1,
        &["error silent-extension"],
        1,
    ),
    (
        &[("expires: 2026-12-20", "expires: 2026-12-10")],
        &["shortened: -10 d, now until 2026-12-10"],
        0,
        &[],
        0,
    ),
    (
        &[("[db:invoices]", "[db:invoices, db:orders]")],
        &["scope-widened: resources + db:orders"],
        1,
        &["note scope-widened"],
        0,
    ),
    (
        &[("[db:invoices]", "[db:orders]")],
        &[
            "scope-widened: resources + db:orders",
            "scope-narrowed: resources - db:invoices",
        ],
        1,
        &["note scope-widened"],
        0,
    ),
    (
        &[(", not_waived: [db:salaries]", "")],
        &["scope-widened: not_waived - db:salaries"],
        1,
        &["note scope-widened"],
        0,
    ),
    (
        &[(
            "scope: {resources: [db:invoices], actions: [read], not_waived: [db:salaries]}\n",
            "",
        )],
        &["scope-widened: the scope was dropped"],
        1,
        &["note scope-widened"],
        0,
    ),
    (
        &[(
            "application: billing",
            "application: billing, aliases: [invoicing]",
        )],
        &["scope-widened: aliases + invoicing"],
        1,
        &["note scope-widened"],
        0,
    ),
    (
        &[("[db:salaries]", "[db:salaries, db:orders]")],
        &["scope-narrowed: not_waived + db:orders"],
        0,
        &[],
        0,
    ),
    (
        &[("status: active", "status: withdrawn")],
        &["control-dropped: CC1 withdrawn: Alert on use outside 01:00-03:00 UTC"],
        1,
        &["note control-dropped"],
        0,
    ),
    (
        &[("risk: {level: moderate}", "risk: {level: low}")],
        &["risk-lowered: moderate → low"],
        1,
        &["note risk-lowered"],
        0,
    ),
    (
        &[("risk: {level: moderate}", "risk: {level: high}")],
        &["risk-raised: moderate → high"],
        2,
        &[],
        0,
    ),
    (
        &[
            ("email: ana@example.com", "email: lee@example.com"),
            ("", TRANSFER),
        ],
        &["transferred: ana@example.com → lee@example.com"],
        1,
        &["note owner-changed"],
        0,
    ),
    (
        &[("email: ana@example.com", "email: lee@example.com")],
        &["owner-changed: ana@example.com → lee@example.com"],
        1,
        &["error owner-changed"],
        1,
    ),
    (
        &[("", CLOSED)],
        &["closed: remediated by lee@example.com: Job retired"],
        0,
        &[],
        0,
    ),
    (
        &[(
            "",
            "reviews: [{date: 2026-12-04, by: lee@example.com, outcome: still-needed}]",
        )],
        &["reviewed: 2026-12-04 by lee@example.com: still-needed"],
        0,
        &[],
        0,
    ),
    (
        &[("status: active", "status: active, verified: 2026-11-19")],
        &["attested: CC1 active, verified 2026-11-19"],
        0,
        &[],
        0,
    ),
    (
        &[("expires: 2026-12-20", "expires: 2026-12-20T12:00:00Z")],
        &["shortened: -12 h, now until 2026-12-20T12:00:00Z"],
        0,
        &[],
        0,
    ),
    (
        // A renewal from elsewhere does not say how this end came about.
        &[
            ("expires: 2026-12-20", "expires: 2027-01-10"),
            (
                "",
                "renewals: [{date: 2026-12-18, from: 2026-12-30, until: 2027-01-10, reason: The job lives on}]",
            ),
        ],
        &["extended: +21 d, now until 2027-01-10"],
        1,
        &["error silent-extension"],
        1,
    ),
    (
        &[(
            "compensating_controls:\n  - {id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active}",
            "compensating_controls: []",
        )],
        &["control-dropped: CC1 removed: Alert on use outside 01:00-03:00 UTC"],
        1,
        &["note control-dropped"],
        0,
    ),
    (
        &[(
            "rule: Every job has its own database user",
            "rule: Another rule",
        )],
        &["amended: deviates_from"],
        1,
        &[],
        0,
    ),
    (
        &[("title: Nightly", "title: The nightly")],
        &["amended: title"],
        1,
        &[],
        0,
    ),
    (&[("moderate}", "moderate }")], &["reformatted"], 0, &[], 0),
    (
        &[("class: standard", "class: unusual")],
        &["broken: it can't be read"],
        0,
        &["error bad-value"],
        1,
    ),
];

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
    let text = crate::diff::record(ID).replace("moderate", "high");
    let work = ledger.repo.branch("new").by("ana");
    work.write(ID, &text).commit("File");
    let (exit, diff) = ledger.diff("new");
    assert_eq!(exit, 0);
    assert_eq!(
        told(&diff),
        ["filed: class standard, tier sensitive, until 2026-12-20"]
    );
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
    assert_eq!(
        (exit, told(&diff), counts(&diff)),
        (0, vec![detail], vec![0])
    );

    ledger
        .repo
        .branch("gone")
        .by("ana")
        .remove(ID)
        .commit("Delete");
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
    ledger
        .repo
        .by("lee")
        .merge("close", "Merge pull request #2 from ana/close");
    let review = CLOSED.replace(
        '}',
        ", reviewed: {date: 2026-12-30, by: dana@example.com, outcome: effective}}",
    );
    let (exit, diff) = ledger.after("review", &[(CLOSED, &review)]);
    assert_eq!(
        (exit, told(&diff)),
        (
            0,
            vec!["post-reviewed: 2026-12-30 by dana@example.com: effective".to_owned()]
        )
    );
    for (branch, to) in [
        ("reopen", ""),
        ("reword", &CLOSED.replace("retired", "gone") as &str),
    ] {
        let (exit, diff) = ledger.after(branch, &[(CLOSED, to)]);
        assert_eq!(
            (exit, found(&diff)),
            (1, vec!["error closed-edited".to_owned()])
        );
    }
}

#[test]
fn who_could_approve_is_named_and_nobody_of_those_who_made_it() {
    let ledger = Ledger::with(&[ID]);
    let work = ledger.repo.branch("raise").by("sam").with("ana");
    work.replace(ID, "level: moderate", "level: high")
        .commit("Raise the risk");
    let run = ledger.run(&["diff", "main", "raise"]);
    assert!(
        run.out
            .contains("group platform who did not make the content (lee@example.com)"),
        "{}",
        run.out
    );
    assert!(
        run.out
            .contains("group security who did not make the content (dana@example.com)"),
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
    ledger
        .repo
        .by("lee")
        .merge("review", "Merge pull request #2 from ana/review");
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
    let ledger = Ledger::with(&[]);
    let text = crate::diff::record(ID).replace("moderate", "high");
    ledger
        .repo
        .branch("file")
        .by("lee")
        .write(ID, &text)
        .commit("File");
    ledger
        .repo
        .by("ana")
        .merge("file", "Merge pull request #1 from lee/file");
    for (branch, from, to, who) in [
        ("widen", "[read]", "[read, write]", "(ana@example.com)"),
        (
            "reword",
            "title: Nightly",
            "title: The nightly",
            "(ana@example.com, lee@example.com)",
        ),
    ] {
        ledger
            .repo
            .branch(branch)
            .by("sam")
            .replace(ID, from, to)
            .commit("Change");
        let run = ledger.run(&["diff", "main", branch]);
        let all = format!("of group platform who did not make the content {who}");
        // Nothing of it is approved yet, so those who made what landed are out of question anyway.
        let out = "of group platform who did not make the content (ana@example.com)";
        assert!(
            run.out.contains(&all) || run.out.contains(out),
            "{}",
            run.out
        );
        assert!(!run.out.contains("sam@example.com"), "{}", run.out);
    }
}

#[test]
fn a_renewal_says_which_of_how_many_by_history_too() {
    let ledger = Ledger::with(&[ID]);
    // An end that moved silently, and that Lee approved by merging it, was a renewal too.
    let (_, diff) = ledger.after("silent", &[("expires: 2026-12-20", "expires: 2027-01-10")]);
    assert_eq!(found(&diff), ["error silent-extension"]);
    ledger
        .repo
        .by("dana")
        .merge("silent", "Merge pull request #2 from ana/silent");
    let entry =
        "renewals: [{date: 2027-01-08, from: 2027-01-10, until: 2027-01-31, reason: It lives on}]";
    let (exit, diff) = ledger.after(
        "renew",
        &[("expires: 2027-01-10", "expires: 2027-01-31"), ("", entry)],
    );
    assert_eq!(
        (exit, told(&diff)),
        (0, vec!["renewed: +21 d (2nd of 2)".to_owned()])
    );
}
