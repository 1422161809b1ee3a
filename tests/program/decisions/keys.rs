//! Stories of keys and certificates: filed, watched, ended, and reviewed afterwards.

use crate::decisions::{ID, Life, record};

const SERVICE: &str = "\
deviates_from: {rule: Service-account secrets rotate every 30 days, baseline: credential-rotation}
subject: {identity: svc:billing-batch, identity_type: service-account, credential: vault:prod/billing/db, task: nightly run}
compensating_controls: [{id: CC1, description: Alert at night, owner: soc@example.com, status: planned, verify_every: 20d}]
";

#[test]
fn a_rotation_is_postponed_watched_postponed_again_and_done() {
    let life = Life::new();
    life.filed(ID, &record(ID, SERVICE), "ana", "lee");
    let ask = ["--identity", "svc:billing-batch"];
    assert_eq!(life.check(&ask).0, "allow");
    // The planned control is active; from then on it must be verified regularly.
    let answer = life.decided("sam", &["review", ID, "--control", "CC1"], "lee");
    assert_eq!(answer["event"], "attested");
    assert_eq!(answer["changes"][0]["to"], "active");
    let control = &life.show(ID)["compensating_controls"][0];
    assert_eq!((&control["status"], &control["fresh"]), (&"active".into(), &true.into()));
    // Postponed by 30 days: nothing changes until someone else has merged it.
    life.repo.clock("2026-12-10T09:00:00Z");
    let why = "The vendor ships the rotation in January";
    let answer = life.decide("later", "ana", &["renew", "7f3kq", "--for", "30d", "--reason", why]);
    assert_eq!(answer["changes"][0]["field"], "expires");
    assert_eq!(answer["changes"][0]["from"], "2026-12-15");
    assert_eq!(answer["changes"][0]["to"], "2027-01-14");
    assert_eq!(answer["changes"][1]["field"], "renewals[0]");
    assert_eq!(answer["changes"][1]["to"]["reason"], why);
    assert_eq!(life.show(ID)["expires"], "2026-12-15");
    life.merge("later", "dana", "");
    let shown = life.show(ID);
    assert_eq!((&shown["expires"], &shown["renewals"]["count"]), (&"2027-01-14".into(), &1.into()));
    // Watched: the control becomes stale and is verified again.
    life.repo.clock("2026-12-12T09:00:00Z");
    assert_eq!(life.show(ID)["status"], "degraded");
    assert_eq!(life.due(ID), (1, vec!["control-stale".to_owned()]));
    life.decided("sam", &["review", ID, "--control", "CC1"], "lee");
    assert_eq!(life.show(ID)["status"], "active");
    // Done, with evidence.
    life.repo.clock("2027-01-08T09:00:00Z");
    let elsewhere = crate::support::temporary();
    let log = elsewhere.path().join("rotate.txt");
    std::fs::write(&log, "rotated\n").unwrap();
    let shown = format!("E1=log:{}", log.display());
    let close = [
        "close",
        ID,
        "--outcome",
        "remediated",
        "--reason",
        "Rotated by the new job",
        "--evidence",
        &shown,
    ];
    let answer = life.decided("ana", &close, "lee");
    assert_eq!(answer["event"], "closed");
    let kept = life.repo.path().join(format!("evidence/{ID}/rotate.txt"));
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "rotated\n");
    assert_eq!(life.check(&ask).0, "deny");
    let shown = life.show(ID);
    assert_eq!(shown["status"], "closed");
    assert_eq!(shown["in_place"]["days"], 49);
    // The third renewal in a row would be one too many; a closed record accepts none.
    let run = life.run("ana", &["renew", ID, "--for", "1d", "--reason", why]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
}

const LEAKED: &str = "\
title: The deploy key was printed by a CI job
deviates_from: {rule: No secrets in logs, baseline: secret-storage}
subject: {identity: ci:deploy, identity_type: api-key, credential: vault:ci/deploy, task: deployments}
";

