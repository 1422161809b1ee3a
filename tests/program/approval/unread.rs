//! A file with an unreadable id becomes a record: its earlier authors stay among its authors.

use exledger::history::version::TrailKey;

use crate::cli::run;
use crate::support::approval::{ledger, said, sealed, verdicts};
use crate::support::repo::speak::yes;
use crate::support::repo::{Repo, git};
use crate::support::samples::{ID, SAMPLE};
use crate::support::status::standing_of;

const AT: &str = "2026-11-25T00:00:00Z";
const DRAFT: &str = "exceptions/draft.yaml";

fn without_id() -> String {
    SAMPLE.replace("id: EXC-2026-7F3KQ\n", "")
}

fn too_large() -> String {
    format!("{}# {}\n", without_id(), "x".repeat(70_000))
}

/// Returns the gate's answer about the sample's application.
fn check_word(repo: &Repo, at: &str) -> String {
    repo.checkout();
    let words = ["check", "--application", "billing", "--format", "json", "--on", at];
    let answer: serde_json::Value = serde_json::from_str(&run(repo.path(), &words).out).unwrap();
    answer["verdict"].as_str().unwrap().to_owned()
}

/// How mal's file becomes ana's record; mal merges the branch `mend` afterwards.
type Steps = fn(&Repo);

fn mend(repo: &Repo) {
    repo.branch("mend").by("ana").write(ID, SAMPLE).commit("Mend it");
}

fn mend_draft(repo: &Repo) {
    repo.branch("mend").by("ana").remove(DRAFT).write(ID, SAMPLE).commit("Mend and move it");
}

const CASES: &[(&str, Steps)] = &[
    ("without an id", |repo| {
        repo.by("mal").write(ID, &without_id()).commit("File");
        mend(repo);
    }),
    ("with a syntax error", |repo| {
        let text = SAMPLE.replace("id: EXC-2026-7F3KQ", "id: 'EXC-2026-7F3KQ");
        repo.by("mal").write(ID, &text).commit("File");
        mend(repo);
    }),
    ("in several broken versions", |repo| {
        repo.by("mal").write(ID, &without_id()).commit("File");
        repo.by("lee").write(ID, "- [").commit("Look at it");
        mend(repo);
    }),
    ("under another path, moved and mended in one step", |repo| {
        repo.by("mal").write(DRAFT, &without_id()).commit("Draft");
        mend_draft(repo);
    }),
    ("under another path, moved before it is mended", |repo| {
        repo.by("mal").write(DRAFT, &without_id()).commit("Draft");
        repo.by("lee").rename(DRAFT, ID).commit("Move it");
        mend(repo);
    }),
    ("broken and moved inside the branch", |repo| {
        repo.branch("mend").by("mal").write(DRAFT, &without_id()).commit("Draft");
        mend_draft(repo);
    }),
    ("moved inside the branch, then mended there", |repo| {
        repo.branch("mend").by("mal").write(DRAFT, &without_id()).commit("Draft");
        repo.branch("mend").by("ana").rename(DRAFT, "exceptions/again.yaml").commit("Move it");
        repo.branch("mend")
            .by("ana")
            .remove("exceptions/again.yaml")
            .write(ID, SAMPLE)
            .commit("Mend it");
    }),
    ("under the id of another record", |repo| {
        let text = SAMPLE.replace(ID, "EXC-2026-0THER");
        repo.by("mal").write(ID, &text).commit("File");
        mend(repo);
    }),
    ("under the id of another record, in the branch", |repo| {
        let text = SAMPLE.replace(ID, "EXC-2026-0THER");
        let mal = repo.branch("mend").by("mal");
        mal.write(ID, &text).commit("File");
        mend(repo);
    }),
    ("with another prefix", |repo| {
        let text = SAMPLE.replace("id: EXC", "id: ABC");
        repo.by("mal").write(ID, &text).commit("File");
        mend(repo);
    }),
    ("with two ids", |repo| {
        let text = format!("{SAMPLE}id: EXC-2026-0THER\n");
        repo.by("mal").write(ID, &text).commit("File");
        mend(repo);
    }),
    ("too large", |repo| {
        repo.by("mal").write(ID, &too_large()).commit("File");
        mend(repo);
    }),
    ("as a link whose bytes are the record", |repo| {
        repo.by("mal").write_mode(ID, 0o120_000, SAMPLE.as_bytes()).commit("File");
        mend(repo);
    }),
    ("as a link in the branch", |repo| {
        let mal = repo.branch("mend").by("mal");
        mal.write_mode(ID, 0o120_000, SAMPLE.as_bytes()).commit("File");
        mend(repo);
    }),
    ("broken, then standing beside the record itself", |repo| {
        // Mal's file replaces the record that it broke, until that is restored elsewhere.
        repo.by("ana").write(DRAFT, SAMPLE).commit("File");
        repo.by("mal").write(DRAFT, &without_id()).commit("Break");
        repo.by("lee").write("exceptions/back.yaml", SAMPLE).commit("Write it anew");
        repo.by("lee").remove("exceptions/back.yaml").commit("Give it up");
        mend_draft(repo);
    }),
    ("beside a second file of the id", |repo| {
        repo.by("mal").write(DRAFT, SAMPLE).commit("File");
        repo.by("ana").write(ID, SAMPLE).commit("File it, too");
        repo.branch("mend")
            .by("ana")
            .remove(DRAFT)
            .edit(ID, "title: Another title of the same")
            .commit("Keep one");
    }),
    ("broken and mended twice", |repo| {
        repo.by("mal").write(ID, &without_id()).commit("File");
        repo.by("ana").write(ID, SAMPLE).commit("Mend it");
        repo.by("ana").write(ID, "id: [").commit("Break it");
        repo.branch("mend")
            .by("ana")
            .edit(ID, "title: Another title of the same")
            .write(ID, &SAMPLE.replace("Nightly", "Hourly"))
            .commit("Mend it");
    }),
];

