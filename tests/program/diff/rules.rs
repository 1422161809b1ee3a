//! How a change of the policy, its files or a redesign can be approved on a branch: what is named counts once it is merged.

use crate::diff::{Ledger, SIGNERS, TWO};
use crate::redesigns::{RED, REDESIGN};
use crate::support::repo::speak;

/// Two groups have to approve.
const GROUPS: &str = "version: 1
name: example/payments
groups: {security: [dana@example.com], platform: [ana@example.com, lee@example.com]}
tiers: [{name: standard, max_term: 90d, approvals: {each_of: [security, platform]}}]
";

fn longer(policy: &str) -> String {
    policy.replace("max_term: 90d", "max_term: 120d")
}

/// A day on which a signature of these tests can wait.
const ON: [&str; 2] = ["--on", "2026-11-25"];

fn diff(ledger: &Ledger, branch: &str) -> serde_json::Value {
    let asked = ["diff", "main", branch, "--format", "json"];
    serde_json::from_str(&ledger.run(&[&ON[..], &asked].concat()).out).unwrap()
}

/// Returns what the warning about a file of a branch says helps, and its commands, which `lint --base` says, too.
fn help(ledger: &Ledger, branch: &str, path: &str) -> (String, Vec<String>) {
    let diff = diff(ledger, branch);
    let of = |answer: &serde_json::Value| {
        let findings = answer["findings"].as_array().unwrap().iter();
        let is_about = |it: &&serde_json::Value| {
            it["path"] == path && it["message"].to_string().contains("decides which approvals")
        };
        let mut about = findings.filter(is_about);
        let finding = about.next().unwrap_or_else(|| panic!("{answer:#}"));
        let commands = finding["remedy"]["commands"].as_array().cloned().unwrap_or_default();
        let commands = commands.iter().map(|it| it.as_str().unwrap().to_owned());
        (finding["help"].as_str().unwrap().to_owned(), commands.collect::<Vec<_>>())
    };
    let found = of(&diff);
    ledger.switch(branch);
    let lint = ["lint", "--base", "main", "--branch", branch, "--format", "json"];
    let run = ledger.run(&[&ON[..], &lint].concat());
    ledger.switch("main");
    assert_eq!(of(&serde_json::from_str(&run.out).unwrap()), found);
    found
}

