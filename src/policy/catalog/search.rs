//! Searches controls by id, another form of the id, or words of the title.
//!
//! Pure. Start at [`search`]. Follows `docs/spec/cli.md` (controls).

use crate::diag::sorting::StableSort as _;
use crate::policy::catalog::controls::{Catalog, CatalogControl};
use crate::record::near;

/// A control that was found.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'c> {
    pub catalog: &'c Catalog,
    pub control: &'c CatalogControl,
    /// The id, alias, title or catalog name that matched; `None` for an empty search.
    pub matched: Option<&'c str>,
}

/// How well a control matches, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SearchFit {
    /// It is exactly the text.
    Whole,
    /// It is part of what the text names, as `AC-2(1)` is of `AC-2`, or its catalog is named.
    Part,
    /// Its title contains the words.
    Words,
}

/// Returns the matching controls, the best first, else in the order of the catalogs; all for an empty text.
pub fn search<'c>(catalogs: &[&'c Catalog], text: &str) -> Vec<Hit<'c>> {
    let query = text.trim().to_lowercase();
    let mut hits = Vec::new();
    for catalog in catalogs {
        let query = SearchText::of(catalog, &query);
        for control in &catalog.controls {
            let fit = match &query {
                SearchText::Everything => Some((SearchFit::Part, None)),
                SearchText::Catalog => Some((SearchFit::Part, Some(catalog.name.as_str()))),
                SearchText::Text(query) => fit(control, query).map(|(fit, text)| (fit, Some(text))),
            };
            hits.extend(fit.map(|(fit, matched)| (fit, Hit { catalog, control, matched })));
        }
    }
    // A stable sort: equally good matches stay in the order of the catalogs.
    hits.order_by_key(|(fit, _)| *fit);
    hits.into_iter().map(|(_, hit)| hit).collect()
}

/// The maximum number of words that are searched for tolerating typos: more of them are a sentence.
const FEW: usize = 3;

/// Returns suggestions if [`search`] finds nothing: controls with each word somewhere in id, title or group,
/// exactly or with a typo.
pub fn suggest<'c>(catalogs: &[&'c Catalog], text: &str) -> Vec<Hit<'c>> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() || words.len() > FEW {
        return Vec::new();
    }
    let mut hits = Vec::new();
    for catalog in catalogs {
        for control in &catalog.controls {
            let (name, id) = (&catalog.name, &control.id);
            let whole = format!("{name}:{id} {} {}", control.title, control.group).to_lowercase();
            if words.iter().all(|word| is_in(word, &whole)) {
                hits.push(Hit { catalog, control, matched: Some(control.title.as_str()) });
            }
        }
    }
    hits
}

/// Tells whether a word is in a text, or is a typo of one of its words; the first letter must be right.
fn is_in(word: &str, whole: &str) -> bool {
    let first = word.chars().next();
    let words = || {
        let words = whole.split(|character: char| !character.is_alphanumeric());
        words.filter(|word| word.chars().next() == first)
    };
    whole.contains(word) || word.chars().count() > 4 && near::nearest(word, words()).is_some()
}

enum SearchText<'t> {
    Everything,
    Catalog,
    Text(&'t str),
}

impl<'t> SearchText<'t> {
    fn of(catalog: &Catalog, text: &'t str) -> SearchText<'t> {
        if text.is_empty() {
            return SearchText::Everything;
        }
        let name = catalog.name.to_lowercase();
        match text.strip_prefix(&name) {
            Some("" | ":") => SearchText::Catalog,
            Some(rest) if rest.starts_with([':', ' ']) => {
                SearchText::Text(rest.get(1..).unwrap_or_default().trim_start())
            }
            _ => SearchText::Text(text),
        }
    }
}

fn fit<'c>(control: &'c CatalogControl, query: &str) -> Option<(SearchFit, &'c str)> {
    let mut part = None;
    for form in std::iter::once(&control.id).chain(&control.aliases) {
        let lower = form.to_lowercase();
        match lower.strip_prefix(query) {
            Some("") => return Some((SearchFit::Whole, form)),
            Some(rest) if !rest.starts_with(char::is_alphanumeric) => {
                part = part.or(Some((SearchFit::Part, form.as_str())));
            }
            _ => {}
        }
    }
    let words =
        || has_words(&control.title, query).then_some((SearchFit::Words, control.title.as_str()));
    part.or_else(words)
}

/// Tells whether each word of the search begins a word of the title.
fn has_words(title: &str, query: &str) -> bool {
    let title = title.to_lowercase();
    let words = || title.split(|character: char| !character.is_alphanumeric());
    let mut wanted =
        query.split(|it: char| !it.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    wanted.peek().is_some() && wanted.all(|start| words().any(|word| word.starts_with(start)))
}
