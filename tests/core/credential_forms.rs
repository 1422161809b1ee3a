//! The table of the forms of credentials.

use exledger::record::credential::form::{FORMS, SHORTEST};

#[test]
fn the_forms_stand_in_the_order_of_their_bytes() {
    assert!(FORMS.is_sorted_by_key(|form| form.start.as_bytes()));
}

#[test]
fn no_form_is_shorter_than_the_words_that_are_looked_at() {
    let shortest = FORMS.iter().map(|form| form.start.len() + form.least).min();
    assert_eq!(shortest, Some(SHORTEST));
}