#[test]
fn a_leaked_key_is_closed_only_with_every_item_and_reviewed_by_somebody_else() {
    let life = Life::new();
    let policy = crate::decisions::POLICY
        .replace("- {name: standard,", "- {name: standard, post_closure_review: 14d,");
    life.repo.by("dana").write("exledger.yaml", &policy).commit("Look at closures");
    life.filed(ID, &record(ID, LEAKED), "ana", "lee");
    life.decided(
        "ana",
        &["note", ID, "--stage", "triage", "--note", "One job prints its environment"],
        "lee",
    );
    assert_eq!(life.show(ID)["status"], "active");
    life.switch("main");
    let before = life.text(ID);
    let bare = ["close", ID, "--outcome", "remediated", "--reason", "Key rotated, job mended"];
    let run = life.run("ana", &bare);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    let lacks = "its closure lacks checks.rotated, checks.pipeline-reviewed, checks.removed-from-code, \
        checks.removed-from-logs, evidence\n";
    assert!(run.err.contains(lacks), "{}", run.err);
    let some = [&bare[..], &["--check", "rotated=E1", "--evidence", "E1=change:3f2c9a7b"]].concat();
    let run = life.run("ana", &some);
    let lacks = "its closure lacks checks.pipeline-reviewed, checks.removed-from-code, checks.removed-from-logs\n";
    assert!(run.err.contains(lacks), "{}", run.err);
    let flags = "--check pipeline-reviewed=ANSWER\n        --check removed-from-code=ANSWER\n        \
        --check removed-from-logs=ANSWER\n";
    assert!(run.err.contains(flags), "{}", run.err);
    assert_eq!(life.text(ID), before);
    assert!(!life.repo.path().join("evidence").exists());
    let all = [
        &some[..],
        &["--check", "pipeline-reviewed=By the platform team, no other job prints it"],
        &["--check", "removed-from-code=E1", "--check", "removed-from-logs=E2"],
        &["--evidence", "E2=log:https://ci.example.com/jobs/7"],
        &["--prevention", "The runner masks the environment"],
    ]
    .concat();
    life.decided("ana", &all, "lee");
    assert_eq!(life.show(ID)["status"], "closed");
    // The record has the date of the tier's post-closure review, which someone other than the closer must do.
    assert!(life.text(ID).contains("\n  review_by: 2026-12-04\n"), "{}", life.text(ID));
    assert_eq!(life.due(ID), (0, Vec::new()));
    life.repo.clock("2026-12-05T09:00:00Z");
    assert_eq!(life.due(ID), (1, vec!["post-closure-review-due".to_owned()]));
    let review = ["close", ID, "--reviewed", "--outcome", "effective"];
    let run = life.run("ana", &review);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("ask someone else to review"), "{}", run.err);
    let answer = life.decided("dana", &review, "lee");
    assert_eq!(answer["event"], "post-reviewed");
    assert_eq!(answer["changes"][0]["field"], "closure.reviewed");
    assert_eq!(life.due(ID), (0, Vec::new()));
    let run = life.run("sam", &review);
    assert_eq!(run.code, 2, "a closure is looked at once: {}", run.out);
}

const CERTIFICATE: &str = "\
title: The partner gateway keeps its old certificate
deviates_from: {rule: Certificates are renewed before they end, baseline: certificate}
subject: {identity: cert:gateway-7, identity_type: certificate, credential: vault:pki/gateway-7, task: settlement}
expires: 2026-12-01
";

#[test]
fn a_certificate_that_still_authenticates_is_overdue_until_it_is_explained() {
    let life = Life::new();
    life.filed(ID, &record(ID, CERTIFICATE), "ana", "lee");
    life.repo.clock("2026-12-02T00:00:00Z");
    assert_eq!(life.check(&["--identity", "cert:gateway-7"]).0, "deny");
    assert_eq!(life.show(ID)["status"], "expired");
    let (code, buckets) = life.due(ID);
    assert_eq!((code, buckets[0].as_str()), (1, "overdue-closure"));
    life.repo.clock("2026-12-09T09:00:00Z");
    assert_eq!(life.show(ID)["in_place"]["overrun_days"], 7);
    let bare = [
        "close",
        ID,
        "--outcome",
        "remediated",
        "--reason",
        "Replaced on the gateway",
        "--evidence",
        "E1=change:https://ci.example.com/7",
    ];
    let run = life.run("ana", &bare);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("checks.why-missed, checks.impact, checks.prevention\n"),
        "{}",
        run.err
    );
    // The prevention also answers the checklist item of that name.
    let all = [
        &bare[..],
        &["--check", "why-missed=The calendar named somebody who had left"],
        &["--check", "impact=Nobody else held the key"],
        &["--prevention", "The end of each certificate is an alert"],
    ]
    .concat();
    life.decided("ana", &all, "lee");
    assert_eq!(life.show(ID)["status"], "closed");
    assert!(
        life.text(ID).contains("prevention: The end of each certificate is an alert}\n"),
        "{}",
        life.text(ID)
    );
}
