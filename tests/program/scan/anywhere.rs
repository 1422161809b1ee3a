//! Without a ledger: in a repository, in a plain folder, since a base.

use std::path::Path;

use serde_json::Value;

use crate::cli::{self, Run};
use crate::support::repo::{Repo, git};

const ON: &str = "2026-11-21";

/// Files by path, with their texts.
type Files = &'static [(&'static str, &'static str)];

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = crate::support::temporary();
    fill(folder.path(), files);
    folder
}

fn fill(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

fn json(folder: &Path, args: &[&str]) -> (i32, Value) {
    let mut all = vec!["scan", "--format", "json"];
    all.extend(args);
    let run = cli::run(folder, &all);
    let answer = serde_json::from_str(&run.out);
    (run.code, answer.unwrap_or_else(|error| panic!("{error}: {}{}", run.out, run.err)))
}

/// Returns the places of an answer's suppressions.
fn places(answer: &Value) -> Vec<String> {
    let all = answer["suppressions"].as_array().unwrap().iter();
    all.map(|it| format!("{}:{}", it["path"].as_str().unwrap(), it["line"])).collect()
}

#[test]
fn a_plain_folder_is_searched_but_for_what_it_ignores_and_others_code() {
    let folder = folder(&[
        ("a.py", "x()  # nosec B602\n"),
        ("build/b.py", "x()  # nosec\n"),
        ("c/d.py", "x()  # nosec\n"),
        (".gitignore", "build/\n"),
        ("c/.ignore", "d.py\n"),
        ("node_modules/x/e.py", "x()  # nosec\n"),
        (".hidden/.trivyignore", "CVE-2026-0001 exp:2026-01-01\n"),
        ("binary.py", "\0# nosec\n"),
    ]);
    let (code, answer) = json(folder.path(), &["--on", ON]);
    assert_eq!(code, 0);
    assert_eq!(places(&answer), [".hidden/.trivyignore:1", "a.py:1"]);
    assert!(answer["ledger"].is_null());
    assert_eq!(answer["passed_over"], 2);
    let past = &answer["suppressions"][0];
    assert_eq!((&past["past"], &past["end"]), (&Value::Bool(true), &"2026-01-01T00:00:00Z".into()));
    assert!(past["since"].is_null() && past["active"].is_null() && past["state"].is_null());
    // What has ended is a warning.
    assert_eq!(json(folder.path(), &["--on", ON, "--strict"]).0, 1);
    assert_eq!(json(folder.path(), &["--on", "2025-12-31", "--strict"]).0, 0);
    // A folder that is named is searched, whatever its name is.
    assert_eq!(places(&json(folder.path(), &["node_modules"]).1), ["node_modules/x/e.py:1"]);
    let elsewhere = crate::support::temporary();
    let named = folder.path().join("a.py");
    let (code, answer) = json(elsewhere.path(), &[named.to_str().unwrap()]);
    assert_eq!((code, places(&answer)), (0, vec!["a.py:1".to_owned()]));
    assert_eq!(cli::run(folder.path(), &["scan", "nothing"]).code, 2);
    assert_eq!(cli::run(folder.path(), &["scan", "--base", "main"]).code, 2);
}

#[test]
fn a_repository_without_commits_is_judged_as_without_a_ledger() {
    let folder = folder(&[
        ("exledger.yaml", crate::support::samples::GRANTING),
        ("a.py", "x()  # nosec B602\n"),
    ]);
    git(folder.path(), &["init", "-q", "-b", "main"]);
    git(folder.path(), &["add", "-A"]);
    let run = cli::run(folder.path(), &["scan"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.err.contains("note: the repository has no commits yet"), "{}", run.err);
    let (_, answer) = json(folder.path(), &[]);
    assert_eq!(places(&answer), ["a.py:1"]);
    assert!(answer["ledger"].is_null(), "{answer:#}");
    // A commit that no branch has is one all the same.
    let author = ["-c", "user.name=dana", "-c", "user.email=dana@example.com"];
    git(folder.path(), &[&author[..], &["commit", "-q", "-m", "Begin"]].concat());
    git(folder.path(), &["checkout", "-q", "--detach"]);
    git(folder.path(), &["branch", "-q", "-D", "main"]);
    assert_eq!(cli::run(folder.path(), &["scan"]).code, 3);
}

#[test]
fn code_scanning_gets_a_note_for_what_nothing_objects_to() {
    let folder = folder(&[
        ("a.py", "x()  # nosec B602\ny()  # nosec B603\n"),
        (".trivyignore", "CVE-2026-0001 exp:2026-11-01\n"),
    ]);
    let scan = |format: &str| {
        cli::run(folder.path(), &["scan", "--on", ON, "--strict", "--format", format])
    };
    let found: Value = serde_json::from_str(&scan("sarif").out).unwrap();
    let results = found["runs"][0]["results"].as_array().unwrap();
    let said = |it: &Value| {
        let region = &it["locations"][0]["physicalLocation"]["region"];
        format!("{} {} {}", it["level"], it["ruleId"], region["startLine"])
    };
    let said: Vec<String> = results.iter().map(said).collect();
    let note = |line: usize| format!("\"note\" \"scan-suppression\" {line}");
    assert_eq!(said, ["\"warning\" \"scan-past\" 1", &note(1), &note(2)]);
    let marks = results.iter().map(|it| it["partialFingerprints"]["exledger/v1"].to_string());
    assert_eq!(marks.collect::<std::collections::BTreeSet<_>>().len(), 3);
    for format in ["github", "gitlab", "junit", "table", "json"] {
        let run = scan(format);
        assert!(!run.out.contains("scan-suppression"), "{format}: {}", run.out);
        assert_eq!(run.code, 1, "{format}: {}", run.err);
    }
}

#[test]
fn what_a_tool_reads_and_scan_cannot_is_unread_with_its_line() {
    let template =
        "# Settings\n\n{{- if .Values.trivy }}\nignorefile: a # nosemgrep: b\n{{- end }}\n";
    let folder = folder(&[
        (".snyk", "ignore:\n  A: [\n"),
        ("large.py", &"#".repeat(2 << 20)),
        ("chart/templates/trivy.yaml", template),
    ]);
    let run = cli::run(folder.path(), &["scan"]);
    assert_eq!(run.code, 3, "{}", run.out);
    assert!(run.err.contains("error: .snyk:"), "{}", run.err);
    let (_, answer) = json(folder.path(), &[]);
    assert_eq!(answer["unread"][0]["path"], ".snyk");
    assert_eq!(answer["unread"].as_array().unwrap().len(), 1, "{answer:#}");
    assert_eq!(answer["suppressions"][0]["path"], "chart/templates/trivy.yaml");
    assert_eq!(answer["passed_over"], 1);
}

/// A repository whose `main` has a suppression without a reason.
fn repo() -> Repo {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("dana").write("a.py", "x()\nrun(a)  # nosec B602\n").commit("Write");
    repo.checkout();
    repo
}

fn since_main(repo: &Repo, files: &[(&str, &str)]) -> Run {
    git(repo.path(), &["checkout", "-q", "--force", "main"]);
    git(repo.path(), &["clean", "-qfd"]);
    fill(repo.path(), files);
    git(repo.path(), &["add", "-A"]);
    cli::run(repo.path(), &["scan", "--base", "main"])
}

#[test]
fn only_what_a_branch_adds_or_widens_counts_since_a_base() {
    let repo = repo();
    let cases: &[(&str, i32, Files)] = &[
        ("nothing", 0, &[]),
        ("new without a reason", 1, &[("b.py", "y()  # nosec B603\n")]),
        ("a copy", 1, &[("b.py", "run(a)  # nosec B602\n")]),
        ("indented", 0, &[("a.py", "if x():\n    run(a)  # nosec B602\n")]),
        ("moved", 0, &[("a.py", "x()\n"), ("b.py", "run(a)  # nosec B602\n")]),
        ("a rule more", 1, &[("a.py", "x()\nrun(a)  # nosec B602,B603\n")]),
        ("all rules", 1, &[("a.py", "x()\nrun(a)  # nosec\n")]),
        ("other code", 1, &[("a.py", "x()\nrun(b)  # nosec B602\n")]),
        ("an entry that never ends", 1, &[(".trivyignore", "CVE-2026-0001\n")]),
        ("unread", 3, &[(".snyk", "ignore:\n  A: [\n")]),
    ];
    for (what, code, files) in cases {
        let run = since_main(&repo, files);
        assert_eq!(run.code, *code, "{what}: {}{}", run.out, run.err);
    }
    let run = since_main(&repo, &[]);
    assert!(run.out.contains("no suppression added since"), "{}", run.out);
    let (_, answer) = json(repo.path(), &["--base", "main"]);
    assert_eq!(answer["new"], true);
    assert_eq!(cli::run(repo.path(), &["scan", "--base", "nowhere"]).code, 2);
    repo.by("dana").write("other", "\n").commit("Go on");
    let (outside, from) =
        (crate::support::temporary(), format!("file://{}", repo.path().display()));
    git(outside.path(), &["clone", "-q", "--depth", "1", &from, "cut"]);
    assert_eq!(cli::run(&outside.path().join("cut"), &["scan", "--base", "HEAD~1"]).code, 3);
}

#[test]
fn what_a_branch_adds_counts_though_it_is_not_on_disk() {
    let repo = repo();
    let run = since_main(&repo, &[("new/b.py", "y()  # nosec B603\n"), ("new/c.py", "z()\n")]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    for file in ["new/b.py", "new/c.py"] {
        std::fs::remove_file(repo.path().join(file)).unwrap();
    }
    let says = |what: &str| {
        let run = cli::run(repo.path(), &["scan", "--base", "main"]);
        assert_eq!(run.code, 1, "{what}: {}{}", run.out, run.err);
        assert!(run.out.contains("new/b.py:1"), "{what}: {}", run.out);
    };
    says("staged, then removed");
    let author = ["-c", "user.name=dana", "-c", "user.email=dana@example.com"];
    git(repo.path(), &[&author[..], &["commit", "-q", "-m", "Add"]].concat());
    git(repo.path(), &["branch", "base", "main~1"]);
    git(repo.path(), &["sparse-checkout", "set", "nowhere"]);
    assert!(!repo.path().join("new/b.py").exists());
    let run = cli::run(repo.path(), &["scan", "--base", "base"]);
    assert_eq!(run.code, 1, "sparse: {}{}", run.out, run.err);
    assert!(run.out.contains("new/b.py:1"), "sparse: {}", run.out);
}

#[test]
fn an_entry_with_a_later_end_is_added_and_one_with_an_earlier_end_is_not() {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("dana").write(".trivyignore", "CVE-2026-0001 exp:2027-01-01\n").commit("Write");
    repo.checkout();
    for (end, code) in [("2027-02-01", 1), ("2026-12-01", 0)] {
        let text = format!("CVE-2026-0001 exp:{end}\n");
        let run = since_main(&repo, &[(".trivyignore", &text)]);
        assert_eq!(run.code, code, "{}{}", run.out, run.err);
    }
}

#[test]
fn a_repository_tells_since_when_and_by_whom() {
    let repo = Repo::at("2025-01-05T08:00:00Z");
    repo.by("dana").write("src/a.py", "x()\nrun(a)  # nosec B602\n").commit("Write");
    repo.clock("2025-02-05T08:00:00Z");
    repo.by("ana").write("src/a.py", "# Top\n\nx()\n  run(a)  # nosec B602\n").commit("Indent");
    repo.clock("2025-03-05T08:00:00Z");
    let text = "# Top\n\nx()\n  run(a)  # nosec B602\nrun(b)  # nosec B603\n";
    let tip = repo.tip("main").to_string();
    repo.branch_from("work", &tip).by("lee").write("src/a.py", text).commit("Work");
    repo.clock("2025-03-06T08:00:00Z");
    repo.by("ana").write("other", "\n").commit("Go on");
    repo.clock("2025-03-07T08:00:00Z");
    repo.by("ana").merge("work", "Merge work");
    repo.clock("2026-11-01T08:00:00Z");
    repo.by("ana").remove("src/a.py").write("lib/a.py", text).commit("Move");
    repo.by("ana").remove("lib/a.py").write("lib/a.py.bak", text).commit("Put aside");
    repo.by("ana").remove("lib/a.py.bak").write("lib/a.py", text).commit("Restore");
    repo.checkout();
    let (_, answer) = json(repo.path(), &["--on", ON]);
    let of = |line: u64| {
        let all = answer["suppressions"].as_array().unwrap();
        let found = all.iter().find(|it| it["line"] == line).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&found["since"]), text(&found["author"]["email"]), found["active"].clone())
    };
    let (since, author, active) = of(4);
    assert_eq!(since, "2025-01-05T08:00:00Z");
    assert!(author.starts_with("dana") && active == false, "{author}");
    let (since, author, _) = of(5);
    assert_eq!(since, "2025-03-05T08:00:00Z");
    assert!(author.starts_with("lee"), "{author}");
    // A line in another encoding, and one that is cut within a letter.
    let long = format!("y(\"{}é\")  # nosec B604", "x".repeat(996));
    let latin = [b"x('\xe9')  # nosec B605\n".as_slice(), long.as_bytes(), b"\n"].concat();
    std::fs::write(repo.path().join("latin.py"), latin).unwrap();
    git(repo.path(), &["add", "latin.py"]);
    let identity = ["-c", "user.name=Eva", "-c", "user.email=eva@example.org"];
    git(repo.path(), &[&identity[..], &["commit", "-q", "-m", "Write it"]].concat());
    let (_, answer) = json(repo.path(), &["--on", ON, "latin.py"]);
    for found in answer["suppressions"].as_array().unwrap() {
        assert_eq!(found["author"]["email"], "eva@example.org", "{found:#}");
    }
    assert_eq!(answer["suppressions"].as_array().unwrap().len(), 2);
    let (_, answer) = json(repo.path(), &["--on", ON, "--no-age"]);
    assert!(answer["suppressions"][0]["since"].is_null() && answer["counts"]["left"].is_null());
}

#[test]
fn lines_of_a_long_file_with_many_versions_began_where_they_did() {
    let repo = Repo::at("2025-01-01T08:00:00Z");
    let rest = "filler = filler + 1\n".repeat(14_000);
    // The entries of each version; the one that takes C back is as the one before C was.
    let text = |n: usize| {
        let lines = [(0, "a"), (3, "b"), (12, "c"), (17, "d"), (17, "e"), (23, "f")];
        let lines = lines.iter().filter(|(began, _)| *began <= n);
        let lines: String = lines.map(|(_, name)| format!("run({name})  # nosec B602\n")).collect();
        format!("version = {n}\n{lines}{rest}")
    };
    let day = |n: usize| format!("2025-02-{:02}T08:00:00Z", n + 1);
    for n in 0..25 {
        repo.clock(&day(n));
        let path = if n < 2 { "old/big.py" } else { "big.py" };
        let written = text(if n == 14 { 11 } else { n });
        let repo = repo.by("dana");
        let repo = if n == 2 { repo.remove("old/big.py") } else { repo };
        repo.write(path, &written).commit(&format!("Version {n}"));
    }
    repo.checkout();
    let (_, answer) = json(repo.path(), &["--on", ON]);
    let found = answer["suppressions"].as_array().unwrap().iter();
    let mut since: Vec<(u64, String)> = found
        .map(|it| (it["line"].as_u64().unwrap(), it["since"].as_str().unwrap().to_owned()))
        .collect();
    since.sort();
    let began = [(2, 0), (3, 3), (4, 15), (5, 17), (6, 17), (7, 23)];
    assert_eq!(since, began.map(|(line, n)| (line, day(n))));
}

#[test]
fn what_is_not_searched_and_why_is_said_in_words() {
    let says = |folder: &Path, args: &[&str], wanted: &str, unwanted: &str| {
        let run = cli::run(folder, &[&["scan"], args].concat());
        let text = format!("{}{}", run.out, run.err);
        assert!(text.contains(wanted) && !text.contains(unwanted), "{args:?}: {text}");
    };
    let empty = folder(&[]);
    says(empty.path(), &[], "no file to search is here", "git add");
    let ignored = folder(&[(".gitignore", "*\n"), ("a.py", "x()  # nosec\n")]);
    says(ignored.path(), &[], "no file to search is here", "git tracks");
    let repo = repo();
    says(repo.path(), &["--base", ""], "--base is empty", "is not a commit");
    let broken = folder(&[("osv-scanner.toml", "[[IgnoredVulns]]\nid = \n")]);
    says(broken.path(), &[], "it can't be read as TOML: ", "TOML\n");
    let bare = folder(&[("uv.toml", "exclude-newer-package = {\n")]);
    says(bare.path(), &[], "it can't be read as TOML: ", "TOML\n");
    let named = folder(&[("a.py", "x()  # nosec B602 - checked, PAY-123\n")]);
    let sarif = ["--format", "sarif"];
    says(named.path(), &sarif, "`nosec B602 - checked, PAY-123` suppresses findings", "\"nosec");
    let many: String = (1..=14).map(|n| format!("CVE-2026-00{n:02} exp:2026-01-01\n")).collect();
    let past = folder(&[(".trivyignore", &many)]);
    let markdown = ["--format", "markdown", "--on", ON];
    says(past.path(), &markdown, "## Past (14)", "**Past");
    says(past.path(), &markdown, "and 4 more: exledger scan --list", "ended 2025-12-31");
    says(past.path(), &["--list", "--on", ON], "until 2026-01-01, ", "ended");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_called_a_link() {
    let repo = repo();
    git(repo.path(), &["rm", "-q", "--cached", "a.py"]);
    fill(repo.path(), &[("osv-scanner.toml", "")]);
    git(repo.path(), &["add", "-A"]);
    let pipe = repo.path().join("osv-scanner.toml");
    std::fs::remove_file(&pipe).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let run = cli::run(repo.path(), &["scan"]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert!(
        run.err.contains("it is not a regular file") && !run.err.contains("link"),
        "{}",
        run.err
    );
}

#[cfg(unix)]
#[test]
fn a_suppression_in_a_file_whose_name_is_not_utf8_counts_since_a_base() {
    use std::os::unix::ffi::OsStrExt as _;
    let repo = repo();
    repo.checkout();
    let path = repo.path().join(std::ffi::OsStr::from_bytes(b"a\xff.py"));
    std::fs::write(path, "x()  # nosec B602\n").unwrap();
    crate::support::repo::git(repo.path(), &["add", "-A"]);
    let run = cli::run(repo.path(), &["scan", "--base", "main"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.contains(r"a\xff.py:1"), "{}", run.out);
}
