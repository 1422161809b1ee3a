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
