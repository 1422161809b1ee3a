//! Checkouts whose `.git` is no plain folder, lies where none is expected, or can't be opened.

use super::{Checkout, Origin, RECORDS, assert_as_full, said, sample, write};
use crate::support::repo::git;

const BOTH: [&[&str]; 2] = [&["lint"], &["lint", "--base", "origin/main"]];

fn assert_undetermined(shape: &str, clone: &Checkout, cause: &str) {
    for words in BOTH {
        let run = clone.run(words);
        assert_eq!(run.code, 3, "{shape}: {words:?}: {}{}", run.out, run.err);
        assert!(run.err.contains(cause), "{shape}: {words:?}: {}", run.err);
    }
}

#[cfg(unix)]
#[test]
fn a_link_or_file_in_place_of_gits_folder_changes_nothing() {
    let origin = Origin::new();
    let link = |place: &str, commands: &[&[&str]]| {
        let clone = origin.after(commands);
        clone.sh(&format!("mkdir -p ../g && mv .git {place} && ln -s {place} .git"), place);
        clone
    };
    let sparse: &[&str] = &["sparse-checkout", "set", "--cone", "src"];
    let named = |place: &str| {
        let clone = origin.after(&[sparse]);
        clone.sh(&format!("mv .git {place} && echo 'gitdir: {place}' > .git"), place);
        clone
    };
    let shapes = vec![
        ("a file", named("../real")),
        ("beside", link("../real", &[])),
        ("elsewhere", link("../g/real", &[])),
        ("of its name", link("../g/.git", &[])),
        ("elsewhere, sparse", link("../g/real", &[sparse])),
    ];
    assert_as_full(&origin, shapes);
}

#[test]
fn a_file_with_the_name_of_gits_folder_hides_no_tracked_record() {
    let origin = Origin::new();
    let strange = |text: &str, place: &str| {
        let clone = origin.clone(&[]);
        write(&clone.top, place, text);
        clone
    };
    let shapes = vec![
        ("a file", strange("gitdir: /nonexistent\n", "exceptions/.git")),
        ("a folder", strange("ref: refs/heads/main\n", "exceptions/moved/.git/HEAD")),
    ];
    assert_as_full(&origin, shapes);
    let clone = strange("gitdir: /nonexistent\n", "exceptions/.git");
    assert_eq!(clone.run(&["list"]).code, origin.clone(&[]).run(&["list"]).code);
}

#[test]
fn what_lies_in_another_repository_is_not_read() {
    let origin = Origin::new();
    let clone = origin.after(&[&["switch", "-q", "main"]]);
    let copy = clone.top.join("exceptions/copy");
    git(&clone.top, &["clone", "-q", &origin.url(), "exceptions/copy"]);
    assert_eq!(clone.run(&["lint"]).code, 0, "an untracked clone is another repository's");
    std::fs::remove_dir_all(&copy).unwrap();

    git(&clone.top, &["init", "-q", "exceptions/nested"]);
    let nested = clone.top.join("exceptions/nested");
    super::person(&nested);
    let moved = nested.join("EXC-2026-00001.yaml");
    std::fs::rename(clone.top.join(RECORDS[0]), &moved).unwrap();
    git(&nested, &["add", "-A"]);
    git(&nested, &["commit", "-qm", "Take it"]);
    for place in ["untracked", "staged", "committed"] {
        match place {
            "staged" => clone.git(&["-c", "advice.addEmbeddedRepo=false", "add", "-A"]),
            "committed" => clone.git(&["commit", "-qm", "Nest"]),
            _ => {}
        }
        let run = clone.run(&["lint", "--base", "origin/main"]);
        assert_eq!(run.code, 1, "{place}: {}", run.out);
        assert!(run.out.contains("the file of EXC-2026-00001 was deleted"), "{place}: {}", run.out);
    }
}

#[test]
fn a_record_folder_is_no_submodule() {
    let origin = Origin::new();
    let clone = origin.after(&[&["switch", "-q", "main"], &["rm", "-qr", "exceptions"]]);
    let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
    clone.git(&[&add[..], &[&origin.url(), "exceptions"]].concat());
    let said = "error[bad-value]: exceptions is a submodule, or lies in one";
    assert!(clone.run(&["lint"]).out.contains(said), "checked out");
    clone.git(&["commit", "-qm", "Keep the records elsewhere"]);
    let top = clone.top.parent().unwrap();
    git(top, &["clone", "-q", "clone", "again"]);
    let again = Checkout { top: top.join("again"), from: top.join("again"), ..clone };
    assert!(again.run(&["lint"]).out.contains(said), "not checked out");
}

