//! Statements that would not count, and statements that are impossible: refused before anything is written.

use super::{ID, POLICY, RECORD, World};
use crate::cli;

/// Runs `approve` as a person, and returns stderr; nothing may be written.
fn refused(world: &World, name: &str, args: &[&str]) -> String {
    let tip = world.repo.tip("billing");
    let run = world.speak(name, args);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{name} {args:?}: {}", run.err);
    assert!(world.written().is_empty(), "{name} {args:?}");
    assert_eq!(world.repo.tip("billing"), tip, "{name} {args:?}");
    run.err
}

#[test]
fn a_word_that_would_not_count_is_refused_with_the_reason() {
    let world = World::new(POLICY);
    for (name, args, why) in [
        ("ana", &[ID, "--ref", "billing"][..], "is an author of this change"),
        ("renovate", &[ID, "--ref", "billing", "--by", "renovate@example.com"], "bot"),
        ("dana", &["9Z9Z9", "--ref", "billing"], "there is no record"),
        ("dana", &["", "--ref", "billing"], "there is no record"),
        ("dana", &[ID, "--ref", "nowhere"], "is not a local branch"),
        ("dana", &[ID], "--ref billing"),
        ("dana", &[ID, "--ref", "billing", "--reject"], "--reason"),
        ("dana", &[ID, "--ref", "billing", "--reason", " "], "a reason must be one line"),
        ("dana", &[ID, "--ref", "billing", "--reason", "one\ntwo"], "a reason must be one line"),
        ("dana", &[ID, "--ref", "billing", "--reason", &"x".repeat(501)], "500"),
        ("dana", &[ID, "--ref", "billing", "--by", "nobody"], "is not an email address"),
        ("dana", &["--as-of", "2026-11-20", ID], "--as-of"),
        ("dana", &[ID, "--governance", "exledger.yaml"], "a single governance file"),
        ("dana", &["--governance"], "a single governance file"),
        (
            "dana",
            &[
                ID,
                "--ref",
                "billing",
                "--reason",
                "The token is ghp_0123456789abcdefghijABCDEFGHIJ012345",
            ],
            "credential",
        ),
    ] {
        let err = refused(&world, name, args);
        assert!(err.contains(why), "{name} {args:?}: {err}");
    }
}

#[test]
fn an_author_is_known_by_another_address_and_by_the_name_alone() {
    let roster = "people: {roster: people.csv}\n";
    let (before, _) = POLICY.split_once("people:").unwrap();
    let (_, after) = POLICY.split_once("tiers:").unwrap();
    let world = World::new(&format!("{before}{roster}tiers:{after}"));
    let people = "email,name,team,active\nana.ruiz@example.org,Ana  RUIZ,billing,yes\n";
    let work = world.repo.by("lee").write("people.csv", people);
    let home = world.line("ana").replace("ana@example.com", "ana@example.com,ana@home.example");
    let signers = work.text(".github/allowed_signers") + &home;
    work.write(".github/allowed_signers", &signers).commit("List Ana");
    let branch = world.repo.branch("billing").by("lee");
    branch.write("people.csv", people).commit("Take the roster");
    world.repo.checkout();
    for (address, why) in [
        ("ana@home.example", "is an author of this change"),
        ("ana.ruiz@example.org", "same-name-as-author"),
    ] {
        let err = refused(&world, "ana", &[ID, "--ref", "billing", "--by", address]);
        assert!(err.contains(why), "{err}");
    }
}

#[test]
fn a_name_that_the_landing_shows_is_an_authors_does_not_approve() {
    let world = World::new(POLICY);
    let private = "Dana Kim <dana@home.example>";
    let record = RECORD.replace("moderate", "low");
    world.repo.branch("own").by(private).write(ID, &record).commit("File it");
    world.repo.by("Dana Kim <dana@example.com>").merge("own", "Merge branch 'own'");
    world.repo.checkout();
    let run = world.speak("dana", &[ID]);
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(run.err.contains("same-name-as-author"), "{}", run.err);
}

