//! What stops the server before any frame, and what chooses nothing.

use std::path::Path;

use serde_json::json;

use super::client::Client;
use super::{Served, billing, verdict};
use crate::cli::{REAL_CLOCK, Run, run_fed_with};
use crate::support::repo::git;

/// Runs the server with a question on its input.
fn run(folder: &Path, args: &[&str]) -> Run {
    let path = std::env::var("PATH").unwrap_or_default();
    let args = [&["mcp"], args].concat();
    let frame = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    run_fed_with(folder, &args, &[("PATH", &path), REAL_CLOCK], frame.as_bytes())
}

/// Asserts that nothing was served.
fn stopped(run: &Run, code: i32, reason: &str) {
    assert_eq!((run.code, run.out.as_str()), (code, ""), "{}", run.err);
    assert!(run.err.contains(reason), "`{reason}` is not in {}", run.err);
}

#[test]
fn an_agents_environment_does_not_say_whose_its_drafts_are() {
    let served = Served::new();
    let args = ["mcp", "--ledger", &served.ledger(), "--any-identity", "--drafts"];
    let path = std::env::var("PATH").unwrap_or_default();
    let folder = crate::support::temporary();
    let file = folder.path().join("configuration");
    std::fs::write(&file, "[user]\n\temail = lee@example.com\n").unwrap();
    let file = file.display().to_string();
    for variables in [
        &[("GIT_CONFIG_GLOBAL", file.as_str())][..],
        &[("GIT_CONFIG_PARAMETERS", "'user.email'='lee@example.com'")],
        &[
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", "user.email"),
            ("GIT_CONFIG_VALUE_0", "lee@example.com"),
        ],
        &[("GIT_CONFIG_COUNT", "some")],
        &[("GIT_AUTHOR_EMAIL", "lee@example.com"), ("EMAIL", "lee@example.com")],
    ] {
        let all = [variables, &[("PATH", path.as_str()), REAL_CLOCK]].concat();
        let run = run_fed_with(served.work.path(), &args, &all, b"");
        stopped(&run, 2, "git's user.email is not set");
    }
}

#[test]
fn wrong_flags_exit_2_before_any_frame() {
    let served = Served::new();
    let (work, ledger) = (served.work.path(), served.ledger());
    let (named, other) = (format!("pay={ledger}"), format!("ops={ledger}"));
    let any = "--any-identity";
    for (args, reason) in [
        (vec![any], "--ledger"),
        (vec!["--ledger", &ledger], "--as"),
        (vec!["--ledger", &ledger, any, "--as", "agent:x"], "cannot be used with"),
        (vec!["--ledger", &ledger, "--as", ""], "--as"),
        (vec!["--ledger", "ledger", any], "absolute path"),
        (vec!["--ledger", "a b=/srv", any], "a name has"),
        (vec!["--ledger", "pay=srv", any], "absolute path"),
        (vec!["--ledger", &named, "--ledger", &ledger, any], "has no name"),
        (vec!["--ledger", &named, "--ledger", &named, any], "two ledgers are named pay"),
        (
            vec!["--ledger", &named, "--ledger", &other, any, "--receipts", "/tmp/none"],
            "--receipts is a file of one ledger",
        ),
        (vec!["--ledger", &ledger, any, "--on", "2026-11-20"], "--on"),
        (vec!["--ledger", &ledger, any, "--as-of", "2026-11-20"], "--as-of"),
        (vec!["--ledger", &ledger, any, "-C", "/"], "-C"),
        (vec!["--ledger", &ledger, any, "--approved-ref", "main"], "not a full name"),
        (vec!["--ledger", &ledger, any, "--receipts", "r.jsonl"], "absolute path"),
        (vec!["--ledger", &ledger, any, "--sign-receipts", "/key"], "--receipts"),
        (
            vec!["--ledger", &ledger, any, "--receipts", "/tmp/none", "--sign-receipts", "/no/key"],
            "user.email",
        ),
        (vec!["--ledger", &ledger, any, "--max-age", "soon"], "--max-age"),
        (vec!["--ledger", &ledger, any, "--drafts"], "user.email"),
    ] {
        stopped(&run(work, &args), 2, reason);
    }
}

#[test]
fn no_ledger_exits_3_before_any_frame() {
    let empty = crate::support::temporary();
    let folder = empty.path().join("none");
    let args = ["--ledger", folder.to_str().unwrap(), "--any-identity"];
    let nowhere = run(empty.path(), &args);
    stopped(&nowhere, 3, "could not determine");
    stopped(&nowhere, 3, "give --ledger the folder of a clone");
    assert!(!nowhere.err.contains(" -C"), "{}", nowhere.err);
    let args = ["--ledger", empty.path().to_str().unwrap(), "--any-identity"];
    stopped(&run(Path::new("/"), &args), 3, "exledger.yaml");
}

