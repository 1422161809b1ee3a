//! What every view is lowered to: blocks for people, one JSON value for scripts.
//!
//! Uses diag. Pure. Start at [`Doc`]. No terminal, no colour and no width is known here; a [`Tone`]
//! says what a word means, and each format decides what to make of it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use crate::diag;
use crate::view::json;
use serde::Serialize;
use serde_json::Value;

/// An answer, ready to be rendered in any format.
#[derive(Debug)]
pub struct Doc<'a> {
    /// What people read, in order.
    pub blocks: Vec<Block<'a>>,
    /// The promised object: `schema` first, then the keys of `docs/spec/cli.md` in their order.
    pub json: Value,
    /// The key of [`Doc::json`] whose array is one object a line in `jsonl` and one row in `csv`;
    /// `None` where the object itself is the only one.
    pub rows: Option<&'static str>,
    /// An array of [`Doc::json`] that may be long, and stands there as an empty one.
    pub long: Option<Long<'a>>,
    /// The last line in `table`: instant and commit. Left out with `--quiet`.
    pub footer: Option<String>,
    /// The ledger's name in its policy; each line of `jsonl` carries it, so that lines of many ledgers
    /// can stand in one file.
    pub repository: Option<String>,
    /// So many bytes the place holds that `markdown` is made for; of what does not fit, the number is told.
    pub room: usize,
}

/// A long array, by its key, whose members are made one by one as they are written.
#[derive(Debug)]
pub struct Long<'a> {
    key: &'static str,
    members: Each<'a, Value>,
}

/// Things that are made when they are wanted, and kept no longer: all of them at once would take most of all room.
pub struct Each<'a, T>(Box<dyn Fn() -> Box<dyn Iterator<Item = T> + 'a> + 'a>);

impl<'a, T> Each<'a, T> {
    /// Returns what an iterator gives, each time anew.
    pub fn new(each: impl Iterator<Item = T> + Clone + 'a) -> Each<'a, T> {
        Each(Box::new(move || Box::new(each.clone())))
    }

    /// Makes them, one by one.
    pub fn iter(&self) -> Box<dyn Iterator<Item = T> + 'a> {
        (self.0)()
    }
}

impl<T> fmt::Debug for Each<'_, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Each")
    }
}

/// Which half of an answer is read: of a long one the other half is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatNeeds {
    /// What people read, and what is found.
    Blocks,
    /// The promised object.
    Json,
}

impl<'a> Long<'a> {
    /// Returns the key of the array.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// Makes the members, one by one.
    pub fn members(&self) -> impl Iterator<Item = Value> + 'a {
        self.members.iter()
    }
}

/// What a job's summary holds on a forge: 1 MiB, less what may still follow a table.
pub const JOB_SUMMARY: usize = 1_000_000;

/// What a comment on a pull request holds: 65,536 characters, less what may still follow a table.
pub const COMMENT: usize = 60_000;

impl<'a> Doc<'a> {
    /// Returns an answer that shows nothing to people yet.
    pub fn new(answer: impl Serialize) -> Doc<'a> {
        Doc {
            blocks: Vec::new(),
            json: json::value(&answer),
            rows: None,
            long: None,
            footer: None,
            repository: None,
            room: JOB_SUMMARY,
        }
    }

    /// Returns the command that the answer is of: the middle of its `schema`.
    pub fn command(&self) -> &str {
        let stated = self.json.get("schema");
        let schema = stated.and_then(Value::as_str).unwrap_or("");
        schema.split('/').nth(1).unwrap_or(schema)
    }

    /// Returns a text below the answer's `ledger`: `commit`, `instant`, `ref`.
    pub fn ledger(&self, key: &str) -> Option<&str> {
        self.json.get("ledger")?.get(key)?.as_str()
    }

    /// Makes an array that may be long the rows of the answer; in the object it stands as an empty one.
    pub fn fill(&mut self, key: &'static str, members: impl Iterator<Item = Value> + Clone + 'a) {
        self.rows = Some(key);
        self.long = Some(Long { key, members: Each::new(members) });
    }

    /// Makes things that the answer alone holds the rows of the answer, as [`Doc::fill`] does.
    pub fn fill_with<T: 'a>(&mut self, key: &'static str, all: Vec<T>, json: fn(&T) -> Value) {
        let all: Rc<[T]> = all.into();
        self.fill(key, (0..all.len()).filter_map(move |n| all.get(n).map(json)));
    }

    /// Returns the members of the array that [`Doc::rows`] names, else the object itself, one by one.
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

    /// Returns its findings, those for machines alone included.
    pub fn findings(&self) -> impl Iterator<Item = &FindingList> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Findings(findings) => Some(findings),
            _ => None,
        })
    }
}

