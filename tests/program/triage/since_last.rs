//! The time since the last event with the same values, within one run and over several.
//!
//! Follows `docs/spec/policy.md`, baselines.

use std::collections::BTreeMap;

use exledger::features::patterns::observed::FileLastEvent;
use exledger::features::triage::baseline::match_baselines;
use exledger::features::triage::last_events::{EarlierEvent, EventMemory, LastEvents};
use serde_json::json;

use crate::triage::normal::{NOW, baselines, event, instant, material};

const KEYS: &str = "since_last: {by: [data.identity], at_least: 60d, at_most: 90d}";

/// Judges renewals of `cert:edge`, each at its time; returns why each is material.
fn judge_all(last_events: &mut LastEvents, times: &[&str]) -> Vec<Option<String>> {
    let baselines = baselines(KEYS);
    let judged = times.iter().map(|time| {
        let input = event(time, json!({"identity": "cert:edge"}));
        material(&match_baselines(&input, &baselines, last_events)).map(str::to_owned)
    });
    judged.collect()
}

fn by(identity: &str) -> BTreeMap<String, Option<String>> {
    [("data.identity".to_owned(), Some(identity.to_owned()))].into()
}

fn remember(last_events: &mut LastEvents, last: &str, is_reread: bool) {
    let by = by("cert:edge");
    let row = EarlierEvent { baseline: "B1", by: &by, last: instant(last), is_reread };
    last_events.remember(&baselines(KEYS), &row);
}

fn starts(why: Option<&String>, start: &str) {
    assert!(why.is_some_and(|why| why.starts_with(start)), "{why:?}: {start}");
}

#[test]
fn an_event_too_early_or_too_late_is_material() {
    for (second, expected) in [
        (
            "2026-09-29T23:59:59Z",
            "59 days 23 hours after the last event at 2026-08-01T00:00:00Z, and at least 60d is normal",
        ),
        ("2026-09-30T00:00:00Z", ""),
        ("2026-10-30T00:00:00Z", ""),
        (
            "2026-10-30T00:00:01Z",
            "90 days 1 second after the last event at 2026-08-01T00:00:00Z, and at most 90d is normal",
        ),
        ("2026-08-01T00:00:00Z", "0 seconds after the last event"),
        (
            "2026-07-31T23:59:59Z",
            "an event at 2026-08-01T00:00:00Z is known, which is later than this one: give the files oldest first",
        ),
    ] {
        let mut last_events = LastEvents::new(EventMemory::Run, instant(NOW));
        let judged = judge_all(&mut last_events, &["2026-08-01T00:00:00Z", second]);
        starts(judged[0].as_ref(), "no earlier event of cert:edge is known in this run");
        match expected {
            "" => assert_eq!(judged[1], None, "{second}"),
            expected => starts(judged[1].as_ref(), &format!("cert:edge: {expected}")),
        }
    }
}

#[test]
fn an_early_event_is_the_last_one_and_an_older_one_is_not() {
    let mut last_events = LastEvents::new(EventMemory::Run, instant(NOW));
    let times = [
        "2026-06-01T00:00:00Z",
        "2026-06-11T00:00:00Z",
        "2026-06-05T00:00:00Z",
        "2026-08-15T00:00:00Z",
    ];
    let judged = judge_all(&mut last_events, &times);
    starts(judged[1].as_ref(), "cert:edge: 10 days after");
    starts(judged[2].as_ref(), "cert:edge: an event at 2026-06-11T00:00:00Z is known");
    assert_eq!(judged[3], None, "65 days after the second");
}

#[test]
fn a_first_event_is_material_and_the_message_says_where_it_is_unknown() {
    for (memory, expected) in [
        (
            EventMemory::Run,
            Some("in this run: give earlier files, or --observations (baseline B1)"),
        ),
        (
            EventMemory::Observations,
            Some("in the observations: --learn takes it as known (baseline B1)"),
        ),
        (EventMemory::Learning, None),
    ] {
        let mut last_events = LastEvents::new(memory, instant(NOW));
        let judged = judge_all(&mut last_events, &["2026-08-01T00:00:00Z", "2026-10-10T00:00:00Z"]);
        match expected {
            Some(end) => assert!(judged[0].as_ref().unwrap().ends_with(end), "{judged:?}"),
            None => assert_eq!(judged[0], None),
        }
        assert_eq!(judged[1], None, "70 days later");
        let is_learning = memory == EventMemory::Learning;
        assert_eq!(last_events.n_learned, usize::from(is_learning));
        // Only what is taken as known is handed to later runs.
        let rows = last_events.end_file(&baselines(KEYS));
        let last = instant("2026-10-10T00:00:00Z");
        let row = FileLastEvent { baseline: "B1".to_owned(), by: by("cert:edge"), last };
        assert_eq!(rows, if is_learning { vec![row] } else { Vec::new() });
        assert_eq!(last_events.end_file(&baselines(KEYS)), []);
    }
}

