//! Each gap in a real repository: it is named, its lines are followed, then the answer is yes and an approval counts.

use exledger::features::doctor::check::{CheckName, CheckState};
use exledger::features::doctor::diagnosis::ApprovalsCount;

use crate::support::samples::LISTED;

use super::{
    ID, JOBS, POLICY, SIGNERS, WORKFLOW, assert_yes, check, examine, ledger, merge, stands, verdict,
};
use crate::cli_approve::RECORD;
use crate::support::repo::Repo;
use crate::support::repo::speak::{bridge_line, reviewed, signer, yes};

const BOT: &str = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>";

/// Nina files the record, and the forge squashes it.
fn squashed(repo: &Repo, text: &str) {
    repo.set_ref("refs/heads/file", repo.tip("main"));
    repo.branch("file").by("nina").write(ID, text).commit("File it");
    repo.by("nina").through("github").squash("file", "File it (#1)");
    repo.checkout();
}

#[test]
fn a_policy_that_its_author_pushed_counts_once_someone_else_approves_it() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.config("user.email", "ana@example.com");
    repo.by("lee")
        .write("exledger.yaml", POLICY)
        .write(WORKFLOW, JOBS)
        .write(SIGNERS, &(signer("dana") + &bridge_line()))
        .commit("Keep exceptions in a ledger");
    repo.checkout();
    assert_yes(&repo);
    let looser = format!("{POLICY}lint: {{justification_min: 10}}\n");
    repo.by("nina").write("exledger.yaml", &looser).commit("Ask for less");
    repo.checkout();
    let policy = check(&repo, CheckName::Policy);
    assert_eq!(policy.state, CheckState::Problem);
    assert_eq!(policy.commands, ["exledger approve --governance exledger.yaml"]);
    assert!(policy.message.contains("someone other than nina@example.com"), "{}", policy.message);
    let now = repo.now().to_string();
    let says =
        yes("dana", ID, &looser, &now).governance("exledger.yaml").ledger("example/payments");
    repo.wait("1h").by("nina").says(&says).commit("Record approvals");
    assert_yes(&repo);
}

#[test]
fn squashes_without_a_key_are_a_problem_until_the_bridge_has_one() {
    let repo = ledger(&format!("version: 1\nname: example/payments\n{LISTED}"));
    repo.by("lee").remove(SIGNERS).commit("Clear the list");
    merge(&repo, WORKFLOW, &JOBS.replace("ci merged", "ci nightly"));
    squashed(&repo, RECORD);
    assert_eq!(stands(&repo).0, "unapproved");
    let bridge = check(&repo, CheckName::Bridge);
    assert_eq!(bridge.state, CheckState::Problem, "{}", bridge.message);
    assert!(bridge.lines[0].contains("exledger-approval@v1"), "{:?}", bridge.lines);
    assert_eq!(bridge.commands, ["exledger approve ID"]);

    merge(&repo, WORKFLOW, JOBS);
    let bridge = check(&repo, CheckName::Bridge);
    assert_eq!(bridge.state, CheckState::Problem, "a job whose statements nobody accepts");
    let ci = check(&repo, CheckName::Ci);
    assert_eq!((ci.state, ci.commands), (CheckState::Note, vec!["exledger ci setup".to_owned()]));
    assert!(ci.message.contains("environment not proven"), "{}", ci.message);
    merge(&repo, SIGNERS, &bridge_line());
    assert_yes(&repo);
    let now = repo.now().to_string();
    let says = reviewed("omar", ID, RECORD, &now).ledger("example/payments");
    repo.by(BOT).says(&says).commit("Record the reviews of what was merged");
    assert_eq!(stands(&repo), ("active".into(), "claimed".into()));
    assert_yes(&repo);
}

#[test]
fn a_listed_key_is_a_way_when_squashes_name_nobody() {
    let repo = ledger("version: 1\nname: example/payments\n");
    merge(&repo, WORKFLOW, &JOBS.replace("ci merged", "ci nightly"));
    squashed(&repo, RECORD);
    assert_eq!(verdict(&repo), "no");
    merge(&repo, SIGNERS, &(signer("dana") + &bridge_line()));
    assert_yes(&repo);
    let bridge = check(&repo, CheckName::Bridge);
    assert_eq!(
        (bridge.state, bridge.commands),
        (CheckState::Note, vec!["exledger approve ID".to_owned()])
    );
    let now = repo.now().to_string();
    let says = yes("dana", ID, RECORD, &now).ledger("example/payments");
    repo.by("nina").says(&says).commit("Record approvals");
    assert_eq!(stands(&repo), ("active".into(), "attested".into()));
}

