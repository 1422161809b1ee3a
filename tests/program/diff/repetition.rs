//! Repetition, through the program: frozen groups, counted renewals, refiled records.

use serde_json::Value;

use crate::diff::{ID, Ledger, POLICY, found, record};

const OTHERS: [&str; 3] = ["EXC-2026-00001", "EXC-2026-00002", "EXC-2026-00003"];

fn lint(ledger: &Ledger, args: &[&str]) -> (i32, Value) {
    let run = ledger.run(&[&["lint", "--format", "json"], args].concat());
    let json = serde_json::from_str(&run.out);
    (run.code, json.unwrap_or_else(|_| panic!("{}{}", run.out, run.err)))
}

/// Files a record on a branch and lints the branch.
fn filed(ledger: &Ledger, branch: &str, text: &str, args: &[&str]) -> Vec<String> {
    let work = ledger.repo.branch(branch).by("ana");
    work.write(ID, text).commit("File an exception");
    ledger.switch(branch);
    let (_, answer) = lint(ledger, &[&["--base", "main"], args].concat());
    ledger.switch("main");
    found(&answer)
}

#[test]
fn the_record_after_the_threshold_is_frozen_until_a_redesign_is_linked() {
    let ledger = Ledger::with(&OTHERS);
    let frozen = ["error frozen-pattern"];
    assert_eq!(filed(&ledger, "fourth", &record(ID), &[]), frozen);
    let run = ledger.run(&["diff", "main", "fourth", "--format", "json"]);
    assert_eq!(run.code, 0, "diff is about changes: {}", run.out);
    // Another cause, or another application, is another pattern.
    let other = record(ID).replace("brittle-dependency", "timeout");
    assert_eq!(filed(&ledger, "cause", &other, &[]), [""; 0]);
    let other = record(ID).replace("application: billing", "application: orders");
    assert_eq!(filed(&ledger, "application", &other, &[]), [""; 0]);
    // A redesign lifts it only if it is a ticket and the fix has a due date that has not passed.
    let redesigned = |redesign: &str, due: &str| {
        let fix = format!("fix: {{target: automation, plan: Replace the job{due}}}");
        format!("{}references: {{redesign: {redesign}}}\n{fix}\n", record(ID))
    };
    for (n, (redesign, due, expected)) in [
        ("BILL-500", ", due: 2026-12-01", &[][..]),
        ("BILL-500", "", &frozen),
        ("BILL-500", ", due: 2026-11-19", &frozen),
        ("soon", ", due: 2026-12-01", &["error frozen-pattern", "warning bad-reference"]),
    ]
    .iter()
    .enumerate()
    {
        let mut found = filed(&ledger, &format!("redesign-{n}"), &redesigned(redesign, due), &[]);
        found.sort();
        assert_eq!(found, *expected, "{redesign} {due}");
    }
}

#[test]
fn a_freeze_ends_with_the_window_and_counts_landed_records_alone() {
    let ledger = Ledger::with(&OTHERS);
    let later = record(ID).replace("starts: 2026-11-20", "starts: 2027-06-01");
    let later = later.replace("expires: 2026-12-20", "expires: 2027-06-20");
    for (n, (on, is_frozen)) in [("2027-05-18", true), ("2027-05-20", false)].iter().enumerate() {
        let found = filed(&ledger, &format!("later-{n}"), &later, &["--on", on]);
        let frozen = found.contains(&"error frozen-pattern".to_owned());
        assert_eq!(frozen, *is_frozen, "{on}: {found:?}");
    }
    // Two landed ones and another on the branch are not three landed ones.
    let ledger = Ledger::with(&OTHERS[..2]);
    let work = ledger.repo.branch("two").by("ana");
    work.write(OTHERS[2], &record(OTHERS[2])).commit("File one");
    assert_eq!(filed(&ledger, "two", &record(ID), &[]), [""; 0]);
    // A landed record is not new.
    let ledger = Ledger::with(&[OTHERS[0], OTHERS[1], OTHERS[2], ID]);
    let reworded = record(ID).replace("Nightly invoices", "Invoices");
    assert_eq!(filed(&ledger, "reword", &reworded, &[]), [""; 0]);
}

