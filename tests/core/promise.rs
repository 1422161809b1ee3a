//! Promises in the reasons of suppressions.

use exledger::formats::suppressions::promises;
use exledger::record::time::Instant;

/// Returns the last day, the ticket and the words of the promise in a reason.
fn read(reason: &str) -> Option<(Option<String>, Option<String>, String)> {
    let promise = promises::read(reason).unwrap()?;
    Some((promise.date.map(|day| day.to_string()), promise.ticket, promise.text))
}

#[test]
fn a_period_passes_with_its_last_day() {
    for (reason, day) in [
        ("Remove after 2026-08-17", "2026-08-17"),
        ("until Q1 2027", "2027-03-31"),
        ("until the end of 2027-Q4.", "2027-12-31"),
        ("revisit in March 2027", "2027-03-31"),
        ("Expires: 2028-02", "2028-02-29"),
        ("review on 31 Jan 2027, by the team", "2027-01-31"),
        ("needed before February 3rd, 2027", "2027-02-03"),
        ("must go by 2027.", "2027-12-31"),
        ("until 2027-01-01 or until 2026-12-01", "2026-12-01"),
        ("until:2026-03-01", "2026-03-01"),
        ("expires:2026-03-01", "2026-03-01"),
        ("expires=2026-03-01", "2026-03-01"),
        ("expires 2026-03-01T12:00:00Z", "2026-03-01"),
        ("expires 2026-03-01 12:00", "2026-03-01"),
        ("expiration: 2026-03-01", "2026-03-01"),
        ("expiration date is 2026-03-01", "2026-03-01"),
        ("expiry 2026-03-01", "2026-03-01"),
        ("till 2026-03-01", "2026-03-01"),
        ("deadline 2026-03-01", "2026-03-01"),
        ("due 2026-03-01", "2026-03-01"),
        ("will be merged before 2026-03-01", "2026-03-01"),
        ("removed after 2026-03-01", "2026-03-01"),
        ("next review 2026-03-01", "2026-03-01"),
    ] {
        let found = read(reason).and_then(|(day, ..)| day);
        assert_eq!(found.as_deref(), Some(day), "{reason}");
    }
    let promise = promises::read("until 2026-12-31").unwrap().unwrap();
    assert!(!promise.is_past(Instant::parse("2026-12-31T23:59:59Z").unwrap()));
    assert!(promise.is_past(Instant::parse("2027-01-01T00:00:00Z").unwrap()));
}

#[test]
fn a_promise_may_have_no_date() {
    for reason in [
        "remove once the vendor ships 2.0",
        "drop this when lodash is updated",
        "until upstream answers",
        "no fix available yet",
        "waiting for #12",
        "blocked by the release",
        "temporary",
        "fine for now",
        "TODO: rotate",
    ] {
        let (day, _, text) = read(reason).unwrap_or_else(|| panic!("{reason}"));
        assert_eq!(day, None, "{reason}");
        assert!(!text.is_empty());
    }
}

#[test]
fn a_ticket_is_a_promise_and_the_id_of_a_tool_is_none() {
    for (reason, ticket) in [
        ("https://github.com/example/x/issues/12", "https://github.com/example/x/issues/12"),
        ("known (#123)", "#123"),
        ("tracked in SEC-42", "SEC-42"),
        ("see ticket OPS-7", "OPS-7"),
        ("until PAY-123 is done", "PAY-123"),
        ("JIRA: PAY-123", "PAY-123"),
        ("blocked by PAY-123", "PAY-123"),
    ] {
        let found = read(reason).and_then(|(_, ticket, _)| ticket);
        assert_eq!(found.as_deref(), Some(ticket), "{reason}");
    }
}

#[test]
fn most_reasons_promise_nothing() {
    for reason in [
        "not reachable from outside",
        "await the answer of the socket".trim_start_matches("await "),
        "matches Z0-9 only",
        "see CVE-2026-0001",
        "added after 2024-01-02 for the tests",
        "needs 2048 bits by 2048 rounds",
        "accepts UTF-8",
        "reviewed and accepted",
        "Reviewed on 2026-01-02",
        "last review 2026-01-02",
        "merged before 2024-05-01",
        "broken after 2024-05-01",
        "works after 2025",
        "called by 2020",
        "review: 01.03.2026",
        "expires 2026-03-99",
    ] {
        assert_eq!(read(reason), None, "{reason}");
    }
}
