//! What a closure proved: on the screens of `show` and `log`, in JSON, and on the card of the page.

use serde_json::json;

use crate::cli_answers::{POLICY, ask, file, json, standard};
use crate::support::repo::Repo;

const ID: &str = "EXC-2026-C10SE";

/// The SHA-256 of `rotated`.
const DIGEST: &str = "f42546d5ecdd452509808b2d6d0413b5a738c70a793b99ccf8ed6f423aac83d3";

/// A record that was closed with every kind of evidence, one file of which was changed later and one removed.
fn closed() -> Repo {
    let repo = Repo::at("2026-10-01T08:00:00Z");
    repo.by("dana")
        .write("exledger.yaml", POLICY)
        .write("evidence/kept.txt", "rotated")
        .write("evidence/changed.txt", "rotated")
        .write("evidence/gone.txt", "rotated")
        .commit("Keep exceptions in a ledger");
    file(&repo, ID, &standard(ID, "Report renderer", "reports", "2026-10-01", "2026-12-20"));
    let of = |id: &str, name: &str| {
        format!("{{id: {id}, kind: log, path: evidence/{name}.txt, sha256: {DIGEST}}}")
    };
    let closure = format!(
        "handling: [{{date: 2026-10-02, stage: investigation, by: ana@example.com, evidence: [{}]}}]
closure:
  outcome: remediated
  date: 2026-10-02
  by: ana@example.com
  reason: The library is corrected now
  checks: {{rotated: E1, removed-from-code: the constant is gone}}
  access_verified: {{before: 2026-10-01, after: 2026-10-02}}
  evidence: [{}, {}, {{id: E3, kind: change, commit: 3f2c9a7b}}, {{kind: page, url: \"https://ci.example.com/7\"}}]
  prevention: A linter forbids it
  review_by: 2026-11-02",
        of("E9", "gone"),
        of("E1", "kept"),
        of("E2", "changed"),
    );
    repo.branch("close").by("ana").edit(ID, &closure).commit("Close");
    repo.by("lee").merge("close", "Merge branch 'close'");
    repo.by("lee").write("evidence/changed.txt", "rotated later").commit("Change evidence");
    repo.by("lee").remove("evidence/gone.txt").commit("Remove evidence");
    repo.checkout();
    repo
}

/// The lines that `show` and `log` both have.
const CLOSURE: &str = "Closure
outcome          remediated
closed           2026-10-02 by ana@example.com
reason           The library is corrected now
checks           removed-from-code: the constant is gone
                 rotated: E1
access verified  before 2026-10-01, during: not stated, after 2026-10-02
prevention       A linter forbids it
evidence         E9 log evidence/gone.txt f42546d5ecdd missing
                 E1 log evidence/kept.txt f42546d5ecdd unchanged
                 E2 log evidence/changed.txt f42546d5ecdd changed
                 E3 change commit 3f2c9a7b
                 page https://ci.example.com/7
closure review   overdue: due by 2026-11-02
";

#[test]
fn show_log_and_the_card_say_what_the_closure_proved() {
    let repo = closed();
    let show = ask(&repo, &["show", ID]);
    assert!(show.out.contains(CLOSURE), "{}", show.out);
    let log = ask(&repo, &["log", ID]);
    assert!(log.out.contains(CLOSURE), "{}", log.out);
    let row = log.out.lines().find(|line| line.contains("closed 2026-10-02: remediated"));
    assert!(row.is_some_and(|row| row.contains("Lee Chen")), "{}", log.out);
    let page = ask(&repo, &["report", "--format", "html"]).out;
    let card = page.split(&format!("<details class=\"card\" id=\"{ID}\">")).nth(1).unwrap();
    for part in [
        "<h3>Closure</h3>",
        "<dt>outcome</dt><dd class=\"strong\">remediated</dd>",
        "evidence/kept.txt<span class=\"muted\"> f42546d5ecdd </span><span class=\"good\">unchanged</span>",
        "evidence/changed.txt<span class=\"muted\"> f42546d5ecdd </span><span class=\"bad\">changed</span>",
        "evidence/gone.txt<span class=\"muted\"> f42546d5ecdd </span><span class=\"bad\">missing</span>",
        "<dd class=\"bad\">overdue: due by 2026-11-02</dd>",
        "<span class=\"strong\">noted, closed 2026-10-02: remediated</span> by Ana Ruiz; approved by Lee Chen: ",
    ] {
        assert!(card.contains(part), "{part}: {card}");
    }
}

#[test]
fn the_evidence_is_in_json_with_the_state_of_its_files() {
    let repo = closed();
    let answer = json(&repo, &["show", ID]);
    let states: Vec<_> = answer["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| json!([it["field"], it["id"], it["state"]]))
        .collect();
    assert_eq!(
        states,
        [
            json!(["handling[0].evidence[0]", "E9", "missing"]),
            json!(["closure.evidence[0]", "E1", "unchanged"]),
            json!(["closure.evidence[1]", "E2", "changed"]),
            json!(["closure.evidence[2]", "E3", null]),
            json!(["closure.evidence[3]", null, null]),
        ]
    );
    let first = &answer["evidence"][1];
    assert_eq!(
        *first,
        json!({
            "field": "closure.evidence[0]", "id": "E1", "kind": "log", "path": "evidence/kept.txt", "url": null,
            "commit": null, "sha256": DIGEST, "state": "unchanged",
        })
    );
}

#[test]
fn the_evidence_of_a_record_on_a_branch_is_not_compared_with_the_approved_branch() {
    let repo = closed();
    let id = "EXC-2026-0PEN0";
    let text = standard(id, "On a branch", "branch", "2026-11-20", "2026-12-20");
    let note = format!(
        "handling: [{{date: 2026-10-02, stage: triage, by: ana@example.com, evidence: [{{kind: log, path: evidence/new.txt, sha256: {DIGEST}}}]}}]\n"
    );
    repo.branch("open").by("ana").write(id, &format!("{text}{note}")).commit("File");
    repo.checkout();
    assert_eq!(json(&repo, &["show", id])["evidence"][0]["state"], json!(null));
    let show = ask(&repo, &["show", id]);
    let line = "Evidence\nevidence  log evidence/new.txt f42546d5ecdd not compared\n";
    assert!(show.out.contains(line), "{}", show.out);
}
