//! Tells whether a line of code or configuration gives a password, token or key a value: also a plain word, which in a
//! sentence would be a remark.
//!
//! Pure. Start at [`find`].

use crate::record::credential::name::NameKind;
use crate::record::credential::{text, value};

/// Values that say that there is none, or only of which type it is.
const EMPTY: &str = "none null nil undefined true false str string bytes object any int char";

const QUOTES: [char; 3] = ['"', '\'', '`'];

// What no bare value has.
const CODE: [char; 6] = ['(', '[', '{', '<', '"', '\''];

const ENDS: [char; 7] = [' ', '\t', ',', ';', ')', '&', '\\'];

// Words behind the name of a secret that change nothing: `PWD_OLD`, `passwordOld`.
const QUALIFIERS: &str = "old new current previous default prod production dev test staging value str string text plain raw base base64";

/// Keys whose value belongs to the name beside them, on this line or the one before.
const VALUES: &str = "value val default defaultvalue";

// Functions whose last argument is the value if there is no other one.
const GETTERS: &str = "get getenv env environ config getattr getproperty pop setdefault default";

/// Statements that give the name after them the word after that.
const SETTERS: &str = "env arg set setenv setx";

fn is_word(words: &str, text: &str) -> bool {
    words.split(' ').any(|word| word.eq_ignore_ascii_case(text))
}

fn is_secret(name: &str) -> bool {
    matches!(kind(name), NameKind::Password | NameKind::Token)
}

/// Returns what the first such value of a line looks like; `None` if there is none.
pub(super) fn find(before: &str, line: &str) -> Option<&'static str> {
    let quoted = quoted(line).filter(|(_, value)| !value.trim().is_empty());
    let bare = bare(line).filter(|(_, value)| !value.contains(CODE));
    let given = quoted.chain(bare).chain(tagged(line)).find_map(|(head, value)| {
        let is_argument = head.trim_end().ends_with([',', '(']);
        let called = called(head).filter(|name| is_argument && is_secret(name));
        let mut names = assigned(head).into_iter().chain(fallen_back(head, value)).chain(called);
        names.find_map(|name| what_is(name, value, [before, head]))
    });
    given.or_else(|| spoken(line)).or_else(|| continued(before, line))
}

/// Returns each line with the line above it that may name its values: the next one that is not a part of a statement begun before.
pub(super) fn with_before<'t>(
    lines: impl Iterator<Item = &'t str>,
) -> impl Iterator<Item = (&'t str, &'t str)> {
    lines.scan("", |before, line| {
        let pair = (*before, line);
        if !is_skipped(line) && !is_value(line) {
            *before = line;
        }
        Some(pair)
    })
}

// How a comment begins.
const COMMENTS: [&str; 6] = ["#", "//", "--", ";", "/*", "*"];

fn is_skipped(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || COMMENTS.iter().any(|begin| line.starts_with(begin))
}

// Tells whether a line is a word or a quoted text alone, as the next line of a statement is.
fn is_value(line: &str) -> bool {
    let line = line.trim();
    let is_sign = |letter: char| letter.is_whitespace() || matches!(letter, '=' | ':' | '(');
    match without_texts(line) {
        Some(rest) if rest != line => !rest.contains(is_sign),
        Some(_) => !line.contains(is_sign),
        None => line.starts_with(QUOTES),
    }
}

// What a line may end with whose value is on the next one, as a word or quoted.
const OPENERS: [&str; 6] = ["=", ":", "\\", "|", ">", "-"];

// The same, of what is quoted alone.
const QUOTED_OPENERS: [&str; 8] = ["(", "[", "{", ",", "+", "`", "\"\"\"", "'''"];

// Returns what a line gives away that goes on with a statement of a line above.
fn continued(before: &str, line: &str) -> Option<&'static str> {
    if is_skipped(line) {
        return None;
    }
    let head = before.trim_end();
    let ends = |with: &[&str]| with.iter().any(|end| head.ends_with(end));
    let is_open = ends(&OPENERS);
    if is_open || ends(&QUOTED_OPENERS) {
        let target = head.rsplit_once('=').map_or("", |(target, _)| target);
        let tail = head.trim_end_matches(|letter| !is_part(letter));
        let is_named = !head.get(tail.len()..).unwrap_or_default().contains(')');
        let own = if is_named { last_name(tail) } else { "" };
        let names = [own, last_name(target), called(head).unwrap_or_default()];
        let texts =
            quoted(line).filter(|(head, _)| !head.contains(['=', ':'])).map(|(_, text)| text);
        let word = line.trim().split(ENDS).next().filter(|word| {
            is_value(line) && (is_open || head.ends_with(QUOTES)) && !word.contains(CODE)
        });
        let mut values = texts.chain(word).filter(|value| !value.trim().is_empty());
        let given = values.find_map(|value| {
            let mut names = names.iter().filter(|name| is_secret(name));
            names.find_map(|name| what_is(name, value, ["", ""]))
        });
        if given.is_some() {
            return given;
        }
    }
    // The next part of a value that begins above.
    let is_part = is_value(line) && line.contains(char::is_alphanumeric);
    if is_part && !is_skipped(before) { find("", before) } else { None }
}

