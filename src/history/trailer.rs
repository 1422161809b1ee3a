//! The trailers of a commit message.
//!
//! Pure. Start at [`read`]. Follows `docs/spec/approval.md`, E4: unlike in git and libgit2, `---` does not end the message,
//! and a single line of prose makes the whole paragraph prose.

/// One `token: value` of the last paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// The token, as written.
    pub token: String,
    /// The value, with continuation lines joined by a blank.
    pub value: String,
}

impl Trailer {
    /// Compares the token, ignoring case.
    pub fn is(&self, token: &str) -> bool {
        self.token.eq_ignore_ascii_case(token)
    }
}

/// Returns the trailers of a message: its last paragraph, if it is not the first and each of its lines is a trailer.
///
/// `aside` recognizes lines that a forge writes itself (`See merge request …`); they are ignored.
pub fn read(message: &str, aside: &dyn Fn(&str) -> bool) -> Vec<Trailer> {
    let mut trailers: Vec<Trailer> = Vec::new();
    for line in last_paragraph(message) {
        if aside(line) {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            let Some(last) = trailers.last_mut() else {
                return Vec::new();
            };
            last.value.push(' ');
            last.value.push_str(line.trim());
            continue;
        }
        let Some(trailer) = trailer(line) else {
            return Vec::new();
        };
        trailers.push(trailer);
    }
    for trailer in &mut trailers {
        trailer.value = trailer.value.trim().to_owned();
    }
    trailers
}

/// Returns the lines of the last paragraph; empty if the message has only one.
pub fn last_paragraph(message: &str) -> Vec<&str> {
    let lines: Vec<&str> = message.split('\n').map(|line| line.trim_end_matches('\r')).collect();
    let blank = |line: &&&str| line.trim().is_empty();
    let mut paragraph: Vec<&str> =
        lines.iter().rev().skip_while(blank).take_while(|line| !blank(line)).copied().collect();
    paragraph.reverse();
    let n_filled = lines.iter().filter(|line| !blank(line)).count();
    if n_filled == paragraph.len() {
        paragraph.clear();
    }
    paragraph
}

fn trailer(line: &str) -> Option<Trailer> {
    let (token, value) = line.split_once(':')?;
    let well_formed =
        !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    well_formed.then(|| Trailer { token: token.to_owned(), value: value.trim().to_owned() })
}
