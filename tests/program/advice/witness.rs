//! Reviews where a degraded record grants nothing: they count only with evidence of somebody who is no author of what is approved,
//! whoever wrote the review.

use super::{ID, Stage, record};
use crate::cli;

const POLICY: &str = "\
groups: {security: [ana@example.com, lee@example.com, dana@example.com]}
tiers: [{name: standard, max_term: 90d, approvals: {count: 1}, degraded: deny}]
";

/// A record of Ana's, which Lee merged, and whose review is overdue.
fn overdue(stage: Stage) -> Stage {
    stage.merged(ID, &record("review_every: 5d\n"), "ana", "lee");
    stage.repo.clock("2026-11-28T09:00:00Z");
    assert_eq!(stage.status(), "degraded");
    stage
}

/// Somebody commits a review, on a branch of that name.
fn review(stage: &Stage, by: &str, branch: &str) {
    let run = stage.shell(by, &format!("exledger review {ID} --outcome still-needed"));
    assert_eq!(run.code, 0, "{}", run.err);
    let text = stage.text();
    stage.repo.branch(branch).by(by).write(ID, &text).commit("Review it");
    stage.home();
}

fn next(stage: &Stage, asker: &str) -> (String, String) {
    assert_eq!(stage.shell(asker, "true").code, 0);
    stage.next()
}

const NOT_HERS: &str = "somebody else must approve it: you wrote the record";

#[test]
fn who_did_not_write_the_record_is_asked_for_the_merge_also_of_a_review_of_their_own() {
    let stage = overdue(Stage::begin(POLICY, &[]));
    let alone = "review it, and have an approver who did not write it merge that";
    assert_eq!(next(&stage, "ana").0, alone);
    review(&stage, "lee", "rv");
    let merge =
        "merge rv (reviewed) with a merge commit, unless you wrote the record, or reject it";
    for asker in ["lee", "dana"] {
        assert_eq!(next(&stage, asker), (merge.to_owned(), "git merge --no-ff rv".to_owned()));
    }
    assert_eq!(next(&stage, "ana").0, NOT_HERS);
    let messages = stage.answer(&["queue", "--messages"]);
    let messages = messages["messages"].as_array().unwrap();
    let roles = |name: &str| {
        let address = format!("{name}@example.com");
        let message = messages.iter().find(|message| message["to"]["email"] == address.as_str());
        message.map(|message| message["records"][0]["roles"].to_string()).unwrap_or_default()
    };
    for (name, is_asked) in [("lee", true), ("dana", true), ("ana", false)] {
        assert_eq!(roles(name).contains("approver"), is_asked, "{name}: {}", roles(name));
    }
    let comment = cli::run(stage.repo.path(), &["diff", "main", "rv", "--format", "markdown"]).out;
    assert!(
        comment
            .contains("counts only with one, of one person other than the authors of the record"),
        "{comment}"
    );
    assert!(comment.contains("anyone but Ana Ruiz"), "{comment}");
    let text = stage.text();
    stage.merge("rv", "ana");
    assert_eq!(stage.status(), "degraded", "the author of what is approved merged it");
    // Of another one, by somebody who can.
    stage.repo.wait("1d");
    assert_ne!(stage.text(), text);
    review(&stage, "lee", "again");
    stage.merge("again", "lee");
    assert_eq!(stage.status(), "active");
}

#[test]
fn a_review_that_was_squashed_is_signed_by_somebody_else() {
    let stage = overdue(Stage::new(POLICY));
    let alone = "review it, and have an approver who did not write it sign that";
    assert_eq!(next(&stage, "ana").0, alone);
    review(&stage, "ana", "rv");
    assert_eq!(next(&stage, "lee").1, format!("exledger approve {ID} --ref rv"));
    assert_eq!(next(&stage, "ana").0, NOT_HERS);
    stage.repo.by("ana").through("github").squash("rv", "Review it (#3)");
    stage.repo.git.find_branch("rv", git2::BranchType::Local).unwrap().delete().unwrap();
    stage.home();
    assert_eq!(stage.status(), "degraded");
    let (action, command) = next(&stage, "lee");
    assert_eq!(command, format!("exledger approve {ID}"), "{action}");
    assert_eq!(next(&stage, "ana").0, NOT_HERS);
    stage.run_on(&command, "lee", "lee");
    assert_eq!(stage.status(), "active");
    // An older one that would not be in time has nobody's signature.
    stage.repo.wait("10d");
    assert_eq!(next(&stage, "lee").1, format!("exledger review {ID}"));
}

#[test]
fn a_review_that_was_signed_before_its_merge_counts_however_it_is_merged() {
    let stage = overdue(Stage::new(POLICY));
    review(&stage, "lee", "rv");
    // Whoever wrote the review may sign it, and whoever wrote the record may not.
    let sign = |by: &str| stage.shell(by, &format!("exledger approve {ID} --ref rv"));
    assert_ne!(sign("ana").code, 0);
    let signed = sign("lee");
    assert_eq!(signed.code, 0, "{}", signed.err);
    assert_eq!(next(&stage, "ana").0, "merge rv (reviewed): it is approved");
    stage.repo.by("ana").through("github").squash("rv", "Review it (#3)");
    stage.home();
    assert_eq!(stage.status(), "active");
}
