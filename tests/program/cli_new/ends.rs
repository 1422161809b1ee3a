//! When a record ends: as requested, how a duration is counted, and never in the past.

use crate::cli_new::{filed, ledger, written};

#[test]
fn ends_are_dates_instants_or_durations_from_the_start() {
    for (given, starts, expires) in [
        (&["--expires", "2026-12-20"][..], "2026-11-20", "2026-12-20"),
        (&["--expires", "2026-11-21T18:00:00+01:00"], "2026-11-20", "2026-11-21T18:00:00+01:00"),
        (
            &["--on", "2026-11-20T21:00:00Z", "--expires", "2h"],
            "2026-11-20",
            "2026-11-20T23:00:00Z",
        ),
        (
            &["--on", "2026-11-20T21:00:00Z", "--expires", "36h"],
            "2026-11-20",
            "2026-11-22T09:00:00Z",
        ),
        (&["--expires", "2w"], "2026-11-20", "2026-12-04"),
        (&["--expires", "1mo"], "2026-11-20", "2026-12-20"),
        (&["--starts", "2026-12-01", "--expires", "10d"], "2026-12-01", "2026-12-11"),
        (&["--starts", "2026-12-01"], "2026-12-01", "2027-01-15"),
        (
            &["--starts", "2026-12-01T10:00:00Z", "--expires", "2h"],
            "2026-12-01T10:00:00Z",
            "2026-12-01T12:00:00Z",
        ),
    ] {
        let folder = ledger();
        let (_, record, _) = written(folder.path(), &filed(folder.path(), given));
        assert_eq!(record["starts"], *starts, "{given:?}");
        assert_eq!(record["expires"], *expires, "{given:?}");
    }
}

#[test]
fn an_end_that_is_past_is_refused_draft_or_not() {
    let on = ["--on", "2026-11-20T21:00:00Z"];
    for end in [
        &["--expires", "2026-11-19"][..],
        &["--expires", "2026-11-20T21:00:00Z"],
        &["--starts", "2026-11-10", "--expires", "2d"],
    ] {
        for more in [&[][..], &["--draft"]] {
            let folder = ledger();
            let answer = filed(folder.path(), &[&on, end, more].concat());
            assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{end:?}");
            assert!(answer.err.contains("is in the past"), "{}", answer.err);
            assert!(answer.err.contains("give an end in the future"));
            assert!(!folder.path().join("exceptions").exists());
        }
    }
    let folder = ledger();
    let today = [&on[..], &["--expires", "2026-11-20"]].concat();
    let (_, record, _) = written(folder.path(), &filed(folder.path(), &today));
    assert_eq!(record["expires"], "2026-11-20");
}

#[test]
fn a_date_that_is_not_one_is_told_that_durations_are_taken_and_what_is_most_likely_meant() {
    let taken = "or as a duration: 90d, 2w, 3mo or 8h";
    for (given, said) in [
        ("3m", "`3m` is neither a day, an instant nor a duration; did you mean 3mo?"),
        ("90 days", "`90 days` is neither a day, an instant nor a duration; did you mean 90d?"),
        ("30D", "`30D` is neither a day, an instant nor a duration; did you mean 30d?"),
        (
            "2026-2-3",
            "`2026-2-3` is neither a day, an instant nor a duration; did you mean 2026-02-03?",
        ),
        ("2026-02-30", ": February 2026 has 28 days"),
        ("soon", "`soon` is neither a day, an instant nor a duration;"),
    ] {
        for flag in ["--expires", "--starts"] {
            let folder = ledger();
            let answer = filed(folder.path(), &[flag, given]);
            assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{given}");
            assert!(answer.err.contains(said), "{given}: {}", answer.err);
            assert!(answer.err.contains(taken), "{given}: {}", answer.err);
            assert_eq!(answer.told().matches("error[").count(), 1, "{given}: {}", answer.err);
        }
    }
    let folder = ledger();
    let answer = filed(folder.path(), &["--expires", "never"]);
    assert!(answer.err.contains("every exception has an end"), "{}", answer.err);
}

#[test]
fn a_duration_beyond_the_calendar_is_quoted_as_it_was_given() {
    for given in ["4294967295d", "4294967295h", "9000y"] {
        for (flag, from) in [("--expires", "today"), ("--expires", "now"), ("--starts", "now")] {
            if (flag, from) == ("--expires", if given.ends_with('h') { "today" } else { "now" }) {
                continue;
            }
            let folder = ledger();
            let answer = filed(folder.path(), &[flag, given]);
            assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{given}");
            let said =
                format!("`{given}` from {from} is after the year 9999; give a shorter duration");
            assert!(answer.err.contains(&said), "{given}: {}", answer.err);
            assert!(!answer.err.contains("262142"), "{given}: {}", answer.err);
        }
    }
    let folder = ledger();
    let answer = filed(folder.path(), &["--expires", "9999999999d"]);
    assert!(answer.err.contains("`9999999999d` is"), "{}", answer.err);
    assert!(answer.err.contains(": it is too long;"), "{}", answer.err);
}

#[test]
fn an_end_on_the_day_of_the_start_is_the_first_that_is_possible() {
    let start = ["--starts", "2026-12-02", "--expires"];
    let folder = ledger();
    let answer = filed(folder.path(), &[&start[..], &["2026-12-01"]].concat());
    assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{}", answer.err);
    let said = "error[window-inverted] expires: the exception ends before it starts on 2026-12-02; write for example `2026-12-16`";
    assert!(answer.err.contains(said), "{}", answer.err);
    let (_, record, _) =
        written(folder.path(), &filed(folder.path(), &[&start[..], &["2026-12-02"]].concat()));
    assert_eq!(record["expires"], "2026-12-02");
}

#[test]
fn a_class_that_is_none_is_one_mistake_and_the_end_that_follows_from_it_is_not_missing() {
    for more in [&[][..], &["--draft"]] {
        let folder = ledger();
        let answer = filed(folder.path(), &[&["--class", "standrd"], more].concat());
        assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{}", answer.err);
        assert_eq!(answer.told().matches("error[").count(), 1, "{}", answer.err);
        assert!(answer.err.contains("did you mean `standard`?"), "{}", answer.err);
    }
}
