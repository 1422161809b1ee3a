//! The common form of all views: blocks for people, one JSON value for scripts.
//!
//! Pure. Start at [`Doc`]. Terminals, colors and widths are unknown here; a [`Tone`] says what a word means, and each
//! format decides how to show it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use crate::diag::shell::TypedFrom;
use crate::diag::{self, shell};
use crate::view::json;
use crate::view::page::PageBlock;
use serde::Serialize;
use serde_json::Value;

/// An answer, ready to be rendered in any format.
#[derive(Debug)]
pub struct Doc<'a> {
    /// The content for people, in order.
    pub blocks: Vec<Block<'a>>,
    /// The promised object: `schema` first, then the keys of `docs/spec/cli.md` in their order.
    pub json: Value,
    /// The key of [`Doc::json`] whose array gives one object per line in `jsonl` and one row in `csv`; `None` if the
    /// object itself is the only one.
    pub rows: Option<&'static str>,
    /// The columns of `csv`, which stand in its header without any row too; what rows have besides follows them.
    pub columns: Vec<String>,
    /// An array of [`Doc::json`] that may be long; the JSON value itself has an empty array.
    pub long: Option<Long<'a>>,
    /// The last line in `table`: instant and commit. Left out with `--quiet`.
    pub footer: Option<String>,
    /// The ledger's name in its policy; each line of `jsonl` has it, so that lines of many ledgers can be in one file.
    pub repository: Option<String>,
    /// The byte budget for `markdown`; blocks that don't fit are counted.
    pub room: usize,
}

/// A long array and its key; its members are created one by one as they are written.
#[derive(Debug)]
pub struct Long<'a> {
    key: &'static str,
    members: Each<'a, Value>,
}

/// A lazy sequence: items are created on demand, because all of them at once would dominate memory use.
pub struct Each<'a, T>(Box<dyn Fn() -> Box<dyn Iterator<Item = T> + 'a> + 'a>);

impl<'a, T> Each<'a, T> {
    /// Returns a sequence that clones an iterator for each pass.
    pub fn new(each: impl Iterator<Item = T> + Clone + 'a) -> Each<'a, T> {
        Each(Box::new(move || Box::new(each.clone())))
    }

    /// Returns the items one by one.
    pub fn iter(&self) -> Box<dyn Iterator<Item = T> + 'a> {
        (self.0)()
    }
}

impl<T> fmt::Debug for Each<'_, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Each")
    }
}

/// Which half of an answer a format reads: of a long answer, the other half is not created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatNeeds {
    /// The blocks for people, and the findings.
    Blocks,
    /// The JSON object.
    Json,
}

impl<'a> Long<'a> {
    /// Returns the key of the array.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// Returns the members one by one.
    pub fn members(&self) -> impl Iterator<Item = Value> + 'a {
        self.members.iter()
    }
}

/// The columns of a row in the order of its keys: prefixes, each with the words that follow it.
pub type RowColumns = [(&'static str, &'static str)];

/// The size of a job's summary on a forge: 1 MiB, less what may still follow a table.
pub const JOB_SUMMARY: usize = 1_000_000;

/// The size of a comment on a pull request: 65,536 characters, less what may still follow a table.
pub const COMMENT: usize = 60_000;

impl<'a> Doc<'a> {
    /// Returns an answer without blocks.
    pub fn new(answer: impl Serialize) -> Doc<'a> {
        Doc {
            blocks: Vec::new(),
            json: json::value(&answer),
            rows: None,
            columns: Vec::new(),
            long: None,
            footer: None,
            repository: None,
            room: JOB_SUMMARY,
        }
    }

    /// Makes the commands that people read work where they are typed.
    pub fn name_folder(&mut self, from: &TypedFrom) {
        let is_elsewhere = !from.flag.is_empty() || from.root.is_some();
        if is_elsewhere {
            self.blocks.iter_mut().for_each(|block| block.name_folder(from));
        }
    }

    /// Returns the command of the answer: the middle part of its `schema`.
    pub fn command(&self) -> &str {
        let stated = self.json.get("schema");
        let schema = stated.and_then(Value::as_str).unwrap_or("");
        schema.split('/').nth(1).unwrap_or(schema)
    }

    /// Returns a text in the answer's `ledger`: `commit`, `instant`, `ref`.
    pub fn ledger(&self, key: &str) -> Option<&str> {
        self.json.get("ledger")?.get(key)?.as_str()
    }

    /// Adds columns of `csv`: a prefix, and the words that follow it.
    pub fn name_columns(&mut self, columns: &RowColumns) {
        for (prefix, words) in columns {
            self.columns.extend(words.split(' ').map(|word| format!("{prefix}{word}")));
        }
    }

    /// Sets the rows of the answer to an array that may be long; the JSON value has an empty array in its place.
    pub fn fill(&mut self, key: &'static str, members: impl Iterator<Item = Value> + Clone + 'a) {
        self.rows = Some(key);
        self.long = Some(Long { key, members: Each::new(members) });
    }

    /// Sets the rows of the answer to values owned by it, like [`Doc::fill`].
    pub fn fill_with<T: 'a>(&mut self, key: &'static str, all: Vec<T>, json: fn(&T) -> Value) {
        let all: Rc<[T]> = all.into();
        self.fill(key, (0..all.len()).filter_map(move |n| all.get(n).map(json)));
    }

    /// Returns the members of the array that [`Doc::rows`] names, otherwise the object itself, one by one.
    pub fn rows(&self) -> Box<dyn Iterator<Item = Cow<'_, Value>> + '_> {
        match (self.rows, &self.long) {
            (Some(key), Some(long)) if long.key == key => Box::new(long.members().map(Cow::Owned)),
            (Some(key), _) => {
                let members = self.json.get(key).and_then(Value::as_array);
                Box::new(members.into_iter().flatten().map(Cow::Borrowed))
            }
            (None, _) => Box::new(std::iter::once(Cow::Borrowed(&self.json))),
        }
    }

    /// Returns its findings, including those for machines only, but for those that only code scanning reads.
    pub fn findings(&self) -> impl Iterator<Item = &FindingList> {
        self.scanned_findings().filter(|list| list.readers != FindingReaders::CodeScanning)
    }

    /// Returns its findings, including those that only code scanning reads.
    pub fn scanned_findings(&self) -> impl Iterator<Item = &FindingList> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Findings(findings) => Some(findings),
            _ => None,
        })
    }
}

