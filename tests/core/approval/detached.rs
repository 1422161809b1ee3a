//! Approval files: what they approve, and when.

use crate::support::approval::{amended, check, said, sealed, verdict, verdicts};
use crate::support::repo::Repo;
use crate::support::repo::speak::yes;
use crate::support::samples::{ID, SAMPLE};
use exledger::approval;
use exledger::approval::TrailVerdicts;
use exledger::approval::evidence::files::FileState;
use exledger::approval::verdict::{NotCounted, VoteCounts};
use exledger::policy::demand::EvidenceKind;

pub(crate) fn judged(repo: &Repo) -> TrailVerdicts {
    approval::judge(&repo.history())
}

/// Whether each version is approved, in order.
pub(crate) fn approved(repo: &Repo) -> Vec<&'static str> {
    verdicts(repo, ID).iter().map(|it| said(it).satisfied).collect()
}

pub(crate) fn states(repo: &Repo) -> Vec<(FileState, bool)> {
    let files = judged(repo).files.into_iter();
    files.map(|file| (file.state, file.is_at_tip)).collect()
}

/// The sample with a review entry by its own author.
pub(crate) fn looked_at() -> String {
    SAMPLE.to_owned()
        + "reviews:\n- {date: 2026-11-20, by: ana@example.com, outcome: still-needed}\n"
}

#[test]
fn an_approval_on_the_branch_counts_however_it_is_merged() {
    for way in ["merge", "squash", "rebase", "push"] {
        let repo = sealed();
        let says =
            yes("dana", ID, SAMPLE, "2026-11-20T09:30:00Z").because("The job goes in December");
        let branch = repo.branch("file");
        branch.by("ana").write(ID, SAMPLE).commit("File it");
        repo.branch("file").by("dana").says(&says).commit("Approve it");
        match way {
            "merge" => drop(repo.by("bot").merge("file", "Merge branch 'file'")),
            "squash" => drop(repo.by("ana").through("github").squash("file", "File it (#7)")),
            "rebase" => drop(repo.by("ana").rebase("file")),
            _ => repo.set_ref("refs/heads/main", repo.tip("file")),
        }
        let verdict = verdict(&repo);
        check(way, &verdict, "yes", "attested", &["dana"], &["ana"]);
        let approver = &verdict.approvers[0];
        assert_eq!(approver.kind, EvidenceKind::Detached, "{way}");
        assert_eq!(approver.source.as_deref(), Some(says.path().as_str()));
        assert_eq!(approver.reason.as_deref(), Some("The job goes in December"));
        assert!(approver.key.as_ref().unwrap().starts_with("SHA256:"));
        assert_eq!(states(&repo), [(FileState::Sound, true)], "{way}");
    }
}

#[test]
fn an_approval_that_lands_later_approves_from_then_on() {
    let repo = sealed();
    let landed = repo.by("ana").write(ID, SAMPLE).commit("File it").to_string();
    check("before", &verdict(&repo), "no", "self", &[], &["ana"]);
    let says = yes("dana", ID, SAMPLE, "2026-11-20T10:30:00Z");
    let late = repo.by("ana").says(&says).commit("Add Dana's approval").to_string();
    let verdict = verdict(&repo);
    check("after", &verdict, "yes", "attested", &["dana"], &["ana"]);
    assert_eq!(verdict.approved_in.as_deref(), Some(late.as_str()));
    assert_eq!(verdict.approved_at.unwrap().to_string(), "2026-11-20T11:00:00Z");
    let turns: Vec<(&str, &str)> =
        verdict.turns.iter().map(|it| (it.commit.as_str(), it.result.as_str())).collect();
    assert_eq!(turns, [(landed.as_str(), "self"), (late.as_str(), "attested")]);
}

#[test]
fn an_approval_that_lands_first_waits_for_its_bytes() {
    let repo = sealed();
    repo.by("root")
        .says(&yes("dana", ID, SAMPLE, "2026-11-20T09:30:00Z"))
        .commit("Approve what comes");
    repo.by("ana").write(ID, &amended()).commit("File other bytes");
    repo.by("ana").write(ID, SAMPLE).commit("File these bytes");
    assert_eq!(approved(&repo), ["no", "yes"]);
}

#[test]
fn an_approval_counts_once_and_for_its_bytes_alone() {
    let repo = sealed();
    let says = yes("dana", ID, SAMPLE, "2026-11-20T09:30:00Z");
    repo.by("ana").write(ID, SAMPLE).says(&says).commit("File it");
    repo.by("ana").write(ID, &amended()).commit("Change it");
    assert_eq!(approved(&repo), ["yes", "no"]);
    // Someone else approves the change; then the old bytes come back with the old approval.
    repo.by("ana").says(&yes("dana", ID, &amended(), "2026-11-20T12:00:00Z")).commit("Approve it");
    repo.by("ana").write(ID, SAMPLE).commit("Put it back");
    assert_eq!(approved(&repo), ["yes", "yes", "no"]);
    // Landing the same statement again has no effect.
    repo.by("ana").unsays(&says).commit("Remove the approval");
    repo.by("ana").says(&says).commit("Land it anew");
    assert_eq!(approved(&repo), ["yes", "yes", "no"]);
}

