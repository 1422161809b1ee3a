//! Repetition in events without a repository: the rows, the counting of one run, and what makes a group repeated.

mod counted;
mod occurrences;
mod rows;

use exledger::history::digest::Digest;
use exledger::policy::settings::{EventPatterns, PatternKey};
use exledger::record::time::{Day, Instant, Term};
use exledger::survey::event::TriageState;
use exledger::survey::observation::{CountedInputs, Observation, ObservedKey};
use exledger::survey::repetition::{self, RepeatedGroup, Trend};

const KEYS: [PatternKey; 2] = [PatternKey::RootCause, PatternKey::Application];

const TODAY: &str = "2026-11-30";

/// Returns a row of a workflow: so many days before today, with so many inputs, some of which deviate.
fn row(
    application: &str,
    cause: Option<&str>,
    ago: i64,
    inputs: u64,
    deviations: u64,
) -> Observation {
    let at = day(TODAY).plus_days(-ago).start().plus_seconds(36_000);
    let key = ObservedKey(vec![
        (PatternKey::RootCause, cause.map(str::to_owned)),
        (PatternKey::Application, Some(application.to_owned())),
    ]);
    let mut row = CountedInputs::empty(Digest([7; 32]), format!("/wf/{application}"), at, key);
    for n in 0..inputs {
        let second = i64::try_from(n).unwrap();
        row.count(at.plus_seconds(second), TriageState::Routine, n < deviations);
    }
    Observation::Counted(row)
}

fn day(text: &str) -> Day {
    Day::new(text).unwrap()
}

fn found(rows: &[Observation]) -> Vec<RepeatedGroup> {
    repetition::find_repeated(rows, &KEYS, &EventPatterns::default(), day(TODAY)).unwrap()
}

/// Days with the same numbers of inputs and deviations.
fn days(
    application: &str,
    cause: &str,
    ago: std::ops::Range<i64>,
    n: (u64, u64),
) -> Vec<Observation> {
    ago.map(|ago| row(application, Some(cause), ago, n.0, n.1)).collect()
}

#[test]
fn all_of_threshold_days_and_share_must_hold() {
    for (rows, expected, why) in [
        (days("a", "timeout", 0..4, (100, 5)), 1, "20 of 400 on 4 days"),
        (days("a", "timeout", 0..3, (100, 6)), 0, "18 are too few"),
        (days("a", "timeout", 0..2, (100, 30)), 0, "2 days are too few"),
        (days("a", "timeout", 0..4, (101, 5)), 0, "20 of 404 are less than 5 per cent"),
        (
            days("a", "timeout", 27..31, (100, 6)),
            0,
            "the window has 30 days, so one lies before it",
        ),
        (days("a", "timeout", 26..30, (100, 6)), 1, "the window's first day is 29 days ago"),
        (days("a", "timeout", -4..0, (100, 6)), 0, "what is later than the instant doesn't count"),
    ] {
        assert_eq!(found(&rows).len(), expected, "{why}");
    }
}

#[test]
fn the_share_is_that_of_all_inputs_of_the_application() {
    let mut rows = days("a", "timeout", 0..4, (10, 10));
    assert_eq!(found(&rows)[0].share.inputs, 40);
    // Other causes of the same application, in another spelling, count as its inputs too.
    rows.extend(days(" A ", "tool-access", 0..4, (30, 1)));
    let [repeated] = found(&rows).try_into().unwrap();
    assert_eq!((repeated.share.inputs, repeated.share.deviations), (160, 40));
    assert_eq!(repeated.group.values[1].as_deref(), Some("a"));
    rows.extend(days("b", "timeout", 0..4, (1000, 0)));
    assert_eq!(found(&rows)[0].share.inputs, 160);
}

