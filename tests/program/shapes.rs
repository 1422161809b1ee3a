//! What `lint` and `diff` say in each shape that a checkout can have: what a full clone says, or exit 3 with the command
//! after which they do.

mod attributes;
mod conflicts;
mod damaged;
mod git_folder;
mod left_out;
#[cfg(target_os = "linux")]
mod letter_case;
mod names;
mod partial;
mod policy;
mod strays;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::{Run, run_with};
use crate::support::repo::git;
use crate::support::samples::{ID, SAMPLE};

/// The records of the approved branch: one for each change, and one that stays as it is.
const RECORDS: [&str; 5] = [
    "exceptions/EXC-2026-00001.yaml",
    "exceptions/EXC-2026-00002.yaml",
    "exceptions/EXC-2026-00003.yaml",
    "exceptions/EXC-2026-00004.yaml",
    "team/exceptions/EXC-2026-00005.yaml",
];

/// Where the branch moves the fourth record.
const MOVED: &str = "exceptions/moved/EXC-2026-00004.yaml";

/// A repository with `main`, and `work`, which files a record that can't be read, extends one without an entry, deletes one
/// and moves one.
struct Origin {
    folder: tempfile::TempDir,
}

/// A checkout of `work`, and where and how the program is started in it.
struct Checkout {
    _folder: tempfile::TempDir,
    /// The folder of the work tree.
    top: PathBuf,
    /// The folder that the program is started in.
    from: PathBuf,
    variables: Vec<(String, String)>,
    base: &'static str,
}

/// What an answer says: its exit code, and its findings and events, without how they came about.
type Said = (i32, BTreeSet<String>);

fn sample(path: &str) -> String {
    let id = path.rsplit('/').next().unwrap().trim_end_matches(".yaml");
    let subject = format!("application: app-{}", id.to_lowercase());
    SAMPLE.replace(ID, id).replace("application: billing", &subject)
}

fn write(folder: &Path, path: &str, text: &str) {
    let place = folder.join(path);
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::write(place, text).unwrap();
}

fn person(folder: &Path) {
    git(folder, &["config", "user.name", "Ana Ruiz"]);
    git(folder, &["config", "user.email", "ana@example.com"]);
}

/// Changes the files as `work` does.
fn change(folder: &Path) {
    let broken = sample(RECORDS[0]).replace("class: standard", "class: [");
    write(folder, RECORDS[0], &broken);
    let longer = sample(RECORDS[1]).replace("expires: 2026-12-20", "expires: 2026-12-30");
    write(folder, RECORDS[1], &longer);
    std::fs::remove_file(folder.join(RECORDS[2])).unwrap();
    std::fs::create_dir_all(folder.join("exceptions/moved")).unwrap();
    std::fs::rename(folder.join(RECORDS[3]), folder.join(MOVED)).unwrap();
}

impl Origin {
    fn new() -> Origin {
        let folder = crate::support::temporary();
        let top = folder.path().join("origin");
        std::fs::create_dir(&top).unwrap();
        git(&top, &["init", "-q", "-b", "main"]);
        person(&top);
        git(&top, &["config", "uploadpack.allowFilter", "true"]);
        git(&top, &["config", "uploadpack.allowAnySHA1InWant", "true"]);
        write(&top, "exledger.yaml", "version: 1\nrecords: [exceptions, team/exceptions]\n");
        write(&top, "src/app.txt", "code\n");
        for path in RECORDS {
            write(&top, path, &sample(path));
        }
        git(&top, &["add", "-A"]);
        git(&top, &["commit", "-qm", "Begin"]);
        git(&top, &["switch", "-qc", "work"]);
        change(&top);
        git(&top, &["add", "-A"]);
        git(&top, &["commit", "-qm", "Change four"]);
        git(&top, &["switch", "-q", "main"]);
        Origin { folder }
    }

    fn url(&self) -> String {
        format!("file://{}", self.folder.path().join("origin").display())
    }

    /// Returns a clone with `work` checked out.
    fn clone(&self, options: &[&str]) -> Checkout {
        let folder = crate::support::temporary();
        let url = self.url();
        let words = [&["clone", "-q"], options, &["-b", "work", &url, "clone"]].concat();
        git(folder.path(), &words);
        Checkout::new(folder, "clone")
    }

