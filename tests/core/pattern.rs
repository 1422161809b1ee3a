//! Patterns: what they match and what they don't. Follows `docs/spec/policy.md`, patterns, and `docs/spec/rules.md`.

use exledger::record::pattern;

#[test]
fn a_star_stops_at_a_slash_and_two_do_not() {
    let cases: &[(&str, &str, bool)] = &[
        ("svc:billing-*", "svc:billing-batch", true),
        ("svc:billing-*", "svc:billing-", true),
        ("svc:billing-*", "svc:billing-a/b", false),
        ("svc:billing-*", "SVC:billing-a", false),
        ("vault:prod/**", "vault:prod/billing/db", true),
        ("vault:prod/**", "vault:prod/", true),
        ("vault:prod/**", "vault:prod", false),
        ("**/run.py", "services/billing/run.py", true),
        ("**/run.py", "run.py", false),
        ("*", "a/b", false),
        ("*", "", true),
        ("**", "a/b", true),
        ("***", "a/b", true),
        ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("a?c", "aéc", true),
        ("a.c", "abc", false),
        ("[ab]", "a", false),
        ("[ab]", "[ab]", true),
        ("{a,b}", "a", false),
        ("a*b*c", "aXbYc", true),
        ("a*b*c", "aXb/c", false),
        ("a*/x**c", "ab/x/y/c", true),
        ("*a*b", "xa/ab", false),
        ("", "", true),
        ("", "a", false),
        ("db:invoices", "db:invoices", true),
    ];
    for (text, asked, expected) in cases {
        assert_eq!(pattern::matches(text, asked), *expected, "{text} {asked}");
        let compiled = pattern::Pattern::new(text);
        assert_eq!(compiled.matches(asked), *expected, "{text} {asked}");
    }
}

#[test]
fn a_pattern_of_people_knows_the_star_alone_and_no_letter_case() {
    let cases: &[(&str, &str, bool)] = &[
        ("*[bot]@users.noreply.github.com", "Dependabot[bot]@users.noreply.github.com", true),
        ("renovate@*", "renovate@a/b.example", true),
        ("agent-*@example.com", "AGENT-7@Example.com", true),
        ("agent-?@example.com", "agent-7@example.com", false),
        ("agent-*@example.com", "agent-7@example.org", false),
    ];
    for (text, asked, expected) in cases {
        assert_eq!(pattern::matches_person(text, asked), *expected, "{text}");
    }
}

#[test]
fn whole_values_mean_everything_in_a_scope() {
    for text in ["*", "**", "all", "ANY", "All"] {
        assert!(pattern::is_everything(text), "{text}");
        assert!(pattern::matches_in_scope(text, "db:a/b"), "{text}");
    }
    for text in ["a*", "anything", "***/", "al"] {
        assert!(!pattern::is_everything(text), "{text}");
    }
}

#[test]
fn a_wildcard_has_its_star_in_the_last_part() {
    let cases: &[(&str, bool)] = &[
        ("*", true),
        ("Any", true),
        ("db:*", true),
        ("db:inv*", true),
        ("services/billing/**", true),
        ("read*", true),
        ("db:*/invoices", false),
        ("k8s:billing-*/Deployment/job", false),
        ("db:invoices", false),
        ("d?", false),
    ];
    for (text, expected) in cases {
        assert_eq!(pattern::is_wildcard(text), *expected, "{text}");
    }
}

#[test]
fn no_pattern_takes_more_than_its_length_times_the_text() {
    let pattern = "*a".repeat(200);
    let text = "a".repeat(5_000);
    assert!(pattern::matches(&pattern, &text));
    assert!(!pattern::matches(&format!("{pattern}b"), &text));
}

#[test]
fn a_pattern_includes_a_wildcard_only_if_it_matches_everything_that_the_wildcard_may() {
    let cases: &[(&str, &str, bool)] = &[
        ("db:*", "db:*", true),
        ("*", "db:*", true),
        ("all", "db:?", true),
        ("api:**", "api:a/*", true),
        ("api:**", "api:a/**/b?", true),
        ("api:*", "api:a", true),
        ("api:?", "api:?", true),
        ("api:a?", "api:?", false),
        ("api:*", "api:a/b", false),
        // A system may let `*` cross a `/`.
        ("api:*", "api:a*", false),
        ("api:?", "api:*", false),
        ("api:a", "api:?", false),
        ("api:**/x", "api:*", false),
        ("db:a", "*", false),
        ("a*", "all", false),
    ];
    for (pattern, granted, expected) in cases {
        assert_eq!(pattern::includes(pattern, granted), *expected, "{pattern} {granted}");
    }
    for (granted, text, expected) in [
        ("api:*", "api:a/secrets", true),
        ("api:?", "api:x", true),
        ("*", "anything", true),
        ("api:a", "api:a", true),
        ("api:a", "api:b", false),
        ("api:b*", "api:a", false),
    ] {
        assert_eq!(pattern::reaches(granted, text), expected, "{granted} {text}");
    }
}
