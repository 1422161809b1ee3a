//! `init`: what it writes, and what it leaves unchanged.

use exledger::policy::governance::Governance;
use std::path::Path;

use crate::cli::run;
use crate::support::repo::{Repo, git, speak};
use crate::support::samples;

/// A release knows the commit of its action; any build takes one.
const INIT: [&str; 5] = [
    "init",
    "--action",
    "example/exledger@0123456789abcdef0123456789abcdef01234567",
    "--format",
    "json",
];

const FILES: [&str; 3] =
    [".github/workflows/exledger.yml", "exceptions/.gitattributes", "exledger.yaml"];

const FIRST: &[&str] = &[
    "new",
    "--title",
    "The report job still runs as root",
    "--rule",
    "Services run without root",
    "--application",
    "reports",
    "--risk-level",
    "moderate",
    "--root-cause",
    "tool-access",
    "--justification",
    "The new image is built without root in December; until then the old one is pinned.",
    "--compensating-control",
    "The job has no network access",
    "--control-status",
    "active",
];

fn type_in(folder: &Path, command: &str) {
    let mut shell = std::process::Command::new("sh");
    let done = shell.args(["-c", command]).current_dir(folder).output().unwrap();
    assert!(done.status.success(), "{command}");
}

/// Gives a remote an address of GitHub, in whose place git takes the folder.
fn as_on_github(clone: &Path, origin: &Path) {
    let url = "https://github.com/example/payments";
    git(clone, &["remote", "set-url", "origin", url]);
    git(clone, &["config", &format!("url.{}.insteadOf", origin.display()), url]);
}

fn repository() -> tempfile::TempDir {
    let folder = crate::support::temporary();
    git2::Repository::init(folder.path()).unwrap();
    folder
}

fn created(folder: &Path, args: &[&str]) -> (Vec<String>, Vec<String>) {
    let run = run(folder, args);
    assert_eq!(run.code, 0, "{}", run.err);
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(json["schema"], "exledger/init/v1");
    let list = |key: &str| serde_json::from_value(json[key].clone()).unwrap();
    (list("created"), list("skipped"))
}

#[test]
fn a_new_ledger_has_all_its_files_and_a_second_run_changes_none() {
    let folder = repository();
    let (made, skipped) = created(folder.path(), &INIT);
    assert_eq!(made, FILES);
    assert!(skipped.is_empty());
    let before: Vec<Vec<u8>> =
        FILES.iter().map(|path| std::fs::read(folder.path().join(path)).unwrap()).collect();
    let (made, skipped) =
        created(folder.path(), &[&INIT[..], &["--merge-method", "squash"]].concat());
    assert!(made.is_empty());
    assert_eq!(skipped, FILES);
    for (path, bytes) in FILES.iter().zip(before) {
        assert_eq!(std::fs::read(folder.path().join(path)).unwrap(), bytes, "{path}");
    }
}

#[test]
fn the_first_push_is_the_way_on_in_a_clone_of_an_empty_repository() {
    let folder = crate::support::temporary();
    git(folder.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "origin.git"]);
    git(folder.path(), &["clone", "--quiet", "origin.git", "clone"]);
    let clone = folder.path().join("clone");
    git(&clone, &["config", "user.email", "nina@example.com"]);
    git(&clone, &["config", "user.name", "Nina"]);
    let init = run(&clone, &INIT[..1]);
    let next: Vec<&str> = init.out.split("Next\n").nth(1).unwrap().lines().collect();
    let push = "git push -u origin main";
    assert_eq!(next.last(), Some(&push), "{}", init.out);
    // Each command is left out once it has been run, and those that are left can be run.
    let left = || {
        let doctor = run(&clone, &["doctor", "--format", "json"]);
        let answer: serde_json::Value = serde_json::from_str(&doctor.out).unwrap();
        let commands = answer["checks"][0]["commands"].as_array().unwrap().clone();
        let text = |command: serde_json::Value| command.as_str().unwrap().to_owned();
        commands.into_iter().map(text).collect::<Vec<_>>()
    };
    let commit = "git commit -m \"Keep exceptions in a ledger\"";
    let all = left();
    assert!(all[0].starts_with("git add ") && all[1..] == [commit, push], "{all:?}");
    for (n, command) in all.iter().enumerate() {
        type_in(&clone, command);
        assert_eq!(left(), all[n + 1..]);
    }
    assert_eq!(git(&clone, &["status", "--porcelain"]), "");
}

