//! A record, trigger or control that is not named is chosen from a list.

use crate::decisions::{ID, Life, record};
use crate::terminal::Terminal;

const OTHER: &str = "EXC-2026-0THER";

const TRIGGER: &str =
    "triggers:\n  - {id: T1, when: The vendor ships client credentials, then: review}\n";

#[test]
fn what_is_not_named_is_chosen_from_a_list_that_typing_narrows() {
    let life = Life::new();
    life.filed(ID, &record(ID, TRIGGER), "ana", "lee");
    life.filed(OTHER, &record(OTHER, "title: The gateway keeps its certificate\n"), "ana", "lee");
    let at = ["--on", "2026-11-25"];
    let by = ["--by", "lee@example.com", "--on", "2026-11-25", "--dry-run"];
    let terminal = Terminal { folder: life.repo.path(), columns: 80, variables: &[] };
    for (args, keys, shown) in [
        (
            &[&["show"][..], &at].concat(),
            &[("Which record", "certif"), ("* EXC-2026-0THER", "\r")][..],
            "The gateway keeps its certificate",
        ),
        (
            &[&["log"][..], &at].concat(),
            &[("Which record", "7f3"), ("* EXC-2026-7F3KQ", "\r")],
            "filed",
        ),
        (
            &[&["fire"][..], &by].concat(),
            &[("Which record", "7F3"), ("* EXC-2026-7F3KQ", "\r"), ("Which trigger", "\r")],
            "trigger: T1",
        ),
    ] {
        let seen = terminal.run(args, keys);
        assert_eq!(seen.code, 0, "{args:?}: {}", seen.bytes);
        assert!(seen.bytes.contains(shown), "{args:?}: {}", seen.bytes);
    }
    let plain = Terminal { variables: &[("NO_COLOR", "1")], ..terminal };
    let refused = plain.run(&["show", "nothing-like-it"], &[]);
    assert_eq!(refused.code, 2);
    assert!(!refused.bytes.contains('\u{1b}'), "{:?}", refused.bytes);
    let left = plain.run(&["show"], &[("Which record", "\u{3}")]);
    assert_eq!(left.code, 130, "{}", left.bytes);
}

#[test]
fn the_picker_of_approve_offers_what_the_queue_says_to_approve_most_urgent_first() {
    let life = Life::new();
    life.file(OTHER, &record(OTHER, "expires: 2027-01-10\n"), "ana");
    life.repo.clock("2026-11-20T10:00:00Z");
    life.repo
        .by("ana")
        .write(ID, &record(ID, crate::support::samples::EMERGENCY))
        .commit("Deploy now");
    life.switch("main");
    let on = ["--on", "2026-11-20T12:00:00Z"];
    let queue = life.run("lee", &["queue"]);
    let order =
        |text: &str| text.find(ID).zip(text.find(OTHER)).is_some_and(|(one, two)| one < two);
    assert!(order(&queue.out), "{}", queue.out);
    let terminal = Terminal { folder: life.repo.path(), columns: 80, variables: &[] };
    let seen = terminal.run(&[&["approve"][..], &on].concat(), &[("* EXC-2026-7F3KQ", "\u{3}")]);
    assert_eq!(seen.code, 130, "{}", seen.bytes);
    assert!(order(&seen.bytes), "{}", seen.bytes);
}
