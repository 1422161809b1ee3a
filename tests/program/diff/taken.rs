//! What a commit of a branch takes away and a later one gives back.

use crate::cli::{self, Run};
use crate::support::audit::filed;
use crate::support::repo::{Repo, git};
use crate::support::samples::{ID, SAMPLE};

const CLOSED: &str = "closure: {outcome: withdrawn, date: 2026-11-20, by: ana@example.com, reason: Filed by mistake}\n";

fn on_branch(repo: &Repo, args: &[&str]) -> Run {
    git(repo.path(), &["checkout", "--quiet", "--force", "work"]);
    cli::run(repo.path(), &[args, &["--on", "2026-11-25T12:00:00Z"]].concat())
}

#[test]
fn a_branch_that_closes_and_reopens_is_told_so_and_squashed_it_is_clean() {
    let repo = filed();
    let work = repo.branch("work");
    let closes = work.by("ana").write(ID, &(SAMPLE.to_owned() + CLOSED)).commit("Close it");
    work.by("ana").write(ID, SAMPLE).commit("Reopen it");
    work.by("ana").write("README.md", "Payments\n").commit("Describe it");
    for command in [&["lint", "--base", "main"][..], &["diff", "main"]] {
        let run = on_branch(&repo, command);
        assert_eq!(run.code, 1, "{command:?}: {}{}", run.out, run.err);
        let said = format!(
            "commit {} holds a closure that the branch takes back",
            &closes.to_string()[..12]
        );
        assert!(run.out.contains(&said), "{command:?}: {}", run.out);
    }
    let before = repo.tip("main");
    repo.by("lee").merge("work", "Merge branch 'work'");
    repo.checkout();
    let shown = cli::run(repo.path(), &["show", ID, "--on", "2026-11-25T12:00:00Z"]);
    assert!(shown.out.contains("closed"), "{}", shown.out);
    repo.set_ref("refs/heads/main", before);
    squash_as_printed(&repo);
}

