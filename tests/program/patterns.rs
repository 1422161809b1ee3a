//! Repetition from a team's view: three records of one cause freeze their kind, the pull request of a fourth fails, a
//! linked redesign lets it pass; ten records of different kinds are no pattern.

mod attention;
mod expected;
mod occurrences;

use serde_json::{Value, json};

use crate::cli;
use crate::diff::{ID, Ledger, POLICY, found, record};

pub(crate) const THREE: [&str; 3] = ["EXC-2026-00001", "EXC-2026-00002", "EXC-2026-00003"];

/// The fourth record, with a redesign.
pub(crate) fn redesigned(due: &str) -> String {
    format!(
        "{}references: {{redesign: BILL-500}}\nfix: {{target: automation, plan: Replace the job, due: {due}}}\n",
        record(ID)
    )
}

fn patterns(ledger: &Ledger, args: &[&str]) -> (i32, Value) {
    let run = ledger.run(&[&["patterns", "--format", "json"], args].concat());
    let json = serde_json::from_str(&run.out);
    (run.code, json.unwrap_or_else(|_| panic!("{}{}", run.out, run.err)))
}

/// Lands records with these texts, by Ana and Lee, in a ledger of their own.
fn landed(policy: &str, texts: &[(String, String)]) -> Ledger {
    let ledger = Ledger::of(policy, &[]);
    for (id, text) in texts {
        let branch = format!("file-{id}");
        let work = ledger.repo.branch(&branch).by("ana");
        work.write(id, text).commit("File an exception");
        ledger.repo.by("lee").merge(&branch, &format!("Merge branch '{branch}'"));
    }
    ledger.repo.checkout();
    ledger
}

fn id(n: usize) -> String {
    format!("EXC-2026-0000{n:X}")
}

/// A record with an application and a cause.
fn of(n: usize, application: &str, cause: &str) -> (String, String) {
    let text = record(&id(n))
        .replace("application: billing", &format!("application: {application}"))
        .replace("brittle-dependency", cause);
    (id(n), text)
}

#[test]
fn three_of_one_cause_are_a_pattern_and_ten_of_different_ones_are_not() {
    let (code, answer) = patterns(&Ledger::with(&THREE), &["--on", "2026-11-22"]);
    assert_eq!(code, 0);
    let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
    let promised = "schema ledger groups expected unclassified applications controls causes repeated simulated";
    assert_eq!(keys, promised.split(' ').collect::<Vec<_>>());
    let advice = "change the automation: the same dependency or step keeps failing; until then a new record \
        links a redesign that is in time in `references.redesign`";
    assert_eq!(
        answer["groups"],
        json!([{
            "key": {"root_cause": "brittle-dependency", "application": "billing"},
            "count": 3,
            "ids": THREE,
            "occurrences": answer["groups"][0]["occurrences"],
            "systems": ["billing"],
            "first": "2026-11-20T11:00:00Z",
            "last": "2026-11-20T15:00:00Z",
            "frozen": true,
            "redesign": null,
            "advice": advice,
            "refused": [],
        }])
    );
    assert_eq!(answer["unclassified"], 0);
    // Two are not a pattern yet.
    let (code, answer) = patterns(&Ledger::with(&THREE[..2]), &[]);
    assert_eq!((code, &answer["groups"]), (0, &json!([])));
    // Ten that share an application or a cause, but never both.
    let causes = [
        "bad-source-data",
        "missing-approval-context",
        "handoff-failure",
        "unclear-ownership",
        "timeout",
        "policy-conflict",
        "brittle-dependency",
        "tool-access",
        "unclassified",
    ];
    let mut ten: Vec<(String, String)> =
        causes.iter().enumerate().map(|(n, cause)| of(n, "billing", cause)).collect();
    ten.push(of(10, "orders", "timeout"));
    let ledger = landed(POLICY, &ten);
    let (code, answer) = patterns(&ledger, &["--on", "2026-11-22"]);
    assert_eq!((code, &answer["groups"]), (0, &json!([])));
    // One is unclassified, which is always reported; nine overrides of one application are shown, but freeze nothing.
    assert_eq!(answer["unclassified"], 1);
    let application = &answer["applications"][0];
    assert_eq!(application["key"], json!({"application": "billing"}));
    assert_eq!((&application["count"], &application["frozen"]), (&json!(9), &json!(false)));
    assert_eq!(answer["causes"][0]["key"], json!({"root_cause": "timeout"}));
    assert_eq!(answer["causes"].as_array().unwrap().len(), 9);
    let table = ledger.run(&["patterns", "--on", "2026-11-22"]).out;
    assert!(table.contains("1 record unclassified"), "{table}");
}