#[test]
fn who_made_a_file_that_could_not_be_read_does_not_approve_what_it_becomes() {
    for (what, steps) in CASES {
        let repo = ledger("");
        steps(&repo);
        repo.by("mal").merge("mend", "Merge branch 'mend'");
        let verdicts = verdicts(&repo, ID);
        let last = said(verdicts.last().unwrap());
        assert!(last.authors.contains(&"mal".to_owned()), "{what}: {last:?}");
        assert_eq!(last.satisfied, "no", "{what}: {last:?}");
        let record_state = standing_of(&repo, &TrailKey::Id(ID.to_owned()), AT);
        assert_eq!(record_state.status.as_str(), "unapproved", "{what}");
        assert_eq!(check_word(&repo, AT), "pending", "{what}: asked about one record");
    }
}

#[test]
fn somebody_else_approves_it_as_ever() {
    for (what, steps) in CASES {
        let repo = ledger("");
        steps(&repo);
        repo.by("sam").merge("mend", "Merge branch 'mend'");
        let record_state = standing_of(&repo, &TrailKey::Id(ID.to_owned()), AT);
        assert_eq!(record_state.status.as_str(), "active", "{what}: {:?}", record_state.reasons);
        assert_eq!(check_word(&repo, AT), "allow", "{what}: asked about one record");
    }
}

#[test]
fn who_removed_a_broken_file_elsewhere_made_no_other_record() {
    let repo = ledger("");
    repo.by("mal").write("exceptions/EXC-2026-0THER.yaml", "id: [").commit("Break something");
    repo.branch("file")
        .by("ana")
        .remove("exceptions/EXC-2026-0THER.yaml")
        .write("exceptions/x/EXC-2026-0THER.yaml", &SAMPLE.replace(ID, "EXC-2026-0THER"))
        .write(ID, SAMPLE)
        .commit("Mend one, and file another");
    repo.by("mal").merge("file", "Merge branch 'file'");
    let last = said(verdicts(&repo, "EXC-2026-0THER").last().unwrap());
    assert_eq!(last.authors, ["ana", "mal"]);
}

