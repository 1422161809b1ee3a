//! Changes of the policy on a branch, and unapproved landed content.

use crate::diff::{ID, Ledger, POLICY, SIGNERS, TWO, found, record, told};
use crate::support::repo::speak;

#[test]
fn every_commit_that_changes_the_policy_is_named_also_when_a_later_one_undoes_it() {
    let ledger = Ledger::with(&[ID]);
    let loose = POLICY.replace("max_term: 90d", "max_term: 200d");
    let work = || ledger.repo.branch("undone").by("ana");
    work().write("exledger.yaml", &loose).commit("Loosen");
    work().write("exledger.yaml", POLICY).commit("Tighten again");
    let (exit, diff) = ledger.diff("undone");
    assert_eq!((exit, found(&diff)), (0, vec!["warning policy-changed".to_owned(); 2]));
    let strict = ledger.run(&["--strict", "diff", "main", "undone"]);
    assert_eq!(strict.code, 1);
    assert_eq!(diff["findings"][0]["path"], "exledger.yaml");
}

#[test]
fn what_was_squashed_into_main_is_no_change_of_a_branch_that_goes_on_from_it() {
    let stricter = POLICY.replace("max_term: 90d", "max_term: 80d");
    let ledger = Ledger::with(&[ID]);
    let (work, job) = (ledger.repo.branch("work"), ".github/workflows/exledger.yml");
    work.by("ana").write("exledger.yaml", &stricter).write(job, "on: push\n").commit("Tighten");
    ledger.repo.by("lee").through("github").squash("work", "Tighten (#2)");
    let next = || ledger.repo.branch_from("next", "work").by("ana");
    next().edit(ID, "title: A better title for it").commit("Reword");
    let (exit, diff) = ledger.diff("next");
    assert_eq!((exit, found(&diff)), (0, Vec::new()), "{diff:#}");
    // A real change is found, with what restores the text after it.
    let loose = POLICY.replace("max_term: 90d", "max_term: 200d");
    next().write("exledger.yaml", &loose).write(job, "on: pull_request\n").commit("Loosen");
    next().write("exledger.yaml", &stricter).write(job, "on: push\n").commit("Tighten again");
    let (_, diff) = ledger.diff("next");
    let both = [["warning workflow-changed"; 2], ["warning policy-changed"; 2]].concat();
    assert_eq!(found(&diff), both);
    // So is one that only a merge makes.
    let merged = || ledger.repo.branch_from("merged", "work").by("ana");
    merged().edit(ID, "title: Another title for it").commit("Reword");
    merged().write("exledger.yaml", &loose).merge("main", "Merge branch 'main' into merged");
    assert_eq!(found(&ledger.diff("merged").1), ["warning policy-changed"]);
    // What main has taken back since, the branch would bring again.
    ledger.repo.by("dana").write("exledger.yaml", POLICY).commit("Back");
    assert_eq!(found(&ledger.diff("next").1)[2..], ["warning policy-changed"; 3]);
}

#[test]
fn the_text_of_a_policy_that_merely_landed_is_a_change() {
    let ledger = Ledger::with(&[ID]);
    let loose = POLICY.replace("max_term: 90d", "max_term: 200d");
    ledger.repo.branch("work").by("ana").write("exledger.yaml", &loose).commit("Loosen");
    ledger.repo.by("ana").write("exledger.yaml", &loose).commit("Loosen");
    ledger.repo.branch("work").by("ana").edit(ID, "title: Another title").commit("Reword");
    assert!(found(&ledger.diff("work").1).contains(&"warning policy-changed".to_owned()));
}

#[test]
fn the_first_policy_waits_for_no_approval() {
    let repo = crate::support::repo::Repo::at("2026-11-20T09:00:00Z");
    repo.by("ana").write("README.md", "Payments\n").commit("Begin");
    repo.branch("ledger").by("ana").write("exledger.yaml", POLICY).commit("Keep exceptions");
    repo.checkout();
    crate::support::repo::git(repo.path(), &["switch", "-q", "ledger"]);
    let diff = crate::cli::run(repo.path(), &["diff", "main", "ledger"]);
    assert_eq!(diff.code, 0, "{}", diff.err);
    assert!(diff.out.contains("help: merge it: before the first policy"), "{}", diff.out);
    assert!(!diff.out.contains("exledger approve"), "{}", diff.out);
}

