//! What is one occurrence, what is one kind, and what can't evade a freeze.

use serde_json::{Value, json};

use crate::diff::{Ledger, POLICY, found};
use crate::patterns::{id, landed, of, patterns};

/// Returns occurrences and number of records of each group.
fn counted(answer: &Value) -> Vec<(u64, usize)> {
    let groups = answer["groups"].as_array().unwrap().iter();
    let of = |it: &Value| (it["count"].as_u64().unwrap(), it["ids"].as_array().unwrap().len());
    groups.map(of).collect()
}

#[test]
fn what_lands_together_is_one_occurrence() {
    let ledger = |land: &dyn Fn(&Ledger)| {
        let ledger = Ledger::of(POLICY, &[]);
        land(&ledger);
        ledger.repo.checkout();
        let (_, answer) = patterns(&ledger, &["--on", "2026-12-22"]);
        counted(&answer)
    };
    let file = |ledger: &Ledger, n: usize, message: &str| {
        let (id, text) = of(n, "billing", "timeout");
        ledger.repo.by("lee").write(&id, &text).commit(message);
    };
    // Twelve files of one merge.
    let merged = ledger(&|ledger| {
        for n in 1..=12 {
            let (id, text) = of(n, "billing", "timeout");
            ledger.repo.branch("all").by("ana").write(&id, &text).commit("File one");
        }
        ledger.repo.by("lee").merge("all", "Merge branch 'all'");
    });
    assert_eq!(merged, []);
    // One pull request, rebased, within a day; the same number weeks later is another one.
    let rebased = |days: &'static [&'static str]| {
        ledger(&|ledger| {
            for (n, day) in days.iter().enumerate() {
                ledger.repo.clock(&format!("2026-{day}Z"));
                file(ledger, n + 1, "File an exception (#7)");
            }
        })
    };
    assert_eq!(rebased(&["11-20T10:00:00", "11-20T18:00:00", "11-21T10:00:00"]), []);
    let weeks = rebased(&["11-20T10:00:00", "11-21T10:00:01", "11-22T10:00:02"]);
    assert_eq!(weeks, [(3, 3)]);
    // One push of one person without a pull request, and of several.
    let pushed = |who: [&'static str; 4], seconds: u32| {
        ledger(&|ledger| {
            for (n, by) in who.iter().enumerate() {
                let second = u32::try_from(n).unwrap() * seconds;
                ledger.repo.clock(&format!("2026-11-20T10:{:02}:{:02}Z", second / 60, second % 60));
                let (id, text) = of(n + 1, "billing", "timeout");
                ledger.repo.by(by).write(&id, &text).commit("File an exception");
            }
        })
    };
    assert_eq!(pushed(["lee"; 4], 60), []);
    assert_eq!(pushed(["lee"; 4], 61), [(4, 4)]);
    assert_eq!(pushed(["lee", "ana", "lee", "ana"], 1), [(4, 4)]);
    // Three merges, one of them with two files: three occurrences in four records.
    let three = ledger(&|ledger| {
        for (n, branch) in ["a", "b", "c", "c"].iter().enumerate() {
            let (id, text) = of(n + 1, "billing", "timeout");
            ledger.repo.branch(branch).by("ana").write(&id, &text).commit("File one");
        }
        for branch in ["a", "b", "c"] {
            ledger.repo.by("lee").merge(branch, &format!("Merge branch '{branch}'"));
        }
    });
    assert_eq!(three, [(3, 4)]);
}

#[test]
fn a_record_without_a_cause_and_other_letters_get_past_no_freeze() {
    let ledger = landed(
        POLICY,
        &[
            of(1, "Invoicing", "timeout"),
            of(2, "INVOICING", "timeout"),
            of(3, "' invoicing '", "timeout"),
        ],
    );
    let (_, answer) = patterns(&ledger, &["--on", "2026-11-22"]);
    // As it was first spelled.
    assert_eq!(
        answer["groups"][0]["key"],
        json!({"root_cause": "timeout", "application": "Invoicing"})
    );
    let judged = |n: usize, application: &str, cause: &str| {
        let branch = format!("new-{n}");
        let (id, text) = of(n, application, cause);
        ledger.repo.branch(&branch).by("ana").write(&id, &text).commit("File another");
        ledger.switch(&branch);
        let lint = ledger.run(&["lint", "--base", "main", "--format", "json"]);
        ledger.switch("main");
        let answer: Value = serde_json::from_str(&lint.out).unwrap();
        let frozen = found(&answer).contains(&"error frozen-pattern".to_owned());
        let (code, answer) = patterns(&ledger, &["--on", "2026-11-22"]);
        let refused = answer["groups"][0]["refused"].as_array().unwrap();
        assert_eq!(refused.contains(&json!(id)), frozen, "{application} {cause}");
        assert_eq!(code == 1, !refused.is_empty());
        frozen
    };
    assert!(judged(4, "inVoicing", "timeout"));
    assert!(judged(5, "invoicing", "unclassified"));
    assert!(!judged(6, "invoicing", "tool-access"));
    assert!(!judged(7, "orders", "unclassified"));
    // Landed without a cause, it is still refused.
    ledger.repo.by("lee").merge("new-5", "Merge branch 'new-5'");
    ledger.repo.checkout();
    let (code, answer) = patterns(&ledger, &["--on", "2026-11-22"]);
    let refused = answer["groups"][0]["refused"].as_array().unwrap();
    assert!(code == 1 && refused.contains(&json!(id(5))), "{answer:#}");
    // The message about a freeze says how to configure it.
    let (id, text) = of(8, "invoicing", "timeout");
    ledger.repo.branch("said").by("ana").write(&id, &text).commit("File another");
    ledger.switch("said");
    let said = ledger.run(&["-q", "lint", "--base", "main"]).out;
    let tune =
        "or tune `patterns` in exledger.yaml (threshold 3, window 180d), approved by someone else";
    assert!(said.contains(tune), "{said}");
}