// Returns the name of the call that a text is an argument of.
fn called(head: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let open = head.bytes().enumerate().rev().find(|(_, byte)| match byte {
        b')' => {
            depth += 1;
            false
        }
        b'(' if depth == 0 => true,
        b'(' => {
            depth -= 1;
            false
        }
        _ => false,
    });
    Some(last_name(head.get(..open?.0)?)).filter(|name| !name.is_empty())
}

// Parts of words by which a line may be about a secret.
const MENTIONS: [&str; 16] = [
    "assw", "passe", "senha", "contrase", "pwd", "secret", "token", "cred", "auth", "login",
    "connect", "apikey", "hmac", "jwt", "encrypt", "webhook",
];

// Parts of the names of calls whose last argument opens something.
const OPENING: [&str; 5] = ["login", "connect", "basicauth", "authenticate", "pdo"];

// What people write behind a line so that a scanner of secrets leaves it out.
const MARKERS: [&str; 11] = [
    "allowlist secret",
    "gitleaks:allow",
    "S105",
    "S106",
    "S107",
    "B105",
    "B106",
    "B107",
    "trufflehog:ignore",
    "ggignore",
    "nosecret",
];

/// Tells whether a line may contain a credential, if nobody must quote one: a text that looks drawn, any text on a line that is
/// marked as a secret, and beside a word about secrets, in a comment or a call, each text that isn't made of words.
pub(super) fn is_doubtful(before: &str, line: &str) -> bool {
    let comment =
        COMMENTS.iter().filter_map(|begin| line.rsplit_once(begin)).map(|(_, comment)| comment);
    let mut words = comment.flat_map(|comment| comment.split(|letter| !is_part(letter))).peekable();
    let named = words.find(|word| is_secret(word));
    let is_told = named.is_some() && words.next_if(|word| is_word("is was ist", word)).is_some();
    let is_named = |text: &str| named.and_then(|name| what_is(name, text, ["", ""])).is_some();
    let is_mentioned = [before, line].into_iter().any(|text| {
        let folded = text.to_ascii_lowercase().replace(['_', '-'], "");
        MENTIONS.iter().any(|part| folded.contains(part))
            || text.split(|letter| !is_part(letter)).any(|word| kind(word) == NameKind::Perhaps)
    });
    let has = |text: &str, is_kind: fn(&u8) -> bool| text.as_bytes().iter().any(is_kind);
    let is_drawn = |text: &str| {
        has(text, u8::is_ascii_digit)
            && has(text, u8::is_ascii_alphabetic)
            && value::given(text, NameKind::Password).is_some()
    };
    let is_marked = MARKERS.iter().any(|marker| line.contains(marker));
    let is_text = |text: &str| is_marked && text.contains(char::is_alphanumeric);
    let is_own = |head: &str| assigned(head).iter().any(|name| kind(name) == NameKind::Public);
    let is_random = |text: &str| value::is_random(text) && !value::is_elsewhere(text);
    let is_between = |letter: char| {
        letter.is_whitespace()
            || letter == '('
            || ENDS.contains(&letter)
            || QUOTES.contains(&letter)
    };
    let mut bare = line.split(is_between).flat_map(|word| {
        // What is behind the sign that gives a name a value, the last part of a path, and all of it.
        let value = word.split_once('=').map(|(_, value)| value);
        let part = word.rsplit_once('/').map(|(_, part)| part);
        [Some(word), value, part].into_iter().flatten()
    });
    is_told
        || quoted(line).any(|(head, text)| {
            is_named(text)
                || is_text(text)
                || opens(head, text)
                || is_mentioned && is_drawn(text)
                || !is_own(head) && is_alone(text)
        })
        || bare
            .any(|word| is_random(word) || is_mentioned && is_drawn(word) && value::is_mixed(word))
}

