//! Files of other tools, by their names or by what they hold.

use super::{ID, POLICY, are, found, found_after_end, found_in_each, ledger, record, track};
use crate::support::repo::Repo;

/// Returns a text that cites an id where it has `ID`.
fn cited(text: &str, id: &str) -> String {
    text.replace("controlID", "control-").replace("ID", id).replace("control-", "controlID")
}

/// Returns the rules found in one file, by line.
fn of(findings: &str, path: &str, text: &str) -> Vec<(String, String)> {
    let repo = ledger(POLICY, &record(findings));
    track(&repo, &[(path, &cited(text, ID))]);
    found(&repo, &[]).1
}

/// A path, a text, and the line and rule of each finding in it.
type NamedFile<'a> = (&'a str, &'a str, &'a [(u32, &'a str)]);

/// Checks several files under one record, by one start.
fn check_all(findings: &str, files: &[NamedFile<'_>]) {
    let repo = ledger(POLICY, &record(findings));
    let texts = files.iter().map(|(path, text, _)| ((*path).to_owned(), cited(text, ID)));
    let each = found_in_each(&repo, &texts.collect::<Vec<_>>());
    for ((path, text, expected), found) in files.iter().zip(each) {
        let found: Vec<(u32, &str)> = found.iter().map(|(line, rule)| (*line, &**rule)).collect();
        assert_eq!(&found, expected, "{path}: {text}");
    }
}

fn check(findings: &str, path: &str, text: &str, expected: &[(u32, &str)]) {
    let expected: Vec<(String, &str)> =
        expected.iter().map(|(line, rule)| (format!("{path}:{line}"), *rule)).collect();
    let expected: Vec<(&str, &str)> =
        expected.iter().map(|(place, rule)| (place.as_str(), *rule)).collect();
    assert_eq!(of(findings, path, text), are(&expected), "{path}: {text}");
}

#[test]
fn the_ignore_file_that_settings_of_trivy_name_is_read() {
    let repo = ledger(POLICY, &record("{tool: x, id: y}"));
    let settings = "ignorefile: ./ci/known.txt\nvulnerability: {ignore-unfixed: true}\n";
    let known = "# accepted by the platform\nCVE-2026-0001 exp:2026-12-24\nCVE-2026-0002\n";
    // Without the file it is not known what is ignored.
    track(&repo, &[("app/trivy.yaml", settings)]);
    let only_settings = [("app/trivy.yaml:1", "uncovered"), ("app/trivy.yaml:2", "uncovered")];
    assert_eq!(found(&repo, &[]).1, are(&only_settings));
    // The same name elsewhere is another file.
    track(&repo, &[("app/ci/known.txt", known), ("ci/known.txt", known)]);
    let entries = [
        ("app/ci/known.txt:2", "uncovered"),
        ("app/ci/known.txt:3", "uncovered"),
        ("app/trivy.yaml:2", "uncovered"),
    ];
    assert_eq!(found(&repo, &[]).1, are(&entries));
    let answer = super::scan(&repo, &["--format", "json", "app/ci"]).out;
    for word in ["\"CVE-2026-0001\"", "2026-12-24", "accepted by the platform"] {
        assert!(answer.contains(word), "{word}: {answer}");
    }
}

#[test]
fn files_by_name_are_read_in_any_folder() {
    let files: &[NamedFile] = &[
        ("a/.trivyignore.yml", "vulnerabilities:\n  - id: CVE-2026-0001\n", &[(2, "uncovered")]),
        ("a/grype.yaml", "ignore:\n  - vulnerability: CVE-2026-0001\n", &[(2, "uncovered")]),
        (".grype/config.yaml", "ignore:\n  - vulnerability: CVE-2026-0001\n", &[(2, "uncovered")]),
        (
            ".deny.toml",
            "[advisories]\nignore = [\n  \"RUSTSEC-2026-0001\",\n]\n",
            &[(3, "uncovered")],
        ),
        (
            ".cargo/audit.toml",
            "[advisories]\nignore = [\"RUSTSEC-2026-0001\"]\n",
            &[(2, "uncovered")],
        ),
        (".gitleaksignore", "src/a.py:aws-key:7\n", &[(1, "uncovered")]),
        (
            ".snyk",
            "version: v1.25.0\nignore:\n  SNYK-JS-LODASH-567746:\n    - '*':\n        reason: later\n",
            &[(4, "uncovered")],
        ),
        (
            ".checkov.yaml",
            "skip-check:\n  - CKV_AWS_20\n  - CKV_AWS_21\n",
            &[(2, "uncovered"), (3, "uncovered")],
        ),
        (
            "zizmor.yml",
            "rules:\n  unpinned-uses:\n    ignore:\n      - ci.yml:6\n",
            &[(4, "uncovered")],
        ),
        (
            "odc/my-suppressions.xml",
            "<suppressions xmlns=\"https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd\">\n  <suppress>\n    <cve>CVE-2026-0001</cve>\n  </suppress>\n</suppressions>\n",
            &[(2, "uncovered")],
        ),
        // Checkstyle's suppressions have the same root, and hide no vulnerability.
        (
            "checkstyle-suppressions.xml",
            "<suppressions><suppress checks=\".\" files=\".\"/></suppressions>\n",
            &[],
        ),
        ("other.toml", "[advisories]\nignore = [\"RUSTSEC-2026-0001\"]\n", &[]),
    ];
    check_all("{tool: x, id: y}", files);
}

#[test]
fn an_entry_that_a_record_names_is_clean() {
    let entries = [
        (
            "{tool: trivy, id: CVE-2026-0001}",
            ".trivyignore",
            "# ID\nCVE-2026-0001 exp:2026-12-21\n",
        ),
        (
            "{tool: trivy, id: CVE-2026-0002, purl: 'pkg:npm/a@1.0.0', paths: ['src/*']}",
            ".trivyignore.yaml",
            "vulnerabilities:\n  - id: CVE-2026-0002\n    purls: ['pkg:npm/a@1.0.0']\n    paths: ['src/*']\n    expired_at: 2026-12-21\n    statement: ID\n",
        ),
        (
            "{tool: osv-scanner, id: CVE-2026-0001, paths: [src/Cargo.lock]}",
            "src/osv-scanner.toml",
            "[[IgnoredVulns]]\nid = \"CVE-2026-0001\"\nignoreUntil = 2026-12-21T00:00:00Z\nreason = \"ID\"\n",
        ),
        ("{tool: checkov, id: CKV_AWS_20}", ".checkov.yaml", "skip-check:\n  - CKV_AWS_20 # ID\n"),
        (
            "{tool: zizmor, id: unpinned-uses, paths: ['.github/workflows/ci.yml']}",
            "zizmor.yml",
            "rules:\n  unpinned-uses:\n    ignore:\n      # ID\n      - ci.yml:6\n",
        ),
        (
            "{tool: gitleaks, id: aws-key, paths: [src/a.py]}",
            ".gitleaksignore",
            "# ID\nsrc/a.py:aws-key:7\n",
        ),
        (
            "{tool: prowler, id: iam_keys, resources: ['aws:123456789012/*/billing-batch']}",
            "mutelist.yaml",
            "Mutelist:\n  Accounts:\n    \"123456789012\":\n      Checks:\n        iam_keys:\n          Regions: [\"*\"]\n          Resources: [\"^billing-batch$\"]\n          Description: \"ID: for now\"\n",
        ),
        (
            "{tool: conforma, id: 'cve.blockers:CVE-2026-0001', resources: ['component:billing']}",
            "policy.yaml",
            "sources:\n  - volatileConfig:\n      exclude:\n        - value: cve.blockers:CVE-2026-0001\n          effectiveUntil: \"2026-12-20T23:59:59Z\"\n          componentNames: [billing]\n          reference: ID\n",
        ),
        (
            "{tool: kubescape, id: C-0013, resources: ['k8s:billing/Deployment/batch']}",
            "exceptions.json",
            "[{\"name\":\"a\",\"policyType\":\"postureExceptionPolicy\",\"resources\":[{\"attributes\":{\"namespace\":\"billing\",\"kind\":\"Deployment\",\"name\":\"batch\"}}],\"posturePolicies\":[{\"controlID\":\"C-0013\"}],\"reason\":\"ID\",\"expirationDate\":\"2026-12-21T00:00:00Z\"}]\n",
        ),
        (
            "{tool: azure-policy, id: /subscriptions/1/assign/keys, resources: [/subscriptions/1]}",
            "exempt.json",
            "{\"resources\":[{\"type\":\"Microsoft.Authorization/policyExemptions\",\"name\":\"a\",\"scope\":\"/subscriptions/1\",\"properties\":{\"policyAssignmentId\":\"/subscriptions/1/assign/keys\",\"expiresOn\":\"2026-12-20T23:59:59Z\",\"description\":\"ID\"}}]}\n",
        ),
    ];
    // Each has a record of its own, which no other entry fits.
    let id = |n: usize| format!("EXC-2026-{:05}", 10_000 + n);
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("dana").write("exledger.yaml", POLICY).commit("Keep exceptions in a ledger");
    let work = repo.branch("work").by("ana").write("src/Cargo.lock", "");
    let work = entries.iter().enumerate().fold(work, |work, (n, (findings, ..))| {
        work.write(&id(n), &record(findings).replace(ID, &id(n)))
    });
    work.commit("File them");
    repo.by("dana").merge("work", "Merge branch 'work'");
    let write = |cites: &dyn Fn(usize) -> String| {
        let texts = entries.iter().enumerate();
        let texts = texts.map(|(n, (_, path, text))| (*path, cited(text, &cites(n))));
        let texts: Vec<(&str, String)> = texts.collect();
        track(&repo, &texts.iter().map(|(path, text)| (*path, &**text)).collect::<Vec<_>>());
    };
    write(&id);
    assert_eq!(found(&repo, &[]), (0, vec![]));
    // The same entries without the id.
    write(&|_| "later".to_owned());
    assert_eq!(found(&repo, &[]), (0, vec![]));
    let ended = found_after_end(&repo).1;
    for (_, path, text) in entries {
        let is_found = ended.iter().any(|(place, _)| place.starts_with(&format!("{path}:")));
        assert!(is_found, "{path}: {text}: {ended:?}");
    }
}

#[test]
fn what_an_engine_hides_beyond_the_record_is_wider() {
    let mute = "Mutelist:\n  Accounts:\n    \"*\":\n      Checks:\n        iam_keys:\n          Regions: [\"*\"]\n          Resources: [\"batch\"]\n          Description: \"ID\"\n";
    let record = "{tool: prowler, id: iam_keys, resources: ['aws:123456789012/*/batch']}";
    check(record, "mutelist.yaml", mute, &[(5, "scope-wider")]);
    // A list that is empty hides everything, cited or not.
    let empty = "[{\"name\":\"a\",\"policyType\":\"postureExceptionPolicy\",\"resources\":[],\"posturePolicies\":[],\"reason\":\"ID\",\"expirationDate\":\"2026-12-21T00:00:00Z\"}]\n";
    let record = "{tool: kubescape, id: C-0013, resources: ['k8s:billing/Deployment/batch']}";
    check(record, "exceptions.json", empty, &[(1, "scope-wider")]);
    let volatile = "sources:\n  - volatileConfig:\n      exclude:\n        - value: a.b\n          reference: ID\n";
    let record = "{tool: conforma, id: a.b, resources: ['component:billing']}";
    check(record, "policy.yaml", volatile, &[(4, "scope-wider"), (4, "term-longer")]);
    // A word alone is nothing; a file with it that can't be read may hide anything.
    check(record, "notes.yaml", "about: volatileConfig and PolicyException\n", &[]);
    check(record, "notes.md", "volatileConfig: [\n", &[]);
    check(record, "broken.yaml", "volatileConfig: [\n", &[(1, "unread")]);
    check(record, ".trivyignore.yaml", "vulnerabilities: [\n", &[(1, "unread")]);
}

#[test]
fn an_exception_of_kyverno_is_found_by_its_kind() {
    let text = "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata:\n  name: a\nspec:\n  exceptions:\n    - policyName: nonroot\n      ruleNames: [run]\n  match:\n    any:\n      - resources: {kinds: [Pod], namespaces: [billing], names: [batch]}\n";
    // Among the records, too: the tool reads it there.
    for path in
        ["k8s/exception.yaml", "exceptions/exception.yaml", "exceptions/EXC-2026-0THER.yaml"]
    {
        let rules = of("{tool: x, id: y}", path, text);
        let is_found = !rules.is_empty() && rules.iter().all(|(_, rule)| rule == "uncovered");
        assert!(is_found, "{path}: {rules:?}");
    }
}

#[test]
fn a_generated_file_is_stale_after_its_end_or_off_the_branch() {
    let repo = ledger(POLICY, &record("{tool: trivy, id: CVE-2026-0001}"));
    let head = repo.tip(crate::support::repo::MAIN).to_string();
    let text = |commit: &str, stale: &str| {
        format!(
            "# exledger export trivy: generated, do not edit\n# ledger={commit} at=2026-11-20T12:00:00Z stale-after={stale} records=1\nvulnerabilities: []\n"
        )
    };
    for (commit, stale, expected) in [
        (head.as_str(), "2026-12-21T00:00:00Z", &[] as &[(&str, &str)]),
        (head.as_str(), "never", &[]),
        (head.as_str(), "Never", &[(".trivyignore.yaml:2", "stale-file")]),
        (head.as_str(), "2026-13-21", &[(".trivyignore.yaml:2", "stale-file")]),
        (head.as_str(), "", &[(".trivyignore.yaml:2", "stale-file")]),
        (head.as_str(), "2026-11-21T00:00:00Z", &[(".trivyignore.yaml:2", "stale-file")]),
        (
            "0123456789012345678901234567890123456789",
            "2026-12-21T00:00:00Z",
            &[(".trivyignore.yaml:2", "stale-file")],
        ),
    ] {
        track(&repo, &[(".trivyignore.yaml", &text(commit, stale))]);
        assert_eq!(found(&repo, &[]), (0, are(expected)), "{commit} {stale}");
        let strict = super::scan(&repo, &["--strict"]);
        assert_eq!(strict.code, i32::from(!expected.is_empty()), "{}", strict.err);
    }
    let without = text(&head, "never").replace(" stale-after=never", "");
    track(&repo, &[(".trivyignore.yaml", &without)]);
    assert_eq!(found(&repo, &[]), (0, are(&[(".trivyignore.yaml:2", "stale-file")])));
}

#[test]
fn words_of_azure_and_zizmor_count_in_any_case() {
    let x = "{tool: x, id: y}";
    let exemption = "{\"resources\":[{\"type\":\"microsoft.authorization/policyexemptions\",\"name\":\"a\",\"scope\":\"/subscriptions/1\",\"properties\":{\"policyAssignmentId\":\"/subscriptions/1/assign/keys\"}}]}\n";
    check(x, "exempt.json", exemption, &[(1, "uncovered")]);
    let upper = exemption.replace("policyexemptions", "POLICYEXEMPTIONS");
    check(x, "exempt.json", &upper, &[(1, "uncovered")]);
    for word in ["true", "True", "TRUE"] {
        let text = format!("rules:\n  unpinned-uses:\n    disable: {word}\n");
        check(x, "zizmor.yml", &text, &[(2, "uncovered")]);
    }
    check(x, "zizmor.yml", "rules:\n  unpinned-uses:\n    disable: false\n", &[]);
}

#[test]
fn an_expression_that_matches_more_than_a_name_is_wider() {
    let record = "{tool: prowler, id: iam_keys, resources: ['aws:123456789012/eu-1/batch']}";
    let cases = [
        ("eu-1", "^batch$", &[] as &[(u32, &str)]),
        ("^eu-1$", "^(batch)$", &[(5, "scope-wider")]),
        ("^eu-1$", "^batch$", &[]),
        ("eu-1", r"^batch\d$", &[(5, "scope-wider")]),
        ("eu-1", r"^ba\w*tch$", &[(5, "scope-wider")]),
        ("eu-1", "^b.tch$", &[(5, "scope-wider")]),
        ("eu-.", "^batch$", &[(5, "scope-wider")]),
        ("*", "^batch$", &[(5, "scope-wider")]),
    ];
    let texts = cases.iter().enumerate().map(|(n, (region, resource, _))| {
        let text = format!(
            "Mutelist:\n  Accounts:\n    \"123456789012\":\n      Checks:\n        iam_keys:\n          Regions: ['{region}']\n          Resources: ['{resource}']\n          Description: \"ID\"\n"
        );
        (format!("{n}/mutelist.yaml"), text)
    });
    let texts: Vec<(String, String)> = texts.collect();
    let files = texts.iter().zip(&cases).map(|((path, text), case)| (&**path, &**text, case.2));
    check_all(record, &files.collect::<Vec<_>>());
    // An item that is no text may stand for anything.
    let record = "{tool: conforma, id: a.b, resources: ['component:billing']}";
    let excluded = "sources:\n  - volatileConfig:\n      exclude:\n        - value: a.b\n          effectiveUntil: \"2026-12-20T23:59:59Z\"\n          componentNames: [billing, {name: other}]\n          reference: ID\n";
    check(record, "policy.yaml", excluded, &[(4, "scope-wider")]);
    let record =
        "{tool: kyverno, id: ValidatingPolicy/nonroot, resources: ['k8s:billing/Pod/a.b']}";
    for (name, expected) in [
        (r".matches('^a\\.b$')", &[] as &[(u32, &str)]),
        (" == 'a.b'", &[]),
        (".matches('^a.b$')", &[(1, "scope-wider")]),
        (r".matches('^a\\db$')", &[(1, "scope-wider")]),
    ] {
        let text = format!(
            "apiVersion: policies.kyverno.io/v1\nkind: PolicyException\nmetadata:\n  name: a\n  labels:\n    exledger.dev/id: ID\nspec:\n  policyRefs:\n    - kind: ValidatingPolicy\n      name: nonroot\n  matchConditions:\n    - name: scope\n      expression: \"has(object.metadata.namespace) && object.metadata.namespace == 'billing' && object.kind == 'Pod' && object.metadata.name{}\"\n  expiresAt: \"2026-12-20T23:59:59Z\"\n",
            name.replace('\\', "\\\\")
        );
        check(record, "k8s/exception.yaml", &text, expected);
    }
}
