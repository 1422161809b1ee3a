//! What a baseline may state: words, identities, `others`, `since_last`.
//!
//! Follows `docs/spec/policy.md`, baselines.

use exledger::policy::Policy;
use exledger::policy::closing::Baseline;
use serde_json::json;

use crate::policy::reading::check_all;
use crate::policy::sound;

fn baseline(keys: &str) -> Baseline {
    let yaml = format!("version: 1\nbaselines: [{{id: B1, kind: certificate, {keys}}}]");
    let Policy { baselines, .. } = sound(&yaml).policy;
    baselines.into_iter().next().unwrap()
}

/// Checks the only finding of a baseline with these keys: at the mark `^`, with this rule and field.
fn refused(marked: &str, rule: &str, field: &str) {
    let yaml = format!("baselines: [{{id: B1, kind: certificate, {marked}}}]");
    let column = yaml.find('^').unwrap() + 1;
    let expected = format!("{rule} 2:{column} baselines[0]{field}");
    check_all(&[(&yaml.replacen('^', "", 1), &[&expected])]);
}

#[test]
fn a_word_that_compares_numbers_needs_a_number_wherever_it_stands() {
    for word in [">x", "<", ">=", "<= x5", ">1,000", "<0x10", ">007", "<unknown>", ">NaN"] {
        for place in ["when", "material_if"] {
            refused(&format!("{place}: {{f: ^'{word}'}}"), "bad-value", &format!(".{place}.f"));
        }
        refused(&format!("expect: {{i: {{f: [a, ^'{word}']}}}}"), "bad-value", ".expect.i.f[1]");
    }
    for word in ["<=5000000", "< 0.5", ">-1e3", ">=9007199254740993", "a<5", "?5", "=>"] {
        let stated = serde_json::to_value(baseline(&format!("when: {{f: '{word}'}}"))).unwrap();
        assert_eq!(stated["when"], json!({"f": [word]}));
    }
}

#[test]
fn words_and_keys_that_are_too_long_to_compare_are_refused() {
    let long = "a*".repeat(501);
    refused(&format!("when: {{f: ^'{long}'}}"), "bad-value", ".when.f");
    let field = format!(".expect.{long}");
    refused(&format!("expect: {{'{long}': ^{{f: a}}}}"), "bad-value", &field);
    baseline(&format!("when: {{f: '{}'}}", "a*".repeat(500)));
}

#[test]
fn equal_identities_are_refused_and_the_order_of_the_file_is_kept() {
    refused("expect: {a: {f: b}, ^a: {f: c}}", "duplicate-key", ".expect.a");
    let keys = "expect: {'svc:z*': {f: 1}, '**': {f: 2}, 'svc:a': {f: 3}, 'svc:*': {f: 4}}";
    let expected = baseline(keys).expect;
    let of =
        |identity: &str| expected.of(identity).map(|words| words.0["f"][0].as_str().to_owned());
    for (identity, word) in [
        ("svc:a", "3"),
        ("svc:zoo", "1"),
        ("svc:b", "2"),
        ("svc:z*", "1"),
        ("svc:*", "4"),
        ("a/b", "2"),
    ] {
        assert_eq!(of(identity).as_deref(), Some(word), "{identity}");
    }
    assert_eq!(expected.len(), 4);
}

#[test]
fn others_needs_identities_and_one_of_two_words() {
    refused("^others: material", "bad-value", ".others");
    refused("expect: {}, ^others: material", "bad-value", ".others");
    refused("expect: {a: {f: b}}, others: ^ask", "bad-value", ".others");
    for (keys, are_material) in [
        ("expect: {a: {f: b}}", true),
        ("expect: {a: {f: b}}, material_if: {f: c}", false),
        ("expect: {a: {f: b}}, material_if: {}", true),
        ("expect: {a: {f: b}}, others: routine", false),
        ("expect: {a: {f: b}}, material_if: {f: c}, others: material", true),
    ] {
        assert_eq!(baseline(keys).are_others_material(), are_material, "{keys}");
    }
}

#[test]
fn since_last_names_fields_and_a_distance() {
    for (marked, rule, field) in [
        ("^since_last: {by: [a]}", "missing-field", ".since_last"),
        ("^since_last: {at_most: 1d}", "missing-field", ".since_last.by"),
        ("since_last: {by: ^[], at_most: 1d}", "bad-value", ".since_last.by"),
        ("since_last: {by: ^[a, a], at_most: 1d}", "bad-value", ".since_last.by"),
        (
            "since_last: {by: ^[a, b, c, d, e, f, g, h, i], at_most: 1d}",
            "bad-value",
            ".since_last.by",
        ),
        ("since_last: {by: [a], at_most: ^soon}", "bad-value", ".since_last.at_most"),
        (
            "since_last: {by: [a], at_least: ^92d, at_most: 3mo}",
            "bad-value",
            ".since_last.at_least",
        ),
        ("since_last: {by: [a], at_most: 1d, ^days: 3}", "unknown-key", ".since_last.days"),
    ] {
        refused(marked, rule, field);
    }
    baseline("since_last: {by: [a], at_least: 91d, at_most: 3mo}");
    let one = baseline("since_last: {by: [data.identity], at_least: 60d}").since_last.unwrap();
    assert_eq!((one.by.as_slice(), one.at_most), (["data.identity".to_owned()].as_slice(), None));
}