#[test]
fn what_was_changed_on_main_is_not_the_branches() {
    let ledger = Ledger::with(&[ID]);
    ledger.repo.branch("work").by("ana").edit(ID, "title: A better title for it").commit("Reword");
    let stricter = POLICY.replace("max_term: 90d", "max_term: 80d");
    ledger.repo.by("dana").write("exledger.yaml", &stricter).commit("Tighten");
    ledger.repo.branch("work").by("ana").merge("main", "Merge branch 'main' into work");
    let (exit, diff) = ledger.diff("work");
    assert_eq!((exit, found(&diff)), (0, Vec::new()));
    assert_eq!(told(&diff), ["amended: title"]);
}

/// The replaced text of the policy, its replacement, edits of the record, and whether the record depends on the change.
type Case = (&'static str, &'static str, &'static str, &'static str, bool);

const CASES: &[Case] = &[
    // It ends later than the old policy allowed.
    ("max_term: 90d", "max_term: 200d", "expires: 2026-12-20", "expires: 2027-03-20", true),
    // It would have been allowed anyway.
    ("max_term: 90d", "max_term: 200d", "expires: 2026-12-20", "expires: 2026-12-28", false),
    // The policy is not looser, although the term exceeds it, too.
    ("max_term: 60d", "max_term: 50d", "expires: 2026-12-20", "expires: 2027-03-20", false),
    // Two approvers before, one after.
    (
        "approvals: {count: 2, each_of: [security, platform]}",
        "approvals: {count: 1}",
        "level: moderate",
        "level: high",
        true,
    ),
    // Another tier than the record's.
    (
        "approvals: {count: 2, each_of: [security, platform]}",
        "approvals: {count: 1}",
        "level: moderate",
        "level: low",
        false,
    ),
    // The author may approve from now on.
    (
        "version: 1",
        "version: 1\napproval: {self_approval: allow}",
        "level: moderate",
        "level: low",
        true,
    ),
    // A closure needs no approval, so no change makes it easier.
    (
        "version: 1",
        "version: 1\napproval: {self_approval: allow}",
        "expires: 2026-12-20",
        "expires: 2026-12-20\nclosure: {outcome: withdrawn, date: 2026-11-21, by: ana@example.com, reason: Not needed}",
        false,
    ),
    // A new member of a group that must approve it.
    (
        "[dana@example.com, sam@example.com]",
        "[dana@example.com, sam@example.com, eve@example.com]",
        "level: moderate",
        "level: high",
        true,
    ),
];

#[test]
fn a_record_that_needs_the_looser_policy_of_its_branch_is_an_error() {
    for (n, (from, to, old, new, needs)) in CASES.iter().enumerate() {
        let ledger = Ledger::with(&[]);
        assert!(POLICY.contains(from) && record(ID).contains(old));
        let work = ledger.repo.branch("both").by("ana");
        let work = work.write(ID, &record(ID).replace(old, new));
        work.write("exledger.yaml", &POLICY.replacen(from, to, 1)).commit("Both");
        let (exit, diff) = ledger.diff("both");
        let loosened = found(&diff).contains(&"error policy-loosened".to_owned());
        assert_eq!((loosened, exit == 1), (*needs, *needs), "{n}: {diff:#}");
        assert!(found(&diff).contains(&"warning policy-changed".to_owned()));
    }
}

#[test]
fn a_policy_that_is_tightened_again_has_still_been_looser() {
    let ledger = Ledger::with(&[]);
    let loose = POLICY
        .replace("approvals: {count: 2, each_of: [security, platform]}", "approvals: {count: 1}");
    let work = || ledger.repo.branch("sandwich").by("ana");
    work().write("exledger.yaml", &loose).commit("Loosen");
    work().write(ID, &record(ID).replace("moderate", "high")).commit("File");
    work().write("exledger.yaml", POLICY).commit("Tighten again");
    let (exit, diff) = ledger.diff("sandwich");
    assert_eq!(exit, 1);
    let loosened =
        diff["findings"].as_array().unwrap().iter().find(|it| it["rule"] == "policy-loosened");
    assert_eq!(loosened.unwrap()["id"], ID, "{diff:#}");
}