    /// Returns a full clone after some commands of git.
    fn after(&self, commands: &[&[&str]]) -> Checkout {
        let clone = self.clone(&[]);
        for words in commands {
            clone.git(words);
        }
        clone
    }
}

impl Checkout {
    /// Returns the checkout below a folder.
    fn new(folder: tempfile::TempDir, below: &str) -> Checkout {
        let top = folder.path().join(below);
        person(&top);
        let from = top.clone();
        Checkout { _folder: folder, top, from, variables: Vec::new(), base: "origin/main" }
    }

    fn git(&self, words: &[&str]) {
        git(&self.top, words);
    }

    fn run(&self, words: &[&str]) -> Run {
        let variables: Vec<(&str, &str)> =
            self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        run_with(&self.from, words, &variables)
    }

    /// Asks the three questions, and returns what is said; an exit 3 is followed as its help says, once.
    fn said(&self, shape: &str) -> [Said; 3] {
        [
            self.ask(shape, &["lint", "--base", self.base]),
            self.ask(shape, &["diff", self.base]),
            self.ask(shape, &["lint"]),
        ]
    }

    fn ask(&self, shape: &str, words: &[&str]) -> Said {
        let run = self.run(&[words, &["--format", "json"]].concat());
        if run.code == 3 {
            let command = way_out(&run.err)
                .unwrap_or_else(|| panic!("{shape}: {words:?}: no command in: {}", run.err));
            self.sh(&command, &format!("{shape}: {words:?}"));
            let run = self.run(&[words, &["--format", "json"]].concat());
            assert_ne!(run.code, 3, "{shape}: {words:?}: after `{command}`: {}", run.err);
            return said(&run);
        }
        said(&run)
    }

    /// Runs a command that was printed, as it was printed.
    fn sh(&self, command: &str, shape: &str) {
        let mut shell = std::process::Command::new("sh");
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        let shell = shell.args(["-c", command]).current_dir(&self.top).envs(variables);
        let done = shell.output().unwrap();
        assert!(done.status.success(), "{shape}: {command}: {done:?}");
    }

    /// Runs each command that a line of help names, once.
    fn follow_help(&self, run: &Run, shape: &str) {
        let help = run.err.lines().filter_map(|line| line.trim().strip_prefix("help: "));
        for text in help.collect::<BTreeSet<&str>>() {
            self.sh(text.split('`').nth(1).unwrap_or(text), shape);
        }
    }
}

/// Returns the first command between backquotes in a help text, or all of a help text that is one.
fn way_out(text: &str) -> Option<String> {
    let help = text.split_once("help: ")?.1;
    let line = help.lines().next()?.trim();
    match line.split('`').nth(1) {
        Some(quoted) => Some(quoted.to_owned()),
        None => Some(line.to_owned()),
    }
}

fn said(run: &Run) -> Said {
    let json: Value = serde_json::from_str(&run.out)
        .unwrap_or_else(|_| panic!("{}: {}{}", run.code, run.out, run.err));
    let finding = |it: &Value| format!("{} {}", it["rule"], it["path"]);
    let mut said: BTreeSet<String> =
        json["findings"].as_array().unwrap().iter().map(finding).collect();
    for change in json["changes"].as_array().into_iter().flatten() {
        for event in change["events"].as_array().unwrap() {
            said.insert(format!("{} {}", change["id"], event["event"]));
        }
    }
    (run.code, said)
}

fn assert_as_full(origin: &Origin, shapes: Vec<(&str, Checkout)>) {
    let full = origin.clone(&[]).said("full clone");
    assert_eq!(full.each_ref().map(|(code, _)| *code), [1, 1, 1], "{full:#?}");
    for text in ["\"syntax\"", "\"silent-extension\"", "\"record-deleted\""] {
        assert!(full[0].1.iter().any(|it| it.starts_with(text)), "{text}: {full:#?}");
    }
    for (shape, checkout) in shapes {
        assert_eq!(checkout.said(shape), full, "{shape}");
    }
}

