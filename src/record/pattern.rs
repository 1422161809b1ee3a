//! Patterns: one small language for resources, actions, paths, assets and people.
//!
//! Pure. Start at [`matches()`] and [`matches_folded`]. Follows `docs/spec/policy.md`, patterns and spelling. The time for
//! a match is at most proportional to the length of the pattern times that of the text.

use crate::record::address;
use crate::record::folded::{fold_part, folded, is_folded, is_same};

/// A parsed pattern, to be compared with many texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<PatternPiece>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PatternPiece {
    /// This character.
    Exactly(char),
    /// One character.
    One,
    /// Any run of characters but `/`.
    Within,
    /// Any run of characters.
    Any,
    /// One of the characters behind which a name goes on to what lies below it.
    Separator,
}

/// The characters behind which a name goes on to what lies below it.
pub(super) const SEPARATORS: [char; 5] = ['/', '.', ':', '#', '@'];

impl Pattern {
    /// Parses a pattern: `*` any run but `/`, `**` any run, `?` one character, the rest literal.
    pub fn new(text: &str) -> Pattern {
        let mut pieces: Vec<PatternPiece> = Vec::with_capacity(text.len());
        for character in text.chars() {
            let piece = match (character, pieces.last()) {
                ('*', Some(PatternPiece::Within | PatternPiece::Any)) => {
                    pieces.pop();
                    PatternPiece::Any
                }
                ('*', _) => PatternPiece::Within,
                ('?', _) => PatternPiece::One,
                _ => PatternPiece::Exactly(character),
            };
            pieces.push(piece);
        }
        Pattern(pieces)
    }

    /// Parses a pattern for people, in lower case: `*` any run, the rest literal.
    fn person(text: &str) -> Pattern {
        let piece = |character| match character {
            '*' => PatternPiece::Any,
            _ => PatternPiece::Exactly(character),
        };
        Pattern(text.chars().map(piece).collect())
    }

    fn folded_person(text: &str) -> Pattern {
        Pattern::fold(text, &['*'], |_| PatternPiece::Any)
    }

    /// Parses a pattern for folded texts: its literal parts are folded.
    pub fn folded(text: &str) -> Pattern {
        let mut pattern = Pattern::fold(text, &['*', '?'], |wildcard| match wildcard {
            '*' => PatternPiece::Within,
            _ => PatternPiece::One,
        });
        let runs = std::mem::take(&mut pattern.0);
        for piece in runs {
            match (piece, pattern.0.last_mut()) {
                (PatternPiece::Within, Some(last @ (PatternPiece::Within | PatternPiece::Any))) => {
                    *last = PatternPiece::Any;
                }
                _ => pattern.0.push(piece),
            }
        }
        pattern
    }

    /// Folds the literal parts between wildcards. Blanks at both ends of the whole are left out, as they are of texts.
    fn fold(text: &str, wildcards: &[char], piece: impl Fn(char) -> PatternPiece) -> Pattern {
        let mut pieces: Vec<PatternPiece> = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some((literal, wildcard, after)) = next_wildcard(rest, wildcards) {
            pieces.extend(fold_part(literal).chars().map(PatternPiece::Exactly));
            pieces.push(piece(wildcard));
            rest = after;
        }
        pieces.extend(fold_part(rest).chars().map(PatternPiece::Exactly));
        let blank = PatternPiece::Exactly(' ');
        while pieces.last() == Some(&blank) {
            pieces.pop();
        }
        let n_blanks = pieces.iter().take_while(|piece| **piece == blank).count();
        Pattern(pieces.split_off(n_blanks))
    }

    /// Tells whether the pattern matches the whole text.
    pub fn matches(&self, text: &str) -> bool {
        self.accepts(text.chars(), |piece, character| match piece {
            PatternPiece::Exactly(expected) => *expected == character,
            PatternPiece::Within => character != '/',
            PatternPiece::One | PatternPiece::Any => true,
            PatternPiece::Separator => SEPARATORS.contains(&character),
        })
    }

