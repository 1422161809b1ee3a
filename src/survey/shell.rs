//! Quotes the arguments of suggested commands for a shell.
//!
//! Pure. Start at [`quoted`].

/// Returns a word as a shell takes it for one word.
pub fn quoted(word: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "/._-+@:".contains(char);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
