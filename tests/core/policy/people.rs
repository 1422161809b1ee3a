//! Identity resolution: one key for all spellings, groups, bots, logins, roster, keys.
//!
//! Follows `docs/spec/approval.md` 1.7 and `docs/spec/policy.md`, words, files and patterns.

use exledger::policy::governance::Governance;
use exledger::policy::mailmap::Mailmap;
use exledger::policy::people::{self, RosterState};
use exledger::record::address::Address;

use crate::policy::Files;

fn governance(policy: &str, mailmap: &str) -> Governance {
    let policy = format!("version: 1\n{policy}");
    let files = Files::of(&[("exledger.yaml", &policy), (".mailmap", mailmap)]);
    let governance = Governance::read(&files).unwrap();
    assert!(governance.findings.is_empty(), "{:#?}", governance.findings);
    governance
}

#[test]
fn the_key_is_the_mapped_address_without_an_accounts_number_in_lower_case() {
    let mailmap = "<ana@example.com> <ana@old.example.com>\nDana Kim <dana@example.com> <12+dkim@users.noreply.github.com>\n";
    let governance = governance("", mailmap);
    for (name, email, key) in [
        ("Ana", "ana@example.com", "ana@example.com"),
        ("Ana", "ANA@Old.Example.com", "ana@example.com"),
        ("Ana", " ana@example.com ", "ana@example.com"),
        ("Ana", "ana+ci@example.com", "ana+ci@example.com"),
        ("Sam", "4711+Sam@users.noreply.github.com", "sam@users.noreply.github.com"),
        ("Sam", "4711+Sam@Users.NoReply.GitHub.com", "sam@users.noreply.github.com"),
        ("Sam", "x4711+sam@users.noreply.github.com", "x4711+sam@users.noreply.github.com"),
        ("Sam", "4711+sam@users.noreply.example.com", "sam@users.noreply.example.com"),
        ("Sam", "4711+sam@mail.example.com", "4711+sam@mail.example.com"),
        ("dkim", "12+dkim@users.noreply.github.com", "dana@example.com"),
        ("Ünal", "ÜNAL@Example.com", "ünal@example.com"),
    ] {
        let person = people::identify(&governance, name, email);
        assert_eq!(person.key, key, "{name} {email}");
        assert!(person.is_resolved());
    }
    let dana = people::identify(&governance, "dkim", "12+dkim@users.noreply.github.com");
    assert_eq!(dana.display, "Dana Kim <dana@example.com>");
    assert_eq!(dana.typed_name, "dkim");
}

#[test]
fn a_mailmap_is_read_as_git_reads_it() {
    let map = |mailmap: &str, name: &str, email: &str| {
        let mailmap = Mailmap::parse(mailmap);
        let (name, email) = mailmap.map(name, email);
        format!("{name} <{email}>")
    };
    for (mailmap, expected) in [
        ("Joe R <joe@old>", "Joe R <joe@old>"),
        ("<joe@new> <joe@old>", "joe <joe@new>"),
        ("Joe R <joe@new> <joe@old>", "Joe R <joe@new>"),
        ("Joe R <joe@new> JOE <joe@old>", "Joe R <joe@new>"),
        ("Joe R <joe@new> jane <joe@old>", "joe <joe@old>"),
        ("Joe R <joe@new> <JOE@Old>", "Joe R <joe@new>"),
        ("# Joe R <joe@new> <joe@old>", "joe <joe@old>"),
        ("Joe R <joe@old> # his <other@old>", "Joe R <joe@old>"),
        ("  Joe  R\t<joe@new>\t<joe@old>  ", "Joe  R <joe@new>"),
        ("Joe R joe@old", "joe <joe@old>"),
        ("<> <joe@old>", "joe <joe@old>"),
        ("", "joe <joe@old>"),
        // The later line applies; what it omits stays.
        ("A <a@new> <joe@old>\nB <b@new> <joe@old>", "B <b@new>"),
        ("A <a@new> <joe@old>\nB <joe@old>", "B <a@new>"),
        // A line about the name takes precedence over one about the address alone.
        ("A <a@new> <joe@old>\nB <b@new> Joe <joe@old>", "B <b@new>"),
        // Nothing is mapped twice.
        ("<b@new> <joe@old>\n<c@new> <b@new>", "joe <b@new>"),
    ] {
        assert_eq!(map(mailmap, "joe", "joe@old"), expected, "{mailmap:?}");
    }
}

#[test]
fn who_has_no_usable_address_is_known_through_logins_alone() {
    let governance = governance(
        "people: {logins: {dkim: dana@example.com, Sam Ito: sam@example.com}}",
        "<sam@new.example.com> <sam@example.com>",
    );
    for (name, email, key) in [
        ("dkim", "", "dana@example.com"),
        ("DKim", "none", "dana@example.com"),
        ("sam  ito", "", "sam@new.example.com"),
        ("", "dkim", "dana@example.com"),
    ] {
        let person = people::identify(&governance, name, email);
        assert_eq!(person.key, key, "{name:?} {email:?}");
    }
    let nobody = [("Eve", ""), ("", ""), ("Eve", "eve"), ("eve @home", "eve")];
    for (name, email) in nobody {
        let person = people::identify(&governance, name, email);
        assert!(!person.is_resolved(), "{name:?} {email:?}: {}", person.key);
    }
    assert_eq!(people::identify_login(&governance, "@dkim").unwrap().email, "dana@example.com");
    assert_eq!(people::identify_login(&governance, "eve"), None);
    assert_eq!(people::identify_login(&governance, ""), None);
}

