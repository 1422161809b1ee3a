//! The action with a command of exledger: inputs, outputs, annotations and exit codes.

use serde_json::{Value, json};

use super::runner::Runner;
use crate::cli_approve::{ID, RECORD};
use crate::support::repo::{Repo, git};

fn forge() -> (Repo, Runner) {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("lee").write("exledger.yaml", "version: 1\n").commit("Keep exceptions in a ledger");
    let broken =
        RECORD.replace("owner: {", "# owner: {").replace("title: ", "title: |\n  ::error::no\n  ");
    repo.branch("billing").by("ana").write(ID, &broken).commit("File the billing exception");
    let runner = Runner::of(&repo);
    git(&runner.clone_folder(), &["checkout", "-q", "--detach", "origin/billing"]);
    runner.event(json!({"pull_request": {"number": 7, "base": {"ref": "main"}}}));
    (repo, runner)
}

#[test]
fn findings_are_annotations_counts_a_summary_and_files() {
    let (_repo, mut runner) = forge();
    let job = runner.job("lint", &[("INPUT_SARIF_FILE", "out/exledger.sarif")]);
    assert_eq!(job.code, 1, "{}", job.log);
    assert!(job.log.contains(&format!("::error file=exceptions/{ID}.yaml,line=")), "{}", job.log);
    assert!(job.summary.contains("missing-field"), "{}", job.summary);
    assert_eq!((job.outputs["exit-code"].as_str(), job.outputs["errors"].as_str()), ("1", "1"));
    let json: Value =
        serde_json::from_str(&std::fs::read_to_string(&job.outputs["json-file"]).unwrap()).unwrap();
    assert_eq!(json["schema"], "exledger/lint/v1");
    let sarif = super::runner::text(&runner.clone_folder(), "out/exledger.sarif");
    assert!(sarif.contains("\"2.1.0\""), "{sarif}");
    // Without annotations, the text of a record is data for the runner, not a command.
    let quiet =
        [("INPUT_ANNOTATIONS", "false"), ("INPUT_SUMMARY", "false"), ("INPUT_FAIL_ON", "never")];
    let job = runner.job("list", &[("INPUT_ARGS", "--all"), quiet[0], quiet[1]]);
    assert_eq!((job.code, job.summary.as_str()), (0, ""), "{}", job.log);
    let stopped = job.log.find("::stop-commands::").unwrap();
    assert!(job.log[..stopped].trim().is_empty(), "{}", job.log);
    assert_eq!(runner.job("lint", &quiet).code, 0);
}

#[test]
fn a_verdict_is_an_output_and_no_shell_reads_the_arguments() {
    let (_repo, mut runner) = forge();
    let args = "--identity\nsvc:$(touch pwned)\n--action\n`touch pwned`; touch pwned\r\n";
    let job = runner.job("check", &[("INPUT_ARGS", args)]);
    assert_eq!((job.code, job.outputs["verdict"].as_str()), (1, "deny"), "{}", job.log);
    assert_eq!(job.outputs["record"], "");
    let json: Value =
        serde_json::from_str(&std::fs::read_to_string(&job.outputs["json-file"]).unwrap()).unwrap();
    assert_eq!(json["question"]["identity"], "svc:$(touch pwned)");
    assert_eq!(json["question"]["action"], "`touch pwned`; touch pwned");
    let never = ("INPUT_FAIL_ON", "never");
    assert_eq!(runner.job("check", &[("INPUT_ARGS", args), never]).code, 0);
    // "Could not determine" fails whatever was asked for, and so does wrong use.
    let elsewhere = ("EXLEDGER_APPROVED_REF", "refs/remotes/origin/gone");
    let job = runner.job("check", &[("INPUT_ARGS", args), never, elsewhere]);
    assert_eq!((job.code, job.outputs["verdict"].as_str()), (3, "unknown"), "{}", job.log);
    for wrong in [
        ("INPUT_COMMAND", "lint; touch pwned"),
        ("INPUT_FAIL_ON", "sometimes"),
        ("INPUT_ARGS", "--no-such-flag"),
        ("INPUT_WORKING_DIRECTORY", "nowhere"),
        ("INPUT_BASE", "origin/main"),
    ] {
        let job = runner.job("check", &[never, wrong]);
        assert_eq!(job.code, 2, "{wrong:?}: {}", job.log);
    }
    assert!(!runner.clone_folder().join("pwned").exists());
}

#[test]
fn what_is_not_installed_for_sure_is_not_run() {
    let (_repo, mut runner) = forge();
    runner.executable(
        "bin/curl",
        "#!/bin/sh\nwhile [ \"$1\" != --output ]; do shift; done\ncp \"$FORGE/download\" \"$2\"\n",
    );
    runner.executable("download", "#!/bin/sh\ntouch \"$FORGE/pwned\"\necho exledger 9\n");
    let none = ("EXLEDGER", "");
    let url = ("URL", "https://example.com/exledger");
    let digest = "0".repeat(64);
    for (code, inputs) in [
        (3, vec![none, url, ("SHA256", digest.as_str())]),
        (2, vec![none, url]),
        (3, vec![none]),
        (2, vec![("EXLEDGER", "nowhere/exledger")]),
    ] {
        let job = runner.job("lint", &[&inputs[..], &[("INPUT_FAIL_ON", "never")]].concat());
        assert_eq!(job.code, code, "{inputs:?}: {}", job.log);
        assert!(job.log.contains("nothing was run"), "{}", job.log);
    }
    assert!(!runner.place("pwned").exists());
}
