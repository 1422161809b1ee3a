//! The ways to merge, each from `init` to a record that counts: no CI or a job, an open or a protected branch, and the address
//! that the merge bears.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::runner::{REPO, Runner, text};
use crate::cli;
use crate::cli_approve::{ID, RECORD};
use crate::support::repo::{Repo, git, speak};
use crate::support::tools::need;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Ci {
    None,
    Open,
    Protected,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Merge,
    Squash,
    Rebase,
}

/// What makes a record active.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ends {
    /// The merge alone.
    Merge,
    /// The job that records the review.
    Job,
    /// One `approve` of Omar's, and its push.
    Approve,
}

const PERSONS: [&str; 2] =
    ["--person=777+nweber=nina@example.com", "--person=901+odiaz=omar@example.com="];

/// A repository on a simulated forge, and its people: Nina files, Omar presses *Approve* and merges.
struct Setup {
    repo: Repo,
    runner: Runner,
    keys: tempfile::TempDir,
}

impl Setup {
    fn new() -> Setup {
        need(&["ssh-keygen"]);
        let repo = Repo::at("2026-11-20T09:00:00Z");
        repo.by("lee").write("README.md", "Payments\n").commit("Begin");
        let runner = Runner::of(&repo);
        let keys = crate::support::temporary();
        std::fs::write(keys.path().join("omar.pub"), speak::public("omar")).unwrap();
        let key = keys.path().join("omar");
        std::fs::write(&key, speak::private_file("omar")).unwrap();
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        Setup { repo, runner, keys }
    }

    fn protect(&self) {
        self.runner
            .executable("bare.git/hooks/update", "#!/bin/sh\ntest \"$1\" != refs/heads/main\n");
    }

    fn omar(&self) -> String {
        format!("{}{}", PERSONS[1], self.keys.path().join("omar.pub").display())
    }

    /// Runs a command of a person's in a clone.
    fn run(&self, folder: &std::path::Path, args: &[&str]) -> cli::Run {
        let path = std::env::var("PATH").unwrap_or_default();
        let variables =
            [("PATH", path.as_str()), ("EXLEDGER_TEST_CLOCK", self.runner.now.as_str())];
        cli::run_with(folder, args, &variables)
    }

    /// Writes the files of `init` and lands them, with the line of the review key if a job records reviews.
    fn begin(&self, ci: Ci) {
        let clone = self.runner.clone_folder();
        let omar = self.omar();
        let mut init = vec!["init", "--forge=github", "--format=json", PERSONS[0], &omar];
        init.extend((ci != Ci::None).then_some("--install=true"));
        let init = self.run(&clone, &init);
        assert_eq!(init.code, 0, "{}", init.err);
        let answer: Value = serde_json::from_str(&init.out).unwrap();
        let mut work = self.repo.by("lee");
        for path in answer["created"].as_array().unwrap() {
            let path = path.as_str().unwrap();
            let mut file = text(&clone, path);
            if path.ends_with("allowed_signers") && ci != Ci::None {
                let line = speak::bridge_line();
                file.push_str(&line.replace("bridge@example.com", "reviews@exledger.invalid"));
            }
            work = work.write(path, &file);
        }
        work.commit("Keep exceptions in a ledger");
        git(&clone, &["clean", "-fdq"]);
    }

    /// The forge lands a branch as this way does; `is_private` is about the addresses that it writes.
    fn land(&self, branch: &str, way: Way, is_private: bool) -> String {
        let person = |login: &str, name: &str| match is_private {
            true => format!("{name} <{login}@users.noreply.github.com>"),
            false => format!("{name} <{}@example.com>", name.to_lowercase()),
        };
        let (nina, omar) = (person("777+nweber", "Nina"), person("901+odiaz", "Omar"));
        self.repo.wait("1h");
        let landed = match way {
            Way::Merge => {
                let work = self.repo.by(&omar).through("github");
                work.merge(branch, &format!("Merge pull request #7 from acme/{branch}"))
            }
            Way::Squash => {
                self.repo.by(&nina).through("github").squash(branch, "File an exception (#7)")
            }
            Way::Rebase => *self.repo.by(&omar).rebase(branch).last().unwrap(),
        };
        landed.to_string()
    }

