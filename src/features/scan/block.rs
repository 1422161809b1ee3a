//! What a comment hides from where it begins to the comment that ends it.
//!
//! Pure. Start at [`BlockEnds`]. Follows `docs/spec/interop.md`, 5, `--base`: a block that another state of it did not have is
//! one that holds for lines that were outside, or whose end is gone.

use std::collections::HashMap;
use std::sync::Arc;

use memchr::memmem::{self, rfind};

use crate::rules::scan::suppression::{CommentReach, FoundSuppression};

// The words of the comments that end blocks, by kind, and what begins and ends a text of several lines there.
const ENDS: &[(&str, &str, &[&str])] =
    &[("eslint", "eslint-enable", &["`"]), ("ruff", "ruff: enable[", &["\"\"\"", "'''"])];

// The comments of a file that end blocks.
pub(super) struct BlockEnds<'f> {
    lines: &'f [&'f [u8]],
    hashes: Arc<[u64]>,
    ends: Vec<BlockEnd>,
}

struct BlockEnd {
    kind: &'static str,
    at: usize,
    indent: usize,
    // Empty for all rules.
    rules: Vec<String>,
}

// The lines of a block, of each rule that it hides.
#[derive(Clone, Debug)]
pub(super) struct HiddenBlock {
    hashes: Arc<[u64]>,
    begin: usize,
    // The line after the last one, by rule; `None` if it holds for the rest of the file.
    ends: Vec<(String, Option<usize>)>,
}

impl<'f> BlockEnds<'f> {
    // Finds them in the lines of a file; `hashes` has 0 for a line without a letter or digit.
    pub(super) fn of(lines: &'f [&'f [u8]], hashes: Vec<u64>) -> BlockEnds<'f> {
        let end = |(at, line): (usize, &&[u8])| {
            let (kind, word, _) = ENDS.iter().find(|(_, word, _)| has(line, word))?;
            let text = String::from_utf8_lossy(line);
            let (before, rest) = text.split_once(word)?;
            let sign = before.trim();
            let rules = match *kind {
                "eslint" => (sign == "/*").then(|| rest.split_once("*/"))??.0,
                _ => (sign == "#").then(|| rest.split_once(']'))??.0,
            };
            let rules = rules.split(" --").next().unwrap_or_default().split(',');
            let rules = rules.map(|rule| rule.trim().to_owned()).filter(|rule| !rule.is_empty());
            let indent = line.len() - line.trim_ascii_start().len();
            Some(BlockEnd { kind, at, indent, rules: rules.collect() })
        };
        let ends = lines.iter().enumerate().filter_map(end).collect();
        BlockEnds { lines, hashes: hashes.into(), ends }
    }

    // Returns the lines of a block; `None` for a comment that is not about one, or whose tool ends it otherwise.
    pub(super) fn block(&self, found: &FoundSuppression) -> Option<HiddenBlock> {
        let (kind, _, quotes) = ENDS.iter().find(|(kind, ..)| *kind == found.kind)?;
        if found.reach != CommentReach::Block {
            return None;
        }
        let begin = usize::try_from(found.line).unwrap_or(usize::MAX);
        let own = self.lines.get(begin.checked_sub(1)?)?;
        let indent = own.len() - own.trim_ascii_start().len();
        let from = self.ends.partition_point(|end| end.at < begin);
        let ends = self.ends.get(from..).unwrap_or_default();
        let mut rules: Vec<String> = found.rules().into_iter().map(str::to_owned).collect();
        if rules.is_empty() {
            rules.push(String::new());
        }
        let end = |rule: &String| {
            let names = |end: &&BlockEnd| {
                end.kind == *kind
                    && (end.rules.contains(rule) || end.rules.is_empty() && *kind == "eslint")
                    && (end.indent == indent || *kind != "ruff")
            };
            let first = ends.iter().find(names)?;
            // Within a text, or another comment, no tool obeys it.
            let between = self.lines.get(begin..first.at)?.join(&b'\n');
            let n_quotes = quotes.iter().map(|quote| memmem::find_iter(&between, quote).count());
            let is_quoted = n_quotes.sum::<usize>() % 2 == 1;
            let is_inner = *kind == "eslint" && rfind(&between, b"/*") > rfind(&between, b"*/");
            (!is_quoted && !is_inner).then_some(first.at)
        };
        let ends = rules.into_iter().map(|rule| (rule.clone(), end(&rule))).collect();
        Some(HiddenBlock { hashes: Arc::clone(&self.hashes), begin, ends })
    }
}

fn has(line: &[u8], word: &str) -> bool {
    memmem::find(line, word.as_bytes()).is_some()
}

impl HiddenBlock {
    // Returns what a later state of a block hides beyond this one, whatever was written or deleted in either.
    pub(super) fn widened(&self, now: &HiddenBlock) -> Option<String> {
        if self.begin == now.begin && self.ends == now.ends && self.hashes == now.hashes {
            return None;
        }
        now.ends.iter().find_map(|(rule, end)| {
            let (_, had) = self.ends.iter().find(|(own, _)| own == rule)?;
            match (had, end) {
                (Some(_), None) => Some("it has no end now".to_owned()),
                _ if self.takes_in(*had, now, *end) => {
                    Some("it holds for lines that were outside of it".to_owned())
                }
                _ => None,
            }
        })
    }

    fn takes_in(&self, had: Option<usize>, now: &HiddenBlock, end: Option<usize>) -> bool {
        // How many equal lines more there are now, inside and outside.
        let mut more: HashMap<u64, (i64, i64)> = HashMap::new();
        for (block, end, one) in [(self, had, -1), (now, end, 1)] {
            let inside = block.begin..end.unwrap_or(block.hashes.len());
            for (at, hash) in block.hashes.iter().enumerate().filter(|(_, hash)| **hash != 0) {
                let (n_inside, n_outside) = more.entry(*hash).or_default();
                *(if inside.contains(&at) { n_inside } else { n_outside }) += one;
            }
        }
        more.values().any(|(n_inside, n_outside)| *n_inside > 0 && *n_outside < 0)
    }
}
