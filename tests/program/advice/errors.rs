//! What ends an error, done: the commands of its remedy are run as they are printed, and the same question has another answer.
//!
//! Each table names all variants of an enum of the library, so that a variant without a story does not compile.

use std::path::{Path, PathBuf};

use exledger::history::objects::Obstacle;
use exledger::ledger::tree::TreeError;
use exledger::session::error::{Undetermined, Usage};
use exledger::store::files::FileError;
use exledger::store::git::open::OpenError;
use exledger::store::sign::SignError;
use serde_json::Value;

use super::stage::answered;
use crate::cli::{self, CLOCK, Run};
use crate::support::lint::instant;
use crate::support::repo::{Repo, git};
use crate::support::samples::{ID, PATH, STARTED};
use crate::support::temporary;

/// A question that is refused in a folder, and words of the refusal.
struct Refused {
    folder: PathBuf,
    ask: &'static [&'static str],
    words: &'static str,
    _all: tempfile::TempDir,
}

/// What is known of the remedy of a variant.
enum Story {
    /// The asker ends it by commands.
    Runs(fn() -> Refused),
    /// No command of the asker does, for this reason.
    Words(&'static str),
}

use Story::{Runs, Words};

/// Names the stories of all variants of an enum.
macro_rules! stories {
    ($table:ident, $error:ident { $($variant:ident => $story:expr,)+ }) => {
        fn $table() -> Vec<(&'static str, Story)> {
            let _names = |error: &$error| match error {
                $($error::$variant { .. } => stringify!($variant),)+
            };
            vec![$((stringify!($variant), $story),)+]
        }
    };
}

stories!(of_usage, Usage {
    Record => Runs(a_record_of_another_branch),
    NoRevision => Words("only a person knows which day is meant"),
    NotOnApprovedRef => Words("only a person knows which state is meant"),
    Ambiguous => Words("only a person knows which ref is meant"),
    NoCommit => Runs(a_commit_that_was_never_fetched),
    WouldNotLint => Words("each finding has its own remedy"),
    Refused => Runs(a_rule_by_its_old_name),
});

stories!(of_undetermined, Undetermined {
    NoLedger => Runs(no_ledger),
    NotARoot => Words("a variable of the asker names it"),
    NoFolder => Words("only a person knows which folder is meant"),
    NoRepository => Runs(no_repository),
    Bare => Words("files have to be checked out elsewhere"),
    Open => Words("told below, by what prevents it"),
    NoApprovedRef => Runs(a_remote_that_was_never_fetched),
    NoPolicy => Words("only a person knows which ref is meant"),
    PolicyBelow => Words("others approve it: `offers.rs` does"),
    LostRules => Words("others approve the file"),
    Submodule => Words("only a person knows which ledger is meant"),
    PolicyRemoved => Runs(a_removed_policy),
    PolicyBroken => Words("each finding has its own remedy"),
    NothingEffective => Words("only a person knows which day is meant"),
    NothingInCommon => Runs(a_branch_that_began_anew),
    NoIdLeft => Words("only a person can choose a prefix"),
    Meant => Runs(a_filter_in_a_shallow_clone),
    Renewals => Runs(a_renewal_in_a_partial_clone),
    Unwritable => Words("told below, by what prevents it"),
    Object => Runs(a_base_in_a_shallow_clone),
    Tree => Words("told below, by what prevents it"),
    File => Words("the message names the file"),
    Git => Runs(a_split_index),
    Other => Runs(an_odd_trusted_commit),
});

stories!(of_obstacle, Obstacle {
    Missing => Runs(a_filter_in_a_partial_clone),
    Shallow => Words("`Object` is told above"),
    Malformed => Words("its author must commit it again"),
    UnreadParent => Words("its author must commit it again"),
    Unreadable => Words("the repository is damaged"),
    TrustedElsewhere => Words("only a person knows which commit is meant"),
    LeftOut => Words("others approve the file"),
    LostTip => Words("`claims` accepts a loss by the command that is printed"),
    TooLarge => Words("people choose folders"),
});

stories!(of_tree, TreeError {
    Missing => Words("it is told of the obstacle's"),
    TooLarge => Words("people choose folders"),
    Unreadable => Words("rights of the folder are not the program's to give"),
});

stories!(of_open, OpenError {
    NotFound => Words("`NoRepository` is told of it"),
    Owner => Words("only root can give a folder to somebody else: `approval::pitfalls` does"),
    Setting => Words("another clone is needed"),
    Reftable => Words("another clone is needed, or a newer git"),
    Sha256 => Words("another repository is needed"),
    Tracked => Words("only a person knows whether the files are wanted"),
    Named => Words("`shapes::git_folder` runs it"),
    Broken => Words("`git status` says what has to be mended"),
    Refused => Words("git's message names the cause"),
});

stories!(of_file, FileError {
    Exists => Words("only a person knows which of both is wanted"),
    Absent => Words("only a person knows which file is meant"),
    TooLarge => Words("only a person can shorten it"),
    Outside => Words("only a person knows which file is meant"),
    Changed => Words("a person looks at what another process wrote"),
    Failed => Words("disks and rights are not the program's to change"),
});

stories!(of_signing, SignError {
    NoKey => Words("only a person has a key"),
    Configuration => Words("only a person knows what git's configuration is to say"),
    KeyAbsent => Words("only a person has a key"),
    NotSsh => Words("only a person has a key"),
    ProgramAbsent => Words("a program has to be installed"),
    TooOld => Words("a program has to be installed"),
    Refused => Words("only a person can unlock a key"),
    NoSignature => Runs(a_program_that_signs_nothing),
    Failed => Words("disks and rights are not the program's to change"),
});

fn stage() -> (tempfile::TempDir, PathBuf) {
    let all = temporary();
    let folder = all.path().join("here");
    std::fs::create_dir(&folder).unwrap();
    (all, folder)
}

pub(super) fn write(folder: &Path, path: &str, text: &str) {
    let place = folder.join(path);
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::write(place, text).unwrap();
}

fn begin(folder: &Path, branch: &str) {
    git(folder, &["init", "-q", "-b", branch, "."]);
    git(folder, &["config", "user.name", "Ana Ruiz"]);
    git(folder, &["config", "user.email", "ana@example.com"]);
}

pub(super) fn commit(folder: &Path) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "--allow-empty", "-m", "Change it"]);
}

