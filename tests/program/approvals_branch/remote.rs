//! From the pull request to `allow`, where the remote refuses pushes to `main` and squashes.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::{ID, Ledger, MERGED, RECORD, shell};
use crate::cli::{self, Run};
use crate::support::repo::{git, speak};
use crate::support::tools::need;

/// The remote, and the clones of the people.
struct Forge {
    ledger: Ledger,
    remote: tempfile::TempDir,
    keys: tempfile::TempDir,
}

impl Forge {
    fn new() -> Forge {
        need(&["ssh-keygen"]);
        let ledger = Ledger::new();
        let remote = ledger.repo.clone_with(&["--bare"]);
        // Nobody pushes to `main`.
        git(remote.path(), &["config", "receive.hideRefs", "refs/heads/main"]);
        let keys = crate::support::temporary();
        for name in ["omar", "nina"] {
            let key = keys.path().join(name);
            std::fs::write(&key, speak::private_file(name)).unwrap();
            std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        Forge { ledger, remote, keys }
    }

    fn key(&self, name: &str) -> PathBuf {
        self.keys.path().join(name)
    }

    /// Returns a clone of a person's, with these options.
    fn clone(&self, name: &str, options: &[&str]) -> tempfile::TempDir {
        let folder = crate::support::temporary();
        let url = format!("file://{}", self.remote.path().display());
        git(folder.path(), &[&["clone", "-q"], options, &[&url, "."]].concat());
        for (key, value) in [
            ("user.name", name.to_owned()),
            ("user.email", format!("{name}@example.com")),
            ("user.signingkey", self.key(name).display().to_string()),
        ] {
            git(folder.path(), &["config", key, &value]);
        }
        folder
    }

    /// Squashes the branch into `main`, as the forge alone may.
    fn merge(&self) {
        self.ledger.repo.clock(MERGED);
        self.ledger.merge();
        let from = self.ledger.repo.path().display().to_string();
        git(self.remote.path(), &["fetch", "-q", &from, "main:main"]);
    }
}

fn run(folder: &Path, on: &str, args: &[&str]) -> Run {
    let path = std::env::var("PATH").unwrap_or_default();
    cli::run_with(folder, &[&["--on", on], args].concat(), &[("PATH", &path)])
}

fn status(folder: &Path) -> (String, String) {
    let run = run(folder, "2026-11-25", &["show", ID, "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let record = &shown["record"];
    (record["status"].as_str().unwrap().to_owned(), record["reasons"].to_string())
}

const FOLLOW: &str = "git remote set-branches origin '*' && git fetch origin";

#[test]
fn one_pull_request_and_one_push_of_the_branch_end_in_allow() {
    let forge = Forge::new();
    let (nina, omar) = (forge.clone("nina", &[]), forge.clone("omar", &[]));
    let push = "git commit -q --allow-empty -m Push && git push -q origin HEAD:main";
    assert!(!shell(omar.path(), push), "main is protected");
    let on = "2026-11-20T11:00:00Z";
    let said = run(omar.path(), on, &["approve", ID, "--ref", "billing"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let commands: Vec<&str> = said.out.lines().map(str::trim).collect();
    let send = "git fetch origin; git push origin exledger-approvals";
    let at = commands.iter().position(|line| *line == send);
    let at = at.unwrap_or_else(|| panic!("{}", said.out));
    assert_eq!(
        commands[at + 1],
        format!("exledger approve {ID} --ref billing   # again, if that is refused")
    );
    assert!(shell(omar.path(), send));
    let ask =
        ["check", "--application", "billing", "--rule", "Every job has its own database user"];
    // Nobody is asked for an approval any more, and least of all who gave it.
    for clone in [&nina, &omar] {
        git(clone.path(), &["fetch", "-q", "origin"]);
        let check = run(clone.path(), on, &[&ask[..], &["--format", "json"]].concat());
        let check: serde_json::Value = serde_json::from_str(&check.out).unwrap();
        let action = check["next"]["action"].as_str().unwrap();
        assert_eq!(action, "merge origin/billing: it is approved", "{check:#}");
    }
    forge.merge();
    git(nina.path(), &["fetch", "-q", "origin"]);
    assert_eq!(status(nina.path()).0, "active");
    let check = run(nina.path(), "2026-11-25", &ask);
    assert!(check.out.contains("allow"), "{} {}", check.out, check.err);
    // The branch is no proposal: nothing waits.
    let queue = run(nina.path(), "2026-11-25", &["queue", "--format", "json"]);
    assert!(!queue.out.contains("exledger-approvals"), "{}", queue.out);
}

#[test]
fn after_the_merge_and_after_a_refused_push_too() {
    let forge = Forge::new();
    let (nina, omar) = (forge.clone("nina", &[]), forge.clone("omar", &[]));
    forge.merge();
    for clone in [&nina, &omar] {
        git(clone.path(), &["pull", "-q"]);
    }
    // Nina pushed something meanwhile.
    forge.ledger.says("2026-11-21T09:00:00Z", &super::omar("2026-11-21T08:00:00Z").with_key("sam"));
    let from = forge.ledger.repo.path().display().to_string();
    git(forge.remote.path(), &["fetch", "-q", &from, "exledger-approvals:exledger-approvals"]);
    let said = run(omar.path(), "2026-11-21T10:00:00Z", &["approve", ID]);
    assert_eq!(said.code, 0, "{}", said.err);
    let shown = run(omar.path(), "2026-11-21T10:00:00Z", &["show", ID, "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
    let push = "git fetch origin; git push origin exledger-approvals";
    assert_eq!(shown["next"]["command"], push, "{shown:#}");
    assert!(!shell(omar.path(), push));
    // Then it says what the next push is not refused after.
    let shown = run(omar.path(), "2026-11-21T10:30:00Z", &["show", ID, "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
    assert_eq!(shown["next"]["command"], format!("exledger approve {ID}"), "{shown:#}");
    let again = run(omar.path(), "2026-11-21T11:00:00Z", &["approve", ID]);
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(again.out.contains("said before"), "{}", again.out);
    assert!(shell(omar.path(), "git push origin exledger-approvals"), "{}", again.out);
    git(nina.path(), &["fetch", "-q", "origin"]);
    assert_eq!(status(nina.path()).0, "active");
}

#[test]
fn a_clone_of_one_branch_says_what_it_lacks_and_how_to_fetch_it() {
    let forge = Forge::new();
    let omar = forge.clone("omar", &[]);
    run(omar.path(), "2026-11-20T11:00:00Z", &["approve", ID, "--ref", "billing"]);
    git(omar.path(), &["push", "-q", "origin", "exledger-approvals"]);
    forge.merge();
    let single = forge.clone("nina", &["--single-branch"]);
    let (is, reasons) = status(single.path());
    assert_eq!(is, "unapproved");
    let lack = format!("this clone does not fetch origin/exledger-approvals: {FOLLOW}");
    assert!(reasons.contains(&lack), "{reasons}");
    let check = run(single.path(), "2026-11-25", &["check", "--application", "billing"]);
    assert_eq!(check.out.matches(FOLLOW).count(), 1, "{}", check.out);
    assert!(shell(single.path(), FOLLOW));
    assert_eq!(status(single.path()).0, "active");
    // One that follows all branches needs less.
    let whole = forge.clone("nina", &[]);
    git(whole.path(), &["update-ref", "-d", "refs/remotes/origin/exledger-approvals"]);
    let (is, reasons) = status(whole.path());
    let lack = "this clone has no origin/exledger-approvals: git fetch origin\"";
    assert!(is == "unapproved" && reasons.contains(lack), "{reasons}");
    assert!(shell(whole.path(), "git fetch origin"));
    assert_eq!(status(whole.path()).0, "active");
    // A fetch of one branch says nothing of others.
    git(whole.path(), &["update-ref", "-d", "refs/remotes/origin/exledger-approvals"]);
    assert!(shell(whole.path(), "git fetch origin main"));
    git(whole.path(), &["update-ref", "-d", "refs/remotes/origin/exledger-approvals"]);
    let (is, reasons) = status(whole.path());
    assert!(is == "unapproved" && reasons.contains(lack), "{reasons}");
    // Where the remote has no such branch, the fetch is not asked for again.
    git(forge.remote.path(), &["update-ref", "-d", "refs/heads/exledger-approvals"]);
    let none = forge.clone("nina", &[]);
    assert!(status(none.path()).1.contains(lack));
    assert!(shell(none.path(), "git fetch origin"));
    let (is, reasons) = status(none.path());
    assert!(is == "unapproved" && !reasons.contains("git fetch"), "{reasons}");
}

#[test]
fn what_is_said_later_reaches_a_clone_of_one_branch() {
    let forge = Forge::new();
    let omar = forge.clone("omar", &[]);
    run(omar.path(), "2026-11-20T11:00:00Z", &["approve", ID, "--ref", "billing"]);
    git(omar.path(), &["push", "-q", "origin", "exledger-approvals"]);
    forge.merge();
    let single = forge.clone("nina", &["--single-branch"]);
    // Who fetches it by hand learns of nothing that is said there later.
    let once = "git fetch -q origin exledger-approvals:refs/remotes/origin/exledger-approvals";
    assert!(shell(single.path(), once));
    let check = || run(single.path(), "2026-11-25", &["check", "--application", "billing"]);
    let told = check();
    assert!(told.code == 0 && told.out.contains(FOLLOW), "{}{}", told.out, told.err);
    assert!(shell(single.path(), FOLLOW));
    git(omar.path(), &["pull", "-q"]);
    let no = ["approve", ID, "--reject", "--reason", "Rotate it instead"];
    assert_eq!(run(omar.path(), "2026-11-21T14:00:00Z", &no).code, 0);
    git(omar.path(), &["push", "-q", "origin", "exledger-approvals"]);
    assert!(shell(single.path(), "git fetch origin"));
    let told = check();
    assert!(told.code == 1 && !told.out.contains(FOLLOW), "{}{}", told.out, told.err);
}

#[test]
fn who_fetched_before_the_job_was_done_is_told_to_fetch_again() {
    let forge = Forge::new();
    let nina = forge.clone("nina", &[]);
    forge.merge();
    let fetch = |at: &str| {
        let line = format!(
            "rm -rf .git/logs/refs/remotes && GIT_COMMITTER_DATE={at} git fetch -q origin && touch -d {at} .git/FETCH_HEAD"
        );
        assert!(shell(nina.path(), &line), "{at}");
        let shown = run(nina.path(), "2026-11-25", &["show", ID, "--format", "json"]);
        let shown: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
        shown["next"]["command"].as_str().map(str::to_owned)
    };
    assert_eq!(fetch("2026-11-20T12:01:00Z").as_deref(), Some("git fetch origin"));
    assert_ne!(fetch("2026-11-20T12:06:00Z").as_deref(), Some("git fetch origin"));
}

#[test]
fn a_fetch_of_the_approved_branch_alone_says_nothing_of_statements() {
    let forge = Forge::new();
    let nina = forge.clone("nina", &[]);
    let next = || {
        let shown = run(nina.path(), "2026-11-25", &["show", ID, "--format", "json"]);
        let shown: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
        shown["next"]["command"].as_str().map(str::to_owned)
    };
    let at = |at: &str, line: &str| {
        let line =
            format!("GIT_COMMITTER_DATE={at} git {line} -q && touch -d {at} .git/FETCH_HEAD");
        assert!(shell(nina.path(), &line), "{line}");
        next()
    };
    let fetch = Some("git fetch origin".to_owned());
    // It was cloned before the merge, has no such branch, and nobody asked for it since.
    assert!(shell(nina.path(), "rm -rf .git/logs/refs/remotes"));
    forge.merge();
    assert_eq!(at("2026-11-20T12:06:00Z", "pull origin main"), fetch);
    assert_eq!(at("2026-11-20T12:06:00Z", "fetch origin main billing"), fetch);
    assert_ne!(at("2026-11-20T12:06:00Z", "fetch origin"), fetch);
    // It has the branch, from before the job was done.
    forge
        .ledger
        .says("2026-11-20T12:01:00Z", &speak::no("sam", ID, RECORD, "2026-11-20T12:01:00Z"));
    let from = forge.ledger.repo.path().display().to_string();
    git(forge.remote.path(), &["fetch", "-q", &from, "exledger-approvals:exledger-approvals"]);
    assert_eq!(at("2026-11-20T12:02:00Z", "fetch origin"), fetch);
    assert_eq!(at("2026-11-20T12:06:00Z", "fetch origin main"), fetch);
    assert_ne!(at("2026-11-20T12:06:00Z", "fetch origin exledger-approvals"), fetch);
    assert_eq!(at("2026-11-20T12:02:00Z", "fetch origin"), fetch);
    assert_ne!(at("2026-11-20T12:06:00Z", "fetch origin"), fetch);
}

#[test]
fn a_clone_of_one_branch_is_told_that_rejections_are_unknown() {
    let forge = Forge::new();
    // Who merges it approves it.
    let repo = &forge.ledger.repo;
    repo.clock(MERGED).by("omar").merge("billing", "Merge branch 'billing'");
    let from = repo.path().display().to_string();
    git(forge.remote.path(), &["fetch", "-q", &from, "main:main"]);
    let omar = forge.clone("omar", &[]);
    let no = ["approve", ID, "--reject", "--reason", "Rotate it instead"];
    let said = run(omar.path(), "2026-11-21T14:00:00Z", &no);
    assert_eq!(said.code, 0, "{}", said.err);
    git(omar.path(), &["push", "-q", "origin", "exledger-approvals"]);
    let single = forge.clone("nina", &["--single-branch"]);
    for command in [&["check", "--application", "billing"][..], &["list"], &["show", ID]] {
        let told = run(single.path(), "2026-11-25", command);
        assert!((told.out + &told.err).contains(FOLLOW), "{command:?}");
    }
    assert!(shell(single.path(), FOLLOW));
    assert_eq!(status(single.path()).0, "unapproved");
    assert!(!run(single.path(), "2026-11-25", &["list"]).err.contains(FOLLOW));
}

#[test]
fn what_is_printed_works_where_the_remote_has_no_such_branch_yet() {
    let forge = Forge::new();
    forge.merge();
    for options in [&[][..], &["--single-branch"]] {
        let clone = forge.clone("omar", options);
        let (_, reasons) = status(clone.path());
        let (_, command) = reasons.split_once(" origin/exledger-approvals: ").unwrap();
        let fetch = command.split('"').next().unwrap();
        assert!(shell(clone.path(), fetch), "{reasons}");
        let said = run(clone.path(), "2026-11-21T11:00:00Z", &["approve", ID]);
        let send = said.out.lines().find(|line| line.contains("; git push")).unwrap();
        let all: Vec<bool> = send.trim().split("; ").map(|it| shell(clone.path(), it)).collect();
        assert_eq!(all, [true, true], "{send}");
        assert!(shell(clone.path(), fetch), "{fetch}");
        assert_eq!(status(clone.path()).0, "active");
        git(forge.remote.path(), &["update-ref", "-d", "refs/heads/exledger-approvals"]);
    }
}

#[test]
fn a_checkout_that_is_behind_signs_no_older_bytes() {
    let forge = Forge::new();
    let omar = forge.clone("omar", &[]);
    let refused = |words: &str| {
        let said = run(omar.path(), "2026-11-21T11:00:00Z", &["approve", ID]);
        assert!(said.code == 2 && said.err.contains(words), "{}", said.err);
        let command = format!("exledger approve {ID} --ref origin/main");
        assert!(said.err.contains(&command), "{}", said.err);
    };
    forge.merge();
    git(omar.path(), &["fetch", "-q"]);
    refused("there is no record");
    git(omar.path(), &["merge", "-q", "--ff-only", "origin/main"]);
    let repo = &forge.ledger.repo;
    repo.by("nina").edit(ID, "expires: 2026-12-10").commit("End it earlier");
    let from = repo.path().display().to_string();
    git(forge.remote.path(), &["fetch", "-q", &from, "main:main"]);
    git(omar.path(), &["fetch", "-q"]);
    refused("this checkout is behind origin/main");
    let args = ["approve", ID, "--ref", "origin/main"];
    let said = run(omar.path(), "2026-11-21T11:00:00Z", &args);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(shell(omar.path(), "git push -q origin exledger-approvals && git fetch -q origin"));
    assert_eq!(status(omar.path()).0, "active");
}

#[test]
fn a_rejection_names_both_places() {
    let forge = Forge::new();
    let omar = forge.clone("omar", &[]);
    let no = ["approve", ID, "--ref", "billing", "--reject", "--reason", "Rotate it instead"];
    let said = run(omar.path(), "2026-11-20T11:00:00Z", &no);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("git push origin exledger-approvals"), "{}", said.out);
    let restore =
        said.out.lines().find_map(|line| Some(line.trim().split_once("pull request: ")?.1));
    let restore = restore.unwrap_or_else(|| panic!("{}", said.out));
    assert!(shell(omar.path(), restore), "{restore}");
    let files = git(omar.path(), &["ls-files", "--others", "exceptions"]);
    assert_eq!(files.lines().count(), 2, "{files}");
}

#[test]
fn the_printed_retry_has_every_flag_that_was_given() {
    let forge = Forge::new();
    let omar = forge.clone("omar", &[]);
    // The local branch of that name has other bytes.
    git(omar.path(), &["branch", "-q", "billing", "origin/main"]);
    let key = forge.key("omar").display().to_string();
    let given = ["approve", ID, "--ref", "origin/billing", "--reason", "Fine", "--key", &key];
    let said = run(omar.path(), "2026-11-20T11:00:00Z", &[&given[..], &["--as-me"]].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    let again = format!(
        "exledger approve {ID} --ref origin/billing --reason Fine --key {key} --as-me   # again, if that is refused\n"
    );
    assert!(said.out.contains(&again), "{}", said.out);
    assert!(said.out.contains(" on origin/billing\n"), "{}", said.out);
}

#[test]
fn a_record_that_a_sparse_checkout_leaves_out_is_named_with_the_command_that_adds_it() {
    let forge = Forge::new();
    forge.merge();
    let clone = forge.clone("omar", &["--no-checkout"]);
    git(clone.path(), &["sparse-checkout", "set", "--no-cone", "/exledger.yaml"]);
    git(clone.path(), &["checkout", "-q", "main"]);
    let note = ["note", ID, "--stage", "triage", "--note", "It works"];
    let lacks = run(clone.path(), "2026-11-21T11:00:00Z", &note);
    let add = "git sparse-checkout add exceptions";
    assert!(lacks.code == 2 && lacks.err.contains(&format!("`{add}`")), "{}", lacks.err);
    assert!(shell(clone.path(), add));
    assert_eq!(run(clone.path(), "2026-11-21T11:00:00Z", &note).code, 0);
}

#[test]
fn an_emergency_that_waits_says_what_this_clone_lacks_too() {
    let forge = Forge::new();
    let text = super::RECORD
        .replace("class: standard", "class: emergency")
        .replace("expires: 2026-12-20", "expires: 2026-11-22");
    forge.ledger.repo.branch("billing").by("nina").write(ID, &text).commit("It is an emergency");
    forge.merge();
    let single = forge.clone("nina", &["--single-branch"]);
    let shown = run(single.path(), "2026-11-20T13:00:00Z", &["show", ID, "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
    let record = &shown["record"];
    assert_eq!(record["status"], "active", "{record:#}");
    assert!(record["reasons"].to_string().contains("does not fetch origin/exledger-approvals"));
    assert_eq!(shown["next"]["command"], FOLLOW);
}

#[test]
fn what_is_signed_in_a_clone_alone_is_to_be_pushed_before_anything_else() {
    let forge = Forge::new();
    let omar = forge.clone("omar", &[]);
    let on = "2026-11-20T11:00:00Z";
    let ask = |line: &[&str]| run(omar.path(), on, line);
    let next = || {
        let queue: serde_json::Value =
            serde_json::from_str(&ask(&["queue", "--format", "json"]).out).unwrap();
        let next = &queue["records"][0]["next"];
        (next["action"].as_str().unwrap().to_owned(), next["command"].clone())
    };
    let push = "git fetch origin; git push origin exledger-approvals";
    let to_push = ("push what was signed in this clone alone".to_owned(), push.into());
    let comment = || {
        let line = ["diff", "origin/main", "origin/billing", "--format", "markdown"];
        ask(&line).out
    };
    let alone = format!(
        "What omar@example.com signed is in this clone alone, and counts once it is pushed: `{push}`"
    );
    ask(&["approve", ID, "--ref", "billing"]);
    assert_eq!(next(), to_push);
    for line in [&["show", ID][..], &["check", "--application", "billing"], &[]] {
        assert!(ask(line).out.contains(push), "{line:?}");
    }
    let comment_of_approval = comment();
    assert!(comment_of_approval.contains(&alone), "{comment_of_approval}");
    assert!(!comment_of_approval.contains("Nothing else is missing: merge it"));
    assert!(shell(omar.path(), push));
    assert_eq!(next().0, "merge origin/billing: it is approved");
    assert!(!comment().contains(&alone) && comment().contains("Nothing else is missing: merge it"));
    // Who thinks better of it replaces what was pushed.
    let no = ["approve", ID, "--ref", "billing", "--reject", "--reason", "Rotate it instead"];
    assert_eq!(run(omar.path(), "2026-11-20T11:30:00Z", &no).code, 0);
    assert_eq!(next(), to_push);
    assert!(comment().contains(&alone), "{}", comment());
    assert!(shell(omar.path(), push));
    assert!(next().0.contains("you rejected it"), "{:?}", next());
    assert!(!comment().contains(&alone));
}

#[test]
fn a_rejection_of_what_landed_that_only_this_clone_has_is_named_beside_each_answer() {
    let forge = Forge::new();
    let omar = forge.clone("omar", &[]);
    let no = ["approve", ID, "--ref", "billing", "--reject", "--reason", "Rotate it instead"];
    assert_eq!(run(omar.path(), "2026-11-20T11:00:00Z", &no).code, 0);
    let push = "git fetch origin; git push origin exledger-approvals";
    let notice = format!(
        "a rejection of {ID} is in this clone alone, and counts for nobody until it is pushed: {push}"
    );
    let told = |line: &[&str]| {
        let told = run(omar.path(), "2026-11-25", line);
        let words = told.out + &told.err;
        (told.code, words.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let ask = ["check", "--application", "billing"];
    // Of what has not landed it is a step.
    assert!(!told(&ask).1.contains(&notice), "{}", told(&ask).1);
    let repo = &forge.ledger.repo;
    repo.clock(MERGED).by("omar").merge("billing", "Merge branch 'billing'");
    let from = repo.path().display().to_string();
    git(forge.remote.path(), &["fetch", "-q", &from, "main:main"]);
    git(omar.path(), &["fetch", "-q", "origin"]);
    assert_eq!(told(&ask).0, 0, "a statement counts nowhere before it is pushed");
    for line in [&ask[..], &["queue"], &["show", ID]] {
        assert!(told(line).1.contains(&notice), "{line:?}: {}", told(line).1);
    }
    assert!(shell(omar.path(), push));
    assert!(told(&ask).0 == 1 && !told(&ask).1.contains(&notice), "{}", told(&ask).1);
    // Nor does an approval that replaces it.
    let approve = ["approve", ID, "--ref", "origin/main"];
    assert_eq!(run(omar.path(), "2026-11-25", &approve).code, 0);
    assert!(
        told(&ask).0 == 1 && told(&ask).1.contains(&format!("next: {push}")),
        "{}",
        told(&ask).1
    );
}
