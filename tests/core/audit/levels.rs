//! The present level of a finding: at the tip, at a version that was in force, at one that never was, or that only
//! narrows.

use exledger::diag::Finding;
use exledger::diag::code::Code;

use crate::support::audit::{self, told};
use crate::support::repo::Repo;
use crate::support::samples::{ID, ONE, SAMPLE};

const ON: &str = "2026-12-10T12:00:00Z";
const EMERGENCY: &str = "class: emergency";

/// The rules whose levels these tests are about.
const RULES: &[Code] = &[
    Code::TermTooLong,
    Code::EvidenceChanged,
    Code::ReviewBySelf,
    Code::SilentExtension,
    Code::ScopeWidened,
    Code::RecordDeleted,
    Code::ClosedEdited,
    Code::SelfApproval,
    Code::ChangedSinceApproval,
    Code::PolicyUnapproved,
    Code::DirectPush,
    Code::EmergencyUnreviewed,
];

/// Returns the findings of these rules at an instant.
fn audited(repo: &Repo, on: &str) -> Vec<Finding> {
    let mut findings = audit::audited(repo, on);
    findings.retain(|finding| RULES.contains(&finding.rule));
    findings
}

/// A ledger whose policy Dana filed.
fn ledger() -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("dana").write("exledger.yaml", ONE).commit("Keep exceptions in a ledger");
    repo
}

/// Files the sample by Ana; Lee merges it.
fn filed(repo: &Repo) {
    change(repo, "file", SAMPLE);
}

/// Lands a text of the sample by Ana; Lee merges it.
fn change(repo: &Repo, branch: &str, text: &str) {
    repo.branch(branch).by("ana").write(ID, text).commit("Change the sample");
    repo.by("lee").merge(branch, &format!("Merge branch '{branch}'"));
}

#[test]
fn what_somebody_else_merged_is_clean() {
    let repo = ledger();
    filed(&repo);
    assert_eq!(audit::audited(&repo, ON), []);
}

#[test]
fn at_the_tip_it_is_an_error() {
    let repo = ledger();
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    let findings = audited(&repo, ON);
    assert_eq!(told(&findings), ["error self-approval", "warning direct-push"]);
    let finding = &findings[1];
    assert_eq!(finding.id.as_deref(), Some(ID));
    assert_eq!(finding.path, format!("exceptions/{ID}.yaml"));
    assert!(finding.message.contains("version 1, commit "), "{finding:?}");
}

#[test]
fn at_a_past_version_that_never_was_in_force_it_is_a_note() {
    let repo = ledger();
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    let better = SAMPLE.replace("Nightly invoices still", "Invoices of the night still");
    change(&repo, "better", &better);
    assert_eq!(told(&audited(&repo, ON)), ["note direct-push", "note self-approval"]);
}

#[test]
fn a_push_after_an_approval_is_an_error_until_it_is_put_right() {
    let repo = ledger();
    filed(&repo);
    let wider = SAMPLE.replace("{application: billing}", "{application: billing, aliases: [bill]}");
    repo.by("ana").write(ID, &wider).commit("Widen it");
    assert_eq!(
        told(&audited(&repo, ON)),
        [
            "error changed-since-approval",
            "error self-approval",
            "note scope-widened",
            "warning direct-push"
        ]
    );
    // A second push can't hide the first: the tip is compared with the last approved version.
    let narrower = wider.replace("expires: 2026-12-20", "expires: 2026-12-15");
    repo.by("ana").write(ID, &narrower).commit("Shorten it");
    let told_then = told(&audited(&repo, ON));
    let errors = told_then.iter().filter(|it| it.starts_with("error"));
    assert_eq!(
        errors.collect::<Vec<_>>(),
        ["error changed-since-approval", "error self-approval"],
        "{told_then:?}"
    );
    // Restoring the approved content makes it approved again; what was pushed granted nothing.
    change(&repo, "back", SAMPLE);
    assert!(
        told(&audited(&repo, ON)).iter().all(|it| it.starts_with("note")),
        "{:?}",
        audited(&repo, ON)
    );
}

