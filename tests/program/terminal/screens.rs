//! The screens in the docs are the output at a terminal of 80 columns. `UPDATE_GOLDEN=1` regenerates them.
//!
//! A screen is a fence after a line `<!-- screen: NAME -->`.

use std::path::Path;

use crate::cli;
use crate::cli_new::{DAY, ledger};
use crate::diff::{Ledger, record};
use crate::patterns::THREE;
use crate::support::project;
use crate::support::repo::git;
use crate::support::samples::{RISKS, without_warnings};
use crate::terminal::{Seen, Terminal, screen};

pub(super) const COLUMNS: usize = 80;

/// The lines around the comment of a pull request, which is quoted.
const COMMENT: (&str, &str) = ("<!-- comment -->\n", "<!-- /comment -->\n");

/// The keys of the session in the docs: six answers, one changed value, and the rest.
const SESSION: &[(&str, &str)] = &[
    ("Title, one line", "Nightly invoices still read with the shared database user\r"),
    ("Which control or rule", "nhi-07"),
    ("* owasp-nhi:NHI7:2025", "\r"),
    ("Which application, asset or identity", "billing"),
    ("application  billing", "\r"),
    ("What is the residual risk", "mo"),
    ("* moderate", "\r"),
    ("Why is it needed now", "Not now\r"),
    (
        "[short-justification]",
        "\u{15}The job is replaced in December (BILL-412); splitting the user now would stop invoicing.\r",
    ),
    ("What limits the risk", "Alert on use outside 01:00-03:00 UTC\r"),
    ("Write it?", "root"),
    ("* root_cause", "\r"),
    ("What is the root cause", "brittle\r"),
    ("Write it?", "\r"),
];

pub(super) fn terminal<'t>(folder: &'t Path) -> Terminal<'t> {
    Terminal { folder, columns: 80, variables: &[("NO_COLOR", "1")] }
}

/// Returns the content of the screen, the random id replaced.
fn shown(bytes: &str, id: &str) -> String {
    let text = screen(bytes, COLUMNS).join("\n");
    let text = if id.is_empty() { text } else { text.replace(id, "EXC-2026-7F3KQ") };
    assert!(text.lines().all(|line| line.chars().count() <= COLUMNS), "{text}");
    text
}

/// Returns the id of the record that was filed.
fn id(seen: &Seen) -> String {
    let (_, rest) = seen.bytes.rsplit_once("switch -c ").unwrap();
    rest.chars().take(14).collect()
}

/// Returns the screen just before the keys are pressed that wait for the n-th text of the session.
fn before(seen: &Seen, n: usize) -> String {
    shown(&seen.bytes[..seen.pressed[n]], &id(seen))
}

/// The screens of `new`, by their names.
fn filing() -> Vec<(&'static str, String)> {
    let folder = ledger();
    std::fs::remove_file(folder.path().join("exledger.yaml")).unwrap();
    let init = cli::run(folder.path(), &["init", "-q"]);
    assert_eq!(init.code, 0, "{}", init.err);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "-m", "Keep exceptions in a ledger"]);
    let args = ["new", "--on", DAY];
    let seen = terminal(folder.path()).run(&args, SESSION);
    assert_eq!(seen.code, 0, "{}", seen.bytes);
    let from = |text: String, line: &str| {
        let rows: Vec<&str> = text.lines().skip_while(|row| !row.starts_with(line)).collect();
        assert!(!rows.is_empty(), "no row begins with {line}: {text}");
        rows.join("\n")
    };
    let whole = shown(&seen.bytes, &id(&seen));
    vec![
        ("search", from(before(&seen, 2), "Title:")),
        ("refused", from(before(&seen, 8), "Why is it needed")),
        ("preview", from(before(&seen, 10), "exceptions/")),
        ("filed", from(whole, "filed ")),
    ]
}

/// The first two findings of `lint` over a file with ten mistakes, and its last line.
fn lint() -> Vec<(&'static str, String)> {
    let folder = crate::support::temporary();
    let repository = git2::Repository::init(folder.path()).unwrap();
    repository.config().unwrap().set_str("user.email", "dana@example.com").unwrap();
    assert_eq!(cli::run(folder.path(), &["init", "-q"]).code, 0);
    let mistakes = project::root().join("tests/data/ten/EXC-2026-7F3KQ.yaml");
    std::fs::copy(mistakes, folder.path().join("exceptions/EXC-2026-7F3KQ.yaml")).unwrap();
    let seen = terminal(folder.path()).run(&["-q", "lint"], &[]);
    assert_eq!(seen.code, 1, "{}", seen.bytes);
    let all = shown(&seen.bytes, "");
    let findings: Vec<&str> = all.split("\n\n").collect();
    let [first, second, .., last] = findings.as_slice() else { panic!("{all}") };
    vec![("lint", [first, second, "…", last].join("\n\n"))]
}

