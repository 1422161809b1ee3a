//! Allow, deny, pending, unknown: depending on the record, the question, and what is in force.

use crate::support::approval::{file_as, ledger};
use crate::support::gate::{ask, question, with};
use crate::support::samples::{ID, SAMPLE};

const AT: &str = "2026-11-25T00:00:00Z";

/// A question to the record below, the verdict, and a part of the reason.
type Case = (&'static [(&'static str, &'static str)], &'static str, &'static str);

const SUBJECT: &str = "subject: {identity: svc:billing-batch, identity_type: service-account, credential: vault:prod/db, task: nightly run, application: billing, environment: production, aliases: [svc:old-batch, bill]}";
const SCOPE: &str = "scope: {resources: [db:invoices, 'vault:prod/*'], actions: [read], not_waived: [vault:prod/root, Logging still applies]}";

/// The further statements of each question: the limits of the record, unless the case states others.
const LIMITS: &[(&str, &str)] = &[
    ("identity", "svc:billing-batch"),
    ("resource", "db:invoices"),
    ("action", "read"),
    ("environment", "production"),
];

const CASES: &[Case] = &[
    (&[("identity", "svc:billing-batch")], "allow", "through 2026-12-20"),
    (&[("identity", "svc:old-batch")], "allow", ID),
    (&[("application", "bill")], "allow", ID),
    (&[("identity", "svc:billing")], "deny", "no exception covers it"),
    (&[("identity", "svc:*")], "deny", "no exception covers it"),
    (&[("asset", "host:1")], "deny", "states no asset"),
    (
        &[("application", "billing"), ("identity", "svc:other")],
        "deny",
        "its identity is svc:billing-batch",
    ),
    (&[("credential", "vault:prod/db"), ("application", "billing")], "allow", ID),
    (&[("application", "billing"), ("action", "read")], "allow", ID),
    (&[("application", "billing"), ("action", "write")], "deny", "limited to actions read"),
    (&[("application", "billing"), ("resource", "db:invoices"), ("action", "read")], "allow", ID),
    (
        &[("application", "billing"), ("resource", "db:orders")],
        "deny",
        "limited to resources db:invoices",
    ),
    (&[("application", "billing"), ("resource", "vault:prod/db")], "allow", ID),
    (
        &[("application", "billing"), ("resource", "vault:prod/db/key")],
        "deny",
        "limited to resources",
    ),
    (
        &[("application", "billing"), ("resource", "vault:prod/root")],
        "deny",
        "vault:prod/root is not waived",
    ),
    (&[("application", "billing"), ("environment", "production")], "allow", ID),
    (
        &[("application", "billing"), ("environment", "test")],
        "deny",
        "its environment is production",
    ),
    (&[("application", "billing"), ("control", "owasp-nhi:NHI7:2025")], "allow", ID),
    (&[("application", "billing"), ("control", "OWASP-NHI:nhi7:2025")], "allow", ID),
    (
        &[("application", "billing"), ("control", "nist-csf:ID.RA-07")],
        "deny",
        "does not deviate from nist-csf:ID.RA-07",
    ),
    (&[("application", "billing"), ("path", "a.rs")], "deny", "has no findings"),
];

#[test]
fn what_is_asked_must_be_stated_and_match() {
    let repo = with(|text| {
        let text = text
            .replace("subject: {application: billing}", SUBJECT)
            .replace("deviates_from: {", "deviates_from: {controls: ['owasp-nhi:NHI7:2025'], ");
        format!("{text}{SCOPE}\n")
    });
    for (asked, verdict, reason) in CASES {
        let mut whole = asked.to_vec();
        for limit in LIMITS {
            if asked.iter().all(|(key, _)| *key != limit.0) {
                whole.push(*limit);
            }
        }
        let answer = ask(&repo, &question(&whole), AT);
        assert_eq!(answer.verdict.as_str(), *verdict, "{asked:?}: {}", answer.reason);
        assert!(answer.reason.contains(reason), "{asked:?}: {}", answer.reason);
        let states = answer.scope.actions.is_some();
        assert_eq!(states, *verdict == "allow", "{asked:?}: the limits are those of what allows");
    }
}

#[test]
fn a_list_that_is_absent_is_denied_and_an_empty_one_grants_nothing() {
    let asked = question(&[("application", "billing"), ("resource", "db:invoices")]);
    for (scope, reason) in [
        ("", "its scope has no resources"),
        ("scope: {actions: [read]}\n", "its scope has no resources"),
        ("scope: {resources: []}\n", "its scope grants no resources"),
    ] {
        let answer = ask(&with(|text| format!("{text}{scope}")), &asked, AT);
        assert_eq!(answer.verdict.as_str(), "deny");
        assert!(answer.reason.contains(reason), "{}", answer.reason);
    }
    let every = with(|text| format!("{text}scope: {{resources: [Any]}}\n"));
    assert_eq!(ask(&every, &asked, AT).verdict.as_str(), "allow");
}

#[test]
fn a_denial_by_time_names_the_record_and_the_instant() {
    let asked = question(&[("application", "billing")]);
    let repo = with(|text| format!("{text}starts: 2026-11-24\n"));
    for (at, verdict, instant) in [
        ("2026-11-23T23:59:59Z", "deny", "2026-11-24T00:00:00Z"),
        ("2026-11-24T00:00:00Z", "allow", "2026-12-21T00:00:00Z"),
        ("2026-12-20T23:59:59Z", "allow", "2026-12-21T00:00:00Z"),
        ("2026-12-21T00:00:00Z", "deny", "2026-12-21T00:00:00Z"),
    ] {
        let answer = ask(&repo, &asked, at);
        assert_eq!(answer.verdict.as_str(), verdict, "{at}: {}", answer.reason);
        let decides = answer.decided_at.or(answer.not_after).unwrap();
        assert_eq!(decides.to_string(), instant, "{at}: {}", answer.reason);
        assert_eq!(answer.record.as_deref(), Some(ID), "{at}");
        assert_eq!(answer.digest, answer.approved_digest, "{at}");
        assert_eq!(answer.digest.unwrap().len(), 64, "{at}");
    }
}

#[test]
fn what_waits_for_approval_is_pending() {
    let asked = question(&[("application", "billing")]);
    let repo = ledger("");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    let answer = ask(&repo, &asked, AT);
    assert_eq!(answer.verdict.as_str(), "pending", "{}", answer.reason);
    assert_eq!(answer.approved_digest, None);
    // So is a change, since the approval, of a field that must be equal.
    let repo = with(str::to_owned);
    repo.by("ana").replace(ID, "class: standard", "class: regulated").commit("Change it");
    let answer = ask(&repo, &asked, AT);
    assert_eq!(answer.verdict.as_str(), "pending", "{}", answer.reason);
    assert!(answer.reason.contains("class"), "{}", answer.reason);
    assert_ne!(answer.digest, answer.approved_digest);
}

#[test]
fn a_record_that_answers_stays_beside_a_broken_neighbour() {
    let asked = question(&[("application", "billing")]);
    let repo = with(str::to_owned);
    repo.by("ana").write("EXC-2026-0THER", "id: [\n").commit("Break another");
    let answer = ask(&repo, &asked, AT);
    assert_eq!(answer.verdict.as_str(), "allow");
    assert_eq!(answer.considered.len(), 1);
    let ended = ask(&repo, &asked, "2027-01-01T00:00:00Z");
    assert_eq!(ended.verdict.as_str(), "deny");
    let seen: Vec<(&str, &str)> =
        ended.considered.iter().map(|it| (it.id.as_str(), it.status)).collect();
    assert!(seen.contains(&(ID, "expired")), "{seen:?}");
    assert!(
        seen.iter().any(|(id, status)| id.contains("0THER") && *status == "invalid"),
        "{seen:?}"
    );
}

#[test]
fn the_one_that_lasts_longest_answers() {
    for (end, named, other) in [
        ("2027-01-20", "EXC-2026-0THER", "it also allows it; another record lasts longer"),
        ("2026-12-20", ID, "it also allows it, and lasts as long"),
    ] {
        let repo = with(str::to_owned);
        let longer = SAMPLE.replace(ID, "EXC-2026-0THER").replace("2026-12-20", end);
        repo.branch("longer").by("ana").write("EXC-2026-0THER", &longer).commit("File it too");
        repo.by("lee").merge("longer", "Merge branch 'longer'");
        let answer = ask(&repo, &question(&[("application", "billing")]), AT);
        assert_eq!(answer.record.as_deref(), Some(named));
        assert_eq!(answer.considered.len(), 2);
        let others = answer.considered.iter().filter_map(|it| it.why_not.as_deref());
        assert_eq!(others.collect::<Vec<_>>(), [other]);
    }
}

#[test]
fn only_a_record_that_matches_makes_the_answer_unknown() {
    let repo = with(str::to_owned);
    repo.by("ana").write("README.md", "x").commit("Go on");
    let clone = repo.clone_with(&["--depth=1"]);
    let history = crate::support::history::history_of(clone.path(), repo.now());
    let approvals = exledger::approval::judge(&history);
    let governance = &history.states.at(0).governance;
    let record_states: Vec<exledger::status::state::RecordState> = history
        .trails
        .keys()
        .map(|key| {
            let subject = exledger::status::state::RecordFacts {
                key,
                history: &history,
                verdicts: &approvals.trails[key],
                governance,
            };
            exledger::status::evaluate(subject, crate::support::status::instant(AT))
        })
        .collect();
    for (asked, verdict) in [("billing", "unknown"), ("orders", "deny")] {
        let answer = exledger::gate::verdict::ask(
            &question(&[("application", asked)]),
            &record_states,
            &exledger::gate::answer::ReceiptCounts::NotGiven,
            governance,
        );
        assert_eq!(answer.verdict.as_str(), verdict, "{}", answer.reason);
    }
}

#[test]
fn a_degraded_record_allows_where_its_tier_says_so() {
    let asked = question(&[("application", "billing")]);
    for (degraded, verdict) in [("grant", "allow"), ("deny", "deny")] {
        let repo = ledger(&format!(
            "tiers: [{{name: standard, review_every: 2d, degraded: {degraded}}}]\n"
        ));
        file_as(&repo, SAMPLE);
        repo.by("lee").merge("file", "Merge branch 'file'");
        let answer = ask(&repo, &asked, AT);
        assert_eq!(answer.verdict.as_str(), verdict, "{}", answer.reason);
        if verdict == "deny" {
            let decides = answer.decided_at.unwrap().to_string();
            assert_eq!(decides, "2026-11-23T00:00:00Z", "{}", answer.reason);
        }
    }
}

const FIX: &str = "fix: {target: automation, plan: Replace the job with the event consumer}\n";
const ROLLBACK: &str =
    "rollback: {plan: Pause the job, criteria: Any use from an unknown address}\n";

#[test]
fn a_deployment_needs_a_way_back_and_approval() {
    let asked = question(&[("application", "billing"), ("deploy", "true")]);
    let cases = [
        ("nothing automated", String::new(), "allow"),
        ("automation without rollback", FIX.to_owned(), "deny"),
        ("automation with rollback", format!("{FIX}{ROLLBACK}"), "allow"),
    ];
    for (what, more, verdict) in cases {
        let repo = with(|text| format!("{text}{more}"));
        let answer = ask(&repo, &asked, AT);
        assert_eq!(answer.verdict.as_str(), verdict, "{what}: {}", answer.reason);
    }
    let repo = ledger("");
    repo.by("ana").write(ID, &format!("{SAMPLE}{FIX}{ROLLBACK}")).commit("File it");
    let answer = ask(&repo, &asked, AT);
    assert_eq!(answer.verdict.as_str(), "deny", "{}", answer.reason);
    assert!(answer.reason.contains("is not approved"), "{}", answer.reason);
    // A closed record places no condition on deployments; a broken one is judged by its last readable version.
    let repo = with(|text| format!("{text}{FIX}"));
    let closure = "closure: {outcome: remediated, date: 2026-11-21, by: ana@example.com, reason: Job retired}";
    repo.by("ana").edit(ID, closure).commit("Close it");
    assert_eq!(ask(&repo, &asked, AT).verdict.as_str(), "allow");
    let repo = with(|text| format!("{text}{FIX}{ROLLBACK}"));
    repo.by("ana").write(ID, "id: [\n").commit("Break it");
    assert_eq!(ask(&repo, &asked, AT).verdict.as_str(), "deny");
}
