//! A program that embeds the library, `examples/ask.rs`: the same verdicts as on the command line, never outdated ones.
//!
//! The example is a module here: that it compiles against the public API is proven, and it runs without being started.

use std::io::{BufReader, Write};

use exledger::features;
use exledger::features::check::answer::CheckRequest;
use exledger::features::check::receipts::ReceiptLog;
use exledger::gate::answer::{GateVerdict, Question};
use exledger::session::Session;
use exledger::session::options::{Moment, Options};
use serde_json::Value;

use crate::cli;
use crate::gate::live::{Gate, present};
use crate::support::repo::{Repo, git};
use crate::support::samples::{ID, PLAIN, SAMPLE};

const IDENTITY: &str = "svc:billing-batch";

#[expect(dead_code, reason = "a test calls what its `main` calls")]
#[path = "../../examples/ask.rs"]
mod ask;

/// Runs the example with these lines of input, and returns its exit code, its answers and its errors.
fn ask(args: &[&str], input: &str) -> (u8, Vec<String>, String) {
    let (mut answers, mut errors) = (Vec::new(), Vec::new());
    let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
    let done = ask::run(&args, input.as_bytes(), &mut |line| answers.push(line));
    let code = ask::report(done, &mut errors);
    (code, answers, String::from_utf8(errors).unwrap())
}

/// A record for an identity, filed by Ana and merged by Lee some days ago, and a clone to ask.
fn gate() -> Gate {
    let repo = Repo::at(&present(-3 * 86_400).to_string());
    repo.by("root").write("exledger.yaml", PLAIN).commit("Begin");
    let subject = format!("subject: {{identity: {IDENTITY}}}");
    let text = SAMPLE.replace("subject: {application: billing}", &subject);
    let end = present(30 * 86_400).to_string();
    repo.branch("file").by("ana").write(ID, &text.replace("2026-12-20", &end)).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    let clone = repo.clone_with(&[]);
    Gate { repo, clone }
}

#[test]
fn another_program_answers_as_the_command_line_does_and_knows_what_was_merged_between() {
    let gate = gate();
    let folder = gate.clone.path();
    let (questions, mut input) = std::io::pipe().unwrap();
    let (sender, answers) = std::sync::mpsc::channel();
    let args = [folder.to_str().unwrap().to_owned(), IDENTITY.to_owned()];
    let asking = std::thread::spawn(move || {
        let send = &mut |line| sender.send(line).unwrap();
        let done = ask::run(&args, BufReader::new(questions), send);
        ask::report(done, &mut std::io::stderr())
    });
    let mut answer = |at: &str| -> Value {
        writeln!(input, "{at}").unwrap();
        serde_json::from_str(&answers.recv().unwrap()).unwrap()
    };
    let told = |at: &str| -> Value {
        let args = ["check", "--identity", IDENTITY, "--at", at, "--format", "json"];
        let run = cli::run_with(folder, &args, &[cli::REAL_CLOCK]);
        serde_json::from_str(&run.out).unwrap()
    };
    let now = present(0).to_string();
    let later = present(40 * 86_400).to_string();
    assert_eq!(answer(&now)["verdict"], "allow");
    assert_eq!(answer(&now), told(&now));
    assert_eq!(answer(&later), told(&later));

    let path = format!("exceptions/{ID}.yaml");
    let text = std::fs::read_to_string(folder.join(&path)).unwrap();
    let closed = "closure: {outcome: withdrawn, closed_on: 2026-11-20, closed_by: ana@example.com, reason: The job is gone}\n";
    gate.repo.branch("close").by("ana").write(ID, &format!("{text}{closed}")).commit("Close it");
    gate.repo.by("lee").merge("close", "Merge branch 'close'");
    git(folder, &["fetch", "--quiet"]);
    assert_eq!(answer(&now)["verdict"], "deny");
    assert_eq!(answer(&now), told(&now));
    drop(input);
    assert_eq!(asking.join().unwrap(), 0);
}

#[test]
fn another_program_lists_what_is_due_as_queue_does() {
    let gate = gate();
    let folder = gate.clone.path();
    let policy = &format!("{PLAIN}due: {{soon: 60d}}\n");
    gate.repo.branch("ahead").by("ana").write("exledger.yaml", policy).commit("Look ahead");
    gate.repo.by("lee").merge("ahead", "Merge branch 'ahead'");
    git(folder, &["fetch", "--quiet"]);
    let (code, listed, _) = ask(&[folder.to_str().unwrap()], "");
    assert_eq!(code, 0);
    let args = ["queue", "--format", "json"];
    let run = cli::run_with(folder, &args, &[cli::REAL_CLOCK]);
    let due: Value = serde_json::from_str(&run.out).unwrap();
    let records = due["records"].as_array().unwrap();
    assert_eq!(records.len(), 1, "{due}");
    let told = format!(
        "{} {}",
        records[0]["id"].as_str().unwrap(),
        records[0]["bucket"].as_str().unwrap()
    );
    assert_eq!(listed, [told]);
}

#[test]
fn without_a_ledger_it_ends_as_the_program_does() {
    let folder = crate::support::temporary();
    let (code, _, said) = ask(&[folder.path().to_str().unwrap(), IDENTITY], "");
    assert_eq!(code, 3);
    assert!(said.contains("is not in a ledger") && said.contains("help: "), "{said}");
}

#[test]
fn a_clone_that_is_too_shallow_allows_nothing() {
    let gate = gate();
    let shallow = gate.repo.clone_with(&["--depth", "1"]);
    let args = [shallow.path().to_str().unwrap(), IDENTITY];
    let (_, answers, _) = ask(&args, &format!("{}\n", present(0)));
    assert!(!answers.concat().contains("\"allow\""), "{answers:?}");
}

#[test]
fn a_session_knows_that_its_clone_was_deepened_and_cut_off_again() {
    fn is_send<T: Send>(_: &T) {}
    let gate = gate();
    let clone = gate.repo.clone_with(&["--depth", "1"]);
    let session = Session::open(clone.path(), Options::default()).unwrap();
    is_send(&session);
    let question = Question { identity: Some(IDENTITY.to_owned()), ..Question::default() };
    let verdict = || {
        let check = features::check::answer(
            &session,
            &Moment::now(),
            &CheckRequest::now(&question),
            &ReceiptLog::none(),
        );
        check.map_or(GateVerdict::Unknown, |check| check.answer.verdict)
    };
    assert_eq!(verdict(), GateVerdict::Unknown);
    git(clone.path(), &["fetch", "--quiet", "--unshallow"]);
    assert_eq!(verdict(), GateVerdict::Allow);
    git(clone.path(), &["fetch", "--quiet", "--depth", "1"]);
    assert_eq!(verdict(), GateVerdict::Unknown);
}
