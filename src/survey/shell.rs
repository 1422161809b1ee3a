//! Quotes the arguments of suggested commands for a shell.
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
