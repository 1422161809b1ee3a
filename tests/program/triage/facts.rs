//! Facts from outside: a met test of a trigger ends cover for that input at once, and the silence of a file is not a no.

use std::path::Path;

use serde_json::{Value, json};

use super::{ON, file, finding, ledger, put, result, sarif};
use crate::cli::{self, Run};
use crate::support::repo::{Repo, git};
use crate::triage::{POLICY, json as triaged};

const CVE: &str = "CVE-2021-23337";

/// A ledger whose record accepts a package in one version, with a trigger.
fn repo(test: &str, then: &str) -> Repo {
    let repo = ledger(POLICY);
    let key = format!("tool: trivy, id: {CVE}, purl: 'pkg:npm/lodash@4.17.15'");
    let trigger =
        format!("triggers: [{{id: T2, when: It gets worse, then: {then}, test: '{test}'}}]\n");
    file(&repo, "EXC-2026-C0VER", &(finding("EXC-2026-C0VER", &key) + &trigger));
    repo.checkout();
    put(&repo, "a.sarif", report(""));
    repo
}

fn report(fixed: &str) -> String {
    let mut found = result(CVE, "package-lock.json");
    let text = format!("Package: lodash\nInstalled Version: 4.17.15\n{fixed}");
    found["message"]["text"] = text.into();
    let mut log: Value = serde_json::from_str(&sarif("Trivy", &[found])).unwrap();
    let class = "LanguageSpecificPackageVulnerability";
    log["runs"][0]["tool"]["driver"]["rules"] = json!([{"id": CVE, "name": class}]);
    log.to_string()
}

fn kev(released: &str, count: usize, ids: &[&str]) -> String {
    let entries: Vec<Value> = ids.iter().map(|id| json!({"cveID": id, "product": "x"})).collect();
    json!({"title": "KEV", "catalogVersion": "2026.11.27", "dateReleased": released, "count": count,
        "vulnerabilities": entries})
    .to_string()
}

fn epss(day: &str, rows: &str) -> String {
    format!(
        "#model_version:v2026.03.14,score_date:{day}T00:00:00+0000\ncve,epss,percentile\n{rows}"
    )
}

/// Checks the record's finding with a file of facts outside of the repository.
fn checked(repo: &Repo, folder: &Path, text: &str) -> (Run, Value) {
    let path = folder.join("facts");
    std::fs::write(&path, text).unwrap();
    asked(repo, &["--facts", path.to_str().unwrap()])
}

fn asked(repo: &Repo, more: &[&str]) -> (Run, Value) {
    let finding = format!("trivy:{CVE}");
    let purl = "pkg:npm/lodash@4.17.15";
    let args = ["--on", ON, "--format", "json", "check", "--finding", &finding, "--purl", purl];
    let run = cli::run(repo.path(), &[&args, more].concat());
    let answer = serde_json::from_str(&run.out).unwrap_or_default();
    (run, answer)
}

