//! `export revocations`: what was in force and must be gone. Start at [`rows`].

use exledger::features::access;
use exledger::record::time::Instant;
use exledger::render;
use exledger::session::Session;
use exledger::session::options::{Moment, Options};
use exledger::session::snapshot::walk::Scope;
use serde_json::{Value, json};

use crate::cli;
use crate::support::access::{BILLING, ON, PARTNER, empty, file, ledger, record};
use crate::support::golden;
use crate::support::repo::Repo;

/// Returns the rows at an instant, in this process.
fn rows_on(repo: &Repo, on: &str, all: bool) -> Vec<Value> {
    repo.checkout();
    let session = Session::open(repo.path(), Options::default()).unwrap();
    let at = Moment::at(Instant::parse(on).unwrap());
    let snapshot = session.snapshot(&at, Scope::Everything).unwrap();
    let revocations = snapshot.revocations(all);
    assert_eq!(revocations.doubts, []);
    let mut bytes = Vec::new();
    render::jsonl::write_rows(
        &access::revocations::doc(&revocations.rows, Instant::parse(on).unwrap().day()),
        &mut bytes,
    )
    .unwrap();
    let text = String::from_utf8(bytes).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn rows(repo: &Repo) -> Vec<Value> {
    rows_on(repo, ON, false)
}

/// Returns id, cause, end and verification of some rows.
fn told(rows: &[Value]) -> Vec<(&str, &str, &str, Option<&str>)> {
    rows.iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str();
            let [id, because, ended] = ["id", "because", "ended"].map(|key| text(key).unwrap());
            (id, because, ended, text("verified"))
        })
        .collect()
}

/// Returns a closure by somebody, with the date on which access was verified to be gone.
fn closure(by: &str, after: &str) -> String {
    format!(
        "closure: {{outcome: remediated, date: 2026-11-28, by: {by}@example.com, reason: The gateway is switched off., access_verified: {{after: {after}}}}}\n"
    )
}

/// Files records that end on 2026-11-25, and closes them on 2026-11-28: with a verification on a day, merged by somebody.
fn closed(repo: &Repo, records: &[(&str, &str, &str)]) {
    let text = |id: &str| record(id, &format!("identity: 'svc:{id}'"), "", "2026-11-25");
    for (id, ..) in records {
        file(repo, id, &text(id));
    }
    repo.clock("2026-11-28T08:00:00Z");
    for (id, after, merged_by) in records {
        let close = text(id) + &closure("ana", after);
        let branch = format!("close-{id}");
        repo.branch(&branch).by("ana").write(id, &close).commit("Close it");
        repo.by(merged_by).merge(&branch, &format!("Merge branch '{branch}'"));
    }
}

#[test]
fn a_row_names_whose_access_to_what_must_be_gone() {
    let repo = ledger();
    assert_eq!(
        rows(&repo),
        [json!({
            "id": PARTNER,
            "identity": "svc:partner-gw", "identity_type": "service-account", "credential": "vault:prod/partner/7",
            "asset": null, "application": "partners", "environment": null, "resources": null, "actions": null,
            "ended": "2026-11-26T00:00:00Z", "because": "expired", "status": "expired",
            "closed": null, "verified": null, "owner": "ana@example.com", "granted_by": [],
            "command": format!("exledger close {PARTNER} --access-verified after={}", &ON[..10]),
        })]
    );
    assert_eq!(rows_on(&repo, "2026-11-25T23:59:59Z", false), Vec::<Value>::new());
    let later = rows_on(&repo, "2027-01-15T00:00:00Z", false);
    let ids: Vec<_> = later.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [PARTNER, BILLING], "by the time of the end");
    assert_eq!(later[1]["resources"], json!(["db:invoices", "api:billing/**"]));
}

#[test]
fn every_sample_key_is_there_in_its_order() {
    let repo = ledger();
    let row = rows(&repo).remove(0).to_string();
    let keys = "id identity identity_type credential asset application environment resources actions ended because status closed verified owner granted_by command";
    let mut from = 0;
    for key in keys.split(' ') {
        let at = row[from..].find(&format!("\"{key}\":")).unwrap_or_else(|| panic!("{key}: {row}"));
        from += at;
    }
}

