//! `action.yml`, and the workflows and pipelines that `init` writes: the facts that their users rely on.

use serde_json::{Value, json};

use super::runner::text;
use crate::cli;
use crate::support::{project, schemas};

/// Returns what `init` writes in a new repository, with these flags, and its answer.
fn init(flags: &[&str]) -> (tempfile::TempDir, Value) {
    let folder = crate::support::temporary();
    crate::support::repo::git(folder.path(), &["init", "-q", "-b", "main"]);
    let run = cli::run(folder.path(), &[&["init", "--format", "json"], flags].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    (folder, serde_json::from_str(&run.out).unwrap())
}

const WORKFLOW: &str = ".github/workflows/exledger.yml";

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

#[test]
fn the_action_is_composite_and_no_value_is_part_of_a_script() {
    let text = text(&project::root(), "action.yml");
    let action = yaml(&text);
    assert_eq!(action["runs"]["using"], "composite");
    for step in action["runs"]["steps"].as_array().unwrap() {
        assert_eq!(step["shell"], "bash");
        assert!(step["uses"].is_null() && !step["run"].as_str().unwrap().contains("${{"), "{step}");
    }
    let keys =
        |of: &str| -> Vec<String> { action[of].as_object().unwrap().keys().cloned().collect() };
    for input in keys("inputs") {
        assert!(text.contains(&format!("${{{{ inputs.{input} }}}}")), "{input} is not used");
    }
    let outputs = ["exit-code", "errors", "warnings", "verdict", "record", "json-file"];
    assert_eq!(keys("outputs"), outputs);
    let schema = schemas::read("github-action.schema.json");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let checker = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = checker.iter_errors(&action).map(|it| it.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    let mut wrong = action.clone();
    wrong["runs"]["steps"][0]["shell"] = json!(1);
    assert!(!checker.is_valid(&wrong), "the schema says nothing about steps");
}

#[test]
fn the_workflow_is_short_pinned_and_asks_for_no_more_than_it_needs() {
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let pinned = format!("example/exledger@{commit}");
    for flags in [
        &["--vendor-action"][..],
        &["--action", &pinned],
        &["--no-bridge", "--vendor-action"],
        &["--vendor-action", "--branch", "release/2.x"],
    ] {
        let (folder, answer) = init(flags);
        let text = text(folder.path(), WORKFLOW);
        assert!(text.lines().count() <= 80, "{flags:?}: {} lines", text.lines().count());
        assert!(
            !text.replace("${{", "").contains("{{") && !text.contains("cargo install"),
            "{text}"
        );
        let whole = yaml(&text);
        assert_eq!(whole["permissions"], json!({}));
        assert!(whole["concurrency"]["group"].is_string());
        let branch = if flags.contains(&"--branch") { "release/2.x" } else { "main" };
        assert_eq!((&answer["branch"], &answer["forge"]), (&json!(branch), &json!("github")));
        assert_eq!(whole["on"]["push"]["branches"], json!([branch]));
        assert_eq!(whole["env"]["EXLEDGER_APPROVED_REF"], format!("refs/remotes/origin/{branch}"));
        let permissions: Vec<(&str, Value)> = vec![
            ("lint", json!({"contents": "read"})),
            ("comment", json!({"contents": "read", "pull-requests": "write"})),
            ("reviews", json!({"contents": "write", "pull-requests": "write"})),
            ("nightly", json!({"contents": "read", "issues": "write"})),
        ];
        let has_bridge = !flags.contains(&"--no-bridge");
        for (name, needed) in
            permissions.into_iter().filter(|(name, _)| has_bridge || *name != "reviews")
        {
            let job = &whole["jobs"][name];
            assert_eq!(job["permissions"], needed, "{name}");
            assert!(job["timeout-minutes"].is_number(), "{name}");
            let steps = job["steps"].as_array().unwrap();
            assert_eq!(steps[0]["with"], json!({"fetch-depth": 0, "persist-credentials": false}));
            assert_eq!(steps[1]["with"]["command"], name);
            assert_eq!(steps[1]["uses"], answer["action"]);
            for step in steps {
                assert!(step["run"].is_null(), "{step}");
                let action = step["uses"].as_str().unwrap();
                let is_pinned =
                    action.split_once('@').is_some_and(|(_, commit)| commit.len() == 40);
                assert!(is_pinned || action == "./.github/actions/exledger", "{action}");
            }
        }
        assert_eq!(whole["jobs"]["reviews"].is_null(), !has_bridge);
        let again = &whole["on"]["workflow_dispatch"];
        assert_eq!(again["inputs"]["pull_request"].is_object(), has_bridge);
        assert_eq!(again.is_null(), !has_bridge, "{again}");
        let is_copied = answer["created"]
            .as_array()
            .unwrap()
            .contains(&json!(".github/actions/exledger/action.yml"));
        assert_eq!(is_copied, !flags.contains(&"--action"));
        let variables = text.matches("${{ vars.EXLEDGER_URL }}").count();
        assert_eq!(variables > 0, is_copied);
    }
    // Of each method of merging it is the same.
    let of = |method: &str| text(init(&["--merge-method", method]).0.path(), WORKFLOW);
    assert!(of("merge") == of("squash") && of("squash") == of("rebase"));
}

#[test]
fn a_copy_of_the_action_is_whole_and_a_folder_is_named_in_every_job() {
    let folder = crate::support::temporary();
    crate::support::repo::git(folder.path(), &["init", "-q", "-b", "main"]);
    std::fs::create_dir_all(folder.path().join("teams/pay ments")).unwrap();
    let run = cli::run(folder.path(), &["-C", "teams/pay ments", "init", "--vendor-action"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("EXLEDGER_URL and EXLEDGER_SHA256"), "{}", run.err);
    let workflow = yaml(&text(folder.path(), WORKFLOW));
    for (name, job) in workflow["jobs"].as_object().unwrap() {
        assert_eq!(job["steps"][1]["with"]["working-directory"], "teams/pay ments", "{name}");
    }
    // Every script that another one runs, and those of the jobs.
    let used = text(&project::root(), "action.yml") + &text(&project::root(), "scripts/run.sh");
    let scripts = std::fs::read_dir(project::root().join("scripts")).unwrap();
    let scripts = scripts.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let jobs = ["comment.sh", "nightly.sh", "reviews.sh"];
    let scripts: Vec<String> =
        scripts.filter(|name| used.contains(name) || jobs.contains(&name.as_str())).collect();
    assert_eq!(scripts.len(), 6, "{scripts:?}");
    let paths = scripts.iter().map(|name| format!("scripts/{name}"));
    for path in paths.chain(["action.yml".to_owned()]) {
        let copied = text(folder.path(), &format!(".github/actions/exledger/{path}"));
        assert!(copied == text(&project::root(), &path), "{path} differs");
    }
    // A copy of another version is named, with how to replace it.
    std::fs::write(folder.path().join(".github/actions/exledger/scripts/run.sh"), "exit 0\n")
        .unwrap();
    let again = cli::run(folder.path(), &["init"]);
    let said = ".github/actions/exledger/scripts/run.sh would need";
    assert!(again.out.contains(said), "{}", again.out);
}

#[test]
fn what_can_not_be_pinned_or_named_is_refused() {
    let folder = crate::support::temporary();
    crate::support::repo::git(folder.path(), &["init", "-q", "-b", "main"]);
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let pinned = format!("example/exledger@{commit}");
    for args in [
        &["--action", "example/exledger@v1"][..],
        &["--action", "example/exledger"],
        &["--action", &pinned, "--vendor-action"],
        &["--action", &pinned, "--forge", "gitlab"],
        &["--branch", "main\"]\non: push"],
        &["--forge", "elsewhere"],
    ] {
        let run = cli::run(folder.path(), &[&["init"], args].concat());
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}: {}", run.err);
    }
    assert!(!folder.path().join("exledger.yaml").exists());
}

#[test]
fn the_remote_tells_forge_branch_and_name() {
    for (url, forge, name) in [
        ("git@gitlab.example.com:pay/core/ledger.git", "gitlab", "pay/core/ledger"),
        ("https://github.com/example/payments", "github", "example/payments"),
        ("https://codeberg.org/example/payments.git", "none", "example/payments"),
    ] {
        let folder = crate::support::temporary();
        let git = |words: &[&str]| crate::support::repo::git(folder.path(), words);
        git(&["init", "-q", "-b", "topic"]);
        git(&["remote", "add", "origin", url]);
        git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]);
        let run =
            cli::run(folder.path(), &["init", "--format", "json", "--merge-method", "squash"]);
        assert_eq!(run.code, 0, "{}", run.err);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!((&answer["forge"], &answer["branch"]), (&json!(forge), &json!("trunk")));
        let policy = text(folder.path(), "exledger.yaml");
        assert!(policy.contains(&format!("\nname: {name}\n")), "{policy}");
        let lint = cli::run(folder.path(), &["lint", "--strict"]);
        assert_eq!(lint.code, 0, "{forge}: {}", lint.out);
        let has = |path: &str| folder.path().join(path).exists();
        assert_eq!(has(WORKFLOW), forge == "github");
        assert_eq!(has(".gitlab/exledger.yml") && has(".gitlab-ci.yml"), forge == "gitlab");
        assert_eq!(has(".github"), forge == "github");
        assert_eq!(answer["action"].is_null(), forge != "github");
        match forge {
            "gitlab" => assert!(run.err.contains("%{approved_by}"), "{}", run.err),
            "none" => assert!(run.err.contains("codeberg.org"), "{}", run.err),
            _ => {}
        }
    }
}

