//! One run: each input is in exactly one row and state, whatever it contains; memory is bounded.

use std::collections::BTreeMap;

use exledger::features::patterns::observed::{FileLastEvent, MOST_GROUPS, ObservedRun};
use exledger::history::digest::Digest;
use exledger::record::time::Instant;
use exledger::survey::event::{CloudEvent, TriageState};
use exledger::survey::observation::{self, CountedInputs, Observation};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::policy::sound;

const POLICY: &str = "version: 1\n";

fn event(source: &str, at: &str, data: Value) -> CloudEvent {
    CloudEvent {
        at: Instant::parse(at).unwrap(),
        source: source.to_owned(),
        id: "1".to_owned(),
        fields: json!({"data": data}),
    }
}

fn counted(rows: &[Observation]) -> Vec<&CountedInputs> {
    let rows = rows.iter();
    rows.filter_map(|row| match row {
        Observation::Counted(row) => Some(row),
        Observation::LastSeen(_) => None,
    })
    .collect()
}

/// Counts one event, and returns its key and whether it deviates.
fn key_of(policy: &str, state: TriageState, data: Value) -> (Value, u64) {
    let governance = sound(policy);
    let mut run = ObservedRun::new(&governance);
    run.add_event(&event("/wf/a", "2026-11-19T10:00:00Z", data), state);
    run.end_file(Digest([1; 32]));
    let rows = counted(&run.rows);
    assert_eq!(rows.len(), 1);
    (serde_json::to_value(&rows[0].key).unwrap(), rows[0].deviations)
}

#[test]
fn the_key_is_that_of_the_policy_and_a_cause_is_one_of_its_words() {
    let default = |data| key_of(POLICY, TriageState::Routine, data);
    let key = |cause: Value, application: &str, n| {
        (json!({"root_cause": cause, "application": application}), n)
    };
    for (data, expected) in [
        (json!({}), key(Value::Null, "/wf/a", 0)),
        (json!(null), key(Value::Null, "/wf/a", 0)),
        (json!({"application": " "}), key(Value::Null, "/wf/a", 0)),
        (json!({"application": 7}), key(Value::Null, "/wf/a", 0)),
        (json!({"application": " b "}), key(Value::Null, "b", 0)),
        (json!({"cause": "timeout"}), key("timeout".into(), "/wf/a", 1)),
        (json!({"cause": " Timeout "}), key("timeout".into(), "/wf/a", 1)),
        (json!({"cause": "unclassified"}), key("unclassified".into(), "/wf/a", 1)),
        // Another word is a deviation, and no cause.
        (json!({"cause": "too slow"}), key(Value::Null, "/wf/a", 1)),
        (json!({"cause": ["timeout"]}), key(Value::Null, "/wf/a", 1)),
        (json!({"cause": null}), key(Value::Null, "/wf/a", 0)),
        (json!({"cause": ""}), key(Value::Null, "/wf/a", 0)),
    ] {
        assert_eq!(default(data.clone()), expected, "{data}");
    }
    let policy = "version: 1\npatterns: {key: [vendor, owner, control, asset]}\n";
    let data =
        json!({"vendor": "acme", "owner": "Ana@Example.com", "control": "owasp-nhi:nhi7:2025"});
    let (key, _) = key_of(policy, TriageState::Routine, data);
    let expected = json!({
        "vendor": "acme", "owner": "ana@example.com", "control": "owasp-nhi:NHI7:2025", "asset": null,
    });
    assert_eq!(key, expected);
}

#[test]
fn everything_but_routine_deviates() {
    for state in TriageState::ALL.iter().filter(|it| **it != TriageState::Unparsed) {
        let (_, deviations) = key_of(POLICY, *state, json!({}));
        assert_eq!(deviations, u64::from(*state != TriageState::Routine), "{}", state.as_str());
    }
}

#[test]
fn the_same_bytes_add_nothing_and_an_unread_file_is_forgotten() {
    let governance = sound(POLICY);
    let mut run = ObservedRun::new(&governance);
    let one = event("/wf/a", "2026-11-19T10:00:00Z", json!({}));
    for digest in [1, 1, 2] {
        run.add_event(&one, TriageState::Routine);
        run.end_file(Digest([digest; 32]));
    }
    assert_eq!(run.rows.len(), 2);
    run.add_event(&one, TriageState::Routine);
    let seen = FileLastEvent { baseline: "B4".to_owned(), by: BTreeMap::new(), last: one.at };
    run.last_seen(seen.clone());
    run.leave_file();
    run.end_file(Digest([3; 32]));
    assert_eq!(run.rows.len(), 2);
    run.last_seen(seen);
    run.end_file(Digest([4; 32]));
    assert!(matches!(run.rows.last(), Some(Observation::LastSeen(row)) if row.baseline == "B4"));
}