/// The screen of `diff` for the branch of the demo that files its request, and the comment on its pull request, quoted, without
/// the fields that are folded.
fn diff() -> (Vec<(&'static str, String)>, String) {
    let folder = crate::support::temporary();
    let demo = cli::run(folder.path(), &["demo", "--on", DAY, "ledger"]);
    assert_eq!(demo.code, 0, "{}", demo.err);
    let ledger = folder.path().join("ledger");
    let args = ["-q", "--on", DAY, "diff", "main", "wiki-assistant"];
    let seen = terminal(&ledger).run(&args, &[]);
    assert_eq!(seen.code, 0, "{}", seen.bytes);
    let comment = cli::run(&ledger, &[&args[..], &["--format", "markdown"]].concat());
    assert_eq!(comment.code, 0, "{}", comment.err);
    let (open, _) = comment.out.split_once("<details>").unwrap();
    let lines = open.trim_end().lines().map(|line| format!("> {line}"));
    let quoted: Vec<String> = lines.map(|line| line.trim_end().to_owned()).collect();
    (vec![("diff", shown(&seen.bytes, ""))], quoted.join("\n"))
}

#[test]
fn the_screens_of_filing_and_approving_are_what_a_terminal_and_a_pull_request_show() {
    let page = "docs/file-and-approve.md";
    let (diff, comment) = diff();
    taken(page, &[filing(), lint(), diff].concat());
    replaced(page, COMMENT, &format!("{comment}\n"));
}

#[test]
fn the_screen_of_the_queue_is_what_a_terminal_shows() {
    let folder = crate::support::temporary();
    let demo = cli::run(folder.path(), &["demo", "--on", DAY, "ledger"]);
    assert_eq!(demo.code, 0, "{}", demo.err);
    let ledger = folder.path().join("ledger");
    let seen = terminal(&ledger).run(&["-q", "--on", DAY, "queue"], &[]);
    let rows = screen(&seen.bytes, COLUMNS).join("\n");
    taken("docs/decide.md", &[("queue", format!("$ exledger queue\n{}", rows.trim_end()))]);
}

#[test]
fn the_screens_of_a_frozen_pattern_are_what_a_terminal_shows() {
    let ledger = Ledger::of(&without_warnings(RISKS), &THREE);
    let fourth = ledger.repo.branch("fourth").by("ana");
    fourth.write("EXC-2026-7F3KQ", &record("EXC-2026-7F3KQ")).commit("File the fourth");
    let mut shown = Vec::new();
    for (name, branch, args) in [
        ("patterns", "main", &["-q", "--on", "2026-11-22", "patterns"][..]),
        ("frozen", "fourth", &["-q", "lint", "--base", "main"]),
    ] {
        ledger.switch(branch);
        let seen = terminal(ledger.repo.path()).run(args, &[]);
        assert_eq!(seen.code, 1, "{}", seen.bytes);
        let said: Vec<&str> = args.iter().filter(|it| **it != "-q").copied().collect();
        let rows = screen(&seen.bytes, COLUMNS).join("\n");
        let said = said.join(" ");
        shown.push((name, format!("$ exledger {said}\n{}", rows.trim_end())));
    }
    taken("docs/patterns.md", &shown);
}

/// Compares all screens of a page, by name, with the actual output.
pub(crate) fn taken(page: &str, screens: &[(&str, String)]) {
    let path = project::root().join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches("<!-- screen: ").count(), screens.len(), "{page}");
    for (name, shown) in screens {
        let opening = format!("<!-- screen: {name} -->\n```text\n");
        replaced(page, (&opening, "```"), &format!("{shown}\n"));
    }
}

/// Compares what a page has between two lines with the actual output, and takes it with `UPDATE_GOLDEN=1`.
fn replaced(page: &str, (opening, closing): (&str, &str), shown: &str) {
    let path = project::root().join(page);
    let old = std::fs::read_to_string(&path).unwrap();
    let (head, rest) =
        old.split_once(opening).unwrap_or_else(|| panic!("{opening} is not in {page}"));
    let (kept, tail) = rest.split_once(closing).unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, format!("{head}{opening}{shown}{closing}{tail}")).unwrap();
        return;
    }
    assert_eq!(kept, shown, "{page}: UPDATE_GOLDEN=1 takes the screens again");
}