/// One piece of an answer.
#[derive(Debug)]
pub enum Block<'a> {
    /// A title over what follows.
    Heading(StyledText),
    /// Running text, wrapped to the width.
    Paragraph(StyledText),
    /// Labels and their texts, one pair a line, the texts aligned and wrapped.
    Pairs(Vec<(String, StyledText)>),
    /// Columns and rows.
    Table(DocTable),
    /// Findings, worst first where the format limits them.
    Findings(FindingList),
    /// Text that keeps its lines and is never wrapped: commands to run, a file's content.
    Verbatim(String),
    /// What only some readers want: folded behind a line where the format can fold, else left out.
    Folded(StyledText, Vec<Block<'a>>),
    /// All about some records: for pages, left out elsewhere.
    Cards(Cards<'a>),
    /// Numbers side by side, as a picture: for pages; elsewhere a table beside it says the same.
    Series(ChartSeries),
}

/// All about some records, a card each.
#[derive(Debug)]
pub struct Cards<'a> {
    /// The ids of the records, which lead to their cards.
    pub ids: BTreeSet<&'a str>,
    /// The cards.
    pub each: Each<'a, Card<'a>>,
}

/// All about one record.
#[derive(Debug)]
pub struct Card<'a> {
    /// The record's id.
    pub id: String,
    /// What stands on it while it is folded.
    pub title: StyledText,
    /// What stands on it.
    pub blocks: Vec<Block<'a>>,
}

/// Numbers that are counted for each of some labels.
#[derive(Clone, Debug)]
pub struct ChartSeries {
    /// What is counted.
    pub title: &'static str,
    /// What it is counted for, left to right.
    pub labels: Vec<String>,
    /// What is counted, with a number for each label; `None` where nothing is known.
    pub bars: Vec<(&'static str, Vec<Option<f64>>)>,
}

/// Findings, with what the formats made for them say besides.
#[derive(Clone, Debug)]
pub struct FindingList {
    /// The findings, sorted as in the JSON.
    pub shown: Vec<ShownFinding>,
    /// What each code means; a code that is missing is described by its finding alone.
    pub rules: BTreeMap<diag::code::Code, RuleSummary>,
    /// All that was judged, also where nothing was found: one test case each in `junit`.
    pub judged: Vec<JudgedFile>,
    /// Who reads them.
    pub is_for_machines: bool,
}

/// A finding, and the line that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownFinding {
    /// What is wrong.
    pub finding: diag::Finding,
    /// The line it points at; `None` where the file is not at hand, and always where the value may be a secret.
    pub excerpt: Option<Excerpt>,
}

/// One line of a file, and which characters of it are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The line without its end, or what of a long one is near the finding.
    pub line: String,
    /// How many characters of the line were left out before it.
    pub skipped: u32,
    /// How many characters are marked from the finding's column on; 0 marks one.
    pub length: u32,
}

/// What a rule is about, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSummary {
    /// How bad it is where no policy says otherwise.
    pub level: diag::Level,
    /// What it finds, in one line.
    pub summary: String,
    /// Why that matters.
    pub why: String,
    /// What to do about it.
    pub remedy: String,
}

/// Something that was judged, with or without findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedFile {
    /// Its file, by which findings are matched to it.
    pub path: String,
    /// The record's id; `None` for other files.
    pub id: Option<String>,
    /// The record's title where it was readable.
    pub title: Option<String>,
    /// The record's tier where it is known.
    pub tier: Option<String>,
}

impl FindingList {
    /// Returns findings for all readers, without excerpts, rules or judged records.
    pub fn for_all_readers(findings: Vec<diag::Finding>) -> FindingList {
        let shown = findings.into_iter().map(ShownFinding::from).collect();
        FindingList { shown, rules: BTreeMap::new(), judged: Vec::new(), is_for_machines: false }
    }
}

impl ShownFinding {
    /// The words above [`ShownFinding::cells`].
    pub const TITLES: [&'static str; 5] = ["level", "rule", "where", "what", "how to fix"];

    /// Returns the finding as a row: level, rule, file and line, message, help.
    pub fn cells(&self) -> [String; 5] {
        let finding = &self.finding;
        let place = match finding.pos {
            Some(pos) => format!("{}:{}", finding.path, pos.line),
            None => finding.path.clone(),
        };
        let (level, rule) = (finding.level.word().to_owned(), finding.rule.to_string());
        let (message, help) = (finding.message.clone(), finding.help.clone());
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
        ShownFinding { finding, excerpt: None }
    }
}

/// A table that is fitted to the width it is shown in.
#[derive(Clone, Debug)]
pub struct DocTable {
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// The rows; each has a cell for every column.
    pub rows: Vec<Vec<StyledText>>,
}

/// One column of a [`DocTable`].
#[derive(Clone, Debug)]
pub struct Column {
    /// The word above it, in lower case.
    pub title: &'static str,
    /// How it gives way when the terminal is narrow.
    pub fit: ColumnFit,
}

/// How a column gives way when the terminal is narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnFit {
    /// Never shortened: ids, dates, states.
    Whole,
    /// Wrapped or cut with `…` to what is left: titles, names, reasons.
    Flexible,
    /// Left out first when the rest does not fit.
    Optional,
}

/// Text in which each piece says what it means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StyledText(pub Vec<(Tone, String)>);

/// What a piece of text means; colour only repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    Plain,
    /// In force, allowed, clean.
    Good,
    /// Due soon, a warning.
    Warn,
    /// Expired, denied, an error.
    Bad,
    /// Background: instants, commits, hints.
    Muted,
    /// A heading or a name to find again.
    Strong,
    /// The id of a record.
    Id,
}

impl StyledText {
    /// Returns a text of one piece.
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

    /// Returns the words alone.
    pub fn bare(&self) -> String {
        self.0.iter().map(|(_, text)| text.as_str()).collect()
    }
}
