//! `export csv` and `export jsonl`: one row for each record in force. Start at [`sample`].

use serde_json::Value;

use crate::cli::{self, Run};
use crate::support::access::{BILLING, PARTNER, file, ledger, record};
use crate::support::project;
use crate::support::repo::Repo;
use crate::support::repo::speak::{signer, yes};

/// The instant of the samples.
const AT: &str = "2026-11-21T00:00:00Z";

const SAMPLE: &str = "EXC-2026-7F3KQ";

const POLICY: &str = "version: 1
groups: {security: [dana@example.com], platform: [lee@example.com]}
tiers:
  - name: sensitive
    match: {risk: [high, critical], environment: [production]}
    max_term: 30d
    approvals: {count: 2, each_of: [security, platform]}
    review_every: 7d
    degraded: grant
  - {name: standard, max_term: 90d, approvals: {count: 1}}
";

fn data(name: &str) -> String {
    std::fs::read_to_string(project::root().join("tests/data").join(name)).unwrap()
}

/// The ledger of the samples: filed by Ana, approved by Dana's signature and by Lee's merge.
fn sample() -> Repo {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    let text = data("triage/EXC-2026-7F3KQ.yaml");
    let begin = repo.by("dana").write("exledger.yaml", POLICY);
    begin.write(".github/allowed_signers", &signer("dana")).commit("Keep exceptions in a ledger");
    repo.branch("file").by("ana").write(SAMPLE, &text).commit("File the billing exception");
    let approval = yes("dana", SAMPLE, &text, "2026-11-20T09:30:00Z");
    repo.branch("file").by("dana").says(&approval).commit("Approve it");
    repo.clock("2026-11-20T10:12:00Z");
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo.checkout();
    repo
}

fn export(repo: &Repo, on: &str, args: &[&str]) -> Run {
    cli::run(repo.path(), &[&["--on", on, "export"], args].concat())
}