/// A ledger on `main` in a folder below.
pub(super) fn ledger(all: &Path, name: &str) -> PathBuf {
    let folder = all.join(name);
    std::fs::create_dir_all(&folder).unwrap();
    begin(&folder, "main");
    write(&folder, "exledger.yaml", "version: 1\nname: example/payments\n");
    commit(&folder);
    folder
}

fn clone(all: &Path, from: &Path, options: &[&str]) {
    git(from, &["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", from.display());
    git(all, &[&["clone", "-q"], options, &[url.as_str(), "here"]].concat());
}

fn no_ledger() -> Refused {
    let (all, folder) = stage();
    begin(&folder, "main");
    commit(&folder);
    Refused { folder, ask: &["list"], words: "is not in a ledger", _all: all }
}

fn a_record_of_another_branch() -> Refused {
    let all = temporary();
    let folder = ledger(all.path(), "here");
    git(&folder, &["switch", "-q", "-c", "asked"]);
    write(&folder, PATH, STARTED);
    commit(&folder);
    git(&folder, &["switch", "-q", "main"]);
    let ask = &["note", ID, "--stage", "triage", "--note", "Looked at it"];
    Refused { folder, ask, words: "the work tree has no record", _all: all }
}

fn no_repository() -> Refused {
    let (all, folder) = stage();
    write(&folder, "exledger.yaml", "version: 1\n");
    Refused { folder, ask: &["list"], words: "is not in a git repository", _all: all }
}

fn a_commit_that_was_never_fetched() -> Refused {
    let all = temporary();
    let origin = ledger(all.path(), "origin");
    clone(all.path(), &origin, &[]);
    git(&origin, &["branch", "late"]);
    let folder = all.path().join("here");
    Refused { folder, ask: &["diff", "origin/late"], words: "is not a commit", _all: all }
}

fn a_rule_by_its_old_name() -> Refused {
    let all = temporary();
    let folder = ledger(all.path(), "here");
    let ask = &["explain", "drift-no-id"];
    Refused { folder, ask, words: "is called scan-uncovered now", _all: all }
}

fn a_remote_that_was_never_fetched() -> Refused {
    let all = temporary();
    let origin = ledger(all.path(), "origin");
    let folder = ledger(all.path(), "here");
    git(&folder, &["branch", "-q", "-m", "work"]);
    git(&folder, &["remote", "add", "origin", &origin.display().to_string()]);
    Refused { folder, ask: &["list"], words: "which ref is approved", _all: all }
}

fn a_removed_policy() -> Refused {
    let all = temporary();
    let folder = ledger(all.path(), "here");
    write(&folder, "team/exledger.yaml", "version: 1\n");
    write(&folder, "team/exceptions/notes.txt", "");
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-q", "--amend", "-m", "Begin both"]);
    std::fs::remove_file(folder.join("team/exledger.yaml")).unwrap();
    let folder = folder.join("team");
    Refused { folder, ask: &["list"], words: "not in this work tree", _all: all }
}

/// A clone of the demonstration.
fn shown(options: &[&str], ask: &'static [&'static str], words: &'static str) -> Refused {
    let all = temporary();
    let made = cli::run(all.path(), &["demo", "origin"]);
    assert_eq!(made.code, 0, "{}", made.err);
    clone(all.path(), &all.path().join("origin"), options);
    let folder = all.path().join("here");
    Refused { folder, ask, words, _all: all }
}

