//! Enough of Rust's grammar to find the paths that a file names: tokens without comments, strings and test modules,
//! then paths with their `use` trees expanded. Start at [`paths`].

/// A word, the `::` between the segments of a path, or any other token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Word(String),
    Joint,
    Mark(char),
}

/// A path that a file names, from the line of its last segment.
pub(crate) struct Named {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
    /// How many modules of the same file enclose it.
    pub(crate) within: usize,
    /// The name under which a `use` imports it; `None` for a path in code.
    pub(crate) imported_as: Option<String>,
}

type Placed = (Token, usize);

/// Reads tokens with their lines, without comments, strings, characters and lifetimes.
pub(crate) fn read(text: &str) -> Vec<Placed> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let end = match (chars[at], chars.get(at + 1)) {
            ('/', Some('/')) => line_end(&chars, at),
            ('/', Some('*')) => comment_end(&chars, at),
            ('"', _) => text_end(&chars, at),
            ('\'', _) => quote_end(&chars, at),
            (':', Some(':')) => {
                tokens.push((Token::Joint, line));
                at + 2
            }
            (c, _) if c.is_alphanumeric() || c == '_' => {
                let end = word_end(&chars, at);
                let word: String = chars[at..end].iter().collect();
                match raw_end(&chars, end, &word) {
                    Some(end) => end,
                    None => {
                        tokens.push((Token::Word(word), line));
                        end
                    }
                }
            }
            (c, _) => {
                if !c.is_whitespace() {
                    tokens.push((Token::Mark(c), line));
                }
                at + 1
            }
        };
        line += chars[at..end].iter().filter(|c| **c == '\n').count();
        at = end;
    }
    tokens
}

fn line_end(chars: &[char], at: usize) -> usize {
    (at..chars.len()).find(|i| chars[*i] == '\n').unwrap_or(chars.len())
}

fn word_end(chars: &[char], at: usize) -> usize {
    (at..chars.len())
        .find(|i| !chars[*i].is_alphanumeric() && chars[*i] != '_')
        .unwrap_or(chars.len())
}

