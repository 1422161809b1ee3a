//! What each format's entries say: line, findings, end, text, and what a record can't keep.

use exledger::features::import::formats;
use exledger::formats::suppressions::readers;
use exledger::formats::suppressions::readers::format::{ImportInput, MOST_ENTRIES};

use super::{read, shown};

#[track_caller]
fn check(format: &str, path: &str, text: &str, expected: &[&str]) {
    assert_eq!(read(format, path, text), expected, "{format}");
}

#[test]
fn a_list_of_trivy_ends_the_day_before_its_date() {
    let text = "# Accept the risk\nCVE-2018-14618\n\n# lost\n\nCVE-2026-1 exp:2026-12-20\nAVD-DS-0002 exp:soon\nDS002\n";
    let expected = [
        "2 trivy CVE-2018-14618 | open | Accept the risk",
        "6 trivy CVE-2026-1 | 2026-12-19",
        "7 ignored: AVD-DS-0002: `exp:` is not a date, so trivy drops the line",
        "8 trivy-misconfig DS002 | open",
    ];
    check("trivy", ".trivyignore", text, &expected);
}

#[test]
fn the_yaml_of_trivy_has_sections_and_instants() {
    let text = "\
vulnerabilities:
  - id: CVE-1
    purls: [pkg:npm/a@1, pkg:npm/b@1]
    paths: [usr/**]
    expired_at: 2026-12-20
    statement: Not reached
  - {id: CVE-2, expired_at: 2026-12-20T23:59:59Z}
  - {id: CVE-3, expired_at: '2026-12-20'}
  - {id: CVE-4, expired_at: 2026-12-20T23:59:59}
  - {statement: nothing}
misconfigurations:
  - id: AVD-DS-0001
other: []
";
    let late =
        "`expired_at` is neither a bare date nor an instant with a zone: trivy refuses the file";
    let expected = [
        "2 trivy CVE-1 pkg:npm/a@1 [usr/**] trivy CVE-1 pkg:npm/b@1 [usr/**] | 2026-12-19 | Not reached",
        "7 trivy CVE-2 | 2026-12-20T23:59:59Z",
        &format!("8 unreadable: CVE-3: {late}"),
        "9 trivy CVE-4 | 2026-12-20T23:59:59Z",
        "10 unreadable: the entry has no id",
        "12 trivy-misconfig AVD-DS-0001 | open",
        "13 skipped: no section of trivy",
    ];
    check("trivy", ".trivyignore.yaml", text, &expected);
    // Without a name, the content tells.
    check("trivy", "-", text, &expected);
    let broken = read("trivy", "a.yaml", "vulnerabilities: [\n");
    assert!(broken[0].starts_with("1: it can't be read as YAML"), "{broken:?}");
}

#[test]
fn a_fingerprint_of_gitleaks_loses_its_line() {
    let text = "# a test key\nsrc\\a.py:aws-key:3\nabc123:src/b.py:aws-key:9\na:b\nsrc/a.py:k:x\n";
    let expected = [
        "2 gitleaks aws-key [src/a.py] | a test key (wider: line)",
        "3 gitleaks aws-key [src/b.py] | a test key (wider: commit and line)",
        "4 ignored: gitleaks sees `a:b`, which is not a fingerprint [commit:]file:rule:line",
        "5 ignored: gitleaks sees `src/a.py:k:x`, which is not a fingerprint [commit:]file:rule:line",
    ];
    check("gitleaks", ".gitleaksignore", text, &expected);
}

#[test]
fn a_policy_of_snyk_ends_as_snyk_compares() {
    let text = "\
version: v1.25.0
ignore:
  SNYK-JS-LODASH-567746:
    - '* > lodash':
        reason: Not reached
        expires: 2026-12-20T23:59:59.000Z
    - '*':
        expires: 2026-12-20
    - a > b@1 > lodash:
        expires: '2026-12-20'
  SNYK-JAVA-ORGACME-1:
    - '* > org.acme:core': {expires: '2026-12-20T10:00:00Z'}
    - '* > lodash@4.17.20': {expires: 'never'}
  'npm:ms:20170412':
    reason: old
patch:
  SNYK-JS-A-1: [{'*': {patched: 2026-01-01}}]
exclude:
  global: [x]
";
    let expected = [
        "4 snyk SNYK-JS-LODASH-567746 pkg:npm/lodash | 2026-12-20T23:59:59Z | Not reached",
        "7 snyk SNYK-JS-LODASH-567746 | 2026-12-19",
        "9 snyk SNYK-JS-LODASH-567746 | 2026-12-19 (wider: path)",
        "12 snyk SNYK-JAVA-ORGACME-1 pkg:maven/org.acme/core | 2026-12-20T10:00:00Z",
        "13 snyk SNYK-JAVA-ORGACME-1 | unclear: `expires` is a quoted text, which snyk compares as a text: it may never end (wider: path)",
        "14 unreadable: npm:ms:20170412: there is no list of paths below it (an old format)",
        "17 listed: a patch hides no finding that a key could name",
        "19 listed: an excluded path hides every finding in it",
    ];
    check("snyk", ".snyk", text, &expected);
}

#[test]
fn advisories_of_cargo_have_no_end() {
    let text = "\
[advisories]
ignore = [
  \"RUSTSEC-2024-0001\", # not reached
  # waits for the parser
  { id = \"RUSTSEC-2026-0007\", reason = \"EXC-2026-7F3KQ: accepted\" },
  { crate = \"yanked@0.1.1\", reason = \"no other version\" },
  3,
]
";
    let expected = [
        "3 cargo-deny RUSTSEC-2024-0001 | not reached",
        "5 cargo-deny RUSTSEC-2026-0007 | EXC-2026-7F3KQ: accepted/waits for the parser",
        "6 listed: a package, not an advisory",
        "7 unreadable: neither an id nor a table with an id",
    ];
    check("cargo-deny", "deny.toml", text, &expected);
    check(
        "cargo-audit",
        ".cargo/audit.toml",
        "[advisories]\nignore = ['RUSTSEC-1']",
        &["2 cargo-audit RUSTSEC-1"],
    );
    check(
        "cargo-deny",
        "deny.toml",
        "[advisories\n",
        &["1: it can't be read as TOML: unclosed table, expected `]`"],
    );
}

#[test]
fn osv_scanner_rules_the_lock_files_of_its_folder() {
    let text = "\
[[IgnoredVulns]]
id = \"GO-2022-0968\"
reason = \"No ssh servers\"

[[IgnoredVulns]]
id = \"RUSTSEC-2026-0007\"
ignoreUntil = 2026-12-21T00:00:00Z

[[IgnoredVulns]]
id = \"RUSTSEC-2026-0008\"
ignoreUntil = 2026-12-21

[[IgnoredVulns]]
id = \"GO-2022-0968\"

[[PackageOverrides]]
name = \"lib\"
ignore = true
";
    let locks = ["a/Cargo.lock".to_owned()];
    let input = ImportInput {
        lock_files: &locks,
        ..ImportInput::plain("a/osv-scanner.toml", text.as_bytes())
    };
    let entries = readers::read(formats::named("osv-scanner").unwrap(), &input).unwrap();
    let entries: Vec<String> = entries.iter().map(shown).collect();
    assert_eq!(
        entries,
        [
            "1 osv-scanner GO-2022-0968 [a/Cargo.lock] | open | No ssh servers",
            "5 osv-scanner RUSTSEC-2026-0007 [a/Cargo.lock] | 2026-12-21T00:00:00Z",
            "9 osv-scanner RUSTSEC-2026-0008 [a/Cargo.lock] | 2026-12-20 (its end is read in the zone of the machine)",
            "13 skipped: only the first entry of an id counts in osv-scanner",
            "16 listed: a whole package is ignored",
        ]
    );
}

#[test]
fn no_hash_of_a_secret_is_read() {
    let text = r#"{
  "version": "1.5.0",
  "results": {
    "src\\a.py": [
      {"type": "AWS Access Key", "hashed_secret": "5b2c0ffee5b2c0ffee5b2c0ffee5b2c0ffee5b2c", "line_number": 3},
      {
        "type": "Secret Keyword", "is_secret": true,
        "hashed_secret": "5b2c0ffee5b2c0ffee5b2c0ffee5b2c0ffee5b2c"
      },
      {"hashed_secret": "5b2c0ffee5b2c0ffee5b2c0ffee5b2c0ffee5b2c"}
    ]
  }
}"#;
    let expected = [
        "5 detect-secrets AWS Access Key [src/a.py] (wider: line)",
        "6 listed: a real secret: rotate it",
        "10 unreadable: an entry has no `type`",
    ];
    check("detect-secrets", ".secrets.baseline", text, &expected);
    check("detect-secrets", "x", "{}", &["1: it has no `results`, so it is not a baseline"]);
}

#[test]
fn a_suppression_of_dependency_check_ends_at_midnight_in_its_zone() {
    let text = r#"<?xml version="1.0"?>
<s:suppressions xmlns:s="x">
  <s:suppress until="2026-12-21+00:01">
    <s:notes><![CDATA[Not <reached>]]> &amp; tested</s:notes>
    <s:packageUrl caseSensitive="true">pkg:maven/org.acme/core@1.0.0</s:packageUrl>
    <s:cve>CVE-1</s:cve><s:vulnerabilityName>GHSA-1</s:vulnerabilityName>
  </s:suppress>
  <s:suppress until="2026-12-21Z"><s:packageUrl regex="true">^pkg:npm/%40acme/u\.i@.*$</s:packageUrl><s:cve>CVE-2</s:cve></s:suppress>
  <s:suppressionGroup until="2026-12-21">
    <s:suppress><s:cve>CVE-3</s:cve></s:suppress>
  </s:suppressionGroup>
  <s:suppress><s:cve>CVE-4</s:cve></s:suppress>
  <s:suppress base="true"><s:cve>CVE-5</s:cve></s:suppress>
  <s:suppress><s:packageUrl regex="true">^pkg:npm/.*$</s:packageUrl><s:cve>CVE-6</s:cve></s:suppress>
  <s:suppress><s:filePath>a.jar</s:filePath><s:cve>CVE-7</s:cve></s:suppress>
  <s:suppress until="soon"><s:cve>CVE-8</s:cve></s:suppress>
</s:suppressions>
"#;
    let expected = [
        "3 dependency-check CVE-1 pkg:maven/org.acme/core@1.0.0 dependency-check GHSA-1 pkg:maven/org.acme/core@1.0.0 | 2026-12-20T23:59:00Z | Not <reached> & tested",
        "8 dependency-check CVE-2 pkg:npm/%40acme/u.i | 2026-12-21T00:00:00Z",
        "10 dependency-check CVE-3 | 2026-12-20 (its end is read in the zone of the machine)",
        "12 dependency-check CVE-4 | open",
        "13 listed: a base suppression",
        "14 listed: it matches by packageUrl as a regular expression",
        "15 listed: it matches by filePath",
        "16 unreadable: `until` is not a date",
    ];
    check("dependency-check", "suppressions.xml", text, &expected);
    let doctype = "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY x \"y\">]>\n<suppressions/>";
    let error = "2: it has a document type (DOCTYPE), which is not read";
    check("dependency-check", "a.xml", doctype, &[error]);
    check("dependency-check", "a.xml", "<suppressions>", &["1: it ends too early"]);
    check("dependency-check", "a.xml", "<a/>", &["1: its root is not `suppressions`"]);
}

#[test]
fn a_rule_of_grype_keeps_its_package_and_place() {
    let text = "\
ignore:
  - vulnerability: CVE-1
    reason: Not reached
    package: {name: open\\.ssl, version: 1.0, type: rust-crate, location: /services/**}
  - vulnerability: CVE-2
    fix-state: unknown
    package: {name: 'lib.*', type: npm}
  - package: {name: libcurl}
  - vex-status: not_affected
  - package: {name: '@acme/ui', type: npm}
  - text
";
    let expected = [
        "2 grype CVE-1 pkg:cargo/open.ssl@1.0 [services/**] | Not reached",
        "5 grype CVE-2 (wider: fix-state) (wider: package)",
        "8 listed: it names no vulnerability",
        "9 skipped: a rule about VEX documents",
        "10 grype pkg:npm/%40acme/ui",
        "11 unreadable: a rule is not a map",
    ];
    check("grype", ".grype.yaml", text, &expected);
}

#[test]
fn dismissed_alerts_of_github_keep_why() {
    let alert = |number: u32, state: &str, reason: &str| {
        format!(
            r#"{{"number":{number},"url":"https://api.github.com/repos/acme/shop/code-scanning/alerts/{number}","state":"{state}","dismissed_reason":"{reason}","dismissed_comment":"Known","tool":{{"name":"Semgrep OSS"}},"rule":{{"id":"r1"}},"most_recent_instance":{{"location":{{"path":"a.py","start_line":3}},"message":{{"text":"m"}}}}}}"#
        )
    };
    let secret = r#"{"number":4,"url":"https://api.github.com/repos/acme/shop/secret-scanning/alerts/4","state":"resolved","resolution":"revoked","secret":"ghp_0123456789","secret_type":"github_token"}"#;
    let text = format!(
        "[{},\n{}]\n[{},\n{secret}, {{}}]",
        alert(1, "dismissed", "won't fix"),
        alert(2, "open", ""),
        alert(3, "fixed", "")
    );
    let found = read("github-alerts", "-", &text);
    assert_eq!(
        found[..4],
        [
            "1 semgrep r1 [a.py] | Known (wider: line)",
            "2 skipped: the alert is open",
            "3 skipped: the alert is fixed",
            "4 skipped: its reason is `revoked`",
        ]
    );
    assert!(found[4].starts_with("4 unreadable: "), "{found:?}");
    assert!(!found.join("").contains("ghp_"), "{found:?}");
}

#[test]
fn the_rows_of_a_csv_file_are_records() {
    let text = "\
id,title,owner_email,expires,controls,findings,tier
EXC-2026-7F3KQ,\"One,
two\",ana@example.com,2026-12-20,nist-csf:PR.AA-01;owasp-nhi:NHI7:2025,trivy:CVE-1;grype:CVE-1,standard
,'=cmd,,soon,,,
a,b
,,,,,nonsense,
";
    let found = read("csv", "register.csv", text);
    assert_eq!(
        found,
        [
            "2 trivy CVE-1 grype CVE-1 | 2026-12-20",
            "4 | unclear: `expires` is not a date such as 2026-12-20",
            "5 unreadable: 2 cells, but 7 columns",
            "6 unreadable: `findings` is not a list of TOOL:ID",
        ]
    );
    let what = "1: its first line names no field of a record: map columns with --map COLUMN=FIELD";
    check("csv", "a.csv", "Summary\nx\n", &[what]);
}

#[test]
fn a_suppressed_result_of_sarif_counts_if_it_is_accepted() {
    let result = |id: &str, suppressions: &str| {
        format!(
            r#"{{"ruleId":"{id}","message":{{"text":"m"}},"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"a.py"}},"region":{{"startLine":3}}}}}}]{suppressions}}}"#
        )
    };
    let text = format!(
        "{{\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{{\"name\":\"Semgrep OSS\"}}}},\"results\":[\n{},\n{},\n{},\n{}]}}]}}",
        result("r1", r#","suppressions":[{"kind":"external","justification":"Known"}]"#),
        result("r2", r#","suppressions":[]"#),
        result("r3", ""),
        result(
            "r4",
            r#","suppressions":[{"kind":"inSource"},{"kind":"external","status":"underReview"}]"#
        ),
    );
    let expected =
        ["2 semgrep r1 [a.py] | Known (wider: line)", "5 skipped: its suppression is not accepted"];
    check("sarif", "a.sarif", &text, &expected);
}

#[test]
fn exceptions_of_kyverno_name_rules_and_resources() {
    let text = "\
# generated
---
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: a, labels: {cleanup.kyverno.io/ttl: 2026-12-21T000000Z}}
spec:
  exceptions:
    - policyName: p
      ruleNames: [r, autogen-r, autogen-cronjob-r]
  match:
    any:
      - resources: {kinds: [Pod, apps/v1/Deployment], namespaces: [n], names: [x-*]}
---
apiVersion: policies.kyverno.io/v1
kind: PolicyException
metadata: {name: b}
spec:
  policyRefs: [{kind: ValidatingPolicy, name: p}]
  matchConditions:
    - {name: c, expression: \"has(object.metadata.namespace) && object.metadata.namespace == 'n' && object.kind == 'Pod' && object.metadata.name.startsWith('x')\"}
  expiresAt: \"2026-12-20T23:59:59Z\"
---
kind: ConfigMap
---
kind: PolicyException
spec:
  exceptions: [{policyName: p, ruleNames: ['*']}]
";
    let expected = [
        "3 kyverno ClusterPolicy/p/r [k8s:n/Pod/x-* k8s:n/Deployment/x-*] | unclear: `cleanup.kyverno.io/ttl` ends it only where the cleanup controller may delete it",
        "14 kyverno ValidatingPolicy/p [k8s:n/Pod/x*] | 2026-12-20T23:59:59Z",
        "23 skipped: no PolicyException",
        "25 listed: its rule names are patterns",
    ];
    check("kyverno", "a.yaml", text, &expected);
}

#[test]
fn too_many_entries_are_refused() {
    let text = "CVE-2026-1\n".repeat(MOST_ENTRIES + 1);
    let found = read("trivy", ".trivyignore", &text);
    assert_eq!(
        found,
        [format!("{}: it has more than {MOST_ENTRIES} entries: split it", MOST_ENTRIES + 1)]
    );
}

#[test]
fn no_reader_stops_at_broken_input() {
    for format in formats::ALL {
        for text in ["", "{", "[", "\u{feff}", "a: b: c", "<a", "\"", "\u{0}", "---\n---\n", "# x"]
        {
            let input = ImportInput::plain("x", text.as_bytes());
            let _ = readers::read(format, &input);
            let _ = readers::read(format, &ImportInput::plain("x.yaml", &[0xff, 0xfe, 0x00]));
        }
    }
}