#[test]
fn a_verification_counts_only_if_somebody_else_stands_behind_it() {
    let repo = empty();
    let records = [
        ("EXC-2026-PR0VE", "2026-11-27", "dana"),
        ("EXC-2026-A10NE", "2026-11-27", "ana"),
        ("EXC-2026-EAR1Y", "2026-11-25", "dana"),
        ("EXC-2026-FVT5R", "2026-11-29", "dana"),
    ];
    closed(&repo, &records);
    let claimed = Some("claimed by ana@example.com");
    let ended = "2026-11-26T00:00:00Z";
    assert_eq!(
        told(&rows(&repo)),
        [
            ("EXC-2026-A10NE", "expired", ended, claimed),
            ("EXC-2026-EAR1Y", "expired", ended, claimed),
            ("EXC-2026-FVT5R", "expired", ended, claimed),
        ]
    );
    let all = rows_on(&repo, ON, true);
    assert_eq!(told(&all)[3], ("EXC-2026-PR0VE", "expired", ended, Some("2026-11-27")));
    assert_eq!(all[0]["closed"], "2026-11-28");
    assert_eq!(all[0]["status"], "closed");
    assert_eq!(
        all[0]["command"],
        json!(null),
        "its closure states a day, which somebody must approve"
    );
}

#[test]
fn a_date_that_is_added_to_a_proven_closure_needs_its_own_proof() {
    let repo = empty();
    let id = "EXC-2026-1ATE2";
    let text = record(id, "identity: svc:late", "", "2026-11-25");
    file(&repo, id, &text);
    repo.clock("2026-11-28T08:00:00Z");
    let bare = closure("ana", "2026-11-27").replace(", access_verified: {after: 2026-11-27}", "");
    repo.branch("close").by("ana").write(id, &(text.clone() + &bare)).commit("Close it");
    repo.by("dana").merge("close", "Merge branch 'close'");
    assert_eq!(told(&rows(&repo))[0].3, None);
    repo.by("ana").write(id, &(text + &closure("ana", "2026-11-27"))).commit("Verify it");
    assert_eq!(told(&rows(&repo))[0].3, Some("claimed by ana@example.com"));
}

#[test]
fn a_closure_without_a_date_takes_one_later_by_command() {
    let repo = empty();
    let id = "EXC-2026-1ATE3";
    let text = record(id, "asset: gateway", "", "2026-11-25");
    file(&repo, id, &text);
    repo.clock("2026-11-28T08:00:00Z");
    let bare = closure("ana", "2026-11-27").replace(
        "access_verified: {after: 2026-11-27}",
        "evidence: [{id: E1, kind: link, url: 'https://example.com/gateway'}]",
    );
    repo.branch("close").by("ana").write(id, &(text.clone() + &bare)).commit("Close it");
    repo.by("dana").merge("close", "Merge branch 'close'");
    let command = rows(&repo)[0]["command"].as_str().unwrap().to_owned();
    assert_eq!(command, format!("exledger close {id} --access-verified after={}", &ON[..10]));

    repo.checkout();
    let look = [
        "--on",
        ON,
        "close",
        id,
        "--access-verified",
        "after=2026-11-27",
        "--by",
        "ana@example.com",
    ];
    let looked = cli::run(repo.path(), &look);
    assert_eq!(looked.code, 0, "{}", looked.err);
    let verified =
        std::fs::read_to_string(repo.path().join(format!("exceptions/{id}.yaml"))).unwrap();
    let again = cli::run(repo.path(), &look);
    assert_eq!(again.code, 2, "{}", again.out);
    assert!(again.err.contains("access was verified after on 2026-11-27"), "{}", again.err);
    repo.branch("look").by("ana").write(id, &verified).commit("Look whether its access is gone");
    repo.by("dana").merge("look", "Merge branch 'look'");
    assert_eq!(rows(&repo), Vec::<Value>::new(), "somebody else merged the day");
    repo.checkout();
    let verify = cli::run(repo.path(), &["--on", ON, "verify"]);
    assert!(!verify.out.contains("closed-edited"), "{}", verify.out);

    let edited = verified.replace("The gateway is switched off.", "The gateway burned.");
    assert_ne!(edited, verified);
    repo.by("ana").write(id, &edited).commit("Tell it differently");
    repo.checkout();
    let verify = cli::run(repo.path(), &["--on", ON, "verify"]);
    assert!(verify.out.contains("closed-edited"), "{}", verify.out);
}

