//! Approval files: reported on a branch before the merge, audited once landed, and a separate event if they land late.

use serde_json::Value;

use crate::cli;
use crate::support::audit::{audited, told};
use crate::support::repo::Repo;
use crate::support::repo::speak::{no, signer, yes};
use crate::support::samples::{ID, LISTED, ONE, SAMPLE};

const ON: &str = "2026-12-10T12:00:00Z";
const AT: &str = "2026-11-21T09:00:00Z";
const SIGNERS: &str = ".github/allowed_signers";

/// A ledger that lists Dana's key; Ana pushed the sample.
fn pushed() -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("dana")
        .write("exledger.yaml", ONE)
        .write(SIGNERS, &signer("dana"))
        .commit("Keep exceptions in a ledger");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    repo.clock("2026-11-22T09:00:00Z");
    repo
}

/// Lints a branch, without a base and against its merge base; returns the codes of both.
fn linted(repo: &Repo) -> [Vec<String>; 2] {
    repo.git.set_head("refs/heads/work").unwrap();
    repo.checkout();
    [&["lint"][..], &["lint", "--base", "main"]].map(|args| {
        let run = cli::run(repo.path(), &[args, &["--format", "json"]].concat());
        let answer: Value =
            serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
        let findings = answer["findings"].as_array().unwrap().iter();
        let codes = findings.map(|it| it["rule"].as_str().unwrap().to_owned());
        codes.filter(|code| code == "bad-approval-file").collect()
    })
}

#[test]
fn a_branch_is_told_of_approval_files_that_would_count_for_nothing() {
    let bad = || vec!["bad-approval-file".to_owned()];
    let clean = || [Vec::<String>::new(), Vec::new()];
    let repo = pushed();
    let good = yes("dana", ID, SAMPLE, AT);
    repo.branch("work").by("dana").says(&good).commit("Approve it");
    assert_eq!(linted(&repo), clean());

    let repo = pushed();
    let other = yes("dana", ID, SAMPLE, AT).with_key("zoe");
    repo.branch("work").by("zoe").says(&other).commit("Approve it");
    assert_eq!(linted(&repo), [bad(), bad()]);

    // A key listed only by the branch itself was not listed before.
    let repo = pushed();
    let own = yes("zoe", ID, SAMPLE, AT);
    repo.branch("work")
        .by("zoe")
        .write(SIGNERS, &format!("{}{}", signer("dana"), signer("zoe")))
        .says(&own)
        .commit("Approve it");
    assert_eq!(linted(&repo), [bad(), bad()]);

    let repo = pushed();
    repo.branch("work")
        .by("dana")
        .write("exceptions/.approvals/README.md", "Approvals\n")
        .commit("Explain the folder");
    assert_eq!(linted(&repo), [bad(), bad()]);
}

#[test]
fn an_approval_that_landed_is_not_judged_again_and_may_not_be_removed() {
    let repo = pushed();
    let good = yes("dana", ID, SAMPLE, AT);
    repo.by("dana").says(&good).commit("Approve it");
    // Its key is retired: earlier approvals still count.
    repo.branch("work").by("lee").write(SIGNERS, &signer("lee")).commit("Dana leaves");
    assert_eq!(linted(&repo), [Vec::<String>::new(), Vec::new()]);
    repo.branch("work").by("lee").unsays(&good).commit("Clear up");
    let [plain, base] = linted(&repo);
    assert_eq!(plain, Vec::<String>::new());
    assert_eq!(base.len(), 2, "the text and its signature");
}