#[test]
fn catalogs_end_cover_and_their_silence_is_not_a_no() {
    let folder = crate::support::temporary();
    let other = "CVE-2020-0001";
    let fresh = "2026-11-27T14:00:00.1234Z";
    let known = kev(fresh, 2, &[other, "cve-2021-23337"]);
    let row = format!("{CVE},0.50000,0.97000\n");
    let exploited = "known-exploited";
    let says = |fact: &str, value: Value| {
        json!({"finding": format!("trivy:{CVE}"), "fact": fact, "value": value}).to_string() + "\n"
    };
    let cases: Vec<(&str, String, i32, &str)> = vec![
        (exploited, known.clone(), 1, "T2: known to be exploited"),
        // What is listed is listed, in an old or a torn catalog too.
        (exploited, kev("2026-01-01T00:00:00Z", 9, &[CVE]), 1, "T2: known to be exploited"),
        (exploited, kev(fresh, 1, &[other]), 0, ""),
        (exploited, kev(fresh, 2, &[other]), 3, "has 1 entries and says 2"),
        (exploited, kev(fresh, 0, &[]), 3, "has 0 entries"),
        (exploited, kev("2026-11-24T11:59:59Z", 1, &[other]), 3, "more than 7 days old"),
        (exploited, kev("2027-11-27T00:00:00Z", 1, &[other]), 3, "later than the question"),
        // A clock may be a little ahead.
        (exploited, kev("2026-12-01T12:05:00Z", 1, &[other]), 0, ""),
        (exploited, kev("2026-12-01T12:05:01Z", 1, &[other]), 3, "later than the question"),
        ("epss>=0.500001", epss("2026-12-02", &row), 3, "later than the question"),
        (exploited, kev("soon", 1, &[other]), 3, "has no date"),
        (exploited, epss("2026-11-30", &row), 3, "needs the KEV catalog"),
        (exploited, says(exploited, true.into()), 1, "T2: known to be exploited"),
        (exploited, says(exploited, false.into()), 0, ""),
        ("epss>=0.5", epss("2026-11-30", &row), 1, "T2: EPSS is 0.5"),
        ("epss>=0.500001", epss("2026-11-30", &row), 0, ""),
        ("epss>=0.500001", epss("2026-11-20", &row), 3, "more than 7 days old"),
        ("epss>=0.1", epss("2026-11-30", &format!("{other},1e-05,0.1\n")), 3, "has no row for"),
        ("epss>=0.1", known, 3, "needs the scores of EPSS"),
        ("epss>=0.1", says("epss", 0.2.into()), 1, "T2: EPSS is 0.2"),
        ("fix-available", report("Fixed Version: 4.17.21"), 1, "T2: fixed in 4.17.21"),
        ("fix-available", report(""), 0, ""),
        ("fix-available", sarif("grype", &[]), 3, "no file says anything about"),
        ("fix-available", says("fix-available", "4.17.21".into()), 1, "T2: fixed in 4.17.21"),
        ("finding-gone", report(""), 0, ""),
        (
            "finding-gone",
            report("").replace("\"ruleId\":\"CVE-2021-23337\"", "\"ruleId\":\"CVE-2020-0001\""),
            1,
            "no longer finds it",
        ),
        // A run without results may describe nothing but rules.
        (
            "finding-gone",
            r#"{"runs": [{"tool": {"driver": {"name": "trivy"}}}]}"#.to_owned(),
            3,
            "no file says anything about",
        ),
    ];
    let mut known_repo: Option<(&str, Repo)> = None;
    for (test, text, code, why) in cases {
        let repo = match known_repo.take() {
            Some((of, repo)) if of == test => repo,
            _ => repo(test, "close"),
        };
        let (run, answer) = checked(&repo, folder.path(), &text);
        assert_eq!(run.code, code, "{test} {text}: {}{}", run.out, run.err);
        let reason = answer["reason"].as_str().unwrap();
        assert!(reason.contains(why), "{test} {text}: {reason}");
        let digest = answer["facts"]["files"][0]["sha256"].as_str().unwrap();
        assert_eq!(digest.len(), 64);
        assert_eq!(answer["facts"]["not_asked"], 0);
        known_repo = Some((test, repo));
    }
}

#[test]
fn a_test_that_a_catalog_meets_is_proposed_with_the_command_that_fires_it() {
    let folder = crate::support::temporary();
    let scores = epss("2026-11-30", &format!("{CVE},0.5,0.97\n"));
    let listed = kev("2026-11-27T00:00:00Z", 1, &[CVE]);
    for (test, text, why) in [
        ("known-exploited", &listed, "known to be exploited"),
        ("epss>=0.5", &scores, "EPSS is 0.5"),
    ] {
        let repo = repo(test, "review");
        let path = folder.path().join("facts");
        std::fs::write(&path, text).unwrap();
        let facts = ["--facts", path.to_str().unwrap()];
        let run = cli::run(
            repo.path(),
            &[&["--on", ON, "--format", "json", "triage", "a.sarif"], &facts[..]].concat(),
        );
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        // A review ends nothing.
        assert_eq!((run.code, &answer["counts"]["covered"]), (0, &json!(1)), "{answer:#}");
        let why = format!("trivy:{CVE}: {why}");
        let proposal = &answer["proposals"][0];
        assert_eq!((&proposal["test"], &proposal["message"]), (&json!(test), &json!(why)));
        let command = proposal["command"].as_str().unwrap();
        assert!(command.starts_with("exledger fire EXC-2026-C0VER T2"), "{command}");
        assert!(triaged(&repo, &["a.sarif"]).1["proposals"].as_array().unwrap().is_empty());
    }
}

