//! Folders: a policy below another ledger makes no ledger until the people of that one approved it, and none answers for
//! a folder whose own policy was removed without approval.

use std::path::Path;

use super::{CLAIMED, POLICY, SIGNED, approvals, errors, is_allowed, ledger};
use crate::cli::{self, Run};
use crate::support::repo::speak::{self, yes};
use crate::support::repo::{Repo, git};
use crate::support::samples::{ID, SAMPLE};

const BELOW: &str = "services/billing/exledger.yaml";
const RECORD: &str = "services/billing/exceptions/EXC-2026-7F3KQ.yaml";

/// A policy under which whoever files a record also approves it.
const LOOSE: &str = "\
version: 1
name: example/billing
approval: {self_approval: allow}
tiers: [{name: standard, approvals: {count: 1}}]
";

const BOTH: &str = "\n\nReviewed-by: Dana <dana@example.com>\nReviewed-by: Lee <lee@example.com>";
const MESSAGE: &str =
    "services/billing/exledger.yaml is below another ledger, and nobody approved it";
const REMOVED: &str = "no ledger above answers for its folder";

/// Runs a command in a folder of the work tree, as it is checked out.
fn ask(repo: &Repo, folder: &str, args: &[&str]) -> Run {
    repo.checkout();
    ask_at(&repo.path().join(folder), &repo.now().to_string(), args)
}

fn ask_at(folder: &Path, now: &str, args: &[&str]) -> Run {
    cli::run_with(folder, args, &[("EXLEDGER_TEST_CLOCK", now)])
}

const CHECK: [&str; 3] = ["check", "--application", "billing"];

/// What says if something is allowed, or exports.
const ANSWERS: [&[&str]; 12] = [
    &CHECK,
    &["verify"],
    &["list"],
    &["show", ID],
    &["queue"],
    &["report"],
    &["access", "/dev/null"],
    &["log", ID],
    &["patterns"],
    &["export", "trivy"],
    &["export", "pack", "--from", "2026-11-01", "--to", "2026-11-20", "-o", "/dev/null/pack"],
    &[],
];

/// Checks that no command answers in a folder.
fn refuses_all(repo: &Repo, folder: &str, message: &str, what: &str) {
    repo.checkout();
    let (folder, now) = (repo.path().join(folder), repo.now().to_string());
    for args in ANSWERS {
        // A command about one record may not find it, which comes first where it reads the work tree.
        let run = ask_at(&folder, &now, args);
        assert_eq!(run.code, 3, "{what} {args:?}: {}{}", run.out, run.err);
        let said = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(message), "{what} {args:?}: {said}");
    }
}

/// Checks that neither the gate nor `verify` answers in a folder: the commands don't tell apart why there is no ledger.
fn refuses(repo: &Repo, folder: &str, message: &str, what: &str) {
    for args in &ANSWERS[..2] {
        let run = ask(repo, folder, args);
        assert_eq!(run.code, 3, "{what} {args:?}: {}{}", run.out, run.err);
        let said = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(message), "{what} {args:?}: {said}");
    }
}

fn allows(repo: &Repo, folder: &str) -> bool {
    let run = ask(repo, folder, &CHECK);
    assert!([0, 1].contains(&run.code), "{}{}", run.out, run.err);
    run.code == 0
}

/// Files a record and lets somebody else merge it, so that it is in force under any policy of the tests that counts.
fn file(repo: &Repo, path: &str) {
    repo.branch("file").by("ana").write(path, SAMPLE).commit("File it");
    repo.by("dana").merge("file", &format!("Merge branch 'file'{BOTH}"));
}

