//! Controls by what somebody remembers of them: an id, another form of it, words of the title.
//!
//! Uses policy's catalog. Pure. Start at [`search`]. Follows `docs/spec/cli.md` (controls).

use crate::policy::catalog::controls::{Catalog, CatalogControl};
use crate::record::near;

/// A control that was searched for.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'c> {
    pub catalog: &'c Catalog,
    pub control: &'c CatalogControl,
    /// The id, alias, title or name of a catalog that fits; `None` where nothing was searched for.
    pub matched: Option<&'c str>,
}

/// How well a control fits, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SearchFit {
    /// It is what was written.
    Whole,
    /// It belongs to what was written, as `AC-2(1)` to `AC-2`, or the catalog is what was written.
    Part,
    /// Its title has the words.
    Words,
}

/// Returns the controls that a text means, the best first, else in the order of the catalogs; all for an empty text.
pub fn search<'c>(catalogs: &[&'c Catalog], text: &str) -> Vec<Hit<'c>> {
    let asked = text.trim().to_lowercase();
    let mut hits = Vec::new();
    for catalog in catalogs {
        let asked = SearchText::of(catalog, &asked);
        for control in &catalog.controls {
            let fit = match &asked {
                SearchText::Everything => Some((SearchFit::Part, None)),
                SearchText::Catalog => Some((SearchFit::Part, Some(catalog.name.as_str()))),
                SearchText::Text(asked) => fit(control, asked).map(|(fit, text)| (fit, Some(text))),
            };
            hits.extend(fit.map(|(fit, matched)| (fit, Hit { catalog, control, matched })));
        }
    }
    // Stable: what fits as well stays in the order of the catalogs.
    hits.sort_by_key(|(fit, _)| *fit);
    hits.into_iter().map(|(_, hit)| hit).collect()
}

/// The most words that are looked for with their slips of the pen: more of them are a sentence.
const FEW: usize = 3;

/// Returns the controls that a text may mean where [`search`] finds none: each of its words stands somewhere in id, title
/// or group, or is a word of them but for a slip of the pen.
pub fn near<'c>(catalogs: &[&'c Catalog], text: &str) -> Vec<Hit<'c>> {
    let asked: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    if asked.is_empty() || asked.len() > FEW {
        return Vec::new();
    }
    let mut hits = Vec::new();
    for catalog in catalogs {
        for control in &catalog.controls {
            let (name, id) = (&catalog.name, &control.id);
            let whole = format!("{name}:{id} {} {}", control.title, control.group).to_lowercase();
            if asked.iter().all(|asked| is_in(asked, &whole)) {
                hits.push(Hit { catalog, control, matched: Some(control.title.as_str()) });
            }
        }
    }
    hits
}

/// Tells whether a word stands in a text, or may be one of its words: nobody slips at the first letter.
fn is_in(asked: &str, whole: &str) -> bool {
    let first = asked.chars().next();
    let words = || {
        let words = whole.split(|it: char| !it.is_alphanumeric());
        words.filter(|word| word.chars().next() == first)
    };
    whole.contains(asked) || asked.chars().count() > 4 && near::nearest(asked, words()).is_some()
}

/// What is asked of one catalog.
enum SearchText<'t> {
    Everything,
    Catalog,
    Text(&'t str),
}

impl<'t> SearchText<'t> {
    /// Takes the catalog's name off the front of a text in lower case.
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

fn fit<'c>(control: &'c CatalogControl, asked: &str) -> Option<(SearchFit, &'c str)> {
    let mut part = None;
    for form in std::iter::once(&control.id).chain(&control.aliases) {
        let lower = form.to_lowercase();
        match lower.strip_prefix(asked) {
            Some("") => return Some((SearchFit::Whole, form)),
            Some(rest) if !rest.starts_with(char::is_alphanumeric) => {
                part = part.or(Some((SearchFit::Part, form.as_str())));
            }
            _ => {}
        }
    }
    let words =
        || has_words(&control.title, asked).then_some((SearchFit::Words, control.title.as_str()));
    part.or_else(words)
}

/// Tells whether each word that was asked for begins a word of the title.
fn has_words(title: &str, asked: &str) -> bool {
    let title = title.to_lowercase();
    let words = || title.split(|it: char| !it.is_alphanumeric());
    let mut asked =
        asked.split(|it: char| !it.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    asked.peek().is_some() && asked.all(|asked| words().any(|word| word.starts_with(asked)))
}
