//! Review notes, where the policy accepts them.

use exledger::approval;
use exledger::approval::verdict::{ApprovalVerdict, NotCounted, SelfAsserted, VoteCounts};
use exledger::history::refs;
use exledger::history::version::TrailKey;
use exledger::policy::demand::EvidenceKind;
use exledger::record::time::Instant;
use exledger::store::git::Repository;

use crate::support::approval::{check, ledger, said};
use crate::support::history::own;
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};

const GERRIT: &str = "approval: {forge: gerrit}\n";

/// Writes a note on a commit, by someone.
fn note(repo: &Repo, by: &str, about: git2::Oid, text: &str) {
    repo.branch("notes").by(by).write(&about.to_string(), text).commit("Notes added");
    repo.set_ref(refs::REVIEW_NOTES, repo.tip("notes"));
}

fn verdicts(repo: &Repo, until: Option<&str>) -> Vec<std::rc::Rc<ApprovalVerdict>> {
    let mut history = repo.history();
    let git = Repository::discover(repo.path()).unwrap();
    if history.heeds_notes()
        && let Some(found) = git.find(refs::REVIEW_NOTES)
    {
        let until = until.map(|until| Instant::parse(until).unwrap());
        history.read_notes(&git, found.oid, until);
    }
    approval::judge(&history).trails.remove(&TrailKey::Id(ID.to_owned())).unwrap()
}

fn verdict(repo: &Repo) -> ApprovalVerdict {
    verdicts(repo, None).pop().unwrap().as_ref().clone()
}

/// A ledger in which Ana's change was submitted by the bot.
fn submitted(policy: &str) -> (Repo, git2::Oid) {
    let repo = ledger(policy);
    repo.orphan("notes").by("gerrit").commit("Notes begin");
    let landed = repo.by("ana").through("gerrit").write(ID, SAMPLE).commit("File it");
    (repo, landed)
}

const PLUS_TWO: &str = "Code-Review+2: Dana Kim <dana@example.com>\nVerified+1: Zuul <zuul@example.com>\nSubmitted-by: Ana Ruiz <ana@example.com>\n";

#[test]
fn notes_count_where_gerrit_is_pinned_or_the_policy_lists_them() {
    for (policy, satisfied, result, approvers) in [
        (GERRIT, "yes", "claimed", vec!["dana"]),
        ("approval: {accept: [merge, note]}\n", "yes", "claimed", vec!["dana"]),
        ("", "no", "none-recorded", vec![]),
    ] {
        let (repo, landed) = submitted(policy);
        note(&repo, "gerrit", landed, PLUS_TWO);
        let verdict = verdict(&repo);
        check(policy, &verdict, satisfied, result, &approvers, &["ana"]);
        if let Some(approver) = verdict.approvers.first() {
            assert_eq!(approver.kind, EvidenceKind::Note);
            assert_eq!(approver.source, Some(format!("refs/notes/review:{landed}")));
            assert_eq!(approver.self_asserted, SelfAsserted::No);
        }
    }
}

#[test]
fn a_note_is_stated_by_who_last_changed_it_and_not_by_who_wrote_the_last_note() {
    // Ana writes a note herself; then someone else writes one about another commit.
    let (repo, landed) = submitted(GERRIT);
    note(&repo, "ana", landed, PLUS_TWO);
    let other = repo.by("lee").write("README.md", "More\n").commit("More");
    note(&repo, "gerrit", other, PLUS_TWO);
    let stated = verdict(&repo);
    assert_eq!(
        stated.statements.last().unwrap().stated_by.as_ref().unwrap().email,
        "ana@example.com"
    );
    let counts: Vec<&VoteCounts> = stated
        .statements
        .iter()
        .filter(|it| it.kind == EvidenceKind::Note)
        .map(|it| &it.counts)
        .collect();
    assert_eq!(counts[0], &VoteCounts::No(NotCounted::SelfAsserted));
    check("by its author", &stated, "no", "claimed", &[], &["ana"]);
    // Once someone else changes it, that person states it.
    note(&repo, "lee", landed, "Code-Review+2: Dana Kim <dana@example.com>\n");
    check("changed", &verdict(&repo), "yes", "claimed", &["dana"], &["ana"]);
}

#[test]
fn notes_that_are_spread_over_folders_are_the_same_notes() {
    let (repo, landed) = submitted(GERRIT);
    note(&repo, "gerrit", landed, PLUS_TWO);
    let name = landed.to_string();
    let spread = format!("{}/{}/{}", &name[..2], &name[2..4], &name[4..]);
    repo.branch("notes")
        .by("ana")
        .rename(&name, &spread)
        .commit("Notes removed by 'git notes copy'");
    repo.set_ref(refs::REVIEW_NOTES, repo.tip("notes"));
    let verdict = verdict(&repo);
    check("spread", &verdict, "yes", "claimed", &["dana"], &["ana"]);
}