#[test]
fn a_deployment_asks_the_facts_of_its_open_exceptions() {
    let folder = crate::support::temporary();
    let repo = ledger(POLICY);
    let key = format!("tool: trivy, id: {CVE}, purl: 'pkg:npm/lodash@4.17.15'");
    let more = "fix: {target: automation, plan: Update it, ticket: BILL-412, due: 2026-12-18}\n\
                triggers: [{id: T2, when: It gets worse, then: close, test: known-exploited}]\n\
                rollback: {plan: Disable the job, criteria: Any use of it}\n";
    file(&repo, "EXC-2026-C0VER", &(finding("EXC-2026-C0VER", &key) + more));
    repo.checkout();
    let ask = ["--on", ON, "--format", "json", "check", "--application", "billing", "--deploy"];
    let asked = |text: Option<&str>| {
        let path = folder.path().join("facts");
        std::fs::write(&path, text.unwrap_or_default()).unwrap();
        let facts = ["--facts", path.to_str().unwrap()];
        let run = cli::run(repo.path(), &[&ask[..], text.map_or(&[][..], |_| &facts)].concat());
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        (run.code, answer["reason"].as_str().unwrap().to_owned(), answer)
    };
    let (code, reason, answer) = asked(None);
    assert_eq!((code, &answer["facts"]["not_asked"]), (0, &json!(1)), "{reason}");
    let fresh = "2026-11-27T00:00:00Z";
    assert_eq!(asked(Some(&kev(fresh, 1, &["CVE-2020-0001"]))).0, 0);
    let (code, reason, answer) = asked(Some(&kev(fresh, 1, &[CVE])));
    assert_eq!((code, reason.as_str()), (1, "EXC-2026-C0VER: T2: known to be exploited"));
    assert_eq!(answer["next"]["command"], "exledger close EXC-2026-C0VER");
    let (code, reason, _) = asked(Some(&kev(fresh, 2, &["CVE-2020-0001"])));
    assert_eq!(code, 3, "{reason}");
    assert!(reason.contains("has 1 entries and says 2"), "{reason}");
    // So is a record that automates nothing, and one of another application is not.
    let plain = (finding("EXC-2026-C1VER", &key) + more).replace("\nfix: ", "\nx: ");
    file(&repo, "EXC-2026-C1VER", &plain.replace("billing", "portal"));
    repo.checkout();
    assert_eq!(asked(None).2["facts"]["not_asked"], 1);
    let of_portal = ask.map(|arg| if arg == "billing" { "portal" } else { arg });
    let path = folder.path().join("facts");
    std::fs::write(&path, kev(fresh, 1, &[CVE])).unwrap();
    let run =
        cli::run(repo.path(), &[&of_portal[..], &["--facts", path.to_str().unwrap()]].concat());
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(answer["reason"], "EXC-2026-C1VER: T2: known to be exploited", "{answer:#}");
    // A push that only narrows, and drops the trigger, takes no test away.
    let path = "exceptions/EXC-2026-C0VER.yaml";
    let text = std::fs::read_to_string(repo.path().join(path)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with("triggers:"));
    let narrower = lines.map(|line| line.replace("2027-01-10", "2027-01-09") + "\n");
    repo.by("mallory").write(path, &narrower.collect::<String>()).commit("End it earlier");
    repo.checkout();
    assert_eq!(asked(Some(&kev(fresh, 1, &[CVE]))).0, 1);
}