#[test]
fn a_push_to_what_must_be_equal_leaves_nothing_in_force() {
    let repo = ledger();
    filed(&repo);
    let text =
        SAMPLE.replace("application: billing}", "application: billing, environment: production}");
    repo.by("ana").write(ID, &text).commit("Name the environment");
    let findings = audited(&repo, ON);
    let changed = findings.iter().find(|finding| finding.rule == Code::ChangedSinceApproval);
    let message = &changed.unwrap().message;
    assert!(
        message.contains(": it changes subject.environment, so nothing is in force"),
        "{message}"
    );
}

#[test]
fn what_only_narrows_is_a_note_at_the_tip_too() {
    let repo = ledger();
    filed(&repo);
    repo.by("ana").edit(ID, "expires: 2026-12-15").commit("Shorten it");
    assert_eq!(
        told(&audited(&repo, ON)),
        ["note changed-since-approval", "note direct-push", "note self-approval"]
    );
}

#[test]
fn an_emergency_inside_its_window_is_a_warning_and_an_error_after_it() {
    let repo = ledger();
    let text = SAMPLE.replace("class: standard", EMERGENCY).replace(
        "expires: 2026-12-20",
        "starts: 2026-11-20T09:00:00Z\nexpires: 2026-11-22T09:00:00Z",
    );
    repo.by("ana").write(ID, &text).commit("Let us in tonight");
    assert_eq!(
        told(&audited(&repo, "2026-11-20T12:00:00Z")),
        ["warning direct-push", "warning self-approval"]
    );
    assert_eq!(
        told(&audited(&repo, ON)),
        ["error emergency-unreviewed", "error self-approval", "warning direct-push"]
    );
}

#[test]
fn an_emergency_that_was_approved_late_was_in_force_without_approval() {
    let repo = ledger();
    let text = SAMPLE.replace("class: standard", EMERGENCY).replace(
        "expires: 2026-12-20",
        "starts: 2026-11-20T09:00:00Z\nexpires: 2026-11-22T09:00:00Z",
    );
    repo.by("ana").write(ID, &text).commit("Let us in tonight");
    repo.clock("2026-11-23T09:00:00Z");
    change(&repo, "late", &text.replace("Nightly", "Every night"));
    let told = told(&audited(&repo, ON));
    // It remained past its window with only its author's approval: the version was in force, so that stays an error.
    assert!(told.contains(&"error self-approval".to_owned()), "{told:?}");
    assert!(told.contains(&"warning emergency-unreviewed".to_owned()), "{told:?}");
}

#[test]
fn an_emergency_that_was_approved_in_time_is_a_warning() {
    let repo = ledger();
    let text = SAMPLE.replace("class: standard", EMERGENCY).replace(
        "expires: 2026-12-20",
        "starts: 2026-11-20T09:00:00Z\nexpires: 2026-11-22T09:00:00Z",
    );
    repo.by("ana").write(ID, &text).commit("Let us in tonight");
    change(&repo, "soon", &text.replace("Nightly", "Every night"));
    assert_eq!(told(&audited(&repo, ON)), ["warning direct-push", "warning self-approval"]);
}

#[test]
fn an_error_of_a_change_stays_one_until_a_later_version_is_approved() {
    let repo = ledger();
    filed(&repo);
    // Approved by Lee, but without a renewal entry.
    change(&repo, "extend", &SAMPLE.replace("2026-12-20", "2027-01-10"));
    assert_eq!(told(&audited(&repo, ON)), ["error silent-extension"]);
    let finding = &audited(&repo, ON)[0];
    assert_eq!(finding.pos.map(|pos| pos.line), Some(12), "{finding:?}");
    let better = SAMPLE.replace("2026-12-20", "2027-01-10").replace("Nightly", "Every night");
    change(&repo, "better", &better);
    assert_eq!(told(&audited(&repo, ON)), ["warning silent-extension"]);
    assert_eq!(audited(&repo, ON)[0].pos, None);
}