#[test]
fn a_vote_of_minus_two_vetoes_and_lesser_ones_are_shown() {
    for (text, satisfied, result) in [
        (
            "Code-Review-2: Sam Ito <sam@example.com>\nCode-Review+2: Dana Kim <dana@example.com>\n",
            "no",
            "vetoed",
        ),
        (
            "Verified-2: Sam Ito <sam@example.com>\nCode-Review+2: Dana Kim <dana@example.com>\n",
            "no",
            "vetoed",
        ),
        (
            "Verified-2: Zuul <zuul@example.com>\nCode-Review+2: Dana Kim <dana@example.com>\n",
            "yes",
            "claimed",
        ),
        (
            "Code-Review-2: Ana Ruiz <ana@example.com>\nCode-Review+2: Dana Kim <dana@example.com>\n",
            "yes",
            "claimed",
        ),
        (
            "Code-Review-1: Sam Ito <sam@example.com>\nCode-Review+2: Dana Kim <dana@example.com>\n",
            "yes",
            "claimed",
        ),
        ("Code-Review+1: Dana Kim <dana@example.com>\n", "no", "none-recorded"),
        ("Verified+2: Dana Kim <dana@example.com>\n", "no", "none-recorded"),
        (
            "Code-Review+2: Dana Kim <dana@example.com>\nVerified-2: Dana Kim <dana@example.com>\n",
            "no",
            "vetoed",
        ),
        (
            "Looks-Good+x: Dana Kim <dana@example.com>\nReviewed-on: https://r.example.com/1\n\nCode-Review+2\n",
            "no",
            "none-recorded",
        ),
    ] {
        let (repo, landed) = submitted(GERRIT);
        note(&repo, "gerrit", landed, text);
        let found = said(&verdict(&repo));
        assert_eq!((found.satisfied, found.result), (satisfied, result), "{text}");
    }
}

#[test]
fn notes_are_heard_as_they_stood_at_the_instant_asked_about() {
    let (repo, landed) = submitted(GERRIT);
    note(&repo, "gerrit", landed, PLUS_TWO);
    repo.wait("3d");
    note(&repo, "gerrit", landed, "Code-Review-2: Sam Ito <sam@example.com>\n");
    assert_eq!(verdict(&repo).result.as_str(), "vetoed");
    let then = verdicts(&repo, Some("2026-11-21T00:00:00Z"));
    assert_eq!(then.last().unwrap().result.as_str(), "claimed");
    let earlier = verdicts(&repo, Some("2026-11-20T11:30:00Z"));
    assert_eq!(earlier.last().unwrap().result.as_str(), "none-recorded");
}

#[test]
fn a_note_that_came_later_approves_from_then_on() {
    let (repo, landed) = submitted(GERRIT);
    repo.wait("2d");
    note(&repo, "gerrit", landed, PLUS_TWO);
    repo.wait("2d");
    repo.by("lee").write("README.md", "More\n").commit("More");
    let verdict = verdict(&repo);
    assert_eq!(verdict.approved_at.unwrap().to_string(), "2026-11-22T12:00:00Z");
    assert_eq!(verdict.turns.len(), 2);
}

#[test]
fn a_note_on_a_commit_of_the_branch_with_these_bytes_counts() {
    let repo = ledger(GERRIT);
    repo.orphan("notes").by("gerrit").commit("Notes begin");
    let proposed = repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("bot").merge("file", "Merge \"File it\"");
    note(&repo, "gerrit", proposed, PLUS_TWO);
    check("nested", &verdict(&repo), "yes", "claimed", &["dana"], &["ana"]);
}

#[test]
fn notes_that_are_not_all_here_leave_it_undecided() {
    let (repo, landed) = submitted(GERRIT);
    note(&repo, "gerrit", landed, PLUS_TWO);
    let mut history = repo.history();
    let git = Repository::discover(repo.path()).unwrap();
    let missing = git2::Oid::from_str("1111111111111111111111111111111111111111").unwrap();
    history.read_notes(&git, own(missing), None);
    let mut approvals = approval::judge(&history);
    let verdict = approvals.trails.remove(&TrailKey::Id(ID.to_owned())).unwrap().pop().unwrap();
    assert_eq!(
        (said(&verdict).satisfied, verdict.result.as_str()),
        ("undetermined", "indeterminate")
    );
}
