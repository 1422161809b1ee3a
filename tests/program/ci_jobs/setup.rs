//! `ci setup`: the environment, the key, the ruleset, and the line.

use std::process::Command;

use serde_json::{Value, json};

use super::runner::{REPO, Runner, text};
use crate::support::repo::{Repo, git, speak};

/// A repository without a ledger on the forge, whose clone has the first policy in its work tree.
fn forge() -> Runner {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("lee").write("README.md", "Payments\n").commit("Begin");
    let runner = Runner::of(&repo);
    std::fs::write(runner.clone_folder().join("exledger.yaml"), "version: 1\n").unwrap();
    runner.raw(&format!("{REPO}.json"), br#"{"default_branch": "trunk"}"#);
    let policies = format!("{REPO}/environments/exledger/deployment-branch-policies.json");
    let others = json!({"branch_policies": [{"id": 7, "name": "*", "type": "branch"}, {"id": 8, "name": "main", "type": "tag"}]});
    runner.raw(&policies, others.to_string().as_bytes());
    runner.answer("rulesets", json!([]));
    runner
}

/// `setup` of a clone, whose remote is a folder.
const SETUP: [&str; 5] = ["setup", "--forge=github", "--repo=example/payments", "--yes", "--quiet"];

fn private_lines(secret: &str) -> Vec<String> {
    use base64ct::Encoding as _;
    let key = base64ct::Base64::decode_vec(secret).unwrap();
    let key = String::from_utf8(key).unwrap();
    assert!(key.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
    key.lines().skip(1).take(3).map(str::to_owned).chain([secret.to_owned()]).collect()
}

#[test]
fn the_key_is_stored_for_the_branches_alone_and_its_line_is_in_the_first_policy() {
    let runner = forge();
    let job = runner.run(&SETUP, &[]);
    assert_eq!(job.code, 0, "{}", job.log);
    let policies = runner.asked("environments/exledger/deployment-branch-policies");
    let all = policies["branch_policies"].as_array().unwrap();
    let names: Vec<(&Value, &Value)> = all.iter().map(|it| (&it["name"], &it["type"])).collect();
    let branch = json!("branch");
    assert_eq!(names, [(&json!("main"), &branch), (&json!("trunk"), &branch)]);
    let signers = text(&runner.clone_folder(), ".github/allowed_signers");
    assert_eq!(job.out, signers);
    let log = job.log.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(log.contains("commit it with the first policy: git "), "{log}");
    assert!(log.contains("add .github/allowed_signers"), "{log}");
    let start = "reviews@exledger.invalid namespaces=\"exledger-review@v1\" ssh-ed25519 ";
    assert!(signers.starts_with(start), "{signers}");
    let rules = runner.asked("rulesets");
    assert_eq!(
        rules[0]["conditions"]["ref_name"]["include"],
        json!(["refs/heads/exledger-approvals"])
    );
    assert_eq!(rules[0]["rules"], json!([{"type": "deletion"}, {"type": "non_fast_forward"}]));
    // The forge has the key, and nothing else has any line of it.
    let secret = text(&runner.place(""), "secret");
    let calls = runner.calls();
    let before = calls.iter().position(|it| it["method"] == "SECRET").unwrap();
    let order: Vec<&Value> = calls[..before].iter().map(|it| &it["method"]).collect();
    assert!(order.contains(&&json!("PUT")), "the environment comes first: {order:?}");
    for line in private_lines(&secret) {
        let arguments = calls.iter().any(|it| it["flags"].to_string().contains(&line));
        assert!(!job.log.contains(&line) && !arguments);
        let place = runner.place("");
        let grep = Command::new("grep").args(["-rlF", &line, "."]).current_dir(place).output();
        let found = String::from_utf8(grep.unwrap().stdout).unwrap();
        let kept = found.lines().filter(|path| !matches!(*path, "./secret" | "./calls"));
        assert_eq!(kept.collect::<Vec<_>>(), Vec::<&str>::new());
    }
    // A second run replaces the key and the line, and nothing twice.
    let again = runner.run(&SETUP, &[]);
    assert_eq!(again.code, 0, "{}", again.log);
    assert_eq!(text(&runner.clone_folder(), ".github/allowed_signers"), again.out);
    assert!(again.out != job.out && text(&runner.place(""), "secret") != secret);
    let rules = format!("PUT {REPO}/rulesets/{}", rules[0]["id"]);
    let environment = format!("PUT {REPO}/environments/exledger");
    assert_eq!(runner.writes(), [environment, rules, "SECRET EXLEDGER_KEY".to_owned()]);
}

#[test]
fn a_branch_that_can_not_be_protected_is_named_and_the_line_is_there() {
    for (method, status) in [("POST", "403"), ("GET", "404"), ("GET", "403")] {
        let runner = forge();
        runner.refuse(&format!("{method} {REPO}/rulesets {status} -1\n"));
        let job = runner.run(&SETUP, &[]);
        assert_eq!(job.code, 1, "{}", job.log);
        assert_eq!(text(&runner.clone_folder(), ".github/allowed_signers"), job.out);
        let log = job.log.split_whitespace().collect::<Vec<_>>().join(" ");
        for says in
            ["the key is stored, but exledger-approvals is not protected", "by hand: no force push"]
        {
            assert!(log.contains(says), "{log}");
        }
        assert!(!log.contains("run it again"), "{log}");
    }
    // Of a forge that is busy nothing is known, and nothing is stored.
    let runner = forge();
    runner.refuse(&format!("GET {REPO}/rulesets 503 -1\n"));
    let job = runner.run(&SETUP, &[]);
    assert_eq!((job.code, job.out.as_str()), (3, ""), "{}", job.log);
    assert!(!runner.place("secret").exists() && job.log.contains("run it again"), "{}", job.log);
}

#[test]
fn nothing_is_stored_where_the_environment_can_not_be_protected() {
    let environment = format!("{REPO}/environments/exledger");
    let policies = format!("{environment}/deployment-branch-policies");
    let list = "exledger init --person LOGIN=ADDRESS=KEYFILE` writes .github/allowed_signers";
    for (refuse, says) in [
        (format!("PUT {environment} 422 -1"), "nothing was stored"),
        (format!("POST {policies} 403 -1"), "nothing was stored"),
        (format!("GET {policies} 404 -1"), "nothing was stored"),
        (format!("PUT {environment} 0 -1"), "the forge did not answer"),
        (format!("PUT {environment} 401 -1"), "the forge did not answer"),
        (format!("GET {REPO} nonsense -1"), "the forge did not answer"),
        (format!("GET {policies} nonsense -1"), "the forge did not answer"),
    ] {
        let runner = forge();
        runner.refuse(&format!("{refuse}\n"));
        let job = runner.run(&SETUP, &[]);
        assert_eq!((job.code, job.out.as_str()), (3, ""), "{refuse}: {}", job.log);
        assert!(job.log.contains(says), "{refuse}: {}", job.log);
        if says == "nothing was stored" {
            let log = job.log.replace("\n        ", " ");
            assert!(log.contains("reviews count by `exledger approve` alone"), "{log}");
            assert!(log.contains(list), "{log}");
        }
        assert!(!runner.place("secret").exists(), "{refuse}");
        assert!(!runner.clone_folder().join(".github/allowed_signers").exists(), "{refuse}");
    }
    // A forge that takes the call and does something else.
    let runner = forge();
    runner.raw(&format!("{environment}.json"), br#"{"deployment_branch_policy": null}"#);
    runner.refuse(&format!("PUT {environment} nonsense -1\n"));
    let job = runner.run(&SETUP, &[]);
    assert!(job.log.contains("open to other branches"), "{}", job.log);
    assert!(!runner.place("secret").exists());
}

#[test]
fn a_call_that_fails_is_made_twice_again() {
    let environment = format!("{REPO}/environments/exledger");
    for (times, code) in [(2, 0), (3, 3)] {
        let runner = forge();
        runner.refuse(&format!("PUT {environment} 502 {times}\n"));
        let job = runner.run(&SETUP, &[]);
        assert_eq!(job.code, code, "{}", job.log);
        let puts = runner
            .calls()
            .iter()
            .filter(|it| it["path"] == environment.as_str() && it["method"] == "PUT")
            .count();
        assert_eq!(puts, 3);
    }
    let runner = forge();
    std::fs::remove_file(runner.place("bin/gh")).unwrap();
    let job = runner.command(&SETUP, &[]).env("PATH", runner.place("bin")).output().unwrap();
    assert_eq!(job.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&job.stderr).contains("there is no program gh"));
}

#[test]
fn a_dry_run_prints_each_call_and_changes_nothing() {
    let runner = forge();
    let job = runner.run(&["setup", "--forge=github", "--repo=example/payments", "--dry-run"], &[]);
    assert_eq!((job.code, job.out.as_str()), (0, ""), "{}", job.log);
    assert_eq!(runner.writes(), Vec::<String>::new());
    for call in [
        "gh api --method PUT repos/example/payments/environments/exledger",
        "gh api --method DELETE repos/example/payments/environments/exledger/deployment-branch-policies/7",
        "gh secret set EXLEDGER_KEY --env exledger --repo example/payments",
        "gh api --method POST repos/example/payments/rulesets",
    ] {
        assert!(job.log.contains(call), "{call}: {}", job.log);
    }
    assert!(!runner.clone_folder().join(".github/allowed_signers").exists());
    // Nobody is there to agree.
    let job = runner.run(&["setup", "--forge=github", "--repo=example/payments"], &[]);
    assert_eq!(job.code, 2, "{}", job.log);
    assert!(job.log.contains("--yes") && runner.calls().is_empty(), "{}", job.log);
}

#[test]
fn a_key_that_is_listed_stays_unless_a_new_one_is_asked_for() {
    let listed = || {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        repo.by("lee")
            .write("exledger.yaml", "version: 1\n")
            .write(".github/allowed_signers", &speak::bridge_line())
            .commit("Keep exceptions in a ledger");
        let runner = Runner::of(&repo);
        runner.raw(&format!("{REPO}.json"), br#"{"default_branch": "main"}"#);
        runner.answer("rulesets", json!([]));
        runner.answer(
            "environments/exledger/deployment-branch-policies",
            json!({"branch_policies": []}),
        );
        runner
    };
    let environment = "environments/exledger";
    let secret = "environments/exledger/secrets/EXLEDGER_KEY";
    let set = "SECRET EXLEDGER_KEY".to_owned();
    let new = [&SETUP[..], &["--new-key"]].concat();
    for (there, setup, code, is_set, says) in [
        (&[environment, secret][..], &SETUP[..], 0, false, "and so does the secret EXLEDGER_KEY"),
        (&[environment], &SETUP, 1, false, "shows no secret EXLEDGER_KEY in the environment"),
        (&[environment, secret], &new, 0, true, "add this line to .github/allowed_signers"),
        // What is not there can't be overwritten.
        (&[], &SETUP, 0, true, "add this line to .github/allowed_signers"),
    ] {
        let runner = listed();
        for path in there {
            runner.answer(path, json!({"name": "exledger"}));
        }
        let setup: Vec<&str> = setup.iter().copied().filter(|flag| *flag != "--quiet").collect();
        let job = runner.run(&setup, &[]);
        assert_eq!(job.code, code, "{there:?}: {}", job.log);
        let writes = runner.writes();
        assert_eq!(writes.contains(&set), is_set, "{there:?}: {writes:?}");
        assert!(writes.contains(&format!("PUT {REPO}/environments/exledger")), "{writes:?}");
        assert_eq!(job.out.is_empty(), !is_set, "{}", job.out);
        let log = job.log.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(log.contains(says), "{there:?}: {log}");
        if !is_set {
            assert!(log.contains("the review key SHA256:"), "{log}");
            assert!(log.contains("ci setup --new-key`"), "{log}");
        }
    }
    // What else is missing is said, and the key stays all the same.
    let runner = listed();
    runner.answer(environment, json!({}));
    runner.answer(secret, json!({}));
    let clone = runner.clone_folder();
    std::fs::create_dir_all(clone.join(".github/workflows")).unwrap();
    let jobs = "on: push\njobs:\n  branch:\n    steps: [{run: exledger ci merged}]\n";
    std::fs::write(clone.join(".github/workflows/exledger.yml"), jobs).unwrap();
    git(&clone, &["add", "."]);
    let who = ["-c", "user.name=Lee Chen", "-c", "user.email=lee@example.com"];
    git(&clone, &[&who[..], &["commit", "-q", "-m", "Add the jobs"]].concat());
    git(&clone, &["push", "-q", "origin", "main"]);
    let job = runner.run(&SETUP, &[]);
    assert_eq!((job.code, job.out.as_str()), (1, ""), "{}", job.log);
    let log = job.log.split_whitespace().collect::<Vec<_>>().join(" ");
    let lacks = ".github/workflows/exledger.yml:3: the job branch lacks `environment: exledger`";
    assert!(log.contains(lacks), "{log}");
    assert!(!runner.writes().contains(&set));
    // On GitLab the variable is the place.
    let runner = listed();
    let project = "projects/example%2Fpayments";
    runner.raw(&format!("{project}.json"), br#"{"default_branch": "main"}"#);
    runner.raw(&format!("{project}/protected_branches/main.json"), b"{}");
    let setup = ["setup", "--forge=gitlab", "--repo=example/payments", "--yes"];
    let stored = |runner: &Runner| runner.place(&format!("api/{project}/variables.json")).exists();
    let variable = format!("{project}/variables/EXLEDGER_KEY.json");
    runner.raw(&variable, br#"{"key": "EXLEDGER_KEY"}"#);
    let job = runner.run(&setup, &[]);
    assert_eq!((job.code, job.out.as_str()), (0, ""), "{}", job.log);
    assert_eq!(runner.api(&format!("{project}/variables/EXLEDGER_KEY"))["value"], Value::Null);
    assert!(!stored(&runner));
}

#[test]
fn once_a_policy_is_merged_the_line_is_only_printed() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("lee").write("exledger.yaml", "version: 1\n").commit("Keep exceptions in a ledger");
    let runner = Runner::of(&repo);
    runner.raw(&format!("{REPO}.json"), br#"{"default_branch": "main"}"#);
    let none = json!({"branch_policies": []}).to_string();
    let policies = format!("{REPO}/environments/exledger/deployment-branch-policies.json");
    runner.raw(&policies, none.as_bytes());
    runner.answer("rulesets", json!([]));
    let job = runner.run(&SETUP, &[]);
    assert_eq!(job.code, 0, "{}", job.log);
    assert!(job.out.starts_with("reviews@exledger.invalid "), "{}", job.log);
    assert!(job.log.contains("in a pull request that somebody else merges"), "{}", job.log);
    assert!(!runner.clone_folder().join(".github").exists());
}

#[test]
fn gitlab_stores_the_key_for_protected_branches_alone() {
    let project = "projects/example%2Fpayments";
    let runner = forge();
    runner.raw(&format!("{project}.json"), br#"{"default_branch": "main"}"#);
    let setup = ["setup", "--forge=gitlab", "--repo=example/payments", "--yes"];
    let job = runner.run(&setup, &[]);
    assert_eq!(job.code, 3, "{}", job.log);
    assert!(job.log.contains("the branch main is not protected"), "{}", job.log);
    assert_eq!(runner.writes(), Vec::<String>::new());
    runner.raw(&format!("{project}/protected_branches/main.json"), b"{}");
    let job = runner.run(&setup, &[]);
    assert_eq!(job.code, 0, "{}", job.log);
    let variable = runner.api(&format!("{project}/variables"));
    assert_eq!(variable["environment_scope"], "exledger");
    assert!(variable["masked"] == true && variable["protected"] == true, "{}", variable["key"]);
    private_lines(variable["value"].as_str().unwrap());
    let branches = runner.api(&format!("{project}/protected_branches"));
    assert_eq!(branches["allow_force_push"], false);
}
