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