/// A record that Ana filed under a wrong name and `approver` merged.
fn misnamed(approver: &str) -> Repo {
    let repo = ledger("");
    let branch = repo.branch("file").by("ana");
    branch.write(DRAFT, SAMPLE).commit("File it");
    repo.by(approver).merge("file", "Merge branch 'file'");
    repo.branch("rename").by("bo").rename(DRAFT, ID).commit("Give it its name");
    repo
}

fn status_of(repo: &Repo) -> (&'static str, String) {
    let record_state = standing_of(repo, &TrailKey::Id(ID.to_owned()), AT);
    (record_state.status.as_str(), exledger::status::reason::joined(&record_state.reasons))
}

#[test]
fn an_approved_file_that_somebody_else_gives_its_right_name_is_approved() {
    for merger in ["lee", "dana", "bo"] {
        let repo = misnamed("lee");
        repo.by(merger).merge("rename", "Merge branch 'rename'");
        assert_eq!(status_of(&repo).0, "active", "{merger}");
        assert_eq!(check_word(&repo, AT), "allow", "{merger}");
    }
}

#[test]
fn a_right_name_that_an_author_gives_or_an_unapproved_file_gets_approves_nothing() {
    for (approver, merger) in [("lee", "ana"), ("ana", "lee")] {
        let repo = misnamed(approver);
        repo.by(merger).merge("rename", "Merge branch 'rename'");
        let (status, reasons) = status_of(&repo);
        assert_eq!(status, "unapproved", "{approver}, {merger}");
        assert_eq!(reasons.contains("its file had another name"), approver == "lee", "{reasons}");
        assert_eq!(check_word(&repo, AT), "pending", "{approver}, {merger}");
    }
}

#[test]
fn the_right_name_is_approved_by_the_demand_of_the_record() {
    let repo = ledger("tiers: [{name: all, approvals: {count: 2}}]\n");
    let branch = repo.branch("file").by("ana");
    branch.write(DRAFT, SAMPLE).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo.branch("rename").by("bo").rename(DRAFT, ID).commit("Give it its name");
    repo.by("lee").merge("rename", "Merge branch 'rename'");
    // Under the wrong name one approver was enough, as nobody could know what the record requires.
    assert_eq!(status_of(&repo).0, "unapproved");
}

#[test]
fn who_signs_a_record_under_its_right_name_approves_it() {
    let repo = sealed();
    repo.by("ana").write(DRAFT, SAMPLE).commit("File it");
    repo.by("ana").rename(DRAFT, ID).commit("Rename it");
    assert_eq!(status_of(&repo).0, "unapproved");
    let says = yes("dana", ID, SAMPLE, "2026-11-20T11:30:00Z");
    repo.by("ana").says(&says).commit("Add Dana's approval");
    assert_eq!(status_of(&repo).0, "active");
}

#[test]
fn who_filed_an_approved_record_does_not_extend_it_by_way_of_a_wrong_name() {
    for wrong_name in [true, false] {
        let repo = ledger("");
        repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
        repo.by("lee").merge("file", "Merge branch 'file'");
        assert_eq!(status_of(&repo).0, "active");
        if wrong_name {
            repo.branch("away").by("bo").rename(ID, DRAFT).commit("Put it aside");
            repo.by("lee").merge("away", "Merge branch 'away'");
        }
        let longer = SAMPLE.replace("2026-12-20", "2027-01-11");
        let work = repo.branch("back").by("bo");
        let work = if wrong_name { work.remove(DRAFT) } else { work };
        work.write(ID, &longer).commit("Bring it back");
        repo.by("ana").merge("back", "Merge branch 'back'");
        let (_, reasons) = status_of(&repo);
        assert!(reasons.contains("through 2026-12-20"), "{reasons}");
        assert!(reasons.contains("someone else must"), "{wrong_name}: {reasons}");
    }
}

const SECOND: &str = "exceptions/more/EXC-2026-7F3KQ.yaml";