fn a_filter_in_a_shallow_clone() -> Refused {
    let ask = &[
        "renew",
        "--status",
        "active",
        "--for",
        "10d",
        "--reason",
        "Late",
        "--by",
        "ana@example.com",
    ];
    shown(&["--depth=1"], ask, "matches the filter")
}

fn a_renewal_in_a_partial_clone() -> Refused {
    let ask =
        &["renew", "EXC-2026-5E1FA", "--for", "10d", "--reason", "Late", "--by", "ana@example.com"];
    shown(&["--filter=blob:none"], ask, "was renewed, and when it started")
}

fn a_base_in_a_shallow_clone() -> Refused {
    let all = temporary();
    let origin = ledger(all.path(), "origin");
    git(&origin, &["branch", "late"]);
    commit(&origin);
    clone(all.path(), &origin, &["--depth=1", "--no-single-branch"]);
    let folder = all.path().join("here");
    let ask = &["lint", "--base", "origin/late"];
    Refused { folder, ask, words: "is not in this shallow clone", _all: all }
}

fn a_filter_in_a_partial_clone() -> Refused {
    let ask = &[
        "renew",
        "--status",
        "active",
        "--for",
        "10d",
        "--reason",
        "Late",
        "--by",
        "ana@example.com",
    ];
    shown(&["--filter=blob:none"], ask, "matches the filter")
}

fn a_split_index() -> Refused {
    let all = temporary();
    let folder = ledger(all.path(), "here");
    git(&folder, &["update-index", "--split-index"]);
    Refused { folder, ask: &["lint"], words: "'link'", _all: all }
}

fn a_branch_that_began_anew() -> Refused {
    let all = temporary();
    let folder = ledger(all.path(), "here");
    git(&folder, &["checkout", "-q", "--orphan", "anew"]);
    git(&folder, &["commit", "-q", "-m", "Begin anew"]);
    Refused { folder, ask: &["lint", "--base", "main"], words: "no common ancestor", _all: all }
}

fn an_odd_trusted_commit() -> Refused {
    let all = temporary();
    let folder = ledger(all.path(), "here");
    git(&folder, &["config", "exledger.trustedFrom", "main"]);
    Refused { folder, ask: &["list"], words: "exledger.trustedFrom", _all: all }
}

fn a_program_that_signs_nothing() -> Refused {
    let refused =
        shown(&[], &["approve", "EXC-2026-5E1FA", "--key", "key.pub"], "an SSH signature");
    let key = crate::support::repo::speak::public("ana");
    write(&refused.folder, "key.pub", &key);
    git(&refused.folder, &["config", "user.email", "kim@example.com"]);
    git(&refused.folder, &["config", "gpg.ssh.program", "/usr/bin/true"]);
    refused
}

fn ask(refused: &Refused) -> Run {
    cli::run(&refused.folder, &[refused.ask, &["--format", "json"]].concat())
}

/// Returns what the last line of stderr says as JSON; null if that is text.
fn error(run: &Run) -> Value {
    let last = run.err.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_default()
}

/// Runs what the remedy of a refusal says, and returns what is wrong with it.
fn follow(refused: &Refused) -> Result<(), String> {
    let before = ask(refused);
    let said = error(&before);
    let text = said["error"].as_str().unwrap_or_default();
    if !text.contains(refused.words) {
        return Err(format!("another refusal: {}", before.err));
    }
    if said["remedy"]["do"] != "run" || said["help"].is_null() {
        return Err(format!("nothing to run: {said:#}"));
    }
    let mut answers = false;
    for command in said["remedy"]["commands"].as_array().into_iter().flatten() {
        let command = command.as_str().unwrap_or_default();
        let shown = said["help"].as_str().unwrap_or_default();
        if command.contains('…') || !shown.contains(command) {
            return Err(format!("not as printed: {command}: {said:#}"));
        }
        let run = cli::shell_in(&refused.folder, instant(CLOCK), &answered(command));
        if run.code != 0 {
            return Err(format!("{command}: {}{}", run.out, run.err));
        }
        answers = command.starts_with("exledger explain ");
    }
    let after = ask(refused);
    match after.err == before.err && !answers {
        true => Err(format!("the same again: {}", after.err)),
        false => Ok(()),
    }
}

