//! An earlier end needs no entry, reason or approval; a later end still needs all of them.

use crate::cli;
use exledger::diag::code::Code;

use crate::decisions::{ID, Life, record};
use crate::support::lint::codes_of;

/// The rules about ends, and about who must approve them.
const RULES: &[Code] = &[
    Code::SilentExtension,
    Code::TermTooLong,
    Code::RenewalLimit,
    Code::TotalLimit,
    Code::DecisionRewritten,
    Code::LandedUnapproved,
];

/// Returns the findings of `lint --base main` on the work tree, and its exit code.
fn linted(life: &Life) -> (i32, Vec<String>) {
    let args = ["lint", "--base", "main", "--format", "json"];
    let run = cli::run(life.repo.path(), &args);
    let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    (run.code, codes_of(RULES, &answer))
}

#[test]
fn a_renewed_record_ends_earlier_by_one_command_and_needs_nobody() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let renewal = ["renew", ID, "--until", "2026-12-31", "--reason", "One job is left"];
    life.decided("ana", &renewal, "lee");
    life.repo.branch("earlier");
    life.switch("earlier");
    let answer = life.answer(0, "ana", &["renew", ID, "--until", "2026-12-20"]);
    assert_eq!(
        (&answer["schema"], &answer["event"]),
        (&"exledger/renew/v1".into(), &"shortened".into())
    );
    assert_eq!(
        answer["changes"],
        serde_json::json!([{"field": "expires", "from": "2026-12-31", "to": "2026-12-20"}])
    );
    life.commit("earlier", "ana");
    assert_eq!(linted(&life), (0, Vec::new()));
    let diff = life.answer(0, "sam", &["diff", "main"]);
    assert_eq!(codes_of(RULES, &diff), [""; 0]);
    let event = &diff["changes"][0]["events"][0];
    assert_eq!(event["event"], "shortened");
    assert_eq!(event["needs"]["count"], 0);
    life.merge("earlier", "ana", "");
    let view = life.show(ID);
    assert_eq!(view["status"], "active");
    assert_eq!(view["not_after"], "2026-12-21T00:00:00Z");
    let audit = life.answer(0, "sam", &["verify", ID]);
    let errors = audit["errors"].as_u64();
    assert_eq!(errors, Some(0), "{audit:#}");
    // What ends later again is a renewal.
    let text = life.text(ID).replace("expires: 2026-12-20", "expires: 2026-12-30");
    std::fs::write(life.repo.path().join(crate::support::repo::path_of(ID)), text).unwrap();
    assert_eq!(linted(&life), (1, vec!["error silent-extension".to_owned()]));
}

#[test]
fn what_is_no_other_end_is_refused_with_the_way_out() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    for (until, said) in [
        ("2026-12-15", "EXC-2026-7F3KQ ends on 2026-12-15 already"),
        ("2027-01-15", "a later end needs a reason"),
        ("2026-11-19", "exledger close EXC-2026-7F3KQ"),
        ("2026-02-30", "February 2026 has 28 days"),
    ] {
        let run = life.run("ana", &["renew", ID, "--until", until]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{until}");
        assert!(run.err.contains(said), "{until}: {}", run.err);
    }
}

#[test]
fn an_earlier_end_writes_no_reason_and_says_so() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let run = life.run("ana", &["renew", ID, "--until", "2026-12-01", "--reason", "Done soon"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("give it in the commit message"), "{}", run.out);
    assert!(run.out.contains("git commit -m 'End EXC-2026-7F3KQ earlier'"), "{}", run.out);
    let text = life.text(ID);
    assert!(!text.contains("Done soon") && !text.contains("renewals"), "{text}");
}

#[test]
fn several_records_end_on_one_day_one_later_and_one_earlier() {
    let life = Life::new();
    let other = "EXC-2026-00002";
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.filed(other, &record(other, "expires: 2026-12-31\n"), "ana", "lee");
    let both = ["renew", ID, other, "--until", "2026-12-20"];
    let run = life.run("ana", &both);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("so nothing was written"), "{}", run.err);
    let answer = life.answer(0, "ana", &[&both[..], &["--reason", "The vendor is late"]].concat());
    let events: Vec<&str> = answer["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["event"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["shortened", "renewed"]);
    assert!(life.text(ID).contains("renewals:") && !life.text(other).contains("renewals:"));
}

#[test]
fn an_earlier_end_needs_no_history() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let shallow = life.repo.clone_with(&["--depth", "1"]);
    let now = life.repo.now().to_string();
    let ask = |until: &str, more: &[&str]| {
        let args =
            [&["renew", ID, "--until", until, "--by", "ana@example.com", "--on", &now], more];
        cli::run(shallow.path(), &args.concat()).code
    };
    assert_eq!(ask("2026-12-20", &["--reason", "The vendor is late"]), 3);
    assert_eq!(ask("2026-12-01", &[]), 0);
}

