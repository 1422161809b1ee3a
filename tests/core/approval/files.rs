//! The files below `.approvals`: whose keys count, what is refused, where they may be.

use crate::approval::detached::{approved, judged, states};
use crate::support::approval::{check, govern_by, said, sealed, sealed_by, verdict};
use crate::support::repo::Repo;
use crate::support::repo::speak::{public, sign, signer, yes};
use crate::support::samples::{ID, SAMPLE};
use exledger::approval::evidence::files::FileState;
use exledger::approval::evidence::statement_file::BadFile;
use exledger::approval::verdict::ApprovalVerdict;
use exledger::history::version::TrailKey;

#[test]
fn keys_are_those_listed_before_the_file_landed_less_those_revoked_at_the_tip() {
    let file = |repo: &Repo| {
        repo.by("ana")
            .write(ID, SAMPLE)
            .says(&yes("dana", ID, SAMPLE, "2026-11-20T09:30:00Z"))
            .commit("File it");
    };
    let revoked = sealed();
    file(&revoked);
    revoked.by("root").write(".github/revoked_keys", &public("dana")).commit("Revoke it");
    assert_eq!(said(&verdict(&revoked)).satisfied, "no");
    assert!(matches!(states(&revoked)[0], (FileState::RevokedLater(_), true)));
    let retired = sealed();
    file(&retired);
    retired.by("root").write(".github/allowed_signers", &signer("sam")).commit("Retire it");
    assert_eq!(said(&verdict(&retired)).satisfied, "yes", "earlier approvals stand");
    let expired = sealed();
    let line = format!("dana@example.com valid-before=\"20261120100000Z\" {}\n", public("dana"));
    let sam = signer("sam");
    crate::support::approval::govern(&expired, ".github/allowed_signers", &(line + &sam));
    file(&expired);
    assert_eq!(said(&verdict(&expired)).satisfied, "no");
    let with_it = sealed();
    with_it
        .by("ana")
        .write(ID, SAMPLE)
        .write(".github/allowed_signers", &(signer("dana") + &signer("kim")))
        .says(&yes("kim", ID, SAMPLE, "2026-11-20T09:30:00Z"))
        .commit("File it, and list a key");
    assert_eq!(said(&verdict(&with_it)).satisfied, "no");
}

#[test]
fn what_a_file_says_of_others_does_not_count() {
    let says = || yes("dana", ID, SAMPLE, "2026-11-20T09:30:00Z");
    let other_person = says().with_key("sam");
    let other_ledger = says().ledger("example/other");
    let cases = [
        ("another key", other_person),
        ("another ledger", other_ledger),
        ("an unlisted key", says().with_key("kim")),
    ];
    for (what, says) in cases {
        let repo = sealed();
        repo.by("ana").write(ID, SAMPLE).says(&says).commit("File it");
        assert_eq!(said(&verdict(&repo)).satisfied, "no", "{what}");
        let states = states(&repo);
        assert!(matches!(states.as_slice(), [(FileState::Bad(_), true)]), "{what}: {states:?}");
    }
    let path = says().path();
    for (what, repo) in [
        ("its signature alone", {
            let repo = sealed();
            repo.by("ana").write(ID, SAMPLE).says(&says()).commit("File it");
            repo
        }),
        ("a stray file", {
            let repo = sealed();
            repo.by("ana")
                .write(ID, SAMPLE)
                .says(&says())
                .write("exceptions/.approvals/notes.md", "Hi\n")
                .commit("File it");
            repo
        }),
    ] {
        if what == "its signature alone" {
            repo.by("ana").remove(&path).commit("Remove the text");
            let last: Vec<(FileState, bool)> = states(&repo).split_off(1);
            let no_text = FileState::Bad(BadFile::NoText);
            assert_eq!(last, [(FileState::Removed, false), (no_text, true)]);
        } else {
            assert!(states(&repo).contains(&(FileState::Bad(BadFile::Stranger), true)));
        }
        assert_eq!(said(&verdict(&repo)).satisfied, "yes", "{what}");
    }
}

