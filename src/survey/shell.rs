//! Quotes the arguments of suggested commands for a shell.
//!
//! Pure. Start at [`quoted`].

/// Quotes a word for the shell, if it needs quoting.
pub fn quoted(word: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "/._-+@:".contains(char);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