#[test]
fn a_repository_that_cannot_be_opened_is_no_plain_folder() {
    let origin = Origin::new();
    let sparse: &[&str] = &["sparse-checkout", "set", "--cone", "src"];
    let cause = ".git is not a git repository that can be opened";
    for damage in ["refs", "objects", "HEAD"] {
        let clone = origin.after(&[&["pack-refs", "--all"], sparse]);
        clone.sh(&format!("rm -r .git/{damage}"), damage);
        assert_undetermined(damage, &clone, cause);
    }
    for text in ["garbage\n", "", "ref: heads/main\n"] {
        let clone = origin.clone(&[]);
        write(&clone.top, ".git/HEAD", text);
        assert_undetermined(text, &clone, cause);
        let help = clone.run(&["list"]).err;
        assert!(help.contains("help: mend what `git -C "), "{text}: {help}");
    }
    let clone = origin.after(&[&["switch", "-q", "main"]]);
    clone.git(&["worktree", "add", "-q", "../linked", "work"]);
    let top = clone.top.parent().unwrap().to_owned();
    let linked = Checkout { top: top.join("linked"), from: top.join("linked"), ..clone };
    linked.git(sparse);
    std::fs::rename(top.join("clone"), top.join("gone")).unwrap();
    assert_undetermined("a linked work tree", &linked, cause);
    let help = linked.run(&["lint"]).err;
    let repair = help.split('`').find(|word| word.starts_with("git worktree repair")).unwrap();
    let moved = Checkout { top: top.join("gone"), from: top.join("gone"), ..linked };
    moved.sh(repair, "its repository moved");
    let linked = Checkout { top: top.join("linked"), from: top.join("linked"), ..moved };
    assert_eq!(linked.run(&["lint"]).code, 1);
    std::fs::rename(&linked.top, top.join("elsewhere")).unwrap();
    let moved = Checkout { top: top.join("elsewhere"), from: top.join("elsewhere"), ..linked };
    assert_eq!(moved.ask("moved", &["lint"]).0, 1);
    assert_eq!(moved.ask("moved", &["lint", "--base", "origin/main"]).0, 1);
}

#[test]
fn a_repository_that_only_the_environment_names_is_linked_first() {
    let origin = Origin::new();
    let mut clone = origin.clone(&[]);
    let expected = clone.said("before");
    let folder = clone.top.parent().unwrap().join("folder");
    clone.sh("git config core.worktree \"$PWD\" && mv .git ../folder", "GIT_DIR");
    clone.variables = vec![
        ("GIT_DIR".to_owned(), folder.display().to_string()),
        ("GIT_WORK_TREE".to_owned(), clone.top.display().to_string()),
    ];
    let cause = "is elsewhere according to GIT_DIR, which is not followed";
    assert_undetermined("GIT_DIR", &clone, cause);
    assert_eq!(clone.said("after"), expected);
    std::fs::remove_file(clone.top.join(".git")).unwrap();
    git(&clone.top, &["init", "-q"]);
    assert_undetermined("GIT_DIR and another .git", &clone, cause);
}

#[test]
fn a_file_that_leads_into_its_own_work_tree_is_followed() {
    let origin = Origin::new();
    let within = |commands: &str| {
        let clone = origin.clone(&[]);
        clone.sh(commands, commands);
        clone
    };
    let mut bare = within(
        "mkdir ../proj && git clone -q --bare \"$(git config remote.origin.url)\" ../proj/.bare && cd ../proj && \
         echo 'gitdir: ./.bare' > .git && git config remote.origin.fetch '+refs/heads/*:refs/remotes/origin/*' && \
         git fetch -q && git worktree add -q work work",
    );
    bare.top = bare.top.parent().unwrap().join("proj/work");
    bare.from = bare.top.clone();
    let hidden = within("mv .git .git.nosync && echo 'gitdir: .git.nosync' > .git");
    assert_as_full(&origin, vec![("a bare clone", bare), ("a name of its own", hidden)]);
}

#[test]
fn a_nested_ledger_whose_policy_is_removed_is_not_that_above_it() {
    let origin = Origin::new();
    let top = origin.folder.path().join("origin");
    write(&top, "svc/exledger.yaml", "version: 1\n");
    write(&top, "svc/exceptions/EXC-2026-00020.yaml", &sample("EXC-2026-00020.yaml"));
    git(&top, &["add", "-A"]);
    git(&top, &["commit", "-qm", "Nest a ledger"]);
    let mut clone = origin.after(&[&["switch", "-q", "main"]]);
    clone.from = clone.top.join("svc");
    for (commands, said) in [
        ("rm svc/exledger.yaml", "svc/exledger.yaml is in git's index, and not in this checkout"),
        ("git rm -q svc/exledger.yaml", "svc/exledger.yaml is at HEAD, and not in this checkout"),
        (
            "git switch -qc gone && git commit -qm Remove",
            "svc/exledger.yaml is where the branch began, and not in this checkout",
        ),
    ] {
        clone.sh(commands, commands);
        assert_undetermined(commands, &clone, said);
    }
    let help = clone.run(&["lint"]).err;
    clone.sh(help.split('`').nth(1).unwrap(), "put back");
    assert_eq!(clone.run(&["lint"]).code, 0);
    // A branch from before the ledger was nested has none there.
    clone.sh("git switch -q --detach origin/main~1 && mkdir -p svc", "before");
    assert_eq!(clone.run(&["lint"]).code, 0);
}

