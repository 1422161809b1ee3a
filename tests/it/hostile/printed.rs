//! What is printed beside an answer: foreign values act on nothing, and a failure of the program names its place.

use std::process::Command;

use crate::cli;
use crate::triage::story;

/// Bidi overrides, escape sequences, and a line that a build server would take for a command.
const HOSTILE: &str = "x\u{202e}y\u{1b}[31m\n::stop-commands::z\nerror: all is well";

#[test]
fn arguments_act_on_nothing_that_shows_an_error() {
    let repo = story();
    let flag = format!("--{HOSTILE}");
    let value = format!("--on={HOSTILE}");
    for args in [
        &["show", HOSTILE][..],
        &[HOSTILE],
        &["list", &flag],
        &["list", &value],
        &["list", "--format", HOSTILE],
        &["list", "--status", HOSTILE],
        &["explain", HOSTILE],
        &["triage", HOSTILE],
        &["triage", "a", "--source-root", HOSTILE],
        &["-C", HOSTILE, "list"],
        &["list", "--approved-ref", HOSTILE],
        &["check", "--finding", HOSTILE],
        &["new", "--no-input", "--title", HOSTILE],
        &[
            "close",
            "EXC-2026-C0VER",
            "--outcome",
            HOSTILE,
            "--reason",
            "x",
        ],
        &[
            "close",
            "EXC-2026-C0VER",
            "--outcome",
            "remediated",
            "--reason",
            "x",
            "--evidence",
            HOSTILE,
        ],
        &["approve", "EXC-2026-C0VER", "--ref", HOSTILE],
        &["report", "-o", HOSTILE],
    ] {
        let run = cli::run(repo.path(), args);
        let acts = |it: char| it == '\u{1b}' || it == '\u{202e}';
        assert!(!run.err.contains(acts), "{args:?}: {:?}", run.err);
        let commands = run
            .err
            .lines()
            .filter(|line| line.trim_start().starts_with("::"));
        assert_eq!(commands.count(), 0, "{args:?}: {}", run.err);
    }
    let forged = cli::run(repo.path(), &["show", HOSTILE]);
    let errors = forged.err.lines().filter(|line| line.starts_with("error:"));
    assert_eq!((forged.code, errors.count()), (2, 1), "{}", forged.err);
}

/// Names this test where it runs itself as a program that fails.
const FAILS: &str = "EXLEDGER_TEST_FAILS";

#[test]
#[expect(
    clippy::exit,
    reason = "the test runs itself as a program, which ends with its code"
)]
fn a_failure_of_the_program_names_its_place_and_is_no_answer() {
    if std::env::var_os(FAILS).is_some() {
        let code = exledger::commands::guarded(|| panic!("there is no \u{1b}[31m{}", "such thing"));
        std::process::exit(i32::from(code));
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "hostile::printed::a_failure_of_the_program_names_its_place_and_is_no_answer",
        ])
        .arg("--nocapture")
        .env(FAILS, "1")
        .env_remove("RUST_BACKTRACE")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{told}");
    let begin = "internal error: there is no \\u{1b}[31msuch thing at tests/it/hostile/printed.rs:";
    let mut lines = told.lines().skip_while(|line| !line.starts_with(begin));
    let (_, place) = lines.next().expect(&told).rsplit_once(':').unwrap();
    assert!(place.parse::<u32>().is_ok(), "{told}");
    assert_eq!(lines.next(), Some(REPORT), "{told}");
}

const REPORT: &str =
    "  help: this is a bug; please report it with the command (RUST_BACKTRACE=1 adds the stack)";

#[test]
#[cfg(debug_assertions)]
fn a_panic_of_the_program_asks_to_be_reported() {
    let folder = tempfile::tempdir().unwrap();
    let explain = |variables: &[(&str, &str)]| {
        cli::run_with(folder.path(), &["explain", "bad-id"], variables)
    };
    let panicked = explain(&[("EXLEDGER_TEST_PANIC", "1")]);
    assert_eq!(
        (panicked.code, panicked.out.as_str()),
        (3, ""),
        "{}",
        panicked.err
    );
    let lines: Vec<&str> = panicked.err.lines().collect();
    let begin = "internal error: EXLEDGER_TEST_PANIC is set at src/commands/mod.rs:";
    assert!(lines[0].starts_with(begin), "{}", panicked.err);
    assert_eq!(lines[1..], [REPORT]);

    let traced = explain(&[("EXLEDGER_TEST_PANIC", "1"), ("RUST_BACKTRACE", "1")]);
    assert_eq!(traced.code, 3);
    assert!(
        traced.err.contains("exledger::commands::"),
        "{}",
        traced.err
    );

    assert_eq!(explain(&[("EXLEDGER_TEST_PANIC", "0")]).code, 0);
    assert_eq!(explain(&[]).code, 0);
}
