//! A hundred entries of each format, brought in by one command and one merge; and what `export` writes, read back.
//!
//! Start at [`several`]. A format that is added to the table of `import` needs entries here.

use std::path::Path;

use exledger::features::import::formats;
use serde_json::{Value, json};

use super::drafts::{BULK, put};
use super::{ON, answer};
use crate::cli::run;
use crate::support::export::{ID, POLICY};
use crate::support::repo::Repo;
use crate::support::samples;

/// The sample's policy, without groups and tiers that ask for more than one person.
pub(super) const PLAIN: &str = "version: 1\nname: billing\n";

/// Returns the usual file of a format with some entries.
pub(super) fn several(format: &str, count: usize) -> (&'static str, String) {
    let repeated = |entry: &dyn Fn(usize) -> String| (0..count).map(entry).collect::<String>();
    match format {
        "trivy" => (".trivyignore", repeated(&|n| format!("CVE-2026-{}\n", 1000 + n))),
        "csv" => (
            "register.csv",
            "title,asset,rule,expires\n".to_owned()
                + &repeated(&|n| format!("Old cipher {n},gateway:{n},TLS 1.2 everywhere,2026-12-15\n")),
        ),
        "gitleaks" => (".gitleaksignore", repeated(&|n| format!("src/f{n}.py:aws-key:{}\n", n + 1))),
        "snyk" => (
            ".snyk",
            "version: v1.25.0\nignore:\n".to_owned()
                + &repeated(&|n| {
                    format!("  SNYK-JS-PKG{n}-{}:\n    - '*':\n        reason: Waits\n        expires: 2026-12-15T00:00:00.000Z\n", 5000 + n)
                })
                + "patch: {}\n",
        ),
        "cargo-deny" => (
            "deny.toml",
            "[advisories]\nignore = [\n".to_owned()
                + &repeated(&|n| format!("    {{ id = \"RUSTSEC-2026-{n:04}\", reason = \"Waits\" }},\n"))
                + "]\n",
        ),
        "cargo-audit" => (
            ".cargo/audit.toml",
            "[advisories]\nignore = [".to_owned()
                + &repeated(&|n| format!("\"RUSTSEC-2026-{n:04}\", "))
                + "]\n",
        ),
        "osv-scanner" => (
            "osv-scanner.toml",
            repeated(&|n| {
                format!("[[IgnoredVulns]]\nid = \"GHSA-aaaa-bbbb-{n:04}\"\nignoreUntil = 2026-12-15T00:00:00Z\n\n")
            }),
        ),
        "sarif" => ("semgrep.sarif", sarif(count)),
        "detect-secrets" => (".secrets.baseline", secrets(count)),
        "dependency-check" => (
            "suppression.xml",
            "<suppressions xmlns=\"https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd\">\n".to_owned()
                + &repeated(&|n| {
                    format!("<suppress until=\"2026-12-15Z\"><packageUrl regex=\"true\">^pkg:maven/org\\.example/lib{n}@.*$</packageUrl><cve>CVE-2026-{}</cve></suppress>\n", 1000 + n)
                })
                + "</suppressions>\n",
        ),
        "grype" => (
            ".grype.yaml",
            "ignore:\n".to_owned()
                + &repeated(&|n| {
                    format!("  - vulnerability: CVE-2026-{}\n    package: {{name: lodash, type: npm}}\n", 1000 + n)
                }),
        ),
        "github-alerts" => ("alerts.json", alerts(count)),
        "kyverno" => (
            "exceptions.yaml",
            repeated(&|n| {
                format!(
                    "---\napiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {{name: e{n}, namespace: k}}\nspec:\n  exceptions:\n    - {{policyName: p{n}, ruleNames: [r]}}\n  match:\n    any:\n      - resources: {{kinds: [Deployment], namespaces: [prod], names: [api]}}\n"
                )
            }),
        ),
        other => panic!("no entries of {other}"),
    }
}

fn sarif(count: usize) -> String {
    let result = |n: usize| {
        json!({
            "ruleId": format!("rule-{n}"), "message": {"text": "found"},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": format!("src/f{n}.py")}, "region": {"startLine": 3}}}],
            "suppressions": [{"kind": "inSource", "status": "accepted", "justification": "Waits"}],
        })
    };
    let results: Vec<Value> = (0..count).map(result).collect();
    let tool = json!({"driver": {"name": "Semgrep OSS", "rules": []}});
    json!({"version": "2.1.0", "runs": [{"tool": tool, "results": results}]}).to_string()
}