/// Ways in which a second file of the record comes, and then can't be read any more; the answers after each landing.
type Ways = [(&'static str, fn(&Repo, &str), &'static [&'static str])];

fn land_both(repo: &Repo, then: &str, land: fn(&Repo, &str)) {
    for (branch, text) in [("second", SAMPLE), ("break", then)] {
        repo.branch(branch).by("mal").write(SECOND, text).commit("Write it");
        land(repo, branch);
    }
}

const WAYS: &Ways = &[
    (
        "pushed",
        |repo, then| {
            repo.by("mal").write(SECOND, SAMPLE).commit("File a second one");
            repo.by("mal").write(SECOND, then).commit("Break it");
        },
        &["allow", "deny"],
    ),
    (
        "squashed",
        |repo, then| {
            land_both(repo, then, |repo, branch| {
                repo.by("mal").through("github").squash(branch, "Squash");
            });
        },
        &["allow", "deny"],
    ),
    (
        "merged one by one",
        |repo, then| {
            land_both(repo, then, |repo, branch| {
                repo.by("mal").merge(branch, "Merge the work");
            });
        },
        &["allow", "deny"],
    ),
    (
        "merged at once",
        |repo, then| {
            repo.branch("both").by("mal").write(SECOND, SAMPLE).commit("File a second one");
            repo.branch("both").by("mal").write(SECOND, then).commit("Break it");
            repo.by("mal").merge("both", "Merge the work");
        },
        &["allow"],
    ),
];

/// Returns the gate's answer after each landing since a commit, oldest first.
fn answers_since(repo: &Repo, since: git2::Oid) -> Vec<String> {
    repo.checkout();
    let range = format!("{since}..main");
    let log = git(repo.path(), &["rev-list", "--first-parent", "--reverse", &range]);
    let commits = std::iter::once(since.to_string()).chain(log.lines().map(str::to_owned));
    let answer = |commit: String| {
        let words = ["check", "--application", "billing", "--format", "json", "--as-of", &commit];
        let answer: serde_json::Value =
            serde_json::from_str(&run(repo.path(), &words).out).unwrap();
        answer["verdict"].as_str().unwrap().to_owned()
    };
    commits.map(answer).collect()
}

fn approved_record() -> (Repo, git2::Oid) {
    let repo = ledger("");
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    let landing = repo.by("lee").merge("file", "Merge branch 'file'");
    (repo, landing)
}

#[test]
fn a_second_file_that_can_not_be_read_any_more_ends_nothing_however_it_lands() {
    for (what, act, before) in WAYS {
        let (repo, landing) = approved_record();
        act(&repo, "broken\n");
        let answers = answers_since(&repo, landing);
        assert_eq!(answers, [before, &["allow"][..]].concat(), "{what}");
        // Whoever filed it made nothing of the record.
        assert_eq!(said(verdicts(&repo, ID).last().unwrap()).authors, ["ana"], "{what}");
        // Once the first file goes, the other gives nothing to what it becomes.
        repo.by("eve").remove(ID).commit("Remove it");
        repo.by("mal").write(SECOND, SAMPLE).commit("Mend the second one");
        assert_eq!(check_word(&repo, AT), "pending", "{what}: only the second");
    }
}

#[test]
fn a_second_file_that_can_not_be_read_any_more_and_names_an_end_counts_as_one() {
    let closed = "closure: {outcome: gone}\nbroken: [\n";
    for (what, act, _) in WAYS {
        let (repo, landing) = approved_record();
        act(&repo, closed);
        assert_eq!(answers_since(&repo, landing).last().unwrap(), "pending", "{what}");
    }
}

#[test]
fn the_first_file_that_can_not_be_read_any_more_leaves_the_second_nothing() {
    let breaks: [fn(&Repo); 2] = [
        |repo| {
            repo.by("mal").write(SECOND, SAMPLE).commit("File a second one");
            repo.by("mal").write(ID, "broken\n").commit("Break the first");
        },
        |repo| {
            repo.by("mal").write(SECOND, SAMPLE).write(ID, "broken\n").commit("Both at once");
        },
    ];
    for act in breaks {
        let (repo, _) = approved_record();
        act(&repo);
        assert_eq!(check_word(&repo, AT), "pending");
        repo.by("mal").write(SECOND, "broken\n").write(ID, SAMPLE).commit("The other way around");
        assert_eq!(check_word(&repo, AT), "pending");
    }
}
