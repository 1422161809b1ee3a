//! Output besides answers: foreign values have no effect on terminals, and an internal failure names its place.

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
        &["close", "EXC-2026-C0VER", "--outcome", HOSTILE, "--reason", "x"],
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
        let commands = run.err.lines().filter(|line| line.trim_start().starts_with("::"));
        assert_eq!(commands.count(), 0, "{args:?}: {}", run.err);
    }
    let forged = cli::run(repo.path(), &["show", HOSTILE]);
    let errors = forged.err.lines().filter(|line| line.starts_with("error:"));
    assert_eq!((forged.code, errors.count()), (2, 1), "{}", forged.err);
}

const REPORT: &str =
    "  help: this is a bug; please report it with the command (RUST_BACKTRACE=1 adds the stack)";

#[test]
#[cfg(exledger_test_variables)]
fn a_panic_of_the_program_asks_to_be_reported() {
    let folder = crate::support::temporary();
    let explain = |variables: &[(&str, &str)]| {
        cli::run_with(folder.path(), &["explain", "bad-id"], variables)
    };
    let panicked = explain(&[("EXLEDGER_TEST_PANIC", "1")]);
    assert_eq!((panicked.code, panicked.out.as_str()), (3, ""), "{}", panicked.err);
    let lines: Vec<&str> = panicked.err.lines().collect();
    let begin = "internal error: EXLEDGER_TEST_PANIC is 1 at src/commands/mod.rs:";
    let line = lines[0].strip_prefix(begin).expect(&panicked.err);
    assert!(line.parse::<u32>().is_ok(), "{}", panicked.err);
    assert_eq!(lines[1..], [REPORT]);

    let forged = explain(&[("EXLEDGER_TEST_PANIC", "\u{1b}[31mno\nerror: yes")]);
    assert_eq!(forged.code, 3);
    let begin = "internal error: EXLEDGER_TEST_PANIC is \\u{1b}[31mno\n  error: yes at src/";
    assert!(forged.err.starts_with(begin), "{}", forged.err);

    let traced = explain(&[("EXLEDGER_TEST_PANIC", "1"), ("RUST_BACKTRACE", "1")]);
    assert_eq!(traced.code, 3);
    assert!(traced.err.contains("exledger::commands::"), "{}", traced.err);

    for off in ["", "0"] {
        assert_eq!(explain(&[("EXLEDGER_TEST_PANIC", off)]).code, 0);
    }
    assert_eq!(explain(&[]).code, 0);
}
