//! Clones that end before the first commit: nobody is approved there, and the command that fetches the rest is printed.

use crate::cli::{run, run_fed};
use crate::support::approval::{approved, ledger};
use crate::support::repo::{Repo, git, speak};
use crate::support::samples::{ID, SAMPLE};

const AT: &str = "2026-11-25T00:00:00Z";

const ASKED: [&str; 5] = ["check", "--application", "billing", "--on", AT];

const ASKS_TWO: &str = "tiers: [{name: standard, max_term: 90d, approvals: {count: 2}}]\n";

fn signed(policy: &str) -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root")
        .write("exledger.yaml", &format!("version: 1\napproval: {{signers: signers}}\n{policy}"))
        .write("signers", &speak::signer("dana"))
        .commit("Begin");
    repo
}

type Happens = fn(&Repo);

/// What happens in each case, and the exit code of the question in the whole repository.
const CASES: &[(&str, &str, i32, Happens)] = &[
    ("filed behind the end", "", 0, |repo| {
        repo.by("ana").through("lee").write(ID, SAMPLE).commit("File it");
        repo.by("root").write("README.md", "x").commit("Go on");
    }),
    ("filed within the clone", "", 0, |repo| {
        repo.by("root").write("README.md", "x").commit("Go on");
        repo.by("ana").through("lee").write(ID, SAMPLE).commit("File it");
    }),
    ("fewer approvals asked for, which nobody approved", ASKS_TWO, 1, |repo| {
        repo.by("ana").replace("exledger.yaml", "count: 2", "count: 1").commit("Ask one");
        repo.by("root").write("README.md", "x").commit("Go on");
        repo.by("ana").through("lee").write(ID, SAMPLE).commit("File it");
    }),
    ("a rejection that went from the branch of approvals", "name: pay\n", 1, |repo| {
        let no = speak::no("dana", ID, SAMPLE, "2026-11-20T09:30:00Z").ledger("pay");
        let branch = || repo.branch("exledger-approvals").by("dana");
        repo.orphan("exledger-approvals").by("dana").says(&no).commit("Reject it");
        branch().unsays(&no).commit("Tidy");
        branch().write("README.md", "x").commit("Go on");
        repo.by("ana").through("lee").write(ID, SAMPLE).commit("File it");
    }),
    (
        "signed and removed long ago, filed and signed for again with the same words",
        "",
        1,
        |repo| {
            let yes = speak::yes("dana", ID, SAMPLE, "2026-11-20T09:30:00Z");
            repo.by("ana").write(ID, SAMPLE).commit("File it");
            repo.by("root").says(&yes).commit("Bring the signature");
            repo.by("root").remove(ID).unsays(&yes).commit("Remove it");
            repo.by("root").write("README.md", "x").commit("Go on");
            repo.by("mal").write(ID, SAMPLE).commit("File it again");
            repo.by("mal").says(&yes).commit("Bring the signature again");
        },
    ),
];

#[test]
fn nobody_is_approved_at_any_depth_until_the_rest_is_fetched() {
    for (what, policy, expected, happens) in CASES {
        let repo = signed(policy);
        happens(&repo);
        repo.checkout();
        let whole = run(repo.path(), &ASKED);
        assert_eq!(whole.code, *expected, "{what}: {}{}", whole.out, whole.err);
        let mut depth = 1;
        let told = loop {
            let clone = repo.clone_with(&["--no-single-branch", &format!("--depth={depth}")]);
            let told = run(clone.path(), &ASKED);
            if told.code != 3 {
                break told;
            }
            let shown = format!("{}{}", told.out, told.err);
            assert!(shown.contains("git fetch --unshallow"), "{what} at depth {depth}: {shown}");
            git(clone.path(), &["fetch", "-q", "--unshallow"]);
            let told = run(clone.path(), &ASKED);
            assert_eq!(told.code, *expected, "{what}: {}{}", told.out, told.err);
            depth += 1;
        };
        let n_landings = repo.history().mainline.landings.len();
        assert_eq!(told.code, *expected, "{what}: {}{}", told.out, told.err);
        assert!(depth >= n_landings, "{what} is told at depth {depth}");
    }
}

#[test]
fn what_was_removed_before_the_end_is_missed_by_each_answer_about_all() {
    let repo = signed("");
    repo.by("ana").through("lee").write(ID, SAMPLE).commit("File it");
    repo.by("root").remove(ID).commit("Remove it");
    repo.by("root").write("README.md", "x").commit("Go on");
    let clone = repo.clone_with(&["--depth=1"]);
    for words in [
        "check --deploy --application billing",
        "verify",
        "queue --strict",
        "patterns --strict",
        "list --all",
        "report",
        "export csv",
        "export revocations --all",
        "redesign list",
    ] {
        let words: Vec<&str> = words.split(' ').chain(["--on", AT]).collect();
        let told = run(clone.path(), &words);
        assert_eq!(told.code, 3, "{words:?}: {}{}", told.out, told.err);
        let shown = format!("{}{}", told.out, told.err);
        assert!(shown.contains("git fetch --unshallow"), "{words:?}: {shown}");
        let whole = run(repo.clone_with(&[]).path(), &words);
        assert_ne!(whole.code, 3, "{words:?}: {}{}", whole.out, whole.err);
    }
}