#[test]
fn before_the_first_commit_the_next_steps_begin_the_approved_branch() {
    let folder = crate::support::temporary();
    git(folder.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "origin.git"]);
    for has_remote in [true, false] {
        let name = if has_remote { "clone" } else { "alone" };
        match has_remote {
            true => git(folder.path(), &["clone", "--quiet", "origin.git", name]),
            false => git(folder.path(), &["init", "--quiet", name]),
        };
        let clone = folder.path().join(name);
        git(&clone, &["config", "user.email", "nina@example.com"]);
        git(&clone, &["config", "user.name", "Nina"]);
        git(&clone, &["config", "init.defaultBranch", "main"]);
        git(&clone, &["switch", "--quiet", "-c", "keep-exceptions"]);
        let init = run(&clone, &[&INIT[..3], &["--forge", "github"]].concat());
        let next: Vec<&str> = init.out.split("Next\n").nth(1).unwrap().lines().collect();
        assert_eq!(&next[..2], ["git switch -c main", "git commit --allow-empty -m Begin"]);
        assert!(init.err.contains("the repository has no commit yet"), "{}", init.err);
        // A folder is no repository of a forge.
        assert!(!init.out.contains("ci setup"), "{}", init.out);
        let workflow = std::fs::read_to_string(clone.join(FILES[0])).unwrap();
        assert!(workflow.contains("branches: [\"main\"]"), "{workflow}");
        assert!(run(&clone, &["diff"]).err.contains("no commits yet"));
        for command in next {
            type_in(&clone, command);
        }
        assert_eq!(git(&clone, &["branch", "--show-current"]).trim(), "keep-exceptions");
        let diff = run(&clone, &["diff"]);
        assert_eq!(diff.code, 0, "{}", diff.err);
    }
    // The branch that was pushed first is no default: the one that is here alone is.
    let alone = folder.path().join("alone");
    git(folder.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "other.git"]);
    git(&alone, &["remote", "add", "origin", "../other.git"]);
    git(&alone, &["push", "--quiet", "origin", "keep-exceptions"]);
    let diff = run(&alone, &["diff"]);
    assert_eq!(diff.code, 3, "{}", diff.err);
    assert!(diff.err.contains("run `git push -u origin main`"), "{}", diff.err);
    type_in(&alone, "git push -q -u origin main");
    assert_eq!(run(&alone, &["diff"]).code, 0);
}

#[test]
fn the_setup_of_the_key_is_a_step_where_the_repository_of_the_forge_is_known() {
    for (url, forge, step) in [
        ("", "github", None),
        (
            "https://git.example.com/example/payments",
            "gitlab",
            Some("exledger ci setup --forge gitlab"),
        ),
        ("https://github.com/example/payments", "github", Some("exledger ci setup")),
    ] {
        let folder = repository();
        if !url.is_empty() {
            git(folder.path(), &["remote", "add", "origin", url]);
        }
        let init = run(folder.path(), &["init", "--forge", forge, "--install", "true"]);
        let found = init.out.lines().find(|line| line.contains("ci setup"));
        assert_eq!(found, step, "{}", init.out);
        git(folder.path(), &["config", "user.email", "nina@example.com"]);
        git(folder.path(), &["config", "user.name", "Nina"]);
        let new = run(folder.path(), FIRST);
        assert_eq!(new.code, 0, "{}", new.err);
        let found = new.out.lines().find(|line| line.contains("ci setup"));
        assert_eq!(found, step, "{}", new.out);
        assert!(
            init.err.contains("hint: nobody is listed in `groups`: add two people"),
            "{}",
            init.err
        );
    }
}