fn rows(repo: &Repo, on: &str, args: &[&str]) -> Vec<Value> {
    let run = export(repo, on, &[&["jsonl"], args].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Returns the records of a table.
fn table(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let cells = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
    reader.records().map(|record| cells(record.unwrap())).collect()
}

/// The cells that follow those of the sample.
const ADDED: [(&str, &str); 4] =
    [("filed", "2026-11-20T10:12:00Z"), ("closed", ""), ("overrun_days", ""), ("findings", "")];

#[test]
fn a_line_is_that_of_the_sample_and_the_new_keys_follow() {
    let repo = sample();
    let row = &rows(&repo, AT, &[])[0];
    let wanted: Value = serde_json::from_str(&data("export/exceptions.jsonl")).unwrap();
    let (row, wanted) = (row.as_object().unwrap(), wanted.as_object().unwrap());
    let keys: Vec<&String> = row.keys().collect();
    let known = wanted.keys().chain([]).map(String::as_str).chain(ADDED.map(|(key, _)| key));
    assert_eq!(keys, known.collect::<Vec<_>>());
    for (key, value) in wanted.iter().filter(|(key, _)| *key != "ledger_commit") {
        assert_eq!(&row[key], value, "{key}");
    }
    assert_eq!(row["ledger_commit"], repo.tip("main").to_string());
    assert_eq!(row["filed"], "2026-11-20T10:12:00Z");
    assert_eq!((&row["closed"], &row["overrun_days"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_table_is_that_of_the_sample_and_the_new_columns_follow() {
    let repo = sample();
    let run = export(&repo, AT, &["csv"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.ends_with("\r\n") && run.out.matches("\r\n").count() == 2);
    let (shown, wanted) = (table(&run.out), table(&data("export/exceptions.csv")));
    let n = wanted[0].len();
    assert_eq!(shown[0][..n], wanted[0][..]);
    assert_eq!(shown[0][n..], ADDED.map(|(name, _)| name.to_owned()));
    for (column, (cell, wanted)) in shown[0].iter().zip(shown[1].iter().zip(&wanted[1])) {
        let is_same = cell == wanted || column == "ledger_commit";
        assert!(is_same, "{column}: {cell} instead of {wanted}");
    }
    let findings = &rows(&repo, AT, &[])[0]["findings"];
    let findings: Vec<&str> =
        findings.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    assert!(!findings.is_empty() && findings.iter().all(|it| it.contains(':')), "{findings:?}");
    assert_eq!(shown[1][n..], ["2026-11-20T10:12:00Z", "", "", findings.join(";").as_str()]);
}

#[test]
fn approvers_are_those_of_the_content_of_the_row() {
    let repo = ledger();
    let edited = "EXC-2026-ED1TD";
    let text = |subject: &str| record(edited, subject, "", "2026-12-20");
    file(&repo, edited, &text("application: search"));
    let other = text("application: search, environment: production");
    repo.by("ana").write(edited, &other).commit("Name the environment");
    let id = "EXC-2026-REJ3C";
    let no = "closure: {outcome: rejected, date: 2026-11-20, by: dana@example.com, reason: The gateway does it}\n";
    file(&repo, id, &record(id, "application: gateway", no, "2026-12-20"));
    let rows = rows(&repo, "2026-12-01T12:00:00Z", &["--all"]);
    let row = |id: &str| rows.iter().find(|row| row["id"] == id).unwrap();
    assert_eq!(row(edited)["status"], "unapproved");
    assert_eq!(row(edited)["environment"], "production");
    assert_eq!(row(edited)["approvers"], serde_json::json!([]));
    assert_eq!(row(id)["status"], "rejected");
    assert_eq!(
        (&row(id)["approvers"], &row(id)["first_approved"]),
        (&serde_json::json!([]), &Value::Null)
    );
    assert_eq!(row(PARTNER)["approvers"], serde_json::json!(["dana@example.com"]));
}

#[test]
fn only_what_is_in_force_is_a_row_and_all_of_what_landed_with_all() {
    let repo = ledger();
    let ids = |rows: &[Value]| -> Vec<(String, String)> {
        let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
        rows.iter().map(|row| (text(row, "id"), text(row, "status"))).collect()
    };
    let (billing, partner) = (BILLING.to_owned(), PARTNER.to_owned());
    let on = "2026-12-01T12:00:00Z";
    assert_eq!(ids(&rows(&repo, on, &[])), [(billing.clone(), "active".to_owned())]);
    // A proposal is on some clones and not on others, so it is no row.
    let all = rows(&repo, on, &["--all"]);
    assert_eq!(ids(&all), [(billing, "active".to_owned()), (partner, "expired".to_owned())]);
    assert_eq!((&all[0]["overrun_days"], &all[1]["overrun_days"]), (&Value::Null, &5.into()));
    assert_eq!(all[1]["end"], Value::Null);
    assert_eq!(all[0]["end"], "2026-12-21T00:00:00Z");
}

#[test]
fn what_is_in_force_has_the_content_that_was_approved() {
    let repo = ledger();
    let longer =
        crate::support::access::billing().replace("expires: 2026-12-20", "expires: 2027-02-01");
    repo.by("ana").write(BILLING, &longer.replace("Access of", "All access of")).commit("Widen it");
    repo.checkout();
    let row = &rows(&repo, "2026-12-01T12:00:00Z", &[])[0];
    let shown = ["title", "expires", "end"].map(|key| row[key].as_str().unwrap());
    assert_eq!(shown[1..], ["2026-12-20", "2026-12-21T00:00:00Z"]);
    assert_eq!(row["approvers"], serde_json::json!(["dana@example.com"]));
    assert_eq!(row["filed"], "2026-11-20T10:00:00Z");
}

#[test]
fn nothing_in_force_is_a_header_and_no_line() {
    let repo = crate::support::access::empty();
    repo.checkout();
    let run = export(&repo, AT, &["csv"]);
    assert_eq!((run.code, table(&run.out).len()), (0, 1), "{}", run.err);
    assert_eq!(export(&repo, AT, &["jsonl", "--all"]).out, "");
}

#[test]
fn a_cell_that_would_be_calculated_is_guarded_and_line_breaks_are_blanks() {
    let repo = crate::support::access::empty();
    let id = "EXC-2026-CE110";
    let text = record(id, "application: '=1+1'", "", "2026-12-20");
    file(
        &repo,
        id,
        &text.replace(&format!("title: Access of {id}"), "title: \"@SUM, \\\"x\\\" y\""),
    );
    repo.checkout();
    let shown = table(&export(&repo, AT, &["csv"]).out);
    let cell = |name: &str| {
        let column = shown[0].iter().position(|column| column == name).unwrap();
        shown[1][column].as_str()
    };
    assert_eq!((cell("title"), cell("application")), ("'@SUM, \"x\" y", "'=1+1"));
    assert_eq!(cell("controls"), "");
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_a_row_only_with_all() {
    let repo = ledger();
    repo.by("dana").write("EXC-2026-BR0KE", "id: [").commit("Break it");
    repo.checkout();
    let on = "2026-12-01T12:00:00Z";
    let run = export(&repo, on, &["jsonl"]);
    assert_eq!((run.code, run.out.lines().count()), (0, 1));
    assert!(run.err.contains("EXC-2026-BR0KE.yaml is invalid and left out"), "{}", run.err);
    let all = rows(&repo, on, &["--all"]);
    assert_eq!(all.len(), 3);
    let broken = all.iter().find(|row| row["status"] == "invalid").unwrap();
    assert_eq!((&broken["title"], &broken["in_force"]), (&Value::Null, &false.into()));
}

#[test]
fn a_file_is_replaced_and_a_link_is_refused() {
    let repo = ledger();
    let place = repo.path().join("out.csv");
    std::fs::write(&place, "old").unwrap();
    let run = export(&repo, "2026-12-01", &["csv", "-o", "out.csv"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    assert!(std::fs::read_to_string(&place).unwrap().starts_with("id,title,path,"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&place, repo.path().join("link.csv")).unwrap();
        let run = export(&repo, "2026-12-01", &["csv", "-o", "link.csv"]);
        assert_eq!(run.code, 2, "{}", run.err);
    }
}

#[test]
fn what_cannot_be_determined_exits_3() {
    let repo = ledger();
    let shallow = repo.clone_with(&["--depth=1"]);
    let run = cli::run(shallow.path(), &["--on", "2026-12-01", "export", "jsonl"]);
    assert_eq!((run.code, run.out.as_str()), (3, ""), "{}", run.err);
    assert!(run.err.contains("could not determine"), "{}", run.err);
}
