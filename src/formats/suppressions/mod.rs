//! Finds suppressions in files: comments in source code, files of other tools, resources of policy engines.
//!
//! Pure: the caller supplies the bytes. Start at [`SuppressionScanner`]; the patterns of comments are data, in
//! `patterns.tsv`. Follows `docs/spec/interop.md`, 5.

mod comment_reason;
pub mod comment_table;
pub mod comments;
pub mod entry;
mod eslint;
pub mod exception;
mod extent;
pub mod files;
mod header;
mod hidden;
pub mod imported;
pub mod keys;
pub mod kinds;
pub mod limits;
pub mod options;
pub mod packages;
pub mod policies;
pub mod promises;
pub mod readers;
pub mod reasons;
pub mod settings;
pub mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aho_corasick::{AhoCorasick, BuildError, MatchKind};
use memchr::memmem;

use crate::formats::suppressions::comment_table::CommentPattern;
use crate::formats::suppressions::comments::SourceLine;
use crate::formats::suppressions::entry::ScannedFile;
use crate::formats::suppressions::options::ScanOptions;
use crate::formats::suppressions::policies::PolicyKind;
use crate::formats::suppressions::readers::format::ImportError;
use crate::rules::scan::suppression::CitingAdvice;

/// The largest file that is read, in bytes.
pub const LARGEST: u64 = 1 << 20;

/// How many bytes at the beginning of a file tell whether it is binary, as git does it.
const TOLD_BY: usize = 8000;

/// Looks for suppressions; cheap to clone, so that each thread has its own.
#[derive(Clone, Debug)]
pub struct SuppressionScanner {
    options: ScanOptions,
    patterns: Vec<CommentPattern>,
    /// Finds the lines that one of the patterns may match, in a text in lower case: so many words in any case would be
    /// looked for byte by byte, those in one case are by the processor's own instructions.
    candidates: AhoCorasick,
}

impl SuppressionScanner {
    /// Prepares a search.
    ///
    /// # Errors
    /// If the words of the table are too many to look for, which a test excludes.
    pub fn new(options: ScanOptions) -> Result<SuppressionScanner, BuildError> {
        let all = comment_table::all();
        let is_wanted = |pattern: &CommentPattern| match pattern.kind {
            "rust" => !options.rust_lints.is_empty() || options.tools.iter().any(|it| it == "rust"),
            kind => options.wants(kind, pattern.is_default),
        };
        let patterns: Vec<CommentPattern> = all.into_iter().filter(is_wanted).collect();
        let words = patterns.iter().flat_map(|pattern| pattern.words.iter().map(String::as_str));
        let kinds = crate::formats::suppressions::policies::KINDS
            .iter()
            .filter(|kind| options.wants(kind.tool, true));
        let words = words.chain(kinds.map(|kind| kind.word)).chain([
            crate::formats::suppressions::header::WORD,
            crate::formats::suppressions::imported::KYVERNO_WORD,
        ]);
        let words = words.chain(settings::CONTENT_WORDS.iter().copied());
        let words = words.map(str::to_ascii_lowercase);
        let leftmost = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(words);
        let candidates = leftmost?;
        Ok(SuppressionScanner { options, patterns, candidates })
    }

