//! Names and arguments that commands print for a shell.

use exledger::survey::shell::{is_branch_name, quoted};

#[test]
fn names_of_branches_are_those_that_git_accepts() {
    for name in ["billing-key", "ana/fix.1", "origin/x", "größe", "a'b", "$(id)", "a;b", "`x`"] {
        assert!(is_branch_name(name), "{name}");
    }
    for name in [
        "", "-f", "--ref", "@", "a..b", "a/", "/a", "a//b", ".a", "a/.b", "a.lock", "a.", "a b",
        "a\nb", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "a@{1}", "a\u{7f}",
    ] {
        assert!(!is_branch_name(name), "{name:?}");
    }
    assert_eq!(quoted("$(id)'`x`"), r"'$(id)'\''`x`'");
}