// Tells whether a text is an argument, not the first one, of a call that opens something: `login("root", "…")`.
fn opens(head: &str, text: &str) -> bool {
    let name = called(head).filter(|_| head.trim_end().ends_with(','));
    let name = name.unwrap_or_default().to_ascii_lowercase().replace('_', "");
    let is_opening = name == "auth" || OPENING.iter().any(|part| name.contains(part));
    is_opening
        && text.len() >= FEWEST
        && !text.contains(char::is_whitespace)
        && !value::is_elsewhere(text)
}

// The fewest characters of a password that only its place gives away.
const FEWEST: usize = 5;

// The fewest characters of a text that looks drawn by itself, in its quotes.
const DRAWN: usize = 12;

// The fewest hexadecimal digits of a key.
const HEX: usize = 32;

// Tells whether a quoted text looks drawn, whatever is written around it.
fn is_alone(text: &str) -> bool {
    let is_hex = || text.len() >= HEX && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_mixed = || value::is_mixed(text) && value::given(text, NameKind::Password).is_some();
    let turns_often =
        || value::turns_often(text) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_drawn = || text.len() >= DRAWN && (is_mixed() || turns_often());
    is_hex() || is_drawn()
}

/// Returns what a value looks like under a name; `around` is the text in which a value without a name of its own finds one.
fn what_is(name: &str, value: &str, around: [&str; 2]) -> Option<&'static str> {
    let kind = if is_word(VALUES, name) {
        let mut names = around.into_iter().flat_map(|text| text.split(|it| !is_part(it)));
        names.rfind(|name| is_secret(name)).map_or(NameKind::Plain, kind)
    } else {
        kind(name)
    };
    let what = match kind {
        NameKind::Password => "a password",
        NameKind::Token => "a token or key",
        NameKind::Perhaps => return perhaps(name, value),
        NameKind::Plain | NameKind::Public => return None,
    };
    let is_somewhere = value::is_elsewhere(value) && !value::is_uuid(value);
    let is_value = !value.is_empty() && !is_word(EMPTY, value) && !is_somewhere;
    is_value.then_some(what)
}

// Names that are those of secrets only with values that look like one: `pin = 4711`, not `pin = 13`.
fn perhaps(name: &str, value: &str) -> Option<&'static str> {
    let last = without_qualifiers(name);
    let last = last.rsplit(['_', '-', '.']).next().unwrap_or_default().to_ascii_lowercase();
    let is_number = || value.bytes().all(|byte| byte.is_ascii_digit());
    match &*last {
        "pin" => (PIN.contains(&value.len()) && is_number()).then_some("a password"),
        "credential" | "credentials" | "creds" => value::given(value, NameKind::Password),
        _ => value::named(value, name),
    }
}

// How many digits a PIN has.
const PIN: std::ops::RangeInclusive<usize> = 4..=8;

/// Returns what a name implies in code, where it may be shorter than in a sentence, or have a qualifier.
fn kind(name: &str) -> NameKind {
    let name = without_qualifiers(name);
    let last = name.rsplit(['_', '-', '.']).next().unwrap_or_default();
    if is_word("pass pw", last) || name.ends_with("Pass") {
        NameKind::Password
    } else if is_word("pin creds", last) {
        NameKind::Perhaps
    } else {
        NameKind::of(name)
    }
}

// Returns a name without the numbers and qualifiers behind it: `password` of `password1`, `PASSWORD_OLD_2` and `passwordOld`.
fn without_qualifiers(name: &str) -> &str {
    let mut name = name;
    loop {
        let bare = name.trim_end_matches(|ch: char| ch.is_ascii_digit());
        let bare = bare.trim_end_matches(['_', '-', '.']);
        let camel = bare.rfind(|ch: char| ch.is_ascii_uppercase()).unwrap_or_default();
        let is_after_lower = |at: usize| {
            bare.get(..at).is_some_and(|start| start.ends_with(|ch: char| ch.is_ascii_lowercase()))
        };
        let start = match bare.rsplit_once(['_', '-', '.']) {
            Some((start, last)) if is_word(QUALIFIERS, last) => start,
            _ if is_after_lower(camel)
                && is_word(QUALIFIERS, bare.get(camel..).unwrap_or_default()) =>
            {
                bare.get(..camel).unwrap_or_default()
            }
            _ => bare,
        };
        // A digest is named by its number.
        if start.is_empty() || start.len() == name.len() || NameKind::of(name) == NameKind::Public {
            return name;
        }
        name = start;
    }
}