#[test]
fn a_demanded_group_needs_members_and_enough_of_them() {
    let policy = |groups: &str| {
        format!(
            "{}groups: {groups}\ntiers:\n  - {{name: standard, approvals: {{count: 1, each_of: [security, platform]}}, require: []}}\n",
            POLICY.replace(LISTED, "")
        )
    };
    let repo = ledger(&policy("{security: [dana@example.com], platform: []}"));
    let groups = check(&repo, CheckName::Groups);
    assert_eq!(groups.state, CheckState::Problem, "{}", groups.message);
    assert_eq!(groups.lines, ["platform: [ADDRESS, ADDRESS]"]);

    let repo = ledger(&policy("{security: [dana@example.com], platform: [dana@example.com]}"));
    let groups = check(&repo, CheckName::Groups);
    assert_eq!(groups.state, CheckState::Problem, "one person for two groups: {}", groups.message);

    let repo = ledger(&policy("{security: [dana@example.com], platform: [lee@example.com]}"));
    assert_eq!(check(&repo, CheckName::Groups).state, CheckState::Note);
    assert_yes(&repo);
    let both = "{security: [dana@example.com, sam@example.com], platform: [lee@example.com, ana@example.com]}";
    let repo = ledger(&policy(both));
    assert_eq!(check(&repo, CheckName::Groups).state, CheckState::Ok);

    repo.branch("file").by("nina").write(ID, RECORD).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'\n\nReviewed-by: Dana <dana@example.com>");
    assert_eq!(stands(&repo), ("active".into(), "claimed".into()));
}

#[test]
fn a_tier_that_accepts_only_signatures_needs_as_many_keys() {
    let two = POLICY.replace(LISTED, "groups: {approvers: [dana@example.com, lee@example.com]}\n");
    let policy = format!(
        "{two}tiers:\n  - {{name: standard, approvals: {{count: 2, proof: attested}}, require: []}}\n"
    );
    let repo = ledger(&policy);
    let keys = check(&repo, CheckName::Keys);
    assert_eq!(keys.state, CheckState::Problem, "{}", keys.message);
    merge(&repo, SIGNERS, &(signer("dana") + &bridge_line()));
    assert_eq!(check(&repo, CheckName::Keys).state, CheckState::Problem);
    let repo = ledger(&policy);
    merge(&repo, SIGNERS, &format!("{}{}{}", signer("dana"), signer("lee"), bridge_line()));
    assert_yes(&repo);
    squashed(&repo, RECORD);
    let now = repo.now().to_string();
    let mut work = repo.by("nina");
    for name in ["dana", "lee"] {
        work = work.says(&yes(name, ID, RECORD, &now).ledger("example/payments"));
    }
    work.commit("Record approvals");
    assert_eq!(stands(&repo), ("active".into(), "attested".into()));
    assert_yes(&repo);
}

#[test]
fn commits_that_are_all_signed_off_name_the_way_for_forges_that_demand_it() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.config("user.email", "ana@example.com");
    repo.by("lee")
        .write("exledger.yaml", POLICY)
        .write(SIGNERS, &bridge_line())
        .write(WORKFLOW, JOBS)
        .commit("Keep exceptions in a ledger\n\nSigned-off-by: Lee Chen <lee@example.com>");
    repo.checkout();
    let bridge = check(&repo, CheckName::Bridge);
    assert_eq!(bridge.state, CheckState::Note);
    assert!(bridge.message.contains("exledger approve --as-me"), "{}", bridge.message);
    assert_eq!(bridge.commands, ["git config exledger.approvalAuthor me"]);
    repo.config("exledger.approvalAuthor", "me");
    assert_eq!(check(&repo, CheckName::Bridge).state, CheckState::Ok);
    repo.config("exledger.approvalAuthor", "");
    repo.by("lee").write("README.md", "Payments\n").commit("Describe it");
    assert_eq!(check(&repo, CheckName::Bridge).state, CheckState::Ok);
}

#[test]
fn a_folder_of_many_files_is_a_note_and_approvals_count_all_the_same() {
    let repo = ledger(POLICY);
    let mut work = repo.by("lee");
    for n in 0..1001 {
        work = work.write(&format!("exceptions/2026/x{n}.yaml"), "id: x\n");
    }
    work.commit("Add many");
    let folders = check(&repo, CheckName::Folders);
    assert_eq!(folders.state, CheckState::Note);
    assert!(folders.message.contains("exceptions/2026 (1001 files)"), "{}", folders.message);
    assert_eq!(examine(&repo).diagnosis.verdict(), ApprovalsCount::Yes);
}