#[test]
fn a_clone_of_any_kind_answers_as_a_full_one() {
    let origin = Origin::new();
    let mut subfolder = origin.clone(&[]);
    subfolder.from = subfolder.top.join("src");
    let mut by_variables = origin.clone(&[]);
    by_variables.variables = vec![
        ("GIT_DIR".to_owned(), by_variables.top.join(".git").display().to_string()),
        ("GIT_WORK_TREE".to_owned(), by_variables.top.display().to_string()),
    ];
    #[cfg(unix)]
    let by_link = {
        let mut by_link = origin.clone(&[]);
        let link = by_link.top.parent().unwrap().join("link");
        std::os::unix::fs::symlink(&by_link.top, &link).unwrap();
        by_link.from = link;
        by_link
    };
    let linked =
        origin.after(&[&["switch", "-q", "main"], &["worktree", "add", "-q", "../linked", "work"]]);
    let linked = Checkout {
        top: linked.top.parent().unwrap().join("linked"),
        from: linked.top.parent().unwrap().join("linked"),
        ..linked
    };
    assert_as_full(
        &origin,
        vec![
            ("blob:none", origin.clone(&["--filter=blob:none"])),
            ("tree:0", origin.clone(&["--filter=tree:0"])),
            ("detached", origin.after(&[&["checkout", "-q", "--detach"]])),
            ("autocrlf", origin.clone(&["-c", "core.autocrlf=true"])),
            ("subfolder", subfolder),
            #[cfg(unix)]
            ("link", by_link),
            ("linked work tree", linked),
            ("shallow, all branches", origin.clone(&["--depth=1", "--no-single-branch"])),
            ("shallow, one branch", origin.clone(&["--depth=1"])),
            ("GIT_DIR", by_variables),
            ("a submodule", submodule(&origin)),
        ],
    );
}

/// Returns a clone as a submodule of another repository.
fn submodule(origin: &Origin) -> Checkout {
    let folder = crate::support::temporary();
    let outer = folder.path().join("outer");
    std::fs::create_dir(&outer).unwrap();
    git(&outer, &["init", "-q", "-b", "main"]);
    person(&outer);
    let url = origin.url();
    let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
    git(&outer, &[&add[..], &["-b", "work", &url, "ledger"]].concat());
    git(&outer, &["commit", "-qm", "Add the ledger"]);
    Checkout::new(folder, "outer/ledger")
}

#[test]
fn a_record_that_git_converts_is_not_read_and_the_way_out_works() {
    let origin = Origin::new();
    let full = origin.clone(&[]).said("full clone");
    for attributes in
        ["*.yaml filter=vault", "*.yaml ident", "EXC-2026-0000?.yaml working-tree-encoding=latin1"]
    {
        let clone = origin.clone(&[]);
        write(&clone.top, ".gitattributes", &format!("{attributes}\n"));
        let run = clone.run(&["lint", "--format", "json"]);
        assert_eq!(run.code, 3, "{attributes}: {}", run.err);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        let unread: Vec<&str> = answer["judged"]["not_read"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["path"].as_str().unwrap())
            .filter(|path| *path != "exledger.yaml")
            .collect();
        assert_eq!(unread, [RECORDS[0], RECORDS[1], MOVED, RECORDS[4]], "{attributes}");
        assert_eq!(answer["checked"], 0, "{attributes}");
        let out = clone.run(&["lint"]).out;
        assert!(out.contains("no record judged, ") && out.contains(" files not read"), "{out}");
        assert!(!out.contains("nothing to object to"), "{out}");
        // Each record folder, and the policy, has a command of its own.
        for _ in 0..2 {
            let run = clone.run(&["lint", "--format", "json"]);
            clone.follow_help(&run, attributes);
        }
        assert_eq!(clone.said(attributes), full, "{attributes}");
    }
}

#[test]
fn a_record_that_git_stores_as_a_link_is_none_where_links_lie_as_files() {
    let origin = Origin::new();
    let clone = origin.after(&[&["switch", "-qc", "linked", "origin/main"]]);
    clone.sh(
        "git config core.symlinks false && blob=$(git hash-object -w exceptions/EXC-2026-00002.yaml) && \
         git update-index --cacheinfo 120000,$blob,exceptions/EXC-2026-00002.yaml && git commit -qm Link",
        "a link",
    );
    for words in [&["lint"][..], &["lint", "--base", "origin/main"]] {
        let run = clone.run(&[words, &["--format", "json"]].concat());
        let (code, found) = said(&run);
        assert_eq!(code, 1, "{words:?}: {found:?}");
        let odd = "\"not-a-file\" \"exceptions/EXC-2026-00002.yaml\"";
        assert!(found.contains(odd), "{words:?}: {found:?}");
    }
}