// Returns the name that gets a value if there is no other one: `PASSWORD` in `PASSWORD = get("x", "…")`.
fn fallen_back<'h>(head: &'h str, value: &str) -> Option<&'h str> {
    let (call, _) = head.trim_end().strip_suffix(',')?.rsplit_once('(')?;
    let (target, _) = call.split_once('=')?;
    // A section and a key name a secret, too.
    let is_getter = is_word(GETTERS, last_name(call)) && !is_secret(value);
    let name = assigned(head.get(..=target.len())?).pop()?;
    (is_getter && is_secret(name)).then_some(name)
}

fn is_part(it: char) -> bool {
    it.is_alphanumeric() || matches!(it, '_' | '-' | '.')
}

/// Returns the names to which the text before a value may give it: the last one, and, with a type between, the one before that.
fn assigned(head: &str) -> Vec<&str> {
    let is_quote_prefix = |last: &&str| {
        last.len() <= 2 && head.ends_with(last) && last.bytes().all(|it| b"bBrRuUfFL".contains(&it))
    };
    let last = last_name(head);
    let head = match Some(last).filter(is_quote_prefix) {
        Some(prefix) => head.strip_suffix(prefix).unwrap_or(head),
        None => head,
    };
    let own = last_name(head);
    let is_sql =
        own.eq_ignore_ascii_case("by") && head.to_ascii_lowercase().contains("identified ");
    let mut names = vec![if is_sql { "password" } else { own }];
    if let Some(target) = head.trim_end().strip_suffix('=') {
        let typed = target.rsplit_once(": ");
        let typed = typed.filter(|(_, kind)| !kind.contains([',', '(', '{', ';']));
        let before = target.trim_end().rsplit_once(' ');
        let before = before.filter(|(name, _)| name.ends_with(char::is_alphanumeric));
        names.extend(typed.into_iter().chain(before).map(|(name, _)| last_name(name)));
    }
    names
}

fn last_name(text: &str) -> &str {
    let is_part = |it: char| is_part(it) && it != '.';
    let text = text.trim_end_matches(|it: char| !is_part(it));
    text.rsplit(|it: char| !is_part(it)).next().unwrap_or_default()
}

/// Returns the quoted texts of a line, each with the text before it, in which its name may be quoted itself.
fn quoted(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.match_indices(QUOTES).enumerate().filter_map(move |(nth, (at, _))| {
        let (head, rest) = (line.get(..at)?, line.get(at + 1..)?);
        // A lone apostrophe turns what is quoted around.
        let is_given = head.trim_end().ends_with(['=', ':', '(', ',', '>']);
        let value = rest.split(QUOTES).next()?;
        (nth.is_multiple_of(2) || is_given).then_some((head, value))
    })
}

// Returns a line with `…` for each quoted text; `None` if it can't be told where one ends.
pub(super) fn without_texts(line: &str) -> Option<String> {
    let mut shown = String::new();
    let mut open = None;
    for letter in line.chars() {
        match open {
            None => {
                shown.push(letter);
                open = QUOTES.contains(&letter).then_some(letter);
                shown.extend(open.map(|_| '…'));
            }
            Some(_) if letter == '\\' => return None,
            Some(quote) if letter == quote => {
                shown.push(letter);
                open = None;
            }
            Some(_) => {}
        }
    }
    open.is_none().then_some(shown)
}

// Returns a line with `…` for each call, `name(…)`, whose name and arguments look like those of code.
pub(super) fn without_calls(line: &str) -> String {
    let mut rest = String::new();
    let mut left = line;
    while let Some((before, inside)) = left.split_once('(') {
        let is_name = |it: char| it.is_alphabetic() || matches!(it, '_' | '.' | '…');
        let start = before.trim_end_matches(is_name);
        let name = before.get(start.len()..).unwrap_or_default();
        let is_between = |it: char| !(it.is_alphanumeric() || "$-/@".contains(it));
        let is_called = name.chars().filter(|character| character.is_alphabetic()).count() > 1
            && start.chars().next_back().is_none_or(is_between);
        let call = end_of_call(inside).filter(|(arguments, after)| {
            let mut words = arguments.split(|it: char| !(it.is_alphanumeric() || it == '_'));
            let is_word = |word: &str| {
                let n_digits = word.bytes().filter(u8::is_ascii_digit).count();
                n_digits == 0 || n_digits == word.len()
            };
            words.all(is_word) && after.chars().next().is_none_or(is_between)
        });
        match call.filter(|_| is_called) {
            Some((_, after)) => {
                rest.push_str(start);
                rest.push('…');
                left = after;
            }
            None => {
                rest.push_str(before);
                rest.push('(');
                left = inside;
            }
        }
    }
    rest + left
}