    /// Tells whether the pattern matches everything that a text with wildcards does: a `*` only where it matches any
    /// run, a `?` only where it matches any character.
    fn includes(&self, wildcard: &str) -> bool {
        self.accepts(wildcard.chars(), |piece, character| match (piece, character) {
            (PatternPiece::Any, _) => true,
            (_, '*') => false,
            (PatternPiece::One, _) => true,
            (_, '?') => false,
            (PatternPiece::Exactly(expected), _) => *expected == character,
            (PatternPiece::Within, _) => character != '/',
            (PatternPiece::Separator, _) => SEPARATORS.contains(&character),
        })
    }

    /// Returns the pattern of what lies below: its texts, then a separator, then anything.
    pub fn below(&self) -> Pattern {
        let mut pieces = self.0.clone();
        let is_open =
            matches!(pieces.last(), Some(PatternPiece::Exactly(last)) if SEPARATORS.contains(last));
        if !is_open {
            pieces.push(PatternPiece::Separator);
        }
        pieces.push(PatternPiece::Any);
        Pattern(pieces)
    }

    /// Tells whether a text matches both patterns. Takes time and room in proportion to the product of their lengths.
    pub fn overlaps(&self, other: &Pattern) -> bool {
        let width = other.0.len() + 1;
        let mut seen = vec![false; (self.0.len() + 1) * width];
        let mut open = vec![(0, 0)];
        while let Some((own, others)) = open.pop() {
            match seen.get_mut(own * width + others) {
                Some(known) if !*known => *known = true,
                _ => continue,
            }
            let (piece, other_piece) = (self.0.get(own).copied(), other.0.get(others).copied());
            if piece.is_none() && other_piece.is_none() {
                return true;
            }
            if piece.is_some_and(PatternPiece::is_run) {
                open.push((own + 1, others));
            }
            if other_piece.is_some_and(PatternPiece::is_run) {
                open.push((own, others + 1));
            }
            if let (Some(piece), Some(other_piece)) = (piece, other_piece)
                && piece.shares_with(other_piece)
            {
                let after = |at: usize, piece: PatternPiece| at + usize::from(!piece.is_run());
                open.push((after(own, piece), after(others, other_piece)));
            }
        }
        false
    }

    /// Tells whether everything that another pattern matches is matched by this one; no if that takes more than to
    /// compare them piece by piece.
    fn includes_pattern(&self, other: &Pattern) -> bool {
        self.accepts(other.0.iter(), |piece, other| match (piece, other) {
            (PatternPiece::Any, _) | (PatternPiece::Within, PatternPiece::Within) => true,
            (PatternPiece::Within, PatternPiece::Exactly(character)) => *character != '/',
            (PatternPiece::One, PatternPiece::Exactly(_) | PatternPiece::One) => true,
            (PatternPiece::Exactly(expected), PatternPiece::Exactly(character)) => {
                expected == character
            }
            _ => false,
        })
    }

    fn accepts<T: Copy>(
        &self,
        items: impl Iterator<Item = T>,
        takes: impl Fn(&PatternPiece, T) -> bool,
    ) -> bool {
        // Which prefixes of the pattern match the text read so far.
        let mut fits = vec![false; self.0.len() + 1];
        if let Some(start) = fits.first_mut() {
            *start = true;
        }
        self.pass_runs(&mut fits);
        let mut next = vec![false; fits.len()];
        for item in items {
            next.fill(false);
            for (index, piece) in self.0.iter().enumerate() {
                if fits.get(index) != Some(&true) {
                    continue;
                }
                if !takes(piece, item) {
                    continue;
                }
                let reached = if piece.is_run() { index } else { index + 1 };
                if let Some(fit) = next.get_mut(reached) {
                    *fit = true;
                }
            }
            if !next.contains(&true) {
                return false;
            }
            self.pass_runs(&mut next);
            std::mem::swap(&mut fits, &mut next);
        }
        fits.last() == Some(&true)
    }