#[test]
fn without_a_key_it_says_how_to_name_one() {
    let world = World::new(POLICY);
    world.repo.config("user.name", "Dana Kim");
    let run = world.run(&["approve", ID, "--ref", "billing"]);
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(run.err.contains("git config user.email"), "{}", run.err);
    world.repo.config("user.email", "dana@example.com");
    let run = world.run(&["approve", ID, "--ref", "billing"]);
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(run.err.contains("git config exledger.signingKey"), "{}", run.err);
    world.repo.config("user.signingkey", "~/.ssh/absent.pub");
    let run = world.run(&["approve", ID, "--ref", "billing"]);
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(run.err.contains("absent.pub"), "{}", run.err);
}

#[test]
fn a_key_that_was_stolen_signs_nothing_more() {
    let world = World::new(POLICY);
    let public = std::fs::read_to_string(world.key("dana.pub")).unwrap();
    world.repo.by("lee").write(".github/revoked_keys", &public).commit("Revoke a stolen key");
    let err = refused(&world, "dana", &[ID, "--ref", "billing"]);
    assert!(err.contains("revoked"), "{err}");
}

#[test]
fn the_policy_may_let_authors_approve_and_owners_not() {
    let policy = format!("{POLICY}approval: {{self_approval: allow}}\n");
    let world = World::new(&policy);
    world.is("ana", "ana");
    let run = world.run(&["approve", ID, "--ref", "billing"]);
    assert_eq!(run.code, 1, "Ana's key is not listed: {}", run.err);
    let policy = format!("{POLICY}approval: {{owner_may_approve: false}}\n");
    let world = World::new(&policy);
    let work = world.repo.branch("billing").by("sam");
    work.replace(ID, "email: ana@example.com", "email: dana@example.com").commit("Another owner");
    let err = refused(&world, "dana", &[ID, "--ref", "billing"]);
    assert!(err.contains("owner_may_approve"), "{err}");
    let policy = format!("{POLICY}approval: {{accept: [merge, review]}}\n");
    let world = World::new(&policy);
    let err = refused(&world, "dana", &[ID, "--ref", "billing"]);
    assert!(err.contains("detached"), "{err}");
}

#[test]
fn what_does_not_lint_is_corrected_first_but_can_be_rejected() {
    let world = World::new(POLICY);
    for (from, to, why) in [
        ("title: Nightly", "titel: Nightly", "unknown-key"),
        ("expires: 2026-12-20", "expires: 2027-12-20", "term-too-long"),
    ] {
        let work = world.repo.branch("billing").by("ana");
        work.write(ID, &RECORD.replace(from, to)).commit("Err");
        let err = refused(&world, "dana", &[ID, "--ref", "billing"]);
        assert!(err.contains(why), "{err}");
    }
    let no = [ID, "--ref", "billing", "--reject", "--reason", "A year is too long"];
    let run = world.speak("dana", &no);
    assert_eq!(run.code, 0, "{}", run.err);
}

#[test]
fn two_files_of_one_id_are_approved_by_nobody() {
    let world = World::new(POLICY);
    let work = world.repo.branch("billing").by("ana");
    work.write("exceptions/billing/EXC-2026-7F3KQ.yaml", RECORD).commit("Twice");
    let err = refused(&world, "dana", &[ID, "--ref", "billing"]);
    assert!(err.contains("one id"), "{err}");
}

#[test]
fn outside_a_ledger_it_can_not_say() {
    let folder = crate::support::temporary();
    for args in [&["approve", ID][..], &["reject", ID, "--reason", "No"]] {
        let run = cli::run(folder.path(), args);
        assert_eq!((run.code, run.out.as_str()), (3, ""), "{}", run.err);
    }
    for args in [&["approve"][..], &["approve", ID, "--governance", "exledger.yaml"], &["reject"]] {
        assert_eq!(cli::run(folder.path(), args).code, 2, "{args:?}");
    }
}