#[test]
fn a_silent_extension_is_over_once_what_was_approved_stands_again() {
    let repo = ledger();
    filed(&repo);
    let longer = SAMPLE.replace("2026-12-20", "2027-01-10");
    repo.by("sam").write(ID, &longer).commit("Extend it");
    let of = |repo: &Repo| -> Vec<String> {
        let mut told = told(&audited(repo, ON));
        told.retain(|it| it.contains("silent-extension"));
        told
    };
    assert_eq!(of(&repo), ["error silent-extension"]);
    // Content other than the approved version doesn't end it.
    let other = SAMPLE.replace("Nightly", "Every night");
    repo.by("sam").write(ID, &other).commit("Put back the end");
    assert_eq!(of(&repo), ["error silent-extension"]);
    repo.by("sam").write(ID, SAMPLE).commit("Put it back");
    assert_eq!(of(&repo), ["warning silent-extension"]);
    // The same extension again is a new finding.
    repo.by("sam").write(ID, &longer).commit("Extend it");
    assert_eq!(of(&repo), ["error silent-extension", "warning silent-extension"]);
}

#[test]
fn an_error_of_the_content_is_told_once_where_it_landed() {
    let repo = ledger();
    let long = SAMPLE.replace("expires: 2026-12-20", "expires: 2027-06-20");
    change(&repo, "long", &long);
    let findings = audited(&repo, ON);
    assert_eq!(told(&findings), ["error term-too-long"]);
    assert!(findings[0].message.contains("version 1, "), "{findings:?}");
    // The next version has it too, and is approved: by now people know of it.
    change(&repo, "better", &long.replace("Nightly", "Every night"));
    let findings = audited(&repo, ON);
    assert_eq!(told(&findings), ["warning term-too-long"]);
    assert!(findings[0].message.contains("version 1, "), "{findings:?}");
}

#[test]
fn content_is_judged_by_the_policy_of_its_own_landing() {
    let repo = ledger();
    filed(&repo);
    let shorter = ONE.replace("max_term: 90d", "max_term: 7d");
    repo.branch("policy").by("dana").write("exledger.yaml", &shorter).commit("Allow a week");
    repo.by("lee").merge("policy", "Merge branch 'policy'");
    assert_eq!(audited(&repo, ON), []);
    change(&repo, "better", &SAMPLE.replace("Nightly", "Every night"));
    assert_eq!(told(&audited(&repo, ON)), ["error term-too-long"]);
}

#[test]
fn a_removal_is_an_error_for_ever() {
    let repo = ledger();
    filed(&repo);
    repo.by("lee").remove(ID).commit("Clear up");
    assert_eq!(told(&audited(&repo, ON)), ["error record-deleted"]);
    let path = format!("exceptions/{ID}.yaml");
    assert_eq!(audited(&repo, ON)[0].path, path);
    change(&repo, "again", SAMPLE);
    assert_eq!(told(&audited(&repo, ON)), ["error record-deleted"]);
}

#[test]
fn a_closed_record_that_is_reopened_is_a_note_once_somebody_approves_it() {
    let closure = "closure: {outcome: remediated, date: 2026-11-21, by: ana@example.com, reason: The job is retired, evidence: \
         [{id: E1, kind: log, url: \"https://ci.example.com/7\"}]}\n";
    let repo = ledger();
    filed(&repo);
    change(&repo, "close", &format!("{SAMPLE}{closure}"));
    repo.by("ana").write(ID, SAMPLE).commit("Reopen it");
    let pushed = told(&audited(&repo, ON));
    assert!(pushed.contains(&"error closed-edited".to_owned()), "{pushed:?}");
    let repo = ledger();
    filed(&repo);
    change(&repo, "close", &format!("{SAMPLE}{closure}"));
    change(&repo, "reopen", SAMPLE);
    let merged = told(&audited(&repo, ON));
    assert!(merged.contains(&"note closed-edited".to_owned()), "{merged:?}");
}

