//! `action.yml`, and the workflows and pipelines that `init` writes: the facts that their users rely on.

use std::process::Command;

use exledger::store::files::WorkTree;
use exledger::survey::workflows::ci::CiSetup;
use serde_json::{Value, json};

use super::runner::text;
use crate::cli;
use crate::support::repo::speak;
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

/// A release knows the commit of its action; any build takes one.
const ACTION: &str = "example/exledger@0123456789abcdef0123456789abcdef01234567";

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
    for input in action["inputs"].as_object().unwrap().keys() {
        assert!(text.contains(&format!("${{{{ inputs.{input} }}}}")), "{input} is not used");
    }
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
fn the_action_puts_the_program_on_the_path_or_ends() {
    let action = yaml(&text(&project::root(), "action.yml"));
    let script = action["runs"]["steps"][0]["run"].as_str().unwrap();
    let folder = crate::support::temporary();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("scripts")).unwrap();
    for (install, code, path) in [
        ("echo /opt/exledger/bin/exledger", 0, "/opt/exledger/bin\n"),
        ("echo error >&2; exit 3", 3, ""),
    ] {
        std::fs::write(at("scripts/install.sh"), format!("{install}\n")).unwrap();
        std::fs::write(at("path"), "").unwrap();
        let run = Command::new("bash")
            .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script])
            .env("GITHUB_ACTION_PATH", folder.path())
            .env("GITHUB_PATH", at("path"))
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(code));
        assert_eq!(std::fs::read_to_string(at("path")).unwrap(), path);
    }
}

#[test]
fn the_workflow_is_short_pinned_and_asks_for_no_more_than_it_needs() {
    for (flags, folder) in [
        (&["--action", ACTION][..], ""),
        (&["--install", "cargo install --git \"https://example.com/x\" # it's"], ""),
        (&["--action", ACTION, "--branch", "release/2.x"], ""),
    ] {
        let (place, answer) = init(flags);
        let text = text(place.path(), WORKFLOW);
        assert!(text.lines().count() <= 40, "{flags:?}: {} lines", text.lines().count());
        assert!(!text.replace("${{", "").contains("{{"), "{text}");
        let whole = yaml(&text);
        assert_eq!(whole["permissions"], json!({}));
        let branch = if flags.contains(&"--branch") { "release/2.x" } else { "main" };
        assert_eq!((&answer["branch"], &answer["forge"]), (&json!(branch), &json!("github")));
        assert_eq!(whole["on"]["push"]["branches"], json!([branch]));
        assert_eq!(whole["env"]["EXLEDGER_APPROVED_REF"], format!("refs/remotes/origin/{branch}"));
        for (name, needed) in [
            ("pull-request", json!({"contents": "read", "pull-requests": "write"})),
            ("branch", json!({"contents": "write", "pull-requests": "write", "issues": "write"})),
        ] {
            let job = &whole["jobs"][name];
            assert_eq!(job["permissions"], needed, "{name}");
            assert!(job["timeout-minutes"].is_number(), "{name}");
            // No pull request reaches the key.
            assert_eq!(job["environment"] == "exledger", name == "branch");
            assert_eq!(job.to_string().contains("EXLEDGER_KEY"), name == "branch");
            let steps = job["steps"].as_array().unwrap();
            assert_eq!(steps[0]["with"], json!({"fetch-depth": 0, "persist-credentials": false}));
            let installs =
                if flags[0] == "--install" { &steps[1]["run"] } else { &steps[1]["uses"] };
            assert_eq!(installs, flags[1]);
            let runs = steps[2]["run"].as_str().unwrap();
            assert!(runs.starts_with(&format!("exledger{folder} ci ")), "{runs}");
            for step in steps {
                let run = step["run"].as_str().unwrap_or_default();
                assert!(!run.contains("${{"), "{run}");
            }
        }
        assert_eq!(answer["action"].is_null(), flags[0] == "--install");
        let all = answer["created"].as_array().unwrap();
        let lines = all
            .iter()
            .map(|it| super::runner::text(place.path(), it.as_str().unwrap()).lines().count());
        assert!(all.len() <= 4 && lines.sum::<usize>() <= 200, "{all:?}");
        let policy = super::runner::text(place.path(), "exledger.yaml");
        assert!(policy.lines().count() <= 20, "{policy}");
    }
    // Of each method of merging it is the same.
    let of = |method: &str| {
        text(init(&["--merge-method", method, "--action", ACTION]).0.path(), WORKFLOW)
    };
    assert!(of("merge") == of("squash") && of("squash") == of("rebase"));
}

#[test]
fn a_folder_is_named_in_every_job() {
    let folder = crate::support::temporary();
    crate::support::repo::git(folder.path(), &["init", "-q", "-b", "main"]);
    std::fs::create_dir_all(folder.path().join("teams/pay ments")).unwrap();
    let run = cli::run(folder.path(), &["-C", "teams/pay ments", "init", "--action", ACTION]);
    assert_eq!(run.code, 0, "{}", run.err);
    let workflow = yaml(&text(folder.path(), WORKFLOW));
    for (name, job) in workflow["jobs"].as_object().unwrap() {
        let run = job["steps"][2]["run"].as_str().unwrap();
        assert!(run.starts_with("exledger -C 'teams/pay ments' ci "), "{name}: {run}");
    }
}

