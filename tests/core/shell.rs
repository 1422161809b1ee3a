//! Names and arguments that commands print for a shell.

use crate::support::project;
use exledger::diag::shell::{TypedFrom, command, in_folder, is_branch_name, quoted};

#[test]
fn names_of_branches_are_those_that_git_accepts() {
    for name in ["billing-key", "ana/fix.1", "origin/x", "größe", "a'b", "$(id)", "a;b", "`x`"] {
        assert!(is_branch_name(name), "{name}");
    }
    for name in [
        "", "-f", "--ref", "@", "a..b", "a/", "/a", "a//b", ".a", "a/.b", "a.lock", "a.", "a b",
        "a\nb", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "a@{1}", "a\u{7f}",
    ] {
        assert!(!is_branch_name(name), "{name:?}");
    }
    assert_eq!(quoted("$(id)'`x`"), r"'$(id)'\''`x`'");
}

#[test]
fn commands_of_the_program_name_their_folder_once() {
    for (text, named) in [
        ("run `exledger show A`, or `git log`", "run `exledger -C a/b show A`, or `git log`"),
        ("help:\n  exledger lint\n  git add x", "help:\n  exledger -C a/b lint\n  git add x"),
        ("next: exledger new  # ask", "next: exledger -C a/b new  # ask"),
        ("run `exledger -C c show A`", "run `exledger -C c show A`"),
        ("`exledger check --asset x -C a/b`", "`exledger check --asset x -C a/b`"),
        ("exledger.yaml and `exledger-hooks.yaml`", "exledger.yaml and `exledger-hooks.yaml`"),
    ] {
        assert_eq!(in_folder(text, " -C a/b"), named);
        assert_eq!(in_folder(text, ""), text);
    }
}

#[test]
fn commands_with_paths_run_in_the_root_of_the_ledger() {
    let from = |flag: &str, root: Option<&str>| TypedFrom {
        flag: flag.to_owned(),
        root: root.map(str::to_owned),
    };
    for (command, typed) in [
        ("git add -- x", "git -C '/w/a b' add -- x"),
        ("git -C /w add x", "git -C /w add x"),
        ("rm -f -- x", "(cd '/w/a b' && rm -f -- x)"),
        ("mkdir -p -- x && git mv -- y x", "(cd '/w/a b' && mkdir -p -- x && git mv -- y x)"),
        ("exledger close A && git add x", "(cd '/w/a b' && exledger close A && git add x)"),
        ("exledger close A", "exledger -C b close A"),
        (
            "# by hand, as `git show x:./y` has it",
            "# by hand, as `git -C '/w/a b' show x:./y` has it",
        ),
        (
            "git switch a && git merge b  # merge b",
            "(cd '/w/a b' && git switch a && git merge b)  # merge b",
        ),
    ] {
        assert_eq!(from(" -C b", Some("/w/a b")).in_root(command), typed);
        assert_eq!(from("", None).in_root(command), command);
    }
    let lines = from("", Some("/w")).lines("next: git checkout x -- y  # restore it\ngit add z");
    assert_eq!(lines, "next: git -C /w checkout x -- y  # restore it\ngit add z");
}

#[test]
fn no_message_holds_a_command_with_an_argument_that_anybody_may_have_typed() {
    let path = "x$(touch pwn)/exledger.yaml";
    let typed = command("exledger approve --governance", &[path]);
    assert_eq!(typed, format!("exledger approve --governance '{path}'"));
    // An `{id}` is one of a record: it holds nothing that a shell reads.
    let words = ["approve", "close", "show", "lint", "review", "transfer", "reject"];
    let is_open = |line: &str| {
        let commands = line.split("exledger ").skip(1).filter_map(|rest| rest.split_once(' '));
        let mut arguments = commands.filter(|(word, _)| words.contains(word)).map(|(_, rest)| {
            let flag = rest.strip_prefix("--").and_then(|rest| rest.split_once(' '));
            flag.map_or(rest, |(_, argument)| argument)
        });
        arguments.any(|argument| argument.starts_with('{') && !argument.starts_with("{id}"))
    };
    assert!(is_open("run `exledger approve --governance {path}`"));
    for path in project::files(&project::root().join("src"), "rs") {
        let text = std::fs::read_to_string(&path).unwrap();
        let open: Vec<&str> = text.lines().filter(|line| is_open(line)).collect();
        assert!(open.is_empty(), "{}: use shell::command:\n{}", path.display(), open.join("\n"));
    }
}