#[test]
fn the_policy_says_what_freezes_and_a_branch_can_not_switch_it_off_for_itself() {
    let off = format!("{POLICY}patterns: {{freeze: false}}\n");
    let ledger = Ledger::of(&off, &OTHERS);
    assert_eq!(filed(&ledger, "fourth", &record(ID), &[]), [""; 0]);
    let by_team = format!("{POLICY}patterns: {{key: [control], threshold: 1}}\n");
    let ledger = Ledger::of(&by_team, &OTHERS[..1]);
    let loose = |control: &str| {
        let from = "{rule: Every job has its own database user}";
        record(ID).replace(from, &format!("{{controls: ['{control}']}}"))
    };
    // A missing control is a value like any other.
    assert_eq!(filed(&ledger, "rule", &record(ID), &[]), ["error frozen-pattern"]);
    assert_eq!(filed(&ledger, "control", &loose("nist-csf:ID.RA-07"), &[]), [""; 0]);
    let ledger = Ledger::with(&OTHERS);
    let work = ledger.repo.branch("loosen").by("ana");
    work.write("exledger.yaml", &off).commit("Switch it off");
    let found = filed(&ledger, "loosen", &record(ID), &[]);
    assert_eq!(found, ["error policy-loosened", "warning policy-changed"]);
}

const CLOSURE: &str = "closure: {outcome: remediated, date: 2026-12-01, by: lee@example.com, reason: Job retired, \
    evidence: [{kind: log, url: https://ci.example.com/7}]}\n";

/// A ledger with a closed record, and the text that refiles it.
fn refiled() -> (Ledger, String) {
    refiled_under(POLICY)
}

fn refiled_under(policy: &str) -> (Ledger, String) {
    let ledger = Ledger::of(policy, &OTHERS[..1]);
    let closed = record(OTHERS[0]) + CLOSURE;
    ledger.repo.clock("2026-12-01T09:00:00Z");
    let work = ledger.repo.branch("close").by("ana");
    work.write(OTHERS[0], &closed).commit("Close");
    ledger.repo.by("lee").merge("close", "Merge pull request #2 from ana/close");
    ledger.repo.checkout();
    let again = record(ID).replace("starts: 2026-11-20", "starts: 2026-12-05");
    (ledger, again.replace("expires: 2026-12-20", "expires: 2027-01-05"))
}

#[test]
fn the_same_thing_filed_again_after_its_closure_is_a_recurrence() {
    let (ledger, again) = refiled();
    assert_eq!(filed(&ledger, "again", &again, &[]), ["warning recurrence"]);
    ledger.repo.scribble(ID, &again);
    let (exit, answer) = lint(&ledger, &[]);
    assert_eq!((exit, found(&answer)), (0, vec!["warning recurrence".to_owned()]));
    let findings = answer["findings"].as_array().unwrap();
    let finding = findings.iter().find(|it| it["rule"] == "recurrence").unwrap();
    assert_eq!((&finding["field"], &finding["line"]), (&"subject".into(), &5.into()));
    assert!(finding["message"].as_str().unwrap().contains(OTHERS[0]), "{finding:#}");
    // Also if only its file is linted.
    let path = format!("exceptions/{ID}.yaml");
    assert_eq!(found(&lint(&ledger, &[&path]).1), ["warning recurrence"]);
    let (_, answer) = lint(&ledger, &[&format!("exceptions/{}.yaml", OTHERS[0])]);
    assert_eq!(found(&answer), [""; 0]);
    for (from, to) in [
        ("starts: 2026-12-05\nexpires: 2027-01-05", "starts: 2027-03-02\nexpires: 2027-03-20"),
        ("application: billing", "application: orders"),
        ("Every job has its own database user", "Every job logs"),
    ] {
        ledger.repo.scribble(ID, &again.replace(from, to));
        assert_eq!(found(&lint(&ledger, &[]).1), [""; 0], "{to}");
    }
    for (from, to) in [
        ("starts: 2026-12-05\nexpires: 2027-01-05", "starts: 2027-03-01\nexpires: 2027-03-20"),
        ("application: billing", "application: invoices, aliases: [billing]"),
        ("Every job has its own database user", "every job has  its own database user"),
        ("application: billing", "application: BILLING"),
        ("application: billing", "application: '\u{ff42}illing '"),
        ("application: billing", "application: invoices, aliases: [\"\\x42illing\"]"),
    ] {
        ledger.repo.scribble(ID, &again.replace(from, to));
        assert_eq!(found(&lint(&ledger, &[]).1), ["warning recurrence"], "{to}");
        assert_eq!(found(&lint(&ledger, &[&path]).1), ["warning recurrence"], "{to}");
    }
}

const GROUPS: &str = "groups: {security: [dana@example.com], platform: [lee@example.com]}\n";

#[test]
fn what_was_filed_again_counts_as_a_renewal_and_its_days_toward_the_total() {
    let (ledger, again) = refiled();
    let policy = |n: usize, tier: &str| {
        let name = format!("policy-{n}");
        let work = ledger.repo.branch(&name).by("kim");
        let text = format!("version: 1\n{GROUPS}tiers: [{{name: standard, {tier}}}]\n");
        work.write("exledger.yaml", &text).commit("Change the policy");
        ledger
            .repo
            .by("dana")
            .merge(&name, "Merge the policy\n\nReviewed-by: Lee <lee@example.com>");
    };
    for (n, (tier, expected)) in [
        ("max_renewals: 1", &["warning recurrence"][..]),
        ("max_renewals: 0", &["error renewal-limit", "warning recurrence"]),
        // 12 days from 20 November to the closure on 1 December, and 31 from 5 December on.
        ("max_total: 43d", &["warning recurrence"]),
        ("max_total: 42d", &["error total-limit", "warning recurrence"]),
    ]
    .iter()
    .enumerate()
    {
        policy(n, tier);
        let mut found = filed(&ledger, &format!("again-{n}"), &again, &[]);
        found.sort();
        assert_eq!(found, *expected, "{tier}");
    }
}

