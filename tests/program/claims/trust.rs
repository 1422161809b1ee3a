//! Whom a clone trusts, and rules that nobody could change.

use serde_json::Value;

use super::{CLAIMED, POLICY, SIGNED, SIGNERS, answer, approvals, ledger, sign, status};
use crate::cli;
use crate::support::repo::Repo;
use crate::support::repo::speak::{public, signer, yes};
use crate::support::samples::{ID, SAMPLE};

/// A ledger whose rules nobody can approve any more: its group has left, by a change that everybody approved.
fn locked() -> (Repo, String) {
    let repo = ledger(SIGNED, &["dana", "lee"]);
    let gone = SIGNED.replace("dana@example.com", "gone@example.com");
    let at = repo.now().to_string();
    repo.by("ana").write(POLICY, &gone).commit("Dana leaves");
    let says = ["dana", "lee"]
        .map(|name| yes(name, ID, &gone, &at).governance(POLICY).ledger("example/payments"));
    sign(&repo, "ana", &says);
    let back = gone.replace("gone@example.com", "sam@example.com");
    let keys = signer("dana") + &signer("lee") + &signer("sam");
    let trusted = repo.by("ana").write(POLICY, &back).write(SIGNERS, &keys).commit("Sam follows");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    sign(&repo, "ana", &approvals(&repo, &[("sam", "sam"), ("lee", "lee")], SAMPLE));
    (repo, trusted.to_string())
}

#[test]
fn environment_chooses_no_trust() {
    let (repo, trusted) = locked();
    assert_eq!(status(&repo), "unapproved", "nobody can approve what Sam needs");
    let home = crate::support::temporary();
    let text = format!("[exledger]\n\ttrustedFrom = {trusted}\n");
    std::fs::write(home.path().join(".gitconfig"), &text).unwrap();
    let file = home.path().join(".gitconfig").display().to_string();
    let folder = home.path().display().to_string();
    let now = repo.now().to_string();
    let parameters = format!("'exledger.trustedFrom'='{trusted}'");
    for (name, value) in [
        ("HOME", folder.as_str()),
        ("GIT_CONFIG_PARAMETERS", &parameters),
        ("GIT_CONFIG_GLOBAL", &file),
        ("GIT_CONFIG_SYSTEM", &file),
        ("EXLEDGER_TRUSTED_FROM", &trusted),
        ("EXLEDGER_TRUSTEDFROM", &trusted),
    ] {
        let args = ["show", ID, "--on", &now, "--format", "json"];
        let run = cli::run_with(repo.path(), &args, &[(name, value)]);
        assert!(run.out.contains("\"status\": \"unapproved\""), "{name}: {}", run.out);
    }
    let counts = [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "exledger.trustedFrom"),
        ("GIT_CONFIG_VALUE_0", &trusted),
    ];
    let run = cli::run_with(repo.path(), &["show", ID, "--on", &now, "--format", "json"], &counts);
    assert!(run.out.contains("\"status\": \"unapproved\""), "{}", run.out);
    // Who decides for this clone says so, on the command line or in its own configuration.
    let shown = answer(&repo, &["show", ID, "--trusted-from", &trusted]);
    assert_eq!(
        (&shown["record"]["status"], &shown["ledger"]["trusted_from"]),
        (&Value::from("active"), &Value::from(trusted.clone()))
    );
    repo.config("exledger.trustedFrom", &trusted);
    assert_eq!(status(&repo), "active");
    let screen = cli::run(repo.path(), &["show", ID, "--on", &now]);
    assert!(screen.out.contains("rules trusted from"), "{}", screen.out);
}

#[test]
fn included_configuration_chooses_no_trust() {
    let (repo, trusted) = locked();
    let file = repo.path().join("versioned.gitconfig");
    std::fs::write(&file, format!("[exledger]\n\ttrustedFrom = {trusted}\n")).unwrap();
    for key in ["include.path", "includeIf.gitdir:/.path"] {
        repo.config(key, file.to_str().unwrap());
        assert_eq!(status(&repo), "unapproved", "{key}");
    }
    repo.config("exledger.trustedFrom", &trusted);
    assert_eq!(status(&repo), "active");
}

