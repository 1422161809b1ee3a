//! Forge reviews: how they are read, and whose last review approves.

use exledger::approval::evidence::reviews::{ReviewState, Reviewer, Reviews, last_reviews};
use exledger::policy::governance::Governance;
use exledger::record::address::Address;

const OID: &str = "0123456789abcdef0123456789abcdef01234567";

fn review(login: &str, email: &str, state: &str, at: &str) -> String {
    format!(
        r#"{{"login": "{login}", "email": {email}, "state": "{state}", "commit": "{OID}", "at": "2026-12-01T{at}:00Z", "url": "https://forge.example.com/{login}/{at}", "reason": null, "permission": "write"}}"#
    )
}

fn document(reviews: &[String]) -> String {
    let reviews = reviews.join(", ");
    format!(r##"{{"pull_request": "#12", "landing": "{OID}", "reviews": [{reviews}]}}"##)
}

fn governance() -> Governance {
    let mut governance = Governance::default();
    let dana = Address::new("dana@example.com").unwrap();
    governance.policy.people.logins.insert("dkim".to_owned(), dana);
    governance
}

#[test]
fn the_reviews_of_a_pull_request_are_read() {
    let json = document(&[review("dkim", "null", "changes-requested", "09:30")]);
    let read = Reviews::read(json.as_bytes()).unwrap();
    assert_eq!(read.pull_request, "#12");
    assert_eq!(read.landing.to_string(), OID);
    assert_eq!(read.reviews[0].at.to_string(), "2026-12-01T09:30:00Z");
    assert_eq!(Reviews::read(document(&[]).as_bytes()).unwrap().reviews, []);
}

#[test]
fn anything_else_is_refused_with_its_place() {
    let sound = document(&[review("dkim", "null", "approved", "09:30")]);
    for (from, to) in [
        ("approved", "APPROVED"),
        ("approved", "pending"),
        (OID, "abc"),
        ("2026-12-01T", "2026-12-01 "),
        (r#""login": "dkim", "#, ""),
        (r#""login": "dkim""#, r#""login": "dkim", "id": 1"#),
        (r##""#12""##, "12"),
        (r#""permission": "write"}]"#, r#""permission": "write"}]]"#),
        (r#""write""#, r#""owner""#),
    ] {
        let text = sound.replace(from, to);
        assert_ne!(text, sound);
        let error = Reviews::read(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("line 1 column"), "{error}");
    }
}

/// Returns who approved, by address, and the approving logins that belong to no known person.
fn words(reviews: &[String]) -> (Vec<String>, Vec<String>) {
    let reviews = Reviews::read(document(reviews).as_bytes()).unwrap();
    let mut words = (Vec::new(), Vec::new());
    for (reviewer, review) in last_reviews(&reviews, &governance()) {
        match reviewer {
            _ if review.state != ReviewState::Approved => {}
            Reviewer::Person(person) => words.0.push(person.key.clone()),
            Reviewer::Unknown { .. } => words.1.extend(review.login.clone()),
            Reviewer::Account(person) | Reviewer::Machine(person) => panic!("{person:?}"),
        }
    }
    words
}

#[test]
fn the_last_word_of_each_person_counts_and_only_approval() {
    for (states, approves) in [
        (&["approved"][..], true),
        (&["changes-requested", "approved"], true),
        (&["approved", "changes-requested"], false),
        (&["approved", "dismissed"], false),
        (&["approved", "commented"], true),
        (&["commented"], false),
        (&["dismissed", "approved"], true),
    ] {
        let times = ["09:00", "10:00"];
        let in_order: Vec<String> =
            states.iter().zip(times).map(|(state, at)| review("dkim", "null", state, at)).collect();
        let expected = if approves { vec!["dana@example.com".to_owned()] } else { vec![] };
        assert_eq!(words(&in_order).0, expected, "{states:?}");
        let backwards: Vec<String> = in_order.into_iter().rev().collect();
        assert_eq!(words(&backwards).0, expected, "{states:?}, latest first");
    }
}

#[test]
fn one_person_by_login_and_by_address_has_one_last_word() {
    let approved = [
        review("dkim", "null", "approved", "09:00"),
        review("dana-work", "\"Dana@Example.com\"", "dismissed", "10:00"),
        review("lee", "\"lee@example.com\"", "approved", "09:00"),
        review("sam", "null", "approved", "09:00"),
        review("Sam", "\"no address\"", "dismissed", "09:00"),
        review("kai", "null", "approved", "09:00"),
    ];
    let expected = (vec!["lee@example.com".to_owned()], vec!["kai".to_owned()]);
    assert_eq!(words(&approved), expected);
}
