//! Tips of the approved ref that a clone saw, and that a force push or a merge took off the line.

use crate::cli::{self, Run};
use crate::support::audit::filed;
use crate::support::repo::speak::{signer, yes};
use crate::support::repo::{Repo, git};
use crate::support::samples::{ID, SAMPLE};
use std::path::Path;

const ON: &str = "2026-11-25T12:00:00Z";
const CLOSED: &str = "closure: {outcome: withdrawn, date: 2026-11-20, by: lee@example.com, reason: Filed by mistake}\n";

fn status(folder: &Path) -> (String, String, i32) {
    let run = cli::run(folder, &["show", ID, "--on", ON, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap_or_default();
    let text = |key: &str| json["record"][key].as_str().unwrap_or_default().to_owned();
    (text("status"), text("not_after"), run.code)
}

fn verify(folder: &Path) -> Run {
    cli::run(folder, &["verify", "--on", ON])
}

/// The ref whose tips a clone saw, and the options that make the clone.
const CLONES: [(&str, &[&str]); 2] = [
    ("refs/remotes/origin/main", &[]),
    ("refs/heads/main", &["--bare", "--config=core.logAllRefUpdates=true"]),
];

fn fetch(folder: &Path) {
    let bare = git(folder, &["rev-parse", "--is-bare-repository"]);
    let refspec = if bare.trim() == "true" {
        "+refs/heads/main:refs/heads/main"
    } else {
        "+refs/heads/main:refs/remotes/origin/main"
    };
    git(folder, &["fetch", "--quiet", "origin", refspec]);
}

/// Lands a change on the approved branch, fetches it, and takes it off again by a force push; something else lands.
fn lose(repo: &Repo, clone: &Path, land: &dyn Fn(&Repo)) -> git2::Oid {
    let before = repo.tip("main");
    land(repo);
    let lost = repo.tip("main");
    fetch(clone);
    repo.set_ref("refs/heads/main", before);
    repo.by("lee").write("README.md", "Payments\n").commit("Describe it");
    fetch(clone);
    lost
}

type Land = fn(&Repo);

const TAKEN: [(&str, Land); 3] = [
    ("a closure", |repo| {
        repo.by("lee").write(ID, &(SAMPLE.to_owned() + CLOSED)).commit("Close it");
    }),
    ("a removal", |repo| {
        repo.by("lee").remove(ID).commit("Remove it");
    }),
    ("an earlier end", |repo| {
        repo.by("lee").edit(ID, "expires: 2026-11-30").commit("Shorten it");
    }),
];

#[test]
fn what_a_force_push_drops_still_counts_where_it_was_seen() {
    for (reference, options) in CLONES {
        // What is taken is not asked of how the clone was made.
        for (what, land) in TAKEN.into_iter().take(if options.is_empty() { TAKEN.len() } else { 1 })
        {
            let repo = filed();
            let clone = repo.clone_with(options);
            let clone = clone.path();
            let whole = status(clone);
            assert_eq!(whole.0, "active", "{what}");
            let lost = lose(&repo, clone, &land);
            let after = status(clone);
            assert_ne!((&after.0, &after.1), (&whole.0, &whole.1), "{what} {reference}");
            // A clone that never saw it knows nothing of it.
            let fresh = repo.clone_with(&[]);
            assert_eq!(status(fresh.path()).0, "active", "{what}");
            assert_eq!(verify(fresh.path()).code, 0, "{what}");
            // Once for all is enough of this.
            for n in 0..if what == "a closure" && options.is_empty() { 40 } else { 1 } {
                repo.by("lee").write("README.md", &format!("{n}\n")).commit("Describe it");
                fetch(clone);
            }
            assert_eq!(status(clone), after, "{what} {reference}");
            let run = verify(clone);
            assert_eq!(run.code, 1, "{what} {reference}: {}", run.out);
            assert!(run.out.contains("history-rewritten"), "{what}: {}", run.out);
            assert!(run.out.contains(&lost.to_string()), "{what}: {}", run.out);
            git(clone, &["gc", "--quiet", "--prune=now"]);
            assert_eq!(status(clone), after, "{what} {reference}");
            // The pin keeps it, also when git has forgotten.
            let expire = format!("git reflog expire --expire=now {reference}");
            git(clone, &["reflog", "expire", "--expire=now", reference]);
            git(clone, &["gc", "--quiet", "--prune=now"]);
            assert_eq!(status(clone), after, "{what} {reference}");
            let pin = format!("refs/exledger/former/{lost}");
            for command in [expire, format!("git update-ref -d {pin}")] {
                assert!(run.out.contains(&command), "{what}: {}", run.out);
            }
            git(clone, &["update-ref", "-d", &pin]);
            assert_eq!(status(clone).0, "active", "{what} {reference}");
            assert_eq!(verify(clone).code, 0, "{what} {reference}");
        }
    }
}

#[test]
fn a_force_push_that_drops_nothing_changes_no_answer() {
    for (reference, options) in CLONES {
        let repo = filed();
        let clone = repo.clone_with(options);
        lose(&repo, clone.path(), &|repo| {
            repo.by("lee").write("README.md", "Draft\n").commit("Describe it");
        });
        assert_eq!(status(clone.path()).0, "active", "{reference}");
        // That the branch was rewritten is said all the same.
        assert!(verify(clone.path()).out.contains("history-rewritten"), "{reference}");
    }
}

#[test]
fn what_was_dropped_ends_by_an_approval_of_after_it() {
    let repo = filed();
    let clone = repo.clone_with(&[]);
    lose(&repo, clone.path(), &TAKEN[0].1);
    assert_eq!(status(clone.path()).0, "closed");
    repo.clock("2026-11-21T09:00:00Z");
    repo.branch("anew").by("ana").edit(ID, "title: Invoices, read as before").commit("Retitle it");
    repo.by("lee").merge("anew", "Merge branch 'anew'");
    fetch(clone.path());
    assert_eq!(status(clone.path()).0, "active");
}

#[test]
fn an_accidental_pull_that_takes_nothing_is_a_note() {
    let repo = filed();
    let fork = repo.tip("main").to_string();
    repo.by("lee").write("README.md", "Payments\n").commit("Describe it");
    let clone = repo.clone_with(&[]);
    repo.branch_from("mine", &fork).by("sam").write("docs/mine.md", "Mine\n").commit("Work");
    let merge = repo.branch("mine").by("sam").merge("main", "Tidy up");
    repo.set_ref("refs/heads/main", merge);
    fetch(clone.path());
    let run = verify(clone.path());
    assert_eq!(run.code, 0, "{}", run.out);
    assert!(run.out.contains("note[mainline-suspicious]"), "{}", run.out);
}

#[test]
fn a_tip_that_a_merge_took_off_the_line_with_what_it_had_is_an_error() {
    let repo = filed();
    let fork = repo.tip("main").to_string();
    TAKEN[0].1(&repo);
    let clone = repo.clone_with(&[]);
    repo.branch_from("mine", &fork).by("sam").write("docs/mine.md", "Mine\n").commit("Work");
    let merge = repo.branch("mine").by("sam").merge_ours(&["main"], "Tidy up");
    repo.set_ref("refs/heads/main", merge);
    fetch(clone.path());
    let run = verify(clone.path());
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(run.out.contains("error[mainline-rerouted]"), "{}", run.out);
    assert_eq!(status(clone.path()).0, "closed");
}

#[test]
fn a_lost_tip_without_its_objects_leaves_everything_undetermined() {
    let repo = filed();
    let clone = repo.clone_with(&[]);
    let log = clone.path().join(".git/logs/refs/remotes/origin/main");
    std::fs::create_dir_all(log.parent().unwrap()).unwrap();
    let gone = "1".repeat(40);
    let entry =
        format!("{gone} {} Lee <lee@example.com> 1763600000 +0000\tfetch\n", repo.tip("main"));
    std::fs::write(&log, entry).unwrap();
    for args in [&["verify"][..], &["list"], &["check", "--application", "billing"]] {
        let run = cli::run(clone.path(), args);
        assert_eq!(run.code, 3, "{args:?}: {}{}", run.out, run.err);
        let said = run.out + &run.err;
        assert!(said.contains(&gone), "{args:?}: {said}");
        assert!(said.contains("git reflog expire --expire=now refs/remotes/origin/main"), "{said}");
    }
    git(clone.path(), &["reflog", "expire", "--expire=now", "refs/remotes/origin/main"]);
    assert_eq!(status(clone.path()).0, "active");
}

const POLICY: &str = "exledger.yaml";
const SIGNERS: &str = ".github/allowed_signers";

/// A clone that saw another policy approved, before a force push took it off.
fn lost_policy() -> (Repo, tempfile::TempDir, String) {
    let repo = filed();
    let clone = repo.clone_with(&[]);
    let text = repo.by("ana").text(POLICY);
    let lost = lose(&repo, clone.path(), &|repo| {
        repo.branch("rules")
            .by("ana")
            .write(POLICY, &format!("{text}lint: {{}}\n"))
            .commit("Rules");
        repo.by("lee").merge("rules", "Merge branch 'rules'");
    });
    (repo, clone, lost.to_string())
}

#[test]
fn rules_that_were_approved_at_a_lost_tip_leave_everything_undetermined() {
    let (repo, clone, lost) = lost_policy();
    let folder = clone.path();
    for args in [&["list"][..], &["check", "--application", "billing"], &["show", ID], &["verify"]]
    {
        let run = cli::run(folder, args);
        assert_eq!(run.code, 3, "{args:?}: {}{}", run.out, run.err);
        let said = run.out + &run.err;
        let expected = format!(
            "the approved branch no longer contains {}, where another exledger.yaml was approved",
            &lost[..12]
        );
        assert!(said.contains(&expected), "{args:?}: {said}");
    }
    // What helps is not refused.
    for args in [&["lint"][..], &["doctor"], &["diff"]] {
        let run = cli::run(folder, args);
        assert_ne!(run.code, 3, "{args:?}: {}{}", run.out, run.err);
    }
    // `verify` kept it, so the clearing takes both commands.
    let run = cli::run(folder, &["list"]);
    let clear = format!(
        "git reflog expire --expire=now refs/remotes/origin/main; git update-ref -d refs/exledger/former/{lost}"
    );
    assert!(run.err.contains(&clear), "{}", run.err);
    for command in clear.split("; ") {
        assert_eq!(cli::run(folder, &["list"]).code, 3, "before {command}");
        let words: Vec<&str> = command.split(' ').skip(1).collect();
        git(folder, &words);
    }
    assert_eq!(status(folder).0, "active");
    drop(repo);
}

#[test]
fn rules_approved_anew_after_a_lost_tip_are_answered_by() {
    let (repo, clone, _) = lost_policy();
    repo.clock("2026-11-21T09:00:00Z");
    let text = repo.by("ana").text(POLICY);
    repo.branch("anew").by("ana").write(POLICY, &format!("{text}# As agreed.\n")).commit("Rules");
    repo.by("lee").merge("anew", "Merge branch 'anew'");
    fetch(clone.path());
    assert_eq!(status(clone.path()).0, "active");
}

#[test]
fn lost_rules_are_not_replaced_by_less_than_they_ask_for() {
    let listed = "dana@example.com, lee@example.com, omar@example.com";
    let policy = |proof: &str, count: u32, days: u32| {
        format!(
            "version: 1\nname: corp/pay\ngroups: {{all: [{listed}]}}\napproval: {{proof: {proof}}}\ntiers: [{{name: standard, max_term: {days}d, approvals: {{count: {count}}}}}]\n"
        )
    };
    let says = |repo: &Repo, who: &str, text: &str| {
        yes(who, ID, text, &repo.now().to_string()).ledger("corp/pay").governance(POLICY)
    };
    for (way, code) in [("typed", 3), ("one of two", 3), ("by two", 0)] {
        let repo = Repo::at("2026-11-18T09:00:00Z");
        let keys = ["dana", "lee", "omar"].map(signer).concat();
        let first = policy("claimed", 1, 90);
        repo.by("root").write(POLICY, &first).write(SIGNERS, &keys).commit("Begin");
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        let clone = repo.clone_with(&[]);
        repo.wait("1d");
        lose(&repo, clone.path(), &|repo| {
            let strict = policy("attested", 2, 120);
            let work = repo.by("ana").write(POLICY, &strict);
            work.says(&says(repo, "lee", &strict)).commit("Ask for two signatures");
        });
        repo.wait("1d");
        let other = policy("attested", 1, 900);
        let branch = repo.branch("rules");
        let work = branch.by("ana").write(POLICY, &other);
        let signers: &[&str] = match way {
            "typed" => &[],
            "one of two" => &["dana"],
            _ => &["dana", "omar"],
        };
        let said = signers.iter().map(|who| says(&repo, who, &other));
        said.fold(work, |work, says| work.says(&says)).commit("Other rules");
        repo.by("lee").merge("rules", "Merge branch 'rules'");
        fetch(clone.path());
        let run = cli::run(clone.path(), &["list", "--on", ON]);
        assert_eq!(run.code, code, "{way}: {}{}", run.out, run.err);
    }
}

#[test]
fn rules_that_a_merge_brought_back_are_asked_for_whatever_landed_beside_them() {
    let repo = filed();
    let clone = repo.clone_with(&[]);
    let (start, text) = (repo.tip("main").to_string(), repo.by("ana").text(POLICY));
    let other = format!("{text}lint: {{}}\n");
    repo.branch("rules").by("ana").write(POLICY, &other).commit("Rules");
    repo.by("lee").merge("rules", "Merge branch 'rules'");
    fetch(clone.path());
    let mine = repo.branch_from("mine", &start);
    mine.by("sam").write(POLICY, &other).commit("Other rules");
    mine.by("sam").write(POLICY, &text).commit("Go back");
    let merge = mine.by("sam").write(POLICY, &text).merge("main", "Tidy up");
    repo.set_ref("refs/heads/main", merge);
    fetch(clone.path());
    let run = cli::run(clone.path(), &["list", "--on", ON]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
}
