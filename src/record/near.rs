//! Finds the key that was meant: ignores case, `-` and `_`, and tolerates a few wrong letters.
//!
//! Pure. Start at [`nearest`]. Follows `docs/spec/rules.md` (`unknown-key`).

/// From this length on, three letters may be wrong.
const LONG: usize = 8;

const MOST_WRONG: usize = 3;

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
        let allowed = if folded.len() >= LONG { MOST_WRONG } else { 2 };
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

/// Tells whether a text may begin with a value for which [`all`] would take a key, whatever stands between its letters.
pub fn may_begin(key: &str, text: &str) -> bool {
    let letters = |text: &str| {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|letter| letter.to_ascii_lowercase()).collect::<Vec<_>>()
    };
    let key = letters(key);
    // The distance of each beginning of the key from what was read of the text.
    let mut distances: Vec<usize> = (0..=key.len()).collect();
    let is_near =
        |distances: &[usize]| distances.last().is_some_and(|distance| *distance <= MOST_WRONG);
    let read = text.chars().filter(char::is_ascii_alphanumeric).take(key.len() + MOST_WRONG);
    is_near(&distances)
        || read.map(|letter| letter.to_ascii_lowercase()).any(|letter| {
            let mut before: Option<(usize, usize)> = None;
            for (n, distance) in distances.iter_mut().enumerate() {
                let above = *distance;
                if let Some((diagonal, left)) = before {
                    let is_other = n.checked_sub(1).and_then(|n| key.get(n)) != Some(&letter);
                    *distance = (diagonal + usize::from(is_other)).min(left + 1).min(above + 1);
                } else {
                    *distance = above + 1;
                }
                before = Some((above, *distance));
            }
            is_near(&distances)
        })
}

fn fold(key: &str) -> Vec<char> {
    key.chars()
        .filter(|character| !matches!(character, '-' | '_'))
        .flat_map(char::to_lowercase)
        .collect()
}
