//! The content of drafts: everything that events state of their subject, and the owner of files by CODEOWNERS.

use serde_json::{Value, json};

use crate::support::repo::Repo;
use crate::triage::{ON, POLICY, json as asked, ledger, put, result, sarif};

const PEOPLE: &str = "\
email,name,team,active
ana@example.com,Ana Ruiz,billing,yes
kim@example.com,Kim Oz,platform,yes
max@example.com,Max Left,platform,no
";

const CODEOWNERS: &str = "\
# The last line that fits decides.
*                 @example/everybody
/services/        ana@example.com
/services/edge/   @kim   # by login
docs/*            sam@example.com
*.tf              @example/platform
/infra\\ old/      @example/security
/vendor/
[Section] @example/all
";

/// A ledger whose repository has a CODEOWNERS file.
fn owned(codeowners: &str) -> Repo {
    let policy =
        format!("{POLICY}people: {{roster: people.csv, logins: {{kim: kim@example.com}}}}\n")
            .replace("platform: [lee@example.com]", "platform: [kim@example.com, max@example.com]")
            .replace(
                "security: [dana@example.com]",
                "security: [dana@example.com, sam@example.com]",
            );
    let repo = ledger(&policy);
    repo.by("root")
        .write("people.csv", PEOPLE)
        .write(".github/CODEOWNERS", codeowners)
        .commit("Say who owns what");
    repo.checkout();
    repo
}

/// Writes a draft for each input of a file, and returns them by title.
fn drafts(repo: &Repo, name: &str, text: &str) -> Vec<(String, Value)> {
    put(repo, name, text);
    let (_, answer) = asked(repo, &[name, "--draft", "drafts"]);
    let drafts = answer["drafts"].as_array().unwrap().iter();
    let mut drafts: Vec<(String, Value)> = drafts
        .map(|draft| {
            let path = repo.path().join(draft["path"].as_str().unwrap());
            let text = std::fs::read_to_string(path).unwrap();
            let record: Value = serde_yaml::from_str(&text).unwrap();
            (record["title"].as_str().unwrap().to_owned(), record)
        })
        .collect();
    drafts.sort_by(|one, other| one.0.cmp(&other.0));
    drafts
}

/// The owner of the draft about a finding in some files.
fn owner(repo: &Repo, paths: &[&str]) -> Value {
    let results: Vec<Value> = paths.iter().map(|path| result("CVE-2026-0100", path)).collect();
    std::fs::remove_dir_all(repo.path().join("drafts")).ok();
    let mut drafts = drafts(repo, "a.sarif", &sarif("Trivy", &results));
    assert_eq!(drafts.len(), 1);
    drafts.remove(0).1["owner"].take()
}

#[test]
fn a_file_has_the_owner_of_the_last_line_that_fits() {
    let repo = owned(CODEOWNERS);
    let ana = json!({"name": "Ana Ruiz", "email": "ana@example.com", "team": "billing"});
    let kim = json!({"name": "Kim Oz", "email": "kim@example.com", "team": "platform"});
    for (paths, expected) in [
        (&["services/a/lock"][..], &ana),
        (&["services/edge/lock"], &kim),
        (&["services/a", "services/b/c"], &ana),
        // One of two members has left.
        (&["services/a/main.tf"], &kim),
        (&["deep/down/main.tf"], &kim),
    ] {
        assert_eq!(owner(&repo, paths), *expected, "{paths:?}");
    }
    let nobody = "TODO(import): give the owner's address";
    for (paths, expected) in [
        (&["README"][..], "; CODEOWNERS names @example/everybody"),
        (&["docs/deep/page"], "; CODEOWNERS names @example/everybody"),
        (
            &["infra old/a"],
            "; CODEOWNERS names @example/security: dana@example.com, sam@example.com",
        ),
        (
            &["services/a", "services/edge/b"],
            "; CODEOWNERS names @kim ana@example.com: ana@example.com, kim@example.com",
        ),
        // The line removes all owners.
        (&["vendor/x"], ""),
        (&["/etc/passwd"], ""),
    ] {
        let owner = owner(&repo, paths);
        assert_eq!(owner["email"], format!("{nobody}{expected}"), "{paths:?}");
    }
    let sam = owner(&repo, &["docs/page"]);
    assert_eq!(sam["email"], "sam@example.com");
    assert_eq!(sam["name"], "TODO(import): give the accountable person");
}

/// A denied call in production, with additional `data`.
fn event(id: &str, more: Value) -> String {
    let mut data = json!({
        "identity": "svc:night", "action": "write", "resource": "db:invoices",
        "environment": "production", "decision": "denied",
    });
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let event = json!({"specversion": "1.0", "type": "tool.call", "source": "agent", "id": id, "time": ON, "data": data});
    format!("{event}\n")
}

#[test]
fn an_event_says_subject_control_and_owner() {
    let repo = owned("");
    let full = json!({
        "application": "billing", "vendor": "Example Payments Ltd", "asset": "db01",
        "control": "nist-csf:PR.AA-05", "identity_type": "service-account",
        "credential": "vault:prod/night", "owner": "ana@example.com",
    });
    let other = json!({"application": "shop", "rule": "Agents write nothing", "owner": "the shop"});
    let text = event("1", full) + &event("2", other);
    let drafts = drafts(&repo, "events.jsonl", &text);
    let titles: Vec<&str> = drafts.iter().map(|(title, _)| title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "svc:night: write db:invoices (db01, billing, Example Payments Ltd, production, nist-csf:PR.AA-05)",
            "svc:night: write db:invoices (shop, production)",
        ]
    );
    let (first, second) = (&drafts[0].1, &drafts[1].1);
    assert_eq!(
        first["subject"],
        json!({
            "application": "billing", "asset": "db01", "identity": "svc:night",
            "identity_type": "service-account", "credential": "vault:prod/night",
            "vendor": "Example Payments Ltd", "environment": "production",
            "task": "TODO(import): say what it does",
        })
    );
    assert_eq!(first["deviates_from"]["controls"], json!(["nist-csf:PR.AA-05"]));
    assert_eq!(first["owner"]["name"], "Ana Ruiz");
    assert_eq!(second["deviates_from"]["rule"], "Agents write nothing");
    let owner = "TODO(import): give the owner's address; the event says the shop";
    assert_eq!(second["owner"]["email"], owner);
    // The same again: both already have their draft.
    let again = asked(&repo, &["events.jsonl", "--draft", "drafts"]).1;
    assert_eq!(again["drafts"], json!([]));
}

#[test]
fn a_finding_that_an_event_reports_gets_a_draft_of_a_finding() {
    let repo = owned(CODEOWNERS);
    let found = json!({
        "type": "finding", "tool": "trivy", "id": "CVE-2026-0200", "severity": "high",
        "path": "services/a/lock", "package": "pkg:cargo/x@1.0.0", "application": "billing",
    });
    let drafts = drafts(&repo, "events.jsonl", &event("1", found));
    let record = &drafts[0].1;
    assert_eq!(
        record["scope"]["findings"],
        json!([{"tool": "trivy", "id": "CVE-2026-0200", "purl": "pkg:cargo/x@1.0.0", "paths": ["services/a/lock"]}])
    );
    assert_eq!(record["subject"]["application"], "billing");
    assert_eq!(record["owner"]["email"], "ana@example.com");
    assert_eq!(record["risk"]["level"], "high");
}
