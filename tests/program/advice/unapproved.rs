//! Landed without the required approval: each way out that a reason names is taken.

use super::status::{begin, pushed};
use super::{ID, Stage, record};
use crate::support::repo::speak;

const EMERGENCY: &str = "class: emergency
starts: 2026-11-20T10:00:00Z
expires: 2026-11-24T10:00:00Z
";

pub(super) fn emergency_lapsed(words: &str) {
    let stage = pushed(EMERGENCY);
    assert_eq!(stage.status(), "active");
    stage.repo.clock("2026-11-22T09:00:00Z");
    assert!(stage.reason(words).contains("a review entry is not an approval"));
    assert_eq!(stage.status(), "unapproved");
    stage.follow(&stage.reason("someone else must"), "dana", "ana");
    assert_eq!(stage.status(), "active");
}

pub(super) fn grace_used_up(words: &str) {
    let stage = begin();
    let earlier = record(EMERGENCY).replace(ID, "EXC-2026-AAAAA");
    stage.land("ana", &[("EXC-2026-AAAAA", &earlier)]);
    stage.land("ana", &[(ID, &record(EMERGENCY))]);
    assert!(stage.reason(words).contains("ana@example.com filed EXC-2026-AAAAA"));
    assert_eq!(stage.status(), "unapproved");
    stage.follow(&stage.reason("someone else must"), "dana", "ana");
    assert_eq!(stage.status(), "active");
}

pub(super) fn emergency_unapproved(words: &str) {
    let stage = pushed(EMERGENCY);
    stage.follow(&stage.reason(words), "dana", "ana");
    assert!(stage.show()["approval"]["satisfied"].as_bool().unwrap());
    stage.repo.clock("2026-11-22T09:00:00Z");
    assert_eq!(stage.status(), "active");
}

pub(super) fn self_approved(words: &str) {
    let stage = pushed("");
    stage.follow(&stage.reason(words), "dana", "ana");
    assert_eq!(stage.status(), "active");
    // The other way that it names.
    let stage = pushed("");
    assert!(stage.reason(words).contains("merge a change to its text with a merge commit"));
    stage.amend("ana", "lee");
    assert_eq!(stage.status(), "active");
}

pub(super) fn squashed(words: &str) {
    let stage = begin();
    stage.repo.branch("ask").by("ana").write(ID, &record("")).commit("File it");
    stage.repo.by("ana").through("github").squash("ask", "File it (#7)");
    stage.home();
    // The reviews of its pull request are no way if the policy names no bridge.
    let reason = stage.reason(words);
    assert!(!reason.contains("--from-reviews"), "{reason}");
    stage.follow(&reason, "dana", "ana");
    assert_eq!(stage.status(), "active");
}

pub(super) fn only_machines(words: &str) {
    let stage = begin();
    stage.repo.branch("ask").by("ana").write(ID, &record("")).commit("File it");
    stage.merge("ask", "bot");
    let reason = stage.reason(words);
    assert!(reason.contains("a person must"), "{reason}");
    stage.follow(&reason, "dana", "ana");
    assert_eq!(stage.status(), "active");
}

pub(super) fn nothing_counts(words: &str) {
    let policy = "approval: {accept: [detached, merge], proof: attested}\n";
    let stage = Stage::new(policy);
    stage.merged(ID, &record(""), "ana", "lee");
    let reason = stage.reason(words);
    // In this ledger, merging is no way to approve.
    assert!(!reason.contains("merge"), "{reason}");
    stage.follow(&reason, "dana", "ana");
    assert_eq!(stage.status(), "active");
}

pub(super) fn account_unknown(words: &str) {
    let stage = begin();
    let author = "Nina <777+nweber@users.noreply.github.com>";
    stage.repo.branch("ask").by(author).write(ID, &record("")).commit("File it");
    stage.merge("ask", "lee");
    let reason = stage.reason(words);
    let line = reason.split('`').nth(1).unwrap().replace("ADDRESS", "nina@example.com");
    let policy = std::fs::read_to_string(stage.repo.path().join("exledger.yaml")).unwrap();
    let policy =
        policy.replace("roster: people.csv", &format!("roster: people.csv, logins: {{{line}}}"));
    stage.merged("exledger.yaml", &policy, "ana", "dana");
    stage.follow(&reason, "dana", "ana");
    assert_eq!(stage.status(), "active");
}

pub(super) fn name_unknown(words: &str) {
    let stage = Stage::new("approval: {forge: gitlab}\n");
    stage.repo.branch("ask").by("ana").write(ID, &record("")).commit("File it");
    let message = "Merge branch 'ask'\n\nApproved-by: somebody";
    stage.repo.by("bot").merge("ask", message);
    stage.home();
    stage.follow(&stage.reason(words), "dana", "ana");
    assert_eq!(stage.status(), "active");
}

pub(super) fn self_asserted(words: &str) {
    let stage = begin();
    let text = record("");
    let message = "File it\n\nReviewed-by: Lee Chen <lee@example.com>";
    stage.repo.by("ana").write(ID, &text).commit(message);
    stage.home();
    stage.follow(&stage.reason(words), "lee", "ana");
    assert_eq!(stage.status(), "active");
}