#[test]
fn the_first_of_date_trigger_closure_and_removal_ends_it_and_a_suspension_only_else() {
    let repo = empty();
    let text = |id: &str, end: &str| record(id, &format!("identity: 'svc:{id}'"), "", end);
    for (id, end) in [
        ("EXC-2026-C10SE", "2026-12-20"),
        ("EXC-2026-REM0V", "2026-12-20"),
        ("EXC-2026-5VSPE", "2026-12-20"),
        ("EXC-2026-5VSPX", "2026-11-28"),
    ] {
        file(&repo, id, &text(id, end));
    }
    let trigger = "triggers:\n  - {id: T1, when: The job moves, then: revoke}\n";
    let fires = text("EXC-2026-F1RED", "2026-12-20") + trigger;
    file(&repo, "EXC-2026-F1RED", &fires);
    repo.clock("2026-11-25T10:00:00Z");
    let close = text("EXC-2026-C10SE", "2026-12-20")
        + &closure("ana", "2026-11-25").replace(", access_verified: {after: 2026-11-25}", "");
    repo.by("ana").write("EXC-2026-C10SE", &close).commit("Close it");
    let fired = "fired:\n  - {trigger: T1, date: 2026-11-25, by: ana@example.com}\n";
    repo.by("ana").write("EXC-2026-F1RED", &(fires + fired)).commit("Fire it");
    repo.by("ana").remove("exceptions/EXC-2026-REM0V.yaml").commit("Remove it");
    for id in ["EXC-2026-5VSPE", "EXC-2026-5VSPX"] {
        let end = if id.ends_with('X') { "2026-11-28" } else { "2026-12-20" };
        let other = text(id, end).replace(&format!("svc:{id}"), "svc:other");
        repo.by("ana").write(id, &other).commit("Change it");
    }
    let found = rows(&repo);
    let because: Vec<_> = found
        .iter()
        .map(|row| (row["id"].as_str().unwrap(), row["because"].as_str().unwrap()))
        .collect();
    assert_eq!(
        because,
        [
            ("EXC-2026-C10SE", "closed"),
            ("EXC-2026-F1RED", "revoked"),
            ("EXC-2026-REM0V", "removed"),
            ("EXC-2026-5VSPE", "suspended"),
            ("EXC-2026-5VSPX", "expired"),
        ]
    );
    // What nobody approved doesn't hide whose access it was.
    assert_eq!(found[3]["identity"], "svc:EXC-2026-5VSPE");
    assert_eq!(found[4]["identity"], "svc:EXC-2026-5VSPX");
    assert_eq!(found[2]["command"], json!(null));
}

#[test]
fn what_another_record_in_force_grants_is_named_and_stays() {
    let repo = ledger();
    let credential = "identity: svc:partner-new, credential: vault:prod/partner/7";
    file(&repo, "EXC-2026-KEEP1", &record("EXC-2026-KEEP1", credential, "", "2026-12-20"));
    let alias = "identity: svc:renamed, aliases: [svc:partner-gw]";
    file(&repo, "EXC-2026-KEEP2", &record("EXC-2026-KEEP2", alias, "", "2026-12-20"));
    file(
        &repo,
        "EXC-2026-0THER",
        &record("EXC-2026-0THER", "application: partners", "", "2026-12-20"),
    );
    assert_eq!(rows(&repo)[0]["granted_by"], json!(["EXC-2026-KEEP1", "EXC-2026-KEEP2"]));
}

#[test]
fn a_record_that_never_was_in_force_has_no_row() {
    let repo = empty();
    let lone = record("EXC-2026-A10NE", "identity: svc:lone", "", "2026-11-25");
    repo.by("ana").write("EXC-2026-A10NE", &lone).commit("File it alone");
    assert_eq!(rows(&repo), Vec::<Value>::new());
}

#[test]
fn the_feed_is_written_as_a_whole_and_not_through_a_link() {
    let repo = ledger();
    let export = |args: &[&str]| {
        cli::run(repo.path(), &[&["--on", ON, "export", "revocations"], args].concat())
    };
    for format in ["jsonl", "csv"] {
        let answer = export(&["--format", format]);
        assert_eq!(answer.code, 0, "{}", answer.err);
        golden::check(&format!("cli/revocations.{format}"), &answer.out);
    }
    let plain = export(&[]).out;
    assert_eq!(export(&["-o", "feed.jsonl"]).out, "");
    assert_eq!(std::fs::read_to_string(repo.path().join("feed.jsonl")).unwrap(), plain);
    assert_eq!(export(&["--format", "json"]).code, 2);
    assert_eq!(export(&["--format", "table"]).code, 2);
    assert_eq!(cli::run(repo.path(), &["export"]).code, 2);
    assert_eq!(cli::run(repo.path(), &["export", "nobody"]).code, 2);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("feed.jsonl", repo.path().join("link.jsonl")).unwrap();
        let refused = export(&["-o", "link.jsonl"]);
        assert_eq!(refused.code, 2);
        assert!(refused.err.contains("link.jsonl is a link"), "{}", refused.err);
    }
    let empty = empty();
    empty.checkout();
    let none = cli::run(empty.path(), &["--on", ON, "export", "revocations", "--format", "csv"]);
    assert_eq!((none.code, none.out.lines().count()), (0, 1), "{}", none.out);
    assert!(none.out.starts_with("id,identity,identity_type,"), "{}", none.out);
}

#[test]
fn a_record_that_can_not_be_judged_is_named_and_the_rest_is_written() {
    let repo = ledger();
    let clone = repo.clone_with(&["--depth", "1"]);
    let answer = cli::run(clone.path(), &["--on", ON, "export", "revocations"]);
    assert_eq!(answer.code, 3, "{}{}", answer.out, answer.err);
    assert!(answer.err.contains("could not determine whether EXC-2026-"), "{}", answer.err);
}
