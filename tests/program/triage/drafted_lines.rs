//! Which lines a draft takes: none of a finding that it is not about, all that tell a secret, and no secret as text.

use super::accepted::{approve, at, committed, drafts, log, states};
use super::{ON, put};
use crate::cli;

const TWINS: &str = "eval(alpha_one)\neval(xbeta)\nsomething(1)\nq = 2\neval(xbeta)\n";

#[test]
fn a_draft_takes_no_line_of_a_finding_that_another_record_covers() {
    for per in ["finding", "rule"] {
        let repo = committed(&[("app/a.py", TWINS)]);
        let first = log("bandit", &[at("B307", "app/a.py", (1, 1))]);
        let all = [(1, 1), (2, 2), (5, 5)].map(|lines| at("B307", "app/a.py", lines));
        let all = log("bandit", &all);
        let (drafted, answer) = drafts(&repo, &first, &[]);
        assert_eq!(drafted.len(), 1, "{answer}");
        approve(&repo, "EXC-2026-C0VER", &drafted[0]);
        assert_eq!(states(&repo, &all), ["covered", "uncovered", "uncovered"], "{per}");
        let (drafted, answer) = drafts(&repo, &all, &["--record-per", per]);
        assert!(!drafted.is_empty(), "{answer}");
        for draft in drafted {
            assert!(!draft.contains("alpha_one"), "{per}: {draft}");
        }
    }
}

/// A Deployment as a file may have several of them.
fn deployment(name: &str) -> String {
    format!("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  x: 1\n")
}

#[test]
fn a_text_grows_down_to_the_end_of_its_region_before_it_grows_up() {
    let text = |second: &str| format!("{}---\n{}", deployment("web"), deployment(second));
    let repo = committed(&[("d.yaml", &text("db"))]);
    let both = [(1, 6), (8, 13)].map(|lines| at("CKV_K8S_20", "d.yaml", lines));
    let log = log("checkov", &both);
    let (drafted, answer) = drafts(&repo, &log, &["--record-per", "finding"]);
    let of = |name: &str| drafted.iter().find(|draft| draft.contains(name)).unwrap();
    assert!(!of("name: db").contains("---\n"), "{answer} {drafted:?}");
    approve(&repo, "EXC-2026-C0VER", of("name: db"));
    assert_eq!(states(&repo, &log), ["uncovered", "covered"]);
    // Another one in its place was never accepted.
    put(&repo, "d.yaml", text("miner"));
    assert_eq!(states(&repo, &log), ["expired_cover", "expired_cover"]);
}

#[test]
fn checkov_states_the_line_below_a_secret_as_its_last_one() {
    let text = "[a]\none = wintersun\ntwo = summerrain\n[b]\n";
    let both = [(2, 3), (3, 4)].map(|lines| at("CKV_SECRET_6", "conf/a.ini", lines));
    let log = log("checkov", &both);
    for (own, state) in [("2-2@", ["covered", "uncovered"]), ("3-3@", ["uncovered", "covered"])] {
        let repo = committed(&[("conf/a.ini", text)]);
        let (drafted, answer) = drafts(&repo, &log, &["--record-per", "finding"]);
        assert_eq!(drafted.len(), 2, "{answer}");
        let draft = drafted.iter().find(|draft| draft.contains(own)).unwrap();
        approve(&repo, "EXC-2026-C0VER", draft);
        assert_eq!(states(&repo, &log), state);
    }
}

/// A private key in PEM whose body has some lines; not one of anybody.
fn key(seed: char, n_lines: usize) -> String {
    let marker = |end: &str| format!("-----{end} RSA PRIVATE KEY-----\n");
    let line = |nth: usize| format!("MII{seed}{nth:02}{}\n", "Zx9UGJmGEp7C".repeat(4));
    let body: String = (0..n_lines).map(line).collect();
    format!("{}{body}{}", marker("BEGIN"), marker("END"))
}

#[test]
fn of_a_key_more_is_taken_than_its_first_line() {
    for (n_lines, region, expected) in
        [(25, (1, 27), "1-10@"), (25, (1, 1), "1-10@"), (4, (1, 6), "1-6@"), (4, (1, 1), "1-6@")]
    {
        for tool in ["gitleaks", "semgrep"] {
            let repo = committed(&[("k.pem", &key('a', n_lines))]);
            let log = log(tool, &[at("private-key", "k.pem", region)]);
            let (drafted, answer) = drafts(&repo, &log, &[]);
            assert_eq!(drafted.len(), 1, "{answer}");
            assert!(drafted[0].contains(expected), "{tool} {region:?}: {}", drafted[0]);
            approve(&repo, "EXC-2026-C0VER", &drafted[0]);
            assert_eq!(states(&repo, &log), ["covered"], "{tool} {region:?}");
            put(&repo, "k.pem", key('b', n_lines));
            assert_eq!(states(&repo, &log), ["expired_cover"], "{tool} {region:?}");
        }
    }
}