#[test]
fn a_renewal_too_many_needs_a_redesign() {
    let ledger = Ledger::with(&[ID]);
    let mut text = record(ID);
    let ends = ["2026-12-20", "2027-01-10", "2027-02-10", "2027-03-10"];
    let mut entries = Vec::new();
    for (n, pair) in ends.windows(2).enumerate() {
        let [from, until] = pair else { unreachable!() };
        entries.push(format!("{{date: 2026-12-01, from: {from}, until: {until}, reason: Late}}"));
        text = record(ID).replace("expires: 2026-12-20", &format!("expires: {until}"));
        text += &format!("renewals: [{}]\n", entries.join(", "));
        let branch = format!("renew-{n}");
        let work = ledger.repo.branch(&branch).by("ana");
        work.write(ID, &text).commit("Renew");
        let found = found(&ledger.diff(&branch).1);
        let expected: &[&str] = if n < 2 { &[] } else { &["error renewal-limit"] };
        assert_eq!(found, expected, "{text}");
        if n < 2 {
            ledger.repo.by("lee").merge(&branch, "Merge pull request #3 from ana/renew");
        }
    }
    text += "references: {redesign: BILL-500}\nfix: {target: automation, plan: Replace it, due: 2027-03-01}\n";
    let work = ledger.repo.branch("redesigned").by("ana");
    work.write(ID, &text).commit("Renew with a redesign");
    assert_eq!(found(&ledger.diff("redesigned").1), [""; 0]);
}

#[test]
fn a_renewal_that_a_squash_landed_counts_once_on_its_branch() {
    let ledger = Ledger::with(&[ID]);
    let first = "{date: 2026-12-01, from: 2026-12-20, until: 2027-01-10, reason: Late}";
    let second = "{date: 2026-12-01, from: 2027-01-10, until: 2027-02-10, reason: Late}";
    let renewed = |until: &str, entries: &[&str]| {
        let text = record(ID).replace("expires: 2026-12-20", &format!("expires: {until}"));
        text + &format!("renewals: [{}]\n", entries.join(", "))
    };
    let branch = ledger.repo.branch("renew");
    branch.by("ana").write(ID, &renewed("2027-01-10", &[first])).commit("Renew");
    ledger.repo.by("ana").through("lee").squash("renew", "Renew (#3)");
    let work = branch.by("ana").write(ID, &renewed("2027-02-10", &[first, second]));
    work.commit("Renew once more");
    assert_eq!(found(&ledger.diff("renew").1), [""; 0]);
    let shown = ledger.run(&["diff", "main", "renew"]).out;
    assert!(shown.contains("(2nd of 2)"), "{shown}");
}

#[test]
fn new_refuses_what_is_frozen_unless_a_draft_or_a_redesign_comes_with_it() {
    let ledger = Ledger::with(&OTHERS);
    let filed = |more: &[&str]| {
        let answers = [
            "new",
            "--no-input",
            "--on",
            "2026-11-21",
            "--format",
            "json",
            "--title",
            "The fourth job reads it too",
            "--rule",
            "Every job has its own database user",
            "--application",
            "billing",
            "--risk-level",
            "moderate",
            "--justification",
            "The job is replaced in December (BILL-412); splitting the user would stop it.",
            "--compensating-control",
            "Alert on use outside 01:00-03:00 UTC",
            "--root-cause",
            "brittle-dependency",
            "--owner-name",
            "Ana Ruiz",
            "--owner-email",
            "ana@example.com",
        ];
        ledger.run(&[&answers, more].concat())
    };
    let refused = filed(&[]);
    assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{}", refused.err);
    assert!(refused.err.contains("frozen-pattern"), "{}", refused.err);
    assert!(
        refused
            .err
            .contains("3 occurrences with root cause brittle-dependency, application billing")
    );
    let draft = filed(&["--draft"]);
    assert_eq!(draft.code, 0, "{}", draft.err);
    let answer: Value = serde_json::from_str(&draft.out).unwrap();
    assert_eq!(
        (&answer["draft"], found(&answer)),
        (&true.into(), vec!["error frozen-pattern".to_owned()])
    );
    let redesign = [
        "--redesign",
        "BILL-500",
        "--fix-target",
        "automation",
        "--fix-plan",
        "Replace it",
        "--fix-due",
        "2026-12-01",
    ];
    let allowed = filed(&redesign);
    assert_eq!(allowed.code, 0, "{}", allowed.err);
}