#[test]
fn what_a_ledger_can_do_without_is_asked_for() {
    let folder = repository();
    created(folder.path(), &INIT);
    for (with, expected) in [
        ("codeowners", &[".github/CODEOWNERS"][..]),
        (
            "issue-form,pr-template",
            &[".github/ISSUE_TEMPLATE/exception.yml", ".github/pull_request_template.md"],
        ),
        (
            "schemas",
            &[
                "schemas/exception.schema.json",
                "schemas/policy.schema.json",
                "schemas/redesign.schema.json",
            ],
        ),
    ] {
        let (made, _) = created(folder.path(), &[&INIT[..], &["--with", with]].concat());
        assert_eq!(made, expected, "{with}");
    }
    let other = repository();
    let all = ["--with", "codeowners,issue-form,pr-template,schemas", "--forge", "gitlab"];
    let (made, _) = created(other.path(), &[&["init", "--format", "json"], &all[..]].concat());
    assert!(made.contains(&".gitlab/CODEOWNERS".to_owned()), "{made:?}");
    let policy = std::fs::read_to_string(other.path().join("exledger.yaml")).unwrap();
    assert!(policy.starts_with("# yaml-language-server: $schema=schemas/policy.schema.json\n"));
    let refused = run(folder.path(), &["init", "--with", "everything"]);
    assert_eq!(refused.code, 2, "{}", refused.out);
}

#[test]
fn the_user_of_git_is_the_first_approver_if_that_is_a_person() {
    for (email, listed) in [
        ("dana@example.com", Some("dana@example.com")),
        ("codex@openai.com", None),
        ("7+renovate[bot]@users.noreply.github.com", None),
        ("nobody", None),
    ] {
        let folder = repository();
        git(folder.path(), &["config", "user.email", email]);
        created(folder.path(), &["init", "--format", "json"]);
        let text = std::fs::read_to_string(folder.path().join("exledger.yaml")).unwrap();
        let governance = Governance::of_policy(&text);
        assert!(governance.findings.is_empty(), "{:#?}", governance.findings);
        let members = governance.policy.groups.get("approvers");
        let first = members.and_then(|members| members.first()).map(|member| member.as_str());
        assert_eq!(first, listed, "{email}");
    }
}

#[test]
fn two_people_of_the_first_policy_approve_from_the_first_merge_on() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root").write("README.md", "A shop\n").commit("Begin");
    repo.checkout();
    let folder = repo.path();
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUdoKLyyqkMoTlJyhTzQ+jFMYjLmwGgAEgDVzQq8WfI";
    std::fs::write(folder.join("omar.pub"), format!("{key} omar@laptop\n")).unwrap();
    let omar = "901+odiaz=omar@example.com=omar.pub";
    let people = ["--person", "nweber=nina@example.com", "--person", omar];
    let init = [&["init", "--merge-method", "merge", "--format", "json"], &people[..]].concat();
    let (made, _) = created(folder, &init);
    let read = |path: &str| std::fs::read_to_string(folder.join(path)).unwrap();
    let signers = read(".github/allowed_signers");
    assert_eq!(signers, format!("omar@example.com namespaces=\"exledger-approval@v1\" {key}\n"));
    let governance = Governance::of_policy(&read("exledger.yaml"));
    assert!(governance.findings.is_empty(), "{:#?}", governance.findings);
    let mut first = repo.by("Nina <nina@example.com>");
    for path in &made {
        first = first.write(path, &read(path));
    }
    first.commit("Keep exceptions in a ledger");
    let branch = repo.branch("ask").by("Nina <nina@example.com>");
    branch.write(samples::ID, samples::SAMPLE).commit("File an exception");
    let account = "Omar Diaz <901+odiaz@users.noreply.github.com>";
    repo.by(account)
        .through("GitHub <noreply@github.com>")
        .merge("ask", "Merge pull request #1 from acme/ask");
    repo.checkout();
    let check = run(folder, &["check", "--application", "billing", "--on", "2026-11-21"]);
    assert_eq!(check.code, 0, "{}{}", check.out, check.err);
    let show = run(folder, &["show", samples::ID, "--on", "2026-11-21"]);
    assert!(show.out.contains("omar@example.com"), "{}", show.out);
}