#[test]
fn the_way_out_of_a_filter_takes_it_from_no_other_file() {
    let origin = Origin::new();
    let clone = origin.after(&[&["switch", "-q", "main"]]);
    clone.git(&["config", "filter.vault.clean", "rev"]);
    clone.git(&["config", "filter.vault.smudge", "rev"]);
    write(&clone.top, ".gitattributes", "*.yaml filter=vault\n");
    let run = clone.run(&["lint"]);
    clone.follow_help(&run, "a filter");
    assert_eq!(clone.run(&["lint"]).code, 0);
    write(&clone.top, "secrets/prod.yaml", "password: hunter2\n");
    write(&clone.top, "exceptions/secrets.yaml", "password: hunter2\n");
    clone.git(&["add", "secrets", "exceptions/secrets.yaml"]);
    for path in [":secrets/prod.yaml", ":exceptions/secrets.yaml"] {
        assert_eq!(git(&clone.top, &["show", path]), "2retnuh :drowssap\n");
    }
}

#[test]
fn what_is_only_staged_is_mended_by_staging_what_lies_there() {
    let origin = Origin::new();
    let clone = origin.after(&[&["switch", "-qc", "staged", "origin/main"]]);
    let copy = "exceptions/EXC-2026-00002.json";
    write(&clone.top, copy, &sample(RECORDS[1]));
    clone.git(&["add", "-A"]);
    write(&clone.top, copy, "my notes\n");
    let run = clone.run(&["lint", "--base", "origin/main"]);
    assert_eq!(run.code, 1, "{}", run.out);
    let command = format!("git add -A -- {copy}");
    assert!(run.out.contains(&command), "{}", run.out);
    clone.git(&["add", "-A", "--", copy]);
    assert_eq!(clone.run(&["lint", "--base", "origin/main"]).code, 0);
    assert_eq!(std::fs::read_to_string(clone.top.join(copy)).unwrap(), "my notes\n");
}

