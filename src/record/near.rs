//! Finds the key that was meant: ignores case, `-` and `_`, and tolerates a few wrong letters.
//!
//! Uses no other module. Pure. Start at [`nearest`]. Follows `docs/spec/rules.md` (`unknown-key`).

/// From this length on, three letters may be wrong.
const LONG: usize = 8;

/// Returns the candidate nearest to a misspelled key, the first one if several are; `None` if none is near.
pub fn nearest<'c>(key: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    all(key, candidates, 1).into_iter().next()
}

/// Returns the candidates nearest to a misspelled key, at most `most` of them, in their order.
pub fn all<'c>(
    key: &str,
    candidates: impl IntoIterator<Item = &'c str>,
    most: usize,
) -> Vec<&'c str> {
    let key = fold(key);
    let (mut least, mut best) = (usize::MAX, Vec::new());
    for candidate in candidates {
        let folded = fold(candidate);
        let allowed = if folded.len() >= LONG { 3 } else { 2 };
        // A word whose every letter is wrong is another word.
        let allowed = allowed.min(folded.len().saturating_sub(1));
        if folded.len().abs_diff(key.len()) > allowed {
            continue;
        }
        let distance = strsim::generic_levenshtein(&key, &folded);
        if distance > allowed || distance > least {
            continue;
        }
        if distance < least {
            (least, best) = (distance, Vec::new());
        }
        if best.len() < most {
            best.push(candidate);
        }
    }
    best
}

/// Returns the candidates with the fewest letters to change, at most `most` of them, in their order; empty if two
/// of three letters would change.
pub fn closest<'c>(
    key: &str,
    candidates: impl IntoIterator<Item = &'c str>,
    most: usize,
) -> Vec<&'c str> {
    let key = fold(key);
    let mut away: Vec<(usize, &str)> = candidates
        .into_iter()
        .map(|candidate| {
            let distance = strsim::generic_levenshtein(&key, &fold(candidate));
            (distance, candidate)
        })
        .collect();
    let least = away.iter().map(|(distance, _)| *distance).min();
    away.retain(|(distance, _)| Some(*distance) == least && distance * 3 < key.len() * 2);
    away.truncate(most);
    away.into_iter().map(|(_, candidate)| candidate).collect()
}

/// Returns a question that names the nearest candidate, to begin a help text with; empty if none is near.
pub fn question<'c>(key: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
    nearest(key, candidates).map_or_else(String::new, |similar| format!("did you mean {similar}? "))
}

/// Tells whether two keys differ by at most one letter.
pub(super) fn is_slip(key: &str, other: &str) -> bool {
    strsim::generic_levenshtein(&fold(key), &fold(other)) <= 1
}

fn fold(key: &str) -> Vec<char> {
    key.chars()
        .filter(|character| !matches!(character, '-' | '_'))
        .flat_map(char::to_lowercase)
        .collect()
}
