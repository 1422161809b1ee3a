//! The script that applies a plan, with a fake `gh`: four pages of alerts, their end, and what it refuses.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use exledger::record::time::Instant;
use serde_json::{Value, json};

use super::{
    AFTER, Forge, ON, SECRET, code_scanning, dependabot, file, ledger, lines, plan_at, secret,
};
use crate::cli::Run;
use crate::support::project;
use crate::support::tools::need;

const ID: &str = "EXC-2026-C0VER";

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

fn at(seconds: i64) -> String {
    Instant::from_unix(seconds).unwrap().to_string()
}

/// Returns a plan as if it were made now: the script compares it with the machine's clock.
fn fresh(plan: &[Value]) -> String {
    let moved = plan.iter().map(|line| {
        let mut line = line.clone();
        line["planned_at"] = at(now() - 60).into();
        if !line["end"].is_null() {
            line["end"] = at(now() + 86_400).into();
        }
        format!("{line}\n")
    });
    moved.collect()
}

/// Runs the script on a plan, with a fake `gh`.
fn apply(forge: &Forge, plan: &str, variables: &[(&str, &str)]) -> Run {
    need(&["jq"]);
    let bin = forge.path().join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let gh = bin.join("gh");
    std::fs::write(&gh, include_str!("gh.sh")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&gh, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let file = forge.path().join("plan.jsonl");
    std::fs::write(&file, plan).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .arg(project::root().join("docs/ci/apply-alert-plan.sh"))
        .arg(&file)
        .env("PATH", path)
        .env("FORGE", forge.path())
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Returns the calls of `gh` that change something.
fn n_patches(forge: &Forge) -> usize {
    let calls = std::fs::read_to_string(forge.path().join("calls")).unwrap_or_default();
    calls.lines().filter(|call| call.contains("--method PATCH")).count()
}

#[test]
fn a_hundred_and_one_alerts_follow_the_record_and_foreign_ones_stay() {
    let repo = ledger();
    let findings = "{tool: semgrep, id: r}, {tool: dependabot, id: CVE-2026-0001}, {tool: github-secret-scanning, id: s}";
    file(&repo, ID, "brittle-dependency", findings);
    let forge = Forge::new();
    // More of ours than fit on a page of thirty.
    for number in 1..=11 {
        forge.add(&code_scanning(number, "semgrep", "r", &format!("src/{number}.py")));
        forge.add(&dependabot(number, "GHSA-x", "CVE-2026-0001", "npm", "lodash"));
        forge.add(&secret(number, "s", "docs/a.md"));
    }
    // Dismissed by people, for reasons of their own; and open ones that no record covers.
    for number in 51..=84 {
        let mut foreign = code_scanning(number, "semgrep", "r", "src/a.py");
        foreign["state"] = "dismissed".into();
        foreign["dismissed_comment"] = "used in tests, see EXC-2026-0THER of another team".into();
        forge.add(&foreign);
        forge.add(&code_scanning(number + 34, "semgrep", "other", "src/a.py"));
    }
    let first = plan_at(&repo, &forge.pages(), ON);
    assert_eq!(
        first.err.trim(),
        "plan: 33 dismiss, 0 reopen, 0 kept, 34 foreign, 0 elsewhere, 34 open"
    );
    let applied = apply(&forge, &fresh(&lines(&first)), &[]);
    assert_eq!(applied.code, 0, "{}", applied.err);
    assert!(!applied.out.contains(SECRET) && !applied.err.contains(SECRET));
    assert_eq!(forge.alert("secret-scanning", 7)["state"], "resolved");
    assert_eq!(forge.alert("dependabot", 7)["dismissed_reason"], "tolerable_risk");
    // Applied, nothing is left to do.
    let second = plan_at(&repo, &forge.pages(), ON);
    assert_eq!((second.code, second.out.as_str()), (0, ""));
    assert!(second.err.contains("33 kept, 34 foreign"), "{}", second.err);
    // After the end, each of ours is opened again.
    let after = plan_at(&repo, &forge.pages(), AFTER);
    assert_eq!(
        after.err.trim(),
        "plan: 0 dismiss, 33 reopen, 0 kept, 34 foreign, 0 elsewhere, 34 open"
    );
    // One of each kind is enough.
    let mut reopened = lines(&after);
    reopened.retain(|line| line["number"] == 11);
    assert_eq!(apply(&forge, &fresh(&reopened), &[]).code, 0);
    assert_eq!(forge.alert("code-scanning", 11)["state"], "open");
    assert_eq!(forge.alert("secret-scanning", 11)["state"], "open");
    for number in 51..=84 {
        let foreign = forge.alert("code-scanning", number);
        assert_eq!(foreign["state"], "dismissed");
        assert_eq!(
            foreign["dismissed_comment"],
            "used in tests, see EXC-2026-0THER of another team"
        );
    }
    assert_eq!(n_patches(&forge), 36);
}

fn one_alert() -> (Forge, Vec<Value>) {
    let repo = ledger();
    file(&repo, ID, "brittle-dependency", "{tool: semgrep, id: r}");
    let forge = Forge::new();
    forge.add(&code_scanning(4, "semgrep", "r", "a"));
    let plan = lines(&plan_at(&repo, &forge.pages(), ON));
    assert_eq!(plan.len(), 1);
    (forge, plan)
}

#[test]
fn an_old_or_altered_plan_is_refused_before_anything_is_sent() {
    let (forge, plan) = one_alert();
    let fresh: Value = serde_json::from_str(fresh(&plan).trim()).unwrap();
    let with = |key: &str, value: Value| {
        let mut line = fresh.clone();
        line[key] = value;
        line.to_string()
    };
    for (plan, why) in [
        (with("planned_at", at(now() - 3_700).into()), "more than an hour old"),
        (with("planned_at", at(now() + 3_600).into()), "made in the future"),
        (with("planned_at", Value::Null), "can't be read as a plan"),
        (with("schema", "other".into()), "is no line of a plan"),
        (with("path", "/repos/acme/shop/issues/4".into()), "leads somewhere else"),
        (
            with("path", "/repos/acme/shop/code-scanning/alerts/4?x=1".into()),
            "leads somewhere else",
        ),
        (with("record", "x\ny".into()), "names no exception"),
        (with("method", "DELETE".into()), "is no change of an alert"),
        (with("body", json!({"state": "open"})), "is neither a dismissal"),
        (with("action", "reopen".into()), "is neither a dismissal"),
        (format!("{fresh}\nnonsense"), "can't be read as a plan"),
        (format!("{fresh}\n[]"), "is no line of a plan"),
    ] {
        let run = apply(&forge, &plan, &[]);
        assert_eq!(run.code, 1, "{plan}: {}", run.err);
        assert!(run.err.contains(why), "{plan}: {}", run.err);
    }
    assert_eq!(n_patches(&forge), 0);
    assert_eq!(forge.alert("code-scanning", 4)["state"], "open");
    assert_eq!(apply(&forge, "", &[]).code, 0);
}

#[test]
fn an_alert_that_changed_meanwhile_is_skipped() {
    let (forge, plan) = one_alert();
    let plan = fresh(&plan);
    let ended: Value = serde_json::from_str(plan.trim()).unwrap();
    let mut ended = ended;
    ended["end"] = at(now() - 1).into();
    let run = apply(&forge, &ended.to_string(), &[]);
    assert!(run.code == 0 && run.err.contains("has ended"), "{}", run.err);
    let mut fixed = code_scanning(4, "semgrep", "r", "a");
    fixed["state"] = "fixed".into();
    forge.add(&fixed);
    let run = apply(&forge, &plan, &[]);
    assert!(run.code == 0 && run.err.contains("is fixed"), "{}", run.err);
    // A reopening: somebody dismissed it for another reason since.
    let reopen = json!({
        "schema": "exledger/alert-plan/v1", "action": "reopen", "kind": "code-scanning", "number": 4,
        "repo": "acme/shop", "record": ID, "end": null, "planned_at": at(now()), "method": "PATCH",
        "path": "/repos/acme/shop/code-scanning/alerts/4", "body": {"state": "open"},
    });
    fixed["state"] = "dismissed".into();
    fixed["dismissed_comment"] = "a test".into();
    forge.add(&fixed);
    let run = apply(&forge, &reopen.to_string(), &[]);
    assert!(run.code == 0 && run.err.contains("does not cite"), "{}", run.err);
    fixed["state"] = "open".into();
    forge.add(&fixed);
    let run = apply(&forge, &reopen.to_string(), &[]);
    assert!(run.code == 0 && run.err.contains("is open"), "{}", run.err);
    assert_eq!(n_patches(&forge), 0);
}

#[test]
fn a_dry_run_prints_and_a_request_asks() {
    let (forge, plan) = one_alert();
    let plan = fresh(&plan);
    let run = apply(&forge, &plan, &[("DRY_RUN", "1")]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        run.out.starts_with("dismiss /repos/acme/shop/code-scanning/alerts/4 {"),
        "{}",
        run.out
    );
    assert_eq!(n_patches(&forge), 0);
    assert_eq!(apply(&forge, &plan, &[("CREATE_REQUEST", "1")]).code, 0);
    assert_eq!(forge.alert("code-scanning", 4)["create_request"], true);
}

#[test]
fn a_request_that_fails_is_named_and_the_rest_goes_on() {
    let (forge, mut plan) = one_alert();
    let mut gone = plan[0].clone();
    gone["path"] = "/repos/acme/shop/code-scanning/alerts/3".into();
    plan.insert(0, gone);
    let run = apply(&forge, &fresh(&plan), &[]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("error: /repos/acme/shop/code-scanning/alerts/3 can't be read"));
    assert_eq!(forge.alert("code-scanning", 4)["state"], "dismissed");
}
