//! The models of other tools that exports are tested with.

use crate::support::export_models::globs::matches;

#[test]
fn globs_are_those_of_doublestar() {
    for (glob, path, expected) in [
        ("**/x", "x", true),
        ("*/**/x", "x", false),
        ("*/**/x", "a/x", true),
        ("*/**/x", "a/b/x", true),
        ("a/**", "a/b/c", true),
        ("a/**", "a", true),
        ("a/*/**", "a/b", true),
        ("a/*/**/*", "a/b", false),
        ("a/*/**/*", "a/b/c", true),
        ("a/*/**/*", "a/b/c/d", true),
        ("a**", "ab/c", false),
        ("a?c", "a/c", false),
        ("x\\[1\\]\\{a\\}", "x[1]{a}", true),
        ("x[12]", "x2", true),
        ("{a,b}/c", "b/c", true),
    ] {
        assert_eq!(matches(glob, path), expected, "{glob} {path}");
    }
}
