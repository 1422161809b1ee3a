//! Which alerts a record covers, kind by kind, and the lines of the plan.

use serde_json::{Value, json};

use super::{changes, code_scanning, dependabot, file, ledger, lines, plan, secret};
use crate::support::project;
use crate::support::repo::Repo;

const ID: &str = "EXC-2026-C0VER";

fn covering(findings: &str) -> Repo {
    let repo = ledger();
    file(&repo, ID, "brittle-dependency", findings);
    repo
}

#[test]
fn an_open_alert_that_a_record_names_is_dismissed() {
    let lodash = |ecosystem: &str, package: &str| {
        dependabot(2, "GHSA-35jh-r3h4-6jhm", "CVE-2021-23337", ecosystem, package)
    };
    let of_trivy = |name: &str| {
        let mut alert = code_scanning(1, "Trivy", "CVE-2026-0001", "Cargo.lock");
        alert["rule"]["name"] = name.into();
        alert["most_recent_instance"]["message"]["text"] =
            "Package: redis\nInstalled Version: 1.0.0\nVulnerability CVE-2026-0001".into();
        alert
    };
    for (findings, alert, is_covered) in [
        (
            "{tool: semgrep, id: shell-true, paths: ['src/**']}",
            code_scanning(1, "Semgrep OSS", "shell-true", "src/a.py"),
            true,
        ),
        (
            "{tool: semgrep, id: shell-true, paths: ['src/**']}",
            code_scanning(1, "Semgrep OSS", "shell-true", "tools/a.py"),
            false,
        ),
        (
            "{tool: semgrep, id: shell-true, paths: ['src/**']}",
            code_scanning(1, "Semgrep OSS", "shell-true", "src/../tools/a.py"),
            false,
        ),
        (
            "{tool: semgrep, id: shell-true}",
            code_scanning(1, "CodeQL", "shell-true", "src/a.py"),
            false,
        ),
        (
            "{tool: zizmor, id: unpinned-uses}",
            code_scanning(1, "zizmor", "zizmor/unpinned-uses", ".github/workflows/ci.yml"),
            true,
        ),
        (
            "{tool: trivy, id: CVE-2026-0001, purl: 'pkg:cargo/redis@1.0.0'}",
            of_trivy("LanguageSpecificPackageVulnerability"),
            true,
        ),
        (
            "{tool: trivy, id: CVE-2026-0001, purl: 'pkg:cargo/redis@1.0.1'}",
            of_trivy("LanguageSpecificPackageVulnerability"),
            false,
        ),
        (
            "{tool: trivy, id: CVE-2026-0001, purl: 'pkg:npm/redis@1.0.0'}",
            of_trivy("LanguageSpecificPackageVulnerability"),
            false,
        ),
        ("{tool: trivy-misconfig, id: CVE-2026-0001}", of_trivy("Misconfiguration"), true),
        ("{tool: dependabot, id: GHSA-35jh-r3h4-6jhm}", lodash("npm", "lodash"), true),
        ("{tool: dependabot, id: CVE-2021-23337}", lodash("npm", "lodash"), true),
        (
            "{tool: dependabot, id: CVE-2021-23337, paths: ['services/web/*']}",
            lodash("npm", "lodash"),
            true,
        ),
        (
            "{tool: dependabot, id: CVE-2021-23337, paths: ['services/pay/*']}",
            lodash("npm", "lodash"),
            false,
        ),
        (
            "{tool: dependabot, id: CVE-2021-23337, purl: 'pkg:npm/lodash'}",
            lodash("npm", "lodash"),
            true,
        ),
        // No version is stated, so a package URL with one never covers.
        (
            "{tool: dependabot, id: CVE-2021-23337, purl: 'pkg:npm/lodash@4.17.20'}",
            lodash("npm", "lodash"),
            false,
        ),
        (
            "{tool: dependabot, id: CVE-2021-23337, purl: 'pkg:gem/lodash'}",
            lodash("npm", "lodash"),
            false,
        ),
        (
            "{tool: dependabot, id: CVE-2021-23337, purl: 'pkg:pypi/lo-dash'}",
            lodash("pip", "lo_dash"),
            true,
        ),
        (
            "{tool: dependabot, id: CVE-2021-23337, purl: 'pkg:maven/org.acme/core'}",
            lodash("maven", "org.acme:core"),
            true,
        ),
        (
            "{tool: dependabot, id: CVE-2021-23337, purl: 'pkg:maven/org.other/core'}",
            lodash("maven", "org.acme:core"),
            false,
        ),
        (
            "{tool: dependabot, id: CVE-2021-23337, purl: 'pkg:julia/Json'}",
            lodash("julia", "Json"),
            true,
        ),
        ("{tool: dependabot, cwe: CWE-79, paths: ['services/**']}", lodash("npm", "lodash"), true),
        (
            "{tool: github-secret-scanning, id: github_pat, paths: ['docs/**']}",
            secret(3, "github_pat", "docs/a.md"),
            true,
        ),
        (
            "{tool: github-secret-scanning, id: github_pat, paths: ['docs/**']}",
            secret(3, "github_pat", "/docs/a.md"),
            true,
        ),
        (
            "{tool: github-secret-scanning, id: github_pat, paths: ['docs/**']}",
            secret(3, "github_pat", "src/a.md"),
            false,
        ),
        (
            "{tool: github-secret-scanning, id: slack_token}",
            secret(3, "github_pat", "docs/a.md"),
            false,
        ),
    ] {
        let run = plan(&covering(findings), std::slice::from_ref(&alert));
        assert_eq!(run.code, 0, "{}", run.err);
        assert_eq!(changes(&run).len(), usize::from(is_covered), "{findings}: {alert}");
    }
}