#[test]
fn only_the_clones_own_configuration_chooses_its_branch() {
    // A branch of the forge that looks like the approved one of another remote.
    let upstream = ledger(SIGNED, &["dana", "lee"]);
    let tip = upstream.tip("main");
    upstream.branch("evil/main").by("mallory").write(POLICY, "version: 1\n").commit("Loosen");
    upstream.branch("evil/main").by("ana").write(ID, SAMPLE).commit("File it");
    upstream.by("mallory").write("README.md", "x").commit("Describe it");
    let now = upstream.now().to_string();
    let clone = crate::support::temporary();
    let git = |args: &[&str]| crate::support::repo::git(clone.path(), args);
    git(&["init", "-q", "-b", "main"]);
    git(&["remote", "add", "origin", upstream.path().to_str().unwrap()]);
    git(&["fetch", "-q", "origin"]);
    git(&["reset", "-q", "--hard", &tip.to_string()]);
    let home = crate::support::temporary();
    let text = "[remote \"origin/evil\"]\n\turl = x\n[branch \"main\"]\n\tremote = origin/evil\n";
    let file = home.path().join(".gitconfig");
    std::fs::write(&file, text).unwrap();
    let args = ["list", "--on", &now, "--format", "json"];
    let chosen = |variables: &[(&str, &str)]| {
        let run = cli::run_with(clone.path(), &args, variables);
        let answer: Value = serde_json::from_str(&run.out).unwrap_or_default();
        answer["ledger"]["ref"].as_str().map(str::to_owned).unwrap_or(run.err)
    };
    let own = chosen(&[]);
    assert_eq!(own, "refs/remotes/origin/main");
    let (folder, file) = (home.path().display().to_string(), file.display().to_string());
    assert_eq!(chosen(&[("HOME", &folder)]), own);
    assert_eq!(chosen(&[("GIT_CONFIG_GLOBAL", &file)]), own);
    let stated = "'remote.origin/evil.url'='x' 'branch.main.remote'='origin/evil' 'exledger.approvedRef'='refs/remotes/origin/evil/main'";
    assert_eq!(chosen(&[("GIT_CONFIG_PARAMETERS", stated)]), own);
    git(&["config", "include.path", &file]);
    assert_eq!(chosen(&[]), own, "an included file may be versioned");
}

#[test]
fn what_is_trusted_is_on_the_line_and_lifts_nothing_before_it() {
    let (repo, trusted) = locked();
    let run = |oid: &str| cli::run(repo.path(), &["show", ID, "--trusted-from", oid]);
    repo.checkout();
    for wrong in ["main", "1234567", &trusted[..39]] {
        assert_eq!(run(wrong).code, 2, "{wrong}");
    }
    let elsewhere = run(&"1".repeat(40));
    assert_eq!(elsewhere.code, 3, "{}", elsewhere.out);
    assert!(elsewhere.err.contains("--trusted-from or exledger.trustedFrom"), "{}", elsewhere.err);
    repo.config("exledger.trustedFrom", "main");
    let odd = cli::run(repo.path(), &["show", ID]);
    assert_eq!(odd.code, 3, "{}", odd.out);
    assert!(odd.err.contains("git config --unset exledger.trustedFrom"), "{}", odd.err);
    // Her list lands, then her record; only afterwards does somebody trust the list.
    let forged =
        format!("dana@example.com {}\nlee@example.com {}\n", public("mallory"), public("eve"));
    let repo = ledger(SIGNED, &["dana", "lee"]);
    repo.by("mallory").write(SIGNERS, &forged).commit("List keys");
    repo.by("mallory").write(ID, SAMPLE).commit("File it");
    sign(&repo, "mallory", &approvals(&repo, &[("dana", "mallory"), ("lee", "eve")], SAMPLE));
    let later = repo.by("ana").write("README.md", "Payments\n").commit("Describe it").to_string();
    let shown = answer(&repo, &["show", ID, "--trusted-from", &later]);
    assert_eq!(shown["record"]["status"], "unapproved");
}

#[test]
fn rules_that_nobody_could_change_are_an_error() {
    let lint = |policy: &str, keys: &[&str]| {
        let repo = ledger(policy, keys);
        let answer = answer(&repo, &["lint"]);
        let findings = answer["findings"].as_array().unwrap().iter();
        let found = findings.filter(|it| it["rule"] == "approval-impossible");
        found.map(|it| it["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let empty = SIGNED.replace("lee@example.com", "");
    let alone = SIGNED.replace("lee@example.com", "dana@example.com");
    let more = format!("{CLAIMED}approval: {{governance: {{count: 5}}}}\n");
    for (policy, keys, why) in [
        (SIGNED, &["dana"][..], "of group platform with a listed key"),
        (SIGNED, &[], "with a listed key"),
        (empty.as_str(), &["dana", "lee"], "of group platform"),
        (&alone, &["dana", "lee"], "different from those of the other groups"),
        (&more, &[], "it needs 5 listed people, and there are 2"),
    ] {
        let found = lint(policy, keys);
        assert!(found.iter().any(|it| it.contains(why)), "{why}: {found:?}");
    }
    assert_eq!(lint(SIGNED, &["dana", "lee"]), [""; 0]);
    assert_eq!(lint(CLAIMED, &[]), [""; 0]);
    assert_eq!(lint("version: 1\n", &[]), [""; 0]);
}
