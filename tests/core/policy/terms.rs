//! Terms and clocks: the latest end, the last day of a review, the last day of a control.
//!
//! Follows `docs/spec/policy.md`, terms and clocks.

use exledger::policy::tier::Limit;
use exledger::policy::tier::fact::Facts;
use exledger::policy::{term, tier};
use exledger::record::scalar::Scalar;
use exledger::record::time::{Day, Instant, Term, When};
use exledger::record::{Record, file};

use crate::policy::sound;
use crate::support::samples::{PATH, SAMPLE};

fn when(text: &str) -> When {
    When::parse(text).unwrap()
}

fn term(text: &str) -> Term {
    Term::new(text).unwrap()
}

fn day(text: &str) -> Day {
    Day::new(text).unwrap()
}

fn limits(text: &str) -> Vec<Limit> {
    let limit = |text| Limit { term: term(text), by: "tier standard".to_owned() };
    text.split(' ').map(limit).collect()
}

/// Checks that an end is the latest that limits allow, and that the next later end exceeds them.
fn latest(begin: &str, limit: &str, allowed: &str, too_late: &str) {
    let (begin, limits) = (when(begin), limits(limit));
    let judged = term::judge(&begin, &when(allowed), &limits);
    assert_eq!(judged, [], "{begin} {limits:?} {allowed}");
    let judged = term::judge(&begin, &when(too_late), &limits);
    assert!(!judged.is_empty(), "{begin} {limits:?} {too_late}");
    let found = term::latest(&begin, &when(too_late), &limits).unwrap();
    assert_eq!(found.to_string(), when(allowed).to_string());
    assert_eq!(judged[0].latest, found);
}

#[test]
fn a_date_against_days_weeks_months_or_years_is_counted_in_days() {
    latest("2026-11-20", "90d", "2027-02-18", "2027-02-19");
    latest("2026-11-20", "2w", "2026-12-04", "2026-12-05");
    latest("2026-01-31", "1mo", "2026-02-28", "2026-03-01");
    latest("2024-02-29", "1y", "2025-02-28", "2025-03-01");
    latest("2026-11-20", "0d", "2026-11-20", "2026-11-21");
    // The begin may be an instant: its day in UTC is used.
    latest("2026-11-20T23:59:59Z", "1d", "2026-11-21", "2026-11-22");
    latest("2026-11-20T23:30:00-02:00", "1d", "2026-11-22", "2026-11-23");
}

#[test]
fn an_instant_is_counted_to_the_second() {
    latest("2026-11-20", "1d", "2026-11-21T00:00:00Z", "2026-11-21T00:00:01Z");
    latest("2026-11-20T10:00:00Z", "72h", "2026-11-23T10:00:00Z", "2026-11-23T10:00:01Z");
    latest("2026-11-20T10:00:00Z", "3d", "2026-11-23T10:00:00Z", "2026-11-23T10:00:01Z");
    latest("2026-11-20T10:00:00Z", "1mo", "2026-12-20T10:00:00Z", "2026-12-20T11:00:01+01:00");
}

#[test]
fn a_date_against_hours_must_end_within_them() {
    latest("2026-11-20", "72h", "2026-11-22", "2026-11-23");
    latest("2026-11-20T10:00:00Z", "72h", "2026-11-22", "2026-11-23");
    latest("2026-11-20T10:00:00Z", "38h", "2026-11-21", "2026-11-22");
}

#[test]
fn where_no_date_fits_the_latest_end_is_an_instant() {
    let judged = term::judge(&when("2026-11-20T10:00:00Z"), &when("2026-11-20"), &limits("2h"));
    assert_eq!(judged[0].latest.to_string(), "2026-11-20T12:00:00Z");
}

#[test]
fn it_says_by_how_much_an_end_is_too_late() {
    let over = |begin: &str, expires: &str, limit: &str| {
        let judged = term::judge(&when(begin), &when(expires), &limits(limit));
        judged.first().map(|it| it.excess())
    };
    assert_eq!(over("2026-11-20", "2027-02-18", "90d"), None);
    assert_eq!(over("2026-11-20", "2027-03-02", "90d"), Some("12 days".to_owned()));
    assert_eq!(
        over("2026-11-20T00:00:00Z", "2026-11-21T00:00:01Z", "1d"),
        Some("1 second".to_owned())
    );
    assert_eq!(
        over("2026-11-20T00:00:00Z", "2026-11-22T01:30:01Z", "1d"),
        Some("1 day 1 hour".to_owned())
    );
}

