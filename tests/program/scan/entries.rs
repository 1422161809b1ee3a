//! Entries and comments that few people would write so, and what only looks like one.

use super::{ID, repo, rules, scan};

const PLAIN: &str = "{tool: trivy, id: CVE-2026-0001}";

#[test]
fn a_key_of_kubescape_in_another_case_is_not_read() {
    let repo = repo("{tool: kubescape, id: C-0013, resources: ['k8s:n/Pod/a']}");
    let text = format!(
        "[{{\"name\":\"a\",\"policyType\":\"postureExceptionPolicy\",\"resources\":[{{\"attributes\":{{\"namespace\":\"n\",\"kind\":\"Pod\",\"name\":\"a\"}}}}],\"posturePolicies\":[{{\"controlID\":\"C-0013\"}}],\"reason\":\"{ID}\",\"expirationDate\":\"2026-12-21T00:00:00Z\"}}]\n"
    );
    assert!(rules(&repo, "a.json", text.as_bytes()).is_empty());
    let end = "\"expirationDate\":\"2026-12-21T00:00:00Z\"";
    for more in [
        "\"ExpirationDate\":\"2099-01-01T00:00:00Z\"",
        "\"Resources\":[]",
        "\"re\u{17f}ources\":[]",
        "\"PosturePolicies\":[{\"controlID\":\"C-.*\"}]",
        "\"PolicyType\":\"postureExceptionPolicy\"",
    ] {
        let with = text.replace(end, &format!("{end},{more}"));
        assert_eq!(rules(&repo, "a.json", with.as_bytes()), ["unread"], "{more}");
    }
    let nested = text.replace("\"controlID\":", "\"controlid\":\"C-.*\",\"controlID\":");
    assert_eq!(rules(&repo, "a.json", nested.as_bytes()), ["unread"]);
    let run = scan(&repo, &["a.json"]);
    assert!(run.err.contains("is not written `controlID`"), "{}", run.err);
    let zero = text.replace(end, "\"expirationDate\":\"0001-01-01T00:00:00Z\"");
    assert_eq!(rules(&repo, "a.json", zero.as_bytes()), ["term-longer"]);
}

#[test]
fn what_conforma_excludes_without_an_end_is_found() {
    let repo = repo("{tool: conforma, id: a.b, resources: ['component:billing']}");
    let source = "sources:\n  - policy: [github.com/example/policy]\n    config:\n";
    let excluded = format!("{source}      exclude: ['*', a.b]\n");
    assert_eq!(rules(&repo, "policy.yaml", excluded.as_bytes()), ["uncovered", "uncovered"]);
    let run = scan(&repo, &["policy.yaml"]);
    assert!(run.out.contains("move it to `volatileConfig.exclude`"), "{}", run.out);
    let both = format!(
        "{source}      exclude: [a.c]\n    volatileConfig:\n      exclude:\n        - value: a.b\n          effectiveUntil: \"2026-12-20T23:59:59Z\"\n          componentNames: [billing]\n          reference: {ID}\n"
    );
    assert_eq!(rules(&repo, "policy.yaml", both.as_bytes()), ["uncovered"]);
    let whole = "kind: EnterpriseContractPolicy\nspec:\n  sources: [{policy: [a]}]\n  configuration:\n    exclude: [a.b]\n";
    assert!(rules(&repo, "policy.yaml", whole.as_bytes()).len() == 1);
    // Other files have such words too.
    for other in [
        format!("{source}      include: [a.b]\n"),
        "sources: [a]\npolicy: b\nconfig: {exclude: [c]}\n".to_owned(),
        "sources: {{ .Values }}\npolicy: b\nconfig: {exclude: [c]}\n".to_owned(),
    ] {
        assert!(rules(&repo, "other.yaml", other.as_bytes()).is_empty(), "{other}");
    }
}

#[test]
fn a_section_of_trivy_needs_a_finding_of_its_own_tool() {
    let text = format!(
        "misconfigurations:\n  - id: CVE-2026-0001\n    expired_at: 2026-12-21\n    statement: {ID}\n"
    );
    let own = repo("{tool: trivy-misconfig, id: CVE-2026-0001}");
    assert!(rules(&own, ".trivyignore.yaml", text.as_bytes()).is_empty());
    let trivy = repo(PLAIN);
    for section in ["misconfigurations", "licenses", "secrets"] {
        let moved = text.replace("misconfigurations", section);
        assert_eq!(
            rules(&trivy, ".trivyignore.yaml", moved.as_bytes()),
            ["not-named"],
            "{section}"
        );
    }
    let moved = text.replace("misconfigurations", "vulnerabilities");
    assert!(rules(&trivy, ".trivyignore.yaml", moved.as_bytes()).is_empty());
}

#[test]
fn codeql_and_lgtm_count_only_in_a_comment() {
    let repo = repo(PLAIN);
    for (path, text) in [
        ("p.py", "return codeql[0], lgtm[1]\n"),
        ("a.ts", "const x = arr.codeql[0];\n"),
        ("CHANGELOG.txt", "LGTM [bot] merged it\n"),
    ] {
        assert!(rules(&repo, path, text.as_bytes()).is_empty(), "{text}");
    }
    for (path, text, n) in [
        ("p.py", "# codeql[py/x]\n", 1),
        ("a.ts", "x() // lgtm[js/x] lgtm[js/y]\n", 2),
        ("a.ts", "/* a\n * codeql[js/x] */\n", 1),
        ("a.html", "<!-- lgtm[js/x] -->\n", 1),
        ("a.ex", "-- codeql[x]\n", 1),
    ] {
        assert_eq!(rules(&repo, path, text.as_bytes()).len(), n, "{text}");
    }
}

#[test]
fn comments_count_in_all_files_of_their_languages() {
    let repo = repo(PLAIN);
    assert_eq!(rules(&repo, "a.pyi", b"import subprocess  # noqa: S404\n"), ["uncovered"]);
    for ending in ["mts", "cts", "svelte", "astro", "vue"] {
        let path = format!("a.{ending}");
        assert_eq!(
            rules(&repo, &path, b"// eslint-disable-line no-eval\n"),
            ["uncovered"],
            "{path}"
        );
    }
}
