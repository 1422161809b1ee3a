//! What is no end, although it looks like one.

use super::{ID, found_in_each, repo, rules};

#[test]
fn the_zero_date_is_no_end() {
    let trivy = repo("{tool: trivy, id: CVE-2026-0001}");
    let osv = repo("{tool: osv-scanner, id: CVE-2026-0001}");
    let entry = format!("vulnerabilities:\n  - id: CVE-2026-0001\n    statement: {ID}\n");
    for date in ["0001-01-01", "0001-01-01T00:00:00Z", "0001-01-01T01:00:00+01:00"] {
        let dated = format!("{entry}    expired_at: {date}\n");
        assert_eq!(rules(&trivy, ".trivyignore.yaml", dated.as_bytes()), ["term-longer"], "{date}");
    }
    let later = format!("{entry}    expired_at: 0001-01-02\n");
    assert_eq!(rules(&trivy, ".trivyignore.yaml", later.as_bytes()), ["dead"]);
    let line = format!("# {ID}\nCVE-2026-0001 exp:0001-01-01\n");
    assert_eq!(rules(&trivy, ".trivyignore", line.as_bytes()), ["term-longer"]);
    let comment = format!("#trivy:ignore:CVE-2026-0001:exp:0001-01-01 {ID}\n");
    assert_eq!(rules(&trivy, "main.tf", comment.as_bytes()), ["term-longer"]);
    for date in ["0001-01-01T00:00:00Z", "0001-01-01", "0001-01-01T00:00:00"] {
        let text = format!(
            "[[IgnoredVulns]]\nid = \"CVE-2026-0001\"\nignoreUntil = {date}\nreason = \"{ID}\"\n"
        );
        assert_eq!(rules(&osv, "osv-scanner.toml", text.as_bytes()), ["term-longer"], "{date}");
    }
}

const POLICY_EXCEPTION: &str = "apiVersion: kyverno.io/v2
kind: PolicyException
metadata:
  name: a
  labels:
    exledger.dev/id: ID
    cleanup.kyverno.io/ttl: 2026-12-21T000000Z
spec:
  exceptions:
    - policyName: p
      ruleNames: [r]
  match:
    any:
      - resources: {kinds: [Pod], namespaces: [n], names: [a]}
";

#[test]
fn conditions_of_kyverno_are_an_end_only_as_export_writes_them() {
    let repo = repo("{tool: kyverno, id: ClusterPolicy/p/r, resources: ['k8s:n/Pod/a']}");
    let until = |end: &str| {
        format!(
            "{{key: \"{{{{ time_before(time_now_utc(), '{end}T00:00:00Z') }}}}\", operator: Equals, value: true}}"
        )
    };
    let (end, later) = (until("2026-12-21"), until("2027-12-21"));
    let other = "{key: a, operator: Equals, value: a}";
    let cases = [
        (format!("{{all: [{end}]}}"), true),
        (format!("{{any: [{end}]}}"), true),
        (format!("{{all: [{end}, {later}]}}"), true),
        (format!("{{all: [{end}, {other}]}}"), true),
        (format!("{{any: [{later}], all: [{end}]}}"), true),
        (format!("{{any: [{end}, {later}]}}"), false),
        (format!("{{any: [{end}, {other}]}}"), false),
        (format!("{{any: [{end}, {later}], all: [{later}]}}"), false),
        (format!("{{all: [{}]}}", end.replace("Equals", "NotEquals")), false),
        (format!("{{all: [{}]}}", end.replace(", operator: Equals", "")), false),
        (format!("{{all: [{}]}}", end.replace("value: true", "value: 'true'")), false),
        (format!("{{all: [{}]}}", end.replace("value: true", "value: false")), false),
        (format!("{{all: [{}]}}", end.replace(" }}\"", " }} x\"")), false),
        (format!("[{{all: [{end}]}}]"), false),
        // The label ends it only where a controller may, and the field is of the other form.
        ("{}".to_owned(), false),
        ("{}\n  expiresAt: \"2026-12-21T00:00:00Z\"".to_owned(), false),
    ];
    let files = cases.iter().enumerate().map(|(n, (conditions, _))| {
        let text = format!("{POLICY_EXCEPTION}  conditions: {conditions}\n").replace("ID", ID);
        (format!("{n}/a.yaml"), text)
    });
    let each = found_in_each(&repo, &files.collect::<Vec<_>>());
    for ((conditions, is_clean), found) in cases.iter().zip(each) {
        let rules: Vec<String> = found.into_iter().map(|(_, rule)| rule).collect();
        let expected: &[&str] = if *is_clean { &[] } else { &["term-longer"] };
        assert_eq!(rules, expected, "{conditions}");
    }
}