#[test]
fn findings_are_of_a_kind_by_package_or_rule() {
    let with = |n: usize, findings: &str| {
        let (id, text) = of(n, "billing", "bad-source-data");
        let scope = "scope: {resources: [db:invoices], actions: [read], not_waived: [db:salaries]}";
        (id, text.replace(scope, &format!("scope: {{findings: [{findings}]}}")))
    };
    let groups = |findings: [&str; 3]| {
        let texts = [with(1, findings[0]), with(2, findings[1]), with(3, findings[2])];
        let (_, answer) = patterns(&landed(POLICY, &texts), &["--on", "2026-11-22"]);
        let groups = answer["groups"].as_array().unwrap().iter();
        groups.map(|it| it["key"]["finding"].clone()).collect::<Vec<_>>()
    };
    // Three accepted vulnerabilities of one application are not a pattern; three of one package are.
    assert_eq!(
        groups([
            "{tool: trivy, id: CVE-2026-1, purl: 'pkg:npm/left-pad@1.0.0'}",
            "{tool: trivy, id: CVE-2026-2, purl: 'pkg:npm/right-pad@1.0.0'}",
            "{tool: trivy, id: CVE-2026-3, purl: 'pkg:gem/left-pad@1.0.0'}",
        ]),
        [json!(null); 0]
    );
    assert_eq!(
        groups([
            "{tool: trivy, id: CVE-2026-1, purl: 'pkg:npm/left-pad@1.0.0'}",
            "{tool: grype, id: CVE-2026-2, purl: 'pkg:npm/left-pad@1.1.0?arch=x'}",
            "{cwe: CWE-79, severity: high, purl: 'pkg:npm/Left-Pad'}, {tool: trivy, id: CVE-2026-9}",
        ]),
        [json!("pkg:npm/left-pad")]
    );
    assert_eq!(
        groups([
            "{tool: semgrep, id: no-eval, paths: [a/**]}",
            "{tool: Semgrep, id: no-eval, paths: [b/**]}",
            "{tool: semgrep, id: no-eval}",
        ]),
        [json!("semgrep:no-eval")]
    );
    assert_eq!(
        groups([
            "{cwe: CWE-79, severity: high, paths: [a/**]}",
            "{cwe: CWE-79, severity: low, paths: [b/**]}",
            "{cwe: CWE-79, severity: low, paths: [c/**]}",
        ]),
        [json!("CWE-79")]
    );
    // The fourth of that package is refused, another one is not.
    let texts =
        [1, 2, 3].map(|n| with(n, "{tool: trivy, id: CVE-2026-1, purl: 'pkg:npm/left-pad@1.0.0'}"));
    let ledger = landed(POLICY, &texts);
    for (n, package, refused) in [(4, "left-pad", 1), (5, "right-pad", 0)] {
        let branch = format!("new-{n}");
        let (id, text) =
            with(n, &format!("{{tool: trivy, id: CVE-2026-7, purl: 'pkg:npm/{package}@2.0.0'}}"));
        ledger.repo.branch(&branch).by("ana").write(&id, &text).commit("File another");
        ledger.switch(&branch);
        let lint = ledger.run(&["lint", "--base", "main"]);
        assert_eq!(lint.code, refused, "{package}: {}", lint.out);
        ledger.switch("main");
    }
}

#[test]
fn a_control_that_fails_for_many_causes_is_shown_and_never_frozen() {
    let of_control = |n: usize, application: &str, cause: &str| {
        let (id, text) = of(n, application, cause);
        let rule = "{rule: Every job has its own database user}";
        (id, text.replace(rule, "{controls: ['owasp-nhi:NHI7:2025']}"))
    };
    let texts = [
        of_control(1, "billing", "timeout"),
        of_control(2, "orders", "tool-access"),
        of_control(3, "search", "policy-conflict"),
    ];
    let ledger = landed(POLICY, &texts);
    let (code, answer) = patterns(&ledger, &["--on", "2026-11-22"]);
    assert_eq!((code, &answer["groups"]), (0, &json!([])));
    let control = &answer["controls"][0];
    assert_eq!(control["key"], json!({"control": "owasp-nhi:NHI7:2025"}));
    assert_eq!(
        (&control["count"], &control["frozen"], &control["systems"]),
        (&json!(3), &json!(false), &json!(["billing", "orders", "search"]))
    );
    let table = ledger.run(&["patterns", "--on", "2026-11-22"]).out;
    assert!(table.contains("controls that fail across systems"), "{table}");
    // In a single system, it is a matter of that system.
    let texts = [1, 2, 3]
        .map(|n| of_control(n, "billing", ["timeout", "tool-access", "policy-conflict"][n - 1]));
    let (_, answer) = patterns(&landed(POLICY, &texts), &["--on", "2026-11-22"]);
    assert_eq!(answer["controls"], json!([]));
    // In other letters, or with blanks around it, it is the same one.
    let texts = [
        of_control(1, "invoicing", "timeout"),
        of_control(2, "Invoicing", "tool-access"),
        of_control(3, "' INVOICING'", "policy-conflict"),
    ];
    let (_, answer) = patterns(&landed(POLICY, &texts), &["--on", "2026-11-22"]);
    assert_eq!(answer["controls"], json!([]));
}