/// On the day on which the closure lands, so that the text at the tip says all that is compared elsewhere.
#[test]
fn a_closure_hides_no_record_that_landed_after_the_freeze_and_that_nobody_approved() {
    let ledger = Ledger::with(&THREE);
    let repo = &ledger.repo;
    let refused = || {
        let (code, answer) = patterns(&ledger, &["--on", "2026-11-22"]);
        (code, answer["groups"][0]["refused"].clone())
    };
    repo.by("ana").write(ID, &record(ID)).commit("File a fourth");
    assert_eq!(refused(), (1, json!([ID])));
    let closure = format!(
        "closure: {{date: {}, by: ana@example.com, outcome: remediated, reason: Not needed}}\n",
        repo.now().day()
    );
    repo.by("ana").write(ID, &(record(ID) + &closure)).commit("Close it");
    assert_eq!(refused(), (1, json!([ID])));
}

#[test]
fn the_fourth_fails_in_its_pull_request_until_it_links_a_redesign() {
    let ledger = Ledger::with(&THREE);
    let work = ledger.repo.branch("fourth").by("ana");
    work.write(ID, &record(ID)).commit("File the fourth");
    let judged = |text: Option<&str>| {
        if let Some(text) = text {
            let work = ledger.repo.branch("fourth").by("ana");
            work.write(ID, text).commit("Link the redesign");
        }
        ledger.switch("fourth");
        let lint = ledger.run(&["lint", "--base", "main", "--format", "json"]);
        ledger.switch("main");
        let (code, answer) = patterns(&ledger, &["--on", "2026-11-22"]);
        let lint_found = found(&serde_json::from_str(&lint.out).unwrap());
        (lint.code, lint_found, code, answer["groups"][0]["refused"].clone())
    };
    let frozen = vec!["error frozen-pattern".to_owned()];
    assert_eq!(judged(None), (1, frozen.clone(), 1, json!([ID])));
    let table = ledger.run(&["patterns", "--on", "2026-11-22", "-q"]);
    assert_eq!(table.code, 1);
    assert!(
        table.out.contains(&format!("{ID} on branch fourth, without a redesign")),
        "{}",
        table.out
    );
    assert_eq!(judged(Some(&redesigned("2026-12-18"))), (0, Vec::new(), 0, json!([])));
    // A due date of the fix in the past lifts nothing.
    assert_eq!(judged(Some(&redesigned("2026-11-19"))), (1, frozen, 1, json!([ID])));
}

#[test]
fn a_fourth_that_landed_all_the_same_stays_bad_news_until_it_is_closed() {
    let ledger = Ledger::with(&[THREE[0], THREE[1], THREE[2], ID]);
    let (code, answer) = patterns(&ledger, &["--on", "2026-11-22"]);
    let group = &answer["groups"][0];
    assert_eq!((code, &group["count"], &group["refused"]), (1, &json!(4), &json!([ID])));
    let work = ledger.repo.branch("close").by("ana");
    work.edit(
        ID,
        "closure: {outcome: withdrawn, date: 2026-11-21, by: ana@example.com, reason: Filed by mistake}",
    )
    .commit("Close");
    ledger.repo.by("lee").merge("close", "Merge branch 'close'");
    ledger.repo.checkout();
    let (code, answer) = patterns(&ledger, &["--on", "2026-11-22"]);
    let group = &answer["groups"][0];
    // It landed, so it still counts.
    assert_eq!((code, &group["count"], &group["refused"]), (0, &json!(4), &json!([])));
    // With the redesign it was never refused.
    let four = landed(
        POLICY,
        &[
            of(1, "billing", "timeout"),
            of(2, "billing", "timeout"),
            of(3, "billing", "timeout"),
            (ID.to_owned(), redesigned("2026-12-18").replace("brittle-dependency", "timeout")),
        ],
    );
    let (code, answer) = patterns(&four, &["--on", "2026-11-22"]);
    assert_eq!((code, &answer["groups"][0]["refused"]), (0, &json!([])));
}

