//! Who counts as one person by their names.

use exledger::approval::count::people::Sets;
use exledger::approval::people::identity::{ComparableName, Identity};
use exledger::policy::governance::Governance;
use exledger::policy::mailmap::Mailmap;
use exledger::policy::people;
use exledger::policy::people::alike;
use proptest::prelude::*;
use std::rc::Rc;

/// Names that look alike, reversed ones, one that the mailmap below replaces, and two addresses of similar form.
const PEOPLE: &[(&str, &str)] = &[
    ("Ana Ruiz", "a1@example.com"),
    ("Ruiz, Ana", "a2@example.com"),
    ("Lee Park", "mapped@example.com"),
    ("Lee Park", "a3@example.com"),
    ("LEE PARK", "also-mapped@example.com"),
    ("Kim Sato", "kim@example.com"),
    ("Other Name", "kím@example.com"),
    ("", "kim@example.org"),
    ("Dana Okafor", "a4@example.com"),
];
const MAILMAP: &str = "Dana Okafor <mapped@example.com>\nSam Chen <also-mapped@example.com>\n";

proptest! {
    /// Joining many at once gives the sets that comparing each pair gives.
    #[test]
    fn the_sets_of_namesakes_are_what_their_pairs_say(
        chosen in proptest::collection::vec(proptest::sample::select(PEOPLE), 0..8),
    ) {
        let governance = Governance { mailmap: Mailmap::parse(MAILMAP), ..Governance::default() };
        let identities: Vec<Identity> = chosen
            .into_iter()
            .map(|(name, email)| {
                let person = people::identify(&governance, name, email);
                let name = Rc::new(ComparableName::from_person(&person));
                let lookalike = Rc::from(alike::alike(&person.key));
                Identity::new(person, name, lookalike)
            })
            .collect();
        let identities: Vec<&Identity> = identities.iter().collect();
        let mut joined = Sets((0..identities.len()).collect());
        joined.join_namesakes(&identities);
        let mut paired = Sets((0..identities.len()).collect());
        for (n, one) in identities.iter().enumerate() {
            for (m, other) in identities.iter().enumerate() {
                if one.is_namesake(other) {
                    paired.join(n, m);
                }
            }
        }
        for n in 0..identities.len() {
            prop_assert_eq!(joined.root(n), paired.root(n));
        }
    }
}
