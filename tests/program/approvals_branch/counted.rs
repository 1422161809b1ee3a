//! Since when a statement of the branch counts, for which version, and by whose rules.

use super::{BRANCH, ID, Ledger, MERGED, RECORD, SIGNERS, approver, omar};
use crate::support::repo::{git, speak};

#[test]
fn a_statement_counts_from_its_push_on_and_earlier_answers_stay() {
    let ledger = Ledger::merged();
    assert_eq!(ledger.status(), "unapproved");
    let before = ledger.run(&["--as-of", "2026-11-21", "show", ID, "--format", "json"]).out;
    ledger.says("2026-11-22T10:00:00Z", &omar("2026-11-22T09:59:00Z"));
    let record = ledger.record();
    assert_eq!(record["status"], "active");
    let approver = &record["approval"]["approvers"][0];
    assert_eq!(approver["email"], "omar@example.com");
    assert_eq!(approver["level"], "attested");
    assert_eq!(approver["at"], "2026-11-22T10:00:00Z");
    let then = |at: &str| ledger.record_at(&["--as-of", at])["status"].as_str().unwrap().to_owned();
    assert_eq!(then("2026-11-22T09:59:59Z"), "unapproved");
    assert_eq!(then("2026-11-22T10:00:00Z"), "active");
    let again = ledger.run(&["--as-of", "2026-11-21", "show", ID, "--format", "json"]).out;
    assert_eq!(again, before);
    // Of two times the later one counts, whoever typed the commit's.
    let other = Ledger::merged();
    other.says("2024-01-01T10:00:00Z", &omar("2026-11-22T09:59:00Z"));
    assert_eq!(other.record()["approval"]["approvers"][0]["at"], "2026-11-22T09:59:00Z");
}

#[test]
fn what_was_signed_for_a_draft_counts_as_the_merge_lands_for_thirty_days() {
    for (at, status) in [
        ("2026-11-19T10:00:00Z", "active"),
        ("2026-10-21T13:00:00Z", "active"),
        ("2026-10-21T11:00:00Z", "unapproved"),
    ] {
        let ledger = Ledger::new();
        ledger.says(at, &omar(at));
        ledger.repo.clock(MERGED);
        ledger.merge();
        assert_eq!(ledger.status(), status, "{at}");
        // Nor later, on the branch or beside the record.
        ledger.repo.clock("2026-11-22T10:00:00Z");
        ledger.repo.by("mallory").says(&omar(at)).commit("Record the approval");
        assert_eq!(ledger.status(), status, "{at}, copied");
        let late = Ledger::merged();
        late.says("2026-11-22T10:00:00Z", &omar(at));
        assert_eq!(late.status(), status, "{at}, pushed late");
    }
}

#[test]
fn who_approved_an_older_text_is_told_to_approve_anew() {
    let older = RECORD.replace("December", "January");
    assert_ne!(older, RECORD);
    let yes = |text: &str, at: &str| speak::yes("omar", ID, text, at).ledger("example/payments");
    let told = format!("exledger approve {ID}");
    // In the request, and once it is merged.
    let ledger = Ledger::new();
    ledger.says("2026-11-20T09:00:00Z", &yes(&older, "2026-11-20T08:59:00Z"));
    let asked = |ledger: &Ledger| {
        ledger.run(&["--on", "2026-11-25", "diff", "main", "billing", "--format", "markdown"]).out
    };
    let before = asked(&ledger);
    assert!(before.contains("omar@example.com does not count, is for other bytes"), "{before}");
    assert!(before.contains(&told), "{before}");
    ledger.says("2026-11-20T10:00:00Z", &yes(RECORD, "2026-11-20T09:59:00Z"));
    assert!(!asked(&ledger).contains("other bytes"), "{}", asked(&ledger));
    let merged = Ledger::listing(&[approver("omar"), approver("nina")].concat());
    merged.merge();
    merged.says("2026-11-22T10:00:00Z", &yes(&older, "2026-11-19T09:59:00Z"));
    merged.repo.config("user.email", "omar@example.com");
    let said = "omar@example.com does not count, is for other bytes";
    for (question, said) in
        [(&["show", ID][..], said), (&["queue"], "(your approval is for other bytes)")]
    {
        let shown = merged
            .run(&[&["--on", "2026-11-25"], question].concat())
            .out
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        assert!(shown.contains(said), "{shown}");
    }
    assert_eq!(merged.status(), "unapproved");
    merged.says("2026-11-22T11:00:00Z", &omar("2026-11-22T10:59:00Z"));
    let record = merged.record();
    assert_eq!(record["status"], "active");
    assert!(!record["reasons"].to_string().contains("other bytes"), "{record:#}");
    // What was approved before it changed was about the text that landed.
    let changed = RECORD.replace("December", "February");
    merged.repo.clock("2026-11-23T10:00:00Z");
    merged.repo.by("lee").write(ID, &changed).commit("Change it");
    let reasons = merged.record()["reasons"].to_string();
    assert!(!reasons.contains("other bytes"), "{reasons}");
}