/// One piece of an answer.
#[derive(Debug)]
pub enum Block<'a> {
    /// A heading for the blocks after it.
    Heading(StyledText),
    /// Running text, wrapped to the width.
    Paragraph(StyledText),
    /// Labels and their texts, one pair per line, the texts aligned and wrapped.
    Pairs(Vec<(String, StyledText)>),
    /// Columns and rows.
    Table(DocTable),
    /// Findings, worst first if the format limits their number.
    Findings(FindingList),
    /// Text that keeps its lines and is never wrapped: commands to run, or a file's content.
    Verbatim(String),
    /// Commands to type, one a line.
    Commands(String),
    /// Details for some readers: folded below a line if the format can fold, otherwise left out.
    Folded(StyledText, Vec<Block<'a>>),
    /// One of many similar parts, with the noun that counts them; a format with a size limit writes a part as a whole
    /// or leaves it out, and counts those left out.
    Part(&'static str, Vec<Block<'a>>),
    /// Details of some records: only in pages.
    Cards(Cards<'a>),
    /// Numbers as a chart: only in pages; other formats show a table with the same numbers.
    Series(ChartSeries),
    /// What only pages show; other formats leave it out.
    Page(PageBlock<'a>),
}

impl Block<'_> {
    fn name_folder(&mut self, from: &TypedFrom) {
        match self {
            Block::Heading(text) | Block::Paragraph(text) => text.name_folder(from),
            Block::Pairs(pairs) => pairs.iter_mut().for_each(|(_, text)| text.name_folder(from)),
            Block::Table(table) => {
                table.rows.iter_mut().flatten().for_each(|cell| cell.name_folder(from));
            }
            Block::Findings(list) => {
                list.shown.iter_mut().for_each(|shown| shown.finding.remedy.name_folder(from));
            }
            Block::Commands(text) => *text = from.lines(text),
            Block::Folded(_, inside) | Block::Part(_, inside) => {
                inside.iter_mut().for_each(|block| block.name_folder(from));
            }
            Block::Verbatim(_) | Block::Cards(_) | Block::Series(_) | Block::Page(_) => {}
        }
    }
}

/// The details of some records, one card each.
#[derive(Debug)]
pub struct Cards<'a> {
    /// The ids of the records, which become links to their cards.
    pub ids: BTreeSet<&'a str>,
    /// The cards.
    pub each: Each<'a, Card<'a>>,
}

/// The details of one record.
#[derive(Debug)]
pub struct Card<'a> {
    /// The record's id.
    pub id: String,
    /// Its title, also shown when it is folded.
    pub title: StyledText,
    /// Its content.
    pub blocks: Vec<Block<'a>>,
}

/// Numbers for each of some labels.
#[derive(Clone, Debug)]
pub struct ChartSeries {
    /// What the numbers count.
    pub title: &'static str,
    /// The labels, left to right.
    pub labels: Vec<String>,
    /// The named bars, with a number for each label; `None` if unknown.
    pub bars: Vec<(&'static str, Vec<Option<f64>>)>,
}

/// Findings, and the further data for the formats made for findings.
#[derive(Clone, Debug)]
pub struct FindingList {
    /// The findings, sorted as in the JSON.
    pub shown: Vec<ShownFinding>,
    /// The meaning of each code; a missing code is described only by its finding.
    pub rules: BTreeMap<diag::code::Code, RuleSummary>,
    /// Every checked file, even without findings: one test case each in `junit`.
    pub judged: Vec<JudgedFile>,
    /// Who reads them.
    pub readers: FindingReaders,
}

/// Who reads a list of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingReaders {
    /// People and programs.
    Everyone,
    /// The formats made for findings.
    Machines,
    /// Code scanning, which keeps an alert for each: `sarif`.
    CodeScanning,
}