#[test]
fn a_text_and_its_signature_may_land_apart() {
    let says = yes("dana", ID, SAMPLE, "2026-11-20T09:30:00Z");
    let signature = format!("{}.sig", says.path());
    let repo = sealed();
    repo.by("ana").write(ID, SAMPLE).says(&says).remove(&signature).commit("File it");
    assert_eq!(states(&repo), [(FileState::Bad(BadFile::NoSignature), true)]);
    repo.by("ana").says(&says).commit("Sign it");
    assert_eq!(said(&verdict(&repo)).satisfied, "yes");
    assert_eq!(states(&repo)[1], (FileState::Sound, true));
}

#[test]
fn approvals_move_with_the_folder_of_records() {
    let policy = "approval: {proof: attested}\nrecords: [ledger, exceptions]\n";
    let repo = sealed_by(policy);
    repo.by("ana")
        .write(ID, SAMPLE)
        .says(&yes("dana", ID, SAMPLE, "2026-11-20T09:30:00Z"))
        .commit("File it");
    repo.by("ana").rename("exceptions", "ledger").commit("Move the folder");
    assert_eq!(approved(&repo), ["yes", "yes"]);
    let removed = judged(&repo).files.iter().filter(|it| it.state == FileState::Removed).count();
    assert_eq!(removed, 0);
}

#[test]
fn two_approvals_fill_two_places_and_one_person_fills_one() {
    let policy = "groups: {security: [dana@example.com], platform: [sam@example.com, dana@example.com]}\n\
        tiers: [{name: standard, approvals: {each_of: [security, platform]}}]\napproval: {proof: attested}\n";
    let repo = sealed_by(policy);
    repo.by("ana")
        .write(ID, SAMPLE)
        .says(&yes("dana", ID, SAMPLE, "2026-11-20T09:30:00Z"))
        .commit("File it");
    assert_eq!(said(&verdict(&repo)).satisfied, "no");
    repo.by("ana").says(&yes("sam", ID, SAMPLE, "2026-11-20T10:30:00Z")).commit("Sam approves");
    check("both", &verdict(&repo), "yes", "attested", &["dana", "sam"], &["ana"]);
}

#[test]
fn who_a_person_is_is_read_where_the_approval_lands() {
    let groups = |member: &str| {
        format!(
            "version: 1\ngroups: {{security: [{member}@example.com]}}\ntiers: [{{name: standard, approvals: {{each_of: [security]}}}}]\n"
        )
    };
    let repo = sealed_by(
        "groups: {security: [dana@example.com]}\ntiers: [{name: standard, approvals: {each_of: [security]}}]\n",
    );
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    govern_by(&repo, "dana", "exledger.yaml", &groups("sam"));
    repo.by("ana")
        .says(&yes("dana", ID, SAMPLE, "2026-11-20T11:30:00Z"))
        .commit("Dana is no member any more");
    assert_eq!(said(&verdict(&repo)).satisfied, "no");
    repo.by("ana").says(&yes("sam", ID, SAMPLE, "2026-11-20T13:30:00Z")).commit("Sam is");
    assert_eq!(said(&verdict(&repo)).satisfied, "yes");
    govern_by(&repo, "sam", "exledger.yaml", &groups("lee"));
    assert_eq!(said(&verdict(&repo)).satisfied, "yes", "a later change of a group changes nothing");
}

