//! What formats of other tools share: globs, expressions, locators, lists in JSON.

use exledger::features::export::targets::json_edit::JsonList;
use exledger::features::export::targets::k8s_locator::{K8sLocator, wildcard};
use exledger::formats::engine_pattern::{of_regex, regex, regex_without_stars};
use exledger::formats::glob::{doublestar, patterns};
use serde_json::{Value, json};

#[test]
fn only_three_wildcards_are_special() {
    assert_eq!(regex("billing-batch-*"), "billing-batch-[^/]*");
    assert_eq!(regex("a.b/**/c?"), r"a\.b/.*/c.");
    assert_eq!(regex(r"[x]{1}\(|^$+)"), r"\[x\]\{1\}\\\(\|\^\$\+\)");
}

#[test]
fn a_written_expression_is_read_back_and_no_other() {
    for pattern in ["billing-batch-*", "a.b/**/c?", "", r"[x]{1}\(|^$+)", "?*", "**", "ü*"] {
        assert_eq!(of_regex(&regex(pattern)).as_deref(), Some(pattern));
        let other = regex_without_stars(pattern);
        assert!(!other.contains('*'), "{other}");
        assert_eq!(of_regex(&other).as_deref(), Some(pattern));
    }
    for wide in [r"\d", r"a\w*", "a+", "ab*", "(a|b)", "[ab]", "a?", "a{2}", r"a\.*", r"\*", "a.+"]
    {
        assert_eq!(of_regex(wide), None, "{wide}");
    }
}

fn edited(source: &str, wanted: &[Value]) -> String {
    let is_own = |item: &Value| item.get("id").is_some();
    JsonList::parse(source).unwrap().replaced(&is_own, wanted)
}

#[test]
fn all_else_stays_byte_for_byte() {
    let source = "[\n  {\"a\" : 1.50},\n  {\"id\": 1},\n  [ ] ,\n  \"x]\"\n]\n";
    let once = edited(source, &[json!({"id": 2})]);
    assert_eq!(once, "[\n  {\"a\" : 1.50},\n  [ ] ,\n  \"x]\",\n  {\n    \"id\": 2\n  }\n]\n");
    assert_eq!(edited(&once, &[json!({"id": 2})]), once);
    assert_eq!(edited(source, &[json!({"id": 1})]), source, "nothing to do");
}

#[test]
fn empty_and_inline_lists() {
    assert_eq!(edited("[]", &[json!({"id": 2})]), "[\n  {\n    \"id\": 2\n  }\n]");
    assert_eq!(edited("[{\"id\": 1}]\n", &[]), "[]\n");
    assert_eq!(edited("[1, 2]", &[json!({"id": 2})]), "[1, 2, {\"id\":2}]");
    assert_eq!(edited("[\n  {\"id\": 1}\n]\n", &[]), "[]\n");
    assert!(JsonList::parse("{}").is_err() && JsonList::parse("[1").is_err());
}

#[test]
fn a_locator_has_exactly_three_parts() {
    let locator = K8sLocator { namespace: "billing", kind: "Pod", name: "batch-*" };
    assert_eq!(K8sLocator::parse("k8s:billing/Pod/batch-*"), Some(locator));
    for text in
        ["k8s:**", "k8s:billing/Pod", "k8s:a/b/c/d", "billing/Pod/x", "k8s:a//x", "k8s:a/b/"]
    {
        assert_eq!(K8sLocator::parse(text), None, "{text}");
    }
    assert!(K8sLocator::parse("k8s:/Node/worker-1").is_some());
    assert_eq!(wildcard("a**b***"), "a*b*");
}

#[test]
fn a_written_glob_is_read_back() {
    for pattern in [
        "src/run.py",
        "src/**",
        "**",
        "**/a",
        "src/**/a/**",
        "*/**/a",
        "src/*.d/**",
        "a/**/**",
        "x[1]/{a,b}/c,d}.lock",
        r"a\b?c*",
        "a**b/c**",
    ] {
        let read = patterns(&doublestar(pattern));
        assert_eq!((read.patterns, read.is_wider), (vec![pattern.to_owned()], false));
    }
    assert_eq!(doublestar(r"a[1]{b}\*"), r"a\[1\]\{b\}\\*");
    // Both say: at least two names below the folder.
    for pattern in ["src/*/**", "src/**/*"] {
        assert_eq!(patterns(&doublestar(pattern)).patterns, ["src/**/*"]);
    }
}

#[test]
fn what_people_write_is_not_read_as_less() {
    for (glob, expected, is_wider) in [
        ("**/a", &["**/a", "a"] as &[&str], false),
        ("src/**/*", &["src/**"], false),
        ("src/*/**", &["src/**"], false),
        ("**/*", &["**"], false),
        ("src/a*/**", &["src/a*/**", "src/a*"], false),
        ("src/{a,b/{c,d}}.js", &["src/a.js", "src/b/c.js", "src/b/d.js"], false),
        ("src/[!a-z].js", &["src/?.js"], true),
        (r"src/\*.js", &["src/?.js"], true),
        ("src/[a", &["**"], true),
        ("src/{a", &["**"], true),
        ("src/a\\", &["**"], true),
        ("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", &["**"], true),
        ("**/a/**/a/**/a/**/a/**/a/**/a/**/a", &["**"], true),
    ] {
        let read = patterns(glob);
        let expected: Vec<String> = expected.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!((read.patterns, read.is_wider), (expected, is_wider), "{glob}");
    }
}
