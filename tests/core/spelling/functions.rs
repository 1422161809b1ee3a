//! The one function that folds: what it does, and that `record` and `approval` have no other.

use std::collections::BTreeSet;

use exledger::record::folded::{folded, is_folded, is_same};
use exledger::record::not_waived::{forbids, may_forbid, may_forbid_below, widest_patterns};
use exledger::record::pattern::{Pattern, matches, matches_folded, matches_folded_often};
use exledger::survey::refiling::NameSearch;
use proptest::prelude::*;

use crate::support::project::{files, root, shown};

#[test]
fn texts_are_folded() {
    for (text, expected) in [
        ("", ""),
        ("svc:billing", "svc:billing"),
        ("SVC:Billing", "svc:billing"),
        ("  a \t b\r\nc ", "a b c"),
        ("a\u{a0}\u{2003}b\u{85}c", "a b c"),
        ("\u{ff42}illing", "billing"),
        ("Stra\u{df}e", "strasse"),
        ("\u{3a3}\u{3c3}\u{3c2}", "\u{3c3}\u{3c3}\u{3c3}"),
        ("\u{fb01}le", "file"),
        ("T\u{200b}B\u{ad}D\u{feff}", "tbd"),
        ("a\u{0}\u{1b}b\u{7f}", "ab"),
        ("e\u{200d}\u{301}", "\u{e9}"),
        ("E\u{301}", "\u{e9}"),
        ("\u{212a}", "k"),
        // Letters that only look alike stay different.
        ("\u{430}", "\u{430}"),
    ] {
        assert_eq!(folded(text), expected, "{text:?}");
    }
}

#[test]
fn a_folded_pattern_folds_its_literal_parts() {
    for (pattern, text, expected) in [
        ("SVC:Billing-*", "svc:BILLING-x", true),
        ("svc:billing-*", "svc:billing-a/B", false),
        ("svc:billing-**", "Svc:billing-a/B", true),
        ("svc:?illing", "SVC:Billing", true),
        ("stra?e", "stra\u{df}e", true),
        ("Stra\u{df}e*", "STRASSE 1", true),
        ("a *", "A b", true),
        ("a *", "ab", false),
        (" a*b ", "A x B", true),
        // A character that only becomes a star is not a wildcard.
        ("svc:\u{ff0a}", "svc:billing", false),
        ("svc:\u{ff0a}", "SVC:*", true),
    ] {
        assert_eq!(matches_folded(pattern, text), expected, "{pattern:?} {text:?}");
        assert_eq!(matches_folded_often(pattern, text), expected, "{pattern:?} {text:?}");
    }
}

/// Letters that fold, wildcards, blanks and what is not displayed.
const LETTERS: &str = "[aAsS\u{df}\u{ff41}\u{e9}e\u{301}\u{200b}\u{ad} \t/.*?-]{0,8}";

proptest! {
    #[test]
    fn folding_twice_changes_nothing(text in "\\PC{0,8}|[\\s\\S]{0,6}") {
        let once = folded(&text).into_owned();
        prop_assert_eq!(folded(&once).into_owned(), once.clone(), "{:?}", text);
        prop_assert!(is_same(&text, &once));
        prop_assert!(!is_folded(&text) || once == text);
        prop_assert_eq!(once.trim(), once.as_str());
    }

    #[test]
    fn what_matches_by_bytes_matches_folded(pattern in LETTERS, text in LETTERS) {
        prop_assert!(!matches(&pattern, &text) || matches_folded(&pattern, &text));
        prop_assert_eq!(matches_folded(&pattern, &text), matches_folded_often(&pattern, &text));
    }

    #[test]
    fn patterns_overlap_if_they_share_a_text(one in "[ab/*?]{0,5}", other in "[ab/*?]{0,5}", text in "[ab/]{0,5}") {
        let (one, other) = (Pattern::new(&one), Pattern::new(&other));
        prop_assert_eq!(one.overlaps(&other), other.overlaps(&one));
        prop_assert!(one.overlaps(&one));
        if one.matches(&text) && other.matches(&text) {
            prop_assert!(one.overlaps(&other));
        }
    }

    #[test]
    fn a_literal_overlaps_what_matches_it(one in "[ab/*?]{0,5}", text in "[ab/]{0,5}") {
        prop_assert_eq!(Pattern::new(&one).overlaps(&Pattern::new(&text)), Pattern::new(&one).matches(&text));
    }
}