#[test]
fn limits_in_different_units_are_each_judged() {
    let (begin, both) = (when("2026-02-01"), limits("30d 1mo"));
    let broken = |expires: &str| {
        let judged = term::judge(&begin, &when(expires), &both);
        let terms = judged.iter().map(|it| it.limit.term.to_string());
        terms.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(broken("2026-03-01"), "");
    assert_eq!(broken("2026-03-02"), "1mo");
    assert_eq!(broken("2026-03-04"), "1mo 30d", "the one that allows least first");
    latest("2026-02-01", "30d 1mo", "2026-03-01", "2026-03-02");
    latest("2026-03-01", "30d 1mo", "2026-03-31", "2026-04-01");
}

#[test]
fn an_end_at_the_end_of_the_calendar_is_long_and_nothing_else() {
    for expires in ["9999-12-31", "9999-12-31T23:59:59Z"] {
        for begin in ["2026-11-20", "9999-12-31", "0001-01-01", "2026-11-20T10:00:00Z"] {
            for limit in [
                "90d",
                "72h",
                "3mo",
                "4294967295y",
                "4294967295mo",
                "4294967295w",
                "4294967295h",
                "0d",
            ] {
                term::judge(&when(begin), &when(expires), &limits(limit));
                term::latest(&when(begin), &when(expires), &limits(limit));
                term::review_due(&when(expires), &[term(limit)]);
                term::fresh_through(Some(day("9999-12-31")), None, Some(term(limit)));
            }
        }
        let judged = term::judge(&when("2026-11-20"), &when(expires), &limits("90d"));
        assert!(judged[0].latest.to_string().starts_with("2027-02-18"));
    }
}

fn record(lines: &str) -> Record {
    let text = format!("{SAMPLE}{lines}");
    let source = file::read(PATH, text.as_bytes());
    source.record.unwrap_or_else(|| panic!("{:#?}", source.findings))
}

#[test]
fn a_term_begins_at_starts_else_where_it_landed() {
    let landed = Instant::parse("2026-11-25T15:00:00Z");
    let begin = |lines: &str, landed| term::begin(&record(lines), landed).map(|it| it.to_string());
    assert_eq!(begin("starts: 2026-11-20\n", landed).as_deref(), Some("2026-11-20"));
    assert_eq!(begin("", landed).as_deref(), Some("2026-11-25T15:00:00Z"));
    assert_eq!(begin("", None), None);
}

#[test]
fn after_a_renewal_the_last_period_and_the_total_are_judged() {
    let renewed = "starts: 2026-08-01
renewals:
  - {date: 2026-10-20, from: 2026-10-25, until: 2026-11-20, reason: Later}
  - {date: 2026-11-18, from: 2026-11-20, until: 2026-12-20, reason: Later still}
";
    let policy = sound("version: 1\ntiers: [{name: only, max_term: 30d, max_total: 100d}]").policy;
    let record = record(renewed);
    let tier = tier::resolve(&policy, &Facts::of(&record)).unwrap();
    let begin = term::begin(&record, None).unwrap();
    assert_eq!(term::judge_term(&record, &begin, &tier), []);
    let total = term::judge_total(&record, &begin, &tier);
    assert_eq!(total[0].latest.to_string(), "2026-11-09");
    assert_eq!(total[0].excess(), "41 days");
    let mut first = record.clone();
    first.renewals.clear();
    let whole = term::judge_term(&first, &begin, &tier);
    assert_eq!(whole[0].latest.to_string(), "2026-08-31");
}

#[test]
fn the_review_clock_runs_through_the_end_of_the_day() {
    let due = |last: &str, intervals: &str| {
        let intervals: Vec<Term> = intervals.split(' ').map(term).collect();
        let due = term::review_due(&when(last), &intervals).unwrap();
        format!("{due} {}", term::overdue_from(due))
    };
    assert_eq!(due("2026-12-04", "14d"), "2026-12-18 2026-12-19T00:00:00Z");
    assert_eq!(due("2026-12-04T10:00:00Z", "14d"), "2026-12-18 2026-12-19T00:00:00Z");
    assert_eq!(due("2026-01-31", "1mo"), "2026-02-28 2026-03-01T00:00:00Z");
    assert_eq!(due("2026-02-01", "30d 1mo"), "2026-03-01 2026-03-02T00:00:00Z");
    assert_eq!(due("2026-12-04T10:00:00Z", "12h"), "2026-12-04 2026-12-05T00:00:00Z");
    assert_eq!(term::review_due(&when("2026-12-04"), &[]), None);
}

#[test]
fn the_shorter_of_record_and_tier_is_the_review_interval() {
    let policy = |tier: &str| {
        let tier = format!("version: 1\ntiers: [{{name: only{tier}}}]");
        sound(&tier).policy
    };
    let intervals = |lines: &str, tier: &str| {
        let record = record(lines);
        let tier = tier::resolve(&policy(tier), &Facts::of(&record)).unwrap();
        let intervals = term::review_intervals(&record, &tier);
        intervals.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(intervals("", ""), "");
    assert_eq!(intervals("review_every: 14d\n", ""), "14d");
    assert_eq!(intervals("review_every: 14d\n", ", review_every: 7d"), "7d");
    assert_eq!(intervals("review_every: 3d\n", ", review_every: 7d"), "3d");
    assert_eq!(intervals("review_every: 1mo\n", ", review_every: 30d"), "30d 1mo");
}

#[test]
fn a_control_is_fresh_through_the_end_of_its_day() {
    let begin = when("2026-11-20");
    let fresh = |verified: Option<&str>, every: Option<&str>| {
        let through = term::fresh_through(verified.map(day), Some(&begin), every.map(term));
        through.map(|day| day.to_string())
    };
    assert_eq!(fresh(Some("2026-11-19"), Some("30d")).as_deref(), Some("2026-12-19"));
    assert_eq!(fresh(None, Some("30d")).as_deref(), Some("2026-12-20"), "it counts from begin");
    assert_eq!(fresh(Some("2026-11-19"), None), None);
    assert_eq!(term::fresh_through(None, None, Some(term("30d"))), None);
}

#[test]
fn a_day_after_its_landing_counts_as_the_day_of_the_landing() {
    let landed = Instant::parse("2026-12-04T23:30:00Z");
    for (typed, counted) in
        [("2026-12-03", "2026-12-03"), ("2026-12-04", "2026-12-04"), ("2027-12-04", "2026-12-04")]
    {
        assert_eq!(term::counted(day(typed), landed), day(counted));
        assert_eq!(term::counted(day(typed), None), day(typed));
    }
}
