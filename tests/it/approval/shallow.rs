//! Clones that end somewhere: what can be told without the rest, and what can't.

use exledger::approval::{self, Verdict};
use exledger::history::chain::Now;
use exledger::history::version::Key;

use crate::approval::{approved, said};
use crate::history::{ID, SAMPLE, history_of};
use crate::repo::Repo;
use crate::status::standing_in;

const AT: &str = "2026-11-25T00:00:00Z";

/// Returns the verdicts in a clone of the last commits, and the status at an instant.
fn cloned(repo: &Repo, depth: usize) -> (Vec<std::rc::Rc<Verdict>>, &'static str) {
    let clone = repo.clone_with(&[&format!("--depth={depth}")]);
    let history = history_of(clone.path(), Now::Clock(repo.now()));
    let key = Key::Id(ID.to_owned());
    let verdicts = approval::judge(&history).trails.remove(&key).unwrap();
    (verdicts, standing_in(&history, &key, AT).status.word())
}

#[test]
fn what_stands_at_the_boundary_can_not_be_told() {
    let repo = approved("");
    repo.by("root").write("README.md", "x").commit("Go on");
    let (verdicts, status) = cloned(&repo, 1);
    assert_eq!(said(&verdicts[0]).result, "indeterminate");
    assert_eq!(said(&verdicts[0]).satisfied, "cannot say");
    assert_eq!(status, "unknown");
}

#[test]
fn what_is_approved_behind_it_can_be_told_unless_the_filer_matters() {
    for (line, satisfied, status) in [
        ("title: Another title of the same", "yes", "active"),
        ("expires: 2027-01-10", "cannot say", "unknown"),
        ("expires: 2026-12-10", "yes", "unknown"),
    ] {
        let repo = approved("");
        repo.by("root").write("README.md", "x").commit("Go on");
        repo.by("sam")
            .edit(ID, line)
            .through("dana")
            .commit("Amend it");
        let (verdicts, found) = cloned(&repo, 2);
        assert_eq!(
            said(verdicts.last().unwrap()).satisfied,
            satisfied,
            "{line}"
        );
        // Who approved the narrower one is known: it stands by itself.
        let narrows = line.contains("2026-12-10");
        let expected = if narrows { "active" } else { status };
        assert_eq!(found, expected, "{line}");
    }
    let repo = approved("");
    repo.by("root").write("README.md", "x").commit("Go on");
    repo.by("sam")
        .edit(ID, "expires: 2026-12-10")
        .commit("Shorten it");
    let (verdicts, status) = cloned(&repo, 2);
    assert_eq!(said(verdicts.last().unwrap()).satisfied, "yes");
    assert_eq!(status, "unknown", "what it narrows can't be told");
}

#[test]
fn what_was_filed_behind_it_is_told_as_ever() {
    let repo = crate::approval::ledger("");
    repo.by("root").write("README.md", "x").commit("Go on");
    repo.by("ana")
        .through("lee")
        .write(ID, SAMPLE)
        .commit("File it");
    let (verdicts, status) = cloned(&repo, 2);
    assert_eq!(said(&verdicts[0]).satisfied, "yes");
    assert_eq!(status, "active");
}