#[test]
fn a_build_that_is_no_release_writes_no_job_unless_a_command_is_given() {
    for (forge, path, more) in [
        ("github", WORKFLOW, "--install 'COMMAND'"),
        ("gitlab", ".gitlab-ci.yml", "--install 'COMMAND'"),
    ] {
        let folder = crate::support::temporary();
        crate::support::repo::git(folder.path(), &["init", "-q", "-b", "main"]);
        let run = cli::run(folder.path(), &["init", "--forge", forge]);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(!folder.path().join(path).exists() && run.err.contains(more), "{}", run.err);
        assert!(!run.out.contains("ci setup"), "{}", run.out);
        let url = format!("https://{forge}.com/example/payments");
        crate::support::repo::git(folder.path(), &["remote", "add", "origin", &url]);
        let install = "curl -sSf https://example.com/get | sh";
        let run = cli::run(folder.path(), &["init", "--forge", forge, "--install", install]);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(text(folder.path(), path).contains(install));
        assert!(run.out.contains("exledger ci setup"), "{}", run.out);
    }
}

#[test]
fn what_can_not_be_pinned_or_named_is_refused() {
    let folder = crate::support::temporary();
    crate::support::repo::git(folder.path(), &["init", "-q", "-b", "main"]);
    for args in [
        &["--action", "example/exledger@v1"][..],
        &["--action", "example/exledger"],
        &["--action", ACTION, "--install", "true"],
        &["--install", "one\ntwo"],
        &["--branch", "main\"]\non: push"],
        &["--forge", "elsewhere"],
    ] {
        let run = cli::run(folder.path(), &[&["init"], args].concat());
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}: {}", run.err);
    }
    assert!(!folder.path().join("exledger.yaml").exists());
}

/// Makes a repository with a commit on each of these branches, the last of which is checked out.
fn branches(names: &[&str], of_remote: &[&str], head: Option<&str>) -> tempfile::TempDir {
    let folder = crate::support::temporary();
    let git = |words: &[&str]| crate::support::repo::git(folder.path(), words);
    git(&["init", "-q", "-b", names[0]]);
    let who = ["-c", "user.name=Ana Ruiz", "-c", "user.email=ana@example.com"];
    git(&[&who[..], &["commit", "-q", "--allow-empty", "-m", "Begin"]].concat());
    for name in &names[1..] {
        git(&["switch", "-q", "-c", name]);
    }
    if !of_remote.is_empty() {
        git(&["remote", "add", "origin", "git@github.com:example/payments.git"]);
    }
    for name in of_remote {
        git(&["update-ref", &format!("refs/remotes/origin/{name}"), "HEAD"]);
    }
    if let Some(head) = head {
        git(&["symbolic-ref", "refs/remotes/origin/HEAD", &format!("refs/remotes/origin/{head}")]);
    }
    folder
}