#[test]
fn a_finding_that_no_file_can_be_asked_about_is_not_passed_over() {
    let folder = crate::support::temporary();
    let line = json!({"finding": format!("trivy:{CVE}"), "fact": "fix-available", "value": false});
    let path = folder.path().join("facts.jsonl");
    std::fs::write(&path, line.to_string() + "\n").unwrap();
    let key = format!("tool: trivy, id: {CVE}, purl: 'pkg:npm/lodash@4.17.15'");
    let standing = "cwe: CWE-79, severity: moderate, purl: 'pkg:npm/legacy-ui', versions: '<3.2.0'";
    for (keys, expected) in [(key.clone(), "allow"), (format!("{key}}}, {{{standing}"), "unknown")]
    {
        let repo = ledger(POLICY);
        let trigger =
            "triggers: [{id: T2, when: It gets worse, then: close, test: fix-available}]\n";
        let text = finding("EXC-2026-C0VER", &keys) + trigger;
        file(&repo, "EXC-2026-C0VER", &text);
        repo.checkout();
        let args = ["--on", ON, "--format", "json", "check", "--application", "billing"];
        let facts = ["--facts", path.to_str().unwrap()];
        let run = cli::run(repo.path(), &[&args[..], &facts].concat());
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(answer["verdict"], expected, "{keys}: {answer:#}");
    }
}

#[test]
fn a_standing_criterion_notices_another_version_of_its_package() {
    let folder = crate::support::temporary();
    let repo = ledger(POLICY);
    let key = "purl: 'pkg:npm/lodash', versions: '<4.17.0'";
    let trigger = "triggers: [{id: T2, when: It gets worse, then: close, test: value-changed}]\n";
    file(&repo, "EXC-2026-C0VER", &(finding("EXC-2026-C0VER", key) + trigger));
    repo.checkout();
    let ask = |purl: &str| {
        let path = folder.path().join("a.sarif");
        std::fs::write(&path, report("")).unwrap();
        let id = format!("trivy:{CVE}");
        let args = ["--on", ON, "--format", "json", "check", "--finding", &id, "--purl", purl];
        let run =
            cli::run(repo.path(), &[&args[..], &["--facts", path.to_str().unwrap()]].concat());
        serde_json::from_str::<Value>(&run.out).unwrap()
    };
    let answer = ask("pkg:npm/lodash@4.16.0");
    assert_eq!(answer["verdict"], "deny", "{answer:#}");
    assert!(answer["reason"].as_str().unwrap().contains("is now in version 4.17.15"), "{answer:#}");
}

