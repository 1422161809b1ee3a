//! What covers a grant: the comparison of `check`, part by part, with each missing limit named.

use crate::cli;
use crate::support::access::{BILLING, ask, file, grant, ledger, one, record};

#[test]
fn each_missing_limit_is_named() {
    let repo = ledger();
    let row = one(&repo, &grant(r#"{"resource":null,"action":null,"environment":null}"#));
    assert_eq!(row["state"], "wider");
    assert_eq!(
        row["message"],
        format!(
            "{BILLING}: limited to resources db:invoices, api:billing/**: state resource; \
             limited to actions read: state action; limited to environment production: state environment"
        )
    );
    let subject = "application: billing, credential: vault:prod/x";
    file(&repo, "EXC-2026-APP01", &record("EXC-2026-APP01", subject, "", "2026-12-20"));
    let row = one(&repo, r#"{"application":"billing","expires":"2026-12-10"}"#);
    assert_eq!(row["state"], "wider");
    assert!(
        row["message"]
            .as_str()
            .unwrap()
            .ends_with("limited to credential vault:prod/x: state credential")
    );
    assert_eq!(
        one(
            &repo,
            r#"{"application":"billing","credential":"vault:prod/x","expires":"2026-12-10"}"#
        )["state"],
        "covered"
    );
}

#[test]
fn a_change_window_covers_a_grant_only_with_its_change() {
    let repo = ledger();
    let text = record(
        "EXC-2026-CHG01",
        "identity: svc:deploy",
        "references: {change: CHG-1234}\n",
        "2026-12-20",
    );
    let text = text.replace("deviates_from: {", "deviates_from: {baseline: change-window, ");
    file(&repo, "EXC-2026-CHG01", &text);
    let state = |reference: &str| {
        let row = one(
            &repo,
            &format!(r#"{{"identity":"svc:deploy",{reference}"expires":"2026-12-10"}}"#),
        );
        (row["state"].as_str().unwrap().to_owned(), row["message"].as_str().unwrap().to_owned())
    };
    let (without, why) = state("");
    assert_eq!(without, "wider");
    assert!(why.contains("limited to change CHG-1234: state reference"), "{why}");
    assert_eq!(state(r#""reference":"CHG-1234","#).0, "covered");
    let (other, why) = state(r#""reference":"CHG-9","#);
    assert_eq!(other, "wider");
    assert!(why.contains("its change is CHG-1234"), "{why}");
}

#[test]
fn a_grant_and_a_question_get_one_answer() {
    let repo = ledger();
    let values = [
        ("resource", ["db:invoices", "db:payroll", "api:billing/secrets"]),
        ("action", ["read", "write", "admin"]),
        ("environment", ["production", "staging", "test"]),
        ("credential", ["vault:prod/billing/db", "vault:prod/other", "x"]),
    ];
    for (key, values) in values {
        for value in values {
            let row = one(&repo, &grant(&format!(r#"{{"{key}":"{value}"}}"#)));
            let mut args =
                vec!["--on", crate::support::access::ON, "check", "--identity", "svc:billing"];
            let flags = ["resource", "action", "environment", "credential"];
            let names: Vec<String> = flags.iter().map(|flag| format!("--{flag}")).collect();
            let plain = ["db:invoices", "read", "production", "vault:prod/billing/db"];
            for ((flag, name), plain) in flags.iter().zip(&names).zip(plain) {
                args.extend([name.as_str(), if *flag == key { value } else { plain }]);
            }
            let allows = cli::run(repo.path(), &args).code == 0;
            assert_eq!(row["state"] == "covered", allows, "{key} {value}: {row}");
        }
    }
}

#[test]
fn one_uncovered_part_makes_the_whole_grant_uncovered() {
    let repo = ledger();
    let row =
        one(&repo, &grant(r#"{"resource":["db:invoices","api:billing/a"],"action":["read"]}"#));
    assert_eq!(row["state"], "covered", "{row}");
    let row = one(&repo, &grant(r#"{"resource":["api:billing/a","db:invoices","db:payroll"]}"#));
    assert_eq!(row["state"], "wider", "{row}");
    let message = row["message"].as_str().unwrap();
    assert!(message.starts_with("read db:payroll: "), "{message}");
    assert!(message.ends_with("(covered: 2 of its 3 parts)"), "{message}");
    // Two records cover it together, until the first of them ends.
    let subject =
        "identity: svc:billing, credential: vault:prod/billing/db, environment: production";
    let text = record(
        "EXC-2026-PAYR0",
        subject,
        "scope: {resources: [db:payroll], actions: [read]}\n",
        "2026-12-15",
    );
    file(&repo, "EXC-2026-PAYR0", &text);
    let row = one(&repo, &grant(r#"{"resource":["db:invoices","db:payroll"]}"#));
    assert_eq!(row["state"], "covered", "{row}");
    assert_eq!(
        (row["record"].as_str(), row["end"].as_str()),
        (Some("EXC-2026-PAYR0"), Some("2026-12-16T00:00:00Z"))
    );
}

#[test]
fn a_wildcard_in_a_grant_is_covered_only_by_what_includes_it() {
    let repo = ledger();
    for (resource, state) in [
        ("api:billing/x", "covered"),
        ("api:billing/x/y", "covered"),
        ("api:billing/x/*", "covered"),
        ("api:billing/?", "covered"),
        // They reach what the record doesn't waive.
        ("api:billing/**", "wider"),
        ("api:billing/s*", "wider"),
        ("api:billing/secrets", "wider"),
        ("api:*", "wider"),
        ("*", "wider"),
        ("db:*", "wider"),
        ("db:invoice?", "wider"),
        ("all", "wider"),
    ] {
        let row = one(&repo, &grant(&format!(r#"{{"resource":"{resource}"}}"#)));
        assert_eq!(row["state"], state, "{resource}: {row}");
    }
}

#[test]
fn an_alias_names_the_subject() {
    let repo = ledger();
    let text = record("EXC-2026-A11AS", "identity: svc:new, aliases: [svc:old]", "", "2026-12-20");
    file(&repo, "EXC-2026-A11AS", &text);
    for name in ["svc:new", "svc:old"] {
        let answer = ask(&repo, &format!(r#"{{"identity":"{name}","expires":"2026-12-10"}}"#));
        assert_eq!(answer["grants"][0]["state"], "covered", "{name}");
    }
}