#[test]
fn the_branch_is_the_one_that_the_clone_calls_its_own() {
    for (local, of_remote, head, default, expected) in [
        (&["main", "ledger"][..], &[][..], None, None, "main"),
        (&["main", "ledger"], &["main"], None, None, "main"),
        (&["ledger"], &["trunk", "main"], Some("trunk"), None, "trunk"),
        (&["ledger"], &["master", "topic"], None, None, "master"),
        (&["trunk", "topic", "ledger"], &[], None, Some("trunk"), "trunk"),
        (&["trunk", "ledger"], &[], None, None, "trunk"),
        (&["ledger"], &[], None, Some("trunk"), "ledger"),
    ] {
        let folder = branches(local, of_remote, head);
        if let Some(default) = default {
            let name = ["config", "init.defaultBranch", default];
            crate::support::repo::git(folder.path(), &name);
        }
        let run = cli::run(folder.path(), &["init", "--action", ACTION]);
        assert_eq!(run.code, 0, "{local:?} {of_remote:?}: {}", run.err);
        let workflow = yaml(&text(folder.path(), WORKFLOW));
        assert_eq!(
            workflow["on"]["push"]["branches"],
            json!([expected]),
            "{local:?} {of_remote:?}"
        );
        assert!(run.err.contains(&format!("for the branch {expected}: ")), "{}", run.err);
    }
    let folder = branches(&["one", "two", "ledger"], &[], None);
    let run = cli::run(folder.path(), &["init", "--action", ACTION]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    let folder = branches(&["main", "master", "ledger"], &[], None);
    let run = cli::run(folder.path(), &["init", "--action", ACTION]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    assert!(run.err.contains("main or master") && run.err.contains("--branch"), "{}", run.err);
    let run = cli::run(folder.path(), &["init", "--action", ACTION, "--branch", "master"]);
    assert_eq!(run.code, 0, "{}", run.err);
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
        let run = cli::run(folder.path(), &["init", "--format", "json", "--install", "true"]);
        assert_eq!(run.code, 0, "{}", run.err);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!((&answer["forge"], &answer["branch"]), (&json!(forge), &json!("trunk")));
        let policy = text(folder.path(), "exledger.yaml");
        assert!(policy.contains(&format!("\nname: {name}\n")), "{policy}");
        let lint = cli::run(folder.path(), &["lint", "--strict"]);
        assert_eq!(lint.code, 0, "{forge}: {}", lint.out);
        let has = |path: &str| folder.path().join(path).exists();
        assert_eq!(has(WORKFLOW), forge == "github");
        assert_eq!(has(".gitlab-ci.yml"), forge == "gitlab");
        assert!(!has(".gitlab"));
        assert_eq!(has(".github"), forge == "github");
        assert_eq!(run.err.contains("codeberg.org"), forge == "none", "{}", run.err);
    }
}

#[test]
fn a_pipeline_that_is_there_stays_and_the_line_to_add_is_printed() {
    let folder = crate::support::temporary();
    crate::support::repo::git(folder.path(), &["init", "-q", "-b", "main"]);
    std::fs::write(folder.path().join(".gitlab-ci.yml"), "stages: [test]\n").unwrap();
    let run = cli::run(folder.path(), &["init", "--forge", "gitlab", "--install", "true"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("  - local: .gitlab/exledger.yml"), "{}", run.out);
    assert_eq!(text(folder.path(), ".gitlab-ci.yml"), "stages: [test]\n");
}

#[test]
fn the_component_has_its_jobs_and_lets_no_input_into_a_script() {
    let text = text(&project::root(), "templates/exledger.yml");
    assert!(text.lines().count() <= 40);
    let (head, jobs) = text.split_once("\n---\n").unwrap();
    let (head, jobs) = (yaml(head), yaml(jobs));
    for input in head["spec"]["inputs"].as_object().unwrap().keys() {
        assert!(text.contains(&format!("$[[ inputs.{input} ]]")), "{input} is not used");
    }
    for (name, script) in [
        ("exledger-pull-request", "exledger ci pull-request"),
        ("exledger-branch", "exledger ci \"$JOB\""),
    ] {
        let job = &jobs[name];
        assert!(job["rules"].is_array(), "{name}");
        assert_eq!(job["script"], json!([script]));
        assert_eq!(job["environment"]["name"] == "exledger", name == "exledger-branch");
    }
    // What `init` writes has the same jobs.
    let place = crate::support::temporary();
    crate::support::repo::git(place.path(), &["init", "-q", "-b", "main"]);
    std::fs::write(place.path().join(".gitlab-ci.yml"), "stages: [test]\n").unwrap();
    let install = "apk add exledger: \"glab\"";
    let keyed = format!("odiaz=omar@example.com={}", place.path().join("key.pub").display());
    std::fs::write(place.path().join("key.pub"), speak::public("omar")).unwrap();
    let gitlab = ["--forge", "gitlab", "--install", install, "--branch", "trunk", "--format=json"];
    let run = cli::run(place.path(), &[&["init", "--person", &keyed], &gitlab[..]].concat());
    let written = super::runner::text(place.path(), ".gitlab/exledger.yml");
    let inputs = yaml(written.split_once("\n---\n").unwrap().0)["spec"]["inputs"].clone();
    assert_eq!(inputs["branch"]["default"], "trunk");
    assert_eq!(inputs["install"]["default"], install);
    assert_eq!(yaml(written.split_once("\n---\n").unwrap().1), jobs);
    let created = |run: &cli::Run| {
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        answer["created"].as_array().unwrap().len()
    };
    assert_eq!(created(&run), 4, "{}", run.out);
    // Without a pipeline, they are that: four files, too.
    let other = crate::support::temporary();
    crate::support::repo::git(other.path(), &["init", "-q", "-b", "main"]);
    let run = cli::run(other.path(), &[&["init", "--person", &keyed], &gitlab[..]].concat());
    assert_eq!(created(&run), 4, "{}", run.out);
    let pipeline = super::runner::text(other.path(), ".gitlab-ci.yml");
    assert!(!pipeline.contains("inputs") && pipeline.lines().count() <= 40, "{pipeline}");
    let mut own = yaml(&pipeline);
    for name in ["exledger-pull-request", "exledger-branch"] {
        assert_eq!(own[name]["script"], jobs[name]["script"]);
        assert_eq!(own[name]["environment"], jobs[name]["environment"]);
    }
    let rules = own["exledger-branch"]["rules"].take().to_string();
    assert!(rules.contains(r#"$CI_COMMIT_BRANCH == \"trunk\""#), "{rules}");
    let before = &own[".exledger"]["before_script"];
    assert_eq!((&before[0], &before[2]), (&json!(install), &json!("cd .")));
    // Again, it is left as it is, and nothing is asked for.
    let again = cli::run(other.path(), &[&["init", "--person", &keyed], &gitlab[..]].concat());
    assert_eq!(created(&again), 0, "{}", again.out);
    assert!(!other.path().join(".gitlab").exists());
    let ci = CiSetup::read(&WorkTree::new(other.path())).unwrap();
    assert_eq!(ci.states_reviews(Some("gitlab"), "refs/heads/trunk"), Some(".gitlab-ci.yml"));
}