#[test]
fn what_is_no_file_of_facts_is_undetermined() {
    let folder = crate::support::temporary();
    let repo = repo("known-exploited", "revoke");
    let whole = kev("2026-11-27T00:00:00Z", 1, &[CVE]);
    for text in [
        "",
        "\u{0}\u{1}",
        &whole[..whole.len() - 4],
        &kev("2026-11-27T00:00:00Z", 1, &["CVE-x"]),
        "cve,epss,percentile\nCVE-2021-23337,0.5\n",
        "cve,epss,percentile\nCVE-2021-23337,1.5,0.1\n",
        "{\"finding\":\"trivy:CVE-1\",\"fact\":\"epss\",\"value\":\"a lot\"}\n",
        "{\"finding\":\"trivy:CVE-1\",\"fact\":\"fix-available\",\"value\":true}\n{\"finding\"\n",
        "{\"runs\": [{\"results\"",
        "{\"runs\": []}",
        // A key has one value.
        "{\"finding\":\"trivy:CVE-1\",\"fact\":\"known-exploited\",\"value\":true,\"value\":false}\n",
        "{\"count\":1,\"count\":1,\"dateReleased\":\"2026-11-27T00:00:00Z\",\"vulnerabilities\":[{\"cveID\":\"CVE-2020-0001\"}]}",
        "{\"count\":1,\"dateReleased\":\"2026-11-27T00:00:00Z\",\"vulnerabilities\":[{\"cveID\":\"CVE-2020-0001\",\"cveID\":\"CVE-2020-0002\"}]}",
        "{\"runs\": [{\"tool\": {\"driver\": {\"name\": \"trivy\"}}, \"results\": [{\"ruleId\": \"CVE-1\", \"ruleId\": \"CVE-2\"}]}]}",
        // An array is not an object, and a finding has no blanks.
        "[1,\"2026-11-27T00:00:00Z\",[[\"CVE-2020-0001\"]]]",
        "{\"count\":1,\"dateReleased\":\"2026-11-27T00:00:00Z\",\"vulnerabilities\":[[\"CVE-2020-0001\"]]}",
        "[\"CVE-2021-23337\",\"known-exploited\",false]\n",
        "{\"finding\":\" CVE-2021-23337\",\"fact\":\"known-exploited\",\"value\":false}\n",
    ] {
        let (run, _) = checked(&repo, folder.path(), text);
        assert_eq!(run.code, 3, "{text:?}: {}{}", run.out, run.err);
    }
    let (run, _) = asked(&repo, &["--facts", "/nowhere/kev.json"]);
    assert_eq!(run.code, 3, "{}", run.err);
    // Without files the test is counted, and proposed to nobody.
    let (run, answer) = asked(&repo, &[]);
    assert_eq!((run.code, &answer["facts"]), (0, &json!({"files": [], "not_asked": 1})));
    // The branch that is judged does not choose its facts.
    let fresh = kev("2026-11-27T00:00:00Z", 1, &["CVE-2020-0001"]);
    put(&repo, "kev.json", &fresh);
    let (run, _) = asked(&repo, &["--facts", "kev.json"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("put it outside"), "{}", run.err);
    repo.by("dana").write("kev.json", &fresh).commit("Add the catalog");
    assert_eq!(asked(&repo, &["--facts", "kev.json"]).0.code, 0);
    put(&repo, "kev.json", fresh + "\n");
    assert_eq!(asked(&repo, &["--facts", "kev.json"]).0.code, 2);
}

#[test]
fn a_met_test_ends_cover_in_triage_filter_and_export() {
    let folder = crate::support::temporary();
    let listed = folder.path().join("kev.json");
    std::fs::write(&listed, kev("2026-11-27T00:00:00Z", 1, &[CVE])).unwrap();
    let facts = ["--facts", listed.to_str().unwrap()];
    let repo = repo("known-exploited", "close");
    let state = |more: &[&str]| {
        let (code, answer) = triaged(&repo, &[&["a.sarif"], more].concat());
        (code, answer["results"][0]["state"].clone(), answer["facts"]["not_asked"].clone())
    };
    assert_eq!(state(&[]), (0, json!("covered"), json!(1)));
    assert_eq!(state(&facts), (1, json!("expired_cover"), json!(0)));
    let filtered = |more: &[&str]| {
        let run = super::run(&repo, &[&["a.sarif", "--filter"], more].concat());
        let log: Value = serde_json::from_str(&run.out).unwrap();
        log["runs"][0]["results"].as_array().unwrap().len()
    };
    assert_eq!((filtered(&[]), filtered(&facts)), (0, 1));
    let export = |more: &[&str]| {
        let args = [&["--on", ON, "export", "trivy"], more].concat();
        cli::run(repo.path(), &args)
    };
    let (without, with) = (export(&[]), export(&facts));
    assert!(without.out.contains(CVE) && without.code == 0, "{}{}", without.out, without.err);
    assert!(!with.out.contains(CVE) && with.code == 1, "{}{}", with.out, with.err);
    assert!(with.err.contains("EXC-2026-C0VER (trivy:CVE-2021-23337) is left out: T2: known"));
    assert!(!with.err.contains("no exception in force names a finding"), "{}", with.err);
    std::fs::write(&listed, kev("2026-11-01T00:00:00Z", 1, &["CVE-2020-0001"])).unwrap();
    let old = export(&facts);
    assert!(!old.out.contains(CVE) && old.code == 3, "{}{}", old.out, old.err);
}

#[test]
fn what_an_export_leaves_out_is_named_by_its_place_in_the_file() {
    let folder = crate::support::temporary();
    let listed = folder.path().join("kev.json");
    std::fs::write(&listed, kev("2026-11-27T00:00:00Z", 1, &[CVE])).unwrap();
    let repo = ledger(POLICY);
    let limited = "tool: trivy, id: CVE-2020-0001, severity: low";
    let keys = format!("tool: trivy, id: {CVE}}}, {{{limited}");
    let trigger = "triggers: [{id: T2, when: It gets worse, then: close, test: known-exploited}]\n";
    file(&repo, "EXC-2026-C0VER", &(finding("EXC-2026-C0VER", &keys) + trigger));
    repo.checkout();
    let args = ["--on", ON, "export", "trivy", "--facts", listed.to_str().unwrap()];
    let run = cli::run(repo.path(), &args);
    let named = "EXC-2026-C0VER findings[1] trivy:CVE-2020-0001: scope: ";
    assert!(run.err.contains(named) && run.code == 1, "{}{}", run.out, run.err);
}

#[test]
fn what_a_file_says_is_met_ends_cover_also_where_the_report_says_otherwise() {
    let folder = crate::support::temporary();
    let stated = folder.path().join("facts.jsonl");
    let facts = ["--facts", stated.to_str().unwrap()];
    for test in ["value-changed", "finding-gone", "fix-available"] {
        let line = json!({"finding": format!("trivy:{CVE}"), "fact": test, "value": true});
        std::fs::write(&stated, line.to_string() + "\n").unwrap();
        let repo = repo(test, "close");
        let (code, answer) = triaged(&repo, &["a.sarif", facts[0], facts[1]]);
        assert_eq!((code, &answer["results"][0]["state"]), (1, &json!("expired_cover")), "{test}");
        let (run, answer) = asked(&repo, &facts);
        assert_eq!((run.code, &answer["verdict"]), (1, &json!("deny")), "{test}: {answer:#}");
        assert_eq!(answer["next"]["command"], "exledger close EXC-2026-C0VER", "{test}");
    }
}

#[test]
fn the_report_itself_is_a_fact_and_a_review_ends_nothing() {
    for (then, expected) in [("close", (1, "expired_cover")), ("review", (0, "covered"))] {
        let repo = repo("fix-available", then);
        let (code, answer) = triaged(&repo, &["a.sarif"]);
        assert_eq!((code, &answer["results"][0]["state"]), (0, &json!("covered")));
        put(&repo, "a.sarif", report("Fixed Version: 4.17.21"));
        let (code, answer) = triaged(&repo, &["a.sarif"]);
        assert_eq!((code, answer["results"][0]["state"].as_str().unwrap()), expected);
        assert_eq!(answer["proposals"][0]["trigger"], "T2");
    }
}

#[test]
fn the_command_that_asks_again_gives_the_same_files() {
    let folder = crate::support::temporary();
    let path = folder.path().join("kev.json");
    std::fs::write(&path, kev("2026-11-27T14:00:00Z", 1, &[CVE])).unwrap();
    let repo = ledger(POLICY);
    let key = format!("tool: trivy, id: {CVE}, purl: 'pkg:npm/lodash@4.17.15', severity: moderate");
    let trigger = "triggers: [{id: T2, when: It gets worse, then: close, test: known-exploited}]\n";
    file(&repo, "EXC-2026-C0VER", &(finding("EXC-2026-C0VER", &key) + trigger));
    repo.checkout();
    let asked = format!("check --finding trivy:{CVE} --purl pkg:npm/lodash@4.17.15 --on {ON}");
    let facts = format!("--facts {}", path.display());
    let words = format!("{asked} {facts} --format json");
    let words: Vec<&str> = words.split(' ').collect();
    let answer: Value = serde_json::from_str(&cli::run(repo.path(), &words).out).unwrap();
    let next = answer["next"]["command"].as_str().unwrap();
    assert!(next.contains("--severity moderate") && next.contains(&facts), "{next}");
    let mut typed: Vec<&str> = next.split(' ').skip(1).collect();
    typed.extend(["--on", ON]);
    assert_eq!(cli::run(repo.path(), &typed).code, 1, "{next}");
    // In another work tree of the repository lie the files of another branch.
    let linked = folder.path().join("linked");
    git(repo.path(), &["worktree", "add", "-q", "-b", "mine", linked.to_str().unwrap()]);
    std::fs::copy(&path, linked.join("kev.json")).unwrap();
    let refused = cli::run(
        repo.path(),
        &[
            "check",
            "--application",
            "billing",
            "--facts",
            linked.join("kev.json").to_str().unwrap(),
        ],
    );
    assert_eq!(refused.code, 2, "{}{}", refused.out, refused.err);
}

#[cfg(unix)]
#[test]
fn a_link_on_the_way_to_the_facts_is_followed_as_the_approved_branch_has_it() {
    use std::os::unix::fs::symlink;
    let folder = crate::support::temporary();
    let [listed, other] = [CVE, "CVE-2020-0001"].map(|id| kev("2026-11-27T14:00:00Z", 1, &[id]));
    let repo = repo("known-exploited", "close");
    let top = repo.path().to_owned();
    std::fs::create_dir_all(top.join("data/old")).unwrap();
    put(&repo, "data/kev.json", &listed);
    put(&repo, "data/old/kev.json", &other);
    symlink("data", top.join("facts")).unwrap();
    let kept = cli::shell(
        &repo,
        "git config user.name Ana && git config user.email ana@example.com && git add data facts && \
         git commit -qm 'Keep the facts' && git switch -qc mine",
    );
    assert_eq!(kept.code, 0, "{}{}", kept.out, kept.err);
    let asked = |path: &Path| asked(&repo, &["--facts", path.to_str().unwrap()]).0.code;
    let facts = top.join("facts/kev.json");
    assert_eq!(asked(&facts), 1);
    std::fs::write(folder.path().join("kev.json"), &other).unwrap();
    assert_eq!(asked(&folder.path().join("kev.json")), 0);
    // Each leads to what the branch chooses: out of the repository, or to another approved file.
    for target in [folder.path(), Path::new("data/old")] {
        std::fs::remove_file(top.join("facts")).unwrap();
        symlink(target, top.join("facts")).unwrap();
        assert_eq!(asked(&facts), 2, "{}", target.display());
        let from_outside = folder.path().join("link.json");
        symlink(&facts, &from_outside).unwrap();
        assert_eq!(asked(&from_outside), 2, "{}", target.display());
        std::fs::remove_file(from_outside).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn facts_come_through_a_pipe_too() {
    let repo = repo("known-exploited", "close");
    let folder = crate::support::temporary();
    std::fs::write(folder.path().join("kev.json"), kev("2026-11-27T14:00:00Z", 1, &[CVE])).unwrap();
    let purl = "pkg:npm/lodash@4.17.15";
    for (end, code) in [("", 0), (" --facts <(cat \"$FACTS\")", 1)] {
        let asked = format!(
            "bash -c 'FACTS={}/kev.json; exledger --on {ON} check --finding trivy:{CVE} --purl {purl}{end}'",
            folder.path().display()
        );
        let run = cli::shell(&repo, &asked);
        assert_eq!(run.code, code, "{}{}", run.out, run.err);
    }
}

#[test]
fn a_cve_without_a_score_may_have_the_one_that_ends_the_cover() {
    let repo = ledger(POLICY);
    let id = "GHSA-35jh-r3h4-6jhm";
    let key = format!("tool: osv-scanner, id: {id}, purl: 'pkg:npm/lodash@4.17.15'");
    let trigger = "triggers: [{id: T2, when: It gets worse, then: close, test: 'epss>=0.1'}]\n";
    file(&repo, "EXC-2026-C0VER", &(finding("EXC-2026-C0VER", &key) + trigger));
    repo.checkout();
    let other = "CVE-2021-99999";
    let mut found = result(id, "package-lock.json");
    found["message"]["text"] = format!("Package 'lodash@4.17.15' is vulnerable to '{CVE}'.").into();
    let mut log: Value = serde_json::from_str(&sarif("osv-scanner", &[found])).unwrap();
    log["runs"][0]["tool"]["driver"]["rules"] = json!([{"id": id, "deprecatedIds": [CVE, other]}]);
    put(&repo, "o.sarif", log.to_string());
    let folder = crate::support::temporary();
    let scores = folder.path().join("epss.csv");
    for (rows, code, state) in [
        (format!("{CVE},0.05,0.5\n{other},0.05,0.5\n"), 0, "covered"),
        (format!("{CVE},0.05,0.5\n{other},0.6,0.5\n"), 1, "expired_cover"),
        (format!("{CVE},0.05,0.5\n"), 3, "uncovered"),
        (format!("{CVE},0.6,0.5\n"), 1, "expired_cover"),
    ] {
        std::fs::write(&scores, epss("2026-11-30", &rows)).unwrap();
        let facts = ["o.sarif", "--facts", scores.to_str().unwrap()];
        let (own, answer) = triaged(&repo, &facts);
        let row = &answer["results"][0];
        assert_eq!((own, row["state"].as_str().unwrap()), (code, state), "{rows}: {row}");
    }
}

#[test]
fn triage_check_and_export_agree_on_what_a_report_still_has() {
    let folder = crate::support::temporary();
    let repo = ledger(POLICY);
    let text = "import os\nos.system(a_long)\nos.system(b_long)\n";
    let code = repo.by("root").write("app/r.py", text).write("app/s.py", text);
    code.commit("Add the code");
    let key = "tool: bandit, id: B605, paths: [app/r.py], content: ['os.system(a_long)']";
    let trigger = "triggers: [{id: T2, when: It is gone, then: close, test: finding-gone}]\n";
    file(&repo, "EXC-2026-C0VER", &(finding("EXC-2026-C0VER", key) + trigger));
    repo.checkout();
    let path = folder.path().join("log.sarif");
    let facts = ["--facts", path.to_str().unwrap()];
    for (place, line, is_gone) in
        [("app/r.py", 2, false), ("app/r.py", 3, true), ("app/s.py", 2, true)]
    {
        let found = super::accepted::at("B605", place, (line, line));
        let log = super::accepted::log("bandit", &[found]);
        std::fs::write(&path, &log).unwrap();
        put(&repo, "a.sarif", log);
        let (_, answer) = triaged(&repo, &["a.sarif"]);
        let proposals = answer["proposals"].as_array().unwrap();
        assert_eq!(!proposals.is_empty(), is_gone, "{place}:{line}: {answer:#}");
        let asked = ["--finding", "bandit:B605", "--path", "app/r.py", "--line", "2"];
        let args = [&["--on", ON, "--format", "json", "check"], &asked[..], &facts].concat();
        let run = cli::run(repo.path(), &args);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        let expected = if is_gone { "deny" } else { "allow" };
        assert_eq!(answer["verdict"], expected, "{place}:{line}: {answer:#}");
        let out = folder.path().join("opa");
        let args = ["--on", ON, "export", "opa", "-o", out.to_str().unwrap()];
        let run = cli::run(repo.path(), &[&args, &facts[..]].concat());
        assert_eq!(run.err.contains("is left out: T2: "), is_gone, "{place}:{line}: {}", run.err);
    }
}