#[test]
fn a_pipeline_that_is_there_stays_and_the_line_to_add_is_printed() {
    let folder = crate::support::temporary();
    crate::support::repo::git(folder.path(), &["init", "-q", "-b", "main"]);
    std::fs::write(folder.path().join(".gitlab-ci.yml"), "stages: [test]\n").unwrap();
    let run = cli::run(folder.path(), &["init", "--forge", "gitlab"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("  - local: .gitlab/exledger.yml"), "{}", run.out);
    assert_eq!(text(folder.path(), ".gitlab-ci.yml"), "stages: [test]\n");
}

#[test]
fn the_component_has_its_jobs_and_lets_no_input_into_a_script() {
    let text = text(&project::root(), "templates/exledger.yml");
    let (head, jobs) = text.split_once("\n---\n").unwrap();
    let (head, jobs) = (yaml(head), yaml(jobs));
    for input in head["spec"]["inputs"].as_object().unwrap().keys() {
        assert!(text.contains(&format!("$[[ inputs.{input} ]]")), "{input} is not used");
    }
    for name in ["exledger-lint", "exledger-comment", "exledger-reviews", "exledger-nightly"] {
        let job = &jobs[name];
        assert!(job["rules"].is_array(), "{name}");
        for part in job["script"]
            .as_array()
            .unwrap()
            .iter()
            .chain(jobs[".exledger"]["before_script"].as_array().unwrap())
        {
            assert!(!part.as_str().unwrap().contains("$[["), "{name}");
        }
    }
}