#[test]
fn content_that_comes_back_unapproved_in_between_has_its_approval_back() {
    let repo = sealed();
    repo.by("ana")
        .write(ID, SAMPLE)
        .says(&yes("dana", ID, SAMPLE, "2026-11-20T09:30:00Z"))
        .commit("File it");
    repo.by("ana").write(ID, &amended()).commit("Change it");
    repo.by("ana").write(ID, SAMPLE).commit("Put it back");
    let verdict = verdict(&repo);
    check("restored", &verdict, "yes", "attested", &["dana"], &["ana"]);
    assert!(verdict.flags.contains("restored-to-approved-content"));
}

#[test]
fn no_approval_outlives_a_removal_a_closure_or_a_fired_trigger() {
    let fired = SAMPLE.to_owned()
        + "triggers:\n- {id: T1, when: The job is replaced, then: review}\nfired:\n- {trigger: T1, date: 2026-11-20, by: ana@example.com}\n";
    let closed = SAMPLE.to_owned()
        + "closure: {date: 2026-11-20, by: ana@example.com, outcome: withdrawn, reason: Not needed any more}\n";
    for (what, between) in [("removal", None), ("closure", Some(closed)), ("fired", Some(fired))] {
        for (at, satisfied) in [("2026-11-20T09:30:00Z", "no"), ("2026-11-20T11:30:00Z", "yes")] {
            let repo = sealed();
            repo.by("ana").write(ID, &amended()).commit("File it");
            match &between {
                None => repo.by("ana").remove(ID).commit("Remove it"),
                Some(text) => repo.by("ana").write(ID, text).commit("End it"),
            };
            repo.by("ana")
                .write(ID, SAMPLE)
                .says(&yes("dana", ID, SAMPLE, at))
                .commit("File it anew");
            let verdict = verdict(&repo);
            assert_eq!(said(&verdict).satisfied, satisfied, "{what} {at}");
            let why = (satisfied == "no").then_some(&VoteCounts::No(NotCounted::TooOld));
            let counts = verdict.statements.iter().find(|it| it.kind == EvidenceKind::Detached);
            assert_eq!(
                counts.map(|it| &it.counts).filter(|it| **it != VoteCounts::Yes),
                why,
                "{what} {at}"
            );
        }
    }
}

#[test]
fn a_date_in_the_future_counts_as_the_landing() {
    let repo = sealed();
    repo.by("root")
        .says(&yes("dana", ID, SAMPLE, "2031-01-01T00:00:00Z"))
        .commit("Approve for ever");
    repo.by("ana").write(ID, &amended()).commit("File it");
    repo.by("ana").remove(ID).commit("Remove it");
    repo.by("ana").write(ID, SAMPLE).commit("File it anew");
    assert_eq!(approved(&repo), ["no", "no", "no"]);
}

#[test]
fn an_approval_follows_the_version_whose_result_the_tip_carries() {
    let moved = |repo: &Repo| {
        let path = "exceptions/2026/EXC-2026-7F3KQ.yaml";
        repo.by("ana").rename(ID, path).commit("Move it");
    };
    let reworded = |repo: &Repo| {
        let text = SAMPLE.replace("risk: {level: moderate}", "risk: { level: moderate }");
        repo.by("ana").write(ID, &text).commit("Reformat it");
    };
    let reviewed = |repo: &Repo| {
        repo.by("ana").write(ID, &looked_at()).commit("Review it");
    };
    type Change<'c> = (&'static str, &'c dyn Fn(&Repo));
    let changes: [Change; 3] =
        [("moved", &moved), ("reworded", &reworded), ("reviewed", &reviewed)];
    for (what, change) in changes {
        let repo = sealed();
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        change(&repo);
        repo.by("ana").says(&yes("dana", ID, SAMPLE, "2026-11-20T11:30:00Z")).commit("Approve it");
        assert_eq!(approved(&repo), ["yes", "yes"], "{what}");
        let verdicts = verdicts(&repo, ID);
        assert_eq!(verdicts[1].approved_at.unwrap().to_string(), "2026-11-20T12:00:00Z");
        assert_eq!(verdicts[1].turns.len(), 2, "{what}");
    }
}

#[test]
fn an_approval_of_the_present_bytes_is_one_of_what_they_carry() {
    let reviewed = looked_at();
    let repo = sealed();
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("ana").write(ID, &reviewed).commit("Review it");
    assert!(verdict(&repo).witnesses.is_empty());
    repo.by("ana").says(&yes("dana", ID, &reviewed, "2026-11-20T11:30:00Z")).commit("Approve it");
    assert_eq!(approved(&repo), ["yes", "yes"]);
    let last = verdict(&repo);
    assert_eq!(last.witnesses.len(), 1);
    assert_eq!(last.witnessed_at.unwrap().to_string(), "2026-11-20T12:00:00Z");
    // A statement about the bytes before the entry does not approve the entry.
    let repo = sealed();
    repo.by("ana")
        .write(ID, SAMPLE)
        .says(&yes("dana", ID, SAMPLE, "2026-11-20T09:30:00Z"))
        .commit("File it");
    repo.by("ana").write(ID, &reviewed).commit("Review it");
    assert!(verdict(&repo).witnesses.is_empty());
}
