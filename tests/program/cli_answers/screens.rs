//! Ends, days and texts on screens: the end of a closed record, and that a day is shown as a day.

use crate::cli_answers::{ask, story};

fn screen(args: &[&str]) -> String {
    let run = ask(&story(), args);
    assert!(run.code < 2, "{args:?}: {}", run.err);
    run.out
}

#[test]
fn a_closed_record_says_when_and_how_it_was_closed() {
    let closed = "closed 2026-10-02: remediated";
    for args in [&["list", "--all"][..], &["show", "C10SE"]] {
        let screen = screen(args);
        assert!(screen.contains(closed), "{args:?}: {screen}");
    }
    assert!(!screen(&["show", "C10SE"]).contains("is the last day"));
}

#[test]
fn a_day_is_shown_as_a_day() {
    let check = ["check", "--identity", "svc:billing-batch", "--resource", "db:invoices"];
    let check = [&check[..], &["--action", "read", "--environment", "production"]].concat();
    for args in [&["show", "7F3KQ"][..], &["list", "--all"], &["queue"], &check] {
        let screen = screen(args);
        assert!(!screen.contains("T00:00:00Z"), "{args:?}: {screen}");
    }
    assert!(screen(&check).contains("in force    through 2026-12-20"));
    assert!(screen(&["show", "7F3KQ"]).contains("not reviewed by 2026-12-04"));
}

#[test]
fn the_text_of_a_control_is_shown_whole_where_there_is_space() {
    let screen = screen(&["show", "7F3KQ"]);
    let first = screen.split("\n\n").next().unwrap();
    let control = "CC1 active, verified 2026-11-19: Alert on any use outside 01:00-03:00 UTC";
    assert!(first.contains(control), "{first}");
}
