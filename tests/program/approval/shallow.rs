//! Shallow clones: what can be determined without the rest, and what can't.

use exledger::approval;
use exledger::approval::verdict::ApprovalVerdict;
use exledger::history::version::TrailKey;

use crate::cli::run;
use crate::support::approval::{approved, said};
use crate::support::history::history_of;
use crate::support::repo::{Repo, speak};
use crate::support::samples::{ID, SAMPLE};
use crate::support::status::standing_in;

const AT: &str = "2026-11-25T00:00:00Z";

/// Returns the verdicts in a clone of the last commits, and the status at an instant.
fn cloned(repo: &Repo, depth: usize) -> (Vec<std::rc::Rc<ApprovalVerdict>>, &'static str) {
    let clone = repo.clone_with(&[&format!("--depth={depth}")]);
    let history = history_of(clone.path(), repo.now());
    let key = TrailKey::Id(ID.to_owned());
    let verdicts = approval::judge(&history).trails.remove(&key).unwrap();
    (verdicts, standing_in(&history, &key, AT).status.as_str())
}

#[test]
fn what_stands_at_the_boundary_can_not_be_told() {
    let repo = approved("");
    repo.by("root").write("README.md", "x").commit("Go on");
    let (verdicts, status) = cloned(&repo, 1);
    assert_eq!(said(&verdicts[0]).result, "indeterminate");
    assert_eq!(said(&verdicts[0]).satisfied, "undetermined");
    assert_eq!(status, "unknown");
}

#[test]
fn an_id_that_a_broken_file_at_the_boundary_may_have_held_can_not_be_told() {
    let other = "EXC-2026-0TH3R";
    for (broken, is_told) in [
        ("exceptions/team/EXC-2026-7F3KQ.yaml", false),
        ("exceptions/notes.yaml", false),
        ("exceptions/EXC-2026-BR0KN.yaml", true),
    ] {
        let repo = approved("");
        repo.by("sam").rename(ID, broken).commit("Move it");
        repo.by("sam").write(broken, "id: [").commit("Break it");
        repo.by("root").write("README.md", "x").commit("Go on");
        let text = SAMPLE.replace(ID, other);
        repo.branch("again")
            .by("ana")
            .write(ID, SAMPLE)
            .write(other, &text)
            .commit("File it again, and another");
        repo.by("lee").merge("again", "Merge branch 'again'");
        let clone = repo.clone_with(&["--depth=3"]);
        let history = history_of(clone.path(), repo.now());
        let status = |id: &str| {
            let key = TrailKey::Id(id.to_owned());
            standing_in(&history, &key, AT).status.as_str()
        };
        let expected = if is_told { "active" } else { "unknown" };
        assert_eq!(status(ID), expected, "{broken}");
        let of_other = if broken.ends_with("notes.yaml") { "unknown" } else { "active" };
        assert_eq!(status(other), of_other, "{broken}");
    }
}

#[test]
fn what_stands_there_stays_untold_whatever_lands_later() {
    for (line, approved_by) in [
        ("title: Another title of the same", "dana"),
        ("expires: 2027-01-10", "dana"),
        ("expires: 2026-12-10", "dana"),
        ("expires: 2026-12-10", "sam"),
    ] {
        let repo = approved("");
        repo.by("root").write("README.md", "x").commit("Go on");
        repo.by("sam").edit(ID, line).through(approved_by).commit("Amend it");
        let (_, found) = cloned(&repo, 2);
        assert_eq!(found, "unknown", "{line} by {approved_by}");
    }
    let repo = approved("");
    repo.by("root").write("README.md", "x").commit("Go on");
    repo.by("sam")
        .edit(
            ID,
            "closure: {outcome: remediated, date: 2026-11-20, by: sam@example.com, reason: Done}",
        )
        .commit("Close it");
    assert_eq!(cloned(&repo, 2).1, "closed", "nothing behind it opens it");
}

/// The changes to test; in the full history none of them is allowed.
type Happens = fn(&Repo);

const PENDING: &[(&str, Happens)] = &[
    ("unapproved by mal, amended by Ana, merged by mal", |repo| {
        repo.by("mal").write(ID, SAMPLE).commit("Push it");
        repo.by("root").write("README.md", "x").commit("Go on");
        repo.branch("amend")
            .by("ana")
            .edit(ID, "title: Another title of the same")
            .commit("Amend it");
        repo.by("root").write("README.md", "y").commit("Go on");
        repo.by("mal").merge("amend", "Merge branch 'amend'");
        repo.by("root").write("README.md", "z").commit("Go on");
    }),
    ("begun by mal on an old branch that a bot merges, amended by Ana, merged by mal", |repo| {
        let old = repo.branch("old");
        old.by("mal").write(ID, SAMPLE).commit("Begin it");
        for text in ["a", "b", "c"] {
            repo.by("root").write("README.md", text).commit("Go on");
        }
        repo.branch("old")
            .by("ana")
            .edit(ID, "title: Another title of the same")
            .commit("Amend it");
        repo.by("bot").merge("old", "Merge branch 'old'");
        repo.branch("amend")
            .by("ana")
            .edit(ID, "title: A third title of the same")
            .commit("Amend it again");
        repo.by("mal").merge("amend", "Merge branch 'amend'");
    }),
    ("signed and removed long ago, filed and signed for again with the same words", |repo| {
        let yes = speak::yes("dana", ID, SAMPLE, "2026-11-20T09:30:00Z");
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        repo.by("root").says(&yes).commit("Bring the signature");
        repo.by("root").remove(ID).unsays(&yes).commit("Remove it");
        repo.by("root").write("README.md", "x").commit("Go on");
        repo.by("mal").write(ID, SAMPLE).commit("File it again");
        repo.by("mal").says(&yes).commit("Bring the signature again");
    }),
];

#[test]
fn no_depth_allows_what_the_whole_history_does_not() {
    for (what, happens) in PENDING {
        let signers = speak::signer("dana");
        let repo = Repo::at("2026-11-20T09:00:00Z");
        repo.by("root")
            .write("exledger.yaml", "version: 1\napproval: {signers: signers}\n")
            .write("signers", &signers)
            .commit("Begin");
        happens(&repo);
        let words = ["check", "--application", "billing", "--on", AT];
        repo.checkout();
        let whole = run(repo.path(), &words);
        assert_eq!(whole.code, 1, "{what}: {}{}", whole.out, whole.err);
        let n_landings = repo.history().mainline.landings.len();
        for depth in 1..=n_landings + 1 {
            let clone = repo.clone_with(&[&format!("--depth={depth}")]);
            let told = run(clone.path(), &words);
            assert_ne!(told.code, 0, "{what} at depth {depth}: {}", told.out);
        }
    }
}

#[test]
fn what_was_filed_behind_it_is_told_as_ever() {
    let repo = crate::support::approval::ledger("");
    repo.by("root").write("README.md", "x").commit("Go on");
    repo.by("ana").through("lee").write(ID, SAMPLE).commit("File it");
    let (verdicts, status) = cloned(&repo, 2);
    assert_eq!(said(&verdicts[0]).satisfied, "yes");
    assert_eq!(status, "active");
}
