//! The alert plan: what is dismissed and reopened, what is left alone, and the script that applies it.
//!
//! Start at [`Forge`]: the alerts of a repository, as files that a fake `gh` reads and changes.

mod apply;
mod kinds;
mod reading;

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{self, Run};
use crate::support::repo::Repo;
use crate::support::samples;

/// The clock of the plans.
const ON: &str = "2026-12-01T12:00:00Z";

/// A clock after the end of all records.
const AFTER: &str = "2027-02-01T12:00:00Z";

const POLICY: &str = samples::GRANTING;

/// A record with findings, filed by Ana and merged by Dana.
fn file(repo: &Repo, id: &str, cause: &str, findings: &str) {
    let entries = format!(
        "title: Finding of {id}\nsubject: {{application: shop}}\nscope: {{findings: [{findings}]}}\n\
         root_cause: {cause}\nstarts: 2026-11-20\nexpires: 2027-01-10"
    );
    let text = samples::record(id, &entries);
    repo.branch(id).by("ana").write(id, &text).commit(&format!("File {id}"));
    repo.by("dana").merge(id, &format!("Merge branch '{id}'"));
}

/// A ledger without records.
fn ledger() -> Repo {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("dana").write("exledger.yaml", POLICY).commit("Keep exceptions in a ledger");
    repo
}

/// The alerts of `acme/shop`.
struct Forge {
    folder: tempfile::TempDir,
}

impl Forge {
    fn new() -> Forge {
        Forge { folder: crate::support::temporary() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn add(&self, alert: &Value) {
        let url = alert["url"].as_str().unwrap();
        let path = url.strip_prefix("https://api.github.com/").unwrap();
        let file = self.path().join(format!("{path}.json"));
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, alert.to_string()).unwrap();
    }

    fn alert(&self, kind: &str, number: u64) -> Value {
        let file = format!("repos/acme/shop/{kind}/alerts/{number}.json");
        serde_json::from_slice(&std::fs::read(self.path().join(file)).unwrap()).unwrap()
    }

    /// Returns all alerts as `gh api --paginate` prints them: pages of thirty, one array after another.
    fn pages(&self) -> String {
        let mut alerts = Vec::new();
        for kind in ["code-scanning", "dependabot", "secret-scanning"] {
            let folder = self.path().join(format!("repos/acme/shop/{kind}/alerts"));
            let Ok(files) = std::fs::read_dir(folder) else { continue };
            let mut files: Vec<_> = files.map(|it| it.unwrap().path()).collect();
            files.sort();
            for file in files {
                let alert: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
                alerts.push(alert);
            }
        }
        alerts.chunks(30).map(|page| Value::from(page.to_vec()).to_string()).collect()
    }
}

/// Returns an alert of code scanning.
fn code_scanning(number: u64, tool: &str, rule: &str, path: &str) -> Value {
    json!({
        "number": number,
        "url": format!("https://api.github.com/repos/acme/shop/code-scanning/alerts/{number}"),
        "state": "open",
        "dismissed_reason": null,
        "dismissed_comment": null,
        "rule": {"id": rule, "severity": "error", "security_severity_level": "high", "name": rule, "tags": []},
        "tool": {"name": tool, "guid": null, "version": "1"},
        "most_recent_instance": {
            "state": "open",
            "message": {"text": "It is so"},
            "location": {"path": path, "start_line": 7},
        },
    })
}

/// Returns an alert of Dependabot.
fn dependabot(number: u64, ghsa: &str, cve: &str, ecosystem: &str, package: &str) -> Value {
    json!({
        "number": number,
        "url": format!("https://api.github.com/repos/acme/shop/dependabot/alerts/{number}"),
        "state": "open",
        "dependency": {
            "package": {"ecosystem": ecosystem, "name": package},
            "manifest_path": "services/web/package-lock.json",
        },
        "security_advisory": {
            "ghsa_id": ghsa,
            "cve_id": cve,
            "severity": "high",
            "identifiers": [{"type": "GHSA", "value": ghsa}, {"type": "CVE", "value": cve}],
            "cwes": [{"cwe_id": "CWE-79", "name": "XSS"}],
        },
        "security_vulnerability": {"severity": "high", "first_patched_version": {"identifier": "4.17.21"}},
        "dismissed_reason": null,
        "dismissed_comment": null,
    })
}

/// A value that must never be printed.
const SECRET: &str = "ghp_3NeverPrintThisValue0000000000000000";

/// Returns an alert about a secret.
fn secret(number: u64, kind: &str, path: &str) -> Value {
    json!({
        "number": number,
        "url": format!("https://api.github.com/repos/acme/shop/secret-scanning/alerts/{number}"),
        "state": "open",
        "resolution": null,
        "resolution_comment": null,
        "secret_type": kind,
        "secret": SECRET,
        "has_more_locations": false,
        "first_location_detected": {"path": path, "start_line": 3, "blob_sha": "0"},
    })
}

/// Plans for alerts as text, at an instant.
fn plan_at(repo: &Repo, alerts: &str, clock: &str) -> Run {
    repo.checkout();
    let args = ["triage", "-", "--plan", "github", "--repo", "acme/shop"];
    cli::run_fed_with(repo.path(), &args, &[("EXLEDGER_TEST_CLOCK", clock)], alerts.as_bytes())
}

fn plan(repo: &Repo, alerts: &[Value]) -> Run {
    plan_at(repo, &Value::from(alerts.to_vec()).to_string(), ON)
}

/// Returns the lines of a plan.
fn lines(run: &Run) -> Vec<Value> {
    run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Returns each change of a plan: what, kind and number.
fn changes(run: &Run) -> Vec<(String, String, u64)> {
    let text = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
    let lines = lines(run);
    let changes = lines.iter();
    changes
        .map(|it| (text(it, "action"), text(it, "kind"), it["number"].as_u64().unwrap()))
        .collect()
}