#[test]
fn a_file_that_approves_nothing_may_be_removed() {
    let stranger = format!("exceptions/.approvals/{ID}/x");
    let unlisted = yes("dana", ID, SAMPLE, AT).with_key("zoe");
    let junk = format!("exceptions/.approvals/{ID}/0123456789ab-dana@example.com.txt");
    for path in [&stranger, &junk, &unlisted.path()] {
        let repo = pushed();
        let is_signed = *path == unlisted.path();
        let work = repo.by("lee");
        let work = if is_signed { work.says(&unlisted) } else { work.write(path, "hello\n") };
        work.commit("Add it");
        let work = repo.branch("work").by("lee").remove(path);
        let work = if is_signed { work.remove(&format!("{path}.sig")) } else { work };
        work.commit("Remove it");
        assert_eq!(linted(&repo), [Vec::<String>::new(), Vec::new()], "{path}");
        repo.by("dana").merge("work", "Merge branch 'work'");
        // That it was there is not said twice.
        let findings = audited(&repo, ON);
        let found = findings.iter().filter(|it| it.rule.as_str() == "bad-approval-file");
        let said: Vec<String> =
            found.map(|it| format!("{} {}", it.level.as_str(), it.message)).collect();
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("warning") && !said[0].contains("still stands"), "{said:?}");
    }
}

#[test]
fn a_bad_file_is_an_error_while_it_is_there_and_a_warning_after() {
    let repo = pushed();
    let other = yes("dana", ID, SAMPLE, AT).with_key("zoe");
    repo.by("zoe").says(&other).commit("Approve it");
    let findings = audited(&repo, ON);
    assert!(told(&findings).contains(&"error bad-approval-file".to_owned()));
    let finding = findings.iter().find(|it| it.rule.as_str() == "bad-approval-file");
    assert_eq!(finding.unwrap().id.as_deref(), Some(ID));
    repo.by("lee").unsays(&other).commit("Clear up");
    let told = told(&audited(&repo, ON));
    assert!(!told.contains(&"error bad-approval-file".to_owned()), "{told:?}");
    assert!(told.contains(&"warning bad-approval-file".to_owned()), "{told:?}");
}

#[test]
fn an_approval_of_its_own_commit_is_an_event_and_ends_the_finding() {
    let repo = pushed();
    assert!(told(&audited(&repo, ON)).contains(&"error self-approval".to_owned()));
    let good = yes("dana", ID, SAMPLE, AT);
    let landing = repo.by("dana").says(&good).commit("Approve it");
    assert_eq!(told(&audited(&repo, ON)), ["note key-by-claim"]);
    repo.checkout();
    let run = cli::run(repo.path(), &["log", ID, "--on", ON, "--format", "json"]);
    let log: Value = serde_json::from_str(&run.out).unwrap();
    let events = log["events"].as_array().unwrap();
    let words: Vec<&str> = events.iter().map(|it| it["event"].as_str().unwrap()).collect();
    assert_eq!(words, ["filed", "approved"]);
    assert_eq!((&events[0]["result"], &events[1]["result"]), (&"self".into(), &"attested".into()));
    assert_eq!(events[0]["approvers"], Value::Array(Vec::new()));
    assert_eq!(events[1]["approvers"][0]["email"], "dana@example.com");
    assert_eq!(events[1]["approvers"][0]["kind"], "detached");
    assert_eq!(events[1]["commit"], landing.to_string());
    assert_eq!(events[1]["pull_request"], Value::Null);
}

#[test]
fn a_signed_no_is_an_event_and_a_finding() {
    let repo = pushed();
    let refused = no("dana", ID, SAMPLE, AT).because("The job is retired already");
    repo.by("dana").says(&refused).commit("Refuse it");
    let findings = audited(&repo, ON);
    let veto = findings.iter().find(|it| it.rule.as_str() == "vetoed").unwrap();
    assert_eq!(veto.level.as_str(), "error");
    assert!(veto.message.contains("The job is retired already"), "{veto:?}");
    repo.checkout();
    let run = cli::run(repo.path(), &["log", ID, "--on", ON, "--format", "json"]);
    let log: Value = serde_json::from_str(&run.out).unwrap();
    let last = log["events"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["event"], &last["result"]), (&"vetoed".into(), &"vetoed".into()));
}

#[test]
fn what_needed_a_policy_that_its_author_loosened_is_found_for_ever() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    // Nobody is listed, so one person approves a change of the rules.
    let one = ONE.replace(LISTED, "");
    let two = one.replace("count: 1", "count: 2");
    repo.by("dana").write("exledger.yaml", &two).commit("Keep exceptions in a ledger");
    repo.branch("policy").by("ana").write("exledger.yaml", &one).commit("One is enough");
    repo.by("lee").merge("policy", "Merge branch 'policy'");
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    let findings = audited(&repo, ON);
    assert_eq!(told(&findings), ["error policy-loosened"]);
    assert!(findings[0].remedy.words().starts_with("a later version ends it"), "{findings:?}");
}