/// A finding, and its source line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownFinding {
    /// The finding.
    pub finding: diag::Finding,
    /// The source line; `None` if the file is not available, and always if the value may be a secret.
    pub excerpt: Option<Excerpt>,
    /// What it is the same by in another run, if its path and field don't say it: no line, which an edit above moves.
    pub identity: Option<String>,
    /// Whether it is about what is staged, and not about the work tree.
    pub is_staged: bool,
}

/// One line of a file, with the marked characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The line without its end; for a long line, the part near the finding.
    pub line: String,
    /// How many characters of the line are left out before it.
    pub skipped: u32,
    /// How many characters are marked, starting at the finding's column; 0 marks one.
    pub length: u32,
}

/// The documentation of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSummary {
    /// The level, unless a policy overrides it.
    pub level: diag::Level,
    /// What it finds, in one line.
    pub summary: String,
    /// Why that matters.
    pub why: String,
}

/// A checked file, with or without findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedFile {
    /// Its path, which matches findings to it.
    pub path: String,
    /// The record's id; `None` for other files.
    pub id: Option<String>,
    /// The record's title, if readable.
    pub title: Option<String>,
    /// The record's tier, if known.
    pub tier: Option<String>,
}

impl FindingList {
    /// Returns findings for all readers, without excerpts, rules and checked files.
    pub fn for_all_readers(findings: Vec<diag::Finding>) -> FindingList {
        let shown = findings.into_iter().map(ShownFinding::from).collect();
        FindingList {
            shown,
            rules: BTreeMap::new(),
            judged: Vec::new(),
            readers: FindingReaders::Everyone,
        }
    }
}

impl ShownFinding {
    /// The column titles of [`ShownFinding::cells`].
    pub const TITLES: [&'static str; 5] = ["level", "rule", "where", "what", "how to fix"];

    /// Returns the finding as a row: level, rule, file and line, message, help.
    pub fn cells(&self) -> [String; 5] {
        let finding = &self.finding;
        let place = match finding.pos {
            Some(pos) => format!("{}:{}", finding.path, pos.line),
            None => finding.path.clone(),
        };
        let (level, rule) = (finding.level.as_str().to_owned(), finding.rule.to_string());
        let (message, help) = (finding.message.clone(), finding.remedy.words());
        [level, rule, place, message, help]
    }
}

impl From<Vec<diag::Finding>> for FindingList {
    fn from(findings: Vec<diag::Finding>) -> FindingList {
        FindingList::for_all_readers(findings)
    }
}

impl From<diag::Finding> for ShownFinding {
    fn from(finding: diag::Finding) -> ShownFinding {
        ShownFinding { finding, excerpt: None, identity: None, is_staged: false }
    }
}

/// A table that is fitted to the width of the output.
#[derive(Clone, Debug)]
pub struct DocTable {
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// The rows, with one cell per column.
    pub rows: Vec<Vec<StyledText>>,
}

/// One column of a [`DocTable`].
#[derive(Clone, Debug)]
pub struct Column {
    /// Its title, in lower case.
    pub title: &'static str,
    /// How it shrinks on a narrow terminal.
    pub fit: ColumnFit,
}

/// How a column shrinks on a narrow terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnFit {
    /// Never shortened: ids, dates, states.
    Whole,
    /// Wrapped or cut with `…` to the remaining width: titles, names, reasons.
    Flexible,
    /// Left out first if the rest does not fit.
    Optional,
    /// Never shortened, and aligned on the right: numbers.
    Number,
    /// Cut in the middle with `…`, so that each row takes one line.
    Cut,
}

/// Text whose pieces each have a meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StyledText(pub Vec<(Tone, String)>);

/// The meaning of a piece of text; color only repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    Plain,
    /// In force, allowed, clean.
    Good,
    /// Between the two: good, and not the best.
    Fair,
    /// Due soon, a warning.
    Warn,
    /// Expired, denied, an error.
    Bad,
    /// Background: instants, commits, hints.
    Muted,
    /// A heading, or a name to look up.
    Strong,
    /// The id of a record.
    Id,
    /// A command to run: a line break in it is one that a shell continues after.
    Command,
    /// Another text to copy.
    Code,
}

impl StyledText {
    /// Returns a text with one piece.
    pub fn with_tone(tone: Tone, text: impl Into<String>) -> StyledText {
        StyledText(vec![(tone, text.into())])
    }

    /// Returns a text without a tone.
    pub fn plain(text: impl Into<String>) -> StyledText {
        StyledText::with_tone(Tone::Plain, text)
    }

    /// Returns the text followed by another piece.
    #[must_use]
    pub fn and(mut self, tone: Tone, text: impl Into<String>) -> StyledText {
        self.0.push((tone, text.into()));
        self
    }

    fn name_folder(&mut self, from: &TypedFrom) {
        for (tone, text) in &mut self.0 {
            *text = match tone {
                Tone::Command => from.lines(text),
                _ => shell::quotes_in_folder(text, &from.flag),
            };
        }
    }

    /// Returns the text without tones.
    pub fn bare(&self) -> String {
        self.0.iter().map(|(_, text)| text.as_str()).collect()
    }
}
