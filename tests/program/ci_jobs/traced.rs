//! No job leaves a private key anywhere: each is traced, as a whole and killed half-way.

use std::process::Command;

use base64ct::Encoding as _;
use serde_json::json;

use super::merged::{Merged, merged};
use super::runner::{REPO, TOKEN};
use crate::support::repo::speak;
use crate::support::tools::{self, need};

/// What begins any private key of OpenSSH, as a text and as the Base64 of one.
const BEGINNINGS: [&str; 2] = ["BEGIN OPENSSH PRIVATE KEY", "LS0tLS1CRUdJTiBPUEVOU1NI"];

/// A forge on which each job has something to do.
fn forge() -> Merged {
    let merged = merged();
    let runner = &merged.runner;
    runner.raw(&format!("{REPO}.json"), br#"{"default_branch": "main"}"#);
    let policies = format!("{REPO}/environments/exledger/deployment-branch-policies.json");
    runner.raw(&policies, br#"{"branch_policies": []}"#);
    runner.answer("rulesets", json!([]));
    runner.executable("answers/gh", &tools::forge());
    merged
}

/// Runs a job under `strace`; the program that asks for the call of this number is killed. Returns the log, and the trace of
/// what the job did after its start.
fn trace(merged: &Merged, arguments: &[&str], key: &str, killed_at: usize) -> (String, String) {
    let runner = &merged.runner;
    let gh = format!(
        "#!/bin/sh\nn=$(cat $FORGE/asked 2> /dev/null || echo 0)\nn=$((n + 1))\necho $n > $FORGE/asked\n\
         test $n -ne {killed_at} || {{ kill -9 $PPID; exit 1; }}\nexec $FORGE/answers/gh \"$@\"\n"
    );
    runner.executable("bin/gh", &gh);
    let _ = std::fs::remove_file(runner.place("asked"));
    let (trace, event) = (runner.place("trace"), runner.place("event.json").display().to_string());
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REPOSITORY", "example/payments"),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_SHA", &merged.landing),
        ("GITHUB_EVENT_PATH", &event),
        ("GH_TOKEN", TOKEN),
        ("EXLEDGER_KEY", key),
    ];
    let own = runner.command(arguments, &variables);
    let mut traced = Command::new("strace");
    traced.args(["-f", "--seccomp-bpf", "-v", "-s", "65536", "-o"]).arg(&trace);
    traced.args(["-e", "trace=execve,openat,write,pwrite64,writev,sendto,prlimit64,prctl"]);
    traced.arg(own.get_program()).args(own.get_args());
    traced.current_dir(own.get_current_dir().unwrap()).env_clear();
    traced.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = traced.output().unwrap();
    let log = [output.stdout, output.stderr].concat();
    let trace = std::fs::read_to_string(trace).unwrap();
    // The first line starts the program itself, in whose environment the key is.
    let (first, rest) = trace.split_once('\n').unwrap();
    assert!(first.contains("execve("), "{first}");
    (String::from_utf8_lossy(&log).into_owned(), rest.to_owned())
}

/// Returns how often the forge was asked.
fn n_asked(merged: &Merged) -> usize {
    let asked = std::fs::read_to_string(merged.runner.place("asked")).unwrap_or_default();
    asked.trim().parse().unwrap_or(0)
}

#[test]
fn no_job_leaves_a_key_in_a_file_an_argument_or_its_log() {
    need(&["strace"]);
    let key = speak::private_file("bridge");
    let line = base64ct::Base64::encode_string(key.as_bytes());
    let pull_request = json!({"pull_request": {"number": 1, "base": {"ref": "main"},
        "head": {"ref": "billing", "repo": {"full_name": "example/payments"}}}});
    let setup = ["setup", "--yes"];
    for arguments in [&["merged"][..], &["pull-request"], &["nightly"], &setup] {
        let mut killed_at = 0;
        loop {
            let merged = forge();
            match arguments[0] {
                "pull-request" => merged.runner.event(pull_request.clone()),
                "nightly" => merged.runner.event(json!({})),
                _ => {}
            }
            let (log, trace) = trace(&merged, arguments, &line, killed_at);
            let is_whole = killed_at == 0;
            let what = format!("{arguments:?}, killed at {killed_at}");
            assert_eq!(trace.contains("+++ killed by SIGKILL"), !is_whole, "{what}: {log}");
            assert!(trace.contains("execve("), "{what} started nothing: {log}");
            // Nor does a crash.
            let dumps = ["RLIMIT_CORE, {rlim_cur=0,", "PR_SET_DUMPABLE, SUID_DUMP_DISABLE"];
            assert!(dumps.iter().all(|call| trace.contains(call)), "{what} may dump");
            // The forge has what it was given: `secret`, and the calls that it notes.
            let mut secrets: Vec<String> = key.lines().skip(1).take(3).map(str::to_owned).collect();
            secrets.push(line.clone());
            let stored = std::fs::read_to_string(merged.runner.place("secret"));
            assert_eq!(stored.is_ok(), arguments[0] == "setup" && is_whole, "{what}: {log}");
            secrets.extend(stored);
            for secret in secrets.iter().map(String::as_str).chain(BEGINNINGS) {
                assert!(!log.contains(secret), "{what}: in the log");
                let starts = trace.lines().filter(|line| line.contains("execve("));
                for given in starts.map(|line| line.split_once("], ").unwrap_or((line, "")).0) {
                    assert!(!given.contains(secret) && !given.contains(TOKEN), "{what}: {given}");
                }
                // Only what is made for the forge goes into a pipe, to `gh`.
                assert!(arguments == setup || !trace.contains(secret), "{what}: in a call");
            }
            let grep = Command::new("grep")
                .args(["-rlF", "--exclude=trace", "--exclude=secret", "--exclude=calls"])
                .args(
                    secrets.iter().map(String::as_str).chain(BEGINNINGS).flat_map(|it| ["-e", it]),
                )
                .arg(".")
                .current_dir(merged.runner.place(""))
                .output()
                .unwrap();
            // 1: it found nothing.
            assert_eq!(
                grep.status.code(),
                Some(1),
                "{what}: {}",
                String::from_utf8_lossy(&grep.stdout)
            );
            if !is_whole {
                break;
            }
            killed_at = n_asked(&merged).div_ceil(2);
            assert!(killed_at > 0, "{what}: asked nothing: {log}");
        }
    }
}
