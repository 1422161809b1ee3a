//! What a record covers beside code and in lists, what ends that, and what several records cover together.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{POLICY, found_in_each, ledger, record};
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

const CODE: &str = "import subprocess\nsubprocess.call(build)  # nosec B602\nprint(1)\n";

const TWICE: &str = "first = 1\nrun(x)  # nosec B602\nsecond = 2\nrun(x)  # nosec B602\n";

const LIST: &str = "CVE-2026-0001\nCVE-2026-0002\n";

#[test]
fn a_branch_that_ends_a_cover_is_told_so() {
    let grype = "ignore:\n  - vulnerability: CVE-2026-0002\n    package:\n      name: lodash\n";
    let cases = [
        ("app/run.py", CODE, "B602\n", "B602 - the command is a constant\n", "gone from"),
        ("app/run.py", TWICE, "first", "third", "gone from"),
        (".trivyignore", LIST, "0001\n", "0001 # in tests alone\n", "gone from"),
        (".grype.yaml", grype, "lodash\n", "lodash # pinned\n", "gone from"),
    ];
    for (path, text, old, new, why) in cases {
        let repo = adopted(path, text);
        let changed = text.replacen(old, new, 1);
        assert_ne!(changed, text);
        let [base, full] = on_branch(&repo, path, &changed);
        assert_eq!((base.0, base.1.len()), (1, 1), "{path} {new}: {base:?} {full:?}");
        assert_eq!(base, full, "{path} {new}");
        let says = &base.1[0];
        assert!(says.contains(": of EXC-20") && says.contains(why), "{says}");
        // Nothing is said of what the branch leaves alone.
        let [base, full] = on_branch(&repo, "lib/other.py", "print(2)\n");
        assert_eq!((base, full), ((0, Vec::new()), (0, Vec::new())), "{path}");
    }
    // A file that moves takes its comments out of the record.
    let repo = adopted("app/run.py", CODE);
    git(repo.path(), &["checkout", "--quiet", "-b", "move"]);
    git(repo.path(), &["mv", "app/run.py", "app/moved.py"]);
    let (code, errors) = scan(&repo, &["--base", "main"]);
    assert_eq!((code, errors.len()), (1, 1), "{errors:?}");
    assert!(errors[0].contains("covers it at the base alone"), "{errors:?}");
}

#[test]
fn rules_of_one_comment_may_have_a_record_each() {
    let repo = Repo::at("2030-12-01T08:00:00Z");
    let code = "import subprocess\nsubprocess.call(build, shell=True)  # nosec B602 B607\n";
    repo.by("ana").write("app/run.py", code).commit("Write a program");
    repo.checkout();
    let mut config = git2::Repository::open(repo.path()).unwrap().config().unwrap();
    config.set_str("user.name", "Ana Ruiz").unwrap();
    config.set_str("user.email", "ana@example.com").unwrap();
    let people = ["--person", "aruiz=ana@example.com", "--person", "odiaz=omar@example.com"];
    let made = run(&repo, &[&["init", "--branch", "main"], &people[..]].concat());
    assert_eq!(made.code, 0, "{}", made.err);
    for (rule, is_clean) in [("bandit:B602", false), ("bandit:B607", true)] {
        let reason = "The command is a constant of this project, nobody else can set it";
        let file = ["new", "--false-positive", rule, "app/run.py:2", "--reason", reason];
        let made = run(&repo, &file);
        assert_eq!(made.code, 0, "{rule}: {}", made.err);
        merge_files(&repo, &rule.replace(':', "-"));
        let (code, errors) = scan(&repo, &[]);
        assert_eq!(code == 0, is_clean, "{rule}: {errors:?}");
    }
    // A rule more, or other code, and it is covered no more.
    for (old, new) in [("B607", "B607 B603"), ("build", "deploy"), (" B602 B607", "")] {
        let [base, full] = on_branch(&repo, "app/run.py", &code.replace(old, new));
        assert_eq!((base.0, full.0), (1, 1), "{new}: {base:?} {full:?}");
    }
}

#[test]
fn what_is_not_adopted_is_told_why() {
    let cases = [
        (".checkov.yaml", "skip-check:\n  - CKV_AWS_18\n", "it hides CKV_AWS_18 everywhere"),
        ("a.py", "key = load()  # gitleaks:allow\n", "it hides whatever"),
        ("renovate.json", "{\"ignorePaths\": [\"old/**\"]}\n", "it hides whatever"),
        ("b.py", "load()  # nosec\n", "it names no rule: say which one it hides"),
    ];
    let repo = Repo::at("2030-12-01T08:00:00Z");
    let mut work = repo.by("ana");
    for (path, text, _) in cases {
        work = work.write(path, text);
    }
    work.commit("Write a program");
    repo.checkout();
    let people = ["--person", "aruiz=ana@example.com", "--person", "odiaz=omar@example.com"];
    let made = run(&repo, &[&["init", "--adopt", "--branch", "main"], &people[..]].concat());
    for (path, _, why) in cases {
        let line = made.err.lines().find(|line| line.contains(&format!(" {path}:")));
        assert!(line.is_some_and(|line| line.contains(why)), "{path}: {}", made.err);
    }
}

