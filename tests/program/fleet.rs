//! `export fleet`, and the statements of `docs/fleet` on the engines that are installed. Start at [`fleet`].

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::cli::{self, Run};
use crate::support::access::ledger;
use crate::support::project;
use crate::support::repo::git;
use crate::support::tools;
const ON: &str = "2026-12-01T12:00:00Z";

fn fleet(repository: &Path, output: &Path) -> Run {
    let output = output.to_str().unwrap();
    cli::run(repository, &["--on", ON, "export", "fleet", "-o", output])
}

fn both(folder: &Path) -> (String, String) {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    (read("exceptions.jsonl"), read("ledger.json"))
}

#[test]
fn a_bare_clone_writes_the_rows_of_jsonl_and_counts_them() {
    let repo = ledger();
    let bare = repo.clone_with(&["--bare"]);
    let folder = crate::support::temporary();
    let output = folder.path().join("day=2026-12-01/ledger=example%2Fpayments");
    let run = fleet(bare.path(), &output);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", ""));
    let (rows, ledger) = both(&output);
    let listed = cli::run(bare.path(), &["--on", ON, "export", "jsonl", "--all"]);
    assert_eq!(rows, listed.out);
    assert_eq!(
        ledger,
        format!(
            "{{\"ledger\":\"example/payments\",\"commit\":\"{}\",\"evaluated_at\":\"{ON}\",\"records\":2,\"in_force\":1,\"overdue\":1,\"unreadable\":0}}\n",
            repo.tip("main")
        )
    );
    let due = cli::run(bare.path(), &["--on", ON, "queue", "--format", "json"]);
    let due: Value = serde_json::from_str(&due.out).unwrap();
    let due = due["records"].as_array().unwrap().iter();
    assert_eq!(due.filter(|record| record["bucket"] == "overdue-closure").count(), 1);
    let mut names: Vec<_> =
        std::fs::read_dir(&output).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["exceptions.jsonl", "ledger.json"]);
}

#[test]
fn a_rerun_replaces_both_files() {
    let repo = ledger();
    let folder = crate::support::temporary();
    assert_eq!(fleet(repo.path(), folder.path()).code, 0);
    let before = both(folder.path());
    repo.by("dana").write("EXC-2026-BR0KE", "id: [").commit("Break it");
    assert_eq!(fleet(repo.path(), folder.path()).code, 0);
    let (rows, ledger) = both(folder.path());
    assert_eq!(rows.lines().count(), before.0.lines().count() + 1);
    assert!(
        ledger.contains("\"records\":3,\"in_force\":1,\"overdue\":1,\"unreadable\":1}"),
        "{ledger}"
    );
}

#[test]
fn a_run_that_breaks_off_between_the_files_leaves_no_answer() {
    let repo = ledger();
    let folder = crate::support::temporary();
    assert_eq!(fleet(repo.path(), folder.path()).code, 0);
    // The rows can't be replaced, because something else stands in their place.
    std::fs::remove_file(folder.path().join("exceptions.jsonl")).unwrap();
    std::fs::create_dir(folder.path().join("exceptions.jsonl")).unwrap();
    let run = fleet(repo.path(), folder.path());
    assert_eq!(run.code, 3, "{}", run.err);
    assert!(!folder.path().join("ledger.json").exists());
}

#[test]
fn a_ledger_that_cannot_be_read_writes_nothing() {
    let repo = ledger();
    let shallow = repo.clone_with(&["--depth=1", "--bare"]);
    let folder = crate::support::temporary();
    let output = folder.path().join("out");
    let run = fleet(shallow.path(), &output);
    assert_eq!(run.code, 3, "{}", run.err);
    assert!(!output.join("ledger.json").exists(), "{}", run.err);
}

fn docs() -> PathBuf {
    project::root().join("docs/fleet")
}

#[test]
fn there_are_seven_statements_one_in_each_file() {
    let guide = std::fs::read_to_string(project::root().join("docs/audit.md")).unwrap();
    let mut files = project::files(&docs(), "sql");
    files.retain(|path| path.parent() == Some(&docs()));
    assert_eq!(files.len(), 7);
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(text.starts_with("-- ") && !text.replace("';'", "").contains(';'), "{name}");
        // Quoted names, and quoted texts, differ between the engines.
        assert!(!text.contains(['"', '`']), "{name}");
        assert!(guide.contains(&format!("| `{name}` |")), "{name} is not in the guide");
    }
}

#[test]
fn the_loading_declares_every_column() {
    let folder = crate::support::temporary();
    let repo = ledger();
    assert_eq!(fleet(repo.path(), folder.path()).code, 0);
    let (rows, ledger) = both(folder.path());
    let read = |engine| std::fs::read_to_string(docs().join(engine)).unwrap();
    let (duckdb, spark) = (read("load/duckdb.sql"), read("load/spark.sql"));
    let (duckdb, spark) = (duckdb.split_once(";\n").unwrap(), spark.split_once(";\n").unwrap());
    let keys = |line: &str| -> Vec<String> {
        let row: Value = serde_json::from_str(line).unwrap();
        row.as_object().unwrap().keys().cloned().collect()
    };
    for (which, line) in [(0, rows.lines().next().unwrap()), (1, ledger.as_str())] {
        for key in keys(line) {
            // The name in the file is the ledger's own; the column is the folder's.
            if which == 1 && key == "ledger" {
                continue;
            }
            let (duckdb, spark) =
                if which == 0 { (duckdb.0, spark.0) } else { (duckdb.1, spark.1) };
            assert!(duckdb.contains(&format!("'{key}': ")), "duckdb: {key}");
            let declared = [format!(" {key} "), format!("({key} ")];
            assert!(declared.iter().any(|it| spark.contains(it)), "spark: {key}");
        }
    }
}

/// Returns a Python that has the engine's package; `None`, with a note, if there is none.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn python(package: &str) -> Option<String> {
    let python = std::env::var("EXLEDGER_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let import = Command::new(&python).args(["-c", &format!("import {package}")]).output();
    let has = import.is_ok_and(|output| output.status.success());
    if !has {
        eprintln!(
            "skipped: {python} has no package {package}; set EXLEDGER_PYTHON to one that has it"
        );
    }
    has.then_some(python)
}

/// Runs the comparison of a few ledgers on one engine.
fn compare(engine: &str, package: &str) {
    let Some(python) = python(package) else { return };
    let script = project::root().join("benches/fleet/check.py");
    let output = Command::new(python)
        .arg(script)
        .args(["--exledger", env!("CARGO_BIN_EXE_exledger"), "--ledgers", "12"])
        .args(["--engines", engine])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert!(out.contains("1 engines, 0 statements differ"), "{out}");
    assert!(out.contains("silent: team-000/ledger-0001 (last 2026-05-14)"), "{out}");
}

#[test]
fn duckdb_gives_the_rows_that_the_program_counts() {
    compare("duckdb", "duckdb");
}

#[test]
fn spark_gives_the_rows_that_the_program_counts() {
    compare("spark", "pyspark");
}

#[test]
fn the_generator_makes_the_same_commits_each_time() {
    let made = || {
        let folder = crate::support::temporary();
        let output = Command::new(tools::python())
            .arg(project::root().join("benches/fleet/generate.py"))
            .arg(folder.path())
            .args(["--ledgers", "2"])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let names = ["team-000%2Fledger-0000.git", "team-000%2Fledger-0001.git"];
        names.map(|name| git(&folder.path().join(name), &["rev-parse", "main"]))
    };
    assert_eq!(made(), made());
}