#[test]
fn an_approval_by_the_rules_before_ends_what_needed_looser_ones() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let two = ONE.replace("count: 1", "count: 2");
    let keys: String = ["dana", "lee"].map(signer).concat();
    let work = repo.by("dana").write("exledger.yaml", &two);
    work.write(".github/allowed_signers", &keys).commit("Keep exceptions in a ledger");
    repo.branch("policy").by("ana").write("exledger.yaml", ONE).commit("One is enough");
    let both = "Merge branch 'policy'\n\nReviewed-by: Dana <dana@example.com>";
    repo.by("lee").merge("policy", both);
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    let findings = audited(&repo, ON);
    let found = findings.iter().find(|it| it.rule.as_str() == "policy-loosened").unwrap();
    assert!(found.remedy.words().ends_with(&format!("`exledger approve {ID}`")), "{found:?}");
    repo.by("dana").says(&yes("dana", ID, SAMPLE, AT)).commit("Approve it");
    let left = told(&audited(&repo, ON));
    assert!(!left.contains(&"error policy-loosened".to_owned()), "{left:?}");
}

#[test]
fn a_version_without_approval_names_the_ways_that_its_policy_leaves() {
    // No key is listed, so a signature can't be the first way.
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("dana").write("exledger.yaml", ONE).commit("Keep exceptions in a ledger");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    let help = |repo: &Repo, rule: &str| {
        let found = audited(repo, ON);
        let found = found.into_iter().filter(|it| it.rule.as_str() == rule);
        found.map(|it| it.remedy.words()).collect::<Vec<_>>()
    };
    repo.checkout();
    let shown = cli::run(repo.path(), &["show", ID, "--on", ON, "--format", "json"]);
    let shown: Value = serde_json::from_str(&shown.out).unwrap();
    let alone = help(&repo, "self-approval");
    assert!(
        alone[0]
            .starts_with("someone else must merge a change to its text with a merge commit, or"),
        "{alone:?}"
    );
    let reason = shown["record"]["reasons"][0].as_str().unwrap();
    assert!(reason.ends_with(&alone[0]), "{reason}");
    // After following the first way, nothing is left to do.
    let changed = SAMPLE.replace("The job", "This job");
    assert_ne!(changed, SAMPLE);
    repo.branch("change").by("ana").write(ID, &changed).commit("Say which job");
    repo.by("lee").merge("change", "Merge the change");
    let later = "a later version is approved; this one stays as it was merged; the finding stays";
    assert_eq!(help(&repo, "self-approval"), [later]);
}

#[test]
fn what_was_signed_before_a_branch_was_rebased_counts_for_its_bytes_alone() {
    let longer = SAMPLE.replace("2026-12-20", "2027-01-10");
    let narrower = format!("{longer}scope: {{resources: [db:a]}}\n");
    for (signed, is_approved) in [(&narrower, true), (&longer, false)] {
        let repo = pushed();
        repo.by("dana").says(&yes("dana", ID, SAMPLE, AT)).commit("Approve it");
        let says = yes("dana", ID, signed, &repo.now().to_string());
        repo.clock("2026-11-23T09:00:00Z");
        let work = repo.branch("work");
        work.by("ana").write(ID, &narrower).says(&says).commit("Narrow it, for longer");
        if !is_approved {
            // The record stays in force as Dana approved it, in the commit at which the branch begins.
            work.by("ana").write(ID, signed).commit("Think better of it");
        }
        repo.by("ana").merge("work", "Merge branch 'work'");
        repo.checkout();
        let shown = cli::run(repo.path(), &["show", ID, "--on", ON, "--format", "json"]);
        let shown: Value = serde_json::from_str(&shown.out).unwrap();
        let end = if is_approved { "2027-01-11T00:00:00Z" } else { "2026-12-21T00:00:00Z" };
        assert_eq!(shown["record"]["not_after"], end, "{}", shown["record"]["reasons"]);
    }
}
