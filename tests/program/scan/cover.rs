//! What a record covers beside code and in lists, what ends that, and what several records cover together.

use serde_json::Value;

use crate::cli::{self, Run};
use crate::support::repo::{Repo, git};

fn run(repo: &Repo, args: &[&str]) -> Run {
    cli::run(repo.path(), args)
}

/// Returns the exit code, and the errors: their places, rules and messages.
fn scan(repo: &Repo, args: &[&str]) -> (i32, Vec<String>) {
    let run = run(repo, &[&["scan", "--format", "json"], args].concat());
    let answer: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    let findings = answer["findings"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = findings.filter(|finding| finding["level"] == "error").map(|finding| {
        let (path, message) = (text(&finding["path"]), text(&finding["message"]));
        format!("{path}:{} {} {message}", finding["line"], text(&finding["rule"]))
    });
    (run.code, errors.collect())
}

/// A project with suppressions in one file, which Ana adopts on a branch and Omar merges.
fn adopted(path: &str, text: &str) -> Repo {
    let repo = Repo::at("2030-12-01T08:00:00Z");
    repo.by("ana").write(path, text).commit("Write a program");
    repo.checkout();
    let people = ["--person", "aruiz=ana@example.com", "--person", "odiaz=omar@example.com"];
    let made = run(&repo, &[&["init", "--adopt", "--branch", "main"], &people[..]].concat());
    assert_eq!(made.code, 0, "{}", made.err);
    merge_files(&repo, "adopt");
    assert_eq!(scan(&repo, &[]), (0, Vec::new()), "{path}");
    repo
}

/// Commits the policy and the records of the work tree on a branch, which Omar merges.
fn merge_files(repo: &Repo, name: &str) {
    let folder = repo.path().join("exceptions");
    let branch = repo.branch(name);
    let policy = std::fs::read_to_string(repo.path().join("exledger.yaml")).unwrap();
    let mut work = branch.by("ana").write("exledger.yaml", &policy);
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "yaml") {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.file_name().unwrap().to_string_lossy();
            work = work.write(&format!("exceptions/{name}"), &text);
        }
    }
    work.commit("Write records");
    repo.by("omar").merge(name, &format!("Merge branch '{name}'"));
    repo.checkout();
}

/// Writes a file on a branch, and returns what `scan --base` and the full scan find there.
fn on_branch(repo: &Repo, path: &str, text: &str) -> [(i32, Vec<String>); 2] {
    repo.branch("change").by("ana").write(path, text).commit("Change it");
    git(repo.path(), &["checkout", "--quiet", "--force", "change"]);
    let found = [scan(repo, &["--base", "main"]), scan(repo, &[])];
    git(repo.path(), &["checkout", "--quiet", "--force", "main"]);
    git(repo.path(), &["branch", "--quiet", "-D", "change"]);
    found
}

const VET: &str = "[cargo-vet]\nversion = \"0.10\"\n\n[[exemptions.memchr]]\nversion = \"2.7.5\"\ncriteria = \"safe-to-deploy\"\n";

#[test]
fn a_second_version_of_an_exempted_crate_is_an_entry_of_its_own() {
    let path = "supply-chain/config.toml";
    let repo = adopted(path, VET);
    let more = |version: &str| {
        let table = "[[exemptions.memchr]]";
        format!("{VET}\n{table}\nversion = \"{version}\"\ncriteria = \"safe-to-deploy\"\n")
    };
    for (text, n_errors) in
        [(more("9.9.9"), [1, 1]), (more("2.7.5"), [2, 2]), (VET.replace("2.7.5", "2.7.6"), [1, 1])]
    {
        let [base, full] = on_branch(&repo, path, &text);
        assert_eq!((base.0, full.0), (1, 1), "{text}");
        assert_eq!([base.1.len(), full.1.len()], n_errors, "{text}: {base:?} {full:?}");
    }
}
