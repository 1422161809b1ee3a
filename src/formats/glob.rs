//! Globs of Go's `doublestar`, which trivy and grype use: written from patterns of a record, and read back.
//!
//! Pure. Start at [`doublestar`] and [`patterns`]. Follows `docs/spec/interop.md`, 2: patterns have `*`, `**` and `?`, and
//! everything else in them is literal.

/// The largest number of alternatives, the deepest braces and the longest glob, in bytes, that are read one by one.
const MOST: usize = 64;
const DEEPEST: usize = 8;
const LONGEST: usize = 4096;

/// Returns a pattern as a glob that matches no more than it.
///
/// In a glob `**/` also matches nothing, where our `**/` means at least one folder: `*/**/` says that. `/**` at the end also
/// matches the folder itself, which after a wildcard may be a file: `/**/*` doesn't. In other places `**` matches less
/// than here.
pub fn doublestar(pattern: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut segments = pattern.split('/').peekable();
    let mut is_any = false;
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        if segment == "**" && !is_last {
            parts.push("*".to_owned());
        }
        parts.push(escaped(segment));
        if segment == "**" && is_last && is_any {
            parts.push("*".to_owned());
        }
        is_any |= segment.contains(['*', '?']);
    }
    parts.join("/")
}

/// Escapes what is literal in a pattern but not in a glob: brackets, braces and backslashes.
pub fn escaped(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    for character in pattern.chars() {
        if matches!(character, '[' | ']' | '{' | '}' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// What a glob stands for, in patterns of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobReading {
    /// Alternatives, which together match all that the glob does.
    pub patterns: Vec<String>,
    /// Whether they match more than the glob: no pattern says `[ab]`.
    pub is_wider: bool,
}

impl GlobReading {
    /// Returns a note for whoever imports it, if the patterns match more.
    pub fn note(&self) -> Option<String> {
        if self.is_wider { Some("wider: a path".to_owned()) } else { None }
    }
}

/// Reads a glob. What [`doublestar`] wrote becomes the pattern that it was written from, or an equal one.
pub fn patterns(glob: &str) -> GlobReading {
    let everything = || GlobReading { patterns: vec!["**".to_owned()], is_wider: true };
    let Some((globs, is_wider)) = alternatives(glob) else {
        return everything();
    };
    let mut patterns: Vec<String> = Vec::new();
    for glob in &globs {
        let Some(variants) = of_segments(glob) else {
            return everything();
        };
        for pattern in variants {
            if !patterns.contains(&pattern) {
                patterns.push(pattern);
            }
        }
    }
    GlobReading { patterns, is_wider }
}

/// Returns a glob without escapes, classes and braces: one text for each alternative, and whether they match more.
/// `None` if it is not a glob, or there are too many.
fn alternatives(glob: &str) -> Option<(Vec<String>, bool)> {
    if glob.len() > LONGEST {
        return None;
    }
    // What stands before each open brace, and the alternatives in it that are complete.
    let mut open: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    let mut current = vec![String::new()];
    let mut is_wider = false;
    let mut characters = glob.chars();
    while let Some(character) = characters.next() {
        let literal = match character {
            '\\' => match characters.next()? {
                // A pattern has no literal wildcards.
                '*' | '?' => None,
                literal => Some(literal),
            },
            '[' => {
                class(&mut characters)?;
                None
            }
            '{' if open.len() >= DEEPEST => return None,
            '{' => {
                open.push((std::mem::replace(&mut current, vec![String::new()]), Vec::new()));
                continue;
            }
            ',' | '}' if !open.is_empty() => {
                let (before, mut done) = open.pop()?;
                done.append(&mut current);
                if character == ',' {
                    open.push((before, done));
                    current.push(String::new());
                    continue;
                }
                if before.len() * done.len() > MOST {
                    return None;
                }
                let each = |begin: &String| -> Vec<String> {
                    done.iter().map(|end| format!("{begin}{end}")).collect()
                };
                current = before.iter().flat_map(each).collect();
                continue;
            }
            character => Some(character),
        };
        is_wider |= literal.is_none();
        current.iter_mut().for_each(|text| text.push(literal.unwrap_or('?')));
    }
    if open.is_empty() { Some((current, is_wider)) } else { None }
}

fn class(characters: &mut std::str::Chars<'_>) -> Option<()> {
    let mut is_empty = true;
    loop {
        match characters.next()? {
            ']' if !is_empty => return Some(()),
            '^' | '!' if is_empty => continue,
            '\\' => {
                characters.next()?;
            }
            _ => {}
        }
        is_empty = false;
    }
}

/// Returns the patterns of a glob whose only special characters are `*` and `?`; `None` if there are too many.
fn of_segments(glob: &str) -> Option<Vec<String>> {
    let segments: Vec<&str> = glob.split('/').collect();
    let mut variants: Vec<Vec<&str>> = vec![Vec::new()];
    let mut rest = segments.as_slice();
    let mut is_any = false;
    while let [first, after @ ..] = rest {
        let (part, is_optional, next) = match (*first, after) {
            // At least one folder.
            ("*", ["**", after @ ..]) => ("**", false, after),
            ("**", ["**", ..]) => {
                rest = after;
                continue;
            }
            // At least one name.
            ("**", ["*"]) => ("**", false, [].as_slice()),
            ("**", []) => ("**", is_any, after),
            ("**", _) => ("**", true, after),
            (part, _) => (part, false, after),
        };
        let mut without = if is_optional { variants.clone() } else { Vec::new() };
        variants.iter_mut().for_each(|variant| variant.push(part));
        variants.append(&mut without);
        if variants.len() > MOST {
            return None;
        }
        is_any |= part.contains(['*', '?']);
        rest = next;
    }
    let patterns = variants.into_iter().map(|parts| parts.join("/"));
    Some(patterns.filter(|pattern| !pattern.is_empty()).collect())
}
