//! Why a statement does not count: for each such reason the record names a way that does count, and it is taken.

use exledger::approval::evidence::statement_file::BadFile;
use exledger::approval::people::relation::UnknownAccount;
use exledger::approval::verdict::{LevelReason, NotCounted};
use exledger::policy::demand::Proof;
use exledger::policy::governance::KeyLimit;

use super::stage::reason_in;
use super::{ID, Stage, record};
use crate::support::repo::speak;

/// Returns the next reason in the table: a new one must be added here for this to compile.
fn after(why_not: &NotCounted) -> Option<NotCounted> {
    Some(match why_not {
        NotCounted::Author => NotCounted::Bot,
        NotCounted::Bot => NotCounted::Owner,
        NotCounted::Owner => NotCounted::SelfAsserted,
        NotCounted::SelfAsserted => NotCounted::StatedByMachine(BOT.to_owned()),
        NotCounted::StatedByMachine(_) => NotCounted::Nested,
        NotCounted::Nested => NotCounted::NoRecordYet,
        NotCounted::NoRecordYet => NotCounted::Kind,
        NotCounted::Kind => NotCounted::Proof(Proof::Attested),
        NotCounted::Proof(_) => NotCounted::Level(LevelReason::Key(KeyLimit {
            proof: Proof::Claimed,
            is_of_name: false,
            commit: OTHER.into(),
        })),
        NotCounted::Level(_) => NotCounted::SameNameAsAuthor,
        NotCounted::SameNameAsAuthor => NotCounted::UnknownAccount(UnknownAccount {
            account: "nweber (users.noreply.github.com)".to_owned(),
            other: "lee@example.com".to_owned(),
            keys: vec!["nweber".to_owned()],
        }),
        NotCounted::UnknownAccount(_) => NotCounted::Forge,
        NotCounted::Forge => NotCounted::UnnamedForge("GitLab <gitlab@git.example.com>".to_owned()),
        NotCounted::UnnamedForge(_) => NotCounted::Unresolved,
        NotCounted::Unresolved => NotCounted::NoPerson,
        NotCounted::NoPerson => NotCounted::SuspiciousMerge,
        NotCounted::SuspiciousMerge => NotCounted::Replaced { had_counted: false },
        NotCounted::Replaced { .. } => NotCounted::Vote,
        NotCounted::Vote => NotCounted::BroughtBack,
        NotCounted::BroughtBack => NotCounted::TooOld,
        NotCounted::TooOld => NotCounted::WaitedTooLong,
        NotCounted::WaitedTooLong => NotCounted::OtherBytes(OTHER.to_owned()),
        NotCounted::OtherBytes(_) => NotCounted::BadFile(BadFile::NoSignature),
        // Of the rules alone.
        NotCounted::BadFile(_) | NotCounted::NotListed(_) | NotCounted::FollowsUncounted => {
            return None;
        }
    })
}

/// The sha256 of `other bytes`.
const OTHER: &str = "2fbbac7ab2f0e5c3a4b1c8be1f8c60e4c0b3ed9bdd0ef3a1ee5f8d7a4d6dc1f4";

const BOT: &str = "renovate[bot] <renovate[bot]@users.noreply.github.com>";

const AT: &str = "2026-11-20T10:00:00Z";

/// A ledger in which Ana filed a record on the branch `ask`.
fn asked(policy: &str) -> Stage {
    let stage = Stage::new(policy);
    stage.repo.branch("ask").by("ana").write(ID, &record("")).commit("File it");
    stage
}

/// The same, merged with this message.
fn merged(policy: &str, by: &str, message: &str) -> Stage {
    let stage = asked(policy);
    stage.repo.by(by).merge("ask", &format!("Merge branch 'ask'{message}"));
    stage
}

/// A record that Ana pushed.
fn pushed() -> Stage {
    let stage = Stage::new("");
    stage.land("ana", &[(ID, &record(""))]);
    stage
}

/// A record merged by its owner, although the policy forbids that.
fn merged_for_its_owner() -> Stage {
    let stage = Stage::new("approval: {owner_may_approve: false}\n");
    let owner = record("owner: {name: Lee Chen, email: lee@example.com}\n");
    stage.merged(ID, &owner, "ana", "lee");
    stage
}