/// Runs the commands that `lint` prints, after which it finds nothing.
fn squash_as_printed(repo: &Repo) {
    let run = on_branch(repo, &["lint", "--base", "main"]);
    let help = run.out.lines().map(|line| line.trim_start().trim_start_matches("help: "));
    let printed: Vec<&str> = help.filter(|line| line.starts_with("git ")).collect();
    assert!(!printed.is_empty(), "{}", run.out);
    repo.config("user.name", "Ana Ruiz");
    repo.config("user.email", "ana@example.com");
    cli::shell(repo, &printed.join(" && "));
    let run = on_branch(repo, &["lint", "--base", "main"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
}

#[test]
fn the_commands_that_squash_a_branch_keep_what_it_merged() {
    let repo = filed();
    repo.branch("work").by("ana").edit(ID, "expires: 2026-12-01").commit("Shorten it");
    repo.by("lee").write("README.md", "Payments\n").commit("Describe it");
    repo.branch("work").by("ana").merge("main", "Merge branch 'main' into work");
    repo.branch("work").by("ana").write(ID, SAMPLE).commit("Think better of it");
    squash_as_printed(&repo);
    let common = git(repo.path(), &["merge-base", "main", "work"]);
    assert_eq!(common.trim(), repo.tip("main").to_string());
}

#[test]
fn what_cannot_be_read_is_mended_before_anything_counts_as_taken() {
    let repo = filed();
    let work = repo.branch("work");
    work.by("ana").write(ID, &(SAMPLE.to_owned() + CLOSED)).commit("Close it");
    let marks = format!("{SAMPLE}<<<<<<< HEAD\n{CLOSED}=======\n>>>>>>> main\n");
    work.by("ana").write(ID, &marks).commit("Merge it with marks");
    let run = on_branch(&repo, &["lint", "--base", "main"]);
    assert!(run.out.contains("error[syntax]"), "{}", run.out);
    assert!(!run.out.contains("merge-would-take"), "{}", run.out);
    work.by("ana").write(ID, SAMPLE).commit("Keep what landed");
    let run = on_branch(&repo, &["lint", "--base", "main"]);
    assert!(run.out.contains("merge-would-take"), "{}", run.out);
}

#[test]
fn what_a_second_file_ends_is_told_once() {
    for path in [
        "exceptions/more/EXC-2026-7F3KQ.yaml",
        "exceptions/more/exc-2026-7f3kq.yaml",
        "exceptions/more.yaml",
    ] {
        let repo = filed();
        let work = repo.branch("work");
        work.by("ana").write(path, &(SAMPLE.to_owned() + CLOSED)).commit("Close it");
        work.by("ana").remove(path).write("README.md", "Payments\n").commit("Think better of it");
        let run = on_branch(&repo, &["lint", "--base", "main"]);
        let n_told = run.out.matches("error[merge-would-take]").count();
        assert_eq!((run.code, n_told), (1, 1), "{path}: {}{}", run.out, run.err);
        // One that only stands there for a while takes nothing.
        let repo = filed();
        let work = repo.branch("work");
        work.by("ana").write(path, SAMPLE).commit("File it twice");
        work.by("ana").remove(path).write("README.md", "Payments\n").commit("Think better of it");
        let run = on_branch(&repo, &["lint", "--base", "main"]);
        assert_eq!(run.code, 0, "{path}: {}{}", run.out, run.err);
    }
}

#[test]
fn what_needs_an_approval_anyway_is_not_taken() {
    let repo = filed();
    let work = repo.branch("work");
    work.by("ana").edit(ID, "expires: 2026-12-01").commit("Shorten it");
    let wider = SAMPLE.replace("title: ", "title: Really, ");
    work.by("ana").write(ID, &wider).commit("Retitle it");
    let run = on_branch(&repo, &["lint", "--base", "main"]);
    assert!(!run.out.contains("merge-would-take"), "{}", run.out);
}

#[test]
fn what_a_branch_takes_over_from_the_approved_one_is_not_its_own() {
    let repo = filed();
    repo.branch("work").by("ana").write("README.md", "Payments\n").commit("Describe it");
    repo.by("lee").edit(ID, "expires: 2026-12-01").commit("Shorten it");
    repo.branch("work").by("ana").merge("main", "Merge branch 'main' into work");
    let run = on_branch(&repo, &["lint", "--base", "main"]);
    assert!(!run.out.contains("merge-would-take"), "{}", run.out);
}

#[test]
fn a_stricter_rule_that_the_branch_takes_back_is_named() {
    let repo = filed();
    let policy = repo.by("ana").text("exledger.yaml");
    let stricter = policy.replace("count: 1", "count: 2");
    let work = repo.branch("work");
    work.by("ana").write("exledger.yaml", &stricter).commit("Ask two");
    work.by("ana").write("exledger.yaml", &policy).commit("Think better of it");
    let run = on_branch(&repo, &["lint", "--base", "main"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.contains("holds a stricter rule"), "{}", run.out);
}

/// A branch on which Lee fires T1, and `main`, on which Ana did, merged into it with Ana's entry alone.
fn fired_on_both_sides(then: &str, [lee, ana]: [&str; 2], reviewed: Option<&str>) -> Repo {
    let repo = filed();
    let triggers =
        format!("triggers: [{{id: T1, when: The vendor ships a release, then: {then}}}]");
    repo.by("lee").edit(ID, &triggers).commit("Name the trigger");
    let fired = |day: &str, by: &str| {
        format!("fired: [{{trigger: T1, date: {day}, by: {by}@example.com}}]")
    };
    repo.branch("work").by("lee").edit(ID, &fired(lee, "lee")).commit("Fire it");
    repo.by("ana").edit(ID, &fired(ana, "ana")).commit("Fire it");
    if let Some(day) = reviewed {
        let review =
            format!("reviews: [{{date: {day}, by: ana@example.com, outcome: still-needed}}]");
        repo.by("ana").edit(ID, &review).commit("Review it");
    }
    let landed = repo.by("ana").text(ID);
    repo.branch("work").by("lee").write(ID, &landed).merge("main", "Merge branch 'main' into work");
    repo
}

#[test]
fn a_trigger_that_fired_on_both_sides_is_not_taken() {
    const DAYS: [&str; 2] = ["2026-11-20", "2026-11-21"];
    const DAY: &str = "2026-11-20";
    for (then, days, reviewed, is_taken) in [
        ("close", DAYS, None, false),
        ("revoke", DAYS, None, false),
        ("review", [DAY; 2], None, false),
        // A review of the entry that stays is none of the other one.
        ("review", [DAY; 2], Some(DAY), true),
        ("review", [DAY; 2], Some("2026-11-19"), true),
        ("review", DAYS, None, true),
        ("review", ["2026-11-21", DAY], None, true),
    ] {
        let repo = fired_on_both_sides(then, days, reviewed);
        let run = on_branch(&repo, &["lint", "--base", "main"]);
        let told = "holds a fired trigger that the branch takes back";
        assert_eq!(run.out.contains(told), is_taken, "{then} {days:?}: {}", run.out);
        repo.by("dana").merge("work", "Merge branch 'work'");
        repo.checkout();
        let run = cli::run(repo.path(), &["verify", "--on", "2026-11-25T12:00:00Z"]);
        let told = "mainline-suspicious";
        assert_eq!(run.out.contains(told), is_taken, "{then} {days:?}: {}", run.out);
    }
}

#[test]
fn a_firing_is_taken_where_the_one_before_it_went_from_the_line() {
    let repo = filed();
    let triggers = "triggers: [{id: T1, when: The vendor ships a release, then: close}]";
    repo.by("lee").edit(ID, triggers).commit("Name the trigger");
    let before = repo.by("ana").text(ID);
    let firing = |day: &str| format!("{{trigger: T1, date: {day}, by: lee@example.com}}");
    let (first, second) = (firing("2026-11-19"), firing("2026-11-20"));
    repo.by("lee").edit(ID, &format!("fired: [{first}]")).commit("Fire it");
    let work = repo.branch("work");
    work.by("lee").edit(ID, &format!("fired: [{first}, {second}]")).commit("Fire it again");
    repo.branch("back").by("ana").write(ID, &before).commit("It did not happen");
    repo.by("dana").merge("back", "Merge branch 'back'");
    repo.by("dana").write(ID, &before).merge("work", "Merge branch 'work'");
    repo.checkout();
    let run = cli::run(repo.path(), &["verify", "--on", "2026-11-25T12:00:00Z"]);
    let told = "left out the fired trigger";
    assert!(run.out.contains(told), "{}", run.out);
    let list = cli::run(repo.path(), &["list", "--all", "--on", "2026-11-25T12:00:00Z"]);
    assert!(list.out.contains(" revoked"), "{}", list.out);
}