/// A credential and an event that end with the record, and who is asked about each change of them.
#[test]
fn ends_that_would_be_later_move_with_the_record_and_need_nobody() {
    let life = Life::new();
    let lines = "subject: {identity: 'svc:invoices', identity_type: service-account, credential: 'vault:invoices', \
        credential_expires: 2026-12-15, application: billing, task: nightly invoices}\nevent_ends: 2026-12-14\n";
    life.filed(ID, &record(ID, lines), "ana", "lee");
    assert_eq!(life.show(ID)["status"], "active");
    life.repo.branch("earlier");
    life.switch("earlier");
    let preview = life.run("ana", &["renew", ID, "--until", "2026-12-05", "--dry-run"]).out;
    assert!(preview.contains("nothing was written"), "{preview}");
    for line in
        ["+expires: 2026-12-05", "credential_expires: 2026-12-05", "+event_ends: 2026-12-05"]
    {
        assert!(preview.contains(line), "{line}: {preview}");
    }
    let answer = life.answer(0, "ana", &["renew", ID, "--until", "2026-12-05"]);
    let moved: Vec<[&str; 3]> = answer["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| ["field", "from", "to"].map(|key| it[key].as_str().unwrap()))
        .collect();
    assert_eq!(
        moved,
        [
            ["expires", "2026-12-15", "2026-12-05"],
            ["subject.credential_expires", "2026-12-15", "2026-12-05"],
            ["event_ends", "2026-12-14", "2026-12-05"],
        ]
    );
    life.commit("earlier", "ana");
    let diff = life.answer(0, "sam", &["diff", "main"]);
    let events = diff["changes"][0]["events"].as_array().unwrap();
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(
        (&events[0]["event"], &events[0]["needs"]["count"]),
        (&"shortened".into(), &0.into())
    );
    assert_eq!(
        events[0]["detail"],
        "-10 d, now until 2026-12-05; the credential until 2026-12-05; the event until 2026-12-05"
    );
    // Its author pushes it alone, and the record goes on with the earlier ends.
    life.merge("earlier", "ana", "");
    let view = life.show(ID);
    assert_eq!(
        (&view["status"], &view["not_after"]),
        (&"active".into(), &"2026-12-06T00:00:00Z".into())
    );
    let audit = life.answer(0, "sam", &["verify", ID]);
    assert_eq!(audit["errors"].as_u64(), Some(0), "{audit:#}");
    // Ends that are not later than the new one stay.
    let answer = life.answer(
        0,
        "ana",
        &["renew", ID, "--until", "2026-12-08", "--reason", "The vendor is late"],
    );
    assert_eq!(answer["changes"].as_array().unwrap().len(), 2, "{answer:#}");
    life.repo.checkout();
}

#[test]
fn a_later_end_of_the_credential_alone_grants_nothing_more() {
    let life = Life::new();
    let lines = |end: &str| {
        format!(
            "subject: {{identity: 'svc:invoices', identity_type: service-account, credential: 'vault:invoices', \
             credential_expires: {end}, application: billing, task: nightly invoices}}\n"
        )
    };
    life.filed(ID, &record(ID, &lines("2026-12-05")), "ana", "lee");
    life.repo.by("ana").write(ID, &record(ID, &lines("2026-12-15"))).commit("Let it live longer");
    life.switch("main");
    let answer = life.answer(0, "sam", &["show", ID]);
    assert_eq!(answer["content"]["subject"]["credential_expires"], "2026-12-05");
    assert_eq!(answer["record"]["changed_since_approval"], true);
    let run = life.run("sam", &["verify", ID]);
    assert!(run.code == 1 && run.out.contains("changed-since-approval"), "{}", run.out);
}

#[test]
fn an_empty_closure_is_none_and_makes_room_for_one() {
    let life = Life::new();
    life.filed(ID, &record(ID, "closure: {}"), "ana", "lee");
    assert_eq!(life.show(ID)["status"], "active");
    let run = cli::run(life.repo.path(), &["lint"]);
    assert_eq!(run.code, 0, "{}", run.out);
    let evidence = "log:https://ci.example.com/7";
    let close = ["close", ID, "--outcome", "remediated", "--reason", "Job retired"];
    life.answer(0, "ana", &[&close[..], &["--evidence", evidence]].concat());
    let text = life.text(ID);
    assert_eq!(text.matches("closure:").count(), 1, "{text}");
    assert_eq!(cli::run(life.repo.path(), &["lint"]).code, 0, "{text}");
}
