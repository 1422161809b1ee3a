//! The wiring of the program: exit codes, streams, one golden for each command and format. Start at [`Run`].

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use exledger::record::time::Instant;

use crate::support::repo::Repo;

/// The result of a run: exit code and output.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// Returns what stands on stderr for people, without the line for programs.
    pub(crate) fn told(&self) -> &str {
        self.err.rsplit_once("\n{\"error\"").map_or(&*self.err, |(text, _)| text)
    }
}

/// The clock of every run: later than all dates in made-up histories.
pub(crate) const CLOCK: &str = "2031-01-01T00:00:00Z";

/// The variable that lets a run use the real clock.
pub(crate) const REAL_CLOCK: (&str, &str) = ("EXLEDGER_TEST_CLOCK", "");

/// Runs the program in a folder, without the environment of the test run.
pub(crate) fn run(folder: &Path, args: &[&str]) -> Run {
    run_with(folder, args, &[])
}

/// Returns the names of all subcommands, as the help lists them.
pub(crate) fn commands() -> Vec<String> {
    let help = run(Path::new("."), &["help", "--all"]).out;
    let names = help.lines().filter_map(|line| line.strip_prefix("  "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    let names: Vec<String> = names.map(str::to_owned).collect();
    assert!(names.len() > 20, "{names:?}");
    names
}

/// Runs the program in a folder with only these variables.
pub(crate) fn run_with(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Run {
    let output = program(folder, args, variables).output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the program in a folder with these bytes on standard input.
pub(crate) fn run_fed(folder: &Path, args: &[&str], input: &[u8]) -> Run {
    run_fed_with(folder, args, &[], input)
}

/// Runs the program in a folder with these variables and these bytes on standard input.
pub(crate) fn run_fed_with(
    folder: &Path,
    args: &[&str],
    variables: &[(&str, &str)],
    input: &[u8],
) -> Run {
    let mut program = program(folder, args, variables);
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = program.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // It answers while it reads. A program that refuses its arguments reads nothing.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().unwrap()
    });
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn program(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_exledger"));
    program
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder.join("nobody"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("EXLEDGER_TEST_CLOCK", CLOCK)
        .envs(variables.iter().copied())
        .stdin(Stdio::null());
    program
}

#[test]
fn an_old_name_is_answered_with_the_new_one() {
    let folder = crate::support::temporary();
    for (args, said) in [
        (
            &["drift", "src"][..],
            "error: `drift` is called `scan` now\n  help: run `exledger scan src`\n",
        ),
        (
            &["due", "--messages"],
            "error: `due` is called `queue` now\n  help: run `exledger queue --messages`\n",
        ),
        (&["help", "due"], "error: `due` is called `queue` now\n  help: run `exledger queue`\n"),
        (
            &["shorten", "7F3KQ", "--until", "2026-12-04"],
            "error: `shorten` is called `renew --until` now\n  help: run `exledger renew 7F3KQ --until 2026-12-04`\n",
        ),
        (
            &["attest", "7F3KQ", "CC1"],
            "error: `attest` is called `review --control` now\n  help: run `exledger review 7F3KQ --control CC1`\n",
        ),
        (
            &["attest", "7F3KQ"],
            "error: `attest` is called `review --control` now\n  help: run `exledger review 7F3KQ`, with --control and its value\n",
        ),
        (
            &["shorten"],
            "error: `shorten` is called `renew --until` now\n  help: run `exledger renew`, with --until and its value\n",
        ),
        (
            &["controls", "NHI-02"],
            "error: `controls` is called `explain --controls` now\n  help: run `exledger explain --controls NHI-02`\n",
        ),
        (
            &["export", "conforma", "-o", "policy.yaml"],
            "error: `export conforma` is gone\n  help: write the file by hand, and name the record in it: `exledger scan` compares it with the record\n",
        ),
        (
            &["explain", "drift-no-id"],
            "error: the rule drift-no-id is called scan-uncovered now\n  help: run `exledger explain scan-uncovered`\n",
        ),
        (
            &["explain", "drift-dead"],
            "error: the rule drift-dead is called scan-dead now\n  help: run `exledger explain scan-dead`\n",
        ),
    ] {
        let run = run(folder.path(), args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}");
        assert_eq!(run.err, said);
    }
    std::fs::write(folder.path().join("exledger.yaml"), "version: 1\ndrift: {exclude: [a]}\n")
        .unwrap();
    let run = run(folder.path(), &["lint"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(
        run.out.contains("exledger.yaml:2:1") && run.out.contains("write `scan`"),
        "{}",
        run.out
    );
}

#[test]
fn wrong_use_exits_2_and_says_so_on_stderr_alone() {
    let folder = crate::support::temporary();
    for args in [
        &["--nothing"][..],
        &["nothing"],
        &[],
        &["man", "nothing"],
        &["completions", "nothing"],
        &["man", "--format", "json"],
        &["man", "--format", "nothing"],
        &["man", "--on", "2026-02-30"],
        &["man", "-q", "-v"],
    ] {
        let run = run(folder.path(), args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.err);
        assert_eq!(run.out, "", "{args:?}");
        assert!(!run.err.is_empty(), "{args:?}");
    }
}

#[test]
fn what_needs_no_ledger_works_without_one() {
    let folder = crate::support::temporary();
    for args in [
        &["--help"][..],
        &["help"],
        &["help", "--all"],
        &["help", "options"],
        &["help", "check"],
        &["--version"],
        &["man"],
        &["man", "man"],
        &["schema"],
        &["schema", "exception"],
        &["schema", "policy", "--format", "json"],
        &["explain", "--controls"],
        &["explain", "--controls", "NHI-02"],
        &["explain", "--controls", "nothing like it"],
        &["completions", "bash"],
        &["completions", "zsh"],
        &["completions", "fish"],
        &["completions", "powershell"],
    ] {
        let run = run(folder.path(), args);
        assert_eq!(run.code, 0, "{args:?}: {}", run.err);
        assert!(!run.out.is_empty(), "{args:?}");
        assert_eq!(run.err, "", "{args:?}");
    }
}

#[test]
fn every_command_file_is_in_the_table_and_gives_an_example() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands");
    // A command with texts of its own is a folder; `context` is shared by all.
    let mut files: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let is_folder = path.join("mod.rs").exists();
            let stem = name.strip_suffix(".rs").map(str::to_owned);
            stem.or_else(|| is_folder.then(|| name.to_owned()))
        })
        .filter(|name| {
            let of_several = ["command", "complete", "context", "decision", "exit", "help", "mod"];
            let others = ["next_steps", "overview", "picker", "prompts", "registry"];
            !of_several.iter().chain(&others).any(|it| it == name)
        })
        .collect();
    files.sort();
    let mut table = commands();
    for name in &table {
        let help = run(Path::new("."), &[name, "--help"]).out;
        assert!(help.contains("EXAMPLE"), "{name} gives no example");
        assert!(
            help.lines().next().is_some_and(|about| about.contains(' ')),
            "{name} does not say what it does"
        );
    }
    table.sort();
    assert_eq!(files, table);
}

#[test]
fn every_help_fits_a_terminal_of_80_columns() {
    let folder = crate::support::temporary();
    for name in commands().into_iter().chain([String::new()]) {
        let args: Vec<&str> =
            [name.as_str(), "--help"].into_iter().filter(|it| !it.is_empty()).collect();
        for flag in ["--help", "-h"] {
            let args = [&args[..args.len() - 1], &[flag]].concat();
            let help = run_with(folder.path(), &args, &[("COLUMNS", "80")]);
            assert_eq!(help.code, 0, "{args:?}");
            let wide: Vec<&str> = help.out.lines().filter(|it| it.chars().count() > 80).collect();
            assert!(wide.is_empty(), "{args:?}: {wide:#?}");
            // An example can be copied: a continued line ends with a backslash.
            let example = help.out.split("EXAMPLE\n").nth(1).unwrap_or_default();
            let example = example.split("\n\n").next().unwrap_or_default();
            let goes_on = example.lines().zip(example.lines().skip(1));
            for (line, next) in goes_on.filter(|(_, next)| next.starts_with("    ")) {
                assert!(line.ends_with('\\'), "{args:?}: {line} / {next}");
            }
            assert!(example.lines().all(|it| it.is_empty() || it.starts_with("  ")), "{example}");
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = crate::support::temporary();
    for args in [&["schema"][..], &["man"], &["explain"], &["--help"]] {
        let mut program = program(folder.path(), args, &[]);
        let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
    }
}

#[test]
fn colour_comes_only_where_it_is_asked_for() {
    let folder = crate::support::temporary();
    for (args, variables, coloured) in [
        (&["explain"][..], &[][..], false),
        (&["explain", "--color", "always"], &[], true),
        (&["explain", "--color", "always"], &[("NO_COLOR", "1")], true),
        (&["explain"], &[("CLICOLOR_FORCE", "1")], true),
        (&["explain"], &[("CLICOLOR_FORCE", "0")], false),
        (&["explain"], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
        (&["explain", "--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
        (&["explain", "--color", "always", "--format", "json"], &[], false),
    ] {
        let run = run_with(folder.path(), args, variables);
        assert_eq!(run.out.contains('\u{1b}'), coloured, "{args:?} {variables:?}");
    }
}

/// Runs a command line in a shell, at the time of the repository's clock.
pub(crate) fn shell(repo: &Repo, line: &str) -> Run {
    shell_in(repo.path(), repo.now(), line)
}

/// Runs a command line in a shell in a folder, at a time.
pub(crate) fn shell_in(folder: &Path, now: Instant, line: &str) -> Run {
    let program = Path::new(env!("CARGO_BIN_EXE_exledger"));
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", program.parent().unwrap().display());
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder.join("nobody"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_EDITOR", "true")
        .env("GIT_AUTHOR_DATE", format!("{} +0000", now.unix()))
        .env("GIT_COMMITTER_DATE", format!("{} +0000", now.unix()))
        .env("EXLEDGER_TEST_CLOCK", now.to_string())
        .output()
        .unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