#[test]
fn the_trend_compares_the_share_with_the_window_before() {
    let now = || days("a", "timeout", 0..4, (100, 30));
    let with = |before: Vec<Observation>| {
        let rows = [now(), before].concat();
        let [repeated] = found(&rows).try_into().unwrap();
        (repeated.trend, repeated.before.map(|it| (it.inputs, it.deviations)))
    };
    let before = |deviations| days("a", "timeout", 40..44, (100, deviations));
    assert_eq!(with(Vec::new()), (Trend::Unknown, None));
    assert_eq!(with(days("b", "timeout", 40..44, (100, 9))), (Trend::Unknown, None));
    assert_eq!(with(before(0)), (Trend::New, Some((400, 0))));
    assert_eq!(with(before(19)).0, Trend::Rising);
    assert_eq!(with(before(20)).0, Trend::Steady, "exactly 1.5 times is not more");
    assert_eq!(with(before(45)).0, Trend::Steady, "exactly 1/1.5 is not less");
    assert_eq!(with(before(46)).0, Trend::Falling);
    // What lies before both windows says nothing.
    assert_eq!(with(days("a", "timeout", 60..64, (100, 0))), (Trend::Unknown, None));
}

#[test]
fn the_highest_share_comes_first_and_identical_rows_count_once() {
    let mut rows = days("a", "timeout", 0..4, (100, 20));
    rows.extend(days("b", "tool-access", 0..4, (100, 90)));
    rows.extend(days("c", "timeout", 0..4, (1000, 300)));
    let shares = |rows: &[Observation]| -> Vec<(String, u64)> {
        let found = found(rows).into_iter();
        found.map(|it| (it.group.values[1].clone().unwrap(), it.share.deviations)).collect()
    };
    let expected = [("b", 360), ("c", 1200), ("a", 80)].map(|(name, n)| (name.to_owned(), n));
    assert_eq!(shares(&rows), expected);
    rows.extend(rows.clone());
    assert_eq!(shares(&rows), expected);
}

#[test]
fn silence_is_a_group_of_its_own() {
    let rows: Vec<Observation> = (0..4).map(|ago| row("a", None, ago, 100, 30)).collect();
    let [repeated] = found(&rows).try_into().unwrap();
    assert_eq!(repeated.group.values, [None, Some("a".to_owned())]);
}

#[test]
fn a_row_by_another_key_is_refused_while_it_would_count() {
    let rows = days("a", "timeout", 0..4, (100, 30));
    let other = |keys: &[PatternKey]| {
        repetition::find_repeated(&rows, keys, &EventPatterns::default(), day(TODAY))
    };
    let error = other(&[PatternKey::RootCause]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a row of 2026-11-30 is counted by application, root_cause, and `patterns.key` is root_cause"
    );
    assert!(other(&[PatternKey::RootCause, PatternKey::Asset]).is_err());
    // The order of the policy's key is no other key.
    assert_eq!(other(&[PatternKey::Application, PatternKey::RootCause]).unwrap().len(), 1);
    let old = days("a", "timeout", 60..64, (100, 30));
    let keys = [PatternKey::Asset];
    let events = EventPatterns::default();
    assert_eq!(repetition::find_repeated(&old, &keys, &events, day(TODAY)), Ok(Vec::new()));
}

#[test]
fn a_window_in_hours_is_rounded_up_to_days() {
    let events = EventPatterns {
        window: Term::new("36h").unwrap(),
        threshold: 2,
        days: 2,
        ..EventPatterns::default()
    };
    let rows = days("a", "timeout", 0..3, (10, 1));
    let found = repetition::find_repeated(&rows, &KEYS, &events, day(TODAY)).unwrap();
    assert_eq!(found[0].share.deviations, 2);
    assert_eq!(found[0].before.unwrap().deviations, 1);
}

#[test]
fn files_with_events_of_one_source_at_the_same_time_overlap() {
    let file = |n: u8, ago: std::ops::Range<i64>| -> Vec<Observation> {
        let rows = days("a", "timeout", ago, (10, 1)).into_iter();
        rows.map(|row| match row {
            Observation::Counted(mut row) => {
                row.input = Digest([n; 32]);
                Observation::Counted(row)
            }
            other => other,
        })
        .collect()
    };
    assert_eq!(repetition::overlaps(&file(1, 3..9), &file(2, 0..3)), []);
    let found = repetition::overlaps(&file(1, 3..9), &file(2, 0..4));
    let [overlap] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((overlap.input, overlap.earlier), (Digest([2; 32]), Digest([1; 32])));
    assert_eq!(Some(overlap.from), Instant::parse("2026-11-27T10:00:00Z"));
    // Two new files are compared with each other, too.
    assert_eq!(repetition::overlaps(&[], &[file(1, 3..9), file(2, 0..4)].concat()).len(), 1);
}