/// Tells whether all governance files count as they are.
fn counts(ledger: &Ledger) -> bool {
    let run = ledger.run(&["list", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    list["ledger"]["left_out"].as_array().is_none_or(Vec::is_empty)
}

#[test]
fn where_a_merge_counts_it_is_named_and_no_command_that_nobody_can_run() {
    let ledger = Ledger::of(TWO, &[]);
    let work = ledger.repo.branch("longer").by("ana");
    work.write("exledger.yaml", &longer(TWO)).write(RED, REDESIGN).commit("Allow more");
    let (said, commands) = help(&ledger, "longer", "exledger.yaml");
    let whom = "one listed person other than the authors (lee@example.com)";
    assert_eq!(
        said,
        format!("by the rules before it, it needs {whom}: merge it with a merge commit")
    );
    assert!(commands.is_empty(), "{commands:?}");
    let diff = diff(&ledger, "longer");
    let redesign = &diff["redesigns"][0];
    assert!(redesign["command"].is_null(), "{redesign:#}");
    assert_eq!(redesign["how"][0]["way"], "merge");
    assert_eq!(redesign["how"][0]["who"][0]["email"], "lee@example.com");
    let comment = ledger.run(&["diff", "main", "longer", "--format", "markdown"]).out;
    assert!(
        comment.contains("merge it with a merge commit") && !comment.contains("--governance"),
        "{comment}"
    );
    ledger.repo.by("lee").merge("longer", "Merge branch 'longer'");
    assert!(counts(&ledger));
    assert!(!ledger.run(&["redesign", "list"]).out.contains("unapproved"));
}

#[test]
fn where_two_groups_have_to_approve_the_merge_names_the_other() {
    let ledger = Ledger::of(GROUPS, &[]);
    let longer = longer(GROUPS);
    ledger.repo.branch("longer").by("ana").write("exledger.yaml", &longer).commit("Allow more");
    let (said, _) = help(&ledger, "longer", "exledger.yaml");
    assert!(said.contains("in group security") && said.contains("in group platform"), "{said}");
    assert!(said.contains("ends with `Approved-by: NAME <ADDRESS>`"), "{said}");
    let message = "Merge branch 'longer'\n\nApproved-by: Dana Kim <dana@example.com>";
    ledger.repo.by("lee").merge("longer", message);
    assert!(counts(&ledger));
}

#[test]
fn what_is_signed_is_said_and_nothing_more_is_asked() {
    let ledger = Ledger::of(TWO, &[]);
    let keys = [speak::signer("ana"), speak::signer("lee")].concat();
    ledger.repo.branch("keys").by("ana").write(SIGNERS, &keys).commit("List keys");
    assert!(help(&ledger, "keys", SIGNERS).0.ends_with(": merge it with a merge commit"));
    ledger.repo.by("lee").merge("keys", "Merge branch 'keys'");
    let longer = longer(TWO);
    let work = ledger.repo.branch("longer").by("ana");
    work.write("exledger.yaml", &longer).write(RED, REDESIGN).commit("Allow more");
    let (said, commands) = help(&ledger, "longer", "exledger.yaml");
    let approve = "exledger approve --governance exledger.yaml --ref longer";
    assert!(
        said.ends_with(&format!(": merge it with a merge commit, or run `{approve}`")),
        "{said}"
    );
    assert_eq!(commands, [approve]);
    let says = |path: &str, text: &str| {
        let says = speak::yes("lee", "EXC-2026-7F3KQ", text, "2026-11-20T10:00:00Z");
        says.ledger("example/payments").governance(path)
    };
    let branch = || ledger.repo.orphan("exledger-approvals").by("lee");
    branch().says(&says("exledger.yaml", &longer)).says(&says(RED, REDESIGN)).commit("Approve");
    let signed = "signed by lee@example.com, which counts once it is merged";
    assert_eq!(help(&ledger, "longer", "exledger.yaml"), (signed.to_owned(), Vec::new()));
    let diff = diff(&ledger, "longer");
    assert_eq!(diff["redesigns"][0]["how"], serde_json::json!([]), "{diff:#}");
    let table = ledger.run(&[&ON[..], &["diff", "main", "longer"]].concat()).out;
    assert!(table.contains(&format!("{RED}: {signed}")), "{table}");
    ledger.repo.by("ana").squash("longer", "Allow more (#3)");
    assert!(counts(&ledger));
}

#[test]
fn the_text_that_counts_needs_no_approval_and_another_one_after_what_does_not_needs_a_signature() {
    let ledger = Ledger::of(TWO, &[]);
    ledger.repo.by("ana").write("exledger.yaml", &longer(TWO)).commit("Allow more");
    assert!(!counts(&ledger));
    let shorter = TWO.replace("max_term: 90d", "max_term: 130d");
    ledger.repo.branch("other").by("ana").write("exledger.yaml", &shorter).commit("Allow most");
    let (said, _) = help(&ledger, "other", "exledger.yaml");
    assert!(
        said.starts_with("the version before it does not count, so only a signature"),
        "{said}"
    );
    assert!(said.contains("put the version back that counts"), "{said}");
    ledger.repo.branch("back").by("ana").write("exledger.yaml", TWO).commit("Put it back");
    let (said, commands) = help(&ledger, "back", "exledger.yaml");
    assert!(said.contains("which needs no approval") && commands.is_empty(), "{said}");
    ledger.repo.by("ana").merge("back", "Merge branch 'back'");
    assert!(counts(&ledger));
}

#[test]
fn where_only_signatures_count_the_first_keys_are_merged_and_all_else_waits_for_them() {
    let policy = format!("{TWO}approval: {{proof: attested}}\n");
    let ledger = Ledger::of(&policy, &[]);
    let keys = [speak::signer("ana"), speak::signer("lee")].concat();
    let work = ledger.repo.branch("both").by("ana");
    work.write(SIGNERS, &keys).write("exledger.yaml", &longer(&policy)).commit("Both");
    assert!(help(&ledger, "both", SIGNERS).0.ends_with(": merge it with a merge commit"));
    let (said, commands) = help(&ledger, "both", "exledger.yaml");
    assert!(said.contains(&format!("have {SIGNERS} list their key first")), "{said}");
    assert!(commands.is_empty(), "{commands:?}");
    ledger.repo.by("lee").merge("both", "Merge branch 'both'");
    assert!(!counts(&ledger));
}
