//! The next step of each bucket: its command is run as printed, and the record is no longer in that bucket.

use exledger::survey::due::Bucket;
use serde_json::Value;

use super::{ID, Stage, record};

const POLICY: &str = "\
people: {roster: people.csv}
tiers: [{name: standard, max_term: 120d, approvals: {count: 1}, post_closure_review: 10d}]
";

const ROSTER: &str = "email,name,team,active
ana@example.com,Ana Ruiz,billing,yes
dana@example.com,Dana Kim,security,yes
gone@example.com,Gone,billing,no
";

const TRIGGER: &str = "triggers: [{id: T1, when: The vendor ships, then: review}]\n";

const SCOPE: &str = "scope: {resources: [db:invoices, db:orders], actions: [read]}\n";

const STALE: &str = "compensating_controls: [{id: CC1, description: Alert at night, owner: soc@example.com, status: active, verified: 2026-11-20, verify_every: 5d}]\n";

fn begin() -> Stage {
    Stage::begin_with(POLICY, &[("people.csv", ROSTER)])
}

/// A record that Ana filed and Lee merged.
fn approved(more: &str) -> Stage {
    let stage = begin();
    stage.merged(ID, &record(more), "ana", "lee");
    stage
}

/// The same, at a later time.
fn later(more: &str, at: &str) -> Stage {
    let stage = approved(more);
    stage.repo.clock(at);
    stage
}

/// A record that ends after a while.
fn long(more: &str) -> String {
    format!("{more}expires: 2027-02-01\n")
}

/// Returns a ledger with the record in a bucket.
fn due(bucket: Bucket) -> Stage {
    match bucket {
        Bucket::OverdueClosure => later("", "2026-12-20T09:00:00Z"),
        Bucket::Fired => {
            let stage = approved(&long(TRIGGER));
            stage.run_on(&format!("exledger fire {ID} T1"), "ana", "lee");
            stage.repo.wait("1d");
            stage
        }
        Bucket::ReviewSaysClose | Bucket::ReviewSaysReduce => {
            let stage = approved(&long(SCOPE));
            stage.repo.clock("2026-11-25T09:00:00Z");
            let outcome = match bucket {
                Bucket::ReviewSaysClose => "close",
                _ => "reduce",
            };
            let review = format!("exledger review {ID} --outcome {outcome}");
            stage.run_on(&review, "dana", "lee");
            stage.repo.wait("1d");
            stage
        }
        Bucket::EmergencyReviewDue => {
            let stage = begin();
            let text =
                "class: emergency\nstarts: 2026-11-20T10:00:00Z\nexpires: 2026-11-22T10:00:00Z\n";
            stage.land("ana", &[(ID, &record(text))]);
            stage
        }
        Bucket::Expired => {
            let stage = begin();
            stage.land("ana", &[(ID, &record(""))]);
            stage.repo.clock("2026-12-20T09:00:00Z");
            stage
        }
        Bucket::ReviewDue => later(&long("review_every: 5d\n"), "2026-11-28T09:00:00Z"),
        Bucket::ControlStale => later(&long(STALE), "2026-11-28T09:00:00Z"),
        Bucket::Ownerless => approved(&long("owner: {name: Gone, email: gone@example.com}\n")),
        Bucket::FixOverdue => {
            let fix = "fix: {target: data, plan: Replace the job, due: 2026-11-24}\n";
            later(&long(fix), "2026-11-28T09:00:00Z")
        }
        Bucket::Urgent => later("", "2026-12-12T09:00:00Z"),
        Bucket::Soon => approved(""),
        Bucket::PostClosureReviewDue => {
            let stage = approved(&long(""));
            let close = format!("exledger close {ID}");
            stage.run_on(&close, "ana", "lee");
            stage.repo.clock("2026-12-10T09:00:00Z");
            stage
        }
        Bucket::WaitingApproval => {
            let stage = begin();
            stage.land("ana", &[(ID, &record(&long("")))]);
            stage
        }
    }
}

/// Returns the buckets of the record, and the command of its next step.
fn asked(stage: &Stage) -> (Vec<String>, String) {
    let answer = stage.answer(&["queue"]);
    let mut records = answer["records"].as_array().unwrap().iter();
    let Some(found) = records.find(|it| it["id"] == ID) else {
        return (Vec::new(), String::new());
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut buckets = vec![text(&found["bucket"])];
    buckets.extend(found["also"].as_array().unwrap().iter().map(text));
    (buckets, text(&found["next"]["command"]))
}

#[test]
fn the_step_of_every_bucket_ends_what_is_due() {
    for bucket in Bucket::ALL {
        let stage = due(*bucket);
        let (buckets, command) = asked(&stage);
        assert_eq!(buckets.first().map(String::as_str), Some(bucket.as_str()), "{buckets:?}");
        stage.run_on(&command, "dana", "lee");
        let (buckets, _) = asked(&stage);
        assert!(!buckets.contains(&bucket.as_str().to_owned()), "{command}: {buckets:?}");
    }
}