#[test]
fn whoever_approves_a_change_approves_what_landed_unapproved_too() {
    let ledger = Ledger::with(&[ID]);
    // Ana pushes it to main herself.
    ledger.repo.by("ana").replace(ID, "[db:invoices]", "[db:invoices, db:orders]").commit("Widen");
    let (exit, diff) = ledger.after("reword", &[("title: Nightly", "title: The nightly")]);
    assert_eq!(exit, 0);
    assert_eq!(told(&diff), ["amended: title"]);
    assert_eq!(found(&diff), ["note landed-unapproved"]);
    assert_eq!(
        diff["findings"][0]["message"],
        "also approves what landed unapproved: scope widened: resources + db:orders"
    );
    let run = ledger.run(&["diff", "main", "reword"]);
    assert!(run.out.contains("also approves what landed unapproved"), "{}", run.out);
    // Once reverted, nothing is left to approve.
    let (_, diff) = ledger.after("undo", &[("[db:invoices, db:orders]", "[db:invoices]")]);
    assert_eq!(found(&diff), Vec::<String>::new());
    assert_eq!(crate::diff::counts(&diff), [0]);
}

/// The branches that leave the text of a record as it landed, by what each does.
fn that_carry_on(ledger: &Ledger) -> Vec<&'static str> {
    let note = "handling: [{date: 2026-11-20, stage: investigation, by: ana@example.com, note: Asked Lee}]\n";
    let work = |branch: &str| ledger.repo.branch(branch).by("ana");
    work("comment").write(ID, &format!("# Approve me\n{}", record(ID))).commit("Comment");
    work("note").write(ID, &format!("{}{note}", record(ID))).commit("Note");
    let moved = format!("exceptions/2026/{ID}.yaml");
    work("move").rename(&format!("exceptions/{ID}.yaml"), &moved).commit("Move");
    vec!["comment", "note", "move"]
}