#[test]
fn a_secret_that_ten_lines_cannot_tell_is_left_open() {
    let long: String = (0..20).map(|nth| format!("line {nth} of the secret\n")).collect();
    let bare = "-----BEGIN RSA PRIVATE KEY-----\n";
    for (text, lines) in [(&*long, (1, 20)), (bare, (1, 1))] {
        let repo = committed(&[("conf/s.txt", text)]);
        let log = log("gitleaks", &[at("generic-api-key", "conf/s.txt", lines)]);
        let (drafted, answer) = drafts(&repo, &log, &[]);
        assert_eq!(drafted.len(), 1, "{answer}");
        assert!(drafted[0].contains("tell the secret from another one: quote"), "{}", drafted[0]);
    }
    // A marker that code looks for begins no key.
    let repo = committed(&[("app/scan.py", "if '-----BEGIN RSA PRIVATE KEY-----' in text:\n")]);
    let log = log("gitleaks", &[at("private-key", "app/scan.py", (1, 1))]);
    let (drafted, answer) = drafts(&repo, &log, &[]);
    assert!(drafted[0].contains("1-1@"), "{answer} {drafted:?}");
}

#[test]
fn a_line_that_a_scanner_marks_as_a_secret_is_not_quoted() {
    let text = "def f(x):\n    run(x, shell=True)\n    v = \"wintersun\"\n    run(x, shell=True)\n";
    let repo = committed(&[("app/a.py", text)]);
    let calls = [(2, 2), (4, 4)].map(|lines| at("B602", "app/a.py", lines));
    let plain = log("bandit", &calls);
    let (drafted, _) = drafts(&repo, &plain, &["--record-per", "finding"]);
    assert!(drafted.iter().any(|draft| draft.contains("wintersun")), "{drafted:?}");
    put(&repo, "keys.sarif", log("gitleaks", &[at("generic", "app/a.py", (3, 3))]));
    let (drafted, answer) = drafts(&repo, &plain, &["keys.sarif", "--record-per", "finding"]);
    assert_eq!(drafted.len(), 3, "{answer}");
    assert!(drafted.iter().all(|draft| !draft.contains("wintersun")), "{drafted:?}");
}

#[test]
fn check_takes_an_absolute_path_as_triage_does() {
    let repo = committed(&[("app/run.py", "run(command, shell=True)\n")]);
    let log = log("bandit", &[at("B602", "app/run.py", (1, 1))]);
    let (drafted, _) = drafts(&repo, &log, &[]);
    approve(&repo, "EXC-2026-C0VER", &drafted[0]);
    let whole = repo.path().join("app/run.py");
    let asked = |path: &str| {
        let args = ["--on", ON, "check", "--finding", "bandit:B602", "--path", path, "--line", "1"];
        cli::run(repo.path(), &args)
    };
    for path in ["app/run.py", whole.to_str().unwrap()] {
        let run = asked(path);
        assert_eq!(run.code, 0, "{path}: {}{}", run.out, run.err);
    }
    let run = asked("/elsewhere/app/run.py");
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.contains("give --path from the root of the repository"), "{}", run.out);
}

const SECRET: &str = "Tr0ub4dor-and-3horses";

#[test]
fn a_secret_that_a_line_above_or_a_call_names_is_not_quoted() {
    for (path, text, line) in [
        ("app/a.py", "password = \\\n    'SUN'\n", 2),
        ("app/b.py", "password = (\n    # as agreed\n\n    'SUN'\n)\n", 4),
        ("app/c.json", "{\"client_secret\":\n\"SUN\"}\n", 2),
        ("app/d.yml", "db:\n  password: >-\n    SUN\n", 3),
        ("app/e.rb", "secret_key_base 'SUN'\n", 1),
        ("app/f.cs", "client.Credentials = new NetworkCredential(\"u\", \"SUN\");\n", 1),
        ("app/g.go", "k := []byte(\"SUN\") // password\n", 1),
        ("app/h.py", "assert verify('SUN') # password\n", 1),
        ("app/i.js", "login('admin', 'SUN');\n", 1),
        ("app/j.tf", "  user_data = \"export DB_PASS=SUN\"\n", 1),
        ("app/k.py", "x = \"SUN\"  # gitleaks:allow\n", 1),
    ] {
        let repo = committed(&[(path, &text.replace("SUN", SECRET))]);
        let log = log("mytool", &[at("R", path, (line, line))]);
        let (drafted, answer) = drafts(&repo, &log, &[]);
        assert_eq!(drafted.len(), 1, "{answer}");
        assert!(!drafted[0].contains(SECRET), "{path}: {}", drafted[0]);
        assert!(drafted[0].contains(&format!("{line}-{line}@")), "{path}: {}", drafted[0]);
        approve(&repo, "EXC-2026-C0VER", &drafted[0]);
        assert_eq!(states(&repo, &log), ["covered"], "{path}");
        // Nor is it shown to those who read what they accept.
        for args in [&["show", "EXC-2026-C0VER"][..], &["report", "--format", "html"]] {
            let run = cli::run(repo.path(), &[&["--on", ON], args].concat());
            assert_eq!(run.code, 0, "{}", run.err);
            assert!(!run.out.contains(SECRET), "{path}: {}", run.out);
        }
    }
    // Code that only mentions one stays quoted.
    let text =
        "def login(user, password):\n    if not check_password(user):\n        raise Wrong\n";
    let repo = committed(&[("app/a.py", text)]);
    let (drafted, answer) = drafts(&repo, &log("mytool", &[at("R", "app/a.py", (2, 2))]), &[]);
    assert!(drafted[0].contains("check_password(user)"), "{answer} {drafted:?}");
}