#[test]
fn one_system_in_three_spellings_is_one_as_it_landed_first() {
    let control = "deviates_from: {controls: [owasp-nhi:NHI7:2025], baseline: credential-rotation}";
    let with_control = |(id, text): (String, String)| {
        (id, text.replace("deviates_from: {rule: Every job has its own database user}", control))
    };
    let spelled = ["Invoicing", "invoicing", "' INVOICING'"].iter().enumerate();
    // The ids are in another order than the landings.
    let three: Vec<(String, String)> =
        spelled.map(|(n, name)| with_control(of(9 - n, name, "timeout"))).collect();
    assert!(three.iter().all(|(_, text)| text.contains("NHI7")), "{three:?}");
    let ledger = landed(POLICY, &three);
    let (code, answer) = patterns(&ledger, &["--on", "2026-11-22"]);
    assert_eq!(code, 0);
    let systems = |list: &str| -> Vec<Value> {
        answer[list].as_array().unwrap().iter().map(|it| it["systems"].clone()).collect()
    };
    assert_eq!(systems("groups"), [json!(["Invoicing"])], "{answer:#}");
    assert_eq!(systems("applications"), [json!(["Invoicing"])], "{answer:#}");
    assert_eq!(systems("controls"), Vec::<Value>::new(), "{answer:#}");
    let table = ledger.run(&["patterns", "--on", "2026-11-22"]).out;
    assert!(!table.contains("across systems"), "{table}");
}

#[test]
fn one_control_that_fails_across_systems_is_shown_with_what_to_change() {
    let with_control = |n: usize, application: &str, cause: &str, control: &str| {
        let (id, text) = of(n, application, cause);
        let rule = "{rule: Every job has its own database user}";
        (id, text.replace(rule, &format!("{{controls: ['{control}']}}")))
    };
    let three = |causes: [&str; 3]| {
        [
            with_control(1, "billing", causes[0], "owasp-nhi:NHI7:2025"),
            with_control(2, "orders", causes[1], "owasp-nhi:NHI-07"),
            with_control(3, "search", causes[2], "owasp-nhi:NHI7:2025"),
        ]
    };
    // Many different causes are volume, not repetition.
    let many = three(["timeout", "tool-access", "policy-conflict"]);
    let (_, answer) = patterns(&landed(POLICY, &many), &["--on", "2026-11-22"]);
    assert_eq!(answer["groups"], json!([]));
    let three = three(["tool-access"; 3]);
    let (code, answer) = patterns(&landed(POLICY, &three), &["--on", "2026-11-22"]);
    assert_eq!(code, 0);
    let group = &answer["groups"][0];
    assert_eq!(
        group["key"],
        json!({"control": "owasp-nhi:NHI7:2025", "root_cause": "tool-access"})
    );
    assert_eq!(group["systems"], json!(["billing", "orders", "search"]));
    assert_eq!(group["ids"], json!([id(1), id(2), id(3)]));
    assert_eq!(group["frozen"], false);
    assert_eq!(
        group["advice"],
        "change the policy or the automation: owasp-nhi:NHI7:2025 is waived in 3 systems, so it does not work as it is"
    );
}

#[test]
fn the_policy_says_what_is_one_kind_how_many_and_for_how_long() {
    for (patterns_of, on, expected) in [
        ("{threshold: 4}", "2026-11-22", json!([])),
        ("{window: 1d}", "2026-11-21T09:00:00Z", json!([[3, true]])),
        ("{window: 1d}", "2026-11-22", json!([])),
        ("{freeze: false}", "2026-11-22", json!([[3, false]])),
        ("{key: [team]}", "2026-11-22", json!([[3, true]])),
        ("{key: [owner, application], threshold: 1}", "2026-11-22", json!([[3, true]])),
    ] {
        let policy = format!("{POLICY}patterns: {patterns_of}\n");
        let (_, answer) = patterns(&Ledger::of(&policy, &THREE), &["--on", on]);
        let groups = answer["groups"].as_array().unwrap().iter();
        let groups: Value = groups.map(|it| json!([it["count"], it["frozen"]])).collect();
        assert_eq!(groups, expected, "{patterns_of} on {on}");
    }
}

#[test]
fn what_was_rejected_does_not_count_and_a_shallow_clone_can_not_say() {
    let ledger = Ledger::with(&THREE);
    let work = ledger.repo.branch("reject").by("lee");
    work.edit(
        THREE[0],
        "closure: {outcome: rejected, date: 2026-11-21, by: lee@example.com, reason: Not needed}",
    )
    .commit("Reject");
    ledger.repo.by("dana").merge("reject", "Merge branch 'reject'");
    ledger.repo.checkout();
    let (code, answer) = patterns(&ledger, &["--on", "2026-11-22"]);
    assert_eq!((code, &answer["groups"]), (0, &json!([])));
    let shallow = ledger.repo.clone_with(&["--depth=1"]);
    assert_eq!(cli::run(shallow.path(), &["patterns"]).code, 3);
}