#[test]
fn rules_at_the_end_that_nobody_approved_decide_nothing() {
    let repo = signed("scan: {tools: [bandit]}\n");
    let map = |rules: &str| format!("version: 1\nunmatched: deny\nrules:\n  - {rules}\n");
    repo.by("ana")
        .through("lee")
        .write("exledger-hooks.yaml", &map("{tool: Read, pass: true}"))
        .write("run.py", "import os  # nosec B404\n")
        .commit("Map the calls");
    let looser = repo.by("ana").text("exledger.yaml").replace("bandit", "ruff");
    repo.by("ana")
        .write("exledger-hooks.yaml", &map("{tool: [Read, Bash], pass: true}"))
        .write("exledger.yaml", &looser)
        .commit("Loosen all");
    repo.branch("change").by("ana").write(ID, SAMPLE).commit("File it");
    let codes = |options: &[&str]| {
        let clone = repo.clone_with(&[&["-b", "change", "--no-single-branch"], options].concat());
        let folder = clone.path();
        let outside = crate::support::temporary();
        let ledger = folder.to_str().unwrap();
        let call = r#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"rm"},"cwd":"/"}"#;
        let words = [
            "hook",
            "claude-code",
            "--ledger",
            ledger,
            "--approved-ref",
            "origin/main",
            "--as",
            "agent:a",
        ];
        let hook = run_fed(outside.path(), &words, call.as_bytes()).code;
        let asked = [
            &["scan"][..],
            &["lint", "--base", "origin/main"],
            &["diff", "origin/main"],
            &["verify"],
        ];
        let mut codes: Vec<i32> = asked.iter().map(|words| run(folder, words).code).collect();
        codes.insert(0, hook);
        codes
    };
    let whole = codes(&[]);
    assert!(whole[0] == 2 && !whole.contains(&3), "{whole:?}");
    assert_eq!(codes(&["--depth=2"]), [2, 3, 3, 3, 3]);
}

#[test]
fn a_rejection_of_rules_that_a_partial_clone_lacks_leaves_them_unknown() {
    let repo = signed(&format!("name: pay\n{ASKS_TWO}"));
    let policy = repo.by("root").text("exledger.yaml").replace("count: 2", "count: 1");
    repo.by("ana").through("dana").write("exledger.yaml", &policy).commit("Ask one");
    let no = speak::no("dana", ID, &policy, "2026-11-20T09:30:00Z").governance("exledger.yaml");
    repo.orphan("exledger-approvals").by("dana").says(&no.ledger("pay")).commit("Reject it");
    repo.by("ana").through("lee").write(ID, SAMPLE).commit("File it");
    let clone = repo.clone_with(&["--filter=blob:none"]);
    // What main has, and not the branch of approvals.
    git(clone.path(), &["log", "-p", "main"]);
    let whole = run(repo.clone_with(&[]).path(), &ASKED);
    assert_eq!(whole.code, 1, "{}{}", whole.out, whole.err);
    let told = run(clone.path(), &ASKED);
    assert_eq!(told.code, 3, "{}{}", told.out, told.err);
}

#[test]
fn a_lost_tip_is_missed_in_a_clone_that_is_shallow_elsewhere() {
    let repo = approved("");
    repo.by("root").write("README.md", "x").commit("Go on");
    repo.branch("other").by("root").write("n", "1").commit("Note");
    repo.branch("other").by("root").write("n", "2").commit("Note more");
    let clone = repo.clone_with(&["--single-branch"]);
    let lost = repo.tip("main").to_string();
    let log = clone.path().join(".git/logs/refs/remotes/origin/main");
    let null = "0".repeat(40);
    let seen = lost.replace(&lost[..4], "dead");
    let line = format!("{null} {seen} A <a@example.com> 1795000000 +0000\tfetch\n");
    let line = format!("{line}{seen} {lost} A <a@example.com> 1795000001 +0000\tfetch: forced\n");
    std::fs::create_dir_all(log.parent().unwrap()).unwrap();
    std::fs::write(log, line).unwrap();
    assert_eq!(run(clone.path(), &ASKED).code, 3);
    git(clone.path(), &["fetch", "-q", "--depth", "1", "origin", "other"]);
    assert_eq!(run(clone.path(), &ASKED).code, 3);
}

#[test]
fn a_closed_record_stays_closed_in_a_shallow_clone() {
    let repo = approved("");
    repo.by("root").write("README.md", "x").commit("Go on");
    let closure =
        "closure: {outcome: remediated, date: 2026-11-20, by: sam@example.com, reason: Done}";
    repo.by("sam").edit(ID, closure).commit("Close it");
    for depth in ["--depth=1", "--depth=2"] {
        let clone = repo.clone_with(&[depth]);
        let listed = run(clone.path(), &["list", "--all", "--format", "json"]);
        let is_closed = listed.out.contains("\"status\": \"closed\"");
        assert!(is_closed, "{depth}: {}{}", listed.out, listed.err);
    }
}

#[test]
fn rules_behind_a_commit_that_git_can_not_read_count_for_nobody() {
    let repo = ledger(ASKS_TWO);
    let parent = repo.tip("main");
    repo.by("ana").replace("exledger.yaml", "count: 2", "count: 1").commit("Ask one");
    // The same tree, in a commit with a second parent header that git passes over.
    let tree = git(repo.path(), &["rev-parse", "main^{tree}"]);
    let who = "Ana <ana@example.com> 1795000000 +0000";
    let raw = format!(
        "tree {}\nparent {parent}\nPARENT {parent}\nauthor {who}\ncommitter {who}\n\nAsk one\n",
        tree.trim()
    );
    repo.raw_commit("main", raw.as_bytes());
    repo.by("root").write("README.md", "x").commit("Go on");
    repo.by("ana").through("lee").write(ID, SAMPLE).commit("File it");
    let clone = repo.clone_with(&[]);
    let told = run(clone.path(), &ASKED);
    assert_eq!(told.code, 3, "{}{}", told.out, told.err);
}
