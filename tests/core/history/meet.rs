//! The intersection of an approved version with a later landed one: never more than was approved.

use exledger::history::change::meet;
use exledger::record::{file, time};
use proptest::prelude::*;

use crate::history::change::{record, with};
use crate::support::samples::ID;

/// Approved lines, landed lines, the lines of the intersection, and the fields that must be equal.
type Met = (
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

const MEETINGS: &[Met] = &[
    (&[], &["expires: 2026-12-21"], &[], &[]),
    (&[], &["expires: 2026-12-01"], &["expires: 2026-12-01"], &[]),
    (&["starts: 2026-11-25"], &["starts: 2026-11-20"], &["starts: 2026-11-25"], &[]),
    (&["starts: 2026-11-25"], &[], &["starts: 2026-11-25"], &[]),
    (&[], &["starts: 2026-11-25"], &["starts: 2026-11-25"], &[]),
    (
        &["scope: {resources: [a, b], actions: [r]}"],
        &["scope: {resources: [b, c], actions: [w]}"],
        &["scope: {resources: [b], actions: []}"],
        &[],
    ),
    (
        &["scope: {resources: [a]}"],
        &["scope: {resources: [a], actions: [w]}"],
        &["scope: {resources: [a]}"],
        &[],
    ),
    (
        &["scope: {resources: [a], actions: [r]}"],
        &["scope: {resources: [a]}"],
        &["scope: {resources: [a], actions: [r]}"],
        &[],
    ),
    (&["scope: {resources: [a]}"], &[], &["scope: {resources: [a]}"], &[]),
    (&[], &["scope: {resources: [a]}"], &[], &[]),
    (
        &["scope: {resources: [a], not_waived: [x]}"],
        &["scope: {resources: [a], not_waived: [y]}"],
        &["scope: {resources: [a], not_waived: [y, x]}"],
        &[],
    ),
    (
        &["subject: {application: a}"],
        &["subject: {application: a, aliases: [b]}"],
        &["subject: {application: a}"],
        &[],
    ),
    (
        &["subject: {application: a, aliases: [b, c]}"],
        &["subject: {application: a, aliases: [b]}"],
        &["subject: {application: a, aliases: [b]}"],
        &[],
    ),
    (
        &["subject: {application: a, task: t}"],
        &["subject: {application: b, task: t}"],
        &["subject: {application: a, task: t}"],
        &["subject.application"],
    ),
    (
        &["deviates_from: {rule: r, controls: [soc2:A]}"],
        &["deviates_from: {rule: s, controls: [soc2:A, soc2:B]}"],
        &["deviates_from: {rule: r, controls: [soc2:A]}"],
        &["deviates_from.rule"],
    ),
    (
        &["subject: {application: a, credential_expires: 2026-12-20}"],
        &["subject: {application: a, credential_expires: 2026-12-10}"],
        &["subject: {application: a, credential_expires: 2026-12-10}"],
        &[],
    ),
    (
        &["subject: {application: a, credential_expires: 2026-12-10}"],
        &["subject: {application: a, credential_expires: 2026-12-20}"],
        &["subject: {application: a, credential_expires: 2026-12-10}"],
        &[],
    ),
    (
        &["subject: {application: a, credential_expires: 2026-12-10}"],
        &["subject: {application: a}"],
        &["subject: {application: a, credential_expires: 2026-12-10}"],
        &["subject.credential_expires"],
    ),
    (&[], &["class: regulated"], &[], &["class"]),
    (&["uses: {limit: 3}"], &[], &["uses: {limit: 3}"], &[]),
    (&["uses: {limit: 3}"], &["uses: {limit: 5}"], &["uses: {limit: 3}"], &[]),
    (&["review_every: 1mo"], &["review_every: 14d"], &["review_every: 14d"], &[]),
    (&["review_every: 7d"], &[], &["review_every: 7d"], &[]),
    (
        &["triggers: [{id: T1, when: now, then: close}]"],
        &["triggers: [{id: T1, when: never, then: review}]"],
        &["triggers: [{id: T1, when: never, then: review}, {id: T1, when: now, then: close}]"],
        &[],
    ),
    (
        &["closure: {outcome: remediated, date: 2026-12-01, by: a@example.com, reason: Done}"],
        &[],
        &["closure: {outcome: remediated, date: 2026-12-01, by: a@example.com, reason: Done}"],
        &[],
    ),
    (
        &[],
        &["title: Another", "owner: {name: Lee, email: lee@example.com}", "risk: {level: low}"],
        &["title: Another", "owner: {name: Lee, email: lee@example.com}", "risk: {level: low}"],
        &[],
    ),
];

#[test]
fn what_two_versions_grant_together_is_the_least_of_both() {
    for (approved, landed, expected, unequal) in MEETINGS {
        let [approved, landed] = [approved, landed].map(|lines| record(&with(lines)));
        let meeting = meet(&approved, &landed);
        assert_eq!(meeting.unequal, *unequal, "{expected:?}");
        // A file must not repeat an id, but an intersection may.
        let source = file::read(&format!("exceptions/{ID}.yaml"), with(expected).as_bytes());
        match source.record {
            Some(expected) => assert_eq!(meeting.record, expected),
            None => assert_eq!(meeting.record.triggers.len(), 2),
        }
    }
}

fn scopes() -> impl Strategy<Value = String> {
    let list = || proptest::option::of(proptest::sample::subsequence(vec!["a", "b", "c"], 0..=3));
    (list(), list(), list(), 1..28_u32, proptest::option::of(1..9_u32)).prop_map(
        |(resources, actions, not_waived, day, uses)| {
            let mut parts = Vec::new();
            for (key, list) in
                [("resources", resources), ("actions", actions), ("not_waived", not_waived)]
            {
                parts.extend(list.map(|list| format!("{key}: [{}]", list.join(", "))));
            }
            let scope = format!("scope: {{{}}}", parts.join(", "));
            let expires = format!("expires: 2026-12-{day:02}");
            let uses = uses.map(|limit| format!("uses: {{limit: {limit}}}"));
            let mut lines = vec![expires.as_str(), scope.as_str()];
            lines.extend(uses.as_deref());
            with(&lines)
        },
    )
}

/// Tells whether one list of a scope grants something that the other does not.
fn grants_more(one: Option<&Vec<String>>, other: Option<&Vec<String>>) -> bool {
    one.is_some_and(|one| one.iter().any(|entry| !other.is_some_and(|other| other.contains(entry))))
}

proptest! {
    #[test]
    fn no_meeting_grants_more_than_was_approved(approved in scopes(), first in scopes(), second in scopes()) {
        let [approved, first, second] = [approved, first, second].map(|yaml| record(&yaml));
        let one = meet(&approved, &first).record;
        let both = meet(&one, &second).record;
        for (wide, narrow) in [(&approved, &one), (&one, &both), (&approved, &both)] {
            prop_assert!(time::not_after(&narrow.expires) <= time::not_after(&wide.expires));
            let none = Default::default();
            let [wide_scope, scope] = [wide, narrow].map(|it| it.scope.as_ref().unwrap_or(&none));
            prop_assert!(!grants_more(scope.resources.as_ref(), wide_scope.resources.as_ref()));
            prop_assert!(!grants_more(scope.actions.as_ref(), wide_scope.actions.as_ref()));
            prop_assert!(!grants_more(wide_scope.not_waived.as_ref(), scope.not_waived.as_ref()));
            prop_assert!(narrow.uses.as_ref().map_or(u32::MAX, |it| it.limit) <= wide.uses.as_ref().map_or(u32::MAX, |it| it.limit));
        }
        prop_assert_eq!(meet(&approved, &approved).record, approved);
    }
}
