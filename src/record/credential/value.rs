//! Tells whether a value is a credential if its name says that it may be one.
//!
//! Pure. Start at [`named`]. References to credentials and placeholders are not credentials: `vault:prod/x`, `${TOKEN}`,
//! `DB_PASSWORD`, `rotated-weekly`, `<password>`.

use crate::record::credential::name::NameKind;

/// The minimum length of a credential recognized by its name alone.
const SHORTEST: usize = 6;

/// The minimum length of a credential recognized because it looks random.
pub(super) const RANDOM: usize = 20;

/// The minimum length of a key recognized without a name.
pub(super) const SHORTEST_KEY: usize = 40;

/// The lengths of a key recognized without a name.
const KEY: std::ops::RangeInclusive<usize> = SHORTEST_KEY..=512;

/// Returns what a value looks like under a name; `None` for a reference, a placeholder, or plain words.
pub(super) fn named(value: &str, name: &str) -> Option<&'static str> {
    // Almost every value consists of words; its name is then irrelevant.
    let is_drawn = |byte: u8| !byte.is_ascii_alphabetic() && !matches!(byte, b'-' | b'_' | b' ');
    if value.len() < SHORTEST || !value.bytes().any(is_drawn) {
        return None;
    }
    match NameKind::of(name) {
        NameKind::Plain | NameKind::Public => None,
        name => given(value, name),
    }
}

pub(super) fn given(value: &str, name: NameKind) -> Option<&'static str> {
    let value = value.trim();
    if value.len() < SHORTEST || value.contains(char::is_whitespace) {
        return None;
    }
    if is_elsewhere(value) {
        return None;
    }
    let is_given_away = match name {
        NameKind::Plain | NameKind::Public => false,
        NameKind::Perhaps => is_random(value),
        NameKind::Token => is_random(value) || !is_words(value),
        NameKind::Password => is_random(value) || !is_words(value) || is_one_mixed_word(value),
    };
    is_given_away.then_some(match name {
        NameKind::Password => "a password",
        _ => "a token or key",
    })
}

pub(super) fn is_elsewhere(value: &str) -> bool {
    is_placeholder(value) || refers(value)
}

pub(super) fn is_placeholder(value: &str) -> bool {
    const PARTS: &[&str] = &["***", "...", "…", "xxxx", "XXXX", "${", "{{", "$("];
    let opens = value.starts_with(['<', '$', '%', '{', '[', '(']);
    let lower = || value.to_ascii_lowercase();
    opens || PARTS.iter().any(|part| value.contains(part)) || lower().contains("redacted")
}

/// Tells whether a value tells where a credential is, or whose it is: a URL, a path, an address, a UUID.
fn refers(value: &str) -> bool {
    let scheme = value.split_once(':').map(|(scheme, _)| scheme);
    let is_word = |word: &str| {
        word.len() >= 2
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+'))
    };
    if scheme.is_some_and(is_word) || value.starts_with(['/', '.', '~']) {
        return true;
    }
    is_address(value) || is_uuid(value)
}

fn is_address(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else {
        return false;
    };
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    !local.is_empty() && domain.contains('.') && domain.bytes().all(is_host)
}

pub(super) fn is_uuid(value: &str) -> bool {
    let lengths = value.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12])
        && value.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// Tells whether a value consists of words and numbers, like a name, a date, a ticket or a remark.
fn is_words(value: &str) -> bool {
    value.split(['-', '_', '.', '/', ',', '#', '+']).all(is_word)
}

/// Tells whether a piece is a word: letters, digits, or one after the other, such as `prod2` and `30d`.
fn is_word(piece: &str) -> bool {
    piece.chars().all(char::is_alphanumeric) && turns(piece) <= 1
}

/// Tells whether letters and digits of a word change places more often than in names such as `base64url`.
pub(super) fn is_mixed(word: &str) -> bool {
    word.split(|letter: char| !letter.is_alphanumeric()).any(|piece| turns(piece) > 2)
}

// Counts how often a digit follows another character, or the other way round.
fn turns(piece: &str) -> usize {
    let kinds = || piece.chars().map(char::is_numeric);
    kinds().zip(kinds().skip(1)).filter(|(one, next)| one != next).count()
}

fn is_one_mixed_word(value: &str) -> bool {
    value.chars().all(char::is_alphanumeric) && value.contains(|it: char| it.is_ascii_digit())
}

pub(super) fn is_key(value: &str) -> bool {
    if value.len() < *KEY.start() {
        return false;
    }
    let trimmed = value.trim();
    let is_part =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_');
    KEY.contains(&trimmed.len()) && trimmed.bytes().all(is_part) && is_random(trimmed)
}

/// Tells whether a value looks random: upper-case and lower-case letters and digits mixed.
pub(super) fn is_random(value: &str) -> bool {
    value.len() >= RANDOM && n_kinds(value) == 3 && turns_often(value)
}

// Counts which of upper-case letters, lower-case letters and digits are there.
fn n_kinds(value: &str) -> usize {
    let kinds: [fn(&u8) -> bool; 3] =
        [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit];
    kinds.iter().filter(|is_kind| value.as_bytes().iter().any(is_kind)).count()
}

/// Tells whether the characters of a value change their kind as often as drawn ones.
pub(super) fn turns_often(value: &str) -> bool {
    let kinds = value.bytes().map(|byte| match byte {
        b'A'..=b'Z' => Some(0),
        b'a'..=b'z' => Some(1),
        b'0'..=b'9' => Some(2),
        b'+' | b'/' | b'=' | b'_' | b'-' | b'.' | b'~' | b'%' => Some(3),
        _ => None,
    });
    let (mut turns, mut before) = (0, None);
    for kind in kinds {
        let Some(kind) = kind else {
            return false;
        };
        turns += usize::from(before.is_some_and(|before| before != kind));
        before = Some(kind);
    }
    // Of 62 characters drawn evenly, three in five differ in kind from the one before; in words, one in five does.
    turns * 100 >= value.len() * 38 && !is_camel(value)
}

/// Tells whether three of four characters are in words like those of `BillingBatchReader`: a
/// letter followed by lower case.
fn is_camel(value: &str) -> bool {
    let (mut n_in_words, mut run) = (0, 0);
    // A capitalized word is one longer than its lower-case letters.
    let (mut before, mut capital) = (' ', 0);
    for character in value.chars().chain([' ']) {
        if character.is_ascii_lowercase() {
            if run == 0 {
                capital = usize::from(before.is_ascii_uppercase());
            }
            run += 1;
        } else {
            n_in_words += if run >= 2 { run + capital } else { 0 };
            run = 0;
        }
        before = character;
    }
    n_in_words * 4 >= value.len() * 3
}
