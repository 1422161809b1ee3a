//! By which version a landed record is compared, and when it ended.

use exledger::approval;
use exledger::history::version::TrailKey;
use exledger::record::vocabulary::RootCause;
use exledger::status::state::RecordFacts;
use exledger::survey::compared_version::ComparedVersion;

use crate::support::approval::{file_as, ledger};
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};

fn compared(repo: &Repo) -> Option<ComparedVersion> {
    let history = repo.history();
    let approvals = approval::judge(&history);
    let key = &TrailKey::Id(ID.to_owned());
    let (history, governance) = (&history, &*approvals.counted.tip);
    ComparedVersion::read(RecordFacts {
        key,
        history,
        verdicts: &approvals.trails[key],
        governance,
    })
}

/// A record that Lee approved.
fn approved() -> Repo {
    let repo = ledger("");
    file_as(&repo, SAMPLE);
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo
}

fn closed(outcome: &str, date: &str) -> String {
    format!(
        "{SAMPLE}closure: {{date: {date}, by: ana@example.com, outcome: {outcome}, reason: Over}}\n"
    )
}

#[test]
fn the_last_approved_version_is_compared() {
    let repo = approved();
    let timeout = SAMPLE.replace("brittle-dependency", "timeout");
    repo.by("ana").write(ID, &timeout).commit("Edit it");
    assert_eq!(compared(&repo).unwrap().record.root_cause, RootCause::BrittleDependency);
    repo.by("ana").write(ID, "broken").commit("Break it");
    assert_eq!(compared(&repo).unwrap().record.root_cause, RootCause::BrittleDependency);
    repo.branch("more").by("ana").write(ID, &timeout).commit("Edit it");
    repo.by("lee").merge("more", "Merge branch 'more'");
    assert_eq!(compared(&repo).unwrap().record.root_cause, RootCause::Timeout);
    // One that nobody approved is compared as it first landed.
    let repo = ledger("");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("ana").write(ID, &timeout).commit("Edit it");
    assert_eq!(compared(&repo).unwrap().record.root_cause, RootCause::BrittleDependency);
}

#[test]
fn what_was_in_force_is_taken_out_by_others_alone() {
    let rejected = closed("rejected", "2026-11-20");
    for (who, is_kept) in [("ana", true), ("lee", false)] {
        let repo = approved();
        repo.by(who).write(ID, &rejected).commit("Reject it");
        assert_eq!(compared(&repo).is_some(), is_kept, "rejected by {who}");
        let repo = approved();
        repo.by(who).remove(ID).commit("Remove it");
        assert_eq!(compared(&repo).is_some(), is_kept, "removed by {who}");
    }
    let repo = ledger("");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("ana").write(ID, &rejected).commit("Reject it");
    assert!(compared(&repo).is_none());
}

#[test]
fn what_an_author_alone_says_ends_it_when_it_landed() {
    let end = |who: &str, text: &str| {
        let repo = approved();
        repo.clock("2026-11-25T09:00:00Z");
        repo.branch("end").by("ana").write(ID, text).commit("End it");
        repo.by(who).merge("end", "Merge branch 'end'");
        let end = compared(&repo).unwrap().end;
        (end.over.to_string(), end.closed.map(|day| day.to_string()))
    };
    let remediated = closed("remediated", "2026-11-21");
    let day = |text: &str| Some(text.to_owned());
    assert_eq!(end("ana", &remediated), ("2026-11-26T00:00:00Z".to_owned(), day("2026-11-25")));
    assert_eq!(end("lee", &remediated), ("2026-11-22T00:00:00Z".to_owned(), day("2026-11-21")));
    let earlier = SAMPLE.replace("2026-12-20", "2026-11-21");
    let (over, closed) = end("ana", &earlier);
    assert!(over.starts_with("2026-11-25T"), "{over}");
    assert_eq!(closed, None);
}
