//! `reject`: the rejection of a request, kept in its file.

use super::{ID, POLICY, RECORD, World};

#[test]
fn a_rejection_is_one_entry_that_lints_and_ends_the_request_once_it_is_merged() {
    let world = World::new(POLICY);
    world.switch("billing");
    world.is("dana", "dana");
    let run =
        world.run(&["reject", ID, "--reason", "Rotate the key: there are two", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let said: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((&said["id"], &said["event"]), (&ID.into(), &"rejected".into()));
    let place = world.repo.path().join("exceptions/EXC-2026-7F3KQ.yaml");
    let text = std::fs::read_to_string(place).unwrap();
    let (before, after) = RECORD.split_once("class: standard\n").unwrap();
    let added = text.strip_prefix(before).and_then(|text| text.strip_suffix(after)).unwrap();
    assert!(added.starts_with("class: standard\nclosure:\n"), "{added}");
    for line in ["outcome: rejected", "date: 2026-11-20", "by: dana@example.com"] {
        assert!(added.contains(line), "{added}");
    }
    let work = world.repo.branch("billing").by("dana");
    work.write(ID, &text).commit("Reject the request");
    world.repo.by("dana").merge("billing", "Merge pull request #1 from ana/billing");
    assert_eq!(world.stands().0, "rejected");
    let lint = world.run(&["lint"]);
    assert_eq!(lint.code, 0, "{}", lint.out);
    let again = world.run(&["reject", ID, "--reason", "Twice"]);
    assert_eq!(again.code, 2, "{}", again.out);
}

#[test]
fn what_is_approved_is_closed_and_not_rejected() {
    let world = World::new(POLICY);
    for name in ["dana", "lee"] {
        world.said(name, &[ID, "--ref", "billing"]);
    }
    world.squash("billing");
    world.repo.checkout();
    let run = world.run(&["reject", ID, "--reason", "Changed my mind"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    assert!(run.err.contains("exledger close"), "{}", run.err);
    let run = world.run(&["reject", ID, "--no-input"]);
    assert_eq!(run.code, 2, "{}", run.err);
}

#[test]
fn whom_a_branch_names_as_requester_can_say_no_and_not_yes() {
    let world = World::new(POLICY);
    let text = format!("{RECORD}requester: dana@example.com\n");
    let work = world.repo.branch("billing").by("ana");
    work.write(ID, &text).commit("File it for Dana");
    let run = world.speak("dana", &[ID, "--ref", "billing"]);
    assert_eq!(run.code, 2, "{}", run.out);
    let no = ["--reject", "--reason", "I never asked for this"];
    world.said("dana", &[&[ID, "--ref", "billing"][..], &no].concat());
    for name in ["sam", "lee"] {
        world.said(name, &[ID, "--ref", "billing"]);
    }
    world.squash("billing");
    assert_eq!(world.stands(), ("unapproved".into(), "vetoed".into()));
}

#[test]
fn a_rejection_is_committed_as_a_rejection() {
    let world = World::new(POLICY);
    world.switch("billing");
    let place = world.repo.path().join("out").display().to_string();
    let no = [ID, "--reject", "--reason", "The key can rotate now", "--out", &place];
    let run = world.speak("dana", &no);
    let committed = format!("commit --no-gpg-sign -m 'Reject {ID}'");
    let plain = committed.replace(" --no-gpg-sign", "");
    assert!(run.out.contains(&committed) || run.out.contains(&plain), "{}", run.out);
    assert!(!run.out.contains("Approve EXC"), "{}", run.out);
}

#[test]
fn what_the_same_person_decided_otherwise_since_is_said_again() {
    let world = World::new(POLICY);
    let out = world.repo.path().join(format!("exceptions/.approvals/{ID}"));
    let out = out.display().to_string();
    world.said("dana", &[ID, "--ref", "billing"]);
    world.said("lee", &[ID, "--ref", "billing"]);
    world.squash("billing");
    world.repo.checkout();
    assert_eq!(world.stands().0, "active");
    let run = world.speak("dana", &[ID, "--reject", "--reason", "Too wide", "--out", &out]);
    assert_eq!(run.code, 0, "{}", run.err);
    world.land("dana");
    world.repo.checkout();
    assert_eq!(world.stands(), ("unapproved".into(), "vetoed".into()));
    world.repo.wait("1h");
    let run = world.speak("dana", &[ID]);
    assert!(run.code == 0 && !run.out.contains("said before"), "{}{}", run.out, run.err);
    assert_eq!(world.stands().0, "active");
}

#[test]
fn an_approval_that_waited_too_long_is_given_again_before_the_branch_is_merged() {
    let world = World::new(POLICY);
    let text = RECORD.replace("2026-12-20", "2027-01-20");
    world.repo.branch("billing").by("ana").write(ID, &text).commit("End it later");
    world.said("dana", &[ID, "--ref", "billing"]);
    world.said("lee", &[ID, "--ref", "billing"]);
    let step = || world.run(&["queue"]).out;
    assert!(step().contains("it is approved"), "{}", step());
    world.repo.wait("31d");
    assert!(!step().contains("it is approved"), "{}", step());
    for name in ["dana", "lee"] {
        let run = world.speak(name, &[ID, "--ref", "billing"]);
        assert!(run.code == 0 && !run.out.contains("said before"), "{}{}", run.out, run.err);
    }
    assert!(step().contains("it is approved"), "{}", step());
}

#[test]
fn an_approval_in_the_second_of_a_rejection_is_given_again() {
    let world = World::new(POLICY);
    world.said("lee", &[ID, "--ref", "billing"]);
    world.squash("billing");
    world.repo.checkout();
    world.is("dana", "dana");
    let no = ["approve", ID, "--reject", "--reason", "Too wide"];
    for args in [&no[..], &["approve", ID]] {
        let run = world.run(args);
        assert_eq!(run.code, 0, "{}", run.err);
    }
    assert_eq!(world.stands(), ("unapproved".into(), "vetoed".into()));
    world.repo.wait("1h");
    let run = world.speak("dana", &[ID]);
    assert!(run.code == 0 && !run.out.contains("said before"), "{}{}", run.out, run.err);
    assert_eq!(world.stands().0, "active");
    let run = world.speak("dana", &[ID]);
    assert!(run.code == 0 && run.out.contains("said before"), "{}{}", run.out, run.err);
}

#[test]
fn whoever_joined_a_group_since_then_approves_again_for_it() {
    let policy = POLICY.replace("[dana@example.com, sam@example.com]", "[dana@example.com]");
    let policy =
        policy.replace("[security, platform]", "[security]").replace("count: 2", "count: 1");
    let world = World::new(&policy);
    world.squash("billing");
    world.repo.checkout();
    world.said("sam", &[ID]);
    assert_eq!(world.stands().0, "unapproved");
    let joined = policy.replace("security: [dana@example.com]", "security: [sam@example.com]");
    world.repo.branch("joined").by("ana").write("exledger.yaml", &joined).commit("Sam joins");
    world.repo.by("dana").merge("joined", "Merge branch 'joined'");
    world.repo.checkout();
    world.repo.wait("1h");
    let run = world.speak("sam", &[ID]);
    assert!(run.code == 0 && !run.out.contains("said before"), "{}{}", run.out, run.err);
    assert_eq!(world.stands().0, "active");
}

#[test]
fn an_approval_that_waited_too_long_takes_back_the_rejection_before_it() {
    let policy =
        POLICY.replace("[security, platform]", "[security]").replace("count: 2", "count: 1");
    let world = World::new(&policy);
    let text = RECORD.replace("2026-12-20", "2027-01-20");
    world.repo.branch("billing").by("ana").write(ID, &text).commit("End it later");
    world.said("lee", &[ID, "--ref", "billing", "--reject", "--reason", "Too wide"]);
    world.said("lee", &[ID, "--ref", "billing"]);
    world.repo.wait("2d");
    world.said("dana", &[ID, "--ref", "billing"]);
    world.repo.wait("29d");
    world.squash("billing");
    world.repo.checkout();
    assert_eq!(world.stands().0, "active");
}
