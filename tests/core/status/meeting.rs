//! What is in force if the landed version differs from the approved one: never more than both allow.

use crate::support::approval::{file_as, ledger};
use crate::support::repo::{Repo, Work};
use crate::support::samples::{ID, SAMPLE};
use crate::support::status::{check, record_state};

const AT: &str = "2026-11-25T00:00:00Z";

/// The sample with a scope, filed by Ana and merged by Lee.
fn scoped() -> Repo {
    let repo = ledger("");
    file_as(
        &repo,
        &format!("{SAMPLE}scope: {{resources: [db:invoices, db:orders], actions: [read]}}\n"),
    );
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo
}

fn resources(repo: &Repo) -> Vec<String> {
    let effective = record_state(repo, AT).effective.unwrap();
    effective.scope.clone().unwrap().resources.unwrap()
}

#[test]
fn a_direct_push_narrows_and_ends() {
    let repo = scoped();
    repo.by("ana").edit(ID, "scope: {resources: [db:orders], actions: [read]}").commit("Narrow it");
    let narrowed = record_state(&repo, AT);
    assert!(narrowed.changed_since_approval);
    assert_eq!(narrowed.approval.as_ref().unwrap().needed.count, 0);
    assert_eq!(resources(&repo), ["db:orders"]);
    repo.by("ana").edit(ID, "expires: 2026-11-30").commit("Shorten it");
    check(
        "shortened",
        &repo,
        &[("2026-11-30T23:59:59Z", "active", true), ("2026-12-01T00:00:00Z", "expired", false)],
    );
    let before = record_state(&repo, AT).approved.unwrap();
    assert_eq!(before.approvers.len(), 1);
    assert_ne!(Some(before.digest.unwrap()), record_state(&repo, AT).digest);
}

#[test]
fn a_direct_push_neither_widens_nor_extends() {
    let repo = scoped();
    repo.by("ana")
        .edit(ID, "scope: {resources: [db:invoices, db:orders, db:people], actions: [read]}")
        .commit("Widen it");
    assert_eq!(resources(&repo), ["db:invoices", "db:orders"]);
    repo.by("ana").edit(ID, "expires: 2027-06-30").commit("Extend it");
    check(
        "extended",
        &repo,
        &[("2026-12-20T23:59:59Z", "active", true), ("2026-12-21T00:00:00Z", "expired", false)],
    );
    let widened = record_state(&repo, AT);
    assert!(widened.changed_since_approval);
    assert!(widened.reasons.iter().any(|it| it.to_string().contains("changed since its approval")));
    // Nor do several changes in a row: what an intermediate version removed stays removed.
    let repo = scoped();
    repo.by("ana").edit(ID, "scope: {resources: [db:orders], actions: [read]}").commit("Narrow it");
    repo.by("ana")
        .edit(ID, "scope: {resources: [db:invoices, db:orders, db:people], actions: [read]}")
        .commit("Widen it");
    assert_eq!(resources(&repo), ["db:orders"]);
}

#[test]
fn a_change_of_what_must_be_equal_grants_nothing_and_names_the_field() {
    type Step = fn(Work<'_>) -> Work<'_>;
    let cases: &[(&str, Step)] = &[
        ("class", |it| it.replace(ID, "class: standard", "class: regulated")),
        ("deviates_from.rule", |it| it.replace(ID, "own database user", "own user")),
        ("subject.application", |it| it.replace(ID, "application: billing", "application: orders")),
    ];
    for (field, change) in cases {
        let repo = scoped();
        change(repo.by("ana")).commit("Change it");
        check(field, &repo, &[(AT, "unapproved", false)]);
        let reasons = exledger::status::reason::joined(&record_state(&repo, AT).reasons);
        assert!(reasons.contains(field), "{field}: {reasons}");
        // Reverted, it is the approved version again.
        let undone = repo.by("ana").write(
            ID,
            &format!("{SAMPLE}scope: {{resources: [db:invoices, db:orders], actions: [read]}}\n"),
        );
        undone.commit("Undo it");
        check("undone", &repo, &[(AT, "active", true)]);
        assert!(!record_state(&repo, AT).changed_since_approval);
    }
}

#[test]
fn texts_and_owner_hold_as_they_landed() {
    let repo = scoped();
    repo.by("ana").edit(ID, "title: Another title of the same").commit("Title");
    let changed = record_state(&repo, AT);
    assert_eq!(changed.effective.unwrap().title, "Another title of the same");
    assert!(changed.changed_since_approval);
}

#[test]
fn a_dropped_control_still_has_to_be_kept() {
    let repo = scoped();
    let line = "  - {id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active}";
    let weaker = line.replace("status: active", "status: withdrawn");
    repo.by("ana").replace(ID, line, &weaker).commit("Withdraw it");
    check("withdrawn", &repo, &[(AT, "degraded", true)]);
    let reasons = exledger::status::reason::joined(&record_state(&repo, AT).reasons);
    assert!(reasons.contains("CC1"), "{reasons}");
}

#[test]
fn an_approved_amendment_takes_the_place_of_the_first() {
    let repo = scoped();
    repo.branch("renew").by("ana").edit(ID, "expires: 2027-01-10").edit_more();
    repo.by("lee").merge("renew", "Merge branch 'renew'");
    check("renewed", &repo, &[("2027-01-10T00:00:00Z", "active", true)]);
    let renewed = record_state(&repo, AT);
    assert!(!renewed.changed_since_approval);
    assert_eq!(renewed.approved.unwrap().digest, renewed.digest);
    assert_eq!(renewed.renewals.count, 1);
}

#[test]
fn what_could_not_be_read_when_it_was_approved_says_what_to_do() {
    let repo = ledger("");
    let wrong = "exceptions/WRONG-7F3KQ.yaml";
    repo.branch("file").by("ana").write(wrong, SAMPLE).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo.branch("move").by("ana").rename(wrong, ID).commit("Name it");
    // Its own author gives the file its right name, and nobody else approves that.
    repo.by("ana").merge("move", "Merge branch 'move'");
    check("named", &repo, &[(AT, "unapproved", false)]);
    let reasons = exledger::status::reason::joined(&record_state(&repo, AT).reasons);
    assert!(reasons.contains("its file had another name"), "{reasons}");
    let branch = repo.branch("text").by("ana");
    branch.edit(ID, "title: Another title").commit("Change the text");
    repo.by("lee").merge("text", "Merge branch 'text'");
    check("changed", &repo, &[(AT, "active", true)]);
}

trait More {
    fn edit_more(self);
}

impl More for Work<'_> {
    /// Adds the entry that a renewal needs.
    fn edit_more(self) {
        let entry = "renewals: [{date: 2026-11-21, from: 2026-12-20, until: 2027-01-10, reason: The job runs on}]";
        let text = self.text(ID);
        let text =
            format!("{}{entry}\n", text.replace("expires: 2026-12-20", "expires: 2027-01-10"));
        self.write(ID, &text).commit("Renew it");
    }
}