    /// A run may be empty: a prefix that matches before it also matches after it.
    fn pass_runs(&self, fits: &mut [bool]) {
        for (index, piece) in self.0.iter().enumerate() {
            if piece.is_run()
                && fits.get(index) == Some(&true)
                && let Some(after) = fits.get_mut(index + 1)
            {
                *after = true;
            }
        }
    }
}

impl PatternPiece {
    fn is_run(self) -> bool {
        matches!(self, PatternPiece::Within | PatternPiece::Any)
    }

    fn shares_with(self, other: PatternPiece) -> bool {
        let fits = |piece: PatternPiece, character: char| match piece {
            PatternPiece::Exactly(expected) => expected == character,
            PatternPiece::Within => character != '/',
            PatternPiece::One | PatternPiece::Any => true,
            PatternPiece::Separator => SEPARATORS.contains(&character),
        };
        match (self, other) {
            (PatternPiece::Exactly(character), piece)
            | (piece, PatternPiece::Exactly(character)) => fits(piece, character),
            _ => true,
        }
    }
}

fn next_wildcard<'t>(text: &'t str, wildcards: &[char]) -> Option<(&'t str, char, &'t str)> {
    let (at, wildcard) = text.char_indices().find(|(_, it)| wildcards.contains(it))?;
    let (literal, rest) = text.split_at(at);
    Some((literal, wildcard, rest.get(wildcard.len_utf8()..)?))
}

/// Tells whether a pattern matches the whole text, case-sensitively.
pub fn matches(pattern: &str, text: &str) -> bool {
    if pattern.contains(['*', '?']) { Pattern::new(pattern).matches(text) } else { pattern == text }
}

/// Tells the same as [`matches()`], and is fast on many texts: the literal parts before the first and after the last
/// wildcard are compared first, which rules out most of them.
pub fn matches_often(pattern: &str, text: &str) -> bool {
    let is_special = ['*', '?'];
    let start = pattern.split(is_special).next().unwrap_or_default();
    let end = pattern.rsplit(is_special).next().unwrap_or_default();
    text.starts_with(start) && text.ends_with(end) && matches(pattern, text)
}

/// Tells whether one of some patterns matches the whole text.
pub fn matches_any(patterns: &[String], text: &str) -> bool {
    patterns.iter().any(|pattern| matches_often(pattern, text))
}

/// Tells whether a pattern matches the whole text as it is written, or matches the folded text when it is folded itself.
///
/// For what takes something away. `?` is one character of either form: `stra?e` is `straße`, which folds to `strasse`.
pub fn matches_folded(pattern: &str, text: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return is_same(pattern, text);
    }
    matches(pattern, text) || Pattern::folded(pattern).matches(&folded(text))
}

/// Tells the same as [`matches_folded`], and is fast on many texts, as [`matches_often`] is.
pub fn matches_folded_often(pattern: &str, text: &str) -> bool {
    if matches_often(pattern, text) {
        return true;
    }
    let is_as_written = is_folded(text) && is_folded(pattern);
    let start = pattern.split(['*', '?']).next().unwrap_or_default();
    !is_as_written
        && folded(text).starts_with(folded(start).as_ref())
        && matches_folded(pattern, text)
}

/// Tells whether a scope pattern matches a resource or an action; some whole values match everything.
pub fn matches_in_scope(pattern: &str, text: &str) -> bool {
    is_everything(pattern) || matches(pattern, text)
}

/// Tells whether a scope pattern includes a resource or an action that may itself be a wildcard, as in a live grant.
///
/// What a wildcard means depends on the system that grants it, so it is read as widely as possible: `*` as any run,
/// also across `/`. The answer may be no for a pattern that does include it, but never yes for one that does not.
pub fn includes(pattern: &str, granted: &str) -> bool {
    if is_everything(pattern) || pattern == granted {
        return true;
    }
    if is_everything(granted) {
        return false;
    }
    if granted.contains(['*', '?']) {
        Pattern::new(pattern).includes(granted)
    } else {
        matches(pattern, granted)
    }
}

