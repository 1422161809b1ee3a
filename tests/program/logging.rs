//! What `-v`, `-vv`, `-vvv` and `EXLEDGER_LOG` write to stderr about how an answer was found.

use crate::cli;
use crate::cli::Run;
use crate::decisions::{ID, Life, record};

const QUESTION: &[&str] = &["check", "--application", "billing"];

fn story() -> Life {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life
}

/// Asks one question with additional flags, and with only these variables.
fn ask(life: &Life, flags: &[&str], variables: &[(&str, &str)]) -> Run {
    let now = life.repo.now().to_string();
    let args = [QUESTION, &["--on", &now], flags].concat();
    cli::run_with(life.repo.path(), &args, variables)
}

fn count(run: &Run, begin: &str) -> usize {
    let lines = run.err.lines().filter(|line| line.starts_with(begin));
    lines.count()
}

#[test]
fn each_v_says_more_about_how_the_answer_was_found() {
    let life = story();
    let silent = ask(&life, &[], &[]);
    for (flag, [info, walks, judged]) in
        [("-v", [1, 0, 0]), ("-vv", [1, 1, 0]), ("-vvv", [1, 1, 1]), ("-vvvv", [1, 1, 1])]
    {
        let run = ask(&life, &[flag], &[]);
        assert_eq!((run.code, &run.out), (silent.code, &silent.out), "{flag}");
        assert_eq!(count(&run, "ledger: "), info, "{flag}: {}", run.err);
        assert_eq!(count(&run, "approved ref: "), info, "{flag}: {}", run.err);
        // A sound ledger is walked once, each version is judged once, each record once, and the gate answers once.
        let walked = "debug exledger::session::snapshot::walk: walked ";
        assert_eq!(count(&run, walked), walks, "{flag}: {}", run.err);
        let judging = "debug exledger::session::snapshot: evaluating every record at ";
        assert_eq!(count(&run, judging), walks, "{flag}: {}", run.err);
        let asked = "debug exledger::features::check::respond: asked about ";
        assert_eq!(count(&run, asked), walks, "{flag}: {}", run.err);
        let why = "debug exledger::history::walk: walking ";
        assert_eq!(count(&run, why), walks, "{flag}: {}", run.err);
        let verdict = format!("trace exledger::approval: {ID}, version 1 at ");
        assert_eq!(count(&run, &verdict), judged, "{flag}: {}", run.err);
    }
    assert_eq!(count(&silent, "ledger: "), 0, "{}", silent.err);
    let split = ask(&life, &["-v", "--verbose"], &[]);
    assert_eq!(count(&split, "debug exledger::history::walk: "), 1);
    let both = ask(&life, &["-q", "-vv"], &[]);
    assert_eq!(both.code, 2, "{}", both.err);
}

#[test]
fn a_walk_says_how_much_it_read() {
    let run = ask(&story(), &["-vv"], &[]);
    let begin = "debug exledger::session::snapshot::walk: walked ";
    let line = run.err.lines().find_map(|line| line.strip_prefix(begin));
    let parts: Vec<&str> = line.expect(&run.err).split([':', ',']).collect();
    let [commits, versions, objects, time] = parts[..] else {
        panic!("{}", run.err);
    };
    assert!(commits.ends_with(" commits"), "{}", run.err);
    assert_eq!(versions, " 1 version of 1 record");
    let objects = objects.trim().strip_suffix(" objects read").unwrap();
    assert!(objects.parse::<u32>().unwrap() > 0);
    let time = time.trim().strip_suffix(" ms").unwrap();
    assert!(time.parse::<u32>().is_ok());
}

#[test]
fn a_variable_chooses_modules_and_levels() {
    let life = story();
    let approval = ask(&life, &[], &[("EXLEDGER_LOG", "exledger::approval=trace")]);
    assert!(count(&approval, "trace exledger::approval: ") > 0);
    assert_eq!(count(&approval, "debug "), 0, "{}", approval.err);
    assert_eq!(count(&approval, "ledger: "), 0, "{}", approval.err);

    let less = ask(&life, &["-vv"], &[("EXLEDGER_LOG", "exledger::history=off")]);
    assert_eq!(count(&less, "debug exledger::history"), 0, "{}", less.err);
    assert_eq!(count(&less, "debug exledger::session"), 2, "{}", less.err);
    assert_eq!(count(&less, "debug exledger::features"), 1, "{}", less.err);

    let all = ask(&life, &[], &[("EXLEDGER_LOG", "info, exledger::history=debug")]);
    assert_eq!(count(&all, "ledger: "), 1, "{}", all.err);
    assert_eq!(count(&all, "debug exledger::history"), 1, "{}", all.err);

    let empty = ask(&life, &[], &[("EXLEDGER_LOG", "")]);
    assert_eq!(count(&empty, "ledger: "), 0, "{}", empty.err);
}

#[test]
fn a_variable_that_means_nothing_is_a_usage_error() {
    let life = story();
    for wrong in ["loud", "exledger=loud", "git2=trace", "exledgers=trace", "debug,", "\u{1b}[31m"]
    {
        let run = ask(&life, &[], &[("EXLEDGER_LOG", wrong)]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{wrong}");
        assert!(run.err.contains("EXLEDGER_LOG: "), "{}", run.err);
        assert!(run.err.contains("`exledger::approval=trace`"), "{}", run.err);
        assert!(!run.err.contains('\u{1b}'), "{:?}", run.err);
    }
}

#[test]
fn no_level_repeats_a_field_or_a_variable() {
    let life = story();
    for command in [QUESTION, &["verify"], &["lint"], &["show", ID], &["list"]] {
        let args = [command, &["-vvv"]].concat();
        let variables = [("SECRET_TOKEN", "s3cr3t-value")];
        let run = cli::run_with(life.repo.path(), &args, &variables);
        assert!(count(&run, "ledger: ") > 0, "{}", run.err);
        for value in ["Nightly invoices", "s3cr3t-value", "ana@example.com"] {
            let repeats = run.err.lines().find(|line| {
                let logged = line.starts_with("debug ") || line.starts_with("trace ");
                logged && line.contains(value)
            });
            assert_eq!(repeats, None, "{command:?}");
        }
    }
}