#[test]
fn a_person_is_a_login_an_address_and_a_public_key() {
    let folder = repository();
    std::fs::write(folder.path().join("key"), "-----BEGIN OPENSSH PRIVATE KEY-----\n").unwrap();
    for (person, said) in [
        ("omar@example.com", "it begins with the person's login"),
        ("odiaz", "after the login stands the person's address"),
        ("odiaz=omar@example.com=key", "is not a public key"),
        ("odiaz=omar@example.com=none.pub", "can't be read"),
    ] {
        let refused = run(folder.path(), &["init", "--person", person]);
        assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{person}");
        assert!(refused.err.contains(said), "{person}: {}", refused.err);
        assert!(!folder.path().join("exledger.yaml").exists(), "{person}");
    }
}

#[test]
fn one_login_or_one_key_of_two_people_is_refused() {
    let folder = repository();
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUdoKLyyqkMoTlJyhTzQ+jFMYjLmwGgAEgDVzQq8WfI";
    for name in ["nina", "omar"] {
        std::fs::write(folder.path().join(name), format!("{key} {name}@laptop\n")).unwrap();
    }
    for (one, other, said) in [
        ("777+nweber=nina@example.com", "777+nweber=omar@example.com", "are one login"),
        ("nweber=nina@example.com", "901+NWeber=omar@example.com", "are one login"),
        ("777+nweber=nina@example.com", "777+odiaz=omar@example.com", "are one login"),
        (
            "nweber=nina@example.com=nina",
            "odiaz=omar@example.com=omar",
            "omar is the key of nina@example.com and of omar@example.com",
        ),
    ] {
        let refused = run(folder.path(), &["init", "--person", one, "--person", other]);
        assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{other}");
        assert!(refused.err.contains(said), "{other}: {}", refused.err);
        assert!(!folder.path().join("exledger.yaml").exists(), "{other}");
    }
}

#[test]
fn a_policy_that_is_there_needs_lines_for_a_person_whom_it_does_not_list() {
    let folder = repository();
    git(folder.path(), &["config", "user.email", "nina@example.com"]);
    run(folder.path(), &["init"]);
    let omar = ["init", "--person", "901+odiaz=omar@example.com"];
    let again = run(folder.path(), &omar);
    let lines = "people:\n  logins: {\"901+odiaz\": \"omar@example.com\"}\ngroups: {approvers: [\"omar@example.com\"]}\n";
    assert!(again.out.contains(&format!("exledger.yaml would need\n{lines}")), "{}", again.out);
    assert!(again.err.contains("only nina@example.com is listed"), "{}", again.err);
    let path = folder.path().join("exledger.yaml");
    let policy = std::fs::read_to_string(&path).unwrap();
    let policy =
        policy.replace("[\"nina@example.com\"]", "[\"nina@example.com\", \"omar@example.com\"]");
    let policy = policy.replace(
        "  # logins: {901+dkim: dana@example.com}",
        "  logins: {901+odiaz: omar@example.com}",
    );
    std::fs::write(&path, policy).unwrap();
    let done = run(folder.path(), &omar);
    assert!(!done.out.contains("would need"), "{}", done.out);
    assert!(!done.err.contains("is listed in"), "{}", done.err);
}

#[test]
fn with_a_remote_the_next_steps_end_with_a_branch_and_leave_the_approved_one() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root").write("README.md", "A shop\n").commit("Begin");
    let folder = crate::support::temporary();
    let from = repo.path().display().to_string();
    git(folder.path(), &["clone", "-q", "--bare", &from, "origin.git"]);
    git(folder.path(), &["clone", "-q", "origin.git", "clone"]);
    let clone = folder.path().join("clone");
    as_on_github(&clone, &folder.path().join("origin.git"));
    git(&clone, &["config", "user.email", "nina@example.com"]);
    git(&clone, &["config", "user.name", "Nina"]);
    let init = run(&clone, &["init", "--forge", "github", "--install", "true"]);
    let next = init.out.split("Next\n").nth(1).unwrap();
    assert!(next.contains("exledger ci setup\n"), "{next}");
    for command in next.lines().filter(|line| line.starts_with("git ")) {
        type_in(&clone, command);
    }
    assert_eq!(git(&clone, &["rev-parse", "main"]), git(&clone, &["rev-parse", "origin/main"]));
    let pushed = git(&clone, &["show", "--name-only", "--format=", "origin/keep-exceptions"]);
    assert_eq!(pushed.lines().collect::<Vec<_>>(), FILES);
    assert_eq!(git(&clone, &["status", "--porcelain"]), "");
    assert!(init.err.contains("open a pull request, and have it merged"), "{}", init.err);
    // A branch of one's own is pushed as it is, and a listed key is not asked for again.
    std::fs::write(clone.join(".github/allowed_signers"), speak::bridge_line()).unwrap();
    let more =
        run(&clone, &["init", "--forge", "github", "--install", "true", "--with", "codeowners"]);
    let next: Vec<&str> = more.out.split("Next\n").nth(1).unwrap().lines().collect();
    let (first, last) = ("git add .github", "git push -u origin keep-exceptions");
    assert!(next.first() == Some(&first) && next.last() == Some(&last), "{next:?}");
}