#[test]
fn the_number_of_an_account_is_no_part_of_its_login() {
    for key in [
        "901+odiaz",
        "901+odiaz@users.noreply.github.com",
        "901-odiaz@users.noreply.gitlab.com",
        "odiaz@users.noreply.gitlab.com",
    ] {
        let policy = format!("version: 1\npeople: {{logins: {{{key}: omar@example.com}}}}\n");
        let governance = Governance::of_policy(&policy);
        let person = people::identify(&governance, "", "omar@example.com");
        assert_eq!(people::login_of(&governance, &person).as_deref(), Some("odiaz"), "{key}");
    }
}

#[test]
fn groups_are_compared_by_the_key_on_both_sides() {
    let governance = governance(
        "groups: {b: [Dana@Example.com], a: [12+sam@users.noreply.github.com, old@example.com], c: []}",
        "<new@example.com> <old@example.com>",
    );
    for (email, groups) in [
        ("dana@example.com", vec!["b"]),
        ("sam@users.noreply.github.com", vec!["a"]),
        ("99+Sam@users.noreply.github.com", vec!["a"]),
        ("new@example.com", vec!["a"]),
        ("old@example.com", vec!["a"]),
        ("eve@example.com", vec![]),
    ] {
        let person = people::identify(&governance, "x", email);
        assert_eq!(people::groups_of(&governance, &person), groups, "{email}");
    }
    let members: Vec<String> =
        people::members(&governance, "a").into_iter().map(|it| it.key.clone()).collect();
    assert_eq!(members, ["new@example.com", "sam@users.noreply.github.com"]);
    assert!(people::members(&governance, "none").is_empty());
}

#[test]
fn bots_and_agents_are_found_by_pattern_name_and_list() {
    let governance = governance(
        "people: {agents: [\"agent-*@example.com\", \"Helper [1]\"], bots: [\"ci-?@example.com\", 7+deploy@users.noreply.github.com]}",
        "",
    );
    let is = |name: &str, email: &str| {
        let person = people::identify(&governance, name, email);
        match (people::is_bot(&governance, &person), people::is_agent(&governance, &person)) {
            (true, false) => "bot",
            (false, true) => "agent",
            (true, true) => "both",
            (false, false) => "person",
        }
    };
    for (name, email, expected) in [
        ("Ana", "ana@example.com", "person"),
        ("x", "Agent-7/a@Example.com", "agent"),
        ("helper [1]", "h@example.com", "agent"),
        // Only `*` is special: `?` and brackets are text.
        ("x", "ci-1@example.com", "person"),
        ("x", "ci-?@example.com", "bot"),
        ("Helper 1", "h@example.com", "person"),
        // The digits are removed on both sides.
        ("x", "9+deploy@users.noreply.github.com", "bot"),
        ("Some[bot]", "s@example.com", "bot"),
        ("x", "49699333+dependabot[bot]@users.noreply.github.com", "bot"),
        ("Zuul", "z@example.com", "bot"),
        ("Jenkins", "j@example.com", "bot"),
        ("x", "k8s-ci-robot@users.noreply.github.com", "bot"),
        ("bors", "bors@rust-lang.org", "bot"),
        ("GitLab Duo", "x@example.com", "bot"),
        ("Copilot", "198982749+Copilot@users.noreply.github.com", "bot"),
        ("coderabbitai", "c@example.com", "bot"),
        ("Claude Dupont", "claude@example.com", "person"),
        ("Jenkins Smith", "js@example.com", "person"),
    ] {
        assert_eq!(is(name, email), expected, "{name} {email}");
    }
}

#[test]
fn forges_are_those_of_the_policy() {
    let governance = governance(
        "people: {forges: [noreply@forge.example.com, \"Build <*@ci.example.com>\"]}",
        "",
    );
    assert!(people::is_forge(&governance, "GitLab", "NoReply@forge.example.com"));
    assert!(people::is_forge(&governance, "Build", "x@ci.example.com"));
    assert!(!people::is_forge(&governance, "Ana", "x@ci.example.com"));
}

#[test]
fn names_are_compared_folded() {
    assert_eq!(people::person::lower_name("  Ana   RUIZ "), "ana ruiz");
    assert_eq!(people::person::lower_name("ÁNGEL\tÑ"), "ángel ñ");
}

#[test]
fn the_roster_says_who_is_there() {
    let roster = "email,name,team,active\nAna@example.com,Ana Ruiz,billing,yes\nlee@example.com,\"Lee, K\",,1\nsam@example.com,Sam,ops,No\nmia@example.com,Mia,ops,FALSE\n";
    let files = Files::of(&[
        ("exledger.yaml", "version: 1\npeople: {roster: .github/people.csv}\n"),
        (".github/people.csv", roster),
    ]);
    let governance = Governance::read(&files).unwrap();
    assert!(governance.findings.is_empty(), "{:#?}", governance.findings);
    for (email, expected) in [
        ("ANA@example.com", RosterState::Active),
        ("lee@example.com", RosterState::Active),
        ("sam@example.com", RosterState::Inactive),
        ("mia@example.com", RosterState::Inactive),
        ("eve@example.com", RosterState::NotListed),
    ] {
        let address = Address::new(email).unwrap();
        assert_eq!(people::roster_state(&governance, &address), expected, "{email}");
    }
    // A person named by address alone gets the roster's name.
    assert_eq!(people::identify(&governance, "", "lee@example.com").name, "Lee, K");
    let none = Governance::default();
    let ana = Address::new("ana@example.com").unwrap();
    assert_eq!(people::roster_state(&none, &ana), RosterState::NoRoster);
}