#[test]
fn entries_of_one_change_are_one_decision_about_the_whole_term() {
    let until = |end: &str, entries: &str| {
        let text = record(ID).replace("expires: 2026-12-20", &format!("expires: {end}"));
        format!("{text}{entries}")
    };
    let one = "renewals: [{date: 2026-11-20, from: 2027-03-31, until: 2027-04-01, reason: Late}]\n";
    let two = "renewals: [{date: 2026-11-20, from: 2026-12-20, until: 2027-02-20, reason: Late}, \
               {date: 2026-11-20, from: 2027-02-20, until: 2027-04-01, reason: Late again}]\n";
    // A record that never landed was not renewed.
    let ledger = Ledger::with(&[]);
    let too_long = ["error term-too-long"];
    assert_eq!(filed(&ledger, "long", &until("2027-04-01", ""), &[]), too_long);
    assert_eq!(filed(&ledger, "invented", &until("2027-04-01", one), &[]), too_long);
    ledger.repo.by("lee").merge("invented", "Merge pull request #3 from ana/invented");
    let audit: Value =
        serde_json::from_str(&ledger.run(&["verify", "--format", "json"]).out).unwrap();
    assert!(found(&audit).contains(&too_long[0].to_owned()), "{audit:#}");
    // Nor does a second entry beside the first begin another term.
    let ledger = Ledger::with(&[ID]);
    assert_eq!(filed(&ledger, "twice", &until("2027-04-01", two), &[]), too_long);
    // Nor does what landed and nobody approved.
    let first = two.replace(
        ", {date: 2026-11-20, from: 2027-02-20, until: 2027-04-01, reason: Late again}",
        "",
    );
    let pushed = Ledger::with(&[ID]);
    pushed.repo.by("ana").write(ID, &until("2027-02-20", &first)).commit("Renew");
    let found = filed(&pushed, "again", &until("2027-04-01", two), &[]);
    assert!(found.contains(&too_long[0].to_owned()), "{found:?}");
    let short = two.replace("2027-04-01", "2027-03-01");
    assert_eq!(filed(&ledger, "short", &until("2027-03-01", &short), &[]), [""; 0]);
}

#[test]
fn a_later_start_takes_no_days_from_the_total() {
    let policy = "version: 1\ntiers: [{name: standard, max_term: 60d, max_renewals: 9, max_total: 70d, approvals: {count: 1}}]\n";
    for starts in ["starts: 2026-11-20\n", ""] {
        let ledger = Ledger::of(policy, &[]);
        let text = record(ID).replace("starts: 2026-11-20\n", starts);
        ledger.repo.branch("file").by("ana").write(ID, &text).commit("File it");
        ledger.repo.by("lee").merge("file", "Merge pull request #3 from ana/file");
        let entry =
            "renewals: [{date: 2026-12-18, from: 2026-12-20, until: 2027-02-10, reason: Late}]\n";
        let renewed = text.replace("expires: 2026-12-20", "expires: 2027-02-10") + entry;
        let later = renewed.replace("starts: 2026-11-20\n", "") + "starts: 2026-12-18\n";
        for (n, text) in [renewed, later].iter().enumerate() {
            let branch = format!("renew-{n}");
            assert_eq!(filed(&ledger, &branch, text, &[]), ["error total-limit"], "{starts}{n}");
        }
    }
}

#[test]
fn what_was_filed_again_beyond_a_limit_is_found_once_it_landed() {
    for (tier, expected) in [
        ("max_renewals: 1, max_total: 43d", &[][..]),
        ("max_renewals: 0", &["error renewal-limit"]),
        ("max_total: 42d", &["error total-limit"]),
    ] {
        let (ledger, again) = refiled_under(&format!(
            "version: 1\ntiers: [{{name: standard, max_term: 90d, {tier}, approvals: {{count: 1}}}}]\n"
        ));
        ledger.repo.branch("again").by("ana").write(ID, &again).commit("File it again");
        ledger.repo.by("lee").merge("again", "Merge pull request #3 from ana/again");
        let audit = ledger.run(&["verify", "--on", "2026-12-10", "--format", "json"]);
        let audit: Value = serde_json::from_str(&audit.out).unwrap();
        let limits = ["error renewal-limit", "error total-limit"];
        let mut found = found(&audit);
        found.retain(|it| limits.contains(&it.as_str()));
        assert_eq!(found, expected, "{tier}: {audit:#}");
        // Once it is over, there is nothing to end.
        let later = ledger.run(&["verify", "--on", "2027-02-10"]);
        assert!(!later.out.contains("-limit"), "{}", later.out);
    }
}