fn secrets(count: usize) -> String {
    let secret = |n: usize| {
        let name = format!("f{n}.py");
        (
            name,
            json!([{"type": "AWS Access Key", "hashed_secret": format!("{n:040x}"), "line_number": 3}]),
        )
    };
    let results: serde_json::Map<String, Value> = (0..count).map(secret).collect();
    json!({"version": "1.5.0", "results": results}).to_string()
}

fn alerts(count: usize) -> String {
    let alert = |n: usize| {
        json!({
            "number": n, "state": "dismissed", "dismissed_reason": "tolerable_risk", "dismissed_comment": "For now",
            "dependency": {"package": {"ecosystem": "npm", "name": format!("pkg{n}")}, "manifest_path": "package-lock.json"},
            "security_advisory": {"ghsa_id": format!("GHSA-aaaa-bbbb-{n:04}"), "cve_id": format!("CVE-2026-{}", 1000 + n), "identifiers": []},
            "url": format!("https://api.github.com/repos/acme/shop/dependabot/alerts/{n}"),
        })
    };
    Value::from((1..count + 1).map(alert).collect::<Vec<_>>()).to_string()
}

/// Starts a ledger with a policy.
pub(super) fn begun(policy: &str) -> Repo {
    let repo = Repo::at("2026-11-01T08:00:00Z");
    repo.by("dana").write("exledger.yaml", policy).commit("Begin");
    repo.checkout();
    repo
}

/// Commits the records of the work folder on a branch, which somebody else merges.
pub(super) fn filed(repo: &Repo) -> usize {
    let folder = repo.path().join("exceptions");
    let mut work = repo.branch("moving-in").by("ana");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("exceptions/{}", path.file_name().unwrap().to_str().unwrap());
        work = work.write(&name, &std::fs::read_to_string(&path).unwrap());
        count += 1;
    }
    work.commit("Bring the old exceptions in");
    repo.by("dana").merge("moving-in", "Merge branch 'moving-in'");
    repo.checkout();
    count
}

pub(super) fn states(answer: &Value) -> Vec<&str> {
    let entries = answer["entries"].as_array().unwrap();
    let mut states: Vec<&str> = entries.iter().map(|it| it["state"].as_str().unwrap()).collect();
    states.dedup();
    states
}

#[test]
fn a_hundred_entries_of_each_format_take_one_command_and_one_merge() {
    for format in formats::ALL {
        let name = format.name;
        let repo = begun(PLAIN);
        repo.clock("2026-11-20T08:00:00Z");
        let (path, text) = several(name, 100);
        put(repo.path(), path, &text);
        // A register states what each record is about; the others are findings of one record.
        let (one, records): (&[&str], usize) =
            if name == "csv" { (&[], 100) } else { (&["--one-record"], 1) };
        let own = [name, path, "--owner-name", "Ana Ruiz", "--expires", "40d"];
        let args = [&own[..], one, BULK].concat();

        let found = answer(repo.path(), 0, &args);
        assert_eq!(found["entries"].as_array().unwrap().len(), 100, "{name}");
        assert_eq!(states(&found), ["draft"], "{name}");
        assert!(
            found["drafts"].as_array().unwrap().iter().all(|it| it["complete"] == true),
            "{name}"
        );
        let lint = run(repo.path(), &["lint", "--on", ON]);
        assert_eq!(lint.code, 0, "{name}: {}", lint.out);

        assert_eq!(filed(&repo), records, "{name}");
        let list = run(repo.path(), &["list", "--on", ON, "--format", "json"]);
        let list: Value = serde_json::from_str(&list.out).unwrap();
        let all = list["records"].as_array().unwrap();
        assert_eq!(all.len(), records, "{name}");
        assert!(all.iter().all(|it| it["in_force"] == true), "{name}: {all:#?}");

        put(repo.path(), path, &text);
        let again = answer(repo.path(), 0, &args);
        assert_eq!((states(&again), &again["drafts"]), (vec!["known"], &json!([])), "{name}");
    }
}

/// The targets that `import` reads, the file that they are written to, and the seconds by which an end that they state lies
/// before the record's; `None` if they state none.
const WRITTEN: &[(&str, &str, Option<i64>)] = &[
    ("trivy", ".trivyignore.yaml", Some(1)),
    ("grype", "grype.yaml", None),
    ("osv-scanner", "osv-scanner.toml", Some(0)),
    ("dependency-check", "suppression.xml", Some(60)),
    ("snyk", ".snyk", Some(1)),
    ("cargo-deny", "deny.toml", None),
    ("kyverno", "kyverno.yaml", Some(1)),
];