#[test]
fn evidence_that_changed_stays_an_error() {
    let digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    let cited = |digest: &str| {
        format!(
            "{SAMPLE}handling: [{{date: 2026-11-20, stage: triage, by: ana@example.com, note: Looked at it, \
             evidence: [{{id: E1, kind: log, path: evidence/seen.txt, sha256: {digest}}}]}}]\n"
        )
    };
    let repo = ledger();
    repo.branch("file")
        .by("ana")
        .write(ID, &cited(digest))
        .write("evidence/seen.txt", "hello")
        .commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    assert_eq!(audited(&repo, ON), []);
    // A change of the file changes its digest, too; the cited content is lost all the same.
    let other = "486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7";
    repo.branch("other")
        .by("ana")
        .write(ID, &cited(other))
        .write("evidence/seen.txt", "world")
        .commit("Correct it");
    repo.by("lee").merge("other", "Merge branch 'other'");
    let told = told(&audited(&repo, ON));
    assert!(told.contains(&"error evidence-changed".to_owned()), "{told:?}");
}

#[test]
fn a_review_of_a_closure_by_whoever_made_it_is_found() {
    let closed = |reviewed: &str| {
        format!(
            "{SAMPLE}closure: {{outcome: remediated, date: 2026-11-21, by: ana@example.com, reason: The job is retired, \
             evidence: [{{id: E1, kind: log, url: \"https://ci.example.com/7\"}}]{reviewed}}}\n"
        )
    };
    let review = ", reviewed: {date: 2026-11-25, by: sam@example.com, outcome: effective}";
    for (who, expected) in [("ana", true), ("sam", false)] {
        let repo = ledger();
        filed(&repo);
        change(&repo, "close", &closed(""));
        repo.branch("review").by(who).write(ID, &closed(review)).commit("Look at the closure");
        repo.by("lee").merge("review", "Merge branch 'review'");
        let told = told(&audited(&repo, ON));
        let found = told.iter().any(|it| it.ends_with("review-by-self"));
        assert_eq!(found, expected, "{who}: {told:?}");
    }
}

#[test]
fn a_change_of_the_policy_is_an_error_until_a_later_one_is_approved() {
    let repo = ledger();
    let looser = ONE.replace("max_term: 90d", "max_term: 120d");
    repo.by("ana").write("exledger.yaml", &looser).commit("Allow more");
    let findings = audited(&repo, ON);
    assert_eq!(told(&findings), ["error policy-unapproved"]);
    assert_eq!(findings[0].path, "exledger.yaml");
    // Put back it is no error any more, whatever comes after it.
    repo.by("ana").write("exledger.yaml", ONE).commit("Put it back");
    assert_eq!(told(&audited(&repo, ON)), ["warning policy-unapproved"; 2]);
    repo.by("ana").write("exledger.yaml", &looser).commit("Allow more again");
    let levels =
        ["error policy-unapproved", "warning policy-unapproved", "warning policy-unapproved"];
    let mut found = told(&audited(&repo, ON));
    found.sort();
    assert_eq!(found, levels);
    repo.by("ana").write("exledger.yaml", ONE).commit("Put it back");
    repo.branch("policy")
        .by("ana")
        .write("exledger.yaml", &format!("{looser}name: example/payments\n"))
        .commit("Name it");
    repo.by("lee").merge("policy", "Merge branch 'policy'");
    assert_eq!(told(&audited(&repo, ON)), ["warning policy-unapproved"; 4]);
}

#[test]
fn a_change_of_the_policy_that_only_adds_demands_is_a_warning() {
    let repo = ledger();
    repo.by("ana")
        .write("exledger.yaml", &ONE.replace("count: 1", "count: 2"))
        .commit("Ask for two");
    assert_eq!(told(&audited(&repo, ON)), ["warning policy-unapproved"]);
}

#[test]
fn self_approval_that_the_policy_allows_is_always_reported() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("ana")
        .write("exledger.yaml", &format!("{ONE}approval: {{self_approval: allow}}\n"))
        .commit("Keep exceptions in a ledger");
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("ana").merge("file", "Merge branch 'file'");
    assert_eq!(told(&audited(&repo, ON)), ["warning self-approval"]);
}
