//! The table of comments that suppress findings, as it ships: `patterns.tsv`.
//!
//! Pure. Start at [`all`]. Columns: the kind; the endings of its files; whether it is on by default; the pattern of a
//! line, in which the groups `block` and `file` tell what reaches beyond the line; words of which every match has one, in whatever case; what to do to cite a record, and behind a `|` the same for
//! one that states no end; a note; the place: `before` if only a comment on the line before cites a record, `comment` if the
//! match must be in a comment.

use std::sync::OnceLock;

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
    pattern: &'static str,
    compiled: OnceLock<Regex>,
    /// Words of which every match has one, in whatever case; here in lower case.
    pub words: Vec<String>,
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

    /// Returns the pattern of a line, compiled when the first line is read that may match.
    ///
    /// # Errors
    /// If it is not a regular expression, which a test excludes.
    pub fn regex(&self) -> Result<&Regex, regex::Error> {
        if let Some(compiled) = self.compiled.get() {
            return Ok(compiled);
        }
        let compiled = Regex::new(self.pattern)?;
        Ok(self.compiled.get_or_init(|| compiled))
    }
}

/// Returns all rows.
pub fn all() -> Vec<CommentPattern> {
    TABLE.lines().skip(1).filter(|line| !line.is_empty()).map(row).collect()
}

fn row(line: &'static str) -> CommentPattern {
    let mut cells = line.split('\t');
    let mut cell = || cells.next().unwrap_or_default();
    let (kind, files, default, pattern, words, citing) =
        (cell(), cell(), cell(), cell(), cell(), cell());
    let place = cells.nth(1).unwrap_or_default();
    let endings = files.split(',').filter(|ending| *ending != "*");
    CommentPattern {
        kind,
        endings: endings.collect(),
        is_default: default != "off" && !default.starts_with("lints"),
        pattern,
        compiled: OnceLock::new(),
        words: words
            .split('|')
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect(),
        citing: match citing.split_once('|') {
            Some((plain, ending)) => CitingAdvice::with_end(plain, ending),
            None => CitingAdvice::plain(citing),
        },
        is_cited_before: place == "before",
        is_in_comment: place == "comment",
    }
}

/// Returns the ending of a file's name, without the dot; empty if it has none.
pub fn ending(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}