/// Somebody with a folder lands a policy and a record there.
fn plant(repo: &Repo, way: &str) {
    let files = |name: &str| {
        let work = repo.branch("work").by(name).write(BELOW, LOOSE);
        work.write(RECORD, SAMPLE).commit("Begin");
    };
    match way {
        "push" => {
            repo.by("mallory").write(BELOW, LOOSE).write(RECORD, SAMPLE).commit("Begin");
        }
        "merge" => {
            files("bob");
            repo.by("mallory").merge("work", "Merge branch 'work'");
        }
        "squash" => {
            files("bob");
            repo.by("bob").through("github").squash("work", "Begin (#9)");
        }
        "one of two groups" => {
            files("bob");
            repo.by("dana").merge("work", "Merge branch 'work'");
        }
        "changed later" => {
            repo.by("mallory").write(BELOW, "version: 1\n").commit("Begin");
            let work = repo.branch("work").by("mallory").write(BELOW, LOOSE);
            work.write(RECORD, SAMPLE).commit("Change it");
            // It follows a version that does not count, so that no merge approves it.
            repo.by("dana").merge("work", &format!("Merge branch 'work'{BOTH}"));
        }
        "unreadable first" => {
            repo.by("mallory").write(BELOW, "version: [\n").commit("Begin");
            repo.by("mallory").write(BELOW, LOOSE).write(RECORD, SAMPLE).commit("Correct it");
        }
        other => panic!("{other}"),
    }
}

#[test]
fn folder_makes_no_ledger() {
    for way in ["push", "merge", "squash", "one of two groups", "changed later", "unreadable first"]
    {
        let repo = ledger(CLAIMED, &[]);
        plant(&repo, way);
        match way {
            "push" => refuses_all(&repo, "services/billing", MESSAGE, way),
            _ => refuses(&repo, "services/billing", MESSAGE, way),
        }
        // The ledger above answers, for its own folder and others, and says who must approve what.
        assert_eq!(ask(&repo, "", &["list"]).code, 0, "{way}");
        assert_eq!(ask(&repo, "services", &["list"]).code, 0, "{way}");
        let errors = errors(&repo);
        assert!(!errors.is_empty(), "{way}");
        assert!(errors.iter().all(|it| it == "policy-unapproved"), "{way}: {errors:?}");
    }
    // Approved as a change of the rules above, by a merge: it counts, and governs itself from then on.
    let repo = ledger(CLAIMED, &[]);
    let work = repo.branch("work").by("bob").write(BELOW, LOOSE);
    work.write(RECORD, SAMPLE).commit("Begin");
    repo.by("dana").merge("work", &format!("Merge branch 'work'{BOTH}"));
    assert!(allows(&repo, "services/billing"));
    assert!(errors(&repo).is_empty());
    let later = format!("{LOOSE}due: {{soon: 20d}}\n");
    repo.by("bob").write(BELOW, &later).commit("Look further ahead");
    assert!(allows(&repo, "services/billing"));
    assert!(errors(&repo).is_empty());
}

#[test]
fn policy_below_is_approved_by_signature() {
    let repo = ledger(SIGNED, &["dana", "lee"]);
    plant(&repo, "push");
    refuses(&repo, "services/billing", MESSAGE, "signed");
    let at = repo.now().to_string();
    let says = |names: &[&str]| {
        let each = names.iter().map(|name| yes(name, ID, LOOSE, &at).governance(BELOW));
        each.map(|says| says.ledger("example/payments")).collect::<Vec<_>>()
    };
    super::sign(&repo, "mallory", &says(&["dana"]));
    refuses(&repo, "services/billing", MESSAGE, "one signature");
    // Her own ledger's people have no say, nor do statements that lie there.
    let own = repo
        .by("mallory")
        .write("services/billing/.github/allowed_signers", &speak::signer("mallory"));
    own.commit("List a key");
    super::sign(&repo, "mallory", &approvals(&repo, &[("mallory", "mallory")], SAMPLE));
    refuses(&repo, "services/billing", MESSAGE, "her own key");
    super::sign(&repo, "mallory", &says(&["lee"]));
    assert!(allows(&repo, "services/billing"));
}