#[test]
fn what_is_too_much_is_told() {
    let governance = sound(POLICY);
    let mut run = ObservedRun::new(&governance);
    for n in 0..MOST_GROUPS + 7 {
        let one = event(&format!("/wf/{n}"), "2026-11-19T10:00:00Z", json!({}));
        run.add_event(&one, TriageState::Routine);
    }
    // What belongs to a known group is still counted.
    run.add_event(&event("/wf/0", "2026-11-19T11:00:00Z", json!({})), TriageState::Routine);
    run.end_file(Digest([1; 32]));
    assert_eq!((run.rows.len(), run.left_out), (MOST_GROUPS, 7));

    // Long texts are bounded by their size, not by their number.
    let mut run = ObservedRun::new(&governance);
    let long = "x".repeat(1 << 20);
    for n in 0..100 {
        let one = event(&format!("{n}{long}"), "2026-11-19T10:00:00Z", json!({}));
        run.add_event(&one, TriageState::Routine);
    }
    run.end_file(Digest([1; 32]));
    assert!((30..64).contains(&run.rows.len()), "{}", run.rows.len());
    assert_eq!(run.rows.len() as u64 + run.left_out, 100);
}

/// An event with few different sources, days, causes and states, so that many share a row.
fn arbitrary() -> impl Strategy<Value = (CloudEvent, TriageState)> {
    let causes = ["timeout", "tool-access", "no word of it", "", " "];
    let cause = prop::option::of(prop::sample::select(causes.to_vec()));
    let states: Vec<TriageState> =
        TriageState::ALL.iter().copied().filter(|it| *it != TriageState::Unparsed).collect();
    let application = prop::option::of("[aB]{1,2}");
    let state = prop::sample::select(states);
    ("[ab]", 0..100i64, cause, application, state).prop_map(
        |(source, hour, cause, application, state)| {
            let at = Instant::parse("2026-11-19T00:00:00Z").unwrap().plus_seconds(hour * 3_600);
            let data = json!({"cause": cause, "application": application});
            let mut one = event(&source, "2026-11-19T00:00:00Z", data);
            one.at = at;
            (one, state)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_input_is_in_exactly_one_state(
        files in prop::collection::vec(prop::collection::vec(arbitrary(), 0..40), 1..4),
    ) {
        let governance = sound(POLICY);
        let mut run = ObservedRun::new(&governance);
        let mut expected: BTreeMap<&str, u64> = BTreeMap::new();
        let mut deviations = 0;
        for (n, file) in files.iter().enumerate() {
            for (event, state) in file {
                run.add_event(event, *state);
                *expected.entry(state.as_str()).or_default() += 1;
                let cause = event.text("cause").unwrap_or_default().trim();
                deviations += u64::from(*state != TriageState::Routine || !cause.is_empty());
            }
            run.end_file(Digest([u8::try_from(n).unwrap(); 32]));
        }
        let rows = counted(&run.rows);
        let n_inputs: usize = files.iter().map(Vec::len).sum();
        prop_assert_eq!(rows.iter().map(|row| row.inputs).sum::<u64>(), n_inputs as u64);
        prop_assert_eq!(rows.iter().map(|row| row.deviations).sum::<u64>(), deviations);
        let mut found: BTreeMap<&str, u64> = BTreeMap::new();
        for row in &rows {
            let states = serde_json::to_value(row.states).unwrap();
            for state in TriageState::ALL.iter().map(|state| state.as_str()) {
                let n = states[state].as_u64().unwrap_or_default();
                if n > 0 {
                    *found.entry(state).or_default() += n;
                }
            }
        }
        prop_assert_eq!(found, expected);
        // What a run writes is always readable.
        let lines: Vec<String> = run.rows.iter().map(|row| row.line().unwrap()).collect();
        let again = observation::read(&lines.join("\n"));
        prop_assert_eq!(again.unwrap().len(), run.rows.len());
    }
}