    /// Makes the forge answer about the request that landed, which Omar approved at this commit.
    fn review(&self, head: &str, landing: &str, way: Way) {
        let email = text_of(&self.repo, &["log", "-1", "--format=%ae", landing]);
        let commit = |email: &str| {
            json!({"sha": head, "commit": {"author": {"email": email}}, "author": {"login": "nweber"},
            "parents": if way == Way::Merge { json!([1, 2]) } else { json!([1]) }})
        };
        let request = json!({"number": 7, "user": {"login": "nweber"}, "merged_at": "2026-11-20T10:00:00Z",
            "base": {"ref": "main"}, "head": {"sha": head}, "merge_commit_sha": landing});
        self.runner.answer(&format!("commits/{landing}/pulls"), json!([request]));
        self.runner.answer(&format!("commits/{landing}"), commit(&email));
        self.runner.answer("pulls/7", request);
        self.runner.answer("pulls/7/commits", json!([commit("nina@example.com")]));
        let review = json!({"user": {"login": "odiaz", "id": 901}, "state": "APPROVED", "commit_id": head,
            "submitted_at": "2026-11-20T09:30:00Z", "body": "", "html_url": "https://forge.example.com/pull/7#1"});
        self.runner.answer("pulls/7/reviews", json!([review]));
        self.runner.answer("issues/7/comments", json!([]));
        self.runner.raw("users/odiaz.json", br#"{"email": null}"#);
        self.runner.answer("collaborators/odiaz/permission", json!({"permission": "write"}));
        git(&self.runner.bare(), &["update-ref", "refs/pull/7/head", head]);
    }

    fn status(&self) -> String {
        let clone = self.runner.clone_folder();
        git(&clone, &["fetch", "-q"]);
        let run = self.run(&clone, &["show", ID, "--format", "json"]);
        let shown: Value = serde_json::from_str(&run.out).unwrap();
        shown["record"]["status"].as_str().unwrap().to_owned()
    }

    fn clone_of_omar(&self) -> PathBuf {
        let folder = self.runner.place("omar");
        git(&self.runner.place(""), &["clone", "-q", "bare.git", "omar"]);
        let key = self.keys.path().join("omar").display().to_string();
        for (name, value) in [("user.email", "omar@example.com"), ("user.signingkey", &key)] {
            git(&folder, &["config", name, value]);
        }
        folder
    }

    /// Omar signs in a clone of his own, and sends it as he is told.
    fn approve(&self) {
        let folder = self.clone_of_omar();
        let run = self.run(&folder, &["approve", ID]);
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
        self.send(&folder, &run.out);
    }

    /// Sends what was signed, by the commands that were printed.
    fn send(&self, folder: &Path, printed: &str) {
        let send = printed.lines().map(str::trim).find(|line| line.starts_with("git fetch"));
        let send = send.unwrap_or_else(|| panic!("{printed}"));
        let mut shell = Command::new("sh");
        shell.args(["-ec", &send.replace(';', "\n")]).current_dir(folder);
        let done = shell.output().unwrap();
        assert!(done.status.success(), "{send}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

fn text_of(repo: &Repo, args: &[&str]) -> String {
    git(repo.path(), args).trim().to_owned()
}

/// Acts a row of the table out, and returns what made the record active.
fn act(ci: Ci, way: Way, is_private: bool) -> Ends {
    let mut setup = Setup::new();
    setup.begin(ci);
    setup.repo.branch("billing").by("nina").write(ID, RECORD).commit("File the exception");
    let head = setup.repo.tip("billing").to_string();
    let before = setup.repo.tip("main").to_string();
    let landing = setup.land("billing", way, is_private);
    setup.runner.now = setup.repo.now().to_string();
    setup.runner.take(&setup.repo);
    if ci != Ci::Open {
        setup.protect();
    }
    let by_merge = setup.status();
    if ci != Ci::None {
        setup.review(&head, &landing, way);
        setup.runner.event(json!({"before": before}));
        let key = speak::private_file("bridge");
        let job = setup.runner.job(&["merged"], &[("EXLEDGER_KEY", &key)]);
        assert_eq!(job.code, 0, "{ci:?} {way:?} {is_private}: {}", job.log);
        let tip = git(&setup.runner.bare(), &["log", "--format=%P", "exledger-approvals"]);
        assert_eq!(tip.trim(), "", "one commit without a parent");
    }
    let by_job = if ci == Ci::None { by_merge.clone() } else { setup.status() };
    match (by_merge.as_str(), by_job.as_str()) {
        ("active", "active") => Ends::Merge,
        (_, "active") => Ends::Job,
        _ => {
            setup.approve();
            assert_eq!(setup.status(), "active", "{ci:?} {way:?} {is_private}");
            Ends::Approve
        }
    }
}

/// Acts out the ways of one setup, none with a second pull request. Whose address a merge or a rebase bears is tried where the
/// branch is open.
fn assert_ways(ci: Ci, squash: Ends) {
    for way in [Way::Merge, Way::Squash, Way::Rebase] {
        let expected = if way == Way::Squash { squash } else { Ends::Merge };
        let has_both = ci == Ci::Open || way == Way::Squash;
        for is_private in [true, false].into_iter().take(if has_both { 2 } else { 1 }) {
            assert_eq!(act(ci, way, is_private), expected, "{ci:?} {way:?} {is_private}");
        }
    }
}

#[test]
fn without_a_job_each_way_ends_in_an_active_record() {
    assert_ways(Ci::None, Ends::Approve);
}

#[test]
fn with_a_job_each_way_ends_in_an_active_record() {
    assert_ways(Ci::Open, Ends::Job);
}

#[test]
fn on_a_protected_branch_each_way_ends_in_an_active_record() {
    assert_ways(Ci::Protected, Ends::Job);
}

/// What a team types and clicks, in the order in which it does.
#[derive(Default)]
struct Acts(Vec<String>);

impl Acts {
    fn typed(&mut self, setup: &Setup, command: &str) -> String {
        self.typed_in(setup, &setup.runner.clone_folder(), command)
    }

    fn typed_in(&mut self, setup: &Setup, folder: &Path, command: &str) -> String {
        self.0.push(command.to_owned());
        let path = std::env::var("PATH").unwrap_or_default();
        let program = PathBuf::from(env!("CARGO_BIN_EXE_exledger"));
        let programs = program.parent().unwrap().display().to_string();
        let mut shell = Command::new("sh");
        shell.args(["-ec", command]).current_dir(folder);
        shell.env("PATH", format!("{programs}:{}:{path}", setup.runner.place("bin").display()));
        shell.env("HOME", setup.runner.place("")).env("FORGE", setup.runner.place(""));
        shell.env("EXLEDGER_TEST_CLOCK", &setup.runner.now).env("EXLEDGER_TEST_WAITS", "0");
        let done = shell.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(done.status.success(), "{command}: {}{}", text(&done.stdout), text(&done.stderr));
        text(&done.stdout)
    }

    fn clicked(&mut self, what: &str) {
        self.0.push(what.to_owned());
    }
}

/// Nina brings the ledger and its first exception, up to the push of the branch `exceptions`.
fn bring(setup: &Setup, acts: &mut Acts) {
    setup.protect();
    let clone = setup.runner.clone_folder();
    for (name, value) in [("user.name", "Nina"), ("user.email", "nina@example.com")] {
        git(&clone, &["config", name, value]);
    }
    setup.runner.raw(&format!("{REPO}.json"), br#"{"default_branch": "main"}"#);
    let policies = format!("{REPO}/environments/exledger/deployment-branch-policies.json");
    setup.runner.raw(&policies, br#"{"branch_policies": []}"#);
    setup.runner.answer("rulesets", json!([]));
    let omar = setup.omar();
    acts.typed(
        setup,
        &format!("exledger init --forge=github --install=true {} {omar}", PERSONS[0]),
    );
    acts.typed(setup, "exledger ci setup --forge=github --repo=example/payments --yes");
    acts.typed(
        setup,
        "exledger new --title 'The report job still runs as root' --rule 'Services run without root' \
         --application reports --risk-level moderate --root-cause tool-access \
         --justification 'The new image is built without root in December; until then the old one is pinned.' \
         --compensating-control 'The job has no network access' --control-status active",
    );
    acts.typed(setup, "git add . && git commit -q -m 'Keep exceptions in a ledger'");
    acts.typed(setup, "git push -q origin HEAD:exceptions");
}

/// The forge squashes the request.
fn squash_first(setup: &mut Setup) -> String {
    let bare = setup.runner.bare().display().to_string();
    git(setup.repo.path(), &["fetch", "-q", &bare, "exceptions:exceptions"]);
    let landing = setup.land("exceptions", Way::Squash, true);
    setup.runner.now = setup.repo.now().to_string();
    setup.runner.take(&setup.repo);
    landing
}

#[test]
fn from_an_empty_clone_to_allow_in_eight_acts_and_one_pull_request() {
    let mut setup = Setup::new();
    let mut acts = Acts::default();
    bring(&setup, &mut acts);
    acts.clicked("open the pull request");
    acts.clicked("Omar: Approve");
    acts.clicked("Squash and merge");
    assert!(acts.0.len() <= 8, "{:?}", acts.0);
    let before = setup.repo.tip("main").to_string();
    let landing = squash_first(&mut setup);
    let head = setup.repo.tip("exceptions").to_string();
    let clone = setup.runner.clone_folder();
    setup.review(&head, &landing, Way::Squash);
    setup.runner.event(json!({"before": before}));
    let ask = ["check", "--application", "reports", "--rule", "Services run without root"];
    assert_eq!(setup.run(&clone, &ask).code, 1, "nobody approved it yet");
    let secret = text(&setup.runner.place(""), "secret");
    let job = setup.runner.job(&["merged"], &[("EXLEDGER_KEY", &secret)]);
    assert_eq!(job.code, 0, "{}", job.log);
    git(&clone, &["fetch", "-q"]);
    let check = setup.run(&clone, &ask);
    assert_eq!(check.code, 0, "{}{}", check.out, check.err);
    assert!(check.out.starts_with("allow"), "{}", check.out);
}

#[test]
fn before_the_first_merge_comment_doctor_and_approve_say_what_will_count() {
    let mut setup = Setup::new();
    let mut acts = Acts::default();
    bring(&setup, &mut acts);
    let comment = acts.typed(&setup, "exledger diff --branch exceptions --format markdown");
    for words in ["**Approve the pull request**", "however it is merged", "**Sign it**"] {
        assert!(comment.contains(words), "{words}: {comment}");
    }
    assert!(!comment.contains("alone does not count"), "{comment}");
    let doctor = acts.typed(&setup, "exledger doctor");
    assert!(doctor.starts_with("yes,") && doctor.contains("once exledger.yaml is merged"));
    assert!(doctor.contains("records the forge's reviews"), "{doctor}");
    assert!(!doctor.contains("depends on policy"), "{doctor}");
    // Omar's clone is on a branch without a ledger.
    let folder = setup.clone_of_omar();
    let stray = setup.run(&folder, &["doctor"]);
    assert_eq!(stray.code, 3, "{}{}", stray.out, stray.err);
    assert!(stray.err.contains("run `git switch exceptions`"), "{}", stray.err);
    let command = comment.split('`').find(|part| part.contains("exledger approve")).unwrap();
    let signed = acts.typed_in(&setup, &folder, command);
    assert!(signed.contains("it counts once that is merged"), "{signed}");
    assert!(!signed.contains("First"), "{signed}");
    let again = acts.typed_in(&setup, &folder, command);
    assert!(again.contains("nothing was signed again") || again.contains("before"), "{again}");
    setup.send(&folder, &signed);
    squash_first(&mut setup);
    let ask = ["check", "--application", "reports", "--rule", "Services run without root"];
    let clone = setup.runner.clone_folder();
    git(&clone, &["fetch", "-q"]);
    let check = setup.run(&clone, &ask);
    assert_eq!(check.code, 0, "{}{}", check.out, check.err);
}
