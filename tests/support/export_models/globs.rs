//! Go's `doublestar.Match`: `*` and `?` stay in a segment, a segment `**` is any number of segments, also none;
//! classes, alternatives and escapes. Start at [`matches`].

/// Tells whether a glob matches a path.
pub(crate) fn matches(glob: &str, path: &str) -> bool {
    let path: Vec<&str> = path.split('/').collect();
    alternatives(glob).iter().any(|glob| {
        let glob: Vec<String> = segments(glob);
        let glob: Vec<&str> = glob.iter().map(String::as_str).collect();
        all(&glob, &path)
    })
}

/// Splits at slashes that are not escaped.
fn segments(glob: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut characters = glob.chars();
    while let Some(character) = characters.next() {
        match character {
            '/' => out.push(String::new()),
            '\\' => {
                out.last_mut().unwrap().push('\\');
                out.last_mut().unwrap().extend(characters.next());
            }
            character => out.last_mut().unwrap().push(character),
        }
    }
    out
}

fn all(glob: &[&str], path: &[&str]) -> bool {
    match glob {
        [] => path.is_empty(),
        ["**", rest @ ..] => (0..=path.len()).any(|n| all(rest, &path[n..])),
        [first, rest @ ..] => match path {
            [] => false,
            [part, after @ ..] => {
                let first: Vec<char> = first.chars().collect();
                let part: Vec<char> = part.chars().collect();
                segment(&first, &part) && all(rest, after)
            }
        },
    }
}

fn segment(glob: &[char], text: &[char]) -> bool {
    match glob {
        [] => text.is_empty(),
        ['*', rest @ ..] => (0..=text.len()).any(|n| segment(rest, &text[n..])),
        ['?', rest @ ..] => !text.is_empty() && segment(rest, &text[1..]),
        ['\\', literal, rest @ ..] => text.first() == Some(literal) && segment(rest, &text[1..]),
        ['[', rest @ ..] => {
            let Some(end) = rest.iter().position(|it| *it == ']') else { return false };
            let is_in = text.first().is_some_and(|it| rest[..end].contains(it));
            is_in && segment(&rest[end + 1..], &text[1..])
        }
        [literal, rest @ ..] => text.first() == Some(literal) && segment(rest, &text[1..]),
    }
}

/// Expands the first pair of braces that is not escaped, and so on.
fn alternatives(glob: &str) -> Vec<String> {
    let characters: Vec<char> = glob.chars().collect();
    let unescaped = |at: usize| at == 0 || characters[at - 1] != '\\';
    let find =
        |wanted: char| (0..characters.len()).find(|at| characters[*at] == wanted && unescaped(*at));
    let (Some(open), Some(close)) = (find('{'), find('}')) else {
        return vec![glob.to_owned()];
    };
    if close < open {
        return vec![glob.to_owned()];
    }
    let text = |range: &[char]| range.iter().collect::<String>();
    let inner = text(&characters[open + 1..close]);
    let (before, after) = (text(&characters[..open]), text(&characters[close + 1..]));
    inner.split(',').flat_map(|it| alternatives(&format!("{before}{it}{after}"))).collect()
}