/// A pattern of paths, to be compared with many others.
///
/// No whole word stands for everything, and both are patterns of records: a `*` in either ends at `/`.
#[derive(Clone, Debug)]
pub struct PathPattern {
    text: String,
    pattern: Option<Pattern>,
}

impl PathPattern {
    /// Parses a pattern.
    pub fn new(text: &str) -> PathPattern {
        // `*/**` and `**/*` both match what has at least one `/` there.
        let ordered = || {
            let mut parts: Vec<&str> = text.split('/').collect();
            for run in parts.chunk_by_mut(|one, next| is_run(one) && is_run(next)) {
                run.sort_unstable_by_key(|part| std::cmp::Reverse(part.len()));
            }
            Pattern::new(&parts.join("/"))
        };
        PathPattern { text: text.to_owned(), pattern: text.contains(['*', '?']).then(ordered) }
    }

    /// Returns the pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the only path that it matches; `None` with a wildcard.
    pub fn literal(&self) -> Option<&str> {
        if self.pattern.is_none() { Some(self.text.as_str()) } else { None }
    }

    /// Tells whether every path that another pattern matches is matched by this one.
    ///
    /// The answer may be no for a pattern that does include it, but never yes for one that does not.
    pub fn includes(&self, other: &PathPattern) -> bool {
        let start = self.text.split(['*', '?']).next().unwrap_or_default();
        match (&self.pattern, &other.pattern) {
            _ if self.text == other.text => true,
            // What precedes the first wildcard must be there, which rules out most of them.
            _ if !other.text.starts_with(start) => false,
            (None, _) => false,
            (Some(own), None) => own.matches(&other.text),
            (Some(own), Some(other)) => own.includes_pattern(other),
        }
    }
}

/// Tells the same as [`PathPattern::includes`] of two patterns.
pub fn includes_paths(pattern: &str, other: &str) -> bool {
    pattern == other || PathPattern::new(pattern).includes(&PathPattern::new(other))
}

fn is_run(part: &str) -> bool {
    matches!(part, "*" | "**")
}

/// Tells whether a granted resource or action, which may be a wildcard, may reach a text.
pub fn reaches(granted: &str, text: &str) -> bool {
    matches_in_scope(&granted.replace('*', "**"), text)
}

/// Tells whether a `people` pattern matches an address or a name: `*` any run, case ignored.
pub fn matches_person(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (address::lower(pattern), address::lower(text));
    match pattern.split_once('*') {
        None => pattern == text,
        // A quick look at the first characters rules out most people.
        Some((start, _)) => text.starts_with(start) && Pattern::person(&pattern).matches(&text),
    }
}

/// Tells whether a folded `people` pattern matches a folded address or name. Both may be in lower case already.
pub fn matches_person_folded(pattern: &str, text: &str) -> bool {
    let (plain, folded_text) = (folded(pattern), folded(text));
    if !pattern.contains('*') {
        return plain == folded_text;
    }
    // A quick look at the first characters rules out most people.
    let start = pattern.split('*').next().unwrap_or_default();
    folded_text.starts_with(folded(start).as_ref())
        && Pattern::folded_person(pattern).matches(&folded_text)
}

/// Tells whether a text consists only of stars, with `?` and `/` between.
pub fn is_stars(text: &str) -> bool {
    text.contains('*') && text.chars().all(|character| matches!(character, '*' | '?' | '/'))
}

/// Tells whether a whole value means everything: `*`, `**`, `all`, `any`, ignoring case.
pub fn is_everything(pattern: &str) -> bool {
    ["*", "**", "all", "any"].iter().any(|word| pattern.trim().eq_ignore_ascii_case(word))
}

/// Tells whether a value, in a record, means itself alone.
pub fn is_literal(text: &str) -> bool {
    !is_everything(text) && !text.contains(['*', '?'])
}

/// Tells whether a resource or an action is a wildcard: everything, or a `*` after its last `:` or `/`.
pub fn is_wildcard(pattern: &str) -> bool {
    let last = pattern.rsplit([':', '/']).next().unwrap_or(pattern);
    is_everything(pattern) || last.contains('*')
}