#[test]
fn missing_receipts_are_told_at_the_start_and_not_created() {
    let served = Served::new();
    let path = served.work.path().join("receipts.jsonl");
    let args =
        ["--ledger", &served.ledger(), "--any-identity", "--receipts", path.to_str().unwrap()];
    let started = run(served.work.path(), &args);
    assert_eq!(started.code, 0, "{}", started.err);
    assert!(started.err.starts_with("warning: the receipts "), "{}", started.err);
    let command = format!("exledger -C {} check --new-receipts", served.ledger());
    assert!(started.err.contains(&command), "{}", started.err);
    assert!(!path.exists(), "the start begins no file");
    let mut client = served.begin(&args[3..]);
    assert_eq!(verdict(&client.call("may_i", &billing())), "allow");
    assert_eq!(super::receipts(&path).len(), 1, "an answer does");
}

#[test]
fn the_clone_of_the_agent_does_not_judge_it() {
    let served = Served::new();
    let clone = served.gate.clone.path();
    let ledger = served.ledger();
    let args = ["--ledger", &ledger, "--any-identity"];
    let below = clone.join("exceptions");
    for folder in [clone, &below, &clone.join(".git")] {
        stopped(&run(folder, &args), 2, "with the repository that the agent works in");
    }
    let linked = served.work.path().join("linked");
    git(clone, &["worktree", "add", "--quiet", "--detach", linked.to_str().unwrap()]);
    stopped(&run(&linked, &args), 2, "with the repository that the agent works in");
    let mut client = Client::start(&linked, &[&args[..], &["--trust-clone"]].concat(), &[]);
    client.initialize("2025-11-25");
    assert_eq!(verdict(&client.call("may_i", &billing())), "allow");
}

#[test]
fn neither_environment_nor_git_settings_choose_anything() {
    let served = Served::new();
    let other = Served::new();
    let closure = "closure: {outcome: revoked, date: 2026-11-21, by: ana@example.com, reason: The key leaked}";
    served.gate.repo.by("lee").edit(crate::support::samples::ID, closure).commit("Close it");
    served.gate.fetch();
    // Everything an agent could set says another ledger, where it would be allowed.
    let (wide, clone) = (other.ledger(), served.gate.clone.path());
    git(clone, &["config", "exledger.approvedRef", "refs/heads/main"]);
    git(clone, &["remote", "add", "mine", &wide]);
    let git_dir = format!("{wide}/.git");
    let variables = [
        ("EXLEDGER_ROOT", wide.as_str()),
        ("EXLEDGER_APPROVED_REF", "refs/heads/main"),
        ("GIT_DIR", git_dir.as_str()),
        ("GIT_WORK_TREE", wide.as_str()),
        ("GITHUB_BASE_REF", "main"),
    ];
    let ledger = served.ledger();
    let args = ["--ledger", &ledger, "--any-identity"];
    let mut client = Client::start(other.gate.clone.path(), &args, &variables);
    client.initialize("2025-11-25");
    let denied = client.call("may_i", &billing());
    assert_eq!(verdict(&denied), "deny", "{denied}");
    let origin = &denied["structuredContent"]["ledger"];
    assert_eq!(origin["ref"], "refs/remotes/origin/main", "{denied}");
    let named = ["--approved-ref", "refs/heads/main"];
    let mut client = Client::start(served.work.path(), &[&args[..], &named].concat(), &[]);
    client.initialize("2025-11-25");
    let asked = client.call("may_i", &billing());
    assert_eq!(asked["structuredContent"]["ledger"]["ref"], "refs/heads/main", "{asked}");
    assert_eq!(client.ask("ping", &json!({}))["result"], json!({}));
}

#[test]
fn a_reader_that_goes_away_ends_the_server() {
    let served = Served::new();
    let ledger = served.ledger();
    let mut child = crate::cli::program(
        served.work.path(),
        &["mcp", "--ledger", &ledger, "--any-identity"],
        &[REAL_CLOCK],
    )
    .stdin(std::process::Stdio::piped())
    .stdout(std::process::Stdio::piped())
    .spawn()
    .unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    // The input stays open: only the broken pipe can end it.
    let frame = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n";
    while std::io::Write::write_all(&mut input, frame.as_bytes()).is_ok() {
        std::thread::sleep(std::time::Duration::from_millis(20));
        if child.try_wait().unwrap().is_some() {
            break;
        }
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_settings_of_a_user_choose_no_other_ledger() {
    let served = Served::new();
    // A second ledger below the first, without records.
    let repo = &served.gate.repo;
    repo.branch("second").by("ana").write("second/exledger.yaml", "version: 1\n").commit("Begin");
    repo.by("lee").merge("second", "Merge branch 'second'");
    served.gate.fetch();
    git(served.gate.clone.path(), &["merge", "--quiet", "--ff-only", "origin/main"]);
    let second = served.gate.clone.path().join("second");
    let home = crate::support::temporary();
    let setting = format!("[core]\n\tworktree = {}\n", second.display());
    std::fs::write(home.path().join(".gitconfig"), setting).unwrap();
    let args = ["--ledger", second.to_str().unwrap(), "--any-identity"];
    let verdict_with = |variables: &[(&str, &str)]| {
        let mut client = Client::start(served.work.path(), &args, variables);
        client.initialize("2025-11-25");
        verdict(&client.call("may_i", &billing())).to_owned()
    };
    let own = verdict_with(&[]);
    assert_ne!(own, "allow", "the record is in the first ledger");
    assert_eq!(verdict_with(&[("HOME", home.path().to_str().unwrap())]), own);
}
