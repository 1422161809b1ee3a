//! `approve` if somebody is known only as a forge account: what is refused, and how to resolve it.

use super::{ID, POLICY, RECORD, World};

const NWEBER: &str = "nweber <777+nweber@users.noreply.github.com>";

/// A branch of another person, who is known as an account.
fn world(policy: &str) -> World {
    let world = World::new(policy);
    world
        .repo
        .branch("rotate")
        .by(NWEBER)
        .write(ID, &RECORD.replace("moderate", "low"))
        .commit("File it again");
    world
}

#[test]
fn an_unknown_author_is_named_with_the_line_to_add_and_after_it_the_approval_counts() {
    let world = world(POLICY);
    let run = world.speak("dana", &[ID, "--ref", "rotate"]);
    assert_eq!(run.code, 2, "{}", run.out);
    let why = "it is not known that nweber (users.noreply.github.com) is not dana@example.com";
    assert!(run.err.contains(why), "{}", run.err);
    assert!(run.err.contains("add `nweber: ADDRESS` to people.logins"), "{}", run.err);
    let mapped = POLICY.replace("{dkim:", "{nweber: nina@example.com, dkim:");
    world
        .repo
        .branch("map")
        .by("sam")
        .write("exledger.yaml", &mapped)
        .commit("Say whose account nweber is");
    let both = "Merge branch 'map'\n\nReviewed-by: Dana <dana@example.com>";
    world.repo.by("lee").merge("map", both);
    for name in ["dana", "lee"] {
        world.said(name, &[ID, "--ref", "rotate"]);
    }
    world.repo.by(NWEBER).through("github").squash("rotate", "File it again (#2)");
    assert_eq!(world.stands(), ("active".into(), "attested".into()));
}

#[test]
fn the_author_is_refused_by_the_other_address_of_the_account() {
    let mapped = POLICY.replace("{dkim:", "{nweber: sam@example.com, dkim:");
    let world = world(&mapped);
    let run = world.speak("sam", &[ID, "--ref", "rotate"]);
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(run.err.contains("is an author of this change"), "{}", run.err);
}

#[test]
fn show_and_queue_name_the_line_of_an_account_that_nobody_knows() {
    let world = world(POLICY);
    world
        .repo
        .by("dana")
        .through("github")
        .merge("rotate", "Merge pull request #2 from nweber/rotate");
    assert_eq!(world.stands(), ("unapproved".into(), "unresolved".into()));
    let line = "add `nweber: ADDRESS` to people.logins";
    for command in [
        &["show", ID][..],
        &["queue"],
        &["log", ID, "--format", "json"],
        &["list", "--format", "json"],
    ] {
        let run = world.run(command);
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat(&run.out).contains(line), "{command:?}: {}", run.out);
    }
    let missing = &world.record()["approval"]["missing"];
    let need = missing[0]["need"].as_str().unwrap();
    assert!(need.contains(line), "{need}");
}