#[test]
fn an_answer_names_the_tip_and_replays_byte_for_byte_after_the_branch_grew() {
    let ledger = Ledger::merged();
    ledger.says("2026-11-22T10:00:00Z", &omar("2026-11-22T09:59:00Z"));
    let tip = ledger.repo.tip(BRANCH).to_string();
    let questions = [
        &["show", ID][..],
        &["check", "--application", "billing"],
        &["list", "--all"],
        &["verify"],
        &["log", ID, "--patch"],
        &["export", "jsonl"],
    ];
    let ask = |question: &[&str]| {
        let format: &[&str] = if question[0] == "export" { &[] } else { &["--format", "json"] };
        ledger.run(&[&["--as-of", "2026-11-23"], question, format].concat())
    };
    let before = questions.map(ask);
    let shown: serde_json::Value = serde_json::from_str(&before[0].out).unwrap();
    assert_eq!(shown["ledger"]["approvals"], tip.as_str());
    let receipt: serde_json::Value = serde_json::from_str(&before[1].out).unwrap();
    assert_eq!((&receipt["verdict"], before[1].code), (&"allow".into(), 0), "{receipt:#}");
    let no = speak::no("nina", ID, RECORD, "2026-11-24T09:00:00Z").ledger("example/payments");
    ledger.says("2026-11-24T10:00:00Z", &no.because("Rotate it instead"));
    assert_eq!(ledger.run(&["check", "--application", "billing"]).code, 1, "she rejected it");
    for (question, before) in questions.into_iter().zip(before) {
        let again = ask(question);
        assert_eq!((again.code, again.out), (before.code, before.out), "{question:?}");
    }
}

#[test]
fn what_a_leaver_gave_stays_and_a_revoked_key_takes_it_away() {
    let ledger = Ledger::merged();
    ledger.says("2026-11-22T10:00:00Z", &omar("2026-11-22T09:59:00Z"));
    ledger.repo.clock("2026-11-23T10:00:00Z");
    let work = ledger.repo.by("lee").write(SIGNERS, &approver("nina"));
    work.signed("nina").commit("Omar leaves");
    assert_eq!(ledger.status(), "active");
    let revoked = speak::public("omar");
    let work = ledger.repo.by("lee").write(".github/revoked_keys", &(revoked + "\n"));
    work.commit("Revoke his key");
    assert_eq!(ledger.status(), "unapproved");
}

#[test]
fn who_has_left_signs_nothing_under_a_date_before_that() {
    let ledger = Ledger::merged();
    ledger.repo.clock("2026-11-23T10:00:00Z");
    ledger.repo.by("lee").write(SIGNERS, &approver("nina")).commit("Omar leaves");
    for decision in [&["approve", ID][..], &["approve", ID, "--reject", "--reason", "No"]] {
        let run = |on: &str| {
            ledger.run(&[&["--on", on], decision, &["--by", "omar@example.com"]].concat())
        };
        for on in ["2026-11-22", "2026-11-23T09:59:59Z"] {
            let before = run(on);
            assert_eq!(before.code, 2, "{}{}", before.out, before.err);
            assert!(before.err.contains("is before 2026-11-23T10:00:00Z"), "{}", before.err);
        }
        let now = run("2026-11-23T10:00:00Z");
        assert!(!now.err.contains("is before"), "{}", now.err);
    }
    assert_eq!(ledger.status(), "unapproved");
}

