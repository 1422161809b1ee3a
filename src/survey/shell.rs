//! Quotes the arguments of suggested commands for a shell, and checks the names of branches in them.
//!
//! Pure. Start at [`quoted`].

/// Quotes an argument for the shell, if it needs quoting.
pub fn quoted(argument: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "/._-+@:".contains(char);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', "'\\''"))
    }
}

/// Tells whether git accepts a text as the name of a branch, by the rules of git-check-ref-format(1), so that it is
/// neither an option nor anything else than a name.
pub fn is_branch_name(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with(".lock")
            && !part.ends_with('.')
    };
    let is_refused = |char: char| char.is_ascii_control() || " ~^:?*[\\".contains(char);
    name.len() <= 255
        && name != "@"
        && !name.starts_with('-')
        && name.split('/').all(is_part)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains(is_refused)
}

#[cfg(test)]
mod tests {
    use super::{is_branch_name, quoted};

    #[test]
    fn names_of_branches_are_those_that_git_accepts() {
        for name in ["billing-key", "ana/fix.1", "origin/x", "größe", "a'b", "$(id)", "a;b", "`x`"]
        {
            assert!(is_branch_name(name), "{name}");
        }
        for name in [
            "", "-f", "--ref", "@", "a..b", "a/", "/a", "a//b", ".a", "a/.b", "a.lock", "a.",
            "a b", "a\nb", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "a@{1}", "a\u{7f}",
        ] {
            assert!(!is_branch_name(name), "{name:?}");
        }
        assert_eq!(quoted("$(id)'`x`"), r"'$(id)'\''`x`'");
    }
}