#[test]
fn a_copy_without_git_is_a_plain_folder() {
    let origin = Origin::new();
    let clone = origin.after(&[&["switch", "-q", "main"]]);
    let folder = clone.top.parent().unwrap();
    clone.sh(
        "mkdir -p ../above/.git ../above/copy && git archive HEAD | tar -x -C ../above/copy",
        "a copy",
    );
    let place = |name: &str| folder.join(name).display().to_string();
    let copy =
        Checkout { top: folder.join("above/copy"), from: folder.join("above/copy"), ..clone };
    assert_eq!(copy.run(&["lint"]).code, 0, "below an empty folder with the name of git's");
    // As in a hook.
    let copy = Checkout { variables: vec![("GIT_DIR".to_owned(), place("clone/.git"))], ..copy };
    assert_eq!(copy.run(&["lint"]).code, 0, "beside GIT_DIR");
}

#[test]
fn a_folder_is_named_by_any_path_that_leads_to_it() {
    let origin = Origin::new();
    let clone = origin.clone(&[]);
    for words in BOTH {
        let json = ["--format", "json"];
        let plain = clone.run(&[words, &json].concat());
        let named = clone.run(&[&["-C", "../clone/src/.."], words, &json].concat());
        assert_eq!(said(&named), said(&plain), "{words:?}: {}", named.err);
    }
}

#[test]
fn a_work_tree_that_git_has_elsewhere_is_not_that_of_this_folder() {
    let origin = Origin::new();
    let clone = origin.clone(&[]);
    let expected = clone.said("before");
    clone.sh("mkdir ../other && git config core.worktree \"$PWD/../other\"", "core.worktree");
    assert_undetermined("core.worktree", &clone, "git's setting core.worktree puts that at");
    assert_eq!(clone.said("after"), expected);
}

#[test]
fn a_nested_ledger_whose_policy_is_left_out_is_not_that_above_it() {
    let origin = Origin::new();
    let nested = |commands: &[&[&str]]| {
        let mut clone = origin.after(&[&["switch", "-q", "main"]]);
        write(&clone.top, "svc/exledger.yaml", "version: 1\n");
        let broken = sample(RECORDS[0]).replace("class: standard", "class: [");
        write(&clone.top, "svc/exceptions/EXC-2026-00001.yaml", &broken);
        write(&clone.top, "svc/src/app.txt", "code\n");
        clone.git(&["add", "-A"]);
        clone.git(&["commit", "-qm", "Nest a ledger"]);
        commands.iter().for_each(|words| clone.git(words));
        clone.from = clone.top.join("svc/src");
        clone
    };
    assert_eq!(nested(&[]).run(&["lint"]).code, 1);
    let only: &[&str] = &["sparse-checkout", "set", "--no-cone", "/svc/src/", "/exledger.yaml"];
    let left_out = "svc/exledger.yaml is in git's index, and this checkout leaves it out";
    assert_undetermined("sparse", &nested(&[only]), left_out);
    for flag in ["--skip-worktree", "--assume-unchanged"] {
        let clone = nested(&[&["update-index", flag, "svc/exledger.yaml"]]);
        std::fs::remove_file(clone.top.join("svc/exledger.yaml")).unwrap();
        assert_undetermined(flag, &clone, left_out);
    }
}

#[test]
fn a_folder_without_records_is_nothing_to_lint() {
    let origin = Origin::new();
    let clone = origin.after(&[&["switch", "-q", "main"]]);
    write(&clone.top, "exceptions/notes/readme.txt", "Notes\n");
    let run = clone.run(&["lint", "exceptions/notes"]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert_eq!(clone.run(&["lint", "exceptions"]).code, 0);
}

#[test]
fn an_index_that_cannot_be_read_stops_no_answer_about_the_approved_branch() {
    let origin = Origin::new();
    let mut clone = origin.after(&[&["switch", "-q", "main"]]);
    let list = ["list", "--approved-only"];
    let expected = clone.run(&list);
    clone.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "src"]);
    clone.from = clone.top.join("src");
    let listed = clone.run(&list);
    assert_eq!((listed.code, listed.out), (expected.code, expected.out), "{}", listed.err);
    assert_eq!(clone.run(&["lint"]).code, 3);
}
