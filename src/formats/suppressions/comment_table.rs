//! The table of comments that suppress findings, as it ships: `patterns.tsv`.
//!
//! Pure. Start at [`all`]. Columns: the kind; the endings of its files; whether it is on by default; the pattern of a
//! line; words of which every match has one, in whatever case; what to do to cite a record, and behind a `|` the same for
//! one that states no end; a note; the place: `before` if only a comment on the line before cites a record, `comment` if the
//! match must be in a comment.

use regex::bytes::Regex;

use crate::rules::scan::suppression::CitingAdvice;

const TABLE: &str = include_str!("patterns.tsv");

/// One row of the table.
#[derive(Clone, Debug)]
pub struct CommentPattern {
    pub kind: &'static str,
    /// The endings of its files; empty for all files.
    endings: Vec<&'static str>,
    /// Whether it is looked for unless the policy names tools.
    pub is_default: bool,
    pub regex: Regex,
    /// Words of which every match has one, in whatever case.
    pub words: Vec<&'static str>,
    /// What to do to cite a record.
    pub citing: CitingAdvice,
    /// Whether only a comment on the line before cites it.
    pub is_cited_before: bool,
    /// Whether it counts only behind the sign of a comment on its line.
    pub is_in_comment: bool,
}

impl CommentPattern {
    /// Tells whether files with this ending are searched.
    pub fn is_for(&self, ending: &str) -> bool {
        self.endings.is_empty() || self.endings.contains(&ending)
    }
}

/// Returns all rows.
///
/// # Errors
/// If a pattern is not a regular expression.
pub fn all() -> Result<Vec<CommentPattern>, regex::Error> {
    TABLE.lines().skip(1).filter(|line| !line.is_empty()).map(row).collect()
}

fn row(line: &'static str) -> Result<CommentPattern, regex::Error> {
    let mut cells = line.split('\t');
    let mut cell = || cells.next().unwrap_or_default();
    let (kind, files, default, regex, words, citing) =
        (cell(), cell(), cell(), cell(), cell(), cell());
    let place = cells.nth(1).unwrap_or_default();
    let endings = files.split(',').filter(|ending| *ending != "*");
    Ok(CommentPattern {
        kind,
        endings: endings.collect(),
        is_default: default != "off" && !default.starts_with("lints"),
        regex: Regex::new(regex)?,
        words: words.split('|').filter(|word| !word.is_empty()).collect(),
        citing: match citing.split_once('|') {
            Some((plain, ending)) => CitingAdvice::with_end(plain, ending),
            None => CitingAdvice::plain(citing),
        },
        is_cited_before: place == "before",
        is_in_comment: place == "comment",
    })
}

/// Returns the ending of a file's name, without the dot; empty if it has none.
pub fn ending(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}
