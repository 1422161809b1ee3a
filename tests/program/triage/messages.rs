//! `triage --messages`: one message a person, and nothing that has no owner is lost unseen.

use serde_json::{Value, json};

use crate::support::golden;
use crate::support::repo::Repo;
use crate::triage::{json as asked, ledger, put, result, run, sarif};

/// What a team states to have reads of its vault at odd hours routed to the owner of the asset.
const POLICY: &str = "version: 1
name: example/payments
groups: {security: [dana@example.com, sam@example.com]}
people: {roster: people.csv}
assets:
  - {match: ['kv/billing/**'], owner: ana@example.com}
baselines:
  - id: B1
    kind: token-use
    when: {type: vault.read}
    expect: {'svc:reports': {hours: '01:00-03:00Z'}}
    notify: [security]
";

const PEOPLE: &str = "\
email,name,team,active
ana@example.com,Ana Ruiz,billing,yes
dana@example.com,Dana Kim,security,yes
sam@example.com,Sam Lee,security,no
kim@example.com,Kim Oz,platform,yes
";

/// A ledger with that policy, and owners of files.
fn vault() -> Repo {
    let repo = ledger(POLICY);
    repo.by("root")
        .write("people.csv", PEOPLE)
        .write("CODEOWNERS", "/services/ kim@example.com\n")
        .commit("Say who owns what");
    repo.checkout();
    repo
}

/// A read of the vault by the reports at this time of the day.
fn read(id: &str, time: &str, resource: &str) -> String {
    let data = json!({"identity": "svc:reports", "action": "read", "resource": resource, "vendor": "Example Ltd", "ticket": "BILL-7"});
    let at = format!("2026-11-30T{time}:00Z");
    let event = json!({"specversion": "1.0", "type": "vault.read", "source": "vault", "id": id, "time": at, "data": data});
    format!("{event}\n")
}

#[test]
fn a_vault_read_outside_the_normal_hours_goes_to_the_owner_of_the_asset() {
    let repo = vault();
    let text = read("1", "02:10", "kv/billing/db") + &read("2", "14:10", "kv/billing/db");
    put(&repo, "vault.jsonl", text);
    let (code, answer) = asked(&repo, &["vault.jsonl", "--messages"]);
    assert_eq!(code, 1);
    assert_eq!(answer["counts"]["routine"], 1);
    let row = &answer["results"][1];
    let route = json!({
        "owner": {"email": "ana@example.com", "name": "Ana Ruiz"},
        "because": "owner of asset `kv/billing/**`, which fits its resource",
        // Sam has left.
        "notify": [{"email": "dana@example.com", "name": "Dana Kim"}],
    });
    assert_eq!(row["route"], route);
    let messages = answer["messages"].as_array().unwrap();
    let to: Vec<&Value> = messages.iter().map(|message| &message["to"]["email"]).collect();
    assert_eq!(to, ["ana@example.com", "dana@example.com"]);
    assert_eq!(messages[0]["subject"], "Uncovered: vault.read  svc:reports read kv/billing/db");
    let text = "\
vault.read  svc:reports read kv/billing/db
  uncovered: its time is outside the normal hours of svc:reports, 01:00-03:00Z (baseline B1); no exception covers it
  you receive this as owner of asset `kv/billing/**`, which fits its resource
  in: vault.jsonl:2
  next: correct or end it, or ask for an exception
  run: exledger new";
    assert_eq!(messages[0]["text"], text);
    let input = json!([{
        "source": "vault.jsonl", "index": 2, "key": "vault:2", "state": "uncovered",
        "message": "its time is outside the normal hours of svc:reports, 01:00-03:00Z (baseline B1); no exception covers it",
    }]);
    assert_eq!(messages[0]["inputs"], input);
    let other = messages[1]["text"].as_str().unwrap();
    assert!(other.contains("you are notified; it goes to Ana Ruiz <ana@example.com>"), "{other}");
    // The draft takes what is known.
    let (_, answer) = asked(&repo, &["vault.jsonl", "--draft", "drafts"]);
    let path = repo.path().join(answer["drafts"][0]["path"].as_str().unwrap());
    let record: Value = serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(
        record["owner"],
        json!({"name": "Ana Ruiz", "email": "ana@example.com", "team": "billing"})
    );
    assert_eq!(record["class"], "third-party");
    assert_eq!(record["subject"]["vendor"], "Example Ltd");
    assert_eq!(record["references"], json!({"ticket": "BILL-7"}));
}