/// A record whose author is an unknown account.
fn by_an_unknown_account() -> Stage {
    let stage = Stage::new("");
    let work = stage.repo.branch("ask").by("Nina <777+nweber@users.noreply.github.com>");
    work.write(ID, &record("")).commit("File it");
    stage.repo.by("lee").merge("ask", "Merge branch 'ask'");
    stage
}

/// A record that Ana pushed, with a vote of +1 in a note.
fn with_a_vote_too_low() -> Stage {
    let stage = Stage::new("approval: {accept: [detached, note]}\n");
    stage.land("ana", &[(ID, &record(""))]);
    let vote = "git notes --ref=review append -m 'Code-Review+1: Lee Chen <lee@example.com>'";
    assert_eq!(stage.shell("lee", vote).code, 0);
    stage
}

/// A record that a branch narrowed, in spite of which the merge leaves it as it was, with a vote for that merge.
fn with_a_vote_for_a_merge_that_brings_it_back() -> Stage {
    let stage = Stage::new("approval: {accept: [detached, note]}\n");
    stage.land("ana", &[(ID, &record(""))]);
    let narrower = record("").replace("expires: 2026-12-15", "expires: 2026-12-10");
    stage.repo.branch("narrow").by("sam").write(ID, &narrower).commit("End it earlier");
    stage.repo.by("ana").merge_ours(&["narrow"], "Merge branch 'narrow'");
    let vote = "git notes --ref=review append -m 'Code-Review+2: Lee Chen <lee@example.com>'";
    assert_eq!(stage.shell("lee", vote).code, 0);
    stage
}

/// A record that was removed and restored after an approval of its bytes was signed.
fn approved_before_it_came_back() -> Stage {
    let stage = pushed();
    let says = speak::yes("lee", ID, &record(""), AT).ledger("example/payments");
    stage.repo.by("ana").remove(ID).commit("Remove it");
    stage.repo.by("ana").write(ID, &record("")).commit("Bring it back");
    stage.repo.by("lee").says(&says).commit("Approve it");
    stage
}

/// A record whose reviewer is named on a commit inside the branch.
fn with_a_line_inside_the_branch() -> Stage {
    let stage = Stage::new("");
    let work = stage.repo.branch("ask").by("ana").write(ID, &record(""));
    work.commit("File it\n\nReviewed-by: Lee Chen <lee@example.com>");
    stage.repo.by("ana").merge("ask", "Merge branch 'ask'");
    stage
}

/// A record that one person rejects and approves.
fn rejected_and_then_approved() -> Stage {
    let stage = pushed();
    let reject = format!("exledger approve {ID} --reject --reason …");
    stage.run_on(&reject, "dana", "ana");
    stage.run_on(&format!("exledger approve {ID}"), "dana", "ana");
    stage
}

/// A file that was merged into a folder which a change of the policy then made one of records.
fn merged_where_no_records_were() -> Stage {
    let stage = Stage::new("");
    let path = format!("waivers/{ID}.yaml");
    stage.merged(&path, &record(""), "ana", "lee");
    let policy = "version: 1\nname: example/payments\nrecords: [exceptions, waivers]\n";
    stage.merged("exledger.yaml", policy, "kim", "sam");
    stage
}

/// A record that Lee signed, whose key a merge listed before signatures were asked for.
fn signed_by_a_key_that_a_claim_listed() -> Stage {
    let stage = Stage::new("");
    let path = ".github/allowed_signers";
    let mut keys = std::fs::read_to_string(stage.repo.path().join(path)).unwrap();
    keys += &format!("lee@example.com {}\n", speak::public("eve"));
    stage.merged(path, &keys, "ana", "sam");
    let policy = "version: 1\nname: example/payments\napproval: {proof: attested}\n";
    stage.merged("exledger.yaml", policy, "ana", "sam");
    stage.land("ana", &[(ID, &record(""))]);
    let says = speak::yes("lee", ID, &record(""), AT).ledger("example/payments").with_key("eve");
    stage.repo.by("lee").says(&says).commit("Approve it");
    stage
}