// Returns the text up to the parenthesis that closes, and what follows it.
fn end_of_call(inside: &str) -> Option<(&str, &str)> {
    let mut depth = 1_usize;
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((inside.get(..at)?, inside.get(at + 1..)?));
        }
    }
    None
}

/// Returns what follows each sign of an assignment, and each option, up to its end.
fn bare(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let assigned = line
        .match_indices(['=', ':'])
        .filter_map(|(at, sign)| Some((line.get(..at)?, line.get(at + sign.len()..)?)));
    let options =
        line.match_indices("--").filter_map(|(at, _)| line.get(at + 2..)?.split_once(' '));
    assigned.chain(options).map(|(head, value)| {
        let value = value.trim_start_matches(['=', '>', ':', ' ', '\t']);
        let value = value.split(ENDS).next().unwrap_or_default();
        // The quote that ends the text around an assignment ends its value, too.
        let around =
            QUOTES.into_iter().find(|quote| !head.matches(*quote).count().is_multiple_of(2));
        let value = around.and_then(|quote| value.split(quote).next()).unwrap_or(value);
        (head, value)
    })
}

/// Returns the text of each element of XML, with what is before it.
fn tagged(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.match_indices('>').filter_map(|(at, _)| {
        let (head, rest) = (line.get(..at)?, line.get(at + 1..)?);
        let (value, _) = rest.split_once("</")?;
        (head.contains('<') && !value.contains(char::is_whitespace)).then_some((head, value))
    })
}

// Options that take a password, by the commands that have them.
const OPTIONS: [(&[&str], &str); 8] = [
    (&["sshpass", "login", "useradd", "usermod"], "-p"),
    (&["redis-cli"], "-a"),
    (&["sqlcmd", "zip", "unzip"], "-P"),
    (&["keytool", "jarsigner"], "-storepass"),
    (&["keytool", "jarsigner"], "-keypass"),
    (&["machine"], "password"),
    (&["openssl"], "-k"),
    (&["openssl"], "-K"),
];

/// Returns what the words of a command or statement give away by their place.
fn spoken(line: &str) -> Option<&'static str> {
    let words = line.split(|it| ENDS.contains(&it) || "='\"`[]".contains(it));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let has = |begins: &[&str]| {
        let mut names = words.iter().map(|word| word.rsplit('/').next().unwrap_or(word));
        names.any(|name| begins.iter().any(|begin| name.starts_with(begin)))
    };
    let is_setter = words.first().is_some_and(|word| is_word(SETTERS, word));
    let is_authorized = words.iter().any(|word| is_word("authorization authorization:", word));
    let attached = words.iter().filter_map(|word| word.strip_prefix("-p"));
    let attached =
        attached.filter(|word| !word.is_empty() && has(&["mysql", "mariadb", "sshpass", "7z"]));
    let pairs = words.windows(2).filter_map(|pair| match pair {
        [option, word] if text::LOGINS.contains(option) => text::password(word),
        [option, word] if OPTIONS.iter().any(|(of, name)| name == option && has(of)) => Some(*word),
        [scheme, word] if is_authorized && is_word("basic bearer token", scheme) => Some(*word),
        [name, word] if is_setter && is_secret(name) => Some(*word),
        [name, word] if is_secret(name) && has(&["aws"]) && has(&["configure"]) => Some(*word),
        _ => None,
    });
    let piped = words.iter().filter(|_| has(&["chpasswd"])).filter_map(|word| word.split_once(':'));
    let last = words.last().copied().filter(|_| has(&["htpasswd"]) && words.contains(&"-b"));
    let logged_on = words.windows(2).filter_map(|pair| match pair {
        [user, word] if user.starts_with("/user:") && has(&["net"]) => Some(*word),
        _ => None,
    });
    let mut values =
        attached.chain(pairs).chain(piped.map(|(_, word)| word)).chain(last).chain(logged_on);
    values.any(|value| !value::is_elsewhere(value)).then_some("a password")
}