pub(super) fn too_few(words: &str) {
    let stage = Stage::new("tiers: [{name: standard, approvals: {count: 2}}]\n");
    stage.merged(ID, &record(""), "ana", "lee");
    let reason = stage.reason(words);
    assert!(!reason.contains("merge"), "a merge names one person: {reason}");
    stage.follow(&reason, "dana", "ana");
    assert_eq!(stage.status(), "active");
}

pub(super) fn vetoed(words: &str) {
    let stage = pushed("");
    let reject = format!("exledger approve {ID} --reject --reason …");
    stage.run_on(&reject, "sam", "ana");
    stage.run_on(&format!("exledger approve {ID}"), "dana", "ana");
    let reason = stage.reason(words);
    assert!(reason.contains("sam@example.com"), "{reason}");
    assert_eq!(stage.status(), "unapproved");
    stage.follow(&reason, "sam", "ana");
    assert_eq!(stage.status(), "active");
    // The other way: changed bytes.
    let stage = pushed("");
    stage.run_on(&reject, "sam", "ana");
    let reason = stage.reason(words);
    assert!(reason.contains("change its text, and then someone else must"), "{reason}");
    let text = stage.text().replace("Nightly", "Monthly");
    stage.land("ana", &[(ID, &text)]);
    stage.follow(&stage.reason("someone else must"), "dana", "ana");
    assert_eq!(stage.status(), "active");
}

pub(super) fn bad_signature(words: &str) {
    let stage = begin();
    let header = speak::folded("gpgsig", &speak::sign("ana", "git", b"other bytes"));
    let work = stage.repo.by("ana").header(&header);
    work.write(ID, &record("")).commit("File it");
    stage.home();
    let reason = stage.reason(words);
    assert!(reason.contains("change its text"), "{reason}");
    let text = stage.text().replace("Nightly", "Monthly");
    stage.land("ana", &[(ID, &text)]);
    stage.follow(&reason, "dana", "ana");
    assert_eq!(stage.status(), "active");
}

pub(super) fn still_needed(words: &str) {
    let policy = "groups: {security: [dana@example.com, ana@example.com]}\n\
                  tiers: [{name: standard, approvals: {count: 1, each_of: [security]}}]\n";
    let stage = Stage::new(policy);
    stage.land("ana", &[(ID, &record(""))]);
    // Ana is in the group, but is the author.
    let reason = stage.reason(words);
    let (_, who) = reason.rsplit_once(": ").unwrap();
    assert_eq!(who, "dana@example.com");
    stage.follow(&stage.reason("someone else must"), "dana", "ana");
    assert_eq!(stage.status(), "active");
}

pub(super) fn file_refused(words: &str) {
    // An unlisted key.
    let stage = pushed("");
    let beside = format!("exledger approve {ID} --out exceptions/.approvals/{ID}");
    let run = stage.shell("max", &beside);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    let line = run.out.lines().find(|line| line.contains(" ssh-ed25519 "));
    let line = line.unwrap_or_else(|| panic!("{}", run.out)).to_owned();
    for line in ["git add exceptions", "git commit -m 'Approve it'"] {
        assert_eq!(stage.shell("max", line).code, 0);
    }
    stage.repo.wait("1h");
    let reason = stage.reason(words);
    assert!(reason.contains("list the key in the signers file first"), "{reason}");
    let signers = ".github/allowed_signers";
    let listed = std::fs::read_to_string(stage.repo.path().join(signers)).unwrap();
    stage.merged(signers, &format!("{listed}{line}\n"), "ana", "lee");
    stage.follow(&reason, "max", "ana");
    assert_eq!(stage.status(), "active");
    // A file about other bytes.
    let stage = pushed("");
    let says = speak::yes("dana", ID, "other bytes", "2026-11-20T10:00:00Z");
    stage.repo.by("dana").says(&says.ledger("example/payments")).commit("Approve it");
    stage.home();
    let reason = stage.reason(words);
    assert!(reason.contains("is for other bytes"), "{reason}");
    stage.follow(&reason, "dana", "ana");
    assert_eq!(stage.status(), "active");
    // A file that was changed after it was signed.
    let stage = pushed("");
    let says =
        speak::yes("dana", ID, &stage.text(), "2026-11-20T10:00:00Z").ledger("example/payments");
    let signed = speak::yes("dana", ID, &stage.text(), "2026-11-20T10:00:00Z");
    let (path, text) = (says.path(), says.file.text().unwrap());
    stage.repo.by("dana").says(&signed).write(&path, &text).commit("Approve it");
    stage.home();
    let reason = stage.reason(words);
    assert!(reason.contains("remove it, and write it again with `exledger approve`"), "{reason}");
    let work = stage.repo.by("dana");
    work.unsays(&says).commit("Remove it");
    stage.home();
    stage.run_on(&format!("exledger approve {ID}"), "dana", "ana");
    assert_eq!(stage.status(), "active");
}