fn comment_end(chars: &[char], at: usize) -> usize {
    let (mut depth, mut i) = (1, at + 2);
    while i < chars.len() && depth > 0 {
        match (chars[i], chars.get(i + 1)) {
            ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
            ('*', Some('/')) => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
    }
    i
}

fn text_end(chars: &[char], at: usize) -> usize {
    let mut i = at + 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    (i + 1).min(chars.len())
}

/// Returns the end of a character literal, or of the quote of a lifetime.
fn quote_end(chars: &[char], at: usize) -> usize {
    if chars.get(at + 1) == Some(&'\\') {
        let close = (at + 3..chars.len()).find(|i| chars[*i] == '\'');
        return close.map_or(chars.len(), |i| i + 1);
    }
    if chars.get(at + 2) == Some(&'\'') {
        return at + 3;
    }
    word_end(chars, at + 1)
}

/// Returns the end of a raw string whose prefix is the word just read (`r`, `br`, `cr`), if it is one.
fn raw_end(chars: &[char], at: usize, word: &str) -> Option<usize> {
    if !["r", "br", "cr"].contains(&word) {
        return None;
    }
    let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
    if chars.get(at + hashes) != Some(&'"') {
        return None;
    }
    let closes = |i: &usize| {
        let tail = &chars[*i..];
        tail[0] == '"' && tail.iter().skip(1).take_while(|c| **c == '#').count() >= hashes
    };
    let close = (at + hashes + 1..chars.len()).find(closes);
    Some(close.map_or(chars.len(), |i| i + 1 + hashes))
}

/// Removes every item under `#[cfg(test)]`.
pub(crate) fn without_tests(tokens: &[Placed]) -> Vec<Placed> {
    let mark = [Token::Mark('#'), Token::Mark('['), word("cfg"), Token::Mark('('), word("test")];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if mark.iter().enumerate().all(|(i, token)| is(tokens, at + i, token)) {
            at = item_end(tokens, at + mark.len() + 2);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// Returns the token after an item: after its `;`, or after its closing brace.
fn item_end(tokens: &[Placed], from: usize) -> usize {
    let mut depth = 0_i32;
    for (i, (token, _)) in tokens.iter().enumerate().skip(from) {
        match token {
            Token::Mark('{' | '(' | '[') => depth += 1,
            Token::Mark(')' | ']') => depth -= 1,
            Token::Mark('}') => {
                depth -= 1;
                if depth == 0 {
                    return i + 1;
                }
            }
            Token::Mark(';') if depth == 0 => return i + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// Returns every path in the tokens, in order; a `use` yields one for each leaf of its tree.
pub(crate) fn paths(tokens: &[Placed]) -> Vec<Named> {
    let mut named: Vec<Named> = Vec::new();
    let mut braces = 0_usize;
    // The brace depth of each open module.
    let mut modules = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let from = named.len();
        match &tokens[at].0 {
            Token::Word(first) if first == "use" && !is(tokens, at + 1, &Token::Mark('<')) => {
                at = tree(tokens, at + 1, &[], &mut named);
            }
            Token::Word(first) => {
                if first == "mod" && is(tokens, at + 2, &Token::Mark('{')) {
                    modules.push(braces + 1);
                }
                at = path(tokens, at, &mut named);
            }
            Token::Mark('{') => {
                braces += 1;
                at += 1;
            }
            Token::Mark('}') => {
                modules.pop_if(|depth| *depth == braces);
                braces = braces.saturating_sub(1);
                at += 1;
            }
            Token::Joint | Token::Mark(_) => at += 1,
        }
        for path in &mut named[from..] {
            path.within = modules.len();
        }
    }
    named
}

/// Reads one path in code; returns the token after it.
fn path(tokens: &[Placed], mut at: usize, named: &mut Vec<Named>) -> usize {
    let mut segments = Vec::new();
    let mut line = 0;
    while let Some((Token::Word(next), here)) = tokens.get(at) {
        segments.push(next.clone());
        line = *here;
        at += 1;
        if !is(tokens, at, &Token::Joint) {
            break;
        }
        at += 1;
    }
    named.push(Named { segments, line, within: 0, imported_as: None });
    at
}

/// Reads one branch of a `use` tree below a prefix; returns the token after it.
fn tree(tokens: &[Placed], mut at: usize, prefix: &[String], named: &mut Vec<Named>) -> usize {
    let mut segments = prefix.to_vec();
    let mut line = 0;
    while let Some((token, here)) = tokens.get(at) {
        match token {
            Token::Word(name) if name == "as" => {
                if let Some((Token::Word(alias), _)) = tokens.get(at + 1) {
                    leaf(segments, line, alias.clone(), named);
                }
                return at + 2;
            }
            Token::Word(name) => {
                segments.push(name.clone());
                line = *here;
            }
            Token::Joint => {}
            Token::Mark('{') => {
                at += 1;
                while tokens.get(at).is_some() && !is(tokens, at, &Token::Mark('}')) {
                    // At least one token, so that a malformed `use` tree can't cause an endless loop.
                    let next = tree(tokens, at, &segments, named);
                    let more = next == at || is(tokens, next, &Token::Mark(','));
                    at = next + usize::from(more);
                }
                return at + 1;
            }
            Token::Mark('*') => line = *here,
            Token::Mark(_) => break,
        }
        at += 1;
    }
    let name = segments.iter().rev().find(|part| *part != "self").cloned();
    leaf(segments, line, name.unwrap_or_default(), named);
    at
}

fn leaf(mut segments: Vec<String>, line: usize, name: String, named: &mut Vec<Named>) {
    if segments.len() > 1 && segments.last().is_some_and(|part| part == "self") {
        segments.pop();
    }
    if !segments.is_empty() {
        named.push(Named { segments, line, within: 0, imported_as: Some(name) });
    }
}

fn word(text: &str) -> Token {
    Token::Word(text.to_owned())
}

fn is(tokens: &[Placed], at: usize, token: &Token) -> bool {
    tokens.get(at).is_some_and(|(found, _)| found == token)
}