#[test]
fn a_line_that_a_record_cannot_hold_is_referred_to() {
    for line in [
        "call_number(a, '\u{200D} b')",
        "call_number(a, 'b \u{200C}')",
        "TODO(bob): call it",
        "lorem ipsum dolor",
        "xxxxxxxxxxxx",
        "TODO(import): call it",
    ] {
        let repo = committed(&[("app/a.py", &format!("{line}\n"))]);
        let log = log("mytool", &[at("R", "app/a.py", (1, 1))]);
        let (drafted, answer) = drafts(&repo, &log, &[]);
        assert!(drafted[0].contains("1-1@"), "{line}: {answer} {drafted:?}");
        approve(&repo, "EXC-2026-C0VER", &drafted[0]);
        assert_eq!(states(&repo, &log), ["covered"], "{line}");
    }
}

#[test]
fn a_draft_says_which_findings_a_text_covers() {
    let text = "def f():\n    call(eval(a_long),\n         eval(b_long))\n    eval(c_long)\n";
    let repo = committed(&[("app/a.py", text)]);
    let found = [(2, 3), (3, 3), (4, 4)].map(|lines| at("E", "app/a.py", lines));
    let (drafted, answer) = drafts(&repo, &log("bandit", &found), &[]);
    assert!(drafted[0].contains("# covers 2 findings: lines 2 and 3\n"), "{answer} {drafted:?}");
    assert_eq!(drafted[0].matches("# covers").count(), 1, "{drafted:?}");
    approve(&repo, "EXC-2026-C0VER", &drafted[0]);
    assert_eq!(states(&repo, &log("bandit", &found)), ["covered"; 3]);
}

#[test]
fn what_no_text_can_tell_from_its_copies_says_what_to_do() {
    let text = "z = 1\nassert x_long_name\nassert x_long_name\nassert x_long_name\ny = 2\n";
    let repo = committed(&[("app/a.py", text)]);
    let found = [2, 3, 4].map(|line| at("D", "app/a.py", (line, line)));
    let (drafted, answer) = drafts(&repo, &log("ruff", &found), &[]);
    assert!(drafted[0].contains("make the line differ"), "{answer} {drafted:?}");
    assert!(!drafted[0].contains("quote the accepted text"), "{drafted:?}");
}

#[test]
fn no_draft_is_written_where_git_or_the_approvals_are() {
    let repo = committed(&[("app/a.py", "eval(a_long)\n")]);
    put(&repo, "log.sarif", log("bandit", &[at("E", "app/a.py", (1, 1))]));
    for folder in [".git/d", "exceptions/.approvals", "exceptions/.approvals/d"] {
        let run = cli::run(repo.path(), &["--on", ON, "triage", "log.sarif", "--draft", folder]);
        assert_eq!(run.code, 2, "{folder}: {}{}", run.out, run.err);
        assert!(run.err.contains(&format!("{folder} is not a folder for drafts")), "{}", run.err);
        assert!(!repo.path().join(folder).exists(), "{folder}");
    }
}

#[test]
fn an_unfinished_draft_is_no_reason_of_another_finding() {
    let repo = committed(&[("app/a.py", "os.system(a_long)\neval(b_long)\n")]);
    put(&repo, "a.sarif", log("bandit", &[at("B605", "app/a.py", (1, 1))]));
    put(&repo, "b.sarif", log("semgrep", &[at("xss", "app/a.py", (2, 2))]));
    super::json(&repo, &["a.sarif", "--draft", "exceptions/now"]);
    let (_, answer) = super::json(&repo, &["a.sarif", "b.sarif"]);
    let message = |key: &str| {
        let mut rows = answer["results"].as_array().unwrap().iter();
        rows.find(|row| row["key"] == key).unwrap()["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(message("semgrep:xss"), "no exception covers it");
    let own = message("bandit:B605");
    assert!(own.contains("TODO(import) is left in it: run `exledger new --complete EXC-"), "{own}");
    let command = answer["next"]["command"].as_str().unwrap();
    assert!(command.starts_with("exledger new --complete EXC-"), "{answer:#}");
}