#[test]
fn each_command_of_an_errors_remedy_ends_it() {
    let tables = [
        of_usage(),
        of_undetermined(),
        of_obstacle(),
        of_tree(),
        of_open(),
        of_file(),
        of_signing(),
    ];
    let mut wrong = Vec::new();
    for (variant, story) in tables.into_iter().flatten() {
        match story {
            Runs(refuse) => {
                wrong.extend(follow(&refuse()).err().map(|why| format!("{variant}: {why}")));
            }
            Words(reason) => assert!(!reason.is_empty(), "{variant}"),
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Other refusals with a command: their type is [`Usage::Refused`] or [`Undetermined::Other`].
const MORE: &[fn() -> Refused] = &[
    a_policy_that_is_left_out,
    a_branch_that_a_shallow_clone_lacks,
    a_configured_branch_that_no_fetch_makes,
    a_branch_without_a_common_commit,
];

fn cloned() -> (tempfile::TempDir, PathBuf) {
    let all = temporary();
    let origin = ledger(all.path(), "origin");
    clone(all.path(), &origin, &[]);
    let folder = all.path().join("here");
    (all, folder)
}

fn a_configured_branch_that_no_fetch_makes() -> Refused {
    let (all, folder) = cloned();
    git(&folder, &["config", "exledger.approvedRef", "refs/heads/nosuch"]);
    Refused { folder, ask: &["list"], words: "there is no refs/heads/nosuch", _all: all }
}

fn a_branch_without_a_common_commit() -> Refused {
    let (all, folder) = cloned();
    git(&folder, &["switch", "-q", "--orphan", "pages"]);
    git(&folder, &["config", "user.name", "Ana Ruiz"]);
    git(&folder, &["config", "user.email", "ana@example.com"]);
    commit(&folder);
    Refused { folder, ask: &["list"], words: "not in this checkout", _all: all }
}

#[test]
fn a_branch_that_is_here_under_a_near_name_is_not_fetched() {
    let (all, folder) = cloned();
    let ask = &["diff", "orign/main"];
    let said = error(&self::ask(&Refused { folder, ask, words: "", _all: all }));
    let help = said["help"].as_str().unwrap();
    assert!(help.starts_with("did you mean origin/main?"), "{help}");
    assert_eq!(said["remedy"], Value::Null, "{help}");
}

fn a_policy_that_is_left_out() -> Refused {
    let all = temporary();
    let folder = ledger(all.path(), "here");
    git(&folder, &["update-index", "--skip-worktree", "exledger.yaml"]);
    std::fs::remove_file(folder.join("exledger.yaml")).unwrap();
    Refused { folder, ask: &["list"], words: "this checkout leaves it out", _all: all }
}

fn a_branch_that_a_shallow_clone_lacks() -> Refused {
    let all = temporary();
    let origin = ledger(all.path(), "origin");
    git(&origin, &["branch", "late"]);
    clone(all.path(), &origin, &["--depth=1"]);
    let folder = all.path().join("here");
    let ask = &["scan", "--base", "origin/late"];
    Refused { folder, ask, words: "is not in this clone", _all: all }
}

#[test]
fn each_command_of_a_refusal_ends_it() {
    let wrong: Vec<String> = MORE.iter().filter_map(|refuse| follow(&refuse()).err()).collect();
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn a_branch_that_nothing_else_tells_is_configured_as_init_says() {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("dana").write("run.py", "pass\n").commit("Begin");
    repo.checkout();
    git(repo.path(), &["branch", "-m", "main", "trunk"]);
    git(repo.path(), &["branch", "other"]);
    let made = cli::run(repo.path(), &["init", "--forge", "none", "--branch", "trunk"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let (_, next) = made.out.split_once("Next\n").unwrap();
    let first = next.lines().next().unwrap();
    assert_eq!(first, "git config exledger.approvedRef refs/heads/trunk");
    assert_eq!(cli::run(repo.path(), &["list"]).code, 3);
    git(repo.path(), &["config", "exledger.approvedRef", "refs/heads/trunk"]);
    assert_eq!(cli::run(repo.path(), &["list"]).code, 0);
}