#[test]
fn a_rejection_by_a_listed_key_is_a_veto_also_after_its_line_went() {
    let no = |name: &str, at: &str| {
        let no = speak::no(name, ID, RECORD, at).ledger("example/payments");
        no.because("Rotate it instead")
    };
    let ledger = Ledger::merged();
    ledger.says("2026-11-22T10:00:00Z", &omar("2026-11-22T09:59:00Z"));
    // Who is not listed rejects nothing.
    ledger.says("2026-11-23T09:00:00Z", &no("mallory", "2026-11-23T08:00:00Z"));
    assert_eq!(ledger.status(), "active");
    ledger.says("2026-11-23T10:00:00Z", &no("omar", "2026-11-23T09:59:00Z"));
    assert_eq!(ledger.status(), "unapproved");
    ledger.repo.clock("2026-11-24T09:00:00Z");
    ledger.repo.by("lee").write(SIGNERS, &approver("nina")).commit("Omar leaves");
    assert_eq!(ledger.status(), "unapproved");
    assert_eq!(ledger.record()["approval"]["result"], "vetoed");
    // Another layout of the text is rejected by the same person.
    ledger.repo.by("nina").write(ID, &format!("{RECORD}# Laid out\n")).commit("Lay it out");
    let record = ledger.record();
    assert_eq!(record["approval"]["result"], "vetoed");
    let reasons = record["reasons"].to_string();
    assert!(reasons.contains("rejected by omar@example.com: "), "{reasons}");
}

#[test]
fn a_change_of_the_rules_is_approved_there_and_lets_in_what_is_signed_later() {
    let ledger = Ledger::merged();
    let signers = [approver("omar"), approver("nina"), approver("lee")].concat();
    ledger.repo.clock("2026-11-21T09:00:00Z");
    ledger.repo.by("nina").through("github").write(SIGNERS, &signers).commit("List Lee (#2)");
    let policy = super::POLICY.replace("nina@example.com]", "nina@example.com, lee@example.com]");
    ledger.repo.by("nina").through("github").write("exledger.yaml", &policy).commit("Add (#3)");
    let lee = |at: &str| speak::yes("lee", ID, RECORD, at).ledger("example/payments");
    // Before the rules that list Lee were approved, the statement gives nothing.
    ledger.says("2026-11-22T08:00:00Z", &lee("2026-11-22T07:00:00Z"));
    for (path, bytes) in [(SIGNERS, &signers), ("exledger.yaml", &policy)] {
        let yes = speak::yes("omar", ID, bytes, "2026-11-22T09:00:00Z").governance(path);
        ledger.says("2026-11-22T10:00:00Z", &yes.ledger("example/payments"));
    }
    assert_eq!(ledger.status(), "unapproved", "{:#}", ledger.record());
    ledger.says("2026-11-22T12:00:00Z", &lee("2026-11-22T11:00:00Z"));
    let record = ledger.record();
    assert_eq!(record["status"], "active", "{record:#}");
    assert_eq!(record["approval"]["approvers"][0]["email"], "lee@example.com");
    let run = ledger.run(&["list", "--format", "json"]);
    assert!(!run.out.contains("left_out"), "{}", run.out);
}

#[test]
fn the_same_text_there_and_beside_the_record_is_one_statement() {
    let ledger = Ledger::merged();
    let says = omar("2026-11-22T09:59:00Z");
    ledger.says("2026-11-22T10:00:00Z", &says);
    ledger.repo.clock("2026-11-23T10:00:00Z");
    ledger.repo.by("lee").says(&says).commit("Record the approval");
    assert_eq!(ledger.n_statements(), 1);
    assert_eq!(ledger.record()["approval"]["approvers"][0]["at"], "2026-11-22T10:00:00Z");
}

#[test]
fn merging_the_branch_into_main_changes_nothing() {
    for is_ours in [false, true] {
        let ledger = Ledger::merged();
        ledger.says("2026-11-22T10:00:00Z", &omar("2026-11-22T09:59:00Z"));
        ledger.repo.clock("2026-11-23T10:00:00Z");
        let work = ledger.repo.by("lee");
        if is_ours {
            work.merge_ours(&[BRANCH], "Merge branch 'exledger-approvals'");
        } else {
            let tree = git(ledger.repo.path(), &["ls-tree", "-r", "--name-only", BRANCH]);
            let mut work = work;
            for path in tree.lines() {
                let text = git(ledger.repo.path(), &["show", &format!("{BRANCH}:{path}")]);
                work = work.write(path, &text);
            }
            work.merge_ours(&[BRANCH], "Merge branch 'exledger-approvals'");
        }
        assert_eq!(ledger.status(), "active", "{is_ours}");
    }
}