#[test]
fn removed_policy_leaves_no_folder() {
    // Below a policy that was removed, and that nobody had approved.
    let repo = ledger(CLAIMED, &[]);
    repo.by("mallory").remove(POLICY).commit("Remove the rules");
    plant(&repo, "push");
    refuses(&repo, "services/billing", MESSAGE, "below a removed one");
    // Removed and planted at once.
    let repo = ledger(CLAIMED, &[]);
    let work = repo.by("mallory").remove(POLICY).write(BELOW, LOOSE);
    work.write(RECORD, SAMPLE).commit("Move the rules");
    refuses(&repo, "services/billing", MESSAGE, "moved");
    // Where the removal was approved, so is what takes its place, by the same people.
    let repo = ledger(CLAIMED, &[]);
    let work = repo.branch("move").by("bob").rename(POLICY, BELOW);
    work.write(RECORD, SAMPLE).commit("Move the rules");
    repo.by("dana").merge("move", &format!("Merge branch 'move'{BOTH}"));
    assert!(ask(&repo, "services/billing", &["list"]).code == 0);
    // The policy of the folder itself is gone, and another one planted above.
    for planted in [POLICY, "services/exledger.yaml"] {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        repo.by("root").write(BELOW, CLAIMED).commit("Begin");
        let record = planted.replace(POLICY, &format!("exceptions/{ID}.yaml"));
        // The folder is among those of its records.
        let loose = format!("{LOOSE}records: [exceptions, services, billing]\n");
        let work = repo.by("mallory").remove(BELOW).write(planted, &loose);
        work.write(&record, SAMPLE).write("services/billing/run.py", "pass\n").commit("Move it");
        match planted {
            POLICY => refuses_all(&repo, "services/billing", REMOVED, planted),
            _ => refuses(&repo, "services/billing", REMOVED, planted),
        }
        // Restored, it answers again, whatever stands above.
        repo.by("bob").write(BELOW, CLAIMED).commit("Restore it");
        assert!(!allows(&repo, "services/billing"));
        file(&repo, RECORD);
        assert!(allows(&repo, "services/billing"));
    }
    // The folder became a link to another one, with a policy beside it.
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root").write(BELOW, CLAIMED).commit("Begin");
    let work =
        repo.by("mallory").remove("services/billing").write("services/own/exledger.yaml", LOOSE);
    work.write_mode("services/billing", 0o120_000, b"own").commit("Move it");
    let run = ask(&repo, "", &["-C", "services/billing", "list"]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert_eq!(ask(&repo, "services/own", &["list"]).code, 0);
    // Its own people gave it up: the ledger above answers.
    let repo = ledger(CLAIMED, &[]);
    let work = repo.branch("work").by("bob").write(BELOW, CLAIMED);
    work.write("services/billing/run.py", "pass\n").commit("Begin");
    repo.by("dana").merge("work", &format!("Merge branch 'work'{BOTH}"));
    assert_eq!(ask(&repo, "services/billing", &["list"]).code, 0);
    repo.by("bob").remove(BELOW).commit("Give it up");
    refuses(&repo, "services/billing", REMOVED, "removed alone");
    repo.by("bob").write(BELOW, CLAIMED).commit("Restore it");
    repo.branch("end").by("bob").remove(BELOW).commit("Give it up");
    repo.by("dana").merge("end", &format!("Merge branch 'end'{BOTH}"));
    assert_eq!(ask(&repo, "services/billing", &["list"]).code, 0);
}

#[test]
fn ledgers_side_by_side_stay() {
    // Without a ledger above, each answers for itself.
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let work = repo.by("root").write(BELOW, CLAIMED).write("services/search/exledger.yaml", LOOSE);
    work.commit("Begin");
    file(&repo, RECORD);
    assert!(allows(&repo, "services/billing"));
    assert!(!allows(&repo, "services/search"));
    // One that begins above later changes nothing for them.
    repo.by("mallory").write(POLICY, LOOSE).commit("Begin above");
    assert!(allows(&repo, "services/billing"));
    assert!(!allows(&repo, "services/search"));
    assert!(errors(&repo).is_empty());
    // Two that begin together.
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root").write(POLICY, CLAIMED).write(BELOW, CLAIMED).commit("Begin");
    file(&repo, RECORD);
    assert!(allows(&repo, "services/billing"));
    assert!(errors(&repo).is_empty());
}

#[test]
fn clones_refuse_as_well() {
    let repo = ledger(CLAIMED, &[]);
    plant(&repo, "push");
    let now = repo.now().to_string();
    let place = crate::support::temporary();
    let from = repo.path().to_str().unwrap();
    let said = |folder: &Path, args: &[&str]| {
        let run = ask_at(folder, &now, args);
        assert_eq!(run.code, 3, "{args:?}: {}{}", run.out, run.err);
        run.err.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    git(place.path(), &["clone", "--quiet", from, "clone"]);
    let below = place.path().join("clone/services/billing");
    assert!(said(&below, &CHECK).contains(MESSAGE));
    let named = ["list", "--approved-ref", "refs/remotes/origin/main"];
    assert!(said(&below, &named).contains(MESSAGE));
    git(&below, &["checkout", "--quiet", "--detach"]);
    assert!(said(&below, &["list"]).contains(MESSAGE));
    // A clone that ends before the first of the two policies can't tell which came first.
    git(place.path(), &["clone", "--quiet", "--depth=1", &format!("file://{from}"), "short"]);
    let short = place.path().join("short/services/billing");
    assert!(said(&short, &["list"]).contains("--unshallow"));
    // In a bare clone only the root can be asked about, which says what is wrong.
    git(place.path(), &["clone", "--quiet", "--bare", from, "bare"]);
    let bare = place.path().join("bare");
    let run = ask_at(&bare, &now, &["verify", "--format", "json"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.contains("policy-unapproved") && run.out.contains(BELOW), "{}", run.out);
    let root = [("EXLEDGER_ROOT", "services/billing"), ("EXLEDGER_TEST_CLOCK", now.as_str())];
    assert_eq!(cli::run_with(&bare, &["list"], &root).code, 3);
    // A work tree whose folder holds the files of another, bare repository.
    git(&below, &["checkout", "--quiet", "main"]);
    git(place.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "own"]);
    for name in ["HEAD", "config", "objects", "refs"] {
        std::fs::rename(place.path().join("own").join(name), below.join(name)).unwrap();
    }
    assert_eq!(ask_at(&below, &now, &["list"]).code, 3);
    // The same where no policy is left, and the repository tracks those files.
    for policy in [POLICY, BELOW] {
        std::fs::remove_file(place.path().join("clone").join(policy)).unwrap();
    }
    std::fs::write(below.join("refs/kept"), "").unwrap();
    git(&place.path().join("clone"), &["add", "--force", "--all", "."]);
    let run = ask_at(&below, &now, &["list"]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert!(run.err.contains("is not in a ledger"), "{}", run.err);
}

#[test]
fn git_directory_in_the_tree_answers_nothing() {
    let repo = ledger(CLAIMED, &[]);
    let other = approved_elsewhere();
    let now = repo.now().to_string();
    // With a work tree or without one, in a folder that was a ledger or not.
    for config in ["bare = false\n\tworktree = .", "bare = true"] {
        repo.checkout();
        let below = repo.path().join("team");
        std::fs::create_dir_all(&below).unwrap();
        for name in ["HEAD", "objects", "refs"] {
            let from = other.path().join(".git").join(name);
            let copied = std::process::Command::new("cp").arg("-R").args([&from, &below]).status();
            assert!(copied.unwrap().success());
        }
        let text = format!("[core]\n\trepositoryformatversion = 0\n\t{config}\n");
        std::fs::write(below.join("config"), text).unwrap();
        std::fs::write(below.join("exledger.yaml"), CLAIMED).unwrap();
        git(repo.path(), &["add", "--force", "--all", "team"]);
        let run = ask_at(&below, &now, &CHECK);
        assert_eq!(run.code, 3, "{config}: {}", run.out);
    }
    assert_eq!(ask_at(other.path(), &now, &CHECK).code, 0);
}

/// A ledger of somebody else with a record that two people approved, checked out.
fn approved_elsewhere() -> Repo {
    let repo = ledger(CLAIMED, &[]);
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    let both = "\n\nReviewed-by: Dana <dana@example.com>\nReviewed-by: Lee <lee@example.com>";
    repo.by("dana").merge("file", &format!("Merge branch 'file'{both}"));
    repo.checkout();
    repo
}

#[test]
fn drafts_work_below() {
    let repo = ledger(CLAIMED, &[]);
    plant(&repo, "push");
    let folder = "services/billing";
    for args in
        [&["lint"][..], &["diff"], &["doctor"], &["scan"], &["explain", "syntax"], &["schema"]]
    {
        let run = ask(&repo, folder, args);
        assert!(run.code < 2, "{args:?}: {}{}", run.out, run.err);
        assert!(run.err.starts_with(&format!("warning: {MESSAGE}")), "{args:?}: {}", run.err);
        let above = ask(&repo, "", args);
        assert!(!above.err.contains("below another"), "{args:?}: {}", above.err);
    }
    // So does beginning one.
    let run = ask(&repo, "", &["-C", "services", "init", "--forge", "none", "--dry-run"]);
    let said = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("services/exledger.yaml is below another ledger"), "{said}");
}

/// Returns the command that a message says to type.
fn command(text: &str, name: &str) -> Vec<String> {
    let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let from = said.find(&format!("`{name} ")).unwrap_or_else(|| panic!("{said}"));
    let typed = said[from + 1..].split('`').next().unwrap();
    typed.split(' ').map(str::to_owned).collect()
}

#[test]
fn way_out_works_as_printed() {
    for within in ["above", "below"] {
        let repo = ledger(SIGNED, &["dana", "lee"]);
        plant(&repo, "push");
        let refused = ask(&repo, "services/billing", &["list"]);
        let keys = crate::support::temporary();
        for name in ["dana", "lee"] {
            let key = keys.path().join(name);
            std::fs::write(&key, speak::private_file(name)).unwrap();
            let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            std::fs::set_permissions(&key, private).unwrap();
            let mut words = match within {
                "above" => command(&refused.err, "exledger").split_off(1),
                _ => ["approve", "--governance", POLICY].map(str::to_owned).to_vec(),
            };
            let by = format!("{name}@example.com");
            words.extend(["--by", &by, "--key", key.to_str().unwrap()].map(str::to_owned));
            words.push("--no-input".to_owned());
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let run =
                ask_at(&repo.path().join("services/billing"), &repo.now().to_string(), &words);
            assert_eq!(run.code, 0, "{within} {name}: {}{}", run.out, run.err);
        }
        assert!(allows(&repo, "services/billing"), "{within}");
        // From here on it is for its own people.
        let run = ask(&repo, "", &["approve", "--governance", BELOW, "--by", "dana@example.com"]);
        assert_eq!(run.code, 2, "{}{}", run.out, run.err);
        assert!(run.err.contains("exledger -C services/billing approve"), "{}", run.err);
    }
    // A removed policy above comes back first.
    let repo = ledger(CLAIMED, &[]);
    repo.by("mallory").remove(POLICY).commit("Remove the rules");
    plant(&repo, "push");
    let refused = ask(&repo, "services/billing", &["list"]);
    let words = command(&refused.err, "git").split_off(1);
    git(repo.path(), &words.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(std::fs::read_to_string(repo.path().join(POLICY)).unwrap(), CLAIMED);
}

#[test]
fn branch_says_that_it_adds_a_policy_below() {
    let repo = ledger(CLAIMED, &[]);
    let work = repo.branch("work").by("mallory").write(BELOW, LOOSE);
    work.write("services/other.txt", "Other\n").commit("Begin");
    repo.branch("work").by("mallory").write(BELOW, &format!("{LOOSE}# more\n")).commit("Go on");
    repo.checkout();
    let changed = |args: &[&str], folder: &str| {
        let run = ask_at(&repo.path().join(folder), &repo.now().to_string(), args);
        let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let findings = answer["findings"].as_array().unwrap().iter();
        let changed = findings.filter(|it| it["rule"] == "policy-changed");
        changed.map(|it| it["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let diff = ["diff", "main", "work", "--format", "json"];
    assert_eq!(changed(&diff, ""), [BELOW, BELOW]);
    git(repo.path(), &["checkout", "--quiet", "work"]);
    let lint = ["lint", "--base", "main", "--format", "json"];
    assert_eq!(changed(&lint, ""), [BELOW, BELOW]);
    // A ledger beside it, and one that counts, are no business of this one.
    git(repo.path(), &["checkout", "--quiet", "main"]);
    repo.by("dana").merge("work", &format!("Merge branch 'work'{BOTH}"));
    repo.branch("later").by("mallory").write(BELOW, &format!("{LOOSE}# later\n")).commit("Go on");
    assert!(changed(&["diff", "main", "later", "--format", "json"], "").is_empty());
}

#[test]
fn answers_name_the_folder() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root").write(BELOW, CLAIMED).write(POLICY, CLAIMED).commit("Begin");
    let folder = |at: &str| {
        let run = ask(&repo, at, &["list", "--format", "json"]);
        let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        answer["ledger"]["folder"].clone()
    };
    assert_eq!(folder("services/billing"), "services/billing");
    assert_eq!(folder(""), serde_json::Value::Null);
    assert!(ask(&repo, "services/billing", &["list"]).out.contains(", ledger services/billing"));
    assert!(!ask(&repo, "", &["list"]).out.contains(", ledger "));
}

#[test]
fn submodule_answers_when_it_is_named() {
    // Mallory approves in a repository of her own, and adds it below the ledger.
    let own = Repo::at("2026-11-20T09:00:00Z");
    own.by("mallory").write(POLICY, LOOSE).commit("Begin");
    file(&own, &format!("exceptions/{ID}.yaml"));
    own.checkout();
    let repo = ledger(CLAIMED, &[]);
    repo.checkout();
    let from = own.path().to_str().unwrap();
    let allow = ["-c", "protocol.file.allow=always"];
    let who = ["-c", "user.name=Mallory", "-c", "user.email=mallory@example.com"];
    let run = |args: &[&str]| git(repo.path(), &[&allow[..], &who, args].concat());
    run(&["submodule", "--quiet", "add", from, "services/billing"]);
    let now = own.now().to_string();
    let below = repo.path().join("services/billing");
    std::fs::create_dir(below.join("deeper")).unwrap();
    let said = |folder: &Path, args: &[&str], root: Option<&str>| {
        let root = root.map(|root| ("EXLEDGER_ROOT", root));
        let settings = [("EXLEDGER_TEST_CLOCK", now.as_str())];
        cli::run_with(folder, args, &settings.into_iter().chain(root).collect::<Vec<_>>())
    };
    // In the index, then at HEAD, then only there.
    let steps: [&[&str]; 3] = [
        &["status"],
        &["commit", "--quiet", "--message", "Add it"],
        &["rm", "--quiet", "--cached", "services/billing"],
    ];
    for step in steps {
        run(step);
        for folder in [&below, &below.join("deeper")] {
            for args in ANSWERS {
                let refused = said(folder, args, None);
                assert_eq!(refused.code, 3, "{step:?} {args:?}: {}{}", refused.out, refused.err);
                let words = refused.err.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(words.contains("services/billing is a submodule, below the ledger in"));
            }
        }
    }
    // Its own people draft there, and whoever names it is answered; so is a clone of it elsewhere.
    assert_eq!(said(&below, &["lint"], None).code, 0);
    let root = below.to_str().unwrap();
    assert_eq!(said(repo.path(), &CHECK, Some(root)).code, 0);
    assert_eq!(said(own.path(), &CHECK, None).code, 0);
    // The ledger above allows nothing of that.
    assert_eq!(said(repo.path(), &CHECK, None).code, 1);
}

#[test]
fn approvals_count_in_one_folder() {
    let unnamed = SIGNED.replace("name: example/payments\n", "");
    assert_ne!(unnamed, SIGNED);
    let keys = speak::signer("dana") + &speak::signer("lee");
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let folders = ["teams/a", "teams/b"];
    let work = folders.iter().fold(repo.by("root"), |work, folder| {
        let work = work.write(&format!("{folder}/{POLICY}"), &unnamed);
        work.write(&format!("{folder}/.github/allowed_signers"), &keys)
    });
    let root = work.commit("Begin").to_string();
    let at = repo.now().to_string();
    let write = |folder: &str, ledger: &str| {
        let record = format!("{folder}/exceptions/{ID}.yaml");
        let work = repo.by("ana").write(&record, SAMPLE);
        let work = ["dana", "lee"].iter().fold(work, |work, name| {
            let says = yes(name, ID, SAMPLE, &at).ledger(ledger);
            let file = says.file.text().unwrap();
            let path = format!("{folder}/{}", says.path());
            let signature = speak::sign(name, "exledger-approval@v1", file.as_bytes());
            work.write(&format!("{path}.sig"), &signature).write(&path, &file)
        });
        work.commit("Record approvals");
    };
    // Mallory copies what was approved in the one folder to the other.
    for name in [format!("{root}:teams/a"), root.clone(), "-".to_owned()] {
        write("teams/b", &name);
        assert!(!allows(&repo, "teams/b"), "{name}");
        let verify = ask(&repo, "teams/b", &["verify"]);
        assert!(verify.out.contains(&format!("but this is `{root}:teams/b`")), "{}", verify.out);
        assert!(verify.out.contains("write it again with `exledger approve`"), "{}", verify.out);
    }
    // There it counts, and so does what is approved anew here.
    write("teams/a", &format!("{root}:teams/a"));
    assert!(allows(&repo, "teams/a"));
    write("teams/b", &format!("{root}:teams/b"));
    assert!(allows(&repo, "teams/b"));
    // The command writes that line.
    let again = SAMPLE.replace("moderate", "low");
    repo.by("ana").write(&format!("teams/b/exceptions/{ID}.yaml"), &again).commit("Ask again");
    let place = crate::support::temporary();
    let key = place.path().join("key");
    std::fs::write(&key, speak::private_file("dana")).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&key, mode).unwrap();
    let key = key.to_str().unwrap();
    let by = ["approve", ID, "--by", "dana@example.com", "--key", key];
    let run = ask(&repo, "teams/b", &by);
    let said = git(repo.path(), &["grep", "^ledger ", "exledger-approvals", "--", "*.txt"]);
    assert!(said.trim().ends_with(&format!(":ledger {root}:teams/b")), "{said}{}", run.err);
}

#[test]
fn folder_that_is_renamed_forgets_nothing() {
    const MOVED: &str = "waivers/EXC-2026-7F3KQ.yaml";
    let policy = CLAIMED.replace(", approvals: {count: 2, each_of: [security, platform]}", "");
    let renamed = policy.clone() + "records: [waivers]\n";
    let ended = "closure: {date: 2026-11-20, by: lee@example.com, outcome: revoked, reason: The key leaked}\n";
    for way in ["removed", "closed", "rejected", "moved"] {
        let repo = ledger(&policy, &["dana", "lee"]);
        let says = approvals(&repo, &[("dana", "dana")], SAMPLE);
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        super::sign(&repo, "ana", &says);
        assert!(is_allowed(&repo, &CHECK[1..]), "{way}");
        match way {
            "removed" => _ = repo.by("lee").remove(ID).commit("Remove it"),
            "closed" => _ = repo.by("lee").write(ID, &(SAMPLE.to_owned() + ended)).commit("End it"),
            "rejected" => {
                let no = speak::no("lee", ID, SAMPLE, &repo.now().to_string());
                super::sign(&repo, "lee", &[no.ledger("example/payments")]);
            }
            _ => {}
        }
        assert_eq!(is_allowed(&repo, &CHECK[1..]), way == "moved", "{way}");
        // The people of the ledger rename its folder, and what was signed moves along.
        let mut work = repo.branch("rename").by("ana").write(POLICY, &renamed);
        for says in &says {
            for path in [says.path(), format!("{}.sig", says.path())] {
                work = work.rename(&path, &path.replace("exceptions/", "waivers/"));
            }
        }
        if way == "moved" {
            work = work.rename(ID, MOVED);
        }
        work.commit("Rename the folder");
        repo.by("dana").merge("rename", "Merge branch 'rename'");
        assert_eq!(is_allowed(&repo, &CHECK[1..]), way == "moved", "{way}");
        if way != "moved" {
            repo.by("mallory").write(MOVED, SAMPLE).commit("File it again");
            assert!(!is_allowed(&repo, &CHECK[1..]), "{way}");
            assert_ne!(super::status(&repo), "active", "{way}");
        }
    }
}