#[test]
fn a_place_that_github_does_not_tell_is_covered_by_no_record_with_paths() {
    let mut more = secret(3, "github_pat", "docs/a.md");
    more["has_more_locations"] = true.into();
    let mut silent = secret(3, "github_pat", "docs/a.md");
    silent.as_object_mut().unwrap().remove("has_more_locations");
    let mut lost = code_scanning(1, "semgrep", "github_pat", "docs/a.md");
    lost["most_recent_instance"].as_object_mut().unwrap().remove("location");
    for alert in [more, silent, lost] {
        let tool = if alert["number"] == 1 { "semgrep" } else { "github-secret-scanning" };
        let with_paths = covering(&format!("{{tool: {tool}, id: github_pat, paths: ['docs/**']}}"));
        assert_eq!(changes(&plan(&with_paths, std::slice::from_ref(&alert))).len(), 0, "{alert}");
        let without = covering(&format!("{{tool: {tool}, id: github_pat}}"));
        assert_eq!(changes(&plan(&without, &[alert])).len(), 1);
    }
}

#[test]
fn each_line_of_a_plan_is_a_request_that_github_accepts() {
    let schema = project::root().join("tests/data/alerts/github-alert-patch.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    let repo = ledger();
    let all = "{tool: semgrep, id: r}, {tool: dependabot, id: CVE-2026-0001}, {tool: github-secret-scanning, id: s}";
    file(&repo, ID, "brittle-dependency", all);
    let fa1se = all.replace("id: r", "id: f").replace("0001", "0002").replace("id: s", "id: t");
    file(&repo, "EXC-2026-FA1SE", "bad-source-data", &fa1se);
    let mut again = code_scanning(5, "semgrep", "gone", "a");
    again["state"] = "dismissed".into();
    again["dismissed_comment"] = format!("see {ID}: for now").into();
    let run = plan(
        &repo,
        &[
            secret(9, "t", "a"),
            secret(7, "s", "a"),
            again,
            code_scanning(4, "semgrep", "r", "a"),
            code_scanning(3, "semgrep", "f", "a"),
            dependabot(12, "GHSA-x", "CVE-2026-0001", "npm", "a"),
            dependabot(2, "GHSA-y", "CVE-2026-0002", "npm", "a"),
        ],
    );
    assert_eq!(run.err.trim(), "plan: 6 dismiss, 1 reopen, 0 kept, 0 foreign, 0 elsewhere, 0 open");
    let plan = lines(&run);
    let reasons: Vec<(&str, u64, &str)> = plan
        .iter()
        .map(|it| {
            let body = &it["body"];
            let reason = body["dismissed_reason"].as_str().or(body["resolution"].as_str());
            (it["kind"].as_str().unwrap(), it["number"].as_u64().unwrap(), reason.unwrap_or("-"))
        })
        .collect();
    assert_eq!(
        reasons,
        [
            ("code-scanning", 3, "false positive"),
            ("code-scanning", 4, "won't fix"),
            ("code-scanning", 5, "-"),
            ("dependabot", 2, "inaccurate"),
            ("dependabot", 12, "tolerable_risk"),
            ("secret-scanning", 7, "wont_fix"),
            ("secret-scanning", 9, "false_positive"),
        ]
    );
    for line in &plan {
        let kind = line["kind"].as_str().unwrap();
        let of_kind = json!({"$defs": schema["$defs"], "$ref": format!("#/$defs/{kind}")});
        let validator = jsonschema::validator_for(&of_kind).unwrap();
        assert!(validator.is_valid(&line["body"]), "{line}");
        let path = format!("/repos/acme/shop/{kind}/alerts/{}", line["number"]);
        assert_eq!(line["path"], path);
    }
    let keys: Vec<&String> = plan[1].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "schema",
            "action",
            "kind",
            "number",
            "repo",
            "record",
            "end",
            "planned_at",
            "commit",
            "method",
            "path",
            "body"
        ]
    );
    assert_eq!(
        plan[1]["body"]["dismissed_comment"],
        "EXC-2026-C0VER until 2027-01-11T00:00:00Z: Finding of EXC-2026-C0VER; owner ana@example.com"
    );
    assert_eq!(plan[2]["body"], json!({"state": "open"}));
    assert_eq!((&plan[2]["record"], &plan[2]["end"]), (&ID.into(), &Value::Null));
}

#[test]
fn a_comment_has_one_line_of_280_characters_at_most() {
    let repo = ledger();
    file(&repo, ID, "brittle-dependency", "{tool: semgrep, id: r}");
    let long = "Ünicode \u{1F600} ".repeat(60);
    let branch = repo.branch("long").by("ana");
    branch.edit(ID, &format!("title: \"{}\"", long.trim())).commit("Say more");
    repo.by("dana").merge("long", "Merge branch 'long'");
    let run = plan(&repo, &[code_scanning(4, "semgrep", "r", "a")]);
    let lines = lines(&run);
    let comment = lines[0]["body"]["dismissed_comment"].as_str().unwrap();
    assert!((270..=280).contains(&comment.chars().count()), "{comment}");
    assert!(comment.ends_with("; owner ana@example.com"), "{comment}");
}
