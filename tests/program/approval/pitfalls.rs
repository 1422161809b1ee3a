//! Mistakes that other readers of git objects make: the list at the head of `src/store/git.rs`, unless another test
//! shows it.

use exledger::approval;
use exledger::history::version::TrailKey;

use crate::cli;
use crate::support::approval::{approved, check, file, ledger, said, verdict};
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};

#[test]
fn the_mailmap_of_the_work_tree_joins_nobody_and_that_of_the_mainline_ignores_letter_case() {
    let line = "Ana Ruiz <ana@example.com> <AR@Home.example.com>\n";
    let landed = |repo: &Repo| {
        file(repo);
        repo.by("A. R. <ar@home.example.com>").merge("file", "Merge branch 'file'");
    };
    let repo = ledger("");
    landed(&repo);
    repo.checkout();
    repo.scribble(".mailmap", line);
    check("work tree", &verdict(&repo), "yes", "claimed", &["ar"], &["ana"]);
    let repo = ledger("");
    repo.by("root").write(".mailmap", line).commit("Map");
    landed(&repo);
    check("mainline", &verdict(&repo), "no", "self", &[], &["ana"]);
}

#[test]
fn a_merged_branch_is_what_was_not_there_before_whatever_the_clocks_say() {
    for (branch, mainline) in [
        ("2020-01-01T00:00:00Z", "2026-11-21T00:00:00Z"),
        ("2026-11-22T00:00:00Z", "2020-01-01T00:00:00Z"),
    ] {
        let repo = approved("");
        repo.clock(mainline);
        repo.by("sam").edit(ID, "title: Another title of it").commit("Retitle");
        repo.clock(branch);
        repo.branch("more").by("dana").edit(ID, "expires: 2026-12-10").commit("Shorten it");
        repo.clock("2026-11-23T00:00:00Z");
        repo.by("lee").merge("more", "Merge branch 'more'");
        let verdict = verdict(&repo);
        let makers: Vec<&str> = verdict.makers.iter().map(|it| it.email.as_str()).collect();
        assert_eq!(makers, ["dana@example.com"], "{branch}");
    }
}

#[test]
fn extensions_of_git_that_change_nothing_here_are_no_obstacle() {
    let repo = approved("");
    repo.config("core.repositoryformatversion", "1");
    for name in ["worktreeConfig", "relativeWorktrees", "preciousObjects"] {
        repo.config(&format!("extensions.{name}"), "true");
    }
    check("extended", &verdict(&repo), "yes", "claimed", &["lee"], &["ana"]);
}

#[test]
fn an_object_whose_bytes_are_not_those_of_its_id_is_no_object() {
    let repo = ledger("");
    repo.write_loose();
    file(&repo);
    repo.by("lee").merge("file", "Merge branch 'file'");
    let blob = repo.git.blob(SAMPLE.as_bytes()).unwrap().to_string();
    let other = repo.git.blob(b"id: EXC-2026-7F3KQ\n").unwrap().to_string();
    let place = |oid: &str| repo.path().join(format!(".git/objects/{}/{}", &oid[..2], &oid[2..]));
    let bytes = std::fs::read(place(&other)).unwrap();
    std::fs::remove_file(place(&blob)).unwrap();
    std::fs::write(place(&blob), bytes).unwrap();
    let again = exledger::store::git::Repository::discover(repo.path()).unwrap();
    let now = exledger::record::time::Instant::MAX;
    let chain = crate::support::history::chain_of(&again, now);
    let prefix = exledger::history::paths::LedgerPrefix::default();
    let history = crate::support::history::read_history(&again, chain, &prefix);
    let approvals = approval::judge(&history);
    let verdicts = &approvals.trails[&TrailKey::Id(ID.to_owned())];
    assert_eq!(said(verdicts.last().unwrap()).satisfied, "undetermined");
}

#[test]
fn a_line_of_dashes_ends_no_message() {
    let repo = ledger("");
    file(&repo);
    repo.by("bot").through("lee").merge(
        "file",
        "Merge branch 'file'\n\nText\n\n---\n\nReviewed-by: Dana Kim <dana@example.com>",
    );
    let verdict = verdict(&repo);
    let names: Vec<String> = said(&verdict).approvers;
    assert_eq!(names, ["dana", "lee"]);
}

#[test]
fn headers_that_readers_take_differently_leave_it_undecided() {
    for header in [
        "author Mallory <mallory@example.com> 1763629200 +0000",
        "committer Mallory <mallory@example.com> 1763629200 +0000",
    ] {
        let repo = ledger("");
        repo.branch("file").by("ana").header(header).write(ID, SAMPLE).commit("File it");
        repo.by("lee").merge("file", "Merge branch 'file'");
        let found = said(&verdict(&repo));
        assert_eq!((found.satisfied, found.result), ("undetermined", "indeterminate"), "{header}");
    }
    let repo = ledger("");
    repo.branch("file")
        .by("Ana <ana@example.com> Mallory <mallory@example.com>")
        .write(ID, SAMPLE)
        .commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    assert_eq!(verdict(&repo).result.as_str(), "indeterminate");
}

#[test]
fn approval_files_behind_the_end_of_a_shallow_clone_leave_what_they_name_undecided() {
    use crate::support::repo::speak::{signer, yes};
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let says = yes("dana", ID, SAMPLE, "2026-11-20T09:30:00Z");
    repo.by("root")
        .write("exledger.yaml", "version: 1\napproval: {proof: attested}\n")
        .write(".github/allowed_signers", &signer("dana"))
        .commit("Begin");
    repo.by("root").says(&says).commit("Approve what comes");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    let full = verdict(&repo);
    check("full", &full, "yes", "attested", &["dana"], &["ana"]);
    let clone = repo.clone_with(&["--depth=2"]);
    let now = exledger::record::time::Instant::MAX;
    let history = crate::support::history::history_of(clone.path(), now);
    let approvals = approval::judge(&history);
    let verdicts = &approvals.trails[&TrailKey::Id(ID.to_owned())];
    assert_eq!(said(verdicts.last().unwrap()).satisfied, "undetermined");
}

#[cfg(unix)]
#[test]
fn a_repository_of_somebody_else_is_refused_with_the_setting_that_trusts_it() {
    use std::os::unix::fs::chown;

    let repo = ledger("");
    file(&repo);
    repo.checkout();
    let elsewhere = crate::support::temporary();
    let home = elsewhere.path().to_str().unwrap();
    let list = || cli::run_with(repo.path(), &["list"], &[("HOME", home)]);
    // One's own needs no setting.
    let own = list();
    assert_eq!(own.code, 0, "{}", own.err);
    let folders = [repo.path().to_owned(), repo.path().join(".git")];
    if folders.iter().any(|folder| chown(folder, Some(65_534), None).is_err()) {
        // Only root can give a folder to somebody else: for other users it stays their own.
        assert_eq!(list().code, 0);
        return;
    }
    let refused = list();
    assert_eq!((refused.code, refused.out.as_str()), (3, ""));
    let folder = repo.path().display();
    let setting = format!("git config --global --add safe.directory {folder}");
    assert!(refused.err.contains(&setting), "{}", refused.err);
    // Trust that git configures by a pattern or by its environment is not honored here.
    let config = elsewhere.path().join(".gitconfig");
    std::fs::write(&config, "[safe]\n\tdirectory = /nowhere/*\n").unwrap();
    assert_eq!(list().code, 3);
    std::fs::write(&config, format!("[safe]\n\tdirectory = {folder}\n")).unwrap();
    let trusted = list();
    assert_eq!(trusted.code, 0, "{}", trusted.err);
}
