//! Clones that end before the first commit: nobody is approved there, and the command that fetches the rest is printed.

use crate::cli::run;
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