#[test]
fn attributes_of_the_user_are_known_too() {
    let origin = Origin::new();
    let mut clone = origin.after(&[&["switch", "-q", "main"]]);
    let home = crate::support::temporary();
    write(home.path(), ".config/git/attributes", "EXC-2026-00001* filter=vault\n");
    clone.variables = vec![("HOME".to_owned(), home.path().display().to_string())];
    let run = clone.run(&["lint"]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert!(run.err.contains("EXC-2026-00001.yaml was not read"), "{}", run.err);
}

#[test]
fn a_record_whose_merge_is_not_finished_is_an_error() {
    let origin = Origin::new();
    let clone = origin.after(&[&["switch", "-qc", "beside", "origin/main"]]);
    let other = sample(RECORDS[1]).replace("expires: 2026-12-20", "expires: 2026-12-10");
    write(&clone.top, RECORDS[1], &other);
    clone.git(&["commit", "-qam", "Shorten"]);
    let merge = std::process::Command::new("git")
        .args(["merge", "-q", "work"])
        .current_dir(&clone.top)
        .output()
        .unwrap();
    assert!(!merge.status.success());
    clone.git(&["checkout", "-q", "--ours", "--", RECORDS[1]]);
    let (code, found) = said(&clone.run(&["lint", "--format", "json"]));
    assert_eq!(code, 1);
    assert!(found.contains(&format!("\"syntax\" \"{}\"", RECORDS[1])), "{found:?}");
    let run = clone.run(&["lint"]);
    assert!(run.out.contains("merge in progress"), "{}", run.out);
    clone.git(&["add", RECORDS[1]]);
    let (_, found) = said(&clone.run(&["lint", "--format", "json"]));
    assert!(!found.contains(&format!("\"syntax\" \"{}\"", RECORDS[1])), "{found:?}");
}

#[test]
fn what_is_staged_with_other_content_is_judged_beside_the_work_tree() {
    let origin = Origin::new();
    let clone = origin.after(&[&["switch", "-q", "main"]]);
    write(&clone.top, RECORDS[0], &sample(RECORDS[0]).replace("class: standard", "class: ["));
    clone.git(&["add", RECORDS[0]]);
    write(&clone.top, RECORDS[0], &sample(RECORDS[0]));
    let run = clone.run(&["lint"]);
    assert_eq!(run.code, 1, "{}", run.out);
    let place = format!("{}:3:8 (staged)", RECORDS[0]);
    assert!(run.out.contains(&place), "{}", run.out);
    assert!(run.out.contains("5 records judged, 1 staged with other content: "), "{}", run.out);
    let run = clone.run(&["lint", "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let staged = |finding: &Value| finding["staged"] == true;
    assert!(answer["findings"].as_array().unwrap().iter().any(staged), "{answer:#}");
    assert_eq!(answer["judged"]["staged"], 1, "{answer:#}");
    clone.git(&["add", RECORDS[0]]);
    assert_eq!(clone.run(&["lint"]).code, 0);
    // What is only going to be added is not committed.
    write(&clone.top, "exceptions/EXC-2026-00006.yaml", &sample("EXC-2026-00006"));
    clone.git(&["add", "-N", "exceptions/EXC-2026-00006.yaml"]);
    let run = clone.run(&["lint"]);
    assert!(run.code == 0 && run.out.contains("6 records judged: "), "{}", run.out);
}

#[test]
fn what_was_judged_is_said_and_nothing_is_no_praise() {
    let origin = Origin::new();
    let clone =
        origin.after(&[&["switch", "-q", "main"], &["sparse-checkout", "set", "--cone", "team"]]);
    let run = clone.run(&["lint"]);
    let expected = "5 records judged, 4 of them from the index (sparse checkout): ";
    assert!(run.code == 0 && run.out.contains(expected), "{}", run.out);
    let run = clone.run(&["lint", "--base", "origin/main"]);
    assert!(run.out.contains("no record differs from "), "{}", run.out);
    write(&clone.top, "exledger.yaml", "version: 1\nrecords: [exeptions]\n");
    let run = clone.run(&["lint"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("no records in exeptions/"), "{}", run.out);
    assert!(!run.out.contains("nothing to object to"), "{}", run.out);
}

/// Returns the findings of `lint --base` before a commit of what is staged, and those of a clone after it.
fn before_and_after(prepare: impl Fn(&Checkout)) -> [Said; 2] {
    let origin = Origin::new();
    let clone = origin.after(&[&["switch", "-qc", "staged", "origin/main"]]);
    prepare(&clone);
    let before = said(&clone.run(&["lint", "--base", "origin/main", "--format", "json"]));
    clone.git(&["commit", "-qm", "What is staged"]);
    clone.git(&["stash", "-q", "--include-untracked"]);
    let after = said(&clone.run(&["lint", "--base", "origin/main", "--format", "json"]));
    [before, after]
}

#[test]
fn the_index_is_judged_as_a_whole_where_something_is_staged() {
    let policy = "version: 1\nrecords: [exceptions, team/exceptions]\n";
    let bogus = format!("{policy}bogus: 1\n");
    let stray = "exceptions/EXC-2026-00006.YAML";
    let [broken, healed] = before_and_after(|clone| {
        write(&clone.top, "exledger.yaml", &bogus);
        clone.git(&["add", "-A"]);
        write(&clone.top, "exledger.yaml", policy);
    });
    assert!(broken.0 == 1 && broken.1.iter().any(|it| it.contains("unknown-key")), "{broken:?}");
    assert_eq!(healed, broken);
    let [before, after] = before_and_after(|clone| {
        write(&clone.top, stray, &sample("EXC-2026-00006"));
        clone.git(&["add", "-A"]);
        std::fs::remove_file(clone.top.join(stray)).unwrap();
    });
    assert_eq!((before.0, &before), (1, &after));
    // Half of a move: the old place is not staged.
    let [before, after] = before_and_after(|clone| {
        std::fs::create_dir_all(clone.top.join("exceptions/new")).unwrap();
        let moved = RECORDS[1].replace("exceptions/", "exceptions/new/");
        std::fs::rename(clone.top.join(RECORDS[1]), clone.top.join(&moved)).unwrap();
        clone.git(&["add", "exceptions/new"]);
    });
    assert!(before.0 == 1 && before.1.iter().any(|it| it.contains("duplicate-id")), "{before:?}");
    assert_eq!(after.0, 1, "{after:?}");
    // A record that becomes a submodule is deleted.
    let [before, after] = before_and_after(|clone| {
        let head = git(&clone.top, &["rev-parse", "HEAD"]);
        let entry = format!("160000,{},{}", head.trim(), RECORDS[1]);
        clone.git(&["update-index", "--cacheinfo", &entry]);
    });
    assert!(before.1.iter().any(|it| it.contains("record-deleted")), "{before:?}");
    assert_eq!((before.0, after.0), (1, 1), "{after:?}");
}

#[cfg(unix)]
#[test]
fn a_hook_judges_the_commit_that_git_makes() {
    use std::os::unix::fs::PermissionsExt;
    let origin = Origin::new();
    let clone = origin.after(&[&["switch", "-q", "main"]]);
    let hook = clone.top.join(".git/hooks/pre-commit");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    let program = env!("CARGO_BIN_EXE_exledger");
    std::fs::write(&hook, format!("#!/bin/sh\nexec '{program}' lint\n")).unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    let commit = |words: &[&str]| {
        let mut git = std::process::Command::new("git");
        git.arg("commit").args(words).current_dir(&clone.top).env("HOME", &clone.top);
        git.output().unwrap().status.success()
    };
    write(&clone.top, RECORDS[0], &sample(RECORDS[0]).replace("class: standard", "class: ["));
    clone.git(&["add", RECORDS[0]]);
    assert!(!commit(&["-qm", "Break"]));
    // What is staged is replaced by this commit, so only the work tree counts.
    write(&clone.top, RECORDS[0], &format!("{}# mended\n", sample(RECORDS[0])));
    assert!(commit(&["-qam", "Mend"]));
}

#[test]
fn a_policy_that_a_sparse_checkout_leaves_out_is_not_missing() {
    let origin = Origin::new();
    let sparse = origin.after(&[&["sparse-checkout", "set", "--no-cone", "/exceptions/"]]);
    let skipped = origin.after(&[&["update-index", "--skip-worktree", "exledger.yaml"]]);
    std::fs::remove_file(skipped.top.join("exledger.yaml")).unwrap();
    for clone in [sparse, skipped] {
        let run = clone.run(&["lint"]);
        assert_eq!(run.code, 3, "{}", run.err);
        assert!(!run.err.contains("exledger init"), "{}", run.err);
        let command = way_out(&run.err).unwrap();
        let done = std::process::Command::new("sh")
            .args(["-c", &command])
            .current_dir(&clone.top)
            .status();
        assert!(done.unwrap().success(), "{command}");
        assert_eq!(clone.run(&["lint"]).code, 1);
    }
}

#[test]
fn a_file_that_lies_outside_of_a_sparse_checkout_is_read_there() {
    let origin = Origin::new();
    let clone = origin.after(&[&["switch", "-q", "main"], &["sparse-checkout", "set", "src"]]);
    write(&clone.top, RECORDS[0], &sample(RECORDS[0]).replace("class: standard", "class: ["));
    assert_eq!(clone.run(&["lint"]).code, 1);
    clone.git(&["status", "--short"]);
    assert_eq!(clone.run(&["lint"]).code, 1);
}

/// Returns a clone in the middle of a rebase of `work`.
fn rebased(origin: &Origin) -> Checkout {
    let clone = origin.after(&[&["switch", "-qc", "beside", "origin/main"]]);
    write(&clone.top, "src/more.txt", "more\n");
    clone.git(&["add", "-A"]);
    clone.git(&["commit", "-qm", "More"]);
    clone.git(&["switch", "-q", "work"]);
    let rebase = std::process::Command::new("git")
        .args(["rebase", "-q", "--exec", "false", "beside"])
        .current_dir(&clone.top)
        .env("HOME", &clone.top)
        .output();
    assert!(!rebase.unwrap().status.success());
    clone
}

#[test]
fn what_is_staged_or_in_the_middle_of_a_merge_is_judged() {
    let origin = Origin::new();
    let to_base = |clone: Checkout| {
        for path in RECORDS {
            write(&clone.top, path, &sample(path));
        }
        std::fs::remove_dir_all(clone.top.join("exceptions/moved")).unwrap();
        clone
    };
    let staged = to_base(origin.after(&[&["reset", "-q", "--soft", "origin/main"]]));
    // `main` has moved on beside the branch, so that a merge makes a commit.
    let beside = |from: &str| {
        let clone = origin.after(&[&["switch", "-qc", "beside", "origin/main"]]);
        write(&clone.top, "src/more.txt", "more\n");
        clone.git(&["add", "-A"]);
        clone.git(&["commit", "-qm", "More"]);
        clone.git(&["branch", "-q", "-f", "work", "origin/work"]);
        match from {
            "work" => {
                clone.git(&["switch", "-q", "work"]);
                clone.git(&["merge", "-q", "--no-commit", "--no-ff", "beside"]);
            }
            _ => clone.git(&["merge", "-q", "--no-commit", "--no-ff", "work"]),
        }
        clone
    };
    let ours = beside("work");
    let theirs = beside("beside");
    let picked = origin.after(&[
        &["switch", "-qc", "other", "origin/main"],
        &["cherry-pick", "--no-commit", "origin/work"],
    ]);
    assert_as_full(
        &origin,
        vec![
            ("a merge into the branch", ours),
            ("a merge of the branch", theirs),
            ("a cherry-pick", picked),
            ("a bisection", origin.after(&[&["bisect", "start", "-q"]])),
            ("a rebase", rebased(&origin)),
        ],
    );
    // The deletion and the old place of what moved stand in the index alone.
    let full = origin.clone(&[]).said("full clone");
    let said = staged.said("staged");
    assert_eq!(said[0], full[0], "staged");
    let run = staged.run(&["diff", "origin/main", "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(answer["judged"]["staged"], 5, "{answer:#}");
}

#[test]
fn a_checkout_that_leaves_records_out_answers_as_a_full_one() {
    let origin = Origin::new();
    let records: Vec<&str> = [MOVED, RECORDS[0], RECORDS[1], RECORDS[4]].to_vec();
    let skipped = |words: &[&str]| {
        let clone = origin.clone(&[]);
        clone.git(&[&["update-index", words[0]], &records[..]].concat());
        clone
    };
    let absent = skipped(&["--skip-worktree"]);
    for path in &records {
        std::fs::remove_file(absent.top.join(path)).unwrap();
    }
    let base = |clone: Checkout| {
        for path in &records[1..] {
            write(&clone.top, path, &sample(path));
        }
        clone
    };
    let linked = origin.after(&[
        &["switch", "-q", "main"],
        &["worktree", "add", "-q", "--no-checkout", "../linked", "work"],
        &["-C", "../linked", "sparse-checkout", "set", "--cone", "src"],
        &["-C", "../linked", "checkout", "-q"],
    ]);
    let linked = Checkout {
        top: linked.top.parent().unwrap().join("linked"),
        from: linked.top.parent().unwrap().join("linked"),
        ..linked
    };
    let lazy = origin.clone(&["--filter=blob:none", "--sparse"]);
    assert_as_full(
        &origin,
        vec![
            ("sparse, src", origin.after(&[&["sparse-checkout", "set", "--cone", "src"]])),
            (
                "sparse, one of two record folders",
                origin.after(&[&["sparse-checkout", "set", "--cone", "team/exceptions"]]),
            ),
            (
                "sparse, policy only",
                origin.after(&[&["sparse-checkout", "set", "--no-cone", "/exledger.yaml"]]),
            ),
            ("sparse in a linked work tree", linked),
            ("sparse without blobs", lazy),
            (
                "sparse index",
                origin.after(&[&["sparse-checkout", "set", "--cone", "--sparse-index", "src"]]),
            ),
            ("skip-worktree, absent", absent),
            ("skip-worktree, as at the base", base(skipped(&["--skip-worktree"]))),
            ("assume-unchanged, as at the base", base(skipped(&["--assume-unchanged"]))),
        ],
    );
}
