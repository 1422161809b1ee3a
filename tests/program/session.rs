//! A session used without the program: it audits what landed, triages findings, and files a record.

use std::path::Path;

use exledger::features;
use exledger::features::new::request::FilingRequest;
use exledger::features::new::review;
use exledger::features::triage::answer::TriageRequest;
use exledger::features::triage::drafts::RecordPer;
use exledger::features::triage::sources::Source;
use exledger::features::verify::answer::AuditRequest;
use exledger::history::checkpoint::Checkpoint;
use exledger::plan::answers::Answers;
use exledger::record::time::Instant;
use exledger::session::Session;
use exledger::session::error::{Error, Undetermined, Usage};
use exledger::session::options::{Moment, Options};
use exledger::survey::event::TriageState;
use serde_json::json;

use crate::cli_new;
use crate::support::audit::{audited, told};
use crate::triage::{self, result, sarif};

fn open(folder: &Path) -> Session {
    Session::open(folder, Options::default()).unwrap()
}

fn moment(on: &str) -> Moment {
    Moment::at(Instant::parse(on).unwrap())
}

#[test]
fn an_audit_is_an_answer_and_what_the_mainline_was_is_compared_with_it() {
    let repo = triage::story();
    let session = open(repo.path());
    let at = moment(triage::ON);
    let request = AuditRequest { folder: repo.path(), ids: &[], checkpoints: &[], receipts: None };
    let answer = features::verify::answer(&session, &at, &request).unwrap();
    assert_eq!(told(&answer.findings), told(&audited(&repo, triage::ON)));
    assert!(answer.doubts.is_empty() && answer.uses.is_empty());

    let checkpoint = answer.checkpoint().unwrap();
    assert_eq!(checkpoint.tip, repo.tip("main").to_string());
    let kept = crate::support::temporary();
    let file = Path::new("last.json");
    std::fs::write(kept.path().join(file), checkpoint.text()).unwrap();
    let files = [file.to_path_buf()];
    let compared = AuditRequest { folder: kept.path(), checkpoints: &files, ..request };
    let again = features::verify::answer(&session, &at, &compared).unwrap();
    assert_eq!(told(&again.findings), told(&answer.findings));

    let gone =
        Checkpoint { tip: "0123456789012345678901234567890123456789".to_owned(), ..checkpoint };
    std::fs::write(kept.path().join(file), gone.text()).unwrap();
    let rewritten = features::verify::answer(&session, &at, &compared).unwrap();
    assert!(told(&rewritten.findings).contains(&"error history-rewritten".to_owned()));
    assert!(matches!(rewritten.checkpoint(), Err(Error::Undetermined(Undetermined::Other { .. }))));

    let ids = ["EXC-2026-C0VER".to_owned()];
    let one = features::verify::answer(&session, &at, &AuditRequest { ids: &ids, ..request });
    assert_eq!(one.unwrap().records.len(), 1);
    let ids = ["EXC-1999-AAAAA".to_owned()];
    let none = features::verify::answer(&session, &at, &AuditRequest { ids: &ids, ..request });
    assert!(matches!(none, Err(Error::Usage(Usage::Record { .. }))));
}

#[test]
fn findings_are_triaged_and_drafted_once() {
    let repo = triage::story();
    let session = open(repo.path());
    let results =
        [result("CVE-2026-0001", "services/api.rs"), result("CVE-2026-0099", "services/api.rs")];
    let text = sarif("trivy", &results);
    let triaged = || {
        let source = Source::keep("-".to_owned(), text.as_bytes()).unwrap();
        let request =
            TriageRequest { asks_unused: true, asks_drafts: true, ..TriageRequest::default() };
        let at = moment(triage::ON);
        features::triage::answer(&session, &at, vec![source], &request).unwrap()
    };
    let answer = triaged();
    assert_eq!(answer.counts.n(TriageState::Covered), 1);
    assert_eq!(answer.counts.n(TriageState::Uncovered), 1);
    let matched = answer.matches.as_ref().unwrap().used.matched.clone();
    assert_eq!(matched, ["EXC-2026-C0VER"]);

    let drafts = crate::support::temporary();
    let written = answer.write_drafts(drafts.path(), RecordPer::default()).unwrap();
    let names: Vec<&str> = written.drafts.iter().map(|it| it.name.as_str()).collect();
    let [name] = names.as_slice() else {
        panic!("{names:?}");
    };
    let text = std::fs::read_to_string(drafts.path().join(name)).unwrap();
    assert!(text.contains("CVE-2026-0099"), "{text}");
    assert!(triaged().write_drafts(drafts.path(), RecordPer::default()).unwrap().drafts.is_empty());
}

#[test]
fn a_record_is_filed_once_nothing_is_missing() {
    let folder = cli_new::ledger();
    let session = open(folder.path());
    let at = moment("2026-11-20T12:00:00Z");
    let mut given = Answers::default();
    given.set("title", "Nightly invoices still read with the shared user");
    let request = |given| FilingRequest {
        given,
        issue: None,
        fields: None,
        limits: features::new::request::FindingLimits::default(),
        receipt: None,
        false_positive: None,
        profile: Some("rotation"),
        like: None,
        is_emergency: false,
        subfolder: None,
        writes_drafts: false,
        folder: folder.path(),
    };
    let filing = features::new::prepare(&session, &at, &request(&given)).unwrap();
    let draft = filing.draft(&filing.answers);
    let missing = filing.missing(&draft, filing.asks_end);
    let fields: Vec<&str> = missing.iter().map(|it| it.of.field.as_str()).collect();
    assert!(fields.contains(&"justification"), "{fields:?}");
    assert!(!fields.contains(&"title"), "{fields:?}");
    let refused = filing.refuse_incomplete(&draft).unwrap_err();
    assert!(refused.remedy().words().contains("--justification"), "{refused}");

    let mut whole = given.clone();
    whole.set("deviates_from.rule", "Every job has its own user");
    whole.set("subject.application", "billing");
    whole.set("risk.level", "moderate");
    whole.set(
        "justification",
        "The job is replaced in December (BILL-412); splitting the user now would stop invoicing.",
    );
    whole.set("compensating_controls", json!([{"description": "Alert on use at night"}]));
    let filing = features::new::prepare(&session, &at, &request(&whole)).unwrap();
    let draft = filing.draft(&filing.answers);
    filing.refuse_incomplete(&draft).unwrap();
    let reviewed = filing.review(&draft).unwrap();
    assert_eq!(review::errors(&reviewed.findings).count(), 0);
    filing.refuse_unsound(&draft, &reviewed.findings).unwrap();
    let place = folder.path().join(&draft.path);
    assert!(!place.exists());
    filing.create(&draft).unwrap();
    assert_eq!(std::fs::read_to_string(place).unwrap(), draft.text);
    assert!(matches!(filing.create(&draft), Err(Error::Usage(_))));

    let unknown = FilingRequest { profile: Some("nowhere"), ..request(&whole) };
    assert!(matches!(features::new::prepare(&session, &at, &unknown), Err(Error::Usage(_))));
}