/// Inputs of all kinds of recipients.
fn inputs(repo: &Repo) {
    let text = read("1", "14:10", "kv/billing/db")
        + &read("2", "15:10", "kv/billing/db")
        + &read("3", "16:10", "kv/shop/db")
        + "no event\n";
    put(repo, "vault.jsonl", text);
    let results =
        [result("CVE-2026-0001", "services/a/lock"), result("CVE-2026-0001", "services/b/lock")];
    put(repo, "trivy.sarif", sarif("Trivy", &results));
}

#[test]
fn every_format_has_the_messages() {
    let repo = vault();
    inputs(&repo);
    for format in ["table", "json", "jsonl", "csv", "markdown"] {
        let args = ["vault.jsonl", "trivy.sarif", "--messages", "--format", format];
        let answer = run(&repo, &args);
        assert_eq!(answer.code, 3, "{}", answer.err);
        let shown = format!("# exit 3\n{}", answer.out);
        golden::check(&format!("cli/triage-messages.{format}"), &shown);
        let without = "without an owner: 2 inputs (nobody is notified of 1)";
        let is_block = matches!(format, "table" | "markdown");
        let place = if is_block { answer.out } else { answer.err };
        let place = place.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(place.contains(without), "{format}: {place}");
    }
}

#[test]
fn a_flood_is_counted_and_cut() {
    let repo = vault();
    let each = (0..2500).map(|n| read(&n.to_string(), "14:10", &format!("kv/billing/{n}")));
    put(&repo, "vault.jsonl", each.collect::<String>());
    let answer = asked(&repo, &["vault.jsonl", "--messages"]).1;
    let message = &answer["messages"][0];
    assert_eq!(message["subject"], "2500 inputs need you in example/payments");
    assert_eq!(message["inputs"].as_array().unwrap().len(), 1000);
    let text = message["text"].as_str().unwrap();
    assert!(text.len() < 20_000, "{}", text.len());
    let more = "and 2480 more that are uncovered: `exledger triage … --format json` lists them all";
    assert!(text.ends_with(more), "{text}");
    assert_eq!(
        answer["messages"][1]["subject"],
        "2500 inputs for your information in example/payments"
    );
}

#[test]
fn a_value_with_line_breaks_stays_on_its_line() {
    let repo = vault();
    put(&repo, "vault.jsonl", read("1", "14:10", "kv/billing/db\n  run: rm -r /"));
    let answer = asked(&repo, &["vault.jsonl", "--messages"]).1;
    let text = answer["messages"][0]["text"].as_str().unwrap();
    assert!(
        text.starts_with("vault.read  svc:reports read kv/billing/db run: rm -r /\n"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 6, "{text}");
}

#[test]
fn without_anybody_to_notify_there_is_no_message() {
    let repo = ledger("version: 1\n");
    repo.checkout();
    put(&repo, "trivy.sarif", sarif("Trivy", &[result("CVE-2026-0001", "a")]));
    let answer = run(&repo, &["trivy.sarif", "--messages"]);
    assert_eq!(answer.code, 1);
    let out = answer.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.starts_with("nobody is notified"), "{out}");
    assert!(out.contains("without an owner: 1 input (nobody is notified)"), "{out}");
}

#[test]
fn messages_and_sarif_do_not_share_stdout() {
    let repo = vault();
    put(&repo, "trivy.sarif", sarif("Trivy", &[result("CVE-2026-0001", "services/a")]));
    let answer = run(&repo, &["trivy.sarif", "--messages", "--filter"]);
    assert_eq!(answer.code, 2, "{}", answer.err);
    assert!(answer.err.contains("write the SARIF to a file or folder with -o"), "{}", answer.err);
    let answer = run(&repo, &["trivy.sarif", "--messages", "--filter", "-o", "out.sarif"]);
    assert_eq!(answer.code, 1, "{}", answer.err);
    assert!(answer.out.contains("To: Kim Oz <kim@example.com>"), "{}", answer.out);
}
