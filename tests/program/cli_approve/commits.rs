//! The author of an approval commit, and what a squash that names every author of a branch makes of it.

use super::{ID, POLICY, RECORD, World};
use crate::cli::Run;
use crate::support::repo::git;

const NOBODY: &str = "exledger approvals <approvals@exledger.invalid>";

impl World {
    /// Lands a branch as GitHub squashes it: whoever opened it is the author, and every other author of one of its
    /// commits is named as co-author.
    fn squash_naming_all(&self, branch: &str) -> git2::Oid {
        let range = format!("main..{branch}");
        let named = git(self.repo.path(), &["log", "--reverse", "--format=%an <%ae>", &range]);
        let mut work = self.repo.by("ana").through("github");
        let mut known = vec!["Ana Ruiz <ana@example.com>"];
        for name in named.lines() {
            if !known.contains(&name) {
                known.push(name);
                work = work.with(name);
            }
        }
        work.squash(branch, "File the billing exception (#1)")
    }

    fn as_me(&self, name: &str, args: &[&str]) -> Run {
        self.speak(name, &[args, &["--as-me"]].concat())
    }
}

#[test]
fn an_approval_on_the_branch_survives_a_squash_that_names_all_its_authors() {
    let world = World::new(POLICY);
    for name in ["dana", "lee"] {
        world.said(name, &[ID, "--ref", "billing"]);
    }
    let landing = world.squash_naming_all("billing");
    let landed = world.repo.git.find_commit(landing).unwrap();
    assert!(landed.message().unwrap().contains(NOBODY), "{:?}", landed.message());
    assert_eq!(world.stands(), ("active".into(), "attested".into()));
    let run = world.run(&["verify", "--format", "json"]);
    assert!(!run.out.contains("unresolved-identity"), "{}", run.out);
    let record = world.record();
    let authors = record["approval"]["authors"].as_array().unwrap();
    assert_eq!(authors.len(), 1, "{authors:?}");
}

#[test]
fn the_command_that_is_printed_commits_for_nobody_too() {
    let world = World::new(POLICY);
    world.said("lee", &[ID, "--ref", "billing"]);
    world.switch("billing");
    // An approval commit, which is nobody's, is not signed, whatever git's configuration.
    world.repo.config("commit.gpgsign", "true");
    let run = world.speak("dana", &[ID]);
    assert_eq!(run.code, 0, "{}", run.err);
    for line in ["git add ", "git -c user.name="] {
        let command = run.out.lines().find(|text| text.starts_with(line)).unwrap();
        let done = std::process::Command::new("sh")
            .args(["-c", command])
            .current_dir(world.repo.path())
            .output()
            .unwrap();
        assert!(done.status.success(), "{command}: {done:?}");
    }
    let author = git(world.repo.path(), &["log", "-1", "--format=%an <%ae>|%cn <%ce>"]);
    assert_eq!(author.trim(), format!("{NOBODY}|{NOBODY}"));
    world.squash_naming_all("billing");
    assert_eq!(world.stands(), ("active".into(), "attested".into()));
}

#[test]
fn content_that_nobody_commits_has_no_known_author() {
    let world = World::new(POLICY);
    let work = world.repo.branch("hidden").by(NOBODY);
    work.write(ID, RECORD).commit("File without a name");
    for name in ["dana", "lee"] {
        world.said(name, &[ID, "--ref", "hidden"]);
    }
    world
        .repo
        .by("sam")
        .through("github")
        .merge("hidden", "Merge pull request #2 from example/hidden");
    let run = world.run(&["show", ID, "--format", "json"]);
    assert_eq!(run.code, 3, "{}", run.err);
    let shown: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let record = &shown["record"];
    assert_eq!(record["status"], "unknown");
    assert_eq!(record["approval"]["result"], "indeterminate");
    assert!(record["reasons"].to_string().contains("is not a person"), "{}", record["reasons"]);
}

#[test]
fn nobody_lands_nothing_approves_nothing_and_states_nothing() {
    let world = World::new(&POLICY.replace("count: 2, each_of: [security, platform]", "count: 1"));
    world
        .repo
        .by(NOBODY)
        .merge("billing", "Merge branch 'billing'\n\nApproved-by: Dana Kim <dana@example.com>");
    assert_eq!(world.stands().0, "unapproved");
    let run = world.run(&["log", ID, "--format", "json"]);
    assert!(!run.out.contains("exledger.invalid"), "{}", run.out);
}

#[test]
fn under_ones_own_name_a_landed_record_is_approved_and_an_open_branch_is_refused() {
    let world = World::new(POLICY);
    let tip = world.repo.tip("billing");
    let run = world.as_me("dana", &[ID, "--ref", "billing"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    for said in ["co-author", "after it is merged", "exledger.approvalAuthor"] {
        assert!(run.err.contains(said), "{said}: {}", run.err);
    }
    assert_eq!(world.repo.tip("billing"), tip);
    world.switch("billing");
    assert_eq!(world.as_me("dana", &[ID]).code, 2);
    // Files that a person commits are a different case.
    let out = crate::support::temporary();
    let place = out.path().display().to_string();
    assert_eq!(world.as_me("dana", &[ID, "--out", &place]).code, 0);
    world.switch("main");
    world.squash_naming_all("billing");
    for (name, branch) in [("dana", "approve-dana"), ("lee", "approve-lee")] {
        world.repo.branch(branch);
        world.repo.config("exledger.approvalAuthor", "me");
        world.repo.config("commit.gpgsign", "true");
        world.repo.config("gpg.format", "ssh");
        world.said(name, &[ID, "--ref", branch]);
        world.squash_naming_all(branch);
    }
    let tip = git(world.repo.path(), &["log", "-1", "--format=%an|%b", "approve-lee"]);
    assert_eq!(tip.trim(), "lee|Signed-off-by: lee <lee@example.com>");
    assert_eq!(world.stands(), ("active".into(), "attested".into()));
}

#[test]
fn under_ones_own_name_a_commit_is_signed_as_git_signs_or_not_made() {
    let world = World::new(POLICY);
    world.squash("billing");
    world.repo.branch("late");
    world.repo.config("commit.gpgsign", "true");
    world.repo.config("gpg.format", "ssh");
    assert_eq!(world.as_me("dana", &[ID, "--ref", "late"]).code, 0);
    let signers = world.key("signers");
    let line = world.line("dana");
    let line = line.replace("namespaces=\"exledger-approval@v1\" ", "");
    std::fs::write(&signers, line).unwrap();
    let signers = format!("gpg.ssh.allowedSignersFile={}", signers.display());
    git(world.repo.path(), &["-c", &signers, "verify-commit", "late"]);
    world.repo.config("gpg.format", "openpgp");
    let tip = world.repo.tip("late");
    let run = world.as_me("lee", &[ID, "--ref", "late"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    assert!(run.err.contains("OpenPGP"), "{}", run.err);
    assert_eq!(world.repo.tip("late"), tip);
    let key = world.key("lee").display().to_string();
    world.repo.checkout();
    let run = world.as_me("lee", &[ID, "--key", &key]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("git commit -s -m"), "{}", run.out);
    world.repo.config("exledger.approvalAuthor", "myself");
    let run = world.run(&["approve", ID, "--ref", "late"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("the only valid value is `me`"), "{}", run.err);
}
