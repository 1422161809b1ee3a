//! The days without cover before a renewal that came late.

use serde_json::{Value, json};

use crate::decisions::{ID, Life, record};

const LATE: &str = "2026-12-24T10:00:00Z";

fn renew(until: &str) -> [&str; 6] {
    ["renew", ID, "--until", until, "--reason", "The vendor is late"]
}

/// Returns the level, rule and message of each finding of `verify`.
fn verified(life: &Life, code: i32) -> Vec<String> {
    let answer = life.answer(code, "sam", &["verify"]);
    let text = |finding: &Value| {
        let [level, rule, message] =
            ["level", "rule", "message"].map(|key| finding[key].as_str().unwrap().to_owned());
        format!("{level} {rule}: {message}")
    };
    answer["findings"].as_array().unwrap().iter().map(text).collect()
}

#[test]
fn a_renewal_that_came_late_names_the_days_without_cover() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.repo.clock(LATE);
    life.decided("ana", &renew("2027-01-10"), "lee");
    life.repo.clock("2026-12-26T09:00:00Z");
    let answer = life.answer(0, "sam", &["log", ID]);
    let [lapse] = answer["lapses"].as_array().unwrap().as_slice() else {
        panic!("{answer:#}");
    };
    let until = lapse["until"].as_str().unwrap();
    assert!(until.starts_with("2026-12-24T1"), "{lapse}");
    assert_eq!(lapse, &json!({"from": "2026-12-16T00:00:00Z", "until": until, "days": 9}));
    let line = format!("not in force from 2026-12-16T00:00:00Z to {until}, 9 days");
    let shown = life.run("sam", &["log", ID]).out;
    assert!(shown.lines().any(|it| it == line), "{shown}");
    let found = verified(&life, 0);
    let [note] = found.as_slice() else {
        panic!("{found:#?}");
    };
    assert!(note.starts_with(&format!("note lapsed: {line} (version 2, commit ")), "{note}");
}

#[test]
fn a_renewal_in_time_leaves_no_day_without_cover() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.decided("ana", &renew("2027-01-10"), "lee");
    life.repo.clock(LATE);
    assert_eq!(life.answer(0, "sam", &["log", ID])["lapses"], json!([]));
    assert_eq!(verified(&life, 0), [""; 0]);
    assert!(!life.run("sam", &["log", ID]).out.contains("not in force"));
}

#[test]
fn a_renewal_that_is_still_to_come_ends_no_time_without_cover() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.repo.clock(LATE);
    // Nobody else approved it.
    life.decide("late", "ana", &renew("2027-01-10"));
    life.repo.set_ref("refs/heads/main", life.repo.tip("late"));
    life.switch("main");
    life.repo.clock("2026-12-26T09:00:00Z");
    assert_eq!(life.answer(0, "sam", &["log", ID])["lapses"], json!([]));
    assert!(!verified(&life, 1).iter().any(|it| it.contains("lapsed")));
}