#[test]
fn earlier_runs_are_remembered_and_a_file_is_not_compared_with_itself() {
    let mut last_events = LastEvents::new(EventMemory::Observations, instant(NOW));
    remember(&mut last_events, "2026-08-01T00:00:00Z", false);
    remember(&mut last_events, "2026-06-01T00:00:00Z", false);
    let judged = judge_all(&mut last_events, &["2026-08-11T00:00:00Z", "2026-10-15T00:00:00Z"]);
    starts(judged[0].as_ref(), "cert:edge: 10 days after the last event at 2026-08-01T00:00:00Z");
    assert_eq!(judged[1], None);
    assert_eq!(last_events.end_file(&baselines(KEYS)).len(), 1);
    // The same file again: what it holds is known from it, and nothing is before it.
    let mut last_events = LastEvents::new(EventMemory::Observations, instant(NOW));
    remember(&mut last_events, "2026-10-15T00:00:00Z", true);
    let judged = judge_all(&mut last_events, &["2026-08-11T00:00:00Z", "2026-10-15T00:00:00Z"]);
    assert_eq!(judged, [None, None]);
}

#[test]
fn rows_of_other_baselines_and_fields_say_nothing() {
    let mut last_events = LastEvents::new(EventMemory::Observations, instant(NOW));
    let mut two = by("cert:edge");
    two.insert("data.environment".to_owned(), Some("production".to_owned()));
    let other = [("data.asset".to_owned(), Some("cert:edge".to_owned()))].into();
    let unstated = [("data.identity".to_owned(), None)].into();
    let plain = by("cert:edge");
    let last = instant("2026-08-01T00:00:00Z");
    for (baseline, by) in [("B9", &plain), ("B1", &two), ("B1", &other), ("B1", &unstated)] {
        last_events
            .remember(&baselines(KEYS), &EarlierEvent { baseline, by, last, is_reread: false });
    }
    let judged = judge_all(&mut last_events, &["2026-10-10T00:00:00Z"]);
    starts(judged[0].as_ref(), "no earlier event of cert:edge is known in the observations");
}

#[test]
fn an_event_without_one_value_or_from_the_future_is_material_and_not_the_last_one() {
    let baselines = baselines(KEYS);
    let mut last_events = LastEvents::new(EventMemory::Learning, instant(NOW));
    let long = "x".repeat(1_025);
    for (time, data, expected) in [
        (NOW, json!({}), "data.identity is not stated, so its last event is unknown"),
        (NOW, json!({"identity": null}), "data.identity is not stated"),
        (NOW, json!({"identity": ["a", "b"]}), "data.identity is not a single value"),
        (NOW, json!({"identity": {"a": 1}}), "data.identity is not a single value"),
        (NOW, json!({"identity": long}), "data.identity has more than 1024 bytes"),
        (
            "2026-12-01T12:05:01Z",
            json!({"identity": "cert:edge"}),
            "it is dated 2026-12-01T12:05:01Z, which is after 2026-12-01T12:00:00Z",
        ),
    ] {
        let judged = match_baselines(&event(time, data), &baselines, &mut last_events);
        assert!(material(&judged).unwrap().starts_with(expected), "{judged:?}");
        assert!(!judged.is_doubtful);
    }
    assert_eq!(last_events.n_learned, 0);
    assert_eq!(last_events.end_file(&baselines), []);
    // Clocks differ by minutes; a number is a value like a text.
    for (data, n) in [(json!({"identity": "cert:edge"}), 1), (json!({"identity": 7}), 2)] {
        match_baselines(&event("2026-12-01T12:05:00Z", data), &baselines, &mut last_events);
        assert_eq!(last_events.n_learned, n);
    }
}

#[test]
fn too_many_keys_can_not_be_determined() {
    let baselines = baselines(KEYS);
    let mut last_events = LastEvents::new(EventMemory::Learning, instant(NOW)).with_most_keys(3);
    for n in 0..5 {
        let input = event(NOW, json!({"identity": format!("cert:{n}")}));
        let judged = match_baselines(&input, &baselines, &mut last_events);
        assert_eq!(judged.is_doubtful, n >= 3, "{judged:?}");
        assert_eq!(material(&judged).is_some(), n >= 3, "{judged:?}");
    }
    assert_eq!((last_events.n_learned, last_events.n_beyond), (3, 2));
    assert_eq!(last_events.end_file(&baselines).len(), 3);
    // Those that are known are still judged.
    let judged =
        match_baselines(&event(NOW, json!({"identity": "cert:1"})), &baselines, &mut last_events);
    assert!(material(&judged).unwrap().starts_with("cert:1: 0 seconds after"));
    remember(&mut last_events, NOW, false);
    assert_eq!(last_events.n_beyond, 3);
}

#[test]
fn a_key_without_an_event_for_too_long_is_silent() {
    let baselines = baselines(KEYS);
    for (last, is_reread, days) in [
        ("2026-09-02T12:00:00Z", false, None),
        ("2026-09-02T11:59:59Z", false, Some(90)),
        ("2026-06-01T00:00:00Z", true, Some(183)),
        ("2027-06-01T00:00:00Z", false, None),
    ] {
        let mut last_events = LastEvents::new(EventMemory::Observations, instant(NOW));
        remember(&mut last_events, last, is_reread);
        let silent = last_events.silent(&baselines);
        assert_eq!(silent.first().map(|it| it.days), days, "{last}");
        for key in &silent {
            assert_eq!((key.place, key.baseline.as_str(), key.last), (0, "B1", instant(last)));
            assert_eq!(key.by["data.identity"], "cert:edge");
        }
    }
    let mut last_events = LastEvents::new(EventMemory::Observations, instant(NOW));
    judge_all(&mut last_events, &["2026-06-01T00:00:00Z"]);
    assert_eq!(last_events.silent(&baselines).len(), 1, "also where this run saw it first");
    let least =
        crate::triage::normal::baselines("since_last: {by: [data.identity], at_least: 60d}");
    assert_eq!(last_events.silent(&least), []);
}