fn status(ledger: &Ledger) -> String {
    let run = ledger.run(&["--on", "2026-11-25", "show", ID, "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    shown["record"]["status"].as_str().unwrap().to_owned()
}

#[test]
fn a_merge_that_leaves_the_text_as_it_landed_approves_nothing_and_is_not_offered() {
    let ledger = Ledger::with(&[]);
    ledger.repo.by("ana").write(ID, &record(ID)).commit("File it");
    for branch in that_carry_on(&ledger) {
        let (exit, diff) = ledger.diff(branch);
        assert_eq!(
            (exit, found(&diff)),
            (0, vec!["note landed-unapproved".to_owned()]),
            "{branch}"
        );
        let message = diff["findings"][0]["message"].as_str().unwrap();
        let said = "its merge does not approve what landed unapproved: filed: class standard";
        assert!(message.starts_with(said), "{branch}: {message}");
        assert_eq!(diff["findings"][0]["remedy"]["commands"], serde_json::json!([]), "{branch}");
        assert_eq!(diff["changes"][0]["how"], serde_json::json!([]), "{branch}");
        let comment = ledger.run(&["diff", "main", branch, "--format", "markdown"]).out;
        assert!(
            comment.contains("so a merge of it approves nothing: change that text"),
            "{comment}"
        );
        assert!(!comment.contains("Merge it"), "{comment}");
    }
    // What is said of them holds, and what is said of a changed text, too.
    ledger.repo.by("lee").merge("comment", "Merge branch 'comment'");
    assert_eq!(status(&ledger), "unapproved");
    ledger.repo.by("lee").merge("note", "Merge branch 'note'");
    assert_eq!(status(&ledger), "unapproved");
    let (_, diff) = ledger.after("reword", &[("title: Nightly", "title: The nightly")]);
    assert_eq!(diff["changes"][0]["how"][0]["way"], "merge", "{diff:#}");
    ledger.repo.by("lee").merge("reword", "Merge branch 'reword'");
    assert_eq!(status(&ledger), "active");
}

#[test]
fn a_signature_of_what_leaves_the_text_as_it_landed_approves_that_too() {
    let ledger = Ledger::of(TWO, &[]);
    let keys = [speak::signer("lee"), speak::signer("ana")].concat();
    ledger.repo.branch("keys").by("ana").write(SIGNERS, &keys).commit("List keys");
    ledger.repo.by("lee").merge("keys", "Merge branch 'keys'");
    ledger.repo.by("ana").write(ID, &record(ID)).commit("File it");
    let how = |branch: &str| {
        let run = ledger.run(&["--on", "2026-11-25", "diff", "main", branch, "--format", "json"]);
        let diff: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let ways = diff["changes"][0]["how"].as_array().unwrap().iter();
        ways.map(|it| format!("{} {}", it["way"], it["who"][0]["email"])).collect::<Vec<_>>()
    };
    for branch in that_carry_on(&ledger) {
        assert_eq!(how(branch), ["\"sign\" \"lee@example.com\""], "{branch}");
    }
    let text = format!("# Approve me\n{}", record(ID));
    let says = speak::yes("lee", ID, &text, "2026-11-20T10:00:00Z").ledger("example/payments");
    ledger.repo.orphan("exledger-approvals").by("lee").says(&says).commit("Approve");
    assert_eq!(how("comment"), Vec::<String>::new());
    ledger.repo.by("ana").squash("comment", "Comment (#2)");
    assert_eq!(status(&ledger), "active");
}

#[test]
fn every_governance_file_counts_whichever_policy_of_the_branch_names_it() {
    let ledger = Ledger::with(&[ID]);
    let work = || ledger.repo.branch("people").by("ana");
    work().write(".mailmap", "Ana Ruiz <ana@example.com> <ana@old.example.com>\n").commit("Map");
    let roster = "people: {roster: .github/people.csv}\n";
    work()
        .write("exledger.yaml", &(POLICY.to_owned() + roster))
        .write(".github/people.csv", "email,name,team,active\nana@example.com,Ana,billing,yes\n")
        .commit("Name a roster");
    work()
        .write(".github/people.csv", "email,name,team,active\nlee@example.com,Lee,billing,yes\n")
        .commit("Change it");
    work().write("README.md", "Nothing of it\n").commit("Read me");
    let (exit, diff) = ledger.diff("people");
    let paths: Vec<&str> = diff["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["path"].as_str().unwrap())
        .collect();
    assert_eq!(exit, 0, "{diff:#}");
    assert_eq!(paths, [".github/people.csv", ".github/people.csv", ".mailmap", "exledger.yaml"]);
}

#[test]
fn a_policy_that_is_not_committed_counts_too() {
    let ledger = Ledger::with(&[ID]);
    ledger.repo.scribble("exledger.yaml", &POLICY.replace("max_term: 90d", "max_term: 200d"));
    let run = ledger.run(&["diff"]);
    assert!(run.out.contains("the work tree changes exledger.yaml"), "{}", run.out);
    ledger.repo.scribble(ID, &record(ID).replace("expires: 2026-12-20", "expires: 2027-04-20"));
    let run = ledger.run(&["diff", "--format", "json"]);
    let diff: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert!(found(&diff).contains(&"error policy-loosened".to_owned()), "{diff:#}");
}

#[test]
fn a_folder_that_the_policy_no_longer_names_takes_its_records_along() {
    let ledger = Ledger::with(&[ID]);
    let work = ledger.repo.branch("folders").by("ana");
    work.write("exledger.yaml", &(POLICY.to_owned() + "records: [waivers]\n"))
        .commit("Look elsewhere");
    let (exit, diff) = ledger.diff("folders");
    assert_eq!(exit, 1);
    assert!(found(&diff).contains(&"error record-deleted".to_owned()), "{diff:#}");
}

#[test]
fn a_branch_that_repairs_a_broken_policy_can_be_judged() {
    let ledger = Ledger::with(&[ID]);
    ledger.repo.by("dana").write("exledger.yaml", "version: 1\nnonsense: true\n").commit("Break");
    let work = ledger.repo.branch("repair").by("ana");
    work.write("exledger.yaml", POLICY).edit(ID, "title: A better title for it").commit("Repair");
    ledger.switch("repair");
    let (exit, diff) = ledger.diff("repair");
    assert_eq!((exit, told(&diff)), (0, vec!["amended: title".to_owned()]));
    ledger.switch("main");
    let run = ledger.run(&["diff"]);
    assert_eq!(run.code, 3, "{}", run.out);
    let run = ledger.run(&["lint", "--base", "main"]);
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(run.out.contains("unknown-key"), "{}", run.out);
}
