//! A program that embeds the library, `examples/ask.rs`: the same verdicts as on the command line, never outdated ones.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

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
use crate::support::samples::{ID, SAMPLE};

const IDENTITY: &str = "svc:billing-batch";

/// Returns the example, built beside the program; a plain `cargo test` has built it, one with selected targets has not.
fn example() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let folder = Path::new(env!("CARGO_BIN_EXE_exledger")).parent().unwrap();
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--locked", "--example", "ask"]);
        build.args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
        build.arg("--target-dir").arg(folder.parent().unwrap());
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        assert!(build.status().unwrap().success());
        folder.join(format!("examples/ask{}", std::env::consts::EXE_SUFFIX))
    })
}

fn ask(folder: &Path) -> Command {
    let mut command = Command::new(example());
    command.arg(folder).arg(IDENTITY);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// A record for an identity, filed by Ana and merged by Lee some days ago, and a clone to ask.
fn gate() -> Gate {
    let repo = Repo::at(&present(-3 * 86_400).to_string());
    repo.by("root").write("exledger.yaml", "version: 1\n").commit("Begin");
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
    let mut child = ask(folder).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut answer = |at: &str| -> Value {
        writeln!(input, "{at}").unwrap();
        input.flush().unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
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
    assert!(child.wait().unwrap().success());
}

#[test]
fn another_program_lists_what_is_due_as_the_command_line_does() {
    let gate = gate();
    let folder = gate.clone.path();
    let policy = "version: 1\ndue: {soon: 60d}\n";
    gate.repo.branch("ahead").by("ana").write("exledger.yaml", policy).commit("Look ahead");
    gate.repo.by("lee").merge("ahead", "Merge branch 'ahead'");
    git(folder, &["fetch", "--quiet"]);
    let output = Command::new(example()).arg(folder).output().unwrap();
    assert!(output.status.success());
    let args = ["due", "--format", "json"];
    let run = cli::run_with(folder, &args, &[cli::REAL_CLOCK]);
    let due: Value = serde_json::from_str(&run.out).unwrap();
    let records = due["records"].as_array().unwrap();
    assert_eq!(records.len(), 1, "{due}");
    let told = format!(
        "{} {}\n",
        records[0]["id"].as_str().unwrap(),
        records[0]["bucket"].as_str().unwrap()
    );
    assert_eq!(String::from_utf8(output.stdout).unwrap(), told);
}

#[test]
fn without_a_ledger_it_ends_as_the_program_does() {
    let folder = tempfile::tempdir().unwrap();
    let output = ask(folder.path()).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("is not in a ledger") && said.contains("help: "), "{said}");
}

#[test]
fn a_clone_that_is_too_shallow_allows_nothing() {
    let gate = gate();
    let shallow = gate.repo.clone_with(&["--depth", "1"]);
    let mut child = ask(shallow.path()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{}", present(0)).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    assert!(!answers.contains("\"allow\""), "{answers}");
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