#[test]
fn a_first_exception_comes_with_the_ledger_by_the_commands_that_filing_it_prints() {
    for is_empty in [false, true] {
        let folder = crate::support::temporary();
        git(folder.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "origin.git"]);
        git(folder.path(), &["clone", "--quiet", "origin.git", "clone"]);
        let clone = folder.path().join("clone");
        as_on_github(&clone, &folder.path().join("origin.git"));
        git(&clone, &["config", "user.email", "nina@example.com"]);
        git(&clone, &["config", "user.name", "Nina"]);
        if !is_empty {
            git(&clone, &["commit", "--quiet", "--allow-empty", "-m", "Begin"]);
            git(&clone, &["push", "--quiet", "origin", "main"]);
        }
        let people = ["--person", "nweber=nina@example.com", "--person", "odiaz=omar@example.com"];
        let forge = ["--forge", "github", "--install", "true"];
        assert_eq!(run(&clone, &[&INIT[..1], &people, &forge].concat()).code, 0);
        let other = FIRST.iter().map(|word| if *word == "reports" { "mails" } else { *word });
        assert_eq!(run(&clone, &other.collect::<Vec<_>>()).code, 0);
        let filed = run(&clone, FIRST);
        let next: Vec<&str> = filed.out.split("Next\n").nth(1).unwrap().lines().collect();
        // What was filed before comes with it; what stands beside it, and is no part of it, is named by nobody.
        std::fs::write(clone.join("draft.txt"), "Not yet\n").unwrap();
        assert_eq!(next.len(), if is_empty { 8 } else { 5 }, "{next:?}");
        assert_eq!(next[0], "exledger ci setup");
        for command in &next[1..] {
            type_in(&clone, command);
        }
        assert_eq!(git(&clone, &["status", "--porcelain"]), "?? draft.txt\n");
        let branch = git(&clone, &["branch", "--show-current"]);
        git(&clone, &["switch", "--quiet", "main"]);
        git(&clone, &["config", "user.email", "omar@example.com"]);
        git(&clone, &["config", "user.name", "Omar"]);
        git(&clone, &["merge", "--quiet", "--no-ff", "-m", "Merge the first", branch.trim()]);
        git(&clone, &["push", "--quiet", "origin", "main"]);
        let check = run(&clone, &["check", "--application", "reports"]);
        assert_eq!(check.code, 0, "{}{}", check.out, check.err);
    }
}

#[test]
fn a_dry_run_says_the_same_and_writes_nothing() {
    let folder = repository();
    let (made, _) = created(folder.path(), &[&INIT[..], &["--dry-run"]].concat());
    assert_eq!(made, FILES);
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [".git"]);
}

