//! Approvals by another program, through the library: step by step, with nothing written before the last.

use std::path::Path;

use exledger::approval::evidence::statement_file::ApprovalDecision;
use exledger::features;
use exledger::features::approve::destination::WrittenApproval;
use exledger::features::approve::request::{ApprovalRequest, NamedSubject};
use exledger::session::Session;
use exledger::session::error::{Error, Usage};
use exledger::session::notice::Notice;
use exledger::session::options::{Moment, Options};

use super::{BRANCH, ID, POLICY, RECORD, World, path_of};

fn session(world: &World) -> Session {
    Session::open(world.repo.path(), Options::default()).unwrap()
}

fn present(world: &World) -> Moment {
    Moment { on: Some(world.repo.now()), ..Moment::now() }
}

/// An approval of the record, on its branch.
fn request(folder: &Path) -> ApprovalRequest<'_> {
    ApprovalRequest {
        subject: NamedSubject::Record(ID),
        decision: ApprovalDecision::Approve,
        branch: Some("billing"),
        out: None,
        by: None,
        as_me: false,
        folder,
    }
}

#[test]
fn nothing_is_written_before_the_last_step_and_the_same_is_not_written_twice() {
    let world = World::new(POLICY);
    world.is("lee", "lee");
    let (session, folder, tip) = (session(&world), world.repo.path(), world.repo.tip("billing"));
    let prepared =
        features::approve::prepare(&session, &present(&world), &request(folder)).unwrap();
    assert_eq!(prepared.groups(), ["platform"]);
    assert!(prepared.notices.is_empty());
    let draft = prepared.draft(Some("The alert was tested")).unwrap();
    assert!(!draft.counts_already());
    let key = prepared.key(None, folder).unwrap();
    let signed = draft.sign(&key).unwrap();
    assert!(signed.signature.missing.is_none());
    assert_eq!(world.repo.tip("billing"), tip);
    let WrittenApproval::Branch { commit, remote: None } = signed.write().unwrap() else {
        panic!("it goes onto the local branch of statements");
    };
    assert_eq!(world.repo.tip("billing"), tip);
    assert_eq!(world.repo.tip(BRANCH).to_string(), commit);
    world.repo.wait("1h");
    let again = features::approve::prepare(&session, &present(&world), &request(folder)).unwrap();
    assert!(again.draft(None).unwrap().counts_already());
    let left = again.still_needed(true);
    assert!(left.concat().contains("security"), "{left:?}");
}

#[test]
fn what_would_not_count_is_a_usage_error_with_its_way_out() {
    let world = World::new(POLICY);
    world.is("ana", "dana");
    let (session, folder) = (session(&world), world.repo.path());
    let refused = features::approve::prepare(&session, &present(&world), &request(folder));
    let error = refused.err().unwrap();
    assert!(matches!(error, Error::Usage(Usage::Refused { .. })));
    assert!(error.to_string().contains("is an author of this change"));
    assert!(error.remedy().words().contains("ask someone else to approve it"));
    let reason = format!("the token is glpat-{}", "x4Tq9LmZ2pWc7RvB1nKd");
    world.is("lee", "lee");
    let prepared =
        features::approve::prepare(&session, &present(&world), &request(folder)).unwrap();
    let refused = prepared.draft(Some(&reason)).err().unwrap();
    assert!(refused.to_string().contains("looks like a credential"));
}

#[test]
fn a_refusal_says_what_was_noticed_before_it() {
    let world = World::new(POLICY);
    world.switch("billing");
    let broken = RECORD.replace("risk: {level: moderate}\n", "");
    std::fs::write(world.repo.path().join(path_of(ID)), broken).unwrap();
    world.is("lee", "lee");
    let folder = world.repo.path();
    let here = ApprovalRequest { branch: None, ..request(folder) };
    let session = session(&world);
    let refused = features::approve::prepare(&session, &present(&world), &here);
    let error = refused.err().unwrap();
    assert!(error.to_string().contains("does not pass lint"), "{error}");
    let [Notice::NotCommitted { path }] = error.notices() else {
        panic!("{:?}", error.notices());
    };
    assert!(path.ends_with(&format!("{ID}.yaml")), "{path}");
}