/// Returns a history in which a statement does not count for this reason.
fn history(why_not: &NotCounted) -> Stage {
    let stage = match why_not {
        NotCounted::NotListed(_) | NotCounted::FollowsUncounted => unreachable!("of rules alone"),
        NotCounted::Author => pushed(),
        NotCounted::Bot => merged("", "bot", ""),
        NotCounted::Owner => merged_for_its_owner(),
        NotCounted::SelfAsserted => {
            let stage = Stage::new("");
            let work = stage.repo.by("ana").write(ID, &record(""));
            work.commit("File it\n\nReviewed-by: Lee Chen <lee@example.com>");
            stage
        }
        NotCounted::StatedByMachine(_) => {
            merged("", "bot", "\n\nReviewed-by: Lee Chen <lee@example.com>")
        }
        NotCounted::Nested => with_a_line_inside_the_branch(),
        NotCounted::NoRecordYet => merged_where_no_records_were(),
        NotCounted::Kind => merged("approval: {accept: [detached]}\n", "lee", ""),
        NotCounted::Proof(_) => merged("approval: {proof: attested}\n", "lee", ""),
        NotCounted::Level(_) => signed_by_a_key_that_a_claim_listed(),
        NotCounted::SameNameAsAuthor => merged("", "Ana Ruiz <ana.ruiz@home.example.com>", ""),
        NotCounted::UnknownAccount(_) => by_an_unknown_account(),
        NotCounted::Forge => merged("", "ana", "\n\nReviewed-by: GitHub <noreply@github.com>"),
        NotCounted::UnnamedForge(forge) => {
            let stage = asked("");
            stage.repo.by("ana").through(forge).squash("ask", "File it");
            stage
        }
        NotCounted::Unresolved => {
            merged("approval: {forge: gitlab}\n", "bot", "\n\nApproved-by: somebody")
        }
        NotCounted::NoPerson => merged("", "bot", "\n\nReviewed-by: TBD"),
        NotCounted::SuspiciousMerge => {
            let stage = asked("");
            stage.repo.by("lee").merge("ask", "Merge branch 'main' of example.com:payments");
            stage
        }
        NotCounted::Replaced { .. } => rejected_and_then_approved(),
        NotCounted::Vote => with_a_vote_too_low(),
        NotCounted::BroughtBack => with_a_vote_for_a_merge_that_brings_it_back(),
        NotCounted::TooOld => approved_before_it_came_back(),
        NotCounted::WaitedTooLong => {
            let stage = pushed();
            let says = speak::yes("lee", ID, &record(""), "2026-10-01T10:00:00Z");
            stage.repo.by("lee").says(&says.ledger("example/payments")).commit("Approve it");
            stage
        }
        NotCounted::OtherBytes(_) => {
            let stage = pushed();
            let says = speak::yes("lee", ID, "other bytes", AT).ledger("example/payments");
            stage.repo.by("lee").says(&says).commit("Approve it");
            stage
        }
        NotCounted::BadFile(_) => {
            let stage = pushed();
            let says = speak::yes("lee", ID, &record(""), AT).ledger("example/payments");
            let text = says.file.text().unwrap();
            stage.repo.by("lee").write(&says.path(), &text).commit("Approve it");
            stage
        }
    };
    stage.home();
    stage
}

#[test]
fn whatever_keeps_a_statement_from_counting_the_record_names_a_way_that_counts() {
    let mut next = Some(NotCounted::Author);
    while let Some(why_not) = next {
        let stage = history(&why_not);
        let shown = stage.answer(&["show", ID]);
        let said = shown["statements"].to_string();
        let words = why_not.to_string();
        // Digests and commits differ.
        let words = words.split(" (").next().unwrap().replace('"', "\\\"");
        assert!(said.contains(&words), "{words}: {said}");
        match why_not {
            // The person who rejected it approves it now.
            NotCounted::Replaced { .. } => {}
            // First the line that the advice names is added.
            NotCounted::UnknownAccount(_) => {
                let reason = reason_in(&shown["record"], "it is not known that");
                let line = reason.split('`').nth(1).unwrap();
                let line = line.replace("ADDRESS", "nina@example.com");
                let policy =
                    format!("version: 1\nname: example/payments\npeople: {{logins: {{{line}}}}}\n");
                stage.merged("exledger.yaml", &policy, "ana", "dana");
                stage.follow(&reason, "dana", "ana");
            }
            _ => {
                assert_eq!(shown["record"]["status"], "unapproved", "{words}");
                stage.follow(&reason_in(&shown["record"], "`exledger approve EXC"), "dana", "ana");
            }
        }
        assert_eq!(stage.status(), "active", "{words}");
        next = after(&why_not);
    }
}
