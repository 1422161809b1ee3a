//! A commit message as forges and people write it: subject, body, and the trailers of its last paragraph.
//!
//! Uses nothing else of the line. Pure. Start at [`Message::trailers`]. Follows `docs/spec/approval.md`, E4.

/// The lines of a message, without carriage returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// The first line that is not blank.
    pub subject: &'a str,
    /// Every line after it.
    pub body: Vec<&'a str>,
}

/// One `token: value` of the last paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// The token as it is written.
    pub token: String,
    /// The value, its continuations joined by blanks, trimmed.
    pub value: String,
}

impl Trailer {
    /// Tells whether this is the trailer of a token, letter case aside.
    pub fn is(&self, token: &str) -> bool {
        self.token.eq_ignore_ascii_case(token)
    }
}

/// Tells of a line whether it is the forge's own and stands aside of the trailers.
pub type Aside = fn(&str) -> bool;

impl<'a> Message<'a> {
    /// Reads the lines of a message.
    pub fn read(text: &'a str) -> Message<'a> {
        let mut lines = text
            .split('\n')
            .map(|line| line.strip_suffix('\r').unwrap_or(line))
            .skip_while(|line| line.trim().is_empty());
        Message {
            subject: lines.next().unwrap_or_default().trim_end(),
            body: lines.collect(),
        }
    }

    /// Returns the last paragraph, or nothing where that is the subject's.
    pub fn last_paragraph(&self) -> &[&'a str] {
        let blank = |line: &&str| line.trim().is_empty();
        let Some(last) = self.body.iter().rposition(|line| !blank(line)) else {
            return &[];
        };
        let text = self.body.get(..=last).unwrap_or_default();
        match text.iter().rposition(blank) {
            Some(gap) => text.get(gap + 1..).unwrap_or_default(),
            None => &[],
        }
    }

    /// Returns the trailers: all of the last paragraph, or none where a line of it is no trailer.
    ///
    /// What git's own reader accepts beyond that (a divider, a share of other lines) is prose here: text that
    /// happens to hold a colon names no approver.
    pub fn trailers(&self, aside: Option<Aside>) -> Vec<Trailer> {
        let mut found: Vec<Trailer> = Vec::new();
        for line in self.last_paragraph() {
            if aside.is_some_and(|aside| aside(line)) {
                continue;
            }
            if line.starts_with([' ', '\t']) {
                let Some(before) = found.last_mut() else {
                    return Vec::new();
                };
                before.value = format!("{} {}", before.value, line.trim())
                    .trim()
                    .to_owned();
                continue;
            }
            let Some((token, value)) = line.split_once(':') else {
                return Vec::new();
            };
            if !is_token(token) {
                return Vec::new();
            }
            found.push(Trailer {
                token: token.to_owned(),
                value: value.trim().to_owned(),
            });
        }
        found
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Returns the name and the address of `Name <address>`, of a bare address, or of a name alone.
///
/// Either is `None` where it is not there; an address without `@` is none.
pub fn person(value: &str) -> (Option<&str>, Option<&str>) {
    let value = value.trim();
    if let Some((name, rest)) = value.split_once('<') {
        let address = rest.split('>').next().unwrap_or_default().trim();
        let name = name.trim();
        return (
            Some(name).filter(|name| !name.is_empty()),
            Some(address).filter(|address| address.contains('@')),
        );
    }
    if value.contains('@') && !value.starts_with('@') && !value.contains(char::is_whitespace) {
        return (None, Some(value));
    }
    (Some(value).filter(|name| !name.is_empty()), None)
}

/// Tells whether a value names no person: nothing, a group, or a word that stands for nobody.
pub fn is_nobody(value: &str) -> bool {
    let value = value.trim().trim_end_matches('.').to_lowercase();
    value.is_empty()
        || value.starts_with('#')
        || matches!(
            value.as_str(),
            "tbd"
                | "tba"
                | "todo"
                | "n/a"
                | "na"
                | "none"
                | "nobody"
                | "no one"
                | "no-one"
                | "null"
                | "nil"
                | "unknown"
                | "pending"
                | "-"
                | "?"
                | "??"
                | "???"
                | "x"
                | "xxx"
                | "team"
                | "everyone"
                | "all"
        )
}