#[test]
fn what_counts_already_follows_the_version_that_counted_before_it() {
    let ledger = Ledger::new();
    let names = ["omar", "nina", "sam"].map(approver).concat();
    let list = format!("{names}{}", speak::bridge_line());
    ledger.repo.branch("keys").by("nina").write(SIGNERS, &list).commit("List Sam");
    let at = "2026-11-20T13:00:00Z";
    let yes = speak::yes("omar", ID, &list, at).governance(SIGNERS).ledger("example/payments");
    ledger.says(at, &yes);
    ledger.repo.clock("2026-11-20T14:00:00Z");
    ledger.repo.by("nina").through("github").squash("keys", "List Sam (#2)");
    ledger.repo.checkout();
    let args = ["approve", "--governance", SIGNERS, "--by", "sam@example.com", "--dry-run"];
    let said = ledger.run(&[&args[..], &["--on", "2026-11-21T09:00:00Z"]].concat());
    assert!(said.code == 0 && said.out.contains("would approve"), "{} {}", said.out, said.err);
    assert!(!said.err.contains("does not count"), "{}", said.err);
}

#[test]
fn what_is_rejected_after_it_was_approved_waits_since_the_rejection() {
    let ledger = Ledger::merged();
    ledger.says("2026-11-22T10:00:00Z", &omar("2026-11-22T09:59:00Z"));
    let no = speak::no("nina", ID, RECORD, "2026-12-02T09:00:00Z").ledger("example/payments");
    ledger.says("2026-12-02T09:00:00Z", &no.because("It went too far"));
    let queue = |on: &str| {
        let run = ledger.run(&["--on", on, "queue", "--format", "json", "--strict"]);
        let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        (run.code, answer["records"][0]["next"]["since"].clone())
    };
    let since = serde_json::Value::from("2026-12-02T09:00:00Z");
    assert_eq!(queue("2026-12-02T12:00:00Z"), (0, since.clone()));
    // Past the time that a request may take, it is overdue.
    assert_eq!(queue("2026-12-09T12:00:00Z"), (1, since));
}

/// Returns each event of `log`: its name, when, the result, and who approved it by then.
fn events(ledger: &Ledger, args: &[&str]) -> Vec<[String; 4]> {
    let run = ledger.run(&[args, &["log", ID, "--format", "json"]].concat());
    let log: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let events = log["events"].as_array().unwrap().iter();
    let event = |event: &serde_json::Value| {
        let approvers = event["approvers"].as_array().unwrap().iter();
        let approvers: Vec<&str> =
            approvers.map(|approver| approver["email"].as_str().unwrap()).collect();
        let text = |key: &str| event[key].as_str().unwrap().to_owned();
        [text("event"), text("at"), text("result"), approvers.join(" ")]
    };
    events.map(event).collect()
}

#[test]
fn what_is_said_on_the_branch_after_the_merge_is_an_event_of_its_own() {
    let ledger = Ledger::merged();
    ledger.repo.clock("2026-11-21T10:00:00Z");
    ledger.repo.by("lee").write("README", "Payments").commit("Other work");
    ledger.says("2026-11-22T10:00:00Z", &omar("2026-11-22T09:59:00Z"));
    let no = speak::no("nina", ID, RECORD, "2026-11-24T09:00:00Z").ledger("example/payments");
    ledger.says("2026-11-24T10:00:00Z", &no.because("Rotate it instead"));
    let filed = ["filed", MERGED, "none-recorded", ""];
    let approved = ["approved", "2026-11-22T10:00:00Z", "attested", "omar@example.com"];
    let vetoed = ["vetoed", "2026-11-24T10:00:00Z", "vetoed", "omar@example.com"];
    assert_eq!(events(&ledger, &[]), [filed, approved, vetoed]);
    // Each is what was answered on its day.
    assert_eq!(events(&ledger, &["--as-of", "2026-11-23"]), [filed, approved]);
    assert_eq!(events(&ledger, &["--as-of", "2026-11-21"]), [filed]);
    // What was signed before the merge was known when it landed.
    let draft = Ledger::new();
    draft.says("2026-11-20T10:00:00Z", &omar("2026-11-20T09:59:00Z"));
    draft.repo.clock(MERGED);
    draft.merge();
    assert_eq!(events(&draft, &[]), [["filed", MERGED, "attested", "omar@example.com"]]);
}

#[test]
fn an_approval_that_its_person_takes_back_counted_until_then() {
    let ledger = Ledger::new();
    ledger.repo.by("omar").through("github").merge("billing", "Merge pull request #1 from billing");
    let filed = ["filed", MERGED, "claimed", "omar@example.com"];
    assert_eq!(events(&ledger, &[]), [filed]);
    let no = speak::no("omar", ID, RECORD, "2026-11-24T09:00:00Z").ledger("example/payments");
    ledger.says("2026-11-24T10:00:00Z", &no.because("It went too far"));
    assert_eq!(events(&ledger, &[]), [filed, ["vetoed", "2026-11-24T10:00:00Z", "vetoed", ""]]);
}