#[test]
fn each_governance_file_is_approved_late_by_its_own_bytes() {
    let repo = sealed();
    let before = "version: 1\napproval: {proof: attested}\n";
    let after = format!("{before}records: [exceptions]\n");
    assert!(before.len() < after.len());
    repo.by("root").write("exledger.yaml", &after).commit("Change the policy");
    let verdicts = |path: &str| -> Vec<ApprovalVerdict> {
        judged(&repo).counted.verdicts.remove(path).unwrap()
    };
    assert_eq!(said(verdicts("exledger.yaml").last().unwrap()).satisfied, "no");
    let says = |path: &str, text: &str, at: &str| yes("dana", ID, text, at).governance(path);
    repo.by("root")
        .says(&says("exledger.yaml", &after, "2026-11-20T10:30:00Z"))
        .commit("Approve the policy");
    let policy = verdicts("exledger.yaml");
    assert_eq!(said(&policy[1]).satisfied, "yes");
    assert_eq!(policy[1].approvers[0].person.email, "dana@example.com");
    repo.by("root").write(".mailmap", "").commit("Add a mailmap");
    repo.by("root").remove(".mailmap").commit("Remove it");
    repo.by("root").write(".mailmap", "# None yet.\n").commit("Add it again");
    // The removal is no longer the version at the tip: nobody can approve it late.
    repo.by("root")
        .says(&says(".mailmap", "", "2026-11-20T14:30:00Z"))
        .commit("Approve the removal");
    let mailmaps: Vec<&str> = verdicts(".mailmap").iter().map(|it| said(it).satisfied).collect();
    assert_eq!(mailmaps, ["no", "no", "no"]);
    repo.by("root")
        .remove(".github/allowed_signers")
        .says(&says(".github/allowed_signers", "", "2026-11-20T15:30:00Z"))
        .commit("Remove the signers with approval");
    assert_eq!(said(verdicts(".github/allowed_signers").last().unwrap()).satisfied, "yes");
    let key = TrailKey::Id(ID.to_owned());
    assert!(!judged(&repo).trails.contains_key(&key));
}

#[test]
fn approvals_of_two_governance_files_never_meet_and_the_former_place_counts_too() {
    let repo = sealed();
    repo.by("root")
        .write("exledger.yaml", "version: 1\nextra_schema: a/b%.json\n")
        .write("a/b%.json", "{}")
        .write(".mailmap", "Ana <ana@example.com>\n")
        .commit("Begin anew");
    // Both are removed at once, so the bytes (none) are the same.
    repo.by("ana").remove("a/b%.json").remove(".mailmap").commit("Remove both");
    // No version of either counted before.
    let says = |path: &str| yes("dana", ID, "", "2026-11-20T13:30:00Z").governance(path).from("");
    let [schema, mailmap] = ["a/b%.json", ".mailmap"].map(says);
    assert!(schema.path().contains("/governance/a%2Fb%25.json/"), "{}", schema.path());
    repo.by("ana").says(&schema).says(&mailmap).commit("Dana agrees");
    let satisfied = |repo: &Repo, path: &str| {
        let verdicts = judged(repo).counted.verdicts.remove(path).unwrap();
        said(verdicts.last().unwrap()).satisfied
    };
    assert_eq!(satisfied(&repo, "a/b%.json"), "yes");
    assert_eq!(satisfied(&repo, ".mailmap"), "yes");
    assert!(states(&repo).iter().all(|(state, _)| *state == FileState::Sound));
    // The former place of such files.
    repo.by("ana").write(".mailmap", "Ana <ar@example.com>\n").commit("Map people");
    assert_eq!(satisfied(&repo, ".mailmap"), "no");
    let late =
        yes("dana", ID, "Ana <ar@example.com>\n", "2026-11-20T15:30:00Z").governance(".mailmap");
    let text = late.file.text().unwrap();
    let former = late.path().replace("/governance/.mailmap/", "/governance/");
    repo.by("ana")
        .write(&former, &text)
        .write(&format!("{former}.sig"), &sign("dana", "exledger-approval@v1", text.as_bytes()))
        .commit("Dana agrees again");
    assert_eq!(satisfied(&repo, ".mailmap"), "yes");
    // The folder of another file is not accepted.
    let odd = late.path().replace("/governance/.mailmap/", "/governance/people.csv/");
    repo.by("ana").write(&odd, &text).commit("Put it elsewhere");
    let last = states(&repo).pop().unwrap();
    assert!(matches!(last.0, FileState::Bad(BadFile::Path { .. })), "{last:?}");
}
