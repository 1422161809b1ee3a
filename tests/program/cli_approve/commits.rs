//! The author of an approval commit, and what a squash that names every author of a branch makes of it.

use super::{BRANCH, ID, POLICY, RECORD, World};
use crate::cli::{self, Run};
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
fn the_command_that_is_printed_commits_for_nobody_too() {
    let world = World::new(POLICY);
    world.said("lee", &[ID, "--ref", "billing"]);
    world.switch("billing");
    // An approval commit, which is nobody's, is not signed, whatever git's configuration.
    world.repo.config("commit.gpgsign", "true");
    let out = crate::support::temporary();
    let run = world.speak("dana", &[ID, "--out", &out.path().display().to_string()]);
    assert_eq!(run.code, 0, "{}", run.err);
    for line in ["mkdir ", "git add ", "git -c user.name="] {
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
    let landing = world.squash_naming_all("billing");
    let landing = world.repo.git.find_commit(landing).unwrap();
    assert!(landing.message().unwrap().contains(NOBODY), "{:?}", landing.message());
    assert_eq!(world.stands(), ("active".into(), "attested".into()));
    let run = world.run(&["verify", "--format", "json"]);
    assert!(!run.out.contains("unresolved-identity"), "{}", run.out);
    let record = world.record();
    let authors = record["approval"]["authors"].as_array().unwrap();
    assert_eq!(authors.len(), 1, "{authors:?}");
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
fn under_ones_own_name_a_commit_is_signed_as_git_signs_or_not_made() {
    let world = World::new(POLICY);
    world.squash("billing");
    world.repo.checkout();
    world.repo.config("commit.gpgsign", "true");
    world.repo.config("gpg.format", "ssh");
    assert_eq!(world.as_me("dana", &[ID]).code, 0);
    let tip = git(world.repo.path(), &["log", "-1", "--format=%an|%b", BRANCH]);
    assert_eq!(tip.trim(), "dana|Signed-off-by: dana <dana@example.com>");
    let signers = world.key("signers");
    let line = world.line("dana");
    let line = line.replace("namespaces=\"exledger-approval@v1\" ", "");
    std::fs::write(&signers, line).unwrap();
    let signers = format!("gpg.ssh.allowedSignersFile={}", signers.display());
    git(world.repo.path(), &["-c", &signers, "verify-commit", BRANCH]);
    world.repo.config("gpg.format", "openpgp");
    let tip = world.repo.tip(BRANCH);
    let run = world.as_me("lee", &[ID]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    assert!(run.err.contains("OpenPGP"), "{}", run.err);
    assert_eq!(world.repo.tip(BRANCH), tip);
    world.repo.config("gpg.format", "ssh");
    world.repo.config("exledger.approvalAuthor", "me");
    world.said("lee", &[ID]);
    let tip = git(world.repo.path(), &["log", "-1", "--format=%an", BRANCH]);
    assert_eq!(tip.trim(), "lee");
    assert_eq!(world.stands(), ("active".into(), "attested".into()));
    world.repo.config("exledger.approvalAuthor", "myself");
    let run = world.run(&["approve", ID]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("the only valid value is `me`"), "{}", run.err);
}

#[test]
fn under_ones_own_name_it_is_the_one_that_git_commits_by() {
    let world = World::new(POLICY);
    world.squash("billing");
    world.repo.checkout();
    world.is("dana", "dana");
    let (on, path) = (world.repo.now().to_string(), std::env::var("PATH").unwrap_or_default());
    let variables = [("GIT_COMMITTER_EMAIL", "d@users.example.com"), ("PATH", path.as_str())];
    let args = ["approve", ID, "--as-me", "--on", &on];
    let run = cli::run_with(world.repo.path(), &args, &variables);
    assert_eq!(run.code, 0, "{}", run.err);
    let tip = git(world.repo.path(), &["log", "-1", "--format=%an <%ae>|%cn <%ce>", BRANCH]);
    let me = "dana <d@users.example.com>";
    assert_eq!(tip.trim(), format!("{me}|{me}"));
}