proptest! {
    #[test]
    fn a_file_with_another_spelling_is_never_passed_over(name in LETTERS, broken in any::<bool>()) {
        let single = format!("'{}'", name.replace('\'', "''"));
        let double = serde_json::json!(name).to_string();
        for value in [name.clone(), single, double] {
            let value = if broken { value.replace(' ', "\r\n    ") } else { value };
            let file = format!("subject:\n  application: {value}\n");
            let search = NameSearch::of_bytes(file.as_bytes());
            prop_assert!(search.may_name(&folded(&name)), "{:?} in {:?}", name, file);
        }
    }
}

/// Where `record` and `approval` ignore letter case by another rule than folding, and what they compare.
const OTHER_RULES: &[(&str, &str)] = &[
    ("src/approval/evidence/reviews.rs", "logins, as forges do"),
    ("src/approval/sources/keys.rs", "the forge's own address"),
    ("src/approval/governance/counted.rs", "addresses of a mailmap, as git does"),
    ("src/approval/sources/forge/github.rs", "the forge's own address"),
    ("src/approval/sources/forge/gitlab.rs", "the forge's own address"),
    ("src/approval/sources/forge/mod.rs", "the forge's own address"),
    ("src/approval/sources/message.rs", "tokens of trailers, hosts of forges"),
    (
        "src/approval/sources/signers.rs",
        "options and time zones of allowed signers, as ssh-keygen does",
    ),
    ("src/record/address.rs", "addresses: who is listed"),
    ("src/record/checklist.rs", "`n/a` and `and` in an answer"),
    ("src/record/credential/source.rs", "values that say that there is none"),
    ("src/record/credential/text.rs", "schemes of HTTP authentication"),
    ("src/record/folded.rs", "the function itself"),
    ("src/record/form.rs", "words for no end, to refuse them"),
    ("src/record/near_miss.rs", "mistyped words, to suggest the right one"),
    ("src/record/near.rs", "mistyped words, to suggest the right one"),
    ("src/record/time.rs", "units of durations, to suggest the right one"),
    ("src/record/parse_error.rs", "mistyped words, to suggest the right one"),
    ("src/record/pattern.rs", "`all` and `any` in a scope"),
    ("src/record/purl.rs", "types of packages, as package URLs compare them"),
    ("src/record/reference.rs", "the rule of a question; schemes of URLs"),
    ("src/record/tool_ids.rs", "names of tools and ids, as each tool compares them"),
    ("src/record/tool_ids/azure.rs", "scopes, as Azure compares them"),
];

#[test]
fn record_and_approval_fold_in_one_place() {
    let words = ["to_lowercase", "eq_ignore_ascii_case", "nfkc"];
    let mut found = BTreeSet::new();
    for folder in ["src/record", "src/approval"] {
        for path in files(&root().join(folder), "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            if words.iter().any(|word| text.contains(word)) {
                found.insert(shown(&path));
            }
        }
    }
    let listed: BTreeSet<String> = OTHER_RULES.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(found, listed, "fold names by `record::folded`, or say here what is compared");
}

proptest! {
    #[test]
    fn what_an_entry_takes_away_fits_its_widest_patterns(entry in "[aB/.*?-]{1,5}", value in "[AbB/.-]{1,6}") {
        let text = folded(&value);
        let is_wide = widest_patterns(&entry).iter().any(|pattern| matches(pattern, &text));
        prop_assert!(!forbids(&entry, &value) || is_wide, "{:?} {:?}", entry, value);
        prop_assert!(!forbids(&entry, &value) || may_forbid(&entry, &value));
        prop_assert!(!may_forbid(&entry, &value) || may_forbid_below(&entry, &value));
    }
}