#[test]
fn what_a_merge_in_progress_brings_of_the_base_is_not_added() {
    let repo = adopted("app/run.py", CODE);
    repo.branch("work").by("ana").write("lib/a.py", "print(2)\n").commit("Work");
    repo.by("dana").write("lib/b.py", "run(x)  # nosec B603\n").commit("Go on");
    git(repo.path(), &["checkout", "--quiet", "--force", "work"]);
    let person = ["-c", "user.name=Ana Ruiz", "-c", "user.email=ana@example.com"];
    git(repo.path(), &[&person[..], &["merge", "--quiet", "--no-commit", "main"]].concat());
    assert_eq!(scan(&repo, &["--base", "main"]), (0, Vec::new()));
    std::fs::write(repo.path().join("lib/a.py"), "run(y)  # nosec B607\n").unwrap();
    assert_eq!(scan(&repo, &["--base", "main"]).1.len(), 1);
}

#[test]
fn a_comment_covers_the_next_line_only_where_its_own_has_no_code() {
    let paths = "paths: ['*/*.*']";
    let semgrep = format!("{{tool: semgrep, id: r1, {paths}, content: ['run(command)']}}");
    let of_line =
        |tool: &str, text: &str| format!("{{tool: {tool}, id: k, {paths}, content: ['{text}']}}");
    let nextline = "key = command() # pragma: allowlist nextline secret";
    let cases = [
        (&semgrep, "a.js", "// why it is safe // nosemgrep: r1\nrun(command)", true),
        (&semgrep, "b.js", "/* nosemgrep: r1 */\nrun(command)", true),
        (&semgrep, "c.html", "<!-- nosemgrep: r1 -->\nrun(command)", true),
        (&semgrep, "d.unknown", "# nosemgrep: r1\nrun(command)", true),
        // What begins a comment in one language is code in another one.
        (&semgrep, "e.js", ";eval(x) // nosemgrep: r1\nrun(command)", false),
        (&semgrep, "f.c", "#define R system(x); // nosemgrep: r1\nrun(command)", false),
        (&semgrep, "g.java", "--n; f(x); // nosemgrep: r1\nrun(command)", false),
        (&semgrep, "h.unknown", "# f(x) nosemgrep: r1\nrun(command)", false),
        // A comment may end before its line does, or only look like one.
        (&semgrep, "i.js", "/* a */ f(x); /* nosemgrep: r1 */\nrun(command)", false),
        (&semgrep, "j.php", "// ?><?php f($x); // nosemgrep: r1\nrun(command)", false),
        (&semgrep, "k.java", "// \\u000a f(x); // nosemgrep: r1\nrun(command)", false),
        (&semgrep, "l.js", "// ${f(x)} nosemgrep: r1\nrun(command)", false),
        // These hide what stands in the comment itself, and nothing below.
        (
            &of_line("gitleaks", "key = command()"),
            "a.ini",
            "# other gitleaks:allow\nkey = command()",
            false,
        ),
        (
            &of_line("trufflehog", "key = command()"),
            "a.ini",
            "# other trufflehog:ignore\nkey = command()",
            false,
        ),
        (&of_line("sonar", "key = command()"), "a.js", "// other NOSONAR\nkey = command()", false),
        (
            &of_line("detect-secrets", "key = command()"),
            "a.ini",
            "# pragma: allowlist secret\nkey = command()",
            false,
        ),
        // This one hides the line below, whatever is on its own.
        (
            &of_line("detect-secrets", "key = command()"),
            "b.ini",
            "# pragma: allowlist nextline secret\nkey = command()",
            true,
        ),
        (&of_line("detect-secrets", nextline), "c.ini", &format!("{nextline}\nother = 1"), false),
    ];
    let all: BTreeSet<&String> = cases.iter().map(|it| it.0).collect();
    for findings in all {
        let cases: Vec<_> = cases.iter().filter(|it| it.0 == findings).collect();
        let files = cases.iter().enumerate();
        let files: Vec<(String, String)> =
            files.map(|(n, it)| (format!("{n}/{}", it.1), it.2.to_owned())).collect();
        let repo = ledger(POLICY, &record(findings));
        for (case, found) in cases.iter().zip(found_in_each(&repo, &files)) {
            assert_eq!(found.is_empty(), case.3, "{findings} {}: {found:?}", case.2);
        }
    }
}