    /// Searches a file.
    pub fn scan(&self, path: &str, bytes: &[u8]) -> ScannedFile {
        let mut found = ScannedFile::default();
        if is_binary(bytes) {
            // The tools read such a file too.
            let why = "it is UTF-16 text, or binary: save it as UTF-8 text";
            return self.unread(path, why).unwrap_or(found);
        }
        let ending = comment_table::ending(path);
        if !is_template(ending, bytes) {
            found.add(files::by_name(path, bytes, &self.options));
            found.add(imported::by_name(path, bytes, &self.options));
            found.add(settings::by_name(path, bytes, &self.options));
        }
        let (mut is_kyverno, mut is_content) = (false, false);
        let mut lines = crate::formats::suppressions::comments::SourceLines::new(bytes);
        // A line is judged once, whatever it holds.
        let mut judged = 0;
        let mut kinds: Vec<&PolicyKind> = Vec::new();
        let lower = bytes.to_ascii_lowercase();
        for candidate in self.candidates.find_iter(&lower) {
            let word = bytes.get(candidate.range()).unwrap_or_default();
            is_kyverno |= word == imported::KYVERNO_WORD.as_bytes();
            is_content |= settings::CONTENT_WORDS
                .iter()
                .any(|content| content.as_bytes().eq_ignore_ascii_case(word));
            let kind = files::kind_of(word, &self.options);
            if let Some(kind) = kind.filter(|kind| kinds.iter().all(|it| it.word != kind.word)) {
                kinds.push(kind);
            }
            if candidate.start() >= judged {
                let line = lines.around(candidate.start());
                judged = line.end.max(candidate.end());
                let lower = lower.get(line.start..line.end).unwrap_or_default();
                self.line((path, ending), (&line, lower), &mut found);
            }
        }
        for kind in kinds {
            found.add(files::by_word(kind, path, ending, bytes, &self.options));
        }
        if is_kyverno {
            found.add(imported::kyverno(path, ending, bytes, &self.options));
        }
        if is_content {
            found.add(settings::by_content(path, ending, bytes, &self.options));
        }
        found.kinds.extend(found.suppressions.iter().map(|suppression| suppression.kind));
        found.kinds.sort_unstable();
        found.kinds.dedup();
        found.add_lines(path, bytes);
        found.leave_out_citations(&self.options.prefixes);
        found
    }

    /// Returns a file whose content is not known, and why; `None` if it is not read by its name, so that it is passed
    /// over.
    pub fn unread(&self, path: &str, why: &str) -> Option<ScannedFile> {
        known(path, &self.options)?;
        Some(files::unread(path, &ImportError::at(1, why)))
    }

    pub fn knows(&self, path: &str) -> bool {
        known(path, &self.options).is_some()
    }

    pub fn with_files(
        &self,
        lock_files: BTreeMap<String, Vec<String>>,
        trivy_files: BTreeSet<String>,
    ) -> SuppressionScanner {
        let (lock_files, trivy_files) = (Arc::new(lock_files), Arc::new(trivy_files));
        let options = ScanOptions { lock_files, trivy_files, ..self.options.clone() };
        SuppressionScanner { options, ..self.clone() }
    }

    fn line(
        &self,
        (path, ending): (&str, &str),
        (line, lower): (&SourceLine<'_>, &[u8]),
        found: &mut ScannedFile,
    ) {
        if found.generated.is_none() {
            found.generated = crate::formats::suppressions::header::read(path, line);
        }
        // In a file of its own a tool obeys the entries alone.
        let own = imported::known(path, &self.options).map(|(tool, _)| tool);
        let has = |word: &String| memmem::find(lower, word.as_bytes()).is_some();
        let is_read = |pattern: &&CommentPattern| {
            pattern.is_for(ending) && own != Some(pattern.kind) && pattern.words.iter().any(has)
        };
        for pattern in self.patterns.iter().filter(is_read) {
            comments::find(pattern, path, line, &self.options, found);
        }
    }
}

/// Tells whether bytes are not text.
pub fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes.get(..TOLD_BY).unwrap_or(bytes)).is_some()
}

/// Tells whether a file named as YAML is a template of Helm that no reader of YAML accepts: it begins with `{{- `.
fn is_template(ending: &str, bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    matches!(ending, "yaml" | "yml")
        && lines
            .find(|line| !line.is_empty() && !line.starts_with(b"#"))
            .is_some_and(|line| line.starts_with(b"{{- "))
}

fn known(path: &str, options: &ScanOptions) -> Option<(&'static str, CitingAdvice)> {
    files::known(path, options)
        .or_else(|| imported::known(path, options))
        .or_else(|| settings::known(path, options))
}