#[test]
fn a_file_that_is_there_stays_and_its_lines_are_printed() {
    let folder = repository();
    std::fs::write(folder.path().join("CODEOWNERS"), "* @example/all\r\n").unwrap();
    let answer = run(folder.path(), &["init", "--with", "codeowners"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(answer.out.contains("CODEOWNERS would need"), "{}", answer.out);
    assert!(
        !folder.path().join(".github/CODEOWNERS").exists(),
        "a second one would switch the first off"
    );
    assert_eq!(std::fs::read(folder.path().join("CODEOWNERS")).unwrap(), b"* @example/all\r\n");
}

#[test]
fn outside_git_it_can_not_say_where_the_ledger_goes() {
    let folder = crate::support::temporary();
    let answer = run(folder.path(), &["init"]);
    assert_eq!((answer.code, answer.out.as_str()), (3, ""), "{}", answer.err);
    assert!(answer.err.contains("git init"), "{}", answer.err);
}

#[test]
fn from_a_folder_below_it_goes_to_the_root_and_with_c_to_that_folder() {
    let folder = repository();
    std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
    let (made, _) = created(&folder.path().join("a/b"), &[&INIT[..], &["--dry-run"]].concat());
    assert_eq!(made, FILES);
    let (made, _) = created(folder.path(), &[&["-C", "a/b"], &INIT[..]].concat());
    assert!(made.contains(&"a/b/exledger.yaml".to_owned()), "{made:?}");
    assert!(made.contains(&".github/workflows/exledger.yml".to_owned()), "{made:?}");
    let workflow =
        std::fs::read_to_string(folder.path().join(".github/workflows/exledger.yml")).unwrap();
    assert!(workflow.contains("exledger -C a/b ci pull-request"), "{workflow}");
    let below = repository();
    let inside = below.path().join("a/b");
    std::fs::create_dir_all(&inside).unwrap();
    let text = run(&inside, &["init"]);
    let add = text.out.lines().find(|line| line.contains(" add ")).unwrap();
    git(&inside, &shlex(add));
    let staged = git(below.path(), &["diff", "--cached", "--name-only"]);
    assert_eq!(staged.lines().collect::<Vec<_>>(), ["exceptions/.gitattributes", "exledger.yaml"]);
}

/// Returns the words after `git` of a command whose arguments need no quotes.
fn shlex(command: &str) -> Vec<&str> {
    command.strip_prefix("git ").unwrap().split(' ').collect()
}

#[test]
fn the_demo_has_the_same_commits_under_one_clock_and_wants_an_empty_folder() {
    let (one, other) = (crate::support::temporary(), crate::support::temporary());
    for folder in [&one, &other] {
        let answer =
            run(folder.path(), &["demo", "ledger", "--on", "2026-12-01", "--format", "json"]);
        assert_eq!(answer.code, 0, "{}", answer.err);
        let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
        assert_eq!(json["schema"], "exledger/demo/v1");
        assert!(json["created"].as_array().unwrap().contains(&"exledger.yaml".into()));
        assert_eq!(json["skipped"], serde_json::json!([]));
    }
    let tip = |folder: &Path| {
        crate::support::repo::git(&folder.join("ledger"), &["rev-parse", "main", "HEAD"])
    };
    assert_eq!(tip(one.path()), tip(other.path()));
    let again = run(one.path(), &["demo", "ledger"]);
    assert_eq!((again.code, again.out.as_str()), (2, ""), "{}", again.err);
    let shown = run(one.path(), &["demo", "table", "--on", "2026-12-01"]);
    assert_eq!(shown.code, 0, "something is due, and a demo is no answer about it");
    let lines: Vec<&str> = shown.out.lines().collect();
    assert!(lines.len() <= 22, "{}", shown.out);
    assert!(
        lines[0].starts_with("10 exceptions in ") && lines[0].contains("table"),
        "{}",
        lines[0]
    );
    for expected in ["overdue    7 past a deadline", "exledger --on 2026-12-01 show V3NDR"] {
        assert!(shown.out.contains(expected), "{}", shown.out);
    }
    let ledger = one.path().join("table");
    assert_eq!(crate::support::repo::git(&ledger, &["branch", "--show-current"]).trim(), "main");
    let signers = std::fs::read_to_string(ledger.join(".github/allowed_signers")).unwrap();
    assert!(signers.contains("Not for a real ledger"), "{signers}");
    // Without a given day, nobody can make the key again.
    let keys = ["here", "there"].map(|name| {
        assert_eq!(run(one.path(), &["demo", name]).code, 0);
        std::fs::read_to_string(one.path().join(name).join(".github/allowed_signers")).unwrap()
    });
    assert_ne!(keys[0], keys[1]);
    assert!(!keys[0].contains("Not for a real ledger"), "{}", keys[0]);
}

#[test]
fn the_demo_has_a_cause_that_repeats() {
    let folder = crate::support::temporary();
    let demo = run(folder.path(), &["demo", "ledger", "--on", "2026-12-01"]);
    assert_eq!(demo.code, 0, "{}", demo.err);
    let ledger = folder.path().join("ledger");
    let patterns = run(&ledger, &["patterns", "--on", "2026-12-01", "--format", "json"]);
    assert_eq!(patterns.code, 0, "{}", patterns.err);
    let patterns: serde_json::Value = serde_json::from_str(&patterns.out).unwrap();
    assert_eq!(patterns["groups"][0]["count"], 4);
    assert_eq!(patterns["groups"][0]["frozen"], true);
    assert_eq!(run(&ledger, &["lint", "--on", "2026-12-01"]).code, 0);
}

#[test]
fn an_emergency_needs_three_answers_and_is_short() {
    let folder = repository();
    created(folder.path(), &["init", "--format", "json"]);
    let three = [
        "new",
        "--no-input",
        "--title",
        "Break the glass",
        "--application",
        "billing",
        "--justification",
        "Payments fail since the gateway's certificate ran out; the old one is used meanwhile.",
        "--owner-name",
        "Ana Ruiz",
        "--owner-email",
        "ana@example.com",
        "--on",
        "2026-11-20T10:00:00Z",
        "--format",
        "json",
        "--emergency",
    ];
    let filed = run(folder.path(), &three);
    assert_eq!(filed.code, 0, "{}", filed.err);
    let answer: serde_json::Value = serde_json::from_str(&filed.out).unwrap();
    assert_eq!(answer["tier"], "emergency");
    assert_eq!(run(folder.path(), &["lint"]).code, 0);
    // A longer record is no emergency.
    let refused = run(folder.path(), &[&three[..], &["--expires", "2026-11-30"]].concat());
    assert_eq!(refused.code, 2, "{}", refused.out);
    assert!(refused.err.contains("term-too-long"), "{}", refused.err);
}

#[test]
fn scan_finds_nothing_in_what_was_just_written() {
    let github = &["--forge", "github", "--install", "true"][..];
    let gitlab = &["--forge", "gitlab", "--install", "true"][..];
    for (forge, below) in [(github, ""), (gitlab, ""), (github, "ledgers/shop")] {
        let folder = repository();
        let ledger = folder.path().join(below);
        std::fs::create_dir_all(&ledger).unwrap();
        let init = run(&ledger, &[&["-C", ".", "init"], forge].concat());
        assert_eq!(init.code, 0, "{}", init.err);
        git(folder.path(), &["add", "--all"]);
        let who = ["-c", "user.name=Ana Ruiz", "-c", "user.email=ana@example.com"];
        git(folder.path(), &[&who[..], &["commit", "-q", "-m", "Keep exceptions"]].concat());
        let scan = run(&ledger, &["-C", ".", "scan"]);
        assert_eq!(scan.code, 0, "{forge:?} {below}: {}{}", scan.out, scan.err);
        // Another workflow is not left out.
        let other = folder.path().join(".github/workflows/other.yml");
        std::fs::create_dir_all(other.parent().unwrap()).unwrap();
        std::fs::write(&other, "on: push # zizmor: ignore[unpinned-uses]\n").unwrap();
        git(folder.path(), &["add", "--all"]);
        let scan = run(&ledger, &["-C", ".", "scan"]);
        assert_eq!(scan.code, 1, "{forge:?} {below}: {}{}", scan.out, scan.err);
    }
}

#[test]
fn the_newest_commits_say_how_pull_requests_are_merged_and_which_number_an_account_has() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root").write("README.md", "A shop\n").commit("Begin");
    for n in 1..4 {
        let nina = "Nina <777+nweber@users.noreply.github.com>";
        let work = repo.by(nina).through("GitHub <noreply@github.com>");
        work.write("README.md", &format!("{n}\n")).commit(&format!("Write it (#{n})"));
    }
    // Anybody can type an address: two numbers are none.
    for (n, name) in [(5, "901"), (6, "902"), (7, "903")] {
        let work = repo.by(&format!("Omar <{name}+odiaz@users.noreply.github.com>"));
        work.write("README.md", &format!("{n}\n")).commit("Write it");
    }
    repo.checkout();
    let people = ["--person", "NWeber=nina@example.com", "--person", "odiaz=omar@example.com"];
    let init = |more: &[&str]| {
        let run = run(repo.path(), &[&["init"], &people[..], more].concat());
        assert_eq!(run.code, 0, "{}", run.err);
        run.err.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let err = init(&["--forge", "gitlab", "--dry-run"]);
    assert!(err.contains(": as NUMBER-odiaz@users.noreply.gitlab.com, a login can't"), "{err}");
    let err = init(&[]);
    let policy = std::fs::read_to_string(repo.path().join("exledger.yaml")).unwrap();
    let logins = "logins: {\"777+NWeber\": \"nina@example.com\", \"odiaz\": \"omar@example.com\"}";
    assert!(policy.contains(logins), "{policy}");
    assert!(err.contains("a squash names no approver"), "{err}");
    // No number is made up, which somebody could paste.
    assert!(err.contains("no number is known of odiaz: as NUMBER+odiaz, a login can't"), "{err}");
}

#[test]
fn two_branches_without_anybody_to_ask_are_a_usage_error() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root").write("README.md", "A shop\n").commit("Begin");
    repo.branch("master").by("root").write("README.md", "Another\n").commit("Begin");
    repo.checkout();
    let run = run(repo.path(), &["init", "--forge", "github"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    assert!(run.err.contains("main or master") && run.err.contains("--branch NAME"), "{}", run.err);
}

#[test]
fn a_gitlab_account_is_named_by_its_private_address() {
    for (person, key) in [
        ("2+odiaz", "2-odiaz@users.noreply.gitlab.com"),
        ("odiaz", "odiaz@users.noreply.gitlab.com"),
        ("2-odiaz@users.noreply.gitlab.com", "2-odiaz@users.noreply.gitlab.com"),
    ] {
        let folder = repository();
        let person = format!("{person}=omar@example.com");
        created(
            folder.path(),
            &["init", "--format", "json", "--forge", "gitlab", "--person", &person],
        );
        let text = std::fs::read_to_string(folder.path().join("exledger.yaml")).unwrap();
        let governance = Governance::of_policy(&text);
        let logins: Vec<&String> = governance.policy.people.logins.keys().collect();
        assert_eq!(logins, [key]);
        assert_eq!(governance.policy.people.forges, ["noreply@gitlab.com"]);
        let email = "2-odiaz@users.noreply.gitlab.com";
        let found = exledger::policy::people::identify(&governance, "", email);
        assert_eq!(found.key, "omar@example.com", "{person}");
    }
}

#[test]
fn a_file_that_a_forge_has_no_place_for_is_named() {
    let folder = repository();
    let args = ["init", "--forge", "none", "--with", "codeowners,issue-form,schemas"];
    let run = run(folder.path(), &args);
    assert!(run.err.contains("not written for this forge: codeowners, issue-form:"), "{}", run.err);
    assert!(folder.path().join("schemas").exists());
}

#[test]
fn ledger_that_was_pushed_since_is_merged_and_not_begun_again() {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("dana").write("services/pay/run.py", "pass\n").commit("Begin");
    let clone = repo.clone_with(&[]);
    repo.by("dana").write("services/pay/exledger.yaml", "version: 1\n").commit("Keep exceptions");
    git(clone.path(), &["fetch", "-q"]);
    for args in
        [&["-C", "services/pay", "list"][..], &[&["-C", "services/pay"], &INIT[..]].concat(), &INIT]
    {
        let refused = run(clone.path(), args);
        assert_eq!(refused.code, 3, "{args:?}: {}{}", refused.out, refused.err);
        assert!(refused.err.contains("services/pay/exledger.yaml is on"), "{}", refused.err);
        assert!(refused.err.contains("`git merge origin/main`"), "{}", refused.err);
    }
    git(clone.path(), &["merge", "-q", "origin/main"]);
    assert_eq!(run(clone.path(), &["-C", "services/pay", "list"]).code, 0);
    // What was taken out of the checkout since comes back.
    std::fs::remove_file(clone.path().join("services/pay/exledger.yaml")).unwrap();
    let by = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"];
    git(clone.path(), &[&by[..], &["commit", "-qam", "Remove it"]].concat());
    let refused = run(clone.path(), &["-C", "services/pay", "list"]);
    assert!(refused.err.contains("git checkout refs/remotes/origin/main"), "{}", refused.err);
}
