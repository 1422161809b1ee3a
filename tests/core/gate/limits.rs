//! Denials because of limits, changed references, and values that are no text.

use exledger::gate::answer::{Asker, ReceiptCounts};
use exledger::gate::verdict;
use exledger::survey::event::{CloudEvent, TriageInput};

use crate::support::gate::{Ledger, policy, question, record_states, with};
use crate::support::samples::ID;
use crate::support::status::instant;

const AT: &str = "2026-11-25T00:00:00Z";

/// Lines of a record, the question, and the reason of the denial without the record's id.
type Denial = (&'static str, &'static [(&'static str, &'static str)], &'static str);

const DENIALS: &[Denial] = &[
    (
        "scope: {resources: [db:invoices]}",
        &[("application", "billing")],
        "limited to resources db:invoices: ask with --resource",
    ),
    (
        "scope: {resources: [db:a, db:b, db:c], actions: [read]}",
        &[("application", "billing")],
        "limited to resources db:a, db:b, db:c: ask with --resource; limited to actions read: ask with --action",
    ),
    (
        "scope: {resources: [db:a, db:b, db:c, db:d, db:e]}",
        &[("application", "billing")],
        "limited to resources db:a, db:b, db:c and 2 more: ask with --resource",
    ),
    (
        "scope: {resources: [db:a, db:b, db:c, db:d, db:e]}",
        &[("application", "billing"), ("resource", "db:x")],
        "limited to resources db:a, db:b, db:c and 2 more",
    ),
    ("scope: {resources: []}", &[("application", "billing")], "its scope grants no resources"),
    (
        "references: {change: CHG-1234, incident: INC-7}",
        &[("application", "billing"), ("reference", "CHG-9")],
        "its change is CHG-1234",
    ),
    (
        "references: {incident: INC-7}",
        &[("application", "billing"), ("reference", "CHG-9")],
        "its incident is INC-7",
    ),
    (
        "references: {risk: R-1}",
        &[("application", "billing"), ("reference", "R-1")],
        "does not name a change, incident, ticket or onboarding record",
    ),
    ("", &[("application", "billing"), ("rule", "Another rule")], "its rule is "),
];

#[test]
fn a_denial_names_every_limit_and_the_way_to_state_it() {
    for (more, asked, why) in DENIALS {
        let ledger = Ledger::of(|text| format!("{text}{more}\n"));
        let (allowed, reason) = ledger.asked(&question(asked));
        assert!(!allowed, "{more}: {asked:?}");
        // A system's grant gets the same answer, in its own words.
        let mut grant = question(asked);
        grant.scanner_details.asker = Asker::Grant;
        assert_eq!(ledger.asked(&grant), (false, reason.replace("ask with --", "state ")));
        let reason = reason.strip_prefix(&format!("{ID}: ")).unwrap_or(&reason).to_owned();
        match why.ends_with(' ') {
            true => assert!(reason.starts_with(why), "{more}: {reason}"),
            false => assert_eq!(reason, *why, "{more}"),
        }
    }
}

#[test]
fn each_kind_of_reference_is_a_subject_and_a_window_holds_with_its_change_alone() {
    let named = "references: {change: CHG-1, incident: INC-2, ticket: BILL-3, onboarding: 'https://example.com/o/4', pam: PAM-5}";
    let all = ["CHG-1", "INC-2", "BILL-3", "https://example.com/o/4"];
    let ledger = Ledger::of(|text| format!("{text}{named}\n"));
    for reference in all {
        assert!(ledger.asked(&question(&[("reference", reference)])).0, "{reference}");
    }
    for other in ["PAM-5", "chg-1", "CHG-*", "CHG-10"] {
        let (allowed, reason) = ledger.asked(&question(&[("reference", other)]));
        assert!(!allowed && reason == "no exception covers it", "{other}: {reason}");
    }
    let window = Ledger::of(|text| {
        let text = text.replace("deviates_from: {", "deviates_from: {baseline: change-window, ");
        format!("{text}{named}\n")
    });
    for reference in all {
        let (allowed, reason) =
            window.asked(&question(&[("application", "billing"), ("reference", reference)]));
        assert_eq!(allowed, reference == "CHG-1", "{reference}: {reason}");
        assert!(allowed || reason.ends_with("its change is CHG-1"), "{reference}: {reason}");
    }
    let (allowed, reason) = window.asked(&question(&[("application", "billing")]));
    assert!(
        !allowed && reason.ends_with("limited to change CHG-1: ask with --reference"),
        "{reason}"
    );
}

#[test]
fn a_reference_that_nobody_approved_names_nothing() {
    let window = |text: &str| {
        let text = text.replace("deviates_from: {", "deviates_from: {baseline: change-window, ");
        format!("{text}references: {{change: CHG-1}}\n")
    };
    // The change is replaced by a push, or the baseline is, so that no change need be stated.
    for (from, to) in [("CHG-1", "CHG-9"), ("change-window", "configuration")] {
        let repo = with(window);
        repo.by("mal").replace(ID, from, to).commit("Change it");
        let record_states = record_states(&repo, AT);
        let allows = |asked: &[(&str, &str)]| {
            let answer =
                verdict::ask(&question(asked), &record_states, &ReceiptCounts::NotGiven, &policy());
            (answer.verdict.as_str() == "allow", answer.reason)
        };
        let (allowed, why) = allows(&[("application", "billing")]);
        assert!(!allowed, "{to}: {why}");
        let (allowed, why) = allows(&[("application", "billing"), ("reference", "CHG-9")]);
        assert!(!allowed, "{to}: {why}");
        let (allowed, why) = allows(&[("reference", "CHG-1")]);
        assert_eq!(allowed, from != "CHG-1", "{to}: {why}");
    }
}

#[test]
fn an_event_that_states_something_else_than_text_is_not_covered() {
    let ledger = Ledger::of(str::to_owned);
    let state = |data: serde_json::Value| {
        let event = CloudEvent {
            at: instant(AT),
            source: "urn:agent:a".to_owned(),
            id: "1".to_owned(),
            fields: serde_json::json!({"type": "tool.call", "data": data}),
        };
        ledger.triaged(TriageInput::Event(event), None)
    };
    assert!(state(serde_json::json!({"application": "billing", "resource": null, "id": 7})).0);
    for value in [serde_json::json!(["db:a"]), serde_json::json!(7), serde_json::json!({})] {
        let (covered, why) =
            state(serde_json::json!({"application": "billing", "resource": value}));
        assert_eq!((covered, why.as_str()), (false, "its data.resource is not a text"));
    }
}

#[test]
fn a_record_that_is_over_says_so_before_what_the_question_lacks() {
    let repo = with(|text| format!("{text}scope: {{resources: [db:a]}}\n"));
    let answer = crate::support::gate::ask(
        &repo,
        &question(&[("application", "billing")]),
        "2027-01-01T00:00:00Z",
    );
    assert_eq!(answer.verdict.as_str(), "deny");
    let said = answer.reason.split("; ").collect::<Vec<_>>();
    assert!(said[0].contains("ended on 2026-12-20"), "{}", answer.reason);
    assert_eq!(said[1], "limited to resources db:a: ask with --resource");
}