/// The findings of a record, each of which its target can express.
const FINDINGS: &[&str] = &[
    "{tool: trivy, id: CVE-2026-1, purl: 'pkg:npm/lodash@4.17.20'}",
    "{tool: trivy, id: CVE-2026-2, paths: ['services/**/Cargo.lock', 'a?b/*.txt']}",
    "{tool: trivy-misconfig, id: DS-0002, paths: [Dockerfile]}",
    "{tool: grype, id: CVE-2026-3, purl: 'pkg:npm/lodash@4.17.20'}",
    "{tool: grype, id: CVE-2026-4, purl: 'pkg:npm/%40babel/core@7.0.0'}",
    "{tool: osv-scanner, id: GHSA-aaaa-bbbb-cccc}",
    "{tool: dependency-check, id: CVE-2026-5, purl: 'pkg:maven/org.example/lib@1.2.3'}",
    "{tool: dependency-check, id: CVE-2026-6, purl: 'pkg:maven/org.example/lib'}",
    "{tool: snyk, id: SNYK-JS-LODASH-567746, purl: 'pkg:npm/lodash'}",
    "{tool: snyk, id: SNYK-JS-LODASH-567747}",
    "{tool: cargo-deny, id: RUSTSEC-2026-0001}",
    "{tool: kyverno, id: ValidatingPolicy/x, resources: ['k8s:prod/Deployment/api']}",
];

fn with_findings(repo: &Repo) {
    let findings: String = FINDINGS.iter().map(|finding| format!("    - {finding}\n")).collect();
    let entries = format!("scope:\n  findings:\n{findings}starts: 2026-11-01");
    let text = samples::record(ID, &entries);
    repo.branch("file").by("ana").write(ID, &text).commit("File it");
    repo.by("dana").merge("file", "Merge branch 'file'");
    repo.checkout();
}

/// Returns the findings and the end of each entry that `import` reads, in an order that doesn't depend on the file's.
fn told(folder: &Path, target: &str, path: &str) -> Vec<(Value, Option<String>)> {
    let found = answer(folder, 0, &[target, path, "--dry-run"]);
    let entries = found["entries"].as_array().unwrap();
    let told = entries.iter().map(|it| {
        let findings = it["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1, "{target}: {it}");
        (findings[0].clone(), it["end"].as_str().map(str::to_owned))
    });
    told.collect()
}

#[test]
fn what_is_exported_is_read_back_with_the_same_keys_and_ends() {
    let repo = begun(PLAIN);
    with_findings(&repo);
    let stranger = begun(POLICY);
    let stated: Vec<Value> =
        FINDINGS.iter().map(|text| serde_yaml::from_str(text).unwrap()).collect();
    let end = exledger::record::time::Instant::parse("2026-12-21T00:00:00Z").unwrap();
    for (target, path, before_end) in WRITTEN {
        let folder = repo.path().to_str().unwrap();
        let place: &[&str] = if *target == "osv-scanner" { &["-o", folder] } else { &["-o", path] };
        let lossy: &[&str] = if before_end.is_none() { &["--allow-lossy=term"] } else { &[] };
        let written =
            run(repo.path(), &[&["export", target, "--on", ON][..], place, lossy].concat());
        assert_eq!(written.code, 0, "{target}: {}", written.err);
        let here = answer(repo.path(), 0, &[target, path, "--dry-run"]);
        assert_eq!((states(&here), &here["drafts"]), (vec!["known"], &json!([])), "{target}");
        assert!(here["entries"].as_array().unwrap().iter().all(|it| it["id"] == ID), "{target}");

        // Where the record is not, the entries say the same.
        let text = std::fs::read_to_string(repo.path().join(path)).unwrap();
        put(stranger.path(), path, &text);
        let read = told(stranger.path(), target, path);
        let own = |it: &&Value| {
            let tool = it["tool"].as_str().unwrap();
            tool == *target || *target == "trivy" && tool.starts_with("trivy-")
        };
        let wanted: Vec<&Value> = stated.iter().filter(own).collect();
        let keys: Vec<&Value> = read.iter().map(|(key, _)| key).collect();
        assert_eq!(keys, wanted, "{target}");
        let stated_end = before_end.map(|seconds| end.plus_seconds(-seconds).to_string());
        assert!(read.iter().all(|(_, end)| *end == stated_end), "{target}: {read:?}");
    }
}

#[test]
fn rows_are_read_back_with_their_end() {
    let repo = begun(PLAIN);
    with_findings(&repo);
    let written = run(repo.path(), &["export", "csv", "--on", ON, "-o", "all.csv"]);
    assert_eq!(written.code, 0, "{}", written.err);
    let here = answer(repo.path(), 0, &["csv", "all.csv", "--dry-run"]);
    assert_eq!((states(&here), &here["drafts"]), (vec!["known"], &json!([])));
    assert_eq!(here["entries"][0]["id"], ID);
    assert_eq!(here["entries"][0]["end"], "2026-12-20");
}
